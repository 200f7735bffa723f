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
        based(number, "#b")
    }

    #[function("oct($module, number, /)")]
    fn oct(number: &Object) -> Result<Ref> {
        based(number, "#o")
    }

    #[function("hex($module, number, /)")]
    fn hex(number: &Object) -> Result<Ref> {
        based(number, "#x")
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
fn based(value: &Object, spec: &str) -> Result<Ref> {
    let index = number::index(value)?.to_exact()?;
    Ok(object::format(&index, Some(&*Str::new(spec)?))?.upcast())
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

/// Reads a line from `sys.stdin`, the prompt going to `sys.stdout`.
fn input(prompt: Option<&Object>) -> Result<Ref> {
    let (stdin, stdout) = match (stream("stdin")?, stream("stdout")?) {
        (Some(stdin), Some(stdout)) => (stdin, stdout),
        (None, _) => return Err(raise!(RuntimeError, "input(): lost sys.stdin")),
        (_, None) => return Err(raise!(RuntimeError, "input(): lost sys.stdout")),
    };
    crate::audit::raise_named("builtins.input", &[prompt.unwrap_or(none())])?;
    if let Some(prompt) = prompt {
        drop(call::call_method(&stdout, id!("write"), &[&*object::str(prompt)?])?);
    }
    if let Err(raised) = call::call_method(&stdout, id!("flush"), &[]) {
        raised.clear();
    }
    let line = call::call_method(&stdin, id!("readline"), &[])?;
    let Some(line) = line.cast::<Str>() else {
        return Err(raise!(TypeError, "object.readline() returned non-string"));
    };
    if line.is_empty() {
        return Err(raise!(EOFError, "EOF when reading a line"));
    }
    match line.chars().iter().last() {
        Some(last) if last == u32::from(b'\n') => {
            let mut builder = objects::types::str::build::Builder::new();
            line.chars().iter().take(line.len() - 1).for_each(|char| builder.push(char));
            Ok(builder.finish()?.upcast())
        }
        _ => Ok(line.to_ref().upcast()),
    }
}
