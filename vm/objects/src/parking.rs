//! Waiting at an address for somebody to pass there: what small locks wait with that have no room for a queue of their own.

use crate::futex::{self, Woken};
use core::ffi::c_void;
use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// One who waits; lives on the waiting thread's stack for as long as it is in a queue.
struct Waiter {
    address: usize,
    /// 0 until it is woken.
    woken: AtomicU32,
    argument: *mut c_void,
}

struct Queue(VecDeque<*const Waiter>);

// SAFETY: a waiter lives until it has left the queue, and its fields are only read or atomic.
unsafe impl Send for Queue {}

const QUEUES: usize = 257;

static ALL: [Mutex<Queue>; QUEUES] = [const { Mutex::new(Queue(VecDeque::new())) }; QUEUES];

fn queue(address: usize) -> MutexGuard<'static, Queue> {
    ALL[address % QUEUES].lock().unwrap_or_else(PoisonError::into_inner)
}

/// How waiting ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parked {
    Woken,
    /// The caller's condition did not hold any more.
    Changed,
    TimedOut,
    Interrupted,
}

/// Waits at `address` while `still` holds at the beginning, at most until `deadline`. Whoever wakes the thread sees `argument`. With `detach`
/// the GIL, if the thread has it, is let go of meanwhile.
pub fn park(
    address: usize,
    still: impl FnOnce() -> bool,
    deadline: Option<Instant>,
    argument: *mut c_void,
    detach: bool,
) -> Parked {
    let waiter = Waiter { address, woken: AtomicU32::new(0), argument };
    {
        let mut queue = queue(address);
        if !still() {
            return Parked::Changed;
        }
        queue.0.push_back(&raw const waiter);
    }
    let wait = || {
        loop {
            match futex::wait(&waiter.woken, 0, deadline) {
                _ if waiter.woken.load(Ordering::Acquire) != 0 => return Parked::Woken,
                Woken::Changed => {}
                Woken::TimedOut => return Parked::TimedOut,
                Woken::Interrupted => return Parked::Interrupted,
            }
        }
    };
    let outcome =
        if detach && crate::state::try_current().is_some() { crate::state::detached(wait) } else { wait() };
    if outcome != Parked::Woken && !leave(&waiter) {
        // Somebody has taken it out in the meantime, and is about to wake it: what was handed over counts.
        while waiter.woken.load(Ordering::Acquire) == 0 {
            core::hint::spin_loop();
        }
        return Parked::Woken;
    }
    outcome
}

/// Takes a waiter out of its queue; whether it was there.
fn leave(waiter: &Waiter) -> bool {
    let mut queue = queue(waiter.address);
    let place = queue.0.iter().position(|&other| ptr::eq(other, waiter));
    place.map(|place| queue.0.remove(place)).is_some()
}

fn wake(waiter: *const Waiter) {
    // SAFETY: the waiter is out of its queue but does not go before it is woken. The address of its word is only a key afterwards.
    unsafe {
        let word = &raw const (*waiter).woken;
        (*word).store(1, Ordering::Release);
        futex::wake(&*word, 1);
    }
}

/// Wakes the first who waits at `address`. Before that `pass` is told its argument, if there is one, and whether more wait behind it; nobody
/// joins or leaves the queue meanwhile.
pub fn unpark(address: usize, pass: impl FnOnce(Option<*mut c_void>, bool)) {
    let mut queue = queue(address);
    // SAFETY (both): those in a queue are alive.
    let is_here = |&waiter: &*const Waiter| unsafe { (*waiter).address } == address;
    let place = queue.0.iter().position(is_here);
    let waiter = place.and_then(|place| queue.0.remove(place));
    let more = queue.0.iter().any(is_here);
    // SAFETY: as above.
    pass(waiter.map(|waiter| unsafe { (*waiter).argument }), more);
    drop(queue);
    if let Some(waiter) = waiter {
        wake(waiter);
    }
}

/// Wakes all who wait at `address`.
pub fn unpark_all(address: usize) {
    let mut queue = queue(address);
    // SAFETY: those in a queue are alive.
    let (here, rest) = queue.0.drain(..).partition(|&waiter| unsafe { (*waiter).address } == address);
    let here: VecDeque<*const Waiter> = here;
    queue.0 = rest;
    drop(queue);
    here.into_iter().for_each(wake);
}

/// In the child of a fork: nobody waits any more.
pub fn after_fork() {
    for queue in &ALL {
        // SAFETY: the only thread left; another one may have held the mutex when the process was copied.
        unsafe { ptr::from_ref(queue).cast_mut().write(Mutex::new(Queue(VecDeque::new()))) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_waiter_is_woken_with_its_argument() {
        let word = AtomicU32::new(0);
        let address = word.as_ptr() as usize;
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                park(
                    address,
                    || word.load(Ordering::Acquire) == 0,
                    None,
                    ptr::without_provenance_mut(7),
                    false,
                )
            });
            let mut seen = None;
            while seen.is_none() {
                unpark(address, |argument, more| {
                    assert!(!more);
                    seen = argument.map(|argument| argument.addr());
                });
                std::thread::yield_now();
            }
            assert_eq!((waiter.join().ok(), seen), (Some(Parked::Woken), Some(7)));
        });
        let soon = Instant::now() + Duration::from_millis(1);
        assert_eq!(park(address, || true, Some(soon), ptr::null_mut(), false), Parked::TimedOut);
        assert_eq!(park(address, || false, None, ptr::null_mut(), false), Parked::Changed);
    }
}
