//! The reference interpreter: what the ops mean, and the third backend.
//!
//! Values are their 64 bits; memory is the process's own memory; callees are really called. What this file does is
//! right by definition, and the machine backends are tested against it.

use crate::ops::{Op, Ty};
use crate::trace::{Arg, Callee, Extra, Mem, Trace, Val};

/// How a run of a trace ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The instruction that left.
    pub at: Val,
    /// What its snapshot's operands held, in [`Snapshot::args`](crate::trace::Snapshot::args)'s order; for a `link`, its operands.
    pub values: Vec<u64>,
}

/// What one instruction came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Did {
    /// Gave this.
    Value(u64),
    /// Has no result.
    Nothing,
    /// Wants to leave the trace.
    Leave,
}

/// Where a run begins.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// At the entry, with these parameters.
    Entry(&'a [u64]),
    /// At the loop's head, with these values of the phis; the loop must be closed.
    Loop(&'a [u64]),
}

/// Runs a lowered trace that [`verify`](crate::verify::verify) accepts from its entry; `None` if it did not leave within
/// `fuel` instructions.
///
/// # Safety
/// What the trace loads, stores and calls must be there.
pub unsafe fn run(trace: &Trace, params: &[u64], fuel: u64) -> Option<Left> {
    // SAFETY: the caller's promise.
    unsafe { run_from(trace, Start::Entry(params), fuel) }
}

/// As [`run`], from any start.
///
/// # Safety
/// As for [`run`].
pub unsafe fn run_from(trace: &Trace, start: Start, mut fuel: u64) -> Option<Left> {
    let mut values = vec![0u64; trace.len()];
    let phis: Vec<Val> = trace.phis().collect();
    let body = trace.loop_mark().map_or(0, |mark| mark.index() + 1);
    let (mut at, names, bits) = match start {
        Start::Entry(bits) => (0, trace.params().collect(), bits),
        Start::Loop(bits) => (body, phis.clone(), bits),
    };
    for (val, &bits) in names.into_iter().zip(bits) {
        values[val.index()] = bits;
    }
    let mut operands = Vec::new();
    loop {
        fuel = fuel.checked_sub(1)?;
        let val = Val(at as u32);
        let inst = trace.inst(val);
        operands.clear();
        operands.extend(trace.args(val).iter().map(|&arg| read(arg, &values)));
        at += 1;
        match inst.op {
            Op::param | Op::loop_ => {}
            Op::phi => values[val.index()] = operands[0],
            Op::jump => {
                for (phi, &bits) in phis.iter().zip(&operands) {
                    values[phi.index()] = bits;
                }
                at = body;
            }
            Op::link => return Some(Left { at: val, values: operands }),
            // SAFETY: the caller's promise.
            op => match unsafe { eval(op, inst.extra, trace.callee(val), &operands) } {
                Did::Value(bits) => values[val.index()] = bits,
                Did::Nothing => {}
                Did::Leave => {
                    let snapshot = trace.snapshot(val)?;
                    return Some(Left {
                        at: val,
                        values: snapshot.args().map(|arg| read(arg, &values)).collect(),
                    });
                }
            },
        }
    }
}

fn read(arg: Arg, values: &[u64]) -> u64 {
    match arg {
        Arg::Val(val) => values[val.index()],
        Arg::Const(c) => c.bits(),
    }
}

/// What an op of the low level does with these operands; ops of the trace's structure and of the high level leave.
///
/// # Safety
/// What it loads, stores and calls must be there.
pub unsafe fn eval(op: Op, extra: Extra, callee: Option<&Callee>, x: &[u64]) -> Did {
    let i = |n: usize| x[n].cast_signed();
    let f = |n: usize| f64::from_bits(x[n]);
    let shift = |n: usize| (x[n] & 63) as u32;
    let int = |value: i64| Did::Value(value.cast_unsigned());
    let float = |value: f64| Did::Value(value.to_bits());
    let truth = |value: bool| Did::Value(u64::from(value));
    let hold = |value: bool| if value { Did::Nothing } else { Did::Leave };
    let fits = |value: Option<i64>| value.map_or(Did::Leave, |value| Did::Value(value.cast_unsigned()));
    match op {
        Op::param | Op::phi | Op::loop_ | Op::jump | Op::link | Op::exit => Did::Leave,

        Op::add | Op::offset => int(i(0).wrapping_add(i(1))),
        Op::sub => int(i(0).wrapping_sub(i(1))),
        Op::mul => int(i(0).wrapping_mul(i(1))),
        Op::and => Did::Value(x[0] & x[1]),
        Op::or => Did::Value(x[0] | x[1]),
        Op::xor => Did::Value(x[0] ^ x[1]),
        Op::shl => Did::Value(x[0] << shift(1)),
        Op::shr => Did::Value(x[0] >> shift(1)),
        Op::sar => int(i(0) >> shift(1)),
        Op::neg => int(i(0).wrapping_neg()),
        Op::not => Did::Value(!x[0]),
        Op::sext8 => int(i64::from(x[0] as i8)),
        Op::sext16 => int(i64::from(x[0] as i16)),
        Op::sext32 => int(i64::from(x[0] as i32)),
        Op::zext8 => Did::Value(u64::from(x[0] as u8)),
        Op::zext16 => Did::Value(u64::from(x[0] as u16)),
        Op::zext32 => Did::Value(u64::from(x[0] as u32)),
        // Where the result is undefined, anything but a panic will do.
        Op::sdiv => int(i(0).checked_div(i(1)).unwrap_or(0)),
        Op::srem => int(i(0).checked_rem(i(1)).unwrap_or(0)),
        Op::addov => fits(i(0).checked_add(i(1))),
        Op::subov => fits(i(0).checked_sub(i(1))),
        Op::mulov => fits(i(0).checked_mul(i(1))),
        Op::eq => truth(x[0] == x[1]),
        Op::ne => truth(x[0] != x[1]),
        Op::lt => truth(i(0) < i(1)),
        Op::le => truth(i(0) <= i(1)),
        Op::ult => truth(x[0] < x[1]),
        Op::ule => truth(x[0] <= x[1]),
        Op::select => Did::Value(if x[0] != 0 { x[1] } else { x[2] }),
        Op::as_int | Op::as_ptr => Did::Value(x[0]),

        Op::fadd => float(f(0) + f(1)),
        Op::fsub => float(f(0) - f(1)),
        Op::fmul => float(f(0) * f(1)),
        Op::fdiv => float(f(0) / f(1)),
        Op::fneg => Did::Value(x[0] ^ 1 << 63),
        Op::fabs => Did::Value(x[0] & !(1 << 63)),
        Op::fsqrt => float(f(0).sqrt()),
        Op::ffloor => float(f(0).floor()),
        Op::fceil => float(f(0).ceil()),
        Op::ftrunc => float(f(0).trunc()),
        Op::fround => float(f(0).round_ties_even()),
        Op::feq => truth(f(0) == f(1)),
        Op::fne => truth(f(0) != f(1)),
        Op::flt => truth(f(0) < f(1)),
        Op::fle => truth(f(0) <= f(1)),
        Op::i2f => float(i(0) as f64),
        Op::f2iov => fits((f(0).abs() < 9_223_372_036_854_775_808.0).then_some(f(0) as i64)),
        Op::f2bits | Op::bits2f => Did::Value(x[0]),

        // SAFETY (all of these): what a trace loads and stores is the business of who runs the trace.
        Op::ld_i8 | Op::ldx_i8 => int(i64::from(unsafe { load::<i8>(op, extra, x) })),
        Op::ld_u8 | Op::ldx_u8 => Did::Value(u64::from(unsafe { load::<u8>(op, extra, x) })),
        Op::ld_i16 | Op::ldx_i16 => int(i64::from(unsafe { load::<i16>(op, extra, x) })),
        Op::ld_u16 | Op::ldx_u16 => Did::Value(u64::from(unsafe { load::<u16>(op, extra, x) })),
        Op::ld_i32 | Op::ldx_i32 => int(i64::from(unsafe { load::<i32>(op, extra, x) })),
        Op::ld_u32 | Op::ldx_u32 => Did::Value(u64::from(unsafe { load::<u32>(op, extra, x) })),
        Op::ld_i64 | Op::ld_p | Op::ld_f64 | Op::ldx_i64 | Op::ldx_p | Op::ldx_f64 => {
            Did::Value(unsafe { load::<u64>(op, extra, x) })
        }
        Op::st_8 | Op::stx_8 => unsafe { store(op, extra, x, |bits| bits as u8) },
        Op::st_16 | Op::stx_16 => unsafe { store(op, extra, x, |bits| bits as u16) },
        Op::st_32 | Op::stx_32 => unsafe { store(op, extra, x, |bits| bits as u32) },
        Op::st_64 | Op::st_f64 | Op::stx_64 | Op::stx_f64 => unsafe { store(op, extra, x, |bits| bits) },

        Op::guard_true => hold(x[0] != 0),
        Op::guard_false => hold(x[0] == 0),
        Op::guard_eq => hold(x[0] == x[1]),
        Op::guard_ne => hold(x[0] != x[1]),
        Op::guard_lt => hold(i(0) < i(1)),
        Op::guard_le => hold(i(0) <= i(1)),
        Op::guard_gt => hold(i(0) > i(1)),
        Op::guard_ge => hold(i(0) >= i(1)),
        Op::guard_ult => hold(x[0] < x[1]),
        Op::guard_ule => hold(x[0] <= x[1]),
        Op::guard_ugt => hold(x[0] > x[1]),
        Op::guard_uge => hold(x[0] >= x[1]),
        Op::guard_feq => hold(f(0) == f(1)),
        Op::guard_fne => hold(f(0) != f(1)),
        Op::guard_flt => hold(f(0) < f(1)),
        Op::guard_fle => hold(f(0) <= f(1)),
        Op::guard_fnlt => hold(f(0).partial_cmp(&f(1)) != Some(std::cmp::Ordering::Less)),
        Op::guard_fnle => hold(f(0).partial_cmp(&f(1)).is_none_or(std::cmp::Ordering::is_gt)),

        Op::call | Op::call_i | Op::call_p | Op::call_f => {
            let Some(callee) = callee else { return Did::Leave };
            // SAFETY: the caller's promise.
            let bits = unsafe { invoke(callee, x) };
            if op == Op::call { Did::Nothing } else { Did::Value(bits) }
        }
        Op::call_if => {
            if let (Some(callee), true) = (callee, x[0] != 0) {
                // SAFETY: the caller's promise.
                unsafe { invoke(callee, &x[1..]) };
            }
            Did::Nothing
        }
        Op::rc_inc => {
            let count = x[0] as *mut u32;
            // SAFETY: the operand points to a count, by the caller's promise.
            unsafe {
                match count.read().wrapping_add(1) {
                    0 => {}
                    more => count.write(more),
                }
            }
            Did::Nothing
        }
        Op::rc_dec => {
            let count = x[0] as *mut i64;
            // SAFETY: as above.
            unsafe {
                if count.cast::<i32>().read() >= 0 {
                    count.write(count.read() - 1);
                    if let (0, Some(callee)) = (count.read(), callee) {
                        invoke(callee, x);
                    }
                }
            }
            Did::Nothing
        }

        Op::guard_type
        | Op::guard_shape
        | Op::guard_value
        | Op::guard_watch
        | Op::get_field
        | Op::get_field_i
        | Op::get_field_f
        | Op::set_field
        | Op::set_field_i
        | Op::set_field_f
        | Op::new_obj
        | Op::incref
        | Op::decref
        | Op::take
        | Op::box_int
        | Op::box_float
        | Op::box_bool
        | Op::unbox_int
        | Op::unbox_float
        | Op::list_len
        | Op::list_get
        | Op::list_set
        | Op::list_append
        | Op::tuple_len
        | Op::tuple_get
        | Op::new_tuple
        | Op::dict_get
        | Op::str_len => Did::Leave,
    }
}

/// The address of an access, and how many operands it took.
fn address(op: Op, extra: Extra, x: &[u64]) -> (u64, usize) {
    let Extra::Mem(Mem { offset, scale, .. }) = extra else { return (x[0], 1) };
    let base = x[0].wrapping_add_signed(i64::from(offset));
    if op.info().carries.index {
        (base.wrapping_add(x[1].wrapping_mul(u64::from(scale))), 2)
    } else {
        (base, 1)
    }
}

unsafe fn load<T>(op: Op, extra: Extra, x: &[u64]) -> T {
    let (address, _) = address(op, extra, x);
    // SAFETY: the caller's promise.
    unsafe { (address as *const T).read_unaligned() }
}

unsafe fn store<T>(op: Op, extra: Extra, x: &[u64], narrow: impl Fn(u64) -> T) -> Did {
    let (address, taken) = address(op, extra, x);
    // SAFETY: the caller's promise.
    unsafe { (address as *mut T).write_unaligned(narrow(x[taken])) }
    Did::Nothing
}

type Words = extern "C" fn(u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64) -> u64;
type Doubles = extern "C" fn(u64, u64, u64, u64, u64, u64, f64, f64, f64, f64, f64, f64, f64, f64) -> f64;

/// Calls a function: both C conventions count words and doubles apart, so filling all argument registers suits
/// every signature.
unsafe fn invoke(callee: &Callee, args: &[u64]) -> u64 {
    let (mut w, mut d) = ([0u64; 6], [0f64; 8]);
    let (mut words, mut doubles) = (w.iter_mut(), d.iter_mut());
    for (&ty, &bits) in callee.params.iter().zip(args) {
        if ty == Ty::F {
            doubles.next().into_iter().for_each(|place| *place = f64::from_bits(bits));
        } else {
            words.next().into_iter().for_each(|place| *place = bits);
        }
    }
    // SAFETY: the address is a C function of that signature, by the caller's promise.
    unsafe {
        if callee.result == Some(Ty::F) {
            let function: Doubles = std::mem::transmute(callee.address as *const ());
            function(w[0], w[1], w[2], w[3], w[4], w[5], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7])
                .to_bits()
        } else {
            let function: Words = std::mem::transmute(callee.address as *const ());
            function(w[0], w[1], w[2], w[3], w[4], w[5], d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7])
        }
    }
}
