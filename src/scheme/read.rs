//! Text to tree: the form of a rule file. What names and units mean is the compiler's business.

mod conditions;
mod keys;
mod layers;
mod values;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::date::{AsOf, DateChoice, Per, PolicyYear, Span, parse_date};
use crate::decision::Language;
use crate::diagnostic::{Code, Diagnostic, catalogue as say, syntax};
use crate::money::{Money, Rounding, RoundingMode};
use crate::scheme::canonical::digest;
use crate::scheme::grammar;
use crate::scheme::syntax::*;
use keys::{Findings, Keys, word_list};
use values::value;

/// The format of the rule language that this version reads.
pub(crate) const FORMAT: i64 = 1;

/// The largest rule file, in bytes.
const FILE_LIMIT: usize = 16 * 1024 * 1024;

/// Of very many syntax errors the first are enough.
const SYNTAX_ERRORS_KEPT: usize = 100;

/// What was read of a rule file. Without a tree there is at least one error among the findings.
pub(crate) struct Read {
    pub(crate) tree: Option<Tree>,
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) digest: [u8; 32],
}

/// Reads a rule file.
pub(crate) fn read(text: &str) -> Read {
    let findings = Findings::default();
    if let Some(finding) = too_large(text) {
        return Read { tree: None, findings: vec![finding], digest: [0; 32] };
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    errors.iter().take(SYNTAX_ERRORS_KEPT).map(syntax_finding).for_each(|finding| findings.report(finding));
    let broken = !errors.is_empty();
    let tree = Keys::new(&findings, text, document.get_ref(), 0..0, &grammar::FILE).and_then_tree(broken);
    Read { tree, findings: findings.into_inner(), digest: digest(document.get_ref()) }
}

fn too_large(text: &str) -> Option<Diagnostic> {
    (text.len() > FILE_LIMIT).then(|| Diagnostic::new(Code::TooLarge, 0..0, say::file_too_large(FILE_LIMIT)))
}

fn syntax_finding(error: &toml::de::Error) -> Diagnostic {
    Diagnostic::new(Code::Syntax, error.span().unwrap_or(0..0), syntax(error.message()))
}

/// What keeps a text from being read as TOML.
#[cfg(feature = "cli")]
pub(crate) fn syntax_findings(text: &str) -> Vec<Diagnostic> {
    match too_large(text) {
        Some(finding) => vec![finding],
        None => DeTable::parse_recoverable(text).1.iter().take(SYNTAX_ERRORS_KEPT).map(syntax_finding).collect(),
    }
}

impl<'a> Keys<'a> {
    fn and_then_tree(self, broken: bool) -> Option<Tree> {
        if !format_is_known(&self) {
            return None;
        }
        let header = self.required("scheme").and_then(|v| v.table(&grammar::SCHEME)).and_then(header);
        let portions = self.list("portion", &grammar::PORTION, portion);
        let attributes = self.list("attribute", &grammar::ATTRIBUTE, attribute);
        let parameters = self.optional("parameters").map_or_else(Vec::new, parameters);
        let accumulators = self.list("accumulator", &grammar::ACCUMULATOR, accumulator);
        let day_charges = self.list("day_charge", &grammar::DAY_CHARGE, day_charge);
        let funds = self.list("fund", &grammar::FUND, fund);
        let classify = self.list("classify", &grammar::CLASSIFY, classify_row);
        let layers = self.list("layer", &grammar::LAYER, layers::layer);
        if !broken {
            // After a syntax error whole sections may be missing; what is absent says nothing then.
            if self.optional("portion").is_none() {
                self.report_missing("portion", say::scheme_needs_portion());
            }
            if self.optional("layer").is_none() {
                self.report_missing("layer", say::scheme_needs_layer());
            }
        }
        self.finish();
        Some(Tree { header: header?, portions, attributes, parameters, accumulators, day_charges, funds, classify, layers })
    }
}

fn format_is_known(file: &Keys<'_>) -> bool {
    let Some(entry) = file.required("format") else { return false };
    match entry.value.get_ref() {
        DeValue::Integer(number) if number.as_str() == FORMAT.to_string() => true,
        DeValue::Integer(number) => {
            let message = say::unknown_format(&number.to_string(), FORMAT);
            file.findings.report(Diagnostic::new(Code::UnknownFormat, entry.place, message));
            false
        }
        _ => {
            file.findings.report(Diagnostic::new(Code::WrongForm, entry.place, say::write_format(FORMAT)));
            false
        }
    }
}

fn header(keys: Keys<'_>) -> Option<Header> {
    let id = keys.name("id");
    let version = keys.required("version").and_then(|v| v.text());
    let about = about(&keys);
    let effective = keys.required("effective").and_then(|v| v.table(&grammar::EFFECTIVE)).and_then(|keys| {
        let from = keys.required("from").and_then(|v| v.date());
        let until = keys.optional("until").map(|v| v.date());
        keys.finish();
        Some(Span {
            from: Some(from?.value),
            until: match until {
                None => None,
                Some(date) => Some(date?.value),
            },
        })
    });
    if let Some(Span { from: Some(from), until: Some(until) }) = effective
        && until <= from
    {
        keys.problem(Code::OutOfOrder, "effective", say::until_not_after(until, from));
    }
    let money = keys.required("money").and_then(|v| v.table(&grammar::MONEY)).and_then(|keys| {
        let currency = keys.required("currency").and_then(|v| v.text());
        if let Some(code) = &currency
            && !(code.value.len() == 3 && code.value.bytes().all(|b| b.is_ascii_uppercase()))
        {
            keys.problem(Code::BadValue, "currency", say::not_a_currency(&code.value));
        }
        let rounding = rounding(&keys, true);
        keys.finish();
        Some((currency?.value, rounding?.0))
    });
    let rule_date = keys.word(
        "rule_date",
        &[
            ("admission", DateChoice::Admission),
            ("service", DateChoice::Admission),
            ("discharge", DateChoice::Discharge),
            ("settlement", DateChoice::Settlement),
        ],
    );
    let as_incurred = keys.word("order", &[("as-received", false), ("as-incurred", true)]);
    let policy_year = keys.optional("policy_year").map(|v| {
        let text = v.text()?;
        let year = PolicyYear::parse(&text.value);
        if year.is_none() {
            keys.problem(Code::BadValue, "policy_year", say::not_a_month_day(&text.value));
        }
        year
    });
    let settled = keys.optional("settles");
    let settles_place = settled.as_ref().map_or(0..0, |entry| entry.place.clone());
    let settles = settled.map(|entry| entry.table(&grammar::SETTLES).and_then(settles));
    let both_ends = keys.word("days", &[("nights", false), ("both-ends", true)]);
    let whole_months = keys.word("months", &[("begun", false), ("whole", true)]);
    keys.finish();
    let (currency, rounding) = money?;
    Some(Header {
        id: id?.value,
        version: version?.value,
        about,
        effective: effective?,
        currency,
        rounding,
        rule_date: rule_date.unwrap_or(DateChoice::Admission),
        as_incurred: as_incurred.unwrap_or(false),
        policy_year: policy_year.unwrap_or_else(|| Some(PolicyYear::default()))?,
        settles: match settles {
            None => None,
            Some(settles) => Some(settles?),
        },
        settles_place,
        both_ends: both_ends.unwrap_or(false),
        whole_months,
    })
}

fn settles(keys: Keys<'_>) -> Option<Settles> {
    let scheme = keys.name("scheme");
    keys.required("per");
    let per = per(&keys).filter(|per| {
        let fixed = per.start(NaiveDate::default(), PolicyYear::default()).is_some();
        if !fixed {
            keys.problem(Code::BadValue, "per", say::settles_the_calendar());
        }
        fixed
    });
    let for_households = keys.word("owner", &[("person", false), ("household", true)]).unwrap_or(false);
    keys.finish();
    Some(Settles { scheme: scheme?.value, per: per?, for_households })
}

/// What a benefit rounds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rounded {
    Payment,
    PatientShare,
    Coinsurance,
}

/// `unit`, and the mode under `rounding` (a scheme) or `mode` (a benefit); also what is rounded.
fn rounding(keys: &Keys<'_>, scheme: bool) -> Option<(Rounding, Rounded)> {
    let unit = keys.required("unit").and_then(|v| v.text()).and_then(|text| {
        let rounding = text.value.parse::<Money>().ok().and_then(|unit| Rounding::new(unit, RoundingMode::HalfUp));
        if rounding.is_none() {
            keys.findings.report(Diagnostic::new(Code::BadValue, text.place, say::not_a_unit(&text.value)));
        }
        rounding
    });
    let modes =
        [("half-up", RoundingMode::HalfUp), ("half-even", RoundingMode::HalfEven), ("down", RoundingMode::Down), ("up", RoundingMode::Up)];
    let mode = keys.word(if scheme { "rounding" } else { "mode" }, &modes).unwrap_or_default();
    let words = [("payment", Rounded::Payment), ("patient-share", Rounded::PatientShare), ("coinsurance", Rounded::Coinsurance)];
    let of = if scheme { None } else { keys.word("of", &words) };
    Rounding::new(unit?.unit(), mode).map(|r| (r, of.unwrap_or(Rounded::Payment)))
}

fn about(keys: &Keys<'_>) -> About {
    let title = keys.optional("title").map_or_else(Title::default, |entry| match entry.value.get_ref() {
        DeValue::Table(_) => entry.table(&grammar::TITLE).map_or_else(Title::default, |keys| {
            let text = |key| keys.optional(key).and_then(|v| v.text()).map(|t| t.value);
            let title = Title { zh: text("zh"), en: text("en") };
            keys.finish();
            title
        }),
        _ => {
            let text = entry.text().map(|t| t.value);
            Title { zh: text.clone(), en: text }
        }
    });
    let source = keys.optional("source").and_then(|v| v.text()).map(|t| t.value);
    let illustrative = keys.word("status", &[("published", false), ("illustrative", true)]).unwrap_or(false);
    About { title, source, illustrative }
}

fn portion(keys: Keys<'_>) -> Option<Portion> {
    let id = keys.name("id");
    let about = about(&keys);
    keys.finish();
    Some(Portion { id: id?, about })
}

fn attribute(keys: Keys<'_>) -> Option<Attribute> {
    let name = keys.name("name");
    keys.required("of");
    let of = keys.word(
        "of",
        &[
            ("person", AttributeOf::Person),
            ("household", AttributeOf::Household),
            ("claim", AttributeOf::Claim),
            ("line", AttributeOf::Line),
        ],
    );
    let kinds = [
        ("yes-no", AttributeType::YesNo),
        ("count", AttributeType::Count),
        ("amount", AttributeType::Amount),
        ("ratio", AttributeType::Ratio),
        ("text", AttributeType::Text),
    ];
    let values = keys.optional("values").map(|v| word_list(v, false));
    let kind = keys.word("type", &kinds);
    let kind = match (values, kind) {
        (Some(values), None) => Some(AttributeType::Words(values)),
        (None, Some(kind)) => Some(kind),
        (Some(_), Some(_)) => {
            keys.problem(Code::Conflict, "type", say::values_and_type());
            None
        }
        (None, None) => {
            if keys.optional("type").is_none() {
                keys.report_missing("values", say::attribute_needs_values());
            }
            None
        }
    };
    let default = keys.optional("default").and_then(|v| v.scalar());
    let as_of = keys.optional("as_of").and_then(|entry| entry.text()).and_then(|text| {
        let found = AsOf::parse(&text.value);
        if found.is_none() {
            let finding = Diagnostic::new(Code::BadValue, text.place, say::cannot_be("as_of", &text.value));
            let mut finding = if text.value.contains(" - ") { finding } else { finding.suggest(&text.value, AsOf::NAMES) };
            if finding.help_text(Language::En).is_none() {
                finding = finding.help(say::reading_dates(&AsOf::NAMES.join(", ")));
            }
            keys.findings.report(finding);
        }
        found
    });
    if as_of.is_some() && of.is_some_and(|of| !matches!(of, AttributeOf::Person | AttributeOf::Household)) {
        keys.problem(Code::Conflict, "as_of", say::as_of_persons_only());
    }
    let about = about(&keys);
    keys.finish();
    Some(Attribute { name: name?, of: of?, kind: kind?, default, as_of: as_of.unwrap_or_default(), about })
}

fn parameters(entry: keys::Entry<'_>) -> Vec<Parameter> {
    let Some(keys) = entry.table(&grammar::PARAMETERS) else { return Vec::new() };
    let mut parameters = Vec::new();
    for entry in keys.every() {
        if let Some(name) = entry.key_name()
            && let Some((value, unit, about)) = parameter(entry)
        {
            parameters.push(Parameter { name, value, unit, about });
        }
    }
    parameters
}

fn parameter(entry: keys::Entry<'_>) -> Option<(Value, Option<Unit>, About)> {
    if !matches!(entry.value.get_ref(), DeValue::Table(_)) {
        return values::value(entry).map(|value| (value, None, About::default()));
    }
    let keys = entry.table(&grammar::PARAMETER)?;
    let about = about(&keys);
    let unit = keys.word("unit", &[("amount", Unit::Amount), ("ratio", Unit::Ratio), ("count", Unit::Count)]);
    let value = match keys.optional("value") {
        Some(entry) => {
            keys.finish();
            values::value(entry)
        }
        None => values::series(&keys).map(Value::Series),
    };
    Some((value?, unit, about))
}

fn accumulator(keys: Keys<'_>) -> Option<Accumulator> {
    let id = keys.name("id");
    keys.required("counts");
    let counts = keys.word("counts", &Counts::NAMES);
    keys.required("per");
    let per = per(&keys);
    let owner = owner(&keys);
    let carry_months = keys.optional("carry_months").and_then(|v| v.positive());
    let with_payments_of = keys.optional("with_payments_of").map_or_else(Vec::new, |v| word_list(v, false));
    if matches!(counts, Some(Counts::Claims | Counts::Units | Counts::Days)) && !with_payments_of.is_empty() {
        keys.problem(Code::Conflict, "with_payments_of", say::payments_are_money());
    }
    let guard = conditions::guard(&keys);
    if counts.is_some_and(|c| !matches!(c, Counts::Claims | Counts::Days)) && (guard.when.is_some() || guard.unless.is_some()) {
        keys.problem(Code::Conflict, "when", say::only_claims_choose());
    }
    keys.finish();
    Some(Accumulator { id: id?, counts: counts?, per: per?, owner, carry_months, with_payments_of, guard })
}

fn day_row(keys: Keys<'_>) -> Option<DayRow> {
    let to = keys.optional("to").map(|v| v.positive());
    let reserve = keys.optional("reserve").map(|v| v.name());
    let most = keys.optional("most").map(|v| v.positive());
    let amount = keys.required("amount").and_then(values::value);
    let days = match (to, reserve, most) {
        (Some(to), None, None) => to.map(DaysOf::To),
        (None, Some(reserve), Some(most)) => reserve.zip(most).map(|(reserve, most)| DaysOf::Reserve(reserve, most)),
        (None, None, None) => Some(DaysOf::Rest),
        _ => {
            keys.problem(Code::Conflict, "amount", say::to_or_reserve());
            None
        }
    };
    keys.finish();
    Some(DayRow { days: days?, amount: amount?, place: keys.place.clone() })
}

fn day_charge(keys: Keys<'_>) -> Option<DayCharge> {
    let id = keys.name("id");
    let about = about(&keys);
    let counted = keys.name("counted");
    keys.required("rows");
    let rows = keys.list("rows", &grammar::DAY_ROW, day_row);
    let mut last = 0;
    for (i, row) in rows.iter().enumerate() {
        let falls = matches!(&row.days, DaysOf::To(to) if to.value <= last);
        if let DaysOf::To(to) = &row.days {
            last = to.value;
        }
        if falls || (matches!(row.days, DaysOf::Rest) && i.saturating_add(1) < rows.len()) {
            keys.findings.report(Diagnostic::new(Code::OutOfOrder, row.place.clone(), say::days_must_rise()));
        }
    }
    let guard = conditions::guard(&keys);
    keys.finish();
    (!rows.is_empty()).then_some(())?;
    Some(DayCharge { id: id?, about, counted: counted?, rows, guard })
}

fn fund(keys: Keys<'_>) -> Option<Fund> {
    let id = keys.name("id");
    let about = about(&keys);
    let names = |key| keys.optional(key).map_or_else(Vec::new, |v| word_list(v, false));
    let mut pays: Vec<(Name, Option<Value>)> = names("pays").into_iter().map(|layer| (layer, None)).collect();
    let shares = keys.optional("shares").and_then(|entry| entry.table(&grammar::SPLIT));
    for entry in shares.iter().flat_map(Keys::every) {
        pays.extend(entry.key_name().zip(value(entry)).map(|(layer, ratio)| (layer, Some(ratio))));
    }
    let per_place = keys.optional("per").map(|entry| entry.place.clone());
    let per = per(&keys).zip(per_place).map(|(per, place)| At { value: per, place });
    let donations = keys.list("donations", &grammar::DONATION, donation);
    let pays_premium_of = names("pays_premium_of");
    let budget = keys.optional("budget").map(value);
    let when_dry = keys.word("when_dry", &WhenDry::NAMES);
    if when_dry.is_some() && budget.is_none() {
        keys.problem(Code::Conflict, "when_dry", say::dry_of_a_budget());
    }
    let corridor = keys.list("corridor", &grammar::CORRIDOR, corridor_band);
    keys.finish();
    let budget = match budget {
        None => None,
        Some(budget) => Some(budget?),
    };
    let when_dry = when_dry.unwrap_or(WhenDry::RecordExcess);
    Some(Fund { id: id?, about, pays, per, donations, pays_premium_of, budget, when_dry, corridor })
}

fn donation(keys: Keys<'_>) -> Option<Donation> {
    let on = keys.required("on").and_then(|v| v.date());
    let amount = keys.required("amount").and_then(value);
    let about = about(&keys);
    keys.finish();
    Some(Donation { on: on?.value, amount: amount?, about })
}

fn corridor_band(keys: Keys<'_>) -> Option<CorridorBand> {
    let with = keys.name("with");
    let given = |key| keys.optional(key).map(value);
    let (from, to) = (given("from"), given("to"));
    let (share, of_surplus) = match (given("surplus"), given("deficit")) {
        (Some(share), None) => (share, true),
        (None, Some(share)) => (share, false),
        _ => {
            keys.report_missing("surplus", say::surplus_or_deficit());
            (None, false)
        }
    };
    if of_surplus && to.is_none() {
        keys.report_missing("to", say::surplus_below());
    }
    keys.finish();
    let known = |value: Option<Option<Value>>| value.map_or(Some(None), |v| v.map(Some));
    Some(CorridorBand { with: with?, from: known(from)?, to: known(to)?, share: share?, of_surplus, place: keys.place.clone() })
}

fn per(keys: &Keys<'_>) -> Option<Per> {
    let text = keys.optional("per")?.text()?;
    let found = Per::parse(&text.value);
    if found.is_none() {
        let finding = Diagnostic::new(Code::BadValue, text.place, say::cannot_be("per", &text.value));
        let mut finding = if text.value.contains("use") { finding } else { finding.suggest(&text.value, Per::NAMES) };
        if finding.help_text(Language::En).is_none() {
            finding = finding.help(say::periods(&Per::NAMES.join(", ")));
        }
        keys.findings.report(finding);
    }
    found
}

fn owner(keys: &Keys<'_>) -> Owner {
    keys.word("owner", &[("person", Owner::Person), ("household", Owner::Household), ("everyone", Owner::Everyone)])
        .unwrap_or(Owner::Person)
}

/// `accumulator`, or `per` and `owner`.
fn running(keys: &Keys<'_>) -> Option<Running> {
    let named = keys.optional("accumulator");
    let owner_given = keys.optional("owner").is_some();
    let owner = owner(keys);
    let per_given = keys.optional("per").is_some();
    let per = per(keys);
    match named {
        Some(entry) => {
            if per_given || owner_given {
                keys.problem(Code::Conflict, "accumulator", say::named_says_per());
            }
            entry.name().map(Running::Named)
        }
        None if per_given => Some(Running::Own { per: per?, owner }),
        None => {
            keys.report_missing("per", say::say_the_period());
            None
        }
    }
}

fn classify_row(keys: Keys<'_>) -> Option<ClassifyRow> {
    let when = keys.optional("when").and_then(conditions::condition);
    let into = keys.name("into");
    let pair = |value_key: &'static str, into_key: &'static str| {
        let value = keys.optional(value_key).map(values::value);
        let into = keys.optional(into_key).map(|v| v.name());
        match (value, into) {
            (None, None) => None,
            (Some(value), Some(into)) => value.zip(into),
            (Some(_), None) => {
                keys.report_missing(into_key, say::needs_portion_key(value_key, into_key));
                None
            }
            (None, Some(_)) => {
                keys.report_missing(value_key, say::needs_value_key(into_key, value_key));
                None
            }
        }
    };
    let quantity_limit = pair("quantity_limit", "over_quantity");
    let price_limit = pair("price_limit", "over_price");
    let self_pay = pair("self_pay", "self_pay_into");
    let about = about(&keys);
    let place = keys.place.clone();
    keys.finish();
    Some(ClassifyRow { when, into: into?, quantity_limit, price_limit, self_pay, about, place })
}

/// A date from a TOML date or from text.
fn date_of(value: &Spanned<DeValue<'_>>) -> Option<NaiveDate> {
    match value.get_ref() {
        DeValue::Datetime(d) => match (d.date, d.time, d.offset) {
            (Some(date), None, None) => NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)),
            _ => None,
        },
        DeValue::String(text) => parse_date(text),
        _ => None,
    }
}
