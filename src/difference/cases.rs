//! Comparing numbers and conditions of two plans case by case.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Message, rules as say};
use crate::engine::Fault;
use crate::plan::Plan;
use crate::plan::compile::read_value;
use crate::plan::condition::Condition;
use crate::plan::fact::{Domain, Fact, Facts, effective_days};
use crate::plan::value::{Formula, Value};

/// The most cases in which two rules are compared.
const CASE_LIMIT: usize = 100_000;

/// How two rules compare.
pub(super) enum Compared {
    Same,
    /// They come out otherwise in a case (in words; nothing if in every case).
    Differ {
        case: Message,
        old: Result<i64, Fault>,
        new: Result<i64, Fault>,
    },
    /// They are figured otherwise, but no case was found that shows it.
    Otherwise,
}

/// A value of a fact, in the numbers of each plan.
struct Sample {
    old: Option<i64>,
    new: Option<i64>,
    shown: Message,
}

#[derive(Clone, Copy)]
pub(super) struct Pair<'p> {
    pub(super) old: &'p Plan,
    pub(super) new: &'p Plan,
}

fn find<'p>(plan: &'p Plan, name: &str) -> Option<(usize, &'p Fact)> {
    plan.facts.iter().enumerate().find(|(_, fact)| fact.name == name)
}

impl Pair<'_> {
    pub(super) fn values(self, old: &Value, new: &Value) -> Compared {
        if let (Value::Constant(old), Value::Constant(new)) = (old, new) {
            return if old == new { Compared::Same } else { Compared::Differ { case: Message::default(), old: Ok(*old), new: Ok(*new) } };
        }
        let mut names = BTreeSet::new();
        old.visit_facts(&mut |fact| names.extend(self.old.facts.get(fact).map(|f| f.name.clone())));
        new.visit_facts(&mut |fact| names.extend(self.new.facts.get(fact).map(|f| f.name.clone())));
        let by_class = old.by_class() && new.by_class();
        match self.first_difference(&names, |facts| old.get(facts), |facts| new.get(facts)) {
            Some(differ @ Compared::Differ { .. }) => differ,
            Some(_) if by_class || spelled(self.old, old) == spelled(self.new, new) => Compared::Same,
            None if spelled(self.old, old) == spelled(self.new, new) => Compared::Same,
            _ => Compared::Otherwise,
        }
    }

    pub(super) fn conditions(self, old: &Condition, new: &Condition) -> Compared {
        let mut names = BTreeSet::new();
        old.visit(&mut |fact, _| names.extend(self.old.facts.get(fact).map(|f| f.name.clone())));
        new.visit(&mut |fact, _| names.extend(self.new.facts.get(fact).map(|f| f.name.clone())));
        let holds = |condition: &Condition, facts: &Facts| condition.holds(facts).map(i64::from);
        self.first_difference(&names, |facts| holds(old, facts), |facts| holds(new, facts)).unwrap_or(Compared::Otherwise)
    }

    /// The first case in which two things come out otherwise, or that there is none; nothing if there are too many cases.
    fn first_difference(
        self,
        names: &BTreeSet<String>,
        old: impl Fn(&Facts) -> Result<i64, Fault>,
        new: impl Fn(&Facts) -> Result<i64, Fault>,
    ) -> Option<Compared> {
        let samples: Vec<(&String, Vec<Sample>)> = names.iter().map(|name| Some((name, self.samples(name)?))).collect::<Option<_>>()?;
        let cases = samples.iter().try_fold(1usize, |size, (_, s)| size.checked_mul(s.len()))?;
        if cases > CASE_LIMIT {
            return None;
        }
        let (mut old_facts, mut new_facts) = (Facts::default(), Facts::default());
        old_facts.reset(self.old.facts.len());
        new_facts.reset(self.new.facts.len());
        let (mut first, mut all_differ) = (None, true);
        for number in 0..cases {
            let mut rest = number;
            let mut words = Vec::new();
            for (name, samples) in &samples {
                let sample = rest.checked_rem(samples.len()).and_then(|i| samples.get(i));
                rest = rest.checked_div(samples.len()).unwrap_or(0);
                let Some(sample) = sample else { continue };
                if let (Some((index, fact)), Some(value)) = (find(self.old, name), sample.old) {
                    old_facts.set(index, fact, value);
                }
                if let (Some((index, fact)), Some(value)) = (find(self.new, name), sample.new) {
                    new_facts.set(index, fact, value);
                }
                words.push(Message::from(format!("{name} = ")).and(&sample.shown));
            }
            let (was, is) = (old(&old_facts), new(&new_facts));
            let differ = was != is && !(was.is_err() && is.is_err());
            all_differ &= differ;
            if differ && first.is_none() {
                first = Some((Message::list(words), was, is));
            }
        }
        Some(match first {
            None => Compared::Same,
            Some((case, old, new)) => Compared::Differ { case: if all_differ && cases == 1 { Message::default() } else { case }, old, new },
        })
    }

    /// Values of a fact that stand for all that either plan tells apart; nothing if it is not the same sort of thing in both.
    fn samples(self, name: &str) -> Option<Vec<Sample>> {
        let (old, new) = (find(self.old, name).map(|(_, f)| &f.domain), find(self.new, name).map(|(_, f)| &f.domain));
        let both = |value: i64, shown: Message| Sample { old: old.map(|_| value), new: new.map(|_| value), shown };
        let by_word = |words: Vec<String>| {
            let samples = words.into_iter().filter_map(|word| {
                let of = |domain: Option<&Domain>| match domain {
                    None => Some(None),
                    Some(domain) => read_value(domain, &word).map(Some),
                };
                Some(Sample { old: of(old)?, new: of(new)?, shown: word.as_str().into() })
            });
            samples.collect::<Vec<_>>()
        };
        Some(match (old.or(new)?, new.or(old)?) {
            (Domain::Words(a), Domain::Words(b)) => {
                let mut words = a.clone();
                words.extend(b.iter().filter(|word| !a.contains(word)).cloned());
                by_word(words)
            }
            (Domain::Text(a), Domain::Text(b)) => {
                let mut words: BTreeSet<String> = a.iter().chain(b).cloned().collect();
                let mut other = "other".to_owned();
                while words.contains(&other) {
                    other.push('_');
                }
                words.insert(other);
                by_word(words.into_iter().collect())
            }
            (Domain::YesNo, Domain::YesNo) => vec![both(0, "false".into()), both(1, "true".into())],
            (domain @ Domain::Number { cuts: a, .. }, Domain::Number { cuts: b, .. }) => {
                let mut values: BTreeSet<i64> = a.iter().chain(b).flat_map(|cut| [cut.saturating_sub(1), *cut]).collect();
                // For numbers that go into a formula as they are.
                let far = values.last().copied().unwrap_or(0).saturating_add(7_000_000);
                values.extend([0, 1_000_000, far]);
                values.into_iter().filter(|v| *v >= 0).map(|v| both(v, domain.show(v).into())).collect()
            }
            (domain @ Domain::Date { cuts: a }, Domain::Date { cuts: b }) => {
                let ((from_a, until_a), (from_b, until_b)) = (effective_days(self.old.effective), effective_days(self.new.effective));
                let (from, until) = (from_a.max(from_b), until_a.min(until_b));
                let first = if from == i64::MIN { a.iter().chain(b).min().copied().unwrap_or(0).saturating_sub(1) } else { from };
                let days: BTreeSet<i64> = a.iter().chain(b).copied().filter(|day| (from..until).contains(day)).chain([first]).collect();
                days.into_iter().map(|day| both(day, say::from(&domain.show(day)))).collect()
            }
            _ => return None,
        })
    }
}

/// A value spelled out with every number in place: the same for formulas that are built alike.
pub(super) fn spelled(plan: &Plan, value: &Value) -> String {
    match value {
        Value::Constant(number) => number.to_string(),
        Value::Formula { root, .. } => formula(plan, root),
        Value::Table { axes, cells } => {
            let rows = crate::plan::cases::rows(plan, axes, cells).unwrap_or_default();
            let rows: BTreeMap<String, i64> = rows.iter().map(|row| (row.describe(plan, axes).to_string(), row.cell)).collect();
            format!("{rows:?}")
        }
        Value::Choice { axes, cells, rows } => {
            let cells: Vec<i64> = cells.iter().map(|c| i64::from(*c)).collect();
            let found = crate::plan::cases::rows(plan, axes, &cells).unwrap_or_default();
            let row = |cell: i64| usize::try_from(cell).ok().and_then(|i| rows.get(i)).map_or_else(String::new, |v| spelled(plan, v));
            let rows: BTreeMap<String, String> = found.iter().map(|r| (r.describe(plan, axes).to_string(), row(r.cell))).collect();
            format!("{rows:?}")
        }
    }
}

fn formula(plan: &Plan, root: &Formula) -> String {
    let mut facts = false;
    root_facts(root, &mut facts);
    if !facts && let Ok(exact) = root.exact(&Facts::default()) {
        return exact.micros().map_or_else(|| format!("{exact:?}"), |micros| micros.to_string());
    }
    match root {
        Formula::Number(number) => format!("{number:?}"),
        Formula::Fact(fact) => plan.facts.get(*fact).map_or_else(String::new, |f| f.name.clone()),
        Formula::Value(value) => spelled(plan, value),
        Formula::Negate(inner) => format!("-({})", formula(plan, inner)),
        Formula::Binary(operator, left, right) => format!("({} {operator:?} {})", formula(plan, left), formula(plan, right)),
        Formula::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|a| formula(plan, a)).collect();
            format!("{function:?}({})", arguments.join(", "))
        }
    }
}

fn root_facts(root: &Formula, found: &mut bool) {
    match root {
        Formula::Number(_) => {}
        Formula::Fact(_) => *found = true,
        Formula::Value(value) => value.visit_facts(&mut |_| *found = true),
        Formula::Negate(inner) => root_facts(inner, found),
        Formula::Binary(_, left, right) => {
            root_facts(left, found);
            root_facts(right, found);
        }
        Formula::Call(_, arguments) => arguments.iter().for_each(|a| root_facts(a, found)),
    }
}
