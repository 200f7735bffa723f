//! The table that pairs special-method names with slots.
//!
//! One row says: which name, which slot, which function goes into the slot when a Python class defines the name ([`super::dunder`]),
//! and which function calls a filled slot for `wrapper_descriptor` ([`super::wrap`]). Rows of one slot stand together; their order is
//! the order in which `PyType_Ready` adds wrappers. Readying, class creation, attribute assignment on classes and documentation
//! are all derived from this table.

use super::{HeapType, TypeObject, dunder, python_buffer, wrap};
use crate::object::Object;
use crate::object::refs::Ref;
use crate::raise::Result;
use crate::types::dict::Dict;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::{c_char, c_int, c_void};
use core::mem::offset_of;
use core::ptr;

/// Calls the slot function `wrapped` of `this` with Python's arguments. Keyword arguments arrive only with [`KEYWORDS`].
pub type WrapperFunc = unsafe extern "C" fn(
    this: &Object,
    args: &Tuple,
    wrapped: *const c_void,
    kwargs: Option<&Dict>,
) -> Result<Ref>;

/// `PyWrapperFlag_KEYWORDS`: the wrapper takes keyword arguments.
pub const KEYWORDS: c_int = 1;

/// `struct wrapperbase`: a row of the table. Extensions copy rows to give a wrapper another docstring.
#[repr(C)]
pub struct SlotDef {
    name: *const c_char,
    /// Offset of the slot in [`HeapType`].
    pub offset: c_int,
    /// What a class that defines the name gets; NULL when the name alone does not fill the slot.
    pub function: *const c_void,
    /// NULL when the slot has no wrapper.
    pub wrapper: Option<WrapperFunc>,
    pub doc: *const c_char,
    pub flags: c_int,
    /// The interned name, once [`all`] was called.
    name_object: Cell<*const Str>,
}

// SAFETY: constant but for `name_object`, which is set once under the GIL.
unsafe impl Sync for SlotDef {}

const _: () = assert!(size_of::<SlotDef>() == 56);

impl SlotDef {
    /// The special method's name.
    #[inline]
    pub fn name(&self) -> &'static Str {
        // SAFETY: set by `all`, the only way to a row, to an immortal string.
        unsafe { &*self.name_object.get() }
    }

    /// The field of `class` that the row describes; `None` when the class lacks the table that would hold it.
    #[inline]
    pub fn slot<'a>(&self, class: &'a TypeObject) -> Option<&'a Cell<*const c_void>> {
        slot_at(class, self.offset as usize)
    }
}

/// The slot at `offset` (in terms of [`HeapType`]) of any type, through the type's own table pointers.
#[inline]
pub fn slot_at(class: &TypeObject, offset: usize) -> Option<&Cell<*const c_void>> {
    const ASYNC: usize = offset_of!(HeapType, as_async);
    const NUMBER: usize = offset_of!(HeapType, as_number);
    const MAPPING: usize = offset_of!(HeapType, as_mapping);
    const SEQUENCE: usize = offset_of!(HeapType, as_sequence);
    const BUFFER: usize = offset_of!(HeapType, as_buffer);
    let (table, start) = match offset {
        BUFFER.. => (class.tp_as_buffer.get().cast::<u8>(), BUFFER),
        SEQUENCE.. => (class.tp_as_sequence.get().cast(), SEQUENCE),
        MAPPING.. => (class.tp_as_mapping.get().cast(), MAPPING),
        NUMBER.. => (class.tp_as_number.get().cast(), NUMBER),
        ASYNC.. => (class.tp_as_async.get().cast(), ASYNC),
        _ => (ptr::from_ref(class).cast(), 0),
    };
    // SAFETY: a non-NULL table has the layout of its struct, and every slot is a nullable pointer in a `Cell`.
    (!table.is_null()).then(|| unsafe { &*table.add(offset - start).cast::<Cell<*const c_void>>() })
}

/// The table, its names interned.
#[inline]
pub fn all() -> &'static [SlotDef] {
    if SLOT_DEFS[SLOT_DEFS.len() - 1].name_object.get().is_null() {
        intern_names();
    }
    &SLOT_DEFS
}

#[cold]
fn intern_names() {
    for def in &SLOT_DEFS {
        // SAFETY: a literal.
        let text = unsafe { core::ffi::CStr::from_ptr(def.name) }.to_str().unwrap_or_default();
        match intern::intern_text(text) {
            Ok(name) => {
                name.make_immortal();
                def.name_object.set(name.into_ptr());
            }
            Err(_) => crate::fatal("no memory for the names of the special methods"),
        }
    }
}

/// The rows of the slot that `def` belongs to and of no other.
pub fn same_slot(offset: c_int) -> &'static [SlotDef] {
    let table = all();
    let Some(first) = table.iter().position(|def| def.offset == offset) else { return &[] };
    let count = table[first..].iter().take_while(|def| def.offset == offset).count();
    &table[first..first + count]
}

/// The rows of a special method's name; there are at most three (`__getitem__`, `__len__`, `__add__` and their like have two).
pub fn rows_of(name: &Str) -> impl Iterator<Item = &'static SlotDef> {
    all().iter().filter(move |def| ptr::eq(def.name(), name))
}

macro_rules! slot_defs {
    ($($name:ident $($field:ident).+, $function:tt, $wrapper:tt, $doc:expr $(, $flag:ident)?;)*) => {
        static SLOT_DEFS: [SlotDef; [$(stringify!($name)),*].len()] = [$(
            SlotDef {
                name: concat!(stringify!($name), "\0").as_ptr().cast(),
                offset: offset_of!(HeapType, $($field).+) as c_int,
                function: slot_defs!(@function $function),
                wrapper: slot_defs!(@wrapper $wrapper),
                doc: concat!(stringify!($name), $doc, "\0").as_ptr().cast(),
                flags: 0 $(| $flag)?,
                name_object: Cell::new(ptr::null()),
            },
        )*];
    };
    (@function -) => { ptr::null() };
    (@function $function:ident) => { dunder::$function as *const c_void };
    (@function ($function:path)) => { $function as *const c_void };
    (@wrapper -) => { None };
    (@wrapper ($wrapper:path)) => { Some($wrapper as WrapperFunc) };
    (@wrapper $wrapper:ident) => { Some(wrap::$wrapper as WrapperFunc) };
}

/// A text signature and the docstring, as `tp_doc` has them.
macro_rules! doc {
    ($doc:literal) => {
        concat!("($self, /)\n--\n\n", $doc)
    };
    ($params:literal, $doc:literal) => {
        concat!("($self, ", $params, ")\n--\n\n", $doc)
    };
}

/// The docstring of an operator with one operand more.
macro_rules! operator {
    ($doc:literal) => {
        concat!("($self, value, /)\n--\n\nReturn ", $doc, ".")
    };
}

slot_defs! {
    __repr__ ht_type.tp_repr, repr, unary, doc!("Return repr(self).");
    __hash__ ht_type.tp_hash, hash, hash, doc!("Return hash(self).");
    __call__ ht_type.tp_call, call, call, doc!("/, *args, **kwargs", "Call self as a function."), KEYWORDS;
    __str__ ht_type.tp_str, str, unary, doc!("Return str(self).");
    __getattribute__ ht_type.tp_getattro, getattr_hook, binary, doc!("name, /", "Return getattr(self, name).");
    __getattr__ ht_type.tp_getattro, getattr_hook, -, doc!("name, /", "Implement getattr(self, name).");
    __setattr__ ht_type.tp_setattro, setattro, setattr, doc!("name, value, /", "Implement setattr(self, name, value).");
    __delattr__ ht_type.tp_setattro, setattro, delattr, doc!("name, /", "Implement delattr(self, name).");
    __lt__ ht_type.tp_richcompare, richcompare, lt, operator!("self<value");
    __le__ ht_type.tp_richcompare, richcompare, le, operator!("self<=value");
    __eq__ ht_type.tp_richcompare, richcompare, eq, operator!("self==value");
    __ne__ ht_type.tp_richcompare, richcompare, ne, operator!("self!=value");
    __gt__ ht_type.tp_richcompare, richcompare, gt, operator!("self>value");
    __ge__ ht_type.tp_richcompare, richcompare, ge, operator!("self>=value");
    __iter__ ht_type.tp_iter, iter, unary, doc!("Implement iter(self).");
    __next__ ht_type.tp_iternext, iternext, next, doc!("Implement next(self).");
    __get__ ht_type.tp_descr_get, descr_get, descr_get,
        doc!("instance, owner=None, /", "Return an attribute of instance, which is of type owner.");
    __set__ ht_type.tp_descr_set, descr_set, descr_set,
        doc!("instance, value, /", "Set an attribute of instance to value.");
    __delete__ ht_type.tp_descr_set, descr_set, descr_delete,
        doc!("instance, /", "Delete an attribute of instance.");
    __init__ ht_type.tp_init, init, init,
        doc!("/, *args, **kwargs", "Initialize self.  See help(type(self)) for accurate signature."), KEYWORDS;
    __new__ ht_type.tp_new, new, -, "(type, /, *args, **kwargs)\n--\n\nCreate and return new object.";
    __del__ ht_type.tp_finalize, finalize, del,
        doc!("Called when the instance is about to be destroyed.");

    __buffer__ as_buffer.bf_getbuffer, (python_buffer::getbuffer), (python_buffer::wrap_getbuffer),
        doc!("flags, /", "Return a buffer object that exposes the underlying memory of the object.");
    __release_buffer__ as_buffer.bf_releasebuffer, (python_buffer::releasebuffer), (python_buffer::wrap_releasebuffer),
        doc!("buffer, /", "Release the buffer object that exposes the underlying memory of the object.");

    __await__ as_async.am_await, am_await, unary, doc!("Return an iterator to be used in await expression.");
    __aiter__ as_async.am_aiter, am_aiter, unary,
        doc!("Return an awaitable, that resolves in asynchronous iterator.");
    __anext__ as_async.am_anext, am_anext, unary, doc!("Return a value or raise StopAsyncIteration.");

    __add__ as_number.nb_add, add, binary_l, operator!("self+value");
    __radd__ as_number.nb_add, add, binary_r, operator!("value+self");
    __sub__ as_number.nb_subtract, subtract, binary_l, operator!("self-value");
    __rsub__ as_number.nb_subtract, subtract, binary_r, operator!("value-self");
    __mul__ as_number.nb_multiply, multiply, binary_l, operator!("self*value");
    __rmul__ as_number.nb_multiply, multiply, binary_r, operator!("value*self");
    __mod__ as_number.nb_remainder, remainder, binary_l, operator!("self%value");
    __rmod__ as_number.nb_remainder, remainder, binary_r, operator!("value%self");
    __divmod__ as_number.nb_divmod, divmod, binary_l, operator!("divmod(self, value)");
    __rdivmod__ as_number.nb_divmod, divmod, binary_r, operator!("divmod(value, self)");
    __pow__ as_number.nb_power, power, ternary, doc!("value, mod=None, /", "Return pow(self, value, mod).");
    __rpow__ as_number.nb_power, power, ternary_r, doc!("value, mod=None, /", "Return pow(value, self, mod).");
    __neg__ as_number.nb_negative, negative, unary, doc!("-self");
    __pos__ as_number.nb_positive, positive, unary, doc!("+self");
    __abs__ as_number.nb_absolute, absolute, unary, doc!("abs(self)");
    __bool__ as_number.nb_bool, bool, inquiry, doc!("True if self else False");
    __invert__ as_number.nb_invert, invert, unary, doc!("~self");
    __lshift__ as_number.nb_lshift, lshift, binary_l, operator!("self<<value");
    __rlshift__ as_number.nb_lshift, lshift, binary_r, operator!("value<<self");
    __rshift__ as_number.nb_rshift, rshift, binary_l, operator!("self>>value");
    __rrshift__ as_number.nb_rshift, rshift, binary_r, operator!("value>>self");
    __and__ as_number.nb_and, and, binary_l, operator!("self&value");
    __rand__ as_number.nb_and, and, binary_r, operator!("value&self");
    __xor__ as_number.nb_xor, xor, binary_l, operator!("self^value");
    __rxor__ as_number.nb_xor, xor, binary_r, operator!("value^self");
    __or__ as_number.nb_or, or, binary_l, operator!("self|value");
    __ror__ as_number.nb_or, or, binary_r, operator!("value|self");
    __int__ as_number.nb_int, int, unary, doc!("int(self)");
    __float__ as_number.nb_float, float, unary, doc!("float(self)");
    __iadd__ as_number.nb_inplace_add, inplace_add, binary, operator!("self+=value");
    __isub__ as_number.nb_inplace_subtract, inplace_subtract, binary, operator!("self-=value");
    __imul__ as_number.nb_inplace_multiply, inplace_multiply, binary, operator!("self*=value");
    __imod__ as_number.nb_inplace_remainder, inplace_remainder, binary, operator!("self%=value");
    __ipow__ as_number.nb_inplace_power, inplace_power, ternary, operator!("self**=value");
    __ilshift__ as_number.nb_inplace_lshift, inplace_lshift, binary, operator!("self<<=value");
    __irshift__ as_number.nb_inplace_rshift, inplace_rshift, binary, operator!("self>>=value");
    __iand__ as_number.nb_inplace_and, inplace_and, binary, operator!("self&=value");
    __ixor__ as_number.nb_inplace_xor, inplace_xor, binary, operator!("self^=value");
    __ior__ as_number.nb_inplace_or, inplace_or, binary, operator!("self|=value");
    __floordiv__ as_number.nb_floor_divide, floor_divide, binary_l, operator!("self//value");
    __rfloordiv__ as_number.nb_floor_divide, floor_divide, binary_r, operator!("value//self");
    __truediv__ as_number.nb_true_divide, true_divide, binary_l, operator!("self/value");
    __rtruediv__ as_number.nb_true_divide, true_divide, binary_r, operator!("value/self");
    __ifloordiv__ as_number.nb_inplace_floor_divide, inplace_floor_divide, binary, operator!("self//=value");
    __itruediv__ as_number.nb_inplace_true_divide, inplace_true_divide, binary, operator!("self/=value");
    __index__ as_number.nb_index, index, unary,
        doc!("Return self converted to an integer, if self is suitable for use as an index into a list.");
    __matmul__ as_number.nb_matrix_multiply, matrix_multiply, binary_l, operator!("self@value");
    __rmatmul__ as_number.nb_matrix_multiply, matrix_multiply, binary_r, operator!("value@self");
    __imatmul__ as_number.nb_inplace_matrix_multiply, inplace_matrix_multiply, binary, operator!("self@=value");

    __len__ as_mapping.mp_length, length, length, doc!("Return len(self).");
    __getitem__ as_mapping.mp_subscript, subscript, binary, doc!("key, /", "Return self[key].");
    __setitem__ as_mapping.mp_ass_subscript, ass_subscript, setitem, doc!("key, value, /", "Set self[key] to value.");
    __delitem__ as_mapping.mp_ass_subscript, ass_subscript, delitem, doc!("key, /", "Delete self[key].");

    __len__ as_sequence.sq_length, length, length, doc!("Return len(self).");
    __add__ as_sequence.sq_concat, -, binary, operator!("self+value");
    __mul__ as_sequence.sq_repeat, -, index_arg, operator!("self*value");
    __rmul__ as_sequence.sq_repeat, -, index_arg, operator!("value*self");
    __getitem__ as_sequence.sq_item, item, sq_item, doc!("key, /", "Return self[key].");
    __setitem__ as_sequence.sq_ass_item, ass_item, sq_setitem, doc!("key, value, /", "Set self[key] to value.");
    __delitem__ as_sequence.sq_ass_item, ass_item, sq_delitem, doc!("key, /", "Delete self[key].");
    __contains__ as_sequence.sq_contains, contains, obj_obj_proc, doc!("key, /", "Return bool(key in self).");
    __iadd__ as_sequence.sq_inplace_concat, -, binary, doc!("value, /", "Implement self+=value.");
    __imul__ as_sequence.sq_inplace_repeat, -, index_arg, doc!("value, /", "Implement self*=value.");
}
