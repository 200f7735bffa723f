//! Colours and pairs of them.

use super::convert;
use super::ffi::{Curses, color_pair, curses, pair_number};
use super::{STATE, check, with_color, with_screen};
use core::ffi::{c_int, c_long};
use objects::args::{At, FromArg};
use objects::types::int::new_int;
use objects::{Object, Raised, Result, raise};

macro_rules! argument {
    ($($(#[$doc:meta])* $name:ident $convert:expr;)*) => { $(
        $(#[$doc])*
        pub struct $name(c_int);

        impl<'a> FromArg<'a> for $name {
            fn from_arg(argument: &'a Object, _at: At) -> Result<$name> {
                $convert(argument).map($name)
            }
        }
    )* };
}

argument! {
    /// The number of a colour.
    Color |object| convert::color(object, curses()?);
    /// The number of a colour, or a negative one for the terminal's own.
    ColorOrDefault |object| convert::color_or_default(object, curses()?);
    /// The number of a pair of colours.
    Pair convert::pair;
    /// Red, green or blue of a colour.
    Component convert::component;
}

/// The error of a function about a pair.
fn pair_error(curses: &Curses, pair: c_int, status: c_int, function: &str) -> Result<()> {
    let pairs = curses.variable(curses.COLOR_PAIRS);
    let too_large = |_: &Raised| pair >= pairs;
    check(status, function).map_err(|raised| {
        if !too_large(&raised) {
            return raised;
        }
        raised.clear();
        raise!(ValueError, "Color pair is greater than COLOR_PAIRS-1 ({}).", pairs - 1)
    })
}

#[macros::pymodule(name = "_curses", part)]
pub mod part {
    use super::*;

    #[function("can_change_color($module, /)")]
    fn can_change_color() -> Result<bool> {
        Ok(with_screen()?.can_change_color() != 0)
    }

    #[function("has_colors($module, /)")]
    fn has_colors() -> Result<bool> {
        Ok(with_screen()?.has_colors() != 0)
    }

    #[function("has_extended_color_support($module, /)")]
    fn has_extended_color_support() -> bool {
        true
    }

    #[function("start_color($module, /)")]
    fn start_color() -> Result<()> {
        let curses = with_screen()?;
        check(curses.start_color(), "start_color")?;
        STATE.has_color.set(true);
        if let Some(module) = STATE.module.get() {
            let dict = module.dict();
            dict.set_text("COLORS", &*new_int(curses.variable(curses.COLORS).into())?)?;
            dict.set_text("COLOR_PAIRS", &*new_int(curses.variable(curses.COLOR_PAIRS).into())?)?;
        }
        Ok(())
    }

    #[function("use_default_colors($module, /)")]
    fn use_default_colors() -> Result<()> {
        check(with_color()?.use_default_colors(), "use_default_colors")
    }

    #[function("color_content($module, color_number, /)")]
    fn color_content(color_number: Color) -> Result<(c_int, c_int, c_int)> {
        let curses = with_color()?;
        let (mut r, mut g, mut b) = (0, 0, 0);
        // SAFETY: our numbers.
        let status =
            unsafe { curses.extended_color_content(color_number.0, &raw mut r, &raw mut g, &raw mut b) };
        check(status, "extended_color_content")?;
        Ok((r, g, b))
    }

    #[function("color_pair($module, pair_number, /)")]
    fn py_color_pair(pair_number: c_int) -> Result<c_long> {
        with_color()?;
        Ok(color_pair(pair_number).into())
    }

    #[function("init_color($module, color_number, r, g, b, /)")]
    fn init_color(color_number: Color, r: Component, g: Component, b: Component) -> Result<()> {
        let status = with_color()?.init_extended_color(color_number.0, r.0, g.0, b.0);
        check(status, "init_extended_color")
    }

    #[function("init_pair($module, pair_number, fg, bg, /)")]
    fn init_pair(pair_number: Pair, fg: ColorOrDefault, bg: ColorOrDefault) -> Result<()> {
        let curses = with_color()?;
        let status = curses.init_extended_pair(pair_number.0, fg.0, bg.0);
        pair_error(curses, pair_number.0, status, "init_extended_pair")
    }

    #[function("pair_content($module, pair_number, /)")]
    fn pair_content(pair_number: Pair) -> Result<(c_int, c_int)> {
        let curses = with_color()?;
        let (mut foreground, mut background) = (0, 0);
        // SAFETY: our numbers.
        let status =
            unsafe { curses.extended_pair_content(pair_number.0, &raw mut foreground, &raw mut background) };
        pair_error(curses, pair_number.0, status, "extended_pair_content")?;
        Ok((foreground, background))
    }

    #[function("pair_number($module, attr, /)")]
    fn py_pair_number(attr: c_int) -> Result<c_int> {
        with_color()?;
        Ok(pair_number(attr.into()))
    }
}
