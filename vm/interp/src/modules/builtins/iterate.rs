//! Functions over iterables: `all any iter next aiter anext len max min sorted sum`.

use objects::args::Kwargs;
use objects::protocol::number::{self, Binary};
use objects::protocol::{call, compare, iter, object};
use objects::types::bool::from_bool;
use objects::types::exceptions as exc;
use objects::types::float::Float;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::none::none;
use objects::{CompareOp, Instance, Object, Ref, Result, raise};

#[macros::pymodule(name = "builtins", part)]
pub mod part {
    use super::*;

    #[function("all($module, iterable, /)")]
    fn all(iterable: &Object) -> Result<bool> {
        let iterator = iter::get_iter(iterable)?;
        while let Some(item) = iter::next(&iterator)? {
            if !object::is_true(&item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    #[function("any($module, iterable, /)")]
    fn any(iterable: &Object) -> Result<bool> {
        let iterator = iter::get_iter(iterable)?;
        while let Some(item) = iter::next(&iterator)? {
            if object::is_true(&item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[function("len($module, obj, /)")]
    fn len(obj: &Object) -> Result<usize> {
        object::len(obj)
    }

    #[function("iter", raw, nosig)]
    fn py_iter(args: &[&Object]) -> Result<Ref> {
        match args {
            [iterable] => iter::get_iter(iterable),
            [callable, sentinel] => {
                if !call::is_callable(callable) {
                    return Err(raise!(TypeError, "iter(v, w): v must be callable"));
                }
                objects::types::iter::callable_iterator(callable, sentinel)
            }
            _ => Err(wrong_count("iter", args.len())),
        }
    }

    #[function("next", raw, nosig)]
    fn py_next(args: &[&Object]) -> Result<Ref> {
        let (iterator, default) = match args {
            [iterator] => (iterator, None),
            [iterator, default] => (iterator, Some(*default)),
            _ => return Err(wrong_count("next", args.len())),
        };
        let Some(function) = iterator.class().tp_iternext.get().filter(|_| iter::is_iterator(iterator))
        else {
            return Err(raise!(TypeError, "'{}' object is not an iterator", iterator.class().name()));
        };
        // SAFETY: the slot belongs to the iterator's class.
        if let Some(item) = unsafe { function(iterator) } {
            return Ok(item);
        }
        if raise::occurred() {
            let raised = raise::pending();
            return match default {
                Some(default) if raised.matches(&exc::StopIteration) => {
                    raised.clear();
                    Ok(default.to_ref())
                }
                _ => Err(raised),
            };
        }
        default.map(Instance::to_ref).ok_or_else(|| raise::stop_iteration(None))
    }

    #[function("aiter($module, async_iterable, /)")]
    fn aiter(async_iterable: &Object) -> Result<Ref> {
        let class = async_iterable.class();
        let Some(function) = class.async_methods().and_then(|table| table.am_aiter.get()) else {
            return Err(raise!(TypeError, "'{}' object is not an async iterable", class.name()));
        };
        // SAFETY: the slot belongs to the object's class.
        let iterator = unsafe { function(async_iterable) }?;
        if iterator.class().async_methods().and_then(|table| table.am_anext.get()).is_none() {
            return Err(raise!(
                TypeError,
                "aiter() returned not an async iterator of type '{}'",
                iterator.class().name()
            ));
        }
        Ok(iterator)
    }

    #[function("anext($module, aiterator, default=<unrepresentable>, /)", raw)]
    fn anext(args: &[&Object]) -> Result<Ref> {
        let (iterator, default) = match args {
            [iterator] => (iterator, None),
            [iterator, default] => (iterator, Some(*default)),
            _ => return Err(wrong_count("anext", args.len())),
        };
        let class = iterator.class();
        let Some(function) = class.async_methods().and_then(|table| table.am_anext.get()) else {
            return Err(raise!(TypeError, "'{}' object is not an async iterator", class.name()));
        };
        // SAFETY: the slot belongs to the object's class.
        let awaitable = unsafe { function(iterator) }?;
        match default {
            None => Ok(awaitable),
            Some(default) => objects::types::generator::async_gen::next_or_default(&awaitable, default),
        }
    }

    #[function("max", raw, nosig)]
    fn max(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        extreme("max", CompareOp::Gt, args, kwargs)
    }

    #[function("min", raw, nosig)]
    fn min(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        extreme("min", CompareOp::Lt, args, kwargs)
    }

    #[function("sorted($module, iterable, /, *, key=None, reverse=False)", raw)]
    fn sorted(args: &[&Object], kwargs: Kwargs) -> Result<Ref<List>> {
        let [iterable] = args else {
            return Err(raise!(TypeError, "sorted expected 1 argument, got {}", args.len()));
        };
        let list = objects::protocol::sequence::to_list(iterable)?;
        if kwargs.is_empty() {
            list.sort_by(None, false)?;
        } else {
            // The keywords are those of `list.sort`, which complains about others.
            let sort = objects::protocol::attr::get(&list, objects::id!("sort"))?;
            let kwargs = kwargs.to_dict()?;
            objects::protocol::call::call_with_tuple(
                &sort,
                &objects::types::tuple::Tuple::empty(),
                kwargs.as_deref(),
            )?;
        }
        Ok(list)
    }

    #[function("sum($module, iterable, /, start=0)")]
    fn sum(iterable: &Object, #[default(None)] start: Option<&Object>) -> Result<Ref> {
        super::sum(iterable, start)
    }
}

fn wrong_count(name: &str, given: usize) -> raise::Raised {
    let (bound, limit, s) = if given == 0 { ("at least", 1, "") } else { ("at most", 2, "s") };
    raise!(TypeError, "{name} expected {bound} {limit} argument{s}, got {given}")
}

/// `max` and `min`: `wins` is how a better item compares to the best so far.
fn extreme(name: &str, wins: CompareOp, args: &[&Object], kwargs: Kwargs<'_>) -> Result<Ref> {
    let (mut key, mut default) = (None, None);
    objects::args::check_keyword_count(name, kwargs.len(), 2)?;
    for (keyword, value) in kwargs.iter() {
        let keyword = objects::types::str::expect_str(keyword, "keyword")?;
        match &*keyword.to_string_lossy() {
            "key" => key = Some(value).filter(|key| !key.is(none())),
            "default" => default = Some(value),
            _ => return Err(objects::args::unknown_keyword(name, keyword, ["key", "default"])),
        }
    }
    let iterable = match args {
        [] => return Err(raise!(TypeError, "{name} expected at least 1 argument, got 0")),
        [iterable] => Some(*iterable),
        _ if default.is_some() => {
            return Err(raise!(
                TypeError,
                "Cannot specify a default for {name}() with multiple positional arguments"
            ));
        }
        _ => None,
    };
    let mut best: Option<(Ref, Ref)> = None;
    let mut consider = |item: Ref| -> Result<()> {
        let value = match key {
            Some(key) => call::call_one_arg(key, &item)?,
            None => item.clone(),
        };
        let better = match &best {
            Some((_, best)) => compare::compare_bool(&value, best, wins)?,
            None => true,
        };
        if better {
            best = Some((item, value));
        }
        Ok(())
    };
    match iterable {
        Some(iterable) => iter::drain(&*iter::get_iter(iterable)?, consider)?,
        None => args.iter().try_for_each(|item| consider((*item).to_ref()))?,
    }
    match (best, default) {
        (Some((item, _)), _) => Ok(item),
        (None, Some(default)) => Ok(default.to_ref()),
        (None, None) => Err(raise!(ValueError, "{name}() iterable argument is empty")),
    }
}

/// A sum of floats that keeps what rounding loses (Neumaier's improvement of Kahan's).
#[derive(Clone, Copy)]
struct Compensated {
    high: f64,
    low: f64,
}

impl Compensated {
    fn add(&mut self, x: f64) {
        let sum = self.high + x;
        if self.high.abs() >= x.abs() {
            self.low += (self.high - sum) + x;
        } else {
            self.low += (x - sum) + self.high;
        }
        self.high = sum;
    }

    fn value(self) -> f64 {
        // A compensation of infinity or NaN would spoil an infinite sum.
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

fn sum(iterable: &Object, start: Option<&Object>) -> Result<Ref> {
    let mut total = match start {
        None => new_int(0)?,
        Some(start) => {
            let refused = [
                ("str", "strings", "''.join(seq)"),
                ("bytes", "bytes", "b''.join(seq)"),
                ("bytearray", "bytearray", "b''.join(seq)"),
            ];
            for (class, what, instead) in refused {
                let mut classes = core::iter::successors(Some(start.class()), |class| class.base());
                if classes.any(|known| known.full_name() == class) {
                    return Err(raise!(TypeError, "sum() can't sum {what} [use {instead} instead]"));
                }
            }
            start.to_ref()
        }
    };
    let iterator = iter::get_iter(iterable)?;
    let mut pending = None;
    if let Some(mut small) = total.cast_exact::<Int>().and_then(Int::to_i64) {
        loop {
            let Some(item) = iter::next(&iterator)? else { return new_int(small) };
            let is_number =
                item.cast_exact::<Int>().is_some() || item.is(from_bool(true)) || item.is(from_bool(false));
            let value = if is_number { item.cast::<Int>().and_then(Int::to_i64) } else { None };
            match value.and_then(|value| small.checked_add(value)) {
                Some(sum) => small = sum,
                None => {
                    total = number::binary_op(&*new_int(small)?, &item, Binary::Add)?;
                    break;
                }
            }
        }
    }
    if let Some(float) = total.cast_exact::<Float>() {
        let mut sum = Compensated { high: float.value(), low: 0.0 };
        loop {
            let Some(item) = iter::next(&iterator)? else { return Ok(Float::new(sum.value())?.upcast()) };
            if let Some(float) = item.cast_exact::<Float>() {
                sum.add(float.value());
            } else if let Some(small) = item.cast::<Int>().and_then(Int::to_i64) {
                sum.high += small as f64;
            } else {
                total = Float::new(sum.value())?.upcast();
                pending = Some(item);
                break;
            }
        }
    }
    if let Some(item) = pending {
        total = number::binary_op(&total, &item, Binary::Add)?;
    }
    while let Some(item) = iter::next(&iterator)? {
        total = number::binary_op(&total, &item, Binary::Add)?;
    }
    Ok(total)
}
