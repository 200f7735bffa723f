//! The command line: CPython's options.

/// What to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// `-c`.
    Command(String),
    /// `-m`.
    Module(String),
    /// A file, a folder or a zip archive.
    File(String),
    /// Standard input.
    Stdin,
}

/// The parsed command line.
#[derive(Clone, Debug)]
pub struct Cli {
    pub program: Program,
    /// What follows the program.
    pub args: Vec<String>,
    pub bytes_warning: u8,
    pub dont_write_bytecode: bool,
    pub ignore_environment: bool,
    pub inspect: bool,
    pub isolated: bool,
    pub optimize: u8,
    pub safe_path: bool,
    pub quiet: bool,
    pub no_user_site: bool,
    pub no_site: bool,
    pub unbuffered: bool,
    pub verbose: u8,
    pub version: u8,
    pub help: bool,
    pub warnings: Vec<String>,
    pub x_options: Vec<String>,
}

impl Default for Cli {
    fn default() -> Cli {
        Cli {
            program: Program::Stdin,
            args: Vec::new(),
            bytes_warning: 0,
            dont_write_bytecode: false,
            ignore_environment: false,
            inspect: false,
            isolated: false,
            optimize: 0,
            safe_path: false,
            quiet: false,
            no_user_site: false,
            no_site: false,
            unbuffered: false,
            verbose: 0,
            version: 0,
            help: false,
            warnings: Vec::new(),
            x_options: Vec::new(),
        }
    }
}

/// Parses the arguments behind the program name.
///
/// # Errors
/// The message for standard error when an option is unknown or lacks its argument.
pub fn parse(args: &[String]) -> Result<Cli, String> {
    let mut cli = Cli::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-" => return finish(cli, Program::Stdin, rest),
            "--" => {
                let program = rest.next().map_or(Program::Stdin, |file| Program::File(file.clone()));
                return finish(cli, program, rest);
            }
            "--version" => {
                cli.version = 1;
                continue;
            }
            "--help" => {
                cli.help = true;
                continue;
            }
            "--check-hash-based-pycs" => {
                rest.next();
                continue;
            }
            _ => {}
        }
        let Some(letters) = arg.strip_prefix('-') else {
            return finish(cli, Program::File(arg.clone()), rest);
        };
        if letters.starts_with('-') {
            return Err(format!("unknown option {arg}"));
        }
        for (at, letter) in letters.char_indices() {
            let mut argument = || {
                let inline = &letters[at + letter.len_utf8()..];
                if inline.is_empty() { rest.next().cloned() } else { Some(inline.to_owned()) }
                    .ok_or_else(|| format!("Argument expected for the -{letter} option"))
            };
            match letter {
                'c' => {
                    let command = argument()? + "\n";
                    return finish(cli, Program::Command(command), rest);
                }
                'm' => {
                    let module = argument()?;
                    return finish(cli, Program::Module(module), rest);
                }
                'W' => {
                    cli.warnings.push(argument()?);
                    break;
                }
                'X' => {
                    cli.x_options.push(argument()?);
                    break;
                }
                'b' => cli.bytes_warning += 1,
                'B' => cli.dont_write_bytecode = true,
                'd' | 'R' | 'x' | 't' => {}
                'E' => cli.ignore_environment = true,
                'i' => cli.inspect = true,
                'I' => {
                    (cli.isolated, cli.ignore_environment) = (true, true);
                    (cli.no_user_site, cli.safe_path) = (true, true);
                }
                'O' => cli.optimize += 1,
                'P' => cli.safe_path = true,
                'q' => cli.quiet = true,
                's' => cli.no_user_site = true,
                'S' => cli.no_site = true,
                'u' => cli.unbuffered = true,
                'v' => cli.verbose += 1,
                'V' => cli.version += 1,
                'h' | '?' => cli.help = true,
                other => return Err(format!("unknown option -{other}")),
            }
        }
    }
    Ok(cli)
}

fn finish<'a>(mut cli: Cli, program: Program, rest: impl Iterator<Item = &'a String>) -> Result<Cli, String> {
    cli.program = program;
    cli.args = rest.cloned().collect();
    Ok(cli)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> Cli {
        parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>()).unwrap_or_default()
    }

    #[test]
    fn options_end_at_the_program() {
        let cli = of(&["-IS", "-Wignore", "-X", "dev", "-c", "pass", "-v", "x"]);
        assert!(cli.isolated && cli.no_site && cli.verbose == 0);
        assert_eq!(cli.warnings, ["ignore"]);
        assert_eq!(cli.x_options, ["dev"]);
        assert_eq!(cli.program, Program::Command("pass\n".into()));
        assert_eq!(cli.args, ["-v", "x"]);
        assert_eq!(of(&["-mthis", "a"]).program, Program::Module("this".into()));
        assert_eq!(of(&["a.py", "-c"]).args, ["-c"]);
    }
}
