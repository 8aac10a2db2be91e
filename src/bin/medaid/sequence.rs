//! Streams of operations: carried out and reported.

use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::Language;
use medaid::io::{ErrorKind, OutputFolder, Sequence, Source};
use medaid::journal::{Desk, Journal, Operation, Receipt, Refusal};
use medaid::report::clean;
use medaid::report::journal::{CHANGE_COLUMNS, JournalSummary, change_rows, journal_summary};

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

/// How many refusals are told on standard error.
const TOLD: usize = 20;

/// An operation that was not carried out: its line, its id, the reason in a word and in a sentence.
pub(crate) struct Refused {
    line: u64,
    operation: String,
    code: &'static str,
    message: String,
}

/// What came of a stream.
pub(crate) struct Done {
    pub(crate) journal: Journal,
    pub(crate) refused: Vec<Refused>,
    repeated: u64,
}

/// Carries a stream out; each receipt is handed on.
pub(crate) fn carry_out(
    sequence: &Sequence,
    desk: &mut Desk<'_>,
    language: Language,
    mut each: impl FnMut(&Operation, &Receipt) -> Result<(), Failure>,
) -> Result<Done, Failure> {
    let unreadable = sequence.operations.unreadable.iter();
    let mut refused: Vec<Refused> = unreadable
        .map(|(line, message)| {
            let message = message.text(language).to_owned();
            Refused { line: *line, operation: String::new(), code: "unreadable", message }
        })
        .collect();
    let mut repeated = 0u64;
    let journal = sequence.carry_out(desk, |line, operation, done: &Result<Receipt, Refusal>| match done {
        Ok(receipt) if receipt.is_repeated() => {
            repeated = repeated.saturating_add(1);
            Ok(())
        }
        Ok(receipt) => each(operation, receipt),
        Err(refusal) => {
            refused.push(Refused { line, operation: operation.id.clone(), code: refusal.code(), message: refusal.text(language) });
            Ok(())
        }
    })?;
    refused.sort_by_key(|one| one.line);
    Ok(Done { journal, refused, repeated })
}

/// Refusals as messages: the first ones, and how many more there are.
pub(crate) fn tell_refused(refused: &[Refused], screen: &mut Screen) {
    if refused.is_empty() {
        return;
    }
    screen.say(screen.words.refused_head(refused.len()));
    for one in refused.iter().take(TOLD) {
        let text = screen.words.operation_refused(one.line, &format!("{} ({})", one.message, one.code));
        screen.say(format_args!("  {}", clean(&text)));
    }
    if refused.len() > TOLD {
        screen.say(format_args!("  {}", screen.words.and_more(refused.len().saturating_sub(TOLD))));
    }
}

/// The folder of a run's results.
pub(crate) fn output_folder(path: &Path, force: bool, screen: &Screen) -> Result<OutputFolder, Failure> {
    OutputFolder::create(path, force).map_err(|error| {
        let hint = if error.kind() == ErrorKind::NotEmpty { format!("; {}", screen.words.force_hint()) } else { String::new() };
        Failure::Message(error.text(screen.language) + &hint)
    })
}

/// `medaid run` of a stream.
pub(crate) fn run(
    sequence: &Sequence,
    out: Option<&Path>,
    force: bool,
    deny_rejects: bool,
    screen: &mut Screen,
) -> Result<Verdict, Failure> {
    let mut desk = Desk::new(&sequence.rules).without_decisions();
    let done = match out {
        None => carry_out(sequence, &mut desk, screen.language, |_, _| Ok(()))?,
        Some(path) => write(sequence, &mut desk, screen.language, &output_folder(path, force, screen)?)?,
    };
    let summary = JournalSummary::new(&done.journal, done.repeated, done.refused.len() as u64);
    match screen.format {
        Format::Table => {
            let text = journal_summary(&summary, screen.language);
            screen.out().write_all(text.as_bytes())?;
        }
        Format::Json => screen.json(&summary)?,
        Format::Csv => {
            let layers = summary.paid.iter().map(|one| [one.scheme.clone(), one.layer.clone(), one.paid.to_string()]);
            screen.csv(["scheme", "layer", "paid"], layers)?;
        }
    }
    screen.finish()?;
    tell_refused(&done.refused, screen);
    if let Some(path) = out {
        screen.say(screen.words.written(&path.display().to_string()));
    }
    let rejects = !summary.rejected.is_empty() || !done.refused.is_empty();
    Ok(if deny_rejects && rejects { Verdict::Findings } else { Verdict::Fine })
}

fn write(sequence: &Sequence, desk: &mut Desk<'_>, language: Language, folder: &OutputFolder) -> Result<Done, Failure> {
    let failed = |name: &str, error: String| Failure::Message(format!("{name} cannot be written: {error}"));
    let mut changes = csv::Writer::from_writer(folder.file("changes.csv")?);
    changes.write_record(CHANGE_COLUMNS).map_err(|e| failed("changes.csv", e.to_string()))?;
    let done = carry_out(sequence, desk, language, |operation, receipt| {
        for change in receipt.expired().iter().chain(receipt.changes()) {
            for row in change_rows(&operation.id, operation.received, change) {
                changes.write_record(row).map_err(|e| failed("changes.csv", e.to_string()))?;
            }
        }
        Ok(())
    })?;
    let changes = changes.into_inner().map_err(|e| failed("changes.csv", e.to_string()))?;
    let mut refused = csv::Writer::from_writer(folder.file("refused.csv")?);
    refused.write_record(["line", "operation", "code", "message"]).map_err(|e| failed("refused.csv", e.to_string()))?;
    for one in &done.refused {
        let row = [one.line.to_string().as_str(), &one.operation, one.code, &one.message].map(str::to_owned);
        refused.write_record(row).map_err(|e| failed("refused.csv", e.to_string()))?;
    }
    let refused = refused.into_inner().map_err(|e| failed("refused.csv", e.to_string()))?;
    let mut journal = folder.file("journal.json")?;
    serde_json::to_writer(&mut journal, &done.journal).map_err(|e| failed("journal.json", e.to_string()))?;
    journal.write_all(b"\n").map_err(|e| failed("journal.json", e.to_string()))?;
    let mut summary = folder.file("summary.json")?;
    let sums = JournalSummary::new(&done.journal, done.repeated, done.refused.len() as u64);
    serde_json::to_writer_pretty(&mut summary, &sums).map_err(|e| failed("summary.json", e.to_string()))?;
    summary.write_all(b"\n").map_err(|e| failed("summary.json", e.to_string()))?;
    folder.complete(vec![changes, refused, journal, summary])?;
    Ok(done)
}

/// Where a stream of operations is.
#[derive(clap::Args)]
pub(crate) struct Input {
    /// A folder with operations.jsonl, scheme.toml (or scheme-*.toml), and perhaps people.csv or .json
    #[arg(value_name = "SCENARIO", conflicts_with_all = ["schemes", "operations", "people"])]
    scenario: Option<PathBuf>,
    /// A rule file; may be given several times. A version that an operation adopts comes into force with it
    #[arg(long = "scheme", value_name = "FILE", requires = "operations")]
    schemes: Vec<PathBuf>,
    /// A file of operations, JSON lines; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "schemes")]
    operations: Option<PathBuf>,
    /// A file of persons, CSV or JSON, who are enrolled before anything else
    #[arg(long, value_name = "FILE", requires = "operations")]
    people: Option<PathBuf>,
}

impl Input {
    pub(crate) fn load(&self, screen: &Screen) -> Result<Sequence, Failure> {
        match (&self.scenario, &self.operations) {
            (Some(folder), _) => Ok(Sequence::open(folder)?),
            (None, Some(operations)) => read(&self.schemes, self.people.as_deref(), operations),
            (None, None) => Err(Failure::Message(screen.words.give_operations().to_owned())),
        }
    }
}

/// A stream from files of any name.
pub(crate) fn read(schemes: &[PathBuf], people: Option<&Path>, operations: &Path) -> Result<Sequence, Failure> {
    let people = people.map(Source::open).transpose()?;
    Ok(Sequence::read(schemes, people.as_ref(), &crate::input::open(operations)?)?)
}
