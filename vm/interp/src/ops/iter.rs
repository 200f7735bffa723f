//! Iteration and unpacking.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::call::resume_inline;
use crate::eval::{Flow, flow_ops, ops};
use crate::stack::Stack;
use objects::protocol::{iter, object};
use objects::raise::Raised;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

ops! { (sp, frame, ts, arg)
    GET_ITER {
        let iterable = sp.pop();
        sp.push(iter::get_iter(&iterable)?);
    }

    GET_LEN {
        let length = object::len(sp.peek(1))?;
        sp.push(Int::from_usize(length)?);
    }

    UNPACK_EX {
        let sequence = sp.pop();
        unpack_starred(&mut sp, &sequence, arg & 0xff, arg >> 8)?;
    }
}

/// The instructions that specialise, for operands of any kind.
pub mod generic {
    use super::*;

    ops! { (sp, frame, ts, arg)
    UNPACK_SEQUENCE {
        let sequence = sp.pop();
        unpack(&mut sp, &sequence, arg)?;
    }
    }

    flow_ops! { (pc, sp, frame, ts, arg)
        /// The next item, or a jump to the loop's `END_FOR` and `POP_TOP`.
        FOR_ITER {
            let iterator = sp.peek(1);
            if let Some(generator) = crate::call::plain_generator(iterator) {
                let after = pc.offset_from(frame.instr_ptr.get()) as usize + 1 + arg;
                resume_inline(ts, frame, sp, generator, none::none().to_ref(), after);
                return Ok(Flow::Enter);
            }
            match next_item(iterator)? {
                Some(item) => {
                    sp.push(item);
                    Ok(Flow::Next)
                }
                None => {
                    // The jump's target pops two, as it must for a generator that returned.
                    sp.push(none::none().to_ref());
                    Ok(Flow::Jump)
                }
            }
        }
    }
}

/// The next item of what a `for` loop iterates; StopIteration is the end.
///
/// # Errors
/// What `__next__` raises.
#[inline]
pub fn next_item(iterator: &Object) -> Result<Option<Ref>> {
    iter::next(iterator)
}

fn too_few(expected: usize, got: usize) -> Raised {
    raise!(ValueError, "not enough values to unpack (expected {expected}, got {got})")
}

fn too_many(expected: usize) -> Raised {
    raise!(ValueError, "too many values to unpack (expected {expected})")
}

fn iterator_for_unpacking(sequence: &Object) -> Result<Ref> {
    iter::get_iter(sequence).map_err(|raised| {
        if raised.matches(&exc::TypeError)
            && sequence.class().tp_iter.get().is_none()
            && !objects::protocol::sequence::is_sequence(sequence)
        {
            raised.clear();
            return raise!(TypeError, "cannot unpack non-iterable {} object", sequence.class().name());
        }
        raised
    })
}

/// Pushes the items of a sequence of exactly `count`, the first on top.
unsafe fn unpack(sp: &mut Stack, sequence: &Object, count: usize) -> Result<()> {
    for item in items_of(sequence, count)?.into_iter().rev() {
        // SAFETY: the opcode leaves room for `count`.
        unsafe { sp.push(item) };
    }
    Ok(())
}

/// The items of a sequence of exactly `count`.
///
/// # Errors
/// TypeError, ValueError; what iterating raises.
pub fn items_of(sequence: &Object, count: usize) -> Result<Vec<Ref>> {
    Ok(if let Some(tuple) = sequence.cast_exact::<Tuple>() {
        check_count(tuple.len(), count)?;
        tuple.items().iter().map(|item| (*item).to_ref()).collect()
    } else if let Some(list) = sequence.cast_exact::<List>() {
        check_count(list.len(), count)?;
        list.to_vec()
    } else {
        let iterator = iterator_for_unpacking(sequence)?;
        let items = take(&iterator, count)?;
        if items.len() < count {
            return Err(too_few(count, items.len()));
        }
        if iter::next(&iterator)?.is_some() {
            return Err(too_many(count));
        }
        items
    })
}

fn check_count(length: usize, expected: usize) -> Result<()> {
    match length.cmp(&expected) {
        core::cmp::Ordering::Less => Err(too_few(expected, length)),
        core::cmp::Ordering::Greater => Err(too_many(expected)),
        core::cmp::Ordering::Equal => Ok(()),
    }
}

fn take(iterator: &Object, count: usize) -> Result<Vec<Ref>> {
    let mut items = Vec::with_capacity(count);
    while items.len() < count {
        match iter::next(iterator)? {
            Some(item) => items.push(item),
            None => break,
        }
    }
    Ok(items)
}

/// Pushes `before` items, a list of those in the middle, and `after` items, the first on top.
unsafe fn unpack_starred(sp: &mut Stack, sequence: &Object, before: usize, after: usize) -> Result<()> {
    for item in starred_items_of(sequence, before, after)?.into_iter().rev() {
        // SAFETY: the opcode leaves room for all.
        unsafe { sp.push(item) };
    }
    Ok(())
}

/// `before` items, a list of those in the middle, and `after` items.
///
/// # Errors
/// As [`items_of`].
pub fn starred_items_of(sequence: &Object, before: usize, after: usize) -> Result<Vec<Ref>> {
    let iterator = iterator_for_unpacking(sequence)?;
    let mut items = take(&iterator, before)?;
    let expected = before + after;
    let few = |got: usize| {
        raise!(ValueError, "not enough values to unpack (expected at least {expected}, got {got})")
    };
    if items.len() < before {
        return Err(few(items.len()));
    }
    iter::for_each(&iterator, |item| {
        items.push(item);
        Ok(())
    })?;
    if items.len() < expected {
        return Err(few(items.len()));
    }
    let tail = items.split_off(items.len() - after);
    let middle = List::from_vec(items.split_off(before))?;
    items.push(middle.upcast());
    items.extend(tail);
    Ok(items)
}
