//! A decision as a flat list of paths and values, for tests and expectations.

use std::collections::BTreeMap;

use super::{Decision, Entitlement, Figures, LayerDecision};
use crate::money::{Amount, Money};

impl Decision {
    /// The decision as paths and values, as expectations name them: `basic.paid`, `basic.inpatient.deductible`, `out_of_pocket.total`.
    pub fn facts(&self) -> BTreeMap<String, String> {
        let mut facts = Facts(BTreeMap::new());
        facts.put("paid", &self.paid);
        facts.put("written_off", &self.written_off);
        facts.put("beside", &self.beside);
        facts.put("out_of_pocket.total", &self.out_of_pocket);
        facts.put("charged", &self.charged);
        facts.put("patient_pays", &self.patient_pays.unwrap_or(self.out_of_pocket));
        for one in &self.day_charges {
            facts.put(&format!("charge.{}", one.charge.id), &one.amount);
        }
        for fund in &self.funds {
            facts.put(&format!("fund.{}.paid", fund.fund), &fund.amount);
        }
        for left in &self.left {
            facts.put(&format!("out_of_pocket.{}", left.portion), &left.amount);
        }
        for layer in &self.layers {
            facts.layer(layer);
        }
        for line in &self.lines {
            let path = format!("line.{}", line.line);
            facts.put(&format!("{path}.out_of_pocket"), &line.out_of_pocket);
            for part in &line.portions {
                facts.put(&format!("{path}.{}", part.portion), &part.amount);
            }
            for layer in &self.layers {
                facts.put(&format!("{path}.{}", layer.layer.id), &"0");
            }
            for part in &line.paid {
                facts.put(&format!("{path}.{}", part.layer), &part.amount);
            }
        }
        for balance in &self.balances {
            facts.put(&format!("balance.{}", balance.accumulator), &balance.position);
        }
        facts.0
    }
}

struct Facts(BTreeMap<String, String>);

impl Facts {
    fn put(&mut self, path: &str, value: &dyn ToString) {
        self.0.insert(path.to_owned(), value.to_string());
    }

    fn layer(&mut self, layer: &LayerDecision) {
        let id = &layer.layer.id;
        self.put(&format!("{id}.paid"), &layer.paid);
        self.put(&format!("{id}.beside"), &layer.beside);
        self.put(&format!("{id}.charged"), &layer.charged);
        self.put(&format!("{id}.given"), &layer.given);
        if let Some(test) = &layer.failed {
            self.put(&format!("{id}.failed"), &test.name);
        }
        for left in &layer.left {
            self.put(&format!("{id}.left.{}", left.portion), &left.amount);
        }
        for benefit in &layer.benefits {
            let path = format!("{id}.{}", benefit.benefit.id);
            self.put(&format!("{path}.fired"), &benefit.fired());
            if let Some(reason) = &benefit.not_fired {
                self.put(&format!("{path}.failed"), &reason.word());
            }
            match &benefit.figures {
                Some(figures) => self.figures(&path, figures),
                None => {
                    let paid = benefit.figured().filter_map(|(_, figures)| figures.paid.money());
                    let paid = paid.fold(Money::ZERO, |sum, paid| sum.checked_add(paid).unwrap_or(sum));
                    self.put(&format!("{path}.paid"), &paid);
                }
            }
            for item in &benefit.items {
                let path = format!("{path}.{}", item.item);
                self.put(&format!("{path}.fired"), &item.figures.is_some());
                if let Some(reason) = &item.not_fired {
                    self.put(&format!("{path}.failed"), &reason.word());
                }
                match &item.figures {
                    Some(figures) => self.figures(&path, figures),
                    None => self.put(&format!("{path}.paid"), &"0"),
                }
            }
        }
    }

    fn figures(&mut self, path: &str, figures: &Figures) {
        let mut put = |key: &str, value: &dyn ToString| self.put(&format!("{path}.{key}"), value);
        put("base", &figures.base);
        if let Some(run_off) = &figures.run_off {
            let late = run_off.lines.iter().map(|line| line.left).reduce(|sum, left| sum.checked_add(left).unwrap_or(sum));
            late.iter().for_each(|late| put("after_run_off", late));
        }
        for (number, cap) in (1..).zip(&figures.line_caps) {
            put(&format!("line_cap_{number}"), &cap.keeps);
        }
        let copay = figures.copaid_from_base.checked_add(figures.copaid_from_payment).unwrap_or(figures.copaid_from_base);
        put("copay", &copay);
        for copay in &figures.copays {
            put(&format!("copay_{}", copay.number), &copay.due);
        }
        if let Some(deductible) = &figures.deductible {
            put("deductible", &deductible.in_force);
            put("deductible_met", &deductible.met);
            put("deducted", &deductible.deducted);
            put("deductible_left", &deductible.left);
        }
        put("excess", &figures.excess);
        if let Entitlement::Ratio { bands, .. } = &figures.entitlement
            && let [band] = bands.as_slice()
        {
            put("ratio", &band.ratio);
        }
        // The patient's share as it is posted, and what of it neither deductible nor copayment explains.
        let places = figures.base.places();
        let share = |less: &[Option<Money>]| {
            let start = figures.base.money().unwrap_or(Money::ZERO);
            let rest = less.iter().try_fold(start, |rest, part| rest.checked_sub(part.unwrap_or(Money::ZERO)));
            Amount::new(rest.unwrap_or(Money::ZERO).max(Money::ZERO), places)
        };
        let paid_before = figures.coordination.as_ref().and_then(|c| c.paid.money());
        let deducted = figures.deductible.as_ref().and_then(|d| d.deducted.money());
        put("patient_share", &share(&[paid_before, figures.rounded.money()]));
        put("coinsurance", &share(&[paid_before, figures.rounded.money(), deducted, copay.money()]));
        let own = figures.raised_to.unwrap_or(figures.raw);
        if let Some(coordination) = &figures.coordination {
            put("own", &own);
            put("paid_before", &coordination.paid);
        }
        put("before_rounding", &figures.coordination.as_ref().map_or(own, |c| c.gives));
        put("limit", &figures.bound.as_deref().unwrap_or("none"));
        for fund in &figures.funds {
            put(&format!("fund.{}", fund.fund), &fund.amount);
        }
        put("paid", &figures.paid);
        put("issued", &figures.issued);
    }
}
