//! Values as bytes: `_struct` and `array`.

pub mod structs;
