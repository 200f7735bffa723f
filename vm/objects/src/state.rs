//! The thread state, with the layout that extensions and profilers read, and the interpreter state, which is ours.

use crate::import_lock::ImportLock;
use crate::object::refs::Slot;
use crate::object::{Instance, Object};
use crate::per_interpreter;
use crate::types::dict::Dict;
use crate::types::frame::Frame;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_long, c_ulong, c_void};
use core::ptr;
use core::sync::atomic::AtomicUsize;
use std::sync::{Mutex, MutexGuard, TryLockError};

/// `_PyErr_StackItem`: one level of exception handling (a generator has its own).
#[repr(C)]
pub struct ExcStackItem {
    pub exc_value: Slot,
    pub previous_item: Cell<*const ExcStackItem>,
}

/// `_PyStackChunk`: a block of the thread's data stack, on which frames live.
#[repr(C)]
pub struct StackChunk {
    pub previous: *mut StackChunk,
    pub size: usize,
    pub top: usize,
    pub data: [*mut Object; 1],
}

/// `Py_tracefunc`: told of an event with its own object, the frame, one of [`trace_event`] and what belongs to it; not 0 for an exception.
pub type TraceFunc = unsafe extern "C" fn(Option<&Object>, &Frame, c_int, Option<&Object>) -> c_int;

/// What a [`TraceFunc`] is told of (`PyTrace_CALL` and so on).
pub mod trace_event {
    use core::ffi::c_int;
    pub const CALL: c_int = 0;
    pub const EXCEPTION: c_int = 1;
    pub const LINE: c_int = 2;
    pub const RETURN: c_int = 3;
    pub const C_CALL: c_int = 4;
    pub const C_EXCEPTION: c_int = 5;
    pub const C_RETURN: c_int = 6;
    pub const OPCODE: c_int = 7;
}

/// Bits of [`ThreadState::status`].
pub mod status {
    /// Belongs to a thread, and is in the interpreter's list.
    pub const BOUND: u32 = 1 << 1;
    /// Holds nothing any more.
    pub const CLEARED: u32 = 1 << 7;
}

/// `PyThreadState`. Field meanings are CPython's; what is private there but has no reader outside is ours to use.
#[repr(C)]
pub struct ThreadState {
    pub prev: Cell<*mut ThreadState>,
    pub next: Cell<*mut ThreadState>,
    pub interp: Cell<*const Interpreter>,
    /// Bits that ask the evaluation loop to stop and look; set from any thread.
    pub eval_breaker: AtomicUsize,
    pub status: Cell<u32>,
    pub whence: Cell<c_int>,
    pub state: Cell<c_int>,
    pub py_recursion_remaining: Cell<c_int>,
    pub py_recursion_limit: Cell<c_int>,
    pub c_recursion_remaining: Cell<c_int>,
    pub recursion_headroom: Cell<c_int>,
    pub tracing: Cell<c_int>,
    pub what_event: Cell<c_int>,
    /// The innermost interpreter frame (`_PyInterpreterFrame`, laid out by the interpreter crate).
    pub current_frame: Cell<*mut c_void>,
    pub c_profilefunc: Cell<Option<TraceFunc>>,
    pub c_tracefunc: Cell<Option<TraceFunc>>,
    pub c_profileobj: Slot,
    pub c_traceobj: Slot,
    /// The exception being raised.
    pub current_exception: Slot,
    /// The exceptions being handled.
    pub exc_info: Cell<*const ExcStackItem>,
    pub dict: Slot<Dict>,
    /// How many `PyGILState_Ensure` want the state; 1 more for one that was not made by it.
    pub gilstate_counter: Cell<c_int>,
    pub async_exc: Slot,
    pub thread_id: Cell<c_ulong>,
    pub native_thread_id: Cell<c_ulong>,
    pub delete_later: Cell<*mut Object>,
    pub critical_section: Cell<usize>,
    pub coroutine_origin_tracking_depth: Cell<c_int>,
    pub async_gen_firstiter: Slot,
    pub async_gen_finalizer: Slot,
    pub context: Slot,
    pub context_ver: Cell<u64>,
    pub id: Cell<u64>,
    pub datastack_chunk: Cell<*mut StackChunk>,
    pub datastack_top: Cell<*mut *mut Object>,
    pub datastack_limit: Cell<*mut *mut Object>,
    pub exc_state: ExcStackItem,
    pub previous_executor: Cell<*mut c_void>,
    pub dict_global_version: Cell<u64>,
    pub threading_local_key: Slot,
    pub threading_local_sentinel: Slot,
    pub datastack_cached_chunk: Cell<*mut StackChunk>,
}

const _: () = assert!(size_of::<ThreadState>() == 312);
const _: () = assert!(core::mem::offset_of!(ThreadState, current_exception) == 112);
const _: () = assert!(core::mem::offset_of!(ThreadState, exc_state) == 256);

// SAFETY: but for `eval_breaker`, which is atomic, touched under the GIL.
unsafe impl Sync for ThreadState {}

/// Everything that is one per interpreter and is asked for by name; what belongs to a room is in statics of that room, see
/// [`per_interpreter`]. What profilers read from outside is where CPython's `PyInterpreterState` has it; the places between are ours.
#[repr(C)]
pub struct Interpreter {
    instrumentation_version: usize,
    /// `sys.setrecursionlimit`.
    pub recursion_limit: Cell<c_int>,
    /// `sys.set_int_max_str_digits`; 0 is no limit.
    pub int_max_str_digits: Cell<c_int>,
    /// The lock, which begins with its interval, its last holder and whether it is held.
    pub gil: Cell<*const c_void>,
    /// `-X cpu_count`; not above 0 when the machine decides.
    pub cpu_count: Cell<c_int>,
    pub codec_search_path: Slot,
    pub codec_search_cache: Slot<Dict>,
    pub codec_error_registry: Slot<Dict>,
    /// Whether new code objects keep columns (`-X no_debug_ranges`).
    pub code_debug_ranges: Cell<bool>,
    /// `-X dev`, once the interpreter has started: codecs and error handlers are looked up even where they are not needed.
    pub dev_mode: Cell<bool>,
    /// `-b`.
    pub bytes_warning: Cell<bool>,
    /// What it may do.
    pub config: Cell<Config>,
    /// Whether it can run code.
    pub is_ready: Cell<bool>,
    _ceval: [u8; 7264 - 89],
    pub next: Cell<*const Interpreter>,
    pub id: i64,
    /// How many hold it by its number (`_PyInterpreterState_IDIncref`), and whether it ends with the last of them.
    pub id_refcount: Cell<i64>,
    pub requires_id_ref: Cell<bool>,
    /// How it came to be, one of [`whence`].
    pub whence: Cell<c_long>,
    /// The thread that runs its `__main__` (`_PyInterpreterState_SetRunningMain`).
    pub main_runner: Cell<*const ThreadState>,
    _before_threads: [u8; 7344 - 7312],
    pub thread_head: Cell<*mut ThreadState>,
    _before_finalizing: [u8; 7384 - 7352],
    /// The thread that ends the interpreter.
    pub finalizing: Cell<*const ThreadState>,
    _before_sysdict: [u8; 7640 - 7392],
    /// `sys.__dict__`.
    pub sysdict: Slot<Dict>,
    /// `builtins.__dict__`.
    pub builtins: Slot<Dict>,
    /// `sys.modules`.
    pub modules: Slot<Dict>,
    _modules_by_index: usize,
    /// `importlib._bootstrap`.
    pub importlib: Slot,
    _before_dict: [u8; 8448 - 7680],
    /// What extensions keep for the interpreter (`PyInterpreterState_GetDict`).
    pub dict: Slot<Dict>,
    /// Its values of the statics of [`per_interpreter`], while another one runs.
    pub values: Cell<Option<per_interpreter::Values>>,
    pub import_lock: ImportLock,
}

/// How an interpreter came to be.
pub mod whence {
    use core::ffi::c_long;
    pub const NOT_SET: c_long = -1;
    pub const UNKNOWN: c_long = 0;
    pub const RUNTIME: c_long = 1;
    pub const LEGACY_CAPI: c_long = 2;
    pub const CAPI: c_long = 3;
    pub const XI: c_long = 4;
    pub const STDLIB: c_long = 5;
}

/// `PyInterpreterConfig`: what an interpreter may do.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    pub use_main_obmalloc: c_int,
    pub allow_fork: c_int,
    pub allow_exec: c_int,
    pub allow_threads: c_int,
    pub allow_daemon_threads: c_int,
    pub check_multi_interp_extensions: c_int,
    pub gil: c_int,
}

impl Config {
    /// The value of [`Config::gil`] that is that of the main interpreter, or shared, or own.
    pub const DEFAULT_GIL: c_int = 0;
    pub const SHARED_GIL: c_int = 1;
    pub const OWN_GIL: c_int = 2;
    /// Everything is allowed (`_PyInterpreterConfig_LEGACY_INIT`).
    pub const LEGACY: Config = Config {
        use_main_obmalloc: 1,
        allow_fork: 1,
        allow_exec: 1,
        allow_threads: 1,
        allow_daemon_threads: 1,
        check_multi_interp_extensions: 0,
        gil: Config::SHARED_GIL,
    };
    /// `_PyInterpreterConfig_INIT`.
    pub const ISOLATED: Config = Config {
        use_main_obmalloc: 0,
        allow_fork: 0,
        allow_exec: 0,
        allow_threads: 1,
        allow_daemon_threads: 0,
        check_multi_interp_extensions: 1,
        gil: Config::OWN_GIL,
    };
    /// That of the main interpreter.
    pub const MAIN: Config = Config { gil: Config::OWN_GIL, ..Config::LEGACY };
}

const _: () = {
    use core::mem::offset_of;
    assert!(offset_of!(Interpreter, gil) == 16 && offset_of!(Interpreter, next) == 7264);
    assert!(offset_of!(Interpreter, thread_head) == 7344 && offset_of!(Interpreter, finalizing) == 7384);
    assert!(offset_of!(Interpreter, sysdict) == 7640 && offset_of!(Interpreter, modules) == 7656);
    assert!(offset_of!(Interpreter, dict) == 8448);
};

// SAFETY: touched under the GIL.
unsafe impl Sync for Interpreter {}

impl Interpreter {
    const fn new(id: i64) -> Interpreter {
        Interpreter {
            instrumentation_version: 0,
            recursion_limit: Cell::new(1000),
            int_max_str_digits: Cell::new(4300),
            gil: Cell::new(ptr::null()),
            cpu_count: Cell::new(-1),
            codec_search_path: Slot::empty(),
            codec_search_cache: Slot::empty(),
            codec_error_registry: Slot::empty(),
            code_debug_ranges: Cell::new(true),
            dev_mode: Cell::new(false),
            bytes_warning: Cell::new(false),
            config: Cell::new(Config::MAIN),
            is_ready: Cell::new(false),
            _ceval: [0; 7264 - 89],
            next: Cell::new(ptr::null()),
            id,
            id_refcount: Cell::new(0),
            requires_id_ref: Cell::new(false),
            whence: Cell::new(whence::RUNTIME),
            main_runner: Cell::new(ptr::null()),
            _before_threads: [0; 7344 - 7312],
            thread_head: Cell::new(ptr::null_mut()),
            _before_finalizing: [0; 7384 - 7352],
            finalizing: Cell::new(ptr::null()),
            _before_sysdict: [0; 7640 - 7392],
            sysdict: Slot::empty(),
            builtins: Slot::empty(),
            modules: Slot::empty(),
            _modules_by_index: 0,
            importlib: Slot::empty(),
            _before_dict: [0; 8448 - 7680],
            dict: Slot::empty(),
            values: Cell::new(None),
            import_lock: ImportLock::new(),
        }
    }

    /// Whether the interpreter has come to its end.
    pub fn is_finalizing(&self) -> bool {
        !self.finalizing.get().is_null()
    }

    /// Whether this is the interpreter that the process began with.
    pub fn is_main(&self) -> bool {
        ptr::eq(self, &MAIN)
    }
}

/// The interpreter that the process began with.
pub static MAIN: Interpreter = Interpreter::new(0);

/// The list of all interpreters, the newest first, and which of them runs.
struct Interpreters {
    head: Cell<*const Interpreter>,
    next_id: Cell<i64>,
    running: Cell<*const Interpreter>,
    /// Told of the list's first when it changes.
    watcher: Cell<Option<fn(*const Interpreter)>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Interpreters {}

static INTERPRETERS: Interpreters = Interpreters {
    head: Cell::new(&raw const MAIN),
    next_id: Cell::new(1),
    running: Cell::new(&raw const MAIN),
    watcher: Cell::new(None),
};

/// Has a function be told of the first of the list of interpreters, for who shows it to the outside.
pub fn watch_interpreters(watcher: fn(*const Interpreter)) {
    INTERPRETERS.watcher.set(Some(watcher));
}

fn set_head(head: *const Interpreter) {
    INTERPRETERS.head.set(head);
    if let Some(watcher) = INTERPRETERS.watcher.get() {
        watcher(head);
    }
}

/// All interpreters, the newest first. While the GIL is held, the list stays.
pub fn interpreters() -> impl Iterator<Item = &'static Interpreter> {
    // SAFETY (both): interpreters in the list are alive.
    let first = unsafe { INTERPRETERS.head.get().as_ref() };
    core::iter::successors(first, |interpreter| unsafe { interpreter.next.get().as_ref() })
}

/// The number that the next new interpreter gets.
pub fn next_interpreter_id() -> i64 {
    INTERPRETERS.next_id.get()
}

/// A new interpreter, in the list, in which nothing has run yet.
pub fn new_interpreter(config: Config, whence: c_long) -> &'static Interpreter {
    let id = INTERPRETERS.next_id.get();
    INTERPRETERS.next_id.set(id + 1);
    let new: &'static Interpreter = Box::leak(Box::new(Interpreter::new(id)));
    new.config.set(config);
    new.whence.set(whence);
    new.gil.set(MAIN.gil.get());
    new.values.set(Some(per_interpreter::Values::fresh()));
    new.next.set(INTERPRETERS.head.get());
    set_head(new);
    new
}

/// Takes an interpreter out of the list and frees it.
///
/// # Safety
/// It is not the main one, has no threads, does not run, and is not used again.
pub unsafe fn free_interpreter(interpreter: &'static Interpreter) {
    match interpreters().find(|other| ptr::eq(other.next.get(), interpreter)) {
        Some(before) => before.next.set(interpreter.next.get()),
        None => set_head(interpreter.next.get()),
    }
    // SAFETY: made by `new_interpreter`, and the caller's promise.
    drop(unsafe { Box::from_raw(ptr::from_ref(interpreter).cast_mut()) });
}

/// Makes an interpreter the running one, by the thread that has taken the GIL for it.
#[inline]
pub fn run_interpreter(interpreter: *const Interpreter) {
    if INTERPRETERS.running.get() != interpreter {
        change_interpreter(interpreter);
    }
}

#[cold]
#[inline(never)]
fn change_interpreter(interpreter: *const Interpreter) {
    let old = self::interpreter();
    // SAFETY: a thread's interpreter lives as long as the thread.
    per_interpreter::exchange(old, unsafe { &*interpreter });
    INTERPRETERS.running.set(interpreter);
    crate::object::heap::resume();
}

thread_local! {
    static CURRENT: Cell<*const ThreadState> = const { Cell::new(ptr::null()) };
    /// The lowest stack address that a nested native call may reach; 0 while unknown.
    static STACK_FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// Left of the native stack when recursion ends: what raising the error and calls that do not count need.
const STACK_RESERVE: usize = 256 << 10;

/// [`STACK_FLOOR`] of the calling thread, 0 when the system does not say where its stack is.
fn stack_floor() -> usize {
    let (low, size) = main_stack().or_else(thread_stack).unwrap_or_default();
    low + STACK_RESERVE.min(size / 4)
}

/// The lowest address and the size in bytes of the main thread's stack, if that is the calling thread. The system begins it with the
/// executable's name (getauxval(3)); to ask the C library would be to read the map of the whole process.
fn main_stack() -> Option<(usize, usize)> {
    const PAGE: usize = 4096;
    // SAFETY: questions about this process; the name is a C string that stays.
    unsafe {
        let name = libc::getauxval(libc::AT_EXECFN) as *const c_char;
        let mut limit: libc::rlimit = core::mem::zeroed();
        if libc::gettid() != libc::getpid()
            || name.is_null()
            || libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit) != 0
        {
            return None;
        }
        let top = (name as usize + libc::strlen(name)).next_multiple_of(PAGE);
        // A stack without a limit ends where the next mapping begins.
        let size = usize::try_from(limit.rlim_cur).ok().filter(|_| limit.rlim_cur != libc::RLIM_INFINITY)?;
        let low = top.checked_sub(size)?;
        // After a fork, the main thread may be one that another stack was made for.
        (low..top).contains(&(&raw const limit).addr()).then_some((low, size))
    }
}

/// The lowest address and the size in bytes of the calling thread's stack, as the C library has it.
fn thread_stack() -> Option<(usize, usize)> {
    // SAFETY: the attributes are initialised by the call that reports them and destroyed once.
    unsafe {
        let mut attributes: libc::pthread_attr_t = core::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return None;
        }
        let (mut low, mut size) = (ptr::null_mut(), 0);
        let status = libc::pthread_attr_getstack(&raw const attributes, &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        (status == 0).then_some((low as usize, size))
    }
}

/// The interpreter that runs: that of the thread with the GIL.
#[inline]
pub fn interpreter() -> &'static Interpreter {
    // SAFETY: an interpreter ends only when it does not run any more.
    unsafe { &*INTERPRETERS.running.get() }
}

/// The state of the calling thread, which must hold the GIL.
#[inline(always)]
pub fn current() -> &'static ThreadState {
    let state = CURRENT.get();
    debug_assert!(!state.is_null(), "a thread without a state touched an object");
    // SAFETY: set by `set_current` to a state that outlives the thread's use of it.
    unsafe { &*state }
}

/// The state of the calling thread if it has one (`PyThreadState_GetUnchecked`).
#[inline]
pub fn try_current() -> Option<&'static ThreadState> {
    // SAFETY: as in `current`.
    unsafe { CURRENT.get().as_ref() }
}

/// Makes `state` the calling thread's (NULL: none) and returns the previous one.
///
/// # Safety
/// `state` is NULL or stays valid until it is replaced.
pub unsafe fn set_current(state: *const ThreadState) -> *const ThreadState {
    if STACK_FLOOR.get() == 0 {
        STACK_FLOOR.set(stack_floor());
    }
    CURRENT.replace(state)
}

impl ThreadState {
    /// A state in its initial condition, not yet linked to the interpreter's list.
    pub fn new(interpreter: &Interpreter, id: u64) -> Box<ThreadState> {
        // SAFETY: NULL and 0 are valid for every field.
        let mut state: Box<ThreadState> = unsafe { Box::new(core::mem::zeroed()) };
        state.interp.set(interpreter);
        let limit = interpreter.recursion_limit.get();
        state.py_recursion_limit.set(limit);
        state.py_recursion_remaining.set(limit);
        state.gilstate_counter.set(1);
        state.c_recursion_remaining.set(C_RECURSION_LIMIT);
        state.what_event.set(-1);
        state.context_ver.set(1);
        state.id.set(id);
        state.exc_state = ExcStackItem { exc_value: Slot::empty(), previous_item: Cell::new(ptr::null()) };
        let own = &raw const state.exc_state;
        state.exc_info.set(own);
        state
    }

    /// The interpreter that the thread belongs to.
    #[inline]
    pub fn interpreter(&self) -> &'static Interpreter {
        // SAFETY: an interpreter ends after its threads.
        unsafe { &*self.interp.get() }
    }

    /// The innermost level of exception handling.
    #[inline]
    pub fn exc_info(&self) -> &ExcStackItem {
        // SAFETY: points to the state's own item or to that of a running generator.
        unsafe { &*self.exc_info.get() }
    }

    /// The exception that is being handled, if any (`_PyErr_GetTopmostException`).
    pub fn handled_exception(&self) -> Option<crate::Ref> {
        let mut item = self.exc_info();
        loop {
            match item.exc_value.get() {
                Some(value) if !value.is(crate::types::none::none()) => return Some(value),
                _ => {}
            }
            // SAFETY: a chain of live items.
            item = unsafe { item.previous_item.get().as_ref() }?;
        }
    }
}

/// Puts a thread's state, which is not there yet, into the interpreter's list.
pub fn link(state: &ThreadState) {
    let head = &state.interpreter().thread_head;
    let own = ptr::from_ref(state).cast_mut();
    state.next.set(head.get());
    state.prev.set(ptr::null_mut());
    // SAFETY: states in the list are alive.
    if let Some(next) = unsafe { head.get().as_ref() } {
        next.prev.set(own);
    }
    head.set(own);
}

/// Takes a thread's state out of the interpreter's list.
pub fn unlink(state: &ThreadState) {
    let (prev, next) = (state.prev.get(), state.next.get());
    // SAFETY (both): states in the list are alive.
    match unsafe { prev.as_ref() } {
        Some(prev) => prev.next.set(next),
        None => state.interpreter().thread_head.set(next),
    }
    if let Some(next) = unsafe { next.as_ref() } {
        next.prev.set(prev);
    }
}

/// Calls `each` with the state of every thread of the running interpreter.
pub fn for_each_thread(mut each: impl FnMut(&ThreadState)) {
    let mut state = interpreter().thread_head.get();
    // SAFETY: states in the list are alive, and the GIL keeps the list as it is.
    while let Some(this) = unsafe { state.as_ref() } {
        state = this.next.get();
        each(this);
    }
}

/// Whether something is true of any thread of the running interpreter.
pub fn any_thread(test: impl Fn(&ThreadState) -> bool) -> bool {
    let mut found = false;
    for_each_thread(|state| found |= test(state));
    found
}

/// How many native calls may nest before RecursionError (`Py_C_RECURSION_LIMIT`).
pub const C_RECURSION_LIMIT: c_int = 10_000;

/// One nested native call; see [`enter_recursive_call`].
pub struct RecursionGuard(());

impl Drop for RecursionGuard {
    #[inline]
    fn drop(&mut self) {
        leave_recursive_call();
    }
}

/// `Py_LeaveRecursiveCall`: the end of a call whose [`RecursionGuard`] was forgotten.
#[inline]
pub fn leave_recursive_call() {
    let state = current();
    state.c_recursion_remaining.set(state.c_recursion_remaining.get() + 1);
}

/// Sets how deep Python calls may nest, in every thread (`Py_SetRecursionLimit`).
pub fn set_recursion_limit(limit: c_int) {
    interpreter().recursion_limit.set(limit);
    for_each_thread(|state| {
        let depth = state.py_recursion_limit.get() - state.py_recursion_remaining.get();
        state.py_recursion_limit.set(limit);
        state.py_recursion_remaining.set(limit - depth);
    });
}

/// `Py_EnterRecursiveCall`: counts a native call that Python code could nest without bound; the count and the end of the native stack
/// bound it, whichever comes first. `place` completes "maximum recursion depth exceeded".
///
/// # Errors
/// RecursionError.
#[inline]
pub fn enter_recursive_call(place: &str) -> crate::Result<RecursionGuard> {
    let state = current();
    let remaining = state.c_recursion_remaining.get();
    let here = &raw const remaining as usize;
    if (remaining <= 0 || here < STACK_FLOOR.get()) && state.recursion_headroom.get() == 0 {
        return Err(too_deep(state, place));
    }
    state.c_recursion_remaining.set(remaining - 1);
    Ok(RecursionGuard(()))
}

/// Native stack for one of the calls that [`has_room`] asks for.
const CALL_SIZE: usize = 1024;

/// Whether so many native calls more may nest. `state` is the calling thread's.
#[inline]
pub fn has_room(state: &ThreadState, calls: c_int) -> bool {
    let remaining = state.c_recursion_remaining.get();
    let here = &raw const remaining as usize;
    remaining > calls && here > STACK_FLOOR.get() + calls as usize * CALL_SIZE
}

/// That the native stack has room for another nested call; for calls that are too frequent to be counted.
///
/// # Errors
/// RecursionError.
#[inline]
pub fn check_stack(place: &str) -> crate::Result<()> {
    let here = 0u8;
    if (&raw const here as usize) < STACK_FLOOR.get() {
        let state = current();
        if state.recursion_headroom.get() == 0 {
            return Err(too_deep(state, place));
        }
    }
    Ok(())
}

/// The error of [`enter_recursive_call`]. Making it calls native code again, which must not count.
#[cold]
fn too_deep(state: &ThreadState, place: &str) -> crate::Raised {
    state.recursion_headroom.set(state.recursion_headroom.get() + 1);
    let raised = crate::raise!(RecursionError, "maximum recursion depth exceeded{place}");
    state.recursion_headroom.set(state.recursion_headroom.get() - 1);
    raised
}

/// The builtins dictionary, for look-ups by native code.
pub fn builtins() -> Option<crate::Ref<Dict>> {
    interpreter().builtins.get()
}

/// The builtins of the running code (`PyEval_GetBuiltins`), which need not be a dictionary; those of the interpreter where none runs.
pub fn running_builtins() -> Option<crate::Ref> {
    let frame = current().current_frame.get().cast::<crate::interpreter_frame::InterpreterFrame>();
    // SAFETY: NULL or a frame that runs; the one on the native stack has no builtins.
    let builtins = unsafe { frame.as_ref().and_then(|frame| frame.f_builtins.get().as_ref()) };
    match builtins {
        Some(builtins) => Some(builtins.to_ref()),
        None => self::builtins().map(crate::Ref::upcast),
    }
}

/// Whether `object` is the interpreter-wide object stored under `sys.<name>`.
pub fn sys_get(name: &str) -> Option<crate::Ref> {
    let sysdict = interpreter().sysdict.get()?;
    let key = crate::types::str::Str::new(name).ok()?;
    sysdict.get_item(key.as_object()).ok().flatten()
}

/// How to let go of the GIL and take it again; the interpreter sets it. Until then there is one thread and nothing to let go of.
pub struct GilHooks {
    pub release: fn() -> *const ThreadState,
    pub acquire: fn(*const ThreadState),
    /// Takes the lock in any thread, unless it has it: which of the two, for `leave`.
    pub ensure: fn() -> bool,
    pub leave: fn(bool),
}

static GIL: crate::hooks::Hook<&'static GilHooks> =
    crate::hooks::Hook::new("the GIL before the interpreter started");

/// Sets how the GIL is released and acquired.
pub fn set_gil_hooks(hooks: &'static GilHooks) {
    GIL.set(hooks);
}

thread_local! {
    /// The state that this thread took off when it let go of the GIL; NULL while it has it.
    static DETACHED: Cell<*const ThreadState> = const { Cell::new(core::ptr::null()) };
}

thread_local! {
    /// The state that this thread has put down in [`detached`].
    static PUT_DOWN: Cell<*const ThreadState> = const { Cell::new(ptr::null()) };
}

/// Runs `work` without the GIL (`Py_BEGIN_ALLOW_THREADS`). It must not touch any object.
#[inline]
pub fn detached<T>(work: impl FnOnce() -> T) -> T {
    let Some(hooks) = GIL.try_get() else { return work() };
    let state = (hooks.release)();
    let outer = PUT_DOWN.replace(state);
    let result = work();
    PUT_DOWN.set(outer);
    (hooks.acquire)(state);
    result
}

/// Runs `work` with the GIL, for a C library that calls back from within [`detached`].
pub fn attached<T>(work: impl FnOnce() -> T) -> T {
    let state = PUT_DOWN.replace(ptr::null());
    let (Some(hooks), false) = (GIL.try_get(), state.is_null()) else { return work() };
    (hooks.acquire)(state);
    let result = work();
    PUT_DOWN.set((hooks.release)());
    result
}

/// Runs `work` with the GIL in whatever thread C code calls back from: one that is within [`detached`], one that has the GIL, or one that
/// has never run Python code.
pub fn ensured<T>(work: impl FnOnce() -> T) -> T {
    let Some(hooks) = GIL.try_get() else { return work() };
    let outer = PUT_DOWN.replace(ptr::null());
    let held = (hooks.ensure)();
    let result = work();
    (hooks.leave)(held);
    PUT_DOWN.set(outer);
    result
}

/// Locks what other threads may hold while they run without the GIL; it is let go of while this one waits.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    match mutex.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => {
            detached(|| mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
        }
    }
}
