//! Making code objects.

use super::Code;
use crate::interpreter_frame::{CodeUnit, SPECIALS_WORDS};
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::float::Float;
use crate::types::int::{Int, new_int};
use crate::types::none;
use crate::types::str::build::Builder;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use crate::watch;
use bytecode::code::{self, Const, Wtf8, kinds};
use bytecode::line_table::{self, Location, Writer};
use bytecode::marshal::CodeParts;
use bytecode::opcodes::{CACHES, op};
use core::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::collections::HashMap;

/// The counter of a specialising instruction that has not run yet: it looks at its operands on the second execution.
pub const ADAPTIVE_WARMUP: CodeUnit = 1 << 4 | 1;
/// The history of a conditional jump that has not run yet: alternating bits, as no direction is likely.
const NO_DIRECTION: CodeUnit = 0x5555;
/// The counter of a backward jump that has not been taken yet, unless a JIT says otherwise.
static LOOP_WARMUP: AtomicU16 = AtomicU16::new(4095 << 4 | 12);

/// Sets the counter that backward jumps of code objects made from now on begin with.
pub fn set_loop_warmup(counter: CodeUnit) {
    LOOP_WARMUP.store(counter, Ordering::Relaxed);
}

static NEXT_VERSION: AtomicU32 = AtomicU32::new(1);

/// A version for a new code object or a changed function; 0 when they have run out.
pub fn next_version() -> u32 {
    NEXT_VERSION
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n != 0).then(|| n.wrapping_add(1)))
        .unwrap_or(0)
}

fn field<T: Instance>(value: Ref, what: &str) -> Result<Ref<T>> {
    value.downcast().map_err(|_| crate::raise!(ValueError, "code: {what} has the wrong type"))
}

impl Code {
    /// A code object of these parts; strings that look like names become interned.
    ///
    /// # Errors
    /// ValueError when the parts do not fit together; MemoryError.
    pub fn new(parts: CodeParts<Ref>) -> Result<Ref<Code>> {
        let instructions: Ref<Bytes> = field(parts.code, "co_code")?;
        let consts: Ref<Tuple> = field(parts.consts, "co_consts")?;
        let names: Ref<Tuple> = field(parts.names, "co_names")?;
        let locals: Ref<Tuple> = field(parts.localsplusnames, "co_localsplusnames")?;
        let local_kinds: Ref<Bytes> = field(parts.localspluskinds, "co_localspluskinds")?;
        let filename: Ref<Str> = field(parts.filename, "co_filename")?;
        let name: Ref<Str> = field(parts.name, "co_name")?;
        let qualname: Ref<Str> = field(parts.qualname, "co_qualname")?;
        let mut linetable: Ref<Bytes> = field(parts.linetable, "co_linetable")?;
        if !crate::state::interpreter().code_debug_ranges.get() {
            linetable = Bytes::new(&line_table::without_columns(linetable.as_slice(), parts.firstlineno))?;
        }
        let exceptiontable: Ref<Bytes> = field(parts.exceptiontable, "co_exceptiontable")?;

        let bytes = instructions.as_slice();
        if bytes.is_empty() || !bytes.len().is_multiple_of(2) {
            return Err(crate::raise!(ValueError, "code: co_code is malformed"));
        }
        let positive = [parts.argcount, parts.posonlyargcount, parts.kwonlyargcount, parts.stacksize];
        let parameters = i64::from(parts.argcount) + i64::from(parts.kwonlyargcount);
        if positive.iter().any(|&n| n < 0)
            || parts.posonlyargcount > parts.argcount
            || local_kinds.as_slice().len() != locals.len()
            || parameters > locals.len() as i64
            || parts.stacksize > 1 << 24
        {
            return Err(crate::raise!(ValueError, "code: the parts do not fit together"));
        }
        intern_all(&names)?;
        intern_all(&locals)?;
        intern_constants(&consts);

        let count_kind = |kind: u8| local_kinds.as_slice().iter().filter(|&&k| k & kind != 0).count() as i32;
        let (nlocals, ncells, nfree) =
            (count_kind(kinds::LOCAL), count_kind(kinds::CELL), count_kind(kinds::FREE));
        let nlocalsplus = locals.len() as i32;
        let units = bytes.len() / 2;

        let place = Code::class().allocate(units as isize)?;
        // SAFETY: a zeroed object of the class, whose fields are all valid as zeros.
        let code: Ref<Code> = unsafe { Ref::from_owned(place.cast()) };
        code.co_consts.set(Some(consts));
        code.co_names.set(Some(names));
        code.co_exceptiontable.set(Some(exceptiontable));
        code.co_flags.set(parts.flags);
        code.co_argcount.set(parts.argcount);
        code.co_posonlyargcount.set(parts.posonlyargcount);
        code.co_kwonlyargcount.set(parts.kwonlyargcount);
        code.co_stacksize.set(parts.stacksize);
        code.co_firstlineno.set(parts.firstlineno);
        code.co_nlocalsplus.set(nlocalsplus);
        code.co_framesize.set(nlocalsplus + parts.stacksize + SPECIALS_WORDS as i32);
        code.co_nlocals.set(nlocals);
        code.co_ncellvars.set(ncells);
        code.co_nfreevars.set(nfree);
        code.co_version.set(next_version());
        code.co_localsplusnames.set(Some(locals));
        code.co_localspluskinds.set(Some(local_kinds));
        code.co_filename.set(Some(filename));
        code.co_name.set(Some(intern::intern(name)));
        code.co_qualname.set(Some(intern::intern(qualname)));
        code.co_linetable.set(Some(linetable));
        code.fill(bytes);
        if watch::CODES.is_active() {
            watch::code(watch::CodeEvent::Create, &code);
        }
        Ok(code)
    }

    /// The code of frames that the interpreter pushes for purposes of its own: these instructions with their arguments, these
    /// constants, no names; frames have room for so many items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn shim(units: &[(u8, u8)], consts: Ref<Tuple>, room: i32) -> Result<Ref<Code>> {
        let bytes: Vec<u8> = units.iter().flat_map(|&(opcode, arg)| [opcode, arg]).collect();
        let empty_tuple = || Tuple::empty().upcast();
        let empty_bytes = || -> Result<Ref> { Ok(Bytes::new(&[])?.upcast()) };
        let text = || -> Result<Ref> { Ok(Str::new("<shim>")?.upcast()) };
        Code::new(CodeParts {
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            stacksize: room,
            flags: 0,
            code: Bytes::new(&bytes)?.upcast(),
            consts: consts.upcast(),
            names: empty_tuple(),
            localsplusnames: empty_tuple(),
            localspluskinds: empty_bytes()?,
            filename: text()?,
            name: text()?,
            qualname: text()?,
            firstlineno: 0,
            linetable: empty_bytes()?,
            exceptiontable: empty_bytes()?,
        })
    }

    /// Code that raises AssertionError, for frames of functions that are not Python's (`PyCode_NewEmpty`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn placeholder(filename: Ref<Str>, name: Ref<Str>, firstlineno: i32) -> Result<Ref<Code>> {
        let instructions = [op::RESUME, 0, op::LOAD_ASSERTION_ERROR, 0, op::RAISE_VARARGS, 1];
        let mut lines = Writer::new(firstlineno);
        lines.push(Location::line(firstlineno), instructions.len() / 2);
        let empty_tuple = || Tuple::empty().upcast();
        let empty_bytes = || -> Result<Ref> { Ok(Bytes::new(&[])?.upcast()) };
        Code::new(CodeParts {
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            stacksize: 1,
            flags: 0,
            code: Bytes::new(&instructions)?.upcast(),
            consts: empty_tuple(),
            names: empty_tuple(),
            localsplusnames: empty_tuple(),
            localspluskinds: empty_bytes()?,
            filename: filename.upcast(),
            name: name.clone().upcast(),
            qualname: name.upcast(),
            firstlineno,
            linetable: Bytes::new(&lines.finish())?.upcast(),
            exceptiontable: empty_bytes()?,
        })
    }

    /// Copies the instructions into a new object, whose caches are zeros, and sets the counters in them.
    fn fill(&self, bytes: &[u8]) {
        let units = self.units();
        let (pairs, _) = bytes.as_chunks::<2>();
        let loop_warmup = LOOP_WARMUP.load(Ordering::Relaxed);
        let mut first_resume = None;
        let mut at = 0;
        while let (Some(unit), Some(&[opcode, arg])) = (units.get(at), pairs.get(at)) {
            unit.set(CodeUnit::from_le_bytes([opcode, arg]));
            if opcode == op::RESUME && first_resume.is_none() {
                first_resume = Some(at);
            }
            at += 1;
            let caches = usize::from(CACHES[usize::from(opcode)]);
            if caches > 0 {
                if let Some(counter) = units.get(at) {
                    counter.set(match opcode {
                        op::JUMP_BACKWARD => loop_warmup,
                        op::POP_JUMP_IF_FALSE
                        | op::POP_JUMP_IF_TRUE
                        | op::POP_JUMP_IF_NONE
                        | op::POP_JUMP_IF_NOT_NONE => NO_DIRECTION,
                        _ => ADAPTIVE_WARMUP,
                    });
                }
                at += caches;
            }
        }
        self.co_firsttraceable.set(first_resume.unwrap_or(0) as i32);
    }

    /// The object of what the compiler made.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_data(data: &code::Code) -> Result<Ref<Code>> {
        Code::from_data_with(data, &[])
    }

    /// A code object of the compiler's output, in which the constants that are equal to one of `given` are that object.
    ///
    /// # Errors
    /// As [`Code::from_data`].
    pub fn from_data_with(data: &code::Code, given: &[(Const, Ref)]) -> Result<Ref<Code>> {
        let mut shared = Shared::default();
        for (value, object) in given {
            match value {
                Const::Tuple(items) => drop(shared.tuples.entry(items.to_vec()).or_insert(object.clone())),
                // A new one, as when its strings are interned.
                Const::FrozenSet(items) if !items.is_empty() => {}
                Const::Bytes(bytes) => drop(shared.tables.entry(bytes).or_insert(object.clone())),
                _ => drop(shared.constants.entry(value).or_insert(object.clone())),
            }
        }
        shared.code(data)
    }
}

/// Equal constants, tables and tuples of names of one compilation: each becomes one object.
#[derive(Default)]
struct Shared<'a> {
    constants: HashMap<&'a Const, Ref>,
    /// Constant tuples, tuples of names among them.
    tuples: HashMap<Vec<Const>, Ref>,
    tables: HashMap<&'a [u8], Ref>,
}

impl<'a> Shared<'a> {
    fn code(&mut self, data: &'a code::Code) -> Result<Ref<Code>> {
        let text = |text: &str| -> Result<Ref> { Ok(intern::intern_text(text)?.upcast()) };
        Code::new(CodeParts {
            argcount: data.argcount as i32,
            posonlyargcount: data.posonlyargcount as i32,
            kwonlyargcount: data.kwonlyargcount as i32,
            stacksize: data.stacksize as i32,
            flags: data.flags as i32,
            code: Bytes::new(&data.code)?.upcast(),
            consts: self.tuple(&data.consts)?,
            names: self.names(&data.names)?,
            localsplusnames: self.names(&data.localsplusnames)?,
            localspluskinds: Bytes::new(&data.localspluskinds)?.upcast(),
            filename: text(&data.filename)?,
            name: text(&data.name)?,
            qualname: text(&data.qualname)?,
            firstlineno: data.firstlineno,
            linetable: self.table(&data.linetable)?,
            exceptiontable: self.table(&data.exceptiontable)?,
        })
    }

    fn names(&mut self, names: &'a [code::Symbol]) -> Result<Ref> {
        let key: Vec<Const> = names.iter().map(|name| Const::Str(Wtf8(name.as_bytes().into()))).collect();
        if let Some(known) = self.tuples.get(&key) {
            return Ok(known.clone());
        }
        let items =
            names.iter().map(|name| Ok(intern::intern_text(name)?.upcast())).collect::<Result<_>>()?;
        let tuple = Tuple::from_vec(items)?.upcast();
        self.tuples.insert(key, tuple.clone());
        Ok(tuple)
    }

    fn table(&mut self, table: &'a [u8]) -> Result<Ref> {
        if let Some(known) = self.tables.get(table) {
            return Ok(known.clone());
        }
        let bytes = Bytes::new(table)?.upcast();
        self.tables.insert(table, bytes.clone());
        Ok(bytes)
    }

    fn tuple(&mut self, items: &'a [Const]) -> Result<Ref> {
        let is_merged = !items.iter().any(|item| matches!(item, Const::Code(_)));
        if is_merged && let Some(known) = self.tuples.get(items) {
            return Ok(known.clone());
        }
        let objects = items.iter().map(|item| self.constant(item)).collect::<Result<_>>()?;
        let tuple = Tuple::from_vec(objects)?.upcast();
        if is_merged {
            self.tuples.insert(items.to_vec(), tuple.clone());
        }
        Ok(tuple)
    }

    fn constant(&mut self, value: &'a Const) -> Result<Ref> {
        if let Const::Code(code) = value {
            return Ok(self.code(code)?.upcast());
        }
        if let Some(known) = self.constants.get(value) {
            return Ok(known.clone());
        }
        let object = match value {
            Const::Tuple(items) => return self.tuple(items),
            Const::Bytes(bytes) => return self.table(bytes),
            Const::FrozenSet(items) => {
                let items = items.iter().map(|item| self.constant(item)).collect::<Result<Vec<_>>>()?;
                let items: Vec<Ref> = items.into_iter().map(interned).collect();
                crate::types::set::Set::frozen_from_items(&items)?.upcast()
            }
            _ => constant(value)?,
        };
        self.constants.insert(value, object.clone());
        Ok(object)
    }
}

fn constant_tuple(items: &[Const]) -> Result<Ref> {
    Ok(Tuple::from_vec(items.iter().map(constant).collect::<Result<_>>()?)?.upcast())
}

/// The object of a constant.
///
/// # Errors
/// MemoryError.
pub fn constant(value: &Const) -> Result<Ref> {
    Ok(match value {
        Const::None => none::none().to_ref(),
        Const::True => crate::types::bool::new_bool(true),
        Const::False => crate::types::bool::new_bool(false),
        Const::Ellipsis => none::ellipsis().to_ref(),
        Const::Int(n) => new_int(*n)?,
        Const::BigInt(n) => Int::from_digits(n.negative, &n.digits)?.upcast(),
        Const::Float(x) => Float::new(*x)?.upcast(),
        Const::Complex { real, imag } => {
            crate::types::complex::Complex::new(num::complex::Complex { real: *real, imag: *imag })?
        }
        Const::Str(text) => match text.as_str() {
            Some(text) => Str::new(text)?.upcast(),
            None => {
                let mut builder = Builder::new();
                text.code_points().for_each(|point| builder.push(point));
                builder.finish()?.upcast()
            }
        },
        Const::Bytes(bytes) => Bytes::new(bytes)?.upcast(),
        Const::Tuple(items) => constant_tuple(items)?,
        Const::FrozenSet(items) => {
            let items = items.iter().map(constant).collect::<Result<Vec<_>>>()?;
            crate::types::set::Set::frozen_from_items(&items)?.upcast()
        }
        Const::Code(code) => Code::from_data(code)?.upcast(),
    })
}

/// Replaces every string of a fresh tuple by its interned one.
fn intern_all(names: &Tuple) -> Result<()> {
    for place in names.places() {
        // SAFETY: the tuple owns the item, and owns the interned one afterwards.
        unsafe {
            if place.get().as_ref().and_then(|name| name.cast::<Str>()).is_some_and(Str::is_interned) {
                continue;
            }
            let Some(name) = Ref::<Object>::from_nullable(place.get()) else { continue };
            match name.downcast::<Str>() {
                Ok(name) => place.set(intern::intern(name).into_ptr().cast()),
                Err(other) => {
                    let class = other.class().name().to_owned();
                    let _ = other.into_ptr();
                    return Err(crate::raise!(
                        TypeError,
                        "name tuples must contain only strings, not '{class}'"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Interns the strings among the constants that look like names (`intern_constants`).
fn intern_constants(consts: &Tuple) {
    for place in consts.places() {
        // SAFETY: as in `intern_all`.
        unsafe {
            let Some(item) = place.get().as_ref() else { continue };
            if let Some(text) = item.cast_exact::<Str>() {
                if !text.is_interned() && looks_like_name(text) {
                    let owned = Ref::<Str>::from_nullable(place.get().cast());
                    if let Some(owned) = owned {
                        place.set(intern::intern(owned).into_ptr().cast());
                    }
                }
            } else if let Some(nested) = item.cast_exact::<Tuple>() {
                intern_constants(nested);
            }
        }
    }
}

/// A constant as it is in a set: text that looks like a name is interned.
fn interned(constant: Ref) -> Ref {
    match constant.downcast::<Str>() {
        Ok(text) if looks_like_name(&text) => intern::intern(text).upcast(),
        Ok(text) => text.upcast(),
        Err(other) => other,
    }
}

fn looks_like_name(text: &Str) -> bool {
    text.as_ascii().is_some_and(|text| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}
