//! Cases that a decision table lacks, or that two of its rows meet, as claims: for rule files with errors, which have no plan.

#![allow(clippy::arithmetic_side_effects, reason = "divisors are at least one")]

use std::collections::BTreeSet;

use super::kinds::{Bill, Kind};
use super::rows::{met, names};
use super::{Witness, words};
use crate::diagnostic::Code;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::compile::{bare, compile};
use crate::plan::fact::{FactKind, Facts, effective_days};
use crate::scheme::syntax::{Condition, Guard, Place, Tree};
use crate::scheme::visit::Found;
use crate::scheme::{SchemeText, read};

/// The most cases that are looked at for one table.
const CELLS: usize = 1 << 14;
/// The most tables for which a case is made.
const TABLES: usize = 20;

/// A case that shows an error of a table: a claim that no row meets, or that two rows do. It cannot be settled, for the scheme has errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCase {
    place: Place,
    code: Code,
    witness: Witness,
}

impl TableCase {
    /// Where the error is told, in bytes of the file.
    pub fn span(&self) -> Place {
        self.place.clone()
    }

    /// [`Code::TableGap`] or [`Code::TableOverlap`].
    pub fn code(&self) -> Code {
        self.code
    }

    /// The person and the claim.
    pub fn witness(&self) -> &Witness {
        &self.witness
    }
}

/// For the tables of a rule file that lack a case or have two rows for one: a person and a claim of that case, where the rows ask only for what a claim
/// can say.
///
/// ```
/// let text = include_str!("../../tests/it/schemes/small.toml").replace("{ otherwise = \"60%\" }", "");
/// let cases = medaid::check::table_cases(&text);
/// assert_eq!(cases[0].code(), medaid::Code::TableGap);
/// assert_eq!(cases[0].witness().people()[0].attributes["identity"].values()[0].value.as_str(), "none");
/// ```
pub fn table_cases(text: &str) -> Vec<TableCase> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read::Read { tree: Some(tree), digest, .. } = read::read(text) else { return Vec::new() };
    let text = SchemeText { text: text.to_owned(), digest };
    let findings = compile(&tree, &text).1;
    let plan = bare(&tree, &text);
    let wanted = findings.iter().filter(|f| matches!(f.code(), Code::TableGap | Code::TableOverlap));
    let cases = wanted.filter_map(|finding| {
        let place = finding.labels().first()?.span();
        let witness = case_at(&tree, &plan, finding.code(), &place)?;
        Some(TableCase { place, code: finding.code(), witness })
    });
    cases.take(TABLES).collect()
}

/// The case of the table at a place (of the table for a gap, of the later row for an overlap).
fn case_at(tree: &Tree, plan: &Plan, code: Code, place: &Place) -> Option<Witness> {
    let mut rows: Option<Vec<&Condition>> = None;
    tree.visit(&mut |found| {
        let Found::Table(table) = found else { return };
        let is_it = if code == Code::TableGap { table.place == *place } else { table.value.iter().any(|r| r.place == *place) };
        if is_it && rows.is_none() {
            rows = Some(table.value.iter().filter_map(|r| r.when.as_ref()).collect());
        }
    });
    let of_line = rows.is_none();
    let rows = match rows {
        Some(rows) => rows,
        None if tree.classify.iter().any(|r| r.place == *place) => tree.classify.iter().filter_map(|r| r.when.as_ref()).collect(),
        None => return None,
    };
    let guards = if code == Code::TableGap { guards_of(tree, place) } else { Vec::new() };
    let around = || guards.iter().flat_map(|guard| guard.when.iter().chain(&guard.unless));
    let mut asked = BTreeSet::new();
    if !rows.iter().copied().chain(around()).all(|when| names(plan, when, &mut asked)) {
        return None;
    }
    // Of an attribute over time the case has the value too.
    let over_time: Vec<usize> = asked.iter().filter_map(|fact| plan.facts.get(*fact)?.kind.attribute()).collect();
    asked.extend(over_time);
    let excluded = |facts: &Facts| {
        let excludes = |guard: &&Guard| {
            guard.when.as_ref().is_some_and(|when| !met(plan, when, facts))
                || guard.unless.as_ref().is_some_and(|unless| met(plan, unless, facts))
        };
        guards.iter().any(excludes)
    };
    let effective = effective_days(plan.effective);
    let classes: Vec<(usize, Vec<u32>)> = asked
        .iter()
        .filter_map(|fact| plan.facts.get(*fact).map(|f| (*fact, f)))
        .map(|(fact, f)| (fact, (0..f.domain.classes() as u32).filter(|c| f.possible(*c, effective)).collect()))
        .collect();
    let cells = classes.iter().try_fold(1usize, |n, (_, c)| n.checked_mul(c.len())).filter(|n| *n <= CELLS)?;
    for cell in 0..cells {
        let mut number = cell;
        let mut kind = Some(Kind::empty(plan, of_line));
        for (fact, classes) in &classes {
            let class = classes.get(number % classes.len().max(1)).copied().unwrap_or(0);
            number /= classes.len().max(1);
            kind = kind.and_then(|kind| kind.of_class(plan, *fact, class));
        }
        let Some(kind) = kind else { continue };
        let facts = kind.facts(plan);
        if excluded(&facts) {
            continue;
        }
        let hits = rows.iter().filter(|when| met(plan, when, &facts)).count();
        if if code == Code::TableGap { hits == 0 } else { hits > 1 } {
            return witness(plan, &kind, &facts);
        }
    }
    None
}

/// The conditions of the layer and the benefit within which a table need not have a row for every case.
fn guards_of<'t>(tree: &'t Tree, place: &Place) -> Vec<&'t Guard> {
    for layer in &tree.layers {
        for benefit in &layer.benefits {
            let (mut there, mut beyond) = (false, false);
            let is_it = |found: Found<'_>| matches!(found, Found::Table(table) if table.place == *place);
            benefit.visit(&mut |found| there |= is_it(found));
            // Caps and factors are asked for given payments too.
            benefit.caps.iter().for_each(|cap| cap.limit.visit(&mut |found| beyond |= is_it(found)));
            beyond |= benefit.covers.iter().filter_map(|c| c.factor.as_ref()).any(|factor| factor.place() == *place);
            if there && !beyond {
                return vec![&layer.guard, &benefit.guard];
            }
        }
    }
    Vec::new()
}

fn witness(plan: &Plan, kind: &Kind, facts: &Facts) -> Option<Witness> {
    let mut amounts = vec![Money::ZERO; plan.portions.len()];
    let mut line = Money::ZERO;
    for (index, fact) in plan.facts.iter().enumerate() {
        let Some(value) = facts.value(index) else { continue };
        let money = Money::from_micros(value);
        match fact.kind {
            // Portions that are asked for together with the whole bill could contradict it: no claim is made up then.
            FactKind::Billed(portion) => {
                let others = amounts.iter().any(|a| *a > Money::ZERO);
                let slot = amounts.get_mut(portion.unwrap_or(0)).filter(|_| !others)?;
                *slot = plan.rounding.holds(money).then_some(money)?;
            }
            FactKind::LineAmount => line = plan.rounding.holds(money).then_some(money)?,
            FactKind::Left(_) | FactKind::Paid(_) | FactKind::PaidBy(..) | FactKind::DeductedBy(..) | FactKind::Accumulated(_) => {
                return None;
            }
            _ => {}
        }
    }
    let person = kind.person(plan, "p1")?;
    let bill = if kind.by_line { Bill::Line(line) } else { Bill::Portions(&amounts) };
    let claim = kind.claim(plan, "p1", "c1", 1, bill)?;
    Some(Witness { people: vec![person], claims: vec![claim], shows: words::nothing() })
}
