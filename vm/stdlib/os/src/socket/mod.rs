//! `_socket`.
//!
//! In reading order: arguments, addresses, name resolution, timeouts, the type, moving data, names and numbers, constants.

mod parse;

mod address;
mod families;
mod resolve;

mod wait;

mod message;
mod object;
mod transfer;

mod constants;
mod names;

use core::ffi::{CStr, c_char, c_int, c_void};
use objects::object::refs::Slot;
use objects::object::trace::VisitProc;
use objects::types::capsule::Capsule;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};

pub use object::Socket;

/// The classes of errors, made when the module is executed.
struct Classes {
    gaierror: Slot<TypeObject>,
    herror: Slot<TypeObject>,
}

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Classes {}

objects::per_interpreter! {
    static CLASSES: Classes = Classes { gaierror: Slot::empty(), herror: Slot::empty() };
}

fn error(class: &Slot<TypeObject>, code: c_int, text: *const c_char) -> Raised {
    let arguments = || -> Result<Ref<Tuple>> {
        // SAFETY: the C library's string.
        let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
        Tuple::from_array([new_int(code.into())?, Str::new(&text)?.upcast()])
    };
    match (class.get(), arguments()) {
        (Some(class), Ok(arguments)) => raise::set(&class, Some(arguments.as_object())),
        (_, Err(raised)) => raised,
        (None, _) => raise::null_result(),
    }
}

/// An error of `getaddrinfo` and `getnameinfo`.
fn gai_error(code: c_int) -> Raised {
    if code == libc::EAI_SYSTEM {
        return raise::last_os_error();
    }
    // SAFETY: any number may be asked about.
    error(&CLASSES.gaierror, code, unsafe { libc::gai_strerror(code) })
}

/// An error of `gethostbyname` and `gethostbyaddr`.
fn host_error(code: c_int) -> Raised {
    // SAFETY: any number may be asked about.
    error(&CLASSES.herror, code, unsafe { libc::hstrerror(code) })
}

/// `PySocketModule_APIObject`: what other extension modules take from the capsule `CAPI`.
#[repr(C)]
struct Api {
    socket_type: *const TypeObject,
    error: *const Object,
    timeout_error: *const Object,
}

/// The classes that the capsule leads to are there for good.
unsafe extern "C" fn no_references(_: &Object, _: VisitProc, _: *mut c_void) -> c_int {
    0
}

unsafe extern "C" fn nothing_to_clear(_: &Object) -> c_int {
    0
}

#[macros::pymodule(name = "_socket", classes(Socket), parts(super::names::part, super::resolve::part))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        dict.set_text("error", exc::OSError.as_object())?;
        dict.set_text("timeout", exc::TimeoutError.as_object())?;
        for (name, place) in [("gaierror", &CLASSES.gaierror), ("herror", &CLASSES.herror)] {
            let class = exc::new_class(&format!("socket.{name}"), &exc::OSError, None)?;
            dict.set_text(name, &class)?;
            place.set(Some(class));
        }
        dict.set_text("SocketType", Socket::class().as_object())?;
        dict.set_text("has_ipv6", objects::types::bool::from_bool(true))?;
        dict.set_text("BDADDR_ANY", &*Str::new("00:00:00:00:00:00")?)?;
        dict.set_text("BDADDR_LOCAL", &*Str::new("00:00:00:FF:FF:FF")?)?;
        // Lives as long as the process, as whoever took it keeps it.
        let api: &'static Api = Box::leak(Box::new(Api {
            socket_type: Socket::class(),
            error: exc::OSError.as_object(),
            timeout_error: exc::TimeoutError.as_object(),
        }));
        let pointer = core::ptr::from_ref(api).cast_mut().cast::<c_void>();
        let capsule = Capsule::new(pointer, c"_socket.CAPI".as_ptr(), None)?;
        capsule.set_traverse(no_references, nothing_to_clear);
        dict.set_text("CAPI", &capsule)?;
        crate::constants::add(module, constants::CONSTANTS)
    }
}
