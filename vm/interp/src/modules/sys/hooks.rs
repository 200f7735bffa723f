//! Hooks: `excepthook displayhook unraisablehook breakpointhook`, auditing, asynchronous generators, tracing.

use crate::monitor::legacy;
use objects::args::Kwargs;
use objects::protocol::{attr, call, object};
use objects::types::dict::Dict;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::structseq;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise, state};

#[macros::pymodule(name = "sys", part)]
pub mod part {
    use super::*;

    #[function("excepthook($module, exctype, value, traceback, /)", unchecked)]
    fn excepthook(exctype: &Object, value: &Object, traceback: &Object) -> Result<()> {
        let _ = exctype;
        crate::traceback_print::print_exception(
            value,
            Some(traceback).filter(|traceback| !traceback.is(none())),
        )
    }

    #[function("displayhook($module, object, /)", unchecked)]
    fn displayhook(object: &Object) -> Result<()> {
        super::display(object)
    }

    #[function("unraisablehook($module, unraisable, /)", unchecked)]
    fn unraisablehook(unraisable: &Object) -> Result<()> {
        if !unraisable.is_exactly(super::unraisable_class()?) {
            return Err(raise!(TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs"));
        }
        super::print_unraisable(unraisable)
    }

    #[function("breakpointhook($module, /, *args, **kwargs)")]
    fn breakpointhook(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        let hook = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
        let target = match hook.as_str() {
            "0" => return Ok(none().to_ref()),
            "" => "pdb.set_trace",
            other => other,
        };
        let (module, function) = target.rsplit_once('.').unwrap_or(("builtins", target));
        let found = match module {
            "" => None,
            module => crate::import::import_module(module)
                .and_then(|module| attr::get_text(&module, function))
                .map_or_else(super::unless_importable, |function| Ok(Some(function)))?,
        };
        let Some(function) = found else {
            let text = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{target}\"");
            objects::hooks::WARN.get()(&exc::RuntimeWarning, &text, 1)?;
            return Ok(none().to_ref());
        };
        let args = Tuple::from_slice(args)?;
        let kwargs = kwargs.to_dict()?;
        call::call_with_tuple(&function, &args, kwargs.as_deref())
    }

    #[function("addaudithook($module, /, hook)", unchecked)]
    fn addaudithook(hook: &Object) -> Result<()> {
        crate::audit::add(hook)
    }

    #[function("audit($module, event, /, *args)")]
    fn audit(event: &Object, args: &[&Object]) -> Result<()> {
        let Some(event) = event.cast::<Str>() else {
            return Err(raise!(TypeError, "expected str for argument 'event', not {}", event.class().name()));
        };
        crate::audit::raise_event(event, args)
    }

    #[function("exc_info($module, /)")]
    fn exc_info() -> Result<Ref<Tuple>> {
        let none = || none().to_ref();
        match state::current().handled_exception() {
            None => Tuple::from_array([none(), none(), none()]),
            Some(exception) => {
                let class = exception.class().as_object().to_ref();
                let traceback = exception.cast::<BaseExceptionObject>().and_then(|base| base.traceback.get());
                Tuple::from_array([class, exception, traceback.unwrap_or_else(none)])
            }
        }
    }

    #[function("exception($module, /)")]
    fn exception() -> Option<Ref> {
        state::current().handled_exception()
    }

    #[function("exit($module, status=None, /)")]
    fn exit(status: &Object) -> Result<()> {
        Err(raise::set(&exc::SystemExit, Some(status)))
    }

    #[function("set_asyncgen_hooks", raw, unchecked, nosig)]
    fn set_asyncgen_hooks(args: &[&Object], kwargs: Kwargs) -> Result<()> {
        let ts = state::current();
        let firstiter = args.first().copied().or_else(|| kwargs.get("firstiter"));
        let finalizer = args.get(1).copied().or_else(|| kwargs.get("finalizer"));
        let check = |hook: Option<&Object>, what: &str| match hook {
            Some(hook) if !hook.is(none()) && !call::is_callable(hook) => {
                Err(raise!(TypeError, "callable {what} expected, got {}", hook.class().name()))
            }
            _ => Ok(()),
        };
        check(finalizer, "finalizer")?;
        check(firstiter, "firstiter")?;
        let kept = |hook: &Object| (!hook.is(none())).then(|| hook.to_ref());
        if let Some(hook) = finalizer {
            ts.async_gen_finalizer.set(kept(hook));
        }
        if let Some(hook) = firstiter {
            ts.async_gen_firstiter.set(kept(hook));
        }
        Ok(())
    }

    #[function("get_asyncgen_hooks($module, /)")]
    fn get_asyncgen_hooks() -> Result<Ref> {
        let ts = state::current();
        let or_none = |hook: Option<Ref>| hook.unwrap_or_else(|| none().to_ref());
        let class = structseq::static_class(
            "asyncgen_hooks",
            "asyncgen_hooks\n\nA named tuple providing information about asynchronous\ngenerators hooks.  The attributes are read only.",
            &[("firstiter", ""), ("finalizer", "")],
            2,
            0,
        )?;
        structseq::instance(
            class,
            vec![or_none(ts.async_gen_firstiter.get()), or_none(ts.async_gen_finalizer.get())],
        )
    }

    #[function("set_coroutine_origin_tracking_depth($module, /, depth)")]
    fn set_coroutine_origin_tracking_depth(depth: i32) -> Result<()> {
        if depth < 0 {
            return Err(raise!(ValueError, "depth must be >= 0"));
        }
        state::current().coroutine_origin_tracking_depth.set(depth);
        Ok(())
    }

    #[function("get_coroutine_origin_tracking_depth($module, /)")]
    fn get_coroutine_origin_tracking_depth() -> i32 {
        state::current().coroutine_origin_tracking_depth.get()
    }

    #[function("settrace($module, function, /)")]
    fn settrace(function: &Object) -> Result<()> {
        crate::modules::audit("sys.settrace")?;
        legacy::set_python_trace(state::current(), super::unless_none(function))
    }

    #[function("_settraceallthreads($module, function, /)")]
    fn settrace_all_threads(function: &Object) -> Result<()> {
        legacy::for_all_threads(function, legacy::set_python_trace)
    }

    #[function("gettrace($module, /)")]
    fn gettrace() -> Option<Ref> {
        state::current().c_traceobj.get()
    }

    #[function("setprofile($module, function, /)")]
    fn setprofile(function: &Object) -> Result<()> {
        crate::modules::audit("sys.setprofile")?;
        legacy::set_python_profile(state::current(), super::unless_none(function))
    }

    #[function("_setprofileallthreads($module, function, /)")]
    fn setprofile_all_threads(function: &Object) -> Result<()> {
        legacy::for_all_threads(function, legacy::set_python_profile)
    }

    #[function("getprofile($module, /)")]
    fn getprofile() -> Option<Ref> {
        state::current().c_profileobj.get()
    }

    #[function("_baserepl($module, /)")]
    fn base_repl() -> Result<()> {
        crate::interactive::run_plain("<stdin>")
    }

    #[function("call_tracing($module, func, args, /)")]
    fn call_tracing(func: &Object, args: &Tuple) -> Result<Ref> {
        let ts = state::current();
        let before = ts.tracing.replace(0);
        let result = call::call_with_tuple(func, args, None);
        ts.tracing.set(before);
        result
    }
}

/// Nothing for an import that failed.
fn unless_importable(raised: objects::Raised) -> Result<Option<Ref>> {
    if raised.matches(&exc::ImportError)
        || raised.matches(&exc::AttributeError)
        || raised.matches(&exc::ValueError)
    {
        raised.clear();
        return Ok(None);
    }
    Err(raised)
}

fn unless_none(object: &Object) -> Option<Ref> {
    (!object.is(none())).then(|| object.to_ref())
}

/// The hooks under the names by which programs restore them.
///
/// # Errors
/// MemoryError.
pub fn add_defaults(dict: &Dict) -> Result<()> {
    for name in ["excepthook", "displayhook", "unraisablehook", "breakpointhook"] {
        if let Some(hook) = dict.get_str(&*Str::new(name)?)? {
            dict.set_text(&format!("__{name}__"), &hook)?;
        }
    }
    Ok(())
}

/// An expression's value in the interactive interpreter: printed, and kept as `_`.
fn display(value: &Object) -> Result<()> {
    if value.is(none()) {
        return Ok(());
    }
    let builtins = state::builtins().ok_or_else(raise::null_result)?;
    builtins.set_str(id!("_"), none())?;
    let Some(stdout) = state::sys_get("stdout").filter(|stdout| !stdout.is(none())) else {
        return Err(raise!(RuntimeError, "lost sys.stdout"));
    };
    let text = object::repr(value)?;
    if let Err(raised) = call::call_method(&stdout, id!("write"), &[text.as_object()]) {
        if !raised.matches(&exc::UnicodeEncodeError) {
            return Err(raised);
        }
        raised.clear();
        write_escaped(&stdout, &text)?;
    }
    drop(call::call_method(&stdout, id!("write"), &[id!("\n")])?);
    builtins.set_str(id!("_"), value)
}

/// Writes text that the stream cannot encode, escapes in place of what stands in the way.
fn write_escaped(stdout: &Object, text: &Str) -> Result<()> {
    let encoding = object::str(&*attr::get(stdout, id!("encoding"))?)?;
    let encoding = encoding.to_str()?;
    let bytes = objects::codecs::encode(text, Some(encoding), Some("backslashreplace"))?;
    match attr::get_optional(stdout, id!("buffer"))? {
        Some(buffer) => call::call_method(&buffer, id!("write"), &[bytes.as_object()]).map(drop),
        None => {
            let text = objects::codecs::decode(bytes.as_object(), Some(encoding), Some("strict"))?;
            call::call_method(stdout, id!("write"), &[text.as_object()]).map(drop)
        }
    }
}

/// `sys.unraisablehook`'s default: "Exception ignored in: …" and the traceback on standard error.
fn print_unraisable(unraisable: &Object) -> Result<()> {
    let field = |name: &'static Str| attr::get(unraisable, name);
    let message = field(id!("err_msg"))?;
    let target = field(id!("object"))?;
    let message = message.cast::<Str>().map(Str::to_string_lossy);
    let line = match target.is(none()) {
        true => message.map(|message| format!("{message}:\n")),
        false => {
            let message = message.unwrap_or_else(|| "Exception ignored in".to_owned());
            let shown = object::repr(&target).map_or_else(
                |raised| {
                    raised.clear();
                    "<object repr() failed>".to_owned()
                },
                |text| text.to_string_lossy(),
            );
            Some(format!("{message}: {shown}\n"))
        }
    };
    if let Some(line) = line {
        crate::traceback_print::write_stderr(&line);
    }
    let value = field(id!("exc_value"))?;
    let traceback = field(id!("exc_traceback"))?;
    crate::traceback_print::print_exception(
        &value,
        Some(&*traceback).filter(|traceback| !traceback.is(none())),
    )
}

/// Reports an exception that nobody can catch through `sys.unraisablehook`; what the hook or an audit of it raises is reported without.
pub fn report_unraisable(exception: Ref, message: Option<&str>, target: Option<&Object>) {
    let failed = |raised: raise::Raised, message: &str, target: Option<&Object>| {
        let printed = unraisable_arguments(&raised.take(), Some(message), target)
            .and_then(|arguments| print_unraisable(&arguments));
        if let Err(raised) = printed {
            raised.clear();
        }
    };
    let arguments = match unraisable_arguments(&exception, message, target) {
        Ok(arguments) => arguments,
        Err(raised) => {
            return failed(raised, "Exception ignored on building sys.unraisablehook arguments", None);
        }
    };
    let Some(hook) = state::sys_get("unraisablehook").filter(|hook| !hook.is(objects::types::none::none()))
    else {
        if let Err(raised) = print_unraisable(&arguments) {
            raised.clear();
        }
        return;
    };
    if let Err(raised) = crate::audit::raise_named("sys.unraisablehook", &[&hook, &arguments]) {
        return failed(raised, "Exception ignored in audit hook", None);
    }
    if let Err(raised) = call::call_one_arg(&hook, &arguments) {
        failed(raised, "Exception ignored in sys.unraisablehook", Some(&hook));
    }
}

/// The class of what `sys.unraisablehook` gets.
fn unraisable_class() -> Result<&'static TypeObject> {
    structseq::static_class(
        "UnraisableHookArgs",
        "Type used to pass arguments to sys.unraisablehook.",
        &[
            ("exc_type", "Exception type"),
            ("exc_value", "Exception value"),
            ("exc_traceback", "Exception traceback"),
            ("err_msg", "Error message"),
            ("object", "Object causing the exception"),
        ],
        5,
        0,
    )
}

/// What the hook gets.
fn unraisable_arguments(exception: &Object, message: Option<&str>, target: Option<&Object>) -> Result<Ref> {
    let none = || none().to_ref();
    let class = unraisable_class()?;
    let traceback = exception.cast::<BaseExceptionObject>().and_then(|base| base.traceback.get());
    let values = vec![
        exception.class().as_object().to_ref(),
        exception.to_ref(),
        traceback.unwrap_or_else(none),
        message.map_or_else(|| Ok(none()), |message| Ok(Str::new(message)?.upcast()))?,
        target.map_or_else(none, Instance::to_ref),
    ];
    structseq::instance(class, values)
}
