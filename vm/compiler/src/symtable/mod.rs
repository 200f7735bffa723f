//! The symbol table: which scope each name of each block belongs to (Python/symtable.c).
//!
//! `visit` walks the tree and notes for each block which names it binds, uses and declares; `analyze`
//! then decides for each name whether it is local, a cell, free, or global. The result also serves the
//! `_symtable` module: everything that module shows is public here.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use syntax::ast::{Location, Mod};

use crate::error::Result;
use crate::future::Future;
use crate::names::{Name, Names, OrderedMap};

mod analyze;
mod visit;

/// The bits of a symbol, with CPython's values (`_symtable` exports them).
pub mod flag {
    /// Declared by a global statement.
    pub const DEF_GLOBAL: u32 = 1;
    /// Bound in the block.
    pub const DEF_LOCAL: u32 = 1 << 1;
    /// A parameter.
    pub const DEF_PARAM: u32 = 1 << 2;
    /// Declared by a nonlocal statement.
    pub const DEF_NONLOCAL: u32 = 1 << 3;
    /// Read in the block.
    pub const USE: u32 = 1 << 4;
    /// Free in the block; CPython defines the bit and never sets it.
    pub const DEF_FREE: u32 = 1 << 5;
    /// Free in a method, bound or global in the class.
    pub const DEF_FREE_CLASS: u32 = 1 << 6;
    /// Bound by an import.
    pub const DEF_IMPORT: u32 = 1 << 7;
    /// Annotated.
    pub const DEF_ANNOT: u32 = 1 << 8;
    /// A comprehension's iteration variable.
    pub const DEF_COMP_ITER: u32 = 1 << 9;
    /// A type parameter.
    pub const DEF_TYPE_PARAM: u32 = 1 << 10;
    /// A cell of an inlined comprehension.
    pub const DEF_COMP_CELL: u32 = 1 << 11;
    /// Bound in any way.
    pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT;
    /// Where the scope sits in a symbol's bits, and its width there.
    pub const SCOPE_OFFSET: u32 = 12;
    pub const SCOPE_MASK: u32 = 15;
}

/// Where a name lives. The numbers are CPython's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Scope {
    /// The name does not occur in the block.
    Unknown = 0,
    Local = 1,
    GlobalExplicit = 2,
    GlobalImplicit = 3,
    Free = 4,
    Cell = 5,
}

/// A symbol's bits: [`flag`]s, and the scope once it is analysed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Symbol(pub u32);

impl Symbol {
    /// One of these flags is set.
    pub fn has(self, flags: u32) -> bool {
        self.0 & flags != 0
    }

    /// The flags without the scope.
    pub fn flags(self) -> u32 {
        self.0 & ((1 << flag::SCOPE_OFFSET) - 1)
    }

    /// The analysed scope.
    pub fn scope(self) -> Scope {
        match self.0 >> flag::SCOPE_OFFSET & flag::SCOPE_MASK {
            1 => Scope::Local,
            2 => Scope::GlobalExplicit,
            3 => Scope::GlobalImplicit,
            4 => Scope::Free,
            5 => Scope::Cell,
            _ => Scope::Unknown,
        }
    }

    fn with_scope(self, scope: Scope) -> Symbol {
        Symbol(self.0 | (scope as u32) << flag::SCOPE_OFFSET)
    }
}

/// What kind of code a block is. The numbers are those of `_symtable`'s TYPE_ constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum BlockKind {
    Function = 0,
    Class = 1,
    Module = 2,
    /// An annotation under `from __future__ import annotations`: checked, not evaluated.
    Annotation = 3,
    TypeAlias = 4,
    /// The type parameters of a class, function or alias.
    TypeParameters = 5,
    /// A bound, constraint or default of one type parameter.
    TypeVariable = 6,
}

/// What kind of comprehension a function block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ComprehensionKind {
    #[default]
    None,
    List,
    Dict,
    Set,
    Generator,
}

/// Identifies a block: the address of its node, and which of the node's blocks it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    address: usize,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Part {
    Body,
    TypeParameters,
    Default,
}

impl Key {
    /// The block of the node itself.
    pub fn body<T: ?Sized>(node: &T) -> Key {
        Key { address: std::ptr::from_ref(node).cast::<u8>() as usize, part: Part::Body }
    }

    /// The block of a list of type parameters.
    pub fn type_params<T>(list: &[T]) -> Key {
        Key { address: list.as_ptr().cast::<u8>() as usize, part: Part::TypeParameters }
    }

    /// The block of a type variable's default, where its bound has one too.
    pub fn default_of<T>(node: &T) -> Key {
        Key { part: Part::Default, ..Key::body(node) }
    }
}

/// The number of a block in its table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BlockId(u32);

impl BlockId {
    /// The module's block.
    pub const TOP: BlockId = BlockId(0);

    /// Its place in [`SymbolTable::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One block.
#[derive(Debug)]
pub struct Block {
    pub name: Name,
    pub kind: BlockKind,
    pub symbols: OrderedMap<Symbol>,
    /// The parameters in order.
    pub varnames: Vec<Name>,
    pub children: Vec<BlockId>,
    /// Names declared global or nonlocal, with the places of the declarations.
    directives: Vec<(Name, Location)>,
    /// In the type parameters of a generic class: the only names that are mangled.
    mangled_names: Option<Rc<RefCell<HashSet<Name>>>>,
    /// What a type variable's block evaluates, for messages.
    scope_info: &'static str,
    /// Inside a function.
    pub nested: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub comprehension: ComprehensionKind,
    pub varargs: bool,
    pub varkeywords: bool,
    /// A class whose methods use `__class__` or `super`.
    pub needs_class_closure: bool,
    /// A class whose annotation scopes look names up in it.
    pub needs_classdict: bool,
    /// The comprehension runs in the frame of the enclosing block (PEP 709).
    pub inlined: bool,
    comp_iter_target: bool,
    /// An annotation scope directly in a class: sees the class's names.
    pub can_see_class_scope: bool,
    comp_iter_expr: u32,
    pub location: Location,
}

impl Block {
    /// Uses fast locals.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, BlockKind::Class | BlockKind::Module)
    }

    /// A name's bits; none if it does not occur.
    pub fn symbol(&self, name: Name) -> Symbol {
        self.symbols.get(name).unwrap_or_default()
    }

    /// A name's scope.
    pub fn scope(&self, name: Name) -> Scope {
        self.symbol(name).scope()
    }
}

/// All blocks of a module.
#[derive(Debug)]
pub struct SymbolTable {
    pub blocks: Vec<Block>,
    keys: HashMap<Key, BlockId>,
}

impl SymbolTable {
    /// The block of a node.
    pub fn find(&self, key: Key) -> Option<BlockId> {
        self.keys.get(&key).copied()
    }

    /// A block.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// A block, to be changed.
    pub fn block_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }

    /// The name as it appears in a block inside a class: mangled, if it is private
    /// (`_Py_MaybeMangle` in Python/symtable.c).
    pub fn mangled(&self, names: &mut Names, class: Option<&str>, block: BlockId, identifier: &str) -> Name {
        if let Some(only) = &self.block(block).mangled_names {
            let name = names.intern(identifier);
            if !only.borrow().contains(&name) {
                return name;
            }
        }
        names.mangled(class, identifier)
    }
}

/// What the symbol table depends on beside the tree.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The module's future statements, merged with the compiler's flags.
    pub future: Future,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
    pub top_level_await: bool,
    /// At 2, docstrings are not there.
    pub optimize: u8,
}

/// Builds the symbol table of a tree.
pub fn build<'a>(module: &'a Mod<'a>, names: &mut Names, settings: Settings) -> Result<SymbolTable> {
    let mut table = visit::visit(module, names, settings)?;
    analyze::analyze(&mut table, names)?;
    Ok(table)
}
