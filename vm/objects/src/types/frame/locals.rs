//! `FrameLocalsProxy`: the variables of a running function as a mapping that writes through (PEP 667).

use super::Frame;
use crate::interpreter_frame::InterpreterFrame;
use crate::object::refs::{Ref, Slot};
use crate::object::{Instance, Object};
use crate::protocol;
use crate::raise::Result;
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::none;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::{CompareOp, TypeObject};
use bytecode::code::kinds;
use macros::{Trace, pytype};

/// `PyFrameLocalsProxyObject`.
#[repr(C)]
#[derive(Trace)]
pub struct FrameLocalsProxy {
    ob_base: Object,
    frame: Slot<Frame>,
}

/// The value of the fast local `index` of a frame, from its cell if it has one.
pub fn value_of(frame: &InterpreterFrame, index: usize) -> Option<Ref> {
    let kind = frame.code().local_kind(index);
    // SAFETY: the index is a local's; a reference is taken at once.
    let value = unsafe { frame.local(index) }.get()?;
    if kind & (kinds::CELL | kinds::FREE) != 0
        && let Some(cell) = value.cast_exact::<Cell>()
    {
        return cell.get();
    }
    Some(value)
}

/// Whether an inlined comprehension runs, whose variables the namespace of a module or class body does not have.
pub fn has_hidden(frame: &InterpreterFrame) -> bool {
    let code = frame.code();
    (0..code.co_nlocalsplus.get() as usize)
        .any(|index| code.is_hidden(index) && value_of(frame, index).is_some())
}

/// The variables of a frame that have a value now, with it, in the code's order.
pub fn for_each(frame: &InterpreterFrame, mut each: impl FnMut(&Str, Ref) -> Result<()>) -> Result<()> {
    let code = frame.code();
    // A function's free variables are copied into its frame by the first instruction.
    for index in 0..code.co_nlocalsplus.get() as usize {
        if let (Some(value), Some(name)) = (value_of(frame, index), code.local_name(index)) {
            each(name, value)?;
        }
    }
    Ok(())
}

/// `locals()` of a function: a fresh dictionary.
///
/// # Errors
/// MemoryError.
pub fn snapshot(frame: &InterpreterFrame) -> Result<Ref<Dict>> {
    let dict = Dict::new()?;
    for_each(frame, |name, value| dict.set_item(name, &value))?;
    // SAFETY: borrowed while no Python code can run.
    if let Some(object) = unsafe { frame.frame_obj.peek() }
        && let Some(extra) = object.f_extra_locals.get()
    {
        dict.merge(&extra, true)?;
    }
    Ok(dict)
}

impl FrameLocalsProxy {
    /// The proxy of a frame.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new(frame: &Frame) -> Result<Ref<FrameLocalsProxy>> {
        Ref::new(FrameLocalsProxy { ob_base: Object::HEAD, frame: Slot::new(frame.to_ref()) })
    }

    fn frame(&self) -> Ref<Frame> {
        self.frame.get().unwrap_or_else(|| crate::fatal("a proxy without its frame"))
    }

    fn to_dict(&self) -> Result<Ref<Dict>> {
        let frame = self.frame();
        let dict = Dict::new()?;
        for_each(frame.activation(), |name, value| dict.set_item(name, &value))?;
        if let Some(extra) = frame.f_extra_locals.get() {
            dict.merge(&extra, true)?;
        }
        Ok(dict)
    }

    /// Assigns every entry of a dictionary.
    fn merge(&self, other: &Dict) -> Result<()> {
        other.to_vec().iter().try_for_each(|(key, value)| self.assign(key, value))
    }

    /// The index of the variable `key`, of a hidden one only for reading and while it has a value.
    fn index_of(&self, key: &Object, reading: bool) -> Result<Option<usize>> {
        let hash = protocol::object::hash(key)?;
        let frame = self.frame();
        let code = frame.code();
        for (index, name) in code.localsplusnames().items().iter().enumerate() {
            let visible = match reading {
                true => value_of(frame.activation(), index).is_some(),
                false => !code.is_hidden(index),
            };
            if visible && protocol::object::hash(name)? == hash && protocol::compare::equal(name, key)? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn lookup(&self, key: &Object) -> Result<Option<Ref>> {
        let frame = self.frame();
        if let Some(value) = self.index_of(key, true)?.and_then(|index| value_of(frame.activation(), index)) {
            return Ok(Some(value));
        }
        match frame.f_extra_locals.get() {
            Some(extra) => extra.get_item(key),
            None => Ok(None),
        }
    }

    fn assign(&self, key: &Object, value: &Object) -> Result<()> {
        let frame = self.frame();
        if let Some(index) = self.index_of(key, false)? {
            let activation = frame.activation();
            // SAFETY: the index is a local's.
            let slot = unsafe { activation.local(index) };
            if frame.code().local_kind(index) & (kinds::CELL | kinds::FREE) != 0
                && let Some(cell) = slot.get().and_then(|cell| cell.downcast::<Cell>().ok())
            {
                cell.set(Some(value.to_ref()));
                return Ok(());
            }
            slot.set(Some(value.to_ref()));
            return Ok(());
        }
        let extra = match frame.f_extra_locals.get() {
            Some(extra) => extra,
            None => {
                let extra = Dict::new()?;
                frame.f_extra_locals.set(Some(extra.clone()));
                extra
            }
        };
        extra.set_item(key, value)
    }
}

/// The entries of a dictionary or of another proxy, the only operands that a proxy knows.
fn mapping_of(object: &Object) -> Result<Option<Ref<Dict>>> {
    match object.cast::<FrameLocalsProxy>() {
        Some(proxy) => proxy.to_dict().map(Some),
        None => Ok(object.cast::<Dict>().map(Instance::to_ref)),
    }
}

#[pytype(
    name = "FrameLocalsProxy", symbol = PyFrameLocalsProxy_Type, gc, flags = [MAPPING], unhashable
)]
impl FrameLocalsProxy {
    #[new("FrameLocalsProxy(frame, /)")]
    fn py_new(_class: &TypeObject, frame: &Object) -> Result<Ref<FrameLocalsProxy>> {
        match frame.cast::<Frame>() {
            Some(frame) => FrameLocalsProxy::new(frame),
            None => Err(crate::raise!(TypeError, "expect frame, not {}", frame.class().name())),
        }
    }

    #[slot(mp_length)]
    fn len(&self) -> Result<usize> {
        Ok(self.to_dict()?.len())
    }

    #[slot(mp_subscript)]
    fn get_item(&self, key: &Object) -> Result<Ref> {
        match self.lookup(key)? {
            Some(value) => Ok(value),
            None => {
                let text = protocol::object::repr(key)?.to_string_lossy();
                Err(crate::raise!(KeyError, "local variable {text} is not defined"))
            }
        }
    }

    #[slot(mp_ass_subscript)]
    fn set_item(&self, key: &Object, value: Option<&Object>) -> Result<()> {
        match value {
            Some(value) => self.assign(key, value),
            None => {
                if self.index_of(key, false)?.is_some() {
                    return Err(crate::raise!(
                        ValueError,
                        "cannot remove local variables from FrameLocalsProxy"
                    ));
                }
                match self.frame().f_extra_locals.get() {
                    Some(extra) => extra.del_item(key),
                    None => Err(crate::raise::key_error(key)),
                }
            }
        }
    }

    #[slot(sq_contains)]
    fn contains(&self, key: &Object) -> Result<bool> {
        Ok(self.lookup(key)?.is_some())
    }

    #[slot(tp_iter)]
    fn iter(&self) -> Result<Ref> {
        protocol::iter::get_iter(&*protocol::sequence::to_list(&*self.to_dict()?)?)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Some(_guard) = protocol::repr_guard::enter(self) else { return Str::new("{...}") };
        protocol::object::repr(&*self.to_dict()?)
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        if let Some(other) = other.cast::<FrameLocalsProxy>() {
            let same = self.frame().is(&other.frame());
            return match op {
                CompareOp::Eq => Ok(crate::types::bool::new_bool(same)),
                CompareOp::Ne => Ok(crate::types::bool::new_bool(!same)),
                _ => Ok(none::not_implemented().to_ref()),
            };
        }
        match other.cast::<Dict>() {
            Some(other) => protocol::compare::rich_compare(&*self.to_dict()?, other, op),
            None => Ok(none::not_implemented().to_ref()),
        }
    }

    #[method("keys($self, /)")]
    fn keys(&self) -> Result<Ref> {
        Ok(protocol::sequence::to_list(&*self.to_dict()?)?.upcast())
    }

    #[method("values($self, /)")]
    fn values(&self) -> Result<Ref> {
        let values = self.to_dict()?.to_vec().into_iter().map(|(_, value)| value).collect();
        Ok(crate::types::list::List::from_vec(values)?.upcast())
    }

    #[method("items($self, /)")]
    fn items(&self) -> Result<Ref> {
        let pairs = (self.to_dict()?.to_vec().into_iter())
            .map(|(key, value)| Ok(Tuple::from_array([key, value])?.upcast()))
            .collect::<Result<Vec<_>>>()?;
        Ok(crate::types::list::List::from_vec(pairs)?.upcast())
    }

    #[method("get($self, key, default=None, /)", unchecked, nosig)]
    fn get(&self, key: &Object, default: &Object) -> Result<Ref> {
        Ok(self.lookup(key)?.unwrap_or_else(|| default.to_ref()))
    }

    #[method("copy($self, /)")]
    fn copy(&self) -> Result<Ref<Dict>> {
        self.to_dict()
    }

    #[method("__contains__($self, object, /)", coexist)]
    fn py_contains(&self, object: &Object) -> Result<bool> {
        self.contains(object)
    }

    #[method("__getitem__($self, object, /)", coexist)]
    fn py_get_item(&self, object: &Object) -> Result<Ref> {
        self.get_item(object)
    }

    #[method("__reversed__($self, /)")]
    fn reversed(&self) -> Result<Ref> {
        let mut keys = self.to_dict()?.to_vec();
        keys.reverse();
        Ok(crate::types::list::List::from_vec(keys.into_iter().map(|(key, _)| key).collect())?.upcast())
    }

    #[method("update($self, object, /)")]
    fn update(&self, other: &Object) -> Result<()> {
        match mapping_of(other)? {
            Some(other) => self.merge(&other),
            None => {
                Err(crate::raise!(TypeError, "update() argument must be dict or another FrameLocalsProxy"))
            }
        }
    }

    #[slot(nb_or)]
    fn or(left: &Object, right: &Object) -> Result<Ref> {
        let (Some(left), Some(right)) = (mapping_of(left)?, mapping_of(right)?) else {
            return Ok(none::not_implemented().to_ref());
        };
        let merged = left.copy()?;
        merged.merge(&right, true)?;
        Ok(merged.upcast())
    }

    #[slot(nb_inplace_or)]
    fn inplace_or(&self, other: &Object) -> Result<Ref> {
        let Some(other) = mapping_of(other)? else { return Ok(none::not_implemented().to_ref()) };
        self.merge(&other)?;
        Ok(self.to_ref().upcast())
    }

    #[method("pop", raw, nosig)]
    fn pop(&self, args: &[&Object]) -> Result<Ref> {
        let (key, default) = match *args {
            [key] => (key, None),
            [key, default] => (key, Some(default)),
            _ => {
                let bound = if args.is_empty() { "at least 1 argument" } else { "at most 2 arguments" };
                return Err(crate::raise!(TypeError, "pop expected {bound}, got {}", args.len()));
            }
        };
        if self.index_of(key, false)?.is_some() {
            return Err(crate::raise!(ValueError, "cannot remove local variables from FrameLocalsProxy"));
        }
        let removed = match self.frame().f_extra_locals.get() {
            Some(extra) => extra.remove(key)?,
            None => None,
        };
        removed.or_else(|| default.map(Instance::to_ref)).ok_or_else(|| crate::raise::key_error(key))
    }

    #[method("setdefault($self, key, default=None, /)", unchecked, nosig)]
    fn setdefault(&self, key: &Object, default: &Object) -> Result<Ref> {
        if let Some(value) = self.lookup(key)? {
            return Ok(value);
        }
        self.assign(key, default)?;
        Ok(default.to_ref())
    }
}
