//! `_ThreadHandle`, and the threads themselves.

use crate::{frame, gil};
use core::cell::{Cell, RefCell};
use core::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use objects::futex::{self, Woken};
use objects::protocol::{call, number};
use objects::raise::Raised;
use objects::state::{self, ThreadState};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

static RUNNING: AtomicUsize = AtomicUsize::new(0);
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);
static NEXT_ID: AtomicU64 = AtomicU64::new(2);

/// Threads that run now, the main one not counted.
pub fn running() -> usize {
    RUNNING.load(Ordering::Relaxed)
}

pub fn stack_size() -> usize {
    STACK_SIZE.load(Ordering::Relaxed)
}

pub fn set_stack_size(size: usize) {
    STACK_SIZE.store(size, Ordering::Relaxed);
}

/// Whether a thread has ended, for those who wait.
#[derive(Default)]
struct Done {
    ended: AtomicU32,
}

impl Done {
    fn set(&self) {
        self.ended.store(1, Ordering::Release);
        futex::wake(&self.ended, i32::MAX);
    }

    fn is_set(&self) -> bool {
        self.ended.load(Ordering::Acquire) != 0
    }
}

/// Threads that the end of the program waits for.
static JOINED_AT_EXIT: Mutex<Vec<Arc<Done>>> = Mutex::new(Vec::new());

/// Waits for all threads that are no daemons.
///
/// # Errors
/// What a signal handler raises.
pub fn join_all() -> Result<()> {
    loop {
        let next = JOINED_AT_EXIT.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(done) = next else { return Ok(()) };
        wait_for(&done, None)?;
    }
}

/// Waits for a thread's end. Whether it came in time.
fn wait_for(done: &Done, deadline: Option<Instant>) -> Result<bool> {
    while !done.is_set() {
        match super::wait(|| futex::wait(&done.ended, 0, deadline)) {
            Woken::Changed => {}
            Woken::TimedOut => return Ok(done.is_set()),
            Woken::Interrupted => crate::breaker::handle_pending(state::current())?,
        }
    }
    Ok(true)
}

/// `_thread._ThreadHandle`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct ThreadHandle {
    ob_base: Object,
    weakreflist: Cell<*mut Object>,
    ident: Cell<u64>,
    started: Cell<bool>,
    #[trace(skip)]
    done: RefCell<Arc<Done>>,
}

/// In the child of a fork: the other threads are gone, and with them whatever waited for them.
pub fn after_fork(ts: &ThreadState) {
    // SAFETY: asks for the calling thread.
    unsafe {
        ts.thread_id.set(libc::pthread_self());
        ts.native_thread_id.set(libc::syscall(libc::SYS_gettid) as u64);
    }
    RUNNING.store(0, Ordering::Relaxed);
    // SAFETY: the only thread left; another one may have been inside of the mutex when the process was copied. What it held stays
    // allocated, as it may have been half changed.
    unsafe { core::ptr::from_ref(&JOINED_AT_EXIT).cast_mut().write(Mutex::new(Vec::new())) };
}

/// What a new thread takes with it. The references are its own.
struct Start {
    function: Ref,
    args: Ref<Tuple>,
    kwargs: Option<Ref<Dict>>,
    done: Arc<Done>,
    ident: Arc<(Mutex<Option<u64>>, Condvar)>,
}

impl ThreadHandle {
    /// A handle of a thread that is not started.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<ThreadHandle>> {
        Ref::new(ThreadHandle {
            ob_base: Object::HEAD,
            weakreflist: Cell::new(core::ptr::null_mut()),
            ident: Cell::new(0),
            started: Cell::new(false),
            done: RefCell::new(Arc::default()),
        })
    }

    /// A handle of a thread that runs already.
    ///
    /// # Errors
    /// MemoryError.
    pub fn of_running(ident: u64) -> Result<Ref<ThreadHandle>> {
        let handle = ThreadHandle::new()?;
        handle.ident.set(ident);
        handle.started.set(true);
        Ok(handle)
    }

    fn shared(&self) -> Arc<Done> {
        self.done.borrow().clone()
    }

    /// The thread's identity.
    pub fn ident(&self) -> u64 {
        self.ident.get()
    }

    /// Starts a thread that calls `function`.
    ///
    /// # Errors
    /// RuntimeError when it cannot be started, or was before.
    pub fn start(
        &self,
        function: Ref,
        args: Ref<Tuple>,
        kwargs: Option<Ref<Dict>>,
        daemon: bool,
    ) -> Result<()> {
        if self.started.replace(true) {
            return Err(raise!(RuntimeError, "thread already started"));
        }
        let done = self.shared();
        let ident = Arc::new((Mutex::new(None), Condvar::new()));
        let start = Start { function, args, kwargs, done: done.clone(), ident: ident.clone() };
        let mut builder = std::thread::Builder::new();
        let size = stack_size();
        builder = builder.stack_size(if size == 0 { DEFAULT_STACK } else { size });
        RUNNING.fetch_add(1, Ordering::Relaxed);
        if builder.spawn(move || body(start)).is_err() {
            RUNNING.fetch_sub(1, Ordering::Relaxed);
            self.started.set(false);
            return Err(raise!(RuntimeError, "can't start new thread"));
        }
        if !daemon {
            JOINED_AT_EXIT.lock().unwrap_or_else(PoisonError::into_inner).push(done);
        }
        let id = super::wait(|| {
            let known = ident.0.lock().unwrap_or_else(PoisonError::into_inner);
            let known =
                ident.1.wait_while(known, |known| known.is_none()).unwrap_or_else(PoisonError::into_inner);
            known.unwrap_or(0)
        });
        self.ident.set(id);
        Ok(())
    }
}

/// Bytes of native stack for a thread when the program has not said.
const DEFAULT_STACK: usize = 8 << 20;

fn body(start: Start) {
    let ts: Box<ThreadState> = ThreadState::new(NEXT_ID.fetch_add(1, Ordering::Relaxed));
    // SAFETY: asks for the calling thread.
    let ident = unsafe { libc::pthread_self() };
    ts.thread_id.set(ident);
    // SAFETY: as above.
    ts.native_thread_id.set(unsafe { libc::syscall(libc::SYS_gettid) } as u64);
    *start.ident.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ident);
    start.ident.1.notify_all();
    gil::acquire(&ts);
    state::link(&ts);
    crate::monitor::tell(&ts);
    if let Err(raised) = call::call_with_tuple(&start.function, &start.args, start.kwargs.as_deref()) {
        end_by(raised, &start.function);
    }
    let Start { function, args, kwargs, done, .. } = start;
    drop((function, args, kwargs));
    super::local::forget_thread(&ts);
    ts.current_exception.set(None);
    ts.exc_state.exc_value.set(None);
    ts.dict.set(None);
    ts.context.set(None);
    frame::free_data_stack(&ts);
    if ts.c_traceobj.replace(None).is_some() || ts.c_profileobj.replace(None).is_some() {
        crate::monitor::legacy::forget_thread();
    }
    state::unlink(&ts);
    RUNNING.fetch_sub(1, Ordering::Relaxed);
    gil::release(&ts);
    done.set();
}

/// A thread's function raised: SystemExit ends it silently.
fn end_by(raised: Raised, function: &Object) {
    if raised.matches(&exc::SystemExit) {
        raised.clear();
    } else {
        raise::write_unraisable(raised, Some(function));
    }
}

#[macros::pytype(name = "_ThreadHandle", module = "_thread", static_name = HANDLE, weaklist = weakreflist)]
impl ThreadHandle {
    #[new("()")]
    fn py_new(_class: &objects::TypeObject) -> Result<Ref<ThreadHandle>> {
        ThreadHandle::new()
    }

    #[getter("ident")]
    fn get_ident(&self) -> u64 {
        self.ident.get()
    }

    #[method("is_done", raw, nosig, unchecked)]
    fn is_done(&self, _args: &[&Object]) -> bool {
        self.shared().is_set()
    }

    #[method("_set_done", raw, nosig, unchecked)]
    fn set_done(&self, _args: &[&Object]) {
        self.shared().set();
    }

    #[method("join", raw, nosig, unchecked)]
    fn join(&self, args: &[&Object]) -> Result<()> {
        let timeout = args.first().filter(|timeout| !timeout.is(none()));
        let deadline = match timeout {
            Some(timeout) => {
                let seconds = number::as_f64(timeout)?;
                (seconds >= 0.0)
                    .then(|| Instant::now() + Duration::from_secs_f64(seconds.min(super::TIMEOUT_MAX)))
            }
            None => None,
        };
        if !self.started.get() {
            return Err(raise!(RuntimeError, "thread not started"));
        }
        if self.ident.get() == state::current().thread_id.get() && !self.shared().is_set() {
            return Err(raise!(RuntimeError, "Cannot join current thread"));
        }
        wait_for(&self.shared(), deadline).map(drop)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        Str::new(&format!("<_ThreadHandle object: ident={}>", self.ident.get()))
    }
}
