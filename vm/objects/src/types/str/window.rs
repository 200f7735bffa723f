//! The arguments `(sub[, start[, end]])` that the searching methods of str, bytes and bytearray share.

use crate::object::Object;
use crate::protocol::number;
use crate::raise;
use crate::raise::Result;
use crate::types::none::none;

/// What is looked for, and where.
pub struct Window<'a> {
    pub sub: &'a Object,
    start: isize,
    end: isize,
}

impl<'a> Window<'a> {
    /// The arguments of the method `name`.
    ///
    /// # Errors
    /// TypeError for a wrong number of arguments or bounds that are no indices.
    pub fn parse(name: &str, args: &[&'a Object]) -> Result<Window<'a>> {
        let Some(sub) = args.first() else {
            return Err(raise!(TypeError, "{name} expected at least 1 argument, got 0"));
        };
        if args.len() > 3 {
            return Err(raise!(TypeError, "{name} expected at most 3 arguments, got {}", args.len()));
        }
        Ok(Window { sub, start: bound(args.get(1), 0)?, end: bound(args.get(2), isize::MAX)? })
    }

    /// The window in something `len` long. The start may be behind the end, even behind `len`.
    #[inline]
    pub fn clip(&self, len: usize) -> (usize, usize) {
        let len = len as isize;
        let from_end = |index: isize| if index < 0 { (index + len).max(0) } else { index };
        (from_end(self.start) as usize, from_end(self.end.min(len)) as usize)
    }
}

fn bound(object: Option<&&Object>, default: isize) -> Result<isize> {
    match object {
        None => Ok(default),
        Some(object) if object.is(none()) => Ok(default),
        Some(object) if number::is_index(object) => number::index_as_isize(object, None),
        Some(_) => {
            Err(raise!(TypeError, "slice indices must be integers or None or have an __index__ method"))
        }
    }
}
