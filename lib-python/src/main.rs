//! The command `lib-python`: `cargo run -p lib_python -- fetch`.

use std::path::PathBuf;
use std::process::ExitCode;

use lib_python::{Error, Options, Places, Result, check};

const USAGE: &str = "\
usage: lib-python fetch [--from DIR] [--reference] [--again] [--dest DIR]
       lib-python check [--dest DIR]

fetch   bring CPython 3.13's standard library, tests and headers to DEST/prefix
        (DEST: this repository's lib-python/), unless they are there already
  --from DIR   take them from a CPython 3.13 prefix (DIR/lib/python3.13) or
               source tree (DIR/Lib) instead of Debian's packages
  --reference  also bring CPython 3.13 itself, runnable, to DEST/reference
  --again      ask for new versions, and replace what is there
check   compare every file with what was brought";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lib-python: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result {
    let command = args.next();
    let mut options = Options::default();
    let mut places = Places::of_repository();
    while let Some(arg) = args.next() {
        let mut directory =
            || args.next().map(PathBuf::from).ok_or_else(|| Error(format!("{arg} needs a directory")));
        match arg.as_str() {
            "--from" => options.from = Some(directory()?),
            "--dest" => {
                places = Places::new(std::path::absolute(directory()?).map_err(|e| Error(e.to_string()))?)
            }
            "--reference" => options.reference = true,
            "--again" => options.again = true,
            _ => return Err(Error(format!("unknown argument {arg}\n{USAGE}"))),
        }
    }
    match command.as_deref() {
        Some("fetch") => lib_python::fetch(&places, &options),
        Some("check") => {
            let version = check::complete(&places.prefix())?;
            check::thorough(&places.prefix())?;
            println!("the library of CPython {version} in {} is whole", places.prefix().display());
            Ok(())
        }
        _ => Err(Error(USAGE.to_owned())),
    }
}
