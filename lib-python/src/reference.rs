//! CPython itself, for differential tests and benchmarks: Debian's, with every library it needs.
//!
//! The executable is given the interpreter (`ld.so`) and library path of its own directory, so
//! that it runs on a system with an older C library and can start itself again through
//! `sys.executable`. The path is an `RPATH`, which the extension modules it loads inherit. The
//! loader's path is absolute: a reference that was moved has to be fetched again (from the cache).

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Context, Error, Places, Result, VERSION, apt, elf, layout, run, say};

/// A program that needs most of the shared libraries.
const PROBE: &str = "\
import sys, bz2, ctypes, curses, decimal, lzma, readline, sqlite3, ssl, uuid, zlib
import _testcapi, test.support
print(sys.version.split()[0])";

/// The parts of `/usr` that it takes to run. The headers are those of `prefix/`.
const PARTS: [&str; 2] = ["bin", "lib"];

/// Brings the reference to `places.reference()`, unless it is there and runs.
pub fn fetch(places: &Places, again: bool) -> Result {
    if again || probe(places).is_err() {
        let packages = apt::packages(&places.cache(), apt::Set::Reference, again)?;
        lay_out(places, &packages)?;
    }
    let version = probe(places)?;
    say(format_args!("the reference, CPython {version}, is {}", places.reference_python().display()));
    Ok(())
}

/// Runs the reference: its version, or why it does not work.
fn probe(places: &Places) -> Result<String> {
    let version = run(Command::new(places.reference_python()).arg("-I").arg("-c").arg(PROBE))
        .map_err(|e| Error(format!("the reference does not run: {e}\nTry fetch --reference --again.")))?;
    Ok(version.trim().to_owned())
}

fn lay_out(places: &Places, packages: &[PathBuf]) -> Result {
    let target = places.reference();
    let target = fs::canonicalize(&target).unwrap_or(target);
    let root = places.cache().join("unpacked");
    layout::remove(&root)?;
    say(format_args!("unpacking {} packages", packages.len()));
    apt::unpack(packages, &root)?;
    let usr = root.join("usr");
    layout::remove(&target)?;
    fs::create_dir_all(&target).context("creating", &target)?;
    layout::bundle_pip(&usr, &usr)?;
    for part in PARTS {
        fs::rename(usr.join(part), target.join(part)).context("moving", &usr.join(part))?;
    }
    let include = target.join("include");
    symlink(places.prefix().join("include"), &include).context("linking", &include)?;
    let library = target.join("lib").join(format!("python{VERSION}"));
    for name in ["sitecustomize.py", "EXTERNALLY-MANAGED"] {
        let path = library.join(name);
        fs::remove_file(&path).context("removing", &path)?;
    }
    set_loader(&target)?;
    for name in ["python", "python3"] {
        let link = target.join("bin").join(name);
        symlink(format!("python{VERSION}"), &link).context("linking", &link)?;
    }
    layout::remove(&root)
}

/// Makes the executable start with the loader and libraries below `reference`.
fn set_loader(reference: &Path) -> Result {
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    let libraries = reference.join("lib").join(triplet);
    let loader = libraries.join(match std::env::consts::ARCH {
        "aarch64" => "ld-linux-aarch64.so.1",
        _ => "ld-linux-x86-64.so.2",
    });
    elf::set_loader(&reference.join("bin").join(format!("python{VERSION}")), &loader, &libraries)
}
