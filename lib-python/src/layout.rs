//! Lays out `prefix/`: the library in `lib/python3.13`, the headers in `include/python3.13`.
//!
//! Files are copied as they are. Left behind is what belongs to somebody else's executable
//! (extension modules but for those of the test package, static libraries) or installation (bytecode caches, installed packages,
//! the marker that says that apt manages it, the link to its `sitecustomize`). Two things are put
//! where CPython's own `make install` has them: the pip wheel in `ensurepip/_bundled`, and
//! Debian's per-architecture `pyconfig.h` within reach of `-I include/python3.13` alone.
//!
//! `_sysconfigdata_*.py` is no library file but a description of an executable's build and place.
//! Where it says that pip's wheel lies in a directory of the system, that line is left out:
//! the system's may be a pip too old for Python 3.13.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::{Context, Result, VERSION, apt, check, fail, say};

/// Names in the library's directory that are not the library's.
const NOT_OURS: [&str; 6] = [
    "lib-dynload",
    "site-packages",
    "dist-packages",
    "sitecustomize.py",
    "EXTERNALLY-MANAGED",
    "__pycache__",
];

/// Endings of files built for CPython's executable.
const BUILT: [&str; 4] = ["so", "a", "o", "pyc"];

/// Extension modules that belong to the library's tests, and use nothing but what any extension may: the first parts of their names.
const TEST_MODULES: [&str; 4] = ["_test", "_ctypes_test", "_xxtestfuzz", "xx"];

/// The one of them that looks into the structures of CPython's executable.
const INTERNAL_MODULE: &str = "_testinternalcapi";

/// Lays out `prefix` from Debian's packages.
pub fn from_packages(packages: &[PathBuf], cache: &Path, prefix: &Path) -> Result {
    let root = cache.join("unpacked");
    remove(&root)?;
    say(format_args!("unpacking {} packages", packages.len()));
    apt::unpack(packages, &root)?;
    let usr = root.join("usr");
    install(prefix, |new| {
        copy_installed(&usr, new)?;
        bundle_pip(&usr, new)
    })?;
    remove(&root)
}

/// Lays out `prefix` from a CPython 3.13 prefix or source tree.
pub fn from_tree(source: &Path, prefix: &Path) -> Result {
    if source.join("lib").join(format!("python{VERSION}")).join("os.py").exists() {
        say(format_args!("copying the installation in {}", source.display()));
        install(prefix, |new| copy_installed(source, new))
    } else if source.join("Lib").join("os.py").exists() {
        say(format_args!("copying the source tree in {}", source.display()));
        install(prefix, |new| copy_source(source, new))
    } else {
        fail(format!(
            "{} is neither a CPython {VERSION} prefix (it has no lib/python{VERSION}/os.py) nor a source tree (no Lib/os.py)",
            source.display()
        ))
    }
}

/// Adds the pip wheel to `ensurepip`, from the place of its own where Debian keeps it.
pub(crate) fn bundle_pip(usr: &Path, prefix: &Path) -> Result {
    let bundled = library(prefix).join("ensurepip/_bundled");
    fs::create_dir_all(&bundled).context("creating", &bundled)?;
    let wheels = usr.join("share/python-wheels");
    for entry in fs::read_dir(&wheels).context("reading", &wheels)? {
        let entry = entry.context("reading", &wheels)?;
        if entry.file_name().to_string_lossy().starts_with("pip-") {
            copy_file(&entry.path(), &bundled.join(entry.file_name()))?;
        }
    }
    let library = library(prefix);
    for entry in fs::read_dir(&library).context("reading", &library)? {
        let path = entry.context("reading", &library)?.path();
        let is_build_data =
            path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("_sysconfigdata_"));
        if is_build_data && !path.is_symlink() {
            let text = fs::read_to_string(&path).context("reading", &path)?;
            let kept = text.lines().filter(|l| !l.contains("'WHEEL_PKG_DIR'")).flat_map(|l| [l, "\n"]);
            fs::write(&path, kept.collect::<String>()).context("writing", &path)?;
        }
    }
    Ok(())
}

/// Makes Debian's `<TRIPLET/python3.13/pyconfig.h>` findable from `include/python3.13`.
fn link_pyconfig(include: &Path) -> Result {
    for entry in fs::read_dir(include).context("reading", include)? {
        let name = entry.context("reading", include)?.file_name();
        if name.to_string_lossy().ends_with("-linux-gnu") {
            let link = include.join(format!("python{VERSION}")).join(&name);
            if !link.exists() {
                symlink(Path::new("..").join(&name), &link).context("linking", &link)?;
            }
        }
    }
    Ok(())
}

/// Copies the tree `from` to `to`, apart from the paths that `skip` rejects; links stay links.
pub(crate) fn copy_tree(from: &Path, to: &Path, skip: &dyn Fn(&Path) -> bool) -> Result {
    fs::create_dir_all(to).context("creating", to)?;
    for entry in fs::read_dir(from).context("reading", from)? {
        let entry = entry.context("reading", from)?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if skip(&source) {
            continue;
        }
        let kind = entry.file_type().context("reading", &source)?;
        if kind.is_dir() {
            copy_tree(&source, &target, skip)?;
        } else if kind.is_symlink() {
            let link = fs::read_link(&source).context("reading", &source)?;
            symlink(link, &target).context("linking", &target)?;
        } else {
            copy_file(&source, &target)?;
        }
    }
    Ok(())
}

/// Removes a directory that may not be there.
pub(crate) fn remove(dir: &Path) -> Result {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).context("removing", dir),
        _ => Ok(()),
    }
}

/// Fills a new directory with `fill`, notes what it has, and puts it in the place of `target`.
///
/// Interrupted, it leaves `target` as it was.
fn install(target: &Path, fill: impl FnOnce(&Path) -> Result) -> Result {
    // A prefix may be a link to one that several checkouts share.
    let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    let new = target.with_extension("new");
    remove(&new)?;
    fs::create_dir_all(&new).context("creating", &new)?;
    fill(&new)?;
    check::complete(&new)?;
    check::write_manifest(&new)?;
    remove(&target)?;
    fs::rename(&new, &target).context("putting in place", &target)
}

fn copy_installed(source: &Path, prefix: &Path) -> Result {
    copy_library(&library(source), &library(prefix))?;
    let (from, to) = (source.join("include"), prefix.join("include"));
    let is_header_dir = |name: &OsStr| name.to_string_lossy().starts_with(&format!("python{VERSION}"));
    for entry in fs::read_dir(&from).context("reading the headers in", &from)? {
        let name = entry.context("reading", &from)?.file_name();
        if is_header_dir(&name) {
            copy_tree(&from.join(&name), &to.join(&name), &|_| false)?;
        } else if name.to_string_lossy().ends_with("-linux-gnu") {
            let headers = Path::new(&name).join(format!("python{VERSION}"));
            if from.join(&headers).is_dir() {
                copy_tree(&from.join(&headers), &to.join(&headers), &|_| false)?;
            }
        }
    }
    link_pyconfig(&to)
}

fn copy_source(source: &Path, prefix: &Path) -> Result {
    copy_library(&source.join("Lib"), &library(prefix))?;
    let include = prefix.join("include").join(format!("python{VERSION}"));
    copy_tree(&source.join("Include"), &include, &|_| false)?;
    // What `configure` and `make` wrote, if they ran; sysconfig's build variables come from there.
    let pyconfig = source.join("pyconfig.h");
    if pyconfig.exists() {
        copy_file(&pyconfig, &include.join("pyconfig.h"))?;
    } else {
        say("the source tree is not configured: no pyconfig.h, so C extensions cannot be compiled");
    }
    let build = source.join("build");
    for entry in fs::read_dir(&build).into_iter().flatten().flatten() {
        for file in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            if file.file_name().to_string_lossy().starts_with("_sysconfigdata_") {
                copy_file(&file.path(), &library(prefix).join(file.file_name()))?;
            }
        }
    }
    Ok(())
}

fn copy_library(from: &Path, to: &Path) -> Result {
    copy_tree(from, to, &|path| {
        let is_named =
            |names: &[&str], part: Option<&OsStr>| part.is_some_and(|p| names.iter().any(|n| p == *n));
        let in_tests = path.strip_prefix(from).is_ok_and(|p| p.starts_with("test"));
        is_named(&NOT_OURS, path.file_name()) || (!in_tests && is_named(&BUILT, path.extension()))
    })?;
    // `getpath` looks for this directory, and warns if it is missing.
    let (source, target) = (from.join("lib-dynload"), to.join("lib-dynload"));
    fs::create_dir_all(&target).context("creating", &target)?;
    for entry in fs::read_dir(&source).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if TEST_MODULES.iter().any(|part| text.starts_with(part)) && !text.starts_with(INTERNAL_MODULE) {
            copy_file(&entry.path(), &target.join(&name))?;
        }
    }
    Ok(())
}

fn library(prefix: &Path) -> PathBuf {
    prefix.join("lib").join(format!("python{VERSION}"))
}

fn copy_file(from: &Path, to: &Path) -> Result {
    fs::copy(from, to).context("copying", from).map(drop)
}
