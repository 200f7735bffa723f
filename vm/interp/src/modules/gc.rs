//! `gc`: the cycle collector's controls.

use super::warnings::Place;
use crate::traceback_print::write_stderr;
use core::cell::Cell;
use objects::object::gc::collect::{self, Observer, Outcome};
use objects::object::gc::{PERMANENT, collector, is_finalized as finalized, is_tracked as tracked, move_all};
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::typeobject::ready::is_heap_in_c;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, raise};
use std::time::Instant;

struct Lists {
    callbacks: Slot<List>,
    garbage: Slot<List>,
    /// When the running collection began.
    began: Cell<Option<Instant>>,
}
// SAFETY: touched under the GIL.
unsafe impl Sync for Lists {}
objects::per_interpreter! {
    static LISTS: Lists = Lists { callbacks: Slot::empty(), garbage: Slot::empty(), began: Cell::new(None) };
}

const DEBUG_STATS: i32 = 1;
const DEBUG_COLLECTABLE: i32 = 2;
const DEBUG_UNCOLLECTABLE: i32 = 4;
const DEBUG_SAVEALL: i32 = 32;

/// Whether one of these flags of `gc.set_debug` is set.
fn debugs(flags: i32) -> bool {
    collector().debug.get() & flags != 0
}

/// How many objects of these generations the collector knows.
fn count_objects(generations: impl Fn(u8) -> bool) -> usize {
    let mut count = 0;
    objects::object::gc::for_each_tracked(generations, |_| count += 1);
    count
}

/// At the end of the program: what `gc.garbage` holds.
pub fn report_garbage() -> Result<()> {
    let garbage = LISTS.garbage.get().filter(|garbage| !garbage.is_empty() && !debugs(DEBUG_SAVEALL));
    let Some(garbage) = garbage else { return Ok(()) };
    let listed = debugs(DEBUG_UNCOLLECTABLE);
    let hint = if listed { "" } else { "; use gc.set_debug(gc.DEBUG_UNCOLLECTABLE) to list them" };
    let text = Str::new(&format!("gc: {} uncollectable objects at shutdown{hint}", garbage.len()))?;
    let category = &objects::types::exceptions::ResourceWarning;
    let name = Str::new("gc")?;
    let place = Place { filename: &name, line: 0, module: Some(&name), registry: None, source_line: None };
    super::warnings::explicit(&text, category, &place, None)?;
    if listed {
        let shown = objects::protocol::object::repr(&garbage)?.to_string_lossy();
        write_stderr(&format!("      {shown}\n"));
    }
    Ok(())
}

/// Tells `gc.callbacks`, keeps in `gc.garbage`, and says what `gc.set_debug` asks for.
pub struct Watch;

impl Watch {
    fn tell(phase: &str, generation: usize, outcome: Outcome) -> Result<()> {
        let Some(callbacks) = LISTS.callbacks.get().filter(|callbacks| !callbacks.is_empty()) else {
            return Ok(());
        };
        let info = Dict::new()?;
        info.set_text("generation", &*new_int(generation as i64)?)?;
        info.set_text("collected", &*new_int(outcome.collected as i64)?)?;
        info.set_text("uncollectable", &*new_int(outcome.uncollectable as i64)?)?;
        let phase = Str::new(phase)?;
        for callback in callbacks.to_vec() {
            if let Err(raised) = call::call(&callback, &[&phase, &info]) {
                raise::write_unraisable(raised, Some(&callback));
            }
        }
        Ok(())
    }
}

/// At the end of the program, when nobody is called any more: keeps in `gc.garbage`.
pub struct Last;

impl Observer for Last {
    fn keep(&self, object: &Object) {
        Watch.keep(object);
    }
}

impl Observer for Watch {
    fn start(&self, generation: usize) {
        if let Err(raised) = Watch::tell("start", generation, Outcome::default()) {
            raised.clear();
        }
        if debugs(DEBUG_STATS) {
            let counts: Vec<_> = (0..3).map(|own| count_objects(|other| other == own).to_string()).collect();
            let permanent = count_objects(|generation| generation == PERMANENT);
            write_stderr(&format!(
                "gc: collecting generation {generation}...\ngc: objects in each generation: {}\n\
                 gc: objects in permanent generation: {permanent}\n",
                counts.join(" ")
            ));
            LISTS.began.set(Some(Instant::now()));
        }
    }

    fn stop(&self, generation: usize, outcome: Outcome) {
        if debugs(DEBUG_STATS) {
            let elapsed = LISTS.began.take().map_or(0.0, |began| began.elapsed().as_secs_f64());
            let Outcome { collected, uncollectable } = outcome;
            let unreachable = collected + uncollectable;
            write_stderr(&format!(
                "gc: done, {unreachable} unreachable, {uncollectable} uncollectable, {elapsed:.4}s elapsed\n"
            ));
        }
        if let Err(raised) = Watch::tell("stop", generation, outcome) {
            raised.clear();
        }
    }

    fn found(&self, object: &Object, collectable: bool) {
        let (flag, word) = match collectable {
            true => (DEBUG_COLLECTABLE, "collectable"),
            false => (DEBUG_UNCOLLECTABLE, "uncollectable"),
        };
        if debugs(flag) {
            write_stderr(&format!("gc: {word} <{} {:p}>\n", object.class().full_name(), object.as_ptr()));
        }
    }

    fn keep(&self, object: &Object) {
        if let Some(Err(raised)) = LISTS.garbage.get().map(|garbage| garbage.push(object.to_ref())) {
            raised.clear();
        }
    }
}

#[macros::pymodule(name = "gc")]
pub mod module {
    use super::*;

    #[constant("DEBUG_STATS")]
    const STATS: i32 = DEBUG_STATS;
    #[constant("DEBUG_COLLECTABLE")]
    const COLLECTABLE: i32 = DEBUG_COLLECTABLE;
    #[constant("DEBUG_UNCOLLECTABLE")]
    const UNCOLLECTABLE: i32 = DEBUG_UNCOLLECTABLE;
    #[constant("DEBUG_SAVEALL")]
    const SAVEALL: i32 = DEBUG_SAVEALL;
    #[constant]
    const DEBUG_LEAK: i32 = DEBUG_COLLECTABLE | DEBUG_UNCOLLECTABLE | DEBUG_SAVEALL;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let (callbacks, garbage) = (List::new()?, List::new()?);
        module.dict().set_text("callbacks", &callbacks)?;
        module.dict().set_text("garbage", &garbage)?;
        LISTS.callbacks.set(Some(callbacks));
        LISTS.garbage.set(Some(garbage));
        Ok(())
    }

    #[function("enable($module, /)")]
    fn enable() {
        collector().enabled.set(true);
    }

    #[function("disable($module, /)")]
    fn disable() {
        collector().enabled.set(false);
    }

    #[function("isenabled($module, /)")]
    fn isenabled() -> bool {
        collector().enabled.get()
    }

    #[function("collect($module, /, generation=2)")]
    fn collect(generation: i32) -> Result<usize> {
        match usize::try_from(generation).ok().filter(|&generation| generation < 3) {
            Some(generation) => {
                let outcome = collect::collect(generation, &Watch);
                Ok(outcome.collected + outcome.uncollectable)
            }
            None => Err(raise!(ValueError, "invalid generation")),
        }
    }

    #[function("get_threshold($module, /)")]
    fn get_threshold() -> Result<Ref<Tuple>> {
        let numbers = collector().thresholds.iter().map(|threshold| new_int(threshold.get() as i64));
        Tuple::from_vec(numbers.collect::<Result<_>>()?)
    }

    #[function("set_threshold", raw, nosig, unchecked)]
    fn set_threshold(args: &[&Object]) -> Result<()> {
        if args.is_empty() || args.len() > 3 {
            return Err(raise!(TypeError, "gc.set_threshold requires 1 to 3 arguments"));
        }
        for (threshold, value) in collector().thresholds.iter().zip(args) {
            let value = objects::protocol::number::index_as_isize(value, None)?;
            threshold.set(value.max(0) as _);
        }
        Ok(())
    }

    #[function("get_count($module, /)")]
    fn get_count() -> Result<Ref<Tuple>> {
        let numbers = collector().counts.iter().map(|count| new_int(count.get() as i64));
        Tuple::from_vec(numbers.collect::<Result<_>>()?)
    }

    #[function("get_debug($module, /)")]
    fn get_debug() -> i32 {
        collector().debug.get()
    }

    #[function("set_debug($module, flags, /)")]
    fn set_debug(flags: i32) {
        collector().debug.set(flags);
    }

    #[function("is_tracked($module, obj, /)")]
    fn is_tracked(obj: &Object) -> bool {
        // A built-in type that shows itself as a heap type is one in this respect too.
        tracked(obj) || obj.cast::<TypeObject>().is_some_and(is_heap_in_c)
    }

    #[function("is_finalized($module, obj, /)")]
    fn is_finalized(obj: &Object) -> bool {
        finalized(obj)
    }

    #[function("get_objects($module, /, generation=None)")]
    fn get_objects(generation: Option<&Object>) -> Result<Ref<List>> {
        let wanted = match generation {
            None => None,
            Some(generation) => {
                let generation = objects::protocol::number::index_as_isize(generation, None)?;
                if generation < -1 {
                    return Err(raise!(ValueError, "generation parameter cannot be negative"));
                }
                if generation > 2 {
                    return Err(raise!(
                        ValueError,
                        "generation parameter must be less than the number of available generations (3)"
                    ));
                }
                u8::try_from(generation).ok()
            }
        };
        let shown = new_int(wanted.map_or(-1, i64::from))?;
        crate::audit::raise_named("gc.get_objects", &[&*shown])?;
        let mut found = Vec::new();
        objects::object::gc::for_each_tracked(
            |generation| generation < PERMANENT && wanted.is_none_or(|wanted| generation == wanted),
            |object| found.push(object.to_ref()),
        );
        List::from_vec(found)
    }

    #[function("get_referents($module, /, *objs)", unchecked)]
    fn get_referents(objs: &[&Object]) -> Result<Ref<List>> {
        crate::audit::raise_named("gc.get_referents", &[&*Tuple::from_slice(objs)?])?;
        let mut found = Vec::new();
        for object in objs {
            super::referents(object, &mut |referent| found.push(referent.to_ref()));
        }
        List::from_vec(found)
    }

    #[function("get_referrers($module, /, *objs)", unchecked)]
    fn get_referrers(objs: &[&Object]) -> Result<Ref<List>> {
        crate::audit::raise_named("gc.get_referrers", &[&*Tuple::from_slice(objs)?])?;
        let mut candidates = Vec::new();
        objects::object::gc::for_each_tracked(
            |generation| generation < PERMANENT,
            |object| candidates.push(object.to_ref()),
        );
        candidates.retain(|candidate| {
            let mut refers = false;
            super::referents(candidate, &mut |referent| {
                refers |= objs.iter().any(|object| object.is(referent))
            });
            refers
        });
        List::from_vec(candidates)
    }

    #[function("get_stats($module, /)")]
    fn get_stats() -> Result<Ref<List>> {
        let mut stats = Vec::new();
        for statistics in &collector().statistics {
            let dict = Dict::new()?;
            dict.set_text("collections", &*new_int(statistics.collections.get() as i64)?)?;
            dict.set_text("collected", &*new_int(statistics.collected.get() as i64)?)?;
            dict.set_text("uncollectable", &*new_int(statistics.uncollectable.get() as i64)?)?;
            stats.push(dict.upcast());
        }
        List::from_vec(stats)
    }

    #[function("freeze($module, /)")]
    fn freeze() {
        move_all(|generation| generation < PERMANENT, PERMANENT);
        collector().counts.iter().for_each(|count| count.set(0));
    }

    #[function("unfreeze($module, /)")]
    fn unfreeze() {
        move_all(|generation| generation == PERMANENT, 2);
    }

    #[function("get_freeze_count($module, /)")]
    fn get_freeze_count() -> usize {
        count_objects(|generation| generation == PERMANENT)
    }
}

/// Calls `each` with everything that an object's class says it refers to.
fn referents(object: &Object, each: &mut dyn FnMut(&Object)) {
    unsafe extern "C" fn visit(object: *mut Object, arg: *mut core::ffi::c_void) -> core::ffi::c_int {
        // SAFETY: the argument is the pointer to the closure below; the object is alive.
        unsafe { (*arg.cast::<&mut dyn FnMut(&Object)>())(&*object) };
        0
    }
    if let Some(traverse) = object.class().tp_traverse.get() {
        let mut each = each;
        // SAFETY: the slot belongs to the object's class; the closure outlives the traversal.
        unsafe { traverse(object, visit, (&raw mut each).cast()) };
    }
}
