//! Summaries for people: tables in Chinese and English.

pub mod journal;
#[doc(hidden)]
pub mod words;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::batch::{LayerSummary, Sum, Summary};
use crate::decision::Language;
use crate::fund::FundAccount;
use words::Words;

/// The summary of a batch as tables.
pub fn summary(summary: &Summary, language: Language) -> String {
    let words = Words(language);
    let mut out = String::new();
    for scheme in &summary.schemes {
        let title = scheme.title.pick(language).unwrap_or(&scheme.id);
        out.push_str(&words.scheme(&clean(title), &clean(&scheme.version), scheme.illustrative));
        out.push('\n');
    }
    if summary.illustrative {
        out.push_str(words.illustrative_note());
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&totals(summary, words));
    out.push_str("\n\n");
    out.push_str(&layers(summary, words));
    out.push('\n');
    if !summary.funds.is_empty() {
        out.push('\n');
        out.push_str(&funds(summary, words));
        out.push('\n');
    }
    if !summary.fund_accounts.is_empty() {
        out.push('\n');
        out.push_str(&accounts(summary, words));
        out.push('\n');
    }
    out
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn right(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn totals(summary: &Summary, words: Words) -> String {
    let mut table = table();
    let mut row = |name: &str, value: String| {
        table.add_row([Cell::new(name), right(value)]);
    };
    row(words.claims(), count(summary.claims));
    row(words.decided(), count(summary.decided));
    row(words.rejected(), count(summary.rejected));
    for (code, number) in &summary.rejects {
        row(&format!("    {}", words.reject(*code)), count(*number));
    }
    if summary.settlements > 0 {
        row(words.settlements(), count(summary.settlements));
    }
    row(words.persons(), count(summary.persons));
    row(words.persons_with_claims(), count(summary.persons_with_claims));
    let money = |name: &str| format!("{name} ({})", summary.currency);
    row(&money(words.billed()), grouped(&summary.billed.to_string()));
    row(&money(words.paid()), grouped(&summary.paid.to_string()));
    if !summary.written_off.is_zero() {
        row(&money(words.written_off()), grouped(&summary.written_off.to_string()));
    }
    row(&money(words.out_of_pocket()), grouped(&summary.out_of_pocket.to_string()));
    if !summary.beside.is_zero() {
        row(&money(words.beside()), grouped(&summary.beside.to_string()));
    }
    row(words.reimbursement(), percent(summary.reimbursement_basis_points));
    trimmed(&table)
}

fn layers(summary: &Summary, words: Words) -> String {
    let with_scheme = summary.layers.iter().any(|l| summary.layers.first().is_some_and(|first| first.scheme != l.scheme));
    let with_beside = summary.layers.iter().any(|l| !l.beside.is_zero());
    let with_premium = summary.layers.iter().any(|l| l.premium.is_some());
    let mut table = table();
    let mut head = Vec::new();
    if with_scheme {
        head.push(Cell::new(words.scheme_head()));
    }
    head.extend([Cell::new(words.layer()), right(words.claims_paid()), right(words.paid())]);
    if with_beside {
        head.push(right(words.beside()));
    }
    if with_premium {
        head.extend([right(words.insured()), right(words.premium()), right(words.claim_ratio())]);
    }
    table.set_header(head);
    for layer in &summary.layers {
        let mut row = Vec::new();
        if with_scheme {
            row.push(Cell::new(&layer.scheme));
        }
        let title = clean(layer.title.pick(words.0).unwrap_or(&layer.layer));
        let title = if layer.write_off { format!("{title} {}", words.is_write_off()) } else { title };
        row.extend([Cell::new(title), right(count(layer.claims)), right(grouped(&layer.paid.to_string()))]);
        if with_beside {
            row.push(right(grouped(&layer.beside.to_string())));
        }
        if with_premium {
            row.extend(premium(layer, words));
        }
        table.add_row(row);
    }
    trimmed(&table)
}

fn funds(summary: &Summary, words: Words) -> String {
    let mut table = table();
    table.set_header(vec![Cell::new(words.fund()), right(words.paid())]);
    for fund in &summary.funds {
        let title = clean(fund.title.pick(words.0).unwrap_or(&fund.fund));
        table.add_row(vec![Cell::new(title), right(grouped(&fund.paid.to_string()))]);
    }
    trimmed(&table)
}

/// The accounts of funds, one below the other, with the figures that are not nothing in all of them.
fn accounts(summary: &Summary, words: Words) -> String {
    type Figure<'f> = (&'f str, Box<dyn Fn(&FundAccount) -> String>);
    let mut figures: Vec<Figure<'_>> = Vec::new();
    let mut sum = |name, value: fn(&FundAccount) -> Sum, always: bool| {
        if always || summary.fund_accounts.iter().any(|account| !value(account).is_zero()) {
            figures.push((name, Box::new(move |account| grouped(&value(account).to_string()))));
        }
    };
    sum(words.opening(), |a| a.opening, false);
    sum(words.donations(), |a| a.donations, false);
    sum(words.premium(), |a| a.premium, false);
    sum(words.premium_paid(), |a| a.premium_paid, false);
    sum(words.paid(), |a| a.payments, true);
    sum(words.reductions(), |a| a.reductions, false);
    sum(words.shared(), |a| a.shared, false);
    sum(words.balance_left(), |a| a.balance, true);
    sum(words.excess(), |a| a.excess, false);
    figures.push((words.persons_helped(), Box::new(|account| count(account.persons))));
    if summary.fund_accounts.iter().any(|a| a.claim_ratio_basis_points.is_some() || a.premiums_unknown > 0) {
        figures.push((
            words.claim_ratio(),
            Box::new(move |account| match account.premiums_unknown {
                0 => percent(account.claim_ratio_basis_points),
                unknown => words.premiums_unknown(unknown),
            }),
        ));
    }
    let mut table = table();
    let head = [Cell::new(words.fund_account()), Cell::new(words.from())];
    table.set_header(head.into_iter().chain(figures.iter().map(|(name, _)| right(name))));
    for account in &summary.fund_accounts {
        let title = clean(account.title.pick(words.0).unwrap_or(&account.fund));
        let from = account.from.map_or_else(String::new, |from| from.to_string());
        table.add_row([Cell::new(title), Cell::new(from)].into_iter().chain(figures.iter().map(|(_, figure)| right(figure(account)))));
    }
    trimmed(&table)
}

fn premium(layer: &LayerSummary, words: Words) -> [Cell; 3] {
    match &layer.premium {
        None => ["", "", ""].map(Cell::new),
        Some(premium) => {
            let ratio = match premium.unknown {
                0 => percent(premium.claim_ratio_basis_points),
                unknown => words.premiums_unknown(unknown),
            };
            [right(count(premium.insured)), right(grouped(&premium.premium.to_string())), right(ratio)]
        }
    }
}

/// The table's lines without the spaces at their ends.
fn trimmed(table: &Table) -> String {
    let text = table.to_string();
    let lines: Vec<&str> = text.lines().map(|l| l.strip_prefix(' ').unwrap_or(l).trim_end()).collect();
    lines.join("\n")
}

/// The summary as rows of `figure`, `scheme`, `layer`, `value`, for machines.
pub fn summary_rows(summary: &Summary) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    let mut row =
        |figure: &str, scheme: &str, layer: &str, value: String| rows.push([figure.to_owned(), scheme.to_owned(), layer.to_owned(), value]);
    row("illustrative", "", "", summary.illustrative.to_string());
    row("currency", "", "", summary.currency.clone());
    row("claims", "", "", summary.claims.to_string());
    row("decided", "", "", summary.decided.to_string());
    row("rejected", "", "", summary.rejected.to_string());
    for (code, number) in &summary.rejects {
        row(&format!("rejected.{code}"), "", "", number.to_string());
    }
    if summary.settlements > 0 {
        row("settlements", "", "", summary.settlements.to_string());
    }
    row("persons", "", "", summary.persons.to_string());
    row("persons_with_claims", "", "", summary.persons_with_claims.to_string());
    row("billed", "", "", summary.billed.to_string());
    row("paid", "", "", summary.paid.to_string());
    row("written_off", "", "", summary.written_off.to_string());
    row("beside", "", "", summary.beside.to_string());
    row("out_of_pocket", "", "", summary.out_of_pocket.to_string());
    if let Some(points) = summary.reimbursement_basis_points {
        row("reimbursement_basis_points", "", "", points.to_string());
    }
    for fund in &summary.funds {
        row(&format!("fund.{}.paid", fund.fund), &fund.scheme, "", fund.paid.to_string());
    }
    for account in &summary.fund_accounts {
        for (figure, value) in account.facts() {
            row(&figure, &account.scheme, "", value);
        }
    }
    for layer in &summary.layers {
        let mut of_layer = |figure: &str, value: String| row(figure, &layer.scheme, &layer.layer, value);
        of_layer("claims", layer.claims.to_string());
        of_layer(if layer.write_off { "written_off" } else { "paid" }, layer.paid.to_string());
        of_layer("beside", layer.beside.to_string());
        if let Some(premium) = &layer.premium {
            of_layer("insured", premium.insured.to_string());
            of_layer("person_years", premium.person_years.to_string());
            of_layer("premium", premium.premium.to_string());
            if premium.unknown > 0 {
                of_layer("premiums_unknown", premium.unknown.to_string());
            }
            if let Some(points) = premium.claim_ratio_basis_points {
                of_layer("claim_ratio_basis_points", points.to_string());
            }
        }
    }
    rows
}

/// Text from outside without control characters, which could steer a terminal: they are shown as escapes.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Marks that turn the direction of writing can make a text look like another one.
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A decimal number with a comma between thousands.
pub(crate) fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let whole = rest.split('.').next().unwrap_or(rest);
    let mut out = String::from(sign);
    for (i, c) in rest.chars().enumerate() {
        let left = whole.len().saturating_sub(i);
        if i > 0 && i < whole.len() && left.is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Hundredths of a percent.
fn percent(basis_points: Option<i128>) -> String {
    match basis_points {
        None => "-".to_owned(),
        Some(points) => {
            let sign = if points < 0 { "-" } else { "" };
            let points = points.unsigned_abs();
            format!("{sign}{}.{:02}%", points / 100, points % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped("1234567.89"), "1,234,567.89");
        assert_eq!(grouped("-123456"), "-123,456");
        assert_eq!(grouped("123.4567"), "123.4567");
        assert_eq!(percent(Some(8_123)), "81.23%");
        assert_eq!(percent(Some(-5)), "-0.05%");
        assert_eq!(percent(None), "-");
    }

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(clean("a\u{1b}[31mb\n\u{202e}甲"), "a\\u{1b}[31mb\\u{a}\\u{202e}甲");
    }
}
