//! `_locale`: the C library's locales and message catalogues.

use core::ffi::{CStr, c_char, c_int};
use libc::wchar_t;
use objects::protocol::path::fs_bytes;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};
use std::ffi::CString;
use std::sync::OnceLock;

unsafe extern "C" {
    fn gettext(message: *const c_char) -> *mut c_char;
    fn dgettext(domain: *const c_char, message: *const c_char) -> *mut c_char;
    fn dcgettext(domain: *const c_char, message: *const c_char, category: c_int) -> *mut c_char;
    fn textdomain(domain: *const c_char) -> *mut c_char;
    fn bindtextdomain(domain: *const c_char, directory: *const c_char) -> *mut c_char;
    fn bind_textdomain_codeset(domain: *const c_char, codeset: *const c_char) -> *mut c_char;
    fn wcscoll(left: *const wchar_t, right: *const wchar_t) -> c_int;
    fn wcsxfrm(to: *mut wchar_t, from: *const wchar_t, size: usize) -> usize;
    fn mbrtowc(to: *mut wchar_t, from: *const c_char, len: usize, state: *mut Shift) -> usize;
}

/// `mbstate_t`.
#[repr(C)]
#[derive(Default)]
struct Shift([u64; 16]);

/// glibc's `_DATE_FMT`.
const DATE_FMT: c_int = 0x2_006c;

objects::per_interpreter! {
    /// The class `locale.Error`, made with the module.
    static ERROR: OnceLock<Ref<TypeObject>> = OnceLock::new();
}

fn error(text: &str) -> Raised {
    let class: &TypeObject = ERROR.get().map_or(&exc::Exception, |class| class);
    objects::raise::set_text(class, format_args!("{text}"))
}

#[macros::pymodule(name = "_locale", parts(super::constants))]
pub mod module {
    use super::*;

    #[function("setlocale($module, category, locale=<unrepresentable>, /)")]
    fn setlocale(category: c_int, #[default(None)] locale: Option<&str>) -> Result<Ref<Str>> {
        let wanted = locale.map(c_string);
        let name = wanted.as_deref().map_or(core::ptr::null(), CStr::as_ptr);
        // SAFETY: a C string or NULL; the GIL is held, so that no other thread reads the locale meanwhile.
        match unsafe { text_at(libc::setlocale(category, name)) } {
            Some(result) => decode(&result),
            None if locale.is_some() => Err(error("unsupported locale setting")),
            None => Err(error("locale query failed")),
        }
    }

    #[function("localeconv($module, /)")]
    fn localeconv() -> Result<Ref<Dict>> {
        conventions()
    }

    #[function("strcoll($module, os1, os2, /)")]
    fn strcoll(os1: &Str, os2: &Str) -> Result<i32> {
        let (left, right) = (wide(os1)?, wide(os2)?);
        // SAFETY: both end in a NUL.
        Ok(unsafe { wcscoll(left.as_ptr(), right.as_ptr()) })
    }

    #[function("strxfrm($module, string, /)")]
    fn strxfrm(string: &Str) -> Result<Ref<Str>> {
        let text = wide(string)?;
        let mut key = vec![0; text.len()];
        loop {
            errno::clear();
            // SAFETY: the text ends in a NUL, the key has the given size.
            let len = unsafe { wcsxfrm(key.as_mut_ptr(), text.as_ptr(), key.len()) };
            match errno::get() {
                0 | libc::ERANGE => {}
                number => return Err(objects::raise::os_error(number, None, None)),
            }
            if len < key.len() {
                key.truncate(len);
                return from_wide(&key);
            }
            key.resize(len + 1, 0);
        }
    }

    #[function("nl_langinfo($module, key, /)")]
    fn nl_langinfo(key: c_int) -> Result<Ref<Str>> {
        if key != DATE_FMT && !constants::LANGINFO.iter().any(|&(_, known)| known == key) {
            return Err(raise!(ValueError, "unsupported langinfo constant"));
        }
        // SAFETY: a known constant; the string stays until the next setlocale.
        decode(&unsafe { text_at(libc::nl_langinfo(key)) }.unwrap_or_default())
    }

    #[function("getencoding($module, /)")]
    fn getencoding() -> Result<Ref<Str>> {
        // SAFETY: the string stays until the next setlocale.
        match unsafe { text_at(libc::nl_langinfo(libc::CODESET)) } {
            Some(name) if !name.is_empty() => decode(&name),
            _ => Str::new("utf-8"),
        }
    }

    #[function("gettext($module, msg, /)")]
    fn py_gettext(msg: &str) -> Result<Ref<Str>> {
        let message = c_string(msg);
        // SAFETY: a C string; the result is a catalogue's or the message itself.
        decode(&unsafe { text_at(gettext(message.as_ptr())) }.unwrap_or_default())
    }

    #[function("dgettext($module, domain, msg, /)")]
    fn py_dgettext(domain: Option<&str>, msg: &str) -> Result<Ref<Str>> {
        let (domain, message) = (domain.map(c_string), c_string(msg));
        // SAFETY: C strings; NULL is the current domain.
        decode(&unsafe { text_at(dgettext(pointer(domain.as_ref()), message.as_ptr())) }.unwrap_or_default())
    }

    #[function("dcgettext($module, domain, msg, category, /)")]
    fn py_dcgettext(domain: Option<&str>, msg: &str, category: c_int) -> Result<Ref<Str>> {
        let (domain, message) = (domain.map(c_string), c_string(msg));
        // SAFETY: as in `dgettext`.
        let text = unsafe { text_at(dcgettext(pointer(domain.as_ref()), message.as_ptr(), category)) };
        decode(&text.unwrap_or_default())
    }

    #[function("textdomain($module, domain, /)")]
    fn py_textdomain(domain: Option<&str>) -> Result<Ref<Str>> {
        let domain = domain.map(c_string);
        // SAFETY: a C string or NULL.
        match unsafe { text_at(textdomain(pointer(domain.as_ref()))) } {
            Some(name) => decode(&name),
            None => Err(objects::raise::last_os_error()),
        }
    }

    #[function("bindtextdomain($module, domain, dir, /)")]
    fn py_bindtextdomain(domain: &str, dir: &Object) -> Result<Ref<Str>> {
        if domain.is_empty() {
            return Err(error("domain must be a non-empty string"));
        }
        let domain = c_string(domain);
        let directory = if dir.is(none()) { None } else { Some(fs_bytes(dir)?) };
        // SAFETY: C strings; NULL asks for the directory.
        match unsafe { text_at(bindtextdomain(domain.as_ptr(), pointer(directory.as_ref()))) } {
            Some(directory) => decode(&directory),
            None => Err(objects::raise::last_os_error()),
        }
    }

    #[function("bind_textdomain_codeset($module, domain, codeset, /)")]
    fn py_bind_textdomain_codeset(domain: &str, codeset: Option<&str>) -> Result<Option<Ref<Str>>> {
        let (domain, codeset) = (c_string(domain), codeset.map(c_string));
        // SAFETY: C strings; NULL asks for the code set.
        let found = unsafe { text_at(bind_textdomain_codeset(domain.as_ptr(), pointer(codeset.as_ref()))) };
        found.map(|name| decode(&name)).transpose()
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let class =
            objects::types::exceptions::new_exception("locale.Error", exc::Exception.as_object(), None)?;
        module.dict().set_text("Error", class.as_object())?;
        let _ = ERROR.set(class);
        let date = ("_DATE_FMT", DATE_FMT);
        constants::LANGINFO
            .iter()
            .chain([&date])
            .try_for_each(|&(name, value)| module.dict().set_text(name, &*new_int(value.into())?))
    }
}

/// The numbers of categories and of `nl_langinfo`'s items.
#[macros::pymodule(name = "_locale", part)]
pub mod constants {
    #[constant]
    const LC_CTYPE: i32 = libc::LC_CTYPE;
    #[constant]
    const LC_TIME: i32 = libc::LC_TIME;
    #[constant]
    const LC_COLLATE: i32 = libc::LC_COLLATE;
    #[constant]
    const LC_MONETARY: i32 = libc::LC_MONETARY;
    #[constant]
    const LC_MESSAGES: i32 = libc::LC_MESSAGES;
    #[constant]
    const LC_NUMERIC: i32 = libc::LC_NUMERIC;
    #[constant]
    const LC_ALL: i32 = libc::LC_ALL;
    #[constant]
    const CHAR_MAX: i32 = i8::MAX as i32;

    macro_rules! items {
        ($($name:ident)*) => { [$((stringify!($name), libc::$name)),*] };
    }

    /// What `nl_langinfo` may be asked for.
    pub(super) static LANGINFO: [(&str, i32); 55] = items! {
        DAY_1 DAY_2 DAY_3 DAY_4 DAY_5 DAY_6 DAY_7
        ABDAY_1 ABDAY_2 ABDAY_3 ABDAY_4 ABDAY_5 ABDAY_6 ABDAY_7
        MON_1 MON_2 MON_3 MON_4 MON_5 MON_6 MON_7 MON_8 MON_9 MON_10 MON_11 MON_12
        ABMON_1 ABMON_2 ABMON_3 ABMON_4 ABMON_5 ABMON_6 ABMON_7 ABMON_8 ABMON_9 ABMON_10 ABMON_11 ABMON_12
        RADIXCHAR THOUSEP CRNCYSTR D_FMT D_T_FMT T_FMT AM_STR PM_STR CODESET T_FMT_AMPM
        ERA ERA_D_FMT ERA_D_T_FMT ERA_T_FMT ALT_DIGITS YESEXPR NOEXPR
    };
}

/// `errno` of this thread.
mod errno {
    pub fn clear() {
        // SAFETY: the thread's own variable.
        unsafe { *libc::__errno_location() = 0 };
    }

    pub fn get() -> i32 {
        // SAFETY: the thread's own variable.
        unsafe { *libc::__errno_location() }
    }
}

/// A text argument, which has no NUL, for C.
fn c_string(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(core::ptr::null(), |text| text.as_ptr())
}

/// The bytes of a C string; None for NULL.
///
/// # Safety
/// `text` is NULL or a C string.
unsafe fn text_at(text: *const c_char) -> Option<Vec<u8>> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}

/// Text in the encoding of the current locale (`PyUnicode_DecodeLocale`).
fn decode(bytes: &[u8]) -> Result<Ref<Str>> {
    if bytes.is_ascii() {
        return Str::from_latin1(bytes);
    }
    let mut state = Shift::default();
    let mut chars = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let mut char: wchar_t = 0;
        let rest = &bytes[at..];
        // SAFETY: reads at most the given length.
        let used = unsafe { mbrtowc(&mut char, rest.as_ptr().cast(), rest.len(), &mut state) };
        if used == 0 || used > rest.len() {
            let mut errors = objects::codecs::errors::DecodeErrors::new("locale", None);
            let mut nowhere = objects::types::str::build::Builder::new();
            errors.handle(bytes, at, at + 1, "decoding error", &mut nowhere)?;
            return Err(objects::raise::pending());
        }
        chars.push(char as u32);
        at += used;
    }
    Str::from_ucs4(&chars)
}

/// Text for the functions of wide characters, with a NUL at the end.
fn wide(text: &Str) -> Result<Vec<wchar_t>> {
    let mut chars: Vec<wchar_t> = text.chars().iter().map(|char| char as wchar_t).collect();
    if chars.contains(&0) {
        return Err(raise!(ValueError, "embedded null character"));
    }
    chars.push(0);
    Ok(chars)
}

fn from_wide(chars: &[wchar_t]) -> Result<Ref<Str>> {
    let points: Vec<u32> = chars.iter().map(|&char| char as u32).collect();
    match points.iter().find(|&&point| point > 0x10_ffff) {
        Some(point) => Err(raise!(ValueError, "character U+{point:x} is not in range [U+0000; U+10ffff]")),
        None => Str::from_ucs4(&points),
    }
}

/// `LC_CTYPE` set to the value of another category while it lives, so that that category's texts can be decoded.
struct CtypeOf(Option<CString>);

impl CtypeOf {
    fn category(category: c_int) -> CtypeOf {
        // SAFETY: queries; the strings are copied before the next call.
        let (own, other) = unsafe {
            let own = text_at(libc::setlocale(libc::LC_CTYPE, core::ptr::null()));
            (own, text_at(libc::setlocale(category, core::ptr::null())))
        };
        let (Some(own), Some(other)) = (own, other) else { return CtypeOf(None) };
        let (Ok(own), Ok(other)) = (CString::new(own), CString::new(other)) else { return CtypeOf(None) };
        if own == other {
            return CtypeOf(None);
        }
        // SAFETY: a C string.
        unsafe { libc::setlocale(libc::LC_CTYPE, other.as_ptr()) };
        CtypeOf(Some(own))
    }
}

impl Drop for CtypeOf {
    fn drop(&mut self) {
        if let Some(own) = &self.0 {
            // SAFETY: a C string.
            unsafe { libc::setlocale(libc::LC_CTYPE, own.as_ptr()) };
        }
    }
}

fn conventions() -> Result<Ref<Dict>> {
    // SAFETY: the struct and its strings stay until the next localeconv or setlocale; they are copied at once.
    let (numbers, money, numeric) = unsafe {
        let found = &*libc::localeconv();
        let text = |text: *mut c_char| text_at(text).unwrap_or_default();
        let numbers = [
            ("int_frac_digits", found.int_frac_digits),
            ("frac_digits", found.frac_digits),
            ("p_cs_precedes", found.p_cs_precedes),
            ("p_sep_by_space", found.p_sep_by_space),
            ("n_cs_precedes", found.n_cs_precedes),
            ("n_sep_by_space", found.n_sep_by_space),
            ("p_sign_posn", found.p_sign_posn),
            ("n_sign_posn", found.n_sign_posn),
        ];
        let money = [
            text(found.int_curr_symbol),
            text(found.currency_symbol),
            text(found.mon_decimal_point),
            text(found.mon_thousands_sep),
            text(found.mon_grouping),
            text(found.positive_sign),
            text(found.negative_sign),
        ];
        (numbers, money, [text(found.decimal_point), text(found.thousands_sep), text(found.grouping)])
    };
    let result = Dict::new()?;
    let names = [
        "int_curr_symbol",
        "currency_symbol",
        "mon_decimal_point",
        "mon_thousands_sep",
        "mon_grouping",
        "positive_sign",
        "negative_sign",
    ];
    add_texts(&result, libc::LC_MONETARY, &names, &money)?;
    for (name, value) in numbers {
        result.set_text(name, &*new_int(value.into())?)?;
    }
    add_texts(&result, libc::LC_NUMERIC, &["decimal_point", "thousands_sep", "grouping"], &numeric)?;
    Ok(result)
}

/// Adds texts in the encoding of a category, and groupings as lists.
fn add_texts(result: &Dict, category: c_int, names: &[&str], values: &[Vec<u8>]) -> Result<()> {
    let is_grouping = |name: &str| name.ends_with("grouping");
    let foreign = names.iter().zip(values).any(|(name, value)| !is_grouping(name) && !value.is_ascii());
    let _ctype = foreign.then(|| CtypeOf::category(category));
    for (name, value) in names.iter().zip(values) {
        if is_grouping(name) {
            result.set_text(name, &*grouping(value)?)?;
        } else {
            result.set_text(name, decode(value)?.as_object())?;
        }
    }
    Ok(())
}

/// The sizes of groups of digits; the last says what follows: 0 the same again, CHAR_MAX no more groups.
fn grouping(sizes: &[u8]) -> Result<Ref> {
    if sizes.is_empty() {
        return Ok(List::from_vec(Vec::new())?.upcast());
    }
    let mut list = Vec::new();
    for &size in sizes.iter().chain(&[0]) {
        list.push(new_int(size.into())?);
        if size == 0 || i32::from(size) == i32::from(i8::MAX) {
            break;
        }
    }
    Ok(List::from_vec(list)?.upcast())
}
