//! Journals for people: what a stream of operations came to, postings, balances.

use std::collections::BTreeMap;

use comfy_table::Cell;
use serde::Serialize;

use super::words::Words;
use super::{clean, count, grouped, right, table, trimmed};
use crate::batch::Sum;
use crate::decision::Language;
use crate::digest::Digest;
use crate::journal::{BalanceLine, Booking, Change, Journal, JournalPosting, Outcome, PostingState, Why};
use crate::reject::RejectCode;

/// What a stream of operations came to.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct JournalSummary {
    /// Whether any figure of a scheme under which a claim was decided is declared to be made up.
    pub illustrative: bool,
    /// The currency of all amounts; empty if no claim was decided.
    pub currency: String,
    /// Operations carried out, reservations that ran out included.
    pub operations: u64,
    /// Those that came again.
    pub repeated: u64,
    /// Those that were refused, unreadable lines included.
    pub refused: u64,
    /// Claims that stand.
    pub claims: u64,
    /// Of these, decided.
    pub decided: u64,
    /// Of these, rejected, by reason.
    pub rejected: BTreeMap<RejectCode, u64>,
    /// Reservations that stand.
    pub reservations: u64,
    /// What layers pay for the claims that stand, by scheme and layer.
    pub paid: Vec<LayerPaid>,
    /// What nobody pays of them.
    pub out_of_pocket: Sum,
    /// What reservations hold.
    pub reserved: Sum,
    /// The digest of the journal.
    pub digest: Digest,
}

/// What one layer pays.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LayerPaid {
    /// The scheme.
    pub scheme: String,
    /// The layer.
    pub layer: String,
    /// The sum.
    pub paid: Sum,
}

impl JournalSummary {
    /// Sums a journal up.
    pub fn new(journal: &Journal, repeated: u64, refused: u64) -> JournalSummary {
        let bookings = || journal.claims().filter_map(|(_, outcome)| outcome.booking());
        let places = bookings().map(|booking| booking.out_of_pocket().places()).max().unwrap_or(2);
        let zero = Sum::zero(places);
        let mut summary = JournalSummary {
            illustrative: bookings().any(Booking::is_illustrative),
            currency: bookings().next().map(|booking| booking.currency().to_owned()).unwrap_or_default(),
            operations: journal.records().len() as u64,
            repeated,
            refused,
            claims: 0,
            decided: 0,
            rejected: BTreeMap::new(),
            reservations: 0,
            paid: Vec::new(),
            out_of_pocket: zero,
            reserved: zero,
            digest: journal.digest(),
        };
        for (claim, outcome) in journal.claims() {
            if journal.reserved_until(&claim.id).is_some() {
                summary.reservations = summary.reservations.saturating_add(1);
                if let Some(paid) = outcome.booking().and_then(|b| b.paid().money()) {
                    summary.reserved.add(paid);
                }
                continue;
            }
            summary.claims = summary.claims.saturating_add(1);
            let booking = match outcome {
                Outcome::Decided(booking) => booking,
                Outcome::Rejected(reject) => {
                    let number = summary.rejected.entry(reject.code()).or_default();
                    *number = number.saturating_add(1);
                    continue;
                }
            };
            summary.decided = summary.decided.saturating_add(1);
            if let Some(left) = booking.out_of_pocket().money() {
                summary.out_of_pocket.add(left);
            }
            for (layer, paid) in booking.layers() {
                let Some(paid) = paid.money() else { continue };
                let key = (booking.scheme(), layer);
                let known = summary.paid.iter().position(|one| (one.scheme.as_str(), one.layer.as_str()) == key);
                match known.and_then(|at| summary.paid.get_mut(at)) {
                    Some(one) => one.paid.add(paid),
                    None => {
                        let mut sum = zero;
                        sum.add(paid);
                        summary.paid.push(LayerPaid { scheme: key.0.to_owned(), layer: key.1.to_owned(), paid: sum });
                    }
                }
            }
        }
        summary
    }
}

/// A summary as a table.
pub fn journal_summary(summary: &JournalSummary, language: Language) -> String {
    let words = Words(language);
    let mut table = table();
    let mut row = |name: &str, value: String| {
        table.add_row([Cell::new(name), right(value)]);
    };
    row(words.operations(), count(summary.operations));
    row(words.repeated(), count(summary.repeated));
    row(words.refused(), count(summary.refused));
    row(words.claims_standing(), count(summary.claims));
    row(words.decided(), count(summary.decided));
    for (code, number) in &summary.rejected {
        row(&format!("    {}", words.reject(*code)), count(*number));
    }
    let money = |name: &str| if summary.currency.is_empty() { name.to_owned() } else { format!("{name} ({})", summary.currency) };
    for one in &summary.paid {
        row(&money(&words.paid_by(&clean(&one.layer))), grouped(&one.paid.to_string()));
    }
    row(&money(words.out_of_pocket()), grouped(&summary.out_of_pocket.to_string()));
    row(words.reservations(), count(summary.reservations));
    row(&money(words.reserved()), grouped(&summary.reserved.to_string()));
    let note = if summary.illustrative { format!("{}\n\n", words.illustrative_note()) } else { String::new() };
    format!("{note}{}\n\n{}: {}\n", trimmed(&table), words.digest(), summary.digest)
}

/// The columns of [`change_rows`].
pub const CHANGE_COLUMNS: [&str; 10] = ["operation", "received", "claim", "person", "state", "figure", "was", "now", "change", "why"];

/// A change figure by figure, for a spreadsheet: one row for each layer that pays otherwise, for the patient's part and for a reject.
pub fn change_rows(operation: &str, received: chrono::NaiveDate, change: &Change) -> Vec<[String; 10]> {
    let state = if change.is_reserved() { "reserved" } else { "final" };
    let figures = change.figures();
    let rows = figures.into_iter().map(|figure| {
        [
            operation.to_owned(),
            received.to_string(),
            change.claim().to_owned(),
            change.person().to_owned(),
            state.to_owned(),
            figure.figure,
            figure.was.unwrap_or_default(),
            figure.now.unwrap_or_default(),
            figure.change.map(|c| c.to_string()).unwrap_or_default(),
            why(change.why()),
        ]
    });
    rows.collect()
}

fn why(why: &Why) -> String {
    match why {
        Why::Itself => "itself".to_owned(),
        Why::Person => "person".to_owned(),
        Why::Rules => "rules".to_owned(),
        Why::Accumulated(moved) => {
            let moved: Vec<String> = moved.iter().map(|one| format!("{} {} -> {}", one.accumulator, one.was, one.now)).collect();
            if moved.is_empty() { "accumulated".to_owned() } else { moved.join("; ") }
        }
    }
}

/// The columns of [`posting_rows`].
pub const POSTING_COLUMNS: [&str; 12] =
    ["operation", "received", "claim", "person", "state", "rule", "accumulator", "fund", "household", "per", "period", "amount"];

/// Postings as rows.
pub fn posting_rows<'a>(postings: impl IntoIterator<Item = &'a JournalPosting>) -> impl Iterator<Item = [String; 12]> {
    postings.into_iter().map(|one| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        [
            one.operation.clone(),
            one.received.to_string(),
            text(&one.claim),
            one.person.clone(),
            state(one.state).to_owned(),
            one.rule.clone(),
            text(&one.accumulator),
            text(&one.fund),
            text(&one.household),
            one.per.map(|per| per.to_string()).unwrap_or_default(),
            one.period.map(|day| day.to_string()).unwrap_or_default(),
            one.amount.to_string(),
        ]
    })
}

fn state(state: PostingState) -> &'static str {
    match state {
        PostingState::Final => "final",
        PostingState::Reserved => "reserved",
        PostingState::Reversed => "reversed",
    }
}

/// Postings as a table, with a line for each operation.
pub fn postings(postings: &[&JournalPosting], language: Language) -> String {
    let words = Words(language);
    let mut table = table();
    let [operation, state, claim, rule, account, period, amount] = words.posting_head();
    table.set_header([
        Cell::new(operation),
        Cell::new(claim),
        Cell::new(state),
        Cell::new(rule),
        Cell::new(account),
        Cell::new(period),
        right(amount),
    ]);
    let mut last = String::new();
    for one in postings {
        let operation = format!("{} {}", one.received, clean(&one.operation));
        let shown = if operation == last { String::new() } else { operation.clone() };
        last = operation;
        let account = match (&one.accumulator, &one.fund) {
            (Some(accumulator), _) => clean(accumulator),
            (_, Some(fund)) => words.paid_by(&clean(fund)),
            _ => String::new(),
        };
        let owner = one.household.as_deref().map_or_else(String::new, |household| format!(" ({})", clean(household)));
        let period = match (one.per, one.period) {
            (Some(per), Some(day)) => format!("{} {day}", words.per(per)),
            (Some(per), None) => words.per(per),
            _ => String::new(),
        };
        table.add_row([
            Cell::new(shown),
            Cell::new(one.claim.as_deref().map_or_else(|| words.opening_balance().to_owned(), clean)),
            Cell::new(words.posting_state(one.state)),
            Cell::new(clean(&one.rule)),
            Cell::new(format!("{account}{owner}")),
            Cell::new(period),
            right(grouped(&one.amount.to_string())),
        ]);
    }
    let mut text = trimmed(&table);
    text.push('\n');
    text
}

/// Balances as a table; with the postings behind each, if wanted.
pub fn balance(lines: &[BalanceLine], with_postings: bool, language: Language) -> String {
    let words = Words(language);
    let mut table = table();
    let [rule, limit, accumulator, period, used, amount, left] = words.balance_head();
    table.set_header([
        Cell::new(rule),
        Cell::new(limit),
        Cell::new(accumulator),
        Cell::new(period),
        right(used),
        right(amount),
        right(left),
    ]);
    for line in lines {
        let since = line.since.map_or_else(String::new, |day| format!(" {day}"));
        let owner = line.household.as_deref().map_or_else(String::new, |household| format!(" ({})", clean(household)));
        let amount = match (&line.amount, &line.depends_on) {
            (Some(amount), _) => grouped(&amount.to_string()),
            (None, Some(fact)) => words.depends_on(&clean(fact)),
            (None, None) => "-".to_owned(),
        };
        table.add_row([
            Cell::new(clean(&line.rule)),
            Cell::new(words.limit(&line.limit)),
            Cell::new(format!("{}{owner}", clean(&line.accumulator))),
            Cell::new(format!("{}{since}", words.per(line.per))),
            right(grouped(&line.used.to_string())),
            right(amount),
            right(line.left.map_or_else(|| "-".to_owned(), |left| grouped(&left.to_string()))),
        ]);
        for posting in line.postings.iter().filter(|_| with_postings) {
            let claim = posting.claim.as_deref().map_or_else(|| words.opening_balance().to_owned(), clean);
            let reserved = if posting.reserved { format!(" ({})", words.posting_state(PostingState::Reserved)) } else { String::new() };
            let blank = || Cell::new("");
            let (claim, rule) = (Cell::new(format!("    {claim}{reserved}")), Cell::new(clean(&posting.rule)));
            table.add_row([blank(), claim, rule, blank(), right(grouped(&posting.amount.to_string())), blank(), blank()]);
        }
    }
    let mut text = trimmed(&table);
    text.push('\n');
    text
}

/// Rows under a head; all but the first two columns are numbers.
pub fn columns<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut table = table();
    let cell = |(index, text): (usize, String)| if index < 2 { Cell::new(clean(&text)) } else { right(grouped(&text)) };
    table.set_header(head.into_iter().enumerate().map(|(index, text)| if index < 2 { Cell::new(text) } else { right(text) }));
    for row in rows {
        table.add_row(row.iter().cloned().enumerate().map(cell));
    }
    let mut text = trimmed(&table);
    text.push('\n');
    text
}
