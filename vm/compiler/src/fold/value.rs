//! Operators on constants. `None` means: not folded, because Python would raise or the result could be big.

use bytecode::code::Const;
use syntax::Arena;
use syntax::ast::{Constant, Int, Operator, UnaryOp, Wtf8};

use num::complex::Complex;
use num::float::{self, PowError};
use num::int::{self, Bitwise, Integer};

use crate::error::with_stack;

/// Limits on results.
const MAX_INT_BITS: u64 = 128;
const MAX_COLLECTION_SIZE: usize = 256;
const MAX_STR_SIZE: usize = 4096;
const MAX_TOTAL_ITEMS: isize = 1024;

pub(super) fn is_true(value: &Constant<'_>) -> bool {
    match *value {
        Constant::None | Constant::False => false,
        Constant::True | Constant::Ellipsis => true,
        Constant::Str(s) => !s.is_empty(),
        Constant::Bytes(b) => !b.is_empty(),
        Constant::Int(n) => n != Int::Small(0),
        Constant::Float(x) => x != 0.0,
        Constant::Complex { real, imag } => real != 0.0 || imag != 0.0,
        Constant::Tuple(items) | Constant::FrozenSet(items) => !items.is_empty(),
    }
}

/// An int or bool constant as an integer.
fn integer(value: &Constant<'_>) -> Option<Integer> {
    Some(match *value {
        Constant::True => Integer::from(1),
        Constant::False => Integer::zero(),
        Constant::Int(Int::Small(n)) => Integer::from(n),
        Constant::Int(Int::Big { negative, digits }) => int::Int::new(negative, digits).to_owned(),
        _ => return None,
    })
}

fn from_integer<'a>(arena: &'a Arena, n: &Integer) -> Constant<'a> {
    Constant::Int(match n.to_i64() {
        Some(small) => Int::Small(small),
        None => Int::Big { negative: n.negative, digits: arena.list(&n.digits) },
    })
}

fn to_usize(n: &Integer) -> Option<usize> {
    usize::try_from(n.view().to_u64()?).ok()
}

/// A NaN that differs in its payload from those with other marks.
pub(super) fn marked_nan(nan: f64, mark: u64) -> f64 {
    f64::from_bits(plain_nan(nan).to_bits() | mark)
}

fn plain_nan(x: f64) -> f64 {
    if x.is_nan() { f64::NAN.copysign(x) } else { x }
}

/// A constant as the program gets it: NaNs no longer marked.
pub fn without_marks(value: Const) -> Const {
    fn is_marked(value: &Const) -> bool {
        match value {
            Const::Float(x) => x.is_nan(),
            Const::Complex { real, imag } => real.is_nan() || imag.is_nan(),
            Const::Tuple(items) | Const::FrozenSet(items) => with_stack(|| items.iter().any(is_marked)),
            _ => false,
        }
    }
    let list = |items: &[Const]| with_stack(|| items.iter().cloned().map(without_marks).collect());
    match &value {
        _ if !is_marked(&value) => value,
        Const::Float(x) => Const::Float(plain_nan(*x)),
        Const::Complex { real, imag } => Const::Complex { real: plain_nan(*real), imag: plain_nan(*imag) },
        Const::Tuple(items) => Const::Tuple(list(items)),
        Const::FrozenSet(items) => Const::FrozenSet(list(items)),
        _ => value,
    }
}

/// `+x`, `-x`, `~x`.
pub(super) fn unary<'a>(arena: &'a Arena, op: UnaryOp, value: &Constant<'a>) -> Option<Constant<'a>> {
    if let Some(n) = integer(value) {
        let result = match op {
            UnaryOp::UAdd => n,
            UnaryOp::USub => n.negated(),
            UnaryOp::Invert => int::invert(n.view()),
            UnaryOp::Not => return None,
        };
        return Some(from_integer(arena, &result));
    }
    match (op, *value) {
        (UnaryOp::UAdd, Constant::Float(_) | Constant::Complex { .. }) => Some(*value),
        (UnaryOp::USub, Constant::Float(x)) => Some(Constant::Float(-x)),
        (UnaryOp::USub, Constant::Complex { real, imag }) => {
            Some(Constant::Complex { real: -real, imag: -imag })
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
    let index = integer(index)?.to_i64()?;
    let at = |len: usize| {
        let i = if index < 0 { index.checked_add(len as i64)? } else { index };
        usize::try_from(i).ok().filter(|&i| i < len)
    };
    match *object {
        Constant::Tuple(items) => items.get(at(items.len())?).copied(),
        Constant::Bytes(b) => Some(Constant::Int(Int::Small(b[at(b.len())?].into()))),
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
            if let (Some(a), Some(b)) = (integer(left), integer(right)) {
                let are_bools = |v: &Constant<'_>| matches!(v, Constant::True | Constant::False);
                let result = integers(arena, op, &a, &b)?;
                let bitwise = matches!(op, Operator::BitOr | Operator::BitXor | Operator::BitAnd);
                if bitwise && are_bools(left) && are_bools(right) {
                    return Some(if is_true(&result) { Constant::True } else { Constant::False });
                }
                return Some(result);
            }
            let (a, b) = (to_complex(left)?, to_complex(right)?);
            let is_complex =
                matches!(left, Constant::Complex { .. }) || matches!(right, Constant::Complex { .. });
            if is_complex { complexes(op, a, b) } else { floats(op, a.real, b.real) }
        }
    }
}

fn to_complex(value: &Constant<'_>) -> Option<Complex> {
    match *value {
        Constant::Float(x) => Some(Complex::new(x, 0.0)),
        Constant::Complex { real, imag } => Some(Complex::new(real, imag)),
        _ => int::to_f64(integer(value)?.view()).ok().map(|x| Complex::new(x, 0.0)),
    }
}

fn integers<'a>(arena: &'a Arena, op: Operator, a: &Integer, b: &Integer) -> Option<Constant<'a>> {
    let (x, y) = (a.view(), b.view());
    let either_zero = x.is_zero() || y.is_zero();
    let result = match op {
        Operator::Add => int::add(x, y),
        Operator::Sub => int::sub(x, y),
        Operator::Mult if either_zero || x.bit_length() + y.bit_length() <= MAX_INT_BITS => int::mul(x, y),
        Operator::FloorDiv => int::floor_div(x, y).ok()?,
        Operator::Mod => int::modulo(x, y).ok()?,
        Operator::Div => return int::true_divide(x, y).ok().map(Constant::Float),
        Operator::Pow if y.negative => return floats(op, int::to_f64(x).ok()?, int::to_f64(y).ok()?),
        Operator::Pow => {
            if !either_zero && x.bit_length() > MAX_INT_BITS / y.to_u64()? {
                return None;
            }
            int::pow(x, y).ok()?
        }
        Operator::LShift => {
            if !either_zero
                && y.to_u64().is_none_or(|by| by > MAX_INT_BITS || x.bit_length() > MAX_INT_BITS - by)
            {
                return None;
            }
            int::shift_left(x, y).ok()?
        }
        Operator::RShift => int::shift_right(x, y).ok()?,
        Operator::BitOr => int::bitwise(Bitwise::Or, x, y),
        Operator::BitXor => int::bitwise(Bitwise::Xor, x, y),
        Operator::BitAnd => int::bitwise(Bitwise::And, x, y),
        Operator::Mult | Operator::MatMult => return None,
    };
    Some(from_integer(arena, &result))
}

fn floats<'a>(op: Operator, a: f64, b: f64) -> Option<Constant<'a>> {
    let result = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::FloorDiv => float::floor_div(a, b).ok()?,
        Operator::Mod => float::modulo(a, b).ok()?,
        Operator::Pow => match float::pow(a, b) {
            Ok(result) => result,
            Err(PowError::Complex) => return complexes(op, Complex::new(a, 0.0), Complex::new(b, 0.0)),
            Err(_) => return None,
        },
        _ => return None,
    };
    Some(Constant::Float(result))
}

fn complexes<'a>(op: Operator, a: Complex, b: Complex) -> Option<Constant<'a>> {
    let result = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div => a.divide(b).ok()?,
        Operator::Pow => a.pow(b).ok()?,
        _ => return None,
    };
    Some(Constant::Complex { real: result.real, imag: result.imag })
}

/// `n * sequence`.
fn repeat<'a>(arena: &'a Arena, n: &Constant<'a>, sequence: &Constant<'a>) -> Option<Constant<'a>> {
    let n = integer(n)?;
    let times = |len: usize, limit: usize| {
        if len == 0 {
            return Some(0);
        }
        to_usize(&n).filter(|&n| n <= limit / len)
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
            Number::Int(n) => Complex::new(n as f64, 0.0),
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
        Const::Float(x) => Number::Complex(Complex::new(x, 0.0)),
        Const::Complex { real, imag } => Number::Complex(Complex::new(real, imag)),
        _ => return None,
    })
}
