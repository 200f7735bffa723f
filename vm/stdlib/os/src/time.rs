//! `time`: clocks, sleeping, calendar times.

use core::ffi::c_int;
use objects::protocol::{self, number};
use objects::types::exceptions as exc;
use objects::types::float::{Float, new_float};
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::structseq;
use objects::types::tuple::Tuple;
use objects::{Object, Ref, Result, Slot, TypeObject, id, raise};
use std::ffi::CString;

/// The class `struct_time`, made when the module is executed.
struct StructTime(Slot<TypeObject>);

// SAFETY: set when the module is executed, read under the GIL.
unsafe impl Sync for StructTime {}

objects::per_interpreter! {
    static STRUCT_TIME: StructTime = StructTime(Slot::empty());
}

const NANOSECONDS: i64 = 1_000_000_000;

/// A clock's time in nanoseconds.
fn clock(id: libc::clockid_t) -> Result<i64> {
    // SAFETY: our buffer.
    unsafe {
        let mut time: libc::timespec = core::mem::zeroed();
        if libc::clock_gettime(id, &raw mut time) < 0 {
            return Err(raise::last_os_error());
        }
        Ok(time.tv_sec * NANOSECONDS + time.tv_nsec)
    }
}

/// Nanoseconds as seconds, rounded once.
fn seconds(nanoseconds: i64) -> f64 {
    if nanoseconds % NANOSECONDS == 0 {
        return (nanoseconds / NANOSECONDS) as f64;
    }
    nanoseconds as f64 / 1e9
}

/// The whole seconds of an optional time; now without one.
fn time_argument(object: Option<&Object>) -> Result<libc::time_t> {
    let Some(object) = object.filter(|object| !object.is(none())) else {
        return Ok(clock(libc::CLOCK_REALTIME)?.div_euclid(NANOSECONDS));
    };
    if let Some(float) = object.cast::<Float>() {
        let value = float.value();
        if value.is_nan() {
            return Err(raise!(ValueError, "Invalid value NaN (not a number)"));
        }
        let value = value.floor();
        if value.abs() >= 9.2e18 {
            return Err(raise!(OverflowError, "timestamp out of range for platform time_t"));
        }
        return Ok(value as i64);
    }
    let value = number::index(object)?;
    value.to_i64().ok_or_else(|| raise!(OverflowError, "timestamp out of range for platform time_t"))
}

/// A `struct tm` as `struct_time`.
fn to_struct_time(time: &libc::tm) -> Result<Ref> {
    let Some(class) = STRUCT_TIME.0.get() else { return Err(raise::bad_internal_call()) };
    let parts = [
        i64::from(time.tm_year) + 1900,
        i64::from(time.tm_mon) + 1,
        time.tm_mday.into(),
        time.tm_hour.into(),
        time.tm_min.into(),
        time.tm_sec.into(),
        (i64::from(time.tm_wday) + 6) % 7,
        i64::from(time.tm_yday) + 1,
        time.tm_isdst.into(),
    ];
    let mut values = parts.into_iter().map(new_int).collect::<Result<Vec<Ref>>>()?;
    let zone = if time.tm_zone.is_null() {
        none_ref()
    } else {
        // SAFETY: the C library's string for the zone.
        unsafe { crate::posix::path::c_text(time.tm_zone) }?.upcast()
    };
    values.push(zone);
    values.push(new_int(time.tm_gmtoff)?);
    structseq::instance(&class, values)
}

fn none_ref() -> Ref {
    objects::object::refs::none()
}

fn local_time(time: libc::time_t) -> Result<libc::tm> {
    // SAFETY: our buffer.
    unsafe {
        let mut parts: libc::tm = core::mem::zeroed();
        if libc::localtime_r(&raw const time, &raw mut parts).is_null() {
            return Err(raise::last_os_error());
        }
        Ok(parts)
    }
}

/// The nine items of a time tuple as a `struct tm`, unchecked.
fn from_time_tuple(object: &Object, format: &str) -> Result<libc::tm> {
    let Some(tuple) = object.cast::<Tuple>() else {
        return Err(raise!(TypeError, "Tuple or struct_time argument required"));
    };
    if tuple.len() != 9 {
        return Err(raise!(TypeError, "{format}(): illegal time tuple argument"));
    }
    let mut parts = [0i64; 9];
    for (part, item) in parts.iter_mut().zip(tuple.items()) {
        let value = number::index(item)?.to_i64().and_then(|value| c_int::try_from(value).ok());
        *part =
            value.ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))?.into();
    }
    let year = parts[0].checked_sub(1900).and_then(|year| c_int::try_from(year).ok());
    let Some(year) = year else { return Err(raise!(OverflowError, "year out of range")) };
    // SAFETY: all zeros is a valid time.
    let mut time: libc::tm = unsafe { core::mem::zeroed() };
    time.tm_year = year;
    time.tm_mon = parts[1] as c_int - 1;
    time.tm_mday = parts[2] as c_int;
    time.tm_hour = parts[3] as c_int;
    time.tm_min = parts[4] as c_int;
    time.tm_sec = parts[5] as c_int;
    time.tm_wday = (parts[6] as c_int + 1) % 7;
    time.tm_yday = parts[7] as c_int - 1;
    time.tm_isdst = parts[8] as c_int;
    Ok(time)
}

/// Refuses what `strftime` and `asctime` could not show.
fn check_bounds(time: &mut libc::tm) -> Result<()> {
    let refuse = |what: &str| Err(raise!(ValueError, "{what} out of range"));
    match time.tm_mon {
        -1 => time.tm_mon = 0,
        0..=11 => {}
        _ => return refuse("month"),
    }
    match time.tm_mday {
        0 => time.tm_mday = 1,
        1..=31 => {}
        _ => return refuse("day of month"),
    }
    if !(0..=23).contains(&time.tm_hour) {
        return refuse("hour");
    }
    if !(0..=59).contains(&time.tm_min) {
        return refuse("minute");
    }
    if !(0..=61).contains(&time.tm_sec) {
        return refuse("seconds");
    }
    if time.tm_wday < 0 {
        return refuse("day of week");
    }
    match time.tm_yday {
        -1 => time.tm_yday = 0,
        0..=365 => {}
        _ => return refuse("day of year"),
    }
    Ok(())
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn asctime_text(time: &libc::tm) -> String {
    format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        DAYS[time.tm_wday.rem_euclid(7) as usize],
        MONTHS[time.tm_mon.rem_euclid(12) as usize],
        time.tm_mday,
        time.tm_hour,
        time.tm_min,
        time.tm_sec,
        i64::from(time.tm_year) + 1900
    )
}

/// An optional first argument, of at most one.
fn optional<'a>(args: &[&'a Object], function: &str) -> Result<Option<&'a Object>> {
    match *args {
        [] => Ok(None),
        [argument] => Ok(Some(argument)),
        _ => Err(raise!(TypeError, "{function}() takes at most 1 argument ({} given)", args.len())),
    }
}

fn sleep_until(deadline: i64) -> Result<()> {
    loop {
        let time = libc::timespec { tv_sec: deadline / NANOSECONDS, tv_nsec: deadline % NANOSECONDS };
        // SAFETY: our buffer; no object is touched.
        let error = objects::state::detached(|| unsafe {
            libc::clock_nanosleep(
                libc::CLOCK_MONOTONIC,
                libc::TIMER_ABSTIME,
                &raw const time,
                core::ptr::null_mut(),
            )
        });
        match error {
            0 => return objects::hooks::HANDLE_PENDING.get()(),
            libc::EINTR => objects::hooks::HANDLE_PENDING.get()()?,
            error => return Err(raise::os_error(error, None, None)),
        }
    }
}

/// Sets the attributes that depend on the time zone.
fn add_zone(module: &Module) -> Result<()> {
    // SAFETY: reads TZ; the GIL keeps other Python threads from the environment.
    unsafe { tzset() };
    // The offsets of the middle of winter and of summer, north or south.
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let now = clock(libc::CLOCK_REALTIME)?.div_euclid(NANOSECONDS);
    let january = local_time(now / YEAR * YEAR)?;
    let july = local_time(now / YEAR * YEAR + YEAR / 2)?;
    let name = |time: &libc::tm| -> Result<Ref> {
        // SAFETY: the C library's string for the zone.
        Ok(unsafe { crate::posix::path::c_text(time.tm_zone) }?.upcast())
    };
    let (first, second) = (-january.tm_gmtoff, -july.tm_gmtoff);
    let (standard, daylight) = if first < second {
        ((second, &july), (first, &january))
    } else {
        ((first, &january), (second, &july))
    };
    let dict = module.dict();
    dict.set_str(id!("timezone"), &*new_int(standard.0)?)?;
    dict.set_str(id!("altzone"), &*new_int(daylight.0)?)?;
    dict.set_str(id!("daylight"), &*new_int((first != second).into())?)?;
    dict.set_str(id!("tzname"), &*Tuple::from_array([name(standard.1)?, name(daylight.1)?])?)
}

unsafe extern "C" {
    fn tzset();
}

/// Appends what `strftime` of the C library makes of a run of ASCII, and empties the run.
fn format_run(run: &mut Vec<u8>, parts: &libc::tm, text: &mut Vec<u32>) -> Result<()> {
    if run.is_empty() {
        return Ok(());
    }
    let length = run.len();
    let Ok(format) = CString::new(core::mem::take(run)) else {
        return Err(raise!(ValueError, "embedded null character"));
    };
    let mut size = 1024;
    loop {
        let mut buffer = vec![0u8; size];
        // SAFETY: our buffer and C strings.
        let written =
            unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, format.as_ptr(), &raw const *parts) };
        // An empty result can be right: only a long buffer says so.
        if written > 0 || size > 256 * length.max(8) {
            text.extend(crate::posix::path::decode(&buffer[..written])?.chars().iter());
            return Ok(());
        }
        size *= 2;
    }
}

#[macros::pymodule(name = "time")]
pub mod module {
    use super::*;

    #[constant("CLOCK_REALTIME")]
    const REALTIME: i64 = libc::CLOCK_REALTIME as i64;
    #[constant("CLOCK_MONOTONIC")]
    const MONOTONIC: i64 = libc::CLOCK_MONOTONIC as i64;
    #[constant("CLOCK_MONOTONIC_RAW")]
    const MONOTONIC_RAW: i64 = libc::CLOCK_MONOTONIC_RAW as i64;
    #[constant("CLOCK_PROCESS_CPUTIME_ID")]
    const PROCESS: i64 = libc::CLOCK_PROCESS_CPUTIME_ID as i64;
    #[constant("CLOCK_THREAD_CPUTIME_ID")]
    const THREAD: i64 = libc::CLOCK_THREAD_CPUTIME_ID as i64;
    #[constant("CLOCK_BOOTTIME")]
    const BOOTTIME: i64 = libc::CLOCK_BOOTTIME as i64;
    #[constant("CLOCK_TAI")]
    const TAI: i64 = libc::CLOCK_TAI as i64;

    #[function("time($self, /)")]
    fn time() -> Result<f64> {
        Ok(seconds(clock(libc::CLOCK_REALTIME)?))
    }

    #[function("time_ns($self, /)")]
    fn time_ns() -> Result<i64> {
        clock(libc::CLOCK_REALTIME)
    }

    #[function("monotonic($self, /)")]
    fn monotonic() -> Result<f64> {
        Ok(seconds(clock(libc::CLOCK_MONOTONIC)?))
    }

    #[function("monotonic_ns($self, /)")]
    fn monotonic_ns() -> Result<i64> {
        clock(libc::CLOCK_MONOTONIC)
    }

    #[function("perf_counter($self, /)")]
    fn perf_counter() -> Result<f64> {
        monotonic()
    }

    #[function("perf_counter_ns($self, /)")]
    fn perf_counter_ns() -> Result<i64> {
        monotonic_ns()
    }

    #[function("process_time($self, /)")]
    fn process_time() -> Result<f64> {
        Ok(seconds(clock(libc::CLOCK_PROCESS_CPUTIME_ID)?))
    }

    #[function("process_time_ns($self, /)")]
    fn process_time_ns() -> Result<i64> {
        clock(libc::CLOCK_PROCESS_CPUTIME_ID)
    }

    #[function("thread_time($self, /)")]
    fn thread_time() -> Result<f64> {
        Ok(seconds(clock(libc::CLOCK_THREAD_CPUTIME_ID)?))
    }

    #[function("thread_time_ns($self, /)")]
    fn thread_time_ns() -> Result<i64> {
        clock(libc::CLOCK_THREAD_CPUTIME_ID)
    }

    #[function("clock_gettime($module, clk_id, /)")]
    fn clock_gettime(clk_id: c_int) -> Result<f64> {
        Ok(seconds(clock(clk_id)?))
    }

    #[function("clock_gettime_ns($module, clk_id, /)")]
    fn clock_gettime_ns(clk_id: c_int) -> Result<i64> {
        clock(clk_id)
    }

    #[function("clock_getres", raw)]
    fn clock_getres(args: &[&Object]) -> Result<f64> {
        let [id] = args else {
            return Err(raise!(TypeError, "clock_getres() takes exactly 1 argument ({} given)", args.len()));
        };
        let id = number::index_as_isize(id, Some(&exc::OverflowError))? as c_int;
        // SAFETY: our buffer.
        unsafe {
            let mut time: libc::timespec = core::mem::zeroed();
            if libc::clock_getres(id, &raw mut time) < 0 {
                return Err(raise::last_os_error());
            }
            Ok(seconds(time.tv_sec * NANOSECONDS + time.tv_nsec))
        }
    }

    #[function("get_clock_info", raw)]
    fn get_clock_info(args: &[&Object]) -> Result<Ref> {
        let [name] = args else {
            return Err(raise!(
                TypeError,
                "get_clock_info() takes exactly 1 argument ({} given)",
                args.len()
            ));
        };
        let name = objects::types::str::expect_str(name, "get_clock_info() argument 1")?;
        let (function, monotonic, adjustable, id) = match name.to_string_lossy().as_str() {
            "time" => ("clock_gettime(CLOCK_REALTIME)", false, true, libc::CLOCK_REALTIME),
            "monotonic" | "perf_counter" => {
                ("clock_gettime(CLOCK_MONOTONIC)", true, false, libc::CLOCK_MONOTONIC)
            }
            "process_time" => {
                ("clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", true, false, libc::CLOCK_PROCESS_CPUTIME_ID)
            }
            "thread_time" => {
                ("clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false, libc::CLOCK_THREAD_CPUTIME_ID)
            }
            _ => return Err(raise!(ValueError, "unknown clock")),
        };
        let info = objects::types::namespace::Namespace::new(objects::types::dict::Dict::new()?)?;
        let set = |name: &str, value: &Object| {
            protocol::attr::set(&info, &*objects::types::str::intern::intern_text(name)?, Some(value))
        };
        set("implementation", &*Str::new(function)?)?;
        set("monotonic", objects::types::bool::from_bool(monotonic))?;
        set("adjustable", objects::types::bool::from_bool(adjustable))?;
        let id = new_int(id.into())?;
        set("resolution", &*new_float(clock_getres(&[&id])?)?)?;
        Ok(info.upcast())
    }

    #[function("sleep($self, object, /)")]
    fn sleep(duration: &Object) -> Result<()> {
        objects::hooks::AUDIT.get()("time.sleep", &[duration])?;
        let duration = protocol::time::from_seconds(duration, protocol::time::Rounding::Up)?;
        if duration < 0 {
            return Err(raise!(ValueError, "sleep length must be non-negative"));
        }
        let Some(deadline) = clock(libc::CLOCK_MONOTONIC)?.checked_add(duration) else {
            return Err(raise!(OverflowError, "timestamp too large to convert to C PyTime_t"));
        };
        sleep_until(deadline)
    }

    #[function("localtime", raw)]
    fn localtime(args: &[&Object]) -> Result<Ref> {
        to_struct_time(&local_time(time_argument(optional(args, "localtime")?)?)?)
    }

    #[function("gmtime", raw)]
    fn gmtime(args: &[&Object]) -> Result<Ref> {
        let time = time_argument(optional(args, "gmtime")?)?;
        // SAFETY: our buffer.
        let mut parts: libc::tm = unsafe { core::mem::zeroed() };
        // SAFETY: as above.
        if unsafe { libc::gmtime_r(&raw const time, &raw mut parts) }.is_null() {
            return Err(raise::last_os_error());
        }
        to_struct_time(&parts)
    }

    #[function("mktime($self, object, /)")]
    fn mktime(time: &Object) -> Result<f64> {
        let mut parts = from_time_tuple(time, "mktime")?;
        parts.tm_wday = -1;
        // SAFETY: our buffer.
        let time = unsafe { libc::mktime(&raw mut parts) };
        if time == -1 && parts.tm_wday == -1 {
            return Err(raise!(OverflowError, "mktime argument out of range"));
        }
        Ok(time as f64)
    }

    #[function("asctime", raw)]
    fn asctime(args: &[&Object]) -> Result<String> {
        let parts = match optional(args, "asctime")? {
            None => local_time(time_argument(None)?)?,
            Some(tuple) => {
                let mut parts = from_time_tuple(tuple, "asctime")?;
                check_bounds(&mut parts)?;
                parts
            }
        };
        Ok(asctime_text(&parts))
    }

    #[function("ctime", raw)]
    fn ctime(args: &[&Object]) -> Result<String> {
        Ok(asctime_text(&local_time(time_argument(optional(args, "ctime")?)?)?))
    }

    #[function("strftime", raw)]
    fn strftime(args: &[&Object]) -> Result<Ref<Str>> {
        let (format, tuple) = match *args {
            [format] => (format, None),
            [format, tuple] => (format, Some(tuple)),
            [] => return Err(raise!(TypeError, "strftime() takes at least 1 argument (0 given)")),
            _ => {
                return Err(raise!(TypeError, "strftime() takes at most 2 arguments ({} given)", args.len()));
            }
        };
        let Some(format) = format.cast::<Str>() else {
            return Err(raise!(
                TypeError,
                "strftime() argument 1 must be str, not {}",
                format.class().name()
            ));
        };
        let mut parts = match tuple {
            None => local_time(time_argument(None)?)?,
            Some(tuple) => {
                let mut parts = from_time_tuple(tuple, "strftime")?;
                check_bounds(&mut parts)?;
                parts
            }
        };
        if parts.tm_zone.is_null() {
            // The zone's name belongs to the daylight saving flag.
            let isdst = parts.tm_isdst;
            let now = local_time(time_argument(None)?)?;
            if isdst >= 0 && isdst == now.tm_isdst {
                (parts.tm_zone, parts.tm_gmtoff) = (now.tm_zone, now.tm_gmtoff);
            } else {
                let mut copy = parts;
                // SAFETY: our buffer; fills in the zone.
                unsafe { libc::mktime(&raw mut copy) };
                (parts.tm_zone, parts.tm_gmtoff) = (copy.tm_zone, copy.tm_gmtoff);
            }
        }
        // The C library sees the runs of ASCII, with all directives in them; it might not take other characters.
        let mut text: Vec<u32> = Vec::with_capacity(format.len());
        let mut run = Vec::new();
        for c in format.chars().iter() {
            match u8::try_from(c) {
                Ok(c) if c != 0 && c.is_ascii() => run.push(c),
                _ => {
                    format_run(&mut run, &parts, &mut text)?;
                    text.push(c);
                }
            }
        }
        format_run(&mut run, &parts, &mut text)?;
        Str::from_ucs4(&text)
    }

    #[function("strptime", raw)]
    fn strptime(args: &[&Object]) -> Result<Ref> {
        let module = objects::hooks::IMPORT.get()("_strptime")?;
        let function = protocol::attr::get(&module, id!("_strptime_time"))?;
        protocol::call::call(&function, args)
    }

    #[function("tzset($self, /)")]
    fn py_tzset(module: &Module) -> Result<()> {
        add_zone(module)
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        let fields = [
            ("tm_year", "year, for example, 1993"),
            ("tm_mon", "month of year, range [1, 12]"),
            ("tm_mday", "day of month, range [1, 31]"),
            ("tm_hour", "hours, range [0, 23]"),
            ("tm_min", "minutes, range [0, 59]"),
            ("tm_sec", "seconds, range [0, 61])"),
            ("tm_wday", "day of week, range [0, 6], Monday is 0"),
            ("tm_yday", "day of year, range [1, 366]"),
            ("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
            ("tm_zone", "abbreviation of timezone name"),
            ("tm_gmtoff", "offset from UTC in seconds"),
        ];
        let doc = "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and \
                   strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the \
                   same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field \
                   tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.";
        let class = structseq::new_class("time.struct_time", doc, &fields, 9)?;
        module.dict().set_str(id!("struct_time"), &class)?;
        STRUCT_TIME.0.set(Some(class));
        module.dict().set_str(id!("_STRUCT_TM_ITEMS"), &*new_int(11)?)?;
        add_zone(module)
    }
}
