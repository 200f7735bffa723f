//! What the JIT did, told at the end of a program for `-X jit-stats`.

use crate::record::Site;
use crate::recorder::{Exit, Recorder};
use crate::state;
use bytecode::opcodes::{Opcode, op};
use jit::abort::Abort;
use objects::types::cfunction;
use objects::types::descr::method::MethodDescr;
use objects::{Object, TypeObject};

/// Operands that a description names.
const OPERANDS: usize = 3;

/// The instruction that is about to be recorded, with the classes of what is on the stack.
pub fn describe(rec: &mut Recorder, at: Site) -> String {
    let opcode = Opcode::from_number(u16::from(at.opcode)).map_or("?", |opcode| opcode.name());
    let mut text = String::from(opcode);
    let (depth, locals) = (rec.top().slots.len(), rec.top().locals);
    let is_call = matches!(at.opcode, op::CALL | op::CALL_KW);
    let items = if is_call { at.arg + 2 + usize::from(at.opcode == op::CALL_KW) } else { OPERANDS };
    let first = depth.saturating_sub(items).max(locals);
    for index in first..depth.min(first + OPERANDS) {
        // SAFETY: a slot in use.
        let name = match unsafe { rec.live(index).as_ref() } {
            None => "NULL".into(),
            Some(callable) if is_call && index == first => name_of(callable),
            Some(object) => object.class().name().to_string(),
        };
        text.push(' ');
        text += &name;
    }
    if matches!(at.opcode, op::LOAD_ATTR | op::STORE_ATTR) {
        let index = if at.opcode == op::LOAD_ATTR { at.arg >> 1 } else { at.arg };
        // SAFETY: the running frame's code; the argument is the index of a name.
        text += &format!(" .{}", unsafe { (*rec.top().code).name_at(index) }.to_string_lossy());
    }
    text
}

fn name_of(callable: &Object) -> String {
    if let Some(function) = callable.cast_exact::<cfunction::Function>() {
        return format!("{}()", function.name());
    }
    if let Some(method) = callable.cast_exact::<MethodDescr>() {
        return format!(".{}()", method.common().name());
    }
    match callable.cast::<TypeObject>() {
        Some(class) => format!("class {}", class.name()),
        None => callable.class().name().to_string(),
    }
}

/// Notes what a recording leaves to the runtime, or stops at.
pub fn note(mut what: String, stopped: Option<Abort>) {
    if let Some(reason) = stopped {
        what += &format!(": {}", reason.key());
    }
    state::with(|jit| *jit.stats.borrow_mut().left.entry(what).or_default() += 1);
}

/// Tells it, if that was asked for.
pub fn tell() {
    let Some(jit) = state::get().filter(|jit| jit.options.stats) else { return };
    let exits: Vec<_> = jit.tree.borrow().exits_taken(|pc| {
        let (unit, kind) = Exit::unpack(pc);
        format!("{kind:?} at {unit}")
    });
    objects::to_stderr!("{}", jit.stats.borrow().told(&exits));
}
