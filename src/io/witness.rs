//! Witnesses of findings as scenario folders: what `medaid run`, `medaid test` and `medaid explain` take.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::{Error, ErrorKind};
use super::output::OutputFolder;
use crate::check::{Finding, Report, Witness};
use crate::decision::{Decision, Language};
use crate::diagnostic::refused;
use crate::plan::Plan;
use crate::scheme::Scheme;

/// Writes the witness of every finding as a scenario folder below a new folder, or an empty one: `FOLDER/SCHEME/NUMBER-CODE-NAME`. All of them are
/// written, or none. Where all whom the scheme insures share anything, each person of a witness has a folder of their own. Gives the scenario folders.
///
/// Each has a copy of the scheme, persons, claims, what they come to, and a note that says what to look at.
///
/// # Errors
/// If the folder is not empty, or cannot be written.
pub fn write_witnesses(folder: impl AsRef<Path>, checked: &[(Scheme, Report)]) -> Result<Vec<PathBuf>, Error> {
    let folder = folder.as_ref();
    let shown = folder.display().to_string();
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        return Err(Error::new(ErrorKind::NotEmpty, &shown, refused::folder_not_empty()));
    }
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent).map_err(|e| Error::io(&shown, refused::cannot_be_made_a_folder, e))?;
    let part = parent.join(format!(".{name}.{}.part", std::process::id()));
    // What a run that was broken off has left behind is nobody's result.
    let _ = fs::remove_dir_all(&part);
    let written = write_all(&part, checked);
    let done = written.and_then(|written| {
        fs::create_dir_all(&part).map_err(|e| Error::io(&shown, refused::cannot_be_written, e))?;
        // An empty folder gives way; on systems where it does not by itself, by hand.
        let _ = fs::remove_dir(folder);
        fs::rename(&part, folder).map_err(|e| Error::io(&shown, refused::cannot_be_written, e))?;
        Ok(written.into_iter().map(|path| folder.join(path)).collect())
    });
    if done.is_err() {
        let _ = fs::remove_dir_all(&part);
    }
    done
}

fn write_all(part: &Path, checked: &[(Scheme, Report)]) -> Result<Vec<PathBuf>, Error> {
    let mut written = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for (scheme, report) in checked {
        let Ok(plan) = Plan::compile(scheme) else { continue };
        let same = taken.iter().filter(|id| *id == scheme.id()).count();
        taken.push(scheme.id().to_owned());
        let of_scheme = if same == 0 { scheme.id().to_owned() } else { format!("{}-{}", scheme.id(), same.saturating_add(1)) };
        let shown = report.findings().iter().filter_map(|f| f.shown_by().map(|w| (f, w)));
        for (number, (finding, witness)) in shown.enumerate() {
            let folder = format!("{:02}-{}-{}", number.saturating_add(1), finding.code(), finding.code().name());
            let scenarios = witness.scenarios(&plan);
            for (of_person, scenario) in scenarios.iter().enumerate() {
                let folder = if scenarios.len() == 1 { folder.clone() } else { format!("{folder}-{}", of_person.saturating_add(1)) };
                let path = Path::new(&of_scheme).join(folder);
                write(&part.join(&path), scheme, &plan, finding, scenario)?;
                written.push(path);
            }
        }
    }
    Ok(written)
}

fn write(path: &Path, scheme: &Scheme, plan: &Plan, finding: &Finding, witness: &Witness) -> Result<(), Error> {
    let shown = path.display().to_string();
    let failed = |message: String| Error::new(ErrorKind::WrongFiles, &shown, message);
    let decisions = witness.decisions(plan).map_err(|reject| failed(reject.to_string()))?;
    let json = |value: Result<String, serde_json::Error>| value.map(|text| text + "\n").map_err(|e| failed(e.to_string()));
    let files = [
        ("scheme.toml", scheme.text().to_owned()),
        ("people.json", json(serde_json::to_string_pretty(witness.people()))?),
        ("claims.json", json(serde_json::to_string_pretty(witness.claims()))?),
        ("expect.toml", expectations(&decisions)),
        ("NOTE.md", note(finding, witness)),
    ];
    let folder = OutputFolder::create(path, false)?;
    let mut out = Vec::new();
    for (name, text) in files {
        let mut file = folder.file(name)?;
        file.write_all(text.as_bytes()).map_err(|e| file.error(e))?;
        out.push(file);
    }
    folder.complete(out)
}

/// What the claims come to, as `medaid` settles them today.
fn expectations(decisions: &[Decision]) -> String {
    let mut text = String::from("# As medaid settles these claims: what the rules say, not what they should say.\n");
    for decision in decisions {
        let facts = decision.facts();
        let _ = write!(text, "\n[claim.{}]\n", decision.claim);
        let mut paths = vec!["paid".to_owned(), "beside".to_owned(), "out_of_pocket.total".to_owned()];
        for layer in &decision.layers {
            let id = &layer.layer.id;
            paths.push(format!("{id}.paid"));
            for benefit in &layer.benefits {
                paths.extend(["fired", "failed", "paid"].map(|key| format!("{id}.{}.{key}", benefit.benefit.id)));
            }
        }
        for path in paths {
            if let Some(value) = facts.get(&path) {
                let _ = writeln!(text, "{path} = \"{value}\"");
            }
        }
    }
    text
}

fn note(finding: &Finding, witness: &Witness) -> String {
    let mut text = format!("# {} {}\n", finding.code(), finding.code().name());
    for language in [Language::Zh, Language::En] {
        let _ = write!(text, "\n{}\n", finding.message(language));
        if let Some(help) = finding.help_text(language) {
            let _ = write!(text, "\n{help}\n");
        }
        let shows = witness.shows(language);
        if !shows.is_empty() {
            let _ = write!(text, "\n{shows}\n");
        }
    }
    text
}
