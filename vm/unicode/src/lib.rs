//! The Unicode database, casing, normalisation and codecs on plain buffers: no objects.
