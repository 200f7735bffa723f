//! Operators on constants. `None` means: not folded, because Python would raise or the result could be big.

use bytecode::code::Const;
use syntax::Arena;
use syntax::ast::{Constant, Operator, UnaryOp, Wtf8};

use super::complex::{self, Complex};
use super::number::{Num, float_div_mod, float_pow};

/// Limits on results.
const MAX_INT_BITS: u32 = 128;
const MAX_COLLECTION_SIZE: usize = 256;
const MAX_STR_SIZE: usize = 4096;
const MAX_TOTAL_ITEMS: isize = 1024;

pub(super) fn is_true(value: &Constant<'_>) -> bool {
    match *value {
        Constant::None | Constant::False => false,
        Constant::True | Constant::Ellipsis => true,
        Constant::Str(s) => !s.is_empty(),
        Constant::Bytes(b) => !b.is_empty(),
        Constant::Int(_) => !Num::of(value).is_some_and(Num::is_zero),
        Constant::Float(x) => x != 0.0,
        Constant::Complex { real, imag } => real != 0.0 || imag != 0.0,
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

/// `+x`, `-x`, `~x`.
pub(super) fn unary<'a>(arena: &'a Arena, op: UnaryOp, value: &Constant<'a>) -> Option<Constant<'a>> {
    if let Some(n) = Num::of(value) {
        let result = match op {
            UnaryOp::UAdd => n,
            UnaryOp::USub => n.neg(),
            UnaryOp::Invert => n.invert()?,
            UnaryOp::Not => return None,
        };
        return Some(result.constant(arena));
    }
    match (op, *value) {
        (UnaryOp::UAdd, Constant::Int(_) | Constant::Float(_) | Constant::Complex { .. }) => Some(*value),
        (UnaryOp::USub, Constant::Float(x)) => Some(Constant::Float(-x)),
        (UnaryOp::USub, Constant::Complex { real, imag }) => {
            Some(Constant::Complex { real: -real, imag: -imag })
        }
        (UnaryOp::USub, Constant::Int(syntax::ast::Int::Big { negative, digits })) => {
            Some(Constant::Int(syntax::ast::Int::Big { negative: !negative, digits }))
        }
        _ => None,
    }
}

/// `x[i]`.
pub(super) fn subscript<'a>(
    arena: &'a Arena,
    object: &Constant<'a>,
    index: &Constant<'a>,
) -> Option<Constant<'a>> {
    let index = Num::of(index)?.to_i64()?;
    let at = |len: usize| {
        let i = if index < 0 { index.checked_add(len as i64)? } else { index };
        usize::try_from(i).ok().filter(|&i| i < len)
    };
    match *object {
        Constant::Tuple(items) => items.get(at(items.len())?).copied(),
        Constant::Bytes(b) => Some(Constant::Int(syntax::ast::Int::Small(b[at(b.len())?].into()))),
        Constant::Str(s) => {
            let point = s.code_points().nth(at(s.code_points().count())?)?;
            let one = bytecode::code::Wtf8::from_code_points([point]);
            Some(Constant::Str(Wtf8::new(arena.list(&one.0))))
        }
        _ => None,
    }
}

/// `x op y`.
pub(super) fn binary<'a>(
    arena: &'a Arena,
    op: Operator,
    left: &Constant<'a>,
    right: &Constant<'a>,
) -> Option<Constant<'a>> {
    match (op, *left, *right) {
        (Operator::Add, Constant::Str(a), Constant::Str(b)) => {
            Some(Constant::Str(Wtf8::new(arena.list(&[a.as_bytes(), b.as_bytes()].concat()))))
        }
        (Operator::Add, Constant::Bytes(a), Constant::Bytes(b)) => {
            Some(Constant::Bytes(arena.list(&[a, b].concat())))
        }
        (Operator::Add, Constant::Tuple(a), Constant::Tuple(b)) => {
            Some(Constant::Tuple(arena.list(&[a, b].concat())))
        }
        (Operator::Mult, _, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_)) => {
            repeat(arena, left, right)
        }
        (Operator::Mult, Constant::Str(_) | Constant::Bytes(_) | Constant::Tuple(_), _) => {
            repeat(arena, right, left)
        }
        _ => {
            if let (Some(a), Some(b)) = (Num::of(left), Num::of(right)) {
                return integers(arena, op, left, a, right, b);
            }
            let (a, b) = (to_complex(left)?, to_complex(right)?);
            let is_complex =
                matches!(left, Constant::Complex { .. }) || matches!(right, Constant::Complex { .. });
            if is_complex { complexes(op, a, b) } else { floats(op, a.0, b.0) }
        }
    }
}

fn to_complex(value: &Constant<'_>) -> Option<Complex> {
    match *value {
        Constant::Float(x) => Some((x, 0.0)),
        Constant::Complex { real, imag } => Some((real, imag)),
        _ => Num::of(value).map(|n| (n.to_f64(), 0.0)),
    }
}

fn integers<'a>(
    arena: &'a Arena,
    op: Operator,
    left: &Constant<'a>,
    a: Num,
    right: &Constant<'a>,
    b: Num,
) -> Option<Constant<'a>> {
    let are_bools =
        matches!((left, right), (Constant::True | Constant::False, Constant::True | Constant::False));
    let either_zero = a.is_zero() || b.is_zero();
    let result = match op {
        Operator::Add => a.add(b)?,
        Operator::Sub => a.add(b.neg())?,
        Operator::Mult if either_zero || a.bits() + b.bits() <= MAX_INT_BITS => a.mul(b)?,
        Operator::FloorDiv => a.div_mod(b)?.0,
        Operator::Mod => a.div_mod(b)?.1,
        Operator::Div => return Some(Constant::Float(a.true_div(b)?)),
        Operator::Pow if b.is_negative() => return Some(Constant::Float(float_pow(a.to_f64(), b.to_f64())?)),
        Operator::Pow => {
            let exponent = b.to_usize()?;
            if !either_zero && a.bits() as usize > MAX_INT_BITS as usize / exponent {
                return None;
            }
            if a.is_zero() { a.pow(u32::from(exponent != 0))? } else { a.pow(u32::try_from(exponent).ok()?)? }
        }
        Operator::LShift => {
            let by = b.to_usize()?;
            if a.is_zero() {
                a
            } else {
                let by = u32::try_from(by).ok().filter(|&by| by == 0 || by + a.bits() <= MAX_INT_BITS)?;
                a.shl(by)?
            }
        }
        Operator::RShift => a.shr(b.to_usize()?)?,
        Operator::BitOr => a.bitwise(b, |x, y| x | y)?,
        Operator::BitXor => a.bitwise(b, |x, y| x ^ y)?,
        Operator::BitAnd => a.bitwise(b, |x, y| x & y)?,
        Operator::Mult | Operator::MatMult => return None,
    };
    if are_bools && matches!(op, Operator::BitOr | Operator::BitXor | Operator::BitAnd) {
        return Some(if result.is_zero() { Constant::False } else { Constant::True });
    }
    Some(result.constant(arena))
}

fn floats<'a>(op: Operator, a: f64, b: f64) -> Option<Constant<'a>> {
    let result = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::FloorDiv => float_div_mod(a, b)?.0,
        Operator::Mod => float_div_mod(a, b)?.1,
        Operator::Pow if a < 0.0 && b.is_finite() && b != b.floor() => {
            return complexes(op, (a, 0.0), (b, 0.0));
        }
        Operator::Pow => float_pow(a, b)?,
        _ => return None,
    };
    Some(Constant::Float(result))
}

fn complexes<'a>(op: Operator, a: Complex, b: Complex) -> Option<Constant<'a>> {
    let (real, imag) = match op {
        Operator::Add => (a.0 + b.0, a.1 + b.1),
        Operator::Sub => (a.0 - b.0, a.1 - b.1),
        Operator::Mult => complex::mul(a, b),
        Operator::Div => complex::div(a, b)?,
        Operator::Pow => complex::pow(a, b)?,
        _ => return None,
    };
    Some(Constant::Complex { real, imag })
}

/// `n * sequence`.
fn repeat<'a>(arena: &'a Arena, n: &Constant<'a>, sequence: &Constant<'a>) -> Option<Constant<'a>> {
    let n = Num::of(n)?;
    let times = |len: usize, limit: usize| {
        if len == 0 {
            return Some(0);
        }
        n.to_usize().filter(|&n| n <= limit / len)
    };
    match *sequence {
        Constant::Str(s) => {
            let times = times(s.code_points().count(), MAX_STR_SIZE)?;
            Some(Constant::Str(Wtf8::new(arena.list(&s.as_bytes().repeat(times)))))
        }
        Constant::Bytes(b) => Some(Constant::Bytes(arena.list(&b.repeat(times(b.len(), MAX_STR_SIZE)?)))),
        Constant::Tuple(items) => {
            let times = times(items.len(), MAX_COLLECTION_SIZE)?;
            if times > 0 && !items.is_empty() && complexity(sequence, MAX_TOTAL_ITEMS / times as isize) < 0 {
                return None;
            }
            Some(Constant::Tuple(arena.list(&items.repeat(times))))
        }
        _ => None,
    }
}

/// What is left of a limit on the items of nested tuples.
fn complexity(value: &Constant<'_>, limit: isize) -> isize {
    let Constant::Tuple(items) = *value else { return limit };
    let mut limit = limit - items.len() as isize;
    for item in items {
        if limit < 0 {
            break;
        }
        limit = complexity(item, limit);
    }
    limit
}

/// The items of a set: of equal ones the first.
pub(super) fn unique<'a>(items: &[Constant<'a>]) -> Vec<Constant<'a>> {
    let mut seen: Vec<Const> = Vec::new();
    let mut unique = Vec::new();
    for item in items {
        let value = crate::view::to_const(item);
        if !seen.iter().any(|known| python_equal(known, &value)) {
            seen.push(value);
            unique.push(*item);
        }
    }
    unique
}

/// `x == y` in Python: `1`, `1.0` and `True` are equal.
pub fn python_equal(a: &Const, b: &Const) -> bool {
    match (a, b) {
        (Const::Tuple(x), Const::Tuple(y)) => {
            x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| python_equal(x, y))
        }
        (Const::FrozenSet(x), Const::FrozenSet(y)) => {
            x.len() == y.len() && x.iter().all(|x| y.iter().any(|y| python_equal(x, y)))
        }
        _ => match (as_number(a), as_number(b)) {
            (Some(Number::Int(x)), Some(Number::Int(y))) => x == y,
            (Some(x), Some(y)) => x.complex() == y.complex() && x.is_exact() && y.is_exact(),
            _ => a == b,
        },
    }
}

enum Number {
    Int(i64),
    Complex(Complex),
}

impl Number {
    fn complex(&self) -> Complex {
        match *self {
            Number::Int(n) => (n as f64, 0.0),
            Number::Complex(c) => c,
        }
    }

    /// Survives conversion to a float.
    fn is_exact(&self) -> bool {
        match *self {
            Number::Int(n) => n as f64 as i64 == n && n != i64::MAX,
            Number::Complex(_) => true,
        }
    }
}

fn as_number(value: &Const) -> Option<Number> {
    Some(match *value {
        Const::True => Number::Int(1),
        Const::False => Number::Int(0),
        Const::Int(n) => Number::Int(n),
        Const::Float(x) => Number::Complex((x, 0.0)),
        Const::Complex { real, imag } => Number::Complex((real, imag)),
        _ => return None,
    })
}
