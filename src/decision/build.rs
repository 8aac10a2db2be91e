//! From the kernel's steps to a decision. Nothing is figured anew here: amounts are put in their places.

#![allow(clippy::arithmetic_side_effects, reason = "places in lists that are in memory")]

use chrono::NaiveDate;

use crate::claim::{Claim, Person};
use crate::date::day_number;
use crate::decision::*;
use crate::digest::Digest;
use crate::engine::case::{Case, Input, look_at_line};
use crate::engine::funds;
use crate::engine::items;
use crate::engine::run_off;
use crate::engine::trace::{Failed, LimitKind, Step, Steps};
use crate::money::{Money, Raw};
use crate::plan::fact::{FactKind, Facts};
use crate::plan::value::Value;
use crate::plan::{Accumulator, Benefit, Form, Limit, Named, Payer, Plan};
use crate::ratio::Ratio;
use crate::scheme::syntax::{CapOn, Counts, Each, Parts, Taken, Unit};

/// Builds the decision of a settled case.
pub(crate) fn decision(plan: &Plan, person: &Person, claim: &Claim, input: &Input, case: &Case, steps: &Steps) -> Decision {
    let mut builder = Builder::new(plan, claim, input, case);
    for step in &steps.0 {
        builder.step(step);
    }
    builder.finish(person, claim)
}

struct Builder<'a> {
    plan: &'a Plan,
    claim: &'a Claim,
    input: &'a Input,
    case: &'a Case,
    /// Facts as they are at entry to the layer at work.
    facts: Facts,
    /// What is left by portion, as payments are taken out of it.
    left: Vec<Money>,
    layers: Vec<LayerDecision>,
    /// By line, layer and amount.
    line_paid: Vec<Vec<LayerAmount>>,
    postings: Vec<Posting>,
    day_charges: Vec<DayChargeFigure>,
    carried: Vec<CarriedAmount>,
    layer: usize,
    benefit: Option<usize>,
    counts_claims: bool,
    /// Whether facts of lines are those of the line at work.
    of_line: bool,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan, claim: &'a Claim, input: &'a Input, case: &'a Case) -> Builder<'a> {
        Builder {
            plan,
            claim,
            input,
            case,
            facts: input.facts.clone(),
            left: (0..case.portions).map(|p| input.portion_billed(p)).collect(),
            layers: Vec::new(),
            line_paid: vec![Vec::new(); case.lines],
            postings: Vec::new(),
            day_charges: Vec::new(),
            carried: Vec::new(),
            layer: 0,
            benefit: None,
            counts_claims: false,
            of_line: false,
        }
    }

    fn amount(&self, money: Money) -> Amount {
        Amount::new(money, self.plan.places())
    }

    fn portions(&self, amounts: impl Fn(usize) -> Money) -> Vec<PortionAmount> {
        self.plan
            .portions
            .iter()
            .enumerate()
            .map(|(i, p)| PortionAmount { portion: p.id.clone(), title: text(p), amount: self.amount(amounts(i)) })
            .collect()
    }

    fn left_by_portion(&self) -> Vec<PortionAmount> {
        self.portions(|p| self.left.get(p).copied().unwrap_or(Money::ZERO))
    }

    /// Ends the layer at work: what it left is settled now.
    fn close_layer(&mut self) {
        let left = self.left_by_portion();
        let paid = self.case.paid.get(self.layer).copied().unwrap_or(Money::ZERO);
        let beside = self.case.beside.get(self.layer).copied().unwrap_or(Money::ZERO);
        let sum = paid.checked_add(beside).unwrap_or(paid);
        let behind = self.plan.layers.get(self.layer).map(|layer| funds::shares(layer, sum, self.plan.rounding.unit()));
        let funds = behind.into_iter().flatten().filter_map(|(fund, share)| self.fund_amount(fund, share)).collect();
        let (paid, beside) = (self.amount(paid), self.amount(beside));
        let notional = self.case.notional.iter().find(|(layer, _)| *layer == self.layer).map(|(_, figured)| self.amount(*figured));
        if let Some(layer) = self.layers.last_mut() {
            layer.notional = notional;
            layer.left = left;
            layer.paid = paid;
            layer.beside = beside;
            layer.funds = funds;
        }
    }

    fn open_layer(&mut self, index: usize) {
        if !self.layers.is_empty() {
            self.close_layer();
        }
        self.layer = index;
        self.benefit = None;
        let Some(layer) = self.plan.layers.get(index) else { return };
        let zero = self.amount(Money::ZERO);
        self.layers.push(LayerDecision {
            layer: rule_name(&layer.name),
            write_off: layer.write_off,
            given: false,
            beyond_cap: false,
            failed: None,
            benefits: layer
                .benefits
                .iter()
                .map(|b| BenefitDecision {
                    benefit: rule_name(&b.name),
                    parameters: b.parameters.iter().filter(|p| p.about.source.is_some() || p.about.illustrative).map(rule_name).collect(),
                    not_fired: None,
                    figures: None,
                    items: Vec::new(),
                })
                .collect(),
            paid: zero,
            notional: None,
            beside: zero,
            funds: Vec::new(),
            charged: zero,
            left: Vec::new(),
        });
    }

    fn failed(&self, note: u32) -> FailedTest {
        let note = self.plan.tests.get(note as usize);
        let single = note.filter(|n| n.name != "any" && n.name != "not").and_then(|n| self.fact_shown(n.fact));
        FailedTest {
            name: note.map_or_else(String::new, |n| n.name.clone()),
            test: note.map_or_else(String::new, |n| n.text.clone()),
            found: single,
        }
    }

    /// A fact's value, as it was at entry to the layer at work.
    fn fact_shown(&self, index: usize) -> Option<String> {
        let fact = self.plan.facts.get(index)?;
        let value = self.facts.value(index)?;
        Some(match fact.domain.unit() {
            Some(Unit::Amount) => self.amount(Money::from_micros(value)).to_string(),
            _ => fact.domain.show(value),
        })
    }

    /// Whether a value is now what it was when the benefit was figured: it asks for no fact of a line.
    fn is_settled(&self, value: &Value) -> bool {
        let mut settled = true;
        value.visit_facts(&mut |index| settled &= self.plan.facts.get(index).is_some_and(|f| self.of_line || !f.kind.of_line()));
        settled
    }

    fn ratio_now(&self, value: &Value) -> Option<Ratio> {
        if self.is_settled(value) { value.ratio(&self.facts).ok() } else { None }
    }

    fn because(&self, value: &Value) -> Vec<FactShown> {
        let mut facts = Vec::new();
        value.visit_facts(&mut |fact| facts.push(fact));
        facts.sort_unstable();
        facts.dedup();
        facts
            .into_iter()
            .filter_map(|index| {
                let fact = self.plan.facts.get(index).filter(|f| self.of_line || !f.kind.of_line())?;
                Some(FactShown { name: fact.name.clone(), value: self.fact_shown(index)? })
            })
            .collect()
    }

    fn plan_benefit(&self) -> Option<&'a Benefit> {
        self.plan.layers.get(self.layer)?.benefits.get(self.benefit?)
    }

    fn limit(&self, kind: LimitKind, index: usize) -> Option<&'a Limit> {
        let benefit = self.plan_benefit()?;
        match kind {
            LimitKind::BaseCap => benefit.base_caps.get(index),
            LimitKind::Deductible => benefit.deductibles.get(index),
            LimitKind::Franchise => benefit.franchise.as_ref(),
            LimitKind::OutOfPocket => benefit.out_of_pocket_max.get(index),
            LimitKind::Cap => benefit.caps.get(index),
            LimitKind::Copay(copay) => benefit.copays.get(copay).and_then(|c| c.caps.get(index)),
        }
    }

    fn decision_benefit(&mut self) -> Option<&mut BenefitDecision> {
        let index = self.benefit?;
        self.layers.last_mut()?.benefits.get_mut(index)
    }

    fn figures(&mut self) -> Option<&mut Figures> {
        let benefit = self.decision_benefit()?;
        match benefit.items.last_mut() {
            Some(item) => item.figures.as_mut(),
            None => benefit.figures.as_mut(),
        }
    }

    /// Opens a line or day of a benefit that is figured for each.
    fn open_item(&mut self, date: NaiveDate, first: usize) {
        let Some(each) = self.plan_benefit().map(|benefit| benefit.each) else { return };
        self.of_line = each == Each::Line && self.input.has_lines;
        if self.of_line {
            look_at_line(self.plan, &self.input.line_values, first, &mut self.facts);
        }
        self.set_rule_date(items::read_on(self.plan, date));
        let line = self.claim.lines.get(first).filter(|_| self.of_line);
        let item = line.map_or_else(|| date.to_string(), |line| line.id.clone());
        let figures = self.empty_figures();
        if let Some(benefit) = self.decision_benefit() {
            benefit.items.push(ItemDecision { item, date, lines: Vec::new(), not_fired: None, figures });
        }
    }

    fn set_rule_date(&mut self, day: i64) {
        let found = self.plan.facts.iter().enumerate().find(|(_, fact)| fact.kind == FactKind::RuleDate);
        if let Some((index, fact)) = found {
            self.facts.set(index, fact, day);
        }
    }

    /// The line or day at work, and its date if that is another than the claim's.
    fn item(&self) -> Option<(String, Option<NaiveDate>)> {
        let item = self.layers.last()?.benefits.get(self.benefit?)?.items.last()?;
        Some((item.item.clone(), Some(item.date).filter(|date| Some(*date) != self.input.rule_date)))
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Layer { layer } => self.open_layer(layer),
            Step::Entry { fact, value } => {
                if let Some(named) = self.plan.facts.get(fact) {
                    self.facts.set(fact, named, value);
                }
            }
            Step::LayerFailed { note } => {
                let failed = self.failed(note);
                if let Some(layer) = self.layers.last_mut() {
                    for benefit in &mut layer.benefits {
                        benefit.not_fired = Some(NotFired::Condition(failed.clone()));
                    }
                    layer.failed = Some(failed);
                }
            }
            Step::Given { beyond } => {
                if let Some(layer) = self.layers.last_mut() {
                    layer.given = true;
                    layer.beyond_cap = beyond;
                    for benefit in &mut layer.benefits {
                        benefit.not_fired = Some(NotFired::Given);
                    }
                }
            }
            Step::Benefit { benefit } => {
                self.benefit = Some(benefit);
                self.of_line = false;
                if let Some(date) = self.input.rule_date {
                    self.set_rule_date(day_number(date).into());
                }
                let whole = self.plan_benefit().is_some_and(|benefit| benefit.each == Each::Claim);
                let figures = if whole { self.empty_figures() } else { None };
                if let Some(benefit) = self.decision_benefit() {
                    benefit.figures = figures;
                }
            }
            Step::Item { date, first } => self.open_item(date, first),
            Step::ItemLine { line } => {
                let line = self.claim.lines.get(line).map(|line| line.id.clone());
                if let Some(item) = self.decision_benefit().and_then(|benefit| benefit.items.last_mut()) {
                    item.lines.extend(line);
                }
            }
            Step::Failed { failed } => {
                let reason = match failed {
                    Failed::Test(note) => NotFired::Condition(self.failed(note)),
                    Failed::NoLine => NotFired::NoLine,
                    Failed::AfterRunOff => NotFired::AfterRunOff { until: self.run_off().map(|f| f.until).unwrap_or_default() },
                    Failed::NothingLeft => NotFired::NothingLeft,
                };
                if let Some(benefit) = self.decision_benefit() {
                    match benefit.items.last_mut() {
                        Some(item) => (item.not_fired, item.figures) = (Some(reason), None),
                        None => (benefit.not_fired, benefit.figures) = (Some(reason), None),
                    }
                }
            }
            Step::Charged { amount } => self.charged(amount),
            Step::Posted { accumulator, before, amount, payment_of } => self.posted(accumulator, before, amount, payment_of),
            Step::Dropped { line, group, least } => {
                let line = self.claim.lines.get(line).map_or_else(String::new, |l| l.id.clone());
                let dropped = DroppedLine { line, group: self.amount(group), least: self.amount(least) };
                if let Some(figures) = self.figures() {
                    figures.dropped.push(dropped);
                }
            }
            Step::AfterRunOff { line, left } => self.after_run_off(line, left),
            Step::Carried { accumulator, amount, to } => {
                if let Some(found) = self.plan.accumulators.get(accumulator) {
                    let amount = self.position(found, amount);
                    self.carried.push(CarriedAmount { accumulator: found.name.clone(), to, amount });
                }
            }
            Step::Day { charge, before, row, days, amount } => self.days(charge, before, row, days, amount),
            Step::FundPaid { fund, amount } => {
                let paid = self.fund_amount(fund, amount);
                if let Some(figures) = self.figures() {
                    figures.funds.extend(paid);
                }
            }
            Step::Allocated { line, portion, amount } => self.allocated(line, portion, amount),
            Step::Limit { kind, index, amount, position, room } => self.limited(kind, index, amount, position, room),
            Step::LimitOff { kind, index, note } => {
                let rule = self.limit(kind, index).map_or_else(String::new, |l| l.label.clone());
                self.inactive(rule, note);
            }
            Step::LineCapOff { index, note } => self.inactive(format!("line cap {}", index + 1), note),
            Step::LineCap { index, limit, has, keeps, before, after } => self.line_cap(index, limit, [has, keeps], [before, after]),
            Step::CopayItem { index, .. } => {
                let item = self.copay_item(step);
                self.copay_figure(index, |copay| copay.items.extend(item));
            }
            Step::Copay { index, amount } => {
                let due = self.amount(amount);
                self.copay_figure(index, |copay| copay.due = due);
            }
            Step::CopayOff { index, note } => self.inactive(format!("copay {}", index + 1), note),
            Step::AdjustmentOff { point, index, note } => {
                self.inactive(format!("{} {}", if point { "points" } else { "factor" }, index + 1), note);
            }
            _ => self.figure(step),
        }
    }

    /// Works on the figure of a copayment, which its first step begins.
    fn copay_figure(&mut self, index: usize, work: impl FnOnce(&mut CopayFigure)) {
        let rule = self.plan_benefit().and_then(|benefit| benefit.copays.get(index));
        let taken = match rule.map(|c| c.taken) {
            Some(Taken::BeforeDeductible) => "before-deductible",
            Some(Taken::FromPayment) => "from-payment",
            Some(Taken::Beside) => "beside",
            _ => "before-ratio",
        };
        let each = rule.map(|c| c.each).filter(|each| *each != Each::Claim).map(|each| each.name().to_owned());
        let due = self.amount(Money::ZERO);
        let Some(figures) = self.figures() else { return };
        let number = index + 1;
        if figures.copays.last().is_none_or(|last| last.number != number) {
            let taken = taken.to_owned();
            figures.copays.push(CopayFigure { number, due, taken, each, items: Vec::new(), caps: Vec::new() });
        }
        if let Some(figure) = figures.copays.last_mut() {
            work(figure);
        }
    }

    /// How far the layer at work pays for lines dated later than the policy year.
    fn run_off(&self) -> Option<RunOffFigure> {
        let days = self.plan_benefit()?.run_off?;
        let (year_end, until) = run_off::ends(self.plan, self.input.rule_date?, days)?;
        Some(RunOffFigure { year_end, days, until, lines: Vec::new() })
    }

    fn after_run_off(&mut self, line: usize, left: Money) {
        let begun = self.run_off();
        let late = self.claim.lines.get(line).and_then(|l| Some(LateLine { line: l.id.clone(), date: l.date?, left: self.amount(left) }));
        // Of lines without anything that the benefit covers nothing is to be told.
        if let (Some(late), Some(begun), Some(figures)) = (late.filter(|_| left > Money::ZERO), begun, self.figures()) {
            figures.run_off.get_or_insert(begun).lines.push(late);
        }
    }

    fn line_cap(&mut self, index: usize, limit: [i64; 3], counts: [i64; 2], money: [Money; 2]) {
        let Some(rule) = self.plan_benefit().and_then(|benefit| benefit.line_caps.get(index)) else { return };
        let places = if rule.on == CapOn::Base { self.plan.places() } else { 0 };
        let shown = |micros| Amount::new(Money::from_micros(micros), places);
        let [amount, used, room] = limit.map(shown);
        let limit = LimitFigure {
            rule: rule.limit.label.clone(),
            accumulator: self.plan.accumulators.get(rule.limit.accumulator).map_or_else(String::new, |a| a.name.clone()),
            amount,
            used,
            room,
            because: self.because(&rule.limit.amount),
        };
        let ([has, keeps], [before, after]) = (counts.map(shown), money.map(|m| self.amount(m)));
        let figure = LineCapFigure { limit, on: rule.on.name().to_owned(), has, keeps, before, after };
        if let Some(figures) = self.figures() {
            figures.line_caps.push(figure);
        }
    }

    fn copay_item(&self, step: &Step) -> Option<CopayItem> {
        let Step::CopayItem { index, line, left, times, value, least, most, due } = *step else { return None };
        let rule = self.plan_benefit()?.copays.get(index)?;
        let shown = |amount: Option<Money>| amount.map(|amount| self.amount(amount));
        Some(CopayItem {
            line: line.and_then(|line| self.claim.lines.get(line)).map(|l| l.id.clone()),
            left: self.amount(left),
            times: rule.times.is_some().then(|| Amount::new(Money::from_micros(times), 0)),
            amount: shown((!rule.is_ratio).then(|| Money::from_micros(value))),
            ratio: rule.is_ratio.then(|| Ratio::from_millionths(value)),
            least: shown(least),
            most: shown(most),
            due: self.amount(due),
        })
    }

    fn charged(&mut self, amount: Money) {
        let shown = self.amount(amount);
        if let Some(layer) = self.layers.last_mut() {
            layer.charged = layer.charged.checked_add(shown).unwrap_or(shown);
        }
        if let Some(figures) = self.figures() {
            figures.charged = Some(shown);
        }
    }

    fn inactive(&mut self, rule: String, note: u32) {
        let failed = self.failed(note);
        if let Some(figures) = self.figures() {
            figures.inactive.push(InactiveRule { rule, failed });
        }
    }

    fn days(&mut self, charge: usize, before: Money, row: Option<usize>, days: i64, amount: Money) {
        let Some(rule) = self.plan.day_charges.get(charge) else { return };
        let amount = self.amount(amount);
        let reserve = row.and_then(|row| rule.rows.get(row)).is_some_and(|row| row.reserve.is_some());
        let stretch = DayStretch { row: row.map(|row| row.saturating_add(1)), reserve, days, amount };
        match self.day_charges.iter_mut().find(|one| one.charge.id == rule.name.id) {
            Some(one) => {
                one.stretches.push(stretch);
                one.amount = one.amount.checked_add(amount).unwrap_or(one.amount);
            }
            None => {
                let before = Amount::new(before, 0);
                self.day_charges.push(DayChargeFigure { charge: rule_name(&rule.name), before, stretches: vec![stretch], amount });
            }
        }
    }

    fn fund_amount(&self, fund: usize, amount: Money) -> Option<FundAmount> {
        let named = &self.plan.funds.get(fund)?.name;
        Some(FundAmount { fund: named.id.clone(), title: text(named), amount: self.amount(amount) })
    }

    fn posted(&mut self, accumulator: usize, before: i64, amount: i64, payment_of: Option<Payer>) {
        let Some(found) = self.plan.accumulators.get(accumulator) else { return };
        if let Some(Form::Bands { absolute, accumulator: bands, .. }) = self.plan_benefit().map(|b| &b.form)
            && *bands == accumulator
            && payment_of.is_none()
        {
            let position = BandPosition { absolute: *absolute, before: self.amount(Money::from_micros(before)) };
            if let Some(Entitlement::Ratio { measured, .. }) = self.figures().map(|f| &mut f.entitlement) {
                *measured = Some(position);
            }
        }
        self.counts_claims = found.counts_claims() || found.of_spells;
        let rule = match (self.layers.last(), self.benefit, self.counts_claims) {
            (_, _, true) | (None, _, _) => String::new(),
            (Some(layer), None, _) => layer.layer.id.clone(),
            (Some(layer), Some(benefit), _) => {
                let id = layer.benefits.get(benefit).map_or("", |b| b.benefit.id.as_str());
                format!("{}.{id}", layer.layer.id)
            }
        };
        let shown = |micros| self.position(found, micros);
        let (before, amount, after) = (shown(before), shown(amount), shown(before.saturating_add(amount)));
        let item = if self.counts_claims { None } else { self.item() };
        let of_item = item.as_ref().and_then(|(_, date)| *date).filter(|_| self.plan.item_days.contains(&accumulator));
        let first_day = of_item.or_else(|| self.case.first_days.get(accumulator).copied().flatten());
        let item = item.map(|(item, _)| item);
        let payment_of = payment_of.and_then(|payer| match payer {
            Payer::Layer(layer) => self.plan.layers.get(layer).map(|l| l.name.id.clone()),
            Payer::Fund(fund) => self.plan.funds.get(fund).map(|f| f.name.id.clone()),
        });
        self.postings.push(Posting {
            rule,
            item,
            accumulator: found.name.clone(),
            per: found.per,
            first_day,
            before,
            amount,
            after,
            payment_of,
        });
    }

    fn allocated(&mut self, line: usize, portion: usize, amount: Money) {
        if let Some(left) = self.left.get_mut(portion) {
            *left = left.checked_sub(amount).unwrap_or(Money::ZERO);
        }
        let shown = self.amount(amount);
        let Some(layer) = self.plan.layers.get(self.layer) else { return };
        let notional = self.case.notional.iter().any(|(layer, _)| *layer == self.layer);
        if let Some(parts) = self.line_paid.get_mut(line).filter(|_| !notional) {
            match parts.iter_mut().find(|p| p.layer == layer.name.id) {
                Some(part) => part.amount = part.amount.checked_add(shown).unwrap_or(shown),
                None => parts.push(LayerAmount { layer: layer.name.id.clone(), amount: shown }),
            }
        }
        let Some(named) = self.plan.portions.get(portion) else { return };
        let title = text(named);
        if let Some(figures) = self.figures() {
            match figures.settled.iter_mut().find(|p| p.portion == named.id) {
                Some(part) => part.amount = part.amount.checked_add(shown).unwrap_or(shown),
                None => figures.settled.push(PortionAmount { portion: named.id.clone(), title, amount: shown }),
            }
        }
    }

    fn limited(&mut self, kind: LimitKind, index: usize, amount: Money, position: Money, room: Money) {
        let Some(limit) = self.limit(kind, index) else { return };
        let figure = LimitFigure {
            rule: limit.label.clone(),
            accumulator: self.plan.accumulators.get(limit.accumulator).map_or_else(String::new, |a| a.name.clone()),
            amount: self.amount(amount),
            used: self.amount(position),
            room: self.amount(room),
            because: self.because(&limit.amount),
        };
        let zero = self.amount(Money::ZERO);
        let Some(figures) = self.figures() else { return };
        match kind {
            LimitKind::BaseCap => figures.base_caps.push(figure),
            LimitKind::OutOfPocket => figures.out_of_pocket_max.push(figure),
            LimitKind::Cap => figures.caps.push(figure),
            LimitKind::Copay(copay) => self.copay_figure(copay, |copay| copay.caps.push(figure)),
            LimitKind::Deductible | LimitKind::Franchise => {
                let deductible = figures.deductible.get_or_insert(DeductibleFigure {
                    franchise: kind == LimitKind::Franchise,
                    in_force: figure.amount,
                    met: figure.used,
                    deducted: zero,
                    left: zero,
                    limits: Vec::new(),
                });
                deductible.limits.push(figure);
            }
        }
    }

    fn empty_figures(&self) -> Option<Figures> {
        let benefit = self.plan_benefit()?;
        let zero = self.amount(Money::ZERO);
        let ends = [(&benefit.ratio_between[0], Ratio::ZERO), (&benefit.ratio_between[1], Ratio::ONE)];
        let ends = ends.map(|(end, without)| end.as_ref().and_then(|value| self.ratio_now(value)).unwrap_or(without));
        let between = benefit.ratio_between.iter().any(Option::is_some).then_some(ends);
        let entitlement = match &benefit.form {
            Form::Ratio(value) => Entitlement::Ratio {
                bands: Vec::new(),
                measured: None,
                points: Vec::new(),
                factors: Vec::new(),
                between,
                because: self.because(value),
            },
            Form::Bands { rows, .. } => {
                let mut because: Vec<FactShown> = Vec::new();
                for fact in rows.iter().flat_map(|row| self.because(&row.ratio)) {
                    if !because.contains(&fact) {
                        because.push(fact);
                    }
                }
                Entitlement::Ratio { bands: Vec::new(), measured: None, points: Vec::new(), factors: Vec::new(), between, because }
            }
            Form::Phases { .. } => Entitlement::Phases { before: zero, borne: zero, phases: Vec::new() },
            Form::Grant { .. } => Entitlement::Grant { before: zero, after: zero, granted_before: zero, granted_after: zero },
            Form::Fixed(sum) => Entitlement::Fixed { amount: zero, because: self.because(sum) },
            Form::InKind { .. } => Entitlement::InKind { before: zero, units: zero, given: zero },
        };
        Some(Figures {
            counted: Vec::new(),
            dropped: Vec::new(),
            run_off: None,
            held: None,
            line_caps: Vec::new(),
            base_caps: Vec::new(),
            base: zero,
            copays: Vec::new(),
            copaid_from_base: zero,
            copaid_from_payment: zero,
            deductible: None,
            excess: zero,
            entitlement,
            raw: zero,
            out_of_pocket_max: Vec::new(),
            out_of_pocket_of: match benefit.parts {
                Parts::ALL => Vec::new(),
                parts => parts.words().map(str::to_owned).collect(),
            },
            raised_to: None,
            coordination: None,
            caps: Vec::new(),
            residual: None,
            bound: None,
            rounding: RoundingFigure {
                unit: self.amount(benefit.rounding.unit()),
                mode: benefit.rounding.mode(),
                of_patient_share: benefit.rounds_patient_share,
                of_coinsurance: benefit.rounds_coinsurance.then(|| self.amount(self.plan.rounding.unit())),
            },
            rounded: zero,
            paid: zero,
            minimum: benefit
                .minimum
                .as_ref()
                .filter(|m| self.is_settled(m))
                .and_then(|m| m.money(&self.facts).ok())
                .map(|m| self.amount(m)),
            issued: zero,
            charged: None,
            funds: Vec::new(),
            settled: Vec::new(),
            inactive: Vec::new(),
        })
    }

    /// The ratio that the rule has for the band that ends at `to`, before points and factors.
    fn ratio_written(&self, benefit: &Benefit, to: Option<Money>) -> Option<Ratio> {
        match &benefit.form {
            Form::Ratio(value) => self.ratio_now(value),
            Form::Bands { rows, .. } => {
                let edge = |value: &Value| value.money(&self.facts).ok();
                let row = rows.iter().find(|row| row.to.as_ref().map(edge) == to.map(Some));
                row.filter(|row| row.to.as_ref().is_none_or(|to| self.is_settled(to))).and_then(|row| self.ratio_now(&row.ratio))
            }
            _ => None,
        }
    }

    /// The steps that set a figure of the benefit at work.
    fn figure(&mut self, step: &Step) {
        let Some(benefit) = self.plan_benefit() else { return };
        let (plan, places) = (self.plan, self.plan.places());
        let money = |m: Money| Amount::new(m, places);
        let raw_amount = |r: Raw| Amount::from_raw(r, places);
        let factor = match *step {
            Step::Counted { cover, .. } => benefit.covers.get(cover).and_then(|c| self.ratio_now(&c.factor)),
            _ => None,
        };
        let written = match *step {
            Step::Band { to, .. }
                if !(benefit.points.is_empty() && benefit.factors.is_empty() && benefit.ratio_between.iter().all(Option::is_none)) =>
            {
                self.ratio_written(benefit, to)
            }
            _ => None,
        };
        let Some(figures) = self.figures() else { return };
        match *step {
            Step::Counted { cover, left, put_back, counted } => {
                if let Some(portion) = benefit.covers.get(cover).and_then(|c| plan.portions.get(c.portion)) {
                    figures.counted.push(Counted {
                        portion: portion.id.clone(),
                        title: text(portion),
                        left: money(left),
                        put_back: (put_back > Money::ZERO).then(|| money(put_back)),
                        factor: factor.filter(|f| *f != Ratio::ONE),
                        factor_varies: factor.is_none(),
                        counted: money(counted),
                    });
                }
            }
            Step::Held { amount } => figures.held = Some(money(amount)),
            Step::Base { amount } => figures.base = money(amount),
            Step::CopaidFromPayment { raw } => figures.copaid_from_payment = raw_amount(raw),
            Step::CopaidFromBase { amount } => {
                figures.copaid_from_base = figures.copaid_from_base.checked_add(money(amount)).unwrap_or(figures.copaid_from_base);
            }
            Step::Deducted { amount, met, in_force } => {
                if let Some(deductible) = &mut figures.deductible {
                    let met_now = met.checked_add(amount).unwrap_or(met);
                    deductible.in_force = money(in_force);
                    deductible.met = money(met);
                    deductible.deducted = money(amount);
                    deductible.left = money(in_force.checked_sub(met_now).unwrap_or(Money::ZERO).max(Money::ZERO));
                }
            }
            Step::Excess { amount } => figures.excess = money(amount),
            Step::Point { ratio } => {
                if let Entitlement::Ratio { points, .. } = &mut figures.entitlement {
                    points.push(ratio);
                }
            }
            Step::Factor { ratio } => {
                if let Entitlement::Ratio { factors, .. } = &mut figures.entitlement {
                    factors.push(ratio);
                }
            }
            Step::Band { from, to, ratio, amount } => {
                if let Entitlement::Ratio { bands, .. } = &mut figures.entitlement {
                    let gives = raw_amount(ratio.of(amount));
                    bands.push(BandFigure { from: money(from), to: to.map(money), written, ratio, amount: money(amount), gives });
                }
            }
            Step::Phases { before, borne } => {
                figures.entitlement = Entitlement::Phases { before: money(before), borne: money(borne), phases: Vec::new() };
            }
            Step::Phase { row, to, to_share, amount, ratio, counts, gives } => {
                if let Entitlement::Phases { phases, .. } = &mut figures.entitlement {
                    let (to, to_share) = (to.map(money), to_share.map(money));
                    let (amount, gives) = (raw_amount(amount), raw_amount(gives));
                    phases.push(PhaseFigure { number: row + 1, to, to_share, ratio, counts, amount, gives });
                }
            }
            Step::Grant { before, after, granted_before, granted_after } => {
                figures.entitlement = Entitlement::Grant {
                    before: money(before),
                    after: money(after),
                    granted_before: money(granted_before),
                    granted_after: money(granted_after),
                };
            }
            Step::Fixed { amount: sum } => {
                if let Entitlement::Fixed { amount, .. } = &mut figures.entitlement {
                    *amount = money(sum);
                }
            }
            Step::InKind { before, units, given } => {
                let units_of = |micros| Amount::new(Money::from_micros(micros), 0);
                figures.entitlement = Entitlement::InKind { before: units_of(before), units: units_of(units), given: units_of(given) };
            }
            Step::Raw { raw } => figures.raw = raw_amount(raw),
            Step::OutOfPocketCut { raw } => figures.raised_to = Some(raw_amount(raw)),
            Step::Candidate { candidate, figure, paid_before } => {
                let coordination = figures.coordination.get_or_insert_with(|| {
                    let names = |layer: &usize| plan.layers.get(*layer).map_or_else(String::new, |l| l.name.id.clone());
                    let rule = benefit.coordinate.as_ref();
                    CoordinationFigure {
                        with: rule.map_or_else(Vec::new, |c| c.with.iter().map(names).collect()),
                        paid: money(paid_before),
                        candidates: Vec::new(),
                        greatest: rule.is_some_and(|c| c.greatest),
                        gives: money(Money::ZERO),
                    }
                });
                coordination.candidates.push(CandidateFigure { figure: candidate.name().to_owned(), amount: raw_amount(figure) });
            }
            Step::Chosen { raw } => {
                if let Some(coordination) = &mut figures.coordination {
                    coordination.gives = raw_amount(raw);
                }
            }
            Step::Residual { amount } => figures.residual = Some(money(amount)),
            Step::Bound { cap } => {
                let label = cap.and_then(|c| benefit.caps.get(c)).map_or("residual", |c| c.label.as_str());
                figures.bound = Some(label.to_owned());
            }
            Step::Rounded { amount } => figures.rounded = money(amount),
            Step::Paid { amount, issued } => {
                figures.paid = money(amount);
                figures.issued = money(issued);
            }
            _ => {}
        }
    }

    fn balances(&self) -> Vec<Balance> {
        let with_positions = self.plan.accumulators.iter().zip(&self.case.positions).enumerate();
        with_positions
            .map(|(index, (a, position))| {
                // Without a position there is no period yet.
                let first_day = self.case.first_days.get(index).copied().flatten().filter(|_| *position != 0);
                Balance { accumulator: a.name.clone(), per: a.per, first_day, position: self.position(a, *position) }
            })
            .collect()
    }

    /// A position of an accumulator as it is printed: counts without decimal places.
    fn position(&self, accumulator: &Accumulator, micros: i64) -> Amount {
        let places = if matches!(accumulator.counts, Counts::Claims | Counts::Units | Counts::Days) { 0 } else { self.plan.places() };
        Amount::new(Money::from_micros(micros), places)
    }

    fn lines(&self, claim: &Claim) -> Vec<LineDecision> {
        let mut lines = Vec::new();
        for (index, line) in claim.lines.iter().enumerate() {
            let of_line = |cells: &[Money], portion: usize| cells.get(self.case.cell(index, portion)).copied().unwrap_or(Money::ZERO);
            let left = (0..self.case.portions).fold(Money::ZERO, |sum, p| sum.checked_add(of_line(&self.case.residual, p)).unwrap_or(sum));
            let parts = (0..self.case.portions).filter(|p| of_line(&self.input.billed, *p) > Money::ZERO).count();
            lines.push(LineDecision {
                line: line.id.clone(),
                amount: self.amount(line.amount),
                portions: self.portions(|p| of_line(&self.input.billed, p)),
                paid: self.line_paid.get(index).cloned().unwrap_or_default(),
                out_of_pocket: self.amount(left),
                left: if parts > 1 { self.portions(|p| of_line(&self.case.residual, p)) } else { Vec::new() },
            });
        }
        lines
    }

    fn finish(mut self, person: &Person, claim: &Claim) -> Decision {
        self.close_layer();
        let of_role = |write_off: bool| {
            let of_layers = self.case.paid.iter().zip(&self.plan.layers).filter(|(_, l)| l.write_off == write_off);
            of_layers.fold(Money::ZERO, |sum, (paid, _)| sum.checked_add(*paid).unwrap_or(sum))
        };
        let sum = |amounts: &[Money]| amounts.iter().fold(Money::ZERO, |sum, a| sum.checked_add(*a).unwrap_or(sum));
        let plan = self.plan;
        let input = serde_json::to_vec(&(person, claim)).unwrap_or_default();
        let mut decision = Decision {
            schema: DECISION_SCHEMA,
            semantics: crate::plan::SEMANTICS,
            claim: claim.id.clone(),
            person: person.id.clone(),
            scheme: SchemeName {
                id: plan.id.clone(),
                version: plan.version.clone(),
                title: Text { zh: plan.about.title.zh.clone(), en: plan.about.title.en.clone() },
                currency: plan.currency.clone(),
                illustrative: plan.illustrative,
                digest: plan.digest(),
            },
            rule_date: self.input.rule_date.unwrap_or(claim.service_from),
            bill: self.amount(claim.bill),
            billed: self.portions(|p| self.input.portion_billed(p)),
            paid: self.amount(of_role(false)),
            written_off: self.amount(of_role(true)),
            funds: (0..plan.funds.len())
                .filter_map(|fund| self.fund_amount(fund, self.case.fund_paid.get(fund).copied().unwrap_or(Money::ZERO)))
                .collect(),
            beside: self.amount(sum(&self.case.beside)),
            out_of_pocket: self.amount(sum(&self.case.residual)),
            charged: self.amount(self.case.charged),
            patient_pays: (self.case.charged > Money::ZERO)
                .then(|| self.amount(sum(&self.case.residual)).checked_add(self.amount(self.case.charged)))
                .flatten(),
            left: self.portions(|p| self.case.portion_left(p)),
            day_charges: std::mem::take(&mut self.day_charges),
            lines: self.lines(claim),
            layers: std::mem::take(&mut self.layers),
            postings: std::mem::take(&mut self.postings),
            carried: std::mem::take(&mut self.carried),
            balances: self.balances(),
            input_digest: Digest::of(&input),
            result_digest: NO_DIGEST,
        };
        decision.result_digest = digest_of(&decision);
        decision
    }
}

/// What stands in the place of the result digest while it is figured.
const NO_DIGEST: Digest = Digest::from_bytes([0; 32]);

fn digest_of(blank: &Decision) -> Digest {
    Digest::of(&serde_json::to_vec(blank).unwrap_or_default())
}

impl Decision {
    /// Whether the decision is as it was made: its result digest fits everything in it.
    pub fn is_intact(&self) -> bool {
        self.result_digest == digest_of(&Decision { result_digest: NO_DIGEST, ..self.clone() })
    }
}

fn text(named: &Named) -> Text {
    Text { zh: named.about.title.zh.clone(), en: named.about.title.en.clone() }
}

fn rule_name(named: &Named) -> RuleName {
    RuleName { id: named.id.clone(), title: text(named), source: named.about.source.clone(), illustrative: named.about.illustrative }
}
