//! What reasoning about a scheme finds before any claim is run: rules that no claim reaches, limits that never count, dates that leave a gap, payments that
//! leap or fall as the bill grows, claims whose order matters. Each finding that a claim can show comes with one: a [`Witness`].
//!
//! Findings are true: what is said never to happen follows from the rules (opening balances and payments given with a claim aside, where the text says so),
//! and what is said to happen was settled. The search for the latter is bounded, and its silence is no proof: [`Report::searched`] says how far it went.

#![allow(clippy::arithmetic_side_effects, reason = "divisors are at least one, and counts stay below the effort")]

pub(crate) mod breakpoints;
pub(crate) mod curve;
mod dates;
mod guarantee;
pub(crate) mod kinds;
mod order;
mod reach;
mod rows;
mod slopes;
mod stretches;
mod tables;
mod words;

use serde::Serialize;

use crate::claim::{Claim, Person};
use crate::decision::{Decision, Language};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Message, Severity};
use crate::engine::Adjudicator;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::reject::Reject;
use crate::scheme::Scheme;
use crate::scheme::syntax::Place;
use kinds::{Kind, Kinds};
pub use tables::{TableCase, table_cases};

/// How many findings of one kind are kept.
const SAME_LIMIT: usize = 20;

/// How far to search. The time that a check takes is bounded by it, and by the size of the rule file.
///
/// ```
/// let effort = medaid::check::Effort::default();
/// assert_eq!((effort.kinds, effort.claims), (200, 100_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// The most kinds of case to look at, in each way (by portions, by line) in which claims can come.
    pub kinds: usize,
    /// The most claims to settle, for a scheme of up to 16 benefits; of larger ones fewer, in proportion.
    pub claims: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { kinds: 200, claims: 100_000 }
    }
}

/// How far a search went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Searched {
    /// How many kinds of case were looked at.
    pub kinds: usize,
    /// Whether these are all kinds that the scheme tells apart, not a selection.
    pub all_kinds: bool,
    /// How many claims were settled.
    pub claims: usize,
    /// Whether the search ended because it had settled as many claims as it may.
    pub cut_short: bool,
}

/// What a check found.
#[derive(Debug, Clone)]
pub struct Report {
    findings: Vec<Finding>,
    left_out: usize,
    searched: Searched,
}

impl Report {
    /// The findings, in the order of their places.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many findings more there are of kinds of which there are very many.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// How far the search went.
    pub fn searched(&self) -> Searched {
        self.searched
    }

    /// The findings as the reader's findings come.
    pub fn diagnostics(&self, scheme: &Scheme) -> Diagnostics {
        let findings = self.findings.iter().map(Finding::diagnostic).collect();
        Diagnostics::new(scheme.file(), scheme.text(), findings)
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    code: Code,
    place: Place,
    message: Message,
    labels: Vec<(Place, Message)>,
    help: Option<Message>,
    witness: Option<Witness>,
}

impl Finding {
    pub(crate) fn new(code: Code, place: Place, message: Message) -> Finding {
        Finding { code, place, message, labels: Vec::new(), help: None, witness: None }
    }

    fn label(mut self, place: Place, said: Message) -> Finding {
        self.labels.push((place, said));
        self
    }

    fn help(mut self, help: Message) -> Finding {
        self.help = Some(help);
        self
    }

    fn witness(mut self, witness: Option<Witness>) -> Finding {
        self.witness = witness;
        self
    }

    /// The kind of finding.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Where in the rule file, in bytes.
    pub fn span(&self) -> Place {
        self.place.clone()
    }

    /// What was found.
    pub fn message(&self, language: Language) -> &str {
        self.message.text(language)
    }

    /// What to do about it.
    pub fn help_text(&self, language: Language) -> Option<&str> {
        self.help.as_ref().map(|h| h.text(language))
    }

    /// A case that shows it.
    pub fn shown_by(&self) -> Option<&Witness> {
        self.witness.as_ref()
    }

    /// The finding as the reader's findings come.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.code, self.place.clone(), self.message.clone());
        let diagnostic = self.labels.iter().fold(diagnostic, |d, (place, said)| d.label(place.clone(), said.clone()));
        match &self.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    }
}

/// Persons and claims whose decisions show a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    people: Vec<Person>,
    claims: Vec<Claim>,
    shows: Message,
}

impl Witness {
    /// The persons.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// The claims, in the order in which they are settled.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// What to look at in the decisions.
    pub fn shows(&self, language: Language) -> &str {
        self.shows.text(language)
    }

    /// The decisions on the claims under a plan, on fresh books: of each person where all whom the scheme insures share anything, as if there were nobody else.
    ///
    /// # Errors
    /// The first [`Reject`]; under the plan of the scheme that was checked there is none.
    pub fn decisions(&self, plan: &Plan) -> Result<Vec<Decision>, Reject> {
        let mut ledger = Ledger::new();
        let mut last = "";
        let mut adjudicator = Adjudicator::new(plan);
        let nobody = Person::default();
        let person = |id: &str| self.people.iter().find(|p| p.id == id).unwrap_or(&nobody);
        let mut decisions = Vec::new();
        for claim in &self.claims {
            if plan.couples_everyone() && claim.person != last {
                ledger = Ledger::new();
            }
            last = &claim.person;
            decisions.push(adjudicator.adjudicate(person(&claim.person), &mut ledger, claim)?);
        }
        Ok(decisions)
    }

    /// The witness as scenarios of their own: one, or one for each person where all whom the scheme insures share anything.
    pub fn scenarios(&self, plan: &Plan) -> Vec<Witness> {
        if !plan.couples_everyone() || self.people.len() < 2 {
            return vec![self.clone()];
        }
        let of = |person: &Person| {
            let claims = self.claims.iter().filter(|claim| claim.person == person.id).cloned().collect();
            Witness { people: vec![person.clone()], claims, shows: self.shows.clone() }
        };
        self.people.iter().map(of).collect()
    }
}

/// Reasons about a scheme, with the usual effort.
///
/// ```
/// let text = include_str!("../tests/it/schemes/small.toml");
/// let scheme = medaid::Scheme::parse("village.toml", text)?;
/// let report = medaid::check::check(&scheme);
/// assert!(report.searched().all_kinds);
/// # Ok::<(), medaid::Diagnostics>(())
/// ```
pub fn check(scheme: &Scheme) -> Report {
    check_within(scheme, Effort::default())
}

/// Reasons about a scheme, within an effort.
pub fn check_within(scheme: &Scheme, effort: Effort) -> Report {
    let nothing = Searched { kinds: 0, all_kinds: false, claims: 0, cut_short: false };
    let Ok(plan) = Plan::compile(scheme) else {
        return Report { findings: Vec::new(), left_out: 0, searched: nothing };
    };
    let kinds = kinds::kinds(&plan, effort.kinds);
    let mut scene = Scene { scheme, plan: &plan, kinds: &kinds, claims: 0 };
    let mut findings = reach::findings(&scene);
    findings.extend(rows::findings(&scene));
    findings.extend(dates::findings(&scene));
    let benefits = plan.layers.iter().map(|l| l.benefits.len()).sum::<usize>();
    let claims = effort.claims / benefits.div_ceil(16).max(1);
    let mut probe = curve::Probe::new(&plan, claims - claims / 4);
    findings.extend(slopes::findings(&scene, &mut probe));
    let mut cut_short = probe.rest == 0;
    probe.rest = claims / 4;
    findings.extend(order::findings(&scene, &mut probe));
    cut_short |= probe.rest == 0;
    scene.claims = probe.settled;
    let found = guarantee::findings(&scene, &findings);
    findings.extend(found);
    findings.sort_by(|a, b| {
        (a.place.start, a.place.end, a.code, a.message(Language::En)).cmp(&(b.place.start, b.place.end, b.code, b.message(Language::En)))
    });
    findings.dedup();
    let mut left_out = 0;
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        if kept.iter().filter(|k| k.code == finding.code).count() < SAME_LIMIT {
            kept.push(finding);
        } else {
            left_out += 1;
        }
    }
    let searched = Searched { kinds: kinds.kinds.len(), all_kinds: kinds.complete, claims: probe.settled, cut_short };
    Report { findings: kept, left_out, searched }
}

/// What every search looks at.
struct Scene<'s> {
    scheme: &'s Scheme,
    plan: &'s Plan,
    kinds: &'s Kinds,
    /// How many claims have been settled.
    claims: usize,
}

impl Scene<'_> {
    fn tree(&self) -> &crate::scheme::syntax::Tree {
        self.scheme.tree()
    }

    fn layer_place(&self, layer: usize) -> Place {
        self.tree().layers.get(layer).map_or(0..0, |l| l.id.place.clone())
    }

    fn benefit_place(&self, layer: usize, benefit: usize) -> Place {
        self.tree().layers.get(layer).and_then(|l| l.benefits.get(benefit)).map_or(0..0, |b| b.id.place.clone())
    }

    /// `layer.benefit`.
    fn benefit_name(&self, layer: usize, benefit: usize) -> String {
        let layer = self.plan.layers.get(layer);
        let benefit = layer.and_then(|l| l.benefits.get(benefit)).map_or("", |b| b.name.id.as_str());
        format!("{}.{benefit}", layer.map_or("", |l| l.name.id.as_str()))
    }

    /// One claim of a kind, with money in every portion (or on its line).
    fn one_claim(&self, kind: &Kind, shows: Message) -> Option<Witness> {
        let amount = crate::Money::from_micros(100_000 * crate::money::MICROS_PER_WHOLE);
        let person = kind.person(self.plan, "p1")?;
        let amounts = vec![amount; self.plan.portions.len()];
        let bill = if kind.by_line { kinds::Bill::Line(amount) } else { kinds::Bill::Portions(&amounts) };
        let claim = kind.claim(self.plan, "p1", "c1", 1, bill)?;
        let witness = Witness { people: vec![person], claims: vec![claim], shows };
        // A claim that is rejected shows nothing.
        witness.decisions(self.plan).is_ok().then_some(witness)
    }
}
