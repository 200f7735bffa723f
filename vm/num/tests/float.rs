//! Doubles against CPython's results (`tests/golden/float.tsv`, written by `tools/golden.py`).

mod support;

use std::cmp::Ordering;

use num::float::{self, Code, PowError, Style};
use support::{bits, bytes, double, hex, outcome, show};

fn run(operation: &str, args: &[&str]) -> String {
    let number = |index: usize| double(args[index]);
    match operation {
        "repr" => float::repr(number(0)),
        "format" => {
            let code = args[2];
            let style = Style {
                upper: code.chars().all(char::is_uppercase),
                sign: args[0].contains('+'),
                alternate: args[0].contains('#'),
                ..Style::new(
                    match code {
                        "e" | "E" => Code::Exponent,
                        "f" | "F" => Code::Fixed,
                        _ => Code::General,
                    },
                    usize::from_str_radix(args[1], 16).expect("precision"),
                )
            };
            float::format(number(3), style)
        }
        "hex" => float::to_hex(number(0)),
        "fromhex" => outcome(float::from_hex(args[0].as_bytes()).map(bits)),
        "fromhex_hex" => outcome(float::from_hex(&bytes(args[0])).map(bits)),
        "parse_float" => float::parse(&bytes(args[0])).map_or("!ValueError".to_owned(), bits),
        "ratio" => {
            outcome(float::as_integer_ratio(number(0)).map(|(n, d)| format!("{} {}", show(&n), show(&d))))
        }
        "round" => outcome(float::round(number(0)).map(|value| show(&value))),
        "round_to" => {
            let places = hex(args[1]).to_i64().expect("places");
            outcome(float::round_to(number(0), places).map(bits))
        }
        "float_hash" => show(&float::hash(number(0)).expect("not NaN").into()),
        "float_divmod" => {
            outcome(float::divmod(number(0), number(1)).map(|(q, r)| format!("{} {}", bits(q), bits(r))))
        }
        "float_mod" => outcome(float::modulo(number(0), number(1)).map(bits)),
        "float_floordiv" => outcome(float::floor_div(number(0), number(1)).map(bits)),
        "float_pow" => match float::pow(number(0), number(1)) {
            Ok(value) => bits(value),
            Err(PowError::Overflow) => "!OverflowError: (34, 'Numerical result out of range')".to_owned(),
            Err(PowError::ZeroToNegative) => format!("!ZeroDivisionError: {}", PowError::ZERO_TO_NEGATIVE),
            Err(PowError::Complex) => "complex".to_owned(),
        },
        "cmp" => {
            let ordering = float::compare_int(number(0), hex(args[1]).view());
            let show = |value| if value { "True" } else { "False" };
            format!("{} {}", show(ordering == Some(Ordering::Less)), show(ordering == Some(Ordering::Equal)))
        }
        _ => panic!("unknown operation {operation}"),
    }
}

#[test]
fn equal_to_cpython() {
    support::check(include_str!("golden/float.tsv"), 14, run);
}

#[test]
fn prefixes() {
    let prefix = |text: &str| float::parse_prefix(text.as_bytes());
    assert_eq!(prefix("1.5e3x"), Some((1500.0, 5)));
    assert_eq!(prefix("1e+"), Some((1.0, 1)));
    assert_eq!(prefix("1."), Some((1.0, 2)));
    assert_eq!(prefix("-infinit"), Some((f64::NEG_INFINITY, 4)));
    assert_eq!(prefix("."), None);
    assert_eq!(prefix("e5"), None);
    assert_eq!(prefix("+"), None);
}

#[test]
fn shortest_text_gives_the_number_back() {
    let mut state = 1u64;
    for _ in 0..20_000 {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let value = f64::from_bits(state);
        if value.is_finite() {
            assert_eq!(float::parse(float::repr(value).as_bytes()), Some(value));
            assert_eq!(float::from_hex(float::to_hex(value).as_bytes()), Ok(value));
        }
    }
}
