//! Elements as sequences of their children.

use super::element::Element;
use objects::protocol::number;
use objects::types::list::List;
use objects::types::slice::Slice;
use objects::{Instance, Object, Raised, Ref, Result, raise};

/// TypeError for a child that is no element.
pub(super) fn expected_element(object: &Object) -> Raised {
    raise!(TypeError, "expected an Element, not \"{}\"", object.class().full_name())
}

impl Element {
    /// An index as a place, negative ones counted from the end; None for what is out of range.
    fn place(&self, index: isize) -> Option<usize> {
        let len = self.count() as isize;
        let index = if index < 0 { index + len } else { index };
        usize::try_from(index).ok().filter(|&index| (index as isize) < len)
    }

    pub(super) fn subscript(&self, key: &Object) -> Result<Ref> {
        if number::is_index(key) {
            let index = number::index_as_isize(key, Some(&objects::types::exceptions::IndexError))?;
            let found = self.place(index).and_then(|index| self.child(index));
            return found.map(Ref::upcast).ok_or_else(|| raise!(IndexError, "child index out of range"));
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "element indices must be integers"));
        };
        let bounds = slice.bounds()?;
        let children = self.children.0.borrow().clone();
        let indices = bounds.for_len(children.len());
        List::from_vec(indices.iter().map(|index| children[index].clone().upcast()).collect())
            .map(Ref::upcast)
    }

    pub(super) fn assign(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        if number::is_index(key) {
            let index = number::index_as_isize(key, Some(&objects::types::exceptions::IndexError))?;
            return self.assign_one(index, value);
        }
        let Some(slice) = key.cast::<Slice>() else {
            return Err(raise!(TypeError, "element indices must be integers"));
        };
        let bounds = slice.bounds()?;
        let items = match value {
            None => None,
            Some(value) => Some(elements_of(value)?),
        };
        let indices = bounds.for_len(self.count());
        if indices.step != 1
            && let Some(items) = &items
            && items.len() != indices.count
        {
            return Err(raise!(
                ValueError,
                "attempt to assign sequence of size {} to extended slice of size {}",
                items.len(),
                indices.count
            ));
        }
        let mut children = self.children.0.borrow_mut();
        let old: Vec<Ref<Element>> = match items {
            Some(items) if indices.step == 1 => {
                let start = indices.start as usize;
                children.splice(start..start + indices.count, items).collect()
            }
            Some(items) => indices
                .iter()
                .zip(items)
                .map(|(index, item)| core::mem::replace(&mut children[index], item))
                .collect(),
            None => {
                let places: Vec<usize> = indices.ascending().iter().collect();
                places.into_iter().rev().map(|index| children.remove(index)).collect()
            }
        };
        drop(children);
        drop(old);
        Ok(())
    }

    pub(super) fn assign_one(&self, index: isize, value: Option<&Object>) -> Result<()> {
        let Some(index) = self.place(index) else {
            return Err(raise!(IndexError, "child assignment index out of range"));
        };
        let value = match value {
            None => None,
            Some(value) => Some(value.cast::<Element>().ok_or_else(|| expected_element(value))?.to_ref()),
        };
        let mut children = self.children.0.borrow_mut();
        let old = match value {
            Some(value) => core::mem::replace(&mut children[index], value),
            None => children.remove(index),
        };
        drop(children);
        drop(old);
        Ok(())
    }
}

/// The elements of a sequence that is assigned to a slice.
fn elements_of(value: &Object) -> Result<Vec<Ref<Element>>> {
    let items = super::element::collect(value, "assignment expects an iterable")?;
    items.into_iter().map(|item| item.downcast::<Element>().map_err(|item| expected_element(&item))).collect()
}
