//! The form of a plan that the kernel walks: for each layer and benefit a verdict where the kind of case settles one, and the commonest benefits with their
//! numbers in place. All else is asked and looked up in the plan.

use crate::engine::Fault;
use crate::engine::adjustment::Adjustment;
use crate::engine::trace::Step;
use crate::money::{Money, Rounding};
use crate::plan::condition::Condition;
use crate::plan::fact::Facts;
use crate::plan::value::Value;
use crate::plan::{Benefit, Form, Limit, Payer, Plan};
use crate::ratio::Ratio;
use crate::scheme::syntax::{Counts, Each};

/// Whether a rule holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Gate {
    Open,
    /// The note of the test that fails.
    Shut(u32),
    /// It depends on more than the kind of case: ask the plan's condition.
    Ask,
}

impl Gate {
    /// The note of the first test that fails, if one does. `condition` is the plan's.
    pub(crate) fn first_failed(self, condition: &Condition, facts: &Facts) -> Result<Option<u32>, Fault> {
        match self {
            Gate::Open => Ok(None),
            Gate::Shut(note) => Ok(Some(note)),
            Gate::Ask => condition.first_failed(facts),
        }
    }
}

/// A plan for one kind of case, or for any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    pub(crate) layers: Box<[LayerOp]>,
    /// The benefits that fire, if the kind of case settles which, all are lean, and nothing else is to be done.
    pub(crate) lean: Option<Box<[LeanOp]>>,
    /// Whether any rule is left that asks for facts.
    pub(crate) asks: bool,
}

/// A layer of the plan.
#[derive(Debug, Clone)]
pub(crate) struct LayerOp {
    pub(crate) gate: Gate,
    pub(crate) benefits: Box<[BenefitOp]>,
}

/// A benefit of the plan.
#[derive(Debug, Clone)]
pub(crate) struct BenefitOp {
    pub(crate) gate: Gate,
    /// Its lean form, if it has one; for bills without lines.
    pub(crate) lean: Option<LeanOp>,
}

/// A benefit that counts one or two portions in full, has at most one deductible, a ratio or bands, and at most two caps, all of it settled.
#[derive(Debug, Clone)]
pub(crate) struct LeanOp {
    pub(crate) layer: usize,
    pub(crate) rounding: Rounding,
    /// The covered portions; the payment settles them in this order.
    pub(crate) portion: usize,
    pub(crate) second_portion: Option<usize>,
    pub(crate) deductible: Option<LeanLimit>,
    pub(crate) form: LeanForm,
    pub(crate) cap: Option<LeanLimit>,
    pub(crate) second_cap: Option<LeanLimit>,
}

/// A limit. One that is not in force has the amount that never binds: nothing for a deductible, everything for a cap. It counts all the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeanLimit {
    /// Its place among the plan's.
    pub(crate) index: usize,
    pub(crate) amount: Money,
    pub(crate) accumulator: usize,
    /// The note of the test by which it is off.
    pub(crate) off: Option<u32>,
}

#[derive(Debug, Clone)]
pub(crate) enum LeanForm {
    /// The ratio with its points and factors, and what is to tell of them.
    Ratio {
        ratio: Ratio,
        told: Box<[Step]>,
    },
    Bands(LeanBands),
}

/// Bands whose edges rise.
#[derive(Debug, Clone)]
pub(crate) struct LeanBands {
    pub(crate) absolute: bool,
    pub(crate) accumulator: usize,
    pub(crate) rows: Box<[(Option<Money>, Ratio)]>,
}

/// What is known of a case before it is figured.
struct Known<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    /// The facts by which kinds of case differ; if there are none, only constants are known.
    settling: &'a [usize],
}

impl Known<'_> {
    fn gate(&self, condition: &Condition) -> Gate {
        let mut settled = true;
        condition.visit(&mut |fact, _| settled &= self.settling.contains(&fact));
        match condition.first_failed(self.facts) {
            Ok(None) if settled => Gate::Open,
            Ok(Some(note)) if settled => Gate::Shut(note),
            _ => Gate::Ask,
        }
    }

    /// The number of a value, if it is settled.
    fn number(&self, value: &Value) -> Option<i64> {
        let mut settled = value.by_class();
        value.visit_facts(&mut |fact| settled &= self.settling.contains(&fact));
        if settled { value.get(self.facts).ok() } else { None }
    }

    fn money(&self, value: &Value) -> Option<Money> {
        self.number(value).map(Money::from_micros)
    }

    fn ratio(&self, value: &Value) -> Option<Ratio> {
        self.number(value).map(Ratio::from_millionths)
    }

    /// The lean form of a benefit, if it has one.
    fn lean(&self, layer: usize, benefit: &Benefit) -> Option<LeanOp> {
        let personal = |a: &usize| {
            self.plan.accumulators.get(*a).is_some_and(|a| a.per.goes_by_day()) || self.plan.carries.iter().any(|(carried, _)| carried == a)
        };
        let rare = !benefit.indemnity
            || benefit.posts.iter().any(|(accumulator, _)| personal(accumulator))
            || benefit.rounds_patient_share
            || benefit.rounds_coinsurance
            || benefit.coordinate.is_some()
            || benefit.ratio_between.iter().any(Option::is_some)
            || self.plan.feeds.iter().any(|feed| feed.payer == Payer::Layer(layer))
            || benefit.lines.is_some()
            || !benefit.line_caps.is_empty()
            || benefit.group.is_some()
            || benefit.run_off.is_some()
            || benefit.each != Each::Claim
            || benefit.minimum.is_some()
            || benefit.franchise.is_some()
            || benefit.covers.len() > 2
            || benefit.deductibles.len() > 1
            || benefit.caps.len() > 2
            || !(benefit.held.is_empty()
                && benefit.base_caps.is_empty()
                && benefit.copays.is_empty()
                && benefit.out_of_pocket_max.is_empty());
        let in_full = benefit.covers.iter().all(|c| !c.by_line && self.ratio(&c.factor) == Some(Ratio::ONE));
        let in_order = benefit.allocate.iter().copied().eq(0..benefit.covers.len());
        if rare || !in_full || !in_order {
            return None;
        }
        let form = self.lean_form(benefit)?;
        // It posts to each accumulator what its limits and bands count; nothing else must be counted, and nothing twice.
        let bands = match &form {
            LeanForm::Bands(bands) => Some((bands.accumulator, if bands.absolute { Counts::Base } else { Counts::Excess })),
            LeanForm::Ratio { .. } => None,
        };
        let deductible = benefit.deductibles.iter().map(|d| (d.accumulator, Counts::Deductible));
        let caps = benefit.caps.iter().map(|c| (c.accumulator, Counts::Payment));
        if !deductible.chain(bands).chain(caps).eq(benefit.posts.iter().copied()) {
            return None;
        }
        let limit = |limits: &[Limit], index: usize, never: Money| match limits.get(index) {
            None => Some(None),
            Some(limit) => self.lean_limit(index, limit, never).map(Some),
        };
        Some(LeanOp {
            layer,
            rounding: benefit.rounding,
            portion: benefit.covers.first()?.portion,
            second_portion: benefit.covers.get(1).map(|c| c.portion),
            deductible: limit(&benefit.deductibles, 0, Money::ZERO)?,
            form,
            cap: limit(&benefit.caps, 0, Money::MAX)?,
            second_cap: limit(&benefit.caps, 1, Money::MAX)?,
        })
    }

    /// A settled limit; `never` is the amount that never binds.
    fn lean_limit(&self, index: usize, limit: &Limit, never: Money) -> Option<LeanLimit> {
        let (amount, off) = match self.gate(&limit.condition) {
            Gate::Open => (self.money(&limit.amount)?, None),
            Gate::Shut(note) => (never, Some(note)),
            Gate::Ask => return None,
        };
        Some(LeanLimit { index, amount, accumulator: limit.accumulator, off })
    }

    fn lean_form(&self, benefit: &Benefit) -> Option<LeanForm> {
        match &benefit.form {
            Form::Ratio(ratio) => {
                let (adjustment, told) = self.adjustment(benefit)?;
                Some(LeanForm::Ratio { ratio: adjustment.apply(self.ratio(ratio)?).ok()?, told })
            }
            Form::Bands { absolute, accumulator, rows } if benefit.points.is_empty() && benefit.factors.is_empty() => {
                let mut settled = Vec::new();
                let mut lower = Money::ZERO;
                for row in rows {
                    let edge = match &row.to {
                        Some(edge) => Some(self.money(edge).filter(|edge| *edge > lower)?),
                        None => None,
                    };
                    lower = edge.unwrap_or(Money::MAX);
                    settled.push((edge, self.ratio(&row.ratio)?));
                }
                Some(LeanForm::Bands(LeanBands { absolute: *absolute, accumulator: *accumulator, rows: settled.into_boxed_slice() }))
            }
            _ => None,
        }
    }

    /// Settled points and factors, and the steps that tell of them.
    fn adjustment(&self, benefit: &Benefit) -> Option<(Adjustment, Box<[Step]>)> {
        let mut adjustment = Adjustment::NONE;
        let mut told = Vec::new();
        for (point, rules) in [(true, &benefit.points), (false, &benefit.factors)] {
            for (index, rule) in rules.iter().enumerate() {
                told.push(match self.gate(&rule.condition) {
                    Gate::Open => adjustment.take(point, self.ratio(&rule.value)?).ok()?,
                    Gate::Shut(note) => Step::AdjustmentOff { point, index, note },
                    Gate::Ask => return None,
                });
            }
        }
        Some((adjustment, told.into_boxed_slice()))
    }
}

impl Program {
    /// The program for the cases that have the classes of these facts, as far as they are among the settling ones.
    pub(crate) fn new(plan: &Plan, settling: &[usize], facts: &Facts) -> Program {
        let known = Known { plan, facts, settling };
        let (mut layers, mut lean) = (Vec::new(), Vec::new());
        let mut all_lean = plan.entry_facts.is_empty() && plan.claim_counts.is_empty() && plan.spells.is_empty();
        for (index, layer) in plan.layers.iter().enumerate() {
            let gate = known.gate(&layer.condition);
            let mut benefits = Vec::new();
            for benefit in &layer.benefits {
                // What is figured item by item asks item by item.
                let whole = benefit.each == Each::Claim;
                let op =
                    BenefitOp { gate: if whole { known.gate(&benefit.condition) } else { Gate::Ask }, lean: known.lean(index, benefit) };
                match (gate, op.gate, &op.lean) {
                    (Gate::Shut(_), _, _) | (Gate::Open, Gate::Shut(_), _) => {}
                    (Gate::Open, Gate::Open, Some(op)) => lean.push(op.clone()),
                    _ => all_lean = false,
                }
                benefits.push(op);
            }
            layers.push(LayerOp { gate, benefits: benefits.into_boxed_slice() });
        }
        Program { layers: layers.into_boxed_slice(), lean: all_lean.then(|| lean.into_boxed_slice()), asks: !all_lean }
    }
}
