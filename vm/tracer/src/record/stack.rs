//! Fast locals, constants, and moving items on the stack.

use super::Site;
use crate::items::{Item, Slot};
use crate::recorder::{Recorded, Recorder};
use jit::abort::Abort;

pub fn nothing(_rec: &mut Recorder, _at: Site) -> Recorded {
    Ok(())
}

pub fn extended_arg(rec: &mut Recorder, at: Site) -> Recorded {
    rec.prefix = rec.prefix.or(Some(at.unit));
    Ok(())
}

pub fn load_fast(rec: &mut Recorder, at: Site) -> Recorded {
    load(rec, at.arg)
}

fn load(rec: &mut Recorder, index: usize) -> Recorded {
    match rec.held(index, true) {
        // The interpreter raises.
        Item::Null => Err(Abort::Operands),
        item => {
            rec.push(item);
            Ok(())
        }
    }
}

pub fn load_fast_load_fast(rec: &mut Recorder, at: Site) -> Recorded {
    load(rec, at.arg >> 4)?;
    load(rec, at.arg & 15)
}

pub fn load_fast_and_clear(rec: &mut Recorder, at: Site) -> Recorded {
    let item = rec.held(at.arg, false);
    rec.top().slots[at.arg] = Slot::held(Item::Null);
    rec.push(item);
    Ok(())
}

pub fn store_fast(rec: &mut Recorder, at: Site) -> Recorded {
    store(rec, at.arg)
}

fn store(rec: &mut Recorder, index: usize) -> Recorded {
    // What the slot held may have to be asked for, which may leave: before the stack changes.
    rec.held(index, false);
    let top = rec.at(1);
    let item = rec.held(top, true);
    rec.top().slots.pop();
    rec.set(index, item);
    Ok(())
}

/// As [`load_fast`], of a local that may have no value.
pub fn load_fast_check(rec: &mut Recorder, at: Site) -> Recorded {
    rec.held(at.arg, false);
    load(rec, at.arg)
}

pub fn store_fast_load_fast(rec: &mut Recorder, at: Site) -> Recorded {
    if at.arg & 15 != at.arg >> 4 {
        rec.held(at.arg & 15, true);
    }
    store(rec, at.arg >> 4)?;
    load(rec, at.arg & 15)
}

pub fn store_fast_store_fast(rec: &mut Recorder, at: Site) -> Recorded {
    rec.held(at.arg & 15, false);
    store(rec, at.arg >> 4)?;
    store(rec, at.arg & 15)
}

pub fn load_const(rec: &mut Recorder, at: Site) -> Recorded {
    let code = rec.top().code;
    // SAFETY: the code of a frame that runs; the argument is the index of a constant.
    let object = *unsafe { (*code).consts() }.items().get(at.arg).ok_or(Abort::Operands)?;
    let item = rec.constant(object);
    rec.push(item);
    Ok(())
}

pub fn pop_top(rec: &mut Recorder, _at: Site) -> Recorded {
    rec.shrink(1);
    Ok(())
}

pub fn push_null(rec: &mut Recorder, _at: Site) -> Recorded {
    rec.push(Item::Null);
    Ok(())
}

pub fn copy(rec: &mut Recorder, at: Site) -> Recorded {
    let index = rec.at(at.arg);
    let item = rec.held(index, true);
    rec.push(item);
    Ok(())
}

pub fn swap(rec: &mut Recorder, at: Site) -> Recorded {
    let (top, other) = (rec.at(1), rec.at(at.arg));
    for index in [top, other] {
        rec.held(index, true);
        // What is moved is no longer where the memory has it.
        rec.top().slots[index].home = false;
    }
    rec.top().slots.swap(top, other);
    Ok(())
}
