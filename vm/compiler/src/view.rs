//! Expressions as the compiler sees them after folding.
//!
//! Folding replaces an expression in place. One rule cannot: `not a in b` becomes `a not in b`, at the place
//! of the comparison alone, and a node's place is fixed. That rule is applied whenever a node is looked at.

use std::rc::Rc;

use bytecode::code::{BigInt, Const, Wtf8};
use syntax::ast::{CmpOp, Constant, Expr, ExprKind, Int, Location, UnaryOp};

use crate::error::with_stack;

/// The kind and place of an expression, `not` folded into `is` and `in`.
pub fn view<'a>(e: &Expr<'a>) -> (ExprKind<'a>, Location) {
    let kind = e.kind();
    let (mut inner_kind, mut location, mut negate) = (kind, e.location, false);
    while let ExprKind::UnaryOp { op: UnaryOp::Not, operand } = inner_kind {
        (inner_kind, location, negate) = (operand.kind(), operand.location, !negate);
    }
    let ExprKind::Compare { left, ops: &[op], comparators } = inner_kind else { return (kind, e.location) };
    let opposite: &'static [CmpOp] = match op {
        CmpOp::Is => &[CmpOp::IsNot],
        CmpOp::IsNot => &[CmpOp::Is],
        CmpOp::In => &[CmpOp::NotIn],
        CmpOp::NotIn => &[CmpOp::In],
        _ => return (kind, e.location),
    };
    if negate {
        (ExprKind::Compare { left, ops: opposite, comparators }, location)
    } else {
        (inner_kind, location)
    }
}

/// The place of an expression.
pub fn location(e: &Expr<'_>) -> Location {
    view(e).1
}

/// The value of an expression that is a constant.
pub fn constant<'a>(e: &Expr<'a>) -> Option<Constant<'a>> {
    if let ExprKind::Constant { value, .. } = e.kind() { Some(value) } else { None }
}

/// Whether the expression is `*x`.
pub fn is_starred(e: &Expr<'_>) -> bool {
    matches!(e.kind(), ExprKind::Starred { .. })
}

/// A constant of the tree as a constant of a code object.
pub fn to_const(value: &Constant<'_>) -> Const {
    let list =
        |items: &[Constant<'_>]| -> Rc<[Const]> { with_stack(|| items.iter().map(to_const).collect()) };
    match *value {
        Constant::None => Const::None,
        Constant::True => Const::True,
        Constant::False => Const::False,
        Constant::Ellipsis => Const::Ellipsis,
        Constant::Str(s) => Const::Str(Wtf8(s.as_bytes().into())),
        Constant::Bytes(b) => Const::Bytes(b.into()),
        Constant::Int(Int::Small(n)) => Const::Int(n),
        Constant::Int(Int::Big { negative, digits }) => {
            Const::BigInt(Rc::new(BigInt { negative, digits: digits.into() }))
        }
        Constant::Float(x) => Const::Float(x),
        Constant::Complex { real, imag } => Const::Complex { real, imag },
        Constant::Tuple(items) => Const::Tuple(list(items)),
        Constant::FrozenSet(items) => Const::FrozenSet(list(items)),
    }
}
