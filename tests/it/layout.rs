//! `medaid fmt`: a text that is laid out stays as it is, says the same, and has lost no comment.

use std::path::Path;

use medaid::{Code, Language, Scheme, lay_out};

use crate::model;
use crate::model::generate::Wish;
use crate::schema::{json_of, rule_files};

/// The comments of a text, in their order. Texts over several lines are not looked for.
fn comments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut quote = None;
        let mut escaped = false;
        for (at, c) in line.char_indices() {
            match quote {
                Some('"') if escaped => escaped = false,
                Some('"') if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if c == '"' || c == '\'' => quote = Some(c),
                None if c == '#' => {
                    found.push(line[at..].trim_end());
                    break;
                }
                None => {}
            }
        }
    }
    found
}

/// What a text says, and what its findings are: the order of covered portions shows in the plan's digest.
fn meaning(text: &str) -> (serde_json::Value, Option<String>) {
    let scheme = Scheme::parse("s.toml", text).ok();
    (json_of(text), scheme.map(|s| format!("{:?}", medaid::Plan::compile(&s).unwrap().digest())))
}

fn check(text: &str) -> String {
    let once = lay_out("s.toml", text).unwrap();
    assert_eq!(lay_out("s.toml", &once).unwrap(), once, "not laid out for good: {text}");
    assert_eq!(meaning(&once), meaning(text), "{text}\n---\n{once}");
    assert_eq!(comments(&once), comments(text), "{text}\n---\n{once}");
    assert!(!once.contains("\n\n\n") && !once.contains(" \n") && !once.contains('\t'), "{once}");
    once
}

/// A stream of numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn of(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// The text with other space about its tokens, and comments where there may be any.
fn disturbed(text: &str, seed: u64) -> String {
    let mut chance = Chance(seed);
    let mut out = String::new();
    let mut depth = Vec::new();
    let mut rest = text.chars().peekable();
    let mut number = 0;
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                out.push(c);
                let mut escaped = false;
                for inner in rest.by_ref() {
                    out.push(inner);
                    if inner == '"' && !escaped {
                        break;
                    }
                    escaped = inner == '\\' && !escaped;
                }
            }
            '#' => {
                out.push(c);
                while let Some(inner) = rest.next_if(|c| *c != '\n') {
                    out.push(inner);
                }
            }
            '[' | '{' => {
                let of_header =
                    c == '[' && out.lines().last().is_none_or(|l| out.ends_with('\n') || l.trim().is_empty() || l.trim() == "[");
                if !of_header || !depth.is_empty() {
                    depth.push(c);
                }
                out.push(c);
            }
            ']' | '}' => {
                depth.pop();
                out.push(c);
            }
            ' ' => (0..chance.of(4)).for_each(|_| out.push(' ')),
            '=' => {
                (0..chance.of(3)).for_each(|_| out.push(' '));
                out.push('=');
            }
            ',' => {
                out.push(',');
                // Inside of a list there may be comments and breaks.
                if depth.last() == Some(&'[') && chance.of(8) == 0 {
                    number += 1;
                    match chance.of(3) {
                        0 => out.push_str(&format!(" # note {number}\n")),
                        1 => out.push_str(&format!("\n\n   # note {number}\n\n\n# and more\n")),
                        _ => out.push('\n'),
                    }
                }
            }
            '\n' => {
                if depth.is_empty() && chance.of(6) == 0 {
                    number += 1;
                    out.push_str(&format!("  # end {number}"));
                }
                out.push('\n');
                if depth.is_empty() && chance.of(6) == 0 {
                    out.push_str(&"\n".repeat(chance.of(4) as usize));
                    number += 1;
                    out.push_str(&format!("\t# line {number}\n"));
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn known_files() -> Vec<String> {
    let mut files = Vec::new();
    rule_files(Path::new("fixtures"), &mut files);
    rule_files(Path::new("tests/it/schemes"), &mut files);
    files.extend(Code::ALL.iter().map(|code| code.page(Language::En).right_scheme()));
    files
}

#[test]
fn every_rule_file_keeps_its_meaning_and_comments() {
    for text in known_files() {
        check(&text);
    }
}

#[test]
fn examples_are_laid_out() {
    for text in
        [include_str!("schemes/small.toml").to_owned()].into_iter().chain(Code::ALL.iter().map(|c| c.page(Language::En).right_scheme()))
    {
        assert_eq!(check(&text), text);
    }
}

#[test]
fn disturbed_files_come_out_alike() {
    let mut notes = 0;
    for text in known_files() {
        for seed in 1..=5 {
            let other = disturbed(&text, seed);
            notes += ["# note", "# end", "# line"].iter().map(|n| other.matches(n).count()).filter(|n| *n > 0).count();
            if Scheme::parse("s.toml", &other).is_err_and(|found| found.findings().iter().any(|f| f.code() == Code::Syntax)) {
                panic!("the test makes bad TOML: {other}");
            }
            check(&other);
        }
    }
    assert!(notes > 500, "the test has put in comments of each kind into few files only: {notes}");
}

#[test]
fn generated_schemes_keep_their_meaning() {
    for seed in 1..=300 {
        let scheme = model::generate::history(seed, Wish::Any, &mut model::coverage::Coverage::default()).scheme;
        let text = model::toml::rule_file(&scheme);
        check(&text);
        check(&disturbed(&text, seed));
    }
}

#[test]
fn what_it_does() {
    let messy = include_str!("schemes/messy.toml");
    insta::assert_snapshot!(check(messy));
}

#[test]
fn lines_may_end_in_crlf() {
    let text = include_str!("schemes/messy.toml");
    let plain = check(text);
    assert_eq!(lay_out("s.toml", &format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap(), plain);
}

/// Huge and deep files take no longer than they are long.
#[test]
fn hostile_files() {
    let words = format!("a = [{}]\n", "\"word\", ".repeat(200_000));
    // The indent, and 17 words of eight characters with comma and space, but for the last space: one word more would be beyond 140.
    assert_eq!(check(&words).lines().map(str::len).max(), Some(2 + 17 * 8 - 1));
    let entries = format!("a = {{ {} }}\n", (0..20_000).map(|i| format!("k{i} = 1")).collect::<Vec<_>>().join(", "));
    assert_eq!(lay_out("s.toml", &entries).unwrap(), entries);
    let tables = "[[layer]]\n".repeat(50_000);
    assert_eq!(lay_out("s.toml", &tables).unwrap().lines().count(), 99_999);
    let long = "x".repeat(200);
    let deep = format!("a = {}\"{long}\"{}\n", "[[\n".repeat(38), "]]".repeat(38));
    lay_out("s.toml", &deep).unwrap();
    let deep = format!("a = {}\"{long}\"{}\n", "[{ b = [\n{ c = ".repeat(18), "}]}]".repeat(18));
    lay_out("s.toml", &deep).unwrap();
    let deep = format!("a = {}\"{long}\"{}\n", "[".repeat(76), "]".repeat(76));
    lay_out("s.toml", &deep).unwrap();
}

#[test]
fn what_is_not_toml_is_refused() {
    let found = lay_out("s.toml", "a = [\nb = 1\n").unwrap_err();
    assert!(found.findings().iter().all(|f| f.code() == Code::Syntax) && !found.findings().is_empty(), "{found}");
    assert_eq!(lay_out("s.toml", "").unwrap(), "");
    assert_eq!(lay_out("s.toml", "\n\n# a word\n\n").unwrap(), "# a word\n");
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(lay_out("s.toml", &deep).is_err());
}
