//! `_zoneinfo`: the class of zones from the IANA database. Finding and reading the files is the library's work.

mod cache;
mod rule;
mod table;

use crate::datetime::datetime::DateTime;
use crate::datetime::moment::EPOCH;
use crate::datetime::zone::TZINFO;
use cache::CACHE;
use core::cell::Cell;
use core::ptr;
use macros::{Trace, pymodule, pytype};
use objects::args::Kwargs;
use objects::protocol::{attr, call, iter, number};
use objects::types::int::new_int;
use objects::types::module::Module;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::types::weakref::WeakReference;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, id, raise};
use std::rc::Rc;
use table::{Info, Moment, Zone};

/// Where a zone is from, which says how it is pickled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    NoCache,
    Cache,
    File,
}

/// `PyZoneInfo_ZoneInfo`.
#[repr(C)]
#[derive(Trace)]
pub struct ZoneInfo {
    ob_base: Object,
    key: Slot,
    /// What the file that it was read from calls itself.
    file: Slot<Str>,
    weakreflist: Cell<*const WeakReference>,
    #[trace(skip)]
    source: Cell<Source>,
    #[trace(skip)]
    zone: Zone,
}

fn library(module: &str) -> Result<Ref> {
    (objects::hooks::IMPORT.get())(module)
}

/// An attribute as a C int.
fn part(object: &Object, name: &Str) -> Result<i64> {
    let value = number::index(&*attr::get(object, name)?)?;
    value.to_i64().ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C long"))
}

/// The moment of a datetime: a plain one by its fields, another by what it says of itself.
fn moment(object: &Object) -> Result<Moment> {
    if let Some(datetime) = object.cast_exact::<DateTime>() {
        let (date, clock) = (datetime.ymd(), datetime.clock());
        let seconds = i64::from(date.ordinal()) * 86_400 - EPOCH + i64::from(clock.seconds());
        return Ok(Moment { seconds, year: date.year, fold: clock.fold != 0 });
    }
    let ordinal = number::index(&*call::call_method(object, id!("toordinal"), &[])?)?;
    let ordinal = ordinal
        .to_i64()
        .and_then(|ordinal| i32::try_from(ordinal).ok())
        .ok_or_else(|| raise!(OverflowError, "Python int too large to convert to C int"))?;
    let (hour, minute) = (part(object, id!("hour"))?, part(object, id!("minute"))?);
    let second = part(object, id!("second"))?;
    let clock = hour.saturating_mul(3600).saturating_add(minute.saturating_mul(60)).saturating_add(second);
    let seconds = (i64::from(ordinal) * 86_400 - EPOCH).saturating_add(clock);
    let (year, fold) = match object.cast::<DateTime>() {
        Some(datetime) => (datetime.ymd().year, datetime.clock().fold != 0),
        None => (part(object, id!("year"))? as i32, part(object, id!("fold"))? != 0),
    };
    Ok(Moment { seconds, year: year.clamp(1, 9999), fold })
}

impl ZoneInfo {
    fn build(class: &TypeObject, file: &Object, key: Ref, source: Source) -> Result<Ref<ZoneInfo>> {
        let shown = match source {
            Source::File => Slot::new(objects::protocol::object::repr(file)?),
            _ => Slot::empty(),
        };
        let data = call::call_method(&*library("zoneinfo._common")?, id!("load_data"), &[file])?;
        Ref::new_in(
            class,
            ZoneInfo {
                ob_base: Object::HEAD,
                key: Slot::new(key),
                file: shown,
                weakreflist: Cell::new(ptr::null()),
                source: Cell::new(source),
                zone: Zone::from_data(&data)?,
            },
        )
    }

    /// The zone of a key from its file.
    fn load(class: &TypeObject, key: &Object) -> Result<Ref<ZoneInfo>> {
        let path = call::call_method(&*library("zoneinfo._tzpath")?, id!("find_tzfile"), &[key])?;
        let file = if path.is(none()) {
            call::call_method(&*library("zoneinfo._common")?, id!("load_tzdata"), &[key])?
        } else {
            call::call_method(&*library("io")?, id!("open"), &[&path, &*Str::new("rb")?])?
        };
        match ZoneInfo::build(class, &file, key.to_ref(), Source::NoCache) {
            Ok(zone) => call::call_method(&file, id!("close"), &[]).map(|_| zone),
            Err(raised) => {
                let exception = raised.take();
                if let Err(raised) = call::call_method(&file, id!("close"), &[]) {
                    raised.clear();
                }
                Err(objects::raise::restore(exception))
            }
        }
    }

    /// The zone of a key: one that lives, or from its file.
    fn cached(class: &TypeObject, key: &Object) -> Result<Ref> {
        let own = ptr::eq(class, ZoneInfo::class());
        if own && let Some((key, zone)) = CACHE.take(key)? {
            CACHE.put(key, zone.clone());
            return Ok(zone);
        }
        let weak = CACHE.weak(class, own)?;
        let mut zone = call::call_method(&weak, id!("get"), &[key, none()])?;
        if zone.is(none()) {
            let made = ZoneInfo::load(class, key)?;
            zone = call::call_method(&weak, id!("setdefault"), &[key, made.as_object()])?;
            if let Some(zone) = zone.cast::<ZoneInfo>() {
                zone.source.set(Source::Cache);
            }
        }
        if own {
            CACHE.put(key.to_ref(), zone.clone());
        }
        Ok(zone)
    }

    /// What the zone says about a datetime, or about None, which stands for a time of day without a date.
    fn info(&self, object: &Object) -> Result<Option<&Rc<Info>>> {
        if object.is(none()) {
            return Ok(self.zone.fixed());
        }
        Ok(Some(self.zone.at_local(moment(object)?)))
    }
}

#[pytype(
    name = "ZoneInfo", module = "zoneinfo", static_name = ZONE_INFO, base = TZINFO, gc, flags = [BASETYPE],
    weaklist = weakreflist, member("key", OBJECT_EX, key, READONLY), getattro = objects::attrs::generic_getattro
)]
impl ZoneInfo {
    #[new("ZoneInfo(key)")]
    fn tp_new(class: &TypeObject, key: &Object) -> Result<Ref> {
        ZoneInfo::cached(class, key)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> Result<Ref<Str>> {
        let class = self.class().full_name();
        let key = self.key.get().filter(|key| !key.is(none()));
        let text = match (key, self.file.get()) {
            (Some(key), _) => {
                format!("{class}(key={})", objects::protocol::object::repr(&key)?.to_string_lossy())
            }
            (None, Some(file)) => format!("{class}.from_file({})", file.to_string_lossy()),
            (None, None) => format!("{class}(key=None)"),
        };
        Str::new(&text)
    }

    #[slot(tp_str)]
    fn str(&self) -> Result<Ref> {
        match self.key.get().filter(|key| !key.is(none())) {
            Some(key) => Ok(key),
            None => Ok(self.repr()?.upcast()),
        }
    }

    #[classmethod("clear_cache($type, /, *, only_keys=None)")]
    fn clear_cache(class: &TypeObject, only_keys: Option<&Object>) -> Result<()> {
        let own = ptr::eq(class, ZoneInfo::class());
        let weak = CACHE.weak(class, own)?;
        let Some(keys) = only_keys else {
            call::call_method(&weak, id!("clear"), &[])?;
            if own {
                CACHE.clear();
            }
            return Ok(());
        };
        let keys = iter::get_iter(keys)?;
        while let Some(key) = iter::next(&keys)? {
            if own {
                drop(CACHE.take(&key)?);
            }
            call::call_method(&weak, id!("pop"), &[&key, none()])?;
        }
        Ok(())
    }

    #[classmethod("no_cache($type, /, key)")]
    fn no_cache(class: &TypeObject, key: &Object) -> Result<Ref<ZoneInfo>> {
        ZoneInfo::load(class, key)
    }

    #[classmethod("from_file($type, file_obj, /, key=None)")]
    fn from_file(class: &TypeObject, file_obj: &Object, key: Option<&Object>) -> Result<Ref<ZoneInfo>> {
        ZoneInfo::build(class, file_obj, key.unwrap_or(none()).to_ref(), Source::File)
    }

    #[method("utcoffset($self, dt, /)")]
    fn utcoffset(&self, dt: &Object) -> Result<Option<Ref>> {
        Ok(self.info(dt)?.map(|info| info.utc_offset.clone().upcast()))
    }

    #[method("dst($self, dt, /)")]
    fn dst(&self, dt: &Object) -> Result<Option<Ref>> {
        Ok(self.info(dt)?.map(|info| info.dst.clone().upcast()))
    }

    #[method("tzname($self, dt, /)")]
    fn tzname(&self, dt: &Object) -> Result<Option<Ref>> {
        Ok(self.info(dt)?.map(|info| info.name.clone()))
    }

    #[method("fromutc($self, object, /)")]
    fn fromutc(&self, object: &Object) -> Result<Ref> {
        let datetime = crate::datetime::zone::own_datetime(self, object)?;
        let (info, fold) = self.zone.at_utc(Moment { year: datetime.ymd().year, ..moment(object)? });
        let local = number::binary_op(object, &info.utc_offset, number::Binary::Add)?;
        if !fold {
            return Ok(local);
        }
        if let Some(local) = local.cast_exact::<DateTime>() {
            return Ok(local.folded(1)?.upcast());
        }
        let replace = attr::get(&local, id!("replace"))?;
        let (one, names) = (new_int(1)?, Tuple::from_slice(&[id!("fold")])?);
        call::vectorcall(&replace, &[&one], 0, Some(&names))
    }

    #[method("__reduce__($self, /)")]
    fn reduce(&self) -> Result<Ref<Tuple>> {
        let source = self.source.get();
        if source == Source::File {
            let class = attr::get_text(&*library("pickle")?, "PicklingError")?;
            let class = class.cast::<TypeObject>().ok_or_else(objects::raise::bad_internal_call)?;
            let text = Str::new("Cannot pickle a ZoneInfo file from a file stream.")?;
            return Err(objects::raise::set(class, Some(&text)));
        }
        let constructor = attr::get(self, id!("_unpickle"))?;
        let key = self.key.get().unwrap_or_else(|| none().to_ref());
        let args = Tuple::from_array([key, new_int((source == Source::Cache).into())?])?;
        Tuple::from_array([constructor, args.upcast()])
    }

    #[classmethod("_unpickle($type, key, from_cache, /)")]
    fn unpickle(class: &TypeObject, key: &Object, from_cache: &Object) -> Result<Ref> {
        // The number is a C unsigned char.
        match number::index(from_cache)?.view().wrapping_u64() as u8 {
            0 => Ok(ZoneInfo::load(class, key)?.upcast()),
            _ => ZoneInfo::cached(class, key),
        }
    }

    #[classmethod("__init_subclass__", raw, nosig)]
    fn init_subclass(class: &TypeObject, _args: &[&Object], _kwargs: Kwargs) -> Result<()> {
        attr::set(class, id!("_weak_cache"), Some(&*cache::new_weak()?))
    }
}

#[pymodule(name = "_zoneinfo", classes(ZoneInfo))]
pub mod module {
    use super::*;

    #[exec]
    fn exec(_module: &Module) -> Result<()> {
        for module in ["zoneinfo._tzpath", "zoneinfo._common"] {
            library(module)?;
        }
        CACHE.weak(ZoneInfo::class(), true).map(drop)
    }
}
