//! Functions from and to text: `ascii bin chr format hex input oct open ord print repr`.

use crate::import::import_module;
use objects::args::Kwargs;
use objects::protocol::{attr, call, number, object};
use objects::types::bytes::Bytes;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Ref, Result, id, raise, state};

#[macros::pymodule(name = "builtins", part)]
pub mod part {
    use super::*;

    #[function("ascii($module, obj, /)")]
    fn ascii(obj: &Object) -> Result<Ref<Str>> {
        object::ascii(obj)
    }

    #[function("repr($module, obj, /)")]
    fn repr(obj: &Object) -> Result<Ref<Str>> {
        object::repr(obj)
    }

    #[function("bin($module, number, /)")]
    fn bin(number: &Object) -> Result<Ref> {
        based(number, 2)
    }

    #[function("oct($module, number, /)")]
    fn oct(number: &Object) -> Result<Ref> {
        based(number, 8)
    }

    #[function("hex($module, number, /)")]
    fn hex(number: &Object) -> Result<Ref> {
        based(number, 16)
    }

    #[function("chr($module, i, /)")]
    fn chr(i: &Object) -> Result<Ref<Str>> {
        let value = number::index(i)?;
        match value.to_i64().and_then(|value| u32::try_from(value).ok()).filter(|&point| point < 0x11_0000) {
            Some(point) => Str::from_char(point),
            None => Err(raise!(ValueError, "chr() arg not in range(0x110000)")),
        }
    }

    #[function("ord($module, c, /)")]
    fn ord(c: &Object) -> Result<u32> {
        let wrong_length = |length: usize| {
            raise!(TypeError, "ord() expected a character, but string of length {length} found")
        };
        if let Some(text) = c.cast::<Str>() {
            return if text.len() == 1 { Ok(text.at(0)) } else { Err(wrong_length(text.len())) };
        }
        if let Some(bytes) = c.cast::<Bytes>() {
            return match bytes.as_slice() {
                [byte] => Ok(u32::from(*byte)),
                other => Err(wrong_length(other.len())),
            };
        }
        if c.class().full_name() == "bytearray" {
            let length = object::len(c)?;
            if length != 1 {
                return Err(wrong_length(length));
            }
            let byte = objects::protocol::sequence::get_item(c, 0)?;
            return Ok(number::index_as_isize(&byte, None)? as u32);
        }
        Err(raise!(TypeError, "ord() expected string of length 1, but {} found", c.class().name()))
    }

    #[function("format($module, value, format_spec='', /)")]
    fn format(value: &Object, format_spec: Option<&Str>) -> Result<Ref<Str>> {
        object::format(value, format_spec)
    }

    #[function("print($module, /, *args, sep=' ', end='\\n', file=None, flush=False)")]
    fn print(
        args: &[&Object],
        #[default(None)] sep: Option<&Object>,
        #[default(None)] end: Option<&Object>,
        file: Option<&Object>,
        flush: bool,
    ) -> Result<()> {
        super::print(args, super::text_or_none("sep", sep)?, super::text_or_none("end", end)?, file, flush)
    }

    #[function("open", raw, unchecked, nosig)]
    fn open(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        let open = attr::get(&*import_module("_io")?, id!("open"))?;
        let args = objects::types::tuple::Tuple::from_slice(args)?;
        let kwargs = kwargs.to_dict()?;
        call::call_with_tuple(&open, &args, kwargs.as_deref())
    }

    #[function("input($module, prompt='', /)")]
    fn input(#[default(None)] prompt: Option<&Object>) -> Result<Ref> {
        super::input(prompt)
    }
}

/// `bin`, `oct`, `hex`: the index of an object in a base.
fn based(value: &Object, base: u32) -> Result<Ref> {
    Ok(number::index(value)?.to_base(base)?.upcast())
}

/// `sys.stdout` or another standard stream; `None` when it is None.
fn stream(name: &str) -> Result<Option<Ref>> {
    match state::sys_get(name) {
        Some(stream) => Ok(Some(stream).filter(|stream| !stream.is(none()))),
        None => Err(raise!(RuntimeError, "lost sys.{name}")),
    }
}

/// An argument of `print`, where None stands for the usual text.
fn text_or_none<'a>(name: &str, value: Option<&'a Object>) -> Result<Option<&'a Str>> {
    match value.filter(|value| !value.is(none())) {
        None => Ok(None),
        Some(value) => match value.cast::<Str>() {
            Some(text) => Ok(Some(text)),
            None => Err(raise!(TypeError, "{name} must be None or a string, not {}", value.class().name())),
        },
    }
}

fn print(
    args: &[&Object],
    separator: Option<&Str>,
    end: Option<&Str>,
    file: Option<&Object>,
    flush: bool,
) -> Result<()> {
    let file = match file {
        Some(file) => file.to_ref(),
        None => match stream("stdout")? {
            Some(file) => file,
            None => return Ok(()),
        },
    };
    let write = attr::get(&file, id!("write"))?;
    let write = |text: &Object| call::call_one_arg(&write, text).map(drop);
    for (index, value) in args.iter().enumerate() {
        if index > 0 {
            match separator {
                Some(separator) => write(separator)?,
                None => write(id!(" "))?,
            }
        }
        write(&*object::str(value)?)?;
    }
    match end {
        Some(end) => write(end)?,
        None => write(id!("\n"))?,
    }
    if flush {
        drop(call::call_method(&file, id!("flush"), &[])?);
    }
    Ok(())
}

/// The encoding and the error handler of a stream, where it has both.
fn text_settings(stream: &Object) -> Option<(Ref<Str>, Ref<Str>)> {
    let text = |name: &Str| match attr::get(stream, name) {
        Ok(value) => value.downcast::<Str>().ok(),
        Err(raised) => {
            raised.clear();
            None
        }
    };
    text(id!("encoding")).zip(text(id!("errors")))
}

/// Whether a stream is over one of the first descriptors, and that a terminal.
fn is_terminal(stream: &Object, descriptor: i32) -> bool {
    let number = call::call_method(stream, id!("fileno"), &[])
        .and_then(|number| number::index_as_isize(&number, None));
    // SAFETY: any number may be asked about.
    match number {
        Ok(number) => number == descriptor as isize && unsafe { libc::isatty(descriptor) } == 1,
        Err(raised) => {
            raised.clear();
            false
        }
    }
}

/// Asks a user at a terminal, as whatever edits lines there does it. `None` where the streams cannot say how text is encoded.
fn ask(stdin: &Object, stdout: &Object, prompt: Option<&Object>) -> Result<Option<Ref>> {
    let Some((encoding, errors)) = text_settings(stdin) else { return Ok(None) };
    let prompt = match prompt {
        None => c"".to_owned(),
        Some(prompt) => {
            let Some((encoding, errors)) = text_settings(stdout) else { return Ok(None) };
            let text = object::str(prompt)?;
            let bytes = objects::codecs::encode(&text, Some(encoding.to_str()?), Some(errors.to_str()?))?;
            std::ffi::CString::new(bytes.as_slice())
                .map_err(|_| raise!(ValueError, "input: prompt string cannot contain null characters"))?
        }
    };
    let line = objects::line_input::ask_standard(&prompt)?;
    let Some(line) = line.strip_suffix(b"\n").or(Some(&*line).filter(|line| !line.is_empty())) else {
        return Err(raise::set_class(&objects::types::exceptions::EOFError));
    };
    let line = Bytes::new(line.strip_suffix(b"\r").unwrap_or(line))?;
    let text = objects::codecs::decode(&line, Some(encoding.to_str()?), Some(errors.to_str()?))?;
    crate::audit::raise_named("builtins.input/result", &[&*text])?;
    Ok(Some(text.upcast()))
}

/// Reads a line from `sys.stdin`, the prompt going to `sys.stdout`.
fn input(prompt: Option<&Object>) -> Result<Ref> {
    let stream = |name: &str| {
        let stream = state::sys_get(name).filter(|stream| !stream.is(none()));
        stream.ok_or_else(|| raise!(RuntimeError, "input(): lost sys.{name}"))
    };
    let (stdin, stdout, stderr) = (stream("stdin")?, stream("stdout")?, stream("stderr")?);
    crate::audit::raise_named("builtins.input", &[prompt.unwrap_or(none())])?;
    flush_quietly(&stderr);
    if is_terminal(&stdin, 0) && is_terminal(&stdout, 1) {
        flush_quietly(&stdout);
        if let Some(line) = ask(&stdin, &stdout, prompt)? {
            return Ok(line);
        }
    }
    if let Some(prompt) = prompt {
        drop(call::call_method(&stdout, id!("write"), &[&*object::str(prompt)?])?);
    }
    flush_quietly(&stdout);
    let line = call::call_method(&stdin, id!("readline"), &[])?;
    let Some(line) = line.cast::<Str>() else {
        return Err(raise!(TypeError, "object.readline() returned non-string"));
    };
    if line.is_empty() {
        return Err(raise!(EOFError, "EOF when reading a line"));
    }
    match line.chars().iter().last() {
        Some(last) if last == u32::from(b'\n') => Ok(line.substring(0, line.len() - 1)?.upcast()),
        _ => Ok(line.to_ref().upcast()),
    }
}

/// Writes what a stream holds back, as far as it can be.
fn flush_quietly(stream: &Object) {
    if let Err(raised) = call::call_method(stream, id!("flush"), &[]) {
        raised.clear();
    }
}
