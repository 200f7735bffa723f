//! A CPython that answers what it makes of a source.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SCRIPT: &str = include_str!("oracle.py");

/// What CPython makes of a source.
#[derive(Debug)]
pub struct Answer {
    /// Whether it is an error rather than a tree.
    pub is_error: bool,
    /// The checksum of the whole answer.
    pub crc: u32,
    /// The answer, which may be left out for a tree.
    pub text: String,
    /// The time that parsing took.
    pub seconds: f64,
}

/// The process.
pub struct Oracle {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts the reference CPython, if it is installed. `full` asks for the text of trees.
    pub fn start(full: bool) -> Option<Self> {
        let python = root().join("reference/bin/python3.13");
        let mut command = Command::new(python);
        command.args(["-I", "-c", SCRIPT]).args(full.then_some("--full"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let (stdin, stdout) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, stdin, stdout })
    }

    /// Asks about one source.
    pub fn ask(&mut self, mode: &str, source: &[u8]) -> io::Result<Answer> {
        writeln!(self.stdin, "{mode} {}", source.len())?;
        self.stdin.write_all(source)?;
        self.stdin.flush()?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, format!("not an answer: {line}"));
        let words: Vec<&str> = line.split_whitespace().collect();
        let [status, crc, length, seconds] = words.as_slice() else { return Err(invalid()) };
        let length: usize = length.parse().map_err(|_| invalid())?;
        let mut text = vec![0; length];
        self.stdout.read_exact(&mut text)?;
        Ok(Answer {
            is_error: *status == "error",
            crc: crc.parse().map_err(|_| invalid())?,
            text: String::from_utf8_lossy(&text).into_owned(),
            seconds: seconds.parse().map_err(|_| invalid())?,
        })
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the library and the reference are installed: `TAIPAN_LIB_PYTHON`, or the repository's own directory.
pub fn root() -> PathBuf {
    match std::env::var_os("TAIPAN_LIB_PYTHON") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../lib-python")),
    }
}

/// The CRC-32 of `bytes`, as `zlib.crc32` has it.
pub fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256u32)
        .map(|byte| (0..8).fold(byte, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }))
        .collect();
    !bytes.iter().fold(!0u32, |crc, &byte| {
        crc >> 8 ^ table.get((crc as u8 ^ byte) as usize).copied().unwrap_or_default()
    })
}
