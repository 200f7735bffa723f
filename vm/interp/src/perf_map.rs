//! The map in which Linux's `perf` looks for the names of code that no file holds: `/tmp/perf-PID.map`.

use objects::state;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;

static MAP: Mutex<Option<File>> = Mutex::new(None);

/// Opens the map, unless it is.
///
/// # Errors
/// Those of the system.
pub fn open() -> io::Result<()> {
    let mut map = state::lock(&MAP);
    if map.is_none() {
        let path = format!("/tmp/perf-{}.map", std::process::id());
        // Others may write into the folder: a link is not followed.
        let flags = libc::O_NOFOLLOW | libc::O_CLOEXEC;
        *map = Some(OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(flags).open(path)?);
    }
    Ok(())
}

/// Closes the map; what is written next opens that of the process as it is then.
pub fn close() {
    *state::lock(&MAP) = None;
}

/// Names code.
///
/// # Errors
/// Those of the system.
pub fn add(address: usize, size: usize, name: &[u8]) -> io::Result<()> {
    let mut line = format!("{address:x} {size:x} ").into_bytes();
    line.extend_from_slice(name);
    line.push(b'\n');
    write(&line)
}

/// Adds what another process's map says.
///
/// # Errors
/// Those of the system.
pub fn add_all(path: &Path) -> io::Result<()> {
    open()?;
    write(&std::fs::read(path)?)
}

fn write(lines: &[u8]) -> io::Result<()> {
    open()?;
    match state::lock(&MAP).as_mut() {
        Some(map) => map.write_all(lines),
        None => Ok(()),
    }
}
