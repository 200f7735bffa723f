//! The AArch64 assembler backend: sees nothing but the trace IR.
