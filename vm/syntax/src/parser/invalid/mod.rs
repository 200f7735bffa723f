//! The grammar's `invalid_…` rules: common mistakes, and what to say about them.
//!
//! They run in the second pass only. A rule that recognises its mistake raises an error; it returns `None` in any
//! case, except where noted.

mod block;
mod expr;
mod param;
