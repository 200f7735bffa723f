//! `unicodedata`: the Unicode database, in its current version and in 3.2.0.

use core::cell::Cell;
use core::ffi::c_char;
use macros::{Trace, pytype};
use objects::args::{CodePoint, CodecInput, IntoPy};
use objects::types::module::Module;
use objects::types::str::{Chars, Str};
use objects::{Instance, Object, Ref, Result, raise};
use unicode::names::{Named, lookup as lookup_name, name as name_of};
use unicode::normalize::{Form, is_normalized as is_normal, normalize_changed};
use unicode::{VERSION, Version};

/// The longest name that is looked up at all.
const NAME_MAX: usize = 256;

#[macros::pymodule(name = "unicodedata", classes(Ucd))]
pub mod module {
    use super::*;

    const CURRENT: Version = Version::Current;

    #[function("decimal($self, chr, default=<unrepresentable>, /)")]
    fn decimal(chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(CURRENT.decimal(chr.0), default, "not a decimal")
    }

    #[function("digit($self, chr, default=<unrepresentable>, /)")]
    fn digit(chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(CURRENT.digit(chr.0), default, "not a digit")
    }

    #[function("numeric($self, chr, default=<unrepresentable>, /)")]
    fn numeric(chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(CURRENT.numeric(chr.0), default, "not a numeric character")
    }

    #[function("category($self, chr, /)")]
    fn category(chr: CodePoint) -> &'static str {
        CURRENT.category(chr.0)
    }

    #[function("bidirectional($self, chr, /)")]
    fn bidirectional(chr: CodePoint) -> &'static str {
        CURRENT.bidirectional(chr.0)
    }

    #[function("combining($self, chr, /)")]
    fn combining(chr: CodePoint) -> u8 {
        CURRENT.combining(chr.0)
    }

    #[function("mirrored($self, chr, /)")]
    fn mirrored(chr: CodePoint) -> u8 {
        CURRENT.mirrored(chr.0).into()
    }

    #[function("east_asian_width($self, chr, /)")]
    fn east_asian_width(chr: CodePoint) -> &'static str {
        CURRENT.east_asian_width(chr.0)
    }

    #[function("decomposition($self, chr, /)")]
    fn decomposition(chr: CodePoint) -> String {
        CURRENT.decomposition(chr.0)
    }

    #[function("is_normalized($self, form, unistr, /)")]
    fn is_normalized(form: &Str, unistr: &Str) -> Result<bool> {
        is_in_form(CURRENT, form, unistr)
    }

    #[function("normalize($self, form, unistr, /)")]
    fn normalize(form: &Str, unistr: &Str) -> Result<Ref<Str>> {
        in_form(CURRENT, form, unistr)
    }

    #[function("name($self, chr, default=<unrepresentable>, /)")]
    fn name(chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(name_of(chr.0), default, "no such name")
    }

    #[function("lookup($self, name, /)")]
    fn lookup(name: CodecInput<'_>) -> Result<Ref<Str>> {
        named(CURRENT, &name)
    }

    #[constant]
    #[expect(non_upper_case_globals, reason = "Python's name")]
    const unidata_version: &str = VERSION;

    #[attr("ucd_3_2_0")]
    fn ucd_3_2_0() -> Result<Ref<Ucd>> {
        Ref::new(Ucd { ob_base: Object::HEAD, unidata_version: Cell::new(c"3.2.0".as_ptr()) })
    }

    #[attr("_ucnhash_CAPI")]
    fn ucnhash() -> Result<Ref<objects::types::capsule::Capsule>> {
        crate::ucnhash::capsule()
    }

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(Ucd::class())
    }
}

/// The database as it was in 3.2.0, the one instance of its class.
#[repr(C)]
#[derive(Trace)]
pub struct Ucd {
    ob_base: Object,
    #[trace(skip)]
    unidata_version: Cell<*const c_char>,
}

#[pytype(
    name = "UCD",
    module = "unicodedata", getattro = objects::attrs::generic_getattro,
    no_new,
    member("unidata_version", STRING, unidata_version, READONLY)
)]
impl Ucd {
    #[method("decimal($self, chr, default=<unrepresentable>, /)")]
    fn decimal(&self, chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(Version::Old.decimal(chr.0), default, "not a decimal")
    }

    #[method("digit($self, chr, default=<unrepresentable>, /)")]
    fn digit(&self, chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(Version::Old.digit(chr.0), default, "not a digit")
    }

    #[method("numeric($self, chr, default=<unrepresentable>, /)")]
    fn numeric(&self, chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        or_default(Version::Old.numeric(chr.0), default, "not a numeric character")
    }

    #[method("category($self, chr, /)")]
    fn category(&self, chr: CodePoint) -> &'static str {
        Version::Old.category(chr.0)
    }

    #[method("bidirectional($self, chr, /)")]
    fn bidirectional(&self, chr: CodePoint) -> &'static str {
        Version::Old.bidirectional(chr.0)
    }

    #[method("combining($self, chr, /)")]
    fn combining(&self, chr: CodePoint) -> u8 {
        Version::Old.combining(chr.0)
    }

    #[method("mirrored($self, chr, /)")]
    fn mirrored(&self, chr: CodePoint) -> u8 {
        Version::Old.mirrored(chr.0).into()
    }

    #[method("east_asian_width($self, chr, /)")]
    fn east_asian_width(&self, chr: CodePoint) -> &'static str {
        Version::Old.east_asian_width(chr.0)
    }

    #[method("decomposition($self, chr, /)")]
    fn decomposition(&self, chr: CodePoint) -> String {
        Version::Old.decomposition(chr.0)
    }

    #[method("is_normalized($self, form, unistr, /)")]
    fn is_normalized(&self, form: &Str, unistr: &Str) -> Result<bool> {
        is_in_form(Version::Old, form, unistr)
    }

    #[method("normalize($self, form, unistr, /)")]
    fn normalize(&self, form: &Str, unistr: &Str) -> Result<Ref<Str>> {
        in_form(Version::Old, form, unistr)
    }

    #[method("name($self, chr, default=<unrepresentable>, /)")]
    fn name(&self, chr: CodePoint, default: Option<&Object>) -> Result<Ref> {
        let name = name_of(chr.0).filter(|_| Version::Old.category(chr.0) != "Cn");
        or_default(name, default, "no such name")
    }

    #[method("lookup($self, name, /)")]
    fn lookup(&self, name: CodecInput<'_>) -> Result<Ref<Str>> {
        named(Version::Old, &name)
    }
}

fn or_default(value: Option<impl IntoPy>, default: Option<&Object>, missing: &str) -> Result<Ref> {
    match (value, default) {
        (Some(value), _) => value.into_py(),
        (None, Some(default)) => Ok(default.to_ref()),
        (None, None) => Err(raise!(ValueError, "{missing}")),
    }
}

fn named(version: Version, name: &[u8]) -> Result<Ref<Str>> {
    if name.len() > NAME_MAX {
        return Err(raise!(KeyError, "name too long"));
    }
    let found = core::str::from_utf8(name).ok().and_then(lookup_name);
    match found {
        Some(Named::Character(code)) => Str::from_char(code),
        // 3.2.0 had neither aliases nor named sequences.
        Some(Named::Alias(code)) if version == Version::Current => Str::from_char(code),
        Some(Named::Sequence(codes)) if version == Version::Current => {
            let len = codes.iter().take_while(|&&code| code != 0).count();
            Str::from_ucs4(&codes[..len])
        }
        _ => {
            // The message is made in C: it ends at a NUL.
            let shown = name.split(|&byte| byte == 0).next().unwrap_or_default();
            Err(raise!(KeyError, "undefined character name '{}'", String::from_utf8_lossy(shown)))
        }
    }
}

fn form_named(form: &Str) -> Result<Form> {
    let known = form.as_ascii().and_then(Form::from_name);
    known.ok_or_else(|| raise!(ValueError, "invalid normalization form"))
}

fn is_in_form(version: Version, form: &Str, text: &Str) -> Result<bool> {
    if text.is_empty() {
        return Ok(true);
    }
    let form = form_named(form)?;
    Ok(match text.chars() {
        Chars::One(chars) => is_normal(version, form, chars),
        Chars::Two(chars) => is_normal(version, form, chars),
        Chars::Four(chars) => is_normal(version, form, chars),
    })
}

fn in_form(version: Version, form: &Str, text: &Str) -> Result<Ref<Str>> {
    if text.is_empty() {
        return text.to_exact();
    }
    let form = form_named(form)?;
    let changed = match text.chars() {
        Chars::One(chars) => normalize_changed(version, form, chars),
        Chars::Two(chars) => normalize_changed(version, form, chars),
        Chars::Four(chars) => normalize_changed(version, form, chars),
    };
    match changed {
        Some(codes) => Str::from_ucs4(&codes),
        None => text.to_exact(),
    }
}
