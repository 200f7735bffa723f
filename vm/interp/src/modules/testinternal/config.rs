//! The configuration as CPython's tests read it: `PyConfig`'s names, and the flags of the main interpreter.

use crate::config::Config;
use objects::codecs::filesystem;
use objects::types::bool::from_bool;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Instance, Ref, Result};
use std::os::unix::ffi::OsStrExt;

/// What an interpreter may do, as CPython's bits (`Py_RTFLAGS_…`).
fn features(config: objects::state::Config) -> i64 {
    let bits = [
        (config.use_main_obmalloc, 5),
        (config.check_multi_interp_extensions, 8),
        (config.allow_threads, 10),
        (config.allow_daemon_threads, 11),
        (config.allow_fork, 15),
        (config.allow_exec, 16),
    ];
    bits.iter().filter(|(allowed, _)| *allowed != 0).map(|(_, bit)| 1 << bit).sum()
}

/// A value of a configuration.
enum Value<'a> {
    Bool(bool),
    Int(i64),
    Text(&'a str),
    MaybeText(Option<&'a str>),
    List(Vec<Ref>),
}

impl Value<'_> {
    fn object(self) -> Result<Ref> {
        Ok(match self {
            Value::Bool(value) => from_bool(value).to_ref(),
            Value::Int(value) => new_int(value)?.upcast(),
            Value::Text(text) | Value::MaybeText(Some(text)) => Str::new(text)?.upcast(),
            Value::MaybeText(None) => none().to_ref(),
            Value::List(items) => List::from_vec(items)?.upcast(),
        })
    }
}

fn texts(list: &[String]) -> Result<Vec<Ref>> {
    list.iter().map(|text| Ok(Str::new(text)?.upcast())).collect()
}

fn os_texts(list: &[std::ffi::OsString]) -> Result<Vec<Ref>> {
    list.iter().map(|text| Ok(objects::codecs::decode_fs(text.as_bytes())?.upcast())).collect()
}

fn dict_of<'a>(values: impl IntoIterator<Item = (&'static str, Value<'a>)>) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    for (name, value) in values {
        dict.set_text(name, &*value.object()?)?;
    }
    Ok(dict)
}

fn config(config: &Config) -> Result<Ref<Dict>> {
    use Value::{Bool, Int, List, MaybeText, Text};
    let digits = objects::state::interpreter().int_max_str_digits.get();
    dict_of([
        ("isolated", Bool(config.isolated)),
        ("use_environment", Bool(!config.ignore_environment)),
        ("dev_mode", Bool(config.dev_mode)),
        ("use_hash_seed", Bool(config.hash_seed.is_some())),
        ("hash_seed", Int(config.hash_seed.unwrap_or(0).into())),
        ("faulthandler", Bool(config.faulthandler)),
        ("tracemalloc", Int(config.tracemalloc.into())),
        ("import_time", Bool(config.import_time)),
        ("perf_profiling", Int(config.perf.into())),
        ("code_debug_ranges", Bool(config.code_debug_ranges)),
        ("filesystem_encoding", Text(filesystem::encoding().name())),
        ("filesystem_errors", Text(filesystem::ERRORS)),
        ("pycache_prefix", MaybeText(config.pycache_prefix.as_deref())),
        ("parser_debug", Bool(config.parser_debug != 0)),
        ("argv", List(os_texts(&config.argv)?)),
        ("orig_argv", List(os_texts(&config.orig_argv)?)),
        ("xoptions", List(texts(&config.x_options)?)),
        ("warnoptions", List(texts(&config.warn_options)?)),
        ("site_import", Bool(!config.no_site)),
        ("bytes_warning", Int(config.bytes_warning.into())),
        ("warn_default_encoding", Bool(config.warn_default_encoding)),
        ("inspect", Bool(config.inspect)),
        ("interactive", Bool(config.interactive)),
        ("optimization_level", Int(config.optimize.into())),
        ("write_bytecode", Bool(!config.dont_write_bytecode)),
        ("verbose", Int(config.verbose.into())),
        ("quiet", Bool(config.quiet)),
        ("user_site_directory", Bool(!config.no_user_site)),
        ("buffered_stdio", Bool(!config.unbuffered)),
        ("stdio_encoding", Text(&config.stdio_encoding)),
        ("stdio_errors", Text(&config.stdio_errors)),
        ("check_hash_pycs_mode", Text(&config.check_hash_pycs)),
        ("use_frozen_modules", Bool(config.use_frozen_modules)),
        ("safe_path", Bool(config.safe_path)),
        ("int_max_str_digits", Int(digits.into())),
        ("cpu_count", Int(config.cpu_count.into())),
        ("program_name", Text(&config.program_name)),
        ("home", MaybeText(config.home.as_deref())),
        ("platlibdir", Text(&config.platlibdir)),
        ("module_search_paths", List(texts(&config.module_search_paths)?)),
        ("stdlib_dir", Text(&config.stdlib_dir)),
        ("executable", Text(&config.executable)),
        ("base_executable", Text(&config.base_executable)),
        ("prefix", Text(&config.prefix)),
        ("base_prefix", Text(&config.base_prefix)),
        ("exec_prefix", Text(&config.exec_prefix)),
        ("base_exec_prefix", Text(&config.base_exec_prefix)),
    ])
}

fn global_config(config: &Config) -> Result<Ref<Dict>> {
    use Value::{Int, Text};
    let flag = |value: bool| Int(value.into());
    dict_of([
        ("Py_FileSystemDefaultEncoding", Text(filesystem::encoding().name())),
        ("Py_FileSystemDefaultEncodeErrors", Text(filesystem::ERRORS)),
        ("Py_UTF8Mode", flag(config.utf8_mode)),
        ("Py_DebugFlag", Int(config.parser_debug.into())),
        ("Py_VerboseFlag", Int(config.verbose.into())),
        ("Py_QuietFlag", flag(config.quiet)),
        ("Py_InteractiveFlag", flag(config.interactive)),
        ("Py_InspectFlag", flag(config.inspect)),
        ("Py_OptimizeFlag", Int(config.optimize.into())),
        ("Py_NoSiteFlag", flag(config.no_site)),
        ("Py_BytesWarningFlag", Int(config.bytes_warning.into())),
        ("Py_IgnoreEnvironmentFlag", flag(config.ignore_environment)),
        ("Py_DontWriteBytecodeFlag", flag(config.dont_write_bytecode)),
        ("Py_NoUserSiteDirectory", flag(config.no_user_site)),
        ("Py_UnbufferedStdioFlag", flag(config.unbuffered)),
        ("Py_HashRandomizationFlag", flag(config.hash_seed != Some(0))),
        ("Py_IsolatedFlag", flag(config.isolated)),
    ])
}

#[macros::pymodule(name = "_testinternalcapi", part)]
pub mod part {
    use super::*;

    #[function("get_config($module, /)", unchecked)]
    fn get_config() -> Result<Ref<Dict>> {
        config(crate::config::get())
    }

    /// Sets what each interpreter has for itself.
    #[function("set_config($module, config, /)", unchecked)]
    fn set_config(config: &Dict) -> Result<()> {
        let number = |name: &str| -> Result<Option<i32>> {
            let value = config.get_str(&*Str::new(name)?)?;
            let value = value.map(|value| objects::protocol::number::index_as_isize(&value, None));
            Ok(value.transpose()?.and_then(|value| i32::try_from(value).ok()))
        };
        let interpreter = objects::state::interpreter();
        for (name, place) in
            [("int_max_str_digits", &interpreter.int_max_str_digits), ("cpu_count", &interpreter.cpu_count)]
        {
            if let Some(value) = number(name)? {
                place.set(value);
            }
        }
        for (name, place) in [
            ("dev_mode", &interpreter.dev_mode),
            ("code_debug_ranges", &interpreter.code_debug_ranges),
            ("bytes_warning", &interpreter.bytes_warning),
        ] {
            if let Some(value) = number(name)? {
                place.set(value != 0);
            }
        }
        Ok(())
    }

    #[function("get_configs($module, /)", unchecked)]
    fn get_configs() -> Result<Ref<Dict>> {
        let known = crate::config::get();
        let pre = dict_of([
            ("isolated", Value::Int(known.isolated.into())),
            ("use_environment", Value::Int((!known.ignore_environment).into())),
            ("dev_mode", Value::Int(known.dev_mode.into())),
            ("utf8_mode", Value::Int(known.utf8_mode.into())),
        ])?;
        let all = Dict::new()?;
        all.set_text("global_config", &*global_config(known)?)?;
        all.set_text("pre_config", &pre)?;
        all.set_text("config", &*config(known)?)?;
        Ok(all)
    }

    /// What the calling interpreter may do.
    #[function("get_interp_settings($module, interpid=-1, /)", unchecked)]
    fn get_interp_settings(interpid: i32) -> Result<Ref<Dict>> {
        let interpreter = match interpid {
            ..0 => Some(objects::state::interpreter()),
            id => crate::subinterpreter::find(id.into()),
        };
        let Some(interpreter) = interpreter else {
            return Err(objects::raise!(RuntimeError, "unrecognized interpreter ID {interpid}"));
        };
        let config = interpreter.config.get();
        let own_gil = config.gil == objects::state::Config::OWN_GIL;
        dict_of([("feature_flags", Value::Int(features(config))), ("own_gil", Value::Bool(own_gil))])
    }
}
