//! The three attributes that declare built-in types, modules and C API functions.
