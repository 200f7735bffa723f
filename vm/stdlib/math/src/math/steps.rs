//! Neighbouring floats: `nextafter` and `ulp`.

use macros::pymodule;
use objects::protocol::number;
use objects::{Object, Result, raise};

/// The float `steps` places after `x` on the way to `y`; never beyond `y`.
fn walk(x: f64, y: f64, steps: u64) -> f64 {
    if x.is_nan() || steps == 0 {
        return x;
    }
    if y.is_nan() || x == y {
        return y;
    }
    const SIGN: u64 = 1 << 63;
    // Finite floats of one sign are in the order of their bits.
    let (from, to) = (x.to_bits() & !SIGN, y.to_bits() & !SIGN);
    let (sign, target_sign) = (x.to_bits() & SIGN, y.to_bits() & SIGN);
    if sign == target_sign {
        let magnitude =
            if from > to { from.saturating_sub(steps).max(to) } else { from.saturating_add(steps).min(to) };
        return f64::from_bits(sign | magnitude);
    }
    if from + to <= steps {
        return y;
    }
    match from.checked_sub(steps) {
        Some(magnitude) => f64::from_bits(sign | magnitude),
        None => f64::from_bits(target_sign | (steps - from)),
    }
}

#[pymodule(name = "math", part)]
pub mod functions {
    use super::*;

    #[function("nextafter($module, x, y, /, *, steps=None)")]
    fn nextafter(x: f64, y: f64, steps: Option<&Object>) -> Result<f64> {
        let Some(steps) = steps else {
            let next = walk(x, y, 1);
            // One step to zero does not change the sign.
            return Ok(if next == 0.0 && x != y { next.copysign(x) } else { next });
        };
        let steps = number::index(steps)?;
        if steps.is_negative() {
            return Err(raise!(ValueError, "steps must be a non-negative integer"));
        }
        // No two floats are farther apart than 2**64 steps.
        Ok(walk(x, y, steps.to_u64().unwrap_or(u64::MAX)))
    }

    #[function("ulp($module, x, /)", pure)]
    fn ulp(x: f64) -> f64 {
        let x = x.abs();
        if !x.is_finite() {
            return x;
        }
        let next = walk(x, f64::INFINITY, 1);
        if next.is_infinite() { x - walk(x, f64::NEG_INFINITY, 1) } else { next - x }
    }
}
