//! Funds: whose payments they make, and what they are told of money.

use super::{Compiler, Declared, Scope, named};
use crate::date::{Per, PolicyYear};
use crate::diagnostic::{Code, Diagnostic, catalogue as say};
use crate::plan::condition::Condition;
use crate::plan::value::{Range, Value};
use crate::plan::{Accumulator, CorridorBand, Donation, Edge, Fund, Limit};
use crate::ratio::Ratio;
use crate::scheme::syntax::{self, Counts, Name, Owner, Unit, WhenDry};

const WHOLE: i64 = Ratio::ONE.millionths();

impl Compiler<'_> {
    /// All funds. Before the layers: what a fund that stops has left limits what its layers pay.
    pub(super) fn funds(&mut self) -> Vec<Fund> {
        let tree = self.tree;
        let funds: Vec<Fund> = tree.funds.iter().enumerate().map(|(index, fund)| self.fund(index, fund)).collect();
        for (index, layer) in tree.layers.iter().enumerate() {
            let shares: Vec<i64> = funds.iter().flat_map(|f| &f.pays).filter(|(l, _)| *l == index).map(|(_, share)| *share).collect();
            let sum = shares.iter().try_fold(0i64, |sum, share| sum.checked_add(*share));
            if !shares.is_empty() && sum != Some(WHOLE) {
                let sum = Ratio::from_millionths(sum.unwrap_or(i64::MAX));
                self.error(Code::Conflict, &layer.id.place, say::shares_of_a_layer(&layer.id.value, sum));
            }
        }
        funds
    }

    fn fund(&mut self, index: usize, fund: &syntax::Fund) -> Fund {
        let per = fund.per.as_ref().map_or(Per::PolicyYear, |per| per.value);
        if let Some(at) = &fund.per
            && per != Per::Lifetime
            && (per == Per::Day || per.start(chrono::NaiveDate::default(), PolicyYear::default()).is_none())
        {
            self.error(Code::BadValue, &at.place, say::accounts_of_the_calendar());
        }
        let mut pays = Vec::new();
        for (name, ratio) in &fund.pays {
            let layer = self.layer_of_fund(index, name);
            let share = match ratio {
                None => Some(WHOLE),
                Some(ratio) => match self.value(ratio, Unit::Ratio, Range::Share, Scope::Fund) {
                    Some(Value::Constant(share)) => Some(share),
                    Some(_) => {
                        self.error(Code::BadValue, &ratio.place(), say::shares_are_constant());
                        None
                    }
                    None => None,
                },
            };
            if let Some((layer, share)) = layer.zip(share) {
                if share < WHOLE && fund.when_dry == WhenDry::Stop {
                    self.error(Code::Conflict, &name.place, say::stops_only_whole(&fund.id.value));
                }
                pays.push((layer, share));
            }
        }
        let mut pays_premium_of = Vec::new();
        for name in &fund.pays_premium_of {
            let Some(layer) = self.layer_named(name) else { continue };
            self.used.insert(Declared::Fund(index));
            if self.tree.layers.get(layer).is_some_and(|l| l.premium.is_none()) {
                self.error(Code::Conflict, &name.place, say::has_no_premium(&name.value));
            }
            pays_premium_of.push(layer);
        }
        let mut donations = Vec::new();
        for donation in &fund.donations {
            self.used.insert(Declared::Fund(index));
            if !self.tree.header.effective.contains(donation.on) {
                self.error(Code::OutOfRange, &fund.id.place, say::donation_outside(donation.on));
            }
            let amount = self.value(&donation.amount, Unit::Amount, Range::NotNegative, Scope::Fund);
            donations.extend(amount.map(|amount| Donation { on: donation.on, amount, about: donation.about.clone() }));
        }
        let budget = match &fund.budget {
            None => None,
            Some(budget) => self.value(budget, Unit::Amount, Range::NotNegative, Scope::Fund),
        };
        if fund.when_dry == WhenDry::Stop && fund.pays.is_empty() {
            self.error(Code::Conflict, &fund.id.place, say::stops_only_whole(&fund.id.value));
        }
        if let Some(amount) = budget.as_ref().filter(|_| fund.when_dry == WhenDry::Stop) {
            self.limit_payments(index, per, &pays, amount);
        }
        let mut corridor = Vec::new();
        for band in &fund.corridor {
            corridor.extend(self.corridor_band(index, band));
        }
        let name = named(&fund.id, &fund.about);
        Fund { name, pays, per, donations, pays_premium_of, budget, when_dry: fund.when_dry, corridor }
    }

    /// A cap on the payments of all its layers together, of everyone.
    fn limit_payments(&mut self, index: usize, per: Per, pays: &[(usize, i64)], amount: &Value) {
        let id = self.tree.funds.get(index).map_or("", |fund| fund.id.value.as_str());
        let accumulator = self.accumulators.len();
        self.accumulators.push(Accumulator {
            name: format!("{id}.budget"),
            counts: Counts::Payment,
            per,
            owner: Owner::Everyone,
            condition: Condition::default(),
            held: None,
            of_spells: false,
        });
        let label = format!("budget of {id}");
        let limit = Limit { amount: amount.clone(), accumulator, condition: Condition::default(), label };
        self.budgets.extend(pays.iter().map(|(layer, _)| (*layer, limit.clone())));
    }

    fn layer_named(&mut self, name: &Name) -> Option<usize> {
        let found = self.tree.layers.iter().position(|l| l.id.value == name.value);
        if found.is_none() {
            let known = self.tree.layers.iter().map(|l| l.id.value.as_str());
            let finding = Diagnostic::new(Code::UnknownName, name.place.clone(), say::no_layer(&name.value)).suggest(&name.value, known);
            self.report(finding);
        }
        found
    }

    /// A layer whose payments a fund is to make.
    fn layer_of_fund(&mut self, index: usize, name: &Name) -> Option<usize> {
        let found = self.layer_named(name)?;
        self.used.insert(Declared::Fund(index));
        let layer = self.tree.layers.get(found)?;
        let splits = |row: &syntax::Phase| matches!(row.pays, syntax::Pays::Split(_));
        let split = layer.benefits.iter().any(|b| matches!(&b.form, syntax::Form::Phases { rows, .. } if rows.iter().any(splits)));
        if layer.write_off || layer.notional.is_some() || split {
            self.error(Code::Conflict, &name.place, say::no_payments_of_a_fund(&name.value));
        }
        Some(found)
    }

    fn corridor_band(&mut self, index: usize, band: &syntax::CorridorBand) -> Option<CorridorBand> {
        let with = self.tree.funds.iter().position(|f| f.id.value == band.with.value);
        match with {
            Some(other) if other == index => self.error(Code::Conflict, &band.with.place, say::shares_with_itself()),
            Some(other) => {
                self.used.insert(Declared::Fund(other));
                self.used.insert(Declared::Fund(index));
            }
            None => {
                let known = self.tree.funds.iter().map(|f| f.id.value.as_str());
                let finding = Diagnostic::new(Code::UnknownName, band.with.place.clone(), say::no_fund(&band.with.value));
                self.report(finding.suggest(&band.with.value, known));
            }
        }
        let share = self.value(&band.share, Unit::Ratio, Range::Share, Scope::Fund);
        let mut edge = |value: &Option<syntax::Value>| match value {
            None => Some(None),
            Some(value) => self.edge(value).map(Some),
        };
        let (from, to) = (edge(&band.from), edge(&band.to));
        let (from, to) = (from?, to?);
        let falls = match (&from, &to) {
            (Some(Edge::Ratio(Value::Constant(from))), Some(Edge::Ratio(Value::Constant(to))))
            | (Some(Edge::Amount(Value::Constant(from))), Some(Edge::Amount(Value::Constant(to)))) => to <= from,
            _ => false,
        };
        if falls {
            self.error(Code::OutOfOrder, &band.place, say::band_ends_before_it_begins());
        }
        Some(CorridorBand { with: with?, from, to, share: share?, of_surplus: band.of_surplus })
    }

    /// A claim ratio, which may be above 100 %, or an amount.
    fn edge(&mut self, value: &syntax::Value) -> Option<Edge> {
        let known = self.findings.len();
        let (_, unit) = self.typed(value, Scope::Fund)?;
        self.findings.truncate(known);
        let amount = !matches!(unit, Unit::Ratio);
        let found = self.value(value, if amount { Unit::Amount } else { Unit::Ratio }, Range::NotNegative, Scope::Fund)?;
        Some(if amount { Edge::Amount(found) } else { Edge::Ratio(found) })
    }
}
