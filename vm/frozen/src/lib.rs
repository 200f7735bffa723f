//! The library's start-up modules as marshalled code, compiled when this crate was built: what `_imp` calls frozen.

/// One module.
#[derive(Clone, Copy)]
pub struct Module {
    pub name: &'static str,
    /// The same for C.
    pub c_name: &'static core::ffi::CStr,
    pub code: &'static [u8],
    pub is_package: bool,
    /// The module of the library that this is; `<name` for the `__init__` of a package.
    pub origin: Option<&'static str>,
}

/// All of them: those that importing needs, those that a start needs, and from `__hello__` on those of tests.
pub static MODULES: &[Module] = include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// The module of a name.
pub fn find(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}
