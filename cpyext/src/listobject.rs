//! `listobject.h` and `cpython/listobject.h`.

use core::ffi::c_int;
use macros::capi;
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// A list of `len` places that hold NULL until the caller fills them.
#[capi]
pub fn PyList_New(len: isize) -> Result<Ref<List>> {
    let len = usize::try_from(len).map_err(|_| raise::bad_internal_call())?;
    List::with_null_items(len)
}

#[capi]
pub fn PyList_Size(list: &List) -> Result<isize> {
    Ok(list.len() as isize)
}

fn out_of_range() -> objects::Raised {
    objects::raise!(IndexError, "list index out of range")
}

fn place(list: &List, index: isize) -> Option<usize> {
    usize::try_from(index).ok().filter(|index| *index < list.len())
}

/// A borrowed reference.
#[capi]
pub fn PyList_GetItem<'a>(list: &'a List, index: isize) -> Result<&'a Object> {
    let index = place(list, index).ok_or_else(out_of_range)?;
    // SAFETY: the caller may use it only as long as the list keeps it.
    unsafe { list.peek_item(index) }.ok_or_else(out_of_range)
}

#[capi]
pub fn PyList_GetItemRef(list: &Object, index: isize) -> Result<Ref> {
    let Some(list) = list.cast::<List>() else {
        return Err(objects::raise!(TypeError, "expected a list"));
    };
    place(list, index).and_then(|index| list.get(index)).ok_or_else(out_of_range)
}

/// Takes over `item`, also when it fails.
///
/// # Safety
/// A C function: a list or NULL, an owned reference or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyList_SetItem(list: Option<&Object>, index: isize, item: *mut Object) -> c_int {
    // SAFETY: the caller's promise.
    let item = unsafe { Ref::from_nullable(item) };
    let store = || -> Result<()> {
        let list = list.and_then(|list| list.cast::<List>()).ok_or_else(raise::bad_internal_call)?;
        let index = place(list, index)
            .ok_or_else(|| objects::raise!(IndexError, "list assignment index out of range"))?;
        drop(list.replace_item(index, item));
        Ok(())
    };
    objects::args::status(store())
}

#[capi]
pub fn PyList_Insert(list: &List, index: isize, item: &Object) -> Result<()> {
    list.insert(index, item)
}

#[capi]
pub fn PyList_Append(list: &List, item: &Object) -> Result<()> {
    list.push(item.to_ref())
}

/// `start` and `stop` within the list.
fn clip(list: &List, start: isize, stop: isize) -> (usize, usize) {
    let len = list.len() as isize;
    let start = start.clamp(0, len);
    (start as usize, stop.clamp(start, len) as usize)
}

#[capi]
pub fn PyList_GetSlice(list: &List, start: isize, stop: isize) -> Result<Ref<List>> {
    let (start, stop) = clip(list, start, stop);
    List::from_vec((start..stop).filter_map(|index| list.get(index)).collect())
}

#[capi]
pub fn PyList_SetSlice(list: &List, start: isize, stop: isize, items: Option<&Object>) -> Result<()> {
    let items = items.map_or(Ok(Vec::new()), objects::protocol::iter::collect)?;
    let (start, stop) = clip(list, start, stop);
    list.splice(start, stop, items).map(drop)
}

#[capi]
pub fn PyList_Extend(list: &List, iterable: &Object) -> Result<()> {
    list.extend(iterable)
}

#[capi]
pub fn _PyList_Extend(list: &List, iterable: &Object) -> Result<Ref> {
    list.extend(iterable)?;
    Ok(objects::object::refs::none())
}

#[capi]
pub fn PyList_Clear(list: &List) -> Result<()> {
    list.clear_items();
    Ok(())
}

#[capi]
pub fn PyList_Sort(list: &List) -> Result<()> {
    list.sort_by(None, false)
}

#[capi]
pub fn PyList_Reverse(list: &List) -> Result<()> {
    list.reverse();
    Ok(())
}

#[capi]
pub fn PyList_AsTuple(list: &List) -> Result<Ref<Tuple>> {
    Tuple::from_vec(list.to_vec())
}

/// A list of references that it takes over.
///
/// # Safety
/// A C function: `items` has `len` owned references.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyList_FromArraySteal(items: *const *mut Object, len: isize) -> Option<Ref<List>> {
    // SAFETY: the caller's promise.
    let items = (0..len.max(0) as usize).filter_map(|index| unsafe { Ref::from_nullable(*items.add(index)) });
    List::from_vec(items.collect()).ok()
}

/// The slow path of appending a reference that the list takes over.
///
/// # Safety
/// A C function: an owned reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyList_AppendTakeRefListResize(list: &List, item: Ref) -> c_int {
    objects::args::status(list.push(item))
}
