//! `code.h`: making code objects, where their instructions came from, what extensions keep with them.

use crate::abstract_::text;
use bytecode::line_table;
use core::ffi::{CStr, c_int, c_void};
use macros::capi;
use objects::types::bool::{PyBool_Type, from_bool};
use objects::types::bytes::Bytes;
use objects::types::code::attrs::Arguments;
use objects::types::code::{Code, extra};
use objects::types::complex::Complex;
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::none::{ellipsis, none};
use objects::types::set::{FrozenSet, Set, any_set};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

#[capi]
pub fn PyUnstable_Code_NewWithPosOnlyArgs(
    argcount: i32,
    posonlyargcount: i32,
    kwonlyargcount: i32,
    nlocals: i32,
    stacksize: i32,
    flags: i32,
    code: &Bytes,
    consts: &Tuple,
    names: &Tuple,
    varnames: &Tuple,
    freevars: &Tuple,
    cellvars: &Tuple,
    filename: &Str,
    name: &Str,
    qualname: &Str,
    firstlineno: i32,
    linetable: &Bytes,
    exceptiontable: &Bytes,
) -> Result<Ref<Code>> {
    Arguments {
        numbers: [argcount, posonlyargcount, kwonlyargcount, nlocals, stacksize, flags, firstlineno],
        code: code.to_ref().upcast(),
        consts: consts.to_ref().upcast(),
        names: names.to_ref().upcast(),
        varnames: varnames.to_ref().upcast(),
        freevars: freevars.to_ref().upcast(),
        cellvars: cellvars.to_ref().upcast(),
        filename: filename.to_ref().upcast(),
        name: name.to_ref().upcast(),
        qualname: qualname.to_ref().upcast(),
        linetable: linetable.to_ref().upcast(),
        exceptiontable: exceptiontable.to_ref().upcast(),
    }
    .build()
}

/// # Safety
/// A C function: what [`PyUnstable_Code_NewWithPosOnlyArgs`] takes, but for positional-only parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_Code_New<'a>(
    argcount: c_int,
    kwonlyargcount: c_int,
    nlocals: c_int,
    stacksize: c_int,
    flags: c_int,
    code: Option<&'a Object>,
    consts: Option<&'a Object>,
    names: Option<&'a Object>,
    varnames: Option<&'a Object>,
    freevars: Option<&'a Object>,
    cellvars: Option<&'a Object>,
    filename: Option<&'a Object>,
    name: Option<&'a Object>,
    qualname: Option<&'a Object>,
    firstlineno: c_int,
    linetable: Option<&'a Object>,
    exceptiontable: Option<&'a Object>,
) -> Option<Ref<Code>> {
    // SAFETY: the caller's promise.
    unsafe {
        PyUnstable_Code_NewWithPosOnlyArgs(
            argcount,
            0,
            kwonlyargcount,
            nlocals,
            stacksize,
            flags,
            code,
            consts,
            names,
            varnames,
            freevars,
            cellvars,
            filename,
            name,
            qualname,
            firstlineno,
            linetable,
            exceptiontable,
        )
    }
}

#[capi]
pub fn PyCode_NewEmpty(filename: &CStr, name: &CStr, firstlineno: i32) -> Result<Ref<Code>> {
    let name = text(name)?;
    let filename = objects::codecs::decode_fs(filename.to_bytes())?;
    Code::placeholder(filename, name, firstlineno)
}

#[capi]
pub fn PyCode_GetCode(code: &Code) -> Result<Ref<Bytes>> {
    code.get_code()
}

#[capi]
pub fn PyCode_GetVarnames(code: &Code) -> Result<Ref<Tuple>> {
    code.get_varnames()
}

#[capi]
pub fn PyCode_GetCellvars(code: &Code) -> Result<Ref<Tuple>> {
    code.get_cellvars()
}

#[capi]
pub fn PyCode_GetFreevars(code: &Code) -> Result<Ref<Tuple>> {
    code.get_freevars()
}

/// The line of the instruction at a byte's offset, -1 without one.
///
/// # Safety
/// A C function: a code object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCode_Addr2Line(code: &Code, offset: c_int) -> c_int {
    code.line_of(offset.div_euclid(2)).unwrap_or(-1)
}

/// Where the instruction at a byte's offset came from, columns in characters; whether the offset is one of an instruction.
///
/// # Safety
/// A C function: a code object, and four places.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCode_Addr2Location(
    code: &Code,
    offset: c_int,
    line: *mut c_int,
    column: *mut c_int,
    end_line: *mut c_int,
    end_column: *mut c_int,
) -> c_int {
    let at = match usize::try_from(offset) {
        Ok(offset) => line_table::location_of(code.linetable(), code.co_firstlineno.get(), offset / 2),
        Err(_) => line_table::Location {
            line: code.co_firstlineno.get(),
            end_line: code.co_firstlineno.get(),
            column: 0,
            end_column: 0,
        },
    };
    // SAFETY: the caller's promise.
    unsafe {
        line.write(at.line);
        column.write(at.column);
        end_line.write(at.end_line);
        end_column.write(at.end_column);
    }
    1
}

/// `PyCodeAddressRange`: the bytes of code that one line has, and where the table goes on.
#[repr(C)]
pub struct AddressRange {
    ar_start: c_int,
    ar_end: c_int,
    ar_line: c_int,
    computed_line: c_int,
    next: *const u8,
    limit: *const u8,
}

/// The line of the instruction at a byte's offset, with the range of bytes around it that have it.
///
/// # Safety
/// A C function: a range that was made for a code object (`_PyCode_InitAddressRange`), whose table it still points into.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCode_CheckLineNumber(offset: c_int, range: &mut AddressRange) -> c_int {
    while range.ar_end <= offset {
        // SAFETY: the caller's promise.
        let rest = unsafe {
            let len = usize::try_from(range.limit.offset_from(range.next)).unwrap_or(0);
            core::slice::from_raw_parts(range.next, len)
        };
        let mut entries = line_table::entries(rest, range.computed_line);
        let Some(entry) = entries.next() else { return -1 };
        range.next = entries.rest().as_ptr();
        range.computed_line = entries.line();
        range.ar_start = range.ar_end;
        range.ar_end += 2 * (entry.end - entry.start) as c_int;
        range.ar_line = entry.location.line;
    }
    if range.ar_start > offset {
        return -1;
    }
    range.ar_line
}

/// Nothing is left to optimise.
///
/// # Safety
/// A C function: what code objects are made of.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyCode_Optimize(
    code: &Object,
    _consts: &Object,
    _names: &Object,
    _lines: &Object,
) -> Ref {
    code.to_ref()
}

/// A place that was asked for, in a code object.
fn place(code: &Object, index: isize) -> Result<(&Code, usize)> {
    match (code.cast::<Code>(), usize::try_from(index)) {
        (Some(code), Ok(index)) if extra::is_place(index) => Ok((code, index)),
        _ => Err(raise::bad_internal_call()),
    }
}

/// # Safety
/// A C function: a code object, and where the pointer goes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_Code_GetExtra(
    code: &Object,
    index: isize,
    out: *mut *mut c_void,
) -> c_int {
    let Some(code) = code.cast::<Code>() else {
        raise::bad_internal_call().leave();
        return -1;
    };
    // SAFETY: the caller's promise.
    unsafe {
        out.write(usize::try_from(index).map_or(core::ptr::null_mut(), |index| extra::get(code, index)))
    };
    0
}

/// # Safety
/// A C function: a code object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_Code_SetExtra(code: &Object, index: isize, value: *mut c_void) -> c_int {
    objects::args::status(place(code, index).map(|(code, index)| extra::set(code, index, value)))
}

/// What tells a constant of code from others: those that are equal but not the same, as `1` and `True` are, have other keys.
#[capi]
pub fn _PyCode_ConstantKey(constant: &Object) -> Result<Ref> {
    constant_key(constant)
}

fn constant_key(constant: &Object) -> Result<Ref> {
    let class = || constant.class().to_ref().upcast();
    let own = || constant.to_ref();
    let key = |items: Vec<Ref>| Ok(Tuple::from_vec(items)?.upcast());
    let is_negative_zero = |value: f64| value == 0.0 && value.is_sign_negative();
    if constant.is(none())
        || constant.is(ellipsis())
        || constant.cast_exact::<Int>().is_some()
        || constant.cast_exact::<Str>().is_some()
        || constant.cast::<Code>().is_some()
    {
        return Ok(own());
    }
    if constant.is_exactly(&PyBool_Type) || constant.cast_exact::<Bytes>().is_some() {
        return key(vec![class(), own()]);
    }
    if let Some(float) = constant.cast_exact::<Float>() {
        return match is_negative_zero(float.value()) {
            true => key(vec![class(), own(), none().to_ref()]),
            false => key(vec![class(), own()]),
        };
    }
    if let Some(complex) = constant.cast_exact::<Complex>() {
        let value = complex.value();
        let mark = match (is_negative_zero(value.real), is_negative_zero(value.imag)) {
            (true, true) => Some(from_bool(true).to_ref()),
            (false, true) => Some(from_bool(false).to_ref()),
            (true, false) => Some(none().to_ref()),
            (false, false) => None,
        };
        return key([class(), own()].into_iter().chain(mark).collect());
    }
    if let Some(tuple) = constant.cast_exact::<Tuple>() {
        let keys = tuple.items().iter().map(|item| constant_key(item)).collect::<Result<Vec<_>>>()?;
        return key(vec![Tuple::from_vec(keys)?.upcast(), own()]);
    }
    if let Some(set) = constant.cast_exact::<FrozenSet>().and_then(|set| any_set(set)) {
        let keys = set.to_vec().iter().map(|item| constant_key(item)).collect::<Result<Vec<_>>>()?;
        return key(vec![Set::frozen_from_items(&keys)?.upcast(), own()]);
    }
    // Of any other constant, only the same one is equal.
    key(vec![Int::from_usize(constant.as_ptr().addr())?.upcast(), own()])
}
