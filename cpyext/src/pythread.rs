//! `pythread.h`: threads, locks and thread-specific storage for code that may know nothing of Python.

use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::mem::MaybeUninit;
use core::ptr;
use interp::modules::sys::values;
use interp::modules::thread::handle;
use interp::modules::thread::lock::Flag;
use macros::capi;
use objects::futex::Woken;
use objects::protocol::time::{self, Rounding};
use objects::{Object, Ref, Result, state};
use std::time::{Duration, Instant};

/// The longest timeout of a lock, in microseconds.
#[unsafe(no_mangle)]
pub static PY_TIMEOUT_MAX: i64 = i64::MAX / 1000;

/// `PyLockStatus`.
mod status {
    use core::ffi::c_int;
    pub const FAILURE: c_int = 0;
    pub const ACQUIRED: c_int = 1;
    pub const INTERRUPTED: c_int = 2;
}

/// Until when a timeout in nanoseconds lasts; below 0, and beyond what the clock can tell, for ever.
pub fn deadline_of(nanoseconds: i64) -> Option<Instant> {
    let duration = Duration::from_nanos(u64::try_from(nanoseconds).ok()?);
    Instant::now().checked_add(duration)
}

/// Threads need no preparation.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_init_thread() {}

type Main = unsafe extern "C" fn(*mut c_void);

struct Start {
    function: Main,
    argument: *mut c_void,
}

extern "C" fn body(start: *mut c_void) -> *mut c_void {
    // SAFETY: made by `start`, for this thread alone.
    let start = unsafe { Box::from_raw(start.cast::<Start>()) };
    // SAFETY: the function is for the argument.
    unsafe { (start.function)(start.argument) };
    ptr::null_mut()
}

/// Starts a thread of the system; its identity.
fn start(function: Main, argument: *mut c_void) -> Option<libc::pthread_t> {
    let start = Box::into_raw(Box::new(Start { function, argument }));
    // SAFETY: attributes that are initialised and destroyed; the start is the new thread's.
    unsafe {
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        libc::pthread_attr_init(attributes.as_mut_ptr());
        let size = handle::stack_size();
        if size != 0 {
            libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), size);
        }
        let mut thread = 0;
        let failed = libc::pthread_create(&raw mut thread, attributes.as_ptr(), body, start.cast());
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        if failed != 0 {
            drop(Box::from_raw(start));
            return None;
        }
        Some(thread)
    }
}

/// # Safety
/// A C function: a function that another thread may call with the argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_start_new_thread(function: Main, argument: *mut c_void) -> c_ulong {
    match start(function, argument) {
        Some(thread) => {
            // SAFETY: just started, joined by nobody.
            unsafe { libc::pthread_detach(thread) };
            thread
        }
        None => c_ulong::MAX,
    }
}

/// # Safety
/// As [`PyThread_start_new_thread`], with places for the identity and the handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_start_joinable_thread(
    function: Main,
    argument: *mut c_void,
    ident: *mut u64,
    handle: *mut usize,
) -> c_int {
    match start(function, argument) {
        Some(thread) => {
            // SAFETY: the caller's promise.
            unsafe {
                ident.write(thread);
                handle.write(thread as usize);
            }
            0
        }
        None => -1,
    }
}

/// # Safety
/// A C function: the handle of a thread that is neither joined nor detached yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_join_thread(handle: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { libc::pthread_join(handle as libc::pthread_t, ptr::null_mut()) }
}

/// # Safety
/// As [`PyThread_join_thread`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_detach_thread(handle: usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { libc::pthread_detach(handle as libc::pthread_t) }
}

unsafe extern "C" {
    fn pthread_exit(value: *mut c_void) -> !;
}

/// # Safety
/// A C function: nothing that the thread's functions own need be dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn PyThread_exit_thread() -> ! {
    // SAFETY: the caller's promise.
    unsafe { pthread_exit(ptr::null_mut()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_thread_ident() -> c_ulong {
    // SAFETY: asks for the calling thread.
    unsafe { libc::pthread_self() }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_thread_ident_ex() -> u64 {
    PyThread_get_thread_ident()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_thread_native_id() -> c_ulong {
    // SAFETY: asks for the calling thread.
    unsafe { libc::syscall(libc::SYS_gettid) as c_ulong }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThread_allocate_lock() -> *mut Flag {
    Box::into_raw(Box::default())
}

/// # Safety
/// A C function: a lock that nobody waits for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_free_lock(lock: *mut Flag) {
    if !lock.is_null() {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(lock) });
    }
}

fn acquire(lock: &Flag, microseconds: i64, interruptible: bool) -> c_int {
    if lock.try_take() {
        return status::ACQUIRED;
    }
    if microseconds == 0 {
        return status::FAILURE;
    }
    let deadline = deadline_of(microseconds.min(PY_TIMEOUT_MAX).saturating_mul(1000));
    loop {
        match lock.wait_for(deadline) {
            Woken::Changed => return status::ACQUIRED,
            Woken::TimedOut => return status::FAILURE,
            Woken::Interrupted if interruptible => return status::INTERRUPTED,
            Woken::Interrupted => {}
        }
    }
}

/// # Safety
/// A C function: a lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_acquire_lock(lock: &Flag, wait: c_int) -> c_int {
    acquire(lock, if wait == 0 { 0 } else { -1 }, false)
}

/// # Safety
/// A C function: a lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_acquire_lock_timed(
    lock: &Flag,
    microseconds: i64,
    interruptible: c_int,
) -> c_int {
    acquire(lock, microseconds, interruptible != 0)
}

/// As the other one, but without the GIL, and signal handlers run in between.
///
/// # Safety
/// A C function: a lock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_acquire_lock_timed_with_retries(lock: &Flag, microseconds: i64) -> c_int {
    if microseconds == 0 {
        return acquire(lock, 0, false);
    }
    let microseconds = microseconds.min(PY_TIMEOUT_MAX);
    match lock.take(deadline_of(microseconds.saturating_mul(1000))) {
        Ok(true) => status::ACQUIRED,
        Ok(false) => status::FAILURE,
        Err(raised) => {
            raised.leave();
            status::INTERRUPTED
        }
    }
}

/// # Safety
/// A C function: a lock that is taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_release_lock(lock: &Flag) {
    lock.give();
}

/// The timeout of a Python caller in microseconds.
///
/// # Safety
/// A C function: an object or NULL, and where the timeout goes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_ParseTimeoutArg(
    argument: Option<&Object>,
    blocking: c_int,
    place: *mut i64,
) -> c_int {
    const SECOND: i64 = 1_000_000_000;
    let parse = || -> Result<i64> {
        let Some(argument) = argument.filter(|argument| !argument.is(objects::types::none::none())) else {
            return Ok(if blocking == 0 { 0 } else { -1 });
        };
        let timeout = time::from_seconds(argument, Rounding::Up)?;
        if blocking == 0 && timeout != -SECOND {
            return Err(objects::raise!(ValueError, "can't specify a timeout for a non-blocking call"));
        }
        if timeout < 0 && timeout != -SECOND {
            return Err(objects::raise!(ValueError, "timeout value must be a non-negative number"));
        }
        if blocking == 0 {
            return Ok(0);
        }
        if timeout == -SECOND {
            return Ok(-1);
        }
        // Rounded away from zero, so that the time is never too short.
        let microseconds = timeout / 1000 + i64::from(timeout % 1000 != 0);
        if microseconds > PY_TIMEOUT_MAX {
            return Err(objects::raise!(OverflowError, "timeout value is too large"));
        }
        Ok(microseconds)
    };
    match parse() {
        Ok(timeout) => {
            // SAFETY: the caller's promise.
            unsafe { place.write(timeout) };
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThread_get_stacksize() -> usize {
    handle::stack_size()
}

/// The least that a thread can do with.
const LEAST_STACK: usize = 0x8000;

/// 0 when the size is good, -1 when it is not.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_set_stacksize(size: usize) -> c_int {
    if size != 0 && size < LEAST_STACK {
        return -1;
    }
    handle::set_stack_size(size);
    0
}

#[capi]
pub fn PyThread_GetInfo() -> Result<Ref> {
    values::thread_info()
}

/// `Py_tss_t`.
#[repr(C)]
pub struct Tss {
    is_initialized: c_int,
    key: c_uint,
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThread_tss_alloc() -> *mut Tss {
    // SAFETY: memory for one, filled at once.
    unsafe {
        let tss = crate::pymem::PyMem_RawMalloc(size_of::<Tss>()).cast::<Tss>();
        if !tss.is_null() {
            tss.write(Tss { is_initialized: 0, key: 0 });
        }
        tss
    }
}

/// # Safety
/// A C function: what `PyThread_tss_alloc` returned, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_free(tss: *mut Tss) {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(tss) = tss.as_mut() {
            PyThread_tss_delete(tss);
        }
        crate::pymem::PyMem_RawFree(tss.cast());
    }
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_is_created(tss: &Tss) -> c_int {
    tss.is_initialized
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_create(tss: &mut Tss) -> c_int {
    if tss.is_initialized != 0 {
        return 0;
    }
    // SAFETY: a place for the key.
    if unsafe { libc::pthread_key_create(&raw mut tss.key, None) } != 0 {
        return -1;
    }
    tss.is_initialized = 1;
    0
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_delete(tss: &mut Tss) {
    if tss.is_initialized != 0 {
        // SAFETY: a key of the system.
        unsafe { libc::pthread_key_delete(tss.key) };
        tss.is_initialized = 0;
    }
}

/// # Safety
/// A C function: a key that is created.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_set(tss: &Tss, value: *mut c_void) -> c_int {
    // SAFETY: a key of the system.
    if unsafe { libc::pthread_setspecific(tss.key, value) } == 0 { 0 } else { -1 }
}

/// # Safety
/// A C function: a key that is created.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_tss_get(tss: &Tss) -> *mut c_void {
    // SAFETY: a key of the system.
    unsafe { libc::pthread_getspecific(tss.key) }
}

/// The storage of old, with the system's keys; -1 when there are none left.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_create_key() -> c_int {
    let mut key = 0;
    // SAFETY: a place for the key.
    unsafe {
        if libc::pthread_key_create(&raw mut key, None) != 0 {
            return -1;
        }
        match c_int::try_from(key) {
            Ok(key) => key,
            Err(_) => {
                libc::pthread_key_delete(key);
                -1
            }
        }
    }
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_delete_key(key: c_int) {
    // SAFETY: the caller's promise.
    unsafe { libc::pthread_key_delete(key as c_uint) };
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_set_key_value(key: c_int, value: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    if unsafe { libc::pthread_setspecific(key as c_uint, value) } == 0 { 0 } else { -1 }
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_get_key_value(key: c_int) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { libc::pthread_getspecific(key as c_uint) }
}

/// # Safety
/// A C function: a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThread_delete_key_value(key: c_int) {
    // SAFETY: the caller's promise.
    unsafe { libc::pthread_setspecific(key as c_uint, ptr::null()) };
}

/// Keys of the system live on in the child of a fork.
#[unsafe(no_mangle)]
pub extern "C" fn PyThread_ReInitTLS() {}

const _: () = assert!(size_of::<Tss>() == 8);

#[capi]
pub fn _PyOS_IsMainThread() -> bool {
    state::try_current().is_some() && interp::signals::in_main_thread()
}
