//! Binding a call's arguments to a function's parameters, with CPython's error texts.

use bytecode::code::flags::{VARARGS, VARKEYWORDS};
use core::ptr;
use objects::args::suggest::suggest;
use objects::protocol::compare;
use objects::raise::Raised;
use objects::types::code::Code;
use objects::types::dict::Dict;
use objects::types::function::Function;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};

/// What must hold during binding: `locals` are the fast locals, all NULL at first, each owning what is put in. The arguments are
/// owned; whichever is not put into a local is dropped.
pub unsafe fn bind(
    function: &Function,
    locals: *mut *mut Object,
    args: *const *mut Object,
    positional: usize,
    kwnames: Option<&Tuple>,
) -> Result<()> {
    let code = function.code();
    let argcount = code.co_argcount.get() as usize;
    // SAFETY: the arguments are owned by this call, the locals by the frame.
    unsafe {
        if kwnames.is_none_or(Tuple::is_empty)
            && positional == argcount
            && code.co_kwonlyargcount.get() == 0
            && !code.has_flag(VARARGS | VARKEYWORDS)
        {
            ptr::copy_nonoverlapping(args, locals, positional);
            return Ok(());
        }
        let named = kwnames.map_or(0, Tuple::len);
        if named == 0
            && positional < argcount
            && code.co_kwonlyargcount.get() == 0
            && !code.has_flag(VARARGS | VARKEYWORDS)
            && fill_from_defaults(function, locals, args, positional, argcount)
        {
            return Ok(());
        }
        let call = Call {
            function,
            code,
            locals,
            argcount,
            named: argcount + code.co_kwonlyargcount.get() as usize,
        };
        let mut given = Given { args, next: 0, total: positional + named };
        call.positional(&mut given, positional)?;
        let rest = call.keyword_dict()?;
        if let Some(kwnames) = kwnames {
            for (index, name) in kwnames.items().iter().enumerate() {
                let value = given.take();
                call.keyword(name, value, kwnames, index, rest.as_deref())?;
            }
        }
        if positional > argcount && !code.has_flag(VARARGS) {
            return Err(call.too_many(positional));
        }
        call.defaults(positional)?;
        call.keyword_defaults()
    }
}

/// Copies the arguments and the defaults of all others; `false`, and nothing is done, when there are not enough defaults.
#[inline]
unsafe fn fill_from_defaults(
    function: &Function,
    locals: *mut *mut Object,
    args: *const *mut Object,
    positional: usize,
    argcount: usize,
) -> bool {
    // SAFETY: nothing runs here that could change the defaults; the arguments move into the locals.
    unsafe {
        let Some(defaults) = function.func_defaults.peek() else { return false };
        let missing = argcount - positional;
        if missing > defaults.len() {
            return false;
        }
        ptr::copy_nonoverlapping(args, locals, positional);
        let defaults = defaults.items();
        for (index, value) in defaults[defaults.len() - missing..].iter().enumerate() {
            value.incref();
            *locals.add(positional + index) = value.as_ptr();
        }
        true
    }
}

/// The owned arguments that are not bound yet; those left over are dropped.
struct Given {
    args: *const *mut Object,
    next: usize,
    total: usize,
}

impl Given {
    unsafe fn take(&mut self) -> Ref {
        // SAFETY: the caller asks for no more than there are.
        let value = unsafe { Ref::from_owned(ptr::NonNull::new_unchecked(*self.args.add(self.next))) };
        self.next += 1;
        value
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        while self.next < self.total {
            // SAFETY: one of those left.
            drop(unsafe { self.take() });
        }
    }
}

struct Call<'a> {
    function: &'a Function,
    code: &'a Code,
    locals: *mut *mut Object,
    /// Positional parameters.
    argcount: usize,
    /// Parameters with names of their own: all but `*args` and `**kwargs`.
    named: usize,
}

impl Call<'_> {
    /// Whether the parameter has a value.
    fn is_set(&self, index: usize) -> bool {
        // SAFETY: a parameter's index.
        unsafe { !(*self.locals.add(index)).is_null() }
    }

    fn set(&self, index: usize, value: Ref) {
        // SAFETY: a parameter's index; it has no value yet.
        unsafe { *self.locals.add(index) = value.into_ptr() };
    }

    fn name(&self, index: usize) -> Option<&Str> {
        self.code.local_name(index)
    }

    /// The function's name in error texts.
    fn qualname(&self) -> String {
        self.function.func_qualname.get().map_or_else(String::new, |name| name.to_string_lossy())
    }

    unsafe fn positional(&self, given: &mut Given, count: usize) -> Result<()> {
        // SAFETY: there are `count` positional arguments.
        unsafe {
            for index in 0..count.min(self.argcount) {
                self.set(index, given.take());
            }
            let more = count.saturating_sub(self.argcount);
            if self.code.has_flag(VARARGS) {
                let tuple = if more == 0 { Tuple::empty() } else { Tuple::alloc(more)? };
                for place in &tuple.places()[..more] {
                    place.set(given.take().into_ptr());
                }
                self.set(self.named, tuple.upcast());
            } else {
                (0..more).for_each(|_| drop(given.take()));
            }
        }
        Ok(())
    }

    fn keyword_dict(&self) -> Result<Option<Ref<Dict>>> {
        if !self.code.has_flag(VARKEYWORDS) {
            return Ok(None);
        }
        let dict = Dict::new()?;
        self.set(self.named + usize::from(self.code.has_flag(VARARGS)), dict.clone().upcast());
        Ok(Some(dict))
    }

    fn keyword(
        &self,
        name: &Object,
        value: Ref,
        names: &Tuple,
        _index: usize,
        rest: Option<&Dict>,
    ) -> Result<()> {
        if name.cast::<Str>().is_none() {
            return Err(raise!(TypeError, "{}() keywords must be strings", self.qualname()));
        }
        let first = self.code.co_posonlyargcount.get() as usize;
        let parameters = &self.code.localsplusnames().items()[..self.named];
        let mut found = (first..self.named).find(|&index| parameters[index].is(name));
        if found.is_none() {
            for (index, parameter) in parameters.iter().enumerate().skip(first) {
                if compare::equal(name, parameter)? {
                    found = Some(index);
                    break;
                }
            }
        }
        let Some(index) = found else {
            let Some(rest) = rest else { return Err(self.unexpected(name, names)) };
            return rest.set_item(name, &value);
        };
        if self.is_set(index) {
            return Err(raise!(
                TypeError,
                "{}() got multiple values for argument '{}'",
                self.qualname(),
                text(name)
            ));
        }
        self.set(index, value);
        Ok(())
    }

    #[cold]
    fn unexpected(&self, name: &Object, names: &Tuple) -> Raised {
        let positional_only = self.code.co_posonlyargcount.get() as usize;
        let parameters = self.code.localsplusnames().items();
        let passed: Vec<String> = parameters[..positional_only]
            .iter()
            .filter(|parameter| names.items().iter().any(|name| text(name) == text(parameter)))
            .map(|parameter| text(parameter))
            .collect();
        if !passed.is_empty() {
            return raise!(
                TypeError,
                "{}() got some positional-only arguments passed as keyword arguments: '{}'",
                self.qualname(),
                passed.join(", ")
            );
        }
        let candidates: Vec<String> =
            parameters[positional_only..self.named].iter().map(|name| text(name)).collect();
        match suggest(&text(name), candidates.iter().map(String::as_str)) {
            Some(suggestion) => raise!(
                TypeError,
                "{}() got an unexpected keyword argument '{}'. Did you mean '{suggestion}'?",
                self.qualname(),
                text(name)
            ),
            None => {
                raise!(TypeError, "{}() got an unexpected keyword argument '{}'", self.qualname(), text(name))
            }
        }
    }

    #[cold]
    fn too_many(&self, given: usize) -> Raised {
        let keyword_only = (self.argcount..self.named).filter(|&index| self.is_set(index)).count();
        let defaults = self.function.func_defaults.get().map_or(0, |defaults| defaults.len());
        let s = |plural: bool| if plural { "s" } else { "" };
        let (takes, plural) = match defaults {
            0 => (self.argcount.to_string(), self.argcount != 1),
            _ => (format!("from {} to {}", self.argcount - defaults.min(self.argcount), self.argcount), true),
        };
        let and_keywords = match keyword_only {
            0 => String::new(),
            n => {
                format!(" positional argument{} (and {n} keyword-only argument{})", s(given != 1), s(n != 1))
            }
        };
        let verb = if given == 1 && keyword_only == 0 { "was" } else { "were" };
        raise!(
            TypeError,
            "{}() takes {takes} positional argument{} but {given}{and_keywords} {verb} given",
            self.qualname(),
            s(plural)
        )
    }

    fn defaults(&self, given: usize) -> Result<()> {
        if given >= self.argcount {
            return Ok(());
        }
        let defaults = self.function.func_defaults.get();
        let defaults = defaults.as_deref().map_or(&[][..], Tuple::items);
        let required = self.argcount.saturating_sub(defaults.len());
        let missing: Vec<usize> = (given..required).filter(|&index| !self.is_set(index)).collect();
        if !missing.is_empty() {
            return Err(self.missing("positional", &missing));
        }
        for index in given.max(required)..self.argcount {
            if !self.is_set(index) {
                self.set(index, defaults[index - required].to_ref());
            }
        }
        Ok(())
    }

    fn keyword_defaults(&self) -> Result<()> {
        let mut missing = Vec::new();
        let defaults = self.function.func_kwdefaults.get();
        for index in self.argcount..self.named {
            if self.is_set(index) {
                continue;
            }
            let value = match (&defaults, self.name(index)) {
                (Some(defaults), Some(name)) => defaults.get_str(name)?,
                _ => None,
            };
            match value {
                Some(value) => self.set(index, value),
                None => missing.push(index),
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(self.missing("keyword-only", &missing)) }
    }

    #[cold]
    fn missing(&self, kind: &str, indices: &[usize]) -> Raised {
        let names: Vec<String> = (indices.iter())
            .filter_map(|&index| self.name(index))
            .map(|name| format!("'{}'", name.to_string_lossy()))
            .collect();
        let list = match &names[..] {
            [] => String::new(),
            [one] => one.clone(),
            [one, two] => format!("{one} and {two}"),
            [head @ .., last] => format!("{}, and {last}", head.join(", ")),
        };
        let s = if names.len() == 1 { "" } else { "s" };
        raise!(TypeError, "{}() missing {} required {kind} argument{s}: {list}", self.qualname(), names.len())
    }
}

fn text(name: &Object) -> String {
    name.cast::<Str>().map_or_else(String::new, Str::to_string_lossy)
}
