//! Statics that every interpreter has for itself.
//!
//! Interpreters share one lock, so only one of them runs at a time. A static declared with [`per_interpreter!`](crate::per_interpreter!)
//! always has the value of the running one; when the lock goes to a thread of another interpreter, the values are exchanged
//! ([`exchange`]). So code that reads such a static, compiled code too, pays nothing for it, and a process with one interpreter has no
//! more than its statics. The linker gathers the places in a section of their own.

use crate::state::{self, Interpreter};
use core::ffi::c_char;

/// A static that [`exchange`] knows.
#[repr(C)]
pub struct Place {
    address: *const u8,
    size: usize,
    /// Writes the initial value to a place that has none.
    init: unsafe fn(*mut u8),
    /// Puts the initial value in the place of another, which is dropped then.
    reset: unsafe fn(*mut u8),
}

// SAFETY: constant.
unsafe impl Sync for Place {}

impl Place {
    /// The place of a static, which is touched under the GIL alone.
    pub const fn new<T: Sync>(
        address: *const T,
        init: unsafe fn(*mut u8),
        reset: unsafe fn(*mut u8),
    ) -> Place {
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        Place { address: address.cast(), size: size_of::<T>(), init, reset }
    }

    const fn words(&self) -> usize {
        self.size.div_ceil(size_of::<u64>())
    }
}

/// Declares statics of which every interpreter has its own value. They are touched under the GIL alone, and nothing keeps their address
/// across letting go of it to use it in the meantime.
#[macro_export]
macro_rules! per_interpreter {
    ($($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $value:expr;)*) => {$(
        $(#[$meta])*
        $vis static $name: $type = $value;
        const _: () = {
            unsafe fn init(place: *mut u8) {
                let value: $type = $value;
                // SAFETY: the caller's promise.
                unsafe { $crate::per_interpreter::write(place, value) };
            }
            unsafe fn reset(place: *mut u8) {
                let value: $type = $value;
                // SAFETY: the caller's promise.
                unsafe { $crate::per_interpreter::replace(place, value) };
            }
            #[used]
            #[unsafe(link_section = "per_interpreter")]
            static PLACE: $crate::per_interpreter::Place =
                $crate::per_interpreter::Place::new(&raw const $name, init, reset);
        };
    )*};
}

/// Writes a value to a place that has none.
///
/// # Safety
/// The place is one for such values.
pub unsafe fn write<T>(place: *mut u8, value: T) {
    // SAFETY: the caller's promise.
    unsafe { place.cast::<T>().write(value) };
}

/// Puts a value in the place of another, which is dropped when the new one is there.
///
/// # Safety
/// The place has such a value.
pub unsafe fn replace<T>(place: *mut u8, value: T) {
    // SAFETY: the caller's promise.
    let _old = unsafe { place.cast::<T>().replace(value) };
}

unsafe extern "C" {
    #[link_name = "__start_per_interpreter"]
    static FIRST: c_char;
    #[link_name = "__stop_per_interpreter"]
    static END: c_char;
}

/// All places, in the order in which values are kept.
fn places() -> &'static [Place] {
    let (first, end) = (&raw const FIRST, &raw const END);
    let count = (end.addr() - first.addr()) / size_of::<Place>();
    // SAFETY: the section holds nothing else.
    unsafe { core::slice::from_raw_parts(first.cast::<Place>(), count) }
}

/// The values of an interpreter that does not run.
pub struct Values(Box<[u64]>);

impl Values {
    /// Those that a new interpreter begins with.
    pub fn fresh() -> Values {
        let words = places().iter().map(Place::words).sum();
        let mut values = vec![0u64; words].into_boxed_slice();
        let mut at = 0;
        for place in places() {
            // SAFETY: within the box, which has room for every place.
            unsafe { (place.init)(values.as_mut_ptr().add(at).cast()) };
            at += place.words();
        }
        Values(values)
    }

    /// What is kept of a static here.
    fn of<T>(&self, of: &'static T) -> Option<&T> {
        let mut at = 0;
        for place in places() {
            if place.address == core::ptr::from_ref(of).cast() {
                // SAFETY: the value of that place.
                return Some(unsafe { &*self.0.as_ptr().add(at).cast::<T>() });
            }
            at += place.words();
        }
        None
    }

    /// Exchanges the values here and those in the statics.
    fn swap(&mut self) {
        let mut value = self.0.as_mut_ptr().cast::<u8>();
        for place in places() {
            // SAFETY: the static consists of cells, so that it may change; nobody reads it meanwhile, as the caller has the GIL.
            unsafe {
                core::ptr::swap_nonoverlapping(place.address.cast_mut(), value, place.size);
                value = value.add(place.words() * size_of::<u64>());
            }
        }
    }
}

/// Puts the running interpreter's values away and those of another in the statics. The caller has the GIL.
pub fn exchange(from: &Interpreter, to: &Interpreter) {
    let Some(mut values) = to.values.take() else { return };
    values.swap();
    from.values.set(Some(values));
}

/// The value that an interpreter has of a static.
pub fn value<T>(interpreter: &'static Interpreter, of: &'static T) -> &'static T {
    // SAFETY: the values are taken out only while they are exchanged.
    match unsafe { &*interpreter.values.as_ptr() } {
        Some(values) => values.of(of).unwrap_or(of),
        None => of,
    }
}

/// Calls `each` with the values that the interpreters have of a static.
pub fn for_each_value<T>(of: &'static T, mut each: impl FnMut(&T)) {
    state::interpreters().for_each(|interpreter| each(value(interpreter, of)));
}

/// Drops the values of the running interpreter, which ends, but for those that `kept` says.
pub fn reset(kept: impl Fn(*const u8) -> bool) {
    for place in places().iter().filter(|place| !kept(place.address)) {
        // SAFETY: as in `swap`; the value is whole.
        unsafe { (place.reset)(place.address.cast_mut()) };
    }
}
