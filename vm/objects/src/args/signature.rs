//! What a native function says about itself: its parameters for binding, its machine types for compiled code.

use crate::typeobject::MethodDef;
use core::ffi::{c_int, c_void};

/// One parameter.
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether it has no default.
    pub required: bool,
}

/// How a parameter can be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    PositionalOnly,
    /// By position or by keyword.
    Normal,
    /// `*args`
    Rest,
    KeywordOnly,
    /// `**kwargs`
    Others,
}

/// The Rust type of a parameter or result, as far as compiled code can use it without a conversion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArgKind {
    /// `&Object` or `Ref`.
    Object,
    /// `i64` or `isize`.
    Int,
    /// `f64`.
    Float,
    Bool,
    /// No result.
    None,
    /// A type that needs the generic conversion.
    Other,
}

/// The address of an `extern "C"` function whose parameters are machine values of [`Signature::types`] and whose result is one of
/// [`Signature::result`]. It leaves no exception behind: where the Python function would raise, it returns
/// [`super::Refusable::REFUSED`], and so it may for a few good values; compiled code then makes the call again through the
/// interpreter.
#[derive(Clone, Copy)]
pub struct TypedEntry(pub *const c_void);

// SAFETY: the address of a function.
unsafe impl Sync for TypedEntry {}
// SAFETY: as above.
unsafe impl Send for TypedEntry {}

/// A native function's signature.
pub struct Signature {
    /// The name in error texts, without parentheses.
    pub fname: &'static str,
    /// In order: positional ones, `*args`, keyword-only ones, `**kwargs`.
    pub params: &'static [Param],
    /// Number of parameters that can be given by position.
    pub positional: usize,
    /// Number of those that can be given by position only.
    pub positional_only: usize,
    /// Number of positional parameters without a default.
    pub required: usize,
    /// Number of keyword-only parameters without a default.
    pub required_keywords: usize,
    /// Number of parameters with a place of their own: all but `*args` and `**kwargs`.
    pub named: usize,
    /// Whether there is `*args`.
    pub rest: bool,
    /// Whether there is `**kwargs`.
    pub others: bool,
    /// Whether it is called as METH_O: error texts then do not number the argument.
    pub single: bool,
    /// The parameters' Rust types.
    pub types: &'static [ArgKind],
    /// The result's Rust type.
    pub result: ArgKind,
    /// The entry for unboxed values; only a `pure` function has one.
    pub typed: Option<TypedEntry>,
    /// Whether calling it twice with the same arguments, or not at all when the result is unused, makes no difference.
    pub pure: bool,
}

impl Signature {
    /// The signature of `fname` with `params`; nothing is known about its machine types.
    pub const fn new(fname: &'static str, params: &'static [Param]) -> Signature {
        let mut this = Signature {
            fname,
            params,
            positional: 0,
            positional_only: 0,
            required: 0,
            required_keywords: 0,
            named: 0,
            rest: false,
            others: false,
            single: false,
            types: &[],
            result: ArgKind::Object,
            typed: None,
            pure: false,
        };
        let mut index = 0;
        while index < params.len() {
            let required = params[index].required as usize;
            match params[index].kind {
                Kind::Rest => this.rest = true,
                Kind::Others => this.others = true,
                Kind::KeywordOnly => {
                    this.required_keywords += required;
                    this.named += 1;
                }
                kind => {
                    this.positional_only += matches!(kind, Kind::PositionalOnly) as usize;
                    this.positional += 1;
                    this.required += required;
                    this.named += 1;
                }
            }
            index += 1;
        }
        this
    }

    /// Whether some argument can be given by keyword.
    #[inline]
    pub fn takes_keywords(&self) -> bool {
        self.named > self.positional_only || self.others
    }

    /// The signature behind a row that the macros made.
    pub fn of(def: &MethodDef) -> Option<&'static Signature> {
        if def.ml_flags & DESCRIBED == 0 {
            return None;
        }
        // SAFETY: the flag says that `ml_doc` points to the `doc` of a `Described`.
        Some(unsafe { def.ml_doc.cast::<&'static Signature>().sub(1).read() })
    }
}

/// The bit of `ml_flags` that says that `ml_doc` is the tail of a [`Described`]. CPython leaves it unused.
pub const DESCRIBED: c_int = 1 << 30;

/// A docstring with the signature before it, so that a `PyMethodDef` leads to its signature.
#[repr(C)]
pub struct Described<const N: usize> {
    pub signature: &'static Signature,
    pub doc: [u8; N],
}

const _: () = assert!(core::mem::offset_of!(Described<1>, doc) == size_of::<&Signature>());
