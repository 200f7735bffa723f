//! Every instruction form, taken apart again: all registers, and immediates at their edges.

use ir::machine::Buffer;
use jit_arm::asm::{self, Address, Asm, Cond, float8, imm12, pattern};
use jit_arm::disasm::disassemble;
use jit_arm::regs::{SP, XZR, d, x};

/// What is emitted, as text, one line per instruction.
fn text(emit: impl FnOnce(&mut Asm)) -> String {
    let mut code = Buffer::new(0x10000, 0);
    emit(&mut Asm(&mut code));
    let lines: Vec<String> = disassemble(&code.bytes, 0x10000).into_iter().map(|line| line.1).collect();
    lines.join("; ")
}

fn check(emit: impl FnOnce(&mut Asm), expected: &str) {
    assert_eq!(text(emit), expected);
}

#[test]
fn three_registers() {
    let rows = [
        ("add", asm::ADD),
        ("adds", asm::ADDS),
        ("sub", asm::SUB),
        ("subs", asm::SUBS),
        ("and", asm::AND),
        ("orr", asm::ORR),
        ("eor", asm::EOR),
        ("orn", asm::ORN),
        ("mul", asm::MUL),
        ("smulh", asm::SMULH),
        ("sdiv", asm::SDIV),
        ("lsl", asm::LSLV),
        ("lsr", asm::LSRV),
        ("asr", asm::ASRV),
    ];
    for (name, op) in rows {
        for n in 0..31u8 {
            let (a, b) = (30 - n, n / 2);
            check(|asm| asm.rrr(op, x(n), x(a), x(b)), &format!("{name} x{n}, x{a}, x{b}"));
        }
    }
    for (name, op) in [("fadd", asm::FADD), ("fsub", asm::FSUB), ("fmul", asm::FMUL), ("fdiv", asm::FDIV)] {
        for n in 0..32u8 {
            check(
                |asm| asm.rrr(op, d(n), d(31 - n), d(n / 2)),
                &format!("{name} d{n}, d{}, d{}", 31 - n, n / 2),
            );
        }
    }
    check(|a| a.shifted(asm::ADD, x(1), x(2), x(3), 0, 3), "add x1, x2, x3, lsl #3");
    check(|a| a.shifted(asm::SUBS, XZR, x(17), x(3), 2, 63), "cmp x17, x3, asr #63");
    check(|a| a.msub(x(1), x(2), x(3), x(4)), "msub x1, x2, x3, x4");
    check(|a| a.mov(x(1), x(30)), "mov x1, x30");
}

#[test]
fn two_registers() {
    let rows = [
        ("fneg", asm::FNEG),
        ("fabs", asm::FABS),
        ("fsqrt", asm::FSQRT),
        ("fmov", asm::FMOV),
        ("frintn", asm::FRINTN),
        ("frintp", asm::FRINTP),
        ("frintm", asm::FRINTM),
        ("frintz", asm::FRINTZ),
    ];
    for (name, op) in rows {
        for n in 0..32u8 {
            check(|a| a.rr(op, d(n), d(31 - n)), &format!("{name} d{n}, d{}", 31 - n));
        }
    }
    for n in 0..31u8 {
        check(|a| a.rr(asm::SCVTF, d(n), x(n)), &format!("scvtf d{n}, x{n}"));
        check(|a| a.rr(asm::FCVTZS, x(n), d(n)), &format!("fcvtzs x{n}, d{n}"));
        check(|a| a.rr(asm::FMOV_TO_X, x(n), d(n)), &format!("fmov x{n}, d{n}"));
        check(|a| a.rr(asm::FMOV_FROM_X, d(n), x(n)), &format!("fmov d{n}, x{n}"));
        check(|a| a.fcmp(d(n), d(31 - n)), &format!("fcmp d{n}, d{}", 31 - n));
        check(|a| a.cset(x(n), Cond::LT), &format!("cset x{n}, lt"));
        check(|a| a.csel(x(n), x(30 - n), x(1), Cond::HI), &format!("csel x{n}, x{}, x1, hi", 30 - n));
    }
}

#[test]
fn immediates() {
    for n in 0..31u8 {
        check(|a| a.ri(asm::ADD_I, x(n), x(30 - n), 4095), &format!("add x{n}, x{}, #0xfff", 30 - n));
        check(|a| a.ri(asm::SUBS_I, x(n), x(30 - n), 1), &format!("subs x{n}, x{}, #0x1", 30 - n));
        check(|a| a.field(asm::UBFM, x(n), x(30 - n), 61, 60), &format!("lsl x{n}, x{}, #0x3", 30 - n));
        check(|a| a.field(asm::UBFM, x(n), x(30 - n), 3, 63), &format!("lsr x{n}, x{}, #0x3", 30 - n));
        check(|a| a.field(asm::SBFM, x(n), x(30 - n), 63, 63), &format!("asr x{n}, x{}, #0x3f", 30 - n));
    }
    assert!(imm12(4095) && imm12(4096) && imm12(0xfff000) && !imm12(4097) && !imm12(1 << 24));
    check(|a| a.ri(asm::ADD_I, SP, SP, 3280), "add sp, sp, #0xcd0");
}

/// What a logical immediate's field says, by the rule of the architecture manual (`DecodeBitMasks`).
fn decode(field: u32) -> u64 {
    let (wide, by, ones) = (field >> 12 & 1, field >> 6 & 63, field & 63);
    let length = 31 - (wide << 6 | !ones & 63).leading_zeros();
    let size = 1u32 << length;
    let run = u64::MAX >> (63 - (ones & (size - 1)));
    let mask = u64::MAX >> (64 - size);
    let by = by & (size - 1);
    let element = if by == 0 { run } else { (run >> by | run << (size - by)) & mask };
    (0..64 / size).fold(0, |all, n| all | element << (n * size).min(63))
}

#[test]
fn patterns_are_those_of_the_manual() {
    let mut count = 0;
    for size in [2u32, 4, 8, 16, 32, 64] {
        for ones in 1..size {
            for by in 0..size {
                let mask = u64::MAX >> (64 - size);
                let run = u64::MAX >> (64 - ones);
                let element = if by == 0 { run } else { (run >> by | run << (size - by)) & mask };
                let value = (0..64 / size).fold(0, |all, n| all | element << (n * size));
                let field = pattern(value).expect("it is one");
                assert_eq!(decode(field), value, "{value:#x}: {field:#x}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 5334);
    for value in [0, u64::MAX, 5, 0x1234, 0xff00_ff01] {
        assert_eq!(pattern(value), None);
    }
}

#[test]
fn constants() {
    check(|a| a.mov_i(x(1), 0), "mov x1, #0x0");
    check(|a| a.mov_i(x(1), 0xffff), "mov x1, #0xffff");
    check(|a| a.mov_i(x(1), u64::MAX), "mov x1, #0xffffffffffffffff");
    check(|a| a.mov_i(x(30), 0x1234_5678), "mov x30, #0x5678; movk x30, #0x1234, lsl #16");
    check(|a| a.mov_i(x(1), 0xffff_ffff_1234_5678), "mov x1, #0xffffffffffff5678; movk x1, #0x1234, lsl #16");
    assert_eq!(float8(1.0f64.to_bits()), Some(0x70));
    assert_eq!(float8(0.1f64.to_bits()), None);
    for (value, shown) in [(1.0f64, "1.0"), (-2.0, "-2.0"), (0.5, "0.5"), (31.0, "31.0")] {
        let imm = float8(value.to_bits()).expect("it is one");
        check(|a| a.fmov_i(d(3), imm), &format!("fmov d3, #{shown}"));
    }
}

#[test]
fn memory() {
    let at = |offset| Address { base: x(2), index: None, offset };
    let rows = [
        ("ldrb w1", asm::LDRB, 1),
        ("ldrh w1", asm::LDRH, 2),
        ("ldr w1", asm::LDR32, 4),
        ("ldrsw x1", asm::LDRSW, 4),
        ("ldr x1", asm::LDR, 8),
        ("strb w1", asm::STRB, 1),
        ("strh w1", asm::STRH, 2),
        ("str w1", asm::STR32, 4),
        ("str x1", asm::STR, 8),
    ];
    for (name, op, size) in rows {
        check(|a| a.access(op, x(1), at(0), size), &format!("{name}, [x2]"));
        let far = 4095 * size as i32;
        check(|a| a.access(op, x(1), at(far), size), &format!("{name}, [x2, #{far:#x}]"));
        let indexed = Address { base: x(2), index: Some((x(3), 0)), offset: 0 };
        assert!(text(|a| a.access(op, x(1), indexed, size)).contains("x3"));
    }
    check(|a| a.access(asm::LDR_D, d(9), at(16), 8), "ldr d9, [x2, #0x10]");
    check(|a| a.access(asm::STR_D, d(9), at(-8), 8), "stur d9, [x2, #-0x8]");
    let scaled = Address { base: x(2), index: Some((x(3), 3)), offset: 0 };
    check(|a| a.access(asm::LDR, x(1), scaled, 8), "ldr x1, [x2, x3, lsl #3]");
    check(|a| a.access(asm::LDR_D, d(1), scaled, 8), "ldr d1, [x2, x3, lsl #3]");
    check(
        |a| a.access(asm::LDR, x(1), Address { offset: 24, ..scaled }, 8),
        "add x16, x2, x3, lsl #3; ldr x1, [x16, #0x18]",
    );
    check(|a| a.access(asm::LDR, x(1), at(40000), 8), "mov x17, #0x9c40; ldr x1, [x2, x17]");
}

#[test]
fn jumps_reach_their_labels() {
    let jump = |emit: &dyn Fn(&mut Asm, ir::machine::Label), to: isize| {
        let mut code = Buffer::new(0x10000, 0);
        let label = code.label();
        emit(&mut Asm(&mut code), label);
        code.bind_at(label, to);
        let reached = code.resolve::<jit_arm::Arm>();
        reached.map(|()| disassemble(&code.bytes, 0x10000)[0].1.clone()).ok()
    };
    let near = (1 << 20) - 4;
    assert_eq!(jump(&|a, to| a.bcc(Cond::VS, to), near).as_deref(), Some("b.vs $+0xffffc"));
    assert_eq!(jump(&|a, to| a.bcc(Cond::VS, to), near + 4), None);
    assert_eq!(jump(&|a, to| a.bcc(Cond::NE, to), -(1 << 20)).as_deref(), Some("b.ne $-0x100000"));
    assert_eq!(jump(&|a, to| a.to(asm::CBZ, x(5), to), 8).as_deref(), Some("cbz x5, $+0x8"));
    assert_eq!(jump(&|a, to| a.to(asm::CBNZ, x(5), to), -8).as_deref(), Some("cbnz x5, $-0x8"));
    assert_eq!(jump(&|a, to| a.to(asm::B, XZR, to), 1 << 26).as_deref(), Some("b $+0x4000000"));
    assert_eq!(jump(&|a, to| a.to(asm::BL, XZR, to), -(1 << 27)).as_deref(), Some("bl $-0x8000000"));
    assert_eq!(jump(&|a, to| a.to(asm::B, XZR, to), 1 << 27), None);
    assert_eq!(jump(&|a, to| a.to(asm::LDR_D_LITERAL, d(7), to), 16).as_deref(), Some("ldr d7, $+0x10"));
    check(|a| a.blr(x(16)), "blr x16");
    check(|a| a.br(x(0)), "br x0");
    check(|a| a.ret(), "ret");
    check(|a| a.nop(), "nop");
}
