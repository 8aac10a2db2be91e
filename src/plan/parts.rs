//! The conditions and values of a plan's rules, one after another.

use crate::plan::condition::Condition;
use crate::plan::value::Value;
use crate::plan::{Benefit, ClassifyRow, Form, Layer, Limit, Plan};
use crate::scheme::syntax::Each;

/// Something in a rule that asks about a case.
#[derive(Clone, Copy)]
pub(crate) enum Part<'p> {
    Condition(&'p Condition),
    Value(&'p Value),
    /// A count that a benefit in kind reads as it is.
    Fact(usize),
}

impl Part<'_> {
    /// Visits every fact that the part asks for.
    pub(crate) fn visit_facts(self, visit: &mut dyn FnMut(usize)) {
        match self {
            Part::Condition(condition) => condition.visit(&mut |fact, _| visit(fact)),
            Part::Value(value) => value.visit_facts(visit),
            Part::Fact(fact) => visit(fact),
        }
    }
}

impl Plan {
    /// All parts that can change what a claim is paid: those of premiums are left out.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let mut parts: Vec<Part<'_>> = self.classify.iter().flat_map(ClassifyRow::parts).collect();
        parts.extend(self.accumulators.iter().map(|a| Part::Condition(&a.condition)));
        for charge in &self.day_charges {
            parts.push(Part::Condition(&charge.condition));
            parts.extend(charge.rows.iter().map(|row| Part::Value(&row.amount)));
        }
        for layer in &self.layers {
            parts.extend(layer.own_parts());
            parts.extend(layer.benefits.iter().flat_map(Benefit::parts));
        }
        parts
    }
}

impl ClassifyRow {
    fn parts(&self) -> Vec<Part<'_>> {
        let values = [&self.quantity_limit, &self.price_limit, &self.self_pay];
        let values = values.into_iter().flatten().map(|(value, _)| Part::Value(value));
        std::iter::once(Part::Condition(&self.condition)).chain(values).collect()
    }
}

impl Layer {
    /// The parts of the layer itself, those of its benefits left out.
    pub(crate) fn own_parts(&self) -> Vec<Part<'_>> {
        std::iter::once(Part::Condition(&self.condition)).chain(self.given_caps.iter().flat_map(Limit::parts)).collect()
    }
}

impl Limit {
    pub(crate) fn parts(&self) -> [Part<'_>; 2] {
        [Part::Condition(&self.condition), Part::Value(&self.amount)]
    }
}

impl Benefit {
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = vec![Part::Condition(&self.condition)];
        parts.extend(self.lines.iter().map(Part::Condition));
        if let Some(group) = &self.group {
            parts.extend([Part::Condition(&group.condition), Part::Value(&group.least)]);
        }
        parts.extend(self.covers.iter().map(|c| Part::Value(&c.factor)));
        parts.extend(self.limits().flat_map(Limit::parts));
        for cap in &self.line_caps {
            parts.extend(cap.limit.parts());
            parts.extend(cap.lines.iter().map(Part::Condition));
            parts.extend(cap.times.map(Part::Fact));
        }
        for copay in &self.copays {
            parts.extend([Part::Condition(&copay.condition), Part::Value(&copay.amount)]);
            parts.extend(copay.least.iter().chain(&copay.most).map(Part::Value));
            parts.extend(copay.times.map(Part::Fact));
            parts.extend(copay.caps.iter().flat_map(Limit::parts));
        }
        for adjustment in self.points.iter().chain(&self.factors) {
            parts.extend([Part::Condition(&adjustment.condition), Part::Value(&adjustment.value)]);
        }
        match &self.form {
            Form::Ratio(value) | Form::Fixed(value) => parts.push(Part::Value(value)),
            Form::Bands { rows, .. } => {
                parts.extend(rows.iter().flat_map(|row| row.to.iter().chain(std::iter::once(&row.ratio))).map(Part::Value));
            }
            Form::Phases { rows, .. } => {
                let values = rows.iter().flat_map(|row| row.to.iter().chain(&row.to_share).chain(row.parts.iter().map(|(_, ratio)| ratio)));
                parts.extend(values.map(Part::Value));
            }
            Form::Grant { rows, .. } => parts.extend(rows.iter().flat_map(|row| [Part::Value(&row.above), Part::Value(&row.pays)])),
            Form::InKind { units, .. } => parts.push(Part::Fact(*units)),
        }
        parts.extend(self.minimum.iter().chain(self.ratio_between.iter().flatten()).map(Part::Value));
        parts
    }

    /// Whether it may look at some lines only.
    #[inline]
    pub(crate) fn chooses(&self) -> bool {
        self.lines.is_some() || self.group.is_some() || self.run_off.is_some() || self.each != Each::Claim
    }

    /// Every limit of the benefit, the layer's caps included.
    pub(crate) fn limits(&self) -> impl Iterator<Item = &Limit> {
        let first = self.franchise.iter().chain(&self.deductibles).chain(&self.out_of_pocket_max);
        first.chain(&self.base_caps).chain(&self.caps)
    }
}
