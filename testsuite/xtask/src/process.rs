//! What the commands share: errors for the user's eyes, and running other programs.

use std::process::Command;
use std::time::Duration;

/// A message for the user, or what went wrong below.
pub type Error = Box<dyn std::error::Error>;

/// The result of a command.
pub type Result<T = ()> = std::result::Result<T, Error>;

/// A `cargo` command in the repository's root.
pub fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(args).current_dir(harness::repository());
    command
}

/// Runs `command` with this terminal; a status other than 0 is an error.
pub fn run(command: &mut Command) -> Result {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|e| format!("cannot run {program}: {e}"))?;
    if !status.success() {
        let args: Vec<_> = command.get_args().map(|a| a.to_string_lossy()).collect();
        return Err(format!("{program} {} failed ({status})", args.join(" ")).into());
    }
    Ok(())
}

/// Splits `args` into names and whether each of `flags` is there; any other `--flag` is an error.
pub fn flags<const N: usize>(args: &[String], flags: [&str; N]) -> Result<([bool; N], Vec<String>)> {
    let mut found = [false; N];
    let mut names = Vec::new();
    for arg in args {
        match flags.iter().position(|flag| flag == arg) {
            Some(index) => found[index] = true,
            None if arg.starts_with('-') => return Err(format!("unknown option {arg}").into()),
            None => names.push(arg.clone()),
        }
    }
    Ok((found, names))
}

/// Takes `--limit SECONDS` out of `args`.
pub fn limit(args: &[String], default: Duration) -> Result<(Duration, Vec<String>)> {
    let mut args = args.to_vec();
    let Some(index) = args.iter().position(|arg| arg == "--limit") else { return Ok((default, args)) };
    args.remove(index);
    let value = if index < args.len() { args.remove(index) } else { String::new() };
    let seconds = value.parse().map_err(|_| "--limit needs a number of seconds")?;
    Ok((Duration::from_secs(seconds), args))
}
