//! `datetime`.

use super::arguments::{self, Clock};
use super::calendar::{MAX_ORDINAL, Ymd};
use super::date::{self, DATE, Date, pickled_state};
use super::delta::Delta;
use super::moment::{self, EPOCH, Place};
use super::text::{self, ParsedZone, Shown};
use super::time::{self, Time, finish_repr, fold_bit, parsed_zone, pickled_zone, reduced};
use super::zone;
use core::cell::Cell;
use macros::pytype;
use objects::args::Kwargs;
use objects::protocol::{call, compare};
use objects::types::bool::new_bool;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::new_int;
use objects::types::none::{none, not_implemented};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Ref, Result, Slot, TypeObject, id, raise};

const PER_DAY: i128 = 86_400_000_000;

/// `PyDateTime_DateTime`. CPython leaves the last field out where `hastzinfo` is 0; here it is NULL then.
#[repr(C)]
pub struct DateTime {
    ob_base: Object,
    hashcode: Cell<isize>,
    hastzinfo: u8,
    data: [u8; 10],
    fold: Cell<u8>,
    tzinfo: Slot,
}

const _: () = assert!(
    core::mem::offset_of!(DateTime, data) == 25
        && core::mem::offset_of!(DateTime, fold) == 35
        && core::mem::offset_of!(DateTime, tzinfo) == 40
        && size_of::<DateTime>() == 48
);

fn pack(date: Ymd, clock: Clock) -> [u8; 10] {
    let mut data = [0; 10];
    let (first, second) = data.split_at_mut(4);
    first.copy_from_slice(&date::pack(date));
    second.copy_from_slice(&time::pack(clock));
    data
}

/// The type of a function that a class method calls.
type Ask = fn(Option<&Object>, &Object) -> Result<Option<Ref<Delta>>>;

impl DateTime {
    /// A valid date and time as an instance of `class`.
    fn build(class: &TypeObject, date: Ymd, clock: Clock, zone: Option<&Object>) -> Result<Ref<DateTime>> {
        Ref::new_in(
            class,
            DateTime {
                ob_base: Object::HEAD,
                hashcode: Cell::new(-1),
                hastzinfo: zone.is_some().into(),
                data: pack(date, clock),
                fold: Cell::new(clock.fold as u8),
                tzinfo: Slot::from_option(zone.map(Instance::to_ref)),
            },
        )
    }

    /// A date and time.
    ///
    /// # Errors
    /// ValueError for none.
    pub fn new(date: Ymd, clock: Clock, zone: Option<&Object>) -> Result<Ref<DateTime>> {
        arguments::check_date(date)?;
        arguments::check_clock(clock)?;
        DateTime::build(&DATETIME, date, clock, zone)
    }

    /// A datetime as `class` makes it, a subclass through its constructor.
    ///
    /// # Errors
    /// ValueError; what the constructor raises.
    pub fn of_class(class: &TypeObject, date: Ymd, clock: Clock, zone: Option<&Object>) -> Result<Ref> {
        if core::ptr::eq(class, &raw const DATETIME) {
            return Ok(DateTime::new(date, clock, zone)?.upcast());
        }
        let mut parts = Vec::with_capacity(8);
        for part in
            [date.year, date.month, date.day, clock.hour, clock.minute, clock.second, clock.microsecond]
        {
            parts.push(new_int(part.into())?);
        }
        parts.push(zone.unwrap_or(none()).to_ref());
        let datetime = call::call(class, &parts.iter().map(|part| &**part).collect::<Vec<_>>())?;
        if let Some(datetime) = datetime.cast::<DateTime>() {
            datetime.fold.set(clock.fold as u8);
        }
        Ok(datetime)
    }

    pub fn ymd(&self) -> Ymd {
        date::unpack(&self.data)
    }

    pub fn clock(&self) -> Clock {
        time::unpack(&self.data[4..], self.fold.get())
    }

    pub fn zone(&self) -> Option<&Object> {
        // SAFETY: the zone is set when the object is made and never again.
        unsafe { self.tzinfo.peek() }
    }

    /// Microseconds on the calendar's own scale.
    fn total(&self) -> i128 {
        let clock = self.clock();
        let seconds = i64::from(self.ymd().ordinal()) * 86_400 + i64::from(clock.seconds());
        i128::from(seconds) * 1_000_000 + i128::from(clock.microsecond)
    }

    /// The moment so many microseconds later, of the same class and zone.
    ///
    /// # Errors
    /// OverflowError; what a subclass's constructor raises.
    pub fn plus(&self, microseconds: i128) -> Result<Ref> {
        let (date, clock) = split(self.total() + microseconds)?;
        DateTime::of_class(self.class(), date, clock, self.zone())
    }

    fn offset(&self) -> Result<Option<Ref<Delta>>> {
        zone::utc_offset(self.zone(), self)
    }

    fn has_zone_of(&self, other: &DateTime) -> bool {
        match (self.zone(), other.zone()) {
            (None, None) => true,
            (Some(a), Some(b)) => a.is(b),
            _ => false,
        }
    }

    /// The same with another `fold`, as a plain `datetime`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn folded(&self, fold: i32) -> Result<Ref<DateTime>> {
        DateTime::build(&DATETIME, self.ymd(), Clock { fold, ..self.clock() }, self.zone())
    }

    /// Whether the zone's offset depends on `fold`: then the datetime is equal to none of another zone (PEP 495).
    fn is_ambiguous(&self, offset: Option<&Delta>) -> Result<bool> {
        let other = self.folded(1 - i32::from(self.fold.get()))?.offset()?;
        Ok(other.map(|offset| offset.total()) != offset.map(Delta::total))
    }

    /// A timestamp as an instance of `class`, in local time or in UTC.
    fn at(
        class: &TypeObject,
        (seconds, microsecond): (i64, i32),
        place: Place,
        zone: Option<&Object>,
    ) -> Result<Ref> {
        let (date, clock) = moment::calendar_at(seconds, place)?;
        let mut clock = Clock { microsecond, ..clock };
        // The probe goes a day back, which must exist.
        if zone.is_none() && place == Place::Local && seconds > 2 * 86_400 - EPOCH {
            clock.fold = moment::fold_at(seconds, date, clock)?.into();
        }
        DateTime::of_class(class, date, clock, zone)
    }

    /// A timestamp in the given zone, or in local time without one.
    fn in_zone(class: &TypeObject, timestamp: (i64, i32), zone: Option<&Object>) -> Result<Ref> {
        let Some(zone) = zone else { return DateTime::at(class, timestamp, Place::Local, None) };
        let utc = DateTime::at(class, timestamp, Place::Utc, Some(zone))?;
        call::call_method(zone, id!("fromutc"), &[&utc])
    }

    /// What `isoformat` prints.
    fn show(&self, separator: u32, timespec: &Str) -> Result<Ref<Str>> {
        let Ymd { year, month, day } = self.ymd();
        let clock = text::show_clock(self.clock(), timespec)?;
        let zone = zone::offset_text(self.zone(), self, ":")?;
        if let Some(separator) = char::from_u32(separator) {
            return Str::new(&format!("{year:04}-{month:02}-{day:02}{separator}{clock}{zone}"));
        }
        let mut chars: Vec<u32> = format!("{year:04}-{month:02}-{day:02}").chars().map(u32::from).collect();
        chars.push(separator);
        chars.extend(clock.chars().chain(zone.chars()).map(u32::from));
        Str::from_ucs4(&chars)
    }

    /// An answer of the zone about this moment.
    fn ask(&self, question: Ask) -> Result<Option<Ref<Delta>>> {
        question(self.zone(), self)
    }
}

/// The date and the time of day after so many microseconds.
fn split(total: i128) -> Result<(Ymd, Clock)> {
    let ordinal = total.div_euclid(PER_DAY);
    let Some(ordinal) = i32::try_from(ordinal).ok().filter(|ordinal| (1..=MAX_ORDINAL).contains(ordinal))
    else {
        return Err(date::out_of_range());
    };
    let rest = total.rem_euclid(PER_DAY) as i64;
    let (seconds, microsecond) = ((rest / 1_000_000) as i32, (rest % 1_000_000) as i32);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let clock = Clock { hour: minutes / 60, minute: minutes % 60, second, microsecond, fold: 0 };
    Ok((Ymd::from_ordinal(ordinal), clock))
}

fn warn_of(function: &str, instead: &str) -> Result<()> {
    let text = format!(
        "datetime.datetime.{function}() is deprecated and scheduled for removal in a future version. Use \
         timezone-aware objects to represent datetimes in UTC: {instead}."
    );
    objects::hooks::WARN.get()(&exc::DeprecationWarning, &text, 1)
}

/// The difference of two datetimes.
fn difference(left: &DateTime, right: &DateTime) -> Result<i128> {
    let naive = left.total() - right.total();
    if left.has_zone_of(right) {
        return Ok(naive);
    }
    match (left.offset()?, right.offset()?) {
        (None, None) => Ok(naive),
        (Some(a), Some(b)) => Ok(naive - (a.total() - b.total())),
        _ => Err(raise!(TypeError, "can't subtract offset-naive and offset-aware datetimes")),
    }
}

#[pytype(name = "datetime", module = "datetime", static_name = DATETIME, base = DATE, flags = [BASETYPE])]
impl DateTime {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<DateTime>> {
        if let [state, rest @ ..] = args.items()
            && rest.len() < 2
            && let Some(mut data) =
                pickled_state::<10>("datetime", state, |data| (1..=12).contains(&(data[2] & 0x7f)))?
        {
            let zone = pickled_zone(rest)?;
            let fold = data[2] >> 7;
            data[2] &= 0x7f;
            return Ref::new_in(
                class,
                DateTime {
                    ob_base: Object::HEAD,
                    hashcode: Cell::new(-1),
                    hastzinfo: zone.is_some().into(),
                    data,
                    fold: Cell::new(fold),
                    tzinfo: Slot::from_option(zone.map(Instance::to_ref)),
                },
            );
        }
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
        let parts = crate::arguments::bind(names, 3, 8, args.items(), kwargs)?;
        let date = Ymd {
            year: arguments::int_or(parts[0], 0)?,
            month: arguments::int_or(parts[1], 0)?,
            day: arguments::int_or(parts[2], 0)?,
        };
        let clock = Clock {
            hour: arguments::int_or(parts[3], 0)?,
            minute: arguments::int_or(parts[4], 0)?,
            second: arguments::int_or(parts[5], 0)?,
            microsecond: arguments::int_or(parts[6], 0)?,
            fold: arguments::int_or(parts[8], 0)?,
        };
        arguments::check_date(date)?;
        arguments::check_clock(clock)?;
        DateTime::build(class, date, clock, arguments::zone(parts[7])?)
    }

    #[classmethod("now($type, /, tz=None)")]
    fn now(class: &TypeObject, tz: Option<&Object>) -> Result<Ref> {
        let zone = arguments::zone(tz)?;
        DateTime::in_zone(class, moment::now()?, zone)
    }

    #[classmethod("utcnow($type, /)")]
    fn utcnow(class: &TypeObject) -> Result<Ref> {
        warn_of("utcnow", "datetime.datetime.now(datetime.UTC)")?;
        DateTime::at(class, moment::now()?, Place::Utc, None)
    }

    #[classmethod("fromtimestamp($type, /, timestamp, tz=None)", nosig)]
    fn fromtimestamp(class: &TypeObject, timestamp: &Object, tz: Option<&Object>) -> Result<Ref> {
        let zone = arguments::zone(tz)?;
        DateTime::in_zone(class, moment::seconds_and_microseconds(timestamp)?, zone)
    }

    #[classmethod("utcfromtimestamp($type, timestamp, /)", nosig)]
    fn utcfromtimestamp(class: &TypeObject, timestamp: &Object) -> Result<Ref> {
        warn_of("utcfromtimestamp", "datetime.datetime.fromtimestamp(timestamp, datetime.UTC)")?;
        DateTime::at(class, moment::seconds_and_microseconds(timestamp)?, Place::Utc, None)
    }

    #[classmethod("strptime($type, string, format, /)", nosig)]
    fn strptime(class: &TypeObject, string: &Object, format: &Object) -> Result<Ref> {
        let string = text::text_argument("strptime", 1, string)?;
        let format = text::text_argument("strptime", 2, format)?;
        let parser = objects::hooks::IMPORT.get()("_strptime")?;
        call::call_method(&parser, id!("_strptime_datetime"), &[class.as_object(), string, format])
    }

    #[classmethod("combine($type, /, date, time, tzinfo=unchanged)", nosig)]
    fn combine(class: &TypeObject, date: &Object, time: &Object, tzinfo: Option<&Object>) -> Result<Ref> {
        let wrong = |position: usize, wanted: &TypeObject, object: &Object| {
            let (wanted, class) = (wanted.full_name(), object.class().full_name());
            raise!(TypeError, "combine() argument {position} must be {wanted}, not {class}")
        };
        let date = date.cast::<Date>().ok_or_else(|| wrong(1, &DATE, date))?;
        let time = time.cast::<Time>().ok_or_else(|| wrong(2, Time::class(), time))?;
        let zone = match tzinfo {
            Some(_) => arguments::zone(tzinfo)?,
            None => time.zone(),
        };
        DateTime::of_class(class, date.ymd(), time.clock(), zone)
    }

    #[classmethod("fromisoformat($type, object, /)")]
    fn fromisoformat(class: &TypeObject, object: &Object) -> Result<Ref> {
        let chars = text::iso_argument(object)?;
        let parse = || {
            if chars.len() < 7 {
                return None;
            }
            let end = text::date_end(&chars).filter(|&end| end <= chars.len())?;
            let date = text::parse_date(&chars[..end])?;
            if end == chars.len() {
                return Some((date, Clock::default(), ParsedZone::Naive));
            }
            let (clock, zone) = text::parse_time(&chars[end + 1..])?;
            Some((date, clock, zone))
        };
        let Some((date, clock, zone)) = parse() else { return Err(text::invalid(object)) };
        let zone = parsed_zone(zone)?;
        arguments::check_date(date)?;
        arguments::check_clock(clock)?;
        DateTime::of_class(class, date, clock, zone.as_deref())
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let (date, clock) = (self.ymd(), self.clock());
        let mut text = format!(
            "{}({}, {}, {}, {}, {}",
            self.class().full_name(),
            date.year,
            date.month,
            date.day,
            clock.hour,
            clock.minute
        );
        if clock.second != 0 || clock.microsecond != 0 {
            text.push_str(&format!(", {}", clock.second));
        }
        if clock.microsecond != 0 {
            text.push_str(&format!(", {}", clock.microsecond));
        }
        finish_repr(&mut text, clock.fold, self.zone())?;
        Str::new(&text)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        call::call_method(self, id!("isoformat"), &[id!(" ")])
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        if self.hashcode.get() == -1 {
            let offset = if self.fold.get() == 0 { self.offset()? } else { self.folded(0)?.offset()? };
            let hash = match offset {
                None => objects::hash::bytes(&self.data),
                Some(offset) => {
                    objects::protocol::object::hash(&*Delta::new(self.total() - offset.total())?)?
                }
            };
            self.hashcode.set(hash);
        }
        Ok(self.hashcode.get())
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        let Some(other) = other.cast::<DateTime>() else { return Ok(not_implemented().to_ref()) };
        if self.has_zone_of(other) {
            return Ok(compare::answer(op, self.data.cmp(&other.data)));
        }
        let (a, b) = (self.offset()?, other.offset()?);
        let (a, b) = (a.as_deref(), b.as_deref());
        let ordering = match (a, b) {
            (None, None) => self.data.cmp(&other.data),
            (Some(a), Some(b)) => (self.total() - a.total()).cmp(&(other.total() - b.total())),
            _ => {
                return match op {
                    CompareOp::Eq => Ok(new_bool(false)),
                    CompareOp::Ne => Ok(new_bool(true)),
                    _ => Err(raise!(TypeError, "can't compare offset-naive and offset-aware datetimes")),
                };
            }
        };
        if ordering.is_eq()
            && matches!(op, CompareOp::Eq | CompareOp::Ne)
            && (self.is_ambiguous(a)? || other.is_ambiguous(b)?)
        {
            return Ok(new_bool(op == CompareOp::Ne));
        }
        Ok(compare::answer(op, ordering))
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let (datetime, delta) = match (left.cast::<DateTime>(), right.cast::<DateTime>()) {
            (Some(datetime), None) => (datetime, right),
            (None, Some(datetime)) => (datetime, left),
            _ => return Ok(not_implemented().to_ref()),
        };
        match delta.cast::<Delta>() {
            Some(delta) => datetime.plus(delta.total()),
            None => Ok(not_implemented().to_ref()),
        }
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let Some(datetime) = left.cast::<DateTime>() else { return Ok(not_implemented().to_ref()) };
        if let Some(other) = right.cast::<DateTime>() {
            return Ok(Delta::new(difference(datetime, other)?)?.upcast());
        }
        match right.cast::<Delta>() {
            Some(delta) => datetime.plus(-delta.total()),
            None => Ok(not_implemented().to_ref()),
        }
    }

    #[method("date($self, /)")]
    fn date(&self) -> Result<Ref<Date>> {
        Date::new(self.ymd())
    }

    #[method("time($self, /)")]
    fn time(&self) -> Result<Ref<Time>> {
        Time::new(self.clock(), None)
    }

    #[method("timetz($self, /)")]
    fn timetz(&self) -> Result<Ref<Time>> {
        Time::new(self.clock(), self.zone())
    }

    #[method("ctime($self, /)")]
    fn ctime(&self) -> String {
        date::ctime(self.ymd(), self.clock())
    }

    #[method("timetuple($self, /)")]
    fn timetuple(&self) -> Result<Ref> {
        let dst = match self.zone() {
            None => -1,
            Some(_) => self.ask(zone::dst)?.map_or(-1, |dst| i32::from(dst.total() != 0)),
        };
        date::struct_time(self.ymd(), self.clock(), dst)
    }

    #[method("timestamp($self, /)")]
    fn timestamp(&self) -> Result<f64> {
        if self.zone().is_some() {
            let epoch = DateTime::build(
                &DATETIME,
                Ymd { year: 1970, month: 1, day: 1 },
                Clock::default(),
                Some(&*zone::utc()?),
            )?;
            return Delta::new(difference(self, &epoch)?)?.seconds_as_float();
        }
        let clock = self.clock();
        let seconds = moment::timestamp_of_local(self.ymd(), clock)?;
        Ok(seconds as f64 + f64::from(clock.microsecond) / 1e6)
    }

    #[method("utctimetuple($self, /)")]
    fn utctimetuple(&self) -> Result<Ref> {
        let offset = self.offset()?.map_or(0, |offset| offset.total());
        let (date, clock) = split(self.total() - offset)?;
        date::struct_time(date, clock, 0)
    }

    #[method("isoformat($self, /, sep='T', timespec='auto')", nosig)]
    fn isoformat(
        &self,
        #[default(None)] sep: Option<&Object>,
        #[default(None)] timespec: Option<&Object>,
    ) -> Result<Ref<Str>> {
        let separator = match sep {
            None => u32::from('T'),
            Some(sep) => match sep.cast::<Str>() {
                Some(text) if text.len() == 1 => text.at(0),
                _ => {
                    let class = if sep.is(none()) { "None" } else { sep.class().full_name() };
                    return Err(raise!(
                        TypeError,
                        "isoformat() argument 1 must be a unicode character, not {class}"
                    ));
                }
            },
        };
        let timespec = match timespec {
            Some(timespec) => text::text_argument("isoformat", 2, timespec)?,
            None => id!("auto"),
        };
        self.show(separator, timespec)
    }

    #[method("strftime($self, /, format)", unchecked, nosig)]
    fn strftime(&self, format: &Object) -> Result<Ref> {
        let format = text::text_argument("strftime", 1, format)?;
        let tuple = call::call_method(self, id!("timetuple"), &[])?;
        let shown = Shown { microsecond: self.clock().microsecond, zone: self.zone(), moment: self };
        text::strftime(format, &tuple, &shown)
    }

    #[method("utcoffset($self, /)")]
    fn utcoffset(&self) -> Result<Option<Ref<Delta>>> {
        self.offset()
    }

    #[method("tzname($self, /)")]
    fn tzname(&self) -> Result<Ref> {
        zone::zone_name(self.zone(), self)
    }

    #[method("dst($self, /)")]
    fn dst(&self) -> Result<Option<Ref<Delta>>> {
        self.ask(zone::dst)
    }

    #[method("astimezone($self, /, tz=None)", nosig)]
    fn astimezone(&self, tz: Option<&Object>) -> Result<Ref> {
        let target = arguments::zone(tz)?;
        let system;
        let own = match self.zone() {
            Some(zone) => zone,
            None => {
                system = moment::system_zone_of(self.ymd(), self.clock())?;
                &system
            }
        };
        if target.is_some_and(|target| target.is(own)) {
            return Ok(self.as_object().to_ref());
        }
        let offset = match zone::utc_offset(Some(own), self)? {
            Some(offset) => offset.total(),
            None => {
                let system = moment::system_zone_of(self.ymd(), self.clock())?;
                zone::utc_offset(Some(&*system), self)?.map_or(0, |offset| offset.total())
            }
        };
        let utc = self.total() - offset;
        let local;
        let target = match target {
            Some(target) => target,
            None => {
                let seconds = utc.div_euclid(1_000_000) as i64 - EPOCH;
                local = moment::system_zone_at(seconds)?;
                &local
            }
        };
        let (date, clock) = split(utc)?;
        let result = DateTime::of_class(self.class(), date, clock, Some(target))?;
        call::call_method(target, id!("fromutc"), &[&result])
    }

    #[method(
        "replace($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)"
    )]
    fn replace(
        &self,
        year: Option<&Object>,
        month: Option<&Object>,
        day: Option<&Object>,
        hour: Option<&Object>,
        minute: Option<&Object>,
        second: Option<&Object>,
        microsecond: Option<&Object>,
        tzinfo: Option<&Object>,
        fold: Option<&Object>,
    ) -> Result<Ref> {
        let (date, clock) = (self.ymd(), self.clock());
        let date = Ymd {
            year: arguments::int_or(year, date.year)?,
            month: arguments::int_or(month, date.month)?,
            day: arguments::int_or(day, date.day)?,
        };
        let clock = Clock {
            hour: arguments::int_or(hour, clock.hour)?,
            minute: arguments::int_or(minute, clock.minute)?,
            second: arguments::int_or(second, clock.second)?,
            microsecond: arguments::int_or(microsecond, clock.microsecond)?,
            fold: arguments::int_or(fold, clock.fold)?,
        };
        let zone = match tzinfo {
            Some(_) => arguments::zone(tzinfo)?,
            None => self.zone(),
        };
        arguments::check_date(date)?;
        arguments::check_clock(clock)?;
        DateTime::of_class(self.class(), date, clock, zone)
    }

    #[method("__replace__($self, /, **changes)")]
    fn py_replace(&self, changes: Kwargs) -> Result<Ref> {
        arguments::call_own_method(self, id!("replace"), changes)
    }

    #[method("__reduce_ex__($self, protocol, /)", nosig)]
    fn reduce_ex(&self, protocol: &Object) -> Result<Ref<Tuple>> {
        let mut state = self.data;
        state[2] |= fold_bit(protocol, self.fold.get())?;
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
