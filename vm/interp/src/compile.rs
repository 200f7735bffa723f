//! Source to code objects: decoding, parsing, compiling, and SyntaxErrors as exceptions.

use bytecode::code::Code as CodeData;
use objects::args::Kwargs;
use objects::protocol::number;
use objects::raise::Raised;
use objects::types::bytes::Bytes;
use objects::types::code::Code;
use objects::types::str::Str;
use objects::{Object, Ref, Result, raise};
use std::rc::Rc;

/// What the source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Exec,
    Eval,
    Single,
}

/// Compiles text. `optimize` is -1 for the interpreter's own level.
///
/// # Errors
/// SyntaxError and its kin; what a warning that is an error raises.
pub fn compile(text: &str, filename: &str, mode: Mode, flags: u32, optimize: i32) -> Result<Ref<Code>> {
    Code::from_data(&*compile_data(text, filename, mode, flags, optimize)?)
}

fn compile_data(
    _text: &str,
    _filename: &str,
    _mode: Mode,
    _flags: u32,
    _optimize: i32,
) -> Result<Rc<CodeData>> {
    Err(raise!(NotImplementedError, "the parser is not connected"))
}

/// The text of a source object: a string, or bytes in the encoding that they declare.
///
/// # Errors
/// TypeError for anything else; SyntaxError for bytes that cannot be decoded, ValueError for NULs.
pub fn source_text(source: &Object, function: &str, expected: &str) -> Result<String> {
    if let Some(text) = source.cast::<Str>() {
        return Ok(text.to_str()?.to_owned());
    }
    if let Some(bytes) = source.cast::<Bytes>() {
        return decode(bytes.as_slice());
    }
    Err(wrong_source(source, function, expected))
}

fn wrong_source(_source: &Object, function: &str, expected: &str) -> Raised {
    raise!(TypeError, "{function}() arg 1 must be a {expected} object")
}

/// The first bytes of compiled code in a file.
pub const PYC_MAGIC: [u8; 4] = bytecode::pyc::MAGIC;

/// The text of a source file.
///
/// # Errors
/// SyntaxError when it cannot be decoded.
pub fn decode_source(bytes: &[u8], _filename: &str) -> Result<String> {
    decode(bytes)
}

fn decode(bytes: &[u8]) -> Result<String> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
        Err(_) => Err(raise!(SyntaxError, "(unicode error) 'utf-8' codec can't decode bytes")),
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
    let text = source_text(source, "compile", "string, bytes or AST")?;
    Ok(compile(&text, &filename, mode, flags, optimize)?.upcast())
}
