//! An executable without a library says so in one sentence, with what to do about it.

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn a_missing_library_is_one_sentence() {
    if Path::new("/usr/local/lib/python3.13/os.py").exists() {
        // There the usual place has one.
        return;
    }
    let folder = std::env::temp_dir().join(format!("taipan-alone-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let alone = folder.join("python");
    fs::copy(env!("CARGO_BIN_EXE_python"), &alone).expect("a copy of the executable");
    let output = Command::new(&alone).args(["-E", "-c", "print(1)"]).output().expect("it runs");
    fs::remove_dir_all(&folder).expect("the folder goes");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(output.stdout.is_empty());
    assert!(told.lines().count() == 1 && told.contains("`cargo xtask setup`"), "{told}");
}
