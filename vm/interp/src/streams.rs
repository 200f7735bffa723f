//! The standard streams, as the configuration wants them.

use crate::modules::sys::hooks;
use crate::{config, import};
use objects::protocol::{attr, call, object};
use objects::types::bool::from_bool;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id, state};

/// Replaces the first printers by the streams of `io`.
///
/// # Errors
/// What making them raises.
pub fn start() -> Result<()> {
    import::import_module("encodings")?;
    let Some(sys) = state::interpreter().sysdict.get() else { return Ok(()) };
    let io = import::import_module("io")?;
    if let Some(builtins) = state::builtins() {
        builtins.set_text("open", &*attr::get(&io, id!("open"))?)?;
    }
    let encoding = codec_name(&config::get().stdio_encoding)?;
    for (name, fd, mode) in [("stdin", 0, "rb"), ("stdout", 1, "wb"), ("stderr", 2, "wb")] {
        let stream = standard_stream(&io, name, fd, mode, &encoding)?;
        sys.set_text(name, &stream)?;
        sys.set_text(&format!("__{name}__"), &stream)?;
    }
    Ok(())
}

/// The name that a codec has for itself.
fn codec_name(encoding: &str) -> Result<Ref> {
    attr::get(&*objects::codecs::registry::lookup(encoding)?, id!("name"))
}

fn standard_stream(io: &Object, name: &str, fd: i32, mode: &str, encoding: &Object) -> Result<Ref> {
    // SAFETY: any number may be asked about.
    if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
        return Ok(none().to_ref());
    }
    let config = config::get();
    let unbuffered = config.unbuffered && mode == "wb";
    let yes = from_bool(true);
    let no = from_bool(false);
    let kwargs = Dict::new()?;
    kwargs.set_text("mode", &*Str::new(mode)?)?;
    kwargs.set_text("buffering", &*new_int(if unbuffered { 0 } else { -1 })?)?;
    kwargs.set_text("closefd", no)?;
    let open = attr::get(io, id!("open"))?;
    let buffer = call::call_with_tuple(&open, &*Tuple::from_array([new_int(fd.into())?])?, Some(&kwargs))?;
    let raw = match unbuffered {
        true => buffer.clone(),
        false => attr::get(&buffer, id!("raw"))?,
    };
    attr::set(&raw, id!("name"), Some(Str::new(&format!("<{name}>"))?.as_object()))?;
    let is_terminal = object::is_true(&*call::call_method(&raw, id!("isatty"), &[])?)?;
    let kwargs = Dict::new()?;
    kwargs.set_text("encoding", encoding)?;
    let errors = if name == "stderr" { "backslashreplace" } else { &config.stdio_errors };
    kwargs.set_text("errors", &*Str::new(errors)?)?;
    kwargs.set_text("newline", if name == "stdin" { none() } else { id!("\n").as_object() })?;
    let by_lines = !config.unbuffered && (is_terminal || name == "stderr");
    kwargs.set_text("line_buffering", if by_lines { yes } else { no })?;
    kwargs.set_text("write_through", if unbuffered { yes } else { no })?;
    let wrapper = attr::get(io, id!("TextIOWrapper"))?;
    let stream = call::call_with_tuple(&wrapper, &*Tuple::from_array([buffer])?, Some(&kwargs))?;
    attr::set(&stream, id!("mode"), Some(Str::new(&mode[..1])?.as_object()))?;
    Ok(stream)
}

/// Flushes `sys.stdout` and `sys.stderr`; `false` when something could not be written. With `report` it is told of the first.
pub fn flush(report: bool) -> bool {
    let mut written = true;
    for name in ["stdout", "stderr"] {
        let Some(stream) = state::sys_get(name).filter(|stream| !stream.is(none())) else { continue };
        let closed = attr::get_optional(&stream, id!("closed"));
        if let Ok(Some(closed)) = closed
            && object::is_true(&closed).is_ok_and(|closed| closed)
        {
            continue;
        }
        if let Err(raised) = call::call_method(&stream, id!("flush"), &[]) {
            written = false;
            match name {
                "stdout" if report => {
                    hooks::report_unraisable(
                        raised.take(),
                        Some("Exception ignored on flushing sys.stdout"),
                        None,
                    );
                }
                _ => raised.clear(),
            }
        }
    }
    written
}
