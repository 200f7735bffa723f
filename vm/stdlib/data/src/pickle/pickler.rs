//! `Pickler`: its settings and what Python sees of it. [`super::save`] has the work.

use super::memo::MemoTable;
use super::op;
use super::output::Output;
use super::proxies::PicklerMemoProxy;
use super::state::pickling_error;
use core::cell::{Cell, RefCell};
use macros::{Trace, pytype};
use objects::protocol::{attr, number};
use objects::types::dict::Dict;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::expect_str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, attrs, id, raise};

/// `PicklerObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Pickler {
    ob_base: Object,
    pub memo: RefCell<MemoTable>,
    /// `persistent_id` and `reducer_override`, while the pickler runs.
    pub persistent_id: Slot,
    pub reducer_override: Slot,
    /// What was assigned to `persistent_id`.
    persistent_id_attribute: Slot,
    pub dispatch_table: Slot,
    /// The file's `write`; NULL when the output is wanted as bytes.
    pub write: Slot,
    pub buffer_callback: Slot,
    #[trace(skip)]
    pub output: Output,
    pub protocol: Cell<i32>,
    pub bin: Cell<i32>,
    pub fast: Cell<i32>,
    pub fix_imports: Cell<bool>,
    pub fast_nesting: Cell<i32>,
    /// The containers that are being saved, in fast mode.
    #[trace(skip)]
    pub fast_memo: RefCell<Vec<*const Object>>,
    is_ready: Cell<bool>,
}

impl Pickler {
    /// A pickler without a file.
    ///
    /// # Errors
    /// MemoryError.
    pub fn blank(class: &TypeObject) -> Result<Ref<Pickler>> {
        Ref::new_in(
            class,
            Pickler {
                ob_base: Object::HEAD,
                memo: RefCell::default(),
                persistent_id: Slot::empty(),
                reducer_override: Slot::empty(),
                persistent_id_attribute: Slot::empty(),
                dispatch_table: Slot::empty(),
                write: Slot::empty(),
                buffer_callback: Slot::empty(),
                output: Output::default(),
                protocol: Cell::new(0),
                bin: Cell::new(0),
                fast: Cell::new(0),
                fix_imports: Cell::new(false),
                fast_nesting: Cell::new(0),
                fast_memo: RefCell::default(),
                is_ready: Cell::new(false),
            },
        )
    }

    /// Sets the protocol and what depends on it.
    ///
    /// # Errors
    /// TypeError, ValueError.
    pub fn set_protocol(&self, protocol: Option<&Object>, fix_imports: bool) -> Result<()> {
        let protocol = match protocol.filter(|protocol| !protocol.is(none())) {
            None => op::DEFAULT_PROTOCOL,
            Some(protocol) => {
                let highest = op::HIGHEST_PROTOCOL;
                let protocol = match number::index(protocol)?.to_i64() {
                    Some(protocol) => protocol,
                    None => {
                        return Err(raise!(OverflowError, "Python int too large to convert to C long"));
                    }
                };
                if protocol > i64::from(highest) {
                    return Err(raise!(ValueError, "pickle protocol must be <= {highest}"));
                }
                if protocol < 0 { highest } else { protocol as i32 }
            }
        };
        self.protocol.set(protocol);
        self.bin.set(i32::from(protocol > 0));
        self.fix_imports.set(fix_imports && protocol < 3);
        Ok(())
    }

    /// # Errors
    /// TypeError when it cannot be written to.
    pub fn set_file(&self, file: &Object) -> Result<()> {
        match attr::get_optional(file, id!("write"))? {
            Some(write) => {
                self.write.set(Some(write));
                Ok(())
            }
            None => Err(raise!(TypeError, "file must have a 'write' attribute")),
        }
    }

    /// # Errors
    /// ValueError when the protocol has no out-of-band buffers.
    pub fn set_buffer_callback(&self, callback: Option<&Object>) -> Result<()> {
        let callback = callback.filter(|callback| !callback.is(none()));
        if callback.is_some() && self.protocol.get() < 5 {
            return Err(raise!(ValueError, "buffer_callback needs protocol >= 5"));
        }
        self.buffer_callback.set(callback.map(Instance::to_ref));
        Ok(())
    }

    /// An attribute of the class's own, but for the method that does nothing.
    fn own_persistent_id(&self) -> Result<Option<Ref>> {
        if let Some(set) = self.persistent_id_attribute.get() {
            return Ok(Some(set));
        }
        if self.is_exactly(&PICKLER) {
            return Ok(None);
        }
        let name = id!("persistent_id");
        let plain = TypeObject::lookup(&PICKLER, name);
        if let (Some(found), Some(plain)) = (self.class().lookup(name), plain)
            && found.is(&plain)
        {
            return Ok(None);
        }
        attr::get_optional(self, name)
    }

    /// Pickles one object.
    ///
    /// # Errors
    /// PicklingError; whatever else saving it raises.
    pub fn pickle(&self, object: &Object) -> Result<()> {
        self.persistent_id.set(self.own_persistent_id()?);
        let reducer = match self.is_exactly(&PICKLER) {
            true => None,
            false => attr::get_optional(self, id!("reducer_override"))?,
        };
        self.reducer_override.set(reducer);
        let protocol = self.protocol.get();
        if protocol >= 2 {
            self.output.write(&[op::PROTO, protocol as u8]);
        }
        self.output.set_framing(protocol >= 4);
        let result = self.save(object);
        if result.is_ok() {
            self.output.op(op::STOP);
            self.output.end_frame();
        }
        self.output.set_framing(false);
        self.persistent_id.set(None);
        self.reducer_override.set(None);
        result
    }
}

#[pytype(
    name = "Pickler", module = "_pickle", static_name = PICKLER, gc, flags = [BASETYPE],
    member("bin", INT, bin),
    member("fast", INT, fast),
    member("dispatch_table", OBJECT_EX, dispatch_table)
)]
impl Pickler {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<Pickler>> {
        Pickler::blank(class)
    }

    #[init("(file, protocol=None, fix_imports=True, buffer_callback=None)")]
    fn tp_init(
        &self,
        file: &Object,
        protocol: Option<&Object>,
        fix_imports: bool,
        buffer_callback: Option<&Object>,
    ) -> Result<()> {
        self.is_ready.set(false);
        self.set_protocol(protocol, fix_imports)?;
        self.set_file(file)?;
        self.set_buffer_callback(buffer_callback)?;
        drop(self.memo.take());
        self.output.clear();
        self.fast.set(0);
        self.fast_nesting.set(0);
        self.fast_memo.take();
        self.dispatch_table.set(attr::get_optional(self, id!("dispatch_table"))?);
        self.is_ready.set(true);
        Ok(())
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object) -> Result<Ref> {
        if let Some(set) = self.persistent_id_attribute.get()
            && expect_str(name, "attribute name")?.equals_text("persistent_id")
        {
            return Ok(set);
        }
        // SAFETY: the generic slot takes any object.
        unsafe { attrs::generic_getattro(self, name) }
    }

    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>) -> Result<()> {
        let name = expect_str(name, "attribute name")?;
        if name.equals_text("persistent_id") {
            self.persistent_id_attribute.set(value.map(Instance::to_ref));
            return Ok(());
        }
        attrs::generic_set(self, name, value)
    }

    #[method("dump($self, obj, /)")]
    fn dump(&self, obj: &Object) -> Result<()> {
        let Some(write) = self.write.get().filter(|_| self.is_ready.get()) else {
            let name = self.class().full_name();
            return Err(pickling_error(&format!("Pickler.__init__() was not called by {name}.__init__()")));
        };
        self.output.clear();
        self.pickle(obj)?;
        self.output.flush(&write)
    }

    #[method("persistent_id($self, obj, /)")]
    fn py_persistent_id(&self, _obj: &Object) {}

    #[method("clear_memo($self, /)")]
    fn clear_memo(&self) {
        drop(self.memo.take());
    }

    #[method("__sizeof__($self, /)")]
    fn sizeof(&self) -> usize {
        size_of::<Pickler>() + self.memo.borrow().size_bytes() + self.output.size_bytes()
    }

    #[getter("memo")]
    fn get_memo(&self) -> Result<Ref<PicklerMemoProxy>> {
        PicklerMemoProxy::new(self)
    }

    #[setter("memo")]
    fn set_memo(&self, value: Option<&Object>) -> Result<()> {
        let Some(value) = value else {
            return Err(raise!(TypeError, "attribute deletion is not supported"));
        };
        let entries = if let Some(proxy) = value.cast_exact::<PicklerMemoProxy>() {
            proxy.entries()?
        } else if let Some(dict) = value.cast::<Dict>() {
            dict.to_vec().into_iter().map(|(_, entry)| memo_entry(&entry)).collect::<Result<Vec<_>>>()?
        } else {
            let got = value.class().full_name();
            return Err(raise!(
                TypeError,
                "'memo' attribute must be a PicklerMemoProxy object or dict, not {got}"
            ));
        };
        let mut memo = MemoTable::default();
        for (object, number) in entries {
            memo.set(object, number);
        }
        drop(self.memo.replace(memo));
        Ok(())
    }
}

/// An object with its number, from a value of a memo as a dictionary.
fn memo_entry(entry: &Object) -> Result<(Ref, usize)> {
    let Some(&[number, object]) = entry.cast::<Tuple>().map(Tuple::items) else {
        return Err(raise!(TypeError, "'memo' values must be 2-item tuples"));
    };
    let Some(number) = number.cast::<Int>() else {
        return Err(raise!(TypeError, "an integer is required"));
    };
    match number.to_i64() {
        Some(number) => Ok((object.to_ref(), number as usize)),
        None => Err(raise!(OverflowError, "Python int too large to convert to C ssize_t")),
    }
}
