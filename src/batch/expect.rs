//! What must come out of a batch: `expect.toml`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use toml::de::{DeTable, DeValue};

use super::Run;
use crate::decision::Language;
use crate::diagnostic::{Message, nearest, place, refused, syntax};
use crate::fund::FundAccount;

/// The text of an expectation file is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationError {
    file: String,
    line: usize,
    column: usize,
    message: Message,
}

impl ExpectationError {
    /// What is wrong, with its place.
    pub fn text(&self, language: Language) -> String {
        format!("{}:{}:{}: {}", self.file, self.line, self.column, self.message.text(language))
    }
}

impl fmt::Display for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for ExpectationError {}

/// What must come out for some claims, as paths and values. What is not mentioned is not checked.
///
/// ```
/// let text = "[claim.c1]\nbasic.paid = \"34790.00\"\n[claim.c2]\nrejected = \"unknown-person\"";
/// let expected = medaid::batch::Expectations::parse("expect.toml", text)?;
/// assert_eq!(expected.len(), 2);
/// # Ok::<(), medaid::batch::ExpectationError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Expectations {
    file: String,
    /// By claim and path, the value and its line.
    claims: BTreeMap<String, BTreeMap<String, (String, usize)>>,
    /// By path, beginning with the fund, the value and its line.
    funds: BTreeMap<String, (String, usize)>,
}

/// Something that did not come out as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mismatch {
    /// The line of the expectation.
    pub line: usize,
    /// The claim; empty for the account of a fund.
    pub claim: String,
    /// The path: of an account `fund.FUND.PERIOD.FIGURE`.
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What came out; nothing if there is no such figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// Why there is no such figure, or what else might have been meant; may be empty.
    #[serde(skip_serializing_if = "Message::is_empty")]
    pub note: Message,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.claim.is_empty() {
            write!(f, "claim `{}`: ", self.claim)?;
        }
        write!(f, "{}: expected {}, ", self.path, self.expected)?;
        match &self.found {
            Some(found) => write!(f, "found {found}")?,
            None => f.write_str("found nothing")?,
        }
        if self.note.is_empty() { Ok(()) } else { write!(f, " ({})", self.note) }
    }
}

impl Expectations {
    /// Reads an expectation file; `file` is its name for messages.
    ///
    /// # Errors
    /// If it is not TOML, or has anything but tables `[claim.ID]` of paths and values.
    pub fn parse(file: &str, text: &str) -> Result<Expectations, ExpectationError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let error = |at: usize, message: Message| {
            let (line, column) = place(text, at);
            ExpectationError { file: file.to_owned(), line, column, message }
        };
        let document = DeTable::parse(text).map_err(|e| error(e.span().map_or(0, |s| s.start), syntax(e.message())))?;
        let mut claims = BTreeMap::new();
        let mut funds = BTreeMap::new();
        for (key, value) in document.get_ref() {
            let (name, at) = (key.get_ref(), key.span().start);
            if let ("fund", DeValue::Table(by_fund)) = (&**name, value.get_ref()) {
                flatten(text, "fund", by_fund, &mut funds).map_err(|(at, message)| error(at, message))?;
                continue;
            }
            if name != "claim" {
                return Err(error(at, refused::no_expectation_key(name)));
            }
            let DeValue::Table(by_claim) = value.get_ref() else {
                return Err(error(at, refused::claim_is_a_table()));
            };
            for (id, paths) in by_claim {
                let mut found = BTreeMap::new();
                let DeValue::Table(paths) = paths.get_ref() else {
                    return Err(error(id.span().start, refused::paths_are_a_table(id.get_ref())));
                };
                flatten(text, "", paths, &mut found).map_err(|(at, message)| error(at, message))?;
                claims.insert(id.get_ref().to_string(), found);
            }
        }
        Ok(Expectations { file: file.to_owned(), claims, funds })
    }

    /// The file's name, as given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// For how many claims anything is expected.
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.funds.is_empty()
    }

    /// How many values are expected.
    pub fn values(&self) -> usize {
        self.claims.values().chain([&self.funds]).map(BTreeMap::len).sum()
    }

    /// Everything in a run (one in [`super::Mode::Explained`]) that is not as expected, in the order of the file.
    pub fn compare(&self, run: &Run) -> Vec<Mismatch> {
        let decisions: BTreeMap<&str, &crate::Decision> = run.decisions.iter().map(|d| (d.claim.as_str(), d)).collect();
        let mut rejects: BTreeMap<&str, Vec<&crate::Reject>> = BTreeMap::new();
        for reject in &run.rejects {
            rejects.entry(reject.claim()).or_default().push(reject);
        }
        let mut mismatches = Vec::new();
        for (claim, expected) in &self.claims {
            let facts = decisions.get(claim.as_str()).map(|d| d.facts());
            let rejects = rejects.get(claim.as_str()).map_or(&[] as &[&crate::Reject], Vec::as_slice);
            for (path, (value, line)) in expected {
                let (found, note) = if path == "rejected" {
                    if rejects.iter().any(|r| r.code().as_str() == value) {
                        continue;
                    }
                    match rejects.first() {
                        Some(reject) => (Some(reject.code().to_string()), reject.as_message().clone()),
                        None if facts.is_some() => (None, refused::was_decided()),
                        None => (None, no_claim(claim, run)),
                    }
                } else {
                    match (&facts, rejects.first()) {
                        (Some(facts), _) => match facts.get(path) {
                            Some(found) if same(found, value) => continue,
                            Some(found) => (Some(found.clone()), Message::default()),
                            None => (None, near_path(path, facts)),
                        },
                        (None, Some(reject)) => (None, refused::was_rejected(reject.code().as_str(), reject.as_message())),
                        (None, None) => (None, no_claim(claim, run)),
                    }
                };
                mismatches.push(Mismatch { line: *line, claim: claim.clone(), path: path.clone(), expected: value.clone(), found, note });
            }
        }
        let accounts: BTreeMap<String, String> = run.summary.fund_accounts.iter().flat_map(FundAccount::facts).collect();
        for (path, (value, line)) in &self.funds {
            let found = accounts.get(path);
            if found.is_some_and(|found| same(found, value)) {
                continue;
            }
            let note = if found.is_none() { near_path(path, &accounts) } else { Message::default() };
            let (path, expected) = (path.clone(), value.clone());
            mismatches.push(Mismatch { line: *line, claim: String::new(), path, expected, found: found.cloned(), note });
        }
        mismatches.sort_by(|a, b| (a.line, &a.claim, &a.path).cmp(&(b.line, &b.claim, &b.path)));
        mismatches
    }
}

fn flatten(text: &str, prefix: &str, table: &DeTable<'_>, out: &mut BTreeMap<String, (String, usize)>) -> Result<(), (usize, Message)> {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        let value_text = match value.get_ref() {
            DeValue::Table(inner) => {
                flatten(text, &path, inner, out)?;
                continue;
            }
            DeValue::String(text) => text.to_string(),
            DeValue::Boolean(value) => value.to_string(),
            // As written: never through a binary float.
            DeValue::Integer(_) | DeValue::Float(_) => text.get(value.span()).unwrap_or_default().to_owned(),
            _ => return Err((value.span().start, refused::figure_is_a_text(&path))),
        };
        out.insert(path, (value_text, place(text, key.span().start).0));
    }
    Ok(())
}

/// Equal as numbers if both are numbers (or both percentages), else as text.
fn same(found: &str, expected: &str) -> bool {
    match (number(found), number(expected)) {
        (Some(found), Some(expected)) => found == expected,
        _ => found == expected,
    }
}

/// Sign, digits before and after the point without needless zeros, and whether it is a percentage.
fn number(text: &str) -> Option<(bool, &str, &str, bool)> {
    let (text, percent) = text.strip_suffix('%').map_or((text, false), |t| (t, true));
    let (text, negative) = text.strip_prefix('-').map_or((text, false), |t| (t, true));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let zero = whole.is_empty() && fraction.is_empty();
    Some((negative && !zero, whole, fraction, percent))
}

fn no_claim(claim: &str, run: &Run) -> Message {
    let known = run.decisions.iter().map(|d| d.claim.as_str()).chain(run.rejects.iter().map(crate::Reject::claim));
    refused::no_such_claim(claim).and(&nearest(claim, known).map(refused::or_near).unwrap_or_default())
}

/// Figures that may have been meant: one that is spelt alike, else those beside it.
fn near_path(path: &str, facts: &BTreeMap<String, String>) -> Message {
    if let Some(near) = nearest(path, facts.keys().map(String::as_str)) {
        return refused::no_figure().and(&refused::or_near(near));
    }
    let mut parent = path;
    while let Some((shorter, _)) = parent.rsplit_once('.') {
        parent = shorter;
        let prefix = format!("{parent}.");
        let beside: Vec<&str> = facts.keys().filter(|k| k.starts_with(&prefix)).take(8).map(String::as_str).collect();
        if !beside.is_empty() {
            return refused::figures_are(&refused::listed(beside));
        }
    }
    refused::no_figure()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_exactly() {
        assert!(same("34790.00", "34790"));
        assert!(same("-0.00", "0"));
        assert!(same("70%", "70.0%"));
        assert!(same("29743.675", "029743.6750"));
        assert!(!same("70%", "70"));
        assert!(!same("0.3", "0.30000000000000004"));
        assert!(!same("1e3", "1000"));
        assert!(same("true", "true") && !same("true", "false"));
    }

    #[test]
    fn numbers_are_read_as_written() {
        let expected = Expectations::parse("expect.toml", "[claim.c1]\na.b = 9007199254740993.11\n\"c.d\" = 5").unwrap();
        let values: Vec<_> = expected.claims["c1"].iter().map(|(k, (v, line))| (k.as_str(), v.as_str(), *line)).collect();
        assert_eq!(values, [("a.b", "9007199254740993.11", 2), ("c.d", "5", 3)]);
    }

    #[test]
    fn errors_name_their_place() {
        let error = |text| Expectations::parse("expect.toml", text).unwrap_err().to_string();
        assert_eq!(error("\n[claims.c1]\n"), "expect.toml:2:2: expectations have no key `claims`; they are tables `[claim.ID]`");
        assert_eq!(error("[claim]\nc1 = 3"), "expect.toml:2:1: what is expected of claim `c1` must be a table of paths");
        assert_eq!(error("[claim.c1]\npaid = [1]"), "expect.toml:2:8: `paid` must be a text such as \"34790.00\"");
        assert!(error("[claim.c1\n").starts_with("expect.toml:1:10: "), "{}", error("[claim.c1\n"));
    }
}
