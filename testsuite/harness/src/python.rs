//! Finds the two interpreters and runs programs under them, in a fixed environment and with a limit.

use std::fs;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
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
    /// What stands before a program's name on the command line.
    options: Vec<String>,
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
    pub used: Used,
}

/// What a program that ended, and what it waited for, took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Processor time, its own and the system's for it.
    pub time: Duration,
    /// The most memory that was resident at once, in bytes.
    pub memory: u64,
}

impl Python {
    /// The interpreter of this repository: what `TAIPAN` names, or the latest build; with the options in `TAIPAN_OPTIONS`.
    pub fn ours() -> io::Result<Python> {
        let options = std::env::var("TAIPAN_OPTIONS").unwrap_or_default();
        let options: Vec<String> = options.split_whitespace().map(str::to_owned).collect();
        if let Some(executable) = std::env::var_os("TAIPAN") {
            return Ok(Python { executable: executable.into(), options });
        }
        let built = |profile: &str| {
            let executable = repository().join("target").join(profile).join("python");
            Some((fs::metadata(&executable).ok()?.modified().ok()?, executable))
        };
        match ["release", "debug"].into_iter().filter_map(built).max() {
            Some((_, executable)) => Ok(Python { executable, options }),
            None => Err(io::Error::other("no python is built; run `cargo build --release`")),
        }
    }

    /// The reference, if the recipe has brought it.
    pub fn reference() -> io::Result<Python> {
        let executable = lib_python::Places::of_repository().reference_python();
        if executable.exists() {
            return Ok(Python { executable, options: Vec::new() });
        }
        Err(io::Error::other("no reference; `cargo run -p lib_python -- fetch --reference` brings it"))
    }

    /// The interpreter at `executable`, as in a virtual environment.
    pub fn at(executable: &Path) -> Python {
        Python { executable: executable.into(), options: Vec::new() }
    }

    /// The same with more options.
    pub fn with_options(&self, more: &[&str]) -> Python {
        let mut python = self.clone();
        python.options.extend(more.iter().map(|&option| option.to_owned()));
        python
    }

    /// The executable's path.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// A command that runs this interpreter in an environment that is the same everywhere.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.env_clear();
        for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "PYTHON_JIT", "PYTHON_JIT_OPTIONS"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LANG", "C.UTF-8").env("TZ", "UTC").env("COLUMNS", "80").env("PYTHONHASHSEED", "0");
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHON_COLORS", "0").env("RUST_BACKTRACE", "1");
        command.args(&self.options).stdin(Stdio::null());
        command
    }

    /// Runs `program` in its own directory.
    pub fn run_program(&self, program: &Path, limit: Duration) -> io::Result<Outcome> {
        self.run_with(self.command(), program, limit)
    }

    /// Runs `program` in its own directory; the modules that it imports are compiled once and for all.
    pub fn run_cached(&self, program: &Path, limit: Duration) -> io::Result<Outcome> {
        let mut command = self.command();
        command.env_remove("PYTHONDONTWRITEBYTECODE");
        self.run_with(command, program, limit)
    }

    fn run_with(&self, mut command: Command, program: &Path, limit: Duration) -> io::Result<Outcome> {
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
    /// Readable once the program has ended.
    ended: OwnedFd,
    outcome: Option<(End, Used)>,
}

impl Running {
    /// Starts `command` as the leader of a process group.
    pub fn start(command: &mut Command) -> io::Result<Running> {
        let child = command.process_group(0).spawn()?;
        // SAFETY: the call takes two numbers; the child is ours and not waited for, so its number is its own.
        let ended = unsafe { libc::syscall(libc::SYS_pidfd_open, child.id(), 0) };
        let ended = RawFd::try_from(ended).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
        // SAFETY: the descriptor was just made, and nobody else knows it.
        Ok(Running { child, ended: unsafe { OwnedFd::from_raw_fd(ended) }, outcome: None })
    }

    /// How the program ended, if it has.
    pub fn poll(&mut self) -> io::Result<Option<End>> {
        self.reap(libc::WNOHANG)?;
        Ok(self.outcome.map(|(end, _)| end))
    }

    /// Waits until the program ends or `limit` is over.
    pub fn wait(&mut self, limit: Duration) -> io::Result<Option<End>> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(end) = self.poll()? {
                return Ok(Some(end));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let milliseconds = left.as_millis().saturating_add(1).min(60_000) as libc::c_int;
            let mut entry = libc::pollfd { fd: self.ended.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one entry, which lives through the call. A failure only makes the loop turn again.
            unsafe { libc::poll(&raw mut entry, 1, milliseconds) };
        }
    }

    /// Takes the status of the program, which must not be done twice.
    fn reap(&mut self, flags: libc::c_int) -> io::Result<()> {
        if self.outcome.is_some() {
            return Ok(());
        }
        let pid = self.child.id() as libc::pid_t;
        let mut status = 0;
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: both places live through the call, and an rusage may be all zeros.
        let (reaped, usage) =
            unsafe { (libc::wait4(pid, &raw mut status, flags, usage.as_mut_ptr()), usage.assume_init()) };
        if reaped == pid {
            let time = |t: libc::timeval| Duration::new(t.tv_sec as u64, t.tv_usec as u32 * 1000);
            let used = Used {
                time: time(usage.ru_utime) + time(usage.ru_stime),
                memory: usage.ru_maxrss as u64 * 1024,
            };
            self.outcome = Some((end_of(ExitStatus::from_raw(status)), used));
        } else if reaped < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// Ends what is left of the program and of what it started.
    pub fn stop(&mut self) {
        if let Ok(group) = libc::pid_t::try_from(self.child.id()) {
            // SAFETY: killpg has no memory effects; the group is one that `start` made.
            unsafe { libc::killpg(group, libc::SIGKILL) };
        }
        // The status of a program that was stopped says nothing new.
        let _ = self.reap(0);
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
    let end = running.wait(limit)?.unwrap_or(End::Timeout);
    // What the program left behind may hold the streams open.
    running.stop();
    let used = running.outcome.map(|(_, used)| used).unwrap_or_default();
    Ok(Outcome {
        end,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
        used,
    })
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
    fn what_a_program_used_is_counted() {
        let used = shell("i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done", 60_000).used;
        assert!(used.time > Duration::ZERO && used.memory > 100_000, "{used:?}");
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
