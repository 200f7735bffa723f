//! Test helpers: running programs under both Pythons, golden files, ledgers.
//!
//! - [`python`] finds the two interpreters and runs programs under them;
//! - [`golden`] compares a program's output with what CPython printed;
//! - [`report`] runs tests one at a time in view, and compares with what a ledger knows of them;
//! - [`suite`] runs CPython's own test files, [`wheels`] those of packages from the index;
//! - [`ledger`] remembers which of them are known to fail, so that a change shows at once.
//!
//! `testsuite/README.md` tells how they are used. Everything is started by `cargo xtask`.

pub mod golden;
pub mod ledger;
pub mod python;
pub mod report;
pub mod suite;
pub mod wheels;

use std::path::PathBuf;

/// The directory `testsuite/` of this repository.
pub fn testsuite() -> PathBuf {
    let mut dir = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    dir.pop();
    dir
}

/// This repository's root.
pub fn repository() -> PathBuf {
    let mut dir = testsuite();
    dir.pop();
    dir
}

/// Where a failing comparison or a long log is written to.
pub fn scratch() -> PathBuf {
    repository().join("target").join("testsuite")
}

/// Calls `work` on every item, from as many threads as there are processors, in the items' order.
///
/// Results come in the order of the items; `done` sees each as it arrives.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    done: impl Fn(&T, &R) + Sync,
) -> Vec<R> {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(items.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let result = work(item);
                    done(item, &result);
                    *results[index].lock().expect("no thread panics while it holds the lock") = Some(result);
                }
            });
        }
    });
    results.into_iter().filter_map(|r| r.into_inner().ok().flatten()).collect()
}
