//! Code objects as data, to and from marshal.
//!
//! CPython remembers an object (sets bit 7 and numbers it) when its reference count is above one or when it is an
//! interned string. Freshly compiled code has that count for: what two places of the code refer to (the compiler
//! merges equal constants, name tuples and tables across the whole unit, so equality by value decides), small
//! ints, empty and one-item strings and bytes and the empty tuple, which exist once per process, and `co_code`
//! itself, which asking for it caches. The kinds of the fast locals are made anew for each code object. Names,
//! file names and constants that look like identifiers are interned.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::vec::Drain;

use crate::code::{BigInt, Code, Const, Symbol, Wtf8, flags};
use crate::marshal::{Builder, CodeParts, MAX_DEPTH, Malformed, Mark, Reader, Singleton, Writer};

/// The marshal version of `.pyc` files.
pub const VERSION: i32 = 4;

/// Reads one code object.
pub fn load_code(bytes: &[u8]) -> Result<Rc<Code>, Malformed> {
    match Reader::new(bytes, ConstBuilder, true).value()? {
        Const::Code(code) => Ok(code),
        _ => Err(Malformed::Type("bad marshal data: not a code object")),
    }
}

/// Reads one constant.
pub fn load(bytes: &[u8]) -> Result<Const, Malformed> {
    Reader::new(bytes, ConstBuilder, true).value()
}

/// Writes a constant. `None` when it is nested too deep.
pub fn dump(value: &Const) -> Option<Vec<u8>> {
    let mut uses = HashMap::new();
    count(value, &mut uses, 0)?;
    let class_names = class_names(&uses);
    let mut dumper = Dumper { out: Writer::new(VERSION), uses: &uses, class_names: &class_names };
    dumper.value(value);
    Some(dumper.out.finish())
}

/// Writes a code object as the body of a `.pyc` file. `None` when it is nested too deep. The outermost code object
/// is remembered too: whoever has it written holds a second reference.
pub fn dump_code(code: &Rc<Code>) -> Option<Vec<u8>> {
    let root = Const::Code(code.clone());
    let mut uses = HashMap::from([(root.clone(), 1)]);
    count_parts(&root, &mut uses, 0)?;
    uses.insert(root.clone(), 2);
    let class_names = class_names(&uses);
    let mut dumper = Dumper { out: Writer::new(VERSION), uses: &uses, class_names: &class_names };
    dumper.value(&root);
    Some(dumper.out.finish())
}

/// Makes constants; what constants cannot hold is an error.
struct ConstBuilder;

const NOT_CONSTANT: Malformed = Malformed::Value("bad marshal data (not a constant)");

impl Builder for ConstBuilder {
    type Value = Const;
    type Error = Malformed;

    fn singleton(&mut self, which: Singleton) -> Result<Const, Malformed> {
        Ok(match which {
            Singleton::None => Const::None,
            Singleton::True => Const::True,
            Singleton::False => Const::False,
            Singleton::Ellipsis => Const::Ellipsis,
            Singleton::StopIteration => return Err(NOT_CONSTANT),
        })
    }

    fn int(&mut self, value: i64) -> Result<Const, Malformed> {
        Ok(Const::Int(value))
    }

    fn big_int(&mut self, negative: bool, digits: &[u32]) -> Result<Const, Malformed> {
        Ok(Const::BigInt(Rc::new(BigInt { negative, digits: digits.into() })))
    }

    fn float(&mut self, value: f64) -> Result<Const, Malformed> {
        Ok(Const::Float(value))
    }

    fn complex(&mut self, real: f64, imag: f64) -> Result<Const, Malformed> {
        Ok(Const::Complex { real, imag })
    }

    fn bytes(&mut self, value: &[u8]) -> Result<Const, Malformed> {
        Ok(Const::Bytes(value.into()))
    }

    fn ascii(&mut self, text: &[u8], _interned: bool) -> Result<Const, Malformed> {
        Ok(Const::Str(Wtf8(text.into())))
    }

    fn str(&mut self, wtf8: &[u8], _interned: bool) -> Result<Const, Malformed> {
        Ok(Const::Str(Wtf8(wtf8.into())))
    }

    fn tuple(&mut self, items: Drain<'_, Const>) -> Result<Const, Malformed> {
        Ok(Const::Tuple(items.collect()))
    }

    fn list(&mut self, _len: usize) -> Result<Const, Malformed> {
        Err(NOT_CONSTANT)
    }

    fn list_push(&mut self, _list: &Const, _item: Const) -> Result<(), Malformed> {
        Err(NOT_CONSTANT)
    }

    fn dict(&mut self) -> Result<Const, Malformed> {
        Err(NOT_CONSTANT)
    }

    fn dict_insert(&mut self, _dict: &Const, _key: Const, _value: Const) -> Result<(), Malformed> {
        Err(NOT_CONSTANT)
    }

    fn set(&mut self, items: Drain<'_, Const>, frozen: bool) -> Result<Const, Malformed> {
        if frozen { Ok(Const::FrozenSet(items.collect())) } else { Err(NOT_CONSTANT) }
    }

    fn code(&mut self, parts: CodeParts<Const>) -> Result<Const, Malformed> {
        Ok(Const::Code(Rc::new(Code {
            argcount: unsigned(parts.argcount)?,
            posonlyargcount: unsigned(parts.posonlyargcount)?,
            kwonlyargcount: unsigned(parts.kwonlyargcount)?,
            stacksize: unsigned(parts.stacksize)?,
            flags: unsigned(parts.flags)?,
            code: bytes(parts.code)?,
            consts: tuple(parts.consts)?,
            names: symbols(parts.names)?,
            localsplusnames: symbols(parts.localsplusnames)?,
            localspluskinds: bytes(parts.localspluskinds)?,
            filename: symbol(parts.filename)?,
            name: symbol(parts.name)?,
            qualname: symbol(parts.qualname)?,
            firstlineno: parts.firstlineno,
            linetable: bytes(parts.linetable)?,
            exceptiontable: bytes(parts.exceptiontable)?,
        })))
    }
}

const BAD_CODE: Malformed = Malformed::Value("bad marshal data (code object)");

fn unsigned(n: i32) -> Result<u32, Malformed> {
    u32::try_from(n).map_err(|_| BAD_CODE)
}

fn bytes(value: Const) -> Result<Rc<[u8]>, Malformed> {
    if let Const::Bytes(b) = value { Ok(b) } else { Err(BAD_CODE) }
}

fn tuple(value: Const) -> Result<Rc<[Const]>, Malformed> {
    if let Const::Tuple(items) = value { Ok(items) } else { Err(BAD_CODE) }
}

fn symbol(value: Const) -> Result<Symbol, Malformed> {
    if let Const::Str(s) = value { s.as_str().map(Symbol::from).ok_or(BAD_CODE) } else { Err(BAD_CODE) }
}

fn symbols(value: Const) -> Result<Rc<[Symbol]>, Malformed> {
    tuple(value)?.iter().cloned().map(symbol).collect()
}

/// Strings that CPython interns when a code object is made: those that look like identifiers.
fn looks_like_name(wtf8: &[u8]) -> bool {
    wtf8.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The process has this object once, whoever uses it.
fn is_shared_by_all(value: &Const) -> bool {
    match value {
        Const::Int(n) => (-5..=256).contains(n),
        Const::Bytes(b) => b.len() < 2,
        Const::Tuple(items) => items.is_empty(),
        _ => false,
    }
}

/// The string constant is interned: it looks like a name, or it is one Latin-1 character.
fn is_interned(s: &Wtf8) -> bool {
    let mut points = s.code_points();
    looks_like_name(&s.0) || (points.next().is_some_and(|c| c < 256) && points.next().is_none())
}

/// No NaN equals another.
fn has_nan(value: &Const) -> bool {
    match value {
        Const::Float(x) => x.is_nan(),
        Const::Complex { real, imag } => real.is_nan() || imag.is_nan(),
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter().any(has_nan),
        _ => false,
    }
}

/// Equal constants are merged; but interning the strings of a frozenset makes a new one for each code object.
fn is_made_anew(value: &Const) -> bool {
    let is_name = |item: &Const| matches!(item, Const::Str(s) if is_interned(s));
    has_nan(value) || matches!(value, Const::FrozenSet(items) if items.iter().any(is_name))
}

fn name_tuple(names: &[Symbol]) -> Const {
    Const::Tuple(names.iter().map(|s| Const::str(s)).collect())
}

/// How many places refer to each value.
type Uses = HashMap<Const, u32>;

/// Counts what the compiler merges. `None` when the nesting is too deep.
fn count(value: &Const, uses: &mut Uses, depth: usize) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    let n = uses.entry(value.clone()).or_insert(0);
    *n += 1;
    if *n > 1 { Some(()) } else { count_parts(value, uses, depth) }
}

fn count_parts(value: &Const, uses: &mut Uses, depth: usize) -> Option<()> {
    match value {
        Const::Tuple(items) | Const::FrozenSet(items) => {
            items.iter().try_for_each(|i| count(i, uses, depth + 1))
        }
        Const::Code(code) => {
            count(&Const::Tuple(code.consts.clone()), uses, depth + 1)?;
            for names in [&code.names, &code.localsplusnames] {
                *uses.entry(name_tuple(names)).or_insert(0) += 1;
            }
            for table in [&code.linetable, &code.exceptiontable] {
                *uses.entry(bytes_of(table)).or_insert(0) += 1;
            }
            Some(())
        }
        _ => Some(()),
    }
}

fn bytes_of(bytes: &Rc<[u8]>) -> Const {
    Const::Bytes(bytes.clone())
}

/// The qualified names of the class bodies among these values.
fn class_names(uses: &Uses) -> HashSet<Wtf8> {
    let body = |value: &Const| match value {
        Const::Code(code) if code.flags & flags::OPTIMIZED == 0 => {
            let name = Const::str(&code.qualname);
            (code.names.iter().any(|n| &**n == "__qualname__") && code.consts.contains(&name))
                .then(|| (&*code.qualname).into())
        }
        _ => None,
    };
    uses.keys().filter_map(body).collect()
}

/// What makes two occurrences the same object.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Value(Const),
    Interned(Wtf8),
    /// What is at this address: code bytes, or a constant that is no other's equal.
    Address(usize),
}

struct Dumper<'a> {
    out: Writer<Identity>,
    uses: &'a Uses,
    /// Qualified names of classes: the class body loads the very string that names its code object.
    class_names: &'a HashSet<Wtf8>,
}

impl Dumper<'_> {
    fn value(&mut self, value: &Const) {
        match value {
            Const::None => self.out.singleton(Singleton::None),
            Const::True => self.out.singleton(Singleton::True),
            Const::False => self.out.singleton(Singleton::False),
            Const::Ellipsis => self.out.singleton(Singleton::Ellipsis),
            Const::Str(s) if is_interned(s) || self.class_names.contains(s) => self.interned(s.clone()),
            _ => {
                if let Some(mark) = self.begin(value) {
                    self.content(value, mark);
                }
            }
        }
    }

    fn begin(&mut self, value: &Const) -> Option<Mark> {
        if is_made_anew(value) {
            Some(Mark::NONE)
        } else if is_shared_by_all(value) || self.uses.get(value).is_some_and(|&n| n > 1) {
            self.out.begin(Identity::Value(value.clone()))
        } else {
            Some(Mark::NONE)
        }
    }

    fn interned(&mut self, s: Wtf8) {
        if let Some(mark) = self.out.begin(Identity::Interned(s.clone())) {
            self.out.str(&s.0, true, mark);
        }
    }

    fn names(&mut self, names: &[Symbol], mark: Mark) {
        self.out.tuple(names.len(), mark);
        names.iter().for_each(|name| self.interned((&**name).into()));
    }

    fn content(&mut self, value: &Const, mark: Mark) {
        match value {
            Const::None | Const::True | Const::False | Const::Ellipsis => {}
            Const::Int(n) => self.out.int(*n, mark),
            Const::BigInt(n) => self.out.big_int(n.negative, &n.digits, mark),
            Const::Float(x) => self.out.float(*x, mark),
            Const::Complex { real, imag } => self.out.complex(*real, *imag, mark),
            Const::Str(s) => self.out.str(&s.0, false, mark),
            Const::Bytes(b) => self.out.bytes(b, mark),
            Const::Tuple(items) => {
                self.out.tuple(items.len(), mark);
                items.iter().for_each(|item| self.value(item));
            }
            Const::FrozenSet(items) => {
                self.out.set(items.len(), true, mark);
                let mut sorted: Vec<_> = items.iter().map(|item| (self.sort_key(item), item)).collect();
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                sorted.iter().for_each(|(_, item)| self.element(item));
            }
            Const::Code(code) => self.code(code, mark),
        }
    }

    /// What an element of a set is written as alone, which decides its place.
    fn sort_key(&self, item: &Const) -> Vec<u8> {
        let mut alone = Dumper { out: Writer::new(VERSION), uses: self.uses, class_names: self.class_names };
        alone.element(item);
        alone.out.finish()
    }

    /// An element of a set is always remembered, for the sorting refers to it.
    fn element(&mut self, item: &Const) {
        match item {
            Const::None | Const::True | Const::False | Const::Ellipsis => self.value(item),
            Const::Str(s) if is_interned(s) => self.interned(s.clone()),
            _ => {
                let identity = if has_nan(item) {
                    Identity::Address(std::ptr::from_ref(item).addr())
                } else {
                    Identity::Value(item.clone())
                };
                if let Some(mark) = self.out.begin(identity) {
                    self.content(item, mark);
                }
            }
        }
    }

    fn code(&mut self, code: &Code, mark: Mark) {
        self.out.code(mark);
        for n in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stacksize, code.flags] {
            self.out.long(n as i32);
        }
        if let Some(mark) = self.out.begin(Identity::Address(code.code.as_ptr() as usize)) {
            self.out.bytes(&code.code, mark);
        }
        self.value(&Const::Tuple(code.consts.clone()));
        for names in [&code.names, &code.localsplusnames] {
            if let Some(mark) = self.begin(&name_tuple(names)) {
                self.names(names, mark);
            }
        }
        if code.localspluskinds.is_empty() {
            self.value(&bytes_of(&code.localspluskinds));
        } else {
            self.out.bytes(&code.localspluskinds, Mark::NONE);
        }
        for name in [&code.filename, &code.name, &code.qualname] {
            self.interned((&**name).into());
        }
        self.out.long(code.firstlineno);
        self.value(&bytes_of(&code.linetable));
        self.value(&bytes_of(&code.exceptiontable));
    }
}
