//! What code is: the opcode table, code objects as data, exception and line tables, marshal.
