//! What can be wrong with a file.

use std::fmt;

use crate::decision::Language;
use crate::diagnostic::{Message, refused};

/// The kind of a problem with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file cannot be opened, read or written.
    Unreadable,
    /// The text is not UTF-8.
    NotUtf8,
    /// There is nothing in the file.
    Empty,
    /// The text is not of the form that it should be: not JSON, not an array.
    Malformed,
    /// A column that such files do not have.
    UnknownColumn,
    /// A column that must be there is missing.
    MissingColumn,
    /// A column that is there twice.
    DuplicateColumn,
    /// A row with more or fewer fields than there are columns.
    FieldCount,
    /// A value that cannot be read.
    BadValue,
    /// An id that is there twice.
    DuplicateId,
    /// A file that must be there is missing, or two are there of which one is wanted.
    WrongFiles,
    /// The output folder is not empty.
    NotEmpty,
}

/// One problem with a file, with its place.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    file: String,
    place: Option<(usize, Option<usize>)>,
    field: Option<String>,
    message: Message,
    source: Option<std::io::Error>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, file: &str, message: impl Into<Message>) -> Error {
        Error { kind, file: file.to_owned(), place: None, field: None, message: message.into(), source: None }
    }

    /// `doing` says what cannot be done, for a reason.
    pub(super) fn io(file: &str, doing: fn(&Message) -> Message, source: std::io::Error) -> Error {
        let message = doing(&reason(&source));
        Error { source: Some(source), ..Error::new(ErrorKind::Unreadable, file, message) }
    }

    pub(super) fn at(mut self, line: usize, column: Option<usize>) -> Error {
        self.place = Some((line, column));
        self
    }

    pub(super) fn field(mut self, field: &str) -> Error {
        self.field = Some(field.to_owned());
        self
    }

    /// The kind of problem.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The file, as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<usize> {
        self.place.map(|(line, _)| line)
    }

    /// The column, in characters from 1.
    pub fn column(&self) -> Option<usize> {
        self.place.and_then(|(_, column)| column)
    }

    /// The field at fault: a column, or a path such as `attributes.identity`.
    pub fn field_name(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// What is wrong, without the place, in English.
    pub fn message(&self) -> &str {
        self.message.text(Language::En)
    }

    /// What is wrong, with its place.
    pub fn text(&self, language: Language) -> String {
        let mut text = self.file.clone();
        if let Some((line, column)) = self.place {
            text.push_str(&format!(":{line}"));
            text.extend(column.map(|column| format!(":{column}")));
        }
        text.extend(self.field.as_ref().map(|field| format!(": `{field}`")));
        text + ": " + self.message.text(language)
    }
}

/// What the operating system says, without its number.
fn reason(error: &std::io::Error) -> Message {
    match error.kind() {
        std::io::ErrorKind::NotFound => refused::not_there(),
        std::io::ErrorKind::PermissionDenied => refused::not_permitted(),
        std::io::ErrorKind::IsADirectory => refused::is_a_folder(),
        std::io::ErrorKind::NotADirectory => refused::is_no_folder(),
        _ => refused::said_by_the_system(&error.to_string()),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|e| e as _)
    }
}

/// All problems found, at least one.
///
/// [`fmt::Display`] prints one line each.
#[derive(Debug)]
pub struct Errors {
    list: Vec<Error>,
    /// How many more there are that are not kept.
    more: usize,
}

/// How many problems of a file are kept.
const KEPT: usize = 100;

impl Errors {
    pub(super) fn push(list: &mut Option<Errors>, error: Error) {
        match list {
            None => *list = Some(Errors::from(error)),
            Some(errors) if errors.list.len() < KEPT => errors.list.push(error),
            Some(errors) => errors.more = errors.more.saturating_add(1),
        }
    }

    /// The problems, in the order in which they were found; of very many only the first.
    pub fn list(&self) -> &[Error] {
        &self.list
    }

    /// How many more problems there are than [`Errors::list`] holds.
    pub fn more(&self) -> usize {
        self.more
    }

    /// All of them, one line each, and how many more there are.
    pub fn text(&self, language: Language) -> String {
        let mut lines: Vec<String> = self.list.iter().map(|error| error.text(language)).collect();
        if self.more > 0 {
            lines.push(refused::and_more_problems(self.more).text(language).to_owned());
        }
        lines.join("\n")
    }

    /// The kind of the first.
    pub fn kind(&self) -> ErrorKind {
        self.list.first().map_or(ErrorKind::Malformed, Error::kind)
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Errors { list: vec![error], more: 0 }
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for Errors {}
