//! Elements.

use super::children::expected_element;
use super::iter::ElementIterator;
use super::{STATE, shown_class};
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::args::{IntoPy, Kwargs};
use objects::protocol::{compare, object, repr_guard};
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::{PyUnicode_Type, Str, intern};
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, Visit, Visitor, raise};

/// The elements inside of one, traced one by one.
#[derive(Default)]
pub(super) struct Children(pub RefCell<Vec<Ref<Element>>>);

impl objects::Trace for Children {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.borrow().iter().try_for_each(|child| child.trace(visitor))
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct Element {
    ob_base: Object,
    pub(super) tag: Slot,
    pub(super) text: Slot,
    pub(super) tail: Slot,
    /// Made on demand.
    attrib: Slot<Dict>,
    pub(super) children: Children,
    weakreflist: Cell<*const WeakReference>,
}

/// The parts that a pickled element has.
const PARTS: [&str; 5] = ["tag", "_children", "attrib", "text", "tail"];

#[pytype(
    name = "Element", module = "xml.etree.ElementTree", getattro = objects::attrs::generic_getattro, gc, flags = [BASETYPE], weaklist = weakreflist,
)]
impl Element {
    /// A new element.
    pub(super) fn create(tag: &Object, attrib: Option<Ref<Dict>>) -> Result<Ref<Element>> {
        Element::create_in(Element::class(), tag, attrib)
    }

    fn create_in(class: &TypeObject, tag: &Object, attrib: Option<Ref<Dict>>) -> Result<Ref<Element>> {
        Ref::new_in(
            class,
            Element {
                ob_base: Object::HEAD,
                tag: Slot::new(tag.to_ref()),
                text: Slot::empty(),
                tail: Slot::empty(),
                attrib: Slot::from_option(attrib),
                children: Children::default(),
                weakreflist: Cell::new(core::ptr::null()),
            },
        )
    }

    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Element>> {
        Element::create_in(class, none(), None)
    }

    #[slot(sq_length)]
    fn sq_length(&self) -> usize {
        self.count()
    }

    #[slot(sq_item)]
    fn sq_item(&self, index: isize) -> Result<Ref<Element>> {
        let child = usize::try_from(index).ok().and_then(|index| self.child(index));
        child.ok_or_else(|| raise!(IndexError, "child index out of range"))
    }

    #[slot(sq_ass_item)]
    fn sq_ass_item(&self, index: isize, value: Option<&Object>) -> Result<()> {
        self.assign_one(index, value)
    }

    #[slot(mp_length)]
    fn mp_length(&self) -> usize {
        self.count()
    }

    #[slot(mp_subscript)]
    fn mp_subscript(&self, key: &Object) -> Result<Ref> {
        self.subscript(key)
    }

    #[slot(mp_ass_subscript)]
    fn mp_ass_subscript(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        self.assign(key, value)
    }

    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        let count = args.len();
        let bound = |what: &str| raise!(TypeError, "Element() takes at {what} ({count} given)");
        let (tag, given) = match args.items() {
            [] => return Err(bound("least 1 argument")),
            [tag] => (tag, None),
            [tag, given] => (tag, Some(given)),
            _ => return Err(bound("most 2 arguments")),
        };
        let given = match given {
            None => None,
            Some(given) => match given.cast::<Dict>() {
                Some(given) => Some(given),
                None => {
                    return Err(raise!(
                        TypeError,
                        "Element() argument 2 must be dict, not {}",
                        shown_class(given)
                    ));
                }
            },
        };
        let attrib = merged_attributes(given, Kwargs::dict(kwargs.map(Instance::as_object)))?;
        self.tag.set(Some(tag.to_ref()));
        self.text.set(None);
        self.tail.set(None);
        self.attrib.set(attrib);
        Ok(())
    }

    /// Appends a child.
    pub(super) fn add(&self, child: Ref<Element>) {
        self.children.0.borrow_mut().push(child);
    }

    pub(super) fn child(&self, index: usize) -> Option<Ref<Element>> {
        self.children.0.borrow().get(index).cloned()
    }

    pub(super) fn count(&self) -> usize {
        self.children.0.borrow().len()
    }

    fn attributes(&self) -> Result<Ref<Dict>> {
        if let Some(attrib) = self.attrib.get() {
            return Ok(attrib);
        }
        let attrib = Dict::new()?;
        self.attrib.set(Some(attrib.clone()));
        Ok(attrib)
    }

    /// The child at which `each` finds something; children may come and go meanwhile.
    fn search<T>(&self, mut each: impl FnMut(&Ref<Element>) -> Result<Option<T>>) -> Result<Option<T>> {
        let mut index = 0;
        while let Some(child) = self.child(index) {
            if let Some(found) = each(&child)? {
                return Ok(Some(found));
            }
            index += 1;
        }
        Ok(None)
    }

    fn has_tag(&self, tag: &Object) -> Result<bool> {
        match self.tag.get() {
            Some(own) => Ok(own.is(tag) || compare::equal(&own, tag)?),
            None => Ok(false),
        }
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let address = self.as_object().as_ptr();
        let Some(tag) = self.tag.get() else { return Ok(format!("<Element at {address:p}>")) };
        let Some(_guard) = repr_guard::enter(self) else {
            return Err(raise!(RuntimeError, "reentrant call inside {}.__repr__", self.class().name()));
        };
        let tag = object::repr(&tag)?.to_string_lossy();
        Ok(format!("<Element {tag} at {address:p}>"))
    }

    #[slot(nb_bool)]
    fn bool(&self) -> Result<bool> {
        objects::hooks::WARN.get()(
            &objects::types::exceptions::DeprecationWarning,
            "Testing an element's truth value will always return True in future versions.  \
             Use specific 'len(elem)' or 'elem is not None' test instead.",
            1,
        )?;
        Ok(self.count() > 0)
    }

    #[getter("tag")]
    fn get_tag(&self) -> Option<Ref> {
        self.tag.get()
    }

    #[setter("tag")]
    fn set_tag(&self, value: Option<&Object>) -> Result<()> {
        self.tag.set(Some(given(value)?.to_ref()));
        Ok(())
    }

    #[getter("text")]
    pub(super) fn get_text(&self) -> Option<Ref> {
        self.text.get()
    }

    #[setter("text")]
    fn set_text(&self, value: Option<&Object>) -> Result<()> {
        self.text.set(Some(given(value)?.to_ref()));
        Ok(())
    }

    #[getter("tail")]
    pub(super) fn get_tail(&self) -> Option<Ref> {
        self.tail.get()
    }

    #[setter("tail")]
    fn set_tail(&self, value: Option<&Object>) -> Result<()> {
        self.tail.set(Some(given(value)?.to_ref()));
        Ok(())
    }

    #[getter("attrib")]
    fn get_attrib(&self) -> Result<Ref<Dict>> {
        self.attributes()
    }

    #[setter("attrib")]
    fn set_attrib(&self, value: Option<&Object>) -> Result<()> {
        let value = given(value)?;
        let Some(attrib) = value.cast::<Dict>() else {
            return Err(raise!(TypeError, "attrib must be dict, not {}", value.class().full_name()));
        };
        self.attrib.set(Some(attrib.to_ref()));
        Ok(())
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) {
        let children = self.children.0.take();
        self.attrib.set(None);
        self.text.set(None);
        self.tail.set(None);
        drop(children);
    }

    #[method("get($self, /, key, default=None)")]
    fn get(&self, key: &Object, default: Option<&Object>) -> Result<Option<Ref>> {
        let value = match self.attrib.get() {
            Some(attrib) => attrib.get_item(key)?,
            None => None,
        };
        Ok(value.or_else(|| default.map(Instance::to_ref)))
    }

    #[method("set($self, key, value, /)")]
    fn set(&self, key: &Object, value: &Object) -> Result<()> {
        self.attributes()?.set_item(key, value)
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result<Ref<List>> {
        let pairs = self.attrib.get().map_or_else(Vec::new, |attrib| attrib.to_vec());
        List::from_vec(pairs.into_iter().map(|(key, _)| key).collect())
    }

    #[method("items($self, /)")]
    fn items(&self) -> Result<Ref> {
        self.attrib.get().map_or_else(Vec::new, |attrib| attrib.to_vec()).into_py()
    }

    #[method("find($self, /, path, namespaces=None)")]
    fn find(&self, path: &Object, namespaces: Option<&Object>) -> Result<Option<Ref>> {
        if is_path(path) || namespaces.is_some() {
            return STATE.call_path("find", &[self, path, namespaces.unwrap_or(none())]).map(Some);
        }
        self.search(|child| Ok(child.has_tag(path)?.then(|| child.clone().upcast())))
    }

    #[method("findtext($self, /, path, default=None, namespaces=None)")]
    fn findtext(
        &self,
        path: &Object,
        default: Option<&Object>,
        namespaces: Option<&Object>,
    ) -> Result<Option<Ref>> {
        let default = default.unwrap_or(none());
        if is_path(path) || namespaces.is_some() {
            return STATE
                .call_path("findtext", &[self, path, default, namespaces.unwrap_or(none())])
                .map(Some);
        }
        let found = self.search(|child| {
            let text = || child.text.get().filter(|text| !text.is(none()));
            Ok(child.has_tag(path)?.then(|| text().unwrap_or_else(|| intern::empty().upcast())))
        })?;
        Ok(Some(found.unwrap_or_else(|| default.to_ref())))
    }

    #[method("findall($self, /, path, namespaces=None)")]
    fn findall(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        if is_path(path) || namespaces.is_some() {
            return STATE.call_path("findall", &[self, path, namespaces.unwrap_or(none())]);
        }
        let mut found: Vec<Ref> = Vec::new();
        self.search(|child| {
            if child.has_tag(path)? {
                found.push(child.clone().upcast());
            }
            Ok(None::<()>)
        })?;
        Ok(List::from_vec(found)?.upcast())
    }

    #[method("iterfind($self, /, path, namespaces=None)")]
    fn iterfind(&self, path: &Object, namespaces: Option<&Object>) -> Result<Ref> {
        STATE.call_path("iterfind", &[self, path, namespaces.unwrap_or(none())])
    }

    #[method("iter($self, /, tag=None)")]
    fn iter(&self, tag: Option<&Object>) -> Result<Ref<ElementIterator>> {
        let is_any = |tag: &&Object| match (tag.cast::<Str>(), tag.cast::<Bytes>()) {
            (Some(text), _) => text.equals_text("*"),
            (_, Some(bytes)) => bytes.as_slice() == b"*",
            _ => false,
        };
        ElementIterator::new(self, tag.filter(|tag| !is_any(tag)), false)
    }

    #[method("itertext($self, /)")]
    fn itertext(&self) -> Result<Ref<ElementIterator>> {
        ElementIterator::new(self, None, true)
    }

    #[method("append($self, subelement, /)")]
    fn append(&self, subelement: &Object) -> Result<()> {
        match subelement.cast::<Element>() {
            Some(subelement) => {
                self.add(subelement.to_ref());
                Ok(())
            }
            None => Err(super::bad_argument("append", 1, subelement)),
        }
    }

    #[method("extend($self, elements, /)")]
    fn extend(&self, elements: &Object) -> Result<()> {
        for item in collect(elements, "'elements' must be an iterable")? {
            match item.downcast::<Element>() {
                Ok(item) => self.add(item),
                Err(item) => return Err(expected_element(&item)),
            }
        }
        Ok(())
    }

    #[method("insert($self, index, subelement, /)")]
    fn insert(&self, index: isize, subelement: &Element) {
        let mut children = self.children.0.borrow_mut();
        let len = children.len() as isize;
        let index = if index < 0 { (index + len).max(0) } else { index.min(len) };
        children.insert(index as usize, subelement.to_ref());
    }

    #[method("remove($self, subelement, /)")]
    fn remove(&self, subelement: &Element) -> Result<()> {
        let mut index = 0;
        while let Some(child) = self.child(index) {
            if child.is(subelement) || compare::equal(&child, subelement)? {
                // Comparing may have removed it.
                let mut children = self.children.0.borrow_mut();
                let found = (index < children.len()).then(|| children.remove(index));
                drop(children);
                drop(found);
                return Ok(());
            }
            index += 1;
        }
        Err(raise!(ValueError, "list.remove(x): x not in list"))
    }

    #[method("makeelement($self, tag, attrib, /)")]
    fn makeelement(&self, tag: &Object, attrib: &Dict) -> Result<Ref<Element>> {
        Element::create(tag, Some(attrib.copy()?))
    }

    #[method("__copy__($self, /)")]
    fn copy(&self) -> Result<Ref<Element>> {
        let tag = self.tag.get().unwrap_or_else(objects::object::refs::none);
        let copy = Element::create(&tag, self.attrib.get().map(|attrib| attrib.copy()).transpose()?)?;
        copy.text.set(self.text.get());
        copy.tail.set(self.tail.get());
        copy.children.0.replace(self.children.0.borrow().clone());
        Ok(copy)
    }

    #[method("__deepcopy__($self, memo, /)")]
    fn deepcopy(&self, memo: &Dict) -> Result<Ref<Element>> {
        let _guard = objects::state::enter_recursive_call(" in Element.__deepcopy__")?;
        let part = |part: Option<Ref>| part.map(|part| deep_copy(&part, memo)).transpose();
        let tag = part(self.tag.get())?.unwrap_or_else(objects::object::refs::none);
        let attrib = match part(self.attrib.get().map(Ref::upcast))? {
            None => None,
            Some(attrib) => Some(attrib.downcast::<Dict>().map_err(|attrib| {
                raise!(TypeError, "attrib must be dict, not {}", attrib.class().full_name())
            })?),
        };
        let copy = Element::create(&tag, attrib)?;
        copy.text.set(part(self.text.get())?);
        copy.tail.set(part(self.tail.get())?);
        let mut index = 0;
        while let Some(child) = self.child(index) {
            match deep_copy(&child, memo)?.downcast::<Element>() {
                Ok(child) => copy.add(child),
                Err(other) => return Err(expected_element(&other)),
            }
            index += 1;
        }
        memo.set_item(&*new_int(self.as_object().as_ptr() as i64)?, &copy)?;
        Ok(copy)
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        size_of::<Element>() + self.children.0.borrow().capacity() * size_of::<Ref>()
    }

    #[method("__getstate__($self, /)")]
    fn getstate(&self) -> Result<Ref<Dict>> {
        let children: Vec<Ref> =
            self.children.0.borrow().iter().map(|child| child.clone().upcast()).collect();
        let part = |part: Option<Ref>| part.unwrap_or_else(objects::object::refs::none);
        let values = [
            part(self.tag.get()),
            List::from_vec(children)?.upcast(),
            self.attributes()?.upcast(),
            part(self.text.get()),
            part(self.tail.get()),
        ];
        let state = Dict::new()?;
        for (name, value) in PARTS.iter().zip(&values) {
            state.set_text(name, value)?;
        }
        Ok(state)
    }

    #[method("__setstate__($self, state, /)")]
    fn setstate(&self, state: &Object) -> Result<()> {
        let Some(state) = state.cast_exact::<Dict>() else {
            let shown = object::repr(state)?.to_string_lossy();
            return Err(raise!(TypeError, "Don't know how to unpickle \"{shown}\" as an Element"));
        };
        for (key, _) in state.to_vec() {
            if !key.cast::<Str>().is_some_and(|key| PARTS.iter().any(|part| key.equals_text(part))) {
                let key = object::str(&key)?.to_string_lossy();
                return Err(raise!(TypeError, "this function got an unexpected keyword argument '{key}'"));
            }
        }
        let value = |name: &str| state.get_item(&*intern::intern_text(name)?);
        let Some(tag) = value("tag")? else { return Err(raise!(TypeError, "tag may not be NULL")) };
        let mut children = Vec::new();
        if let Some(list) = value("_children")? {
            let Some(list) = list.cast::<List>() else {
                return Err(raise!(TypeError, "'_children' is not a list"));
            };
            for child in list.to_vec() {
                match child.downcast::<Element>() {
                    Ok(child) => children.push(child),
                    Err(other) => return Err(expected_element(&other)),
                }
            }
        }
        let attrib = match value("attrib")? {
            None => None,
            Some(attrib) if attrib.is(none()) => None,
            Some(attrib) => Some(attrib.downcast::<Dict>().map_err(|attrib| {
                raise!(TypeError, "attrib must be dict, not {}", attrib.class().full_name())
            })?),
        };
        let (text, tail) = (value("text")?, value("tail")?);
        self.tag.set(Some(tag));
        self.text.set(text);
        self.tail.set(tail);
        self.attrib.set(attrib);
        let old = self.children.0.replace(children);
        drop(old);
        Ok(())
    }
}

/// The items of an iterable; `message` tells of what is none.
pub(super) fn collect(iterable: &Object, message: &str) -> Result<Vec<Ref>> {
    let iterator = objects::protocol::iter::get_iter(iterable).map_err(|raised| {
        if !raised.matches(&objects::types::exceptions::TypeError) {
            return raised;
        }
        raised.clear();
        raise!(TypeError, "{message}")
    })?;
    objects::protocol::iter::collect(&iterator)
}

/// A value that is set, not deleted.
fn given(value: Option<&Object>) -> Result<&Object> {
    value.ok_or_else(|| raise!(AttributeError, "can't delete element attribute"))
}

/// The attributes of a new element: a copy of those given, those of a keyword `attrib`, and other keywords.
pub(super) fn merged_attributes(given: Option<&Dict>, kwargs: Kwargs) -> Result<Option<Ref<Dict>>> {
    if kwargs.is_empty() {
        return given.map(Dict::copy).transpose();
    }
    let attrib = match (given, kwargs.get("attrib")) {
        (Some(given), _) => given.copy()?,
        (None, Some(keyword)) => match keyword.cast::<Dict>() {
            Some(keyword) => keyword.copy()?,
            None => {
                return Err(raise!(TypeError, "attrib must be dict, not {}", keyword.class().full_name()));
            }
        },
        (None, None) => Dict::new()?,
    };
    for (key, value) in kwargs.iter() {
        let is_attrib = given.is_none() && key.cast::<Str>().is_some_and(|key| key.equals_text("attrib"));
        if !is_attrib {
            attrib.set_item(key, value)?;
        }
    }
    Ok(Some(attrib))
}

/// `copy.deepcopy`, without a call for what needs none.
fn deep_copy(object: &Object, memo: &Dict) -> Result<Ref> {
    if object.is(none()) || object.is_exactly(&PyUnicode_Type) {
        return Ok(object.to_ref());
    }
    if let Some(element) = object.cast_exact::<Element>()
        && memo.get_item(&*new_int(object.as_ptr() as i64)?)?.is_none()
    {
        return Ok(element.deepcopy(memo)?.upcast());
    }
    if let Some(dict) = object.cast_exact::<Dict>() {
        let pairs = dict.to_vec();
        let plain = |object: &Ref| object.is_exactly(&PyUnicode_Type);
        if pairs.iter().all(|(key, value)| plain(key) && plain(value)) {
            return Ok(dict.copy()?.upcast());
        }
    }
    let Some(deepcopy) = STATE.deepcopy.get() else { return Err(raise::bad_internal_call()) };
    objects::protocol::call::call(&deepcopy, &[object, memo])
}

/// Whether a tag to look for is a path, or no text at all.
fn is_path(tag: &Object) -> bool {
    let chars: Vec<u32> = match (tag.cast::<Str>(), tag.cast::<Bytes>()) {
        (Some(text), _) => text.chars().iter().collect(),
        (_, Some(bytes)) => bytes.as_slice().iter().map(|&byte| byte.into()).collect(),
        _ => return true,
    };
    let is = |index: usize, char: u8| chars.get(index) == Some(&char.into());
    if chars.len() >= 3 && is(0, b'{') && (is(1, b'}') || is(1, b'*') && is(2, b'}')) {
        return true;
    }
    let mut outside = true;
    for &char in &chars {
        match u8::try_from(char) {
            Ok(b'{') => outside = false,
            Ok(b'}') => outside = true,
            Ok(b'/' | b'*' | b'[' | b'@' | b'.') if outside => return true,
            _ => {}
        }
    }
    false
}
