//! `_symtable`: the compiler's symbol table as objects.

use crate::compile::{self, FEATURE_VERSION, Mode, error, source};
use compiler::names::Names;
use compiler::symtable::{Block, BlockId, BlockKind, SymbolTable, flag};
use core::cell::Cell;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::str::Str;
use objects::{Object, Ref, Result, Slot, raise};

/// `PySTEntryObject`: one block.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Entry {
    ob_base: Object,
    id: Slot,
    name: Slot<Str>,
    symbols: Slot<Dict>,
    varnames: Slot<List>,
    children: Slot<List>,
    nested: Cell<i32>,
    kind: Cell<i32>,
    line: Cell<i32>,
}

#[macros::pytype(
    name = "symtable entry", static_name = ENTRY, gc, no_new,
    member("id", OBJECT, id, READONLY),
    member("name", OBJECT, name, READONLY),
    member("symbols", OBJECT, symbols, READONLY),
    member("varnames", OBJECT, varnames, READONLY),
    member("children", OBJECT, children, READONLY),
    member("nested", INT, nested, READONLY),
    member("type", INT, kind, READONLY),
    member("lineno", INT, line, READONLY),
)]
impl Entry {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let text = |value: Option<Ref>| {
            value.map_or(Ok(String::new()), |value| {
                objects::protocol::object::str(&value).map(|text| text.to_string_lossy())
            })
        };
        let (name, id) = (text(self.name.get().map(Ref::upcast))?, text(self.id.get())?);
        Ok(format!("<symtable entry {name}({id}), line {}>", self.line.get()))
    }
}

/// The objects of a block and of those inside it.
fn entry(table: &SymbolTable, names: &Names, id: BlockId) -> Result<Ref<Entry>> {
    let _depth = objects::state::enter_recursive_call(" in symtable")?;
    let block: &Block = table.block(id);
    let symbols = Dict::new()?;
    for (name, symbol) in block.symbols.iter() {
        symbols.set_text(names.text(name), &*new_int(symbol.0.into())?)?;
    }
    let varnames = block.varnames.iter().map(|name| Ok(Str::new(names.text(*name))?.upcast()));
    let children = block.children.iter().map(|child| Ok(entry(table, names, *child)?.upcast()));
    // The top has no line, and its own name.
    let line = if block.kind == BlockKind::Module { 0 } else { block.location.lineno };
    Ref::new(Entry {
        ob_base: Object::HEAD,
        id: Slot::new(new_int(core::ptr::from_ref(block) as i64)?),
        name: Slot::new(Str::new(names.text(block.name))?),
        symbols: Slot::new(symbols),
        varnames: Slot::new(List::from_vec(varnames.collect::<Result<_>>()?)?),
        children: Slot::new(List::from_vec(children.collect::<Result<_>>()?)?),
        nested: Cell::new(block.nested.into()),
        kind: Cell::new(block.kind as i32),
        line: Cell::new(line),
    })
}

#[macros::pymodule(name = "_symtable")]
pub mod module {
    use super::*;

    #[constant]
    const USE: u32 = flag::USE;
    #[constant]
    const DEF_GLOBAL: u32 = flag::DEF_GLOBAL;
    #[constant]
    const DEF_NONLOCAL: u32 = flag::DEF_NONLOCAL;
    #[constant]
    const DEF_LOCAL: u32 = flag::DEF_LOCAL;
    #[constant]
    const DEF_PARAM: u32 = flag::DEF_PARAM;
    #[constant]
    const DEF_FREE: u32 = flag::DEF_FREE;
    #[constant]
    const DEF_FREE_CLASS: u32 = flag::DEF_FREE_CLASS;
    #[constant]
    const DEF_IMPORT: u32 = flag::DEF_IMPORT;
    #[constant]
    const DEF_BOUND: u32 = flag::DEF_BOUND;
    #[constant]
    const DEF_ANNOT: u32 = flag::DEF_ANNOT;
    #[constant]
    const TYPE_FUNCTION: u32 = BlockKind::Function as u32;
    #[constant]
    const TYPE_CLASS: u32 = BlockKind::Class as u32;
    #[constant]
    const TYPE_MODULE: u32 = BlockKind::Module as u32;
    #[constant]
    const TYPE_ANNOTATION: u32 = BlockKind::Annotation as u32;
    #[constant]
    const TYPE_TYPE_ALIAS: u32 = BlockKind::TypeAlias as u32;
    #[constant]
    const TYPE_TYPE_PARAMETERS: u32 = BlockKind::TypeParameters as u32;
    #[constant]
    const TYPE_TYPE_VARIABLE: u32 = BlockKind::TypeVariable as u32;
    #[constant]
    const LOCAL: u32 = compiler::symtable::Scope::Local as u32;
    #[constant]
    const GLOBAL_EXPLICIT: u32 = compiler::symtable::Scope::GlobalExplicit as u32;
    #[constant]
    const GLOBAL_IMPLICIT: u32 = compiler::symtable::Scope::GlobalImplicit as u32;
    #[constant]
    const FREE: u32 = compiler::symtable::Scope::Free as u32;
    #[constant]
    const CELL: u32 = compiler::symtable::Scope::Cell as u32;
    #[constant]
    const SCOPE_OFF: u32 = flag::SCOPE_OFFSET;
    #[constant]
    const SCOPE_MASK: u32 = flag::SCOPE_MASK;

    #[function("symtable($module, source, filename, startstr, /)")]
    fn symtable(code: &Object, filename: &Object, startstr: &str) -> Result<Ref<Entry>> {
        let filename = source::filename(filename)?;
        let mode = match startstr {
            "exec" => Mode::Exec,
            "eval" => Mode::Eval,
            "single" => Mode::Single,
            _ => return Err(raise!(ValueError, "symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
        };
        let text = source::source_text(code, mode, "symtable", "string or bytes", &filename)?;
        compile::with_tree(&text, &filename, mode, 0, FEATURE_VERSION, |_, module| {
            match compiler::symbol_table(module, compiler::Options::default()) {
                Ok((table, names)) => entry(&table, &names, BlockId::TOP),
                Err(error) => Err(error::raise_compiler_error(&error, &filename)),
            }
        })
    }
}
