//! The trace IR and everything machine-neutral below it: knows no Python.
