//! Programs: checked and decoded code arrays.

use crate::chars::Case;
use crate::constants::{At, Category, INFO_CHARSET, INFO_PREFIX, MAX_GROUPS, Opcode};
use crate::first::First;
use crate::set::Set;

/// The array is none that the pattern compiler makes: `RuntimeError: invalid SRE code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCode;

/// How a repetition gives back what it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// An operation. Targets are indices of operations, always further on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    Failure,
    Success,
    /// Any character but a line feed.
    Any,
    AnyAll,
    At(At),
    Category(Category),
    Literal(u32),
    NotLiteral(u32),
    LiteralIgnore(Case, u32),
    NotLiteralIgnore(Case, u32),
    In(u32),
    InIgnore(Case, u32),
    Mark(u32),
    GroupRef(u32),
    GroupRefIgnore(Case, u32),
    GroupRefExists {
        group: u32,
        otherwise: u32,
    },
    Jump(u32),
    /// Before each alternative of a branch: where the next one is, or the end of the branch.
    Alternative {
        next: u32,
        last: bool,
    },
    /// The operations up to a `Success`, looking ahead or from so many characters back.
    Assert {
        back: u32,
        negative: bool,
        end: u32,
    },
    Atomic {
        end: u32,
    },
    /// The next operation, which matches one character, repeated; then the one after the `Success`.
    RepeatOne {
        greed: Greed,
        min: u32,
        max: u32,
        tail: u32,
    },
    /// What follows up to `until`, repeated.
    Repeat {
        min: u32,
        max: u32,
        until: u32,
    },
    MaxUntil,
    MinUntil,
    PossessiveRepeat {
        min: u32,
        max: u32,
        tail: u32,
    },
}

/// What is known of the beginning of every match.
#[derive(Debug, Default)]
pub(crate) struct Info {
    /// Fewest characters of a match.
    pub least: usize,
    pub prefix: Vec<u32>,
    /// With which characters a match may begin, where that excludes any.
    pub first: Option<First>,
    pub anchor: Anchor,
}

/// Where alone a match may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Anchor {
    #[default]
    None,
    Text,
    Line,
}

/// A decoded pattern.
#[derive(Debug)]
pub struct Program {
    pub(crate) ops: Vec<Op>,
    pub(crate) sets: Vec<Set>,
    pub(crate) info: Info,
    pub(crate) groups: usize,
}

/// Reads codes in order.
pub(crate) struct Reader<'a> {
    code: &'a [u32],
    at: usize,
}

impl Reader<'_> {
    pub fn next(&mut self) -> Result<u32, InvalidCode> {
        let word = *self.code.get(self.at).ok_or(InvalidCode)?;
        self.at += 1;
        Ok(word)
    }

    pub fn words<const N: usize>(&mut self) -> Result<[u32; N], InvalidCode> {
        let words = self.code.get(self.at..).and_then(|rest| rest.first_chunk()).ok_or(InvalidCode)?;
        self.at += N;
        Ok(*words)
    }

    /// A distance from its own place, as the place it leads to, which is further on.
    fn skip(&mut self) -> Result<u32, InvalidCode> {
        let at = self.at;
        let target = at + self.next()? as usize;
        if target <= at || target > self.code.len() {
            return Err(InvalidCode);
        }
        Ok(target as u32)
    }
}

struct Decoder<'a> {
    reader: Reader<'a>,
    program: Program,
    /// Which operation begins at a code; `u32::MAX` where none does.
    starts: Vec<u32>,
    /// Where the next alternatives of the branches around are.
    branches: Vec<usize>,
}

impl Program {
    /// Decodes what `re._compiler` made of a pattern with so many groups.
    ///
    /// # Errors
    /// The array does not hold operations that the compiler makes.
    pub fn new(code: &[u32], groups: usize) -> Result<Program, InvalidCode> {
        if groups > MAX_GROUPS || code.len() >= u32::MAX as usize {
            return Err(InvalidCode);
        }
        let program = Program {
            ops: Vec::with_capacity(code.len() / 2 + 2),
            sets: Vec::new(),
            info: Info::default(),
            groups,
        };
        let mut decoder = Decoder {
            reader: Reader { code, at: 0 },
            program,
            starts: vec![u32::MAX; code.len() + 1],
            branches: Vec::new(),
        };
        if code.first() == Some(&(Opcode::Info as u32)) {
            decoder.info()?;
        }
        while decoder.reader.at < code.len() {
            decoder.operation()?;
        }
        decoder.finish()
    }

    /// Groups of the pattern, without the whole match.
    pub fn groups(&self) -> usize {
        self.groups
    }
}

impl Decoder<'_> {
    fn info(&mut self) -> Result<(), InvalidCode> {
        self.reader.next()?;
        let end = self.reader.skip()? as usize;
        let flags = self.reader.next()?;
        let info = &mut self.program.info;
        info.least = self.reader.next()? as usize;
        self.reader.next()?;
        if flags & INFO_PREFIX != 0 {
            let len = self.reader.next()?;
            self.reader.next()?;
            info.prefix = (0..len).map(|_| self.reader.next()).collect::<Result<_, _>>()?;
        } else if flags & INFO_CHARSET != 0 {
            Set::read(&mut self.reader)?;
        }
        // What is left of the block is the prefix's overlap table; searching needs neither that nor the
        // set, which may be smaller than what `first` finds out.
        if self.reader.at > end {
            return Err(InvalidCode);
        }
        self.reader.at = end;
        Ok(())
    }

    fn emit(&mut self, op: Op) {
        self.program.ops.push(op);
    }

    fn group(&mut self) -> Result<u32, InvalidCode> {
        let group = self.reader.next()?;
        if group as usize >= self.program.groups { Err(InvalidCode) } else { Ok(group) }
    }

    fn set(&mut self) -> Result<u32, InvalidCode> {
        let end = self.reader.skip()? as usize;
        let set = Set::read(&mut self.reader)?;
        if self.reader.at != end {
            return Err(InvalidCode);
        }
        self.program.sets.push(set);
        Ok(self.program.sets.len() as u32 - 1)
    }

    fn alternative(&mut self) -> Result<Op, InvalidCode> {
        let next = self.reader.skip()?;
        let last = self.reader.code.get(next as usize) == Some(&0);
        self.branches.push(next as usize);
        Ok(Op::Alternative { next, last })
    }

    fn operation(&mut self) -> Result<(), InvalidCode> {
        let at = self.reader.at;
        self.starts[at] = self.program.ops.len() as u32;
        if self.branches.last() == Some(&at) {
            self.branches.pop();
            let op = if self.reader.code.get(at) == Some(&0) {
                self.reader.next()?;
                Op::Failure
            } else {
                self.alternative()?
            };
            self.emit(op);
            return Ok(());
        }
        let op = match Opcode::from_code(self.reader.next()?).ok_or(InvalidCode)? {
            Opcode::Failure => Op::Failure,
            Opcode::Success => Op::Success,
            Opcode::Any => Op::Any,
            Opcode::AnyAll => Op::AnyAll,
            Opcode::At => Op::At(At::from_code(self.reader.next()?).ok_or(InvalidCode)?),
            Opcode::Category => Op::Category(Category::from_code(self.reader.next()?).ok_or(InvalidCode)?),
            Opcode::Literal => Op::Literal(self.reader.next()?),
            Opcode::NotLiteral => Op::NotLiteral(self.reader.next()?),
            Opcode::LiteralIgnore => Op::LiteralIgnore(Case::Ascii, self.reader.next()?),
            Opcode::LiteralLocIgnore => Op::LiteralIgnore(Case::Locale, self.reader.next()?),
            Opcode::LiteralUniIgnore => Op::LiteralIgnore(Case::Unicode, self.reader.next()?),
            Opcode::NotLiteralIgnore => Op::NotLiteralIgnore(Case::Ascii, self.reader.next()?),
            Opcode::NotLiteralLocIgnore => Op::NotLiteralIgnore(Case::Locale, self.reader.next()?),
            Opcode::NotLiteralUniIgnore => Op::NotLiteralIgnore(Case::Unicode, self.reader.next()?),
            Opcode::In => Op::In(self.set()?),
            Opcode::InIgnore => Op::InIgnore(Case::Ascii, self.set()?),
            Opcode::InLocIgnore => Op::InIgnore(Case::Locale, self.set()?),
            Opcode::InUniIgnore => Op::InIgnore(Case::Unicode, self.set()?),
            Opcode::Mark => {
                let mark = self.reader.next()?;
                if mark as usize >= 2 * self.program.groups {
                    return Err(InvalidCode);
                }
                Op::Mark(mark)
            }
            Opcode::GroupRef => Op::GroupRef(self.group()?),
            Opcode::GroupRefIgnore => Op::GroupRefIgnore(Case::Ascii, self.group()?),
            Opcode::GroupRefLocIgnore => Op::GroupRefIgnore(Case::Locale, self.group()?),
            Opcode::GroupRefUniIgnore => Op::GroupRefIgnore(Case::Unicode, self.group()?),
            Opcode::GroupRefExists => {
                let group = self.group()?;
                // Counted from the group's number.
                let otherwise = self.reader.skip()? - 1;
                Op::GroupRefExists { group, otherwise }
            }
            Opcode::Jump => Op::Jump(self.reader.skip()?),
            Opcode::Branch => self.alternative()?,
            opcode @ (Opcode::Assert | Opcode::AssertNot) => {
                let end = self.reader.skip()?;
                let back = self.reader.next()?;
                Op::Assert { back, negative: opcode == Opcode::AssertNot, end }
            }
            Opcode::AtomicGroup => Op::Atomic { end: self.reader.skip()? },
            Opcode::RepeatOne => self.repeat_one(Greed::Greedy)?,
            Opcode::MinRepeatOne => self.repeat_one(Greed::Lazy)?,
            Opcode::PossessiveRepeatOne => self.repeat_one(Greed::Possessive)?,
            Opcode::Repeat => {
                let until = self.reader.skip()?;
                let [min, max] = self.bounds()?;
                Op::Repeat { min, max, until }
            }
            Opcode::PossessiveRepeat => {
                // The body ends with a Success; the rest follows that.
                let tail = self.reader.skip()? + 1;
                let [min, max] = self.bounds()?;
                Op::PossessiveRepeat { min, max, tail }
            }
            Opcode::MaxUntil => Op::MaxUntil,
            Opcode::MinUntil => Op::MinUntil,
            Opcode::Charset
            | Opcode::BigCharset
            | Opcode::Info
            | Opcode::Negate
            | Opcode::Range
            | Opcode::RangeUniIgnore
            | Opcode::Subpattern => return Err(InvalidCode),
        };
        self.emit(op);
        Ok(())
    }

    fn bounds(&mut self) -> Result<[u32; 2], InvalidCode> {
        let bounds: [u32; 2] = self.reader.words()?;
        if bounds[0] > bounds[1] { Err(InvalidCode) } else { Ok(bounds) }
    }

    fn repeat_one(&mut self, greed: Greed) -> Result<Op, InvalidCode> {
        let tail = self.reader.skip()?;
        let [min, max] = self.bounds()?;
        Ok(Op::RepeatOne { greed, min, max, tail })
    }

    /// Turns places in the code into indices of operations.
    fn finish(mut self) -> Result<Program, InvalidCode> {
        if !self.branches.is_empty() || !matches!(self.program.ops.last(), Some(Op::Success)) {
            return Err(InvalidCode);
        }
        let starts = self.starts;
        let resolve = |target: &mut u32| {
            *target = *starts.get(*target as usize).filter(|&&op| op != u32::MAX).ok_or(InvalidCode)?;
            Ok(*target as usize)
        };
        for at in 0..self.program.ops.len() {
            let mut op = self.program.ops[at];
            let sound = match &mut op {
                Op::GroupRefExists { otherwise: target, .. }
                | Op::Jump(target)
                | Op::Alternative { next: target, .. } => resolve(target)? > at,
                Op::Assert { end, .. } | Op::Atomic { end } | Op::PossessiveRepeat { tail: end, .. } => {
                    let end = resolve(end)?;
                    end > at + 1 && matches!(self.program.ops[end - 1], Op::Success)
                }
                Op::RepeatOne { tail, .. } => {
                    resolve(tail)? == at + 3
                        && self.program.ops[at + 1].takes_one()
                        && matches!(self.program.ops[at + 2], Op::Success)
                }
                Op::Repeat { until, .. } => {
                    matches!(self.program.ops[resolve(until)?], Op::MaxUntil | Op::MinUntil)
                }
                _ => true,
            };
            if !sound {
                return Err(InvalidCode);
            }
            self.program.ops[at] = op;
        }
        self.program.info.anchor = match self.program.ops[0] {
            Op::At(At::Beginning | At::BeginningString) => Anchor::Text,
            Op::At(At::BeginningLine) => Anchor::Line,
            _ => Anchor::None,
        };
        self.program.info.first = First::of(&self.program);
        Ok(self.program)
    }
}

impl Op {
    /// Matches exactly one character.
    fn takes_one(&self) -> bool {
        matches!(
            self,
            Op::Any
                | Op::AnyAll
                | Op::Category(_)
                | Op::Literal(_)
                | Op::NotLiteral(_)
                | Op::LiteralIgnore(..)
                | Op::NotLiteralIgnore(..)
                | Op::In(_)
                | Op::InIgnore(..)
        )
    }
}
