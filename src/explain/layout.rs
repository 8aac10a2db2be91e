//! Laying out plain text: thousands separators, the width of Chinese characters, and columns.

use crate::money::Amount;

/// How many columns of a terminal a character takes: two for Chinese and other wide ones, none for marks that combine with the one before.
const fn char_width(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).fold(0, usize::saturating_add)
}

/// The spaces that fill a text up to a width.
fn fill_up(text: &str, to: usize) -> String {
    " ".repeat(to.saturating_sub(width(text)))
}

/// An amount with thousands separators: `180,000.00`. Digits are grouped, never figured.
pub(super) fn grouped(amount: Amount) -> String {
    group(&amount.to_string())
}

fn group(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (digits, String::new()),
    };
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        let behind = whole.len().saturating_sub(index);
        if index > 0 && behind % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&fraction);
    text
}

/// Text that came in from outside, on one line: control characters and runs of spaces become one space.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A template with `{0}`, `{1}`, ... replaced.
pub(super) fn fill(template: &str, values: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((index, tail)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        out.push_str(index.parse::<usize>().ok().and_then(|i| values.get(i)).copied().unwrap_or_default());
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A label and a text beside it.
pub(super) type Row = (&'static str, String);

/// A page of plain text in the making.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let text = text.trim_end();
        if !text.is_empty() {
            self.0.push_str(&" ".repeat(indent));
            self.0.push_str(text);
        }
        self.0.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Labels in a column, texts beside them. An empty label continues the one before.
    pub(super) fn rows(&mut self, indent: usize, rows: &[Row]) {
        let widest = rows.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
        for (label, text) in rows {
            self.line(indent, &format!("{label}{}  {text}", fill_up(label, widest)));
        }
    }

    /// A table: the first `left` columns to the left, the others to the right.
    pub(super) fn grid(&mut self, indent: usize, left: usize, rows: &[Vec<String>]) {
        let mut widest: Vec<usize> = Vec::new();
        for row in rows {
            widest.resize(widest.len().max(row.len()), 0);
            for (cell, column) in row.iter().zip(&mut widest) {
                *column = width(cell).max(*column);
            }
        }
        for row in rows {
            let mut line = String::new();
            for (index, (cell, column)) in row.iter().zip(&widest).enumerate() {
                if index > 0 {
                    line.push_str("  ");
                }
                let space = fill_up(cell, *column);
                line.push_str(&if index < left { format!("{cell}{space}") } else { format!("{space}{cell}") });
            }
            self.line(indent, &line);
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        for (plain, expected) in [
            ("0.00", "0.00"),
            ("999.00", "999.00"),
            ("1000.00", "1,000.00"),
            ("180000.00", "180,000.00"),
            ("29743.675", "29,743.675"),
            ("-1234567", "-1,234,567"),
            ("-123.4567", "-123.4567"),
            ("9223372036854.775807", "9,223,372,036,854.775807"),
        ] {
            assert_eq!(group(plain), expected);
        }
    }

    #[test]
    fn chinese_is_twice_as_wide() {
        for (text, expected) in
            [("", 0), ("abc", 3), ("起付线", 6), ("a起b", 4), ("（x）", 5), ("×", 1), ("e\u{301}", 1), ("한글", 4), ("𠀀", 2)]
        {
            assert_eq!(width(text), expected, "{text}");
        }
    }

    #[test]
    fn columns_line_up() {
        let mut page = Page::default();
        page.rows(2, &[("起付线", "300.00".to_owned()), ("base", "1.00".to_owned())]);
        page.grid(0, 1, &[vec!["自费".to_owned(), "1.00".to_owned()], vec!["in scope".to_owned(), "1,000.00".to_owned()]]);
        assert_eq!(page.finish(), "  起付线  300.00\n  base    1.00\n自费          1.00\nin scope  1,000.00\n");
    }

    #[test]
    fn foreign_text_stays_on_its_line() {
        assert_eq!(clean(" a\n\tb\u{1b}[31m  c "), "a b [31m c");
    }

    #[test]
    fn templates() {
        assert_eq!(fill("{1} of {0}{2}", &["a", "b"]), "b of a");
        assert_eq!(fill("open {", &[]), "open ");
    }
}
