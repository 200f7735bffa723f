//! `Decimal`.

use super::context::{self, ContextObject, rounding_of};
use super::convert::{self, Mode, Operand};
use super::operations::{self, Binary, Unary};
use super::{layout, tuple};
use core::cell::Cell;
use macros::pytype;
use num::decimal::{Context, Decimal, Kind, Rounding, flags};
use objects::protocol::{call, compare};
use objects::types::complex::{self, Complex};
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::none::{none, not_implemented};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, TypeObject, id, raise};

/// `PyDecObject`.
#[repr(C)]
pub struct DecimalObject {
    ob_base: Object,
    hash: Cell<isize>,
    value: Decimal,
}

/// Bytes of CPython's struct, its inline digits included.
const CPYTHON_SIZE: usize = 104;
/// Digits that CPython's struct has inline.
const CPYTHON_INLINE_DIGITS: i64 = 4 * 19;

impl DecimalObject {
    /// A new number.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new(value: Decimal) -> Result<Ref<DecimalObject>> {
        Ref::new(DecimalObject { ob_base: Object::HEAD, hash: Cell::new(-1), value })
    }

    fn in_class(class: &TypeObject, value: Decimal) -> Result<Ref<DecimalObject>> {
        Ref::new_in(class, DecimalObject { ob_base: Object::HEAD, hash: Cell::new(-1), value })
    }

    #[inline]
    pub fn value(&self) -> &Decimal {
        &self.value
    }

    fn unary(&self, context: Option<&Object>, operation: Unary) -> Result<Ref<DecimalObject>> {
        let context = ContextObject::given(context)?;
        context.compute(|limits, status| operation(&self.value, limits, status))
    }

    fn binary(
        &self,
        other: &Object,
        context: Option<&Object>,
        operation: Binary,
    ) -> Result<Ref<DecimalObject>> {
        let context = ContextObject::given(context)?;
        let other = convert::required(other)?;
        context.compute(|limits, status| operation(&self.value, &other, limits, status))
    }

    /// The integer that `rounding` gives.
    fn to_int(&self, rounding: Rounding) -> Result<Ref<Int>> {
        match self.value.kind {
            Kind::Finite => {}
            Kind::Infinite => return Err(raise!(OverflowError, "cannot convert Infinity to integer")),
            _ => return Err(raise!(ValueError, "cannot convert NaN to integer")),
        }
        let whole = self.value.integer_part(rounding).and_then(|whole| whole.to_integer());
        Int::from_integer(&whole.ok_or_else(raise::no_memory)?)
    }

    /// With the rounding mode of an argument instead of the context's.
    fn integral(
        &self,
        rounding: Option<&Object>,
        context: Option<&Object>,
        exact: bool,
    ) -> Result<Ref<DecimalObject>> {
        let context = ContextObject::given(context)?;
        let mode = match rounding.filter(|rounding| !rounding.is(none())) {
            Some(rounding) => rounding_of(rounding)?,
            None => context.limits().rounding,
        };
        context.compute(|limits, status| self.value.to_integral(exact, &limits.with_rounding(mode), status))
    }
}

/// An operator of two numbers.
#[inline]
fn operator(left: &Object, right: &Object, operation: Binary) -> Result<Ref> {
    let (Some(a), Some(b)) = (convert::operand(left), convert::operand(right)) else {
        return Ok(not_implemented().to_ref());
    };
    let context = context::current()?;
    Ok(context.compute(|limits, status| operation(&a, &b, limits, status))?.upcast())
}

/// The other operand of a comparison, and `self` scaled so that it can be compared with a fraction's numerator.
fn comparable<'a>(
    number: &'a Decimal,
    other: &'a Object,
    op: CompareOp,
    context: &ContextObject,
) -> Result<Option<(Operand<'a>, Operand<'a>)>> {
    if let Some(other) = convert::operand(other) {
        return Ok(Some((Operand::Borrowed(number), other)));
    }
    let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    let float_operation = || {
        if equality {
            context.note(flags::FLOAT_OPERATION);
            Ok(())
        } else {
            context.report(flags::FLOAT_OPERATION)
        }
    };
    if let Some(complex) = other.cast::<Complex>() {
        let value = complex.value();
        if !equality || value.imag != 0.0 {
            return Ok(None);
        }
        float_operation()?;
        return Ok(Some((Operand::Borrowed(number), Operand::Owned(Decimal::from_f64(value.real)))));
    }
    if let Some(float) = other.cast::<Float>() {
        float_operation()?;
        return Ok(Some((Operand::Borrowed(number), Operand::Owned(Decimal::from_f64(float.value())))));
    }
    if !objects::protocol::object::is_instance(other, &*super::rational()?)? {
        return Ok(None);
    }
    let part = |name| -> Result<Decimal> {
        let part = objects::protocol::attr::get(other, name)?;
        match part.cast::<Int>() {
            Some(int) => Ok(Decimal::from_int(int.view())),
            None => Err(raise!(TypeError, "numerator and denominator must be integers")),
        }
    };
    let (numerator, denominator) = (part(id!("numerator"))?, part(id!("denominator"))?);
    let scaled = if number.is_finite() {
        number.multiply(&denominator, &Context::MAX, &mut 0)
    } else {
        number.clone()
    };
    Ok(Some((Operand::Owned(scaled), Operand::Owned(numerator))))
}

#[pytype(name = "Decimal", module = "decimal", getattro = objects::attrs::generic_getattro, static_name = DECIMAL, flags = [BASETYPE])]
impl DecimalObject {
    #[new("(value=\"0\", context=None)")]
    fn tp_new(
        class: &TypeObject,
        value: Option<&Object>,
        context: Option<&Object>,
    ) -> Result<Ref<DecimalObject>> {
        let context = ContextObject::given(context)?;
        let Some(value) = value else { return DecimalObject::in_class(class, Decimal::from_i64(0)) };
        if core::ptr::eq(class, &raw const DECIMAL)
            && let Some(number) = value.cast_exact::<DecimalObject>()
        {
            return Ok(number.to_ref());
        }
        DecimalObject::in_class(class, convert::convert(value, Mode::Exact, &context)?)
    }

    #[classmethod("from_float($type, f, /)")]
    fn from_float(class: &TypeObject, f: &Object) -> Result<Ref> {
        let number = DecimalObject::new(convert::from_float(f)?)?;
        if core::ptr::eq(class, &raw const DECIMAL) {
            return Ok(number.upcast());
        }
        call::call_one_arg(class, &number)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let capitals = context::current()?.limits().capitals;
        Str::new(&format!("Decimal('{}')", self.value.to_text(false, capitals)))
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let capitals = context::current()?.limits().capitals;
        Str::new(&self.value.to_text(false, capitals))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.hash.get() == -1 {
            let hash = match self.value.hash() {
                Some(hash) => hash as isize,
                None if self.value.is_signaling() => {
                    return Err(raise!(TypeError, "Cannot hash a signaling NaN value"));
                }
                None => objects::hash::pointer(self),
            };
            self.hash.set(hash);
        }
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let context = context::current()?;
        let Some((a, b)) = comparable(&self.value, other, op, &context)? else {
            return Ok(not_implemented().to_ref());
        };
        if a.is_nan() || b.is_nan() {
            let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
            if !equality || a.is_signaling() || b.is_signaling() {
                context.report(flags::INVALID_OPERATION)?;
            }
            return Ok(objects::types::bool::new_bool(op == CompareOp::Ne));
        }
        Ok(compare::answer(op, a.numeric_cmp(&b)))
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        Ok(!self.value.is_zero())
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        operator(left, right, Decimal::add)
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        operator(left, right, Decimal::subtract)
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        operator(left, right, Decimal::multiply)
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        operator(left, right, Decimal::divide)
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        operator(left, right, Decimal::divide_int)
    }

    #[slot(nb_remainder)]
    fn modulo(left: &Object, right: &Object) -> Result<Ref> {
        operator(left, right, Decimal::remainder)
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        let (Some(a), Some(b)) = (convert::operand(left), convert::operand(right)) else {
            return Ok(not_implemented().to_ref());
        };
        let context = context::current()?;
        let mut status = 0;
        let (quotient, rest) = a.divmod(&b, &context.limits(), &mut status);
        context.report(status)?;
        let pair = [DecimalObject::new(quotient)?.upcast(), DecimalObject::new(rest)?.upcast()];
        Ok(Tuple::from_array(pair)?.upcast())
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        if modulus.is(none()) {
            return operator(base, exponent, Decimal::power);
        }
        let (Some(a), Some(b), Some(m)) =
            (convert::operand(base), convert::operand(exponent), convert::operand(modulus))
        else {
            return Ok(not_implemented().to_ref());
        };
        let context = context::current()?;
        Ok(context.compute(|limits, status| a.power_modulo(&b, &m, limits, status))?.upcast())
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref<DecimalObject>> {
        self.unary(None, Decimal::minus)
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Result<Ref<DecimalObject>> {
        self.unary(None, Decimal::plus)
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref<DecimalObject>> {
        self.unary(None, Decimal::abs)
    }

    #[slot(nb_int)]
    fn int(&self) -> Result<Ref<Int>> {
        self.to_int(Rounding::Down)
    }

    #[slot(nb_float)]
    fn float(&self) -> Result<Ref<Float>> {
        if self.value.is_signaling() {
            return Err(raise!(ValueError, "cannot convert signaling NaN to float"));
        }
        Float::new(self.to_f64())
    }

    #[method("__trunc__($self, /)")]
    fn trunc(&self) -> Result<Ref<Int>> {
        self.to_int(Rounding::Down)
    }

    #[method("__floor__($self, /)")]
    fn floor(&self) -> Result<Ref<Int>> {
        self.to_int(Rounding::Floor)
    }

    #[method("__ceil__($self, /)")]
    fn ceil(&self) -> Result<Ref<Int>> {
        self.to_int(Rounding::Ceiling)
    }

    #[method("__round__($self, ndigits=None, /)", unchecked, nosig)]
    fn round(&self, #[default(None)] ndigits: Option<&Object>) -> Result<Ref> {
        let Some(digits) = ndigits else { return Ok(self.to_int(Rounding::HalfEven)?.upcast()) };
        let Some(digits) = digits.cast::<Int>() else {
            return Err(raise!(TypeError, "optional arg must be an integer"));
        };
        let Some(digits) = digits.to_i64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C ssize_t"));
        };
        let unit = Decimal::new(false, num::decimal::UBig::ONE, digits.checked_neg().unwrap_or(i64::MAX));
        let context = context::current()?;
        Ok(context.compute(|limits, status| self.value.quantize(&unit, limits, status))?.upcast())
    }

    #[method("__complex__($self, /)")]
    fn complex(&self) -> Result<Ref> {
        let real = self.float()?.value();
        complex::Complex::new(num::complex::Complex::new(real, 0.0))
    }

    #[method("__copy__($self, /)")]
    fn py_copy(&self) -> Ref<DecimalObject> {
        self.to_ref()
    }

    #[method("__deepcopy__($self, object, /)")]
    fn deepcopy(&self, _object: &Object) -> Ref<DecimalObject> {
        self.to_ref()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let state = Tuple::from_array([self.str()?.upcast()])?;
        Tuple::from_array([self.class().to_ref().upcast(), state.upcast()])
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        let digits = self.value.digits();
        CPYTHON_SIZE + if digits > CPYTHON_INLINE_DIGITS { (digits as usize).div_ceil(19) * 8 } else { 0 }
    }

    #[method("__format__($self, fmtarg, override=None, /)", unchecked, nosig)]
    fn format(&self, fmtarg: &Object, #[default(None)] conventions: Option<&Object>) -> Result<Ref<Str>> {
        layout::format(&self.value, fmtarg, conventions)
    }

    #[getter("real")]
    fn real(&self) -> Ref<DecimalObject> {
        self.to_ref()
    }

    #[getter("imag")]
    fn imag(&self) -> Result<Ref<DecimalObject>> {
        DecimalObject::new(Decimal::from_i64(0))
    }

    #[method("adjusted($self, /)")]
    fn adjusted(&self) -> i64 {
        if self.value.is_finite() && !self.value.is_zero() {
            self.value.adjusted()
        } else if self.value.is_zero() {
            self.value.exponent
        } else {
            0
        }
    }

    #[method("as_integer_ratio($self, /)")]
    fn as_integer_ratio(&self) -> Result<Ref<Tuple>> {
        match self.value.kind {
            Kind::Finite => {}
            Kind::Infinite => return Err(raise!(OverflowError, "cannot convert Infinity to integer ratio")),
            _ => return Err(raise!(ValueError, "cannot convert NaN to integer ratio")),
        }
        let (numerator, denominator) = self.value.to_ratio().ok_or_else(raise::no_memory)?;
        Tuple::from_array([
            Int::from_integer(&numerator)?.upcast(),
            Int::from_integer(&denominator)?.upcast(),
        ])
    }

    #[method("as_tuple($self, /)")]
    fn as_tuple(&self) -> Result<Ref> {
        tuple::of(&self.value)
    }

    #[method("canonical($self, /)")]
    fn canonical(&self) -> Ref<DecimalObject> {
        self.to_ref()
    }

    #[method("conjugate($self, /)")]
    fn conjugate(&self) -> Ref<DecimalObject> {
        self.to_ref()
    }

    #[method("radix($self, /)")]
    fn radix(&self) -> Result<Ref<DecimalObject>> {
        DecimalObject::new(Decimal::from_i64(10))
    }

    #[method("copy_abs($self, /)")]
    fn copy_abs(&self) -> Result<Ref<DecimalObject>> {
        DecimalObject::new(self.value.clone().with_sign(false))
    }

    #[method("copy_negate($self, /)")]
    fn copy_negate(&self) -> Result<Ref<DecimalObject>> {
        DecimalObject::new(self.value.clone().with_sign(!self.value.negative))
    }

    #[method("copy_sign($self, /, other, context=None)")]
    fn copy_sign(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::copy_sign)
    }

    #[method("compare_total($self, /, other, context=None)")]
    fn compare_total(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::compare_total)
    }

    #[method("compare_total_mag($self, /, other, context=None)")]
    fn compare_total_mag(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::compare_total_mag)
    }

    #[method("same_quantum($self, /, other, context=None)")]
    fn same_quantum(&self, other: &Object, context: Option<&Object>) -> Result<bool> {
        ContextObject::given(context)?;
        Ok(self.value.same_quantum(&*convert::required(other)?))
    }

    #[method("number_class($self, /, context=None)")]
    fn number_class(&self, context: Option<&Object>) -> Result<&'static str> {
        Ok(self.value.number_class(&ContextObject::given(context)?.limits()))
    }

    #[method("to_eng_string($self, /, context=None)")]
    fn to_eng_string(&self, context: Option<&Object>) -> Result<String> {
        Ok(self.value.to_text(true, ContextObject::given(context)?.limits().capitals))
    }

    #[method("fma($self, /, other, third, context=None)")]
    fn fma(&self, other: &Object, third: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        let context = ContextObject::given(context)?;
        let (other, third) = (convert::required(other)?, convert::required(third)?);
        context.compute(|limits, status| self.value.fma(&other, &third, limits, status))
    }

    #[method("quantize($self, /, exp, rounding=None, context=None)")]
    fn quantize(
        &self,
        exp: &Object,
        rounding: Option<&Object>,
        context: Option<&Object>,
    ) -> Result<Ref<DecimalObject>> {
        let context = ContextObject::given(context)?;
        let mode = match rounding {
            Some(rounding) => rounding_of(rounding)?,
            None => context.limits().rounding,
        };
        let exp = convert::required(exp)?;
        context.compute(|limits, status| self.value.quantize(&exp, &limits.with_rounding(mode), status))
    }

    #[method("to_integral($self, /, rounding=None, context=None)")]
    fn to_integral(&self, rounding: Option<&Object>, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.integral(rounding, context, false)
    }

    #[method("to_integral_value($self, /, rounding=None, context=None)")]
    fn to_integral_value(
        &self,
        rounding: Option<&Object>,
        context: Option<&Object>,
    ) -> Result<Ref<DecimalObject>> {
        self.integral(rounding, context, false)
    }

    #[method("to_integral_exact($self, /, rounding=None, context=None)")]
    fn to_integral_exact(
        &self,
        rounding: Option<&Object>,
        context: Option<&Object>,
    ) -> Result<Ref<DecimalObject>> {
        self.integral(rounding, context, true)
    }

    #[method("exp($self, /, context=None)")]
    fn exp(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::exp)
    }

    #[method("ln($self, /, context=None)")]
    fn ln(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::ln)
    }

    #[method("log10($self, /, context=None)")]
    fn log10(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::log10)
    }

    #[method("logb($self, /, context=None)")]
    fn logb(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::logb)
    }

    #[method("logical_invert($self, /, context=None)")]
    fn logical_invert(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::logical_invert)
    }

    #[method("next_minus($self, /, context=None)")]
    fn next_minus(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::next_minus)
    }

    #[method("next_plus($self, /, context=None)")]
    fn next_plus(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::next_plus)
    }

    #[method("normalize($self, /, context=None)")]
    fn normalize(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::normalize)
    }

    #[method("sqrt($self, /, context=None)")]
    fn sqrt(&self, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.unary(context, Decimal::sqrt)
    }

    #[method("compare($self, /, other, context=None)")]
    fn compare(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::compare)
    }

    #[method("compare_signal($self, /, other, context=None)")]
    fn compare_signal(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::compare_signal)
    }

    #[method("max($self, /, other, context=None)")]
    fn max(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::max)
    }

    #[method("max_mag($self, /, other, context=None)")]
    fn max_mag(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::max_mag)
    }

    #[method("min($self, /, other, context=None)")]
    fn min(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::min)
    }

    #[method("min_mag($self, /, other, context=None)")]
    fn min_mag(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::min_mag)
    }

    #[method("next_toward($self, /, other, context=None)")]
    fn next_toward(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::next_toward)
    }

    #[method("remainder_near($self, /, other, context=None)")]
    fn remainder_near(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::remainder_near)
    }

    #[method("rotate($self, /, other, context=None)")]
    fn rotate(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::rotate)
    }

    #[method("scaleb($self, /, other, context=None)")]
    fn scaleb(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::scaleb)
    }

    #[method("shift($self, /, other, context=None)")]
    fn shift(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, Decimal::shift)
    }

    #[method("logical_and($self, /, other, context=None)")]
    fn logical_and(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::logical_and)
    }

    #[method("logical_or($self, /, other, context=None)")]
    fn logical_or(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::logical_or)
    }

    #[method("logical_xor($self, /, other, context=None)")]
    fn logical_xor(&self, other: &Object, context: Option<&Object>) -> Result<Ref<DecimalObject>> {
        self.binary(other, context, operations::logical_xor)
    }

    #[method("is_canonical($self, /)")]
    fn is_canonical(&self) -> bool {
        true
    }

    #[method("is_finite($self, /)")]
    fn is_finite(&self) -> bool {
        self.value.is_finite()
    }

    #[method("is_infinite($self, /)")]
    fn is_infinite(&self) -> bool {
        self.value.is_infinite()
    }

    #[method("is_nan($self, /)")]
    fn is_nan(&self) -> bool {
        self.value.is_nan()
    }

    #[method("is_qnan($self, /)")]
    fn is_qnan(&self) -> bool {
        self.value.kind == Kind::Quiet
    }

    #[method("is_snan($self, /)")]
    fn is_snan(&self) -> bool {
        self.value.is_signaling()
    }

    #[method("is_signed($self, /)")]
    fn is_signed(&self) -> bool {
        self.value.negative
    }

    #[method("is_zero($self, /)")]
    fn is_zero(&self) -> bool {
        self.value.is_zero()
    }

    #[method("is_normal($self, /, context=None)")]
    fn is_normal(&self, context: Option<&Object>) -> Result<bool> {
        Ok(self.value.is_normal(&ContextObject::given(context)?.limits()))
    }

    #[method("is_subnormal($self, /, context=None)")]
    fn is_subnormal(&self, context: Option<&Object>) -> Result<bool> {
        Ok(self.value.is_subnormal(&ContextObject::given(context)?.limits()))
    }
}

impl DecimalObject {
    /// The float nearest to a number that is no signaling NaN.
    fn to_f64(&self) -> f64 {
        if self.value.is_nan() {
            return if self.value.negative { -f64::NAN } else { f64::NAN };
        }
        let text = self.value.to_text(false, false);
        num::float::parse(text.as_bytes()).unwrap_or(f64::NAN)
    }
}
