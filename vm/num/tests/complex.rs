//! Complex numbers against CPython's results (`tests/golden/complex.tsv`, written by `tools/golden.py`).

mod support;

use num::complex::{self, Complex, ParseError};
use support::{bits, bytes, complex, outcome};

fn show(value: Complex) -> String {
    format!("{} {}", bits(value.real), bits(value.imag))
}

fn run(operation: &str, args: &[&str]) -> String {
    let number = |index: usize| complex(args[index]);
    match operation {
        "complex_repr" => number(0).repr(),
        "complex_mul" => show(number(0) * number(1)),
        "complex_div" => outcome(number(0).divide(number(1)).map(show)),
        "complex_pow" => outcome(number(0).pow(number(1)).map(show)),
        "complex_abs" => outcome(number(0).abs().map(bits)),
        "parse_complex" => {
            let text = bytes(args[0]);
            match complex::parse(&text) {
                Ok(value) => show(value),
                Err(ParseError::Malformed) => format!("!ValueError: {}", ParseError::MALFORMED),
                Err(ParseError::Underscore) => {
                    format!(
                        "!ValueError: could not convert string to complex: '{}'",
                        String::from_utf8_lossy(&text)
                    )
                }
            }
        }
        _ => panic!("unknown operation {operation}"),
    }
}

#[test]
fn equal_to_cpython() {
    support::check(include_str!("golden/complex.tsv"), 6, run);
}
