//! `medaid check --explain`: the page about a code, or the list of all.

use std::io::Write;

use medaid::Code;
use medaid::diagnostic::{Severity, nearest};
use serde::Serialize;

use crate::screen::{Failure, Screen};
use crate::{Format, Verdict};

#[derive(Serialize)]
struct Row {
    code: &'static str,
    name: &'static str,
    severity: Severity,
    title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<&'static str>,
}

pub(crate) fn run(asked: Option<&str>, screen: &mut Screen) -> Result<Verdict, Failure> {
    let codes = match asked {
        None => Code::ALL.to_vec(),
        Some(text) => vec![find(text, screen)?],
    };
    let language = screen.language;
    match screen.format {
        Format::Table => {
            for code in codes {
                let page = code.page(language);
                if asked.is_some() {
                    write!(screen.out(), "{page}")?;
                } else {
                    let severity = code.severity().word(language);
                    writeln!(screen.out(), "{code}  {severity:<7}  {:<20}  {}", code.name(), page.title())?;
                }
            }
        }
        Format::Json => {
            let rows: Vec<Row> = codes.into_iter().map(|code| row(code, asked.is_some(), screen)).collect();
            screen.json(&rows)?;
        }
        Format::Csv => {
            let rows = codes.into_iter().map(|code| {
                let page = code.page(language);
                [code.as_str(), code.name(), code.severity().as_str(), page.title()].map(str::to_owned)
            });
            screen.csv(["code", "name", "severity", "title"], rows)?;
        }
    }
    Ok(Verdict::Fine)
}

fn row(code: Code, whole: bool, screen: &Screen) -> Row {
    let page = code.page(screen.language);
    let shown = |text| whole.then_some(text);
    Row {
        code: code.as_str(),
        name: code.name(),
        severity: code.severity(),
        title: page.title(),
        text: shown(page.text()),
        wrong: shown(page.wrong()),
        right: shown(page.right()),
    }
}

fn find(text: &str, screen: &Screen) -> Result<Code, Failure> {
    Code::find(text).ok_or_else(|| {
        // One digit away there are many codes, of which none is likelier than another.
        let near = nearest(&text.to_lowercase(), Code::ALL.iter().map(|c| c.name()));
        Failure::Message(screen.words.no_code(text, near))
    })
}
