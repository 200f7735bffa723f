//! `cargo xtask jit-fuzz`: random programs with loops, under the reference and under every mode of the JIT.
//!
//! Each program is a function of nested loops over ints, floats, lists, strings and instances, which prints what is left of its variables;
//! exceptions are part of what is printed. Programs that differ are kept in `target/testsuite/jit-fuzz`.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use harness::golden::difference;
use harness::python::Python;

use crate::golden::JIT_MODES;
use crate::process::Result;

/// Functions in one program: starting python takes longer than running one.
const BATCH: u64 = 20;
const LIMIT: Duration = Duration::from_secs(60);

pub fn run(args: &[String]) -> Result {
    let number = |text: Option<&String>| text.and_then(|text| text.parse::<u64>().ok());
    let count = number(args.first()).ok_or("jit-fuzz needs how many programs")?;
    let seed = match args.get(1).map(String::as_str) {
        Some("--seed") => number(args.get(2)).ok_or("--seed needs a number")?,
        Some(other) => return Err(format!("unknown option {other}").into()),
        None => 0,
    };
    let (ours, reference) = (Python::ours()?, Python::reference()?);
    let dir = harness::scratch().join("jit-fuzz");
    fs::create_dir_all(&dir)?;
    let batches: Vec<u64> = (seed..seed + count).step_by(BATCH as usize).collect();
    let check = |&first: &u64| -> std::io::Result<Option<String>> {
        let path = dir.join(format!("{first}.py"));
        fs::write(&path, program(first, BATCH.min(seed + count - first)))?;
        let expected = reference.run_program(&path, LIMIT)?;
        for mode in JIT_MODES {
            let found = ours.with_options(&mode).run_program(&path, LIMIT)?;
            if found.end != expected.end || found.stdout != expected.stdout {
                let why = difference(&expected.stdout, &found.stdout).unwrap_or_default();
                let last = found.stderr.lines().last().unwrap_or_default().to_owned();
                return Ok(Some(format!("{} ({}): {:?} {last} {why}", path.display(), mode[1], found.end)));
            }
        }
        fs::remove_file(&path)?;
        Ok(None)
    };
    let results = harness::in_parallel(&batches, |b| check(b).map_err(|e| e.to_string()), |_, _| ());
    let mut bad = 0;
    for result in results {
        if let Some(why) = result? {
            println!("{why}");
            bad += 1;
        }
    }
    println!("jit-fuzz: {count} programs, {bad} batches differ");
    if bad > 0 { Err("compiled code does not do what CPython does".into()) } else { Ok(()) }
}

/// What all programs begin with.
const HEAD: &str = "\
class P:
    def __init__(self, a, b):
        self.a = a
        self.b = b
    def step(self, k):
        self.a = self.a + k
        return self.a
    def peek(self):
        return self.b
    def __repr__(self):
        return type(self).__name__

class Q(P):
    def step(self, k):
        self.b = k
        return self.a

def inc(x):
    return x + 1

def mix(x, y):
    if x < y:
        return x * 3 - y
    return y - x

def deep(x):
    return inc(mix(x, 7))

class R(P):
    def __init__(self, a, b=4, *rest, c=0):
        super().__init__(a, b)
        if len(rest) == 2:
            raise ValueError(rest)
        self.b = b if c is None else c
    def __add__(self, other):
        return R(self.a, other) if isinstance(other, int) else self
    def __lt__(self, other):
        return self.b is not other
    def __getitem__(self, k):
        return [self.a, self.b][k % 2]
    def __call__(self, x, *, k=1):
        return x * 2 if k else x
    @property
    def both(self):
        return self.a, self.b
    @both.setter
    def both(self, value):
        self.a, self.b = value

class S:
    __slots__ = ('a', 'b')
    def __init__(self, a, b):
        self.a = a
        self.b = b
    def step(self, k):
        self.a, self.b = self.b, k
        return self
    def peek(self):
        return self.a
    def __repr__(self):
        return 'S'
    def __enter__(self):
        return self.b
    def __exit__(self, kind, value, trace):
        self.b = kind and kind.__name__
        return kind is KeyError
    def __iter__(self):
        yield self.a
        yield self.b

LOG = []

class Noisy:
    def __init__(self, n):
        self.n = n
    def __del__(self):
        LOG.append(self.n)

def wrapped(f):
    def call(*args, **kw):
        return f(*args, **kw)
    return call

@wrapped
def add(x, y=1):
    return x + y

def named(x, y=3, *, k=2, m=None):
    return x - y if m is None else k

def adder(n):
    def inner(x):
        nonlocal n
        n = n + 1
        return x + n
    return inner

PLUS = adder(3)

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def count(n, step=1):
    i = 0
    while i < n:
        got = yield i
        i += step if got is None else got

def chained(n):
    yield from count(n)
    r = yield from count(2)
    return r

def early(n):
    for i in range(n):
        if i == 3:
            return
        try:
            yield i
        finally:
            LOG.append(-i)

def total(items):
    t = 0
    for e in items:
        t = t + e
    return t

def find(items, x):
    for i, e in enumerate(items):
        if e == x:
            return i
    return None

def rows(n, k):
    out = []
    for i in range(n):
        noisy = Noisy(i)
        row = []
        for j in range(i % 4):
            row.append(total(range(j)) + k)
        out.append(total(row))
        while k > 3:
            k -= 1
            if k == 7:
                break
    return out

def walk(n):
    t = n
    for i in range(n):
        t += walk(n - 2)
    return t

def chop(x):
    t = 0
    while x:
        x, r = divmod(x, 10)
        t += r
        if t > 50:
            raise OverflowError(t)
    return t

class Bag:
    def __init__(self, items):
        self.items = []
        for e in items:
            self.items.append(e)
    def find(self, x):
        for e in self.items:
            if e is x:
                return e
    def each(self):
        for e in self.items:
            yield e, total(self.items[:2])

G = 5

def show(name, f):
    try:
        print(name, f())
    except Exception as e:
        trace, lines = e.__traceback__, []
        while trace is not None:
            lines.append((trace.tb_frame.f_code.co_name, trace.tb_lineno))
            trace = trace.tb_next
        print(name, type(e).__name__, e, lines)
    print(LOG)
    LOG.clear()

";

fn program(first: u64, count: u64) -> String {
    let mut text = HEAD.to_owned();
    for seed in first..first + count {
        text += &Writer::new(seed).function(seed);
    }
    text
}

struct Writer {
    state: u64,
    text: String,
    loops: usize,
}

impl Writer {
    fn new(seed: u64) -> Writer {
        Writer { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, text: String::new(), loops: 0 }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 16) as usize % bound
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:1$}{line}", "", depth * 4);
    }

    fn function(mut self, seed: u64) -> String {
        self.line(0, &format!("def f{seed}():"));
        let int = self.pick(&["0", "1", "-3", "1000000", "2**31", "2**62"]);
        let float = self.pick(&["0.0", "1.5", "-2.25", "1e300"]);
        self.line(1, &format!("a = {int}; b = 3; x = {float}; y = 0.5; s = ''; t = (1, 2.5); z = None"));
        self.line(
            1,
            "l = [1, 2, 3, 4, 5]; m = [0.5, 1.5, 2.5]; d = {'k': 1, 'n': 2.0}; p = P(1, 2); q = Q(3, 4.5); f = PLUS",
        );
        for _ in 0..1 + self.below(2) {
            self.repeat(1);
        }
        self.line(1, "return a, b, x, y, s, t, z, l, m, d, p.a, p.b, q.a, q.b");
        self.line(0, &format!("show('f{seed}', f{seed})"));
        self.line(0, "");
        self.text
    }

    fn repeat(&mut self, depth: usize) {
        self.loops += 1;
        let n = self.loops;
        let count = [40, 12, 5][(depth - 1).min(2)];
        match self.below(8) {
            5 => {
                let what = self.pick(&["count", "chained", "early"]);
                self.line(depth, &format!("for i{n} in {what}({count}):"));
            }
            6 => {
                let what =
                    self.pick(&["S(a, b)", "d.items()", "zip(l, m)", "reversed(l[:])", "'abc'", "{1, 2}"]);
                self.line(depth, &format!("for i{n} in {what}:"));
            }
            7 => self.line(depth, &format!("for i{n} in (e * 2 for e in range({count}) if e != 3):")),
            0 => {
                self.line(depth, &format!("w{n} = 0"));
                self.line(depth, &format!("while w{n} < {count}:"));
                self.line(depth + 1, &format!("w{n} += 1"));
            }
            1 => self.line(depth, &format!("for i{n} in l[:]:")),
            2 => self
                .line(depth, &format!("for i{n}, j{n} in enumerate([2, 3.5, 'u', 7] * {}):", 1 + count / 5)),
            3 => self.line(depth, &format!("for i{n} in range({count}, -{count}, -3):")),
            _ => self.line(depth, &format!("for i{n} in range({count}):")),
        }
        for _ in 0..2 + self.below(4) {
            self.statement(depth + 1);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.below(34) {
            0 if depth < 4 => self.repeat(depth),
            1 | 2 if depth < 5 => {
                let test = self.test();
                self.line(depth, &format!("if {test}:"));
                self.statement(depth + 1);
                if self.below(2) == 0 {
                    self.line(depth, "else:");
                    self.statement(depth + 1);
                }
            }
            3 => {
                let test = self.test();
                let what = self.pick(&["continue", "break", "z = None", "z = a"]);
                self.line(depth, &format!("if {test}: {what}"));
            }
            4 => {
                let (at, value) = (self.index(), self.number());
                self.line(depth, &format!("l[{at}] = {value}"));
            }
            5 => {
                let (at, value) = (self.index(), self.number());
                self.line(depth, &format!("m[{at} % 3] = {value}"));
            }
            6 => {
                let value = self.number();
                let target = self.pick(&["p.a", "p.b", "q.a", "q.b", "d['k']", "d['n']"]);
                self.line(depth, &format!("{target} = {value}"));
            }
            7 => self.line(depth, "s = s + 'ab' if len(s) < 30 else 'c'"),
            8 => self.line(depth, "t = (b, x); b, x2 = t; z = x2"),
            9 => self.line(depth, "a, b = b, a"),
            10 => self.line(depth, "l.append(b); z = l.pop()"),
            11 => {
                let object = self.pick(&["p", "q", "(p if b % 2 else q)"]);
                let arg = self.number();
                self.line(depth, &format!("z = {object}.step({arg})"));
            }
            12 => {
                let value = self.number();
                self.line(depth, "try:");
                self.line(depth + 1, &format!("y = {value} / (b % 3)"));
                self.line(depth, "except ZeroDivisionError: y = 1.25");
            }
            13 => {
                let (x, y) = (self.number(), self.leaf());
                let made = self.pick(&[
                    "P({x}, {y})",
                    "R({x})",
                    "R({x}, c={y})",
                    "R({x}, 1, 2)",
                    "R(a={x}, b={y})",
                    "S({x}, {y})",
                    "R(1, 2, 3, 4)",
                ]);
                let target = self.pick(&["p", "q"]);
                self.line(depth, &format!("{target} = {}", made.replace("{x}", &x).replace("{y}", &y)));
            }
            14 => {
                let x = self.number();
                let call = self.pick(&[
                    "add({x})",
                    "add({x}, y=2)",
                    "add(*(1, {x}))",
                    "add(**d)",
                    "named({x}, k=b)",
                    "named(y={x}, x=1)",
                    "named({x}, m=1)",
                    "named(*[{x}], **{'k': 3})",
                    "f({x})",
                    "fib(6)",
                    "sum(count(4))",
                    "sum(e + 1 for e in l if e)",
                    "isinstance({x}, int)",
                    "max(1, 2, 3)",
                    "abs(b)",
                    "min(m)",
                    "(lambda v: v + 1)({x})",
                    "len([e for e in l if e != b])",
                    "next(iter(count(3)))",
                    "list(early(5))",
                    "any(e == b for e in l)",
                    "total(l)",
                    "total(m)",
                    "find(l, {x})",
                    "rows(5, 9)[3]",
                    "walk(5)",
                    "chop(987654321)",
                    "chop(abs(int(b)))",
                    "Bag(l).find(3)",
                    "len(Bag(m).items)",
                    "total(v for v, w in Bag(l).each())",
                    "total([find(l, e) or 0 for e in m])",
                ]);
                let target = self.pick(&["x", "y", "z"]);
                self.line(depth, &format!("{target} = {}", call.replace("{x}", &x)));
            }
            15 => {
                let value = self.leaf();
                self.line(depth, "try:");
                self.line(depth + 1, "with S(1, b) as y:");
                self.statement(depth + 2);
                let kind = self.pick(&["KeyError(b)", "IndexError(1)", "ValueError('v')"]);
                self.line(depth + 2, &format!("if {value}: raise {kind}"));
                self.line(depth, "except IndexError as e: z = e.args");
            }
            16 => self.line(depth, "s = f'{b!r:>4}{s[-3:]}'"),
            17 => {
                let unpack = self.pick(&[
                    "z, *x2 = l",
                    "(y, x2), z = (1, b), a",
                    "a2, b2 = S(b, a)",
                    "d = {**d, 'k': b}",
                    "z = {k: v for k, v in d.items()}",
                    "z = sorted({e % 3 for e in range(5)})",
                    "f = adder(2)",
                    "f = PLUS",
                    "x = f(b)",
                    "d['n'] += 1",
                    "z = Noisy(b).n",
                    "l2 = Noisy(1), Noisy(2); l2 = 0",
                    "del l[-1]; l.append(7)",
                    "l[1:3] = [b, a]",
                    "z = R(b)[a if isinstance(a, int) else 0]",
                    "z = R(1)(b, k=a)",
                    "z = (R(b) + 1).b; z = R(2) < 3",
                    "z = R(2, b).both; R(3).both = 1, 2",
                    "z = getattr(p, 'nope', b)",
                    "z = 'a' in d, b not in t",
                ]);
                self.line(depth, unpack);
            }
            _ => {
                let value = self.number();
                let target = self.pick(&["a", "b", "x", "y", "a", "b", "z"]);
                self.line(depth, &format!("{target} = {value}"));
                if matches!(target, "a" | "b") {
                    // Numbers do not grow for ever.
                    self.line(depth, &format!("if not -2**70 < {target} < 2**70: {target} = 17"));
                }
            }
        }
    }

    fn index(&mut self) -> &'static str {
        self.pick(&["0", "1", "-1", "2", "int(b) % 5", "len(s) % 3"])
    }

    fn leaf(&mut self) -> String {
        match self.below(14) {
            0 => format!("{}", self.below(9) as i64 - 4),
            1 => format!("{}.5", self.below(9)),
            2 => format!("l[{}]", self.index()),
            3 => "m[1]".into(),
            4 => self.pick(&["p.a", "p.b", "q.a", "q.b"]).into(),
            5 => self.pick(&["d['k']", "d['n']", "t[0]", "t[1]"]).into(),
            6 => self.pick(&["len(l)", "len(s)", "G", "len(t)"]).into(),
            7 => self.pick(&["inc(b)", "mix(a, 3)", "deep(b)", "p.peek()", "q.peek()"]).into(),
            8 => self.pick(&["True", "(a < b)", "(x == y)"]).into(),
            _ => self.pick(&["a", "b", "x", "y", "a", "b"]).into(),
        }
    }

    fn number(&mut self) -> String {
        match self.below(6) {
            0 | 1 => self.leaf(),
            2 => {
                let (left, right) = (self.leaf(), self.pick(&["3", "7", "-5", "10", "2.5", "b", "a"]));
                let op = self.pick(&["//", "%"]);
                format!("({left} {op} {right})")
            }
            3 => {
                let op = self.pick(&["&", "|", "^", "<<", ">>"]);
                let (left, right) =
                    (self.pick(&["int(a)", "int(b)", "a", "b"]), self.pick(&["1", "3", "7", "12"]));
                format!("({left} {op} {right})")
            }
            4 => {
                let op = self.pick(&["-", "+", "~", "-"]);
                let leaf = if op == "~" { "int(b)".into() } else { self.leaf() };
                format!("({op}{leaf})")
            }
            _ => {
                let (left, op, right) =
                    (self.leaf(), self.pick(&["+", "-", "*", "+", "-", "/"]), self.leaf());
                format!("({left} {op} {right})")
            }
        }
    }

    fn test(&mut self) -> String {
        match self.below(7) {
            0 => format!("{} is None", self.pick(&["z", "s", "a"])),
            1 => format!("{} is not None", self.pick(&["z", "x"])),
            2 => self.pick(&["s", "l", "a", "x", "not b", "z", "p", "t"]).into(),
            3 => format!("{} in l", self.leaf()),
            4 => self.pick(&["s == 'c'", "s != 'ab'", "s < 'b'"]).into(),
            _ => {
                let (left, op, right) =
                    (self.number(), self.pick(&["<", "<=", "==", "!=", ">", ">="]), self.leaf());
                format!("{left} {op} {right}")
            }
        }
    }
}
