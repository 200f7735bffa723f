//! Complex arithmetic as Objects/complexobject.c does it.

/// Real and imaginary part.
pub(super) type Complex = (f64, f64);

pub(super) fn mul((a, b): Complex, (c, d): Complex) -> Complex {
    (a * c - b * d, a * d + b * c)
}

/// Scaled by the larger part of the divisor. `None` for division by zero.
pub(super) fn div((a, b): Complex, (c, d): Complex) -> Option<Complex> {
    if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let denominator = c + d * ratio;
        Some(((a + b * ratio) / denominator, (b - a * ratio) / denominator))
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denominator = c * ratio + d;
        Some(((a * ratio + b) / denominator, (b * ratio - a) / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

/// `None` where Python raises.
pub(super) fn pow(x: Complex, (re, im): Complex) -> Option<Complex> {
    let result = if im == 0.0 && re == re.floor() && re.abs() <= 100.0 {
        let power = int_pow(x, re.abs() as u32);
        if re > 0.0 { power } else { div((1.0, 0.0), power)? }
    } else if re == 0.0 && im == 0.0 {
        (1.0, 0.0)
    } else if x == (0.0, 0.0) {
        if im != 0.0 || re < 0.0 {
            return None;
        }
        (0.0, 0.0)
    } else {
        let (size, angle) = (x.0.hypot(x.1), x.1.atan2(x.0));
        let mut length = size.powf(re);
        let mut phase = angle * re;
        if im != 0.0 {
            length /= (angle * im).exp();
            phase += im * size.ln();
        }
        (length * phase.cos(), length * phase.sin())
    };
    (result.0.is_finite() && result.1.is_finite()).then_some(result)
}

fn int_pow(x: Complex, n: u32) -> Complex {
    let (mut result, mut square, mut mask) = ((1.0, 0.0), x, 1);
    while mask != 0 && n >= mask {
        if n & mask != 0 {
            result = mul(result, square);
        }
        mask <<= 1;
        square = mul(square, square);
    }
    result
}
