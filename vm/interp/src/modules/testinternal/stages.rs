//! The compiler's stages as functions: code generation, optimisation, assembly.

use super::sequence::InstructionSequence;
use crate::compile::{self, Mode, source};
use crate::modules::ast;
use bytecode::code::Const;
use compiler::stages::{self, ArgCounts, Description};
use objects::protocol::call;
use objects::types::code::{Code, build};
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};
use syntax::Arena;

fn sequence_of(object: &Object) -> Result<&InstructionSequence> {
    object.cast::<InstructionSequence>().ok_or_else(|| raise!(ValueError, "expected an instruction sequence"))
}

/// What a code object is described by.
struct Metadata<'a>(&'a Dict);

impl Metadata<'_> {
    fn item(&self, key: &str) -> Result<Ref> {
        let name = Str::new(key)?;
        self.0.get_str(&name)?.ok_or_else(|| raise::key_error(&name))
    }

    fn number(&self, key: &str) -> Result<i32> {
        let item = self.item(key)?;
        let value = objects::protocol::number::index_as_isize(&item, None)?;
        i32::try_from(value).map_err(|_| raise!(OverflowError, "'{key}' is too large"))
    }

    fn count(&self, key: &str) -> Result<u32> {
        u32::try_from(self.number(key)?).map_err(|_| raise!(ValueError, "'{key}' is negative"))
    }

    fn text(&self, key: &str) -> Result<String> {
        let value = self.item(key)?;
        Ok(objects::types::str::expect_str(&value, key)?.to_str()?.to_owned())
    }

    /// The keys of a dict, whose values are their numbers, in the order of those; or the items of a list.
    fn numbered(&self, key: &str) -> Result<Vec<Ref>> {
        let value = self.item(key)?;
        if let Some(list) = value.cast::<List>() {
            return Ok(list.to_vec());
        }
        let Some(dict) = value.cast::<Dict>() else {
            return Err(raise!(TypeError, "'{key}' must be a dict, not {}", value.class().name()));
        };
        let mut items = Vec::with_capacity(dict.len());
        for (item, number) in dict.to_vec() {
            items.push((objects::protocol::number::index_as_isize(&number, None)?, item));
        }
        items.sort_by_key(|(number, _)| *number);
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    fn names(&self, key: &str) -> Result<Vec<String>> {
        let names = self.numbered(key)?;
        let text = |name: &Ref| Ok(objects::types::str::expect_str(name, key)?.to_str()?.to_owned());
        names.iter().map(text).collect()
    }
}

/// The instructions of a tree as code generation makes them, and how many parameters its code has (`_PyCompile_CodeGen`).
///
/// # Errors
/// TypeError and ValueError for what is no tree; SyntaxError.
pub fn generate(
    ast: &Object,
    filename: &Object,
    optimize: i32,
    compile_mode: i32,
) -> Result<(Ref<InstructionSequence>, Ref<Dict>)> {
    if !ast::is_node(ast)? {
        return Err(raise!(TypeError, "expected an AST"));
    }
    let mode = match compile_mode {
        0 => Mode::Exec,
        1 => Mode::Eval,
        2 => Mode::Single,
        _ => return Err(raise!(ValueError, "compile_mode must be 0, 1 or 2")),
    };
    let filename = source::filename(filename)?;
    let arena = Arena::new();
    let module = arena.alloc(ast::tree_of(ast, &arena, mode)?.0);
    let generated = compile::generate(&arena, module, &filename, optimize)?;
    let metadata = Dict::new()?;
    metadata.set_text("name", &*Str::new("<module>")?)?;
    let consts = Dict::new()?;
    for (number, value) in generated.numbered.consts.iter().enumerate() {
        consts.set_item(&*build::constant(value)?, &*new_int(number as i64)?)?;
    }
    metadata.set_text("consts", &consts)?;
    let numbered = &generated.numbered;
    for (key, names, from) in [
        ("names", &numbered.names, 0),
        ("varnames", &numbered.varnames, 0),
        ("cellvars", &numbered.cellvars, 0),
        ("freevars", &numbered.freevars, numbered.cellvars.len()),
    ] {
        let dict = Dict::new()?;
        for (number, name) in names.iter().enumerate() {
            dict.set_text(name, &*new_int((from + number) as i64)?)?;
        }
        metadata.set_text(key, &dict)?;
    }
    for (key, count) in [
        ("argcount", generated.counts.args),
        ("posonlyargcount", generated.counts.posonly),
        ("kwonlyargcount", generated.counts.kwonly),
    ] {
        metadata.set_text(key, &*new_int(count.into())?)?;
    }
    Ok((InstructionSequence::of_generated(generated)?, metadata))
}

/// The instructions after the optimising passes. The list of constants becomes those that are used (`_PyCompile_OptimizeCfg`).
///
/// # Errors
/// ValueError for what is no sequence of instructions.
pub fn optimize(instructions: &Object, consts: &List, nlocals: i32) -> Result<Ref<InstructionSequence>> {
    let sequence = sequence_of(instructions)?;
    let mut list = ast::constants_of(&consts.to_vec())?;
    let nlocals = usize::try_from(nlocals).unwrap_or(0);
    let Some(optimized) = stages::optimize(&sequence.instructions(), &mut list, nlocals) else {
        return Err(raise!(ValueError, "an instruction has an argument that it cannot have"));
    };
    let items = list.iter().map(build::constant).collect::<Result<Vec<_>>>()?;
    consts.splice(0, consts.len(), items)?;
    InstructionSequence::of(optimized)
}

/// The code object of instructions that are not to be optimised, described by a dictionary (`_PyCompile_Assemble`).
///
/// # Errors
/// KeyError, TypeError, ValueError.
pub fn assemble(filename: &Object, instructions: &Object, metadata: &Dict) -> Result<Ref> {
    let filename = source::filename(filename)?;
    let sequence = sequence_of(instructions)?;
    let metadata = Metadata(metadata);
    // The constants may be any objects: numbers stand in for them until there is a code object.
    let consts = metadata.numbered("consts")?;
    let posonly = metadata.count("posonlyargcount")?;
    let description = Description {
        name: metadata.text("name")?,
        qualname: metadata.text("qualname")?,
        counts: ArgCounts {
            args: metadata.count("argcount")?,
            posonly,
            kwonly: metadata.count("kwonlyargcount")?,
        },
        firstlineno: metadata.number("firstlineno")?,
        varnames: metadata.names("varnames")?,
        cellvars: metadata.names("cellvars")?,
        freevars: metadata.names("freevars")?,
        names: metadata.names("names")?,
        fast_hidden: metadata.names("fasthidden")?,
        consts: (0..consts.len() as i64).map(Const::Int).collect(),
    };
    let code = Code::from_data(&stages::assemble(&sequence.instructions(), description, &filename))?;
    let replace = objects::protocol::attr::get(&code, &*Str::new("replace")?)?;
    let names = Tuple::from_vec(vec![Str::new("co_consts")?.upcast()])?;
    let consts = Tuple::from_vec(consts)?;
    call::vectorcall(&replace, &[&consts], 0, Some(&names))
}

#[macros::pymodule(name = "_testinternalcapi", part)]
pub mod part {
    use super::*;

    /// A new sequence without instructions.
    #[function("new_instruction_sequence($module, /)", unchecked)]
    fn new_instruction_sequence() -> Result<Ref<InstructionSequence>> {
        InstructionSequence::of(stages::Sequence::default())
    }

    #[function("compiler_codegen($module, /, ast, filename, optimize, compile_mode=0)", unchecked)]
    fn compiler_codegen(
        ast: &Object,
        filename: &Object,
        optimize: i32,
        compile_mode: i32,
    ) -> Result<(Ref<InstructionSequence>, Ref<Dict>)> {
        generate(ast, filename, optimize, compile_mode)
    }

    #[function("optimize_cfg($module, /, instructions, consts, nlocals)", unchecked)]
    fn optimize_cfg(instructions: &Object, consts: &List, nlocals: i32) -> Result<Ref<InstructionSequence>> {
        optimize(instructions, consts, nlocals)
    }

    #[function("assemble_code_object($module, /, filename, instructions, metadata)", unchecked)]
    fn assemble_code_object(filename: &Object, instructions: &Object, metadata: &Dict) -> Result<Ref> {
        assemble(filename, instructions, metadata)
    }
}
