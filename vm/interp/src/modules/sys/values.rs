//! The values in `sys`: version, platform, limits of the types, the namespaces of import.

use crate::config;
use objects::typeobject::flags::DISALLOW_INSTANTIATION;
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::float::Float;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::namespace::Namespace;
use objects::types::none::none;
use objects::types::set::Set;
use objects::types::str::{Str, intern};
use objects::types::structseq;
use objects::types::tuple::Tuple;
use objects::{Instance, Ref, Result, state};

/// The version of the language and library.
pub const VERSION: (i64, i64, i64) = (3, 13, 5);
pub const HEX_VERSION: i64 = 0x030d_05f0;
/// Our own version.
pub const TAIPAN_VERSION: &str = env!("CARGO_PKG_VERSION");

/// `sys.version`.
pub fn version() -> String {
    let (major, minor, micro) = VERSION;
    format!("{major}.{minor}.{micro} (main) {}", compiler())
}

/// What stands in the place of the compiler in `sys.version`.
pub fn compiler() -> String {
    format!("[Taipan {TAIPAN_VERSION}, Rust]")
}

fn text(text: &str) -> Result<Ref> {
    Ok(Str::new(text)?.upcast())
}

fn texts(all: &[&str]) -> Result<Ref<Tuple>> {
    Tuple::from_vec(all.iter().map(|one| text(one)).collect::<Result<_>>()?)
}

/// Fills the module. What depends on the command line is set again by the start.
///
/// # Errors
/// MemoryError.
pub fn add(module: &Module) -> Result<()> {
    let dict = module.dict();
    let set = |name: &str, value: Ref| dict.set_text(name, &value);
    set("version", text(&version())?)?;
    set("hexversion", new_int(HEX_VERSION)?)?;
    set("api_version", new_int(1013)?)?;
    set("copyright", text(COPYRIGHT)?)?;
    set("platform", text("linux")?)?;
    set("byteorder", text(if cfg!(target_endian = "little") { "little" } else { "big" })?)?;
    set("maxsize", new_int(i64::MAX)?)?;
    set("maxunicode", new_int(0x10_ffff)?)?;
    set("platlibdir", text("lib")?)?;
    set("float_repr_style", text("short")?)?;
    set("abiflags", text("")?)?;
    set("_git", texts(&["CPython", "", ""])?.upcast())?;
    set("_framework", text("")?)?;
    let version_info = version_info()?;
    set("version_info", version_info.clone())?;
    set("implementation", implementation(version_info)?)?;
    set("float_info", float_info()?)?;
    set("int_info", int_info()?)?;
    set("hash_info", hash_info()?)?;
    set("thread_info", thread_info()?)?;
    set("flags", flags()?)?;
    set("builtin_module_names", builtin_module_names()?)?;
    set("stdlib_module_names", Set::frozen_from_items(&stdlib_module_names()?)?.upcast())?;
    set("warnoptions", List::new()?.upcast())?;
    set("_xoptions", Dict::new()?.upcast())?;
    set("dont_write_bytecode", new_bool(config::get().dont_write_bytecode))?;
    set("pycache_prefix", none().to_ref())?;
    for list in ["meta_path", "path_hooks", "path", "argv", "orig_argv"] {
        set(list, List::new()?.upcast())?;
    }
    set("path_importer_cache", Dict::new()?.upcast())?;
    let definition = &super::monitoring::module::MODULE_DEF;
    let monitoring = objects::types::module::from_definition(definition, &*Str::new("sys.monitoring")?)?;
    objects::types::module::exec_definition(&monitoring, definition)?;
    set("monitoring", monitoring.upcast())?;
    let modules = state::interpreter().modules.get().ok_or_else(objects::raise::null_result)?;
    set("modules", modules.upcast())
}

/// `sys.copyright`.
pub const COPYRIGHT: &str = "Copyright (c) 2001-2024 Python Software Foundation.\nAll Rights Reserved.\n\nCopyright (c) 2000 \
    BeOpen.com.\nAll Rights Reserved.\n\nCopyright (c) 1995-2001 Corporation for National Research Initiatives.\nAll Rights \
    Reserved.\n\nCopyright (c) 1991-1995 Stichting Mathematisch Centrum, Amsterdam.\nAll Rights Reserved.";

/// A struct sequence whose class is only known through its one instance; all its fields are items.
fn named(name: &str, doc: &str, fields: &[(&str, &str, Ref)]) -> Result<Ref> {
    named_beyond(name, doc, fields, fields.len(), 0)
}

/// [`named`] with fields behind the first `visible` ones, which are no items, and more flags of the class.
fn named_beyond(
    name: &str,
    doc: &str,
    fields: &[(&str, &str, Ref)],
    visible: usize,
    flags: core::ffi::c_ulong,
) -> Result<Ref> {
    let names: Vec<(&str, &str)> = fields.iter().map(|(name, doc, _)| (*name, *doc)).collect();
    let class = structseq::static_class(name, doc, &names, visible, flags)?;
    structseq::instance(class, fields.iter().map(|(_, _, value)| value.clone()).collect())
}

fn version_info() -> Result<Ref> {
    let (major, minor, micro) = VERSION;
    named_beyond(
        "sys.version_info",
        "sys.version_info\n\nVersion information as a named tuple.",
        &[
            ("major", "Major release number", new_int(major)?),
            ("minor", "Minor release number", new_int(minor)?),
            ("micro", "Patch release number", new_int(micro)?),
            ("releaselevel", "'alpha', 'beta', 'candidate', or 'final'", text("final")?),
            ("serial", "Serial release number", new_int(0)?),
        ],
        5,
        DISALLOW_INSTANTIATION,
    )
}

/// The name of the machine as GNU writes it.
const MULTIARCH: &str = if cfg!(target_arch = "aarch64") { "aarch64-linux-gnu" } else { "x86_64-linux-gnu" };

fn implementation(version: Ref) -> Result<Ref> {
    let dict = Dict::new()?;
    dict.set_text("name", &*text("cpython")?)?;
    dict.set_text("cache_tag", &*text("cpython-313")?)?;
    dict.set_text("version", &version)?;
    dict.set_text("hexversion", &*new_int(HEX_VERSION)?)?;
    dict.set_text("_multiarch", &*text(MULTIARCH)?)?;
    Ok(Namespace::new(dict)?.upcast())
}

fn float_info() -> Result<Ref> {
    let float = |value: f64| -> Result<Ref> { Ok(Float::new(value)?.upcast()) };
    named(
        "sys.float_info",
        "sys.float_info\n\nA named tuple holding information about the float type. It contains low level\ninformation about the precision and internal representation. Please study\nyour system's :file:`float.h` for more information.",
        &[
            ("max", "DBL_MAX -- maximum representable finite float", float(f64::MAX)?),
            (
                "max_exp",
                "DBL_MAX_EXP -- maximum int e such that radix**(e-1) is representable",
                new_int(f64::MAX_EXP.into())?,
            ),
            (
                "max_10_exp",
                "DBL_MAX_10_EXP -- maximum int e such that 10**e is representable",
                new_int(f64::MAX_10_EXP.into())?,
            ),
            ("min", "DBL_MIN -- Minimum positive normalized float", float(f64::MIN_POSITIVE)?),
            (
                "min_exp",
                "DBL_MIN_EXP -- minimum int e such that radix**(e-1) is a normalized float",
                new_int(f64::MIN_EXP.into())?,
            ),
            (
                "min_10_exp",
                "DBL_MIN_10_EXP -- minimum int e such that 10**e is a normalized float",
                new_int(f64::MIN_10_EXP.into())?,
            ),
            (
                "dig",
                "DBL_DIG -- maximum number of decimal digits that can be faithfully represented in a float",
                new_int(f64::DIGITS.into())?,
            ),
            ("mant_dig", "DBL_MANT_DIG -- mantissa digits", new_int(f64::MANTISSA_DIGITS.into())?),
            (
                "epsilon",
                "DBL_EPSILON -- Difference between 1 and the next representable float",
                float(f64::EPSILON)?,
            ),
            ("radix", "FLT_RADIX -- radix of exponent", new_int(f64::RADIX.into())?),
            ("rounds", "FLT_ROUNDS -- rounding mode used for arithmetic operations", new_int(1)?),
        ],
    )
}

fn int_info() -> Result<Ref> {
    named(
        "sys.int_info",
        "sys.int_info\n\nA named tuple that holds information about Python's\ninternal representation of integers.  The attributes are read only.",
        &[
            ("bits_per_digit", "size of a digit in bits", new_int(30)?),
            ("sizeof_digit", "size in bytes of the C type used to represent a digit", new_int(4)?),
            ("default_max_str_digits", "maximum string conversion digits limitation", new_int(4300)?),
            ("str_digits_check_threshold", "minimum positive value for int_max_str_digits", new_int(640)?),
        ],
    )
}

fn hash_info() -> Result<Ref> {
    named(
        "sys.hash_info",
        "hash_info\n\nA named tuple providing parameters used for computing\nhashes. The attributes are read only.",
        &[
            ("width", "width of the type used for hashing, in bits", new_int(64)?),
            (
                "modulus",
                "prime number giving the modulus on which the hash function is based",
                new_int((1 << 61) - 1)?,
            ),
            ("inf", "value to be used for hash of a positive infinity", new_int(314_159)?),
            ("nan", "value to be used for hash of a nan", new_int(0)?),
            ("imag", "multiplier used for the imaginary part of a complex number", new_int(1_000_003)?),
            (
                "algorithm",
                "name of the algorithm for hashing of str, bytes and memoryviews",
                text("siphash13")?,
            ),
            ("hash_bits", "internal output size of hash algorithm", new_int(64)?),
            ("seed_bits", "seed size of hash algorithm", new_int(128)?),
            ("cutoff", "small string optimization cutoff", new_int(0)?),
        ],
    )
}

/// The threads of the C library, as it names them.
fn pthreads_version() -> String {
    let mut text = [0u8; 64];
    // SAFETY: the buffer is as long as said.
    let len =
        unsafe { libc::confstr(libc::_CS_GNU_LIBPTHREAD_VERSION, text.as_mut_ptr().cast(), text.len()) };
    String::from_utf8_lossy(&text[..len.saturating_sub(1).min(text.len())]).into_owned()
}

pub fn thread_info() -> Result<Ref> {
    named(
        "sys.thread_info",
        "sys.thread_info\n\nA named tuple holding information about the thread implementation.",
        &[
            ("name", "name of the thread implementation", text("pthread")?),
            ("lock", "name of the lock implementation", text("semaphore")?),
            ("version", "name and version of the thread library", text(&pthreads_version())?),
        ],
    )
}

/// `sys.flags` of the configuration.
///
/// # Errors
/// MemoryError.
pub fn flags() -> Result<Ref> {
    let config = config::get();
    let number = |value: i64| new_int(value);
    named_beyond(
        "sys.flags",
        "sys.flags\n\nFlags provided through command line arguments or environment vars.",
        &[
            ("debug", "-d", number((config.parser_debug > 0).into())?),
            ("inspect", "-i", number(config.inspect.into())?),
            ("interactive", "-i", number(config.interactive.into())?),
            ("optimize", "-O or -OO", number(config.optimize.into())?),
            ("dont_write_bytecode", "-B", number(config.dont_write_bytecode.into())?),
            ("no_user_site", "-s", number(config.no_user_site.into())?),
            ("no_site", "-S", number(config.no_site.into())?),
            ("ignore_environment", "-E", number(config.ignore_environment.into())?),
            ("verbose", "-v", number(config.verbose.into())?),
            ("bytes_warning", "-b", number(config.bytes_warning.into())?),
            ("quiet", "-q", number(config.quiet.into())?),
            ("hash_randomization", "-R", number((config.hash_seed != Some(0)).into())?),
            ("isolated", "-I", number(config.isolated.into())?),
            ("dev_mode", "-X dev", new_bool(config.dev_mode)),
            ("utf8_mode", "-X utf8", number(config.utf8_mode.into())?),
            (
                "warn_default_encoding",
                "-X warn_default_encoding",
                number(config.warn_default_encoding.into())?,
            ),
            ("safe_path", "-P", new_bool(config.safe_path)),
            ("int_max_str_digits", "-X int_max_str_digits", number(config.int_max_str_digits.into())?),
            ("gil", "-X gil", number(1)?),
        ],
        18,
        DISALLOW_INSTANTIATION,
    )
}

fn builtin_module_names() -> Result<Ref> {
    let mut names: Vec<&str> = crate::modules::names().collect();
    names.sort_unstable();
    names.dedup();
    Ok(texts(&names)?.upcast())
}

fn stdlib_module_names() -> Result<Vec<Ref>> {
    let names = include_str!("stdlib_names.txt");
    names.split_whitespace().map(|name| Ok(intern::intern_text(name)?.upcast())).collect()
}
