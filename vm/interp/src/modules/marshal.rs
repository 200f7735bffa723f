//! `marshal`: live objects to and from the format of `.pyc` files; the format itself is crate `bytecode`'s.

use bytecode::code::push_wtf8;
use bytecode::marshal::{Builder, CodeParts, MAX_DEPTH, Malformed, Mark, Reader, Singleton, Writer};
use objects::object::refs::Ref;
use objects::protocol::{self, attr};
use objects::raise::Raised;
use objects::types::bool::from_bool;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::code::Code;
use objects::types::complex::Complex;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::float::Float;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::memoryview::MemoryView;
use objects::types::none;
use objects::types::set::{self, Set};
use objects::types::str::build::Builder as StrBuilder;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Result, id, raise};
use std::vec::Drain;

/// What the module writes by default.
pub const VERSION: i32 = 4;

/// An exception that is pending, or data that could not be read.
enum Failure {
    Raised(Raised),
    Data(Malformed),
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Failure {
        Failure::Data(malformed)
    }
}

impl From<Raised> for Failure {
    fn from(raised: Raised) -> Failure {
        Failure::Raised(raised)
    }
}

impl Failure {
    fn raise(self) -> Raised {
        match self {
            Failure::Raised(raised) => raised,
            Failure::Data(Malformed::End(text)) => raise!(EOFError, "{text}"),
            Failure::Data(Malformed::Value(text)) => raise!(ValueError, "{text}"),
            Failure::Data(Malformed::Type(text)) => raise!(TypeError, "{text}"),
        }
    }
}

type Made = core::result::Result<Ref, Failure>;
type Done = core::result::Result<(), Failure>;

/// Makes live objects.
struct Objects;

impl Builder for Objects {
    type Value = Ref;
    type Error = Failure;

    fn singleton(&mut self, which: Singleton) -> Made {
        Ok(match which {
            Singleton::None => none::none().to_ref(),
            Singleton::True => from_bool(true).to_ref(),
            Singleton::False => from_bool(false).to_ref(),
            Singleton::Ellipsis => none::ellipsis().to_ref(),
            Singleton::StopIteration => exc::StopIteration.as_object().to_ref(),
        })
    }

    fn int(&mut self, value: i64) -> Made {
        Ok(new_int(value)?)
    }

    fn big_int(&mut self, negative: bool, digits: &[u32]) -> Made {
        Ok(Int::from_digits(negative, digits)?.upcast())
    }

    fn float(&mut self, value: f64) -> Made {
        Ok(Float::new(value)?.upcast())
    }

    fn complex(&mut self, real: f64, imag: f64) -> Made {
        Ok(Complex::new(num::complex::Complex { real, imag })?)
    }

    fn bytes(&mut self, value: &[u8]) -> Made {
        Ok(Bytes::new(value)?.upcast())
    }

    fn ascii(&mut self, text: &[u8], interned: bool) -> Made {
        let text = if interned { intern::intern_ascii(text)? } else { Str::from_ascii(text)? };
        Ok(text.upcast())
    }

    fn str(&mut self, wtf8: &[u8], interned: bool) -> Made {
        if wtf8.is_ascii() {
            return self.ascii(wtf8, interned);
        }
        let text = if let Ok(text) = core::str::from_utf8(wtf8) {
            Str::new(text)?
        } else {
            let mut builder = StrBuilder::new();
            bytecode::code::Wtf8(wtf8.into()).code_points().for_each(|point| builder.push(point));
            builder.finish()?
        };
        Ok(if interned { intern::intern(text).upcast() } else { text.upcast() })
    }

    fn tuple(&mut self, items: Drain<'_, Ref>) -> Made {
        Ok(Tuple::from_items(items)?.upcast())
    }

    fn list(&mut self, _len: usize) -> Made {
        Ok(List::new()?.upcast())
    }

    fn list_push(&mut self, list: &Ref, item: Ref) -> Done {
        if let Some(list) = list.cast::<List>() {
            list.push(item)?;
        }
        Ok(())
    }

    fn dict(&mut self) -> Made {
        Ok(Dict::new()?.upcast())
    }

    fn dict_insert(&mut self, dict: &Ref, key: Ref, value: Ref) -> Done {
        if let Some(dict) = dict.cast::<Dict>() {
            dict.set_item(&key, &value)?;
        }
        Ok(())
    }

    fn set(&mut self, items: Drain<'_, Ref>, frozen: bool) -> Made {
        let items = items.as_slice();
        if frozen {
            return Ok(Set::frozen_from_items(items)?.upcast());
        }
        let set = Set::new()?;
        for item in items {
            set.add_item(item)?;
        }
        Ok(set.upcast())
    }

    fn code(&mut self, parts: CodeParts<Ref>) -> Made {
        Ok(Code::new(parts)?.upcast())
    }
}

/// Reads one value; also how many bytes it took.
///
/// # Errors
/// EOFError, ValueError or TypeError for bad data; what making the objects raises.
pub fn load(bytes: &[u8], allow_code: bool) -> Result<(Ref, usize)> {
    let mut reader = Reader::new(bytes, Objects, allow_code);
    match reader.value() {
        Ok(value) => Ok((value, reader.position())),
        Err(failure) => Err(failure.raise()),
    }
}

/// What cannot be written.
const UNMARSHALLABLE: &str = "unmarshallable object";

struct Dumper {
    out: Writer<usize>,
    version: i32,
    allow_code: bool,
    depth: usize,
    /// Objects made on the way.
    kept: Vec<Ref>,
}

/// Writes one value.
///
/// # Errors
/// ValueError for an object that the format has no place for.
pub fn dump(value: &Object, version: i32, allow_code: bool) -> Result<Vec<u8>> {
    let mut dumper = Dumper { out: Writer::new(version), version, allow_code, depth: 0, kept: Vec::new() };
    dumper.value(value)?;
    Ok(dumper.out.finish())
}

fn is_interned(value: &Object) -> bool {
    value.cast_exact::<Str>().is_some_and(Str::is_interned)
}

fn wtf8(text: &Str) -> Vec<u8> {
    let mut bytes = Vec::new();
    text.chars().iter().for_each(|point| push_wtf8(&mut bytes, point));
    bytes
}

impl Dumper {
    fn value(&mut self, value: &Object) -> Result<()> {
        self.value_of(value, 1)
    }

    /// [`Self::value`] for a reference that is held for the time of the call only.
    fn held_value(&mut self, value: &Object) -> Result<()> {
        self.value_of(value, 2)
    }

    /// Writes an object; one that has no more than `own` references cannot come again and gets no number.
    fn value_of(&mut self, value: &Object, own: i64) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(raise!(ValueError, "object too deeply nested to marshal"));
        }
        let singleton = [
            (none::none(), Singleton::None),
            (from_bool(true), Singleton::True),
            (from_bool(false), Singleton::False),
            (none::ellipsis(), Singleton::Ellipsis),
            (exc::StopIteration.as_object(), Singleton::StopIteration),
        ];
        let result = match singleton.iter().find(|(object, _)| object.is(value)) {
            Some((_, which)) => {
                self.out.singleton(*which);
                Ok(())
            }
            // Interned text is shared even if nobody else holds it now.
            None if value.refcnt() <= own && !value.is_immortal() && !is_interned(value) => {
                self.content(value, Mark::NONE)
            }
            None => match self.out.begin(core::ptr::from_ref(value) as usize) {
                Some(mark) => self.content(value, mark),
                None => Ok(()),
            },
        };
        self.depth -= 1;
        result
    }

    fn all<'a>(&mut self, items: impl IntoIterator<Item = &'a Object>) -> Result<()> {
        items.into_iter().try_for_each(|item| self.value(item))
    }

    fn content(&mut self, value: &Object, mark: Mark) -> Result<()> {
        if let Some(int) = value.cast_exact::<Int>() {
            match int.to_i64() {
                Some(n) => self.out.int(n, mark),
                None => self.out.big_int(int.is_negative(), int.digits(), mark),
            }
        } else if let Some(float) = value.cast_exact::<Float>() {
            self.out.float(float.value(), mark);
        } else if let Some(complex) = value.cast_exact::<Complex>() {
            let value = complex.value();
            self.out.complex(value.real, value.imag, mark);
        } else if let Some(text) = value.cast_exact::<Str>() {
            self.out.str(&wtf8(text), text.is_interned(), mark);
        } else if let Some(bytes) = value.cast_exact::<Bytes>() {
            self.out.bytes(bytes.as_slice(), mark);
        } else if let Some(tuple) = value.cast_exact::<Tuple>() {
            self.out.tuple(tuple.len(), mark);
            self.all(tuple.items().iter().copied())?;
        } else if let Some(list) = value.cast_exact::<List>() {
            let items = list.to_vec();
            self.out.list(items.len(), mark);
            items.iter().try_for_each(|item| self.held_value(item))?;
        } else if let Some(dict) = value.cast_exact::<Dict>() {
            self.out.dict(mark);
            for (key, value) in dict.to_vec() {
                self.held_value(&key)?;
                self.held_value(&value)?;
            }
            self.out.dict_end();
        } else if let Some(set) = set::any_exact_set(value) {
            return self.set(value, set, mark);
        } else if let Some(code) = value.cast_exact::<Code>() {
            return self.code(code, mark);
        } else if let Some(bytes) = buffer_of(value) {
            self.out.bytes(&bytes, mark);
        } else {
            return Err(raise!(ValueError, "{UNMARSHALLABLE}"));
        }
        Ok(())
    }

    /// The elements are written in the order of what each alone is written as, so that equal sets are written alike.
    fn set(&mut self, value: &Object, set: &Set, mark: Mark) -> Result<()> {
        let mut items = (set.to_vec().into_iter())
            .map(|item| Ok((dump(&item, self.version, self.allow_code)?, item)))
            .collect::<Result<Vec<_>>>()?;
        items.sort_by(|a, b| a.0.cmp(&b.0));
        self.out.set(items.len(), value.cast_exact::<Set>().is_none(), mark);
        items.iter().try_for_each(|(_, item)| self.held_value(item))
    }

    fn code(&mut self, code: &Code, mark: Mark) -> Result<()> {
        if !self.allow_code {
            return Err(raise!(ValueError, "marshalling code objects is disallowed"));
        }
        self.out.code(mark);
        for number in [
            code.co_argcount.get(),
            code.co_posonlyargcount.get(),
            code.co_kwonlyargcount.get(),
            code.co_stacksize.get(),
            code.co_flags.get(),
        ] {
            self.out.long(number);
        }
        // Held to the end: what is numbered must not give its address away.
        let bytes = attr::get(code, id!("co_code"))?;
        self.kept.push(bytes.clone());
        self.value(&bytes)?;
        for field in [
            code.co_consts.get().map(Ref::upcast),
            code.co_names.get().map(Ref::upcast),
            code.co_localsplusnames.get().map(Ref::upcast),
            code.co_localspluskinds.get().map(Ref::upcast),
            code.co_filename.get().map(Ref::upcast),
            code.co_name.get().map(Ref::upcast),
            code.co_qualname.get().map(Ref::upcast),
        ] {
            self.held_value(&*field.ok_or_else(raise::null_result)?)?;
        }
        self.out.long(code.co_firstlineno.get());
        for field in [code.co_linetable.get(), code.co_exceptiontable.get()] {
            self.held_value(&*field.ok_or_else(raise::null_result)?)?;
        }
        Ok(())
    }
}

/// The contents of an object that offers a buffer.
fn buffer_of(value: &Object) -> Option<Vec<u8>> {
    value.class().buffer()?;
    match objects::protocol::buffer::BytesLike::of(value) {
        Ok(buffer) => Some(buffer.to_vec()),
        Err(raised) => {
            raised.clear();
            None
        }
    }
}

#[macros::pymodule(name = "marshal")]
pub mod module {
    use super::*;
    use objects::protocol::buffer::BytesLike;

    #[constant("version")]
    const VERSION_NUMBER: i64 = VERSION as i64;

    #[function("dumps($module, value, version=version, /, *, allow_code=True)", unchecked)]
    fn dumps(value: &Object, version: Option<i32>, allow_code: bool) -> Result<Ref<Bytes>> {
        let version = version.unwrap_or(VERSION);
        crate::audit::raise_named("marshal.dumps", &[value, &*new_int(version.into())?])?;
        Bytes::new(&dump(value, version, allow_code)?)
    }

    #[function("loads($module, bytes, /, *, allow_code=True)")]
    fn loads(bytes: BytesLike, allow_code: bool) -> Result<Ref> {
        if crate::audit::is_audited() {
            crate::audit::raise_named("marshal.loads", &[&*Bytes::new(&bytes)?])?;
        }
        Ok(load(&bytes, allow_code)?.0)
    }

    #[function("dump($module, value, file, version=version, /, *, allow_code=True)", unchecked)]
    fn dump_to(value: &Object, file: &Object, version: Option<i32>, allow_code: bool) -> Result<Ref> {
        let version = version.unwrap_or(VERSION);
        crate::audit::raise_named("marshal.dumps", &[value, &*new_int(version.into())?])?;
        let bytes = Bytes::new(&super::dump(value, version, allow_code)?)?;
        protocol::call::call_method(file, id!("write"), &[bytes.as_object()])
    }

    #[function("load($module, file, /, *, allow_code=True)")]
    fn load_from(file: &Object, allow_code: bool) -> Result<Ref> {
        crate::audit::raise_named("marshal.load", &[])?;
        // Nothing: to see that it is a file of bytes.
        let contents = protocol::call::call_method(file, id!("read"), &[&*new_int(0)?])?;
        if contents.cast::<Bytes>().is_none() {
            return Err(raise!(TypeError, "file.read() returned not bytes but {}", contents.class().name()));
        }
        let mut read = |count| read_into(file, count).map_err(Failure::Raised);
        Reader::of_stream(&mut read, Objects, allow_code).value().map_err(Failure::raise)
    }
}

/// As many bytes as a file has, at most `count`: in pieces, as what says so many may be wrong.
fn read_into(file: &Object, count: usize) -> Result<Vec<u8>> {
    const PIECE: usize = 1 << 16;
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let wanted = (count - bytes.len()).min(PIECE);
        let room = ByteArray::new(&vec![0; wanted])?;
        let view = MemoryView::of(&room, protocol::buffer::FULL)?;
        let read = protocol::call::call_method(file, id!("readinto"), &[&*view])?;
        let read = protocol::number::index_as_isize(&read, Some(&exc::ValueError))?;
        let read = usize::try_from(read).unwrap_or(0);
        if read > wanted {
            return Err(raise!(
                ValueError,
                "read() returned too much data: {wanted} bytes requested, {read} returned"
            ));
        }
        bytes.extend_from_slice(&room.as_slice()[..read]);
        if read < wanted {
            break;
        }
    }
    Ok(bytes)
}
