//! What the module keeps: the library's functions and exceptions that it uses, and which tasks there are.

use core::cell::Cell;
use objects::protocol::{attr, call, object};
use objects::types::dict::Dict;
use objects::types::set::Set;
use objects::types::str::intern;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};

macro_rules! names {
    ($($(#[$doc:meta])* $field:ident $module:literal $name:literal;)*) => {
        /// The module's state; there is one interpreter.
        pub struct State {
            $($(#[$doc])* pub $field: Slot,)*
            /// The tasks that wait or run, weakly.
            pub scheduled_tasks: Slot,
            /// The tasks in their first, eager step.
            pub eager_tasks: Slot<Set>,
            /// The running task of each loop.
            pub current_tasks: Slot<Dict>,
            /// Types whose instances `asyncio.iscoroutine` has accepted.
            coroutine_types: Slot<Set>,
            /// `('context',)`
            context_names: Slot<Tuple>,
            /// `('msg',)`
            msg_names: Slot<Tuple>,
            task_count: Cell<u64>,
        }

        objects::per_interpreter! {
            static STATE: State = State {
                $($field: Slot::empty(),)*
                scheduled_tasks: Slot::empty(),
                eager_tasks: Slot::empty(),
                current_tasks: Slot::empty(),
                coroutine_types: Slot::empty(),
                context_names: Slot::empty(),
                msg_names: Slot::empty(),
                task_count: Cell::new(0),
            };
        }

        /// Fills the state from the library.
        ///
        /// # Errors
        /// What importing raises.
        pub fn fill() -> Result<()> {
            let state = &STATE;
            state.current_tasks.set(Some(Dict::new()?));
            state.eager_tasks.set(Some(Set::new()?));
            state.coroutine_types.set(Some(Set::new()?));
            state.context_names.set(Some(Tuple::from_array([intern::intern_text("context")?.upcast()])?));
            state.msg_names.set(Some(Tuple::from_array([intern::intern_text("msg")?.upcast()])?));
            $(state.$field.set(Some(import($module, $name)?));)*
            let weak_set = import("weakref", "WeakSet")?;
            state.scheduled_tasks.set(Some(call::call_no_args(&weak_set)?));
            Ok(())
        }
    };
}

names! {
    future_repr "asyncio.base_futures" "_future_repr";
    cancelled_error "asyncio.exceptions" "CancelledError";
    invalid_state_error "asyncio.exceptions" "InvalidStateError";
    task_repr "asyncio.base_tasks" "_task_repr";
    task_get_stack "asyncio.base_tasks" "_task_get_stack";
    task_print_stack "asyncio.base_tasks" "_task_print_stack";
    iscoroutine "asyncio.coroutines" "iscoroutine";
    extract_stack "traceback" "extract_stack";
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

/// The module's state.
#[inline]
pub fn state() -> &'static State {
    &STATE
}

/// `asyncio.events.get_event_loop_policy()`. The function is not kept: it leads to the loop of the main thread, which would then outlive
/// the modules that it needs to be closed.
///
/// # Errors
/// What it raises.
pub fn event_loop_policy() -> Result<Ref> {
    call::call_no_args(&*import("asyncio.events", "get_event_loop_policy")?)
}

fn import(module: &str, name: &str) -> Result<Ref> {
    attr::get_text(&*objects::hooks::IMPORT.get()(module)?, name)
}

/// What a field of the state holds; the module has been executed.
pub fn held<T: Instance>(slot: &Slot<T>) -> Result<Ref<T>> {
    slot.get().ok_or_else(objects::raise::bad_internal_call)
}

/// `InvalidStateError`.
#[cold]
pub fn invalid_state(text: &str) -> Raised {
    match STATE.invalid_state_error.get() {
        Some(class) => match class.cast::<TypeObject>() {
            Some(class) => objects::raise::set_text(class, format_args!("{text}")),
            None => objects::raise::bad_internal_call(),
        },
        None => objects::raise::bad_internal_call(),
    }
}

/// Whether an exception is a `CancelledError`.
pub fn is_cancelled_error(exception: &Object) -> bool {
    // SAFETY: the class lives as long as the module.
    let class = unsafe { STATE.cancelled_error.peek() }.and_then(|class| class.cast::<TypeObject>());
    class.is_some_and(|class| exception.class().is_subtype(class))
}

/// Whether an object can be the coroutine of a task.
///
/// # Errors
/// What `asyncio.iscoroutine` raises.
pub fn is_coroutine(object: &Object) -> Result<bool> {
    /// More types than this are asked about every time.
    const MOST: usize = 100;
    if object.is_exactly(&objects::types::generator::PyCoro_Type) {
        return Ok(true);
    }
    let known = held(&STATE.coroutine_types)?;
    if known.has(object.class())? {
        return Ok(true);
    }
    let answer = object::is_true(&*call::call_one_arg(&*held(&STATE.iscoroutine)?, object)?)?;
    if answer && known.len() < MOST {
        known.add_item(object.class())?;
    }
    Ok(answer)
}

/// The number of a new task without a name.
pub fn next_task_number() -> u64 {
    STATE.task_count.set(STATE.task_count.get() + 1);
    STATE.task_count.get()
}

/// `loop.call_soon(function, argument, context=context)`.
///
/// # Errors
/// What the loop raises.
pub fn call_soon(
    event_loop: &Object,
    function: &Object,
    argument: Option<&Object>,
    context: Option<&Object>,
) -> Result<()> {
    let name = id!("call_soon");
    let mut all = [function; 3];
    let mut count = 1;
    for object in [argument, context].into_iter().flatten() {
        all[count] = object;
        count += 1;
    }
    let names = match context {
        Some(_) => Some(held(&STATE.context_names)?),
        None => None,
    };
    call::vectorcall_method(event_loop, name, &all[..count], names.as_deref())?;
    Ok(())
}

/// `future.cancel(msg=message)`, and whether that was of use.
///
/// # Errors
/// What the future raises.
pub fn cancel(future: &Object, message: &Object) -> Result<bool> {
    let names = held(&STATE.msg_names)?;
    object::is_true(&*call::vectorcall_method(future, id!("cancel"), &[message], Some(&names))?)
}

/// `future.add_done_callback(callback, context=context)`, for something that only looks like a future.
///
/// # Errors
/// What the future raises.
pub fn add_done_callback(future: &Object, callback: &Object, context: &Object) -> Result<()> {
    let names = held(&STATE.context_names)?;
    call::vectorcall_method(future, id!("add_done_callback"), &[callback, context], Some(&names))?;
    Ok(())
}

/// Adds a task to those that [`State::scheduled_tasks`] knows.
///
/// # Errors
/// What the set raises.
pub fn register(task: &Object) -> Result<()> {
    call::call_method(&*held(&STATE.scheduled_tasks)?, id!("add"), &[task]).map(|_| ())
}

/// Takes a task out of those that [`State::scheduled_tasks`] knows.
///
/// # Errors
/// What the set raises.
pub fn unregister(task: &Object) -> Result<()> {
    call::call_method(&*held(&STATE.scheduled_tasks)?, id!("discard"), &[task]).map(|_| ())
}

/// The loop's current task becomes `task`.
///
/// # Errors
/// RuntimeError when it has one.
pub fn enter_task(event_loop: &Object, task: &Object) -> Result<()> {
    let tasks = held(&STATE.current_tasks)?;
    let hash = object::hash(event_loop)?;
    if let Some(other) = tasks.get_item_known_hash(event_loop, hash)? {
        let (task, other) = (object::repr(task)?.to_string_lossy(), object::repr(&other)?.to_string_lossy());
        return Err(raise!(
            RuntimeError,
            "Cannot enter into task {task} while another task {other} is being executed."
        ));
    }
    tasks.set_item_known_hash(event_loop, hash, task.to_ref())
}

/// The loop has no current task any more.
///
/// # Errors
/// RuntimeError when its current task is not `task`.
pub fn leave_task(event_loop: &Object, task: &Object) -> Result<()> {
    let tasks = held(&STATE.current_tasks)?;
    let hash = object::hash(event_loop)?;
    let current = tasks.get_item_known_hash(event_loop, hash)?;
    if !current.as_ref().is_some_and(|current| current.is(task)) {
        let current = current.unwrap_or_else(objects::object::refs::none);
        let (task, other) =
            (object::repr(task)?.to_string_lossy(), object::repr(&current)?.to_string_lossy());
        return Err(raise!(RuntimeError, "Leaving task {task} does not match the current task {other}."));
    }
    tasks.remove_known_hash(event_loop, hash).map(|_| ())
}

/// Replaces the loop's current task; None stands for none. The previous one.
///
/// # Errors
/// KeyError when there is none to take away.
pub fn swap_current_task(event_loop: &Object, task: &Object) -> Result<Ref> {
    let tasks = held(&STATE.current_tasks)?;
    let hash = object::hash(event_loop)?;
    let previous = tasks.get_item_known_hash(event_loop, hash)?;
    if !task.is(objects::types::none::none()) {
        tasks.set_item_known_hash(event_loop, hash, task.to_ref())?;
    } else if tasks.remove_known_hash(event_loop, hash)?.is_none() {
        return Err(objects::raise::key_error(event_loop));
    }
    Ok(previous.unwrap_or_else(objects::object::refs::none))
}
