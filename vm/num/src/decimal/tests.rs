//! Results against CPython's, and identities.

use super::*;

fn context(prec: i64) -> Context {
    Context {
        prec,
        emax: 999_999,
        emin: -999_999,
        rounding: Rounding::HalfEven,
        clamp: false,
        capitals: true,
    }
}

fn number(text: &str) -> Decimal {
    parse(text.as_bytes()).unwrap_or_else(Decimal::nan)
}

#[test]
fn text_and_back() {
    for text in
        ["0", "-0", "1E+5", "0.001", "1E-7", "0E-8", "123.4500", "Infinity", "-NaN12", "sNaN", "1.5E+30"]
    {
        assert_eq!(number(text).to_text(false, true), text);
    }
    for text in ["", ".", "e5", "1e", "1e+", "nanx", "infin", "1.2.3", "+-1", "0x1"] {
        assert!(parse(text.as_bytes()).is_none(), "{text}");
    }
    assert_eq!(number("1234E+5").to_text(true, true), "123.4E+6");
}

#[test]
fn rounded_results() {
    let cases = [
        ("1", "3", "0.3333333333333333333333333333"),
        ("2", "3", "0.6666666666666666666666666667"),
        ("1", "8", "0.125"),
        ("100", "1E-3", "1.00E+5"),
    ];
    for (a, b, quotient) in cases {
        assert_eq!(number(a).divide(&number(b), &context(28), &mut 0).to_text(false, true), quotient);
    }
    let sum = number("1e400").add(&number("1e-400"), &context(28), &mut 0);
    assert_eq!(sum.to_text(false, true), "1.000000000000000000000000000E+400");
}

#[test]
fn functions() {
    let of = |f: fn(&Decimal, &Context, &mut Status) -> Decimal, text: &str, prec| {
        f(&number(text), &context(prec), &mut 0).to_text(false, true)
    };
    assert_eq!(of(Decimal::exp, "1", 28), "2.718281828459045235360287471");
    assert_eq!(of(Decimal::exp, "-1e-40", 28), "1.000000000000000000000000000");
    assert_eq!(of(Decimal::exp, "1000", 9), "1.97007111E+434");
    assert_eq!(of(Decimal::ln, "2", 28), "0.6931471805599453094172321215");
    assert_eq!(of(Decimal::ln, "1.0000000000000000000001", 28), "9.999999999999999999999500000E-23");
    assert_eq!(of(Decimal::log10, "2", 50), "0.30102999566398119521373889472449302676818988146211");
    assert_eq!(of(Decimal::log10, "1e-20", 28), "-20");
    assert_eq!(of(Decimal::sqrt, "2", 28), "1.414213562373095048801688724");
    assert_eq!(of(Decimal::sqrt, "144", 28), "12");
}

#[test]
fn powers() {
    let power = |a: &str, b: &str| number(a).power(&number(b), &context(28), &mut 0).to_text(false, true);
    assert_eq!(power("2", "0.5"), "1.414213562373095048801688724");
    assert_eq!(power("4", "0.5"), "2.000000000000000000000000000");
    assert_eq!(power("10", "1000"), "1.000000000000000000000000000E+1000");
    assert_eq!(power("2", "-1"), "0.5");
    assert_eq!(power("-3", "3"), "-27");
    assert_eq!(power("0.5", "1e20"), "0E-1000026");
}

#[test]
fn trailing_zeros_and_digits() {
    for n in [1i64, 17, 38, 39, 57, 400] {
        let value = coefficient::power(n).unwrap_or(UBig::ZERO);
        assert_eq!(coefficient::count(&value), n + 1);
        assert_eq!(coefficient::count(&(&value - UBig::ONE)), n);
        assert_eq!(coefficient::trailing_zeros(&(value * UBig::from(7u8))), n);
    }
}
