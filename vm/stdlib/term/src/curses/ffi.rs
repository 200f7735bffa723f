//! What the modules use of libncursesw: its types and functions.

use core::ffi::{c_char, c_int, c_long, c_short, c_uchar, c_void};
use core::ptr::NonNull;
use objects::{Result, raise};
use std::sync::OnceLock;

/// `chtype`: a byte with its attributes.
pub type ChType = u32;
/// `mmask_t`: mouse events.
pub type MouseMask = u32;
/// `bool` of the library.
pub type Flag = c_uchar;

pub const ERR: c_int = -1;
pub const OK: c_int = 0;
/// The result of `wget_wch` for a key that is no character.
pub const KEY_CODE_YES: c_int = 0o400;
pub const KEY_MIN: c_int = 0o401;
pub const KEY_MAX: c_int = 0o777;

const ATTRIBUTE_SHIFT: u32 = 8;
pub const A_ATTRIBUTES: ChType = !0 << ATTRIBUTE_SHIFT;
pub const A_COLOR: ChType = 0xFF << ATTRIBUTE_SHIFT;

/// `COLOR_PAIR`.
pub fn color_pair(number: c_int) -> ChType {
    (number as ChType) << ATTRIBUTE_SHIFT & A_COLOR
}

/// `PAIR_NUMBER`.
pub fn pair_number(attributes: c_long) -> c_int {
    ((attributes as ChType & A_COLOR) >> ATTRIBUTE_SHIFT) as c_int
}

/// A `WINDOW *` that is not NULL. Functions of the library alone make one, and a window's object keeps it until it is deleted.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Win(NonNull<c_void>);

/// `cchar_t`: characters of one cell with attributes and a colour pair.
#[repr(C)]
#[derive(Default)]
pub struct WideCell {
    attributes: ChType,
    chars: [libc::wchar_t; 5],
    color: c_int,
}

/// `MEVENT`.
#[repr(C)]
#[derive(Default)]
pub struct MouseEvent {
    pub id: c_short,
    pub x: c_int,
    pub y: c_int,
    pub z: c_int,
    pub state: MouseMask,
}

const _: () = assert!(size_of::<WideCell>() == 28 && size_of::<MouseEvent>() == 20);

/// The parameters of a capability's string.
pub type Parameters = [c_long; 9];

shared_library! {
    /// libncursesw, with the part of it that may be libtinfo.
    pub struct Curses in &[c"libncursesw.so.6"];
    safe {
        fn baudrate() -> c_int;
        fn beep() -> c_int;
        fn can_change_color() -> Flag;
        fn cbreak() -> c_int;
        fn clearok(win: Win, flag: Flag) -> c_int;
        fn copywin(from: Win, to: Win, sminrow: c_int, smincol: c_int, dminrow: c_int, dmincol: c_int, dmaxrow: c_int, dmaxcol: c_int, overlay: c_int) -> c_int;
        fn curs_set(visibility: c_int) -> c_int;
        fn curses_version() -> *const c_char;
        fn def_prog_mode() -> c_int;
        fn def_shell_mode() -> c_int;
        fn delay_output(ms: c_int) -> c_int;
        fn derwin(win: Win, nlines: c_int, ncols: c_int, begin_y: c_int, begin_x: c_int) -> Option<Win>;
        fn doupdate() -> c_int;
        fn echo() -> c_int;
        fn endwin() -> c_int;
        fn erasechar() -> c_char;
        fn filter();
        fn flash() -> c_int;
        fn flushinp() -> c_int;
        fn getattrs(win: Win) -> c_int;
        fn getbegx(win: Win) -> c_int;
        fn getbegy(win: Win) -> c_int;
        fn getbkgd(win: Win) -> ChType;
        fn getcurx(win: Win) -> c_int;
        fn getcury(win: Win) -> c_int;
        fn getmaxx(win: Win) -> c_int;
        fn getmaxy(win: Win) -> c_int;
        fn getparx(win: Win) -> c_int;
        fn getpary(win: Win) -> c_int;
        fn halfdelay(tenths: c_int) -> c_int;
        fn has_colors() -> Flag;
        fn has_ic() -> Flag;
        fn has_il() -> Flag;
        fn has_key(key: c_int) -> c_int;
        fn idcok(win: Win, flag: Flag);
        fn idlok(win: Win, flag: Flag) -> c_int;
        fn immedok(win: Win, flag: Flag);
        fn init_extended_color(color: c_int, r: c_int, g: c_int, b: c_int) -> c_int;
        fn init_extended_pair(pair: c_int, foreground: c_int, background: c_int) -> c_int;
        fn intrflush(win: Option<Win>, flag: Flag) -> c_int;
        fn is_leaveok(win: Win) -> Flag;
        fn is_linetouched(win: Win, line: c_int) -> Flag;
        fn is_pad(win: Win) -> Flag;
        fn is_term_resized(nlines: c_int, ncols: c_int) -> Flag;
        fn is_wintouched(win: Win) -> Flag;
        fn isendwin() -> Flag;
        fn keyname(key: c_int) -> *const c_char;
        fn keypad(win: Win, flag: Flag) -> c_int;
        fn killchar() -> c_char;
        fn leaveok(win: Win, flag: Flag) -> c_int;
        fn longname() -> *const c_char;
        fn meta(win: Option<Win>, flag: Flag) -> c_int;
        fn mouseinterval(ms: c_int) -> c_int;
        fn mvderwin(win: Win, y: c_int, x: c_int) -> c_int;
        fn mvwin(win: Win, y: c_int, x: c_int) -> c_int;
        fn napms(ms: c_int) -> c_int;
        fn newpad(nlines: c_int, ncols: c_int) -> Option<Win>;
        fn newwin(nlines: c_int, ncols: c_int, begin_y: c_int, begin_x: c_int) -> Option<Win>;
        fn nl() -> c_int;
        fn nocbreak() -> c_int;
        fn nodelay(win: Win, flag: Flag) -> c_int;
        fn noecho() -> c_int;
        fn nonl() -> c_int;
        fn noqiflush();
        fn noraw() -> c_int;
        fn notimeout(win: Win, flag: Flag) -> c_int;
        fn overlay(from: Win, to: Win) -> c_int;
        fn overwrite(from: Win, to: Win) -> c_int;
        fn pechochar(win: Win, char: ChType) -> c_int;
        fn pnoutrefresh(win: Win, pminrow: c_int, pmincol: c_int, sminrow: c_int, smincol: c_int, smaxrow: c_int, smaxcol: c_int) -> c_int;
        fn prefresh(win: Win, pminrow: c_int, pmincol: c_int, sminrow: c_int, smincol: c_int, smaxrow: c_int, smaxcol: c_int) -> c_int;
        fn qiflush();
        fn raw() -> c_int;
        fn redrawwin(win: Win) -> c_int;
        fn reset_prog_mode() -> c_int;
        fn reset_shell_mode() -> c_int;
        fn resetty() -> c_int;
        fn resize_term(nlines: c_int, ncols: c_int) -> c_int;
        fn resizeterm(nlines: c_int, ncols: c_int) -> c_int;
        fn savetty() -> c_int;
        fn scroll(win: Win) -> c_int;
        fn scrollok(win: Win, flag: Flag) -> c_int;
        fn set_escdelay(ms: c_int) -> c_int;
        fn set_tabsize(size: c_int) -> c_int;
        fn start_color() -> c_int;
        fn subpad(win: Win, nlines: c_int, ncols: c_int, begin_y: c_int, begin_x: c_int) -> Option<Win>;
        fn subwin(win: Win, nlines: c_int, ncols: c_int, begin_y: c_int, begin_x: c_int) -> Option<Win>;
        fn syncok(win: Win, flag: Flag) -> c_int;
        fn termattrs() -> ChType;
        fn termname() -> *const c_char;
        fn typeahead(fd: c_int) -> c_int;
        fn unctrl(char: ChType) -> *const c_char;
        fn unget_wch(char: libc::wchar_t) -> c_int;
        fn ungetch(char: c_int) -> c_int;
        fn use_default_colors() -> c_int;
        fn use_env(flag: Flag);
        fn waddch(win: Win, char: ChType) -> c_int;
        fn wbkgd(win: Win, char: ChType) -> c_int;
        fn wbkgdset(win: Win, char: ChType);
        fn wborder(win: Win, ls: ChType, rs: ChType, ts: ChType, bs: ChType, tl: ChType, tr: ChType, bl: ChType, br: ChType) -> c_int;
        fn wattrset(win: Win, attributes: c_int) -> c_int;
        fn wattroff(win: Win, attributes: c_int) -> c_int;
        fn wattron(win: Win, attributes: c_int) -> c_int;
        fn wclear(win: Win) -> c_int;
        fn wclrtobot(win: Win) -> c_int;
        fn wclrtoeol(win: Win) -> c_int;
        fn wcursyncup(win: Win);
        fn wdelch(win: Win) -> c_int;
        fn wechochar(win: Win, char: ChType) -> c_int;
        fn wenclose(win: Win, y: c_int, x: c_int) -> Flag;
        fn werase(win: Win) -> c_int;
        fn wgetch(win: Win) -> c_int;
        fn whline(win: Win, char: ChType, n: c_int) -> c_int;
        fn winch(win: Win) -> ChType;
        fn winsch(win: Win, char: ChType) -> c_int;
        fn winsdelln(win: Win, n: c_int) -> c_int;
        fn wmove(win: Win, y: c_int, x: c_int) -> c_int;
        fn wnoutrefresh(win: Win) -> c_int;
        fn wredrawln(win: Win, first: c_int, count: c_int) -> c_int;
        fn wrefresh(win: Win) -> c_int;
        fn wresize(win: Win, nlines: c_int, ncols: c_int) -> c_int;
        fn wscrl(win: Win, lines: c_int) -> c_int;
        fn wsetscrreg(win: Win, top: c_int, bottom: c_int) -> c_int;
        fn wstandend(win: Win) -> c_int;
        fn wstandout(win: Win) -> c_int;
        fn wsyncdown(win: Win);
        fn wsyncup(win: Win);
        fn wtimeout(win: Win, delay: c_int);
        fn wtouchln(win: Win, first: c_int, count: c_int, changed: c_int) -> c_int;
        fn wvline(win: Win, char: ChType, n: c_int) -> c_int;
    }
    raw {
        fn delwin(win: Win) -> c_int;
        fn extended_color_content(color: c_int, r: *mut c_int, g: *mut c_int, b: *mut c_int) -> c_int;
        fn extended_pair_content(pair: c_int, foreground: *mut c_int, background: *mut c_int) -> c_int;
        fn getmouse(event: *mut MouseEvent) -> c_int;
        fn getwin(file: *mut libc::FILE) -> Option<Win>;
        // Ends the process where the terminal is unknown, as it does under CPython.
        fn initscr() -> Option<Win>;
        fn mousemask(new: MouseMask, old: *mut MouseMask) -> MouseMask;
        fn putp(text: *const c_char) -> c_int;
        fn putwin(win: Win, file: *mut libc::FILE) -> c_int;
        fn setcchar(cell: *mut WideCell, chars: *const libc::wchar_t, attributes: ChType, pair: c_short, options: *const c_void) -> c_int;
        fn setupterm(term: *const c_char, fd: c_int, error: *mut c_int) -> c_int;
        fn tigetflag(name: *const c_char) -> c_int;
        fn tigetnum(name: *const c_char) -> c_int;
        fn tigetstr(name: *const c_char) -> *const c_char;
        // Variadic in C, where longs are passed as others are.
        fn tparm(text: *const c_char, p1: c_long, p2: c_long, p3: c_long, p4: c_long, p5: c_long, p6: c_long, p7: c_long, p8: c_long, p9: c_long) -> *const c_char;
        fn ungetmouse(event: *mut MouseEvent) -> c_int;
        fn wadd_wch(win: Win, cell: *const WideCell) -> c_int;
        fn waddnstr(win: Win, text: *const c_char, n: c_int) -> c_int;
        fn waddnwstr(win: Win, text: *const libc::wchar_t, n: c_int) -> c_int;
        fn wchgat(win: Win, n: c_int, attributes: ChType, pair: c_short, options: *const c_void) -> c_int;
        fn wget_wch(win: Win, char: *mut u32) -> c_int;
        fn wgetnstr(win: Win, text: *mut c_char, n: c_int) -> c_int;
        fn winnstr(win: Win, text: *mut c_char, n: c_int) -> c_int;
        fn wins_nwstr(win: Win, text: *const libc::wchar_t, n: c_int) -> c_int;
        fn winsnstr(win: Win, text: *const c_char, n: c_int) -> c_int;
    }
    data {
        static COLORS: c_int;
        static COLOR_PAIRS: c_int;
        static COLS: c_int;
        static ESCDELAY: c_int;
        static LINES: c_int;
        static TABSIZE: c_int;
        static acs_map: [ChType; 128];
        static newscr: Option<Win>;
        static stdscr: Option<Win>;
    }
}

static CURSES: OnceLock<Curses> = OnceLock::new();

/// Finds the library unless it is there already.
///
/// # Errors
/// ImportError.
pub fn load(module: &str) -> Result<&'static Curses> {
    if let Some(curses) = CURSES.get() {
        return Ok(curses);
    }
    let curses = Curses::load(module)?;
    Ok(CURSES.get_or_init(|| curses))
}

/// The library; `_curses` has been imported by whoever asks.
///
/// # Errors
/// SystemError where it has not.
pub fn curses() -> Result<&'static Curses> {
    CURSES.get().ok_or_else(|| raise!(SystemError, "_curses is not imported"))
}

impl Curses {
    /// A variable of the library.
    pub fn variable<T: Copy>(&self, place: NonNull<T>) -> T {
        // SAFETY: a variable of the library, of the table's type.
        unsafe { place.read() }
    }

    /// Moves the cursor where there is a place to move it to, as the `mv…` macros do before what they are named for.
    pub fn moved(&self, win: Win, place: Option<(c_int, c_int)>) -> bool {
        place.is_none_or(|(y, x)| self.wmove(win, y, x) != ERR)
    }
}
