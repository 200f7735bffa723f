//! `methodcaller`.

use super::getters::single_argument;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{self, attr, call};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::dict::Dict;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `methodcallerobject`.
#[repr(C)]
#[derive(Trace)]
pub struct MethodCaller {
    ob_base: Object,
    name: Slot<Str>,
    args: Slot<Tuple>,
    kwds: Slot<Dict>,
    /// The positional arguments and then the values of the keyword arguments.
    all: Slot<Tuple>,
    kwnames: Slot<Tuple>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

unsafe extern "C" fn call_method(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry of a methodcaller; the vectorcall convention.
    let (this, object) = unsafe {
        (this.cast_unchecked::<MethodCaller>(), single_argument("methodcaller", args, nargsf, names)?)
    };
    let (Some(name), Some(all)) = (this.name.get(), this.all.get()) else {
        return Err(objects::raise::bad_internal_call());
    };
    call::vectorcall_method(object, &name, all.items(), this.kwnames.get().as_deref())
}

#[pytype(
    name = "methodcaller", module = "operator", getattro = objects::attrs::generic_getattro, static_name = METHOD_CALLER, gc,
    vectorcall_field = vectorcall, call = call::vectorcall_call,
    member("__vectorcalloffset__", PYSSIZET, vectorcall, READONLY)
)]
impl MethodCaller {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<MethodCaller>> {
        let [name, rest @ ..] = args.items() else {
            return Err(raise!(TypeError, "methodcaller needs at least one argument, the method name"));
        };
        let Some(name) = name.cast::<Str>() else {
            return Err(raise!(TypeError, "method name must be a string"));
        };
        let keywords = kwargs.map(Dict::to_vec).unwrap_or_default();
        let (names, values): (Vec<Ref>, Vec<Ref>) = keywords.into_iter().unzip();
        let all = rest.iter().map(|arg| arg.to_ref()).chain(values).collect();
        let kwnames = if names.is_empty() { None } else { Some(Tuple::from_vec(names)?) };
        Ref::new_in(
            class,
            MethodCaller {
                ob_base: Object::HEAD,
                name: Slot::new(intern::intern(name.to_ref())),
                args: Slot::new(Tuple::from_slice(rest)?),
                kwds: Slot::from_option(kwargs.filter(|kwargs| !kwargs.is_empty()).map(Instance::to_ref)),
                all: Slot::new(Tuple::from_vec(all)?),
                kwnames: Slot::from_option(kwnames),
                vectorcall: Cell::new(Some(call_method)),
            },
        )
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.class().full_name();
        let Some(_guard) = protocol::repr_guard::enter(self) else {
            return Str::new(&format!("{class}(...)"));
        };
        let (name, args) = self.parts()?;
        let mut parts = vec![protocol::object::repr(&name)?.to_string_lossy()];
        for arg in args.items() {
            parts.push(protocol::object::repr(arg)?.to_string_lossy());
        }
        for (key, value) in self.kwds.get().map(|kwds| kwds.to_vec()).unwrap_or_default() {
            let key = protocol::object::str(&key)?.to_string_lossy();
            parts.push(format!("{key}={}", protocol::object::repr(&value)?.to_string_lossy()));
        }
        Str::new(&format!("{class}({})", parts.join(", ")))
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj, /)"
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<(Ref, Ref)> {
        let class = self.class().to_ref().upcast();
        let (name, args) = self.parts()?;
        let Some(kwds) = self.kwds.get() else {
            let mut all = vec![name.upcast()];
            all.extend(args.items().iter().map(|arg| arg.to_ref()));
            return Ok((class, Tuple::from_vec(all)?.upcast()));
        };
        let partial = attr::get(&*objects::hooks::IMPORT.get()("functools")?, id!("partial"))?;
        let bound = Tuple::from_array([class, name.upcast()])?;
        Ok((call::call_with_tuple(&partial, &bound, Some(&kwds))?, args.upcast()))
    }
}

impl MethodCaller {
    fn parts(&self) -> Result<(Ref<Str>, Ref<Tuple>)> {
        match (self.name.get(), self.args.get()) {
            (Some(name), Some(args)) => Ok((name, args)),
            _ => Err(objects::raise::bad_internal_call()),
        }
    }
}
