//! Structs are laid out as CPython's headers say, internal ones too. The C compiler compares; where it or the headers are not there,
//! nothing is checked.

use core::mem::{offset_of, size_of};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use cpyext::initconfig::Config;
use objects::interpreter_frame::InterpreterFrame;
use objects::state::{ExcStackItem, Interpreter, StackChunk, ThreadState};
use objects::typeobject::{ModuleDef, TypeObject};
use objects::types::code::Code;
use objects::types::frame::Frame;
use objects::types::function::Function;
use objects::types::generator::Generator;
use objects::types::traceback::Traceback;
use objects::{Object, VarObject};

/// `"C type" RustType { field "C name of the field", … }`: an assertion for each field, and for the size where `sized` says so.
macro_rules! layouts {
    ($($c:literal $rust:ty { $($field:ident $name:literal,)* } $($sized:ident)?;)*) => {{
        let mut out = String::new();
        $(
            $(
                let at = offset_of!($rust, $field);
                let _ = writeln!(out, "_Static_assert(offsetof({0}, {1}) == {at}, \"{0}.{1} is not at {at}\");", $c, $name);
            )*
            $(
                let _ = stringify!($sized);
                let size = size_of::<$rust>();
                let _ = writeln!(out, "_Static_assert(sizeof({0}) == {size}, \"{0} has not {size} bytes\");", $c);
            )?
        )*
        out
    }};
}

const HEAD: &str = "
#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_interp.h>
#include <stddef.h>
";

fn assertions() -> String {
    layouts! {
        "PyObject" Object {} sized;
        "PyVarObject" VarObject {} sized;
        "PyThreadState" ThreadState {
            prev "prev", next "next", interp "interp", eval_breaker "eval_breaker", status "_status", whence "_whence",
            state "state", py_recursion_remaining "py_recursion_remaining", py_recursion_limit "py_recursion_limit",
            c_recursion_remaining "c_recursion_remaining", recursion_headroom "recursion_headroom", tracing "tracing",
            what_event "what_event", current_frame "current_frame", c_profilefunc "c_profilefunc",
            c_tracefunc "c_tracefunc", c_profileobj "c_profileobj", c_traceobj "c_traceobj",
            current_exception "current_exception", exc_info "exc_info", dict "dict",
            gilstate_counter "gilstate_counter", async_exc "async_exc", thread_id "thread_id",
            native_thread_id "native_thread_id", delete_later "delete_later", critical_section "critical_section",
            coroutine_origin_tracking_depth "coroutine_origin_tracking_depth",
            async_gen_firstiter "async_gen_firstiter", async_gen_finalizer "async_gen_finalizer", context "context",
            context_ver "context_ver", id "id", datastack_chunk "datastack_chunk", datastack_top "datastack_top",
            datastack_limit "datastack_limit", exc_state "exc_state", previous_executor "previous_executor",
            dict_global_version "dict_global_version", threading_local_key "threading_local_key",
            threading_local_sentinel "threading_local_sentinel",
        };
        "_PyErr_StackItem" ExcStackItem { exc_value "exc_value", previous_item "previous_item", } sized;
        "_PyStackChunk" StackChunk { previous "previous", size "size", top "top", data "data", } sized;
        "struct _PyInterpreterFrame" InterpreterFrame {
            f_executable "f_executable", previous "previous", f_funcobj "f_funcobj", f_globals "f_globals",
            f_builtins "f_builtins", f_locals "f_locals", frame_obj "frame_obj", instr_ptr "instr_ptr",
            stacktop "stacktop", return_offset "return_offset", owner "owner",
        } sized;
        "struct _frame" Frame {
            f_back "f_back", f_frame "f_frame", f_trace "f_trace", f_lineno "f_lineno", f_trace_lines "f_trace_lines",
            f_trace_opcodes "f_trace_opcodes", f_extra_locals "f_extra_locals", f_locals_cache "f_locals_cache",
        } sized;
        "PyCodeObject" Code {
            co_consts "co_consts", co_names "co_names", co_exceptiontable "co_exceptiontable", co_flags "co_flags",
            co_argcount "co_argcount", co_posonlyargcount "co_posonlyargcount",
            co_kwonlyargcount "co_kwonlyargcount", co_stacksize "co_stacksize", co_firstlineno "co_firstlineno",
            co_nlocalsplus "co_nlocalsplus", co_framesize "co_framesize", co_nlocals "co_nlocals",
            co_ncellvars "co_ncellvars", co_nfreevars "co_nfreevars", co_version "co_version",
            co_localsplusnames "co_localsplusnames", co_localspluskinds "co_localspluskinds",
            co_filename "co_filename", co_name "co_name", co_qualname "co_qualname", co_linetable "co_linetable",
            co_weakreflist "co_weakreflist", co_executors "co_executors", co_cached "_co_cached",
            co_instrumentation_version "_co_instrumentation_version", co_monitoring "_co_monitoring",
            co_firsttraceable "_co_firsttraceable", co_extra "co_extra",
        };
        "PyFunctionObject" Function {
            func_globals "func_globals", func_builtins "func_builtins", func_name "func_name",
            func_qualname "func_qualname", func_code "func_code", func_defaults "func_defaults",
            func_kwdefaults "func_kwdefaults", func_closure "func_closure", func_doc "func_doc", func_dict "func_dict",
            func_module "func_module", func_annotations "func_annotations", func_typeparams "func_typeparams",
            vectorcall "vectorcall", func_version "func_version",
        } sized;
        "PyGenObject" Generator {
            weakreflist "gi_weakreflist", name "gi_name", qualname "gi_qualname", exc_state "gi_exc_state",
            origin_or_finalizer "gi_origin_or_finalizer", hooks_inited "gi_hooks_inited", closed "gi_closed",
            running_async "gi_running_async", frame_state "gi_frame_state", iframe "gi_iframe",
        };
        "PyTracebackObject" Traceback { tb_next "tb_next", tb_frame "tb_frame", } sized;
        "PyTypeObject" TypeObject {
            tp_name "tp_name", tp_basicsize "tp_basicsize", tp_itemsize "tp_itemsize", tp_dealloc "tp_dealloc",
            tp_vectorcall_offset "tp_vectorcall_offset", tp_repr "tp_repr", tp_hash "tp_hash", tp_call "tp_call",
            tp_str "tp_str", tp_getattro "tp_getattro", tp_setattro "tp_setattro", tp_flags "tp_flags",
            tp_doc "tp_doc", tp_traverse "tp_traverse", tp_clear "tp_clear", tp_richcompare "tp_richcompare",
            tp_weaklistoffset "tp_weaklistoffset", tp_iter "tp_iter", tp_iternext "tp_iternext",
            tp_methods "tp_methods", tp_members "tp_members", tp_getset "tp_getset", tp_base "tp_base",
            tp_dict "tp_dict", tp_descr_get "tp_descr_get", tp_descr_set "tp_descr_set",
            tp_dictoffset "tp_dictoffset", tp_init "tp_init", tp_alloc "tp_alloc", tp_new "tp_new", tp_free "tp_free",
            tp_is_gc "tp_is_gc", tp_bases "tp_bases", tp_mro "tp_mro", tp_subclasses "tp_subclasses",
            tp_weaklist "tp_weaklist", tp_version_tag "tp_version_tag", tp_finalize "tp_finalize",
            tp_vectorcall "tp_vectorcall", tp_watched "tp_watched", tp_versions_used "tp_versions_used",
        } sized;
        "PyModuleDef" ModuleDef {
            m_index "m_base.m_index", m_slots "m_slots", m_traverse "m_traverse", m_clear "m_clear", m_free "m_free",
        } sized;
        "struct _is" Interpreter {
            recursion_limit "ceval.recursion_limit", gil "ceval.gil", thread_head "threads.head",
            finalizing "_finalizing", sysdict "sysdict", builtins "builtins", modules "imports.modules",
            importlib "imports.importlib", dict "dict",
        };
        "PyConfig" Config {
            hash_seed "hash_seed", orig_argv "orig_argv", warnoptions "warnoptions", stdio_encoding "stdio_encoding",
            check_hash_pycs_mode "check_hash_pycs_mode", pathconfig_warnings "pathconfig_warnings",
            program_name "program_name", home "home", module_search_paths "module_search_paths",
            base_exec_prefix "base_exec_prefix", run_command "run_command", sys_path_0 "sys_path_0",
            _is_python_build "_is_python_build",
        } sized;
    }
}

/// The compiler's errors about a program that includes the headers; `None` where there is no compiler.
fn errors_in(program: &str, prefix: &Path) -> Option<Vec<String>> {
    let include = prefix.join("python3.13");
    let mut command = Command::new("cc");
    command
        .args(["-fsyntax-only", "-std=c11", "-w", "-x", "c", "-", "-I"])
        .arg(&include)
        .arg("-I")
        .arg(prefix);
    command.arg("-I").arg(include.join("internal"));
    let mut compiler = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    let written = compiler.stdin.take().map(|mut input| input.write_all(program.as_bytes()));
    assert!(matches!(written, Some(Ok(()))), "the compiler does not read");
    let output = compiler.wait_with_output().ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<String> =
        told.lines().filter(|line| line.contains("error:")).map(str::to_owned).collect();
    assert_eq!(output.status.success(), errors.is_empty(), "{told}");
    Some(errors)
}

#[test]
fn structs_are_laid_out_as_the_headers_say() {
    let prefix = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lib-python/prefix/include");
    if !prefix.join("python3.13/internal/pycore_interp.h").exists() {
        return;
    }
    let program = format!("{HEAD}{}", assertions());
    let Some(errors) = errors_in(&program, &prefix) else { return };
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    // A wrong place is seen, and nothing else.
    let wrong = program + "_Static_assert(offsetof(PyObject, ob_type) == 0, \"planted\");\n";
    let errors = errors_in(&wrong, &prefix).unwrap_or_default();
    assert!(matches!(&errors[..], [only] if only.contains("planted")), "{errors:?}");
}
