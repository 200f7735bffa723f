//! From tree to instructions: one unit (code object in the making) per block of the symbol table.
//!
//! The instructions and their source locations are those of CPython 3.13's compiler, before optimisation;
//! `flow` and `assemble` make a code object of them. Files are divided by family: statements, loops and exits,
//! exceptions, functions and classes, types, expressions, calls, assignments, comprehensions, patterns.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use bytecode::code::{Code, Const, Symbol};
use bytecode::line_table::Location as Loc;
use bytecode::opcodes::{Opcode, resume};
use syntax::SyntaxError;
use syntax::ast::{Constant, Expr, ExprContext, Identifier, Location, Mod, Stmt};

use crate::assemble;
use crate::error::{Result, WarningSink, place, syntax_error, unplace, warn};
use crate::flow;
use crate::names::{Name, Names, Numbering, OrderedMap};
use crate::symtable::{BlockId, BlockKind, Key, Scope, Settings, SymbolTable};
use crate::view::{self, to_const};

mod assign;
mod call;
mod comp;
mod expr;
mod func;
mod pattern;
mod sequence;
mod stmt;
mod try_stmt;
mod types;
mod unwind;
mod with;

pub use sequence::{Instruction, Label, Sequence};
use unwind::FrameBlock;

/// Beyond this many operands, displays and calls are built piece by piece.
const STACK_USE_GUIDELINE: usize = 30;

/// CPython's CO_MAXBLOCKS: statically nested blocks.
const MAX_BLOCKS: usize = 21;

/// What a unit is the code of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    TypeParams,
}

/// The parameters of a function.
#[derive(Clone, Copy, Default, Debug)]
pub struct ArgCounts {
    /// Positional, without the positional-only ones.
    pub args: u32,
    pub posonly: u32,
    pub kwonly: u32,
}

/// The constants of a unit in order, each once.
#[derive(Default, Debug)]
pub struct Consts {
    pub list: Vec<Const>,
    index: HashMap<Const, u32>,
}

impl Consts {
    /// Constants that are given.
    pub fn from_list(list: Vec<Const>) -> Consts {
        let mut index = HashMap::new();
        for (i, value) in list.iter().enumerate() {
            index.entry(value.clone()).or_insert(i as u32);
        }
        Consts { list, index }
    }

    /// The index of a constant, added if it is new.
    pub fn add(&mut self, value: Const) -> u32 {
        if let Some(&i) = self.index.get(&value) {
            return i;
        }
        let i = self.list.len() as u32;
        self.index.insert(value.clone(), i);
        self.list.push(value);
        i
    }
}

/// What a code object has beside its instructions.
#[derive(Debug)]
pub struct Metadata {
    pub name: Name,
    pub qualname: Symbol,
    pub counts: ArgCounts,
    pub firstlineno: i32,
    pub varnames: Numbering,
    pub cellvars: Numbering,
    /// Numbered after the cells.
    pub freevars: Numbering,
    pub names: Numbering,
    pub consts: Consts,
    /// Names that are fast locals only while an inlined comprehension runs: `true` while one does.
    pub fast_hidden: OrderedMap<bool>,
}

/// A code object in the making.
pub struct Unit<'a> {
    kind: UnitKind,
    pub block: BlockId,
    pub meta: Metadata,
    /// For a class: attributes that its methods set on `self`.
    static_attributes: BTreeSet<Identifier<'a>>,
    /// The class whose private names are mangled here.
    class: Option<&'a str>,
    frame_blocks: Vec<FrameBlock<'a>>,
    in_inlined_comp: u32,
    pub seq: Sequence,
    /// The units inside this one that are ended, where they are kept.
    nested: Vec<Generated>,
}

/// The instructions of a unit before anything is done to them, and those of the units inside it.
#[derive(Debug)]
pub struct Generated {
    pub sequence: Sequence,
    pub counts: ArgCounts,
    pub nested: Vec<Generated>,
    /// What the arguments of the outermost unit's instructions number.
    pub numbered: Numbered,
}

/// What instructions have by its number, in that order.
#[derive(Debug, Default)]
pub struct Numbered {
    pub consts: Vec<Const>,
    pub names: Vec<String>,
    pub varnames: Vec<String>,
    pub cellvars: Vec<String>,
    pub freevars: Vec<String>,
}

/// What the whole compilation shares.
pub struct Compiler<'a, 's> {
    pub filename: Symbol,
    pub names: Names,
    pub table: SymbolTable,
    /// `PyCF_MASK` and future bits: go into `co_flags`.
    pub flags: u32,
    pub optimize: u8,
    /// The last future statement at the top of the module: others are errors.
    last_future: Location,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
    top_level_await: bool,
    interactive: bool,
    warnings: WarningSink<'s>,
    units: Vec<Unit<'a>>,
    /// Units keep the instructions of those inside them.
    keep_nested: bool,
    /// The first use of `__debug__` as a target: what was noted first is raised, whatever goes wrong later.
    forbidden: Option<Box<SyntaxError>>,
}

/// The index space of a name operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Space {
    Names,
    Vars,
    Cells,
    Frees,
}

impl<'a, 's> Compiler<'a, 's> {
    /// A compiler of one tree, whose symbol table is made.
    pub fn new(
        filename: Symbol,
        names: Names,
        table: SymbolTable,
        flags: u32,
        settings: &Settings,
        warnings: WarningSink<'s>,
    ) -> Self {
        Compiler {
            filename,
            names,
            table,
            flags,
            optimize: settings.optimize,
            last_future: settings.future.location,
            top_level_await: settings.top_level_await,
            interactive: false,
            warnings,
            units: Vec::new(),
            keep_nested: false,
            forbidden: None,
        }
    }

    /// Compiles the tree.
    pub fn module(&mut self, module: &'a Mod<'a>) -> Result<Rc<Code>> {
        let result = self.module_body(module).and_then(|add_none| self.finish(add_none));
        match self.forbidden.take() {
            Some(error) => Err(error),
            None => result,
        }
    }

    /// The instructions of the tree, which nothing is done to yet.
    pub fn generate(&mut self, module: &'a Mod<'a>) -> Result<Generated> {
        self.keep_nested = true;
        let result = self.module_body(module).and_then(|add_none| self.end(add_none));
        let unit = match self.forbidden.take() {
            Some(error) => return Err(error),
            None => result?,
        };
        let meta = unit.meta;
        let texts =
            |numbers: &Numbering| numbers.names().map(|name| self.names.text(name).to_string()).collect();
        let numbered = Numbered {
            names: texts(&meta.names),
            varnames: texts(&meta.varnames),
            cellvars: texts(&meta.cellvars),
            freevars: texts(&meta.freevars),
            consts: meta.consts.list.into_iter().map(crate::fold::without_marks).collect(),
        };
        Ok(Generated { sequence: unit.seq, counts: meta.counts, nested: unit.nested, numbered })
    }

    /// Answers whether the unit returns None at its end.
    fn module_body(&mut self, module: &'a Mod<'a>) -> Result<bool> {
        self.enter("<module>", UnitKind::Module, Key::body(module), 1, None, ArgCounts::default())?;
        let start = |stmts: &[Stmt<'_>]| {
            let first = Location { lineno: 1, end_lineno: 1, col_offset: 0, end_col_offset: 0 };
            place(stmts.first().map_or(first, |s| s.location))
        };
        match module {
            Mod::Module { body, .. } => self.body(start(body), body)?,
            Mod::Interactive { body } => {
                self.interactive = true;
                self.setup_annotations(Loc { line: 1, end_line: 1, column: 0, end_column: 0 }, body);
                self.stmts(body)?;
            }
            Mod::Expression { body } => self.expr(body)?,
            Mod::FunctionType { .. } => {}
        }
        Ok(!matches!(module, Mod::Expression { .. }))
    }

    // ---------------------------------------------------------------- units

    fn unit(&mut self) -> &mut Unit<'a> {
        let last = self.units.len() - 1;
        &mut self.units[last]
    }

    fn unit_ref(&self) -> &Unit<'a> {
        &self.units[self.units.len() - 1]
    }

    fn block(&self) -> &crate::symtable::Block {
        self.table.block(self.unit_ref().block)
    }

    /// Starts a unit. `class` is the class whose body it is; others inherit it.
    fn enter(
        &mut self,
        name: &str,
        kind: UnitKind,
        key: Key,
        lineno: i32,
        class: Option<&'a str>,
        counts: ArgCounts,
    ) -> Result {
        let Some(block) = self.table.find(key) else {
            return Err(syntax_error(Location::default(), "unknown symbol table entry"));
        };
        let name = self.names.intern(name);
        let entry = self.table.block(block);
        let mut varnames = Numbering::default();
        for &parameter in &entry.varnames {
            varnames.number(parameter);
        }
        let mut cellvars = Numbering::default();
        for cell in self.names_in(block, Scope::Cell, crate::symtable::flag::DEF_COMP_CELL) {
            cellvars.number(cell);
        }
        let entry = self.table.block(block);
        let (closure, classdict) = (entry.needs_class_closure, entry.needs_classdict);
        if closure {
            cellvars.number(self.names.intern("__class__"));
        }
        if classdict {
            cellvars.number(self.names.intern("__classdict__"));
        }
        let mut freevars = Numbering::from(cellvars.len());
        for free in self.names_in(block, Scope::Free, crate::symtable::flag::DEF_FREE_CLASS) {
            freevars.number(free);
        }
        let class = class.or(self.units.last().and_then(|u| u.class));
        let qualname = self.qualname(name, kind);
        self.units.push(Unit {
            kind,
            block,
            meta: Metadata {
                name,
                qualname,
                counts,
                firstlineno: lineno,
                varnames,
                cellvars,
                freevars,
                names: Numbering::default(),
                consts: Consts::default(),
                fast_hidden: OrderedMap::default(),
            },
            static_attributes: BTreeSet::new(),
            class,
            frame_blocks: Vec::new(),
            in_inlined_comp: 0,
            seq: Sequence::default(),
            nested: Vec::new(),
        });
        let line = if kind == UnitKind::Module { 0 } else { lineno };
        let loc = Loc { line, end_line: lineno, column: 0, end_column: 0 };
        self.op_i(loc, Opcode::RESUME, resume::AT_FUNC_START);
        Ok(())
    }

    /// The names of a block with this scope or flag, sorted.
    fn names_in(&self, block: BlockId, scope: Scope, flag: u32) -> Vec<Name> {
        let symbols = self.table.block(block).symbols.iter();
        let mut list: Vec<Name> =
            symbols.filter(|(_, s)| s.scope() == scope || s.has(flag)).map(|(name, _)| name).collect();
        list.sort_by(|a, b| self.names.text(*a).cmp(self.names.text(*b)));
        list
    }

    /// The qualified name of a unit about to be entered (`compiler_set_qualname` in Python/compile.c).
    fn qualname(&mut self, name: Name, kind: UnitKind) -> Symbol {
        let own = self.names.text(name).clone();
        let mut depth = self.units.len();
        if depth < 2 {
            return own;
        }
        if self.units[depth - 1].kind == UnitKind::TypeParams {
            if depth == 2 {
                return own;
            }
            depth -= 1;
        }
        if matches!(kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = self.names.mangled(self.units[depth - 1].class, &own);
            if self.table.block(self.units[depth - 1].block).scope(mangled) == Scope::GlobalExplicit {
                return own;
            }
        }
        let parent = &self.units[depth - 1];
        let locals = matches!(parent.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda);
        let middle = if locals { ".<locals>." } else { "." };
        format!("{}{middle}{own}", parent.meta.qualname).into()
    }

    /// Ends the current unit, which returns None at its end with `add_none`, else what is on the stack.
    fn end(&mut self, add_none: bool) -> Result<Unit<'a>> {
        if add_none {
            self.load_const(Loc::NONE, Const::None);
        }
        self.op(Loc::NONE, Opcode::RETURN_VALUE);
        self.units.pop().ok_or_else(|| syntax_error(Location::default(), "no unit to finish"))
    }

    /// Ends the current unit, see [`Self::end`], and makes its code object.
    fn finish(&mut self, add_none: bool) -> Result<Rc<Code>> {
        let mut unit = self.end(add_none)?;
        if self.keep_nested
            && let Some(parent) = self.units.last_mut()
        {
            let nested = std::mem::take(&mut unit.nested);
            let (sequence, counts) = (unit.seq.clone(), unit.meta.counts);
            parent.nested.push(Generated { sequence, counts, nested, numbered: Numbered::default() });
        }
        let flags = self.code_flags(unit.block);
        let nparams = self.table.block(unit.block).varnames.len();
        let flow = flow::optimize(&mut unit, nparams, flags);
        Ok(assemble::assemble(unit.meta, flow, flags, &self.names, &self.filename))
    }

    fn code_flags(&self, block: BlockId) -> u32 {
        use bytecode::code::flags::*;
        let block = self.table.block(block);
        let mut flags = self.flags;
        if block.is_function_like() {
            flags |= NEWLOCALS | OPTIMIZED;
            let bits = [
                (block.nested, NESTED),
                (block.generator && !block.coroutine, GENERATOR),
                (block.generator && block.coroutine, ASYNC_GENERATOR),
                (block.varargs, VARARGS),
                (block.varkeywords, VARKEYWORDS),
            ];
            flags |= bits.iter().filter(|b| b.0).map(|b| b.1).sum::<u32>();
        }
        if block.coroutine && !block.generator {
            flags |= COROUTINE;
        }
        flags
    }

    // ---------------------------------------------------------------- instructions

    fn op(&mut self, loc: Loc, op: Opcode) {
        self.unit().seq.push(op, 0, loc);
    }

    fn op_i(&mut self, loc: Loc, op: Opcode, arg: u32) {
        self.unit().seq.push(op, arg, loc);
    }

    fn jump(&mut self, loc: Loc, op: Opcode, target: Label) {
        self.unit().seq.push(op, target.0, loc);
    }

    fn label(&mut self) -> Label {
        self.unit().seq.label()
    }

    fn here(&mut self, label: Label) {
        self.unit().seq.place(label);
    }

    fn load_const(&mut self, loc: Loc, value: Const) {
        let i = self.unit().meta.consts.add(value);
        self.op_i(loc, Opcode::LOAD_CONST, i);
    }

    fn load_constant(&mut self, loc: Loc, value: &Constant<'_>) {
        self.load_const(loc, to_const(value));
    }

    fn load_str(&mut self, loc: Loc, text: &str) {
        self.load_const(loc, Const::str(text));
    }

    /// A tuple of names as a constant.
    fn load_names<'n>(&mut self, loc: Loc, names: impl Iterator<Item = &'n str>) {
        self.load_const(loc, Const::Tuple(names.map(Const::str).collect()));
    }

    /// An instruction whose operand is an index in one of the unit's lists of names.
    fn name_op(&mut self, loc: Loc, op: Opcode, name: Name, space: Space) {
        let unit = self.unit();
        let list = match space {
            Space::Names => &mut unit.meta.names,
            Space::Vars => &mut unit.meta.varnames,
            Space::Cells => &mut unit.meta.cellvars,
            Space::Frees => &mut unit.meta.freevars,
        };
        let i = list.number(name);
        self.op_i(loc, op, i);
    }

    /// An attribute instruction; the low bits of its operand are its variant.
    fn attr_op(&mut self, loc: Loc, op: Opcode, attr: &str) {
        let name = self.mangled(attr);
        let i = self.unit().meta.names.number(name);
        let (op, arg) = match op {
            Opcode::LOAD_ATTR => (op, i << 1),
            Opcode::LOAD_METHOD => (Opcode::LOAD_ATTR, i << 1 | 1),
            Opcode::LOAD_SUPER_ATTR => (op, i << 2 | 2),
            Opcode::LOAD_SUPER_METHOD => (Opcode::LOAD_SUPER_ATTR, i << 2 | 3),
            Opcode::LOAD_ZERO_SUPER_ATTR => (Opcode::LOAD_SUPER_ATTR, i << 2),
            Opcode::LOAD_ZERO_SUPER_METHOD => (Opcode::LOAD_SUPER_ATTR, i << 2 | 1),
            _ => (op, i),
        };
        self.op_i(loc, op, arg);
    }

    // ---------------------------------------------------------------- names

    fn mangled(&mut self, identifier: &str) -> Name {
        let (class, block) = (self.unit_ref().class, self.unit_ref().block);
        self.table.mangled(&mut self.names, class, block, identifier)
    }

    fn mangled_text(&mut self, identifier: &str) -> Symbol {
        let name = self.mangled(identifier);
        self.names.text(name).clone()
    }

    /// Loads, stores or deletes a variable (`codegen_nameop`).
    fn nameop(&mut self, loc: Loc, identifier: &str, ctx: ExprContext) {
        self.check_target(unplace(loc), identifier, ctx);
        let name = self.mangled(identifier);
        let block = self.block();
        let (scope, kind, function_like) = (block.scope(name), block.kind, block.is_function_like());
        let sees_class = block.can_see_class_scope;
        let in_class = kind == BlockKind::Class;
        let inlined = self.unit_ref().in_inlined_comp > 0;
        let pick = |load, store, del| match ctx {
            ExprContext::Load => load,
            ExprContext::Store => store,
            ExprContext::Del => del,
        };
        let load = ctx == ExprContext::Load;
        match scope {
            Scope::Free | Scope::Cell => {
                let space = if scope == Scope::Free { Space::Frees } else { Space::Cells };
                let mut op = pick(Opcode::LOAD_DEREF, Opcode::STORE_DEREF, Opcode::DELETE_DEREF);
                // CPython numbers the variable before the class namespace.
                self.number(name, space);
                if load && in_class && !inlined {
                    self.op(loc, Opcode::LOAD_LOCALS);
                    op = Opcode::LOAD_FROM_DICT_OR_DEREF;
                } else if load && sees_class {
                    self.load_classdict(loc);
                    op = Opcode::LOAD_FROM_DICT_OR_DEREF;
                }
                self.name_op(loc, op, name, space);
            }
            Scope::Local if function_like || self.unit_ref().meta.fast_hidden.get(name) == Some(true) => {
                let op = pick(Opcode::LOAD_FAST, Opcode::STORE_FAST, Opcode::DELETE_FAST);
                self.name_op(loc, op, name, Space::Vars);
            }
            Scope::GlobalExplicit | Scope::GlobalImplicit
                if function_like || scope == Scope::GlobalExplicit =>
            {
                let i = self.number(name, Space::Names);
                let op = pick(Opcode::LOAD_GLOBAL, Opcode::STORE_GLOBAL, Opcode::DELETE_GLOBAL);
                if load && sees_class && scope == Scope::GlobalImplicit {
                    self.load_classdict(loc);
                    self.op_i(loc, Opcode::LOAD_FROM_DICT_OR_GLOBALS, i);
                } else {
                    self.op_i(loc, op, if load { i << 1 } else { i });
                }
            }
            _ if load && in_class && inlined => {
                let i = self.number(name, Space::Names);
                self.op_i(loc, Opcode::LOAD_GLOBAL, i << 1);
            }
            _ => {
                let op = pick(Opcode::LOAD_NAME, Opcode::STORE_NAME, Opcode::DELETE_NAME);
                self.name_op(loc, op, name, Space::Names);
            }
        }
    }

    /// `__debug__` is a constant.
    fn check_target(&mut self, at: Location, identifier: &str, ctx: ExprContext) {
        if identifier != "__debug__" || self.forbidden.is_some() {
            return;
        }
        self.forbidden = match ctx {
            ExprContext::Load => None,
            ExprContext::Store => Some(syntax_error(at, "cannot assign to __debug__")),
            ExprContext::Del => Some(syntax_error(at, "cannot delete __debug__")),
        };
    }

    fn number(&mut self, name: Name, space: Space) -> u32 {
        let unit = self.unit();
        match space {
            Space::Names => unit.meta.names.number(name),
            Space::Vars => unit.meta.varnames.number(name),
            Space::Cells => unit.meta.cellvars.number(name),
            Space::Frees => unit.meta.freevars.number(name),
        }
    }

    fn load_classdict(&mut self, loc: Loc) {
        let name = self.names.intern("__classdict__");
        self.name_op(loc, Opcode::LOAD_DEREF, name, Space::Frees);
    }

    /// The scope of a name in the current unit, for closures.
    fn ref_scope(&self, name: Name) -> Scope {
        let text = self.names.text(name);
        if self.unit_ref().kind == UnitKind::Class && matches!(&**text, "__class__" | "__classdict__") {
            return Scope::Cell;
        }
        self.block().scope(name)
    }

    // ---------------------------------------------------------------- messages

    fn error<T>(&self, at: Location, msg: impl Into<String>) -> Result<T> {
        Err(syntax_error(at, msg))
    }

    fn warn(&mut self, at: Location, msg: String) -> Result {
        warn(self.warnings, at, msg)
    }
}

/// The place of an expression, for instructions.
fn at(e: &Expr<'_>) -> Loc {
    place(view::location(e))
}
