//! `cargo xtask handlers`: whether the interpreter's handlers end in jumps.
//!
//! A handler ends in a call of the next one through a table, of which the compiler makes a jump unless the address of a local escapes.
//! Where it could not, the native stack grows with every instruction, so no handler may hold an indirect call through a table.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use harness::python::Python;

use crate::process::Result;

/// Where the functions are that must not call through a table: handlers and what they jump to.
const ROOMS: [&str; 3] = ["interp::ops::", "interp::adapt::", "interp::eval::"];

/// Looks through the disassembled executable.
pub fn run(args: &[String]) -> Result {
    if !args.is_empty() {
        return Err("handlers takes no arguments".into());
    }
    let python = Python::ours()?;
    let mut objdump = Command::new("objdump")
        .args([
            "--disassemble",
            "--demangle",
            "--no-show-raw-insn",
            "--section=.text",
            "--section=.text.first",
        ])
        .arg(python.executable())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run objdump, which comes with the C compiler: {error}"))?;
    let output = objdump.stdout.take().ok_or("objdump has no output")?;
    let mut function = None;
    let (mut handlers, mut wrong) = (0, Vec::new());
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some(name) =
            line.strip_suffix(">:").and_then(|line| line.split_once('<')).map(|(_, name)| name)
        {
            function = is_handler(name).then(|| name.to_owned());
            handlers += usize::from(function.is_some());
        } else if calls_through_table(&line) {
            wrong.extend(function.take());
        }
    }
    let status = objdump.wait()?;
    if !status.success() || handlers == 0 {
        return Err(format!("objdump found no handlers in {}", python.executable().display()).into());
    }
    println!(
        "handlers: {handlers} functions, {} that call the next one instead of jumping to it",
        wrong.len()
    );
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// `call *TABLE(,INDEX,8)`, as `objdump` writes it.
fn calls_through_table(line: &str) -> bool {
    line.split_once("call ")
        .is_some_and(|(_, target)| target.trim_start().starts_with('*') && target.contains(",8)"))
}

/// Handlers have the opcodes' names.
fn is_handler(name: &str) -> bool {
    let is_opcode = |part: &str| {
        part.len() > 2 && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    ROOMS.iter().any(|room| name.contains(room)) && name.split("::").any(is_opcode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_handlers_are_told_from_others() {
        assert!(calls_through_table("  3ea460:\tcall   *(%r9,%rax,8)"));
        assert!(!calls_through_table("  3ea460:\tjmp    *(%r9,%rax,8)"));
        assert!(!calls_through_table("  3ea460:\tcall   *0x18(%rax)"));
        assert!(is_handler("interp::adapt::base::CALL::look"));
        assert!(!is_handler("interp::eval::run"));
        assert!(!is_handler("objects::types::list::PyList_New"));
    }
}
