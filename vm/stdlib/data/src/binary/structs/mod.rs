//! `_struct`: Python values and the bytes of C structs.
//!
//! Rooms: `format` compiles format strings, `values` packs and unpacks by them, `class` has `Struct`.

pub mod class;
pub mod format;
pub mod values;

use class::{Struct, UnpackIterator};
use core::fmt;
use objects::protocol::buffer::BytesLike;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::OnceLock;

objects::per_interpreter! {
    /// The class `struct.error`, made with the module.
    static ERROR: OnceLock<Ref<TypeObject>> = OnceLock::new();
}

fn error(text: fmt::Arguments<'_>) -> Raised {
    let class: &TypeObject = ERROR.get().map_or(&exc::Exception, |class| class);
    objects::raise::set_text(class, text)
}

/// The structs that the module's functions compiled, by their formats.
struct Cache {
    structs: Slot<Dict>,
    /// The format that was asked for last, and its struct.
    last: (Slot, Slot<Struct>),
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Cache {}

objects::per_interpreter! {
    static CACHE: Cache = Cache { structs: Slot::empty(), last: (Slot::empty(), Slot::empty()) };
}

/// How many structs are kept.
const CACHE_SIZE: usize = 100;

/// The struct of a format.
fn cached(format: &Object) -> Result<Ref<Struct>> {
    if core::ptr::eq(CACHE.last.0.as_ptr(), format)
        && let Some(found) = CACHE.last.1.get()
    {
        return Ok(found);
    }
    let structs = match CACHE.structs.get() {
        Some(structs) => structs,
        None => {
            let structs = Dict::new()?;
            CACHE.structs.set(Some(structs.clone()));
            structs
        }
    };
    let found = match structs.get_item(format)?.map(Ref::downcast::<Struct>) {
        Some(Ok(found)) => found,
        _ => {
            let made = Struct::of(format)?;
            if structs.len() >= CACHE_SIZE {
                structs.clear_entries();
            }
            structs.set_item(format, &made)?;
            made
        }
    };
    CACHE.last.0.set(Some(format.to_ref()));
    CACHE.last.1.set(Some(found.clone()));
    Ok(found)
}

#[macros::pymodule(name = "_struct", classes(class::Struct))]
pub mod module {
    use super::*;

    #[function("_clearcache($module, /)")]
    fn clearcache() {
        CACHE.last.0.set(None);
        CACHE.last.1.set(None);
        CACHE.structs.set(None);
    }

    #[function("calcsize($module, format, /)")]
    fn calcsize(format: &Object) -> Result<usize> {
        Ok(cached(format)?.format()?.size)
    }

    #[function("pack", raw)]
    fn pack(args: &[&Object]) -> Result<Ref<Bytes>> {
        let [format, values @ ..] = args else { return Err(missing_format()) };
        class::pack(&*cached(format)?.format()?, values)
    }

    #[function("pack_into", raw)]
    fn pack_into(args: &[&Object]) -> Result<()> {
        let [format, rest @ ..] = args else { return Err(missing_format()) };
        class::pack_into(&*cached(format)?.format()?, rest)
    }

    #[function("unpack($module, format, buffer, /)")]
    fn unpack(format: &Object, buffer: &Object) -> Result<Ref<Tuple>> {
        let compiled = cached(format)?.format()?;
        class::unpack(&compiled, &BytesLike::of(buffer)?)
    }

    #[function("unpack_from($module, format, /, buffer, offset=0)")]
    fn unpack_from(format: &Object, buffer: &Object, #[default(0)] offset: isize) -> Result<Ref<Tuple>> {
        let compiled = cached(format)?.format()?;
        class::unpack_from(&compiled, &BytesLike::of(buffer)?, offset)
    }

    #[function("iter_unpack($module, format, buffer, /)")]
    fn iter_unpack(format: &Object, buffer: &Object) -> Result<Ref<UnpackIterator>> {
        UnpackIterator::new(cached(format)?.format()?, buffer)
    }

    fn missing_format() -> Raised {
        raise!(TypeError, "missing format argument")
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let class =
            objects::types::exceptions::new_exception("struct.error", exc::Exception.as_object(), None)?;
        module.dict().set_text("error", class.as_object())?;
        let _ = ERROR.set(class);
        objects::typeobject::ready::ready(UnpackIterator::class())
    }
}
