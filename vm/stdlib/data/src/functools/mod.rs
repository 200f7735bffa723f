//! `_functools`: partial application, reduction, comparison functions as keys, caches of results.

mod key;
mod lru;
mod partial;

use macros::pymodule;
use objects::protocol::{call, iter};
use objects::types::exceptions as exc;
use objects::{Instance, Object, Ref, Result, raise};

#[pymodule(name = "_functools", classes(partial::Partial, lru::LruCache))]
pub mod module {
    use super::*;

    #[function("reduce($module, function, iterable, initial=<none>, /)", nosig)]
    fn reduce(function: &Object, iterable: &Object, initial: Option<&Object>) -> Result<Ref> {
        let items = iter::get_iter(iterable).map_err(|raised| {
            if !raised.matches(&exc::TypeError) {
                return raised;
            }
            raised.clear();
            raise!(TypeError, "reduce() arg 2 must support iteration")
        })?;
        let mut result = match initial {
            Some(initial) => initial.to_ref(),
            None => match iter::next(&items)? {
                Some(first) => first,
                None => {
                    return Err(raise!(TypeError, "reduce() of empty iterable with no initial value"));
                }
            },
        };
        iter::drain(&items, |item| {
            result = call::call(function, &[&*result, &*item])?;
            Ok(())
        })?;
        Ok(result)
    }

    #[function("cmp_to_key($module, /, mycmp)")]
    fn cmp_to_key(mycmp: &Object) -> Result<Ref<key::KeyWrapper>> {
        key::KeyWrapper::new(mycmp, None)
    }
}
