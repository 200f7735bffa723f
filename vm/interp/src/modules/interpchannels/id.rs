//! `ChannelID`: an object that names a channel, or one of its ends. A channel ends with the last of them.

use super::channel::{self, Problem, Side};
use super::{CLASSES, problem};
use crate::crossinterp::Data;
use crate::import;
use crate::modules::interpreters::id_of;
use core::ffi::{c_int, c_void};
use objects::object::refs::Ref;
use objects::protocol::{attr, call, compare, number};
use objects::state::ThreadState;
use objects::types::int::{Int, new_int};
use objects::types::str::{Str, intern};
use objects::{CompareOp, Instance, Object, Raised, Result, raise};

#[repr(C)]
pub struct ChannelId {
    ob_base: Object,
    pub id: i64,
    /// `None` names both ends.
    pub end: Option<Side>,
    /// Whether another interpreter gets the library's object for the end.
    resolve: bool,
    /// Whether it counts among the channel's objects.
    counted: bool,
}

impl Drop for ChannelId {
    fn drop(&mut self) {
        if self.counted {
            channel::remove_object(self.id);
        }
    }
}

impl ChannelId {
    /// An object that names a channel; with `force` also one that is not there.
    ///
    /// # Errors
    /// ChannelNotFoundError; MemoryError.
    pub fn create(id: i64, end: Option<Side>, force: bool, resolve: bool) -> Result<Ref<ChannelId>> {
        let counted = match channel::add_object(id) {
            Ok(()) => true,
            Err(Problem::NotFound) if force => false,
            Err(what) => return Err(problem(what, id)),
        };
        Ref::new_in(Self::class(), ChannelId { ob_base: Object::HEAD, id, end, resolve, counted })?
            .downcast()
            .map_err(|_| raise::bad_internal_call())
    }

    fn of_end(&self, end: Side) -> Result<Ref<ChannelId>> {
        ChannelId::create(self.id, Some(end), true, self.resolve)
    }
}

/// The number of a channel that an object says, and the end.
///
/// # Errors
/// TypeError, ValueError, OverflowError.
pub fn named(object: &Object) -> Result<(i64, Option<Side>)> {
    if let Some(id) = object.cast::<ChannelId>() {
        return Ok((id.id, id.end));
    }
    Ok((id_of(object, "channel")?, None))
}

#[macros::pytype(
    name = "ChannelID", module = "_interpchannels", static_name = CHANNEL_ID, flags = [BASETYPE], no_new
)]
impl ChannelId {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let name = self.as_object().class().name();
        let end = match self.end {
            Some(Side::Send) => ", send=True",
            Some(Side::Receive) => ", recv=True",
            None => "",
        };
        Str::new(&format!("{name}({}{end})", self.id))
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        Str::new(&self.id.to_string())
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        objects::protocol::object::hash(&*new_int(self.id)?)
    }

    #[slot(nb_int)]
    fn int(this: &Object) -> Result<Ref> {
        index(this)
    }

    #[slot(nb_index)]
    fn nb_index(this: &Object) -> Result<Ref> {
        index(this)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(objects::types::none::not_implemented().to_ref());
        }
        let equal = if let Some(other) = other.cast::<ChannelId>() {
            self.end == other.end && self.id == other.id
        } else if let Some(other) = other.cast::<Int>() {
            other.to_i64() == Some(self.id)
        } else if number::is_number(other) {
            return compare::rich_compare(&*new_int(self.id)?, other, op);
        } else {
            return Ok(objects::types::none::not_implemented().to_ref());
        };
        Ok(objects::types::bool::new_bool(equal == (op == CompareOp::Eq)))
    }

    #[getter("end")]
    fn get_end(&self) -> Result<Ref<Str>> {
        intern::intern_text(match self.end {
            Some(Side::Send) => "send",
            Some(Side::Receive) => "recv",
            None => "both",
        })
    }

    #[getter("send")]
    fn send(&self) -> Result<Ref<ChannelId>> {
        self.of_end(Side::Send)
    }

    #[getter("recv")]
    fn recv(&self) -> Result<Ref<ChannelId>> {
        self.of_end(Side::Receive)
    }
}

fn index(this: &Object) -> Result<Ref> {
    match this.cast::<ChannelId>() {
        Some(id) => new_int(id.id),
        None => Err(raise::bad_argument()),
    }
}

/// What is shared of a [`ChannelId`].
struct Named {
    id: i64,
    end: Option<Side>,
    resolve: bool,
}

/// The [`ChannelId`] in the interpreter that receives it.
fn received(data: &Data) -> Result<(Ref<ChannelId>, bool)> {
    import::import_module("_interpchannels")?;
    // SAFETY: made by `share`.
    let named = unsafe { &*data.data.get().cast::<Named>() };
    Ok((ChannelId::create(named.id, named.end, false, false)?, named.resolve))
}

/// The library's object for the end that an id names.
fn library_object(id: &ChannelId) -> Result<Ref> {
    let slot = match id.end {
        Some(Side::Send) => &CLASSES.sender,
        _ => &CLASSES.receiver,
    };
    if slot.is_empty() {
        import::import_module("test.support.interpreters.channels")?;
    }
    let class = slot.get().ok_or_else(raise::bad_internal_call)?;
    call::call_one_arg(&class, id)
}

/// How a [`ChannelId`] is shared.
pub unsafe extern "C" fn share(_ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        let made = received(data).map(|(id, resolve)| match resolve && id.end.is_some() {
            false => id.upcast(),
            true => library_object(&id).unwrap_or_else(|raised| {
                raised.clear();
                id.upcast()
            }),
        });
        made.map_err(Raised::leave).ok()
    }
    unsafe extern "C" fn free(data: *mut c_void) {
        // SAFETY: made below.
        drop(unsafe { Box::from_raw(data.cast::<Named>()) });
    }
    let Some(id) = object.cast::<ChannelId>() else {
        raise::bad_argument().leave();
        return -1;
    };
    let named = Named { id: id.id, end: id.end, resolve: id.resolve };
    data.data.set(Box::into_raw(Box::new(named)).cast());
    data.obj.set(Some(object.to_ref()));
    data.new_object.set(Some(make));
    data.free.set(Some(free));
    0
}

/// How an object of the library's for an end is shared: by its id.
pub unsafe extern "C" fn share_end(ts: &ThreadState, object: &Object, data: &Data) -> c_int {
    unsafe extern "C" fn make(data: &Data) -> Option<Ref> {
        received(data).and_then(|(id, _)| library_object(&id)).map_err(Raised::leave).ok()
    }
    let id = match attr::get_text(object, "_id") {
        Ok(id) => id,
        Err(raised) => {
            raised.leave();
            return -1;
        }
    };
    // SAFETY: the function is for such an object, and says if it is none.
    let status = unsafe { share(ts, &id, data) };
    data.new_object.set(Some(make));
    status
}
