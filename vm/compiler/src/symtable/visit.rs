//! The first pass: what each block binds, uses and declares.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use bytecode::code::flags::FUTURE_ANNOTATIONS;
use syntax::ast::{
    Alias, Arg, Arguments, Comprehension, Expr, ExprContext, ExprKind, FunctionDef, Keyword, List, Location,
    Mod, Pattern, PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind,
};
use syntax::{ErrorKind, SyntaxError};

use crate::docstring;
use crate::error::{Depth, Result, syntax_error, with_stack};
use crate::names::{Name, Names, OrderedMap};

use super::flag::*;
use super::{Block, BlockId, BlockKind, ComprehensionKind, Key, Settings, Symbol, SymbolTable};

/// Makes the table of a tree, scopes not yet decided.
pub(super) fn visit<'a>(module: &'a Mod<'a>, names: &mut Names, settings: Settings) -> Result<SymbolTable> {
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

/// What has a type-parameter block, as far as that block depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Generic {
    Class,
    Alias,
    Function { has_kwdefaults: bool },
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

    // ---------------------------------------------------------------- statements

    fn body(&mut self, stmts: List<'a, Stmt<'a>>) -> Result {
        let (_, rest) = docstring::split(stmts, self.settings.optimize);
        self.stmts(rest)
    }

    fn stmts(&mut self, stmts: List<'a, Stmt<'a>>) -> Result {
        stmts.iter().try_for_each(|s| self.stmt(s))
    }

    fn stmt(&mut self, s: &'a Stmt<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.stmt_inner(s))?;
        self.depth.leave();
        Ok(())
    }

    fn stmt_inner(&mut self, s: &'a Stmt<'a>) -> Result {
        let at = s.location;
        match s.kind {
            StmtKind::FunctionDef(f) => self.function(f, at, false),
            StmtKind::AsyncFunctionDef(f) => self.function(f, at, true),
            StmtKind::ClassDef(c) => self.class(c, at),
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(s, name, type_params, value),
            StmtKind::Return { value } => self.opt_expr(value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_target(target, value.is_some(), simple, at)?;
                self.annotation(annotation)?;
                self.opt_expr(value)
            }
            StmtKind::For { target, iter, body, orelse, .. } => self.for_loop(target, iter, body, orelse),
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.needs_async("'async for' outside async function", at)?;
                self.for_loop(target, iter, body, orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.stmts(body)?;
                self.stmts(orelse)
            }
            StmtKind::With { items, body, .. } => self.with(items, body),
            StmtKind::AsyncWith { items, body, .. } => {
                self.needs_async("'async with' outside async function", at)?;
                self.with(items, body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(case.pattern)?;
                    self.opt_expr(case.guard)?;
                    self.stmts(case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                self.opt_expr(exc)?;
                self.opt_expr(cause.filter(|_| exc.is_some()))
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.stmts(body)?;
                for handler in handlers {
                    self.opt_expr(handler.type_)?;
                    if let Some(name) = handler.name {
                        self.add(name, DEF_LOCAL, handler.location)?;
                    }
                    self.stmts(handler.body)?;
                }
                self.stmts(orelse)?;
                self.stmts(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt_expr(msg)
            }
            StmtKind::Import { names } | StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|alias| self.alias(alias))
            }
            StmtKind::Global { names } => self.declare(names, at, DEF_GLOBAL, "global"),
            StmtKind::Nonlocal { names } => self.declare(names, at, DEF_NONLOCAL, "nonlocal"),
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    fn for_loop(
        &mut self,
        target: &'a Expr<'a>,
        iter: &'a Expr<'a>,
        body: List<'a, Stmt<'a>>,
        orelse: List<'a, Stmt<'a>>,
    ) -> Result {
        self.expr(target)?;
        self.expr(iter)?;
        self.stmts(body)?;
        self.stmts(orelse)
    }

    fn with(&mut self, items: List<'a, syntax::ast::WithItem<'a>>, body: List<'a, Stmt<'a>>) -> Result {
        for item in items {
            self.expr(item.context_expr)?;
            self.opt_expr(item.optional_vars)?;
        }
        self.stmts(body)
    }

    fn allows_top_level_await(&mut self) -> bool {
        self.settings.top_level_await && self.current().kind == BlockKind::Module
    }

    fn needs_async(&mut self, msg: &str, at: Location) -> Result {
        if self.allows_top_level_await() {
            self.current().coroutine = true;
        }
        if self.current().coroutine { Ok(()) } else { Err(syntax_error(at, msg)) }
    }

    fn function(&mut self, f: &'a FunctionDef<'a>, at: Location, is_async: bool) -> Result {
        self.add(f.name, DEF_LOCAL, at)?;
        self.defaults(f.args)?;
        self.exprs(f.decorator_list)?;
        let generic = !f.type_params.is_empty();
        if generic {
            let has_kwdefaults = f.args.kw_defaults.iter().any(Option::is_some);
            self.enter_type_params(f.name, f.type_params, Generic::Function { has_kwdefaults }, at)?;
            f.type_params.iter().try_for_each(|p| self.type_param(p))?;
        }
        self.annotations(f, at)?;
        let name = self.names.intern(f.name);
        self.enter(name, BlockKind::Function, Key::body(f), at);
        self.current().coroutine = is_async;
        self.params(f.args)?;
        self.body(f.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    fn class(&mut self, c: &'a syntax::ast::ClassDef<'a>, at: Location) -> Result {
        self.add(c.name, DEF_LOCAL, at)?;
        self.exprs(c.decorator_list)?;
        let outer_class = self.class;
        let generic = !c.type_params.is_empty();
        if generic {
            self.enter_type_params(c.name, c.type_params, Generic::Class, at)?;
            self.class = Some(c.name);
            self.current().mangled_names = Some(Rc::new(RefCell::new(HashSet::new())));
            c.type_params.iter().try_for_each(|p| self.type_param(p))?;
        }
        self.exprs(c.bases)?;
        self.keywords(c.keywords)?;
        let name = self.names.intern(c.name);
        self.enter(name, BlockKind::Class, Key::body(c), at);
        self.class = Some(c.name);
        if generic {
            self.add("__type_params__", DEF_LOCAL, at)?;
            self.add(".type_params", USE, at)?;
        }
        self.body(c.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        self.class = outer_class;
        Ok(())
    }

    fn type_alias(
        &mut self,
        s: &'a Stmt<'a>,
        name: &'a Expr<'a>,
        type_params: List<'a, TypeParam<'a>>,
        value: &'a Expr<'a>,
    ) -> Result {
        self.expr(name)?;
        let ExprKind::Name { id, .. } = name.kind() else {
            return Err(syntax_error(name.location, "type alias name must be a name"));
        };
        let in_class = self.current().kind == BlockKind::Class;
        let generic = !type_params.is_empty();
        if generic {
            self.enter_type_params(id, type_params, Generic::Alias, s.location)?;
            type_params.iter().try_for_each(|p| self.type_param(p))?;
        }
        let block_name = self.names.intern(id);
        self.enter(block_name, BlockKind::TypeAlias, Key::body(s), s.location);
        self.current().can_see_class_scope = in_class;
        if in_class {
            self.add("__classdict__", USE, value.location)?;
        }
        self.expr(value)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    fn ann_target(&mut self, target: &'a Expr<'a>, has_value: bool, simple: bool, at: Location) -> Result {
        let ExprKind::Name { id, .. } = target.kind() else { return self.expr(target) };
        let block = self.current_id();
        let symbol = self.lookup(block, id);
        if symbol.has(DEF_GLOBAL | DEF_NONLOCAL) && block != BlockId::TOP && simple {
            let word = if symbol.has(DEF_GLOBAL) { "global" } else { "nonlocal" };
            return Err(syntax_error(at, format!("annotated name '{id}' can't be {word}")));
        }
        if simple {
            self.add(id, DEF_ANNOT | DEF_LOCAL, target.location)?;
        } else if has_value {
            self.add(id, DEF_LOCAL, target.location)?;
        }
        Ok(())
    }

    fn declare(&mut self, names: List<'a, &'a str>, at: Location, flags: u32, word: &str) -> Result {
        for name in names {
            let symbol = self.lookup(self.current_id(), name);
            if symbol.has(DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) {
                let msg = if symbol.has(DEF_PARAM) {
                    format!("name '{name}' is parameter and {word}")
                } else if symbol.has(USE) {
                    format!("name '{name}' is used prior to {word} declaration")
                } else if symbol.has(DEF_ANNOT) {
                    format!("annotated name '{name}' can't be {word}")
                } else {
                    format!("name '{name}' is assigned to before {word} declaration")
                };
                return Err(syntax_error(at, msg));
            }
            self.add(name, flags, at)?;
            self.record_directive(name, at);
        }
        Ok(())
    }

    fn alias(&mut self, alias: &'a Alias<'a>) -> Result {
        let name = alias.asname.unwrap_or(alias.name);
        if name != "*" {
            let bound = name.split('.').next().unwrap_or(name);
            return self.add(bound, DEF_IMPORT, alias.location);
        }
        if self.current().kind != BlockKind::Module {
            return Err(syntax_error(alias.location, "import * only allowed at module level"));
        }
        Ok(())
    }

    // ---------------------------------------------------------------- functions and types

    fn defaults(&mut self, args: &'a Arguments<'a>) -> Result {
        self.exprs(args.defaults)?;
        args.kw_defaults.iter().try_for_each(|d| self.opt_expr(*d))
    }

    fn params(&mut self, args: &'a Arguments<'a>) -> Result {
        for arg in args.posonlyargs.iter().chain(args.args).chain(args.kwonlyargs) {
            self.add(arg.arg, DEF_PARAM, arg.location)?;
        }
        if let Some(arg) = args.vararg {
            self.add(arg.arg, DEF_PARAM, arg.location)?;
            self.current().varargs = true;
        }
        if let Some(arg) = args.kwarg {
            self.add(arg.arg, DEF_PARAM, arg.location)?;
            self.current().varkeywords = true;
        }
        Ok(())
    }

    fn annotation(&mut self, annotation: &'a Expr<'a>) -> Result {
        let future = self.future_annotations();
        if future {
            let name = self.names.intern("_annotation");
            self.enter(name, BlockKind::Annotation, Key::body(annotation), annotation.location);
        }
        self.expr(annotation)?;
        if future {
            self.exit();
        }
        Ok(())
    }

    fn annotations(&mut self, f: &'a FunctionDef<'a>, at: Location) -> Result {
        let future = self.future_annotations();
        if future {
            let name = self.names.intern("_annotation");
            self.enter(name, BlockKind::Annotation, Key::body(f), at);
        }
        let args = f.args;
        let of = |list: &'a [Arg<'a>]| list.iter().filter_map(|a| a.annotation);
        let stars = args.vararg.into_iter().chain(args.kwarg).filter_map(|a| a.annotation);
        for annotation in of(args.posonlyargs).chain(of(args.args)).chain(stars).chain(of(args.kwonlyargs)) {
            self.expr(annotation)?;
        }
        if future {
            self.exit();
        }
        f.returns.map_or(Ok(()), |returns| self.annotation(returns))
    }

    fn enter_type_params(
        &mut self,
        name: &'a str,
        list: List<'a, TypeParam<'a>>,
        of: Generic,
        at: Location,
    ) -> Result {
        let in_class = self.current().kind == BlockKind::Class;
        let block_name = self.names.intern(name);
        self.enter(block_name, BlockKind::TypeParameters, Key::type_params(list), at);
        if in_class {
            self.current().can_see_class_scope = true;
            self.add("__classdict__", USE, at)?;
        }
        if of == Generic::Class {
            for name in [".type_params", ".generic_base"] {
                self.add(name, DEF_LOCAL, at)?;
                self.add(name, USE, at)?;
            }
        }
        if let Generic::Function { has_kwdefaults } = of {
            self.add(".defaults", DEF_PARAM, at)?;
            if has_kwdefaults {
                self.add(".kwdefaults", DEF_PARAM, at)?;
            }
        }
        Ok(())
    }

    fn type_param(&mut self, param: &'a TypeParam<'a>) -> Result {
        self.depth.enter()?;
        let (body, default) = (Key::body(param), Key::default_of(param));
        let flags = DEF_TYPE_PARAM | DEF_LOCAL;
        match param.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => {
                self.add(name, flags, param.location)?;
                let is_tuple = bound.is_some_and(|b| matches!(b.kind(), ExprKind::Tuple { .. }));
                let info = if is_tuple { "a TypeVar constraint" } else { "a TypeVar bound" };
                self.type_variable(bound, name, body, info)?;
                self.type_variable(default_value, name, default, "a TypeVar default")?;
            }
            TypeParamKind::TypeVarTuple { name, default_value } => {
                self.add(name, flags, param.location)?;
                self.type_variable(default_value, name, body, "a TypeVarTuple default")?;
            }
            TypeParamKind::ParamSpec { name, default_value } => {
                self.add(name, flags, param.location)?;
                self.type_variable(default_value, name, body, "a ParamSpec default")?;
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn type_variable(
        &mut self,
        value: Option<&'a Expr<'a>>,
        name: &'a str,
        key: Key,
        info: &'static str,
    ) -> Result {
        let Some(value) = value else { return Ok(()) };
        let in_class = self.current().can_see_class_scope;
        let name = self.names.intern(name);
        self.enter(name, BlockKind::TypeVariable, key, value.location);
        self.current().can_see_class_scope = in_class;
        if in_class {
            self.add("__classdict__", USE, value.location)?;
        }
        self.current().scope_info = info;
        self.expr(value)?;
        self.exit();
        Ok(())
    }

    // ---------------------------------------------------------------- expressions

    fn exprs(&mut self, list: List<'a, &'a Expr<'a>>) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    fn opt_expr(&mut self, e: Option<&'a Expr<'a>>) -> Result {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    fn expr(&mut self, e: &'a Expr<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.expr_inner(e))?;
        self.depth.leave();
        Ok(())
    }

    fn expr_inner(&mut self, e: &'a Expr<'a>) -> Result {
        let at = e.location;
        match e.kind() {
            ExprKind::NamedExpr { target, value } => {
                self.not_in_annotation("named expression", at)?;
                self.named_expr(target, value, at)
            }
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => self.exprs(values),
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda { args, body } => {
                self.defaults(args)?;
                let name = self.names.intern("lambda");
                self.enter(name, BlockKind::Function, Key::body(e), at);
                self.params(args)?;
                self.expr(body)?;
                self.exit();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().try_for_each(|k| self.opt_expr(*k))?;
                self.exprs(values)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.exprs(elts)
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::Generator, generators, elt, None)
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::List, generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(e, ComprehensionKind::Set, generators, elt, None)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(e, ComprehensionKind::Dict, generators, key, Some(value))
            }
            ExprKind::Yield { value } => {
                self.not_in_annotation("yield expression", at)?;
                self.opt_expr(value)?;
                self.yields(at)
            }
            ExprKind::YieldFrom { value } => {
                self.not_in_annotation("yield expression", at)?;
                self.expr(value)?;
                self.yields(at)
            }
            ExprKind::Await { value } => {
                self.not_in_annotation("await expression", at)?;
                self.check_await(at)?;
                self.expr(value)?;
                self.current().coroutine = true;
                Ok(())
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt_expr(format_spec)
            }
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Slice { lower, upper, step } => {
                self.opt_expr(lower)?;
                self.opt_expr(upper)?;
                self.opt_expr(step)
            }
            ExprKind::Name { id, ctx } => {
                let flags = if ctx == ExprContext::Load { USE } else { DEF_LOCAL };
                self.add(id, flags, at)?;
                // super() uses the cell of the class it stands in.
                if ctx == ExprContext::Load && id == "super" && self.current().is_function_like() {
                    self.add("__class__", USE, at)?;
                }
                Ok(())
            }
        }
    }

    fn keywords(&mut self, keywords: List<'a, Keyword<'a>>) -> Result {
        keywords.iter().try_for_each(|k| self.expr(k.value))
    }

    fn check_await(&mut self, at: Location) -> Result {
        if self.allows_top_level_await() {
            return Ok(());
        }
        let block = self.current();
        if !block.is_function_like() {
            return Err(syntax_error(at, "'await' outside function"));
        }
        if !is_async_def(block) && block.comprehension == ComprehensionKind::None {
            return Err(syntax_error(at, "'await' outside async function"));
        }
        Ok(())
    }

    fn yields(&mut self, at: Location) -> Result {
        self.current().generator = true;
        let place = match self.current().comprehension {
            ComprehensionKind::None => return Ok(()),
            ComprehensionKind::List => "list comprehension",
            ComprehensionKind::Set => "set comprehension",
            ComprehensionKind::Dict => "dict comprehension",
            ComprehensionKind::Generator => "generator expression",
        };
        Err(syntax_error(at, format!("'yield' inside {place}")))
    }

    fn not_in_annotation(&mut self, what: &str, at: Location) -> Result {
        let block = self.current();
        let msg = match block.kind {
            BlockKind::Annotation => format!("{what} cannot be used within an annotation"),
            BlockKind::TypeVariable => format!("{what} cannot be used within {}", block.scope_info),
            BlockKind::TypeAlias => format!("{what} cannot be used within a type alias"),
            BlockKind::TypeParameters => format!("{what} cannot be used within the definition of a generic"),
            BlockKind::Function | BlockKind::Class | BlockKind::Module => return Ok(()),
        };
        Err(syntax_error(at, msg))
    }

    fn named_expr(&mut self, target: &'a Expr<'a>, value: &'a Expr<'a>, at: Location) -> Result {
        if self.current().comp_iter_expr > 0 {
            let msg = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(syntax_error(at, msg));
        }
        if self.current().comprehension != ComprehensionKind::None
            && let ExprKind::Name { id, .. } = target.kind()
        {
            self.bind_outside_comprehension(id, target.location)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// The target of an assignment expression in a comprehension belongs to the nearest block around it that
    /// is no comprehension (PEP 572).
    fn bind_outside_comprehension(&mut self, id: &'a str, at: Location) -> Result {
        for i in (0..self.stack.len()).rev() {
            let block = self.stack[i];
            let symbol = self.lookup(block, id);
            let entry = self.table.block(block);
            if entry.comprehension != ComprehensionKind::None {
                if symbol.has(DEF_COMP_ITER) && symbol.has(DEF_LOCAL) {
                    let msg = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{id}'"
                    );
                    return Err(syntax_error(at, msg));
                }
                continue;
            }
            let place = match entry.kind {
                BlockKind::Function => {
                    let flags = if symbol.has(DEF_GLOBAL) { DEF_GLOBAL } else { DEF_NONLOCAL };
                    self.add(id, flags, at)?;
                    self.record_directive(id, at);
                    return self.add_to(block, id, DEF_LOCAL, at);
                }
                BlockKind::Module => {
                    self.add(id, DEF_GLOBAL, at)?;
                    self.record_directive(id, at);
                    return self.add_to(block, id, DEF_GLOBAL, at);
                }
                BlockKind::Class => "in a class body",
                BlockKind::TypeParameters => "within the definition of a generic",
                BlockKind::TypeAlias => "in a type alias",
                BlockKind::TypeVariable => "in a TypeVar bound",
                BlockKind::Annotation => continue,
            };
            let msg = format!("assignment expression within a comprehension cannot be used {place}");
            return Err(syntax_error(at, msg));
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        e: &'a Expr<'a>,
        kind: ComprehensionKind,
        generators: List<'a, Comprehension<'a>>,
        elt: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
    ) -> Result {
        let Some((outermost, rest)) = generators.split_first() else { return Ok(()) };
        // The outermost iterable is evaluated in the enclosing block.
        self.current().comp_iter_expr += 1;
        self.expr(outermost.iter)?;
        self.current().comp_iter_expr -= 1;
        let name = self.names.intern(match kind {
            ComprehensionKind::List => "listcomp",
            ComprehensionKind::Set => "setcomp",
            ComprehensionKind::Dict => "dictcomp",
            ComprehensionKind::Generator | ComprehensionKind::None => "genexpr",
        });
        self.enter(name, BlockKind::Function, Key::body(e), e.location);
        self.current().comprehension = kind;
        self.current().coroutine |= outermost.is_async;
        self.add(".0", DEF_PARAM, e.location)?;
        self.current().comp_iter_target = true;
        self.expr(outermost.target)?;
        self.current().comp_iter_target = false;
        self.exprs(outermost.ifs)?;
        for inner in rest {
            self.current().comp_iter_target = true;
            self.expr(inner.target)?;
            self.current().comp_iter_target = false;
            self.current().comp_iter_expr += 1;
            self.expr(inner.iter)?;
            self.current().comp_iter_expr -= 1;
            self.exprs(inner.ifs)?;
            self.current().coroutine |= inner.is_async;
        }
        self.opt_expr(value)?;
        self.expr(elt)?;
        let is_generator = kind == ComprehensionKind::Generator;
        self.current().generator = is_generator;
        let is_async = self.current().coroutine && !is_generator;
        self.exit();
        if is_async {
            let allowed = self.allows_top_level_await();
            let block = self.current();
            if !is_async_def(block) && block.comprehension == ComprehensionKind::None && !allowed {
                let msg = "asynchronous comprehension outside of an asynchronous function";
                return Err(syntax_error(e.location, msg));
            }
            block.coroutine = true;
        }
        Ok(())
    }

    // ---------------------------------------------------------------- patterns

    fn pattern(&mut self, p: &'a Pattern<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.pattern_inner(p))?;
        self.depth.leave();
        Ok(())
    }

    fn pattern_inner(&mut self, p: &'a Pattern<'a>) -> Result {
        let capture = match p.kind {
            PatternKind::MatchValue { value } => return self.expr(value),
            PatternKind::MatchSingleton { .. } => None,
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                return patterns.iter().try_for_each(|p| self.pattern(p));
            }
            PatternKind::MatchStar { name } => name,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))?;
                rest
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                return patterns.iter().chain(kwd_patterns).try_for_each(|p| self.pattern(p));
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                name
            }
        };
        capture.map_or(Ok(()), |name| self.add(name, DEF_LOCAL, p.location))
    }
}

fn is_async_def(block: &Block) -> bool {
    block.kind == BlockKind::Function && block.coroutine
}
