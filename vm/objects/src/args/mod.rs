//! Binding call arguments.
