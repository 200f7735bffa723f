//! `SyntaxError` and its subclasses.

use super::base::{self, BaseExceptionObject};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::typeobject::status;
use crate::types::dict::Dict;
use crate::types::int::Int;
use crate::types::str::Str;
use crate::types::str::build::Builder;
use crate::types::tuple::Tuple;
use core::ffi::c_int;
use macros::{Trace, pytype};

/// `PySyntaxErrorObject`.
#[repr(C)]
#[derive(Trace)]
pub struct SyntaxErrorObject {
    base: BaseExceptionObject,
    pub msg: Slot,
    pub filename: Slot,
    pub lineno: Slot,
    pub offset: Slot,
    pub end_lineno: Slot,
    pub end_offset: Slot,
    pub text: Slot,
    pub print_file_and_line: Slot,
}

const _: () = assert!(size_of::<SyntaxErrorObject>() == 136);

#[pytype(
    name = "SyntaxError", static_name = SyntaxError, base = super::Exception, gc, flags = [BASETYPE],
    member("msg", OBJECT, msg), member("filename", OBJECT, filename), member("lineno", OBJECT, lineno),
    member("offset", OBJECT, offset), member("text", OBJECT, text), member("end_lineno", OBJECT, end_lineno),
    member("end_offset", OBJECT, end_offset), member("print_file_and_line", OBJECT, print_file_and_line),
)]
impl SyntaxErrorObject {
    /// `tp_init` of this class and its subclasses.
    #[slot(tp_init)]
    pub(super) unsafe extern "C" fn init(this: &Object, args: &Tuple, kwargs: Option<&Object>) -> c_int {
        // SAFETY: the slot belongs to classes with this layout.
        let this = unsafe { this.cast_unchecked::<Self>() };
        status(this.set_up(args, kwargs.and_then(|kwargs| kwargs.cast::<Dict>())))
    }

    fn set_up(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        base::no_keywords(self, kwargs.map(Instance::as_object))?;
        self.base.args.set(Some(args.to_ref()));
        if let Some(message) = args.items().first() {
            self.msg.set(Some(message.to_ref()));
        }
        let [_, info] = args.items() else { return Ok(()) };
        let info = protocol::sequence::to_tuple(info)?;
        let items = info.items();
        if !matches!(items.len(), 4 | 6) {
            let (bound, limit) = match items.len() {
                0..=3 => ("at least", 4),
                5 => {
                    return Err(crate::raise!(
                        TypeError,
                        "end_offset must be provided when end_lineno is provided"
                    ));
                }
                _ => ("at most", 6),
            };
            return Err(crate::raise!(
                TypeError,
                "function takes {bound} {limit} arguments ({} given)",
                items.len()
            ));
        }
        for (slot, item) in [&self.filename, &self.lineno, &self.offset, &self.text].into_iter().zip(items) {
            slot.set(Some(item.to_ref()));
        }
        if let [.., end_lineno, end_offset] = items
            && items.len() == 6
        {
            self.end_lineno.set(Some(end_lineno.to_ref()));
            self.end_offset.set(Some(end_offset.to_ref()));
        }
        Ok(())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let message = protocol::object::str(&base::field(&self.msg))?;
        let filename = self.filename.get().and_then(|filename| filename.downcast::<Str>().ok());
        let line = self.lineno.get().and_then(|line| line.cast_exact::<Int>().and_then(Int::to_i64));
        let mut text = Builder::new();
        text.push_chars(message.chars());
        if filename.is_none() && line.is_none() {
            return Ok(message);
        }
        text.push_str(" (");
        if let Some(filename) = &filename {
            let slash = filename
                .chars()
                .iter()
                .collect::<Vec<u32>>()
                .iter()
                .rposition(|&char| char == u32::from('/'));
            filename.chars().iter().skip(slash.map_or(0, |slash| slash + 1)).for_each(|char| text.push(char));
        }
        if let Some(line) = line {
            text.push_str(&format!("{}line {line}", if filename.is_some() { ", " } else { "" }));
        }
        text.push_str(")");
        text.finish()
    }
}

macro_rules! subclasses {
    ($($name:literal $class:ident $base:ident;)*) => { $(
        #[pytype(
            name = $name, static_name = $class, base = $base, gc, flags = [BASETYPE], no_instance,
            basicsize = size_of::<SyntaxErrorObject>(), init = SyntaxErrorObject::init,
        )]
        impl SyntaxErrorObject {}
    )* };
}

subclasses! {
    "IndentationError" IndentationError SyntaxError;
    "TabError" TabError IndentationError;
}

#[pytype(
    name = "_IncompleteInputError", symbol = _PyExc_IncompleteInputError, base = SyntaxError, gc, flags = [BASETYPE],
    no_instance, basicsize = size_of::<SyntaxErrorObject>(), init = SyntaxErrorObject::init,
)]
impl SyntaxErrorObject {}
