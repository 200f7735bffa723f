//! `FOR_ITER`, `SEND` and `UNPACK_SEQUENCE` for built-in iterators and sequences, and for generators.
//!
//! Cache: counter.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use super::push;
use crate::call::plain_generator;
use crate::eval::{fast_ops, next};
use crate::finish::drop_one;
use crate::frame::push_exception_state;
use crate::frame_hook;
use crate::ops;
use bytecode::opcodes::op;
use objects::Object;
use objects::types::generator::{Generator, PyCoro_Type, PyGen_Type, state};
use objects::types::int::{Int, MASK};
use objects::types::list::List;
use objects::types::list::iter::{ListIterator, PyListIter_Type};
use objects::types::list::methods::PyList_Type;
use objects::types::none::_Py_NoneStruct;
use objects::types::range::iter::{PyRangeIter_Type, RangeIterator};
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::{PyTuple_Type, PyTupleIter_Type, TupleIterator};

/// Rewrites a `FOR_ITER` for the iterator it has now.
pub unsafe fn specialize_for(site: Site<'_>) {
    // SAFETY: an iterator is on the stack.
    unsafe {
        let iterator = site.item(1);
        let found = if iterator.is_exactly(&PyListIter_Type) {
            Some(op::FOR_ITER_LIST)
        } else if iterator.is_exactly(&PyTupleIter_Type) {
            Some(op::FOR_ITER_TUPLE)
        } else if iterator.is_exactly(&PyRangeIter_Type) {
            Some(op::FOR_ITER_RANGE)
        } else if iterator.is_exactly(&PyGen_Type) {
            Some(op::FOR_ITER_GEN)
        } else {
            None
        };
        site.settle(found, op::FOR_ITER);
    }
}

/// Rewrites a `SEND`.
pub unsafe fn specialize_send(site: Site<'_>) {
    // SAFETY: a receiver and a value are on the stack.
    unsafe {
        let receiver = site.item(2);
        let found =
            (receiver.is_exactly(&PyGen_Type) || receiver.is_exactly(&PyCoro_Type)).then_some(op::SEND_GEN);
        site.settle(found, op::SEND);
    }
}

/// Rewrites an `UNPACK_SEQUENCE`.
pub unsafe fn specialize_unpack(site: Site<'_>) {
    // SAFETY: a sequence is on the stack.
    unsafe {
        let sequence = site.item(1);
        let found =
            if let Some(tuple) = sequence.cast_exact::<Tuple>().filter(|tuple| tuple.len() == site.arg) {
                Some(if tuple.len() == 2 { op::UNPACK_SEQUENCE_TWO_TUPLE } else { op::UNPACK_SEQUENCE_TUPLE })
            } else {
                sequence
                    .cast_exact::<List>()
                    .filter(|list| list.len() == site.arg)
                    .map(|_| op::UNPACK_SEQUENCE_LIST)
            };
        site.settle(found, op::UNPACK_SEQUENCE);
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    FOR_ITER_LIST {
        let iterator = *sp.sub(1);
        if !(*iterator).is_exactly(&PyListIter_Type) {
            return base::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        let (list, position) = (*iterator.cast::<ListIterator>()).state();
        let list = list.as_ptr();
        let index = position.get();
        if list.is_null() || index as usize >= (*list).len() {
            return ops::iter::generic::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        position.set(index + 1);
        let item = *(*list).raw_items().add(index as usize);
        (*item).incref();
        *sp = item;
        sp = sp.add(1);
    }

    FOR_ITER_TUPLE {
        let iterator = *sp.sub(1);
        if !(*iterator).is_exactly(&PyTupleIter_Type) {
            return base::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        let (tuple, position) = (*iterator.cast::<TupleIterator>()).state();
        let tuple = tuple.as_ptr();
        let index = position.get();
        if tuple.is_null() || index as usize >= (*tuple).len() {
            return ops::iter::generic::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        position.set(index + 1);
        let item = (*tuple).places().get_unchecked(index as usize).get();
        (*item).incref();
        *sp = item;
        sp = sp.add(1);
    }

    FOR_ITER_RANGE {
        let iterator = *sp.sub(1);
        if !(*iterator).is_exactly(&PyRangeIter_Type) {
            return base::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        let range = &*iterator.cast::<RangeIterator>();
        let left = range.len.get();
        if left <= 0 {
            // Behind the loop's END_FOR and POP_TOP.
            drop_one!(iterator, pc.add(1 + arg + 2), sp.sub(1), frame, ts, table)
        }
        let value = range.start.get();
        if value.unsigned_abs() > u64::from(MASK) {
            return ops::iter::generic::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        let item = Int::quick(value);
        if item.is_null() {
            return ops::iter::generic::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        range.len.set(left - 1);
        range.start.set(value.wrapping_add(range.step.get()));
        *sp = item;
        sp = sp.add(1);
    }

    /// The generator's frame is the next one; its value comes back to the instruction behind this.
    FOR_ITER_GEN {
        let iterator = *sp.sub(1);
        if !(*iterator).is_exactly(&PyGen_Type) {
            return base::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        let generator = &*iterator.cast::<Generator>();
        if generator.frame_state.get() >= state::EXECUTING
            || (*ts).py_recursion_remaining.get() <= 0
            || frame_hook::is_set()
        {
            return ops::iter::generic::FOR_ITER(pc, sp, frame, ts, arg, table);
        }
        let new = (&raw const generator.iframe).cast_mut();
        let top = (*new).localsplus().add((*new).stacktop.get() as usize);
        *top = (&raw const _Py_NoneStruct).cast_mut().cast();
        generator.frame_state.set(state::EXECUTING);
        push_exception_state(&*ts, generator);
        push::enter(ts, frame, pc, sp, new, (2 + arg) as u16);
        next!((*new).instr_ptr.get(), top.add(1), new.cast_const(), ts, table)
    }

    /// As [`FOR_ITER_GEN`], with the value sent.
    SEND_GEN {
        let (receiver, value) = (*sp.sub(2), *sp.sub(1));
        if plain_generator(&*receiver).is_none() {
            return base::SEND(pc, sp, frame, ts, arg, table);
        }
        if (*ts).py_recursion_remaining.get() <= 0 {
            return ops::generator::generic::SEND(pc, sp, frame, ts, arg, table);
        }
        let generator = &*receiver.cast::<Generator>();
        let new = (&raw const generator.iframe).cast_mut();
        let top = (*new).localsplus().add((*new).stacktop.get() as usize);
        *top = value;
        generator.frame_state.set(state::EXECUTING);
        push_exception_state(&*ts, generator);
        push::enter(ts, frame, pc, sp.sub(1), new, (2 + arg) as u16);
        next!((*new).instr_ptr.get(), top.add(1), new.cast_const(), ts, table)
    }

    UNPACK_SEQUENCE_TWO_TUPLE {
        let sequence = *sp.sub(1);
        if !(*sequence).is_exactly(&PyTuple_Type) || (*sequence.cast::<Tuple>()).len() != 2 {
            return base::UNPACK_SEQUENCE(pc, sp, frame, ts, arg, table);
        }
        let items = (*sequence.cast::<Tuple>()).places().as_ptr().cast::<*mut Object>();
        let (first, second) = (*items, *items.add(1));
        (*first).incref();
        (*second).incref();
        *sp.sub(1) = second;
        *sp = first;
        drop_one!(sequence, pc.add(1), sp.add(1), frame, ts, table)
    }

    UNPACK_SEQUENCE_TUPLE {
        let sequence = *sp.sub(1);
        if !(*sequence).is_exactly(&PyTuple_Type) || (*sequence.cast::<Tuple>()).len() != arg {
            return base::UNPACK_SEQUENCE(pc, sp, frame, ts, arg, table);
        }
        let mut item = (*sequence.cast::<Tuple>()).places().as_ptr().cast::<*mut Object>().add(arg);
        sp = sp.sub(1);
        for _ in 0..arg {
            item = item.sub(1);
            (**item).incref();
            *sp = *item;
            sp = sp.add(1);
        }
        drop_one!(sequence, pc.add(1), sp, frame, ts, table)
    }

    UNPACK_SEQUENCE_LIST {
        let sequence = *sp.sub(1);
        if !(*sequence).is_exactly(&PyList_Type) || (*sequence.cast::<List>()).len() != arg {
            return base::UNPACK_SEQUENCE(pc, sp, frame, ts, arg, table);
        }
        let mut item = (*sequence.cast::<List>()).raw_items().add(arg);
        sp = sp.sub(1);
        for _ in 0..arg {
            item = item.sub(1);
            (**item).incref();
            *sp = *item;
            sp = sp.add(1);
        }
        drop_one!(sequence, pc.add(1), sp, frame, ts, table)
    }
}
