//! The registry: search functions, the codecs they found, error handlers by name.

use super::handlers;
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise;
use crate::raise::{Raised, Result};
use crate::state;
use crate::types::cfunction::Function;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::none::none;
use crate::types::str::{Str, intern};
use crate::types::tuple::Tuple;

/// Makes the registry and imports the package `encodings`, which registers the search function of the library's codecs.
///
/// # Errors
/// What the import raises; MemoryError.
pub fn init() -> Result<()> {
    if !make()? {
        return Ok(());
    }
    crate::hooks::IMPORT.get()("encodings").map(drop)
}

/// Makes the registry's containers; whether they had been missing.
fn make() -> Result<bool> {
    let interpreter = state::interpreter();
    if !interpreter.codec_search_path.is_empty() {
        return Ok(false);
    }
    interpreter.codec_search_path.set(Some(List::new()?.upcast()));
    interpreter.codec_search_cache.set(Some(Dict::new()?));
    error_handlers()?;
    Ok(true)
}

fn error_handlers() -> Result<Ref<Dict>> {
    let slot = &state::interpreter().codec_error_registry;
    if let Some(handlers) = slot.get() {
        return Ok(handlers);
    }
    let handlers = Dict::new()?;
    for (name, definition) in handlers::all() {
        handlers.set_text(name, &*Function::new(definition, None, None)?)?;
    }
    slot.set(Some(handlers.clone()));
    Ok(handlers)
}

fn search_path() -> Result<Ref<List>> {
    make()?;
    let path = state::interpreter().codec_search_path.get();
    match path.and_then(|path| path.downcast::<List>().ok()) {
        Some(path) => Ok(path),
        None => Err(raise!(SystemError, "the codec search path is no list")),
    }
}

fn cache() -> Result<Ref<Dict>> {
    make()?;
    state::interpreter().codec_search_cache.get().ok_or_else(raise::null_result)
}

/// `codecs.register`.
///
/// # Errors
/// TypeError when the argument cannot be called.
pub fn register(search_function: &Object) -> Result<()> {
    if !protocol::call::is_callable(search_function) {
        return Err(raise!(TypeError, "argument must be callable"));
    }
    search_path()?.push(search_function.to_ref())
}

/// `codecs.unregister`: the cache is emptied when the function was registered.
///
/// # Errors
/// MemoryError.
pub fn unregister(search_function: &Object) -> Result<()> {
    let path = search_path()?;
    let at = path.to_vec().iter().position(|other| other.is(search_function));
    if let Some(at) = at {
        cache()?.clear_entries();
        protocol::sequence::set_item(&path, at as isize, None)?;
    }
    Ok(())
}

/// A codec's name as the search functions get it: lower case, every run of punctuation an underscore.
pub fn normalize(encoding: &str) -> String {
    let mut result = String::with_capacity(encoding.len());
    let mut punctuation = false;
    for byte in encoding.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'.' {
            if punctuation && !result.is_empty() {
                result.push('_');
            }
            punctuation = false;
            result.push(byte.to_ascii_lowercase().into());
        } else {
            punctuation = true;
        }
    }
    result
}

/// `codecs.lookup`: the codec's 4-tuple, usually a `CodecInfo`.
///
/// # Errors
/// LookupError; TypeError when a search function returns something else; what it raises.
pub fn lookup(encoding: &str) -> Result<Ref<Tuple>> {
    init()?;
    let name = intern::intern_text(&normalize(encoding))?;
    let cache = cache()?;
    if let Some(known) = cache.get_str(&name)?
        && let Ok(codec) = known.downcast::<Tuple>()
    {
        return Ok(codec);
    }
    let path = search_path()?;
    if path.is_empty() {
        return Err(raise!(LookupError, "no codec search functions registered: can't find encoding"));
    }
    let mut index = 0;
    while let Some(search) = path.get(index) {
        index += 1;
        let found = protocol::call::call_one_arg(&search, &name)?;
        if found.is(none()) {
            continue;
        }
        let codec = found.downcast::<Tuple>().ok().filter(|codec| codec.len() == 4);
        let Some(codec) = codec else {
            return Err(raise!(TypeError, "codec search functions must return 4-tuples"));
        };
        cache.set_str(&name, &codec)?;
        return Ok(codec);
    }
    Err(raise!(LookupError, "unknown encoding: {encoding}"))
}

/// Which way a codec is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Encode,
    Decode,
}

impl Direction {
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Direction::Encode => {
                ("encoding", "encoder must return a tuple (object, integer)", "codecs.encode()")
            }
            Direction::Decode => {
                ("decoding", "decoder must return a tuple (object,integer)", "codecs.decode()")
            }
        }
    }
}

/// `codecs.encode` and `codecs.decode`: any object through any codec.
///
/// # Errors
/// LookupError; what the codec raises.
pub fn convert(object: &Object, encoding: &str, errors: Option<&str>, direction: Direction) -> Result<Ref> {
    apply(&*lookup(encoding)?, object, encoding, errors, direction)
}

/// [`convert`] for the methods of str and bytes, which only take codecs between text and bytes.
///
/// # Errors
/// LookupError; what the codec raises.
pub fn convert_text(
    object: &Object,
    encoding: &str,
    errors: Option<&str>,
    direction: Direction,
) -> Result<Ref> {
    let codec = lookup(encoding)?;
    if !codec.is_exactly(Tuple::class())
        && let Some(is_text) = attr::get_optional(&codec, id!("_is_text_encoding"))?
        && !protocol::object::is_true(&is_text)?
    {
        let instead = direction.words().2;
        return Err(raise!(
            LookupError,
            "'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs"
        ));
    }
    apply(&codec, object, encoding, errors, direction)
}

fn apply(
    codec: &Tuple,
    object: &Object,
    encoding: &str,
    errors: Option<&str>,
    direction: Direction,
) -> Result<Ref> {
    let (verb, wrong, _) = direction.words();
    let Some(function) = codec.items().get(usize::from(direction == Direction::Decode)) else {
        return Err(raise!(TypeError, "codec search functions must return 4-tuples"));
    };
    let result = match errors {
        Some(errors) => protocol::call::call(function, &[object, &*Str::new(errors)?]),
        None => protocol::call::call_one_arg(function, object),
    };
    let result =
        result.map_err(|raised| with_note(raised, &format!("{verb} with '{encoding}' codec failed")))?;
    match result.cast::<Tuple>() {
        Some(pair) if pair.len() == 2 => Ok(pair.items()[0].to_ref()),
        _ => Err(raise!(TypeError, "{wrong}")),
    }
}

/// Adds a note to the pending exception.
fn with_note(raised: Raised, note: &str) -> Raised {
    let exception = raised.take();
    let noted = Str::new(note)
        .and_then(|note| protocol::call::call_method(&exception, id!("add_note"), &[&*note]).map(drop));
    if let Err(other) = noted {
        other.clear();
    }
    raise::restore(exception)
}

/// `codecs.register_error`.
///
/// # Errors
/// TypeError when the handler cannot be called.
pub fn register_error(name: &Str, handler: &Object) -> Result<()> {
    if !protocol::call::is_callable(handler) {
        return Err(raise!(TypeError, "handler must be callable"));
    }
    error_handlers()?.set_str(name, handler)
}

/// `codecs.lookup_error`; `None` is "strict".
///
/// # Errors
/// LookupError.
pub fn lookup_error(name: Option<&str>) -> Result<Ref> {
    let name = name.unwrap_or("strict");
    match error_handlers()?.get_item(&*Str::new(name)?)? {
        Some(handler) => Ok(handler),
        None => Err(raise!(LookupError, "unknown error handler name '{name}'")),
    }
}
