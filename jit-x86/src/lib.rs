//! The x86-64 assembler backend: sees nothing but the trace IR.
