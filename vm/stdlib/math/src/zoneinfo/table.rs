//! What a zone is: its transitions and the offsets between them, and which of them holds when.

use super::rule::{Rule, Summer};
use crate::datetime::delta::Delta;
use objects::protocol::number;
use objects::protocol::object::is_true;
use objects::types::bytes::Bytes;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::Str;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, raise};
use std::rc::Rc;

/// What a zone says about a moment.
pub struct Info {
    pub utc_offset: Ref<Delta>,
    pub dst: Ref<Delta>,
    pub name: Ref,
    /// The offset from UTC.
    seconds: i64,
}

/// What holds after the last transition.
enum After {
    Always(Rc<Info>),
    Changing { standard: Rc<Info>, summer: Rc<Info>, rule: Summer },
}

/// A zone's data.
pub struct Zone {
    /// Seconds from 1970 in UTC, ascending.
    utc: Vec<i64>,
    /// The same moments on the wall clock: for `fold` 0 and 1.
    wall: [Vec<i64>; 2],
    /// What holds from each transition on.
    infos: Vec<Rc<Info>>,
    /// What holds before the first.
    before: Option<Rc<Info>>,
    after: After,
    /// Whether the answers are the same at all times.
    is_fixed: bool,
}

/// A moment, in local time or in UTC.
#[derive(Clone, Copy)]
pub struct Moment {
    /// From 1970.
    pub seconds: i64,
    pub year: i32,
    pub fold: bool,
}

impl Info {
    fn new(offset: i64, dst: i64, name: Ref) -> Result<Rc<Info>> {
        let (utc_offset, dst) = (Delta::of_seconds(offset)?, Delta::of_seconds(dst)?);
        Ok(Rc::new(Info { utc_offset, dst, name, seconds: offset }))
    }

    fn is_equal(&self, other: &Info) -> Result<bool> {
        Ok(self.seconds == other.seconds
            && self.dst.total() == other.dst.total()
            && objects::protocol::compare::equal(&self.name, &other.name)?)
    }
}

impl After {
    fn parse(text: &Bytes) -> Result<After> {
        let rule =
            Rule::parse(text.as_slice()).map_err(|wrong| match objects::protocol::object::repr(text) {
                Ok(shown) => raise!(ValueError, "{wrong}{}", shown.to_string_lossy()),
                Err(raised) => raised,
            })?;
        let standard = Info::new(rule.standard_offset, 0, Str::new(&rule.standard)?.upcast())?;
        let Some(rule_of_summer) = rule.summer else { return Ok(After::Always(standard)) };
        let name = Str::new(&rule_of_summer.name)?.upcast();
        let saved = rule_of_summer.offset - rule.standard_offset;
        let summer = Info::new(rule_of_summer.offset, saved, name)?;
        Ok(After::Changing { standard, summer, rule: rule_of_summer })
    }

    /// What holds at a local time.
    fn at_local(&self, moment: Moment) -> &Rc<Info> {
        let (standard, summer, rule) = match self {
            After::Always(info) => return info,
            After::Changing { standard, summer, rule } => (standard, summer, rule),
        };
        let (mut start, mut end) = (rule.start.timestamp(moment.year), rule.end.timestamp(moment.year));
        let saved = summer.seconds - standard.seconds;
        // With `fold` 0 the time of the smaller offset begins at the end of the gap and ends at the end of the fold; with 1 it goes from
        // the beginning of the gap to the beginning of the fold.
        if moment.fold == (saved >= 0) {
            end -= saved;
        } else {
            start += saved;
        }
        if is_within(moment.seconds, start, end) { summer } else { standard }
    }

    /// What holds at a time in UTC, and whether its local time comes for the second time.
    fn at_utc(&self, moment: Moment) -> (&Rc<Info>, bool) {
        let (standard, summer, rule) = match self {
            After::Always(info) => return (info, false),
            After::Changing { standard, summer, rule } => (standard, summer, rule),
        };
        let start = rule.start.timestamp(moment.year) - standard.seconds;
        let end = rule.end.timestamp(moment.year) - summer.seconds;
        let saved = summer.seconds - standard.seconds;
        let twice = if saved > 0 { end..end + saved } else { start..start - saved };
        let info = if is_within(moment.seconds, start, end) { summer } else { standard };
        (info, twice.contains(&moment.seconds))
    }
}

/// Whether a time of the year is from `start` to `end`, which may be in the next year.
fn is_within(seconds: i64, start: i64, end: i64) -> bool {
    if start < end { (start..end).contains(&seconds) } else { seconds < end || seconds >= start }
}

impl Zone {
    /// A zone from what `zoneinfo._common.load_data` read: transitions' indices and times, offsets, summer flags, names, the rule.
    ///
    /// # Errors
    /// TypeError and ValueError for what is no zone.
    pub fn from_data(data: &Object) -> Result<Zone> {
        let Some(parts) = data.cast_exact::<Tuple>() else {
            let shown = objects::protocol::object::repr(data)?.to_string_lossy();
            return Err(raise!(TypeError, "Invalid data result type: {shown}"));
        };
        let [indices, times, offsets, flags, names, rule] = parts.items() else {
            return Err(raise!(IndexError, "tuple index out of range"));
        };
        let utc = ints(times)?;
        let offsets = ints(offsets)?;
        let indices = transition_indices(indices, offsets.len())?;
        let mut summer = Vec::with_capacity(offsets.len());
        for flag in items(flags)? {
            summer.push(is_true(flag)?);
        }
        let names = items(names)?;
        if indices.len() < utc.len() || summer.len() < offsets.len() || names.len() < offsets.len() {
            return Err(raise!(IndexError, "tuple index out of range"));
        }
        let saved = saved_time(&indices, &offsets, &summer);
        let wall = wall_times(&utc, &indices, &offsets);
        let mut infos = Vec::with_capacity(offsets.len());
        for ((offset, saved), name) in offsets.iter().zip(saved).zip(names) {
            infos.push(Info::new(*offset, saved, name.to_ref())?);
        }
        let before = summer.iter().position(|summer| !summer).map_or(infos.first(), |index| infos.get(index));
        let before = before.cloned();
        let after = match rule.cast::<Bytes>() {
            Some(text) if !text.as_slice().is_empty() => After::parse(text)?,
            None if !rule.is(none()) && is_true(rule)? => {
                let class = rule.class().full_name();
                return Err(raise!(TypeError, "expected bytes, {class} found"));
            }
            _ => {
                let last = indices.last().copied().unwrap_or(infos.len().saturating_sub(1));
                let last = infos.get(last);
                After::Always(
                    last.cloned().ok_or_else(|| raise!(ValueError, "No time zone information found."))?,
                )
            }
        };
        let is_fixed = match (&after, &*infos) {
            (After::Always(_), []) => true,
            (After::Always(always), [only]) => only.is_equal(always)?,
            _ => false,
        };
        let infos = indices.iter().map(|index| infos[*index].clone()).collect();
        Ok(Zone { utc, wall, infos, before, after, is_fixed })
    }

    /// What a time of day without a date is told.
    pub fn fixed(&self) -> Option<&Rc<Info>> {
        match &self.after {
            After::Always(info) if self.is_fixed => Some(info),
            _ => None,
        }
    }

    /// What holds at a local time.
    pub fn at_local(&self, moment: Moment) -> &Rc<Info> {
        let wall = &self.wall[usize::from(moment.fold)];
        let (Some(first), Some(last), Some(before)) = (wall.first(), wall.last(), &self.before) else {
            return self.after.at_local(moment);
        };
        if moment.seconds < *first {
            before
        } else if moment.seconds > *last {
            self.after.at_local(moment)
        } else {
            &self.infos[wall.partition_point(|time| *time <= moment.seconds) - 1]
        }
    }

    /// What holds at a time in UTC, and whether its local time comes for the second time.
    pub fn at_utc(&self, moment: Moment) -> (&Rc<Info>, bool) {
        let (Some(first), Some(last), Some(before)) = (self.utc.first(), self.utc.last(), &self.before)
        else {
            return self.after.at_utc(moment);
        };
        if moment.seconds < *first {
            return (before, false);
        }
        // The offset before a transition, which the time after it may repeat.
        let previous = |index: usize| if index == 0 { before } else { &self.infos[index - 1] };
        if moment.seconds > *last {
            let (info, fold) = self.after.at_utc(moment);
            let repeated = previous(self.utc.len() - 1).seconds - info.seconds;
            return (info, fold || (repeated > 0 && moment.seconds < last + repeated));
        }
        let index = self.utc.partition_point(|time| *time <= moment.seconds) - 1;
        let info = &self.infos[index];
        (info, previous(index).seconds - info.seconds > moment.seconds - self.utc[index])
    }
}

fn items(object: &Object) -> Result<&[&Object]> {
    match object.cast::<Tuple>() {
        Some(tuple) => Ok(tuple.items()),
        None => Err(objects::raise::bad_internal_call()),
    }
}

fn ints(object: &Object) -> Result<Vec<i64>> {
    let as_i64 = |item: &Object| {
        number::index(item).and_then(|number| {
            Int::to_i64(&number).ok_or_else(|| raise!(OverflowError, "int too big to convert"))
        })
    };
    items(object)?.iter().map(|item| as_i64(item)).collect()
}

/// Which offset each transition leads to.
fn transition_indices(object: &Object, offsets: usize) -> Result<Vec<usize>> {
    let checked = |index: i64| match usize::try_from(index) {
        Ok(place) if place < offsets => Ok(place),
        _ => Err(raise!(ValueError, "Invalid transition index found while reading TZif: {index}")),
    };
    ints(object)?.into_iter().map(checked).collect()
}

/// How much of each offset is summer time, which the file does not say: the difference to the standard time before or after. An hour where
/// there is none.
fn saved_time(indices: &[usize], offsets: &[i64], summer: &[bool]) -> Vec<i64> {
    let mut saved = vec![0; offsets.len()];
    for (place, &index) in indices.iter().enumerate().skip(1) {
        if !summer[index] || saved[index] != 0 {
            continue;
        }
        let before = indices[place - 1];
        let mut difference = if summer[before] { 0 } else { offsets[index] - offsets[before] };
        if difference == 0
            && index + 1 < offsets.len()
            && let Some(&after) = indices.get(place + 1)
        {
            if summer[after] {
                continue;
            }
            difference = offsets[index] - offsets[after];
        }
        saved[index] = difference;
    }
    for (saved, summer) in saved.iter_mut().zip(summer) {
        if *summer && *saved == 0 {
            *saved = 3600;
        }
    }
    saved
}

/// The transitions on the wall clock: at a gap or a fold, its later side with `fold` 0 and its earlier one with 1.
fn wall_times(utc: &[i64], indices: &[usize], offsets: &[i64]) -> [Vec<i64>; 2] {
    let mut wall = [Vec::with_capacity(utc.len()), Vec::with_capacity(utc.len())];
    let Some(first) = offsets.first() else { return wall };
    let mut before = *first;
    for (time, index) in utc.iter().zip(indices) {
        let after = offsets[*index];
        wall[0].push(time.saturating_add(before.max(after)));
        wall[1].push(time.saturating_add(before.min(after)));
        before = after;
    }
    wall
}
