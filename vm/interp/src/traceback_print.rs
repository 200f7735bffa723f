//! Showing an exception that reached the top: by the library's `traceback`, and where that does not work natively.

use objects::protocol::{attr, call, object};
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::traceback::Traceback;
use objects::{Instance, Object, Ref, Result, id, raise, state};
use std::fmt::Write;

/// Writes to `sys.stderr`, or to the descriptor when that does not work.
pub fn write_stderr(text: &str) {
    let stderr = state::sys_get("stderr").filter(|stderr| !stderr.is(none()));
    if let (Some(stderr), Ok(string)) = (&stderr, Str::new(text)) {
        match call::call_method(stderr, id!("write"), &[string.as_object()]) {
            Ok(_) => return,
            Err(raised) => raised.clear(),
        }
    }
    objects::stdio::write_all(objects::stdio::STDERR, text.as_bytes());
}

/// `sys.excepthook`'s default (`_PyErr_Display`).
///
/// # Errors
/// Nothing: what goes wrong on the way is left out of the output.
pub fn print_exception(value: &Object, traceback: Option<&Object>) -> Result<()> {
    if let Some(base) = value.cast::<BaseExceptionObject>()
        && base.traceback.is_empty()
        && let Some(traceback) = traceback.filter(|traceback| traceback.cast::<Traceback>().is_some())
    {
        base.traceback.set(Some(traceback.to_ref()));
    }
    if let Some(importlib) = state::interpreter().importlib.get() {
        drop(importlib);
        match print_by_library(value) {
            Ok(()) => return Ok(()),
            Err(raised) => raised.clear(),
        }
    }
    print_natively(value, traceback);
    Ok(())
}

fn print_by_library(value: &Object) -> Result<()> {
    let module = crate::import::import_module("traceback")?;
    let function = attr::get(&module, id!("_print_exception_bltin"))?;
    call::call_one_arg(&function, value).map(drop)
}

fn print_natively(value: &Object, traceback: Option<&Object>) {
    let mut out = String::new();
    let mut seen = Vec::new();
    render(&mut out, value, traceback, &mut seen);
    write_stderr(&out);
}

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

fn render(out: &mut String, value: &Object, traceback: Option<&Object>, seen: &mut Vec<*const Object>) {
    seen.push(core::ptr::from_ref(value));
    let Some(base) = value.cast::<BaseExceptionObject>() else {
        let _ = writeln!(
            out,
            "TypeError: print_exception(): Exception expected for value, {} found",
            value.class().name()
        );
        return;
    };
    let fresh = |exception: &Ref| !seen.contains(&core::ptr::from_ref(&**exception));
    if let Some(cause) = base.cause.get().filter(fresh) {
        render(out, &cause, None, seen);
        out.push_str(CAUSE);
    } else if let Some(context) = base.context.get().filter(fresh).filter(|_| !base.suppress_context.get()) {
        render(out, &context, None, seen);
        out.push_str(CONTEXT);
    }
    let own = base.traceback.get();
    let traceback = traceback.or(own.as_deref()).and_then(|traceback| traceback.cast::<Traceback>());
    if let Some(traceback) = traceback {
        out.push_str("Traceback (most recent call last):\n");
        frames(out, traceback);
    }
    summary(out, value);
}

/// A traceback as `PyTraceBack_Print` shows it, from the frame that `sys.tracebacklimit` still shows on.
///
/// # Errors
/// What looking at the limit raises.
pub fn traceback_text(first: &Traceback) -> Result<String> {
    use objects::types::int::Int;
    let limit = match state::sys_get("tracebacklimit").and_then(|limit| limit.downcast::<Int>().ok()) {
        Some(limit) => limit.to_i64().unwrap_or(i64::MAX),
        None => 1000,
    };
    let mut out = String::new();
    let Some(limit) = usize::try_from(limit).ok().filter(|&limit| limit > 0) else { return Ok(out) };
    let links = core::iter::successors(Some(first.to_ref()), |link| link.tb_next.get()).count();
    let shown = core::iter::successors(Some(first.to_ref()), |link| link.tb_next.get())
        .nth(links.saturating_sub(limit));
    out.push_str("Traceback (most recent call last):\n");
    if let Some(shown) = shown {
        frames(&mut out, &shown);
    }
    Ok(out)
}

/// How often one line is shown when it repeats.
const REPEATS: usize = 3;

fn frames(out: &mut String, first: &Traceback) {
    let mut link = Some(first.to_ref());
    let mut last: Option<(String, Option<i32>, String)> = None;
    let mut count = 0;
    let repeated = |out: &mut String, count: usize| {
        if count > REPEATS {
            let more = count - REPEATS;
            let s = if more == 1 { "" } else { "s" };
            let _ = writeln!(out, "  [Previous line repeated {more} more time{s}]");
        }
    };
    while let Some(this) = link {
        if let Some(frame) = this.tb_frame.get() {
            let code = frame.code();
            let here = (code.filename().to_string_lossy(), this.line(), code.name().to_string_lossy());
            if last.as_ref() != Some(&here) {
                repeated(out, count);
                count = 0;
                last = Some(here.clone());
            }
            count += 1;
            if count <= REPEATS {
                let (file, line, name) = here;
                let shown = line.map_or_else(|| "None".to_owned(), |line| line.to_string());
                let _ = writeln!(out, "  File \"{file}\", line {shown}, in {name}");
                if let Some(text) = line.and_then(|line| source_line(&file, line)) {
                    let _ = writeln!(out, "    {}", text.trim());
                }
            }
        }
        link = this.tb_next.get();
    }
    repeated(out, count);
}

pub fn source_line(file: &str, line: i32) -> Option<String> {
    let contents = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&contents);
    text.lines().nth(usize::try_from(line).ok()?.checked_sub(1)?).map(str::to_owned)
}

/// Where a SyntaxError found its error: file, line, and the source with a caret. What `str` says then is only the message.
fn syntax_place(out: &mut String, value: &Object) -> Option<String> {
    let text_of = |name: &'static Str| -> Option<String> {
        let found = attr::get_optional(value, name).unwrap_or_else(|raised| {
            raised.clear();
            None
        });
        let found = found.filter(|found| !found.is(none()))?;
        object::str(&found).map(|text| text.to_string_lossy()).map_err(objects::Raised::clear).ok()
    };
    let line = text_of(id!("lineno"))?;
    let message = text_of(id!("msg")).unwrap_or_else(|| "<no detail available>".to_owned());
    let file = text_of(id!("filename")).unwrap_or_else(|| "<string>".to_owned());
    let _ = writeln!(out, "  File \"{file}\", line {line}");
    if let Some(text) = text_of(id!("text")) {
        let text = text.trim_end_matches('\n');
        let shown = text.trim_start();
        let cut = text.chars().count() - shown.chars().count();
        let _ = writeln!(out, "    {shown}");
        if let Some(offset) = text_of(id!("offset")).and_then(|offset| offset.parse::<usize>().ok()) {
            let before = offset.saturating_sub(1).saturating_sub(cut);
            let _ = writeln!(out, "    {}^", " ".repeat(before));
        }
    }
    Some(message)
}

/// The last line: the class and what `str` says.
fn summary(out: &mut String, value: &Object) {
    let is_syntax_error = value.class().is_subtype(&exc::SyntaxError);
    let message = is_syntax_error.then(|| syntax_place(out, value)).flatten();
    let class = value.class();
    let module = match attr::get_optional(class, id!("__module__")) {
        Ok(module) => {
            module.and_then(|module| module.downcast::<Str>().ok()).map(|module| module.to_string_lossy())
        }
        Err(raised) => {
            raised.clear();
            None
        }
    };
    match module {
        Some(module) if module != "builtins" && module != "__main__" => {
            let _ = write!(out, "{module}.");
        }
        _ => {}
    }
    let qualname = match attr::get_optional(class, id!("__qualname__")) {
        Ok(Some(name)) => object::str(&name).map_or_else(
            |raised| {
                raised.clear();
                class.name().to_owned()
            },
            |name| name.to_string_lossy(),
        ),
        Ok(None) => class.name().to_owned(),
        Err(raised) => {
            raised.clear();
            class.name().to_owned()
        }
    };
    out.push_str(&qualname);
    let text = match message {
        Some(message) => Str::new(&message),
        None => object::str(value),
    };
    match text {
        Ok(text) if text.is_empty() => {}
        Ok(text) => {
            let _ = write!(out, ": {}", text.to_string_lossy());
        }
        Err(raised) => {
            raised.clear();
            out.push_str(": <exception str() failed>");
        }
    }
    out.push('\n');
    if let Some(notes) = value.cast::<BaseExceptionObject>().and_then(|base| base.notes.get()) {
        let shown = objects::protocol::iter::for_each(&notes, |note| {
            let text = object::str(&note)?;
            let _ = writeln!(out, "{}", text.to_string_lossy());
            Ok(())
        });
        if let Err(raised) = shown {
            raised.clear();
        }
    }
}

/// The pending exception goes to `sys.excepthook` (`PyErr_Print`); SystemExit gives the status to exit with.
pub fn print_pending(raised: objects::Raised) -> Option<i32> {
    let exception = raised.take();
    if exception.class().is_subtype(&exc::SystemExit) {
        return Some(exit_status(&exception));
    }
    show(exception, true)
}

/// `PyErr_PrintEx`: [`print_pending`] for an embedding program, which SystemExit ends unless the interactive interpreter is to follow.
/// `remember` says whether `sys.last_exc` and its kin tell of the exception afterwards.
pub fn print_or_exit(raised: objects::Raised, remember: bool) {
    let ends = raised.matches(&exc::SystemExit) && !crate::config::get().inspect;
    let exception = raised.take();
    let status = if ends { Some(exit_status(&exception)) } else { show(exception, remember) };
    if let Some(status) = status {
        crate::end::exit(status);
    }
}

/// [`print_pending`] for SystemExit too.
pub fn print_always(raised: objects::Raised) {
    let _ = show(raised.take(), true);
}

fn show(exception: Ref, remember: bool) -> Option<i32> {
    let traceback = exception.cast::<BaseExceptionObject>().and_then(|base| base.traceback.get());
    if remember && let Some(sysdict) = state::interpreter().sysdict.get() {
        let class = exception.class().as_object();
        let last = [
            ("last_exc", &*exception),
            ("last_type", class),
            ("last_value", &*exception),
            ("last_traceback", traceback.as_deref().unwrap_or(none())),
        ];
        for (name, value) in last {
            if let Err(raised) = sysdict.set_text(name, value) {
                raised.clear();
            }
        }
    }
    let arguments = [exception.class().as_object(), &exception, traceback.as_deref().unwrap_or(none())];
    let hook = state::sys_get("excepthook");
    let event = [hook.as_deref().unwrap_or(none()), arguments[0], arguments[1], arguments[2]];
    if let Err(raised) = crate::audit::raise_named("sys.excepthook", &event) {
        if raised.matches(&exc::RuntimeError) {
            raised.clear();
            return None;
        }
        raise::write_unraisable(raised, hook.as_deref());
    }
    let shown = match state::sys_get("excepthook") {
        Some(hook) => call::call(&hook, &arguments).map(drop),
        None => print_exception(&exception, None),
    };
    if let Err(failed) = shown {
        let second = failed.take();
        if second.class().is_subtype(&exc::SystemExit) {
            return Some(exit_status(&second));
        }
        write_stderr("Error in sys.excepthook:\n");
        drop(print_exception(&second, None));
        write_stderr("\nOriginal exception was:\n");
        drop(print_exception(&exception, None));
    }
    None
}

/// What `SystemExit.code` means to the system; anything but a number is shown.
fn exit_status(exception: &Object) -> i32 {
    use objects::types::int::Int;
    let code = attr::get_optional(exception, id!("code")).unwrap_or_else(|raised| {
        raised.clear();
        None
    });
    let Some(code) = code.filter(|code| !code.is(none())) else { return 0 };
    if let Some(number) = code.cast::<Int>() {
        return number.to_i64().map_or(-1, |number| number as i32);
    }
    let stderr = state::sys_get("stderr").filter(|stderr| !stderr.is(none()));
    let shown = object::str(&code).and_then(|text| match &stderr {
        Some(stderr) => call::call_method(stderr, id!("write"), &[text.as_object()]).map(drop),
        None => Ok(()),
    });
    if let Err(raised) = shown {
        raised.clear();
    }
    write_stderr("\n");
    1
}
