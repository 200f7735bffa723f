//! `unicodeobject.h` and `cpython/unicodeobject.h`.

pub mod char;
pub mod codec;
pub mod create;
pub mod format;
pub mod inspect;
pub mod intern;
pub mod old;
pub mod work;
pub mod writer;
