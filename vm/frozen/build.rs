//! Compiles the library's start-up modules to marshalled code objects.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use compiler::{Options, compile_source};
use syntax::Mode;

/// What is frozen: name, file (none for an empty module), whether it is a package, and for what is known under two names the module it is.
const MODULES: &[(&str, &str, bool, Option<&str>)] = &[
    ("_frozen_importlib", "importlib/_bootstrap.py", false, Some("importlib._bootstrap")),
    (
        "_frozen_importlib_external",
        "importlib/_bootstrap_external.py",
        false,
        Some("importlib._bootstrap_external"),
    ),
    ("zipimport", "zipimport.py", false, None),
    ("abc", "abc.py", false, None),
    ("codecs", "codecs.py", false, None),
    ("io", "io.py", false, None),
    ("_collections_abc", "_collections_abc.py", false, None),
    ("_sitebuiltins", "_sitebuiltins.py", false, None),
    ("genericpath", "genericpath.py", false, None),
    ("ntpath", "ntpath.py", false, None),
    ("posixpath", "posixpath.py", false, None),
    ("os.path", "posixpath.py", false, Some("posixpath")),
    ("os", "os.py", false, None),
    ("site", "site.py", false, None),
    ("stat", "stat.py", false, None),
    ("importlib.util", "importlib/util.py", false, None),
    ("importlib.machinery", "importlib/machinery.py", false, None),
    ("runpy", "runpy.py", false, None),
    ("__hello__", "__hello__.py", false, None),
    ("__hello_alias__", "__hello__.py", false, Some("__hello__")),
    ("__phello_alias__", "__hello__.py", true, Some("__hello__")),
    ("__phello_alias__.spam", "__hello__.py", false, Some("__hello__")),
    ("__phello__", "__phello__/__init__.py", true, None),
    ("__phello__.__init__", "__phello__/__init__.py", false, Some("<__phello__")),
    ("__phello__.ham", "", true, None),
    ("__phello__.ham.__init__", "", false, Some("<__phello__.ham")),
    ("__phello__.ham.eggs", "", false, None),
    ("__phello__.spam", "__phello__/spam.py", false, None),
];

/// A module that no file of the library has.
const ONLY_FROZEN: (&str, &str, &str) = (
    "__hello_only__",
    "frozen_only",
    "initialized = True\n\ndef main():\n    print(\"Hello world!\")\n\nmain()\n",
);

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let library = root.join("lib-python/prefix/lib/python3.13");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", root.join("lib-python/prefix/MANIFEST").display());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::from("&[\n");
    for (name, file, is_package, origin) in MODULES {
        let origin = origin.unwrap_or(name);
        let filename = format!("<frozen {}>", origin.trim_start_matches('<'));
        let path = library.join(file);
        let read = if file.is_empty() { Ok(Vec::new()) } else { fs::read(&path) };
        let Ok(source) = read else {
            println!("cargo::warning={} is missing: the start reads the library", path.display());
            continue;
        };
        add(&mut table, &out, name, *is_package, Some(origin), &source, &filename);
    }
    let (name, file, source) = ONLY_FROZEN;
    add(&mut table, &out, name, false, None, source.as_bytes(), &format!("<frozen {file}>"));
    table.push(']');
    write(&out.join("table.rs"), table.as_bytes());
}

/// Compiles one module and adds its row.
fn add(
    table: &mut String,
    out: &Path,
    name: &str,
    is_package: bool,
    origin: Option<&str>,
    source: &[u8],
    filename: &str,
) {
    let code = compile_source(source, filename, Mode::Exec, Options::default(), &mut |_| true);
    let Some(bytes) = code.ok().and_then(|code| bytecode::marshal_code::dump_code(&code)) else {
        println!("cargo::warning={name} does not compile");
        return;
    };
    let file = out.join(name);
    write(&file, &bytes);
    let _ = writeln!(
        table,
        "    Module {{ name: {name:?}, c_name: c{name:?}, code: include_bytes!({file:?}), is_package: {is_package}, origin: {origin:?} }},",
    );
}

fn write(path: &Path, bytes: &[u8]) {
    if let Err(error) = fs::write(path, bytes) {
        println!("cargo::error={}: {error}", path.display());
    }
}
