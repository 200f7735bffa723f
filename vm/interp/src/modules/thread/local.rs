//! `_thread._local`: an object with a namespace for each thread.

use core::cell::{Cell, RefCell};
use objects::object::refs::Slot;
use objects::protocol::{call, compare};
use objects::state::{self, ThreadState};
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::object::PyBaseObject_Type;
use objects::types::str::{Str, expect_str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

/// `localobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Local {
    ob_base: Object,
    weakreflist: Cell<*mut Object>,
    args: Slot<Tuple>,
    kwargs: Slot<Dict>,
    /// Thread identity to namespace.
    namespaces: Slot<Dict>,
}

impl Local {
    /// The calling thread's namespace; a new thread's is filled by `__init__`.
    fn namespace(&self) -> Result<Ref<Dict>> {
        let ident = Int::from_u64(state::current().id.get())?;
        let namespaces = self.namespaces.get().ok_or_else(raise::null_result)?;
        if let Some(found) = namespaces.get_item(&ident)? {
            return found.downcast().map_err(|_| raise::null_result());
        }
        let dict = Dict::new()?;
        namespaces.set_item(&ident, &dict)?;
        remember(self)?;
        let class = self.as_object().class();
        let has_own_init = class.tp_init.get().map(|init| init as usize)
            != PyBaseObject_Type.tp_init.get().map(|init| init as usize);
        if has_own_init && let Some(init) = class.tp_init.get() {
            let args = self.args.get().unwrap_or_else(Tuple::empty);
            let kwargs = self.kwargs.get();
            // SAFETY: the slot belongs to the object's class.
            let status = unsafe { init(self, &args, kwargs.as_deref().map(Instance::as_object)) };
            if status < 0 {
                namespaces.remove(&ident)?;
                return Err(raise::pending());
            }
        }
        Ok(dict)
    }
}

/// For each thread the locals that have a namespace for it, to be forgotten when it ends.
struct Used(RefCell<Vec<(u64, Vec<Ref>)>>);

// SAFETY: touched under the GIL, and not borrowed while code of a program runs.
unsafe impl Sync for Used {}

objects::per_interpreter! {
    static USED: Used = Used(RefCell::new(Vec::new()));
}

/// Notes that a local has a namespace for the calling thread. The hold is a weak one.
fn remember(local: &Local) -> Result<()> {
    let weak = objects::types::weakref::WeakReference::class();
    let reference = call::call_one_arg(weak.as_object(), local)?;
    let thread = state::current().id.get();
    let mut used = USED.0.borrow_mut();
    match used.iter_mut().find(|(id, _)| *id == thread) {
        Some((_, locals)) => locals.push(reference),
        None => used.push((thread, vec![reference])),
    }
    Ok(())
}

/// A thread ends: its namespaces go.
pub fn forget_thread(ts: &ThreadState) {
    forget(ts.id.get());
}

/// The program ends, in which the other threads do not run any more: their namespaces go while the modules are still whole.
pub fn forget_other_threads() {
    let me = state::current().id.get();
    let others: Vec<u64> = USED.0.borrow().iter().map(|(id, _)| *id).filter(|id| *id != me).collect();
    others.into_iter().for_each(forget);
}

fn forget(thread: u64) {
    let taken = {
        let mut used = USED.0.borrow_mut();
        used.iter().position(|(id, _)| *id == thread).map(|place| used.swap_remove(place).1)
    };
    for reference in taken.unwrap_or_default() {
        let Ok(ident) = Int::from_u64(thread) else { return };
        let local = call::call_no_args(&reference);
        match local {
            Ok(local) => {
                if let Some(local) = local.cast::<Local>()
                    && let Some(Err(raised)) =
                        local.namespaces.get().map(|namespaces| namespaces.remove(&ident))
                {
                    raised.clear();
                }
            }
            Err(raised) => raised.clear(),
        }
    }
}

#[macros::pytype(name = "_local", module = "_thread", static_name = LOCAL, flags = [BASETYPE], gc, weaklist = weakreflist)]
impl Local {
    #[slot(tp_new)]
    fn py_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Local>> {
        let has_own_init = class.tp_init.get().map(|init| init as usize)
            != PyBaseObject_Type.tp_init.get().map(|init| init as usize);
        let given = !args.is_empty() || kwargs.is_some_and(|kwargs| !kwargs.is_empty());
        if given && !has_own_init {
            return Err(raise!(TypeError, "Initialization arguments are not supported"));
        }
        let local = Ref::new_in(
            class,
            Local {
                ob_base: Object::HEAD,
                weakreflist: Cell::new(core::ptr::null_mut()),
                args: Slot::new(args.to_ref()),
                kwargs: Slot::from_option(kwargs.map(Instance::to_ref)),
                namespaces: Slot::new(Dict::new()?),
            },
        )?;
        // The creating thread's `__init__` is called by the class.
        let ident = Int::from_u64(state::current().id.get())?;
        if let Some(namespaces) = local.namespaces.get() {
            namespaces.set_item(&ident, &*Dict::new()?)?;
        }
        remember(&local)?;
        Ok(local)
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result<Ref> {
        let name = expect_str(name, "attribute name")?;
        let dict = self.namespace()?;
        if name.equals_text("__dict__") {
            return Ok(dict.upcast());
        }
        let class = self.as_object().class();
        let found = class.lookup(name);
        if let Some(found) = &found {
            let descriptor = found.class();
            if let (Some(bind), Some(_)) = (descriptor.tp_descr_get.get(), descriptor.tp_descr_set.get()) {
                // SAFETY: the slot belongs to the attribute's class.
                return unsafe { bind(found, Some(self.as_object()), Some(class.as_object())) };
            }
        }
        if let Some(value) = dict.get_str(name)? {
            return Ok(value);
        }
        match found {
            Some(found) => match found.class().tp_descr_get.get() {
                // SAFETY: as above.
                Some(bind) => unsafe { bind(&found, Some(self.as_object()), Some(class.as_object())) },
                None => Ok(found),
            },
            None => Err(objects::protocol::attr::missing(self, name)),
        }
    }

    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        let class = self.as_object().class();
        if compare::equal(name, id!("__dict__"))? {
            let name = objects::protocol::object::repr(name)?.to_string_lossy();
            return Err(raise!(AttributeError, "'{}' object attribute {name} is read-only", class.name()));
        }
        let name: &Str = expect_str(name, "attribute name")?;
        let dict = self.namespace()?;
        if let Some(found) = class.lookup(name)
            && let Some(set) = found.class().tp_descr_set.get()
        {
            // SAFETY: the slot belongs to the attribute's class.
            return match unsafe { set(&found, self, value) } {
                0 => Ok(()),
                _ => Err(raise::pending()),
            };
        }
        match value {
            Some(value) => dict.set_str(name, value),
            None => match dict.remove(name)? {
                Some(_) => Ok(()),
                None => Err(objects::protocol::attr::missing(self, name)),
            },
        }
    }
}
