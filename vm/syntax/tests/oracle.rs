//! Trees, errors, warnings, tokens and annotations, against the reference CPython. Skipped where it is not installed.

#[path = "../examples/ast_dump/dump.rs"]
mod dump;
#[path = "../examples/compare/oracle.rs"]
#[allow(dead_code, reason = "shared with the example, which uses all of it")]
mod oracle;
#[path = "../examples/compare/ours.rs"]
#[allow(dead_code, reason = "shared with the example, which uses all of it")]
mod ours;

use oracle::Oracle;

/// Asserts that both make the same of each source, in each of some modes.
fn assert_same<'s>(modes: &[&str], sources: impl IntoIterator<Item = &'s str>) {
    let Some(mut oracle) = Oracle::start(true) else {
        eprintln!("skipped: no reference CPython under {}", oracle::root().display());
        return;
    };
    for source in sources {
        for mode in modes {
            let theirs = oracle.ask(mode, source.as_bytes()).expect("an answer");
            assert_eq!(ours::answer(mode, source.as_bytes()), theirs.text, "{mode} of {source:?}");
        }
    }
}

#[test]
fn library_files() {
    let library = oracle::root().join("prefix/lib/python3.13");
    let names = ["ast.py", "dataclasses.py", "enum.py", "typing.py", "json/decoder.py", "asyncio/tasks.py"];
    let files: Vec<String> =
        names.iter().filter_map(|name| std::fs::read_to_string(library.join(name)).ok()).collect();
    assert_same(&["exec", "tokens-text"], files.iter().map(String::as_str));
}

#[test]
fn mistakes() {
    let snippets = include_str!("mistakes.txt").split("\n%%\n");
    assert_same(&["exec-text", "eval-text", "single-text", "exec-text:0x4000"], snippets);
}

#[test]
fn literals() {
    assert_same(
        &["exec-text"],
        [
            r"f'{x!r:>{w}} {{}} {y=} {z = !s:{a}{b}}'",
            "f'''{\nx # c\n=}'''",
            "f'{1!=2=} {x != y = !r}'",
            r"'a' f'{x}' 'b' f'' rf'\d{y:\d}' u'c'",
            r"b'\x41\101\q' b'' rb'\x'",
            r"'\N{BULLET}\u00e9\U0001f600\ud800\7\78\400\
'",
            "0x_ff, 0b1_0, 0o17, 1_000.5e-3, 1e400, 3j, .5J, 0_0, 123456789012345678901234567890, 0xffffffffffffffff",
            "1if 1else 2",
            "\u{fb01}nd = \u{2115}",
        ],
    );
}

#[test]
fn annotations() {
    let expressions = "a+b*c**-d@e;not a or b and c;lambda a, /, b=1, *c, d, e=2, **f: (yield);x[1:2, ::3, *y];{**a, b: c};\
        {a, *b};[a for b, c in d if e if f];(a async for b in c);{a: b for c in d};f(*a, b=c, **d)(x for x in y);\
        1 .real;1.5.real;a if b else c;f'{a!r:{b}} {{';'it\\'s' \"\\\"\";b'\\xff';1e999j;();(a,);a, b;\
        a < b is not c not in d;-(-a);(a + b)[c];(lambda: x)()";
    assert_same(&["unparse-text"], expressions.split(';'));
}
