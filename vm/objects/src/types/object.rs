//! `object`, the root of all types.

use crate::object::Object;
use crate::typeobject::{TypeObject, flags};

#[unsafe(no_mangle)]
pub static PyBaseObject_Type: TypeObject = TypeObject::new(c"object", size_of::<Object>(), flags::BASETYPE);
