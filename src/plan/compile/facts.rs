//! Which facts there are, and into which classes rules divide them.

use std::collections::BTreeSet;

use super::{Compiler, Declared, Scope};
use crate::date::{Per, day_number};
use crate::decision::Language;
use crate::diagnostic::message::{Compared, Thing};
use crate::diagnostic::{Code, Diagnostic, Message, catalogue as say};
use crate::money::parse_decimal;
use crate::plan::condition::ClassSet;
use crate::plan::fact::{Domain, Fact, FactKind, Measure};
use crate::scheme::syntax::*;
use crate::scheme::visit::Found;

const FIELD_FACTS: [(&str, AttributeOf, FactKind); 6] = [
    ("care", AttributeOf::Claim, FactKind::Care),
    ("facility_id", AttributeOf::Claim, FactKind::FacilityId),
    ("facility_level", AttributeOf::Claim, FactKind::FacilityLevel),
    ("facility_region", AttributeOf::Claim, FactKind::FacilityRegion),
    ("class", AttributeOf::Line, FactKind::LineClass),
    ("code", AttributeOf::Line, FactKind::LineCode),
];

const BUILT_IN: [&str; 9] = ["age", "days", "rule_date", "line_date", "quantity", "amount", "billed", "left", "any"];

impl Compiler<'_> {
    /// Declares every fact, then gathers the values at which rules divide them.
    pub(super) fn declare_facts(&mut self) {
        for attribute in &self.tree.attributes {
            self.declare_attribute(attribute);
        }
        self.add_fact("rule_date", FactKind::RuleDate, Domain::Date { cuts: Vec::new() });
        let mut found = Vec::new();
        self.tree.visit(&mut |f| found.push(f));
        for item in found {
            match item {
                Found::Condition(condition) => {
                    for test in &condition.tests {
                        if let TestKind::Fact { name, alternatives } = &test.kind
                            && let Some(index) = self.find_fact(&name.value)
                        {
                            self.divide(index, alternatives);
                        }
                    }
                }
                Found::Table(_) => {}
                Found::Series(series) => {
                    let days: Vec<i64> = series.value.iter().map(|(d, _)| i64::from(day_number(d.value))).collect();
                    if let Some(index) = self.find_fact("rule_date")
                        && let Some(Domain::Date { cuts }) = self.facts.get_mut(index).map(|f| &mut f.domain)
                    {
                        cuts.extend(days);
                    }
                }
            }
        }
        for fact in &mut self.facts {
            match &mut fact.domain {
                Domain::Number { cuts, .. } | Domain::Date { cuts } => {
                    cuts.sort_unstable();
                    cuts.dedup();
                }
                Domain::Text(words) => {
                    words.sort_unstable();
                    words.dedup();
                }
                Domain::Words(_) | Domain::YesNo => {}
            }
        }
        // The place of a text among those that rules mention is known only now.
        for attribute in &self.tree.attributes {
            if let Some(default) = &attribute.default
                && let Some(fact) = self.facts.iter_mut().find(|f| f.name == attribute.name.value)
                && matches!(fact.domain, Domain::Text(_))
            {
                fact.default = read_value(&fact.domain, &default.value);
            }
        }
    }

    fn declare_attribute(&mut self, attribute: &Attribute) {
        let name = &attribute.name.value;
        if BUILT_IN.contains(&name.as_str()) || name == "not" {
            self.error(Code::DuplicateName, &attribute.name.place, say::built_in(name));
            return;
        }
        let for_households = self.tree.header.settles.as_ref().is_some_and(|s| s.for_households);
        match attribute.of {
            AttributeOf::Household if !for_households => self.error(Code::Conflict, &attribute.name.place, say::of_households()),
            AttributeOf::Person if for_households => self.error(Code::Conflict, &attribute.name.place, say::claimants_are_households()),
            _ => {}
        }
        let field = FIELD_FACTS.iter().find(|(field, _, _)| field == name);
        let kind = match (field, attribute.of) {
            (Some((_, of, kind)), given) if *of == given => *kind,
            (Some((_, of, _)), _) => {
                let message = if *of == AttributeOf::Claim { say::read_from_claim(name) } else { say::read_from_line(name) };
                self.error(Code::Conflict, &attribute.name.place, message);
                return;
            }
            (None, AttributeOf::Person | AttributeOf::Household) => FactKind::PersonAttribute(attribute.as_of),
            (None, AttributeOf::Claim) => FactKind::ClaimAttribute,
            (None, AttributeOf::Line) => FactKind::LineAttribute,
        };
        let number = |unit| Domain::Number { unit, cuts: Vec::new() };
        let domain = match &attribute.kind {
            AttributeType::Words(words) => {
                self.check_unique(Thing::Value, words.iter());
                if words.is_empty() {
                    self.error(Code::WrongForm, &attribute.name.place, say::needs_a_value(name));
                }
                Domain::Words(words.iter().map(|w| w.value.clone()).collect())
            }
            AttributeType::YesNo => Domain::YesNo,
            AttributeType::Text => Domain::Text(Vec::new()),
            AttributeType::Count => number(Unit::Count),
            AttributeType::Amount => number(Unit::Amount),
            AttributeType::Ratio => number(Unit::Ratio),
        };
        let default = attribute.default.as_ref().and_then(|text| {
            let value = read_value(&domain, &text.value);
            if value.is_none() {
                let finding = Diagnostic::new(Code::BadValue, text.place.clone(), say::not_a_value_of(&text.value, name));
                let finding = match &domain {
                    Domain::Words(words) => finding.suggest(&text.value, words.iter().map(String::as_str)),
                    _ => finding,
                };
                self.report(finding);
            }
            value
        });
        let fact = self.add_fact(name, kind, domain);
        if let Some(fact) = self.facts.get_mut(fact) {
            fact.default = default;
        }
    }

    fn add_fact(&mut self, name: &str, kind: FactKind, domain: Domain) -> usize {
        let index = self.facts.len();
        self.facts.push(Fact { name: name.to_owned(), kind, domain, default: None });
        self.fact_names.insert(name.to_owned(), index);
        index
    }

    /// A fact by name: declared, or built in and declared on the way.
    pub(super) fn find_fact(&mut self, name: &str) -> Option<usize> {
        if let Some(index) = self.fact_names.get(name) {
            return Some(*index);
        }
        let tree = self.tree;
        let portion = |id: &str| tree.portions.iter().position(|p| p.id.value == id);
        let (kind, unit) = match name.split_once('.') {
            None => match name {
                "age" => (FactKind::Age, Unit::Count),
                "days" => (FactKind::Days, Unit::Count),
                "quantity" => (FactKind::Quantity, Unit::Count),
                "amount" => (FactKind::LineAmount, Unit::Amount),
                "line_date" => return Some(self.add_fact(name, FactKind::LineDate, Domain::Date { cuts: Vec::new() })),
                "billed" => (FactKind::Billed(None), Unit::Amount),
                "left" => (FactKind::Left(None), Unit::Amount),
                _ => return None,
            },
            Some(("billed", id)) => (FactKind::Billed(Some(portion(id)?)), Unit::Amount),
            Some(("left", id)) => (FactKind::Left(Some(portion(id)?)), Unit::Amount),
            Some((asked @ ("paid" | "deducted"), path)) if path.contains('.') => {
                let (layer, benefit) = path.split_once('.')?;
                let layer = tree.layers.iter().position(|l| l.id.value == layer)?;
                let benefit = tree.layers.get(layer)?.benefits.iter().position(|b| b.id.value == benefit)?;
                let kind = if asked == "paid" { FactKind::PaidBy(layer, benefit) } else { FactKind::DeductedBy(layer, benefit) };
                (kind, Unit::Amount)
            }
            Some(("paid", id)) => (FactKind::Paid(tree.layers.iter().position(|l| l.id.value == id)?), Unit::Amount),
            Some(("charge", id)) => (FactKind::DayCharge(tree.day_charges.iter().position(|c| c.id.value == id)?), Unit::Amount),
            Some(("uncovered", id)) => (FactKind::Uncovered(tree.day_charges.iter().position(|c| c.id.value == id)?), Unit::Count),
            Some(("sum", id)) => {
                let summed = self.find_fact(id)?;
                let fact = self.facts.get(summed).filter(|f| f.kind.of_line())?;
                (FactKind::Summed(summed), fact.domain.unit().filter(|unit| *unit != Unit::Ratio)?)
            }
            Some(("accumulated", id)) => {
                let index = tree.accumulators.iter().position(|a| a.id.value == id)?;
                let counts = tree.accumulators.get(index)?.counts;
                let unit = if matches!(counts, Counts::Claims | Counts::Units | Counts::Days) { Unit::Count } else { Unit::Amount };
                (FactKind::Accumulated(index), unit)
            }
            Some((asked @ ("previous" | "quiet"), id)) => {
                let index = tree.accumulators.iter().position(|a| a.id.value == id)?;
                let counts = tree.accumulators.get(index)?.counts;
                match asked {
                    "quiet" => (FactKind::Quiet(index), Unit::Count),
                    _ if matches!(counts, Counts::Claims | Counts::Units | Counts::Days) => (FactKind::Previous(index), Unit::Count),
                    _ => (FactKind::Previous(index), Unit::Amount),
                }
            }
            Some((measure, id)) => {
                let attribute = self.fact_names.get(id).copied()?;
                self.facts.get(attribute).filter(|f| matches!(f.kind, FactKind::PersonAttribute(_)))?;
                let measure = Measure::parse(measure)?;
                (FactKind::Dated(attribute, measure), Unit::Count)
            }
        };
        Some(self.add_fact(name, kind, Domain::Number { unit, cuts: Vec::new() }))
    }

    /// A fact that a rule asks for, if it may stand where the rule does.
    pub(super) fn fact(&mut self, name: &Name, scope: Scope) -> Option<usize> {
        let Some(index) = self.find_fact(&name.value) else {
            self.unknown_fact(name);
            return None;
        };
        if let Some(attribute) = self.tree.attributes.iter().position(|a| a.name.value == name.value) {
            self.used.insert(Declared::Attribute(attribute));
        }
        let kind = self.facts.get(index)?.kind;
        if let FactKind::Summed(summed) = kind
            && let Some(attribute) = self.facts.get(summed).and_then(|f| self.tree.attributes.iter().position(|a| a.name.value == f.name))
        {
            self.used.insert(Declared::Attribute(attribute));
        }
        if let FactKind::Dated(attribute, measure) = kind {
            self.dated(name, attribute, measure)?;
        }
        if let FactKind::DayCharge(charge) | FactKind::Uncovered(charge) = kind {
            self.used.insert(Declared::DayCharge(charge));
        }
        if let FactKind::Accumulated(accumulator) | FactKind::Previous(accumulator) | FactKind::Quiet(accumulator) = kind {
            self.used.insert(Declared::Accumulator(accumulator));
            let per = self.tree.accumulators.get(accumulator)?.per;
            let of_calendar = !matches!(per, Per::Claim | Per::Stay | Per::Lifetime | Per::FirstUse(_) | Per::Last(_) | Per::Spell(_));
            let refused = match kind {
                FactKind::Previous(_) if !of_calendar => Some(say::previous_of_the_calendar(per)),
                FactKind::Quiet(_) if per != Per::PolicyYear => Some(say::quiet_policy_years(per)),
                _ => None,
            };
            if let Some(message) = refused {
                self.error(Code::Conflict, &name.place, message);
                return None;
            }
        }
        let refused: Option<fn(&str) -> Message> = match scope {
            Scope::Claim(_) | Scope::Done if kind.of_line() => Some(say::fact_of_a_line),
            Scope::Person if !kind.of_person() => Some(say::not_of_the_person_alone),
            Scope::Fund if kind != FactKind::RuleDate => Some(say::not_of_a_fund),
            Scope::Claim(layer) | Scope::Line(layer) => match (kind, layer) {
                (FactKind::Paid(paid) | FactKind::PaidBy(paid, _) | FactKind::DeductedBy(paid, _), Some(layer)) if paid >= layer => {
                    Some(say::not_known_yet)
                }
                (
                    FactKind::Left(_)
                    | FactKind::Paid(_)
                    | FactKind::PaidBy(..)
                    | FactKind::DeductedBy(..)
                    | FactKind::Accumulated(_)
                    | FactKind::Previous(_)
                    | FactKind::Quiet(_)
                    | FactKind::Summed(_)
                    | FactKind::DayCharge(_)
                    | FactKind::Uncovered(_),
                    None,
                ) => Some(say::only_inside_layers),
                _ => None,
            },
            Scope::Done
                if matches!(
                    kind,
                    FactKind::Accumulated(_)
                        | FactKind::Previous(_)
                        | FactKind::Quiet(_)
                        | FactKind::Summed(_)
                        | FactKind::DayCharge(_)
                        | FactKind::Uncovered(_)
                ) =>
            {
                Some(say::only_inside_layers)
            }
            Scope::Done | Scope::Person | Scope::Fund => None,
        };
        if let Some(reason) = refused {
            self.error(Code::Conflict, &name.place, reason(&name.value));
            return None;
        }
        Some(index)
    }

    /// What is asked of a person's attribute over time must be known of it.
    fn dated(&mut self, name: &Name, attribute: usize, measure: Measure) -> Option<()> {
        let found = self.facts.get(attribute)?;
        let (of, yes_no) = (found.name.clone(), matches!(found.domain, Domain::YesNo));
        let refused = if matches!(found.domain, Domain::Text(_)) {
            // Rules know of a text only whether it is one that they mention.
            Some(say::text_over_time(&of))
        } else if measure.in_year() && !yes_no {
            Some(say::in_year_of_yes_no(&of))
        } else if measure == Measure::MonthsInYear && self.tree.header.whole_months.is_none() {
            Some(say::months_begun_or_whole())
        } else {
            None
        };
        if let Some(declared) = self.tree.attributes.iter().position(|a| a.name.value == of) {
            self.used.insert(Declared::Attribute(declared));
        }
        match refused {
            None => Some(()),
            Some(message) => {
                self.error(Code::Conflict, &name.place, message);
                None
            }
        }
    }

    fn unknown_fact(&mut self, name: &Name) {
        let mut known: BTreeSet<String> = self.fact_names.keys().cloned().collect();
        known.extend(BUILT_IN.iter().map(|n| (*n).to_owned()));
        known.extend(self.tree.parameters.iter().map(|p| p.name.value.clone()));
        known.extend(self.tree.portions.iter().flat_map(|p| [format!("left.{}", p.id.value), format!("billed.{}", p.id.value)]));
        known.extend(self.tree.layers.iter().map(|l| format!("paid.{}", l.id.value)));
        for layer in &self.tree.layers {
            let asked = |asked: &'static str| move |b: &Benefit| format!("{asked}.{}.{}", layer.id.value, b.id.value);
            known.extend(layer.benefits.iter().map(asked("paid")));
            known.extend(layer.benefits.iter().map(asked("deducted")));
        }
        let of_accumulators = ["accumulated", "previous", "quiet"];
        known.extend(self.tree.accumulators.iter().flat_map(|a| of_accumulators.map(|asked| format!("{asked}.{}", a.id.value))));
        let of_persons = self.facts.iter().filter(|f| matches!(f.kind, FactKind::PersonAttribute(_)));
        known.extend(of_persons.flat_map(|f| Measure::ALL.map(|measure| format!("{}.{}", measure.name(), f.name))));
        let message = say::no_fact(&name.value);
        let mut finding =
            Diagnostic::new(Code::UnknownName, name.place.clone(), message).suggest(&name.value, known.iter().map(String::as_str));
        if finding.help_text(Language::En).is_none() && FIELD_FACTS.iter().any(|(f, _, _)| *f == name.value) {
            finding = finding.help(say::declare_it(&name.value));
        }
        self.report(finding);
    }

    /// Notes where a test divides a fact's values. What does not fit is reported when the test is compiled.
    fn divide(&mut self, fact: usize, alternatives: &[Alternative]) {
        let Some(fact) = self.facts.get_mut(fact) else { return };
        for alternative in alternatives {
            match (alternative, &mut fact.domain) {
                (Alternative::Word(word), Domain::Text(words)) => words.push(word.value.clone()),
                (Alternative::Compare(comparisons), Domain::Number { cuts, .. } | Domain::Date { cuts }) => {
                    for (comparison, literal) in &comparisons.value {
                        if let Some(value) = literal.steps() {
                            use Comparison::*;
                            if matches!(comparison, Equal | NotEqual | Less | GreaterOrEqual) {
                                cuts.push(value);
                            }
                            if matches!(comparison, Equal | NotEqual | LessOrEqual | Greater) {
                                cuts.push(value.saturating_add(1));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The classes that one alternative of a test means.
    pub(super) fn alternative(&mut self, fact: usize, alternative: &Alternative) -> Option<ClassSet> {
        match classes_of(self.facts.get(fact)?, alternative) {
            Ok(classes) => Some(classes),
            Err(finding) => {
                self.report(finding);
                None
            }
        }
    }
}

fn classes_of(fact: &Fact, alternative: &Alternative) -> Result<ClassSet, Diagnostic> {
    match alternative {
        Alternative::Word(word) => class_of_word(fact, word),
        Alternative::Compare(comparisons) => {
            if let (Domain::Words(_) | Domain::Text(_), [(Comparison::Equal, Literal::Number(number))]) =
                (&fact.domain, comparisons.value.as_slice())
                && let Some(micros) = number.micros()
            {
                // `facility_level = 2` means the word "2".
                return class_of_word(fact, &At::new(crate::Money::from_micros(micros).to_string(), comparisons.place.clone()));
            }
            classes_of_comparisons(fact, comparisons)
        }
    }
}

fn class_of_word(fact: &Fact, word: &Name) -> Result<ClassSet, Diagnostic> {
    let name = &fact.name;
    if let Domain::Number { .. } | Domain::Date { .. } = fact.domain {
        let message = say::compared_with_numbers(name, &word.value);
        return Err(Diagnostic::new(Code::WrongUnit, word.place.clone(), message));
    }
    if let Some(class) = read_value(&fact.domain, &word.value).and_then(|value| u32::try_from(value).ok()) {
        return Ok(ClassSet::single(fact.domain.classes(), class));
    }
    let finding = Diagnostic::new(Code::UnknownName, word.place.clone(), say::not_a_value_of(&word.value, name));
    Err(match &fact.domain {
        Domain::Words(words) => finding.suggest(&word.value, words.iter().map(String::as_str)),
        _ => finding.help(say::it_is_true_or_false()),
    })
}

fn classes_of_comparisons(fact: &Fact, comparisons: &At<Vec<(Comparison, Literal)>>) -> Result<ClassSet, Diagnostic> {
    let (name, domain) = (&fact.name, &fact.domain);
    for (_, literal) in &comparisons.value {
        let fits = match (domain, literal) {
            (Domain::Number { unit: Unit::Ratio, .. }, Literal::Percent(_)) | (Domain::Date { .. }, Literal::Date(_)) => true,
            (Domain::Number { unit, .. }, Literal::Number(_)) => *unit != Unit::Ratio,
            _ => false,
        };
        if !fits || literal.steps().is_none() {
            let wanted = match domain {
                Domain::Words(_) | Domain::Text(_) => Compared::Words,
                Domain::YesNo => Compared::YesNo,
                Domain::Number { unit: Unit::Ratio, .. } => Compared::Ratios,
                Domain::Number { .. } => Compared::Numbers,
                Domain::Date { .. } => Compared::Dates,
            };
            return Err(Diagnostic::new(Code::WrongUnit, comparisons.place.clone(), say::compared_with(name, wanted)));
        }
    }
    Ok(ClassSet::new(domain.classes(), |class| {
        let sample = match domain {
            // Below the first cut, whatever the sample for showing is.
            Domain::Number { cuts, .. } if class == 0 => cuts.first().map_or(0, |c| c.saturating_sub(1)),
            _ => domain.sample(class),
        };
        comparisons.value.iter().all(|(comparison, literal)| {
            literal.steps().is_some_and(|value| match comparison {
                Comparison::Equal => sample == value,
                Comparison::NotEqual => sample != value,
                Comparison::Less => sample < value,
                Comparison::LessOrEqual => sample <= value,
                Comparison::Greater => sample > value,
                Comparison::GreaterOrEqual => sample >= value,
            })
        })
    }))
}

impl Literal {
    /// In the steps of a fact's values.
    fn steps(&self) -> Option<i64> {
        match self {
            Literal::Number(number) | Literal::Percent(number) => number.micros(),
            Literal::Date(date) => Some(i64::from(day_number(*date))),
        }
    }
}

/// The value that a text means for a fact.
pub(crate) fn read_value(domain: &Domain, text: &str) -> Option<i64> {
    match domain {
        Domain::Words(words) => words.iter().position(|w| w == text).and_then(|i| i64::try_from(i).ok()),
        Domain::Text(words) => {
            let index = words.binary_search_by(|w| w.as_str().cmp(text)).unwrap_or(words.len());
            i64::try_from(index).ok()
        }
        Domain::YesNo => match text {
            "true" => Some(1),
            "false" => Some(0),
            _ => None,
        },
        Domain::Number { unit: Unit::Ratio, .. } => text.parse::<crate::Ratio>().ok().map(crate::Ratio::millionths).filter(|v| *v >= 0),
        Domain::Number { unit, .. } => {
            let places = if *unit == Unit::Count { 0 } else { 6 };
            let value = parse_decimal(text, places).ok().filter(|v| *v >= 0)?;
            if places == 0 { value.checked_mul(1_000_000) } else { Some(value) }
        }
        Domain::Date { .. } => crate::date::parse_date(text).map(|d| i64::from(day_number(d))),
    }
}
