//! `Py_TPFLAGS_*` and `METH_*`, without their prefixes.

use core::ffi::{c_int, c_ulong};

pub const STATIC_BUILTIN: c_ulong = 1 << 1;
pub const INLINE_VALUES: c_ulong = 1 << 2;
pub const MANAGED_WEAKREF: c_ulong = 1 << 3;
pub const MANAGED_DICT: c_ulong = 1 << 4;
pub const SEQUENCE: c_ulong = 1 << 5;
pub const MAPPING: c_ulong = 1 << 6;
pub const DISALLOW_INSTANTIATION: c_ulong = 1 << 7;
pub const IMMUTABLETYPE: c_ulong = 1 << 8;
pub const HEAPTYPE: c_ulong = 1 << 9;
pub const BASETYPE: c_ulong = 1 << 10;
pub const HAVE_VECTORCALL: c_ulong = 1 << 11;
pub const READY: c_ulong = 1 << 12;
pub const READYING: c_ulong = 1 << 13;
pub const HAVE_GC: c_ulong = 1 << 14;
pub const METHOD_DESCRIPTOR: c_ulong = 1 << 17;
pub const VALID_VERSION_TAG: c_ulong = 1 << 19;
pub const IS_ABSTRACT: c_ulong = 1 << 20;
pub const MATCH_SELF: c_ulong = 1 << 22;
pub const ITEMS_AT_END: c_ulong = 1 << 23;
pub const LONG_SUBCLASS: c_ulong = 1 << 24;
pub const LIST_SUBCLASS: c_ulong = 1 << 25;
pub const TUPLE_SUBCLASS: c_ulong = 1 << 26;
pub const BYTES_SUBCLASS: c_ulong = 1 << 27;
pub const UNICODE_SUBCLASS: c_ulong = 1 << 28;
pub const DICT_SUBCLASS: c_ulong = 1 << 29;
pub const BASE_EXC_SUBCLASS: c_ulong = 1 << 30;
pub const TYPE_SUBCLASS: c_ulong = 1 << 31;

pub const METH_VARARGS: c_int = 0x0001;
pub const METH_KEYWORDS: c_int = 0x0002;
pub const METH_NOARGS: c_int = 0x0004;
pub const METH_O: c_int = 0x0008;
pub const METH_CLASS: c_int = 0x0010;
pub const METH_STATIC: c_int = 0x0020;
pub const METH_COEXIST: c_int = 0x0040;
pub const METH_FASTCALL: c_int = 0x0080;
pub const METH_METHOD: c_int = 0x0200;

/// The bit of a vectorcall's count that lets the callee use the slot before the first argument.
pub const VECTORCALL_ARGUMENTS_OFFSET: usize = 1 << 63;
