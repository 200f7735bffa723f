//! Source to code objects: decoding, parsing, compiling, and SyntaxErrors as exceptions.

use bytecode::code::Code as CodeData;
use objects::args::Kwargs;
use objects::protocol::{call, number};
use objects::raise::Raised;
use objects::types::bytes::Bytes;
use objects::types::code::Code;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id, raise, state};
use std::rc::Rc;
use syntax::{Arena, ErrorKind, NO_POSITION, SourceWarning, SyntaxError, WarningKind};

/// What the source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Exec,
    Eval,
    Single,
}

/// Flags of `compile()` beside those of future features (`PyCF_…`).
mod flag {
    pub const DONT_IMPLY_DEDENT: u32 = 0x0200;
    pub const ONLY_AST: u32 = 0x0400;
    pub const TYPE_COMMENTS: u32 = 0x1000;
    pub const ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
    /// All that may be given, future features among them.
    pub const KNOWN: u32 =
        0x1fe_0000 | 0x8000 | 0x4000 | 0x2000 | 0x1000 | 0x0800 | 0x0400 | 0x0200 | 0x0100 | 0x0010;
}

/// Compiles text. `optimize` is -1 for the interpreter's own level.
///
/// # Errors
/// SyntaxError and its kin; what a warning that is an error raises.
pub fn compile(text: &[u8], filename: &str, mode: Mode, flags: u32, optimize: i32) -> Result<Ref<Code>> {
    Code::from_data(&*compile_data(text, filename, mode, flags, optimize)?)
}

fn compile_data(text: &[u8], filename: &str, mode: Mode, flags: u32, optimize: i32) -> Result<Rc<CodeData>> {
    use bytecode::code::flags::FUTURE_BARRY_AS_BDFL;
    let arena = Arena::with_capacity(text.len() * 8);
    let mode = match mode {
        Mode::Exec => syntax::Mode::Exec,
        Mode::Eval => syntax::Mode::Eval,
        Mode::Single => syntax::Mode::Single,
    };
    let digits = state::interpreter().int_max_str_digits.get();
    let options = syntax::Options {
        type_comments: flags & flag::TYPE_COMMENTS != 0,
        allow_incomplete_input: flags & flag::ALLOW_INCOMPLETE_INPUT != 0,
        dont_imply_dedent: flags & flag::DONT_IMPLY_DEDENT != 0,
        barry_as_bdfl: flags & FUTURE_BARRY_AS_BDFL != 0,
        int_max_str_digits: usize::try_from(digits).unwrap_or(0),
        ..syntax::Options::default()
    };
    let parsed = syntax::parse(&arena, text, mode, &options);
    for warning in &parsed.warnings {
        issue(warning, filename)?;
    }
    let module = match parsed.result {
        Ok(module) => arena.alloc(module),
        Err(error) => return Err(raise_syntax_error(&error, filename, Some(text))),
    };
    let optimize = u8::try_from(optimize).unwrap_or(crate::config::get().optimize);
    let mut failed = None;
    let mut sink = |warning: SourceWarning| match issue(&warning, filename) {
        Ok(()) => true,
        Err(raised) => {
            // An operation that was to be folded is left to the program.
            if warning.error.lineno == 0 {
                raised.clear();
            } else {
                failed = Some(raised);
            }
            false
        }
    };
    let result =
        compiler::compile(&arena, module, filename, compiler::Options { optimize, flags }, &mut sink);
    match (result, failed) {
        (_, Some(raised)) => Err(raised),
        (Ok(code), None) => Ok(code),
        // The compiler's errors show the file, whatever the text came from.
        (Err(error), None) => {
            let file = error.kind.is_syntax_error().then(|| std::fs::read(filename).ok()).flatten();
            Err(raise_syntax_error(&error, filename, file.as_deref()))
        }
    }
}

/// Issues a warning about source through `warnings.warn_explicit`; one that is made an error becomes a SyntaxError.
/// A warning about an operation that was folded is about the line that the caller is at.
fn issue(warning: &SourceWarning, filename: &str) -> Result<()> {
    let Some(modules) = state::interpreter().modules.get() else { return Ok(()) };
    let Some(warnings) = modules.get_str(id!("warnings"))? else { return Ok(()) };
    let category = match warning.kind {
        WarningKind::SyntaxWarning => &exc::SyntaxWarning,
        WarningKind::DeprecationWarning => &exc::DeprecationWarning,
    };
    let message = Str::new(&warning.error.msg)?;
    if warning.error.lineno == 0 {
        return call::call_method(&warnings, id!("warn"), &[message.as_object(), category.as_object()])
            .map(drop);
    }
    let line = new_int(warning.error.lineno.into())?;
    let file = Str::new(filename)?;
    let arguments = [message.as_object(), category.as_object(), file.as_object(), &line];
    match call::call_method(&warnings, id!("warn_explicit"), &arguments) {
        Ok(_) => Ok(()),
        Err(raised) if raised.matches(category) => {
            raised.clear();
            Err(raise_syntax_error(&warning.error, filename, None))
        }
        Err(raised) => Err(raised),
    }
}

/// The exception of a source error. The line is looked up in `text` when the error does not bring it.
#[cold]
pub fn raise_syntax_error(error: &SyntaxError, filename: &str, text: Option<&[u8]>) -> Raised {
    let class = match error.kind {
        ErrorKind::SyntaxError => &exc::SyntaxError,
        ErrorKind::IndentationError => &exc::IndentationError,
        ErrorKind::TabError => &exc::TabError,
        ErrorKind::IncompleteInputError => &exc::IncompleteInputError,
        ErrorKind::ValueError => &exc::ValueError,
        ErrorKind::MemoryError => &exc::MemoryError,
        ErrorKind::RecursionError => &exc::RecursionError,
        ErrorKind::OverflowError => &exc::OverflowError,
    };
    if !error.kind.is_syntax_error() {
        return raise::set_text(class, format_args!("{}", error.msg));
    }
    let arguments = || -> Result<Ref<Tuple>> {
        let line = match &error.text {
            Some(line) => Some(line.clone()),
            None => text.and_then(|text| line_of(text, error.lineno)),
        };
        let line = match line {
            Some(line) => Str::new(&line)?.upcast(),
            None => none().to_ref(),
        };
        let number = |value: i32| match value {
            NO_POSITION => Ok(none().to_ref()),
            _ => new_int(value.into()),
        };
        let place = Tuple::from_array([
            Str::new(filename)?.upcast(),
            number(error.lineno)?,
            number(error.offset)?,
            line,
            number(error.end_lineno)?,
            number(error.end_offset)?,
        ])?;
        Tuple::from_array([Str::new(&error.msg)?.upcast(), place.upcast()])
    };
    match arguments() {
        Ok(arguments) => raise::set(class, Some(&arguments)),
        Err(raised) => raised,
    }
}

fn line_of(text: &[u8], number: i32) -> Option<String> {
    let line =
        text.split_inclusive(|&byte| byte == b'\n').nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
    Some(String::from_utf8_lossy(line).into_owned())
}

/// The text of a source object: a string, or bytes in the encoding that they declare.
///
/// # Errors
/// TypeError for anything else; SyntaxError for bytes that cannot be decoded.
pub fn source_text(source: &Object, function: &str, expected: &str, filename: &str) -> Result<Vec<u8>> {
    if let Some(text) = source.cast::<Str>() {
        return Ok(text.to_str()?.as_bytes().to_vec());
    }
    if objects::protocol::buffer::is_exporter(source) {
        let bytes = objects::protocol::buffer::BytesLike::of(source)?;
        return decode_source(&bytes, filename);
    }
    Err(raise!(TypeError, "{function}() arg 1 must be a {expected} object"))
}

/// The first bytes of compiled code in a file.
pub const PYC_MAGIC: [u8; 4] = bytecode::pyc::MAGIC;

/// The library's codecs, for source in unusual encodings.
struct LibraryCodecs;

impl syntax::source::Codecs for LibraryCodecs {
    fn decode(&self, encoding: &str, bytes: &[u8]) -> core::result::Result<String, String> {
        let text = objects::types::bytes::Bytes::new(bytes)
            .and_then(|bytes| objects::codecs::decode(bytes.as_object(), Some(encoding), None));
        match text {
            Ok(text) => Ok(text.to_string_lossy()),
            Err(raised) => {
                let unknown = raised.matches(&exc::LookupError);
                let exception = raised.take();
                let text = objects::protocol::object::str(&exception).map_or_else(
                    |raised| {
                        raised.clear();
                        String::new()
                    },
                    |text| text.to_string_lossy(),
                );
                Err(if unknown { format!("unknown encoding: {encoding}") } else { text })
            }
        }
    }
}

/// The text of a source file's bytes, as UTF-8.
///
/// # Errors
/// SyntaxError when they cannot be decoded.
pub fn decode_source(bytes: &[u8], filename: &str) -> Result<Vec<u8>> {
    match syntax::source::decode(bytes, &LibraryCodecs) {
        Ok(decoded) => Ok(decoded.text.into_owned()),
        Err(error) => Err(raise_syntax_error(&error, filename, None)),
    }
}

/// `builtins.compile`.
///
/// # Errors
/// TypeError and ValueError for bad arguments; as [`compile`].
pub fn builtin(args: &[&Object], kwargs: Kwargs<'_>, inherited: u32) -> Result<Ref> {
    const NAMES: [&str; 7] =
        ["source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version"];
    let mut values: [Option<&Object>; 7] = [None; 7];
    if args.len() > 6 {
        return Err(raise!(
            TypeError,
            "compile() takes at most 6 positional arguments ({} given)",
            args.len()
        ));
    }
    for (place, value) in values.iter_mut().zip(args) {
        *place = Some(value);
    }
    for (keyword, value) in kwargs.iter() {
        let keyword = keyword.cast::<Str>().map_or_else(String::new, Str::to_string_lossy);
        match NAMES.iter().position(|name| *name == keyword) {
            Some(index) if values[index].is_none() => values[index] = Some(value),
            Some(index) => {
                return Err(raise!(
                    TypeError,
                    "argument for compile() given by name ('{keyword}') and position ({})",
                    index + 1
                ));
            }
            None => {
                return Err(raise!(TypeError, "compile() got an unexpected keyword argument '{keyword}'"));
            }
        }
    }
    let required = |index: usize| {
        values[index].ok_or_else(|| {
            raise!(TypeError, "compile() missing required argument '{}' (pos {})", NAMES[index], index + 1)
        })
    };
    let (source, filename, mode) = (required(0)?, required(1)?, required(2)?);
    let number = |index: usize, default: i32| match values[index] {
        Some(value) => Ok(number::index_as_isize(value, None)? as i32),
        None => Ok(default),
    };
    let (flags, optimize) = (number(3, 0)?, number(5, -1)?);
    let dont_inherit = match values[4] {
        Some(value) => objects::protocol::object::is_true(value)?,
        None => false,
    };
    if !(-1..=2).contains(&optimize) {
        return Err(raise!(ValueError, "compile(): invalid optimize value"));
    }
    let mode_text = mode.cast::<Str>().map_or_else(String::new, Str::to_string_lossy);
    let mode = match mode_text.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => return Err(raise!(ValueError, "compile() mode must be 'exec', 'eval' or 'single'")),
    };
    let flags = flags as u32 | if dont_inherit { 0 } else { inherited };
    let filename = match filename.cast::<Str>() {
        Some(filename) => filename.to_string_lossy(),
        None => match filename.cast::<Bytes>() {
            Some(bytes) => String::from_utf8_lossy(bytes.as_slice()).into_owned(),
            None => {
                let path = objects::protocol::call::call_method(filename, objects::id!("__fspath__"), &[])?;
                objects::protocol::object::str(&path)?.to_string_lossy()
            }
        },
    };
    if flags & !flag::KNOWN != 0 {
        return Err(raise!(ValueError, "compile(): unrecognised flags"));
    }
    if flags & flag::ONLY_AST != 0 {
        return Err(raise!(NotImplementedError, "compile() does not make syntax trees yet"));
    }
    let text = source_text(source, "compile", "string, bytes or AST", &filename)?;
    Ok(compile(&text, &filename, mode, flags, optimize)?.upcast())
}
