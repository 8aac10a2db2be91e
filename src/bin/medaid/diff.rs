//! `medaid diff`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use medaid::Plan;
use medaid::diagnostic::Message;
use medaid::difference::{Difference, compare};
use medaid::io::read_scheme;
use medaid::report::clean;

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The old rule file
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new rule file
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let plan = |path: &PathBuf| -> Result<Plan, Failure> {
        Plan::compile(&read_scheme(path)?).map_err(|findings| Failure::Schemes(vec![findings]))
    };
    let found = compare(&plan(&args.old)?, &plan(&args.new)?);
    match screen.format {
        Format::Table => {
            for difference in &found.differences {
                tell(difference, screen)?;
            }
            let witnesses = found.differences.iter().filter(|d| d.witness.is_some()).count();
            let total = screen.words.differences_total(found.differences.len(), witnesses, found.kinds, found.complete, found.settled);
            writeln!(screen.out(), "{total}")?;
        }
        Format::Json => screen.json(&found)?,
        Format::Csv => {
            let rows = found.differences.iter().map(|d| {
                let witness = d.witness.is_some().to_string();
                let text = |m: &Option<Message>| m.as_ref().map(ToString::to_string).unwrap_or_default();
                [d.rule.to_string(), d.case.to_string(), text(&d.old), text(&d.new), witness]
            });
            screen.csv(["rule", "case", "old", "new", "witness"], rows)?;
        }
    }
    Ok(if found.differences.is_empty() { Verdict::Fine } else { Verdict::Findings })
}

fn tell(difference: &Difference, screen: &mut Screen) -> Result<(), Failure> {
    let (words, language) = (screen.words, screen.language);
    let text = |message: &Option<Message>| message.as_ref().map(|m| m.text(language).to_owned());
    let change = words.difference(text(&difference.old).as_deref(), text(&difference.new).as_deref());
    let told = words.difference_of(difference.rule.text(language), difference.case.text(language), &change);
    writeln!(screen.out(), "{}", clean(&told))?;
    let [example, old, new] = words.witness();
    match &difference.witness {
        None => writeln!(screen.out(), "    {}", words.no_witness())?,
        Some(witness) => {
            let result =
                |result: &BTreeMap<String, String>| result.iter().map(|(k, v)| format!("{k} = {v}")).collect::<Vec<_>>().join(", ");
            writeln!(screen.out(), "    {example}: {}", clean(&serde_json::to_string(&witness.person)?))?;
            for claim in &witness.claims {
                writeln!(screen.out(), "      {}", clean(&serde_json::to_string(claim)?))?;
            }
            writeln!(screen.out(), "    {old}: {}", clean(&result(&witness.old)))?;
            writeln!(screen.out(), "    {new}: {}", clean(&result(&witness.new)))?;
        }
    }
    Ok(())
}
