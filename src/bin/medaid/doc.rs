//! `medaid doc`.

use std::io::Write;
use std::path::{Path, PathBuf};

use medaid::diagnostic::nearest;
use medaid::document::{Document, Sample};
use medaid::io::{OutputFolder, Source, read_people, read_scheme};
use medaid::{Money, Plan};

use crate::screen::{Failure, Screen};
use crate::{AnyFormat, Verdict};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rule file
    #[arg(value_name = "SCHEME")]
    scheme: PathBuf,
    /// Writes to this file; its ending, .html or .md, says in which form
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A file of persons, CSV or JSON
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// The id of a person to draw a chart for; may be given several times
    #[arg(long, value_name = "ID", requires = "people")]
    person: Vec<String>,
    /// Sets what the rules ask about: an attribute, `age`, `rule_date`, or `portion`, to which the whole bill belongs; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    with: Vec<(String, String)>,
    /// The largest bill of the charts
    #[arg(long, value_name = "AMOUNT")]
    bill: Option<Money>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub(crate) fn run(args: &Args, format: AnyFormat, screen: &mut Screen) -> Result<Verdict, Failure> {
    let scheme = read_scheme(&args.scheme)?;
    let plan = Plan::compile(&scheme).map_err(|findings| Failure::Schemes(vec![findings]))?;
    let samples = match &args.people {
        None => Sample::defaults(&plan, &args.with)?,
        Some(path) => {
            let people = read_people(&Source::open(path)?)?;
            let mut samples = Vec::new();
            let everybody: Vec<String> = people.iter().map(|p| p.id.clone()).collect();
            for id in if args.person.is_empty() { &everybody } else { &args.person } {
                let person = people.get(id).ok_or_else(|| {
                    let near = nearest(id, everybody.iter().map(String::as_str));
                    Failure::Message(screen.words.no_person(id, near))
                })?;
                samples.push(Sample::of_person(&plan, person, &args.with)?);
            }
            samples
        }
    };
    let document = Document::new(&scheme, &plan, &samples, args.bill, screen.language)?;
    let html = match (format, &args.out) {
        (AnyFormat::Html, _) => true,
        (AnyFormat::Table, Some(path)) => path.extension().is_some_and(|e| e == "html" || e == "htm"),
        (AnyFormat::Json | AnyFormat::Csv, _) => return Err(Failure::Message(screen.words.documents_are().to_owned())),
        _ => false,
    };
    match &args.out {
        None => {
            let text = if html { document.html() } else { document.markdown(|_| None) };
            screen.out().write_all(text.as_bytes())?;
        }
        Some(path) => write(&document, html, path, screen)?,
    }
    Ok(Verdict::Fine)
}

/// Writes the document and, beside Markdown, its charts: all of them, or none.
fn write(document: &Document, html: bool, path: &Path, screen: &mut Screen) -> Result<(), Failure> {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return Err(Failure::Message(format!("{}: {}", path.display(), screen.words.no_file_name())));
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = OutputFolder::create(folder, true)?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let chart = |index: usize| format!("{stem}-{}.svg", index.saturating_add(1));
    let mut texts = vec![(name.to_owned(), if html { document.html() } else { document.markdown(|index| Some(address(&chart(index)))) })];
    if !html {
        texts.extend(document.charts().iter().enumerate().map(|(index, picture)| (chart(index), picture.svg().to_owned())));
    }
    let mut files = Vec::new();
    for (name, text) in &texts {
        let mut file = folder.file(name)?;
        file.write_all(text.as_bytes()).map_err(|e| file.error(e))?;
        files.push(file);
    }
    folder.complete(files)?;
    let charts = texts.len().saturating_sub(1);
    let written = screen.words.document_written(&path.display().to_string(), charts);
    screen.say(medaid::report::clean(&written));
    Ok(())
}

/// A file's name as an address in Markdown.
fn address(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
