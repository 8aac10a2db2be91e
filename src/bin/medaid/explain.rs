//! `medaid explain`.

use std::io::Write;
use std::path::PathBuf;

use medaid::batch::Mode;
use medaid::diagnostic::nearest;
use medaid::io::Scenario;
use medaid::{Decision, Reject};

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The scenario folder
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// The claim's id
    #[arg(value_name = "CLAIM", allow_hyphen_values = true)]
    claim: String,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let run = Scenario::open(&args.scenario)?.run(Mode::Explained)?;
    let decision = run.decisions.iter().find(|d| d.claim == args.claim);
    let rejects: Vec<&Reject> = run.rejects.iter().filter(|r| r.claim() == args.claim).collect();
    if decision.is_none() && rejects.is_empty() {
        let ids = run.decisions.iter().map(|d| d.claim.as_str()).chain(run.rejects.iter().map(Reject::claim));
        return Err(Failure::Message(screen.words.no_claim(&args.claim, nearest(&args.claim, ids))));
    }
    match screen.format {
        Format::Table => tell(decision, &rejects, screen)?,
        Format::Json => {
            if let Some(decision) = decision {
                screen.json(decision)?;
            }
            for reject in rejects {
                screen.json(reject)?;
            }
        }
        Format::Csv => {
            let facts = decision.map(Decision::facts).unwrap_or_default().into_iter().map(|(path, value)| [path, value]);
            let rejected = rejects.iter().map(|r| ["rejected".to_owned(), r.code().to_string()]);
            screen.csv(["path", "value"], facts.chain(rejected))?;
        }
    }
    Ok(Verdict::Fine)
}

fn tell(decision: Option<&Decision>, rejects: &[&Reject], screen: &mut Screen) -> Result<(), Failure> {
    if let Some(decision) = decision {
        let text = medaid::explain::explain(decision, screen.language);
        screen.out().write_all(text.as_bytes())?;
    }
    for reject in rejects {
        let text = medaid::explain::explain_reject(reject, screen.language);
        screen.out().write_all(text.as_bytes())?;
    }
    Ok(())
}
