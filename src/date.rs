//! Dates and the periods over which accumulators run. There is no clock here: every date is an argument.

#![allow(clippy::arithmetic_side_effects, reason = "months of a year")]

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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

/// When a person's attribute is read: on a date of the claim (the rule date, if none is named), or some time before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct AsOf {
    pub(crate) date: Option<DateChoice>,
    pub(crate) before: Option<Length>,
}

impl AsOf {
    /// The dates' names in rule files.
    pub(crate) const NAMES: [&'static str; 6] = ["rule-date", "admission", "service", "discharge", "settlement", "policy-year-start"];

    /// Reads `policy-year-start`, or `policy-year-start - 24 months`.
    pub(crate) fn parse(text: &str) -> Option<AsOf> {
        let (name, before) = match text.split_once(" - ") {
            Some((name, before)) => (name, Some(Length::parse(before)?)),
            None => (text, None),
        };
        let date = match name {
            "rule-date" => None,
            "admission" | "service" => Some(DateChoice::Admission),
            "discharge" => Some(DateChoice::Discharge),
            "settlement" => Some(DateChoice::Settlement),
            "policy-year-start" => Some(DateChoice::PolicyYearStart),
            _ => return None,
        };
        Some(AsOf { date, before })
    }

    /// The day, so long before the date of the claim. Where the month lacks the day, it is the month's last: a month before 31 March is 28 or 29 February.
    /// Nothing where the calendar begins later.
    pub(crate) fn back_from(self, date: NaiveDate) -> Option<NaiveDate> {
        match self.before {
            None => Some(date),
            Some(Length::Days(days)) => date.checked_sub_days(Days::new(u64::from(days))),
            Some(Length::Months(months)) => date.checked_sub_months(Months::new(u32::from(months))),
        }
    }
}

/// The period over which an accumulator runs. It is written as in rule files: `policy-year`, `12 months from first use`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A personal period: it begins on the rule date of the first claim that posts to the accumulator while none is open.
    FirstUse(Length),
    /// The quarter of the calendar year.
    Quarter,
    /// The half of the calendar year.
    HalfYear,
    /// A year that begins on a month and day of its own.
    YearFrom(PolicyYear),
    /// A rolling window that ends on the rule date: what was posted on its days.
    Last(Window),
    /// A benefit period (spell of illness): it begins with a claim's first day of care and goes on until so many days without care have passed.
    Spell(u16),
}

/// How far back a rolling window reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Window {
    /// So many days, the last one included.
    Days(u16),
    /// So many months: twelve that end on 15 March begin on 16 March of the year before. Where the month lacks the day, its last day stands for it: the window
    /// that ends on 31 March 2025 and is one month long begins on 1 March.
    Months(u16),
    /// The month of the last day, and so many less one before it, in full.
    CalendarMonths(u16),
}

impl Window {
    fn parse(text: &str) -> Option<Window> {
        let (digits, unit) = text.split_once(' ')?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        let number: u16 = if plain { digits.parse().ok()? } else { return None };
        match (unit, number) {
            ("days", 2..=Length::MOST_DAYS) => Some(Window::Days(number)),
            ("months", 2..=Length::MOST_MONTHS) => Some(Window::Months(number)),
            ("calendar months", 2..=Length::MOST_MONTHS) => Some(Window::CalendarMonths(number)),
            _ => None,
        }
    }

    /// The first day of the window that ends on a day; nothing where the calendar begins after it.
    pub(crate) fn first_day(self, last: NaiveDate) -> Option<NaiveDate> {
        match self {
            Window::Days(days) => last.checked_sub_days(Days::new(u64::from(days).saturating_sub(1))),
            Window::Months(months) => last.checked_sub_months(Months::new(u32::from(months)))?.succ_opt(),
            Window::CalendarMonths(months) => last.with_day(1)?.checked_sub_months(Months::new(u32::from(months).saturating_sub(1))),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Window::Days(days) => write!(f, "{days} days"),
            Window::Months(months) => write!(f, "{months} months"),
            Window::CalendarMonths(months) => write!(f, "{months} calendar months"),
        }
    }
}

/// How long a personal period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Length {
    /// So many days, the first one included.
    Days(u16),
    /// So many months of the calendar. Where the last month lacks the day, the period's last day is that month's last: twelve months from 29 February
    /// end with 28 February.
    Months(u16),
}

impl Length {
    /// The longest, in days and in months: a hundred years.
    const MOST_DAYS: u16 = 36_525;
    const MOST_MONTHS: u16 = 1_200;

    /// Reads `12 months` or `365 days`; `1 month` and `1 day` in the singular.
    fn parse(text: &str) -> Option<Length> {
        let (digits, unit) = text.split_once(' ')?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        let number: u16 = if plain { digits.parse().ok()? } else { return None };
        match (unit, number) {
            ("day", 1) | ("days", 2..=Length::MOST_DAYS) => Some(Length::Days(number)),
            ("month", 1) | ("months", 2..=Length::MOST_MONTHS) => Some(Length::Months(number)),
            _ => None,
        }
    }

    /// The first day after a period of this length; nothing where the calendar ends before.
    fn end(self, start: NaiveDate) -> Option<NaiveDate> {
        match self {
            Length::Days(days) => start.checked_add_days(Days::new(u64::from(days))),
            Length::Months(months) => {
                let end = start.checked_add_months(Months::new(u32::from(months)))?;
                if end.day() == start.day() { Some(end) } else { end.succ_opt() }
            }
        }
    }

    /// Whether a period that begins on one day, both as day numbers, contains another.
    pub(crate) fn reaches(self, start: i32, day: i32) -> bool {
        let end = NaiveDate::from_num_days_from_ce_opt(start).and_then(|start| self.end(start));
        start <= day && end.is_none_or(|end| day < day_number(end))
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Length::Days(1) => f.write_str("1 day"),
            Length::Days(days) => write!(f, "{days} days"),
            Length::Months(1) => f.write_str("1 month"),
            Length::Months(months) => write!(f, "{months} months"),
        }
    }
}

impl Per {
    /// The kinds that need no more than their name.
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

    /// The name in rule files; of a personal period what follows its length.
    pub const fn name(self) -> &'static str {
        match self {
            Per::Claim => "claim",
            Per::Stay => "stay",
            Per::Day => "day",
            Per::Month => "month",
            Per::PolicyYear => "policy-year",
            Per::CalendarYear => "calendar-year",
            Per::Lifetime => "lifetime",
            Per::FirstUse(_) => "from first use",
            Per::Quarter => "quarter",
            Per::HalfYear => "half-year",
            Per::YearFrom(_) => "year from",
            Per::Last(_) => "last",
            Per::Spell(_) => "spell of",
        }
    }

    /// Reads a period as rule files have it.
    pub(crate) fn parse(text: &str) -> Option<Per> {
        let named = Per::ALL.into_iter().find(|per| per.name() == text);
        let named = named.or_else(|| [Per::Quarter, Per::HalfYear].into_iter().find(|per| per.name() == text));
        let first_use = || Length::parse(text.strip_suffix(" from first use")?).map(Per::FirstUse);
        let year = || PolicyYear::parse(text.strip_prefix("year from ")?).map(Per::YearFrom);
        let spell = || match Length::parse(text.strip_prefix("spell of ")?)? {
            Length::Days(days) => Some(Per::Spell(days)),
            Length::Months(_) => None,
        };
        named.or_else(first_use).or_else(year).or_else(spell).or_else(|| Window::parse(text.strip_prefix("last ")?).map(Per::Last))
    }

    /// Whether the period of a day is found with the account, not among the keys of the claim's periods.
    pub(crate) fn goes_by_day(self) -> bool {
        matches!(self, Per::FirstUse(_) | Per::Quarter | Per::HalfYear | Per::YearFrom(_) | Per::Last(_) | Per::Spell(_))
    }

    /// Its place among the keys of a claim's periods. A personal period goes by the claim's day, and by what its account knows.
    pub(crate) fn index(self) -> usize {
        match self {
            Per::Claim => 0,
            Per::Stay => 1,
            Per::Day | Per::FirstUse(_) | Per::Quarter | Per::HalfYear | Per::YearFrom(_) | Per::Last(_) => 2,
            Per::Month => 3,
            Per::PolicyYear => 4,
            Per::CalendarYear => 5,
            Per::Lifetime => 6,
            // By the first day of care, not the rule date.
            Per::Spell(_) => 7,
        }
    }

    /// The first day of the period that contains `date`; nothing for periods that are not a stretch of the calendar.
    pub(crate) fn start(self, date: NaiveDate, year: PolicyYear) -> Option<NaiveDate> {
        match self {
            Per::Claim | Per::Stay | Per::Lifetime | Per::FirstUse(_) | Per::Last(_) | Per::Spell(_) => None,
            Per::Day => Some(date),
            Per::Month => date.with_day(1),
            Per::PolicyYear => Some(year.start(date)),
            Per::CalendarYear => NaiveDate::from_ymd_opt(date.year(), 1, 1),
            Per::Quarter => NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1),
            Per::HalfYear => NaiveDate::from_ymd_opt(date.year(), date.month0() / 6 * 6 + 1, 1),
            Per::YearFrom(year) => Some(year.start(date)),
        }
    }

    /// The last day of the period that contains `date`; nothing for periods that are not a stretch of the calendar.
    pub(crate) fn last_day(self, date: NaiveDate, year: PolicyYear) -> Option<NaiveDate> {
        let months = match self {
            Per::Day => return Some(date),
            Per::Month => 1,
            Per::Quarter => 3,
            Per::HalfYear => 6,
            _ => 12,
        };
        // Stretches of the calendar begin on the 28th at the latest, so that every month has the day.
        self.start(date, year)?.checked_add_months(Months::new(months))?.pred_opt()
    }
}

/// The key of the period that a claim falls in, for each kind of period: the day number of its first day, the number of the stay, 0 for a lifetime;
/// nothing where it lives in the claim alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Periods([i32; Periods::KINDS]);

impl Default for Periods {
    fn default() -> Periods {
        Periods([Periods::NONE; Periods::KINDS])
    }
}

impl Periods {
    /// The plain ones, and the first day of care.
    const KINDS: usize = Per::ALL.len() + 1;
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
        match self {
            Per::FirstUse(length) => write!(f, "{length} {}", self.name()),
            Per::YearFrom(year) => write!(f, "{} {year}", self.name()),
            Per::Last(window) => write!(f, "{} {window}", self.name()),
            Per::Spell(days) => write!(f, "{} {}", self.name(), Length::Days(*days)),
            _ => f.write_str(self.name()),
        }
    }
}

impl Serialize for Per {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Per {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Per::parse(&text).ok_or_else(|| de::Error::custom(format_args!("`{text}` is not a period")))
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// Reads `07-01`.
    pub(crate) fn parse(text: &str) -> Option<PolicyYear> {
        let (month, day) = text.split_once('-')?;
        let number = |t: &str| if t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()) { t.parse().ok() } else { None };
        PolicyYear::new(number(month)?, number(day)?)
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

/// Month and day, such as `07-01`.
impl fmt::Display for PolicyYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
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
    fn personal_periods_end_before_the_day_on_which_they_began() {
        let reaches = |length: Length, start, day| length.reaches(day_number(date(start)), day_number(date(day)));
        let year = Length::Months(12);
        assert!(reaches(year, "2024-03-10", "2024-03-10") && reaches(year, "2024-03-10", "2025-03-09"));
        assert!(!reaches(year, "2024-03-10", "2025-03-10") && !reaches(year, "2024-03-10", "2024-03-09"));
        assert!(reaches(year, "2024-02-29", "2025-02-28") && !reaches(year, "2024-02-29", "2025-03-01"));
        assert!(reaches(Length::Months(1), "2024-01-31", "2024-02-29") && !reaches(Length::Months(1), "2024-01-31", "2024-03-01"));
        assert!(reaches(Length::Days(365), "2024-01-01", "2024-12-30") && !reaches(Length::Days(365), "2024-01-01", "2024-12-31"));
        assert!(reaches(Length::Days(1), "2024-01-01", "2024-01-01") && !reaches(Length::Days(1), "2024-01-01", "2024-01-02"));
    }

    #[test]
    fn personal_periods_are_read_as_they_are_written() {
        for text in
            ["12 months from first use", "1 month from first use", "36525 days from first use", "1 day from first use", "policy-year"]
        {
            assert_eq!(Per::parse(text).unwrap().to_string(), text);
        }
        for bad in ["0 days", "36526 days", "1201 months", "1 months", "2 day", "02 days", "+2 days", "2  days", "2 years", "days", ""] {
            assert_eq!(Per::parse(&format!("{bad} from first use")), None, "{bad}");
        }
        assert_eq!(Per::parse("12 months"), None);
    }

    #[test]
    fn only_full_dates_are_dates() {
        for bad in ["2024-1-1", "2024-02-30", "24-01-01", "2024/01/01", "+024-01-01", "2024-01-01 "] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }
}
