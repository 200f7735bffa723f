//! A foreign call: arguments converted, the function called through libffi, its result converted.

use crate::argument::{Argument, extend_error};
use crate::code::{Code, Span};
use crate::errno;
use crate::info::{self, flag};
use crate::{data, simple};
use core::ffi::{c_int, c_uint, c_void};
use core::{mem, ptr};
use libffi_sys::{ffi_cif, ffi_type};
use objects::object::refs::none;
use objects::protocol::call;
use objects::types::int::new_int;
use objects::types::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise, state};

/// So many arguments need no memory of their own.
const FEW: usize = 8;

/// The most arguments of a call.
pub const MAX_ARGUMENTS: usize = 1024;

/// What a function is called with, all but its arguments.
pub struct Target<'a> {
    pub address: *const c_void,
    pub flags: u32,
    /// The `from_param` of the declared arguments.
    pub converters: Option<&'a Tuple>,
    /// `None` where nothing was said: an `int`.
    pub restype: Option<&'a Object>,
    pub checker: Option<&'a Object>,
}

/// libffi's description of a result or of a callback's argument.
pub fn ffi_of(class: Option<&Object>) -> *mut ffi_type {
    match class.and_then(info::of_class) {
        Some(info) => info.ffi(),
        None => &raw mut libffi_sys::ffi_type_sint32,
    }
}

impl Target<'_> {
    /// Calls the function.
    ///
    /// # Errors
    /// `ArgumentError` for arguments that cannot be converted; what the result's conversion raises; for a function of the C API, what it
    /// has raised.
    pub fn call(&self, args: &[&Object]) -> Result {
        let count = args.len();
        if count > MAX_ARGUMENTS {
            let class = crate::ctypes::argument_error()?;
            return Err(raise::set_text(
                &class,
                format_args!("too many arguments ({count}), maximum is {MAX_ARGUMENTS}"),
            ));
        }
        if count <= FEW {
            let mut converted = [const { None }; FEW];
            let (mut types, mut values) = ([ptr::null_mut(); FEW], [ptr::null_mut(); FEW]);
            return self.perform(args, &mut converted[..count], &mut types[..count], &mut values[..count]);
        }
        let mut converted: Vec<Option<Argument>> = (0..count).map(|_| None).collect();
        let (mut types, mut values) = (vec![ptr::null_mut(); count], vec![ptr::null_mut(); count]);
        self.perform(args, &mut converted, &mut types, &mut values)
    }

    /// [`Target::call`] with room for as many arguments, their types and where they are.
    fn perform(
        &self,
        args: &[&Object],
        converted: &mut [Option<Argument>],
        types: &mut [*mut ffi_type],
        values: &mut [*mut c_void],
    ) -> Result {
        for (index, arg) in args.iter().enumerate() {
            let argument =
                self.convert(arg, index).map_err(|raised| match crate::ctypes::argument_error() {
                    Ok(class) => extend_error(raised, &class, &format!("argument {}: ", index + 1)),
                    Err(raised) => raised,
                })?;
            types[index] = argument.ffi;
            values[index] = converted[index].insert(argument).place();
        }
        let result_type = match self.restype {
            Some(class) if class.is(none::none()) => &raw mut libffi_sys::ffi_type_void,
            class => ffi_of(class),
        };
        // SAFETY: a description that lives as long as its class.
        let size = unsafe { (*result_type).size };
        // Short results are widened to a register.
        let mut small = [0u128; 2];
        let mut large = Vec::new();
        let result: *mut c_void = if size <= size_of_val(&small) {
            small.as_mut_ptr().cast()
        } else {
            large.resize(size.div_ceil(16), 0u128);
            large.as_mut_ptr().cast()
        };
        let mut cif = ffi_cif::default();
        // SAFETY: the arrays are as long as they are said to be and live until the call is over.
        let status = unsafe {
            libffi_sys::ffi_prep_cif(
                &raw mut cif,
                libffi_sys::ffi_abi_FFI_DEFAULT_ABI,
                types.len() as c_uint,
                result_type,
                types.as_mut_ptr(),
            )
        };
        if status != libffi_sys::ffi_status_FFI_OK {
            return Err(raise!(RuntimeError, "ffi_prep_cif failed"));
        }
        // SAFETY: what the program says of the function must be true, as in C.
        unsafe { self.run(&mut cif, result, values.as_mut_ptr()) };
        if self.flags & flag::PYTHON_API != 0 && raise::occurred() {
            return Err(raise::pending());
        }
        // SAFETY: the function has put a value of the type there.
        let value = unsafe { self.result(result.cast()) }?;
        match self.checker {
            Some(checker) => call::call_one_arg(checker, &value),
            None => Ok(value),
        }
    }

    fn convert(&self, arg: &Object, index: usize) -> Result<Argument> {
        match self.converters.and_then(|converters| converters.items().get(index)) {
            Some(converter) => match simple::convert_directly(converter, arg) {
                Some(argument) => argument,
                None => Argument::of(&*call::call_one_arg(converter, arg)?, index + 1),
            },
            None => Argument::of(arg, index + 1),
        }
    }

    /// The call itself: without the GIL, unless the function is one of the C API.
    ///
    /// # Safety
    /// As for `ffi_call`.
    unsafe fn run(&self, cif: &mut ffi_cif, result: *mut c_void, values: *mut *mut c_void) {
        let own_errno = self.flags & flag::USE_ERRNO != 0;
        let mut run = || {
            // SAFETY: libffi calls whatever function it is.
            let function =
                unsafe { mem::transmute::<*const c_void, Option<unsafe extern "C" fn()>>(self.address) };
            if own_errno {
                errno::exchange();
            }
            // SAFETY: the caller's promise.
            unsafe { libffi_sys::ffi_call(cif, function, result, values) };
            if own_errno {
                errno::exchange();
            }
        };
        if self.flags & flag::PYTHON_API != 0 { run() } else { state::detached(run) }
    }

    /// The result as Python has it.
    ///
    /// # Safety
    /// A value of the declared type is at `place`.
    unsafe fn result(&self, place: *mut u8) -> Result {
        // SAFETY: an int where nothing else is known.
        let number = || new_int(unsafe { place.cast::<c_int>().read() }.into());
        let Some(class) = self.restype else { return number() };
        if class.is(none::none()) {
            return Ok(none());
        }
        let (Some(info), Some(class)) = (info::of_class(class), class.cast::<info::CType>()) else {
            return call::call_one_arg(class, &*number()?);
        };
        match simple::plain_access(class.as_object()) {
            Some(access) => {
                // SAFETY: the caller's promise.
                let value = unsafe { access.get(place, Span::Bytes(info.size.get())) }?;
                if access.is(Code::PyObject) {
                    // The function gave its reference away.
                    // SAFETY: one of the two counts, while `value` has the other.
                    unsafe { Object::decref(value.as_ptr()) };
                }
                Ok(value)
            }
            // SAFETY: the caller's promise.
            None => Ok(unsafe { data::copy_of(class.as_type(), place) }?.upcast()),
        }
    }
}

/// An address and its call with plain arguments, for `call_function`.
///
/// # Errors
/// As [`Target::call`].
pub fn call_address(address: *const c_void, args: &Tuple, flags: u32) -> Result<Ref> {
    Target { address, flags, converters: None, restype: None, checker: None }.call(args.items())
}
