//! `cargo xtask text-order`: which functions the linker puts together, `bin/text-order.txt`.
//!
//! The kernel maps the executable's text in windows of several pages. What a start needs lies all over the text as the compiler emits it,
//! so most of the text would be resident in every process. Put together, it fills a few windows. The order is taken from runs under
//! valgrind; a symbol is named without its hash, so that the file serves other builds, and a name that a build does not have is harmless.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use harness::python::Python;

use crate::process::Result;

/// What is run, the most common first: a function's place is that of the first run that needs it.
const RUNS: [&[&str]; 4] = [
    &["-I", "-S", "-c", "pass"],
    &["-c", "pass"],
    &["-c", "import asyncio, json, http.client"],
    &["testsuite/bench/deltablue.py"],
];

/// The first line of the file.
const HEAD: &str = "# What a start runs, by the linker's symbols, in the order in which it is put together. Written by `cargo xtask text-order`.";

/// Takes the order from runs of the release build.
pub fn run(args: &[String]) -> Result {
    if !args.is_empty() {
        return Err("text-order takes no arguments".into());
    }
    let python = Python::ours()?;
    let profile = std::env::temp_dir().join(format!("text-order-{}", std::process::id()));
    let mut known = HashSet::new();
    let mut patterns = Vec::new();
    for run in RUNS {
        for name in functions(python.executable(), run, &profile)? {
            let pattern = pattern(&name);
            if known.insert(pattern.clone()) {
                patterns.push(pattern);
            }
        }
    }
    let path = harness::repository().join("bin/text-order.txt");
    let text = format!("{HEAD}\n{}\n", patterns.join("\n"));
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("text-order: {} functions", patterns.len());
    Ok(())
}

/// The executable's own functions that a run enters, by address.
fn functions(executable: &Path, args: &[&str], profile: &Path) -> Result<Vec<String>> {
    let status = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--dump-instr=yes",
            "--compress-pos=no",
            "--compress-strings=no",
            "--demangle=no",
        ])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(executable)
        .args(args)
        .current_dir(harness::repository())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("cannot run valgrind: {error}"))?;
    let text = fs::read(profile).map_err(|error| format!("valgrind left no profile ({status}): {error}"))?;
    fs::remove_file(profile)?;
    Ok(executed(&String::from_utf8_lossy(&text), &format!("ob={}", executable.display())))
}

/// The names in a profile of what belongs to the object that the line `object` names, by their first address.
fn executed(profile: &str, object: &str) -> Vec<String> {
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut ours, mut function) = (false, "");
    for line in profile.lines() {
        if line.starts_with("ob=") {
            ours = line == object;
        } else if let Some(name) = line.strip_prefix("fn=") {
            // A name with a number after it is the same function, called by itself.
            function = name.split('\'').next().unwrap_or(name);
        } else if ours
            && let Some(address) = line.strip_prefix("0x").and_then(|line| line.split(' ').next())
            && let Ok(address) = u64::from_str_radix(address, 16)
        {
            let place = first.entry(function).or_insert(address);
            *place = address.min(*place);
        }
    }
    // Names that are no symbol: addresses and "(below main)".
    first.retain(|name, _| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(&byte))
            && !name.starts_with("0x")
    });
    let mut names: Vec<_> = first.into_iter().collect();
    names.sort_by_key(|&(name, address)| (address, name));
    names.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// A symbol's name with `*` for what differs from build to build: hashes, and the number of a promoted local.
fn pattern(symbol: &str) -> String {
    let symbol = symbol.split_once(".llvm.").map_or(symbol, |(name, _)| name);
    if !symbol.starts_with("_R") {
        return symbol.to_owned();
    }
    // `Cs…_` is a crate's disambiguator.
    let mut pattern = String::new();
    let mut rest = symbol;
    while let Some((before, after)) = rest.split_once("Cs") {
        pattern += before;
        match after.find('_') {
            Some(end) if after[..end].bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                pattern += "Cs*_";
                rest = &after[end + 1..];
            }
            _ => {
                pattern += "Cs";
                rest = after;
            }
        }
    }
    pattern + rest + "*"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_free_of_what_a_build_makes_up() {
        assert_eq!(
            pattern("_RNvMNtCslNYA_5alloc6stringNtB2_6String3new.llvm.5"),
            "_RNvMNtCs*_5alloc6stringNtB2_6String3new*"
        );
        assert_eq!(pattern("PyObject_GetAttr"), "PyObject_GetAttr");
    }

    #[test]
    fn functions_come_in_the_order_of_their_addresses() {
        let profile = "ob=/lib/x\nfn=strlen\n0x10 1\nob=/p\nfn=b\n0x30 1\n+3\nfn=a'2\n0x20 1\ncfn=c\n0x40 2\nfn=0x99\n0x99 1\n";
        assert_eq!(executed(profile, "ob=/p"), ["a", "b"]);
    }
}
