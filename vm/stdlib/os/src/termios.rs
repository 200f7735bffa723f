//! `termios`: terminals.

use crate::posix::path::Fd;
use core::ffi::c_int;
use objects::object::refs::Slot;
use objects::protocol::number;
use objects::types::bytes::Bytes;
use objects::types::exceptions::{self as exc, BaseExceptionObject};
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, raise};

/// The class `error`, made when the module is executed.
struct Error(Slot<TypeObject>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Error {}

objects::per_interpreter! {
    static ERROR: Error = Error(Slot::empty());
}

/// The last error of the system as `termios.error`.
fn error() -> Raised {
    let error = raise::last_os_error().take();
    let Some(class) = ERROR.0.get() else { return raise::restore(error) };
    let arguments = error.cast::<BaseExceptionObject>().map(|base| base.arguments());
    raise::set(&class, arguments.as_deref().map(Instance::as_object))
}

fn check(status: c_int) -> Result<()> {
    if status < 0 { Err(error()) } else { Ok(()) }
}

/// The settings of a terminal.
fn settings(fd: c_int) -> Result<libc::termios> {
    // SAFETY: all zeros is valid; filled by the call.
    unsafe {
        let mut settings: libc::termios = core::mem::zeroed();
        check(libc::tcgetattr(fd, &raw mut settings))?;
        Ok(settings)
    }
}

fn long(object: &Object) -> Result<i64> {
    number::index(object)?
        .to_i64()
        .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
}

#[macros::pymodule(name = "termios")]
pub mod module {
    use super::*;

    #[function("tcgetattr($module, fd, /)")]
    fn tcgetattr(fd: Fd) -> Result<Ref<List>> {
        let settings = settings(fd.0)?;
        let characters = List::new()?;
        for (index, &character) in settings.c_cc.iter().enumerate() {
            let is_number =
                settings.c_lflag & libc::ICANON == 0 && (index == libc::VMIN || index == libc::VTIME);
            characters.push(match is_number {
                true => new_int(character.into())?,
                false => Bytes::new(&[character])?.upcast(),
            })?;
        }
        // SAFETY: filled by `tcgetattr`.
        let (input, output) =
            unsafe { (libc::cfgetispeed(&raw const settings), libc::cfgetospeed(&raw const settings)) };
        let list = List::new()?;
        for flags in [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag, input, output] {
            list.push(new_int(flags.into())?)?;
        }
        list.push(characters.upcast())?;
        Ok(list)
    }

    #[function("tcsetattr($module, fd, when, attributes, /)")]
    fn tcsetattr(fd: Fd, when: c_int, attributes: &Object) -> Result<()> {
        let Some(list) = attributes.cast::<List>().filter(|list| list.len() == 7) else {
            return Err(raise!(TypeError, "tcsetattr, arg 3: must be 7 element list"));
        };
        let items = list.to_vec();
        // What the list does not say stays as it is.
        let mut settings = settings(fd.0)?;
        settings.c_iflag = long(&items[0])? as _;
        settings.c_oflag = long(&items[1])? as _;
        settings.c_cflag = long(&items[2])? as _;
        settings.c_lflag = long(&items[3])? as _;
        let (input, output) = (long(&items[4])?, long(&items[5])?);
        let characters = items[6].cast::<List>().filter(|list| list.len() == settings.c_cc.len());
        let Some(characters) = characters else {
            let count = settings.c_cc.len();
            return Err(raise!(TypeError, "tcsetattr: attributes[6] must be {count} element list"));
        };
        for (place, item) in settings.c_cc.iter_mut().zip(characters.to_vec()) {
            *place = match (item.cast::<Bytes>(), item.cast::<Int>()) {
                (Some(bytes), _) if bytes.len() == 1 => bytes.as_slice()[0],
                (None, Some(_)) => long(&item)? as u8,
                _ => {
                    return Err(raise!(
                        TypeError,
                        "tcsetattr: elements of attributes must be characters or integers"
                    ));
                }
            };
        }
        // SAFETY: our settings.
        unsafe {
            check(libc::cfsetispeed(&raw mut settings, input as _))?;
            check(libc::cfsetospeed(&raw mut settings, output as _))?;
            check(objects::state::detached(|| libc::tcsetattr(fd.0, when, &raw const settings)))
        }
    }

    #[function("tcsendbreak($module, fd, duration, /)")]
    fn tcsendbreak(fd: Fd, duration: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(objects::state::detached(|| unsafe { libc::tcsendbreak(fd.0, duration) }))
    }

    #[function("tcdrain($module, fd, /)")]
    fn tcdrain(fd: Fd) -> Result<()> {
        // SAFETY: no memory is involved.
        check(objects::state::detached(|| unsafe { libc::tcdrain(fd.0) }))
    }

    #[function("tcflush($module, fd, queue, /)")]
    fn tcflush(fd: Fd, queue: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(objects::state::detached(|| unsafe { libc::tcflush(fd.0, queue) }))
    }

    #[function("tcflow($module, fd, action, /)")]
    fn tcflow(fd: Fd, action: c_int) -> Result<()> {
        // SAFETY: no memory is involved.
        check(objects::state::detached(|| unsafe { libc::tcflow(fd.0, action) }))
    }

    #[function("tcgetwinsize($module, fd, /)")]
    fn tcgetwinsize(fd: Fd) -> Result<(u16, u16)> {
        let size = window_size(fd.0)?;
        Ok((size.ws_row, size.ws_col))
    }

    #[function("tcsetwinsize($module, fd, winsize, /)")]
    fn tcsetwinsize(fd: Fd, winsize: &Object) -> Result<()> {
        let pair = || raise!(TypeError, "tcsetwinsize, arg 2: must be a two-item sequence");
        if !objects::protocol::sequence::is_sequence(winsize) {
            return Err(pair());
        }
        let items: Ref<Tuple> = objects::protocol::sequence::to_tuple(winsize)?;
        let &[rows, columns] = items.items() else { return Err(pair()) };
        let (rows, columns) = (long(rows)?, long(columns)?);
        let mut size = window_size(fd.0)?;
        let (Ok(rows), Ok(columns)) = (u16::try_from(rows), u16::try_from(columns)) else {
            return Err(raise!(OverflowError, "winsize value(s) out of range."));
        };
        (size.ws_row, size.ws_col) = (rows, columns);
        // SAFETY: our size.
        check(objects::state::detached(|| unsafe { libc::ioctl(fd.0, libc::TIOCSWINSZ, &raw const size) }))
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let class = exc::new_class("termios.error", &exc::Exception, None)?;
        module.dict().set_text("error", &class)?;
        ERROR.0.set(Some(class));
        crate::constants::add(module, CONSTANTS)
    }
}

fn window_size(fd: c_int) -> Result<libc::winsize> {
    // SAFETY: all zeros is valid; filled by the call.
    unsafe {
        let mut size: libc::winsize = core::mem::zeroed();
        check(libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size))?;
        Ok(size)
    }
}

/// Linux's, for all architectures with the generic headers.
const CONSTANTS: &[(&str, i64)] = &[
    ("B0", 0),
    ("B50", 1),
    ("B75", 2),
    ("B110", 3),
    ("B134", 4),
    ("B150", 5),
    ("B200", 6),
    ("B300", 7),
    ("B600", 8),
    ("B1200", 9),
    ("B1800", 0xa),
    ("B2400", 0xb),
    ("B4800", 0xc),
    ("B9600", 0xd),
    ("B19200", 0xe),
    ("B38400", 0xf),
    ("B57600", 0x1001),
    ("B115200", 0x1002),
    ("B230400", 0x1003),
    ("B460800", 0x1004),
    ("B500000", 0x1005),
    ("B576000", 0x1006),
    ("B921600", 0x1007),
    ("B1000000", 0x1008),
    ("B1152000", 0x1009),
    ("B1500000", 0x100a),
    ("B2000000", 0x100b),
    ("B2500000", 0x100c),
    ("B3000000", 0x100d),
    ("B3500000", 0x100e),
    ("B4000000", 0x100f),
    ("CBAUDEX", 0x1000),
    ("TCSANOW", 0),
    ("TCSADRAIN", 1),
    ("TCSAFLUSH", 2),
    ("TCIFLUSH", 0),
    ("TCOFLUSH", 1),
    ("TCIOFLUSH", 2),
    ("TCOOFF", 0),
    ("TCOON", 1),
    ("TCIOFF", 2),
    ("TCION", 3),
    ("IGNBRK", 1),
    ("BRKINT", 2),
    ("IGNPAR", 4),
    ("PARMRK", 8),
    ("INPCK", 0x10),
    ("ISTRIP", 0x20),
    ("INLCR", 0x40),
    ("IGNCR", 0x80),
    ("ICRNL", 0x100),
    ("IUCLC", 0x200),
    ("IXON", 0x400),
    ("IXANY", 0x800),
    ("IXOFF", 0x1000),
    ("IMAXBEL", 0x2000),
    ("IUTF8", 0x4000),
    ("OPOST", 1),
    ("OLCUC", 2),
    ("ONLCR", 4),
    ("OCRNL", 8),
    ("ONOCR", 0x10),
    ("ONLRET", 0x20),
    ("OFILL", 0x40),
    ("OFDEL", 0x80),
    ("NLDLY", 0x100),
    ("CRDLY", 0x600),
    ("TABDLY", 0x1800),
    ("BSDLY", 0x2000),
    ("VTDLY", 0x4000),
    ("FFDLY", 0x8000),
    ("NL0", 0),
    ("NL1", 0x100),
    ("CR0", 0),
    ("CR1", 0x200),
    ("CR2", 0x400),
    ("CR3", 0x600),
    ("TAB0", 0),
    ("TAB1", 0x800),
    ("TAB2", 0x1000),
    ("TAB3", 0x1800),
    ("XTABS", 0x1800),
    ("BS0", 0),
    ("BS1", 0x2000),
    ("VT0", 0),
    ("VT1", 0x4000),
    ("FF0", 0),
    ("FF1", 0x8000),
    ("CSIZE", 0x30),
    ("CSTOPB", 0x40),
    ("CREAD", 0x80),
    ("PARENB", 0x100),
    ("PARODD", 0x200),
    ("HUPCL", 0x400),
    ("CLOCAL", 0x800),
    ("CIBAUD", 0x100f0000),
    ("CRTSCTS", 0x80000000),
    ("CS5", 0),
    ("CS6", 0x10),
    ("CS7", 0x20),
    ("CS8", 0x30),
    ("ISIG", 1),
    ("ICANON", 2),
    ("XCASE", 4),
    ("ECHO", 8),
    ("ECHOE", 0x10),
    ("ECHOK", 0x20),
    ("ECHONL", 0x40),
    ("ECHOCTL", 0x200),
    ("ECHOPRT", 0x400),
    ("ECHOKE", 0x800),
    ("FLUSHO", 0x1000),
    ("NOFLSH", 0x80),
    ("TOSTOP", 0x100),
    ("PENDIN", 0x4000),
    ("IEXTEN", 0x8000),
    ("EXTPROC", 0x10000),
    ("VINTR", 0),
    ("VQUIT", 1),
    ("VERASE", 2),
    ("VKILL", 3),
    ("VEOF", 4),
    ("VTIME", 5),
    ("VMIN", 6),
    ("VSWTC", 7),
    ("VSWTCH", 7),
    ("VSTART", 8),
    ("VSTOP", 9),
    ("VSUSP", 0xa),
    ("VEOL", 0xb),
    ("VREPRINT", 0xc),
    ("VDISCARD", 0xd),
    ("VWERASE", 0xe),
    ("VLNEXT", 0xf),
    ("VEOL2", 0x10),
    ("CBAUD", 0x100f),
    ("CDSUSP", 0x19),
    ("CEOF", 4),
    ("CEOL", 0),
    ("CEOT", 4),
    ("CERASE", 0x7f),
    ("CFLUSH", 0xf),
    ("CINTR", 3),
    ("CKILL", 0x15),
    ("CLNEXT", 0x16),
    ("CQUIT", 0x1c),
    ("CRPRNT", 0x12),
    ("CSTART", 0x11),
    ("CSTOP", 0x13),
    ("CSUSP", 0x1a),
    ("CWERASE", 0x17),
    ("EXTA", 0xe),
    ("EXTB", 0xf),
    ("FIOASYNC", 0x5452),
    ("FIOCLEX", 0x5451),
    ("FIONBIO", 0x5421),
    ("FIONCLEX", 0x5450),
    ("FIONREAD", 0x541b),
    ("IOCSIZE_MASK", 0x3fff0000),
    ("IOCSIZE_SHIFT", 0x10),
    ("NCC", 8),
    ("NCCS", 0x20),
    ("N_MOUSE", 2),
    ("N_PPP", 3),
    ("N_SLIP", 1),
    ("N_STRIP", 4),
    ("N_TTY", 0),
    ("TCFLSH", 0x540b),
    ("TCGETA", 0x5405),
    ("TCGETS", 0x5401),
    ("TCSBRK", 0x5409),
    ("TCSBRKP", 0x5425),
    ("TCSETA", 0x5406),
    ("TCSETAF", 0x5408),
    ("TCSETAW", 0x5407),
    ("TCSETS", 0x5402),
    ("TCSETSF", 0x5404),
    ("TCSETSW", 0x5403),
    ("TCXONC", 0x540a),
    ("TIOCCONS", 0x541d),
    ("TIOCEXCL", 0x540c),
    ("TIOCGETD", 0x5424),
    ("TIOCGICOUNT", 0x545d),
    ("TIOCGLCKTRMIOS", 0x5456),
    ("TIOCGPGRP", 0x540f),
    ("TIOCGSERIAL", 0x541e),
    ("TIOCGSOFTCAR", 0x5419),
    ("TIOCGWINSZ", 0x5413),
    ("TIOCINQ", 0x541b),
    ("TIOCLINUX", 0x541c),
    ("TIOCMBIC", 0x5417),
    ("TIOCMBIS", 0x5416),
    ("TIOCMGET", 0x5415),
    ("TIOCMIWAIT", 0x545c),
    ("TIOCMSET", 0x5418),
    ("TIOCM_CAR", 0x40),
    ("TIOCM_CD", 0x40),
    ("TIOCM_CTS", 0x20),
    ("TIOCM_DSR", 0x100),
    ("TIOCM_DTR", 2),
    ("TIOCM_LE", 1),
    ("TIOCM_RI", 0x80),
    ("TIOCM_RNG", 0x80),
    ("TIOCM_RTS", 4),
    ("TIOCM_SR", 0x10),
    ("TIOCM_ST", 8),
    ("TIOCNOTTY", 0x5422),
    ("TIOCNXCL", 0x540d),
    ("TIOCOUTQ", 0x5411),
    ("TIOCPKT", 0x5420),
    ("TIOCPKT_DATA", 0),
    ("TIOCPKT_DOSTOP", 0x20),
    ("TIOCPKT_FLUSHREAD", 1),
    ("TIOCPKT_FLUSHWRITE", 2),
    ("TIOCPKT_NOSTOP", 0x10),
    ("TIOCPKT_START", 8),
    ("TIOCPKT_STOP", 4),
    ("TIOCSCTTY", 0x540e),
    ("TIOCSERCONFIG", 0x5453),
    ("TIOCSERGETLSR", 0x5459),
    ("TIOCSERGETMULTI", 0x545a),
    ("TIOCSERGSTRUCT", 0x5458),
    ("TIOCSERGWILD", 0x5454),
    ("TIOCSERSETMULTI", 0x545b),
    ("TIOCSERSWILD", 0x5455),
    ("TIOCSER_TEMT", 1),
    ("TIOCSETD", 0x5423),
    ("TIOCSLCKTRMIOS", 0x5457),
    ("TIOCSPGRP", 0x5410),
    ("TIOCSSERIAL", 0x541f),
    ("TIOCSSOFTCAR", 0x541a),
    ("TIOCSTI", 0x5412),
    ("TIOCSWINSZ", 0x5414),
    ("_POSIX_VDISABLE", 0),
];
