//! The exported functions have the signatures of CPython's headers, as far as the calling convention goes: what is passed in which kind
//! of register, and how wide. The C++ compiler compares; where it or the headers are not there, nothing is checked.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Functions that the headers hide behind macros.
const HIDDEN: &[&str] = &["Py_CompileStringFlags"];

/// How C passes a type: pointer, int, long, double, nothing, or something of its own.
fn kind(ty: &str) -> Option<char> {
    let ty = ty.trim();
    if let Some(inner) = ty.strip_prefix("Result<").and_then(|inner| inner.strip_suffix('>')) {
        return kind(inner);
    }
    if let Some(inner) = ty.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
        return kind(inner);
    }
    let is_pointer = ty.starts_with(['&', '*'])
        || ty == "Ref"
        || ty == "Result"
        || ty.starts_with("Ref<")
        || ty.contains("extern \"C\" fn")
        || ty.ends_with("Func")
        || ty.ends_with("Proc");
    if is_pointer {
        return Some('p');
    }
    Some(match ty {
        "" | "()" | "!" => 'v',
        "c_int" | "i32" | "u32" | "c_uint" | "bool" | "libc::wchar_t" => 'i',
        "isize" | "usize" | "i64" | "u64" | "c_long" | "c_ulong" | "libc::size_t" => 'l',
        "f64" => 'd',
        _ => return None,
    })
}

/// The parts of a list at its commas, those inside of brackets left alone.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0i32, 0, Vec::new());
    for (at, char) in list.char_indices() {
        match char {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' => depth -= 1,
            '>' if !list[..at].ends_with('-') => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The function whose declaration `text` begins with, behind `fn `: its name, and result and parameters as [`kind`]s. In a function of
/// `#[capi]`, success or failure is an int.
fn signature(text: &str, is_capi: bool) -> Option<(String, String)> {
    let name: String = text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    let open = text.find('(')?;
    let mut depth = 0;
    let close = text[open..].char_indices().find_map(|(at, char)| {
        depth += match char {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        (depth == 0).then_some(open + at)
    })?;
    let rest = &text[close + 1..];
    let result = rest[..rest.find('{')?].trim().strip_prefix("->").unwrap_or("").trim();
    let result = if is_capi && result == "Result<()>" { "i32" } else { result };
    let mut kinds = String::from(kind(result)?);
    for parameter in split(&text[open + 1..close]) {
        kinds.push(kind(parameter.split_once(':')?.1)?);
    }
    Some((name, kinds))
}

fn sources(folder: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            out.push(text);
        }
    }
}

/// Every exported function of the sources that is written out.
fn exported() -> HashMap<String, String> {
    let mut texts = Vec::new();
    sources(&root().join("cpyext/src"), &mut texts);
    let mut found = HashMap::new();
    for text in &texts {
        for (mark, is_capi) in [("#[capi]", true), ("#[unsafe(no_mangle)]", false)] {
            for part in text.split(mark).skip(1) {
                let Some(at) = part.find(" fn ") else { continue };
                if part[..at].contains(['{', ';']) || part[..at].contains("static") {
                    continue;
                }
                found.extend(signature(&part[at + 4..], is_capi));
            }
        }
    }
    found
}

const HEAD: &str = r#"
#include <Python.h>
#include <frameobject.h>
#include <marshal.h>
#include <type_traits>

template <class T> constexpr char kind()
{
    if (std::is_void<T>::value) return 'v';
    if (std::is_pointer<T>::value) return 'p';
    if (std::is_floating_point<T>::value) return 'd';
    if (!std::is_integral<T>::value && !std::is_enum<T>::value) return '?';
    return sizeof(std::conditional_t<std::is_void<T>::value, char, T>) == 8 ? 'l' : 'i';
}

constexpr bool same(const char *left, const char *right)
{
    return *left == *right && (*left == 0 || same(left + 1, right + 1));
}

template <class R, class... A> constexpr bool is(R (*)(A...), const char *expected)
{
    const char own[] = {kind<R>(), kind<A>()..., 0};
    return same(own, expected);
}
"#;

#[test]
fn functions_are_called_as_the_headers_say() {
    let include = root().join("lib-python/prefix/include/python3.13");
    let Ok(census) = std::fs::read_to_string(root().join("cpyext/api.txt")) else { return };
    let exported = exported();
    assert!(exported.len() > 500, "the scanner has found {} functions", exported.len());
    let mut program = HEAD.to_owned();
    let mut count = 0;
    for line in census.lines().filter(|line| !line.starts_with(['#', '-'])) {
        let mut columns = line.split(' ');
        let (Some(header), Some(name)) = (columns.next(), columns.next()) else { continue };
        if header.starts_with("internal/") || HIDDEN.contains(&name) {
            continue;
        }
        if let Some(kinds) = exported.get(name) {
            count += 1;
            let _ = writeln!(program, "static_assert(is(&{name}, \"{kinds}\"), \"{name} is not {kinds}\");");
        }
    }
    assert!(count > 400, "the census has {count} of the functions");
    if !include.join("Python.h").exists() {
        return;
    }
    let mut command = Command::new("c++");
    command.args(["-fsyntax-only", "-std=c++17", "-Wno-deprecated-declarations", "-w", "-x", "c++", "-"]);
    command.arg("-I").arg(&include).arg("-I").arg(root().join("lib-python/prefix/include"));
    let Ok(mut compiler) = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn() else { return };
    let written = compiler.stdin.take().map(|mut input| input.write_all(program.as_bytes()));
    assert!(matches!(written, Some(Ok(()))), "the compiler does not read");
    let Ok(output) = compiler.wait_with_output() else { return };
    let errors = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = errors.lines().filter(|line| line.contains("error:")).collect();
    assert!(output.status.success(), "{}", errors.join("\n"));
}
