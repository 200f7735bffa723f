//! Nothing to do: the build dependency only chooses the release of OpenSSL that `openssl-sys` builds.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
