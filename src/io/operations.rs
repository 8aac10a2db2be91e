//! Streams of operations: JSON lines.

use super::json;
use super::source::Source;
use crate::diagnostic::{Message, refused};
use crate::journal::Operation;

/// A stream of operations, and what of it could not be read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct OperationsRead {
    /// The operations with the lines in which they stand, from 1.
    pub operations: Vec<(u64, Operation)>,
    /// Lines that are no operations, each with the reason.
    pub unreadable: Vec<(u64, Message)>,
}

/// Reads operations, one JSON object in each line, in the order in which they are to be carried out; empty lines are left out. A line that cannot be read is
/// told, and the others are read.
///
/// ```
/// use medaid::Language;
/// use medaid::io::{Source, read_operations};
/// let text = "{\"id\":\"o1\",\"received\":\"2024-01-02\",\"enrol\":{\"id\":\"p1\"}}\n{\"id\":\"o2\",\"received\":\"2024-13-01\",\"void\":{\"claim\":\"c1\"}}\n";
/// let read = read_operations(&Source::read("operations.jsonl", text.as_bytes())?);
/// assert_eq!(read.operations.len(), 1);
/// let (line, message) = &read.unreadable[0];
/// assert_eq!((*line, message.text(Language::En)), (2, "`received`: `2024-13-01` is not a date of the form YYYY-MM-DD"));
/// # Ok::<(), medaid::io::Errors>(())
/// ```
pub fn read_operations(source: &Source) -> OperationsRead {
    let mut read = OperationsRead::default();
    for (number, line) in (1u64..).zip(source.text().lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match json::line::<Operation>(line) {
            Ok(operation) if operation.id.is_empty() => read.unreadable.push((number, refused::in_field("id", &refused::is_empty()))),
            Ok(operation) => read.operations.push((number, operation)),
            Err(message) => read.unreadable.push((number, message)),
        }
    }
    read
}
