//! Binding a call's arguments to the parameters of a function that is known: which argument or default each parameter gets is settled
//! while recording.

use crate::helpers::Helper;
use crate::items::{Item, Life, Obj};
use crate::recorder::Recorder;
use crate::virtuals::WIDEST;
use bytecode::code::flags;
use ir::ops::Op;
use ir::trace::{Arg, Const};
use objects::types::code::Code;
use objects::types::function::Function;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object};

/// Where a parameter's value comes from.
#[derive(Clone)]
pub enum Source {
    /// The slot of an argument.
    Slot(usize),
    /// A value that is in no slot.
    Item(Item),
    /// A default.
    Default(&'static Object),
    /// `*args`.
    Rest(Vec<Source>),
    /// `**kwargs` of a call that gives none.
    NoKeywords,
}

/// The arguments of a call, of which the last ones have names.
#[derive(Clone)]
pub struct Given {
    pub args: Vec<Source>,
    pub names: Option<&'static Tuple>,
}

/// The sources of all parameters; `None` for a call that raises or that is left to the runtime.
pub fn sources(function: &Function, given: &Given) -> Option<Vec<Source>> {
    let code = function.code();
    let positional = code.co_argcount.get() as usize;
    let named = positional + code.co_kwonlyargcount.get() as usize;
    let names = given.names.map_or(&[][..], Tuple::items);
    let by_place = given.args.len().checked_sub(names.len())?;
    let mut sources: Vec<Option<Source>> = vec![None; named];
    for (index, source) in sources.iter_mut().enumerate().take(by_place.min(positional)) {
        *source = Some(given.args[index].clone());
    }
    for (index, name) in names.iter().enumerate() {
        let parameter = parameter_named(code, name.cast_exact::<Str>()?, named)?;
        let source = &mut sources[parameter];
        if source.is_some() {
            return None;
        }
        *source = Some(given.args[by_place + index].clone());
    }
    // SAFETY: the function is guarded to be as it is.
    let defaults = unsafe { function.func_defaults.peek() }.map_or(&[][..], Tuple::items);
    for (index, source) in sources.iter_mut().enumerate().take(positional) {
        if source.is_none() {
            let default = (index + defaults.len()).checked_sub(positional)?;
            *source = Some(Source::Default(*defaults.get(default)?));
        }
    }
    let mut sources: Vec<Source> = sources.into_iter().collect::<Option<_>>()?;
    let rest = given.args.get(positional..by_place).unwrap_or_default();
    if code.has_flag(flags::VARARGS) && rest.len() <= WIDEST {
        sources.push(Source::Rest(rest.to_vec()));
    } else if code.has_flag(flags::VARARGS) || !rest.is_empty() {
        return None;
    }
    if code.has_flag(flags::VARKEYWORDS) {
        sources.push(Source::NoKeywords);
    }
    Some(sources)
}

/// The parameter of that name, among those that can be named.
fn parameter_named(code: &Code, name: &Str, named: usize) -> Option<usize> {
    let from = code.co_posonlyargcount.get() as usize;
    (from..named).find(|&index| code.local_name(index).is_some_and(|own| own.equals(name)))
}

/// The items for the parameters; what has to be made for them may fail, with the items of the call on the stack.
pub fn items(rec: &mut Recorder, unit: u32, sources: &[Source]) -> Vec<Item> {
    let mut items: Vec<Item> = sources
        .iter()
        .map(|source| match source {
            Source::Slot(index) => rec.held(*index, true),
            Source::Item(item) => *item,
            Source::Default(object) => rec.constant(object),
            Source::Rest(rest) if rest.is_empty() => rec.constant(Tuple::empty().as_object()),
            Source::Rest(rest) => {
                let items = self::items(rec, unit, rest);
                rec.virtual_tuple(items)
            }
            Source::NoKeywords => {
                let dict = rec.call(Helper::new_dict, &[]);
                made(rec, unit, dict)
            }
        })
        .collect();
    // A value that got its object on the way is that object.
    for (item, source) in items.iter_mut().zip(sources) {
        if let Source::Slot(index) = source {
            *item = rec.held(*index, true);
        }
    }
    items
}

/// What a helper made, if it could.
fn made(rec: &mut Recorder, unit: u32, value: Arg) -> Item {
    rec.guard_done(unit, Op::guard_ne, &[value, Arg::Const(Const::P(0))]);
    rec.add(Obj::new(value, 1, Life::Counted))
}
