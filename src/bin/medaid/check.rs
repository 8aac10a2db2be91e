//! `medaid check`.

use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::batch::PlanBook;
use medaid::check::{Report, Searched, table_cases};
use medaid::diagnostic::{Diagnostics, Severity};
use medaid::io::{Source, scheme_files, write_witnesses};
use medaid::report::clean;
use medaid::report::words::Words;
use medaid::{Claim, Language, Person, Plan, Scheme};
use serde::Serialize;

use crate::screen::{Failure, Screen, excerpts};
use crate::{Format, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Rule files, or scenario folders with scheme.toml or scheme-*.toml
    #[arg(value_name = "SCHEME", required_unless_present = "explain")]
    schemes: Vec<PathBuf>,
    /// Explains a code such as E010, with a wrong and a right example; without a code lists all
    #[arg(long, value_name = "CODE", num_args = 0..=1, conflicts_with = "schemes")]
    explain: Option<Option<String>>,
    /// Ends with exit code 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// Only what can be told from the text; no search for cases that show something
    #[arg(long, conflicts_with = "witness")]
    quick: bool,
    /// A new folder for scenarios that show the findings
    #[arg(long, value_name = "DIR")]
    witness: Option<PathBuf>,
}

#[derive(Serialize)]
struct Checked {
    file: String,
    errors: usize,
    warnings: usize,
    #[serde(skip_serializing_if = "is_zero")]
    notes: usize,
    findings: Vec<Finding>,
    /// How many more findings there are of kinds of which there are very many.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// How far the search for cases went.
    #[serde(skip_serializing_if = "Option::is_none")]
    searched: Option<Searched>,
    /// What is wrong with several schemes together.
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<String>,
    #[serde(skip)]
    text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    message: String,
    line: usize,
    column: usize,
    labels: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Witness>,
}

/// A case that shows a finding.
#[derive(Serialize)]
struct Witness {
    people: Vec<Person>,
    claims: Vec<Claim>,
    #[serde(skip_serializing_if = "String::is_empty")]
    shows: String,
}

impl Witness {
    fn of(shown: &medaid::check::Witness, language: Language) -> Witness {
        Witness { people: shown.people().to_vec(), claims: shown.claims().to_vec(), shows: shown.shows(language).to_owned() }
    }
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    if let Some(code) = &args.explain {
        return crate::codes::run(code.as_deref(), screen);
    }
    let mut work = Work { quick: args.quick, words: screen.words, all: Vec::new(), reasoned: Vec::new() };
    let mut unreadable = Vec::new();
    for path in &args.schemes {
        let done = if path.is_dir() { check_folder(path, &mut work) } else { check(path, &mut work).map(|_| ()) };
        // The other files are worth checking all the same.
        unreadable.extend(done.err());
    }
    let Work { all, reasoned, .. } = work;
    if let Some(folder) = &args.witness {
        let written = write_witnesses(folder, &reasoned)?;
        screen.say(screen.words.witnesses_written(written.len(), &clean(&folder.display().to_string())));
    }
    let notes: usize = all.iter().map(|c| c.notes).sum();
    let errors = all.iter().map(|c| c.errors).sum();
    let warnings = all.iter().map(|c| c.warnings).sum();
    match screen.format {
        Format::Table => {
            let files = all.iter().filter(|c| c.together.is_none()).count();
            for checked in &all {
                if !checked.text.is_empty() {
                    writeln!(screen.out(), "{}\n", checked.text)?;
                }
                if checked.left_out > 0 {
                    let more = screen.words.findings_left_out(checked.left_out);
                    writeln!(screen.out(), "{}: {more}\n", clean(&checked.file))?;
                }
            }
            if files == 0 {
                return unread(&unreadable, screen);
            }
            let total = screen.words.check_total(files, errors, warnings, notes);
            writeln!(screen.out(), "{total}")?;
        }
        Format::Json => screen.json(&all)?,
        Format::Csv => {
            let rows = all.iter().flat_map(|c| {
                let findings = c.findings.iter().map(|f| {
                    let place = [c.file.clone(), f.line.to_string(), f.column.to_string()];
                    let what = [f.severity.as_str().to_owned(), f.code.to_owned(), f.message.clone(), f.help.clone().unwrap_or_default()];
                    row(place, what)
                });
                let together = c.together.iter().map(|message| {
                    row([c.file.clone(), String::new(), String::new()], ["error".to_owned(), String::new(), message.clone(), String::new()])
                });
                findings.chain(together).collect::<Vec<_>>()
            });
            screen.csv(["file", "line", "column", "severity", "code", "message", "help"], rows)?;
        }
    }
    if !unreadable.is_empty() {
        return unread(&unreadable, screen);
    }
    Ok(if errors > 0 || args.deny_warnings && warnings > 0 { Verdict::Findings } else { Verdict::Fine })
}

fn unread(failures: &[Failure], screen: &mut Screen) -> Result<Verdict, Failure> {
    // Results first, so that in one terminal the messages stand below them.
    screen.finish()?;
    for failure in failures {
        screen.failure(failure);
    }
    Ok(Verdict::Unreadable)
}

/// What is checked, and what came of it.
struct Work {
    quick: bool,
    words: Words,
    all: Vec<Checked>,
    /// The schemes that were reasoned about.
    reasoned: Vec<(Scheme, Report)>,
}

fn check_folder(folder: &Path, work: &mut Work) -> Result<(), Failure> {
    let files = scheme_files(folder)?;
    let mut plans = Vec::new();
    for file in &files {
        plans.extend(check(file, work)?);
    }
    // Editions of one scheme must go together, which a file alone cannot show.
    if plans.len() == files.len()
        && let Err(error) = PlanBook::new(plans)
    {
        let file = folder.display().to_string();
        let text = format!("{file}: {error}");
        let together = Some(error.to_string());
        work.all.push(Checked {
            file,
            errors: 1,
            warnings: 0,
            notes: 0,
            findings: Vec::new(),
            left_out: 0,
            searched: None,
            together,
            text,
        });
    }
    Ok(())
}

fn row([file, line, column]: [String; 3], [severity, code, message, help]: [String; 4]) -> [String; 7] {
    [file, line, column, severity, code, message, help]
}

fn check(path: &Path, work: &mut Work) -> Result<Option<Plan>, Failure> {
    let source = Source::open(path)?;
    Ok(match Scheme::parse(source.name(), source.text()) {
        Ok(scheme) if work.quick => {
            work.all.push(checked(scheme.warnings(), None, work.words));
            Plan::compile(&scheme).ok()
        }
        Ok(scheme) => {
            let report = medaid::check::check(&scheme);
            let findings = scheme.warnings().clone().with(report.findings().iter().map(|f| f.diagnostic()));
            work.all.push(checked(&findings, Some(&report), work.words));
            let plan = Plan::compile(&scheme).ok();
            work.reasoned.push((scheme, report));
            plan
        }
        Err(findings) => {
            let mut checked = checked(&findings, None, work.words);
            for case in table_cases(findings.text()) {
                let place = findings.place(case.span().start);
                let code = case.code().as_str();
                for found in checked.findings.iter_mut().filter(|f| f.code == code && (f.line, f.column) == place) {
                    found.witness = Some(Witness::of(case.witness(), work.words.0));
                }
            }
            work.all.push(checked);
            None
        }
    })
}

fn checked(findings: &Diagnostics, report: Option<&Report>, words: Words) -> Checked {
    let language = words.0;
    let of = |severity| findings.findings().iter().filter(|f| f.severity() == severity).count();
    let witness = |diagnostic: &medaid::Diagnostic| {
        let shown = report?.findings().iter().find(|f| f.diagnostic() == *diagnostic)?.shown_by()?;
        Some(Witness::of(shown, language))
    };
    let list = findings.findings().iter().map(|finding| {
        let places: Vec<Place> = finding
            .labels()
            .iter()
            .map(|label| {
                let ((line, column), (end_line, end_column)) = (findings.place(label.span().start), findings.place(label.span().end));
                Place { line, column, end_line, end_column, message: label.message(language).to_owned() }
            })
            .collect();
        Finding {
            code: finding.code().as_str(),
            name: finding.code().name(),
            severity: finding.severity(),
            message: finding.message(language).to_owned(),
            line: places.first().map_or(1, |p| p.line),
            column: places.first().map_or(1, |p| p.column),
            labels: places,
            help: finding.help_text(language).map(str::to_owned),
            witness: witness(finding),
        }
    });
    Checked {
        file: findings.file().to_owned(),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        notes: of(Severity::Note),
        findings: list.collect(),
        left_out: report.map_or(0, Report::left_out),
        searched: report.map(Report::searched),
        together: None,
        text: excerpts(findings, words),
    }
}
