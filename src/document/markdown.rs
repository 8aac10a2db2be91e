//! A document as Markdown (CommonMark with tables).

use super::block::{Block, Line, Span, Table};
use super::chart::Chart;

pub(super) fn page(blocks: &[Block], charts: &[Chart], address: &dyn Fn(usize) -> Option<String>) -> String {
    let mut out = String::new();
    for block in blocks {
        let text = match block {
            Block::Heading { level, text } => format!("{} {}", "#".repeat(usize::from(*level)), line(text)),
            Block::Warning(text) => format!("> **⚠ {}**", line(text)),
            Block::Text(text) => line(text),
            Block::Source(text) => format!("_{}_", line(text)),
            Block::Items(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|(name, value)| format!("- **{}**: {}", line(name), line(value)).trim_end_matches([':', ' ']).to_owned())
                    .collect();
                items.join("\n")
            }
            Block::List(items) => items.iter().map(|item| format!("- {}", line(item))).collect::<Vec<_>>().join("\n"),
            Block::Table(table) => self::table(table),
            Block::Chart(index) => match (charts.get(*index), address(*index)) {
                (Some(chart), Some(address)) => format!("![{}]({address})", escape(chart.alternative())),
                _ => continue,
            },
        };
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&text);
        out.push('\n');
    }
    out
}

fn table(table: &Table) -> String {
    let row = |cells: &[Line]| format!("| {} |", cells.iter().map(line).collect::<Vec<_>>().join(" | "));
    let rule = table.numbers.iter().map(|number| if *number { "---:" } else { "---" }).collect::<Vec<_>>().join(" | ");
    let mut lines = Vec::new();
    if !table.caption.is_empty() {
        lines.push(line(&table.caption));
        lines.push(String::new());
    }
    lines.push(row(&table.head));
    lines.push(format!("| {rule} |"));
    lines.extend(table.rows.iter().map(|cells| row(cells)));
    lines.join("\n")
}

fn line(line: &Line) -> String {
    let spans = line.0.iter().map(|span| match span {
        Span::Plain(text) => escape(text),
        Span::Strong(text) => format!("**{}**", escape(text)),
        // In a table even code may not hold a bar, and a backtick would end it.
        Span::Code(text) if text.contains(['`', '|', '\n', '\\']) || text.trim().is_empty() => escape(text),
        Span::Code(text) => format!("`{text}`"),
    });
    spans.collect()
}

/// Text that means nothing but itself.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_nothing_but_itself() {
        assert_eq!(escape("a*b_[c](d) <e> |"), "a\\*b\\_\\[c\\](d) &lt;e&gt; \\|");
        assert_eq!(line(&Line::code("a`b|c")), "a\\`b\\|c");
        assert_eq!(line(&Line::code("a_b")), "`a_b`");
    }
}
