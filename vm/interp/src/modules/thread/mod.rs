//! `_thread`: threads, locks, thread-local data.

pub mod handle;
pub mod local;
pub mod lock;

use crate::gil;
use handle::ThreadHandle;
use local::Local;
use lock::{Lock, RLock};
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::structseq;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise, state};

/// The longest timeout of a lock in seconds (`PY_TIMEOUT_MAX`).
pub const TIMEOUT_MAX: f64 = 9_223_372_036.0;

#[macros::pymodule(name = "_thread", classes(Lock, RLock, Local, ThreadHandle))]
pub mod module {
    use super::*;

    #[constant("TIMEOUT_MAX")]
    const MAX: f64 = TIMEOUT_MAX;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        dict.set_text("error", exc::RuntimeError.as_object())?;
        dict.set_text("LockType", Lock::class().as_object())?;
        let class = structseq::new_class(
            "_thread._ExceptHookArgs",
            "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
            &[
                ("exc_type", "Exception type"),
                ("exc_value", "Exception value"),
                ("exc_traceback", "Exception traceback"),
                ("thread", "Thread"),
            ],
            4,
        )?;
        dict.set_text("_ExceptHookArgs", class.as_object())
    }

    #[function("get_ident($module, /)")]
    fn get_ident() -> u64 {
        state::current().thread_id.get()
    }

    #[function("get_native_id($module, /)")]
    fn get_native_id() -> u64 {
        state::current().native_thread_id.get()
    }

    #[function("_get_main_thread_ident($module, /)")]
    fn get_main_thread_ident() -> u64 {
        crate::signals::main_thread().map_or(0, |main| main.thread_id.get())
    }

    #[function("_is_main_interpreter($module, /)")]
    fn is_main_interpreter() -> bool {
        state::interpreter().is_main()
    }

    #[function("daemon_threads_allowed($module, /)")]
    fn daemon_threads_allowed() -> bool {
        state::interpreter().config.get().allow_daemon_threads != 0
    }

    #[function("_count($module, /)")]
    fn count() -> usize {
        handle::running()
    }

    #[function("stack_size($module, size=0, /)")]
    fn stack_size(size: Option<&Object>) -> Result<usize> {
        let old = handle::stack_size();
        if let Some(size) = size {
            let size = objects::protocol::number::index_as_isize(size, Some(&exc::OverflowError))?;
            if size < 0 {
                return Err(raise!(ValueError, "size must be 0 or a positive value"));
            }
            if size != 0 && size < 32 * 1024 {
                return Err(raise!(ValueError, "size not valid: {size} bytes"));
            }
            handle::set_stack_size(size as usize);
        }
        Ok(old)
    }

    #[function("allocate_lock($module, /)")]
    fn allocate_lock() -> Result<Ref<Lock>> {
        Lock::new()
    }

    #[function("allocate($module, /)")]
    fn allocate() -> Result<Ref<Lock>> {
        Lock::new()
    }

    #[function("start_new_thread($module, function, args, kwargs={}, /)", raw)]
    fn start_new_thread(args: &[&Object]) -> Result<u64> {
        super::start_new(args)
    }

    #[function("start_new($module, function, args, kwargs={}, /)", raw)]
    fn start_new_alias(args: &[&Object]) -> Result<u64> {
        super::start_new(args)
    }

    #[function("start_joinable_thread($module, /, function, handle=None, daemon=True)")]
    fn start_joinable_thread(
        function: &Object,
        handle: Option<&Object>,
        #[default(true)] daemon: bool,
    ) -> Result<Ref<ThreadHandle>> {
        if !call::is_callable(function) {
            return Err(raise!(TypeError, "thread function must be callable"));
        }
        let handle = match handle.map(|handle| handle.cast::<ThreadHandle>()) {
            None => None,
            Some(Some(handle)) => Some(handle),
            Some(None) => return Err(raise!(TypeError, "'handle' must be a _ThreadHandle")),
        };
        let shown = handle.map_or(none(), Instance::as_object);
        let yes = objects::types::int::new_int(daemon.into())?;
        crate::audit::raise_named("_thread.start_joinable_thread", &[function, &yes, shown])?;
        let handle = match handle {
            Some(handle) => handle.to_ref(),
            None => ThreadHandle::new()?,
        };
        handle.start(function.to_ref(), Tuple::empty(), None, daemon)?;
        Ok(handle)
    }

    #[function("_make_thread_handle($module, ident, /)")]
    fn make_thread_handle(ident: &Object) -> Result<Ref<ThreadHandle>> {
        let Some(ident) = ident.cast::<Int>() else {
            return Err(raise!(TypeError, "ident must be an integer"));
        };
        let ident = ident.to_u64();
        let ident = ident.ok_or_else(|| {
            raise!(OverflowError, "Python int too large to convert to C unsigned long long")
        })?;
        ThreadHandle::of_running(ident)
    }

    #[function("_shutdown($module, /)")]
    fn shutdown() -> Result<()> {
        handle::join_all()
    }

    #[function("exit($module, /)")]
    fn exit() -> Result<()> {
        Err(raise::set_class(&exc::SystemExit))
    }

    #[function("exit_thread($module, /)")]
    fn exit_thread() -> Result<()> {
        Err(raise::set_class(&exc::SystemExit))
    }

    #[function("interrupt_main($module, signum=signal.SIGINT, /)")]
    fn interrupt_main(#[default(libc::SIGINT)] signum: i32) -> Result<()> {
        crate::signals::trip(signum)
    }

    #[function("_excepthook($module, (exc_type, exc_value, exc_traceback, thread), /)", raw)]
    fn excepthook(args: &[&Object]) -> Result<()> {
        let Some(arguments) =
            args.first().and_then(|args| args.cast::<Tuple>()).filter(|args| args.len() >= 4)
        else {
            return Err(raise!(TypeError, "_thread.excepthook argument type must be ExceptHookArgs"));
        };
        super::report(arguments.items())
    }
}

fn start_new(args: &[&Object]) -> Result<u64> {
    let (function, arguments, kwargs) = match args {
        [function, arguments] => (function, arguments, None),
        [function, arguments, kwargs] => (function, arguments, Some(kwargs)),
        _ => {
            let (bound, limit) = if args.len() < 2 { ("at least", 2) } else { ("at most", 3) };
            let given = args.len();
            return Err(raise!(
                TypeError,
                "start_new_thread expected {bound} {limit} arguments, got {given}"
            ));
        }
    };
    if !call::is_callable(function) {
        return Err(raise!(TypeError, "first arg must be callable"));
    }
    let Some(arguments) = arguments.cast::<Tuple>() else {
        return Err(raise!(TypeError, "2nd arg must be a tuple"));
    };
    let kwargs = match kwargs.map(|kwargs| kwargs.cast::<Dict>()) {
        Some(Some(kwargs)) => Some(kwargs.to_ref()),
        Some(None) => return Err(raise!(TypeError, "optional 3rd arg must be a dictionary")),
        None => None,
    };
    let shown = kwargs.as_deref().map_or(none(), Instance::as_object);
    crate::audit::raise_named("_thread.start_new_thread", &[function, arguments, shown])?;
    let handle = ThreadHandle::new()?;
    handle.start((*function).to_ref(), arguments.to_ref(), kwargs, true)?;
    Ok(handle.ident())
}

/// "Exception in thread …" with the traceback.
fn report(arguments: &[&Object]) -> Result<()> {
    let (class, value, traceback, thread) = (arguments[0], arguments[1], arguments[2], arguments[3]);
    if class.is(exc::SystemExit.as_object()) {
        return Ok(());
    }
    let name = match thread.is(none()) {
        true => gil_ident().to_string(),
        false => match objects::protocol::attr::get_optional(thread, objects::id!("_name"))? {
            Some(name) => objects::protocol::object::str(&name)?.to_string_lossy(),
            None => gil_ident().to_string(),
        },
    };
    crate::traceback_print::write_stderr(&format!("Exception in thread {name}:\n"));
    crate::traceback_print::print_exception(value, Some(traceback).filter(|traceback| !traceback.is(none())))
}

fn gil_ident() -> u64 {
    state::current().thread_id.get()
}

/// Waits without the GIL.
pub fn wait<T>(work: impl FnOnce() -> T) -> T {
    gil::detached(work)
}
