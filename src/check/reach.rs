//! Rules that no claim reaches and limits that never count: what follows from conditions and numbers alone.
//!
//! Every argument goes over all cases that the conditions tell apart; facts that are known only within a claim (what is left, what was paid) are taken to
//! have any value. Where there are more than [`CELLS`] cases, or a number is figured from the case itself, nothing is said.

#![allow(clippy::arithmetic_side_effects, reason = "places in lists that are in memory")]

use super::kinds::{Kind, kind_meeting};
use super::words;
use super::{Finding, Scene, Witness};
use crate::date::Per;
use crate::diagnostic::Code;
use crate::diagnostic::Message;
use crate::engine::Fault;
use crate::money::MICROS_PER_WHOLE;
use crate::plan::condition::Condition;
use crate::plan::fact::effective_days;
use crate::plan::parts::Part;
use crate::plan::table::Grid;
use crate::plan::value::Value;
use crate::plan::{Benefit, Form, Limit, Plan};
use crate::scheme::syntax::{self, Place};

/// The most cases that one argument looks at.
const CELLS: usize = 1 << 14;
/// The most cases that all arguments together look at.
const ALL_CELLS: usize = 1 << 23;
/// So many findings are more than anybody reads: the layers after them are not looked at.
const ENOUGH: usize = 200;
/// The most limits of one kind in a benefit that are compared with each other.
const LIMITS: usize = 16;

pub(super) fn findings(scene: &Scene<'_>) -> Vec<Finding> {
    let mut reach = Reach { scene, rest: ALL_CELLS, findings: Vec::new() };
    for layer in 0..scene.plan.layers.len() {
        if reach.findings.len() >= ENOUGH {
            break;
        }
        reach.layer(layer);
    }
    reach.findings
}

struct Reach<'s> {
    scene: &'s Scene<'s>,
    rest: usize,
    findings: Vec<Finding>,
}

impl Reach<'_> {
    /// Whether a statement holds in every case in which conditions hold; nothing where that cannot be told.
    fn in_every_case(
        &mut self,
        given: &[&Condition],
        parts: &[Part<'_>],
        mut holds: impl FnMut(&crate::plan::fact::Facts) -> Result<bool, Fault>,
    ) -> Option<bool> {
        let plan = self.scene.plan;
        let all = given.iter().copied().map(Part::Condition).chain(parts.iter().copied());
        let grid = Grid::of_parts(all, &plan.facts, effective_days(plan.effective))?;
        if grid.cells > CELLS {
            return None;
        }
        self.rest = self.rest.checked_sub(grid.cells)?;
        let mut always = Some(true);
        let done = grid.for_each(&plan.facts, |_, case, possible| {
            if !possible || always != Some(true) {
                return Ok(());
            }
            for condition in given {
                if !condition.holds(case)? {
                    return Ok(());
                }
            }
            always = Some(holds(case)?);
            Ok(())
        });
        // A value that cannot be figured proves nothing.
        done.ok().and(always)
    }

    fn never(&mut self, conditions: &[&Condition]) -> bool {
        conditions.iter().any(|c| !c.tests.is_empty()) && self.in_every_case(conditions, &[], |_| Ok(false)) == Some(true)
    }

    fn layer(&mut self, l: usize) {
        let scene = self.scene;
        let Some(layer) = scene.plan.layers.get(l) else { return };
        if self.never(&[&layer.condition]) {
            let name = &layer.name.id;
            let witness = self.nearest(&[], words::nearest_shows(name));
            let finding = Finding::new(Code::Unreachable, scene.layer_place(l), words::layer_never(name));
            self.findings.push(finding.help(words::conditions_help()).witness(witness));
            return;
        }
        for b in 0..layer.benefits.len() {
            self.benefit(l, b);
        }
    }

    fn benefit(&mut self, l: usize, b: usize) -> Option<()> {
        let scene = self.scene;
        let layer = scene.plan.layers.get(l)?;
        let benefit = layer.benefits.get(b)?;
        let tree = scene.tree().layers.get(l)?.benefits.get(b)?;
        let name = scene.benefit_name(l, b);
        // What is figured for each line or day asks on that day, its layer and its lines on the claim's.
        let whole = benefit.each == syntax::Each::Claim;
        let anything = Condition::default();
        let of_layer = if whole { &layer.condition } else { &anything };
        let own: Vec<&Condition> = std::iter::once(&benefit.condition).chain(benefit.lines.iter().filter(|_| whole)).collect();
        let given: Vec<&Condition> = std::iter::once(of_layer).chain(own.iter().copied()).collect();
        if self.never(&given) {
            let with_layer = !self.never(&own);
            let witness = self.nearest(&[&layer.condition], words::nearest_shows(&name));
            let finding = Finding::new(Code::Unreachable, scene.benefit_place(l, b), words::benefit_never(&name, with_layer));
            self.findings.push(finding.help(words::conditions_help()).witness(witness));
            return None;
        }
        if whole && self.swept(l, b, &given) {
            return None;
        }
        let claim = [of_layer, &benefit.condition];
        let shows = |scene: &Scene<'_>| case_of(scene, &given).and_then(|kind| scene.one_claim(&kind, words::limit_shows(&name)));
        if let Some((cap, deductible)) = self.cap_below_deductible(benefit, &claim) {
            let place = self.base_cap_place(tree, l, cap);
            let other = limit_place(tree.deductibles.iter().filter(|d| !d.franchise).map(|d| &d.limit), deductible);
            let finding = Finding::new(Code::CapBelowDeductible, place, words::cap_below_deductible(&name));
            let finding = finding.label(other.unwrap_or_else(|| scene.benefit_place(l, b)), words::the_deductible());
            self.findings.push(finding.help(words::cap_below_help()).witness(shows(scene)));
            return None;
        }
        self.idle(l, tree, benefit, &claim, &name);
        if let Some((row, place)) = self.band_above_base_cap(benefit, tree, &claim) {
            let finding = Finding::new(Code::Unreachable, place, words::band_never(row + 1, &name));
            self.findings.push(finding.help(words::idle_limit_help()).witness(shows(scene)));
        }
        Some(())
    }

    /// A benefit all of whose money earlier benefits have always paid.
    fn swept(&mut self, l: usize, b: usize, given: &[&Condition]) -> bool {
        let scene = self.scene;
        let plan = scene.plan;
        let Some(benefit) = plan.layers.get(l).and_then(|layer| layer.benefits.get(b)) else { return false };
        // What earlier layers paid is put back for one that coordinates.
        if !benefit.indemnity || benefit.coordinate.is_some() {
            return false;
        }
        let mut by: Vec<String> = Vec::new();
        let mut earlier = false;
        for cover in benefit.covers.iter().filter(|c| !matches!(c.factor, Value::Constant(0))) {
            let mut found = false;
            for (sl, layer) in plan.layers.iter().enumerate().take(l + 1) {
                let last = if sl == l { b } else { layer.benefits.len() };
                for (sb, sweeper) in layer.benefits.iter().enumerate().take(last) {
                    if found || !sweeps(plan, sweeper, cover.portion) {
                        continue;
                    }
                    // What is known at entry to an earlier layer is another matter than what is known here.
                    let at_entry = |c: &Condition| {
                        let mut any = false;
                        c.visit(&mut |fact, _| any |= plan.facts.get(fact).is_some_and(|f| f.kind.at_entry()));
                        any
                    };
                    if sl < l && (at_entry(&layer.condition) || at_entry(&sweeper.condition)) {
                        continue;
                    }
                    let its = [&layer.condition, &sweeper.condition];
                    let parts = its.map(Part::Condition);
                    let always = self.in_every_case(given, &parts, |case| Ok(its[0].holds(case)? && its[1].holds(case)?));
                    if always == Some(true) {
                        found = true;
                        earlier |= sl < l;
                        let name = scene.benefit_name(sl, sb);
                        if !by.contains(&name) {
                            by.push(name);
                        }
                    }
                }
            }
            if !found {
                return false;
            }
        }
        if by.is_empty() {
            return false;
        }
        let name = scene.benefit_name(l, b);
        let witness = case_of(scene, given).and_then(|kind| scene.one_claim(&kind, words::replaced_shows(&name)));
        let finding = Finding::new(Code::Unreachable, scene.benefit_place(l, b), words::always_replaced(&name, &by, earlier));
        self.findings.push(finding.help(words::order_help()).witness(witness));
        true
    }

    /// A cap on the base that is not above the only deductible.
    fn cap_below_deductible(&mut self, benefit: &Benefit, claim: &[&Condition; 2]) -> Option<(usize, usize)> {
        let [deductible] = benefit.deductibles.as_slice() else { return None };
        if benefit.franchise.is_some() || benefit.base_caps.len() > LIMITS || self.posted_by(deductible.accumulator) != 1 {
            return None;
        }
        // A fixed sum, a cut share, a rounded share and what others left can be paid without any excess.
        if matches!(benefit.form, Form::Fixed(_))
            || benefit.coordinate.is_some()
            || !benefit.out_of_pocket_max.is_empty()
            || benefit.rounds_patient_share
        {
            return None;
        }
        for (index, cap) in benefit.base_caps.iter().enumerate() {
            if self.counts_all_of(cap.accumulator, deductible.accumulator, false) && self.both_in_force(cap, deductible, claim) {
                return Some((index, 0));
            }
        }
        None
    }

    /// Whether both limits are in force in every case, and the first is not above the second.
    fn both_in_force(&mut self, first: &Limit, second: &Limit, claim: &[&Condition]) -> bool {
        let parts: Vec<Part<'_>> = first.parts().into_iter().chain(second.parts()).collect();
        by_class(first)
            && by_class(second)
            && self.in_every_case(claim, &parts, |case| {
                let in_force = first.condition.holds(case)? && second.condition.holds(case)?;
                Ok(in_force && first.amount.get(case)? <= second.amount.get(case)?)
            }) == Some(true)
    }

    /// How many benefits post to an accumulator.
    fn posted_by(&self, accumulator: usize) -> usize {
        let benefits = self.scene.plan.layers.iter().flat_map(|l| &l.benefits);
        let lines = |b: &&Benefit| b.line_caps.iter().any(|cap| cap.limit.accumulator == accumulator);
        benefits.filter(|b| b.posts.iter().any(|(a, _)| *a == accumulator) || lines(b)).count()
    }

    /// Whether one accumulator's position is never below another's, opening balances aside: its period and owner contain the other's, and every rule that
    /// posts to the other posts as much to it (looked at only where `posts`).
    fn counts_all_of(&self, wide: usize, narrow: usize, posts: bool) -> bool {
        if wide == narrow {
            return true;
        }
        let plan = self.scene.plan;
        let (Some(w), Some(n)) = (plan.accumulators.get(wide), plan.accumulators.get(narrow)) else { return false };
        // A cap on lines posts what is not looked at here.
        if plan.layers.iter().flat_map(|l| &l.benefits).flat_map(|b| &b.line_caps).any(|cap| cap.limit.accumulator == narrow) {
            return false;
        }
        // So do payments that are counted beside the rules', and what is carried over.
        let fed = |a: usize, payer| plan.feeds.iter().any(|feed| feed.accumulator == a && feed.payer == payer);
        let feeds_too = plan.feeds.iter().filter(|feed| feed.accumulator == narrow).all(|feed| fed(wide, feed.payer));
        if !feeds_too || plan.carries.iter().any(|(carried, _)| *carried == narrow) {
            return false;
        }
        let owner = w.owner >= n.owner;
        let posted = |list: &[(usize, syntax::Counts)], a: usize| list.iter().any(|(p, _)| *p == a);
        let covered = plan.layers.iter().all(|l| {
            l.benefits.iter().all(|b| !posted(&b.posts, narrow) || posted(&b.posts, wide))
                && (!l.given_posts.contains(&narrow) || l.given_posts.contains(&wide))
        });
        owner && contains(w.per, n.per) && (!posts || (w.counts == n.counts && covered))
    }

    /// Limits of a benefit that never count.
    fn idle(&mut self, l: usize, tree: &syntax::Benefit, benefit: &Benefit, claim: &[&Condition; 2], name: &str) {
        let scene = self.scene;
        let own = |on_base: bool| tree.caps.iter().filter(move |c| c.on_base == on_base).map(|c| &c.limit);
        let deductibles = || tree.deductibles.iter().filter(|d| !d.franchise).map(|d| &d.limit);
        let groups: [(&[Limit], Vec<Place>); 4] = [
            (&benefit.deductibles, deductibles().map(|d| d.place.clone()).collect()),
            (&benefit.out_of_pocket_max, tree.out_of_pocket_max.iter().map(|o| o.place.clone()).collect()),
            (&benefit.base_caps, own(true).map(|c| c.place.clone()).collect()),
            (&benefit.caps, own(false).map(|c| c.place.clone()).collect()),
        ];
        let whole = benefit.each == syntax::Each::Claim;
        let given: Vec<&Condition> = claim.iter().copied().chain(benefit.lines.iter().filter(|_| whole)).collect();
        for (limits, places) in groups {
            if limits.len() > LIMITS {
                continue;
            }
            // The layer's caps, which stand after the benefit's own, count for other benefits too.
            for (j, (limit, place)) in limits.iter().zip(&places).enumerate() {
                let with: Vec<&Condition> = given.iter().copied().chain([&limit.condition]).collect();
                if !limit.condition.tests.is_empty() && self.never(&with) {
                    let finding = Finding::new(Code::Unreachable, place.clone(), words::rule_never(&limit.label, name));
                    let witness = self.nearest(&given, words::limit_shows(name));
                    self.findings.push(finding.help(words::conditions_help()).witness(witness));
                    continue;
                }
                for (i, other) in limits.iter().enumerate().filter(|(i, _)| *i != j) {
                    if !self.counts_all_of(other.accumulator, limit.accumulator, true) || !self.always_first(other, limit, &with, i < j) {
                        continue;
                    }
                    let finding = Finding::new(Code::IdleLimit, place.clone(), words::idle_limit(&limit.label, &other.label, name));
                    let label = places.get(i).cloned().unwrap_or_else(|| scene.layer_place(l));
                    let witness = case_of(scene, &with).and_then(|kind| scene.one_claim(&kind, words::limit_shows(name)));
                    self.findings.push(finding.label(label, words::the_other_limit()).help(words::idle_limit_help()).witness(witness));
                    break;
                }
            }
        }
        self.caps_above_base(l, tree, benefit, claim, name);
    }

    /// Whether a limit is in force wherever another is, and never above it; where both are equal, only if `also_equal`.
    fn always_first(&mut self, first: &Limit, other: &Limit, given: &[&Condition], also_equal: bool) -> bool {
        let parts: Vec<Part<'_>> = first.parts().into_iter().chain(other.parts()).collect();
        let mut strict = also_equal;
        let mut any = false;
        let always = by_class(first)
            && by_class(other)
            && self.in_every_case(given, &parts, |case| {
                let (first_amount, other_amount) = (first.amount.get(case)?, other.amount.get(case)?);
                any = true;
                strict |= first_amount < other_amount;
                Ok(first.condition.holds(case)? && first_amount <= other_amount)
            }) == Some(true);
        always && any && strict
    }

    /// Caps on the payment that the cap on the base keeps out of reach: payments never exceed the base.
    fn caps_above_base(&mut self, l: usize, tree: &syntax::Benefit, benefit: &Benefit, claim: &[&Condition; 2], name: &str) {
        let scene = self.scene;
        let plan = scene.plan;
        let in_full = benefit.covers.iter().all(|c| matches!(c.factor, Value::Constant(MICROS_PER_WHOLE)));
        let plain = matches!(benefit.form, Form::Ratio(_) | Form::Bands { .. }) && benefit.franchise.is_none();
        if !in_full || !plain || benefit.rounding.unit() != plan.rounding.unit() || benefit.base_caps.len().max(benefit.caps.len()) > LIMITS
        {
            return;
        }
        let places: Vec<Place> = tree.caps.iter().filter(|c| !c.on_base).map(|c| c.limit.place.clone()).collect();
        for (limit, place) in benefit.caps.iter().zip(places) {
            if self.posted_by(limit.accumulator) != 1 {
                continue;
            }
            let with: Vec<&Condition> = claim.iter().copied().chain([&limit.condition]).collect();
            let mut found = None;
            for (index, base) in benefit.base_caps.iter().enumerate() {
                let whole = |v: &Value| matches!(v, Value::Constant(v) if plan.rounding.holds(crate::Money::from_micros(*v)));
                if whole(&base.amount)
                    && self.counts_all_of(base.accumulator, limit.accumulator, false)
                    && self.always_first(base, limit, &with, true)
                {
                    found = Some(index);
                    break;
                }
            }
            if let Some(index) = found {
                let label = self.base_cap_place(tree, l, index);
                let finding =
                    Finding::new(Code::IdleLimit, place, words::idle_cap(&limit.label, name)).label(label, words::the_other_limit());
                let witness = case_of(scene, &with).and_then(|kind| scene.one_claim(&kind, words::limit_shows(name)));
                self.findings.push(finding.help(words::idle_limit_help()).witness(witness));
            }
        }
    }

    /// The first band that begins no lower than a cap on the base.
    fn band_above_base_cap(&mut self, benefit: &Benefit, tree: &syntax::Benefit, claim: &[&Condition; 2]) -> Option<(usize, Place)> {
        let (Form::Bands { accumulator, rows, .. }, syntax::Form::Bands { rows: written, .. }) = (&benefit.form, &tree.form) else {
            return None;
        };
        if benefit.franchise.is_some() || self.posted_by(*accumulator) != 1 || benefit.base_caps.len() > LIMITS {
            return None;
        }
        for (below, row) in rows.iter().enumerate() {
            let Some(edge) = row.to.as_ref().filter(|to| to.by_class()) else { continue };
            for cap in &benefit.base_caps {
                if !by_class(cap) || !self.counts_all_of(cap.accumulator, *accumulator, false) {
                    continue;
                }
                let parts: Vec<Part<'_>> = cap.parts().into_iter().chain([Part::Value(edge)]).collect();
                let always =
                    self.in_every_case(claim, &parts, |case| Ok(cap.condition.holds(case)? && cap.amount.get(case)? <= edge.get(case)?));
                if always == Some(true) {
                    return written.get(below + 1).map(|row| (below + 1, row.place.clone()));
                }
            }
        }
        None
    }

    fn base_cap_place(&self, tree: &syntax::Benefit, layer: usize, index: usize) -> Place {
        let own = tree.caps.iter().filter(|c| c.on_base).map(|c| &c.limit);
        limit_place(own, index).unwrap_or_else(|| self.scene.layer_place(layer))
    }

    /// A case of the given conditions, or any.
    fn nearest(&self, given: &[&Condition], shows: Message) -> Option<Witness> {
        let kind = case_of(self.scene, given).or_else(|| self.scene.kinds.kinds.first().cloned())?;
        self.scene.one_claim(&kind, shows)
    }
}

fn case_of(scene: &Scene<'_>, given: &[&Condition]) -> Option<Kind> {
    let lines = given.iter().any(|c| {
        let mut any = false;
        c.visit(&mut |fact, _| any |= scene.plan.facts.get(fact).is_some_and(|f| f.kind.of_line()));
        any
    });
    kind_meeting(scene.plan, given, lines && !scene.plan.classify.is_empty())
}

fn limit_place<'t>(limits: impl Iterator<Item = &'t syntax::Limit>, index: usize) -> Option<Place> {
    limits.map(|l| l.place.clone()).nth(index)
}

fn by_class(limit: &Limit) -> bool {
    limit.amount.by_class()
}

/// Whether each period of the one lies within a period of the other.
fn contains(wide: Per, narrow: Per) -> bool {
    use Per::*;
    // Of two personal periods each begins when its own accumulator is first used.
    // What a rolling window holds on one day is not all in that of another.
    (wide == narrow && !matches!(wide, FirstUse(_) | Last(_) | Spell(_)))
        || matches!(
            (wide, narrow),
            (_, Claim)
                | (Lifetime, _)
                | (Month | Quarter | HalfYear | PolicyYear | CalendarYear | YearFrom(_), Day)
                | (Quarter | HalfYear | CalendarYear, Month)
                | (HalfYear | CalendarYear, Quarter)
                | (CalendarYear, HalfYear)
        )
}

/// Whether a benefit, once its conditions hold, pays all that is left of a portion.
fn sweeps(plan: &Plan, benefit: &Benefit, portion: usize) -> bool {
    let full = |c: &crate::plan::Cover| matches!(c.factor, Value::Constant(MICROS_PER_WHOLE));
    benefit.indemnity
        && benefit.coordinate.is_none()
        && !benefit.chooses()
        && matches!(benefit.form, Form::Ratio(Value::Constant(MICROS_PER_WHOLE)))
        && benefit.limits().next().is_none()
        && benefit.copays.is_empty()
        && benefit.line_caps.is_empty()
        && benefit.points.is_empty()
        && benefit.factors.is_empty()
        && benefit.ratio_between[1].is_none()
        && benefit.minimum.is_none()
        && benefit.held.is_empty()
        && benefit.rounding.unit() == plan.rounding.unit()
        && benefit.covers.iter().all(full)
        && benefit.covers.iter().any(|c| c.portion == portion)
}
