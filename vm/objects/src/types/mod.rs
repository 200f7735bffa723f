//! The built-in types, one file each, a folder where a type has parts.

/// Declares the view [`crate::Instance`] of a struct and `Deref` to its head. With a flag, the subclass check is one bit test.
#[macro_export]
macro_rules! instance {
    ($view:ty, $class:path) => {
        // SAFETY: the struct is `repr(C)` and begins with the head.
        unsafe impl $crate::Instance for $view {
            #[inline]
            fn class() -> &'static $crate::TypeObject {
                &$class
            }
        }
        $crate::instance!(@deref $view);
    };
    ($view:ty, $class:path, $flag:path) => {
        // SAFETY: the struct is `repr(C)` and begins with the head; the flag marks exactly the subclasses.
        unsafe impl $crate::Instance for $view {
            #[inline]
            fn class() -> &'static $crate::TypeObject {
                &$class
            }
            #[inline]
            fn is_instance(object: &$crate::Object) -> bool {
                object.class().has_feature($flag)
            }
        }
        $crate::instance!(@deref $view);
    };
    (@deref $view:ty) => {
        impl ::core::ops::Deref for $view {
            type Target = $crate::Object;
            #[inline]
            fn deref(&self) -> &$crate::Object {
                $crate::Instance::as_object(self)
            }
        }
    };
}

pub mod bool;
pub mod buffer;
pub mod bytearray;
pub mod bytes;
pub mod capsule;
pub mod cell;
pub mod cfunction;
pub mod classmethod;
pub mod code;
pub mod complex;
pub mod context;
pub mod descr;
pub mod dict;
pub mod exceptions;
pub mod float;
pub mod frame;
pub mod function;
pub mod functional;
pub mod generator;
pub mod generic_alias;
pub mod instance_method;
pub mod int;
pub mod iter;
pub mod list;
pub mod mappingproxy;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod namespace;
pub mod none;
pub mod object;
pub mod odict;
pub mod picklebuffer;
pub mod property;
pub mod range;
pub mod set;
pub mod slice;
pub mod staticmethod;
pub mod statics;
pub mod str;
pub mod structseq;
pub mod super_;
pub mod traceback;
pub mod tuple;
pub mod r#type;
pub mod typing;
pub mod union;
pub mod weakref;

pub use statics::{STATIC_TYPES, init};
