//! The C signatures of type slots, in Rust's terms.
//!
//! `Result<Ref>`, `Option<Ref>` and `Option<&Object>` are one nullable pointer in the C ABI, so a slot has its real
//! ownership and failure in its type: a returned `Ref` is a new reference, `Err(Raised)` is NULL with an exception set.
//! Slots that answer with an int use -1 for an exception, as in C.

use crate::object::Object;
use crate::object::refs::Ref;
use crate::object::trace::VisitProc;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::tuple::Tuple;
use core::ffi::{c_char, c_int, c_void};

pub type Destructor = unsafe extern "C" fn(*mut Object);
pub type UnaryFunc = unsafe extern "C" fn(&Object) -> Result<Ref>;
pub type BinaryFunc = unsafe extern "C" fn(&Object, &Object) -> Result<Ref>;
/// `ternaryfunc`, as `nb_power` and `tp_call` use it.
pub type TernaryFunc = unsafe extern "C" fn(&Object, &Object, Option<&Object>) -> Result<Ref>;
pub type Inquiry = unsafe extern "C" fn(&Object) -> c_int;
pub type LenFunc = unsafe extern "C" fn(&Object) -> isize;
pub type HashFunc = unsafe extern "C" fn(&Object) -> isize;
pub type SizeArgFunc = unsafe extern "C" fn(&Object, isize) -> Result<Ref>;
pub type SizeObjArgProc = unsafe extern "C" fn(&Object, isize, Option<&Object>) -> c_int;
pub type ObjObjProc = unsafe extern "C" fn(&Object, &Object) -> c_int;
pub type ObjObjArgProc = unsafe extern "C" fn(&Object, &Object, Option<&Object>) -> c_int;
pub type TraverseProc = unsafe extern "C" fn(&Object, VisitProc, *mut c_void) -> c_int;
pub type GetAttrFunc = unsafe extern "C" fn(&Object, *const c_char) -> Result<Ref>;
pub type SetAttrFunc = unsafe extern "C" fn(&Object, *const c_char, Option<&Object>) -> c_int;
pub type GetAttroFunc = unsafe extern "C" fn(&Object, &Object) -> Result<Ref>;
pub type SetAttroFunc = unsafe extern "C" fn(&Object, &Object, Option<&Object>) -> c_int;
pub type RichCmpFunc = unsafe extern "C" fn(&Object, &Object, CompareOp) -> Result<Ref>;
/// NULL without an exception means that the iterator is exhausted.
pub type IterNextFunc = unsafe extern "C" fn(&Object) -> Option<Ref>;
pub type DescrGetFunc = unsafe extern "C" fn(&Object, Option<&Object>, Option<&Object>) -> Result<Ref>;
pub type DescrSetFunc = unsafe extern "C" fn(&Object, &Object, Option<&Object>) -> c_int;
pub type InitProc = unsafe extern "C" fn(&Object, &Tuple, Option<&Object>) -> c_int;
pub type NewFunc = unsafe extern "C" fn(&TypeObject, &Tuple, Option<&Object>) -> Result<Ref>;
pub type AllocFunc = unsafe extern "C" fn(&TypeObject, isize) -> Result<Ref>;
pub type FreeFunc = unsafe extern "C" fn(*mut c_void);
pub type SendFunc = unsafe extern "C" fn(&Object, &Object, *mut Option<Ref>) -> c_int;
/// `vectorcallfunc`: callable, arguments, count with `PY_VECTORCALL_ARGUMENTS_OFFSET`, keyword names.
pub type VectorcallFunc =
    unsafe extern "C" fn(&Object, *const Option<&Object>, usize, Option<&Tuple>) -> Result<Ref>;
pub type GetBufferProc = unsafe extern "C" fn(&Object, *mut crate::types::buffer::BufferView, c_int) -> c_int;
pub type ReleaseBufferProc = unsafe extern "C" fn(&Object, *mut crate::types::buffer::BufferView);

/// The operator of a rich comparison, numbered as `Py_LT` and its kin.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompareOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CompareOp {
    /// The operator with its operands exchanged.
    pub fn swapped(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            same => same,
        }
    }

    /// Whether an ordering of the operands satisfies the operator.
    pub fn holds(self, ordering: core::cmp::Ordering) -> bool {
        match self {
            CompareOp::Lt => ordering.is_lt(),
            CompareOp::Le => ordering.is_le(),
            CompareOp::Eq => ordering.is_eq(),
            CompareOp::Ne => ordering.is_ne(),
            CompareOp::Gt => ordering.is_gt(),
            CompareOp::Ge => ordering.is_ge(),
        }
    }

    /// The operator's spelling, for error texts.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// The operator with C's number `op`.
    pub fn from_number(op: c_int) -> Option<CompareOp> {
        use CompareOp::*;
        [Lt, Le, Eq, Ne, Gt, Ge].get(usize::try_from(op).ok()?).copied()
    }
}
