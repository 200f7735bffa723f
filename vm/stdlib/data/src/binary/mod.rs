//! Values as bytes: `_struct` and `array`.

pub mod array;
pub mod structs;
