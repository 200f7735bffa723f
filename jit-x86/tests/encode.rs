//! Every instruction form, taken apart again: all registers, and immediates and displacements at their edges.

use ir::machine::{Buffer, Reg};
use jit_x86::asm::{self, Asm, Cond, Digit, Enc, Rm};
use jit_x86::disasm::disassemble;

const NAMES: [&str; 16] = [
    "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
    "r15",
];
const NAMES32: [&str; 16] = [
    "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d",
    "r14d", "r15d",
];
const NAMES16: [&str; 16] = [
    "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w",
    "r15w",
];
const NAMES8: [&str; 16] = [
    "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b",
    "r15b",
];

/// How an operand's register is called.
#[derive(Clone, Copy)]
enum Kind {
    R64,
    R32,
    R16,
    R8,
    Xmm,
}

impl Kind {
    fn name(self, n: u8) -> String {
        let n = usize::from(n);
        match self {
            Kind::R64 => NAMES[n].into(),
            Kind::R32 => NAMES32[n].into(),
            Kind::R16 => NAMES16[n].into(),
            Kind::R8 => NAMES8[n].into(),
            Kind::Xmm => format!("xmm{n}"),
        }
    }

    fn reg(self, n: u8) -> Reg {
        if matches!(self, Kind::Xmm) { Reg::float(n) } else { Reg::int(n) }
    }
}

/// The one instruction that `emit` makes.
fn check(emit: impl FnOnce(&mut Asm), expected: &str) {
    let mut code = Buffer::new(0x10000, 0);
    emit(&mut Asm(&mut code));
    let lines = disassemble(&code.bytes, 0x10000);
    assert_eq!(lines.len(), 1, "{lines:?}, not {expected}");
    assert_eq!(lines[0].1, expected, "{:02x?}", code.bytes);
}

/// Registers against registers, and loads from every kind of address.
fn rows(name: &str, enc: Enc, to: Kind, from: Kind, reversed: bool) {
    for n in 0..16 {
        for m in 0..16 {
            let (a, b) = (to.name(n), from.name(m));
            let text = if reversed { format!("{name} {b}, {a}") } else { format!("{name} {a}, {b}") };
            check(|a| a.rm(enc, to.reg(n), Rm::Reg(from.reg(m))), &text);
        }
    }
}

fn addresses() -> Vec<(Rm, String)> {
    let mut all = Vec::new();
    for base in 0..16u8 {
        for (disp, text) in [(0, ""), (127, "+0x7f"), (-128, "-0x80"), (128, "+0x80"), (-70000, "-0x11170")] {
            let base_name = NAMES[usize::from(base)];
            all.push((Rm::Mem { base: Reg::int(base), index: None, disp }, format!("[{base_name}{text}]")));
            for index in (0..16u8).filter(|&index| index != 4) {
                let index_name = NAMES[usize::from(index)];
                let mem = Rm::Mem { base: Reg::int(base), index: Some((Reg::int(index), 8)), disp };
                all.push((mem, format!("[{base_name}+{index_name}*8{text}]")));
            }
        }
    }
    all
}

#[test]
fn registers() {
    use Kind::{R8, R16, R32, R64, Xmm};
    for (name, enc) in [
        ("add", asm::ADD),
        ("or", asm::OR),
        ("and", asm::AND),
        ("sub", asm::SUB),
        ("xor", asm::XOR),
        ("cmp", asm::CMP),
        ("imul", asm::IMUL),
        ("mov", asm::MOV),
    ] {
        rows(name, enc, R64, R64, false);
    }
    rows("mov", asm::MOV32, R32, R32, false);
    rows("xor", asm::XOR32, R32, R32, false);
    rows("movsx", asm::MOVSX8, R64, R8, false);
    rows("movsx", asm::MOVSX16, R64, R16, false);
    rows("movsxd", asm::MOVSX32, R64, R32, false);
    rows("movzx", asm::MOVZX8, R32, R8, false);
    rows("movzx", asm::MOVZX16, R32, R16, false);
    rows("test", asm::TEST, R64, R64, true);
    rows("and", asm::AND8, R8, R8, true);
    rows("or", asm::OR8, R8, R8, true);
    for (name, enc) in [
        ("addsd", asm::ADDSD),
        ("mulsd", asm::MULSD),
        ("subsd", asm::SUBSD),
        ("divsd", asm::DIVSD),
        ("sqrtsd", asm::SQRTSD),
        ("ucomisd", asm::UCOMISD),
        ("movaps", asm::MOVAPS),
        ("xorps", asm::XORPS),
        ("andps", asm::ANDPS),
    ] {
        rows(name, enc, Xmm, Xmm, false);
    }
    rows("cvtsi2sd", asm::CVTSI2SD, Xmm, R64, false);
    rows("cvttsd2si", asm::CVTTSD2SI, R64, Xmm, false);
    rows("movq", asm::MOVQ_TO, Xmm, R64, false);
    rows("movq", asm::MOVQ_FROM, Xmm, R64, true);
}

#[test]
fn memory() {
    for (mem, text) in addresses() {
        for n in [0, 4, 5, 12, 13, 15] {
            let (r, r32, r16, r8) = (Reg::int(n), Kind::R32.name(n), Kind::R16.name(n), Kind::R8.name(n));
            let name = NAMES[usize::from(n)];
            check(|a| a.rm(asm::MOV, r, mem), &format!("mov {name}, {text}"));
            check(|a| a.rm(asm::LEA, r, mem), &format!("lea {name}, {text}"));
            check(|a| a.rm(asm::STORE, r, mem), &format!("mov {text}, {name}"));
            check(|a| a.rm(asm::STORE32, r, mem), &format!("mov {text}, {r32}"));
            check(|a| a.rm(asm::STORE16, r, mem), &format!("mov {text}, {r16}"));
            check(|a| a.rm(asm::STORE8, r, mem), &format!("mov {text}, {r8}"));
            check(|a| a.rm(asm::MOVSD, Reg::float(n), mem), &format!("movsd xmm{n}, {text}"));
            check(|a| a.rm(asm::MOVSD_STORE, Reg::float(n), mem), &format!("movsd {text}, xmm{n}"));
        }
        check(|a| a.store_i(1, mem, 5), &format!("mov byte ptr {text}, 5"));
        check(|a| a.store_i(2, mem, 5), &format!("mov word ptr {text}, 5"));
        check(|a| a.store_i(4, mem, 5), &format!("mov dword ptr {text}, 5"));
        check(|a| a.store_i(8, mem, 5), &format!("mov qword ptr {text}, 5"));
        check(|a| a.ri(asm::SUB_I, mem, 1), &format!("sub qword ptr {text}, 1"));
        check(|a| a.ri32(asm::CMP_I, mem, 0), &format!("cmp dword ptr {text}, 0"));
    }
}

#[test]
fn immediates() {
    let groups: [(&str, Digit); 6] = [
        ("add", asm::ADD_I),
        ("or", asm::OR_I),
        ("and", asm::AND_I),
        ("sub", asm::SUB_I),
        ("xor", asm::XOR_I),
        ("cmp", asm::CMP_I),
    ];
    let edges = [(0, "0"), (1, "1"), (127, "0x7f"), (128, "0x80"), (i32::MAX, "0x7fffffff")];
    for n in 0..16u8 {
        let (reg, name) = (Reg::int(n), NAMES[usize::from(n)]);
        for (op, digit) in groups {
            for (imm, text) in edges {
                check(|a| a.ri(digit, Rm::Reg(reg), imm), &format!("{op} {name}, {text}"));
            }
        }
        for (imm, text) in edges {
            check(|a| a.imul_i(reg, Rm::Reg(reg), imm), &format!("imul {name}, {text}"));
        }
        for (op, digit) in [("shl", asm::SHL), ("shr", asm::SHR), ("sar", asm::SAR)] {
            check(|a| a.shift_i(digit, reg, 63), &format!("{op} {name}, 0x3f"));
            check(|a| a.shift_cl(digit, reg), &format!("{op} {name}, cl"));
            for m in 0..16u8 {
                let other = NAMES[usize::from(m)];
                check(
                    |a| a.shift_x(digit, reg, Reg::int(m), Reg::int(9)),
                    &format!("{op}x {name}, {other}, r9"),
                );
                check(
                    |a| a.shift_x(digit, Reg::int(9), reg, Reg::int(m)),
                    &format!("{op}x r9, {name}, {other}"),
                );
            }
        }
        check(|a| a.unary(asm::NEG, Rm::Reg(reg)), &format!("neg {name}"));
        check(|a| a.unary(asm::NOT, Rm::Reg(reg)), &format!("not {name}"));
        check(|a| a.unary(asm::IDIV, Rm::Reg(reg)), &format!("idiv {name}"));
        check(|a| a.mov_i(reg, 0xffff_ffff), &format!("mov {}, 0xffffffff", NAMES32[usize::from(n)]));
        check(|a| a.mov_i(reg, -1), &format!("mov {name}, 0xffffffffffffffff"));
        check(|a| a.mov_i(reg, 0x1234_5678_9abc), &format!("mov {name}, 0x123456789abc"));
        check(|a| a.setcc(Cond::E, reg), &format!("sete {}", NAMES8[usize::from(n)]));
        check(|a| a.cmovcc(Cond::L, reg, Reg::int(9)), &format!("cmovl {name}, r9"));
        check(|a| a.cmovcc(Cond::AE, Reg::int(9), reg), &format!("cmovae r9, {name}"));
        check(|a| a.push(reg), &format!("push {name}"));
        check(|a| a.pop(reg), &format!("pop {name}"));
        check(|a| a.jmp_reg(reg), &format!("jmp {name}"));
        check(|a| a.call(Rm::Reg(reg)), &format!("call {name}"));
        check(
            |a| a.rmi8(asm::ROUNDSD, Reg::float(n), Rm::Reg(Reg::float(15 - n)), 9),
            &format!("roundsd xmm{n}, xmm{}, 9", 15 - n),
        );
    }
    check(|a| a.cqo(), "cqo");
    check(|a| a.ret(), "ret");
}

#[test]
fn jumps_reach_their_labels() {
    let conditions = ["jo", "jb", "jae", "je", "jne", "jbe", "ja", "jp", "jnp", "jl", "jge", "jle", "jg"];
    let codes = [0, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15];
    for (name, code) in conditions.into_iter().zip(codes) {
        let mut buffer = Buffer::new(0x10000, 0);
        let label = buffer.label();
        Asm(&mut buffer).jcc(Cond(code), label);
        buffer.bind_at(label, 0x1234);
        buffer.resolve::<jit_x86::X86>().expect("it is near");
        assert_eq!(disassemble(&buffer.bytes, 0x10000)[0].1, format!("{name} 0x11234"));
    }
    for length in 1..20 {
        let mut buffer = Buffer::new(0, 0);
        Asm(&mut buffer).nop(length);
        assert_eq!(buffer.here(), length);
        assert!(
            disassemble(&buffer.bytes, 0)
                .iter()
                .all(|line| line.1.contains("nop") || line.1 == "xchg ax, ax")
        );
    }
}
