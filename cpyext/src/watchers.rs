//! What `dictobject.h`, `object.h`, `funcobject.h` and `code.h` say of watchers: four kinds of one thing, which is `objects::watch`.

use core::ffi::c_int;
use objects::types::dict::Dict;
use objects::watch::{self, CodeFunc, DictFunc, FunctionFunc, MOST, TypeFunc, Watchers};
use objects::{Object, Result, TypeObject};

/// A kind of watchers, as messages name it.
struct Kind<F: Copy + 'static> {
    all: &'static Watchers<F>,
    /// The first place that extensions get.
    first: usize,
    name: &'static str,
    no_place: &'static str,
    empty: &'static str,
}

static DICTS: Kind<DictFunc> = Kind {
    all: &watch::DICTS,
    first: 2,
    name: "dict",
    no_place: "Invalid dict watcher ID",
    empty: "No dict watcher set for ID",
};
static TYPES: Kind<TypeFunc> = Kind {
    all: &watch::TYPES,
    first: 0,
    name: "type",
    no_place: "Invalid type watcher ID",
    empty: "No type watcher set for ID",
};
static FUNCTIONS: Kind<FunctionFunc> = Kind {
    all: &watch::FUNCTIONS,
    first: 0,
    name: "func",
    no_place: "invalid func watcher ID",
    empty: "no func watcher set for ID",
};
static CODES: Kind<CodeFunc> = Kind {
    all: &watch::CODES,
    first: 0,
    name: "code",
    no_place: "Invalid code watcher ID",
    empty: "No code watcher set for ID",
};

impl<F: Copy> Kind<F> {
    /// The number of a new watcher, or -1.
    fn add(&self, function: F) -> c_int {
        match self.all.add(self.first, function) {
            Some(index) => index as c_int,
            None => {
                objects::raise!(RuntimeError, "no more {} watcher IDs available", self.name).leave();
                -1
            }
        }
    }

    fn place(&self, id: c_int) -> Result<usize> {
        match usize::try_from(id) {
            Ok(index) if index < MOST && self.all.has(index) => Ok(index),
            Ok(index) if index < MOST => Err(objects::raise!(ValueError, "{} {id}", self.empty)),
            _ => Err(objects::raise!(ValueError, "{} {id}", self.no_place)),
        }
    }

    fn clear(&self, id: c_int) -> c_int {
        objects::args::status(self.place(id).map(|index| {
            self.all.remove(index);
        }))
    }
}

macro_rules! kinds {
    ($($add:ident $clear:ident $kind:ident $function:ty;)*) => { $(
        /// # Safety
        /// A C function: a watcher's function.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $add(function: $function) -> c_int {
            $kind.add(function)
        }

        #[unsafe(no_mangle)]
        pub extern "C" fn $clear(id: c_int) -> c_int {
            $kind.clear(id)
        }
    )* };
}

kinds! {
    PyDict_AddWatcher PyDict_ClearWatcher DICTS DictFunc;
    PyType_AddWatcher PyType_ClearWatcher TYPES TypeFunc;
    PyFunction_AddWatcher PyFunction_ClearWatcher FUNCTIONS FunctionFunc;
    PyCode_AddWatcher PyCode_ClearWatcher CODES CodeFunc;
}

fn watch_dict(id: c_int, object: &Object, watched: bool) -> c_int {
    let dict =
        object.cast::<Dict>().ok_or_else(|| objects::raise!(ValueError, "Cannot watch non-dictionary"));
    objects::args::status(dict.and_then(|dict| {
        dict.set_watched(DICTS.place(id)?, watched);
        Ok(())
    }))
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_Watch(id: c_int, object: &Object) -> c_int {
    watch_dict(id, object, true)
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyDict_Unwatch(id: c_int, object: &Object) -> c_int {
    watch_dict(id, object, false)
}

fn watch_class(id: c_int, object: &Object, watched: bool) -> c_int {
    let class =
        object.cast::<TypeObject>().ok_or_else(|| objects::raise!(ValueError, "Cannot watch non-type"));
    objects::args::status(class.and_then(|class| {
        let bit = 1 << TYPES.place(id)?;
        // Only a class with a version is told apart from what it becomes.
        class.assign_version_tag();
        let bits = class.tp_watched.get();
        class.tp_watched.set(if watched { bits | bit } else { bits & !bit });
        Ok(())
    }))
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_Watch(id: c_int, object: &Object) -> c_int {
    watch_class(id, object, true)
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyType_Unwatch(id: c_int, object: &Object) -> c_int {
    watch_class(id, object, false)
}
