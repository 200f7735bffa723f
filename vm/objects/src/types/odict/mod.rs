//! `collections.OrderedDict`: a dictionary with an order of its own, in which keys can be moved.

pub mod iter;
pub mod methods;
pub mod nodes;

use crate::object::Object;
use crate::object::refs::{Ref, Slot};
use crate::protocol;
use crate::raise::{self, Result};
use crate::types::dict::Dict;
use crate::types::weakref::WeakReference;
use core::cell::Cell;
use macros::Trace;
use methods::PyODict_Type;
use nodes::{Id, Nodes};

/// `PyODictObject`.
#[repr(C)]
#[derive(Trace)]
pub struct OrderedDict {
    dict: Dict,
    nodes: Nodes,
    od_inst_dict: Slot<Dict>,
    od_weakreflist: Cell<*const WeakReference>,
}

impl OrderedDict {
    /// `PyODict_New`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new() -> Result<Ref<OrderedDict>> {
        // SAFETY: the class's instances have this layout.
        Ok(unsafe { Dict::new_in(&PyODict_Type)?.upcast().downcast_unchecked() })
    }

    #[inline]
    pub fn dict(&self) -> &Dict {
        &self.dict
    }

    /// The node of `key`.
    fn find(&self, key: &Object, hash: isize) -> Result<Option<Id>> {
        let Some(entry) = self.dict.entry_of(key, hash)? else { return Ok(None) };
        if let Some(own) = self.dict.entry_key(entry)
            && let Some(id) = self.nodes.of_entry(entry, &own)
        {
            return Ok(Some(id));
        }
        self.note_entries()?;
        let Some(entry) = self.dict.entry_of(key, hash)? else { return Ok(None) };
        Ok(self.dict.entry_key(entry).and_then(|own| self.nodes.of_entry(entry, &own)))
    }

    /// Notes again which node belongs to which entry, as the dictionary has moved its entries.
    fn note_entries(&self) -> Result<()> {
        let state = self.nodes.state();
        let mut next = self.nodes.end(false);
        while let Some((id, key, hash)) = next {
            let entry = self.dict.entry_of(&key, hash)?;
            if self.nodes.state() != state {
                return Ok(());
            }
            if let Some(entry) = entry {
                self.nodes.note(entry, id);
            }
            next = self.nodes.beside(id, false);
        }
        Ok(())
    }

    /// `PyODict_SetItem`, for a key whose hash is known.
    ///
    /// # Errors
    /// What comparing the key raises; MemoryError.
    pub fn set_item_known_hash(&self, key: &Object, hash: isize, value: Ref) -> Result<()> {
        let (entry, added) = self.dict.set_entry(key, hash, value)?;
        if !added && self.find(key, hash)?.is_some() {
            return Ok(());
        }
        let Some(own) = self.dict.entry_key(entry) else { return Ok(()) };
        self.nodes.append(entry, own, hash);
        Ok(())
    }

    /// `PyODict_SetItem`.
    ///
    /// # Errors
    /// What hashing or comparing the key raises; MemoryError.
    pub fn set_item(&self, key: &Object, value: &Object) -> Result<()> {
        self.set_item_known_hash(key, protocol::object::hash(key)?, crate::Instance::to_ref(value))
    }

    /// `PyODict_DelItem`.
    ///
    /// # Errors
    /// KeyError; what hashing or comparing the key raises.
    pub fn del_item(&self, key: &Object) -> Result<()> {
        let hash = protocol::object::hash(key)?;
        match self.take(key, hash)? {
            Some(_value) => Ok(()),
            None => Err(raise::key_error(key)),
        }
    }

    /// Removes a key from the order and then from the dictionary; its value, `None` when it was missing from either.
    fn take(&self, key: &Object, hash: isize) -> Result<Option<Ref>> {
        let Some(id) = self.find(key, hash)? else { return Ok(None) };
        let own = self.nodes.remove(id);
        let value = self.dict.remove_known_hash(key, hash);
        drop(own);
        value
    }

    /// Removes all entries.
    pub fn clear_all(&self) {
        self.dict.clear_entries();
        self.nodes.clear();
    }
}
