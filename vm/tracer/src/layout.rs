//! Where fields are, and the alias classes of memory: accesses of different classes never touch the same bytes.

use core::mem::offset_of;
use ir::trace::Alias;
use objects::TypeObject;
use objects::interpreter_frame::{InterpreterFrame, SPECIALS_WORDS};
use objects::state::ThreadState;
use objects::types::function::Function;
use objects::types::generator::Generator;
use objects::types::range::iter::RangeIterator;

macro_rules! aliases {
    ($($(#[$meta:meta])* $name:ident)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbers of the constants below")]
        enum Number { ANY, $($name),* }
        $($(#[$meta])* pub const $name: Alias = Alias(Number::$name as u16);)*
        const _: () = assert!(Number::ANY as u16 == Alias::ANY.0);
    };
}

aliases! {
    /// Fast locals and stacks of frames.
    LOCALS
    /// The other fields of frames.
    FRAME
    /// A thread's pending exception.
    EXCEPTION
    /// Which class an instance of a class made by a program has.
    CLASS
    /// Versions of classes and functions.
    VERSION
    /// Shapes of instances.
    SHAPE
    /// Attributes of instances.
    ATTR
    /// Values of floats, which change only where compiled code reuses the object that nobody else refers to.
    FLOAT
    /// Tags and digits of ints, which change likewise.
    INT
    /// Fields of range iterators.
    RANGE
    /// Fields of iterators over sequences.
    ITER
    /// Length and place of a list's items.
    LIST
    /// The items of lists.
    ITEMS
    /// The tables of namespaces.
    KEYS
    /// The values in namespaces.
    GLOBALS
    /// Contents of cells.
    CELL
}

/// `ob_type`
pub const TYPE: i32 = 8;
/// `ob_size`
pub const SIZE: i32 = 16;
/// `lv_tag` and the first digit of an int.
pub const INT_TAG: i32 = 16;
pub const INT_DIGIT: i32 = 24;
/// The tag of a positive int of one digit.
pub const ONE_DIGIT: i64 = 1 << 3;
/// `ob_fval`
pub const FLOAT_VALUE: i32 = 16;
/// `ob_item` of a list, and of a tuple the first item.
pub const LIST_ITEMS: i32 = 24;
pub const TUPLE_ITEMS: i32 = 24;
/// The position and the sequence of an iterator over a list or tuple.
pub const ITER_INDEX: i32 = 16;
pub const ITER_SEQUENCE: i32 = 24;

/// The definition of a built-in function and what it is bound to.
pub const METHOD_DEF: i32 = 16;
pub const METHOD_SELF: i32 = 24;

/// The function of a method, and the object that it is bound to.
pub const METHOD_FUNCTION: i32 = 16;
pub const METHOD_OBJECT: i32 = 24;

/// The contents of a cell.
pub const CELL_VALUE: i32 = 16;

pub const RANGE_START: i32 = offset_of!(RangeIterator, start) as i32;
pub const RANGE_STEP: i32 = offset_of!(RangeIterator, step) as i32;
pub const RANGE_LEN: i32 = offset_of!(RangeIterator, len) as i32;

pub const EXECUTABLE: i32 = offset_of!(InterpreterFrame, f_executable) as i32;
pub const PREVIOUS: i32 = offset_of!(InterpreterFrame, previous) as i32;
pub const FRAME_OBJECT: i32 = offset_of!(InterpreterFrame, frame_obj) as i32;
pub const FRAME_LOCALS: i32 = offset_of!(InterpreterFrame, f_locals) as i32;
pub const INSTR_PTR: i32 = offset_of!(InterpreterFrame, instr_ptr) as i32;
pub const STACKTOP: i32 = offset_of!(InterpreterFrame, stacktop) as i32;
/// From a generator to its frame, and from there to the generator's state.
pub const GENERATOR_FRAME: i64 = offset_of!(Generator, iframe) as i64;
pub const GENERATOR_STATE: i32 = offset_of!(Generator, frame_state) as i32 - GENERATOR_FRAME as i32;
pub const BREAKER: i32 = offset_of!(ThreadState, eval_breaker) as i32;
pub const RECURSION: i32 = offset_of!(ThreadState, py_recursion_remaining) as i32;
pub const CURRENT_EXCEPTION: i32 = offset_of!(ThreadState, current_exception) as i32;

pub const TYPE_VERSION: i32 = offset_of!(TypeObject, tp_version_tag) as i32;
pub const FUNCTION_VERSION: i32 = offset_of!(Function, func_version) as i32;

/// The fast local or stack item in a frame.
pub fn local(index: usize) -> i32 {
    (SPECIALS_WORDS + index) as i32 * 8
}
