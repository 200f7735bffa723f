//! Callbacks: a closure of libffi that calls a Python object, from whatever thread C code calls it.

use crate::call::ffi_of;
use crate::code::{Access, Code, Span};
use crate::data::CData;
use crate::errno;
use crate::info::{self, flag};
use crate::simple;
use core::cell::{Cell, UnsafeCell};
use core::ffi::{c_uint, c_void};
use core::ptr;
use libffi_sys::{ffi_cif, ffi_closure, ffi_type};
use macros::{Trace, pytype};
use objects::protocol::{call, object, sequence};
use objects::types::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, hooks, raise, state};

/// A C function that calls a Python object.
#[repr(C)]
#[derive(Trace)]
pub struct Thunk {
    ob_base: Object,
    /// The closure as it is written, and where its code is.
    #[trace(skip)]
    closure: Cell<*mut ffi_closure>,
    #[trace(skip)]
    code: Cell<*mut c_void>,
    #[trace(skip)]
    cif: UnsafeCell<ffi_cif>,
    #[trace(skip)]
    types: UnsafeCell<Vec<*mut ffi_type>>,
    flags: Cell<u32>,
    /// The types of the arguments.
    argtypes: Slot<Tuple>,
    callable: Slot,
    restype: Slot,
    /// How the result is written; `None` for no result.
    #[trace(skip)]
    result: Cell<Option<Access>>,
}

impl Drop for Thunk {
    fn drop(&mut self) {
        let closure = self.closure.get();
        if !closure.is_null() {
            // SAFETY: allocated by libffi for this thunk.
            unsafe { libffi_sys::ffi_closure_free(closure.cast()) };
        }
    }
}

#[pytype(name = "CThunkObject", module = "_ctypes", gc, no_new)]
impl Thunk {}

impl Thunk {
    /// A function that calls `callable`.
    ///
    /// # Errors
    /// TypeError for a result that cannot be converted; RuntimeError when libffi refuses; MemoryError.
    pub fn new(
        callable: &Object,
        argtypes: &Object,
        restype: Option<&Object>,
        flags: u32,
    ) -> Result<Ref<Thunk>> {
        let argtypes = sequence::to_tuple(argtypes)?;
        let restype = restype.unwrap_or(none::none());
        let (result, result_type) = if restype.is(none::none()) {
            (None, &raw mut libffi_sys::ffi_type_void)
        } else {
            let access = info::of_class(restype).and_then(|info| info.access);
            let access =
                access.ok_or_else(|| raise!(TypeError, "invalid result type for callback function"))?;
            (Some(access), ffi_of(Some(restype)))
        };
        let types = argtypes.items().iter().map(|class| ffi_of(Some(class))).collect();
        let thunk = Ref::new(Thunk {
            ob_base: Object::HEAD,
            closure: Cell::new(ptr::null_mut()),
            code: Cell::new(ptr::null_mut()),
            cif: UnsafeCell::new(ffi_cif::default()),
            types: UnsafeCell::new(types),
            flags: Cell::new(flags),
            argtypes: Slot::new(argtypes),
            callable: Slot::new(callable.to_ref()),
            restype: Slot::new(restype.to_ref()),
            result: Cell::new(result),
        })?;
        thunk.prepare(result_type)?;
        Ok(thunk)
    }

    fn prepare(&self, result_type: *mut ffi_type) -> Result<()> {
        let mut code = ptr::null_mut();
        // SAFETY: libffi gives a block of the size, and where its code will be.
        let closure = unsafe { libffi_sys::ffi_closure_alloc(size_of::<ffi_closure>(), &raw mut code) };
        if closure.is_null() {
            return Err(raise::no_memory());
        }
        self.closure.set(closure.cast());
        self.code.set(code);
        // SAFETY: nobody else looks at the types and the description yet, and both stay in place with the thunk.
        unsafe {
            let types = &mut *self.types.get();
            let status = libffi_sys::ffi_prep_cif(
                self.cif.get(),
                libffi_sys::ffi_abi_FFI_DEFAULT_ABI,
                types.len() as c_uint,
                result_type,
                types.as_mut_ptr(),
            );
            if status != libffi_sys::ffi_status_FFI_OK {
                return Err(raise!(RuntimeError, "ffi_prep_cif failed with {status}"));
            }
            let this = ptr::from_ref(self).cast_mut().cast();
            let status =
                libffi_sys::ffi_prep_closure_loc(closure.cast(), self.cif.get(), Some(enter), this, code);
            if status != libffi_sys::ffi_status_FFI_OK {
                return Err(raise!(RuntimeError, "ffi_prep_closure failed with {status}"));
            }
        }
        Ok(())
    }

    /// The address of the C function.
    pub fn address(&self) -> *mut c_void {
        self.code.get()
    }

    /// Calls the Python object. There is nobody to raise an exception to.
    ///
    /// # Safety
    /// The arguments and the place of the result are as the types say.
    unsafe fn run(&self, result: *mut c_void, values: *mut *mut c_void) {
        let (Some(callable), Some(argtypes)) = (self.callable.get(), self.argtypes.get()) else { return };
        let mut args = Vec::with_capacity(argtypes.len());
        for (index, class) in argtypes.items().iter().enumerate() {
            // SAFETY: the caller's promise.
            match unsafe { argument(class, *values.add(index)) } {
                Ok(value) => args.push(value),
                Err(raised) => {
                    let what = format!("while creating argument {index} for");
                    return report(raised, &what, &callable);
                }
            }
        }
        let own_errno = self.flags.get() & flag::USE_ERRNO != 0;
        if own_errno {
            errno::exchange();
        }
        let args: Vec<&Object> = args.iter().map(|arg| &**arg).collect();
        let value = call::call(&callable, &args);
        if own_errno {
            errno::exchange();
        }
        let value = match value {
            Ok(value) => value,
            Err(raised) => return report(raised, "on calling", &callable),
        };
        let Some(access) = self.result.get() else { return };
        // SAFETY: the caller's promise.
        match unsafe { write_result(access, result.cast(), &value) } {
            Ok(kept) if kept.is(none::none()) => {}
            // A reference to the object itself is what the caller gets.
            Ok(kept) if access.is(Code::PyObject) => {
                kept.into_ptr();
            }
            Ok(kept) => {
                // Nobody says when the memory is not used any more.
                kept.into_ptr();
                let category = &objects::types::exceptions::RuntimeWarning;
                let warn = hooks::WARN.get();
                if let Err(raised) = warn(category, "memory leak in callback function.", 1) {
                    raise::write_unraisable(raised, Some(&callable));
                }
            }
            Err(raised) => report(raised, "on converting result of", &callable),
        }
    }
}

/// Writes a result, widened to a register as C's callers expect.
unsafe fn write_result(access: Access, place: *mut u8, value: &Object) -> Result {
    // SAFETY: libffi has room for a register at least.
    unsafe {
        let kept = access.set(place, value, Span::Bytes(access.code.size()))?;
        if access.code.size() < 8 {
            let widened = place.cast::<u64>();
            match access.code {
                Code::Byte => widened.write(i64::from(place.cast::<i8>().read()) as u64),
                Code::Short | Code::VariantBool => {
                    widened.write(i64::from(place.cast::<i16>().read()) as u64)
                }
                Code::Int | Code::WideChar => widened.write(i64::from(place.cast::<i32>().read()) as u64),
                Code::UByte | Code::Bool | Code::Char => widened.write(place.read().into()),
                Code::UShort => widened.write(place.cast::<u16>().read().into()),
                Code::UInt => widened.write(place.cast::<u32>().read().into()),
                _ => {}
            }
        }
        Ok(kept)
    }
}

/// An argument as the callable gets it.
unsafe fn argument(class: &Object, place: *mut c_void) -> Result {
    let Some(info) = info::of_class(class) else {
        return Err(raise!(TypeError, "cannot build parameter"));
    };
    if let Some(access) = simple::plain_access(class) {
        // SAFETY: the caller's promise.
        return unsafe { access.get(place.cast(), Span::Bytes(info.size.get())) };
    }
    let object = call::call_no_args(class)?;
    let Some(instance) = object.cast::<CData>() else {
        return Err(raise!(TypeError, "cannot build parameter"));
    };
    let size = info.size.get().min(instance.size());
    // SAFETY: the caller's promise; the instance has room for it.
    unsafe { ptr::copy_nonoverlapping(place.cast(), instance.place(), size) };
    Ok(object)
}

fn report(raised: Raised, what: &str, callable: &Object) {
    let exception = raised.take();
    let text = object::repr(callable).map_or_else(
        |raised| {
            raised.clear();
            "?".to_owned()
        },
        |text| text.to_string_lossy(),
    );
    let message = format!("Exception ignored {what} ctypes callback function {text}");
    raise::write_unraisable_with(raise::restore(exception), &message);
}

unsafe extern "C" fn enter(
    _: *mut ffi_cif,
    result: *mut c_void,
    values: *mut *mut c_void,
    data: *mut c_void,
) {
    state::ensured(|| {
        // SAFETY: the closure belongs to a thunk, which the program keeps alive while C code may call it.
        let thunk = unsafe { &*data.cast::<Thunk>() }.to_ref();
        // SAFETY: libffi calls a closure as its description says.
        unsafe { thunk.run(result, values) };
    });
}
