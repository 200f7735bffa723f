//! Exports the C API from the executable, so that extension modules find it there, and says where the linker puts what a start runs.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    let exports = concat!(env!("CARGO_MANIFEST_DIR"), "/../cpyext/exports.list");
    println!("cargo:rerun-if-changed={exports}");
    println!("cargo:rustc-link-arg-bins=-Wl,--dynamic-list={exports}");
    if env::var("PROFILE").as_deref() == Ok("release") {
        let order = concat!(env!("CARGO_MANIFEST_DIR"), "/text-order.txt");
        println!("cargo:rerun-if-changed={order}");
        let symbols = fs::read_to_string(order).expect("the order is there");
        let script = Path::new(&env::var_os("OUT_DIR").expect("cargo says where")).join("text-order.ld");
        fs::write(&script, linker_script(&symbols)).expect("the script can be written");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{}", script.display());
    }
    // At a fixed place, like Debian's CPython: the hundred thousand addresses in the types' tables need no relocation at
    // start-up, so those pages stay the file's and are read only when somebody looks.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    // Extensions take it for granted that the executable brings the mathematical functions along.
    println!("cargo:rustc-link-arg-bins=-Wl,--push-state,--no-as-needed,-lm,--pop-state");
}

/// What is added to the linker's own script: functions in the order of these symbols, and docstrings before all that starts read.
fn linker_script(symbols: &str) -> String {
    let mut script = String::from("SECTIONS\n{\n  .text.first :\n  {\n");
    for symbol in symbols.lines().filter(|line| !line.starts_with('#')) {
        let _ = writeln!(script, "    *(.text.{symbol} .text.unlikely.{symbol})");
    }
    script += "  }\n}\nINSERT BEFORE .text;\n";
    script += "SECTIONS\n{\n  .data.rel.ro :\n  {\n    *(.data.rel.ro.docs)\n    *(.data.rel.ro .data.rel.ro.*)\n  }\n}\n";
    script += "INSERT BEFORE .dynamic;\n";
    script
}
