//! Specialisation: instructions that look at their operands, rewrite themselves for what they saw, and fall back.
//!
//! [`base`] has the instructions as compiled. A specialised handler that does not fit goes to the one in `base`, whose counter decides
//! when to look again; where the operands are right but a value is out of the ordinary, it goes to the general handler in [`crate::ops`]
//! and nothing is counted. The instructions, counters and sizes of caches are CPython's; what the cache entries hold is ours, and each
//! file says it at its head.

pub mod base;
pub mod cache;
pub mod counter;

pub mod name;

pub mod load_attr;
pub mod store_attr;
pub mod super_attr;

pub mod arith;
pub mod compare;
pub mod iter;
pub mod subscr;

pub mod call;
pub mod native;
pub mod push;

use crate::eval::Handler;
use bytecode::opcodes::op;

/// Puts the specialised instructions into the table.
pub const fn fill(table: &mut [Handler; 256]) {
    use crate::ops::jump::RESUME_CHECK;
    use arith::*;
    use call::*;
    use compare::*;
    use iter::*;
    use load_attr::*;
    use name::*;
    use native::*;
    use store_attr::*;
    use subscr::*;
    use super_attr::*;
    macro_rules! fill {
        (
            ($oparg:ident)
            base { $($base:tt)* }
            specialized { $($num:literal $name:ident $family:ident $($flag:ident)*;)* }
            $($rest:tt)*
        ) => { $(table[op::$name as usize] = $name as Handler;)* };
    }
    bytecode::opcodes!(fill);
}
