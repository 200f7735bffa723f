//! `_interpchannels`: channels between interpreters.

mod channel;
mod id;

use crate::crossinterp::{self, Data};
use crate::modules::interpreters::unbound;
use crate::modules::thread::lock;
use crate::{breaker, gil};
use channel::{Item, Problem, Side, Waiting};
use core::ffi::c_void;
use id::{ChannelId, named};
use objects::futex::{self, Woken};
use objects::protocol::buffer;
use objects::state::{self, Interpreter};
use objects::types::bool::new_bool;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::memoryview::MemoryView;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::structseq;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, Slot, TypeObject, raise};
use std::sync::Arc;
use std::time::Instant;

/// The classes of the running interpreter.
struct Classes {
    not_found: Slot<TypeObject>,
    closed: Slot<TypeObject>,
    empty: Slot<TypeObject>,
    not_empty: Slot<TypeObject>,
    info: Slot<TypeObject>,
    /// The library's classes for the ends.
    sender: Slot,
    receiver: Slot,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Classes {}

objects::per_interpreter! {
    static CLASSES: Classes = Classes {
        not_found: Slot::empty(),
        closed: Slot::empty(),
        empty: Slot::empty(),
        not_empty: Slot::empty(),
        info: Slot::empty(),
        sender: Slot::empty(),
        receiver: Slot::empty(),
    };
}

/// The exception for a problem.
#[cold]
fn problem(problem: Problem, id: i64) -> Raised {
    let (class, text) = match problem {
        Problem::NotFound => (&CLASSES.not_found, "not found"),
        Problem::Closed => (&CLASSES.closed, "is closed"),
        Problem::ClosedWaiting => (&CLASSES.closed, "has closed"),
        Problem::Released => (&CLASSES.closed, "is already closed"),
        Problem::Empty => (&CLASSES.empty, "is empty"),
        Problem::NotEmpty => (&CLASSES.not_empty, "may not be closed if not empty (try force=True)"),
    };
    match class.get() {
        Some(class) => raise::set_text(&class, format_args!("channel {id} {text}")),
        None => raise!(RuntimeError, "_interpchannels module not imported yet"),
    }
}

fn current() -> i64 {
    state::interpreter().id
}

/// An interpreter ends.
unsafe extern "C" fn forget_interpreter(interpreter: *mut c_void) {
    // SAFETY: registered with the interpreter, which ends only afterwards.
    channel::forget_interpreter(unsafe { &*interpreter.cast::<Interpreter>() }.id);
}

/// The fields of `ChannelInfo`.
const INFO: [(&str, &str); 16] = [
    ("open", "both ends are open"),
    ("closing", "send is closed, recv is non-empty"),
    ("closed", "both ends are closed"),
    ("count", "queued objects"),
    ("num_interp_send", "interpreters bound to the send end"),
    ("num_interp_send_released", "interpreters bound to the send end and released"),
    ("num_interp_recv", "interpreters bound to the send end"),
    ("num_interp_recv_released", "interpreters bound to the send end and released"),
    ("num_interp_both", "interpreters bound to both ends"),
    ("num_interp_both_released", "interpreters bound to both ends and released_from_both"),
    ("num_interp_both_send_released", "interpreters bound to both ends and released_from_the send end"),
    ("num_interp_both_recv_released", "interpreters bound to both ends and released_from_the recv end"),
    ("send_associated", "current interpreter is bound to the send end"),
    ("send_released", "current interpreter *was* bound to the send end"),
    ("recv_associated", "current interpreter is bound to the recv end"),
    ("recv_released", "current interpreter *was* bound to the recv end"),
];

/// Sends an object, and waits for it to be received if `blocking`.
fn send(id: i64, object: &Object, unboundop: i32, blocking: bool, timeout: Option<&Object>) -> Result<()> {
    let unbound = unbound::of(unboundop)?;
    let deadline = lock::deadline(blocking, timeout)?.unwrap_or(None);
    let checked = channel::with(id, |channel| match channel.is_closing() {
        true => Err(Problem::Closed),
        false => Ok(()),
    });
    checked.map_err(|what| problem(what, id))?;
    let waiting = blocking.then(|| Arc::new(Waiting::default()));
    let item = Item::new(current(), Data::of(object)?, unbound, waiting.clone());
    if let Err((what, item)) = channel::send(id, item) {
        drop(item);
        return Err(problem(what, id));
    }
    match waiting {
        Some(waiting) => wait(id, &waiting, deadline),
        None => Ok(()),
    }
}

/// Waits for an item to be received. If that fails, it is not in the channel any more.
fn wait(id: i64, waiting: &Arc<Waiting>, deadline: Option<Instant>) -> Result<()> {
    loop {
        match waiting.outcome() {
            Some(true) => return Ok(()),
            Some(false) => return Err(problem(Problem::ClosedWaiting, id)),
            None => {}
        }
        let (word, seen) = waiting.word();
        let failed = match gil::detached(|| futex::wait(word, seen, deadline)) {
            Woken::Changed => continue,
            Woken::TimedOut => raise!(TimeoutError, "timed out"),
            Woken::Interrupted => match breaker::handle_pending(state::current()) {
                Ok(()) => continue,
                Err(raised) => raised,
            },
        };
        // Somebody may have received it at the last moment.
        let failed = failed.take();
        channel::take_back(id, waiting);
        return match waiting.outcome() {
            Some(true) => Ok(()),
            _ => Err(raise::restore(failed)),
        };
    }
}

/// Which ends are meant.
fn sides(send: bool, recv: bool) -> &'static [Side] {
    match (send, recv) {
        (true, false) => &[Side::Send],
        (false, true) => &[Side::Receive],
        _ => &[Side::Send, Side::Receive],
    }
}

#[macros::pymodule(name = "_interpchannels", classes(ChannelId))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        let new = |name: &str, base: &TypeObject| -> Result<Ref<TypeObject>> {
            let class = exc::new_exception(&format!("_interpchannels.{name}"), base.as_object(), None)?;
            dict.set_text(name, class.as_object())?;
            Ok(class)
        };
        let error = new("ChannelError", &exc::RuntimeError)?;
        for (name, slot) in [
            ("ChannelNotFoundError", &CLASSES.not_found),
            ("ChannelClosedError", &CLASSES.closed),
            ("ChannelEmptyError", &CLASSES.empty),
            ("ChannelNotEmptyError", &CLASSES.not_empty),
        ] {
            slot.set(Some(new(name, &error)?));
        }
        let doc = "ChannelInfo\n\nA named tuple of a channel's state.";
        let info = structseq::new_class("_interpchannels.ChannelInfo", doc, &INFO, 8)?;
        dict.set_text("ChannelInfo", info.as_object())?;
        CLASSES.info.set(Some(info));
        crossinterp::register(ChannelId::class(), id::share)?;
        let own = core::ptr::from_ref(state::interpreter()).cast_mut();
        crate::modules::atexit::register_native(forget_interpreter, own.cast());
        Ok(())
    }

    #[function("create($module, unboundop)", nosig)]
    fn create(unboundop: i32) -> Result<Ref<ChannelId>> {
        ChannelId::create(channel::create(unbound::of(unboundop)?), None, false, false)
    }

    #[function("destroy($module, cid)", nosig, errors_name = "channel_destroy")]
    fn destroy(cid: &Object) -> Result<()> {
        let (id, _) = named(cid)?;
        channel::destroy(id).map_err(|what| problem(what, id))
    }

    #[function("list_all($self, /)")]
    fn list_all() -> Result<Ref<List>> {
        let listed = channel::list().into_iter().map(|(id, unbound)| {
            let id = ChannelId::create(id, None, false, false)?;
            Ok(Tuple::from_array([id.upcast(), new_int(unbound as i64)?])?.upcast())
        });
        List::from_vec(listed.collect::<Result<_>>()?)
    }

    #[function("list_interpreters($module, cid, *, send)", nosig, errors_name = "channel_list_interpreters")]
    fn list_interpreters(cid: &Object, send: bool) -> Result<Ref<List>> {
        let (id, _) = named(cid)?;
        let side = if send { Side::Send } else { Side::Receive };
        let mut all: Vec<i64> = state::interpreters().map(|interpreter| interpreter.id).collect();
        all.reverse();
        let bound = channel::with(id, |channel| {
            if send && channel.is_closing() {
                return Err(Problem::Closed);
            }
            all.retain(|interpreter| channel.is_bound(side, *interpreter));
            Ok(all)
        });
        let bound = bound.map_err(|what| problem(what, id))?;
        List::from_vec(bound.into_iter().map(new_int).collect::<Result<_>>()?)
    }

    #[function(
        "send($module, cid, obj, unboundop=3, *, blocking=True, timeout=None)",
        nosig,
        errors_name = "channel_send"
    )]
    fn send(
        cid: &Object,
        obj: &Object,
        #[default(3)] unboundop: i32,
        #[default(true)] blocking: bool,
        timeout: Option<&Object>,
    ) -> Result<()> {
        super::send(named(cid)?.0, obj, unboundop, blocking, timeout)
    }

    #[function(
        "send_buffer($module, cid, obj, unboundop=3, *, blocking=True, timeout=None)",
        nosig,
        errors_name = "channel_send_buffer"
    )]
    fn send_buffer(
        cid: &Object,
        obj: &Object,
        #[default(3)] unboundop: i32,
        #[default(true)] blocking: bool,
        timeout: Option<&Object>,
    ) -> Result<()> {
        let view = MemoryView::of(obj, buffer::FULL_RO)?;
        super::send(named(cid)?.0, &view, unboundop, blocking, timeout)
    }

    #[function("recv($module, cid, default=<unrepresentable>)", nosig, errors_name = "channel_recv")]
    fn recv(cid: &Object, default: Option<&Object>) -> Result<Ref<Tuple>> {
        let (id, _) = named(cid)?;
        let mut item = match (channel::receive(id, current()), default) {
            (Ok(item), _) => item,
            (Err(Problem::Empty), Some(default)) => {
                return Tuple::from_array([default.to_ref(), none().to_ref()]);
            }
            (Err(what), _) => return Err(problem(what, id)),
        };
        let Some(data) = item.data.take() else {
            return Tuple::from_array([none().to_ref(), new_int(item.unbound as i64)?]);
        };
        let made = data.object();
        crossinterp::release(data);
        let made = made?;
        if let Some(waiting) = item.waiting.take() {
            waiting.received();
        }
        Tuple::from_array([made, none().to_ref()])
    }

    #[function(
        "close($module, cid, *, send=False, recv=False, force=False)",
        nosig,
        errors_name = "channel_close"
    )]
    fn close(cid: &Object, send: bool, recv: bool, force: bool) -> Result<()> {
        let (id, _) = named(cid)?;
        channel::close(id, send && !recv, force).map_err(|what| problem(what, id))
    }

    #[function(
        "release($module, cid, *, send=False, recv=False, force=False)",
        nosig,
        errors_name = "channel_release"
    )]
    fn release(cid: &Object, send: bool, recv: bool, force: bool) -> Result<()> {
        let _ = force;
        let (id, _) = named(cid)?;
        channel::release(id, current(), sides(send, recv)).map_err(|what| problem(what, id))
    }

    #[function("get_count($module, cid)", nosig)]
    fn get_count(cid: &Object) -> Result<usize> {
        let (id, _) = named(cid)?;
        channel::with(id, |channel| Ok(channel.count())).map_err(|what| problem(what, id))
    }

    #[function("get_info($module, cid)", nosig, errors_name = "_get_info")]
    fn get_info(cid: &Object) -> Result<Ref> {
        let (id, _) = named(cid)?;
        let info = channel::info(id, current()).map_err(|what| problem(what, id))?;
        let class = CLASSES.info.get().ok_or_else(raise::bad_internal_call)?;
        let mut values =
            vec![new_bool(!info.closed && !info.closing), new_bool(info.closing), new_bool(info.closed)];
        values.push(new_int(info.count as i64)?);
        for bound in info.bound {
            values.push(new_int(bound as i64)?);
        }
        values.extend(info.own.map(new_bool));
        structseq::instance(&class, values)
    }

    #[function("get_channel_defaults($module, cid)", nosig)]
    fn get_channel_defaults(cid: &Object) -> Result<i64> {
        let (id, _) = named(cid)?;
        channel::with(id, |channel| Ok(channel.unbound as i64)).map_err(|what| problem(what, id))
    }

    #[function(
        "_channel_id($module, id, *, send=None, recv=None, force=False, _resolve=False)",
        nosig,
        errors_name = "ChannelID.__new__"
    )]
    fn channel_id(
        id: &Object,
        send: Option<bool>,
        recv: Option<bool>,
        force: bool,
        _resolve: bool,
    ) -> Result<Ref<ChannelId>> {
        let (id, end) = named(id)?;
        let end = match (send, recv) {
            (Some(false), Some(false)) => {
                return Err(raise!(ValueError, "'send' and 'recv' cannot both be False"));
            }
            (Some(true), Some(true)) => None,
            (Some(true), _) => Some(Side::Send),
            (_, Some(true)) => Some(Side::Receive),
            _ => end,
        };
        ChannelId::create(id, end, force, _resolve)
    }

    #[function("_register_end_types($module, send, recv)", nosig)]
    fn register_end_types(send: &Object, recv: &Object) -> Result<()> {
        for (class, name) in [(send, "send"), (recv, "recv")] {
            if class.cast::<TypeObject>().is_none() {
                return Err(raise!(TypeError, "expected a type for '{name}'"));
            }
        }
        for (class, slot) in [(send, &CLASSES.sender), (recv, &CLASSES.receiver)] {
            if let Some(old) = slot.replace(Some(class.to_ref()))
                && let Some(old) = old.cast::<TypeObject>()
            {
                crossinterp::unregister(old);
            }
            if let Some(class) = class.cast::<TypeObject>() {
                crossinterp::register(class, id::share_end)?;
            }
        }
        Ok(())
    }
}
