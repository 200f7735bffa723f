//! Running a program at one place of a text.
//!
//! What may be tried otherwise, and what has to be undone before that, lies on one stack of
//! [`Frame`]s. To fail is to pop frames until one says where to go on. Assertions and atomic groups
//! put a barrier on the stack; when their body succeeds, the choices above the barrier are dropped and
//! what must be undone stays.

use unicode::Char;

use crate::chars::{Case, is_word};
use crate::constants::{At, MAX_REPEAT};
use crate::program::{Greed, Op, Program};
use crate::set::Set;

/// What a match has to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It begins at the given place: `match`.
    Prefix,
    /// It begins there and ends at the text's end: `fullmatch`.
    Full,
    /// The first place where there is one: `search`.
    Search,
}

/// Why matching ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The caller's check said so: an exception is set.
    Interrupted,
    /// `MemoryError`.
    Memory,
}

/// No place.
const NONE: usize = usize::MAX;
/// Steps between two calls of the caller's check.
const STEPS: u32 = 1 << 14;

/// A repetition that is going on.
#[derive(Clone, Copy, Debug)]
struct Repetition {
    /// The one around, or [`NONE`].
    outer: usize,
    /// Of the `Repeat` operation.
    op: usize,
    /// Iterations so far, from -1: the first one is counted where it begins.
    count: u32,
    /// Where the last optional iteration began.
    last: usize,
}

#[derive(Clone, Copy, Debug)]
enum Frame {
    /// Go on at an operation.
    Choice {
        op: usize,
        at: usize,
    },
    /// A greedy repetition of one character may give back down to `least`; `at` is to be tried next.
    GiveBack {
        tail: usize,
        least: usize,
        at: usize,
    },
    /// A lazy one may take more, `left` at most.
    TakeMore {
        item: usize,
        at: usize,
        left: u32,
    },
    /// Leave a greedy repetition.
    Leave {
        repetition: usize,
        op: usize,
        at: usize,
    },
    /// Do another iteration of a lazy repetition.
    Iterate {
        repetition: usize,
        at: usize,
    },
    /// A body that is matched for itself begins here.
    Barrier {
        op: usize,
        at: usize,
        below: usize,
        count: u32,
    },
    UndoMark {
        mark: u32,
        lastindex: u32,
        place: usize,
    },
    UndoRepetition {
        repetition: usize,
        count: u32,
        last: usize,
    },
    UndoCurrent {
        repetition: usize,
    },
    /// A repetition began above this many.
    UndoRepeat {
        outer: usize,
        len: usize,
    },
}

impl Frame {
    fn undoes(&self) -> bool {
        matches!(
            self,
            Frame::UndoMark { .. }
                | Frame::UndoRepetition { .. }
                | Frame::UndoCurrent { .. }
                | Frame::UndoRepeat { .. }
        )
    }
}

/// Runs a program; one matcher may search many times, and reuses its memory.
pub struct Matcher<'p> {
    pub(crate) program: &'p Program,
    marks: Vec<usize>,
    /// A mark may have been set: spares searches the filling.
    marked: bool,
    /// The last group that was closed, 0 for none.
    lastindex: u32,
    frames: Vec<Frame>,
    repetitions: Vec<Repetition>,
    /// Index of the innermost repetition.
    current: usize,
    /// Index of the innermost barrier.
    barrier: usize,
    steps: u32,
    pub(crate) span: (usize, usize),
}

/// The operation and the place to go on with; `None` where this way leads nowhere.
type Next = Option<(usize, usize)>;

/// What a match may do, besides the text.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// It must end at the text's end.
    pub full: bool,
    /// It must not end here (empty, after an empty match).
    pub forbidden_end: usize,
}

impl<'p> Matcher<'p> {
    pub fn new(program: &'p Program) -> Matcher<'p> {
        Matcher {
            program,
            marks: vec![NONE; 2 * program.groups],
            marked: false,
            lastindex: 0,
            frames: Vec::new(),
            repetitions: Vec::new(),
            current: NONE,
            barrier: NONE,
            steps: 0,
            span: (0, 0),
        }
    }

    /// Start and end of a group in the match found last; group 0 is the whole.
    pub fn group(&self, group: usize) -> Option<(usize, usize)> {
        if group == 0 {
            return Some(self.span);
        }
        let (&start, &end) = (self.marks.get(2 * group - 2)?, self.marks.get(2 * group - 1)?);
        (start != NONE && end != NONE).then_some((start, end))
    }

    /// The group that was closed last: `Match.lastindex`.
    pub fn last_index(&self) -> Option<usize> {
        (self.lastindex != 0).then_some(self.lastindex as usize)
    }

    fn push(&mut self, frame: Frame) -> Result<(), Stopped> {
        if self.frames.len() == self.frames.capacity() {
            self.frames.try_reserve(self.frames.len().max(32)).map_err(|_| Stopped::Memory)?;
        }
        self.frames.push(frame);
        Ok(())
    }

    /// Matches at `start`; the match's end.
    pub(crate) fn run<C: Char>(
        &mut self,
        text: &[C],
        start: usize,
        limits: Limits,
        check: &mut dyn FnMut() -> bool,
    ) -> Result<Option<usize>, Stopped> {
        if self.marked {
            self.marks.fill(NONE);
            self.lastindex = 0;
            self.marked = false;
        }
        self.frames.clear();
        self.repetitions.clear();
        self.current = NONE;
        self.barrier = NONE;
        let (mut op, mut at) = (0, start);
        loop {
            if let Some(end) = self.advance(text, op, at, limits, check)? {
                return Ok(Some(end));
            }
            self.count_step(check)?;
            match self.backtrack(text)? {
                Some(next) => (op, at) = next,
                None => return Ok(None),
            }
        }
    }

    /// Counts what bounds the time between checks: operations lead forwards but for failures and
    /// iterations.
    #[inline]
    fn count_step(&mut self, check: &mut dyn FnMut() -> bool) -> Result<(), Stopped> {
        self.steps += 1;
        if self.steps < STEPS {
            return Ok(());
        }
        self.steps = 0;
        if check() { Ok(()) } else { Err(Stopped::Interrupted) }
    }

    /// Executes operations until one fails or the program has matched up to the place returned.
    #[inline]
    fn advance<C: Char>(
        &mut self,
        text: &[C],
        mut op: usize,
        mut at: usize,
        limits: Limits,
        check: &mut dyn FnMut() -> bool,
    ) -> Result<Option<usize>, Stopped> {
        let program = self.program;
        let fail = Ok(None);
        // Goes on where a part of the matcher says.
        macro_rules! follow {
            ($next:expr) => {
                match $next {
                    Some(next) => (op, at) = next,
                    None => return fail,
                }
            };
        }
        loop {
            let Some(&operation) = program.ops.get(op) else { return fail };
            op += 1;
            match operation {
                Op::Literal(literal) => match text.get(at) {
                    Some(&char) if char.into() == literal => at += 1,
                    _ => return fail,
                },
                Op::In(set) => match text.get(at) {
                    Some(&char) if program.sets[set as usize].contains(char.into()) => at += 1,
                    _ => return fail,
                },
                Op::Mark(mark) => self.mark(mark, at)?,
                Op::Jump(target) => op = target as usize,
                Op::Alternative { mut next, mut last } => {
                    // Alternatives that the next character excludes are passed over.
                    while !last && !may_begin(program, op, text, at) {
                        match program.ops[next as usize] {
                            Op::Alternative { next: after, last: end } => {
                                op = next as usize + 1;
                                (next, last) = (after, end);
                            }
                            _ => return fail,
                        }
                    }
                    if !last {
                        self.push(Frame::Choice { op: next as usize, at })?;
                    }
                }
                Op::RepeatOne { greed, min, max, tail } => {
                    follow!(self.repeat_one(text, op, at, greed, min as usize, max, tail as usize)?);
                }
                Op::Repeat { .. } => {
                    self.push(Frame::UndoRepeat { outer: self.current, len: self.repetitions.len() })?;
                    self.repetitions.push(Repetition {
                        outer: self.current,
                        op: op - 1,
                        count: u32::MAX,
                        last: NONE,
                    });
                    self.current = self.repetitions.len() - 1;
                    let Op::Repeat { until, .. } = operation else { return fail };
                    op = until as usize;
                }
                Op::MaxUntil => {
                    self.count_step(check)?;
                    follow!(self.max_until(op, at)?);
                }
                Op::MinUntil => {
                    self.count_step(check)?;
                    follow!(self.min_until(op, at)?);
                }
                Op::Success => {
                    if self.barrier == NONE {
                        let wrong = limits.full && at != text.len() || at == limits.forbidden_end;
                        return Ok((!wrong).then_some(at));
                    }
                    self.count_step(check)?;
                    follow!(self.succeed(at)?);
                }
                Op::Failure => return fail,
                Op::At(place) => {
                    if !holds(place, text, at) {
                        return fail;
                    }
                }
                Op::Assert { back, .. } => {
                    if (back as usize) > at {
                        // There is not so much text: the body cannot match.
                        let Op::Assert { negative: true, end, .. } = operation else { return fail };
                        op = end as usize;
                        continue;
                    }
                    self.begin_body(op - 1, at, 0)?;
                    at -= back as usize;
                }
                Op::Atomic { .. } => self.begin_body(op - 1, at, 0)?,
                Op::PossessiveRepeat { max, tail, .. } => {
                    if max == 0 {
                        op = tail as usize;
                    } else {
                        self.begin_body(op - 1, at, 0)?;
                    }
                }
                Op::GroupRef(group) => match self.same_text(text, group, at, |a, b| a == b) {
                    Some(end) => at = end,
                    None => return fail,
                },
                Op::GroupRefIgnore(case, group) => {
                    match self.same_text(text, group, at, |a, b| case.lower(a) == case.lower(b)) {
                        Some(end) => at = end,
                        None => return fail,
                    }
                }
                Op::GroupRefExists { group, otherwise } => {
                    if self.group_text(group).is_none() {
                        op = otherwise as usize;
                    }
                }
                Op::Any
                | Op::AnyAll
                | Op::Category(_)
                | Op::NotLiteral(_)
                | Op::LiteralIgnore(..)
                | Op::NotLiteralIgnore(..)
                | Op::InIgnore(..) => match text.get(at) {
                    Some(&char) if matches_one(program, operation, char.into()) => at += 1,
                    _ => return fail,
                },
            }
        }
    }

    fn mark(&mut self, mark: u32, at: usize) -> Result<(), Stopped> {
        self.marked = true;
        let place = self.marks[mark as usize];
        if !self.frames.is_empty() {
            self.push(Frame::UndoMark { mark, lastindex: self.lastindex, place })?;
        }
        if mark & 1 == 1 {
            self.lastindex = mark / 2 + 1;
        }
        self.marks[mark as usize] = at;
        Ok(())
    }

    /// Start and end of a group that has been closed.
    fn group_text(&self, group: u32) -> Option<(usize, usize)> {
        let (start, end) = (self.marks[2 * group as usize], self.marks[2 * group as usize + 1]);
        (start != NONE && end != NONE && start <= end).then_some((start, end))
    }

    fn same_text<C: Char>(
        &self,
        text: &[C],
        group: u32,
        at: usize,
        equal: impl Fn(u32, u32) -> bool,
    ) -> Option<usize> {
        let (start, end) = self.group_text(group)?;
        let here = text.get(at..at + (end - start))?;
        let same = text[start..end].iter().zip(here).all(|(&a, &b)| equal(a.into(), b.into()));
        same.then_some(at + (end - start))
    }

    fn repeat_one<C: Char>(
        &mut self,
        text: &[C],
        item: usize,
        at: usize,
        greed: Greed,
        min: usize,
        max: u32,
        tail: usize,
    ) -> Result<Next, Stopped> {
        let rest = &text[at.min(text.len())..];
        if rest.len() < min {
            return Ok(None);
        }
        let most = if max == MAX_REPEAT { rest.len() } else { rest.len().min(max as usize) };
        if greed == Greed::Lazy {
            if count(self.program, item, &rest[..min]) < min {
                return Ok(None);
            }
            let left = if max == MAX_REPEAT { MAX_REPEAT } else { max - min as u32 };
            return self.take_more(text, item, at + min, left, false);
        }
        let taken = count(self.program, item, &rest[..most]);
        if taken < min {
            return Ok(None);
        }
        if greed == Greed::Possessive {
            return Ok(Some((tail, at + taken)));
        }
        self.give_back(text, tail, at + min, at + taken)
    }

    /// Tries the rest of a greedy repetition at `at` and before, but not before `least`.
    fn give_back<C: Char>(
        &mut self,
        text: &[C],
        tail: usize,
        least: usize,
        mut at: usize,
    ) -> Result<Next, Stopped> {
        if let Op::Literal(literal) = self.program.ops[tail] {
            // Only where the literal is.
            let end = (at + 1).min(text.len());
            match text.get(least..end).and_then(|text| last_of(text, literal)) {
                Some(offset) => at = least + offset,
                None => return Ok(None),
            }
        } else {
            while !may_begin(self.program, tail, text, at) {
                if at == least {
                    return Ok(None);
                }
                at -= 1;
            }
        }
        if at > least {
            self.push(Frame::GiveBack { tail, least, at: at - 1 })?;
        }
        Ok(Some((tail, at)))
    }

    /// Tries the rest of a lazy repetition at `at`, or where `more`, after another character.
    fn take_more<C: Char>(
        &mut self,
        text: &[C],
        item: usize,
        mut at: usize,
        mut left: u32,
        mut more: bool,
    ) -> Result<Next, Stopped> {
        let tail = item + 2;
        let wanted = match self.program.ops[tail] {
            Op::Literal(literal) => Some(literal),
            _ => None,
        };
        loop {
            if more {
                let Some(&char) = text.get(at) else { return Ok(None) };
                if left == 0 || !matches_one(self.program, self.program.ops[item], char.into()) {
                    return Ok(None);
                }
                at += 1;
                left -= (left != MAX_REPEAT) as u32;
            }
            more = true;
            match wanted {
                Some(literal) if text.get(at).is_none_or(|&char| char.into() != literal) => {}
                _ => break,
            }
        }
        self.push(Frame::TakeMore { item, at, left })?;
        Ok(Some((tail, at)))
    }

    /// The bounds of a repetition and where its body begins.
    fn repetition(&self, index: usize) -> Option<(Repetition, u32, u32)> {
        let repetition = *self.repetitions.get(index)?;
        match self.program.ops[repetition.op] {
            Op::Repeat { min, max, .. } => Some((repetition, min, max)),
            _ => None,
        }
    }

    fn iterate(&mut self, index: usize, count: u32, last: usize, at: usize) -> Result<Next, Stopped> {
        let Repetition { op, count: old_count, last: old_last, .. } = self.repetitions[index];
        self.push(Frame::UndoRepetition { repetition: index, count: old_count, last: old_last })?;
        self.repetitions[index].count = count;
        self.repetitions[index].last = last;
        Ok(Some((op + 1, at)))
    }

    fn leave(&mut self, index: usize, op: usize, at: usize) -> Result<Next, Stopped> {
        self.push(Frame::UndoCurrent { repetition: self.current })?;
        self.current = self.repetitions[index].outer;
        Ok(Some((op, at)))
    }

    fn max_until(&mut self, op: usize, at: usize) -> Result<Next, Stopped> {
        let index = self.current;
        let Some((repetition, min, max)) = self.repetition(index) else { return Ok(None) };
        let count = repetition.count.wrapping_add(1);
        if count < min {
            return self.iterate(index, count, repetition.last, at);
        }
        // An iteration that took nothing is the last.
        if (count < max || max == MAX_REPEAT) && at != repetition.last {
            self.push(Frame::Leave { repetition: index, op, at })?;
            return self.iterate(index, count, at, at);
        }
        self.leave(index, op, at)
    }

    fn min_until(&mut self, op: usize, at: usize) -> Result<Next, Stopped> {
        let index = self.current;
        let Some((repetition, min, _)) = self.repetition(index) else { return Ok(None) };
        let count = repetition.count.wrapping_add(1);
        if count < min {
            return self.iterate(index, count, repetition.last, at);
        }
        self.push(Frame::Iterate { repetition: index, at })?;
        self.leave(index, op, at)
    }

    /// Puts a barrier before the body of the operation `op`.
    fn begin_body(&mut self, op: usize, at: usize, count: u32) -> Result<(), Stopped> {
        self.push(Frame::Barrier { op, at, below: self.barrier, count })?;
        self.barrier = self.frames.len() - 1;
        Ok(())
    }

    /// At the end of a body: what comes then.
    fn succeed(&mut self, at: usize) -> Result<Next, Stopped> {
        let index = self.barrier;
        let Some(&Frame::Barrier { op, at: before, below, count }) = self.frames.get(index) else {
            return Ok(None);
        };
        self.barrier = below;
        if let Op::Assert { negative: true, .. } = self.program.ops[op] {
            while self.frames.len() > index + 1 {
                if let Some(frame) = self.frames.pop() {
                    self.undo(frame);
                }
            }
            self.frames.pop();
            return Ok(None);
        }
        // Choices inside are dropped with the barrier; what has to be undone moves down.
        let mut kept = index;
        for above in index + 1..self.frames.len() {
            if self.frames[above].undoes() {
                self.frames[kept] = self.frames[above];
                kept += 1;
            }
        }
        self.frames.truncate(kept);
        match self.program.ops[op] {
            Op::Assert { end, .. } => Ok(Some((end as usize, before))),
            Op::Atomic { end } => Ok(Some((end as usize, at))),
            Op::PossessiveRepeat { min, max, tail } => {
                let count = count.saturating_add(1);
                let more = count < min || (count < max || max == MAX_REPEAT) && at != before;
                if more {
                    self.begin_body(op, at, count)?;
                    Ok(Some((op + 1, at)))
                } else {
                    Ok(Some((tail as usize, at)))
                }
            }
            _ => Ok(None),
        }
    }

    fn undo(&mut self, frame: Frame) {
        match frame {
            Frame::UndoMark { mark, lastindex, place } => {
                self.marks[mark as usize] = place;
                self.lastindex = lastindex;
            }
            Frame::UndoRepetition { repetition, count, last } => {
                self.repetitions[repetition].count = count;
                self.repetitions[repetition].last = last;
            }
            Frame::UndoCurrent { repetition } => self.current = repetition,
            Frame::UndoRepeat { outer, len } => {
                self.current = outer;
                self.repetitions.truncate(len);
            }
            _ => {}
        }
    }

    /// Goes back to the last choice.
    fn backtrack<C: Char>(&mut self, text: &[C]) -> Result<Next, Stopped> {
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Choice { op, at } => return Ok(Some((op, at))),
                Frame::GiveBack { tail, least, at } => match self.give_back(text, tail, least, at)? {
                    None => {}
                    next => return Ok(next),
                },
                Frame::TakeMore { item, at, left } => match self.take_more(text, item, at, left, true)? {
                    None => {}
                    next => return Ok(next),
                },
                Frame::Leave { repetition, op, at } => return self.leave(repetition, op, at),
                Frame::Iterate { repetition: index, at } => {
                    let Some((repetition, _, max)) = self.repetition(index) else { continue };
                    let count = repetition.count.wrapping_add(1);
                    if (count < max || max == MAX_REPEAT) && at != repetition.last {
                        return self.iterate(index, count, at, at);
                    }
                }
                Frame::Barrier { op, at, below, count } => {
                    // The body cannot match.
                    self.barrier = below;
                    match self.program.ops[op] {
                        Op::Assert { negative: true, end, .. } => return Ok(Some((end as usize, at))),
                        Op::PossessiveRepeat { min, tail, .. } if count >= min => {
                            return Ok(Some((tail as usize, at)));
                        }
                        _ => {}
                    }
                }
                undo => self.undo(undo),
            }
        }
        Ok(None)
    }
}

/// Can the operation match at this place? True also where only running it would tell.
fn may_begin<C: Char>(program: &Program, op: usize, text: &[C], at: usize) -> bool {
    match program.ops[op] {
        Op::Literal(literal) => text.get(at).is_some_and(|&char| char.into() == literal),
        Op::In(set) => text.get(at).is_some_and(|&char| program.sets[set as usize].contains(char.into())),
        _ => true,
    }
}

/// Does one character match an operation that takes one?
#[inline]
pub(crate) fn matches_one(program: &Program, op: Op, code: u32) -> bool {
    match op {
        Op::Any => code != 10,
        Op::AnyAll => true,
        Op::Category(category) => category.contains(code),
        Op::Literal(literal) => code == literal,
        Op::NotLiteral(literal) => code != literal,
        Op::LiteralIgnore(case, literal) => case.matches(literal, code),
        Op::NotLiteralIgnore(case, literal) => !case.matches(literal, code),
        Op::In(set) => program.sets[set as usize].contains(code),
        Op::InIgnore(case, set) => in_ignoring(&program.sets[set as usize], case, code),
        _ => false,
    }
}

fn in_ignoring(set: &Set, case: Case, code: u32) -> bool {
    let lower = case.lower(code);
    set.contains(lower) || case == Case::Locale && set.contains(crate::chars::locale_upper(code))
}

/// How many characters at the beginning of `text` match the operation.
fn count<C: Char>(program: &Program, op: usize, text: &[C]) -> usize {
    let run = |end: Option<usize>| end.unwrap_or(text.len());
    match program.ops[op] {
        Op::AnyAll => text.len(),
        Op::Any => run(first_of(text, 10)),
        Op::NotLiteral(literal) => run(first_of(text, literal)),
        Op::Literal(literal) => run(text.iter().position(|&char| char.into() != literal)),
        Op::In(set) => program.sets[set as usize].run_length(text),
        op => run(text.iter().position(|&char| !matches_one(program, op, char.into()))),
    }
}

/// The first place of a character.
pub(crate) fn first_of<C: Char>(text: &[C], code: u32) -> Option<usize> {
    if let Some(bytes) = as_bytes(text) {
        return memchr::memchr(u8::try_from(code).ok()?, bytes);
    }
    text.iter().position(|&char| char.into() == code)
}

fn last_of<C: Char>(text: &[C], code: u32) -> Option<usize> {
    if text.len() > SHORT
        && let Some(bytes) = as_bytes(text)
    {
        return memchr::memrchr(u8::try_from(code).ok()?, bytes);
    }
    text.iter().rposition(|&char| char.into() == code)
}

/// Texts up to this length are searched faster without a call.
const SHORT: usize = 16;

/// The text where its characters are bytes.
pub(crate) fn as_bytes<C: Char>(text: &[C]) -> Option<&[u8]> {
    if size_of::<C>() == 1 {
        // SAFETY: the only type of one byte that is a Char is u8.
        Some(unsafe { std::slice::from_raw_parts(text.as_ptr().cast(), text.len()) })
    } else {
        None
    }
}

fn holds<C: Char>(place: At, text: &[C], at: usize) -> bool {
    let linebreak = |at: usize| text.get(at).is_some_and(|&char| char.into() == 10);
    let boundary = |case: Case| {
        let word = |at: usize| text.get(at).is_some_and(|&char| is_word(case, char.into()));
        (at > 0 && word(at - 1)) != word(at)
    };
    match place {
        At::Beginning | At::BeginningString => at == 0,
        At::BeginningLine => at == 0 || linebreak(at - 1),
        At::End => at >= text.len() || at + 1 == text.len() && linebreak(at),
        At::EndLine => at >= text.len() || linebreak(at),
        At::EndString => at >= text.len(),
        At::Boundary => boundary(Case::Ascii),
        At::LocBoundary => boundary(Case::Locale),
        At::UniBoundary => boundary(Case::Unicode),
        // In an empty text there is neither a boundary nor anything else.
        At::NonBoundary => !text.is_empty() && !boundary(Case::Ascii),
        At::LocNonBoundary => !text.is_empty() && !boundary(Case::Locale),
        At::UniNonBoundary => !text.is_empty() && !boundary(Case::Unicode),
    }
}
