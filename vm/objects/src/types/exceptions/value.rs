//! `StopIteration` and `SystemExit`: exceptions that carry a value.

use super::base::{self, BaseException, BaseExceptionObject};
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::raise::Result;
use crate::types::dict::Dict;
use crate::types::none::none;
use crate::types::tuple::Tuple;
use macros::{Trace, pytype};

/// `PyStopIterationObject`.
#[repr(C)]
#[derive(Trace)]
pub struct StopIterationObject {
    base: BaseExceptionObject,
    pub value: Slot,
}

#[pytype(
    name = "StopIteration", static_name = StopIteration, base = super::Exception, gc,
    flags = [BASETYPE], member("value", OBJECT, value),
)]
impl StopIterationObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        base::no_keywords(self, kwargs.map(Instance::as_object))?;
        self.base.args.set(Some(args.to_ref()));
        self.value.set(Some(args.items().first().map_or(none(), |value| value).to_ref()));
        Ok(())
    }
}

/// The value of a StopIteration (`_PyGen_FetchStopIterationValue`).
pub fn stop_value(exception: &Object) -> Ref {
    exception
        .cast::<StopIterationObject>()
        .map_or_else(crate::object::refs::none, |stop| base::field(&stop.value))
}

/// `PySystemExitObject`.
#[repr(C)]
#[derive(Trace)]
pub struct SystemExitObject {
    base: BaseExceptionObject,
    pub code: Slot,
}

#[pytype(
    name = "SystemExit", static_name = SystemExit, base = BaseException, gc,
    flags = [BASETYPE], member("code", OBJECT, code),
)]
impl SystemExitObject {
    #[slot(tp_init)]
    fn init(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<()> {
        base::no_keywords(self, kwargs.map(Instance::as_object))?;
        self.base.args.set(Some(args.to_ref()));
        match args.items() {
            [] => {}
            [code] => self.code.set(Some(code.to_ref())),
            _ => self.code.set(Some(args.to_ref().upcast())),
        }
        Ok(())
    }
}
