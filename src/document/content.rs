//! What a document says, from its head to its end.

use std::collections::BTreeMap;

use super::block::{Block, Line, Table};
use super::chart::{share, ticks};
use super::conditions::{condition, set};
use super::curve::{Curve, Point, Told};
use super::names::{Names, filled};
use super::values::{Shown, inline, show};
use super::words::Words;
use crate::date::AsOf;
use crate::decision::Language;
use crate::money::Money;
use crate::plan::fact::{Domain, FactKind};
use crate::plan::{self, Benefit, Form, Limit, Plan};
use crate::report::{clean, grouped};
use crate::scheme::SchemeText;
use crate::scheme::syntax::{self, About, AttributeOf, CapOn, Counts, Each, Owner, Parts, Tree, Unit};

pub(super) fn blocks(tree: &Tree, text: &SchemeText, plan: &Plan, curves: &[Curve], language: Language) -> Vec<Block> {
    let names = Names { plan, tree, text, words: Words(language) };
    let mut writer = Writer { names, words: names.words, blocks: Vec::new() };
    writer.head();
    writer.charts(curves);
    writer.layers();
    writer.parameters();
    writer.classify();
    writer.day_charges();
    writer.funds();
    writer.accumulators();
    writer.facts();
    writer.end();
    writer.blocks
}

struct Writer<'p> {
    names: Names<'p>,
    words: Words,
    blocks: Vec<Block>,
}

/// One rule's place in the list of a benefit: what it is called and what it says; its tables follow.
type Item = (Line, Line);

impl Writer<'_> {
    fn heading(&mut self, level: u8, text: impl Into<Line>) {
        self.blocks.push(Block::Heading { level, text: text.into() });
    }

    fn text(&mut self, text: impl Into<Line>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Rules one after the other; a table stands below the rule that it belongs to.
    fn items(&mut self, items: impl IntoIterator<Item = (Item, Option<Table>)>) {
        let mut list = Vec::new();
        for (item, table) in items {
            list.push(item);
            if let Some(table) = table {
                self.blocks.push(Block::Items(std::mem::take(&mut list)));
                self.blocks.push(Block::Table(table));
            }
        }
        if !list.is_empty() {
            self.blocks.push(Block::Items(list));
        }
    }

    fn about(&mut self, about: &About) {
        if about.illustrative {
            self.blocks.push(Block::Warning(self.words.illustrative_rule().into()));
        }
        if let Some(source) = &about.source {
            self.blocks.push(Block::Source(Line::from(self.words.source()).and(self.words.colon()).and(clean(source))));
        }
    }

    /// The title with the id behind it, and a mark where figures were made up.
    fn named(&self, named: &plan::Named) -> Line {
        let mut line = self.names.named(named);
        if crate::plan::pick(&named.about, self.names.language()).is_some() {
            line = line.and(" ").and(Line::code(clean(&named.id)));
        }
        if named.about.illustrative {
            line = line.and(" ").and(Line::strong(format!("[{}]", self.words.illustrative())));
        }
        line
    }

    fn head(&mut self) {
        let (plan, words) = (self.names.plan, self.words);
        self.heading(1, clean(plan.title(self.names.language())));
        if plan.about.illustrative {
            self.blocks.push(Block::Warning(words.illustrative_scheme().into()));
        } else if plan.illustrative {
            self.blocks.push(Block::Warning(words.illustrative_parts().into()));
        }
        let span = plan.effective;
        let last = |until: chrono::NaiveDate| Line::from(until.pred_opt().unwrap_or(until).to_string());
        let in_force = match (span.from, span.until) {
            (Some(from), Some(until)) => Line::fill(words.in_force_from_until(), [from.to_string().into(), last(until)]),
            (Some(from), None) => Line::fill(words.in_force_from(), [from.to_string().into()]),
            (None, Some(until)) => Line::fill(words.until_only(), [last(until)]),
            (None, None) => words.always().into(),
        };
        let unit = plan.rounding.unit().to_string();
        let money = Line::fill(words.money_text(), [clean(&plan.currency).into(), unit.into(), words.mode(plan.rounding.mode()).into()]);
        let start = plan.policy_year.start(chrono::NaiveDate::default()).format("%m-%d").to_string();
        let order = if plan.as_incurred { words.as_incurred() } else { words.as_received() };
        let mut items: Vec<Item> = vec![
            (words.scheme().into(), Line::code(clean(&plan.id))),
            (words.version().into(), clean(&plan.version).into()),
            (words.in_force().into(), in_force),
            (words.money().into(), money),
            (words.rule_date().into(), words.date(plan.rule_date).into()),
            (words.policy_year().into(), Line::fill(words.policy_year_text(), [start.into()])),
            (words.order().into(), order.into()),
        ];
        if let Some(settles) = &plan.settles {
            let owner = if settles.for_households { words.household() } else { words.person() };
            let values = [Line::code(clean(&settles.scheme)), owner.into(), words.per_period(settles.per).into_owned().into()];
            items.push((words.settles_other().into(), Line::fill(words.settles_text(), values)));
        }
        if plan.both_ends {
            items.push((words.days().into(), words.both_ends().into()));
        }
        if let Some(whole) = self.names.tree.header.whole_months {
            items.push((words.months().into(), if whole { words.whole_months() } else { words.begun_months() }.into()));
        }
        if let Some(source) = &plan.about.source {
            items.push((words.source().into(), clean(source).into()));
        }
        self.blocks.push(Block::Items(items));
    }

    // --- charts

    fn charts(&mut self, curves: &[Curve]) {
        let (names, words) = (self.names, self.words);
        self.heading(2, words.charts());
        let Some(first) = curves.first() else {
            self.text(words.no_charts());
            return;
        };
        let top = first.points.last().map_or(Money::ZERO, |p| p.bill);
        let currency = clean(&names.plan.currency);
        let amount = format!("{} {currency}", names.money(top));
        let portion = names.plan.portions.iter().position(|p| p.id == first.portion).map(|index| names.portion(index)).unwrap_or_default();
        self.text(Line::fill(words.charts_intro(), [amount.into(), portion, first.rule_date.to_string().into()]));
        if !first.claim.is_empty() {
            let facts = first.claim.iter().map(|(name, value)| self.said(name, value));
            let facts = Line::join(facts, words.semicolon());
            self.text(Line::from(words.chart_claim()).and(facts));
        }
        if curves.iter().any(|c| c.beside) {
            self.text(words.beside_note());
        }
        for (index, curve) in curves.iter().enumerate() {
            self.heading(4, self.all_of(curve));
            self.blocks.push(Block::Chart(index));
            self.blocks.push(Block::Table(self.figures(curve)));
        }
    }

    /// Everybody for whom a curve is drawn. Those who differ in one attribute alone are told by its values.
    fn all_of(&self, curve: &Curve) -> Line {
        let mut told: Vec<Line> = Vec::new();
        let mut by_fact: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for sample in &curve.told {
            match (&sample.name, sample.apart.as_slice()) {
                (None, [(name, value)]) if name != "age" => by_fact.entry(name).or_default().push(value),
                _ => told.push(self.who(sample)),
            }
        }
        for (name, values) in by_fact {
            let values = Line::join(values.into_iter().map(|v| Line::code(clean(v))), self.words.comma());
            told.push(self.fact_named(name).and(self.words.colon()).and(values));
        }
        Line::join(told, self.words.semicolon())
    }

    fn who(&self, told: &Told) -> Line {
        let apart = Line::join(told.apart.iter().map(|(name, value)| self.said(name, value)), self.words.comma());
        match (&told.name, apart.is_empty()) {
            (Some(name), true) => clean(name).into(),
            (Some(name), false) => Line::from(clean(name)).and(" (").and(apart).and(")"),
            (None, true) => self.words.default_person().into(),
            (None, false) => apart,
        }
    }

    /// A fact and its value.
    fn said(&self, name: &str, value: &str) -> Line {
        if name == "age" {
            return Line::from(filled(self.words.age_years(), &[clean(value)]));
        }
        self.fact_named(name).and(self.words.colon()).and(Line::code(clean(value)))
    }

    fn fact_named(&self, name: &str) -> Line {
        let fact = self.names.plan.facts.iter().position(|f| f.name == name);
        fact.map_or_else(|| Line::code(clean(name)), |index| self.names.fact(index))
    }

    /// The figures of a chart at its round bills.
    fn figures(&self, curve: &Curve) -> Table {
        let (names, words) = (self.names, self.words);
        let layers: Vec<usize> = (0..names.plan.layers.len())
            .filter(|layer| curve.points.iter().any(|p| p.paid.get(*layer).is_some_and(|paid| *paid != Money::ZERO)))
            .collect();
        let top = curve.points.last().map_or(Money::ZERO, |p| p.bill);
        let wanted = ticks(top);
        let points: Vec<&Point> = curve.points.iter().filter(|p| p.bill != Money::ZERO && wanted.contains(&p.bill)).collect();
        let row = |name: Line, cell: &dyn Fn(&Point) -> String| -> Vec<Line> {
            std::iter::once(name).chain(points.iter().map(|point| cell(point).into())).collect()
        };
        let paid = |point: &Point, layer: usize| point.paid.get(layer).copied().unwrap_or_default();
        let mut rows: Vec<Vec<Line>> = layers.iter().map(|layer| row(names.layer(*layer), &|p| names.money(paid(p, *layer)))).collect();
        rows.push(row(Line::strong(words.patient()), &|p| names.money(p.patient)));
        rows.push(row(words.patient_share().into(), &|p| share(p.patient, p.bill)));
        let head = row(words.bill().into(), &|p| grouped(&p.bill.to_string()));
        Table { caption: Line::default(), numbers: (0..head.len()).map(|column| column > 0).collect(), head, rows }
    }

    // --- layers

    fn layers(&mut self) {
        let (names, words) = (self.names, self.words);
        self.heading(2, words.layers());
        self.text(words.layers_intro());
        for (number, layer) in names.plan.layers.iter().enumerate() {
            let place = number.saturating_add(1).to_string();
            self.heading(3, Line::fill(words.layer_number(), [place.clone().into(), self.named(&layer.name)]));
            self.about(&layer.name.about);
            let written = names.tree.layers.get(number);
            let who = condition(names, &layer.condition).unwrap_or_else(|| words.everybody().into());
            let mut items = vec![((words.who().into(), who), None)];
            if let Some(premium) = &layer.premium {
                let written = written.and_then(|l| l.premium.as_ref()).map(|p| &p.amount);
                let text = if premium.by_month { words.premium_by_month() } else { words.premium_text() };
                let tail = Line::from(text).and(self.if_holds(&premium.condition));
                items.push(self.rule(words.premium().into(), tail, &premium.amount, Unit::Amount, written));
            }
            if let Some(when) = &layer.notional {
                let who = condition(names, when).unwrap_or_else(|| words.everybody().into());
                items.push(((words.notional().into(), Line::fill(words.notional_text(), [who])), None));
            }
            if let Some(days) = layer.run_off {
                items.push(((words.run_off().into(), Line::fill(words.run_off_text(), [days.to_string().into()])), None));
            }
            self.items(items);
            if layer.write_off {
                self.text(Line::strong(words.write_off()));
            }
            if layer.benefits.is_empty() {
                let covers = Line::join(layer.covers.iter().map(|p| names.portion(*p)), words.comma());
                self.text(words.given_only());
                self.blocks.push(Block::Items(vec![(words.settles().into(), covers)]));
            }
            for (inner, benefit) in layer.benefits.iter().enumerate() {
                let title = Line::from(format!("{place}.{} ", inner.saturating_add(1))).and(self.named(&benefit.name));
                self.heading(4, title);
                self.about(&benefit.name.about);
                let written = written.and_then(|l| l.benefits.get(inner).map(|b| (l, b)));
                self.benefit(benefit, written);
            }
        }
    }

    /// A value with what stands beside it: on one line, or as a table below it.
    fn rule(
        &self,
        name: Line,
        tail: Line,
        value: &plan::value::Value,
        unit: Unit,
        written: Option<&syntax::Value>,
    ) -> (Item, Option<Table>) {
        let comma = if self.names.language() == Language::Zh { "，" } else { ", " };
        match show(self.names, value, unit, written) {
            Shown::One(line) if tail.is_empty() => ((name, line), None),
            Shown::One(line) => ((name, line.and(comma).and(tail)), None),
            Shown::Cases(table) => ((name, tail), Some(table)),
        }
    }

    fn if_holds(&self, when: &plan::condition::Condition) -> Line {
        match condition(self.names, when) {
            Some(line) => Line::fill(self.words.if_condition(), [line]),
            None => Line::default(),
        }
    }

    /// What stands behind a limit: its period, whose it is, the accumulator it shares, when it holds.
    fn runs(&self, limit: &Limit) -> Line {
        let words = self.words;
        let Some(accumulator) = self.names.plan.accumulators.get(limit.accumulator) else { return Line::default() };
        let mut line = Line::from(words.each(accumulator.per));
        match accumulator.owner {
            Owner::Person => {}
            Owner::Household => line = line.and(words.comma()).and(words.of_household()),
            Owner::Everyone => line = line.and(words.comma()).and(words.of_everyone()),
        }
        if self.names.tree.accumulators.iter().any(|a| a.id.value == accumulator.name) {
            line = line.and(words.comma()).and(Line::fill(words.on_accumulator(), [self.names.accumulator(limit.accumulator)]));
        }
        line.and(self.if_holds(&limit.condition))
    }

    fn benefit(&mut self, benefit: &Benefit, written: Option<(&syntax::Layer, &syntax::Benefit)>) {
        let (names, words) = (self.names, self.words);
        let of_benefit = written.map(|(_, b)| b);
        let mut items: Vec<(Item, Option<Table>)> = Vec::new();
        items.push(((words.applies().into(), condition(names, &benefit.condition).unwrap_or_else(|| words.always_applies().into())), None));
        match benefit.each {
            Each::Line => items.push(((words.figured().into(), words.by_line().into()), None)),
            Each::Day => items.push(((words.figured().into(), words.by_day().into()), None)),
            Each::Claim | Each::Unit => {}
        }
        if let Some(lines) = &benefit.lines {
            items.push(((words.lines_only().into(), condition(names, lines).unwrap_or_default()), None));
        }
        if let Some(group) = &benefit.group {
            let by = names.plan.groups.get(group.index).into_iter().flatten().map(|key| names.fact(key.fact));
            let least = match show(names, &group.least, Unit::Amount, of_benefit.and_then(|b| b.group.as_ref()).map(|g| &g.least)) {
                Shown::One(line) => line,
                Shown::Cases(table) => Line::join(table.rows.into_iter().map(|row| Line::join(row, " ")), words.semicolon()),
            };
            let mut text = Line::fill(words.group_text(), [Line::join(by, words.comma()), least]);
            if let Some(which) = condition(names, &group.condition) {
                text = text.and(Line::fill(words.group_which(), [which]));
            }
            items.push(((words.group().into(), text), None));
        }
        self.covers(benefit, of_benefit, &mut items);
        // The rules in the order in which a benefit is figured.
        let limit = |name: &str, limit: &Limit, written: Option<&syntax::Limit>| {
            self.rule(name.into(), self.runs(limit), &limit.amount, Unit::Amount, written.map(|w| &w.amount))
        };
        let written_caps = |on_base: bool| {
            let own = of_benefit.into_iter().flat_map(|b| &b.caps);
            let of_layer = written.into_iter().flat_map(|(l, _)| &l.caps);
            own.chain(of_layer).filter(move |c| c.on_base == on_base).map(|c| &c.limit).collect::<Vec<_>>()
        };
        let caps = |list: &[Limit], name: &str, on_base: bool| {
            let written = written_caps(on_base);
            list.iter()
                .enumerate()
                .map(|(i, cap)| {
                    let ((name, mut text), table) = limit(name, cap, written.get(i).copied());
                    if cap.label.starts_with("layer") {
                        text = text.and(words.comma()).and(words.of_layer());
                    }
                    ((name, text), table)
                })
                .collect::<Vec<_>>()
        };
        for (i, cap) in benefit.line_caps.iter().enumerate() {
            let written = of_benefit.and_then(|b| b.line_caps.get(i)).map(|c| &c.limit.amount);
            let (name, unit) = match cap.on {
                CapOn::Units => (words.units_cap(), Unit::Count),
                CapOn::Days => (words.days_cap(), Unit::Count),
                CapOn::Base | CapOn::Payment => (words.lines_cap(), Unit::Amount),
            };
            let mut tail = self.runs(&cap.limit);
            if let Some(lines) = cap.lines.as_ref().and_then(|lines| condition(names, lines)) {
                tail = tail.and(Line::fill(words.cap_of_lines(), [lines]));
            }
            items.push(self.rule(name.into(), tail, &cap.limit.amount, unit, written));
        }
        items.extend(caps(&benefit.base_caps, words.base_cap(), true));
        let mut written_deductibles = of_benefit.into_iter().flat_map(|b| &b.deductibles).filter(|d| !d.franchise).map(|d| &d.limit);
        for deductible in &benefit.deductibles {
            items.push(limit(words.deductible(), deductible, written_deductibles.next()));
        }
        if let Some(franchise) = &benefit.franchise {
            let written = of_benefit.into_iter().flat_map(|b| &b.deductibles).find(|d| d.franchise).map(|d| &d.limit);
            let ((name, text), table) = limit(words.franchise(), franchise, written);
            items.push(((name, text.and(words.semicolon()).and(words.franchise_note())), table));
        }
        for (i, copay) in benefit.copays.iter().enumerate() {
            let written = of_benefit.and_then(|b| b.copays.get(i)).map(|c| &c.amount);
            let mut tail = Line::from(words.taken(copay.taken));
            if copay.each != Each::Claim {
                tail = tail.and(words.comma()).and(words.for_each(copay.each));
            }
            let tail = tail.and(self.if_holds(&copay.condition));
            let unit = if copay.is_ratio { Unit::Ratio } else { Unit::Amount };
            items.push(self.rule(words.copay().into(), tail, &copay.amount, unit, written));
            let written = of_benefit.and_then(|b| b.copays.get(i));
            for (name, end, written) in [
                (words.copay_least(), &copay.least, written.and_then(|w| w.least.as_ref())),
                (words.copay_most(), &copay.most, written.and_then(|w| w.most.as_ref())),
            ] {
                if let Some(end) = end {
                    items.push(self.rule(name.into(), Line::default(), end, Unit::Amount, written));
                }
            }
            for (j, cap) in copay.caps.iter().enumerate() {
                items.push(limit(words.copay_cap(), cap, written.and_then(|w| w.caps.get(j))));
            }
        }
        self.form(&benefit.form, of_benefit.map(|b| &b.form), &mut items);
        let adjusted = |list: &[plan::Adjustment], written: Option<&[syntax::Adjustment]>, name: &str| {
            list.iter()
                .enumerate()
                .map(|(i, adjustment)| {
                    let written = written.and_then(|w| w.get(i)).map(|w| &w.value);
                    let tail = condition(names, &adjustment.condition).map(|line| Line::fill(words.if_condition(), [line]));
                    let ((name, text), table) = self.rule(name.into(), Line::default(), &adjustment.value, Unit::Ratio, written);
                    ((name, text.and(tail.unwrap_or_default())), table)
                })
                .collect::<Vec<_>>()
        };
        items.extend(adjusted(&benefit.points, of_benefit.map(|b| b.points.as_slice()), words.points()));
        items.extend(adjusted(&benefit.factors, of_benefit.map(|b| b.factors.as_slice()), words.factors()));
        for (name, end, written) in [
            (words.ratio_least(), &benefit.ratio_between[0], of_benefit.and_then(|b| b.ratio_between[0].as_ref())),
            (words.ratio_most(), &benefit.ratio_between[1], of_benefit.and_then(|b| b.ratio_between[1].as_ref())),
        ] {
            if let Some(end) = end {
                items.push(self.rule(name.into(), Line::default(), end, Unit::Ratio, written));
            }
        }
        for (i, maximum) in benefit.out_of_pocket_max.iter().enumerate() {
            let ((name, mut text), table) = limit(words.out_of_pocket_max(), maximum, of_benefit.and_then(|b| b.out_of_pocket_max.get(i)));
            if benefit.parts != Parts::ALL {
                let parts = benefit.parts.words().map(|part| words.part(part).into());
                text = text.and(words.semicolon()).and(Line::fill(words.maximum_of(), [Line::join(parts, words.comma())]));
            }
            items.push(((name, text), table));
        }
        if let Some(coordinate) = &benefit.coordinate {
            let with = Line::join(coordinate.with.iter().map(|layer| names.layer(*layer)), words.comma());
            let figures = Line::join(coordinate.candidates.iter().map(|one| words.candidate(*one).into()), words.comma());
            let pays = match (coordinate.candidates.len(), coordinate.greatest) {
                (0 | 1, _) => words.coordinate_pays(),
                (_, false) => words.coordinate_least(),
                (_, true) => words.coordinate_greatest(),
            };
            let text = Line::fill(words.coordinate_text(), [with]).and(words.semicolon()).and(Line::fill(pays, [figures]));
            items.push(((words.coordinate().into(), text), None));
        }
        items.extend(caps(&benefit.caps, words.cap(), false));
        if let Some(minimum) = &benefit.minimum {
            let written = of_benefit.and_then(|b| b.minimum.as_ref());
            items.push(self.rule(words.minimum().into(), words.minimum_text().into(), minimum, Unit::Amount, written));
        }
        if benefit.rounding != names.plan.rounding || benefit.rounds_patient_share || benefit.rounds_coinsurance {
            let rounding = benefit.rounding;
            let mut text = Line::fill(words.rounding_text(), [rounding.unit().to_string().into(), words.mode(rounding.mode()).into()]);
            if benefit.rounds_patient_share {
                text = text.and(words.comma()).and(words.rounds_share());
            }
            if benefit.rounds_coinsurance {
                text = text.and(words.comma()).and(words.rounds_coinsurance());
            }
            items.push(((words.rounding().into(), text), None));
        }
        if benefit.allocate.iter().enumerate().any(|(place, index)| place != *index) {
            let order = benefit.allocate.iter().filter_map(|i| benefit.covers.get(*i)).map(|c| names.portion(c.portion));
            items.push(((words.allocate().into(), Line::join(order, " → ")), None));
        }
        self.items(items);
        if !benefit.indemnity {
            self.text(Line::strong(words.beside()));
        }
        let sources = benefit.parameters.iter().filter_map(|p| {
            let source = p.about.source.as_ref()?;
            Some(names.named(p).and(words.colon()).and(clean(source)))
        });
        let sources: Vec<Line> = sources.collect();
        if !sources.is_empty() {
            let line = Line::from(words.source()).and(words.colon()).and(Line::join(sources, words.semicolon()));
            self.blocks.push(Block::Source(line));
        }
        if benefit.parameters.iter().any(|p| p.about.illustrative) && !benefit.name.about.illustrative {
            let marked = benefit.parameters.iter().filter(|p| p.about.illustrative).map(|p| names.named(p));
            let line = Line::from(words.illustrative_rule()).and(" ").and(Line::join(marked, words.comma()));
            self.blocks.push(Block::Warning(line));
        }
    }

    fn covers(&self, benefit: &Benefit, written: Option<&syntax::Benefit>, items: &mut Vec<(Item, Option<Table>)>) {
        let (names, words) = (self.names, self.words);
        let mut whole = Vec::new();
        let mut tables = Vec::new();
        for (i, cover) in benefit.covers.iter().enumerate() {
            let portion = names.portion(cover.portion);
            if matches!(cover.factor, plan::value::Value::Constant(1_000_000)) {
                whole.push(portion);
                continue;
            }
            let written = written.and_then(|b| b.covers.get(i)).and_then(|c| c.factor.as_ref());
            match show(names, &cover.factor, Unit::Ratio, written) {
                Shown::One(line) => whole.push(Line::fill(words.counts_at(), [portion, line])),
                Shown::Cases(table) => tables.push(((words.covers().into(), portion), Some(table))),
            }
        }
        if !whole.is_empty() {
            items.push(((words.covers().into(), Line::join(whole, words.comma())), None));
        }
        items.extend(tables);
    }

    fn form(&self, form: &Form, written: Option<&syntax::Form>, items: &mut Vec<(Item, Option<Table>)>) {
        let (names, words) = (self.names, self.words);
        let runs = |accumulator: usize| {
            let named =
                names.tree.accumulators.iter().any(|a| names.plan.accumulators.get(accumulator).is_some_and(|own| own.name == a.id.value));
            let per = names.plan.accumulators.get(accumulator).map_or_else(String::new, |a| words.each(a.per));
            let line = Line::from(per);
            if named { line.and(words.comma()).and(Line::fill(words.on_accumulator(), [names.accumulator(accumulator)])) } else { line }
        };
        let cell = |value: &plan::value::Value, unit, written: Option<&syntax::Value>| match show(names, value, unit, written) {
            Shown::One(line) => line,
            Shown::Cases(table) => {
                let rows = table.rows.into_iter().map(|row| Line::join(row, " "));
                Line::join(rows, words.semicolon())
            }
        };
        match form {
            Form::Ratio(value) => {
                let written = if let Some(syntax::Form::Ratio(written)) = written { Some(written) } else { None };
                items.push(self.rule(words.ratio().into(), Line::default(), value, Unit::Ratio, written));
            }
            Form::Fixed(value) => {
                let written = if let Some(syntax::Form::Fixed(written)) = written { Some(written) } else { None };
                items.push(self.rule(words.fixed().into(), Line::default(), value, Unit::Amount, written));
            }
            Form::Bands { absolute, accumulator, rows } => {
                let written: Vec<&syntax::Band> =
                    if let Some(syntax::Form::Bands { rows, .. }) = written { rows.iter().collect() } else { Vec::new() };
                let mut from = Line::from(names.money(Money::ZERO));
                let mut lines = Vec::new();
                for (i, band) in rows.iter().enumerate() {
                    let written = written.get(i);
                    let stretch = match &band.to {
                        Some(to) => {
                            let to = cell(to, Unit::Amount, written.and_then(|w| w.to.as_ref()));
                            let stretch = Line::fill(words.band_from_to(), [from, to.clone()]);
                            from = to;
                            stretch
                        }
                        None => Line::fill(words.band_above(), [std::mem::take(&mut from)]),
                    };
                    lines.push(vec![stretch, cell(&band.ratio, Unit::Ratio, written.map(|w| &w.ratio))]);
                }
                let measured = if *absolute { words.bands_absolute() } else { words.bands_above() };
                let text = Line::from(measured).and(words.comma()).and(runs(*accumulator));
                let table = Table {
                    caption: Line::default(),
                    head: vec![words.band().into(), words.ratio().into()],
                    numbers: vec![true, true],
                    rows: lines,
                };
                items.push(((words.bands().into(), text), Some(table)));
            }
            Form::Phases { accumulator, share, rows } => {
                let written: Vec<&syntax::Phase> =
                    if let Some(syntax::Form::Phases { rows, .. }) = written { rows.iter().collect() } else { Vec::new() };
                let mut lines = Vec::new();
                for (i, phase) in rows.iter().enumerate() {
                    let written = written.get(i);
                    let ends = [
                        (words.until_cost(), &phase.to, written.and_then(|w| w.to.as_ref())),
                        (words.until_borne(), &phase.to_share, written.and_then(|w| w.to_share.as_ref())),
                    ];
                    let ends = ends
                        .into_iter()
                        .filter_map(|(text, value, written)| Some(Line::fill(text, [cell(value.as_ref()?, Unit::Amount, written)])));
                    let ends = Line::join(ends, words.semicolon());
                    let written: Vec<_> = written.map_or_else(Vec::new, |w| w.pays.values().collect());
                    let parts = phase.parts.iter().enumerate().map(|(part, (fund, ratio))| {
                        let ratio = cell(ratio, Unit::Ratio, written.get(part).copied());
                        match fund.and_then(|fund| names.plan.funds.get(fund)) {
                            Some(fund) => self.named(&fund.name).and(" ").and(ratio),
                            None => ratio,
                        }
                    });
                    lines.push(vec![
                        if ends == Line::default() { words.no_end().into() } else { ends },
                        Line::join(parts, words.semicolon()),
                    ]);
                }
                let text = runs(*accumulator).and(words.semicolon()).and(Line::fill(words.borne_on(), [runs(*share)]));
                let table = Table {
                    caption: Line::default(),
                    head: vec![words.phase().into(), words.ratio().into()],
                    numbers: vec![false, true],
                    rows: lines,
                };
                items.push(((words.phases().into(), text), Some(table)));
            }
            Form::Grant { accumulator, rows } => {
                let written: Vec<&syntax::GrantRow> =
                    if let Some(syntax::Form::Grant { rows, .. }) = written { rows.iter().collect() } else { Vec::new() };
                let lines = rows.iter().enumerate().map(|(i, row)| {
                    let written = written.get(i);
                    vec![cell(&row.above, Unit::Amount, written.map(|w| &w.above)), cell(&row.pays, Unit::Amount, written.map(|w| &w.pays))]
                });
                let table = Table {
                    caption: Line::default(),
                    head: vec![words.above().into(), words.pays_head().into()],
                    numbers: vec![true, true],
                    rows: lines.collect(),
                };
                items.push(((words.grant().into(), runs(*accumulator)), Some(table)));
            }
            Form::InKind { buy, give, units, accumulator } => {
                let text = Line::fill(words.in_kind_text(), [buy.to_string().into(), give.to_string().into(), names.fact(*units)]);
                items.push(((words.in_kind().into(), text.and(words.comma()).and(runs(*accumulator))), None));
            }
        }
    }

    // --- what the layers rest on

    fn parameters(&mut self) {
        let (names, words) = (self.names, self.words);
        if names.plan.parameters.is_empty() {
            return;
        }
        self.heading(2, words.parameters());
        for parameter in &names.plan.parameters {
            self.heading(4, self.named(&parameter.name));
            self.about(&parameter.name.about);
            let written = names.tree.parameters.iter().find(|p| p.name.value == parameter.name.id).map(|p| &p.value);
            let used: Vec<Line> = names
                .plan
                .layers
                .iter()
                .flat_map(|l| l.benefits.iter().map(move |b| (l, b)))
                .filter(|(_, b)| b.parameters.iter().any(|p| p.id == parameter.name.id))
                .map(|(l, b)| names.named(&l.name).and(" · ").and(names.named(&b.name)))
                .collect();
            let mut items = vec![self.rule(words.amount_head().into(), Line::default(), &parameter.value, parameter.unit, written)];
            if !used.is_empty() {
                items.push(((words.used_by().into(), Line::join(used, words.semicolon())), None));
            }
            self.items(items);
        }
    }

    fn classify(&mut self) {
        let (names, words) = (self.names, self.words);
        if names.plan.classify.is_empty() {
            return;
        }
        self.heading(2, words.classify());
        self.text(words.classify_intro());
        let mut rows = Vec::new();
        for (index, row) in names.plan.classify.iter().enumerate() {
            let written = names.tree.classify.get(index);
            let inline = |value: &plan::value::Value, unit, written: Option<&syntax::Value>| match show(names, value, unit, written) {
                Shown::One(line) => line,
                Shown::Cases(table) => Line::join(table.rows.into_iter().map(|row| Line::join(row, " ")), words.semicolon()),
            };
            let mut parts = Vec::new();
            if let Some((value, portion)) = &row.quantity_limit {
                let written = written.and_then(|w| w.quantity_limit.as_ref()).map(|(v, _)| v);
                parts.push(Line::fill(words.over_quantity(), [inline(value, Unit::Count, written), names.portion(*portion)]));
            }
            if let Some((value, portion)) = &row.price_limit {
                let written = written.and_then(|w| w.price_limit.as_ref()).map(|(v, _)| v);
                parts.push(Line::fill(words.over_price(), [inline(value, Unit::Amount, written), names.portion(*portion)]));
            }
            if let Some((value, portion)) = &row.self_pay {
                let written = written.and_then(|w| w.self_pay.as_ref()).map(|(v, _)| v);
                parts.push(Line::fill(words.self_pay(), [inline(value, Unit::Ratio, written), names.portion(*portion)]));
            }
            if let Some(source) = written.and_then(|w| w.about.source.as_ref()) {
                parts.push(Line::from(words.source()).and(words.colon()).and(clean(source)));
            }
            let when = condition(names, &row.condition).unwrap_or_else(|| words.any().into());
            rows.push(vec![when, names.portion(row.into), Line::join(parts, words.semicolon())]);
        }
        let head = vec![words.line_when().into(), words.goes_into().into(), words.further().into()];
        self.blocks.push(Block::Table(Table { caption: Line::default(), numbers: vec![false; 3], head, rows }));
    }

    fn accumulators(&mut self) {
        let (names, words) = (self.names, self.words);
        if names.plan.accumulators.is_empty() {
            return;
        }
        self.heading(2, words.accumulators());
        self.text(words.accumulators_intro());
        let users = self.users();
        let mut rows = Vec::new();
        for (index, accumulator) in names.plan.accumulators.iter().enumerate().filter(|(_, a)| !a.of_spells) {
            let owner = match accumulator.owner {
                Owner::Person => words.person(),
                Owner::Household => words.household(),
                Owner::Everyone => words.everyone(),
            };
            let mut counts = Line::from(words.counting(accumulator.counts));
            if matches!(accumulator.counts, Counts::Claims | Counts::Days)
                && let Some(which) = condition(names, &accumulator.condition)
            {
                counts = counts.and(words.comma()).and(Line::fill(words.only_claims(), [which]));
            }
            let payers = names.plan.feeds.iter().filter(|f| f.accumulator == index).map(|f| match f.payer {
                plan::Payer::Layer(layer) => names.layer(layer),
                plan::Payer::Fund(fund) => names.plan.funds.get(fund).map(|f| names.named(&f.name)).unwrap_or_default(),
            });
            let payers: Vec<Line> = payers.collect();
            if !payers.is_empty() {
                counts = counts.and(words.comma()).and(Line::fill(words.and_payments_of(), [Line::join(payers, words.comma())]));
            }
            if let Some((_, months)) = names.plan.carries.iter().find(|(carried, _)| *carried == index) {
                counts = counts.and(words.comma()).and(Line::fill(words.carries(), [months.to_string().into()]));
            }
            let used = users.get(&index).cloned().unwrap_or_default();
            let shared = used.len() > 1;
            let mut by = Line::join(used, words.semicolon());
            if shared {
                by = Line::strong(words.shared()).and(words.colon()).and(by);
            }
            rows.push(vec![names.accumulator(index), counts, words.per_period(accumulator.per).into_owned().into(), owner.into(), by]);
        }
        let head =
            vec![words.accumulator().into(), words.counts().into(), words.per().into(), words.owner().into(), words.shared_by().into()];
        self.blocks.push(Block::Table(Table { caption: Line::default(), numbers: vec![false; 5], head, rows }));
    }

    /// Amounts that go by the day, row by row.
    fn day_charges(&mut self) {
        let (names, words) = (self.names, self.words);
        if names.plan.day_charges.is_empty() {
            return;
        }
        self.heading(2, words.day_charges());
        for charge in &names.plan.day_charges {
            self.heading(4, self.named(&charge.name));
            self.about(&charge.name.about);
            let applies = condition(names, &charge.condition).unwrap_or_else(|| words.always_applies().into());
            self.text(Line::from(words.applies()).and(words.colon()).and(applies));
            let written = names.tree.day_charges.iter().find(|c| c.id.value == charge.name.id);
            let rows = charge.rows.iter().enumerate().map(|(i, row)| {
                let days = match (row.to, row.reserve) {
                    (Some(to), _) => Line::fill(words.days_to(), [to.to_string().into()]),
                    (None, Some((reserve, most))) => {
                        Line::fill(words.reserve_days(), [most.to_string().into(), names.accumulator(reserve)])
                    }
                    (None, None) => words.other_days().into(),
                };
                let written = written.and_then(|c| c.rows.get(i)).map(|r| &r.amount);
                let amount = match show(names, &row.amount, Unit::Amount, written) {
                    Shown::One(line) => line,
                    Shown::Cases(table) => Line::join(table.rows.into_iter().map(|row| Line::join(row, " ")), words.semicolon()),
                };
                vec![days, amount]
            });
            let table = Table {
                caption: Line::default(),
                head: vec![words.days().into(), words.amount_of_a_day().into()],
                numbers: vec![false, true],
                rows: rows.collect(),
            };
            self.blocks.push(Block::Table(table));
        }
    }

    fn funds(&mut self) {
        let (names, words) = (self.names, self.words);
        if names.plan.funds.is_empty() {
            return;
        }
        self.heading(2, words.funds());
        for (index, fund) in names.plan.funds.iter().enumerate() {
            self.heading(4, self.named(&fund.name));
            self.about(&fund.name.about);
            let written = names.tree.funds.get(index);
            let layers = |of: &[usize]| Line::join(of.iter().map(|layer| names.layer(*layer)), words.comma());
            let mut items: Vec<(Item, Option<Table>)> = Vec::new();
            if !fund.pays.is_empty() {
                let paid = fund.pays.iter().map(|(layer, share)| {
                    let share = names.number(*share, Unit::Ratio);
                    names.layer(*layer).and(" ").and(share)
                });
                items.push(((words.pays_for().into(), Line::join(paid, words.comma())), None));
            }
            if !fund.pays_premium_of.is_empty() {
                items.push(((words.pays_premium_of().into(), layers(&fund.pays_premium_of)), None));
            }
            items.push(((words.fund_per().into(), words.per_period(fund.per).into_owned().into()), None));
            if let Some(budget) = &fund.budget {
                let written = written.and_then(|f| f.budget.as_ref());
                items.push(self.rule(words.budget().into(), words.when_dry(fund.when_dry).into(), budget, Unit::Amount, written));
            }
            self.items(items);
            self.donations(fund, written);
            self.corridor(fund, written);
        }
    }

    fn donations(&mut self, fund: &plan::Fund, written: Option<&syntax::Fund>) {
        let (names, words) = (self.names, self.words);
        if fund.donations.is_empty() {
            return;
        }
        let rows = fund.donations.iter().enumerate().map(|(i, donation)| {
            let written = written.and_then(|f| f.donations.get(i)).map(|d| &d.amount);
            let amount = inline(names, &donation.amount, Unit::Amount, written);
            let source = donation.about.source.as_deref().map_or_else(Line::default, |source| clean(source).into());
            vec![donation.on.to_string().into(), amount, source]
        });
        let table = Table {
            caption: words.donations().into(),
            head: vec![words.received_on().into(), words.donated().into(), words.source().into()],
            numbers: vec![false, true, false],
            rows: rows.collect(),
        };
        self.blocks.push(Block::Table(table));
    }

    fn corridor(&mut self, fund: &plan::Fund, written: Option<&syntax::Fund>) {
        let (names, words) = (self.names, self.words);
        if fund.corridor.is_empty() {
            return;
        }
        let rows = fund.corridor.iter().enumerate().map(|(i, band)| {
            let written = written.and_then(|f| f.corridor.get(i));
            let edge = |edge: &Option<plan::Edge>, written: Option<&syntax::Value>| match edge {
                None => Line::default(),
                Some(plan::Edge::Ratio(value)) => inline(names, value, Unit::Ratio, written),
                Some(plan::Edge::Amount(value)) => inline(names, value, Unit::Amount, written),
            };
            let share = inline(names, &band.share, Unit::Ratio, written.map(|b| &b.share));
            vec![
                if band.of_surplus { words.surplus() } else { words.deficit() }.into(),
                edge(&band.from, written.and_then(|b| b.from.as_ref())),
                edge(&band.to, written.and_then(|b| b.to.as_ref())),
                names.plan.funds.get(band.with).map(|f| names.named(&f.name)).unwrap_or_default(),
                share,
            ]
        });
        let head = [words.corridor_of(), words.corridor_from(), words.corridor_to(), words.shared_with(), words.share()];
        let table = Table {
            caption: words.corridor().into(),
            head: head.into_iter().map(Line::from).collect(),
            numbers: vec![false, true, true, false, true],
            rows: rows.collect(),
        };
        self.blocks.push(Block::Table(table));
    }

    /// Of each accumulator, the benefits whose rules run on it.
    fn users(&self) -> BTreeMap<usize, Vec<Line>> {
        let names = self.names;
        let mut users: BTreeMap<usize, Vec<Line>> = BTreeMap::new();
        for layer in &names.plan.layers {
            for benefit in &layer.benefits {
                for (accumulator, _) in &benefit.posts {
                    let line = names.named(&layer.name).and(" · ").and(names.named(&benefit.name));
                    users.entry(*accumulator).or_default().push(line);
                }
            }
        }
        users
    }

    fn facts(&mut self) {
        let (names, words) = (self.names, self.words);
        self.heading(2, words.portions());
        let portions = names.plan.portions.iter().map(|p| self.named(p)).collect();
        self.blocks.push(Block::List(portions));
        if names.tree.attributes.is_empty() {
            return;
        }
        self.heading(2, words.facts());
        let mut rows = Vec::new();
        for attribute in &names.tree.attributes {
            let Some((index, fact)) = names.plan.facts.iter().enumerate().find(|(_, f)| f.name == attribute.name.value) else { continue };
            let of = match attribute.of {
                AttributeOf::Person => words.person(),
                AttributeOf::Household => words.household(),
                AttributeOf::Claim => words.claim(),
                AttributeOf::Line => words.line(),
            };
            let mut values: Line = match &fact.domain {
                Domain::Words(list) => {
                    let all: Vec<u32> = (0u32..).take(list.len()).collect();
                    let line = set(names, index, &all);
                    if matches!(attribute.of, AttributeOf::Person | AttributeOf::Household) && list.len() > 1 {
                        line.and(words.ranked())
                    } else {
                        line
                    }
                }
                Domain::YesNo => words.yes_no().into(),
                Domain::Text(_) => words.any_word().into(),
                Domain::Number { unit: Unit::Ratio, .. } => words.ratio_kind().into(),
                Domain::Number { unit: Unit::Count, .. } => words.count().into(),
                Domain::Number { .. } | Domain::Date { .. } => words.amount_kind().into(),
            };
            if let FactKind::PersonAttribute(as_of) = fact.kind
                && as_of != AsOf::default()
            {
                values = values.and(words.semicolon()).and(Line::fill(words.read_on(), [words.as_of(as_of).into()]));
            }
            let default = fact.default.map(|value| names.value(fact, value)).unwrap_or_else(|| "–".into());
            let mut name = names.fact(index);
            if crate::plan::pick(&attribute.about, names.language()).is_some() {
                name = name.and(" ").and(Line::code(clean(&fact.name)));
            }
            rows.push(vec![name, of.into(), values, default]);
        }
        let head = vec![words.fact().into(), words.asked_of().into(), words.values().into(), words.default().into()];
        self.blocks.push(Block::Table(Table { caption: Line::default(), numbers: vec![false; 4], head, rows }));
    }

    fn end(&mut self) {
        let digest = Line::from(self.words.digest()).and(self.words.colon()).and(Line::code(self.names.plan.digest().to_string()));
        self.blocks.push(Block::Source(digest));
    }
}
