//! The table of exception classes: name, base, and the C struct their instances have.

use super::BaseExceptionObject;
use crate::typeobject::{TypeObject, flags};
use core::cell::Cell;

/// The pointer that extensions import as `PyExc_X`.
#[repr(transparent)]
pub struct ExportedClass(Cell<*const TypeObject>);

// SAFETY: set at link time, read only.
unsafe impl Sync for ExportedClass {}

macro_rules! exceptions {
    ($($name:ident $symbol:literal $exported:ident $base:ident;)*) => {
        $(
            #[unsafe(export_name = $symbol)]
            pub static $name: TypeObject = TypeObject {
                tp_base: Cell::new(exceptions!(@base $base)),
                ..TypeObject::new(
                    exceptions!(@name $name),
                    size_of::<BaseExceptionObject>(),
                    flags::BASETYPE | flags::HAVE_GC | flags::BASE_EXC_SUBCLASS,
                )
            };
            #[unsafe(no_mangle)]
            pub static $exported: ExportedClass = ExportedClass(Cell::new(&raw const $name));
        )*

        /// Every class, bases before the classes that derive from them.
        pub static ALL: &[(&str, &TypeObject)] = &[$((stringify!($name), &$name)),*];
    };
    (@base object) => { &raw const crate::types::object::PyBaseObject_Type };
    (@base $base:ident) => { &raw const $base };
    (@name $name:ident) => {
        match core::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => unreachable!(),
        }
    };
}

exceptions! {
    BaseException "_PyExc_BaseException" PyExc_BaseException object;
    BaseExceptionGroup "_PyExc_BaseExceptionGroup" PyExc_BaseExceptionGroup BaseException;
    GeneratorExit "_PyExc_GeneratorExit" PyExc_GeneratorExit BaseException;
    KeyboardInterrupt "_PyExc_KeyboardInterrupt" PyExc_KeyboardInterrupt BaseException;
    SystemExit "_PyExc_SystemExit" PyExc_SystemExit BaseException;
    Exception "_PyExc_Exception" PyExc_Exception BaseException;
    ArithmeticError "_PyExc_ArithmeticError" PyExc_ArithmeticError Exception;
    AssertionError "_PyExc_AssertionError" PyExc_AssertionError Exception;
    AttributeError "_PyExc_AttributeError" PyExc_AttributeError Exception;
    BufferError "_PyExc_BufferError" PyExc_BufferError Exception;
    EOFError "_PyExc_EOFError" PyExc_EOFError Exception;
    ImportError "_PyExc_ImportError" PyExc_ImportError Exception;
    LookupError "_PyExc_LookupError" PyExc_LookupError Exception;
    MemoryError "_PyExc_MemoryError" PyExc_MemoryError Exception;
    NameError "_PyExc_NameError" PyExc_NameError Exception;
    OSError "_PyExc_OSError" PyExc_OSError Exception;
    ReferenceError "_PyExc_ReferenceError" PyExc_ReferenceError Exception;
    RuntimeError "_PyExc_RuntimeError" PyExc_RuntimeError Exception;
    StopAsyncIteration "_PyExc_StopAsyncIteration" PyExc_StopAsyncIteration Exception;
    StopIteration "_PyExc_StopIteration" PyExc_StopIteration Exception;
    SyntaxError "_PyExc_SyntaxError" PyExc_SyntaxError Exception;
    SystemError "_PyExc_SystemError" PyExc_SystemError Exception;
    TypeError "_PyExc_TypeError" PyExc_TypeError Exception;
    ValueError "_PyExc_ValueError" PyExc_ValueError Exception;
    Warning "_PyExc_Warning" PyExc_Warning Exception;
    FloatingPointError "_PyExc_FloatingPointError" PyExc_FloatingPointError ArithmeticError;
    OverflowError "_PyExc_OverflowError" PyExc_OverflowError ArithmeticError;
    ZeroDivisionError "_PyExc_ZeroDivisionError" PyExc_ZeroDivisionError ArithmeticError;
    BytesWarning "_PyExc_BytesWarning" PyExc_BytesWarning Warning;
    DeprecationWarning "_PyExc_DeprecationWarning" PyExc_DeprecationWarning Warning;
    EncodingWarning "_PyExc_EncodingWarning" PyExc_EncodingWarning Warning;
    FutureWarning "_PyExc_FutureWarning" PyExc_FutureWarning Warning;
    ImportWarning "_PyExc_ImportWarning" PyExc_ImportWarning Warning;
    PendingDeprecationWarning "_PyExc_PendingDeprecationWarning" PyExc_PendingDeprecationWarning Warning;
    ResourceWarning "_PyExc_ResourceWarning" PyExc_ResourceWarning Warning;
    RuntimeWarning "_PyExc_RuntimeWarning" PyExc_RuntimeWarning Warning;
    SyntaxWarning "_PyExc_SyntaxWarning" PyExc_SyntaxWarning Warning;
    UnicodeWarning "_PyExc_UnicodeWarning" PyExc_UnicodeWarning Warning;
    UserWarning "_PyExc_UserWarning" PyExc_UserWarning Warning;
    BlockingIOError "_PyExc_BlockingIOError" PyExc_BlockingIOError OSError;
    ChildProcessError "_PyExc_ChildProcessError" PyExc_ChildProcessError OSError;
    ConnectionError "_PyExc_ConnectionError" PyExc_ConnectionError OSError;
    FileExistsError "_PyExc_FileExistsError" PyExc_FileExistsError OSError;
    FileNotFoundError "_PyExc_FileNotFoundError" PyExc_FileNotFoundError OSError;
    InterruptedError "_PyExc_InterruptedError" PyExc_InterruptedError OSError;
    IsADirectoryError "_PyExc_IsADirectoryError" PyExc_IsADirectoryError OSError;
    NotADirectoryError "_PyExc_NotADirectoryError" PyExc_NotADirectoryError OSError;
    PermissionError "_PyExc_PermissionError" PyExc_PermissionError OSError;
    ProcessLookupError "_PyExc_ProcessLookupError" PyExc_ProcessLookupError OSError;
    TimeoutError "_PyExc_TimeoutError" PyExc_TimeoutError OSError;
    BrokenPipeError "_PyExc_BrokenPipeError" PyExc_BrokenPipeError ConnectionError;
    ConnectionAbortedError "_PyExc_ConnectionAbortedError" PyExc_ConnectionAbortedError ConnectionError;
    ConnectionRefusedError "_PyExc_ConnectionRefusedError" PyExc_ConnectionRefusedError ConnectionError;
    ConnectionResetError "_PyExc_ConnectionResetError" PyExc_ConnectionResetError ConnectionError;
    IndentationError "_PyExc_IndentationError" PyExc_IndentationError SyntaxError;
    IncompleteInputError "_PyExc_IncompleteInputError" PyExc_IncompleteInputError SyntaxError;
    IndexError "_PyExc_IndexError" PyExc_IndexError LookupError;
    KeyError "_PyExc_KeyError" PyExc_KeyError LookupError;
    ModuleNotFoundError "_PyExc_ModuleNotFoundError" PyExc_ModuleNotFoundError ImportError;
    NotImplementedError "_PyExc_NotImplementedError" PyExc_NotImplementedError RuntimeError;
    PythonFinalizationError "_PyExc_PythonFinalizationError" PyExc_PythonFinalizationError RuntimeError;
    RecursionError "_PyExc_RecursionError" PyExc_RecursionError RuntimeError;
    UnboundLocalError "_PyExc_UnboundLocalError" PyExc_UnboundLocalError NameError;
    UnicodeError "_PyExc_UnicodeError" PyExc_UnicodeError ValueError;
    TabError "_PyExc_TabError" PyExc_TabError IndentationError;
    UnicodeDecodeError "_PyExc_UnicodeDecodeError" PyExc_UnicodeDecodeError UnicodeError;
    UnicodeEncodeError "_PyExc_UnicodeEncodeError" PyExc_UnicodeEncodeError UnicodeError;
    UnicodeTranslateError "_PyExc_UnicodeTranslateError" PyExc_UnicodeTranslateError UnicodeError;
}
