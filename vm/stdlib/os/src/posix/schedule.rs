//! Scheduling policies and their parameters; namespaces.

use super::check;
use super::path::Fd;
use super::stat_result::SCHED_PARAM;
use core::ffi::{c_int, c_void};
use objects::protocol::number;
use objects::typeobject::MethodDef;
use objects::types::int::new_int;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, raise};

/// A `sched_param` of Python as the system's.
pub fn parameter(object: &Object) -> Result<libc::sched_param> {
    let is_parameter = SCHED_PARAM.class().is_some_and(|class| object.is_exactly(&class));
    let Some(tuple) = object.cast::<Tuple>().filter(|tuple| is_parameter && !tuple.is_empty()) else {
        return Err(raise!(TypeError, "must have a sched_param object"));
    };
    let priority = number::index(tuple.items()[0])?.to_i64();
    let priority =
        priority.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))?;
    let Ok(sched_priority) = c_int::try_from(priority) else {
        return Err(raise!(OverflowError, "sched_priority out of range"));
    };
    // SAFETY: all zeros is valid.
    let mut parameter: libc::sched_param = unsafe { core::mem::zeroed() };
    parameter.sched_priority = sched_priority;
    Ok(parameter)
}

/// Gives the class `sched_param` its own way of making and pickling instances: by the priority alone.
pub fn complete(class: &TypeObject) -> Result<()> {
    class.tp_new.set(Some(new_parameter));
    let reduce = objects::types::descr::method::new_method(class, &REDUCE)?;
    if let Some(dict) = class.tp_dict.get() {
        dict.set_str(objects::id!("__reduce__"), &reduce)?;
    }
    class.modified();
    Ok(())
}

static REDUCE: MethodDef = MethodDef {
    ml_name: c"__reduce__".as_ptr(),
    ml_meth: reduce as *const c_void,
    ml_flags: objects::typeobject::flags::METH_NOARGS,
    ml_doc: core::ptr::null(),
};

unsafe extern "C" fn reduce(this: &Object, _: *const c_void) -> Result<Ref> {
    let Some(tuple) = this.cast::<Tuple>() else { return Err(raise::bad_internal_call()) };
    let arguments = Tuple::from_slice(tuple.items())?;
    Ok(Tuple::from_array([this.class().to_ref().upcast(), arguments.upcast()])?.upcast())
}

/// `sched_param(sched_priority)`.
unsafe extern "C" fn new_parameter(class: &TypeObject, args: &Tuple, kwargs: Option<&Object>) -> Result<Ref> {
    let kwargs = objects::args::Kwargs::dict(kwargs);
    let given = args.len() + kwargs.len();
    let priority = match (args.items(), kwargs.get("sched_priority")) {
        _ if given > 1 => {
            return Err(raise!(TypeError, "sched_param() takes at most 1 argument ({given} given)"));
        }
        (&[priority], _) | (_, Some(priority)) => priority,
        _ if given == 1 => {
            let name = kwargs.iter().next().map(|(name, _)| objects::protocol::object::str(name));
            let name = name.transpose()?.map_or_else(String::new, |name| name.to_string_lossy());
            return Err(raise!(TypeError, "sched_param() got an unexpected keyword argument '{name}'"));
        }
        _ => {
            return Err(raise!(
                TypeError,
                "sched_param() missing required argument 'sched_priority' (pos 1)"
            ));
        }
    };
    objects::types::structseq::instance(class, vec![priority.to_ref()])
}

#[macros::pymodule(name = "posix", part)]
pub mod part {
    use super::*;

    #[function("sched_getparam($module, pid, /)")]
    fn sched_getparam(pid: c_int) -> Result<Ref> {
        // SAFETY: all zeros is valid; our buffer.
        let parameter = unsafe {
            let mut parameter: libc::sched_param = core::mem::zeroed();
            check(libc::sched_getparam(pid, &raw mut parameter))?;
            parameter
        };
        SCHED_PARAM.instance(vec![new_int(parameter.sched_priority.into())?])
    }

    #[function("sched_setparam($module, pid, param, /)")]
    fn sched_setparam(pid: c_int, param: &Object) -> Result<()> {
        let parameter = parameter(param)?;
        // SAFETY: our parameter.
        check(unsafe { libc::sched_setparam(pid, &raw const parameter) }).map(drop)
    }

    #[function("sched_setscheduler($module, pid, policy, param, /)")]
    fn sched_setscheduler(pid: c_int, policy: c_int, param: &Object) -> Result<()> {
        let parameter = parameter(param)?;
        // SAFETY: our parameter.
        check(unsafe { libc::sched_setscheduler(pid, policy, &raw const parameter) }).map(drop)
    }

    #[function("sched_rr_get_interval($module, pid, /)")]
    fn sched_rr_get_interval(pid: c_int) -> Result<f64> {
        let mut interval = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: our buffer.
        check(unsafe { libc::sched_rr_get_interval(pid, &raw mut interval) })?;
        Ok(interval.tv_sec as f64 + 1e-9 * interval.tv_nsec as f64)
    }

    #[function("unshare($module, /, flags)")]
    fn unshare(flags: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(objects::state::detached(|| unsafe { libc::unshare(flags) })).map(drop)
    }

    #[function("setns($module, /, fd, nstype=0)")]
    fn setns(fd: Fd, nstype: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(objects::state::detached(|| unsafe { libc::setns(fd.0, nstype) })).map(drop)
    }
}
