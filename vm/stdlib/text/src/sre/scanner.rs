//! Scanners: searching on from match to match.

use super::matched::Match;
use super::pattern::Pattern;
use super::subject::Subject;
use ::sre::{Matcher, Mode};
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::buffer::{self, Buffer};
use objects::types::bytes::Bytes;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, Slot};

/// Where a search goes on.
#[repr(C)]
#[derive(Trace)]
pub struct Scanner {
    ob_base: Object,
    pattern: Slot<Pattern>,
    string: Slot,
    /// Keeps the memory of a mutable object where it is.
    #[trace(skip)]
    held: RefCell<Option<Buffer>>,
    #[trace(skip)]
    start: Cell<usize>,
    #[trace(skip)]
    end: usize,
    #[trace(skip)]
    first: usize,
    #[trace(skip)]
    must_advance: Cell<bool>,
    #[trace(skip)]
    done: Cell<bool>,
}

impl Scanner {
    pub fn new(pattern: &Pattern, string: &Object, pos: usize, end: usize) -> Result<Ref<Scanner>> {
        let is_fixed = string.cast::<Str>().is_some() || string.cast_exact::<Bytes>().is_some();
        let held = if is_fixed { None } else { Some(Buffer::of(string, buffer::SIMPLE)?) };
        Ref::new(Scanner {
            ob_base: Object::HEAD,
            pattern: Slot::new(pattern.to_ref()),
            string: Slot::new(string.to_ref()),
            held: RefCell::new(held),
            start: Cell::new(pos),
            end,
            first: pos,
            must_advance: Cell::new(false),
            done: Cell::new(false),
        })
    }

    fn next(&self, mode: Mode) -> Result<Option<Ref<Match>>> {
        let (Some(pattern), Some(string)) = (self.pattern.get(), self.string.get()) else { return Ok(None) };
        if self.done.get() {
            return Ok(None);
        }
        let subject = Subject::of(&string)?;
        let mut matcher = Matcher::new(pattern.program());
        if !subject.find(&mut matcher, self.start.get(), self.end, mode, self.must_advance.get())? {
            self.done.set(true);
            return Ok(None);
        }
        let (start, end) = matcher.group(0).unwrap_or_default();
        self.must_advance.set(start == end);
        self.start.set(end);
        Match::new(&pattern, &string, &matcher, self.first, self.end).map(Some)
    }
}

#[pytype(name = "SRE_Scanner", module = "_sre", no_new, gc)]
impl Scanner {
    #[method("match($self, /)")]
    fn match_(&self) -> Result<Option<Ref<Match>>> {
        self.next(Mode::Prefix)
    }

    #[method("search($self, /)")]
    fn search(&self) -> Result<Option<Ref<Match>>> {
        self.next(Mode::Search)
    }

    #[getter("pattern")]
    fn pattern(&self) -> Option<Ref<Pattern>> {
        self.pattern.get()
    }
}
