//! The recipe that brings CPython's standard library, its tests and headers.
