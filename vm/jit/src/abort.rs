//! THE ABORT TABLE: why a recording stopped. To add a row, write it; counters and dumps read it.

macro_rules! aborts {
    ($($(#[$meta:meta])* $name:ident $key:literal $permanent:ident;)*) => {
        /// Why a recording stopped.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(usize)]
        pub enum Abort { $($(#[$meta])* $name),* }

        /// All reasons, in the table's order.
        pub const ALL: &[Abort] = &[$(Abort::$name),*];

        impl Abort {
            /// The reason as counters and dumps name it.
            pub fn key(self) -> &'static str {
                match self { $(Abort::$name => $key),* }
            }

            /// Whether there is no use in trying again at the same place.
            pub fn lasts(self) -> bool {
                match self { $(Abort::$name => aborts!(@ $permanent)),* }
            }
        }
    };
    (@ lasting) => { true };
    (@ passing) => { false };
}

aborts! {
    /// The interpreter went on elsewhere: an exception, another frame.
    LeftTrack "left-track" passing;
    /// The recording's own frame ended.
    Returned "returned" passing;
    /// An instruction that is not recorded.
    Opcode "opcode" lasting;
    /// Operands of a kind that the instruction's recorder does not take.
    Operands "operands" passing;
    /// Another loop is compiled or runs inside.
    InnerLoop "inner-loop" passing;
    /// What a variable holds changes from round to round.
    Unstable "unstable" passing;
    /// More operations than the limit.
    TooLong "too-long" lasting;
    /// Calls nested too deep.
    TooDeep "too-deep" lasting;
    /// So much is left to the runtime that compiled code would not be faster.
    Loud "loud" lasting;
    /// The backend refused the trace.
    Backend "backend" lasting;
    /// A function that may look at its callers is called from an inlined frame.
    LoudInlined "loud-inlined" passing;
    /// Tracing or monitoring is on, or a function is in the place of the evaluation loop.
    Instrumented "instrumented" passing;
    /// Another evaluation of the thread came in between.
    Interrupted "interrupted" passing;
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn keys_are_different() {
        let mut keys: Vec<_> = ALL.iter().map(|abort| abort.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ALL.len());
    }
}
