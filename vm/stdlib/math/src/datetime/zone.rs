//! `tzinfo` and `timezone`, and the questions that dates ask of them.

use super::datetime::DateTime;
use super::delta::{Delta, TIMEDELTA};
use macros::pytype;
use objects::args::{Kind, Kwargs, Param, Signature};
use objects::protocol::{attr, call, compare};
use objects::types::dict::Dict;
use objects::types::none::{none, not_implemented};
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{CompareOp, Instance, Object, Raised, Ref, Result, Slot, TypeObject, id, raise};

/// `PyDateTime_TZInfo`.
#[repr(C)]
pub struct TzInfo {
    ob_base: Object,
}

/// `PyDateTime_TimeZone`: an offset that never changes.
#[repr(C)]
pub struct TimeZone {
    ob_base: Object,
    offset: Ref<Delta>,
    name: Option<Ref<Str>>,
}

static NEW: Signature = Signature::new(
    "timezone",
    &[
        Param { name: "offset", kind: Kind::Normal, required: true },
        Param { name: "name", kind: Kind::Normal, required: false },
    ],
);

/// `timezone.utc`, which interpreters share as they share its class.
struct Utc(Slot<TimeZone>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for Utc {}

static UTC: Utc = Utc(Slot::empty());

/// `timezone.utc`, made on first use.
///
/// # Errors
/// MemoryError.
pub fn utc() -> Result<Ref<TimeZone>> {
    if let Some(utc) = UTC.0.get() {
        return Ok(utc);
    }
    let utc = TimeZone::new(Delta::new(0)?, None)?;
    UTC.0.set(Some(utc.clone()));
    Ok(utc)
}

fn is_utc(zone: &Object) -> bool {
    core::ptr::eq(UTC.0.as_ptr().cast(), zone)
}

/// Whether an offset is less than a day.
fn is_small(offset: &Delta) -> bool {
    let total = offset.total();
    total.abs() < 86_400_000_000
}

/// The zone with this offset; UTC where it is zero and there is no name.
///
/// # Errors
/// ValueError for an offset of a day or more.
pub fn fixed_zone(offset: &Delta, name: Option<&Str>) -> Result<Ref<TimeZone>> {
    if name.is_none() && offset.total() == 0 {
        return utc();
    }
    if !is_small(offset) {
        let shown = objects::protocol::object::repr(offset)?.to_string_lossy();
        return Err(raise!(
            ValueError,
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {shown}."
        ));
    }
    TimeZone::new(offset.to_ref(), name.map(Instance::to_ref))
}

/// "UTC", or "UTC+hh:mm" with what else there is.
fn offset_name(zone: &TimeZone) -> String {
    if is_utc(zone) || zone.offset.total() == 0 {
        "UTC".to_owned()
    } else {
        format!("UTC{}", shown_offset(&zone.offset, ":"))
    }
}

/// "+hh:mm[:ss[.ffffff]]".
fn shown_offset(offset: &Delta, separator: &str) -> String {
    let total = offset.total();
    let (seconds, microseconds) = (total.abs() / 1_000_000, total.abs() % 1_000_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let sign = if total < 0 { '-' } else { '+' };
    let mut text = format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60);
    if seconds != 0 || microseconds != 0 {
        text.push_str(&format!("{separator}{seconds:02}"));
    }
    if microseconds != 0 {
        text.push_str(&format!(".{microseconds:06}"));
    }
    text
}

/// What `utcoffset` or `dst` of a zone says about `argument`.
fn ask_delta(zone: Option<&Object>, name: &Str, argument: &Object) -> Result<Option<Ref<Delta>>> {
    let Some(zone) = zone else { return Ok(None) };
    let answer = call::call_method(zone, name, &[argument])?;
    if answer.is(none()) {
        return Ok(None);
    }
    let answer = answer.downcast::<Delta>().map_err(|other| {
        let (name, class) = (name.to_string_lossy(), other.class().full_name());
        raise!(TypeError, "tzinfo.{name}() must return None or timedelta, not '{class}'")
    })?;
    if !is_small(&answer) {
        return Err(raise!(
            ValueError,
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)."
        ));
    }
    Ok(Some(answer))
}

/// The zone's offset from UTC at `argument`; none without a zone.
///
/// # Errors
/// What the zone raises; TypeError and ValueError for its wrong answers.
pub fn utc_offset(zone: Option<&Object>, argument: &Object) -> Result<Option<Ref<Delta>>> {
    if let Some(zone) = zone.and_then(|zone| zone.cast_exact::<TimeZone>()) {
        return Ok(Some(zone.offset.clone()));
    }
    ask_delta(zone, id!("utcoffset"), argument)
}

/// The zone's summer time at `argument`.
///
/// # Errors
/// As [`utc_offset`].
pub fn dst(zone: Option<&Object>, argument: &Object) -> Result<Option<Ref<Delta>>> {
    ask_delta(zone, id!("dst"), argument)
}

/// The zone's name at `argument`: a string or None.
///
/// # Errors
/// As [`utc_offset`].
pub fn zone_name(zone: Option<&Object>, argument: &Object) -> Result<Ref> {
    let Some(zone) = zone else { return Ok(none().to_ref()) };
    let answer = call::call_method(zone, id!("tzname"), &[argument])?;
    if !answer.is(none()) && answer.cast::<Str>().is_none() {
        let class = answer.class().full_name();
        return Err(raise!(TypeError, "tzinfo.tzname() must return None or a string, not '{class}'"));
    }
    Ok(answer)
}

/// The offset as text, empty without one.
///
/// # Errors
/// As [`utc_offset`].
pub fn offset_text(zone: Option<&Object>, argument: &Object, separator: &str) -> Result<String> {
    Ok(utc_offset(zone, argument)?.map_or(String::new(), |offset| shown_offset(&offset, separator)))
}

fn not_implemented_by(method: &str) -> Raised {
    raise!(NotImplementedError, "a tzinfo subclass must implement {method}()")
}

/// The datetime that `fromutc` of `zone` is called with.
///
/// # Errors
/// TypeError for what is none, ValueError for one of another zone.
pub fn own_datetime<'a>(zone: &Object, object: &'a Object) -> Result<&'a DateTime> {
    let Some(datetime) = object.cast::<DateTime>() else {
        return Err(raise!(TypeError, "fromutc: argument must be a datetime"));
    };
    if !datetime.zone().is_some_and(|own| own.is(zone)) {
        return Err(raise!(ValueError, "fromutc: dt.tzinfo is not self"));
    }
    Ok(datetime)
}

#[pytype(name = "tzinfo", module = "datetime", static_name = TZINFO, flags = [BASETYPE])]
impl TzInfo {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, _args: &Tuple, _kwargs: Option<&Dict>) -> Result<Ref<TzInfo>> {
        Ref::new_in(class, TzInfo { ob_base: Object::HEAD })
    }

    #[method("tzname($self, object, /)")]
    fn tzname(&self, _object: &Object) -> Result<()> {
        Err(not_implemented_by("tzname"))
    }

    #[method("utcoffset($self, object, /)")]
    fn utcoffset(&self, _object: &Object) -> Result<()> {
        Err(not_implemented_by("utcoffset"))
    }

    #[method("dst($self, object, /)")]
    fn dst(&self, _object: &Object) -> Result<()> {
        Err(not_implemented_by("dst"))
    }

    #[method("fromutc($self, object, /)")]
    fn fromutc(&self, object: &Object) -> Result<Ref> {
        let datetime = own_datetime(self, object)?;
        let missing = |what: &str| raise!(ValueError, "fromutc: non-None {what}() result required");
        let offset = utc_offset(Some(self), datetime)?.ok_or_else(|| missing("utcoffset"))?;
        let summer = dst(Some(self), datetime)?.ok_or_else(|| missing("dst"))?;
        let standard = datetime.plus(offset.total() - summer.total())?;
        let Some(moment) = standard.cast::<DateTime>() else {
            let class = standard.class().full_name();
            return Err(raise!(TypeError, "fromutc: expected a datetime, not {class}"));
        };
        let summer = dst(moment.zone(), moment)?.ok_or_else(|| {
            raise!(ValueError, "fromutc: tz.dst() gave inconsistent results; cannot convert")
        })?;
        if summer.total() == 0 { Ok(standard) } else { moment.plus(summer.total()) }
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let args = match attr::get_optional(self, id!("__getinitargs__"))? {
            Some(method) => call::call_no_args(&method)?,
            None => Tuple::empty().upcast(),
        };
        let state = call::call_method(self, id!("__getstate__"), &[])?;
        Tuple::from_array([self.class().to_ref().upcast(), args, state])
    }
}

impl TimeZone {
    fn new(offset: Ref<Delta>, name: Option<Ref<Str>>) -> Result<Ref<TimeZone>> {
        Ref::new(TimeZone { ob_base: Object::HEAD, offset, name })
    }

    /// The argument of the methods that look at it only to refuse what is no datetime.
    fn check(function: &str, object: &Object) -> Result<()> {
        if object.is(none()) || object.cast::<DateTime>().is_some() {
            return Ok(());
        }
        let class = object.class().full_name();
        Err(raise!(TypeError, "{function}(dt) argument must be a datetime instance or None, not {class}"))
    }
}

#[pytype(name = "timezone", module = "datetime", static_name = TIMEZONE, base = TZINFO)]
impl TimeZone {
    #[slot(tp_new)]
    fn tp_new(_class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref<TimeZone>> {
        let kwargs = Kwargs::dict(kwargs.map(Instance::as_object));
        let [offset, name] = objects::args::bind::<2>(&NEW, args.items(), kwargs)?;
        let offset = objects::args::given(offset);
        let Some(offset) = offset.cast::<Delta>() else {
            let class = offset.class().full_name();
            let wanted = TIMEDELTA.full_name();
            return Err(raise!(TypeError, "timezone() argument 1 must be {wanted}, not {class}"));
        };
        let name = match name {
            None => None,
            Some(name) => match name.cast::<Str>() {
                Some(name) => Some(name),
                None => {
                    let class = if name.is(none()) { "None" } else { name.class().full_name() };
                    return Err(raise!(TypeError, "timezone() argument 2 must be str, not {class}"));
                }
            },
        };
        fixed_zone(offset, name)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        if is_utc(self) {
            return Str::new("datetime.timezone.utc");
        }
        let class = self.class().full_name();
        let offset = objects::protocol::object::repr(&self.offset)?;
        let mut text = format!("{class}({}", offset.to_string_lossy());
        if let Some(name) = &self.name {
            text.push_str(&format!(", {}", objects::protocol::object::repr(name)?.to_str()?));
        }
        text.push(')');
        Str::new(&text)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref<Str>> {
        match &self.name {
            Some(name) => Ok(name.clone()),
            None => Str::new(&offset_name(self)),
        }
    }

    #[slot(tp_hash)]
    fn hash(&self) -> Result<isize> {
        objects::protocol::object::hash(&self.offset)
    }

    #[slot(tp_richcompare)]
    fn richcompare(&self, other: &Object, op: CompareOp) -> Result<Ref> {
        match other.cast::<TimeZone>() {
            Some(other) if matches!(op, CompareOp::Eq | CompareOp::Ne) => {
                Ok(compare::answer(op, self.offset.total().cmp(&other.offset.total())))
            }
            _ => Ok(not_implemented().to_ref()),
        }
    }

    #[method("tzname($self, object, /)")]
    fn tzname(&self, object: &Object) -> Result<Ref<Str>> {
        TimeZone::check("tzname", object)?;
        self.str()
    }

    #[method("utcoffset($self, object, /)")]
    fn utcoffset(&self, object: &Object) -> Result<Ref<Delta>> {
        TimeZone::check("utcoffset", object)?;
        Ok(self.offset.clone())
    }

    #[method("dst($self, object, /)")]
    fn dst(&self, object: &Object) -> Result<()> {
        TimeZone::check("dst", object)
    }

    #[method("fromutc($self, object, /)")]
    fn fromutc(&self, object: &Object) -> Result<Ref> {
        let datetime = own_datetime(self, object)?;
        datetime.plus(self.offset.total())
    }

    #[method("__getinitargs__($self, /)")]
    fn getinitargs(&self) -> Result<Ref<Tuple>> {
        let offset = self.offset.clone().upcast();
        match &self.name {
            Some(name) => Tuple::from_array([offset, name.clone().upcast()]),
            None => Tuple::from_array([offset]),
        }
    }
}
