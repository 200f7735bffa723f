//! Zones that were made lately, kept alive for the next who asks; all zones that live, by their keys.

use objects::protocol::{attr, call, compare};
use objects::{Object, Ref, Result, Slot, TypeObject, id};
use std::cell::RefCell;

/// How many zones are kept alive.
const KEPT: usize = 8;

/// The caches of `ZoneInfo` itself; a subclass has only a weak one, as its attribute.
pub struct Cache {
    /// Keys and zones, the one used last in front.
    recent: RefCell<Vec<(Ref, Ref)>>,
    weak: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Cache {}

objects::per_interpreter! {
    pub static CACHE: Cache = Cache { recent: RefCell::new(Vec::new()), weak: Slot::empty() };
}

/// A new `weakref.WeakValueDictionary`.
///
/// # Errors
/// What the import raises.
pub fn new_weak() -> Result<Ref> {
    let weakref = (objects::hooks::IMPORT.get())("weakref")?;
    call::call_no_args(&*attr::get_text(&weakref, "WeakValueDictionary")?)
}

impl Cache {
    /// The zones of a class that live, by key; `own` is whether it is `ZoneInfo` itself.
    ///
    /// # Errors
    /// MemoryError; AttributeError of a subclass that has lost its cache.
    pub fn weak(&self, class: &TypeObject, own: bool) -> Result<Ref> {
        if !own {
            return attr::get(class, id!("_weak_cache"));
        }
        if let Some(weak) = self.weak.get() {
            return Ok(weak);
        }
        let weak = new_weak()?;
        self.weak.set(Some(weak.clone()));
        Ok(weak)
    }

    /// Takes the zone of a key out.
    ///
    /// # Errors
    /// What comparing keys raises.
    pub fn take(&self, key: &Object) -> Result<Option<(Ref, Ref)>> {
        let mut index = 0;
        loop {
            // Comparing may run code that comes here again.
            let Some((candidate, zone)) = self.recent.borrow().get(index).cloned() else { return Ok(None) };
            if compare::equal(key, &candidate)? {
                let mut recent = self.recent.borrow_mut();
                recent.retain(|(_, other)| !other.is(&zone));
                drop(recent);
                return Ok(Some((candidate, zone)));
            }
            index += 1;
        }
    }

    /// Puts a zone in front; the one that was not used for longest may leave.
    pub fn put(&self, key: Ref, zone: Ref) {
        let mut recent = self.recent.borrow_mut();
        recent.insert(0, (key, zone));
        let left = if recent.len() > KEPT { recent.pop() } else { None };
        drop(recent);
        drop(left);
    }

    /// Forgets all.
    pub fn clear(&self) {
        let left = self.recent.take();
        drop(left);
    }
}
