//! Native modules that speak to the operating system.

pub mod arguments;
pub mod constants;

pub mod accounts;
pub mod errno;
pub mod fcntl;
pub mod posix;
pub mod posixsubprocess;
pub mod resource;
pub mod select;
pub mod socket;
pub mod stat;
pub mod syslog;
pub mod termios;
pub mod time;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_posixsubprocess", &posixsubprocess::module::MODULE_DEF),
    ("_socket", &socket::module::MODULE_DEF),
    ("_stat", &stat::module::MODULE_DEF),
    ("errno", &errno::module::MODULE_DEF),
    ("fcntl", &fcntl::module::MODULE_DEF),
    ("grp", &accounts::grp::MODULE_DEF),
    ("posix", &posix::module::MODULE_DEF),
    ("pwd", &accounts::pwd::MODULE_DEF),
    ("resource", &resource::module::MODULE_DEF),
    ("select", &select::module::MODULE_DEF),
    ("syslog", &syslog::module::MODULE_DEF),
    ("termios", &termios::module::MODULE_DEF),
    ("time", &time::module::MODULE_DEF),
];
