//! What loops are compiled to: numbers without objects, objects that nobody sees not made, and no count that a reader would call needless.

use std::process::Command;

/// The instructions of the loop that a program's function is compiled to, by their ops; `None` without a library to run the program with.
fn body(program: &str) -> Option<Vec<String>> {
    let options = ["-E", "-X", "jit=on", "-X", "jit-threshold=300", "-X", "jit-dump=opt", "-c"];
    let output = Command::new(env!("CARGO_BIN_EXE_python")).args(options).arg(program).output().ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        assert!(told.contains("`cargo xtask setup`"), "{told}");
        return None;
    }
    let trace = told.split("---- opt").find(|trace| trace.contains("trace f:"))?;
    let lines = trace.lines().skip_while(|line| line.trim() != "loop").skip(1);
    let op = |line: &str| {
        let line = line.trim();
        let instruction = line.split_once(" = ").map_or(line, |(_, instruction)| instruction);
        instruction.split(' ').next().unwrap_or_default().to_owned()
    };
    Some(lines.map(op).take_while(|op| op != "jump").collect())
}

/// The loop has so many instructions at most, and none that calls or counts.
fn check(program: &str, most: usize) {
    let Some(body) = body(program) else { return };
    assert!(!body.is_empty() && body.len() <= most, "{} instructions: {body:?}", body.len());
    let needless = body.iter().find(|op| op.starts_with("call") || op.starts_with("rc_"));
    assert_eq!(needless, None, "{body:?}");
}

#[test]
fn ints() {
    check(
        "
def f(n):
    a, b = 0, 1
    for i in range(n):
        a, b = b, (a + i) & 0xFFFF
    return a
f(5000)",
        15,
    );
}

#[test]
fn floats() {
    check(
        "
def f(n):
    x, t, i = 0.5, 0.0, 0
    while i < n:
        x = x * 0.99 + 0.01
        t += x if x > 0.25 else -x
        i += 1
    return t
f(5000)",
        15,
    );
}

#[test]
fn attributes() {
    check(
        "
class A:
    def __init__(self):
        self.x, self.n = 0.0, 1000
def f(n):
    a = A()
    for i in range(n):
        a.x += 1.5
        a.n += 1
    return a.x
f(5000)",
        36,
    );
}

#[test]
fn methods() {
    check(
        "
class A:
    def __init__(self, k):
        self.k = k
    def twice(self, x):
        return self.k * x + self.once(x)
    def once(self, x):
        return x + self.k
def f(n):
    a, t = A(2), 0
    for i in range(n):
        t += a.twice(i) & 3
    return t
f(5000)",
        20,
    );
}

#[test]
fn instances_and_operators() {
    check(
        "
class V:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        return V(self.x + other.x, self.y + other.y)
    def __mul__(self, k):
        return V(self.x * k, self.y * k)
    def parts(self):
        return self.x, self.y
def f(n):
    a, t = V(0.0, 1.0), 0.0
    for i in range(n):
        a = a * 0.5 + V(1.0, 2.0)
        x, y = a.parts()
        t += x - y
    return t
f(5000)",
        22,
    );
}
