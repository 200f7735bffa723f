//! `_curses.window`.

use super::convert::{self, Char, Text};
use super::ffi::{A_ATTRIBUTES, ChType, Curses, ERR, Flag, WideCell, Win, curses, pair_number};
use super::{check, check_window, error, input, temporary};
use crate::arguments::{int, ints, long};
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_long, c_short};
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot, raise};
use std::ffi::CString;

/// `PyCursesWindowObject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Window {
    ob_base: Object,
    #[trace(skip)]
    win: Cell<Option<Win>>,
    /// A C string of its own.
    #[trace(skip)]
    encoding: Cell<*mut c_char>,
    /// The window that this one is a part of.
    orig: Slot,
}

impl Drop for Window {
    fn drop(&mut self) {
        if let (Some(win), Ok(curses)) = (self.win.get(), curses())
            && curses.variable(curses.stdscr) != Some(win)
        {
            // SAFETY: the object's own window, which nothing uses any more: parts of it hold it.
            let status = unsafe { curses.delwin(win) };
            if let Err(raised) = check(status, "delwin") {
                raise::write_unraisable_with(raised, "Exception ignored in delwin()");
            }
        }
        let encoding = self.encoding.get();
        if !encoding.is_null() {
            // SAFETY: made by `into_raw`.
            drop(unsafe { CString::from_raw(encoding) });
        }
    }
}

/// The position before other arguments, and those.
type Place = Option<(c_int, c_int)>;

fn arity(function: &str, args: &[&Object], least: usize, most: usize) -> Result<()> {
    if (least..=most).contains(&args.len()) {
        return Ok(());
    }
    Err(raise!(TypeError, "_curses.{function} requires {least} to {most} arguments"))
}

/// The arguments `[y, x,] ` before `count` others, and one that may follow them.
fn placed<'a, 'b>(
    function: &str,
    args: &'b [&'a Object],
    count: usize,
) -> Result<(Place, &'b [&'a Object], Option<&'a Object>)> {
    arity(function, args, count, count + 3)?;
    let (place, rest) = match args {
        [y, x, rest @ ..] if rest.len() >= count => (Some((int(y)?, int(x)?)), rest),
        rest => (None, rest),
    };
    Ok((place, &rest[..count], rest.get(count).copied()))
}

/// The arguments `[y, x]`, nothing else.
fn only_place(function: &str, args: &[&Object]) -> Result<Place> {
    match args {
        [] => Ok(None),
        [y, x] => Ok(Some((int(y)?, int(x)?))),
        _ => Err(raise!(TypeError, "_curses.{function} requires 0 to 2 arguments")),
    }
}

/// Exactly one number; the text is the whole error for another count.
fn one(args: &[&Object], what: &str) -> Result<c_int> {
    match args {
        [value] => int(value),
        _ => Err(raise!(TypeError, "{what}")),
    }
}

fn flag(args: &[&Object]) -> Result<Flag> {
    // As C does it: a `bool` of the library is a byte that is 0 or 1.
    one(args, "True(1) or False(0)").map(|value| (value != 0).into())
}

fn two(args: &[&Object], what: &str) -> Result<[c_int; 2]> {
    match args.as_array() {
        Some(pair) => ints::<2>(pair),
        None => Err(raise!(TypeError, "{what}")),
    }
}

/// `[nlines, ncols,] begin_y, begin_x`.
fn part(function: &str, args: &[&Object]) -> Result<[c_int; 4]> {
    match *args {
        [y, x] => ints(&[y, x]).map(|[y, x]| [0, 0, y, x]),
        [nlines, ncols, y, x] => ints(&[nlines, ncols, y, x]),
        _ => Err(raise!(TypeError, "_curses.{function} requires 2 to 4 arguments")),
    }
}

/// The six numbers of a rectangle of a pad, or none.
fn rectangle(function: &str, args: &[&Object], before: usize) -> Result<Option<[c_int; 6]>> {
    match args.as_array() {
        Some(numbers) => ints::<6>(numbers).map(Some),
        None if args.is_empty() => Ok(None),
        None => {
            let (least, most) = (before, before + 6);
            Err(raise!(TypeError, "_curses.{function} requires {least} to {most} arguments"))
        }
    }
}

impl Window {
    /// An object of a window, whose text is in the locale's encoding unless another is given.
    pub fn new(win: Win, encoding: Option<&CStr>, orig: Option<&Window>) -> Result<Ref<Window>> {
        let encoding = match encoding {
            Some(encoding) => encoding.to_owned(),
            // SAFETY: a C string that stays until the locale changes.
            None => match unsafe { CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) } {
                name if name.is_empty() => c"utf-8".to_owned(),
                name => name.to_owned(),
            },
        };
        Ref::new(Window {
            ob_base: Object::HEAD,
            win: Cell::new(Some(win)),
            encoding: Cell::new(encoding.into_raw()),
            orig: Slot::from_option(orig.map(|orig| orig.as_object().to_ref())),
        })
    }

    /// The library's window.
    pub fn win(&self) -> Result<Win> {
        self.win.get().ok_or_else(raise::bad_internal_call)
    }

    /// The encoding of text that is drawn as bytes.
    pub fn encoding(&self) -> Option<&CStr> {
        let pointer = self.encoding.get();
        // SAFETY: the object's own string; nothing runs that could replace it while it is looked at.
        (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) })
    }

    fn library(&self) -> Result<(&'static Curses, Win)> {
        Ok((curses()?, self.win()?))
    }

    fn byte(&self, object: &Object) -> Result<ChType> {
        let encoding = self.encoding().map(CStr::to_owned);
        convert::byte(object, encoding.as_deref())
    }

    fn byte_with(&self, object: &Object, attributes: Option<&Object>) -> Result<ChType> {
        let attributes = attributes.map_or(Ok(0), long)?;
        Ok(self.byte(object)? | attributes as ChType)
    }

    /// Draws text with attributes that are the window's again afterwards.
    fn with_attributes(
        &self,
        attributes: Option<c_long>,
        draw: impl FnOnce(&Curses, Win) -> Result<()>,
    ) -> Result<()> {
        let (curses, win) = self.library()?;
        let old = attributes.map(|attributes| {
            let old = curses.getattrs(win);
            curses.wattrset(win, attributes as c_int);
            old
        });
        let drawn = draw(curses, win);
        if let Some(old) = old {
            curses.wattrset(win, old);
        }
        drawn
    }

    /// Has `draw` write text at a place.
    fn write(
        &self,
        place: Place,
        text: &Object,
        attr: Option<&Object>,
        names: [&str; 2],
        draw: impl FnOnce(&Curses, Win, &Text) -> c_int,
    ) -> Result<()> {
        let attributes = attr.map(long).transpose()?;
        let text = convert::string(text)?;
        self.with_attributes(attributes, |curses, win| {
            let status = if curses.moved(win, place) { draw(curses, win, &text) } else { ERR };
            check(status, names[usize::from(matches!(text, Text::Bytes(_)))])
        })
    }

    /// `addstr` and `addnstr`: at most `n` characters, all of them for -1.
    fn add(
        &self,
        place: Place,
        text: &Object,
        n: c_int,
        attr: Option<&Object>,
        names: [&str; 2],
    ) -> Result<()> {
        // SAFETY (both): strings with a NUL at their end.
        self.write(place, text, attr, names, |curses, win, text| match text {
            Text::Wide(chars) => unsafe { curses.waddnwstr(win, chars.as_ptr(), n) },
            Text::Bytes(bytes) => unsafe { curses.waddnstr(win, bytes.as_ptr(), n) },
        })
    }

    /// `insstr` and `insnstr`, as [`Window::add`].
    fn insert(
        &self,
        place: Place,
        text: &Object,
        n: c_int,
        attr: Option<&Object>,
        names: [&str; 2],
    ) -> Result<()> {
        // SAFETY (both): strings with a NUL at their end.
        self.write(place, text, attr, names, |curses, win, text| match text {
            Text::Wide(chars) => unsafe { curses.wins_nwstr(win, chars.as_ptr(), n) },
            Text::Bytes(bytes) => unsafe { curses.winsnstr(win, bytes.as_ptr(), n) },
        })
    }

    fn line(
        &self,
        args: &[&Object],
        name: &str,
        draw: fn(&Curses, Win, ChType, c_int) -> c_int,
    ) -> Result<()> {
        let (place, rest, attr) = placed(&format!("window.{name}"), args, 2)?;
        let (char, n) = (rest[0], int(rest[1])?);
        let char = self.byte_with(char, attr)?;
        let (curses, win) = self.library()?;
        if !curses.moved(win, place) {
            return check(ERR, "wmove");
        }
        check(draw(curses, win, char, n), name)
    }

    /// `overlay` and `overwrite`.
    fn copy(
        &self,
        args: &[&Object],
        name: &str,
        whole: fn(&Curses, Win, Win) -> c_int,
        over: bool,
    ) -> Result<()> {
        let function = format!("window.{name}");
        let [to, rest @ ..] = args else {
            return Err(arity(&function, args, 1, 7).err().unwrap_or_else(raise::bad_argument));
        };
        if !rest.is_empty() && rest.len() != 6 {
            return rectangle(&function, rest, 1).map(drop);
        }
        let Some(to) = to.cast::<Window>() else {
            let none = objects::types::none::none();
            let got = if to.is(none) { "None" } else { to.class().full_name() };
            return Err(raise!(TypeError, "{name}() argument 1 must be _curses.window, not {got}"));
        };
        let (curses, win) = self.library()?;
        match rectangle(&function, rest, 1)? {
            None => check(whole(curses, win, to.win()?), name),
            Some([a, b, c, d, e, f]) => {
                check(curses.copywin(win, to.win()?, a, b, c, d, e, f, over.into()), "copywin")
            }
        }
    }

    fn is_pad(&self) -> Result<bool> {
        let (curses, win) = self.library()?;
        Ok(curses.is_pad(win) != 0)
    }

    /// A part of the window.
    fn part_of(&self, args: &[&Object]) -> Result<Ref<Window>> {
        let [nlines, ncols, y, x] = part("window.subwin", args)?;
        let (curses, win) = self.library()?;
        let part = match self.is_pad()? {
            true => curses.subpad(win, nlines, ncols, y, x),
            false => curses.subwin(win, nlines, ncols, y, x),
        };
        let encoding = self.encoding().map(CStr::to_owned);
        Window::new(check_window(part)?, encoding.as_deref(), Some(self))
    }
}

/// Methods that are a function of the library, which the window itself is enough for.
macro_rules! call {
    ($self:ident.$function:ident($($argument:expr),*)) => {{
        let (curses, win) = $self.library()?;
        curses.$function(win, $($argument),*)
    }};
}

#[macros::pytype(
    name = "window", module = "_curses", static_name = WINDOW, no_new
)]
impl Window {
    #[method("addch", raw)]
    fn addch(&self, args: &[&Object]) -> Result<()> {
        let (place, rest, attr) = placed("window.addch", args, 1)?;
        let attributes = attr.map_or(Ok(0), long)?;
        let char = convert::char(rest[0])?;
        let (curses, win) = self.library()?;
        match char {
            Char::Byte(byte) => {
                let is_moved = curses.moved(win, place);
                check(if is_moved { curses.waddch(win, byte | attributes as ChType) } else { ERR }, "addch")
            }
            Char::Wide(char) => {
                let (mut cell, chars) = (WideCell::default(), [char, 0]);
                let pair = pair_number(attributes) as c_short;
                // SAFETY: our cell, a string with a NUL at its end.
                let status = unsafe {
                    curses.setcchar(
                        &raw mut cell,
                        chars.as_ptr(),
                        attributes as ChType,
                        pair,
                        core::ptr::null(),
                    )
                };
                check(status, "setcchar")?;
                let is_moved = curses.moved(win, place);
                // SAFETY: a cell that was made above.
                check(
                    if is_moved { unsafe { curses.wadd_wch(win, &raw const cell) } } else { ERR },
                    "add_wch",
                )
            }
        }
    }

    #[method("addstr", raw)]
    fn addstr(&self, args: &[&Object]) -> Result<()> {
        let (place, rest, attr) = placed("window.addstr", args, 1)?;
        self.add(place, rest[0], -1, attr, ["addwstr", "addstr"])
    }

    #[method("addnstr", raw)]
    fn addnstr(&self, args: &[&Object]) -> Result<()> {
        let (place, rest, attr) = placed("window.addnstr", args, 2)?;
        self.add(place, rest[0], int(rest[1])?, attr, ["addnwstr", "addnstr"])
    }

    #[method("insstr", raw)]
    fn insstr(&self, args: &[&Object]) -> Result<()> {
        let (place, rest, attr) = placed("window.insstr", args, 1)?;
        self.insert(place, rest[0], -1, attr, ["inswstr", "insstr"])
    }

    #[method("insnstr", raw)]
    fn insnstr(&self, args: &[&Object]) -> Result<()> {
        let (place, rest, attr) = placed("window.insnstr", args, 2)?;
        self.insert(place, rest[0], int(rest[1])?, attr, ["insn_wstr", "insnstr"])
    }

    #[method("attroff($self, attr, /)")]
    fn attroff(&self, attr: c_long) -> Result<()> {
        check(call!(self.wattroff(attr as c_int)), "attroff")
    }

    #[method("attron($self, attr, /)")]
    fn attron(&self, attr: c_long) -> Result<()> {
        check(call!(self.wattron(attr as c_int)), "attron")
    }

    #[method("attrset($self, attr, /)")]
    fn attrset(&self, attr: c_long) -> Result<()> {
        check(call!(self.wattrset(attr as c_int)), "attrset")
    }

    #[method("bkgd($self, ch, attr=_curses.A_NORMAL, /)")]
    fn bkgd(&self, ch: &Object, #[default(0)] attr: c_long) -> Result<()> {
        let char = self.byte(ch)? | attr as ChType;
        check(call!(self.wbkgd(char)), "bkgd")
    }

    #[method("bkgdset($self, ch, attr=_curses.A_NORMAL, /)")]
    fn bkgdset(&self, ch: &Object, #[default(0)] attr: c_long) -> Result<()> {
        let char = self.byte(ch)? | attr as ChType;
        call!(self.wbkgdset(char));
        Ok(())
    }

    #[method(
        "border($self, ls=_curses.ACS_VLINE, rs=_curses.ACS_VLINE,\n       ts=_curses.ACS_HLINE, bs=_curses.ACS_HLINE,\n       tl=_curses.ACS_ULCORNER, tr=_curses.ACS_URCORNER,\n       bl=_curses.ACS_LLCORNER, br=_curses.ACS_LRCORNER, /)"
    )]
    fn border(
        &self,
        ls: Option<&Object>,
        rs: Option<&Object>,
        ts: Option<&Object>,
        bs: Option<&Object>,
        tl: Option<&Object>,
        tr: Option<&Object>,
        bl: Option<&Object>,
        br: Option<&Object>,
    ) -> Result<()> {
        let mut chars = [0; 8];
        for (char, object) in chars.iter_mut().zip([ls, rs, ts, bs, tl, tr, bl, br]) {
            *char = object.map_or(Ok(0), |object| self.byte(object))?;
        }
        let [ls, rs, ts, bs, tl, tr, bl, br] = chars;
        call!(self.wborder(ls, rs, ts, bs, tl, tr, bl, br));
        Ok(())
    }

    #[method("box", raw)]
    fn py_box(&self, args: &[&Object]) -> Result<()> {
        let (vertical, horizontal) = match args {
            [] => (0, 0),
            [vertical, horizontal] => (self.byte(vertical)?, self.byte(horizontal)?),
            _ => return Err(raise!(TypeError, "_curses.window.box requires 0 to 2 arguments")),
        };
        call!(self.wborder(vertical, vertical, horizontal, horizontal, 0, 0, 0, 0));
        Ok(())
    }

    #[method("chgat", raw)]
    fn chgat(&self, args: &[&Object]) -> Result<()> {
        let (place, n, attributes) = match args {
            [attr] => (None, -1, long(attr)?),
            [n, attr] => (None, int(n)?, long(attr)?),
            [y, x, attr] => (Some((int(y)?, int(x)?)), -1, long(attr)?),
            [y, x, n, attr] => (Some((int(y)?, int(x)?)), int(n)?, long(attr)?),
            _ => return Err(raise!(TypeError, "chgat requires 1 to 4 arguments")),
        };
        let (curses, win) = self.library()?;
        let line = place.map_or_else(|| curses.getcury(win), |(y, _)| y);
        let is_moved = curses.moved(win, place);
        let color = pair_number(attributes) as c_short;
        let attributes = attributes as ChType & A_ATTRIBUTES;
        // SAFETY: no options.
        let changed = || unsafe { curses.wchgat(win, n, attributes, color, core::ptr::null()) };
        let status = if is_moved { changed() } else { ERR };
        curses.wtouchln(win, line, 1, 1);
        check(status, "chgat")
    }

    #[method("clear($self, /)")]
    fn clear(&self) -> Result<()> {
        call!(self.wclear());
        Ok(())
    }

    #[method("clearok", raw)]
    fn clearok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.clearok(flag)), "clearok")
    }

    #[method("clrtobot($self, /)")]
    fn clrtobot(&self) -> Result<()> {
        call!(self.wclrtobot());
        Ok(())
    }

    #[method("clrtoeol($self, /)")]
    fn clrtoeol(&self) -> Result<()> {
        call!(self.wclrtoeol());
        Ok(())
    }

    #[method("cursyncup($self, /)")]
    fn cursyncup(&self) -> Result<()> {
        call!(self.wcursyncup());
        Ok(())
    }

    #[method("delch", raw)]
    fn delch(&self, args: &[&Object]) -> Result<()> {
        let place = only_place("window.delch", args)?;
        let (curses, win) = self.library()?;
        let is_moved = curses.moved(win, place);
        let name = if place.is_some() { "mvwdelch" } else { "wdelch" };
        check(if is_moved { curses.wdelch(win) } else { ERR }, name)
    }

    #[method("deleteln($self, /)")]
    fn deleteln(&self) -> Result<()> {
        check(call!(self.winsdelln(-1)), "wdeleteln")
    }

    #[method("derwin", raw)]
    fn derwin(&self, args: &[&Object]) -> Result<Ref<Window>> {
        let [nlines, ncols, y, x] = part("window.derwin", args)?;
        let derived = call!(self.derwin(nlines, ncols, y, x));
        Window::new(check_window(derived)?, None, Some(self))
    }

    #[method("echochar($self, ch, attr=_curses.A_NORMAL, /)")]
    fn echochar(&self, ch: &Object, #[default(0)] attr: c_long) -> Result<()> {
        let char = self.byte(ch)? | attr as ChType;
        let status = match self.is_pad()? {
            true => call!(self.pechochar(char)),
            false => call!(self.wechochar(char)),
        };
        check(status, "echochar")
    }

    #[method("enclose($self, y, x, /)")]
    fn enclose(&self, y: c_int, x: c_int) -> Result<bool> {
        Ok(call!(self.wenclose(y, x)) != 0)
    }

    #[method("erase($self, /)")]
    fn erase(&self) -> Result<()> {
        check(call!(self.werase()), "werase")
    }

    #[method("getbegyx($self, /)")]
    fn getbegyx(&self) -> Result<(c_int, c_int)> {
        Ok((call!(self.getbegy()), call!(self.getbegx())))
    }

    #[method("getbkgd($self, /)")]
    fn getbkgd(&self) -> Result<c_long> {
        Ok(call!(self.getbkgd()).into())
    }

    #[method("getch", raw)]
    fn getch(&self, args: &[&Object]) -> Result<c_int> {
        let place = only_place("window.getch", args)?;
        let (curses, win) = self.library()?;
        Ok(input::getch(curses, win, place))
    }

    #[method("getkey", raw)]
    fn getkey(&self, args: &[&Object]) -> Result<Ref<Str>> {
        let place = only_place("window.getkey", args)?;
        let (curses, win) = self.library()?;
        input::getkey(curses, win, place)
    }

    #[method("get_wch", raw)]
    fn get_wch(&self, args: &[&Object]) -> Result<Ref> {
        let place = only_place("window.get_wch", args)?;
        let (curses, win) = self.library()?;
        input::get_wch(curses, win, place)
    }

    #[method("getmaxyx($self, /)")]
    fn getmaxyx(&self) -> Result<(c_int, c_int)> {
        Ok((call!(self.getmaxy()), call!(self.getmaxx())))
    }

    #[method("getparyx($self, /)")]
    fn getparyx(&self) -> Result<(c_int, c_int)> {
        Ok((call!(self.getpary()), call!(self.getparx())))
    }

    #[method("getstr", raw)]
    fn getstr(&self, args: &[&Object]) -> Result<Ref<Bytes>> {
        let (place, n) = input::place_and_count(args, "getstr requires 0 to 3 arguments")?;
        let (curses, win) = self.library()?;
        input::getstr(curses, win, place, n)
    }

    #[method("getyx($self, /)")]
    fn getyx(&self) -> Result<(c_int, c_int)> {
        Ok((call!(self.getcury()), call!(self.getcurx())))
    }

    #[method("hline", raw)]
    fn hline(&self, args: &[&Object]) -> Result<()> {
        self.line(args, "hline", Curses::whline)
    }

    #[method("idcok", raw)]
    fn idcok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        call!(self.idcok(flag));
        Ok(())
    }

    #[method("idlok", raw)]
    fn idlok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.idlok(flag)), "idlok")
    }

    #[method("immedok", raw)]
    fn immedok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        call!(self.immedok(flag));
        Ok(())
    }

    #[method("inch", raw)]
    fn inch(&self, args: &[&Object]) -> Result<c_long> {
        let place = only_place("window.inch", args)?;
        let (curses, win) = self.library()?;
        Ok(if curses.moved(win, place) { curses.winch(win) } else { ChType::MAX }.into())
    }

    #[method("insch", raw)]
    fn insch(&self, args: &[&Object]) -> Result<()> {
        let (place, rest, attr) = placed("window.insch", args, 1)?;
        let char = self.byte_with(rest[0], attr)?;
        let (curses, win) = self.library()?;
        check(if curses.moved(win, place) { curses.winsch(win, char) } else { ERR }, "insch")
    }

    #[method("insdelln", raw)]
    fn insdelln(&self, args: &[&Object]) -> Result<()> {
        let lines = one(args, "nlines")?;
        check(call!(self.winsdelln(lines)), "winsdelln")
    }

    #[method("insertln($self, /)")]
    fn insertln(&self) -> Result<()> {
        check(call!(self.winsdelln(1)), "winsertln")
    }

    #[method("instr", raw)]
    fn instr(&self, args: &[&Object]) -> Result<Ref<Bytes>> {
        let (place, n) = input::place_and_count(args, "instr requires 0 or 3 arguments")?;
        let (curses, win) = self.library()?;
        input::instr(curses, win, place, n)
    }

    #[method("is_linetouched($self, line, /)")]
    fn is_linetouched(&self, line: c_int) -> Result<bool> {
        // Of a line that is not there, ERR as a byte.
        match call!(self.is_linetouched(line)) {
            Flag::MAX => Err(raise!(TypeError, "is_linetouched: line number outside of boundaries")),
            touched => Ok(touched != 0),
        }
    }

    #[method("is_wintouched($self, /)")]
    fn is_wintouched(&self) -> Result<bool> {
        Ok(call!(self.is_wintouched()) != 0)
    }

    #[method("keypad", raw)]
    fn keypad(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.keypad(flag)), "keypad")
    }

    #[method("leaveok", raw)]
    fn leaveok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.leaveok(flag)), "leaveok")
    }

    #[method("move", raw)]
    fn py_move(&self, args: &[&Object]) -> Result<()> {
        let [y, x] = two(args, "y,x")?;
        check(call!(self.wmove(y, x)), "wmove")
    }

    #[method("mvderwin", raw)]
    fn mvderwin(&self, args: &[&Object]) -> Result<()> {
        let [y, x] = two(args, "y,x")?;
        check(call!(self.mvderwin(y, x)), "mvderwin")
    }

    #[method("mvwin", raw)]
    fn mvwin(&self, args: &[&Object]) -> Result<()> {
        let [y, x] = two(args, "y,x")?;
        check(call!(self.mvwin(y, x)), "mvwin")
    }

    #[method("nodelay", raw)]
    fn nodelay(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.nodelay(flag)), "nodelay")
    }

    #[method("notimeout", raw)]
    fn notimeout(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.notimeout(flag)), "notimeout")
    }

    #[method("noutrefresh", raw)]
    fn noutrefresh(&self, args: &[&Object]) -> Result<()> {
        let rectangle = rectangle("window.noutrefresh", args, 0)?;
        let (curses, win) = self.library()?;
        match (self.is_pad()?, rectangle) {
            (true, None) => Err(error("noutrefresh() called for a pad requires 6 arguments")),
            (true, Some([a, b, c, d, e, f])) => {
                let refreshed = objects::state::detached(|| curses.pnoutrefresh(win, a, b, c, d, e, f));
                check(refreshed, "pnoutrefresh")
            }
            (false, Some(_)) => Err(raise!(TypeError, "noutrefresh() takes no arguments (6 given)")),
            (false, None) => check(objects::state::detached(|| curses.wnoutrefresh(win)), "wnoutrefresh"),
        }
    }

    #[method("overlay", raw)]
    fn overlay(&self, args: &[&Object]) -> Result<()> {
        self.copy(args, "overlay", Curses::overlay, true)
    }

    #[method("overwrite", raw)]
    fn overwrite(&self, args: &[&Object]) -> Result<()> {
        self.copy(args, "overwrite", Curses::overwrite, false)
    }

    #[method("putwin($self, file, /)")]
    fn putwin(&self, file: &Object) -> Result<Ref> {
        let (curses, win) = self.library()?;
        temporary::put(curses, win, file)
    }

    #[method("redrawln($self, beg, num, /)")]
    fn redrawln(&self, beg: c_int, num: c_int) -> Result<()> {
        check(call!(self.wredrawln(beg, num)), "redrawln")
    }

    #[method("redrawwin($self, /)")]
    fn redrawwin(&self) -> Result<()> {
        check(call!(self.redrawwin()), "redrawwin")
    }

    #[method("refresh", raw)]
    fn refresh(&self, args: &[&Object]) -> Result<()> {
        let rectangle = rectangle("window.refresh", args, 0)?;
        let (curses, win) = self.library()?;
        match (self.is_pad()?, rectangle) {
            (true, None) => Err(error("refresh() for a pad requires 6 arguments")),
            (true, Some([a, b, c, d, e, f])) => {
                let refreshed = objects::state::detached(|| curses.prefresh(win, a, b, c, d, e, f));
                check(refreshed, "prefresh")
            }
            (false, Some(_)) => Err(raise!(TypeError, "refresh() takes no arguments (6 given)")),
            (false, None) => check(objects::state::detached(|| curses.wrefresh(win)), "prefresh"),
        }
    }

    #[method("resize", raw)]
    fn resize(&self, args: &[&Object]) -> Result<()> {
        let [lines, columns] = two(args, "lines,columns")?;
        check(call!(self.wresize(lines, columns)), "wresize")
    }

    #[method("scroll", raw)]
    fn scroll(&self, args: &[&Object]) -> Result<()> {
        let status = match args {
            [] => call!(self.scroll()),
            [lines] => {
                let lines = int(lines)?;
                call!(self.wscrl(lines))
            }
            _ => return Err(raise!(TypeError, "_curses.window.scroll requires 0 to 1 arguments")),
        };
        check(status, "scroll")
    }

    #[method("scrollok", raw)]
    fn scrollok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.scrollok(flag)), "scrollok")
    }

    #[method("setscrreg($self, top, bottom, /)")]
    fn setscrreg(&self, top: c_int, bottom: c_int) -> Result<()> {
        check(call!(self.wsetscrreg(top, bottom)), "wsetscrreg")
    }

    #[method("standend($self, /)")]
    fn standend(&self) -> Result<()> {
        call!(self.wstandend());
        Ok(())
    }

    #[method("standout($self, /)")]
    fn standout(&self) -> Result<()> {
        call!(self.wstandout());
        Ok(())
    }

    #[method("subpad", raw)]
    fn subpad(&self, args: &[&Object]) -> Result<Ref<Window>> {
        self.part_of(args)
    }

    #[method("subwin", raw)]
    fn subwin(&self, args: &[&Object]) -> Result<Ref<Window>> {
        self.part_of(args)
    }

    #[method("syncdown($self, /)")]
    fn syncdown(&self) -> Result<()> {
        call!(self.wsyncdown());
        Ok(())
    }

    #[method("syncok", raw)]
    fn syncok(&self, args: &[&Object]) -> Result<()> {
        let flag = flag(args)?;
        check(call!(self.syncok(flag)), "syncok")
    }

    #[method("syncup($self, /)")]
    fn syncup(&self) -> Result<()> {
        call!(self.wsyncup());
        Ok(())
    }

    #[method("timeout", raw)]
    fn timeout(&self, args: &[&Object]) -> Result<()> {
        let delay = one(args, "delay")?;
        call!(self.wtimeout(delay));
        Ok(())
    }

    #[method("touchline", raw)]
    fn touchline(&self, args: &[&Object]) -> Result<()> {
        let (start, count, changed) = match args {
            [start, count] => (int(start)?, int(count)?, true),
            [start, count, changed] => {
                (int(start)?, int(count)?, objects::protocol::object::is_true(changed)?)
            }
            _ => return Err(raise!(TypeError, "_curses.window.touchline requires 2 to 3 arguments")),
        };
        check(call!(self.wtouchln(start, count, changed.into())), "touchline")
    }

    #[method("touchwin($self, /)")]
    fn touchwin(&self) -> Result<()> {
        let lines = call!(self.getmaxy());
        check(call!(self.wtouchln(0, lines, 1)), "touchwin")
    }

    #[method("untouchwin($self, /)")]
    fn untouchwin(&self) -> Result<()> {
        let lines = call!(self.getmaxy());
        check(call!(self.wtouchln(0, lines, 0)), "untouchwin")
    }

    #[method("vline", raw)]
    fn vline(&self, args: &[&Object]) -> Result<()> {
        self.line(args, "vline", Curses::wvline)
    }

    #[getter("encoding")]
    fn py_encoding(&self) -> Result<Ref<Str>> {
        Str::new(&self.encoding().unwrap_or_default().to_string_lossy())
    }

    #[setter("encoding")]
    fn set_encoding(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else { return Err(raise!(TypeError, "encoding may not be deleted")) };
        let Some(value) = value.cast::<Str>() else {
            return Err(raise!(TypeError, "setting encoding to a non-string"));
        };
        let ascii = objects::codecs::encode(value, Some("ascii"), None)?;
        // As a C string: up to a NUL.
        let name = ascii.as_slice().split(|&byte| byte == 0).next().unwrap_or_default();
        let name = CString::new(name).map_err(|_| raise::no_memory())?;
        let old = self.encoding.replace(name.into_raw());
        if !old.is_null() {
            // SAFETY: made by `into_raw`.
            drop(unsafe { CString::from_raw(old) });
        }
        Ok(())
    }
}
