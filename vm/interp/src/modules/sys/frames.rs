//! Frames and memory: `_getframe`, `getrefcount`, `getsizeof`, `intern`, recursion limits.

use crate::hook;
use objects::interpreter_frame::{self as frames, InterpreterFrame};
use objects::protocol::{attr, call, number};
use objects::typeobject::flags;
use objects::types::dict::Dict;
use objects::types::frame::Frame;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::{Instance, Object, Ref, Result, id, raise, state};

#[macros::pymodule(name = "sys", part)]
pub mod part {
    use super::*;

    #[function("_getframe($module, depth=0, /)")]
    fn getframe(depth: i32) -> Result<Ref<Frame>> {
        match nth_frame(depth) {
            Some(frame) => {
                let frame = Frame::of(frame)?;
                crate::audit::raise_named("sys._getframe", &[&*frame])?;
                Ok(frame)
            }
            None => Err(raise!(ValueError, "call stack is not deep enough")),
        }
    }

    #[function("_getframemodulename($module, /, depth=0)")]
    fn getframemodulename(depth: i32) -> Result<Ref> {
        crate::audit::raise_named(
            "sys._getframemodulename",
            &[&*objects::types::int::new_int(depth.into())?],
        )?;
        match nth_frame(depth) {
            Some(frame) => match attr::get_optional(frame.function(), id!("__module__"))? {
                Some(module) => Ok(module),
                None => Ok(none().to_ref()),
            },
            None => Ok(none().to_ref()),
        }
    }

    #[function("_current_frames($module, /)")]
    fn current_frames() -> Result<Ref<Dict>> {
        crate::audit::raise_named("sys._current_frames", &[])?;
        let dict = Dict::new()?;
        // Making an object may run code and with it let go of the GIL, so the frames come first.
        let mut all = Vec::new();
        for ts in state::interpreters().flat_map(crate::threads::of) {
            if let Some(frame) = frames::first_complete(ts.current_frame.get().cast()) {
                all.push((ts.thread_id.get(), Frame::of(frame)?));
            }
        }
        for (ident, frame) in all {
            dict.set_item(&*Int::from_u64(ident)?, &frame)?;
        }
        Ok(dict)
    }

    #[function("_current_exceptions($module, /)")]
    fn current_exceptions() -> Result<Ref<Dict>> {
        crate::audit::raise_named("sys._current_exceptions", &[])?;
        let dict = Dict::new()?;
        let all: Vec<_> = state::interpreters()
            .flat_map(crate::threads::of)
            .map(|ts| (ts.thread_id.get(), ts.handled_exception()))
            .collect();
        for (ident, handled) in all {
            dict.set_item(&*Int::from_u64(ident)?, handled.as_deref().unwrap_or(none()))?;
        }
        Ok(dict)
    }

    #[function("getrefcount($module, object, /)")]
    fn getrefcount(object: &Object) -> i64 {
        if object.is_immortal() { object.refcnt() } else { object.refcnt() - hook::references(object) }
    }

    #[function("getsizeof($module, /, object, default=<unrepresentable>)", nosig)]
    fn getsizeof(object: &Object, default: Option<&Object>) -> Result<Ref> {
        let Some(method) = attr::lookup_special(object, id!("__sizeof__"))? else {
            return match default {
                Some(default) => Ok(default.to_ref()),
                None => Err(raise!(TypeError, "Type {} doesn't define __sizeof__", object.class().name())),
            };
        };
        let size = call::call_no_args(&method)
            .and_then(|size| number::index_as_isize(&size, Some(&objects::types::exceptions::OverflowError)));
        let size = match size {
            Ok(size) => size,
            Err(raised) => match default {
                Some(default) if raised.matches(&objects::types::exceptions::TypeError) => {
                    raised.clear();
                    return Ok(default.to_ref());
                }
                _ => return Err(raised),
            },
        };
        if size < 0 {
            return Err(raise!(ValueError, "__sizeof__() should return >= 0"));
        }
        // The heads that CPython's objects have count as in CPython's: the collector's, and that of a managed dict or weak references.
        let class = object.class();
        let managed = class.has_feature(flags::MANAGED_DICT) || class.has_feature(flags::MANAGED_WEAKREF);
        let head = 16 * (i64::from(objects::object::gc::is_collected(object)) + i64::from(managed));
        Int::from_i128(size as i128 + i128::from(head)).map(Ref::upcast)
    }

    #[function("intern($module, string, /)")]
    fn intern_string(string: &Object) -> Result<Ref<Str>> {
        match string.cast_exact::<Str>() {
            Some(string) => Ok(intern::intern(string.to_ref())),
            None if string.cast::<Str>().is_some() => {
                Err(raise!(TypeError, "can't intern {}", string.class().name()))
            }
            None => Err(raise!(TypeError, "intern() argument must be str, not {}", string.class().name())),
        }
    }

    #[function("_is_interned($module, string, /)", unchecked)]
    fn is_interned(string: &Str) -> bool {
        string.is_interned()
    }

    /// `-X cpu_count` is not given.
    #[function("_get_cpu_count_config($module, /)")]
    fn get_cpu_count_config() -> i32 {
        -1
    }

    #[function("getrecursionlimit($module, /)")]
    fn getrecursionlimit() -> i32 {
        state::interpreter().recursion_limit.get()
    }

    #[function("setrecursionlimit($module, limit, /)")]
    fn setrecursionlimit(limit: i32) -> Result<()> {
        if limit < 1 {
            return Err(raise!(ValueError, "recursion limit must be greater or equal than 1"));
        }
        let ts = state::current();
        let depth = ts.py_recursion_limit.get() - ts.py_recursion_remaining.get();
        if depth >= limit {
            return Err(raise!(
                RecursionError,
                "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
            ));
        }
        state::set_recursion_limit(limit);
        Ok(())
    }

    #[function("getallocatedblocks($module, /)")]
    fn getallocatedblocks() -> usize {
        objects::object::heap::allocated_blocks()
    }

    #[function("getunicodeinternedsize($module, /, *, _only_immortal=False)")]
    fn getunicodeinternedsize(_only_immortal: bool) -> usize {
        objects::types::str::intern::count(_only_immortal)
    }

    #[function("_clear_type_cache($module, /)")]
    fn clear_type_cache() {}

    #[function("_clear_internal_caches($module, /)")]
    fn clear_internal_caches() {}

    #[function("_debugmallocstats($module, /)")]
    fn debugmallocstats() {}
}

/// The visible frame `depth` levels out of the running one.
fn nth_frame(depth: i32) -> Option<&'static InterpreterFrame> {
    let mut frame = frames::current()?;
    for _ in 0..depth.max(0) {
        frame = frames::first_complete(frame.previous.get())?;
    }
    Some(frame)
}
