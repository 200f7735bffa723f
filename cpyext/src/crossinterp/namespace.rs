//! `_PyXI_namespace`: names, and data for them, that go from one interpreter's dictionary into another's.

use super::excinfo::code;
use super::session::Session;
use core::ffi::c_int;
use interp::crossinterp::{self, Data};
use objects::args::status;
use objects::protocol::{object, sequence};
use objects::raise::Raised;
use objects::types::dict::Dict;
use objects::types::exceptions::interpreter::not_shareable_class;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Object, Result, raise};

/// A name, and the data of what it is bound to, if anything is.
struct Item {
    name: String,
    data: Option<Box<Data>>,
}

/// `_PyXI_namespace`, which C code has by its address only.
pub struct Namespace(Vec<Item>);

impl Drop for Namespace {
    fn drop(&mut self) {
        self.release();
    }
}

fn item(name: &Object) -> Result<Item> {
    let name = name.cast::<Str>().ok_or_else(raise::bad_argument)?.to_str()?.to_owned();
    Ok(Item { name, data: None })
}

impl Namespace {
    /// The names alone: a dictionary's keys, or a sequence's items. `None` when there are none.
    fn of_names(names: &Object) -> Result<Option<Namespace>> {
        let items: Vec<Item> = match names.cast_exact::<Dict>() {
            Some(dict) => dict.to_vec().iter().map(|(name, _)| item(name)).collect::<Result<_>>()?,
            None => {
                if object::len(names)? > 0 && !sequence::is_sequence(names) {
                    return Err(raise!(NotImplementedError, "non-sequence namespace not supported"));
                }
                let count = object::len(names)?;
                (0..count as isize).map(|at| item(&*sequence::get_item(names, at)?)).collect::<Result<_>>()?
            }
        };
        Ok((!items.is_empty()).then_some(Namespace(items)))
    }

    /// What a dictionary has, names and data; `None` for nothing.
    pub fn of_dict(dict: Option<&Object>) -> Result<Option<Namespace>> {
        let Some(dict) = dict.filter(|dict| !dict.is(none())) else { return Ok(None) };
        let Some(dict) = dict.cast_exact::<Dict>() else { return Err(raise!(TypeError, "expected a dict")) };
        let Some(mut namespace) = Namespace::of_names(dict)? else { return Ok(None) };
        namespace.fill(dict)?;
        Ok(Some(namespace))
    }

    /// Gets the data of the names that a dictionary has; of none when one cannot be shared.
    fn fill(&mut self, dict: &Dict) -> Result<()> {
        let filled = self.0.iter_mut().try_for_each(|item| {
            item.data = match dict.get_str(&*Str::new(&item.name)?)? {
                Some(value) => Some(Data::of(&value)?),
                None => None,
            };
            Ok(())
        });
        if filled.is_err() {
            self.release();
        }
        filled
    }

    /// Drops the data, in the interpreter that they come from.
    fn release(&mut self) {
        self.0.iter_mut().filter_map(|item| item.data.take()).for_each(crossinterp::release);
    }

    /// Binds the names in a dictionary of the running interpreter.
    pub fn apply(&self, dict: &Dict, default: Option<&Object>) -> Result<()> {
        self.0.iter().try_for_each(|item| {
            let value = match (&item.data, default) {
                (Some(data), _) => data.object()?,
                (None, Some(default)) => default.to_ref(),
                (None, None) => return Err(raise::null_result()),
            };
            dict.set_text(&item.name, &value)
        })
    }
}

/// # Safety
/// A C function: a namespace that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_FreeNamespace(namespace: *mut Namespace) {
    // SAFETY: made by `_PyXI_NamespaceFromNames`.
    drop(unsafe { Box::from_raw(namespace) });
}

/// A namespace of names without data; NULL for no names, with an exception for what are no names.
///
/// # Safety
/// A C function: an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_NamespaceFromNames(names: Option<&Object>) -> Option<Box<Namespace>> {
    let names = names.filter(|names| !names.is(none()))?;
    match Namespace::of_names(names) {
        Ok(namespace) => namespace.map(Box::new),
        Err(raised) => {
            raised.leave();
            None
        }
    }
}

/// Gets the data of the names that a dictionary has; -1 with an exception, of which a session is told that something cannot be shared.
///
/// # Safety
/// A C function: a namespace, a dictionary, and a session that has been entered or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_FillNamespaceFromDict(
    namespace: &mut Namespace,
    dict: &Object,
    session: Option<&mut Session>,
) -> c_int {
    let Some(dict) = dict.cast::<Dict>() else { return status(Err(raise::bad_internal_call())) };
    status(namespace.fill(dict).inspect_err(|raised| {
        if let Some(session) = session
            && is_not_shareable(raised)
        {
            session.set_override(code::NOT_SHAREABLE);
        }
    }))
}

fn is_not_shareable(raised: &Raised) -> bool {
    not_shareable_class().is_ok_and(|class| raised.matches(&class))
}

/// Binds the names in a dictionary, those without data to a default.
///
/// # Safety
/// A C function: a namespace, a dictionary, and an object or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_ApplyNamespace(
    namespace: &Namespace,
    dict: &Object,
    default: Option<&Object>,
) -> c_int {
    status(match dict.cast::<Dict>() {
        Some(dict) => namespace.apply(dict, default),
        None => Err(raise::bad_internal_call()),
    })
}
