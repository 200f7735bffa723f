//! The functions behind `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2`.

use crate::call::operation::Operation;
use crate::exceptions;
use crate::import;
use bytecode::code::flags::{ASYNC_GENERATOR, COROUTINE};
use bytecode::opcodes::intrinsic;
use objects::interpreter_frame::InterpreterFrame;
use objects::protocol::{call, number};
use objects::raise::Raised;
use objects::types::exceptions as exc;
use objects::types::function::Function;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::types::typing;
use objects::types::typing::alias::TypeAlias;
use objects::types::typing::param_spec::ParamSpec;
use objects::types::typing::type_var::TypeVar;
use objects::types::typing::type_var_tuple::TypeVarTuple;
use objects::{Instance, Object, Ref, Result, raise};

/// # Errors
/// What the function raises.
pub fn unary(frame: &InterpreterFrame, number: u32, value: Ref) -> Result<Ref> {
    match number {
        intrinsic::INTRINSIC_PRINT => display(&value),
        intrinsic::INTRINSIC_IMPORT_STAR => {
            import::import_star(frame, &value)?;
            Ok(none().to_ref())
        }
        intrinsic::INTRINSIC_STOPITERATION_ERROR => stop_iteration_error(frame, value),
        intrinsic::INTRINSIC_ASYNC_GEN_WRAP => objects::types::generator::async_gen::wrap(&value),
        intrinsic::INTRINSIC_UNARY_POSITIVE => number::positive(&value),
        intrinsic::INTRINSIC_LIST_TO_TUPLE => match value.cast_exact::<List>() {
            Some(list) => Ok(Tuple::from_vec(list.to_vec())?.upcast()),
            None => Err(raise::bad_internal_call()),
        },
        intrinsic::INTRINSIC_TYPEVAR => TypeVar::of_parameter(&value, None, None),
        intrinsic::INTRINSIC_PARAMSPEC => ParamSpec::of_parameter(&value),
        intrinsic::INTRINSIC_TYPEVARTUPLE => TypeVarTuple::of_parameter(&value),
        intrinsic::INTRINSIC_SUBSCRIPT_GENERIC => typing::subscript_generic(&value),
        intrinsic::INTRINSIC_TYPEALIAS => TypeAlias::of_statement(&value),
        other => Err(raise!(SystemError, "unknown intrinsic function {other}")),
    }
}

/// # Errors
/// What the function raises.
pub fn binary(number: u32, first: Ref, second: Ref) -> Result<Ref> {
    match number {
        intrinsic::INTRINSIC_PREP_RERAISE_STAR => {
            let raised = objects::protocol::iter::collect(&second)?;
            let left = exceptions::prepare_reraise_star(&first, &raised)?;
            Ok(left.unwrap_or_else(|| none().to_ref()))
        }
        intrinsic::INTRINSIC_TYPEVAR_WITH_BOUND => TypeVar::of_parameter(&first, Some(&second), None),
        intrinsic::INTRINSIC_TYPEVAR_WITH_CONSTRAINTS => TypeVar::of_parameter(&first, None, Some(&second)),
        intrinsic::INTRINSIC_SET_FUNCTION_TYPE_PARAMS => {
            if let Some(function) = first.cast_exact::<Function>() {
                function.func_typeparams.set(second.downcast().ok());
            }
            Ok(first)
        }
        intrinsic::INTRINSIC_SET_TYPEPARAM_DEFAULT => typing::set_default(&first, &second),
        other => match Operation::of_intrinsic(other) {
            Some(operation) => operation.rest(&first, &second),
            None => Err(raise!(SystemError, "unknown intrinsic function {other}")),
        },
    }
}

/// An expression statement of the interactive interpreter.
fn display(value: &Object) -> Result<Ref> {
    match objects::state::sys_get("displayhook") {
        Some(hook) => call::call_one_arg(&hook, value),
        None => Err(raise!(RuntimeError, "lost sys.displayhook")),
    }
}

/// A StopIteration that leaves a generator's code becomes a RuntimeError (PEP 479); other exceptions stay.
fn stop_iteration_error(frame: &InterpreterFrame, exception: Ref) -> Result<Ref> {
    let code = frame.code();
    let what = if exception.class().is_subtype(&exc::StopIteration) {
        if code.has_flag(ASYNC_GENERATOR) {
            "async generator raised StopIteration"
        } else if code.has_flag(COROUTINE) {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if code.has_flag(ASYNC_GENERATOR) && exception.class().is_subtype(&exc::StopAsyncIteration) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(exception);
    };
    let raised: Raised = raise!(RuntimeError, "{what}");
    Ok(exceptions::with_cause(raised, exception).take())
}
