//! The exception classes that add no fields to their base, and the list of all of them.

use super::base::{self, BaseException, BaseExceptionObject};
use super::os::{OSError, OSErrorObject};
use super::{
    AttributeError, BaseExceptionGroup, ImportError, IncompleteInputError, IndentationError,
    ModuleNotFoundError, NameError, StopIteration, SyntaxError, SystemExit, TabError, UnboundLocalError,
    UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError,
};
use crate::object::refs::Ref;
use crate::protocol;
use crate::raise::Result;
use crate::typeobject::TypeObject;
use crate::types::str::Str;
use core::cell::Cell;
use macros::pytype;

macro_rules! simple {
    ($($class:ident $name:literal $base:ident;)*) => { $(
        #[pytype(
            name = $name, static_name = $class, base = $base, no_instance, gc, flags = [BASETYPE],
            basicsize = size_of::<BaseExceptionObject>(), new = base::new, init = base::init,
        )]
        impl BaseExceptionObject {}
    )* };
}

simple! {
    GeneratorExit "GeneratorExit" BaseException;
    KeyboardInterrupt "KeyboardInterrupt" BaseException;
    Exception "Exception" BaseException;
    ArithmeticError "ArithmeticError" Exception;
    AssertionError "AssertionError" Exception;
    BufferError "BufferError" Exception;
    EOFError "EOFError" Exception;
    LookupError "LookupError" Exception;
    MemoryError "MemoryError" Exception;
    ReferenceError "ReferenceError" Exception;
    RuntimeError "RuntimeError" Exception;
    StopAsyncIteration "StopAsyncIteration" Exception;
    SystemError "SystemError" Exception;
    TypeError "TypeError" Exception;
    ValueError "ValueError" Exception;
    Warning "Warning" Exception;
    FloatingPointError "FloatingPointError" ArithmeticError;
    OverflowError "OverflowError" ArithmeticError;
    ZeroDivisionError "ZeroDivisionError" ArithmeticError;
    BytesWarning "BytesWarning" Warning;
    DeprecationWarning "DeprecationWarning" Warning;
    EncodingWarning "EncodingWarning" Warning;
    FutureWarning "FutureWarning" Warning;
    ImportWarning "ImportWarning" Warning;
    PendingDeprecationWarning "PendingDeprecationWarning" Warning;
    ResourceWarning "ResourceWarning" Warning;
    RuntimeWarning "RuntimeWarning" Warning;
    SyntaxWarning "SyntaxWarning" Warning;
    UnicodeWarning "UnicodeWarning" Warning;
    UserWarning "UserWarning" Warning;
    IndexError "IndexError" LookupError;
    NotImplementedError "NotImplementedError" RuntimeError;
    PythonFinalizationError "PythonFinalizationError" RuntimeError;
    RecursionError "RecursionError" RuntimeError;
    UnicodeError "UnicodeError" ValueError;
}

macro_rules! os_errors {
    ($($class:ident $name:literal $base:ident;)*) => { $(
        #[pytype(
            name = $name, static_name = $class, base = $base, no_instance, gc, flags = [BASETYPE],
            basicsize = size_of::<OSErrorObject>(), init = OSErrorObject::init,
        )]
        impl OSErrorObject {}
    )* };
}

os_errors! {
    BlockingIOError "BlockingIOError" OSError;
    ChildProcessError "ChildProcessError" OSError;
    ConnectionError "ConnectionError" OSError;
    FileExistsError "FileExistsError" OSError;
    FileNotFoundError "FileNotFoundError" OSError;
    InterruptedError "InterruptedError" OSError;
    IsADirectoryError "IsADirectoryError" OSError;
    NotADirectoryError "NotADirectoryError" OSError;
    PermissionError "PermissionError" OSError;
    ProcessLookupError "ProcessLookupError" OSError;
    TimeoutError "TimeoutError" OSError;
    BrokenPipeError "BrokenPipeError" ConnectionError;
    ConnectionAbortedError "ConnectionAbortedError" ConnectionError;
    ConnectionRefusedError "ConnectionRefusedError" ConnectionError;
    ConnectionResetError "ConnectionResetError" ConnectionError;
}

/// A missing key; shown by its repr, so that an empty string can be seen.
#[pytype(
    name = "KeyError", static_name = KeyError, base = LookupError, no_instance, gc, flags = [BASETYPE],
    basicsize = size_of::<BaseExceptionObject>(), init = base::init,
)]
impl BaseExceptionObject {
    #[slot(tp_str)]
    fn key_error_str(&self) -> Result<Ref<Str>> {
        match self.arguments().items() {
            [only] => protocol::object::repr(only),
            _ => base::text(self),
        }
    }
}

/// The pointer that extensions import as `PyExc_X`.
#[repr(transparent)]
pub struct ExportedClass(Cell<*const TypeObject>);

// SAFETY: set at link time, read only.
unsafe impl Sync for ExportedClass {}

impl ExportedClass {
    pub(super) const fn new(class: *const TypeObject) -> ExportedClass {
        ExportedClass(Cell::new(class))
    }
}

macro_rules! exported {
    ($($exported:ident $class:ident;)*) => {
        $(
            #[unsafe(no_mangle)]
            pub static $exported: ExportedClass = ExportedClass(Cell::new(&raw const $class));
        )*

        /// Every class with its name, bases before the classes that derive from them.
        pub static ALL: &[(&str, &TypeObject)] = &[$((stringify!($class), &$class)),*];
    };
}

/// Another name of `PyExc_OSError`.
#[unsafe(no_mangle)]
pub static PyExc_EnvironmentError: ExportedClass = ExportedClass(Cell::new(&raw const OSError));

/// Another name of `PyExc_OSError`.
#[unsafe(no_mangle)]
pub static PyExc_IOError: ExportedClass = ExportedClass(Cell::new(&raw const OSError));

exported! {
    PyExc_BaseException BaseException;
    PyExc_BaseExceptionGroup BaseExceptionGroup;
    PyExc_GeneratorExit GeneratorExit;
    PyExc_KeyboardInterrupt KeyboardInterrupt;
    PyExc_SystemExit SystemExit;
    PyExc_Exception Exception;
    PyExc_ArithmeticError ArithmeticError;
    PyExc_AssertionError AssertionError;
    PyExc_AttributeError AttributeError;
    PyExc_BufferError BufferError;
    PyExc_EOFError EOFError;
    PyExc_ImportError ImportError;
    PyExc_LookupError LookupError;
    PyExc_MemoryError MemoryError;
    PyExc_NameError NameError;
    PyExc_OSError OSError;
    PyExc_ReferenceError ReferenceError;
    PyExc_RuntimeError RuntimeError;
    PyExc_StopAsyncIteration StopAsyncIteration;
    PyExc_StopIteration StopIteration;
    PyExc_SyntaxError SyntaxError;
    PyExc_SystemError SystemError;
    PyExc_TypeError TypeError;
    PyExc_ValueError ValueError;
    PyExc_Warning Warning;
    PyExc_FloatingPointError FloatingPointError;
    PyExc_OverflowError OverflowError;
    PyExc_ZeroDivisionError ZeroDivisionError;
    PyExc_BytesWarning BytesWarning;
    PyExc_DeprecationWarning DeprecationWarning;
    PyExc_EncodingWarning EncodingWarning;
    PyExc_FutureWarning FutureWarning;
    PyExc_ImportWarning ImportWarning;
    PyExc_PendingDeprecationWarning PendingDeprecationWarning;
    PyExc_ResourceWarning ResourceWarning;
    PyExc_RuntimeWarning RuntimeWarning;
    PyExc_SyntaxWarning SyntaxWarning;
    PyExc_UnicodeWarning UnicodeWarning;
    PyExc_UserWarning UserWarning;
    PyExc_BlockingIOError BlockingIOError;
    PyExc_ChildProcessError ChildProcessError;
    PyExc_ConnectionError ConnectionError;
    PyExc_FileExistsError FileExistsError;
    PyExc_FileNotFoundError FileNotFoundError;
    PyExc_InterruptedError InterruptedError;
    PyExc_IsADirectoryError IsADirectoryError;
    PyExc_NotADirectoryError NotADirectoryError;
    PyExc_PermissionError PermissionError;
    PyExc_ProcessLookupError ProcessLookupError;
    PyExc_TimeoutError TimeoutError;
    PyExc_BrokenPipeError BrokenPipeError;
    PyExc_ConnectionAbortedError ConnectionAbortedError;
    PyExc_ConnectionRefusedError ConnectionRefusedError;
    PyExc_ConnectionResetError ConnectionResetError;
    PyExc_IndentationError IndentationError;
    PyExc_IncompleteInputError IncompleteInputError;
    PyExc_IndexError IndexError;
    PyExc_KeyError KeyError;
    PyExc_ModuleNotFoundError ModuleNotFoundError;
    PyExc_NotImplementedError NotImplementedError;
    PyExc_PythonFinalizationError PythonFinalizationError;
    PyExc_RecursionError RecursionError;
    PyExc_UnboundLocalError UnboundLocalError;
    PyExc_UnicodeError UnicodeError;
    PyExc_TabError TabError;
    PyExc_UnicodeDecodeError UnicodeDecodeError;
    PyExc_UnicodeEncodeError UnicodeEncodeError;
    PyExc_UnicodeTranslateError UnicodeTranslateError;
}
