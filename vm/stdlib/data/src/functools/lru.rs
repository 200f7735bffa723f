//! The cache behind `lru_cache`: uncached, unbounded, or bounded with the least recently used result leaving first.

use core::cell::Cell;
use core::ptr;
use macros::{Trace, pytype};
use objects::object::refs;
use objects::protocol::{self, attr, call, number};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::dict::Dict;
use objects::types::int::{Int, new_int};
use objects::types::method::Method;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, Visit, Visitor, attrs, id, raise};

/// A cached result, in the order of use. The dictionary and the order own it, each with a count.
#[repr(C)]
struct Link {
    ob_base: Object,
    previous: Cell<*const Link>,
    next: Cell<*const Link>,
    hash: Cell<isize>,
    key: Slot,
    result: Slot,
}

#[pytype(name = "_lru_list_elem", module = "functools", static_name = LINK, no_new)]
impl Link {}

/// The links of a bounded cache, the least recently used in front.
#[derive(Default)]
struct Order {
    first: Cell<*const Link>,
    last: Cell<*const Link>,
}

impl Order {
    /// Takes a link out; its count passes to the caller's care.
    fn unlink(&self, link: &Link) {
        let (previous, next) = (link.previous.replace(ptr::null()), link.next.replace(ptr::null()));
        // SAFETY: the neighbours are in the order, which owns them.
        unsafe {
            match previous.as_ref() {
                Some(previous) => previous.next.set(next),
                None => self.first.set(next),
            }
            match next.as_ref() {
                Some(next) => next.previous.set(previous),
                None => self.last.set(previous),
            }
        }
    }

    /// Puts a link, whose count the caller has, at the end.
    fn append(&self, link: &Link) {
        let last = self.last.replace(link);
        link.previous.set(last);
        link.next.set(ptr::null());
        // SAFETY: in the order, which owns it.
        match unsafe { last.as_ref() } {
            Some(last) => last.next.set(link),
            None => self.first.set(link),
        }
    }

    /// The least recently used link, taken out.
    fn pop_first(&self) -> Option<Ref<Link>> {
        // SAFETY: the order owns its links.
        let link = unsafe { self.first.get().as_ref() }?;
        self.unlink(link);
        // SAFETY: the order's count, which it has given up.
        unsafe { Ref::from_nullable(ptr::from_ref(link).cast_mut()) }
    }

    /// All links, taken out.
    fn take(&self) -> Vec<Ref<Link>> {
        core::iter::from_fn(|| self.pop_first()).collect()
    }
}

impl objects::Trace for Order {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        let mut next = self.first.get();
        // SAFETY: the order owns its links; a traversal changes nothing.
        while let Some(link) = unsafe { next.as_ref() } {
            link.key.trace(visitor)?;
            link.result.trace(visitor)?;
            next = link.next.get();
        }
        Ok(())
    }
    fn clear(&self) {
        drop(self.take());
    }
}

impl Drop for Order {
    fn drop(&mut self) {
        drop(self.take());
    }
}

#[derive(Clone, Copy)]
enum Limit {
    Uncached,
    Unbounded,
    Bounded(usize),
}

/// `lru_cache_object`.
#[repr(C)]
#[derive(Trace)]
pub struct LruCache {
    ob_base: Object,
    function: Slot,
    cache: Slot<Dict>,
    order: Order,
    limit: Cell<Limit>,
    typed: Cell<bool>,
    hits: Cell<isize>,
    misses: Cell<isize>,
    cache_info_type: Slot,
    dict: Slot<Dict>,
    weakreflist: Cell<*const WeakReference>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

/// The arguments of a call: positional ones, then one for each name.
struct Arguments<'a> {
    all: &'a [&'a Object],
    positional: usize,
    names: Option<&'a Tuple>,
}

unsafe extern "C" fn call_cached(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    let positional = call::positional_count(nargsf);
    let total = positional + names.map_or(0, Tuple::len);
    // SAFETY: the entry of a cache; the vectorcall convention; no argument is NULL.
    let (this, all) = unsafe {
        let all: &[&Object] = match total {
            0 => &[],
            _ => core::slice::from_raw_parts(args.cast(), total),
        };
        (this.cast_unchecked::<LruCache>(), all)
    };
    let (Some(function), Some(cache)) = (this.function.get(), this.cache.get()) else {
        return Err(objects::raise::bad_internal_call());
    };
    let names = names.filter(|names| !names.is_empty());
    let arguments = Arguments { all, positional, names };
    match this.limit.get() {
        Limit::Uncached => {
            this.misses.set(this.misses.get() + 1);
            call::vectorcall(&function, all, 0, names)
        }
        Limit::Unbounded => this.call_unbounded(&function, &cache, &arguments),
        Limit::Bounded(max) => this.call_bounded(&function, &cache, max, &arguments),
    }
}

impl LruCache {
    /// What a call is cached under: its only argument when that is a `str` or an `int`, else a tuple of the arguments, the names with
    /// their values behind a mark, and the types of all.
    fn key(&self, arguments: &Arguments<'_>) -> Result<Ref> {
        let Arguments { all, positional, names } = *arguments;
        let typed = self.typed.get();
        if let ([only], None, false) = (all, names, typed)
            && (only.cast_exact::<Str>().is_some() || only.cast_exact::<Int>().is_some())
        {
            return Ok(only.to_ref());
        }
        if names.is_none() && !typed {
            return Ok(Tuple::from_slice(all)?.upcast());
        }
        let mut parts: Vec<Ref> = all[..positional].iter().map(|arg| arg.to_ref()).collect();
        if let Some(names) = names {
            parts.push(mark()?);
            for (name, value) in names.items().iter().zip(&all[positional..]) {
                parts.push(name.to_ref());
                parts.push(value.to_ref());
            }
        }
        if typed {
            parts.extend(all.iter().map(|arg| arg.class().to_ref().upcast()));
        }
        Ok(Tuple::from_vec(parts)?.upcast())
    }

    fn call_unbounded(&self, function: &Object, cache: &Dict, arguments: &Arguments<'_>) -> Result<Ref> {
        let key = self.key(arguments)?;
        let hash = protocol::object::hash(&key)?;
        if let Some(result) = cache.get_item_known_hash(&key, hash)? {
            self.hits.set(self.hits.get() + 1);
            return Ok(result);
        }
        self.misses.set(self.misses.get() + 1);
        let result = call::vectorcall(function, arguments.all, 0, arguments.names)?;
        cache.set_item_known_hash(&key, hash, result.clone())?;
        Ok(result)
    }

    fn call_bounded(
        &self,
        function: &Object,
        cache: &Dict,
        max: usize,
        arguments: &Arguments<'_>,
    ) -> Result<Ref> {
        let key = self.key(arguments)?;
        let hash = protocol::object::hash(&key)?;
        if let Some(link) = cache.get_item_known_hash(&key, hash)?
            && let Some(link) = link.cast_exact::<Link>()
            && let Some(result) = link.result.get()
        {
            if !ptr::eq(self.order.last.get(), link) {
                self.order.unlink(link);
                self.order.append(link);
            }
            self.hits.set(self.hits.get() + 1);
            return Ok(result);
        }
        self.misses.set(self.misses.get() + 1);
        let result = call::vectorcall(function, arguments.all, 0, arguments.names)?;
        if cache.get_item_known_hash(&key, hash)?.is_some() {
            // The call has put the same key there.
            return Ok(result);
        }
        let link = match cache.len() >= max {
            true => self.order.pop_first(),
            false => None,
        };
        let Some(link) = link else {
            let link = Ref::new(Link {
                ob_base: Object::HEAD,
                previous: Cell::new(ptr::null()),
                next: Cell::new(ptr::null()),
                hash: Cell::new(hash),
                key: Slot::new(key.clone()),
                result: Slot::new(result.clone()),
            })?;
            cache.set_item_known_hash(&key, hash, link.clone().upcast())?;
            self.order.append(&link);
            let _ = link.into_ptr();
            return Ok(result);
        };
        let old = link.key.get().ok_or_else(objects::raise::bad_internal_call)?;
        match cache.remove_known_hash(&old, link.hash.get()) {
            // Something else has removed the old key already, so its link is of no use.
            Ok(None) => return Ok(result),
            Ok(Some(_)) => {}
            Err(raised) => {
                let exception = raised.take();
                self.order.append(&link);
                let _ = link.into_ptr();
                return Err(objects::raise::restore(exception));
            }
        }
        // What the link held is dropped at the end, when the cache is consistent.
        let _old = (link.key.replace(Some(key.clone())), link.result.replace(Some(result.clone())));
        link.hash.set(hash);
        cache.set_item_known_hash(&key, hash, link.clone().upcast())?;
        self.order.append(&link);
        let _ = link.into_ptr();
        Ok(result)
    }
}

/// The object that separates positional from keyword arguments in a key.
fn mark() -> Result<Ref> {
    struct Mark(Slot);
    // SAFETY: touched under the GIL.
    unsafe impl Sync for Mark {}
    objects::per_interpreter! {
        static MARK: Mark = Mark(Slot::empty());
    }
    if let Some(mark) = MARK.0.get() {
        return Ok(mark);
    }
    let mark = call::call_no_args(<Object as Instance>::class())?;
    MARK.0.set(Some(mark.clone()));
    Ok(mark)
}

#[pytype(
    name = "_lru_cache_wrapper", module = "functools", static_name = LRU_CACHE, gc, flags = [METHOD_DESCRIPTOR],
    dict = dict, weaklist = weakreflist, vectorcall_field = vectorcall, call = call::vectorcall_call
)]
impl LruCache {
    #[new("lru_cache(user_function, maxsize, typed, cache_info_type)")]
    fn tp_new(
        class: &TypeObject,
        user_function: &Object,
        maxsize: &Object,
        typed: bool,
        cache_info_type: &Object,
    ) -> Result<Ref<LruCache>> {
        if !call::is_callable(user_function) {
            return Err(raise!(TypeError, "the first argument must be callable"));
        }
        let limit = if maxsize.is(none()) {
            Limit::Unbounded
        } else if number::is_index(maxsize) {
            let max = number::index_as_isize(maxsize, Some(&objects::types::exceptions::OverflowError))?;
            match usize::try_from(max) {
                Ok(max) if max > 0 => Limit::Bounded(max),
                _ => Limit::Uncached,
            }
        } else {
            return Err(raise!(TypeError, "maxsize should be integer or None"));
        };
        Ref::new_in(
            class,
            LruCache {
                ob_base: Object::HEAD,
                function: Slot::new(user_function.to_ref()),
                cache: Slot::new(Dict::new()?),
                order: Order::default(),
                limit: Cell::new(limit),
                typed: Cell::new(typed),
                hits: Cell::new(0),
                misses: Cell::new(0),
                cache_info_type: Slot::new(cache_info_type.to_ref()),
                dict: Slot::empty(),
                weakreflist: Cell::new(ptr::null()),
                vectorcall: Cell::new(Some(call_cached)),
            },
        )
    }

    #[slot(tp_descr_get)]
    fn bind(&self, object: Option<&Object>, _class: Option<&Object>) -> Result<Ref> {
        match object.filter(|object| !object.is(none())) {
            Some(object) => Ok(Method::new(self, object)?.upcast()),
            None => Ok(self.to_ref().upcast()),
        }
    }

    #[method("cache_info($self, /)")]
    fn cache_info(&self) -> Result<Ref> {
        let (Some(class), Some(cache)) = (self.cache_info_type.get(), self.cache.get()) else {
            return Err(objects::raise::bad_internal_call());
        };
        let max = match self.limit.get() {
            Limit::Uncached => new_int(0)?,
            Limit::Unbounded => refs::none(),
            Limit::Bounded(max) => Int::from_usize(max)?.upcast(),
        };
        let (hits, misses) = (new_int(self.hits.get() as i64)?, new_int(self.misses.get() as i64)?);
        let used = Int::from_usize(cache.len())?;
        call::call(&class, &[&*hits, &*misses, &*max, used.as_object()])
    }

    #[method("cache_clear($self, /)")]
    fn cache_clear(&self) {
        let links = self.order.take();
        self.hits.set(0);
        self.misses.set(0);
        if let Some(cache) = self.cache.get() {
            cache.clear_entries();
        }
        drop(links);
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref> {
        attr::get(self, id!("__qualname__"))
    }

    #[method("__copy__", raw, nosig)]
    fn copy(&self, _args: &[&Object]) -> Ref<LruCache> {
        self.to_ref()
    }

    #[method("__deepcopy__", raw, nosig)]
    fn deepcopy(&self, _args: &[&Object]) -> Ref<LruCache> {
        self.to_ref()
    }

    #[getter("__dict__")]
    fn get_dict(&self) -> Result<Ref> {
        attrs::generic_get_dict(self)
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        attrs::generic_set_dict(self, value)
    }
}
