//! `timedelta`.

use core::cell::Cell;
use macros::pytype;
use num::int::{self, Integer};
use objects::args::{Kind, Kwargs, Param, Signature};
use objects::hash::TupleHash;
use objects::protocol::{call, compare};
use objects::types::dict::Dict;
use objects::types::float::{Float, new_float};
use objects::types::int::{Int, new_int};
use objects::types::none::not_implemented;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Raised, Ref, Result, TypeObject, id, raise};

pub const MAX_DAYS: i32 = 999_999_999;
const MICROSECONDS: i128 = 1_000_000;
const SECONDS_PER_DAY: i128 = 86_400;
const PER_DAY: i128 = MICROSECONDS * SECONDS_PER_DAY;

/// `PyDateTime_Delta`.
#[repr(C)]
pub struct Delta {
    ob_base: Object,
    hashcode: Cell<isize>,
    days: i32,
    seconds: i32,
    microseconds: i32,
}

const _: () = assert!(core::mem::offset_of!(Delta, days) == 24 && size_of::<Delta>() == 40);

const fn param(name: &'static str) -> Param {
    Param { name, kind: Kind::Normal, required: false }
}

static NEW: Signature = Signature::new(
    "__new__",
    const {
        &[
            param("days"),
            param("seconds"),
            param("microseconds"),
            param("milliseconds"),
            param("minutes"),
            param("hours"),
            param("weeks"),
        ]
    },
);

#[cold]
fn too_large() -> Raised {
    raise!(OverflowError, "Python int too large to convert to C int")
}

fn division_by_zero() -> Raised {
    raise!(ZeroDivisionError, "integer division or modulo by zero")
}

/// `a / b` to the nearest, halves to even; `b` is not zero.
fn divide_nearest(a: &Integer, b: &Integer) -> Result<Integer> {
    let (a, b) = if b.negative { (a.clone().negated(), b.clone().negated()) } else { (a.clone(), b.clone()) };
    let (quotient, remainder) = int::divmod(a.view(), b.view()).map_err(raise::arithmetic)?;
    let twice = int::add(remainder.view(), remainder.view());
    let up = match twice.view().cmp(&b.view()) {
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Equal => quotient.view().is_odd(),
        core::cmp::Ordering::Less => false,
    };
    Ok(if up { int::add(quotient.view(), Integer::from(1i64).view()) } else { quotient })
}

/// Adds up the parts of a new duration: ints exactly, the fractions of floats apart.
#[derive(Default)]
struct Sum {
    microseconds: i128,
    /// What machine ints cannot hold.
    large: Option<Integer>,
    leftover: f64,
}

impl Sum {
    /// Adds `value` units of `factor` microseconds.
    fn add(&mut self, name: &str, value: &Object, factor: i64) -> Result<()> {
        if let Some(int) = value.cast::<Int>() {
            self.add_int(int.view(), factor);
            return Ok(());
        }
        let Some(float) = value.cast::<Float>() else {
            let class = value.class().full_name();
            return Err(raise!(TypeError, "unsupported type for timedelta {name} component: {class}"));
        };
        let value = float.value();
        let whole = int::from_f64(value).map_err(raise::arithmetic)?;
        self.add_int(whole.view(), factor);
        let fraction = value - value.trunc();
        if fraction != 0.0 {
            let rest = fraction * factor as f64;
            self.microseconds += rest.trunc() as i128;
            self.leftover += rest - rest.trunc();
        }
        Ok(())
    }

    fn add_int(&mut self, value: num::int::Int, factor: i64) {
        match value.to_i64() {
            Some(value) => self.microseconds += i128::from(value) * i128::from(factor),
            None => {
                let product = int::mul(value, Integer::from(factor).view());
                let before = self.large.take().unwrap_or_default();
                self.large = Some(int::add(before.view(), product.view()));
            }
        }
    }

    fn total(self) -> Result<i128> {
        let mut total = self.microseconds;
        if let Some(large) = self.large {
            let sum = int::add(large.view(), Integer::from(total).view());
            total = sum.view().to_i128().ok_or_else(too_large)?;
        }
        if self.leftover != 0.0 {
            let mut whole = self.leftover.round();
            if (whole - self.leftover).abs() == 0.5 {
                // A half is rounded so that the sum is even.
                let odd = f64::from((total & 1) as i32);
                whole = 2.0 * ((self.leftover + odd) * 0.5).round() - odd;
            }
            total += whole as i128;
        }
        Ok(total)
    }
}

impl Delta {
    /// The duration of normalised parts.
    ///
    /// # Errors
    /// OverflowError for too many days.
    pub fn from_parts(class: &TypeObject, days: i32, seconds: i32, microseconds: i32) -> Result<Ref<Delta>> {
        if !(-MAX_DAYS..=MAX_DAYS).contains(&days) {
            return Err(raise!(OverflowError, "days={days}; must have magnitude <= {MAX_DAYS}"));
        }
        let head = Object::HEAD;
        let delta = Delta { ob_base: head, hashcode: Cell::new(-1), days, seconds, microseconds };
        Ref::new_in(class, delta)
    }

    /// The duration of so many microseconds, as an instance of `class`.
    ///
    /// # Errors
    /// OverflowError.
    pub fn in_class(class: &TypeObject, microseconds: i128) -> Result<Ref<Delta>> {
        let days = i32::try_from(microseconds.div_euclid(PER_DAY)).map_err(|_| too_large())?;
        let rest = microseconds.rem_euclid(PER_DAY) as i64;
        Delta::from_parts(class, days, (rest / 1_000_000) as i32, (rest % 1_000_000) as i32)
    }

    /// The same as an exact `timedelta`.
    ///
    /// # Errors
    /// OverflowError.
    pub fn new(microseconds: i128) -> Result<Ref<Delta>> {
        Delta::in_class(&TIMEDELTA, microseconds)
    }

    /// The duration of so many seconds.
    ///
    /// # Errors
    /// OverflowError.
    pub fn of_seconds(seconds: i64) -> Result<Ref<Delta>> {
        Delta::new(i128::from(seconds) * MICROSECONDS)
    }

    fn of_integer(value: &Integer) -> Result<Ref<Delta>> {
        Delta::new(value.view().to_i128().ok_or_else(too_large)?)
    }

    pub fn days(&self) -> i32 {
        self.days
    }

    /// The whole in microseconds.
    pub fn total(&self) -> i128 {
        let seconds = i128::from(i64::from(self.days) * SECONDS_PER_DAY as i64 + i64::from(self.seconds));
        seconds * MICROSECONDS + i128::from(self.microseconds)
    }

    /// The whole in seconds.
    ///
    /// # Errors
    /// None that these sizes can give.
    pub fn seconds_as_float(&self) -> Result<f64> {
        true_divide(self.total(), MICROSECONDS)
    }

    fn parts(&self) -> (i32, i32, i32) {
        (self.days, self.seconds, self.microseconds)
    }
}

/// `delta * int`.
fn multiply_int(delta: &Delta, factor: &Int) -> Result<Ref<Delta>> {
    let total = delta.total();
    match factor.view().to_i128().and_then(|factor| total.checked_mul(factor)) {
        Some(product) => Delta::new(product),
        None if total == 0 => Delta::new(0),
        None => Err(too_large()),
    }
}

/// The ratio that a float says it is.
fn ratio(float: &Float) -> Result<(Integer, Integer)> {
    if float.is_exactly(Float::class()) {
        return num::float::as_integer_ratio(float.value()).map_err(raise::arithmetic);
    }
    let ratio = call::call_method(float, id!("as_integer_ratio"), &[])?;
    let Some(pair) = ratio.cast::<Tuple>() else {
        let class = ratio.class().full_name();
        return Err(raise!(
            TypeError,
            "unexpected return type from as_integer_ratio(): expected tuple, not '{class}'"
        ));
    };
    let &[a, b] = pair.items() else {
        return Err(raise!(
            ValueError,
            "unexpected return value from as_integer_ratio(): expected a 2-tuple"
        ));
    };
    let part = |part: &Object| match part.cast::<Int>() {
        Some(int) => Ok(int.view().to_owned()),
        None => {
            let class = part.class().full_name();
            Err(raise!(
                TypeError,
                "unexpected return type from as_integer_ratio(): expected tuple of int, not '{class}'"
            ))
        }
    };
    Ok((part(a)?, part(b)?))
}

/// `delta * (a / b)`.
fn multiply_ratio(delta: &Delta, a: &Integer, b: &Integer) -> Result<Ref<Delta>> {
    if b.view().is_zero() {
        return Err(division_by_zero());
    }
    let product = int::mul(Integer::from(delta.total()).view(), a.view());
    Delta::of_integer(&divide_nearest(&product, b)?)
}

/// The floor of a quotient of durations.
fn floor_divide(a: &Delta, b: &Delta) -> Result<i128> {
    let (a, b) = (a.total(), b.total());
    if b == 0 {
        return Err(division_by_zero());
    }
    let (quotient, remainder) = (a / b, a % b);
    Ok(if remainder != 0 && (remainder < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn modulo(a: &Delta, b: &Delta) -> Result<Ref<Delta>> {
    let quotient = floor_divide(a, b)?;
    Delta::new(a.total() - quotient * b.total())
}

fn unsupported() -> Result<Ref> {
    Ok(not_implemented().to_ref())
}

/// The float nearest to a quotient of ints.
fn true_divide(a: i128, b: i128) -> Result<f64> {
    const EXACT: u128 = 1 << 53;
    if b != 0 && a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT {
        return Ok(a as f64 / b as f64);
    }
    int::true_divide(Integer::from(a).view(), Integer::from(b).view()).map_err(raise::arithmetic)
}

#[pytype(
    name = "timedelta",
    module = "datetime",
    static_name = TIMEDELTA,
    flags = [BASETYPE],
    member("days", INT, days, READONLY),
    member("seconds", INT, seconds, READONLY),
    member("microseconds", INT, microseconds, READONLY)
)]
impl Delta {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Delta>> {
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let [days, seconds, microseconds, milliseconds, minutes, hours, weeks] =
            objects::args::bind::<7>(&NEW, args.items(), kwargs)?;
        let mut sum = Sum::default();
        for (name, value, factor) in [
            ("microseconds", microseconds, 1),
            ("milliseconds", milliseconds, 1_000),
            ("seconds", seconds, 1_000_000),
            ("minutes", minutes, 60_000_000),
            ("hours", hours, 3_600_000_000),
            ("days", days, 86_400_000_000),
            ("weeks", weeks, 604_800_000_000),
        ] {
            if let Some(value) = value {
                sum.add(name, value, factor)?;
            }
        }
        Delta::in_class(class, sum.total()?)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let mut parts = Vec::new();
        for (name, value) in
            [("days", self.days), ("seconds", self.seconds), ("microseconds", self.microseconds)]
        {
            if value != 0 {
                parts.push(format!("{name}={value}"));
            }
        }
        let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
        Str::new(&format!("{}({parts})", self.class().full_name()))
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let (minutes, seconds) = (self.seconds / 60, self.seconds % 60);
        let mut text = match self.days {
            0 => String::new(),
            days => format!("{days} day{}, ", if days.abs() == 1 { "" } else { "s" }),
        };
        text.push_str(&format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60));
        if self.microseconds != 0 {
            text.push_str(&format!(".{:06}", self.microseconds));
        }
        Str::new(&text)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        if self.hashcode.get() == -1 {
            let mut hash = TupleHash::default();
            for part in [self.days, self.seconds, self.microseconds] {
                hash.add(if part == -1 { -2 } else { part as isize });
            }
            self.hashcode.set(hash.finish());
        }
        self.hashcode.get()
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.cast::<Delta>() {
            Some(other) => Ok(compare::answer(op, self.parts().cmp(&other.parts()))),
            None => unsupported(),
        }
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        Ok(self.parts() != (0, 0, 0))
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        match (left.cast::<Delta>(), right.cast::<Delta>()) {
            (Some(left), Some(right)) => Ok(Delta::new(left.total() + right.total())?.upcast()),
            _ => unsupported(),
        }
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        match (left.cast::<Delta>(), right.cast::<Delta>()) {
            (Some(left), Some(right)) => Ok(Delta::new(left.total() - right.total())?.upcast()),
            _ => unsupported(),
        }
    }

    #[slot(nb_negative)]
    fn negative(&self) -> Result<Ref<Delta>> {
        Delta::new(-self.total())
    }

    #[slot(nb_positive)]
    fn positive(&self) -> Result<Ref<Delta>> {
        Delta::new(self.total())
    }

    #[slot(nb_absolute)]
    fn absolute(&self) -> Result<Ref<Delta>> {
        Delta::new(self.total().abs())
    }

    #[slot(nb_multiply)]
    fn multiply(left: &Object, right: &Object) -> Result<Ref> {
        let (delta, factor) = match (left.cast::<Delta>(), right.cast::<Delta>()) {
            (Some(delta), None) => (delta, right),
            (None, Some(delta)) => (delta, left),
            _ => return unsupported(),
        };
        if let Some(int) = factor.cast::<Int>() {
            return Ok(multiply_int(delta, int)?.upcast());
        }
        let Some(float) = factor.cast::<Float>() else { return unsupported() };
        let (a, b) = ratio(float)?;
        Ok(multiply_ratio(delta, &a, &b)?.upcast())
    }

    #[slot(nb_floor_divide)]
    fn floor_divide(left: &Object, right: &Object) -> Result<Ref> {
        let Some(delta) = left.cast::<Delta>() else { return unsupported() };
        if let Some(divisor) = right.cast::<Delta>() {
            return Ok(Int::from_i128(floor_divide(delta, divisor)?)?.upcast());
        }
        let Some(divisor) = right.cast::<Int>() else { return unsupported() };
        if divisor.is_zero() {
            return Err(division_by_zero());
        }
        let total = Integer::from(delta.total());
        let quotient = int::floor_div(total.view(), divisor.view()).map_err(raise::arithmetic)?;
        Ok(Delta::of_integer(&quotient)?.upcast())
    }

    #[slot(nb_true_divide)]
    fn true_divide(left: &Object, right: &Object) -> Result<Ref> {
        let Some(delta) = left.cast::<Delta>() else { return unsupported() };
        if let Some(divisor) = right.cast::<Delta>() {
            return new_float(true_divide(delta.total(), divisor.total())?);
        }
        if let Some(divisor) = right.cast::<Int>() {
            let one = Integer::from(1i64);
            return Ok(multiply_ratio(delta, &one, &divisor.view().to_owned())?.upcast());
        }
        let Some(divisor) = right.cast::<Float>() else { return unsupported() };
        let (a, b) = ratio(divisor)?;
        Ok(multiply_ratio(delta, &b, &a)?.upcast())
    }

    #[slot(nb_remainder)]
    fn remainder(left: &Object, right: &Object) -> Result<Ref> {
        match (left.cast::<Delta>(), right.cast::<Delta>()) {
            (Some(_), Some(right)) if right.parts() == (0, 0, 0) => {
                Err(raise!(ZeroDivisionError, "integer modulo by zero"))
            }
            (Some(left), Some(right)) => Ok(modulo(left, right)?.upcast()),
            _ => unsupported(),
        }
    }

    #[slot(nb_divmod)]
    fn divmod(left: &Object, right: &Object) -> Result<Ref> {
        match (left.cast::<Delta>(), right.cast::<Delta>()) {
            (Some(left), Some(right)) => {
                let quotient = Int::from_i128(floor_divide(left, right)?)?.upcast();
                Ok(Tuple::from_array([quotient, modulo(left, right)?.upcast()])?.upcast())
            }
            _ => unsupported(),
        }
    }

    #[method("total_seconds($self, /)")]
    fn total_seconds(&self) -> Result<f64> {
        self.seconds_as_float()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let (days, seconds, microseconds) = self.parts();
        let state = Tuple::from_array([
            new_int(days.into())?,
            new_int(seconds.into())?,
            new_int(microseconds.into())?,
        ])?;
        Tuple::from_array([self.class().to_ref().upcast(), state.upcast()])
    }
}
