//! Saving what has no instruction of its own: global objects by name, others as a call that makes them again.

use super::names::{deep_attribute, dotted_path, module_of};
use super::op::*;
use super::pickler::Pickler;
use super::state::{STATE, held, pickling_error};
use objects::codecs::latin;
use objects::protocol::{attr, call, object};
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::none::{ellipsis, none, not_implemented};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};

fn shown(object: &Object) -> Result<String> {
    Ok(object::repr(object)?.to_string_lossy())
}

impl Pickler {
    /// A class; those of the three constants have no global name.
    pub(super) fn save_type(&self, class: &Object) -> Result<()> {
        for constant in [none(), ellipsis(), not_implemented()] {
            if class.is(constant.class()) {
                let args = Tuple::from_array([constant.to_ref()])?.upcast();
                let function = class.class().to_ref().upcast();
                return self.save_reduce(&*Tuple::from_array([function, args])?, Some(class));
            }
        }
        self.save_global(class, None)
    }

    /// An object by the name under which its module has it.
    pub(super) fn save_global(&self, global: &Object, name: Option<&Str>) -> Result<()> {
        let name: Ref = match name {
            Some(name) => name.to_ref().upcast(),
            None => match attr::get_optional(global, id!("__qualname__"))? {
                Some(name) => name,
                None => attr::get(global, id!("__name__"))?,
            },
        };
        let Some(text) = name.cast::<Str>() else {
            return Err(raise!(TypeError, "__qualname__ must be a string, not {}", name.class().full_name()));
        };
        let path = dotted_path(None, text)?;
        let module_name = module_of(global, &path)?;
        let module_text = object::str(&module_name)?.to_string_lossy();
        let module = import(&module_name).map_err(|raised| {
            if !raised.matches(&exc::Exception) {
                return raised;
            }
            raised.clear();
            match (shown(global), shown(&module_name)) {
                (Ok(global), Ok(module)) => {
                    pickling_error(&format!("Can't pickle {global}: import of module {module} failed"))
                }
                (Err(raised), _) | (_, Err(raised)) => raised,
            }
        })?;
        let name_text = text.to_string_lossy();
        let found = match deep_attribute(&module, &path) {
            Ok(found) => found,
            Err(raised) => {
                raised.clear();
                None
            }
        };
        let Some((found, parent)) = found else {
            return Err(pickling_error(&format!(
                "Can't pickle {}: attribute lookup {name_text} on {module_text} failed",
                shown(global)?
            )));
        };
        if !found.is(global) {
            return Err(pickling_error(&format!(
                "Can't pickle {}: it's not the same object as {module_text}.{name_text}",
                shown(global)?
            )));
        }
        let protocol = self.protocol.get();
        if protocol >= 2 && self.save_extension(&module_name, &name)? {
            return Ok(());
        }
        // A path that comes back to the module is as good as its last part.
        let path = if parent.is(&module) { &path[path.len() - 1..] } else { &path[..] };
        if protocol >= 4 {
            self.save(&module_name)?;
            match path {
                [only] => self.save(only)?,
                _ => self.save(&name)?,
            }
            self.output.op(STACK_GLOBAL);
        } else if let [first, attributes @ ..] = path {
            // Older protocols have no dotted names: each step is a call of getattr.
            for _ in attributes {
                self.save(&*held(&STATE.getattr)?)?;
                if protocol < 2 {
                    self.output.op(MARK);
                }
            }
            self.save_names(module_name, first.clone().upcast())?;
            for attribute in attributes {
                self.save(attribute)?;
                self.output.write(&[if protocol < 2 { TUPLE } else { TUPLE2 }, REDUCE]);
            }
        }
        self.memoize(global);
        Ok(())
    }

    /// A global object by the number that `copyreg.add_extension` gave it, if it did.
    fn save_extension(&self, module: &Ref, name: &Ref) -> Result<bool> {
        let key = Tuple::from_array([module.clone(), name.clone()])?;
        let Some(code) = held(&STATE.extension_registry)?.get_item(&key)? else { return Ok(false) };
        let Some(code) = objects::protocol::number::index(&code)?.to_i64() else {
            return Err(raise!(OverflowError, "Python int too large to convert to C long"));
        };
        let Some(number) = i32::try_from(code).ok().filter(|code| *code > 0) else {
            return Err(raise!(RuntimeError, "extension code {code} is out of range"));
        };
        let [a, b, c, d] = number.to_le_bytes();
        match number {
            0..0x100 => self.output.write(&[EXT1, a]),
            0x100..0x1_0000 => self.output.write(&[EXT2, a, b]),
            _ => self.output.write(&[EXT4, a, b, c, d]),
        }
        Ok(true)
    }

    /// The names of a module and of its object, as text lines.
    fn save_names(&self, mut module: Ref, mut name: Ref) -> Result<()> {
        let protocol = self.protocol.get();
        if protocol < 3 && self.fix_imports.get() {
            (module, name) = old_names(module, name)?;
        }
        let mut line = vec![GLOBAL];
        for (what, text) in [("module", module), ("global", name)] {
            let Some(text) = text.cast::<Str>() else {
                let got = text.class().full_name();
                return Err(raise!(TypeError, "{what} name must be a string, not {got}"));
            };
            let encoded = match protocol {
                3 => latin::encode_utf8(text, None),
                _ => latin::encode_narrow(text, None, 0x80),
            };
            let encoded = encoded.map_err(|raised| {
                if !raised.matches(&exc::UnicodeEncodeError) {
                    return raised;
                }
                raised.clear();
                let text = text.to_string_lossy();
                pickling_error(&format!(
                    "can't pickle {what} identifier '{text}' using pickle protocol {protocol}"
                ))
            })?;
            line.extend_from_slice(encoded.as_slice());
            line.push(b'\n');
        }
        self.output.write(&line);
        Ok(())
    }

    /// What `__reduce__` said: a call, and what is done with its result. Without an object nothing is remembered.
    pub(super) fn save_reduce(&self, reduced: &Tuple, object: Option<&Object>) -> Result<()> {
        let parts = reduced.items();
        if !(2..=6).contains(&parts.len()) {
            return Err(pickling_error("tuple returned by __reduce__ must contain 2 through 6 elements"));
        }
        let part = |at: usize| parts.get(at).copied().filter(|part| !part.is(none()));
        let (function, args) = (parts[0], parts[1]);
        if !call::is_callable(function) {
            return Err(pickling_error("first item of the tuple returned by __reduce__ must be callable"));
        }
        let Some(args) = args.cast::<Tuple>() else {
            return Err(pickling_error("second item of the tuple returned by __reduce__ must be a tuple"));
        };
        let (state, items, pairs, setter) = (part(2), part(3), part(4), part(5));
        for (which, iterator) in [("fourth", items), ("fifth", pairs)] {
            if let Some(other) = iterator.filter(|iterator| !objects::protocol::iter::is_iterator(iterator)) {
                let got = other.class().full_name();
                return Err(pickling_error(&format!(
                    "{which} element of the tuple returned by __reduce__ must be an iterator, not {got}"
                )));
            }
        }
        if let Some(other) = setter.filter(|setter| !call::is_callable(setter)) {
            let got = other.class().full_name();
            return Err(pickling_error(&format!(
                "sixth element of the tuple returned by __reduce__ must be a function, not {got}"
            )));
        }
        let name = match self.protocol.get() >= 2 {
            true => attr::get_optional(function, id!("__name__"))?,
            false => None,
        };
        let is_named = |text: &str| {
            name.as_ref().and_then(|name| name.cast::<Str>()).is_some_and(|name| name.equals_text(text))
        };
        if is_named("__newobj_ex__") {
            self.save_new_with_keywords(args)?;
        } else if is_named("__newobj__") {
            self.save_new(args, object)?;
        } else {
            self.save(function)?;
            self.save(args)?;
            self.output.op(REDUCE);
        }
        if let Some(object) = object {
            // Saving the arguments may have saved the object itself, if it is in them.
            if let Some(number) = self.number_of(object) {
                self.output.op(POP);
                self.refer(number);
                return Ok(());
            }
            self.memoize(object);
        }
        if let Some(items) = items {
            self.save_items(items)?;
        }
        if let Some(pairs) = pairs {
            self.save_pairs(pairs)?;
        }
        match (state, setter, object) {
            (Some(state), None, _) => {
                self.save(state)?;
                self.output.op(BUILD);
            }
            (Some(state), Some(setter), Some(object)) => {
                self.save(setter)?;
                self.save(object)?;
                self.save(state)?;
                self.output.write(&[TUPLE2, REDUCE, POP]);
            }
            _ => {}
        }
        Ok(())
    }

    /// `cls.__new__(cls, *args)`
    fn save_new(&self, args: &Tuple, object: Option<&Object>) -> Result<()> {
        let [class, rest @ ..] = args.items() else {
            return Err(pickling_error("__newobj__ arglist is empty"));
        };
        if class.cast::<TypeObject>().is_none() {
            return Err(pickling_error("args[0] from __newobj__ args is not a type"));
        }
        if let Some(object) = object
            && !attr::get(object, id!("__class__"))?.is(class)
        {
            return Err(pickling_error("args[0] from __newobj__ args has the wrong class"));
        }
        self.save(class)?;
        self.save(&*Tuple::from_slice(rest)?)?;
        self.output.op(NEWOBJ);
        Ok(())
    }

    /// `cls.__new__(cls, *args, **kwargs)`
    fn save_new_with_keywords(&self, args: &Tuple) -> Result<()> {
        let &[class, positional, keywords] = args.items() else {
            let count = args.len();
            return Err(pickling_error(&format!(
                "length of the NEWOBJ_EX argument tuple must be exactly 3, not {count}"
            )));
        };
        let wrong = |which: &str, expected: &str, got: &Object| {
            let got = got.class().full_name();
            pickling_error(&format!(
                "{which} item from NEWOBJ_EX argument tuple must be a {expected}, not {got}"
            ))
        };
        if class.cast::<TypeObject>().is_none() {
            return Err(wrong("first", "class", class));
        }
        let Some(positional) = positional.cast::<Tuple>() else {
            return Err(wrong("second", "tuple", positional));
        };
        let Some(keywords) = keywords.cast::<Dict>() else { return Err(wrong("third", "dict", keywords)) };
        if self.protocol.get() >= 4 {
            self.save(class)?;
            self.save(positional)?;
            self.save(keywords)?;
            self.output.op(NEWOBJ_EX);
            return Ok(());
        }
        let new = attr::get(class, id!("__new__"))?;
        let bound = Tuple::from_slice(&[&[&*new, class], positional.items()].concat())?;
        let function = call::call_with_tuple(&*held(&STATE.partial)?, &bound, Some(keywords))?;
        self.save(&function)?;
        self.save(&Tuple::empty())?;
        self.output.op(REDUCE);
        Ok(())
    }
}

/// Imports a module by a name that need not be a string.
fn import(name: &Object) -> Result<Ref> {
    match name.cast::<Str>() {
        Some(name) => objects::hooks::IMPORT.get()(name.to_str()?),
        None => Err(raise!(TypeError, "module name must be a string")),
    }
}

/// What Python 2 calls an object of the library.
fn old_names(module: Ref, name: Ref) -> Result<(Ref, Ref)> {
    let key = Tuple::from_array([module.clone(), name.clone()])?;
    if let Some(both) = held(&STATE.name_mapping_3to2)?.get_item(&key)? {
        let Some(&[old_module, old_name]) = both.cast::<Tuple>().map(Tuple::items) else {
            let got = both.class().full_name();
            return Err(raise!(
                RuntimeError,
                "_compat_pickle.REVERSE_NAME_MAPPING values should be 2-tuples, not {got}"
            ));
        };
        if old_module.cast::<Str>().is_none() || old_name.cast::<Str>().is_none() {
            return Err(raise!(
                RuntimeError,
                "_compat_pickle.REVERSE_NAME_MAPPING values should be pairs of str, not ({}, {})",
                old_module.class().full_name(),
                old_name.class().full_name()
            ));
        }
        return Ok((old_module.to_ref(), old_name.to_ref()));
    }
    match held(&STATE.import_mapping_3to2)?.get_item(&module)? {
        Some(old) if old.cast::<Str>().is_none() => Err(raise!(
            RuntimeError,
            "_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not {}",
            old.class().full_name()
        )),
        Some(old) => Ok((old, name)),
        None => Ok((module, name)),
    }
}
