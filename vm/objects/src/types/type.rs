//! `type`, the class of classes.

use crate::typeobject::{HeapType, TypeObject, flags};

#[unsafe(no_mangle)]
pub static PyType_Type: TypeObject =
    TypeObject::new(c"type", size_of::<HeapType>(), flags::BASETYPE | flags::HAVE_GC | flags::TYPE_SUBCLASS);

instance!(TypeObject, PyType_Type, flags::TYPE_SUBCLASS);
