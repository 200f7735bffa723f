//! Extension modules: shared objects that export `PyInit_name`.

use objects::protocol::attr;
use objects::typeobject::ModuleDef;
use objects::types::module::{self, Module};
use objects::types::str::Str;
use objects::{Object, Ref, Result, id, raise};
use std::ffi::{CStr, CString};

type Init = unsafe extern "C" fn() -> *mut Object;

/// Loads the shared object of a spec and makes its module (`_imp.create_dynamic`).
///
/// # Errors
/// ImportError when it cannot be loaded or has no such entry; what its entry raises.
pub fn create(spec: &Object) -> Result<Ref> {
    let text = |name: &'static Str| -> Result<Ref<Str>> {
        attr::get(spec, name)?
            .downcast()
            .map_err(|_| raise!(TypeError, "a spec's name and origin must be strings"))
    };
    let (name, path) = (text(id!("name"))?, text(id!("origin"))?);
    let full = name.to_string_lossy();
    let short = full.rsplit('.').next().unwrap_or(&full);
    let symbol = if short.is_ascii() {
        format!("PyInit_{short}")
    } else {
        return Err(raise!(ImportError, "dynamic module names beyond ASCII are not supported: {short}"));
    };
    let init = symbol_of(&path.to_string_lossy(), &symbol, short)?;
    // SAFETY: the entry of an extension module has this signature; it returns a new reference or NULL with an exception.
    let made = unsafe { Ref::<Object>::from_nullable(init()) };
    let Some(made) = made else {
        return Err(match raise::occurred() {
            true => raise::pending(),
            false => raise!(SystemError, "initialization of {short} failed without raising an exception"),
        });
    };
    if let Some(definition) = made.cast_exact::<ModuleDef>() {
        // SAFETY: a definition is static data of the shared object, which is never unloaded.
        let definition: &'static ModuleDef = unsafe { &*core::ptr::from_ref(definition) };
        return module::from_definition_and_spec(definition, spec);
    }
    if let Some(module) = made.cast::<Module>() {
        module.dict().set_text("__file__", &path)?;
    }
    Ok(made)
}

fn symbol_of(path: &str, symbol: &str, name: &str) -> Result<Init> {
    let bad = |_| raise!(ValueError, "embedded null character");
    let (c_path, c_symbol) = (CString::new(path).map_err(bad)?, CString::new(symbol).map_err(bad)?);
    // SAFETY: both are C strings; loading runs the object's initialisers, as importing it means to.
    unsafe {
        let handle = libc::dlopen(c_path.as_ptr(), crate::config::dlopen_flags());
        if handle.is_null() {
            let text = CStr::from_ptr(libc::dlerror()).to_string_lossy().into_owned();
            return Err(raise!(ImportError, "{text}"));
        }
        let address = libc::dlsym(handle, c_symbol.as_ptr());
        if address.is_null() {
            return Err(raise!(
                ImportError,
                "dynamic module does not define module export function (PyInit_{name})"
            ));
        }
        Ok(core::mem::transmute::<*mut libc::c_void, Init>(address))
    }
}
