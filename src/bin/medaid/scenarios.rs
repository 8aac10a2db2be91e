//! `medaid scenarios`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::batch::{Mode, PlanBook};
use medaid::boundary::{Boundaries, EDGE_LIMIT, boundaries};
use medaid::coverage::{self, Rule};
use medaid::diagnostic::Message;
use medaid::io::{OutputFolder, Scenario, Source, read_scheme};
use medaid::report::clean;
use medaid::report::words::Words;
use medaid::{Ledger, Plan};
use serde::Serialize;

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rule file
    #[arg(value_name = "SCHEME")]
    scheme: PathBuf,
    /// A new folder for the scenario
    #[arg(long, value_name = "DIR", conflicts_with = "against")]
    out: Option<PathBuf>,
    /// A scenario folder: says which rules of the scheme its claims never exercise
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let scheme = read_scheme(&args.scheme)?;
    let plan = Plan::compile(&scheme).map_err(|findings| Failure::Schemes(vec![findings]))?;
    match &args.against {
        Some(folder) => against(plan, folder, screen),
        None => {
            let found = boundaries(&plan);
            if let Some(folder) = &args.out {
                write(&plan, &found, Source::open(&args.scheme)?.text(), folder, screen)?;
            }
            tell(&plan, &found, args.out.is_none(), screen)?;
            Ok(Verdict::Fine)
        }
    }
}

// --- what a folder never exercises

#[derive(Serialize)]
struct Covered {
    rules: usize,
    exercised: usize,
    never: Vec<Message>,
}

fn against(plan: Plan, folder: &Path, screen: &mut Screen) -> Result<Verdict, Failure> {
    let mut scenario = Scenario::open(folder)?;
    let all = coverage::rules(&plan);
    scenario.book = PlanBook::new([plan.clone()]).map_err(Failure::from)?;
    let run = scenario.run(Mode::Explained)?;
    let mut done: BTreeSet<Rule> = BTreeSet::new();
    for decision in &run.decisions {
        let claim = scenario.claims.claims.iter().find(|c| c.id == decision.claim);
        if let (Some(claim), Some(person)) = (claim, scenario.people.get(&decision.person)) {
            done.extend(coverage::exercised(&plan, person, claim, decision));
        }
    }
    let never: Vec<Message> = all.difference(&done).map(Rule::message).collect();
    let covered = Covered { rules: all.len(), exercised: all.len().saturating_sub(never.len()), never };
    match screen.format {
        Format::Table => {
            let head = screen.words.never_exercised(covered.never.len(), covered.rules, run.decisions.len());
            writeln!(screen.out(), "{head}")?;
            for rule in &covered.never {
                let rule = clean(rule.text(screen.language));
                writeln!(screen.out(), "  {rule}")?;
            }
        }
        Format::Json => screen.json(&covered)?,
        Format::Csv => screen.csv(["never_exercised"], covered.never.into_iter().map(|rule| [rule.to_string()]))?,
    }
    Ok(Verdict::Fine)
}

// --- the claims at the edges

#[derive(Serialize)]
struct Listed<'f> {
    rule: &'f Message,
    claims: Vec<ListedClaim<'f>>,
}

#[derive(Serialize)]
struct ListedClaim<'f> {
    person: &'f medaid::Person,
    claim: &'f medaid::Claim,
    result: Vec<(String, String)>,
}

fn listed<'f>(plan: &Plan, found: &'f Boundaries) -> Vec<Listed<'f>> {
    let claims = |edge: &'f medaid::boundary::Edge| {
        edge.claims.iter().map(|(person, claim)| ListedClaim { person, claim, result: result(plan, person, claim) }).collect()
    };
    found.edges.iter().map(|edge| Listed { rule: &edge.rule, claims: claims(edge) }).collect()
}

/// What we make of a claim: the reason of a reject, or what each layer pays and what is left to the patient.
fn result(plan: &Plan, person: &medaid::Person, claim: &medaid::Claim) -> Vec<(String, String)> {
    match plan.adjudicate(person, &mut Ledger::new(), claim) {
        Err(reject) => vec![("rejected".to_owned(), reject.code().to_string())],
        Ok(decision) => {
            let paid = decision.layers.iter().filter(|l| !l.paid.is_zero()).map(|l| (format!("{}.paid", l.layer.id), l.paid.to_string()));
            paid.chain([("out_of_pocket.total".to_owned(), decision.out_of_pocket.to_string())]).collect()
        }
    }
}

fn tell(plan: &Plan, found: &Boundaries, with_claims: bool, screen: &mut Screen) -> Result<(), Failure> {
    let all = listed(plan, found);
    match screen.format {
        Format::Table => {
            for edge in all.iter().filter(|_| with_claims) {
                let rule = clean(edge.rule.text(screen.language));
                writeln!(screen.out(), "{rule}")?;
                for listed in &edge.claims {
                    let result: Vec<String> = listed.result.iter().map(|(path, value)| format!("{path} = {value}")).collect();
                    let claim = listed.claim;
                    writeln!(
                        screen.out(),
                        "  {}  {}  {}  {}",
                        clean(&claim.id),
                        claim.service_from,
                        claim.bill,
                        clean(&result.join(", "))
                    )?;
                }
            }
            let claims = all.iter().map(|e| e.claims.len()).sum();
            let text = screen.words.edges_found(all.len(), claims, found.kinds, found.complete, found.settled);
            writeln!(screen.out(), "{text}")?;
            if found.left_out > 0 {
                let text = screen.words.edges_left_out(found.left_out, EDGE_LIMIT);
                writeln!(screen.out(), "{text}")?;
            }
        }
        Format::Json => screen.json(&all)?,
        Format::Csv => {
            let rows = all.iter().flat_map(|edge| {
                edge.claims.iter().map(|c| {
                    let result: Vec<String> = c.result.iter().map(|(path, value)| format!("{path}={value}")).collect();
                    [
                        edge.rule.to_string(),
                        c.claim.id.clone(),
                        c.claim.service_from.to_string(),
                        c.claim.bill.to_string(),
                        result.join(";"),
                    ]
                })
            });
            screen.csv(["rule", "claim", "service_from", "bill", "result"], rows)?;
        }
    }
    Ok(())
}

fn write(plan: &Plan, found: &Boundaries, scheme: &str, folder: &Path, screen: &mut Screen) -> Result<(), Failure> {
    if plan.couples_everyone() {
        return Err(Failure::told(|language| Words(language).not_side_by_side().to_owned()));
    }
    let all = listed(plan, found);
    let claims = || all.iter().flat_map(|edge| &edge.claims);
    let people: Vec<_> = claims().map(|c| c.person).collect();
    let bills: Vec<_> = claims().map(|c| c.claim).collect();
    let mut expected = format!("# {}\n", screen.words.to_be_confirmed());
    let mut note = format!("# {}\n\n{}\n", screen.words.boundary_title(), screen.words.to_be_confirmed());
    for edge in &all {
        expected.push_str(&format!("\n# {}\n", clean(edge.rule.text(screen.language))));
        note.push_str(&format!(
            "\n- {}: {}\n",
            clean(edge.rule.text(screen.language)),
            edge.claims.iter().map(|c| format!("`{}`", c.claim.id)).collect::<Vec<_>>().join(", ")
        ));
        for listed in &edge.claims {
            expected.push_str(&format!("[claim.{}]\n", listed.claim.id));
            for (path, value) in &listed.result {
                expected.push_str(&format!("{path} = \"{value}\"\n"));
            }
        }
    }
    let json = |text: Result<String, serde_json::Error>| -> Result<String, Failure> { Ok(text? + "\n") };
    let texts = [
        ("scheme.toml", scheme.to_owned()),
        ("people.json", json(serde_json::to_string_pretty(&people))?),
        ("claims.json", json(serde_json::to_string_pretty(&bills))?),
        ("expect.toml", expected),
        ("NOTE.md", note),
    ];
    let output = OutputFolder::create(folder, false)?;
    let mut files = Vec::new();
    for (name, text) in texts {
        let mut file = output.file(name)?;
        file.write_all(text.as_bytes()).map_err(|e| file.error(e))?;
        files.push(file);
    }
    output.complete(files)?;
    let text = screen.words.written(&folder.display().to_string());
    screen.say(clean(&text));
    Ok(())
}
