//! The accounts of funds: what came in, what was paid out of them, and what of it others bear.
//!
//! A batch keeps them for the funds of its schemes that are told of money (`[[fund]]` with `pays`, donations, a budget or a corridor). Every movement is in
//! [`Run::movements`](crate::batch::Run::movements), and an account is the sum of its movements: over all funds, what is left is what came in from outside less
//! what was paid to the insured.
//!
//! ```
//! use medaid::batch::{self, Mode, People, PlanBook};
//! let text = include_str!("../fixtures/charity-funds/scheme.toml");
//! let plan = medaid::Plan::compile(&medaid::Scheme::parse("charity.toml", text)?)?;
//! let people = People::new([serde_json::from_str(r#"{ "id": "p1", "attributes": { "enrolled": true } }"#)?])?;
//! let claims = vec![serde_json::from_str(r#"{ "id": "c1", "person": "p1", "service_from": "2024-03-10",
//!     "bill": 3000, "portions": { "self_paid": 3000 } }"#)?];
//! let run = batch::run(&PlanBook::new([plan])?, &people, claims, Vec::new(), Mode::Plain)?;
//! let insurer = run.summary.fund_accounts.iter().find(|account| account.fund == "insurer").unwrap();
//! assert_eq!(insurer.premium.to_string(), "420.00");  // 70 % of 600
//! assert_eq!(insurer.payments.to_string(), "840.00"); // 70 % of (3,000 - 1,000) x 60 %
//! assert_eq!(insurer.shared.to_string(), "199.50");   // the charity bears half of what is above 105 % of the premium
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod books;

pub(crate) use books::{Charges, FundBooks};

use chrono::NaiveDate;
use serde::Serialize;

use crate::batch::Sum;
use crate::decision::Text;

/// What moves a fund's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MovementKind {
    /// A donation came in.
    Donation,
    /// Premiums of a layer came in.
    Premium,
    /// Premiums of a layer were paid back for months that are not insured.
    PremiumRefund,
    /// The fund paid premiums of a layer for the insured.
    PremiumPaid,
    /// Premiums that the fund had paid came back.
    PremiumReturned,
    /// A claim was paid.
    Payment,
    /// A claim's payment was cut at the period's end, as the budget did not reach.
    Reduction,
    /// Another fund shared a surplus or deficit.
    Shared,
}

impl MovementKind {
    /// Its name, as in results.
    pub const fn name(self) -> &'static str {
        match self {
            MovementKind::Donation => "donation",
            MovementKind::Premium => "premium",
            MovementKind::PremiumRefund => "premium-refund",
            MovementKind::PremiumPaid => "premium-paid",
            MovementKind::PremiumReturned => "premium-returned",
            MovementKind::Payment => "payment",
            MovementKind::Reduction => "reduction",
            MovementKind::Shared => "shared",
        }
    }
}

/// A movement of a fund's money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Movement {
    /// The scheme's id.
    pub scheme: String,
    /// The fund's id.
    pub fund: String,
    /// The day: of payments the rule date, of what is settled at a period's end its last day.
    pub on: NaiveDate,
    /// What it is.
    pub kind: MovementKind,
    /// The layer whose premium it is, or the fund that shares; empty for others.
    pub with: String,
    /// The claim, of payments and reductions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The claim's person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What comes in; below zero, what goes out.
    pub amount: Sum,
}

/// A fund's account over one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FundAccount {
    /// The scheme's id.
    pub scheme: String,
    /// The fund's id.
    pub fund: String,
    /// Its title.
    pub title: Text,
    /// The first day of the period; nothing for a lifetime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<NaiveDate>,
    /// The balance of the period before.
    pub opening: Sum,
    /// Donations received.
    pub donations: Sum,
    /// Premiums received, refunds taken off.
    pub premium: Sum,
    /// Premiums paid for the insured, what came back taken off.
    pub premium_paid: Sum,
    /// How often a premium could not be figured, because a fact about the person is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub premiums_unknown: u64,
    /// What was paid for claims, before reductions.
    pub payments: Sum,
    /// For how many claims.
    pub claims: u64,
    /// For how many persons.
    pub persons: u64,
    /// By how much payments were cut at the period's end.
    pub reductions: Sum,
    /// What other funds shared: below zero, what was shared with them.
    pub shared: Sum,
    /// What is left: the opening balance and all that came in, less all that went out.
    pub balance: Sum,
    /// The budget for the period, where the fund has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Sum>,
    /// By how much payments exceed the budget, after reductions.
    pub excess: Sum,
    /// Payments less reductions, of the premium, in hundredths of a percent, rounded half up: the claim ratio (赔付率) in its simple form. Nothing without
    /// premium, or if any is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_ratio_basis_points: Option<i128>,
}

impl FundAccount {
    /// Every figure by its path: `fund.FUND.PERIOD.FIGURE`, where the period is its first day or `lifetime`.
    pub fn facts(&self) -> Vec<(String, String)> {
        let from = self.from.map_or_else(|| "lifetime".to_owned(), |from| from.to_string());
        let path = |figure: &str| format!("fund.{}.{from}.{figure}", self.fund);
        let mut facts: Vec<(String, String)> = Vec::new();
        let mut put = |figure: &str, value: String| facts.push((path(figure), value));
        put("opening", self.opening.to_string());
        put("donations", self.donations.to_string());
        put("premium", self.premium.to_string());
        put("premium_paid", self.premium_paid.to_string());
        if self.premiums_unknown > 0 {
            put("premiums_unknown", self.premiums_unknown.to_string());
        }
        put("payments", self.payments.to_string());
        put("claims", self.claims.to_string());
        put("persons", self.persons.to_string());
        put("reductions", self.reductions.to_string());
        put("shared", self.shared.to_string());
        put("balance", self.balance.to_string());
        if let Some(budget) = self.budget {
            put("budget", budget.to_string());
        }
        put("excess", self.excess.to_string());
        if let Some(points) = self.claim_ratio_basis_points {
            put("claim_ratio_basis_points", points.to_string());
        }
        facts
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
