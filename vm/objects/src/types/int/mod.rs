//! `int`: sign and magnitude in 30-bit digits, small values shared. The arithmetic is crate `num`'s.

pub mod convert;
pub mod methods;

use crate::object::refs::Ref;
use crate::object::{Object, heap};
use crate::raise::{self, Result};
use crate::typeobject::TypeObject;
use core::cell::Cell;
pub use methods::PyLong_Type;
use num::int::Integer;

/// Bits in a digit.
pub const SHIFT: u32 = 30;
/// All bits of a digit.
pub const MASK: u32 = (1 << SHIFT) - 1;
/// Offset of the digits.
const HEAD_SIZE: usize = 24;

/// `PyLongObject`: `lv_tag` holds the sign in its low two bits (0 positive, 1 zero, 2 negative) and the number of digits from bit 3 on.
/// The digits follow; only the first is part of the struct.
#[repr(C)]
pub struct Int {
    ob_base: Object,
    lv_tag: Cell<usize>,
    ob_digit: [Cell<u32>; 1],
}

// SAFETY: as for `Object`.
unsafe impl Sync for Int {}

const NEGATIVE: usize = 2;
const ZERO: usize = 1;

/// The smallest and the largest shared value.
pub const SMALL_MIN: i64 = -5;
pub const SMALL_MAX: i64 = 256;
const SMALL_COUNT: usize = (SMALL_MAX - SMALL_MIN + 1) as usize;

static SMALL_INTS: [Int; SMALL_COUNT] = {
    let mut ints = [const { Int::fixed(&PyLong_Type, 0) }; SMALL_COUNT];
    let mut i = 0;
    while i < SMALL_COUNT {
        ints[i] = Int::fixed(&PyLong_Type, i as i64 + SMALL_MIN);
        i += 1;
    }
    ints
};

impl Int {
    /// A static int of one digit.
    pub const fn fixed(class: &'static TypeObject, value: i64) -> Int {
        let tag = if value == 0 {
            ZERO
        } else if value < 0 {
            1 << 3 | NEGATIVE
        } else {
            1 << 3
        };
        Int {
            ob_base: Object::immortal(class),
            lv_tag: Cell::new(tag),
            ob_digit: [Cell::new(value.unsigned_abs() as u32)],
        }
    }

    /// The int of a machine integer.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn from_i64(value: i64) -> Result<Ref<Int>> {
        if (SMALL_MIN..=SMALL_MAX).contains(&value) {
            return Ok(Ref::from_borrowed(&SMALL_INTS[(value - SMALL_MIN) as usize]));
        }
        Int::from_parts(value < 0, value.unsigned_abs().into())
    }

    /// The shared object of a small value, or NULL.
    #[inline(always)]
    pub fn shared(value: i64) -> *mut Object {
        let index = value.wrapping_sub(SMALL_MIN) as usize;
        if index < SMALL_COUNT {
            // SAFETY: within the table.
            return unsafe { SMALL_INTS.as_ptr().add(index) }.cast_mut().cast();
        }
        core::ptr::null_mut()
    }

    /// The object of a value of one digit, shared or from the page in use; NULL when that page is full. For code that must not
    /// call anything.
    #[inline(always)]
    pub fn quick(value: i64) -> *mut Object {
        debug_assert!(value.unsigned_abs() <= u64::from(MASK));
        let shared = Int::shared(value);
        if !shared.is_null() {
            return shared;
        }
        let block = heap::alloc_quick::<{ size_of::<Int>() }>().cast::<Object>();
        if !block.is_null() {
            // SAFETY: a fresh block of the size.
            unsafe {
                Object::init(block, &PyLong_Type);
                Int::write_compact(block, value);
            }
        }
        block
    }

    /// Gives an int that nobody else sees another value of one digit, which must not be a shared one.
    ///
    /// # Safety
    /// `this` is an int that the caller alone refers to.
    #[inline(always)]
    pub unsafe fn write_compact(this: *mut Object, value: i64) {
        let this = this.cast::<Int>();
        // SAFETY: the caller's promise; every int has room for a digit.
        unsafe {
            (&raw mut (*this).lv_tag).write(Cell::new(1 << 3 | if value < 0 { NEGATIVE } else { 0 }));
            (&raw mut (*this).ob_digit).cast::<u32>().write(value.unsigned_abs() as u32);
        }
    }

    /// Whether both have the same value.
    #[inline]
    pub fn same_value(&self, other: &Int) -> bool {
        self.lv_tag.get() == other.lv_tag.get() && self.digits() == other.digits()
    }

    /// The value of an int of at most two digits.
    #[inline]
    pub fn to_two_digits(&self) -> Option<i64> {
        let tag = self.lv_tag.get();
        if tag < 2 << 3 {
            return Some(self.compact_value());
        }
        if tag >= 3 << 3 {
            return None;
        }
        // SAFETY: the tag says that there are two digits.
        let high = unsafe { (*self.ob_digit.as_ptr().add(1)).get() };
        let value = i64::from(high) << SHIFT | i64::from(self.ob_digit[0].get());
        Some(if tag & 3 == NEGATIVE { -value } else { value })
    }

    /// The int of an unsigned machine integer.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn from_u64(value: u64) -> Result<Ref<Int>> {
        match i64::try_from(value) {
            Ok(value) => Int::from_i64(value),
            Err(_) => Int::from_parts(false, value.into()),
        }
    }

    /// The int of a 128-bit integer.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_i128(value: i128) -> Result<Ref<Int>> {
        match i64::try_from(value) {
            Ok(value) => Int::from_i64(value),
            Err(_) => Int::from_parts(value < 0, value.unsigned_abs()),
        }
    }

    /// The int of a size or an index.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_usize(value: usize) -> Result<Ref<Int>> {
        Int::from_u64(value as u64)
    }

    fn from_parts(negative: bool, mut magnitude: u128) -> Result<Ref<Int>> {
        if let Ok(magnitude) = u64::try_from(magnitude)
            && magnitude >> (2 * SHIFT) == 0
        {
            let (low, high) = (magnitude as u32 & MASK, (magnitude >> SHIFT) as u32);
            let count = if high == 0 { 1 } else { 2 };
            let block = heap::alloc_object(&PyLong_Type, size_of::<Int>(), false)
                .ok_or_else(raise::no_memory)?
                .cast::<Int>();
            // SAFETY: a fresh block with room for the head and two digits.
            unsafe {
                Object::init(block.as_ptr().cast(), &PyLong_Type);
                (&raw mut (*block.as_ptr()).lv_tag)
                    .write(Cell::new(count << 3 | if negative { NEGATIVE } else { 0 }));
                let digits = (&raw mut (*block.as_ptr()).ob_digit).cast::<u32>();
                digits.write(low);
                digits.add(1).write(high);
                return Ok(Ref::from_owned(block));
            }
        }
        let mut digits = [0u32; 5];
        let mut count = 0;
        while magnitude != 0 {
            digits[count] = magnitude as u32 & MASK;
            magnitude >>= SHIFT;
            count += 1;
        }
        Int::from_digits(negative, &digits[..count])
    }

    /// The int with the given sign and little-endian digits; leading zeros are dropped, small values shared.
    ///
    /// # Errors
    /// MemoryError.
    pub fn from_digits(negative: bool, digits: &[u32]) -> Result<Ref<Int>> {
        let count = digits.iter().rposition(|&digit| digit != 0).map_or(0, |last| last + 1);
        let digits = &digits[..count];
        match *digits {
            [] => return Int::from_i64(0),
            [digit] if digit as i64 <= SMALL_MAX && (!negative || digit as i64 <= -SMALL_MIN) => {
                return Int::from_i64(if negative { -(digit as i64) } else { digit as i64 });
            }
            _ => {}
        }
        let block = heap::alloc_object(&PyLong_Type, HEAD_SIZE + count * 4, false)
            .ok_or_else(raise::no_memory)?
            .cast::<Int>();
        // SAFETY: a fresh block with room for the head and `count` digits.
        unsafe {
            Object::init(block.as_ptr().cast(), &PyLong_Type);
            (&raw mut (*block.as_ptr()).lv_tag)
                .write(Cell::new(count << 3 | if negative { NEGATIVE } else { 0 }));
            (&raw mut (*block.as_ptr()).ob_digit)
                .cast::<u32>()
                .copy_from_nonoverlapping(digits.as_ptr(), count);
            Ok(Ref::from_owned(block))
        }
    }

    /// An int of `count` digits, all zero and its sign positive, which C code fills in before anybody else sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc(count: usize) -> Result<Ref<Int>> {
        // At least one digit, as readers of compact ints expect.
        let size = count.max(1).checked_mul(4).and_then(|size| size.checked_add(HEAD_SIZE));
        let block = size
            .and_then(|size| heap::alloc_object(&PyLong_Type, size, false))
            .ok_or_else(raise::no_memory)?
            .cast::<Int>();
        let tag = if count == 0 { ZERO } else { count << 3 };
        // SAFETY: a fresh block with room for the head and the digits.
        unsafe {
            Object::init(block.as_ptr().cast(), &PyLong_Type);
            (&raw mut (*block.as_ptr()).lv_tag).write(Cell::new(tag));
            (&raw mut (*block.as_ptr()).ob_digit).cast::<u32>().write_bytes(0, count.max(1));
            Ok(Ref::from_owned(block))
        }
    }

    /// The int of a computed value.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn from_integer(value: &Integer) -> Result<Ref<Int>> {
        Int::from_digits(value.negative, &value.digits)
    }

    /// An instance of `class`, a subclass of int, with the value of `value`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_in(class: &TypeObject, value: &Int) -> Result<Ref> {
        if core::ptr::eq(class, &raw const PyLong_Type) {
            return Int::from_digits(value.is_negative(), value.digits()).map(Ref::upcast);
        }
        // At least one digit, as readers of compact ints expect.
        let digits = value.digits();
        let object = class.allocate(digits.len().max(1) as isize)?;
        // SAFETY: a subclass of int has its layout, with as many digits as were asked for. `allocate` wrote the number of items
        // where the tag is.
        unsafe {
            let this = object.cast::<Int>().as_ptr();
            (&raw mut (*this).lv_tag).write(Cell::new(value.lv_tag.get()));
            (&raw mut (*this).ob_digit).cast::<u32>().copy_from_nonoverlapping(digits.as_ptr(), digits.len());
            heap::track_if_collected(class, object);
            Ok(Ref::from_owned(object))
        }
    }

    /// The value as the arithmetic takes it.
    #[inline]
    pub fn view(&self) -> num::int::Int<'_> {
        num::int::Int { negative: self.is_negative(), digits: self.digits() }
    }

    /// The digits of the magnitude, little-endian; none for zero.
    #[inline]
    pub fn digits(&self) -> &[u32] {
        // SAFETY: an int owns as many digits as its tag says, and they never change once it is shared.
        unsafe { core::slice::from_raw_parts(self.ob_digit.as_ptr().cast::<u32>(), self.lv_tag.get() >> 3) }
    }

    /// Whether the value is below zero.
    #[inline]
    pub fn is_negative(&self) -> bool {
        self.lv_tag.get() & 3 == NEGATIVE
    }

    /// Whether the value is zero.
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.lv_tag.get() & 3 == ZERO
    }

    /// Whether the value has at most one digit.
    #[inline(always)]
    pub fn is_compact(&self) -> bool {
        self.lv_tag.get() < 2 << 3
    }

    /// The value of a compact int.
    #[inline(always)]
    pub fn compact_value(&self) -> i64 {
        debug_assert!(self.is_compact());
        (1 - (self.lv_tag.get() & 3) as i64) * i64::from(self.ob_digit[0].get())
    }

    /// The value if it fits.
    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        if self.is_compact() {
            return Some(self.compact_value());
        }
        i64::try_from(self.to_i128()?).ok()
    }

    /// The value if it fits into 128 bits with room for every sum of digits; at most four digits.
    pub fn to_i128(&self) -> Option<i128> {
        let digits = self.digits();
        if digits.len() > 4 {
            return None;
        }
        let magnitude = digits.iter().rev().fold(0i128, |value, &digit| value << SHIFT | i128::from(digit));
        Some(if self.is_negative() { -magnitude } else { magnitude })
    }

    /// The value if it fits.
    pub fn to_u64(&self) -> Option<u64> {
        u64::try_from(self.to_i128()?).ok()
    }
}

/// The nearest float, halves to even.
///
/// # Errors
/// OverflowError.
pub fn to_f64(int: &Int) -> Result<f64> {
    if int.is_compact() {
        return Ok(int.compact_value() as f64);
    }
    num::int::to_f64(int.view()).map_err(raise::arithmetic)
}

/// A new int as a plain object; the common case of a native function's result.
///
/// # Errors
/// MemoryError.
#[inline]
pub fn new_int(value: i64) -> Result {
    Ok(Int::from_i64(value)?.upcast())
}

const _: () = assert!(core::mem::offset_of!(Int, ob_digit) == HEAD_SIZE && size_of::<Int>() == 32);

const _: () = assert!(core::mem::offset_of!(Int, ob_digit) == HEAD_SIZE && size_of::<Int>() == 32);
