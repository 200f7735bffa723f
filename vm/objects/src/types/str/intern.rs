//! Interned strings, the shared one-character strings, and identifiers that native code names.

use super::{INTERNED, Kind, PyUnicode_Type, Str};
use crate::object::refs::Ref;
use crate::object::{Instance, Object, heap};
use crate::raise::Result;
use core::borrow::Borrow;
use core::cell::{Cell, RefCell};
use core::hash::{BuildHasherDefault, Hasher};
use core::ptr;
use std::collections::HashMap;

/// The table of interned strings by contents. It does not own its strings: a mortal one removes itself when it dies.
struct Table(RefCell<HashMap<Key, *const Str, BuildHasherDefault<OwnHash>>>);

/// The hash that a string has anyway.
#[derive(Default)]
struct OwnHash(u64);

impl Hasher for OwnHash {
    fn write_isize(&mut self, hash: isize) {
        self.0 = hash.cast_unsigned() as u64;
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Table {}
// SAFETY: created once, then shared as above.
unsafe impl Send for Table {}

static TABLE: std::sync::LazyLock<Table> = std::sync::LazyLock::new(|| Table(RefCell::default()));

/// A string seen as its contents.
struct Key(*const Str);

impl Key {
    fn string(&self) -> &Str {
        // SAFETY: strings in the table are alive; a look-up's own string is too.
        unsafe { &*self.0 }
    }
}

/// What is looked up: a string, or the text of one that is not made yet.
trait Content {
    fn hash(&self) -> isize;
    /// The characters as they are stored, and how.
    fn stored(&self) -> (Kind, &[u8]);
}

impl Content for Key {
    fn hash(&self) -> isize {
        self.string().hash()
    }
    fn stored(&self) -> (Kind, &[u8]) {
        (self.string().kind(), self.string().chars().as_bytes())
    }
}

/// ASCII text and its hash.
struct Ascii<'a>(&'a [u8], isize);

impl Content for Ascii<'_> {
    fn hash(&self) -> isize {
        self.1
    }
    fn stored(&self) -> (Kind, &[u8]) {
        (Kind::One, self.0)
    }
}

impl core::hash::Hash for dyn Content + '_ {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        state.write_isize(self.hash());
    }
}

impl PartialEq for dyn Content + '_ {
    fn eq(&self, other: &(dyn Content + '_)) -> bool {
        self.stored() == other.stored()
    }
}

impl Eq for dyn Content + '_ {}

impl<'a> Borrow<dyn Content + 'a> for Key {
    fn borrow(&self) -> &(dyn Content + 'a) {
        self
    }
}

impl core::hash::Hash for Key {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        state.write_isize(self.string().hash());
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.string().equals(other.string())
    }
}

impl Eq for Key {}

/// The interned string equal to `string`, which becomes it if there was none (`PyUnicode_InternInPlace`). Instances of subclasses
/// stay as they are.
pub fn intern(string: Ref<Str>) -> Ref<Str> {
    if string.is_interned() || !string.is_exactly(&PyUnicode_Type) {
        return string;
    }
    let mut table = TABLE.0.borrow_mut();
    match table.entry(Key(&*string)) {
        std::collections::hash_map::Entry::Occupied(entry) => {
            // SAFETY: a string removes itself from the table before it dies.
            Ref::from_borrowed(unsafe { &**entry.get() })
        }
        std::collections::hash_map::Entry::Vacant(entry) => {
            entry.insert(&*string);
            string.state.set(string.state.get() & !INTERNED | 1);
            string
        }
    }
}

/// The interned string of ASCII text, which is made only if there was none.
///
/// # Errors
/// MemoryError.
pub fn intern_ascii(text: &[u8]) -> Result<Ref<Str>> {
    let hash = crate::hash::bytes(text);
    if let Some(&known) = TABLE.0.borrow().get(&Ascii(text, hash) as &dyn Content) {
        // SAFETY: as in `intern`.
        return Ok(Ref::from_borrowed(unsafe { &*known }));
    }
    let string = Str::from_ascii(text)?;
    string.hash.set(hash);
    Ok(intern(string))
}

/// The interned string of some text.
///
/// # Errors
/// MemoryError.
pub fn intern_text(text: &str) -> Result<Ref<Str>> {
    Ok(intern(Str::new(text)?))
}

/// How many strings are interned; of the immortal ones alone if asked for.
pub fn count(only_immortal: bool) -> usize {
    let table = TABLE.0.borrow();
    // SAFETY: strings in the table are alive.
    table.values().filter(|string| !only_immortal || unsafe { &***string }.is_immortal()).count()
}

/// Takes a dying string out of the table.
pub(super) fn forget(string: &Str) {
    TABLE.0.borrow_mut().remove(&Key(string));
}

/// The shared strings: the empty one and those of one Latin-1 character, made on first use and never freed.
struct Shared([Cell<*const Str>; 257]);

// SAFETY: touched under the GIL.
unsafe impl Sync for Shared {}

static SHARED: Shared = Shared([const { Cell::new(ptr::null()) }; 257]);

fn shared(index: usize, make: impl FnOnce() -> Result<Ref<Str>>) -> Ref<Str> {
    let place = &SHARED.0[index];
    if place.get().is_null() {
        match make() {
            Ok(string) => {
                let string = intern(string);
                string.make_immortal();
                place.set(string.into_ptr());
            }
            Err(_) => crate::fatal("no memory for the shared strings"),
        }
    }
    // SAFETY: immortal since it was stored.
    Ref::from_borrowed(unsafe { &*place.get() })
}

/// The empty string.
#[inline]
pub fn empty() -> Ref<Str> {
    shared(256, || Str::alloc(0, 0))
}

/// The string of one Latin-1 character.
#[inline]
pub fn latin1(char: u8) -> Ref<Str> {
    shared(char.into(), || {
        let string = Str::alloc(1, char.into())?;
        string.fill(core::iter::once(char.into()));
        Ok(string)
    })
}

/// [`latin1`] for code that must not call anything: borrowed, since these strings are immortal, or NULL when it is not made yet.
#[inline(always)]
pub fn latin1_pointer(char: u8) -> *mut crate::Object {
    SHARED.0[usize::from(char)].get().cast_mut().cast()
}

/// A name that native code uses: interned on first use, immortal. Made by [`crate::id!`].
pub struct Identifier {
    text: &'static str,
    string: Cell<*const Str>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Identifier {}

impl Identifier {
    pub const fn new(text: &'static str) -> Identifier {
        Identifier { text, string: Cell::new(ptr::null()) }
    }

    #[inline]
    pub fn get(&self) -> &'static Str {
        let string = self.string.get();
        if string.is_null() {
            return self.make();
        }
        // SAFETY: immortal since it was stored.
        unsafe { &*string }
    }

    #[cold]
    fn make(&self) -> &'static Str {
        let made = intern_text(self.text).or_else(|raised| {
            raised.clear();
            // What an extension says of memory is not for what the interpreter cannot do without.
            heap::foreign::without(|| intern_text(self.text))
        });
        match made {
            Ok(string) => {
                string.make_immortal();
                let string = string.into_ptr();
                self.string.set(string);
                // SAFETY: immortal.
                unsafe { &*string }
            }
            Err(_) => crate::fatal("no memory for an identifier"),
        }
    }
}

/// The interned string of a literal name: `id!("__name__")` is a `&'static Str`.
#[macro_export]
macro_rules! id {
    ($text:literal) => {{
        static IDENTIFIER: $crate::types::str::intern::Identifier =
            $crate::types::str::intern::Identifier::new($text);
        IDENTIFIER.get()
    }};
}

impl AsRef<Object> for Str {
    fn as_ref(&self) -> &Object {
        self.as_object()
    }
}
