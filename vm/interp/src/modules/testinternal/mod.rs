//! `_testinternalcapi`: what CPython's tests ask of the virtual machine's insides, answered for this one.
//!
//! `stages` has the compiler's passes one at a time, `config` the configuration, `running` frames and calls, `time` conversions of times, `freed` memory that is no object any more. Functions about what does not
//! exist here (interpreters beside the first, executors, a header of collected objects) are left out.

mod config;
mod freed;
mod interpreters;
mod running;
pub mod sequence;
pub mod stages;
mod time;

use crate::config::Memory;
use bytecode::code::Wtf8;
use objects::attrs::inline::{Storage, storage};
use objects::protocol::attr;
use objects::types::bytes::Bytes;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::str::{Str, numeric};
use objects::{Object, Ref, Result, id, raise, state};

/// What `sys.getsizeof` adds for a collected object, and for a managed dict or weak references: CPython's heads.
const HEAD_SIZE: usize = 16;

/// The error handlers that the locale's functions know.
fn locale_errors(errors: Option<&str>) -> Result<&str> {
    match errors.unwrap_or("strict") {
        known @ ("strict" | "surrogateescape" | "surrogatepass") => Ok(known),
        _ => Err(raise!(ValueError, "unsupported error handler")),
    }
}

/// The error of a codec as the locale's functions report it: a place and a reason.
fn located(raised: raise::Raised, verb: &str) -> raise::Raised {
    if !raised.matches(&objects::types::exceptions::UnicodeError) {
        return raised;
    }
    let exception = raised.take();
    let start = attr::get(&exception, id!("start"))
        .and_then(|start| objects::protocol::number::index_as_isize(&start, None));
    match start {
        Ok(start) => raise!(RuntimeError, "{verb}e error: pos={start}, reason={verb}ing error"),
        Err(raised) => raised,
    }
}

/// A docstring as the compiler leaves it (`_PyCompile_CleanDoc`).
///
/// # Errors
/// MemoryError.
pub fn clean_doc(doc: &Str) -> Result<Ref> {
    let text = Wtf8::from_code_points(doc.chars().iter());
    let cleaned = compiler::docstring::clean(syntax::ast::Wtf8::new(&text.0));
    objects::types::code::build::constant(&bytecode::code::Const::Str(cleaned))
}

#[macros::pymodule(
    name = "_testinternalcapi",
    parts(config::part, freed::part, interpreters::part, running::part, stages::part, time::part)
)]
pub mod module {
    use super::*;

    #[constant]
    const SIZEOF_PYGC_HEAD: usize = HEAD_SIZE;
    #[constant]
    const SIZEOF_MANAGED_PRE_HEADER: usize = HEAD_SIZE;
    #[constant]
    const SIZEOF_PYOBJECT: usize = size_of::<Object>();
    /// After how many rounds CPython's own optimiser, if it had one, would look at a loop.
    #[constant]
    const TIER2_THRESHOLD: usize = 16;
    #[constant]
    const SIZEOF_TIME_T: usize = size_of::<libc::time_t>();

    #[function("get_recursion_depth($module, /)", unchecked)]
    fn get_recursion_depth() -> i32 {
        let state = state::current();
        state.py_recursion_limit.get() - state.py_recursion_remaining.get()
    }

    #[function("get_c_recursion_remaining($module, /)", unchecked)]
    fn get_c_recursion_remaining() -> i32 {
        state::current().c_recursion_remaining.get()
    }

    /// Whether the instance's attributes are in the instance itself.
    #[function("has_inline_values($module, obj, /)", unchecked)]
    fn has_inline_values(obj: &Object) -> bool {
        match storage(obj) {
            Storage::Managed(managed) => managed.shape().is_some(),
            Storage::Nothing | Storage::Classic(_) => false,
        }
    }

    /// The words of a frame that runs the code object.
    #[function("get_co_framesize($module, code, /)", unchecked)]
    fn get_co_framesize(code: &Object) -> Result<i32> {
        match code.cast::<Code>() {
            Some(code) => Ok(code.co_framesize.get()),
            None => Err(raise!(TypeError, "argument must be a code object")),
        }
    }

    #[function("dict_getitem_knownhash($module, mp, key, hash, /)", unchecked)]
    fn dict_getitem_knownhash(mp: &Object, key: &Object, hash: isize) -> Result<Ref> {
        let Some(dict) = mp.cast::<Dict>() else {
            return Err(raise!(SystemError, "expected a dict, not '{}'", mp.class().name()));
        };
        dict.get_item_known_hash(key, hash)?.ok_or_else(|| raise::key_error(key))
    }

    /// Code, functions and modules are not made immortal when they are used.
    #[function("get_immortalize_deferred($module, /)", unchecked)]
    fn get_immortalize_deferred() -> bool {
        false
    }

    /// There is no such immortality to suppress, as in every build with a GIL.
    #[function("suppress_immortalization($module, value, /)", unchecked)]
    fn suppress_immortalization(value: bool) {
        let _ = value;
    }

    #[function("_PyUnicode_TransformDecimalAndSpaceToASCII($module, arg, /)", unchecked)]
    fn transform_decimal_and_space(arg: &Object) -> Result<Ref<Str>> {
        match arg.cast::<Str>() {
            Some(text) => Str::from_latin1(&numeric::decimal_to_ascii(text)),
            None => Err(raise!(SystemError, "expected a string, not '{}'", arg.class().name())),
        }
    }

    /// Text in the encoding of the locale, which is UTF-8.
    #[function("EncodeLocaleEx($module, text, current_locale=0, errors=None, /)", unchecked)]
    fn encode_locale_ex(text: &Str, current_locale: i32, errors: Option<&str>) -> Result<Ref<Bytes>> {
        let _ = current_locale;
        let errors = locale_errors(errors)?;
        objects::codecs::encode(text, Some("utf-8"), Some(errors)).map_err(|raised| located(raised, "encod"))
    }

    /// The reverse of `EncodeLocaleEx`.
    #[function("DecodeLocaleEx($module, data, current_locale=0, errors=None, /)", unchecked)]
    fn decode_locale_ex(data: &Bytes, current_locale: i32, errors: Option<&str>) -> Result<Ref<Str>> {
        let _ = current_locale;
        let errors = locale_errors(errors)?;
        objects::codecs::decode(data, Some("utf-8"), Some(errors)).map_err(|raised| located(raised, "decod"))
    }

    /// A path without what is superfluous in it.
    #[function("normalize_path($module, path, /)", unchecked)]
    fn normalize_path(path: &Str) -> Result<Ref> {
        let posix = crate::import::import_module("posix")?;
        objects::protocol::call::call_method(&posix, &*Str::new("_path_normpath")?, &[path])
    }

    #[function("compiler_cleandoc($module, /, doc)", unchecked)]
    fn compiler_cleandoc(doc: &Str) -> Result<Ref> {
        clean_doc(doc)
    }

    /// What memory objects come from, by the name that `PYTHONMALLOC` has for it.
    #[function("pymem_getallocatorsname($module, /)", unchecked)]
    fn pymem_getallocatorsname() -> &'static str {
        match crate::config::get().memory {
            (Memory::Pages, false) => "pymalloc",
            (Memory::Pages, true) => "pymalloc_debug",
            (Memory::Mimalloc, false) => "mimalloc",
            (Memory::Mimalloc, true) => "mimalloc_debug",
            (Memory::Library, false) => "malloc",
            (Memory::Library, true) => "malloc_debug",
        }
    }
}
