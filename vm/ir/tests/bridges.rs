//! Exits that go on in other compiled code: bridges, links back, and memory given back.

mod support;

use ir::backend::{Backend, Compiler, Goal, Interpreter, Origin};
use ir::check::{check, root_entry};
use ir::machine::{ExitId, Machine};
use ir::native::Native;
use ir::text::parse;
use ir::trace::Trace;
use jit_arm::Arm;
use jit_x86::X86;
use std::rc::Rc;
use support::{address, halve, run_native};

fn trace(text: &str) -> Trace {
    parse(text, &address).expect("it is a trace")
}

/// Sums up to `v0`, but leaves at multiples of 4.
fn root() -> Trace {
    trace(
        "trace root
        v0 = param i
        v1 = param f
        v2 = phi 0
        v3 = phi 0
        v4 = phi v0
        v5 = phi v1
        loop
        v7 = add v3, v2
        v8 = add v2, 1
        guard_lt v8, v4 -> [v8, v7, v5]
        v10 = and v8, 3
        guard_true v10 -> [v8, v7, v4, v5, 1000]
        jump v8, v7, v4, v5",
    )
}

/// Adds the constant for such a multiple, halves, and goes back to the loop.
fn bridge() -> Trace {
    trace(
        "trace bridge
        v0 = param i
        v1 = param i
        v2 = param i
        v3 = param f
        v4 = param i
        v5 = add v1, v4
        v6 = fmul v3, 0.5
        guard_lt v0, 13 -> [v0, v5, v6]
        link v0, v5, v2, v6 #0",
    )
}

fn bridges_go_back<M: Machine>(machine: M) {
    if !M::NATIVE {
        return;
    }
    let mut native = Native::new(machine, 1 << 16, halve as *const () as u64).expect("code memory");
    let root = root();
    let compiled = native.compile(&root, root_entry(&root), None, true).expect("it fits");
    let params = [10, 8f64.to_bits()];
    // SAFETY: the traces touch no memory.
    let left = unsafe { run_native(&native, &compiled, &params) };
    assert_eq!(left.values, [4, 6, 10, 8f64.to_bits(), 1000]);

    let target = compiled.loop_target().expect("the loop keeps constants only");
    let bridge = bridge();
    let entry = compiled.bridge_entry(ExitId(1)).to_vec();
    let second = native.compile(&bridge, entry.clone(), Some(&target), true).expect("it fits");
    native.with_rules(|rules| check(&bridge, rules, &entry, &second.placement)).expect("it is placed right");
    native.attach(&compiled, ExitId(1), &second).expect("it is near");
    // SAFETY: as above.
    let left = unsafe { run_native(&native, &compiled, &params) };
    assert_eq!(left.values, [10, 45 + 2000, 2f64.to_bits()]);

    // SAFETY: nothing runs.
    unsafe {
        native.free(second);
        native.free(compiled);
    }
}

#[test]
fn bridges_go_back_to_the_loop() {
    bridges_go_back(X86::detect());
    bridges_go_back(Arm);
}

/// The same through the seam: machine code and the interpreter do alike.
fn backends_agree(backend: impl Backend) {
    let root = backend.compile(Rc::new(root()), Origin::Root, None).expect("it fits");
    let params = [10, 8f64.to_bits()];
    let mut values = Vec::new();
    // SAFETY: the traces touch no memory.
    let exited = unsafe { backend.enter(root, &params, &mut values) };
    assert_eq!((exited.code, exited.exit), (root, ExitId(1)));
    assert_eq!(values, [4, 6, 10, 8f64.to_bits(), 1000]);

    let second = backend
        .compile(Rc::new(bridge()), Origin::Exit(root, ExitId(1)), Some(Goal::Loop(root)))
        .expect("it fits");
    backend.attach(root, ExitId(1), second).expect("it is near");
    // SAFETY: as above.
    let exited = unsafe { backend.enter(root, &params, &mut values) };
    assert_eq!((exited.code, exited.exit), (root, ExitId(0)));
    assert_eq!(values, [10, 45 + 2000, 2f64.to_bits()]);
    // SAFETY: as above.
    let exited = unsafe { backend.enter(root, &[100, 8f64.to_bits()], &mut values) };
    assert_eq!((exited.code, exited.exit), (second, ExitId(0)));
    assert_eq!(values[0], 16);

    // Linking to an entry.
    let goes = trace("trace goes\nv0 = param i\nv1 = sub v0, 5\nlink v1, 4.0 #0");
    let goes = backend.compile(Rc::new(goes), Origin::Root, Some(Goal::Entry(root))).expect("it fits");
    // SAFETY: as above.
    let exited = unsafe { backend.enter(goes, &[8], &mut values) };
    assert_eq!((exited.code, values), (root, vec![3, 3, 4f64.to_bits()]));
}

#[test]
fn all_backends_link_and_bridge() {
    backends_agree(Interpreter::default());
    if X86::NATIVE {
        backends_agree(Compiler::new(Native::new(X86::detect(), 1 << 16, 0).expect("code memory"), false));
    }
    if Arm::NATIVE {
        backends_agree(Compiler::new(Native::new(Arm, 1 << 16, 0).expect("code memory"), false));
    }
}

#[test]
fn full_memory_is_an_error() {
    let mut native = Native::new(X86::detect(), 4096, 0).expect("code memory");
    let root = root();
    let mut held = Vec::new();
    let error = loop {
        match native.compile(&root, root_entry(&root), None, false) {
            Ok(compiled) => held.push(compiled),
            Err(error) => break error,
        }
    };
    assert_eq!(error.to_string(), "the code memory is full");
    let used = native.used();
    // SAFETY: nothing runs.
    held.into_iter().for_each(|compiled| unsafe { native.free(compiled) });
    assert!(native.used() < used);
}
