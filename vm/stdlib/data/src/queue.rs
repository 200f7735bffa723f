//! `_queue`: `SimpleQueue`.

use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU32, Ordering};
use macros::{Trace, pymodule, pytype};
use objects::futex::{self, Woken};
use objects::protocol::time::{self, Rounding};
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, Visit, Visitor, raise, state};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

struct Global(Slot);
// SAFETY: touched under the GIL.
unsafe impl Sync for Global {}

objects::per_interpreter! {
    /// The exception `Empty`, made when the module is executed.
    static EMPTY: Global = Global(Slot::empty());
}

/// The items, traced one by one.
#[derive(Default)]
struct Items(RefCell<VecDeque<Ref>>);

impl objects::Trace for Items {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.borrow().iter().try_for_each(|item| item.trace(visitor))
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

/// `simplequeueobject`. The GIL guards the items; who waits for one sleeps on `puts`.
#[repr(C)]
#[derive(Trace)]
pub struct SimpleQueue {
    ob_base: Object,
    items: Items,
    /// Counts puts while somebody waits.
    #[trace(skip)]
    puts: AtomicU32,
    waiting: Cell<u32>,
    weakreflist: Cell<*const WeakReference>,
}

#[pytype(
    name = "SimpleQueue", module = "_queue", static_name = SIMPLE_QUEUE, gc, flags = [BASETYPE],
    weaklist = weakreflist
)]
impl SimpleQueue {
    #[new("()")]
    fn tp_new(class: &TypeObject) -> Result<Ref<SimpleQueue>> {
        Ref::new_in(
            class,
            SimpleQueue {
                ob_base: Object::HEAD,
                items: Items::default(),
                puts: AtomicU32::new(0),
                waiting: Cell::new(0),
                weakreflist: Cell::new(core::ptr::null()),
            },
        )
    }

    #[method("put($self, /, item, block=True, timeout=None)")]
    fn put(&self, item: &Object, _block: bool, _timeout: Option<&Object>) {
        self.items.0.borrow_mut().push_back(item.to_ref());
        if self.waiting.get() > 0 {
            self.puts.fetch_add(1, Ordering::Release);
            futex::wake(&self.puts, 1);
        }
    }

    #[method("put_nowait($self, /, item)")]
    fn put_nowait(&self, item: &Object) {
        self.put(item, true, None);
    }

    #[method("get($self, /, block=True, timeout=None)")]
    fn get(&self, block: bool, timeout: Option<&Object>) -> Result<Ref> {
        let deadline = match timeout.filter(|timeout| block && !timeout.is(none())) {
            None => None,
            Some(timeout) => {
                let wait = time::from_seconds(timeout, Rounding::Ceiling)?;
                let Ok(wait) = u64::try_from(wait) else {
                    return Err(raise!(ValueError, "'timeout' must be a non-negative number"));
                };
                Instant::now().checked_add(Duration::from_nanos(wait))
            }
        };
        loop {
            if let Some(item) = self.pop() {
                return Ok(item);
            }
            if !block {
                return Err(empty());
            }
            match self.wait(deadline) {
                Woken::Changed => {}
                Woken::TimedOut => {
                    return self.pop().ok_or_else(empty);
                }
                Woken::Interrupted => objects::hooks::HANDLE_PENDING.get()()?,
            }
        }
    }

    #[method("get_nowait($self, /)")]
    fn get_nowait(&self) -> Result<Ref> {
        self.pop().ok_or_else(empty)
    }

    #[method("empty($self, /)")]
    fn empty(&self) -> bool {
        self.items.0.borrow().is_empty()
    }

    #[method("qsize($self, /)")]
    fn qsize(&self) -> usize {
        self.items.0.borrow().len()
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(cls, object)
    }
}

impl SimpleQueue {
    fn pop(&self) -> Option<Ref> {
        self.items.0.borrow_mut().pop_front()
    }

    /// Waits without the GIL until something was put.
    fn wait(&self, deadline: Option<Instant>) -> Woken {
        self.waiting.set(self.waiting.get() + 1);
        let seen = self.puts.load(Ordering::Acquire);
        let woken = state::detached(|| futex::wait(&self.puts, seen, deadline));
        self.waiting.set(self.waiting.get() - 1);
        woken
    }
}

fn empty() -> objects::Raised {
    match EMPTY.0.get() {
        Some(class) => match class.cast::<TypeObject>() {
            Some(class) => objects::raise::set_class(class),
            None => objects::raise::bad_internal_call(),
        },
        None => objects::raise::bad_internal_call(),
    }
}

#[pymodule(name = "_queue", classes(SimpleQueue))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let doc = "Exception raised by Queue.get(block=0)/get_nowait().";
        let class = exc::new_exception("_queue.Empty", exc::Exception.as_object(), Some(doc))?;
        module.dict().set_text("Empty", class.as_object())?;
        EMPTY.0.set(Some(class.upcast()));
        Ok(())
    }
}
