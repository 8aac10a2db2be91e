//! Layers, benefits and classification.

#![allow(clippy::arithmetic_side_effects, reason = "counts of things in memory")]

use std::collections::BTreeSet;

use super::{Compiler, Declared, Scope, named};
use crate::date::{DateChoice, Per};
use crate::diagnostic::message::Never;
use crate::diagnostic::{Code, Diagnostic, catalogue as say};
use crate::money::Money;
use crate::plan::condition::Condition;
use crate::plan::fact::FactKind;
use crate::plan::parts::Part;
use crate::plan::value::{Range, Value};
use crate::plan::{self, Accumulator, Payer};
use crate::ratio::Ratio;
use crate::scheme::syntax::{self, Candidate, CapOn, Counts, Each, Owner, Parts, Place, Running, Taken, Unit};

/// What the accumulators and limits of a rule are called after.
struct Called<'n> {
    /// Path of the rule's accumulators, such as `basic.inpatient`.
    path: &'n str,
    scope: Scope,
}

/// Whether a layer pays for any of the portions.
fn pays_for_any(layer: &syntax::Layer, covers: &[syntax::Cover]) -> bool {
    let own = layer.covers.iter().flatten();
    let of_benefits = layer.benefits.iter().flat_map(|b| &b.covers).map(|c| &c.portion);
    own.chain(of_benefits).any(|portion| covers.iter().any(|c| c.portion.value == portion.value))
}

impl Compiler<'_> {
    pub(super) fn classify_rows(&mut self) -> Vec<plan::ClassifyRow> {
        let scope = Scope::Line(None);
        let mut rows = Vec::new();
        for row in &self.tree.classify {
            let condition = match &row.when {
                Some(when) => self.condition(when, scope),
                None => Some(Condition::default()),
            };
            let into = self.portion(&row.into);
            let mut pair = |pair: &Option<(syntax::Value, syntax::Name)>, unit, range| {
                let (value, portion) = pair.as_ref()?;
                let value = self.value(value, unit, range, scope);
                let portion = self.portion(portion);
                value.zip(portion)
            };
            let quantity_limit = pair(&row.quantity_limit, Unit::Count, Range::NotNegative);
            let price_limit = pair(&row.price_limit, Unit::Amount, Range::NotNegative);
            let self_pay = pair(&row.self_pay, Unit::Ratio, Range::Share);
            if let Some((condition, into)) = condition.zip(into) {
                rows.push(plan::ClassifyRow { condition, into, quantity_limit, price_limit, self_pay });
            }
        }
        if rows.len() == self.tree.classify.len() && !rows.is_empty() {
            self.check_classify(&rows);
        }
        rows
    }

    /// Rows that overlap are an error; a line that no row fits is a reject, for codes are open lists.
    fn check_classify(&mut self, rows: &[plan::ClassifyRow]) {
        let (facts, effective) = (&self.facts, self.effective());
        let Some(grid) = plan::table::Grid::of_conditions(rows.iter().map(|r| &r.condition), facts, effective) else { return };
        let mut hits: Vec<Option<usize>> = vec![None; grid.cells];
        let mut overlap = None;
        for (index, row) in rows.iter().enumerate() {
            let _ = grid.for_each_met(&row.condition, facts, |cell| match hits.get_mut(cell) {
                Some(Some(first)) if overlap.is_none() => {
                    let (possible, case) = grid.describe(cell, facts, effective);
                    overlap = possible.then_some((*first, index, case));
                }
                Some(hit) if hit.is_none() => *hit = Some(index),
                _ => {}
            });
        }
        if let Some((first, second, case)) = overlap {
            let place = |i: usize| self.tree.classify.get(i).map_or(0..0, |r| r.place.clone());
            let finding = Diagnostic::new(Code::TableOverlap, place(second), say::two_classify_rows_met(&case))
                .label(place(first), say::the_other_row());
            self.report(finding);
        }
    }

    pub(super) fn layer(&mut self, index: usize, layer: &syntax::Layer) -> Option<plan::Layer> {
        let scope = Scope::Claim(Some(index));
        let condition = self.guard(&layer.guard, scope);
        self.not_summed(condition.as_ref(), &layer.id.place);
        let of_layer = self.lasting(condition.as_ref());
        let path = layer.id.value.clone();
        let called = Called { path: &path, scope };
        let mut layer_caps = Vec::new();
        let mut layer_base_caps = Vec::new();
        for (i, cap) in layer.caps.iter().enumerate() {
            let label = format!("layer cap {}", i.saturating_add(1));
            let counts = if cap.on_base { Counts::Base } else { Counts::Payment };
            if let Some(limit) = self.limit(&cap.limit, counts, "cap", i, label, &called) {
                if cap.on_base { layer_base_caps.push(limit) } else { layer_caps.push(limit) }
            }
        }
        layer_caps.extend(self.budgets.iter().filter(|(of, _)| *of == index).map(|(_, limit)| limit.clone()));
        let notional = match &layer.notional {
            None => Some(None),
            Some(guard) => self.guard(guard, scope).map(Some),
        };
        self.not_summed(notional.as_ref().and_then(Option::as_ref), &layer.id.place);
        if layer.notional.is_some() {
            self.check_notional(layer);
        }
        if let Some(days) = &layer.run_off {
            if self.tree.header.settles.is_some() {
                self.error(Code::Conflict, &days.place, say::run_off_of_settlement());
            } else if self.tree.header.rule_date != DateChoice::Admission {
                self.error(Code::Conflict, &days.place, say::run_off_goes_by_admission());
            } else if self.tree.classify.is_empty() {
                self.error(Code::Conflict, &days.place, say::run_off_needs_lines());
            }
        }
        let premium = match &layer.premium {
            None => None,
            Some(premium) => {
                let amount = self.value(&premium.amount, Unit::Amount, Range::NotNegative, Scope::Person);
                let condition = self.guard(&premium.guard, Scope::Person);
                let by_month = premium.by_month;
                amount.zip(condition).map(|(amount, condition)| plan::Premium { amount, condition, by_month })
            }
        };
        let mut benefits = Vec::new();
        for benefit in &layer.benefits {
            self.within = of_layer.iter().cloned().collect();
            benefits.extend(self.benefit(index, layer, benefit, &layer_base_caps, &layer_caps));
            self.within.clear();
        }
        let covers = match &layer.covers {
            Some(names) => names.iter().filter_map(|n| self.portion(n)).collect(),
            None => {
                let mut covers = Vec::new();
                for cover in benefits.iter().flat_map(|b| &b.covers) {
                    if !covers.contains(&cover.portion) && !matches!(cover.factor, Value::Constant(0)) {
                        covers.push(cover.portion);
                    }
                }
                covers
            }
        };
        let mut given_caps = layer_caps;
        if let [only] = benefits.as_slice() {
            given_caps = only.caps.clone();
        }
        if benefits.len() < layer.benefits.len() {
            return None;
        }
        let mut given_posts: Vec<usize> = given_caps.iter().map(|c| c.accumulator).collect();
        given_posts.sort_unstable();
        given_posts.dedup();
        // Of a given payment no lines are chosen, over which such a cap could sum.
        given_caps.retain(|cap| {
            let mut sums = false;
            cap.amount.visit_facts(&mut |fact| sums |= self.facts.get(fact).is_some_and(|f| matches!(f.kind, FactKind::Summed(_))));
            cap.condition.visit(&mut |fact, _| sums |= self.facts.get(fact).is_some_and(|f| matches!(f.kind, FactKind::Summed(_))));
            !sums
        });
        Some(plan::Layer {
            name: named(&layer.id, &layer.about),
            condition: condition?,
            notional: notional?,
            covers,
            given_caps,
            given_posts,
            premium,
            funds: Vec::new(),
            write_off: layer.write_off,
            run_off: layer.run_off.as_ref().map(|days| days.value),
            benefits,
        })
    }

    /// What nobody pays comes out of the bill, is paid by no fund, and is waived by nobody.
    fn check_notional(&mut self, layer: &syntax::Layer) {
        if layer.write_off {
            self.error(Code::Conflict, &layer.id.place, say::notional_and("role = \"write-off\""));
        }
        for benefit in &layer.benefits {
            let beside = benefit.copays.iter().any(|copay| copay.taken == Taken::Beside);
            let refused = if !benefit.indemnity {
                "indemnity = false"
            } else if beside {
                "taken = \"beside\""
            } else if matches!(benefit.form, syntax::Form::Phases { .. }) && !self.tree.funds.is_empty() {
                "phases"
            } else {
                continue;
            };
            self.error(Code::Conflict, &benefit.id.place, say::notional_and(refused));
        }
    }

    /// The part of a condition that is the same throughout a claim: what it excludes no rule within ever sees.
    fn lasting(&self, condition: Option<&Condition>) -> Option<Condition> {
        let lasts = |test: &&plan::condition::Test| {
            let mut lasts = true;
            let alone = Condition { tests: Box::new([(*test).clone()]) };
            alone.visit(&mut |fact, _| lasts &= self.facts.get(fact).is_some_and(|f| !f.kind.at_entry() && !f.kind.of_line()));
            lasts
        };
        let tests: Box<[_]> = condition?.tests.iter().filter(lasts).cloned().collect();
        (!tests.is_empty()).then_some(Condition { tests })
    }

    fn limit(
        &mut self,
        limit: &syntax::Limit,
        counts: Counts,
        kind: &str,
        index: usize,
        label: String,
        called: &Called<'_>,
    ) -> Option<plan::Limit> {
        let amount = self.value(&limit.amount, Unit::Amount, Range::NotNegative, called.scope);
        let accumulator = self.running(&limit.running, counts, kind, index, &limit.place, called);
        let condition = self.guard(&limit.guard, called.scope);
        Some(plan::Limit { amount: amount?, accumulator: accumulator?, condition: condition?, label })
    }

    /// Bands, grants, phases and benefits in kind go through their position once, and it must not fall.
    fn not_rolling(&mut self, accumulator: Option<usize>, kind: &str, place: &Place) {
        if accumulator.and_then(|a| self.accumulators.get(a)).is_some_and(|a| matches!(a.per, Per::Last(_))) {
            self.error(Code::Conflict, place, say::rolling_cannot_hold(kind));
        }
    }

    /// The accumulator that a rule runs on; its own ones are made here.
    fn running(
        &mut self,
        running: &Running,
        counts: Counts,
        kind: &str,
        index: usize,
        place: &Place,
        called: &Called<'_>,
    ) -> Option<usize> {
        match running {
            Running::Named(name) => {
                let Some(found) = self.tree.accumulators.iter().position(|a| a.id.value == name.value) else {
                    let known = self.tree.accumulators.iter().map(|a| a.id.value.as_str());
                    let finding = Diagnostic::new(Code::UnknownName, name.place.clone(), say::no_accumulator(&name.value))
                        .suggest(&name.value, known);
                    self.report(finding);
                    return None;
                };
                self.used.insert(Declared::Accumulator(found));
                let declared = self.tree.accumulators.get(found)?;
                if declared.counts != counts && !matches!(counts, Counts::Parts(_)) {
                    let message = say::counts_another(&name.value, declared.counts, kind, counts);
                    let finding = Diagnostic::new(Code::AccumulatorMismatch, name.place.clone(), message)
                        .label(declared.id.place.clone(), say::declared_here());
                    self.report(finding);
                    return None;
                }
                Some(found)
            }
            Running::Own { per, owner } => {
                if *owner != Owner::Person && matches!(per, Per::Claim | Per::Stay) {
                    self.error(Code::Conflict, place, say::not_of_a_household(*per));
                    return None;
                }
                let number = if index == 0 { String::new() } else { format!("_{}", index.saturating_add(1)) };
                let name = format!("{}.{kind}{number}", called.path);
                self.accumulators.push(Accumulator {
                    name,
                    counts,
                    per: *per,
                    owner: *owner,
                    condition: Condition::default(),
                    held: None,
                    of_spells: false,
                });
                Some(self.accumulators.len().saturating_sub(1))
            }
        }
    }

    fn benefit(
        &mut self,
        index: usize,
        layer: &syntax::Layer,
        benefit: &syntax::Benefit,
        layer_base_caps: &[plan::Limit],
        layer_caps: &[plan::Limit],
    ) -> Option<plan::Benefit> {
        let of_claim = Scope::Claim(Some(index));
        // Of a benefit by line every line is a case of its own.
        let scope = if benefit.each == Each::Line { Scope::Line(Some(index)) } else { of_claim };
        let path = format!("{}.{}", layer.id.value, benefit.id.value);
        let called = Called { path: &path, scope };
        // A payment given for the layer is no line's.
        let called_by_caps = Called { path: &path, scope: of_claim };
        self.trail.clear();
        let condition = self.guard(&benefit.guard, scope);
        // What the benefit covers is also asked when a payment is given for the layer, whatever the conditions say.
        let mut of_layer = std::mem::take(&mut self.within);
        if benefit.each != Each::Claim {
            // The layer's conditions hold on the claim's date, not on each item's.
            of_layer.clear();
        }
        let covers = self.covers(benefit, index);
        let of_benefit = self.lasting(condition.as_ref());
        self.within = of_layer.into_iter().chain(of_benefit).collect();
        let lines = match &benefit.lines {
            None => Some(None),
            Some(lines) => self.condition(lines, Scope::Line(Some(index))).map(Some),
        };
        let group = match &benefit.group {
            None => Some(None),
            Some(group) => self.group(index, benefit, group).map(Some),
        };
        self.not_summed(condition.as_ref(), &benefit.place);
        self.not_summed(lines.as_ref().and_then(Option::as_ref), &benefit.place);
        let mut deductibles = Vec::new();
        let mut franchise = None;
        for (i, deductible) in benefit.deductibles.iter().enumerate() {
            let counts = if deductible.franchise { Counts::Base } else { Counts::Deductible };
            let label = format!("deductible {}", i.saturating_add(1));
            let limit = self.limit(&deductible.limit, counts, "deductible", i, label, &called);
            if deductible.franchise {
                self.not_rolling(limit.as_ref().map(|l| l.accumulator), "franchise", &deductible.limit.place);
                franchise = limit;
            } else {
                deductibles.extend(limit);
            }
        }
        let mut copays = Vec::new();
        for (i, copay) in benefit.copays.iter().enumerate() {
            let item = if copay.each.by_line() { Scope::Line(Some(index)) } else { scope };
            let amount = match copay.is_ratio {
                true => self.value(&copay.amount, Unit::Ratio, Range::Share, item),
                false => self.value(&copay.amount, Unit::Amount, Range::NotNegative, item),
            };
            let mut end = |end: &Option<syntax::Value>| match end {
                None => Some(None),
                Some(value) => self.value(value, Unit::Amount, Range::NotNegative, item).map(Some),
            };
            let (least, most) = (end(&copay.least), end(&copay.most));
            if let (Some(Some(Value::Constant(least))), Some(Some(Value::Constant(most)))) = (&least, &most)
                && least > most
            {
                let message = say::least_above_most(Money::from_micros(*least), Money::from_micros(*most));
                self.error(Code::OutOfRange, &copay.place, message);
            }
            let times = match copay.each {
                Each::Claim | Each::Line => None,
                Each::Unit => self.find_fact("quantity"),
                Each::Day => self.find_fact("days"),
            };
            if copay.each == Each::Unit && self.tree.classify.is_empty() {
                self.error(Code::Conflict, &copay.place, say::units_need_lines());
            }
            let mut caps = Vec::new();
            for (j, cap) in copay.caps.iter().enumerate() {
                let (number, label) = (i.saturating_add(1), j.saturating_add(1));
                let label = format!("copay {number}: cap {label}");
                caps.extend(self.limit(cap, Counts::Copay, &format!("copay_{number}.cap"), j, label, &called));
            }
            if !copay.caps.is_empty() && copay.taken != Taken::Beside && benefit.out_of_pocket_max.iter().any(|maximum| maximum.of.copay) {
                self.error(Code::Conflict, &copay.place, say::copay_cap_and_maximum());
            }
            let condition = self.guard(&copay.guard, scope);
            let unit = self.tree.header.rounding;
            if let (Taken::Beside, Some(Value::Constant(sum))) = (copay.taken, &amount)
                && !unit.holds(Money::from_micros(*sum))
            {
                self.error(Code::OutOfRange, &benefit.place, say::beside_no_multiple(Money::from_micros(*sum), unit.unit()));
            }
            if let Some((((amount, condition), least), most)) = amount.zip(condition).zip(least).zip(most) {
                let (each, is_ratio, taken) = (copay.each, copay.is_ratio, copay.taken);
                copays.push(plan::Copay { each, times, amount, is_ratio, least, most, caps, taken, condition });
            }
        }
        let form = self.form(&benefit.form, &called);
        let mut adjust = |list: &[syntax::Adjustment], range| {
            let mut adjustments = Vec::new();
            for adjustment in list {
                let value = self.value(&adjustment.value, Unit::Ratio, range, scope);
                let condition = self.guard(&adjustment.guard, scope);
                adjustments.extend(value.zip(condition).map(|(value, condition)| plan::Adjustment { value, condition }));
            }
            adjustments
        };
        let points = adjust(&benefit.points, Range::Any);
        let factors = adjust(&benefit.factors, Range::NotNegative);
        let mut ratio_between = [None, None];
        for (end, written) in ratio_between.iter_mut().zip(&benefit.ratio_between) {
            if let Some(written) = written {
                *end = Some(self.value(written, Unit::Ratio, Range::Share, scope)?);
            }
        }
        if benefit.ratio_between.iter().any(Option::is_some) && !matches!(benefit.form, syntax::Form::Ratio(_) | syntax::Form::Bands { .. })
        {
            self.error(Code::Conflict, &benefit.place, say::between_needs_a_ratio());
        }
        let mut out_of_pocket_max = Vec::new();
        for (i, limit) in benefit.out_of_pocket_max.iter().enumerate() {
            let label = format!("out-of-pocket maximum {}", i.saturating_add(1));
            let counts = if limit.of == Parts::ALL { Counts::PatientShare } else { Counts::Parts(limit.of) };
            out_of_pocket_max.extend(self.limit(limit, counts, "out_of_pocket_max", i, label, &called));
        }
        self.check_parts(benefit);
        self.check_phases(index, benefit);
        let (mut base_caps, mut caps) = (Vec::new(), Vec::new());
        // So are its caps.
        self.within.clear();
        for (i, cap) in benefit.caps.iter().enumerate() {
            let label = format!("cap {}", i.saturating_add(1));
            let counts = if cap.on_base { Counts::Base } else { Counts::Payment };
            let limit = self.limit(&cap.limit, counts, "cap", i, label, &called_by_caps);
            if cap.on_base { base_caps.extend(limit) } else { caps.extend(limit) }
        }
        let mut line_caps = Vec::new();
        for (i, cap) in benefit.line_caps.iter().enumerate() {
            line_caps.extend(self.line_cap(cap, i, index, benefit, &called));
        }
        base_caps.extend_from_slice(layer_base_caps);
        caps.extend_from_slice(layer_caps);
        let coordinate = match &benefit.coordinate {
            None => Some(None),
            Some(coordinate) => self.coordinate(index, benefit, coordinate).map(Some),
        };
        let minimum = match &benefit.minimum {
            None => Some(None),
            Some(value) => self.value(value, Unit::Amount, Range::NotNegative, scope).map(Some),
        };
        let covers = covers?;
        let allocate = self.allocate(benefit, &covers);
        let rounding = benefit.rounding.unwrap_or(self.tree.header.rounding);
        if !self.tree.header.rounding.holds(rounding.unit()) {
            let message = say::no_multiple(rounding.unit(), self.tree.header.rounding.unit());
            self.error(Code::OutOfRange, &benefit.place, message);
        }
        let mut compiled = plan::Benefit {
            name: named(&benefit.id, &benefit.about),
            condition: condition?,
            covers,
            lines: lines?,
            group: group?,
            run_off: layer.run_off.as_ref().map(|days| days.value),
            franchise,
            deductibles,
            by_items: copays.iter().any(|c| c.each != Each::Claim || c.is_ratio || !c.caps.is_empty()),
            copays,
            form: form?,
            points,
            factors,
            ratio_between,
            out_of_pocket_max,
            line_caps,
            base_caps,
            caps,
            coordinate: coordinate?,
            minimum: minimum?,
            indemnity: benefit.indemnity,
            each: benefit.each,
            allocate: allocate?,
            rounding,
            rounds_patient_share: benefit.rounds_patient_share,
            rounds_coinsurance: benefit.rounds_coinsurance,
            parts: benefit.out_of_pocket_max.first().map_or(Parts::ALL, |limit| limit.of),
            posts: Vec::new(),
            held: Vec::new(),
            plain: false,
            parameters: self.trail.iter().filter_map(|p| self.tree.parameters.get(*p)).map(|p| named(&p.name, &p.about)).collect(),
        };
        compiled.posts = self.posts(&compiled);
        for (i, (cap, written)) in compiled.line_caps.iter().zip(&benefit.line_caps).enumerate() {
            let accumulator = cap.limit.accumulator;
            let before = || compiled.line_caps.iter().take(i).any(|one| one.limit.accumulator == accumulator);
            if cap.posts && (compiled.posts.iter().any(|(a, _)| *a == accumulator) || before()) {
                let name = self.accumulators.get(accumulator).map(|a| a.name.clone()).unwrap_or_default();
                self.error(Code::Conflict, &written.limit.place, say::line_cap_alone(&name));
            }
        }
        self.check_pays(&compiled, benefit);
        self.check_run_off(&compiled, benefit);
        self.check_each(&compiled, benefit);
        Some(compiled)
    }

    fn line_cap(
        &mut self,
        cap: &syntax::LineCap,
        number: usize,
        layer: usize,
        benefit: &syntax::Benefit,
        called: &Called<'_>,
    ) -> Option<plan::LineCap> {
        let place = &cap.limit.place;
        let (unit, counts, times) = match cap.on {
            CapOn::Payment | CapOn::Base => (Unit::Amount, Counts::Base, None),
            CapOn::Units => (Unit::Count, Counts::Units, self.find_fact("quantity")),
            CapOn::Days => (Unit::Count, Counts::Days, self.find_fact("days")),
        };
        if cap.on == CapOn::Units && self.tree.classify.is_empty() {
            self.error(Code::Conflict, place, say::units_need_lines());
        }
        if benefit.coordinate.is_some() {
            self.error(Code::Conflict, place, say::line_cap_and_coordinate());
        }
        let amount = self.value(&cap.limit.amount, unit, Range::NotNegative, called.scope);
        let accumulator = self.running(&cap.limit.running, counts, "line_cap", number, place, called);
        let condition = self.guard(&cap.limit.guard, called.scope);
        let lines = match &cap.lines {
            None => Some(None),
            Some(lines) => self.condition(lines, Scope::Line(Some(layer))).map(Some),
        };
        self.not_summed(lines.as_ref().and_then(Option::as_ref), place);
        let label = format!("line cap {}", number.saturating_add(1));
        let limit = plan::Limit { amount: amount?, accumulator: accumulator?, condition: condition?, label };
        let posts = cap.on != CapOn::Days || matches!(cap.limit.running, Running::Own { .. });
        Some(plan::LineCap { limit, on: cap.on, times, lines: lines?, posts })
    }

    /// What cannot be figured item by item.
    fn check_each(&mut self, benefit: &plan::Benefit, written: &syntax::Benefit) {
        if benefit.each == Each::Claim {
            return;
        }
        let name = benefit.each.name();
        if self.tree.classify.is_empty() {
            self.error(Code::Conflict, &written.id.place, say::each_needs_lines(name));
        }
        let with = [
            (benefit.coordinate.is_some(), "coordinate"),
            (benefit.group.is_some(), "group"),
            (!benefit.line_caps.is_empty(), "cap on units, days or lines"),
            (benefit.by_items, "copay by item"),
            (matches!(benefit.form, plan::Form::InKind { .. }), "in_kind"),
            (matches!(benefit.form, plan::Form::Phases { .. }), "phases"),
            (self.tree.header.settles.is_some(), "settles"),
        ];
        for (_, what) in with.into_iter().filter(|(there, _)| *there) {
            self.error(Code::Conflict, &written.id.place, say::not_with_each(name, what));
        }
    }

    /// What goes by the claim's days or units as a whole cannot be cut by the dates of lines.
    fn check_run_off(&mut self, benefit: &plan::Benefit, written: &syntax::Benefit) {
        if benefit.run_off.is_none() {
            return;
        }
        let mut by_days = false;
        let mut figured = |fact: usize| {
            let kind = self.facts.get(fact).map(|f| f.kind);
            by_days |= matches!(kind, Some(FactKind::Days | FactKind::DayCharge(_) | FactKind::Uncovered(_)));
        };
        for part in benefit.parts() {
            match part {
                Part::Condition(_) => {}
                Part::Value(value) => value.visit_figured(&mut figured),
                Part::Fact(fact) => figured(fact),
            }
        }
        if by_days {
            self.error(Code::Conflict, &written.id.place, say::run_off_and_days());
        }
        if matches!(benefit.form, plan::Form::InKind { .. }) {
            self.error(Code::Conflict, &written.id.place, say::run_off_and_units());
        }
    }

    /// A sum over the lines of a benefit is not known before the benefit has chosen them.
    fn not_summed(&mut self, condition: Option<&Condition>, place: &Place) {
        let mut asked = Vec::new();
        if let Some(condition) = condition {
            condition.visit(&mut |fact, _| asked.push(fact));
        }
        self.report_summed(asked, place);
    }

    fn not_summed_value(&mut self, value: Option<&Value>, place: &Place) {
        let mut asked = Vec::new();
        if let Some(value) = value {
            value.visit_facts(&mut |fact| asked.push(fact));
        }
        self.report_summed(asked, place);
    }

    fn report_summed(&mut self, asked: Vec<usize>, place: &Place) {
        let summed = asked.into_iter().filter_map(|fact| self.facts.get(fact)).find(|f| matches!(f.kind, FactKind::Summed(_)));
        if let Some(name) = summed.map(|f| f.name.clone()) {
            self.error(Code::Conflict, place, say::sums_known_inside(&name));
        }
    }

    fn group(&mut self, layer: usize, benefit: &syntax::Benefit, group: &syntax::Group) -> Option<plan::Group> {
        let scope = Scope::Line(Some(layer));
        let mut by = Vec::new();
        for name in &group.by {
            let fact = self.fact(name, scope)?;
            if !self.facts.get(fact).is_some_and(|f| f.kind.of_line()) {
                self.error(Code::Conflict, &name.place, say::groups_by_lines(&name.value));
            }
            let attribute = self.tree.attributes.iter().find(|a| a.name.value == name.value);
            by.push(plan::GroupKey { fact, default: attribute.and_then(|a| a.default.as_ref()).map(|d| d.value.clone()) });
        }
        if by.is_empty() {
            self.error(Code::BadValue, &group.place, say::names_a_figure());
        }
        let least = self.value(&group.least, Unit::Amount, Range::NotNegative, Scope::Claim(Some(layer)));
        let condition = self.guard(&group.guard, scope);
        self.not_summed(condition.as_ref(), &group.place);
        self.not_summed_value(least.as_ref(), &group.place);
        for (key, there) in [("coordinate", benefit.coordinate.is_some()), ("indemnity = false", !benefit.indemnity)] {
            if there {
                self.error(Code::Conflict, &group.place, say::group_and(key));
            }
        }
        let group = plan::Group { index: self.groups.len(), least: least?, condition: condition? };
        self.groups.push(by);
        Some(group)
    }

    /// The layers that a benefit coordinates with, which must pay before it and for something that it covers.
    fn coordinate(&mut self, layer: usize, benefit: &syntax::Benefit, written: &syntax::Coordinate) -> Option<plan::Coordinate> {
        let earlier = || self.tree.layers.iter().take(layer).enumerate();
        let mut with = Vec::new();
        let mut unknown = Vec::new();
        match &written.with {
            None => with.extend(earlier().filter(|(_, l)| !l.write_off).map(|(index, _)| index)),
            Some(names) => {
                for name in names {
                    match earlier().find(|(_, l)| l.id.value == name.value) {
                        Some((index, found)) => {
                            if with.contains(&index) {
                                unknown.push(Diagnostic::new(Code::DuplicateName, name.place.clone(), say::named_twice(&name.value)));
                            }
                            if !pays_for_any(found, &benefit.covers) {
                                unknown.push(Diagnostic::new(Code::Conflict, name.place.clone(), say::coordinates_in_vain(&name.value)));
                            }
                            with.push(index);
                        }
                        None => {
                            let known = earlier().map(|(_, l)| l.id.value.as_str());
                            let finding =
                                Diagnostic::new(Code::UnknownName, name.place.clone(), say::coordinates_with_earlier(&name.value));
                            unknown.push(finding.suggest(&name.value, known));
                        }
                    }
                }
            }
        }
        let failed = !unknown.is_empty();
        for finding in unknown {
            self.report(finding);
        }
        if with.is_empty() && !failed {
            self.error(Code::Conflict, &written.place, say::coordinates_with_nobody());
        }
        if !benefit.indemnity {
            self.error(Code::Conflict, &written.place, say::coordinate_and_beside());
        }
        if benefit.rounds_coinsurance || benefit.out_of_pocket_max.iter().any(|m| m.of != Parts::ALL) {
            self.error(Code::Conflict, &written.place, say::coordinate_and_parts());
        }
        (!failed).then(|| plan::Coordinate { with, greatest: written.greatest, candidates: written.candidates.clone() })
    }

    /// Where the parts of the patient's share are told apart, each must be plain to see.
    fn check_parts(&mut self, benefit: &syntax::Benefit) {
        let maxima = &benefit.out_of_pocket_max;
        let Some(of) = maxima.first().map(|m| m.of).or(benefit.rounds_coinsurance.then_some(Parts::ALL)) else { return };
        if let Some(other) = maxima.iter().find(|m| m.of != of) {
            self.error(Code::Conflict, &other.place, say::maxima_of_other_parts());
        }
        if let Some(named) = maxima.iter().find(|m| m.of != Parts::ALL && matches!(m.running, Running::Named(_))) {
            self.error(Code::Conflict, &named.place, say::parts_on_their_own());
        }
        if of.copay && !maxima.is_empty() && benefit.copays.iter().any(|c| c.taken == Taken::Beside) {
            self.error(Code::Conflict, &benefit.place, say::beside_and_maximum());
        }
        if of == Parts::ALL && !benefit.rounds_coinsurance {
            return;
        }
        if !matches!(benefit.form, syntax::Form::Ratio(_) | syntax::Form::Bands { .. }) {
            self.error(Code::Conflict, &benefit.place, say::parts_need_ratio());
        }
        if benefit.deductibles.iter().any(|d| d.franchise) {
            self.error(Code::Conflict, &benefit.place, say::parts_without_franchise());
        }
        if benefit.copays.iter().any(|c| c.taken == Taken::FromPayment) {
            self.error(Code::Conflict, &benefit.place, say::parts_without_from_payment());
        }
    }

    fn covers(&mut self, benefit: &syntax::Benefit, layer: usize) -> Option<Vec<plan::Cover>> {
        let mut covers: Vec<plan::Cover> = Vec::new();
        for cover in &benefit.covers {
            let portion = self.portion(&cover.portion);
            let factor = match &cover.factor {
                None => Some(Value::Constant(Ratio::ONE.millionths())),
                Some(value) => self.value(value, Unit::Ratio, Range::Share, Scope::Line(Some(layer))),
            };
            self.not_summed_value(factor.as_ref(), &cover.portion.place);
            let (portion, factor) = portion.zip(factor)?;
            if covers.iter().any(|c| c.portion == portion) {
                self.error(Code::DuplicateName, &cover.portion.place, say::covered_twice(&cover.portion.value));
            }
            let mut by_line = false;
            factor.visit_facts(&mut |fact| by_line |= self.facts.get(fact).is_some_and(|f| f.kind.of_line()));
            covers.push(plan::Cover { portion, factor, by_line });
        }
        if benefit.covers.is_empty() {
            self.error(Code::MissingKey, &benefit.place, say::covers_needs_one());
            return None;
        }
        Some(covers)
    }

    fn allocate(&mut self, benefit: &syntax::Benefit, covers: &[plan::Cover]) -> Option<Vec<usize>> {
        let Some(names) = &benefit.allocate else { return Some((0..covers.len()).collect()) };
        let mut order = Vec::new();
        for name in names {
            let portion = self.portion(name)?;
            match covers.iter().position(|c| c.portion == portion) {
                Some(index) if !order.contains(&index) => order.push(index),
                _ => self.error(Code::Conflict, &name.place, say::not_covered(&name.value)),
            }
        }
        if order.len() < covers.len() {
            self.error(Code::Conflict, &benefit.place, say::allocate_names_all());
            return None;
        }
        Some(order)
    }

    fn form(&mut self, form: &syntax::Form, called: &Called<'_>) -> Option<plan::Form> {
        let scope = called.scope;
        match form {
            syntax::Form::Ratio(value) => self.value(value, Unit::Ratio, Range::Payout, scope).map(plan::Form::Ratio),
            syntax::Form::Fixed(value) => self.value(value, Unit::Amount, Range::NotNegative, scope).map(plan::Form::Fixed),
            syntax::Form::Bands { absolute, running, rows, place } => {
                let counts = if *absolute { Counts::Base } else { Counts::Excess };
                let accumulator = self.running(running, counts, "bands", 0, place, called);
                self.not_rolling(accumulator, "bands", place);
                let mut bands = Vec::new();
                let mut last = 0;
                for row in rows {
                    let to = match &row.to {
                        None => None,
                        Some(value) => {
                            let edge = self.value(value, Unit::Amount, Range::NotNegative, scope)?;
                            if let Value::Constant(edge) = edge {
                                if edge <= last {
                                    self.error(Code::OutOfOrder, &row.place, say::bands_must_rise());
                                }
                                last = edge;
                            }
                            Some(edge)
                        }
                    };
                    let ratio = self.value(&row.ratio, Unit::Ratio, Range::Payout, scope)?;
                    bands.push(plan::Band { to, ratio });
                }
                Some(plan::Form::Bands { absolute: *absolute, accumulator: accumulator?, rows: bands })
            }
            syntax::Form::Phases { running, share, rows, place } => {
                let accumulator = self.running(running, Counts::Base, "phases", 0, place, called);
                self.not_rolling(accumulator, "phases", place);
                let share = match (share, running) {
                    (Some(name), _) => Running::Named(name.clone()),
                    (None, Running::Own { per, owner }) => Running::Own { per: *per, owner: *owner },
                    (None, Running::Named(name)) => {
                        let declared = self.tree.accumulators.iter().find(|a| a.id.value == name.value)?;
                        Running::Own { per: declared.per, owner: declared.owner }
                    }
                };
                let share = self.running(&share, Counts::PatientShare, "phases_share", 0, place, called);
                self.not_rolling(share, "phases", place);
                let mut phases = Vec::new();
                for row in rows {
                    phases.push(self.phase(row, scope)?);
                }
                let pays = |phase: &&plan::Phase| phase.parts.iter().any(|(_, ratio)| !matches!(ratio, Value::Constant(0)));
                let split = phases.iter().filter(pays).filter(|phase| phase.parts.iter().any(|(fund, _)| fund.is_some())).count();
                if split > 0 && split < phases.iter().filter(pays).count() {
                    self.error(Code::Conflict, place, say::some_rows_split());
                }
                Some(plan::Form::Phases { accumulator: accumulator?, share: share?, rows: phases })
            }
            syntax::Form::Grant { running, rows, place } => {
                let accumulator = self.running(running, Counts::Excess, "grant", 0, place, called);
                self.not_rolling(accumulator, "grant", place);
                let mut steps = Vec::new();
                let mut last = None;
                for row in rows {
                    let above = self.value(&row.above, Unit::Amount, Range::NotNegative, scope)?;
                    let pays = self.value(&row.pays, Unit::Amount, Range::NotNegative, scope)?;
                    if let Value::Constant(edge) = above {
                        if last.is_some_and(|last| edge <= last) {
                            self.error(Code::OutOfOrder, &row.place, say::steps_must_rise());
                        }
                        last = Some(edge);
                    }
                    steps.push(plan::GrantRow { above, pays });
                }
                Some(plan::Form::Grant { accumulator: accumulator?, rows: steps })
            }
            syntax::Form::InKind { buy, give, units, running, place } => {
                let fact = self.fact(units, scope);
                let accumulator = self.running(running, Counts::Units, "in_kind", 0, place, called);
                self.not_rolling(accumulator, "in_kind", place);
                let fact = fact?;
                if self.facts.get(fact).and_then(|f| f.domain.unit()) != Some(Unit::Count) {
                    self.error(Code::WrongUnit, &units.place, say::not_a_count(&units.value));
                    return None;
                }
                Some(plan::Form::InKind { buy: buy.value, give: give.value, units: fact, accumulator: accumulator? })
            }
        }
    }

    fn phase(&mut self, row: &syntax::Phase, scope: Scope) -> Option<plan::Phase> {
        let mut edge = |value: &Option<syntax::Value>| match value {
            None => Some(None),
            Some(value) => self.value(value, Unit::Amount, Range::NotNegative, scope).map(Some),
        };
        let (to, to_share) = (edge(&row.to), edge(&row.to_share));
        let mut parts = Vec::new();
        match &row.pays {
            syntax::Pays::Ratio(ratio) => parts.push((None, self.value(ratio, Unit::Ratio, Range::Payout, scope)?)),
            syntax::Pays::Split(split) => {
                let mut sum = Some(0i64);
                for (name, ratio) in split {
                    let fund = self.tree.funds.iter().position(|f| f.id.value == name.value);
                    match fund {
                        Some(fund) => {
                            self.used.insert(Declared::Fund(fund));
                        }
                        None => {
                            let known = self.tree.funds.iter().map(|f| f.id.value.as_str());
                            let message = say::no_fund(&name.value);
                            self.report(Diagnostic::new(Code::UnknownName, name.place.clone(), message).suggest(&name.value, known));
                        }
                    }
                    let ratio = self.value(ratio, Unit::Ratio, Range::Payout, scope)?;
                    sum = sum.zip(if let Value::Constant(part) = ratio { Some(part) } else { None }).and_then(|(a, b)| a.checked_add(b));
                    parts.push((Some(fund?), ratio));
                }
                if let Some(sum) = sum.filter(|sum| *sum > Ratio::ONE.millionths()) {
                    self.error(Code::OutOfRange, &row.place, say::split_above_whole(Ratio::from_millionths(sum)));
                }
            }
        }
        Some(plan::Phase { to: to?, to_share: to_share?, parts })
    }

    /// What phases say themselves cannot be said beside them.
    fn check_phases(&mut self, layer: usize, benefit: &syntax::Benefit) {
        let syntax::Form::Phases { rows, .. } = &benefit.form else { return };
        let beside = |c: &syntax::Copay| c.taken == Taken::Beside;
        for (key, there) in [
            ("deductible", !benefit.deductibles.is_empty()),
            ("copay", !benefit.copays.iter().all(beside)),
            ("points", !benefit.points.is_empty()),
            ("factors", !benefit.factors.is_empty()),
            ("out_of_pocket_max", !benefit.out_of_pocket_max.is_empty()),
            ("coordinate", benefit.coordinate.is_some()),
            ("indemnity = false", !benefit.indemnity),
            ("rounding.of", benefit.rounds_patient_share || benefit.rounds_coinsurance),
        ] {
            if there {
                self.error(Code::Conflict, &benefit.place, say::phases_stand_alone(key));
            }
        }
        // An accumulator that counts what the layer pays counts what its funds pay.
        let funds = rows.iter().filter_map(|row| if let syntax::Pays::Split(split) = &row.pays { Some(split) } else { None }).flatten();
        let mut twice = None;
        for (name, _) in funds {
            let fund = self.tree.funds.iter().position(|f| f.id.value == name.value).map(Payer::Fund);
            let both = |a: usize| {
                [fund, Some(Payer::Layer(layer))].iter().all(|p| self.feeds.iter().any(|f| f.accumulator == a && Some(f.payer) == *p))
            };
            if twice.is_none() && (0..self.tree.accumulators.len()).any(both) {
                twice = Some(name);
            }
        }
        if let (Some(name), Some(layer)) = (twice, self.tree.layers.get(layer)) {
            self.error(Code::Conflict, &name.place, say::fund_and_its_layer(&name.value, &layer.id.value));
        }
    }

    /// Every accumulator that a rule of the benefit names, once.
    fn posts(&self, benefit: &plan::Benefit) -> Vec<(usize, Counts)> {
        let mut posts: Vec<usize> = Vec::new();
        let limits = benefit.franchise.iter().chain(&benefit.deductibles).chain(&benefit.out_of_pocket_max);
        posts.extend(limits.chain(&benefit.base_caps).map(|l| l.accumulator));
        match benefit.form {
            plan::Form::Bands { accumulator, .. } | plan::Form::Grant { accumulator, .. } | plan::Form::InKind { accumulator, .. } => {
                posts.push(accumulator);
            }
            plan::Form::Phases { accumulator, share, .. } => posts.extend([accumulator, share]),
            plan::Form::Ratio(_) | plan::Form::Fixed(_) => {}
        }
        posts.extend(benefit.caps.iter().map(|l| l.accumulator));
        let mut seen = BTreeSet::new();
        posts.retain(|accumulator| seen.insert(*accumulator));
        posts.into_iter().filter_map(|a| self.accumulators.get(a).map(|acc| (a, acc.counts))).collect()
    }

    fn check_pays(&mut self, benefit: &plan::Benefit, written: &syntax::Benefit) {
        // An out-of-pocket maximum pays also where the ratio does not.
        // So does what others left of the base.
        let of_base = benefit.coordinate.as_ref().is_some_and(|c| c.candidates.contains(&Candidate::BaseLessPaid));
        let nothing = !of_base
            && benefit.ratio_between[0].is_none()
            && benefit.out_of_pocket_max.is_empty()
            && match &benefit.form {
                plan::Form::Ratio(Value::Constant(0)) | plan::Form::Fixed(Value::Constant(0)) => benefit.points.is_empty(),
                plan::Form::Bands { rows, .. } => benefit.points.is_empty() && rows.iter().all(|r| matches!(r.ratio, Value::Constant(0))),
                plan::Form::Phases { rows, .. } => rows.iter().flat_map(|r| &r.parts).all(|(_, r)| matches!(r, Value::Constant(0))),
                _ => false,
            };
        let never = benefit.caps.iter().any(|c| matches!(c.amount, Value::Constant(0)) && c.condition.tests.is_empty());
        let no_base = benefit.covers.iter().all(|c| matches!(c.factor, Value::Constant(0)));
        if nothing || never || (no_base && benefit.indemnity) {
            let why = if nothing {
                Never::RatioIsZero
            } else if never {
                Never::CapIsZero
            } else {
                Never::CountsNothing
            };
            self.error(Code::NeverPays, &written.id.place, say::never_pays(&written.id.value, why));
        }
    }

    /// Gives a place for held money to each deductible that several benefits share.
    pub(super) fn mark_shared_deductibles(&mut self, layers: &mut [plan::Layer]) -> usize {
        let mut slots = 0;
        for (index, accumulator) in self.accumulators.iter_mut().enumerate() {
            let shares = |b: &&plan::Benefit| b.deductibles.iter().any(|d| d.accumulator == index);
            if accumulator.counts == Counts::Deductible && layers.iter().flat_map(|l| &l.benefits).filter(shares).count() > 1 {
                accumulator.held = Some(slots);
                slots += 1;
            }
        }
        for benefit in layers.iter_mut().flat_map(|l| &mut l.benefits) {
            let mut held: Vec<usize> =
                benefit.deductibles.iter().filter_map(|d| self.accumulators.get(d.accumulator).and_then(|a| a.held)).collect();
            held.dedup();
            benefit.held = held;
            let in_full = |c: &plan::Cover| matches!(c.factor, Value::Constant(f) if f == Ratio::ONE.millionths());
            benefit.plain = !benefit.chooses()
                && benefit.coordinate.is_none()
                && benefit.held.is_empty()
                && !benefit.by_items
                && benefit.line_caps.is_empty()
                && benefit.covers.iter().all(in_full);
        }
        slots
    }
}
