//! The neutral half of the tracing JIT: recording, optimising, lowering, side exits.
