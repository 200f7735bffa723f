//! Nodes of the compiler's tree to objects and back, derived from the node table.

use super::classes::{Class, field_name};
use super::field::{Input, Output, place_from, place_to};
use super::node::Ast;
use objects::protocol::object;
use objects::state::enter_recursive_call;
use objects::types::dict::Dict;
use objects::{Object, Ref, Result, raise};
use syntax::ast::*;

/// A type of the tree that is a class of `ast`.
pub trait Node<'a>: Sized {
    /// What a list says that has None in this node's place.
    const KIND: &'static str;

    /// The object. `folded` is the optimisation level of a tree that was folded.
    fn to_object(&self, folded: Option<u8>) -> Result<Ref>;

    /// The node that an object describes.
    fn from_object(object: &Object, input: &Input<'a>) -> Result<Self>;

    /// Whether this is a statement that a body may begin with to be documented.
    fn is_docstring(&self) -> bool {
        false
    }
}

/// A node under construction.
fn finish(class: Class, dict: Ref<Dict>) -> Result<Ref> {
    Ok(Ast::with_dict(&*class.object()?, dict)?.upcast())
}

/// TypeError for an object that is no node of the kind wanted.
#[cold]
fn unexpected(object: &Object, kind: &str) -> objects::Raised {
    match object::repr(object) {
        Ok(shown) => {
            raise!(TypeError, "expected some sort of {kind}, but got {}", shown.to_string_lossy())
        }
        Err(raised) => raised,
    }
}

/// The place of a node, if it has one.
macro_rules! set_place {
    (placed $dict:expr, $location:expr) => {
        place_to($dict, $location)?
    };
    (unplaced $dict:expr, $location:expr) => {};
}
macro_rules! get_place {
    (placed $object:expr, $owner:expr) => {
        place_from($object, $owner)?
    };
    (unplaced $object:expr, $owner:expr) => {
        Location::default()
    };
}

/// The pattern, and the value, of a constructor.
macro_rules! constructor {
    ($sum:ident $ctor:ident { $($field:ident),* }) => { $sum::$ctor { $($field),* } };
    ($sum:ident $ctor:ident ($boxed:ident) { $($field:ident),* }) => { $sum::$ctor(&$boxed { $($field),* }) };
}
macro_rules! build {
    ($arena:expr, $sum:ident $ctor:ident { $($field:ident),* }) => { $sum::$ctor { $($field),* } };
    ($arena:expr, $sum:ident $ctor:ident ($boxed:ident) { $($field:ident),* }) => {
        $sum::$ctor($arena.alloc($boxed { $($field),* }))
    };
}

/// How a node is taken apart into its kind and its place, and put together.
macro_rules! parts {
    (Mod $node:expr, $folded:expr) => {
        (*$node, Location::default())
    };
    (Expr $node:expr, $folded:expr) => {
        if $folded.is_some() { compiler::view($node) } else { ($node.kind(), $node.location) }
    };
    ($other:ident $node:expr, $folded:expr) => {
        ($node.kind, $node.location)
    };
}
macro_rules! whole {
    (Mod $kind:expr, $location:expr) => {{
        let _: Location = $location;
        $kind
    }};
    (Expr $kind:expr, $location:expr) => {
        Expr::new($kind, $location)
    };
    ($other:ident $kind:expr, $location:expr) => {
        $other { kind: $kind, location: $location }
    };
}

macro_rules! name {
    (r#mod) => {
        "mod"
    };
    ($name:ident) => {
        stringify!($name)
    };
}

macro_rules! is_docstring {
    (stmt $node:expr) => {
        compiler::docstring::split(core::slice::from_ref($node), 0).0.is_some()
    };
    ($other:ident $node:expr) => {
        false
    };
}

macro_rules! kind_in_lists {
    (stmt) => {
        "statement"
    };
    ($other:ident) => {
        "expression"
    };
}

macro_rules! structure {
    (placed $location:expr, $type:ident { $($field:ident),* }) => { $type { $($field,)* location: $location } };
    (unplaced $location:expr, $type:ident { $($field:ident),* }) => { { let _ = $location; $type { $($field),* } } };
}

macro_rules! derive {
    (
        enums { $($enum:ident $enum_type:ident { $($value:ident)* })* }
        sums { $($sum:ident $sum_type:ident $kinds:ident $place:ident {
            $($ctor:ident $(($boxed:ident))? { $($field:ident: $how:ident $kind:ident),* })*
        })* }
        singles { $($single:ident $only:ident $single_place:ident {
            $($single_field:ident: $single_how:ident $single_kind:ident),*
        })* }
        structs { $($struct:ident $struct_type:ident $struct_place:ident {
            $($struct_field:ident: $struct_how:ident $struct_kind:ident),*
        })* }
    ) => {
        $(
            impl<'a> Node<'a> for $enum_type {
                const KIND: &'static str = "expression";

                fn to_object(&self, _folded: Option<u8>) -> Result<Ref> {
                    match self {
                        $($enum_type::$value => Class::$value.singleton(),)*
                    }
                }

                fn from_object(object: &Object, _input: &Input<'a>) -> Result<Self> {
                    $(if Class::$value.is_class_of(object) {
                        return Ok($enum_type::$value);
                    })*
                    Err(unexpected(object, Class::$enum.name()))
                }
            }
        )*
        $(
            impl<'a> Node<'a> for $sum_type<'a> {
                const KIND: &'static str = kind_in_lists!($sum);

                fn to_object(&self, folded: Option<u8>) -> Result<Ref> {
                    let _depth = enter_recursive_call(" during ast construction")?;
                    let dict = Dict::new()?;
                    let (kind, location) = parts!($sum_type self, folded);
                    let class = match kind {
                        $(constructor!($kinds $ctor $(($boxed))? { $($field),* }) => {
                            let output = Output { folded, dict: &dict, class: Class::$ctor };
                            $(output.add(field_name(stringify!($field)), &$field)?;)*
                            let _ = output;
                            Class::$ctor
                        })*
                    };
                    let _ = location;
                    set_place!($place &dict, location);
                    finish(class, dict)
                }

                fn from_object(object: &Object, input: &Input<'a>) -> Result<Self> {
                    let _depth = enter_recursive_call(concat!(" while traversing '", name!($sum), "' node"))?;
                    let location = get_place!($place object, name!($sum));
                    $(if Class::$ctor.is_class_of(object) {
                        $(let $field = input.get(object, field_name(stringify!($field)), stringify!($ctor), stringify!($kind))?;)*
                        let kind = build!(input.arena, $kinds $ctor $(($boxed))? { $($field),* });
                        return Ok(whole!($sum_type kind, location));
                    })*
                    Err(unexpected(object, name!($sum)))
                }

                fn is_docstring(&self) -> bool {
                    is_docstring!($sum self)
                }
            }
        )*
        $(
            impl<'a> Node<'a> for $only<'a> {
                const KIND: &'static str = "expression";

                fn to_object(&self, folded: Option<u8>) -> Result<Ref> {
                    let _depth = enter_recursive_call(" during ast construction")?;
                    let dict = Dict::new()?;
                    let output = Output { folded, dict: &dict, class: Class::$only };
                    $(output.add(field_name(stringify!($single_field)), &self.$single_field)?;)*
                    set_place!($single_place &dict, self.location);
                    finish(Class::$only, dict)
                }

                fn from_object(object: &Object, input: &Input<'a>) -> Result<Self> {
                    let _depth = enter_recursive_call(concat!(" while traversing '", name!($single), "' node"))?;
                    let location = get_place!($single_place object, name!($single));
                    if !Class::$only.is_class_of(object) {
                        return Err(unexpected(object, name!($single)));
                    }
                    $(let $single_field = input.get(
                        object, field_name(stringify!($single_field)), stringify!($only), stringify!($single_kind),
                    )?;)*
                    Ok(structure!($single_place location, $only { $($single_field),* }))
                }
            }
        )*
        $(
            impl<'a> Node<'a> for $struct_type<'a> {
                const KIND: &'static str = "expression";

                fn to_object(&self, folded: Option<u8>) -> Result<Ref> {
                    let _depth = enter_recursive_call(" during ast construction")?;
                    let dict = Dict::new()?;
                    let output = Output { folded, dict: &dict, class: Class::$struct };
                    $(output.add(field_name(stringify!($struct_field)), &self.$struct_field)?;)*
                    set_place!($struct_place &dict, self.location);
                    finish(Class::$struct, dict)
                }

                fn from_object(object: &Object, input: &Input<'a>) -> Result<Self> {
                    let _depth = enter_recursive_call(concat!(" while traversing '", name!($struct), "' node"))?;
                    $(let $struct_field = input.get(
                        object, field_name(stringify!($struct_field)), name!($struct), stringify!($struct_kind),
                    )?;)*
                    let location = get_place!($struct_place object, name!($struct));
                    Ok(structure!($struct_place location, $struct_type { $($struct_field),* }))
                }
            }
        )*
    };
}

syntax::asdl!(derive);
