//! `_tracemalloc`: where blocks were allocated.

use objects::object::heap::trace::{self, MAX_FRAMES, Traceback};
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, raise};
use std::collections::HashMap;
use std::rc::Rc;

/// A traceback as a tuple of pairs: file, line.
pub fn frames(traceback: &Traceback) -> Result<Ref<Tuple>> {
    let pair = |(file, line): &(Ref<objects::types::str::Str>, i32)| -> Result<Ref> {
        Ok(Tuple::from_array([file.clone().upcast(), new_int((*line).into())?])?.upcast())
    };
    if traceback.frames.is_empty() {
        let unknown = objects::types::str::intern::intern_text("<unknown>")?;
        return Tuple::from_vec(vec![pair(&(unknown, 0))?]);
    }
    Tuple::from_vec(traceback.frames.iter().map(pair).collect::<Result<_>>()?)
}

#[macros::pymodule(name = "_tracemalloc")]
pub mod module {
    use super::*;

    #[function("is_tracing($module, /)")]
    fn is_tracing() -> bool {
        trace::is_on()
    }

    #[function("clear_traces($module, /)")]
    fn clear_traces() {
        if trace::is_on() {
            trace::clear();
        }
    }

    #[function("_get_traces($module, /)")]
    fn get_traces() -> Result<Ref<List>> {
        let mut known: HashMap<*const Traceback, Ref<Tuple>> = HashMap::new();
        let mut list = Vec::new();
        for (domain, size, traceback) in trace::all() {
            let shown = match known.get(&Rc::as_ptr(&traceback)) {
                Some(shown) => shown.clone(),
                None => {
                    let shown = frames(&traceback)?;
                    known.insert(Rc::as_ptr(&traceback), shown.clone());
                    shown
                }
            };
            let total = new_int(traceback.total.max(1) as i64)?;
            let item = [new_int(domain.into())?, Int::from_usize(size)?.upcast(), shown.upcast(), total];
            list.push(Tuple::from_array(item)?.upcast());
        }
        List::from_vec(list)
    }

    #[function("_get_object_traceback($module, obj, /)")]
    fn get_object_traceback(obj: &Object) -> Result<Option<Ref<Tuple>>> {
        trace::traceback_of(obj.as_ptr().cast()).map(|traceback| frames(&traceback)).transpose()
    }

    #[function("start($module, nframe=1, /)")]
    fn start(nframe: i32) -> Result<()> {
        match usize::try_from(nframe) {
            Ok(frames) if (1..=MAX_FRAMES).contains(&frames) => {
                trace::start(frames);
                Ok(())
            }
            _ => Err(raise!(ValueError, "the number of frames must be in range [1; {MAX_FRAMES}]")),
        }
    }

    #[function("stop($module, /)")]
    fn stop() {
        trace::stop();
    }

    #[function("get_traceback_limit($module, /)")]
    fn get_traceback_limit() -> usize {
        trace::limit()
    }

    #[function("get_tracemalloc_memory($module, /)")]
    fn get_tracemalloc_memory() -> usize {
        trace::own_memory()
    }

    #[function("get_traced_memory($module, /)")]
    fn get_traced_memory() -> (usize, usize) {
        trace::traced_memory()
    }

    #[function("reset_peak($module, /)")]
    fn reset_peak() {
        trace::reset_peak();
    }
}
