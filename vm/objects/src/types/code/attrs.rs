//! What Python sees of a code object.

use super::Code;
use super::rows::{LineIterator, PositionsIterator};
use crate::args::Kwargs;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::int::Int;
use crate::types::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{CompareOp, TypeObject, watch};
use bytecode::code::kinds;
use bytecode::line_table;
use bytecode::marshal::CodeParts;
use macros::pytype;

unsafe extern "C" fn code_dealloc(this: *mut Object) {
    // SAFETY: a code object without owners: its fields are dropped once.
    unsafe {
        if watch::CODES.is_active() && watch::dying(this, |code| watch::code(watch::CodeEvent::Destroy, code))
        {
            return;
        }
        if !(*this).cast_unchecked::<Code>().co_weakreflist.get().is_null() {
            crate::types::weakref::clear_weakrefs(&*this);
        }
        let code = (*this).cast_unchecked::<Code>();
        super::extra::release(code);
        code.drop_monitoring();
        core::ptr::drop_in_place(this.cast::<Code>());
        crate::slots::free(this);
    }
}

fn units_as_bytes(units: &[u16]) -> Vec<u8> {
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

#[pytype(
    name = "code", symbol = PyCode_Type, no_dealloc, itemsize = 2, weaklist = co_weakreflist,
    member("co_argcount", INT, co_argcount, READONLY),
    member("co_posonlyargcount", INT, co_posonlyargcount, READONLY),
    member("co_kwonlyargcount", INT, co_kwonlyargcount, READONLY),
    member("co_stacksize", INT, co_stacksize, READONLY),
    member("co_flags", INT, co_flags, READONLY),
    member("co_names", OBJECT, co_names, READONLY),
    member("co_filename", OBJECT, co_filename, READONLY),
    member("co_name", OBJECT, co_name, READONLY),
    member("co_qualname", OBJECT, co_qualname, READONLY),
    member("co_firstlineno", INT, co_firstlineno, READONLY),
    member("co_linetable", OBJECT, co_linetable, READONLY),
    member("co_exceptiontable", OBJECT, co_exceptiontable, READONLY),
    member("co_consts", OBJECT, co_consts, READONLY),
    member("co_nlocals", INT, co_nlocals, READONLY)
)]
impl Code {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe { code_dealloc(this) }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let line = match self.co_firstlineno.get() {
            0 => -1,
            line => line,
        };
        Str::new(&format!(
            "<code object {} at {self:p}, file \"{}\", line {line}>",
            self.name().to_string_lossy(),
            self.filename().to_string_lossy()
        ))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let mut hash = protocol::object::hash(self.name())? as usize;
        let mut mix = |part: isize| hash = hash.wrapping_mul(1_000_003) ^ part as usize;
        mix(protocol::object::hash(self.consts())?);
        mix(protocol::object::hash(self.names())?);
        mix(protocol::object::hash(self.localsplusnames())?);
        mix(crate::hash::bytes(self.linetable()));
        mix(crate::hash::bytes(&units_as_bytes(&self.original_units())));
        for number in [
            self.co_argcount.get(),
            self.co_posonlyargcount.get(),
            self.co_kwonlyargcount.get(),
            self.co_flags.get(),
            self.co_firstlineno.get(),
        ] {
            mix(number as isize);
        }
        Ok(hash as isize)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.cast::<Code>(), op) else {
            return Ok(none::not_implemented().to_ref());
        };
        Ok(crate::types::bool::new_bool(self.equals(other)? == (op == CompareOp::Eq)))
    }

    fn equals(&self, other: &Code) -> Result<bool> {
        let numbers = |code: &Code| {
            [
                code.co_argcount.get(),
                code.co_posonlyargcount.get(),
                code.co_kwonlyargcount.get(),
                code.co_flags.get(),
                code.co_firstlineno.get(),
            ]
        };
        Ok(numbers(self) == numbers(other)
            && self.name().equals(other.name())
            && self.original_units() == other.original_units()
            && self.linetable() == other.linetable()
            && self.exceptiontable() == other.exceptiontable()
            && protocol::compare::equal(self.names(), other.names())?
            && protocol::compare::equal(self.localsplusnames(), other.localsplusnames())?
            && self.same_constants(other)?)
    }

    /// Constants are equal when their types are, all the way down.
    fn same_constants(&self, other: &Code) -> Result<bool> {
        fn same(left: &Object, right: &Object) -> Result<bool> {
            if left.is(right) {
                return Ok(true);
            }
            if !core::ptr::eq(left.class(), right.class()) {
                return Ok(false);
            }
            if let (Some(left), Some(right)) = (left.cast_exact::<Tuple>(), right.cast_exact::<Tuple>()) {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (left, right) in left.items().iter().zip(right.items()) {
                    if !same(left, right)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
            if left.cast_exact::<crate::types::float::Float>().is_some() {
                return Ok(protocol::object::repr(left)?.equals(&*protocol::object::repr(right)?));
            }
            protocol::compare::equal(left, right)
        }
        same(self.consts(), other.consts())
    }

    #[getter("co_code")]
    pub fn get_code(&self) -> Result<Ref<Bytes>> {
        Bytes::new(&units_as_bytes(&self.original_units()))
    }

    #[getter("_co_code_adaptive")]
    fn get_adaptive(&self) -> Result<Ref<Bytes>> {
        let units: Vec<u16> = self.units().iter().map(core::cell::Cell::get).collect();
        Bytes::new(&units_as_bytes(&units))
    }

    #[getter("co_varnames")]
    pub fn get_varnames(&self) -> Result<Ref<Tuple>> {
        Tuple::from_vec(self.names_of_kind(kinds::LOCAL))
    }

    #[getter("co_cellvars")]
    pub fn get_cellvars(&self) -> Result<Ref<Tuple>> {
        Tuple::from_vec(self.names_of_kind(kinds::CELL))
    }

    #[getter("co_freevars")]
    pub fn get_freevars(&self) -> Result<Ref<Tuple>> {
        Tuple::from_vec(self.names_of_kind(kinds::FREE))
    }

    #[getter("co_lnotab")]
    fn get_lnotab(&self) -> Result<Ref<Bytes>> {
        crate::hooks::WARN.get()(
            crate::types::exceptions::DeprecationWarning.as_object(),
            "co_lnotab is deprecated, use co_lines instead.",
            1,
        )?;
        Bytes::new(&self.lnotab())
    }

    /// The line table in the format before PEP 626: pairs of byte and line increments.
    fn lnotab(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut unit, mut line) = (0, self.co_firstlineno.get());
        for entry in line_table::entries(self.linetable(), self.co_firstlineno.get()) {
            if entry.location.line < 0 || entry.location.line == line {
                continue;
            }
            let mut bytes = (entry.start - unit) * 2;
            let mut delta = entry.location.line - line;
            while bytes > 255 {
                out.extend([255, 0]);
                bytes -= 255;
            }
            while !(-128..=127).contains(&delta) {
                let step = if delta > 0 { 127 } else { -128 };
                out.extend([bytes as u8, step as i8 as u8]);
                bytes = 0;
                delta -= step;
            }
            out.extend([bytes as u8, delta as i8 as u8]);
            (unit, line) = (entry.start, entry.location.line);
        }
        out
    }

    #[method("co_lines($self, /)")]
    fn co_lines(&self) -> Result<Ref<LineIterator>> {
        LineIterator::new(self)
    }

    #[method("co_positions($self, /)")]
    fn co_positions(&self) -> Result<Ref<PositionsIterator>> {
        PositionsIterator::new(self)
    }

    #[method("_varname_from_oparg($self, /, oparg)")]
    fn varname_from_oparg(&self, oparg: isize) -> Result<Ref> {
        match usize::try_from(oparg).ok().and_then(|index| self.local_name(index)) {
            Some(name) => Ok(name.to_ref().upcast()),
            None => Err(crate::raise!(IndexError, "tuple index out of range")),
        }
    }

    #[method("replace($self, /, **changes)", raw, unchecked)]
    fn replace(&self, args: &[&Object], changes: Kwargs<'_>) -> Result<Ref<Code>> {
        self.with_changes(args, changes)
    }

    #[method("__replace__($self, /, **changes)", raw, unchecked)]
    fn dunder_replace(&self, args: &[&Object], changes: Kwargs<'_>) -> Result<Ref<Code>> {
        self.with_changes(args, changes)
    }

    fn with_changes(&self, args: &[&Object], changes: Kwargs<'_>) -> Result<Ref<Code>> {
        const NAMES: [&str; 18] = [
            "co_argcount",
            "co_posonlyargcount",
            "co_kwonlyargcount",
            "co_nlocals",
            "co_stacksize",
            "co_flags",
            "co_firstlineno",
            "co_code",
            "co_consts",
            "co_names",
            "co_varnames",
            "co_freevars",
            "co_cellvars",
            "co_filename",
            "co_name",
            "co_qualname",
            "co_linetable",
            "co_exceptiontable",
        ];
        if !args.is_empty() {
            return Err(crate::raise!(
                TypeError,
                "replace() takes exactly 0 positional arguments ({} given)",
                args.len()
            ));
        }
        for (name, _) in changes.iter() {
            let text = name.cast::<Str>().map_or_else(String::new, Str::to_string_lossy);
            if !NAMES.contains(&text.as_str()) {
                return Err(crate::raise!(
                    TypeError,
                    "replace() got an unexpected keyword argument '{text}'"
                ));
            }
        }
        let number = |name: &str, old: i32| -> Result<i32> {
            let Some(value) = changes.get(name) else { return Ok(old) };
            let value = protocol::number::index(value)?;
            match value.to_i64().and_then(|value| i32::try_from(value).ok()) {
                Some(value) => Ok(value),
                None => Err(crate::raise!(OverflowError, "Python int too large to convert to C int")),
            }
        };
        let value = |name: &str, old: Ref| changes.get(name).map_or(old, Instance::to_ref);
        let parts = Arguments {
            numbers: [
                number("co_argcount", self.co_argcount.get())?,
                number("co_posonlyargcount", self.co_posonlyargcount.get())?,
                number("co_kwonlyargcount", self.co_kwonlyargcount.get())?,
                number("co_nlocals", self.co_nlocals.get())?,
                number("co_stacksize", self.co_stacksize.get())?,
                number("co_flags", self.co_flags.get())?,
                number("co_firstlineno", self.co_firstlineno.get())?,
            ],
            code: value("co_code", self.get_code()?.upcast()),
            consts: value("co_consts", self.consts().to_ref().upcast()),
            names: value("co_names", self.names().to_ref().upcast()),
            varnames: value("co_varnames", self.get_varnames()?.upcast()),
            freevars: value("co_freevars", self.get_freevars()?.upcast()),
            cellvars: value("co_cellvars", self.get_cellvars()?.upcast()),
            filename: value("co_filename", self.filename().to_ref().upcast()),
            name: value("co_name", self.name().to_ref().upcast()),
            qualname: value("co_qualname", self.qualname().to_ref().upcast()),
            linetable: value("co_linetable", Bytes::new(self.linetable())?.upcast()),
            exceptiontable: value("co_exceptiontable", Bytes::new(self.exceptiontable())?.upcast()),
        };
        parts.build()
    }

    #[new(
        "code(argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize,\n     flags, codestring, constants, names, varnames, filename, name,\n     qualname, firstlineno, linetable, exceptiontable, freevars=(),\n     cellvars=(), /)"
    )]
    fn py_new(
        _class: &TypeObject,
        argcount: i32,
        posonlyargcount: i32,
        kwonlyargcount: i32,
        nlocals: i32,
        stacksize: i32,
        flags: i32,
        codestring: &Object,
        constants: &Object,
        names: &Object,
        varnames: &Object,
        filename: &Object,
        name: &Object,
        qualname: &Object,
        firstlineno: i32,
        linetable: &Object,
        exceptiontable: &Object,
        freevars: Option<&Object>,
        cellvars: Option<&Object>,
    ) -> Result<Ref<Code>> {
        let or_empty =
            |value: Option<&Object>| value.map_or_else(|| Tuple::empty().upcast(), Instance::to_ref);
        Arguments {
            numbers: [argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, firstlineno],
            code: codestring.to_ref(),
            consts: constants.to_ref(),
            names: names.to_ref(),
            varnames: varnames.to_ref(),
            freevars: or_empty(freevars),
            cellvars: or_empty(cellvars),
            filename: filename.to_ref(),
            name: name.to_ref(),
            qualname: qualname.to_ref(),
            linetable: linetable.to_ref(),
            exceptiontable: exceptiontable.to_ref(),
        }
        .build()
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> Result<Ref<Int>> {
        Int::from_usize(super::HEAD_SIZE + self.units().len() * 2)
    }
}

/// The arguments of the `code` constructor: variables by role instead of by place.
pub struct Arguments {
    /// argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, firstlineno.
    pub numbers: [i32; 7],
    pub code: Ref,
    pub consts: Ref,
    pub names: Ref,
    pub varnames: Ref,
    pub freevars: Ref,
    pub cellvars: Ref,
    pub filename: Ref,
    pub name: Ref,
    pub qualname: Ref,
    pub linetable: Ref,
    pub exceptiontable: Ref,
}

impl Arguments {
    /// # Errors
    /// TypeError and ValueError for what fits no code object.
    pub fn build(self) -> Result<Ref<Code>> {
        let [argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flag_bits, firstlineno] =
            self.numbers;
        let tuple = |value: &Ref, what: &str| -> Result<Ref<Tuple>> {
            value.clone().downcast().map_err(|other| {
                crate::raise!(
                    TypeError,
                    "code() argument '{what}' must be tuple, not {}",
                    other.class().name()
                )
            })
        };
        let (varnames, freevars, cellvars) = (
            tuple(&self.varnames, "varnames")?,
            tuple(&self.freevars, "freevars")?,
            tuple(&self.cellvars, "cellvars")?,
        );
        let mut names: Vec<Ref> = Vec::new();
        let mut bits: Vec<u8> = Vec::new();
        for name in varnames.items() {
            names.push((*name).to_ref());
            bits.push(kinds::LOCAL);
        }
        for name in cellvars.items() {
            let mut known = None;
            for (index, existing) in varnames.items().iter().enumerate() {
                if protocol::compare::equal(existing, name)? {
                    known = Some(index);
                }
            }
            match known {
                Some(index) => bits[index] |= kinds::CELL,
                None => {
                    names.push((*name).to_ref());
                    bits.push(kinds::CELL);
                }
            }
        }
        for name in freevars.items() {
            names.push((*name).to_ref());
            bits.push(kinds::FREE);
        }
        if nlocals as usize != varnames.len() {
            return Err(crate::raise!(ValueError, "code: co_nlocals != len(co_varnames)"));
        }
        Code::new(CodeParts {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags: flag_bits,
            code: self.code,
            consts: self.consts,
            names: self.names,
            localsplusnames: Tuple::from_vec(names)?.upcast(),
            localspluskinds: Bytes::new(&bits)?.upcast(),
            filename: self.filename,
            name: self.name,
            qualname: self.qualname,
            firstlineno,
            linetable: self.linetable,
            exceptiontable: self.exceptiontable,
        })
    }
}
