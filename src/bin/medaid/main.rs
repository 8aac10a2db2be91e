//! The command line: one file per subcommand.

#![warn(clippy::arithmetic_side_effects)]

mod balance;
mod check;
mod codes;
mod diff;
mod doc;
mod explain;
mod fmt;
mod help;
mod input;
mod journal;
mod replay;
mod run;
mod scenarios;
mod schema;
mod screen;
mod sequence;
mod test;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use medaid::Language;
use screen::{Failure, Screen};

#[derive(Parser)]
#[command(name = "medaid", version, max_term_width = 100, about = help::ABOUT, long_about = help::LONG_ABOUT, after_long_help = help::EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// What every subcommand takes.
#[derive(clap::Args)]
struct Common {
    /// The language of what is printed
    #[arg(long, global = true, value_enum, default_value = "en", value_name = "LANGUAGE", display_order = 100)]
    lang: Lang,
    /// The form of what is printed on standard output
    #[arg(long, global = true, value_enum, default_value = "table", display_order = 101)]
    format: AnyFormat,
    /// Colour: only on a terminal, always, or never
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN", display_order = 102)]
    color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    Zh,
    En,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Table,
    Json,
    Csv,
}

/// What `--format` may say; `md` and `html` are forms of documents alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AnyFormat {
    Table,
    Json,
    Csv,
    Md,
    Html,
}

impl AnyFormat {
    /// The form of results; nothing for a form of documents.
    fn of_results(self) -> Option<Format> {
        match self {
            AnyFormat::Table => Some(Format::Table),
            AnyFormat::Json => Some(Format::Json),
            AnyFormat::Csv => Some(Format::Csv),
            AnyFormat::Md | AnyFormat::Html => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    #[command(about = help::CHECK, long_about = help::CHECK_LONG, after_long_help = help::CHECK_EXAMPLES)]
    Check(check::Args),
    #[command(about = help::RUN, long_about = help::RUN_LONG, after_long_help = help::RUN_EXAMPLES)]
    Run(run::Args),
    #[command(about = help::EXPLAIN, long_about = help::EXPLAIN_LONG, after_long_help = help::EXPLAIN_EXAMPLES)]
    Explain(explain::Args),
    #[command(about = help::TEST, long_about = help::TEST_LONG, after_long_help = help::TEST_EXAMPLES)]
    Test(test::Args),
    #[command(about = help::FMT, long_about = help::FMT_LONG, after_long_help = help::FMT_EXAMPLES)]
    Fmt(fmt::Args),
    #[command(about = help::SCHEMA, long_about = help::SCHEMA_LONG, after_long_help = help::SCHEMA_EXAMPLES)]
    Schema(schema::Args),
    #[command(about = help::DOC, long_about = help::DOC_LONG, after_long_help = help::DOC_EXAMPLES)]
    Doc(doc::Args),
    #[command(about = help::SCENARIOS, long_about = help::SCENARIOS_LONG, after_long_help = help::SCENARIOS_EXAMPLES)]
    Scenarios(scenarios::Args),
    #[command(about = help::DIFF, long_about = help::DIFF_LONG, after_long_help = help::DIFF_EXAMPLES)]
    Diff(diff::Args),
    #[command(about = help::JOURNAL, long_about = help::JOURNAL_LONG, after_long_help = help::JOURNAL_EXAMPLES)]
    Journal(journal::Args),
    #[command(about = help::BALANCE, long_about = help::BALANCE_LONG, after_long_help = help::BALANCE_EXAMPLES)]
    Balance(balance::Args),
    #[command(about = help::REPLAY, long_about = help::REPLAY_LONG, after_long_help = help::REPLAY_EXAMPLES)]
    Replay(replay::Args),
}

/// A date of the form YYYY-MM-DD, and no other.
fn day(text: &str) -> Result<chrono::NaiveDate, String> {
    let date = text.parse::<chrono::NaiveDate>().ok().filter(|date| date.to_string() == text);
    date.ok_or_else(|| "not a date of the form YYYY-MM-DD".to_owned())
}

/// How a command ended that did its work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// 0: fine.
    Fine,
    /// 1: there are findings or mismatches.
    Findings,
    /// 2: some of the input could not be read; what could was worked on.
    Unreadable,
}

fn main() -> ExitCode {
    let mut command = Cli::command();
    if help::wants_chinese(std::env::args_os()) {
        command = help::chinese(command);
    }
    let cli = match command.try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(said) => return tell(&said),
    };
    let language = match cli.common.lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    let format = cli.common.format;
    let mut screen = Screen::new(language, format.of_results().unwrap_or(Format::Table), cli.common.color);
    let done = match cli.command {
        Command::Doc(args) => doc::run(&args, format, &mut screen),
        _ if format.of_results().is_none() => Err(Failure::Message(screen.words.only_for_documents().to_owned())),
        Command::Check(args) => check::run(&args, &mut screen),
        Command::Run(args) => run::run(&args, &mut screen),
        Command::Explain(args) => explain::run(&args, &mut screen),
        Command::Test(args) => test::run(&args, &mut screen),
        Command::Fmt(args) => fmt::run(&args, &mut screen),
        Command::Schema(args) => schema::run(&args, &mut screen),
        Command::Diff(args) => diff::run(&args, &mut screen),
        Command::Journal(args) => journal::run(&args, &mut screen),
        Command::Balance(args) => balance::run(&args, &mut screen),
        Command::Replay(args) => replay::run(&args, &mut screen),
        Command::Scenarios(args) => scenarios::run(&args, &mut screen),
    };
    match done.and_then(|verdict| screen.finish().map(|()| verdict)) {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Findings) => ExitCode::from(1),
        Ok(Verdict::Unreadable) => ExitCode::from(2),
        // Who closed the pipe has seen enough.
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => {
            screen.failure(&failure);
            ExitCode::from(2)
        }
    }
}

/// Help, the version, or what is wrong with the arguments. Help that cannot be printed is an error, unless nobody wants to read on.
fn tell(said: &clap::Error) -> ExitCode {
    match said.print().and_then(|()| std::io::stdout().flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2)),
    }
}
