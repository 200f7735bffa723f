//! Modules from definitions (`PyModuleDef`): in one step, or in two with slots (PEP 489); and the interpreter's modules by the index of
//! their definitions (`PyState_*`).

use super::{Module, PyModuleDef_Type};
use crate::id;
use crate::object::refs::Ref;
use crate::object::{Instance, Object};
use crate::protocol::attr;
use crate::raise::{self, Raised, Result};
use crate::typeobject::flags::{METH_CLASS, METH_STATIC};
use crate::typeobject::{MethodDef, ModuleDef, ModuleSlot};
use crate::types::cfunction::Function;
use crate::types::exceptions::RuntimeWarning;
use crate::types::str::{self, Str};
use core::cell::{Cell, RefCell};
use core::ffi::{CStr, c_int, c_void};

/// The C API's version, which modules are compiled for (`PYTHON_API_VERSION`), and that of the stable ABI.
const API_VERSIONS: [c_int; 2] = [1013, 3];

/// What a module that this runtime itself made has.
pub const API_VERSION: c_int = API_VERSIONS[0];

/// `PyModuleDef_Init`: the definition as an object, which the import system turns into a module. A definition in C has neither class
/// nor index yet.
pub fn init_definition(definition: &'static ModuleDef) -> &'static Object {
    if definition.m_index.get() == 0 {
        definition.ob_base.set_class(&PyModuleDef_Type);
        LAST_INDEX.0.set(LAST_INDEX.0.get() + 1);
        definition.m_index.set(LAST_INDEX.0.get());
    }
    definition.as_object()
}

/// The highest index that a definition has.
struct LastIndex(Cell<isize>);

// SAFETY: touched under the GIL.
unsafe impl Sync for LastIndex {}

static LAST_INDEX: LastIndex = LastIndex(Cell::new(0));

/// The interpreter's modules by the index of their definitions.
struct Indexed(RefCell<Vec<Option<Ref>>>);

// SAFETY: touched under the GIL.
unsafe impl Sync for Indexed {}

crate::per_interpreter! {
    static INDEXED: Indexed = Indexed(RefCell::new(Vec::new()));
}

/// The module that was made from a definition in one step (`PyState_FindModule`).
pub fn find_indexed(definition: &ModuleDef) -> Option<Ref> {
    if !definition.m_slots.is_null() {
        return None;
    }
    let index = usize::try_from(definition.m_index.get()).ok()?;
    INDEXED.0.borrow().get(index).cloned().flatten()
}

/// Notes the module of a definition (`PyState_AddModule`), or that there is none any more.
pub fn set_indexed(definition: &ModuleDef, module: Option<&Object>) {
    let Ok(index) = usize::try_from(definition.m_index.get()) else { return };
    let old = {
        let mut modules = INDEXED.0.borrow_mut();
        if modules.len() <= index {
            modules.resize_with(index + 1, || None);
        }
        core::mem::replace(&mut modules[index], module.map(Instance::to_ref))
    };
    drop(old);
}

/// The module of a definition (`PyModule_FromDefAndSpec2` with the spec's name) with its functions, before its exec slots run.
///
/// # Errors
/// MemoryError.
pub fn from_definition(definition: &'static ModuleDef, name: &Str) -> Result<Ref<Module>> {
    let module = Module::new(name)?;
    module.md_def.set(definition);
    fill(&module, name, definition)?;
    Ok(module)
}

/// `PyModule_Create2`: a module with its state, which is complete for its definition has no slots.
///
/// # Errors
/// SystemError for a definition with slots; MemoryError.
pub fn create(definition: &'static ModuleDef, name: &Str, api_version: c_int) -> Result<Ref<Module>> {
    init_definition(definition);
    // SAFETY: a definition's name is a C string.
    let own_name = unsafe { CStr::from_ptr(definition.m_name) }.to_string_lossy();
    check_api_version(&own_name, api_version)?;
    if !definition.m_slots.is_null() {
        return Err(crate::raise!(
            SystemError,
            "module {own_name}: PyModule_Create is incompatible with m_slots"
        ));
    }
    let module = Module::new(name)?;
    if definition.m_size > 0 {
        module.allocate_state(definition)?;
    }
    fill(&module, name, definition)?;
    module.md_def.set(definition);
    Ok(module)
}

fn check_api_version(name: &str, version: c_int) -> Result<()> {
    if API_VERSIONS.contains(&version) {
        return Ok(());
    }
    let text = format!(
        "Python C API version mismatch for module {name}: This Python has API version {API_VERSION}, module {name} has version {version}."
    );
    crate::hooks::WARN.get()(&RuntimeWarning, &text, 1)
}

/// A definition's slots; the table ends with a zero.
fn slots_of(definition: &'static ModuleDef) -> impl Iterator<Item = &'static ModuleSlot> {
    let mut slot = definition.m_slots;
    core::iter::from_fn(move || {
        // SAFETY: NULL, or within a table that ends with a zero slot.
        let row = unsafe { slot.as_ref() }.filter(|row| row.slot != 0)?;
        // SAFETY: the row is not the last.
        slot = unsafe { slot.add(1) };
        Some(row)
    })
}

type Create = unsafe extern "C" fn(&Object, &ModuleDef) -> Option<Ref>;

/// What the slots say before there is a module.
#[derive(Default)]
struct Plan {
    create: Option<Create>,
    executes: bool,
    /// Which interpreters may have the module, if it says (`Py_mod_multiple_interpreters`).
    interpreters: Option<usize>,
}

/// Not beside the main one (`Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED`), and also those with their own lock
/// (`Py_MOD_PER_INTERPRETER_GIL_SUPPORTED`).
const ONE_INTERPRETER: usize = 0;
const OWN_GIL: usize = 2;

/// That the running interpreter may have a module with this plan.
fn check_interpreter(plan: &Plan, name: &str) -> Result<()> {
    let interpreter = crate::state::interpreter();
    let is_refused = match plan.interpreters {
        None if interpreter.is_main() => false,
        Some(OWN_GIL) => false,
        Some(ONE_INTERPRETER) => true,
        _ => interpreter.config.get().gil == crate::state::Config::OWN_GIL,
    };
    match is_refused && !interpreter.is_main() {
        true => crate::hooks::CHECK_COMPATIBLE.get()(name),
        false => Ok(()),
    }
}

fn plan(definition: &'static ModuleDef, name: &str) -> Result<Plan> {
    let mut plan = Plan::default();
    let (mut interpreters, mut gil) = (0, 0);
    for row in slots_of(definition) {
        match row.slot {
            CREATE_SLOT if plan.create.is_some() => {
                return Err(crate::raise!(SystemError, "module {name} has multiple create slots"));
            }
            CREATE_SLOT => {
                // SAFETY: the value of a create slot is such a function.
                plan.create = Some(unsafe { core::mem::transmute::<*const c_void, Create>(row.value) });
            }
            EXEC_SLOT => plan.executes = true,
            MULTIPLE_INTERPRETERS_SLOT => {
                interpreters += 1;
                plan.interpreters = Some(row.value.addr());
            }
            GIL_SLOT => gil += 1,
            other => return Err(crate::raise!(SystemError, "module {name} uses unknown slot ID {other}")),
        }
        if interpreters > 1 {
            return Err(crate::raise!(
                SystemError,
                "module {name} has more than one 'multiple interpreters' slots"
            ));
        }
        if gil > 1 {
            return Err(crate::raise!(SystemError, "module {name} has more than one 'gil' slot"));
        }
    }
    Ok(plan)
}

/// `PyModule_FromDefAndSpec2`: a create slot may make any object.
///
/// # Errors
/// What the create slot raises; SystemError for a definition that contradicts itself.
pub fn from_definition_and_spec(
    definition: &'static ModuleDef,
    spec: &Object,
    api_version: c_int,
) -> Result<Ref> {
    init_definition(definition);
    let name = attr::get(spec, id!("name"))?;
    let name = str::expect_str(&name, "name")?;
    let text = name.to_string_lossy();
    check_api_version(&text, api_version)?;
    if definition.m_size < 0 {
        return Err(crate::raise!(
            SystemError,
            "module {text}: m_size may not be negative for multi-phase initialization"
        ));
    }
    let plan = plan(definition, &text)?;
    check_interpreter(&plan, &text)?;
    let Some(create) = plan.create else { return from_definition(definition, name).map(Ref::upcast) };
    // SAFETY: the slot's contract.
    let created = unsafe { create(spec, definition) };
    let created = checked(created, || format!("creation of module {text}"))?;
    match created.cast::<Module>() {
        Some(module) => module.md_def.set(definition),
        None if needs_state(definition) => {
            return Err(crate::raise!(
                SystemError,
                "module {text} is not a module object, but requests module state"
            ));
        }
        None if plan.executes => {
            return Err(crate::raise!(
                SystemError,
                "module {text} specifies execution slots, but did not create a ModuleType instance"
            ));
        }
        None => {}
    }
    fill(&created, name, definition)?;
    Ok(created)
}

fn needs_state(definition: &ModuleDef) -> bool {
    definition.m_size > 0
        || definition.m_traverse.is_some()
        || definition.m_clear.is_some()
        || definition.m_free.is_some()
}

/// A result of a module's own code: NULL and an exception must come together. `what` says what was done.
fn checked<T>(result: Option<T>, what: impl FnOnce() -> String) -> Result<T> {
    match (result, raise::occurred()) {
        (Some(result), false) => Ok(result),
        (None, true) => Err(raise::pending()),
        (None, false) => Err(crate::raise!(SystemError, "{} failed without setting an exception", what())),
        (Some(_), true) => Err(unreported(&what())),
    }
}

/// SystemError about an exception that was left behind by a function that claims to have succeeded.
pub fn unreported(what: &str) -> Raised {
    let cause = raise::take_pending();
    let raised = crate::raise!(SystemError, "{what} raised unreported exception");
    match cause {
        Some(cause) => raise::with_cause(raised, cause),
        None => raised,
    }
}

/// What a definition gives its module before the exec slots run.
fn fill(module: &Object, name: &Str, definition: &'static ModuleDef) -> Result<()> {
    // SAFETY: a definition's table ends with NULLs and is static.
    unsafe { add_functions(module, name, definition.m_methods) }?;
    if !definition.m_doc.is_null() {
        // SAFETY: a C string that lives as long as the definition.
        let doc = unsafe { CStr::from_ptr(definition.m_doc) }.to_string_lossy();
        attr::set(module, id!("__doc__"), Some(&*Str::new(&doc)?))?;
    }
    Ok(())
}

/// Adds the functions of a table that ends with NULLs (`PyModule_AddFunctions`).
///
/// # Safety
/// `table` is NULL or such a table and is never freed.
///
/// # Errors
/// ValueError for functions of classes; MemoryError.
pub unsafe fn add_functions(module: &Object, name: &Str, table: *const MethodDef) -> Result<()> {
    let mut row = table;
    // SAFETY: the caller's promise.
    while let Some(def) = unsafe { row.as_ref() }.filter(|def| !def.ml_name.is_null()) {
        if def.ml_flags & (METH_CLASS | METH_STATIC) != 0 {
            return Err(crate::raise!(ValueError, "module functions cannot set METH_CLASS or METH_STATIC"));
        }
        let function = Function::new(def, Some(module), Some(name))?;
        // SAFETY: a row's name is a C string.
        let key = str::intern::intern_text(&unsafe { CStr::from_ptr(def.ml_name) }.to_string_lossy())?;
        match module.cast_exact::<Module>() {
            Some(module) => module.dict().set_str(&key, &function)?,
            None => attr::set(module, &key, Some(&*function))?,
        }
        // SAFETY: the row was not the last.
        row = unsafe { row.add(1) };
    }
    Ok(())
}

/// Runs the exec slots (`PyModule_ExecDef`).
///
/// # Errors
/// What a slot raises; SystemError for a slot that does not exist.
pub fn exec_definition(module: &Module, definition: &'static ModuleDef) -> Result<()> {
    type Exec = unsafe extern "C" fn(&Object) -> c_int;
    let name = module.name()?.to_string_lossy();
    module.allocate_state(definition)?;
    for row in slots_of(definition) {
        match row.slot {
            EXEC_SLOT => {
                // SAFETY: the value of an exec slot is such a function.
                let exec: Exec = unsafe { core::mem::transmute(row.value) };
                // SAFETY: the slot's contract.
                let done = unsafe { exec(module) } == 0;
                checked(done.then_some(()), || format!("execution of module {name}"))?;
            }
            CREATE_SLOT | MULTIPLE_INTERPRETERS_SLOT | GIL_SLOT => {}
            other => {
                return Err(crate::raise!(
                    SystemError,
                    "module {name} initialized with unknown slot {other}"
                ));
            }
        }
    }
    Ok(())
}

const CREATE_SLOT: c_int = 1;
const EXEC_SLOT: c_int = 2;
const MULTIPLE_INTERPRETERS_SLOT: c_int = 3;
const GIL_SLOT: c_int = 4;
