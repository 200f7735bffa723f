//! The exported C API: one file per CPython header, naming functions the VM has.
