//! `BINARY_SUBSCR` and `STORE_SUBSCR` for built-in containers, and for a `__getitem__` written in Python.
//!
//! Cache: counter.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use super::push;
use crate::eval::{fast_ops, next, ops};
use crate::finish::{drop_one, drop_two};
use bytecode::opcodes::op;
use objects::types::dict::Dict;
use objects::types::dict::methods::PyDict_Type;
use objects::types::function::Function;
use objects::types::int::{Int, PyLong_Type};
use objects::types::list::List;
use objects::types::list::methods::PyList_Type;
use objects::types::str::{PyUnicode_Type, Str, intern};
use objects::types::tuple::Tuple;
use objects::types::tuple::methods::PyTuple_Type;
use objects::{Instance, Object, id, raise};

/// An int of one digit that is not negative.
unsafe fn is_small_index(object: &Object) -> bool {
    // SAFETY: the class is checked.
    unsafe {
        object.is_exactly(&PyLong_Type) && {
            let index = object.cast_unchecked::<Int>();
            index.is_compact() && !index.is_negative()
        }
    }
}

/// Rewrites a `BINARY_SUBSCR` for the operands it has now.
pub unsafe fn specialize_load(site: Site<'_>) {
    // SAFETY: two operands are on the stack.
    unsafe {
        let (container, key) = (site.item(2), site.item(1));
        let found = if container.is_exactly(&PyList_Type) && is_small_index(key) {
            Some(op::BINARY_SUBSCR_LIST_INT)
        } else if container.is_exactly(&PyTuple_Type) && is_small_index(key) {
            Some(op::BINARY_SUBSCR_TUPLE_INT)
        } else if container.is_exactly(&PyUnicode_Type) && is_small_index(key) {
            Some(op::BINARY_SUBSCR_STR_INT)
        } else if container.is_exactly(&PyDict_Type) {
            Some(op::BINARY_SUBSCR_DICT)
        } else {
            remember_getitem(container).then_some(op::BINARY_SUBSCR_GETITEM)
        };
        site.settle(found, op::BINARY_SUBSCR);
    }
}

/// Notes in the class of `container` its `__getitem__`, if that is a plain function of two arguments.
unsafe fn remember_getitem(container: &Object) -> bool {
    let class = container.class();
    let Some(heap) = class.heap_type() else { return false };
    let Some(found) = class.lookup(id!("__getitem__")) else { return false };
    let Some(function) = found.cast_exact::<Function>() else { return false };
    if !push::takes_exactly(function.code(), 2) || !class.assign_version_tag() {
        return false;
    }
    let version = function.version();
    if version == 0 {
        return false;
    }
    let [_, _, init] = heap.spec_cache.get();
    heap.spec_cache.set([found.as_ptr().cast(), version as usize as *mut _, init]);
    true
}

/// Rewrites a `STORE_SUBSCR`.
pub unsafe fn specialize_store(site: Site<'_>) {
    // SAFETY: three operands are on the stack.
    unsafe {
        let (container, key) = (site.item(2), site.item(1));
        let found = if container.is_exactly(&PyList_Type) && is_small_index(key) {
            Some(op::STORE_SUBSCR_LIST_INT)
        } else if container.is_exactly(&PyDict_Type) {
            Some(op::STORE_SUBSCR_DICT)
        } else {
            None
        };
        site.settle(found, op::STORE_SUBSCR);
    }
}

/// The operands when they are a container of the class and an int of one digit, and the int; everything else goes the way given.
macro_rules! indexed {
    ($container:expr, $class:expr, $key:expr, else $other:expr) => {{
        let (container, key) = ($container, $key);
        if !(*container).is_exactly($class) || !(*key).is_exactly(&PyLong_Type) {
            return $other;
        }
        if !(*key.cast::<Int>()).is_compact() {
            return $other;
        }
        (*key.cast::<Int>()).compact_value()
    }};
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    BINARY_SUBSCR_LIST_INT {
        let (container, key) = (*sp.sub(2), *sp.sub(1));
        let mut index = indexed!(container, &PyList_Type, key, else base::BINARY_SUBSCR(pc, sp, frame, ts, arg, table));
        let list = &*container.cast::<List>();
        if index < 0 {
            index += list.len() as i64;
        }
        if index as u64 >= list.len() as u64 {
            return crate::ops::binary::generic::BINARY_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        let item = *list.raw_items().add(index as usize);
        (*item).incref();
        *sp.sub(2) = item;
        drop_two!(container, key, pc.add(1), sp.sub(1), frame, ts, table)
    }

    BINARY_SUBSCR_TUPLE_INT {
        let (container, key) = (*sp.sub(2), *sp.sub(1));
        let mut index = indexed!(container, &PyTuple_Type, key, else base::BINARY_SUBSCR(pc, sp, frame, ts, arg, table));
        let tuple = &*container.cast::<Tuple>();
        if index < 0 {
            index += tuple.len() as i64;
        }
        if index as u64 >= tuple.len() as u64 {
            return crate::ops::binary::generic::BINARY_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        let item = tuple.places().get_unchecked(index as usize).get();
        (*item).incref();
        *sp.sub(2) = item;
        drop_two!(container, key, pc.add(1), sp.sub(1), frame, ts, table)
    }

    BINARY_SUBSCR_STR_INT {
        let (container, key) = (*sp.sub(2), *sp.sub(1));
        let mut index = indexed!(container, &PyUnicode_Type, key, else base::BINARY_SUBSCR(pc, sp, frame, ts, arg, table));
        let text = &*container.cast::<Str>();
        if index < 0 {
            index += text.len() as i64;
        }
        let general = crate::ops::binary::generic::BINARY_SUBSCR;
        if index as u64 >= text.len() as u64 {
            return general(pc, sp, frame, ts, arg, table);
        }
        let char = text.at_unchecked(index as usize);
        if char > 0xff {
            return general(pc, sp, frame, ts, arg, table);
        }
        let item = intern::latin1_pointer(char as u8);
        if item.is_null() {
            return general(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(2) = item;
        drop_two!(container, key, pc.add(1), sp.sub(1), frame, ts, table)
    }

    BINARY_SUBSCR_DICT {
        if !(**sp.sub(2)).is_exactly(&PyDict_Type) {
            return base::BINARY_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        return checked::BINARY_SUBSCR_DICT(pc, sp, frame, ts, arg, table);
    }

    /// The class's `__getitem__` runs as the next frame.
    BINARY_SUBSCR_GETITEM {
        let (container, key) = (*sp.sub(2), *sp.sub(1));
        let Some(heap) = (*container).class().heap_type() else {
            return base::BINARY_SUBSCR(pc, sp, frame, ts, arg, table);
        };
        let function = (*heap.spec_cache.as_ptr())[0].cast::<Function>();
        let version = (*heap.spec_cache.as_ptr())[1] as usize;
        if function.is_null() || (*function).func_version.get() as usize != version {
            return base::BINARY_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        let new = push::room(ts, (*function).code());
        if new.is_null() {
            return crate::ops::binary::generic::BINARY_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        (*function).as_object().incref();
        push::start(new, function, 2);
        *(*new).localsplus() = container;
        *(*new).localsplus().add(1) = key;
        push::link(ts, frame, pc, sp.sub(2), new, 2);
        next!((*new).instr_ptr.get(), (*new).stack_base(), new.cast_const(), ts, table)
    }

    STORE_SUBSCR_LIST_INT {
        let (value, container, key) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        let mut index = indexed!(container, &PyList_Type, key, else base::STORE_SUBSCR(pc, sp, frame, ts, arg, table));
        let list = &*container.cast::<List>();
        if index < 0 {
            index += list.len() as i64;
        }
        if index as u64 >= list.len() as u64 {
            return crate::ops::binary::generic::STORE_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        if (*container).is_unique() || (*key).is_unique() {
            return checked::STORE_SUBSCR_LIST_INT(pc, sp, frame, ts, arg, table);
        }
        let old = list.raw_items().add(index as usize).replace(value);
        let _ = Object::release(container);
        let _ = Object::release(key);
        drop_one!(old, pc.add(1), sp.sub(3), frame, ts, table)
    }

    STORE_SUBSCR_DICT {
        if !(**sp.sub(2)).is_exactly(&PyDict_Type) {
            return base::STORE_SUBSCR(pc, sp, frame, ts, arg, table);
        }
        return checked::STORE_SUBSCR_DICT(pc, sp, frame, ts, arg, table);
    }
}

/// The parts that call, when the operands fit.
mod checked {
    use super::*;

    ops! { (sp, frame, ts, arg)
        BINARY_SUBSCR_DICT {
            let key = sp.pop();
            let dict = sp.pop();
            match dict.cast_unchecked::<Dict>().get_item(&key)? {
                Some(value) => sp.push(value),
                None => return Err(raise::key_error(&key)),
            }
        }

        STORE_SUBSCR_DICT {
            let key = sp.pop();
            let dict = sp.pop();
            let value = sp.pop();
            dict.cast_unchecked::<Dict>().set_item(&key, &value)?;
        }

        STORE_SUBSCR_LIST_INT {
            let key = sp.pop();
            let list = sp.pop();
            let value = sp.pop();
            objects::protocol::mapping::set_item(&list, &key, Some(&value))?;
        }
    }
}
