//! `initconfig.h`: how an interpreter is to be started, for programs that start one. Here one runs already: what is configured is what the
//! caller reads back.

mod config;
mod list;
mod preconfig;
mod read;
mod status;

pub use config::Config;
pub use status::Status;
