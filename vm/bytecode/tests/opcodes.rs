//! The opcode table against the reference's own metadata, where a reference interpreter is installed.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use bytecode::opcodes::{self, ALL, BINARY_OPS, Opcode, SPECIALIZED, intrinsic, stack_effect};

fn reference() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("lib-python/reference/bin/python3.13");
    path.exists().then_some(path)
}

/// Prints what `ours` prints, from CPython's modules.
const SCRIPT: &str = r#"
import _opcode, opcode, _opcode_metadata as m
ops = {**opcode.opmap, **opcode._specialized_opmap}
family = {s: f for f, l in m._specializations.items() for s in l}
for name, number in sorted(ops.items(), key=lambda t: t[1]):
    base = family.get(name, name)
    caches = sum(opcode._cache_format.get(base, {}).values())
    words = [w for w in ('arg', 'const', 'name', 'jump', 'local', 'free') if getattr(_opcode, 'has_' + w)(number)]
    if name == 'INSTRUMENTED_LINE': words = []
    effects = []
    for arg in (1, 2, 3, 258):
        for jump in (None, True, False):
            try: effects.append(str(_opcode.stack_effect(number, arg, jump=jump)))
            except ValueError: effects.append('-')
    print(number, name, base, caches, ' '.join(words), ' '.join(effects))
print(opcode.HAVE_ARGUMENT, m.MIN_INSTRUMENTED_OPCODE, len(ops))
print(_opcode.get_nb_ops() if hasattr(_opcode, 'get_nb_ops') else opcode._nb_ops)
print(_opcode.get_intrinsic1_descs(), _opcode.get_intrinsic2_descs())
"#;

#[test]
fn equals_the_reference() {
    let Some(python) = reference() else { return };
    let output = Command::new(python).args(["-I", "-c", SCRIPT]).output().expect("the reference runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs = String::from_utf8_lossy(&output.stdout);
    let ours = ours();
    for (a, b) in ours.lines().zip(theirs.lines()) {
        assert_eq!(a, b);
    }
    assert_eq!(ours.lines().count(), theirs.lines().count());
}

fn ours() -> String {
    let mut out = String::new();
    let mut all = ALL.to_vec();
    all.sort();
    for op in &all {
        let f = op.flags();
        let words = [
            ("arg", f.has_arg()),
            ("const", f.has_const()),
            ("name", f.has_name()),
            ("jump", f.has_jump()),
            ("local", f.has_local()),
            ("free", f.has_free()),
        ];
        let words: Vec<_> = words.iter().filter(|w| w.1).map(|w| w.0).collect();
        let mut effects = Vec::new();
        for arg in [1, 2, 3, 258] {
            for jump in [None, Some(true), Some(false)] {
                let effect = stack_effect(op.number().into(), arg, jump);
                effects.push(effect.map_or("-".into(), |n| n.to_string()));
            }
        }
        let family = SPECIALIZED.iter().find(|s| s.0 == *op).map_or(*op, |s| s.1);
        assert_eq!(family, op.deopt());
        let line = (op.number(), op.name(), family.name(), op.caches(), words.join(" "), effects.join(" "));
        writeln!(out, "{} {} {} {} {} {}", line.0, line.1, line.2, line.3, line.4, line.5).unwrap();
    }
    writeln!(out, "{} {} {}", opcodes::HAVE_ARGUMENT, opcodes::MIN_INSTRUMENTED_OPCODE, all.len()).unwrap();
    let ops: Vec<_> = BINARY_OPS.iter().map(|(a, b)| format!("('{a}', '{b}')")).collect();
    writeln!(out, "[{}]", ops.join(", ")).unwrap();
    let list = |names: &[&str]| {
        format!("[{}]", names.iter().map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", "))
    };
    writeln!(out, "{} {}", list(intrinsic::UNARY), list(intrinsic::BINARY)).unwrap();
    out
}

#[test]
fn unknown_numbers_have_no_effect() {
    for number in [-1, 120, 255, 268, i32::MAX] {
        assert_eq!(stack_effect(number, 0, None), None);
    }
    assert_eq!(stack_effect(Opcode::BINARY_OP_ADD_INT.number().into(), 0, None), None);
}
