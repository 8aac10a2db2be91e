//! `medaid journal`.

use std::io::Write;

use chrono::NaiveDate;
use medaid::journal::Desk;
use medaid::report::journal::{POSTING_COLUMNS, posting_rows, postings};

use crate::screen::{Failure, Screen};
use crate::sequence::{Input, carry_out, tell_refused};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: Input,
    /// Only postings of this claim
    #[arg(long, value_name = "CLAIM")]
    claim: Option<String>,
    /// Only postings of this person's claims
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Only what was known by the end of this day
    #[arg(long, value_name = "DAY", value_parser = crate::day)]
    as_of: Option<NaiveDate>,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let sequence = args.input.load(screen)?;
    let mut done = carry_out(&sequence, &mut Desk::new(&sequence.rules).without_decisions(), screen.language, |_, _| Ok(()))?;
    if let Some(day) = args.as_of {
        done.journal = done.journal.as_of(day);
    }
    let all = done.journal.postings();
    let wanted = |asked: &Option<String>, found: Option<&str>| asked.as_deref().is_none_or(|asked| found == Some(asked));
    let of_claim = |p: &&_| -> bool {
        let p: &medaid::journal::JournalPosting = p;
        wanted(&args.claim, p.claim.as_deref()) && wanted(&args.person, Some(&p.person))
    };
    let shown: Vec<_> = all.iter().filter(of_claim).collect();
    match screen.format {
        Format::Table => {
            let text = postings(&shown, screen.language);
            screen.out().write_all(text.as_bytes())?;
        }
        Format::Json => screen.json(&shown)?,
        Format::Csv => screen.csv(POSTING_COLUMNS, posting_rows(shown))?,
    }
    screen.finish()?;
    tell_refused(&done.refused, screen);
    Ok(Verdict::Fine)
}
