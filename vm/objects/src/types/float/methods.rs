//! What Python sees of a float.

use super::{Float, new_float, power};
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::CompareOp;
use crate::types::bool::new_bool;
use crate::types::int::{self, Int};
use crate::types::none::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::pytype;
use num::float;

/// The value of a float or an int as an operand; `None` for anything else.
#[inline]
fn operand(object: &Object) -> Result<Option<f64>> {
    if let Some(float) = object.cast::<Float>() {
        return Ok(Some(float.value()));
    }
    object.cast::<Int>().map(int::to_f64).transpose()
}

/// The operands as doubles, or NotImplemented.
macro_rules! operands {
    ($left:ident, $right:ident) => {
        match (operand($left)?, operand($right)?) {
            (Some(left), Some(right)) => (left, right),
            _ => return Ok(protocol::compare::unsupported()),
        }
    };
}

#[pytype(name = "float", symbol = PyFloat_Type, flags = [BASETYPE, MATCH_SELF])]
impl Float {
    #[new("(x=0, /)", vectorcall)]
    fn tp_new(class: &TypeObject, x: Option<&Object>) -> Result<Ref> {
        let value = match x {
            None => 0.0,
            Some(x) => match x.cast_exact::<Float>() {
                Some(float) if core::ptr::eq(class, &raw const PyFloat_Type) => {
                    return Ok(float.to_ref().upcast());
                }
                _ => from_object(x)?,
            },
        };
        let float = Float { ob_base: Object::HEAD, ob_fval: core::cell::Cell::new(value) };
        Ok(Ref::new_in(class, float)?.upcast())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::new(&float::repr(self.value()))
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Ok(float::hash(self.value()).map_or_else(|| crate::hash::pointer(self), |hash| hash as isize))
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let value = self.value();
        let ordering = if let Some(other) = other.cast::<Float>() {
            value.partial_cmp(&other.value())
        } else if let Some(other) = other.cast::<Int>() {
            float::compare_int(value, other.view())
        } else {
            return Ok(protocol::compare::unsupported());
        };
        Ok(new_bool(match ordering {
            Some(ordering) => op.holds(ordering),
            None => op == CompareOp::Ne,
        }))
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        new_float(left + right)
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        new_float(left - right)
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        new_float(left * right)
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        if right == 0.0 {
            return Err(crate::raise!(ZeroDivisionError, "float division by zero"));
        }
        new_float(left / right)
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        new_float(float::floor_div(left, right).map_err(raise::arithmetic)?)
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        new_float(float::modulo(left, right).map_err(raise::arithmetic)?)
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        let (left, right) = operands!(left, right);
        let (quotient, remainder) = float::divmod(left, right).map_err(raise::arithmetic)?;
        Ok(Tuple::from_array([new_float(quotient)?, new_float(remainder)?])?.upcast())
    }

    #[slot(nb_power)]
    fn py_power(base: &Object, exponent: &Object, modulus: &Object) -> Result<Ref> {
        if !modulus.is(none()) {
            return Err(crate::raise!(
                TypeError,
                "pow() 3rd argument not allowed unless all arguments are integers"
            ));
        }
        let (base, exponent) = operands!(base, exponent);
        power(base, exponent)
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref> {
        new_float(-self.value())
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Result<Ref> {
        self.exact()
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref> {
        new_float(self.value().abs())
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        Ok(self.value() != 0.0)
    }

    #[slot(nb_int)]
    fn int(&self) -> Result<Ref<Int>> {
        self.trunc()
    }

    #[slot(nb_float)]
    fn float(&self) -> Result<Ref> {
        self.exact()
    }

    #[method("conjugate($self, /)")]
    fn conjugate(&self) -> Result<Ref> {
        self.exact()
    }

    #[method("__trunc__($self, /)")]
    fn trunc(&self) -> Result<Ref<Int>> {
        from_f64(self.value())
    }

    #[method("__floor__($self, /)")]
    fn floor(&self) -> Result<Ref<Int>> {
        from_f64(self.value().floor())
    }

    #[method("__ceil__($self, /)")]
    fn ceil(&self) -> Result<Ref<Int>> {
        from_f64(self.value().ceil())
    }

    #[method("__round__($self, ndigits=None, /)")]
    fn round(&self, ndigits: Option<&Object>) -> Result<Ref> {
        match ndigits.filter(|ndigits| !ndigits.is(none())) {
            None => {
                let rounded = float::round(self.value()).map_err(raise::arithmetic)?;
                Ok(Int::from_integer(&rounded)?.upcast())
            }
            Some(ndigits) => {
                let places = number::index_as_isize(ndigits, None)?;
                new_float(float::round_to(self.value(), places as i64).map_err(raise::arithmetic)?)
            }
        }
    }

    #[method("as_integer_ratio($self, /)")]
    fn as_integer_ratio(&self) -> Result<Ref<Tuple>> {
        let (numerator, denominator) = float::as_integer_ratio(self.value()).map_err(raise::arithmetic)?;
        Tuple::from_array([
            Int::from_integer(&numerator)?.upcast(),
            Int::from_integer(&denominator)?.upcast(),
        ])
    }

    #[method("is_integer($self, /)")]
    fn is_integer(&self) -> bool {
        let value = self.value();
        value.is_finite() && value == value.trunc()
    }

    #[method("hex($self, /)")]
    fn hex(&self) -> String {
        float::to_hex(self.value())
    }

    #[classmethod("fromhex($type, string, /)")]
    fn fromhex(cls: &TypeObject, string: &Object) -> Result<Ref> {
        let Some(text) = string.cast::<Str>() else {
            return Err(crate::raise!(TypeError, "bad argument type for built-in operation"));
        };
        let value = float::from_hex(text.to_str()?.as_bytes()).map_err(raise::arithmetic)?;
        let value = new_float(value)?;
        if core::ptr::eq(cls, &raw const PyFloat_Type) {
            return Ok(value);
        }
        protocol::call::call_one_arg(cls, &value)
    }

    #[classmethod("__getformat__($type, typestr, /)")]
    fn getformat(_cls: &TypeObject, typestr: &str) -> Result<&'static str> {
        match typestr {
            "double" | "float" if cfg!(target_endian = "little") => Ok("IEEE, little-endian"),
            "double" | "float" => Ok("IEEE, big-endian"),
            _ => Err(crate::raise!(ValueError, "__getformat__() argument 1 must be 'double' or 'float'")),
        }
    }

    #[method("__getnewargs__($self, /)")]
    fn getnewargs(&self) -> Result<Ref<Tuple>> {
        Tuple::from_array([new_float(self.value())?])
    }

    #[method("__format__($self, format_spec, /)")]
    fn format(&self, format_spec: &Str) -> Result<Ref<Str>> {
        crate::format::format_float(self, self.value(), format_spec)
    }

    #[getter("real")]
    fn real(&self) -> Result<Ref> {
        self.exact()
    }

    #[getter("imag")]
    fn imag(&self) -> f64 {
        0.0
    }
}

impl Float {
    /// The value as an exact `float`.
    fn exact(&self) -> Result<Ref> {
        if self.is_exactly(&PyFloat_Type) {
            return Ok(self.as_object().to_ref());
        }
        new_float(self.value())
    }
}

/// The int of a double, truncated.
///
/// # Errors
/// ValueError for NaN, OverflowError for an infinity; MemoryError.
pub fn from_f64(value: f64) -> Result<Ref<Int>> {
    /// Below this every integral part is a machine integer.
    const SMALL: f64 = 1e18;
    if value.abs() < SMALL {
        return Int::from_i64(value as i64);
    }
    Int::from_integer(&num::int::from_f64(value).map_err(raise::arithmetic)?)
}

/// `float(x)`: from a real number or a text.
///
/// # Errors
/// TypeError when the object is neither; ValueError for text that is no float.
pub fn from_object(object: &Object) -> Result<f64> {
    if let Some(float) = object.cast_exact::<Float>() {
        return Ok(float.value());
    }
    if let Some(value) = number::converted_to_f64(object)? {
        return Ok(value);
    }
    from_text(object)
}

/// The float that a text, or bytes of a text, spell (`PyFloat_FromString`).
///
/// # Errors
/// TypeError for anything else; ValueError for text that is no float.
pub fn from_text(object: &Object) -> Result<f64> {
    if let Some(text) = object.cast::<Str>() {
        let value = match text.as_ascii() {
            Some(ascii) => float::parse(ascii.as_bytes()),
            None => float::parse(&crate::types::str::numeric::decimal_to_ascii(text)),
        };
        return value.ok_or_else(|| not_a_float(object));
    }
    let bytes = match crate::protocol::buffer::BytesLike::of(object) {
        Ok(bytes) => bytes.as_slice().to_vec(),
        Err(raised) => {
            raised.clear();
            return Err(crate::raise!(
                TypeError,
                "float() argument must be a string or a real number, not '{}'",
                object.class().name()
            ));
        }
    };
    float::parse(&bytes).ok_or_else(|| not_a_float(object))
}

fn not_a_float(object: &Object) -> crate::Raised {
    match protocol::object::repr(object) {
        Ok(text) => {
            crate::raise!(ValueError, "could not convert string to float: {}", text.to_string_lossy())
        }
        Err(raised) => raised,
    }
}
