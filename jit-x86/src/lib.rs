//! The x86-64 assembler backend: sees nothing but the trace IR.
//!
//! # Porting list: what a backend consists of
//!
//! 1. `regs.rs`: the registers by their numbers; which the allocator may hand out, volatile ones first; one scratch
//!    register of each class that it never sees; where arguments and results go; what a call destroys.
//! 2. `asm.rs`: encoders for the instructions that `emit.rs` wants, one line each; `tests/encode.rs` takes every line apart
//!    again.
//! 3. `forms.rs`: for each op of the low level, where operands may be (any register, a fixed one, a constant that fits,
//!    memory), where the result goes, what else is destroyed. This is all that placement knows of the machine; a
//!    rule that lies is found only by running code, so list every register an instruction touches.
//! 4. `emit.rs`: one match from placed ops to instructions. Operands are where the form wanted them. Scratch registers may be
//!    used within an op. A guard jumps to `at.exit` through `Buffer::refer`, and must not have written its result's register if
//!    the exit's operands could be in it (they cannot: placement keeps them apart). Moves may change the flags.
//! 5. `entry.rs`: the trampoline that makes the native frame (`ir::exits` lays it out), the handler that saves registers by number
//!    into the exit state, the exits' stubs, and `patch`/`leap`, which point jumps elsewhere.
//! 6. `disasm.rs`: for dumps and golden listings.
//! 7. This file: `impl Machine`, nothing but delegation.
//!
//! Then: `vm/ir/tests/corpus` must pass on the pretend machine with the new rules, and natively or under an emulator; so must a
//! million random traces (`cargo run -p ir --example fuzz_ir 1000000`).
//!
//! The code is for SSE2; BMI2 shifts and SSE4.1 rounding are used where the processor has them.

pub mod regs;

pub mod asm;

mod forms;

mod emit;

mod entry;

#[cfg(feature = "disasm")]
pub mod disasm;

use ir::machine::{Buffer, Form, Label, Loc, Machine, OutOfReach, Placed, RegFile};
use ir::ops::{Op, Ty};

use asm::Asm;

pub use forms::Features;

/// The machine: an x86-64 with these extensions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct X86(pub Features);

impl X86 {
    /// What the processor has; nothing but the baseline if it is another machine.
    pub fn detect() -> X86 {
        #[cfg(target_arch = "x86_64")]
        return X86(Features {
            bmi2: std::arch::is_x86_feature_detected!("bmi2"),
            sse41: std::arch::is_x86_feature_detected!("sse4.1"),
        });
        #[cfg(not(target_arch = "x86_64"))]
        X86::default()
    }
}

impl Machine for X86 {
    const NAME: &'static str = "x86-64";
    const REGS: RegFile = regs::FILE;
    const NATIVE: bool = cfg!(target_arch = "x86_64");

    fn form(&self, op: Op) -> Form {
        self.0.form(op)
    }

    fn emit(&self, code: &mut Buffer, at: &Placed) {
        self.0.emit_op(code, at);
    }

    fn mov(&self, code: &mut Buffer, ty: Ty, to: Loc, from: Loc) {
        emit::mov(code, ty, to, from);
    }

    fn jump(&self, code: &mut Buffer, to: Label) {
        Asm(code).jmp(to);
    }

    fn call(&self, code: &mut Buffer, address: u64) {
        emit::call(code, address);
    }

    fn exit(&self, code: &mut Buffer, number: u32) {
        entry::stub(code, number);
    }

    fn align_loop(&self, code: &mut Buffer) {
        let here = code.here();
        Asm(code).nop(here.next_multiple_of(16) - here);
    }

    fn trampoline(&self, code: &mut Buffer) {
        entry::trampoline(code);
    }

    fn handler(&self, code: &mut Buffer) {
        entry::handler(code);
    }

    fn patch(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach> {
        entry::patch(code, at, to)
    }

    #[cfg(feature = "disasm")]
    fn disassemble(code: &[u8], base: u64) -> Vec<(usize, String)> {
        disasm::disassemble(code, base)
    }

    fn leap(code: &mut [u8], at: usize, to: isize) -> Result<(), OutOfReach> {
        entry::leap(code, at, to)
    }
}
