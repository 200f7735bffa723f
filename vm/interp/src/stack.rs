//! The operand stack as the opcode bodies see it.

use objects::{Instance, Object, Ref};

/// Points one past the top item. Items are owned references; some are NULL, which the bytecode knows.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Stack(pub *mut *mut Object);

/// Every method requires what the bytecode guarantees: that the items it names are there and have room.
impl Stack {
    /// Pushes a value.
    #[inline(always)]
    pub unsafe fn push<T: Instance>(&mut self, value: Ref<T>) {
        // SAFETY: `co_stacksize` leaves room.
        unsafe {
            *self.0 = value.into_ptr().cast();
            self.0 = self.0.add(1);
        }
    }

    /// Pushes a value or NULL.
    #[inline(always)]
    pub unsafe fn push_nullable(&mut self, value: Option<Ref>) {
        // SAFETY: `co_stacksize` leaves room.
        unsafe {
            *self.0 = value.map_or(core::ptr::null_mut(), Ref::into_ptr);
            self.0 = self.0.add(1);
        }
    }

    /// Pops a value.
    #[inline(always)]
    pub unsafe fn pop(&mut self) -> Ref {
        // SAFETY: the top is there and no NULL.
        unsafe {
            self.0 = self.0.sub(1);
            Ref::from_owned(core::ptr::NonNull::new_unchecked(*self.0))
        }
    }

    /// Pops a value or NULL.
    #[inline(always)]
    pub unsafe fn pop_nullable(&mut self) -> Option<Ref> {
        // SAFETY: the top is there.
        unsafe {
            self.0 = self.0.sub(1);
            Ref::from_nullable(*self.0)
        }
    }

    /// The item `depth` below the end: 1 is the top.
    #[inline(always)]
    pub unsafe fn peek<'a>(self, depth: usize) -> &'a Object {
        // SAFETY: the item is there and no NULL.
        unsafe { &**self.0.sub(depth) }
    }

    /// The item `depth` below the end, or NULL.
    #[inline(always)]
    pub unsafe fn peek_nullable<'a>(self, depth: usize) -> Option<&'a Object> {
        // SAFETY: the item is there.
        unsafe { (*self.0.sub(depth)).as_ref() }
    }

    /// Takes the item `depth` below the end, leaving NULL.
    #[inline(always)]
    pub unsafe fn take(self, depth: usize) -> Option<Ref> {
        // SAFETY: the item is there.
        unsafe { Ref::from_nullable(self.0.sub(depth).replace(core::ptr::null_mut())) }
    }

    /// Puts a value over the NULL `depth` below the end.
    #[inline(always)]
    pub unsafe fn put(self, depth: usize, value: Option<Ref>) {
        // SAFETY: the place is there.
        unsafe { *self.0.sub(depth) = value.map_or(core::ptr::null_mut(), Ref::into_ptr) };
    }

    /// The top `count` items, none of which is NULL.
    #[inline(always)]
    pub unsafe fn top<'a>(self, count: usize) -> &'a [&'a Object] {
        // SAFETY: the items are there and no NULL.
        unsafe { core::slice::from_raw_parts(self.0.sub(count).cast(), count) }
    }

    /// Pops the top `count` items in order.
    pub unsafe fn pop_many(&mut self, count: usize) -> Vec<Ref> {
        // SAFETY: the items are there and no NULL; the stack gives them up.
        unsafe {
            self.0 = self.0.sub(count);
            (0..count).map(|i| Ref::from_owned(core::ptr::NonNull::new_unchecked(*self.0.add(i)))).collect()
        }
    }

    /// Drops the top `count` items, NULLs among them.
    pub unsafe fn drop_many(&mut self, count: usize) {
        for _ in 0..count {
            // SAFETY: the items are there.
            drop(unsafe { self.pop_nullable() });
        }
    }
}
