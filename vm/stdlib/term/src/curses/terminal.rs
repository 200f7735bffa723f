//! Functions about the terminal and the screen as a whole.

use super::ffi::{Curses, ERR, Flag, curses};
use super::window::Window;
use super::{
    STATE, check, check_string, check_window, constants, error, temporary, with_screen, with_terminal,
};
use crate::arguments::{Number, ints};
use core::ffi::{c_char, c_int, c_long, c_short};
use objects::protocol::buffer::BytesLike;
use objects::protocol::descriptor::as_descriptor;
use objects::state::sys_get;
use objects::types::bytes::Bytes;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::{Object, Ref, Result, raise};
use std::ffi::CString;

/// A function that may fail, by its own name.
fn run(function: fn(&Curses) -> c_int, name: &str) -> Result<()> {
    check(function(with_screen()?), name)
}

/// A mode that is entered or left.
fn switch(flag: bool, enter: fn(&Curses) -> c_int, leave: fn(&Curses) -> c_int, name: &str) -> Result<()> {
    match flag {
        true => run(enter, name),
        false => run(leave, &format!("no{name}")),
    }
}

#[macros::pymodule(name = "_curses", part)]
pub mod modes {
    use super::*;

    #[function("beep($module, /)")]
    fn beep() -> Result<()> {
        run(Curses::beep, "beep")
    }

    #[function("flash($module, /)")]
    fn flash() -> Result<()> {
        run(Curses::flash, "flash")
    }

    #[function("cbreak($module, flag=True, /)")]
    fn cbreak(flag: bool) -> Result<()> {
        switch(flag, Curses::cbreak, Curses::nocbreak, "cbreak")
    }

    #[function("nocbreak($module, /)")]
    fn nocbreak() -> Result<()> {
        run(Curses::nocbreak, "nocbreak")
    }

    #[function("echo($module, flag=True, /)")]
    fn echo(flag: bool) -> Result<()> {
        switch(flag, Curses::echo, Curses::noecho, "echo")
    }

    #[function("noecho($module, /)")]
    fn noecho() -> Result<()> {
        run(Curses::noecho, "noecho")
    }

    #[function("nl($module, flag=True, /)")]
    fn nl(flag: bool) -> Result<()> {
        switch(flag, Curses::nl, Curses::nonl, "nl")
    }

    #[function("nonl($module, /)")]
    fn nonl() -> Result<()> {
        run(Curses::nonl, "nonl")
    }

    #[function("raw($module, flag=True, /)")]
    fn raw(flag: bool) -> Result<()> {
        switch(flag, Curses::raw, Curses::noraw, "raw")
    }

    #[function("noraw($module, /)")]
    fn noraw() -> Result<()> {
        run(Curses::noraw, "noraw")
    }

    #[function("qiflush($module, flag=True, /)")]
    fn qiflush(flag: bool) -> Result<()> {
        let curses = with_screen()?;
        if flag {
            curses.qiflush()
        } else {
            curses.noqiflush()
        }
        Ok(())
    }

    #[function("noqiflush($module, /)")]
    fn noqiflush() -> Result<()> {
        with_screen()?.noqiflush();
        Ok(())
    }

    #[function("halfdelay($module, tenths, /)")]
    fn halfdelay(tenths: u8) -> Result<()> {
        check(with_screen()?.halfdelay(tenths.into()), "halfdelay")
    }

    #[function("intrflush($module, flag, /)")]
    fn intrflush(flag: bool) -> Result<()> {
        check(with_screen()?.intrflush(None, flag.into()), "intrflush")
    }

    #[function("meta($module, yes, /)")]
    fn meta(yes: bool) -> Result<()> {
        let curses = with_screen()?;
        check(curses.meta(curses.variable(curses.stdscr), yes.into()), "meta")
    }

    #[function("curs_set($module, visibility, /)")]
    fn curs_set(visibility: c_int) -> Result<c_int> {
        let old = with_screen()?.curs_set(visibility);
        check(old, "curs_set")?;
        Ok(old)
    }

    #[function("def_prog_mode($module, /)")]
    fn def_prog_mode() -> Result<()> {
        run(Curses::def_prog_mode, "def_prog_mode")
    }

    #[function("def_shell_mode($module, /)")]
    fn def_shell_mode() -> Result<()> {
        run(Curses::def_shell_mode, "def_shell_mode")
    }

    #[function("reset_prog_mode($module, /)")]
    fn reset_prog_mode() -> Result<()> {
        run(Curses::reset_prog_mode, "reset_prog_mode")
    }

    #[function("reset_shell_mode($module, /)")]
    fn reset_shell_mode() -> Result<()> {
        run(Curses::reset_shell_mode, "reset_shell_mode")
    }

    #[function("resetty($module, /)")]
    fn resetty() -> Result<()> {
        run(Curses::resetty, "resetty")
    }

    #[function("savetty($module, /)")]
    fn savetty() -> Result<()> {
        run(Curses::savetty, "savetty")
    }

    #[function("delay_output($module, ms, /)")]
    fn delay_output(ms: c_int) -> Result<()> {
        check(with_screen()?.delay_output(ms), "delay_output")
    }

    #[function("napms($module, ms, /)")]
    fn napms(ms: c_int) -> Result<c_int> {
        Ok(with_screen()?.napms(ms))
    }

    #[function("get_escdelay($module, /)")]
    fn get_escdelay() -> Result<c_int> {
        let curses = curses()?;
        Ok(curses.variable(curses.ESCDELAY))
    }

    #[function("set_escdelay($module, ms, /)")]
    fn set_escdelay(ms: c_int) -> Result<()> {
        if ms <= 0 {
            return Err(raise!(ValueError, "ms must be > 0"));
        }
        check(curses()?.set_escdelay(ms), "set_escdelay")
    }

    #[function("get_tabsize($module, /)")]
    fn get_tabsize() -> Result<c_int> {
        let curses = curses()?;
        Ok(curses.variable(curses.TABSIZE))
    }

    #[function("set_tabsize($module, size, /)")]
    fn set_tabsize(size: c_int) -> Result<()> {
        if size <= 0 {
            return Err(raise!(ValueError, "size must be > 0"));
        }
        check(curses()?.set_tabsize(size), "set_tabsize")
    }
}

/// Tells `curses` and `_curses` how large the screen is now.
fn update_lines_cols() -> Result<()> {
    let curses = curses()?;
    let exposed = objects::hooks::IMPORT.get()("curses")?;
    let sizes = [("LINES", curses.LINES), ("COLS", curses.COLS)];
    for (name, place) in sizes {
        let value = new_int(curses.variable(place).into())?;
        for module in [exposed.cast::<Module>(), STATE.module.get().as_deref()].into_iter().flatten() {
            module.dict().set_text(name, &value)?;
        }
    }
    Ok(())
}

#[macros::pymodule(name = "_curses", part)]
pub mod screen {
    use super::*;

    #[function("filter($module, /)")]
    fn filter() -> Result<()> {
        curses()?.filter();
        Ok(())
    }

    #[function("use_env($module, flag, /)")]
    fn use_env(flag: bool) -> Result<()> {
        curses()?.use_env(Flag::from(flag));
        Ok(())
    }

    #[function("initscr($module, /)")]
    fn initscr(module: &Module) -> Result<Ref<Window>> {
        let curses = curses()?;
        let win = if STATE.has_screen.get() {
            let win = check_window(curses.variable(curses.stdscr))?;
            check(curses.wrefresh(win), "wrefresh")?;
            win
        } else {
            // SAFETY: no arguments; it says itself why there is no terminal.
            let win = check_window(unsafe { curses.initscr() })?;
            STATE.has_screen.set(true);
            STATE.has_terminal.set(true);
            constants::add_drawing(module, curses)?;
            win
        };
        let window = Window::new(win, None, None)?;
        *STATE.encoding.borrow_mut() = window.encoding().map(core::ffi::CStr::to_owned);
        Ok(window)
    }

    #[function("endwin($module, /)")]
    fn endwin() -> Result<()> {
        run(Curses::endwin, "endwin")
    }

    #[function("isendwin($module, /)")]
    fn isendwin() -> Result<bool> {
        Ok(with_screen()?.isendwin() != 0)
    }

    #[function("doupdate($module, /)")]
    fn doupdate() -> Result<()> {
        run(Curses::doupdate, "doupdate")
    }

    #[function("newpad($module, nlines, ncols, /)")]
    fn newpad(nlines: c_int, ncols: c_int) -> Result<Ref<Window>> {
        let win = with_screen()?.newpad(nlines, ncols);
        Window::new(check_window(win)?, None, None)
    }

    #[function("newwin", raw)]
    fn newwin(args: &[&Object]) -> Result<Ref<Window>> {
        let [nlines, ncols, y, x] = match *args {
            [nlines, ncols] => ints(&[nlines, ncols]).map(|[nlines, ncols]| [nlines, ncols, 0, 0])?,
            [nlines, ncols, y, x] => ints(&[nlines, ncols, y, x])?,
            _ => return Err(raise!(TypeError, "_curses.newwin requires 2 to 4 arguments")),
        };
        let win = with_screen()?.newwin(nlines, ncols, y, x);
        Window::new(check_window(win)?, None, None)
    }

    #[function("getwin($module, file, /)")]
    fn getwin(file: &Object) -> Result<Ref<Window>> {
        temporary::get(with_screen()?, file)
    }

    #[function("getsyx($module, /)")]
    fn getsyx() -> Result<(c_int, c_int)> {
        let curses = with_screen()?;
        Ok(match curses.variable(curses.newscr) {
            None => (0, 0),
            Some(win) if curses.is_leaveok(win) != 0 => (-1, -1),
            Some(win) => (curses.getcury(win), curses.getcurx(win)),
        })
    }

    #[function("setsyx($module, y, x, /)")]
    fn setsyx(y: c_int, x: c_int) -> Result<()> {
        let curses = with_screen()?;
        if let Some(win) = curses.variable(curses.newscr) {
            let leave = y == -1 && x == -1;
            curses.leaveok(win, leave.into());
            if !leave {
                curses.wmove(win, y, x);
            }
        }
        Ok(())
    }

    #[function("is_term_resized($module, nlines, ncols, /)")]
    fn is_term_resized(nlines: c_int, ncols: c_int) -> Result<bool> {
        Ok(with_screen()?.is_term_resized(nlines, ncols) != 0)
    }

    #[function("resize_term($module, nlines, ncols, /)")]
    fn resize_term(nlines: c_short, ncols: c_short) -> Result<()> {
        check(with_screen()?.resize_term(nlines.into(), ncols.into()), "resize_term")?;
        update_lines_cols()
    }

    #[function("resizeterm($module, nlines, ncols, /)")]
    fn resizeterm(nlines: c_short, ncols: c_short) -> Result<()> {
        check(with_screen()?.resizeterm(nlines.into(), ncols.into()), "resizeterm")?;
        update_lines_cols()
    }

    #[function("update_lines_cols($module, /)")]
    fn py_update_lines_cols() -> Result<()> {
        update_lines_cols()
    }
}

/// Text as the library takes names.
fn c_text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| raise!(ValueError, "embedded null character"))
}

#[macros::pymodule(name = "_curses", part)]
pub mod capabilities {
    use super::*;

    #[function("setupterm($module, /, term=None, fd=-1)")]
    fn setupterm(term: Option<&str>, fd: c_int) -> Result<()> {
        let term = term.map(c_text).transpose()?;
        let fd = match (fd, sys_get("stdout").filter(|stdout| !stdout.is(none()))) {
            (-1, Some(stdout)) => as_descriptor(&stdout)?,
            (-1, None) => return Err(error("lost sys.stdout")),
            (fd, _) => fd,
        };
        if !STATE.has_terminal.get() {
            let name = term.as_ref().map_or(core::ptr::null(), |term| term.as_ptr());
            let mut why = 0;
            // SAFETY: a C string or NULL, our number.
            if unsafe { curses()?.setupterm(name, fd, &raw mut why) } == ERR {
                return Err(error(match why {
                    0 => "setupterm: could not find terminal",
                    -1 => "setupterm: could not find terminfo database",
                    _ => "setupterm: unknown error",
                }));
            }
        }
        STATE.has_terminal.set(true);
        Ok(())
    }

    #[function("tigetflag($module, capname, /)")]
    fn tigetflag(capname: &str) -> Result<c_int> {
        let (curses, name) = (with_terminal()?, c_text(capname)?);
        // SAFETY: a C string.
        Ok(unsafe { curses.tigetflag(name.as_ptr()) })
    }

    #[function("tigetnum($module, capname, /)")]
    fn tigetnum(capname: &str) -> Result<c_int> {
        let (curses, name) = (with_terminal()?, c_text(capname)?);
        // SAFETY: a C string.
        Ok(unsafe { curses.tigetnum(name.as_ptr()) })
    }

    #[function("tigetstr($module, capname, /)")]
    fn tigetstr(capname: &str) -> Result<Option<Ref<Bytes>>> {
        let (curses, name) = (with_terminal()?, c_text(capname)?);
        // SAFETY: a C string; the result is NULL, -1, or a C string of the library.
        unsafe {
            let text = curses.tigetstr(name.as_ptr());
            match text.addr() {
                0 | usize::MAX => Ok(None),
                _ => Bytes::new(core::ffi::CStr::from_ptr(text).to_bytes()).map(Some),
            }
        }
    }

    #[function("tparm($module, str, i1=0, i2=0, i3=0, i4=0, i5=0, i6=0, i7=0, i8=0,\n      i9=0, /)")]
    fn tparm(
        str: BytesLike,
        #[default(Number(0))] i1: Number,
        #[default(Number(0))] i2: Number,
        #[default(Number(0))] i3: Number,
        #[default(Number(0))] i4: Number,
        #[default(Number(0))] i5: Number,
        #[default(Number(0))] i6: Number,
        #[default(Number(0))] i7: Number,
        #[default(Number(0))] i8: Number,
        #[default(Number(0))] i9: Number,
    ) -> Result<Ref<Bytes>> {
        let curses = with_terminal()?;
        let text = CString::new(&*str).map_err(|_| raise!(ValueError, "embedded null byte"))?;
        // SAFETY: a C string; a string of the library.
        Bytes::new(unsafe {
            let filled = curses.tparm(
                text.as_ptr(),
                i1.0.into(),
                i2.0.into(),
                i3.0.into(),
                i4.0.into(),
                i5.0.into(),
                i6.0.into(),
                i7.0.into(),
                i8.0.into(),
                i9.0.into(),
            );
            check_string(filled, "tparm")
        }?)
    }

    #[function("putp($module, string, /)")]
    fn putp(string: BytesLike) -> Result<()> {
        let text = CString::new(&*string).map_err(|_| raise!(ValueError, "embedded null byte"))?;
        // SAFETY: a C string.
        check(unsafe { curses()?.putp(text.as_ptr()) }, "putp")
    }

    #[function("baudrate($module, /)")]
    fn baudrate() -> Result<c_int> {
        let rate = with_screen()?.baudrate();
        check(rate, "baudrate")?;
        Ok(rate)
    }

    #[function("erasechar($module, /)")]
    fn erasechar() -> Result<Ref<Bytes>> {
        Bytes::new(&[with_screen()?.erasechar() as u8])
    }

    #[function("killchar($module, /)")]
    fn killchar() -> Result<Ref<Bytes>> {
        Bytes::new(&[curses()?.killchar() as u8])
    }

    #[function("has_ic($module, /)")]
    fn has_ic() -> Result<bool> {
        Ok(with_screen()?.has_ic() != 0)
    }

    #[function("has_il($module, /)")]
    fn has_il() -> Result<bool> {
        Ok(with_screen()?.has_il() != 0)
    }

    #[function("longname($module, /)")]
    fn longname() -> Result<Ref<Bytes>> {
        named(Curses::longname, "longname")
    }

    #[function("termname($module, /)")]
    fn termname() -> Result<Ref<Bytes>> {
        named(Curses::termname, "termname")
    }

    #[function("termattrs($module, /)")]
    fn termattrs() -> Result<c_long> {
        Ok(with_screen()?.termattrs().into())
    }
}

/// A string of the library.
fn named(function: fn(&Curses) -> *const c_char, name: &str) -> Result<Ref<Bytes>> {
    let curses = with_screen()?;
    // SAFETY: NULL or a C string of the library.
    Bytes::new(unsafe { check_string(function(curses), name) }?)
}
