//! Whether a trace is well formed: order, types, levels, and that every instruction carries what its row says.

use crate::ops::{Level, Op, Result as OpResult, Ty};
use crate::trace::{Arg, Extra, Slot, Trace, Val};

/// Checks `trace`; with `lo`, that no op of the high level is left.
///
/// # Errors
/// Says what is wrong with the first bad instruction.
pub fn verify(trace: &Trace, lo: bool) -> Result<(), String> {
    let mut phis = Vec::new();
    let mut mark = None;
    for val in trace.vals() {
        check(trace, val, lo, mark.is_some()).map_err(|why| format!("{}: {why}", trace.line(val)))?;
        match trace.inst(val).op {
            Op::phi => phis.push(val),
            Op::loop_ => mark = Some(val),
            _ => {}
        }
    }
    let Some(last) = trace.vals().next_back() else { return Err("the trace is empty".into()) };
    let op = trace.inst(last).op;
    if !op.ends() {
        return Err(format!("{}: the trace does not end", trace.line(last)));
    }
    if (op == Op::jump) != mark.is_some() {
        return Err("a loop needs its mark and its jump".into());
    }
    if op == Op::jump {
        let next: Vec<_> = trace.args(last).iter().map(|&arg| trace.ty(arg)).collect();
        let types: Vec<_> = phis.iter().map(|&phi| trace.inst(phi).ty).collect();
        if next != types {
            return Err("the jump's operands are not of the phis' types".into());
        }
    }
    Ok(())
}

fn check(trace: &Trace, val: Val, lo: bool, in_loop: bool) -> Result<(), String> {
    let inst = trace.inst(val);
    let info = inst.op.info();
    if lo && info.level == Level::Hi {
        return Err("not lowered".into());
    }
    order(trace, val, in_loop)?;

    let args = trace.args(val);
    let variadic = info.variadic && args.len() >= info.operands.len();
    if args.len() != info.operands.len() && !variadic {
        return Err(format!("{} operands for {}", args.len(), info.operands.len()));
    }
    for &arg in args {
        before(trace, val, arg)?;
    }
    for (&arg, class) in args.iter().zip(info.operands) {
        if !trace.ty(arg).is_some_and(|ty| class.admits(ty)) {
            return Err(format!("{arg} is not of class {class:?}"));
        }
    }
    let typed = match info.result {
        OpResult::None => inst.ty.is_none(),
        OpResult::Of(ty) => inst.ty == Some(ty),
        OpResult::Any => inst.ty.is_some() && args.last().is_none_or(|&arg| trace.ty(arg) == inst.ty),
    };
    if !typed {
        return Err(format!("the result cannot be {:?}", inst.ty));
    }
    carried(trace, val)?;

    if info.guard != inst.snap.is_some() {
        return Err("a snapshot is there where none may be, or missing".into());
    }
    if let Some(snapshot) = trace.snapshot(val) {
        for slot in snapshot.slots() {
            match *slot {
                Slot::Arg(arg) => before(trace, val, arg)?,
                Slot::Virtual(n) if usize::from(n) >= snapshot.virtuals().len() => {
                    return Err(format!("no object &{n}"));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The instruction stands where its op may.
fn order(trace: &Trace, val: Val, in_loop: bool) -> Result<(), String> {
    let previous = val.0.checked_sub(1).map(|n| trace.inst(Val(n)).op);
    let next = (val.index() + 1 < trace.len()).then(|| trace.inst(Val(val.0 + 1)).op);
    let fine = match trace.inst(val).op {
        Op::param => previous.is_none_or(|op| op == Op::param),
        Op::phi => matches!(next, Some(Op::phi | Op::loop_)) && !in_loop,
        Op::loop_ => !in_loop,
        op if op.ends() => next.is_none(),
        _ => previous != Some(Op::phi),
    };
    if fine { Ok(()) } else { Err("out of order".into()) }
}

/// The operand is a result of an earlier instruction.
fn before(trace: &Trace, val: Val, arg: Arg) -> Result<(), String> {
    match arg {
        Arg::Val(used) if used >= val => Err(format!("{used} is not there yet")),
        Arg::Val(used) if trace.inst(used).ty.is_none() => Err(format!("{used} has no result")),
        _ => Ok(()),
    }
}

/// What it carries is what the row says, and fits.
fn carried(trace: &Trace, val: Val) -> Result<(), String> {
    let inst = trace.inst(val);
    let carries = inst.op.info().carries;
    match inst.extra {
        Extra::None if carries.mem || carries.callee || carries.desc => Err("something is missing".into()),
        Extra::Mem(_) if !carries.mem => Err("it touches no memory".into()),
        Extra::Mem(mem) => {
            let scales: &[u8] = if carries.index { &[1, 2, 4, 8] } else { &[1] };
            if scales.contains(&mem.scale) { Ok(()) } else { Err(format!("no scale {}", mem.scale)) }
        }
        Extra::Callee(_) if !carries.callee => Err("it calls nothing".into()),
        Extra::Callee(_) => call(trace, val),
        Extra::Desc(_) if !carries.desc => Err("it needs no description".into()),
        _ => Ok(()),
    }
}

fn call(trace: &Trace, val: Val) -> Result<(), String> {
    let inst = trace.inst(val);
    let Some(callee) = trace.callee(val) else { return Err("no such callee".into()) };
    let args = trace.args(val);
    // `rc_dec` hands its own operand on; the others hand on what follows the operands that they read themselves.
    let handed = if inst.op == Op::rc_dec { args } else { &args[inst.op.info().operands.len()..] };
    let types: Vec<Ty> = handed.iter().filter_map(|&arg| trace.ty(arg)).collect();
    if types != callee.params {
        return Err(format!("the arguments are not those of {callee}"));
    }
    let doubles = types.iter().filter(|&&ty| ty == Ty::F).count();
    if doubles > 8 || types.len() - doubles > 6 {
        return Err("more arguments than registers".into());
    }
    if inst.ty.is_some() && inst.ty != callee.result {
        return Err(format!("the result is not that of {callee}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::verify;
    use crate::text::parse;

    fn complaint(text: &str) -> String {
        let trace = parse(text, &|_| Some(0)).expect("the text is a trace");
        verify(&trace, true).expect_err("the trace is ill-formed")
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(complaint("v0 = param i\n"), "v0 = param i: the trace does not end");
        assert_eq!(
            complaint("v0 = param f\nv1 = add v0, 1\nexit -> []"),
            "v1 = add v0, 1: v0 is not of class I"
        );
        assert_eq!(complaint("v0 = box_int 3\nexit -> []"), "v0 = box_int 3: not lowered");
        assert_eq!(
            complaint("guard_true 1\nexit -> []").split(": ").nth(1),
            Some("a snapshot is there where none may be, or missing")
        );
        assert_eq!(complaint("v0 = phi 1\nloop\njump 2.0"), "the jump's operands are not of the phis' types");
        assert_eq!(
            complaint("callee f(i) nothing\nv0 = param f\ncall f(v0)\nexit -> []"),
            "call f(v0): the arguments are not those of f(i) nothing"
        );
    }
}
