//! `_json`: the scanner and the encoder behind the library's `json`.

mod encoder;
mod escape;
mod read_string;
mod scanner;

use macros::pymodule;
use objects::protocol::number;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};

#[pymodule(name = "_json")]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        for (name, class) in
            [("make_scanner", scanner::Scanner::class()), ("make_encoder", encoder::Encoder::class())]
        {
            objects::typeobject::ready::ready(class)?;
            dict.set_text(name, class.as_object())?;
        }
        for (name, slot) in
            [("encode_basestring", &encoder::PLAIN.0), ("encode_basestring_ascii", &encoder::ASCII.0)]
        {
            slot.set(dict.get_str(&*objects::types::str::intern::intern_text(name)?)?);
        }
        Ok(())
    }

    #[function("encode_basestring($self, object, /)")]
    fn encode_basestring(text: &Object) -> Result<Ref<Str>> {
        escape::quoted(expect_str(text)?, false)
    }

    #[function("encode_basestring_ascii($self, object, /)")]
    fn encode_basestring_ascii(text: &Object) -> Result<Ref<Str>> {
        escape::quoted(expect_str(text)?, true)
    }

    #[function("scanstring", raw)]
    fn scanstring(args: &[&Object]) -> Result<(Ref<Str>, usize)> {
        let (text, end, strict) = match *args {
            [text, end] => (text, end, true),
            [text, end, strict] => (text, end, objects::protocol::object::is_true(strict)?),
            _ => {
                let bound = if args.len() < 2 { "at least 2" } else { "at most 3" };
                let given = args.len();
                return Err(raise!(TypeError, "scanstring() takes {bound} arguments ({given} given)"));
            }
        };
        let end = number::index_as_isize(end, Some(&exc::OverflowError))?;
        let text = expect_str(text)?;
        read_string::read(text, end, strict)
    }
}

fn expect_str(object: &Object) -> Result<&Str> {
    object.cast::<Str>().ok_or_else(|| {
        raise!(TypeError, "first argument must be a string, not {}", object.class().full_name())
    })
}

/// Raises the library's JSONDecodeError for a place in the document.
#[cold]
fn decode_error(message: &str, document: &Str, at: isize) -> Raised {
    let make = || {
        let module = objects::hooks::IMPORT.get()("json.decoder")?;
        let class = objects::protocol::attr::get_text(&module, "JSONDecodeError")?;
        let (message, at) = (Str::new(message)?, objects::types::int::new_int(at as i64)?);
        let error = objects::protocol::call::call(&class, &[&*message, document.as_object(), &*at])?;
        Ok((class, error))
    };
    match make() {
        Ok((class, error)) => match class.cast::<TypeObject>() {
            Some(class) => objects::raise::set(class, Some(&error)),
            None => objects::raise::bad_internal_call(),
        },
        Err(raised) => raised,
    }
}
