//! The rule that a TZif file gives for the time after its last transition, in the form of POSIX's TZ variable:
//! `std offset[dst[offset],start[/time],end[/time]]`.

use crate::datetime::calendar::{Ymd, days_in_month, is_leap};
use crate::datetime::moment::EPOCH;

const DAY: i64 = 86_400;

/// When in a year the clocks change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    day: Day,
    /// Seconds after that day's midnight, which may be on another day.
    time: i64,
}

/// A day of a year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Day {
    /// `Mm.w.d`: the weekday `weekday` (0 is Sunday) of week `week`, 5 being the last, of a month.
    OfMonth { month: i32, week: i32, weekday: i32 },
    /// `Jn`: without the leap day; `n`: with it, and counted from 1 like CPython, where POSIX counts from 0.
    OfYear { julian: bool, day: i32 },
}

/// What is wrong with a rule: the text as CPython words it before the rule itself.
pub type RuleError = &'static str;

/// A rule as it is written.
#[derive(PartialEq, Eq, Debug)]
pub struct Rule {
    pub standard: Abbreviation,
    /// Seconds east of UTC.
    pub standard_offset: i64,
    pub summer: Option<Summer>,
}

/// The other half of the year.
#[derive(PartialEq, Eq, Debug)]
pub struct Summer {
    pub name: Abbreviation,
    pub offset: i64,
    pub start: Change,
    pub end: Change,
}

/// A name such as `CET`.
pub type Abbreviation = String;

impl Change {
    /// The change of a year, in seconds from 1970 on the local clock.
    pub fn timestamp(self, year: i32) -> i64 {
        let ordinal = |month, day| i64::from(Ymd { year, month, day }.ordinal());
        let days = match self.day {
            Day::OfMonth { month, week, weekday } => {
                // Sunday is 0 in the rule; ordinal 7 was a Sunday.
                let first = (ordinal(month, 1) % 7) as i32;
                let mut day = 1 + (weekday - first).rem_euclid(7) + (week - 1) * 7;
                if day > days_in_month(year, month) {
                    day -= 7;
                }
                ordinal(month, day)
            }
            Day::OfYear { julian, day } => {
                let skipped = i64::from(julian && day >= 59 && is_leap(year));
                ordinal(1, 1) + i64::from(day) + skipped - 1
            }
        };
        days * DAY - EPOCH + self.time
    }
}

/// The unread part of a rule.
struct Reader<'a> {
    rest: &'a [u8],
}

/// The reader's answer where the text is not as it should be.
type Read<T> = Option<T>;

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(0)
    }

    fn skip(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        if found {
            self.skip();
        }
        found
    }

    fn digit(&mut self) -> Read<i32> {
        let digit = char::from(self.peek()).to_digit(10)?;
        self.skip();
        Some(digit as i32)
    }

    /// From one to `most` digits.
    fn digits(&mut self, most: usize) -> Read<i32> {
        let mut value = self.digit()?;
        for _ in 1..most {
            let Some(digit) = self.digit() else { break };
            value = value * 10 + digit;
        }
        Some(value)
    }

    fn two_digits(&mut self) -> Read<i64> {
        Some(i64::from(self.digit()? * 10 + self.digit()?))
    }

    /// Letters, or letters, digits and signs between angle brackets.
    fn abbreviation(&mut self) -> Read<Abbreviation> {
        let quoted = self.take(b'<');
        let mut name = String::new();
        loop {
            match self.peek() {
                b'>' if quoted => {
                    self.skip();
                    return Some(name);
                }
                b'0'..=b'9' | b'+' | b'-' if quoted => {}
                letter if letter.is_ascii_alphabetic() => {}
                _ if quoted => return None,
                _ => return (!name.is_empty()).then_some(name),
            }
            name.push(self.peek().into());
            self.skip();
        }
    }

    /// A sign and `h[h[h]][:mm[:ss]]` in seconds; `most` digits of hours.
    fn time(&mut self, most: usize) -> Read<i64> {
        let negative = match self.peek() {
            sign @ (b'-' | b'+') => {
                self.skip();
                sign == b'-'
            }
            _ => false,
        };
        let mut seconds = i64::from(self.digits(most)?) * 3600;
        for unit in [60, 1] {
            if !self.take(b':') {
                break;
            }
            seconds += self.two_digits()? * unit;
        }
        Some(if negative { -seconds } else { seconds })
    }

    /// Seconds east of UTC, which the text gives westwards.
    fn offset(&mut self) -> Read<i64> {
        let west = self.time(3)?;
        (west.abs() / 3600 <= 24).then_some(-west)
    }

    fn month_day(&mut self) -> Read<Day> {
        let month = self.digits(2)?;
        let mut part = || if self.take(b'.') { self.digit() } else { None };
        Some(Day::OfMonth { month, week: part()?, weekday: part()? })
    }

    fn change(&mut self) -> Read<Change> {
        let day = if self.take(b'M') {
            self.month_day()?
        } else {
            let julian = self.take(b'J');
            Day::OfYear { julian, day: self.digits(3)? }
        };
        let mut time = 2 * 3600;
        if self.take(b'/') {
            time = self.time(3)?;
        }
        (day.is_valid() && time.abs() / 3600 <= 167).then_some(Change { day, time })
    }
}

impl Day {
    fn is_valid(self) -> bool {
        match self {
            Day::OfMonth { month, week, weekday } => {
                (1..=12).contains(&month) && (1..=5).contains(&week) && weekday <= 6
            }
            Day::OfYear { julian, day } => (i32::from(julian)..=365).contains(&day),
        }
    }
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Rule, RuleError> {
        let mut reader = Reader { rest: text };
        let standard = reader.abbreviation().ok_or("Invalid STD format in ")?;
        let standard_offset = reader.offset().ok_or("Invalid STD offset in ")?;
        if reader.rest.is_empty() {
            return Ok(Rule { standard, standard_offset, summer: None });
        }
        let name = reader.abbreviation().ok_or("Invalid DST format in ")?;
        let offset = match reader.peek() {
            b',' => standard_offset + 3600,
            _ => reader.offset().ok_or("Invalid DST offset in ")?,
        };
        let mut change = || match reader.take(b',') {
            true => reader.change().ok_or("Malformed transition rule in TZ string: "),
            false => Err("Missing transition rules in TZ string: "),
        };
        let (start, end) = (change()?, change()?);
        if !reader.rest.is_empty() {
            return Err("Extraneous characters at end of TZ string: ");
        }
        Ok(Rule { standard, standard_offset, summer: Some(Summer { name, offset, start, end }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(text: &str, year: i32) -> (i64, i64) {
        let summer = Rule::parse(text.as_bytes()).unwrap().summer.unwrap();
        (summer.start.timestamp(year), summer.end.timestamp(year))
    }

    #[test]
    fn a_rule_without_summer_time() {
        let rule = Rule::parse(b"<+0330>-3:30").unwrap();
        assert_eq!(rule, Rule { standard: "+0330".into(), standard_offset: 12_600, summer: None });
    }

    #[test]
    fn last_sundays() {
        // 2024-03-31 02:00 and 2024-10-27 03:00.
        assert_eq!(changes("CET-1CEST,M3.5.0,M10.5.0/3", 2024), (1_711_850_400, 1_729_998_000));
    }

    #[test]
    fn days_of_the_year() {
        // 1 March is day 60 with J; without it CPython, which counts from 1, takes that for 29 February in a leap year.
        assert_eq!(changes("AAA0BBB,J60/0,60/0", 2024), (1_709_251_200, 1_709_164_800));
        assert_eq!(changes("AAA0BBB,J60/0,60/0", 2023), (1_677_628_800, 1_677_628_800));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| Rule::parse(text.as_bytes()).unwrap_err();
        assert_eq!(wrong(""), "Invalid STD format in ");
        assert_eq!(wrong("AAA"), "Invalid STD offset in ");
        assert_eq!(wrong("AAA25"), "Invalid STD offset in ");
        assert_eq!(wrong("AAA4BBB"), "Invalid DST offset in ");
        assert_eq!(wrong("AAA4BBB,60/2"), "Missing transition rules in TZ string: ");
        assert_eq!(wrong("AAA4BBB,M3.2/2,M11.1.0/2"), "Malformed transition rule in TZ string: ");
        assert_eq!(wrong("AAA4BBB,M13.1.0/2,M11.1.0/2"), "Malformed transition rule in TZ string: ");
        assert_eq!(wrong("AAA4BBB,J0/2,J20/2"), "Malformed transition rule in TZ string: ");
        assert_eq!(wrong("AAA4BBB,60/2,J20/2x"), "Extraneous characters at end of TZ string: ");
    }
}
