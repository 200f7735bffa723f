//! How the cycle collector sees an object's references: `tp_traverse` and `tp_clear` as a Rust trait.

use crate::object::Object;
use core::cell::{Cell, RefCell};
use core::ffi::{c_int, c_void};

/// C's `visitproc`.
pub type VisitProc = unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int;

/// The result of visiting: a non-zero answer of the visit procedure stops the traversal.
pub type Visit = core::result::Result<(), c_int>;

/// The visit procedure with its argument.
pub struct Visitor {
    visit: VisitProc,
    arg: *mut c_void,
}

impl Visitor {
    /// # Safety
    /// `visit` may be called with `arg` and any object until the visitor is dropped.
    pub unsafe fn new(visit: VisitProc, arg: *mut c_void) -> Visitor {
        Visitor { visit, arg }
    }

    /// `Py_VISIT`.
    #[inline]
    pub fn visit(&mut self, object: &Object) -> Visit {
        // SAFETY: `new`'s contract.
        match unsafe { (self.visit)(object.as_ptr(), self.arg) } {
            0 => Ok(()),
            stop => Err(stop),
        }
    }

    /// The C pair, to call another type's `tp_traverse`.
    pub fn parts(&self) -> (VisitProc, *mut c_void) {
        (self.visit, self.arg)
    }
}

/// What a field contributes to `tp_traverse` and `tp_clear`. Plain data contributes nothing.
pub trait Trace {
    /// Visits every reference that `self` owns.
    fn trace(&self, visitor: &mut Visitor) -> Visit;
    /// Drops references so that cycles through `self` are broken.
    fn clear(&self);
}

impl<T: Trace> Trace for Option<T> {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.as_ref().map_or(Ok(()), |value| value.trace(visitor))
    }
    fn clear(&self) {
        if let Some(value) = self {
            value.clear();
        }
    }
}

impl<T: crate::object::Instance> Trace for crate::object::refs::Ref<T> {
    #[inline]
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        visitor.visit(self.as_object())
    }
    /// A bare `Ref` cannot be emptied: another object of the cycle must be.
    fn clear(&self) {}
}

impl<T: Trace> Trace for Vec<T> {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.iter().try_for_each(|value| value.trace(visitor))
    }
    fn clear(&self) {
        self.iter().for_each(Trace::clear);
    }
}

impl<T: Trace> Trace for Box<T> {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        (**self).trace(visitor)
    }
    fn clear(&self) {
        (**self).clear();
    }
}

impl<T: Trace + Default> Trace for RefCell<T> {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        // A traversal can only meet a borrow while the owner is in the middle of changing the value with no
        // Python code in between, which the GIL rules out.
        self.try_borrow().map_or(Ok(()), |value| value.trace(visitor))
    }
    fn clear(&self) {
        drop(self.try_borrow_mut().map(|mut value| core::mem::take(&mut *value)));
    }
}

macro_rules! no_references {
    ($($t:ty),* $(,)?) => { $(
        impl Trace for $t {
            #[inline]
            fn trace(&self, _visitor: &mut Visitor) -> Visit {
                Ok(())
            }
            #[inline]
            fn clear(&self) {}
        }
    )* };
}

no_references!(
    bool,
    char,
    u8,
    i8,
    u16,
    i16,
    u32,
    i32,
    u64,
    i64,
    usize,
    isize,
    f32,
    f64,
    String,
    &'static str
);

impl<T: Copy> Trace for Cell<T> {
    #[inline]
    fn trace(&self, _visitor: &mut Visitor) -> Visit {
        Ok(())
    }
    #[inline]
    fn clear(&self) {}
}
