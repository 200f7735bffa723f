//! Entering and leaving compiled code: the native frame, and what an exit tells.
//!
//! The trampoline makes a frame, copies the parameters to the first slots and jumps to the code. An exit's stub hands its
//! number to the handler, which saves all registers into the [`ExitState`] in that frame, tells the caller's
//! function, takes the frame away and returns from the trampoline. While that function runs the slots are still there.
//!
//! The frame, in words from the stack pointer up: the slots; the exit state; the function to tell and its context.

use crate::machine::{FRAME_SLOTS, Loc};
use std::ffi::c_void;

/// The machine at an exit.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct ExitState {
    /// By [`Reg`](crate::machine::Reg).
    pub regs: [u64; 64],
    /// The number that the exit's stub was made with.
    pub number: u64,
    /// The frame's slots.
    pub slots: *const u64,
}

/// Told of an exit, with the context that the trampoline was given.
pub type OnExit = unsafe extern "C" fn(state: *const ExitState, context: *mut c_void);

/// The trampoline: code, parameters and how many, the function to tell of the exit and its context.
pub type Enter = unsafe extern "C" fn(u64, *const u64, u64, OnExit, *mut c_void);

/// Where the exit state is in the frame, in bytes.
pub const STATE: i32 = FRAME_SLOTS as i32 * 8;
/// Where the exit's number is.
pub const NUMBER: i32 = STATE + 64 * 8;
/// Where the slots' address is.
pub const SLOTS_AT: i32 = NUMBER + 8;
/// Where the function to tell is.
pub const ON_EXIT: i32 = SLOTS_AT + 8;
/// Where its context is.
pub const CONTEXT: i32 = ON_EXIT + 8;
/// The frame's size; a multiple of 16.
pub const FRAME: i32 = CONTEXT + 8;

const _: () = assert!(FRAME % 16 == 0 && size_of::<ExitState>() as i32 == ON_EXIT - STATE);
const _: () = assert!(std::mem::offset_of!(ExitState, number) as i32 == NUMBER - STATE);
const _: () = assert!(std::mem::offset_of!(ExitState, slots) as i32 == SLOTS_AT - STATE);

impl ExitState {
    /// What is at `loc`.
    ///
    /// # Safety
    /// The frame is still there, and `loc` is one that the exit recorded.
    pub unsafe fn read(&self, loc: Loc) -> u64 {
        match loc {
            Loc::Reg(reg) => self.regs[usize::from(reg.0 & 63)],
            // SAFETY: the caller's promise.
            Loc::Slot(slot) => unsafe { self.slots.add(usize::from(slot)).read() },
            Loc::Const(c) => c.bits(),
        }
    }
}
