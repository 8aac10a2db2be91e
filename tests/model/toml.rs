//! Writes a scheme as a rule file, and people and claims as the JSON of the file formats.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::rat::Rat;
use super::scheme::{
    Back, Benefit, Body, Candidate, Cap, Claim, Condition, Counts, Datum, Each, Form, Formula, Guard, Item, Kept, Kind, Layer, LineCap,
    LineOn, Mode, Of, Op, Owner, Part, Per, Person, Phase, Scheme, Step, Taken, Test, Value, When,
};

/// The rule file of a scheme.
pub(crate) fn rule_file(scheme: &Scheme) -> String {
    let mut out = String::from("format = 1\n\n");
    scheme_table(&mut out, scheme);
    for portion in &scheme.portions {
        writeln!(out, "[[portion]]\nid = {}\n", quoted(portion)).unwrap();
    }
    for one in &scheme.attributes {
        let mut table = Table::new();
        table.add("name", quoted(&one.name));
        let of = match one.of {
            Of::Person => "person",
            Of::Claim => "claim",
            Of::Line => "line",
        };
        table.add("of", quoted(of));
        match &one.kind {
            Kind::Words(words) => table.add("values", list(words.iter().map(|word| quoted(word)))),
            Kind::YesNo => table.add("type", quoted("yes-no")),
            Kind::Count => table.add("type", quoted("count")),
            Kind::Amount => table.add("type", quoted("amount")),
            Kind::Ratio => table.add("type", quoted("ratio")),
            Kind::Text => table.add("type", quoted("text")),
        }
        if let Some(default) = &one.default {
            table.add(
                "default",
                match default {
                    Datum::Word(word) => quoted(word),
                    Datum::Truth(truth) => truth.to_string(),
                    Datum::Number(number) => number.to_string(),
                    Datum::Share(share) => percent(*share),
                    Datum::Day(day) => day.to_string(),
                },
            );
        }
        if one.of == Of::Person && (one.as_of != When::RuleDate || one.earlier.is_some()) {
            let before = one.earlier.map_or_else(String::new, |(count, step)| {
                let unit = if step == Step::Months { "month" } else { "day" };
                format!(" - {count} {unit}{}", if count == 1 { "" } else { "s" })
            });
            table.add("as_of", quoted(&format!("{}{before}", date_name(one.as_of))));
        }
        table.section(&mut out, "[[attribute]]");
    }
    for (name, value) in &scheme.parameters {
        writeln!(out, "[parameters.{name}]").unwrap();
        match value {
            Value::Series(series) => {
                for (from, value) in series {
                    writeln!(out, "\"{from}\" = {}", self::value(value)).unwrap();
                }
            }
            other => writeln!(out, "value = {}", self::value(other)).unwrap(),
        }
        out.push('\n');
    }
    for one in &scheme.accumulators {
        let mut table = Table::new();
        table.add("id", quoted(&one.id));
        let counts = match one.counts {
            Counts::Deductible => "deductible",
            Counts::Payment => "payment",
            Counts::Base => "base",
            Counts::Excess => "excess",
            Counts::PatientShare => "patient-share",
            Counts::Claims => "claims",
            Counts::Days => "days",
            Counts::Copay => "copay",
        };
        table.add("counts", quoted(counts));
        table.kept(&Kept::Own(one.per, one.owner));
        if let Some(when) = &one.when {
            table.add("when", condition(when));
        }
        if let Some(months) = one.carry_months {
            table.add("carry_months", months.to_string());
        }
        if !one.with_payments_of.is_empty() {
            table.add("with_payments_of", list(one.with_payments_of.iter().map(|payer| quoted(payer))));
        }
        table.section(&mut out, "[[accumulator]]");
    }
    for charge in &scheme.day_charges {
        let mut table = Table::new();
        table.add("id", quoted(&charge.id));
        table.add("counted", quoted(&charge.counted));
        if let Some(when) = &charge.when {
            table.add("when", condition(when));
        }
        let rows = charge.rows.iter().map(|(to, reserve, amount)| {
            let mut row = Table::new();
            if let Some(to) = to {
                row.add("to", to.to_string());
            }
            if let Some((reserve, most)) = reserve {
                row.add("reserve", quoted(reserve));
                row.add("most", most.to_string());
            }
            row.add("amount", value(amount));
            row.inline()
        });
        table.add("rows", list(rows));
        table.section(&mut out, "[[day_charge]]");
    }
    for fund in &scheme.funds {
        let mut table = Table::new();
        table.add("id", quoted(fund));
        table.section(&mut out, "[[fund]]");
    }
    for fund in &scheme.backing {
        let mut table = Table::new();
        table.add("id", quoted(&fund.id));
        let whole: Vec<String> = fund.pays.iter().filter(|(_, share)| share.is_none()).map(|(layer, _)| quoted(layer)).collect();
        if !whole.is_empty() {
            table.add("pays", list(whole.into_iter()));
        }
        let mut shares = Table::new();
        let mut shared = false;
        for (layer, share) in fund.pays.iter().filter_map(|(layer, share)| Some((layer, (*share)?))) {
            shares.add(layer, value(&Value::Ratio(share)));
            shared = true;
        }
        if shared {
            table.add("shares", shares.inline());
        }
        if let Some((amount, per)) = fund.budget {
            table.kept(&Kept::Own(per, Owner::Person));
            table.add("budget", value(&Value::Number(amount)));
            table.add("when_dry", quoted("stop"));
        }
        table.section(&mut out, "[[fund]]");
    }
    for row in &scheme.classify {
        let mut table = Table::new();
        if let Some(when) = &row.when {
            table.add("when", condition(when));
        }
        table.add("into", quoted(&row.into));
        let extras = [
            ("quantity_limit", "over_quantity", &row.quantity_limit),
            ("price_limit", "over_price", &row.price_limit),
            ("self_pay", "self_pay_into", &row.self_pay),
        ];
        for (key, into, extra) in extras {
            if let Some((amount, portion)) = extra {
                table.add(key, value(amount));
                table.add(into, quoted(portion));
            }
        }
        table.section(&mut out, "[[classify]]");
    }
    for one in &scheme.layers {
        layer(&mut out, one);
    }
    out
}

fn scheme_table(out: &mut String, scheme: &Scheme) {
    let mut table = Table::new();
    table.add("id", quoted(&scheme.id));
    table.add("version", quoted("1"));
    table.add("effective", format!("{{ from = {} }}", scheme.from));
    let (unit, mode) = scheme.rounding;
    table.add("money", format!("{{ currency = \"CNY\", unit = \"{unit}\", rounding = {} }}", quoted(mode_name(mode))));
    table.add("rule_date", quoted(date_name(scheme.rule_date)));
    table.add("order", quoted(if scheme.as_incurred { "as-incurred" } else { "as-received" }));
    let (month, day) = scheme.policy_year;
    table.add("policy_year", format!("\"{month:02}-{day:02}\""));
    table.add("months", quoted(if scheme.whole_months { "whole" } else { "begun" }));
    table.add("days", quoted(if scheme.both_ends { "both-ends" } else { "nights" }));
    table.section(out, "[scheme]");
}

fn layer(out: &mut String, layer: &Layer) {
    let mut table = Table::new();
    table.add("id", quoted(&layer.id));
    table.guard(&layer.guard);
    if let Some(covers) = &layer.covers {
        table.add("covers", list(covers.iter().map(|portion| quoted(portion))));
    }
    if !layer.caps.is_empty() {
        table.add("cap", list(layer.caps.iter().map(cap)));
    }
    if let Some(premium) = &layer.premium {
        table.add("premium", format!("{{ amount = {} }}", value(premium)));
    }
    if layer.write_off {
        table.add("role", quoted("write-off"));
    }
    if let Some(days) = layer.run_off {
        table.add("run_off", format!("{{ days = {days} }}"));
    }
    if let Some(notional) = &layer.notional {
        let mut inner = Table::new();
        inner.guard(notional);
        table.add("notional", inner.inline());
    }
    table.section(out, "[[layer]]");
    for one in &layer.benefits {
        benefit(out, one);
    }
}

fn benefit(out: &mut String, benefit: &Benefit) {
    let mut table = Table::new();
    table.add("id", quoted(&benefit.id));
    table.guard(&benefit.guard);
    if benefit.covers.iter().all(|(_, factor)| factor.is_none()) {
        table.add("covers", list(benefit.covers.iter().map(|(portion, _)| quoted(portion))));
    } else {
        let mut covers = Table::new();
        for (portion, factor) in &benefit.covers {
            covers.add(portion, factor.as_ref().map_or(quoted("100%"), value));
        }
        table.add("covers", covers.inline());
    }
    if let Some(lines) = &benefit.lines {
        table.add("lines", condition(lines));
    }
    if let Some(group) = &benefit.group {
        let mut rule = Table::new();
        rule.add("by", list(group.by.iter().map(|name| quoted(name))));
        rule.add("least", value(&group.least));
        rule.guard(&group.guard);
        table.add("group", rule.inline());
    }
    table.one_or_list(
        "deductible",
        benefit.deductibles.iter().map(|one| {
            let mut rule = Table::new();
            rule.add("amount", value(&one.amount));
            rule.kept(&one.kept);
            if one.franchise {
                rule.add("kind", quoted("franchise"));
            }
            rule.guard(&one.guard);
            rule.inline()
        }),
    );
    if !benefit.copays.is_empty() {
        table.add(
            "copay",
            list(benefit.copays.iter().map(|copay| {
                let mut rule = Table::new();
                rule.add(if copay.is_ratio { "ratio" } else { "amount" }, value(&copay.amount));
                for (key, end) in [("least", &copay.least), ("most", &copay.most)] {
                    if let Some(end) = end {
                        rule.add(key, value(end));
                    }
                }
                match copay.each {
                    Each::Claim => {}
                    Each::Line => rule.add("each", quoted("line")),
                    Each::Unit => rule.add("each", quoted("unit")),
                    Each::Day => rule.add("each", quoted("day")),
                }
                if !copay.caps.is_empty() {
                    rule.add(
                        "cap",
                        list(copay.caps.iter().map(|one| {
                            let mut cap = Table::new();
                            cap.add("amount", value(&one.amount));
                            cap.kept(&one.kept);
                            cap.guard(&one.guard);
                            cap.inline()
                        })),
                    );
                }
                match copay.taken {
                    Taken::BeforeRatio => {}
                    Taken::BeforeDeductible => rule.add("taken", quoted("before-deductible")),
                    Taken::FromPayment => rule.add("taken", quoted("from-payment")),
                    Taken::Beside => rule.add("taken", quoted("beside")),
                }
                rule.guard(&copay.guard);
                rule.inline()
            })),
        );
    }
    form(&mut table, &benefit.form);
    for (key, verb, list_of) in [("points", "add", &benefit.points), ("factors", "times", &benefit.factors)] {
        if !list_of.is_empty() {
            table.add(
                key,
                list(list_of.iter().map(|(amount, guard)| {
                    let mut rule = Table::new();
                    rule.add(verb, value(amount));
                    rule.guard(guard);
                    rule.inline()
                })),
            );
        }
    }
    table.one_or_list(
        "out_of_pocket_max",
        benefit.out_of_pocket_max.iter().map(|one| {
            let mut rule = Table::new();
            rule.add("amount", value(&one.amount));
            rule.kept(&one.kept);
            if let Some(of) = &benefit.maximum_of {
                let names = of.iter().map(|part| match part {
                    Part::Deductible => quoted("deductible"),
                    Part::Copay => quoted("copay"),
                    Part::Coinsurance => quoted("coinsurance"),
                });
                rule.add("of", list(names));
            }
            rule.guard(&one.guard);
            rule.inline()
        }),
    );
    if !benefit.caps.is_empty() || !benefit.line_caps.is_empty() {
        table.add("cap", list(benefit.caps.iter().map(cap).chain(benefit.line_caps.iter().map(line_cap))));
    }
    if benefit.ratio_between.iter().any(Option::is_some) {
        let mut rule = Table::new();
        for (key, end) in ["least", "most"].iter().zip(&benefit.ratio_between) {
            if let Some(end) = end {
                rule.add(key, value(end));
            }
        }
        table.add("ratio_between", rule.inline());
    }
    if let Some(coordinate) = &benefit.coordinate {
        let mut rule = Table::new();
        if let Some(with) = &coordinate.with {
            rule.add("with", list(with.iter().map(|layer| quoted(layer))));
        }
        let names = coordinate.candidates.iter().map(|one| match one {
            Candidate::Own => quoted("own"),
            Candidate::OwnLessPaid => quoted("own-less-paid"),
            Candidate::BaseLessPaid => quoted("base-less-paid"),
        });
        rule.add(if coordinate.greatest { "greatest" } else { "least" }, list(names));
        table.add("coordinate", rule.inline());
    }
    if let Some(minimum) = &benefit.minimum {
        table.add("minimum", value(minimum));
    }
    if !benefit.indemnity {
        table.add("indemnity", "false".to_owned());
    }
    if let Some(allocate) = &benefit.allocate {
        table.add("allocate", list(allocate.iter().map(|portion| quoted(portion))));
    }
    if let Some(rounding) = &benefit.rounding {
        let mut rule = Table::new();
        rule.add("unit", format!("\"{}\"", rounding.unit));
        rule.add("mode", quoted(mode_name(rounding.mode)));
        if rounding.of_patient_share {
            rule.add("of", quoted("patient-share"));
        }
        if rounding.of_coinsurance {
            rule.add("of", quoted("coinsurance"));
        }
        table.add("rounding", rule.inline());
    }
    if let Some(by) = benefit.by {
        table.add("each", quoted(if by == Item::Line { "line" } else { "day" }));
    }
    table.section(out, "  [[layer.benefit]]");
}

fn form(table: &mut Table, form: &Form) {
    let mut rule = Table::new();
    match form {
        Form::Ratio(ratio) => table.add("ratio", value(ratio)),
        Form::Fixed(sum) => table.add("fixed", value(sum)),
        Form::Bands { absolute, kept, rows } => {
            rule.add("measured", quoted(if *absolute { "absolute" } else { "above-deductible" }));
            rule.kept(kept);
            rule.add(
                "rows",
                list(rows.iter().map(|(to, ratio)| match to {
                    Some(to) => format!("{{ to = {}, ratio = {} }}", value(to), value(ratio)),
                    None => format!("{{ ratio = {} }}", value(ratio)),
                })),
            );
            table.add("bands", rule.inline());
        }
        Form::Phases { kept, share, rows } => {
            rule.kept(kept);
            if let Some(share) = share {
                rule.add("share", quoted(share));
            }
            rule.add("rows", list(rows.iter().map(phase)));
            table.add("phases", rule.inline());
        }
        Form::Grant { kept, rows } => {
            rule.kept(kept);
            let row = |(above, pays): &(Value, Value)| format!("{{ above = {}, pays = {} }}", value(above), value(pays));
            rule.add("rows", list(rows.iter().map(row)));
            table.add("grant", rule.inline());
        }
        Form::InKind { buy, give, units, kept } => {
            rule.add("buy", buy.to_string());
            rule.add("give", give.to_string());
            rule.add("units", quoted(units));
            rule.kept(kept);
            table.add("in_kind", rule.inline());
        }
    }
}

fn phase(phase: &Phase) -> String {
    let mut row = Table::new();
    for (key, edge) in [("to", &phase.to), ("to_share", &phase.to_share)] {
        if let Some(edge) = edge {
            row.add(key, value(edge));
        }
    }
    let mut split = Table::new();
    for (fund, ratio) in &phase.parts {
        match fund {
            Some(fund) => split.add(fund, value(ratio)),
            None => row.add("ratio", value(ratio)),
        }
    }
    if !split.0.is_empty() {
        row.add("split", split.inline());
    }
    row.inline()
}

fn cap(cap: &Cap) -> String {
    let mut rule = Table::new();
    rule.add("amount", value(&cap.amount));
    rule.kept(&cap.kept);
    if cap.on_base {
        rule.add("on", quoted("base"));
    }
    rule.guard(&cap.guard);
    rule.inline()
}

fn line_cap(cap: &LineCap) -> String {
    let mut rule = Table::new();
    rule.add("amount", value(&cap.amount));
    rule.kept(&cap.kept);
    rule.add(
        "on",
        quoted(match cap.on {
            LineOn::Money => "base",
            LineOn::Units => "units",
            LineOn::Days => "days",
        }),
    );
    if let Some(lines) = &cap.lines {
        rule.add("lines", condition(lines));
    }
    rule.guard(&cap.guard);
    rule.inline()
}

/// Keys and values in the order in which they were added.
struct Table(Vec<(String, String)>);

impl Table {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, key: &str, value: String) {
        self.0.push((key.to_owned(), value));
    }

    fn guard(&mut self, guard: &Guard) {
        for (key, one) in [("when", &guard.when), ("unless", &guard.unless)] {
            if let Some(one) = one {
                self.add(key, condition(one));
            }
        }
    }

    fn kept(&mut self, kept: &Kept) {
        match kept {
            Kept::Own(per, owner) => {
                let per = match per {
                    Per::Claim => "claim",
                    Per::Stay => "stay",
                    Per::Day => "day",
                    Per::Month => "month",
                    Per::PolicyYear => "policy-year",
                    Per::CalendarYear => "calendar-year",
                    Per::Lifetime => "lifetime",
                    Per::FirstUse(count, Step::Months) => &format!("{count} months from first use"),
                    Per::FirstUse(count, Step::Days) => &format!("{count} days from first use"),
                    Per::Quarter => "quarter",
                    Per::HalfYear => "half-year",
                    Per::YearFrom(month, day) => &format!("year from {month:02}-{day:02}"),
                    Per::Last(count, Back::Days) => &format!("last {count} days"),
                    Per::Last(count, Back::Months) => &format!("last {count} months"),
                    Per::Last(count, Back::CalendarMonths) => &format!("last {count} calendar months"),
                    Per::Spell(days) => &format!("spell of {days} days"),
                };
                self.add("per", quoted(per));
                match owner {
                    Owner::Person => {}
                    Owner::Household => self.add("owner", quoted("household")),
                    Owner::Everyone => self.add("owner", quoted("everyone")),
                }
            }
            Kept::Named(id) => self.add("accumulator", quoted(id)),
        }
    }

    fn one_or_list(&mut self, key: &str, rules: impl Iterator<Item = String>) {
        let rules: Vec<String> = rules.collect();
        match rules.as_slice() {
            [] => {}
            [one] => self.add(key, one.clone()),
            _ => self.add(key, list(rules.into_iter())),
        }
    }

    fn inline(&self) -> String {
        let entries: Vec<String> = self.0.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        format!("{{ {} }}", entries.join(", "))
    }

    fn section(&self, out: &mut String, header: &str) {
        let indent = &header[..header.len() - header.trim_start().len()];
        writeln!(out, "{header}").unwrap();
        for (key, value) in &self.0 {
            writeln!(out, "{indent}{key} = {value}").unwrap();
        }
        out.push('\n');
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn percent(ratio: Rat) -> String {
    format!("\"{}%\"", ratio * Rat::whole(100))
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::HalfUp => "half-up",
        Mode::HalfEven => "half-even",
        Mode::Down => "down",
        Mode::Up => "up",
    }
}

fn date_name(when: When) -> &'static str {
    match when {
        When::RuleDate => "rule-date",
        When::Admission => "admission",
        When::Discharge => "discharge",
        When::Settlement => "settlement",
        When::PolicyYearStart => "policy-year-start",
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Ratio(ratio) => percent(*ratio),
        Value::Formula(formula) => quoted(&self::formula(formula, 0)),
        Value::Series(series) => {
            let mut table = Table::new();
            for (from, value) in series {
                table.add(&format!("\"{from}\""), self::value(value));
            }
            table.inline()
        }
        Value::Table(rows) => list(rows.iter().map(|(when, then)| match when {
            Some(when) => format!("{{ when = {}, then = {} }}", condition(when), self::value(then)),
            None => format!("{{ otherwise = {} }}", self::value(then)),
        })),
    }
}

/// With parentheses only where precedence asks for them.
fn formula(formula: &Formula, binding: u8) -> String {
    match formula {
        Formula::Number(number) => number.to_string(),
        Formula::Percent(ratio) => format!("{}%", *ratio * Rat::whole(100)),
        Formula::Name(name) => name.clone(),
        Formula::Op(left, op, right) => {
            let own = if matches!(op, '+' | '-') { 1 } else { 2 };
            let text = format!("{} {op} {}", self::formula(left, own), self::formula(right, own + 1));
            if own < binding { format!("({text})") } else { text }
        }
        Formula::Call(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|one| self::formula(one, 0)).collect();
            format!("{name}({})", arguments.join(", "))
        }
    }
}

fn condition(condition: &Condition) -> String {
    let mut table = Table::new();
    for test in &condition.0 {
        match test {
            Test::OneOf(name, words) => {
                let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                let one = |words: &[String]| match words {
                    [single] => single.clone(),
                    several => list(several.iter().cloned()),
                };
                table.add(&key(name), one(&words));
            }
            Test::Is(name, truth) => table.add(&key(name), truth.to_string()),
            Test::Compare(name, comparisons) => match comparisons.as_slice() {
                [(Op::Equal, number)] => table.add(&key(name), number.to_string()),
                several => table.add(&key(name), comparison(several)),
            },
            Test::RuleDate(comparisons) => table.add("rule_date", comparison(comparisons)),
            Test::LineDate(comparisons) => table.add("line_date", comparison(comparisons)),
            Test::Any(conditions) => table.add("any", list(conditions.iter().map(self::condition))),
            Test::Not(condition) => table.add("not", self::condition(condition)),
        }
    }
    table.inline()
}

/// Facts with a dot are written as quoted keys.
fn key(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

fn comparison<T: ToString>(comparisons: &[(Op, T)]) -> String {
    let parts: Vec<String> = comparisons
        .iter()
        .map(|(op, with)| {
            let op = match op {
                Op::Equal => "=",
                Op::Unequal => "!=",
                Op::Below => "<",
                Op::AtMost => "<=",
                Op::Above => ">",
                Op::AtLeast => ">=",
            };
            format!("{op} {}", with.to_string())
        })
        .collect();
    quoted(&parts.join(", "))
}

/// A person as JSON.
pub(crate) fn person(person: &Person) -> Json {
    let mut out = Map::new();
    out.insert("id".into(), json!(person.id));
    if let Some(household) = &person.household {
        out.insert("household".into(), json!(household));
    }
    out.insert("birth_date".into(), json!(person.birth_date.to_string()));
    let mut attributes = Map::new();
    for (name, values) in &person.attributes {
        let plain = |one: &super::scheme::Dated| one.from.is_none() && one.until.is_none();
        let written = match values.as_slice() {
            [single] if plain(single) => datum(&single.value),
            several => several
                .iter()
                .map(|one| {
                    let mut dated = Map::new();
                    dated.insert("value".into(), datum(&one.value));
                    for (key, date) in [("from", one.from), ("until", one.until)] {
                        if let Some(date) = date {
                            dated.insert(key.into(), json!(date.to_string()));
                        }
                    }
                    Json::Object(dated)
                })
                .collect(),
        };
        attributes.insert(name.clone(), written);
    }
    out.insert("attributes".into(), Json::Object(attributes));
    let opening: Vec<Json> = person
        .opening
        .iter()
        .map(|one| json!({ "accumulator": one.accumulator, "on": one.on.to_string(), "amount": one.amount.to_string() }))
        .collect();
    if !opening.is_empty() {
        out.insert("opening".into(), Json::Array(opening));
    }
    Json::Object(out)
}

/// A claim as JSON.
pub(crate) fn claim(claim: &Claim, scheme: &Scheme) -> Json {
    let mut out = Map::new();
    out.insert("id".into(), json!(claim.id));
    out.insert("person".into(), json!(claim.person));
    out.insert("scheme".into(), json!(scheme.id));
    let mut facility = Map::new();
    for (name, word) in &claim.fields {
        match name.strip_prefix("facility_") {
            Some(key) => facility.insert(key.into(), json!(word)),
            None => out.insert(name.clone(), json!(word)),
        };
    }
    if !facility.is_empty() {
        facility.entry("id").or_insert(json!("f1"));
        out.insert("facility".into(), Json::Object(facility));
    }
    out.insert("service_from".into(), json!(claim.service_from.to_string()));
    for (key, date) in [("service_to", claim.service_to), ("settled", claim.settled)] {
        if let Some(date) = date {
            out.insert(key.into(), json!(date.to_string()));
        }
    }
    out.insert("sequence".into(), json!(claim.sequence));
    if let Some(stay) = &claim.stay {
        out.insert("stay".into(), json!(stay));
    }
    if let Some(days) = claim.days {
        out.insert("days".into(), json!(days));
    }
    if !claim.attributes.is_empty() {
        out.insert("attributes".into(), data(&claim.attributes));
    }
    out.insert("bill".into(), json!(claim.wrong_bill.unwrap_or(claim.bill()).to_string()));
    match &claim.body {
        Body::Portions(portions) => {
            out.insert("portions".into(), amounts(portions));
        }
        Body::Lines(lines) => {
            let lines = lines.iter().map(|line| {
                let mut one = Map::new();
                one.insert("id".into(), json!(line.id));
                for (key, word) in [("code", &line.code), ("class", &line.class)] {
                    if let Some(word) = word {
                        one.insert(key.into(), json!(word));
                    }
                }
                if let Some(date) = line.date {
                    one.insert("date".into(), json!(date.to_string()));
                }
                one.insert("quantity".into(), json!(line.quantity.to_string()));
                one.insert("amount".into(), json!(line.amount.to_string()));
                if !line.attributes.is_empty() {
                    one.insert("attributes".into(), data(&line.attributes));
                }
                Json::Object(one)
            });
            out.insert("lines".into(), lines.collect());
        }
    }
    let mut prior = Map::new();
    for one in &claim.prior {
        prior.insert(one.layer.clone(), self::prior(one));
    }
    if !prior.is_empty() {
        out.insert("prior".into(), Json::Object(prior));
    }
    Json::Object(out)
}

/// What another payer paid, as JSON.
pub(crate) fn prior(prior: &super::scheme::Prior) -> Json {
    let amount = json!(prior.amount.to_string());
    match &prior.portions {
        Some(portions) => json!({ "amount": amount, "portions": amounts(portions) }),
        None => amount,
    }
}

fn amounts(portions: &[(String, Rat)]) -> Json {
    let pairs = portions.iter().map(|(portion, amount)| (portion.clone(), json!(amount.to_string())));
    Json::Object(pairs.collect())
}

fn data(attributes: &std::collections::BTreeMap<String, Datum>) -> Json {
    let pairs = attributes.iter().map(|(name, one)| (name.clone(), datum(one)));
    Json::Object(pairs.collect())
}

fn datum(datum: &Datum) -> Json {
    match datum {
        Datum::Word(word) => json!(word),
        Datum::Truth(truth) => json!(truth),
        Datum::Number(number) => match number.to_string().parse::<i64>() {
            Ok(whole) => json!(whole),
            Err(_) => json!(number.to_string()),
        },
        Datum::Share(share) => json!(format!("{}%", *share * Rat::whole(100))),
        Datum::Day(day) => json!(day.to_string()),
    }
}
