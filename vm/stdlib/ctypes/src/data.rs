//! `_CData`: an instance of a C type, which owns its memory or looks into another's, and what must be kept alive for the pointers in it.

use crate::code::{Access, Span};
use crate::info::{self, Info, Kind, flag};
use crate::{array, function, simple};
use core::cell::{Cell, UnsafeCell};
use core::ffi::{c_int, c_void};
use core::ptr;
use macros::pytype;
use objects::object::refs::none;
use objects::object::trace::{Trace, Visitor};
use objects::protocol::{attr, call, object};
use objects::typeobject::TypeObject;
use objects::types::buffer::BufferView;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, Visit, hooks, id, raise};

/// Bytes of a value that lie in the instance itself.
const INLINE: usize = 16;

/// An instance of a C type.
#[repr(C)]
pub struct CData {
    ob_base: Object,
    /// Where the value is.
    b_ptr: Cell<*mut u8>,
    /// Whether the value is the instance's own.
    b_needsfree: Cell<c_int>,
    /// The instance whose value this one is a part of.
    b_base: Slot<CData>,
    b_size: Cell<usize>,
    /// Number of parts that may have something to keep.
    b_length: Cell<usize>,
    /// Which part of the base this is.
    b_index: Cell<isize>,
    /// Kept alive for the pointers in the value: a dict, None, or one object.
    b_objects: Slot,
    b_value: UnsafeCell<[u64; INLINE / 8]>,
}

impl Trace for CData {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.b_objects.trace(visitor)?;
        self.b_base.trace(visitor)
    }

    /// The base stays, as the value lies in it; a cycle goes through something else too.
    fn clear(&self) {
        self.b_objects.set(None);
    }
}

impl Drop for CData {
    fn drop(&mut self) {
        if self.owns_memory() && self.is_external() {
            // SAFETY: allocated by `allocate`.
            unsafe { libc::free(self.b_ptr.get().cast()) };
        }
    }
}

/// Zeroed memory that `free` takes back.
fn allocate(size: usize, align: usize) -> Result<*mut u8> {
    // SAFETY: any size; alignments are powers of 2 where they are more than what the C heap gives anyway.
    let block = unsafe {
        if align <= 16 || !align.is_power_of_two() {
            libc::calloc(1, size.max(1))
        } else {
            let mut block: *mut c_void = ptr::null_mut();
            match libc::posix_memalign(&raw mut block, align, size.max(1)) {
                0 => libc::memset(block, 0, size.max(1)),
                _ => ptr::null_mut(),
            }
        }
    };
    if block.is_null() { Err(raise::no_memory()) } else { Ok(block.cast()) }
}

/// An instance without memory.
fn bare(class: &TypeObject, info: &Info) -> Result<Ref<CData>> {
    info.add_flag(flag::FINAL);
    let instance = Ref::new_in(
        class,
        CData {
            ob_base: Object::HEAD,
            b_ptr: Cell::new(ptr::null_mut()),
            b_needsfree: Cell::new(0),
            b_base: Slot::empty(),
            b_size: Cell::new(info.size.get()),
            b_length: Cell::new(info.length.get()),
            b_index: Cell::new(0),
            b_objects: Slot::empty(),
            b_value: UnsafeCell::new([0; 2]),
        },
    )?;
    if info.kind == Kind::Function {
        function::prepare(&instance);
    }
    Ok(instance)
}

/// An instance whose value is all zeros.
///
/// # Errors
/// MemoryError.
pub fn create(class: &TypeObject, info: &Info) -> Result<Ref<CData>> {
    let instance = bare(class, info)?;
    let (size, align) = (info.size.get(), info.align.get());
    let place = match size <= INLINE && align <= 8 {
        true => instance.b_value.get().cast(),
        false => allocate(size, align)?,
    };
    instance.b_ptr.set(place);
    instance.b_needsfree.set(1);
    Ok(instance)
}

/// An instance whose value is at an address.
///
/// # Errors
/// TypeError for an abstract class; what an audit hook raises; MemoryError.
pub fn at_address(class: &TypeObject, place: *mut u8) -> Result<Ref<CData>> {
    hooks::AUDIT.get()("ctypes.cdata", &[&*crate::metatype::address_object(place.cast())?])?;
    let instance = bare(class, info::expect(class.as_object())?)?;
    instance.b_ptr.set(place);
    Ok(instance)
}

/// An instance for a value that is a part of `base`.
///
/// # Errors
/// TypeError for an abstract class; MemoryError.
pub fn part_of(class: &TypeObject, base: &CData, index: isize, place: *mut u8) -> Result<Ref<CData>> {
    let instance = bare(class, info::expect(class.as_object())?)?;
    instance.b_ptr.set(place);
    instance.b_base.set(Some(base.to_ref()));
    instance.b_index.set(index);
    Ok(instance)
}

/// An instance with a copy of a value.
///
/// # Safety
/// A value of the type is at `place`.
///
/// # Errors
/// TypeError for an abstract class; MemoryError.
pub unsafe fn copy_of(class: &TypeObject, place: *const u8) -> Result<Ref<CData>> {
    let info = info::expect(class.as_object())?;
    let instance = create(class, info)?;
    // SAFETY: the caller's promise; the instance has as many bytes.
    unsafe { ptr::copy_nonoverlapping(place, instance.place(), info.size.get()) };
    Ok(instance)
}

/// `tp_new` of the classes here.
///
/// # Safety
/// A slot function.
pub unsafe extern "C" fn new(class: &TypeObject, _: &Tuple, _: Option<&Object>) -> Result<Ref> {
    Ok(create(class, info::expect(class.as_object())?)?.upcast())
}

/// The value at `place` as Python has it: `access` or the type's own conversion, or an instance that is a part of `source`.
///
/// # Safety
/// A value of the type is at `place`, and stays while `source` does.
///
/// # Errors
/// What the conversion raises; MemoryError.
pub unsafe fn get(
    class: &TypeObject,
    access: Option<Access>,
    source: &CData,
    index: isize,
    span: Span,
    place: *mut u8,
) -> Result {
    let own = || simple::plain_access(class.as_object());
    match access.or_else(own) {
        // SAFETY: the caller's promise.
        Some(access) => unsafe { access.get(place, span) },
        None => Ok(part_of(class, source, index, place)?.upcast()),
    }
}

impl CData {
    /// Where the value is.
    #[inline]
    pub fn place(&self) -> *mut u8 {
        self.b_ptr.get()
    }

    /// Bytes of the value.
    #[inline]
    pub fn size(&self) -> usize {
        self.b_size.get()
    }

    /// Number of items of an array.
    #[inline]
    pub fn length(&self) -> usize {
        self.b_length.get()
    }

    pub fn owns_memory(&self) -> bool {
        self.b_needsfree.get() != 0
    }

    fn is_external(&self) -> bool {
        !ptr::eq(self.b_ptr.get(), self.b_value.get().cast())
    }

    /// The bytes of the value. Python code and C code may change them: hold no reference across either.
    pub fn as_slice(&self) -> &[u8] {
        if self.b_ptr.get().is_null() {
            return &[];
        }
        // SAFETY: so many bytes are there, or the program was told a wrong address.
        unsafe { core::slice::from_raw_parts(self.b_ptr.get(), self.b_size.get()) }
    }

    /// The pointer that the value is.
    ///
    /// # Safety
    /// The value is at least as large as a pointer.
    #[inline]
    pub unsafe fn pointer(&self) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { self.b_ptr.get().cast::<*mut u8>().read_unaligned() }
    }

    /// Gives the value more room; what it was stays.
    ///
    /// # Errors
    /// ValueError when there is less room than before or the memory is another's; MemoryError.
    pub fn resize(&self, size: isize, info: &Info) -> Result<()> {
        let least = info.size.get();
        let Some(size) = usize::try_from(size).ok().filter(|&size| size >= least) else {
            return Err(raise!(ValueError, "minimum size is {least}"));
        };
        if !self.owns_memory() {
            return Err(raise!(ValueError, "Memory cannot be resized because this object doesn't own it"));
        }
        if size > INLINE || self.is_external() {
            let block = allocate(size, info.align.get())?;
            let old = self.b_ptr.get();
            // SAFETY: both have at least so many bytes, and the old block is not used any more.
            unsafe {
                ptr::copy_nonoverlapping(old, block, self.b_size.get().min(size));
                if self.is_external() {
                    libc::free(old.cast());
                }
            }
            self.b_ptr.set(block);
        }
        self.b_size.set(size);
        Ok(())
    }

    /// Fills a view of the value, for `bf_getbuffer`.
    ///
    /// # Errors
    /// TypeError for an abstract class.
    pub fn export(&self, view: *mut BufferView) -> Result<()> {
        // SAFETY: the consumer's view.
        let Some(view) = (unsafe { view.as_mut() }) else { return Ok(()) };
        let class = self.as_object().class();
        let info = info::expect(class.as_object())?;
        let itemsize = array::innermost_size(class.as_object());
        let shape = if info.shape.is_empty() { ptr::null_mut() } else { info.shape.as_ptr().cast_mut() };
        *view = BufferView {
            buf: self.b_ptr.get().cast(),
            obj: self.as_object().to_ref().into_ptr(),
            len: self.b_size.get() as isize,
            itemsize: itemsize as isize,
            readonly: 0,
            ndim: info.shape.len() as c_int,
            format: info.format.borrow().as_ptr().cast_mut(),
            shape,
            strides: ptr::null_mut(),
            suboffsets: ptr::null_mut(),
            internal: ptr::null_mut(),
        };
        Ok(())
    }

    // ---- what is kept alive ----

    /// The instance whose memory the value lies in; it is ready to keep something.
    fn container(&self) -> Result<Ref<CData>> {
        let mut this = self.to_ref();
        while let Some(base) = this.b_base.get() {
            this = base;
        }
        if this.b_objects.is_empty() {
            let kept = if this.b_length.get() == 0 { none() } else { Dict::new()?.upcast() };
            this.b_objects.set(Some(kept));
        }
        Ok(this)
    }

    /// What the container keeps.
    ///
    /// # Errors
    /// MemoryError.
    pub fn kept(&self) -> Result<Ref> {
        Ok(self.container()?.b_objects.get().unwrap_or_else(none))
    }

    /// What the instance itself keeps, as a dict if it may have one.
    ///
    /// # Errors
    /// MemoryError.
    pub fn kept_as_dict(&self) -> Result<Ref> {
        self.container()?;
        match self.b_objects.get() {
            Some(kept) if kept.is(none::none()) => {
                let kept: Ref = Dict::new()?.upcast();
                self.b_objects.set(Some(kept.clone()));
                Ok(kept)
            }
            Some(kept) => Ok(kept),
            None => Ok(none()),
        }
    }

    /// Keeps what another instance keeps.
    pub fn share_kept(&self, kept: Ref) {
        self.b_objects.set((!kept.is(none::none())).then_some(kept));
    }

    /// Keeps `object` for the part `index`; None is not worth keeping.
    ///
    /// # Errors
    /// ValueError when parts are in parts too deeply; MemoryError.
    pub fn keep(&self, index: isize, object: Ref) -> Result<()> {
        if object.is(none::none()) {
            return Ok(());
        }
        let container = self.container()?;
        match container.b_objects.get().and_then(|kept| kept.downcast::<Dict>().ok()) {
            Some(kept) => kept.set_item(&*Str::new(&self.key(index)?)?, &object),
            None => {
                container.b_objects.set(Some(object));
                Ok(())
            }
        }
    }

    /// The way from a part up to the container, as hexadecimal numbers.
    fn key(&self, index: isize) -> Result<String> {
        const LONGEST: usize = 255 - 16;
        let mut key = format!("{:x}", index as i32);
        let mut this = self.to_ref();
        while let Some(base) = this.b_base.get() {
            if key.len() > LONGEST {
                return Err(raise!(ValueError, "ctypes object structure too deep"));
            }
            key += &format!(":{:x}", this.b_index.get() as i32);
            this = base;
        }
        Ok(key)
    }

    // ---- values ----

    /// Writes `value`, converted to `class`, to a place in the instance's memory.
    ///
    /// # Safety
    /// There is room for a value of the type.
    ///
    /// # Errors
    /// TypeError for a value of another type; what conversions raise.
    pub unsafe fn set(
        &self,
        class: &TypeObject,
        access: Option<Access>,
        value: &Object,
        index: isize,
        span: Span,
        place: *mut u8,
    ) -> Result<()> {
        // SAFETY: the caller's promise.
        let kept = unsafe { write(class, access, value, span, place) }?;
        self.keep(index, kept)
    }
}

/// Writes a value; what must be kept for it comes back.
unsafe fn write(
    class: &TypeObject,
    access: Option<Access>,
    value: &Object,
    span: Span,
    place: *mut u8,
) -> Result {
    if let Some(access) = access {
        // SAFETY: the caller's promise.
        return unsafe { access.set(place, value, span) };
    }
    let info = info::of_class(class.as_object());
    let Some(source) = value.cast::<CData>() else {
        if let Some(access) = info.and_then(|info| info.access) {
            // SAFETY: the caller's promise.
            return unsafe { access.set(place, value, span) };
        }
        if let Some(arguments) = value.cast::<Tuple>() {
            let made = call::call_with_tuple(class.as_object(), arguments, None).map_err(|raised| {
                crate::argument::extend_error(
                    raised,
                    &objects::types::exceptions::RuntimeError,
                    &format!("({}) ", class.full_name()),
                )
            })?;
            // SAFETY: the caller's promise.
            return unsafe { write(class, None, &made, span, place) };
        }
        if value.is(none::none()) && info.is_some_and(|info| info.kind == Kind::Pointer) {
            // SAFETY: the caller's promise.
            unsafe { place.cast::<*mut u8>().write_unaligned(ptr::null_mut()) };
            return Ok(none());
        }
        let (wanted, got) = (class.full_name(), value.class().full_name());
        return Err(raise!(TypeError, "expected {wanted} instance, got {got}"));
    };
    if object::is_instance(value, class)? {
        let size = info.map_or(0, |info| info.size.get()).min(source.size());
        // SAFETY: room for a value of the type, and as many bytes in the source; they may be the same.
        unsafe { ptr::copy(source.place(), place, size) };
        return source.kept();
    }
    let wanted = info.filter(|info| info.kind == Kind::Pointer);
    let given = info::of_instance(value).filter(|info| info.kind == Kind::Array);
    let incompatible = || {
        let (got, wanted) = (value.class().full_name(), class.full_name());
        raise!(TypeError, "incompatible types, {got} instance instead of {wanted} instance")
    };
    let (Some(wanted), Some(given)) = (wanted, given) else { return Err(incompatible()) };
    if !ptr::eq(wanted.proto.as_ptr(), given.proto.as_ptr()) {
        return Err(incompatible());
    }
    // SAFETY: the caller's promise.
    unsafe { place.cast::<*mut u8>().write_unaligned(source.place()) };
    // The array itself must live as well as what it keeps.
    Ok(Tuple::from_array([source.kept()?, value.to_ref()])?.upcast())
}

#[pytype(
    name = "_CData",
    module = "_ctypes",
    static_name = CDATA,
    flags = [BASETYPE],
    gc,
    no_new,
    member("_b_base_", OBJECT, b_base, READONLY),
    member("_b_needsfree_", INT, b_needsfree, READONLY),
    member("_objects", OBJECT, b_objects, READONLY)
)]
impl CData {
    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Err(raise!(TypeError, "unhashable type"))
    }

    #[slot(bf_getbuffer)]
    fn get_buffer(&self, view: *mut BufferView, _flags: c_int) -> Result<()> {
        self.export(view)
    }

    #[method("__ctypes_from_outparam__($self, /)")]
    fn out_parameter(&self) -> Ref<CData> {
        self.to_ref()
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result {
        let info = info::expect(self.as_object().class().as_object())?;
        if info.has_flag(flag::IS_POINTER | flag::HAS_POINTER) {
            return Err(raise!(ValueError, "ctypes objects containing pointers cannot be pickled"));
        }
        let attributes = attr::get(self, id!("__dict__"))?;
        let state = Tuple::from_slice(&[&attributes, &*Bytes::new(self.as_slice())?])?;
        let arguments = Tuple::from_slice(&[self.as_object().class(), &*state])?;
        Ok(Tuple::from_slice(&[&*crate::ctypes::unpickler()?, &*arguments])?.upcast())
    }

    #[method("__setstate__", raw)]
    fn set_state(&self, args: &[&Object]) -> Result<()> {
        let &[attributes, bytes] = args else {
            let given = args.len();
            return Err(raise!(TypeError, "function takes exactly 2 arguments ({given} given)"));
        };
        let Some(attributes) = attributes.cast::<Dict>() else {
            let got = attributes.class().full_name();
            return Err(raise!(TypeError, "argument 1 must be dict, not {got}"));
        };
        let bytes = objects::protocol::buffer::BytesLike::of(bytes)?;
        let count = bytes.len().min(self.b_size.get());
        // SAFETY: the instance has so many bytes.
        unsafe { ptr::copy(bytes.as_ptr(), self.b_ptr.get(), count) };
        let own = attr::get(self, id!("__dict__"))?;
        match own.cast::<Dict>() {
            Some(own) => own.merge(attributes, true),
            None => Err(raise!(
                TypeError,
                "{}.__dict__ must be a dictionary, not {}",
                self.as_object().class().full_name(),
                own.class().full_name()
            )),
        }
    }
}
