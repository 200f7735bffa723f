//! `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`.

use super::base::{self, BaseExceptionObject};
use super::table::UnicodeError;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, number};
use crate::raise::Result;
use crate::types::bytes::Bytes;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;
use core::cell::Cell;
use macros::{Trace, pytype};

/// `PyUnicodeErrorObject`, the layout of all three classes.
#[repr(C)]
#[derive(Trace)]
pub struct UnicodeErrorObject {
    base: BaseExceptionObject,
    pub encoding: Slot,
    pub object: Slot,
    pub start: Cell<isize>,
    pub end: Cell<isize>,
    pub reason: Slot,
}

const _: () = assert!(size_of::<UnicodeErrorObject>() == 112);

macro_rules! classes {
    ($($name:literal $class:ident $view:ident $init:ident $str:ident;)*) => { $(
        #[doc = concat!("An instance of `", $name, "`.")]
        #[repr(transparent)]
        #[derive(Trace)]
        pub struct $view {
            error: UnicodeErrorObject,
        }

        #[pytype(
            name = $name, static_name = $class, base = UnicodeError, gc, flags = [BASETYPE], new = super::base::new,
            member("encoding", OBJECT, error.encoding), member("object", OBJECT, error.object),
            member("start", PYSSIZET, error.start), member("end", PYSSIZET, error.end),
            member("reason", OBJECT, error.reason),
        )]
        impl $view {
            #[slot(tp_init)]
            fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
                base::no_keywords(self, kwargs.map(Instance::as_object))?;
                self.error.base.args.set(Some(args.to_ref()));
                $init(&self.error, args)
            }

            #[slot(tp_str)]
            fn str(&self) -> Result<Ref<Str>> {
                $str(&self.error)
            }
        }
    )* };
}

classes! {
    "UnicodeEncodeError" UnicodeEncodeError EncodeError init_encode str_encode;
    "UnicodeDecodeError" UnicodeDecodeError DecodeError init_decode str_decode;
    "UnicodeTranslateError" UnicodeTranslateError TranslateError init_translate str_translate;
}

/// The common layout of an instance of one of the three classes.
pub fn of(object: &Object) -> Option<&UnicodeErrorObject> {
    let known = object.cast::<EncodeError>().is_some()
        || object.cast::<DecodeError>().is_some()
        || object.cast::<TranslateError>().is_some();
    // SAFETY: the three classes have this layout.
    known.then(|| unsafe { &*core::ptr::from_ref(object).cast::<UnicodeErrorObject>() })
}

fn count_arguments(args: &Tuple, wanted: usize) -> Result<()> {
    if args.len() == wanted {
        return Ok(());
    }
    Err(crate::raise!(TypeError, "function takes exactly {wanted} arguments ({} given)", args.len()))
}

/// TypeError in the words of the argument parser.
fn wrong_type(index: usize, wanted: &str, given: &Object) -> crate::Raised {
    crate::raise!(TypeError, "argument {index} must be {wanted}, not {}", given.class().name())
}

fn text_argument(args: &Tuple, index: usize) -> Result<Ref> {
    let argument = args.items()[index];
    match argument.cast::<Str>() {
        Some(_) => Ok(argument.to_ref()),
        None => Err(wrong_type(index + 1, "str", argument)),
    }
}

fn init_encode(error: &UnicodeErrorObject, args: &Tuple) -> Result<()> {
    count_arguments(args, 5)?;
    error.encoding.set(Some(text_argument(args, 0)?));
    error.object.set(Some(text_argument(args, 1)?));
    error.fill_range(args, 2)
}

fn init_decode(error: &UnicodeErrorObject, args: &Tuple) -> Result<()> {
    count_arguments(args, 5)?;
    error.encoding.set(Some(text_argument(args, 0)?));
    let object = args.items()[1];
    let bytes = match object.cast::<Bytes>() {
        Some(_) => object.to_ref(),
        None => Bytes::new(crate::protocol::buffer::BytesLike::of(object)?.as_slice())?.upcast(),
    };
    error.object.set(Some(bytes));
    error.fill_range(args, 2)
}

fn init_translate(error: &UnicodeErrorObject, args: &Tuple) -> Result<()> {
    count_arguments(args, 4)?;
    error.object.set(Some(text_argument(args, 0)?));
    error.fill_range(args, 1)
}

impl UnicodeErrorObject {
    /// Start, end and reason, from the argument `first` on.
    fn fill_range(&self, args: &Tuple, first: usize) -> Result<()> {
        let index = |at: usize| number::index_as_isize(args.items()[at], Some(&super::OverflowError));
        self.start.set(index(first)?);
        self.end.set(index(first + 1)?);
        self.reason.set(Some(text_argument(args, first + 2)?));
        Ok(())
    }

    fn field_text(&self, slot: &Slot) -> Result<String> {
        Ok(protocol::object::str(&base::field(slot))?.to_string_lossy())
    }

    /// The range clipped to an object of `len` items (`PyUnicodeEncodeError_GetStart` and its kin).
    pub fn range(&self, len: usize) -> (usize, usize) {
        let len = len as isize;
        let start = self.start.get().clamp(0, (len - 1).max(0));
        let end = self.end.get().clamp(1.min(len), len);
        (start as usize, end as usize)
    }

    /// Whether the range is one item of an object of `len`, so that it can be shown.
    fn single(&self, len: usize) -> Option<usize> {
        let (start, end) = (self.start.get(), self.end.get());
        (end == start + 1 && start >= 0 && (start as usize) < len).then_some(start as usize)
    }
}

fn escape(char: u32) -> String {
    match char {
        0..=0xff => format!("\\x{char:02x}"),
        0x100..=0xffff => format!("\\u{char:04x}"),
        _ => format!("\\U{char:08x}"),
    }
}

fn text(parts: &str) -> Result<Ref<Str>> {
    let mut text = Builder::new();
    text.push_str(parts);
    text.finish()
}

fn str_encode(error: &UnicodeErrorObject) -> Result<Ref<Str>> {
    let Some(object) = error.object.get() else { return text("") };
    let (encoding, reason) = (error.field_text(&error.encoding)?, error.field_text(&error.reason)?);
    let string = object.cast::<Str>();
    if let Some(string) = string
        && let Some(start) = error.single(string.len())
    {
        let char = escape(string.at(start));
        return text(&format!(
            "'{encoding}' codec can't encode character '{char}' in position {start}: {reason}"
        ));
    }
    let (start, end) = (error.start.get(), error.end.get() - 1);
    text(&format!("'{encoding}' codec can't encode characters in position {start}-{end}: {reason}"))
}

fn str_decode(error: &UnicodeErrorObject) -> Result<Ref<Str>> {
    let Some(object) = error.object.get() else { return text("") };
    let (encoding, reason) = (error.field_text(&error.encoding)?, error.field_text(&error.reason)?);
    if let Some(bytes) = object.cast::<Bytes>().map(Bytes::as_slice)
        && let Some(start) = error.single(bytes.len())
    {
        let byte = bytes[start];
        return text(&format!(
            "'{encoding}' codec can't decode byte 0x{byte:02x} in position {start}: {reason}"
        ));
    }
    let (start, end) = (error.start.get(), error.end.get() - 1);
    text(&format!("'{encoding}' codec can't decode bytes in position {start}-{end}: {reason}"))
}

fn str_translate(error: &UnicodeErrorObject) -> Result<Ref<Str>> {
    let Some(object) = error.object.get() else { return text("") };
    let reason = error.field_text(&error.reason)?;
    if let Some(string) = object.cast::<Str>()
        && let Some(start) = error.single(string.len())
    {
        let char = escape(string.at(start));
        return text(&format!("can't translate character '{char}' in position {start}: {reason}"));
    }
    let (start, end) = (error.start.get(), error.end.get() - 1);
    text(&format!("can't translate characters in position {start}-{end}: {reason}"))
}
