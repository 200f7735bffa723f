//! `memoryview.cast`: other formats and shapes for the same memory.

use super::format::{c_string, native};
use super::{C_CONTIGUOUS, MAX_NDIM, MemoryView};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::protocol::buffer;
use crate::raise;
use crate::raise::Result;
use crate::types::int::Int;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::ptr;

/// `view.cast(format, shape)`.
///
/// # Errors
/// TypeError, ValueError.
pub fn cast(this: &MemoryView, format: &Str, shape: Option<&Object>) -> Result<Ref<MemoryView>> {
    this.check()?;
    if !this.has(C_CONTIGUOUS) {
        return Err(raise!(TypeError, "memoryview: casts are restricted to C-contiguous views"));
    }
    let source = this.view();
    if (shape.is_some() || source.ndim != 1) && this.shape().contains(&0) {
        return Err(raise!(TypeError, "memoryview: cannot cast view with zeros in shape or strides"));
    }
    let shape = shape.map(extents).transpose()?;
    if let Some(shape) = &shape {
        if shape.len() > MAX_NDIM {
            return Err(raise!(ValueError, "memoryview: number of dimensions must not exceed {MAX_NDIM}"));
        }
        if source.ndim != 1 && shape.len() != 1 {
            return Err(raise!(TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D"));
        }
    }
    let text = format.to_str()?;
    let (Some(target), Some(c_format)) = (native(text), c_string(text)) else {
        return Err(raise!(
            ValueError,
            "memoryview: destination format must be a native single character format prefixed with an optional '@'"
        ));
    };
    if !native(this.full_format()).is_some_and(|source| source.is_byte()) && !target.is_byte() {
        return Err(raise!(TypeError, "memoryview: cannot cast between two non-byte formats"));
    }
    let itemsize = target.size as isize;
    if source.len % itemsize != 0 {
        return Err(raise!(TypeError, "memoryview: length is not a multiple of itemsize"));
    }
    let mut extents = match &shape {
        None => vec![source.len / itemsize],
        Some(shape) => checked(shape, source.len, itemsize)?,
    };
    // SAFETY: a plain copy of C data, whose pointers are replaced.
    let mut view = unsafe { ptr::read(source) };
    view.format = c_format.as_ptr().cast_mut();
    view.itemsize = itemsize;
    view.ndim = extents.len() as i32;
    view.shape = extents.as_mut_ptr();
    view.strides = ptr::null_mut();
    view.suboffsets = ptr::null_mut();
    this.derive(&view)
}

/// A contiguous view's memory as plain bytes.
///
/// # Errors
/// ValueError when the view is released; MemoryError.
pub fn raw(this: &MemoryView) -> Result<Ref<MemoryView>> {
    // SAFETY: a plain copy of C data, whose pointers are replaced.
    let mut view = unsafe { ptr::read(this.view()) };
    let mut extent = view.len;
    view.format = c"B".as_ptr().cast_mut();
    view.itemsize = 1;
    view.ndim = 1;
    view.shape = &raw mut extent;
    view.strides = ptr::null_mut();
    view.suboffsets = ptr::null_mut();
    this.derive(&view)
}

/// The items of `shape`, which must be a list or a tuple.
fn extents(shape: &Object) -> Result<Vec<Ref>> {
    if let Some(list) = shape.cast::<List>() {
        return Ok(list.to_vec());
    }
    match shape.cast::<Tuple>() {
        Some(tuple) => Ok(tuple.items().iter().map(|item| crate::Instance::to_ref(*item)).collect()),
        None => Err(raise!(TypeError, "shape must be a list or a tuple")),
    }
}

fn checked(shape: &[Ref], len: isize, itemsize: isize) -> Result<Vec<isize>> {
    let mut extents = Vec::with_capacity(shape.len());
    let mut product = itemsize;
    for extent in shape {
        let Some(int) = extent.cast::<Int>() else {
            return Err(raise!(TypeError, "memoryview.cast(): elements of shape must be integers"));
        };
        let Some(extent) = int.to_i64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C ssize_t"));
        };
        let Some(extent) = Some(extent as isize).filter(|&extent| extent > 0) else {
            return Err(raise!(ValueError, "memoryview.cast(): elements of shape must be integers > 0"));
        };
        product = (product.checked_mul(extent))
            .ok_or_else(|| raise!(ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX"))?;
        extents.push(extent);
    }
    if product != len {
        return Err(raise!(TypeError, "memoryview: product(shape) * itemsize != buffer size"));
    }
    Ok(extents)
}

/// `view.tobytes(order)`.
///
/// # Errors
/// ValueError.
pub fn to_bytes(this: &MemoryView, order: Option<&Str>) -> Result<Vec<u8>> {
    this.check()?;
    let order = match order.map(Str::to_str).transpose()? {
        None | Some("C") => b'C',
        Some("F") => b'F',
        Some("A") => b'A',
        Some(_) => return Err(raise!(ValueError, "order must be 'C', 'F' or 'A'")),
    };
    Ok(buffer::to_contiguous(this.view(), order))
}
