//! Developer commands: `cargo xtask …`.

mod api;
mod bench;
mod docs;
mod frontend;
mod golden;
mod handlers;
mod install;
mod jit_fuzz;
mod multibyte;
mod process;
mod pyc;
mod report;
mod setup;
mod suite;
mod surface;
mod test;
mod text_order;
mod tidy;
mod wheels;

use std::process::ExitCode;

use process::Result;

const USAGE: &str = "\
usage: cargo xtask COMMAND

setup                 fetch the library, build python, run a first program
test [fast|full]      what a change must pass; full adds CPython's own test files
golden [NAME…]        run the programs of testsuite/python and compare with CPython's output
  --list              only say which programs there are and which are known to fail
bless [NAME…]         take the expected output of those programs from the reference
  --failing           instead, note which programs fail under the python built here
suite [TEST…]         run CPython's test files (test_list …; default: those with a ledger)
  --all               all of them
  --bless             note the result in testsuite/cpython
  --reference         run them under the reference, to try the runner
  --limit SECONDS     for one test (default: 120)
wheels [PACKAGE…]     install packages from the index with the python built here, and run their own tests
  --quick               the few that every change must pass
  --bless               note in testsuite/wheels where the outcome differs from that under CPython
  --limit SECONDS       for one test (default: 120)
  --list                only say which packages there are
bench [NAME…]         time the programs of testsuite/bench here and under the reference
  --runs N              the best of N runs counts (default: 5)
jit-fuzz N            compare N random programs under the reference and every mode of the JIT
  --seed N              of the first one (default: 0)
api                   compare the exported C API with its census, cpyext/api.txt
  --bless               note what is missing
surface               compare names, signatures and flags of native modules with CPython's
  --failing           note what differs
  --bless             take CPython's from the reference
pyc                   read and run .pyc files that the reference wrote, and the other way round
handlers              check that the interpreter's handlers end in jumps (needs objdump)
frontend [PART…]      compile the library and the snippets of its tests with both Pythons (files with a PART in their path)
tidy                  check the house rules that the compiler does not
text-order            take from runs of the release build which functions the linker puts together (needs valgrind)
docs                  take CPython's documentation strings from the reference
multibyte             take the mappings of the CJK codecs from the reference
install --prefix DIR  lay out an installation that can be moved";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result {
    let (command, args) = args.split_first().ok_or(USAGE)?;
    match command.as_str() {
        "setup" => setup::run(),
        "test" => test::run(args),
        "frontend" => frontend::run(args),
        "golden" => golden::run(args),
        "bless" => golden::bless(args),
        "suite" => suite::run(args),
        "bench" => bench::run(args),
        "jit-fuzz" => jit_fuzz::run(args),
        "api" => api::run(args),
        "surface" => surface::run(args),
        "pyc" => pyc::run(args),
        "handlers" => handlers::run(args),
        "wheels" => wheels::run(args),
        "tidy" => tidy::run(),
        "text-order" => text_order::run(args),
        "docs" => docs::run(),
        "multibyte" => multibyte::run(),
        "install" => install::run(args),
        _ => Err(USAGE.into()),
    }
}
