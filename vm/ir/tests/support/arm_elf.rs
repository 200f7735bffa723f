//! AArch64 code on another machine: many cases in one tiny static executable, run by an emulator.
//!
//! The executable enters one trace after the other through the backend's own trampoline, copies what the handler saved
//! for each, and at the end writes that and the cases' memory to its standard output.

use super::{Ended, compare};
use ir::assemble::{Site, assemble};
use ir::check::root_entry;
use ir::exits::{NUMBER, SLOTS_AT, STATE};
use ir::fuzz::Case;
use ir::interp::Left;
use ir::machine::{Buffer, Loc, Machine, Rules};
use ir::ops::Ty;
use ir::place::{Placement, place};
use ir::trace::Callee;
use jit_arm::Arm;
use jit_arm::asm::{self, Address, Asm, Cond};
use jit_arm::regs::{X16, XZR, d, x};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// Where the image is loaded.
const BASE: u64 = 0x1000_0000;
/// Where its headers end.
const START: usize = 0x78;
/// Words that are kept of each exit: registers, number, slots.
const RECORD: usize = 65 + SLOTS;
const SLOTS: usize = 128;

/// The emulator, if this machine has one.
pub fn emulator() -> Option<&'static str> {
    ["qemu-aarch64-static", "qemu-aarch64"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success()))
}

/// An image in the making.
pub struct Image {
    bytes: Vec<u8>,
    trampoline: u64,
    handler: u64,
    on_exit: u64,
    mix: u64,
    halve: u64,
    drop: u64,
    cases: Vec<(Placement, u64)>,
}

impl Image {
    /// The runtime: trampoline, handler, what is told of exits, callees.
    pub fn new() -> Image {
        let mut image = Image {
            bytes: vec![0; START],
            trampoline: 0,
            handler: 0,
            on_exit: 0,
            mix: 0,
            halve: 0,
            drop: 0,
            cases: Vec::new(),
        };
        image.trampoline = image.add(|code| Arm.trampoline(code));
        image.handler = image.add(|code| Arm.handler(code));
        image.on_exit = image.add(on_exit);
        image.mix = image.add(mix);
        image.halve = image.add(halve);
        image.drop = image.add(drop_counted);
        image
    }

    /// The callees, as they are in the image.
    pub fn callees(&self) -> Vec<Callee> {
        let mut callees = super::callees();
        for callee in &mut callees {
            callee.address = self.address(&callee.name).unwrap_or_default();
        }
        callees
    }

    /// The callee of that name.
    pub fn address(&self, name: &str) -> Option<u64> {
        match name {
            "mix" => Some(self.mix),
            "halve" => Some(self.halve),
            "drop" => Some(self.drop),
            _ => None,
        }
    }

    fn here(&mut self) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(16), 0);
        BASE + self.bytes.len() as u64
    }

    fn add(&mut self, emit: impl FnOnce(&mut Buffer)) -> u64 {
        let base = self.here();
        let mut code = Buffer::new(base, self.handler);
        emit(&mut code);
        code.resolve::<Arm>().expect("the image is small");
        self.bytes.extend(code.bytes);
        base
    }

    /// Adds a case; its callees are those of the image.
    pub fn case(&mut self, case: &Case) {
        let entry = root_entry(&case.trace);
        let rules = Rules { regs: &Arm::REGS, form: &|op| Arm.form(op) };
        let placement = place(&case.trace, rules, &entry, None).expect("there are slots enough");
        assert!(usize::from(placement.slots) <= SLOTS, "more slots than a record keeps");
        let site = Site { base: self.here(), handler: self.handler, ..Site::default() };
        let code = assemble(&Arm, &case.trace, &placement, site).expect("the image is small");
        self.bytes.extend(code.bytes);
        self.cases.push((placement, code.base));
    }

    /// Runs all cases and compares what they came to.
    pub fn run(mut self, emulator: &str, cases: &[(Case, Ended)]) -> Result<(), String> {
        // Data: parameters, then what is written out: memory and records.
        let mut params = Vec::new();
        for (case, _) in cases {
            params.push(self.here());
            self.bytes.extend(case.params.iter().flat_map(|bits| bits.to_le_bytes()));
        }
        let code_room = 256 + cases.len() * 128;
        let start = self.here() + code_room as u64;
        let start = start.next_multiple_of(64);
        let memory_words: usize = cases.iter().map(|(case, _)| case.memory.len()).sum();
        let records = start + 8 * memory_words as u64;
        let end = records + 8 * (RECORD * cases.len()) as u64;

        let mut memory = start;
        for ((case, _), &at) in cases.iter().zip(&params) {
            for param in case.trace.params().filter(|&param| case.trace.inst(param).ty == Some(Ty::P)) {
                let place = (at - BASE) as usize + 8 * param.index();
                self.bytes[place..place + 8].copy_from_slice(&memory.to_le_bytes());
            }
            memory += 8 * case.memory.len() as u64;
        }
        let (trampoline, on_exit) = (self.trampoline, self.on_exit);
        let codes: Vec<u64> = self.cases.iter().map(|case| case.1).collect();
        let main = self.add(|code| {
            let mut a = Asm(code);
            for (n, ((case, _), &at)) in cases.iter().zip(&params).enumerate() {
                a.mov_i(x(0), codes[n]);
                a.mov_i(x(1), at);
                a.mov_i(x(2), case.params.len() as u64);
                a.mov_i(x(3), on_exit);
                a.mov_i(x(4), records + 8 * (RECORD * n) as u64);
                a.mov_i(X16, trampoline);
                a.blr(X16);
            }
            finish(&mut a, start, end);
        });
        assert!(BASE + self.bytes.len() as u64 <= start, "the code has outgrown its room");
        self.bytes.resize((start - BASE) as usize, 0);
        self.bytes
            .extend(cases.iter().flat_map(|(case, _)| &case.memory).flat_map(|bits| bits.to_le_bytes()));
        self.header(main, end - BASE);

        let out = self.execute(emulator)?;
        if out.len() as u64 != end - start {
            return Err(format!("the executable wrote {} bytes of {}", out.len(), end - start));
        }
        let words: Vec<u64> =
            out.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default())).collect();
        let (mut memory, mut records) = words.split_at(memory_words);
        for (n, ((case, expected), (placement, _))) in cases.iter().zip(&self.cases).enumerate() {
            let (own, rest) = memory.split_at(case.memory.len());
            let (record, more) = records.split_at(RECORD);
            (memory, records) = (rest, more);
            let read = |loc: Loc| match loc {
                Loc::Reg(reg) => record[usize::from(reg.0)],
                Loc::Slot(slot) => record[65 + usize::from(slot)],
                Loc::Const(c) => c.bits(),
            };
            let exit = placement
                .exits
                .get(record[64] as usize)
                .ok_or(format!("case {n}: no exit {}", record[64]))?;
            let left = Left { at: exit.at, values: exit.locs.iter().map(|&loc| read(loc)).collect() };
            compare(case, expected, &left, own, "aarch64")
                .map_err(|why| format!("case {n}: {why}\n{}{}", case.trace, placement.show(&case.trace)))?;
        }
        Ok(())
    }

    fn execute(&self, emulator: &str) -> Result<Vec<u8>, String> {
        let name = format!("ir-{}-{:?}.elf", std::process::id(), std::thread::current().id());
        let path = std::env::temp_dir().join(name);
        let written = std::fs::File::create(&path).and_then(|mut file| file.write_all(&self.bytes));
        written
            .and_then(|()| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)))
            .map_err(|e| e.to_string())?;
        let out = Command::new(emulator).arg(&path).output().map_err(|e| e.to_string())?;
        if out.status.success() {
            let _ = std::fs::remove_file(&path);
            Ok(out.stdout)
        } else {
            Err(format!("{}: {}", path.display(), out.status))
        }
    }

    /// An executable of one segment, readable, writable and executable.
    fn header(&mut self, entry: u64, size: u64) {
        let mut header = Vec::new();
        header.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
        header.extend([2u16, 183].iter().flat_map(|half| half.to_le_bytes()));
        header.extend(1u32.to_le_bytes());
        header.extend([entry, 64, 0].iter().flat_map(|word| word.to_le_bytes()));
        header.extend(0u32.to_le_bytes());
        header.extend([64u16, 56, 1, 64, 0, 0].iter().flat_map(|half| half.to_le_bytes()));
        header.extend([1u32, 7].iter().flat_map(|word| word.to_le_bytes()));
        let length = self.bytes.len() as u64;
        header.extend([0, BASE, BASE, length, size, 0x1000].iter().flat_map(|word| word.to_le_bytes()));
        assert_eq!(header.len(), START);
        self.bytes[..START].copy_from_slice(&header);
    }
}

/// `fn(state: x0, record: x1)`: copies registers, number and slots.
fn on_exit(code: &mut Buffer) {
    let mut a = Asm(code);
    a.access(asm::LDR, x(2), Address { base: x(0), index: None, offset: SLOTS_AT - STATE }, 8);
    copy(&mut a, x(0), 0, (NUMBER - STATE) / 8 + 1);
    copy(&mut a, x(2), 65, SLOTS as i32);
    a.ret();
}

/// Copies words to the record's word `to`.
fn copy(a: &mut Asm, from: ir::machine::Reg, to: u32, count: i32) {
    let more = a.0.label();
    a.ri(asm::ADD_I, x(4), x(1), 8 * to);
    a.mov_i(x(3), count as u64);
    a.0.bind(more);
    a.ri(asm::SUB_I, x(3), x(3), 1);
    a.access(asm::LDR, x(5), Address { base: from, index: Some((x(3), 3)), offset: 0 }, 8);
    a.access(asm::STR, x(5), Address { base: x(4), index: Some((x(3), 3)), offset: 0 }, 8);
    a.to(asm::CBNZ, x(3), more);
}

/// As the callee of that name on the host.
fn mix(code: &mut Buffer) {
    let mut a = Asm(code);
    a.fmov_i(d(1), 0x70);
    a.fcmp(d(0), d(1));
    a.cset(x(2), Cond::MI);
    a.rrr(asm::ADD, x(1), x(1), x(2));
    a.shifted(asm::ADD, x(0), x(0), x(0), 0, 1);
    a.rrr(asm::EOR, x(0), x(0), x(1));
    rubbish(&mut a, 1, 0);
    a.ret();
}

/// As the callee of that name on the host.
fn halve(code: &mut Buffer) {
    let mut a = Asm(code);
    a.mov_i(x(0), 0.5f64.to_bits());
    a.rr(asm::FMOV_FROM_X, d(1), x(0));
    a.rrr(asm::FMUL, d(0), d(0), d(1));
    rubbish(&mut a, 0, 1);
    a.ret();
}

/// As the callee of that name on the host.
fn drop_counted(code: &mut Buffer) {
    let mut a = Asm(code);
    a.mov_i(x(1), 77);
    a.access(asm::STR, x(1), Address { base: x(0), index: None, offset: 8 }, 8);
    rubbish(&mut a, 0, 0);
    a.ret();
}

/// Leaves no volatile register alone from these on.
fn rubbish(a: &mut Asm, ints: u8, floats: u8) {
    for n in ints..18 {
        a.mov_i(x(n), 0xbad);
    }
    for n in (floats..8).chain(16..32) {
        a.rr(asm::FMOV_FROM_X, d(n), x(17));
    }
}

/// Writes out what is between the addresses and exits.
fn finish(a: &mut Asm, start: u64, end: u64) {
    const SVC: u32 = 0xd400_0001;
    a.mov_i(x(19), start);
    a.mov_i(x(20), end - start);
    let more = a.0.label();
    a.0.bind(more);
    a.mov_i(x(0), 1);
    a.mov(x(1), x(19));
    a.mov(x(2), x(20));
    a.mov_i(x(8), 64);
    a.word(SVC);
    a.rrr(asm::ADD, x(19), x(19), x(0));
    a.rrr(asm::SUBS, x(20), x(20), x(0));
    a.bcc(Cond::NE, more);
    a.mov(x(0), XZR);
    a.mov_i(x(8), 93);
    a.word(SVC);
}
