//! What the module keeps: its exceptions, and the tables and functions of the library that pickling rests on.

use objects::protocol::attr;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::{Instance, Raised, Ref, Result, Slot, TypeObject, raise};

pub struct State {
    pub pickle_error: Slot,
    pub pickling_error: Slot,
    pub unpickling_error: Slot,
    pub dispatch_table: Slot<Dict>,
    pub extension_registry: Slot<Dict>,
    pub inverted_registry: Slot<Dict>,
    pub extension_cache: Slot<Dict>,
    pub name_mapping_2to3: Slot<Dict>,
    pub import_mapping_2to3: Slot<Dict>,
    pub name_mapping_3to2: Slot<Dict>,
    pub import_mapping_3to2: Slot<Dict>,
    pub codecs_encode: Slot,
    pub getattr: Slot,
    pub partial: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

objects::per_interpreter! {
    pub static STATE: State = State {
        pickle_error: Slot::empty(),
        pickling_error: Slot::empty(),
        unpickling_error: Slot::empty(),
        dispatch_table: Slot::empty(),
        extension_registry: Slot::empty(),
        inverted_registry: Slot::empty(),
        extension_cache: Slot::empty(),
        name_mapping_2to3: Slot::empty(),
        import_mapping_2to3: Slot::empty(),
        name_mapping_3to2: Slot::empty(),
        import_mapping_3to2: Slot::empty(),
        codecs_encode: Slot::empty(),
        getattr: Slot::empty(),
        partial: Slot::empty(),
    };
}

/// What a field holds once the module has been executed.
pub fn held<T: Instance>(slot: &Slot<T>) -> Result<Ref<T>> {
    slot.get().ok_or_else(objects::raise::bad_internal_call)
}

fn import(module: &str, name: &str) -> Result<Ref> {
    attr::get_text(&*objects::hooks::IMPORT.get()(module)?, name)
}

fn import_dict(module: &str, name: &str) -> Result<Option<Ref<Dict>>> {
    match import(module, name)?.downcast::<Dict>() {
        Ok(dict) => Ok(Some(dict)),
        Err(other) => {
            let got = other.class().full_name();
            Err(raise!(RuntimeError, "{module}.{name} should be a dict, not {got}"))
        }
    }
}

/// Makes the exceptions and finds the library's parts.
///
/// # Errors
/// What importing raises; RuntimeError when the library is not as expected.
pub fn fill(module: &Module) -> Result<()> {
    let dict = module.dict();
    let state = &STATE;
    let error = exc::new_exception("_pickle.PickleError", exc::Exception.as_object(), None)?;
    let pickling = exc::new_exception("_pickle.PicklingError", error.as_object(), None)?;
    let unpickling = exc::new_exception("_pickle.UnpicklingError", error.as_object(), None)?;
    for (slot, class) in [
        (&state.pickle_error, error),
        (&state.pickling_error, pickling),
        (&state.unpickling_error, unpickling),
    ] {
        dict.set_text(class.name(), class.as_object())?;
        slot.set(Some(class.upcast()));
    }
    state.dispatch_table.set(import_dict("copyreg", "dispatch_table")?);
    state.extension_registry.set(import_dict("copyreg", "_extension_registry")?);
    state.inverted_registry.set(import_dict("copyreg", "_inverted_registry")?);
    state.extension_cache.set(import_dict("copyreg", "_extension_cache")?);
    state.name_mapping_2to3.set(import_dict("_compat_pickle", "NAME_MAPPING")?);
    state.import_mapping_2to3.set(import_dict("_compat_pickle", "IMPORT_MAPPING")?);
    state.name_mapping_3to2.set(import_dict("_compat_pickle", "REVERSE_NAME_MAPPING")?);
    state.import_mapping_3to2.set(import_dict("_compat_pickle", "REVERSE_IMPORT_MAPPING")?);
    state.codecs_encode.set(Some(import("codecs", "encode")?));
    state.getattr.set(Some(import("builtins", "getattr")?));
    state.partial.set(Some(import("functools", "partial")?));
    Ok(())
}

#[cold]
fn error(slot: &Slot, text: &str) -> Raised {
    match slot.get().and_then(|class| class.downcast::<TypeObject>().ok()) {
        Some(class) => objects::raise::set_text(&class, format_args!("{text}")),
        None => objects::raise::bad_internal_call(),
    }
}

/// `PicklingError`.
#[cold]
pub fn pickling_error(text: &str) -> Raised {
    error(&STATE.pickling_error, text)
}

/// `UnpicklingError`.
#[cold]
pub fn unpickling_error(text: &str) -> Raised {
    error(&STATE.unpickling_error, text)
}
