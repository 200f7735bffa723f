//! `cargo xtask text-order`: which functions the linker puts together, `bin/text-order.txt`.
//!
//! The kernel maps the executable's text in windows of several pages. What a start needs lies all over the text as the compiler emits it,
//! so most of the text would be resident in every process. Put together, it fills a few windows. The order is taken from runs under
//! valgrind; a symbol is named without its hash, so that the file serves other builds, and a name that a build does not have is harmless.

use std::collections::{BTreeMap, BTreeSet, HashSet};
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
    let symbols = Symbols::of(python.executable())?;
    let mut known = HashSet::new();
    let mut patterns = Vec::new();
    for run in RUNS {
        for name in functions(python.executable(), run, &symbols, &profile)? {
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

/// The executable's own functions that a run enters, by address. A function that the compiler has found equal to others is named in all
/// its names, for only one of them is the name of its section.
fn functions(executable: &Path, args: &[&str], symbols: &Symbols, profile: &Path) -> Result<Vec<String>> {
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
    let addresses = executed(&String::from_utf8_lossy(&text), &format!("ob={}", executable.display()));
    let entered: BTreeSet<u64> = addresses.iter().filter_map(|&address| symbols.start(address)).collect();
    Ok(entered.iter().flat_map(|start| symbols.0[start].iter().cloned()).collect())
}

/// The functions of an executable: all the names of each, by its address.
struct Symbols(BTreeMap<u64, Vec<String>>);

impl Symbols {
    /// What `nm` says.
    fn of(executable: &Path) -> Result<Self> {
        let output = Command::new("nm")
            .arg("--defined-only")
            .arg(executable)
            .output()
            .map_err(|error| format!("cannot run nm: {error}"))?;
        Ok(Self::parse(&String::from_utf8_lossy(&output.stdout)))
    }

    fn parse(listing: &str) -> Self {
        let mut symbols = BTreeMap::<u64, Vec<String>>::new();
        for line in listing.lines() {
            if let [address, "t" | "T" | "w" | "W", name] = line.split(' ').collect::<Vec<_>>()[..]
                && let Ok(address) = u64::from_str_radix(address, 16)
            {
                symbols.entry(address).or_default().push(name.to_owned());
            }
        }
        Self(symbols)
    }

    /// Where the function begins that has this address.
    fn start(&self, address: u64) -> Option<u64> {
        self.0.range(..=address).next_back().map(|(&start, _)| start)
    }
}

/// The addresses in a profile at which something of the object that the line `object` names was run.
fn executed(profile: &str, object: &str) -> Vec<u64> {
    let mut addresses = Vec::new();
    let mut ours = false;
    for line in profile.lines() {
        if line.starts_with("ob=") {
            ours = line == object;
        } else if ours
            && let Some(address) = line.strip_prefix("0x").and_then(|line| line.split(' ').next())
            && let Ok(address) = u64::from_str_radix(address, 16)
        {
            addresses.push(address);
        }
    }
    addresses
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
    fn addresses_are_those_of_the_object() {
        let profile =
            "ob=/lib/x\nfn=strlen\n0x10 1\nob=/p\nfn=b\n0x30 1\n+3\nfn=a'2\n0x20 1\ncfn=c\n0x40 2\n";
        assert_eq!(executed(profile, "ob=/p"), [0x30, 0x20, 0x40]);
    }

    #[test]
    fn equal_functions_have_several_names() {
        let symbols = Symbols::parse(
            "0000000000000020 t a\n0000000000000020 T b\n0000000000000028 d c\n0000000000000030 t e\n",
        );
        assert_eq!(symbols.start(0x2f), Some(0x20));
        assert_eq!(symbols.0[&0x20], ["a", "b"]);
        assert_eq!(symbols.start(0x10), None);
    }
}
