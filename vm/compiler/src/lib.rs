//! Abstract syntax tree to bytecode, equal to CPython 3.13's: no objects.
