//! The journal as an accountant reads it: posting by posting.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::operation::Act;
use super::outcome::{Outcome, period_start};
use super::{Journal, Record};
use crate::date::Per;
use crate::money::{Amount, Money};
use crate::scheme::syntax::Owner;

/// Whether a posting stands for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PostingState {
    /// It stands.
    Final,
    /// It holds money for a claim that is expected.
    Reserved,
    /// It takes an earlier one back.
    Reversed,
}

/// One effect on an accumulator or on who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JournalPosting {
    /// The operation.
    pub operation: String,
    /// The day on which it was known.
    pub received: NaiveDate,
    /// The claim, or the reservation; nothing for an opening balance.
    pub claim: Option<String>,
    /// The person.
    pub person: String,
    /// Whether it stands.
    pub state: PostingState,
    /// The layer and benefit, `layer.benefit`; the layer for payments; empty for counts, carried amounts and opening balances.
    pub rule: String,
    /// The accumulator that it is posted to, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accumulator: Option<String>,
    /// Who pays, if it is a payment: the layer, called by its id; a payment that is split stands once more at each fund, without a rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fund: Option<String>,
    /// The household, where the accumulator is the household's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<String>,
    /// Whether the accumulator is of all whom the scheme insures.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub of_everyone: bool,
    /// Over what the accumulator runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
    /// The first day of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<NaiveDate>,
    /// The amount, or the count; below zero where it takes an earlier one back.
    pub amount: Amount,
}

impl Journal {
    /// All postings, in the order of the operations that brought them about. Those of one accumulator, period and owner add up to its position, those of a fund
    /// to what it paid.
    ///
    /// ```
    /// # let text = include_str!("../../tests/it/schemes/small.toml");
    /// use medaid::{batch::PlanBook, journal::{Desk, Journal, PostingState, Rules}};
    /// let plan = medaid::Plan::compile(&medaid::Scheme::parse("village.toml", text)?)?;
    /// let rules = Rules::new(PlanBook::new([plan])?);
    /// let (mut desk, mut journal) = (Desk::new(&rules), Journal::new());
    /// for text in [
    ///     r#"{ "id": "o1", "received": "2024-01-02", "enrol": { "id": "p1" } }"#,
    ///     r#"{ "id": "o2", "received": "2024-05-20", "submit": { "id": "may", "person": "p1", "service_from": "2024-05-01",
    ///         "bill": 20000, "portions": { "in_scope": 20000 } } }"#,
    ///     r#"{ "id": "o3", "received": "2024-05-21", "void": { "claim": "may" } }"#,
    /// ] {
    ///     desk.apply(&mut journal, &serde_json::from_str(text)?)?;
    /// }
    /// let postings = journal.postings();
    /// let paid: Vec<String> = postings.iter().filter(|p| p.fund.is_some()).map(|p| format!("{} {}", p.rule, p.amount)).collect();
    /// assert_eq!(paid, ["basic 13790.00", "basic -13790.00"]);
    /// assert_eq!(postings.iter().filter(|p| p.state == PostingState::Reversed).count() * 2, postings.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn postings(&self) -> Vec<JournalPosting> {
        let mut postings = Vec::new();
        let mut standing: BTreeMap<&str, (&Outcome, String, bool)> = BTreeMap::new();
        let mut brought: BTreeMap<&str, &Record> = BTreeMap::new();
        for record in &self.records {
            if let Act::Enrol(person) = &record.operation.act {
                if let Some(before) = brought.insert(&person.id, record) {
                    postings.extend(openings(before, record, &person.id, true));
                }
                postings.extend(openings(record, record, &person.id, false));
            }
            for one in &record.outcomes {
                let before = standing.remove(one.claim.as_str());
                let (person, reserved) = match (&record.operation.act, &before) {
                    (Act::Submit(submission), _) if submission.claim.id == one.claim => (submission.claim.person.clone(), false),
                    (Act::Correct(claim), _) if claim.id == one.claim => (claim.person.clone(), false),
                    (Act::Reserve(reservation), _) if reservation.claim.id == one.claim => (reservation.claim.person.clone(), true),
                    (_, Some((_, person, reserved))) => (person.clone(), *reserved),
                    _ => continue,
                };
                if let Some((outcome, person, _)) = &before {
                    outcome_postings(record, &one.claim, person, outcome, PostingState::Reversed, &mut postings);
                }
                if let Some(outcome) = &one.outcome {
                    let state = if reserved { PostingState::Reserved } else { PostingState::Final };
                    outcome_postings(record, &one.claim, &person, outcome, state, &mut postings);
                    standing.insert(&one.claim, (outcome, person, reserved));
                }
            }
        }
        postings
    }
}

/// What a person brings, or brought.
fn openings<'a>(of: &'a Record, record: &'a Record, person: &'a str, back: bool) -> impl Iterator<Item = JournalPosting> + 'a {
    of.openings.iter().map(move |one| {
        let amount = if back { one.amount.saturating_neg() } else { one.amount };
        JournalPosting {
            operation: record.operation.id.clone(),
            received: record.operation.received,
            claim: None,
            person: person.to_owned(),
            state: if back { PostingState::Reversed } else { PostingState::Final },
            rule: String::new(),
            accumulator: Some(one.accumulator.clone()),
            fund: None,
            household: Some(one.id.clone()).filter(|_| one.owner == Owner::Household),
            of_everyone: false,
            per: None,
            period: Some(one.period).filter(|period| *period > 0).and_then(NaiveDate::from_num_days_from_ce_opt),
            amount: Amount::new(Money::from_micros(amount), 0),
        }
    })
}

fn outcome_postings(
    record: &Record,
    claim: &str,
    person: &str,
    outcome: &Outcome,
    state: PostingState,
    postings: &mut Vec<JournalPosting>,
) {
    let Some(booking) = outcome.booking() else { return };
    let signed = |micros: i64| if state == PostingState::Reversed { micros.saturating_neg() } else { micros };
    let blank = || JournalPosting {
        operation: record.operation.id.clone(),
        received: record.operation.received,
        claim: Some(claim.to_owned()),
        person: person.to_owned(),
        state,
        rule: String::new(),
        accumulator: None,
        fund: None,
        household: None,
        of_everyone: false,
        per: None,
        period: None,
        amount: Amount::new(Money::ZERO, booking.names.places),
    };
    for (posted, told) in booking.booked.posted.iter().zip(booking.postings()) {
        postings.push(JournalPosting {
            rule: told.rule,
            accumulator: Some(told.accumulator.to_owned()),
            household: Some(booking.household.to_string()).filter(|_| posted.owner == Owner::Household),
            of_everyone: posted.owner == Owner::Everyone,
            per: Some(told.per),
            period: period_start(told.per, posted.period),
            amount: Amount::new(Money::from_micros(signed(posted.amount)), told.amount.places()),
            ..blank()
        });
    }
    let mut pay = |rule: &str, fund: &str, paid: Money| {
        if paid != Money::ZERO {
            let amount = Amount::new(Money::from_micros(signed(paid.micros())), booking.names.places);
            postings.push(JournalPosting { rule: rule.to_owned(), fund: Some(fund.to_owned()), amount, ..blank() });
        }
    };
    for ((layer, paid), beside) in booking.names.layers.iter().zip(&booking.booked.paid).zip(&booking.booked.beside) {
        pay(&layer.id, &layer.id, *paid);
        pay(&layer.id, &layer.id, *beside);
    }
    for (fund, paid) in booking.names.funds.iter().zip(&booking.booked.funds) {
        pay("", fund, *paid);
    }
}
