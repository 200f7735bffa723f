//! The recording of one trace: the values in the interpreter's slots, who owns them, guards and snapshots, the calls out, and how a
//! recording is closed into a loop or linked to one.
//!
//! Within an instruction the guards come first, with a snapshot of the state before it; only then is anything changed.

use crate::death::WAITING;
use crate::function::Stub;
use crate::helpers::{Helper, int_value_of};
use crate::items::{Entry, FrameState, Item, Kind, Life, Obj, ObjId, Runs, Slot, Virtual};
use crate::layout;
use crate::record::method::Entering;
use crate::rounds::Form;
use crate::state::Level;
use crate::virtuals::{Begun, Saving, original};
use interp::eval::{FramePtr, Pc};
use ir::backend::Origin;
use ir::ops::{Op, Ty};
use ir::trace::Slot as Saved;
use ir::trace::{Alias, Arg, Const, Frame, Mem, SnapId, Snapshot, Trace};
use jit::abort::Abort;
use objects::quiet::owns_nothing;
use objects::types::bool::PyBool_Type;
use objects::types::code::Code;
use objects::types::float::{Float, PyFloat_Type};
use objects::types::int::PyLong_Type;
use objects::{Object, Ref, TypeObject};
use rustc_hash::FxHashMap;
use std::collections::HashMap;

pub type Recorded<T = ()> = Result<T, Abort>;

/// What an exit does once the frames are as its snapshot has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// The interpreter goes on there.
    Resume,
    /// The instruction raises the pending exception.
    Raise,
    /// The iterator of a `for` loop gave nothing: an exception, or the end, which is there.
    End,
    /// The interpreter is somewhere else already, and the frames are as it has them.
    Elsewhere,
    /// The interpreter goes on there once what waits for its end has ended.
    Bury,
    /// The interpreter goes on there, with a frame that somebody has looked at; no other trace may.
    Looked,
}

/// All kinds of exits, by number.
const EXITS: [Exit; 6] = [Exit::Resume, Exit::Raise, Exit::End, Exit::Elsewhere, Exit::Bury, Exit::Looked];

impl Exit {
    /// The place with the kind of exit, as a snapshot's frame has them.
    pub fn pack(self, unit: u32) -> u32 {
        unit << 3 | self as u32
    }

    /// See [`Exit::pack`].
    pub fn unpack(packed: u32) -> (u32, Exit) {
        (packed >> 3, EXITS.get(packed as usize & 7).copied().unwrap_or(Exit::Resume))
    }
}

/// The objects that an exit makes, as a snapshot's virtuals say by `desc`.
pub mod made {
    /// Another reference to an object.
    pub const REFERENCE: u32 = 0;
    pub const INT: u32 = 1;
    pub const FLOAT: u32 = 2;
    pub const BOOL: u32 = 3;
    /// Fields: the class, where the attribute word is and its lower half (0 if there is none), then for each attribute where it is and
    /// what it is.
    pub const INSTANCE: u32 = 4;
    pub const TUPLE: u32 = 5;
    /// Fields of an instance before its attributes.
    pub const HEAD: usize = 3;
}

/// The result of a call for the next item, which the next instruction tells the meaning of.
#[derive(Clone, Copy, Debug)]
pub struct Fetched {
    pub result: Arg,
    pub body: u32,
    pub end: u32,
    /// Whether there is a value at the end, which [`Helper::returned`] gives.
    pub returns: bool,
}

/// A recording.
pub struct Recorder {
    pub trace: Trace,
    pub frames: Vec<FrameState>,
    pub objs: Vec<Obj>,
    pub virtuals: Vec<Virtual>,
    /// What the loop's slots have at the start of each round, once one has been made.
    pub round: Option<Vec<Form>>,
    pub thread: Arg,
    pub frame: Arg,
    pub origin: Origin,
    /// The address of the loop's first instruction; 0 for a bridge.
    pub header: usize,
    pub entry: Entry,
    /// The state before the instruction, once a guard has asked.
    pub(crate) here: Option<SnapId>,
    /// Where the instruction begins, with its `EXTENDED_ARG`s.
    pub pc: u32,
    pub prefix: Option<u32>,
    /// The instruction that comes next if nothing unforeseen happens.
    pub expected: u32,
    /// Where the interpreter may go instead, with so many items fewer: what pops them is skipped.
    pub skipped: Option<(u32, usize)>,
    pub fetched: Option<Fetched>,
    /// The instruction's calls are executed as a whole: what runs in other frames is not written down.
    pub opaque: bool,
    /// Frames of such a call, each the next one's caller.
    pub above: Vec<FramePtr>,
    /// The interpreter has executed the last instruction of the trace: all is in memory.
    pub interpreted: bool,
    /// The interpreter is to push frames instead of executing the instruction.
    pub entering: Option<Entering>,
    /// Whether it can.
    pub may_enter: bool,
    pub check_dead: bool,
    pub check_frame: bool,
    pub steps: u32,
    /// Calls that may run anything.
    pub louds: u32,
    /// What [`Recorder::note_work`] has counted so far.
    pub counted: i64,
    /// Rounds through inner loops.
    pub rounds: HashMap<(*const Code, u32), u32>,
    /// The root of the function whose recording this is.
    pub stub: Option<Stub>,
    /// How often the outermost frame has returned, and the steps when it did.
    pub returned: Option<(u32, u32)>,
    /// What the compiled code refers to.
    pub kept: Vec<Ref>,
    /// The word of the eval breaker when nothing is asked of the code.
    pub breaker: i64,
    pub limit: usize,
    pub last: usize,
    /// A loop's fast local that is of another kind than the loop's code expects.
    pub unstable: Option<(usize, u16, Level)>,
    /// The counter of the jump that began the recording of a loop.
    pub counter: Pc,
}

impl Recorder {
    /// An empty recording; its first two parameters are thread and frame.
    pub fn new(name: String, origin: Origin, limit: usize) -> Recorder {
        Recorder {
            trace: Trace::new(name),
            frames: Vec::new(),
            objs: Vec::new(),
            virtuals: Vec::new(),
            round: None,
            thread: Arg::from(0),
            frame: Arg::from(0),
            origin,
            header: 0,
            entry: Entry::default(),
            here: None,
            pc: 0,
            prefix: None,
            expected: 0,
            skipped: None,
            fetched: None,
            opaque: false,
            above: Vec::new(),
            interpreted: false,
            entering: None,
            may_enter: false,
            check_dead: false,
            check_frame: false,
            steps: 0,
            louds: 0,
            counted: 0,
            rounds: HashMap::new(),
            stub: None,
            returned: None,
            kept: Vec::new(),
            breaker: 0,
            limit,
            last: 0,
            unstable: None,
            counter: core::ptr::null_mut(),
        }
    }

    /// Begins the recording of a loop in `frame`, which stands at the loop's first instruction with `depth` items on its
    /// stack. The fast locals in `stored` are taken over, as far as `loose` allows.
    pub(crate) fn begin_loop(
        &mut self,
        frame: FramePtr,
        depth: usize,
        stored: &[bool],
        loose: &dyn Fn(u16) -> Option<Level>,
    ) {
        self.thread = self.trace.param(Ty::I).into();
        self.frame = self.trace.param(Ty::I).into();
        // SAFETY: the running frame.
        let code: &Code = unsafe { (*frame).code() };
        let locals = code.co_nlocalsplus.get() as usize;
        let mut slots = vec![Slot::MEMORY; locals + depth];
        for index in (0..locals).filter(|&index| stored[index]) {
            let level = loose(index as u16);
            if level == Some(Level::Memory) {
                continue;
            }
            // SAFETY: a fast local of the frame.
            let live = unsafe { (*(*frame).localsplus().add(index)).as_ref() };
            let kind = match live {
                None => Kind::Null,
                Some(_) if level.is_some() => Kind::Obj,
                Some(value) if int_value_of(value).is_some() => Kind::Int,
                Some(value) if value.is_exactly(&PyFloat_Type) => Kind::Float,
                Some(_) => Kind::Obj,
            };
            self.entry.slots.push((index as u16, kind));
            slots[index] = Slot::held(match kind {
                Kind::Null => Item::Null,
                Kind::Int => Item::Int(self.trace.param(Ty::I).into()),
                Kind::Float => Item::Float(self.trace.param(Ty::F).into()),
                Kind::Obj => {
                    let val = self.trace.param(Ty::P).into();
                    self.add(Obj::new(val, 1, Life::Counted))
                }
            });
        }
        self.entry.depth = depth;
        self.entry.breaker = self.breaker as usize;
        let memory = Some(self.frame);
        self.frames.push(FrameState {
            runs: Runs::Outermost,
            code,
            live: frame,
            slots,
            locals,
            call: 0,
            memory,
        });
    }

    /// Begins the recording of a bridge at an exit with that snapshot; `lives` are the frames that were rebuilt, outermost first.
    pub fn begin_bridge(&mut self, snapshot: &Snapshot, types: &[Ty], lives: &[FramePtr]) {
        let params: Vec<Arg> = types.iter().map(|&ty| self.trace.param(ty).into()).collect();
        // What was constant there is so here.
        let known =
            snapshot.args().zip(params).map(|(arg, param)| if arg.konst().is_some() { arg } else { param });
        let params: Vec<Arg> = known.collect();
        let mut next = params.iter().copied();
        let mut take = || next.next().unwrap_or(Arg::from(0));
        // Frames' slots come first, then the virtuals' fields.
        let frames: Vec<Vec<Option<Arg>>> = snapshot
            .frames
            .iter()
            .map(|frame| {
                frame.slots.iter().map(|slot| matches!(slot, Saved::Arg(_)).then(&mut take)).collect()
            })
            .collect();
        let mut begun = Begun::default();
        for (number, frame) in snapshot.frames.iter().enumerate() {
            begun.owned.extend(frame.slots[heads(number)..].iter().filter_map(original));
        }
        let mut virtuals: Vec<Item> = Vec::new();
        for object in &snapshot.virtuals {
            let item = self.begin_virtual(object, &virtuals, &mut begun, &mut take);
            virtuals.push(item);
        }
        let consts: Vec<&Saved> = snapshot.frames.iter().flat_map(|frame| &frame.slots).collect();
        let mut at = 0;
        for (number, (frame, args)) in snapshot.frames.iter().zip(&frames).enumerate() {
            let mut slots = Vec::new();
            for (slot, arg) in frame.slots.iter().zip(args) {
                let saved = consts[at];
                at += 1;
                slots.push(match (slot, arg) {
                    (Saved::Arg(_), Some(_)) if *saved == Saved::Arg(Arg::Const(Const::P(0))) => {
                        Slot::held(Item::Null)
                    }
                    (Saved::Arg(_), Some(arg)) if slots.len() < heads(number) => Slot::held(Item::Int(*arg)),
                    (Saved::Arg(_), Some(arg)) => Slot::held(self.begin_owned(slot, *arg, &mut begun)),
                    (Saved::Virtual(n), _) => Slot::held(virtuals[usize::from(*n)]),
                    _ => Slot::MEMORY,
                });
            }
            let mut memory = None;
            for head in slots.drain(..heads(number)) {
                if let Item::Int(word) = head.item {
                    if number == 0 && memory.is_none() {
                        self.thread = word;
                    }
                    memory = Some(word);
                }
            }
            if let (0, Some(frame)) = (number, memory) {
                self.frame = frame;
            }
            let live = lives[number];
            // SAFETY: a frame that was just rebuilt.
            let code: &Code = unsafe { (*live).code() };
            let locals = code.co_nlocalsplus.get() as usize;
            let runs = Runs::unpack(frame.code, number);
            let call = Exit::unpack(frame.pc).0;
            self.frames.push(FrameState { runs, code, live, slots, locals, call, memory });
        }
    }

    // ---- emitting ----

    /// Adds an instruction without anything beside its operands.
    pub fn op(&mut self, op: Op, args: &[Arg]) -> Arg {
        self.trace.push(op, args).into()
    }

    /// Adds an instruction that leaves with the state before the current instruction.
    pub fn guard(&mut self, op: Op, args: &[Arg]) -> Arg {
        let snap = self.here();
        self.trace.guard(op, args, snap).into()
    }

    /// Adds a load.
    pub fn load(&mut self, op: Op, base: Arg, offset: i32, alias: Alias) -> Arg {
        self.trace.access(op, &[base], Mem::at(offset, alias)).into()
    }

    /// Adds a load from `[base + index * 8 + offset]`.
    pub fn load_indexed(&mut self, op: Op, base: Arg, index: Arg, offset: i32, alias: Alias) -> Arg {
        self.trace.access(op, &[base, index], Mem { offset, scale: 8, alias }).into()
    }

    /// Adds a store.
    pub fn store(&mut self, base: Arg, offset: i32, value: Arg, alias: Alias) {
        self.store_as(Op::st_64, base, offset, value, alias);
    }

    /// As [`Recorder::store`], of any size.
    pub fn store_as(&mut self, op: Op, base: Arg, offset: i32, value: Arg, alias: Alias) {
        self.trace.access(op, &[base, value], Mem::at(offset, alias));
    }

    /// Adds a call.
    pub fn call(&mut self, helper: Helper, args: &[Arg]) -> Arg {
        let callee = helper.callee();
        let op = match callee.result {
            None => Op::call,
            Some(Ty::I) => Op::call_i,
            Some(Ty::P) => Op::call_p,
            Some(Ty::F) => Op::call_f,
        };
        let callee = self.trace.declare(callee);
        self.trace.call(op, args, callee).into()
    }

    /// The constant pointer to an object that the compiled code will keep.
    pub fn keep(&mut self, object: &Object) -> Arg {
        self.kept.push(Ref::from_borrowed(object));
        pointer_const(object.as_ptr())
    }

    fn here(&mut self) -> SnapId {
        if let Some(snap) = self.here {
            return snap;
        }
        let snap = self.snapshot(self.pc, Exit::Resume);
        self.here = Some(snap);
        snap
    }

    /// A snapshot of the state as it is now.
    pub fn snapshot(&mut self, unit: u32, exit: Exit) -> SnapId {
        let mut snapshot = Snapshot::default();
        let mut used: FxHashMap<ObjId, u32> = FxHashMap::default();
        for slot in self.frames.iter().flat_map(|frame| &frame.slots).filter(|slot| slot.home) {
            if let Item::Obj(id) = slot.item {
                *used.entry(id).or_default() += 1;
            }
        }
        let mut saving = Saving { recorder: self, used, made: Vec::new(), places: Vec::new() };
        let last = self.frames.len() - 1;
        for (number, frame) in self.frames.iter().enumerate() {
            let mut slots = Vec::with_capacity(frame.slots.len() + 2);
            if number == 0 {
                slots.push(Saved::Arg(self.thread));
            }
            slots.push(frame.memory.map_or(Saved::Empty, Saved::Arg));
            for slot in &frame.slots {
                slots.push(if slot.home { Saved::Empty } else { saving.item(slot.item) });
            }
            let pc = if number == last { exit.pack(unit) } else { Exit::Resume.pack(frame.call) };
            snapshot.frames.push(Frame { code: frame.runs.pack(), pc, slots });
        }
        snapshot.virtuals = saving.made;
        self.trace.snap(snapshot)
    }

    // ---- slots ----

    /// The innermost frame.
    pub fn top(&mut self) -> &mut FrameState {
        self.frames.last_mut().unwrap_or_else(|| objects::fatal("a recording without a frame"))
    }

    /// The place of the stack item `depth` below the end.
    pub fn at(&mut self, depth: usize) -> usize {
        self.top().slots.len() - depth
    }

    /// Pushes an item that the trace holds.
    pub fn push(&mut self, item: Item) {
        self.top().slots.push(Slot::held(item));
    }

    /// Notes an object.
    pub fn add(&mut self, obj: Obj) -> Item {
        self.objs.push(obj);
        Item::Obj(ObjId(self.objs.len() as u32 - 1))
    }

    /// The object of an item.
    pub fn obj(&mut self, id: ObjId) -> &mut Obj {
        &mut self.objs[id.0 as usize]
    }

    /// An object that lives as long as the compiled code.
    pub fn constant(&mut self, object: &Object) -> Item {
        let val = if object.is_immortal() { pointer_const(object.as_ptr()) } else { self.keep(object) };
        let mut obj = Obj::new(val, 0, Life::Forever);
        obj.class = Some(object.class()).filter(|class| class.heap_type().is_none()).map(core::ptr::from_ref);
        obj.int = int_value_of(object).map(Arg::from);
        obj.float = object.cast_exact::<Float>().map(|float| Arg::from(float.value()));
        self.add(obj)
    }

    /// What is in the slot of the innermost frame now in the interpreter.
    pub fn live(&mut self, index: usize) -> *mut Object {
        self.live_in(self.frames.len() - 1, index)
    }

    fn live_in(&self, frame: usize, index: usize) -> *mut Object {
        let live = self.frames[frame].live;
        // SAFETY: a slot in use of a frame of the thread.
        unsafe { *(*live).localsplus().add(index) }
    }

    /// The item in a slot of the innermost frame; asks the memory for it, if need be. With `bound`, the slot is known to hold a
    /// value. An object that the trace has not made is made.
    pub fn item(&mut self, index: usize, bound: bool) -> Item {
        let item = self.held(index, bound);
        if !matches!(item, Item::Virtual(_)) {
            return item;
        }
        self.pointer(index);
        self.top().slots[index].item
    }

    /// As [`Recorder::item`], but nothing is made: for those who pass the item on, or know what to do with any.
    pub fn held(&mut self, index: usize, bound: bool) -> Item {
        self.item_in(self.frames.len() - 1, index, bound)
    }

    fn item_in(&mut self, frame: usize, index: usize, bound: bool) -> Item {
        let item = self.frames[frame].slots[index].item;
        let (Item::Memory, Some(memory)) = (item, self.frames[frame].memory) else { return item };
        let val = self.load(Op::ld_p, memory, layout::local(index), layout::LOCALS);
        let null = Arg::Const(Const::P(0));
        let item = if self.live_in(frame, index).is_null() {
            self.guard(Op::guard_eq, &[val, null]);
            Item::Null
        } else {
            if !bound {
                self.guard(Op::guard_ne, &[val, null]);
            }
            self.add(Obj::new(val, 1, Life::Counted))
        };
        self.frames[frame].slots[index].item = item;
        item
    }

    /// How many slots, and objects that the trace has not made, refer to the object.
    pub fn uses(&self, id: ObjId) -> u32 {
        let slots = self.frames.iter().flat_map(|frame| &frame.slots);
        let in_slots = slots.filter(|slot| slot.item == Item::Obj(id)).count() as u32;
        let in_virtuals = self.reachable().into_iter().flat_map(|id| self.virtual_of(id).items());
        in_slots + in_virtuals.filter(|&item| item == Item::Obj(id)).count() as u32
    }

    /// Gives up references that no slot needs any more.
    pub fn settle(&mut self, item: Item) {
        let id = match item {
            Item::Obj(id) => id,
            Item::Virtual(id) => return self.settle_virtual(id),
            _ => return,
        };
        let uses = self.uses(id);
        let obj = *self.obj(id);
        if obj.life != Life::Counted || obj.owned <= uses {
            return;
        }
        self.obj(id).owned = uses;
        for left in (uses..obj.owned).rev() {
            if left > 0 {
                self.count_down(&obj);
            } else {
                self.drop_reference(&obj);
            }
        }
    }

    /// Gives up a reference that is not the trace's last one.
    fn count_down(&mut self, obj: &Obj) {
        self.here = None;
        let callee = self.trace.declare(Helper::free.callee());
        self.trace.call(Op::rc_dec, &[obj.val], callee);
    }

    /// Gives up a reference that the trace owns.
    pub fn drop_reference(&mut self, obj: &Obj) {
        let quiet = obj.class.is_some_and(owns_nothing);
        if !quiet {
            self.protect();
            self.check_dead = true;
        }
        self.here = None;
        let callee = self.trace.declare(if quiet { Helper::free } else { Helper::die }.callee());
        self.trace.call(Op::rc_dec, &[obj.val], callee);
    }

    pub(crate) fn count_up(&mut self, val: Arg) {
        self.here = None;
        self.trace.push(Op::rc_inc, &[val]);
    }

    /// Before the heap changes: what it lends is owned from now on.
    pub fn protect(&mut self) {
        self.protect_some(|_| true);
    }

    /// As [`Recorder::protect`], where nothing changes but that this object is given up: a number's end concerns numbers alone.
    pub(crate) fn protect_from(&mut self, gone: &Obj) {
        let number =
            |class: &*const TypeObject| [&raw const PyLong_Type, &raw const PyFloat_Type].contains(class);
        if gone.class.as_ref().is_some_and(number) {
            self.protect_some(|obj| !obj.instance && obj.class.as_ref().is_none_or(number));
        } else {
            self.protect();
        }
    }

    fn protect_some(&mut self, concerns: impl Fn(&Obj) -> bool) {
        let borrowed = |item: Item| match item {
            Item::Obj(id) => {
                let obj = &self.objs[id.0 as usize];
                Some(id).filter(|_| obj.life == Life::Borrowed && concerns(obj))
            }
            _ => None,
        };
        let slots = self.frames.iter().flat_map(|frame| &frame.slots).map(|slot| slot.item);
        let fields = self.reachable().into_iter().flat_map(|id| self.virtual_of(id).items());
        let mut lent: Vec<ObjId> = slots.chain(fields).filter_map(borrowed).collect();
        lent.sort_unstable_by_key(|id| id.0);
        lent.dedup();
        for id in lent {
            let val = self.obj(id).val;
            self.count_up(val);
            let obj = self.obj(id);
            (obj.life, obj.owned) = (Life::Counted, 1);
        }
    }

    /// Removes the top `count` items and pushes `item` in their place.
    pub fn replace(&mut self, count: usize, item: Item) {
        let gone = self.take(count);
        self.push(item);
        gone.into_iter().for_each(|item| self.settle(item));
    }

    /// Removes the top `count` items.
    pub fn shrink(&mut self, count: usize) {
        self.take(count).into_iter().for_each(|item| self.settle(item));
    }

    /// Removes the top `count` items, whose references are still to be settled; the topmost first.
    pub fn take(&mut self, count: usize) -> Vec<Item> {
        for depth in 1..=count {
            let index = self.at(depth);
            self.held(index, true);
        }
        let start = self.at(count);
        self.here = None;
        self.top().slots.drain(start..).rev().map(|slot| slot.item).collect()
    }

    /// Puts an item that the trace holds into a slot of the innermost frame.
    pub fn set(&mut self, index: usize, item: Item) {
        let old = self.held(index, false);
        self.here = None;
        self.top().slots[index] = Slot::held(item);
        self.settle(old);
    }

    /// The object in a slot as a pointer; an int or float without one is given one.
    pub fn pointer(&mut self, index: usize) -> Arg {
        let top = self.frames.len() - 1;
        self.pointer_in(top, index)
    }

    pub(crate) fn pointer_in(&mut self, frame: usize, index: usize) -> Arg {
        let item = match self.frames[frame].slots[index].item {
            Item::Memory => self.item_in(frame, index, true),
            item => item,
        };
        self.pointer_to(item)
    }

    /// The object of an item as a pointer; one that the trace has not made is made, wherever it is referred to.
    pub(crate) fn pointer_to(&mut self, item: Item) -> Arg {
        let made = match item {
            Item::Null | Item::Memory => return Arg::Const(Const::P(0)),
            Item::Obj(id) => return self.obj(id).val,
            Item::Int(value) => {
                let val = self.call(Helper::box_int, &[value]);
                let class = Some(&raw const PyLong_Type);
                self.add(Obj { class, int: Some(value), ..Obj::new(val, 0, Life::Counted) })
            }
            Item::Float(value) => {
                let val = self.call(Helper::box_float, &[value]);
                let class = Some(&raw const PyFloat_Type);
                self.add(Obj { class, float: Some(value), ..Obj::new(val, 0, Life::Counted) })
            }
            Item::Bool(value) => {
                let word = |value| Arg::from(crate::helpers::bool_object(value) as i64);
                let chosen = self.op(Op::select, &[value, word(true), word(false)]);
                let val = self.op(Op::as_ptr, &[chosen]);
                let class = Some(&raw const PyBool_Type);
                self.add(Obj { class, ..Obj::new(val, 0, Life::Forever) })
            }
            Item::Virtual(id) => self.make(id),
        };
        self.here = None;
        // Wherever the value is, it is the one object.
        for slot in self.frames.iter_mut().flat_map(|frame| &mut frame.slots).filter(|slot| slot.item == item)
        {
            slot.item = made;
        }
        for field in self.virtuals.iter_mut().flat_map(Virtual::items_mut).filter(|field| **field == item) {
            *field = made;
        }
        let Item::Obj(id) = made else { return Arg::Const(Const::P(0)) };
        if self.obj(id).life == Life::Counted {
            self.obj(id).owned = 1;
        }
        self.obj(id).val
    }

    /// Takes the object in a slot out with a reference of its own.
    pub fn give(&mut self, index: usize) -> Arg {
        let top = self.frames.len() - 1;
        self.give_in(top, index)
    }

    pub(crate) fn give_in(&mut self, frame: usize, index: usize) -> Arg {
        let val = self.pointer_in(frame, index);
        self.here = None;
        if let Item::Obj(id) = self.frames[frame].slots[index].item {
            self.give_reference(id);
        }
        self.frames[frame].slots[index] = Slot::held(Item::Null);
        val
    }

    /// The object with a reference of its own, for who takes it out of a slot or a field that refers to it.
    pub(crate) fn give_reference(&mut self, id: ObjId) -> Arg {
        let (uses, obj) = (self.uses(id), *self.obj(id));
        if obj.life == Life::Counted && obj.owned >= uses {
            self.obj(id).owned -= 1;
        } else {
            self.count_up(obj.val);
        }
        obj.val
    }

    /// Brings what is in a slot to the slot's memory, which owns it from now on.
    pub fn hand_over(&mut self, frame: usize, index: usize) {
        let slot = self.frames[frame].slots[index];
        if !slot.home {
            let value = self.give_in(frame, index);
            if let Some(memory) = self.frames[frame].memory {
                self.store(memory, layout::local(index), value, layout::LOCALS);
            }
        } else if let Item::Obj(id) = slot.item {
            let (uses, obj) = (self.uses(id), *self.obj(id));
            if obj.owned >= uses {
                self.obj(id).owned -= 1;
            } else {
                self.count_up(obj.val);
            }
        }
        self.frames[frame].slots[index] = Slot::MEMORY;
    }

    // ---- kinds ----

    /// Guards that the object is of exactly this class, one that no instance can leave.
    pub fn guard_class(&mut self, id: ObjId, class: &'static TypeObject) {
        if self.obj(id).class == Some(core::ptr::from_ref(class)) {
            return;
        }
        let val = self.obj(id).val;
        let found = self.load(Op::ld_i64, val, layout::TYPE, Alias::CONSTANT);
        self.guard(Op::guard_eq, &[found, Arg::from(core::ptr::from_ref(class) as i64)]);
        self.obj(id).class = Some(class);
    }

    /// Guards that the object is the constant one.
    pub fn guard_is(&mut self, id: ObjId, object: &Object) {
        let val = self.obj(id).val;
        if matches!(val, Arg::Const(_)) {
            return;
        }
        let constant = if object.is_immortal() { pointer_const(object.as_ptr()) } else { self.keep(object) };
        self.guard(Op::guard_eq, &[val, constant]);
    }

    /// The value of a slot that now holds an exact int of a word.
    pub fn int(&mut self, index: usize) -> Option<Arg> {
        let id = match self.item(index, true) {
            Item::Int(value) => return Some(value),
            Item::Obj(id) => id,
            _ => return None,
        };
        if let Some(value) = self.obj(id).int {
            return Some(value);
        }
        // SAFETY: the slot holds an object.
        let live = unsafe { self.live(index).as_ref() }?;
        int_value_of(live)?;
        self.guard_class(id, &PyLong_Type);
        let val = self.obj(id).val;
        let compact = live.cast_exact::<objects::types::int::Int>()?.is_compact();
        let value = if compact {
            let tag = self.load(Op::ld_i64, val, layout::INT_TAG, layout::INT);
            self.guard(Op::guard_ult, &[tag, Arg::from(16)]);
            let digit = self.load(Op::ld_u32, val, layout::INT_DIGIT, layout::INT);
            let sign = self.op(Op::and, &[tag, Arg::from(3)]);
            let sign = self.op(Op::sub, &[Arg::from(1), sign]);
            self.op(Op::mul, &[sign, digit])
        } else {
            let fits = self.call(Helper::int_fits, &[val]);
            self.guard(Op::guard_true, &[fits]);
            self.call(Helper::int_value, &[val])
        };
        self.obj(id).int = Some(value);
        Some(value)
    }

    /// The value of a slot that now holds an exact float.
    pub fn float(&mut self, index: usize) -> Option<Arg> {
        let id = match self.item(index, true) {
            Item::Float(value) => return Some(value),
            Item::Obj(id) => id,
            _ => return None,
        };
        if let Some(value) = self.obj(id).float {
            return Some(value);
        }
        // SAFETY: the slot holds an object.
        if !unsafe { self.live(index).as_ref() }?.is_exactly(&PyFloat_Type) {
            return None;
        }
        self.guard_class(id, &PyFloat_Type);
        let val = self.obj(id).val;
        let value = self.load(Op::ld_f64, val, layout::FLOAT_VALUE, layout::FLOAT);
        self.obj(id).float = Some(value);
        Some(value)
    }

    /// Writes the number in a slot into the object of a number `old` that is now in its place, if nobody else refers to that: then nobody
    /// can tell it from a new one. Whether it is so. What the heap lends is owned already.
    pub(crate) fn overwrite(&mut self, old: Arg, live: *mut Object, index: usize) -> bool {
        // SAFETY: what is in the place is alive.
        let Some(live) = (unsafe { live.as_ref() }).filter(|live| live.is_unique()) else { return false };
        match self.item(index, true) {
            Item::Float(value) if live.is_exactly(&PyFloat_Type) => {
                self.guard_unique(old, &PyFloat_Type);
                self.trace.access(Op::st_f64, &[old, value], Mem::at(layout::FLOAT_VALUE, layout::FLOAT));
                true
            }
            Item::Int(value) if live.is_exactly(&PyLong_Type) => {
                // SAFETY: the slot holds an int.
                let now = unsafe { self.live(index).as_ref() }.and_then(int_value_of);
                if !now.is_some_and(|now| UNSHARED.contains(&now)) {
                    return false;
                }
                self.guard_unique(old, &PyLong_Type);
                let above = self.op(Op::sub, &[value, Arg::from(UNSHARED.start)]);
                self.guard(Op::guard_ult, &[above, Arg::from(UNSHARED.end - UNSHARED.start)]);
                self.store(old, layout::INT_TAG, Arg::from(layout::ONE_DIGIT), layout::INT);
                self.store_as(Op::st_32, old, layout::INT_DIGIT, value, layout::INT);
                true
            }
            _ => false,
        }
    }

    fn guard_unique(&mut self, old: Arg, class: &'static TypeObject) {
        let found = self.load(Op::ld_i64, old, layout::TYPE, Alias::CONSTANT);
        self.guard(Op::guard_eq, &[found, Arg::from(core::ptr::from_ref(class) as i64)]);
        let count = self.load(Op::ld_i64, old, 0, Alias::VOLATILE);
        self.guard(Op::guard_eq, &[count, Arg::from(1)]);
    }

    /// The object in a place that is going to be overwritten, `live` as of now. A number is guarded to be one, as it mostly stays one,
    /// and ends without ado.
    pub(crate) fn overwritten(&mut self, old: Arg, live: *mut Object) -> Obj {
        let mut obj = Obj::new(old, 1, Life::Counted);
        // SAFETY: what is in the place is alive.
        let live = unsafe { live.as_ref() };
        let number: Option<&'static TypeObject> = [&PyLong_Type, &PyFloat_Type]
            .into_iter()
            .find(|class| live.is_some_and(|live| live.is_exactly(class)));
        if let Some(class) = number {
            let found = self.load(Op::ld_i64, old, layout::TYPE, Alias::CONSTANT);
            self.guard(Op::guard_eq, &[found, Arg::from(core::ptr::from_ref(class) as i64)]);
            obj.class = Some(class);
        }
        obj
    }

    /// What the last instruction left to ask, now that its effects are the state.
    pub fn checks(&mut self) {
        self.here = None;
        if core::mem::take(&mut self.check_dead) {
            let place = Arg::from(&raw const WAITING as i64);
            let waiting = self.load(Op::ld_i64, place, 0, Alias::VOLATILE);
            let snap = self.snapshot(self.pc, Exit::Bury);
            self.trace.guard(Op::guard_eq, &[waiting, Arg::from(0)], snap);
        }
        if core::mem::take(&mut self.check_frame) {
            let memories: Vec<Arg> = self.frames.iter().filter_map(|frame| frame.memory).collect();
            self.guard_unseen(&memories);
        }
    }

    /// Guards that nobody has looked at the frames with these memories.
    pub fn guard_unseen(&mut self, memories: &[Arg]) {
        let snap = self.snapshot(self.pc, Exit::Looked);
        for &memory in memories {
            let object = self.load(Op::ld_i64, memory, layout::FRAME_OBJECT, layout::FRAME);
            self.trace.guard(Op::guard_eq, &[object, Arg::from(0)], snap);
        }
    }
}

/// Ints of one digit that have an object of their own.
const UNSHARED: core::ops::Range<i64> = 257..1 << 30;

/// How many slots of a snapshot's frame come before the interpreter's: the thread, only in the outermost frame, and the frame's memory.
pub fn heads(frame: usize) -> usize {
    if frame == 0 { 2 } else { 1 }
}

/// A pointer that does not change.
pub fn pointer_const(pointer: *const Object) -> Arg {
    Arg::Const(Const::P(pointer as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_are_packed() {
        for exit in EXITS {
            assert_eq!(Exit::unpack(exit.pack(70_000)), (70_000, exit));
        }
    }

    /// A recording of a frame with two slots that nothing is known of.
    fn recorder() -> Recorder {
        let mut recorder = Recorder::new("test".into(), Origin::Root, 100);
        recorder.thread = recorder.trace.param(Ty::I).into();
        recorder.frame = recorder.trace.param(Ty::I).into();
        let slots = vec![Slot::held(Item::Null); 2];
        let (runs, code, live) = (Runs::Outermost, core::ptr::null(), core::ptr::null());
        let memory = Some(recorder.frame);
        recorder.frames.push(FrameState { runs, code, live, slots, locals: 2, call: 0, memory });
        recorder
    }

    #[test]
    fn references_are_given_up_once() {
        let mut recorder = recorder();
        let val = recorder.trace.param(Ty::P).into();
        let item = recorder.add(Obj::new(val, 1, Life::Counted));
        recorder.set(0, item);
        recorder.set(1, item);
        let drops = |recorder: &Recorder| {
            recorder.trace.vals().filter(|&val| recorder.trace.inst(val).op == Op::rc_dec).count()
        };
        recorder.set(0, Item::Null);
        assert_eq!(drops(&recorder), 0);
        recorder.set(1, Item::Null);
        assert_eq!(drops(&recorder), 1);
        assert!(recorder.check_dead);
    }

    #[test]
    fn a_snapshot_says_who_owns() {
        let mut recorder = recorder();
        let val: Arg = recorder.trace.param(Ty::P).into();
        let item = recorder.add(Obj::new(val, 1, Life::Counted));
        recorder.set(0, item);
        recorder.set(1, item);
        let snap = recorder.snapshot(5, Exit::Resume);
        let snapshot = recorder.trace.snapshot_by_id(snap).to_owned();
        assert_eq!(snapshot.frames[0].slots[2..], [Saved::Arg(val), Saved::Virtual(0)]);
        assert_eq!(
            snapshot.virtuals[0],
            ir::trace::Virtual { desc: made::REFERENCE, fields: vec![Saved::Arg(val)] }
        );
    }

    #[test]
    fn what_the_heap_lends_is_owned_before_it_changes() {
        let mut recorder = recorder();
        let val = recorder.trace.param(Ty::P).into();
        let item = recorder.add(Obj::new(val, 0, Life::Borrowed));
        recorder.set(0, item);
        recorder.protect();
        recorder.protect();
        let ups = recorder.trace.vals().filter(|&val| recorder.trace.inst(val).op == Op::rc_inc).count();
        assert_eq!(ups, 1);
    }

    #[test]
    fn one_value_is_one_object_in_a_bridge() {
        let mut recorder = recorder();
        let arg = recorder.trace.param(Ty::P).into();
        let saved = Saved::Arg(arg);
        let mut begun = Begun { owned: vec![arg.val().expect("a parameter")], ..Begun::default() };
        let reference = ir::trace::Virtual { desc: made::REFERENCE, fields: vec![saved] };
        let on_stack = recorder.begin_virtual(&reference, &[], &mut begun, &mut || arg);
        let in_local = recorder.begin_owned(&saved, arg, &mut begun);
        assert_eq!(on_stack, in_local);
        let Item::Obj(id) = in_local else { panic!("an object") };
        assert_eq!(recorder.obj(id).owned, 1);
        assert!(recorder.trace.vals().all(|val| recorder.trace.inst(val).op != Op::rc_inc));
    }
}
