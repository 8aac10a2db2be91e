//! Dates and the periods over which accumulators run. There is no clock here: every date is an argument.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// Which of a claim's dates a rule goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DateChoice {
    /// The first day of service: admission (入院).
    Admission,
    /// The last day of service: discharge (出院).
    Discharge,
    /// The day of settlement (结算).
    Settlement,
    /// The first day of the policy year that contains the scheme's rule date.
    PolicyYearStart,
}

/// The period over which an accumulator runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Per {
    /// One claim: starts at zero each time and is not kept.
    Claim,
    /// One stay: all claims of a person with the same `stay`.
    Stay,
    /// The day of the rule date.
    Day,
    /// The calendar month of the rule date.
    Month,
    /// The policy year of the rule date.
    PolicyYear,
    /// The calendar year of the rule date.
    CalendarYear,
    /// For ever.
    Lifetime,
}

impl Per {
    pub(crate) const ALL: [Per; 7] = [Per::Claim, Per::Stay, Per::Day, Per::Month, Per::PolicyYear, Per::CalendarYear, Per::Lifetime];

    /// The names in rule files.
    pub(crate) const NAMES: [&'static str; 7] = [
        Per::Claim.name(),
        Per::Stay.name(),
        Per::Day.name(),
        Per::Month.name(),
        Per::PolicyYear.name(),
        Per::CalendarYear.name(),
        Per::Lifetime.name(),
    ];

    /// The name in rule files.
    pub const fn name(self) -> &'static str {
        match self {
            Per::Claim => "claim",
            Per::Stay => "stay",
            Per::Day => "day",
            Per::Month => "month",
            Per::PolicyYear => "policy-year",
            Per::CalendarYear => "calendar-year",
            Per::Lifetime => "lifetime",
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// The first day of the period that contains `date`; nothing for periods that are not a stretch of the calendar.
    pub(crate) fn start(self, date: NaiveDate, year: PolicyYear) -> Option<NaiveDate> {
        match self {
            Per::Claim | Per::Stay | Per::Lifetime => None,
            Per::Day => Some(date),
            Per::Month => date.with_day(1),
            Per::PolicyYear => Some(year.start(date)),
            Per::CalendarYear => NaiveDate::from_ymd_opt(date.year(), 1, 1),
        }
    }
}

/// The key of the period that a claim falls in, for each kind of period: the day number of its first day, the number of the stay, 0 for a lifetime;
/// nothing where it lives in the claim alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Periods([i32; Per::ALL.len()]);

impl Default for Periods {
    fn default() -> Periods {
        Periods([Periods::NONE; Per::ALL.len()])
    }
}

impl Periods {
    const NONE: i32 = i32::MIN;

    pub(crate) fn set(&mut self, per: Per, key: Option<i32>) {
        if let Some(slot) = self.0.get_mut(per.index()) {
            *slot = key.unwrap_or(Periods::NONE);
        }
    }

    #[inline]
    pub(crate) fn get(&self, per: Per) -> Option<i32> {
        self.0.get(per.index()).copied().filter(|key| *key != Periods::NONE)
    }
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The month and day on which policy years begin; the day is at most the 28th, so that every year has it.
///
/// ```
/// use medaid::PolicyYear;
/// use chrono::NaiveDate;
/// let july = PolicyYear::new(7, 1).ok_or("no such day")?;
/// let day = NaiveDate::from_ymd_opt(2024, 6, 30).ok_or("date")?;
/// assert_eq!(july.start(day).to_string(), "2023-07-01");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PolicyYear {
    month: u32,
    day: u32,
}

impl Default for PolicyYear {
    fn default() -> Self {
        PolicyYear { month: 1, day: 1 }
    }
}

impl PolicyYear {
    /// Policy years that begin on this month and day.
    pub const fn new(month: u32, day: u32) -> Option<PolicyYear> {
        if 1 <= month && month <= 12 && 1 <= day && day <= 28 { Some(PolicyYear { month, day }) } else { None }
    }

    /// The first day of the policy year that contains the date.
    pub fn start(self, date: NaiveDate) -> NaiveDate {
        let begun = (date.month(), date.day()) >= (self.month, self.day);
        let year = if begun { date.year() } else { date.year().saturating_sub(1) };
        NaiveDate::from_ymd_opt(year, self.month, self.day).unwrap_or(date)
    }

    /// The first day of the next policy year.
    pub fn next(self, start: NaiveDate) -> NaiveDate {
        start.checked_add_months(Months::new(12)).unwrap_or(start)
    }
}

/// Age in full years. One who is born on 29 February turns a year older on 1 March of a common year.
pub(crate) fn full_years(birth: NaiveDate, on: NaiveDate) -> i64 {
    let had_birthday = (on.month(), on.day()) >= (birth.month(), birth.day());
    let years = i64::from(on.year()).wrapping_sub(i64::from(birth.year()));
    if had_birthday { years } else { years.wrapping_sub(1) }
}

/// A date as a number that orders like the date: days since the year 1.
#[inline]
pub(crate) fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce()
}

/// Reads `YYYY-MM-DD`, with exactly so many digits.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if shaped { text.parse().ok() } else { None }
}

/// Dates as files have them: `YYYY-MM-DD` and nothing else. (`chrono` alone would also take `2024-1-1`.)
pub(crate) mod strict {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, de};

    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse_date(&text).ok_or_else(|| de::Error::custom(format_args!("`{text}` is not a date of the form YYYY-MM-DD")))
    }

    pub(crate) fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
        #[derive(Deserialize)]
        struct Date(#[serde(deserialize_with = "read")] NaiveDate);
        Ok(Option::<Date>::deserialize(deserializer)?.map(|date| date.0))
    }
}

/// A stretch of time, first day inclusive, last day exclusive; either end may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The first day that no longer belongs to it.
    pub until: Option<NaiveDate>,
}

impl Span {
    /// Whether the date lies in it.
    pub fn contains(self, date: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn birthdays() {
        assert_eq!(full_years(date("2000-02-29"), date("2001-02-28")), 0);
        assert_eq!(full_years(date("2000-02-29"), date("2001-03-01")), 1);
        assert_eq!(full_years(date("2000-02-29"), date("2004-02-29")), 4);
        assert_eq!(full_years(date("2000-05-02"), date("2000-05-02")), 0);
    }

    #[test]
    fn period_starts() {
        let year = PolicyYear::new(8, 1).unwrap();
        let day = date("2024-07-31");
        assert_eq!(Per::PolicyYear.start(day, year), Some(date("2023-08-01")));
        assert_eq!(Per::Month.start(day, year), Some(date("2024-07-01")));
        assert_eq!(Per::CalendarYear.start(day, year), Some(date("2024-01-01")));
        assert_eq!(year.next(date("2023-08-01")), date("2024-08-01"));
    }

    #[test]
    fn only_full_dates_are_dates() {
        for bad in ["2024-1-1", "2024-02-30", "24-01-01", "2024/01/01", "+024-01-01", "2024-01-01 "] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }
}
