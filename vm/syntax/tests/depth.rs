//! Deep nesting ends in a tree or in an error, never in a stack overflow.

use syntax::{Arena, ErrorKind, Mode, Options, parse};

/// The kind of error that a source ends in, on a stack half as large as a thread's usual one.
fn error_of(source: String) -> Option<ErrorKind> {
    let thread = std::thread::Builder::new().stack_size(4 << 20).spawn(move || {
        let arena = Arena::new();
        parse(&arena, source.as_bytes(), Mode::Exec, &Options::default()).result.err().map(|error| error.kind)
    });
    thread.expect("a thread").join().expect("no panic")
}

/// Checks that a source parses when nested `depth` levels deep and not one level deeper: CPython 3.13's limits.
fn assert_limit(depth: usize, source: impl Fn(usize) -> String) {
    assert_eq!(error_of(source(depth)), None);
    assert_eq!(error_of(source(depth + 1)), Some(ErrorKind::MemoryError));
    assert_eq!(error_of(source(depth * 4)), Some(ErrorKind::MemoryError));
}

#[test]
fn limits_of_recursion() {
    assert_limit(5968, |n| "-".repeat(n) + "1");
    assert_limit(5968, |n| "not ".repeat(n) + "1");
    assert_limit(5968, |n| "1 if 1 else ".repeat(n) + "1");
    assert_limit(2984, |n| "lambda:".repeat(n) + "1");
    assert_limit(2984, |n| "1".to_owned() + &"**1".repeat(n));
}

#[test]
fn loops_have_no_limit() {
    for source in ["1".to_owned() + &"+1".repeat(50_000), "a".to_owned() + &".b".repeat(50_000)] {
        assert_eq!(error_of(source), None);
    }
}

#[test]
fn brackets() {
    let pairs = [("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("a[", "]"), ("{", "}")];
    for (open, close) in pairs {
        let source = |n: usize| open.repeat(n) + "a" + &close.repeat(n);
        assert_eq!(error_of(source(200)), None, "{open}");
        assert_eq!(error_of(source(201)), Some(ErrorKind::SyntaxError), "{open}");
        // The second pass goes over all of it again, and may find it too deep, as CPython's does.
        for source in [source(200) + " b", open.repeat(200) + "a b" + &close.repeat(200)] {
            assert!(error_of(source).is_some(), "{open}");
        }
    }
}

#[test]
fn errors_after_deep_nesting() {
    for source in
        ["-".repeat(5000) + "1 1", "1 if 1 else ".repeat(5000) + "1 1", "lambda:".repeat(2000) + "1 1"]
    {
        assert!(error_of(source).is_some());
    }
}

#[test]
fn blocks() {
    let source = |n: usize| {
        let headers: String = (0..n).map(|level| " ".repeat(level) + "if 1:\n").collect();
        headers + &" ".repeat(n) + "x\n"
    };
    assert_eq!(error_of(source(99)), None);
    assert_eq!(error_of(source(100)), Some(ErrorKind::IndentationError));
    let chain = |n: usize| "if 1: pass\n".to_owned() + &"elif 1: pass\n".repeat(n);
    assert_eq!(error_of(chain(5900)), None);
    assert_eq!(error_of(chain(7000)), Some(ErrorKind::MemoryError));
}
