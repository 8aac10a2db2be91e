//! Decisions and rejects as CSV, for spreadsheets.

use std::borrow::Cow;
use std::io::Write;

use crate::batch::PlanBook;
use crate::decision::Decision;
use crate::fund::Movement;
use crate::money::Amount;
use crate::reject::Reject;

/// Writes decisions as rows: one column for each layer and portion of any scheme of a book.
#[derive(Debug)]
pub struct DecisionTable<W: Write> {
    writer: csv::Writer<W>,
    payers: Vec<String>,
    write_offs: Vec<String>,
    funds: Vec<String>,
    portions: Vec<String>,
}

fn io_error(error: csv::Error) -> std::io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    }
}

impl<W: Write> DecisionTable<W> {
    /// Begins a table with its header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(book: &PlanBook, writer: W) -> std::io::Result<DecisionTable<W>> {
        let mut table = DecisionTable {
            writer: csv::Writer::from_writer(writer),
            payers: Vec::new(),
            write_offs: Vec::new(),
            funds: Vec::new(),
            portions: Vec::new(),
        };
        let put = |names: &mut Vec<String>, name: &str| {
            if !names.iter().any(|n| n == name) {
                names.push(name.to_owned());
            }
        };
        for plan in book.plans() {
            for layer in &plan.layers {
                put(if layer.write_off { &mut table.write_offs } else { &mut table.payers }, &layer.name.id);
            }
            for fund in plan.fund_ids() {
                put(&mut table.funds, fund);
            }
            for portion in plan.portion_ids() {
                put(&mut table.portions, portion);
            }
        }
        let mut header: Vec<String> =
            ["claim", "person", "scheme", "version", "illustrative", "rule_date", "currency", "bill", "paid"].map(str::to_owned).to_vec();
        header.extend(table.payers.iter().map(|l| format!("paid.{l}")));
        header.push("written_off".to_owned());
        header.extend(table.write_offs.iter().map(|l| format!("written_off.{l}")));
        header.extend(table.funds.iter().map(|f| format!("fund.{f}")));
        header.extend(["beside", "out_of_pocket"].map(str::to_owned));
        header.extend(table.portions.iter().map(|p| format!("left.{p}")));
        header.push("result_digest".to_owned());
        table.writer.write_record(&header).map_err(io_error)?;
        Ok(table)
    }

    /// Writes a decision.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, decision: &Decision) -> std::io::Result<()> {
        let places = decision.bill.places();
        let zero = Amount::new(crate::Money::ZERO, places);
        let sum = |write_off: bool| {
            let amounts = decision.layers.iter().filter(|l| l.write_off == write_off).map(|l| l.paid);
            amounts.fold(zero, |sum, amount| sum.checked_add(amount).unwrap_or(sum))
        };
        let of_layer = |id: &String| {
            let layer = decision.layers.iter().find(|l| l.layer.id == *id);
            layer.map_or_else(String::new, |l| l.paid.to_string())
        };
        let mut row: Vec<String> = vec![
            cell(&decision.claim).into(),
            cell(&decision.person).into(),
            decision.scheme.id.clone(),
            cell(&decision.scheme.version).into(),
            decision.scheme.illustrative.to_string(),
            decision.rule_date.to_string(),
            decision.scheme.currency.clone(),
            decision.bill.to_string(),
            sum(false).to_string(),
        ];
        row.extend(self.payers.iter().map(of_layer));
        row.push(sum(true).to_string());
        row.extend(self.write_offs.iter().map(of_layer));
        row.extend(self.funds.iter().map(|id| {
            let fund = decision.funds.iter().find(|f| f.fund == *id);
            fund.map_or_else(String::new, |f| f.amount.to_string())
        }));
        let beside = zero.checked_add(decision.beside).unwrap_or(decision.beside);
        row.extend([beside.to_string(), decision.out_of_pocket.to_string()]);
        row.extend(self.portions.iter().map(|id| {
            let portion = decision.left.iter().find(|p| p.portion == *id);
            portion.map_or_else(String::new, |p| p.amount.to_string())
        }));
        row.push(decision.result_digest.to_string());
        self.writer.write_record(&row).map_err(io_error)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> std::io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Writes rejects as rows.
///
/// # Errors
/// Those of the writer.
pub fn write_rejects<W: Write>(rejects: &[Reject], writer: W) -> std::io::Result<W> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(["claim", "code", "field", "message", "row"]).map_err(io_error)?;
    for reject in rejects {
        let row = reject.row().map_or_else(String::new, |r| r.to_string());
        let (claim, field, message) = (cell(reject.claim()), cell(reject.field()), cell(reject.message()));
        table.write_record([&*claim, reject.code().as_str(), &*field, &*message, &*row]).map_err(io_error)?;
    }
    table.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// Writes the movements of funds as rows: what comes in above zero, what goes out below.
///
/// # Errors
/// Those of the writer.
pub fn write_movements<W: Write>(movements: &[Movement], writer: W) -> std::io::Result<W> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(["scheme", "fund", "on", "kind", "with", "claim", "person", "amount"]).map_err(io_error)?;
    for one in movements {
        let (claim, person) = (cell(one.claim.as_deref().unwrap_or_default()), cell(one.person.as_deref().unwrap_or_default()));
        let (on, amount) = (one.on.to_string(), one.amount.to_string());
        let row = [one.scheme.as_str(), &one.fund, &on, one.kind.name(), &one.with, &claim, &person, &amount];
        table.write_record(row).map_err(io_error)?;
    }
    table.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// A text from outside as a cell: one that a spreadsheet would take for a formula is kept from it by an apostrophe.
fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reject::RejectCode;

    #[test]
    fn no_cell_is_a_formula() {
        let reject = Reject::new("=HYPERLINK(\"x\")", RejectCode::UnknownPerson, "person", "there is no person `-1`").at_row(3);
        let text = String::from_utf8(write_rejects(&[reject], Vec::new()).unwrap()).unwrap();
        assert_eq!(text, "claim,code,field,message,row\n\"'=HYPERLINK(\"\"x\"\")\",unknown-person,person,there is no person `-1`,3\n");
    }
}
