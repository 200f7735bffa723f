//! Structures and unions: `PyCStructType`, `UnionType`, and their classes `Structure` and `Union`.

use crate::data::{self, CDATA, CData};
use crate::info::{self, Info, Kind, flag};
use crate::layout;
use crate::metatype::{from_param, metatype};
use core::ffi::c_int;
use macros::pytype;
use objects::protocol::{attr, object, sequence};
use objects::typeobject::{TypeObject, ready};
use objects::types::buffer::BufferView;
use objects::types::dict::Dict;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Result, id, raise};

metatype! {
    /// The metatype of structures.
    StructType, "PyCStructType", STRUCT_TYPE, from_param, {
        #[slot(tp_init)]
        fn init(this: &Object, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
            init(this)
        }

        #[slot(tp_setattro)]
        fn set_attribute(this: &Object, name: &Object, value: Option<&Object>) -> Result<()> {
            set_attribute(this, name, value, true)
        }
    }
}

metatype! {
    /// The metatype of unions.
    UnionType, "UnionType", UNION_TYPE, from_param, {
        #[slot(tp_init)]
        fn init(this: &Object, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<()> {
            init(this)
        }

        #[slot(tp_setattro)]
        fn set_attribute(this: &Object, name: &Object, value: Option<&Object>) -> Result<()> {
            set_attribute(this, name, value, false)
        }
    }
}

/// A new class: with fields of its own, or those of its base.
fn init(this: &Object) -> Result<()> {
    let class = info::expect_new(this)?;
    let dict = ready::dict_of(class.as_type())?;
    if dict.get_str(id!("_abstract_"))?.is_some() {
        return Ok(());
    }
    if let Some(fields) = dict.get_str(id!("_fields_"))? {
        class.set_info(Info::new(Kind::Structure))?;
        return attr::set(this, id!("_fields_"), Some(&fields));
    }
    let base = class.as_type().base().and_then(|base| info::of_class(base.as_object()));
    let info = base.map_or_else(|| Info::new(Kind::Structure), Info::inherited);
    class.set_info(info)?;
    if let Some(base) = base {
        base.add_flag(flag::FINAL);
    }
    Ok(())
}

fn set_attribute(this: &Object, name: &Object, value: Option<&Object>, is_struct: bool) -> Result<()> {
    let is_fields = name.cast::<Str>().is_some_and(|name| name.equals_text("_fields_"));
    if let (true, Some(fields)) = (is_fields, value) {
        layout::set_fields(this, fields, is_struct)?;
    }
    let Some(set) = PyType_Type.tp_setattro.get() else { return Err(raise::bad_internal_call()) };
    // SAFETY: the slot's contract, passed on to the base.
    if unsafe { set(this, name, value) } < 0 { Err(raise::pending()) } else { Ok(()) }
}

/// Gives the fields of a class and its bases their values; the number of arguments taken comes back.
fn set_positional(
    this: &CData,
    class: &TypeObject,
    args: &Tuple,
    kwargs: Option<&Dict>,
    mut index: usize,
) -> Result<usize> {
    if let Some(base) = class.base().filter(|base| info::of_class(base.as_object()).is_some()) {
        index = set_positional(this, base, args, kwargs, index)?;
    }
    let info = info::expect(class.as_object())?;
    let Some(fields) = ready::dict_of(class)?.get_str(id!("_fields_"))? else { return Ok(index) };
    let end = info.length.get().min(args.len());
    for (place, &value) in args.items().iter().enumerate().take(end).skip(index) {
        let pair = sequence::get_item(&fields, (place - index) as isize)?;
        let name = sequence::get_item(&pair, 0)?;
        if let Some(kwargs) = kwargs
            && kwargs.contains(&name)?
        {
            let name = object::repr(&name)?.to_string_lossy();
            return Err(raise!(TypeError, "duplicate values for field {name}"));
        }
        set_named(this, &name, value)?;
    }
    Ok(info.length.get())
}

fn set_named(this: &CData, name: &Object, value: &Object) -> Result<()> {
    let Some(name) = name.cast::<Str>() else {
        let got = name.class().full_name();
        return Err(raise!(TypeError, "attribute name must be string, not '{got}'"));
    };
    attr::set(this.as_object(), name, Some(value))
}

fn init_instance(this: &CData, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
    if !args.is_empty() {
        let taken = set_positional(this, this.as_object().class(), args, kwargs, 0)?;
        if taken < args.len() {
            return Err(raise!(TypeError, "too many initializers"));
        }
    }
    for (name, value) in kwargs.map(Dict::to_vec).unwrap_or_default() {
        set_named(this, &name, &value)?;
    }
    Ok(())
}

/// `Structure`.
pub struct Structure;

#[pytype(
    name = "Structure",
    module = "_ctypes",
    static_name = STRUCTURE,
    no_instance,
    base = CDATA,
    metaclass = STRUCT_TYPE,
    basicsize = size_of::<CData>(),
    flags = [BASETYPE],
    new = data::new
)]
impl Structure {
    #[slot(bf_getbuffer)]
    fn get_buffer(this: &CData, view: *mut BufferView, _flags: c_int) -> Result<()> {
        this.export(view)
    }

    #[slot(tp_init)]
    fn init(this: &CData, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        init_instance(this, args, kwargs)
    }
}

/// `Union`.
pub struct Union;

#[pytype(
    name = "Union",
    module = "_ctypes",
    static_name = UNION,
    no_instance,
    base = CDATA,
    metaclass = UNION_TYPE,
    basicsize = size_of::<CData>(),
    flags = [BASETYPE],
    new = data::new
)]
impl Union {
    #[slot(bf_getbuffer)]
    fn get_buffer(this: &CData, view: *mut BufferView, _flags: c_int) -> Result<()> {
        this.export(view)
    }

    #[slot(tp_init)]
    fn init(this: &CData, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        init_instance(this, args, kwargs)
    }
}
