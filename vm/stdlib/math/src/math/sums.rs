//! Sums, products and distances, with more precision inside than a float has.

use crate::libm;
use macros::pymodule;
use objects::protocol::number::{self, Binary};
use objects::protocol::{iter, sequence};
use objects::types::bool::PyBool_Type;
use objects::types::float::{Float, new_float};
use objects::types::int::{Int, new_int, to_f64};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// A sum of two floats, the second far below the first.
#[derive(Clone, Copy)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    /// `a + b`, where `a` has the greater magnitude (Dekker).
    fn fast_sum(a: f64, b: f64) -> Double {
        let high = a + b;
        Double { high, low: b - (high - a) }
    }

    /// `a + b` (Knuth).
    fn sum(a: f64, b: f64) -> Double {
        let high = a + b;
        let part = high - a;
        Double { high, low: (a - (high - part)) + (b - part) }
    }

    /// `a * b`.
    fn product(a: f64, b: f64) -> Double {
        let high = a * b;
        Double { high, low: libm::fma(a, b, -high) }
    }
}

/// A sum of products with three times a float's precision (Ogita, Rump, Oishi: "Accurate Sum and Dot Product").
#[derive(Clone, Copy, Default)]
struct Triple {
    high: f64,
    low: f64,
    tiny: f64,
}

impl Triple {
    fn add_product(self, a: f64, b: f64) -> Triple {
        let product = Double::product(a, b);
        let sum = Double::sum(self.high, product.high);
        let first = Double::sum(self.low, product.low);
        let second = Double::sum(first.high, sum.low);
        Triple { high: sum.high, low: second.high, tiny: self.tiny + first.low + second.low }
    }

    fn value(self) -> f64 {
        let last = Double::sum(self.low, self.high);
        self.tiny + last.low + last.high
    }
}

/// The Euclidean length of a vector of magnitudes, nearly always correctly rounded: a scaled sum of squares with its lost
/// parts kept, and a correction of the root by one step of Newton.
fn length(vector: &mut [f64]) -> f64 {
    let largest = vector.iter().fold(0f64, |largest, &x| largest.max(x));
    if largest.is_infinite() {
        return largest;
    }
    if vector.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || vector.len() <= 1 {
        return largest;
    }
    let (_, exponent) = libm::frexp(largest);
    if exponent < -1023 {
        // Scaling by a power of two would overflow.
        vector.iter_mut().for_each(|x| *x /= f64::MIN_POSITIVE);
        return f64::MIN_POSITIVE * length(vector);
    }
    let scale = libm::ldexp(1.0, -exponent);
    let (mut sum, mut lost_products, mut lost_sums) = (1.0, 0.0, 0.0);
    let mut add = |a: f64, b: f64| {
        let product = Double::product(a, b);
        let total = Double::fast_sum(sum, product.high);
        sum = total.high;
        lost_products += product.low;
        lost_sums += total.low;
        sum - 1.0 + (lost_products + lost_sums)
    };
    let mut squares = 0.0;
    for &x in vector.iter() {
        squares = add(x * scale, x * scale);
    }
    let root = squares.sqrt();
    let error = add(-root, root);
    (root + error / (2.0 * root)) / scale
}

/// Adds floats exactly: partial sums that do not overlap (Shewchuk: "Adaptive Precision Floating-Point Arithmetic").
#[derive(Default)]
struct ExactSum {
    /// Of growing magnitude.
    partials: Vec<f64>,
    /// The sum of what is not finite, and of the infinities among it.
    special: f64,
    infinities: f64,
}

impl ExactSum {
    fn add(&mut self, value: f64) -> Result<()> {
        let mut x = value;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let mut y = self.partials[index];
            if x.abs() < y.abs() {
                core::mem::swap(&mut x, &mut y);
            }
            let total = Double::fast_sum(x, y);
            if total.low != 0.0 {
                self.partials[kept] = total.low;
                kept += 1;
            }
            x = total.high;
        }
        self.partials.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.partials.push(x);
            return Ok(());
        }
        if value.is_finite() {
            return Err(raise!(OverflowError, "intermediate overflow in fsum"));
        }
        if value.is_infinite() {
            self.infinities += value;
        }
        self.special += value;
        self.partials.clear();
        Ok(())
    }

    fn value(mut self) -> Result<f64> {
        if self.special != 0.0 {
            if self.infinities.is_nan() {
                return Err(raise!(ValueError, "-inf + inf in fsum"));
            }
            return Ok(self.special);
        }
        let Some(mut high) = self.partials.pop() else { return Ok(0.0) };
        let mut low = 0.0;
        while let Some(next) = self.partials.pop() {
            let total = Double::fast_sum(high, next);
            (high, low) = (total.high, total.low);
            if low != 0.0 {
                break;
            }
        }
        // A remainder of half a unit was rounded to even; the partials below decide whether it was more than half.
        if let Some(&below) = self.partials.last()
            && (low < 0.0 && below < 0.0 || low > 0.0 && below > 0.0)
        {
            let twice = low * 2.0;
            let moved = high + twice;
            if twice == moved - high {
                high = moved;
            }
        }
        Ok(high)
    }
}

/// The value of an exact int that fits.
fn small_int(object: &Object) -> Option<i64> {
    object.cast_exact::<Int>().and_then(Int::to_i64)
}

/// Both factors as floats, if one is a float and the other a float or an int.
fn float_factors(p: &Object, q: &Object) -> Result<Option<(f64, f64)>> {
    let float = |object: &Object| object.cast_exact::<Float>().map(Float::value);
    let integer =
        |object: &Object| object.cast::<Int>().filter(|_| !is_odd_int(object)).map(|int| int.to_ref());
    let as_float = |int: Ref<Int>| num::int::to_f64(int.view()).ok();
    Ok(match (float(p), float(q)) {
        (Some(p), Some(q)) => Some((p, q)),
        (Some(p), None) => integer(q).and_then(as_float).map(|q| (p, q)),
        (None, Some(q)) => integer(p).and_then(as_float).map(|p| (p, q)),
        (None, None) => None,
    })
}

/// An instance of a subclass of int other than bool.
fn is_odd_int(object: &Object) -> bool {
    object.cast_exact::<Int>().is_none() && !object.is_exactly(&PyBool_Type)
}

/// The sum of products as `sumprod` keeps it: machine ints and floats are added up apart until something else comes.
struct ProductSum {
    total: Ref,
    ints: Option<i64>,
    floats: Option<Triple>,
    ints_allowed: bool,
    floats_allowed: bool,
}

impl ProductSum {
    fn add(&mut self, p: &Object, q: &Object) -> Result<()> {
        if self.ints_allowed {
            let product = match (small_int(p), small_int(q)) {
                (Some(p), Some(q)) => p.checked_mul(q),
                _ => None,
            };
            match product.and_then(|product| self.ints.unwrap_or(0).checked_add(product)) {
                Some(sum) => {
                    self.ints = Some(sum);
                    return Ok(());
                }
                None => {
                    self.ints_allowed = false;
                    self.flush_ints()?;
                }
            }
        }
        if self.floats_allowed {
            if let Some((p, q)) = float_factors(p, q)? {
                let sum = self.floats.unwrap_or_default().add_product(p, q);
                if sum.high.is_finite() {
                    self.floats = Some(sum);
                    return Ok(());
                }
            }
            self.floats_allowed = false;
            self.flush_floats()?;
        }
        let product = number::binary_op(p, q, Binary::Multiply)?;
        self.total = number::binary_op(&self.total, &product, Binary::Add)?;
        Ok(())
    }

    fn flush_ints(&mut self) -> Result<()> {
        if let Some(sum) = self.ints.take() {
            self.total = number::binary_op(&self.total, &*new_int(sum)?, Binary::Add)?;
        }
        Ok(())
    }

    fn flush_floats(&mut self) -> Result<()> {
        if let Some(sum) = self.floats.take() {
            self.total = number::binary_op(&self.total, &*new_float(sum.value())?, Binary::Add)?;
        }
        Ok(())
    }
}

/// The product of an iterable's items while they are machine ints or floats; what does not fit goes through `*`.
enum Product {
    Int(i64),
    Float(f64),
    Any(Ref),
}

impl Product {
    fn of(object: &Object) -> Product {
        if let Some(value) = small_int(object) {
            return Product::Int(value);
        }
        match object.cast_exact::<Float>() {
            Some(float) => Product::Float(float.value()),
            None => Product::Any(object.to_ref()),
        }
    }

    fn times(self, item: &Object) -> Result<Product> {
        match self {
            Product::Int(value) => {
                if let Some(product) = small_int(item).and_then(|item| value.checked_mul(item)) {
                    return Ok(Product::Int(product));
                }
                let product = number::binary_op(&*new_int(value)?, item, Binary::Multiply)?;
                // Ints that have once grown large stay objects.
                Ok(match product.cast_exact::<Float>() {
                    Some(float) => Product::Float(float.value()),
                    None => Product::Any(product),
                })
            }
            Product::Float(value) => {
                if let Some(float) = item.cast_exact::<Float>() {
                    return Ok(Product::Float(value * float.value()));
                }
                if let Some(int) = small_int(item) {
                    return Ok(Product::Float(value * int as f64));
                }
                let product = number::binary_op(&*new_float(value)?, item, Binary::Multiply)?;
                Ok(Product::Any(product))
            }
            Product::Any(value) => Ok(Product::Any(number::binary_op(&value, item, Binary::Multiply)?)),
        }
    }

    fn into_object(self) -> Result<Ref> {
        match self {
            Product::Int(value) => new_int(value),
            Product::Float(value) => new_float(value),
            Product::Any(value) => Ok(value),
        }
    }
}

/// A coordinate; ints that no float can hold are errors.
fn coordinate(object: &Object) -> Result<f64> {
    match object.cast_exact::<Int>() {
        Some(int) => to_f64(int),
        None => number::as_f64(object),
    }
}

/// A point: any iterable of coordinates.
fn point(object: &Object) -> Result<Ref<Tuple>> {
    match object.cast::<Tuple>() {
        Some(tuple) => Ok(tuple.to_ref()),
        None => sequence::to_tuple(object),
    }
}

#[pymodule(name = "math", part)]
pub mod functions {
    use super::*;

    #[function("dist($module, p, q, /)")]
    fn dist(p: &Object, q: &Object) -> Result<f64> {
        let (p, q) = (point(p)?, point(q)?);
        if p.len() != q.len() {
            return Err(raise!(ValueError, "both points must have the same number of dimensions"));
        }
        let mut differences = Vec::with_capacity(p.len());
        for (p, q) in p.items().iter().zip(q.items()) {
            differences.push((coordinate(p)? - coordinate(q)?).abs());
        }
        Ok(length(&mut differences))
    }

    #[function("fsum($module, seq, /)")]
    fn fsum(seq: &Object) -> Result<f64> {
        let mut sum = ExactSum::default();
        iter::for_each(seq, |item| sum.add(coordinate(&item)?))?;
        sum.value()
    }

    #[function("hypot", raw)]
    fn hypot(args: &[&Object]) -> Result<f64> {
        let mut coordinates = Vec::with_capacity(args.len());
        for argument in args {
            coordinates.push(coordinate(argument)?.abs());
        }
        Ok(length(&mut coordinates))
    }

    #[function("prod($module, iterable, /, *, start=1)")]
    fn prod(iterable: &Object, #[default(None)] start: Option<&Object>) -> Result<Ref> {
        let iterator = iter::get_iter(iterable)?;
        let mut product = start.map_or(Product::Int(1), Product::of);
        while let Some(item) = iter::next(&iterator)? {
            product = product.times(&item)?;
        }
        product.into_object()
    }

    #[function("sumprod($module, p, q, /)")]
    fn sumprod(p: &Object, q: &Object) -> Result<Ref> {
        let (p, q) = (iter::get_iter(p)?, iter::get_iter(q)?);
        let mut sum = ProductSum {
            total: new_int(0)?,
            ints: None,
            floats: None,
            ints_allowed: true,
            floats_allowed: true,
        };
        loop {
            match (iter::next(&p)?, iter::next(&q)?) {
                (Some(p), Some(q)) => sum.add(&p, &q)?,
                (None, None) => break,
                _ => return Err(raise!(ValueError, "Inputs are not the same length")),
            }
        }
        sum.flush_ints()?;
        sum.flush_floats()?;
        Ok(sum.total)
    }
}
