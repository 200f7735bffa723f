//! `frame`: what Python sees of an activation. Made only when somebody looks; it takes over the activation's data when it
//! outlives it.

mod jump;
pub mod locals;

use crate::interpreter_frame::{self, InterpreterFrame, owner};
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::int::new_int;
use crate::types::none;
use crate::types::str::Str;
use core::cell::Cell;
use core::mem::offset_of;
use core::ptr;
use macros::pytype;

/// `PyFrameObject`. Room for the activation's data follows.
#[repr(C)]
pub struct Frame {
    ob_base: Object,
    pub f_back: Slot<Frame>,
    pub f_frame: Cell<*mut InterpreterFrame>,
    pub f_trace: Slot,
    /// The line that a trace function has jumped to; 0 when the instruction tells.
    pub f_lineno: Cell<i32>,
    pub f_trace_lines: Cell<bool>,
    pub f_trace_opcodes: Cell<bool>,
    /// Names added through the proxy that are no variables of the code.
    pub f_extra_locals: Slot<Dict>,
    pub f_locals_cache: Slot,
    data: [Cell<*mut Object>; 1],
}

const _: () = assert!(size_of::<Frame>() == 72 && offset_of!(Frame, data) == 64);

const DATA_OFFSET: usize = offset_of!(Frame, data);
/// Size without fast locals and stack.
const HEAD_SIZE: usize = DATA_OFFSET + interpreter_frame::SPECIALS_WORDS * 8;

impl Trace for Frame {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.f_back.trace(visitor)?;
        self.f_trace.trace(visitor)?;
        self.f_extra_locals.trace(visitor)?;
        self.f_locals_cache.trace(visitor)?;
        if self.owns_data() { trace_activation(self.activation(), visitor) } else { Ok(()) }
    }
    fn clear(&self) {
        self.f_trace.set(None);
        self.f_extra_locals.set(None);
        self.f_locals_cache.set(None);
        if self.owns_data() {
            clear_locals(self.activation());
        }
    }
}

/// Visits everything a frame that does not run holds (`_PyFrame_Traverse`).
///
/// # Errors
/// The visit procedure's.
pub fn trace_activation(frame: &InterpreterFrame, visitor: &mut Visitor) -> Visit {
    frame.frame_obj.trace(visitor)?;
    frame.f_locals.trace(visitor)?;
    frame.f_funcobj.trace(visitor)?;
    frame.f_executable.trace(visitor)?;
    for index in 0..frame.used() {
        // SAFETY: the items in use.
        unsafe { frame.local(index) }.trace(visitor)?;
    }
    Ok(())
}

/// Drops the fast locals and stack items of a frame that does not run.
pub fn clear_locals(frame: &InterpreterFrame) {
    let used = frame.used();
    frame.stacktop.set(0);
    for index in 0..used {
        // SAFETY: the items that were in use, each dropped once.
        unsafe { frame.local(index) }.set(None);
    }
    frame.f_locals.set(None);
}

impl Frame {
    /// The frame object of an activation (`_PyFrame_GetFrameObject`).
    ///
    /// # Errors
    /// MemoryError.
    pub fn of(frame: &InterpreterFrame) -> Result<Ref<Frame>> {
        if let Some(object) = frame.frame_obj.get() {
            return Ok(object);
        }
        let object = Frame::with_room(frame.code())?;
        object.f_frame.set(ptr::from_ref(frame).cast_mut());
        crate::object::heap::track(&object);
        frame.frame_obj.set(Some(object.clone()));
        Ok(object)
    }

    /// An object with room for the data of an activation of the code, not tracked yet.
    fn with_room(code: &Code) -> Result<Ref<Frame>> {
        let slots = code.co_framesize.get() as isize - interpreter_frame::SPECIALS_WORDS as isize;
        let place = Frame::class().allocate(slots)?;
        // SAFETY: a zeroed object of the class; all zeros is valid in every field.
        let object: Ref<Frame> = unsafe { Ref::from_owned(place.cast()) };
        // The allocator has noted the number of items where this struct has a field.
        // SAFETY: nobody else has seen the object.
        unsafe { (&raw const object.f_back).cast_mut().write(Slot::empty()) };
        object.f_trace_lines.set(true);
        Ok(object)
    }

    /// A frame object that no activation belongs to, for the traceback of a function that is not Python's (`PyFrame_New`). It stands
    /// behind its code's first traceable instruction.
    ///
    /// # Errors
    /// MemoryError.
    pub fn detached(code: &Code, globals: &Dict, locals: Option<Ref>) -> Result<Ref<Frame>> {
        let function = Function::new(code, globals)?;
        let object = Frame::with_room(code)?;
        let data = object.data.as_ptr().cast_mut().cast::<InterpreterFrame>();
        // SAFETY: the object has room for the whole frame.
        unsafe {
            InterpreterFrame::init(data, function, locals, 0);
            let own = &*data;
            own.owner.set(owner::FRAME_OBJECT);
            own.instr_ptr.set(code.first_unit().add(code.co_firsttraceable.get() as usize + 1));
        }
        object.f_frame.set(data);
        crate::object::heap::track(&object);
        Ok(object)
    }

    /// The activation.
    #[inline]
    pub fn activation(&self) -> &InterpreterFrame {
        // SAFETY: the activation tells its frame object before it goes, which then points to its own copy.
        unsafe { &*self.f_frame.get() }
    }

    /// The code that runs.
    pub fn code(&self) -> &Code {
        self.activation().code()
    }

    /// Whether the activation's data is the object's own.
    pub fn owns_data(&self) -> bool {
        !self.f_frame.get().is_null() && self.activation().owner.get() == owner::FRAME_OBJECT
    }

    /// The activation ends while somebody else holds this object: takes over its data (`take_ownership`).
    ///
    /// # Safety
    /// `frame` is this object's activation and is not used afterwards but for its memory.
    pub unsafe fn take_over(&self, frame: &InterpreterFrame) {
        let data = self.data.as_ptr().cast_mut().cast::<InterpreterFrame>();
        let words = interpreter_frame::SPECIALS_WORDS + frame.used();
        // SAFETY: the object has room for the whole frame; ownership of the fields moves.
        unsafe {
            ptr::copy_nonoverlapping(ptr::from_ref(frame).cast::<u64>(), data.cast::<u64>(), words);
            self.f_frame.set(data);
            let own = &*data;
            own.owner.set(owner::FRAME_OBJECT);
            // The reference to this object itself is not kept.
            (&raw mut (*data).frame_obj).write(Slot::empty());
            if own.lasti() < own.code().co_firsttraceable.get() {
                own.instr_ptr.set(own.code().first_unit().add(own.code().co_firsttraceable.get() as usize));
            }
            if let Some(back) = interpreter_frame::first_complete(own.previous.get()) {
                if let Ok(back) = Frame::of(back) {
                    self.f_back.set(Some(back));
                } else {
                    drop(crate::raise::take_pending());
                }
            }
            own.previous.set(ptr::null_mut());
        }
    }

    /// `f_back`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn back(&self) -> Result<Option<Ref<Frame>>> {
        if let Some(back) = self.f_back.get() {
            return Ok(Some(back));
        }
        match interpreter_frame::first_complete(self.activation().previous.get()) {
            Some(back) => Ok(Some(Frame::of(back)?)),
            None => Ok(None),
        }
    }

    /// The line that runs.
    pub fn line(&self) -> Option<i32> {
        if self.f_lineno.get() != 0 { Some(self.f_lineno.get()) } else { self.activation().line() }
    }
}

unsafe extern "C" fn frame_dealloc(this: *mut Object) {
    // SAFETY: a frame object without owners: its fields are dropped once.
    unsafe {
        crate::object::heap::untrack(&*this);
        {
            let frame = (*this).cast_unchecked::<Frame>();
            if frame.owns_data() {
                let data = frame.activation();
                clear_locals(data);
                data.f_funcobj.set(None);
                data.f_executable.set(None);
            }
            frame.f_back.set(None);
            frame.f_trace.set(None);
            frame.f_extra_locals.set(None);
            frame.f_locals_cache.set(None);
        }
        crate::slots::free(this);
    }
}

#[pytype(
    name = "frame", symbol = PyFrame_Type, gc, no_new, no_dealloc, basicsize = HEAD_SIZE, itemsize = 8,
    member("f_trace_lines", BOOL, f_trace_lines)
)]
impl Frame {
    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: the slot's contract.
        unsafe { frame_dealloc(this) }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let code = self.code();
        let file = crate::protocol::object::repr(code.filename())?.to_string_lossy();
        let line = self.line().map_or_else(|| "None".to_owned(), |line| line.to_string());
        Str::new(&format!(
            "<frame at {self:p}, file {file}, line {line}, code {}>",
            code.name().to_string_lossy()
        ))
    }

    #[getter("f_back")]
    fn get_back(&self) -> Result<Ref> {
        Ok(self.back()?.map_or_else(|| none::none().to_ref(), Ref::upcast))
    }

    #[getter("f_code")]
    fn get_code(&self) -> Result<Ref> {
        Ok(self.code().to_ref().upcast())
    }

    #[getter("f_globals")]
    fn get_globals(&self) -> Result<Ref> {
        Ok(self.activation().globals().to_ref().upcast())
    }

    #[getter("f_builtins")]
    fn get_builtins(&self) -> Result<Ref> {
        Ok(self.activation().builtins().to_ref())
    }

    #[getter("f_locals")]
    pub fn get_locals(&self) -> Result<Ref> {
        use bytecode::code::flags::OPTIMIZED;
        let frame = self.activation();
        if let Some(namespace) = frame.locals().filter(|_| !frame.code().has_flag(OPTIMIZED))
            && !locals::has_hidden(frame)
        {
            return Ok(namespace.to_ref());
        }
        Ok(locals::FrameLocalsProxy::new(self)?.upcast())
    }

    #[getter("f_lineno")]
    fn get_line(&self) -> Result<Ref> {
        self.line().map_or_else(|| Ok(none::none().to_ref()), |line| new_int(line.into()))
    }

    #[setter("f_lineno")]
    fn set_line(&self, value: Option<&Object>) -> Result<()> {
        jump::set_line(self, value)
    }

    #[getter("f_lasti")]
    fn get_lasti(&self) -> Result<Ref> {
        let lasti = self.activation().lasti();
        new_int(if lasti < 0 { -1 } else { i64::from(lasti) * 2 })
    }

    #[getter("f_trace")]
    fn get_trace(&self) -> Result<Ref> {
        Ok(self.f_trace.get().unwrap_or_else(|| none::none().to_ref()))
    }

    #[setter("f_trace")]
    fn set_trace(&self, value: Option<&Object>) -> Result<()> {
        let value = value.filter(|value| !value.is(none::none())).map(Instance::to_ref);
        let traced = value.is_some();
        self.f_trace.set(value);
        if traced && self.f_trace_opcodes.get() {
            crate::hooks::TRACE_OPCODES.get()(self.code(), true)?;
        }
        Ok(())
    }

    #[getter("f_trace_opcodes")]
    fn get_trace_opcodes(&self) -> Result<Ref> {
        Ok(crate::types::bool::new_bool(self.f_trace_opcodes.get()))
    }

    #[setter("f_trace_opcodes")]
    fn set_trace_opcodes(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value.filter(|value| value.is_exactly(&crate::types::bool::PyBool_Type)) else {
            return Err(crate::raise!(TypeError, "attribute value type must be bool"));
        };
        let on = value.is(crate::types::bool::from_bool(true));
        self.f_trace_opcodes.set(on);
        if on && self.f_trace.is_empty() {
            return Ok(());
        }
        crate::hooks::TRACE_OPCODES.get()(self.code(), on)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        let code = self.code();
        HEAD_SIZE + 8 * (code.co_nlocalsplus.get() + code.co_stacksize.get()) as usize
    }

    #[method("clear($self, /)", unchecked)]
    fn py_clear(&self) -> Result<Ref> {
        let frame = self.activation();
        match frame.owner.get() {
            owner::GENERATOR => {
                let generator = crate::types::generator::Generator::of_frame(frame);
                if generator.is_running() {
                    return Err(crate::raise!(RuntimeError, "cannot clear an executing frame"));
                }
                if generator.is_suspended() {
                    return Err(crate::raise!(RuntimeError, "cannot clear a suspended frame"));
                }
                generator.finalize();
            }
            owner::THREAD => return Err(crate::raise!(RuntimeError, "cannot clear an executing frame")),
            _ => Trace::clear(self),
        }
        Ok(none::none().to_ref())
    }
}
