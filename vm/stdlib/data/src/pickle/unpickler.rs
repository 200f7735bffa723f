//! `Unpickler`: its settings and what Python sees of it. [`super::load`] has the work.

use super::input::{File, Input};
use super::load;
use super::names::{deep_attribute, dotted_path};
use super::proxies::UnpicklerMemoProxy;
use super::state::{STATE, held, unpickling_error};
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::{attr, iter, object};
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::{Str, expect_str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, attrs, id, raise};

/// `UnpicklerObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Unpickler {
    ob_base: Object,
    pub memo: RefCell<Vec<Option<Ref>>>,
    /// What was assigned to `persistent_load`.
    persistent_load_attribute: Slot,
    read: Slot,
    readline: Slot,
    peek: Slot,
    pub encoding: Slot<Str>,
    pub errors: Slot<Str>,
    /// The iterator of out-of-band buffers.
    pub buffers: Slot,
    pub protocol: Cell<i32>,
    fix_imports: Cell<bool>,
}

/// How old strings are read, and where buffers come from.
pub struct Settings<'a> {
    pub fix_imports: bool,
    pub encoding: &'a Str,
    pub errors: &'a Str,
    pub buffers: Option<&'a Object>,
}

impl Unpickler {
    /// An unpickler without a file.
    ///
    /// # Errors
    /// MemoryError.
    pub fn blank(class: &TypeObject) -> Result<Ref<Unpickler>> {
        Ref::new_in(
            class,
            Unpickler {
                ob_base: Object::HEAD,
                memo: RefCell::default(),
                persistent_load_attribute: Slot::empty(),
                read: Slot::empty(),
                readline: Slot::empty(),
                peek: Slot::empty(),
                encoding: Slot::empty(),
                errors: Slot::empty(),
                buffers: Slot::empty(),
                protocol: Cell::new(0),
                fix_imports: Cell::new(false),
            },
        )
    }

    /// # Errors
    /// TypeError when the buffers cannot be iterated.
    pub fn set(&self, settings: &Settings<'_>) -> Result<()> {
        let buffers = settings.buffers.filter(|buffers| !buffers.is(none()));
        self.buffers.set(buffers.map(iter::get_iter).transpose()?);
        self.encoding.set(Some(settings.encoding.to_ref()));
        self.errors.set(Some(settings.errors.to_ref()));
        self.fix_imports.set(settings.fix_imports);
        Ok(())
    }

    /// # Errors
    /// TypeError when it cannot be read from.
    pub fn set_file(&self, file: &Object) -> Result<()> {
        self.peek.set(attr::get_optional(file, id!("peek"))?);
        let (read, readline) =
            (attr::get_optional(file, id!("read"))?, attr::get_optional(file, id!("readline"))?);
        if read.is_none() || readline.is_none() {
            return Err(raise!(TypeError, "file must have 'read' and 'readline' attributes"));
        }
        self.read.set(read);
        self.readline.set(readline);
        Ok(())
    }

    /// Reads one object from the file.
    ///
    /// # Errors
    /// UnpicklingError; whatever else making the objects raises.
    pub fn load_file(&self) -> Result<Ref> {
        let (Some(read), Some(readline)) = (self.read.get(), self.readline.get()) else {
            let name = self.class().full_name();
            return Err(unpickling_error(&format!(
                "Unpickler.__init__() was not called by {name}.__init__()"
            )));
        };
        load::load(self, Input::of_file(File { read, readline, peek: self.peek.get() }))
    }

    /// The function for persistent ids.
    ///
    /// # Errors
    /// What getting the attribute raises.
    pub fn persistent_load(&self) -> Result<Option<Ref>> {
        attr::get_optional(self, id!("persistent_load"))
    }

    /// The global object of that name, by way of a subclass's `find_class`.
    ///
    /// # Errors
    /// What importing and getting attributes raises.
    pub fn find(&self, module: &Object, name: &Object) -> Result<Ref> {
        match self.is_exactly(&UNPICKLER) {
            true => self.find_class(module, name),
            false => objects::protocol::call::call_method(self, id!("find_class"), &[module, name]),
        }
    }
}

#[pytype(name = "Unpickler", module = "_pickle", static_name = UNPICKLER, gc, flags = [BASETYPE])]
impl Unpickler {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Unpickler>> {
        Unpickler::blank(class)
    }

    #[init("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())")]
    fn tp_init(
        &self,
        file: &Object,
        fix_imports: bool,
        encoding: Option<&Object>,
        errors: Option<&Object>,
        buffers: Option<&Object>,
    ) -> Result<()> {
        let (encoding, errors) = (
            text_option("Unpickler", "encoding", encoding, "ASCII")?,
            text_option("Unpickler", "errors", errors, "strict")?,
        );
        self.read.set(None);
        self.set_file(file)?;
        self.set(&Settings { fix_imports, encoding: &encoding, errors: &errors, buffers })?;
        drop(self.memo.take());
        self.protocol.set(0);
        Ok(())
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result<Ref> {
        if let Some(set) = self.persistent_load_attribute.get()
            && expect_str(name, "attribute name")?.equals_text("persistent_load")
        {
            return Ok(set);
        }
        // SAFETY: the generic slot takes any object.
        unsafe { attrs::generic_getattro(self, name) }
    }

    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        let name = expect_str(name, "attribute name")?;
        if name.equals_text("persistent_load") {
            self.persistent_load_attribute.set(value.map(Instance::to_ref));
            return Ok(());
        }
        attrs::generic_set(self, name, value)
    }

    #[method("load($self, /)")]
    fn load(&self) -> Result<Ref> {
        self.load_file()
    }

    #[method("persistent_load($self, pid, /)")]
    fn py_persistent_load(&self, _pid: &Object) -> Result<()> {
        Err(unpickling_error(
            "A load persistent id instruction was encountered, but no persistent_load function was specified.",
        ))
    }

    #[method("find_class($self, module_name, global_name, /)")]
    fn find_class(&self, module_name: &Object, global_name: &Object) -> Result<Ref> {
        objects::hooks::AUDIT.get()("pickle.find_class", &[module_name, global_name])?;
        let (mut module_name, mut global_name) = (module_name.to_ref(), global_name.to_ref());
        if self.protocol.get() < 3 && self.fix_imports.get() {
            (module_name, global_name) = new_names(module_name, global_name)?;
        }
        let Some(module_name) = module_name.cast::<Str>() else {
            return Err(raise!(TypeError, "module name must be a string"));
        };
        let module = objects::hooks::IMPORT.get()(module_name.to_str()?)?;
        let Some(name) = global_name.cast::<Str>() else {
            return Err(raise!(
                TypeError,
                "attribute name must be string, not '{}'",
                global_name.class().full_name()
            ));
        };
        let found = match self.protocol.get() >= 4 {
            true => deep_attribute(&module, &dotted_path(Some(&module), name)?)?.map(|(found, _)| found),
            false => attr::get_optional(&module, name)?,
        };
        match found {
            Some(found) => Ok(found),
            None => {
                let (name, module) = (object::repr(name)?, object::repr(&module)?);
                let (name, module) = (name.to_string_lossy(), module.to_string_lossy());
                Err(raise!(AttributeError, "Can't get attribute {name} on {module}"))
            }
        }
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        size_of::<Unpickler>() + self.memo.borrow().capacity() * size_of::<Option<Ref>>()
    }

    #[getter("memo")]
    fn get_memo(&self) -> Result<Ref<UnpicklerMemoProxy>> {
        UnpicklerMemoProxy::new(self)
    }

    #[setter("memo")]
    fn set_memo(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            return Err(raise!(TypeError, "attribute deletion is not supported"));
        };
        let memo = if let Some(proxy) = value.cast_exact::<UnpicklerMemoProxy>() {
            proxy.entries()?
        } else if let Some(dict) = value.cast::<Dict>() {
            let mut memo = Vec::new();
            for (key, object) in dict.to_vec() {
                let Some(number) = key.cast::<Int>() else {
                    return Err(raise!(TypeError, "memo key must be integers"));
                };
                if number.is_negative() {
                    return Err(raise!(ValueError, "memo key must be positive integers."));
                }
                let Some(number) = number.to_i64() else {
                    return Err(raise!(OverflowError, "Python int too large to convert to C ssize_t"));
                };
                put(&mut memo, number as usize, object)?;
            }
            memo
        } else {
            let got = value.class().full_name();
            return Err(raise!(
                TypeError,
                "'memo' attribute must be an UnpicklerMemoProxy object or dict, not {got}"
            ));
        };
        drop(self.memo.replace(memo));
        Ok(())
    }
}

/// Stores an object under a number; what was there comes back.
///
/// # Errors
/// MemoryError for an absurd number.
pub fn put(memo: &mut Vec<Option<Ref>>, number: usize, object: Ref) -> Result<Option<Ref>> {
    if number >= memo.len() {
        let more = (number + 1).max(memo.len() * 2) - memo.len();
        memo.try_reserve(more).map_err(|_| objects::raise::no_memory())?;
        memo.resize(number + 1, None);
    }
    Ok(memo[number].replace(object))
}

/// A text argument with a default.
///
/// # Errors
/// TypeError for something else.
pub fn text_option(function: &str, name: &str, value: Option<&Object>, default: &str) -> Result<Ref<Str>> {
    match value {
        None => objects::types::str::intern::intern_text(default),
        Some(value) => match value.cast::<Str>() {
            Some(text) => Ok(text.to_ref()),
            None => {
                let got = if value.is(none()) { "None" } else { value.class().full_name() };
                Err(raise!(TypeError, "{function}() argument '{name}' must be str, not {got}"))
            }
        },
    }
}

/// What Python 3 calls an object that Python 2 pickled.
fn new_names(module: Ref, name: Ref) -> Result<(Ref, Ref)> {
    let key = Tuple::from_array([module.clone(), name.clone()])?;
    if let Some(both) = held(&STATE.name_mapping_2to3)?.get_item(&key)? {
        let Some(&[new_module, new_name]) = both.cast::<Tuple>().map(Tuple::items) else {
            let got = both.class().full_name();
            return Err(raise!(
                RuntimeError,
                "_compat_pickle.NAME_MAPPING values should be 2-tuples, not {got}"
            ));
        };
        if new_module.cast::<Str>().is_none() || new_name.cast::<Str>().is_none() {
            return Err(raise!(
                RuntimeError,
                "_compat_pickle.NAME_MAPPING values should be pairs of str, not ({}, {})",
                new_module.class().full_name(),
                new_name.class().full_name()
            ));
        }
        return Ok((new_module.to_ref(), new_name.to_ref()));
    }
    match held(&STATE.import_mapping_2to3)?.get_item(&module)? {
        Some(new) if new.cast::<Str>().is_none() => Err(raise!(
            RuntimeError,
            "_compat_pickle.IMPORT_MAPPING values should be strings, not {}",
            new.class().full_name()
        )),
        Some(new) => Ok((new, name)),
        None => Ok((module, name)),
    }
}
