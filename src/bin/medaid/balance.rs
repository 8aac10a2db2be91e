//! `medaid balance`.

use std::io::Write;

use chrono::NaiveDate;
use medaid::journal::Desk;
use medaid::report::journal::balance;

use crate::screen::{Failure, Screen};
use crate::sequence::{Input, carry_out, tell_refused};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: Input,
    /// The person's id
    #[arg(long, value_name = "PERSON")]
    person: String,
    /// The day
    #[arg(long, value_name = "DAY", value_parser = crate::day)]
    on: NaiveDate,
    /// By what was known at the end of this day
    #[arg(long, value_name = "DAY", value_parser = crate::day)]
    as_of: Option<NaiveDate>,
    /// The postings behind each figure, too
    #[arg(long)]
    postings: bool,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let sequence = args.input.load(screen)?;
    let mut desk = Desk::new(&sequence.rules).without_decisions();
    let mut done = carry_out(&sequence, &mut desk, screen.language, |_, _| Ok(()))?;
    if let Some(day) = args.as_of {
        done.journal = done.journal.as_of(day);
    }
    let lines = desk.balance(&done.journal, &args.person, args.on).map_err(|refusal| Failure::Message(refusal.text(screen.language)))?;
    match screen.format {
        Format::Table => {
            let text = balance(&lines, args.postings, screen.language);
            screen.out().write_all(text.as_bytes())?;
        }
        Format::Json => screen.json(&lines)?,
        Format::Csv => {
            let rows = lines.iter().map(|line| {
                let text = |amount: Option<medaid::Amount>| amount.map(|a| a.to_string()).unwrap_or_default();
                let since = line.since.map(|day| day.to_string()).unwrap_or_default();
                let [scheme, rule, limit, accumulator] = [&line.scheme, &line.rule, &line.limit, &line.accumulator].map(Clone::clone);
                let household = line.household.clone().unwrap_or_default();
                [
                    scheme,
                    rule,
                    limit,
                    accumulator,
                    household,
                    line.per.to_string(),
                    since,
                    line.used.to_string(),
                    text(line.amount),
                    text(line.left),
                ]
            });
            screen.csv(["scheme", "rule", "limit", "accumulator", "household", "per", "since", "used", "amount", "left"], rows)?;
        }
    }
    screen.finish()?;
    tell_refused(&done.refused, screen);
    Ok(Verdict::Fine)
}
