//! `pycore_compile.h` and `pycore_instruction_sequence.h`: the compiler's stages one at a time. A sequence of instructions is an object that C
//! code has by its address and its methods.

use crate::compile::CompilerFlags;
use core::ffi::c_int;
use interp::modules::testinternal::clean_doc;
use interp::modules::testinternal::sequence::InstructionSequence;
use interp::modules::testinternal::stages;
use macros::capi;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::str::expect_str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};

/// `_PyCompile_CodeUnitMetadata`: what a code object is described by beside its instructions. The collections are dictionaries from what is in
/// them to its number.
#[repr(C)]
pub struct Metadata<'a> {
    name: &'a Object,
    qualname: &'a Object,
    consts: &'a Object,
    names: &'a Object,
    varnames: &'a Object,
    cellvars: &'a Object,
    freevars: &'a Object,
    fasthidden: &'a Object,
    argcount: isize,
    posonlyargcount: isize,
    kwonlyargcount: isize,
    firstlineno: c_int,
}

const _: () = assert!(size_of::<Metadata<'_>>() == 96);

impl Metadata<'_> {
    fn dict(&self) -> Result<Ref<Dict>> {
        let dict = Dict::new()?;
        for (key, value) in [
            ("name", self.name),
            ("qualname", self.qualname),
            ("consts", self.consts),
            ("names", self.names),
            ("varnames", self.varnames),
            ("cellvars", self.cellvars),
            ("freevars", self.freevars),
            ("fasthidden", self.fasthidden),
        ] {
            dict.set_text(key, value)?;
        }
        for (key, value) in [
            ("argcount", self.argcount),
            ("posonlyargcount", self.posonlyargcount),
            ("kwonlyargcount", self.kwonlyargcount),
            ("firstlineno", self.firstlineno as isize),
        ] {
            dict.set_text(key, &*new_int(value as i64)?)?;
        }
        Ok(dict)
    }
}

/// A docstring as the compiler leaves it.
#[capi]
pub fn _PyCompile_CleanDoc(doc: &Object) -> Result<Ref> {
    clean_doc(expect_str(doc, "doc")?)
}

/// A pair: the instructions of a tree as code generation makes them, and a dictionary of how many parameters its code has.
///
/// # Safety
/// A C function: a tree, a name, and flags or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCompile_CodeGen(
    ast: &Object,
    filename: &Object,
    _flags: Option<&CompilerFlags>,
    optimize: c_int,
    compile_mode: c_int,
) -> Result<Ref<Tuple>> {
    let (sequence, metadata) = stages::generate(ast, filename, optimize, compile_mode)?;
    Tuple::from_array([sequence.upcast(), metadata.upcast()])
}

/// The instructions after the optimising passes, as a new sequence. The list of constants becomes those that are used.
#[capi]
pub fn _PyCompile_OptimizeCfg(
    instructions: &Object,
    consts: &Object,
    nlocals: c_int,
) -> Result<Ref<InstructionSequence>> {
    let Some(consts) = consts.cast::<List>() else { return Err(raise::bad_internal_call()) };
    stages::optimize(instructions, consts, nlocals)
}

/// The code object of instructions.
///
/// # Safety
/// A C function: the description is whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCompile_Assemble(
    metadata: &Metadata<'_>,
    filename: &Object,
    instructions: &Object,
) -> Result<Ref> {
    stages::assemble(filename, instructions, &*metadata.dict()?)
}

/// A sequence without instructions.
#[capi]
pub fn _PyInstructionSequence_New() -> Result<Ref<InstructionSequence>> {
    InstructionSequence::of(Default::default())
}
