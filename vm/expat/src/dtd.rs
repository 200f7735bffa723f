//! What a document type definition declares; a document's parser and those of its external entities share one.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A general or parameter entity.
#[derive(Default, Clone)]
pub struct Entity {
    pub name: String,
    /// The replacement text of an internal entity.
    pub text: Option<Rc<[u8]>>,
    pub system_id: Option<String>,
    pub public_id: Option<String>,
    pub base: Option<String>,
    pub notation: Option<String>,
    pub is_param: bool,
    /// Declared in the internal subset, outside of parameter entities.
    pub is_internal: bool,
    /// Being expanded.
    pub open: Cell<bool>,
}

/// An attribute as its list declares it.
#[derive(Clone)]
pub struct Attribute {
    pub name: String,
    pub is_cdata: bool,
    pub default: Option<String>,
}

#[derive(Default)]
pub struct Dtd {
    pub general: RefCell<HashMap<String, Rc<Entity>>>,
    pub params: RefCell<HashMap<String, Rc<Entity>>>,
    pub elements: RefCell<HashMap<String, Rc<RefCell<Vec<Attribute>>>>>,
    /// Cleared by what may have been declared unseen.
    pub keep_processing: Cell<bool>,
    pub has_param_refs: Cell<bool>,
    pub standalone: Cell<bool>,
    pub param_read: Cell<bool>,
}

impl Dtd {
    pub fn new() -> Rc<Dtd> {
        let dtd = Dtd::default();
        dtd.keep_processing.set(true);
        Rc::new(dtd)
    }

    pub fn entity(&self, name: &str) -> Option<Rc<Entity>> {
        self.general.borrow().get(name).cloned()
    }

    pub fn param(&self, name: &str) -> Option<Rc<Entity>> {
        self.params.borrow().get(name).cloned()
    }

    /// Adds an entity unless there is one of that name.
    pub fn declare(&self, entity: Entity) {
        let table = if entity.is_param { &self.params } else { &self.general };
        table.borrow_mut().entry(entity.name.clone()).or_insert_with(|| Rc::new(entity));
    }

    /// The attribute list of an element, new if it has none.
    pub fn attributes(&self, element: &str) -> Rc<RefCell<Vec<Attribute>>> {
        self.elements.borrow_mut().entry(element.to_owned()).or_default().clone()
    }

    /// A copy for the parser of an external general entity, which may be parsed apart.
    pub fn copy(&self) -> Rc<Dtd> {
        let copied = |entity: &Entity| {
            let copy = entity.clone();
            copy.open.set(false);
            Rc::new(copy)
        };
        let table = |table: &RefCell<HashMap<String, Rc<Entity>>>| {
            RefCell::new(table.borrow().iter().map(|(name, entity)| (name.clone(), copied(entity))).collect())
        };
        Rc::new(Dtd {
            general: table(&self.general),
            params: table(&self.params),
            elements: RefCell::new(self.elements.borrow().clone()),
            keep_processing: self.keep_processing.clone(),
            has_param_refs: self.has_param_refs.clone(),
            standalone: self.standalone.clone(),
            param_read: self.param_read.clone(),
        })
    }
}
