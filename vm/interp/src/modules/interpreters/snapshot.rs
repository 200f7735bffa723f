//! An exception as another interpreter hears of it: texts.

use crate::import;
use objects::protocol::{attr, call, object};
use objects::types::bool::from_bool;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, id};

/// The texts of an exception; none for a MemoryError.
#[derive(Default)]
pub struct Snapshot {
    pub class: Option<Class>,
    pub message: Option<String>,
    /// The whole traceback.
    pub display: Option<String>,
}

/// What is said of the class.
pub struct Class {
    pub name: Option<String>,
    pub qualname: Option<String>,
    pub module: Option<String>,
}

/// What may go wrong in taking a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Class,
    Message,
}

impl Step {
    /// How error messages call it.
    pub fn failure(self) -> &'static str {
        match self {
            Step::Class => "error while initializing exception type snapshot",
            Step::Message => "error while formatting exception",
        }
    }
}

impl Class {
    fn of(class: &TypeObject) -> Result<Class> {
        let text = |name: &Str| -> Result<Option<String>> {
            Ok(Some(object::str(&*attr::get(class.as_object(), name)?)?.to_string_lossy()))
        };
        Ok(Class {
            name: text(id!("__name__"))?,
            qualname: text(id!("__qualname__"))?,
            module: text(id!("__module__"))?,
        })
    }
}

impl Snapshot {
    /// The snapshot of an exception of the running interpreter.
    ///
    /// # Errors
    /// What showing it raises.
    pub fn of(exception: &Object) -> Result<Snapshot> {
        Snapshot::steps(exception).map_err(|(_, raised)| raised)
    }

    /// [`Snapshot::of`], which says what went wrong.
    ///
    /// # Errors
    /// As there.
    pub fn steps(exception: &Object) -> core::result::Result<Snapshot, (Step, Raised)> {
        if exception.class().is_subtype(&exc::MemoryError) {
            return Ok(Snapshot::default());
        }
        let class = Class::of(exception.class()).map_err(|raised| (Step::Class, raised))?;
        let message = object::str(exception).map_err(|raised| (Step::Message, raised))?.to_string_lossy();
        let display = display(exception).unwrap_or_else(|raised| {
            raised.clear();
            None
        });
        Ok(Snapshot { class: Some(class), message: Some(message), display })
    }

    /// The last line of the traceback.
    pub fn formatted(&self) -> Option<String> {
        let class = self.class.as_ref().and_then(|class| {
            let name = class.qualname.as_ref().or(class.name.as_ref())?;
            Some(match class.module.as_deref() {
                None | Some("builtins" | "__main__") => name.clone(),
                Some(module) => format!("{module}.{name}"),
            })
        });
        match (class, &self.message) {
            (Some(class), Some(message)) => Some(format!("{class}: {message}")),
            (class, message) => class.or_else(|| message.clone()),
        }
    }

    /// The namespace that programs read.
    ///
    /// # Errors
    /// MemoryError.
    pub fn namespace(&self) -> Result<Ref<Namespace>> {
        let text = |text: Option<&str>| -> Result<Ref> {
            Ok(match text {
                Some(text) => Str::new(text)?.upcast(),
                None => none().to_ref(),
            })
        };
        let class = match &self.class {
            None => none().to_ref(),
            Some(class) => {
                let dict = Dict::new()?;
                let names = [
                    ("__name__", &class.name),
                    ("__qualname__", &class.qualname),
                    ("__module__", &class.module),
                ];
                for (name, value) in names {
                    if let Some(value) = value {
                        dict.set_text(name, &*text(Some(value))?)?;
                    }
                }
                Namespace::new(dict)?.upcast()
            }
        };
        let dict = Dict::new()?;
        dict.set_text("type", &class)?;
        dict.set_text("msg", &*text(self.message.as_deref())?)?;
        dict.set_text("formatted", &*text(self.formatted().as_deref())?)?;
        if let Some(display) = &self.display {
            dict.set_text("errdisplay", &*text(Some(display))?)?;
        }
        Namespace::new(dict)
    }
}

/// The traceback, as `traceback.TracebackException` formats it, without the last newline.
fn display(exception: &Object) -> Result<Option<String>> {
    let traceback = import::import_module("traceback")?;
    let class = attr::get_text(&traceback, "TracebackException")?;
    let make = attr::get_text(&class, "from_exception")?;
    let kwargs = Dict::new()?;
    kwargs.set_text("save_exc_type", from_bool(false))?;
    kwargs.set_text("lookup_lines", from_bool(false))?;
    let made = call::call_with_tuple(&make, &*Tuple::from_slice(&[exception])?, Some(&kwargs))?;
    let lines = call::call_method(&made, &*Str::new("format")?, &[])?;
    let text = call::call_method(&*Str::new("")?, &*Str::new("join")?, &[&*lines])?;
    let text = object::str(&text)?.to_string_lossy();
    Ok(Some(text.strip_suffix('\n').unwrap_or(&text).to_owned()))
}
