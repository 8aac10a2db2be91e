//! Rule files: reading and checking them.

mod canonical;
pub(crate) mod expression;
pub(crate) mod grammar;
pub(crate) mod read;
pub(crate) mod schema;
pub(crate) mod syntax;
pub(crate) mod visit;

use crate::diagnostic::{Code, Diagnostics, Severity};
use crate::plan::compile::compile;
use syntax::{Place, Tree};

/// A rule file that was read and found to be without errors.
///
/// ```
/// # let text = include_str!("../tests/it/schemes/small.toml");
/// let scheme = medaid::Scheme::parse("village.toml", text)?;
/// let warning = &scheme.warnings().findings()[0];
/// assert_eq!(warning.message(medaid::Language::En), "no layer pays for `out_of_scope`: the patient bears all of it");
/// assert_eq!(warning.message(medaid::Language::Zh), "没有保障层赔付 `out_of_scope`：全部由患者负担");
///
/// let findings = medaid::Scheme::parse("bad.toml", "format = 1\nlayers = 3").unwrap_err();
/// assert!(findings.to_string().contains("bad.toml:2:1: error[E002]: a rule file has no key `layers` (did you mean `layer`?)"));
/// # Ok::<(), medaid::Diagnostics>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scheme {
    file: String,
    text: SchemeText,
    tree: Tree,
    warnings: Diagnostics,
}

/// The text of a rule file and the digest of what it says.
#[derive(Debug, Clone)]
pub(crate) struct SchemeText {
    pub(crate) text: String,
    pub(crate) digest: [u8; 32],
}

impl SchemeText {
    pub(crate) fn slice(&self, place: &Place) -> &str {
        self.text.get(place.clone()).unwrap_or("")
    }
}

/// The digest of what a text says; nothing if it is not TOML.
#[cfg(feature = "cli")]
pub(crate) fn digest_of(text: &str) -> Option<[u8; 32]> {
    toml::de::DeTable::parse(text).ok().map(|document| canonical::digest(document.get_ref()))
}

impl Scheme {
    /// Reads and checks a rule file; `file` is its name for messages.
    ///
    /// # Errors
    /// All findings at once, warnings included, if any of them is an error.
    pub fn parse(file: &str, text: &str) -> Result<Scheme, Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let read::Read { tree, mut findings, digest } = read::read(text);
        let scheme_text = SchemeText { text: text.to_owned(), digest };
        if let Some(tree) = &tree {
            findings.extend(compile(tree, &scheme_text).1);
        }
        let failed = findings.iter().any(|f| f.severity() == Severity::Error);
        if failed {
            // What is missing because of an error is not unused.
            findings.retain(|f| !matches!(f.code(), Code::Unused | Code::UntouchedPortion));
        }
        let findings = Diagnostics::new(file, text, findings);
        match tree {
            Some(tree) if !failed => Ok(Scheme { file: file.to_owned(), text: scheme_text, tree, warnings: findings }),
            _ => Err(findings),
        }
    }

    /// The findings that are no errors.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The scheme's id.
    pub fn id(&self) -> &str {
        &self.tree.header.id
    }

    /// The file's name, as given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text.text
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn source(&self) -> &SchemeText {
        &self.text
    }
}
