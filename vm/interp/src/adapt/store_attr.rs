//! `STORE_ATTR`: a field of the instance, its inline values, or its dictionary.
//!
//! Cache: counter; from 1 the class's version (32 bits); 3 the number of a transition of the class, an offset, or a hint.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use super::base::{self, Site};
use super::cache::{read_u32, write_u32};
use super::load_attr::has_at;
use crate::eval::{FramePtr, Pc, Sp, Table, ThreadPtr, fast_ops};
use crate::finish::{drop_one, drop_two};
use bytecode::opcodes::op;
use core::ptr;
use objects::Object;
use objects::attrs::shape::{Layout, Transition};
use objects::attrs::{self, Storage, inline};
use objects::typeobject::slots::SetAttroFunc;
use objects::typeobject::{HeapType, flags};
use objects::types::descr::member::{MemberDescr, READONLY, kind};
use objects::types::dict::Dict;

/// Rewrites a `STORE_ATTR` for the owner it has now.
pub unsafe fn specialize(site: Site<'_>) {
    // SAFETY: a value and an owner are on the stack; the instruction has four cache entries.
    unsafe { site.settle(find(site), op::STORE_ATTR) }
}

unsafe fn find(site: Site<'_>) -> Option<u8> {
    // SAFETY: the caller's.
    unsafe {
        let owner = site.item(1);
        let name = site.frame.code().name_at(site.arg);
        let class = owner.class();
        let generic = attrs::generic_setattro as SetAttroFunc;
        if !class.tp_setattro.get().is_some_and(|own| ptr::fn_addr_eq(own, generic))
            || !class.assign_version_tag()
        {
            return None;
        }
        write_u32(site.pc.add(1), class.tp_version_tag.get());
        let found = class.lookup(name);
        if found.as_ref().is_some_and(|found| !found.class().has_feature(flags::IMMUTABLETYPE)) {
            return None;
        }
        if let Some(found) = found
            && found.class().tp_descr_set.get().is_some()
        {
            let descriptor = found.cast_exact::<MemberDescr>()?;
            if !class.is_subtype(descriptor.common().class_of()) {
                return None;
            }
            let member = descriptor.def();
            if !matches!(member.kind, kind::OBJECT_EX | kind::OBJECT) || member.flags & READONLY != 0 {
                return None;
            }
            *site.pc.add(3) = u16::try_from(member.offset).ok()?;
            return Some(op::STORE_ATTR_SLOT);
        }
        let Storage::Managed(managed) = attrs::storage(owner) else { return None };
        let word_offset = attrs::fixed_word_offset(owner, class)? as u32;
        if let Some(shape) = managed.shape() {
            let layout = inline::layout_of(class)?;
            let transition = match shape.find(name) {
                Some(place) => {
                    Transition { from: shape.word(), to: shape.word(), place: place as u32, word_offset }
                }
                None => {
                    if shape.len() >= managed.capacity() {
                        return None;
                    }
                    let longer = managed.extended(shape, name)?;
                    Transition {
                        from: shape.word(),
                        to: longer.word(),
                        place: shape.len() as u32,
                        word_offset,
                    }
                }
            };
            *site.pc.add(3) = layout.remember(transition)?;
            // A name that is new to the class may have taken its version away.
            if !class.assign_version_tag() {
                return None;
            }
            write_u32(site.pc.add(1), class.tp_version_tag.get());
            return Some(op::STORE_ATTR_INSTANCE_VALUE);
        }
        let dict = managed.dict()?;
        // The hint in one entry, the offset of the word from the class.
        *site.pc.add(3) = u16::try_from(dict.place_of(name)?).ok()?;
        Some(op::STORE_ATTR_WITH_HINT)
    }
}

fast_ops! { (pc, sp, frame, ts, arg, table)
    STORE_ATTR_INSTANCE_VALUE {
        let (value, owner) = (*sp.sub(2), *sp.sub(1));
        let class = (*owner).class();
        if class.tp_version_tag.get() != read_u32(pc.add(1)) {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        // A class that has the version has the layout that was seen with it.
        let layout = (*ptr::from_ref(class).cast::<HeapType>()).ht_cached_keys.get().cast::<Layout>();
        let transition = (*layout).transition(*pc.add(3));
        let word = owner.cast::<u8>().add(transition.word_offset as usize).cast::<u64>();
        let old_word = *word;
        if old_word as u32 != transition.from {
            return other_shape(pc, sp, frame, ts, arg, table);
        }
        let place = word.add(1 + transition.place as usize).cast::<*mut Object>();
        if transition.from == transition.to {
            let old = place.replace(value);
            if (*owner).is_unique() {
                *sp.sub(2) = old;
                drop_two!(owner, old, pc.add(4), sp.sub(2), frame, ts, table)
            }
            let _ = Object::release(owner);
            drop_one!(old, pc.add(4), sp.sub(2), frame, ts, table)
        }
        // The instance's own capacity is in the upper half.
        if u64::from(transition.place) >= old_word >> 32 {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        *place = value;
        *word = old_word >> 32 << 32 | u64::from(transition.to);
        drop_one!(owner, pc.add(4), sp.sub(2), frame, ts, table)
    }

    STORE_ATTR_SLOT {
        let (value, owner) = (*sp.sub(2), *sp.sub(1));
        if (*owner).class().tp_version_tag.get() != read_u32(pc.add(1)) {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        let place = owner.cast::<u8>().add(usize::from(*pc.add(3))).cast::<*mut Object>();
        let old = place.replace(value);
        if old.is_null() {
            drop_one!(owner, pc.add(4), sp.sub(2), frame, ts, table)
        }
        *sp.sub(2) = old;
        drop_two!(owner, old, pc.add(4), sp.sub(2), frame, ts, table)
    }

    STORE_ATTR_WITH_HINT {
        let (value, owner) = (*sp.sub(2), *sp.sub(1));
        let class = (*owner).class();
        if class.tp_version_tag.get() != read_u32(pc.add(1)) {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        let word = *owner.cast::<u8>().add(attrs::word_offset(&*owner, class)).cast::<u64>();
        if word == 0 || word & 1 != 0 {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        let dict = &*(word as *const Dict);
        let name = (*frame).code().name_at(arg);
        let old = dict.swap_at_hint(usize::from(*pc.add(3)), name, value);
        if old.is_null() {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        *sp.sub(2) = old;
        drop_two!(owner, old, pc.add(4), sp.sub(2), frame, ts, table)
    }
}

/// The instance has another shape than the transition is from: if the name is at the same place, its value is replaced.
#[inline(never)]
unsafe extern "C" fn other_shape(
    pc: Pc,
    sp: Sp,
    frame: FramePtr,
    ts: ThreadPtr,
    arg: usize,
    table: *const Table,
) -> *mut Object {
    // SAFETY: as in every handler; the owner's class has been compared.
    unsafe {
        let (value, owner) = (*sp.sub(2), *sp.sub(1));
        let class = (*owner).class();
        let layout = (*ptr::from_ref(class).cast::<HeapType>()).ht_cached_keys.get().cast::<Layout>();
        let transition = (*layout).transition(*pc.add(3));
        let word = owner.cast::<u8>().add(transition.word_offset as usize).cast::<u64>();
        let place = transition.place as usize;
        if *word & 1 == 0 || !has_at(*word as u32, place, (*frame).code().name_at(arg)) {
            return base::STORE_ATTR(pc, sp, frame, ts, arg, table);
        }
        let old = word.add(1 + place).cast::<*mut Object>().replace(value);
        *sp.sub(2) = old;
        drop_two!(owner, old, pc.add(4), sp.sub(2), frame, ts, table)
    }
}
