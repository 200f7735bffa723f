//! `lock.h` and its internal neighbours: locks of a byte or a word, which wait in `objects::parking`.
//!
//! A header's inline function takes a free lock and gives it back itself; what is here is the rest.

use crate::pythread::deadline_of;
use core::ffi::{c_int, c_void};
use core::ptr;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use interp::fatal;
use objects::parking::{self, Parked};

const UNLOCKED: u8 = 0;
const LOCKED: u8 = 1;
const HAS_PARKED: u8 = 2;
const ONCE_INITIALIZED: u8 = 4;

/// `PyMutex`.
#[repr(transparent)]
pub struct Mutex(AtomicU8);

impl Mutex {
    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    fn lock(&self) {
        loop {
            let seen = self.0.load(Ordering::Relaxed);
            if seen & LOCKED == 0 {
                if self.swap(seen, seen | LOCKED) {
                    return;
                }
                continue;
            }
            if seen & HAS_PARKED == 0 && !self.swap(seen, seen | HAS_PARKED) {
                continue;
            }
            let still = || self.0.load(Ordering::Relaxed) == LOCKED | HAS_PARKED;
            parking::park(self.address(), still, None, ptr::null_mut(), true);
        }
    }

    /// Whether it was locked.
    fn unlock(&self) -> bool {
        loop {
            let seen = self.0.load(Ordering::Relaxed);
            if seen & LOCKED == 0 {
                return false;
            }
            if seen & HAS_PARKED != 0 {
                parking::unpark(self.address(), |_, more| {
                    self.0.store(if more { HAS_PARKED } else { UNLOCKED }, Ordering::Release);
                });
                return true;
            }
            if self.swap(seen, UNLOCKED) {
                return true;
            }
        }
    }

    fn swap(&self, old: u8, new: u8) -> bool {
        self.0.compare_exchange_weak(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

/// # Safety
/// A C function: a mutex.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMutex_Lock(mutex: &Mutex) {
    mutex.lock();
}

/// # Safety
/// A C function: a mutex that the caller has locked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyMutex_Unlock(mutex: &Mutex) {
    if !mutex.unlock() {
        fatal::error(Some("PyMutex_Unlock"), "unlocking mutex that is not locked");
    }
}

/// # Safety
/// A C function: a `PyEvent`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEvent_IsSet(event: &AtomicU8) -> c_int {
    (event.load(Ordering::Acquire) == LOCKED).into()
}

/// # Safety
/// As [`_PyEvent_IsSet`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEvent_Notify(event: &AtomicU8) {
    if event.swap(LOCKED, Ordering::AcqRel) == HAS_PARKED {
        parking::unpark_all(ptr::from_ref(event).addr());
    }
}

/// # Safety
/// As [`_PyEvent_IsSet`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEvent_Wait(event: &AtomicU8) {
    // SAFETY: the caller's promise.
    while unsafe { PyEvent_WaitTimed(event, -1, 1) } == 0 {}
}

/// # Safety
/// As [`_PyEvent_IsSet`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEvent_WaitTimed(event: &AtomicU8, timeout: i64, detach: c_int) -> c_int {
    loop {
        let seen = event.load(Ordering::Acquire);
        if seen == LOCKED {
            return 1;
        }
        if seen == UNLOCKED
            && event.compare_exchange(UNLOCKED, HAS_PARKED, Ordering::AcqRel, Ordering::Acquire).is_err()
        {
            continue;
        }
        let still = || event.load(Ordering::Acquire) == HAS_PARKED;
        let address = ptr::from_ref(event).addr();
        parking::park(address, still, deadline_of(timeout), ptr::null_mut(), detach != 0);
        // SAFETY: the caller's promise.
        return unsafe { _PyEvent_IsSet(event) };
    }
}

/// What is done once: not 0 says that it failed and is to be tried again.
type OnceFunc = unsafe extern "C" fn(*mut c_void) -> c_int;

/// # Safety
/// A C function: a `_PyOnceFlag` and a function for the argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyOnceFlag_CallOnceSlow(
    flag: &AtomicU8,
    function: OnceFunc,
    argument: *mut c_void,
) -> c_int {
    let address = ptr::from_ref(flag).addr();
    loop {
        let seen = flag.load(Ordering::Acquire);
        let swap = |new| flag.compare_exchange(seen, new, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if seen == ONCE_INITIALIZED {
            return 0;
        }
        if seen == UNLOCKED {
            if !swap(LOCKED) {
                continue;
            }
            // SAFETY: the caller's promise.
            let status = unsafe { function(argument) };
            let after = if status < 0 { UNLOCKED } else { ONCE_INITIALIZED };
            if flag.swap(after, Ordering::AcqRel) & HAS_PARKED != 0 {
                parking::unpark_all(address);
            }
            return status;
        }
        if seen & HAS_PARKED == 0 && !swap(seen | HAS_PARKED) {
            continue;
        }
        let still = || flag.load(Ordering::Acquire) == LOCKED | HAS_PARKED;
        parking::park(address, still, None, ptr::null_mut(), true);
    }
}

/// `_PyRecursiveMutex`.
#[repr(C)]
pub struct RecursiveMutex {
    mutex: Mutex,
    thread: AtomicU64,
    /// Touched by the thread that has the mutex.
    level: AtomicUsize,
}

fn me() -> u64 {
    // SAFETY: asks for the calling thread.
    unsafe { libc::pthread_self() }
}

/// # Safety
/// A C function: a mutex.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRecursiveMutex_IsLockedByCurrentThread(mutex: &RecursiveMutex) -> c_int {
    (mutex.thread.load(Ordering::Relaxed) == me()).into()
}

/// # Safety
/// A C function: a mutex.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRecursiveMutex_Lock(mutex: &RecursiveMutex) {
    if mutex.thread.load(Ordering::Relaxed) == me() {
        mutex.level.fetch_add(1, Ordering::Relaxed);
        return;
    }
    mutex.mutex.lock();
    mutex.thread.store(me(), Ordering::Relaxed);
}

/// # Safety
/// A C function: a mutex that the caller has locked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRecursiveMutex_Unlock(mutex: &RecursiveMutex) {
    if mutex.thread.load(Ordering::Relaxed) != me() {
        let text = "unlocking a recursive mutex that is not owned by the current thread";
        fatal::error(Some("_PyRecursiveMutex_Unlock"), text);
    }
    if mutex.level.load(Ordering::Relaxed) > 0 {
        mutex.level.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    mutex.thread.store(0, Ordering::Relaxed);
    mutex.mutex.unlock();
}

const WRITE_LOCKED: usize = 1;
const PARKED: usize = 2;
/// One reader, in the upper bits of a `_PyRWMutex`.
const READER: usize = 4;

fn wait_for(lock: &AtomicUsize, seen: usize) {
    let still = || lock.load(Ordering::Acquire) == seen | PARKED;
    parking::park(ptr::from_ref(lock).addr(), still, None, ptr::null_mut(), true);
}

fn swap(lock: &AtomicUsize, old: usize, new: usize) -> bool {
    lock.compare_exchange_weak(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

/// # Safety
/// A C function: a `_PyRWMutex`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRWMutex_RLock(lock: &AtomicUsize) {
    loop {
        let seen = lock.load(Ordering::Acquire);
        if seen & (WRITE_LOCKED | PARKED) == 0 {
            if swap(lock, seen, seen + READER) {
                return;
            }
        } else if seen & PARKED != 0 || swap(lock, seen, seen | PARKED) {
            wait_for(lock, seen);
        }
    }
}

/// # Safety
/// A C function: a `_PyRWMutex` that the caller has locked for reading.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRWMutex_RUnlock(lock: &AtomicUsize) {
    let left = lock.fetch_sub(READER, Ordering::AcqRel) - READER;
    if left & PARKED != 0 && left / READER == 0 {
        parking::unpark_all(ptr::from_ref(lock).addr());
    }
}

/// # Safety
/// A C function: a `_PyRWMutex`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRWMutex_Lock(lock: &AtomicUsize) {
    loop {
        let seen = lock.load(Ordering::Acquire);
        if seen & !PARKED == 0 {
            if swap(lock, seen, seen | WRITE_LOCKED) {
                return;
            }
        } else if seen & PARKED != 0 || swap(lock, seen, seen | PARKED) {
            wait_for(lock, seen);
        }
    }
}

/// # Safety
/// A C function: a `_PyRWMutex` that the caller has locked for writing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyRWMutex_Unlock(lock: &AtomicUsize) {
    if lock.swap(0, Ordering::AcqRel) & PARKED != 0 {
        parking::unpark_all(ptr::from_ref(lock).addr());
    }
}

/// # Safety
/// A C function: a `_PySeqLock`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySeqLock_LockWrite(lock: &AtomicU32) {
    loop {
        let seen = lock.load(Ordering::Acquire);
        if seen & 1 == 0 && lock.compare_exchange(seen, seen + 1, Ordering::AcqRel, Ordering::Acquire).is_ok()
        {
            core::sync::atomic::fence(Ordering::Release);
            return;
        }
        std::thread::yield_now();
    }
}

/// # Safety
/// A C function: a `_PySeqLock` that the caller has locked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySeqLock_UnlockWrite(lock: &AtomicU32) {
    lock.fetch_add(1, Ordering::Release);
}

/// Nothing was written.
///
/// # Safety
/// As [`_PySeqLock_UnlockWrite`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySeqLock_AbandonWrite(lock: &AtomicU32) {
    lock.fetch_sub(1, Ordering::Release);
}

/// # Safety
/// A C function: a `_PySeqLock`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySeqLock_BeginRead(lock: &AtomicU32) -> u32 {
    loop {
        let seen = lock.load(Ordering::Acquire);
        if seen & 1 == 0 {
            return seen;
        }
        std::thread::yield_now();
    }
}

/// Whether nothing was written since `before`.
///
/// # Safety
/// A C function: a `_PySeqLock`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySeqLock_EndRead(lock: &AtomicU32, before: u32) -> c_int {
    core::sync::atomic::fence(Ordering::Acquire);
    let same = lock.load(Ordering::Relaxed) == before;
    if !same {
        std::thread::yield_now();
    }
    same.into()
}

/// Whether somebody was writing when the process was copied, and writes no more.
///
/// # Safety
/// A C function: a `_PySeqLock`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySeqLock_AfterFork(lock: &AtomicU32) -> c_int {
    let was_locked = lock.load(Ordering::Relaxed) & 1 != 0;
    if was_locked {
        lock.store(0, Ordering::Relaxed);
    }
    was_locked.into()
}

fn outcome(parked: Parked) -> c_int {
    match parked {
        Parked::Woken => 0,
        Parked::Changed => -1,
        Parked::TimedOut => -2,
        Parked::Interrupted => -3,
    }
}

/// # Safety
/// A C function: two values of that many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyParkingLot_Park(
    address: *const c_void,
    expected: *const c_void,
    size: usize,
    timeout: i64,
    argument: *mut c_void,
    detach: c_int,
) -> c_int {
    // SAFETY: the caller's promise; the value may be changed by other threads meanwhile.
    let still = || unsafe {
        match size {
            1 => {
                AtomicU8::from_ptr(address.cast_mut().cast()).load(Ordering::SeqCst) == *expected.cast::<u8>()
            }
            4 => {
                AtomicU32::from_ptr(address.cast_mut().cast()).load(Ordering::SeqCst)
                    == *expected.cast::<u32>()
            }
            8 => {
                AtomicU64::from_ptr(address.cast_mut().cast()).load(Ordering::SeqCst)
                    == *expected.cast::<u64>()
            }
            2 => {
                let value = core::sync::atomic::AtomicU16::from_ptr(address.cast_mut().cast());
                value.load(Ordering::SeqCst) == *expected.cast::<u16>()
            }
            _ => fatal::error(Some("_PyParkingLot_Park"), "invalid size"),
        }
    };
    outcome(parking::park(address.addr(), still, deadline_of(timeout), argument, detach != 0))
}

/// Told of the one who is woken: its own argument, the waiter's (NULL for nobody), whether more wait.
type UnparkFunc = unsafe extern "C" fn(*mut c_void, *mut c_void, c_int);

/// # Safety
/// A C function: a function for that argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyParkingLot_Unpark(
    address: *const c_void,
    function: UnparkFunc,
    argument: *mut c_void,
) {
    parking::unpark(address.addr(), |waiter, more| {
        // SAFETY: the caller's promise.
        unsafe { function(argument, waiter.unwrap_or(ptr::null_mut()), more.into()) };
    });
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyParkingLot_UnparkAll(address: *const c_void) {
    parking::unpark_all(address.addr());
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyParkingLot_AfterFork() {
    parking::after_fork();
}

/// # Safety
/// A C function: room for a semaphore.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySemaphore_Init(semaphore: *mut libc::sem_t) {
    // SAFETY: the caller's promise.
    if unsafe { libc::sem_init(semaphore, 0, 0) } < 0 {
        fatal::error(Some("_PySemaphore_Init"), "parking_lot: sem_init failed");
    }
}

/// # Safety
/// A C function: a semaphore that nobody waits for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySemaphore_Destroy(semaphore: *mut libc::sem_t) {
    // SAFETY: the caller's promise.
    unsafe { libc::sem_destroy(semaphore) };
}

/// # Safety
/// A C function: a semaphore.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySemaphore_Wakeup(semaphore: *mut libc::sem_t) {
    // SAFETY: the caller's promise.
    if unsafe { libc::sem_post(semaphore) } != 0 {
        fatal::error(Some("_PySemaphore_Wakeup"), "parking_lot: sem_post failed");
    }
}

/// # Safety
/// A C function: a semaphore.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PySemaphore_Wait(
    semaphore: *mut libc::sem_t,
    timeout: i64,
    detach: c_int,
) -> c_int {
    // SAFETY: the caller's promise; the deadline is on the clock that the function reads.
    let wait = || unsafe {
        if timeout < 0 {
            return libc::sem_wait(semaphore);
        }
        let mut now: libc::timespec = core::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now);
        let nanoseconds = now.tv_nsec + timeout % 1_000_000_000;
        now.tv_sec = (now.tv_sec + nanoseconds / 1_000_000_000).saturating_add(timeout / 1_000_000_000);
        now.tv_nsec = nanoseconds % 1_000_000_000;
        libc::sem_timedwait(semaphore, &raw const now)
    };
    let status = if detach != 0 && objects::state::try_current().is_some() {
        interp::gil::detached(|| (wait(), std::io::Error::last_os_error().raw_os_error()))
    } else {
        (wait(), std::io::Error::last_os_error().raw_os_error())
    };
    outcome(match status {
        (0, _) => Parked::Woken,
        (_, Some(libc::ETIMEDOUT)) => Parked::TimedOut,
        (_, Some(libc::EINTR)) => Parked::Interrupted,
        _ => fatal::error(Some("_PySemaphore_Wait"), "unexpected error from semaphore"),
    })
}
