//! The exported C API. One file per CPython header, in which a function has its C name and says in Rust's types who owns what;
//! what it does is a call of what the VM already has. `varargs` makes the functions that take `...`. Every symbol that an
//! extension may import is a row of `api.txt`, which `cargo xtask api` compares with the executable.

pub mod varargs;

pub mod abstract_;
pub mod cellobject;
pub mod classobject;
pub mod descrobject;
pub mod dictobject;
pub mod funcobject;
pub mod genericaliasobject;
pub mod genobject;
pub mod getargs;
pub mod import;
pub mod iterobject;
pub mod listobject;
pub mod longobject;
pub mod methodobject;
pub mod modsupport;
pub mod moduleobject;
pub mod namespaceobject;
pub mod object;
pub mod objimpl;
pub mod odictobject;
pub mod osmodule;
pub mod pybuffer;
pub mod pycapsule;
pub mod pyctype;
pub mod pyerrors;
pub mod pymem;
pub mod structseq;
pub mod trashcan;
pub mod tupleobject;
pub mod typeobject;
pub mod unicodeobject;
pub mod weakrefobject;
