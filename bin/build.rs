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

/// Crates whose data no start reads: they come before the rest, so that what is read lies together. A name too few or too many costs only
/// memory.
const SELDOM: &[&str] = &[
    "addr2line",
    "blake2b_simd",
    "blake2s_simd",
    "bzip2_sys",
    "cpyext",
    "dashu_int",
    "expat",
    "gimli",
    "iced_x86",
    "ir",
    "jit",
    "jit_arm",
    "jit_x86",
    "libffi_sys",
    "liblzma_sys",
    "libsqlite3_sys",
    "libz_sys",
    "md5",
    "miniz_oxide",
    "object",
    "openssl_sys",
    "rustc_demangle",
    "sha1",
    "sha2",
    "sha3",
    "sre",
    "stdlib_async",
    "stdlib_compress",
    "stdlib_crypto",
    "stdlib_ctypes",
    "stdlib_data",
    "stdlib_math",
    "stdlib_sqlite",
    "stdlib_term",
    "stdlib_xml",
    "tracer",
    "unicode",
];

/// Crates of which a start reads nothing but the names of some functions.
const SELDOM_BUT_NAMES: &[&str] = &["stdlib_text"];

/// What is added to the linker's own script: functions in the order of these symbols, and what a start does not read apart from what it
/// reads, docstrings first of all.
fn linker_script(symbols: &str) -> String {
    let mut text = String::new();
    for symbol in symbols.lines().filter(|line| !line.starts_with('#')) {
        let _ = writeln!(text, "    *(.text.{symbol} .text.unlikely.{symbol})");
    }
    text += "    *(.text .text.*)\n";
    let constants = seldom(SELDOM, ".rodata .rodata.*") + &seldom(SELDOM_BUT_NAMES, ".rodata .rodata.[!s]*");
    let relocated = [
        "    *(.data.rel.ro.docs)\n",
        &seldom(SELDOM, ".data.rel.ro .data.rel.ro.*"),
        "    *(.data.rel.ro .data.rel.ro.*)\n",
    ];
    let variables = seldom(SELDOM, ".data .data.*") + "    *(.data .data.*)\n";
    [
        output(".text", &text, "BEFORE .init"),
        // A section of its own, for strings are put together within a section.
        output(".rodata.seldom", &constants, "BEFORE .rodata"),
        output(".data.rel.ro", &relocated.concat(), "BEFORE .dynamic"),
        output(".data", &variables, "BEFORE .tm_clone_table"),
    ]
    .concat()
}

/// One output section of the executable.
fn output(name: &str, inputs: &str, place: &str) -> String {
    format!("SECTIONS\n{{\n  {name} :\n  {{\n{inputs}  }}\n}}\nINSERT {place};\n")
}

/// These sections of these crates, Rust's and C's.
fn seldom(crates: &[&str], sections: &str) -> String {
    let mut inputs = String::new();
    for name in crates {
        let _ = writeln!(inputs, "    *.{name}-*.rcgu.o({sections})\n    *lib{name}-*.rlib*({sections})");
    }
    inputs
}
