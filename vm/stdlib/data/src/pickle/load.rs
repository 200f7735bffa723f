//! Loading: a stack machine that runs a pickle's instructions.

use super::input::Input;
use super::op;
use super::state::{STATE, held, unpickling_error};
use super::unpickler::{Unpickler, put};
use objects::codecs::{self, escapes, latin};
use objects::protocol::{attr, buffer, call, iter, mapping, object};
use objects::types::bool::new_bool;
use objects::types::bytearray::ByteArray;
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::float::new_float;
use objects::types::int::{Int, convert, new_int};
use objects::types::list::List;
use objects::types::memoryview::MemoryView;
use objects::types::none::none;
use objects::types::set::Set;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Raised, Ref, Result, TypeObject, id, raise};

/// Runs a pickle from `input`.
///
/// # Errors
/// UnpicklingError, EOFError; whatever else making the objects raises.
pub fn load(unpickler: &Unpickler, input: Input<'_>) -> Result<Ref> {
    unpickler.protocol.set(0);
    let mut machine = Machine { unpickler, input, stack: Vec::new(), marks: Vec::new(), fence: 0 };
    loop {
        let Some(opcode) = machine.input.next_opcode()? else {
            return Err(raise!(EOFError, "Ran out of input"));
        };
        if opcode == op::STOP {
            break;
        }
        machine.step(opcode)?;
    }
    machine.input.finish()?;
    machine.pop()
}

/// A pickle being run. `marks` are heights of the stack; nothing below the last one, the fence, is in reach.
struct Machine<'a> {
    unpickler: &'a Unpickler,
    input: Input<'a>,
    stack: Vec<Ref>,
    marks: Vec<usize>,
    fence: usize,
}

/// An integer from text: `int(text, base)` for a line of a pickle.
fn int_from_line(line: &[u8], base: u32) -> Result<Ref<Int>> {
    convert::from_ascii(line, base)
}

impl Machine<'_> {
    #[cold]
    fn underflow(&self) -> Raised {
        unpickling_error(match self.marks.is_empty() {
            true => "unpickling stack underflow",
            false => "unexpected MARK found",
        })
    }

    #[inline]
    fn push(&mut self, object: impl Into<Pushed>) {
        self.stack.push(object.into().0);
    }

    #[inline]
    fn pop(&mut self) -> Result<Ref> {
        if self.stack.len() <= self.fence {
            return Err(self.underflow());
        }
        self.stack.pop().ok_or_else(objects::raise::bad_internal_call)
    }

    fn top(&self) -> Result<Ref> {
        match self.stack.last() {
            Some(top) if self.stack.len() > self.fence => Ok(top.clone()),
            _ => Err(self.underflow()),
        }
    }

    /// Takes the last mark off and returns its height.
    fn mark(&mut self) -> Result<usize> {
        let Some(mark) = self.marks.pop() else { return Err(unpickling_error("could not find MARK")) };
        self.fence = self.marks.last().copied().unwrap_or(0);
        Ok(mark)
    }

    /// Everything from a height on, taken off.
    fn take_from(&mut self, start: usize) -> Result<Vec<Ref>> {
        if start < self.fence || start > self.stack.len() {
            return Err(self.underflow());
        }
        Ok(self.stack.split_off(start))
    }

    fn take_counted(&mut self, count: usize) -> Result<Vec<Ref>> {
        match self.stack.len().checked_sub(count) {
            Some(start) => self.take_from(start),
            None => Err(self.underflow()),
        }
    }

    fn step(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            op::MARK => {
                self.marks.push(self.stack.len());
                self.fence = self.stack.len();
            }
            op::POP => return self.pop_one(),
            op::POP_MARK => {
                let start = self.mark()?;
                drop(self.take_from(start)?);
            }
            op::DUP => {
                let top = self.top()?;
                self.push(top);
            }
            op::NONE => self.push(none().to_ref()),
            op::NEWTRUE => self.push(new_bool(true)),
            op::NEWFALSE => self.push(new_bool(false)),
            op::INT => return self.load_int(),
            op::BININT => {
                let value = i32::from_le_bytes(self.input.array()?);
                self.push(new_int(value.into())?);
            }
            op::BININT1 => {
                let [value] = self.input.array()?;
                self.push(new_int(value.into())?);
            }
            op::BININT2 => {
                let value = u16::from_le_bytes(self.input.array()?);
                self.push(new_int(value.into())?);
            }
            op::LONG => return self.load_long(),
            op::LONG1 => {
                let [length] = self.input.array()?;
                return self.load_counted_long(length.into());
            }
            op::LONG4 => {
                let length = i32::from_le_bytes(self.input.array()?);
                return self.load_counted_long(length);
            }
            op::FLOAT => return self.load_float(),
            op::BINFLOAT => {
                let value = f64::from_be_bytes(self.input.array()?);
                self.push(new_float(value)?);
            }
            op::STRING => return self.load_string(),
            op::SHORT_BINSTRING => {
                let [length] = self.input.array()?;
                return self.load_counted_string(length.into());
            }
            op::BINSTRING => {
                let length = i32::from_le_bytes(self.input.array()?);
                let Ok(length) = usize::try_from(length) else {
                    return Err(unpickling_error("BINSTRING pickle has negative byte count"));
                };
                return self.load_counted_string(length);
            }
            op::UNICODE => {
                let line = self.input.line()?;
                let text = line.strip_suffix(b"\n").unwrap_or(line);
                let (text, _) = escapes::decode_raw(text, None, true)?;
                self.push(text);
            }
            op::SHORT_BINUNICODE => {
                let [length] = self.input.array()?;
                return self.load_text(length.into());
            }
            op::BINUNICODE => {
                let length = u32::from_le_bytes(self.input.array()?);
                return self.load_text(length as usize);
            }
            op::BINUNICODE8 => {
                let length = self.length8("BINUNICODE")?;
                return self.load_text(length);
            }
            op::SHORT_BINBYTES => {
                let [length] = self.input.array()?;
                return self.load_bytes(length.into());
            }
            op::BINBYTES => {
                let length = u32::from_le_bytes(self.input.array()?);
                return self.load_bytes(length as usize);
            }
            op::BINBYTES8 => {
                let length = self.length8("BINBYTES")?;
                return self.load_bytes(length);
            }
            op::BYTEARRAY8 => {
                let length = self.length8("BYTEARRAY8")?;
                let bytes = ByteArray::new(self.input.take(length)?)?;
                self.push(bytes);
            }
            op::NEXT_BUFFER => return self.next_buffer(),
            op::READONLY_BUFFER => return self.make_buffer_readonly(),
            op::EMPTY_TUPLE => self.push(Tuple::empty()),
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let items = self.take_counted(usize::from(opcode - op::TUPLE1) + 1)?;
                self.push(Tuple::from_vec(items)?);
            }
            op::TUPLE => {
                let start = self.mark()?;
                let items = self.take_from(start)?;
                self.push(Tuple::from_vec(items)?);
            }
            op::EMPTY_LIST => self.push(List::new()?),
            op::LIST => {
                let start = self.mark()?;
                let items = self.take_from(start)?;
                self.push(List::from_vec(items)?);
            }
            op::APPEND => {
                if self.stack.len() <= self.fence + 1 {
                    return Err(self.underflow());
                }
                return self.append(self.stack.len() - 1);
            }
            op::APPENDS => {
                let start = self.mark()?;
                return self.append(start);
            }
            op::EMPTY_DICT => self.push(Dict::new()?),
            op::DICT => {
                let start = self.mark()?;
                let items = self.take_from(start)?;
                if items.len() % 2 != 0 {
                    return Err(unpickling_error("odd number of items for DICT"));
                }
                let dict = Dict::new()?;
                for pair in items.chunks_exact(2) {
                    dict.set_item(&pair[0], &pair[1])?;
                }
                self.push(dict);
            }
            op::SETITEM => {
                let Some(start) = self.stack.len().checked_sub(2) else { return Err(self.underflow()) };
                return self.set_items(start);
            }
            op::SETITEMS => {
                let start = self.mark()?;
                return self.set_items(start);
            }
            op::EMPTY_SET => self.push(Set::new()?),
            op::ADDITEMS => return self.add_items(),
            op::FROZENSET => {
                let start = self.mark()?;
                let items = self.take_from(start)?;
                self.push(Set::frozen_from_items(&items)?);
            }
            op::GET => {
                let number = int_from_line(self.input.line()?, 10)?;
                let number = number.to_i64().unwrap_or(-1);
                return self.get(number as usize);
            }
            op::BINGET => {
                let [number] = self.input.array()?;
                return self.get(number.into());
            }
            op::LONG_BINGET => {
                let number = u32::from_le_bytes(self.input.array()?);
                return self.get(number as usize);
            }
            op::PUT => {
                let number = int_from_line(self.input.line()?, 10)?;
                if number.is_negative() {
                    return Err(raise!(ValueError, "negative PUT argument"));
                }
                let Some(number) = number.to_i64() else {
                    return Err(raise!(OverflowError, "Python int too large to convert to C ssize_t"));
                };
                return self.put(number as usize);
            }
            op::BINPUT => {
                let [number] = self.input.array()?;
                return self.put(number.into());
            }
            op::LONG_BINPUT => {
                let number = u32::from_le_bytes(self.input.array()?);
                return self.put(number as usize);
            }
            op::MEMOIZE => {
                let number = self.unpickler.memo.borrow().len();
                return self.put(number);
            }
            op::GLOBAL => {
                let (module, name) = (self.name(false)?, self.name(false)?);
                let found = self.unpickler.find(&module, &name)?;
                self.push(found);
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                if name.cast_exact::<Str>().is_none() || module.cast_exact::<Str>().is_none() {
                    return Err(unpickling_error("STACK_GLOBAL requires str"));
                }
                let found = self.unpickler.find(&module, &name)?;
                self.push(found);
            }
            op::EXT1 => {
                let [code] = self.input.array()?;
                return self.load_extension(code.into());
            }
            op::EXT2 => {
                let code = u16::from_le_bytes(self.input.array()?);
                return self.load_extension(code.into());
            }
            op::EXT4 => {
                let code = i32::from_le_bytes(self.input.array()?);
                return self.load_extension(code);
            }
            op::INST => {
                let start = self.mark()?;
                let (module, name) = (self.name(true)?, self.name(true)?);
                let class = self.unpickler.find(&module, &name)?;
                let args = Tuple::from_vec(self.take_from(start)?)?;
                let made = instantiate(&class, &args)?;
                self.push(made);
            }
            op::OBJ => {
                let start = self.mark()?;
                if self.stack.len() <= start {
                    return Err(self.underflow());
                }
                let args = Tuple::from_vec(self.take_from(start + 1)?)?;
                let class = self.pop()?;
                let made = instantiate(&class, &args)?;
                self.push(made);
            }
            op::NEWOBJ => return self.new_object(false),
            op::NEWOBJ_EX => return self.new_object(true),
            op::REDUCE => {
                let (args, function) = (self.pop()?, self.pop()?);
                let Some(args) = args.cast::<Tuple>() else {
                    return Err(raise!(TypeError, "argument list must be a tuple"));
                };
                let made = call::call_with_tuple(&function, args, None)?;
                self.push(made);
            }
            op::BUILD => return self.build(),
            op::PERSID => {
                let line = self.input.line()?;
                let text = line.strip_suffix(b"\n").unwrap_or(line);
                if !text.is_ascii() {
                    return Err(unpickling_error("persistent IDs in protocol 0 must be ASCII strings"));
                }
                let text = Str::from_latin1(text)?;
                return self.load_persistent(&text);
            }
            op::BINPERSID => {
                let persistent_id = self.pop()?;
                return self.load_persistent(&persistent_id);
            }
            op::PROTO => {
                let [protocol] = self.input.array()?;
                if i32::from(protocol) > op::HIGHEST_PROTOCOL {
                    return Err(raise!(ValueError, "unsupported pickle protocol: {protocol}"));
                }
                self.unpickler.protocol.set(protocol.into());
            }
            op::FRAME => {
                let length = u64::from_le_bytes(self.input.array()?);
                let Some(length) = size(length) else {
                    return Err(raise!(
                        OverflowError,
                        "FRAME length exceeds system's maximum of {} bytes",
                        isize::MAX
                    ));
                };
                return self.input.require(length);
            }
            _ => return Err(unknown_opcode(opcode)),
        }
        Ok(())
    }

    /// POP takes off a mark if one is on top.
    fn pop_one(&mut self) -> Result<()> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.mark()?;
            return Ok(());
        }
        self.pop().map(drop)
    }

    fn load_int(&mut self) -> Result<()> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(unpickling_error("pickle data was truncated"));
        }
        // Protocols before 2 write booleans like this.
        let value = match line {
            b"00\n" => new_bool(false),
            b"01\n" => new_bool(true),
            _ => match int_from_c(line) {
                Some(value) => new_int(value)?,
                None => int_from_line(line, 0)
                    .map_err(|raised| {
                        raised.clear();
                        raise!(ValueError, "could not convert string to int")
                    })?
                    .upcast(),
            },
        };
        self.push(value);
        Ok(())
    }

    fn load_long(&mut self) -> Result<()> {
        let line = self.input.line()?;
        let value = match line {
            [] | [_] => return Err(unpickling_error("pickle data was truncated")),
            [digits @ .., b'L', _] => int_from_line(digits, 10)?,
            _ => int_from_line(line, 10)?,
        };
        self.push(value);
        Ok(())
    }

    fn load_counted_long(&mut self, length: i32) -> Result<()> {
        let Ok(length) = usize::try_from(length) else {
            return Err(unpickling_error("LONG pickle has negative byte count"));
        };
        let bytes = self.input.take(length)?;
        let value = Int::from_integer(&num::int::from_bytes(bytes, true, true))?;
        self.push(value);
        Ok(())
    }

    fn load_float(&mut self) -> Result<()> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(unpickling_error("pickle data was truncated"));
        }
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let Some(value) = num::float::parse(text) else {
            let shown = String::from_utf8_lossy(line);
            return Err(raise!(ValueError, "could not convert string to float: '{shown}'"));
        };
        self.push(new_float(value)?);
        Ok(())
    }

    /// A string of Python 2: bytes, or text in the encoding that the unpickler was told.
    fn old_string(&self, bytes: &Bytes) -> Result<Ref> {
        let (encoding, errors) = (held(&self.unpickler.encoding)?, held(&self.unpickler.errors)?);
        if encoding.equals_text("bytes") {
            return Ok(bytes.to_ref().upcast());
        }
        Ok(codecs::decode_object(bytes, Some(encoding.to_str()?), Some(errors.to_str()?))?.upcast())
    }

    fn load_string(&mut self) -> Result<()> {
        let line = self.input.line()?;
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let inner = match text {
            [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
            _ => return Err(unpickling_error("the STRING opcode argument must be quoted")),
        };
        let bytes = Bytes::new(&escapes::decode_bytes(inner, None)?)?;
        let text = self.old_string(&bytes)?;
        self.push(text);
        Ok(())
    }

    fn load_counted_string(&mut self, length: usize) -> Result<()> {
        let bytes = Bytes::new(self.input.take(length)?)?;
        let text = self.old_string(&bytes)?;
        self.push(text);
        Ok(())
    }

    /// A length of eight bytes.
    fn length8(&mut self, what: &str) -> Result<usize> {
        let length = u64::from_le_bytes(self.input.array()?);
        size(length).ok_or_else(|| {
            raise!(OverflowError, "{what} exceeds system's maximum size of {} bytes", isize::MAX)
        })
    }

    #[inline]
    fn load_text(&mut self, length: usize) -> Result<()> {
        let bytes = self.input.take(length)?;
        let text = match bytes.is_ascii() {
            true => Str::from_latin1(bytes)?,
            false => latin::decode_utf8(bytes, Some("surrogatepass"), true)?.0,
        };
        self.push(text);
        Ok(())
    }

    fn load_bytes(&mut self, length: usize) -> Result<()> {
        let bytes = Bytes::new(self.input.take(length)?)?;
        self.push(bytes);
        Ok(())
    }

    fn next_buffer(&mut self) -> Result<()> {
        let Some(buffers) = self.unpickler.buffers.get() else {
            return Err(unpickling_error(
                "pickle stream refers to out-of-band data but no *buffers* argument was given",
            ));
        };
        match iter::next(&buffers)? {
            Some(buffer) => {
                self.push(buffer);
                Ok(())
            }
            None => Err(unpickling_error("not enough out-of-band buffers")),
        }
    }

    fn make_buffer_readonly(&mut self) -> Result<()> {
        let top = self.top()?;
        if !buffer::is_exporter(&top) {
            let got = top.class().full_name();
            return Err(raise!(TypeError, "memoryview: a bytes-like object is required, not '{got}'"));
        }
        let view = MemoryView::of(&top, buffer::FULL_RO)?;
        if view.view().readonly == 0 {
            let view = call::call_method(&view, id!("toreadonly"), &[])?;
            self.pop()?;
            self.push(view);
        }
        Ok(())
    }

    /// Appends everything from a height on to the list below.
    fn append(&mut self, start: usize) -> Result<()> {
        if start > self.stack.len() || start <= self.fence {
            return Err(self.underflow());
        }
        let items = self.stack.split_off(start);
        if items.is_empty() {
            return Ok(());
        }
        let list = self.top()?;
        if let Some(list) = list.cast_exact::<List>() {
            return items.into_iter().try_for_each(|item| list.push(item));
        }
        if let Some(extend) = attr::get_optional(&list, id!("extend"))? {
            return call::call_one_arg(&extend, &*List::from_vec(items)?).map(drop);
        }
        let append = attr::get(&list, id!("append"))?;
        items.iter().try_for_each(|item| call::call_one_arg(&append, item).map(drop))
    }

    /// Sets the pairs from a height on in the dictionary below.
    fn set_items(&mut self, start: usize) -> Result<()> {
        if start > self.stack.len() || start <= self.fence {
            return Err(self.underflow());
        }
        let count = self.stack.len() - start;
        if count == 0 {
            return Ok(());
        }
        if !count.is_multiple_of(2) {
            return Err(unpickling_error("odd number of items for SETITEMS"));
        }
        let items = self.stack.split_off(start);
        let target = self.top()?;
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            match target.cast_exact::<Dict>() {
                Some(dict) => dict.set_item_known_hash(&key, object::hash(&key)?, value)?,
                None => mapping::set_item(&target, &key, Some(&*value))?,
            }
        }
        Ok(())
    }

    fn add_items(&mut self) -> Result<()> {
        let start = self.mark()?;
        if start > self.stack.len() || start <= self.fence {
            return Err(self.underflow());
        }
        let items = self.stack.split_off(start);
        if items.is_empty() {
            return Ok(());
        }
        let set = self.top()?;
        if let Some(set) = set.cast::<Set>() {
            return items.iter().try_for_each(|item| set.add_item(item).map(drop));
        }
        let add = attr::get(&set, id!("add"))?;
        items.iter().try_for_each(|item| call::call_one_arg(&add, item).map(drop))
    }

    fn get(&mut self, number: usize) -> Result<()> {
        let known = self.unpickler.memo.borrow().get(number).cloned().flatten();
        match known {
            Some(object) => {
                self.push(object);
                Ok(())
            }
            None => Err(unpickling_error(&format!("Memo value not found at index {}", number as isize))),
        }
    }

    fn put(&mut self, number: usize) -> Result<()> {
        let top = self.top()?;
        let old = put(&mut self.unpickler.memo.borrow_mut(), number, top)?;
        drop(old);
        Ok(())
    }

    /// A line with a name.
    fn name(&mut self, ascii: bool) -> Result<Ref<Str>> {
        let line = self.input.line()?;
        if line.len() < 2 {
            return Err(unpickling_error("pickle data was truncated"));
        }
        let text = &line[..line.len() - 1];
        match ascii {
            true => latin::decode_ascii(text, None),
            false => Ok(latin::decode_utf8(text, None, true)?.0),
        }
    }

    fn load_extension(&mut self, code: i32) -> Result<()> {
        if code <= 0 {
            return Err(unpickling_error("EXT specifies code <= 0"));
        }
        let key = new_int(code.into())?;
        let cache = held(&STATE.extension_cache)?;
        if let Some(known) = cache.get_item(&key)? {
            self.push(known);
            return Ok(());
        }
        let Some(pair) = held(&STATE.inverted_registry)?.get_item(&key)? else {
            return Err(raise!(ValueError, "unregistered extension code {code}"));
        };
        let names = match pair.cast::<Tuple>().map(Tuple::items) {
            Some(&[module, name]) => Some((module, name)),
            _ => None,
        };
        let names =
            names.filter(|(module, name)| module.cast::<Str>().is_some() && name.cast::<Str>().is_some());
        let Some((module, name)) = names else {
            return Err(raise!(ValueError, "_inverted_registry[{code}] isn't a 2-tuple of strings"));
        };
        let found = self.unpickler.find(module, name)?;
        cache.set_item(&key, &found)?;
        self.push(found);
        Ok(())
    }

    fn load_persistent(&mut self, persistent_id: &Object) -> Result<()> {
        let Some(function) = self.unpickler.persistent_load()? else {
            return Err(unpickling_error(
                "A load persistent id instruction was encountered, but no persistent_load function was specified.",
            ));
        };
        let found = call::call_one_arg(&function, persistent_id)?;
        self.push(found);
        Ok(())
    }

    /// `cls.__new__(cls, *args, **kwargs)`
    fn new_object(&mut self, with_keywords: bool) -> Result<()> {
        let keywords = if with_keywords { Some(self.pop()?) } else { None };
        let (args, class) = (self.pop()?, self.pop()?);
        let what = if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let wrong = |expected: &str, got: &Object| {
            let got = got.class().full_name();
            unpickling_error(&format!("{what} {expected}, not {got}"))
        };
        let Some(class) = class.cast::<TypeObject>() else {
            return Err(wrong("class argument must be a type", &class));
        };
        let Some(new) = class.tp_new.get() else {
            let name = class.full_name();
            return Err(unpickling_error(&format!("{what} class argument '{name}' doesn't have __new__")));
        };
        let Some(args) = args.cast::<Tuple>() else {
            return Err(wrong("args argument must be a tuple", &args));
        };
        if let Some(other) = keywords.as_deref().filter(|keywords| keywords.cast::<Dict>().is_none()) {
            return Err(wrong("kwargs argument must be a dict", other));
        }
        // SAFETY: the slot belongs to the class.
        let made = unsafe { new(class, args, keywords.as_deref()) }?;
        self.push(made);
        Ok(())
    }

    /// Gives the object on the stack its state.
    fn build(&mut self) -> Result<()> {
        if self.stack.len() < self.fence + 2 {
            return Err(self.underflow());
        }
        let state = self.pop()?;
        let target = self.top()?;
        if let Some(function) = attr::get_optional(&target, id!("__setstate__"))? {
            return call::call_one_arg(&function, &state).map(drop);
        }
        let (state, slots) = match state.cast::<Tuple>().map(Tuple::items) {
            Some(&[state, slots]) => (state.to_ref(), Some(slots.to_ref())),
            _ => (state, None),
        };
        if !state.is(none()) {
            let Some(state) = state.cast::<Dict>() else {
                return Err(unpickling_error("state is not a dictionary"));
            };
            let dict = attr::get(&target, id!("__dict__"))?;
            for (key, value) in state.to_vec() {
                // Names of attributes are interned, as those that the compiler makes.
                let key = match key.downcast::<Str>() {
                    Ok(name) if name.is_exactly(Str::class()) => intern::intern(name).upcast(),
                    Ok(name) => name.upcast(),
                    Err(key) => key,
                };
                match dict.cast_exact::<Dict>() {
                    Some(dict) => dict.set_item(&key, &value)?,
                    None => mapping::set_item(&dict, &key, Some(&*value))?,
                }
            }
        }
        if let Some(slots) = slots.filter(|slots| !slots.is(none())) {
            let Some(slots) = slots.cast::<Dict>() else {
                return Err(unpickling_error("slot state is not a dictionary"));
            };
            for (name, value) in slots.to_vec() {
                let name = objects::types::str::expect_str(&name, "attribute name")?;
                attr::set(&target, name, Some(&*value))?;
            }
        }
        Ok(())
    }
}

/// What can be pushed.
struct Pushed(Ref);

impl<T: Instance> From<Ref<T>> for Pushed {
    #[inline]
    fn from(object: Ref<T>) -> Pushed {
        Pushed(object.upcast())
    }
}

/// A length that memory can have.
fn size(length: u64) -> Option<usize> {
    isize::try_from(length).ok().map(|length| length as usize)
}

/// What C's `strtol` makes of a whole line, of small numbers.
fn int_from_c(line: &[u8]) -> Option<i64> {
    let text = core::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_octal = digits.len() > 1 && digits.starts_with('0');
    let digits_only = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let base = if is_octal { 8 } else { 10 };
    if !digits_only || digits.len() > 18 {
        return None;
    }
    i64::from_str_radix(digits, base).ok().map(|value| sign * value)
}

fn instantiate(class: &Object, args: &Tuple) -> Result<Ref> {
    if args.is_empty()
        && class.cast::<TypeObject>().is_some()
        && attr::get_optional(class, id!("__getinitargs__"))?.is_none()
    {
        return call::call_method(class, id!("__new__"), &[class]);
    }
    call::call_with_tuple(class, args, None)
}

#[cold]
fn unknown_opcode(opcode: u8) -> Raised {
    let shown = match opcode {
        b' '..=b'~' => char::from(opcode).to_string(),
        _ => format!("\\x{opcode:02x}"),
    };
    unpickling_error(&format!("invalid load key, '{shown}'."))
}
