//! `medaid run`.

use std::io::Write;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use medaid::batch::{Mode, Outcome, Run, stream};
use medaid::io::{DecisionTable, OutputFolder, Scenario, Sequence, write_movements, write_rejects};
use medaid::report;
use medaid::report::words::Words;

use crate::input::Input;
use crate::screen::{Failure, Screen};
use crate::{Format, Verdict, sequence};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    input: Input,
    /// A file of operations, JSON lines, in place of claims; `-` is standard input. So is operations.jsonl in a scenario folder
    #[arg(long, value_name = "FILE", requires = "schemes", conflicts_with_all = ["scenario", "claims", "lines", "households"])]
    operations: Option<PathBuf>,
    /// A folder for decisions.jsonl, decisions.csv, rejects.csv, movements.csv and summary.json; made if it is not there, refused if it is not empty
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replaces results in a folder that is not empty
    #[arg(long, requires = "out")]
    force: bool,
    /// Ends with exit code 1 if any claim is rejected
    #[arg(long)]
    deny_rejects: bool,
}

pub(crate) fn run(args: &Args, screen: &mut Screen) -> Result<Verdict, Failure> {
    let stream = match (&args.operations, &args.input.scenario) {
        (Some(file), _) => Some(sequence::read(&args.input.schemes, args.input.people.as_deref(), file)?),
        (None, Some(folder)) if Sequence::is_in(folder) => Some(Sequence::open(folder)?),
        _ => None,
    };
    if let Some(stream) = stream {
        return sequence::run(&stream, args.out.as_deref(), args.force, args.deny_rejects, screen);
    }
    let scenario = args.input.load(screen)?;
    let progress = Progress::new(scenario.claims.claims.len(), screen);
    let run = match &args.out {
        None => settle(scenario, &progress, Mode::Plain, |_| Ok(()))?,
        Some(path) => {
            let folder = sequence::output_folder(path, args.force, screen)?;
            write(scenario, &folder, &progress)?
        }
    };
    progress.end();
    let summary = &run.summary;
    match screen.format {
        Format::Table => {
            let text = report::summary(summary, screen.language);
            screen.out().write_all(text.as_bytes())?;
        }
        Format::Json => screen.json(summary)?,
        Format::Csv => screen.csv(["figure", "scheme", "layer", "value"], report::summary_rows(summary))?,
    }
    // Results first, so that in one terminal the messages stand below them.
    screen.finish()?;
    screen.rejects(&run.rejects, args.out.is_some());
    if let Some(path) = &args.out {
        screen.say(screen.words.written(&path.display().to_string()));
    }
    Ok(if args.deny_rejects && !run.rejects.is_empty() { Verdict::Findings } else { Verdict::Fine })
}

fn settle(
    scenario: Scenario,
    progress: &Progress,
    mode: Mode,
    mut each: impl FnMut(Outcome) -> Result<(), Failure>,
) -> Result<Run, Failure> {
    let Scenario { book, people, claims, .. } = scenario;
    stream(&book, &people, claims.claims, claims.rejects, mode, |outcome| {
        progress.step();
        each(outcome)
    })
}

fn write(scenario: Scenario, folder: &OutputFolder, progress: &Progress) -> Result<Run, Failure> {
    let mut lines = folder.file("decisions.jsonl")?;
    let table = folder.file("decisions.csv")?;
    let failed = |error: std::io::Error, name: &str| Failure::told(|language| Words(language).cannot_write(name, &error));
    let mut table = DecisionTable::new(&scenario.book, table).map_err(|e| failed(e, "decisions.csv"))?;
    let run = settle(scenario, progress, Mode::Explained, |outcome| {
        if let Outcome::Decided(Some(decision)) = outcome {
            let written = serde_json::to_writer(&mut lines, &decision).map_err(std::io::Error::from);
            written.and_then(|()| lines.write_all(b"\n")).map_err(|e| failed(e, "decisions.jsonl"))?;
            table.write(&decision).map_err(|e| failed(e, "decisions.csv"))?;
        }
        Ok(())
    })?;
    let table = table.finish().map_err(|e| failed(e, "decisions.csv"))?;
    let rejects = write_rejects(&run.rejects, folder.file("rejects.csv")?).map_err(|e| failed(e, "rejects.csv"))?;
    let movements = write_movements(&run.movements, folder.file("movements.csv")?).map_err(|e| failed(e, "movements.csv"))?;
    let mut summary = folder.file("summary.json")?;
    let written = serde_json::to_writer_pretty(&mut summary, &run.summary).map_err(std::io::Error::from);
    written.and_then(|()| summary.write_all(b"\n")).map_err(|e| failed(e, "summary.json"))?;
    folder.complete(vec![lines, table, rejects, movements, summary])?;
    Ok(run)
}

/// Progress on standard error, where it is a terminal and the work is long.
struct Progress(Option<ProgressBar>);

/// Fewer claims than this are done before anybody looks.
const LONG: usize = 20_000;

impl Progress {
    fn new(claims: usize, screen: &Screen) -> Progress {
        if claims < LONG {
            return Progress(None);
        }
        // Draws on standard error, and only if that is a terminal.
        let bar = ProgressBar::new(claims as u64);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}") {
            bar.set_style(style);
        }
        bar.set_message(screen.words.working());
        Progress(Some(bar))
    }

    fn step(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
