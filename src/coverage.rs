//! Which rules of a scheme claims exercise, and which they never do.
//!
//! ```
//! # let text = include_str!("../tests/it/schemes/small.toml");
//! # let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
//! use medaid::{Claim, Ledger, Person, coverage};
//! let person: Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
//! let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01", "bill": 1000, "portions": { "in_scope": 1000 } }"#)?;
//! let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim)?;
//! let exercised = coverage::exercised(&plan, &person, &claim, &decision);
//! let open: Vec<String> = coverage::rules(&plan).difference(&exercised).map(ToString::to_string).collect();
//! assert!(open.contains(&"critical_illness.annual: cap 1 binds".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeSet;
use std::fmt;

use crate::claim::{Claim, Person};
use crate::decision::{BenefitDecision, Decision, Entitlement, Figures, ItemDecision};
use crate::diagnostic::{Message, rules as say};
use crate::engine::case::{Input, look_at_line};
use crate::engine::items;
use crate::engine::prepare::prepare;
use crate::money::{Amount, Money};
use crate::plan::cases::rows;
use crate::plan::fact::{FactKind, Facts};
use crate::plan::value::Value;
use crate::plan::{Benefit, Form, Plan};

/// Something that a rule can do to a claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    layer: usize,
    benefit: usize,
    does: Does,
    path: String,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Fires,
    /// A deductible, or a franchise, is met in full.
    Meets(String),
    CutsBase(String),
    Binds(String),
    /// An out-of-pocket maximum raises the payment.
    Raises(String),
    /// A copayment is due, points or a factor are applied.
    Applies(String),
    Band(usize),
    Phase(usize),
    Step(usize),
    Withholds,
    /// A row of a table is looked up.
    Row {
        table: Message,
        number: usize,
        case: Message,
    },
}

impl Rule {
    /// The layer and benefit, `layer.benefit`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether money that reaches the rule's edge is still on the near side of it: a cap binds only above the sum that exhausts it.
    pub(crate) fn begins_beyond_its_edge(&self) -> bool {
        !matches!(self.does, Does::Meets(_))
    }
}

impl Rule {
    /// What the rule does, in words of a language.
    pub fn message(&self) -> Message {
        let does = match &self.does {
            Does::Fires => say::counts_money(),
            Does::Meets(rule) => say::is_met(&say::label(rule)),
            Does::CutsBase(rule) => say::cuts(&say::label(rule)),
            Does::Binds(rule) => say::binds(&say::label(rule)),
            Does::Raises(rule) => say::raises(&say::label(rule)),
            Does::Applies(rule) => say::applies(&say::label(rule)),
            Does::Band(number) => say::is_reached(&say::band(*number)),
            Does::Phase(number) => say::is_reached(&say::phase(*number)),
            Does::Step(number) => say::is_reached(&say::step(*number)),
            Does::Withholds => say::withholds(),
            Does::Row { table, number, case } => say::case(table, *number, case),
        };
        Message::from(self.path.as_str()).of(does)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

fn rule(plan: &Plan, layer: usize, benefit: usize, does: Does) -> Rule {
    let path = plan.layers.get(layer).and_then(|l| l.benefits.get(benefit).map(|b| format!("{}.{}", l.name.id, b.name.id)));
    Rule { layer, benefit, does, path: path.unwrap_or_default() }
}

fn each_benefit(plan: &Plan) -> impl Iterator<Item = (usize, usize, &Benefit)> {
    plan.layers.iter().enumerate().flat_map(|(l, layer)| layer.benefits.iter().enumerate().map(move |(b, benefit)| (l, b, benefit)))
}

/// Numbers of a benefit that are tables, each with what it is called.
fn tables(benefit: &Benefit) -> Vec<(Message, &Value)> {
    let limits = benefit.limits().map(|limit| (say::label(&limit.label), &limit.amount));
    let mut values: Vec<(Message, &Value)> = limits.collect();
    match &benefit.form {
        Form::Ratio(value) => values.push((say::ratio(), value)),
        Form::Fixed(value) => values.push((say::fixed_sum(), value)),
        Form::Bands { rows, .. } => values.extend((1usize..).zip(rows).map(|(n, row)| (say::ratio_of_band(n), &row.ratio))),
        Form::Phases { rows, .. } => {
            for (n, row) in (1usize..).zip(rows) {
                values.extend(row.parts.iter().map(|(_, ratio)| (say::ratio_of_phase(n), ratio)));
            }
        }
        Form::Grant { rows, .. } => values.extend((1usize..).zip(rows).map(|(n, row)| (say::sum_of_step(n), &row.pays))),
        Form::InKind { .. } => {}
    }
    values
}

/// Everything that the rules of a scheme can do, as far as a decision shows it. Tables that go by facts of a line, or by facts that are known only within
/// a claim, are left out.
pub fn rules(plan: &Plan) -> BTreeSet<Rule> {
    let mut all = BTreeSet::new();
    for (l, b, benefit) in each_benefit(plan) {
        let mut add = |does| {
            all.insert(rule(plan, l, b, does));
        };
        add(Does::Fires);
        benefit.deductibles.iter().chain(&benefit.franchise).for_each(|d| add(Does::Meets(d.label.clone())));
        benefit.base_caps.iter().for_each(|c| add(Does::CutsBase(c.label.clone())));
        benefit.line_caps.iter().for_each(|c| add(Does::CutsBase(c.limit.label.clone())));
        benefit.run_off.iter().for_each(|_| add(Does::CutsBase("run-off".to_owned())));
        benefit.caps.iter().for_each(|c| add(Does::Binds(c.label.clone())));
        benefit.copays.iter().flat_map(|c| &c.caps).for_each(|c| add(Does::Binds(c.label.clone())));
        benefit.out_of_pocket_max.iter().for_each(|m| add(Does::Raises(m.label.clone())));
        applied(benefit).into_iter().for_each(|label| add(Does::Applies(label)));
        match &benefit.form {
            Form::Bands { rows, .. } => (1..=rows.len()).for_each(|n| add(Does::Band(n))),
            Form::Phases { rows, .. } => (1..=rows.len()).for_each(|n| add(Does::Phase(n))),
            Form::Grant { rows, .. } => (1..=rows.len()).for_each(|n| add(Does::Step(n))),
            _ => {}
        }
        if benefit.minimum.is_some() {
            add(Does::Withholds);
        }
        for (table, value) in tables(benefit) {
            for_each_row(plan, value, |number, case, _| add(Does::Row { table: table.clone(), number, case }));
        }
    }
    all
}

/// Calls `visit` for every row of a value that is a table with several, and that goes by what is known before the first layer.
fn for_each_row(plan: &Plan, value: &Value, mut visit: impl FnMut(usize, Message, &dyn Fn(&Facts) -> bool)) {
    let Value::Table { axes, cells } = value else { return };
    let kinds = || axes.iter().filter_map(|axis| plan.facts.get(axis.fact)).map(|fact| fact.kind);
    if kinds().any(|kind| kind.at_entry() || kind.of_line()) {
        return;
    }
    let rows = rows(plan, axes, cells).unwrap_or_default();
    if rows.len() < 2 {
        return;
    }
    for (number, row) in (1usize..).zip(rows) {
        visit(number, row.describe(plan, axes), &|facts| row.holds(axes, facts) == Some(true));
    }
}

fn applied(benefit: &Benefit) -> Vec<String> {
    let numbered = |kind: &str, count: usize| (1..=count).map(|n| format!("{kind} {n}")).collect::<Vec<_>>();
    let mut labels = numbered("copay", benefit.copays.len());
    labels.extend(numbered("points", benefit.points.len()));
    labels.extend(numbered("factor", benefit.factors.len()));
    labels
}

/// What the rules did to a claim, from its decision.
pub fn exercised(plan: &Plan, person: &Person, claim: &Claim, decision: &Decision) -> BTreeSet<Rule> {
    let mut done = BTreeSet::new();
    let mut input = Input::default();
    if prepare(plan, person, claim, &mut input).is_err() {
        return done;
    }
    for (l, b, benefit) in each_benefit(plan) {
        let decided = decision.layers.get(l).and_then(|layer| layer.benefits.get(b));
        for (item, figures) in decided.into_iter().flat_map(BenefitDecision::figured) {
            let facts = facts_of(plan, claim, &input, item);
            let mut add = |does| {
                done.insert(rule(plan, l, b, does));
            };
            of_figures(benefit, figures, &facts, &mut add);
            for (table, value) in tables(benefit) {
                // A limit that is not in force looks nothing up.
                if figures.inactive.iter().any(|rule| table == rule.rule.as_str()) {
                    continue;
                }
                for_each_row(plan, value, |number, case, holds| {
                    if holds(&facts) {
                        add(Does::Row { table: table.clone(), number, case });
                    }
                });
            }
        }
    }
    done
}

/// The facts of a claim, or of a line or day of it for which a benefit was figured.
fn facts_of(plan: &Plan, claim: &Claim, input: &Input, item: Option<&ItemDecision>) -> Facts {
    let mut facts = input.facts.clone();
    let Some(item) = item else { return facts };
    let line = claim.lines.iter().position(|line| line.id == item.item);
    if let Some(line) = line {
        look_at_line(plan, &input.line_values, line, &mut facts);
    }
    for (index, fact) in plan.facts.iter().enumerate().filter(|(_, fact)| fact.kind == FactKind::RuleDate) {
        facts.set(index, fact, items::read_on(plan, item.date));
    }
    facts
}

fn money(amount: Amount) -> Money {
    amount.money().unwrap_or(Money::ZERO)
}

fn of_figures(benefit: &Benefit, figures: &Figures, facts: &Facts, add: &mut dyn FnMut(Does)) {
    add(Does::Fires);
    let counted = figures.counted.iter().fold(Money::ZERO, |sum, c| sum.checked_add(money(c.counted)).unwrap_or(sum));
    let counted = figures.held.and_then(|held| counted.checked_sub(money(held))).unwrap_or(counted);
    let mut counted = counted;
    figures.run_off.iter().for_each(|_| add(Does::CutsBase("run-off".to_owned())));
    for cap in figures.line_caps.iter().filter(|cap| money(cap.after) < money(cap.before)) {
        add(Does::CutsBase(cap.limit.rule.clone()));
        let cut = money(cap.before).checked_sub(money(cap.after)).unwrap_or(Money::ZERO);
        counted = counted.checked_sub(cut).unwrap_or(counted);
    }
    for cap in figures.base_caps.iter().filter(|cap| cap.room == figures.base && money(figures.base) < counted) {
        add(Does::CutsBase(cap.rule.clone()));
    }
    if let Some(deductible) = &figures.deductible {
        for limit in &deductible.limits {
            let met = money(limit.used).checked_add(money(if deductible.franchise { figures.base } else { deductible.deducted }));
            let over = if deductible.franchise { met > Some(money(limit.amount)) } else { met >= Some(money(limit.amount)) };
            if over {
                add(Does::Meets(limit.rule.clone()));
            }
        }
    }
    for copay in &figures.copays {
        let items = copay.items.iter().fold(Money::ZERO, |sum, item| sum.checked_add(money(item.due)).unwrap_or(sum));
        for cap in copay.caps.iter().filter(|cap| cap.room == copay.due && (copay.items.is_empty() || money(copay.due) < items)) {
            add(Does::Binds(cap.rule.clone()));
        }
    }
    let active = |label: &String| !figures.inactive.iter().any(|rule| rule.rule == *label);
    applied(benefit).into_iter().filter(active).for_each(|label| add(Does::Applies(label)));
    match (&benefit.form, &figures.entitlement) {
        (Form::Bands { rows, .. }, Entitlement::Ratio { bands, .. }) => {
            for band in bands.iter().filter(|band| !band.amount.is_zero()) {
                let below = |row: &&crate::plan::Band| {
                    row.to.as_ref().and_then(|to| to.get(facts).ok()).is_some_and(|to| to <= money(band.from).micros())
                };
                add(Does::Band(rows.iter().filter(below).count().saturating_add(1)));
            }
        }
        (Form::Phases { .. }, Entitlement::Phases { phases, .. }) => phases.iter().for_each(|phase| add(Does::Phase(phase.number))),
        (Form::Grant { rows, .. }, Entitlement::Grant { after, .. }) => {
            let reached = rows.iter().filter(|row| row.above.get(facts).is_ok_and(|above| above < money(*after).micros())).count();
            (1..=reached).for_each(|n| add(Does::Step(n)));
        }
        _ => {}
    }
    if figures.raised_to.is_some()
        && let Some(least) = figures.out_of_pocket_max.iter().min_by_key(|limit| money(limit.room))
    {
        add(Does::Raises(least.rule.clone()));
    }
    if let Some(bound) = figures.bound.as_ref().filter(|bound| *bound != "residual") {
        add(Does::Binds(bound.clone()));
    }
    if figures.minimum.is_some() && figures.issued.is_zero() && !figures.paid.is_zero() {
        add(Does::Withholds);
    }
}
