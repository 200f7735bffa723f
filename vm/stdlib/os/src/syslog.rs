//! `syslog`: messages to the system's log.

use core::cell::{Cell, RefCell};
use core::ffi::c_int;
use objects::protocol::number;
use objects::state;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::{Str, expect_str};
use objects::{Instance, Object, Ref, Result, hooks, raise};
use std::ffi::CString;

/// The state of the C library's log.
struct Log {
    is_open: Cell<bool>,
    /// The name that the C library keeps a pointer to.
    ident: RefCell<Option<CString>>,
}

// SAFETY: touched under the GIL.
unsafe impl Sync for Log {}

static LOG: Log = Log { is_open: Cell::new(false), ident: RefCell::new(None) };

/// The program's name without its folder, as `sys.argv` has it.
fn program_name() -> Result<Option<Ref<Str>>> {
    let Some(argv) = state::sys_get("argv") else { return Ok(None) };
    let Some(first) = argv.cast::<List>().and_then(|argv| argv.get(0)) else { return Ok(None) };
    let Some(program) = first.cast::<Str>() else { return Ok(None) };
    let program = program.to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or(&program);
    if name.is_empty() { Ok(None) } else { Str::new(name).map(Some) }
}

fn c_text(text: &Str) -> Result<CString> {
    CString::new(text.to_str()?).map_err(|_| raise!(ValueError, "embedded null character"))
}

/// The main interpreter alone opens and closes the process's log.
fn only_main(refused: &str) -> Result<()> {
    match state::interpreter().is_main() {
        true => Ok(()),
        false => Err(raise!(RuntimeError, "subinterpreter can't use syslog.{refused}")),
    }
}

fn open(ident: Option<&Str>, option: c_int, facility: c_int) -> Result<()> {
    let own = match ident {
        Some(ident) => Some(ident.to_ref()),
        None => program_name()?,
    };
    let text = own.as_deref().map(c_text).transpose()?;
    let shown = own.map_or_else(|| none().to_ref(), Ref::upcast);
    hooks::AUDIT.get()("syslog.openlog", &[&shown, &*new_int(option.into())?, &*new_int(facility.into())?])?;
    // SAFETY: the text lives until the next call that replaces or removes it.
    unsafe { libc::openlog(text.as_ref().map_or(core::ptr::null(), |text| text.as_ptr()), option, facility) };
    *LOG.ident.borrow_mut() = text;
    LOG.is_open.set(true);
    Ok(())
}

#[macros::pymodule(name = "syslog")]
pub mod module {
    use super::*;

    #[function("openlog($module, /, ident=<unrepresentable>, logoption=0,\n        facility=LOG_USER)")]
    fn openlog(
        ident: Option<&Object>,
        #[default(0)] logoption: c_int,
        #[default(libc::LOG_USER)] facility: c_int,
    ) -> Result<()> {
        super::only_main("openlog()")?;
        let ident = ident.map(|ident| expect_str(ident, "openlog() argument 'ident'")).transpose()?;
        super::open(ident, logoption, facility)
    }

    #[function("syslog", raw)]
    fn syslog(args: &[&Object]) -> Result<()> {
        let (priority, message) = match *args {
            [message] => (libc::LOG_INFO, message),
            [priority, message] => (super::int(priority)?, message),
            _ => return Err(raise!(TypeError, "syslog.syslog requires 1 to 2 arguments")),
        };
        let message = match message.cast::<Str>() {
            Some(message) => message,
            None => {
                let (place, got) = (args.len(), message.class().name());
                return Err(raise!(TypeError, "syslog() argument {place} must be str, not {got}"));
            }
        };
        let text = super::c_text(message)?;
        hooks::AUDIT.get()("syslog.syslog", &[&*new_int(priority.into())?, message])?;
        if !LOG.is_open.get() {
            super::only_main("syslog() until the syslog is opened by the main interpreter")?;
            super::open(None, 0, libc::LOG_USER)?;
        }
        // SAFETY: C strings.
        state::detached(|| unsafe { libc::syslog(priority, c"%s".as_ptr(), text.as_ptr()) });
        Ok(())
    }

    #[function("closelog($module, /)")]
    fn closelog() -> Result<()> {
        super::only_main("closelog()")?;
        hooks::AUDIT.get()("syslog.closelog", &[])?;
        if LOG.is_open.replace(false) {
            // SAFETY: no memory is involved.
            unsafe { libc::closelog() };
            *LOG.ident.borrow_mut() = None;
        }
        Ok(())
    }

    #[function("setlogmask($module, maskpri, /)")]
    fn setlogmask(maskpri: c_int) -> Result<c_int> {
        hooks::AUDIT.get()("syslog.setlogmask", &[&*new_int(maskpri.into())?])?;
        // SAFETY: no memory is involved.
        Ok(unsafe { libc::setlogmask(maskpri) })
    }

    #[function("LOG_MASK($module, pri, /)")]
    fn log_mask(pri: c_int) -> i64 {
        1i32.wrapping_shl(pri as u32).into()
    }

    #[function("LOG_UPTO($module, pri, /)")]
    fn log_upto(pri: c_int) -> i64 {
        1i32.wrapping_shl(pri.wrapping_add(1) as u32).wrapping_sub(1).into()
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        crate::constants::add(module, CONSTANTS)
    }
}

fn int(object: &Object) -> Result<c_int> {
    let value = number::index(object)?.to_i64().and_then(|value| c_int::try_from(value).ok());
    value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))
}

const CONSTANTS: &[(&str, i64)] = &[
    ("LOG_EMERG", 0),
    ("LOG_ALERT", 1),
    ("LOG_CRIT", 2),
    ("LOG_ERR", 3),
    ("LOG_WARNING", 4),
    ("LOG_NOTICE", 5),
    ("LOG_INFO", 6),
    ("LOG_DEBUG", 7),
    ("LOG_PID", 1),
    ("LOG_CONS", 2),
    ("LOG_NDELAY", 8),
    ("LOG_ODELAY", 4),
    ("LOG_NOWAIT", 0x10),
    ("LOG_PERROR", 0x20),
    ("LOG_KERN", 0),
    ("LOG_USER", 8),
    ("LOG_MAIL", 0x10),
    ("LOG_DAEMON", 0x18),
    ("LOG_AUTH", 0x20),
    ("LOG_LPR", 0x30),
    ("LOG_LOCAL0", 0x80),
    ("LOG_LOCAL1", 0x88),
    ("LOG_LOCAL2", 0x90),
    ("LOG_LOCAL3", 0x98),
    ("LOG_LOCAL4", 0xa0),
    ("LOG_LOCAL5", 0xa8),
    ("LOG_LOCAL6", 0xb0),
    ("LOG_LOCAL7", 0xb8),
    ("LOG_SYSLOG", 0x28),
    ("LOG_CRON", 0x48),
    ("LOG_UUCP", 0x40),
    ("LOG_NEWS", 0x38),
    ("LOG_AUTHPRIV", 0x50),
    ("LOG_FTP", 0x58),
];
