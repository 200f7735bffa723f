//! What a class knows of its C type ([`Info`]), and where: behind the class object itself, as all metatypes here are classes of
//! [`CType`]. A static class of this module has none, which is what makes it abstract.

use crate::code::Access;
use core::cell::{Cell, RefCell, UnsafeCell};
use core::ffi::{c_int, c_void};
use core::ptr;
use libffi_sys::{FFI_TYPE_STRUCT, ffi_type};
use macros::{Trace, pytype};
use objects::object::heap;
use objects::object::trace::{Trace, VisitProc, Visitor};
use objects::typeobject::{HeapType, TypeObject, flags};
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Ref, Result, Slot, raise};
use std::collections::BTreeMap;
use std::ffi::CString;

/// Bits of [`Info::flags`]. The low ones are those of `_flags_`.
pub mod flag {
    pub const CDECL: u32 = 0x1;
    pub const PYTHON_API: u32 = 0x4;
    pub const USE_ERRNO: u32 = 0x8;
    pub const USE_LAST_ERROR: u32 = 0x10;
    /// A value is a pointer.
    pub const IS_POINTER: u32 = 0x100;
    /// A pointer is somewhere in a value.
    pub const HAS_POINTER: u32 = 0x200;
    /// The layout is in use.
    pub const FINAL: u32 = 0x1000;
}

/// Which metatype made a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Simple,
    Structure,
    Pointer,
    Array,
    Function,
}

/// A struct that tells libffi of an array inside of a small structure.
struct ArrayType {
    ffi: UnsafeCell<ffi_type>,
    elements: Vec<*mut ffi_type>,
}

/// What a class knows of its C type.
#[derive(Trace)]
pub struct Info {
    #[trace(skip)]
    pub kind: Kind,
    pub size: Cell<usize>,
    pub align: Cell<usize>,
    /// Number of fields or items.
    pub length: Cell<usize>,
    pub flags: Cell<u32>,
    /// For simple types.
    #[trace(skip)]
    pub access: Option<Access>,
    /// The type of items, or the string in `_type_`.
    pub proto: Slot,
    pub argtypes: Slot,
    pub converters: Slot<Tuple>,
    pub restype: Slot,
    pub checker: Slot,
    /// For views (PEP 3118): the format without its shape, and the shape, which never changes.
    #[trace(skip)]
    pub format: RefCell<CString>,
    #[trace(skip)]
    pub shape: Box<[isize]>,
    /// Types of fields, which libffi's description points into.
    field_types: RefCell<Vec<Ref>>,
    #[trace(skip)]
    ffi: UnsafeCell<ffi_type>,
    #[trace(skip)]
    elements: RefCell<Vec<*mut ffi_type>>,
    #[trace(skip)]
    #[expect(clippy::vec_box, reason = "the descriptions are pointed to and stay in place")]
    array_types: RefCell<Vec<Box<ArrayType>>>,
    /// The array types of this type that are alive, by their length: weak references.
    pub arrays: Arrays,
}

/// Weak references by number, which own nothing.
#[derive(Default)]
pub struct Arrays(pub RefCell<BTreeMap<usize, Ref>>);

impl Trace for Arrays {
    fn trace(&self, visitor: &mut Visitor) -> objects::Visit {
        let Ok(arrays) = self.0.try_borrow() else { return Ok(()) };
        arrays.values().try_for_each(|reference| visitor.visit(reference))
    }

    fn clear(&self) {
        drop(self.0.try_borrow_mut().map(|mut arrays| core::mem::take(&mut *arrays)));
    }
}

impl Info {
    /// A type without contents.
    pub fn new(kind: Kind) -> Info {
        Info {
            kind,
            size: Cell::new(0),
            align: Cell::new(0),
            length: Cell::new(0),
            flags: Cell::new(0),
            access: None,
            proto: Slot::empty(),
            argtypes: Slot::empty(),
            converters: Slot::empty(),
            restype: Slot::empty(),
            checker: Slot::empty(),
            format: RefCell::new(c"B".to_owned()),
            shape: Box::default(),
            field_types: RefCell::default(),
            ffi: UnsafeCell::new(ffi_type::default()),
            elements: RefCell::default(),
            array_types: RefCell::default(),
            arrays: Arrays::default(),
        }
    }

    /// A pointer, or what is passed as one.
    pub fn new_pointer(kind: Kind) -> Info {
        let info = Info::new(kind);
        info.size.set(size_of::<*mut c_void>());
        info.align.set(align_of::<*mut c_void>());
        info.length.set(1);
        info.copy_ffi(&raw const libffi_sys::ffi_type_pointer);
        info
    }

    /// What a structure without fields of its own takes over from its base, which it keeps alive.
    pub fn inherited(&self) -> Info {
        let info = Info::new(self.kind);
        info.size.set(self.size.get());
        info.align.set(self.align.get());
        info.length.set(self.length.get());
        info.flags.set(self.flags.get() & !flag::FINAL);
        *info.format.borrow_mut() = self.format.borrow().clone();
        info.copy_ffi(self.ffi.get());
        let elements = self.elements.borrow().clone();
        if !elements.is_empty() {
            info.set_elements(elements);
        }
        info
    }

    pub fn has_flag(&self, flag: u32) -> bool {
        self.flags.get() & flag != 0
    }

    pub fn add_flag(&self, flag: u32) {
        self.flags.set(self.flags.get() | flag);
    }

    /// libffi's description of the type; it stays in place.
    pub fn ffi(&self) -> *mut ffi_type {
        self.ffi.get()
    }

    /// Takes over one of libffi's own descriptions.
    pub fn copy_ffi(&self, from: *const ffi_type) {
        // SAFETY: a description that nobody changes, and one that nobody looks at yet.
        unsafe { *self.ffi.get() = *from };
    }

    /// The descriptions of a structure's fields, without NULL at their end.
    pub fn elements(&self) -> Vec<*mut ffi_type> {
        let elements = self.elements.borrow();
        elements.iter().copied().take_while(|element| !element.is_null()).collect()
    }

    fn set_elements(&self, elements: Vec<*mut ffi_type>) {
        *self.elements.borrow_mut() = elements;
        let start = self.elements.borrow_mut().as_mut_ptr();
        // SAFETY: no call that uses the description runs.
        unsafe {
            (*self.ffi.get()).type_ = FFI_TYPE_STRUCT;
            (*self.ffi.get()).elements = start;
        }
    }

    /// Describes a structure to libffi; `types` are those of the fields.
    pub fn describe_structure(&self, mut elements: Vec<*mut ffi_type>, types: Vec<Ref>) {
        elements.push(ptr::null_mut());
        self.set_elements(elements);
        let old = self.field_types.replace(types);
        drop(old);
        // SAFETY: as above.
        unsafe {
            (*self.ffi.get()).size = self.size.get();
            (*self.ffi.get()).alignment = self.align.get() as u16;
        }
    }

    /// A description of `length` items that lie in a structure.
    pub fn describe_array(&self, item: &Info, length: usize) -> *mut ffi_type {
        let mut elements = vec![item.ffi(); length];
        elements.push(ptr::null_mut());
        let mut array = Box::new(ArrayType { ffi: UnsafeCell::default(), elements });
        let elements = array.elements.as_mut_ptr();
        // SAFETY: the item's description stays while its class does, which the structure's fields keep.
        let (size, alignment) = unsafe { ((*item.ffi()).size * length, (*item.ffi()).alignment) };
        *array.ffi.get_mut() = ffi_type { size, alignment, type_: FFI_TYPE_STRUCT, elements };
        let place = array.ffi.get();
        self.array_types.borrow_mut().push(array);
        place
    }

    /// The format with the shape before it, as it stands in another type's.
    pub fn full_format(&self) -> String {
        let format = self.format.borrow();
        let format = format.to_string_lossy();
        if self.shape.is_empty() {
            return format.into_owned();
        }
        let shape = self.shape.iter().map(isize::to_string).collect::<Vec<_>>().join(",");
        format!("({shape}){format}")
    }

    pub fn set_format(&self, format: &str) {
        *self.format.borrow_mut() = CString::new(format).unwrap_or_default();
    }

    /// The type of items of an array or of what a pointer points to.
    ///
    /// # Errors
    /// TypeError when the class does not say.
    pub fn item_type(&self) -> Result<Ref<CType>> {
        let proto = self.proto.get().and_then(|proto| proto.downcast::<CType>().ok());
        proto.ok_or_else(|| raise!(TypeError, "_type_ must have storage info"))
    }
}

/// A class that a metatype of this module made at run time: behind the class object is what it knows of its C type.
#[repr(C)]
pub struct CType {
    class: HeapType,
    info: Cell<*const Info>,
}

// SAFETY: classes made at run time by a subclass of the metatype have its size; static ones do not, so they are left out.
unsafe impl Instance for CType {
    fn class() -> &'static TypeObject {
        &CTYPE
    }

    fn is_instance(object: &Object) -> bool {
        // SAFETY: instances of a metatype are types.
        object.class().is_subtype(&CTYPE)
            && unsafe { object.cast_unchecked::<TypeObject>() }.has_feature(flags::HEAPTYPE)
    }
}

impl CType {
    /// The class as any other.
    pub fn as_type(&self) -> &TypeObject {
        &self.class.ht_type
    }

    /// What the class knows of its C type; `None` while it is abstract.
    #[inline]
    pub fn info(&self) -> Option<&Info> {
        // SAFETY: NULL, or set once for the life of the class.
        unsafe { self.info.get().as_ref() }
    }

    /// Fills a new class.
    ///
    /// # Errors
    /// SystemError when that has been done.
    pub fn set_info(&self, info: Info) -> Result<&Info> {
        if !self.info.get().is_null() {
            let name = self.as_type().full_name();
            return Err(raise!(SystemError, "StgInfo of '{name}' is already initialized."));
        }
        let place = Box::into_raw(Box::new(info));
        self.info.set(place);
        // SAFETY: just set, for the life of the class.
        Ok(unsafe { &*place })
    }
}

/// What an object knows that is a class with a C type.
#[inline]
pub fn of_class(class: &Object) -> Option<&Info> {
    class.cast::<CType>()?.info()
}

/// What the class of an object knows.
#[inline]
pub fn of_instance(object: &Object) -> Option<&Info> {
    of_class(object.class().as_object())
}

/// [`of_class`] for a class that must have instances.
///
/// # Errors
/// TypeError for an abstract one.
pub fn expect(class: &Object) -> Result<&Info> {
    of_class(class).ok_or_else(|| raise!(TypeError, "abstract class"))
}

/// A class that a metatype's `__init__` was called for.
///
/// # Errors
/// TypeError for one of the static classes.
pub fn expect_new(class: &Object) -> Result<&CType> {
    class.cast::<CType>().ok_or_else(|| raise!(TypeError, "abstract class"))
}

/// The base of the metatypes.
pub struct CTypeBase;

#[pytype(
    name = "CType_Type",
    module = "_ctypes",
    static_name = CTYPE,
    no_instance,
    base = PyType_Type,
    basicsize = size_of::<CType>(),
    flags = [BASETYPE, HAVE_GC]
)]
impl CTypeBase {
    #[slot(tp_traverse)]
    unsafe extern "C" fn traverse(this: &Object, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: the collector's pair is valid for the traversal.
        let mut visitor = unsafe { Visitor::new(visit, arg) };
        if let Some(info) = of_class(this)
            && let Err(stop) = info.trace(&mut visitor)
        {
            return stop;
        }
        // SAFETY: the slot's contract, passed on to the base.
        PyType_Type.tp_traverse.get().map_or(0, |traverse| unsafe { traverse(this, visit, arg) })
    }

    #[slot(tp_clear)]
    unsafe extern "C" fn clear(this: &Object) -> c_int {
        if let Some(info) = of_class(this) {
            info.clear();
        }
        // SAFETY: as above.
        PyType_Type.tp_clear.get().map_or(0, |clear| unsafe { clear(this) })
    }

    #[slot(tp_dealloc)]
    unsafe extern "C" fn dealloc(this: *mut Object) {
        // SAFETY: whole until its parts are dropped; only classes made at run time die.
        let class = unsafe { &*this.cast::<CType>() };
        heap::untrack(class.as_object());
        let info = class.info.replace(ptr::null());
        if !info.is_null() {
            // SAFETY: made by `set_info`, and nobody can reach it any more.
            drop(unsafe { Box::from_raw(info.cast_mut()) });
        }
        if let Some(dealloc) = PyType_Type.tp_dealloc.get() {
            // SAFETY: the slot's contract, passed on to the base.
            unsafe { dealloc(this) };
        }
    }

    #[slot(sq_repeat)]
    fn repeat(this: &Object, count: isize) -> Result {
        crate::array::array_type(this, count)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(this: &TypeObject) -> usize {
        let own = size_of::<CType>() + this.ob_base.size() * size_of::<objects::typeobject::MemberDef>();
        let Some(info) = of_class(this.as_object()) else { return own };
        own + size_of::<Info>()
            + info.format.borrow().as_bytes_with_nul().len()
            + size_of_val(&*info.shape)
            + size_of_val(info.elements.borrow().as_slice())
    }
}
