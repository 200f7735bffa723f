//! The bytecode interpreter, import and the modules it cannot start without.
