//! Integers against CPython's results (`tests/golden/int.tsv`, written by `tools/golden.py`).

mod support;

use num::int::{self, Bitwise, Int, Integer};
use support::{bits, bytes, double, hex, outcome, show};

fn run(operation: &str, args: &[&str]) -> String {
    let number = |index: usize| hex(args[index]);
    let binary =
        |function: fn(Int<'_>, Int<'_>) -> Integer| show(&function(number(0).view(), number(1).view()));
    let fallible = |function: fn(Int<'_>, Int<'_>) -> num::Result<Integer>| {
        outcome(function(number(0).view(), number(1).view()).map(|value| show(&value)))
    };
    match operation {
        "add" => binary(int::add),
        "sub" => binary(int::sub),
        "mul" => binary(int::mul),
        "gcd" => binary(int::gcd),
        "and" => binary(|a, b| int::bitwise(Bitwise::And, a, b)),
        "or" => binary(|a, b| int::bitwise(Bitwise::Or, a, b)),
        "xor" => binary(|a, b| int::bitwise(Bitwise::Xor, a, b)),
        "mod" => fallible(int::modulo),
        "lshift" => fallible(int::shift_left),
        "rshift" => fallible(int::shift_right),
        "pow" => fallible(int::pow),
        "divmod" => outcome(
            int::divmod(number(0).view(), number(1).view())
                .map(|(q, r)| format!("{} {}", show(&q), show(&r))),
        ),
        "truediv" => outcome(int::true_divide(number(0).view(), number(1).view()).map(bits)),
        "lt" => if number(0).view() < number(1).view() { "True" } else { "False" }.to_owned(),
        "powmod" => outcome(
            int::pow_modulo(number(0).view(), number(1).view(), number(2).view()).map(|value| show(&value)),
        ),
        "invert" => show(&int::invert(number(0).view())),
        "isqrt" => show(&int::isqrt(number(0).view())),
        "bits" => {
            let value = number(0);
            format!("{:x} {:x}", value.view().bit_length(), value.view().bit_count())
        }
        "hash" => show(&Integer::from(number(0).view().hash())),
        "float" => outcome(int::to_f64(number(0).view()).map(bits)),
        "from_float" => outcome(int::from_f64(double(args[0])).map(|value| show(&value))),
        "to_bytes" => {
            let mut out = vec![0; usize::from_str_radix(args[1], 16).expect("size")];
            outcome(
                int::to_bytes(number(0).view(), &mut out, args[2] == "little", args[3] == "True")
                    .map(|()| out.iter().map(|byte| format!("{byte:02x}")).collect()),
            )
        }
        "from_bytes" => show(&int::from_bytes(&bytes(args[0]), args[1] == "little", args[2] == "True")),
        "str" => int::to_decimal(number(0).view(), 0).expect("no limit"),
        "radix" => int::to_radix(number(0).view(), u32::from_str_radix(args[1], 16).expect("base")),
        "parse" => {
            let base = u32::from_str_radix(args[1], 16).expect("base");
            show(&int::parse(args[0].as_bytes(), base, 0).expect("valid text"))
        }
        "parse_hex" => {
            let base = u32::from_str_radix(args[1], 16).expect("base");
            int::parse(&bytes(args[0]), base, 0).map_or("!".to_owned(), |value| show(&value))
        }
        _ => panic!("unknown operation {operation}"),
    }
}

#[test]
fn equal_to_cpython() {
    support::check(include_str!("golden/int.tsv"), 25, run);
}

#[test]
fn machine_integers_round_trip() {
    for value in [0, 1, -1, i64::MAX as i128, i64::MIN as i128, u64::MAX as i128, i128::MAX, -i128::MAX] {
        let integer = Integer::from(value);
        assert_eq!(integer.view().to_i128(), Some(value));
        assert_eq!(integer.to_i64(), i64::try_from(value).ok());
        assert_eq!(integer.view().to_u64(), u64::try_from(value).ok());
        assert_eq!(integer.view().wrapping_u64(), value as u64);
    }
}

#[test]
fn long_texts_are_bounded() {
    let text = "7".repeat(5000);
    assert_eq!(int::parse(text.as_bytes(), 10, 4300), Err(int::ParseError::TooManyDigits(5000)));
    let value = int::parse(text.as_bytes(), 10, 0).expect("valid text");
    assert!(int::to_decimal(value.view(), 4999).is_err());
    assert_eq!(int::to_decimal(value.view(), 5000).as_deref(), Ok(text.as_str()));
    assert!(int::parse("f".repeat(5000).as_bytes(), 16, 4300).is_ok());
}

#[test]
fn results_too_large_for_memory_are_refused() {
    let huge = Integer::from(u64::MAX);
    let error = int::pow(huge.view(), Integer::from(u64::MAX).view()).expect_err("too large");
    assert_eq!(error, num::Error::MEMORY);
    assert!(int::shift_left(Int::ONE, Integer::from(i64::MAX).view()).is_err());
}
