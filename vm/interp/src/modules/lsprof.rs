//! `_lsprof`: the profiler under `cProfile`. It is a tool of `sys.monitoring` and measures by a stack of running calls.

use crate::monitor::{self, event};
use core::cell::{Cell, RefCell};
use objects::object::trace::{Trace, Visit, Visitor};
use objects::protocol::{attr, call, number, object};
use objects::types::cfunction::Function;
use objects::types::code::Code;
use objects::types::descr::method::PyMethodDescr_Type;
use objects::types::float::new_float;
use objects::types::int::new_int;
use objects::types::list::List;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::types::structseq;
use objects::{Instance, Object, Ref, Result, TypeObject, id, raise};
use std::collections::HashMap;
use std::time::Instant;

/// The tool that a profiler is to `sys.monitoring`: PROFILER_ID.
const TOOL: usize = 2;

/// What identifies a function: the address of its code object or of its native definition.
type Key = usize;

/// What was measured of a function, or of its calls by one caller. Times are in seconds.
#[derive(Default)]
struct Figures {
    total: f64,
    inline: f64,
    calls: i64,
    recursive_calls: i64,
    /// How many of its calls run now.
    level: i64,
}

impl Figures {
    /// A call that took `total`, of which `inline` in the function itself, has ended.
    fn add(&mut self, total: f64, inline: f64) {
        self.level -= 1;
        if self.level == 0 {
            self.total += total;
        } else {
            self.recursive_calls += 1;
        }
        self.inline += inline;
        self.calls += 1;
    }
}

struct Entry {
    /// The code object, or the text for a native function.
    function: Ref,
    figures: Figures,
    callees: HashMap<Key, Figures>,
}

/// A call that runs.
struct Running {
    key: Key,
    start: f64,
    /// Time in calls that it made.
    inner: f64,
}

/// The C struct of `Profiler`.
#[repr(C)]
pub struct Profiler {
    ob_base: Object,
    timer: objects::object::refs::Slot,
    timer_unit: Cell<f64>,
    /// Whether the program's timer is being asked.
    in_timer: Cell<bool>,
    started: Cell<Option<Instant>>,
    subcalls: Cell<bool>,
    builtins: Cell<bool>,
    enabled: Cell<bool>,
    entries: RefCell<HashMap<Key, Entry>>,
    /// The keys in the order in which they were first seen.
    order: RefCell<Vec<Key>>,
    running: RefCell<Vec<Running>>,
}

impl Trace for Profiler {
    fn trace(&self, visitor: &mut Visitor) -> Visit {
        self.timer.trace(visitor)
    }
    fn clear(&self) {
        self.timer.set(None);
    }
}

impl Profiler {
    /// The time now, in seconds.
    fn now(&self) -> f64 {
        let Some(timer) = self.timer.get() else {
            let start = self.started.get().unwrap_or_else(|| {
                let now = Instant::now();
                self.started.set(Some(now));
                now
            });
            return start.elapsed().as_secs_f64();
        };
        let read = || -> Result<f64> {
            self.in_timer.set(true);
            let answer = call::call_no_args(&timer);
            self.in_timer.set(false);
            let answer = answer?;
            let time = number::as_f64(&answer)?;
            Ok(if self.timer_unit.get() > 0.0 { time * self.timer_unit.get() } else { time })
        };
        read().unwrap_or_else(|raised| {
            raise::write_unraisable(raised, Some(&timer));
            0.0
        })
    }

    fn enter(&self, key: Key, function: impl FnOnce() -> Result<Ref>) -> Result<()> {
        if !self.entries.borrow().contains_key(&key) {
            let function = function()?;
            let entry = Entry { function, figures: Figures::default(), callees: HashMap::new() };
            self.entries.borrow_mut().insert(key, entry);
            self.order.borrow_mut().push(key);
        }
        {
            let mut entries = self.entries.borrow_mut();
            if let Some(entry) = entries.get_mut(&key) {
                entry.figures.level += 1;
            }
            let caller = self.running.borrow().last().map(|caller| caller.key);
            if self.subcalls.get()
                && let Some(caller) = caller
                && let Some(caller) = entries.get_mut(&caller)
            {
                caller.callees.entry(key).or_default().level += 1;
            }
        }
        let start = self.now();
        self.running.borrow_mut().push(Running { key, start, inner: 0.0 });
        Ok(())
    }

    fn leave(&self, key: Key) {
        let known = self.entries.borrow().contains_key(&key);
        let now = self.now();
        if known {
            self.stop(now);
        } else {
            self.running.borrow_mut().pop();
        }
    }

    /// The innermost call ends.
    fn stop(&self, now: f64) {
        let (ended, caller) = {
            let mut running = self.running.borrow_mut();
            let Some(ended) = running.pop() else { return };
            let total = now - ended.start;
            let caller = running.last_mut().map(|caller| {
                caller.inner += total;
                caller.key
            });
            (ended, caller)
        };
        let total = now - ended.start;
        let inline = total - ended.inner;
        let mut entries = self.entries.borrow_mut();
        if let Some(entry) = entries.get_mut(&ended.key) {
            entry.figures.add(total, inline);
        }
        if self.subcalls.get()
            && let Some(caller) = caller.and_then(|caller| entries.get_mut(&caller))
            && let Some(figures) = caller.callees.get_mut(&ended.key)
        {
            figures.add(total, inline);
        }
    }

    fn set_events(&self, on: bool) -> Result<()> {
        const CALLBACKS: [(usize, &str); 9] = [
            (event::PY_START, "_pystart_callback"),
            (event::PY_RESUME, "_pystart_callback"),
            (event::PY_THROW, "_pystart_callback"),
            (event::PY_RETURN, "_pyreturn_callback"),
            (event::PY_YIELD, "_pyreturn_callback"),
            (event::PY_UNWIND, "_pyreturn_callback"),
            (event::CALL, "_ccall_callback"),
            (event::C_RETURN, "_creturn_callback"),
            (event::C_RAISE, "_creturn_callback"),
        ];
        let mut events = 0;
        for (event, name) in CALLBACKS {
            let callback = if on { Some(attr::get_text(self.as_object(), name)?) } else { None };
            drop(monitor::set_callback(TOOL, event, callback));
            if event != event::C_RETURN && event != event::C_RAISE {
                events |= 1 << event;
            }
        }
        monitor::set_events(TOOL, if on { events } else { 0 })
    }
}

/// The native function that a callable is, bound to its object: what cProfile counts apart.
fn native(callable: &Object, this: &Object) -> Result<Option<Ref>> {
    if callable.cast::<Function>().is_some() {
        return Ok(Some(callable.to_ref()));
    }
    let (_, missing) = monitor::sentinels()?;
    if !callable.is_exactly(&PyMethodDescr_Type) || this.is(&missing) {
        return Ok(None);
    }
    let Some(bind) = callable.class().tp_descr_get.get() else { return Ok(None) };
    // SAFETY: the slot belongs to the callable's class.
    let bound = unsafe { bind(callable, Some(this), Some(this.class().as_object())) }?;
    Ok(Some(bound).filter(|bound| bound.cast::<Function>().is_some()))
}

/// How a native function is named among code objects.
fn describe(function: &Function) -> Result<Ref> {
    let this = function.bound_to();
    if let Some(this) = this.filter(|this| this.cast::<Module>().is_none()) {
        let name = intern::intern_text(function.name())?;
        if let Some(method) = this.class().lookup(&name) {
            return Ok(object::repr(&method)?.upcast());
        }
        return Ok(Str::new(&format!("<built-in method {}>", function.name()))?.upcast());
    }
    let module = attr::get_optional(function.as_object(), id!("__module__"))?;
    let text = match module.as_deref().and_then(|module| module.cast::<Str>()) {
        Some(module) => format!("<built-in method {}.{}>", module.to_string_lossy(), function.name()),
        None => format!("<built-in method {}>", function.name()),
    };
    Ok(Str::new(&text)?.upcast())
}

fn key_of<T>(value: &T) -> Key {
    core::ptr::from_ref(value) as Key
}

#[macros::pytype(name = "Profiler", module = "_lsprof", static_name = PROFILER, flags = [BASETYPE], gc)]
impl Profiler {
    #[init("(timer=None, timeunit=0.0, subcalls=True, builtins=True)")]
    fn init(&self, timer: Option<&Object>, timeunit: f64, subcalls: bool, builtins: bool) -> Result<()> {
        self.timer.set(timer.filter(|timer| !timer.is(none())).map(Instance::to_ref));
        self.timer_unit.set(timeunit);
        self.subcalls.set(subcalls);
        self.builtins.set(builtins);
        Ok(())
    }

    #[slot(tp_new)]
    fn py_new(
        class: &TypeObject,
        _args: &objects::types::tuple::Tuple,
        _kwargs: Option<&objects::types::dict::Dict>,
    ) -> Result<Ref<Profiler>> {
        Ref::new_in(
            class,
            Profiler {
                ob_base: Object::HEAD,
                timer: objects::object::refs::Slot::empty(),
                timer_unit: Cell::new(0.0),
                in_timer: Cell::new(false),
                started: Cell::new(None),
                subcalls: Cell::new(true),
                builtins: Cell::new(true),
                enabled: Cell::new(false),
                entries: RefCell::default(),
                order: RefCell::default(),
                running: RefCell::default(),
            },
        )
    }

    #[method("enable($self, /, subcalls=True, builtins=True)", unchecked, nosig)]
    fn enable(&self, subcalls: bool, builtins: bool) -> Result<()> {
        self.subcalls.set(subcalls);
        self.builtins.set(builtins);
        if monitor::tool_name(TOOL).is_some() {
            return Err(raise!(ValueError, "Another profiling tool is already active"));
        }
        monitor::set_tool_name(TOOL, Some(Str::new("cProfile")?.upcast()));
        self.enabled.set(true);
        self.set_events(true)
    }

    #[method("disable($self, /)")]
    fn disable(&self) -> Result<()> {
        if self.in_timer.get() {
            return Err(raise!(RuntimeError, "cannot disable profiler in external timer"));
        }
        if self.enabled.replace(false) {
            self.set_events(false)?;
            monitor::set_tool_name(TOOL, None);
            while !self.running.borrow().is_empty() {
                let now = self.now();
                self.stop(now);
            }
        }
        Ok(())
    }

    #[method("clear($self, /)")]
    fn py_clear(&self) -> Result<()> {
        if self.in_timer.get() {
            return Err(raise!(RuntimeError, "cannot clear profiler in external timer"));
        }
        let entries = self.entries.take();
        self.order.borrow_mut().clear();
        self.running.borrow_mut().clear();
        drop(entries);
        Ok(())
    }

    #[method("getstats($self, /)")]
    fn getstats(&self) -> Result<Ref<List>> {
        let (entry_class, subentry_class) = classes()?;
        let list = List::new()?;
        let keys = self.order.borrow().clone();
        let row = |function: Ref, figures: (i64, i64, f64, f64)| -> Result<Vec<Ref>> {
            Ok(vec![
                function,
                new_int(figures.0)?,
                new_int(figures.1)?,
                new_float(figures.2)?,
                new_float(figures.3)?,
            ])
        };
        let copy =
            |figures: &Figures| (figures.calls, figures.recursive_calls, figures.total, figures.inline);
        for key in &keys {
            let (function, figures, callees) = {
                let entries = self.entries.borrow();
                let Some(entry) = entries.get(key).filter(|entry| entry.figures.calls > 0) else { continue };
                let callees: Vec<_> = keys
                    .iter()
                    .filter_map(|callee| Some((entry.callees.get(callee)?, entries.get(callee)?)))
                    .filter(|(figures, _)| figures.calls > 0)
                    .map(|(figures, callee)| (callee.function.clone(), copy(figures)))
                    .collect();
                (entry.function.clone(), copy(&entry.figures), callees)
            };
            let mut values = row(function, figures)?;
            values.push(if callees.is_empty() {
                none().to_ref()
            } else {
                let calls = List::new()?;
                for (function, figures) in callees {
                    calls.push(structseq::instance(&subentry_class, row(function, figures)?)?)?;
                }
                calls.upcast()
            });
            list.push(structseq::instance(&entry_class, values)?)?;
        }
        Ok(list)
    }

    #[method("_pystart_callback", raw, unchecked, nosig)]
    fn pystart(&self, args: &[&Object]) -> Result<()> {
        at_least("_pystart_callback", 2, args)?;
        match args.first().and_then(|code| code.cast::<Code>()) {
            Some(code) => self.enter(key_of(code), || Ok(code.to_ref().upcast())),
            None => Ok(()),
        }
    }

    #[method("_pyreturn_callback", raw, unchecked, nosig)]
    fn pyreturn(&self, args: &[&Object]) -> Result<()> {
        at_least("_pyreturn_callback", 3, args)?;
        if let Some(code) = args.first().and_then(|code| code.cast::<Code>()) {
            self.leave(key_of(code));
        }
        Ok(())
    }

    #[method("_ccall_callback", raw, unchecked, nosig)]
    fn ccall(&self, args: &[&Object]) -> Result<()> {
        at_least("_ccall_callback", 4, args)?;
        if let (true, [_, _, callable, this]) = (self.builtins.get(), args)
            && let Some(function) = native(callable, this)?
            && let Some(function) = function.cast::<Function>()
        {
            return self.enter(key_of(function.def()), || describe(function));
        }
        Ok(())
    }

    #[method("_creturn_callback", raw, unchecked, nosig)]
    fn creturn(&self, args: &[&Object]) -> Result<()> {
        at_least("_creturn_callback", 4, args)?;
        if let (true, [_, _, callable, this]) = (self.builtins.get(), args)
            && let Some(function) = native(callable, this)?
            && let Some(function) = function.cast::<Function>()
        {
            self.leave(key_of(function.def()));
        }
        Ok(())
    }
}

/// TypeError when a callback has fewer arguments than its events.
fn at_least(name: &str, wanted: usize, args: &[&Object]) -> Result<()> {
    if args.len() >= wanted {
        return Ok(());
    }
    let plural = if wanted == 1 { "" } else { "s" };
    let given = args.len();
    Err(raise!(TypeError, "{name} expected at least {wanted} argument{plural}, got {given}"))
}

/// `profiler_entry` and `profiler_subentry`.
fn classes() -> Result<(Ref<TypeObject>, Ref<TypeObject>)> {
    let modules = objects::state::interpreter().modules.get().ok_or_else(raise::null_result)?;
    let module = modules.get_str(&*intern::intern_text("_lsprof")?)?.ok_or_else(raise::null_result)?;
    let class = |name: &str| -> Result<Ref<TypeObject>> {
        attr::get_text(&module, name)?.downcast().map_err(|_| raise::null_result())
    };
    Ok((class("profiler_entry")?, class("profiler_subentry")?))
}

#[macros::pymodule(name = "_lsprof", classes(super::Profiler))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let dict = module.dict();
        let entry = structseq::new_class(
            "_lsprof.profiler_entry",
            "",
            &[
                ("code", "code object or built-in function name"),
                ("callcount", "how many times this was called"),
                ("reccallcount", "how many times called recursively"),
                ("totaltime", "total time in this entry"),
                ("inlinetime", "inline time in this entry (not in subcalls)"),
                ("calls", "details of the calls"),
            ],
            6,
        )?;
        dict.set_text("profiler_entry", entry.as_object())?;
        let subentry = structseq::new_class(
            "_lsprof.profiler_subentry",
            "",
            &[
                ("code", "called code object or built-in function name"),
                ("callcount", "how many times this is called"),
                ("reccallcount", "how many times this is called recursively"),
                ("totaltime", "total time spent in this call"),
                ("inlinetime", "inline time (not in further subcalls)"),
            ],
            5,
        )?;
        dict.set_text("profiler_subentry", subentry.as_object())
    }
}
