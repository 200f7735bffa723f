//! What Python sees of an int.

use super::{HEAD_SIZE, Int, convert};
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::{self, Result};
use crate::state;
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bytes::Bytes;
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::pytype;
use num::int::{self, Bitwise, Integer};

/// Answers with NotImplemented unless both operands are ints.
macro_rules! operands {
    ($left:ident, $right:ident) => {
        match ($left.cast::<Int>(), $right.cast::<Int>()) {
            (Some(left), Some(right)) => (left, right),
            _ => return Ok(protocol::compare::unsupported()),
        }
    };
}

/// The int of a computed value.
fn finish(value: Integer) -> Result<Ref> {
    Int::from_integer(&value).map(Ref::upcast)
}

fn finish_fallible(value: num::Result<Integer>) -> Result<Ref> {
    finish(value.map_err(raise::arithmetic)?)
}

#[pytype(
    name = "int", symbol = PyLong_Type, getattro = crate::attrs::generic_getattro, itemsize = 4, basicsize = HEAD_SIZE,
    flags = [BASETYPE, LONG_SUBCLASS, MATCH_SELF],
)]
impl Int {
    #[new("(x=<unrepresentable>, /, base=<unrepresentable>)")]
    fn tp_new(class: &TypeObject, x: Option<&Object>, base: Option<&Object>) -> Result<Ref> {
        let value = match (x, base) {
            (None, None) => Int::from_i64(0)?,
            (None, Some(_)) => return Err(crate::raise!(TypeError, "int() missing string argument")),
            (Some(x), None) => convert::from_object(x)?,
            (Some(x), Some(base)) => convert::from_text_in_base(x, base)?,
        };
        if core::ptr::eq(class, &raw const PyLong_Type) {
            Ok(value.upcast())
        } else {
            Int::new_in(class, &value)
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        self.to_decimal()
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.is_compact() {
            return Ok(match self.compact_value() {
                -1 => -2,
                value => value as isize,
            });
        }
        Ok(self.view().hash() as isize)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Int>() else { return Ok(protocol::compare::unsupported()) };
        Ok(protocol::compare::answer(op, self.compare(other)))
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        if left.is_compact() && right.is_compact() {
            return super::new_int(left.compact_value() + right.compact_value());
        }
        finish(int::add(left.view(), right.view()))
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        if left.is_compact() && right.is_compact() {
            return super::new_int(left.compact_value() - right.compact_value());
        }
        finish(int::sub(left.view(), right.view()))
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        if left.is_compact() && right.is_compact() {
            return super::new_int(left.compact_value() * right.compact_value());
        }
        finish(int::mul(left.view(), right.view()))
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish_fallible(int::modulo(left.view(), right.view()))
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish_fallible(int::floor_div(left.view(), right.view()))
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        let value = int::true_divide(left.view(), right.view()).map_err(raise::arithmetic)?;
        Ok(crate::types::float::Float::new(value)?.upcast())
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        let (quotient, remainder) = int::divmod(left.view(), right.view()).map_err(raise::arithmetic)?;
        Ok(Tuple::from_array([finish(quotient)?, finish(remainder)?])?.upcast())
    }

    #[slot(nb_power)]
    fn power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        let (base, exponent) = operands!(base, exponent);
        if modulus.is(none()) {
            if exponent.is_negative() {
                let (base, exponent) = (super::to_f64(base)?, super::to_f64(exponent)?);
                return crate::types::float::power(base, exponent);
            }
            return finish_fallible(int::pow(base.view(), exponent.view()));
        }
        let Some(modulus) = modulus.cast::<Int>() else { return Ok(protocol::compare::unsupported()) };
        finish_fallible(int::pow_modulo(base.view(), exponent.view(), modulus.view()))
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref> {
        if self.is_compact() {
            return super::new_int(-self.compact_value());
        }
        Int::from_digits(!self.is_negative(), self.digits()).map(Ref::upcast)
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Result<Ref> {
        Ok(self.to_exact()?.upcast())
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref> {
        if self.is_negative() { self.negative() } else { self.positive() }
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        Ok(!self.is_zero())
    }

    #[slot(nb_invert)]
    fn invert(&self) -> Result<Ref> {
        finish(int::invert(self.view()))
    }

    #[slot(nb_lshift)]
    fn lshift(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish_fallible(int::shift_left(left.view(), right.view()))
    }

    #[slot(nb_rshift)]
    fn rshift(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish_fallible(int::shift_right(left.view(), right.view()))
    }

    #[slot(nb_and)]
    fn and(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish(int::bitwise(Bitwise::And, left.view(), right.view()))
    }

    #[slot(nb_xor)]
    fn xor(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish(int::bitwise(Bitwise::Xor, left.view(), right.view()))
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        finish(int::bitwise(Bitwise::Or, left.view(), right.view()))
    }

    #[slot(nb_int)]
    fn int(&self) -> Result<Ref> {
        Ok(self.to_exact()?.upcast())
    }

    #[slot(nb_index)]
    fn index(&self) -> Result<Ref> {
        Ok(self.to_exact()?.upcast())
    }

    #[slot(nb_float)]
    fn float(&self) -> Result<Ref> {
        Ok(crate::types::float::Float::new(super::to_f64(self)?)?.upcast())
    }

    #[method("conjugate($self, /)")]
    fn conjugate(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[method("bit_length($self, /)")]
    fn bit_length(&self) -> u64 {
        self.view().bit_length()
    }

    #[method("bit_count($self, /)")]
    fn bit_count(&self) -> u64 {
        self.view().bit_count()
    }

    #[method("to_bytes($self, /, length=1, byteorder='big', *, signed=False)")]
    fn to_bytes(
        &self,
        #[default(1)] length: isize,
        byteorder: Option<&Object>,
        signed: bool,
    ) -> Result<Ref<Bytes>> {
        let little = is_little(byteorder)?;
        let Ok(length) = usize::try_from(length) else {
            return Err(crate::raise!(ValueError, "length argument must be non-negative"));
        };
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| raise::no_memory())?;
        bytes.resize(length, 0);
        int::to_bytes(self.view(), &mut bytes, little, signed).map_err(raise::arithmetic)?;
        Bytes::new(&bytes)
    }

    #[classmethod("from_bytes($type, /, bytes, byteorder='big', *, signed=False)")]
    fn from_bytes(cls: &TypeObject, bytes: &Object, byteorder: Option<&Object>, signed: bool) -> Result<Ref> {
        let little = is_little(byteorder)?;
        let bytes = contents(bytes)?;
        let value = Int::from_integer(&int::from_bytes(&bytes, little, signed))?;
        if core::ptr::eq(cls, &raw const PyLong_Type) {
            return Ok(value.upcast());
        }
        protocol::call::call_one_arg(cls, &value)
    }

    #[method("as_integer_ratio($self, /)")]
    fn as_integer_ratio(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([self.to_exact()?.upcast(), super::new_int(1)?])
    }

    #[method("is_integer($self, /)")]
    fn is_integer(&self) -> bool {
        true
    }

    #[method("__trunc__($self, /)")]
    fn trunc(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[method("__floor__($self, /)")]
    fn floor(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[method("__ceil__($self, /)")]
    fn ceil(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[method("__round__($self, ndigits=<unrepresentable>, /)")]
    fn round(&self, ndigits: Option<&Object>) -> Result<Ref> {
        let Some(ndigits) = ndigits.filter(|ndigits| !ndigits.is(none())) else {
            return Ok(self.to_exact()?.upcast());
        };
        let ndigits = number::index(ndigits)?;
        if !ndigits.is_negative() {
            return Ok(self.to_exact()?.upcast());
        }
        let ten = Integer::from(10i64);
        let scale = int::pow(ten.view(), ndigits.view().with_sign(false)).map_err(raise::arithmetic)?;
        finish(round_to_multiple(self.view(), scale.view())?)
    }

    #[method("__getnewargs__($self, /)")]
    fn getnewargs(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([Int::from_digits(self.is_negative(), self.digits())?.upcast()])
    }

    #[method("__format__($self, format_spec, /)")]
    fn format(&self, spec: &Str) -> Result<Ref<Str>> {
        crate::format::format_int(self, spec)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        let class = self.class();
        (class.tp_basicsize.get() + self.digits().len().max(1) as isize * class.tp_itemsize.get()) as usize
    }

    #[getter("real")]
    fn real(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[getter("imag")]
    fn imag(&self) -> i64 {
        0
    }

    #[getter("numerator")]
    fn numerator(&self) -> Result<Ref<Int>> {
        self.to_exact()
    }

    #[getter("denominator")]
    fn denominator(&self) -> i64 {
        1
    }
}

/// The nearest multiple of `scale`, halves to the even one.
fn round_to_multiple(value: int::Int<'_>, scale: int::Int<'_>) -> Result<Integer> {
    let (quotient, remainder) = int::divmod(value, scale).map_err(raise::arithmetic)?;
    let twice = int::add(remainder.view(), remainder.view());
    let up = match twice.view().cmp(&scale) {
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Equal => quotient.view().is_odd(),
    };
    let quotient = if up { int::add(quotient.view(), int::Int::ONE) } else { quotient };
    Ok(int::mul(quotient.view(), scale))
}

/// The bytes of a bytes-like object or of an iterable of small ints.
fn contents(source: &Object) -> Result<Vec<u8>> {
    if crate::protocol::buffer::is_exporter(source) {
        return Ok(crate::protocol::buffer::BytesLike::of(source)?.as_slice().to_vec());
    }
    if let Some(method) = protocol::attr::lookup_special(source, id!("__bytes__"))? {
        let result = protocol::call::call_no_args(&method)?;
        return match result.cast::<Bytes>() {
            Some(bytes) => Ok(bytes.as_slice().to_vec()),
            None => {
                Err(crate::raise!(TypeError, "__bytes__ returned non-bytes (type {})", result.class().name()))
            }
        };
    }
    if source.cast::<Str>().is_some() || source.cast::<Int>().is_some() {
        return Err(crate::raise!(TypeError, "cannot convert '{}' object to bytes", source.class().name()));
    }
    let mut bytes = Vec::new();
    protocol::iter::for_each(source, |item| {
        let value = number::index_as_isize(&item, Some(&crate::types::exceptions::ValueError))?;
        match u8::try_from(value) {
            Ok(byte) => bytes.push(byte),
            Err(_) => return Err(crate::raise!(ValueError, "bytes must be in range(0, 256)")),
        }
        Ok(())
    })?;
    Ok(bytes)
}

fn is_little(byteorder: Option<&Object>) -> Result<bool> {
    let Some(order) = byteorder else { return Ok(false) };
    let Some(order) = order.cast::<Str>() else {
        return Err(crate::raise!(
            TypeError,
            "argument 'byteorder' must be str, not {}",
            order.class().name()
        ));
    };
    match order.as_ascii() {
        Some("little") => Ok(true),
        Some("big") => Ok(false),
        _ => Err(crate::raise!(ValueError, "byteorder must be either 'little' or 'big'")),
    }
}

impl Int {
    /// The value as an exact `int`: itself, unless it is an instance of a subclass.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_exact(&self) -> Result<Ref<Int>> {
        if self.is_exactly(&PyLong_Type) {
            return Ok(self.to_ref());
        }
        Int::from_digits(self.is_negative(), self.digits())
    }

    /// The decimal digits.
    ///
    /// # Errors
    /// ValueError when there are more than `sys.get_int_max_str_digits()`.
    pub fn to_decimal(&self) -> Result<Ref<Str>> {
        if self.is_compact() {
            return Str::new(itoa(self.compact_value(), &mut [0; 12]));
        }
        let limit = state::interpreter().int_max_str_digits.get() as usize;
        Str::new(&int::to_decimal(self.view(), limit).map_err(raise::arithmetic)?)
    }

    /// The digits in a base of 2, 8, 10 or 16, behind `0b`, `0o` or `0x` (`PyNumber_ToBase`).
    ///
    /// # Errors
    /// ValueError when there are more decimal digits than `sys.get_int_max_str_digits()`.
    pub fn to_base(&self, base: u32) -> Result<Ref<Str>> {
        let prefix = match base {
            2 => "0b",
            8 => "0o",
            16 => "0x",
            _ => return self.to_decimal(),
        };
        let magnitude = int::Int { negative: false, digits: self.digits() };
        let mut text = String::from(if self.is_negative() { "-" } else { "" });
        text.push_str(prefix);
        int::push_radix(&mut text, magnitude, base);
        Str::from_ascii(text.as_bytes())
    }

    /// The order of two values.
    #[inline]
    pub fn compare(&self, other: &Int) -> core::cmp::Ordering {
        if self.is_compact() && other.is_compact() {
            return self.compact_value().cmp(&other.compact_value());
        }
        self.view().cmp(&other.view())
    }
}

/// The decimal digits of a one-digit int.
fn itoa(value: i64, buffer: &mut [u8; 12]) -> &str {
    let mut rest = value.unsigned_abs();
    let mut start = buffer.len();
    loop {
        start -= 1;
        buffer[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    core::str::from_utf8(&buffer[start..]).unwrap_or("")
}

/// `int & int`, for bool.
pub(crate) fn and(left: &Object, right: &Object) -> Result<Ref> {
    Int::and(left, right)
}

/// `int | int`, for bool.
pub(crate) fn or(left: &Object, right: &Object) -> Result<Ref> {
    Int::or(left, right)
}

/// `int ^ int`, for bool.
pub(crate) fn xor(left: &Object, right: &Object) -> Result<Ref> {
    Int::xor(left, right)
}
