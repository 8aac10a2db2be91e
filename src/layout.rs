//! The layout of rule files: `medaid fmt`.
//!
//! Only space is changed, and commas at the end of lists: keys, values and comments come out as they went in.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Key, RawString, Table, Value};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, syntax};
use crate::scheme::{digest_of, read::syntax_findings};

/// How long a line may be before a list in it is broken.
const WIDTH: usize = 140;

/// How often the text is gone over until it stays as it is. Two rounds are enough for every file known.
const ROUNDS: usize = 8;

/// Lays a rule file out anew; what it says stays the same. `file` is its name for messages.
///
/// The rules are in the [reference](mod@crate::reference). A text that is laid out already stays as it is.
///
/// ```
/// let laid_out = medaid::lay_out("scheme.toml", "format=1 # the first\n\n\n[[layer]]\nid='a'\n[[layer.benefit]]\ncovers=['in_scope',]\n")?;
/// assert_eq!(laid_out, "format = 1 # the first\n\n[[layer]]\nid = 'a'\n\n  [[layer.benefit]]\n  covers = ['in_scope']\n");
/// # Ok::<(), medaid::Diagnostics>(())
/// ```
///
/// # Errors
/// If the text is not TOML. Other errors of a scheme do not matter here.
pub fn lay_out(file: &str, text: &str) -> Result<String, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let findings = syntax_findings(text);
    if !findings.is_empty() {
        return Err(Diagnostics::new(file, text, findings));
    }
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let finding = Diagnostic::new(Code::Syntax, error.span().unwrap_or(0..0), syntax(error.message()));
        Diagnostics::new(file, text, vec![finding])
    })?;
    let mut laid_out = document_text(&document);
    // A list that was broken may divide the keys about it anew; with each round there are fewer of those.
    for _ in 0..ROUNDS {
        let again = laid_out.parse().map_or_else(|_| laid_out.clone(), |document| document_text(&document));
        if again == laid_out {
            break;
        }
        laid_out = again;
    }
    // The promise of this function, whatever the writer below does.
    Ok(if digest_of(&laid_out) == digest_of(text) { laid_out } else { text.to_owned() })
}

fn document_text(document: &DocumentMut) -> String {
    let mut tables = Vec::new();
    gather(document.as_table(), &mut Vec::new(), 0, false, &mut tables);
    tables.sort_by_key(|t| t.table.position());
    let mut out = String::new();
    for table in &tables {
        write_table(table, &mut out);
    }
    let end = document.trailing().as_str().unwrap_or("");
    write_lines(&lines(end), 0, &mut out);
    let whole = out.trim_end_matches('\n').trim_start_matches('\n');
    if whole.is_empty() { String::new() } else { format!("{whole}\n") }
}

/// A table with a header, or the file's own.
struct Headed<'d> {
    table: &'d Table,
    path: Vec<&'d Key>,
    /// In how many tables of lists it stands.
    depth: usize,
    of_list: bool,
}

fn gather<'d>(table: &'d Table, path: &mut Vec<&'d Key>, depth: usize, of_list: bool, found: &mut Vec<Headed<'d>>) {
    if !table.is_dotted() {
        found.push(Headed { table, path: path.clone(), depth, of_list });
    }
    let inside = if of_list { depth.saturating_add(1) } else { depth };
    for (name, item) in table.iter() {
        let Some(key) = table.key(name) else { continue };
        path.push(key);
        match item {
            Item::Table(inner) => gather(inner, path, inside, false, found),
            Item::ArrayOfTables(list) => list.iter().for_each(|inner| gather(inner, path, inside, true, found)),
            _ => {}
        }
        path.pop();
    }
}

fn write_table(headed: &Headed<'_>, out: &mut String) {
    let values = headed.table.get_values();
    let indent = headed.depth.saturating_mul(2);
    let implied = headed.path.is_empty() || headed.table.is_implicit() && values.is_empty();
    if !implied {
        let before = lines(prefix(headed.table.decor().prefix()));
        if !before.iter().any(|l| matches!(l, Line::Blank)) {
            blank(out);
        }
        write_lines(&before, indent, out);
        let path = headed.path.iter().map(|k| k.display_repr()).collect::<Vec<_>>().join(".");
        let (open, close) = if headed.of_list { ("[[", "]]") } else { ("[", "]") };
        let after = comment_after(prefix(headed.table.decor().suffix()));
        out.push_str(&format!("{:indent$}{open}{path}{close}{after}\n", ""));
    }
    write_entries(&values, indent, out);
}

/// A line of a table, before its value is written.
struct Entry<'d> {
    before: Vec<Line>,
    key: String,
    quoted: bool,
    /// The spaces before `=`.
    space: usize,
    /// Whether the value goes over several lines.
    tall: bool,
    value: &'d Value,
}

fn write_entries(values: &[(Vec<&Key>, &Value)], indent: usize, out: &mut String) {
    let entries: Vec<Entry<'_>> = values
        .iter()
        .map(|(path, value)| {
            let key = key_text(path);
            let decor = path.last().map(|k| k.leaf_decor());
            Entry {
                before: lines(prefix(decor.and_then(|d| d.prefix()))),
                quoted: key.starts_with(['"', '\'']),
                key,
                space: prefix(decor.and_then(|d| d.suffix())).chars().count(),
                tall: is_tall(value),
                value,
            }
        })
        .collect();
    // Keys that the author has aligned stay aligned, those of each block for themselves.
    let mut block: &[Entry<'_>] = &entries;
    while !block.is_empty() {
        let (these, later) = block.split_at_checked(block_length(block)).unwrap_or((block, &[]));
        let aligned = these.iter().any(|e| e.space > 1);
        let width = if aligned { these.iter().map(|e| e.key.chars().count()).max().unwrap_or(0) } else { 0 };
        for entry in these {
            write_lines(&entry.before, indent, out);
            let head = format!("{:indent$}{:width$} = ", "", entry.key);
            let value = value_text(entry.value, Place { indent, column: head.chars().count(), breaks: true, row: false });
            let after = comment_after(prefix(entry.value.decor().suffix()));
            out.push_str(&format!("{head}{value}{after}\n"));
        }
        block = later;
    }
}

/// How many entries at the beginning are aligned with each other. A blank line or comment ends a block, and so does a change between keys and dates. A value
/// over several lines ends it too, and belongs to it if its key is not the longest.
fn block_length(entries: &[Entry<'_>]) -> usize {
    let mut length = 0usize;
    let mut widest = 0usize;
    let Some(quoted) = entries.first().map(|e| e.quoted) else { return 0 };
    for entry in entries {
        let width = entry.key.chars().count();
        if length > 0 && (!entry.before.is_empty() || entry.quoted != quoted || (entry.tall && width > widest)) {
            break;
        }
        length = length.saturating_add(1);
        widest = widest.max(width);
        if entry.tall {
            break;
        }
    }
    length
}

fn is_tall(value: &Value) -> bool {
    match value {
        Value::String(text) => text.display_repr().contains('\n'),
        Value::Array(array) => is_broken_array(array) || array.iter().any(is_tall),
        Value::InlineTable(table) => {
            let values = table.get_values();
            is_broken_table(table, &values) || values.iter().any(|(_, v)| is_tall(v))
        }
        _ => false,
    }
}

fn key_text(path: &[&Key]) -> String {
    path.iter().map(|k| k.display_repr()).collect::<Vec<_>>().join(".")
}

// --- values

/// Where a value is written.
#[derive(Clone, Copy)]
struct Place {
    /// Of the line that it begins on.
    indent: usize,
    column: usize,
    /// Whether a list may be broken because the line is long.
    breaks: bool,
    /// Whether it is part of a row of a broken list: there the author may have aligned things.
    row: bool,
}

fn value_text(value: &Value, place: Place) -> String {
    match value {
        Value::String(v) => v.display_repr().into_owned(),
        Value::Integer(v) => v.display_repr().into_owned(),
        Value::Float(v) => v.display_repr().into_owned(),
        Value::Boolean(v) => v.display_repr().into_owned(),
        Value::Datetime(v) => v.display_repr().into_owned(),
        Value::Array(array) => array_text(array, place),
        Value::InlineTable(table) => inline_text(table, place),
    }
}

fn array_text(array: &Array, place: Place) -> String {
    if !is_broken_array(array) {
        // One with broken lists inside of it has its lines already; only those inside may be broken further.
        if array.iter().any(is_tall) {
            return flat_array(array, place);
        }
        let flat = flat_array(array, Place { breaks: false, ..place });
        if !place.breaks || fits(&flat, place) {
            return flat;
        }
    }
    let inner = place.indent.saturating_add(2);
    let mut items = Items::default();
    for value in array.iter() {
        let here = Place { indent: inner, column: inner, breaks: true, row: true };
        let simple = !value.is_array() && !value.is_inline_table();
        items.push(prefix(value.decor().prefix()), value_text(value, here), prefix(value.decor().suffix()), simple);
    }
    items.end(array.trailing());
    items.text("[", "]", place.indent, true)
}

fn is_broken_array(array: &Array) -> bool {
    let gaps = array.iter().flat_map(|v| [prefix(v.decor().prefix()), prefix(v.decor().suffix())]);
    let first = array.get(0).map_or("", |v| prefix(v.decor().prefix()));
    first.contains('\n') || gaps.chain([raw(array.trailing())]).any(|gap| gap.contains('#'))
}

fn flat_array(array: &Array, place: Place) -> String {
    let mut text = Running::new(place.column);
    text.push("[");
    for (i, value) in array.iter().enumerate() {
        if i > 0 {
            text.push(", ");
        }
        text.push(&value_text(value, Place { column: text.column, ..place }));
    }
    text.push("]");
    text.text
}

fn inline_text(table: &InlineTable, place: Place) -> String {
    let values = table.get_values();
    if is_broken_table(table, &values) {
        let inner = place.indent.saturating_add(2);
        let mut items = Items::default();
        for (path, value) in &values {
            let head = format!("{} = ", key_text(path));
            let here = Place { indent: inner, column: inner.saturating_add(head.chars().count()), breaks: true, row: false };
            let before = prefix(path.last().and_then(|k| k.leaf_decor().prefix()));
            items.push(before, format!("{head}{}", value_text(value, here)), prefix(value.decor().suffix()), false);
        }
        items.end(table.trailing());
        return items.text("{", "}", place.indent, table.trailing_comma());
    }
    if values.is_empty() {
        return "{}".to_owned();
    }
    let space = |written: &str| " ".repeat(if place.row { written.chars().count().max(1) } else { 1 });
    let mut text = Running::new(place.column);
    text.push("{");
    for (i, (path, value)) in values.iter().enumerate() {
        if i > 0 {
            text.push(",");
        }
        let decor = path.last().map(|k| k.leaf_decor());
        text.push(&space(prefix(decor.and_then(|d| d.prefix()))));
        text.push(&key_text(path));
        text.push(&space(prefix(decor.and_then(|d| d.suffix()))));
        text.push("=");
        text.push(&space(prefix(value.decor().prefix())));
        // A list of words inside of a table stays in one piece, however long the line.
        let words = value.as_array().is_some_and(|array| array.iter().all(|v| !v.is_array() && !v.is_inline_table()));
        text.push(&value_text(value, Place { breaks: place.breaks && !words, column: text.column, ..place }));
    }
    let end = if table.trailing_comma() { raw(table.trailing()) } else { values.last().map_or("", |(_, v)| prefix(v.decor().suffix())) };
    text.push(&space(end));
    text.push("}");
    text.text
}

fn is_broken_table(table: &InlineTable, values: &[(Vec<&Key>, &Value)]) -> bool {
    let before = |path: &[&Key]| path.last().and_then(|k| k.leaf_decor().prefix()).and_then(RawString::as_str).unwrap_or("").to_owned();
    let first = values.first().is_some_and(|(path, _)| before(path).contains('\n'));
    let comment = |text: &str| text.contains('#');
    first
        || values.iter().any(|(path, value)| comment(&before(path)) || comment(prefix(value.decor().suffix())))
        || comment(raw(table.trailing()))
}

/// A text that is being written, and the column at which it goes on.
struct Running {
    text: String,
    column: usize,
}

impl Running {
    fn new(column: usize) -> Running {
        Running { text: String::new(), column }
    }

    fn push(&mut self, more: &str) {
        self.column = match more.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column.saturating_add(more.chars().count()),
        };
        self.text.push_str(more);
    }
}

fn fits(text: &str, place: Place) -> bool {
    let mut column = place.column;
    text.lines().all(|line| {
        column.saturating_add(line.chars().count()) <= WIDTH && {
            column = 0;
            true
        }
    })
}

/// The elements of a broken list or table.
#[derive(Default)]
struct Items {
    list: Vec<BrokenItem>,
    /// Comments and blank lines since the last element.
    waiting: Vec<Line>,
}

struct BrokenItem {
    before: Vec<Line>,
    /// Whether it begins a line; a word or number may go on with one.
    begins: bool,
    text: String,
    comment: String,
}

impl Items {
    /// What stands behind the last element, on its line and below.
    fn gap(&mut self, gap: &str) {
        let (here, below) = gap.split_once('\n').map_or((gap, None), |(here, below)| (here, Some(below)));
        if !here.trim().is_empty() {
            match self.list.last_mut() {
                Some(last) if last.comment.is_empty() && self.waiting.is_empty() => last.comment = comment_after(here),
                _ => self.waiting.push(Line::Comment(here.trim().to_owned())),
            }
        }
        self.waiting.extend(below.map(lines).unwrap_or_default());
    }

    fn push(&mut self, before: &str, text: String, behind: &str, may_go_on: bool) {
        self.gap(before);
        let after_comment = self.list.last().is_none_or(|last| !last.comment.is_empty());
        let begins = !may_go_on || after_comment || before.contains('\n') || !self.waiting.is_empty();
        let before = std::mem::take(&mut self.waiting);
        self.list.push(BrokenItem { before, begins, text, comment: String::new() });
        self.gap(behind);
    }

    fn end(&mut self, trailing: &RawString) {
        self.gap(raw(trailing));
    }

    fn text(self, open: &str, close: &str, indent: usize, last_comma: bool) -> String {
        let inner = indent.saturating_add(2);
        let mut out = format!("{open}\n");
        let count = self.list.len();
        let mut column = 0usize;
        for (i, item) in self.list.into_iter().enumerate() {
            let comma = if last_comma || i.saturating_add(1) < count { "," } else { "" };
            let width = item.text.chars().count().saturating_add(2);
            if item.begins || column.saturating_add(width) > WIDTH {
                if column > 0 {
                    out.push('\n');
                }
                write_lines(&item.before, inner, &mut out);
                out.push_str(&" ".repeat(inner));
                column = inner;
            } else {
                out.push(' ');
            }
            column = column.saturating_add(width);
            out.push_str(&item.text);
            out.push_str(comma);
            out.push_str(&item.comment);
        }
        if column > 0 {
            out.push('\n');
        }
        let mut end = self.waiting;
        while matches!(end.last(), Some(Line::Blank)) {
            end.pop();
        }
        write_lines(&end, inner, &mut out);
        format!("{out}{:indent$}{close}", "")
    }
}

// --- comments and blank lines

enum Line {
    Blank,
    Comment(String),
}

fn raw(text: &RawString) -> &str {
    text.as_str().unwrap_or("")
}

fn prefix(text: Option<&RawString>) -> &str {
    text.map_or("", raw)
}

/// The lines of what stands before something; the last of them is its indent.
fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut rest = text.split('\n').peekable();
    while let Some(line) = rest.next() {
        match line.trim() {
            "" if rest.peek().is_none() => {}
            "" if matches!(found.last(), Some(Line::Blank)) => {}
            "" => found.push(Line::Blank),
            comment => found.push(Line::Comment(comment.to_owned())),
        }
    }
    found
}

/// A comment at the end of a line, as far away as it was.
fn comment_after(text: &str) -> String {
    let comment = text.trim();
    if comment.is_empty() {
        return String::new();
    }
    let space = text.chars().take_while(|c| *c != '#').count().max(1);
    format!("{:space$}{comment}", "")
}

fn write_lines(lines: &[Line], indent: usize, out: &mut String) {
    for line in lines {
        match line {
            Line::Blank => blank(out),
            Line::Comment(comment) => out.push_str(&format!("{:indent$}{comment}\n", "")),
        }
    }
}

/// A blank line, unless there is one, or nothing before it.
fn blank(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") && !out.ends_with("[\n") && !out.ends_with("{\n") {
        out.push('\n');
    }
}
