//! Expressions as text: annotations under `from __future__ import annotations` (Python/ast_unparse.c).

use bytecode::code::{Const, Wtf8};
use syntax::ast::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprKind, Keyword, List, Operator, UnaryOp,
};

use crate::error::with_stack;
use crate::fold::repr_into;
use crate::view::to_const;

/// How tightly an expression binds; one that binds less tightly than its place needs gets parentheses.
mod level {
    pub const TUPLE: u8 = 0;
    pub const TEST: u8 = 1;
    pub const OR: u8 = 2;
    pub const AND: u8 = 3;
    pub const NOT: u8 = 4;
    pub const CMP: u8 = 5;
    pub const EXPR: u8 = 6;
    pub const BOR: u8 = EXPR;
    pub const BXOR: u8 = 7;
    pub const BAND: u8 = 8;
    pub const SHIFT: u8 = 9;
    pub const ARITH: u8 = 10;
    pub const TERM: u8 = 11;
    pub const FACTOR: u8 = 12;
    pub const POWER: u8 = 13;
    pub const AWAIT: u8 = 14;
    pub const ATOM: u8 = 15;
}

/// The text of an expression.
pub fn unparse(e: &Expr<'_>) -> Wtf8 {
    let mut writer = Writer { out: Vec::new() };
    writer.expr(e, level::TEST);
    Wtf8(writer.out.into())
}

struct Writer {
    out: Vec<u8>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn wrapped(&mut self, wrap: bool, inner: impl FnOnce(&mut Self)) {
        if wrap {
            self.text("(");
        }
        inner(self);
        if wrap {
            self.text(")");
        }
    }

    fn list(&mut self, list: List<'_, &Expr<'_>>, at: u8) {
        for (i, e) in list.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.expr(e, at);
        }
    }

    fn expr(&mut self, e: &Expr<'_>, at: u8) {
        with_stack(|| self.expr_inner(e, at));
    }

    fn expr_inner(&mut self, e: &Expr<'_>, at: u8) {
        match e.kind() {
            ExprKind::BoolOp { op, values } => {
                let (word, own) = if op == BoolOp::And { (" and ", level::AND) } else { (" or ", level::OR) };
                self.wrapped(at > own, |w| {
                    for (i, value) in values.iter().enumerate() {
                        if i > 0 {
                            w.text(word);
                        }
                        w.expr(value, own + 1);
                    }
                });
            }
            ExprKind::BinOp { left, op, right } => {
                let (sign, own) = binary(op);
                let right_first = u8::from(op == Operator::Pow);
                self.wrapped(at > own, |w| {
                    w.expr(left, own + right_first);
                    w.text(sign);
                    w.expr(right, own + 1 - right_first);
                });
            }
            ExprKind::UnaryOp { op, operand } => {
                let (sign, own) = match op {
                    UnaryOp::Invert => ("~", level::FACTOR),
                    UnaryOp::Not => ("not ", level::NOT),
                    UnaryOp::UAdd => ("+", level::FACTOR),
                    UnaryOp::USub => ("-", level::FACTOR),
                };
                self.wrapped(at > own, |w| {
                    w.text(sign);
                    w.expr(operand, own);
                });
            }
            ExprKind::Lambda { args, body } => self.wrapped(at > level::TEST, |w| {
                w.text(if args.args.is_empty() && args.posonlyargs.is_empty() {
                    "lambda"
                } else {
                    "lambda "
                });
                w.arguments(args);
                w.text(": ");
                w.expr(body, level::TEST);
            }),
            ExprKind::IfExp { test, body, orelse } => self.wrapped(at > level::TEST, |w| {
                w.expr(body, level::TEST + 1);
                w.text(" if ");
                w.expr(test, level::TEST + 1);
                w.text(" else ");
                w.expr(orelse, level::TEST);
            }),
            ExprKind::Dict { keys, values } => {
                self.text("{");
                for (i, (key, value)) in keys.iter().zip(values).enumerate() {
                    if i > 0 {
                        self.text(", ");
                    }
                    match key {
                        Some(key) => {
                            self.expr(key, level::TEST);
                            self.text(": ");
                            self.expr(value, level::TEST);
                        }
                        None => {
                            self.text("**");
                            self.expr(value, level::EXPR);
                        }
                    }
                }
                self.text("}");
            }
            ExprKind::Set { elts } => {
                self.text("{");
                self.list(elts, level::TEST);
                self.text("}");
            }
            ExprKind::List { elts, .. } => {
                self.text("[");
                self.list(elts, level::TEST);
                self.text("]");
            }
            ExprKind::Tuple { elts: [], .. } => self.text("()"),
            ExprKind::Tuple { elts, .. } => self.wrapped(at > level::TUPLE, |w| {
                w.list(elts, level::TEST);
                if elts.len() == 1 {
                    w.text(",");
                }
            }),
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}");
            }
            ExprKind::Yield { value } => {
                self.text(if value.is_some() { "(yield " } else { "(yield" });
                if let Some(value) = value {
                    self.expr(value, level::TEST);
                }
                self.text(")");
            }
            ExprKind::YieldFrom { value } => {
                self.text("(yield from ");
                self.expr(value, level::TEST);
                self.text(")");
            }
            ExprKind::Await { value } => self.wrapped(at > level::AWAIT, |w| {
                w.text("await ");
                w.expr(value, level::ATOM);
            }),
            ExprKind::Compare { left, ops, comparators } => self.wrapped(at > level::CMP, |w| {
                w.expr(left, level::CMP + 1);
                for (op, comparator) in ops.iter().zip(comparators) {
                    w.text(comparison(*op));
                    w.expr(comparator, level::CMP + 1);
                }
            }),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::JoinedStr { values } => self.joined(values, false),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted(value, conversion, format_spec);
            }
            ExprKind::Constant { value, kind } => self.constant(&value, kind),
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, level::ATOM);
                // `1 .real`
                let is_int = matches!(value.kind(), ExprKind::Constant { value: Constant::Int(_), .. });
                self.text(if is_int { " ." } else { "." });
                self.text(attr);
            }
            ExprKind::Starred { value, .. } => {
                self.text("*");
                self.expr(value, level::EXPR);
            }
            ExprKind::Name { id, .. } => self.text(id),
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, level::TEST);
                }
                self.text(":");
                if let Some(upper) = upper {
                    self.expr(upper, level::TEST);
                }
                if let Some(step) = step {
                    self.text(":");
                    self.expr(step, level::TEST);
                }
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, level::ATOM);
                self.text("[");
                self.expr(slice, level::TUPLE);
                self.text("]");
            }
            ExprKind::NamedExpr { target, value } => self.wrapped(at > level::TUPLE, |w| {
                w.expr(target, level::ATOM);
                w.text(" := ");
                w.expr(value, level::ATOM);
            }),
        }
    }

    fn constant(&mut self, value: &Constant<'_>, kind: Option<&str>) {
        match value {
            Constant::Ellipsis => self.text("..."),
            Constant::Tuple(items) => {
                self.text("(");
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.text(", ");
                    }
                    self.constant(item, None);
                }
                self.text(if items.len() == 1 { ",)" } else { ")" });
            }
            _ => {
                self.text(kind.unwrap_or(""));
                let mut repr = Vec::new();
                repr_into(&mut repr, &to_const(value));
                let is_number = matches!(value, Constant::Float(_) | Constant::Complex { .. });
                match String::from_utf8(repr) {
                    // Infinity has no literal, but what overflows to it has.
                    Ok(text) if is_number => self.text(&text.replace("inf", "1e309")),
                    Ok(text) => self.text(&text),
                    Err(e) => self.out.extend_from_slice(e.as_bytes()),
                }
            }
        }
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr<'_>,
        value: Option<&Expr<'_>>,
        generators: List<'_, Comprehension<'_>>,
        close: &str,
    ) {
        self.text(open);
        self.expr(elt, level::TEST);
        if let Some(value) = value {
            self.text(": ");
            self.expr(value, level::TEST);
        }
        for clause in generators {
            self.text(if clause.is_async { " async for " } else { " for " });
            self.expr(clause.target, level::TUPLE);
            self.text(" in ");
            self.expr(clause.iter, level::TEST + 1);
            for condition in clause.ifs {
                self.text(" if ");
                self.expr(condition, level::TEST + 1);
            }
        }
        self.text(close);
    }

    fn call(&mut self, func: &Expr<'_>, args: List<'_, &Expr<'_>>, keywords: List<'_, Keyword<'_>>) {
        self.expr(func, level::ATOM);
        if let ([only], []) = (args, keywords)
            && let ExprKind::GeneratorExp { elt, generators } = only.kind()
        {
            return self.comprehension("(", elt, None, generators, ")");
        }
        self.text("(");
        self.list(args, level::TEST);
        for (i, keyword) in keywords.iter().enumerate() {
            if i > 0 || !args.is_empty() {
                self.text(", ");
            }
            match keyword.arg {
                Some(name) => {
                    self.text(name);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(keyword.value, level::TEST);
        }
        self.text(")");
    }

    fn arg(&mut self, arg: &Arg<'_>) {
        self.text(arg.arg);
        if let Some(annotation) = arg.annotation {
            self.text(": ");
            self.expr(annotation, level::TEST);
        }
    }

    fn arguments(&mut self, args: &Arguments<'_>) {
        let mut first = true;
        let mut separate = |w: &mut Self| {
            if !std::mem::take(&mut first) {
                w.text(", ");
            }
        };
        let positional = args.posonlyargs.len() + args.args.len();
        let first_default = positional.saturating_sub(args.defaults.len());
        for (i, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            separate(self);
            self.arg(arg);
            if let Some(default) = i.checked_sub(first_default).and_then(|d| args.defaults.get(d)) {
                self.text("=");
                self.expr(default, level::TEST);
            }
            if i + 1 == args.posonlyargs.len() {
                self.text(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            separate(self);
            self.text("*");
            if let Some(arg) = args.vararg {
                self.arg(arg);
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            separate(self);
            self.arg(arg);
            if let Some(default) = default {
                self.text("=");
                self.expr(default, level::TEST);
            }
        }
        if let Some(arg) = args.kwarg {
            separate(self);
            self.text("**");
            self.arg(arg);
        }
    }

    // ---------------------------------------------------------------- formatted strings

    /// The body is written first, then shown as one string; a format specification is not quoted.
    fn joined(&mut self, values: List<'_, &Expr<'_>>, is_spec: bool) {
        let mut body = Writer { out: Vec::new() };
        for value in values {
            match value.kind() {
                ExprKind::Constant { value: Constant::Str(s), .. } => {
                    for &byte in s.as_bytes() {
                        body.out.push(byte);
                        if matches!(byte, b'{' | b'}') {
                            body.out.push(byte);
                        }
                    }
                }
                ExprKind::JoinedStr { values } => body.joined(values, is_spec),
                ExprKind::FormattedValue { value, conversion, format_spec } => {
                    body.formatted(value, conversion, format_spec);
                }
                _ => body.expr(value, level::TEST),
            }
        }
        if is_spec {
            self.out.extend_from_slice(&body.out);
        } else {
            self.text("f");
            repr_into(&mut self.out, &Const::Str(Wtf8(body.out.into())));
        }
    }

    fn formatted(&mut self, value: &Expr<'_>, conversion: i32, spec: Option<&Expr<'_>>) {
        let mut inner = Writer { out: Vec::new() };
        inner.expr(value, level::TEST + 1);
        self.text(if inner.out.starts_with(b"{") { "{ " } else { "{" });
        self.out.extend_from_slice(&inner.out);
        if let Some(c) = u32::try_from(conversion).ok().and_then(char::from_u32) {
            self.text("!");
            self.text(c.encode_utf8(&mut [0; 4]));
        }
        if let Some(spec) = spec {
            self.text(":");
            match spec.kind() {
                ExprKind::JoinedStr { values } => self.joined(values, true),
                _ => self.joined(&[spec], true),
            }
        }
        self.text("}");
    }
}

fn binary(op: Operator) -> (&'static str, u8) {
    match op {
        Operator::Add => (" + ", level::ARITH),
        Operator::Sub => (" - ", level::ARITH),
        Operator::Mult => (" * ", level::TERM),
        Operator::MatMult => (" @ ", level::TERM),
        Operator::Div => (" / ", level::TERM),
        Operator::Mod => (" % ", level::TERM),
        Operator::FloorDiv => (" // ", level::TERM),
        Operator::LShift => (" << ", level::SHIFT),
        Operator::RShift => (" >> ", level::SHIFT),
        Operator::BitOr => (" | ", level::BOR),
        Operator::BitXor => (" ^ ", level::BXOR),
        Operator::BitAnd => (" & ", level::BAND),
        Operator::Pow => (" ** ", level::POWER),
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}
