//! Facts: everything that rules can ask about, each with a dense numbering of the classes that rules tell apart.

use chrono::NaiveDate;

use crate::date::{AsOf, day_number};
use crate::money::Money;
use crate::scheme::syntax::Unit;

/// The class of a fact that is not known.
pub(crate) const MISSING: u32 = u32::MAX;

#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) kind: FactKind,
    pub(crate) domain: Domain,
    /// The value of one who has none.
    pub(crate) default: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FactKind {
    PersonAttribute(AsOf),
    ClaimAttribute,
    LineAttribute,
    /// Fields of the claim that are words of the scheme.
    Care,
    FacilityId,
    FacilityLevel,
    FacilityRegion,
    LineClass,
    LineCode,
    Quantity,
    LineAmount,
    /// The day of the line's service.
    LineDate,
    Age,
    Days,
    RuleDate,
    /// The whole bill, or one portion.
    Billed(Option<usize>),
    /// The residual at entry to the layer, whole or of one portion.
    Left(Option<usize>),
    /// What a layer paid on this claim.
    Paid(usize),
    /// What a benefit of a layer paid towards this claim's bill, and what it took as deductible: the layer and the benefit's place in it.
    PaidBy(usize, usize),
    DeductedBy(usize, usize),
    /// The position of an accumulator at entry to the layer.
    Accumulated(usize),
    /// What the days of the claim cost by an amount that goes by the day.
    DayCharge(usize),
    /// Days of the claim for which such an amount has no row.
    Uncovered(usize),
    /// The sum of a fact of lines over those that the benefit counts.
    Summed(usize),
    /// The position of an accumulator in the period before the claim's.
    Previous(usize),
    /// For how many whole policy years just before the claim's nothing was posted to an accumulator.
    Quiet(usize),
    /// A person's attribute over time: the fact that is the attribute, and what is told of it.
    Dated(usize, Measure),
}

/// What is told of a person's attribute over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Full months since the value in force began.
    MonthsSince,
    /// Days since then.
    DaysSince,
    /// Months of the policy year in which a yes-no attribute holds.
    MonthsInYear,
    /// Days of the policy year on which it does.
    DaysInYear,
}

impl Measure {
    pub(crate) const ALL: [Measure; 4] = [Measure::MonthsSince, Measure::DaysSince, Measure::MonthsInYear, Measure::DaysInYear];

    /// What stands before the dot in rule files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Measure::MonthsSince => "months_since",
            Measure::DaysSince => "days_since",
            Measure::MonthsInYear => "months_in_year",
            Measure::DaysInYear => "days_in_year",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// Whether it is told of the policy year.
    pub(crate) fn in_year(self) -> bool {
        matches!(self, Measure::MonthsInYear | Measure::DaysInYear)
    }
}

impl Fact {
    /// Whether any case can have a value of the class: numbers are never below zero, dates lie in the scheme's time (those of lines may lie outside), a year has
    /// no more than its months and days.
    pub(crate) fn possible(&self, class: u32, effective: (i64, i64)) -> bool {
        let most = match self.kind {
            FactKind::Dated(_, Measure::MonthsInYear) => 12_000_000,
            FactKind::Dated(_, Measure::DaysInYear) => 366_000_000,
            _ => i64::MAX,
        };
        let start = match &self.domain {
            Domain::Number { cuts, .. } => (class as usize).checked_sub(1).and_then(|i| cuts.get(i)).copied(),
            _ => None,
        };
        let effective = if self.kind == FactKind::LineDate { (i64::MIN, i64::MAX) } else { effective };
        self.domain.possible(class, effective) && start.is_none_or(|start| start <= most)
    }
}

impl FactKind {
    pub(crate) fn of_line(self) -> bool {
        use FactKind::*;
        matches!(self, LineAttribute | LineClass | LineCode | Quantity | LineAmount | LineDate)
    }

    pub(crate) fn at_entry(self) -> bool {
        matches!(
            self,
            FactKind::Left(_)
                | FactKind::Paid(_)
                | FactKind::PaidBy(..)
                | FactKind::DeductedBy(..)
                | FactKind::Accumulated(_)
                | FactKind::Previous(_)
                | FactKind::Quiet(_)
                | FactKind::Summed(_)
                | FactKind::DayCharge(_)
                | FactKind::Uncovered(_)
        )
    }

    /// The attribute of which it tells how it is over time.
    pub(crate) fn attribute(self) -> Option<usize> {
        if let FactKind::Dated(attribute, _) = self { Some(attribute) } else { None }
    }

    pub(crate) fn of_person(self) -> bool {
        matches!(self, FactKind::PersonAttribute(_) | FactKind::Dated(..) | FactKind::Age | FactKind::RuleDate)
    }
}

/// The values of a fact and how rules divide them into classes.
#[derive(Debug, Clone)]
pub(crate) enum Domain {
    /// The value is the index of the word.
    Words(Vec<String>),
    YesNo,
    /// Any word; the value is the index among those that rules mention, or one past them.
    Text(Vec<String>),
    /// The value is in millionths; never below zero. A class begins at each cut.
    Number {
        unit: Unit,
        cuts: Vec<i64>,
    },
    /// The value is a day number. A class begins at each cut.
    Date {
        cuts: Vec<i64>,
    },
}

impl Domain {
    pub(crate) fn unit(&self) -> Option<Unit> {
        match self {
            Domain::Number { unit, .. } => Some(*unit),
            _ => None,
        }
    }

    pub(crate) fn classes(&self) -> usize {
        match self {
            Domain::Words(words) => words.len(),
            Domain::YesNo => 2,
            Domain::Text(words) => words.len().saturating_add(1),
            Domain::Number { cuts, .. } | Domain::Date { cuts } => cuts.len().saturating_add(1),
        }
    }

    #[inline]
    pub(crate) fn class_of(&self, value: i64) -> u32 {
        match self {
            Domain::Words(_) | Domain::YesNo | Domain::Text(_) => value as u32,
            Domain::Number { cuts, .. } | Domain::Date { cuts } => {
                // Few cuts: counting is faster than searching, and has no branch to mispredict.
                if cuts.len() <= 16 {
                    cuts.iter().map(|cut| u32::from(*cut <= value)).sum()
                } else {
                    cuts.partition_point(|cut| *cut <= value) as u32
                }
            }
        }
    }

    /// A value of the class, for showing a case: the smallest, or one below the first cut.
    pub(crate) fn sample(&self, class: u32) -> i64 {
        match self {
            Domain::Words(_) | Domain::YesNo | Domain::Text(_) => i64::from(class),
            Domain::Number { cuts, .. } => {
                let before = (class as usize).checked_sub(1);
                before.and_then(|i| cuts.get(i)).copied().unwrap_or(0)
            }
            Domain::Date { cuts } => {
                let before = (class as usize).checked_sub(1);
                match before.and_then(|i| cuts.get(i)) {
                    Some(cut) => *cut,
                    None => cuts.first().map_or(0, |cut| cut.saturating_sub(1)),
                }
            }
        }
    }

    /// Whether any value can be of the class: numbers are never below zero, dates lie in the scheme's time.
    fn possible(&self, class: u32, effective: (i64, i64)) -> bool {
        let end = |cuts: &[i64]| cuts.get(class as usize).copied();
        match self {
            Domain::Words(_) | Domain::YesNo | Domain::Text(_) => true,
            Domain::Number { cuts, .. } => end(cuts).is_none_or(|end| end > 0),
            Domain::Date { cuts } => {
                let start = (class as usize).checked_sub(1).and_then(|i| cuts.get(i)).copied();
                end(cuts).is_none_or(|end| end > effective.0) && start.is_none_or(|start| start < effective.1)
            }
        }
    }

    /// A value as text.
    pub(crate) fn show(&self, value: i64) -> String {
        match self {
            Domain::Words(words) => words.get(value as usize).cloned().unwrap_or_default(),
            Domain::Text(words) => words.get(value as usize).cloned().unwrap_or_else(|| "(another word)".to_owned()),
            Domain::YesNo => if value == 0 { "false" } else { "true" }.to_owned(),
            Domain::Number { unit: Unit::Ratio, .. } => crate::Ratio::from_millionths(value).to_string(),
            Domain::Number { .. } => Money::from_micros(value).to_string(),
            Domain::Date { .. } => {
                i32::try_from(value).ok().and_then(NaiveDate::from_num_days_from_ce_opt).map_or_else(String::new, |d| d.to_string())
            }
        }
    }
}

/// First and last-but-one day of a scheme as day numbers.
pub(crate) fn effective_days(span: crate::date::Span) -> (i64, i64) {
    let from = span.from.map_or(i64::MIN, |d| i64::from(day_number(d)));
    let until = span.until.map_or(i64::MAX, |d| i64::from(day_number(d)));
    (from, until)
}

/// The facts of one case: value and class by fact.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) values: Vec<i64>,
    pub(crate) classes: Vec<u32>,
}

impl Clone for Facts {
    fn clone(&self) -> Self {
        Facts { values: self.values.clone(), classes: self.classes.clone() }
    }

    /// Without new memory, where there is room.
    fn clone_from(&mut self, source: &Self) {
        self.values.clone_from(&source.values);
        self.classes.clone_from(&source.classes);
    }
}

impl Facts {
    /// Forgets everything; makes room for so many facts.
    pub(crate) fn reset(&mut self, count: usize) {
        self.values.clear();
        self.values.resize(count, 0);
        self.classes.clear();
        self.classes.resize(count, MISSING);
    }

    #[inline]
    pub(crate) fn set(&mut self, index: usize, fact: &Fact, value: i64) {
        if let (Some(v), Some(c)) = (self.values.get_mut(index), self.classes.get_mut(index)) {
            *v = value;
            *c = fact.domain.class_of(value);
        }
    }

    #[inline]
    pub(crate) fn class(&self, index: usize) -> u32 {
        self.classes.get(index).copied().unwrap_or(MISSING)
    }

    #[inline]
    pub(crate) fn value(&self, index: usize) -> Option<i64> {
        if self.class(index) == MISSING { None } else { self.values.get(index).copied() }
    }
}
