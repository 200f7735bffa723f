//! Code objects and constants as plain data: what the compiler makes, marshal reads and writes, and the
//! virtual machine turns into objects.
//!
//! Equality of constants is that of `co_consts`: `1`, `1.0` and `True` differ, `0.0` and `-0.0` differ, two
//! frozensets are equal whatever the order of their elements.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// An identifier or file name, shared between the code objects that use it.
pub type Symbol = Rc<str>;

/// The bits of `co_flags`.
pub mod flags {
    pub const OPTIMIZED: u32 = 0x0001;
    pub const NEWLOCALS: u32 = 0x0002;
    pub const VARARGS: u32 = 0x0004;
    pub const VARKEYWORDS: u32 = 0x0008;
    pub const NESTED: u32 = 0x0010;
    pub const GENERATOR: u32 = 0x0020;
    pub const COROUTINE: u32 = 0x0080;
    pub const ITERABLE_COROUTINE: u32 = 0x0100;
    pub const ASYNC_GENERATOR: u32 = 0x0200;
    pub const FUTURE_DIVISION: u32 = 0x20000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x40000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x80000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x100000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x200000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x800000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
    pub const NO_MONITORING_EVENTS: u32 = 0x2000000;
}

/// The bits of `co_localspluskinds`: what a slot of the frame's fast locals is.
pub mod kinds {
    /// Exists only while an inlined comprehension runs: not shown by `locals()`.
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// A code object, field for field as CPython's.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Code {
    /// Positional parameters, positional-only ones included.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    /// Operand stack slots needed.
    pub stacksize: u32,
    /// See [`flags`].
    pub flags: u32,
    /// `co_code`: pairs of opcode and argument, caches zero.
    pub code: Rc<[u8]>,
    /// The constants, shared like a constant tuple when two code objects have equal ones.
    pub consts: Rc<[Const]>,
    pub names: Rc<[Symbol]>,
    /// The fast locals: parameters, locals, cells, free variables.
    pub localsplusnames: Rc<[Symbol]>,
    /// See [`kinds`]; as long as `localsplusnames`.
    pub localspluskinds: Rc<[u8]>,
    pub filename: Symbol,
    pub name: Symbol,
    pub qualname: Symbol,
    pub firstlineno: i32,
    /// PEP 626/657 locations; see [`crate::line_table`].
    pub linetable: Rc<[u8]>,
    /// See [`crate::exc_table`].
    pub exceptiontable: Rc<[u8]>,
}

impl Code {
    /// The names of the fast locals whose kind has one of these bits.
    pub fn names_of_kind(&self, kind: u8) -> impl Iterator<Item = &Symbol> {
        self.localsplusnames
            .iter()
            .zip(self.localspluskinds.iter())
            .filter(move |(_, k)| **k & kind != 0)
            .map(|(n, _)| n)
    }

    /// The code objects among the constants.
    pub fn children(&self) -> impl Iterator<Item = &Rc<Code>> {
        self.consts.iter().filter_map(|c| match c {
            Const::Code(code) => Some(code),
            _ => None,
        })
    }
}

/// An integer beyond 64 bits: sign and 30-bit digits, least significant first, the last one not zero.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BigInt {
    pub negative: bool,
    pub digits: Box<[u32]>,
}

/// Text that may hold lone surrogates: WTF-8 bytes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wtf8(pub Rc<[u8]>);

impl Wtf8 {
    /// The text, if it holds no surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The code points, surrogates included.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            let (&first, mut tail) = rest.split_first()?;
            let (extra, mut value) = match first {
                0..0x80 => (0, u32::from(first)),
                0x80..0xE0 => (1, u32::from(first & 0x1F)),
                0xE0..0xF0 => (2, u32::from(first & 0x0F)),
                _ => (3, u32::from(first & 0x07)),
            };
            for _ in 0..extra {
                let Some((&byte, more)) = tail.split_first() else { break };
                value = value << 6 | u32::from(byte & 0x3F);
                tail = more;
            }
            rest = tail;
            Some(value)
        })
    }

    /// Text of these code points; those beyond U+10FFFF become U+FFFD.
    pub fn from_code_points(points: impl IntoIterator<Item = u32>) -> Wtf8 {
        let mut bytes = Vec::new();
        for point in points {
            push_wtf8(&mut bytes, point);
        }
        Wtf8(bytes.into())
    }
}

/// Appends a code point, which may be a surrogate, in (generalised) UTF-8.
pub fn push_wtf8(bytes: &mut Vec<u8>, point: u32) {
    match char::from_u32(point) {
        Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None if (0xD800..0xE000).contains(&point) => {
            bytes.extend_from_slice(&[0xED, 0x80 | (point >> 6 & 0x3F) as u8, 0x80 | (point & 0x3F) as u8]);
        }
        None => bytes.extend_from_slice("\u{FFFD}".as_bytes()),
    }
}

impl From<&str> for Wtf8 {
    fn from(s: &str) -> Wtf8 {
        Wtf8(s.as_bytes().into())
    }
}

impl fmt::Debug for Wtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(&self.0), f)
    }
}

/// A constant. See the head of this file for what makes two of them equal.
#[derive(Clone, Debug)]
pub enum Const {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    /// Always outside the range of `Int`.
    BigInt(Rc<BigInt>),
    Float(f64),
    Complex {
        real: f64,
        imag: f64,
    },
    Str(Wtf8),
    Bytes(Rc<[u8]>),
    Tuple(Rc<[Const]>),
    FrozenSet(Rc<[Const]>),
    Code(Rc<Code>),
}

impl Const {
    /// A string constant.
    pub fn str(s: &str) -> Const {
        Const::Str(s.into())
    }

    /// `True` or `False`.
    pub fn bool(b: bool) -> Const {
        if b { Const::True } else { Const::False }
    }

    /// Orders the kinds for equality and hashing.
    fn kind(&self) -> u8 {
        match self {
            Const::None => 0,
            Const::True => 1,
            Const::False => 2,
            Const::Ellipsis => 3,
            Const::Int(_) => 4,
            Const::BigInt(_) => 5,
            Const::Float(_) => 6,
            Const::Complex { .. } => 7,
            Const::Str(_) => 8,
            Const::Bytes(_) => 9,
            Const::Tuple(_) => 10,
            Const::FrozenSet(_) => 11,
            Const::Code(_) => 12,
        }
    }
}

impl PartialEq for Const {
    fn eq(&self, other: &Const) -> bool {
        match (self, other) {
            (Const::Int(a), Const::Int(b)) => a == b,
            (Const::BigInt(a), Const::BigInt(b)) => a == b,
            (Const::Float(a), Const::Float(b)) => a.to_bits() == b.to_bits(),
            (Const::Complex { real: a, imag: b }, Const::Complex { real: c, imag: d }) => {
                a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits()
            }
            (Const::Str(a), Const::Str(b)) => a == b,
            (Const::Bytes(a), Const::Bytes(b)) => a == b,
            (Const::Tuple(a), Const::Tuple(b)) => Rc::ptr_eq(a, b) || a == b,
            (Const::FrozenSet(a), Const::FrozenSet(b)) => {
                a.len() == b.len() && a.iter().all(|x| b.contains(x))
            }
            (Const::Code(a), Const::Code(b)) => Rc::ptr_eq(a, b) || a == b,
            _ => self.kind() == other.kind(),
        }
    }
}

impl Eq for Const {}

impl Hash for Const {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.kind());
        match self {
            Const::None | Const::True | Const::False | Const::Ellipsis => {}
            Const::Int(n) => n.hash(state),
            Const::BigInt(n) => n.hash(state),
            Const::Float(x) => x.to_bits().hash(state),
            Const::Complex { real, imag } => (real.to_bits(), imag.to_bits()).hash(state),
            Const::Str(s) => s.hash(state),
            Const::Bytes(b) => b.hash(state),
            Const::Tuple(items) => items.hash(state),
            Const::FrozenSet(items) => items.len().hash(state),
            Const::Code(code) => (&code.name, code.firstlineno, &code.code).hash(state),
        }
    }
}
