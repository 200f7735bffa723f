//! `time`: a time of day, with a zone or without.

use super::arguments::{self, Clock};
use super::date::pickled_state;
use super::delta::Delta;
use super::text::{self, ParsedZone, Shown};
use super::zone;
use core::cell::Cell;
use macros::pytype;
use objects::args::Kwargs;
use objects::protocol::{call, compare};
use objects::types::bytes::Bytes;
use objects::types::dict::Dict;
use objects::types::int::new_int;
use objects::types::none::{none, not_implemented};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

/// `PyDateTime_Time`. CPython leaves the last field out where `hastzinfo` is 0; here it is NULL then.
#[repr(C)]
pub struct Time {
    ob_base: Object,
    hashcode: Cell<isize>,
    hastzinfo: u8,
    data: [u8; 6],
    fold: Cell<u8>,
    tzinfo: Slot,
}

const _: () = assert!(
    core::mem::offset_of!(Time, data) == 25
        && core::mem::offset_of!(Time, fold) == 31
        && core::mem::offset_of!(Time, tzinfo) == 32
        && size_of::<Time>() == 40
);

/// A time of day as `data` has it.
pub fn pack(clock: Clock) -> [u8; 6] {
    let [_, high, middle, low] = clock.microsecond.to_be_bytes();
    [clock.hour as u8, clock.minute as u8, clock.second as u8, high, middle, low]
}

/// The time in `data`, which has at least six bytes.
pub fn unpack(data: &[u8], fold: u8) -> Clock {
    match *data {
        [hour, minute, second, high, middle, low, ..] => Clock {
            hour: hour.into(),
            minute: minute.into(),
            second: second.into(),
            microsecond: i32::from_be_bytes([0, high, middle, low]),
            fold: fold.into(),
        },
        _ => Clock::default(),
    }
}

/// The zone in a pickled state.
pub fn pickled_zone<'a>(rest: &[&'a Object]) -> Result<Option<&'a Object>> {
    match *rest {
        [] => Ok(None),
        [zone, ..] if zone.is(none()) => Ok(None),
        [zone, ..] if zone.cast::<zone::TzInfo>().is_some() => Ok(Some(zone)),
        _ => Err(raise!(TypeError, "bad tzinfo state arg")),
    }
}

/// The zone that a parsed text names.
pub fn parsed_zone(zone: ParsedZone) -> Result<Option<Ref>> {
    match zone {
        ParsedZone::Naive => Ok(None),
        ParsedZone::Offset(offset) => {
            Ok(Some(zone::fixed_zone(&*Delta::new(offset.into())?, None)?.upcast()))
        }
    }
}

/// ", fold=1" and ", tzinfo=…" before the closing parenthesis of a repr.
pub fn finish_repr(text: &mut String, fold: i32, zone: Option<&Object>) -> Result<()> {
    if fold != 0 {
        text.push_str(&format!(", fold={fold}"));
    }
    if let Some(zone) = zone {
        text.push_str(&format!(", tzinfo={}", objects::protocol::object::repr(zone)?.to_string_lossy()));
    }
    text.push(')');
    Ok(())
}

/// The pair of a class and its arguments, for pickling.
pub fn reduced(class: &TypeObject, state: &[u8], zone: Option<&Object>) -> Result<Ref<Tuple>> {
    let state = Bytes::new(state)?.upcast();
    let state = match zone {
        Some(zone) => Tuple::from_array([state, zone.to_ref()])?,
        None => Tuple::from_array([state])?,
    };
    Tuple::from_array([class.to_ref().upcast(), state.upcast()])
}

/// `fold` as a bit in pickles of the protocols that have it.
pub fn fold_bit(protocol: &Object, fold: u8) -> Result<u8> {
    Ok(if arguments::int(protocol)? > 3 { fold << 7 } else { 0 })
}

impl Time {
    /// A valid time as an instance of `class`.
    fn build(class: &TypeObject, clock: Clock, zone: Option<&Object>) -> Result<Ref<Time>> {
        Ref::new_in(
            class,
            Time {
                ob_base: Object::HEAD,
                hashcode: Cell::new(-1),
                hastzinfo: zone.is_some().into(),
                data: pack(clock),
                fold: Cell::new(clock.fold as u8),
                tzinfo: Slot::from_option(zone.map(Instance::to_ref)),
            },
        )
    }

    /// A time of day.
    ///
    /// # Errors
    /// ValueError for none.
    pub fn new(clock: Clock, zone: Option<&Object>) -> Result<Ref<Time>> {
        arguments::check_clock(clock)?;
        Time::build(&TIME, clock, zone)
    }

    /// A time as `class` makes it, a subclass through its constructor.
    pub fn of_class(class: &TypeObject, clock: Clock, zone: Option<&Object>) -> Result<Ref> {
        if core::ptr::eq(class, &raw const TIME) {
            return Ok(Time::new(clock, zone)?.upcast());
        }
        let mut parts = Vec::with_capacity(5);
        for part in [clock.hour, clock.minute, clock.second, clock.microsecond] {
            parts.push(new_int(part.into())?);
        }
        parts.push(zone.unwrap_or(none()).to_ref());
        let time = call::call(class, &parts.iter().map(|part| &**part).collect::<Vec<_>>())?;
        if let Some(time) = time.cast::<Time>() {
            time.fold.set(clock.fold as u8);
        }
        Ok(time)
    }

    pub fn clock(&self) -> Clock {
        unpack(&self.data, self.fold.get())
    }

    pub fn zone(&self) -> Option<&Object> {
        // SAFETY: the zone is set when the object is made and never again.
        unsafe { self.tzinfo.peek() }
    }

    /// The offset of the zone for a time of no day.
    fn offset(&self) -> Result<Option<Ref<Delta>>> {
        zone::utc_offset(self.zone(), none())
    }
}

#[pytype(name = "time", module = "datetime", static_name = TIME, flags = [BASETYPE])]
impl Time {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Time>> {
        if let [state, rest @ ..] = args.items()
            && rest.len() < 2
            && let Some(mut data) = pickled_state::<6>("time", state, |data| data[0] & 0x7f < 24)?
        {
            let zone = pickled_zone(rest)?;
            let fold = data[0] >> 7;
            data[0] &= 0x7f;
            return Time::build(class, unpack(&data, fold), zone);
        }
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let names = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"];
        let parts = crate::arguments::bind(names, 0, 5, args.items(), kwargs)?;
        let clock = Clock {
            hour: arguments::int_or(parts[0], 0)?,
            minute: arguments::int_or(parts[1], 0)?,
            second: arguments::int_or(parts[2], 0)?,
            microsecond: arguments::int_or(parts[3], 0)?,
            fold: arguments::int_or(parts[5], 0)?,
        };
        arguments::check_clock(clock)?;
        Time::build(class, clock, arguments::zone(parts[4])?)
    }

    #[classmethod("fromisoformat($type, object, /)")]
    fn fromisoformat(class: &TypeObject, object: &Object) -> Result<Ref> {
        let chars = text::iso_argument(object)?;
        let chars = chars.strip_prefix(&[u32::from('T')]).unwrap_or(&chars);
        let Some((clock, zone)) = text::parse_time(chars) else { return Err(text::invalid(object)) };
        let zone = parsed_zone(zone)?;
        arguments::check_clock(clock)?;
        Time::of_class(class, clock, zone.as_deref())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Clock { hour, minute, second, microsecond, fold } = self.clock();
        let mut text = format!("{}({hour}, {minute}", self.class().full_name());
        if second != 0 || microsecond != 0 {
            text.push_str(&format!(", {second}"));
        }
        if microsecond != 0 {
            text.push_str(&format!(", {microsecond}"));
        }
        finish_repr(&mut text, fold, self.zone())?;
        Str::new(&text)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        call::call_method(self, id!("isoformat"), &[])
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.hashcode.get() == -1 {
            let plain = Time::build(&TIME, Clock { fold: 0, ..self.clock() }, self.zone())?;
            let hash = match plain.offset()? {
                None => objects::hash::bytes(&self.data),
                Some(offset) => {
                    let clock = self.clock();
                    let total = i128::from(clock.seconds()) * 1_000_000 + i128::from(clock.microsecond);
                    objects::protocol::object::hash(&*Delta::new(total - offset.total())?)?
                }
            };
            self.hashcode.set(hash);
        }
        Ok(self.hashcode.get())
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<Time>() else { return Ok(not_implemented().to_ref()) };
        let same_zone = match (self.zone(), other.zone()) {
            (None, None) => true,
            (Some(a), Some(b)) => a.is(b),
            _ => false,
        };
        if same_zone {
            return Ok(compare::answer(op, self.data.cmp(&other.data)));
        }
        match (self.offset()?, other.offset()?) {
            (None, None) => Ok(compare::answer(op, self.data.cmp(&other.data))),
            (Some(a), Some(b)) => {
                let instant = |clock: Clock, offset: &Delta| {
                    i128::from(clock.seconds()) * 1_000_000 + i128::from(clock.microsecond) - offset.total()
                };
                Ok(compare::answer(op, instant(self.clock(), &a).cmp(&instant(other.clock(), &b))))
            }
            _ => match op {
                CompareOp::Eq => Ok(objects::types::bool::new_bool(false)),
                CompareOp::Ne => Ok(objects::types::bool::new_bool(true)),
                _ => Err(raise!(TypeError, "can't compare offset-naive and offset-aware times")),
            },
        }
    }

    #[method("isoformat($self, /, timespec='auto')", nosig)]
    fn isoformat(&self, #[default(None)] timespec: Option<&Object>) -> Result<Ref<Str>> {
        let timespec = match timespec {
            Some(timespec) => text::text_argument("isoformat", 1, timespec)?,
            None => id!("auto"),
        };
        let clock = text::show_clock(self.clock(), timespec)?;
        Str::new(&format!("{clock}{}", zone::offset_text(self.zone(), none(), ":")?))
    }

    #[method("strftime($self, /, format)", nosig)]
    fn strftime(&self, format: &Object) -> Result<Ref> {
        let format = text::text_argument("strftime", 1, format)?;
        let clock = self.clock();
        let mut parts = Vec::with_capacity(9);
        for part in [1900, 1, 1, clock.hour, clock.minute, clock.second, 0, 1, -1] {
            parts.push(new_int(part.into())?);
        }
        let tuple = Tuple::from_vec(parts)?;
        let shown = Shown { microsecond: clock.microsecond, zone: self.zone(), moment: none() };
        text::strftime(format, &tuple, &shown)
    }

    #[method("__format__($self, format, /)", nosig)]
    fn format(&self, format: &Object) -> Result<Ref> {
        let format = text::text_argument("__format__", 1, format)?;
        if format.is_empty() {
            return Ok(objects::protocol::object::str(self)?.upcast());
        }
        call::call_method(self, id!("strftime"), &[format])
    }

    #[method("utcoffset($self, /)")]
    fn utcoffset(&self) -> Result<Option<Ref<Delta>>> {
        self.offset()
    }

    #[method("tzname($self, /)")]
    fn tzname(&self) -> Result<Ref> {
        zone::zone_name(self.zone(), none())
    }

    #[method("dst($self, /)")]
    fn dst(&self) -> Result<Option<Ref<Delta>>> {
        zone::dst(self.zone(), none())
    }

    #[method(
        "replace($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
    )]
    fn replace(
        &self,
        hour: Option<&Object>,
        minute: Option<&Object>,
        second: Option<&Object>,
        microsecond: Option<&Object>,
        tzinfo: Option<&Object>,
        fold: Option<&Object>,
    ) -> Result<Ref> {
        let own = self.clock();
        let clock = Clock {
            hour: arguments::int_or(hour, own.hour)?,
            minute: arguments::int_or(minute, own.minute)?,
            second: arguments::int_or(second, own.second)?,
            microsecond: arguments::int_or(microsecond, own.microsecond)?,
            fold: arguments::int_or(fold, own.fold)?,
        };
        let zone = match tzinfo {
            Some(_) => arguments::zone(tzinfo)?,
            None => self.zone(),
        };
        arguments::check_clock(clock)?;
        Time::of_class(self.class(), clock, zone)
    }

    #[method("__replace__($self, /, **changes)")]
    fn py_replace(&self, changes: Kwargs) -> Result<Ref> {
        arguments::call_own_method(self, id!("replace"), changes)
    }

    #[method("__reduce_ex__($self, protocol, /)", nosig)]
    fn reduce_ex(&self, protocol: &Object) -> Result<Ref<Tuple>> {
        let mut state = self.data;
        state[0] |= fold_bit(protocol, self.fold.get())?;
        reduced(self.class(), &state, self.zone())
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        reduced(self.class(), &self.data, self.zone())
    }

    #[getter("hour")]
    fn hour(&self) -> i32 {
        self.clock().hour
    }

    #[getter("minute")]
    fn minute(&self) -> i32 {
        self.clock().minute
    }

    #[getter("second")]
    fn second(&self) -> i32 {
        self.clock().second
    }

    #[getter("microsecond")]
    fn microsecond(&self) -> i32 {
        self.clock().microsecond
    }

    #[getter("tzinfo")]
    fn tzinfo(&self) -> Option<&Object> {
        self.zone()
    }

    #[getter("fold")]
    fn fold(&self) -> i32 {
        self.fold.get().into()
    }
}
