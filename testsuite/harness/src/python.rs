//! Finds the two interpreters and runs programs under them, in a fixed environment and with a limit.

use std::fs;
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::repository;

/// How much of a stream is kept; a program that prints more is cut there.
const OUTPUT_LIMIT: u64 = 16 << 20;

/// One of the two interpreters.
#[derive(Clone, Debug)]
pub struct Python {
    executable: PathBuf,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this status.
    Exit(i32),
    /// A signal ended it.
    Signal(i32),
    /// It was stopped because its time was up.
    Timeout,
}

/// What a program did.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
}

impl Python {
    /// The interpreter of this repository: what `TAIPAN` names, or the latest build.
    pub fn ours() -> io::Result<Python> {
        if let Some(executable) = std::env::var_os("TAIPAN") {
            return Ok(Python { executable: executable.into() });
        }
        let built = |profile: &str| {
            let executable = repository().join("target").join(profile).join("python");
            Some((fs::metadata(&executable).ok()?.modified().ok()?, executable))
        };
        match ["release", "debug"].into_iter().filter_map(built).max() {
            Some((_, executable)) => Ok(Python { executable }),
            None => Err(io::Error::other("no python is built; run `cargo build --release`")),
        }
    }

    /// The reference, if the recipe has brought it.
    pub fn reference() -> io::Result<Python> {
        let executable = lib_python::Places::of_repository().reference_python();
        if executable.exists() {
            return Ok(Python { executable });
        }
        Err(io::Error::other("no reference; `cargo run -p lib_python -- fetch --reference` brings it"))
    }

    /// The executable's path.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// A command that runs this interpreter in an environment that is the same everywhere.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.env_clear();
        for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LANG", "C.UTF-8").env("TZ", "UTC").env("COLUMNS", "80").env("PYTHONHASHSEED", "0");
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHON_COLORS", "0").env("RUST_BACKTRACE", "1");
        command.stdin(Stdio::null());
        command
    }

    /// Runs `program` in its own directory.
    pub fn run_program(&self, program: &Path, limit: Duration) -> io::Result<Outcome> {
        let mut command = self.command();
        command.arg(program);
        if let Some(dir) = program.parent() {
            command.current_dir(dir);
        }
        run(command, limit)
    }
}

/// A started program with everything it starts, ended together.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Running {
    /// Starts `command` as the leader of a process group.
    pub fn start(command: &mut Command) -> io::Result<Running> {
        Ok(Running { child: command.process_group(0).spawn()? })
    }

    /// How the program ended, if it has.
    pub fn poll(&mut self) -> io::Result<Option<End>> {
        Ok(self.child.try_wait()?.map(end_of))
    }

    /// Ends what is left of the program and of what it started.
    pub fn stop(&mut self) {
        if let Ok(group) = libc::pid_t::try_from(self.child.id()) {
            // SAFETY: killpg has no memory effects; the group is one that `start` made.
            unsafe { libc::killpg(group, libc::SIGKILL) };
        }
        // The status of a program that was stopped says nothing new.
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs `command` to its end or for `limit`, and keeps what it prints.
pub fn run(mut command: Command, limit: Duration) -> io::Result<Outcome> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(&mut command)?;
    let streams = (running.child.stdout.take(), running.child.stderr.take());
    let stdout = std::thread::spawn(move || read(streams.0));
    let stderr = std::thread::spawn(move || read(streams.1));
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    let end = loop {
        if let Some(end) = running.poll()? {
            break end;
        }
        if Instant::now() >= deadline {
            break End::Timeout;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    // What the program left behind may hold the streams open.
    running.stop();
    Ok(Outcome { end, stdout: stdout.join().unwrap_or_default(), stderr: stderr.join().unwrap_or_default() })
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exit(code),
        (None, signal) => End::Signal(signal.unwrap_or_default()),
    }
}

fn read(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // A stream that breaks off has given what it has.
        let _ = stream.take(OUTPUT_LIMIT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit_ms: u64) -> Outcome {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script);
        run(command, Duration::from_millis(limit_ms)).expect("sh runs")
    }

    #[test]
    fn output_and_status_are_kept() {
        let outcome = shell("echo out; echo err >&2; exit 3", 10_000);
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("out\n", "err\n"));
        assert_eq!(outcome.end, End::Exit(3));
    }

    #[test]
    fn a_signal_is_told_from_a_status() {
        assert_eq!(shell("kill -SEGV $$", 10_000).end, End::Signal(libc::SIGSEGV));
    }

    #[test]
    fn the_limit_ends_grandchildren_too() {
        let start = Instant::now();
        let outcome = shell("echo begun; sleep 60 & wait", 200);
        assert_eq!(outcome.end, End::Timeout);
        assert_eq!(outcome.stdout, "begun\n");
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
