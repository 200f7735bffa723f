//! The words behind an instance of a managed class: finding them, reading and writing attributes in them.

use super::set_in;
use super::shape::{self, Layout, Shape};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::trace::{Trace, Visit, Visitor};
use crate::object::{Instance, Object, VarObject};
use crate::raise::Result;
use crate::typeobject::{HeapType, TypeObject, flags};
use crate::types::dict::Dict;
use crate::types::int::Int;
use crate::types::str::{PyUnicode_Type, Str, intern};
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ptr;

const WORD: usize = size_of::<u64>();
/// Inline places of a class that says nothing about its attributes.
const DEFAULT_CAPACITY: usize = 4;

/// Where an object's own attributes are.
pub enum Storage<'a> {
    /// The class has no place for any.
    Nothing,
    Classic(&'a Slot<Dict>),
    Managed(Managed<'a>),
}

/// The attribute word of an instance, and what follows it.
#[derive(Clone, Copy)]
pub struct Managed<'a> {
    object: &'a Object,
    word: &'a Cell<u64>,
}

/// Where an object's attributes are.
#[inline(always)]
pub fn storage(object: &Object) -> Storage<'_> {
    let class = object.class();
    if class.has_feature(flags::MANAGED_DICT) {
        // SAFETY: the class has the word.
        let word = unsafe { &*object.as_ptr().cast::<u8>().add(word_offset(object, class)).cast() };
        return Storage::Managed(Managed { object, word });
    }
    let mut offset = class.tp_dictoffset.get();
    if offset == 0 {
        return Storage::Nothing;
    }
    if offset < 0 {
        offset += class.instance_size(item_count(object) as isize) as isize;
    }
    // SAFETY: the class says that there is such a field.
    Storage::Classic(unsafe { &*object.as_ptr().cast::<u8>().offset(offset).cast() })
}

/// How many items an object of a class with items was allocated with.
pub fn item_count(object: &Object) -> usize {
    let class = object.class();
    if class.has_feature(flags::LONG_SUBCLASS) {
        // SAFETY: the flag marks ints. A zero has room for one digit too.
        return unsafe { object.cast_unchecked::<Int>() }.digits().len().max(1);
    }
    // SAFETY: a class with items has a VarObject head.
    unsafe { &*ptr::from_ref(object).cast::<VarObject>() }.size()
}

/// Offset of the words that the runtime adds to an instance: what `allocate` reserved for fields and items.
#[inline(always)]
pub fn extra_offset(object: &Object, class: &TypeObject) -> usize {
    if class.tp_itemsize.get() == 0 {
        return class.instance_size(0);
    }
    class.instance_size(item_count(object) as isize + 1)
}

/// Offset of the attribute word of an instance of a managed class. The same for all instances unless the class has items.
#[inline(always)]
pub fn word_offset(object: &Object, class: &TypeObject) -> usize {
    let weakref = class.has_feature(flags::MANAGED_WEAKREF);
    extra_offset(object, class) + if weakref { WORD } else { 0 }
}

/// [`word_offset`] where it is the same for all instances: `None` for a class with items.
pub fn fixed_word_offset(object: &Object, class: &TypeObject) -> Option<usize> {
    (class.tp_itemsize.get() == 0).then(|| word_offset(object, class))
}

/// Bytes behind fields and items that a new instance of `class` needs.
#[inline]
pub fn extra_size(class: &TypeObject) -> usize {
    let mut size = 0;
    if class.has_feature(flags::MANAGED_WEAKREF) {
        size += WORD;
    }
    if class.has_feature(flags::MANAGED_DICT) {
        size += WORD + layout_of(class).map_or(0, |layout| usize::from(layout.capacity()) * WORD);
    }
    size
}

/// The layout of a class whose instances have inline values.
#[inline(always)]
pub fn layout_of(class: &TypeObject) -> Option<&Layout> {
    if !class.has_feature(flags::INLINE_VALUES) {
        return None;
    }
    // SAFETY: the field holds NULL or a layout that lives as long as the class.
    unsafe { class.heap_type()?.ht_cached_keys.get().cast::<Layout>().as_ref() }
}

/// Sets the attribute word of a zeroed instance that has just been allocated with [`extra_size`].
#[inline]
pub fn init_instance(class: &TypeObject, object: &Object) {
    if let Some(layout) = layout_of(class) {
        let word = u64::from(layout.capacity()) << 32 | u64::from(layout.root().word());
        // SAFETY: a class with a layout has the word.
        let place = unsafe { object.as_ptr().cast::<u8>().add(word_offset(object, class)).cast::<u64>() };
        // SAFETY: as above.
        unsafe { place.write(word) };
        layout.count_instance();
    }
}

/// Gives a new class its layout: its instances' attributes will be inline if they have no items.
///
/// # Errors
/// What reading `__static_attributes__` raises.
pub fn prepare_layout(class: &TypeObject) -> Result<()> {
    let Some(heap) = class.heap_type() else { return Ok(()) };
    if !class.has_feature(flags::MANAGED_DICT) || class.tp_itemsize.get() != 0 || shape::exhausted() {
        class.set_flags(0, flags::INLINE_VALUES);
        return Ok(());
    }
    let mut names: Vec<Ref> = Vec::new();
    let mut learnt = 0;
    for base in class.tp_mro.get().iter().flat_map(|mro| mro.items()) {
        let Some(base) = base.cast::<TypeObject>() else { continue };
        learnt = learnt.max(layout_of(base).map_or(0, |layout| usize::from(layout.needed())));
        let Some(dict) = base.tp_dict.get() else { continue };
        let Some(attributes) = dict.get_str(id!("__static_attributes__"))? else { continue };
        for name in attributes.cast::<Tuple>().iter().flat_map(|names| names.items()) {
            if !names.iter().any(|known| known.is(name)) {
                names.push(name.to_ref());
            }
        }
    }
    let expected = if names.is_empty() { DEFAULT_CAPACITY } else { names.len() };
    let layout = Layout::new(expected.max(learnt));
    heap.ht_cached_keys.set(Box::into_raw(layout).cast());
    class.set_flags(flags::INLINE_VALUES, 0);
    Ok(())
}

/// Frees the layout of a class that is being deallocated.
pub fn drop_layout(heap: &HeapType) {
    let layout = heap.ht_cached_keys.replace(ptr::null_mut()).cast::<Layout>();
    if !layout.is_null() {
        // SAFETY: made by `prepare_layout`; no instance is left.
        drop(unsafe { Box::from_raw(layout) });
    }
}

/// The shape of an instance; `None` when its attributes are in a dictionary or it cannot have any.
#[inline]
pub fn shape_of(object: &Object) -> Option<&'static Shape> {
    match storage(object) {
        Storage::Managed(managed) => managed.shape(),
        _ => None,
    }
}

/// The inline values of an instance that has a shape: as many as its shape has names are not NULL.
///
/// # Safety
/// [`shape_of`] the object is `Some`.
#[inline]
pub unsafe fn inline_values(object: &Object) -> *const Slot {
    let offset = word_offset(object, object.class()) + WORD;
    // SAFETY: the values follow the word.
    unsafe { object.as_ptr().cast::<u8>().add(offset).cast() }
}

/// Some instance of `class` has the name inline from now on: caches that rest on none having it fall.
#[cold]
fn shadows(class: &TypeObject, name: &Str) {
    if class.lookup(name).is_some() {
        class.modified();
    }
}

impl<'a> Managed<'a> {
    /// The shape while the attributes are inline.
    #[inline(always)]
    pub fn shape(self) -> Option<&'static Shape> {
        let word = self.word.get();
        if word & 1 == 0 { None } else { shape::by_id(word as u32 >> 1) }
    }

    /// The dictionary once there is one.
    #[inline(always)]
    pub fn dict(self) -> Option<Ref<Dict>> {
        let word = self.word.get();
        if word & 1 != 0 {
            return None;
        }
        // SAFETY: an even word is NULL or owns a dictionary.
        unsafe { (word as *const Dict).as_ref() }.map(Ref::from_borrowed)
    }

    /// Inline places of this instance, while the attributes are inline.
    pub fn capacity(self) -> usize {
        (self.word.get() >> 32) as usize & 0xff
    }

    #[inline]
    fn value(self, index: usize) -> &'a Slot {
        debug_assert!(index < self.capacity());
        // SAFETY: the values follow the word.
        unsafe { &*ptr::from_ref(self.word).add(1).cast::<Slot>().add(index) }
    }

    /// Stores the word of a shape, the capacity staying.
    fn set_shape(self, shape: &Shape) {
        self.word.set(self.word.get() >> 32 << 32 | u64::from(shape.word()));
    }

    /// Number of attributes.
    pub fn len(self) -> usize {
        match self.shape() {
            Some(shape) => shape.len(),
            None => self.dict().map_or(0, |dict| dict.len()),
        }
    }

    /// Whether there is no attribute.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// An attribute.
    ///
    /// # Errors
    /// What comparing with strange keys of a dictionary raises.
    #[inline]
    pub fn get(self, name: &Str) -> Result<Option<Ref>> {
        match self.shape() {
            Some(shape) => Ok(shape.find_equal(name).and_then(|index| self.value(index).get())),
            None => match self.dict() {
                Some(dict) => dict.get_str(name),
                None => Ok(None),
            },
        }
    }

    /// Sets or deletes an attribute; `false` when there was nothing to delete.
    ///
    /// # Errors
    /// MemoryError; what comparing with strange keys of a dictionary raises.
    pub fn set(self, name: &Str, value: Option<&Object>) -> Result<bool> {
        let Some(shape) = self.shape() else { return set_in(&*self.materialize()?, name, value) };
        match (shape.find_equal(name), value) {
            (Some(index), Some(value)) => self.value(index).set(Some(value.to_ref())),
            (None, Some(value)) => self.append(shape, name, value)?,
            (Some(index), None) => return self.remove(shape, index),
            (None, None) => return Ok(false),
        }
        Ok(true)
    }

    /// The shape that the instance would have with one interned name more, if it has room for it.
    pub fn extended(self, shape: &Shape, name: &Str) -> Option<&'a Shape> {
        let class: &'a TypeObject = self.object.class();
        let layout = layout_of(class)?;
        if shape.len() >= self.capacity() || !name.is_interned() {
            return None;
        }
        let longer: *const Shape = layout.extend(shape, name, || shadows(class, name))?;
        // SAFETY: a shape lives as long as its class.
        Some(unsafe { &*longer })
    }

    fn append(self, shape: &Shape, name: &Str, value: &Object) -> Result<()> {
        if name.is_exactly(&PyUnicode_Type)
            && let Some(layout) = layout_of(self.object.class())
        {
            let name = intern::intern(name.to_ref());
            if shape.len() < self.capacity() {
                let class = self.object.class();
                if let Some(longer) = layout.extend(shape, &name, || shadows(class, &name)) {
                    self.value(shape.len()).set(Some(value.to_ref()));
                    self.set_shape(longer);
                    return Ok(());
                }
            } else {
                layout.learn(self.capacity() as u8);
            }
        }
        self.materialize()?.set_str(name, value)
    }

    /// Deletes the attribute at `index`: the later ones move down, in the shape that never had the name.
    fn remove(self, shape: &Shape, index: usize) -> Result<bool> {
        let mut target = shape;
        for _ in index..shape.len() {
            match target.parent() {
                Some(parent) => target = parent,
                None => return Err(crate::raise::bad_internal_call()),
            }
        }
        let layout = layout_of(self.object.class());
        for name in &shape.names()[index + 1..] {
            match layout.and_then(|layout| layout.extend(target, name, || ())) {
                Some(next) => target = next,
                None => {
                    let name = shape.names()[index].clone();
                    return Ok(self.materialize()?.remove(&name)?.is_some());
                }
            }
        }
        let removed = self.value(index).take();
        for later in index + 1..shape.len() {
            let value = self.value(later).take();
            drop(self.value(later - 1).replace(value));
        }
        self.set_shape(target);
        drop(removed);
        Ok(true)
    }

    /// The dictionary, made from the inline values if it is not there yet.
    ///
    /// # Errors
    /// MemoryError.
    pub fn materialize(self) -> Result<Ref<Dict>> {
        if let Some(dict) = self.dict() {
            return Ok(dict);
        }
        let shape = self.shape();
        let dict = Dict::with_capacity(shape.map_or(0, Shape::len))?;
        if let Some(shape) = shape {
            for (index, name) in shape.names().iter().enumerate() {
                if let Some(value) = self.value(index).get() {
                    dict.set_str(name, &value)?;
                }
            }
            for index in 0..shape.len() {
                // The dictionary holds the value too, so nothing dies here.
                self.value(index).set(None);
            }
        }
        self.word.set(dict.clone().into_ptr() as u64);
        Ok(dict)
    }

    /// The word as a nullable field of a dictionary, once nothing is inline.
    pub(super) fn dict_place(self) -> Result<*mut *mut Object> {
        if self.shape().is_some() {
            self.materialize()?;
        }
        Ok(self.word.as_ptr().cast())
    }

    /// Makes `dict` the dictionary, or leaves none; the attributes that were there go.
    pub fn replace(self, dict: Option<Ref<Dict>>) {
        let shape = self.shape();
        let old = self.dict();
        let values: Vec<Option<Ref>> =
            (0..shape.map_or(0, Shape::len)).map(|index| self.value(index).take()).collect();
        let owned = self.word.replace(dict.map_or(0, |dict| dict.into_ptr() as u64));
        if old.is_some() {
            // SAFETY: the word owned the dictionary.
            drop(unsafe { Ref::from_nullable(owned as *mut Dict) });
        }
        drop(values);
    }

    /// Drops the values or the dictionary of an instance that nobody can reach any more.
    #[inline]
    pub(super) fn drop_dead(self) {
        let word = self.word.replace(0);
        if word & 1 != 0 {
            let count = shape::by_id(word as u32 >> 1).map_or(0, Shape::len);
            let values = ptr::from_ref(self.word).wrapping_add(1).cast::<Slot>();
            for index in 0..count {
                // SAFETY: the values follow the word; the first `count` are in use.
                unsafe { &*values.add(index) }.set(None);
            }
        } else {
            // SAFETY: an even word is NULL or owns a dictionary.
            drop(unsafe { Ref::from_nullable(word as *mut Dict) });
        }
    }

    /// Visits the values or the dictionary.
    ///
    /// # Errors
    /// What the visitor answers.
    pub fn trace(self, visitor: &mut Visitor) -> Visit {
        match self.shape() {
            Some(shape) => (0..shape.len()).try_for_each(|index| self.value(index).trace(visitor)),
            None => {
                let word = self.word.get();
                // SAFETY: an even word is NULL or owns a dictionary.
                match unsafe { (word as *const Dict).as_ref() } {
                    Some(dict) if word & 1 == 0 => visitor.visit(dict),
                    _ => Ok(()),
                }
            }
        }
    }
}
