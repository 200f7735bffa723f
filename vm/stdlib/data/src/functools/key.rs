//! `cmp_to_key`: a function that wraps objects so that they are ordered by an old-style comparison function.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::args::Kwargs;
use objects::protocol::{call, compare};
use objects::typeobject::slots::VectorcallFunc;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot, raise};

/// `keyobject`: the wrapping function while it has no object, else a wrapped object.
#[repr(C)]
#[derive(Trace)]
pub struct KeyWrapper {
    ob_base: Object,
    cmp: Slot,
    object: Slot,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

impl KeyWrapper {
    /// # Errors
    /// MemoryError.
    pub fn new(cmp: &Object, object: Option<&Object>) -> Result<Ref<KeyWrapper>> {
        Ref::new(KeyWrapper {
            ob_base: Object::HEAD,
            cmp: Slot::new(cmp.to_ref()),
            object: Slot::from_option(object.map(Instance::to_ref)),
            vectorcall: Cell::new(Some(wrap)),
        })
    }
}

unsafe extern "C" fn wrap(
    this: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry of a wrapper; the vectorcall convention.
    let (this, (args, keywords)) = unsafe {
        let count = call::positional_count(nargsf);
        (this.cast_unchecked::<KeyWrapper>(), objects::args::vector(args.cast(), count, names))
    };
    let object = match *args {
        [object] if keywords.is_empty() => object,
        _ => bind(args, keywords)?,
    };
    let cmp = this.cmp.get().ok_or_else(objects::raise::bad_internal_call)?;
    Ok(KeyWrapper::new(&cmp, Some(object))?.upcast())
}

/// The one argument, which can be given by name.
fn bind<'a>(args: &[&'a Object], keywords: Kwargs<'a>) -> Result<&'a Object> {
    let given = args.len() + keywords.len();
    if given > 1 {
        let kind = if args.is_empty() { "keyword " } else { "" };
        return Err(raise!(TypeError, "K() takes at most 1 {kind}argument ({given} given)"));
    }
    match (args.first(), keywords.get("obj"), keywords.iter().next()) {
        (Some(object), ..) => Ok(object),
        (None, Some(object), _) => Ok(object),
        (None, None, _) => Err(raise!(TypeError, "K() missing required argument 'obj' (pos 1)")),
    }
}

#[pytype(
    name = "KeyWrapper", module = "functools", static_name = KEY_WRAPPER, gc, unhashable, no_new,
    vectorcall_field = vectorcall, call = call::vectorcall_call, getattro = objects::attrs::generic_getattro,
    member("obj", OBJECT, object)
)]
impl KeyWrapper {
    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast_exact::<KeyWrapper>() else {
            return Err(raise!(TypeError, "other argument must be K instance"));
        };
        let (Some(x), Some(y)) = (self.object.get(), other.object.get()) else {
            return Err(raise!(AttributeError, "object"));
        };
        let cmp = self.cmp.get().ok_or_else(objects::raise::bad_internal_call)?;
        let order = call::call(&cmp, &[&*x, &*y])?;
        compare::rich_compare(&order, &*new_int(0)?, op)
    }

    #[getter("__text_signature__")]
    fn text_signature(&self) -> &'static str {
        "(obj)"
    }
}
