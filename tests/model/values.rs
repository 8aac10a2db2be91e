//! What conditions and values read, and how they are figured.

use chrono::{Datelike, NaiveDate};

use super::interpret::{Case, Grid, Reject, account_on};
use super::rat::Rat;
use super::scheme::{Attribute, Body, Claim, Condition, Datum, Formula, Kept, Kind, Line, Mode, Of, Op, Scheme, Step, Test, Value, When};

impl Case<'_> {
    pub(super) fn ask(&mut self, name: &str, line: Option<usize>) -> Result<Datum, Reject> {
        if let Some(portion) = name.strip_prefix("billed.") {
            return Ok(Datum::Number(sum_of(&self.billed, portion)));
        }
        if let Some(portion) = name.strip_prefix("left.") {
            return Ok(Datum::Number(sum_of(&self.entry_left, portion)));
        }
        if let Some((asked @ ("paid" | "deducted"), path)) = name.split_once('.').filter(|(_, path)| path.contains('.')) {
            // A benefit that did not fire paid nothing and took nothing.
            let (paid, deducted) = self.of_benefits.get(path).copied().unwrap_or((Rat::ZERO, Rat::ZERO));
            let found = if asked == "paid" { paid } else { deducted };
            self.seen.hit_if(asked == "paid" && !found.is_zero(), "asked what a benefit paid");
            self.seen.hit_if(asked == "deducted" && !found.is_zero(), "asked what a benefit took as deductible");
            return Ok(Datum::Number(found));
        }
        if let Some(layer) = name.strip_prefix("paid.") {
            return Ok(Datum::Number(self.paid[layer]));
        }
        if let Some(id) = name.strip_prefix("accumulated.") {
            // Of the claim's own day, whatever line or day is at work.
            let day = self.day.take();
            let account = self.account(&Kept::Named(id.to_owned()), String::new());
            self.day = day;
            return Ok(Datum::Number(self.entry_books.position(&account)));
        }
        if let Some(id) = name.strip_prefix("previous.") {
            let now = account_on(self.scheme, self.person, id, self.rule_date);
            let of = |day: NaiveDate| account_on(self.scheme, self.person, id, day);
            let before = self.rule_date.iter_days().rev().map(of).find(|account| *account != now).unwrap();
            let position = self.first_books.position(&before);
            self.seen.hit_if(!position.is_zero(), "position of the period before");
            return Ok(Datum::Number(position));
        }
        if let Some(id) = name.strip_prefix("quiet.") {
            let start = policy_year_start(self.scheme, self.rule_date);
            let of = |years: i32| account_on(self.scheme, self.person, id, start.with_year(start.year() - years).unwrap());
            let posted = (1..60).find(|years| !self.first_books.position(&of(*years)).is_zero());
            self.seen.hit_if(posted == Some(1), "nothing quiet");
            self.seen.hit_if(posted.is_some_and(|years| years > 1), "quiet years");
            return Ok(Datum::Number(Rat::whole(posted.map_or(1_000_000, |years| i128::from(years) - 1))));
        }
        for (prefix, wanted) in [("charge.", true), ("uncovered.", false)] {
            if let Some(id) = name.strip_prefix(prefix) {
                // Known before the line or day at work.
                let item = (self.day.take(), self.item_line.take(), self.read_on.take());
                let charged = self.day_charge(id);
                (self.day, self.item_line, self.read_on) = item;
                let (amount, uncovered, _) = charged?;
                return Ok(Datum::Number(if wanted { amount } else { uncovered }));
            }
        }
        if let Some(fact) = name.strip_prefix("sum.") {
            let Body::Lines(_) = self.claim.body else {
                self.seen.hit("reject: sum over lines of a claim without lines");
                return Err(Reject("missing-attribute"));
            };
            let mut sum = Rat::ZERO;
            for line in self.counting.clone() {
                let Datum::Number(number) = self.ask(fact, Some(line))? else { panic!("{fact} is no number") };
                sum += number;
            }
            self.seen.hit_if(self.counting.len() > 1, "sum over several lines");
            return Ok(Datum::Number(sum));
        }
        if let Some((measure, of)) = name.split_once('.').filter(|(measure, _)| measure.contains('_')) {
            let attribute = self.scheme.attributes.iter().find(|one| one.name == of).unwrap();
            return Ok(Datum::Number(self.over_time(measure, attribute)));
        }
        let line = line.or(self.item_line).and_then(|index| match &self.claim.body {
            Body::Lines(lines) => lines.get(index),
            Body::Portions(_) => None,
        });
        Ok(match name {
            "age" => Datum::Number(Rat::whole(age(self.person.birth_date, self.rule_date))),
            "days" => {
                let stayed = self.claim.days.is_none() && self.claim.last_day() > self.claim.service_from;
                self.seen.hit_if(self.scheme.both_ends && stayed, "both ends of a stay counted");
                Datum::Number(days(self.claim, self.scheme.both_ends))
            }
            "rule_date" => Datum::Day(self.rules_on()),
            "billed" => Datum::Number(self.claim.bill()),
            "left" => Datum::Number(total(&self.entry_left)),
            "quantity" => Datum::Number(line.unwrap().quantity),
            "amount" => Datum::Number(line.unwrap().amount),
            "line_date" => Datum::Day(self.day_of(line.unwrap())),
            _ => {
                let declared = self.scheme.attributes.iter().find(|one| one.name == name);
                return self.attribute(declared.unwrap(), line);
            }
        })
    }

    fn attribute(&mut self, attribute: &Attribute, line: Option<&Line>) -> Result<Datum, Reject> {
        let name = attribute.name.as_str();
        let word = |text: &String| Datum::Word(text.clone());
        let found = match attribute.of {
            Of::Person => self.personal(attribute),
            Of::Claim => match self.claim.fields.get(name) {
                Some(text) => Some(word(text)),
                None => self.claim.attributes.get(name).cloned(),
            },
            Of::Line => {
                let line = line.unwrap();
                match name {
                    "class" => line.class.as_ref().map(word),
                    "code" => line.code.as_ref().map(word),
                    _ => line.attributes.get(name).cloned(),
                }
            }
        };
        match found.or_else(|| attribute.default.clone()) {
            Some(datum) => Ok(datum),
            None => {
                self.seen.hit("reject: missing attribute");
                Err(Reject("missing-attribute"))
            }
        }
    }

    /// Day by day: since when an attribute has been as it is, or how much of the policy year it holds.
    fn over_time(&mut self, measure: &str, attribute: &Attribute) -> Rat {
        let on = self.read_on(attribute);
        let default = attribute.default.clone();
        let value = |case: &mut Self, day: NaiveDate| case.held_on(attribute, day).or_else(|| default.clone());
        if measure.ends_with("_since") {
            let now = value(self, on);
            let stated = self.person.attributes.get(&attribute.name).into_iter().flatten();
            let earliest = stated.flat_map(|one| [one.from, one.until]).flatten().min();
            // Before the first change it has always been as it was.
            let back = on.iter_days().rev().take_while(|day| earliest.is_some_and(|first| *day >= first.pred_opt().unwrap()));
            let before = back.skip(1).find(|day| value(self, *day) != now);
            let Some(first) = before.map(|day| day.succ_opt().unwrap()) else {
                self.seen.hit("attribute as it is since ever");
                return Rat::whole(1_000_000);
            };
            self.seen.hit("attribute as it is since a day");
            let days = (on - first).num_days();
            // A month is full on the same day of a later month, or on the first day after it.
            let full = |months: &u32| {
                let (year, month) = (first.year() + ((first.month0() + months) / 12) as i32, (first.month0() + months) % 12 + 1);
                let again = NaiveDate::from_ymd_opt(year, month, first.day());
                again.unwrap_or_else(|| date_after(year, month)) <= on
            };
            let months = (1..).take_while(full).count();
            return Rat::whole(if measure == "days_since" { days.into() } else { months as i128 });
        }
        let start = policy_year_start(self.scheme, on);
        let month_of = |day: NaiveDate| {
            let months = (day.year() * 12 + day.month0() as i32) - (start.year() * 12 + start.month0() as i32);
            months - i32::from(day.day() < start.day())
        };
        let year: Vec<NaiveDate> = start.iter_days().take_while(|day| month_of(*day) < 12).collect();
        let held: Vec<(i32, bool)> = year.iter().map(|day| (month_of(*day), value(self, *day) == Some(Datum::Truth(true)))).collect();
        self.seen.hit_if(held.iter().any(|one| one.1) && !held.iter().all(|one| one.1), "attribute holds in a part of the year");
        let count = match measure {
            "days_in_year" => held.iter().filter(|one| one.1).count(),
            "months_in_year" => {
                let mut days = (0..12).map(|month| held.iter().filter(move |one| one.0 == month));
                match self.scheme.whole_months {
                    true => days.filter(|month| month.clone().all(|one| one.1)).count(),
                    false => days.by_ref().filter(|month| month.clone().any(|one| one.1)).count(),
                }
            }
            other => panic!("no measure {other}"),
        };
        Rat::whole(count as i128)
    }

    /// The date on which an attribute is read.
    fn read_on(&mut self, attribute: &Attribute) -> NaiveDate {
        let date = match attribute.as_of {
            When::RuleDate => self.rule_date,
            When::Admission => self.claim.service_from,
            When::Discharge => self.claim.last_day(),
            When::Settlement => self.claim.settled.expect("a settlement date"),
            When::PolicyYearStart => policy_year_start(self.scheme, self.rule_date),
        };
        attribute.earlier.map_or(date, |(count, step)| {
            self.seen.hit("attribute read some time before");
            earlier(date, count, step)
        })
    }

    /// What a person is on the date that the scheme names.
    fn personal(&mut self, attribute: &Attribute) -> Option<Datum> {
        let date = self.read_on(attribute);
        self.held_on(attribute, date)
    }

    /// What a person is on a day; of several words, the first in rank.
    fn held_on(&mut self, attribute: &Attribute, date: NaiveDate) -> Option<Datum> {
        let all = self.person.attributes.get(&attribute.name)?;
        let held: Vec<&Datum> = all
            .iter()
            .filter(|one| one.from.is_none_or(|from| from <= date) && one.until.is_none_or(|until| date < until))
            .map(|one| &one.value)
            .collect();
        self.seen.hit_if(held.len() > 1, "person holds several words at once");
        self.seen.hit_if(held.len() < all.len(), "attribute changes in time");
        match &attribute.kind {
            Kind::Words(ranks) => {
                let first = ranks.iter().find(|rank| held.contains(&&Datum::Word((*rank).clone())));
                first.map(|rank| Datum::Word(rank.clone()))
            }
            _ => held.first().map(|datum| (*datum).clone()),
        }
    }

    pub(super) fn holds_if_any(&mut self, condition: Option<&Condition>, line: Option<usize>) -> Result<bool, Reject> {
        condition.map_or(Ok(true), |condition| self.holds(condition, line))
    }

    pub(super) fn holds(&mut self, condition: &Condition, line: Option<usize>) -> Result<bool, Reject> {
        for test in &condition.0 {
            if !self.test(test, line)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The day whose rules hold: the claim's, or that of the line or day at work.
    fn rules_on(&self) -> NaiveDate {
        self.read_on.unwrap_or(self.rule_date)
    }

    /// The day of a line: the first of the service, if it says none.
    pub(super) fn day_of(&self, line: &Line) -> NaiveDate {
        line.date.unwrap_or(self.claim.service_from)
    }

    pub(super) fn test(&mut self, test: &Test, line: Option<usize>) -> Result<bool, Reject> {
        match test {
            Test::OneOf(name, words) => match self.ask(name, line)? {
                Datum::Word(word) => Ok(words.contains(&word)),
                other => panic!("{name} is no word: {other:?}"),
            },
            Test::Is(name, value) => Ok(self.ask(name, line)? == Datum::Truth(*value)),
            Test::Compare(name, comparisons) => match self.ask(name, line)? {
                Datum::Number(number) => Ok(comparisons.iter().all(|(op, with)| compare(number, *op, *with))),
                other => panic!("{name} is no number: {other:?}"),
            },
            Test::RuleDate(comparisons) => {
                let date = self.rules_on();
                Ok(comparisons.iter().all(|(op, with)| compare(date, *op, *with)))
            }
            Test::LineDate(comparisons) => match self.ask("line_date", line)? {
                Datum::Day(date) => {
                    let days = |lines: &[Line]| lines.iter().map(|line| self.day_of(line)).collect::<Vec<_>>();
                    if let Body::Lines(lines) = &self.claim.body {
                        let holds = |date: &NaiveDate| comparisons.iter().all(|(op, with)| compare(*date, *op, *with));
                        let some = days(lines);
                        self.seen.hit_if(some.iter().any(holds) && !some.iter().all(holds), "condition on dates of lines tells them apart");
                    }
                    Ok(comparisons.iter().all(|(op, with)| compare(date, *op, *with)))
                }
                other => panic!("no day: {other:?}"),
            },
            Test::Any(conditions) => {
                for condition in conditions {
                    if self.holds(condition, line)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::Not(condition) => Ok(!self.holds(condition, line)?),
        }
    }

    pub(super) fn value(&mut self, value: &Value, line: Option<usize>) -> Result<Rat, Reject> {
        match value {
            Value::Number(number) | Value::Ratio(number) => Ok(*number),
            Value::Formula(formula) => {
                let result = self.formula(formula, line)?;
                let places = result.places();
                assert!(places.is_some_and(|places| places <= 6), "{formula:?} is {result}");
                self.seen.hit("value: expression");
                Ok(result)
            }
            Value::Series(series) => {
                let begun = series.iter().filter(|(from, _)| *from <= self.rules_on()).count();
                assert!(begun > 0, "a series that has not begun");
                self.seen.hit_if(begun > 1, "value: dated series switched");
                self.value(&series[begun - 1].1, line)
            }
            Value::Table(rows) => {
                let mut fitting = Vec::new();
                for (when, then) in rows {
                    if let Some(when) = when
                        && self.holds(when, line)?
                    {
                        fitting.push(then);
                    }
                }
                assert!(fitting.len() <= 1, "overlapping rows");
                let otherwise = rows.iter().find(|(when, _)| when.is_none()).map(|(_, then)| then);
                self.seen.hit(if fitting.is_empty() { "value: otherwise row" } else { "value: table row" });
                self.value(fitting.first().copied().or(otherwise).unwrap(), line)
            }
        }
    }

    fn formula(&mut self, formula: &Formula, line: Option<usize>) -> Result<Rat, Reject> {
        match formula {
            Formula::Number(number) | Formula::Percent(number) => Ok(*number),
            Formula::Name(name) => {
                let scheme = self.scheme;
                match scheme.parameters.iter().find(|(id, _)| id == name) {
                    Some((_, value)) => self.value(value, line),
                    None => match self.ask(name, line)? {
                        Datum::Number(number) | Datum::Share(number) => Ok(number),
                        other => panic!("{name} is no number: {other:?}"),
                    },
                }
            }
            Formula::Op(left, op, right) => {
                let (left, right) = (self.formula(left, line)?, self.formula(right, line)?);
                Ok(match op {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                })
            }
            Formula::Call(name, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.formula(argument, line)?);
                }
                let step = values.get(1).copied().unwrap_or(Rat::ONE);
                Ok(match *name {
                    "min" => values.into_iter().min().unwrap(),
                    "max" => values.into_iter().max().unwrap(),
                    "floor" => values[0].floor_to(step),
                    "ceil" => values[0].ceil_to(step),
                    _ => values[0].round_to(step, Mode::HalfUp),
                })
            }
        }
    }
}

pub(super) fn age(birth: NaiveDate, on: NaiveDate) -> i128 {
    let before_birthday = (on.month(), on.day()) < (birth.month(), birth.day());
    i128::from(on.year() - birth.year()) - i128::from(before_birthday)
}

/// So many days before; or the same day so many months before, or that month's last.
fn earlier(date: NaiveDate, count: u32, step: Step) -> NaiveDate {
    if step == Step::Days {
        return (0..count).fold(date, |day, _| day.pred_opt().unwrap());
    }
    let months = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 - i64::from(count);
    let (year, month) = (i32::try_from(months.div_euclid(12)).unwrap(), u32::try_from(months.rem_euclid(12)).unwrap() + 1);
    (1..=date.day()).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day)).unwrap()
}

/// Every date of the stay is listed; counted as nights, the last one falls away unless it is the only one.
pub(super) fn days(claim: &Claim, both_ends: bool) -> Rat {
    let dates = claim.service_from.iter_days().take_while(|date| *date <= claim.last_day()).count();
    let counted = if both_ends || dates == 1 { dates } else { dates - 1 };
    Rat::whole(claim.days.map_or_else(|| i128::try_from(counted).unwrap(), i128::from))
}

/// The last day of care: discharge is none, unless both ends count or it is the only day.
pub(super) fn last_day_of_care(claim: &Claim, both_ends: bool) -> NaiveDate {
    let days = match (claim.service_to, claim.days) {
        (None, Some(days)) => days,
        _ => claim.service_from.iter_days().take_while(|date| *date < claim.last_day()).count() as u32 + u32::from(both_ends),
    };
    claim.service_from.iter_days().nth(days.max(1) as usize - 1).unwrap()
}

pub(super) fn name_of(test: &Test) -> Option<String> {
    match test {
        Test::OneOf(name, _) | Test::Is(name, _) | Test::Compare(name, _) => Some(name.clone()),
        Test::RuleDate(_) => Some("rule_date".to_owned()),
        Test::LineDate(_) => Some("line_date".to_owned()),
        Test::Any(_) | Test::Not(_) => None,
    }
}

fn compare<T: Ord>(left: T, op: Op, right: T) -> bool {
    match op {
        Op::Equal => left == right,
        Op::Unequal => left != right,
        Op::Below => left < right,
        Op::AtMost => left <= right,
        Op::Above => left > right,
        Op::AtLeast => left >= right,
    }
}

pub(super) fn total(grid: &Grid) -> Rat {
    grid.iter().flat_map(|cells| cells.values()).copied().sum()
}

pub(super) fn sum_of(grid: &Grid, portion: &str) -> Rat {
    grid.iter().filter_map(|cells| cells.get(portion)).copied().sum()
}

pub(super) fn policy_year_start(scheme: &Scheme, date: NaiveDate) -> NaiveDate {
    let (month, day) = scheme.policy_year;
    let this_year = NaiveDate::from_ymd_opt(date.year(), month, day).unwrap();
    if date >= this_year { this_year } else { NaiveDate::from_ymd_opt(date.year() - 1, month, day).unwrap() }
}

/// The first day of the month after.
fn date_after(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year + i32::from(month == 12), month % 12 + 1, 1).unwrap()
}
