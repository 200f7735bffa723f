//! `re.Pattern`.

use super::matched::Match;
use super::scanner::Scanner;
use super::subject::Subject;
use super::template::Template;
use ::sre::{Matcher, Mode, Program};
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, call};
use objects::raise;
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::list::List;
use objects::types::none::{none, not_implemented};
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot, TypeObject, hooks, id};

/// A compiled pattern.
#[repr(C)]
#[derive(Trace)]
pub struct Pattern {
    ob_base: Object,
    pattern: Slot,
    groupindex: Slot<Dict>,
    indexgroup: Slot<Tuple>,
    #[trace(skip)]
    weakreflist: Cell<*const WeakReference>,
    #[trace(skip)]
    flags: i32,
    /// `None` where the pattern is neither text nor bytes: then it takes both.
    #[trace(skip)]
    bytes: Option<bool>,
    #[trace(skip)]
    code: Vec<u32>,
    #[trace(skip)]
    program: Program,
}

/// Names of the flags, from bit 1 on.
const FLAGS: [&str; 8] =
    ["IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG", "ASCII"];
const LOCALE: i32 = 4;
const UNICODE: i32 = 32;
const ASCII: i32 = 256;
/// Characters of the pattern that its repr shows.
const REPR_LIMIT: usize = 200;

/// `re._compile_template`: a replacement text as a template.
///
/// # Errors
/// What the parser raises.
pub fn compile_template(pattern: &Pattern, text: &Object) -> Result<Ref<Template>> {
    let module = hooks::IMPORT.get()("re")?;
    let function = protocol::attr::get_text(&module, "_compile_template")?;
    let template = call::call(&function, &[pattern.as_object(), text])?;
    template.downcast::<Template>().map_err(|other| {
        raise!(
            TypeError,
            "the result of compiling a replacement string is {}, not a template",
            other.class().name()
        )
    })
}

/// How matches are replaced.
enum Replacement {
    Literal(Ref),
    Template(Ref<Template>),
    Function(Ref),
}

impl Pattern {
    pub fn compile(
        pattern: &Object,
        flags: i32,
        code: Vec<u32>,
        groups: usize,
        groupindex: &Dict,
        indexgroup: &Tuple,
    ) -> Result<Ref<Pattern>> {
        let bytes = if pattern.is(none()) { None } else { Some(Subject::of(pattern)?.is_bytes()) };
        let program = Program::new(&code, groups).map_err(|_| raise!(RuntimeError, "invalid SRE code"))?;
        Ref::new(Pattern {
            ob_base: Object::HEAD,
            pattern: Slot::new(pattern.to_ref()),
            groupindex: Slot::new(groupindex.to_ref()),
            indexgroup: Slot::new(indexgroup.to_ref()),
            weakreflist: Cell::new(core::ptr::null()),
            flags,
            bytes,
            code,
            program,
        })
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The numbers of the named groups.
    pub fn names(&self) -> Option<Ref<Dict>> {
        self.groupindex.get()
    }

    /// The name of a group.
    pub fn name_of(&self, group: usize) -> Option<Ref> {
        self.indexgroup.get()?.items().get(group).map(|name| name.to_ref())
    }

    fn subject<'a>(&self, string: &'a Object) -> Result<Subject<'a>> {
        let subject = Subject::of(string)?;
        match (self.bytes, subject.is_bytes()) {
            (Some(false), true) => {
                Err(raise!(TypeError, "cannot use a string pattern on a bytes-like object"))
            }
            (Some(true), false) => {
                Err(raise!(TypeError, "cannot use a bytes pattern on a string-like object"))
            }
            _ => Ok(subject),
        }
    }

    fn find(&self, string: &Object, pos: isize, endpos: isize, mode: Mode) -> Result<Option<Ref<Match>>> {
        let subject = self.subject(string)?;
        let (pos, endpos) = clip(pos, endpos, subject.len());
        let mut matcher = Matcher::new(&self.program);
        if !subject.find(&mut matcher, pos, endpos, mode, false)? {
            return Ok(None);
        }
        Match::new(self, string, &matcher, pos, endpos).map(Some)
    }

    /// Calls `visit` for each match from `pos` on, until it returns false.
    fn each(
        &self,
        subject: &Subject<'_>,
        pos: usize,
        endpos: usize,
        mut visit: impl FnMut(&Matcher<'_>, usize, usize) -> Result<bool>,
    ) -> Result<()> {
        let mut matcher = Matcher::new(&self.program);
        let (mut at, mut must_advance) = (pos, false);
        while subject.find(&mut matcher, at, endpos, Mode::Search, must_advance)? {
            let (start, end) = matcher.group(0).unwrap_or_default();
            if !visit(&matcher, start, end)? {
                break;
            }
            must_advance = start == end;
            at = end;
        }
        Ok(())
    }

    fn replacement(&self, replacement: &Object) -> Result<Replacement> {
        if call::is_callable(replacement) {
            return Ok(Replacement::Function(replacement.to_ref()));
        }
        // Without a backslash there is nothing to parse.
        if let Ok(subject) = Subject::of(replacement).map_err(|raised| raised.clear())
            && !subject.chars().iter().any(|char| char == '\\' as u32)
        {
            return Ok(Replacement::Literal(replacement.to_ref()));
        }
        let template = compile_template(self, replacement)?;
        Ok(match template.literal() {
            Some(literal) => Replacement::Literal(literal),
            None => Replacement::Template(template),
        })
    }

    /// The text with matches replaced, and how many were.
    fn substitute(&self, replacement: &Object, string: &Object, count: isize) -> Result<(Ref, usize)> {
        let replacement = self.replacement(replacement)?;
        let subject = self.subject(string)?;
        let len = subject.len();
        let limit = if count > 0 { count as usize } else { usize::MAX };
        let (mut parts, mut last, mut done) = (Vec::new(), 0, 0);
        if count >= 0 {
            self.each(&subject, 0, len, |matcher, start, end| {
                if last < start {
                    parts.push(subject.slice(last, start)?);
                }
                match &replacement {
                    Replacement::Literal(text) => parts.push(text.clone()),
                    Replacement::Template(template) => {
                        let found = Match::new(self, string, matcher, 0, len)?;
                        template.expand(&found, &subject, &mut parts)?;
                    }
                    Replacement::Function(function) => {
                        let found = Match::new(self, string, matcher, 0, len)?;
                        let text = call::call_one_arg(function, &found)?;
                        if !text.is(none()) {
                            parts.push(text);
                        }
                    }
                }
                last = end;
                done += 1;
                Ok(done < limit)
            })?;
        }
        if done == 0 {
            return Ok((subject.slice(0, len)?, 0));
        }
        if last < len {
            parts.push(subject.slice(last, len)?);
        }
        Ok((subject.join(parts)?, done))
    }
}

/// `pos` and `endpos` within a text.
fn clip(pos: isize, endpos: isize, len: usize) -> (usize, usize) {
    let pos = pos.clamp(0, len as isize) as usize;
    let endpos = endpos.clamp(0, len as isize) as usize;
    (pos, endpos)
}

#[pytype(name = "Pattern", module = "re", no_new, gc, weaklist = weakreflist)]
impl Pattern {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let pattern = match self.pattern.get() {
            Some(pattern) => protocol::object::repr(&pattern)?.to_string_lossy(),
            None => String::new(),
        };
        let shown: String = pattern.chars().take(REPR_LIMIT).collect();
        let mut flags = self.flags;
        if self.bytes == Some(false) && flags & (LOCALE | UNICODE | ASCII) == UNICODE {
            flags &= !UNICODE;
        }
        let mut names = Vec::new();
        for (bit, name) in FLAGS.iter().enumerate() {
            if flags >> (bit + 1) & 1 == 1 {
                names.push(format!("re.{name}"));
                flags &= !(2 << bit);
            }
        }
        if flags != 0 {
            names.push(format!("{flags:#x}"));
        }
        let names = names.join("|");
        Ok(if names.is_empty() {
            format!("re.compile({shown})")
        } else {
            format!("re.compile({shown}, {names})")
        })
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let pattern = match self.pattern.get() {
            Some(pattern) => protocol::object::hash(&pattern)?,
            None => 0,
        };
        let mixed = self.code.iter().fold(pattern as u64 ^ self.flags as u64, |hash, &word| {
            (hash ^ word as u64).wrapping_mul(0x100_0000_01B3)
        });
        Ok(if mixed as isize == -1 { -2 } else { mixed as isize })
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Pattern>().filter(|_| matches!(op, CompareOp::Eq | CompareOp::Ne))
        else {
            return Ok(not_implemented().to_ref());
        };
        let equal = self.as_object().is(other.as_object())
            || self.flags == other.flags
                && self.bytes == other.bytes
                && self.code == other.code
                && match (self.pattern.get(), other.pattern.get()) {
                    (Some(a), Some(b)) => protocol::compare::equal(&a, &b)?,
                    _ => true,
                };
        Ok(new_bool(equal == matches!(op, CompareOp::Eq)))
    }

    #[method("match($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn match_(&self, string: &Object, pos: isize, endpos: isize) -> Result<Option<Ref<Match>>> {
        self.find(string, pos, endpos, Mode::Prefix)
    }

    #[method("fullmatch($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn fullmatch(&self, string: &Object, pos: isize, endpos: isize) -> Result<Option<Ref<Match>>> {
        self.find(string, pos, endpos, Mode::Full)
    }

    #[method("search($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn search(&self, string: &Object, pos: isize, endpos: isize) -> Result<Option<Ref<Match>>> {
        self.find(string, pos, endpos, Mode::Search)
    }

    #[method("findall($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn findall(&self, string: &Object, pos: isize, endpos: isize) -> Result<Ref<List>> {
        let subject = self.subject(string)?;
        let (pos, endpos) = clip(pos, endpos, subject.len());
        let groups = self.program.groups();
        let mut found = Vec::new();
        self.each(&subject, pos, endpos, |matcher, start, end| {
            let text = |group: usize| {
                let (start, end) = matcher.group(group).unwrap_or_default();
                subject.slice(start, end)
            };
            found.push(match groups {
                0 => subject.slice(start, end)?,
                1 => text(1)?,
                _ => Tuple::from_vec((1..=groups).map(text).collect::<Result<Vec<_>>>()?)?.upcast(),
            });
            Ok(true)
        })?;
        List::from_vec(found)
    }

    #[method("finditer($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn finditer(&self, string: &Object, pos: isize, endpos: isize) -> Result<Ref> {
        let scanner = self.scanner(string, pos, endpos)?;
        let search = protocol::attr::get_text(&scanner, "search")?;
        call::call(&*objects::types::iter::builtin(id!("iter"))?, &[&search, none()])
    }

    #[method("scanner($self, /, string, pos=0, endpos=sys.maxsize)")]
    fn scanner(&self, string: &Object, pos: isize, endpos: isize) -> Result<Ref<Scanner>> {
        let subject = self.subject(string)?;
        let (pos, endpos) = clip(pos, endpos, subject.len());
        Scanner::new(self, string, pos, endpos)
    }

    #[method("split($self, /, string, maxsplit=0)")]
    fn split(&self, string: &Object, maxsplit: isize) -> Result<Ref<List>> {
        let subject = self.subject(string)?;
        let len = subject.len();
        let limit = if maxsplit > 0 { maxsplit as usize } else { usize::MAX };
        let (mut parts, mut last, mut done) = (Vec::new(), 0, 0);
        if maxsplit >= 0 {
            self.each(&subject, 0, len, |matcher, start, end| {
                parts.push(subject.slice(last, start)?);
                for group in 1..=self.program.groups() {
                    parts.push(match matcher.group(group) {
                        Some((start, end)) => subject.slice(start, end)?,
                        None => none().to_ref(),
                    });
                }
                last = end;
                done += 1;
                Ok(done < limit)
            })?;
        }
        parts.push(subject.slice(last, len)?);
        List::from_vec(parts)
    }

    #[method("sub($self, /, repl, string, count=0)")]
    fn sub(&self, repl: &Object, string: &Object, count: isize) -> Result<Ref> {
        self.substitute(repl, string, count).map(|(text, _)| text)
    }

    #[method("subn($self, /, repl, string, count=0)")]
    fn subn(&self, repl: &Object, string: &Object, count: isize) -> Result<(Ref, usize)> {
        self.substitute(repl, string, count)
    }

    #[method("__copy__($self, /)")]
    fn copy(&self) -> Result<Ref<Pattern>> {
        Ok(self.to_ref())
    }

    #[method("__deepcopy__($self, memo, /)")]
    fn deepcopy(&self, _memo: &Object) -> Result<Ref<Pattern>> {
        Ok(self.to_ref())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(class.as_object(), object)
    }

    #[getter("pattern")]
    fn py_pattern(&self) -> Option<Ref> {
        self.pattern.get()
    }

    #[getter("flags")]
    fn flags(&self) -> i64 {
        self.flags as i64
    }

    #[getter("groups")]
    fn groups(&self) -> usize {
        self.program.groups()
    }

    #[getter("groupindex")]
    fn groupindex(&self) -> Result<Ref> {
        match self.groupindex.get() {
            Some(names) => objects::types::mappingproxy::new(&names),
            None => Ok(none().to_ref()),
        }
    }
}
