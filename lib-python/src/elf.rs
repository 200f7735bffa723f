//! Gives an executable another loader and library path.
//!
//! Both strings go into a new page-aligned segment at the end of the file. A program header that
//! nobody misses (a note) becomes the one for that segment; `PT_INTERP` is pointed at the first
//! string, and a spare entry of the dynamic section becomes `DT_RPATH`. Unlike `DT_RUNPATH`, that
//! path also serves the extension modules that the executable loads. See the System V ABI's
//! chapters 4 and 5, and `elf(5)`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{Context, Result, fail};

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const PT_NOTE: u32 = 4;
const PF_R: u32 = 4;
const DT_NULL: u64 = 0;
const DT_STRTAB: u64 = 5;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;

/// The largest page size of the two architectures.
const PAGE: u64 = 0x1_0000;

/// Sizes of an entry of the 64-bit program header table and of the dynamic section.
const PHDR: usize = 56;
const DYN: usize = 16;

/// Makes the executable at `path` start with `loader` and look for libraries in `libraries`.
pub fn set_loader(path: &Path, loader: &Path, libraries: &Path) -> Result {
    let mut image = Image(fs::read(path).context("reading", path)?);
    let strings = [loader, libraries].map(|p| p.to_string_lossy().into_owned());
    if image.patch(&strings[0], &strings[1]).is_none() {
        return fail(format!("{} is not an executable of the expected form", path.display()));
    }
    // A running program's file cannot be written to; a new one can take its place.
    let new = path.with_extension("new");
    fs::write(&new, &image.0).context("writing", &new)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).context("writing", &new)?;
    fs::rename(&new, path).context("replacing", path)
}

/// The bytes of a little-endian 64-bit ELF file. Reads and writes outside it give `None`.
struct Image(Vec<u8>);

impl Image {
    fn patch(&mut self, loader: &str, libraries: &str) -> Option<()> {
        if self.0.get(..6)? != b"\x7fELF\x02\x01" {
            return None;
        }
        let table = usize::try_from(self.u64(32)?).ok()?;
        let headers: Vec<usize> = (0..usize::from(self.u16(56)?)).map(|i| table + i * PHDR).collect();
        let find = |image: &Image, kind| headers.iter().copied().find(|&h| image.u32(h) == Some(kind));
        let interp = find(self, PT_INTERP)?;
        let dynamic = usize::try_from(self.u64(find(self, PT_DYNAMIC)? + 8)?).ok()?;

        // Loadable segments have to be in the order of their addresses.
        let mut last_load = 0;
        let mut end = 0;
        for &header in &headers {
            if self.u32(header)? == PT_LOAD {
                last_load = header;
                end = end.max(self.u64(header + 16)? + self.u64(header + 40)?);
            }
        }
        let spare = headers.iter().copied().find(|&h| h > last_load && self.u32(h) == Some(PT_NOTE))?;

        let mut entries = (dynamic..).step_by(DYN);
        let mut strtab = None;
        let slot = loop {
            let entry = entries.next()?;
            match self.u64(entry)? {
                DT_STRTAB => strtab = self.u64(entry + 8),
                DT_RPATH | DT_RUNPATH => return None,
                DT_NULL => break entry,
                _ => {}
            }
        };
        // The entry after the one to be used has to end the section.
        if self.u64(slot + DYN)? != DT_NULL {
            return None;
        }

        self.0.resize(self.0.len().next_multiple_of(PAGE as usize), 0);
        let offset = self.0.len() as u64;
        let address = end.next_multiple_of(PAGE);
        let loader_size = loader.len() as u64 + 1;
        for string in [loader, libraries] {
            self.0.extend_from_slice(string.as_bytes());
            self.0.push(0);
        }
        let size = self.0.len() as u64 - offset;
        self.set_header(spare, PT_LOAD, [offset, address, address, size, size, PAGE])?;
        self.set_header(interp, PT_INTERP, [offset, address, address, loader_size, loader_size, 1])?;
        self.set_u64(slot, DT_RPATH)?;
        // The loader adds the string table's address to this, without asking how long the table is.
        self.set_u64(slot + 8, (address + loader_size).checked_sub(strtab?)?)
    }

    /// Writes a program header of read-only contents: offset, two addresses, two sizes, alignment.
    fn set_header(&mut self, at: usize, kind: u32, fields: [u64; 6]) -> Option<()> {
        self.set_u64(at, u64::from(PF_R) << 32 | u64::from(kind))?;
        for (i, field) in fields.into_iter().enumerate() {
            self.set_u64(at + 8 * (i + 1), field)?;
        }
        Some(())
    }

    fn bytes<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at + N)?.try_into().ok()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.bytes(at).map(u16::from_le_bytes)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.bytes(at).map(u32::from_le_bytes)
    }

    fn u64(&self, at: usize) -> Option<u64> {
        self.bytes(at).map(u64::from_le_bytes)
    }

    fn set_u64(&mut self, at: usize, value: u64) -> Option<()> {
        self.0.get_mut(at..at + 8)?.copy_from_slice(&value.to_le_bytes());
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// An executable with the system's own loader named anew still runs, and the path is used.
    #[test]
    fn patched_executable_runs() {
        let loader = Path::new(match std::env::consts::ARCH {
            "aarch64" => "/lib/ld-linux-aarch64.so.1",
            _ => "/lib64/ld-linux-x86-64.so.2",
        });
        let path = std::env::temp_dir().join(format!("elf-test-{}", std::process::id()));
        fs::copy("/bin/true", &path).expect("copies");
        set_loader(&path, loader, Path::new("/nonexistent/a/rather/long/path")).expect("patches");
        let output = Command::new(&path).env("LD_DEBUG", "libs").output().expect("starts");
        fs::remove_file(&path).expect("removes");
        assert!(output.status.success());
        let trace = String::from_utf8_lossy(&output.stderr);
        assert!(trace.contains("/nonexistent/a/rather/long/path"), "{trace}");
    }

    #[test]
    fn other_files_are_refused() {
        assert!(Image(b"#!/bin/sh\n".to_vec()).patch("a", "b").is_none());
    }
}
