//! `gc`: the cycle collector's controls.

use objects::object::gc::collect::{self, Observer, Outcome};
use objects::object::gc::{PERMANENT, collector, is_finalized as finalized, is_tracked as tracked, move_all};
use objects::object::refs::Slot;
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

struct Lists {
    callbacks: Slot<List>,
    garbage: Slot<List>,
}
// SAFETY: touched under the GIL.
unsafe impl Sync for Lists {}
static LISTS: Lists = Lists { callbacks: Slot::empty(), garbage: Slot::empty() };

/// Tells `gc.callbacks`, keeps in `gc.garbage`.
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

impl Observer for Watch {
    fn start(&self, generation: usize) {
        if let Err(raised) = Watch::tell("start", generation, Outcome::default()) {
            raised.clear();
        }
    }

    fn stop(&self, generation: usize, outcome: Outcome) {
        if let Err(raised) = Watch::tell("stop", generation, outcome) {
            raised.clear();
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

    #[constant]
    const DEBUG_STATS: i64 = 1;
    #[constant]
    const DEBUG_COLLECTABLE: i64 = 2;
    #[constant]
    const DEBUG_UNCOLLECTABLE: i64 = 4;
    #[constant]
    const DEBUG_SAVEALL: i64 = 32;
    #[constant]
    const DEBUG_LEAK: i64 = 2 | 4 | 32;

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
        tracked(obj)
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
        let mut found = Vec::new();
        objects::object::gc::for_each_tracked(
            |generation| generation < PERMANENT && wanted.is_none_or(|wanted| generation == wanted),
            |object| found.push(object.to_ref()),
        );
        List::from_vec(found)
    }

    #[function("get_referents($module, /, *objs)", unchecked)]
    fn get_referents(objs: &[&Object]) -> Result<Ref<List>> {
        let mut found = Vec::new();
        for object in objs {
            super::referents(object, &mut |referent| found.push(referent.to_ref()));
        }
        List::from_vec(found)
    }

    #[function("get_referrers($module, /, *objs)", unchecked)]
    fn get_referrers(objs: &[&Object]) -> Result<Ref<List>> {
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
        let mut count = 0;
        objects::object::gc::for_each_tracked(|generation| generation == PERMANENT, |_| count += 1);
        count
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
