//! The marshal format (version 4), for any kind of value: a reader that asks a [`Builder`] to make what it
//! read, and a writer of the parts from which the owner of the values composes them.
//!
//! Format: a type byte, of which bit 7 says "remember this object", then the payload. Remembered objects
//! are numbered from 0 in the order in which their type bytes appear; `r` refers back to one.
//! [`crate::marshal_code`] reads and writes code objects as data; the `marshal` module does it for live objects.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;
use std::vec::Drain;

/// Nesting at which reading and writing give up, as CPython's do.
pub const MAX_DEPTH: usize = 2000;

const FLAG_REF: u8 = 0x80;

/// The parameters and tables of a code object whose variable parts are values of a [`Builder`].
#[derive(Clone, Debug)]
pub struct CodeParts<V> {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub code: V,
    pub consts: V,
    pub names: V,
    pub localsplusnames: V,
    pub localspluskinds: V,
    pub filename: V,
    pub name: V,
    pub qualname: V,
    pub firstlineno: i32,
    pub linetable: V,
    pub exceptiontable: V,
}

/// Values without content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Singleton {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
}

/// Makes values for the reader.
pub trait Builder {
    type Value: Clone;
    type Error: From<Malformed>;

    fn singleton(&mut self, which: Singleton) -> Result<Self::Value, Self::Error>;
    fn int(&mut self, value: i64) -> Result<Self::Value, Self::Error>;
    /// `digits`: 30 bits each, least significant first, the last not zero.
    fn big_int(&mut self, negative: bool, digits: &[u32]) -> Result<Self::Value, Self::Error>;
    fn float(&mut self, value: f64) -> Result<Self::Value, Self::Error>;
    fn complex(&mut self, real: f64, imag: f64) -> Result<Self::Value, Self::Error>;
    fn bytes(&mut self, value: &[u8]) -> Result<Self::Value, Self::Error>;
    fn ascii(&mut self, text: &[u8], interned: bool) -> Result<Self::Value, Self::Error>;
    /// `wtf8`: checked, lone surrogates allowed.
    fn str(&mut self, wtf8: &[u8], interned: bool) -> Result<Self::Value, Self::Error>;
    /// The values of a container that was read are the last of a stack; the builder takes them off.
    fn tuple(&mut self, items: Drain<'_, Self::Value>) -> Result<Self::Value, Self::Error>;
    /// An empty list, to be filled by `list_push`; a list may contain itself.
    fn list(&mut self, len: usize) -> Result<Self::Value, Self::Error>;
    fn list_push(&mut self, list: &Self::Value, item: Self::Value) -> Result<(), Self::Error>;
    /// An empty dict, to be filled by `dict_insert`; a dict may contain itself.
    fn dict(&mut self) -> Result<Self::Value, Self::Error>;
    fn dict_insert(
        &mut self,
        dict: &Self::Value,
        key: Self::Value,
        value: Self::Value,
    ) -> Result<(), Self::Error>;
    fn set(&mut self, items: Drain<'_, Self::Value>, frozen: bool) -> Result<Self::Value, Self::Error>;
    fn code(&mut self, parts: CodeParts<Self::Value>) -> Result<Self::Value, Self::Error>;
}

/// What can be wrong with marshal data. The text is CPython's message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// EOFError.
    End(&'static str),
    /// ValueError.
    Value(&'static str),
    /// TypeError.
    Type(&'static str),
}

impl Malformed {
    /// The message of the exception.
    pub fn message(self) -> &'static str {
        match self {
            Malformed::End(m) | Malformed::Value(m) | Malformed::Type(m) => m,
        }
    }
}

const TOO_SHORT: Malformed = Malformed::End("marshal data too short");
const NO_OBJECT: Malformed = Malformed::End("EOF read where object expected");
const TOO_DEEP: Malformed = Malformed::Value("recursion limit exceeded");
const BAD_REFERENCE: Malformed = Malformed::Value("bad marshal data (invalid reference)");
const BAD_UTF8: Malformed = Malformed::Value("bad marshal data (invalid text)");

const END_OF_STREAM: Malformed = Malformed::End("EOF read where not expected");

/// As many bytes of a stream as there are, at most so many.
pub type ReadSome<'a, E> = &'a mut dyn FnMut(usize) -> Result<Vec<u8>, E>;

/// Where bytes come from.
enum Input<'a, E> {
    Buffer { rest: &'a [u8], len: usize },
    Stream(ReadSome<'a, E>),
}

/// Reads values from a buffer or a stream.
pub struct Reader<'a, B: Builder> {
    input: Input<'a, B::Error>,
    refs: Vec<Option<B::Value>>,
    /// The values that tuples and sets under way have so far.
    items: Vec<B::Value>,
    depth: usize,
    allow_code: bool,
    builder: B,
}

impl<'a, B: Builder> Reader<'a, B> {
    /// A reader at the buffer's start. Without `allow_code`, code objects are an error.
    pub fn new(bytes: &'a [u8], builder: B, allow_code: bool) -> Self {
        Reader::of(Input::Buffer { rest: bytes, len: bytes.len() }, builder, allow_code)
    }

    /// A reader of a stream, from which it takes no more than a value has.
    pub fn of_stream(read: ReadSome<'a, B::Error>, builder: B, allow_code: bool) -> Self {
        Reader::of(Input::Stream(read), builder, allow_code)
    }

    fn of(input: Input<'a, B::Error>, builder: B, allow_code: bool) -> Self {
        Reader { input, refs: Vec::new(), items: Vec::new(), depth: 0, allow_code, builder }
    }

    /// Bytes of the buffer consumed so far.
    pub fn position(&self) -> usize {
        match self.input {
            Input::Buffer { rest, len } => len - rest.len(),
            Input::Stream(_) => 0,
        }
    }

    /// Room for what is said to be so many values: each is at least one byte.
    fn capacity(&self, n: usize) -> usize {
        match self.input {
            Input::Buffer { len, .. } => n.min(len),
            Input::Stream(_) => n.min(64),
        }
    }

    /// Reads one value.
    pub fn value(&mut self) -> Result<B::Value, B::Error> {
        self.optional("NULL object in marshal data for object")
    }

    fn optional(&mut self, null_message: &'static str) -> Result<B::Value, B::Error> {
        self.next()?.ok_or_else(|| Malformed::Type(null_message).into())
    }

    /// `Ok(None)` is the NULL that ends a dict.
    fn next(&mut self) -> Result<Option<B::Value>, B::Error> {
        let [tag] = self.array_or(NO_OBJECT)?;
        if self.depth >= MAX_DEPTH {
            return Err(TOO_DEEP.into());
        }
        self.depth += 1;
        let result = self.tagged(tag & !FLAG_REF, tag & FLAG_REF != 0);
        self.depth -= 1;
        result
    }

    fn tagged(&mut self, tag: u8, remember: bool) -> Result<Option<B::Value>, B::Error> {
        let value = match tag {
            b'0' => return Ok(None),
            b'N' => return self.builder.singleton(Singleton::None).map(Some),
            b'T' => return self.builder.singleton(Singleton::True).map(Some),
            b'F' => return self.builder.singleton(Singleton::False).map(Some),
            b'.' => return self.builder.singleton(Singleton::Ellipsis).map(Some),
            b'S' => return self.builder.singleton(Singleton::StopIteration).map(Some),
            b'r' => {
                let index = self.long()?;
                let known = usize::try_from(index).ok().and_then(|i| self.refs.get(i).cloned()).flatten();
                return known.map(Some).ok_or_else(|| BAD_REFERENCE.into());
            }
            b'i' => {
                let n = self.long()?;
                self.builder.int(n.into())?
            }
            b'I' => {
                let n = i64::from_le_bytes(self.array()?);
                self.builder.int(n)?
            }
            b'l' => self.big_int()?,
            b'g' => {
                let x = f64::from_le_bytes(self.array()?);
                self.builder.float(x)?
            }
            b'f' => {
                let x = self.float_text()?;
                self.builder.float(x)?
            }
            b'y' => {
                let (real, imag) = (f64::from_le_bytes(self.array()?), f64::from_le_bytes(self.array()?));
                self.builder.complex(real, imag)?
            }
            b'x' => {
                let (real, imag) = (self.float_text()?, self.float_text()?);
                self.builder.complex(real, imag)?
            }
            b's' => {
                let n = self.size("bad marshal data (bytes object size out of range)")?;
                let bytes = self.take(n)?;
                self.builder.bytes(&bytes)?
            }
            b'z' | b'Z' => {
                let n = usize::from(self.byte()?);
                self.latin1(n, tag == b'Z')?
            }
            b'a' | b'A' => {
                let n = self.size("bad marshal data (string size out of range)")?;
                self.latin1(n, tag == b'A')?
            }
            b'u' | b't' => {
                let n = self.size("bad marshal data (string size out of range)")?;
                let text = self.take(n)?;
                if !is_wtf8(&text) {
                    return Err(BAD_UTF8.into());
                }
                self.builder.str(&text, tag == b't')?
            }
            b')' | b'(' | b'>' | b'<' | b'[' | b'{' | b'c' => return self.container(tag, remember).map(Some),
            _ => return Err(Malformed::Value("bad marshal data (unknown type code)").into()),
        };
        if remember {
            self.refs.push(Some(value.clone()));
        }
        Ok(Some(value))
    }

    /// Reads what contains values: its number is taken before theirs.
    fn container(&mut self, tag: u8, remember: bool) -> Result<B::Value, B::Error> {
        let slot = remember.then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let value = match tag {
            b')' => {
                let n = usize::from(self.byte()?);
                let first = self.items(n, "NULL object in marshal data for tuple")?;
                self.builder.tuple(self.items.drain(first..))?
            }
            b'(' => {
                let n = self.size("bad marshal data (tuple size out of range)")?;
                let first = self.items(n, "NULL object in marshal data for tuple")?;
                self.builder.tuple(self.items.drain(first..))?
            }
            b'<' | b'>' => {
                let n = self.size("bad marshal data (set size out of range)")?;
                let first = self.items(n, "NULL object in marshal data for set")?;
                self.builder.set(self.items.drain(first..), tag == b'>')?
            }
            b'[' => {
                let n = self.size("bad marshal data (list size out of range)")?;
                let list = self.builder.list(self.capacity(n))?;
                self.define(slot, &list);
                for _ in 0..n {
                    let item = self.optional("NULL object in marshal data for list")?;
                    self.builder.list_push(&list, item)?;
                }
                list
            }
            b'{' => {
                let dict = self.builder.dict()?;
                self.define(slot, &dict);
                while let Some(key) = self.next()? {
                    let Some(value) = self.next()? else { break };
                    self.builder.dict_insert(&dict, key, value)?;
                }
                dict
            }
            _ => self.code()?,
        };
        self.define(slot, &value);
        Ok(value)
    }

    fn define(&mut self, slot: Option<usize>, value: &B::Value) {
        if let Some(place) = slot.and_then(|i| self.refs.get_mut(i)) {
            *place = Some(value.clone());
        }
    }

    /// Reads so many values; they are those of `self.items` from the index returned on.
    fn items(&mut self, n: usize, null_message: &'static str) -> Result<usize, B::Error> {
        let first = self.items.len();
        for _ in 0..n {
            let item = self.optional(null_message)?;
            self.items.push(item);
        }
        Ok(first)
    }

    fn code(&mut self) -> Result<B::Value, B::Error> {
        if !self.allow_code {
            return Err(Malformed::Value("unmarshalling code objects is disallowed").into());
        }
        const NULL: &str = "NULL object in marshal data for code object";
        let parts = CodeParts {
            argcount: self.long()?,
            posonlyargcount: self.long()?,
            kwonlyargcount: self.long()?,
            stacksize: self.long()?,
            flags: self.long()?,
            code: self.optional(NULL)?,
            consts: self.optional(NULL)?,
            names: self.optional(NULL)?,
            localsplusnames: self.optional(NULL)?,
            localspluskinds: self.optional(NULL)?,
            filename: self.optional(NULL)?,
            name: self.optional(NULL)?,
            qualname: self.optional(NULL)?,
            firstlineno: self.long()?,
            linetable: self.optional(NULL)?,
            exceptiontable: self.optional(NULL)?,
        };
        self.builder.code(parts)
    }

    fn big_int(&mut self) -> Result<B::Value, B::Error> {
        let n = self.long()?;
        if n == i32::MIN {
            return Err(Malformed::Value("bad marshal data (long size out of range)").into());
        }
        let mut digits = Vec::new();
        for i in 0..n.unsigned_abs() {
            let short = u32::from(u16::from_le_bytes(self.array()?));
            if short > 0x7FFF {
                return Err(Malformed::Value("bad marshal data (digit out of range in long)").into());
            }
            match digits.last_mut() {
                Some(last) if i % 2 == 1 => *last |= short << 15,
                _ => digits.push(short),
            }
            if i + 1 == n.unsigned_abs() && short == 0 {
                return Err(Malformed::Value("bad marshal data (unnormalized long data)").into());
            }
        }
        let magnitude = digits.iter().rev().try_fold(0i128, |v, &d| {
            let v = v << 30 | i128::from(d);
            (v < 1 << 64).then_some(v)
        });
        match magnitude.and_then(|m| i64::try_from(if n < 0 { -m } else { m }).ok()) {
            Some(value) => self.builder.int(value),
            None => self.builder.big_int(n < 0, &digits),
        }
    }

    /// Latin-1 bytes, which is how both short and long "ASCII" strings are taken.
    fn latin1(&mut self, n: usize, interned: bool) -> Result<B::Value, B::Error> {
        let bytes = self.take(n)?;
        if bytes.is_ascii() {
            return self.builder.ascii(&bytes, interned);
        }
        let text: String = bytes.iter().map(|&b| char::from(b)).collect();
        self.builder.str(text.as_bytes(), interned)
    }

    fn float_text(&mut self) -> Result<f64, B::Error> {
        let n = usize::from(self.array_or::<1>(END_OF_STREAM)?[0]);
        let text = self.take(n)?;
        let text = std::str::from_utf8(&text).ok();
        text.and_then(|t| t.parse().ok())
            .ok_or_else(|| Malformed::Value("could not convert string to float").into())
    }

    fn size(&mut self, message: &'static str) -> Result<usize, B::Error> {
        usize::try_from(self.long()?).map_err(|_| Malformed::Value(message).into())
    }

    fn long(&mut self) -> Result<i32, B::Error> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn byte(&mut self) -> Result<u8, B::Error> {
        Ok(self.array::<1>()?[0])
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], B::Error> {
        let end = self.end();
        self.array_or(end)
    }

    /// The next bytes; `end` is the error where there are fewer.
    #[inline]
    fn array_or<const N: usize>(&mut self, end: Malformed) -> Result<[u8; N], B::Error> {
        match &mut self.input {
            Input::Buffer { rest, .. } => {
                let (taken, tail) = rest.split_first_chunk::<N>().ok_or(end)?;
                *rest = tail;
                Ok(*taken)
            }
            Input::Stream(_) => (*self.take_or(N, end)?).try_into().map_err(|_| end.into()),
        }
    }

    /// What is wrong where bytes are missing inside a value.
    fn end(&self) -> Malformed {
        match self.input {
            Input::Buffer { .. } => TOO_SHORT,
            Input::Stream(_) => END_OF_STREAM,
        }
    }

    fn take(&mut self, n: usize) -> Result<Cow<'a, [u8]>, B::Error> {
        let end = self.end();
        self.take_or(n, end)
    }

    /// The next bytes; `end` is the error where there are fewer.
    fn take_or(&mut self, n: usize, end: Malformed) -> Result<Cow<'a, [u8]>, B::Error> {
        match &mut self.input {
            Input::Buffer { rest, .. } => {
                let (taken, tail) = rest.split_at_checked(n).ok_or(end)?;
                *rest = tail;
                Ok(Cow::Borrowed(taken))
            }
            Input::Stream(read) => {
                let taken = if n == 0 { Vec::new() } else { read(n)? };
                if taken.len() < n { Err(end.into()) } else { Ok(Cow::Owned(taken)) }
            }
        }
    }
}

/// UTF-8 in which surrogates may occur.
fn is_wtf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(e) => match rest.get(e.valid_up_to()..) {
                Some([0xED, 0xA0..=0xBF, 0x80..=0xBF, tail @ ..]) => rest = tail,
                _ => return false,
            },
        }
    }
}

/// Writes values part by part. `K` is what tells objects apart: an address, or a value.
pub struct Writer<K> {
    bytes: Vec<u8>,
    refs: HashMap<K, u32>,
    version: i32,
}

/// The bit a value's type byte must carry; see [`Writer::begin`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(u8);

impl Mark {
    /// Of a value that is not remembered.
    pub const NONE: Mark = Mark(0);
}

impl<K: Hash + Eq> Writer<K> {
    /// A writer of this format version.
    pub fn new(version: i32) -> Self {
        Writer { bytes: Vec::new(), refs: HashMap::new(), version }
    }

    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Starts an object that may be referred to again: writes a reference and answers `None` if it was
    /// seen before, else numbers it. Objects that only one place refers to need not come here.
    pub fn begin(&mut self, key: K) -> Option<Mark> {
        if self.version < 3 {
            return Some(Mark::NONE);
        }
        let next = self.refs.len() as u32;
        let index = *self.refs.entry(key).or_insert(next);
        if index == next {
            return Some(Mark(FLAG_REF));
        }
        self.bytes.push(b'r');
        self.long(index as i32);
        None
    }

    fn tag(&mut self, tag: u8, mark: Mark) {
        self.bytes.push(tag | mark.0);
    }

    /// A bare 32-bit number.
    pub fn long(&mut self, n: i32) {
        self.bytes.extend_from_slice(&n.to_le_bytes());
    }

    /// A value without content.
    pub fn singleton(&mut self, which: Singleton) {
        self.bytes.push(match which {
            Singleton::None => b'N',
            Singleton::True => b'T',
            Singleton::False => b'F',
            Singleton::Ellipsis => b'.',
            Singleton::StopIteration => b'S',
        });
    }

    /// An int of at most 64 bits.
    pub fn int(&mut self, value: i64, mark: Mark) {
        if let Ok(n) = i32::try_from(value) {
            self.tag(b'i', mark);
            return self.long(n);
        }
        let mut magnitude = value.unsigned_abs();
        let mut digits = Vec::new();
        while magnitude != 0 {
            digits.push((magnitude & 0x3FFF_FFFF) as u32);
            magnitude >>= 30;
        }
        self.big_int(value < 0, &digits, mark);
    }

    /// An int of 30-bit digits, least significant first.
    pub fn big_int(&mut self, negative: bool, digits: &[u32], mark: Mark) {
        self.tag(b'l', mark);
        let short_top = digits.last().is_some_and(|&d| d < 1 << 15);
        let n = digits.len() * 2 - usize::from(short_top);
        self.long(if negative { -(n as i32) } else { n as i32 });
        let halves = digits.iter().flat_map(|&d| [d & 0x7FFF, d >> 15]);
        for half in halves.take(n) {
            self.bytes.extend_from_slice(&(half as u16).to_le_bytes());
        }
    }

    /// A float, in binary.
    pub fn float(&mut self, value: f64, mark: Mark) {
        self.tag(b'g', mark);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A complex number, in binary.
    pub fn complex(&mut self, real: f64, imag: f64, mark: Mark) {
        self.tag(b'y', mark);
        self.bytes.extend_from_slice(&real.to_le_bytes());
        self.bytes.extend_from_slice(&imag.to_le_bytes());
    }

    /// Bytes.
    pub fn bytes(&mut self, value: &[u8], mark: Mark) {
        self.tag(b's', mark);
        self.sized(value);
    }

    /// Text in WTF-8.
    pub fn str(&mut self, wtf8: &[u8], interned: bool, mark: Mark) {
        if self.version >= 4 && wtf8.is_ascii() {
            if let Ok(n) = u8::try_from(wtf8.len()) {
                self.tag(if interned { b'Z' } else { b'z' }, mark);
                self.bytes.push(n);
                return self.bytes.extend_from_slice(wtf8);
            }
            self.tag(if interned { b'A' } else { b'a' }, mark);
        } else {
            self.tag(if interned && self.version >= 3 { b't' } else { b'u' }, mark);
        }
        self.sized(wtf8);
    }

    /// Starts a tuple; its items follow.
    pub fn tuple(&mut self, n: usize, mark: Mark) {
        match u8::try_from(n) {
            Ok(n) if self.version >= 4 => {
                self.tag(b')', mark);
                self.bytes.push(n);
            }
            _ => {
                self.tag(b'(', mark);
                self.long(n as i32);
            }
        }
    }

    /// Starts a list; its items follow.
    pub fn list(&mut self, n: usize, mark: Mark) {
        self.tag(b'[', mark);
        self.long(n as i32);
    }

    /// Starts a set; its items follow. CPython orders them by what each alone would be written as.
    pub fn set(&mut self, n: usize, frozen: bool, mark: Mark) {
        self.tag(if frozen { b'>' } else { b'<' }, mark);
        self.long(n as i32);
    }

    /// Starts a dict; keys and values follow alternately, then `dict_end`.
    pub fn dict(&mut self, mark: Mark) {
        self.tag(b'{', mark);
    }

    /// Ends a dict.
    pub fn dict_end(&mut self) {
        self.bytes.push(b'0');
    }

    /// Starts a code object; the fields follow in the order of [`CodeParts`].
    pub fn code(&mut self, mark: Mark) {
        self.tag(b'c', mark);
    }

    fn sized(&mut self, bytes: &[u8]) {
        self.long(bytes.len() as i32);
        self.bytes.extend_from_slice(bytes);
    }
}
