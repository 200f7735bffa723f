//! What nodes hold: other nodes, lists, names, numbers and constants, with the errors of objects that hold something else.

use super::classes::{Class, PLACE};
use super::convert::Node;
use bytecode::code::Const;
use core::cell::RefCell;
use objects::protocol::{attr, object};
use objects::types::bytes::Bytes;
use objects::types::code::build;
use objects::types::complex::Complex;
use objects::types::dict::Dict;
use objects::types::float::Float;
use objects::types::int::{self, Int, new_int};
use objects::types::list::List;
use objects::types::none::{ellipsis, none};
use objects::types::set;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};
use syntax::Arena;
use syntax::ast::{Arg, Arguments, Constant, Expr, Location, Pattern, Wtf8};

/// The attributes of a node that is being made.
pub struct Output<'d> {
    /// The optimisation level of a tree that was folded.
    pub folded: Option<u8>,
    pub dict: &'d Dict,
    pub class: Class,
}

impl Output<'_> {
    pub fn add<'a, T: Field<'a>>(&self, name: &str, value: &T) -> Result<()> {
        let value = value.to_object(self)?;
        self.dict.set_str(&*intern::intern_text(name)?, &value)
    }
}

/// Where the nodes that are read go.
pub struct Input<'a> {
    pub arena: &'a Arena,
    /// The objects that constants of the tree were, in order.
    pub given: RefCell<Vec<(Const, Ref)>>,
}

impl<'a> Input<'a> {
    /// Nodes go to `arena`.
    pub fn new(arena: &'a Arena) -> Input<'a> {
        Input { arena, given: RefCell::default() }
    }
}

/// The field that is being read.
#[derive(Clone, Copy)]
pub struct At {
    field: &'static str,
    owner: &'static str,
    /// The type's name in the grammar.
    kind: &'static str,
}

impl<'a> Input<'a> {
    /// The field of a node.
    pub fn get<T: Field<'a>>(
        &self,
        node: &Object,
        field: &'static str,
        owner: &'static str,
        kind: &'static str,
    ) -> Result<T> {
        let at = At { field, owner, kind };
        match attr::get_optional(node, &*intern::intern_text(field)?)? {
            Some(value) => T::from_object(&value, self, at),
            None => T::missing(at),
        }
    }
}

/// The TypeError for a field that must be there.
#[cold]
fn required(field: &str, owner: &str) -> objects::Raised {
    raise!(TypeError, "required field \"{field}\" missing from {owner}")
}

/// The ValueError for a field that must not be None.
#[cold]
fn is_none(at: At) -> objects::Raised {
    raise!(ValueError, "field '{}' is required for {}", at.field, at.owner)
}

/// Something that a node holds.
pub trait Field<'a>: Sized {
    fn to_object(&self, output: &Output<'_>) -> Result<Ref>;

    fn from_object(object: &Object, input: &Input<'a>, at: At) -> Result<Self>;

    /// What stands for an attribute that is not there.
    fn missing(at: At) -> Result<Self> {
        Err(required(at.field, at.owner))
    }

    /// An item of a list.
    fn from_item(object: &Object, input: &Input<'a>, at: At) -> Result<Self> {
        Self::from_object(object, input, at)
    }

    /// Whether the lists of these are bodies, which lose their docstring at optimisation level 2.
    fn without_docstring<'l>(list: &'l [Self], _output: &Output<'_>) -> &'l [Self] {
        list
    }
}

impl<'a, T: Node<'a>> Field<'a> for T {
    fn to_object(&self, output: &Output<'_>) -> Result<Ref> {
        Node::to_object(self, output.folded)
    }

    fn from_object(object: &Object, input: &Input<'a>, at: At) -> Result<T> {
        // Operators and contexts have no NULL.
        if object.is(none())
            && !matches!(at.kind, "operator" | "unaryop" | "boolop" | "cmpop" | "expr_context")
        {
            return Err(is_none(at));
        }
        T::from_object(object, input)
    }

    fn from_item(object: &Object, input: &Input<'a>, _at: At) -> Result<T> {
        if object.is(none()) {
            return Err(raise!(ValueError, "None disallowed in {} list", T::KIND));
        }
        T::from_object(object, input)
    }

    fn without_docstring<'l>(list: &'l [T], output: &Output<'_>) -> &'l [T] {
        let has_docstring = matches!(
            output.class,
            Class::Module | Class::FunctionDef | Class::AsyncFunctionDef | Class::ClassDef
        );
        if has_docstring && output.folded == Some(2) {
            return match list {
                [first, rest @ ..] if first.is_docstring() => rest,
                _ => list,
            };
        }
        list
    }
}

/// Nodes that their owner refers to.
macro_rules! referred {
    ($($type:ident)*) => { $(
        impl<'a> Field<'a> for &'a $type<'a> {
            fn to_object(&self, output: &Output<'_>) -> Result<Ref> {
                Node::to_object(*self, output.folded)
            }

            fn from_object(object: &Object, input: &Input<'a>, at: At) -> Result<Self> {
                Ok(input.arena.alloc(<$type<'a> as Field>::from_object(object, input, at)?))
            }

            fn from_item(object: &Object, input: &Input<'a>, at: At) -> Result<Self> {
                Ok(input.arena.alloc(<$type<'a> as Field>::from_item(object, input, at)?))
            }
        }
    )* };
}

referred! { Expr Arguments Arg Pattern }

impl<'a, T: Field<'a>> Field<'a> for Option<T> {
    fn to_object(&self, output: &Output<'_>) -> Result<Ref> {
        match self {
            Some(value) => value.to_object(output),
            None => Ok(none().to_ref()),
        }
    }

    fn from_object(object: &Object, input: &Input<'a>, at: At) -> Result<Option<T>> {
        if object.is(none()) { Ok(None) } else { T::from_object(object, input, at).map(Some) }
    }

    fn missing(_at: At) -> Result<Option<T>> {
        Ok(None)
    }
}

impl<'a, T: Field<'a> + Copy> Field<'a> for &'a [T] {
    fn to_object(&self, output: &Output<'_>) -> Result<Ref> {
        let items = T::without_docstring(self, output).iter().map(|item| item.to_object(output));
        Ok(List::from_vec(items.collect::<Result<_>>()?)?.upcast())
    }

    fn from_object(object: &Object, input: &Input<'a>, at: At) -> Result<&'a [T]> {
        let At { field, owner, .. } = at;
        let Some(list) = object.cast::<List>() else {
            let got = object.class().full_name();
            return Err(raise!(TypeError, "{owner} field \"{field}\" must be a list, not a {got}"));
        };
        let items = list.to_vec();
        let mut nodes = Vec::with_capacity(items.len());
        for item in &items {
            nodes.push(T::from_item(item, input, at)?);
            if list.len() != items.len() {
                return Err(raise!(RuntimeError, "{owner} field \"{field}\" changed size during iteration"));
            }
        }
        Ok(input.arena.list(&nodes))
    }

    fn missing(_at: At) -> Result<&'a [T]> {
        Ok(&[])
    }
}

/// An identifier, or a type comment and its like.
impl<'a> Field<'a> for &'a str {
    fn to_object(&self, _output: &Output<'_>) -> Result<Ref> {
        Ok(intern::intern_text(self)?.upcast())
    }

    fn from_object(object: &Object, input: &Input<'a>, at: At) -> Result<&'a str> {
        if object.is(none()) {
            return Err(is_none(at));
        }
        match object.cast_exact::<Str>() {
            Some(text) => Ok(input.arena.text(text.to_str()?)),
            None if at.kind == "identifier" => Err(raise!(TypeError, "AST identifier must be of type str")),
            None => Err(raise!(TypeError, "AST string must be of type str")),
        }
    }
}

impl<'a> Field<'a> for i32 {
    fn to_object(&self, _output: &Output<'_>) -> Result<Ref> {
        new_int((*self).into())
    }

    fn from_object(object: &Object, _input: &Input<'a>, at: At) -> Result<i32> {
        // The level of an import may be None.
        if object.is(none()) && at.field == "level" { Ok(0) } else { number(object) }
    }

    fn missing(at: At) -> Result<i32> {
        if at.field == "level" { Ok(0) } else { Err(required(at.field, at.owner)) }
    }
}

impl<'a> Field<'a> for bool {
    fn to_object(&self, _output: &Output<'_>) -> Result<Ref> {
        new_int((*self).into())
    }

    fn from_object(object: &Object, _input: &Input<'a>, _at: At) -> Result<bool> {
        Ok(number(object)? != 0)
    }
}

/// An int of C.
fn number(object: &Object) -> Result<i32> {
    let Some(int) = object.cast::<Int>() else {
        let shown = object::repr(object)?.to_string_lossy();
        return Err(raise!(ValueError, "invalid integer value: {shown}"));
    };
    int.to_i64()
        .and_then(|value| i32::try_from(value).ok())
        .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
}

impl<'a> Field<'a> for Constant<'a> {
    fn to_object(&self, _output: &Output<'_>) -> Result<Ref> {
        build::constant(&compiler::to_const(self))
    }

    fn from_object(object: &Object, input: &Input<'a>, _at: At) -> Result<Constant<'a>> {
        let constant = constant(object, input)?;
        input.given.borrow_mut().push((compiler::to_const(&constant), object.to_ref()));
        Ok(constant)
    }
}

/// A constant of an object.
///
/// # Errors
/// TypeError for what is none.
pub fn constant<'a>(object: &Object, input: &Input<'a>) -> Result<Constant<'a>> {
    let arena = input.arena;
    if object.is(none()) {
        return Ok(Constant::None);
    }
    if object.is(ellipsis()) {
        return Ok(Constant::Ellipsis);
    }
    if object.is_exactly(&objects::types::bool::PyBool_Type) {
        return Ok(if object::is_true(object)? { Constant::True } else { Constant::False });
    }
    if let Some(int) = object.cast_exact::<Int>() {
        return Ok(Constant::Int(match int.to_i64() {
            Some(value) => syntax::ast::Int::Small(value),
            None => syntax::ast::Int::Big { negative: int.is_negative(), digits: arena.list(int.digits()) },
        }));
    }
    if let Some(float) = object.cast_exact::<Float>() {
        return Ok(Constant::Float(float.value()));
    }
    if let Some(complex) = object.cast_exact::<Complex>() {
        let value = complex.value();
        return Ok(Constant::Complex { real: value.real, imag: value.imag });
    }
    if let Some(text) = object.cast_exact::<Str>() {
        let mut bytes = Vec::with_capacity(text.len());
        text.chars().iter().for_each(|point| bytecode::code::push_wtf8(&mut bytes, point));
        return Ok(Constant::Str(Wtf8::new(arena.list(&bytes))));
    }
    if let Some(bytes) = object.cast_exact::<Bytes>() {
        return Ok(Constant::Bytes(arena.list(bytes.as_slice())));
    }
    let items = |items: &[Ref]| -> Result<&'a [Constant<'a>]> {
        let _depth = objects::state::enter_recursive_call(" during compilation")?;
        let items = items.iter().map(|item| constant(item, input)).collect::<Result<Vec<_>>>()?;
        Ok(arena.list(&items))
    };
    if let Some(tuple) = object.cast_exact::<Tuple>() {
        let held: Vec<Ref> = tuple.items().iter().map(|item| item.to_ref()).collect();
        return Ok(Constant::Tuple(items(&held)?));
    }
    if object.is_exactly(&set::methods::PyFrozenSet_Type)
        && let Some(set) = set::any_set(object)
    {
        return Ok(Constant::FrozenSet(items(&set.to_vec())?));
    }
    Err(raise!(TypeError, "got an invalid type in Constant: {}", object.class().full_name()))
}

/// Sets the attributes of a place.
pub fn place_to(dict: &Dict, at: Location) -> Result<()> {
    for (name, value) in PLACE.iter().zip([at.lineno, at.col_offset, at.end_lineno, at.end_col_offset]) {
        dict.set_str(&*intern::intern_text(name)?, &*int::new_int(value.into())?)?;
    }
    Ok(())
}

/// The place that a node tells; where its end is missing, it is the start.
pub fn place_from(node: &Object, owner: &'static str) -> Result<Location> {
    let start = |field: &'static str| -> Result<i32> {
        match attr::get_optional(node, &*intern::intern_text(field)?)? {
            Some(value) => number(&value),
            None => Err(required(field, owner)),
        }
    };
    let end = |field: &'static str, start: i32| -> Result<i32> {
        match attr::get_optional(node, &*intern::intern_text(field)?)? {
            Some(value) if !value.is(none()) => number(&value),
            // A pattern's and a type parameter's end is not optional.
            None if matches!(owner, "pattern" | "type_param") => Err(required(field, owner)),
            _ => Ok(start),
        }
    };
    let (lineno, col_offset) = (start(PLACE[0])?, start(PLACE[1])?);
    let (end_lineno, end_col_offset) = (end(PLACE[2], lineno)?, end(PLACE[3], col_offset)?);
    Ok(Location { lineno, col_offset, end_lineno, end_col_offset })
}
