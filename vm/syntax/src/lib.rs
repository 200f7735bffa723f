//! Source text to abstract syntax tree, with every SyntaxError CPython has: no objects.
