//! The proleptic Gregorian calendar: dates as days since the end of year 0, and ISO 8601 weeks.

pub const MIN_YEAR: i32 = 1;
pub const MAX_YEAR: i32 = 9999;
/// The ordinal of the last day of [`MAX_YEAR`].
pub const MAX_ORDINAL: i32 = 3_652_059;

const DAYS_IN_400_YEARS: i32 = 146_097;
const DAYS_IN_100_YEARS: i32 = 36_524;
const DAYS_IN_4_YEARS: i32 = 1_461;

/// Days before each month of a common year.
const DAYS_BEFORE_MONTH: [i32; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// A day of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ymd {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}

pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// `month` is 1 to 12.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of `year` before `month`, which is 1 to 12.
fn days_before_month(year: i32, month: i32) -> i32 {
    let days = DAYS_BEFORE_MONTH.get(month as usize).copied().unwrap_or_default();
    days + i32::from(month > 2 && is_leap(year))
}

fn days_before_year(year: i32) -> i32 {
    let years = year - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

impl Ymd {
    /// 1 for the first day of year 1.
    pub fn ordinal(self) -> i32 {
        days_before_year(self.year) + self.day_of_year()
    }

    /// 1 for the first of January.
    pub fn day_of_year(self) -> i32 {
        days_before_month(self.year, self.month) + self.day
    }

    /// The day with this ordinal, which is positive.
    pub fn from_ordinal(ordinal: i32) -> Ymd {
        let days = ordinal - 1;
        let (cycles, days) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
        let (centuries, days) = (days / DAYS_IN_100_YEARS, days % DAYS_IN_100_YEARS);
        let (fours, days) = (days / DAYS_IN_4_YEARS, days % DAYS_IN_4_YEARS);
        let (years, days) = (days / 365, days % 365);
        let year = cycles * 400 + centuries * 100 + fours * 4 + years + 1;
        if years == 4 || centuries == 4 {
            // The last day of a leap year that ends a cycle.
            return Ymd { year: year - 1, month: 12, day: 31 };
        }
        // Right, or one too large.
        let mut month = (days + 50) >> 5;
        if days_before_month(year, month) > days {
            month -= 1;
        }
        Ymd { year, month, day: days - days_before_month(year, month) + 1 }
    }

    /// 0 for Monday.
    pub fn weekday(self) -> i32 {
        (self.ordinal() + 6).rem_euclid(7)
    }

    /// The ISO year, the week from 1 and the weekday from 1 for Monday.
    pub fn iso_calendar(self) -> (i32, i32, i32) {
        let ordinal = self.ordinal();
        let mut year = self.year;
        let mut first = first_iso_monday(year);
        if ordinal < first {
            year -= 1;
            first = first_iso_monday(year);
        } else if ordinal >= first_iso_monday(year + 1) {
            year += 1;
            first = first_iso_monday(year);
        }
        ((year), (ordinal - first) / 7 + 1, (ordinal - first) % 7 + 1)
    }

    /// The day of an ISO year, week and weekday.
    pub fn from_iso_calendar(year: i32, week: i32, weekday: i32) -> Result<Ymd, IsoError> {
        if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
            return Err(IsoError::Year);
        }
        let first = first_iso_monday(year);
        let weeks = (first_iso_monday(year + 1) - first) / 7;
        if !(1..=weeks).contains(&week) {
            return Err(IsoError::Week);
        }
        if !(1..=7).contains(&weekday) {
            return Err(IsoError::Weekday);
        }
        Ok(Ymd::from_ordinal((first + (week - 1) * 7 + weekday - 1).max(1)))
    }
}

/// Which part of an ISO week date is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IsoError {
    Year,
    Week,
    Weekday,
}

/// The ordinal of the Monday of the week with the year's first Thursday.
fn first_iso_monday(year: i32) -> i32 {
    let first_day = days_before_year(year) + 1;
    let weekday = (first_day + 6).rem_euclid(7);
    let monday = first_day - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_and_back() {
        for ordinal in 1..=MAX_ORDINAL {
            let day = Ymd::from_ordinal(ordinal);
            assert_eq!(day.ordinal(), ordinal);
            assert!((1..=days_in_month(day.year, day.month)).contains(&day.day));
            if ordinal % 37 == 0 {
                let (year, week, weekday) = day.iso_calendar();
                assert_eq!(Ymd::from_iso_calendar(year, week, weekday), Ok(day));
            }
        }
    }

    #[test]
    fn weeks() {
        let day = |year, month, day| Ymd { year, month, day };
        assert_eq!(day(2021, 1, 1).iso_calendar(), (2020, 53, 5));
        assert_eq!(day(9999, 12, 31).iso_calendar(), (9999, 52, 5));
        assert_eq!(Ymd::from_iso_calendar(2005, 53, 1), Err(IsoError::Week));
        assert_eq!(Ymd::from_iso_calendar(0, 1, 1), Err(IsoError::Year));
    }
}
