//! Looking for claims that are decided otherwise.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::rules::{Found, Spot};
use super::{Differences, Witness};
use crate::boundary::on_day;
use crate::check::breakpoints::breakpoints;
use crate::check::curve::{Axis, Subject};
use crate::check::kinds::{Kind, kinds};
use crate::claim::{Claim, Person};
use crate::engine::Adjudicator;
use crate::engine::case::Input;
use crate::engine::prepare::prepare;
use crate::ledger::Ledger;
use crate::money::{MICROS_PER_WHOLE, Money};
use crate::plan::Plan;
use crate::plan::fact::{Facts, effective_days};

/// The most kinds of person and claim of each plan, and the most claims that are settled.
const KIND_LIMIT: usize = 96;
const SETTLE_LIMIT: usize = 200_000;

struct Search<'p> {
    old: &'p Plan,
    new: &'p Plan,
    old_adjudicator: Adjudicator<'p>,
    new_adjudicator: Adjudicator<'p>,
    settled: usize,
    found: Vec<Found<'p>>,
}

pub(super) fn with_witnesses(old: &Plan, new: &Plan, found: Vec<Found<'_>>) -> Differences {
    let (of_old, of_new) = (kinds(old, KIND_LIMIT), kinds(new, KIND_LIMIT));
    let number = of_old.kinds.len().max(of_new.kinds.len());
    let complete = of_old.complete && of_new.complete;
    let mut search = Search { old, new, old_adjudicator: Adjudicator::new(old), new_adjudicator: Adjudicator::new(new), settled: 0, found };
    // One claim first; then the same claim twice, which shows what runs over a stay, a year or a life; rejects only where nothing else is found.
    for (times, rejects) in [(1, false), (2, false), (1, true)] {
        for (plan, list) in [(old, &of_old.kinds), (new, &of_new.kinds)] {
            for kind in list {
                if search.is_done() {
                    break;
                }
                search.of_kind(plan, kind, times, rejects);
            }
        }
    }
    let Search { settled, found, .. } = search;
    Differences { differences: found.into_iter().map(|f| f.difference).collect(), kinds: number, complete, settled }
}

impl Search<'_> {
    fn is_done(&self) -> bool {
        let open = |found: &Found<'_>| found.difference.witness.is_none() && !matches!(found.spot, Spot::Nothing);
        self.settled >= SETTLE_LIMIT || !self.found.iter().any(open)
    }

    fn of_kind(&mut self, plan: &Plan, kind: &Kind, times: usize, rejects: bool) {
        let Some(person) = kind.person(plan, "p1") else { return };
        let portions: BTreeSet<usize> = plan.layers.iter().flat_map(|l| &l.benefits).flat_map(|b| &b.covers).map(|c| c.portion).collect();
        let axes: Vec<Axis> = if kind.by_line {
            vec![Axis::Line]
        } else {
            portions.into_iter().map(|portion| Axis::Portion { portion, beside: Vec::new() }).collect()
        };
        for axis in axes {
            let Some(subject) = Subject::new(plan, kind, axis) else { continue };
            for amount in self.amounts(plan, kind) {
                let claims: Vec<Claim> = (1..=times)
                    .filter_map(|n| subject.claim(plan, &person.id, &format!("c{n}"), u64::try_from(n).unwrap_or(0), amount))
                    .collect();
                self.probe(&person, &claims, rejects);
                if self.is_done() {
                    return;
                }
            }
            // Days at which one of the schemes begins or ends.
            let amount = Money::from_micros(MICROS_PER_WHOLE.saturating_mul(100_000));
            let ends = [effective_days(self.old.effective), effective_days(self.new.effective)];
            for day in ends.into_iter().flat_map(|(from, until)| [from, from.saturating_sub(1), until, until.saturating_sub(1)]) {
                let day = i32::try_from(day).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
                let claim = subject.claim(plan, &person.id, "c1", 1, amount);
                if let (true, Some(day), Some(claim)) = (rejects, day, claim) {
                    let claim = on_day(claim, day);
                    self.probe(&person, &[claim], rejects);
                }
            }
        }
    }

    /// Amounts that either plan names, one unit either side, and twice as much again and again.
    fn amounts(&self, plan: &Plan, kind: &Kind) -> Vec<Money> {
        let unit = self.old.rounding.unit().max(self.new.rounding.unit()).micros().max(1);
        let mut micros: BTreeSet<i64> = BTreeSet::new();
        let mut add = |at: i64| {
            let at = at.div_euclid(unit).saturating_mul(unit);
            micros.extend([at.saturating_sub(unit), at, at.saturating_add(unit)]);
        };
        // The plans number their facts each in its own way: a kind is one of the plan that made it.
        breakpoints(plan, &kind.facts(plan)).iter().for_each(|b| add(b.amount.micros()));
        let other = if std::ptr::eq(plan, self.old) { self.new } else { self.old };
        let translated = self.translated(plan, kind, other);
        breakpoints(other, &translated).iter().for_each(|b| add(b.amount.micros()));
        let mut bill = MICROS_PER_WHOLE.saturating_mul(1_000);
        for _ in 0..14 {
            add(bill);
            bill = bill.saturating_mul(2);
        }
        micros.into_iter().filter(|m| *m > 0).map(Money::from_micros).collect()
    }

    /// The facts of a kind as the other plan has them.
    fn translated(&self, plan: &Plan, kind: &Kind, other: &Plan) -> Facts {
        let mut input = Input::default();
        let claim = kind.person(plan, "p1").zip(kind.claim(plan, "p1", "c1", 1, crate::check::kinds::Bill::Portions(&[])));
        if let Some((person, claim)) = claim {
            // What cannot be read is not known.
            let _ = prepare(other, &person, &claim, &mut input);
        }
        if input.facts.values.len() != other.facts.len() {
            input.facts.reset(other.facts.len());
        }
        input.facts
    }

    /// Settles claims under both plans; if the last is decided otherwise, it is the witness of every difference that it meets.
    fn probe(&mut self, person: &Person, claims: &[Claim], rejects: bool) {
        let Some(last) = claims.last() else { return };
        if self.settled >= SETTLE_LIMIT {
            return;
        }
        self.settled = self.settled.saturating_add(claims.len().saturating_mul(2));
        let old = outcome(self.old, &mut self.old_adjudicator, person, claims);
        let new = outcome(self.new, &mut self.new_adjudicator, person, claims);
        if old == new || !rejects && (old.contains_key("rejected") || new.contains_key("rejected")) {
            return;
        }
        let (mut old_input, mut new_input) = (Input::default(), Input::default());
        let read = prepare(self.old, person, last, &mut old_input).is_ok() && prepare(self.new, person, last, &mut new_input).is_ok();
        for found in &mut self.found {
            if found.difference.witness.is_some() {
                continue;
            }
            let meets = match &found.spot {
                Spot::Nothing => false,
                Spot::Anything => true,
                Spot::Reject => old.contains_key("rejected") != new.contains_key("rejected"),
                Spot::Value(was, is) => !read || differ(was.get(&old_input.facts), is.get(&new_input.facts)),
                Spot::Condition(was, is) => !read || differ(was.holds(&old_input.facts), is.holds(&new_input.facts)),
            };
            // A rule of a layer shows in what that layer pays.
            let key = found.layer.as_ref().map(|layer| format!("{layer}.paid"));
            let shows =
                key.is_none_or(|key| old.get(&key) != new.get(&key) || old.contains_key("rejected") != new.contains_key("rejected"));
            if meets && shows {
                found.difference.witness =
                    Some(Witness { person: person.clone(), claims: claims.to_vec(), old: old.clone(), new: new.clone() });
            }
        }
    }
}

/// Whether two findings differ, or depend on what is known only within the claim.
fn differ<T: PartialEq, E>(old: Result<T, E>, new: Result<T, E>) -> bool {
    match (old, new) {
        (Ok(old), Ok(new)) => old != new,
        _ => true,
    }
}

/// What the last of the claims comes to.
fn outcome(plan: &Plan, adjudicator: &mut Adjudicator<'_>, person: &Person, claims: &[Claim]) -> BTreeMap<String, String> {
    let places = usize::from(plan.places());
    let mut ledger = Ledger::new();
    let mut outcome = BTreeMap::new();
    for claim in claims {
        outcome.clear();
        match adjudicator.settle(person, &mut ledger, claim) {
            Err(reject) => {
                outcome.insert("rejected".to_owned(), reject.code().to_string());
            }
            Ok(settled) => {
                for (layer, (paid, beside)) in plan.layers.iter().zip(settled.paid_by_layer().iter().zip(settled.beside_by_layer())) {
                    for (what, amount) in [("paid", paid), ("beside", beside)] {
                        if *amount != Money::ZERO {
                            outcome.insert(format!("{}.{what}", layer.name.id), format!("{amount:.places$}"));
                        }
                    }
                }
                outcome.insert("out_of_pocket.total".to_owned(), format!("{:.places$}", settled.out_of_pocket()));
                for portion in plan.portion_ids() {
                    if let Some(left) = settled.left(portion).filter(|left| *left != Money::ZERO) {
                        outcome.insert(format!("out_of_pocket.{portion}"), format!("{left:.places$}"));
                    }
                }
            }
        }
    }
    outcome
}
