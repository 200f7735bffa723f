//! Saving: one function for each kind of object that pickles have instructions for.

use super::op::*;
use super::pickler::Pickler;
use super::state::{STATE, held, pickling_error};
use objects::codecs::latin;
use objects::protocol::{attr, buffer, call, iter, object, sequence};
use objects::types::bool::from_bool;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::dict::{Dict, Position};
use objects::types::float::Float;
use objects::types::function::Function;
use objects::types::int::{Int, new_int};
use objects::types::list::List;
use objects::types::none::{none, not_implemented};
use objects::types::picklebuffer::PickleBuffer;
use objects::types::set::Set;
use objects::types::set::methods::PyFrozenSet_Type;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::r#type::PyType_Type;
use objects::{Instance, Object, Result, TypeObject, id, raise, state};

/// Nesting at which fast mode begins to look for circles.
const FAST_NESTING_LIMIT: i32 = 50;

impl Pickler {
    /// Saves an object, by its persistent id if it has one.
    pub(super) fn save(&self, object: &Object) -> Result<()> {
        self.save_with(object, true)
    }

    fn save_with(&self, object: &Object, ask_persistent_id: bool) -> Result<()> {
        if self.output.boundary()
            && let Some(write) = self.write.get()
        {
            self.output.flush(&write)?;
        }
        if ask_persistent_id
            && let Some(function) = self.persistent_id.get()
            && self.save_persistent_id(&function, object)?
        {
            return Ok(());
        }
        if object.is(none()) {
            self.output.op(NONE);
            return Ok(());
        }
        if object.is(from_bool(true)) || object.is(from_bool(false)) {
            self.save_bool(object.is(from_bool(true)));
            return Ok(());
        }
        if let Some(int) = object.cast_exact::<Int>() {
            return self.save_int(int);
        }
        if let Some(float) = object.cast_exact::<Float>() {
            self.save_float(float.value());
            return Ok(());
        }
        if let Some(number) = self.number_of(object) {
            self.refer(number);
            return Ok(());
        }
        if let Some(text) = object.cast_exact::<Str>() {
            return self.save_str(text);
        }
        if let Some(bytes) = object.cast_exact::<Bytes>() {
            return self.save_bytes(bytes);
        }
        let _depth = state::enter_recursive_call(" while pickling an object")?;
        if let Some(dict) = object.cast_exact::<Dict>() {
            return self.save_dict(dict);
        }
        if let Some(list) = object.cast_exact::<List>() {
            return self.save_list(list);
        }
        if let Some(tuple) = object.cast_exact::<Tuple>() {
            return self.save_tuple(tuple);
        }
        if let Some(set) = object.cast_exact::<Set>() {
            return self.save_set(set);
        }
        if object.is_exactly(&PyFrozenSet_Type)
            && let Some(set) = objects::types::set::any_set(object)
        {
            return self.save_frozenset(object, set);
        }
        if let Some(bytes) = object.cast_exact::<ByteArray>() {
            return self.save_bytearray(bytes);
        }
        if let Some(buffer) = object.cast_exact::<PickleBuffer>() {
            return self.save_picklebuffer(buffer);
        }
        self.save_other(object)
    }

    /// An object without instructions of its own: by its global name, or as what `__reduce_ex__` says.
    fn save_other(&self, object: &Object) -> Result<()> {
        if let Some(reducer) = self.reducer_override.get() {
            let reduced = call::call_one_arg(&reducer, object)?;
            if !reduced.is(not_implemented()) {
                return self.save_reduced(&reduced, object);
            }
        }
        if object.is_exactly(&PyType_Type) {
            return self.save_type(object);
        }
        if object.cast_exact::<Function>().is_some() {
            return self.save_global(object, None);
        }
        let class = object.class();
        let own = match self.dispatch_table.get() {
            None => held(&STATE.dispatch_table)?.get_item(class)?,
            Some(table) => match table.cast_exact::<Dict>() {
                Some(table) => table.get_item(class)?,
                None => objects::raise::Catch::catch(
                    objects::protocol::mapping::get_item(&table, class),
                    &objects::types::exceptions::KeyError,
                )?,
            },
        };
        let reduced = if let Some(function) = own {
            call::call_one_arg(&function, object)?
        } else if class.is_subtype(&PyType_Type) {
            return self.save_global(object, None);
        } else if let Some(function) = attr::get_optional(object, id!("__reduce_ex__"))? {
            call::call_one_arg(&function, &*new_int(self.protocol.get().into())?)?
        } else if let Some(function) = attr::get_optional(object, id!("__reduce__"))? {
            call::call_no_args(&function)?
        } else {
            let shown = object::repr(object)?.to_string_lossy();
            let name = class.full_name();
            return Err(pickling_error(&format!("can't pickle '{name}' object: {shown}")));
        };
        self.save_reduced(&reduced, object)
    }

    fn save_reduced(&self, reduced: &Object, object: &Object) -> Result<()> {
        if let Some(name) = reduced.cast::<Str>() {
            return self.save_global(object, Some(name));
        }
        match reduced.cast::<Tuple>() {
            Some(reduced) => self.save_reduce(reduced, Some(object)),
            None => Err(pickling_error("__reduce__ must return a string or tuple")),
        }
    }

    /// Whether the object had a persistent id, which is saved.
    fn save_persistent_id(&self, function: &Object, object: &Object) -> Result<bool> {
        let persistent_id = call::call_one_arg(function, object)?;
        if persistent_id.is(none()) {
            return Ok(false);
        }
        if self.is_binary() {
            self.save_with(&persistent_id, false)?;
            self.output.op(BINPERSID);
            return Ok(true);
        }
        let text = object::str(&persistent_id)?;
        let Some(ascii) = text.as_ascii() else {
            return Err(pickling_error("persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.output.write(&[&[PERSID], ascii.as_bytes(), b"\n"].concat());
        Ok(true)
    }

    #[inline]
    pub(super) fn is_binary(&self) -> bool {
        self.bin.get() != 0
    }

    /// The number of an object that was saved before.
    #[inline]
    pub(super) fn number_of(&self, object: &Object) -> Option<usize> {
        self.memo.borrow().get(object)
    }

    /// Refers to an object that was saved before.
    pub(super) fn refer(&self, number: usize) {
        if !self.is_binary() {
            self.output.write(format!("g{number}\n").as_bytes());
        } else if let Ok(number) = u8::try_from(number) {
            self.output.write(&[BINGET, number]);
        } else {
            let [a, b, c, d] = (number as u32).to_le_bytes();
            self.output.write(&[LONG_BINGET, a, b, c, d]);
        }
    }

    /// Remembers an object that was just saved.
    pub(super) fn memoize(&self, object: &Object) {
        if self.fast.get() != 0 {
            return;
        }
        let number = {
            let memo = &mut *self.memo.borrow_mut();
            let number = memo.len();
            memo.set(object.to_ref(), number);
            number
        };
        if self.protocol.get() >= 4 {
            self.output.op(MEMOIZE);
        } else if !self.is_binary() {
            self.output.write(format!("p{number}\n").as_bytes());
        } else if let Ok(number) = u8::try_from(number) {
            self.output.write(&[BINPUT, number]);
        } else {
            let [a, b, c, d] = (number as u32).to_le_bytes();
            self.output.write(&[LONG_BINPUT, a, b, c, d]);
        }
    }

    fn save_bool(&self, value: bool) {
        if self.protocol.get() >= 2 {
            self.output.op(if value { NEWTRUE } else { NEWFALSE });
        } else {
            self.output.write(if value { b"I01\n" } else { b"I00\n" });
        }
    }

    fn save_int(&self, int: &Int) -> Result<()> {
        let small = int.to_i64().filter(|value| (-0x8000_0000..=0x7fff_ffff).contains(value));
        if let Some(value) = small {
            if !self.is_binary() {
                self.output.write(format!("I{value}\n").as_bytes());
                return Ok(());
            }
            let [a, b, c, d] = (value as i32).to_le_bytes();
            match value {
                0..0x100 => self.output.write(&[BININT1, a]),
                0x100..0x1_0000 => self.output.write(&[BININT2, a, b]),
                _ => self.output.write(&[BININT, a, b, c, d]),
            }
            return Ok(());
        }
        if self.protocol.get() < 2 {
            self.output.write(format!("L{}L\n", int.to_decimal()?.to_string_lossy()).as_bytes());
            return Ok(());
        }
        let bits = int.digits().len() * 30;
        let mut bytes = vec![0; bits / 8 + 1];
        num::int::to_bytes(int.view(), &mut bytes, true, true).map_err(objects::raise::arithmetic)?;
        // Bytes that only repeat the sign are left out.
        let sign = if int.is_negative() { 0xff } else { 0 };
        while let [.., below, last] = bytes[..]
            && last == sign
            && (below ^ sign) & 0x80 == 0
        {
            bytes.pop();
        }
        match u8::try_from(bytes.len()) {
            Ok(length) => self.output.write(&[LONG1, length]),
            Err(_) => {
                let [a, b, c, d] = (bytes.len() as u32).to_le_bytes();
                self.output.write(&[LONG4, a, b, c, d]);
            }
        }
        self.output.write(&bytes);
        Ok(())
    }

    fn save_float(&self, value: f64) {
        if self.is_binary() {
            let mut bytes = [BINFLOAT; 9];
            bytes[1..].copy_from_slice(&value.to_be_bytes());
            self.output.write(&bytes);
        } else {
            self.output.write(format!("F{}\n", num::float::repr(value)).as_bytes());
        }
    }

    fn save_bytes(&self, bytes: &Bytes) -> Result<()> {
        if self.protocol.get() >= 3 {
            return self.save_byte_string(bytes, bytes.as_slice());
        }
        let args = match bytes.is_empty() {
            true => Tuple::from_array([Bytes::class().to_ref().upcast(), Tuple::empty().upcast()])?,
            false => {
                let text = Str::from_latin1(bytes.as_slice())?.upcast();
                let latin1 = objects::types::str::intern::intern_text("latin1")?.upcast();
                let args = Tuple::from_array([text, latin1])?.upcast();
                Tuple::from_array([held(&STATE.codecs_encode)?, args])?
            }
        };
        self.save_reduce(&args, Some(bytes))
    }

    /// Writes bytes with a length in front, `opcodes` being those for one, four and eight bytes of it.
    fn write_counted(
        &self,
        opcodes: (Option<u8>, u8, u8),
        data: &[u8],
        payload: Option<&Object>,
        what: &str,
    ) -> Result<()> {
        let file = self.write.get();
        let file = file.as_deref();
        if let (Ok(length), Some(short)) = (u8::try_from(data.len()), opcodes.0) {
            return self.output.write_large(&[short, length], data, payload, file);
        }
        if let Ok(length) = u32::try_from(data.len()) {
            let [a, b, c, d] = length.to_le_bytes();
            return self.output.write_large(&[opcodes.1, a, b, c, d], data, payload, file);
        }
        if self.protocol.get() < 4 {
            return Err(raise!(
                OverflowError,
                "serializing a {what} larger than 4 GiB requires pickle protocol 4 or higher"
            ));
        }
        let mut header = [opcodes.2; 9];
        header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        self.output.write_large(&header, data, payload, file)
    }

    fn save_byte_string(&self, object: &Object, data: &[u8]) -> Result<()> {
        let opcodes = (Some(SHORT_BINBYTES), BINBYTES, BINBYTES8);
        let payload = object.cast_exact::<Bytes>().map(Instance::as_object);
        self.write_counted(opcodes, data, payload, "bytes object")?;
        self.memoize(object);
        Ok(())
    }

    fn save_mutable_bytes(&self, object: &Object, data: &[u8]) -> Result<()> {
        let mut header = [BYTEARRAY8; 9];
        header[1..].copy_from_slice(&(data.len() as u64).to_le_bytes());
        self.output.write_large(&header, data, None, self.write.get().as_deref())?;
        self.memoize(object);
        Ok(())
    }

    fn save_bytearray(&self, bytes: &ByteArray) -> Result<()> {
        if self.protocol.get() >= 5 {
            let copy = bytes.as_slice().to_vec();
            return self.save_mutable_bytes(bytes, &copy);
        }
        let class = ByteArray::class().to_ref().upcast();
        let args = match bytes.is_empty() {
            true => Tuple::empty(),
            false => Tuple::from_array([Bytes::new(bytes.as_slice())?.upcast()])?,
        };
        self.save_reduce(&*Tuple::from_array([class, args.upcast()])?, Some(bytes))
    }

    fn save_picklebuffer(&self, object: &PickleBuffer) -> Result<()> {
        if self.protocol.get() < 5 {
            return Err(pickling_error("PickleBuffer can only be pickled with protocol >= 5"));
        }
        let (readonly, contiguous) =
            object.with_view(|view| (view.readonly != 0, buffer::is_contiguous(view, b'A')))?;
        if !contiguous {
            return Err(pickling_error(
                "PickleBuffer can not be pickled when pointing to a non-contiguous buffer",
            ));
        }
        let in_band = match self.buffer_callback.get() {
            Some(callback) => object::is_true(&*call::call_one_arg(&callback, object)?)?,
            None => true,
        };
        if !in_band {
            self.output.op(NEXT_BUFFER);
            if readonly {
                self.output.op(READONLY_BUFFER);
            }
            return Ok(());
        }
        let raw = object.raw_bytes()?;
        match readonly {
            true => self.save_byte_string(object, &raw),
            false => self.save_mutable_bytes(object, &raw),
        }
    }

    fn save_str(&self, text: &Str) -> Result<()> {
        if !self.is_binary() {
            self.output.op(UNICODE);
            self.output.write(&escape_raw(text));
            self.output.op(b'\n');
            self.memoize(text);
            return Ok(());
        }
        let short = (self.protocol.get() >= 4).then_some(SHORT_BINUNICODE);
        let opcodes = (short, BINUNICODE, BINUNICODE8);
        match text.as_ascii() {
            Some(ascii) => self.write_counted(opcodes, ascii.as_bytes(), None, "string")?,
            None => {
                let encoded = latin::encode_utf8(text, Some("surrogatepass"))?;
                self.write_counted(opcodes, encoded.as_slice(), Some(&encoded), "string")?;
            }
        }
        self.memoize(text);
        Ok(())
    }

    fn save_tuple(&self, tuple: &Tuple) -> Result<()> {
        let protocol = self.protocol.get();
        let items = tuple.items();
        if items.is_empty() {
            self.output.write(if protocol > 0 { &[EMPTY_TUPLE] } else { &[MARK, TUPLE] });
            return Ok(());
        }
        let short = match items.len() {
            1 => Some(TUPLE1),
            2 => Some(TUPLE2),
            3 => Some(TUPLE3),
            _ => None,
        };
        let short = short.filter(|_| protocol >= 2);
        if short.is_none() {
            self.output.op(MARK);
        }
        for item in items {
            self.save(item)?;
        }
        // A tuple that is in the memo now contains itself: what was pushed is dropped for what is there already.
        if let Some(number) = self.number_of(tuple) {
            if short.is_some() {
                items.iter().for_each(|_| self.output.op(POP));
            } else if self.is_binary() {
                self.output.op(POP_MARK);
            } else {
                (0..=items.len()).for_each(|_| self.output.op(POP));
            }
            self.refer(number);
            return Ok(());
        }
        self.output.op(short.unwrap_or(TUPLE));
        self.memoize(tuple);
        Ok(())
    }

    /// In fast mode nothing is remembered, so a circle would not end.
    fn enter_fast(&self, container: &Object) -> Result<bool> {
        if self.fast.get() == 0 {
            return Ok(false);
        }
        self.fast_nesting.set(self.fast_nesting.get() + 1);
        if self.fast_nesting.get() >= FAST_NESTING_LIMIT {
            let seen = &mut *self.fast_memo.borrow_mut();
            if seen.iter().any(|other| core::ptr::eq(*other, container)) {
                self.fast_nesting.set(-1);
                let name = container.class().full_name();
                return Err(raise!(
                    ValueError,
                    "fast mode: can't pickle cyclic objects including object type {name} at {container:p}"
                ));
            }
            seen.push(container);
        }
        Ok(true)
    }

    fn leave_fast(&self, container: &Object) {
        if self.fast_nesting.get() >= FAST_NESTING_LIMIT {
            self.fast_memo.borrow_mut().retain(|other| !core::ptr::eq(*other, container));
        }
        self.fast_nesting.set(self.fast_nesting.get() - 1);
    }

    fn save_list(&self, list: &List) -> Result<()> {
        let fast = self.enter_fast(list)?;
        self.output.write(if self.is_binary() { &[EMPTY_LIST] } else { &[MARK, LIST] });
        self.memoize(list);
        if !list.is_empty() {
            match self.is_binary() {
                true => self.save_list_items(list)?,
                false => self.save_items(&*iter::get_iter(list)?)?,
            }
        }
        if fast {
            self.leave_fast(list);
        }
        Ok(())
    }

    fn save_list_items(&self, list: &List) -> Result<()> {
        if let (1, Some(only)) = (list.len(), list.get(0)) {
            self.save(&only)?;
            self.output.op(APPEND);
            return Ok(());
        }
        let mut index = 0;
        while index < list.len() {
            self.output.op(MARK);
            for _ in 0..BATCH {
                let Some(item) = list.get(index) else { break };
                self.save(&item)?;
                index += 1;
            }
            self.output.op(APPENDS);
        }
        Ok(())
    }

    /// The items of an iterator, for an object that takes them by `append` or `extend`.
    pub(super) fn save_items(&self, items: &Object) -> Result<()> {
        if self.protocol.get() == 0 {
            while let Some(item) = iter::next(items)? {
                self.save(&item)?;
                self.output.op(APPEND);
            }
            return Ok(());
        }
        loop {
            let Some(first) = iter::next(items)? else { return Ok(()) };
            let Some(mut next) = iter::next(items)? else {
                self.save(&first)?;
                self.output.op(APPEND);
                return Ok(());
            };
            self.output.op(MARK);
            self.save(&first)?;
            let mut count = 1;
            loop {
                self.save(&next)?;
                count += 1;
                if count == BATCH {
                    break;
                }
                match iter::next(items)? {
                    Some(item) => next = item,
                    None => break,
                }
            }
            self.output.op(APPENDS);
            if count < BATCH {
                return Ok(());
            }
        }
    }

    fn save_dict(&self, dict: &Dict) -> Result<()> {
        let fast = self.enter_fast(dict)?;
        self.output.write(if self.is_binary() { &[EMPTY_DICT] } else { &[MARK, DICT] });
        self.memoize(dict);
        if !dict.is_empty() {
            match self.is_binary() {
                true => self.save_dict_items(dict)?,
                false => {
                    let items = call::call_method(dict, id!("items"), &[])?;
                    self.save_pairs(&*iter::get_iter(&items)?)?;
                }
            }
        }
        if fast {
            self.leave_fast(dict);
        }
        Ok(())
    }

    fn save_dict_items(&self, dict: &Dict) -> Result<()> {
        let size = dict.len();
        let mut position = Position::default();
        if size == 1 {
            let Some((key, value)) = dict.next(&mut position) else { return Ok(()) };
            self.save(&key)?;
            self.save(&value)?;
            self.output.op(SETITEM);
            return Ok(());
        }
        loop {
            self.output.op(MARK);
            let mut count = 0;
            while count < BATCH
                && let Some((key, value)) = dict.next(&mut position)
            {
                self.save(&key)?;
                self.save(&value)?;
                count += 1;
            }
            self.output.op(SETITEMS);
            if dict.len() != size {
                return Err(raise!(RuntimeError, "dictionary changed size during iteration"));
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    /// The pairs of an iterator, for an object that takes them as items.
    pub(super) fn save_pairs(&self, pairs: &Object) -> Result<()> {
        let save = |pair: &Object| {
            let Some(&[key, value]) = pair.cast::<Tuple>().map(Tuple::items) else {
                return Err(raise!(TypeError, "dict items iterator must return 2-tuples"));
            };
            self.save(key)?;
            self.save(value)
        };
        if self.protocol.get() == 0 {
            while let Some(pair) = iter::next(pairs)? {
                save(&pair)?;
                self.output.op(SETITEM);
            }
            return Ok(());
        }
        loop {
            let Some(first) = iter::next(pairs)? else { return Ok(()) };
            let Some(mut next) = iter::next(pairs)? else {
                save(&first)?;
                self.output.op(SETITEM);
                return Ok(());
            };
            self.output.op(MARK);
            save(&first)?;
            let mut count = 1;
            loop {
                save(&next)?;
                count += 1;
                if count == BATCH {
                    break;
                }
                match iter::next(pairs)? {
                    Some(pair) => next = pair,
                    None => break,
                }
            }
            self.output.op(SETITEMS);
            if count < BATCH {
                return Ok(());
            }
        }
    }

    fn save_set(&self, set: &Set) -> Result<()> {
        if self.protocol.get() < 4 {
            return self.save_set_as_call(Set::class(), set);
        }
        self.output.op(EMPTY_SET);
        self.memoize(set);
        let size = set.len();
        if size == 0 {
            return Ok(());
        }
        let mut position = 0;
        loop {
            self.output.op(MARK);
            let mut count = 0;
            while count < BATCH
                && let Some(item) = set.next_item(&mut position)
            {
                self.save(&item)?;
                count += 1;
            }
            self.output.op(ADDITEMS);
            if set.len() != size {
                return Err(raise!(RuntimeError, "set changed size during iteration"));
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    fn save_set_as_call(&self, class: &TypeObject, set: &Object) -> Result<()> {
        let items = sequence::to_list(set)?.upcast();
        let args = Tuple::from_array([items])?.upcast();
        self.save_reduce(&*Tuple::from_array([class.to_ref().upcast(), args])?, Some(set))
    }

    fn save_frozenset(&self, object: &Object, set: &Set) -> Result<()> {
        if self.protocol.get() < 4 {
            return self.save_set_as_call(&PyFrozenSet_Type, object);
        }
        self.output.op(MARK);
        let mut position = 0;
        while let Some(item) = set.next_item(&mut position) {
            self.save(&item)?;
        }
        // As for tuples: it may contain itself.
        if let Some(number) = self.number_of(object) {
            self.output.op(POP_MARK);
            self.refer(number);
            return Ok(());
        }
        self.output.op(FROZENSET);
        self.memoize(object);
        Ok(())
    }
}

/// A string in the escapes of protocol 0: those of `raw-unicode-escape`, and what would end the line or the file.
fn escape_raw(text: &Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for char in text.chars().iter() {
        match char {
            0x1_0000.. => out.extend_from_slice(format!("\\U{char:08x}").as_bytes()),
            0x100.. | 0 | 0x0a | 0x0d | 0x1a | 0x5c => {
                out.extend_from_slice(format!("\\u{char:04x}").as_bytes());
            }
            _ => out.push(char as u8),
        }
    }
    out
}
