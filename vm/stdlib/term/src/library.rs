//! Functions and data of a shared library, found when a module is imported.
//!
//! [`shared_library!`] declares what a module uses of a library as a table: the struct that it makes has a method for each function and a
//! pointer for each variable, all of them found by the time it exists.

use core::ffi::{CStr, c_void};
use core::ptr::NonNull;
use objects::types::exceptions::import;
use objects::types::str::Str;
use objects::{Raised, Result};
use std::ffi::CString;

/// An open library. It stays for good, as whatever is bound to it does.
#[derive(Clone, Copy)]
pub struct Library {
    handle: NonNull<c_void>,
    file: &'static CStr,
}

impl Library {
    /// The first of the files that the system has, for the module `module`.
    ///
    /// # Errors
    /// ImportError.
    pub fn open(module: &str, files: &[&'static CStr]) -> Result<Library> {
        let mut error = String::new();
        for file in files {
            // SAFETY: a C string; the library's own initialisation is trusted as that of any module.
            let handle = unsafe { libc::dlopen(file.as_ptr(), libc::RTLD_NOW) };
            if let Some(handle) = NonNull::new(handle) {
                return Ok(Library { handle, file });
            }
            if error.is_empty() {
                error = linker_error();
            }
        }
        Err(import_error(module, &error))
    }

    /// The name that found it.
    pub fn file(self) -> &'static CStr {
        self.file
    }

    /// The address of a symbol of the library or of what it is linked to.
    pub fn find(self, name: &str) -> Option<NonNull<c_void>> {
        let name = CString::new(name).ok()?;
        // SAFETY: an open library, a C string.
        NonNull::new(unsafe { libc::dlsym(self.handle.as_ptr(), name.as_ptr()) })
    }

    /// [`Library::find`] of what has to be there.
    ///
    /// # Errors
    /// ImportError.
    pub fn symbol(self, module: &str, name: &str) -> Result<NonNull<c_void>> {
        self.find(name).ok_or_else(|| {
            let file = self.file.to_string_lossy();
            import_error(module, &format!("{file}: undefined symbol: {name}"))
        })
    }
}

fn linker_error() -> String {
    // SAFETY: NULL or a C string that stays until the next call.
    unsafe { NonNull::new(libc::dlerror()).map(|text| CStr::from_ptr(text.as_ptr())) }
        .map_or_else(|| "shared library not found".to_owned(), |text| text.to_string_lossy().into_owned())
}

fn import_error(module: &str, text: &str) -> Raised {
    match Str::new(module) {
        Ok(name) => import::raise(text, Some(&name), None),
        Err(raised) => raised,
    }
}

/// A struct of a library's functions and variables: `Name::load(module)` finds them all or raises ImportError.
///
/// A function below `safe` may be called with any arguments of its types; for one below `raw` the caller answers.
macro_rules! shared_library {
    (
        $(#[$doc:meta])*
        $vis:vis struct $name:ident in $files:expr;
        safe { $(fn $safe:ident ($($safe_arg:ident: $safe_type:ty),*) $(-> $safe_result:ty)?;)* }
        raw { $(fn $bare:ident ($($bare_arg:ident: $bare_type:ty),*) $(-> $bare_result:ty)?;)* }
        data { $(static $data:ident: $data_type:ty;)* }
    ) => {
        $(#[$doc])*
        #[allow(non_snake_case, reason = "variables have the library's names")]
        $vis struct $name {
            library: $crate::library::Library,
            $($safe: unsafe extern "C" fn($($safe_type),*) $(-> $safe_result)?,)*
            $($bare: unsafe extern "C" fn($($bare_type),*) $(-> $bare_result)?,)*
            $(pub $data: core::ptr::NonNull<$data_type>,)*
        }

        // SAFETY: addresses of code and of the library's variables, which are touched under the GIL or where the library allows it.
        unsafe impl Send for $name {}
        // SAFETY: as above.
        unsafe impl Sync for $name {}

        #[allow(dead_code, reason = "not every library has other names, or is asked for more than its table")]
        impl $name {
            /// Finds the library and all of its symbols.
            ///
            /// # Errors
            /// ImportError.
            $vis fn load(module: &str) -> objects::Result<$name> {
                let library = $crate::library::Library::open(module, $files)?;
                $name::bind(library, module, "")
            }

            /// Finds all symbols in an open library, where their names begin with `prefix`.
            ///
            /// # Errors
            /// ImportError.
            $vis fn bind(library: $crate::library::Library, module: &str, prefix: &str) -> objects::Result<$name> {
                let symbol = |name: &str| library.symbol(module, &format!("{prefix}{name}"));
                // SAFETY: the table has the types of the library's headers.
                unsafe {
                    Ok($name {
                        library,
                        $(
                            $safe: core::mem::transmute::<
                                core::ptr::NonNull<core::ffi::c_void>,
                                unsafe extern "C" fn($($safe_type),*) $(-> $safe_result)?,
                            >(symbol(stringify!($safe))?),
                        )*
                        $(
                            $bare: core::mem::transmute::<
                                core::ptr::NonNull<core::ffi::c_void>,
                                unsafe extern "C" fn($($bare_type),*) $(-> $bare_result)?,
                            >(symbol(stringify!($bare))?),
                        )*
                        $($data: symbol(stringify!($data))?.cast(),)*
                    })
                }
            }

            /// The library that the symbols are of.
            $vis fn library(&self) -> $crate::library::Library {
                self.library
            }

            $($vis fn $safe(&self, $($safe_arg: $safe_type),*) $(-> $safe_result)? {
                // SAFETY: the table says that the types are all it needs.
                unsafe { (self.$safe)($($safe_arg),*) }
            })*

            $(
                /// # Safety
                /// The library's documentation: pointers to what it takes.
                $vis unsafe fn $bare(&self, $($bare_arg: $bare_type),*) $(-> $bare_result)? {
                    // SAFETY: the caller's promise.
                    unsafe { (self.$bare)($($bare_arg),*) }
                }
            )*
        }
    };
}

#[cfg(test)]
mod tests {
    use core::ffi::{c_char, c_int};

    shared_library! {
        /// A little of the C library.
        struct C in &[c"no-such-library.so.0", c"libc.so.6"];
        safe {
            fn abs(value: c_int) -> c_int;
        }
        raw {
            fn strlen(text: *const c_char) -> usize;
        }
        data {
            static environ: *const *const c_char;
        }
    }

    #[test]
    fn symbols_are_found_in_the_first_library_there_is() {
        let Ok(c) = C::load("m") else { panic!("not loaded") };
        assert_eq!(c.abs(-3), 3);
        // SAFETY: a C string.
        assert_eq!(unsafe { c.strlen(c"abc".as_ptr()) }, 3);
        assert_eq!(c.library().file(), c"libc.so.6");
        assert!(c.library().find("no_such_function_of_c").is_none());
        // SAFETY: the C library's variable.
        assert!(unsafe { !c.environ.read().is_null() });
    }
}
