//! Keys, lines and the mouse.

use super::convert;
use super::ffi::{Curses, ERR, KEY_CODE_YES, MouseEvent, MouseMask, Win};
use super::{STATE, check, check_string, error, with_screen};
use crate::arguments::int;
use core::ffi::{CStr, c_char, c_int, c_long, c_short};
use objects::args::{At, FromArg};
use objects::state::detached;
use objects::types::bytes::Bytes;
use objects::types::int::{Int, new_int};
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, raise};

type Place = Option<(c_int, c_int)>;

/// `wgetch`: the GIL is let go of while it waits.
pub fn getch(curses: &Curses, win: Win, place: Place) -> c_int {
    detached(|| if curses.moved(win, place) { curses.wgetch(win) } else { ERR })
}

/// What a wait without input comes to: what a signal handler has raised, or the error.
fn no_input() -> Raised {
    match objects::hooks::HANDLE_PENDING.get()() {
        Err(raised) => raised,
        Ok(()) => error("no input"),
    }
}

/// The name of a key, empty for one that has none.
fn key_name(curses: &Curses, key: c_int) -> &[u8] {
    let name = curses.keyname(key);
    // SAFETY: NULL or a C string of the library.
    if name.is_null() { b"" } else { unsafe { CStr::from_ptr(name) }.to_bytes() }
}

/// `getkey`.
pub fn getkey(curses: &Curses, win: Win, place: Place) -> Result<Ref<Str>> {
    match getch(curses, win, place) {
        ERR => Err(no_input()),
        byte @ 0..=255 => Str::from_char(byte as u32),
        key => Str::new(&String::from_utf8_lossy(key_name(curses, key))),
    }
}

/// `get_wch`: a character, or the number of another key.
pub fn get_wch(curses: &Curses, win: Win, place: Place) -> Result<Ref> {
    let mut char = 0;
    let status = detached(|| {
        // SAFETY: our own place.
        if curses.moved(win, place) { unsafe { curses.wget_wch(win, &raw mut char) } } else { ERR }
    });
    match status {
        ERR => Err(no_input()),
        KEY_CODE_YES => new_int(char.into()),
        _ if char < 0x11_0000 => Ok(Str::from_char(char)?.upcast()),
        _ => Err(raise!(ValueError, "chr() arg not in range(0x110000)")),
    }
}

/// The longest line that is read.
const LONGEST: c_int = 1023;

/// `[y, x,] [n]` with n at most [`LONGEST`].
pub fn place_and_count(args: &[&Object], what: &str) -> Result<(Place, c_int)> {
    let (place, n) = match args {
        [] => (None, None),
        [n] => (None, Some(int(n)?)),
        [y, x] => (Some((int(y)?, int(x)?)), None),
        [y, x, n] => (Some((int(y)?, int(x)?)), Some(int(n)?)),
        _ => return Err(raise!(TypeError, "{what}")),
    };
    match n {
        Some(..0) => Err(raise!(ValueError, "'n' must be nonnegative")),
        n => Ok((place, n.unwrap_or(LONGEST).min(LONGEST))),
    }
}

/// The text that a function of the library has filled in; nothing after an error.
fn filled(status: c_int, room: &[u8]) -> Result<Ref<Bytes>> {
    let end = room.iter().position(|&byte| byte == 0).unwrap_or(room.len());
    Bytes::new(if status == ERR { b"" } else { &room[..end] })
}

/// `getstr`.
pub fn getstr(curses: &Curses, win: Win, place: Place, n: c_int) -> Result<Ref<Bytes>> {
    let mut room = [0u8; LONGEST as usize + 1];
    let status = detached(|| match curses.moved(win, place) {
        // SAFETY: room for `n` bytes and a NUL.
        true => unsafe { curses.wgetnstr(win, room.as_mut_ptr().cast::<c_char>(), n) },
        false => ERR,
    });
    filled(status, &room)
}

/// `instr`.
pub fn instr(curses: &Curses, win: Win, place: Place, n: c_int) -> Result<Ref<Bytes>> {
    let mut room = [0u8; LONGEST as usize + 1];
    let status = match curses.moved(win, place) {
        // SAFETY: as above.
        true => unsafe { curses.winnstr(win, room.as_mut_ptr().cast::<c_char>(), n) },
        false => ERR,
    };
    filled(status, &room)
}

/// The low bits of an int (`unsigned long(bitwise=True)`).
pub struct Mask(MouseMask);

impl<'a> FromArg<'a> for Mask {
    fn from_arg(argument: &'a Object, at: At) -> Result<Mask> {
        let Some(int) = argument.cast::<Int>() else { return Err(at.bad_argument("int", argument)) };
        let digits = int.digits();
        let low = |index: usize| digits.get(index).copied().unwrap_or(0);
        let value = low(0) | low(1) << 30;
        Ok(Mask(if int.is_negative() { value.wrapping_neg() } else { value }))
    }
}

#[macros::pymodule(name = "_curses", part)]
pub mod part {
    use super::*;

    #[function("flushinp($module, /)")]
    fn flushinp() -> Result<()> {
        with_screen()?.flushinp();
        Ok(())
    }

    #[function("getmouse($module, /)")]
    fn getmouse() -> Result<(c_int, c_int, c_int, c_int, c_long)> {
        let curses = with_screen()?;
        let mut event = MouseEvent::default();
        // SAFETY: our event.
        check(unsafe { curses.getmouse(&raw mut event) }, "getmouse")?;
        Ok((event.id.into(), event.x, event.y, event.z, event.state.into()))
    }

    #[function("ungetmouse($module, id, x, y, z, bstate, /)")]
    fn ungetmouse(id: c_short, x: c_int, y: c_int, z: c_int, bstate: Mask) -> Result<()> {
        let curses = with_screen()?;
        let mut event = MouseEvent { id, x, y, z, state: bstate.0 };
        // SAFETY: our event.
        check(unsafe { curses.ungetmouse(&raw mut event) }, "ungetmouse")
    }

    #[function("mouseinterval($module, interval, /)")]
    fn mouseinterval(interval: c_int) -> Result<()> {
        let curses = with_screen()?;
        check(curses.mouseinterval(interval), "mouseinterval")
    }

    #[function("mousemask($module, newmask, /)")]
    fn mousemask(newmask: Mask) -> Result<(c_long, c_long)> {
        let curses = with_screen()?;
        let mut old = 0;
        // SAFETY: our mask.
        let available = unsafe { curses.mousemask(newmask.0, &raw mut old) };
        Ok((available.into(), old.into()))
    }

    #[function("has_key($module, key, /)")]
    fn has_key(key: c_int) -> Result<bool> {
        Ok(with_screen()?.has_key(key) != 0)
    }

    #[function("keyname($module, key, /)")]
    fn keyname(key: c_int) -> Result<Ref<Bytes>> {
        let curses = with_screen()?;
        if key < 0 {
            return Err(raise!(ValueError, "invalid key number"));
        }
        Bytes::new(key_name(curses, key))
    }

    #[function("unctrl($module, ch, /)")]
    fn unctrl(ch: &Object) -> Result<Ref<Bytes>> {
        let curses = with_screen()?;
        let encoding = STATE.encoding.borrow().clone();
        let char = convert::byte(ch, encoding.as_deref())?;
        // SAFETY: a C string of the library.
        Bytes::new(unsafe { check_string(curses.unctrl(char), "unctrl") }?)
    }

    #[function("ungetch($module, ch, /)")]
    fn ungetch(ch: &Object) -> Result<()> {
        let curses = with_screen()?;
        let encoding = STATE.encoding.borrow().clone();
        let char = convert::byte(ch, encoding.as_deref())?;
        check(curses.ungetch(char as c_int), "ungetch")
    }

    #[function("unget_wch($module, ch, /)")]
    fn unget_wch(ch: &Object) -> Result<()> {
        let curses = with_screen()?;
        check(curses.unget_wch(convert::wide_char(ch)?), "unget_wch")
    }

    #[function("typeahead($module, fd, /)")]
    fn typeahead(fd: c_int) -> Result<()> {
        check(with_screen()?.typeahead(fd), "typeahead")
    }
}
