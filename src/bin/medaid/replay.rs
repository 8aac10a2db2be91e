//! `medaid replay`.

use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use medaid::io::Sequence;
use medaid::journal::{Desk, Journal, Outcome, Rules};
use medaid::report::journal::{JournalSummary, journal_summary};
use medaid::{Amount, Money};

use crate::screen::{Failure, Screen};
use crate::sequence::{Input, carry_out, tell_refused};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: Input,
    /// A stored journal, to be carried out anew and compared; without it the operations are carried out twice
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// As everything was known and decided at the end of this day
    #[arg(long, value_name = "DAY", value_parser = crate::day)]
    as_of: Option<NaiveDate>,
    /// Compares settling as received with settling as incurred, claim by claim
    #[arg(long, conflicts_with_all = ["journal", "as_of"])]
    compare_orders: bool,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let sequence = args.input.load(screen)?;
    if args.compare_orders {
        return compare_orders(&sequence, screen);
    }
    let mut desk = Desk::new(&sequence.rules).without_decisions();
    let (journal, refused) = match &args.journal {
        Some(path) => {
            let source = medaid::io::Source::open(path)?;
            let journal = serde_json::from_str::<Journal>(source.text());
            (journal.map_err(|error| Failure::Message(format!("{}: {error}", path.display())))?, Vec::new())
        }
        None => {
            let done = carry_out(&sequence, &mut desk, screen.language, |_, _| Ok(()))?;
            (done.journal, done.refused)
        }
    };
    let journal = args.as_of.map_or_else(|| journal.clone(), |day| journal.as_of(day));
    let same = desk.replay(&journal).is_ok_and(|anew| anew.digest() == journal.digest());
    let summary = JournalSummary::new(&journal, 0, refused.len() as u64);
    match screen.format {
        Format::Table => {
            let text = journal_summary(&summary, screen.language);
            screen.out().write_all(text.as_bytes())?;
        }
        Format::Json => screen.json(&summary)?,
        Format::Csv => {
            let rows = journal.claims().map(|(claim, outcome)| {
                let amounts = outcome.booking().map(|b| [b.paid(), b.out_of_pocket()].map(|a| a.to_string()));
                let [paid, left] = amounts.unwrap_or_default();
                let rejected = outcome.reject().map(|r| r.code().to_string()).unwrap_or_default();
                [claim.id.clone(), claim.person.clone(), paid, left, rejected]
            });
            screen.csv(["claim", "person", "paid", "out_of_pocket", "rejected"], rows)?;
        }
    }
    screen.finish()?;
    tell_refused(&refused, screen);
    if same {
        screen.say(screen.words.replays(journal.records().len()));
        Ok(Verdict::Fine)
    } else {
        screen.say_error(screen.words.replays_otherwise());
        Ok(Verdict::Findings)
    }
}

fn compare_orders(sequence: &Sequence, screen: &mut Screen) -> Result<Verdict, Failure> {
    let settled = |as_incurred: bool| -> Result<Journal, Failure> {
        let rules: Rules = sequence.rules.clone().in_order(as_incurred);
        Ok(carry_out(sequence, &mut Desk::new(&rules).without_decisions(), screen.language, |_, _| Ok(()))?.journal)
    };
    let (received, incurred) = (settled(false)?, settled(true)?);
    let paid = |outcome: Option<&Outcome>| outcome.and_then(Outcome::booking).map(|booking| booking.paid());
    let money = |amount: Option<Amount>| amount.and_then(Amount::money).unwrap_or(Money::ZERO);
    let mut rows = Vec::new();
    for (claim, outcome) in received.claims() {
        let [first, second] = [paid(Some(outcome)), paid(incurred.outcome(&claim.id))];
        if first == second {
            continue;
        }
        let places = [first, second].into_iter().flatten().map(Amount::places).max().unwrap_or(2);
        let change = money(second).checked_sub(money(first)).unwrap_or(Money::ZERO);
        let text = |amount: Option<Amount>| amount.map_or_else(|| "-".to_owned(), |amount| amount.to_string());
        rows.push([claim.id.clone(), claim.person.clone(), text(first), text(second), Amount::new(change, places).to_string()]);
    }
    let differ = rows.len();
    match screen.format {
        Format::Table => {
            let text = medaid::report::journal::columns(screen.words.orders_head(), &rows);
            screen.out().write_all(text.as_bytes())?;
        }
        Format::Json => screen.json(&rows)?,
        Format::Csv => screen.csv(["claim", "person", "as_received", "as_incurred", "difference"], rows)?,
    }
    screen.finish()?;
    screen.say(screen.words.orders_differ(differ));
    Ok(Verdict::Fine)
}
