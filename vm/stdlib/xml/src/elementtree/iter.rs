//! Iteration over all elements below one, or over their texts.

use super::element::Element;
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::{compare, object};
use objects::types::none::none;
use objects::{Instance, Object, Ref, Result, Slot, Visit, Visitor};

/// Elements that are being walked, each with the number of the next child.
#[derive(Default)]
struct Path(RefCell<Vec<(Ref<Element>, usize)>>);

impl objects::Trace for Path {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.0.borrow().iter().try_for_each(|(element, _)| element.trace(visitor))
    }
    fn clear(&self) {
        drop(self.0.take());
    }
}

#[repr(C)]
#[derive(Trace)]
pub struct ElementIterator {
    ob_base: Object,
    root: Slot<Element>,
    path: Path,
    /// The tag that is looked for.
    tag: Slot,
    #[trace(skip)]
    texts: Cell<bool>,
}

#[pytype(
    name = "_element_iterator", module = "_elementtree", gc, no_new, iter = ::objects::slots::self_iter,
)]
impl ElementIterator {
    pub(super) fn new(root: &Element, tag: Option<&Object>, texts: bool) -> Result<Ref<ElementIterator>> {
        Ref::new(ElementIterator {
            ob_base: Object::HEAD,
            root: Slot::new(root.to_ref()),
            path: Path::default(),
            tag: Slot::from_option(tag.map(Instance::to_ref)),
            texts: Cell::new(texts),
        })
    }

    /// The next element, and whether it begins rather than ends; None at the end.
    fn step(&self) -> Option<(Ref<Element>, bool)> {
        if let Some(root) = self.root.take() {
            self.path.0.borrow_mut().push((root.clone(), 0));
            return Some((root, true));
        }
        let mut path = self.path.0.borrow_mut();
        let (element, next) = path.last_mut()?;
        match element.child(*next) {
            Some(child) => {
                *next += 1;
                path.push((child.clone(), 0));
                Some((child, true))
            }
            None => path.pop().map(|(element, _)| (element, false)),
        }
    }

    #[slot(tp_iternext)]
    fn next(&self) -> Result<Option<Ref>> {
        while let Some((element, begins)) = self.step() {
            if self.texts.get() {
                // Only what is inside: not the tail of the element at which iteration began.
                let is_root = self.path.0.borrow().is_empty();
                let text = match begins {
                    true => element.text.get(),
                    false if is_root => None,
                    false => element.tail.get(),
                };
                match text {
                    Some(text) if !text.is(none()) && object::is_true(&text)? => return Ok(Some(text)),
                    _ => continue,
                }
            }
            if !begins {
                continue;
            }
            let Some(tag) = self.tag.get() else { return Ok(Some(element.upcast())) };
            let own = element.tag.get().unwrap_or_else(objects::object::refs::none);
            if own.is(&tag) || compare::equal(&own, &tag)? {
                return Ok(Some(element.upcast()));
            }
        }
        Ok(None)
    }
}
