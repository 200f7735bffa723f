//! Moving values on the stack, constants.
#![allow(non_snake_case, reason = "handlers have the opcodes' names")]

use crate::eval::fast_ops;
use crate::finish::drop_one;

fast_ops! { (pc, sp, frame, ts, arg, table)
    NOP {}

    CACHE {
        return crate::eval::unknown(pc, sp, frame, ts, arg, table);
    }

    RESERVED {
        return crate::eval::unknown(pc, sp, frame, ts, arg, table);
    }

    INTERPRETER_EXIT {
        return crate::eval::interpreter_exit(pc, sp, frame, ts, arg, table);
    }

    /// The next instruction's argument has another eight bits above its own.
    EXTENDED_ARG {
        let word = *pc;
        return ((*table).0[usize::from(word as u8)])(
            pc.add(1), sp, frame, ts, arg << 8 | usize::from(word >> 8), table,
        );
    }

    POP_TOP {
        sp = sp.sub(1);
        drop_one!(*sp, pc, sp, frame, ts, table)
    }

    END_FOR {
        sp = sp.sub(1);
        drop_one!(*sp, pc, sp, frame, ts, table)
    }

    PUSH_NULL {
        *sp = core::ptr::null_mut();
        sp = sp.add(1);
    }

    COPY {
        let item = *sp.sub(arg);
        if !item.is_null() {
            (*item).incref();
        }
        *sp = item;
        sp = sp.add(1);
    }

    SWAP {
        // Not `ptr::swap`, whose own variable would keep this from ending in a jump.
        let (top, other) = (*sp.sub(1), *sp.sub(arg));
        *sp.sub(1) = other;
        *sp.sub(arg) = top;
    }

    LOAD_CONST {
        let item = *(*frame).code().consts().places().as_ptr().add(arg).cast::<*mut objects::Object>();
        (*item).incref();
        *sp = item;
        sp = sp.add(1);
    }
}
