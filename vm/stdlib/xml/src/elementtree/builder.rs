//! `TreeBuilder`: a tree from the events of a parser.

use super::STATE;
use super::element::Element;
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::{attr, call, number};
use objects::types::dict::Dict;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, Visit, Visitor, id, raise};

/// A list of objects, traced one by one.
#[derive(Default)]
pub(super) struct Objects(pub RefCell<Vec<Ref>>);

impl objects::Trace for Objects {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.borrow().iter().try_for_each(|object| object.trace(visitor))
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

/// Whom events are reported to, and which: what a reported event is called.
#[derive(Trace)]
pub(super) struct Events {
    append: Slot,
    start: Slot,
    end: Slot,
    pub(super) start_ns: Slot,
    pub(super) end_ns: Slot,
    comment: Slot,
    pi: Slot,
}

impl Events {
    fn none() -> Events {
        Events {
            append: Slot::empty(),
            start: Slot::empty(),
            end: Slot::empty(),
            start_ns: Slot::empty(),
            end_ns: Slot::empty(),
            comment: Slot::empty(),
            pi: Slot::empty(),
        }
    }

    fn slot(&self, name: &str) -> Option<&Slot> {
        Some(match name {
            "start" => &self.start,
            "end" => &self.end,
            "start-ns" => &self.start_ns,
            "end-ns" => &self.end_ns,
            "comment" => &self.comment,
            "pi" => &self.pi,
            _ => return None,
        })
    }

    fn report(&self, event: &Slot, node: &Object) -> Result<()> {
        let (Some(event), Some(append)) = (event.get(), self.append.get()) else { return Ok(()) };
        let pair = Tuple::from_array([event, node.to_ref()])?;
        call::call_one_arg(&append, &pair).map(drop)
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct TreeBuilder {
    ob_base: Object,
    root: Slot,
    /// The element that is open.
    this: Slot,
    /// The element that began or ended last.
    last: Slot,
    /// The element whose tail text belongs to; the open one's text otherwise.
    last_for_tail: Slot,
    /// Pieces of text.
    data: Objects,
    /// The elements around the open one; None around the root.
    stack: Objects,
    element_factory: Slot,
    comment_factory: Slot,
    pi_factory: Slot,
    #[trace(skip)]
    insert_comments: Cell<bool>,
    #[trace(skip)]
    insert_pis: Cell<bool>,
    pub(super) events: Events,
}

#[pytype(
    name = "TreeBuilder", module = "xml.etree.ElementTree", gc, flags = [BASETYPE],
)]
impl TreeBuilder {
    pub(super) fn create(class: &TypeObject) -> Result<Ref<TreeBuilder>> {
        Ref::new_in(
            class,
            TreeBuilder {
                ob_base: Object::HEAD,
                root: Slot::empty(),
                this: Slot::empty(),
                last: Slot::empty(),
                last_for_tail: Slot::empty(),
                data: Objects::default(),
                stack: Objects::default(),
                element_factory: Slot::empty(),
                comment_factory: Slot::empty(),
                pi_factory: Slot::empty(),
                insert_comments: Cell::new(false),
                insert_pis: Cell::new(false),
                events: Events::none(),
            },
        )
    }

    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<TreeBuilder>> {
        TreeBuilder::create(class)
    }

    #[init(
        "TreeBuilder(element_factory=None, *, comment_factory=None, pi_factory=None, insert_comments=False, insert_pis=False)"
    )]
    pub(super) fn init(
        &self,
        element_factory: Option<&Object>,
        comment_factory: Option<&Object>,
        pi_factory: Option<&Object>,
        insert_comments: bool,
        insert_pis: bool,
    ) {
        let comment_factory = comment_factory.map(Instance::to_ref).or_else(|| STATE.comment_factory.get());
        let pi_factory = pi_factory.map(Instance::to_ref).or_else(|| STATE.pi_factory.get());
        self.insert_comments.set(insert_comments && comment_factory.is_some());
        self.insert_pis.set(insert_pis && pi_factory.is_some());
        self.element_factory.set(element_factory.map(Instance::to_ref));
        self.comment_factory.set(comment_factory);
        self.pi_factory.set(pi_factory);
    }

    /// Gives the text that was collected to its element.
    fn flush(&self) -> Result<()> {
        if self.data.0.borrow().is_empty() {
            return Ok(());
        }
        let mut pieces = self.data.0.take();
        let (owner, is_tail) = match self.last_for_tail.get() {
            Some(owner) => (owner, true),
            None => (self.last.get().unwrap_or_else(objects::object::refs::none), false),
        };
        let joined = match (pieces.len(), pieces.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                pieces.extend(last);
                objects::types::str::split::join_items(&intern::empty(), &pieces)?.upcast()
            }
        };
        if let Some(element) = owner.cast_exact::<Element>() {
            let slot = if is_tail { &element.tail } else { &element.text };
            let joined = match slot.get() {
                Some(before) if !before.is(none()) => {
                    number::binary_op(&before, &joined, number::Binary::Add)?
                }
                _ => joined,
            };
            slot.set(Some(joined));
            return Ok(());
        }
        let name = if is_tail { id!("tail") } else { id!("text") };
        let before = attr::get(&owner, name)?;
        let joined = match before.is(none()) {
            true => joined,
            false => number::binary_op(&before, &joined, number::Binary::Add)?,
        };
        attr::set(&owner, name, Some(&joined))
    }

    fn add_child(parent: &Object, child: &Object) -> Result<()> {
        match parent.cast_exact::<Element>() {
            Some(parent) => match child.cast::<Element>() {
                Some(child) => {
                    parent.add(child.to_ref());
                    Ok(())
                }
                None => Err(super::children::expected_element(child)),
            },
            None => call::call_method(parent, id!("append"), &[child]).map(drop),
        }
    }

    pub(super) fn handle_start(&self, tag: &Object, attrib: Option<Ref<Dict>>) -> Result<Ref> {
        self.flush()?;
        let node = match self.element_factory.get() {
            None => Element::create(tag, attrib)?.upcast(),
            Some(factory) => {
                let attrib = attrib.map_or_else(Dict::new, Ok)?;
                call::call(&factory, &[tag, &*attrib])?
            }
        };
        self.last_for_tail.set(None);
        let this = self.this.get();
        match &this {
            Some(this) => TreeBuilder::add_child(this, &node)?,
            None if !self.root.is_empty() => {
                let class = STATE.parse_error();
                return Err(objects::raise::set_text(&class, format_args!("multiple elements on top level")));
            }
            None => self.root.set(Some(node.clone())),
        }
        self.stack.0.borrow_mut().push(this.unwrap_or_else(objects::object::refs::none));
        self.this.set(Some(node.clone()));
        self.last.set(Some(node.clone()));
        self.events.report(&self.events.start, &node)?;
        Ok(node)
    }

    pub(super) fn handle_data(&self, data: Ref) {
        // What comes before the root element is nobody's.
        if !self.last.is_empty() {
            self.data.0.borrow_mut().push(data);
        }
    }

    pub(super) fn handle_end(&self) -> Result<Ref> {
        self.flush()?;
        let Some(outer) = self.stack.0.borrow_mut().pop() else {
            return Err(raise!(IndexError, "pop from empty stack"));
        };
        let ended = self.this.get();
        self.last.set(ended.clone());
        self.last_for_tail.set(ended.clone());
        self.this.set((!outer.is(none())).then_some(outer));
        let ended = ended.unwrap_or_else(objects::object::refs::none);
        self.events.report(&self.events.end, &ended)?;
        Ok(ended)
    }

    pub(super) fn handle_comment(&self, text: &Object) -> Result<Ref> {
        self.flush()?;
        let comment = match self.comment_factory.get() {
            None => text.to_ref(),
            Some(factory) => {
                let comment = call::call_one_arg(&factory, text)?;
                self.insert(self.insert_comments.get(), &comment)?;
                comment
            }
        };
        self.events.report(&self.events.comment, &comment)?;
        Ok(comment)
    }

    pub(super) fn handle_pi(&self, target: &Object, text: &Object) -> Result<Ref> {
        self.flush()?;
        let pi = match self.pi_factory.get() {
            None => Tuple::from_slice(&[target, text])?.upcast(),
            Some(factory) => {
                let pi = call::call(&factory, &[target, text])?;
                self.insert(self.insert_pis.get(), &pi)?;
                pi
            }
        };
        self.events.report(&self.events.pi, &pi)?;
        Ok(pi)
    }

    /// Puts a comment or a processing instruction into the tree, if that is wanted.
    fn insert(&self, wanted: bool, node: &Object) -> Result<()> {
        if let (true, Some(this)) = (wanted, self.this.get()) {
            TreeBuilder::add_child(&this, node)?;
            self.last_for_tail.set(Some(node.to_ref()));
        }
        Ok(())
    }

    pub(super) fn handle_start_ns(&self, prefix: Ref<Str>, uri: Ref<Str>) -> Result<()> {
        if self.events.start_ns.is_empty() {
            return Ok(());
        }
        let pair = Tuple::from_array([prefix.upcast(), uri.upcast()])?;
        self.events.report(&self.events.start_ns, &pair)
    }

    pub(super) fn handle_end_ns(&self, prefix: &Object) -> Result<()> {
        self.events.report(&self.events.end_ns, prefix)
    }

    pub(super) fn done(&self) -> Ref {
        self.root.get().unwrap_or_else(objects::object::refs::none)
    }

    #[method("data($self, data, /)")]
    fn data(&self, data: &Object) {
        self.handle_data(data.to_ref());
    }

    #[method("start($self, tag, attrs, /)")]
    fn start(&self, tag: &Object, attrs: &Dict) -> Result<Ref> {
        self.handle_start(tag, Some(attrs.to_ref()))
    }

    #[method("end($self, tag, /)")]
    fn end(&self, tag: &Object) -> Result<Ref> {
        let _ = tag;
        self.handle_end()
    }

    #[method("comment($self, text, /)")]
    fn comment(&self, text: &Object) -> Result<Ref> {
        self.handle_comment(text)
    }

    #[method("pi($self, target, text=None, /)")]
    fn pi(&self, target: &Object, text: Option<&Object>) -> Result<Ref> {
        self.handle_pi(target, text.unwrap_or(none()))
    }

    #[method("close($self, /)")]
    fn close(&self) -> Result<Ref> {
        self.flush()?;
        Ok(self.done())
    }
}

impl TreeBuilder {
    /// Reports events of the given names to a queue; without names, the ends of elements.
    pub(super) fn set_events(&self, queue: &Object, names: Option<&Object>) -> Result<()> {
        let append = attr::get(queue, id!("append"))?;
        self.events.append.set(Some(append));
        for name in ["start", "end", "start-ns", "end-ns", "comment", "pi"] {
            if let Some(slot) = self.events.slot(name) {
                slot.set(None);
            }
        }
        let Some(names) = names else {
            self.events.end.set(Some(Str::new("end")?.upcast()));
            return Ok(());
        };
        let names = super::element::collect(names, "events must be a sequence")?;
        for name in names {
            let text = match (name.cast::<Str>(), name.cast::<objects::types::bytes::Bytes>()) {
                (Some(text), _) => text.to_str()?.to_owned(),
                (_, Some(bytes)) => String::from_utf8_lossy(bytes.as_slice()).into_owned(),
                _ => return Err(raise!(ValueError, "invalid events sequence")),
            };
            match self.events.slot(&text) {
                Some(slot) => slot.set(Some(name)),
                None => return Err(raise!(ValueError, "unknown event '{text}'")),
            }
        }
        Ok(())
    }
}
