//! What the instructions about exceptions do: raising with a cause, matching, splitting groups.

use objects::protocol::{attr, call, object};
use objects::raise::Raised;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::none::none;
use objects::types::traceback::Traceback;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

/// Whether `object` is a class that can be raised.
fn as_exception_class(object: &Object) -> Option<&TypeObject> {
    object
        .cast::<TypeObject>()
        .filter(|class| class.has_feature(objects::typeobject::flags::BASE_EXC_SUBCLASS))
}

/// The statements `raise exception` and `raise exception from cause`.
pub fn raise(exception: Ref, cause: Option<Ref>) -> Raised {
    let made = match instance(&exception) {
        Ok(Some(made)) => made,
        Ok(None) => return raise!(TypeError, "exceptions must derive from BaseException"),
        Err(raised) => return raised,
    };
    if let Some(cause) = cause {
        let cause = match instance(&cause) {
            Ok(Some(cause)) => Some(cause),
            Ok(None) if cause.is(none()) => None,
            Ok(None) => return raise!(TypeError, "exception causes must derive from BaseException"),
            Err(raised) => return raised,
        };
        if let Some(base) = made.cast::<BaseExceptionObject>() {
            base.cause.set(cause);
            base.suppress_context.set(true);
        }
    }
    raise::set(made.class(), Some(&made))
}

/// An exception as it is, or a new one of a class; `None` for anything else.
fn instance(object: &Object) -> Result<Option<Ref>> {
    if let Some(class) = as_exception_class(object) {
        let made = call::call_no_args(object)?;
        if made.cast::<BaseExceptionObject>().is_none() {
            return Err(raise!(
                TypeError,
                "calling {} should have returned an instance of BaseException, not {}",
                object::repr(class)?.to_string_lossy(),
                object::repr(made.class())?.to_string_lossy()
            ));
        }
        return Ok(Some(made));
    }
    Ok(object.cast::<BaseExceptionObject>().map(|exception| exception.as_object().to_ref()))
}

/// Gives the pending exception a cause, which becomes its context too.
pub fn with_cause(raised: Raised, cause: Ref) -> Raised {
    let exception = raised.take();
    if let Some(base) = exception.cast::<BaseExceptionObject>() {
        base.context.set(Some(cause.clone()));
        base.cause.set(Some(cause));
        base.suppress_context.set(true);
    }
    raise::restore(exception)
}

/// Whether a handler for `class`, a class or a tuple of them, catches `exception`.
///
/// # Errors
/// TypeError when one of them is no exception class.
pub fn matches(exception: &Object, class: &Object) -> Result<bool> {
    check_class(class)?;
    Ok(given_matches(exception, class))
}

/// That `except` can have a class, or a tuple of them.
///
/// # Errors
/// TypeError.
pub fn check_class(class: &Object) -> Result<()> {
    let is_fit = match class.cast::<Tuple>() {
        Some(classes) => classes.items().iter().all(|class| as_exception_class(class).is_some()),
        None => as_exception_class(class).is_some(),
    };
    match is_fit {
        true => Ok(()),
        false => {
            Err(raise!(TypeError, "catching classes that do not inherit from BaseException is not allowed"))
        }
    }
}

/// `PyErr_GivenExceptionMatches`, tuples nested as deep as they are.
pub fn given_matches(exception: &Object, class: &Object) -> bool {
    if let Some(classes) = class.cast::<Tuple>() {
        return classes.items().iter().any(|class| given_matches(exception, class));
    }
    as_exception_class(class).is_some_and(|class| exception.class().is_subtype(class))
}

/// `except*`: what of the exception is left, and what the class takes.
///
/// # Errors
/// TypeError for a class that cannot be used so; what `split` raises.
pub fn split_group(exception: &Object, class: &Object) -> Result<(Option<Ref>, Option<Ref>)> {
    check_star_class(class)?;
    if exception.is(none()) {
        return Ok((Some(exception.to_ref()), None));
    }
    let is_group = exception.class().is_subtype(&exc::BaseExceptionGroup);
    if given_matches(exception, class) {
        if is_group {
            return Ok((None, Some(exception.to_ref())));
        }
        // A naked exception is wrapped, with the traceback of the place that raised it.
        let text = objects::types::str::intern::empty();
        let list = Tuple::from_slice(&[exception])?;
        let group = call::call(group_class()?.as_object(), &[text.as_object(), list.as_object()])?;
        if let (Some(frame), Some(base)) =
            (objects::interpreter_frame::current(), group.cast::<BaseExceptionObject>())
        {
            base.traceback.set(Some(Traceback::here(None, frame)?.upcast()));
        }
        return Ok((None, Some(group)));
    }
    if is_group {
        let pair = call::call_method(exception, id!("split"), &[class])?;
        let Some(pair) = pair.cast::<Tuple>() else {
            return Err(raise!(
                TypeError,
                "{}.split must return a tuple, not {}",
                exception.class().name(),
                pair.class().name()
            ));
        };
        if pair.len() < 2 {
            return Err(raise!(
                TypeError,
                "{}.split must return a 2-tuple, got tuple of size {}",
                exception.class().name(),
                pair.len()
            ));
        }
        let matched = Some(pair.items()[0].to_ref()).filter(|matched| !matched.is(none()));
        return Ok((Some(pair.items()[1].to_ref()), matched));
    }
    Ok((Some(exception.to_ref()), None))
}

/// That `except*` can have a class, or a tuple of them.
///
/// # Errors
/// TypeError.
pub fn check_star_class(class: &Object) -> Result<()> {
    let classes: Vec<&Object> = match class.cast::<Tuple>() {
        Some(classes) => classes.items().to_vec(),
        None => vec![class],
    };
    for class in classes {
        let Some(class) = as_exception_class(class) else {
            return Err(raise!(
                TypeError,
                "catching classes that do not inherit from BaseException is not allowed"
            ));
        };
        if class.is_subtype(&exc::BaseExceptionGroup) {
            return Err(raise!(
                TypeError,
                "catching ExceptionGroup with except* is not allowed. Use except instead."
            ));
        }
    }
    Ok(())
}

fn group_class() -> Result<Ref> {
    let builtins = objects::state::builtins().ok_or_else(raise::null_result)?;
    builtins.get_str(id!("ExceptionGroup"))?.ok_or_else(raise::null_result)
}

/// The exception of an `except*` statement's end: what was not caught and what the handlers raised
/// (`_PyExc_PrepReraiseStar`). `None` when nothing is left.
///
/// # Errors
/// What making the group raises.
pub fn prepare_reraise_star(original: &Object, raised: &[Ref]) -> Result<Option<Ref>> {
    let exceptions: Vec<&Ref> = raised.iter().filter(|exception| !exception.is(none())).collect();
    let Some(first) = exceptions.first() else { return Ok(None) };
    if !original.class().is_subtype(&exc::BaseExceptionGroup) {
        // A naked exception was caught and wrapped: at most one was raised in turn.
        return Ok(Some((*first).clone()));
    }
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    for exception in exceptions {
        if is_same_metadata(exception, original) {
            again.push(exception.clone())
        } else {
            fresh.push(exception.clone())
        }
    }
    let projected = project_group(original, &again)?;
    if fresh.is_empty() {
        return Ok(projected);
    }
    if let Some(projected) = projected {
        fresh.push(projected);
    }
    if let [only] = &fresh[..] {
        return Ok(Some(only.clone()));
    }
    let text = objects::types::str::intern::empty();
    let list = objects::types::list::List::from_vec(fresh)?;
    Ok(Some(call::call(group_class()?.as_object(), &[text.as_object(), list.as_object()])?))
}

/// Whether an exception is part of the original group, raised again: it shares its traceback, cause and context.
fn is_same_metadata(exception: &Object, original: &Object) -> bool {
    match (exception.cast::<BaseExceptionObject>(), original.cast::<BaseExceptionObject>()) {
        (Some(left), Some(right)) => {
            left.notes.as_ptr() == right.notes.as_ptr()
                && left.traceback.as_ptr() == right.traceback.as_ptr()
                && left.cause.as_ptr() == right.cause.as_ptr()
                && left.context.as_ptr() == right.context.as_ptr()
        }
        _ => false,
    }
}

/// The part of the original group whose leaves are those of `keep`, in the original's structure.
fn project_group(original: &Object, keep: &[Ref]) -> Result<Option<Ref>> {
    let mut leaves = Vec::new();
    for exception in keep {
        collect_leaves(exception, &mut leaves)?;
    }
    if leaves.is_empty() {
        return Ok(None);
    }
    filter_group(original, &leaves)
}

fn collect_leaves(exception: &Object, leaves: &mut Vec<*const Object>) -> Result<()> {
    if !exception.class().is_subtype(&exc::BaseExceptionGroup) {
        leaves.push(core::ptr::from_ref(exception));
        return Ok(());
    }
    let parts = attr::get(exception, id!("exceptions"))?;
    objects::protocol::iter::for_each(&parts, |part| collect_leaves(&part, leaves))
}

fn filter_group(exception: &Object, leaves: &[*const Object]) -> Result<Option<Ref>> {
    if !exception.class().is_subtype(&exc::BaseExceptionGroup) {
        return Ok(leaves.contains(&core::ptr::from_ref(exception)).then(|| exception.to_ref()));
    }
    let parts = attr::get(exception, id!("exceptions"))?;
    let (mut kept, mut total) = (Vec::new(), 0);
    objects::protocol::iter::for_each(&parts, |part| {
        total += 1;
        if let Some(part_kept) = filter_group(&part, leaves)? {
            kept.push(part_kept);
        }
        Ok(())
    })?;
    if kept.is_empty() {
        return Ok(None);
    }
    let list = objects::types::list::List::from_vec(kept)?;
    let group = call::call_method(exception, id!("derive"), &[list.as_object()])?;
    if let (Some(new), Some(old)) =
        (group.cast::<BaseExceptionObject>(), exception.cast::<BaseExceptionObject>())
    {
        new.traceback.set(old.traceback.get());
        new.cause.set(old.cause.get());
        new.context.set(old.context.get());
        if let Some(notes) = old.notes.get() {
            new.notes.set(Some(objects::protocol::sequence::to_list(&notes)?.upcast()));
        }
    }
    Ok(Some(group))
}
