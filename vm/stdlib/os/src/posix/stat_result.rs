//! The struct sequences: `stat_result`, `statvfs_result`, `times_result`, `uname_result`, `terminal_size`, `sched_param`, `waitid_result`.

use objects::types::float::new_float;
use objects::types::int::{Int, new_int};
use objects::types::module::Module;
use objects::types::structseq;
use objects::{Ref, Result, Slot, TypeObject, raise};

/// A class that the module makes when it is executed.
pub struct Class(Slot<TypeObject>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Class {}

impl Class {
    const fn new() -> Class {
        Class(Slot::empty())
    }

    /// The class, once the module is executed.
    pub fn class(&self) -> Option<Ref<TypeObject>> {
        self.0.get()
    }

    /// An instance of these values.
    pub fn instance(&self, values: Vec<Ref>) -> Result<Ref> {
        match self.0.get() {
            Some(class) => structseq::instance(&class, values),
            None => Err(raise!(SystemError, "the posix module is not initialised")),
        }
    }
}

objects::per_interpreter! {
    static STAT: Class = Class::new();
    static STATVFS: Class = Class::new();
    /// `times_result`.
    pub static TIMES: Class = Class::new();
    /// `uname_result`.
    pub static UNAME: Class = Class::new();
    /// `terminal_size`.
    pub static TERMINAL_SIZE: Class = Class::new();
    /// `sched_param`.
    pub static SCHED_PARAM: Class = Class::new();
    /// `waitid_result`.
    pub static WAITID: Class = Class::new();
}

const STAT_FIELDS: &[(&str, &str)] = &[
    ("st_mode", "protection bits"),
    ("st_ino", "inode"),
    ("st_dev", "device"),
    ("st_nlink", "number of hard links"),
    ("st_uid", "user ID of owner"),
    ("st_gid", "group ID of owner"),
    ("st_size", "total size, in bytes"),
    ("", "integer time of last access"),
    ("", "integer time of last modification"),
    ("", "integer time of last change"),
    ("st_atime", "time of last access"),
    ("st_mtime", "time of last modification"),
    ("st_ctime", "time of last change"),
    ("st_atime_ns", "time of last access in nanoseconds"),
    ("st_mtime_ns", "time of last modification in nanoseconds"),
    ("st_ctime_ns", "time of last change in nanoseconds"),
    ("st_blksize", "blocksize for filesystem I/O"),
    ("st_blocks", "number of blocks allocated"),
    ("st_rdev", "device type (if inode device)"),
];

const STAT_DOC: &str = "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  \
(mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, st_uid, \
and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as \
attributes only.\n\nSee os.stat for more information.";

const SCHED_PARAM_DOC: &str =
    "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.";

/// Makes the classes and adds them to the module.
pub fn add_to(module: &Module) -> Result<()> {
    let add = |place: &Class, name: &str, doc: &str, fields: &[(&str, &str)], visible: usize| -> Result<()> {
        let class = structseq::new_class(name, doc, fields, visible)?;
        let short = name.rsplit('.').next().unwrap_or(name);
        module.dict().set_text(short, &class)?;
        place.0.set(Some(class));
        Ok(())
    };
    add(&STAT, "os.stat_result", STAT_DOC, STAT_FIELDS, 10)?;
    let statvfs = [
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ]
    .map(|name| (name, ""));
    let doc = "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, \
               blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, \
               f_bfree, and so on.\n\nSee os.statvfs for more information.";
    add(&STATVFS, "os.statvfs_result", doc, &statvfs, 10)?;
    let times = [
        ("user", "user time"),
        ("system", "system time"),
        ("children_user", "user time of children"),
        ("children_system", "system time of children"),
        ("elapsed", "elapsed time since an arbitrary point in the past"),
    ];
    let doc = "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, \
               children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand \
               elapsed.\n\nSee os.times for more information.";
    add(&TIMES, "posix.times_result", doc, &times, 5)?;
    let uname = [
        ("sysname", "operating system name"),
        ("nodename", "name of machine on network (implementation-defined)"),
        ("release", "operating system release"),
        ("version", "operating system version"),
        ("machine", "hardware identifier"),
    ];
    let doc = "uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, \
               release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.\n\nSee \
               os.uname for more information.";
    add(&UNAME, "posix.uname_result", doc, &uname, 5)?;
    let size = [
        ("columns", "width of the terminal window in characters"),
        ("lines", "height of the terminal window in characters"),
    ];
    add(
        &TERMINAL_SIZE,
        "os.terminal_size",
        "A tuple of (columns, lines) for holding terminal window size",
        &size,
        2,
    )?;
    let param = [("sched_priority", "the scheduling priority")];
    add(&SCHED_PARAM, "posix.sched_param", SCHED_PARAM_DOC, &param, 1)?;
    if let Some(class) = SCHED_PARAM.class() {
        super::schedule::complete(&class)?;
    }
    let waitid = ["si_pid", "si_uid", "si_signo", "si_status", "si_code"].map(|name| (name, ""));
    let doc = "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, \
               si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more \
               information.";
    add(&WAITID, "posix.waitid_result", doc, &waitid, 5)
}

/// A `stat_result`.
pub fn from_stat(stat: &libc::stat) -> Result<Ref> {
    let times = [
        (stat.st_atime, stat.st_atime_nsec),
        (stat.st_mtime, stat.st_mtime_nsec),
        (stat.st_ctime, stat.st_ctime_nsec),
    ];
    let unsigned = |value: u64| -> Result<Ref> { Ok(Int::from_u64(value)?.upcast()) };
    let mut values = vec![
        new_int(stat.st_mode.into())?,
        unsigned(stat.st_ino)?,
        unsigned(stat.st_dev)?,
        unsigned(stat.st_nlink)?,
        new_int(stat.st_uid.into())?,
        new_int(stat.st_gid.into())?,
        new_int(stat.st_size)?,
    ];
    for (seconds, _) in times {
        values.push(new_int(seconds)?);
    }
    for (seconds, nanoseconds) in times {
        values.push(new_float(seconds as f64 + 1e-9 * nanoseconds as f64)?);
    }
    for (seconds, nanoseconds) in times {
        values.push(Int::from_i128(i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds))?.upcast());
    }
    values.push(new_int(stat.st_blksize)?);
    values.push(new_int(stat.st_blocks)?);
    values.push(unsigned(stat.st_rdev)?);
    STAT.instance(values)
}

/// A `statvfs_result`.
pub fn from_statvfs(stat: &libc::statvfs) -> Result<Ref> {
    let values = [
        stat.f_bsize,
        stat.f_frsize,
        stat.f_blocks,
        stat.f_bfree,
        stat.f_bavail,
        stat.f_files,
        stat.f_ffree,
        stat.f_favail,
        stat.f_flag,
        stat.f_namemax,
        stat.f_fsid,
    ];
    STATVFS.instance(
        values.into_iter().map(|value| Ok(Int::from_u64(value)?.upcast())).collect::<Result<Vec<Ref>>>()?,
    )
}
