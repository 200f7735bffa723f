//! Fetching from a prefix and from a source tree, and what the checks find.

use std::fs;
use std::path::{Path, PathBuf};

use lib_python::{Options, Places, check};

/// A directory that is removed at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Scratch {
        let dir = std::env::temp_dir().join(format!("lib-python-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("creates");
        Scratch(dir)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("creates");
        fs::write(path, text).expect("writes");
    }

    /// A library with every module that is required, empty, below `library`.
    fn library(&self, library: &str) {
        for name in include_str!("../required.txt").split_whitespace() {
            self.write(&format!("{library}/{name}.py"), "");
        }
    }

    fn header(&self, include: &str, version: &str) {
        let text = format!("#define PY_MAJOR_VERSION 3\n#define PY_VERSION      \t\"{version}\"\n");
        self.write(&format!("{include}/patchlevel.h"), &text);
    }

    fn fetch(&self, from: &str) -> Result<Places, String> {
        let places = Places::new(self.0.join("dest"));
        let options = Options { from: Some(self.0.join(from)), ..Options::default() };
        lib_python::fetch(&places, &options).map_err(|e| e.to_string())?;
        Ok(places)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn prefix(test: &str) -> Scratch {
    let scratch = Scratch::new(test);
    scratch.library("usr/lib/python3.13");
    scratch.header("usr/include/python3.13", "3.13.5");
    scratch
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).expect("reads").flatten().map(|e| e.file_name().to_string_lossy().into()).collect();
    names.sort();
    names
}

#[test]
fn a_prefix_is_copied_without_what_is_not_the_librarys() {
    let scratch = prefix("prefix");
    for path in [
        "lib-dynload/_x.so",
        "lib-dynload/_testcapi.so",
        "lib-dynload/_testinternalcapi.so",
        "site-packages/pip.py",
        "EXTERNALLY-MANAGED",
        "sitecustomize.py",
        "__pycache__/os.pyc",
        "config-3.13/libpython.a",
        "config-3.13/Makefile",
        "test/data.a",
    ] {
        scratch.write(&format!("usr/lib/python3.13/{path}"), "x");
    }
    scratch.write("usr/include/x86_64-linux-gnu/python3.13/pyconfig.h", "");
    let places = scratch.fetch("usr").expect("fetches");
    let library = places.library();
    let kept = names(&library);
    assert!(kept.contains(&"os.py".to_owned()) && kept.contains(&"lib-dynload".to_owned()));
    for left in ["site-packages", "EXTERNALLY-MANAGED", "sitecustomize.py", "__pycache__"] {
        assert!(!kept.contains(&left.to_owned()), "{left}");
    }
    assert_eq!(names(&library.join("lib-dynload")), ["_testcapi.so"]);
    assert_eq!(names(&library.join("config-3.13")), ["Makefile"]);
    assert_eq!(names(&library.join("test")), ["data.a"]);
    let include = places.prefix().join("include/python3.13");
    assert!(include.join("x86_64-linux-gnu/python3.13/pyconfig.h").exists());
    assert_eq!(check::complete(&places.prefix()).expect("is complete"), "3.13.5");
}

#[test]
fn a_source_tree_is_copied() {
    let scratch = Scratch::new("source");
    scratch.library("cpython/Lib");
    scratch.header("cpython/Include", "3.13.9");
    scratch.write("cpython/pyconfig.h", "");
    scratch.write("cpython/build/lib.linux-x86_64-3.13/_sysconfigdata__linux_.py", "");
    let places = scratch.fetch("cpython").expect("fetches");
    assert!(places.library().join("_sysconfigdata__linux_.py").exists());
    assert!(places.prefix().join("include/python3.13/pyconfig.h").exists());
}

#[test]
fn what_is_wrong_is_said() {
    let scratch = Scratch::new("wrong");
    assert!(scratch.fetch("nowhere").expect_err("fails").contains("neither a CPython 3.13 prefix"));

    let scratch = prefix("version");
    scratch.header("usr/include/python3.13", "3.12.1");
    assert!(scratch.fetch("usr").expect_err("fails").contains("CPython 3.12.1"));

    let scratch = prefix("missing");
    fs::remove_file(scratch.0.join("usr/lib/python3.13/json.py")).expect("removes");
    assert!(scratch.fetch("usr").expect_err("fails").contains("lacks json"));
}

#[test]
fn damage_is_found_and_mended() {
    let scratch = prefix("damage");
    scratch.write("usr/lib/python3.13/os.py", "right");
    let places = scratch.fetch("usr").expect("fetches");
    let file = places.library().join("os.py");

    fs::write(&file, "wrong").expect("writes");
    check::quick(&places.prefix()).expect("lengths are right");
    assert!(
        check::thorough(&places.prefix())
            .expect_err("finds")
            .to_string()
            .contains("os.py has other contents")
    );

    fs::write(&file, "longer").expect("writes");
    assert!(
        check::quick(&places.prefix()).expect_err("finds").to_string().contains("os.py has another length")
    );

    scratch.fetch("usr").expect("fetches again");
    check::thorough(&places.prefix()).expect("is whole");
    fs::write(places.library().join("new.py"), "what is added does no harm").expect("writes");
    check::quick(&places.prefix()).expect("is whole");
}
