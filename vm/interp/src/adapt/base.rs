//! The instructions that specialise, as they are compiled: they count, and from time to time look at their operands.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::{arith, call, compare, counter, iter, load_attr, name, store_attr, subscr, super_attr};
use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr};
use crate::ops;
use bytecode::opcodes::{DEOPT, op};
use objects::Object;
use objects::interpreter_frame::InterpreterFrame;

/// Declares the handlers of families: `NAME: what looks at the operands and may rewrite the instruction, the general handler`.
macro_rules! adaptive {
    ($($name:ident: $specialize:path, $general:path;)*) => { $(
        #[inline(never)]
        pub unsafe extern "C" fn $name(
            pc: Pc,
            sp: Sp,
            frame: FramePtr,
            ts: ThreadPtr,
            arg: usize,
            table: *const Table,
        ) -> *mut Object {
            /// A function of its own: the site's address would keep `look` from jumping.
            #[inline(never)]
            unsafe fn examine(pc: Pc, sp: Sp, frame: FramePtr, arg: usize) {
                // SAFETY: as in every handler.
                unsafe {
                    (*frame).instr_ptr.set(pc.sub(1));
                    let specialize: Specialize = $specialize;
                    specialize(Site { pc, sp, frame: &*frame, arg });
                }
            }
            #[cold]
            #[inline(never)]
            unsafe extern "C" fn look(
                pc: Pc,
                sp: Sp,
                frame: FramePtr,
                ts: ThreadPtr,
                arg: usize,
                table: *const Table,
            ) -> *mut Object {
                // SAFETY: as in every handler. The instruction is now another or has a counter that is not zero, so that this
                // ends.
                unsafe {
                    if DEOPT[usize::from(*pc.sub(1) as u8)] != op::$name {
                        // An instrumented instruction stands here and asked for the plain one.
                        counter::pause(pc);
                        return $general(pc, sp, frame, ts, arg, table);
                    }
                    examine(pc, sp, frame, arg);
                    let opcode = usize::from(*pc.sub(1) as u8);
                    ((*table).0[opcode])(pc, sp, frame, ts, arg, table)
                }
            }
            // SAFETY: as in every handler.
            unsafe {
                if counter::tick(pc) {
                    return look(pc, sp, frame, ts, arg, table);
                }
                $general(pc, sp, frame, ts, arg, table)
            }
        }
    )* };
}

/// Where an instruction stands that may become a special one.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// Behind the instruction's word, at the counter.
    pub pc: Pc,
    pub sp: Sp,
    pub frame: &'a InterpreterFrame,
    pub arg: usize,
}

type Specialize = unsafe fn(Site<'_>);

impl<'a> Site<'a> {
    /// The stack item `depth` below the end, which is not NULL.
    #[inline(always)]
    pub unsafe fn item(self, depth: usize) -> &'a Object {
        // SAFETY: the opcode's stack layout.
        unsafe { &**self.sp.sub(depth) }
    }

    /// The instruction becomes `opcode`, or, for `None`, stays `family` and looks again only after a longer time.
    pub unsafe fn settle(self, opcode: Option<u8>, family: u8) {
        // SAFETY: the instruction has a counter.
        unsafe {
            match opcode {
                Some(opcode) => counter::succeed(self.pc, opcode),
                None => counter::fail(self.pc, family),
            }
        }
    }
}

adaptive! {
    BINARY_OP: arith::specialize, ops::binary::generic::BINARY_OP;
    BINARY_SUBSCR: subscr::specialize_load, ops::binary::generic::BINARY_SUBSCR;
    STORE_SUBSCR: subscr::specialize_store, ops::binary::generic::STORE_SUBSCR;
    COMPARE_OP: compare::specialize_compare, ops::compare::generic::COMPARE_OP;
    CONTAINS_OP: compare::specialize_contains, ops::compare::generic::CONTAINS_OP;
    TO_BOOL: compare::specialize_truth, ops::jump::generic::TO_BOOL;
    FOR_ITER: iter::specialize_for, ops::iter::generic::FOR_ITER;
    SEND: iter::specialize_send, ops::generator::generic::SEND;
    UNPACK_SEQUENCE: iter::specialize_unpack, ops::iter::generic::UNPACK_SEQUENCE;
    LOAD_GLOBAL: name::specialize, ops::name::generic::LOAD_GLOBAL;
    LOAD_ATTR: load_attr::specialize, ops::attr::generic::LOAD_ATTR;
    STORE_ATTR: store_attr::specialize, ops::attr::generic::STORE_ATTR;
    LOAD_SUPER_ATTR: super_attr::specialize, ops::attr::generic::LOAD_SUPER_ATTR;
    CALL: call::specialize, ops::call::generic::CALL;
}
