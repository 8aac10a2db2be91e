//! A decision told step by step, as a person would do it on paper, in Chinese or English.
//!
//! Nothing is figured here: every amount is one that the decision holds, printed with thousands separators. [`recheck`] figures every step anew, by
//! arithmetic of its own.

mod benefit;
mod layout;
mod recheck;
mod words;

pub use recheck::{Mismatch, recheck};

use crate::date::Per;
use crate::decision::{Decision, Language, LayerDecision, NotFired, PortionAmount, RuleName, Text};
use crate::digest::Digest;
use crate::reject::Reject;
use layout::{Page, Row, clean, fill, grouped};
use words::Words;

/// The decision step by step: every layer and benefit, what fired and what did not, and every figure with the arithmetic that gives it.
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// # use medaid::{Claim, Language, Ledger, Person, Plan, Scheme};
/// # let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
/// # let person: Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim)?;
/// let told = medaid::explain::explain(&decision, Language::En);
/// assert!(told.contains("(50,000.00 - 300.00) x 70% = 34,790.00"));
/// let told = medaid::explain::explain(&decision, Language::Zh);
/// assert!(told.contains("(50,000.00 - 300.00) × 70% = 34,790.00"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain(decision: &Decision, language: Language) -> String {
    let mut story = Story { words: Words(language), page: Page::default() };
    story.head(decision);
    for (index, layer) in decision.layers.iter().enumerate() {
        story.layer(index.saturating_add(1), layer);
    }
    story.result(decision);
    story.days(decision);
    story.lines(decision);
    story.postings(decision);
    story.digests(decision);
    story.page.finish()
}

/// The decision as a small table: the bill, what each layer paid and left in each portion, and what nobody paid.
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// # use medaid::{Claim, Language, Ledger, Person, Plan, Scheme};
/// # let plan = Plan::compile(&Scheme::parse("village.toml", text)?)?;
/// # let person: Person = serde_json::from_str(r#"{ "id": "p1" }"#)?;
/// # let claim: Claim = serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-05-01",
/// #     "bill": "52000.00", "portions": { "in_scope": "50000.00", "out_of_scope": "2000.00" } }"#)?;
/// let decision = plan.adjudicate(&person, &mut Ledger::new(), &claim)?;
/// let table = medaid::explain::table(&decision, Language::En);
/// assert!(table.contains("Basic insurance   34,790.00       15,210.00            2,000.00\n"));
/// assert!(table.contains("out of pocket     17,210.00       15,210.00            2,000.00\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn table(decision: &Decision, language: Language) -> String {
    let words = Words(language);
    let row = |title: String, amount: String, left: &[PortionAmount]| {
        let mut row = vec![title, amount];
        row.extend(left.iter().map(|p| grouped(p.amount)));
        row
    };
    let mut head = vec![words.layer().to_owned(), words.amount().to_owned()];
    head.extend(decision.billed.iter().map(|p| fill(words.left_in(), &[&portion_title(p, language)])));
    let mut rows = vec![head, row(words.bill().to_owned(), grouped(decision.bill), &decision.billed)];
    for layer in &decision.layers {
        let mut title = clean(layer.layer.title(language));
        if layer.write_off {
            title = fill(words.written_off(), &[&title]);
        }
        if layer.given {
            title = fill(words.given(), &[&title]);
        }
        rows.push(row(title, grouped(layer.paid), &layer.left));
    }
    rows.push(row(words.paid_in_all().to_owned(), grouped(decision.paid), &[]));
    if !decision.written_off.is_zero() {
        rows.push(row(words.written_off_in_all().to_owned(), grouped(decision.written_off), &[]));
    }
    rows.push(row(words.out_of_pocket().to_owned(), grouped(decision.out_of_pocket), &decision.left));
    if !decision.beside.is_zero() {
        rows.push(row(words.beside_bill().to_owned(), grouped(decision.beside), &[]));
    }
    if let Some(patient_pays) = decision.patient_pays {
        rows.push(row(words.charged_in_all().to_owned(), grouped(decision.charged), &[]));
        rows.push(row(words.patient_pays().to_owned(), grouped(patient_pays), &[]));
    }
    let mut page = Page::default();
    page.grid(0, 1, &rows);
    if decision.scheme.illustrative {
        page.line(0, &[words.notice(), words.notice_scheme()].join(words.colon()));
    }
    page.finish()
}

/// Why a claim was rejected, and what that means.
///
/// ```
/// use medaid::{Language, Reject, RejectCode};
/// let reject = Reject::new("c1", RejectCode::UnknownLayer, "prior.basic", "the scheme has no layer `basic`");
/// assert_eq!(medaid::explain::explain_reject(&reject, Language::En), "\
/// Claim c1 is rejected: unknown-layer
///   reason  the scheme does not have the layer
///   field   prior.basic
///   detail  the scheme has no layer `basic`
///   effect  every accumulator is as before
/// ");
/// ```
pub fn explain_reject(reject: &Reject, language: Language) -> String {
    let words = Words(language);
    let mut page = Page::default();
    let claim = clean(reject.claim());
    let claim = if claim.is_empty() { words.unknown() } else { &claim };
    page.line(0, &fill(words.rejected(), &[claim, reject.code().as_str()]));
    let mut rows = vec![(words.reason(), words.reject(reject.code()).to_owned())];
    if !reject.field().is_empty() {
        rows.push((words.field(), clean(reject.field())));
    }
    if let Some(row) = reject.row() {
        rows.push((words.row(), row.to_string()));
    }
    rows.push((words.detail(), clean(reject.text(language))));
    rows.push((words.outcome(), words.unchanged().to_owned()));
    page.rows(2, &rows);
    page.finish()
}

fn title_of(title: &Text, id: &str, language: Language) -> String {
    clean(title.pick(language).unwrap_or(id))
}

fn portion_title(portion: &PortionAmount, language: Language) -> String {
    title_of(&portion.title, &portion.portion, language)
}

/// An explanation in the making.
struct Story {
    words: Words,
    page: Page,
}

impl Story {
    fn language(&self) -> Language {
        self.words.0
    }

    /// A rule's title with its id, and a mark if its figures are made up.
    fn named(&self, rule: &RuleName) -> String {
        let title = clean(rule.title(self.language()));
        let named = if title == rule.id { title } else { fill(self.words.named(), &[&title, &rule.id]) };
        if rule.illustrative { named + self.words.illustrative() } else { named }
    }

    /// Amounts by portion, in a row: `in scope 54,210.00; out of scope 20,000.00`.
    fn by_portion(&self, portions: &[PortionAmount]) -> String {
        let parts: Vec<String> = portions.iter().map(|p| format!("{} {}", portion_title(p, self.language()), grouped(p.amount))).collect();
        parts.join(self.words.semicolon())
    }

    fn head(&mut self, decision: &Decision) {
        let words = self.words;
        let scheme = &decision.scheme;
        self.page.line(0, words.heading());
        let title = title_of(&scheme.title, &scheme.id, self.language());
        let mut rows = vec![
            (words.claim(), clean(&decision.claim)),
            (words.person(), clean(&decision.person)),
            (words.scheme(), fill(words.scheme_text(), &[&title, &scheme.id, &clean(&scheme.version)])),
            (words.rule_date(), decision.rule_date.to_string()),
            (words.currency(), clean(&scheme.currency)),
        ];
        if scheme.illustrative {
            rows.push((words.notice(), [words.notice_scheme(), words.notice_illustrative()].join(words.semicolon())));
        }
        self.page.rows(2, &rows);
        self.page.blank();
        let mut bill = vec![vec![words.bill().to_owned(), grouped(decision.bill)]];
        bill.extend(self.portion_rows(&decision.billed));
        self.page.grid(0, 1, &bill);
    }

    fn portion_rows(&self, portions: &[PortionAmount]) -> Vec<Vec<String>> {
        portions.iter().map(|p| vec![format!("  {}", portion_title(p, self.language())), grouped(p.amount)]).collect()
    }

    fn layer(&mut self, number: usize, layer: &LayerDecision) {
        let words = self.words;
        self.page.blank();
        let mark = if layer.write_off { words.write_off() } else { "" };
        self.page.line(0, &format!("{number}. {}{mark}", self.named(&layer.layer)));
        let mut rows: Vec<Row> = Vec::new();
        if let Some(source) = &layer.layer.source {
            rows.push((words.source(), clean(source)));
        }
        if layer.given {
            rows.push((words.notice(), words.given_text().to_owned()));
            if layer.beyond_cap {
                rows.push((words.notice(), words.beyond_cap().to_owned()));
            }
        } else if let Some(failed) = &layer.failed {
            rows.push((words.not_fired(), self.failed(failed)));
        }
        self.page.rows(3, &rows);
        if layer.given || layer.failed.is_some() {
            let names: Vec<String> = layer.benefits.iter().map(|b| clean(b.benefit.title(self.language()))).collect();
            if !names.is_empty() && !layer.given {
                self.page.line(3, &fill(words.benefits_idle(), &[&names.join(words.comma())]));
            }
        } else if layer.benefits.is_empty() {
            self.page.line(3, words.no_benefits());
        } else {
            for benefit in &layer.benefits {
                self.benefit(benefit);
            }
        }
        let label = match (layer.given, layer.write_off) {
            (_, true) => words.layer_writes_off(),
            (true, false) => words.layer_given(),
            (false, false) => words.layer_pays(),
        };
        let mut rows = vec![(label, grouped(layer.paid))];
        if let Some(figured) = layer.notional {
            rows.insert(0, (words.layer_notional(), fill(words.nobody_pays(), &[&grouped(figured)])));
        }
        if !layer.beside.is_zero() {
            rows.push((words.layer_beside(), grouped(layer.beside)));
        }
        let pays = !layer.paid.is_zero() || !layer.beside.is_zero();
        if pays && !layer.funds.is_empty() {
            let parts: Vec<String> =
                layer.funds.iter().map(|f| format!("{} {}", title_of(&f.title, &f.fund, self.language()), grouped(f.amount))).collect();
            rows.push((words.out_of_funds(), parts.join(words.semicolon())));
        }
        if !layer.charged.is_zero() {
            rows.push((words.charged(), grouped(layer.charged)));
        }
        rows.push((words.left(), self.by_portion(&layer.left)));
        self.page.rows(3, &rows);
    }

    fn result(&mut self, decision: &Decision) {
        let words = self.words;
        self.page.blank();
        self.page.line(0, words.result());
        let mut rows =
            vec![vec![words.bill().to_owned(), grouped(decision.bill)], vec![words.paid_in_all().to_owned(), grouped(decision.paid)]];
        if !decision.written_off.is_zero() {
            rows.push(vec![words.written_off_in_all().to_owned(), grouped(decision.written_off)]);
        }
        rows.push(vec![words.out_of_pocket().to_owned(), grouped(decision.out_of_pocket)]);
        rows.extend(self.portion_rows(&decision.left));
        if !decision.beside.is_zero() {
            rows.push(vec![words.beside_bill().to_owned(), grouped(decision.beside)]);
        }
        if let Some(patient_pays) = decision.patient_pays {
            rows.push(vec![words.charged_in_all().to_owned(), grouped(decision.charged)]);
            rows.push(vec![words.patient_pays().to_owned(), grouped(patient_pays)]);
        }
        self.page.grid(2, 1, &rows);
    }

    /// Amounts that go by the day.
    fn days(&mut self, decision: &Decision) {
        if decision.day_charges.is_empty() {
            return;
        }
        let words = self.words;
        self.page.blank();
        self.page.line(0, words.days_heading());
        for one in &decision.day_charges {
            let title = self.named(&one.charge);
            self.page.line(2, &fill(words.days_before(), &[&title, &grouped(one.before)]));
            for stretch in &one.stretches {
                let (days, amount) = (stretch.days.to_string(), grouped(stretch.amount));
                let text = match stretch.row {
                    None => fill(words.days_uncovered(), &[&days]),
                    Some(row) => {
                        let template = if stretch.reserve { words.days_reserve() } else { words.days_row() };
                        fill(template, &[&row.to_string(), &days, &amount])
                    }
                };
                self.page.line(4, &text);
            }
            self.page.line(4, &fill(words.days_in_all(), &[&grouped(one.amount)]));
        }
    }

    /// Line by line: how it was classified, who paid what, what is left.
    fn lines(&mut self, decision: &Decision) {
        if decision.lines.is_empty() {
            return;
        }
        let words = self.words;
        let language = self.language();
        let paying: Vec<&LayerDecision> = decision.layers.iter().filter(|l| !l.paid.is_zero()).collect();
        let mut head = vec![words.line().to_owned(), words.amount().to_owned()];
        head.extend(decision.billed.iter().map(|p| portion_title(p, language)));
        head.extend(paying.iter().map(|l| clean(l.layer.title(language))));
        head.push(words.out_of_pocket().to_owned());
        let mut rows = vec![head];
        for line in &decision.lines {
            let mut row = vec![clean(&line.line), grouped(line.amount)];
            row.extend(line.portions.iter().map(|p| grouped(p.amount)));
            for layer in &paying {
                let part = line.paid.iter().find(|p| p.layer == layer.layer.id);
                row.push(part.map_or_else(|| "-".to_owned(), |p| grouped(p.amount)));
            }
            row.push(grouped(line.out_of_pocket));
            rows.push(row);
        }
        self.page.blank();
        self.page.line(0, words.lines());
        self.page.grid(2, 1, &rows);
    }

    fn postings(&mut self, decision: &Decision) {
        if decision.postings.is_empty() {
            return;
        }
        let words = self.words;
        let head = [words.accumulator(), words.by_rule(), words.period(), words.before(), words.added(), words.after()];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for posting in &decision.postings {
            let rule = if posting.rule.is_empty() { "-".to_owned() } else { clean(&posting.rule) };
            let rule = match &posting.payment_of {
                Some(payer) => fill(words.payment_of(), &[&rule, &clean(payer)]),
                None => rule,
            };
            let period = match (posting.per, posting.first_day) {
                (Per::FirstUse(length), Some(first)) => words.personal_period(length, first),
                (Per::Spell(days), Some(first)) => words.spell(days, first),
                (per, _) => words.whole_period(per),
            };
            let added = format!("+ {}", grouped(posting.amount));
            rows.push(vec![
                clean(&posting.accumulator),
                rule,
                period,
                grouped(posting.before),
                added,
                format!("= {}", grouped(posting.after)),
            ]);
        }
        self.page.blank();
        self.page.line(0, words.postings());
        self.page.grid(2, 3, &rows);
        for one in &decision.carried {
            let values = [clean(&one.accumulator), grouped(one.amount), one.to.to_string()];
            self.page.line(2, &fill(words.carried(), &values.each_ref().map(String::as_str)));
        }
    }

    fn digests(&mut self, decision: &Decision) {
        let words = self.words;
        let shown = |digest: &Digest| {
            let full = digest.to_string();
            format!("{}  {full}", full.get(..12).unwrap_or(&full))
        };
        self.page.blank();
        self.page.line(0, words.digests());
        let rows = [
            (words.scheme(), shown(&decision.scheme.digest)),
            (words.input(), shown(&decision.input_digest)),
            (words.result_digest(), shown(&decision.result_digest)),
        ];
        self.page.rows(2, &rows);
    }

    /// Why a benefit did not fire.
    fn not_fired(&self, reason: &NotFired) -> String {
        match reason {
            NotFired::Condition(failed) => self.failed(failed),
            NotFired::NoLine => self.words.no_line().to_owned(),
            NotFired::AfterRunOff { until } => fill(self.words.after_run_off(), &[&until.to_string()]),
            NotFired::NothingLeft => self.words.nothing_left().to_owned(),
            NotFired::Given => self.words.given_instead().to_owned(),
        }
    }
}
