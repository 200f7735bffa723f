//! Extension modules: shared objects that export `PyInit_name`, which returns either a definition (initialisation in two phases, PEP 489)
//! or the finished module. Modules of the second kind are remembered, for their code may not be able to make them again.

use crate::subinterpreter;
use core::cell::{Cell, RefCell};
use objects::protocol::attr;
use objects::raise::Raised;
use objects::typeobject::ModuleDef;
use objects::types::dict::Dict;
use objects::types::exceptions::import::raise as import_error;
use objects::types::module::definition::{self, API_VERSION};
use objects::types::module::{self, Module};
use objects::types::str::Str;
use objects::{Object, Ref, Result, codecs, id, raise, state};
use std::ffi::{CStr, CString};

type Init = unsafe extern "C" fn() -> *mut Object;

/// What is known of an extension before it is loaded.
struct Extension {
    name: Ref<Str>,
    path: Ref<Str>,
    /// The last part of the name as it stands in the entry's symbol.
    short: String,
    /// `PyInit`, or `PyInitU` where the name is in Punycode.
    prefix: &'static str,
}

impl Extension {
    fn of_spec(spec: &Object) -> Result<Extension> {
        let name = attr::get(spec, id!("name"))?;
        let Ok(name) = name.downcast::<Str>() else {
            return Err(raise!(TypeError, "module name must be a string"));
        };
        let path = attr::get(spec, id!("origin"))?;
        let path = path
            .downcast::<Str>()
            .map_err(|path| raise!(TypeError, "expected str, got {}", path.class().name()))?;
        let full = name.to_string_lossy();
        let last = full.rsplit('.').next().unwrap_or(&full);
        let (prefix, encoded) = match last.is_ascii() {
            true => ("PyInit", last.to_owned()),
            false => {
                let bytes = codecs::encode(&*Str::new(last)?, Some("punycode"), None)?;
                ("PyInitU", String::from_utf8_lossy(bytes.as_slice()).into_owned())
            }
        };
        Ok(Extension { short: encoded.replace('-', "_"), name, path, prefix })
    }

    #[cold]
    fn did_not_return(&self, what: &str) -> Raised {
        raise!(SystemError, "initialization of {} did not return {what}", self.short)
    }
}

/// An extension whose entry returned its module.
struct Remembered {
    path: Ref<Str>,
    name: Ref<Str>,
    definition: &'static ModuleDef,
    init: Init,
    /// What was in the module after it was made, where its code can make it but once (`m_size` is -1).
    contents: Option<Ref<Dict>>,
}

struct Memory(RefCell<Vec<Remembered>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Memory {}

static MEMORY: Memory = Memory(RefCell::new(Vec::new()));

thread_local! {
    /// The full name of the module that is being loaded, which an entry that knows only the last part of it is to use.
    static PACKAGE_CONTEXT: Cell<Option<Ref<Str>>> = const { Cell::new(None) };
}

/// The full name of the module that calls itself `name`: that of the extension being loaded if it ends so
/// (`_PyImport_ResolveNameWithPackageContext`).
///
/// # Errors
/// MemoryError.
pub fn resolve_name(name: &str) -> Result<Ref<Str>> {
    let context = PACKAGE_CONTEXT.take();
    if let Some(full) = &context
        && full.to_string_lossy().rsplit_once('.').is_some_and(|(_, last)| last == name)
    {
        return Ok(full.clone());
    }
    PACKAGE_CONTEXT.set(context);
    Str::new(name)
}

/// Loads the shared object of a spec and makes its module (`_imp.create_dynamic`).
///
/// # Errors
/// ImportError when it cannot be loaded or has no such entry; what its entry raises.
pub fn create(spec: &Object, must_open: bool) -> Result<Ref> {
    let extension = Extension::of_spec(spec)?;
    if let Some(module) = find_remembered(&extension)? {
        return Ok(module);
    }
    let none = objects::types::none::none();
    crate::audit::raise_named("import", &[&*extension.name, &*extension.path, none, none, none])?;
    if must_open {
        let path = codecs::encode_fs(&extension.path)?;
        let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(path.as_slice());
        std::fs::File::open(path).map_err(|error| {
            raise::os_error(error.raw_os_error().unwrap_or(0), Some(&extension.path), None)
        })?;
    }
    let init = entry_of(&extension)?;
    if state::interpreter().is_main() {
        return match run(&extension, init)? {
            Made::Definition(definition) => module::from_definition_and_spec(definition, spec, API_VERSION),
            Made::Module(module) => remember(&extension, init, &module).map(|()| module.upcast()),
        };
    }
    // A module that is made in one step belongs to the main interpreter; others get it as if it were loaded again.
    let made = subinterpreter::within(&state::MAIN, || {
        let made = match run(&extension, init) {
            Ok(Made::Definition(definition)) => Ok(Some(definition)),
            Ok(Made::Module(module)) => note(&extension, init, &module).map(|()| None),
            Err(raised) => Err(raised),
        };
        made.map_err(Raised::take)
    });
    match made.map_err(raise::restore)? {
        Some(definition) => module::from_definition_and_spec(definition, spec, API_VERSION),
        None => find_remembered(&extension)?.ok_or_else(raise::bad_internal_call),
    }
}

enum Made {
    Definition(&'static ModuleDef),
    Module(Ref<Module>),
}

/// Calls the entry and looks at what came out (`_PyImport_RunModInitFunc`).
fn run(extension: &Extension, init: Init) -> Result<Made> {
    let outer = PACKAGE_CONTEXT.replace(Some(extension.name.clone()));
    // SAFETY: the entry of an extension has this signature.
    let made = unsafe { init() };
    PACKAGE_CONTEXT.set(outer);
    // SAFETY: NULL or a new reference.
    let Some(object) = (unsafe { made.as_ref() }) else {
        return Err(match raise::occurred() {
            true => raise::pending(),
            false => {
                let name = &extension.short;
                raise!(SystemError, "initialization of {name} failed without raising an exception")
            }
        });
    };
    if raise::occurred() {
        return Err(definition::unreported(&format!("initialization of {}", extension.short)));
    }
    if !object.has_class() {
        let name = &extension.short;
        return Err(raise!(SystemError, "init function of {name} returned uninitialized object"));
    }
    if let Some(definition) = object.cast::<ModuleDef>() {
        // SAFETY: a definition is static data of the shared object, which is never unloaded; nobody counts references to it.
        return Ok(Made::Definition(unsafe { &*core::ptr::from_ref(definition) }));
    }
    // SAFETY: the entry's new reference.
    let object = unsafe { Ref::<Object>::from_owned(core::ptr::NonNull::from(object)) };
    if extension.prefix != "PyInit" {
        return Err(extension.did_not_return("PyModuleDef"));
    }
    match object.downcast::<Module>() {
        Ok(module) if module.definition().is_some() => Ok(Made::Module(module)),
        Ok(_) => Err(extension.did_not_return("a valid extension module")),
        Err(_) => Err(extension.did_not_return("an extension module")),
    }
}

fn modules() -> Result<Ref<Dict>> {
    state::interpreter().modules.get().ok_or_else(raise::null_result)
}

/// Notes a module that its entry has finished, and puts it where it is found.
fn remember(extension: &Extension, init: Init, module: &Module) -> Result<()> {
    note(extension, init, module)?;
    if let Some(definition) = module.definition() {
        definition::set_indexed(definition, Some(module));
    }
    modules()?.set_item(&extension.name, module)
}

/// Notes a module that its entry has finished.
fn note(extension: &Extension, init: Init, module: &Module) -> Result<()> {
    let Some(definition) = module.definition() else { return Err(raise::bad_internal_call()) };
    definition.m_init.set(Some(
        // SAFETY: the same signature with the reference spelled out.
        unsafe { core::mem::transmute::<Init, unsafe extern "C" fn() -> Result<Ref>>(init) },
    ));
    set_file(module, extension);
    let contents = match definition.m_size {
        -1 => Some(module.dict().copy()?),
        _ => None,
    };
    let remembered =
        Remembered { path: extension.path.clone(), name: extension.name.clone(), definition, init, contents };
    MEMORY.0.borrow_mut().push(remembered);
    Ok(())
}

/// `__file__`; failing to set it is not important enough to fail.
fn set_file(module: &Module, extension: &Extension) {
    if let Err(raised) = module.dict().set_str(id!("__file__"), &extension.path) {
        raised.clear();
    }
}

/// The module of an extension that was loaded before and is not initialised in two phases (`import_find_extension`).
fn find_remembered(extension: &Extension) -> Result<Option<Ref>> {
    let found = MEMORY.0.borrow().iter().find_map(|known| {
        let same = known.path.equals(&extension.path) && known.name.equals(&extension.name);
        same.then(|| (known.definition, known.init, known.contents.clone()))
    });
    let Some((definition, init, contents)) = found else { return Ok(None) };
    crate::modules::imp::check_compatible(&extension.name.to_string_lossy())?;
    let module = match contents {
        Some(contents) => {
            let module = existing_or_new(&extension.name)?;
            module.dict().merge(&contents, true)?;
            module
        }
        None => match run(extension, init)? {
            Made::Module(module) => {
                set_file(&module, extension);
                modules()?.set_item(&extension.name, &module)?;
                module
            }
            Made::Definition(_) => return Err(extension.did_not_return("an extension module")),
        },
    };
    definition::set_indexed(definition, Some(&*module));
    Ok(Some(module.upcast()))
}

/// Forgets a remembered extension, so that it is loaded anew (`_PyImport_ClearExtension`).
pub fn forget(name: &Str, path: &Str) {
    let known = {
        let mut memory = MEMORY.0.borrow_mut();
        let place = memory.iter().position(|known| known.path.equals(path) && known.name.equals(name));
        place.map(|place| memory.remove(place))
    };
    if let Some(known) = known {
        definition::set_indexed(known.definition, None);
    }
}

/// The module of this name in `sys.modules`, made if there is none (`import_add_module`).
///
/// # Errors
/// MemoryError.
pub fn existing_or_new(name: &Object) -> Result<Ref<Module>> {
    let modules = modules()?;
    if let Some(found) = modules.get_item(name)?
        && let Ok(module) = found.downcast::<Module>()
    {
        return Ok(module);
    }
    let module = Module::with_name(name)?;
    modules.set_item(name, &module)?;
    Ok(module)
}

fn entry_of(extension: &Extension) -> Result<Init> {
    let path = codecs::encode_fs(&extension.path)?;
    let mut bytes = path.as_slice().to_vec();
    if !bytes.contains(&b'/') {
        bytes.splice(0..0, *b"./");
    }
    let bad = |_| raise!(ValueError, "embedded null character");
    let c_path = CString::new(bytes).map_err(bad)?;
    let symbol = format!("{}_{}", extension.prefix, extension.short);
    let c_symbol = CString::new(symbol.as_str()).map_err(bad)?;
    // SAFETY: both are C strings; loading runs the object's initialisers, as importing it means to.
    unsafe {
        let handle = libc::dlopen(c_path.as_ptr(), crate::config::dlopen_flags());
        if handle.is_null() {
            let text = libc::dlerror();
            let text = match text.is_null() {
                true => "unknown dlopen() error".into(),
                false => CStr::from_ptr(text).to_string_lossy(),
            };
            return Err(import_error(&text, Some(&*Str::new(&extension.short)?), Some(&extension.path)));
        }
        let address = libc::dlsym(handle, c_symbol.as_ptr());
        if address.is_null() {
            let text = format!("dynamic module does not define module export function ({symbol})");
            return Err(import_error(&text, Some(&extension.name), Some(&extension.path)));
        }
        Ok(core::mem::transmute::<*mut libc::c_void, Init>(address))
    }
}
