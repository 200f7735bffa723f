//! `cargo xtask install --prefix DIR`: an installation that runs wherever it is moved to.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lib_python::{Options, Places, VERSION};

use crate::process::{self, Result, cargo};

pub fn run(args: &[String]) -> Result {
    let prefix = match args {
        [option, dir] if option == "--prefix" => PathBuf::from(dir),
        _ => return Err("install needs --prefix DIR".into()),
    };
    let places = Places::of_repository();
    lib_python::fetch(&places, &Options::default())?;
    process::run(&mut cargo(&["build", "--release", "--bin", "python"]))?;

    let bin = prefix.join("bin");
    fs::create_dir_all(&bin)?;
    let executable = bin.join(format!("python{VERSION}"));
    // A running program's file cannot be written to; a new one can take its place.
    let new = bin.join("python.new");
    fs::copy(harness::repository().join("target/release/python"), &new)?;
    fs::rename(&new, &executable)?;
    for name in ["python", "python3"] {
        let link = bin.join(name);
        let _ = fs::remove_file(&link);
        symlink(format!("python{VERSION}"), &link)?;
    }
    for part in ["lib", "include"] {
        copy_tree(&places.prefix().join(part), &prefix.join(part))?;
    }
    println!("installed {}", executable.display());
    Ok(())
}

/// Copies files over those that are there; what else there is, such as installed packages, stays.
fn copy_tree(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if entry.file_name() != "__pycache__" {
                copy_tree(&source, &target)?;
            }
        } else if kind.is_symlink() {
            let _ = fs::remove_file(&target);
            symlink(fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
