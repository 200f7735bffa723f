//! Channels: a queue with two ends, to which interpreters get bound as they use them.

use crate::crossinterp::{self, Data};
use crate::modules::interpreters::unbound::Unbound;
use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, Ordering};
use objects::futex;
use std::collections::VecDeque;
use std::sync::Arc;

/// What is wrong with a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    NotFound,
    Closed,
    /// It was closed while somebody waited for an item to be received.
    ClosedWaiting,
    /// The interpreter has released its end.
    Released,
    Empty,
    NotEmpty,
}

/// What a sender waits for.
#[derive(Default)]
pub struct Waiting(AtomicU32);

impl Waiting {
    const RECEIVED: u32 = 1;
    const DROPPED: u32 = 2;

    fn end(&self, how: u32) {
        self.0.store(how, Ordering::Release);
        futex::wake(&self.0, i32::MAX);
    }

    /// The item has been received.
    pub fn received(&self) {
        self.end(Waiting::RECEIVED);
    }

    /// Whether the item was received; `None` while nothing has happened to it.
    pub fn outcome(&self) -> Option<bool> {
        match self.0.load(Ordering::Acquire) {
            0 => None,
            how => Some(how == Waiting::RECEIVED),
        }
    }

    /// The word that changes, and what it is while nothing has happened.
    pub fn word(&self) -> (&AtomicU32, u32) {
        (&self.0, 0)
    }
}

/// What is sent.
pub struct Item {
    from: i64,
    /// Nothing once the sender's interpreter is gone.
    pub data: Option<Box<Data>>,
    pub unbound: Unbound,
    pub waiting: Option<Arc<Waiting>>,
}

impl Item {
    pub fn new(from: i64, data: Box<Data>, unbound: Unbound, waiting: Option<Arc<Waiting>>) -> Item {
        Item { from, data: Some(data), unbound, waiting }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.data.take().into_iter().for_each(crossinterp::release);
        if let Some(waiting) = self.waiting.take() {
            waiting.end(Waiting::DROPPED);
        }
    }
}

/// An interpreter at an end of a channel.
struct End {
    interpreter: i64,
    open: bool,
}

/// The two ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Send,
    Receive,
}

pub struct Channel {
    items: VecDeque<Item>,
    senders: Vec<End>,
    receivers: Vec<End>,
    pub unbound: Unbound,
    open: bool,
    /// Nothing can be sent any more, and it is closed once it is empty.
    closing: bool,
}

impl Channel {
    fn new(unbound: Unbound) -> Channel {
        let items = VecDeque::new();
        Channel { items, senders: Vec::new(), receivers: Vec::new(), unbound, open: true, closing: false }
    }

    fn ends(&mut self, side: Side) -> &mut Vec<End> {
        match side {
            Side::Send => &mut self.senders,
            Side::Receive => &mut self.receivers,
        }
    }

    fn bind(&mut self, side: Side, interpreter: i64) -> core::result::Result<(), Problem> {
        let ends = self.ends(side);
        match ends.iter().find(|end| end.interpreter == interpreter) {
            Some(end) if !end.open => Err(Problem::Released),
            Some(_) => Ok(()),
            None => {
                ends.push(End { interpreter, open: true });
                Ok(())
            }
        }
    }

    fn release(&mut self, side: Side, interpreter: i64) {
        let ends = self.ends(side);
        match ends.iter_mut().find(|end| end.interpreter == interpreter) {
            Some(end) => end.open = false,
            None => ends.push(End { interpreter, open: false }),
        }
    }

    /// Whether an interpreter is bound to an end and has not released it.
    pub fn is_bound(&self, side: Side, interpreter: i64) -> bool {
        let ends = match side {
            Side::Send => &self.senders,
            Side::Receive => &self.receivers,
        };
        ends.iter().any(|end| end.interpreter == interpreter && end.open)
    }

    /// Open as long as somebody is bound to it, or nobody ever was.
    fn stays_open(&self) -> bool {
        let mut ends = self.senders.iter().chain(&self.receivers).peekable();
        ends.peek().is_none() || ends.any(|end| end.open)
    }

    pub fn count(&self) -> usize {
        self.items.len()
    }

    pub fn is_closing(&self) -> bool {
        self.closing
    }
}

/// A channel with a number; without a channel it is closed.
struct Entry {
    id: i64,
    /// How many objects name it.
    objects: usize,
    channel: Option<Channel>,
}

struct Channels {
    /// The newest first.
    list: Vec<Entry>,
    next_id: i64,
}

struct Shared(RefCell<Channels>);

// SAFETY: touched under the GIL, and not borrowed while code of a program runs.
unsafe impl Sync for Shared {}

static CHANNELS: Shared = Shared(RefCell::new(Channels { list: Vec::new(), next_id: 0 }));

type Outcome<T> = core::result::Result<T, Problem>;

fn with_entry<T>(id: i64, work: impl FnOnce(&mut Entry) -> Outcome<T>) -> Outcome<T> {
    let mut channels = CHANNELS.0.borrow_mut();
    channels.list.iter_mut().find(|entry| entry.id == id).ok_or(Problem::NotFound).and_then(work)
}

/// What `work` does with an open channel.
pub fn with<T>(id: i64, work: impl FnOnce(&mut Channel) -> Outcome<T>) -> Outcome<T> {
    with_entry(id, |entry| match entry.channel.as_mut().filter(|channel| channel.open) {
        Some(channel) => work(channel),
        None => Err(Problem::Closed),
    })
}

/// A new channel's number.
pub fn create(unbound: Unbound) -> i64 {
    let mut channels = CHANNELS.0.borrow_mut();
    let id = channels.next_id;
    channels.next_id += 1;
    channels.list.insert(0, Entry { id, objects: 0, channel: Some(Channel::new(unbound)) });
    id
}

/// Ends a channel as though it had never been.
pub fn destroy(id: i64) -> Outcome<()> {
    let gone = {
        let mut channels = CHANNELS.0.borrow_mut();
        let place = channels.list.iter().position(|entry| entry.id == id).ok_or(Problem::NotFound)?;
        channels.list.remove(place)
    };
    drop(gone);
    Ok(())
}

/// All channels and what becomes of lost items by default.
pub fn list() -> Vec<(i64, Unbound)> {
    let channels = CHANNELS.0.borrow();
    let of = |entry: &Entry| entry.channel.as_ref().map_or(Unbound::Replace, |channel| channel.unbound);
    channels.list.iter().map(|entry| (entry.id, of(entry))).collect()
}

/// One more object names the channel.
pub fn add_object(id: i64) -> Outcome<()> {
    with_entry(id, |entry| {
        entry.objects += 1;
        Ok(())
    })
}

/// One fewer object names the channel, which ends with the last.
pub fn remove_object(id: i64) {
    let is_last = with_entry(id, |entry| {
        entry.objects = entry.objects.saturating_sub(1);
        Ok(entry.objects == 0)
    });
    if is_last == Ok(true) {
        // That it is there has just been seen.
        let _ = destroy(id);
    }
}

/// Puts an item into a channel; what does not fit comes back.
pub fn send(id: i64, item: Item) -> core::result::Result<(), (Problem, Item)> {
    let mut item = Some(item);
    let sent = with(id, |channel| {
        if channel.closing {
            return Err(Problem::Closed);
        }
        if let Some(item) = &item {
            channel.bind(Side::Send, item.from)?;
        }
        channel.items.extend(item.take());
        Ok(())
    });
    match (sent, item) {
        (Err(problem), Some(item)) => Err((problem, item)),
        _ => Ok(()),
    }
}

/// Takes an item back that somebody waits for.
pub fn take_back(id: i64, waiting: &Arc<Waiting>) {
    let is_it = |item: &Item| item.waiting.as_ref().is_some_and(|other| Arc::ptr_eq(other, waiting));
    let taken = with(id, |channel| {
        let place = channel.items.iter().position(is_it);
        Ok(place.and_then(|place| channel.items.remove(place)))
    });
    drop(taken);
    finish_closing(id);
}

/// The next item.
pub fn receive(id: i64, interpreter: i64) -> Outcome<Item> {
    let item = with(id, |channel| {
        channel.bind(Side::Receive, interpreter)?;
        channel.items.pop_front().ok_or(Problem::Empty)
    });
    finish_closing(id);
    item
}

/// Closes a channel that waited for being empty.
fn finish_closing(id: i64) {
    let gone = with_entry(id, |entry| {
        let is_over =
            entry.channel.as_ref().is_some_and(|channel| channel.closing && channel.items.is_empty());
        Ok(if is_over { entry.channel.take() } else { None })
    });
    drop(gone);
}

/// Closes a channel for all interpreters.
pub fn close(id: i64, sending_only: bool, force: bool) -> Outcome<()> {
    let gone = with_entry(id, |entry| {
        let Some(channel) = entry.channel.as_mut() else { return Err(Problem::Closed) };
        if !force && sending_only && channel.closing || !channel.open {
            return Err(Problem::Closed);
        }
        if !force && !channel.items.is_empty() {
            if !sending_only {
                return Err(Problem::NotEmpty);
            }
            channel.closing = true;
            return Ok(None);
        }
        Ok(entry.channel.take())
    })?;
    drop(gone);
    Ok(())
}

/// An interpreter lets go of its ends.
pub fn release(id: i64, interpreter: i64, sides: &[Side]) -> Outcome<()> {
    with(id, |channel| {
        for side in sides {
            channel.release(*side, interpreter);
        }
        channel.open = channel.stays_open();
        Ok(())
    })
}

/// An interpreter ends: what it has sent is lost, and its ends are released.
pub fn forget_interpreter(interpreter: i64) {
    let mut lost: Vec<Item> = Vec::new();
    let mut data: Vec<Box<Data>> = Vec::new();
    for entry in &mut CHANNELS.0.borrow_mut().list {
        let Some(channel) = entry.channel.as_mut() else { continue };
        let (gone, kept) = core::mem::take(&mut channel.items)
            .into_iter()
            .partition::<Vec<_>, _>(|item| item.from == interpreter && item.unbound == Unbound::Remove);
        lost.extend(gone);
        channel.items = kept.into();
        let its = channel.items.iter_mut().filter(|item| item.from == interpreter);
        data.extend(its.filter_map(|item| item.data.take()));
        for end in channel.senders.iter_mut().chain(&mut channel.receivers) {
            end.open &= end.interpreter != interpreter;
        }
        channel.open = channel.stays_open();
    }
    drop(lost);
    data.into_iter().for_each(crossinterp::release);
}

/// What programs read of a channel.
#[derive(Default)]
pub struct Info {
    pub closed: bool,
    pub closing: bool,
    pub count: usize,
    /// Interpreters at the sending end only, and those that have released it; the same of the receiving end; at both ends, and those
    /// that have released both, the sending, and the receiving end.
    pub bound: [usize; 8],
    /// Of the interpreter that asks: whether it is bound to the ends, and whether it has released them.
    pub own: [bool; 4],
}

/// See [`Info`].
pub fn info(id: i64, interpreter: i64) -> Outcome<Info> {
    with_entry(id, |entry| {
        let Some(channel) = entry.channel.as_ref().filter(|channel| channel.open) else {
            return Ok(Info { closed: true, ..Info::default() });
        };
        let mut info = Info { closing: channel.closing, count: channel.items.len(), ..Info::default() };
        for sender in &channel.senders {
            let receiver = channel.receivers.iter().find(|end| end.interpreter == sender.interpreter);
            info.bound[match (sender.open, receiver.map(|end| end.open)) {
                (true, None) => 0,
                (false, None) => 1,
                (true, Some(true)) => 4,
                (false, Some(false)) => 5,
                (true, Some(false)) => 6,
                (false, Some(true)) => 7,
            }] += 1;
            if sender.interpreter == interpreter {
                info.own[usize::from(!sender.open)] = true;
            }
        }
        for receiver in &channel.receivers {
            if !channel.senders.iter().any(|end| end.interpreter == receiver.interpreter) {
                info.bound[if receiver.open { 2 } else { 3 }] += 1;
            }
            if receiver.interpreter == interpreter {
                info.own[2 + usize::from(!receiver.open)] = true;
            }
        }
        Ok(info)
    })
}
