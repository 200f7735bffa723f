//! Matches against CPython's (`tests/golden/matches.tsv`, written by `tools/golden.py`).

use sre::{Matcher, Mode, Program};
use unicode::Char;

fn numbers(text: &str) -> Vec<u32> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| u32::from_str_radix(part, 16).expect("hex"))
        .collect()
}

fn show(matcher: &Matcher<'_>, groups: usize) -> String {
    let mut text = format!("{:x}", matcher.last_index().unwrap_or(0));
    for group in 0..=groups {
        match matcher.group(group) {
            Some((start, end)) => text += &format!(" {start:x}:{end:x}"),
            None => text += " -",
        }
    }
    text
}

fn one<C: Char>(program: &Program, text: &[C], mode: Mode) -> String {
    let mut matcher = Matcher::new(program);
    match matcher.find(text, 0, mode, false, &mut || true) {
        Ok(true) => show(&matcher, program.groups()),
        Ok(false) => "!".to_owned(),
        Err(stopped) => format!("{stopped:?}"),
    }
}

/// What `finditer` yields.
fn all<C: Char>(program: &Program, text: &[C]) -> String {
    let mut matcher = Matcher::new(program);
    let (mut at, mut must_advance) = (0, false);
    let mut found = Vec::new();
    while matcher.find(text, at, Mode::Search, must_advance, &mut || true) == Ok(true) {
        found.push(show(&matcher, program.groups()));
        let (start, end) = matcher.group(0).expect("the whole match");
        must_advance = start == end;
        at = end;
    }
    found.join("; ")
}

fn outcomes<C: Char>(program: &Program, text: &[C]) -> [String; 3] {
    [all(program, text), one(program, text, Mode::Prefix), one(program, text, Mode::Full)]
}

#[test]
fn equal_to_cpython() {
    let mut wrong = Vec::new();
    for (number, line) in include_str!("golden/matches.tsv").lines().enumerate() {
        let [codes, groups, width, text, expected @ ..] = &line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let groups = usize::from_str_radix(groups, 16).expect("groups");
        let program =
            Program::new(&numbers(codes), groups).unwrap_or_else(|_| panic!("line {}: {codes}", number + 1));
        let text = numbers(text);
        let results = match *width {
            "2" => outcomes(&program, &text.iter().map(|&code| code as u16).collect::<Vec<_>>()),
            "4" => outcomes(&program, &text),
            _ => outcomes(&program, &text.iter().map(|&code| code as u8).collect::<Vec<_>>()),
        };
        if results != *expected {
            wrong.push(format!("line {}: {results:?}, not {expected:?}", number + 1));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn any_codes_are_safe() {
    let mut state = 7u64;
    let mut next = move |bound: u32| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as u32 % bound
    };
    let mut accepted = 0;
    for _ in 0..30_000 {
        let mut codes: Vec<u32> = (0..next(12)).map(|_| 44).collect();
        for code in &mut codes {
            let bound = if next(2) == 0 { 44 } else { 9 };
            *code = next(bound);
        }
        codes.push(1);
        if let Ok(program) = Program::new(&codes, 2) {
            accepted += 1;
            let mut steps = 0;
            let mut matcher = Matcher::new(&program);
            let _ = matcher.find(b"abc\0\x01\x02".as_slice(), 0, Mode::Search, false, &mut || {
                steps += 1;
                steps < 3
            });
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// `(?:a|bb)*c`.
const BRANCHES: [u32; 27] =
    [14, 4, 0, 1, !0, 23, 17, 0, !0, 7, 5, 16, 97, 15, 9, 7, 16, 98, 16, 98, 15, 2, 0, 18, 16, 99, 1];
/// `(a+)+$`.
const NESTED: [u32; 24] =
    [14, 4, 0, 1, !0, 23, 14, 1, !0, 17, 0, 24, 6, 1, !0, 16, 97, 1, 17, 1, 18, 6, 5, 1];

#[test]
fn long_backtracking_stays_off_the_native_stack() {
    let program = Program::new(&BRANCHES, 0).expect("valid");
    let mut text = vec![b'a'; 1_000_000];
    let mut matcher = Matcher::new(&program);
    assert_eq!(matcher.find(&text, 0, Mode::Prefix, false, &mut || true), Ok(false));
    text.push(b'c');
    assert_eq!(matcher.find(&text, 0, Mode::Full, false, &mut || true), Ok(true));
}

#[test]
fn the_caller_may_stop_it() {
    let program = Program::new(&NESTED, 1).expect("valid");
    let text = [b"a".repeat(40), b"b".to_vec()].concat();
    let mut left = 10;
    let mut check = || {
        left -= 1;
        left > 0
    };
    let result = Matcher::new(&program).find(&text, 0, Mode::Prefix, false, &mut check);
    assert_eq!(result, Err(sre::Stopped::Interrupted));
}
