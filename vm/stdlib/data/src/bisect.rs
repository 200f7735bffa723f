//! `_bisect`: binary search in anything that has items and a length.

use macros::pymodule;
use objects::protocol::{self, call, compare, number, sequence};
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::none::none;
use objects::{CompareOp, Object, Result, id, raise};

/// On which side of items equal to the one searched for.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

/// The end of the range searched; `None` is the whole length.
fn end(hi: Option<&Object>) -> Result<Option<isize>> {
    let Some(hi) = hi.filter(|hi| !hi.is(none())) else { return Ok(None) };
    if !number::is_index(hi) {
        return Err(raise!(
            TypeError,
            "argument should be integer or None, not '{}'",
            hi.class().full_name()
        ));
    }
    // -1 stands for the default.
    Ok(Some(number::index_as_isize(hi, Some(&exc::OverflowError))?).filter(|&hi| hi != -1))
}

/// The place for `x` in `a`; `key` is applied to the items but not to `x`.
fn search(
    a: &Object,
    x: &Object,
    lo: isize,
    hi: Option<&Object>,
    key: Option<&Object>,
    side: Side,
) -> Result<isize> {
    let hi = end(hi)?;
    if lo < 0 {
        return Err(raise!(ValueError, "lo must be non-negative"));
    }
    let mut hi = match hi {
        Some(hi) => hi,
        None => protocol::object::len(a)? as isize,
    };
    let mut lo = lo;
    let list = a.cast_exact::<List>();
    while lo < hi {
        // The sum of two sizes fits into an unsigned word.
        let middle = ((lo as usize + hi as usize) / 2) as isize;
        let mut item = match list {
            Some(list) => {
                list.get(middle as usize).ok_or_else(|| raise!(IndexError, "list index out of range"))?
            }
            None => sequence::get_item(a, middle)?,
        };
        if let Some(key) = key {
            item = call::call_one_arg(key, &item)?;
        }
        let goes_right = match side {
            Side::Left => compare::compare_bool_strict(&item, x, CompareOp::Lt)?,
            Side::Right => !compare::compare_bool_strict(x, &item, CompareOp::Lt)?,
        };
        if goes_right {
            lo = middle + 1;
        } else {
            hi = middle;
        }
    }
    Ok(lo)
}

fn insort(
    a: &Object,
    x: &Object,
    lo: isize,
    hi: Option<&Object>,
    key: Option<&Object>,
    side: Side,
) -> Result<()> {
    let place = match key {
        None => search(a, x, lo, hi, None, side)?,
        Some(key) => search(a, &*call::call_one_arg(key, x)?, lo, hi, Some(key), side)?,
    };
    let place = objects::types::int::new_int(place as i64)?;
    call::call_method(a, id!("insert"), &[&place, x]).map(drop)
}

#[pymodule(name = "_bisect")]
pub mod module {
    use super::*;

    #[function("bisect_left($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_left(
        a: &Object,
        x: &Object,
        lo: isize,
        hi: Option<&Object>,
        key: Option<&Object>,
    ) -> Result<isize> {
        search(a, x, lo, hi, key, Side::Left)
    }

    #[function("bisect_right($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn bisect_right(
        a: &Object,
        x: &Object,
        lo: isize,
        hi: Option<&Object>,
        key: Option<&Object>,
    ) -> Result<isize> {
        search(a, x, lo, hi, key, Side::Right)
    }

    #[function("insort_left($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn insort_left(
        a: &Object,
        x: &Object,
        lo: isize,
        hi: Option<&Object>,
        key: Option<&Object>,
    ) -> Result<()> {
        insort(a, x, lo, hi, key, Side::Left)
    }

    #[function("insort_right($module, /, a, x, lo=0, hi=None, *, key=None)")]
    fn insort_right(
        a: &Object,
        x: &Object,
        lo: isize,
        hi: Option<&Object>,
        key: Option<&Object>,
    ) -> Result<()> {
        insort(a, x, lo, hi, key, Side::Right)
    }
}
