//! `_ThreadHandle`, and the threads themselves.

use crate::{gil, threads};
use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use objects::futex::{self, Woken};
use objects::protocol::call;
use objects::protocol::time::{self, Rounding};
use objects::raise::Raised;
use objects::state::{self, Interpreter, ThreadState};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);

pub fn stack_size() -> usize {
    STACK_SIZE.load(Ordering::Relaxed)
}

pub fn set_stack_size(size: usize) {
    STACK_SIZE.store(size, Ordering::Relaxed);
}

/// A thread as those see it who wait for it.
#[derive(Default)]
struct Shared {
    /// [`NOT_STARTED`], [`STARTING`], [`RUNNING`] or [`DONE`].
    state: AtomicU32,
    ident: AtomicU64,
    /// To be joined by the first who sees that it is done. Touched under the GIL.
    system: RefCell<Option<JoinHandle<()>>>,
}

// SAFETY: `system` is touched under the GIL, the rest is atomic.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

const NOT_STARTED: u32 = 0;
const STARTING: u32 = 1;
const RUNNING: u32 = 2;
const DONE: u32 = 3;

impl Shared {
    fn enter(&self, state: u32) {
        self.state.store(state, Ordering::Release);
        futex::wake(&self.state, i32::MAX);
    }

    fn is(&self, state: u32) -> bool {
        self.state.load(Ordering::Acquire) == state
    }

    /// Waits for the thread's end, at most until `deadline`.
    fn wait(&self, deadline: Option<Instant>) -> Result<()> {
        loop {
            let state = self.state.load(Ordering::Acquire);
            if state == DONE {
                break;
            }
            match super::wait(|| futex::wait(&self.state, state, deadline)) {
                Woken::Changed => {}
                Woken::TimedOut => return Ok(()),
                Woken::Interrupted => crate::breaker::handle_pending(state::current())?,
            }
        }
        // All that is left to it is to let go of the GIL and end.
        let system = self.system.borrow_mut().take();
        if let Some(system) = system {
            // A panic in it would have ended the process.
            let _ = super::wait(|| system.join());
        }
        Ok(())
    }
}

/// Threads that run or start.
struct Registry {
    all: RefCell<Vec<Arc<Shared>>>,
    /// Threads that somebody else started, as far as there are handles of them.
    foreign: RefCell<Vec<Weak<Shared>>>,
    /// Those that the end of the program waits for.
    joined_at_exit: RefCell<Vec<Arc<Shared>>>,
}

// SAFETY: touched under the GIL; no borrow is kept while it is let go.
unsafe impl Sync for Registry {}

objects::per_interpreter! {
    static REGISTRY: Registry = Registry {
        all: RefCell::new(Vec::new()),
        foreign: RefCell::new(Vec::new()),
        joined_at_exit: RefCell::new(Vec::new()),
    };
}

impl Registry {
    fn remove(&self, shared: &Arc<Shared>) {
        for list in [&self.all, &self.joined_at_exit] {
            list.borrow_mut().retain(|known| !Arc::ptr_eq(known, shared));
        }
    }
}

/// Threads that run now, the main one not counted.
pub fn running() -> usize {
    REGISTRY.all.borrow().iter().filter(|shared| shared.is(RUNNING)).count()
}

/// Waits for all threads that are no daemons.
///
/// # Errors
/// What a signal handler raises.
pub fn join_all() -> Result<()> {
    loop {
        let me = state::current().thread_id.get();
        let is_other = |shared: &&Arc<Shared>| shared.ident.load(Ordering::Acquire) != me;
        let next = REGISTRY.joined_at_exit.borrow().iter().rfind(is_other).cloned();
        let Some(shared) = next else { return Ok(()) };
        shared.wait(None)?;
        REGISTRY.joined_at_exit.borrow_mut().retain(|known| !Arc::ptr_eq(known, &shared));
    }
}

/// In the child of a fork: the other threads are gone.
pub fn after_fork(ts: &ThreadState) {
    // SAFETY: asks for the calling thread.
    unsafe {
        ts.thread_id.set(libc::pthread_self());
        ts.native_thread_id.set(libc::syscall(libc::SYS_gettid) as u64);
    }
    REGISTRY.joined_at_exit.borrow_mut().clear();
    let is_me = |shared: &Arc<Shared>| shared.ident.load(Ordering::Acquire) == ts.thread_id.get();
    for shared in REGISTRY.all.take() {
        // There is no such thread of the system to be joined.
        core::mem::forget(shared.system.borrow_mut().take());
        if is_me(&shared) {
            REGISTRY.all.borrow_mut().push(shared);
        } else {
            shared.enter(DONE);
        }
    }
    for shared in REGISTRY.foreign.borrow().iter().filter_map(Weak::upgrade) {
        if !is_me(&shared) {
            shared.enter(DONE);
        }
    }
}

/// `_thread._ThreadHandle`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ThreadHandle {
    ob_base: Object,
    #[trace(skip)]
    shared: Arc<Shared>,
}

/// What a new thread takes with it. The references are its own.
struct Start {
    interpreter: &'static Interpreter,
    function: Ref,
    args: Ref<Tuple>,
    kwargs: Option<Ref<Dict>>,
    shared: Arc<Shared>,
}

impl ThreadHandle {
    /// A handle of a thread that is not started.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<ThreadHandle>> {
        Ref::new(ThreadHandle { ob_base: Object::HEAD, shared: Arc::default() })
    }

    /// A handle of a thread that runs already.
    ///
    /// # Errors
    /// MemoryError.
    pub fn of_running(ident: u64) -> Result<Ref<ThreadHandle>> {
        let handle = ThreadHandle::new()?;
        handle.shared.ident.store(ident, Ordering::Release);
        handle.shared.enter(RUNNING);
        let mut foreign = REGISTRY.foreign.borrow_mut();
        foreign.retain(|known| known.strong_count() > 0);
        foreign.push(Arc::downgrade(&handle.shared));
        drop(foreign);
        Ok(handle)
    }

    /// The thread's identity.
    pub fn ident(&self) -> u64 {
        self.shared.ident.load(Ordering::Acquire)
    }

    /// Starts a thread that calls `function`.
    ///
    /// # Errors
    /// RuntimeError when it cannot be started, or was before; PythonFinalizationError at the end of the program.
    pub fn start(
        &self,
        function: Ref,
        args: Ref<Tuple>,
        kwargs: Option<Ref<Dict>>,
        daemon: bool,
    ) -> Result<()> {
        if state::interpreter().is_finalizing() {
            let text = format_args!("can't create new thread at interpreter shutdown");
            return Err(raise::set_text(&exc::PythonFinalizationError, text));
        }
        let config = state::interpreter().config.get();
        if config.allow_threads == 0 {
            return Err(raise!(RuntimeError, "thread is not supported for isolated subinterpreters"));
        }
        if daemon && config.allow_daemon_threads == 0 {
            return Err(raise!(RuntimeError, "daemon threads are disabled in this (sub)interpreter"));
        }
        let shared = self.shared.clone();
        if !shared.is(NOT_STARTED) {
            return Err(raise!(RuntimeError, "thread already started"));
        }
        shared.enter(STARTING);
        let interpreter = state::interpreter();
        let start = Start { interpreter, function, args, kwargs, shared: shared.clone() };
        let size = match stack_size() {
            0 => DEFAULT_STACK,
            size => size.max(LEAST_STACK),
        };
        let Ok(system) = std::thread::Builder::new().stack_size(size).spawn(move || body(start)) else {
            shared.enter(NOT_STARTED);
            return Err(raise!(RuntimeError, "can't start new thread"));
        };
        *shared.system.borrow_mut() = Some(system);
        REGISTRY.all.borrow_mut().push(shared.clone());
        if !daemon {
            REGISTRY.joined_at_exit.borrow_mut().push(shared.clone());
        }
        // Until the thread knows who it is, which needs no GIL.
        super::wait(|| {
            while shared.is(STARTING) {
                futex::wait(&shared.state, STARTING, None);
            }
        });
        Ok(())
    }

    fn check_started(&self) -> Result<()> {
        if self.shared.is(NOT_STARTED) {
            return Err(raise!(RuntimeError, "thread not started"));
        }
        Ok(())
    }
}

/// Bytes of native stack for a thread when the program has not said.
const DEFAULT_STACK: usize = 8 << 20;
/// Bytes of native stack that a thread has even when the program asks for fewer: native frames are larger than CPython's.
const LEAST_STACK: usize = 1 << 20;

fn body(start: Start) {
    let ts: Box<ThreadState> = threads::create(start.interpreter);
    // SAFETY: asks for the calling thread.
    start.shared.ident.store(unsafe { libc::pthread_self() }, Ordering::Release);
    start.shared.enter(RUNNING);
    threads::attach(&ts);
    if let Err(raised) = call::call_with_tuple(&start.function, &start.args, start.kwargs.as_deref()) {
        end_by(raised, &start.function);
    }
    let Start { function, args, kwargs, shared, .. } = start;
    drop((function, args, kwargs));
    threads::clear(&ts);
    threads::unlink(&ts);
    REGISTRY.remove(&shared);
    shared.enter(DONE);
    gil::release(&ts);
    // SAFETY: nobody has it any more.
    unsafe { threads::free(Box::into_raw(ts)) };
}

/// A thread's function raised: SystemExit ends it silently.
fn end_by(raised: Raised, function: &Object) {
    if raised.matches(&exc::SystemExit) {
        raised.clear();
        return;
    }
    let exception = raised.take();
    let shown = objects::protocol::object::repr(function).map_or_else(
        |raised| {
            raised.clear();
            "<object repr() failed>".to_owned()
        },
        |shown| shown.to_string_lossy(),
    );
    let message = format!("Exception ignored in thread started by {shown}");
    crate::modules::sys::hooks::report_unraisable(exception, Some(&message), None);
}

#[macros::pytype(name = "_ThreadHandle", module = "_thread", static_name = HANDLE)]
impl ThreadHandle {
    #[new("()")]
    fn py_new(_class: &objects::TypeObject) -> Result<Ref<ThreadHandle>> {
        ThreadHandle::new()
    }

    #[getter("ident")]
    fn get_ident(&self) -> u64 {
        self.ident()
    }

    #[method("is_done($self, /)")]
    fn is_done(&self) -> bool {
        self.shared.is(DONE)
    }

    #[method("_set_done($self, /)")]
    fn set_done(&self) -> Result<()> {
        self.check_started()?;
        self.shared.enter(DONE);
        Ok(())
    }

    #[method("join", raw, nosig)]
    fn join(&self, args: &[&Object]) -> Result<()> {
        if args.len() > 1 {
            return Err(raise!(TypeError, "join() takes at most 1 argument ({} given)", args.len()));
        }
        let timeout = args.first().filter(|timeout| !timeout.is(objects::types::none::none()));
        let deadline = match timeout {
            Some(timeout) => {
                let nanoseconds = time::from_seconds(timeout, Rounding::Up)?;
                let nanoseconds = u64::try_from(nanoseconds).ok();
                nanoseconds.map(|nanoseconds| Instant::now() + Duration::from_nanos(nanoseconds))
            }
            None => None,
        };
        self.check_started()?;
        if self.ident() == state::current().thread_id.get() && !self.shared.is(DONE) {
            return Err(raise!(RuntimeError, "Cannot join current thread"));
        }
        self.shared.wait(deadline)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.as_object().class().name();
        Str::new(&format!("<{class} object: ident={}>", self.ident()))
    }
}
