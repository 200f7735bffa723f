//! Trees as text, as `ast.dump(tree, include_attributes=True)` has them, but for strings, which are shown as
//! `ascii()` shows them.

use std::fmt::Write;
use syntax::ast::*;

/// The text of a tree.
pub fn dump(tree: &Mod<'_>) -> String {
    let mut out = Dump { out: String::new() };
    match *tree {
        Mod::Module { body, type_ignores } => out.node("Module", None, |d| {
            d.list("body", body, Dump::stmt);
            d.list("type_ignores", type_ignores, Dump::type_ignore);
        }),
        Mod::Interactive { body } => out.node("Interactive", None, |d| d.list("body", body, Dump::stmt)),
        Mod::Expression { body } => out.node("Expression", None, |d| d.field("body", |d| d.expr(body))),
        Mod::FunctionType { argtypes, returns } => out.node("FunctionType", None, |d| {
            d.exprs("argtypes", argtypes);
            d.field("returns", |d| d.expr(returns));
        }),
    }
    out.out
}

struct Dump {
    out: String,
}

impl Dump {
    fn node(&mut self, name: &str, location: Option<Location>, fields: impl FnOnce(&mut Self)) {
        self.out.push_str(name);
        self.out.push('(');
        fields(self);
        if let Some(at) = location {
            self.number("lineno", at.lineno);
            self.number("col_offset", at.col_offset);
            self.number("end_lineno", at.end_lineno);
            self.number("end_col_offset", at.end_col_offset);
        }
        self.out.push(')');
    }

    fn field(&mut self, name: &str, value: impl FnOnce(&mut Self)) {
        if !self.out.ends_with('(') {
            self.out.push_str(", ");
        }
        self.out.push_str(name);
        self.out.push('=');
        value(self);
    }

    fn number(&mut self, name: &str, value: i32) {
        self.field(name, |d| {
            let _ = write!(d.out, "{value}");
        });
    }

    fn name(&mut self, name: &str, value: &str) {
        self.field(name, |d| d.text(Wtf8::from(value)));
    }

    fn optional_name(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.name(name, value);
        }
    }

    fn optional(&mut self, name: &str, value: Option<ExprRef<'_>>) {
        if let Some(value) = value {
            self.field(name, |d| d.expr(value));
        }
    }

    fn list<T>(&mut self, name: &str, items: &[T], show: impl Fn(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.field(name, |d| {
            d.out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    d.out.push_str(", ");
                }
                show(d, item);
            }
            d.out.push(']');
        });
    }

    fn exprs(&mut self, name: &str, items: &[ExprRef<'_>]) {
        self.list(name, items, |d, item| d.expr(item));
    }

    fn bare(&mut self, name: &str) {
        self.out.push_str(name);
        self.out.push_str("()");
    }

    fn ctx(&mut self, ctx: ExprContext) {
        self.field("ctx", |d| d.bare(&format!("{ctx:?}")));
    }

    fn stmt(&mut self, stmt: &Stmt<'_>) {
        let at = Some(stmt.location);
        match stmt.kind {
            StmtKind::FunctionDef(f) => self.node("FunctionDef", at, |d| d.function(f)),
            StmtKind::AsyncFunctionDef(f) => self.node("AsyncFunctionDef", at, |d| d.function(f)),
            StmtKind::ClassDef(c) => self.node("ClassDef", at, |d| {
                d.name("name", c.name);
                d.exprs("bases", c.bases);
                d.list("keywords", c.keywords, Dump::keyword);
                d.list("body", c.body, Dump::stmt);
                d.exprs("decorator_list", c.decorator_list);
                d.list("type_params", c.type_params, Dump::type_param);
            }),
            StmtKind::Return { value } => self.node("Return", at, |d| d.optional("value", value)),
            StmtKind::Delete { targets } => self.node("Delete", at, |d| d.exprs("targets", targets)),
            StmtKind::Assign { targets, value, type_comment } => self.node("Assign", at, |d| {
                d.exprs("targets", targets);
                d.field("value", |d| d.expr(value));
                d.optional_name("type_comment", type_comment);
            }),
            StmtKind::TypeAlias { name, type_params, value } => self.node("TypeAlias", at, |d| {
                d.field("name", |d| d.expr(name));
                d.list("type_params", type_params, Dump::type_param);
                d.field("value", |d| d.expr(value));
            }),
            StmtKind::AugAssign { target, op, value } => self.node("AugAssign", at, |d| {
                d.field("target", |d| d.expr(target));
                d.field("op", |d| d.bare(&format!("{op:?}")));
                d.field("value", |d| d.expr(value));
            }),
            StmtKind::AnnAssign { target, annotation, value, simple } => self.node("AnnAssign", at, |d| {
                d.field("target", |d| d.expr(target));
                d.field("annotation", |d| d.expr(annotation));
                d.optional("value", value);
                d.number("simple", i32::from(simple));
            }),
            StmtKind::For { target, iter, body, orelse, type_comment } => {
                self.node("For", at, |d| d.for_loop(target, iter, body, orelse, type_comment));
            }
            StmtKind::AsyncFor { target, iter, body, orelse, type_comment } => {
                self.node("AsyncFor", at, |d| d.for_loop(target, iter, body, orelse, type_comment));
            }
            StmtKind::While { test, body, orelse } => {
                self.node("While", at, |d| d.branches(test, body, orelse))
            }
            StmtKind::If { test, body, orelse } => self.node("If", at, |d| d.branches(test, body, orelse)),
            StmtKind::With { items, body, type_comment } => {
                self.node("With", at, |d| d.with(items, body, type_comment));
            }
            StmtKind::AsyncWith { items, body, type_comment } => {
                self.node("AsyncWith", at, |d| d.with(items, body, type_comment));
            }
            StmtKind::Match { subject, cases } => self.node("Match", at, |d| {
                d.field("subject", |d| d.expr(subject));
                d.list("cases", cases, |d, case| {
                    d.node("match_case", None, |d| {
                        d.field("pattern", |d| d.pattern(case.pattern));
                        d.optional("guard", case.guard);
                        d.list("body", case.body, Dump::stmt);
                    });
                });
            }),
            StmtKind::Raise { exc, cause } => self.node("Raise", at, |d| {
                d.optional("exc", exc);
                d.optional("cause", cause);
            }),
            StmtKind::Try { body, handlers, orelse, finalbody } => {
                self.node("Try", at, |d| d.try_stmt(body, handlers, orelse, finalbody));
            }
            StmtKind::TryStar { body, handlers, orelse, finalbody } => {
                self.node("TryStar", at, |d| d.try_stmt(body, handlers, orelse, finalbody));
            }
            StmtKind::Assert { test, msg } => self.node("Assert", at, |d| {
                d.field("test", |d| d.expr(test));
                d.optional("msg", msg);
            }),
            StmtKind::Import { names } => self.node("Import", at, |d| d.list("names", names, Dump::alias)),
            StmtKind::ImportFrom { module, names, level } => self.node("ImportFrom", at, |d| {
                d.optional_name("module", module);
                d.list("names", names, Dump::alias);
                d.number("level", level);
            }),
            StmtKind::Global { names } => self.node("Global", at, |d| d.names("names", names)),
            StmtKind::Nonlocal { names } => self.node("Nonlocal", at, |d| d.names("names", names)),
            StmtKind::Expr { value } => self.node("Expr", at, |d| d.field("value", |d| d.expr(value))),
            StmtKind::Pass => self.node("Pass", at, |_| {}),
            StmtKind::Break => self.node("Break", at, |_| {}),
            StmtKind::Continue => self.node("Continue", at, |_| {}),
        }
    }

    fn names(&mut self, name: &str, names: &[&str]) {
        self.list(name, names, |d, name| d.text(Wtf8::from(*name)));
    }

    fn function(&mut self, f: &FunctionDef<'_>) {
        self.name("name", f.name);
        self.field("args", |d| d.arguments(f.args));
        self.list("body", f.body, Dump::stmt);
        self.exprs("decorator_list", f.decorator_list);
        self.optional("returns", f.returns);
        self.optional_name("type_comment", f.type_comment);
        self.list("type_params", f.type_params, Dump::type_param);
    }

    fn for_loop(
        &mut self,
        target: ExprRef<'_>,
        iter: ExprRef<'_>,
        body: &[Stmt<'_>],
        orelse: &[Stmt<'_>],
        type_comment: Option<&str>,
    ) {
        self.field("target", |d| d.expr(target));
        self.field("iter", |d| d.expr(iter));
        self.list("body", body, Dump::stmt);
        self.list("orelse", orelse, Dump::stmt);
        self.optional_name("type_comment", type_comment);
    }

    fn branches(&mut self, test: ExprRef<'_>, body: &[Stmt<'_>], orelse: &[Stmt<'_>]) {
        self.field("test", |d| d.expr(test));
        self.list("body", body, Dump::stmt);
        self.list("orelse", orelse, Dump::stmt);
    }

    fn with(&mut self, items: &[WithItem<'_>], body: &[Stmt<'_>], type_comment: Option<&str>) {
        self.list("items", items, |d, item| {
            d.node("withitem", None, |d| {
                d.field("context_expr", |d| d.expr(item.context_expr));
                d.optional("optional_vars", item.optional_vars);
            });
        });
        self.list("body", body, Dump::stmt);
        self.optional_name("type_comment", type_comment);
    }

    fn try_stmt(
        &mut self,
        body: &[Stmt<'_>],
        handlers: &[ExceptHandler<'_>],
        orelse: &[Stmt<'_>],
        finalbody: &[Stmt<'_>],
    ) {
        self.list("body", body, Dump::stmt);
        self.list("handlers", handlers, |d, handler| {
            d.node("ExceptHandler", Some(handler.location), |d| {
                d.optional("type", handler.type_);
                d.optional_name("name", handler.name);
                d.list("body", handler.body, Dump::stmt);
            });
        });
        self.list("orelse", orelse, Dump::stmt);
        self.list("finalbody", finalbody, Dump::stmt);
    }

    fn expr(&mut self, expr: &Expr<'_>) {
        let at = Some(expr.location);
        match expr.kind() {
            ExprKind::BoolOp { op, values } => self.node("BoolOp", at, |d| {
                d.field("op", |d| d.bare(&format!("{op:?}")));
                d.exprs("values", values);
            }),
            ExprKind::NamedExpr { target, value } => self.node("NamedExpr", at, |d| {
                d.field("target", |d| d.expr(target));
                d.field("value", |d| d.expr(value));
            }),
            ExprKind::BinOp { left, op, right } => self.node("BinOp", at, |d| {
                d.field("left", |d| d.expr(left));
                d.field("op", |d| d.bare(&format!("{op:?}")));
                d.field("right", |d| d.expr(right));
            }),
            ExprKind::UnaryOp { op, operand } => self.node("UnaryOp", at, |d| {
                d.field("op", |d| d.bare(&format!("{op:?}")));
                d.field("operand", |d| d.expr(operand));
            }),
            ExprKind::Lambda { args, body } => self.node("Lambda", at, |d| {
                d.field("args", |d| d.arguments(args));
                d.field("body", |d| d.expr(body));
            }),
            ExprKind::IfExp { test, body, orelse } => self.node("IfExp", at, |d| {
                d.field("test", |d| d.expr(test));
                d.field("body", |d| d.expr(body));
                d.field("orelse", |d| d.expr(orelse));
            }),
            ExprKind::Dict { keys, values } => self.node("Dict", at, |d| {
                d.list("keys", keys, |d, key| match key {
                    Some(key) => d.expr(key),
                    None => d.out.push_str("None"),
                });
                d.exprs("values", values);
            }),
            ExprKind::Set { elts } => self.node("Set", at, |d| d.exprs("elts", elts)),
            ExprKind::ListComp { elt, generators } => self.node("ListComp", at, |d| d.comp(elt, generators)),
            ExprKind::SetComp { elt, generators } => self.node("SetComp", at, |d| d.comp(elt, generators)),
            ExprKind::DictComp { key, value, generators } => self.node("DictComp", at, |d| {
                d.field("key", |d| d.expr(key));
                d.field("value", |d| d.expr(value));
                d.list("generators", generators, Dump::comprehension);
            }),
            ExprKind::GeneratorExp { elt, generators } => {
                self.node("GeneratorExp", at, |d| d.comp(elt, generators));
            }
            ExprKind::Await { value } => self.node("Await", at, |d| d.field("value", |d| d.expr(value))),
            ExprKind::Yield { value } => self.node("Yield", at, |d| d.optional("value", value)),
            ExprKind::YieldFrom { value } => {
                self.node("YieldFrom", at, |d| d.field("value", |d| d.expr(value)))
            }
            ExprKind::Compare { left, ops, comparators } => self.node("Compare", at, |d| {
                d.field("left", |d| d.expr(left));
                d.list("ops", ops, |d, op| d.bare(&format!("{op:?}")));
                d.exprs("comparators", comparators);
            }),
            ExprKind::Call { func, args, keywords } => self.node("Call", at, |d| {
                d.field("func", |d| d.expr(func));
                d.exprs("args", args);
                d.list("keywords", keywords, Dump::keyword);
            }),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.node("FormattedValue", at, |d| {
                    d.field("value", |d| d.expr(value));
                    d.number("conversion", conversion);
                    d.optional("format_spec", format_spec);
                });
            }
            ExprKind::JoinedStr { values } => self.node("JoinedStr", at, |d| d.exprs("values", values)),
            ExprKind::Constant { value, kind } => self.node("Constant", at, |d| {
                d.field("value", |d| d.constant(value));
                d.optional_name("kind", kind);
            }),
            ExprKind::Attribute { value, attr, ctx } => self.node("Attribute", at, |d| {
                d.field("value", |d| d.expr(value));
                d.name("attr", attr);
                d.ctx(ctx);
            }),
            ExprKind::Subscript { value, slice, ctx } => self.node("Subscript", at, |d| {
                d.field("value", |d| d.expr(value));
                d.field("slice", |d| d.expr(slice));
                d.ctx(ctx);
            }),
            ExprKind::Starred { value, ctx } => self.node("Starred", at, |d| {
                d.field("value", |d| d.expr(value));
                d.ctx(ctx);
            }),
            ExprKind::Name { id, ctx } => self.node("Name", at, |d| {
                d.name("id", id);
                d.ctx(ctx);
            }),
            ExprKind::List { elts, ctx } => self.node("List", at, |d| {
                d.exprs("elts", elts);
                d.ctx(ctx);
            }),
            ExprKind::Tuple { elts, ctx } => self.node("Tuple", at, |d| {
                d.exprs("elts", elts);
                d.ctx(ctx);
            }),
            ExprKind::Slice { lower, upper, step } => self.node("Slice", at, |d| {
                d.optional("lower", lower);
                d.optional("upper", upper);
                d.optional("step", step);
            }),
        }
    }

    fn comp(&mut self, elt: ExprRef<'_>, generators: &[Comprehension<'_>]) {
        self.field("elt", |d| d.expr(elt));
        self.list("generators", generators, Dump::comprehension);
    }

    fn comprehension(&mut self, clause: &Comprehension<'_>) {
        self.node("comprehension", None, |d| {
            d.field("target", |d| d.expr(clause.target));
            d.field("iter", |d| d.expr(clause.iter));
            d.exprs("ifs", clause.ifs);
            d.number("is_async", i32::from(clause.is_async));
        });
    }

    fn arguments(&mut self, args: &Arguments<'_>) {
        self.node("arguments", None, |d| {
            d.list("posonlyargs", args.posonlyargs, Dump::arg);
            d.list("args", args.args, Dump::arg);
            if let Some(arg) = args.vararg {
                d.field("vararg", |d| d.arg(arg));
            }
            d.list("kwonlyargs", args.kwonlyargs, Dump::arg);
            d.list("kw_defaults", args.kw_defaults, |d, default| match default {
                Some(default) => d.expr(default),
                None => d.out.push_str("None"),
            });
            if let Some(arg) = args.kwarg {
                d.field("kwarg", |d| d.arg(arg));
            }
            d.exprs("defaults", args.defaults);
        });
    }

    fn arg(&mut self, arg: &Arg<'_>) {
        self.node("arg", Some(arg.location), |d| {
            d.name("arg", arg.arg);
            d.optional("annotation", arg.annotation);
            d.optional_name("type_comment", arg.type_comment);
        });
    }

    fn keyword(&mut self, keyword: &Keyword<'_>) {
        self.node("keyword", Some(keyword.location), |d| {
            d.optional_name("arg", keyword.arg);
            d.field("value", |d| d.expr(keyword.value));
        });
    }

    fn alias(&mut self, alias: &Alias<'_>) {
        self.node("alias", Some(alias.location), |d| {
            d.name("name", alias.name);
            d.optional_name("asname", alias.asname);
        });
    }

    fn type_ignore(&mut self, ignore: &TypeIgnore<'_>) {
        self.node("TypeIgnore", None, |d| {
            d.number("lineno", ignore.lineno);
            d.name("tag", ignore.tag);
        });
    }

    fn type_param(&mut self, param: &TypeParam<'_>) {
        let at = Some(param.location);
        match param.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => self.node("TypeVar", at, |d| {
                d.name("name", name);
                d.optional("bound", bound);
                d.optional("default_value", default_value);
            }),
            TypeParamKind::ParamSpec { name, default_value } => self.node("ParamSpec", at, |d| {
                d.name("name", name);
                d.optional("default_value", default_value);
            }),
            TypeParamKind::TypeVarTuple { name, default_value } => self.node("TypeVarTuple", at, |d| {
                d.name("name", name);
                d.optional("default_value", default_value);
            }),
        }
    }

    fn pattern(&mut self, pattern: &Pattern<'_>) {
        let at = Some(pattern.location);
        match pattern.kind {
            PatternKind::MatchValue { value } => {
                self.node("MatchValue", at, |d| d.field("value", |d| d.expr(value)));
            }
            PatternKind::MatchSingleton { value } => {
                self.node("MatchSingleton", at, |d| d.field("value", |d| d.constant(value)));
            }
            PatternKind::MatchSequence { patterns } => {
                self.node("MatchSequence", at, |d| d.list("patterns", patterns, Dump::pattern));
            }
            PatternKind::MatchMapping { keys, patterns, rest } => self.node("MatchMapping", at, |d| {
                d.exprs("keys", keys);
                d.list("patterns", patterns, Dump::pattern);
                d.optional_name("rest", rest);
            }),
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.node("MatchClass", at, |d| {
                    d.field("cls", |d| d.expr(cls));
                    d.list("patterns", patterns, Dump::pattern);
                    d.names("kwd_attrs", kwd_attrs);
                    d.list("kwd_patterns", kwd_patterns, Dump::pattern);
                });
            }
            PatternKind::MatchStar { name } => self.node("MatchStar", at, |d| d.optional_name("name", name)),
            PatternKind::MatchAs { pattern, name } => self.node("MatchAs", at, |d| {
                if let Some(pattern) = pattern {
                    d.field("pattern", |d| d.pattern(pattern));
                }
                d.optional_name("name", name);
            }),
            PatternKind::MatchOr { patterns } => {
                self.node("MatchOr", at, |d| d.list("patterns", patterns, Dump::pattern));
            }
        }
    }

    fn constant(&mut self, value: Constant<'_>) {
        match value {
            Constant::None => self.out.push_str("None"),
            Constant::True => self.out.push_str("True"),
            Constant::False => self.out.push_str("False"),
            Constant::Ellipsis => self.out.push_str("Ellipsis"),
            Constant::Str(text) => self.text(text),
            Constant::Bytes(bytes) => {
                self.out.push('b');
                let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
                self.out.push(quote);
                bytes.iter().for_each(|&c| self.character(u32::from(c), quote));
                self.out.push(quote);
            }
            Constant::Int(Int::Small(value)) => {
                let _ = write!(self.out, "{value}");
            }
            Constant::Int(Int::Big { digits, .. }) => self.out.push_str(&decimal(digits)),
            Constant::Float(value) => self.out.push_str(&float_repr(value, ".0")),
            Constant::Complex { imag, .. } => {
                self.out.push_str(&float_repr(imag, ""));
                self.out.push('j');
            }
            Constant::Tuple(_) | Constant::FrozenSet(_) => self.out.push_str("<folded>"),
        }
    }

    fn text(&mut self, text: Wtf8<'_>) {
        let bytes = text.as_bytes();
        let quote = quote_for(bytes.contains(&b'\''), bytes.contains(&b'"'));
        self.out.push(quote);
        text.code_points().for_each(|point| self.character(point, quote));
        self.out.push(quote);
    }

    fn character(&mut self, point: u32, quote: char) {
        let _ = match point {
            9 => write!(self.out, "\\t"),
            10 => write!(self.out, "\\n"),
            13 => write!(self.out, "\\r"),
            92 => write!(self.out, "\\\\"),
            _ if point == quote as u32 => write!(self.out, "\\{quote}"),
            32..127 => write!(self.out, "{}", point as u8 as char),
            0..32 | 127..=0xff => write!(self.out, "\\x{point:02x}"),
            0x100..=0xffff => write!(self.out, "\\u{point:04x}"),
            _ => write!(self.out, "\\U{point:08x}"),
        };
    }
}

fn quote_for(has_single: bool, has_double: bool) -> char {
    if has_single && !has_double { '"' } else { '\'' }
}

/// The decimal form of digits in base 2**30.
fn decimal(digits: &[u32]) -> String {
    let mut rest = digits.to_vec();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let mut remainder = 0u64;
        for digit in rest.iter_mut().rev() {
            let value = remainder << 30 | u64::from(*digit);
            *digit = (value / 1_000_000_000) as u32;
            remainder = value % 1_000_000_000;
        }
        groups.push(remainder);
        while rest.last() == Some(&0) {
            rest.pop();
        }
    }
    let mut text = groups.pop().map(|group| group.to_string()).unwrap_or_default();
    groups.iter().rev().for_each(|group| text.push_str(&format!("{group:09}")));
    text
}

/// The `repr` of a float, `suffix` marking those without a fraction.
fn float_repr(value: f64, suffix: &str) -> String {
    if value.is_infinite() {
        return "inf".to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let fixed = format!("{value}");
        return if fixed.contains('.') { fixed } else { fixed + suffix };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
