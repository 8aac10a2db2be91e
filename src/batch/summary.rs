//! Sums over many claims.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::book::PlanBook;
use super::error::BatchError;
use super::people::People;
use crate::claim::Claim;
use crate::decision::{Decision, Text};
use crate::digest::Digest;
use crate::engine::Fault;
use crate::fund::{Charges, FundAccount, FundBooks, Movement};
use crate::money::{Money, Total};
use crate::plan::Plan;
use crate::reject::{Reject, RejectCode};

/// A sum of money, printed with the decimal places of the schemes' unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    total: Total,
    places: u8,
}

impl Sum {
    pub(crate) fn zero(places: u8) -> Sum {
        Sum { total: Total::default(), places }
    }

    pub(crate) fn add(&mut self, amount: Money) {
        self.total.add(amount);
    }

    pub(crate) fn of(total: Total, places: u8) -> Sum {
        Sum { total, places }
    }

    pub(crate) fn merge(&mut self, other: Sum) {
        self.total.merge(other.total);
    }

    pub(crate) fn negated(self) -> Sum {
        Sum { total: Total::from_micros(self.total.micros().wrapping_neg()), places: self.places }
    }

    /// The exact sum.
    pub fn total(self) -> Total {
        self.total
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.total.is_zero()
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}", usize::from(self.places), self.total)
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The sums over a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Whether any figure of any scheme is declared to be made up.
    pub illustrative: bool,
    /// The currency of all amounts.
    pub currency: String,
    /// The schemes and editions, whether or not a claim came under them.
    pub schemes: Vec<SchemeSummary>,
    /// How many claims came in, the unreadable ones included.
    pub claims: u64,
    /// How many were decided.
    pub decided: u64,
    /// How many were rejected.
    pub rejected: u64,
    /// How many were rejected, by reason.
    pub rejects: BTreeMap<RejectCode, u64>,
    /// How many settlements were made by schemes that settle others; they are no claims, and their bills are in none of the sums.
    #[serde(skip_serializing_if = "is_zero")]
    pub settlements: u64,
    /// How many persons there are.
    pub persons: u64,
    /// How many of them have a decided claim.
    pub persons_with_claims: u64,
    /// The bills of the decided claims.
    pub billed: Sum,
    /// What payers paid of the bills.
    pub paid: Sum,
    /// What providers waived.
    pub written_off: Sum,
    /// What was paid beside the bills: sums that are no indemnity.
    pub beside: Sum,
    /// What nobody paid.
    pub out_of_pocket: Sum,
    /// Paid of billed, in hundredths of a percent, rounded half up: the effective reimbursement ratio (实际报销比例).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reimbursement_basis_points: Option<i128>,
    /// Every layer of every scheme.
    pub layers: Vec<LayerSummary>,
    /// Every fund of every scheme: what of the layers' payments is whose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub funds: Vec<FundSummary>,
    /// The accounts of the funds that keep any, by scheme, fund and period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fund_accounts: Vec<FundAccount>,
}

/// What a fund paid in a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FundSummary {
    /// The scheme's id.
    pub scheme: String,
    /// The fund's id.
    pub fund: String,
    /// Its title.
    pub title: Text,
    /// What it paid.
    pub paid: Sum,
}

/// A scheme of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SchemeSummary {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: Text,
    /// Whether any of its figures is declared to be made up.
    pub illustrative: bool,
    /// The digest of its canonical form.
    pub digest: Digest,
    /// How many claims were decided under it.
    pub decided: u64,
}

/// What a layer did in a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LayerSummary {
    /// The scheme's id.
    pub scheme: String,
    /// The layer's id.
    pub layer: String,
    /// Its title.
    pub title: Text,
    /// Whether the provider waives the money, rather than somebody paying it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub write_off: bool,
    /// On how many claims it paid anything.
    pub claims: u64,
    /// What it paid of the bills.
    pub paid: Sum,
    /// What it paid beside the bills.
    pub beside: Sum,
    /// What it takes in, where the scheme states a premium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium: Option<PremiumSummary>,
}

/// What a layer takes in: per insured person and policy year in which any claim was decided, as of the policy year's first day, or by the months insured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PremiumSummary {
    /// How many persons are insured in any of the policy years.
    pub insured: u64,
    /// The number of insured persons, each counted once per policy year.
    pub person_years: u64,
    /// All premiums.
    pub premium: Sum,
    /// How often a premium could not be figured, because a fact about the person is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// What the layer paid, of its premiums, in hundredths of a percent, rounded half up: the claim ratio (赔付率). Not given if any premium is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_ratio_basis_points: Option<i128>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// The sums while claims are being settled.
pub(super) struct Tally<'a> {
    book: &'a PlanBook,
    people: &'a People,
    places: u8,
    summary: Summary,
    /// By plan, the place of each of its layers in the summary.
    places_of_layers: Vec<Vec<usize>>,
    persons: BTreeSet<String>,
    /// By scheme and first day of the policy year, the first edition under which a claim was decided.
    years: BTreeMap<(&'a str, NaiveDate), usize>,
    books: FundBooks<'a>,
    /// The last person counted, to spare most look-ups.
    last_person: String,
}

impl<'a> Tally<'a> {
    pub(super) fn new(book: &'a PlanBook, people: &'a People) -> Tally<'a> {
        let places = book.plans().iter().map(Plan::places).max().unwrap_or(0);
        let zero = Sum::zero(places);
        let mut layers: Vec<LayerSummary> = Vec::new();
        let mut funds: Vec<FundSummary> = Vec::new();
        let mut places_of_layers = Vec::new();
        for plan in book.plans() {
            let mut of_plan = Vec::new();
            for layer in &plan.layers {
                let known = layers.iter().position(|l| l.scheme == plan.id && l.layer == layer.name.id);
                of_plan.push(known.unwrap_or(layers.len()));
                if known.is_none() {
                    layers.push(LayerSummary {
                        scheme: plan.id.clone(),
                        layer: layer.name.id.clone(),
                        title: text(&layer.name.about),
                        write_off: layer.write_off,
                        claims: 0,
                        paid: zero,
                        beside: zero,
                        premium: None,
                    });
                }
            }
            places_of_layers.push(of_plan);
            for fund in &plan.funds {
                if !funds.iter().any(|f| f.scheme == plan.id && f.fund == fund.name.id) {
                    funds.push(FundSummary {
                        scheme: plan.id.clone(),
                        fund: fund.name.id.clone(),
                        title: text(&fund.name.about),
                        paid: zero,
                    });
                }
            }
        }
        let scheme = |plan: &Plan| SchemeSummary {
            id: plan.id.clone(),
            version: plan.version.clone(),
            title: text(&plan.about),
            illustrative: plan.is_illustrative(),
            digest: plan.digest(),
            decided: 0,
        };
        let summary = Summary {
            illustrative: book.is_illustrative(),
            currency: book.plans().first().map_or_else(String::new, |p| p.currency.clone()),
            schemes: book.plans().iter().map(scheme).collect(),
            claims: 0,
            decided: 0,
            rejected: 0,
            rejects: BTreeMap::new(),
            settlements: 0,
            persons: people.len() as u64,
            persons_with_claims: 0,
            billed: zero,
            paid: zero,
            written_off: zero,
            beside: zero,
            out_of_pocket: zero,
            reimbursement_basis_points: None,
            layers,
            funds,
            fund_accounts: Vec::new(),
        };
        let books = FundBooks::new(book);
        let years = BTreeMap::new();
        Tally { book, people, places, summary, places_of_layers, persons: BTreeSet::new(), years, books, last_person: String::new() }
    }

    pub(super) fn decision(&mut self, plan: usize, rule_date: NaiveDate, claim: &Claim, decision: &Decision) {
        // Payments are money: they were rounded.
        let paid: Vec<Money> = decision.layers.iter().map(|l| l.paid.money().unwrap_or_default()).collect();
        let beside: Vec<Money> = decision.layers.iter().map(|l| l.beside.money().unwrap_or_default()).collect();
        let funds: Vec<Money> = decision.funds.iter().map(|f| f.amount.money().unwrap_or_default()).collect();
        self.settlement(plan, rule_date, claim, [&paid, &beside, &funds], decision.out_of_pocket.money().unwrap_or_default());
    }

    pub(super) fn settlement(
        &mut self,
        plan: usize,
        rule_date: NaiveDate,
        claim: &Claim,
        [paid, beside, funds]: [&[Money]; 3],
        out_of_pocket: Money,
    ) {
        let summary = &mut self.summary;
        if let Some(scheme) = summary.schemes.get_mut(plan) {
            count(&mut scheme.decided);
        }
        let settles = self.book.plans().get(plan).is_some_and(|p| p.settles.is_some());
        if settles {
            // Its bill was left over by other claims: what it pays is out of pocket no more.
            count(&mut summary.settlements);
            summary.out_of_pocket.add(out_of_pocket.checked_sub(claim.bill).unwrap_or_default());
        } else {
            count(&mut summary.decided);
            summary.billed.add(claim.bill);
            summary.out_of_pocket.add(out_of_pocket);
        }
        let places = self.places_of_layers.get(plan).map_or(&[] as &[usize], Vec::as_slice);
        for ((place, paid), beside) in places.iter().zip(paid).zip(beside) {
            let Some(layer) = summary.layers.get_mut(*place) else { continue };
            if *paid != Money::ZERO || *beside != Money::ZERO {
                count(&mut layer.claims);
            }
            layer.paid.add(*paid);
            layer.beside.add(*beside);
        }
        if let Some(found) = self.book.plans().get(plan) {
            for (fund, paid) in found.funds.iter().zip(funds) {
                let of_fund = |f: &&mut FundSummary| f.scheme == found.id && f.fund == fund.name.id;
                if let Some(sum) = summary.funds.iter_mut().find(of_fund) {
                    sum.paid.add(*paid);
                }
            }
        }
        self.books.paid(plan, claim, rule_date, funds);
        if settles {
            return;
        }
        if self.last_person != claim.person {
            self.last_person.clone_from(&claim.person);
            if !self.persons.contains(&claim.person) {
                self.persons.insert(claim.person.clone());
            }
        }
        if let Some(found) = self.book.plans().get(plan) {
            let edition = self.years.entry((found.id.as_str(), found.policy_year.start(rule_date))).or_insert(plan);
            *edition = plan.min(*edition);
        }
    }

    /// The sums, and the movements of the funds' money.
    pub(super) fn finish(mut self, rejects: &[Reject]) -> Result<(Summary, Vec<Movement>), BatchError> {
        self.premiums().map_err(|_| BatchError::FundAccounts)?;
        let mut summary = self.summary;
        let (accounts, movements) = self.books.close(self.places).map_err(|_| BatchError::FundAccounts)?;
        summary.fund_accounts = accounts;
        for layer in &summary.layers {
            if layer.write_off { &mut summary.written_off } else { &mut summary.paid }.merge(layer.paid);
            summary.beside.merge(layer.beside);
        }
        for reject in rejects {
            count(&mut summary.rejected);
            count(summary.rejects.entry(reject.code()).or_insert(0));
        }
        summary.claims = summary.decided.saturating_add(summary.rejected);
        summary.persons_with_claims = self.persons.len() as u64;
        summary.reimbursement_basis_points = summary.paid.total().basis_points_of(summary.billed.total());
        Ok((summary, movements))
    }

    /// What the layers cost the insured, for the summary and for the funds behind them.
    fn premiums(&mut self) -> Result<(), Fault> {
        let mut stated: BTreeMap<usize, (PremiumSummary, BTreeSet<&str>)> = BTreeMap::new();
        for ((scheme, year), decided_under) in &self.years {
            let edition = self.book.edition_of_year(scheme, *year, *decided_under);
            let (Some(plan), Some(places)) = (self.book.plans().get(edition), self.places_of_layers.get(edition)) else { continue };
            for (layer, place) in places.iter().enumerate() {
                if plan.layers.get(layer).is_none_or(|l| l.premium.is_none()) {
                    continue;
                }
                let nothing = PremiumSummary {
                    insured: 0,
                    person_years: 0,
                    premium: Sum::zero(self.places),
                    unknown: 0,
                    claim_ratio_basis_points: None,
                };
                let (premium, insured) = stated.entry(*place).or_insert_with(|| (nothing, BTreeSet::new()));
                let mut charges = Charges::new(plan, layer, *year, self.places);
                for person in self.people.iter() {
                    match plan.premiums(layer, person, *year) {
                        Ok(charged) if charged.is_empty() => {}
                        Ok(charged) => {
                            charged.iter().for_each(|(_, amount)| premium.premium.add(*amount));
                            charges.add(&charged)?;
                            count(&mut premium.person_years);
                            insured.insert(person.id.as_str());
                        }
                        Err(_) => {
                            count(&mut premium.unknown);
                            charges.add_unknown();
                        }
                    }
                }
                self.books.charged(charges);
            }
        }
        for (place, (mut premium, insured)) in stated {
            let Some(summary) = self.summary.layers.get_mut(place) else { continue };
            premium.insured = insured.len() as u64;
            let mut paid = summary.paid;
            paid.merge(summary.beside);
            premium.claim_ratio_basis_points =
                if premium.unknown == 0 { paid.total().basis_points_of(premium.premium.total()) } else { None };
            summary.premium = Some(premium);
        }
        Ok(())
    }
}

fn text(about: &crate::scheme::syntax::About) -> Text {
    Text { zh: about.title.zh.clone(), en: about.title.en.clone() }
}
