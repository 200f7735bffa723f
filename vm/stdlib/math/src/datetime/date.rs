//! `date` and what `isocalendar` returns.

use super::arguments::{self, Clock};
use super::calendar::{IsoError, MAX_ORDINAL, Ymd};
use super::datetime::DateTime;
use super::delta::Delta;
use super::moment::{self, Place};
use super::text::{self, Shown};
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
use objects::types::tuple::methods::PyTuple_Type;
use objects::{CompareOp, Instance, Object, Raised, Ref, Result, TypeObject, id, raise};

/// `PyDateTime_Date`.
#[repr(C)]
pub struct Date {
    ob_base: Object,
    pub(super) hashcode: Cell<isize>,
    hastzinfo: u8,
    data: [u8; 4],
}

const _: () = assert!(core::mem::offset_of!(Date, data) == 25 && size_of::<Date>() == 32);

/// A day as `data` has it: the year's high byte first.
pub fn pack(date: Ymd) -> [u8; 4] {
    let year = (date.year as u16).to_be_bytes();
    [year[0], year[1], date.month as u8, date.day as u8]
}

/// The day in `data`, which has at least four bytes.
pub fn unpack(data: &[u8]) -> Ymd {
    match *data {
        [high, low, month, day, ..] => {
            Ymd { year: u16::from_be_bytes([high, low]).into(), month: month.into(), day: day.into() }
        }
        _ => Ymd { year: 1, month: 1, day: 1 },
    }
}

/// The pickled state in the first argument, if it is one of `size` bytes for which `sane` holds: bytes, or a string of
/// Latin-1 as Python 2's pickles give.
pub fn pickled_state<const N: usize>(
    class: &str,
    object: &Object,
    sane: impl Fn(&[u8; N]) -> bool,
) -> Result<Option<[u8; N]>> {
    if let Some(bytes) = object.cast::<Bytes>() {
        return Ok(<[u8; N]>::try_from(bytes.as_slice()).ok().filter(|state| sane(state)));
    }
    let Some(text) = object.cast::<Str>().filter(|text| text.len() == N) else { return Ok(None) };
    let mut state = [0; N];
    let mut latin = true;
    for (place, c) in state.iter_mut().zip(text.chars().iter()) {
        latin &= c < 256;
        *place = c as u8;
    }
    if !sane(&state) {
        return Ok(None);
    }
    if !latin {
        return Err(raise!(
            ValueError,
            "Failed to encode latin1 string when unpickling a {class} object. pickle.load(data, encoding='latin1') is assumed."
        ));
    }
    Ok(Some(state))
}

/// `time.struct_time` of nine numbers.
pub fn struct_time(date: Ymd, clock: Clock, dst: i32) -> Result<Ref> {
    let parts = [
        date.year,
        date.month,
        date.day,
        clock.hour,
        clock.minute,
        clock.second,
        date.weekday(),
        date.day_of_year(),
        dst,
    ];
    let parts = parts.into_iter().map(|part| new_int(part.into())).collect::<Result<Vec<Ref>>>()?;
    let time = objects::hooks::IMPORT.get()("time")?;
    call::call_method(&time, id!("struct_time"), &[Tuple::from_vec(parts)?.as_object()])
}

/// "Thu Feb 29 01:02:03 2024".
pub fn ctime(date: Ymd, clock: Clock) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 13] =
        ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = DAYS.get(date.weekday() as usize).copied().unwrap_or_default();
    let month = MONTHS.get(date.month as usize).copied().unwrap_or_default();
    let Clock { hour, minute, second, .. } = clock;
    format!("{day} {month} {:2} {hour:02}:{minute:02}:{second:02} {:04}", date.day, date.year)
}

#[cold]
pub fn out_of_range() -> Raised {
    raise!(OverflowError, "date value out of range")
}

/// `left + right` or `left - right` where one is a date and no datetime.
fn shifted(date: &Date, delta: &Delta, sign: i32) -> Result<Ref> {
    let ordinal = date.ymd().ordinal() + sign * delta.days();
    if !(1..=MAX_ORDINAL).contains(&ordinal) {
        return Err(out_of_range());
    }
    Date::of_class(date.class(), Ymd::from_ordinal(ordinal))
}

fn plain(object: &Object) -> Option<&Date> {
    object.cast::<Date>().filter(|_| object.cast::<DateTime>().is_none())
}

impl Date {
    /// A valid day as an instance of `class`.
    fn build(class: &TypeObject, date: Ymd) -> Result<Ref<Date>> {
        let (hashcode, data) = (Cell::new(-1), pack(date));
        Ref::new_in(class, Date { ob_base: Object::HEAD, hashcode, hastzinfo: 0, data })
    }

    /// A day.
    ///
    /// # Errors
    /// ValueError for none of the calendar.
    pub fn new(date: Ymd) -> Result<Ref<Date>> {
        arguments::check_date(date)?;
        Date::build(&DATE, date)
    }

    /// A day as `class` makes it, a subclass through its constructor.
    ///
    /// # Errors
    /// ValueError; what the constructor raises.
    pub fn of_class(class: &TypeObject, date: Ymd) -> Result<Ref> {
        if core::ptr::eq(class, &raw const DATE) {
            return Ok(Date::new(date)?.upcast());
        }
        let parts = [new_int(date.year.into())?, new_int(date.month.into())?, new_int(date.day.into())?];
        call::call(class, &[&parts[0], &parts[1], &parts[2]])
    }

    pub fn ymd(&self) -> Ymd {
        unpack(&self.data)
    }
}

#[pytype(name = "date", module = "datetime", static_name = DATE, flags = [BASETYPE])]
impl Date {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<Date>> {
        if let [state] = *args.items()
            && let Some(data) = pickled_state::<4>("date", state, |data| (1..=12).contains(&data[2]))?
        {
            let hashcode = Cell::new(-1);
            return Ref::new_in(class, Date { ob_base: Object::HEAD, hashcode, hastzinfo: 0, data });
        }
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let parts = crate::arguments::bind(["year", "month", "day"], 3, 3, args.items(), kwargs)?;
        let date = Ymd {
            year: arguments::int_or(parts[0], 0)?,
            month: arguments::int_or(parts[1], 0)?,
            day: arguments::int_or(parts[2], 0)?,
        };
        arguments::check_date(date)?;
        Date::build(class, date)
    }

    #[classmethod("fromtimestamp($type, timestamp, /)")]
    fn fromtimestamp(class: &TypeObject, timestamp: &Object) -> Result<Ref> {
        let (date, _) = moment::calendar_at(moment::whole_seconds(timestamp)?, Place::Local)?;
        Date::of_class(class, date)
    }

    #[classmethod("today($type, /)")]
    fn today(class: &TypeObject) -> Result<Ref> {
        let time = objects::hooks::IMPORT.get()("time")?;
        let now = call::call_method(&time, id!("time"), &[])?;
        call::call_method(class, id!("fromtimestamp"), &[&now])
    }

    #[classmethod("fromordinal($type, ordinal, /)", nosig)]
    fn fromordinal(class: &TypeObject, ordinal: &Object) -> Result<Ref> {
        let ordinal = arguments::int(ordinal)?;
        if ordinal < 1 {
            return Err(raise!(ValueError, "ordinal must be >= 1"));
        }
        let date = Ymd::from_ordinal(ordinal);
        arguments::check_date(date)?;
        Date::of_class(class, date)
    }

    #[classmethod("fromisoformat($type, object, /)")]
    fn fromisoformat(class: &TypeObject, object: &Object) -> Result<Ref> {
        let chars = text::iso_argument(object)?;
        match text::parse_date(&chars).filter(|_| matches!(chars.len(), 7 | 8 | 10)) {
            Some(date) => {
                arguments::check_date(date)?;
                Date::of_class(class, date)
            }
            None => Err(text::invalid(object)),
        }
    }

    #[classmethod("fromisocalendar($type, /, year, week, day)", nosig)]
    fn fromisocalendar(class: &TypeObject, year: &Object, week: &Object, day: &Object) -> Result<Ref> {
        let part = |object: &Object| {
            arguments::int(object).map_err(|raised| {
                if !raised.matches(&objects::types::exceptions::OverflowError) {
                    return raised;
                }
                raised.clear();
                raise!(ValueError, "ISO calendar component out of range")
            })
        };
        let (year, week, day) = (part(year)?, part(week)?, part(day)?);
        let date = Ymd::from_iso_calendar(year, week, day).map_err(|error| match error {
            IsoError::Year => raise!(ValueError, "Year is out of range: {year}"),
            IsoError::Week => raise!(ValueError, "Invalid week: {week}"),
            IsoError::Weekday => raise!(ValueError, "Invalid day: {day} (range is [1, 7])"),
        })?;
        arguments::check_date(date)?;
        Date::of_class(class, date)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let Ymd { year, month, day } = self.ymd();
        Str::new(&format!("{}({year}, {month}, {day})", self.class().full_name()))
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        call::call_method(self, id!("isoformat"), &[])
    }

    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        if self.hashcode.get() == -1 {
            self.hashcode.set(objects::hash::bytes(&self.data));
        }
        self.hashcode.get()
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match plain(other) {
            Some(other) => Ok(compare::answer(op, self.data.cmp(&other.data))),
            None => Ok(not_implemented().to_ref()),
        }
    }

    #[slot(nb_add)]
    fn add(left: &Object, right: &Object) -> Result<Ref> {
        let (date, delta) = match (plain(left), plain(right)) {
            (Some(date), None) => (date, right),
            (None, Some(date)) => (date, left),
            _ => return Ok(not_implemented().to_ref()),
        };
        match delta.cast::<Delta>() {
            Some(delta) => shifted(date, delta, 1),
            None => Ok(not_implemented().to_ref()),
        }
    }

    #[slot(nb_subtract)]
    fn subtract(left: &Object, right: &Object) -> Result<Ref> {
        let Some(date) = plain(left) else { return Ok(not_implemented().to_ref()) };
        if let Some(other) = plain(right) {
            let days = date.ymd().ordinal() - other.ymd().ordinal();
            return Ok(Delta::of_seconds(i64::from(days) * 86_400)?.upcast());
        }
        match right.cast::<Delta>() {
            Some(delta) => shifted(date, delta, -1),
            None => Ok(not_implemented().to_ref()),
        }
    }

    #[method("ctime($self, /)")]
    fn ctime(&self) -> String {
        ctime(self.ymd(), Clock::default())
    }

    #[method("strftime($self, /, format)", nosig)]
    fn strftime(&self, format: &Object) -> Result<Ref> {
        let format = text::text_argument("strftime", 1, format)?;
        let tuple = call::call_method(self, id!("timetuple"), &[])?;
        text::strftime(format, &tuple, &Shown { microsecond: 0, zone: None, moment: self })
    }

    #[method("__format__($self, format, /)", nosig)]
    fn format(&self, format: &Object) -> Result<Ref> {
        let format = text::text_argument("__format__", 1, format)?;
        if format.is_empty() {
            return Ok(objects::protocol::object::str(self)?.upcast());
        }
        call::call_method(self, id!("strftime"), &[format])
    }

    #[method("isoformat($self, /)")]
    fn isoformat(&self) -> String {
        let Ymd { year, month, day } = self.ymd();
        format!("{year:04}-{month:02}-{day:02}")
    }

    #[method("isoweekday($self, /)")]
    fn isoweekday(&self) -> i32 {
        self.ymd().weekday() + 1
    }

    #[method("isocalendar($self, /)")]
    fn isocalendar(&self) -> Result<Ref> {
        let (year, week, weekday) = self.ymd().iso_calendar();
        let parts = [new_int(year.into())?, new_int(week.into())?, new_int(weekday.into())?];
        Tuple::new_in(&ISO_CALENDAR_DATE, &[&parts[0], &parts[1], &parts[2]])
    }

    #[method("timetuple($self, /)")]
    fn timetuple(&self) -> Result<Ref> {
        struct_time(self.ymd(), Clock::default(), -1)
    }

    #[method("toordinal($self, /)")]
    fn toordinal(&self) -> i32 {
        self.ymd().ordinal()
    }

    #[method("weekday($self, /)")]
    fn weekday(&self) -> i32 {
        self.ymd().weekday()
    }

    #[method("replace($self, /, year=unchanged, month=unchanged, day=unchanged)")]
    fn replace(&self, year: Option<&Object>, month: Option<&Object>, day: Option<&Object>) -> Result<Ref> {
        let own = self.ymd();
        let date = Ymd {
            year: arguments::int_or(year, own.year)?,
            month: arguments::int_or(month, own.month)?,
            day: arguments::int_or(day, own.day)?,
        };
        arguments::check_date(date)?;
        Date::of_class(self.class(), date)
    }

    #[method("__replace__($self, /, **changes)")]
    fn py_replace(&self, changes: Kwargs) -> Result<Ref> {
        arguments::call_own_method(self, id!("replace"), changes)
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let state = Tuple::from_array([Bytes::new(&self.data)?.upcast()])?;
        Tuple::from_array([self.class().to_ref().upcast(), state.upcast()])
    }

    #[getter("year")]
    fn year(&self) -> i32 {
        self.ymd().year
    }

    #[getter("month")]
    fn month(&self) -> i32 {
        self.ymd().month
    }

    #[getter("day")]
    fn day(&self) -> i32 {
        self.ymd().day
    }
}

/// The named tuple of `isocalendar`.
pub struct IsoCalendarDate;

fn part(this: &Object, index: usize) -> Result<Ref> {
    let item = this.cast::<Tuple>().and_then(|tuple| tuple.items().get(index).map(|item| item.to_ref()));
    item.ok_or_else(|| raise!(IndexError, "tuple index out of range"))
}

#[pytype(
    name = "IsoCalendarDate", module = "datetime", static_name = ISO_CALENDAR_DATE, base = PyTuple_Type, no_instance, no_dealloc
)]
impl IsoCalendarDate {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let parts = crate::arguments::bind(["year", "week", "weekday"], 3, 3, args.items(), kwargs)?;
        let mut items = [none().as_object(); 3];
        for (item, part) in items.iter_mut().zip(parts) {
            if let Some(part) = part {
                arguments::int(part)?;
                *item = part;
            }
        }
        Tuple::new_in(class, &items)
    }

    #[slot(tp_repr)]
    fn repr(this: &Object) -> Result<Ref<Str>> {
        let shown = |index| Ok(objects::protocol::object::repr(&*part(this, index)?)?.to_string_lossy());
        let (year, week, weekday) = (shown(0)?, shown(1)?, shown(2)?);
        Str::new(&format!("{}(year={year}, week={week}, weekday={weekday})", this.class().full_name()))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(this: &Object) -> Result<Ref<Tuple>> {
        let items = objects::protocol::sequence::to_list(this)?;
        let tuple = objects::protocol::sequence::to_tuple(&items)?;
        Tuple::from_array([PyTuple_Type.as_object().to_ref(), Tuple::from_array([tuple.upcast()])?.upcast()])
    }

    #[getter("year")]
    fn year(this: &Object) -> Result<Ref> {
        part(this, 0)
    }

    #[getter("week")]
    fn week(this: &Object) -> Result<Ref> {
        part(this, 1)
    }

    #[getter("weekday")]
    fn weekday(this: &Object) -> Result<Ref> {
        part(this, 2)
    }
}
