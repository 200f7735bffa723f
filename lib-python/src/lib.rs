//! The recipe that brings CPython 3.13's standard library, test package and headers.
//!
//! Not one of their files is in this repository and not one is edited: they come from the
//! packages of Debian 13, or from a CPython 3.13 prefix or source tree that the user names, and
//! are checked on arrival. The same recipe can bring CPython 3.13 itself, the *reference* that
//! differential tests and benchmarks compare with.
//!
//! - [`apt`]: a private apt root, which downloads packages and changes nothing on the system;
//! - [`layout`]: from packages, a prefix or a source tree to `prefix/`;
//! - [`reference`]: from packages to `reference/`, made runnable where it lies;
//! - `elf`: what makes it runnable;
//! - [`check`]: version, completeness and damage.

pub mod apt;
pub mod check;
mod elf;
pub mod layout;
pub mod reference;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The `X.Y` of the library that everything here is about.
pub const VERSION: &str = "3.13";

/// What went wrong, and what the user can do about it.
#[derive(Debug)]
pub struct Error(pub String);

impl Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A result whose error is meant for the user's eyes.
pub type Result<T = ()> = std::result::Result<T, Error>;

/// Shorthand for an `Err` with a message.
pub(crate) fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Error(message.into()))
}

/// Adds what was being done, and to what, to an I/O error.
pub(crate) trait Context<T> {
    /// `doing` is a verb phrase such as "reading"; `path` its object.
    fn context(self, doing: &str, path: &Path) -> Result<T>;
}

impl<T> Context<T> for std::io::Result<T> {
    fn context(self, doing: &str, path: &Path) -> Result<T> {
        self.map_err(|e| Error(format!("{doing} {}: {e}", path.display())))
    }
}

/// Where things lie under the directory that the recipe fills.
#[derive(Clone, Debug)]
pub struct Places {
    dest: PathBuf,
}

impl Places {
    /// The places under `dest`.
    pub fn new(dest: impl Into<PathBuf>) -> Places {
        Places { dest: dest.into() }
    }

    /// The places under this repository's `lib-python/`.
    pub fn of_repository() -> Places {
        Places::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// The library and headers, laid out as an installation's `lib` and `include`.
    pub fn prefix(&self) -> PathBuf {
        self.dest.join("prefix")
    }

    /// The library itself: the directory that has `os.py`.
    pub fn library(&self) -> PathBuf {
        self.prefix().join("lib").join(format!("python{VERSION}"))
    }

    /// CPython, laid out as an installation.
    pub fn reference(&self) -> PathBuf {
        self.dest.join("reference")
    }

    /// The reference's executable.
    pub fn reference_python(&self) -> PathBuf {
        self.reference().join("bin").join(format!("python{VERSION}"))
    }

    /// Downloads, kept so that a second run needs no network.
    pub fn cache(&self) -> PathBuf {
        self.dest.join("cache")
    }
}

/// What [`fetch`] shall do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A CPython 3.13 prefix or source tree to take the library from, in place of Debian's packages.
    pub from: Option<PathBuf>,
    /// Bring CPython itself too.
    pub reference: bool,
    /// Fetch again what is already there.
    pub again: bool,
}

/// Brings the library, and the reference if asked for, unless they are there and whole.
pub fn fetch(places: &Places, options: &Options) -> Result {
    if !options.again && check::quick(&places.prefix()).is_ok() {
        say(format_args!("the library is in {}", places.prefix().display()));
    } else {
        match &options.from {
            Some(source) => layout::from_tree(source, &places.prefix())?,
            None => {
                let packages = apt::packages(&places.cache(), apt::Set::Library, options.again)?;
                layout::from_packages(&packages, &places.cache(), &places.prefix())?;
            }
        }
        let summary = check::complete(&places.prefix())?;
        say(format_args!("brought the library of CPython {summary} to {}", places.prefix().display()));
    }
    if options.reference {
        reference::fetch(places, options.again)?;
    }
    Ok(())
}

/// Reports progress to the user.
pub(crate) fn say(what: impl Display) {
    eprintln!("lib-python: {what}");
}

/// Runs `command` to its end; an exit status other than 0 is an error that shows what it printed.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = match command.output() {
        Ok(output) => output,
        Err(e) => return fail(format!("cannot run {}: {e}", command.get_program().to_string_lossy())),
    };
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    fail(format!("{command:?} failed ({}):\n{}{}", output.status, stdout.trim_start(), stderr.trim_end()))
}
