//! The command line: CPython's options.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// What to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// `-c`.
    Command(OsString),
    /// `-m`.
    Module(OsString),
    /// A file, a folder or a zip archive.
    File(OsString),
    /// Standard input.
    Stdin,
}

/// A text to print instead of running anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Help {
    Options,
    Environment,
    XOptions,
    All,
}

/// The parsed command line. The numbers say how often a letter was given.
#[derive(Clone, Debug)]
pub struct Cli {
    pub program: Program,
    /// What `sys.argv` begins with for [`Program::Stdin`]: nothing, or `-`.
    pub dash: bool,
    /// What follows the program.
    pub args: Vec<OsString>,
    pub bytes_warning: i32,
    pub debug: i32,
    pub dont_write_bytecode: bool,
    pub ignore_environment: bool,
    pub interactive: bool,
    pub isolated: bool,
    pub optimize: i32,
    pub safe_path: bool,
    pub quiet: bool,
    /// `-R`.
    pub random_hashes: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub unbuffered: bool,
    pub verbose: i32,
    pub version: i32,
    pub skip_first_line: bool,
    pub help: Option<Help>,
    pub check_hash_pycs: Option<String>,
    pub warnings: Vec<String>,
    pub x_options: Vec<String>,
}

impl Default for Cli {
    fn default() -> Cli {
        Cli {
            program: Program::Stdin,
            dash: false,
            args: Vec::new(),
            bytes_warning: 0,
            debug: 0,
            dont_write_bytecode: false,
            ignore_environment: false,
            interactive: false,
            isolated: false,
            optimize: 0,
            safe_path: false,
            quiet: false,
            random_hashes: false,
            no_user_site: false,
            no_site: false,
            unbuffered: false,
            verbose: 0,
            version: 0,
            skip_first_line: false,
            help: None,
            check_hash_pycs: None,
            warnings: Vec::new(),
            x_options: Vec::new(),
        }
    }
}

/// Options that take an argument.
const WITH_ARGUMENT: &[u8] = b"cmWX";

/// Parses the arguments behind the program name.
///
/// # Errors
/// The message for standard error when an option is unknown or lacks its argument.
pub fn parse(args: &[OsString]) -> Result<Cli, String> {
    let mut cli = Cli::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let bytes = arg.as_bytes();
        match bytes {
            b"-" => {
                cli.dash = true;
                return Ok(finish(cli, Program::Stdin, rest));
            }
            b"--" => {
                return Ok(match rest.next() {
                    Some(file) if file.as_bytes() == b"-" => {
                        cli.dash = true;
                        finish(cli, Program::Stdin, rest)
                    }
                    Some(file) => finish(cli, Program::File(file.clone()), rest),
                    None => cli,
                });
            }
            [b'-', b'-', name @ ..] => {
                long_option(&mut cli, name, arg, &mut rest)?;
                if cli.help.is_some() {
                    return Ok(cli);
                }
                continue;
            }
            [b'-', ..] => {}
            _ => return Ok(finish(cli, Program::File(arg.clone()), rest)),
        }
        let mut letters = &bytes[1..];
        while let [letter, more @ ..] = letters {
            letters = more;
            let letter = *letter;
            let mut argument = OsString::new();
            if WITH_ARGUMENT.contains(&letter) {
                argument = match more {
                    [] => rest
                        .next()
                        .cloned()
                        .ok_or_else(|| format!("Argument expected for the -{} option", letter as char))?,
                    more => OsString::from_vec(more.to_vec()),
                };
                letters = b"";
            }
            match letter {
                b'c' => return Ok(finish(cli, Program::Command(argument), rest)),
                b'm' => return Ok(finish(cli, Program::Module(argument), rest)),
                b'W' => cli.warnings.push(argument.to_string_lossy().into_owned()),
                b'X' => cli.x_options.push(argument.to_string_lossy().into_owned()),
                b'b' => cli.bytes_warning += 1,
                b'B' => cli.dont_write_bytecode = true,
                b'd' => cli.debug += 1,
                b'E' => cli.ignore_environment = true,
                b'i' => cli.interactive = true,
                b'I' => {
                    (cli.isolated, cli.ignore_environment) = (true, true);
                    (cli.no_user_site, cli.safe_path) = (true, true);
                }
                b'O' => cli.optimize += 1,
                b'P' => cli.safe_path = true,
                b'q' => cli.quiet = true,
                b'R' => cli.random_hashes = true,
                b's' => cli.no_user_site = true,
                b'S' => cli.no_site = true,
                // Kept for programs written for Python 2.
                b't' => {}
                b'u' => cli.unbuffered = true,
                b'v' => cli.verbose += 1,
                b'V' => cli.version += 1,
                b'x' => cli.skip_first_line = true,
                b'h' | b'?' => {
                    cli.help = Some(Help::Options);
                    return Ok(cli);
                }
                b'J' => return Err("-J is reserved for Jython".to_owned()),
                other => return Err(format!("Unknown option: -{}", other as char)),
            }
        }
    }
    Ok(cli)
}

fn long_option<'a>(
    cli: &mut Cli,
    name: &[u8],
    arg: &OsString,
    rest: &mut impl Iterator<Item = &'a OsString>,
) -> Result<(), String> {
    match name {
        b"version" => cli.version += 1,
        b"help" => cli.help = Some(Help::Options),
        b"help-all" => cli.help = Some(Help::All),
        b"help-env" => cli.help = Some(Help::Environment),
        b"help-xoptions" => cli.help = Some(Help::XOptions),
        b"check-hash-based-pycs" => match rest.next() {
            Some(value) if ["always", "never", "default"].iter().any(|known| value == known) => {
                cli.check_hash_pycs = Some(value.to_string_lossy().into_owned());
            }
            Some(_) => {
                return Err(
                    "--check-hash-based-pycs must be one of 'default', 'always', or 'never'".to_owned()
                );
            }
            None => return Err(format!("Argument expected for the {} options", arg.to_string_lossy())),
        },
        _ => return Err(format!("unknown option {}", arg.to_string_lossy())),
    }
    Ok(())
}

fn finish<'a>(mut cli: Cli, program: Program, rest: impl Iterator<Item = &'a OsString>) -> Cli {
    cli.program = program;
    cli.args = rest.cloned().collect();
    cli
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> Cli {
        parse(&args.iter().map(OsString::from).collect::<Vec<_>>()).unwrap_or_default()
    }

    #[test]
    fn options_end_at_the_program() {
        let cli = of(&["-IS", "-Wignore", "-X", "dev", "-c", "pass", "-v", "x"]);
        assert!(cli.isolated && cli.no_site && cli.verbose == 0);
        assert_eq!(cli.warnings, ["ignore"]);
        assert_eq!(cli.x_options, ["dev"]);
        assert_eq!(cli.program, Program::Command("pass".into()));
        assert_eq!(cli.args, ["-v", "x"]);
        assert_eq!(of(&["-mthis", "a"]).program, Program::Module("this".into()));
        assert_eq!(of(&["a.py", "-c"]).args, ["-c"]);
        assert!(of(&["-", "a"]).dash);
    }

    #[test]
    fn errors_are_cpythons() {
        let error = |arg: &str| parse(&[arg.into()]).err();
        assert_eq!(error("-Z").as_deref(), Some("Unknown option: -Z"));
        assert_eq!(error("--foo").as_deref(), Some("unknown option --foo"));
        assert_eq!(error("-c").as_deref(), Some("Argument expected for the -c option"));
    }
}
