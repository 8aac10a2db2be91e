//! Conditions in words, from the classes of facts that the plan asks for.

use super::block::Line;
use super::names::Names;
use crate::plan::condition::{Condition, Test, TestKind};
use crate::plan::fact::{Domain, Fact, effective_days};

/// A condition as one line; nothing if it always holds.
pub(super) fn condition(names: Names<'_>, condition: &Condition) -> Option<Line> {
    let tests: Vec<Line> = condition.tests.iter().map(|test| self::test(names, test)).collect();
    (!tests.is_empty()).then(|| Line::join(tests, names.words.semicolon()))
}

fn inner(names: Names<'_>, inner: &Condition) -> Line {
    condition(names, inner).unwrap_or_else(|| names.words.always().into())
}

fn test(names: Names<'_>, test: &Test) -> Line {
    let words = names.words;
    match &test.kind {
        TestKind::In { fact, classes } => {
            asks(names, *fact, &(0..class_count(names, *fact)).filter(|c| classes.contains(*c)).collect::<Vec<_>>())
        }
        TestKind::Any(conditions) => {
            let parts = conditions.iter().map(|c| Line::from("(").and(inner(names, c)).and(")"));
            Line::fill(words.one_of(), [Line::join(parts, words.semicolon())])
        }
        TestKind::Not(condition) => match condition.tests.as_ref() {
            // Not one thing is another thing.
            [Test { kind: TestKind::In { fact, classes }, .. }] => {
                asks(names, *fact, &(0..class_count(names, *fact)).filter(|c| !classes.contains(*c)).collect::<Vec<_>>())
            }
            _ => Line::fill(words.not(), [Line::from("(").and(inner(names, condition)).and(")")]),
        },
    }
}

fn class_count(names: Names<'_>, fact: usize) -> u32 {
    names.plan.facts.get(fact).map_or(0, |f| u32::try_from(f.domain.classes()).unwrap_or(u32::MAX))
}

/// A fact and what it must be.
fn asks(names: Names<'_>, index: usize, classes: &[u32]) -> Line {
    let Some(fact) = names.plan.facts.get(index) else { return Line::default() };
    let words = names.words;
    let name = names.fact(index).and(" ");
    match &fact.domain {
        Domain::Words(_) | Domain::Text(_) => {
            let rest: Vec<u32> = (0..class_count(names, index)).filter(|c| !classes.contains(c)).collect();
            if classes.is_empty() {
                return name.and(words.never());
            }
            // Everything but one or two words is said by those.
            let open = matches!(fact.domain, Domain::Text(_)) && !rest.is_empty() && !classes_are_known(fact, classes);
            if open || rest.len() < classes.len() && (1..=2).contains(&rest.len()) {
                let (verb, between) = if rest.len() > 1 { (words.is_neither(), words.nor()) } else { (words.differs_from(), "") };
                let values = rest.iter().map(|class| names.value(fact, i64::from(*class)));
                return name.and(verb).and(" ").and(Line::join(values, between));
            }
            name.and(words.is()).and(" ").and(set(names, index, classes))
        }
        Domain::YesNo => name.and(words.is()).and(" ").and(set(names, index, classes)),
        Domain::Number { .. } | Domain::Date { .. } => name.and(set(names, index, classes)),
    }
}

fn classes_are_known(fact: &Fact, classes: &[u32]) -> bool {
    let Domain::Text(words) = &fact.domain else { return true };
    classes.iter().all(|c| (*c as usize) < words.len())
}

/// What a fact may be, as words, or as ranges of numbers or days.
pub(super) fn set(names: Names<'_>, index: usize, classes: &[u32]) -> Line {
    let Some(fact) = names.plan.facts.get(index) else { return Line::default() };
    let words = names.words;
    match &fact.domain {
        Domain::Words(_) | Domain::Text(_) | Domain::YesNo => {
            Line::join(classes.iter().map(|c| names.value(fact, i64::from(*c))), words.comma())
        }
        Domain::Number { unit, cuts } => {
            let ranges = ranges(cuts, classes);
            let shown = ranges.into_iter().map(|(from, until)| {
                // Where a range ends just above a number, it includes the number.
                let above = |cut: i64| cut.rem_euclid(100) == 1;
                let number = |micros: i64| names.number(micros, *unit);
                let from = from.filter(|cut| *cut > 0);
                if let (Some(from), Some(until)) = (from, until)
                    && from.saturating_add(1) == until
                {
                    return format!("= {}", number(from));
                }
                let from =
                    from.map(|cut| if above(cut) { format!("> {}", number(cut.saturating_sub(1))) } else { format!("≥ {}", number(cut)) });
                let until =
                    until.map(|cut| if above(cut) { format!("≤ {}", number(cut.saturating_sub(1))) } else { format!("< {}", number(cut)) });
                match (from, until) {
                    (None, None) => words.any().to_owned(),
                    (Some(one), None) | (None, Some(one)) => one,
                    (Some(from), Some(until)) => format!("{from}{}{until}", words.and()),
                }
            });
            Line::from(shown.collect::<Vec<_>>().join(words.or()))
        }
        Domain::Date { cuts } => {
            let (first, last) = effective_days(names.plan.effective);
            let shown = ranges(cuts, classes).into_iter().map(|(from, until)| {
                let from = from.unwrap_or(i64::MIN).max(first);
                let until = until.filter(|until| *until < last);
                match (from > i64::MIN, until) {
                    (true, Some(until)) => {
                        Line::fill(words.date_to_date(), [names.day(from).into(), names.day(until.saturating_sub(1)).into()])
                    }
                    (true, None) => Line::fill(words.since_date(), [names.day(from).into()]),
                    (false, Some(until)) => Line::fill(words.before_date(), [names.day(until).into()]),
                    (false, None) => words.any().into(),
                }
            });
            Line::join(shown, words.or())
        }
    }
}

/// Classes of numbers or days as ranges: where each begins and the first place after it.
fn ranges(cuts: &[i64], classes: &[u32]) -> Vec<(Option<i64>, Option<i64>)> {
    let start = |class: u32| (class as usize).checked_sub(1).and_then(|i| cuts.get(i)).copied();
    let end = |class: u32| cuts.get(class as usize).copied();
    let mut ranges: Vec<(Option<i64>, Option<i64>)> = Vec::new();
    for class in classes {
        match ranges.last_mut() {
            Some((_, until)) if *until == start(*class) && until.is_some() => *until = end(*class),
            _ => ranges.push((start(*class), end(*class))),
        }
    }
    ranges
}
