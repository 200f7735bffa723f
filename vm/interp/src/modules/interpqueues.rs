//! `_interpqueues`: queues that interpreters share.

use crate::crossinterp::{self, Data};
use crate::import;
use crate::modules::interpreters::unbound::{self, Unbound};
use core::cell::RefCell;
use core::ffi::{c_int, c_void};
use core::ptr;
use objects::protocol::{attr, number};
use objects::state::{self, Interpreter, ThreadState};
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::collections::VecDeque;

struct Item {
    /// The interpreter that put it there.
    from: i64,
    /// Nothing once that is gone.
    data: Option<Box<Data>>,
    format: i32,
    unbound: Unbound,
}

impl Drop for Item {
    fn drop(&mut self) {
        self.data.take().into_iter().for_each(crossinterp::release);
    }
}

struct Queue {
    id: i64,
    references: usize,
    max_size: isize,
    /// The format and the wish for items that get lost, for who does not say.
    defaults: (i32, Unbound),
    items: VecDeque<Item>,
}

impl Queue {
    fn is_full(&self) -> bool {
        self.max_size > 0 && self.items.len() as isize >= self.max_size
    }
}

/// All queues, the newest first, and the number of the next.
struct Queues {
    list: Vec<Queue>,
    next_id: i64,
}

struct Shared(RefCell<Queues>);

// SAFETY: touched under the GIL, and not borrowed while code of a program runs.
unsafe impl Sync for Shared {}

static QUEUES: Shared = Shared(RefCell::new(Queues { list: Vec::new(), next_id: 1 }));

/// The classes of the running interpreter.
struct Classes {
    queue: Slot<TypeObject>,
    error: Slot<TypeObject>,
    not_found: Slot<TypeObject>,
    empty: Slot,
    full: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Classes {}

objects::per_interpreter! {
    static CLASSES: Classes = Classes {
        queue: Slot::empty(),
        error: Slot::empty(),
        not_found: Slot::empty(),
        empty: Slot::empty(),
        full: Slot::empty(),
    };
}

/// The library's module, which registers its classes here.
const LIBRARY: &str = "test.support.interpreters.queues";

/// QueueEmpty or QueueFull, which are the library's.
fn library_error(class: &Slot, id: i64, what: &str) -> Raised {
    if class.is_empty()
        && let Err(raised) = import::import_module(LIBRARY)
    {
        return raised;
    }
    match class.get().and_then(|class| class.downcast::<TypeObject>().ok()) {
        Some(class) => raise::set_text(&class, format_args!("queue {id} is {what}")),
        None => raise!(RuntimeError, "{LIBRARY} has registered no exceptions"),
    }
}

fn not_found(id: i64) -> Raised {
    match CLASSES.not_found.get() {
        Some(class) => raise::set_text(&class, format_args!("queue {id} not found")),
        None => raise!(RuntimeError, "_interpqueues module not imported yet"),
    }
}

/// The number that an object says.
fn id_of(object: &Object) -> Result<i64> {
    if !number::is_index(object) {
        return Err(raise!(TypeError, "queue ID must be an int, got {}", object.class().name()));
    }
    let shown = || -> Result<String> { Ok(objects::protocol::object::repr(object)?.to_string_lossy()) };
    let value = number::index(object)?;
    match value.to_i64() {
        Some(id @ 0..) => Ok(id),
        None if !value.is_negative() => {
            Err(raise!(OverflowError, "max queue ID is {}, got {}", i64::MAX, shown()?))
        }
        _ => Err(raise!(ValueError, "queue ID must be a non-negative int, got {}", shown()?)),
    }
}

/// What `work` does with a queue.
fn with<T>(id: i64, work: impl FnOnce(&mut Queue) -> T) -> Result<T> {
    let mut queues = QUEUES.0.borrow_mut();
    let found = queues.list.iter_mut().find(|queue| queue.id == id).map(work);
    drop(queues);
    found.ok_or_else(|| not_found(id))
}

fn add_reference(id: i64) -> Result<()> {
    with(id, |queue| queue.references += 1)
}

fn remove_reference(id: i64) -> Result<()> {
    let left = with(id, |queue| {
        let before = queue.references;
        queue.references = before.saturating_sub(1);
        before
    })?;
    match left {
        0 => Err(match CLASSES.error.get() {
            Some(class) => raise::set_text(&class, format_args!("queue {id} never bound")),
            None => not_found(id),
        }),
        1 => destroy(id),
        _ => Ok(()),
    }
}

fn destroy(id: i64) -> Result<()> {
    let removed = {
        let mut queues = QUEUES.0.borrow_mut();
        let place = queues.list.iter().position(|queue| queue.id == id);
        place.map(|place| queues.list.remove(place))
    };
    removed.map(drop).ok_or_else(|| not_found(id))
}

/// An interpreter ends: what it has put into queues is lost.
unsafe extern "C" fn forget_interpreter(interpreter: *mut c_void) {
    // SAFETY: registered with the interpreter, which ends only afterwards.
    let from = unsafe { &*interpreter.cast::<Interpreter>() }.id;
    let mut lost: Vec<Item> = Vec::new();
    let mut data: Vec<Box<Data>> = Vec::new();
    for queue in &mut QUEUES.0.borrow_mut().list {
        let (gone, kept) = core::mem::take(&mut queue.items)
            .into_iter()
            .partition::<Vec<_>, _>(|item| item.from == from && item.unbound == Unbound::Remove);
        lost.extend(gone);
        queue.items = kept.into();
        let its = queue.items.iter_mut().filter(|item| item.from == from);
        data.extend(its.filter_map(|item| item.data.take()));
    }
    drop(lost);
    data.into_iter().for_each(crossinterp::release);
}

/// How an instance of the library's class is shared: by its number, and a reference to the queue.
unsafe extern "C" fn share_queue(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    fn id(object: &Object) -> Result<i64> {
        let id = id_of(&*attr::get_text(object, "_id")?)?;
        add_reference(id)?;
        Ok(id)
    }
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        received(data.data.get().addr() as i64).map_err(Raised::leave).ok()
    }
    unsafe extern "C" fn free(data: *mut c_void) {
        if let Err(raised) = remove_reference(data.addr() as i64) {
            raised.clear();
        }
    }
    match id(object) {
        Ok(id) => {
            data.data.set(ptr::without_provenance_mut(id as usize));
            data.new_object.set(Some(make));
            data.free.set(Some(free));
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// An instance of the library's class in the interpreter that receives it.
fn received(id: i64) -> Result<Ref> {
    let modules = state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    if modules.get_str(objects::id!("_interpqueues"))?.is_none() {
        return Err(raise!(RuntimeError, "_interpqueues module not imported yet"));
    }
    if CLASSES.queue.is_empty() {
        import::import_module(LIBRARY)?;
    }
    let Some(class) = CLASSES.queue.get() else {
        return Err(raise!(RuntimeError, "{LIBRARY} has registered no class"));
    };
    objects::protocol::call::call_one_arg(class.as_object(), &*new_int(id)?)
}

#[macros::pymodule(name = "_interpqueues")]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        let doc = Some("Indicates that a queue-related error happened.");
        let name = "test.support.interpreters.QueueError";
        let error = exc::new_exception(name, exc::RuntimeError.as_object(), doc)?;
        let name = "test.support.interpreters.QueueNotFoundError";
        let not_found = exc::new_exception(name, error.as_object(), None)?;
        dict.set_text("QueueError", error.as_object())?;
        dict.set_text("QueueNotFoundError", not_found.as_object())?;
        CLASSES.error.set(Some(error));
        CLASSES.not_found.set(Some(not_found));
        let own = ptr::from_ref(state::interpreter()).cast_mut();
        crate::modules::atexit::register_native(forget_interpreter, own.cast());
        Ok(())
    }

    #[function("create($module, maxsize, fmt, unboundop)", nosig)]
    fn create(maxsize: isize, fmt: i32, unboundop: i32) -> Result<i64> {
        let defaults = (fmt, unbound::of(unboundop)?);
        let mut queues = QUEUES.0.borrow_mut();
        let id = queues.next_id;
        queues.next_id += 1;
        let queue = Queue { id, references: 0, max_size: maxsize, defaults, items: VecDeque::new() };
        queues.list.insert(0, queue);
        Ok(id)
    }

    #[function("destroy($module, qid)", nosig)]
    fn destroy(qid: &Object) -> Result<()> {
        super::destroy(id_of(qid)?)
    }

    #[function("list_all($self, /)")]
    fn list_all() -> Result<Ref<List>> {
        let all: Vec<_> = QUEUES.0.borrow().list.iter().map(|queue| (queue.id, queue.defaults)).collect();
        let listed = all.into_iter().map(|(id, (format, unbound))| {
            let items = [new_int(id)?, new_int(format.into())?, new_int(unbound as i64)?];
            Ok(Tuple::from_array(items)?.upcast())
        });
        List::from_vec(listed.collect::<Result<_>>()?)
    }

    #[function("put($module, qid, obj, fmt, unboundop)", nosig)]
    fn put(qid: &Object, obj: &Object, fmt: i32, unboundop: i32) -> Result<()> {
        let (id, unbound) = (id_of(qid)?, unbound::of(unboundop)?);
        with(id, |_| ())?;
        let data = Some(Data::of(obj)?);
        let item = Item { from: state::interpreter().id, data, format: fmt, unbound };
        let refused = with(id, |queue| match queue.is_full() {
            true => Some(item),
            false => {
                queue.items.push_back(item);
                None
            }
        })?;
        match refused {
            Some(_) => Err(library_error(&CLASSES.full, id, "full")),
            None => Ok(()),
        }
    }

    #[function("get($module, qid)", nosig)]
    fn get(qid: &Object) -> Result<Ref<Tuple>> {
        let id = id_of(qid)?;
        let Some(mut item) = with(id, |queue| queue.items.pop_front())? else {
            return Err(library_error(&CLASSES.empty, id, "empty"));
        };
        let format = new_int(item.format.into())?;
        match item.data.take() {
            None => Tuple::from_array([none().to_ref(), format, new_int(item.unbound as i64)?]),
            Some(data) => {
                let made = data.object();
                crossinterp::release(data);
                Tuple::from_array([made?, format, none().to_ref()])
            }
        }
    }

    #[function("bind($module, qid)", nosig)]
    fn bind(qid: &Object) -> Result<()> {
        add_reference(id_of(qid)?)
    }

    #[function("release($module, qid)", nosig)]
    fn release(qid: &Object) -> Result<()> {
        remove_reference(id_of(qid)?)
    }

    #[function("get_maxsize($module, qid)", nosig)]
    fn get_maxsize(qid: &Object) -> Result<isize> {
        with(id_of(qid)?, |queue| queue.max_size)
    }

    #[function("get_queue_defaults($module, qid)", nosig)]
    fn get_queue_defaults(qid: &Object) -> Result<Ref<Tuple>> {
        let (format, unbound) = with(id_of(qid)?, |queue| queue.defaults)?;
        Tuple::from_array([new_int(format.into())?, new_int(unbound as i64)?])
    }

    #[function("is_full($module, qid)", nosig)]
    fn is_full(qid: &Object) -> Result<bool> {
        with(id_of(qid)?, |queue| queue.max_size > 0 && queue.is_full())
    }

    #[function("get_count($module, qid)", nosig)]
    fn get_count(qid: &Object) -> Result<usize> {
        with(id_of(qid)?, |queue| queue.items.len())
    }

    #[function("_register_heap_types($module, queuetype, emptyerror, fullerror)", nosig)]
    fn register_heap_types(queuetype: &Object, emptyerror: &Object, fullerror: &Object) -> Result<()> {
        let Some(class) = queuetype.cast::<TypeObject>() else {
            return Err(raise!(TypeError, "expected a type for 'queuetype'"));
        };
        for (error, name) in [(emptyerror, "emptyerror"), (fullerror, "fullerror")] {
            let is_error =
                error.cast::<TypeObject>().is_some_and(|class| class.is_subtype(&exc::BaseException));
            if !is_error {
                return Err(raise!(TypeError, "expected an exception type for '{name}'"));
            }
        }
        CLASSES.empty.set(Some(emptyerror.to_ref()));
        CLASSES.full.set(Some(fullerror.to_ref()));
        if let Some(old) = CLASSES.queue.replace(Some(class.to_ref())) {
            crossinterp::unregister(&old);
        }
        crossinterp::register(class, share_queue)
    }
}
