//! The regular-expression engine behind re, on plain buffers: no objects.
