//! The attributes that declare built-in types, modules and C API functions.
//!
//! They only parse signatures and emit constant data and thin `extern "C"` shims. What happens at run time is ordinary code:
//! `objects::args` binds and converts arguments and results, `objects::slots` has the generic slot bodies. Rooms: `signature` (CPython's
//! text signatures), `docs` (docstrings from `docs.tsv`), `function` (one native function), `slots` (THE SLOT TABLE), and one file
//! per attribute.
//!
//! # A type
//!
//! ```text
//! #[repr(C)]
//! #[derive(macros::Trace)]               // tp_traverse and tp_clear; `#[trace(skip)]` on a field that owns nothing
//! pub struct Deque {
//!     ob_base: Object,                   // or VarObject; a field `ob_base` or `head` is not traced
//!     items: RefCell<VecDeque<Ref>>,
//!     maxlen: Cell<isize>,
//! }
//!
//! #[macros::pytype(
//!     name = "deque",
//!     module = "collections",            // tp_name is "collections.deque", the docs key too; leave out for builtins
//!     symbol = PyDeque_Type,             // exported static; `static_name = DEQUE` for one that is not; neither: only Deque::class()
//!     base = crate::types::x::BASE,      // default: object
//!     metaclass = crate::types::x::META, // default: type
//!     flags = [BASETYPE, SEQUENCE],      // Py_TPFLAGS_…; an X_SUBCLASS flag also makes the instance check one bit test
//!     gc,                                // HAVE_GC, tp_traverse, tp_clear (`no_clear` leaves that out)
//!     unhashable,                        // __hash__ = None
//!     no_new,                            // cannot be called: "cannot create 'x' instances"
//!     basicsize = 40, itemsize = 8,      // default: size_of the struct, 0
//!     dict = md_dict, weaklist = weakrefs, vectorcall_field = vectorcall, // fields whose offsets the type tells
//!     member("maxlen", PYSSIZET, maxlen, READONLY), // PyMemberDef: name, Py_T_ kind, field, flags; may be repeated
//!     iter = crate::slots::self_iter,    // any tp_ slot, without its prefix, from a function that exists already
//!     doc_key = "collections.deque",     // default: module and name
//!     doc = "text",                         // instead of the table's docstring
//!     no_doc,                               // none, whatever the table has under the key
//! )]
//! impl Deque {
//!     // The text signature is CPython's. It says the Python name, the parameters' kinds and defaults; the METH_ flags follow from it.
//!     // It must be the one in docs.tsv: the compiler says what CPython has. Options behind it: `nosig` (CPython has none: left out of the
//!     // docstring), `unchecked` (deliberately different), `doc = "text"`, `coexist`, `pure` (see below), `errors_name = "name"` (what
//!     // messages about arguments call it).
//!     #[method("append($self, item, /)")]
//!     fn append(&self, item: &Object) -> Result<()> { .. }
//!
//!     #[method("index($self, value, start=0, stop=sys.maxsize, /)", unchecked)]
//!     fn index(&self, value: &Object, start: isize, stop: isize) -> Result<usize> { .. }
//!
//!     // `*args` is a slice, `**kwargs` a Kwargs, which borrow the caller's arguments: nothing is allocated.
//!     #[method("call($self, function, /, *args, **kwargs)", nosig)]
//!     fn call(&self, function: &Object, args: &[&Object], kwargs: Kwargs) -> Result { .. }
//!
//!     // Own parsing: positional arguments and, if there is a second parameter, keywords.
//!     #[method("update", raw)]
//!     fn update(&self, args: &[&Object], kwargs: Kwargs) -> Result<()> { .. }
//!
//!     #[classmethod("fromhex($type, string, /)")]
//!     fn fromhex(class: &TypeObject, string: &Str) -> Result { .. }
//!
//!     #[staticmethod("maketrans(frm, to, /)")]
//!     fn maketrans(from: &Object, to: &Object) -> Result { .. }
//!
//!     #[getter("maxlen")]                // doc from the table, or `doc = "text"`
//!     fn maxlen(&self) -> Option<isize> { .. }
//!
//!     #[setter("maxlen")]                // None: deletion
//!     fn set_maxlen(&self, value: Option<&Object>) -> Result<()> { .. }
//!
//!     // tp_new or tp_init with bound parameters; `vectorcall` (with #[new] for types without tp_init, with #[init] for types whose
//!     // tp_new does not look at the arguments) also fills tp_vectorcall.
//!     #[new("(iterable=(), maxlen=None)", vectorcall)]
//!     fn new(class: &TypeObject, iterable: Option<&Object>, maxlen: Option<isize>) -> Result<Ref<Deque>> { .. }
//!
//!     #[init("(iterable=(), /)")]
//!     fn init(&self, iterable: Option<&Object>) -> Result<()> { .. }
//!
//!     // Any slot of PyTypeObject and its tables, in Rust's terms. `Result<()>` and `Result<bool>` become ints, `Result<Option<…>>` from
//!     // tp_iternext ends the iteration with None, `op` is a CompareOp, `kwargs` is Option<&Dict>, `args` is &Tuple. A function that
//!     // is `unsafe extern "C"` itself goes in as it is.
//!     #[slot(tp_repr)]
//!     fn repr(&self) -> Result<Ref<Str>> { .. }
//!
//!     #[slot(tp_richcompare)]
//!     fn compare(&self, other: &Object, op: CompareOp) -> Result { .. }
//!
//!     #[slot(nb_add)]                    // either operand may be the deque: no &self (in-place slots and sq_, mp_ have it)
//!     fn add(left: &Object, right: &Object) -> Result { .. }
//!
//!     #[slot(am_send)]
//!     fn send(&self, value: &Object) -> Result<Sent> { .. }
//! }
//! ```
//!
//! With `no_instance` there is no view: the first parameter is `this: &Object`, and `symbol` or `static_name` is needed. tp_dealloc is
//! `objects::slots::dealloc` unless there is a `#[slot(tp_dealloc)] unsafe fn(this: *mut Object)` or `no_dealloc`.
//!
//! # Parameters
//!
//! Whatever is `objects::args::FromArg`: `&Object`, `&T` and `Ref<T>` for a view (TypeError "f() argument 1 must be T, not X"), `bool` (truth),
//! `i32 i64 isize i16 u8 u16 u32 u64 usize` (`__index__`), `f64`, `&str`, `CodePoint`, `BytesLike` (any
//! buffer's bytes), `Buffer` (a writable one). `Option<T>` accepts None when the default is None or
//! there is no default; with another default it is None only where the argument is missing. Literal defaults (numbers, True, False, strings,
//! sys.maxsize) are taken from the signature; for others write `Option<T>`, or `#[default(expression)]` before the parameter. Results are
//! whatever is `IntoPy`: `()`, numbers, `bool`, `&str`, `String`, `&[u8]` (bytes), `Ref<T>`, `&T`, `Option` (None), tuples, `Vec` (a list), `Result` of these.
//!
//! `pure` says that a call may be repeated or left out. If all parameters are `f64`, `i64`, `isize` or `&Object` and the result is one
//! of the first three, the function gets a typed entry that compiled code calls without boxing (`objects::args::TypedEntry`).
//!
//! # A module
//!
//! ```text
//! #[macros::pymodule(name = "math", classes(TypeA, super::TypeB), parts(super::special))]
//! pub mod module {
//!     use super::*;
//!
//!     #[function("sqrt($module, x, /)", pure)]
//!     fn sqrt(x: f64) -> Result<f64> { .. }
//!
//!     #[function("state($module, /)")]
//!     fn state(module: &Module) -> Result { .. }   // one parameter more than the signature: the module first
//!
//!     #[constant]                        // or #[constant("name")]
//!     const EPSILON: f64 = 2.2e-16;
//!
//!     #[attr("pi")]                      // computed when the module is executed
//!     fn pi() -> Result { .. }
//!
//!     #[exec]
//!     fn exec(module: &Module) -> Result<()> { .. }
//! }
//! ```
//!
//! gives `module::MODULE_DEF` and `module::init`, the body of `PyInit_math`. A module too long for one file has parts:
//! `#[macros::pymodule(name = "math", part)] pub mod special { .. }` gives `special::add_to`, which `parts(…)` calls.
//!
//! # A C function
//!
//! ```text
//! #[macros::capi]
//! pub fn PyList_Append(list: &List, item: &Object) -> Result<()> { .. }          // int: 0 or -1
//!
//! #[macros::capi]
//! pub fn PyTuple_GetItem<'a>(tuple: &'a Tuple, index: isize) -> Result<&'a Object> { .. } // borrowed
//!
//! #[macros::capi]
//! pub fn PyTuple_SetItem(tuple: &Tuple, index: isize, item: Ref) -> Result<()> { .. }     // steals `item`
//! ```
//!
//! exports the symbol with the C signature (`objects::args::c`): NULL for a `&T` is a SystemError, another type "bad argument to internal
//! function"; `Option<&T>` allows NULL; `&CStr` is a `const char *`; numbers and pointers pass as they are. An error is NULL or -1. A
//! panic ends the process, as it must not unwind into C.

use proc_macro::TokenStream;

mod capi;
mod docs;
mod function;
mod options;
mod pymodule;
mod pytype;
mod signature;
mod slots;
mod trace;

#[cfg(test)]
mod tests;

/// An `impl` block as a static type object; see the crate's page.
#[proc_macro_attribute]
pub fn pytype(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pytype::expand(attr.into(), item.into()))
}

/// An inline Rust module as a Python module; see the crate's page.
#[proc_macro_attribute]
pub fn pymodule(attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(pymodule::expand(attr.into(), item.into()))
}

/// A function as an exported C function; see the crate's page.
#[proc_macro_attribute]
pub fn capi(_attr: TokenStream, item: TokenStream) -> TokenStream {
    finish(capi::expand(item.into()))
}

/// `objects::Trace` for a struct: every field is traced but the head and those with `#[trace(skip)]`.
#[proc_macro_derive(Trace, attributes(trace))]
pub fn derive_trace(item: TokenStream) -> TokenStream {
    finish(trace::expand(item.into()))
}

fn finish(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}
