//! Expressions back to text, as `from __future__ import annotations` (PEP 563) stores annotations.
//!
//! The text is what CPython's compiler makes, which is not quite that of `ast.unparse`.

use crate::ast::*;
use crate::repr;
use std::fmt::Write;

/// How tightly an expression binds: it is put in parentheses where something tighter is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    /// A conditional or a lambda.
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    /// The next tighter one.
    fn tighter(self) -> Level {
        use Level::*;
        match self {
            Tuple => Test,
            Test => Or,
            Or => And,
            And => Not,
            Not => Compare,
            Compare => BitOr,
            BitOr => BitXor,
            BitXor => BitAnd,
            BitAnd => Shift,
            Shift => Arith,
            Arith => Term,
            Term => Factor,
            Factor => Power,
            Power => Await,
            Await | Atom => Atom,
        }
    }
}

/// The text of an expression, or nothing if it nests deeper than `depth` levels.
pub fn unparse(expr: ExprRef<'_>, depth: u32) -> Option<String> {
    let mut writer = Unparse { out: String::new(), depth };
    writer.expr(expr, Level::Test)?;
    Some(writer.out)
}

struct Unparse {
    out: String,
    /// Levels that may still be entered.
    depth: u32,
}

impl Unparse {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes in parentheses if `level` asks for something tighter than `own`.
    fn grouped(
        &mut self,
        level: Level,
        own: Level,
        body: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<()> {
        let parentheses = level > own;
        if parentheses {
            self.push("(");
        }
        body(self)?;
        if parentheses {
            self.push(")");
        }
        Some(())
    }

    fn joined<T>(
        &mut self,
        items: &[T],
        separator: &str,
        mut item: impl FnMut(&mut Self, &T) -> Option<()>,
    ) -> Option<()> {
        for (index, value) in items.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            item(self, value)?;
        }
        Some(())
    }

    fn exprs(&mut self, items: &[ExprRef<'_>]) -> Option<()> {
        self.joined(items, ", ", |w, item| w.expr(item, Level::Test))
    }

    fn expr(&mut self, expr: ExprRef<'_>, level: Level) -> Option<()> {
        self.depth = self.depth.checked_sub(1)?;
        self.any_expr(expr, level)?;
        self.depth += 1;
        Some(())
    }

    fn any_expr(&mut self, expr: ExprRef<'_>, level: Level) -> Option<()> {
        match expr.kind() {
            ExprKind::BoolOp { op, values } => {
                let (text, own) = match op {
                    BoolOp::And => (" and ", Level::And),
                    BoolOp::Or => (" or ", Level::Or),
                };
                self.grouped(level, own, |w| w.joined(values, text, |w, value| w.expr(value, own.tighter())))
            }
            ExprKind::BinOp { left, op, right } => {
                let (text, own) = binary_operator(op);
                let (left_level, right_level) =
                    if op == Operator::Pow { (own.tighter(), own) } else { (own, own.tighter()) };
                self.grouped(level, own, |w| {
                    w.expr(left, left_level)?;
                    w.push(text);
                    w.expr(right, right_level)
                })
            }
            ExprKind::UnaryOp { op, operand } => {
                let (text, own) = match op {
                    UnaryOp::Invert => ("~", Level::Factor),
                    UnaryOp::Not => ("not ", Level::Not),
                    UnaryOp::UAdd => ("+", Level::Factor),
                    UnaryOp::USub => ("-", Level::Factor),
                };
                self.grouped(level, own, |w| {
                    w.push(text);
                    w.expr(operand, own)
                })
            }
            ExprKind::Lambda { args, body } => self.grouped(level, Level::Test, |w| {
                let positional = !args.posonlyargs.is_empty() || !args.args.is_empty();
                w.push(if positional { "lambda " } else { "lambda" });
                w.arguments(args)?;
                w.push(": ");
                w.expr(body, Level::Test)
            }),
            ExprKind::IfExp { test, body, orelse } => self.grouped(level, Level::Test, |w| {
                w.expr(body, Level::Or)?;
                w.push(" if ");
                w.expr(test, Level::Or)?;
                w.push(" else ");
                w.expr(orelse, Level::Test)
            }),
            ExprKind::Dict { keys, values } => {
                self.push("{");
                let items: Vec<_> = keys.iter().zip(values).collect();
                self.joined(&items, ", ", |w, (key, value)| match key {
                    Some(key) => {
                        w.expr(key, Level::Test)?;
                        w.push(": ");
                        w.expr(value, Level::Test)
                    }
                    None => {
                        w.push("**");
                        w.expr(value, Level::BitOr)
                    }
                })?;
                self.push("}");
                Some(())
            }
            ExprKind::Set { elts } => {
                self.push("{");
                self.exprs(elts)?;
                self.push("}");
                Some(())
            }
            ExprKind::List { elts, .. } => {
                self.push("[");
                self.exprs(elts)?;
                self.push("]");
                Some(())
            }
            ExprKind::Tuple { elts: [], .. } => {
                self.push("()");
                Some(())
            }
            ExprKind::Tuple { elts, .. } => self.grouped(level, Level::Tuple, |w| {
                w.exprs(elts)?;
                if elts.len() == 1 {
                    w.push(",");
                }
                Some(())
            }),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}")
            }
            ExprKind::Await { value } => self.grouped(level, Level::Await, |w| {
                w.push("await ");
                w.expr(value, Level::Atom)
            }),
            ExprKind::Yield { value: None } => {
                self.push("(yield)");
                Some(())
            }
            ExprKind::Yield { value: Some(value) } => self.yielded("(yield ", value),
            ExprKind::YieldFrom { value } => self.yielded("(yield from ", value),
            ExprKind::Compare { left, ops, comparators } => self.grouped(level, Level::Compare, |w| {
                w.expr(left, Level::BitOr)?;
                for (op, comparator) in ops.iter().zip(comparators) {
                    w.push(comparison_operator(*op));
                    w.expr(comparator, Level::BitOr)?;
                }
                Some(())
            }),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::FormattedValue { .. } | ExprKind::JoinedStr { .. } => self.fstring(expr),
            ExprKind::Constant { value, .. } => {
                self.constant(value);
                Some(())
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom)?;
                // `1.real` would be a number and a name.
                let is_int = matches!(value.kind(), ExprKind::Constant { value: Constant::Int(_), .. });
                self.push(if is_int { " ." } else { "." });
                self.push(attr);
                Some(())
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom)?;
                self.push("[");
                self.expr(slice, Level::Tuple)?;
                self.push("]");
                Some(())
            }
            ExprKind::Starred { value, .. } => {
                self.push("*");
                self.expr(value, Level::BitOr)
            }
            ExprKind::Name { id, .. } => {
                self.push(id);
                Some(())
            }
            ExprKind::NamedExpr { target, value } => self.grouped(level, Level::Tuple, |w| {
                w.expr(target, Level::Atom)?;
                w.push(":=");
                w.expr(value, Level::Atom)
            }),
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, Level::Test)?;
                }
                self.push(":");
                if let Some(upper) = upper {
                    self.expr(upper, Level::Test)?;
                }
                if let Some(step) = step {
                    self.push(":");
                    self.expr(step, Level::Test)?;
                }
                Some(())
            }
        }
    }

    fn yielded(&mut self, keyword: &str, value: ExprRef<'_>) -> Option<()> {
        self.push(keyword);
        self.expr(value, Level::Test)?;
        self.push(")");
        Some(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: ExprRef<'_>,
        value: Option<ExprRef<'_>>,
        generators: &[Comprehension<'_>],
        close: &str,
    ) -> Option<()> {
        self.push(open);
        self.expr(elt, Level::Test)?;
        if let Some(value) = value {
            self.push(": ");
            self.expr(value, Level::Test)?;
        }
        for clause in generators {
            self.push(if clause.is_async { " async for " } else { " for " });
            self.expr(clause.target, Level::Tuple)?;
            self.push(" in ");
            self.expr(clause.iter, Level::Or)?;
            for test in clause.ifs {
                self.push(" if ");
                self.expr(test, Level::Or)?;
            }
        }
        self.push(close);
        Some(())
    }

    fn call(&mut self, func: ExprRef<'_>, args: &[ExprRef<'_>], keywords: &[Keyword<'_>]) -> Option<()> {
        self.expr(func, Level::Atom)?;
        if let ([only], []) = (args, keywords)
            && matches!(only.kind(), ExprKind::GeneratorExp { .. })
        {
            return self.expr(only, Level::Test);
        }
        self.push("(");
        self.exprs(args)?;
        for (index, keyword) in keywords.iter().enumerate() {
            if index > 0 || !args.is_empty() {
                self.push(", ");
            }
            match keyword.arg {
                Some(arg) => {
                    self.push(arg);
                    self.push("=");
                }
                None => self.push("**"),
            }
            self.expr(keyword.value, Level::Test)?;
        }
        self.push(")");
        Some(())
    }

    fn arguments(&mut self, args: &Arguments<'_>) -> Option<()> {
        let mut first = true;
        let mut separate = |w: &mut Self| {
            if !std::mem::replace(&mut first, false) {
                w.push(", ");
            }
        };
        let positional = args.posonlyargs.len() + args.args.len();
        let without_default = positional.saturating_sub(args.defaults.len());
        for (index, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            separate(self);
            self.arg(arg)?;
            if let Some(default) = index.checked_sub(without_default).and_then(|at| args.defaults.get(at)) {
                self.push("=");
                self.expr(default, Level::Test)?;
            }
            if index + 1 == args.posonlyargs.len() {
                self.push(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            separate(self);
            self.push("*");
            if let Some(vararg) = args.vararg {
                self.arg(vararg)?;
            }
        }
        for (index, arg) in args.kwonlyargs.iter().enumerate() {
            separate(self);
            self.arg(arg)?;
            if let Some(default) = args.kw_defaults.get(index).copied().flatten() {
                self.push("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(kwarg) = args.kwarg {
            separate(self);
            self.push("**");
            self.arg(kwarg)?;
        }
        Some(())
    }

    fn arg(&mut self, arg: &Arg<'_>) -> Option<()> {
        self.push(arg.arg);
        if let Some(annotation) = arg.annotation {
            self.push(": ");
            self.expr(annotation, Level::Test)?;
        }
        Some(())
    }

    fn constant(&mut self, value: Constant<'_>) {
        match value {
            Constant::Ellipsis => self.push("..."),
            Constant::Float(_) | Constant::Complex { .. } => {
                // There is no literal for infinity, but there are numbers that are too big.
                let text = repr::constant(value).replace("inf", "1e309");
                self.push(&text);
            }
            Constant::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| repr::constant(*item)).collect();
                let comma = if items.len() == 1 { "," } else { "" };
                let _ = write!(self.out, "({}{comma})", items.join(", "));
            }
            _ => self.push(&repr::constant(value)),
        }
    }

    /// An f-string, or a replacement field alone.
    fn fstring(&mut self, expr: ExprRef<'_>) -> Option<()> {
        let mut body = Vec::new();
        match expr.kind() {
            ExprKind::JoinedStr { values } => {
                for value in values {
                    self.fstring_part(value, &mut body)?;
                }
                self.push("f");
                self.push(&repr::string(Wtf8::new(&body)));
            }
            _ => {
                self.fstring_part(expr, &mut body)?;
                self.push(&String::from_utf8_lossy(&body));
            }
        }
        Some(())
    }

    /// Adds a part of an f-string to its body.
    fn fstring_part(&mut self, part: ExprRef<'_>, body: &mut Vec<u8>) -> Option<()> {
        match part.kind() {
            ExprKind::Constant { value: Constant::Str(text), .. } => {
                for &c in text.as_bytes() {
                    body.push(c);
                    if matches!(c, b'{' | b'}') {
                        body.push(c);
                    }
                }
                Some(())
            }
            ExprKind::JoinedStr { .. } => {
                let mut inner = Unparse { out: String::new(), depth: self.depth };
                inner.fstring(part)?;
                body.extend_from_slice(inner.out.as_bytes());
                Some(())
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                // Tighter than a lambda, whose colon would start a format specifier.
                let mut inner = Unparse { out: String::new(), depth: self.depth };
                inner.expr(value, Level::Or)?;
                body.extend_from_slice(if inner.out.starts_with('{') { b"{ " } else { b"{" });
                body.extend_from_slice(inner.out.as_bytes());
                if let Some(conversion) = u8::try_from(conversion).ok().filter(|&conversion| conversion > 0) {
                    body.extend([b'!', conversion]);
                }
                if let Some(spec) = format_spec {
                    body.push(b':');
                    match spec.kind() {
                        ExprKind::JoinedStr { values } => {
                            for value in values {
                                self.fstring_part(value, body)?;
                            }
                        }
                        _ => self.fstring_part(spec, body)?,
                    }
                }
                body.push(b'}');
                Some(())
            }
            _ => self.expr(part, Level::Test),
        }
    }
}

fn binary_operator(op: Operator) -> (&'static str, Level) {
    match op {
        Operator::Add => (" + ", Level::Arith),
        Operator::Sub => (" - ", Level::Arith),
        Operator::Mult => (" * ", Level::Term),
        Operator::MatMult => (" @ ", Level::Term),
        Operator::Div => (" / ", Level::Term),
        Operator::Mod => (" % ", Level::Term),
        Operator::Pow => (" ** ", Level::Power),
        Operator::LShift => (" << ", Level::Shift),
        Operator::RShift => (" >> ", Level::Shift),
        Operator::BitOr => (" | ", Level::BitOr),
        Operator::BitXor => (" ^ ", Level::BitXor),
        Operator::BitAnd => (" & ", Level::BitAnd),
        Operator::FloorDiv => (" // ", Level::Term),
    }
}

fn comparison_operator(op: CmpOp) -> &'static str {
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
