//! The pages about codes: what a finding means, why it matters, a wrong and a right example. One file for each code, in `docs/codes`.

use std::fmt;

use crate::decision::Language;
use crate::diagnostic::Code;

/// What stands before the examples that are not whole files.
const FRAME: &str = include_str!("../../docs/codes/frame.toml");

/// A page about a code. [`fmt::Display`] prints it as Markdown.
///
/// ```
/// use medaid::{Code, Language, Scheme};
/// let page = Code::TableGap.page(Language::Zh);
/// assert_eq!(page.title(), "决策表有遗漏");
/// assert!(Scheme::parse("wrong.toml", &page.wrong_scheme()).is_err());
/// assert!(Scheme::parse("right.toml", &page.right_scheme()).is_ok());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Page {
    code: Code,
    language: Language,
    title: &'static str,
    text: &'static str,
    wrong: &'static str,
    right: &'static str,
}

impl Page {
    /// Takes a page's file apart: a title in both languages, the English text, then the sections 中文, Wrong and Right.
    pub(super) fn read(code: Code, file: &'static str, language: Language) -> Page {
        let (head, rest) = file.split_once("\n\n").unwrap_or((file, ""));
        let (en_title, zh_title) = head.split_once(": ").map_or(("", ""), |(_, t)| t.split_once(" / ").unwrap_or((t, t)));
        let mut sections = rest.split("\n## ");
        let en = sections.next().unwrap_or("").trim();
        let mut section = || sections.next().and_then(|s| s.split_once('\n')).map_or("", |(_, body)| body.trim());
        let (zh, wrong, right) = (section(), section(), section());
        let (title, text) = match language {
            Language::En => (en_title, en),
            Language::Zh => (zh_title, zh),
        };
        Page { code, language, title, text, wrong: example(wrong), right: example(right) }
    }

    /// The kind of finding in a few words.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What it means and why it matters, in Markdown.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// The wrong example, as it is shown.
    pub fn wrong(&self) -> &'static str {
        self.wrong
    }

    /// The right example, as it is shown.
    pub fn right(&self) -> &'static str {
        self.right
    }

    /// The wrong example as a complete rule file.
    pub fn wrong_scheme(&self) -> String {
        whole(self.wrong)
    }

    /// The right example as a complete rule file.
    pub fn right_scheme(&self) -> String {
        whole(self.right)
    }
}

fn example(section: &'static str) -> &'static str {
    section.trim_start_matches("```toml").trim_end_matches("```").trim_matches('\n')
}

/// An example that is not a whole file goes on where the frame ends.
fn whole(example: &str) -> String {
    let is_whole = example.lines().any(|line| line.starts_with("format ="));
    if is_whole { format!("{example}\n") } else { format!("{FRAME}{example}\n") }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wrong, right) = match self.language {
            Language::En => ("Wrong", "Right"),
            Language::Zh => ("错误示例", "正确示例"),
        };
        let severity = self.code.severity().word(self.language);
        writeln!(f, "# {} `{}` ({severity}): {}\n", self.code, self.code.name(), self.title)?;
        writeln!(f, "{}\n", self.text)?;
        writeln!(f, "## {wrong}\n\n```toml\n{}\n```\n", self.wrong)?;
        writeln!(f, "## {right}\n\n```toml\n{}\n```", self.right)
    }
}
