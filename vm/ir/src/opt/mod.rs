//! Optimisation passes that know no language: one pass per file, each from a trace to a trace.
