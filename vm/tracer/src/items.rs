//! What a recording knows of the values in the interpreter's slots.

use interp::call::operation::Operation;
use interp::eval::FramePtr;
use ir::trace::Arg;
use objects::TypeObject;
use objects::types::code::Code;
use objects::types::function::Function;

/// An object that the recording knows: an entry of its list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ObjId(pub u32);

/// What is in a slot.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Item {
    Null,
    /// What the slot's memory holds, which the trace has not asked for yet.
    Memory,
    Obj(ObjId),
    /// An int without its object.
    Int(Arg),
    Float(Arg),
    /// 1 or 0.
    Bool(Arg),
    /// An object that the trace has not made: an entry of the recording's other list.
    Virtual(VirtualId),
}

/// An object that is there for the program alone: an entry of [`Recorder::virtuals`](crate::recorder::Recorder::virtuals).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VirtualId(pub u32);

/// What such an object is.
#[derive(Clone)]
pub enum Virtual {
    Instance {
        class: &'static TypeObject,
        /// Where the attribute word is and its lower half, if it has one.
        shape: Option<(i32, u32)>,
        /// Attributes by where they are in the object.
        fields: Vec<(i32, Item)>,
    },
    Tuple(Vec<Item>),
}

impl Virtual {
    /// What it refers to.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        let (fields, items): (&[(i32, Item)], &[Item]) = match self {
            Virtual::Instance { fields, .. } => (fields, &[]),
            Virtual::Tuple(items) => (&[], items),
        };
        fields.iter().map(|field| field.1).chain(items.iter().copied())
    }

    /// The places of these.
    pub fn items_mut(&mut self) -> impl Iterator<Item = &mut Item> {
        let (fields, items): (&mut [(i32, Item)], &mut [Item]) = match self {
            Virtual::Instance { fields, .. } => (fields, &mut []),
            Virtual::Tuple(items) => (&mut [], items),
        };
        fields.iter_mut().map(|field| &mut field.1).chain(items.iter_mut())
    }
}

/// Why an object is there for as long as the trace uses it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Life {
    /// The trace and the memory of slots at home own [`Obj::owned`] references.
    Counted,
    /// Something in the heap refers to it; holds until anything is changed there.
    Borrowed,
    /// It is immortal, or the compiled code keeps it.
    Forever,
}

/// An object.
#[derive(Clone, Copy, Debug)]
pub struct Obj {
    pub val: Arg,
    pub owned: u32,
    pub life: Life,
    /// Its exact class, where that is known for good.
    pub class: Option<*const TypeObject>,
    /// Whether its class was made by a program.
    pub instance: bool,
    /// Its value, where that has been taken out.
    pub int: Option<Arg>,
    pub float: Option<Arg>,
}

impl Obj {
    /// An object of which nothing else is known.
    pub fn new(val: Arg, owned: u32, life: Life) -> Obj {
        Obj { val, owned, life, class: None, instance: false, int: None, float: None }
    }
}

/// A fast local or stack item.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Slot {
    pub item: Item,
    /// Whether the slot's memory holds the item and owns it.
    pub home: bool,
}

impl Slot {
    /// Held by the trace.
    pub fn held(item: Item) -> Slot {
        Slot { item, home: false }
    }

    /// What the memory holds.
    pub const MEMORY: Slot = Slot { item: Item::Memory, home: true };
}

/// What runs in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runs {
    /// Whatever the interpreter ran when the trace was entered.
    Outermost,
    Function(*const Function),
    /// The code that gives an instance back when its `__init__` is done.
    Init,
    /// The code that looks at what the method of an operator gives.
    Operation(Operation),
    /// A generator, whose frame lies in it. Only once it is linked is it running and above its caller for others to see. The
    /// caller goes on `after` units behind its instruction when it returns.
    Generator {
        linked: bool,
        after: u32,
    },
}

/// Marks an operation among what a snapshot's frame runs; no pointer has the bit.
const OPERATION: u64 = 1 << 63;

impl Runs {
    /// As a snapshot's frame has it.
    pub fn pack(self) -> u64 {
        match self {
            Runs::Outermost | Runs::Init => 0,
            Runs::Function(function) => function as u64,
            Runs::Operation(operation) => OPERATION | u64::from(operation.number()),
            Runs::Generator { linked, after } => 1 | u64::from(linked) << 1 | u64::from(after) << 2,
        }
    }

    /// What the frame with that number in a snapshot has.
    pub fn unpack(packed: u64, number: usize) -> Runs {
        match packed {
            0 if number == 0 => Runs::Outermost,
            0 => Runs::Init,
            packed if packed & OPERATION != 0 => {
                Operation::from_number(packed as u8).map_or(Runs::Init, Runs::Operation)
            }
            packed if packed & 1 == 0 => Runs::Function(packed as *const Function),
            packed => Runs::Generator { linked: packed & 2 != 0, after: (packed >> 2) as u32 },
        }
    }

    /// The function.
    pub fn function(self) -> Option<*const Function> {
        match self {
            Runs::Function(function) => Some(function),
            _ => None,
        }
    }
}

/// A frame. The outermost is the interpreter's; those above it have memory only once something has been called that could look.
#[derive(Clone, Debug)]
pub struct FrameState {
    pub runs: Runs,
    pub code: *const Code,
    /// The interpreter's frame while recording.
    pub live: FramePtr,
    /// Fast locals, then the stack.
    pub slots: Vec<Slot>,
    pub locals: usize,
    /// The calling instruction, in a frame that waits for a call.
    pub call: u32,
    /// Its memory, if it has any.
    pub memory: Option<Arg>,
}

/// How a loop's code takes a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Obj,
    Int,
    Float,
    /// Without a value.
    Null,
}

/// How a loop is entered.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Entry {
    /// The slots that the loop's code takes over, in the order of its parameters behind thread and frame.
    pub slots: Vec<(u16, Kind)>,
    /// Items on the stack.
    pub depth: usize,
    /// The word of the eval breaker while nothing is asked of the code and tools see nothing of it.
    pub breaker: usize,
}
