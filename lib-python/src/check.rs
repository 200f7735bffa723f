//! Checks what was brought: the right version, nothing missing, nothing damaged.
//!
//! Damage is found through a manifest written when the files arrive: one line for each, with its
//! length and SHA-256, below a line with the number of the recipe. Bytecode caches, which appear later, are not in it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{Context, Result, VERSION, fail};

/// The manifest's name in the prefix.
const MANIFEST: &str = "MANIFEST";

/// The manifest's first line. The number changes when the recipe brings other files, so that what an older one brought is replaced.
const RECIPE: &str = "recipe 2";

/// Modules and packages that the library of every CPython 3.13 has.
const REQUIRED: &str = include_str!("../required.txt");

/// What to do about a library that is not whole.
const ADVICE: &str = "Run `cargo run -p lib_python -- fetch --again` to replace it.";

/// Whether `prefix` was filled and nothing has been removed since; takes a few milliseconds.
pub fn quick(prefix: &Path) -> Result {
    each_line(prefix, |path, length, _| match fs::metadata(path) {
        Ok(file) if file.len() == length => Ok(()),
        Ok(_) => fail("has another length"),
        Err(_) => fail("is missing"),
    })
}

/// Compares the contents of every file in `prefix` with the manifest.
pub fn thorough(prefix: &Path) -> Result {
    each_line(prefix, |path, _, hash| match fs::read(path) {
        Ok(contents) if digest(&contents) == hash => Ok(()),
        Ok(_) => fail("has other contents"),
        Err(e) => fail(format!("cannot be read: {e}")),
    })
}

/// Checks the version and completeness of what is in `prefix`; returns the full version.
pub fn complete(prefix: &Path) -> Result<String> {
    let header = prefix.join("include").join(format!("python{VERSION}")).join("patchlevel.h");
    let text = fs::read_to_string(&header).context("reading the version in", &header)?;
    let version = text
        .lines()
        .find_map(|l| l.strip_prefix("#define PY_VERSION")?.trim().strip_prefix('"')?.strip_suffix('"'));
    let Some(version) = version else {
        return fail(format!("{} does not say a version", header.display()));
    };
    if !version.starts_with(&format!("{VERSION}.")) {
        return fail(format!("this is CPython {version}; its library and headers must be {VERSION}'s"));
    }
    let library = prefix.join("lib").join(format!("python{VERSION}"));
    let is_there = |name: &&str| {
        library.join(format!("{name}.py")).exists() || library.join(name).join("__init__.py").exists()
    };
    let missing: Vec<&str> = REQUIRED.split_whitespace().filter(|name| !is_there(name)).collect();
    if !missing.is_empty() {
        return fail(format!("the library in {} lacks {}. {ADVICE}", library.display(), missing.join(", ")));
    }
    Ok(version.to_owned())
}

/// Notes the length and hash of every file in `prefix`.
pub(crate) fn write_manifest(prefix: &Path) -> Result {
    let mut files = Vec::new();
    list_files(prefix, &mut files)?;
    files.sort();
    let mut text = format!("{RECIPE}\n");
    for path in files {
        let contents = fs::read(prefix.join(&path)).context("reading", &prefix.join(&path))?;
        let _ = writeln!(text, "{} {} {path}", digest(&contents), contents.len());
    }
    let manifest = prefix.join(MANIFEST);
    fs::write(&manifest, text).context("writing", &manifest)
}

/// Calls `check` with the path, length and hash of each file; the first failure is the answer.
fn each_line(prefix: &Path, check: impl Fn(&Path, u64, &str) -> Result) -> Result {
    let manifest = prefix.join(MANIFEST);
    let Ok(text) = fs::read_to_string(&manifest) else {
        return fail(format!("{} is missing. {ADVICE}", manifest.display()));
    };
    let mut lines = text.lines();
    if lines.next() != Some(RECIPE) {
        return fail(format!("what is in {} is of another recipe. {ADVICE}", prefix.display()));
    }
    for line in lines {
        let mut fields = line.splitn(3, ' ');
        let (Some(hash), Some(Ok(length)), Some(path)) =
            (fields.next(), fields.next().map(str::parse), fields.next())
        else {
            return fail(format!("{} is damaged. {ADVICE}", manifest.display()));
        };
        let path = prefix.join(path);
        if let Err(e) = check(&path, length, hash) {
            return fail(format!("{} {e}. {ADVICE}", path.display()));
        }
    }
    Ok(())
}

/// Adds the paths of the files below `dir`, relative to the prefix, to `files`.
fn list_files(prefix: &Path, files: &mut Vec<String>) -> Result {
    fn walk(prefix: &Path, dir: &Path, files: &mut Vec<String>) -> Result {
        for entry in fs::read_dir(dir).context("reading", dir)? {
            let entry = entry.context("reading", dir)?;
            let path = entry.path();
            // Links are not followed: what they lead to is listed in its own place.
            let kind = entry.file_type().context("reading", &path)?;
            if kind.is_dir() {
                walk(prefix, &path, files)?;
            } else if kind.is_file()
                && let Some(relative) = path.strip_prefix(prefix).ok().and_then(Path::to_str)
            {
                files.push(relative.to_owned());
            }
        }
        Ok(())
    }
    walk(prefix, prefix, files)
}

/// The SHA-256 of `contents` in hexadecimal.
fn digest(contents: &[u8]) -> String {
    Sha256::digest(contents).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
