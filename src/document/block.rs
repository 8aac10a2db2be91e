//! What a document is made of, whatever it is written in.

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Span {
    Plain(String),
    Strong(String),
    /// A word of the rule file.
    Code(String),
}

/// Text on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Line(pub(super) Vec<Span>);

impl Line {
    pub(super) fn code(text: impl Into<String>) -> Line {
        Line(vec![Span::Code(text.into())])
    }

    pub(super) fn strong(text: impl Into<String>) -> Line {
        Line(vec![Span::Strong(text.into())])
    }

    /// The line with more at its end.
    pub(super) fn and(mut self, more: impl Into<Line>) -> Line {
        self.0.extend(more.into().0);
        self
    }

    /// Lines with something between them.
    pub(super) fn join(lines: impl IntoIterator<Item = Line>, between: &str) -> Line {
        let mut joined = Line::default();
        for (index, line) in lines.into_iter().enumerate() {
            if index > 0 {
                joined = joined.and(between);
            }
            joined = joined.and(line);
        }
        joined
    }

    /// A pattern in which `{}` stands for each of the lines in turn.
    pub(super) fn fill<const N: usize>(pattern: &str, with: [Line; N]) -> Line {
        let mut parts = pattern.split("{}");
        let mut line = Line::from(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(with) {
            line = line.and(value).and(part);
        }
        line
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Line {
        Line(if text.is_empty() { Vec::new() } else { vec![Span::Plain(text.to_owned())] })
    }
}

impl From<String> for Line {
    fn from(text: String) -> Line {
        Line::from(text.as_str())
    }
}

/// A table. The columns in which numbers stand are aligned to the right.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) caption: Line,
    pub(super) head: Vec<Line>,
    pub(super) numbers: Vec<bool>,
    pub(super) rows: Vec<Vec<Line>>,
}

#[derive(Debug, Clone)]
pub(super) enum Block {
    Heading {
        level: u8,
        text: Line,
    },
    /// Something that nobody may miss.
    Warning(Line),
    Text(Line),
    /// Where something comes from.
    Source(Line),
    /// Names and what they are, one by one.
    Items(Vec<(Line, Line)>),
    List(Vec<Line>),
    Table(Table),
    Chart(usize),
}
