//! Whether two views hold equal items in equal shapes.

use super::MemoryView;
use super::format::{Native, native, value};
use crate::id;
use crate::object::refs::Ref;
use crate::protocol::buffer::{self, Buffer};
use crate::protocol::{self};
use crate::raise::{Catch, Result};
use crate::types::buffer::BufferView;
use crate::types::bytes::Bytes;
use crate::types::exceptions as exc;
use crate::types::str::Str;
use crate::{Instance, Object};
use core::ffi::CStr;

/// `view == other`; `None` when `other` shows no memory.
///
/// # Errors
/// What unpacking with the struct module raises.
pub fn equal(this: &MemoryView, other: &Object) -> Result<Option<bool>> {
    if this.is_released() {
        return Ok(Some(this.is(other)));
    }
    if let Some(other) = other.cast::<MemoryView>() {
        if other.is_released() {
            return Ok(Some(this.is(other)));
        }
        return views_equal(this.view(), other.view()).map(Some);
    }
    if !buffer::is_exporter(other) {
        return Ok(None);
    }
    let Some(other) = Buffer::of(other, buffer::FULL_RO).catch(&exc::Exception)? else { return Ok(None) };
    views_equal(this.view(), other.view()).map(Some)
}

/// How the items of a view are read.
enum Reader {
    Native(Native),
    /// A `struct.Struct`.
    Struct(Ref),
}

impl Reader {
    fn of(view: &BufferView) -> Result<Option<Reader>> {
        let format = if view.format.is_null() {
            "B"
        } else {
            // SAFETY: a C string that lives as long as the buffer.
            unsafe { CStr::from_ptr(view.format) }.to_str().unwrap_or("")
        };
        if let Some(native) = native(format) {
            return Ok(Some(Reader::Native(native)));
        }
        let module = crate::hooks::IMPORT.get()("struct")?;
        let made = protocol::call::call_method(&module, id!("Struct"), &[&*Str::new(format)?]);
        // A format that the module does not know is equal to nothing.
        let Some(made) = made.catch(&exc::Exception)? else { return Ok(None) };
        let size = protocol::attr::get(&made, id!("size"))?;
        let fits = protocol::number::index_as_isize(&size, None)? == view.itemsize;
        Ok(fits.then_some(Reader::Struct(made)))
    }

    fn object(&self, item: &[u8]) -> Result<Ref> {
        match self {
            Reader::Native(native) => {
                super::format::unpack(char::from(native.char).encode_utf8(&mut [0; 4]), item)
            }
            Reader::Struct(made) => {
                let bytes = Bytes::new(item)?;
                let items = protocol::call::call_method(made, id!("unpack"), &[bytes.as_object()])?;
                match items.cast::<crate::types::tuple::Tuple>().map(|tuple| tuple.items()) {
                    Some([only]) => Ok(only.to_ref()),
                    _ => Ok(items),
                }
            }
        }
    }
}

fn views_equal(a: &BufferView, b: &BufferView) -> Result<bool> {
    if a.ndim != b.ndim || !equivalent(&buffer::shape_of(a), &buffer::shape_of(b)) {
        return Ok(false);
    }
    let (Some(read_a), Some(read_b)) = (Reader::of(a)?, Reader::of(b)?) else { return Ok(false) };
    let (bytes_a, bytes_b) = (buffer::to_contiguous(a, b'C'), buffer::to_contiguous(b, b'C'));
    let items_a = bytes_a.chunks_exact(a.itemsize.max(1) as usize);
    let items_b = bytes_b.chunks_exact(b.itemsize.max(1) as usize);
    if let (Reader::Native(a), Reader::Native(b)) = (&read_a, &read_b) {
        if a == b && !matches!(a.char, b'f' | b'd' | b'e' | b'?') {
            return Ok(bytes_a == bytes_b);
        }
        return Ok(items_a.zip(items_b).all(|(x, y)| value(*a, x) == value(*b, y)));
    }
    for (x, y) in items_a.zip(items_b) {
        if !protocol::compare::compare_bool_strict(
            &*read_a.object(x)?,
            &*read_b.object(y)?,
            crate::CompareOp::Eq,
        )? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two shapes are equal; behind a dimension of no items nothing counts.
fn equivalent(a: &[isize], b: &[isize]) -> bool {
    for (a, b) in a.iter().zip(b) {
        if a != b {
            return false;
        }
        if *a == 0 {
            break;
        }
    }
    true
}
