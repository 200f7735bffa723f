//! Checks of trees that Python code built, for what the parser would never make (`_PyAST_Validate` in Python/ast.c).

use objects::state::enter_recursive_call;
use objects::{Result, raise};
use syntax::ast::*;

macro_rules! fail {
    ($($text:tt)+) => { return Err(raise!(ValueError, $($text)+)) };
}

/// Checks a whole tree.
pub fn module(module: &Mod<'_>) -> Result<()> {
    match *module {
        Mod::Module { body, .. } | Mod::Interactive { body } => statements(body),
        Mod::Expression { body } => load(body),
        Mod::FunctionType { argtypes, returns } => {
            loads(argtypes)?;
            load(returns)
        }
    }
}

fn place(at: Location) -> Result<()> {
    let Location { lineno, col_offset, end_lineno, end_col_offset } = at;
    if lineno > end_lineno {
        fail!("AST node line range ({lineno}, {end_lineno}) is not valid");
    }
    if (lineno < 0 && end_lineno != lineno) || (col_offset < 0 && col_offset != end_col_offset) {
        fail!(
            "AST node column range ({col_offset}, {end_col_offset}) for line range ({lineno}, {end_lineno}) is not valid"
        );
    }
    if lineno == end_lineno && col_offset > end_col_offset {
        fail!("line {lineno}, column {col_offset}-{end_col_offset} is not a valid range");
    }
    Ok(())
}

fn name(name: &str) -> Result<()> {
    if matches!(name, "None" | "True" | "False") {
        fail!("identifier field can't represent '{name}' constant");
    }
    Ok(())
}

fn not_empty<T>(list: &[T], what: &str, owner: &str) -> Result<()> {
    if list.is_empty() {
        fail!("empty {what} on {owner}");
    }
    Ok(())
}

fn statements(list: &[Stmt<'_>]) -> Result<()> {
    list.iter().try_for_each(statement)
}

fn body(list: &[Stmt<'_>], owner: &str) -> Result<()> {
    not_empty(list, "body", owner)?;
    statements(list)
}

fn load(e: &Expr<'_>) -> Result<()> {
    expression(e, ExprContext::Load)
}

fn loads(list: &[ExprRef<'_>]) -> Result<()> {
    list.iter().try_for_each(|e| load(e))
}

fn maybe(e: Option<ExprRef<'_>>) -> Result<()> {
    e.map_or(Ok(()), load)
}

fn targets(list: &[ExprRef<'_>], context: ExprContext, owner: &str) -> Result<()> {
    not_empty(list, "targets", owner)?;
    list.iter().try_for_each(|e| expression(e, context))
}

fn keywords(list: &[Keyword<'_>]) -> Result<()> {
    list.iter().try_for_each(|keyword| load(keyword.value))
}

fn type_params(list: &[TypeParam<'_>]) -> Result<()> {
    list.iter().try_for_each(|param| {
        place(param.location)?;
        match param.kind {
            TypeParamKind::TypeVar { name: own, bound, default_value } => {
                name(own)?;
                maybe(bound)?;
                maybe(default_value)
            }
            TypeParamKind::ParamSpec { name: own, default_value }
            | TypeParamKind::TypeVarTuple { name: own, default_value } => {
                name(own)?;
                maybe(default_value)
            }
        }
    })
}

fn args(list: &[Arg<'_>]) -> Result<()> {
    list.iter().try_for_each(|arg| {
        place(arg.location)?;
        maybe(arg.annotation)
    })
}

fn arguments(a: &Arguments<'_>) -> Result<()> {
    args(a.posonlyargs)?;
    args(a.args)?;
    maybe(a.vararg.and_then(|arg| arg.annotation))?;
    args(a.kwonlyargs)?;
    maybe(a.kwarg.and_then(|arg| arg.annotation))?;
    if a.defaults.len() > a.posonlyargs.len() + a.args.len() {
        fail!("more positional defaults than args on arguments");
    }
    if a.kw_defaults.len() != a.kwonlyargs.len() {
        fail!("length of kwonlyargs is not the same as kw_defaults on arguments");
    }
    loads(a.defaults)?;
    a.kw_defaults.iter().try_for_each(|e| maybe(*e))
}

fn function(f: &FunctionDef<'_>, owner: &str) -> Result<()> {
    body(f.body, owner)?;
    type_params(f.type_params)?;
    arguments(f.args)?;
    loads(f.decorator_list)?;
    maybe(f.returns)
}

fn statement(s: &Stmt<'_>) -> Result<()> {
    place(s.location)?;
    let _depth = enter_recursive_call(" during compilation")?;
    match s.kind {
        StmtKind::FunctionDef(f) => function(f, "FunctionDef"),
        StmtKind::AsyncFunctionDef(f) => function(f, "AsyncFunctionDef"),
        StmtKind::ClassDef(c) => {
            body(c.body, "ClassDef")?;
            type_params(c.type_params)?;
            loads(c.bases)?;
            keywords(c.keywords)?;
            loads(c.decorator_list)
        }
        StmtKind::Return { value } => maybe(value),
        StmtKind::Delete { targets: list } => targets(list, ExprContext::Del, "Delete"),
        StmtKind::Assign { targets: list, value, .. } => {
            targets(list, ExprContext::Store, "Assign")?;
            load(value)
        }
        StmtKind::AugAssign { target, value, .. } => {
            expression(target, ExprContext::Store)?;
            load(value)
        }
        StmtKind::AnnAssign { target, annotation, value, simple } => {
            if simple && !matches!(target.kind(), ExprKind::Name { .. }) {
                return Err(raise!(TypeError, "AnnAssign with simple non-Name target"));
            }
            expression(target, ExprContext::Store)?;
            maybe(value)?;
            load(annotation)
        }
        StmtKind::TypeAlias { name, type_params: params, value } => {
            if !matches!(name.kind(), ExprKind::Name { .. }) {
                return Err(raise!(TypeError, "TypeAlias with non-Name name"));
            }
            expression(name, ExprContext::Store)?;
            type_params(params)?;
            load(value)
        }
        StmtKind::For { target, iter, body: list, orelse, .. } => for_loop(target, iter, list, orelse, "For"),
        StmtKind::AsyncFor { target, iter, body: list, orelse, .. } => {
            for_loop(target, iter, list, orelse, "AsyncFor")
        }
        StmtKind::While { test, body: list, orelse } => branches(test, list, orelse, "While"),
        StmtKind::If { test, body: list, orelse } => branches(test, list, orelse, "If"),
        StmtKind::With { items, body: list, .. } => with(items, list, "With"),
        StmtKind::AsyncWith { items, body: list, .. } => with(items, list, "AsyncWith"),
        StmtKind::Match { subject, cases } => {
            load(subject)?;
            not_empty(cases, "cases", "Match")?;
            cases.iter().try_for_each(|case| {
                pattern(case.pattern, false)?;
                maybe(case.guard)?;
                body(case.body, "match_case")
            })
        }
        StmtKind::Raise { exc: Some(exc), cause } => {
            load(exc)?;
            maybe(cause)
        }
        StmtKind::Raise { exc: None, cause: Some(_) } => fail!("Raise with cause but no exception"),
        StmtKind::Try { body: list, handlers, orelse, finalbody } => {
            try_statement(list, handlers, orelse, finalbody, "Try")
        }
        StmtKind::TryStar { body: list, handlers, orelse, finalbody } => {
            try_statement(list, handlers, orelse, finalbody, "TryStar")
        }
        StmtKind::Assert { test, msg } => {
            load(test)?;
            maybe(msg)
        }
        StmtKind::Import { names } => not_empty(names, "names", "Import"),
        StmtKind::ImportFrom { level, .. } if level < 0 => fail!("Negative ImportFrom level"),
        StmtKind::ImportFrom { names, .. } => not_empty(names, "names", "ImportFrom"),
        StmtKind::Global { names } => not_empty(names, "names", "Global"),
        StmtKind::Nonlocal { names } => not_empty(names, "names", "Nonlocal"),
        StmtKind::Expr { value } => load(value),
        StmtKind::Raise { exc: None, cause: None }
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue => Ok(()),
    }
}

fn for_loop(
    target: ExprRef<'_>,
    iter: ExprRef<'_>,
    list: &[Stmt<'_>],
    orelse: &[Stmt<'_>],
    owner: &str,
) -> Result<()> {
    expression(target, ExprContext::Store)?;
    load(iter)?;
    body(list, owner)?;
    statements(orelse)
}

fn branches(test: ExprRef<'_>, list: &[Stmt<'_>], orelse: &[Stmt<'_>], owner: &str) -> Result<()> {
    load(test)?;
    body(list, owner)?;
    statements(orelse)
}

fn with(items: &[WithItem<'_>], list: &[Stmt<'_>], owner: &str) -> Result<()> {
    not_empty(items, "items", owner)?;
    for item in items {
        load(item.context_expr)?;
        item.optional_vars.map_or(Ok(()), |vars| expression(vars, ExprContext::Store))?;
    }
    body(list, owner)
}

fn try_statement(
    list: &[Stmt<'_>],
    handlers: &[ExceptHandler<'_>],
    orelse: &[Stmt<'_>],
    finalbody: &[Stmt<'_>],
    owner: &str,
) -> Result<()> {
    body(list, owner)?;
    if handlers.is_empty() && finalbody.is_empty() {
        fail!("{owner} has neither except handlers nor finalbody");
    }
    if handlers.is_empty() && !orelse.is_empty() {
        fail!("{owner} has orelse but no except handlers");
    }
    for handler in handlers {
        place(handler.location)?;
        maybe(handler.type_)?;
        body(handler.body, "ExceptHandler")?;
    }
    statements(finalbody)?;
    statements(orelse)
}

fn comprehension(generators: &[Comprehension<'_>]) -> Result<()> {
    if generators.is_empty() {
        fail!("comprehension with no generators");
    }
    generators.iter().try_for_each(|generator| {
        expression(generator.target, ExprContext::Store)?;
        load(generator.iter)?;
        loads(generator.ifs)
    })
}

fn expression(e: &Expr<'_>, context: ExprContext) -> Result<()> {
    place(e.location)?;
    let _depth = enter_recursive_call(" during compilation")?;
    let actual = match e.kind() {
        ExprKind::Name { id, ctx } => {
            name(id)?;
            Some(ctx)
        }
        ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => Some(ctx),
        _ => None,
    };
    match actual {
        Some(actual) if actual != context => {
            fail!("expression must have {context:?} context but has {actual:?} instead")
        }
        None if context != ExprContext::Load => {
            fail!("expression which can't be assigned to in {context:?} context")
        }
        _ => {}
    }
    match e.kind() {
        ExprKind::BoolOp { values, .. } if values.len() < 2 => fail!("BoolOp with less than 2 values"),
        ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } => loads(values),
        ExprKind::BinOp { left, right, .. } => {
            load(left)?;
            load(right)
        }
        ExprKind::UnaryOp { operand: value, .. }
        | ExprKind::YieldFrom { value }
        | ExprKind::Await { value }
        | ExprKind::Attribute { value, .. } => load(value),
        ExprKind::NamedExpr { target, value } => {
            if !matches!(target.kind(), ExprKind::Name { .. }) {
                return Err(raise!(TypeError, "NamedExpr target must be a Name"));
            }
            load(value)
        }
        ExprKind::Lambda { args, body } => {
            arguments(args)?;
            load(body)
        }
        ExprKind::IfExp { test, body, orelse } => {
            load(test)?;
            load(body)?;
            load(orelse)
        }
        ExprKind::Dict { keys, values } => {
            if keys.len() != values.len() {
                fail!("Dict doesn't have the same number of keys as values");
            }
            keys.iter().try_for_each(|key| maybe(*key))?;
            loads(values)
        }
        ExprKind::Set { elts } => loads(elts),
        ExprKind::ListComp { elt, generators }
        | ExprKind::SetComp { elt, generators }
        | ExprKind::GeneratorExp { elt, generators } => {
            comprehension(generators)?;
            load(elt)
        }
        ExprKind::DictComp { key, value, generators } => {
            comprehension(generators)?;
            load(key)?;
            load(value)
        }
        ExprKind::Yield { value } => maybe(value),
        ExprKind::Compare { left, ops, comparators } => {
            if comparators.is_empty() {
                fail!("Compare has no comparators");
            }
            if comparators.len() != ops.len() {
                fail!("Compare has a different number of comparators and operands");
            }
            loads(comparators)?;
            load(left)
        }
        ExprKind::Call { func, args, keywords: named } => {
            load(func)?;
            loads(args)?;
            keywords(named)
        }
        ExprKind::FormattedValue { value, format_spec, .. } => {
            load(value)?;
            maybe(format_spec)
        }
        ExprKind::Subscript { value, slice, .. } => {
            load(slice)?;
            load(value)
        }
        ExprKind::Starred { value, ctx } => expression(value, ctx),
        ExprKind::Slice { lower, upper, step } => {
            maybe(lower)?;
            maybe(upper)?;
            maybe(step)
        }
        ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => {
            elts.iter().try_for_each(|e| expression(e, ctx))
        }
        ExprKind::Constant { .. } | ExprKind::Name { .. } => Ok(()),
    }
}

fn patterns(list: &[Pattern<'_>], star_allowed: bool) -> Result<()> {
    list.iter().try_for_each(|p| pattern(p, star_allowed))
}

fn capture(target: &str) -> Result<()> {
    if target == "_" {
        fail!("can't capture name '_' in patterns");
    }
    name(target)
}

fn pattern(p: &Pattern<'_>, star_allowed: bool) -> Result<()> {
    place(p.location)?;
    let _depth = enter_recursive_call(" during compilation")?;
    match p.kind {
        PatternKind::MatchValue { value } => pattern_value(value),
        PatternKind::MatchSingleton { value: Constant::None | Constant::True | Constant::False } => Ok(()),
        PatternKind::MatchSingleton { .. } => fail!("MatchSingleton can only contain True, False and None"),
        PatternKind::MatchSequence { patterns: list } => patterns(list, true),
        PatternKind::MatchMapping { keys, patterns: list, rest } => {
            if keys.len() != list.len() {
                fail!("MatchMapping doesn't have the same number of keys as patterns");
            }
            rest.map_or(Ok(()), capture)?;
            for key in keys {
                match key.kind() {
                    ExprKind::Constant {
                        value: Constant::None | Constant::True | Constant::False, ..
                    } => {}
                    _ => pattern_value(key)?,
                }
            }
            patterns(list, false)
        }
        PatternKind::MatchClass { cls, patterns: list, kwd_attrs, kwd_patterns } => {
            if kwd_attrs.len() != kwd_patterns.len() {
                fail!("MatchClass doesn't have the same number of keyword attributes as patterns");
            }
            load(cls)?;
            let mut part = cls;
            while let ExprKind::Attribute { value, .. } = part.kind() {
                part = value;
            }
            if !matches!(part.kind(), ExprKind::Name { .. }) {
                fail!("MatchClass cls field can only contain Name or Attribute nodes.");
            }
            kwd_attrs.iter().try_for_each(|attr| name(attr))?;
            patterns(list, false)?;
            patterns(kwd_patterns, false)
        }
        PatternKind::MatchStar { .. } if !star_allowed => fail!("can't use MatchStar here"),
        PatternKind::MatchStar { name } => name.map_or(Ok(()), capture),
        PatternKind::MatchAs { pattern: inner, name } => {
            name.map_or(Ok(()), capture)?;
            match inner {
                None => Ok(()),
                Some(_) if name.is_none() => {
                    fail!("MatchAs must specify a target name if a pattern is given")
                }
                Some(inner) => pattern(inner, false),
            }
        }
        PatternKind::MatchOr { patterns: list } if list.len() < 2 => {
            fail!("MatchOr requires at least 2 patterns")
        }
        PatternKind::MatchOr { patterns: list } => patterns(list, false),
    }
}

/// A literal, perhaps negative or complex, or an attribute.
fn pattern_value(e: &Expr<'_>) -> Result<()> {
    load(e)?;
    let ok = match e.kind() {
        ExprKind::Constant { value, .. } => {
            let is_literal = matches!(
                value,
                Constant::Int(_)
                    | Constant::Float(_)
                    | Constant::Bytes(_)
                    | Constant::Complex { .. }
                    | Constant::Str(_)
            );
            if !is_literal {
                fail!("unexpected constant inside of a literal pattern");
            }
            true
        }
        ExprKind::Attribute { .. } | ExprKind::JoinedStr { .. } => true,
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => is_real(operand) || is_imaginary(operand),
        ExprKind::BinOp { left, op: Operator::Add | Operator::Sub, right } => {
            let is_left = match left.kind() {
                ExprKind::UnaryOp { op: UnaryOp::USub, operand } => is_real(operand),
                _ => is_real(left),
            };
            is_left && is_imaginary(right)
        }
        _ => false,
    };
    if !ok {
        fail!("patterns may only match literals and attribute lookups");
    }
    Ok(())
}

fn is_real(e: &Expr<'_>) -> bool {
    matches!(e.kind(), ExprKind::Constant { value: Constant::Int(_) | Constant::Float(_), .. })
}

fn is_imaginary(e: &Expr<'_>) -> bool {
    matches!(e.kind(), ExprKind::Constant { value: Constant::Complex { .. }, .. })
}
