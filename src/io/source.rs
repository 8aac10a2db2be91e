//! The text of a file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Error, ErrorKind};
use crate::diagnostic::{place, refused};

/// The form of a file of persons or claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// A JSON array.
    Json,
}

/// The whole text of a file, without a byte-order mark, with its name for messages.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn open(path: impl AsRef<Path>) -> Result<Source, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let file = File::open(path).map_err(|e| Error::io(&name, refused::cannot_be_opened, e))?;
        Source::read(&name, file)
    }

    /// Reads from anything; `name` is for messages, and its ending says the form.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8.
    pub fn read(name: &str, mut reader: impl Read) -> Result<Source, Error> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|e| Error::io(name, refused::cannot_be_read, e))?;
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let (line, column) = place(&String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default()), valid);
            let message =
                if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) { refused::utf_16() } else { refused::not_utf_8() };
            Error::new(ErrorKind::NotUtf8, name, message).at(line, Some(column))
        })?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Ok(Source { name: name.to_owned(), text })
    }

    /// The file's name, as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The form: what the name's ending says, else what the text looks like.
    pub fn format(&self) -> Format {
        let ends = |ending: &str| self.name.len() >= ending.len() && self.name.to_ascii_lowercase().ends_with(ending);
        if ends(".json") || !ends(".csv") && self.text.trim_start().starts_with(['[', '{']) { Format::Json } else { Format::Csv }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn empty(&self) -> Error {
        Error::new(ErrorKind::Empty, &self.name, refused::empty_file())
    }
}
