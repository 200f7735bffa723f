//! The instructions, by family. Handlers have the opcodes' names.

pub mod stack;

pub mod local;
pub mod name;

pub mod attr;
pub mod binary;
pub mod compare;

pub mod build;

pub mod call;
pub mod iter;
pub mod jump;

pub mod except;
pub mod import;

pub mod class;
pub mod generator;
pub mod pattern;
