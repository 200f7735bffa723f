//! A text listing of a code object, for dumps and golden tests.
//!
//! One line per instruction: source line where it changes, offset, name, argument and what it means; then the
//! exception table; then the code objects among the constants, each under its qualified name.

use std::fmt::Write;
use std::rc::Rc;

use crate::code::{Code, Const};
use crate::exc_table;
use crate::line_table;
use crate::opcodes::{BINARY_OPS, Opcode, intrinsic};

/// An instruction with its `EXTENDED_ARG`s folded in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// Index of the instruction's own code unit.
    pub unit: usize,
    pub opcode: Opcode,
    pub arg: u32,
    /// One past its last cache entry.
    pub next: usize,
}

/// The instructions of `co_code`; caches are skipped, `EXTENDED_ARG`s are folded into what follows.
pub fn instructions(code: &[u8]) -> impl Iterator<Item = Instruction> + '_ {
    let mut unit = 0;
    std::iter::from_fn(move || {
        let mut arg = 0;
        loop {
            let &[number, low] = code.get(unit * 2..unit * 2 + 2)? else { return None };
            let opcode = Opcode::from_number(number.into())?;
            arg = arg << 8 | u32::from(low);
            let at = unit;
            unit += 1 + opcode.caches();
            if opcode != Opcode::EXTENDED_ARG {
                return Some(Instruction { unit: at, opcode, arg, next: unit });
            }
        }
    })
}

/// The listing of a code object and of those nested in it.
pub fn listing(code: &Code) -> String {
    let mut out = String::new();
    list(code, &mut out);
    out
}

fn list(code: &Code, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write_one(code, out);
    for child in code.children() {
        out.push('\n');
        list(child, out);
    }
}

fn write_one(code: &Code, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "{} (line {}, args {}+{}+{}, stack {}, flags {:#x})",
        code.qualname,
        code.firstlineno,
        code.posonlyargcount,
        code.argcount,
        code.kwonlyargcount,
        code.stacksize,
        code.flags
    )?;
    let mut last_line = None;
    for i in instructions(&code.code) {
        let line = line_table::location_of(&code.linetable, code.firstlineno, i.unit).line;
        let shown = if last_line == Some(line) {
            String::new()
        } else if line < 0 {
            "--".into()
        } else {
            line.to_string()
        };
        last_line = Some(line);
        write!(out, "{shown:>5} {:>5} {:<26}", i.unit * 2, i.opcode.name())?;
        if i.opcode.flags().has_arg() {
            write!(out, " {:>3}{}", i.arg, meaning(code, &i))?;
        }
        let trimmed = out.trim_end().len();
        out.truncate(trimmed);
        out.push('\n');
    }
    for e in exc_table::entries(&code.exceptiontable) {
        let lasti = if e.lasti { " lasti" } else { "" };
        writeln!(out, "      {} to {} -> {} [{}]{lasti}", e.start * 2, e.end * 2, e.target * 2, e.depth)?;
    }
    Ok(())
}

fn meaning(code: &Code, i: &Instruction) -> String {
    let arg = i.arg as usize;
    let flags = i.opcode.flags();
    let local = |n: usize| code.localsplusnames.get(n).map_or_else(String::new, |s| s.to_string());
    let text = match i.opcode {
        Opcode::LOAD_GLOBAL | Opcode::LOAD_ATTR => name(code, arg >> 1),
        Opcode::LOAD_SUPER_ATTR => name(code, arg >> 2),
        Opcode::LOAD_FAST_LOAD_FAST | Opcode::STORE_FAST_LOAD_FAST | Opcode::STORE_FAST_STORE_FAST => {
            format!("{}, {}", local(arg >> 4), local(arg & 15))
        }
        Opcode::BINARY_OP => BINARY_OPS.get(arg).map_or_else(String::new, |op| op.1.into()),
        Opcode::COMPARE_OP => {
            let op = ["<", "<=", "==", "!=", ">", ">="].get(arg >> 5).copied().unwrap_or("");
            if arg & 16 != 0 { format!("bool({op})") } else { op.into() }
        }
        Opcode::CALL_INTRINSIC_1 => intrinsic::UNARY.get(arg).copied().unwrap_or("").into(),
        Opcode::CALL_INTRINSIC_2 => intrinsic::BINARY.get(arg).copied().unwrap_or("").into(),
        _ if flags.has_const() => code.consts.get(arg).map_or_else(String::new, show),
        _ if flags.has_name() => name(code, arg),
        _ if flags.has_local() || flags.has_free() => local(arg),
        _ if flags.has_jump() && is_backward(i.opcode) => format!("to {}", i.next.saturating_sub(arg) * 2),
        _ if flags.has_jump() => format!("to {}", (i.next + arg) * 2),
        _ => String::new(),
    };
    if text.is_empty() { text } else { format!(" ({text})") }
}

fn is_backward(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::JUMP_BACKWARD | Opcode::JUMP_BACKWARD_NO_INTERRUPT)
}

fn name(code: &Code, i: usize) -> String {
    code.names.get(i).map_or_else(String::new, |s| s.to_string())
}

/// A constant as text; close to `repr`, and short.
pub fn show(value: &Const) -> String {
    let list = |items: &Rc<[Const]>| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "Ellipsis".into(),
        Const::Int(n) => n.to_string(),
        Const::BigInt(n) => format!("{}int of {} digits", if n.negative { "-" } else { "" }, n.digits.len()),
        Const::Float(x) => format!("{x:?}"),
        Const::Complex { real, imag } => format!("{real:?}+{imag:?}j"),
        Const::Str(s) => format!("{s:?}"),
        Const::Bytes(b) => format!("b\"{}\"", b.escape_ascii()),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => {
            let mut shown: Vec<String> = items.iter().map(show).collect();
            shown.sort();
            format!("frozenset({})", shown.join(", "))
        }
        Const::Code(code) => format!("<code {}>", code.qualname),
    }
}
