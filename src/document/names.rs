//! What things are called in a document: titles where there are any, with the word of the rule file beside them.

use chrono::NaiveDate;

use super::block::Line;
use super::words::Words;
use crate::decision::Language;
use crate::money::Money;
use crate::plan::fact::{Domain, Fact, FactKind};
use crate::plan::{Named, Plan};
use crate::ratio::Ratio;
use crate::report::{clean, grouped};
use crate::scheme::SchemeText;
use crate::scheme::syntax::{About, Tree, Unit};

/// What a document is made from.
#[derive(Clone, Copy)]
pub(super) struct Names<'p> {
    pub(super) plan: &'p Plan,
    pub(super) tree: &'p Tree,
    pub(super) text: &'p SchemeText,
    pub(super) words: Words,
}

impl Names<'_> {
    pub(super) fn language(&self) -> Language {
        self.words.0
    }

    /// A title if there is one, else the id as a word of the rule file.
    fn titled(&self, about: &About, id: &str) -> Line {
        match crate::plan::pick(about, self.language()) {
            Some(title) => Line::from(clean(title)),
            None => Line::code(clean(id)),
        }
    }

    pub(super) fn named(&self, named: &Named) -> Line {
        self.titled(&named.about, &named.id)
    }

    pub(super) fn portion(&self, index: usize) -> Line {
        self.plan.portions.get(index).map(|p| self.named(p)).unwrap_or_default()
    }

    pub(super) fn layer(&self, index: usize) -> Line {
        self.plan.layers.get(index).map(|l| self.named(&l.name)).unwrap_or_default()
    }

    fn benefit(&self, layer: usize, index: usize) -> Line {
        let found = self.plan.layers.get(layer).and_then(|l| l.benefits.get(index));
        found.map(|b| self.named(&b.name)).unwrap_or_default()
    }

    pub(super) fn day_charge(&self, index: usize) -> Line {
        self.plan.day_charges.get(index).map(|c| self.named(&c.name)).unwrap_or_default()
    }

    pub(super) fn accumulator(&self, index: usize) -> Line {
        Line::code(self.plan.accumulators.get(index).map_or("", |a| a.name.as_str()))
    }

    pub(super) fn fact(&self, index: usize) -> Line {
        self.plan.facts.get(index).map(|fact| self.fact_name(fact)).unwrap_or_default()
    }

    fn fact_name(&self, fact: &Fact) -> Line {
        let words = self.words;
        if let Some(attribute) = self.tree.attributes.iter().find(|a| a.name.value == fact.name) {
            return self.titled(&attribute.about, &fact.name);
        }
        let of = |pattern, line| Line::fill(pattern, [line]);
        match fact.kind {
            FactKind::Age => words.age().into(),
            FactKind::Days => words.days().into(),
            FactKind::RuleDate => words.rule_date_fact().into(),
            FactKind::Quantity => words.quantity().into(),
            FactKind::LineAmount => words.line_amount().into(),
            FactKind::LineDate => words.line_date().into(),
            FactKind::Billed(None) => words.billed().into(),
            FactKind::Billed(Some(portion)) => of(words.billed_of(), self.portion(portion)),
            FactKind::Left(None) => words.left().into(),
            FactKind::Left(Some(portion)) => of(words.left_of(), self.portion(portion)),
            FactKind::Paid(layer) => of(words.paid_by(), self.layer(layer)),
            FactKind::PaidBy(layer, benefit) => Line::fill(words.paid_by_benefit(), [self.layer(layer), self.benefit(layer, benefit)]),
            FactKind::DeductedBy(layer, benefit) => Line::fill(words.deducted_by(), [self.layer(layer), self.benefit(layer, benefit)]),
            FactKind::DayCharge(charge) => of(words.day_charge(), self.day_charge(charge)),
            FactKind::Uncovered(charge) => of(words.uncovered_days(), self.day_charge(charge)),
            FactKind::Dated(of_attribute, measure) => of(words.measured(measure), self.fact(of_attribute)),
            FactKind::Summed(summed) => of(words.summed(), self.fact(summed)),
            FactKind::Previous(accumulator) => of(words.previous(), self.accumulator(accumulator)),
            FactKind::Quiet(accumulator) => of(words.quiet(), self.accumulator(accumulator)),
            FactKind::Accumulated(accumulator) => of(words.accumulated(), self.accumulator(accumulator)),
            _ => Line::code(clean(&fact.name)),
        }
    }

    /// A value of a fact.
    pub(super) fn value(&self, fact: &Fact, value: i64) -> Line {
        match &fact.domain {
            Domain::Words(_) => Line::code(clean(&fact.domain.show(value))),
            Domain::Text(words) if usize::try_from(value).is_ok_and(|v| v < words.len()) => Line::code(clean(&fact.domain.show(value))),
            Domain::Text(_) => self.words.other_word().into(),
            Domain::YesNo => if value == 0 { self.words.no() } else { self.words.yes() }.into(),
            Domain::Number { unit, .. } => self.number(value, *unit).into(),
            Domain::Date { .. } => fact.domain.show(value).into(),
        }
    }

    /// An amount, with a comma between thousands and as many places as the currency has at least.
    pub(super) fn money(&self, amount: Money) -> String {
        let places = usize::from(self.plan.places());
        grouped(&format!("{amount:.places$}"))
    }

    /// A number of the plan in its unit.
    pub(super) fn number(&self, micros: i64, unit: Unit) -> String {
        match unit {
            Unit::Ratio | Unit::Open => Ratio::from_millionths(micros).to_string(),
            Unit::Amount | Unit::Number => self.money(Money::from_micros(micros)),
            Unit::Count => grouped(&Money::from_micros(micros).to_string()),
        }
    }

    pub(super) fn day(&self, number: i64) -> String {
        i32::try_from(number).ok().and_then(NaiveDate::from_num_days_from_ce_opt).map_or_else(String::new, |d| d.to_string())
    }
}

/// A pattern in which `{}` stands for each of the texts in turn.
pub(super) fn filled(pattern: &str, with: &[String]) -> String {
    let mut parts = pattern.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(with) {
        out.push_str(value);
        out.push_str(part);
    }
    out
}
