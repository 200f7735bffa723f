//! `types.GenericAlias`: `list[int]` and its like.

use crate::id;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol::{self, attr, call};
use crate::raise::{Raised, Result};
use crate::typeobject::TypeObject;
use crate::typeobject::slots::{CompareOp, VectorcallFunc};
use crate::types::bool::new_bool;
use crate::types::dict::Dict;
use crate::types::exceptions as exc;
use crate::types::list::List;
use crate::types::none::{self, not_implemented};
use crate::types::str::{self, Str};
use crate::types::tuple::Tuple;
use core::cell::Cell;
use core::ptr;
use macros::pytype;

/// `gaobject`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct GenericAlias {
    ob_base: Object,
    origin: Slot,
    args: Slot<Tuple>,
    /// The type variables in `args`, found on first use.
    parameters: Slot<Tuple>,
    weaklist: Cell<*mut Object>,
    /// Whether this is `*alias`.
    starred: Cell<bool>,
    vectorcall: Cell<Option<VectorcallFunc>>,
}

const _: () = assert!(size_of::<GenericAlias>() == 64);

/// Calls what is subscripted, and tells the result of the alias.
unsafe extern "C" fn vectorcall(
    alias: &Object,
    args: *const Option<&Object>,
    nargsf: usize,
    names: Option<&Tuple>,
) -> Result<Ref> {
    // SAFETY: the entry belongs to aliases; the arguments are as the vectorcall convention has them.
    let (this, args) = unsafe {
        let total = call::positional_count(nargsf) + names.map_or(0, Tuple::len);
        let args = match total {
            0 => &[],
            _ => core::slice::from_raw_parts(args.cast::<&Object>(), total),
        };
        (alias.cast_unchecked::<GenericAlias>(), args)
    };
    let object = call::vectorcall(this.origin(), args, 0, names)?;
    if let Err(raised) = attr::set(&object, id!("__orig_class__"), Some(alias)) {
        if !raised.matches(&exc::AttributeError) && !raised.matches(&exc::TypeError) {
            return Err(raised);
        }
        raised.clear();
    }
    Ok(object)
}

/// `Py_GenericAlias`: `origin[args]`.
///
/// # Errors
/// MemoryError.
pub fn new(origin: &Object, args: &Object) -> Result<Ref> {
    Ok(make(origin, args, false)?.upcast())
}

fn make(origin: &Object, args: &Object, starred: bool) -> Result<Ref<GenericAlias>> {
    let args = match args.cast::<Tuple>() {
        Some(args) => args.to_ref(),
        None => Tuple::from_slice(&[args])?,
    };
    Ref::new(GenericAlias {
        ob_base: Object::HEAD,
        origin: Slot::new(origin.to_ref()),
        args: Slot::new(args),
        parameters: Slot::empty(),
        weaklist: Cell::new(ptr::null_mut()),
        starred: Cell::new(starred),
        vectorcall: Cell::new(Some(vectorcall)),
    })
}

/// Attributes that are the alias's own; all others are the origin's.
const OWN_ATTRIBUTES: [&str; 11] = [
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__copy__",
    "__deepcopy__",
];

#[pytype(
    name = "GenericAlias",
    module = "types",
    symbol = Py_GenericAliasType,
    flags = [BASETYPE],
    gc,
    no_clear,
    weaklist = weaklist, vectorcall_field = vectorcall, call = call::vectorcall_call,
    member("__origin__", OBJECT, origin, READONLY),
    member("__args__", OBJECT, args, READONLY),
    member("__unpacked__", BOOL, starred, READONLY)
)]
impl GenericAlias {
    /// What is subscripted.
    pub fn origin(&self) -> &Object {
        // SAFETY: set once, for the alias's life.
        match unsafe { self.origin.peek() } {
            Some(origin) => origin,
            None => crate::fatal("a generic alias without an origin"),
        }
    }

    /// The arguments.
    pub fn args(&self) -> Ref<Tuple> {
        self.args.get().unwrap_or_else(Tuple::empty)
    }

    fn parameters(&self) -> Result<Ref<Tuple>> {
        if let Some(parameters) = self.parameters.get() {
            return Ok(parameters);
        }
        let parameters = make_parameters(&self.args())?;
        self.parameters.set(Some(parameters.clone()));
        Ok(parameters)
    }

    #[slot(tp_new)]
    fn py_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result {
        if kwargs.is_some_and(|kwargs| !kwargs.is_empty()) {
            return Err(crate::raise!(TypeError, "GenericAlias() takes no keyword arguments"));
        }
        let [origin, arguments] = args.items() else {
            return Err(crate::raise!(TypeError, "GenericAlias expected 2 arguments, got {}", args.len()));
        };
        let arguments = match arguments.cast::<Tuple>() {
            Some(arguments) => arguments.to_ref(),
            None => Tuple::from_slice(&[arguments])?,
        };
        let alias = GenericAlias {
            ob_base: Object::HEAD,
            origin: Slot::new(origin.to_ref()),
            args: Slot::new(arguments),
            parameters: Slot::empty(),
            weaklist: Cell::new(ptr::null_mut()),
            starred: Cell::new(false),
            vectorcall: Cell::new(Some(vectorcall)),
        };
        Ok(Ref::new_in(class, alias)?.upcast())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let mut text = String::new();
        if self.starred.get() {
            text.push('*');
        }
        text.push_str(&item_repr(self.origin())?);
        text.push('[');
        let args = self.args();
        for (index, arg) in args.items().iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            match arg.cast_exact::<List>() {
                // A ParamSpec's arguments.
                Some(list) => {
                    let items =
                        list.to_vec().iter().map(|item| item_repr(item)).collect::<Result<Vec<_>>>()?;
                    text.push_str(&format!("[{}]", items.join(", ")));
                }
                None => text.push_str(&item_repr(arg)?),
            }
        }
        if args.is_empty() {
            // `list[()]`, which is not the same as `list[]`.
            text.push_str("()");
        }
        text.push(']');
        Ok(text)
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        Ok(protocol::object::hash(self.origin())? ^ protocol::object::hash(&self.args())?)
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result {
        let name = str::expect_str(name, "attribute name")?;
        let is_own = OWN_ATTRIBUTES.iter().any(|own| name.equals_text(own));
        if !is_own && !name.equals_text("__bases__") {
            return attr::get(self.origin(), name);
        }
        match crate::attrs::generic_get_optional(self, name)? {
            Some(value) => Ok(value),
            None => Err(attr::missing(self, name)),
        }
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result {
        let (CompareOp::Eq | CompareOp::Ne, Some(other)) = (op, other.cast::<GenericAlias>()) else {
            return Ok(not_implemented().to_ref());
        };
        let equal = self.starred.get() == other.starred.get()
            && protocol::compare::equal(self.origin(), other.origin())?
            && protocol::compare::equal(&self.args(), &other.args())?;
        Ok(new_bool(equal == (op == CompareOp::Eq)))
    }

    /// `*alias` in a subscript: iterating gives the starred alias, once.
    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref<AliasIterator>> {
        Ref::new(AliasIterator { ob_base: Object::HEAD, alias: Slot::new(self.to_ref()) })
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result {
        crate::types::union::or(left, right)
    }

    #[slot(mp_subscript)]
    fn get_item(&self, item: &Object) -> Result {
        let args = substitute(self, &self.args(), &*self.parameters()?, item)?;
        Ok(make(self.origin(), &args, self.starred.get())?.upcast())
    }

    #[method("__mro_entries__($self, object, /)")]
    fn mro_entries(&self, _object: &Object) -> Result<Ref<Tuple>> {
        Tuple::from_slice(&[self.origin()])
    }

    #[method("__instancecheck__($self, object, /)")]
    fn instancecheck(&self, _object: &Object) -> Result {
        Err(crate::raise!(TypeError, "isinstance() argument 2 cannot be a parameterized generic"))
    }

    #[method("__subclasscheck__($self, object, /)")]
    fn subclasscheck(&self, _object: &Object) -> Result {
        Err(crate::raise!(TypeError, "issubclass() argument 2 cannot be a parameterized generic"))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let args = self.args();
        if self.starred.get() {
            let builtins = crate::state::builtins().ok_or_else(crate::raise::bad_internal_call)?;
            let next = builtins.get_str(id!("next"))?.ok_or_else(crate::raise::bad_internal_call)?;
            let plain = make(self.origin(), &args, false)?;
            let iterator = protocol::iter::get_iter(&plain)?;
            return Tuple::from_array([next, Tuple::from_array([iterator])?.upcast()]);
        }
        let arguments = Tuple::from_slice(&[self.origin(), &args])?;
        Tuple::from_array([Py_GenericAliasType.as_object().to_ref(), arguments.upcast()])
    }

    #[method("__dir__($self, /)")]
    fn dir(&self) -> Result<Ref<List>> {
        let names = attr::call_special(self.origin(), id!("__dir__"), &[])?;
        let names = protocol::sequence::to_list(&names)?;
        for own in &OWN_ATTRIBUTES[1..] {
            let own = Str::new(own)?;
            if !protocol::sequence::contains(&names, &own)? {
                names.push(own.upcast())?;
            }
        }
        Ok(names)
    }

    #[getter("__parameters__")]
    fn get_parameters(&self) -> Result<Ref<Tuple>> {
        self.parameters()
    }

    #[getter("__typing_unpacked_tuple_args__")]
    fn unpacked_tuple_args(&self) -> Option<Ref<Tuple>> {
        let is_tuple = self.origin().is(&crate::types::tuple::methods::PyTuple_Type);
        (self.starred.get() && is_tuple).then(|| self.args())
    }
}

/// How an argument appears in an alias's or a union's repr (`_Py_typing_type_repr`).
///
/// # Errors
/// What reading its names or its repr raises.
pub(crate) fn item_repr(item: &Object) -> Result<String> {
    if item.is(none::ellipsis()) {
        return Ok("...".to_string());
    }
    let has = |name: &Str| Ok(attr::get_optional(item, name)?.is_some());
    let plain = || Ok(protocol::object::repr(item)?.to_string_lossy());
    if has(id!("__origin__"))? && has(id!("__args__"))? {
        return plain();
    }
    let Some(qualname) = attr::get_optional(item, id!("__qualname__"))? else { return plain() };
    let module = attr::get_optional(item, id!("__module__"))?;
    let Some(module) = module.filter(|module| !module.is(none::none())) else { return plain() };
    let qualname = protocol::object::str(&qualname)?.to_string_lossy();
    let module = protocol::object::str(&module)?.to_string_lossy();
    Ok(if module == "builtins" { qualname } else { format!("{module}.{qualname}") })
}

/// The type variables in `args`, each once (`_Py_make_parameters`).
///
/// # Errors
/// What reading attributes of the arguments raises.
pub(crate) fn make_parameters(args: &Tuple) -> Result<Ref<Tuple>> {
    let mut found: Vec<Ref> = Vec::new();
    let add = |found: &mut Vec<Ref>, parameter: &Object| {
        if !found.iter().any(|known| known.is(parameter)) {
            found.push(parameter.to_ref());
        }
    };
    for arg in args.items() {
        // A class stands for itself, whatever attributes it has.
        if arg.cast::<TypeObject>().is_some() {
            continue;
        }
        if attr::get_optional(arg, id!("__typing_subst__"))?.is_some() {
            add(&mut found, arg);
            continue;
        }
        let inner = attr::get_optional(arg, id!("__parameters__"))?;
        for parameter in
            inner.iter().filter_map(|inner| inner.cast::<Tuple>()).flat_map(|inner| inner.items())
        {
            add(&mut found, parameter);
        }
    }
    Tuple::from_vec(found)
}

/// The arguments of a subscription, unpacked tuples spliced in (`_unpack_args`).
fn unpack(item: &Object) -> Result<Vec<Ref>> {
    let items = match item.cast::<Tuple>() {
        Some(tuple) => tuple.items().iter().map(|item| item.to_ref()).collect(),
        None => vec![item.to_ref()],
    };
    let mut unpacked = Vec::with_capacity(items.len());
    for item in items {
        if item.cast::<TypeObject>().is_none()
            && let Some(inner) = attr::get_optional(&item, id!("__typing_unpacked_tuple_args__"))?
            && let Some(inner) = inner.cast::<Tuple>()
            && inner.items().last().is_none_or(|last| !last.is(none::ellipsis()))
        {
            unpacked.extend(inner.items().iter().map(|item| item.to_ref()));
        } else {
            unpacked.push(item);
        }
    }
    Ok(unpacked)
}

#[cold]
fn wrong_count(alias: &Object, given: usize, wanted: usize) -> Result<Raised> {
    let many = if given > wanted { "many" } else { "few" };
    let alias = protocol::object::repr(alias)?.to_string_lossy();
    Ok(crate::raise!(TypeError, "Too {many} arguments for {alias}; actual {given}, expected {wanted}"))
}

/// The arguments with the type variables replaced by what `item` gives for them (`_Py_subs_parameters`).
///
/// # Errors
/// TypeError for an alias without type variables or the wrong number of values; what `__typing_subst__` raises.
pub(crate) fn substitute(
    alias: &Object,
    args: &Tuple,
    parameters: &Tuple,
    item: &Object,
) -> Result<Ref<Tuple>> {
    if parameters.is_empty() {
        let alias = protocol::object::repr(alias)?.to_string_lossy();
        return Err(crate::raise!(TypeError, "{alias} is not a generic class"));
    }
    let mut values = unpack(item)?;
    for parameter in parameters.items() {
        let Some(prepare) = attr::get_optional(parameter, id!("__typing_prepare_subst__"))? else { continue };
        if prepare.is(none::none()) {
            continue;
        }
        let prepared = call::call(&prepare, &[alias, &*Tuple::from_vec(values)?])?;
        values = match prepared.cast::<Tuple>() {
            Some(tuple) => tuple.items().iter().map(|item| item.to_ref()).collect(),
            None => vec![prepared],
        };
    }
    if values.len() != parameters.len() {
        return Err(wrong_count(alias, values.len(), parameters.len())?);
    }
    let mut result = Vec::with_capacity(args.len());
    for arg in args.items() {
        if arg.cast::<TypeObject>().is_some() {
            result.push(arg.to_ref());
            continue;
        }
        let unpacked = match attr::get_optional(arg, id!("__typing_is_unpacked_typevartuple__"))? {
            Some(answer) => protocol::object::is_true(&answer)?,
            None => false,
        };
        let value = match attr::get_optional(arg, id!("__typing_subst__"))? {
            Some(subst) => {
                let index = parameters.items().iter().position(|parameter| parameter.is(arg));
                let index = index.ok_or_else(crate::raise::bad_internal_call)?;
                call::call(&subst, &[&*values[index]])?
            }
            None => substitute_inside(arg, parameters, &values)?,
        };
        match value.cast::<Tuple>().filter(|_| unpacked) {
            Some(tuple) => result.extend(tuple.items().iter().map(|item| item.to_ref())),
            None => result.push(value),
        }
    }
    Tuple::from_vec(result)
}

/// An argument that is generic itself, subscripted with the values of its own type variables (`subs_tvars`).
fn substitute_inside(arg: &Object, parameters: &Tuple, values: &[Ref]) -> Result<Ref> {
    let inner = attr::get_optional(arg, id!("__parameters__"))?;
    let Some(inner) =
        inner.as_deref().and_then(|inner| inner.cast::<Tuple>()).filter(|inner| !inner.is_empty())
    else {
        return Ok(arg.to_ref());
    };
    let mut given = Vec::with_capacity(inner.len());
    for parameter in inner.items() {
        let Some(index) = parameters.items().iter().position(|known| known.is(parameter)) else {
            given.push(parameter.to_ref());
            continue;
        };
        let value = &values[index];
        // A TypeVarTuple stands for several values.
        match value.cast::<Tuple>().filter(|_| parameter.class().tp_iter.get().is_some()) {
            Some(tuple) => given.extend(tuple.items().iter().map(|item| item.to_ref())),
            None => given.push(value.clone()),
        }
    }
    protocol::mapping::get_item(arg, &*Tuple::from_vec(given)?)
}

/// `generic_alias_iterator`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct AliasIterator {
    ob_base: Object,
    /// What the item is made of, until it has been.
    alias: Slot<GenericAlias>,
}

#[pytype(name = "generic_alias_iterator", static_name = ALIAS_ITERATOR, iter = crate::slots::self_iter, gc, no_new)]
impl AliasIterator {
    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref<GenericAlias>>> {
        let Some(alias) = self.alias.take() else { return Ok(None) };
        make(alias.origin(), &alias.args(), true).map(Some)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let iter = crate::types::iter::builtin(id!("iter"))?;
        match self.alias.get() {
            Some(alias) => Tuple::from_array([iter, Tuple::from_array([alias.upcast()])?.upcast()]),
            None => crate::types::iter::reduce_exhausted(iter),
        }
    }
}
