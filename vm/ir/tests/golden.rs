//! Golden listings: a handful of small traces as both machines' code. `UPDATE_GOLDENFILES=1` writes them anew.

use ir::assemble::{Site, assemble};
use ir::check::root_entry;
use ir::machine::{Machine, Rules};
use ir::place::place;
use ir::text::parse;
use ir::trace::Trace;
use jit_arm::Arm;
use jit_x86::{Features, X86};
use std::fmt::Write;
use std::path::{Path, PathBuf};

type Disassemble = fn(&[u8], u64) -> Vec<(usize, String)>;

fn listing<M: Machine>(trace: &Trace, machine: &M, disassemble: Disassemble) -> String {
    let rules = Rules { regs: &M::REGS, form: &|op| machine.form(op) };
    let placement = place(trace, rules, &root_entry(trace), None).expect("there are slots enough");
    let site = Site { base: 0x10000, handler: 0x8000, comments: true, ..Site::default() };
    let code = assemble(machine, trace, &placement, site).expect("all jumps reach");
    let mut comments = code.comments.iter().peekable();
    let mut text = String::new();
    for (at, instruction) in disassemble(&code.bytes[..code.end], code.base) {
        while let Some((_, comment)) = comments.next_if(|comment| comment.0 <= at) {
            writeln!(text, "; {comment}").expect("strings grow");
        }
        writeln!(text, "{at:4x}  {instruction}").expect("strings grow");
    }
    text
}

fn golden<M: Machine>(machine: &M, disassemble: Disassemble, folder: &str) {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = here.join("../..").join(folder).join("tests/golden");
    let mut seen = 0;
    for entry in std::fs::read_dir(here.join("tests/golden")).expect("the traces are there") {
        let path = entry.expect("the folder can be read").path();
        let text = std::fs::read_to_string(&path).expect("the trace can be read");
        // Callees are far away, at one place for all.
        let trace = parse(&text, &|_| Some(0x7f00_0000_1000))
            .unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        ir::verify::verify(&trace, true).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        same(
            &folder.join(path.file_stem().expect("a file has a name")).with_extension("asm"),
            &listing(&trace, machine, disassemble),
        );
        seen += 1;
    }
    assert!(seen >= 3, "the traces are not found");
}

fn same(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_GOLDENFILES").is_some() {
        std::fs::write(path, text).expect("the listing can be written");
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(expected == text, "{} differs; now it is:\n{text}", path.display());
}

#[test]
fn x86() {
    golden(&X86(Features { bmi2: true, sse41: true }), jit_x86::disasm::disassemble, "jit-x86");
}

#[test]
fn aarch64() {
    golden(&Arm, jit_arm::disasm::disassemble, "jit-arm");
}
