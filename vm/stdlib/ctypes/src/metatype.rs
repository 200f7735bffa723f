//! What all metatypes share: methods that make instances from memory, and `from_param`.

use crate::argument::CArg;
use crate::data::{self, CData};
use crate::{info, memory};
use core::ffi::c_void;
use objects::object::refs::none;
use objects::protocol::{attr, buffer, object};
use objects::types::int::Int;
use objects::types::memoryview::MemoryView;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, TypeObject, hooks, id, raise, state};

/// A metatype: its name, its static, its `from_param`, and items of its own.
macro_rules! metatype {
    ($(#[$doc:meta])* $view:ident, $name:tt, $object:ident, $from_param:path, { $($own:tt)* }) => {
        $(#[$doc])*
        pub struct $view;

        #[macros::pytype(
            name = $name,
            module = "_ctypes",
            static_name = $object,
            no_instance,
            base = $crate::info::CTYPE,
            basicsize = size_of::<$crate::info::CType>(),
            flags = [BASETYPE]
        )]
        impl $view {
            #[method("from_address($self, value, /)")]
            fn from_address(this: &objects::TypeObject, value: &objects::Object) -> objects::Result {
                $crate::metatype::from_address(this, value)
            }

            #[method("from_buffer($self, obj, offset=0, /)")]
            fn from_buffer(this: &objects::TypeObject, object: &objects::Object, offset: isize) -> objects::Result {
                $crate::metatype::from_buffer(this, object, offset)
            }

            #[method("from_buffer_copy($self, buffer, offset=0, /)")]
            fn from_buffer_copy(
                this: &objects::TypeObject,
                buffer: objects::protocol::buffer::BytesLike<'_>,
                offset: isize,
            ) -> objects::Result {
                $crate::metatype::from_buffer_copy(this, &buffer, offset)
            }

            #[method("in_dll($self, dll, name, /)")]
            fn in_dll(this: &objects::TypeObject, dll: &objects::Object, name: &str) -> objects::Result {
                $crate::metatype::in_dll(this, dll, name)
            }

            #[method("from_param($self, value, /)")]
            fn from_param(this: &objects::TypeObject, value: &objects::Object) -> objects::Result {
                $from_param(this, value)
            }

            $($own)*
        }
    };
}

pub(crate) use metatype;

/// A pointer as an argument of an auditing event.
pub fn address_object(address: *const c_void) -> Result {
    Ok(Int::from_usize(address as usize)?.upcast())
}

pub fn from_address(class: &TypeObject, address: &Object) -> Result {
    let Some(address) = address.cast::<Int>() else {
        return Err(raise!(TypeError, "integer expected"));
    };
    let address = memory::pointer_from(address)?;
    Ok(data::at_address(class, address)?.upcast())
}

/// Where a value lies in a buffer of `len` bytes.
fn checked_offset(size: usize, len: usize, offset: isize) -> Result<usize> {
    let Ok(offset) = usize::try_from(offset) else {
        return Err(raise!(ValueError, "offset cannot be negative"));
    };
    let needed = size.saturating_add(offset);
    if needed > len {
        return Err(raise!(ValueError, "Buffer size too small ({len} instead of at least {needed} bytes)"));
    }
    Ok(offset)
}

fn audit_buffer(place: *const c_void, len: usize, offset: usize) -> Result<()> {
    let (len, offset) = (Int::from_usize(len)?, Int::from_usize(offset)?);
    hooks::AUDIT.get()("ctypes.cdata/buffer", &[&*address_object(place)?, &len, &offset])
}

pub fn from_buffer(class: &TypeObject, source: &Object, offset: isize) -> Result {
    let size = info::expect(class)?.size.get();
    let view = MemoryView::of(source, buffer::FULL_RO)?;
    let buffer = view.view();
    if buffer.readonly != 0 {
        return Err(raise!(TypeError, "underlying buffer is not writable"));
    }
    if !buffer::is_contiguous(buffer, b'C') {
        return Err(raise!(TypeError, "underlying buffer is not C contiguous"));
    }
    let (place, len) = (buffer.buf, buffer.len.max(0) as usize);
    let offset = checked_offset(size, len, offset)?;
    audit_buffer(place, len, offset)?;
    let instance = data::at_address(class, place.cast::<u8>().wrapping_add(offset))?;
    instance.keep(-1, view.upcast())?;
    Ok(instance.upcast())
}

pub fn from_buffer_copy(class: &TypeObject, source: &[u8], offset: isize) -> Result {
    let info = info::expect(class)?;
    let offset = checked_offset(info.size.get(), source.len(), offset)?;
    audit_buffer(source.as_ptr().cast(), source.len(), offset)?;
    let instance = data::create(class, info)?;
    let bytes = source.get(offset..offset + info.size.get()).unwrap_or_default();
    // SAFETY: the new instance has so many bytes of its own.
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), instance.place(), bytes.len()) };
    Ok(instance.upcast())
}

/// The handle of a library object.
///
/// # Errors
/// TypeError and ValueError when its `_handle` is no pointer; what looking it up raises.
pub fn handle_of(dll: &Object) -> Result<*mut c_void> {
    let handle = attr::get(dll, id!("_handle"))?;
    let Some(handle) = handle.cast::<Int>() else {
        return Err(raise!(TypeError, "the _handle attribute of the second argument must be an integer"));
    };
    memory::pointer_from(handle).map(<*mut u8>::cast).map_err(|raised| {
        raised.clear();
        raise!(ValueError, "could not convert the _handle attribute to a pointer")
    })
}

pub fn in_dll(class: &TypeObject, dll: &Object, name: &str) -> Result {
    hooks::AUDIT.get()("ctypes.dlsym", &[dll, &*Str::new(name)?])?;
    let handle = handle_of(dll)?;
    let place = memory::find_symbol(handle, name).map_err(|text| {
        let text = text.unwrap_or_else(|| format!("symbol '{name}' not found"));
        raise!(ValueError, "{text}")
    })?;
    Ok(data::at_address(class, place.cast())?.upcast())
}

/// `from_param` of types that take instances of themselves only.
pub fn from_param(class: &TypeObject, value: &Object) -> Result {
    if object::is_instance(value, class)? {
        return Ok(value.to_ref());
    }
    if let Some(argument) = value.cast_exact::<CArg>() {
        let proto = info::of_class(class).and_then(|info| info.proto.get());
        let pointed_to = argument.object();
        if let (Some(proto), Some(pointed_to)) = (proto, &pointed_to)
            && object::is_instance(pointed_to, &proto)?
        {
            return Ok(value.to_ref());
        }
        let got = pointed_to.as_ref().map_or("???", |object| object.class().full_name());
        let wanted = class.full_name();
        return Err(raise!(TypeError, "expected {wanted} instance instead of pointer to {got}"));
    }
    match as_parameter(value, |value| from_param(class, value))? {
        Some(result) => Ok(result),
        None => Err(raise!(
            TypeError,
            "expected {} instance instead of {}",
            class.full_name(),
            value.class().full_name()
        )),
    }
}

/// What `convert` makes of an object's `_as_parameter_`, if it has one.
pub fn as_parameter<T>(value: &Object, convert: impl FnOnce(&Object) -> Result<T>) -> Result<Option<T>> {
    let Some(parameter) = attr::get_optional(value, id!("_as_parameter_"))? else { return Ok(None) };
    let _guard = state::enter_recursive_call(" while processing _as_parameter_")?;
    convert(&parameter).map(Some)
}

/// A pointer to an instance as an argument, at some distance from its start.
pub fn by_reference(instance: &CData, offset: isize) -> Result<Ref<CArg>> {
    CArg::pointer(b'P', instance.place().wrapping_offset(offset).cast(), instance.as_object().to_ref())
}

/// Whether an argument is None, which is NULL.
pub fn null_argument(value: &Object) -> Option<Ref> {
    value.is(objects::types::none::none()).then(none)
}
