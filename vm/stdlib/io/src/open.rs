//! `open`, and the module `_io` itself.

use crate::base;
use crate::buffered::{BUFFERED_RANDOM, BUFFERED_READER, BUFFERED_WRITER};
use crate::fileio::FILE_IO;
use crate::text::TEXT_IO_WRAPPER;
use objects::protocol::attr;
use objects::protocol::call::{call, call_method};
use objects::protocol::{self, number};
use objects::types::bool::from_bool;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::{Int, new_int};
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id, raise};

/// The size of a buffer when nothing better is known.
pub const DEFAULT_BUFFER_SIZE: usize = 8192;

/// The encoding of text files that name none: the locale's, which is UTF-8 in UTF-8 mode.
///
/// # Errors
/// MemoryError.
pub fn default_encoding() -> Result<Ref<Str>> {
    locale_encoding()
}

/// The locale's encoding (`locale.getencoding()`).
///
/// # Errors
/// MemoryError.
pub fn locale_encoding() -> Result<Ref<Str>> {
    // SAFETY: nl_langinfo returns a C string that stays until the next setlocale.
    let name = unsafe { core::ffi::CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) };
    match name.to_str() {
        // The C and POSIX locales are coerced to UTF-8 (PEP 538, PEP 540).
        Ok("" | "ANSI_X3.4-1968" | "US-ASCII") | Err(_) => Str::new("utf-8"),
        Ok(name) => Str::new(name),
    }
}

/// What a mode string asks of the layers.
struct OpenMode {
    raw: String,
    creating: bool,
    reading: bool,
    writing: bool,
    appending: bool,
    updating: bool,
    binary: bool,
}

impl OpenMode {
    fn parse(mode: &str) -> Result<OpenMode> {
        let invalid = || raise!(ValueError, "invalid mode: '{mode}'");
        let mut seen = String::new();
        for char in mode.chars() {
            if !"axrwb+t".contains(char) || seen.contains(char) {
                return Err(invalid());
            }
            seen.push(char);
        }
        let has = |char: char| seen.contains(char);
        let parsed = OpenMode {
            raw: seen.chars().filter(|char| "xrwa+".contains(*char)).collect(),
            creating: has('x'),
            reading: has('r'),
            writing: has('w'),
            appending: has('a'),
            updating: has('+'),
            binary: has('b'),
        };
        if has('t') && parsed.binary {
            return Err(raise!(ValueError, "can't have text and binary mode at once"));
        }
        let actions = [parsed.creating, parsed.reading, parsed.writing, parsed.appending];
        if actions.into_iter().filter(|&action| action).count() != 1 {
            return Err(raise!(ValueError, "must have exactly one of create/read/write/append mode"));
        }
        Ok(parsed)
    }
}

/// The arguments of `open` after the mode.
struct Layers<'a> {
    buffering: i32,
    encoding: &'a Object,
    errors: &'a Object,
    newline: &'a Object,
    closefd: bool,
    opener: &'a Object,
}

fn open(file: &Object, mode: &str, layers: &Layers<'_>) -> Result<Ref> {
    let parsed = OpenMode::parse(mode)?;
    if parsed.binary {
        for (value, name) in
            [(layers.encoding, "an encoding"), (layers.errors, "an errors"), (layers.newline, "a newline")]
        {
            if !value.is(none()) {
                return Err(raise!(ValueError, "binary mode doesn't take {name} argument"));
            }
        }
        if layers.buffering == 1 {
            let text = "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
            objects::hooks::WARN.get()(&exc::RuntimeWarning, text, 1)?;
        }
    }
    let file = if file.cast::<Int>().is_some() { file.to_ref() } else { protocol::path::fspath(file)? };
    let raw_mode = Str::new(&parsed.raw)?;
    let closefd = from_bool(layers.closefd);
    let raw = call(FILE_IO.as_object(), &[&*file, &*raw_mode, closefd, layers.opener])?;
    let opened = wrap(&raw, mode, &parsed, layers);
    if opened.is_err() {
        let first = raise::take_pending();
        if let Err(raised) = call_method(&raw, id!("close"), &[]) {
            raised.clear();
        }
        if let Some(first) = first {
            return Err(raise::restore(first));
        }
    }
    opened
}

fn wrap(raw: &Ref, mode: &str, parsed: &OpenMode, layers: &Layers<'_>) -> Result<Ref> {
    let mut buffering = layers.buffering as i64;
    let is_terminal = buffering < 0 && protocol::object::is_true(&*call_method(raw, id!("isatty"), &[])?)?;
    let line_buffering = buffering == 1 && !parsed.binary || is_terminal;
    if buffering == 1 || is_terminal {
        buffering = -1;
    }
    if buffering < 0 {
        let size = attr::get(raw, id!("_blksize"))?;
        buffering = match number::index(&size)?.to_i64() {
            Some(size) if size > 1 => size,
            _ => DEFAULT_BUFFER_SIZE as i64,
        };
    }
    if buffering == 0 {
        if !parsed.binary {
            return Err(raise!(ValueError, "can't have unbuffered text I/O"));
        }
        return Ok(raw.clone());
    }
    let class = if parsed.updating {
        &BUFFERED_RANDOM
    } else if parsed.creating || parsed.writing || parsed.appending {
        &BUFFERED_WRITER
    } else {
        &BUFFERED_READER
    };
    let buffer = call(class.as_object(), &[&**raw, &*new_int(buffering)?])?;
    if parsed.binary {
        return Ok(buffer);
    }
    let arguments: [&Object; 5] =
        [&buffer, layers.encoding, layers.errors, layers.newline, from_bool(line_buffering)];
    let text = call(TEXT_IO_WRAPPER.as_object(), &arguments).and_then(|text| {
        attr::set(&text, id!("mode"), Some(&*Str::new(mode)?))?;
        Ok(text)
    });
    if text.is_err() {
        // Before the buffer dies, which would warn of it.
        let first = raise::take_pending();
        return base::after(first, call_method(&buffer, id!("close"), &[]));
    }
    text
}

/// EncodingWarning for a text file without an encoding, where `-X warn_default_encoding` asks for it.
///
/// # Errors
/// The warning, when it is an error.
pub fn warn_default_encoding(level: isize) -> Result<()> {
    if !flag(id!("warn_default_encoding"))? {
        return Ok(());
    }
    objects::hooks::WARN.get()(&exc::EncodingWarning, "'encoding' argument not specified", level)
}

/// A flag of `sys.flags`.
fn flag(name: &Str) -> Result<bool> {
    let value = objects::state::sys_get("flags").map(|flags| attr::get_optional(&flags, name)).transpose()?;
    match value.flatten() {
        Some(value) => protocol::object::is_true(&value),
        None => Ok(false),
    }
}

/// Opens a file for native code: `io.open(path, mode)`.
///
/// # Errors
/// What opening raises.
pub fn open_path(path: &Object, mode: &str) -> Result<Ref> {
    let layers = Layers {
        buffering: -1,
        encoding: none(),
        errors: none(),
        newline: none(),
        closefd: true,
        opener: none(),
    };
    open(path, mode, &layers)
}

#[macros::pymodule(
    name = "_io",
    classes(
        crate::base::IoBase,
        crate::base::RawIoBase,
        crate::base::BufferedIoBase,
        crate::base::TextIoBase,
        crate::fileio::FileIo,
        crate::bytesio::BytesIo,
        crate::stringio::StringIo,
        crate::newline::NewlineDecoder,
        crate::buffered::BufferedRwPair,
        crate::text::TextWrapper,
        crate::bytesio::BytesIoBuffer,
    )
)]
pub mod module {
    use super::*;

    #[constant("DEFAULT_BUFFER_SIZE")]
    const SIZE: i64 = DEFAULT_BUFFER_SIZE as i64;

    #[function(
        "open($module, /, file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
    )]
    fn py_open(
        file: &Object,
        #[default("r")] mode: &str,
        #[default(-1)] buffering: i32,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        newline: Option<&Object>,
        #[default(true)] closefd: bool,
        opener: Option<&Object>,
    ) -> Result<Ref> {
        let layers = Layers {
            buffering,
            encoding: encoding.unwrap_or(none()),
            errors: errors.unwrap_or(none()),
            newline: newline.unwrap_or(none()),
            closefd,
            opener: opener.unwrap_or(none()),
        };
        open(file, mode, &layers)
    }

    #[function("open_code($module, /, path)")]
    fn open_code(path: &Object) -> Result<Ref> {
        if path.cast::<Str>().is_none() {
            return Err(raise!(
                TypeError,
                "open_code() argument 'path' must be str, not {}",
                path.class().name()
            ));
        }
        open_path(path, "rb")
    }

    #[function("text_encoding($module, encoding, stacklevel=2, /)")]
    fn text_encoding(encoding: &Object, #[default(2)] stacklevel: i32) -> Result<Ref> {
        if encoding.is(none()) {
            super::warn_default_encoding(stacklevel as isize)?;
            let utf8_mode = flag(id!("utf8_mode"))?;
            return Str::new(if utf8_mode { "utf-8" } else { "locale" }).map(Ref::upcast);
        }
        Ok(encoding.to_ref())
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        for class in [&BUFFERED_READER, &BUFFERED_WRITER, &BUFFERED_RANDOM] {
            objects::args::module::add_type(module, class)?;
        }
        let bases =
            Tuple::from_array([exc::OSError.as_object().to_ref(), exc::ValueError.as_object().to_ref()])?;
        let namespace = Dict::new()?;
        namespace.set_str(id!("__module__"), id!("io"))?;
        let name = Str::new("UnsupportedOperation")?;
        let unsupported =
            call(objects::types::r#type::PyType_Type.as_object(), &[&*name, &*bases, &*namespace])?;
        dict.set_str(id!("UnsupportedOperation"), &unsupported)?;
        base::set_unsupported_class(unsupported);
        dict.set_str(id!("BlockingIOError"), exc::BlockingIOError.as_object())
    }
}
