//! Results to standard output, messages to standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, Stderr, StdoutLock, Write};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};
use medaid::batch::BatchError;
use medaid::diagnostic::{Diagnostics, Severity};
use medaid::io::ScenarioError;
use medaid::report::clean;
use medaid::report::words::Words;
use medaid::{Language, Reject};

use crate::{Color, Format};

/// How many rejects are told on standard error.
const TOLD: usize = 20;

/// Why a command could not do its work.
pub(crate) enum Failure {
    /// Standard output was closed by its reader.
    Closed,
    /// Something in words.
    Message(String),
    /// Something in words of both languages.
    Told { zh: String, en: String },
    /// Rule files with errors.
    Schemes(Vec<Diagnostics>),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::Closed
        } else {
            Failure::told(|language| Words(language).cannot_write(Words(language).standard_output(), &error))
        }
    }
}

impl Failure {
    /// The words, where there are any.
    pub(crate) fn text(&self, language: Language) -> &str {
        match (self, language) {
            (Failure::Message(text), _)
            | (Failure::Told { zh: text, .. }, Language::Zh)
            | (Failure::Told { en: text, .. }, Language::En) => text,
            (Failure::Closed | Failure::Schemes(_), _) => "",
        }
    }

    /// Something that has words of both languages.
    pub(crate) fn told(text: impl Fn(Language) -> String) -> Failure {
        Failure::Told { zh: text(Language::Zh), en: text(Language::En) }
    }
}

macro_rules! told {
    ($($type:ty),*) => {
        $(impl From<$type> for Failure {
            fn from(error: $type) -> Self {
                Failure::told(|language| error.text(language))
            }
        })*
    };
}

told!(medaid::io::Error, medaid::io::Errors, BatchError, medaid::document::SampleError, medaid::document::CurveError);

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        match error {
            ScenarioError::Schemes(findings) => Failure::Schemes(findings),
            other => Failure::told(|language| other.text(language)),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Failure::Message(format!("standard output: {other:?}")),
        }
    }
}

pub(crate) struct Screen {
    pub(crate) language: Language,
    pub(crate) words: Words,
    pub(crate) format: Format,
    out: BufWriter<AutoStream<StdoutLock<'static>>>,
    messages: AutoStream<Stderr>,
}

impl Screen {
    pub(crate) fn new(language: Language, format: Format, color: Color) -> Screen {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Screen {
            language,
            words: Words(language),
            format,
            out: BufWriter::new(AutoStream::new(io::stdout().lock(), choice)),
            messages: AutoStream::new(io::stderr(), choice),
        }
    }

    /// Where results go.
    pub(crate) fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// A message. That nobody reads messages is no reason to stop.
    pub(crate) fn say(&mut self, message: impl Display) {
        let _ = writeln!(self.messages, "{message}");
    }

    pub(crate) fn say_error(&mut self, message: &str) {
        let word = self.words.error();
        for line in message.lines() {
            self.say(format_args!("\x1b[1;91m{word}\x1b[0m: {}", clean(line)));
        }
    }

    pub(crate) fn failure(&mut self, failure: &Failure) {
        match failure {
            Failure::Closed => {}
            Failure::Message(message) => self.say_error(message),
            Failure::Told { .. } => self.say_error(failure.text(self.language)),
            Failure::Schemes(list) => {
                for findings in list {
                    self.say(excerpts(findings, self.words));
                }
            }
        }
    }

    /// A JSON value for machines, laid out for people.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        Ok(writeln!(self.out)?)
    }

    /// A table for machines.
    pub(crate) fn csv<const N: usize>(&mut self, header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Result<(), Failure> {
        let mut table = csv::Writer::from_writer(&mut self.out);
        table.write_record(header)?;
        for row in rows {
            table.write_record(row)?;
        }
        Ok(table.flush()?)
    }

    /// Rejects as messages: the first ones, and how many more there are.
    pub(crate) fn rejects(&mut self, rejects: &[Reject], in_file: bool) {
        if rejects.is_empty() {
            return;
        }
        self.say(self.words.rejects_head(rejects.len()));
        for reject in rejects.iter().take(TOLD) {
            let text = self.words.claim_rejected(reject.claim(), reject.code(), reject.text(self.language));
            self.say(format_args!("  {}", clean(&text)));
        }
        if rejects.len() > TOLD {
            let more = self.words.and_more(rejects.len().saturating_sub(TOLD));
            let see = if in_file { format!(" ({})", self.words.see_rejects_file()) } else { String::new() };
            self.say(format_args!("  {more}{see}"));
        }
    }
}

/// Findings with excerpts of the file, as text with colours that are taken out where they are not wanted.
pub(crate) fn excerpts(findings: &Diagnostics, words: Words) -> String {
    let language = words.0;
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let text = findings.text();
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        at
    };
    let mut out = Vec::new();
    for finding in findings.findings() {
        let level = match finding.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut snippet = Snippet::source(text).path(findings.file());
        for (index, label) in finding.labels().iter().enumerate() {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = boundary(label.span().start)..boundary(label.span().end);
            let message = Some(label.message(language)).filter(|m| !m.is_empty()).map(clean);
            snippet = snippet.annotation(kind.span(span).label(message));
        }
        let mut group = level
            .with_name(finding.severity().word(language))
            .primary_title(clean(finding.message(language)))
            .id(finding.code().as_str())
            .element(snippet);
        if let Some(help) = finding.help_text(language) {
            group = group.element(Level::HELP.with_name(words.help()).message(clean(help)));
        }
        out.push(renderer.render(&[group]));
    }
    out.join("\n\n")
}
