//! The corpus of small programs: its listings are kept, and are the reference's too where one is installed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use bytecode::code::{Code, Const};
use bytecode::dis;
use bytecode::marshal_code::load_code;
use compiler::Options;
use syntax::{Arena, Mode};

const PROGRAMS: [&str; 8] =
    ["annotations", "classes", "comprehensions", "exceptions", "folding", "functions", "loops", "patterns"];

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn reference(script: &str, arg: &str) -> Option<Vec<u8>> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lib-python/reference/bin/python3.13");
    if !python.exists() {
        return None;
    }
    let output =
        Command::new(python).args(["-I", "-W", "ignore", "-c", script, arg]).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// The code object or the error of a source.
fn compile(source: &str, name: &str, optimize: u8) -> Result<Rc<Code>, String> {
    let arena = Arena::new();
    let parsed = syntax::parse(&arena, source.as_bytes(), Mode::Exec, &syntax::Options::default());
    let module = arena.alloc(parsed.result.map_err(|e| e.to_string())?);
    let options = Options { optimize, flags: 0 };
    compiler::compile(&arena, module, name, options, &mut |_| true).map_err(|e| e.to_string())
}

#[test]
fn listings_are_as_kept() {
    for name in PROGRAMS {
        let source = std::fs::read_to_string(corpus().join(name).with_extension("py")).expect("readable");
        let listing = dis::listing(&compile(&source, name, 0).expect("compiles"));
        let kept = corpus().join(name).with_extension("dis");
        if std::env::var_os("UPDATE_GOLDENFILES").is_some() {
            std::fs::write(&kept, &listing).expect("writable");
        }
        assert_eq!(std::fs::read_to_string(kept).expect("readable"), listing, "{name}");
    }
}

const DUMP: &str = "import marshal, sys; name, level, source = sys.argv[1].split('\\0', 2); \
    code = compile(source, name, 'exec', dont_inherit=True, optimize=int(level)); \
    sys.stdout.buffer.write(marshal.dumps(code))";

#[test]
fn code_equals_the_reference() {
    for name in PROGRAMS {
        let source = std::fs::read_to_string(corpus().join(name).with_extension("py")).expect("readable");
        for level in [0, 1, 2] {
            // An argument cannot hold NUL: the parts are separated by a character no source has.
            let script = DUMP.replace("\\0", "\\x01");
            let Some(bytes) = reference(&script, &format!("{name}\x01{level}\x01{source}")) else { return };
            let theirs = load_code(&bytes).expect("readable");
            let ours = compile(&source, name, level).expect("compiles");
            assert_eq!(dis::listing(&ours), dis::listing(&theirs), "{name} -O{level}");
            assert_eq!(ours, theirs, "{name} -O{level}");
        }
    }
}

/// Sources, each followed by the error that it ends in.
const ERRORS: &str = include_str!("corpus/errors.txt");

#[test]
fn errors_are_as_kept() {
    for case in ERRORS.split("\n----\n") {
        let (source, expected) = case.trim_end().rsplit_once("\n=> ").expect("an expectation");
        let error = compile(&format!("{source}\n"), "<test>", 0).err();
        assert_eq!(error.as_deref(), Some(expected), "{source}");
    }
}

#[test]
fn warnings_are_issued_in_order() {
    let source = "assert (x, 'm')\nx is 1\n'a'(1)\n[1, 2][3, 4]\n1[0]\n";
    let arena = Arena::new();
    let parsed = syntax::parse(&arena, source.as_bytes(), Mode::Exec, &syntax::Options::default());
    let module = arena.alloc(parsed.result.expect("parses"));
    let mut seen = Vec::new();
    let mut sink = |w: syntax::SourceWarning| {
        seen.push(format!("{}: {}", w.error.lineno, w.error.msg));
        true
    };
    compiler::compile(&arena, module, "<test>", Options::default(), &mut sink).expect("compiles");
    assert_eq!(
        seen,
        [
            "1: assertion is always true, perhaps remove parentheses?",
            "2: \"is\" with 'int' literal. Did you mean \"==\"?",
            "3: 'str' object is not callable; perhaps you missed a comma?",
            "4: list indices must be integers or slices, not tuple; perhaps you missed a comma?",
            "5: 'int' object is not subscriptable; perhaps you missed a comma?",
        ]
    );
}

#[test]
fn a_refused_warning_is_an_error() {
    let arena = Arena::new();
    let parsed = syntax::parse(&arena, b"x is 1\n", Mode::Exec, &syntax::Options::default());
    let module = arena.alloc(parsed.result.expect("parses"));
    let error = compiler::compile(&arena, module, "<test>", Options::default(), &mut |_| false).unwrap_err();
    assert_eq!(error.to_string(), "SyntaxError: \"is\" with 'int' literal. Did you mean \"==\"? (1:1-1:7)");
}

/// As deep as CPython 3.13.5 goes on Linux, and one level deeper.
#[test]
fn deep_trees_end_in_recursion_error() {
    const DEEPEST: usize = 9997;
    let sum = |n: usize| format!("x={}\n", vec!["a"; n].join("+"));
    let attributes = |n: usize| format!("x=a{}\n", ".b".repeat(n));
    assert!(compile(&sum(DEEPEST), "<test>", 0).is_ok());
    assert!(compile(&attributes(DEEPEST - 1), "<test>", 0).is_ok());
    for source in [sum(DEEPEST + 1), attributes(DEEPEST), format!("x=a{}\n", "()".repeat(50_000))] {
        let error = compile(&source, "<test>", 0).expect_err("too deep");
        assert_eq!(error, "RecursionError: maximum recursion depth exceeded during compilation");
    }
}

#[test]
fn a_folded_inversion_of_bool_warns_unless_refused() {
    let compile = |accept: bool| {
        let arena = Arena::new();
        let parsed = syntax::parse(&arena, b"~True\n", Mode::Eval, &syntax::Options::default());
        let module = arena.alloc(parsed.result.expect("parses"));
        let mut kinds = Vec::new();
        let mut sink = |w: syntax::SourceWarning| {
            kinds.push((w.kind, w.error.lineno));
            accept
        };
        let code =
            compiler::compile(&arena, module, "<test>", Options::default(), &mut sink).expect("compiles");
        assert_eq!(kinds, [(syntax::WarningKind::DeprecationWarning, 0)]);
        code.consts[0].clone()
    };
    assert_eq!(compile(true), Const::Int(-2));
    assert_eq!(compile(false), Const::True);
}

#[test]
fn awaiting_at_the_top_makes_a_coroutine() {
    let flags = compiler::compiler_flags::ALLOW_TOP_LEVEL_AWAIT;
    for source in ["await f()", "[x async for x in y]", "(x async for x in y)"] {
        let options = Options { optimize: 0, flags };
        let code = compiler::compile_source(source.as_bytes(), "<test>", Mode::Exec, options, &mut |_| true)
            .expect(source);
        assert_ne!(code.flags & bytecode::code::flags::COROUTINE, 0, "{source}");
    }
}

#[test]
fn symbol_tables_know_their_blocks() {
    let arena = Arena::new();
    let source = b"class C:\n    def f(self, x):\n        return (__y for y in x)\n";
    let parsed = syntax::parse(&arena, source, Mode::Exec, &syntax::Options::default());
    let module = arena.alloc(parsed.result.expect("parses"));
    let (table, names) = compiler::symbol_table(module, Options::default()).expect("has a table");
    let mut seen = Vec::new();
    let mut ids = vec![compiler::symtable::BlockId::TOP];
    while let Some(id) = ids.pop() {
        let block = table.block(id);
        let symbols: Vec<_> = block.symbols.iter().map(|(name, _)| &**names.text(name)).collect();
        seen.push(format!("{}: {}", names.text(block.name), symbols.join(" ")));
        ids.extend(&block.children);
    }
    assert_eq!(seen, ["top: C", "C: f", "f: self x", "genexpr: .0 y _C__y"]);
}
