//! Reads the tables that `tools/golden.py` writes.

#![allow(dead_code, reason = "each test program takes what it needs")]

use num::complex::Complex;
use num::int::{self, Integer};

/// Compares `run(operation, operands)` with each line's result.
pub fn check(table: &str, least_operations: usize, run: impl Fn(&str, &[&str]) -> String) {
    let mut seen = std::collections::HashSet::new();
    let mut wrong = Vec::new();
    for line in table.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (operation, args, expected) = (fields[0], &fields[1..fields.len() - 1], fields[fields.len() - 1]);
        let result = run(operation, args);
        if result != expected {
            wrong.push(format!("{operation} {args:?}: {result}, not {expected}"));
        }
        seen.insert(operation);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(seen.len() >= least_operations, "operations covered: {}", seen.len());
}

pub fn hex(text: &str) -> Integer {
    int::parse(text.as_bytes(), 16, 0).expect("golden integer")
}

pub fn show(value: &Integer) -> String {
    int::to_radix(value.view(), 16)
}

pub fn bits(value: f64) -> String {
    if value.is_nan() { "nan".to_owned() } else { format!("{:016x}", value.to_bits()) }
}

pub fn double(text: &str) -> f64 {
    if text == "nan" {
        f64::NAN
    } else {
        f64::from_bits(u64::from_str_radix(text, 16).expect("golden double"))
    }
}

pub fn complex(text: &str) -> Complex {
    let (real, imag) = text.split_once(' ').expect("golden complex");
    Complex::new(double(real), double(imag))
}

pub fn bytes(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

pub fn outcome(result: num::Result<String>) -> String {
    result.unwrap_or_else(|error| format!("!{:?}Error: {error}", error.exception))
}
