//! `BaseExceptionGroup`; `ExceptionGroup` is made from it at start-up, as it has two bases.

use super::base::{self, BaseException, BaseExceptionObject};
use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr};
use crate::raise::{self, Result};
use crate::state;
use crate::typeobject::{TypeObject, generic_alloc};
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use macros::{Trace, pytype};

/// `PyBaseExceptionGroupObject`.
#[repr(C)]
#[derive(Trace)]
pub struct BaseExceptionGroupObject {
    base: BaseExceptionObject,
    pub msg: Slot,
    pub excs: Slot<Tuple>,
    /// The exceptions' repr, kept when they were given as something else than a tuple.
    excs_str: Slot,
}

const _: () = assert!(size_of::<BaseExceptionGroupObject>() == 96);

objects::per_interpreter! {
    /// The class `ExceptionGroup`, once start-up has made it.
    pub static EXCEPTION_GROUP: GroupClass = GroupClass(Slot::empty());
}

/// See [`EXCEPTION_GROUP`].
pub struct GroupClass(Slot<TypeObject>);

// SAFETY: set at start-up, read under the GIL.
unsafe impl Sync for GroupClass {}

impl GroupClass {
    pub fn set(&self, class: Ref<TypeObject>) {
        self.0.set(Some(class));
    }

    pub fn get(&self) -> Option<Ref<TypeObject>> {
        self.0.get()
    }
}

#[pytype(
    name = "BaseExceptionGroup", static_name = BaseExceptionGroup, base = BaseException, gc, flags = [BASETYPE],
    member("message", OBJECT, msg, READONLY), member("exceptions", OBJECT, excs, READONLY),
)]
impl BaseExceptionGroupObject {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, _kwargs: Option<&crate::types::dict::Dict>) -> Result<Ref> {
        let [message, exceptions] = args.items() else {
            return Err(crate::raise!(
                TypeError,
                "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
                args.len()
            ));
        };
        if message.cast::<Str>().is_none() {
            return Err(crate::raise!(TypeError, "argument 1 must be str, not {}", message.class().name()));
        }
        if !protocol::sequence::is_sequence(exceptions) {
            return Err(crate::raise!(TypeError, "second argument (exceptions) must be a sequence"));
        }
        let nested = protocol::sequence::to_tuple(exceptions)?;
        if nested.is_empty() {
            return Err(crate::raise!(
                ValueError,
                "second argument (exceptions) must be a non-empty sequence"
            ));
        }
        let mut plain = true;
        for (index, exception) in nested.items().iter().enumerate() {
            if exception.cast::<BaseExceptionObject>().is_none() {
                return Err(crate::raise!(
                    ValueError,
                    "Item {index} of second argument (exceptions) is not an exception"
                ));
            }
            plain &= exception.class().is_subtype(&super::Exception);
        }
        let group_class = EXCEPTION_GROUP.get();
        let mut class = class;
        if core::ptr::eq(class, &raw const BaseExceptionGroup) {
            if plain && let Some(group) = &group_class {
                class = group;
            }
        } else if !plain {
            if group_class.as_ref().is_some_and(|group| core::ptr::eq(&raw const **group, class)) {
                return Err(crate::raise!(TypeError, "Cannot nest BaseExceptions in an ExceptionGroup"));
            }
            if class.is_subtype(&super::Exception) {
                return Err(crate::raise!(TypeError, "Cannot nest BaseExceptions in '{}'", class.name()));
            }
        }
        // SAFETY: the class is ready.
        let object = unsafe { generic_alloc(class, 0) }?;
        // SAFETY: a subclass of BaseExceptionGroup.
        let this = unsafe { object.cast_unchecked::<BaseExceptionGroupObject>() };
        this.base.args.set(Some(args.to_ref()));
        this.msg.set(Some(message.to_ref()));
        if exceptions.cast::<List>().is_none() && exceptions.cast::<Tuple>().is_none() {
            this.excs_str.set(Some(protocol::object::repr(exceptions)?.upcast()));
        }
        this.excs.set(Some(nested));
        Ok(object)
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&crate::types::dict::Dict>) -> Result<()> {
        base::no_keywords(self, kwargs.map(Instance::as_object))?;
        self.base.args.set(Some(args.to_ref()));
        Ok(())
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        let message = protocol::object::str(&base::field(&self.msg))?.to_string_lossy();
        let count = self.nested().len();
        let plural = if count > 1 { "s" } else { "" };
        Str::new(&format!("{message} ({count} sub-exception{plural})"))
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(cls: &TypeObject, object: &Object) -> Result<Ref> {
        crate::types::generic_alias::new(cls, object)
    }

    #[method("derive($self, object, /)")]
    fn derive(&self, excs: &Object) -> Result<Ref> {
        let message = base::field(&self.msg);
        protocol::call::call(BaseExceptionGroup.as_object(), &[&*message, excs])
    }

    #[method("split($self, object, /)")]
    fn split(&self, matcher: &Object) -> Result<Ref<Tuple>> {
        let matcher = Matcher::new(matcher)?;
        let (matched, rest) = split(self, &matcher, true)?;
        let or_none = |part: Option<Ref>| part.unwrap_or_else(crate::object::refs::none);
        Tuple::from_array([or_none(matched), or_none(rest)])
    }

    #[method("subgroup($self, object, /)")]
    fn subgroup(&self, matcher: &Object) -> Result<Option<Ref>> {
        let matcher = Matcher::new(matcher)?;
        Ok(split(self, &matcher, false)?.0)
    }
}

/// What decides which exceptions of a group are meant.
pub enum Matcher {
    /// A class or a tuple of classes.
    Classes(Ref),
    /// A function from an exception to a truth value.
    Function(Ref),
    /// The exceptions themselves, as `except*` puts together what was raised again.
    Identities(Vec<Ref>),
}

impl Matcher {
    fn new(value: &Object) -> Result<Matcher> {
        let is_class = |object: &Object| {
            object.cast::<TypeObject>().is_some_and(|class| class.is_subtype(&BaseException))
        };
        let is_classes = is_class(value)
            || value
                .cast_exact::<Tuple>()
                .is_some_and(|tuple| tuple.items().iter().all(|item| is_class(item)));
        if is_classes {
            return Ok(Matcher::Classes(value.to_ref()));
        }
        if protocol::call::is_callable(value) && value.cast::<TypeObject>().is_none() {
            return Ok(Matcher::Function(value.to_ref()));
        }
        Err(crate::raise!(
            TypeError,
            "expected an exception type, a tuple of exception types, or a callable (other than a class)"
        ))
    }

    fn matches(&self, exception: &Object) -> Result<bool> {
        match self {
            Matcher::Classes(classes) => Ok(super::matches(exception, classes)),
            Matcher::Function(function) => {
                protocol::object::is_true(&*protocol::call::call_one_arg(function, exception)?)
            }
            Matcher::Identities(exceptions) => Ok(exceptions.iter().any(|other| other.is(exception))),
        }
    }
}

impl BaseExceptionGroupObject {
    /// The exceptions in the group.
    pub fn nested(&self) -> Ref<Tuple> {
        self.excs.get().unwrap_or_else(Tuple::empty)
    }

    /// A group of some of the exceptions, with this one's traceback, context, cause and notes.
    fn subset(&self, exceptions: Vec<Ref>) -> Result<Option<Ref>> {
        if exceptions.is_empty() {
            return Ok(None);
        }
        let list = List::from_vec(exceptions)?;
        let derived = protocol::call::call_method(self, id!("derive"), &[&*list])?;
        let Some(group) = derived.cast::<BaseExceptionGroupObject>() else {
            return Err(crate::raise!(TypeError, "derive must return an instance of BaseExceptionGroup"));
        };
        group.base.traceback.set(self.base.traceback.get());
        group.base.context.set(self.base.context.get());
        group.base.cause.set(self.base.cause.get());
        if let Some(notes) = attr::get_optional(self, id!("__notes__"))?
            && protocol::sequence::is_sequence(&notes)
        {
            let copy = protocol::sequence::to_list(&notes)?;
            attr::set(&derived, id!("__notes__"), Some(&copy))?;
        }
        Ok(Some(derived))
    }
}

/// Divides an exception or a group, keeping the group's structure, into what matches and (when asked) the rest.
///
/// # Errors
/// What the matcher or `derive` raises.
pub fn split(exception: &Object, matcher: &Matcher, want_rest: bool) -> Result<(Option<Ref>, Option<Ref>)> {
    if matcher.matches(exception)? {
        return Ok((Some(exception.to_ref()), None));
    }
    let Some(group) = exception.cast::<BaseExceptionGroupObject>() else {
        return Ok((None, want_rest.then(|| exception.to_ref())));
    };
    let _depth = state::enter_recursive_call(" in exceptiongroup_split_recursive")?;
    let (mut matched, mut rest) = (Vec::new(), Vec::new());
    for nested in group.nested().items() {
        let (ours, theirs) = split(nested, matcher, want_rest)?;
        matched.extend(ours);
        rest.extend(theirs);
    }
    Ok((group.subset(matched)?, group.subset(rest)?))
}

/// Makes the class `ExceptionGroup(BaseExceptionGroup, Exception)` and remembers it.
///
/// # Errors
/// What making a class raises.
pub fn make_exception_group(builtins: &crate::types::dict::Dict) -> Result<()> {
    let bases =
        Tuple::from_array([BaseExceptionGroup.as_object().to_ref(), super::Exception.as_object().to_ref()])?;
    let namespace = crate::types::dict::Dict::new()?;
    namespace.set_str(id!("__module__"), id!("builtins"))?;
    let name = Str::new("ExceptionGroup")?;
    let class =
        protocol::call::call(crate::types::r#type::PyType_Type.as_object(), &[&*name, &*bases, &*namespace])?;
    let class = class.downcast::<TypeObject>().map_err(|_| raise::bad_internal_call())?;
    builtins.set_str(id!("ExceptionGroup"), &class)?;
    EXCEPTION_GROUP.set(class);
    Ok(())
}
