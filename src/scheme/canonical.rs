//! The canonical form of a rule file: the same for texts that differ only in layout, comments and the order of keys.

use sha2::{Digest as _, Sha256};
use toml::de::{DeTable, DeValue};

/// The digest of a rule file's canonical form.
pub(super) fn digest(document: &DeTable<'_>) -> [u8; 32] {
    let mut canonical = String::new();
    write_table(document, &mut canonical);
    Sha256::digest(canonical.as_bytes()).into()
}

fn write_table(table: &DeTable<'_>, out: &mut String) {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by(|a, b| a.0.get_ref().cmp(b.0.get_ref()));
    out.push('{');
    for (key, value) in entries {
        write_text(key.get_ref(), out);
        out.push(':');
        write_value(value.get_ref(), key.get_ref() == "covers", out);
        out.push(',');
    }
    out.push('}');
}

fn write_value(value: &DeValue<'_>, ordered: bool, out: &mut String) {
    match value {
        DeValue::String(text) => write_text(text, out),
        DeValue::Integer(number) => out.push_str(&number.to_string()),
        DeValue::Float(number) => out.push_str(&number.to_string()),
        DeValue::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        DeValue::Datetime(date) => out.push_str(&date.to_string()),
        DeValue::Array(items) => {
            out.push('[');
            for item in items.iter() {
                write_value(item.get_ref(), false, out);
                out.push(',');
            }
            out.push(']');
        }
        // The order in which portions are covered is the order in which they are written: it belongs to the form.
        DeValue::Table(table) if ordered => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            out.push('(');
            for (key, value) in entries {
                write_text(key.get_ref(), out);
                out.push(':');
                write_value(value.get_ref(), false, out);
                out.push(',');
            }
            out.push(')');
        }
        DeValue::Table(table) => write_table(table, out),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&text.len().to_string());
    out.push('\'');
    out.push_str(text);
}
