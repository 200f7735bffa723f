//! The second pass: the scope of every name.
//!
//! A block is told which names enclosing functions bind and which are declared global; it answers which names
//! it leaves free. A local that a child leaves free becomes a cell.

use std::collections::HashSet;

use crate::error::{Result, syntax_error, with_stack};
use crate::names::{Name, Names, OrderedMap};

use super::flag::*;
use super::{BlockId, BlockKind, ComprehensionKind, Scope, Symbol, SymbolTable};

type Set = HashSet<Name>;

/// Decides every scope of the table.
pub(super) fn analyze(table: &mut SymbolTable, names: &mut Names) -> Result {
    let special = Special { class: names.intern("__class__"), classdict: names.intern("__classdict__") };
    let mut analysis = Analysis { table, names, special };
    analysis.block(BlockId::TOP, None, Set::new(), Set::new(), None)?;
    Ok(())
}

/// The names that a class provides to its methods and annotation scopes.
#[derive(Clone, Copy)]
struct Special {
    class: Name,
    classdict: Name,
}

struct Analysis<'t> {
    table: &'t mut SymbolTable,
    names: &'t Names,
    special: Special,
}

/// What is known of the names around a block while its own are decided.
struct Around {
    /// Names bound by enclosing functions; `None` in a module.
    bound: Option<Set>,
    global: Set,
    type_params: Set,
    /// The class whose namespace this annotation scope sees.
    class: Option<BlockId>,
}

impl Analysis<'_> {
    /// Analyses a block and its children; answers the names that stay free.
    fn block(
        &mut self,
        id: BlockId,
        bound: Option<Set>,
        global: Set,
        type_params: Set,
        class: Option<BlockId>,
    ) -> Result<Set> {
        let mut around = Around { bound, global, type_params, class };
        let kind = self.table.block(id).kind;
        let function_like = self.table.block(id).is_function_like();
        let can_see_class_scope = self.table.block(id).can_see_class_scope;
        let (mut local, mut free) = (Set::new(), Set::new());
        let mut scopes = OrderedMap::default();
        let (mut new_bound, mut new_global) = (Set::new(), Set::new());

        // A class's bindings are not visible in its methods.
        if kind == BlockKind::Class {
            new_global.extend(&around.global);
            new_bound.extend(around.bound.iter().flatten());
        }
        for i in 0..self.table.block(id).symbols.len() {
            let Some((name, symbol)) = self.table.block(id).symbols.entry(i) else { break };
            let scope = self.name(id, name, symbol, &mut around, &mut local, &mut free)?;
            scopes.insert(name, scope);
        }
        if kind == BlockKind::Class {
            new_bound.extend([self.special.class, self.special.classdict]);
        } else {
            if function_like {
                new_bound.extend(&local);
            }
            new_bound.extend(around.bound.iter().flatten());
            new_global.extend(&around.global);
        }

        let mut new_free = Set::new();
        let mut inlined_cells = Set::new();
        let children = self.table.block(id).children.clone();
        for &child in &children {
            let entry = self.table.block(child);
            let class_of_child = match entry.can_see_class_scope {
                true if kind == BlockKind::Class => Some(id),
                true => around.class,
                false => None,
            };
            // Every comprehension but a generator expression runs inline, except in annotation scopes in classes.
            let inline =
                entry.comprehension != ComprehensionKind::None && !entry.generator && !can_see_class_scope;
            let (bound, global, params) = (new_bound.clone(), new_global.clone(), around.type_params.clone());
            let mut child_free =
                with_stack(|| self.block(child, Some(bound), global, params, class_of_child))?;
            child_free.extend(&new_free);
            if inline {
                self.inline_comprehension(id, child, &mut scopes, &mut child_free, &mut inlined_cells);
                self.table.block_mut(child).inlined = true;
            }
            new_free.extend(child_free);
        }
        self.splice_inlined(id, &children);

        if function_like {
            make_cells(&mut scopes, &mut new_free, &inlined_cells);
        } else if kind == BlockKind::Class {
            let block = self.table.block_mut(id);
            block.needs_class_closure |= new_free.remove(&self.special.class);
            block.needs_classdict |= new_free.remove(&self.special.classdict);
        }
        self.update(id, &scopes, around.bound.as_ref(), &new_free, &inlined_cells);
        free.extend(new_free);
        Ok(free)
    }

    /// The scope of one name of a block.
    fn name(
        &self,
        id: BlockId,
        name: Name,
        symbol: Symbol,
        around: &mut Around,
        local: &mut Set,
        free: &mut Set,
    ) -> Result<Scope> {
        let text = || self.names.text(name);
        if symbol.has(DEF_GLOBAL) {
            if symbol.has(DEF_NONLOCAL) {
                return self.at_directive(id, name, format!("name '{}' is nonlocal and global", text()));
            }
            around.global.insert(name);
            if let Some(bound) = &mut around.bound {
                bound.remove(&name);
            }
            return Ok(Scope::GlobalExplicit);
        }
        if symbol.has(DEF_NONLOCAL) {
            let Some(bound) = &around.bound else {
                return self.at_directive(
                    id,
                    name,
                    "nonlocal declaration not allowed at module level".into(),
                );
            };
            if !bound.contains(&name) {
                return self.at_directive(id, name, format!("no binding for nonlocal '{}' found", text()));
            }
            if around.type_params.contains(&name) {
                let msg = format!("nonlocal binding not allowed for type parameter '{}'", text());
                return self.at_directive(id, name, msg);
            }
            free.insert(name);
            return Ok(Scope::Free);
        }
        if symbol.has(DEF_BOUND) {
            local.insert(name);
            around.global.remove(&name);
            if symbol.has(DEF_TYPE_PARAM) {
                around.type_params.insert(name);
            } else {
                around.type_params.remove(&name);
            }
            return Ok(Scope::Local);
        }
        // What the class around binds is looked up there and then among the globals, never in the functions
        // around the class.
        if let Some(class) = around.class {
            let in_class = self.table.block(class).symbol(name);
            if in_class.has(DEF_GLOBAL) {
                return Ok(Scope::GlobalExplicit);
            }
            if in_class.has(DEF_BOUND) && !in_class.has(DEF_NONLOCAL) {
                return Ok(Scope::GlobalImplicit);
            }
        }
        if around.bound.as_ref().is_some_and(|bound| bound.contains(&name)) {
            free.insert(name);
            return Ok(Scope::Free);
        }
        Ok(Scope::GlobalImplicit)
    }

    fn at_directive(&self, id: BlockId, name: Name, msg: String) -> Result<Scope> {
        let directive = self.table.block(id).directives.iter().find(|d| d.0 == name);
        Err(syntax_error(directive.map(|d| d.1).unwrap_or_default(), msg))
    }

    /// Gives the names of an inlined comprehension to the block it runs in.
    fn inline_comprehension(
        &mut self,
        id: BlockId,
        comp: BlockId,
        scopes: &mut OrderedMap<Scope>,
        comp_free: &mut Set,
        inlined_cells: &mut Set,
    ) {
        let in_class = self.table.block(id).kind == BlockKind::Class;
        let symbols: Vec<_> = self.table.block(comp).symbols.iter().collect();
        let mut remove_class = false;
        for (name, symbol) in symbols {
            if symbol.has(DEF_PARAM) {
                continue;
            }
            let mut scope = symbol.scope();
            if scope == Scope::Cell || symbol.has(DEF_COMP_CELL) {
                inlined_cells.insert(name);
            }
            // __class__ is never free through a class.
            if scope == Scope::Free && in_class && name == self.special.class {
                scope = Scope::GlobalImplicit;
                comp_free.remove(&name);
                remove_class = true;
            }
            match self.table.block(id).symbols.get(name) {
                None => {
                    self.table.block_mut(id).symbols.insert(name, Symbol(symbol.flags()));
                    scopes.insert(name, scope);
                }
                // What is free in the comprehension and local here is simply local, unless something in the
                // comprehension keeps it alive.
                Some(existing) if existing.has(DEF_BOUND) && !in_class => {
                    if !self.is_free_in_child(comp, name) {
                        comp_free.remove(&name);
                    }
                }
                Some(_) => {}
            }
        }
        if remove_class {
            let class = self.special.class;
            self.table.block_mut(comp).symbols.remove(class);
        }
    }

    fn is_free_in_child(&self, id: BlockId, name: Name) -> bool {
        self.table.block(id).children.iter().any(|&c| self.table.block(c).scope(name) == Scope::Free)
    }

    /// Children of inlined comprehensions are children of the block.
    fn splice_inlined(&mut self, id: BlockId, children: &[BlockId]) {
        if !children.iter().any(|&c| self.table.block(c).inlined) {
            return;
        }
        let mut spliced = Vec::new();
        for &child in children {
            let entry = self.table.block(child);
            if entry.inlined { spliced.extend_from_slice(&entry.children) } else { spliced.push(child) }
        }
        self.table.block_mut(id).children = spliced;
    }

    /// Writes the scopes into the symbols, and what children leave free.
    fn update(
        &mut self,
        id: BlockId,
        scopes: &OrderedMap<Scope>,
        bound: Option<&Set>,
        free: &Set,
        inlined_cells: &Set,
    ) {
        let block = self.table.block_mut(id);
        let class_like = block.kind == BlockKind::Class || block.can_see_class_scope;
        for i in 0..block.symbols.len() {
            let Some((name, mut symbol)) = block.symbols.entry(i) else { break };
            if inlined_cells.contains(&name) {
                symbol.0 |= DEF_COMP_CELL;
            }
            let scope = scopes.get(name).unwrap_or(Scope::Unknown);
            block.symbols.insert(name, symbol.with_scope(scope));
        }
        let mut free: Vec<Name> = free.iter().copied().collect();
        free.sort_unstable();
        for name in free {
            match block.symbols.get(name) {
                Some(symbol) if class_like => block.symbols.insert(name, Symbol(symbol.0 | DEF_FREE_CLASS)),
                Some(_) => {}
                None if bound.is_some_and(|bound| !bound.contains(&name)) => {}
                None => block.symbols.insert(name, Symbol::default().with_scope(Scope::Free)),
            }
        }
    }
}

/// Locals that children leave free become cells.
fn make_cells(scopes: &mut OrderedMap<Scope>, free: &mut Set, inlined_cells: &Set) {
    for i in 0..scopes.len() {
        let Some((name, Scope::Local)) = scopes.entry(i) else { continue };
        if free.contains(&name) || inlined_cells.contains(&name) {
            scopes.insert(name, Scope::Cell);
            free.remove(&name);
        }
    }
}
