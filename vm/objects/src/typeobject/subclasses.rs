//! The direct subclasses of a class, through which a change reaches all that inherit from it.

use super::{TypeObject, flags};
use crate::object::Instance;
use crate::object::refs::Ref;
use crate::per_interpreter;
use core::cell::{Cell, RefCell};
use core::ptr;
use rustc_hash::FxHashMap;

/// A list of fewer classes has no index.
const INDEXED: usize = 16;

/// The direct subclasses of a class. Interpreters share static classes: of such a one these are the static ones, and what programs made
/// of it is in [`CHILDREN`] at `index`.
struct Subclasses {
    list: RefCell<ClassList>,
    index: Option<usize>,
}

/// The subclasses that an interpreter's programs made of static classes.
struct Children(RefCell<Vec<ClassList>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Children {}

per_interpreter! {
    static CHILDREN: Children = Children(RefCell::new(Vec::new()));
}

/// How many static classes have a place in [`CHILDREN`].
struct StaticParents(Cell<usize>);

// SAFETY: touched under the GIL.
unsafe impl Sync for StaticParents {}

static STATIC_PARENTS: StaticParents = StaticParents(Cell::new(0));

/// Classes in the order in which they were added. A class takes itself off before it dies.
#[derive(Default)]
struct ClassList {
    /// NULL where one was taken off.
    classes: Vec<*const TypeObject>,
    gone: usize,
    /// Where each class is; empty as long as there are few.
    places: FxHashMap<*const TypeObject, usize>,
}

impl ClassList {
    fn place(&self, class: *const TypeObject) -> Option<usize> {
        match self.places.is_empty() {
            true => self.classes.iter().position(|&known| ptr::eq(known, class)),
            false => self.places.get(&class).copied(),
        }
    }

    fn add(&mut self, class: *const TypeObject) {
        if self.place(class).is_some() {
            return;
        }
        self.classes.push(class);
        match self.places.is_empty() {
            true => self.index(),
            false => _ = self.places.insert(class, self.classes.len() - 1),
        }
    }

    fn remove(&mut self, class: *const TypeObject) {
        let Some(place) = self.place(class) else { return };
        self.classes[place] = ptr::null();
        self.gone += 1;
        self.places.remove(&class);
        if self.places.is_empty() || self.gone > self.classes.len() / 2 {
            self.classes.retain(|class| !class.is_null());
            self.gone = 0;
            self.index();
        }
    }

    fn index(&mut self) {
        self.places.clear();
        if self.classes.len() >= INDEXED {
            self.places.extend(self.classes.iter().enumerate().map(|(place, &class)| (class, place)));
        }
    }

    /// Those that are not dying.
    fn alive(&self) -> impl Iterator<Item = Ref<TypeObject>> {
        self.classes.iter().filter_map(|&class| {
            // SAFETY: NULL or a class that is in memory; one that is dying already has no count left.
            let class = unsafe { class.as_ref() }?;
            (class.refcnt() > 0).then(|| class.to_ref())
        })
    }
}

impl TypeObject {
    fn subclass_list(&self) -> Option<&Subclasses> {
        // SAFETY: NULL or a list that `add_subclass` leaked into the field.
        unsafe { self.tp_subclasses.get().cast::<Subclasses>().as_ref() }
    }

    /// The living direct subclasses, oldest first, and before them those that are static.
    pub fn subclasses(&self) -> Vec<Ref<TypeObject>> {
        let Some(subclasses) = self.subclass_list() else { return Vec::new() };
        let mut found: Vec<_> = subclasses.list.borrow().alive().collect();
        if let Some(index) = subclasses.index
            && let Some(list) = CHILDREN.0.borrow().get(index)
        {
            found.extend(list.alive());
        }
        found
    }

    /// Notes that `subclass` has `self` among its bases.
    pub(super) fn add_subclass(&self, subclass: &TypeObject) {
        if self.tp_subclasses.get().is_null() {
            let index = (!self.has_feature(flags::HEAPTYPE)).then(|| {
                let index = STATIC_PARENTS.0.get();
                STATIC_PARENTS.0.set(index + 1);
                index
            });
            let new = Box::new(Subclasses { list: RefCell::default(), index });
            self.tp_subclasses.set(Box::into_raw(new).cast());
        }
        let Some(subclasses) = self.subclass_list() else { return };
        match subclasses.index {
            Some(index) if subclass.has_feature(flags::HEAPTYPE) => {
                let mut children = CHILDREN.0.borrow_mut();
                if children.len() <= index {
                    children.resize_with(index + 1, ClassList::default);
                }
                children[index].add(subclass);
            }
            _ => subclasses.list.borrow_mut().add(subclass),
        }
    }

    /// Forgets `subclass`.
    pub(super) fn remove_subclass(&self, subclass: &TypeObject) {
        let Some(subclasses) = self.subclass_list() else { return };
        subclasses.list.borrow_mut().remove(subclass);
        if let Some(index) = subclasses.index {
            // The class may be another interpreter's.
            per_interpreter::for_each_value(&CHILDREN, |children| {
                if let Some(list) = children.0.borrow_mut().get_mut(index) {
                    list.remove(subclass);
                }
            });
        }
    }

    /// Frees the list of a class that is being deallocated.
    pub(super) fn drop_subclass_list(&self) {
        let list = self.tp_subclasses.replace(ptr::null_mut());
        if !list.is_null() {
            // SAFETY: made by `add_subclass`, and no longer reachable.
            drop(unsafe { Box::from_raw(list.cast::<Subclasses>()) });
        }
    }
}
