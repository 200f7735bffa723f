//! `complex`.

use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, number};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::float::{Float, new_float};
use crate::types::int::{self, Int};
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::pytype;
use num::complex::{self, ParseError};

/// `PyComplexObject`.
#[repr(C)]
pub struct Complex {
    ob_base: Object,
    real: Cell<f64>,
    imag: Cell<f64>,
}

/// An operand of complex arithmetic; `None` for what is no number.
fn operand(object: &Object) -> Result<Option<complex::Complex>> {
    if let Some(complex) = object.cast::<Complex>() {
        return Ok(Some(complex.value()));
    }
    if let Some(float) = object.cast::<Float>() {
        return Ok(Some(complex::Complex::new(float.value(), 0.0)));
    }
    match object.cast::<Int>() {
        Some(int) => Ok(Some(complex::Complex::new(int::to_f64(int)?, 0.0))),
        None => Ok(None),
    }
}

macro_rules! operands {
    ($left:ident, $right:ident) => {
        match (operand($left)?, operand($right)?) {
            (Some(left), Some(right)) => (left, right),
            _ => return Ok(protocol::compare::unsupported()),
        }
    };
}

impl Complex {
    /// A new complex number.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(value: complex::Complex) -> Result<Ref> {
        Complex::new_in(&PyComplex_Type, value)
    }

    fn new_in(class: &TypeObject, value: complex::Complex) -> Result<Ref> {
        let complex =
            Complex { ob_base: Object::HEAD, real: Cell::new(value.real), imag: Cell::new(value.imag) };
        Ok(Ref::new_in(class, complex)?.upcast())
    }

    pub fn value(&self) -> complex::Complex {
        complex::Complex::new(self.real.get(), self.imag.get())
    }
}

#[pytype(
    name = "complex", symbol = PyComplex_Type, flags = [BASETYPE], getattro = crate::attrs::generic_getattro,
    member("real", DOUBLE, real, READONLY), member("imag", DOUBLE, imag, READONLY)
)]
impl Complex {
    #[new("(real=0, imag=0)", vectorcall)]
    fn tp_new(class: &TypeObject, real: Option<&Object>, imag: Option<&Object>) -> Result<Ref> {
        if let (Some(real), None) = (real, imag) {
            if real.is_exactly(&PyComplex_Type) && core::ptr::eq(class, &raw const PyComplex_Type) {
                return Ok(real.to_ref());
            }
            if let Some(text) = real.cast::<Str>() {
                return Complex::new_in(class, parse(text)?);
            }
        }
        if real.is_some_and(|real| real.cast::<Str>().is_some()) {
            return Err(crate::raise!(TypeError, "complex() can't take second arg if first is a string"));
        }
        if imag.is_some_and(|imag| imag.cast::<Str>().is_some()) {
            return Err(crate::raise!(TypeError, "complex() second arg can't be a string"));
        }
        let (first, first_is_complex) =
            real.map_or(Ok((complex::Complex::new(0.0, 0.0), false)), |real| part(real, true))?;
        let Some(imag) = imag else { return Complex::new_in(class, first) };
        let (second, second_is_complex) = part(imag, false)?;
        // real + imag*j, without adding zeros of the wrong sign.
        let mut value = complex::Complex::new(first.real, second.real);
        if second_is_complex {
            value.real -= second.imag;
        }
        if first_is_complex {
            value.imag += first.imag;
        }
        Complex::new_in(class, value)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::new(&self.value().repr())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        let of = |value: f64| num::float::hash(value).unwrap_or_else(|| crate::hash::pointer(self) as i64);
        Ok(complex::Complex::hash_of_parts(of(self.real.get()), of(self.imag.get())) as isize)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(protocol::compare::unsupported());
        }
        let value = self.value();
        let equal = if let Some(other) = other.cast::<Int>() {
            value.imag == 0.0
                && num::float::compare_int(value.real, other.view()).is_some_and(|order| order.is_eq())
        } else if let Some(other) = other.cast::<Float>() {
            value.imag == 0.0 && value.real == other.value()
        } else if let Some(other) = other.cast::<Complex>() {
            value.real == other.real.get() && value.imag == other.imag.get()
        } else {
            return Ok(protocol::compare::unsupported());
        };
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        Complex::new(left + right)
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        Complex::new(left - right)
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        Complex::new(left * right)
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        Complex::new(left.divide(right).map_err(raise::arithmetic)?)
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        let (base, exponent) = operands!(base, exponent);
        if !modulus.is(none()) {
            return Err(crate::raise!(ValueError, "complex modulo"));
        }
        Complex::new(base.pow(exponent).map_err(raise::arithmetic)?)
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref> {
        Complex::new(-self.value())
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Result<Ref> {
        if self.is_exactly(&PyComplex_Type) {
            Ok(self.as_object().to_ref())
        } else {
            Complex::new(self.value())
        }
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref> {
        new_float(self.value().abs().map_err(raise::arithmetic)?)
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        Ok(self.real.get() != 0.0 || self.imag.get() != 0.0)
    }

    #[method("conjugate($self, /)")]
    fn conjugate(&self) -> Result<Ref> {
        Complex::new(complex::Complex::new(self.real.get(), -self.imag.get()))
    }

    #[method("__complex__($self, /)")]
    fn complex(&self) -> Result<Ref> {
        self.positive()
    }

    #[method("__getnewargs__($self, /)")]
    fn getnewargs(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([new_float(self.real.get())?, new_float(self.imag.get())?])
    }

    #[method("__format__($self, format_spec, /)")]
    fn format(&self, format_spec: &Str) -> Result<Ref<Str>> {
        crate::format::format_complex(self, self.value(), format_spec)
    }
}

fn parse(text: &Str) -> Result<complex::Complex> {
    let value = match text.as_ascii() {
        Some(ascii) => complex::parse(ascii.as_bytes()),
        None => complex::parse(&crate::types::str::numeric::decimal_to_ascii(text)),
    };
    value.map_err(|error| match error {
        ParseError::Malformed => crate::raise!(ValueError, "{}", ParseError::MALFORMED),
        ParseError::Underscore => match protocol::object::repr(text) {
            Ok(text) => {
                crate::raise!(ValueError, "could not convert string to complex: {}", text.to_string_lossy())
            }
            Err(raised) => raised,
        },
    })
}

/// An argument of `complex`, and whether it was complex itself.
fn part(object: &Object, first: bool) -> Result<(complex::Complex, bool)> {
    if let Some(complex) = object.cast_exact::<Complex>() {
        return Ok((complex.value(), true));
    }
    if first && let Some(value) = through_complex_method(object)? {
        return Ok((value, true));
    }
    if let Some(complex) = object.cast::<Complex>() {
        return Ok((complex.value(), true));
    }
    let table = object.class().number();
    let real = table.is_some_and(|table| table.nb_float.get().is_some() || table.nb_index.get().is_some());
    if !real {
        return Err(if first {
            crate::raise!(
                TypeError,
                "complex() first argument must be a string or a number, not '{}'",
                object.class().name()
            )
        } else {
            crate::raise!(
                TypeError,
                "complex() second argument must be a number, not '{}'",
                object.class().name()
            )
        });
    }
    Ok((complex::Complex::new(number::as_f64(object)?, 0.0), false))
}

/// What `__complex__` of other classes returns.
fn through_complex_method(object: &Object) -> Result<Option<complex::Complex>> {
    let Some(method) = attr::lookup_special(object, id!("__complex__"))? else { return Ok(None) };
    let result = protocol::call::call_no_args(&method)?;
    let Some(complex) = result.cast::<Complex>() else {
        return Err(crate::raise!(
            TypeError,
            "__complex__ returned non-complex (type {})",
            result.class().full_name()
        ));
    };
    if !result.is_exactly(&PyComplex_Type) {
        crate::protocol::warn_strict_subclass(&result, "__complex__", "complex")?;
    }
    Ok(Some(complex.value()))
}

/// `PyComplex_AsCComplex`: from a complex number, `__complex__`, or a real number.
///
/// # Errors
/// TypeError for anything else.
pub fn as_complex(object: &Object) -> Result<complex::Complex> {
    if let Some(complex) = object.cast::<Complex>() {
        return Ok(complex.value());
    }
    if let Some(value) = through_complex_method(object)? {
        return Ok(value);
    }
    Ok(complex::Complex::new(number::as_f64(object)?, 0.0))
}
