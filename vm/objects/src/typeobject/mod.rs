//! `PyTypeObject` and the tables it points to, with the layout of the public headers.

pub mod destroy;
pub mod doc;
pub mod dunder;
pub mod flags;
pub mod inherit;
pub mod layout;
pub mod lookup;
pub mod mro;
pub mod new;
pub mod python_buffer;
pub mod ready;
pub mod slotdefs;
pub mod slots;
pub mod spec;
pub mod subclasses;
pub mod update;
pub mod wrap;

use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object, VarObject, heap};
use crate::raise::{self, Raised, Result};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::mem::{self, ManuallyDrop};
use core::ptr::{self, NonNull};
use slots::*;

/// `PyTypeObject`. Every field is what the C header of the same name says. The owned fields are not dropped with the struct: a
/// static type never dies, and `tp_dealloc` of a heap type empties them itself.
#[repr(C)]
pub struct TypeObject {
    pub ob_base: VarObject,
    pub tp_name: Cell<*const c_char>,
    pub tp_basicsize: Cell<isize>,
    pub tp_itemsize: Cell<isize>,
    pub tp_dealloc: Cell<Option<Destructor>>,
    pub tp_vectorcall_offset: Cell<isize>,
    pub tp_getattr: Cell<Option<GetAttrFunc>>,
    pub tp_setattr: Cell<Option<SetAttrFunc>>,
    pub tp_as_async: Cell<*const AsyncMethods>,
    pub tp_repr: Cell<Option<UnaryFunc>>,
    pub tp_as_number: Cell<*const NumberMethods>,
    pub tp_as_sequence: Cell<*const SequenceMethods>,
    pub tp_as_mapping: Cell<*const MappingMethods>,
    pub tp_hash: Cell<Option<HashFunc>>,
    pub tp_call: Cell<Option<TernaryFunc>>,
    pub tp_str: Cell<Option<UnaryFunc>>,
    pub tp_getattro: Cell<Option<GetAttroFunc>>,
    pub tp_setattro: Cell<Option<SetAttroFunc>>,
    pub tp_as_buffer: Cell<*const BufferProcs>,
    pub tp_flags: Cell<c_ulong>,
    pub tp_doc: Cell<*const c_char>,
    pub tp_traverse: Cell<Option<TraverseProc>>,
    pub tp_clear: Cell<Option<Inquiry>>,
    pub tp_richcompare: Cell<Option<RichCmpFunc>>,
    pub tp_weaklistoffset: Cell<isize>,
    pub tp_iter: Cell<Option<UnaryFunc>>,
    pub tp_iternext: Cell<Option<IterNextFunc>>,
    pub tp_methods: Cell<*const MethodDef>,
    pub tp_members: Cell<*const MemberDef>,
    pub tp_getset: Cell<*const GetSetDef>,
    pub tp_base: Cell<*const TypeObject>,
    pub tp_dict: ManuallyDrop<Slot<Dict>>,
    pub tp_descr_get: Cell<Option<DescrGetFunc>>,
    pub tp_descr_set: Cell<Option<DescrSetFunc>>,
    pub tp_dictoffset: Cell<isize>,
    pub tp_init: Cell<Option<InitProc>>,
    pub tp_alloc: Cell<Option<AllocFunc>>,
    pub tp_new: Cell<Option<NewFunc>>,
    pub tp_free: Cell<Option<FreeFunc>>,
    pub tp_is_gc: Cell<Option<Inquiry>>,
    pub tp_bases: ManuallyDrop<Slot<Tuple>>,
    pub tp_mro: ManuallyDrop<Slot<Tuple>>,
    pub tp_cache: ManuallyDrop<Slot>,
    /// Private to the type room: the direct subclasses.
    pub tp_subclasses: Cell<*mut c_void>,
    pub tp_weaklist: Cell<*mut Object>,
    pub tp_del: Cell<Option<Destructor>>,
    pub tp_version_tag: Cell<c_uint>,
    pub tp_finalize: Cell<Option<Destructor>>,
    pub tp_vectorcall: Cell<Option<VectorcallFunc>>,
    pub tp_watched: Cell<u8>,
    /// Ours, where C has padding, which is zero: whether the instances have a part that C code lays out.
    pub tp_foreign: Cell<u8>,
    pub tp_versions_used: Cell<u16>,
}

// SAFETY: types are touched only by the thread that holds the GIL.
unsafe impl Sync for TypeObject {}

/// `PyNumberMethods`.
#[repr(C)]
#[derive(Clone)]
pub struct NumberMethods {
    pub nb_add: Cell<Option<BinaryFunc>>,
    pub nb_subtract: Cell<Option<BinaryFunc>>,
    pub nb_multiply: Cell<Option<BinaryFunc>>,
    pub nb_remainder: Cell<Option<BinaryFunc>>,
    pub nb_divmod: Cell<Option<BinaryFunc>>,
    pub nb_power: Cell<Option<TernaryFunc>>,
    pub nb_negative: Cell<Option<UnaryFunc>>,
    pub nb_positive: Cell<Option<UnaryFunc>>,
    pub nb_absolute: Cell<Option<UnaryFunc>>,
    pub nb_bool: Cell<Option<Inquiry>>,
    pub nb_invert: Cell<Option<UnaryFunc>>,
    pub nb_lshift: Cell<Option<BinaryFunc>>,
    pub nb_rshift: Cell<Option<BinaryFunc>>,
    pub nb_and: Cell<Option<BinaryFunc>>,
    pub nb_xor: Cell<Option<BinaryFunc>>,
    pub nb_or: Cell<Option<BinaryFunc>>,
    pub nb_int: Cell<Option<UnaryFunc>>,
    pub nb_reserved: Cell<*mut c_void>,
    pub nb_float: Cell<Option<UnaryFunc>>,
    pub nb_inplace_add: Cell<Option<BinaryFunc>>,
    pub nb_inplace_subtract: Cell<Option<BinaryFunc>>,
    pub nb_inplace_multiply: Cell<Option<BinaryFunc>>,
    pub nb_inplace_remainder: Cell<Option<BinaryFunc>>,
    pub nb_inplace_power: Cell<Option<TernaryFunc>>,
    pub nb_inplace_lshift: Cell<Option<BinaryFunc>>,
    pub nb_inplace_rshift: Cell<Option<BinaryFunc>>,
    pub nb_inplace_and: Cell<Option<BinaryFunc>>,
    pub nb_inplace_xor: Cell<Option<BinaryFunc>>,
    pub nb_inplace_or: Cell<Option<BinaryFunc>>,
    pub nb_floor_divide: Cell<Option<BinaryFunc>>,
    pub nb_true_divide: Cell<Option<BinaryFunc>>,
    pub nb_inplace_floor_divide: Cell<Option<BinaryFunc>>,
    pub nb_inplace_true_divide: Cell<Option<BinaryFunc>>,
    pub nb_index: Cell<Option<UnaryFunc>>,
    pub nb_matrix_multiply: Cell<Option<BinaryFunc>>,
    pub nb_inplace_matrix_multiply: Cell<Option<BinaryFunc>>,
}

/// `PySequenceMethods`.
#[repr(C)]
#[derive(Clone)]
pub struct SequenceMethods {
    pub sq_length: Cell<Option<LenFunc>>,
    pub sq_concat: Cell<Option<BinaryFunc>>,
    pub sq_repeat: Cell<Option<SizeArgFunc>>,
    pub sq_item: Cell<Option<SizeArgFunc>>,
    pub was_sq_slice: Cell<*mut c_void>,
    pub sq_ass_item: Cell<Option<SizeObjArgProc>>,
    pub was_sq_ass_slice: Cell<*mut c_void>,
    pub sq_contains: Cell<Option<ObjObjProc>>,
    pub sq_inplace_concat: Cell<Option<BinaryFunc>>,
    pub sq_inplace_repeat: Cell<Option<SizeArgFunc>>,
}

/// `PyMappingMethods`.
#[repr(C)]
#[derive(Clone)]
pub struct MappingMethods {
    pub mp_length: Cell<Option<LenFunc>>,
    pub mp_subscript: Cell<Option<BinaryFunc>>,
    pub mp_ass_subscript: Cell<Option<ObjObjArgProc>>,
}

/// `PyAsyncMethods`.
#[repr(C)]
#[derive(Clone)]
pub struct AsyncMethods {
    pub am_await: Cell<Option<UnaryFunc>>,
    pub am_aiter: Cell<Option<UnaryFunc>>,
    pub am_anext: Cell<Option<UnaryFunc>>,
    pub am_send: Cell<Option<SendFunc>>,
}

/// `PyBufferProcs`.
#[repr(C)]
#[derive(Clone)]
pub struct BufferProcs {
    pub bf_getbuffer: Cell<Option<GetBufferProc>>,
    pub bf_releasebuffer: Cell<Option<ReleaseBufferProc>>,
}

macro_rules! empty_tables {
    ($($table:ident)*) => { $(
        // SAFETY: as for `TypeObject`.
        unsafe impl Sync for $table {}
        impl $table {
            /// A table with no slot filled, to be completed by struct update.
            #[allow(clippy::declare_interior_mutable_const, reason = "a template that is copied, never shared")]
            // SAFETY: all zeros is NULL in every field.
            pub const EMPTY: $table = unsafe { mem::zeroed() };
        }
    )* };
}

empty_tables!(NumberMethods SequenceMethods MappingMethods AsyncMethods BufferProcs);

/// The code of a native function, stored untyped: [`MethodDef::ml_flags`] says which C signature it has.
pub type CFunction = *const c_void;

/// `PyMethodDef`.
#[repr(C)]
pub struct MethodDef {
    pub ml_name: *const c_char,
    pub ml_meth: CFunction,
    pub ml_flags: c_int,
    pub ml_doc: *const c_char,
}

/// `PyGetSetDef`.
#[repr(C)]
pub struct GetSetDef {
    pub name: *const c_char,
    pub get: Option<unsafe extern "C" fn(&Object, *mut c_void) -> Result<Ref>>,
    pub set: Option<unsafe extern "C" fn(&Object, Option<&Object>, *mut c_void) -> c_int>,
    pub doc: *const c_char,
    pub closure: *mut c_void,
}

/// `PyMemberDef`.
#[repr(C)]
pub struct MemberDef {
    pub name: *const c_char,
    pub kind: c_int,
    pub offset: isize,
    pub flags: c_int,
    pub doc: *const c_char,
}

/// `PyModuleDef_Slot`.
#[repr(C)]
pub struct ModuleSlot {
    pub slot: c_int,
    pub value: *const c_void,
}

/// `PyModuleDef`.
#[repr(C)]
pub struct ModuleDef {
    pub ob_base: Object,
    pub m_init: Cell<Option<unsafe extern "C" fn() -> Result<Ref>>>,
    pub m_index: Cell<isize>,
    pub m_copy: ManuallyDrop<Slot>,
    pub m_name: *const c_char,
    pub m_doc: *const c_char,
    pub m_size: isize,
    pub m_methods: *const MethodDef,
    pub m_slots: *const ModuleSlot,
    pub m_traverse: Option<TraverseProc>,
    pub m_clear: Option<Inquiry>,
    pub m_free: Option<FreeFunc>,
}

macro_rules! definition_tables {
    ($($table:ident)*) => { $(
        // SAFETY: constant tables that point to constants.
        unsafe impl Sync for $table {}
        impl $table {
            /// The row of NULLs that ends a table, and the template for struct update.
            #[allow(clippy::declare_interior_mutable_const, reason = "a template that is copied, never shared")]
            // SAFETY: all zeros is NULL or 0 in every field.
            pub const END: $table = unsafe { mem::zeroed() };
        }
    )* };
}

definition_tables!(MethodDef GetSetDef MemberDef ModuleSlot ModuleDef);

/// `PyHeapTypeObject`: a type made at run time carries its own tables.
#[repr(C)]
pub struct HeapType {
    pub ht_type: TypeObject,
    pub as_async: AsyncMethods,
    pub as_number: NumberMethods,
    pub as_mapping: MappingMethods,
    pub as_sequence: SequenceMethods,
    pub as_buffer: BufferProcs,
    pub ht_name: Slot<Str>,
    pub ht_slots: Slot,
    pub ht_qualname: Slot<Str>,
    /// Private to the attribute room: the root shape of the type's instances.
    pub ht_cached_keys: Cell<*mut c_void>,
    pub ht_module: Slot,
    pub ht_tpname: Cell<*mut c_char>,
    /// Private to the interpreter's specialiser: `__getitem__` function and its version.
    pub spec_cache: Cell<[*mut c_void; 3]>,
}

const _: () = assert!(size_of::<TypeObject>() == 416 && size_of::<HeapType>() == 928);
const _: () = assert!(mem::offset_of!(TypeObject, tp_flags) == 168);
const _: () = assert!(mem::offset_of!(TypeObject, tp_version_tag) == 384);
const _: () = assert!(mem::offset_of!(HeapType, ht_name) == 856);

impl TypeObject {
    /// A static type with no slot filled, to be completed by struct update; `PyType_Ready` fills in the rest.
    pub const fn new(name: &'static CStr, basicsize: usize, flags: c_ulong) -> TypeObject {
        // SAFETY: all zeros is NULL or 0 in every field.
        let mut this: TypeObject = unsafe { mem::zeroed() };
        this.ob_base = VarObject {
            ob_base: Object::immortal(&crate::types::r#type::PyType_Type),
            ob_size: Cell::new(0),
        };
        this.tp_name = Cell::new(name.as_ptr());
        this.tp_basicsize = Cell::new(basicsize as isize);
        this.tp_flags = Cell::new(flags | self::flags::STATIC_BUILTIN);
        this
    }

    /// `PyType_HasFeature`.
    #[inline(always)]
    pub fn has_feature(&self, flag: c_ulong) -> bool {
        self.tp_flags.get() & flag != 0
    }

    /// Sets or clears flag bits.
    pub fn set_flags(&self, on: c_ulong, off: c_ulong) {
        self.tp_flags.set(self.tp_flags.get() & !off | on);
    }

    /// The class that `self` derives from, `None` for `object`.
    #[inline]
    pub fn base(&self) -> Option<&TypeObject> {
        // SAFETY: a type owns its base (static bases are immortal).
        unsafe { self.tp_base.get().as_ref() }
    }

    /// `PyType_IsSubtype`.
    #[inline(always)]
    pub fn is_subtype(&self, other: &TypeObject) -> bool {
        ptr::eq(self, other) || self.is_proper_subtype(other)
    }

    fn is_proper_subtype(&self, other: &TypeObject) -> bool {
        // SAFETY: no Python code runs while the tuple is looked at.
        if let Some(mro) = unsafe { self.tp_mro.peek() } {
            return mro.items().iter().any(|class| class.is(other.as_object()));
        }
        let mut class = self.base();
        while let Some(this) = class {
            if ptr::eq(this, other) {
                return true;
            }
            class = this.base();
        }
        false
    }

    /// `tp_name` as text: with its module for static types, without for heap types.
    pub fn full_name(&self) -> &str {
        if self.tp_name.get().is_null() {
            return "?";
        }
        // SAFETY: a type's name is a C string that lives as long as the type.
        unsafe { CStr::from_ptr(self.tp_name.get()) }.to_str().unwrap_or("?")
    }

    /// `PyType_GetFullyQualifiedName`: module and qualified name, the latter alone for classes of `builtins` and `__main__`.
    ///
    /// # Errors
    /// What looking up `__module__` raises; MemoryError.
    pub fn qualified_name(&self) -> Result<String> {
        let Some(heap) = self.heap_type() else { return Ok(self.full_name().to_owned()) };
        let qualname = heap.ht_qualname.get().map_or_else(|| "?".into(), |name| name.to_string_lossy());
        let module = crate::protocol::attr::get_optional(self, crate::id!("__module__"))?;
        Ok(match module.as_deref().and_then(|module| module.cast::<Str>()) {
            Some(module) if !module.equals_text("builtins") && !module.equals_text("__main__") => {
                format!("{}.{qualname}", module.to_string_lossy())
            }
            _ => qualname,
        })
    }

    /// The name as error texts show it: what follows the last dot of `tp_name` (`_PyType_Name`).
    pub fn name(&self) -> &str {
        let name = self.full_name();
        name.rsplit_once('.').map_or(name, |(_, last)| last)
    }

    /// The tail that `type` objects made at run time have.
    #[inline(always)]
    pub fn heap_type(&self) -> Option<&HeapType> {
        // SAFETY: the flag says that the object was allocated as a HeapType.
        self.has_feature(flags::HEAPTYPE).then(|| unsafe { &*ptr::from_ref(self).cast::<HeapType>() })
    }

    /// Calls `tp_alloc` for `items` items: a zeroed object with its head set. It is not tracked when the generic
    /// allocator made it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn allocate(&self, items: isize) -> Result<NonNull<Object>> {
        match self.tp_alloc.get() {
            // SAFETY: the slot's contract is this call's.
            Some(alloc) if !ptr::fn_addr_eq(alloc, generic_alloc as AllocFunc) => {
                let object = unsafe { alloc(self, items) }?;
                heap::untrack(&object);
                NonNull::new(object.into_ptr()).ok_or_else(raise::null_result)
            }
            _ => {
                if !self.has_feature(flags::READY) {
                    ready::ready_late(self)?;
                }
                allocate_untracked(self, items)
            }
        }
    }

    /// Size in bytes of an instance with `items` items (`_PyObject_VAR_SIZE`).
    pub fn instance_size(&self, items: isize) -> usize {
        let size = self.tp_basicsize.get() + items * self.tp_itemsize.get();
        (size as usize).next_multiple_of(8)
    }

    // SAFETY (all five): a non-NULL table pointer is a table that lives as long as the type.
    #[inline(always)]
    pub fn number(&self) -> Option<&NumberMethods> {
        // SAFETY: a slot table lives as long as its type.
        unsafe { self.tp_as_number.get().as_ref() }
    }
    #[inline(always)]
    pub fn sequence(&self) -> Option<&SequenceMethods> {
        // SAFETY: a slot table lives as long as its type.
        unsafe { self.tp_as_sequence.get().as_ref() }
    }
    #[inline(always)]
    pub fn mapping(&self) -> Option<&MappingMethods> {
        // SAFETY: a slot table lives as long as its type.
        unsafe { self.tp_as_mapping.get().as_ref() }
    }
    #[inline]
    pub fn async_methods(&self) -> Option<&AsyncMethods> {
        // SAFETY: a slot table lives as long as its type.
        unsafe { self.tp_as_async.get().as_ref() }
    }
    #[inline]
    pub fn buffer(&self) -> Option<&BufferProcs> {
        // SAFETY: a slot table lives as long as its type.
        unsafe { self.tp_as_buffer.get().as_ref() }
    }
}

/// The untracked half of `PyType_GenericAlloc`.
pub fn allocate_untracked(class: &TypeObject, items: isize) -> Result<NonNull<Object>> {
    // One item more than asked, as C types that keep a sentinel behind the last expect.
    let items_size = if class.tp_itemsize.get() != 0 { items + 1 } else { 0 };
    allocate_raw(class, items, class.instance_size(items_size), class.has_feature(flags::HAVE_GC))
}

/// A zeroed instance of `size` bytes and what the runtime keeps behind them, its head set and not tracked; `items` becomes its size if
/// the class has items.
///
/// # Errors
/// MemoryError.
pub fn allocate_raw(
    class: &TypeObject,
    items: isize,
    size: usize,
    collected: bool,
) -> Result<NonNull<Object>> {
    let mut size = size + crate::attrs::extra_size(class);
    if class.tp_foreign.get() != 0 {
        // C's allocators align to 16, which compilers rely on for `long double` and vectors.
        size = size.next_multiple_of(heap::C_ALIGNMENT);
    }
    let block = heap::alloc_object(class, size, collected).ok_or_else(raise::no_memory)?;
    // SAFETY: the block has `size` bytes.
    unsafe { block.as_ptr().write_bytes(0, size) };
    let object = block.cast::<Object>();
    if class.has_feature(flags::HEAPTYPE) {
        class.as_object().incref();
    }
    // SAFETY: a fresh block, at least a head long.
    unsafe { Object::init(object.as_ptr(), class) };
    if class.has_feature(flags::INLINE_VALUES) {
        // SAFETY: the head is set.
        crate::attrs::init_instance(class, unsafe { object.as_ref() });
    }
    if class.tp_itemsize.get() != 0 {
        // SAFETY: a class with items has a VarObject head.
        unsafe { object.cast::<VarObject>().as_ref() }.ob_size.set(items);
    }
    Ok(object)
}

/// `PyType_GenericAlloc`: zeroed, and tracked when the class is collected.
///
/// # Safety
/// A slot function: `class` is ready.
#[unsafe(export_name = "PyType_GenericAlloc")]
pub unsafe extern "C" fn generic_alloc(class: &TypeObject, items: isize) -> Result<Ref> {
    let object = allocate_untracked(class, items)?;
    heap::track_if_collected(class, object);
    // SAFETY: `allocate_untracked` made it with a count of one.
    Ok(unsafe { Ref::from_owned(object) })
}

/// What an int slot returns.
pub fn status(result: core::result::Result<(), Raised>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(Raised { .. }) => -1,
    }
}

/// `PyType_GenericNew`: an instance with nothing in it.
///
/// # Safety
/// A slot function.
#[unsafe(export_name = "PyType_GenericNew")]
pub unsafe extern "C" fn generic_new(class: &TypeObject, _: &Tuple, _: Option<&Object>) -> Result<Ref> {
    match class.tp_alloc.get() {
        // SAFETY: the slot belongs to the class.
        Some(alloc) => unsafe { alloc(class, 0) },
        // SAFETY: as above.
        None => unsafe { generic_alloc(class, 0) },
    }
}
