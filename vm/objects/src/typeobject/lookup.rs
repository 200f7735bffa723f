//! Finding an attribute on a class: the method cache and version tags.
//!
//! A version tag names the state of a class's whole MRO: while `tp_version_tag` is the same and not 0, a look-up gives the same
//! answer. A tag is given out on demand, bases first, so a class with a valid tag has bases with valid tags, and
//! [`TypeObject::modified`] may stop at a class without one.

use super::{TypeObject, flags};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::types::str::Str;
use core::cell::Cell;
use core::ffi::c_uint;
use core::ptr;

/// A class whose attributes change more often than this gets no tags any more (`MAX_VERSIONS_PER_CLASS`).
const MAX_VERSIONS_PER_CLASS: u16 = 1000;

const CACHE_BITS: u32 = 12;
const CACHE_SIZE: usize = 1 << CACHE_BITS;

/// One answer: what the class with the tag `version` has under `name`. `value` is borrowed from the class's dictionary, which
/// cannot drop it without changing the tag.
struct CacheEntry {
    version: Cell<c_uint>,
    name: Slot<Str>,
    value: Cell<*const Object>,
}

struct MethodCache([CacheEntry; CACHE_SIZE]);

// SAFETY: touched under the GIL.
unsafe impl Sync for MethodCache {}

static CACHE: MethodCache = MethodCache(
    [const { CacheEntry { version: Cell::new(0), name: Slot::empty(), value: Cell::new(ptr::null()) } };
        CACHE_SIZE],
);

struct NextTag(Cell<c_uint>);

// SAFETY: touched under the GIL.
unsafe impl Sync for NextTag {}

static NEXT_TAG: NextTag = NextTag(Cell::new(1));

#[inline]
fn cache_entry(version: c_uint, name: &Str) -> &'static CacheEntry {
    let hash = (ptr::from_ref(name) as usize >> 3) as u32 ^ version;
    &CACHE.0[hash as usize & (CACHE_SIZE - 1)]
}

impl TypeObject {
    /// `_PyType_Lookup`: the attribute as the classes of the MRO have it, not bound.
    #[inline]
    pub fn lookup(&self, name: &Str) -> Option<Ref> {
        // SAFETY: the reference is taken at once.
        unsafe { self.peek_lookup(name) }.map(Ref::from_borrowed)
    }

    /// [`TypeObject::lookup`] without a new reference.
    ///
    /// # Safety
    /// The result is borrowed from a class's dictionary: it is good until anything can run Python code or change a class.
    #[inline]
    pub unsafe fn peek_lookup<'a>(&self, name: &Str) -> Option<&'a Object> {
        let version = self.tp_version_tag.get();
        let entry = cache_entry(version, name);
        if version != 0 && entry.version.get() == version && ptr::eq(entry.name.as_ptr(), name) {
            // SAFETY: valid while the tag is.
            return unsafe { entry.value.get().as_ref() };
        }
        self.lookup_slow(name)
    }

    #[inline(never)]
    fn lookup_slow<'a>(&self, name: &Str) -> Option<&'a Object> {
        if self.tp_flags.get() & (flags::READY | flags::READYING) == 0
            && let Err(raised) = super::ready::ready(self)
        {
            // A type that cannot be readied has no attributes; whoever readies it on purpose sees the error.
            raised.clear();
            return None;
        }
        let cacheable = name.is_interned() && self.assign_version_tag();
        let version = self.tp_version_tag.get();
        let found = self.find_in_mro(name);
        let found = found.map_or(ptr::null(), |found| found.as_ptr().cast_const());
        // Comparing with a strange key may have run Python code: the answer is kept only if the tag survived.
        if cacheable && self.tp_version_tag.get() == version && version != 0 {
            let entry = cache_entry(version, name);
            entry.version.set(version);
            entry.value.set(found);
            entry.name.set(Some(name.to_ref()));
        }
        // SAFETY: a class's dictionary holds it.
        unsafe { found.as_ref() }
    }

    /// `find_name_in_mro`. A comparison that raises counts as not found.
    fn find_in_mro(&self, name: &Str) -> Option<Ref> {
        let mro = self.tp_mro.get()?;
        for class in mro.items() {
            // SAFETY: an MRO holds classes only.
            let class = unsafe { class.cast_unchecked::<TypeObject>() };
            // SAFETY: the dictionary of a class is never replaced while the class is in use.
            let Some(dict) = (unsafe { class.tp_dict.peek() }) else { continue };
            match dict.get_str(name) {
                Ok(Some(value)) => return Some(value),
                Ok(None) => {}
                Err(raised) => {
                    raised.clear();
                    return None;
                }
            }
        }
        None
    }

    /// Gives the class a version tag if it has none; whether it has one then (`PyUnstable_Type_AssignVersionTag`).
    pub fn assign_version_tag(&self) -> bool {
        if self.tp_version_tag.get() != 0 {
            return true;
        }
        if !self.has_feature(flags::READY) || self.tp_versions_used.get() >= MAX_VERSIONS_PER_CLASS {
            return false;
        }
        let Some(bases) = self.tp_bases.get() else { return false };
        for base in bases.items() {
            match base.cast::<TypeObject>() {
                Some(base) if base.assign_version_tag() => {}
                _ => return false,
            }
        }
        let tag = NEXT_TAG.0.get();
        if tag == 0 {
            return false;
        }
        NEXT_TAG.0.set(tag.wrapping_add(1));
        self.tp_versions_used.set(self.tp_versions_used.get() + 1);
        self.tp_version_tag.set(tag);
        self.set_flags(flags::VALID_VERSION_TAG, 0);
        true
    }

    /// `PyType_Modified`: an attribute of the class has changed or is about to; nothing remembered about the class and its
    /// subclasses holds any more.
    pub fn modified(&self) {
        if self.tp_version_tag.get() == 0 {
            return;
        }
        for subclass in self.subclasses() {
            subclass.modified();
        }
        if self.tp_watched.get() != 0 {
            crate::watch::class(self.tp_watched.get(), self);
        }
        self.tp_version_tag.set(0);
        self.set_flags(0, flags::VALID_VERSION_TAG);
        if let Some(heap) = self.heap_type() {
            heap.spec_cache.set([ptr::null_mut(); 3]);
        }
    }

    /// Takes away the class's right to version tags: its MRO is not what its bases say.
    pub(super) fn forbid_version_tags(&self) {
        self.modified();
        self.tp_version_tag.set(0);
        self.set_flags(0, flags::VALID_VERSION_TAG);
        self.tp_versions_used.set(MAX_VERSIONS_PER_CLASS);
    }
}

/// Empties the method cache (`PyType_ClearCache`) and returns the last tag given out.
pub fn clear_cache() -> c_uint {
    for entry in &CACHE.0 {
        entry.version.set(0);
        entry.value.set(ptr::null());
        entry.name.set(None);
    }
    NEXT_TAG.0.get().wrapping_sub(1)
}
