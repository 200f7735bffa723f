//! The first pass: what each block binds, uses and declares.

use std::collections::HashMap;

use bytecode::code::flags::FUTURE_ANNOTATIONS;
use syntax::ast::{Location, Mod};
use syntax::{ErrorKind, SyntaxError};

use crate::error::{Depth, Result, syntax_error};
use crate::names::{Name, Names, OrderedMap};

use super::flag::*;
use super::{Block, BlockId, BlockKind, ComprehensionKind, Key, Settings, Symbol, SymbolTable};

mod define;
mod expr;
mod stmt;

/// Makes the table of a tree, scopes not yet decided.
pub(in crate::symtable) fn visit<'a>(
    module: &'a Mod<'a>,
    names: &mut Names,
    settings: Settings,
) -> Result<SymbolTable> {
    let table = SymbolTable { blocks: Vec::new(), keys: HashMap::new() };
    let mut visitor =
        Visitor { table, names, settings, stack: Vec::new(), class: None, depth: Depth::default() };
    let top = visitor.names.intern("top");
    visitor.enter(top, BlockKind::Module, Key::body(module), Location::default());
    match module {
        Mod::Module { body, .. } => visitor.body(body)?,
        Mod::Interactive { body } => visitor.stmts(body)?,
        Mod::Expression { body } => visitor.expr(body)?,
        Mod::FunctionType { .. } => {
            let msg = "this compiler does not handle FunctionTypes";
            return Err(Box::new(SyntaxError::unlocated(ErrorKind::ValueError, msg)));
        }
    }
    Ok(visitor.table)
}

struct Visitor<'a, 'n> {
    table: SymbolTable,
    names: &'n mut Names,
    settings: Settings,
    stack: Vec<BlockId>,
    /// The innermost class, for mangling.
    class: Option<&'a str>,
    depth: Depth,
}

impl<'a> Visitor<'a, '_> {
    // ---------------------------------------------------------------- blocks

    fn current_id(&self) -> BlockId {
        self.stack.last().copied().unwrap_or(BlockId::TOP)
    }

    fn current(&mut self) -> &mut Block {
        let id = self.current_id();
        self.table.block_mut(id)
    }

    fn future_annotations(&self) -> bool {
        self.settings.future.features & FUTURE_ANNOTATIONS != 0
    }

    fn enter(&mut self, name: Name, kind: BlockKind, key: Key, location: Location) {
        let id = BlockId(self.table.blocks.len() as u32);
        let outer = self.stack.last().map(|&outer| self.table.block(outer));
        let block = Block {
            name,
            kind,
            symbols: OrderedMap::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            directives: Vec::new(),
            mangled_names: outer.filter(|_| kind != BlockKind::Class).and_then(|o| o.mangled_names.clone()),
            scope_info: "",
            nested: outer.is_some_and(|o| o.nested || o.is_function_like()),
            generator: false,
            coroutine: false,
            comprehension: ComprehensionKind::None,
            varargs: false,
            varkeywords: false,
            needs_class_closure: false,
            needs_classdict: false,
            inlined: false,
            comp_iter_target: false,
            can_see_class_scope: false,
            comp_iter_expr: outer.map_or(0, |o| o.comp_iter_expr),
            location,
        };
        self.table.blocks.push(block);
        self.table.keys.insert(key, id);
        // Annotations that will be strings leave no trace in the table.
        if !(self.future_annotations() && kind == BlockKind::Annotation)
            && let Some(&outer) = self.stack.last()
        {
            self.table.block_mut(outer).children.push(id);
        }
        self.stack.push(id);
    }

    fn exit(&mut self) {
        self.stack.pop();
    }

    // ---------------------------------------------------------------- names

    fn mangled(&mut self, block: BlockId, name: &str) -> Name {
        self.table.mangled(self.names, self.class, block, name)
    }

    fn lookup(&mut self, block: BlockId, name: &str) -> Symbol {
        let name = self.mangled(block, name);
        self.table.block(block).symbol(name)
    }

    fn add(&mut self, name: &str, flags: u32, at: Location) -> Result {
        if flags & DEF_TYPE_PARAM != 0
            && let Some(mangled) = self.current().mangled_names.clone()
        {
            mangled.borrow_mut().insert(self.names.intern(name));
        }
        self.add_to(self.current_id(), name, flags, at)
    }

    fn add_to(&mut self, block: BlockId, name: &str, flags: u32, at: Location) -> Result {
        let mangled = self.mangled(self.current_id(), name);
        let entry = self.table.block_mut(block);
        let mut symbol = entry.symbol(mangled);
        if flags & DEF_PARAM != 0 && symbol.has(DEF_PARAM) {
            return Err(syntax_error(at, format!("duplicate argument '{name}' in function definition")));
        }
        if flags & DEF_TYPE_PARAM != 0 && symbol.has(DEF_TYPE_PARAM) {
            return Err(syntax_error(at, format!("duplicate type parameter '{name}'")));
        }
        symbol.0 |= flags;
        if entry.comp_iter_target {
            if symbol.has(DEF_GLOBAL | DEF_NONLOCAL) {
                let msg =
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                return Err(syntax_error(at, msg));
            }
            symbol.0 |= DEF_COMP_ITER;
        }
        entry.symbols.insert(mangled, symbol);
        if flags & DEF_PARAM != 0 {
            entry.varnames.push(mangled);
        } else if flags & DEF_GLOBAL != 0 {
            let top = self.table.block_mut(BlockId::TOP);
            let symbol = Symbol(top.symbol(mangled).0 | flags);
            top.symbols.insert(mangled, symbol);
        }
        Ok(())
    }

    fn record_directive(&mut self, name: &str, at: Location) {
        let name = self.mangled(self.current_id(), name);
        self.current().directives.push((name, at));
    }
}
