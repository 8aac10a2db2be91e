//! Tree to plan: names, units, tables. Everything that can be wrong with a scheme is found here, all at once.

mod facts;
mod funds;
mod rules;
mod values;

pub(crate) use facts::read_value;

use std::collections::{BTreeMap, BTreeSet};

use crate::date::Per;
use crate::diagnostic::message::{Thing, Unused};
use crate::diagnostic::{Code, Diagnostic, Message, Severity, catalogue as say};
use crate::ledger::AccumulatorKey;
use crate::plan::condition::{ClassSet, Condition, Test, TestKind};
use crate::plan::fact::{Fact, FactKind, effective_days};
use crate::plan::{self, Accumulator, Feed, Named, Payer, Plan, Slot, TestNote};
use crate::scheme::syntax::{self, Alternative, At, Counts, Name, Place, Tree, Unit};
use crate::scheme::{SchemeText, syntax::About};

/// The most layers, and the most benefits in one layer.
const RULE_LIMIT: usize = 1_000;

/// Compiles a tree. Without a plan there is at least one error among the findings.
pub(crate) fn compile(tree: &Tree, text: &SchemeText) -> (Option<Plan>, Vec<Diagnostic>) {
    let mut compiler = Compiler::new(tree, text);
    let plan = compiler.plan();
    compiler.warn_of_unused();
    let failed = compiler.findings.iter().any(|f| f.severity() == Severity::Error);
    (plan.filter(|_| !failed), compiler.findings)
}

/// Where a rule stands: which facts it may ask for.
#[derive(Clone, Copy)]
enum Scope {
    /// About a claim; with the index of the layer, where there is one.
    Claim(Option<usize>),
    /// About a line.
    Line(Option<usize>),
    /// About a claim once all layers are done: which claims an accumulator counts.
    Done,
    /// About a person alone (premiums).
    Person,
    /// About a fund and a date.
    Fund,
}

/// Something declared, for telling what nothing uses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Declared {
    Parameter(usize),
    Attribute(usize),
    Accumulator(usize),
    Portion(usize),
    Fund(usize),
    DayCharge(usize),
}

struct Compiler<'t> {
    tree: &'t Tree,
    text: &'t SchemeText,
    findings: Vec<Diagnostic>,
    facts: Vec<Fact>,
    fact_names: BTreeMap<String, usize>,
    tests: Vec<TestNote>,
    parameters: Vec<values::ParameterState>,
    accumulators: Vec<Accumulator>,
    feeds: Vec<Feed>,
    groups: Vec<Vec<plan::GroupKey>>,
    day_charges: Vec<plan::DayCharge>,
    used: BTreeSet<Declared>,
    /// The conditions of the layer and the benefit at work, as far as they ask for what does not change within a claim: tables need no row beyond them.
    within: Vec<Condition>,
    /// Parameters used since the trail was last taken.
    trail: BTreeSet<usize>,
    /// Parameters that each parameter is figured from.
    parameter_uses: Vec<BTreeSet<usize>>,
    /// The budgets of funds that stop when they are dry: by layer, as limits of its payments.
    budgets: Vec<(usize, plan::Limit)>,
}

/// A plan of a tree with nothing but its portions and facts, whatever is wrong with its rules: for making up claims.
pub(crate) fn bare(tree: &Tree, text: &SchemeText) -> Plan {
    let mut compiler = Compiler::new(tree, text);
    compiler.declare_facts();
    let facts = std::mem::take(&mut compiler.facts);
    compiler.assemble(facts, Vec::new(), Vec::new(), 0)
}

impl<'t> Compiler<'t> {
    fn new(tree: &'t Tree, text: &'t SchemeText) -> Compiler<'t> {
        Compiler {
            tree,
            text,
            findings: Vec::new(),
            facts: Vec::new(),
            fact_names: BTreeMap::new(),
            tests: Vec::new(),
            parameters: tree.parameters.iter().map(|_| values::ParameterState::Waiting).collect(),
            accumulators: Vec::new(),
            feeds: Vec::new(),
            groups: Vec::new(),
            within: Vec::new(),
            day_charges: Vec::new(),
            used: BTreeSet::new(),
            trail: BTreeSet::new(),
            parameter_uses: tree.parameters.iter().map(|_| BTreeSet::new()).collect(),
            budgets: Vec::new(),
        }
    }
}

impl Compiler<'_> {
    fn report(&mut self, finding: Diagnostic) {
        if self.findings.len() < 1_000 {
            self.findings.push(finding);
        }
    }

    fn error(&mut self, code: Code, place: &Place, message: Message) {
        self.report(Diagnostic::new(code, place.clone(), message));
    }

    fn effective(&self) -> (i64, i64) {
        effective_days(self.tree.header.effective)
    }

    fn plan(&mut self) -> Option<Plan> {
        let tree = self.tree;
        self.check_names();
        if tree.layers.len() > RULE_LIMIT || tree.layers.iter().any(|l| l.benefits.len() > RULE_LIMIT) {
            self.error(Code::TooLarge, &(0..0), say::too_many_rules(RULE_LIMIT));
            return None;
        }
        if let Some(settles) = &tree.header.settles {
            if settles.scheme == tree.header.id {
                self.error(Code::Conflict, &tree.header.settles_place, say::settles_itself());
            }
            for layer in tree.layers.iter().filter(|l| l.premium.is_some()) {
                self.error(Code::Conflict, &layer.id.place, say::settled_has_no_premium());
            }
        }
        self.declare_facts();
        for (index, accumulator) in tree.accumulators.iter().enumerate() {
            let condition = self.guard(&accumulator.guard, Scope::Done);
            if accumulator.owner != syntax::Owner::Person && matches!(accumulator.per, Per::Claim | Per::Stay) {
                self.error(Code::Conflict, &accumulator.id.place, say::not_of_a_household(accumulator.per));
            }
            if accumulator.counts == Counts::Days {
                // What it adds is known by this fact.
                self.find_fact("days");
            }
            if matches!(accumulator.counts, Counts::Claims | Counts::Days) {
                self.used.insert(Declared::Accumulator(index));
            }
            self.accumulators.push(Accumulator {
                name: accumulator.id.value.clone(),
                counts: accumulator.counts,
                per: accumulator.per,
                owner: accumulator.owner,
                condition: condition.unwrap_or_default(),
                held: None,
                of_spells: false,
            });
            self.feeds(index, accumulator);
            if let Some(months) = &accumulator.carry_months {
                let whole = match accumulator.per {
                    Per::Quarter => 3,
                    Per::HalfYear => 6,
                    Per::PolicyYear | Per::CalendarYear | Per::YearFrom(_) => 12,
                    _ => 0,
                };
                if months.value >= whole {
                    self.error(Code::Conflict, &months.place, say::carry_too_long(months.value as usize));
                }
            }
        }
        for index in 0..tree.parameters.len() {
            self.parameter(index);
        }
        self.day_charges();
        let funds = self.funds();
        let classify = self.classify_rows();
        let mut layers = Vec::new();
        for (index, layer) in tree.layers.iter().enumerate() {
            layers.extend(self.layer(index, layer));
        }
        for (index, fund) in funds.iter().enumerate() {
            for (layer, share) in &fund.pays {
                layers.iter_mut().skip(*layer).take(1).for_each(|layer: &mut plan::Layer| layer.funds.push((index, *share)));
            }
        }
        let held_slots = self.mark_shared_deductibles(&mut layers);
        let spells = self.spells();
        self.check_touched(&layers);
        if layers.len() < tree.layers.len() {
            return None;
        }
        let facts = self.facts.clone();
        Some(Plan { spells, funds, ..self.assemble(facts, classify, layers, held_slots) })
    }

    /// Beside each accumulator that runs over spells another, which keeps the days that each of them has lasted.
    fn spells(&mut self) -> Vec<(usize, usize)> {
        let running = self.accumulators.iter().enumerate().filter(|(_, a)| matches!(a.per, Per::Spell(_)));
        let beside: Vec<(usize, Accumulator)> = running
            .map(|(index, a)| {
                let (name, condition) = (format!("{}.spell", a.name), Condition::default());
                (index, Accumulator { name, counts: Counts::Days, condition, held: None, of_spells: true, ..a.clone() })
            })
            .collect();
        let mut spells = Vec::new();
        for (index, accumulator) in beside {
            if self.tree.header.settles.is_some() {
                let name = self.accumulators.get(index).map(|a| a.name.clone()).unwrap_or_default();
                self.error(Code::Conflict, &self.tree.header.settles_place.clone(), say::settled_has_no_spell(&name));
            }
            spells.push((index, self.accumulators.len()));
            self.accumulators.push(accumulator);
        }
        spells
    }

    fn day_charges(&mut self) {
        let tree = self.tree;
        let mut reserves = BTreeSet::new();
        for charge in &tree.day_charges {
            let condition = self.guard(&charge.guard, Scope::Claim(None));
            let counted = self.of_days(&charge.counted);
            let rows: Vec<Option<plan::DayRow>> = charge.rows.iter().map(|row| self.day_row(row, &mut reserves)).collect();
            let facts = self.find_fact("days").zip(self.find_fact("rule_date"));
            if let (Some(condition), Some(counted), Some(rows), Some((days, rule_date))) =
                (condition, counted, rows.into_iter().collect::<Option<Vec<_>>>(), facts)
            {
                let name = named(&charge.id, &charge.about);
                self.day_charges.push(plan::DayCharge { name, condition, counted, days, rule_date, rows });
            }
        }
    }

    fn day_row(&mut self, row: &syntax::DayRow, reserves: &mut BTreeSet<usize>) -> Option<plan::DayRow> {
        let amount = self.value(&row.amount, Unit::Amount, plan::value::Range::NotNegative, Scope::Claim(None));
        let (to, reserve) = match &row.days {
            syntax::DaysOf::To(to) => (Some(to.value), None),
            syntax::DaysOf::Reserve(name, most) => {
                let accumulator = self.of_days(name)?;
                let chooses = self.accumulators.get(accumulator).is_some_and(|a| !a.condition.tests.is_empty());
                if !reserves.insert(accumulator) || chooses {
                    self.error(Code::Conflict, &name.place, say::reserve_of_its_own(&name.value));
                }
                (None, Some((accumulator, most.value)))
            }
            syntax::DaysOf::Rest => (None, None),
        };
        Some(plan::DayRow { to, reserve, amount: amount? })
    }

    /// A declared accumulator that counts days.
    fn of_days(&mut self, name: &Name) -> Option<usize> {
        let found = self.tree.accumulators.iter().position(|a| a.id.value == name.value);
        let Some(index) = found else {
            let known = self.tree.accumulators.iter().map(|a| a.id.value.as_str());
            self.report(
                Diagnostic::new(Code::UnknownName, name.place.clone(), say::no_accumulator(&name.value)).suggest(&name.value, known),
            );
            return None;
        };
        if self.tree.accumulators.get(index).is_some_and(|a| a.counts != Counts::Days) {
            self.error(Code::AccumulatorMismatch, &name.place, say::counts_no_days(&name.value));
            return None;
        }
        Some(index)
    }

    /// Whose payments an accumulator counts.
    fn feeds(&mut self, index: usize, accumulator: &syntax::Accumulator) {
        let tree = self.tree;
        for name in &accumulator.with_payments_of {
            let layer = tree.layers.iter().position(|l| l.id.value == name.value).map(Payer::Layer);
            let fund = tree.funds.iter().position(|f| f.id.value == name.value);
            if let Some(fund) = fund {
                self.used.insert(Declared::Fund(fund));
            }
            if fund.and_then(|fund| tree.funds.get(fund)).is_some_and(|fund| !fund.pays.is_empty()) {
                self.error(Code::Conflict, &name.place, say::count_its_layers(&name.value));
            }
            match fund.map(Payer::Fund).or(layer) {
                Some(payer) if self.feeds.iter().any(|f| f.accumulator == index && f.payer == payer) => {
                    self.error(Code::DuplicateName, &name.place, say::named_twice(&name.value));
                }
                Some(payer) => self.feeds.push(Feed { accumulator: index, payer }),
                None => {
                    let known = tree.layers.iter().map(|l| &l.id).chain(tree.funds.iter().map(|f| &f.id)).map(|n| n.value.as_str());
                    let message = say::no_fund_or_layer(&name.value);
                    self.report(Diagnostic::new(Code::UnknownName, name.place.clone(), message).suggest(&name.value, known));
                }
            }
        }
    }

    /// The plan of what was compiled.
    fn assemble(
        &mut self,
        facts: Vec<Fact>,
        classify: Vec<crate::plan::ClassifyRow>,
        layers: Vec<crate::plan::Layer>,
        held_slots: usize,
    ) -> Plan {
        let tree = self.tree;
        let facts_where = |wanted: fn(FactKind) -> bool| facts.iter().enumerate().filter(|(_, f)| wanted(f.kind)).map(|(i, _)| i).collect();
        let sum_of = |(index, fact): (usize, &Fact)| if let FactKind::Summed(summed) = fact.kind { Some((index, summed)) } else { None };
        let sums = facts.iter().enumerate().filter_map(sum_of).collect();
        let reserves: Vec<usize> = self.day_charges.iter().flat_map(|c| &c.rows).filter_map(|r| r.reserve).map(|(a, _)| a).collect();
        let header = &tree.header;
        let marked = |about: &About| about.illustrative;
        Plan {
            id: header.id.clone(),
            version: header.version.clone(),
            illustrative: tree.funds.iter().any(|f| marked(&f.about) || f.donations.iter().any(|d| marked(&d.about)))
                || marked(&header.about)
                || tree.parameters.iter().any(|p| marked(&p.about))
                || tree.layers.iter().any(|l| marked(&l.about) || l.benefits.iter().any(|b| marked(&b.about))),
            about: header.about.clone(),
            effective: header.effective,
            currency: header.currency.clone(),
            rounding: header.rounding,
            rule_date: header.rule_date,
            as_incurred: header.as_incurred,
            policy_year: header.policy_year,
            both_ends: header.both_ends,
            whole_months: header.whole_months.unwrap_or(false),
            portions: tree.portions.iter().map(|p| named(&p.id, &p.about)).collect(),
            entry_facts: facts_where(FactKind::at_entry),
            benefit_facts: facts_where(|kind| matches!(kind, FactKind::PaidBy(..) | FactKind::DeductedBy(..))),
            asks_earlier: facts.iter().any(|f| matches!(f.kind, FactKind::Previous(_) | FactKind::Quiet(_))),
            line_facts: facts_where(FactKind::of_line),
            facts,
            parameters: tree
                .parameters
                .iter()
                .zip(&self.parameters)
                .filter_map(|(p, state)| {
                    let (value, unit) = state.done()?;
                    Some(plan::Parameter { name: named(&p.name, &p.about), unit, value })
                })
                .collect(),
            accumulators: self.accumulators.clone(),
            slots: self
                .accumulators
                .iter()
                .map(|a| Slot {
                    key: AccumulatorKey::new(&header.id, &a.name),
                    per: a.per,
                    owner: a.owner,
                    spell: matches!(a.per, Per::Spell(_)).then(|| {
                        let name = a.name.strip_suffix(".spell").filter(|_| a.of_spells).unwrap_or(&a.name);
                        (AccumulatorKey::new(&header.id, name), AccumulatorKey::new(&header.id, &format!("{name}.spell")))
                    }),
                })
                .collect(),
            couples_households: self.accumulators.iter().any(|a| a.owner == syntax::Owner::Household),
            couples_everyone: self.accumulators.iter().any(|a| a.owner == syntax::Owner::Everyone),
            claim_counts: (0..self.accumulators.len())
                .filter(|i| self.accumulators.get(*i).is_some_and(Accumulator::counts_claims))
                .filter(|i| !reserves.contains(i))
                .collect(),
            settles: header.settles.clone(),
            groups: std::mem::take(&mut self.groups),
            sums,
            spells: Vec::new(),
            carries: tree
                .accumulators
                .iter()
                .enumerate()
                .filter_map(|(index, a)| a.carry_months.as_ref().map(|months| (index, months.value)))
                .collect(),
            day_charges: std::mem::take(&mut self.day_charges),
            funds: Vec::new(),
            feeds: self.feeds.clone(),
            classify,
            asks_dates: layers.iter().any(|l| l.run_off.is_some() || l.benefits.iter().any(|b| b.each != syntax::Each::Claim)),
            item_days: (0..self.accumulators.len())
                .filter(|a| self.accumulators.get(*a).is_some_and(|found| found.per == Per::Day && !found.counts_claims()))
                .filter(|a| {
                    let fed = |layer| self.feeds.iter().any(|f| f.accumulator == *a && f.payer == Payer::Layer(layer));
                    let by_item = |b: &&crate::plan::Benefit| b.each != syntax::Each::Claim;
                    let posts = |b: &crate::plan::Benefit, layer| fed(layer) || b.posts.iter().any(|(posted, _)| posted == a);
                    layers.iter().enumerate().any(|(i, l)| l.benefits.iter().filter(by_item).any(|b| posts(b, i)))
                })
                .collect(),
            coordinates: layers.iter().flat_map(|l| &l.benefits).any(|b| b.coordinate.is_some()),
            layers,
            tests: std::mem::take(&mut self.tests),
            held_slots,
            digest: self.text.digest,
        }
    }

    fn check_names(&mut self) {
        let tree = self.tree;
        self.check_unique(Thing::Portion, tree.portions.iter().map(|p| &p.id));
        self.check_unique(
            Thing::AttributeOrParameter,
            tree.attributes.iter().map(|a| &a.name).chain(tree.parameters.iter().map(|p| &p.name)),
        );
        self.check_unique(Thing::Accumulator, tree.accumulators.iter().map(|a| &a.id));
        self.check_unique(Thing::DayCharge, tree.day_charges.iter().map(|c| &c.id));
        self.check_unique(Thing::Fund, tree.funds.iter().map(|f| &f.id));
        for fund in &tree.funds {
            // Both may be asked what they paid.
            if let Some(layer) = tree.layers.iter().find(|l| l.id.value == fund.id.value) {
                let message = say::already_declared(Thing::Layer, &fund.id.value);
                let finding = Diagnostic::new(Code::DuplicateName, fund.id.place.clone(), message);
                self.report(finding.label(layer.id.place.clone(), say::declared_here()));
            }
        }
        self.check_unique(Thing::Layer, tree.layers.iter().map(|l| &l.id));
        for layer in &tree.layers {
            self.check_unique(Thing::BenefitOfLayer, layer.benefits.iter().map(|b| &b.id));
        }
        const RESERVED: [&str; 7] = ["total", "paid", "given", "left", "rejected", "line", "balance"];
        for name in tree.layers.iter().map(|l| &l.id).chain(tree.portions.iter().map(|p| &p.id)) {
            if RESERVED.contains(&name.value.as_str()) || name.value == "out_of_pocket" {
                self.error(Code::BadValue, &name.place, say::reserved(&name.value));
            }
        }
    }

    fn check_unique<'n>(&mut self, thing: Thing, names: impl Iterator<Item = &'n Name>) {
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.insert(&name.value, &name.place) {
                let finding = Diagnostic::new(Code::DuplicateName, name.place.clone(), say::already_declared(thing, &name.value))
                    .label(first.clone(), say::first_declared_here());
                self.report(finding);
            }
        }
    }

    fn portion(&mut self, name: &Name) -> Option<usize> {
        let found = self.tree.portions.iter().position(|p| p.id.value == name.value);
        match found {
            Some(index) => {
                self.used.insert(Declared::Portion(index));
            }
            None => {
                let known = self.tree.portions.iter().map(|p| p.id.value.as_str());
                let finding =
                    Diagnostic::new(Code::UnknownName, name.place.clone(), say::no_portion(&name.value)).suggest(&name.value, known);
                self.report(finding);
            }
        }
        found
    }

    fn guard(&mut self, guard: &syntax::Guard, scope: Scope) -> Option<Condition> {
        let when = guard.when.as_ref().map(|when| self.condition(when, scope));
        let unless = guard.unless.as_ref().map(|unless| (unless, self.condition(unless, scope)));
        let mut tests = Vec::new();
        if let Some(when) = when {
            tests.extend(when?.tests);
        }
        if let Some((unless, condition)) = unless {
            let condition = condition?;
            let (fact, name) = condition
                .tests
                .first()
                .and_then(|t| self.tests.get(t.note as usize))
                .map_or((0, "not".to_owned()), |note| (note.fact, note.name.clone()));
            let text = format!("unless {}", self.text.slice(&unless.place));
            let note = self.note(TestNote { fact, name, text });
            tests.push(Test { note, kind: TestKind::Not(condition) });
        }
        Some(Condition { tests: tests.into() })
    }

    fn note(&mut self, note: TestNote) -> u32 {
        self.tests.push(note);
        self.tests.len().saturating_sub(1) as u32
    }

    fn condition(&mut self, condition: &syntax::Condition, scope: Scope) -> Option<Condition> {
        let mut tests = Vec::new();
        let mut whole = true;
        for test in &condition.tests {
            match self.test(test, scope) {
                Some(test) => tests.push(test),
                None => whole = false,
            }
        }
        whole.then(|| Condition { tests: tests.into() })
    }

    fn test(&mut self, test: &syntax::Test, scope: Scope) -> Option<Test> {
        let (fact, name, kind) = match &test.kind {
            syntax::TestKind::Fact { name, alternatives } => {
                let fact = self.fact(name, scope)?;
                let classes = self.classes(fact, alternatives)?;
                if classes.is_empty() {
                    self.error(Code::BadValue, &test.place, say::nothing_meets(&name.value));
                }
                (fact, name.value.clone(), TestKind::In { fact, classes })
            }
            syntax::TestKind::Any(conditions) => {
                let compiled: Vec<Condition> = conditions.iter().filter_map(|c| self.condition(c, scope)).collect();
                if compiled.len() < conditions.len() {
                    return None;
                }
                (0, "any".to_owned(), TestKind::Any(compiled.into()))
            }
            syntax::TestKind::Not(condition) => (0, "not".to_owned(), TestKind::Not(self.condition(condition, scope)?)),
        };
        let text = self.text.slice(&test.place).to_owned();
        let note = self.note(TestNote { fact, name, text });
        Some(Test { note, kind })
    }

    fn classes(&mut self, fact: usize, alternatives: &[Alternative]) -> Option<ClassSet> {
        let mut classes = ClassSet::empty(self.facts.get(fact)?.domain.classes());
        for alternative in alternatives {
            classes.unite(&self.alternative(fact, alternative)?);
        }
        Some(classes)
    }

    fn check_touched(&mut self, layers: &[crate::plan::Layer]) {
        for (index, portion) in self.tree.portions.iter().enumerate() {
            let touched =
                layers.iter().any(|l| l.covers.contains(&index) || l.benefits.iter().any(|b| b.covers.iter().any(|c| c.portion == index)));
            if !touched {
                let message = say::nobody_pays(&portion.id.value);
                self.findings.push(Diagnostic::new(Code::UntouchedPortion, portion.id.place.clone(), message));
            }
        }
    }

    fn warn_of_unused(&mut self) {
        let tree = self.tree;
        let mut unused: Vec<(&Name, Unused)> = Vec::new();
        for (i, parameter) in tree.parameters.iter().enumerate() {
            if !self.used.contains(&Declared::Parameter(i)) {
                unused.push((&parameter.name, Unused::Parameter));
            }
        }
        for (i, attribute) in tree.attributes.iter().enumerate() {
            // What a settlement is told it can hand on to another.
            let handed_on = tree.header.settles.is_some() && attribute.name.value.starts_with("claim_");
            if !self.used.contains(&Declared::Attribute(i)) && !handed_on {
                unused.push((&attribute.name, Unused::Attribute));
            }
        }
        for (i, accumulator) in tree.accumulators.iter().enumerate() {
            if !self.used.contains(&Declared::Accumulator(i)) {
                unused.push((&accumulator.id, Unused::Accumulator));
            }
        }
        for (i, fund) in tree.funds.iter().enumerate() {
            if !self.used.contains(&Declared::Fund(i)) {
                unused.push((&fund.id, Unused::Fund));
            }
        }
        for (i, charge) in tree.day_charges.iter().enumerate() {
            if !self.used.contains(&Declared::DayCharge(i)) {
                unused.push((&charge.id, Unused::DayCharge));
            }
        }
        for (name, thing) in unused {
            self.error(Code::Unused, &name.place, say::nothing_uses(thing, &name.value));
        }
    }
}

fn named(id: &Name, about: &About) -> Named {
    Named { id: id.value.clone(), about: about.clone() }
}

/// Whether a value of one unit may stand where another is wanted.
fn fits(found: Unit, wanted: Unit) -> bool {
    found == wanted || found == Unit::Open || (found == Unit::Number && wanted != Unit::Ratio)
}

fn with_place<T>(value: T, place: &Place) -> At<T> {
    At::new(value, place.clone())
}
