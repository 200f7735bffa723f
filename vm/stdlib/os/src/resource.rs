//! `resource`: limits and usage of a process.

use core::ffi::c_int;
use objects::object::refs::Slot;
use objects::protocol::{number, sequence};
use objects::types::exceptions as exc;
use objects::types::float::new_float;
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::structseq;
use objects::{Instance, Object, Ref, Result, TypeObject, hooks, raise};

/// The class `struct_rusage`, made when the module is executed.
struct Usage(Slot<TypeObject>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Usage {}

objects::per_interpreter! {
    static USAGE: Usage = Usage(Slot::empty());
}

/// How many resources have limits (`RLIM_NLIMITS`).
const LIMITS: u32 = 16;

fn checked(resource: c_int) -> Result<libc::__rlimit_resource_t> {
    match u32::try_from(resource) {
        Ok(resource) if resource < LIMITS => Ok(resource as _),
        _ => Err(raise!(ValueError, "invalid resource specified")),
    }
}

fn limit(object: &Object) -> Result<libc::rlim_t> {
    let value = number::index(object)?.to_i64();
    let value = value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))?;
    Ok(value as libc::rlim_t)
}

/// A pair of ints as limits.
fn to_limits(limits: &Object) -> Result<libc::rlimit> {
    let pair = sequence::to_tuple(limits)?;
    match *pair.items() {
        [soft, hard] => Ok(libc::rlimit { rlim_cur: limit(soft)?, rlim_max: limit(hard)? }),
        _ => Err(raise!(ValueError, "expected a tuple of 2 integers")),
    }
}

fn from_limits(limits: &libc::rlimit) -> (i64, i64) {
    (limits.rlim_cur as i64, limits.rlim_max as i64)
}

/// A `struct rusage` as `struct_rusage`.
pub fn usage(usage: &libc::rusage) -> Result<Ref> {
    drop(hooks::IMPORT.get()("resource")?);
    let Some(class) = USAGE.0.get() else { return Err(raise::null_result()) };
    let seconds = |time: libc::timeval| new_float(time.tv_sec as f64 + time.tv_usec as f64 * 1e-6);
    let mut values = vec![seconds(usage.ru_utime)?, seconds(usage.ru_stime)?];
    for value in [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ] {
        values.push(new_int(value)?);
    }
    structseq::instance(&class, values)
}

#[macros::pymodule(name = "resource")]
pub mod module {
    use super::*;

    #[function("getrusage($module, who, /)")]
    fn getrusage(who: c_int) -> Result<Ref> {
        // SAFETY: all zeros is valid; filled by the call.
        let used = unsafe {
            let mut used: libc::rusage = core::mem::zeroed();
            if libc::getrusage(who, &raw mut used) < 0 {
                return Err(match crate::posix::errno() {
                    libc::EINVAL => raise!(ValueError, "invalid who parameter"),
                    error => raise::os_error(error, None, None),
                });
            }
            used
        };
        usage(&used)
    }

    #[function("getrlimit($module, resource, /)")]
    fn getrlimit(resource: c_int) -> Result<(i64, i64)> {
        let resource = checked(resource)?;
        let mut limits = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: our limits.
        if unsafe { libc::getrlimit(resource, &raw mut limits) } < 0 {
            return Err(raise::last_os_error());
        }
        Ok(from_limits(&limits))
    }

    #[function("setrlimit($module, resource, limits, /)")]
    fn setrlimit(resource: c_int, limits: &Object) -> Result<()> {
        let number = checked(resource)?;
        hooks::AUDIT.get()("resource.setrlimit", &[&*new_int(resource.into())?, limits])?;
        let limits = to_limits(limits)?;
        // SAFETY: our limits.
        if unsafe { libc::setrlimit(number, &raw const limits) } == 0 {
            return Ok(());
        }
        Err(match crate::posix::errno() {
            libc::EINVAL => raise!(ValueError, "current limit exceeds maximum limit"),
            libc::EPERM => raise!(ValueError, "not allowed to raise maximum limit"),
            error => raise::os_error(error, None, None),
        })
    }

    #[function("prlimit($module, pid, resource, limits=None, /)")]
    fn prlimit(pid: c_int, resource: c_int, limits: Option<&Object>) -> Result<(i64, i64)> {
        let number = checked(resource)?;
        let none = objects::types::none::none();
        hooks::AUDIT.get()(
            "resource.prlimit",
            &[&*new_int(pid.into())?, &*new_int(resource.into())?, limits.unwrap_or(none)],
        )?;
        let new = limits.map(to_limits).transpose()?;
        let new = new.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
        let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: our limits.
        if unsafe { libc::prlimit(pid, number, new, &raw mut old) } == 0 {
            return Ok(from_limits(&old));
        }
        Err(match crate::posix::errno() {
            libc::EINVAL => raise!(ValueError, "current limit exceeds maximum limit"),
            error => raise::os_error(error, None, None),
        })
    }

    #[function("getpagesize($module, /)")]
    fn getpagesize() -> i64 {
        // SAFETY: asks for a number.
        unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let fields = [
            ("ru_utime", "user time used"),
            ("ru_stime", "system time used"),
            ("ru_maxrss", "max. resident set size"),
            ("ru_ixrss", "shared memory size"),
            ("ru_idrss", "unshared data size"),
            ("ru_isrss", "unshared stack size"),
            ("ru_minflt", "page faults not requiring I/O"),
            ("ru_majflt", "page faults requiring I/O"),
            ("ru_nswap", "number of swap outs"),
            ("ru_inblock", "block input operations"),
            ("ru_oublock", "block output operations"),
            ("ru_msgsnd", "IPC messages sent"),
            ("ru_msgrcv", "IPC messages received"),
            ("ru_nsignals", "signals received"),
            ("ru_nvcsw", "voluntary context switches"),
            ("ru_nivcsw", "involuntary context switches"),
        ];
        let doc = "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    \
                   (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    \
                   nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, \
                   ru_maxrss, and so on.";
        let class = structseq::new_class("resource.struct_rusage", doc, &fields, fields.len())?;
        module.dict().set_text("struct_rusage", &class)?;
        USAGE.0.set(Some(class));
        module.dict().set_text("error", exc::OSError.as_object())?;
        crate::constants::add(module, CONSTANTS)
    }
}

/// Linux's, for all architectures with the generic headers.
const CONSTANTS: &[(&str, i64)] = &[
    ("RLIMIT_CPU", 0),
    ("RLIMIT_FSIZE", 1),
    ("RLIMIT_DATA", 2),
    ("RLIMIT_STACK", 3),
    ("RLIMIT_CORE", 4),
    ("RLIMIT_NOFILE", 7),
    ("RLIMIT_OFILE", 7),
    ("RLIMIT_AS", 9),
    ("RLIMIT_RSS", 5),
    ("RLIMIT_NPROC", 6),
    ("RLIMIT_MEMLOCK", 8),
    ("RLIMIT_MSGQUEUE", 0xc),
    ("RLIMIT_NICE", 0xd),
    ("RLIMIT_RTPRIO", 0xe),
    ("RLIMIT_RTTIME", 0xf),
    ("RLIMIT_SIGPENDING", 0xb),
    ("RUSAGE_SELF", 0),
    ("RUSAGE_CHILDREN", -1),
    ("RUSAGE_THREAD", 1),
    ("RLIM_INFINITY", -1),
];
