//! `make_encoder`: from objects to a document.

use super::escape::push_quoted;
use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{call, iter, object, sequence};
use objects::types::bool::from_bool;
use objects::types::dict::{Dict, Position};
use objects::types::float::Float;
use objects::types::int::Int;
use objects::types::list::List;
use objects::types::none::none;
use objects::types::str::build::Builder;
use objects::types::str::{Chars, Str};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise, state};

/// A function of the module, by which the encoder knows that it can do the function's work itself.
pub struct Known(pub Slot);
// SAFETY: touched under the GIL.
unsafe impl Sync for Known {}

objects::per_interpreter! {
    /// `encode_basestring`.
    pub static PLAIN: Known = Known(Slot::empty());
    /// `encode_basestring_ascii`.
    pub static ASCII: Known = Known(Slot::empty());
}

/// Who writes strings.
#[derive(Clone, Copy)]
enum Strings {
    Plain,
    Ascii,
    Function,
}

/// `PyEncoderObject`.
#[repr(C)]
#[derive(Trace)]
pub struct Encoder {
    ob_base: Object,
    markers: Slot,
    default: Slot,
    encoder: Slot,
    indent: Slot,
    key_separator: Slot,
    item_separator: Slot,
    sort_keys: Cell<bool>,
    skipkeys: Cell<bool>,
    allow_nan: Cell<bool>,
    strings: Cell<Strings>,
}

#[pytype(
    name = "Encoder", module = "_json", static_name = ENCODER, gc,
    member("markers", OBJECT, markers, READONLY),
    member("default", OBJECT, default, READONLY),
    member("encoder", OBJECT, encoder, READONLY),
    member("indent", OBJECT, indent, READONLY),
    member("key_separator", OBJECT, key_separator, READONLY),
    member("item_separator", OBJECT, item_separator, READONLY),
    member("sort_keys", BOOL, sort_keys, READONLY),
    member("skipkeys", BOOL, skipkeys, READONLY)
)]
impl Encoder {
    #[new(
        "make_encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the signature is CPython's")]
    fn tp_new(
        class: &TypeObject,
        markers: &Object,
        default: &Object,
        encoder: &Object,
        indent: &Object,
        key_separator: &Object,
        item_separator: &Object,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
    ) -> Result<Ref<Encoder>> {
        for (at, separator) in [(5, key_separator), (6, item_separator)] {
            if separator.cast::<Str>().is_none() {
                let got = if separator.is(none()) { "None" } else { separator.class().full_name() };
                return Err(raise!(TypeError, "make_encoder() argument {at} must be str, not {got}"));
            }
        }
        if !markers.is(none()) && markers.cast::<Dict>().is_none() {
            let got = markers.class().full_name();
            return Err(raise!(TypeError, "make_encoder() argument 1 must be dict or None, not {got}"));
        }
        let is = |known: &Known| known.0.get().is_some_and(|known| known.is(encoder));
        let strings = match (is(&PLAIN), is(&ASCII)) {
            (true, _) => Strings::Plain,
            (_, true) => Strings::Ascii,
            _ => Strings::Function,
        };
        let hold = |object: &Object| Slot::new(object.to_ref());
        Ref::new_in(
            class,
            Encoder {
                ob_base: Object::HEAD,
                markers: hold(markers),
                default: hold(default),
                encoder: hold(encoder),
                indent: hold(indent),
                key_separator: hold(key_separator),
                item_separator: hold(item_separator),
                sort_keys: Cell::new(sort_keys),
                skipkeys: Cell::new(skipkeys),
                allow_nan: Cell::new(allow_nan),
                strings: Cell::new(strings),
            },
        )
    }

    #[slot(tp_call)]
    fn call(&self, args: &Tuple, kwargs: Option<&Dict>) -> Result<(Ref<Str>,)> {
        let given = args.len() + kwargs.map_or(0, Dict::len);
        if given > 2 {
            return Err(raise!(TypeError, "_iterencode() takes at most 2 arguments ({given} given)"));
        }
        let named = |name: &str| -> Result<Option<Ref>> {
            let name = objects::types::str::intern::intern_text(name)?;
            kwargs.map_or(Ok(None), |kwargs| kwargs.get_str(&name))
        };
        let mut places = [None, None];
        for (at, name) in ["obj", "_current_indent_level"].into_iter().enumerate() {
            places[at] = match args.items().get(at) {
                Some(value) => Some(value.to_ref()),
                None => named(name)?,
            };
            if places[at].is_none() {
                let position = at + 1;
                return Err(raise!(
                    TypeError,
                    "_iterencode() missing required argument '{name}' (pos {position})"
                ));
            }
        }
        let [Some(root), Some(level)] = places else { return Err(objects::raise::bad_internal_call()) };
        let level = objects::protocol::number::index_as_isize(
            &level,
            Some(&objects::types::exceptions::OverflowError),
        )?;
        let text = |slot: &Slot| {
            let object = slot.get().ok_or_else(objects::raise::bad_internal_call)?;
            object.downcast::<Str>().map_err(|_| objects::raise::bad_internal_call())
        };
        let held = |slot: &Slot| slot.get().ok_or_else(objects::raise::bad_internal_call);
        let indent = held(&self.indent)?;
        let indent = match indent.is(none()) {
            true => None,
            false => Some(object::str(&indent)?),
        };
        let mut encoding = Encoding {
            out: Builder::with_capacity(256),
            strings: self.strings.get(),
            sort_keys: self.sort_keys.get(),
            skipkeys: self.skipkeys.get(),
            allow_nan: self.allow_nan.get(),
            open: match held(&self.markers)?.is(none()) {
                true => None,
                false => Some(Vec::new()),
            },
            default: held(&self.default)?,
            encoder: held(&self.encoder)?,
            key_separator: text(&self.key_separator)?,
            item_separator: text(&self.item_separator)?,
            indent,
            level: level.max(0) as usize,
        };
        encoding.value(&root)?;
        Ok((encoding.out.finish()?,))
    }
}

/// One document being written.
struct Encoding {
    out: Builder,
    strings: Strings,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
    /// The containers that are being written, if circles are to be found.
    open: Option<Vec<*const Object>>,
    default: Ref,
    encoder: Ref,
    key_separator: Ref<Str>,
    item_separator: Ref<Str>,
    indent: Option<Ref<Str>>,
    level: usize,
}

impl Encoding {
    fn value(&mut self, value: &Object) -> Result<()> {
        if let Some(text) = value.cast::<Str>() {
            return self.string(text);
        }
        if let Some(word) = word(value) {
            self.out.push_str(word);
            return Ok(());
        }
        if let Some(int) = value.cast::<Int>() {
            return self.int(int);
        }
        if let Some(float) = value.cast::<Float>() {
            return self.float(float);
        }
        let _depth = state::enter_recursive_call(" while encoding a JSON object")?;
        if value.cast::<List>().is_some() || value.cast::<Tuple>().is_some() {
            return self.list(value);
        }
        if let Some(dict) = value.cast::<Dict>() {
            return self.dict(dict);
        }
        self.enter(value)?;
        let other = call::call_one_arg(&self.default, value)?;
        self.value(&other)?;
        self.leave();
        Ok(())
    }

    /// Notes a container that is being written.
    fn enter(&mut self, container: &Object) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.iter().rev().any(|other| core::ptr::eq(*other, container)) {
            return Err(raise!(ValueError, "Circular reference detected"));
        }
        open.push(container);
        Ok(())
    }

    fn leave(&mut self) {
        if let Some(open) = &mut self.open {
            open.pop();
        }
    }

    fn new_line(&mut self) {
        let Some(indent) = &self.indent else { return };
        self.out.push(u32::from('\n'));
        for _ in 0..self.level {
            self.out.push_chars(indent.chars());
        }
    }

    /// What comes before an item.
    fn separate(&mut self, first: &mut bool) {
        if !core::mem::replace(first, false) {
            self.out.push_chars(self.item_separator.chars());
        }
        self.new_line();
    }

    fn string(&mut self, text: &Str) -> Result<()> {
        match self.strings {
            Strings::Plain => push_quoted(&mut self.out, text, false),
            Strings::Ascii => push_quoted(&mut self.out, text, true),
            Strings::Function => {
                let encoded = call::call_one_arg(&self.encoder, text)?;
                let Some(encoded) = encoded.cast::<Str>() else {
                    let got = encoded.class().full_name();
                    return Err(raise!(TypeError, "encoder() must return a string, not {got}"));
                };
                self.out.push_chars(encoded.chars());
            }
        }
        Ok(())
    }

    fn int(&mut self, int: &Int) -> Result<()> {
        if !int.is_compact() {
            self.out.push_chars(int.to_decimal()?.chars());
            return Ok(());
        }
        let value = int.compact_value();
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        let mut left = value.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if value < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        self.out.push_chars(Chars::One(&digits[at..]));
        Ok(())
    }

    fn float(&mut self, float: &Float) -> Result<()> {
        let value = float.value();
        if value.is_finite() {
            self.out.push_str(&num::float::repr(value));
            return Ok(());
        }
        if !self.allow_nan {
            let shown = object::repr(float)?.to_string_lossy();
            return Err(raise!(ValueError, "Out of range float values are not JSON compliant: {shown}"));
        }
        self.out.push_str(match value {
            _ if value.is_nan() => "NaN",
            _ if value > 0.0 => "Infinity",
            _ => "-Infinity",
        });
        Ok(())
    }

    fn list(&mut self, items: &Object) -> Result<()> {
        let empty = match items.cast::<List>() {
            Some(list) => list.is_empty(),
            None => object::len(items)? == 0,
        };
        if empty {
            self.out.push_str("[]");
            return Ok(());
        }
        self.enter(items)?;
        self.out.push(u32::from('['));
        self.level += 1;
        let mut first = true;
        if let Some(list) = items.cast::<List>() {
            let mut index = 0;
            while let Some(item) = list.get(index) {
                self.separate(&mut first);
                self.value(&item)?;
                index += 1;
            }
        } else if let Some(tuple) = items.cast::<Tuple>() {
            for item in tuple.items() {
                self.separate(&mut first);
                self.value(item)?;
            }
        }
        self.level -= 1;
        self.new_line();
        self.out.push(u32::from(']'));
        self.leave();
        Ok(())
    }

    fn dict(&mut self, dict: &Dict) -> Result<()> {
        if dict.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.enter(dict)?;
        self.out.push(u32::from('{'));
        self.level += 1;
        let mut first = true;
        if self.sort_keys || !dict.is_exactly(Dict::class()) {
            let items = call::call_method(dict, id!("items"), &[])?;
            let items = sequence::to_list(&items)?;
            if self.sort_keys {
                call::call_method(&items, id!("sort"), &[])?;
            }
            iter::for_each(&items, |item| {
                let Some(&[key, value]) = item.cast::<Tuple>().map(Tuple::items) else {
                    return Err(raise!(ValueError, "items must return 2-tuples"));
                };
                self.pair(&mut first, key, value)
            })?;
        } else {
            let mut position = Position::default();
            while let Some((key, value)) = dict.next(&mut position) {
                self.pair(&mut first, &key, &value)?;
            }
        }
        self.level -= 1;
        if !first {
            self.new_line();
        }
        self.out.push(u32::from('}'));
        self.leave();
        Ok(())
    }

    fn pair(&mut self, first: &mut bool, key: &Object, value: &Object) -> Result<()> {
        let made;
        let text = if let Some(text) = key.cast::<Str>() {
            text
        } else {
            let mut inner = Builder::new();
            if let Some(word) = word(key) {
                inner.push_str(word);
            } else if key.cast::<Int>().is_some() || key.cast::<Float>().is_some() {
                core::mem::swap(&mut inner, &mut self.out);
                let written = self.value(key);
                core::mem::swap(&mut inner, &mut self.out);
                written?;
            } else if self.skipkeys {
                return Ok(());
            } else {
                let got = key.class().full_name();
                return Err(raise!(TypeError, "keys must be str, int, float, bool or None, not {got}"));
            }
            made = inner.finish()?;
            &made
        };
        self.separate(first);
        self.string(text)?;
        self.out.push_chars(self.key_separator.chars());
        self.value(value)
    }
}

/// The constants.
fn word(value: &Object) -> Option<&'static str> {
    if value.is(none()) {
        Some("null")
    } else if value.is(from_bool(true)) {
        Some("true")
    } else if value.is(from_bool(false)) {
        Some("false")
    } else {
        None
    }
}
