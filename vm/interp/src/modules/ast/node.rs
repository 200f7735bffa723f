//! `ast.AST`, the base of all nodes.

use super::classes::Class;
use objects::protocol::{attr, mapping, object, sequence};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::generic_alias::GenericAlias;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::{Str, expect_str};
use objects::types::tuple::Tuple;
use objects::types::union::Union;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `AST_object`.
#[repr(C)]
#[derive(macros::Trace)]
pub struct Ast {
    ob_base: Object,
    dict: Slot<Dict>,
}

impl Ast {
    /// A node with these attributes, its constructor not called.
    pub fn with_dict(class: &TypeObject, dict: Ref<Dict>) -> Result<Ref<Ast>> {
        Ref::new_in(class, Ast { ob_base: Object::HEAD, dict: Slot::new(dict) })
    }

    fn own_dict(&self) -> Result<Ref<Dict>> {
        if let Some(dict) = self.dict.get() {
            return Ok(dict);
        }
        let dict = Dict::new()?;
        self.dict.set(Some(dict.clone()));
        Ok(dict)
    }
}

/// Warns of a way to call a constructor that will end.
fn deprecated(text: &str) -> Result<()> {
    objects::hooks::WARN.get()(&exc::DeprecationWarning, text, 1)
}

#[macros::pytype(
    name = "AST", module = "ast", static_name = AST, gc, flags = [BASETYPE], dict = dict,
    getattro = objects::attrs::generic_getattro, setattro = objects::attrs::generic_setattro
)]
impl Ast {
    #[slot(tp_new)]
    fn new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Ast>> {
        Ref::new_in(class, Ast { ob_base: Object::HEAD, dict: Slot::empty() })
    }

    /// Positional arguments are fields in order. Fields that are left out get what they may hold without being asked: None (which the class
    /// has), a list, Load.
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let class = self.as_object().class();
        let name = class.full_name();
        let fields = attr::get(class, id!("_fields"))?;
        let count = object::len(&fields)?;
        if args.len() > count {
            let plural = if count == 1 { "" } else { "s" };
            return Err(raise!(
                TypeError,
                "{} constructor takes at most {count} positional argument{plural}",
                class.name()
            ));
        }
        let mut remaining: Vec<Ref> =
            (0..count).map(|i| sequence::get_item(&fields, i as isize)).collect::<Result<_>>()?;
        for (field, value) in remaining.drain(..args.len()).zip(args.items()) {
            attr::set(self, expect_str(&field, "attribute name")?, Some(value))?;
        }
        for (key, value) in kwargs.map_or_else(Vec::new, Dict::to_vec) {
            let key = expect_str(&key, "keywords")?;
            if sequence::contains(&fields, key)? {
                let place =
                    remaining.iter().position(|field| field.cast::<Str>().is_some_and(|f| f.equals(key)));
                match place {
                    Some(place) => drop(remaining.remove(place)),
                    None => {
                        let key = key.to_string_lossy();
                        return Err(raise!(TypeError, "{name} got multiple values for argument '{key}'"));
                    }
                }
            } else {
                let attributes = attr::get(class, id!("_attributes"))?;
                if !sequence::contains(&attributes, key)? {
                    deprecated(&format!(
                        "{name}.__init__ got an unexpected keyword argument '{}'. Support for arbitrary keyword \
                         arguments is deprecated and will be removed in Python 3.15.",
                        key.to_string_lossy()
                    ))?;
                }
            }
            attr::set(self, key, Some(&value))?;
        }
        self.fill_in(&remaining)
    }

    fn fill_in(&self, remaining: &[Ref]) -> Result<()> {
        let class = self.as_object().class();
        let name = class.full_name();
        if remaining.is_empty() {
            return Ok(());
        }
        let Some(types) = attr::get_optional(class, id!("_field_types"))? else { return Ok(()) };
        for field in remaining {
            let field = expect_str(field, "attribute name")?;
            let shown = field.to_string_lossy();
            let Some(kind) = mapping::get_optional(&types, field)? else {
                deprecated(&format!(
                    "Field '{shown}' is missing from {name}._field_types. This will become an error in Python 3.15."
                ))?;
                continue;
            };
            if kind.cast_exact::<Union>().is_some() {
                continue;
            }
            if kind.cast_exact::<GenericAlias>().is_some() {
                attr::set(self, field, Some(&*List::new()?))?;
            } else if Class::expr_context.is(&kind) {
                attr::set(self, field, Some(&*Class::Load.singleton()?))?;
            } else {
                deprecated(&format!(
                    "{name}.__init__ missing 1 required positional argument: '{shown}'. This will become an error in \
                     Python 3.15."
                ))?;
            }
        }
        Ok(())
    }

    /// A None for each field from the front that is there, so that the constructor has nothing to complain of; then the attributes.
    #[method("__reduce__", raw, nosig)]
    fn reduce(&self, _args: &[&Object]) -> Result<Ref<Tuple>> {
        let class = self.as_object().class();
        let dict = self.own_dict()?;
        let mut placeholders = Vec::new();
        if let Some(fields) = attr::get_optional(class, id!("_fields"))? {
            for index in 0..object::len(&fields)? {
                let field = sequence::get_item(&fields, index as isize)?;
                if dict.get_item(&field)?.is_none() {
                    break;
                }
                placeholders.push(none().to_ref());
            }
        }
        Tuple::from_array([
            class.as_object().to_ref(),
            Tuple::from_vec(placeholders)?.upcast(),
            dict.copy()?.upcast(),
        ])
    }

    #[getter("__dict__")]
    fn get_dict(&self) -> Result<Ref<Dict>> {
        self.own_dict()
    }

    #[setter("__dict__")]
    fn set_dict(&self, value: Option<&Object>) -> Result<()> {
        match value {
            None => Err(raise!(TypeError, "cannot delete __dict__")),
            Some(value) => match value.cast::<Dict>() {
                Some(dict) => {
                    self.dict.set(Some(dict.to_ref()));
                    Ok(())
                }
                None => Err(raise!(
                    TypeError,
                    "__dict__ must be set to a dictionary, not a '{}'",
                    value.class().full_name()
                )),
            },
        }
    }
}
