//! The memos of picklers and unpicklers, as Python sees them.

use super::pickler::Pickler;
use super::unpickler::Unpickler;
use macros::{Trace, pytype};
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot};

macro_rules! proxies {
    ($($view:ident $static:ident $name:literal $owner:ident;)*) => { $(
        #[doc = concat!("`", $name, "`.")]
        #[repr(C)]
        #[derive(Trace)]
        pub struct $view {
            ob_base: Object,
            owner: Slot<$owner>,
        }

        impl $view {
            /// # Errors
            /// MemoryError.
            pub fn new(owner: &$owner) -> Result<Ref<$view>> {
                Ref::new($view { ob_base: Object::HEAD, owner: Slot::new(owner.to_ref()) })
            }

            fn owner(&self) -> Result<Ref<$owner>> {
                self.owner.get().ok_or_else(objects::raise::bad_internal_call)
            }
        }

        #[pytype(name = $name, module = "_pickle", static_name = $static, gc, unhashable)]
        impl $view {
            #[method("clear($self, /)")]
            fn py_clear(&self) -> Result<()> {
                drop(self.owner()?.memo.take());
                Ok(())
            }

            #[method("copy($self, /)")]
            fn copy(&self) -> Result<Ref<Dict>> {
                self.to_dict()
            }

            #[method("__reduce__($self, /)")]
            fn reduce(&self) -> Result<(&'static Object, (Ref<Dict>,))> {
                Ok((Dict::class().as_object(), (self.to_dict()?,)))
            }
        }
    )* };
}

proxies! {
    PicklerMemoProxy PICKLER_MEMO_PROXY "PicklerMemoProxy" Pickler;
    UnpicklerMemoProxy UNPICKLER_MEMO_PROXY "UnpicklerMemoProxy" Unpickler;
}

impl PicklerMemoProxy {
    /// The objects with their numbers.
    ///
    /// # Errors
    /// SystemError when the collector has cleared the proxy.
    pub fn entries(&self) -> Result<Vec<(Ref, usize)>> {
        Ok(self.owner()?.memo.borrow().to_vec())
    }

    /// By identity, number and object.
    fn to_dict(&self) -> Result<Ref<Dict>> {
        let dict = Dict::new()?;
        for (object, number) in self.entries()? {
            let key = Int::from_usize(object.as_ptr().addr())?;
            let number = Int::from_usize(number)?.upcast();
            dict.set_item(&key, &*Tuple::from_array([number, object])?)?;
        }
        Ok(dict)
    }
}

impl UnpicklerMemoProxy {
    /// The objects by their numbers.
    ///
    /// # Errors
    /// SystemError when the collector has cleared the proxy.
    pub fn entries(&self) -> Result<Vec<Option<Ref>>> {
        Ok(self.owner()?.memo.borrow().clone())
    }

    fn to_dict(&self) -> Result<Ref<Dict>> {
        let dict = Dict::new()?;
        for (number, object) in self.entries()?.into_iter().enumerate() {
            if let Some(object) = object {
                dict.set_item(&*Int::from_usize(number)?, &object)?;
            }
        }
        Ok(dict)
    }
}
