//! Native modules that speak to the operating system.

pub mod arguments;
pub mod constants;

pub mod accounts;
pub mod errno;
pub mod fcntl;
pub mod mmap;
pub mod multiprocessing;
pub mod posix;
pub mod posixshmem;
pub mod posixsubprocess;
pub mod resource;
pub mod select;
pub mod socket;
pub mod stat;
pub mod syslog;
pub mod termios;
pub mod time;
pub mod uuid;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_multiprocessing", &multiprocessing::module::MODULE_DEF),
    ("_posixshmem", &posixshmem::module::MODULE_DEF),
    ("_posixsubprocess", &posixsubprocess::module::MODULE_DEF),
    ("_socket", &socket::module::MODULE_DEF),
    ("_stat", &stat::module::MODULE_DEF),
    ("_uuid", &uuid::module::MODULE_DEF),
    ("errno", &errno::module::MODULE_DEF),
    ("fcntl", &fcntl::module::MODULE_DEF),
    ("grp", &accounts::grp::MODULE_DEF),
    ("mmap", &mmap::module::MODULE_DEF),
    ("posix", &posix::module::MODULE_DEF),
    ("pwd", &accounts::pwd::MODULE_DEF),
    ("resource", &resource::module::MODULE_DEF),
    ("select", &select::module::MODULE_DEF),
    ("syslog", &syslog::module::MODULE_DEF),
    ("termios", &termios::module::MODULE_DEF),
    ("time", &time::module::MODULE_DEF),
];
