//! Layers and benefits.

use toml::de::DeValue;

use super::conditions::{self, guard};
use super::keys::{Entry, Keys, word_list};
use super::values::value;
use super::{Rounded, about, rounding, running};
use crate::diagnostic::{Code, Diagnostic, catalogue as say};
use crate::scheme::grammar;
use crate::scheme::syntax::*;

pub(super) fn layer(keys: Keys<'_>) -> Option<Layer> {
    let id = keys.name("id");
    let about = about(&keys);
    let guard = guard(&keys);
    let covers = keys.optional("covers").map(|v| word_list(v, false));
    let caps = keys.list("cap", &grammar::CAP, cap).into_iter().filter_map(|cap| match cap {
        AnyCap::Whole(cap) => Some(cap),
        AnyCap::OfLines(cap) => {
            keys.findings.report(Diagnostic::new(Code::Conflict, cap.limit.place.clone(), say::layer_cap_of_lines()));
            None
        }
    });
    let caps = caps.collect();
    let premium = keys.optional("premium").and_then(|v| v.table(&grammar::PREMIUM)).and_then(premium);
    let write_off = keys.word("role", &[("payer", false), ("write-off", true)]).unwrap_or(false);
    let run_off = keys.optional("run_off").and_then(|v| v.table(&grammar::RUN_OFF)).and_then(run_off);
    let notional = keys.optional("notional").and_then(|v| v.table(&grammar::NOTIONAL)).map(notional);
    let benefits = keys.list("benefit", &grammar::BENEFIT, benefit);
    if benefits.is_empty() && covers.is_none() && keys.optional("benefit").is_none() {
        keys.report_missing("covers", say::layer_needs_covers());
    }
    keys.finish();
    Some(Layer { id: id?, about, guard, covers, caps, premium, write_off, run_off, notional, benefits })
}

fn notional(keys: Keys<'_>) -> Guard {
    let guard = guard(&keys);
    keys.finish();
    guard
}

fn run_off(keys: Keys<'_>) -> Option<At<u32>> {
    let days = keys.required("days").and_then(|v| v.days());
    keys.finish();
    days
}

fn premium(keys: Keys<'_>) -> Option<Premium> {
    let amount = keys.required("amount").and_then(value);
    let by_month = keys.word("charged", &[("year", false), ("month", true)]).unwrap_or(false);
    let guard = guard(&keys);
    keys.finish();
    Some(Premium { amount: amount?, by_month, guard })
}

fn limit(keys: &Keys<'_>) -> Option<Limit> {
    let amount = keys.required("amount").and_then(value);
    let running = running(keys);
    let guard = guard(keys);
    Some(Limit { amount: amount?, running: running?, guard, place: keys.place.clone(), of: Parts::ALL })
}

fn maximum(keys: Keys<'_>) -> Option<Limit> {
    let limit = limit(&keys);
    let of = keys.parts("of");
    keys.finish();
    limit.map(|limit| Limit { of, ..limit })
}

enum AnyCap {
    Whole(Cap),
    OfLines(LineCap),
}

fn cap(keys: Keys<'_>) -> Option<AnyCap> {
    let limit = limit(&keys);
    let lines = keys.optional("lines").map(conditions::condition);
    let on = keys.word("on", &CapOn::NAMES).unwrap_or(CapOn::Payment);
    if on == CapOn::Payment && matches!(lines, Some(Some(_))) {
        keys.problem(Code::Conflict, "lines", say::lines_are_counted());
    }
    keys.finish();
    let of_lines = lines.is_some() || matches!(on, CapOn::Units | CapOn::Days);
    let (limit, lines) = (limit?, lines.map_or(Some(None), |lines| lines.map(Some))?);
    Some(if of_lines { AnyCap::OfLines(LineCap { limit, on, lines }) } else { AnyCap::Whole(Cap { limit, on_base: on == CapOn::Base }) })
}

fn deductible(keys: Keys<'_>) -> Option<Deductible> {
    let limit = limit(&keys);
    let franchise = keys.word("kind", &[("deductible", false), ("franchise", true)]).unwrap_or(false);
    keys.finish();
    Some(Deductible { limit: limit?, franchise })
}

fn copay(keys: Keys<'_>) -> Option<Copay> {
    let (amount, ratio) = (keys.optional("amount"), keys.optional("ratio"));
    let is_ratio = ratio.is_some();
    let amount = match (amount, ratio) {
        (Some(amount), None) => value(amount),
        (None, Some(ratio)) => value(ratio),
        (Some(_), Some(_)) => {
            keys.problem(Code::Conflict, "ratio", say::exclude_each_other("`amount`, `ratio`"));
            None
        }
        (None, None) => {
            keys.report_missing("amount", say::copay_needs_an_amount());
            None
        }
    };
    let [least, most] = ["least", "most"].map(|key| keys.optional(key).and_then(value));
    for (key, _) in [("least", &least), ("most", &most)].into_iter().filter(|(_, end)| !is_ratio && end.is_some()) {
        keys.problem(Code::Conflict, key, say::only_of_a_ratio(key));
    }
    let each = keys.word("each", &Each::NAMES).unwrap_or(Each::Claim);
    if is_ratio && each == Each::Day {
        keys.problem(Code::Conflict, "each", say::no_ratio_by_the_day());
    }
    let caps = keys.list("cap", &grammar::COPAY_CAP, |keys| {
        let limit = limit(&keys);
        keys.finish();
        limit
    });
    let taken = keys
        .word(
            "taken",
            &[
                ("before-ratio", Taken::BeforeRatio),
                ("before-deductible", Taken::BeforeDeductible),
                ("from-payment", Taken::FromPayment),
                ("beside", Taken::Beside),
            ],
        )
        .unwrap_or(Taken::BeforeRatio);
    if is_ratio && matches!(taken, Taken::FromPayment | Taken::Beside) {
        keys.problem(Code::Conflict, "taken", say::ratio_of_the_base());
    }
    let guard = guard(&keys);
    let place = keys.place.clone();
    keys.finish();
    Some(Copay { each, amount: amount?, is_ratio, least, most, caps, place, taken, guard })
}

fn point(keys: Keys<'_>) -> Option<Adjustment> {
    adjustment(keys, "add")
}

fn factor(keys: Keys<'_>) -> Option<Adjustment> {
    adjustment(keys, "times")
}

fn adjustment(keys: Keys<'_>, key: &'static str) -> Option<Adjustment> {
    let amount = keys.required(key).and_then(value);
    let guard = guard(&keys);
    keys.finish();
    Some(Adjustment { value: amount?, guard })
}

fn band(keys: Keys<'_>) -> Option<Band> {
    let to = keys.optional("to").map(value);
    let ratio = keys.required("ratio").and_then(value);
    keys.finish();
    let to = match to {
        None => None,
        Some(value) => Some(value?),
    };
    Some(Band { to, ratio: ratio?, place: keys.place.clone() })
}

fn grant_row(keys: Keys<'_>) -> Option<GrantRow> {
    let above = keys.required("above").and_then(value);
    let pays = keys.required("pays").and_then(value);
    keys.finish();
    Some(GrantRow { above: above?, pays: pays?, place: keys.place.clone() })
}

fn covers(entry: Entry<'_>) -> Vec<Cover> {
    if matches!(entry.value.get_ref(), DeValue::Table(_)) {
        let Some(keys) = entry.table(&grammar::COVERS) else { return Vec::new() };
        keys.every()
            .filter_map(|e| {
                let portion = e.key_name()?;
                Some(Cover { portion, factor: Some(value(e)?) })
            })
            .collect()
    } else {
        word_list(entry, false).into_iter().map(|portion| Cover { portion, factor: None }).collect()
    }
}

/// The payment's form: exactly one of six keys.
fn form(keys: &Keys<'_>) -> Option<Form> {
    let mut given = Vec::new();
    let mut forms = Vec::new();
    if let Some(entry) = keys.optional("ratio") {
        given.push("ratio");
        forms.push(value(entry).map(Form::Ratio));
    }
    if let Some(entry) = keys.optional("bands") {
        given.push("bands");
        forms.push(entry.table(&grammar::BANDS).and_then(bands));
    }
    if let Some(entry) = keys.optional("phases") {
        given.push("phases");
        forms.push(entry.table(&grammar::PHASES).and_then(phases));
    }
    if let Some(entry) = keys.optional("grant") {
        given.push("grant");
        forms.push(entry.table(&grammar::GRANT).and_then(grant));
    }
    if let Some(entry) = keys.optional("fixed") {
        given.push("fixed");
        forms.push(value(entry).map(Form::Fixed));
    }
    if let Some(entry) = keys.optional("in_kind") {
        given.push("in_kind");
        forms.push(entry.table(&grammar::IN_KIND).and_then(in_kind));
    }
    match given.as_slice() {
        [_] => forms.into_iter().flatten().next(),
        [] => {
            keys.report_missing("ratio", say::benefit_needs_form());
            None
        }
        [.., last] => {
            let all = given.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
            keys.problem(Code::Conflict, last, say::exclude_each_other(&all));
            None
        }
    }
}

fn bands(keys: Keys<'_>) -> Option<Form> {
    keys.required("measured");
    let absolute = keys.word("measured", &[("absolute", true), ("above-deductible", false)]);
    let running = running(&keys);
    keys.required("rows");
    let rows = keys.list("rows", &grammar::BAND, band);
    for (i, row) in rows.iter().enumerate() {
        let last = i.saturating_add(1) == rows.len();
        if row.to.is_some() == last {
            let message = if last { say::last_band_has_no_end() } else { say::band_needs_an_end() };
            keys.findings.report(Diagnostic::new(Code::OutOfOrder, row.place.clone(), message));
        }
    }
    keys.finish();
    (!rows.is_empty()).then_some(())?;
    Some(Form::Bands { absolute: absolute?, running: running?, rows, place: keys.place.clone() })
}

fn phase(keys: Keys<'_>) -> Option<Phase> {
    let to = keys.optional("to").map(value);
    let to_share = keys.optional("to_share").map(value);
    let ratio = keys.optional("ratio").map(value);
    let split = keys.optional("split").map(|entry| {
        let table = entry.table(&grammar::SPLIT)?;
        let split: Vec<(Name, Value)> = table.every().filter_map(|e| Some((e.key_name()?, value(e)?))).collect();
        if split.is_empty() {
            entry.report(Code::BadValue, say::split_needs_a_fund());
        }
        (!split.is_empty()).then_some(split)
    });
    let pays = match (ratio, split) {
        (Some(ratio), None) => ratio.map(Pays::Ratio),
        (None, Some(split)) => split.map(Pays::Split),
        (Some(_), Some(_)) => {
            keys.problem(Code::Conflict, "split", say::exclude_each_other("`ratio`, `split`"));
            None
        }
        (None, None) => {
            keys.report_missing("ratio", say::phase_needs_a_ratio());
            None
        }
    };
    keys.finish();
    let known = |value: Option<Option<Value>>| value.map_or(Some(None), |v| v.map(Some));
    Some(Phase { to: known(to)?, to_share: known(to_share)?, pays: pays?, place: keys.place.clone() })
}

fn phases(keys: Keys<'_>) -> Option<Form> {
    let running = running(&keys);
    let share = keys.optional("share").map(|v| v.name());
    keys.required("rows");
    let rows = keys.list("rows", &grammar::PHASE, phase);
    for (i, row) in rows.iter().enumerate() {
        let last = i.saturating_add(1) == rows.len();
        if (row.to.is_some() || row.to_share.is_some()) == last {
            let message = if last { say::last_phase_has_no_end() } else { say::phase_needs_an_end() };
            keys.findings.report(Diagnostic::new(Code::OutOfOrder, row.place.clone(), message));
        }
    }
    keys.finish();
    (!rows.is_empty()).then_some(())?;
    let share = match share {
        None => None,
        Some(name) => Some(name?),
    };
    Some(Form::Phases { running: running?, share, rows, place: keys.place.clone() })
}

fn grant(keys: Keys<'_>) -> Option<Form> {
    let running = running(&keys);
    keys.required("rows");
    let rows = keys.list("rows", &grammar::GRANT_ROW, grant_row);
    keys.finish();
    (!rows.is_empty()).then_some(())?;
    Some(Form::Grant { running: running?, rows, place: keys.place.clone() })
}

fn in_kind(keys: Keys<'_>) -> Option<Form> {
    let buy = keys.required("buy").and_then(|v| v.positive());
    let give = keys.required("give").and_then(|v| v.positive());
    let units = keys.name("units");
    let running = running(&keys);
    keys.finish();
    Some(Form::InKind { buy: buy?, give: give?, units: units?, running: running?, place: keys.place.clone() })
}

fn group(keys: Keys<'_>) -> Option<Group> {
    let by = keys.required("by").map(|v| word_list(v, false));
    let least = keys.required("least").and_then(value);
    let guard = guard(&keys);
    keys.finish();
    Some(Group { by: by?, least: least?, guard, place: keys.place.clone() })
}

/// Which figure a coordinating benefit pays: exactly one of three keys says it.
fn coordinate(keys: Keys<'_>) -> Option<Coordinate> {
    let with = keys.optional("with").map(|v| word_list(v, false));
    let pays = keys.word("pays", &Candidate::NAMES);
    let [least, greatest] = ["least", "greatest"].map(|key| keys.several(key, &Candidate::NAMES));
    let place = keys.place.clone();
    let (greatest, candidates) = match (pays, least, greatest) {
        (Some(only), None, None) => (false, vec![only]),
        (None, Some(several), None) => (false, several),
        (None, None, Some(several)) => (true, several),
        (None, None, None) => {
            if ["pays", "least", "greatest"].iter().all(|key| keys.optional(key).is_none()) {
                keys.report_missing("pays", say::coordinate_needs_a_figure());
            }
            keys.finish();
            return None;
        }
        _ => {
            keys.problem(Code::Conflict, "pays", say::exclude_each_other("`pays`, `least`, `greatest`"));
            keys.finish();
            return None;
        }
    };
    keys.finish();
    Some(Coordinate { with, greatest, candidates, place })
}

fn benefit(keys: Keys<'_>) -> Option<Benefit> {
    let id = keys.name("id");
    let about = about(&keys);
    let guard = guard(&keys);
    let covers = keys.required("covers").map(covers);
    let lines = keys.optional("lines").map(conditions::condition);
    let group = keys.optional("group").map(|v| v.table(&grammar::GROUP).and_then(group));
    let deductibles = keys.list("deductible", &grammar::DEDUCTIBLE, deductible);
    let copays = keys.list("copay", &grammar::COPAY, copay);
    let form = form(&keys);
    let points = keys.list("points", &grammar::POINT, point);
    let factors = keys.list("factors", &grammar::FACTOR, factor);
    let between = keys.optional("ratio_between").and_then(|v| v.table(&grammar::RATIO_BETWEEN)).map(|keys| {
        let ends = ["least", "most"].map(|key| keys.optional(key).and_then(value));
        if keys.optional("least").is_none() && keys.optional("most").is_none() {
            keys.report_missing("least", say::needs_an_end());
        }
        keys.finish();
        ends
    });
    let out_of_pocket_max = keys.list("out_of_pocket_max", &grammar::OUT_OF_POCKET_MAX, maximum);
    let (mut caps, mut line_caps) = (Vec::new(), Vec::new());
    for cap in keys.list("cap", &grammar::CAP, cap) {
        match cap {
            AnyCap::Whole(cap) => caps.push(cap),
            AnyCap::OfLines(cap) => line_caps.push(cap),
        }
    }
    let coordinate = keys.optional("coordinate").map(|v| v.table(&grammar::COORDINATE).and_then(coordinate));
    let minimum = keys.optional("minimum").map(value);
    let indemnity = keys.optional("indemnity").and_then(|v| v.boolean()).unwrap_or(true);
    let allocate = keys.optional("allocate").map(|v| word_list(v, false));
    let each = keys.word("each", &[("claim", Each::Claim), ("line", Each::Line), ("day", Each::Day)]).unwrap_or(Each::Claim);
    let own_rounding = keys.optional("rounding").and_then(|v| v.table(&grammar::ROUNDING)).and_then(|keys| {
        let read = rounding(&keys, false);
        keys.finish();
        read
    });
    let place = keys.place.clone();
    keys.finish();
    let franchises = deductibles.iter().filter(|d| d.franchise).count();
    if franchises > 0 && deductibles.len() > 1 {
        keys.problem(Code::Conflict, "deductible", say::franchise_alone());
    }
    Some(Benefit {
        id: id?,
        about,
        guard,
        covers: covers?,
        lines: match lines {
            None => None,
            Some(condition) => Some(condition?),
        },
        group: match group {
            None => None,
            Some(group) => Some(group?),
        },
        deductibles,
        copays,
        form: form?,
        points,
        factors,
        ratio_between: between.unwrap_or_default(),
        out_of_pocket_max,
        caps,
        line_caps,
        coordinate: match coordinate {
            None => None,
            Some(coordinate) => Some(coordinate?),
        },
        minimum: match minimum {
            None => None,
            Some(value) => Some(value?),
        },
        indemnity,
        each,
        allocate,
        rounding: own_rounding.map(|(r, _)| r),
        rounds_patient_share: own_rounding.is_some_and(|(_, of)| of == Rounded::PatientShare),
        rounds_coinsurance: own_rounding.is_some_and(|(_, of)| of == Rounded::Coinsurance),
        place,
    })
}
