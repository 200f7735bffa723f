//! The AArch64 assembler backend: sees nothing but the trace IR.
//!
//! The files are those of `jit-x86`, whose `lib.rs` says what each is for. The code is for the base architecture, ARMv8.0.

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

/// The machine: any AArch64.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Arm;

impl Machine for Arm {
    const NAME: &'static str = "aarch64";
    const REGS: RegFile = regs::FILE;
    const NATIVE: bool = cfg!(target_arch = "aarch64");

    fn form(&self, op: Op) -> Form {
        forms::form(op)
    }

    fn emit(&self, code: &mut Buffer, at: &Placed) {
        emit::emit(code, at);
    }

    fn mov(&self, code: &mut Buffer, ty: Ty, to: Loc, from: Loc) {
        emit::mov(code, ty, to, from);
    }

    fn jump(&self, code: &mut Buffer, to: Label) {
        Asm(code).to(asm::B, regs::XZR, to);
    }

    fn call(&self, code: &mut Buffer, address: u64) {
        emit::call(code, address);
    }

    fn exit(&self, code: &mut Buffer, number: u32) {
        entry::stub(code, number);
    }

    fn align_loop(&self, code: &mut Buffer) {
        while !code.here().is_multiple_of(16) {
            Asm(code).nop();
        }
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
