//! Arithmetic on 30-bit-digit integers, float parsing and printing, complex functions: no objects.
