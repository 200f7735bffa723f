//! `_string`: what `string.Formatter` is made of.

use core::cell::Cell;
use core::ops::Range;
use macros::{Trace, pytype};
use objects::object::refs::Slot;
use objects::typeobject::ready::ready;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::template::{FieldName, Pieces, Step, next_step};
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

#[macros::pymodule(name = "_string")]
pub mod module {
    use super::*;

    #[function("formatter_parser($self, object, /)")]
    fn formatter_parser(object: &Object) -> Result<Ref<FormatterIterator>> {
        let text = expect_text(object)?;
        Ref::new(FormatterIterator { ob_base: Object::HEAD, text: Slot::new(text), at: Cell::new(0) })
    }

    #[function("formatter_field_name_split($self, object, /)")]
    fn formatter_field_name_split(object: &Object) -> Result<(Ref, Ref<FieldNameIterator>)> {
        let text = expect_text(object)?;
        let name = FieldName::split(text.chars(), 0..text.len())?;
        let first = match name.index {
            Some(index) => new_int(index as i64)?,
            None => text.substring(name.first.start, name.first.end)?.upcast(),
        };
        let rest = FieldNameIterator {
            ob_base: Object::HEAD,
            text: Slot::new(text),
            at: Cell::new(name.rest.start),
        };
        Ok((first, Ref::new(rest)?))
    }

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        ready(FormatterIterator::class())?;
        ready(FieldNameIterator::class())
    }

    fn expect_text(object: &Object) -> Result<Ref<Str>> {
        match object.cast::<Str>() {
            Some(text) => Ok(text.to_ref()),
            None => Err(raise!(TypeError, "expected str, got {}", object.class().name())),
        }
    }
}

/// Yields `(literal, field name, specification, conversion)`.
#[repr(C)]
#[derive(Trace)]
pub struct FormatterIterator {
    ob_base: Object,
    text: Slot<Str>,
    #[trace(skip)]
    at: Cell<usize>,
}

#[pytype(name = "formatteriterator", no_new, iter = ::objects::slots::self_iter)]
impl FormatterIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<Tuple>>> {
        let Some(text) = self.text.get() else { return Ok(None) };
        let mut pieces = Pieces::new(text.chars(), self.at.get()..text.len());
        let Some(piece) = pieces.next_piece()? else { return Ok(None) };
        self.at.set(pieces.position());
        let part = |range: Range<usize>| text.substring(range.start, range.end).map(Ref::upcast);
        let literal = part(piece.literal)?;
        let nothing = || none().to_ref();
        let [name, spec, conversion] = match piece.field {
            None => [nothing(), nothing(), nothing()],
            Some(field) => {
                let conversion = match field.conversion {
                    Some(char) => Str::from_char(char)?.upcast(),
                    None => nothing(),
                };
                let spec = if field.spec.is_empty() { intern::empty().upcast() } else { part(field.spec)? };
                [part(field.name)?, spec, conversion]
            }
        };
        Tuple::from_array([literal, name, spec, conversion]).map(Some)
    }
}

/// Yields `(is attribute, name or index)`.
#[repr(C)]
#[derive(Trace)]
pub struct FieldNameIterator {
    ob_base: Object,
    text: Slot<Str>,
    #[trace(skip)]
    at: Cell<usize>,
}

#[pytype(name = "fieldnameiterator", no_new, iter = ::objects::slots::self_iter)]
impl FieldNameIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<(bool, Ref)>> {
        let Some(text) = self.text.get() else { return Ok(None) };
        let mut rest = self.at.get()..text.len();
        let step = next_step(text.chars(), &mut rest)?;
        self.at.set(rest.start);
        let part = |range: Range<usize>| text.substring(range.start, range.end).map(Ref::upcast);
        Ok(match step {
            None => None,
            Some(Step::Attribute(name)) => Some((true, part(name)?)),
            Some(Step::Key(key)) => Some((false, part(key)?)),
            Some(Step::Index(index)) => Some((false, new_int(index as i64)?)),
        })
    }
}
