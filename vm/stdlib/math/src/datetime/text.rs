//! Dates and times as text: ISO 8601 in both directions, and `strftime`.

use super::arguments::Clock;
use super::calendar::Ymd;
use super::zone;
use objects::protocol::call;
use objects::types::none::none;
use objects::types::str::Str;
use objects::{Object, Raised, Ref, Result, id, raise};

/// What a text says about the zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParsedZone {
    Naive,
    /// Microseconds east of UTC.
    Offset(i64),
}

const fn char(char: char) -> u32 {
    char as u32
}

/// A number of exactly `count` digits at `at`.
fn digits(text: &[u32], at: usize, count: usize) -> Option<i32> {
    let digits = text.get(at..at + count)?;
    digits.iter().try_fold(0, |value, &digit| {
        let digit = char::from_u32(digit)?.to_digit(10)?;
        Some(value * 10 + digit as i32)
    })
}

/// "YYYY-MM-DD", "YYYYMMDD", "YYYY-Www[-D]" or "YYYYWww[D]".
pub fn parse_date(text: &[u32]) -> Option<Ymd> {
    let year = digits(text, 0, 4)?;
    let dash = usize::from(*text.get(4)? == char('-'));
    let mut at = 4 + dash;
    if *text.get(at)? == char('W') {
        let week = digits(text, at + 1, 2)?;
        at += 3;
        let mut weekday = 1;
        if at < text.len() {
            if dash == 1 && text[at] != char('-') {
                return None;
            }
            weekday = digits(text, at + dash, 1)?;
            at += dash + 1;
        }
        return if at == text.len() { Ymd::from_iso_calendar(year, week, weekday).ok() } else { None };
    }
    let month = digits(text, at, 2)?;
    at += 2;
    if dash == 1 && *text.get(at)? != char('-') {
        return None;
    }
    let day = digits(text, at + dash, 2)?;
    (at + dash + 2 == text.len()).then_some(Ymd { year, month, day })
}

/// "HH[:MM[:SS[.ffffff…]]]" with or without the colons; digits beyond microseconds are dropped.
fn parse_clock(text: &[u32]) -> Option<Clock> {
    let mut parts = [0; 3];
    let mut at = 0;
    let mut colons = false;
    for (index, part) in parts.iter_mut().enumerate() {
        *part = digits(text, at, 2)?;
        at += 2;
        let Some(&next) = text.get(at) else { break };
        if index == 0 {
            colons = next == char(':');
        }
        if index == 2 {
            break;
        }
        if colons {
            if next != char(':') {
                return None;
            }
            at += 1;
        }
    }
    let mut microsecond = 0;
    if let Some(&point) = text.get(at) {
        if point != char('.') && point != char(',') {
            return None;
        }
        let fraction = &text[at + 1..];
        if fraction.is_empty() {
            return None;
        }
        let mut unit = 100_000;
        for &digit in fraction {
            microsecond += char::from_u32(digit)?.to_digit(10)? as i32 * unit;
            unit /= 10;
        }
    }
    Some(Clock { hour: parts[0], minute: parts[1], second: parts[2], microsecond, fold: 0 })
}

/// A time with its zone, if there is one.
pub fn parse_time(text: &[u32]) -> Option<(Clock, ParsedZone)> {
    let mark = text.iter().position(|&c| c == char('+') || c == char('-') || c == char('Z'));
    let Some(mark) = mark else { return Some((parse_clock(text)?, ParsedZone::Naive)) };
    let clock = parse_clock(&text[..mark])?;
    let rest = &text[mark + 1..];
    if text[mark] == char('Z') {
        return rest.is_empty().then_some((clock, ParsedZone::Offset(0)));
    }
    let offset = parse_clock(rest)?;
    let offset = i64::from(offset.seconds()) * 1_000_000 + i64::from(offset.microsecond);
    let offset = if text[mark] == char('-') { -offset } else { offset };
    Some((clock, ParsedZone::Offset(offset)))
}

/// Where the date ends in a text of at least 7 characters that may have a time after it.
pub fn date_end(text: &[u32]) -> Option<usize> {
    let is_digit = |at: usize| text.get(at).is_some_and(|&c| (char('0')..=char('9')).contains(&c));
    if text.len() == 7 {
        return Some(7);
    }
    if text[4] == char('-') {
        if text[5] != char('W') {
            return Some(10);
        }
        if text.len() > 8 && text[8] == char('-') {
            if text.len() == 9 {
                return None;
            }
            // "YYYY-Www-##": more likely a separator and an hour than a weekday and a digit as separator.
            return Some(if is_digit(10) { 8 } else { 10 });
        }
        return Some(8);
    }
    if text[4] != char('W') {
        return Some(8);
    }
    let end = (7..text.len()).find(|&at| !is_digit(at)).unwrap_or(text.len());
    Some(if end < 9 { end } else { 7 + end % 2 })
}

/// The parts of a time that `timespec` asks for.
pub fn show_clock(clock: Clock, timespec: &Str) -> Result<String> {
    let Clock { hour, minute, second, microsecond, .. } = clock;
    let name = timespec.to_string_lossy();
    let name = match name.as_str() {
        "auto" if microsecond == 0 => "seconds",
        "auto" => "microseconds",
        name => name,
    };
    Ok(match name {
        "hours" => format!("{hour:02}"),
        "minutes" => format!("{hour:02}:{minute:02}"),
        "seconds" => format!("{hour:02}:{minute:02}:{second:02}"),
        "milliseconds" => format!("{hour:02}:{minute:02}:{second:02}.{:03}", microsecond / 1000),
        "microseconds" => format!("{hour:02}:{minute:02}:{second:02}.{microsecond:06}"),
        _ => return Err(raise!(ValueError, "Unknown timespec value")),
    })
}

/// The text argument of `function`, its first.
pub fn text_argument<'a>(function: &str, position: usize, object: &'a Object) -> Result<&'a Str> {
    object.cast::<Str>().ok_or_else(|| {
        let class = if object.is(none()) { "None" } else { object.class().full_name() };
        raise!(TypeError, "{function}() argument {position} must be str, not {class}")
    })
}

/// The code points of the argument of `fromisoformat`.
pub fn iso_argument(object: &Object) -> Result<Vec<u32>> {
    match object.cast::<Str>() {
        Some(text) => Ok(text.chars().iter().collect()),
        None => Err(raise!(TypeError, "fromisoformat: argument must be str")),
    }
}

/// ValueError for a text that is not ISO 8601.
#[cold]
pub fn invalid(text: &Object) -> Raised {
    let shown = match objects::protocol::object::repr(text) {
        Ok(shown) => shown.to_string_lossy(),
        Err(raised) => return raised,
    };
    raise!(ValueError, "Invalid isoformat string: {shown}")
}

/// What `strftime` needs of an object beside its time tuple.
pub struct Shown<'a> {
    pub microsecond: i32,
    pub zone: Option<&'a Object>,
    /// What the zone is asked about.
    pub moment: &'a Object,
}

/// `strftime`: fills in what the C library does not know (`%f`, `%z`, `%:z`, `%Z`), and leaves the rest to `time.strftime`.
pub fn strftime(format: &Str, tuple: &Object, shown: &Shown) -> Result<Ref> {
    let mut text: Vec<u32> = Vec::with_capacity(format.len());
    let chars: Vec<u32> = format.chars().iter().collect();
    let mut rest = chars.as_slice();
    while let [first, after @ ..] = rest {
        let (part, taken) = match after {
            _ if *first != char('%') => (None, 1),
            [code, ..] if *code == char('f') => (Some(format!("{:06}", shown.microsecond)), 2),
            [code, ..] if *code == char('z') => (Some(zone::offset_text(shown.zone, shown.moment, "")?), 2),
            [colon, code, ..] if *colon == char(':') && *code == char('z') => {
                (Some(zone::offset_text(shown.zone, shown.moment, ":")?), 3)
            }
            [code, ..] if *code == char('Z') => {
                let name = zone::zone_name(shown.zone, shown.moment)?;
                if !name.is(none()) {
                    // `strftime` will see it, and its percent signs begin nothing.
                    let name = call::call_method(&name, id!("replace"), &[id!("%"), id!("%%")])?;
                    let Some(name) = name.cast::<Str>() else {
                        return Err(raise!(TypeError, "tzname.replace() did not return a string"));
                    };
                    text.extend(name.chars().iter());
                }
                (Some(String::new()), 2)
            }
            // Any other pair, so that the second of "%%" begins nothing.
            [_, ..] => (None, 2),
            [] => (None, 1),
        };
        match part {
            Some(part) => text.extend(part.chars().map(u32::from)),
            None => text.extend_from_slice(&rest[..taken]),
        }
        rest = &rest[taken..];
    }
    let format = Str::from_ucs4(&text)?;
    let time = objects::hooks::IMPORT.get()("time")?;
    call::call_method(&time, id!("strftime"), &[&format, tuple])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn dates() {
        let day = Some(Ymd { year: 2024, month: 2, day: 29 });
        for text in ["2024-02-29", "20240229", "2024-W09-4", "2024W094"] {
            assert_eq!(parse_date(&chars(text)), day, "{text}");
            assert_eq!(date_end(&chars(&format!("{text}T01"))), Some(text.len()), "{text}");
        }
        for text in ["2024-0229", "2024-02-2", "202402-29", "2024-W094", "2024-W9", "2024", ""] {
            assert_eq!(parse_date(&chars(text)), None, "{text}");
        }
    }

    #[test]
    fn times() {
        let clock = |hour, minute, second, microsecond| Clock { hour, minute, second, microsecond, fold: 0 };
        let parse = |text: &str| parse_time(&chars(text));
        assert_eq!(parse("01"), Some((clock(1, 0, 0, 0), ParsedZone::Naive)));
        assert_eq!(parse("010203.5Z"), Some((clock(1, 2, 3, 500_000), ParsedZone::Offset(0))));
        assert_eq!(
            parse("01:02:03,1234567-00:01"),
            Some((clock(1, 2, 3, 123_456), ParsedZone::Offset(-60_000_000)))
        );
        for text in
            ["", "1", "01:", "01:2", "0102:03", "01:0203", "01:02:03.", "01:02:03.x", "01Z1", "01+", "010.5"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
