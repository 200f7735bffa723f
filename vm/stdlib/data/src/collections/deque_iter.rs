//! The iterators of `deque`.

use super::deque::Deque;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{iter, number};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// `dequeiterobject`: how many items came, and how many are left.
#[derive(Trace)]
struct Walk {
    deque: Slot<Deque>,
    passed: Cell<usize>,
    left: Cell<usize>,
    state: Cell<u64>,
}

impl Walk {
    fn new(deque: &Deque) -> Walk {
        Walk {
            deque: Slot::new(deque.to_ref()),
            passed: Cell::new(0),
            left: Cell::new(deque.len()),
            state: Cell::new(deque.state()),
        }
    }

    /// What the constructors take: a deque, and how many items to pass over.
    fn from_arguments(args: &Tuple) -> Result<(Walk, isize)> {
        let (deque, skip) = match *args.items() {
            [deque] => (deque, None),
            [deque, skip] => (deque, Some(skip)),
            [] => return Err(raise!(TypeError, "function takes at least 1 argument (0 given)")),
            _ => return Err(raise!(TypeError, "function takes at most 2 arguments ({} given)", args.len())),
        };
        let Some(deque) = deque.cast::<Deque>() else {
            let got = deque.class().full_name();
            return Err(raise!(TypeError, "argument 1 must be collections.deque, not {got}"));
        };
        let skip = match skip {
            Some(skip) => number::index_as_isize(skip, Some(&exc::OverflowError))?,
            None => 0,
        };
        Ok((Walk::new(deque), skip))
    }

    fn next(&self, reverse: bool) -> Result<Option<Ref>> {
        let Some(deque) = self.deque.get() else { return Ok(None) };
        if deque.state() != self.state.get() {
            self.left.set(0);
            return Err(raise!(RuntimeError, "deque mutated during iteration"));
        }
        if self.left.get() == 0 {
            return Ok(None);
        }
        let passed = self.passed.get();
        let at = if reverse { deque.len().checked_sub(passed + 1) } else { Some(passed) };
        let item = at.and_then(|at| deque.item(at));
        self.passed.set(passed + 1);
        self.left.set(self.left.get() - 1);
        Ok(item)
    }

    fn reduce(&self, class: &TypeObject) -> Result<(Ref, (Ref<Deque>, usize))> {
        let deque = self.deque.get().ok_or_else(objects::raise::bad_internal_call)?;
        let passed = deque.len().saturating_sub(self.left.get());
        Ok((class.to_ref().upcast(), (deque, passed)))
    }
}

macro_rules! iterators {
    ($($view:ident $static:ident $name:literal $reverse:literal;)*) => { $(
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            walk: Walk,
        }

        impl $view {
            /// # Errors
            /// MemoryError.
            pub fn new(deque: &Deque) -> Result<Ref<$view>> {
                Ref::new($view { ob_base: Object::HEAD, walk: Walk::new(deque) })
            }
        }

        #[pytype(
            getattro = objects::attrs::generic_getattro,
            name = $name, module = "collections", static_name = $static, gc, iter = objects::slots::self_iter
        )]
        impl $view {
            #[slot(tp_new)]
            fn tp_new(class: &TypeObject, args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<$view>> {
                let (walk, skip) = Walk::from_arguments(args)?;
                let this = Ref::new_in(class, $view { ob_base: Object::HEAD, walk })?;
                for _ in 0..skip {
                    if iter::next(&this)?.is_none() {
                        break;
                    }
                }
                Ok(this)
            }

            #[slot(tp_iternext)]
            fn next(&self) -> Result<Option<Ref>> {
                self.walk.next($reverse)
            }

            #[method("__length_hint__($self, /)")]
            fn length_hint(&self) -> usize {
                self.walk.left.get()
            }

            #[method("__reduce__($self, /)")]
            fn reduce(&self) -> Result<(Ref, (Ref<Deque>, usize))> {
                self.walk.reduce(self.class())
            }
        }
    )* };
}

iterators! {
    Forward DEQUE_ITERATOR "_deque_iterator" false;
    Backward DEQUE_REVERSE_ITERATOR "_deque_reverse_iterator" true;
}
