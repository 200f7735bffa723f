//! Exports the C API from the executable, so that extension modules find it there.

fn main() {
    let exports = concat!(env!("CARGO_MANIFEST_DIR"), "/../cpyext/exports.list");
    println!("cargo:rerun-if-changed={exports}");
    println!("cargo:rustc-link-arg-bins=-Wl,--dynamic-list={exports}");
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        let order = concat!(env!("CARGO_MANIFEST_DIR"), "/text-order.ld");
        println!("cargo:rerun-if-changed={order}");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{order}");
    }
    // Extensions take it for granted that the executable brings the mathematical functions along.
    // At a fixed place, like Debian's CPython: the hundred thousand addresses in the types' tables need no relocation at
    // start-up, so those pages stay the file's and are read only when somebody looks.
    println!("cargo:rustc-link-arg-bins=-no-pie");
    println!("cargo:rustc-link-arg-bins=-Wl,--push-state,--no-as-needed,-lm,--pop-state");
}
