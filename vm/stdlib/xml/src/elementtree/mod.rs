//! `_elementtree`: what `xml.etree.ElementTree` is made of. Rooms: `element` and `children` (elements), `iter`, `builder` (trees from
//! events), `xmlparser` (events from documents).

pub mod builder;
pub mod children;
pub mod element;
pub mod iter;
pub mod xmlparser;

use element::Element;
use objects::args::Kwargs;
use objects::protocol::attr;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};

/// What belongs to the module.
pub(crate) struct State {
    pub parse_error: Slot<TypeObject>,
    pub comment_factory: Slot,
    pub pi_factory: Slot,
    /// The module `xml.etree.ElementPath`.
    pub path: Slot,
    /// `copy.deepcopy`.
    pub deepcopy: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for State {}

objects::per_interpreter! {
    pub(crate) static STATE: State = State {
        parse_error: Slot::empty(),
        comment_factory: Slot::empty(),
        pi_factory: Slot::empty(),
        path: Slot::empty(),
        deepcopy: Slot::empty(),
    };
}

impl State {
    pub fn parse_error(&self) -> Ref<TypeObject> {
        self.parse_error.get().unwrap_or_else(|| exc::SyntaxError.to_ref())
    }

    /// Calls a function of `xml.etree.ElementPath`.
    pub fn call_path(&self, name: &str, args: &[&Object]) -> Result<Ref> {
        let Some(path) = self.path.get() else { return Err(raise::bad_internal_call()) };
        objects::protocol::call::call(&*attr::get_text(&path, name)?, args)
    }
}

#[macros::pymodule(name = "_elementtree", classes(Element, builder::TreeBuilder, xmlparser::XmlParser))]
pub mod module {
    use super::*;

    #[function("SubElement", raw)]
    fn sub_element(args: &[&Object], kwargs: Kwargs) -> Result<Ref<Element>> {
        let count = args.len();
        if count < 2 {
            return Err(raise!(TypeError, "SubElement() takes at least 2 arguments ({count} given)"));
        }
        if count > 3 {
            return Err(raise!(TypeError, "SubElement() takes at most 3 arguments ({count} given)"));
        }
        let Some(parent) = args[0].cast::<Element>() else {
            return Err(bad_argument("SubElement", 1, args[0]));
        };
        let given = match args.get(2) {
            None => None,
            Some(given) => match given.cast::<Dict>() {
                Some(given) => Some(given),
                None => {
                    let got = shown_class(given);
                    return Err(raise!(TypeError, "SubElement() argument 3 must be dict, not {got}"));
                }
            },
        };
        let attrib = element::merged_attributes(given, kwargs)?;
        let child = Element::create(args[1], attrib)?;
        parent.add(child.clone());
        Ok(child)
    }

    #[function("_set_factories($module, comment_factory, pi_factory, /)")]
    fn set_factories(comment_factory: &Object, pi_factory: &Object) -> Result<Ref<Tuple>> {
        let callable = |object: &Object| object.is(none()) || objects::protocol::call::is_callable(object);
        for (name, factory) in [("Comment", comment_factory), ("PI", pi_factory)] {
            if !callable(factory) {
                let got = factory.class().full_name();
                return Err(raise!(TypeError, "{name} factory must be callable, not {got}"));
            }
        }
        let set = |slot: &Slot, factory: &Object| {
            let new = (!factory.is(none())).then(|| factory.to_ref());
            slot.replace(new).unwrap_or_else(objects::object::refs::none)
        };
        let old = [set(&STATE.comment_factory, comment_factory), set(&STATE.pi_factory, pi_factory)];
        Tuple::from_array(old)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        objects::typeobject::ready::ready(iter::ElementIterator::class())?;
        let import = objects::hooks::IMPORT.get();
        STATE.deepcopy.set(Some(attr::get_text(&*import("copy")?, "deepcopy")?));
        import("xml.etree.ElementPath")?;
        let modules = objects::state::sys_get("modules").and_then(|modules| modules.downcast::<Dict>().ok());
        let name = Str::new("xml.etree.ElementPath")?;
        STATE.path.set(modules.map(|modules| modules.get_item(&name)).transpose()?.flatten());
        // The types are the same however often the module is made, and so is the exception of their methods.
        let error = match STATE.parse_error.get() {
            Some(error) => error,
            None => {
                exc::new_exception("xml.etree.ElementTree.ParseError", exc::SyntaxError.as_object(), None)?
            }
        };
        module.dict().set_text("ParseError", error.as_object())?;
        STATE.parse_error.set(Some(error));
        Ok(())
    }
}

/// The class of an argument as messages call it.
pub(crate) fn shown_class(object: &Object) -> &str {
    if object.is(none()) { "None" } else { object.class().full_name() }
}

pub(crate) fn bad_argument(function: &str, number: usize, argument: &Object) -> Raised {
    let got = shown_class(argument);
    raise!(TypeError, "{function}() argument {number} must be xml.etree.ElementTree.Element, not {got}")
}
