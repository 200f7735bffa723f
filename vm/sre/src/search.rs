//! Finding where a pattern matches.

use memchr::memmem;
use unicode::Char;

use crate::matcher::{Limits, Matcher, Mode, Stopped, as_bytes, first_of};
use crate::program::Anchor;

impl Matcher<'_> {
    /// Matches from `start` on; the text ends where the search may look to, and its characters before
    /// `start` are seen by anchors and lookbehinds only. `must_advance` forbids an empty match at
    /// `start`. `check` is called now and then; where it returns false, matching stops.
    ///
    /// # Errors
    /// [`Stopped`]: there is no answer.
    pub fn find<C: Char>(
        &mut self,
        text: &[C],
        start: usize,
        mode: Mode,
        must_advance: bool,
        check: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stopped> {
        if start > text.len() {
            return Ok(false);
        }
        let forbidden_end = if must_advance { start } else { usize::MAX };
        let mut limits = Limits { full: mode == Mode::Full, forbidden_end };
        let mut at = start;
        if mode != Mode::Search {
            return self.found(text, at, limits, check);
        }
        while let Some(place) = self.candidate(text, at) {
            if place != start {
                limits.forbidden_end = usize::MAX;
            }
            if self.found(text, place, limits, check)? {
                return Ok(true);
            }
            at = place + 1;
        }
        Ok(false)
    }

    fn found<C: Char>(
        &mut self,
        text: &[C],
        at: usize,
        limits: Limits,
        check: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stopped> {
        if text.len() - at < self.program.info.least {
            return Ok(false);
        }
        let end = self.run(text, at, limits, check)?;
        if let Some(end) = end {
            self.span = (at, end);
        }
        Ok(end.is_some())
    }

    /// The next place where a match might begin.
    fn candidate<C: Char>(&self, text: &[C], at: usize) -> Option<usize> {
        let info = &self.program.info;
        let rest = text.get(at..)?;
        if rest.len() < info.least {
            return None;
        }
        if let [first, ..] = info.prefix[..] {
            return find_prefix(rest, &info.prefix, first).map(|offset| at + offset);
        }
        match (info.anchor, &info.first) {
            (Anchor::Text, _) => (at == 0).then_some(0),
            (Anchor::Line, _) if at > 0 => {
                first_of(&text[at - 1..], 10).map(|offset| at + offset).filter(|&at| at <= text.len())
            }
            (_, Some(first)) => {
                rest.iter().position(|&char| first.contains(char.into())).map(|offset| at + offset)
            }
            _ => Some(at),
        }
    }
}

fn find_prefix<C: Char>(text: &[C], prefix: &[u32], first: u32) -> Option<usize> {
    if prefix.len() == 1 {
        return first_of(text, first);
    }
    if let Some(bytes) = as_bytes(text) {
        let mut needle = [0; 64];
        let needle = needle.get_mut(..prefix.len().min(64))?;
        for (byte, &code) in needle.iter_mut().zip(prefix) {
            *byte = u8::try_from(code).ok()?;
        }
        return memmem::find(bytes, needle);
    }
    let mut at = 0;
    loop {
        at += first_of(text.get(at..)?, first)?;
        let here = text.get(at..at + prefix.len())?;
        if here.iter().zip(prefix).all(|(&char, &code)| char.into() == code) {
            return Some(at);
        }
        at += 1;
    }
}
