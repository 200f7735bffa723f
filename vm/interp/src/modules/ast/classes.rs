//! The classes of the nodes, made from the node table when somebody first needs one.

use super::node::Ast;
use core::cell::Cell;
use objects::protocol::{attr, call};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::generic_alias;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::types::union;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// How often a field occurs in a node.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(non_camel_case_types, reason = "the words of the node table")]
enum How {
    one,
    opt,
    seq,
}

/// A field of the table.
struct Field {
    name: &'static str,
    how: How,
    kind: &'static str,
}

impl Field {
    /// As the grammar writes it.
    fn declaration(&self) -> String {
        let mark = match self.how {
            How::one => "",
            How::opt => "?",
            How::seq => "*",
        };
        format!("{}{mark} {}", self.kind, field_name(self.name))
    }
}

/// A class of the table.
struct Row {
    class: Class,
    name: &'static str,
    /// The sum that a constructor belongs to.
    base: Option<Class>,
    /// For sums and products: whether nodes have a place in the source.
    placed: Option<bool>,
    /// `None` for a sum.
    fields: Option<&'static [Field]>,
}

macro_rules! is_placed {
    (placed) => {
        true
    };
    (unplaced) => {
        false
    };
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
        /// A class, by its name.
        #[allow(non_camel_case_types, clippy::enum_variant_names, reason = "the names of Python's classes")]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Class {
            $($enum, $($value,)*)*
            $($sum, $($ctor,)*)*
            $($single, $only,)*
            $($struct,)*
        }

        static ROWS: &[Row] = &[
            $(
                Row { class: Class::$enum, name: stringify!($enum), base: None, placed: Some(false), fields: None },
                $(Row {
                    class: Class::$value, name: stringify!($value), base: Some(Class::$enum), placed: None, fields: Some(&[]),
                },)*
            )*
            $(
                Row {
                    class: Class::$sum, name: stringify!($sum), base: None, placed: Some(is_placed!($place)), fields: None,
                },
                $(Row {
                    class: Class::$ctor, name: stringify!($ctor), base: Some(Class::$sum), placed: None,
                    fields: Some(&[
                        $(Field { name: stringify!($field), how: How::$how, kind: stringify!($kind) },)*
                    ]),
                },)*
            )*
            $(
                Row {
                    class: Class::$single, name: stringify!($single), base: None, placed: Some(is_placed!($single_place)),
                    fields: None,
                },
                Row {
                    class: Class::$only, name: stringify!($only), base: Some(Class::$single), placed: None,
                    fields: Some(&[
                        $(Field {
                            name: stringify!($single_field), how: How::$single_how, kind: stringify!($single_kind),
                        },)*
                    ]),
                },
            )*
            $(Row {
                class: Class::$struct, name: stringify!($struct), base: None, placed: Some(is_placed!($struct_place)),
                fields: Some(&[
                    $(Field {
                        name: stringify!($struct_field), how: How::$struct_how, kind: stringify!($struct_kind),
                    },)*
                ]),
            },)*
        ];

        /// Constructors without fields: each has one instance.
        const VALUES: &[Class] = &[$($(Class::$value,)*)*];
    };
}

syntax::asdl!(derive);

/// The class objects and the instances of [`VALUES`], by the number of the class.
struct Made {
    classes: [Slot<TypeObject>; COUNT],
    singletons: [Slot; COUNT],
    ready: Cell<bool>,
}

const COUNT: usize = ROWS.len();

// SAFETY: filled once and read under the GIL.
unsafe impl Sync for Made {}

objects::per_interpreter! {
    static MADE: Made = Made {
        classes: [const { Slot::empty() }; COUNT],
        singletons: [const { Slot::empty() }; COUNT],
        ready: Cell::new(false),
    };
}

impl Class {
    /// The class object, once [`ready`] has run.
    pub fn object(self) -> Result<Ref<TypeObject>> {
        MADE.classes[self as usize]
            .get()
            .ok_or_else(|| raise!(SystemError, "the classes of ast are not made"))
    }

    /// Whether `object` is this class.
    pub fn is(self, object: &Object) -> bool {
        core::ptr::eq(MADE.classes[self as usize].as_ptr().cast(), object)
    }

    /// Whether `object` is an instance.
    pub fn is_class_of(self, object: &Object) -> bool {
        // SAFETY: a class that was made stays.
        unsafe { MADE.classes[self as usize].peek() }.is_some_and(|class| object.class().is_subtype(class))
    }

    /// The instance of a constructor without fields.
    pub fn singleton(self) -> Result<Ref> {
        MADE.singletons[self as usize]
            .get()
            .ok_or_else(|| raise!(SystemError, "the classes of ast are not made"))
    }

    /// The name of Python's class.
    pub fn name(self) -> &'static str {
        class_name(ROWS[self as usize].name)
    }
}

/// Rust's keywords are marked in the table.
fn class_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Python's name of a field.
pub fn field_name(name: &'static str) -> &'static str {
    name.strip_suffix('_').unwrap_or(name)
}

/// Visits all classes.
pub fn each(mut visit: impl FnMut(&str, &TypeObject) -> Result<()>) -> Result<()> {
    ROWS.iter().try_for_each(|row| visit(row.class.name(), &*row.class.object()?))
}

/// Makes the classes, if they are not there yet.
///
/// # Errors
/// MemoryError.
pub fn ready() -> Result<()> {
    if MADE.ready.get() {
        return Ok(());
    }
    debug_assert!(ROWS.iter().enumerate().all(|(index, row)| row.class as usize == index));
    let base = Ast::class();
    objects::typeobject::ready::ready(base)?;
    let dict = base.tp_dict.get().ok_or_else(raise::null_result)?;
    for name in ["_fields", "__match_args__", "_attributes"] {
        dict.set_text(name, &Tuple::empty())?;
    }
    for row in ROWS {
        MADE.classes[row.class as usize].set(Some(make(row)?));
    }
    for row in ROWS {
        if let Some(fields) = row.fields {
            add_field_types(row.class, fields)?;
        }
    }
    for &value in VALUES {
        let instance = Ast::with_dict(&*value.object()?, Dict::new()?)?;
        MADE.singletons[value as usize].set(Some(instance.upcast()));
    }
    MADE.ready.set(true);
    Ok(())
}

fn names(list: &[&str]) -> Result<Ref<Tuple>> {
    Tuple::from_vec(list.iter().map(|name| Ok(intern::intern_text(name)?.upcast())).collect::<Result<_>>()?)
}

/// The places of a node in the source.
pub const PLACE: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

fn make(row: &Row) -> Result<Ref<TypeObject>> {
    let base = match row.base {
        Some(base) => base.object()?,
        None => Ast::class().to_ref(),
    };
    let fields = row.fields.unwrap_or_default();
    let field_names = names(&fields.iter().map(|field| field_name(field.name)).collect::<Vec<_>>())?;
    let dict = Dict::new()?;
    dict.set_text("_fields", &field_names)?;
    dict.set_text("__match_args__", &field_names)?;
    dict.set_text("__module__", id!("ast"))?;
    dict.set_text("__doc__", &*Str::new(&doc(row))?)?;
    let bases = Tuple::from_array([base.upcast()])?;
    let name = Str::new(row.class.name())?;
    let class = call::call(&objects::types::r#type::PyType_Type, &[&*name, &bases, &dict])?;
    let class = class.downcast::<TypeObject>().map_err(|_| raise::bad_internal_call())?;
    let set = |name: &str, value: &Object| attr::set(&class, &*intern::intern_text(name)?, Some(value));
    if let Some(placed) = row.placed {
        set("_attributes", &*names(if placed { &PLACE } else { &[] })?)?;
    }
    for field in fields.iter().filter(|field| field.how == How::opt) {
        set(field_name(field.name), none())?;
    }
    // The end of a pattern or a type parameter is not optional.
    let ends = row.placed == Some(true) && !matches!(row.class, Class::pattern | Class::type_param);
    for name in PLACE[2..].iter().filter(|_| ends) {
        set(name, none())?;
    }
    Ok(class)
}

/// `_field_types`, which are the class's annotations too.
fn add_field_types(class: Class, fields: &[Field]) -> Result<()> {
    let types = Dict::new()?;
    for field in fields {
        let kind: Ref = match field.kind {
            "identifier" | "string" => Str::class().as_object().to_ref(),
            "int" => objects::types::int::Int::class().as_object().to_ref(),
            "constant" => <Object as Instance>::class().as_object().to_ref(),
            name => match ROWS.iter().find(|row| row.class.name() == name) {
                Some(row) => row.class.object()?.upcast(),
                None => return Err(raise::set_text(&exc::SystemError, format_args!("no class {name}"))),
            },
        };
        let kind = match field.how {
            How::one => kind,
            How::opt => union::or(&kind, none())?,
            How::seq => generic_alias::new(objects::types::list::List::class(), &kind)?,
        };
        types.set_text(field_name(field.name), &kind)?;
    }
    let class = class.object()?;
    attr::set(&class, id!("_field_types"), Some(&types))?;
    attr::set(&class, id!("__annotations__"), Some(&types))
}

/// The class's lines of the grammar.
fn doc(row: &Row) -> String {
    match row.fields {
        Some(fields) => constructor_doc(row, fields),
        None => {
            let name = row.class.name();
            let constructors: Vec<String> = ROWS
                .iter()
                .filter(|other| other.base == Some(row.class))
                .map(|other| constructor_doc(other, other.fields.unwrap_or_default()))
                .collect();
            let simple = constructors.iter().all(|text| !text.contains('('));
            let separator =
                if simple { " | ".to_owned() } else { format!("\n{} | ", " ".repeat(name.len())) };
            format!("{name} = {}", constructors.join(&separator))
        }
    }
}

fn constructor_doc(row: &Row, fields: &[Field]) -> String {
    if fields.is_empty() {
        return row.class.name().to_owned();
    }
    let fields: Vec<String> = fields.iter().map(Field::declaration).collect();
    format!("{}({})", row.class.name(), fields.join(", "))
}
