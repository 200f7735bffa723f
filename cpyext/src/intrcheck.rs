//! `intrcheck.h`, and what `pyerrors.h` says of signals: interrupts, and what runs around a fork.

use core::ffi::c_int;
use interp::signals;
use objects::fork;

#[unsafe(no_mangle)]
pub extern "C" fn PyOS_InterruptOccurred() -> c_int {
    signals::interrupt_occurred().into()
}

/// As if SIGINT had come.
#[unsafe(no_mangle)]
pub extern "C" fn PyErr_SetInterrupt() {
    PyErr_SetInterruptEx(libc::SIGINT);
}

/// As if the signal had come; -1, without an exception, when there is no such one.
#[unsafe(no_mangle)]
pub extern "C" fn PyErr_SetInterruptEx(number: c_int) -> c_int {
    match signals::trip(number) {
        Ok(()) => 0,
        Err(raised) => {
            raised.clear();
            -1
        }
    }
}

/// The descriptor that is told of signals, and the one that was.
#[unsafe(no_mangle)]
pub extern "C" fn PySignal_SetWakeupFd(fd: c_int) -> c_int {
    signals::set_wakeup_fd(fd.max(-1), true)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyOS_BeforeFork() {
    fork::before();
}

#[unsafe(no_mangle)]
pub extern "C" fn PyOS_AfterFork_Parent() {
    fork::after_in_parent();
}

#[unsafe(no_mangle)]
pub extern "C" fn PyOS_AfterFork_Child() {
    fork::after_in_child();
}

#[unsafe(no_mangle)]
pub extern "C" fn PyOS_AfterFork() {
    fork::after_in_child();
}
