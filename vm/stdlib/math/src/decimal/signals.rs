//! The signals: exception classes, and what it means that a context traps one.

use num::decimal::{Status, flags};
use objects::protocol::call;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};

/// An exception class, made when the module is first executed.
struct Class {
    name: &'static str,
    flags: Status,
    class: Slot<TypeObject>,
}

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Class {}

const fn class(name: &'static str, flags: Status) -> Class {
    Class { name, flags, class: Slot::empty() }
}

objects::per_interpreter! {
    static EXCEPTION: Class = class("DecimalException", 0);
}

objects::per_interpreter! {
    /// The signals, in the order of CPython's tables.
    static SIGNALS: [Class; 9] = [
        class("InvalidOperation", flags::ANY_INVALID),
        class("FloatOperation", flags::FLOAT_OPERATION),
        class("DivisionByZero", flags::DIVISION_BY_ZERO),
        class("Overflow", flags::OVERFLOW),
        class("Underflow", flags::UNDERFLOW),
        class("Subnormal", flags::SUBNORMAL),
        class("Inexact", flags::INEXACT),
        class("Rounded", flags::ROUNDED),
        class("Clamped", flags::CLAMPED),
    ];
}

objects::per_interpreter! {
    /// The conditions that the signal InvalidOperation stands for, apart from itself.
    static CONDITIONS: [Class; 4] = [
        class("DivisionImpossible", flags::DIVISION_IMPOSSIBLE),
        class("DivisionUndefined", flags::DIVISION_UNDEFINED),
        class("ConversionSyntax", flags::CONVERSION_SYNTAX),
        class("InvalidContext", flags::INVALID_CONTEXT),
    ];
}

/// Which signals are set, with their names and flags.
pub fn signals() -> impl Iterator<Item = (&'static str, Status)> {
    SIGNALS.iter().map(|signal| (signal.name, signal.flags))
}

fn known(class: &Class) -> Result<Ref<TypeObject>> {
    class.class.get().ok_or_else(raise::bad_internal_call)
}

/// The signals' classes.
///
/// # Errors
/// SystemError before the module is executed.
pub fn classes() -> Result<Vec<Ref<TypeObject>>> {
    SIGNALS.iter().map(known).collect()
}

fn make(class: &Class, bases: &[&Object]) -> Result<Ref<TypeObject>> {
    if let Some(class) = class.class.get() {
        return Ok(class);
    }
    let (name, bases, dict) = (Str::new(class.name)?, Tuple::from_slice(bases)?, Dict::new()?);
    dict.set_text("__module__", &*Str::new("decimal")?)?;
    let made = call::call(&PyType_Type, &[&name, &bases, &dict])?;
    let made = made.downcast::<TypeObject>().map_err(|_| raise::bad_internal_call())?;
    class.class.set(Some(made.clone()));
    Ok(made)
}

/// Makes the classes and adds them to the module.
///
/// # Errors
/// MemoryError.
pub fn add_classes(module: &Module) -> Result<()> {
    let dict = module.dict();
    let base = make(&EXCEPTION, &[&exc::ArithmeticError])?;
    dict.set_text(EXCEPTION.name, &base)?;
    let of = |name: &str| -> Result<Ref> {
        match SIGNALS.iter().find(|signal| signal.name == name) {
            Some(signal) => Ok(known(signal)?.upcast()),
            None => Err(raise::bad_internal_call()),
        }
    };
    // Bases before the classes that have them.
    for index in [0, 1, 2, 6, 7, 5, 8, 3, 4] {
        let signal = &SIGNALS[index];
        let class = match signal.name {
            "FloatOperation" => make(signal, &[&base, &exc::TypeError])?,
            "DivisionByZero" => make(signal, &[&base, &exc::ZeroDivisionError])?,
            "Overflow" => make(signal, &[&*of("Inexact")?, &*of("Rounded")?])?,
            "Underflow" => make(signal, &[&*of("Inexact")?, &*of("Rounded")?, &*of("Subnormal")?])?,
            _ => make(signal, &[&base])?,
        };
        dict.set_text(signal.name, &class)?;
    }
    let invalid = of("InvalidOperation")?;
    for condition in &CONDITIONS {
        let class = match condition.name {
            "DivisionUndefined" => make(condition, &[&invalid, &exc::ZeroDivisionError])?,
            _ => make(condition, &[&invalid])?,
        };
        dict.set_text(condition.name, &class)?;
    }
    Ok(())
}

/// The flags of a signal's class.
///
/// # Errors
/// KeyError for anything else.
pub fn flags_of(object: &Object) -> Result<Status> {
    for signal in &SIGNALS {
        if known(signal)?.as_object().is(object) {
            return Ok(signal.flags);
        }
    }
    Err(raise!(
        KeyError,
        "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, \
         Underflow, Subnormal, Inexact, Rounded,\n   Clamped]"
    ))
}

/// The classes of the signals in `status`.
///
/// # Errors
/// MemoryError.
pub fn list_of(status: Status) -> Result<Ref<List>> {
    let mut list = Vec::new();
    for signal in SIGNALS.iter().filter(|signal| status & signal.flags != 0) {
        list.push(known(signal)?.upcast());
    }
    List::from_vec(list)
}

/// The exception for trapped conditions, with the list of them as argument.
#[cold]
pub fn trap(status: Status) -> Raised {
    match trapped(status) {
        Ok(raised) | Err(raised) => raised,
    }
}

fn trapped(status: Status) -> Result<Raised> {
    let mut conditions: Vec<Ref> = Vec::new();
    if status & flags::INVALID_OPERATION != 0 {
        conditions.push(known(&SIGNALS[0])?.upcast());
    }
    for condition in CONDITIONS.iter().chain(&SIGNALS[1..]).filter(|class| status & class.flags != 0) {
        conditions.push(known(condition)?.upcast());
    }
    let list = List::from_vec(conditions)?;
    match SIGNALS.iter().find(|signal| status & signal.flags != 0) {
        Some(signal) => Ok(raise::set(&*known(signal)?, Some(&list))),
        None => Err(raise::bad_internal_call()),
    }
}

/// The names of the signals in `status`, as a repr shows them: in the order of libmpdec's bits.
pub fn names_of(status: Status) -> String {
    let mut names: Vec<(u32, &str)> = signals()
        .filter(|(_, flags)| status & flags != 0)
        .map(|(name, flags)| (flags.trailing_zeros(), name))
        .collect();
    names.sort_unstable();
    let names: Vec<&str> = names.into_iter().map(|(_, name)| name).collect();
    format!("[{}]", names.join(", "))
}
