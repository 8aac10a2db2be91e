//! Visiting every condition, dated series and decision table of a rule file.

use crate::scheme::syntax::*;

/// What a visit hands over.
pub(crate) enum Found<'t> {
    Condition(&'t Condition),
    Series(&'t At<Series>),
    Table(&'t At<Vec<Row>>),
}

type Visit<'v, 't> = &'v mut dyn FnMut(Found<'t>);

impl Tree {
    /// Visits all conditions, those inside conditions and tables included, all dated series and all tables.
    pub(crate) fn visit<'t>(&'t self, visit: Visit<'_, 't>) {
        for parameter in &self.parameters {
            parameter.value.visit(visit);
        }
        for accumulator in &self.accumulators {
            accumulator.guard.visit(visit);
        }
        for charge in &self.day_charges {
            charge.guard.visit(visit);
            charge.rows.iter().for_each(|row| row.amount.visit(visit));
        }
        for fund in &self.funds {
            let shares = fund.pays.iter().filter_map(|(_, ratio)| ratio.as_ref());
            let edges = fund.corridor.iter().flat_map(|band| band.from.iter().chain(&band.to).chain([&band.share]));
            let donations = fund.donations.iter().map(|donation| &donation.amount);
            shares.chain(edges).chain(donations).chain(&fund.budget).for_each(|v| v.visit(visit));
        }
        for row in &self.classify {
            row.when.iter().for_each(|c| c.visit(visit));
            for (value, _) in [&row.quantity_limit, &row.price_limit, &row.self_pay].into_iter().flatten() {
                value.visit(visit);
            }
        }
        for layer in &self.layers {
            layer.guard.visit(visit);
            layer.notional.iter().for_each(|guard| guard.visit(visit));
            layer.caps.iter().for_each(|c| c.limit.visit(visit));
            if let Some(premium) = &layer.premium {
                premium.amount.visit(visit);
                premium.guard.visit(visit);
            }
            layer.benefits.iter().for_each(|b| b.visit(visit));
        }
    }
}

impl Benefit {
    pub(crate) fn visit<'t>(&'t self, visit: Visit<'_, 't>) {
        self.guard.visit(visit);
        self.lines.iter().for_each(|c| c.visit(visit));
        if let Some(group) = &self.group {
            group.least.visit(visit);
            group.guard.visit(visit);
        }
        self.covers.iter().filter_map(|c| c.factor.as_ref()).for_each(|v| v.visit(visit));
        self.deductibles.iter().for_each(|d| d.limit.visit(visit));
        self.out_of_pocket_max.iter().for_each(|l| l.visit(visit));
        self.caps.iter().for_each(|c| c.limit.visit(visit));
        for cap in &self.line_caps {
            cap.limit.visit(visit);
            cap.lines.iter().for_each(|c| c.visit(visit));
        }
        self.minimum.iter().for_each(|v| v.visit(visit));
        self.ratio_between.iter().flatten().for_each(|v| v.visit(visit));
        for copay in &self.copays {
            copay.amount.visit(visit);
            copay.least.iter().chain(&copay.most).for_each(|v| v.visit(visit));
            copay.caps.iter().for_each(|c| c.visit(visit));
            copay.guard.visit(visit);
        }
        for adjustment in self.points.iter().chain(&self.factors) {
            adjustment.value.visit(visit);
            adjustment.guard.visit(visit);
        }
        match &self.form {
            Form::Ratio(value) | Form::Fixed(value) => value.visit(visit),
            Form::Bands { rows, .. } => rows.iter().for_each(|row| {
                row.to.iter().for_each(|v| v.visit(visit));
                row.ratio.visit(visit);
            }),
            Form::Phases { rows, .. } => rows.iter().for_each(|row| {
                row.to.iter().chain(&row.to_share).chain(row.pays.values()).for_each(|v| v.visit(visit));
            }),
            Form::Grant { rows, .. } => rows.iter().for_each(|row| {
                row.above.visit(visit);
                row.pays.visit(visit);
            }),
            Form::InKind { .. } => {}
        }
    }
}

impl Limit {
    pub(crate) fn visit<'t>(&'t self, visit: Visit<'_, 't>) {
        self.amount.visit(visit);
        self.guard.visit(visit);
    }
}

impl Guard {
    fn visit<'t>(&'t self, visit: Visit<'_, 't>) {
        self.when.iter().chain(&self.unless).for_each(|c| c.visit(visit));
    }
}

impl Condition {
    fn visit<'t>(&'t self, visit: Visit<'_, 't>) {
        visit(Found::Condition(self));
        for test in &self.tests {
            match &test.kind {
                TestKind::Fact { .. } => {}
                TestKind::Any(conditions) => conditions.iter().for_each(|c| c.visit(visit)),
                TestKind::Not(condition) => condition.visit(visit),
            }
        }
    }
}

impl Value {
    fn visit<'t>(&'t self, visit: Visit<'_, 't>) {
        match self {
            Value::Expression(_) => {}
            Value::Series(series) => {
                visit(Found::Series(series));
                series.value.iter().for_each(|(_, v)| v.visit(visit));
            }
            Value::Table(rows) => {
                visit(Found::Table(rows));
                for row in &rows.value {
                    row.when.iter().for_each(|c| c.visit(visit));
                    row.then.visit(visit);
                }
            }
        }
    }
}
