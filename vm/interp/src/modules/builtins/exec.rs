//! Running code: `compile eval exec globals locals __import__ breakpoint`.

use crate::call;
use crate::compile as compiling;
use crate::import;
use objects::args::Kwargs;
use objects::interpreter_frame as frames;
use objects::types::cell::Cell;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::frame::locals;
use objects::types::function::Function;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, id, raise, state};

#[macros::pymodule(name = "builtins", part)]
pub mod part {
    use super::*;

    #[function("__import__($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)")]
    fn import(
        name: &Object,
        globals: Option<&Object>,
        locals: Option<&Object>,
        fromlist: Option<&Object>,
        level: i32,
    ) -> Result<Ref> {
        let _ = locals;
        let Some(name) = name.cast::<Str>() else {
            return Err(raise!(TypeError, "module name must be a string"));
        };
        import::import_level(name, globals, fromlist.unwrap_or(none()), level)
    }

    #[function("globals($module, /)")]
    fn globals() -> Result<Ref> {
        Ok(current_globals()?.upcast())
    }

    #[function("locals($module, /)")]
    fn locals() -> Result<Ref> {
        current_locals()
    }

    #[function("eval($module, source, /, globals=None, locals=None)", unchecked)]
    fn eval(source: &Object, globals: &Object, locals: &Object) -> Result<Ref> {
        let scope = Scope::new("eval", globals, locals)?;
        if let Some(code) = source.cast_exact::<Code>() {
            if code.co_nfreevars.get() > 0 {
                return Err(raise!(TypeError, "code object passed to eval() may not contain free variables"));
            }
            crate::audit::raise_named("exec", &[code])?;
            return call::run_code(code, &scope.globals, &scope.locals);
        }
        let text = compiling::source::source_text(
            source,
            compiling::Mode::Eval,
            "eval",
            "string, bytes or code",
            "<string>",
        )?;
        let blanks = text.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        let text = &text[blanks..];
        let code = compile_string(text, compiling::Mode::Eval)?;
        call::run_code(&code, &scope.globals, &scope.locals)
    }

    #[function("exec($module, source, /, globals=None, locals=None, *, closure=None)", unchecked)]
    fn exec(source: &Object, globals: &Object, locals: &Object, closure: &Object) -> Result<()> {
        let scope = Scope::new("exec", globals, locals)?;
        if let Some(code) = source.cast_exact::<Code>() {
            crate::audit::raise_named("exec", &[code])?;
            let function = Function::new(code, &scope.globals)?;
            function.func_closure.set(checked_closure(code, closure)?);
            return call::run_function(&function, &scope.locals).map(drop);
        }
        if !closure.is(none()) {
            return Err(raise!(TypeError, "closure argument is only supported for exec(code) calls"));
        }
        let text = compiling::source::source_text(
            source,
            compiling::Mode::Exec,
            "exec",
            "string, bytes or code",
            "<string>",
        )?;
        let code = compile_string(&text, compiling::Mode::Exec)?;
        call::run_code(&code, &scope.globals, &scope.locals).map(drop)
    }

    #[function(
        "compile($module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)"
    )]
    fn compile(
        source: &Object,
        filename: &Object,
        mode: &str,
        flags: i32,
        dont_inherit: bool,
        optimize: i32,
        feature_version: i32,
    ) -> Result<Ref> {
        let flags = flags as u32 | if dont_inherit { 0 } else { inherited_flags() };
        let request = compiling::builtin::Request { filename, mode, flags, optimize, feature_version };
        compiling::builtin::run(source, &request)
    }

    #[function("breakpoint($module, /, *args, **kws)")]
    fn breakpoint(args: &[&Object], kwargs: Kwargs) -> Result<Ref> {
        let Some(hook) = state::sys_get("breakpointhook") else {
            return Err(raise!(RuntimeError, "lost sys.breakpointhook"));
        };
        let args = Tuple::from_slice(args)?;
        let kwargs = kwargs.to_dict()?;
        objects::protocol::call::call_with_tuple(&hook, &args, kwargs.as_deref())
    }
}

/// The code of a source that is to be run at once.
fn compile_string(text: &[u8], mode: compiling::Mode) -> Result<Ref<Code>> {
    let name = "<string>";
    let shown: [Ref; 2] =
        [objects::types::bytes::Bytes::new(text)?.upcast(), objects::types::str::Str::new(name)?.upcast()];
    crate::audit::raise_named("compile", &[&shown[0], &shown[1]])?;
    let code = compiling::compile(text, name, mode, inherited_flags(), -1)?;
    crate::audit::raise_named("exec", &[&*code])?;
    Ok(code)
}

/// The globals of the running Python code.
///
/// # Errors
/// SystemError when none runs.
pub fn current_globals() -> Result<Ref<Dict>> {
    match frames::current() {
        Some(frame) => Ok(frame.globals().to_ref()),
        None => Err(raise!(SystemError, "globals do not exist")),
    }
}

/// `locals()`: the namespace of a module or class body, a snapshot of a function's variables.
///
/// # Errors
/// SystemError when no Python code runs; MemoryError.
pub fn current_locals() -> Result<Ref> {
    use bytecode::code::flags::OPTIMIZED;
    let Some(frame) = frames::current() else { return Err(raise!(SystemError, "frame does not exist")) };
    match frame.locals().filter(|_| !frame.code().has_flag(OPTIMIZED) && !locals::has_hidden(frame)) {
        Some(namespace) => Ok(namespace.to_ref()),
        None => Ok(locals::snapshot(frame)?.upcast()),
    }
}

/// Future features of the running code that what it compiles has too.
pub fn inherited_flags() -> u32 {
    frames::current().map_or(0, |frame| frame.code().co_flags.get() as u32 & compiling::FUTURES)
}

/// The namespaces that `exec` and `eval` run in.
struct Scope {
    globals: Ref<Dict>,
    locals: Ref,
}

impl Scope {
    fn new(function: &str, globals: &Object, locals: &Object) -> Result<Scope> {
        let is_none = |object: &Object| object.is(none());
        if !is_none(locals) && locals.class().mapping().and_then(|table| table.mp_subscript.get()).is_none() {
            return Err(match function {
                "eval" => raise!(TypeError, "locals must be a mapping"),
                _ => raise!(TypeError, "locals must be a mapping or None, not {}", locals.class().name()),
            });
        }
        let globals_dict = match globals.cast::<Dict>() {
            Some(dict) => dict.to_ref(),
            None if is_none(globals) => current_globals()?,
            None => {
                return Err(match function {
                    "eval" if globals.class().mapping().is_some() => {
                        raise!(TypeError, "globals must be a real dict; try eval(code, {{}}, mapping)")
                    }
                    "eval" => raise!(TypeError, "globals must be a dict"),
                    _ => raise!(TypeError, "exec() globals must be a dict, not {}", globals.class().name()),
                });
            }
        };
        let locals = match (is_none(locals), is_none(globals)) {
            (false, _) => locals.to_ref(),
            (true, true) => current_locals()?,
            (true, false) => globals_dict.clone().upcast(),
        };
        if globals_dict.get_str(id!("__builtins__"))?.is_none() {
            let builtins: Ref = match frames::current() {
                Some(frame) => frame.builtins().to_ref(),
                None => state::builtins().ok_or_else(raise::null_result)?.upcast(),
            };
            globals_dict.set_str(id!("__builtins__"), &builtins)?;
        }
        Ok(Scope { globals: globals_dict, locals })
    }
}

fn checked_closure(code: &Code, closure: &Object) -> Result<Option<Ref<Tuple>>> {
    let free = code.co_nfreevars.get() as usize;
    if free == 0 {
        return match closure.is(none()) {
            true => Ok(None),
            false => Err(raise!(TypeError, "cannot use a closure with this code object")),
        };
    }
    let cells = closure.cast_exact::<Tuple>();
    match cells.filter(|cells| {
        cells.len() == free && cells.items().iter().all(|cell| cell.cast_exact::<Cell>().is_some())
    }) {
        Some(cells) => Ok(Some(cells.to_ref())),
        None => Err(raise!(TypeError, "code object requires a closure of exactly length {free}")),
    }
}
