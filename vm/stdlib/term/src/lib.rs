//! Native modules over libraries of the system: ncurses, its panels, readline or editline, a dbm.
//!
//! The libraries are not linked: a module looks for its own when it is imported, so that the program runs where one is absent and can be
//! built without its headers. Rooms: [`library`] binds functions of a shared library, [`arguments`] and [`text`] convert what they take,
//! [`curses`], [`panel`], [`readline`] and [`dbm`] are the modules.

#[macro_use]
pub mod library;
pub mod arguments;
pub mod text;

pub mod curses;
pub mod dbm;
pub mod panel;
pub mod readline;

/// The modules of this crate with their definitions.
pub static MODULES: &[(&str, &objects::typeobject::ModuleDef)] = &[
    ("_curses", &curses::module::MODULE_DEF),
    ("_curses_panel", &panel::module::MODULE_DEF),
    ("_dbm", &dbm::module::MODULE_DEF),
    ("readline", &readline::module::MODULE_DEF),
];
