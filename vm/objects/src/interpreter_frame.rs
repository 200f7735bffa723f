//! `_PyInterpreterFrame`: one activation of a code object, on the thread's data stack or inside a generator.
//!
//! Layout and meaning are CPython's, since greenlet, Cython and out-of-process profilers read it. Behind the fixed part come the
//! fast locals and then the operand stack.

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::frame::Frame;
use crate::types::function::Function;
use core::cell::Cell;
use core::mem::offset_of;
use core::ptr;

/// One instruction word: the opcode in the low byte, its argument in the high byte; or an inline cache entry.
pub type CodeUnit = u16;

/// Who the memory of a frame belongs to.
pub mod owner {
    /// The thread's data stack.
    pub const THREAD: u8 = 0;
    /// A generator, coroutine or asynchronous generator.
    pub const GENERATOR: u8 = 1;
    /// A frame object that outlived its activation.
    pub const FRAME_OBJECT: u8 = 2;
    /// The native stack: the frame below the outermost one of an evaluation.
    pub const NATIVE_STACK: u8 = 3;
}

/// Words before the fast locals (`FRAME_SPECIALS_SIZE`).
pub const SPECIALS_WORDS: usize = 9;

/// See the head of this file.
#[repr(C)]
pub struct InterpreterFrame {
    /// The code object; `None` for the frame on the native stack.
    pub f_executable: Slot,
    pub previous: Cell<*mut InterpreterFrame>,
    pub f_funcobj: Slot,
    /// Borrowed from the function.
    pub f_globals: Cell<*const Object>,
    /// Borrowed from the function.
    pub f_builtins: Cell<*const Object>,
    /// The namespace of a module or class body; NULL in a function.
    pub f_locals: Slot,
    /// The frame object, once somebody has looked.
    pub frame_obj: Slot<Frame>,
    /// The instruction that runs, or in a frame that waits for a call, the calling one.
    pub instr_ptr: Cell<*mut CodeUnit>,
    /// Items of `localsplus` in use while the frame does not run; -1 while it runs.
    pub stacktop: Cell<i32>,
    /// Code units from `instr_ptr` to where the frame goes on after the call it waits for.
    pub return_offset: Cell<u16>,
    /// See [`owner`].
    pub owner: Cell<u8>,
    localsplus: [Cell<*mut Object>; 1],
}

const _: () = assert!(size_of::<InterpreterFrame>() == 80);
const _: () = assert!(offset_of!(InterpreterFrame, f_locals) == 40);
const _: () = assert!(offset_of!(InterpreterFrame, instr_ptr) == 56);
const _: () = assert!(offset_of!(InterpreterFrame, owner) == 70);
const _: () = assert!(offset_of!(InterpreterFrame, localsplus) == SPECIALS_WORDS * 8);

// SAFETY: touched under the GIL.
unsafe impl Sync for InterpreterFrame {}

impl InterpreterFrame {
    /// The fast locals, and behind them the operand stack.
    #[inline(always)]
    pub fn localsplus(&self) -> *mut *mut Object {
        (&raw const self.localsplus).cast_mut().cast()
    }

    /// The code object. Must not be asked of the frame on the native stack.
    #[inline(always)]
    pub fn code(&self) -> &Code {
        debug_assert!(self.owner.get() != owner::NATIVE_STACK);
        // SAFETY: every other frame holds a code object for as long as it lives.
        unsafe { &*self.f_executable.as_ptr().cast::<Code>() }
    }

    /// The code object, unless this is the frame on the native stack.
    pub fn try_code(&self) -> Option<&Code> {
        if self.owner.get() == owner::NATIVE_STACK {
            return None;
        }
        // SAFETY: as in `code`.
        unsafe { self.f_executable.as_ptr().cast::<Code>().as_ref() }
    }

    /// The function that runs.
    #[inline(always)]
    pub fn function(&self) -> &Function {
        // SAFETY: a frame that runs holds its function.
        unsafe { &*self.f_funcobj.as_ptr().cast::<Function>() }
    }

    /// The globals.
    #[inline(always)]
    pub fn globals(&self) -> &Dict {
        // SAFETY: the function keeps them alive; they are always a dictionary.
        unsafe { &*self.f_globals.get().cast::<Dict>() }
    }

    /// The builtins, a dictionary unless the program replaced it.
    #[inline(always)]
    pub fn builtins(&self) -> &Object {
        // SAFETY: the function keeps them alive.
        unsafe { &*self.f_builtins.get() }
    }

    /// The namespace of a module or class body.
    pub fn locals(&self) -> Option<&Object> {
        // SAFETY: set when the frame is made; changes only when it is taken apart.
        unsafe { self.f_locals.peek() }
    }

    /// Where the operand stack begins.
    #[inline(always)]
    pub fn stack_base(&self) -> *mut *mut Object {
        // SAFETY: the frame has room for the fast locals and the stack.
        unsafe { self.localsplus().add(self.code().co_nlocalsplus.get() as usize) }
    }

    /// The fast local `index`, borrowed.
    ///
    /// # Safety
    /// `index` is below `co_nlocalsplus`, and the local is not changed while the result is in use.
    #[inline(always)]
    pub unsafe fn local(&self, index: usize) -> &Slot {
        // SAFETY: the caller's promise; a fast local owns what it holds.
        unsafe { &*self.localsplus().add(index).cast::<Slot>() }
    }

    /// The running instruction's place in code units; -1 before the first.
    pub fn lasti(&self) -> i32 {
        // SAFETY: both point into the code object.
        unsafe { self.instr_ptr.get().offset_from(self.code().first_unit()) as i32 }
    }

    /// The line of the running instruction; `None` when it has none.
    pub fn line(&self) -> Option<i32> {
        self.code().line_of(self.lasti())
    }

    /// Fills a fresh frame. The frame takes over `function` and `locals`; the fast locals from `null_from` on become NULL.
    ///
    /// # Safety
    /// `this` points to room for the code's frame size.
    #[inline(always)]
    pub unsafe fn init(
        this: *mut InterpreterFrame,
        function: Ref<Function>,
        locals: Option<Ref>,
        null_from: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let code = function.code();
            (&raw mut (*this).f_executable).write(Slot::new(code.to_ref().upcast()));
            (&raw mut (*this).previous).write(Cell::new(ptr::null_mut()));
            (&raw mut (*this).f_globals).write(Cell::new(function.func_globals.as_ptr().cast()));
            (&raw mut (*this).f_builtins).write(Cell::new(function.func_builtins.as_ptr()));
            (&raw mut (*this).f_locals).write(Slot::from_option(locals));
            (&raw mut (*this).frame_obj).write(Slot::empty());
            (&raw mut (*this).instr_ptr).write(Cell::new(code.first_unit()));
            (&raw mut (*this).stacktop).write(Cell::new(code.co_nlocalsplus.get()));
            (&raw mut (*this).return_offset).write(Cell::new(0));
            (&raw mut (*this).owner).write(Cell::new(owner::THREAD));
            let locals = (*this).localsplus();
            for index in null_from..code.co_nlocalsplus.get() as usize {
                locals.add(index).write(ptr::null_mut());
            }
            (&raw mut (*this).f_funcobj).write(Slot::new(function.upcast()));
        }
    }

    /// Fills a fresh frame of a code object without a function, with one item on its stack, standing at its first instruction.
    ///
    /// # Safety
    /// `this` points to room for the code's frame size; the code has no fast locals.
    pub unsafe fn init_shim(this: *mut InterpreterFrame, code: &Code, item: Ref) {
        // SAFETY: the caller's promise.
        unsafe {
            this.write(InterpreterFrame {
                f_executable: Slot::new(code.to_ref().upcast()),
                stacktop: Cell::new(1),
                owner: Cell::new(owner::THREAD),
                ..InterpreterFrame::on_native_stack(ptr::null_mut(), code.first_unit())
            });
            (&raw mut (*this).f_funcobj).write(Slot::new(crate::object::refs::none()));
            (*this).localsplus().write(item.into_ptr());
        }
    }

    /// The frame below the outermost one of an evaluation: it belongs to the native stack and receives the result on its own.
    #[inline]
    pub fn on_native_stack(previous: *mut InterpreterFrame, instr_ptr: *mut CodeUnit) -> InterpreterFrame {
        InterpreterFrame {
            f_executable: Slot::new(crate::object::refs::none()),
            previous: Cell::new(previous),
            f_funcobj: Slot::empty(),
            f_globals: Cell::new(ptr::null()),
            f_builtins: Cell::new(ptr::null()),
            f_locals: Slot::empty(),
            frame_obj: Slot::empty(),
            instr_ptr: Cell::new(instr_ptr),
            stacktop: Cell::new(0),
            return_offset: Cell::new(0),
            owner: Cell::new(owner::NATIVE_STACK),
            localsplus: [Cell::new(ptr::null_mut())],
        }
    }

    /// Whether the frame has not reached its code's first traceable instruction (`_PyFrame_IsIncomplete`), or is no Python frame.
    pub fn is_incomplete(&self) -> bool {
        match self.try_code() {
            None => true,
            Some(code) => self.owner.get() != owner::GENERATOR && self.lasti() < code.co_firsttraceable.get(),
        }
    }

    /// Number of fast locals and stack items in use in a frame that does not run.
    pub fn used(&self) -> usize {
        self.stacktop.get().max(0) as usize
    }
}

/// The first frame at or below `frame` that Python code may see.
#[expect(clippy::not_unsafe_ptr_arg_deref, reason = "links between frames are never dangling")]
pub fn first_complete(mut frame: *mut InterpreterFrame) -> Option<&'static InterpreterFrame> {
    loop {
        // SAFETY: the chain of a running thread's frames.
        let this = unsafe { frame.as_ref() }?;
        if !this.is_incomplete() {
            return Some(this);
        }
        frame = this.previous.get();
    }
}

/// The innermost Python frame of the calling thread.
pub fn current() -> Option<&'static InterpreterFrame> {
    first_complete(crate::state::current().current_frame.get().cast())
}
