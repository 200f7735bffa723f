//! The list of the runtime's static types, which start-up readies.

use crate::raise::Result;
use crate::typeobject::{TypeObject, ready};
use crate::types::*;

/// Every static type but the exceptions, bases before the types that derive from them.
pub static STATIC_TYPES: &[&TypeObject] = &[
    &object::PyBaseObject_Type,
    &r#type::PyType_Type,
    &int::PyLong_Type,
    &bool::PyBool_Type,
    &float::PyFloat_Type,
    &complex::PyComplex_Type,
    &str::PyUnicode_Type,
    &str::iter::PyUnicodeIter_Type,
    &str::iter::_PyUnicodeASCIIIter_Type,
    &bytes::PyBytes_Type,
    &bytes::iter::PyBytesIter_Type,
    &bytearray::PyByteArray_Type,
    &bytearray::iter::PyByteArrayIter_Type,
    &memoryview::PyMemoryView_Type,
    &memoryview::_PyManagedBuffer_Type,
    &memoryview::iter::_PyMemoryIter_Type,
    &crate::codecs::charmap::ENCODING_MAP,
    &tuple::methods::PyTuple_Type,
    &tuple::methods::PyTupleIter_Type,
    &list::methods::PyList_Type,
    &list::iter::PyListIter_Type,
    &list::iter::PyListRevIter_Type,
    &dict::methods::PyDict_Type,
    &dict::iter::PyDictIterKey_Type,
    &dict::iter::PyDictIterValue_Type,
    &dict::iter::PyDictIterItem_Type,
    &dict::iter::PyDictRevIterKey_Type,
    &dict::iter::PyDictRevIterValue_Type,
    &dict::iter::PyDictRevIterItem_Type,
    &dict::views::PyDictKeys_Type,
    &dict::views::PyDictValues_Type,
    &dict::views::PyDictItems_Type,
    &odict::methods::PyODict_Type,
    &odict::iter::PyODictIter_Type,
    &odict::iter::PyODictKeys_Type,
    &odict::iter::PyODictValues_Type,
    &odict::iter::PyODictItems_Type,
    &set::methods::PySet_Type,
    &set::methods::PyFrozenSet_Type,
    &set::methods::PySetIter_Type,
    &slice::PySlice_Type,
    &range::PyRange_Type,
    &range::iter::PyRangeIter_Type,
    &range::iter::PyLongRangeIter_Type,
    &iter::PySeqIter_Type,
    &iter::PyCallIter_Type,
    &functional::PyEnum_Type,
    &functional::PyZip_Type,
    &functional::PyMap_Type,
    &functional::PyFilter_Type,
    &functional::PyReversed_Type,
    &capsule::PyCapsule_Type,
    &none::_PyNone_Type,
    &none::_PyNotImplemented_Type,
    &none::PyEllipsis_Type,
    &descr::method::PyMethodDescr_Type,
    &descr::method::PyClassMethodDescr_Type,
    &descr::member::PyMemberDescr_Type,
    &descr::member::PyGetSetDescr_Type,
    &descr::wrapper::PyWrapperDescr_Type,
    &descr::wrapper::_PyMethodWrapper_Type,
    &cfunction::PyCFunction_Type,
    &cfunction::PyCMethod_Type,
    &classmethod::PyClassMethod_Type,
    &staticmethod::PyStaticMethod_Type,
    &mappingproxy::PyDictProxy_Type,
    &property::PyProperty_Type,
    &super_::PySuper_Type,
    &generic_alias::Py_GenericAliasType,
    &union::_PyUnion_Type,
    &module::PyModule_Type,
    &module::PyModuleDef_Type,
    &cell::PyCell_Type,
    &code::attrs::PyCode_Type,
    &function::PyFunction_Type,
    &method::PyMethod_Type,
    &frame::PyFrame_Type,
    &frame::locals::PyFrameLocalsProxy_Type,
    &traceback::PyTraceBack_Type,
    &generator::methods::PyGen_Type,
    &generator::methods::PyCoro_Type,
    &generator::methods::_PyCoroWrapper_Type,
    &generator::methods::PyAsyncGen_Type,
    &generator::async_gen::_PyAsyncGenASend_Type,
    &generator::async_gen::_PyAsyncGenAThrow_Type,
    &generator::async_gen::_PyAsyncGenWrappedValue_Type,
    &namespace::_PyNamespace_Type,
    &structseq::FIELD_TYPE,
    &generator::async_gen::_PyAnextAwaitable_Type,
    &weakref::_PyWeakref_RefType,
    &typing::type_var::TYPE_VAR,
    &typing::param_spec::PARAM_SPEC,
    &typing::param_spec::PARAM_SPEC_ARGS,
    &typing::param_spec::PARAM_SPEC_KWARGS,
    &typing::type_var_tuple::TYPE_VAR_TUPLE,
    &typing::alias::TYPE_ALIAS,
    &typing::generic::GENERIC,
    &typing::generic::NO_DEFAULT_TYPE,
];

/// Readies the built-in types. The calling thread has a state.
///
/// # Errors
/// MemoryError; a mistake in a type's declaration.
pub fn init() -> Result<()> {
    for class in STATIC_TYPES {
        ready::ready(class)?;
    }
    for (_, class) in exceptions::ALL {
        ready::ready(class)?;
    }
    ready::started();
    Ok(())
}
