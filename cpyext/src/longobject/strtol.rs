//! `PyOS_strtoul` and `PyOS_strtol`: C's functions with Python's prefixes of bases.

use core::ffi::{c_char, c_int, c_long, c_ulong};

/// The base and how many bytes its prefix takes; an error is how many bytes a number 0 takes.
fn prefix(text: &[u8], base: c_int) -> Result<(u32, usize), usize> {
    if !matches!(base, 0 | 2..=36) {
        return Err(0);
    }
    if text.first() != Some(&b'0') || !matches!(base, 0 | 2 | 8 | 16) {
        return Ok((if base == 0 { 10 } else { base as u32 }, 0));
    }
    let marked = match text.get(1).map(u8::to_ascii_lowercase) {
        Some(b'x') => 16,
        Some(b'o') => 8,
        Some(b'b') => 2,
        _ => 0,
    };
    match base {
        0 if marked == 0 => {
            // Zeros, and the blanks behind them.
            let zeros = text.iter().take_while(|byte| **byte == b'0').count();
            Err(zeros + blanks(&text[zeros..]))
        }
        base if base == 0 || base as u32 == marked => {
            // The prefix is one only before a digit.
            if text.get(2).is_some_and(|digit| value(*digit) < marked) { Ok((marked, 2)) } else { Err(1) }
        }
        base => Ok((base as u32, 0)),
    }
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 11).count()
}

fn value(byte: u8) -> u32 {
    super::digits::_PyLong_DigitValue[usize::from(byte)].into()
}

fn set_out_of_range() {
    // SAFETY: the calling thread's own.
    unsafe { *libc::__errno_location() = libc::ERANGE };
}

/// The number at the start of a text without a sign and how many bytes it takes; `None` where it does not fit.
fn parse(text: &[u8], base: c_int) -> (Option<c_ulong>, usize) {
    let blanks = blanks(text);
    let number = &text[blanks..];
    let (base, skipped) = match prefix(number, base) {
        Ok(found) => found,
        Err(len) => return (Some(0), blanks + len),
    };
    let count = number[skipped..].iter().take_while(|digit| value(**digit) < base).count();
    let mut digits = number[skipped..skipped + count].iter();
    let total = digits.try_fold(0 as c_ulong, |total, digit| {
        total.checked_mul(base.into())?.checked_add(value(*digit).into())
    });
    (total, blanks + skipped + count)
}

/// # Safety
/// A C string.
unsafe fn bytes<'a>(string: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { core::ffi::CStr::from_ptr(string) }.to_bytes()
}

/// # Safety
/// `end` may be written to or is NULL.
unsafe fn tell(end: *mut *const c_char, string: *const c_char, len: usize) {
    if !end.is_null() {
        // SAFETY: the caller's promise.
        unsafe { end.write(string.wrapping_add(len)) };
    }
}

/// # Safety
/// A C function: a C string; `end` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_strtoul(
    string: *const c_char,
    end: *mut *const c_char,
    base: c_int,
) -> c_ulong {
    // SAFETY (both): the caller's promise.
    let (number, len) = parse(unsafe { bytes(string) }, base);
    unsafe { tell(end, string, len) };
    number.unwrap_or_else(|| {
        set_out_of_range();
        c_ulong::MAX
    })
}

/// # Safety
/// A C function: a C string; `end` may be written to or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyOS_strtol(string: *const c_char, end: *mut *const c_char, base: c_int) -> c_long {
    // SAFETY (both): the caller's promise.
    let text = unsafe { bytes(string) };
    let blanks = blanks(text);
    let (sign, negative) = match text.get(blanks) {
        Some(b'-') => (1, true),
        Some(b'+') => (1, false),
        _ => (0, false),
    };
    let (number, len) = parse(&text[blanks + sign..], base);
    unsafe { tell(end, string, blanks + sign + len) };
    let signed = match number {
        Some(number) if negative => 0i128 - i128::from(number),
        Some(number) => number.into(),
        None => i128::MAX,
    };
    c_long::try_from(signed).unwrap_or_else(|_| {
        set_out_of_range();
        c_long::MAX
    })
}
