//! `_csv`: reading and writing comma-separated values.

mod dialect;
mod reader;
mod writer;

use dialect::{DIALECT, Quoting};
use macros::pymodule;
use objects::args::Kwargs;
use objects::protocol::{attr, call, iter};
use objects::typeobject::flags;
use objects::typeobject::spec::create::{CustomNew, from_metaclass};
use objects::typeobject::spec::{self, Spec};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};

/// What the module keeps.
struct State {
    error: Slot,
    dialects: Slot<Dict>,
    field_limit: core::cell::Cell<isize>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

objects::per_interpreter! {
    static STATE: State =
        State { error: Slot::empty(), dialects: Slot::empty(), field_limit: core::cell::Cell::new(128 * 1024) };
}

/// The module's `Error`.
#[cold]
fn error(text: &str) -> Raised {
    match STATE.error.get().and_then(|class| class.downcast::<TypeObject>().ok()) {
        Some(class) => objects::raise::set_text(&class, format_args!("{text}")),
        None => objects::raise::bad_internal_call(),
    }
}

fn dialects() -> Result<Ref<Dict>> {
    STATE.dialects.get().ok_or_else(objects::raise::bad_internal_call)
}

/// A registered dialect.
fn registered(name: &Object) -> Result<Ref> {
    dialects()?.get_item(name)?.ok_or_else(|| error("unknown dialect"))
}

/// A dialect from an argument that names or has one, and from options.
fn make_dialect(given: Option<&Object>, options: Kwargs<'_>) -> Result<Ref<dialect::Dialect>> {
    let dialect = match given {
        Some(given) => call::call_with_keywords(DIALECT.as_object(), &[given], options)?,
        None => call::call_with_keywords(DIALECT.as_object(), &[], options)?,
    };
    dialect.downcast().map_err(|_| objects::raise::bad_internal_call())
}

/// One or two arguments.
fn unpack<'a>(args: &[&'a Object]) -> Result<(&'a Object, Option<&'a Object>)> {
    match *args {
        [first] => Ok((first, None)),
        [first, second] => Ok((first, Some(second))),
        [] => Err(raise!(TypeError, " expected at least 1 argument, got 0")),
        _ => Err(raise!(TypeError, " expected at most 2 arguments, got {}", args.len())),
    }
}

/// `_csv.Error`, whose instances nothing refers to weakly.
fn error_class(module: &Module) -> Result<Ref<TypeObject>> {
    let spec = Spec {
        name: c"_csv.Error".as_ptr(),
        basicsize: 0,
        itemsize: 0,
        flags: flags::BASETYPE as core::ffi::c_uint,
        slots: &spec::Slot { slot: 0, pfunc: core::ptr::null() },
    };
    let bases = exc::Exception.as_object();
    // SAFETY: the table of slots is only its end.
    unsafe { from_metaclass(None, Some(module), &spec, Some(bases), CustomNew::Error) }
}

#[pymodule(name = "_csv", classes(dialect::Dialect))]
pub mod module {
    use super::*;

    #[constant("QUOTE_MINIMAL")]
    const QUOTE_MINIMAL: i64 = Quoting::Minimal as i64;
    #[constant("QUOTE_ALL")]
    const QUOTE_ALL: i64 = Quoting::All as i64;
    #[constant("QUOTE_NONNUMERIC")]
    const QUOTE_NONNUMERIC: i64 = Quoting::NonNumeric as i64;
    #[constant("QUOTE_NONE")]
    const QUOTE_NONE: i64 = Quoting::None as i64;
    #[constant("QUOTE_STRINGS")]
    const QUOTE_STRINGS: i64 = Quoting::Strings as i64;
    #[constant("QUOTE_NOTNULL")]
    const QUOTE_NOTNULL: i64 = Quoting::NotNull as i64;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        for (name, class) in [("Reader", reader::Reader::class()), ("Writer", writer::Writer::class())] {
            objects::typeobject::ready::ready(class)?;
            dict.set_text(name, class.as_object())?;
        }
        let class = error_class(module)?;
        dict.set_text("Error", class.as_object())?;
        STATE.error.set(Some(class.upcast()));
        let dialects = Dict::new()?;
        dict.set_text("_dialects", &dialects)?;
        STATE.dialects.set(Some(dialects));
        Ok(())
    }

    #[function("reader", raw)]
    fn reader(args: &[&Object], options: Kwargs<'_>) -> Result<Ref<reader::Reader>> {
        let (lines, dialect) = unpack(args)?;
        let lines = iter::get_iter(lines)?;
        reader::Reader::new(lines, make_dialect(dialect, options)?)
    }

    #[function("writer", raw)]
    fn writer(args: &[&Object], options: Kwargs<'_>) -> Result<Ref<writer::Writer>> {
        let (file, dialect) = unpack(args)?;
        let dialect = make_dialect(dialect, options)?;
        let write = attr::get_optional(file, id!("write"))?.filter(|write| call::is_callable(write));
        match write {
            Some(write) => writer::Writer::new(write, dialect),
            None => Err(raise!(TypeError, "argument 1 must have a \"write\" method")),
        }
    }

    #[function("register_dialect", raw)]
    fn register_dialect(args: &[&Object], options: Kwargs<'_>) -> Result<()> {
        let (name, dialect) = unpack(args)?;
        if name.cast::<Str>().is_none() {
            return Err(raise!(TypeError, "dialect name must be a string"));
        }
        dialects()?.set_item(name, &*make_dialect(dialect, options)?)
    }

    #[function("unregister_dialect($module, /, name)")]
    fn unregister_dialect(name: &Object) -> Result<()> {
        match dialects()?.remove(name)? {
            Some(_dialect) => Ok(()),
            None => Err(error("unknown dialect")),
        }
    }

    #[function("get_dialect($module, /, name)")]
    fn get_dialect(name: &Object) -> Result<Ref> {
        registered(name)
    }

    #[function("list_dialects($module, /)")]
    fn list_dialects() -> Result<Ref<List>> {
        List::from_vec(dialects()?.to_vec().into_iter().map(|(name, _)| name).collect())
    }

    #[function("field_size_limit($module, /, new_limit=<unrepresentable>)")]
    fn field_size_limit(new_limit: Option<&Object>) -> Result<isize> {
        let old = STATE.field_limit.get();
        if let Some(limit) = new_limit {
            let Some(limit) = limit.cast_exact::<Int>() else {
                return Err(raise!(TypeError, "limit must be an integer"));
            };
            let Some(limit) = limit.to_i64() else {
                return Err(raise!(OverflowError, "Python int too large to convert to C ssize_t"));
            };
            STATE.field_limit.set(limit as isize);
        }
        Ok(old)
    }
}
