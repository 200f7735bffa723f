//! What the command line says: `-X jit=…`, `-X jit-threshold=…` and their like.

/// Whether and where traces run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Nothing is recorded.
    #[default]
    Off,
    /// Machine code.
    On,
    /// The reference interpreter of the IR.
    Interp,
}

/// The stages that can be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Dump {
    /// As recorded.
    pub trace: bool,
    /// Optimised.
    pub opt: bool,
    /// With registers.
    pub place: bool,
    /// As machine code.
    pub asm: bool,
    /// Every recording that stopped, with the reason.
    pub abort: bool,
    /// Every exit that is taken.
    pub exit: bool,
}

/// All options.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    pub mode: Mode,
    /// Rounds of a loop before it is recorded.
    pub threshold: u32,
    /// Times that an exit is taken before a bridge is recorded.
    pub bridge_threshold: u32,
    /// Operations in a recording.
    pub trace_limit: usize,
    /// Traces that are kept.
    pub code_limit: usize,
    pub dump: Dump,
    /// Whether `/tmp/perf-PID.map` names compiled code for Linux's perf.
    pub perf: bool,
    /// Whether what was done is told at the end.
    pub stats: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            mode: Mode::Off,
            threshold: 1000,
            bridge_threshold: 400,
            trace_limit: 6000,
            code_limit: 4000,
            dump: Dump::default(),
            perf: false,
            stats: false,
        }
    }
}

/// A threshold below this is for tests: whatever can be compiled is to be.
const EAGER: u32 = 50;

impl Options {
    /// Whether code is compiled and entered only where that is likely to be of use.
    pub fn is_thrifty(&self) -> bool {
        self.threshold >= EAGER
    }

    /// Takes the `-X` options that are the JIT's; the others are left alone.
    ///
    /// # Errors
    /// Says which option is wrong.
    pub fn parse<'a>(options: impl IntoIterator<Item = &'a str>) -> Result<Options, String> {
        let mut parsed = Options::default();
        for option in options {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let number =
                || value.parse::<u32>().map_err(|_| format!("-X {name} takes a number, not '{value}'"));
            match name {
                "jit" => {
                    parsed.mode = match value {
                        "off" => Mode::Off,
                        "on" | "" => Mode::On,
                        "interp" => Mode::Interp,
                        _ => return Err(format!("-X jit is one of off, on, interp, not '{value}'")),
                    }
                }
                "jit-threshold" => parsed.threshold = number()?,
                "jit-bridge-threshold" => parsed.bridge_threshold = number()?,
                "jit-trace-limit" => parsed.trace_limit = number()? as usize,
                "jit-perf" => parsed.perf = true,
                "jit-stats" => parsed.stats = true,
                "jit-dump" => {
                    for stage in value.split(',') {
                        *parsed
                            .dump
                            .stage(stage)
                            .ok_or_else(|| format!("-X jit-dump: no stage '{stage}'"))? = true;
                    }
                }
                _ => {}
            }
        }
        Ok(parsed)
    }
}

impl Dump {
    fn stage(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "trace" => &mut self.trace,
            "opt" => &mut self.opt,
            "place" => &mut self.place,
            "asm" => &mut self.asm,
            "abort" => &mut self.abort,
            "exit" => &mut self.exit,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = Options::parse(["utf8", "jit=interp", "jit-threshold=2", "jit-dump=opt,abort"]);
        let options = options.expect("all are right");
        assert_eq!((options.mode, options.threshold), (Mode::Interp, 2));
        assert!(options.dump.opt && options.dump.abort && !options.dump.trace);
        assert_eq!(Options::parse(["jit=yes"]), Err("-X jit is one of off, on, interp, not 'yes'".into()));
        assert_eq!(Options::parse(["jit-dump=x"]), Err("-X jit-dump: no stage 'x'".into()));
        assert_eq!(Options::parse(["dev"]).map(|options| options.mode), Ok(Mode::Off));
    }
}
