//! The numbers of the module, and the drawing characters that it has once the terminal is known.

use super::ffi::{A_ATTRIBUTES, A_COLOR, Curses, ERR, KEY_MAX, KEY_MIN, OK};
use core::ffi::CStr;
use objects::Result;
use objects::types::int::new_int;
use objects::types::module::Module;

/// Events of the mouse are five bits for each button, and then some.
const MOUSE_EVENTS: &[&str] = &["RELEASED", "PRESSED", "CLICKED", "DOUBLE_CLICKED", "TRIPLE_CLICKED"];
const BUTTONS: u32 = 5;

/// A bit of the attributes.
const fn attribute(bit: u32) -> i64 {
    1 << (bit + 8)
}

const CONSTANTS: &[(&str, i64)] = &[
    ("ERR", ERR as i64),
    ("OK", OK as i64),
    ("A_ATTRIBUTES", A_ATTRIBUTES as i64),
    ("A_NORMAL", 0),
    ("A_STANDOUT", attribute(8)),
    ("A_UNDERLINE", attribute(9)),
    ("A_REVERSE", attribute(10)),
    ("A_BLINK", attribute(11)),
    ("A_DIM", attribute(12)),
    ("A_BOLD", attribute(13)),
    ("A_ALTCHARSET", attribute(14)),
    ("A_INVIS", attribute(15)),
    ("A_PROTECT", attribute(16)),
    ("A_CHARTEXT", attribute(0) - 1),
    ("A_COLOR", A_COLOR as i64),
    ("A_HORIZONTAL", attribute(17)),
    ("A_LEFT", attribute(18)),
    ("A_LOW", attribute(19)),
    ("A_RIGHT", attribute(20)),
    ("A_TOP", attribute(21)),
    ("A_VERTICAL", attribute(22)),
    ("A_ITALIC", attribute(23)),
    ("COLOR_BLACK", 0),
    ("COLOR_RED", 1),
    ("COLOR_GREEN", 2),
    ("COLOR_YELLOW", 3),
    ("COLOR_BLUE", 4),
    ("COLOR_MAGENTA", 5),
    ("COLOR_CYAN", 6),
    ("COLOR_WHITE", 7),
    ("BUTTON_SHIFT", 1 << 26),
    ("BUTTON_CTRL", 1 << 25),
    ("BUTTON_ALT", 1 << 27),
    ("ALL_MOUSE_EVENTS", (1 << 28) - 1),
    ("REPORT_MOUSE_POSITION", 1 << 28),
];

/// The drawing characters by the byte that names them in `acs_map`.
const DRAWING: &[(&str, u8)] = &[
    ("ACS_ULCORNER", b'l'),
    ("ACS_LLCORNER", b'm'),
    ("ACS_URCORNER", b'k'),
    ("ACS_LRCORNER", b'j'),
    ("ACS_LTEE", b't'),
    ("ACS_RTEE", b'u'),
    ("ACS_BTEE", b'v'),
    ("ACS_TTEE", b'w'),
    ("ACS_HLINE", b'q'),
    ("ACS_VLINE", b'x'),
    ("ACS_PLUS", b'n'),
    ("ACS_S1", b'o'),
    ("ACS_S9", b's'),
    ("ACS_DIAMOND", b'`'),
    ("ACS_CKBOARD", b'a'),
    ("ACS_DEGREE", b'f'),
    ("ACS_PLMINUS", b'g'),
    ("ACS_BULLET", b'~'),
    ("ACS_LARROW", b','),
    ("ACS_RARROW", b'+'),
    ("ACS_DARROW", b'.'),
    ("ACS_UARROW", b'-'),
    ("ACS_BOARD", b'h'),
    ("ACS_LANTERN", b'i'),
    ("ACS_BLOCK", b'0'),
    ("ACS_BSSB", b'l'),
    ("ACS_SSBB", b'm'),
    ("ACS_BBSS", b'k'),
    ("ACS_SBBS", b'j'),
    ("ACS_SBSS", b'u'),
    ("ACS_SSSB", b't'),
    ("ACS_SSBS", b'v'),
    ("ACS_BSSS", b'w'),
    ("ACS_BSBS", b'q'),
    ("ACS_SBSB", b'x'),
    ("ACS_SSSS", b'n'),
    ("ACS_S3", b'p'),
    ("ACS_S7", b'r'),
    ("ACS_LEQUAL", b'y'),
    ("ACS_GEQUAL", b'z'),
    ("ACS_PI", b'{'),
    ("ACS_NEQUAL", b'|'),
    ("ACS_STERLING", b'}'),
];

fn set(module: &Module, name: &str, value: i64) -> Result<()> {
    module.dict().set_text(name, &*new_int(value)?)
}

/// Adds what is known from the start: attributes, colours, mouse events, and the keys as the library names them.
pub fn add(module: &Module, curses: &Curses) -> Result<()> {
    for &(name, value) in CONSTANTS {
        set(module, name, value)?;
    }
    for button in 1..=BUTTONS {
        for (bit, event) in MOUSE_EVENTS.iter().enumerate() {
            set(module, &format!("BUTTON{button}_{event}"), 1 << ((button - 1) * 5 + bit as u32))?;
        }
    }
    for key in KEY_MIN..KEY_MAX {
        let name = curses.keyname(key);
        if name.is_null() {
            continue;
        }
        // SAFETY: a C string of the library.
        let name = unsafe { CStr::from_ptr(name) };
        match name.to_str() {
            // "KEY_F(1)".
            Ok(name) if name.starts_with("KEY_") => {
                set(module, &name.replace(['(', ')'], ""), key.into())?;
            }
            _ => {}
        }
    }
    set(module, "KEY_MIN", KEY_MIN.into())?;
    set(module, "KEY_MAX", KEY_MAX.into())
}

/// Adds what `initscr` has found out.
pub fn add_drawing(module: &Module, curses: &Curses) -> Result<()> {
    let map = curses.variable(curses.acs_map);
    for &(name, byte) in DRAWING {
        set(module, name, map[usize::from(byte)].into())?;
    }
    set(module, "LINES", curses.variable(curses.LINES).into())?;
    set(module, "COLS", curses.variable(curses.COLS).into())
}
