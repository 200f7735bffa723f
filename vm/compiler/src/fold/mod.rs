//! Folding of constants in the tree (Python/ast_opt.c).
//!
//! Expressions of constants become constants, within limits on the result's size; lists and sets that are only
//! iterated or searched become tuples and frozensets; `"%s" % (x,)` becomes a formatted string.

use bytecode::code::flags::FUTURE_ANNOTATIONS;
use syntax::ast::{
    Arguments, CmpOp, Comprehension, Constant, Expr, ExprContext, ExprKind, List, Mod, Operator, Pattern,
    PatternKind, Stmt, StmtKind, TypeParam, TypeParamKind, UnaryOp,
};
use syntax::{Arena, ErrorKind, SourceWarning, SyntaxError, WarningKind};

use crate::docstring;
use crate::error::{Depth, Result, WarningSink, with_stack};
use crate::view::{constant, is_starred};

mod format;
mod text;
mod value;

pub use text::{repr, repr_into};
pub use value::{python_equal, without_marks};

/// Folds a tree in place. `features` are the module's future features.
pub fn fold<'a>(
    arena: &'a Arena,
    module: &'a Mod<'a>,
    optimize: u8,
    features: u32,
    warn: WarningSink<'_>,
) -> Result {
    let annotations = features & FUTURE_ANNOTATIONS == 0;
    let mut folder = Folder { arena, optimize, annotations, depth: Depth::default(), warn, nans: 0 };
    match module {
        Mod::Module { body, .. } => folder.body(body),
        Mod::Interactive { body } => folder.stmts(body),
        Mod::Expression { body } => folder.expr(body),
        Mod::FunctionType { .. } => Ok(()),
    }
}

struct Folder<'a, 's> {
    arena: &'a Arena,
    optimize: u8,
    /// Annotations are code, not text.
    annotations: bool,
    depth: Depth,
    warn: WarningSink<'s>,
    /// NaNs made so far.
    nans: u64,
}

impl<'a> Folder<'a, '_> {
    /// The statements of a module, class or function. What became a string constant only now is no docstring.
    fn body(&mut self, body: List<'a, Stmt<'a>>) -> Result {
        let (doc, rest) = docstring::split(body, self.optimize);
        let has_doc = doc.is_some();
        let folded = if has_doc { body } else { rest };
        self.stmts(folded)?;
        if !has_doc
            && let Some(first) = folded.first()
            && let StmtKind::Expr { value } = first.kind
            && let ExprKind::Constant { value: Constant::Str(_), .. } = value.kind()
        {
            let copy: &Expr<'a> = self.arena.alloc(Expr::new(value.kind(), value.location));
            value.set_kind(ExprKind::JoinedStr { values: self.arena.list(&[copy]) });
        }
        Ok(())
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
        match s.kind {
            StmtKind::FunctionDef(f) | StmtKind::AsyncFunctionDef(f) => {
                self.type_params(f.type_params)?;
                self.arguments(f.args)?;
                self.body(f.body)?;
                self.exprs(f.decorator_list)?;
                self.annotation(f.returns)
            }
            StmtKind::ClassDef(c) => {
                self.type_params(c.type_params)?;
                self.exprs(c.bases)?;
                c.keywords.iter().try_for_each(|k| self.expr(k.value))?;
                self.body(c.body)?;
                self.exprs(c.decorator_list)
            }
            StmtKind::Return { value } => self.opt(value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.expr(target)?;
                self.annotation(Some(annotation))?;
                self.opt(value)
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name)?;
                self.type_params(type_params)?;
                self.expr(value)
            }
            StmtKind::For { target, iter, body, orelse, .. } => {
                self.for_parts(target, iter, body, orelse)?;
                self.iterable(iter);
                Ok(())
            }
            StmtKind::AsyncFor { target, iter, body, orelse, .. } => {
                self.for_parts(target, iter, body, orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.stmts(body)?;
                self.stmts(orelse)
            }
            StmtKind::With { items, body, .. } | StmtKind::AsyncWith { items, body, .. } => {
                for item in items {
                    self.expr(item.context_expr)?;
                    self.opt(item.optional_vars)?;
                }
                self.stmts(body)
            }
            StmtKind::Raise { exc, cause } => {
                self.opt(exc)?;
                self.opt(cause)
            }
            StmtKind::Try { body, handlers, orelse, finalbody }
            | StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.stmts(body)?;
                for handler in handlers {
                    self.opt(handler.type_)?;
                    self.stmts(handler.body)?;
                }
                self.stmts(orelse)?;
                self.stmts(finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt(msg)
            }
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(case.pattern)?;
                    self.opt(case.guard)?;
                    self.stmts(case.body)?;
                }
                Ok(())
            }
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nonlocal { .. }
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => Ok(()),
        }
    }

    fn for_parts(
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

    fn annotation(&mut self, e: Option<&'a Expr<'a>>) -> Result {
        if self.annotations { self.opt(e) } else { Ok(()) }
    }

    fn arguments(&mut self, args: &'a Arguments<'a>) -> Result {
        let stars = args.vararg.into_iter().chain(args.kwarg);
        for arg in args.posonlyargs.iter().chain(args.args).chain(args.kwonlyargs).chain(stars) {
            self.annotation(arg.annotation)?;
        }
        args.kw_defaults.iter().try_for_each(|d| self.opt(*d))?;
        self.exprs(args.defaults)
    }

    fn type_params(&mut self, params: List<'a, TypeParam<'a>>) -> Result {
        for param in params {
            match param.kind {
                TypeParamKind::TypeVar { bound, default_value, .. } => {
                    self.opt(bound)?;
                    self.opt(default_value)?;
                }
                TypeParamKind::ParamSpec { default_value, .. }
                | TypeParamKind::TypeVarTuple { default_value, .. } => {
                    self.opt(default_value)?;
                }
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------- expressions

    fn exprs(&mut self, list: List<'a, &'a Expr<'a>>) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    fn opt(&mut self, e: Option<&'a Expr<'a>>) -> Result {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    fn expr(&mut self, e: &'a Expr<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.expr_inner(e))?;
        self.depth.leave();
        Ok(())
    }

    fn expr_inner(&mut self, e: &'a Expr<'a>) -> Result {
        match e.kind() {
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => self.exprs(values),
            ExprKind::BinOp { left, op, right } => {
                self.expr(left)?;
                self.expr(right)?;
                self.binary(e, left, op, right);
                Ok(())
            }
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand)?;
                if let Some(value) = constant(operand) {
                    replace(e, self.unary(op, &value));
                }
                Ok(())
            }
            ExprKind::Lambda { args, body } => {
                self.arguments(args)?;
                self.expr(body)
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().try_for_each(|k| self.opt(*k))?;
                self.exprs(values)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } => self.exprs(elts),
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.expr(elt)?;
                self.generators(generators)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.expr(key)?;
                self.expr(value)?;
                self.generators(generators)
            }
            ExprKind::Await { value } | ExprKind::YieldFrom { value } | ExprKind::Starred { value, .. } => {
                self.expr(value)
            }
            ExprKind::Attribute { value, .. } | ExprKind::NamedExpr { value, .. } => self.expr(value),
            ExprKind::Yield { value } => self.opt(value),
            ExprKind::Compare { left, ops, comparators } => {
                self.expr(left)?;
                self.exprs(comparators)?;
                if let (Some(CmpOp::In | CmpOp::NotIn), Some(last)) = (ops.last(), comparators.last()) {
                    self.iterable(last);
                }
                Ok(())
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                keywords.iter().try_for_each(|k| self.expr(k.value))
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt(format_spec)
            }
            ExprKind::Subscript { value, slice, ctx } => {
                self.expr(value)?;
                self.expr(slice)?;
                if let (ExprContext::Load, Some(object), Some(index)) =
                    (ctx, constant(value), constant(slice))
                {
                    replace(e, value::subscript(self.arena, &object, &index));
                }
                Ok(())
            }
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower)?;
                self.opt(upper)?;
                self.opt(step)
            }
            ExprKind::Tuple { elts, ctx } => {
                self.exprs(elts)?;
                if ctx == ExprContext::Load {
                    replace(e, self.constants(elts).map(Constant::Tuple));
                }
                Ok(())
            }
            ExprKind::Name { id: "__debug__", ctx: ExprContext::Load } => {
                let value = if self.optimize == 0 { Constant::True } else { Constant::False };
                replace(e, Some(value));
                Ok(())
            }
            ExprKind::Name { .. } | ExprKind::Constant { .. } => Ok(()),
        }
    }

    fn generators(&mut self, generators: List<'a, Comprehension<'a>>) -> Result {
        for clause in generators {
            self.expr(clause.target)?;
            self.expr(clause.iter)?;
            self.exprs(clause.ifs)?;
            self.iterable(clause.iter);
        }
        Ok(())
    }

    fn unary(&mut self, op: UnaryOp, value: &Constant<'a>) -> Option<Constant<'a>> {
        match (op, value) {
            (UnaryOp::Not, _) => Some(if value::is_true(value) { Constant::False } else { Constant::True }),
            // Refused, the warning is issued again when the program runs.
            (UnaryOp::Invert, Constant::True | Constant::False) if !(self.warn)(inversion_of_bool()) => None,
            (UnaryOp::UAdd, Constant::Float(_)) => Some(*value),
            _ => value::unary(self.arena, op, value).map(|value| self.distinct(value)),
        }
    }

    /// No NaN equals another: each operation's is an object, and a constant, of its own.
    fn distinct(&mut self, value: Constant<'a>) -> Constant<'a> {
        let mut mark = |x: f64| {
            if x.is_nan() {
                self.nans += 1;
                value::marked_nan(x, self.nans)
            } else {
                x
            }
        };
        match value {
            Constant::Float(x) => Constant::Float(mark(x)),
            Constant::Complex { real, imag } => Constant::Complex { real: mark(real), imag: mark(imag) },
            _ => value,
        }
    }

    fn binary(&mut self, e: &'a Expr<'a>, left: &'a Expr<'a>, op: Operator, right: &'a Expr<'a>) {
        let Some(lhs) = constant(left) else { return };
        if let (Operator::Mod, Constant::Str(text), ExprKind::Tuple { elts, .. }) = (op, lhs, right.kind())
            && !elts.iter().any(|e| is_starred(e))
        {
            if let Some(values) = format::percent(self.arena, text, elts) {
                e.set_kind(ExprKind::JoinedStr { values });
            }
            return;
        }
        if let Some(rhs) = constant(right) {
            let folded = value::binary(self.arena, op, &lhs, &rhs).map(|value| self.distinct(value));
            replace(e, folded);
        }
    }

    /// A list or set that is only iterated or searched need not be made each time.
    fn iterable(&mut self, e: &'a Expr<'a>) {
        match e.kind() {
            ExprKind::List { elts, ctx } if !elts.iter().any(|e| is_starred(e)) => {
                e.set_kind(ExprKind::Tuple { elts, ctx });
                replace(e, self.constants(elts).map(Constant::Tuple));
            }
            ExprKind::Set { elts } => {
                let items = self.constants(elts);
                replace(e, items.map(|items| Constant::FrozenSet(self.arena.list(&value::unique(items)))));
            }
            _ => {}
        }
    }

    fn constants(&self, elts: List<'a, &'a Expr<'a>>) -> Option<List<'a, Constant<'a>>> {
        let items: Option<Vec<Constant<'a>>> = elts.iter().map(|e| constant(e)).collect();
        items.map(|items| self.arena.list(&items))
    }

    // ---------------------------------------------------------------- patterns

    fn pattern(&mut self, p: &'a Pattern<'a>) -> Result {
        self.depth.enter()?;
        with_stack(|| self.pattern_inner(p))?;
        self.depth.leave();
        Ok(())
    }

    fn pattern_inner(&mut self, p: &'a Pattern<'a>) -> Result {
        match p.kind {
            PatternKind::MatchValue { value } => self.expr(value),
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                patterns.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchMapping { keys, patterns, .. } => {
                self.exprs(keys)?;
                patterns.iter().try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                patterns.iter().chain(kwd_patterns).try_for_each(|p| self.pattern(p))
            }
            PatternKind::MatchAs { pattern: Some(pattern), .. } => self.pattern(pattern),
            PatternKind::MatchAs { pattern: None, .. }
            | PatternKind::MatchStar { .. }
            | PatternKind::MatchSingleton { .. } => Ok(()),
        }
    }
}

fn inversion_of_bool() -> SourceWarning {
    let msg = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the \
               bitwise inversion of the underlying int object and is usually not what you expect from negating a \
               bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise \
               inversion of the underlying int.";
    let error = SyntaxError::unlocated(ErrorKind::SyntaxError, msg);
    SourceWarning { kind: WarningKind::DeprecationWarning, error }
}

fn replace<'a>(e: &Expr<'a>, value: Option<Constant<'a>>) {
    if let Some(value) = value {
        e.set_kind(ExprKind::Constant { value, kind: None });
    }
}
