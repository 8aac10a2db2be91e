//! Walking the tables of a rule file: every key asked for is noted, so that the others can be named as unknown.

use std::cell::RefCell;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::decision::Language;
use crate::diagnostic::message::Form;
use crate::diagnostic::{Code, Diagnostic, Message, catalogue as say};
use crate::scheme::grammar::{self, Section};
use crate::scheme::syntax::{At, Name, Parts, Place};

/// More findings than anybody reads; a hostile file could ask for millions.
const FINDINGS_LIMIT: usize = 1_000;

/// Where findings are gathered.
#[derive(Default)]
pub(super) struct Findings(RefCell<Vec<Diagnostic>>);

impl Findings {
    pub(super) fn report(&self, finding: Diagnostic) {
        let mut findings = self.0.borrow_mut();
        if findings.len() < FINDINGS_LIMIT {
            findings.push(finding);
        }
    }

    pub(super) fn into_inner(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// One `key = value`.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) findings: &'a Findings,
    pub(super) text: &'a str,
    key: &'a str,
    key_place: Place,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    pub(super) place: Place,
}

/// The entries of one table, in the order in which they are written.
pub(super) struct Keys<'a> {
    pub(super) findings: &'a Findings,
    entries: Vec<Entry<'a>>,
    asked: RefCell<Vec<&'static str>>,
    pub(super) place: Place,
    section: &'static Section,
}

impl<'a> Keys<'a> {
    pub(super) fn new(findings: &'a Findings, text: &'a str, table: &'a DeTable<'a>, place: Place, section: &'static Section) -> Keys<'a> {
        let mut entries: Vec<Entry<'a>> = table
            .iter()
            .map(|(key, value)| {
                let span = value.span();
                // A table made by a dotted key has no place of its own.
                let place = if span.is_empty() { key.span() } else { span };
                Entry { findings, text, key: key.get_ref(), key_place: key.span(), value, place }
            })
            .collect();
        entries.sort_by_key(|e| (e.key_place.start, e.key_place.end));
        let place = match entries.first() {
            Some(first) if place.is_empty() => first.key_place.clone(),
            _ => place,
        };
        Keys { findings, entries, asked: RefCell::default(), place, section }
    }

    pub(super) fn optional(&self, key: &'static str) -> Option<Entry<'a>> {
        debug_assert!(self.section.key(key).is_some(), "{} has no key {key} in the grammar", self.section.en);
        self.asked.borrow_mut().push(key);
        self.entries.iter().find(|e| e.key == key).cloned()
    }

    pub(super) fn required(&self, key: &'static str) -> Option<Entry<'a>> {
        let found = self.optional(key);
        if found.is_none() {
            self.report_missing(key, say::needs_key(self.section, key));
        }
        found
    }

    pub(super) fn report_missing(&self, key: &'static str, message: Message) {
        self.asked.borrow_mut().push(key);
        self.findings.report(Diagnostic::new(Code::MissingKey, self.place.clone(), message));
    }

    /// Reports a problem with the value of a key.
    pub(super) fn problem(&self, code: Code, key: &'static str, message: Message) {
        let place = self.optional(key).map_or_else(|| self.place.clone(), |e| e.place);
        self.findings.report(Diagnostic::new(code, place, message));
    }

    /// Every entry, for tables whose keys the author makes up.
    pub(super) fn every(&self) -> impl Iterator<Item = Entry<'a>> + use<'a, '_> {
        self.entries.iter().cloned()
    }

    /// The entries that nobody has asked for, for tables in which made-up keys stand beside known ones.
    pub(super) fn others(&self) -> Vec<Entry<'a>> {
        let asked = self.asked.borrow();
        self.entries.iter().filter(|e| !asked.contains(&e.key)).cloned().collect()
    }

    /// Reports the keys that nobody has asked for.
    pub(super) fn finish(&self) {
        for entry in self.others() {
            let mut known: Vec<&str> = self.section.all_keys().map(|k| k.name).collect();
            known.sort_unstable();
            let message = say::no_key(self.section, entry.key);
            let mut finding = Diagnostic::new(Code::UnknownKey, entry.key_place, message).suggest(entry.key, known.iter().copied());
            if finding.help_text(Language::En).is_none() {
                finding = finding.help(say::its_keys(&known.join(", ")));
            }
            self.findings.report(finding);
        }
    }

    pub(super) fn name(&self, key: &'static str) -> Option<Name> {
        self.required(key)?.name()
    }

    /// The value of a key that takes one of a few words.
    pub(super) fn word<T: Clone>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        debug_assert!(
            matches!(self.section.key(key).map(|k| k.form), Some(grammar::Form::Word(known)) if known.iter().eq(words.iter().map(|(word, _)| word))),
            "the words of {key} differ in the grammar of {}",
            self.section.en
        );
        let text = self.optional(key)?.text()?;
        let found = words.iter().find(|(word, _)| *word == text.value).map(|(_, value)| value.clone());
        if found.is_none() {
            self.not_one_of(key, text, words.iter().map(|(word, _)| *word).collect());
        }
        found
    }

    /// Reports a word that is none of those which a key takes.
    fn not_one_of(&self, key: &'static str, found: At<String>, words: Vec<&'static str>) {
        let mut finding =
            Diagnostic::new(Code::BadValue, found.place, say::cannot_be(key, &found.value)).suggest(&found.value, words.iter().copied());
        if finding.help_text(Language::En).is_none() {
            finding = finding.help(say::one_of(&words.join(", ")));
        }
        self.findings.report(finding);
    }

    /// The values of a key that takes some of a few words, each once; nothing without the key, or where none is right.
    pub(super) fn several<T: Copy + PartialEq>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<Vec<T>> {
        let entry = self.optional(key)?;
        let mut found: Vec<T> = Vec::new();
        for name in entry.elements().iter().filter_map(Entry::text) {
            match words.iter().find(|(word, _)| *word == name.value) {
                Some((_, value)) if found.contains(value) => {
                    self.findings.report(Diagnostic::new(Code::DuplicateName, name.place, say::named_twice(&name.value)));
                }
                Some((_, value)) => found.push(*value),
                None => self.not_one_of(key, name, words.iter().map(|(word, _)| *word).collect()),
            }
        }
        if entry.elements().is_empty() {
            entry.report(Code::BadValue, say::names_a_figure());
        }
        (!found.is_empty()).then_some(found)
    }

    /// The parts of the patient's share that a key names: one or several, each once. Without the key, all.
    pub(super) fn parts(&self, key: &'static str) -> Parts {
        let Some(entry) = self.optional(key) else { return Parts::ALL };
        let mut parts: Option<Parts> = None;
        for name in entry.elements().iter().filter_map(Entry::text) {
            let Some((_, part)) = Parts::NAMES.into_iter().find(|(word, _)| *word == name.value) else {
                self.not_one_of(key, name, Parts::NAMES.map(|(word, _)| word).to_vec());
                continue;
            };
            match parts.map_or(Some(part), |parts| parts.with(part)) {
                Some(more) => parts = Some(more),
                None => self.findings.report(Diagnostic::new(Code::DuplicateName, name.place, say::named_twice(&name.value))),
            }
        }
        if entry.elements().is_empty() {
            entry.report(Code::BadValue, say::names_a_part());
        }
        parts.unwrap_or(Parts::ALL)
    }

    /// The tables under a key: `[[key]]`, a list of tables, or a single one.
    pub(super) fn list<T>(&self, key: &'static str, section: &'static Section, read: fn(Keys<'a>) -> Option<T>) -> Vec<T> {
        let Some(entry) = self.optional(key) else { return Vec::new() };
        entry.elements().into_iter().filter_map(|e| e.table(section)).filter_map(read).collect()
    }
}

impl<'a> Entry<'a> {
    fn wrong(&self, wanted: Form) {
        let found = match self.value.get_ref() {
            DeValue::String(_) => Form::Text,
            DeValue::Integer(_) | DeValue::Float(_) => Form::Number,
            DeValue::Boolean(_) => Form::YesNo,
            DeValue::Datetime(_) => Form::Date,
            DeValue::Array(_) => Form::List,
            DeValue::Table(_) => Form::Table,
        };
        self.report(Code::WrongForm, say::wrong_form(self.key, wanted, found));
    }

    pub(super) fn report(&self, code: Code, message: Message) {
        self.findings.report(Diagnostic::new(code, self.place.clone(), message));
    }

    pub(super) fn key(&self) -> &'a str {
        self.key
    }

    pub(super) fn key_place(&self) -> Place {
        self.key_place.clone()
    }

    /// The key as a name that the author made up.
    pub(super) fn key_name(&self) -> Option<Name> {
        self.checked_name(self.key, self.key_place.clone())
    }

    /// The elements of a list, or the value itself.
    pub(super) fn elements(&self) -> Vec<Entry<'a>> {
        match self.value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| Entry { value: item, place: item.span(), ..self.clone() }).collect(),
            _ => vec![self.clone()],
        }
    }

    pub(super) fn table(&self, section: &'static Section) -> Option<Keys<'a>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Some(Keys::new(self.findings, self.text, table, self.place.clone(), section)),
            _ => {
                self.wrong(Form::Table);
                None
            }
        }
    }

    pub(super) fn text(&self) -> Option<At<String>> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(At::new(text.clone().into_owned(), self.place.clone())),
            _ => {
                self.wrong(Form::QuotedText);
                None
            }
        }
    }

    /// A word, `true` or `false`, or a number, as text.
    pub(super) fn scalar(&self) -> Option<At<String>> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(At::new(text.clone().into_owned(), self.place.clone())),
            DeValue::Boolean(value) => Some(At::new(value.to_string(), self.place.clone())),
            DeValue::Integer(number) => Some(At::new(number.to_string(), self.place.clone())),
            DeValue::Float(number) => Some(At::new(number.to_string(), self.place.clone())),
            _ => {
                self.wrong(Form::Scalar);
                None
            }
        }
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => {
                self.wrong(Form::YesNo);
                None
            }
        }
    }

    /// The place where the characters of a text begin, if the text is written without escapes.
    pub(super) fn text_start(&self, content: &str) -> Option<usize> {
        let start = self.place.start.checked_add(1)?;
        let written = self.text.get(start..start.checked_add(content.len())?)?;
        (written == content).then_some(start)
    }

    pub(super) fn name(&self) -> Option<Name> {
        let text = self.text()?;
        self.checked_name(&text.value, text.place)
    }

    fn checked_name(&self, name: &str, place: Place) -> Option<Name> {
        let mut bytes = name.bytes();
        let fits = bytes.next().is_some_and(|b| b.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if fits && name.len() <= 64 {
            return Some(At::new(name.to_owned(), place));
        }
        self.findings.report(Diagnostic::new(Code::BadValue, place, say::not_a_name(name)));
        None
    }

    pub(super) fn date(&self) -> Option<At<NaiveDate>> {
        let date = super::date_of(self.value);
        if date.is_none() {
            self.report(Code::BadValue, say::not_a_date(self.key));
        }
        date.map(|d| At::new(d, self.place.clone()))
    }

    /// A number of days, perhaps none.
    pub(super) fn days(&self) -> Option<At<u32>> {
        let number = match self.value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok().filter(|n| *n <= 36_525),
            _ => None,
        };
        if number.is_none() {
            self.report(Code::BadValue, say::no_number_of_days(self.key));
        }
        number.map(|n| At::new(n, self.place.clone()))
    }

    /// A whole number above zero, and small.
    pub(super) fn positive(&self) -> Option<At<u32>> {
        let number = match self.value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok().filter(|n| (1..=1_000_000).contains(n)),
            _ => None,
        };
        if number.is_none() {
            self.report(Code::BadValue, say::not_positive(self.key));
        }
        number.map(|n| At::new(n, self.place.clone()))
    }
}

/// A word or a list of words; `numbers` also takes numbers and true or false, as text.
pub(super) fn word_list(entry: Entry<'_>, numbers: bool) -> Vec<Name> {
    entry.elements().iter().filter_map(|e| if numbers { e.scalar() } else { e.text() }).collect()
}
