//! The JSON Schema of rule files (draft 7, which editors of TOML take), made from the grammar.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::date::Per;
use crate::scheme::grammar::{self, Form, Key, Measure, Section};
use crate::scheme::read::FORMAT;

const NAME: &str = "^[a-z][a-z0-9_]{0,63}$";
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// A personal period: from 1 day to 36525, or from 1 month to 1200.
/// Windows of more than one day or month; how long they may be is left to the reader.
const AS_OF: &str = concat!(
    "^(rule-date|admission|service|discharge|settlement|policy-year-start)",
    "( - (1 month|1 day|[1-9][0-9]{0,4} (days|months)))?$"
);
const LAST: &str = "^last [1-9][0-9]{0,4} (days|months|calendar months)$";
const SPELL: &str = "^spell of (1 day|([2-9]|[1-9][0-9]{1,4}) days)$";
const FIRST_USE: &str = concat!(
    "^(1 (day|month)|([2-9]|[1-9][0-9]{1,3}|[12][0-9]{4}|3[0-5][0-9]{3}|36[0-4][0-9]{2}|365[01][0-9]|3652[0-5]) days",
    "|([2-9]|[1-9][0-9]{1,2}|1[01][0-9]{2}|1200) months) from first use$"
);
/// The characters that expressions are made of.
const EXPRESSION: &str = r"^[\s0-9a-z_.,%+*/()-]+$";
/// A word, or comparisons.
const ALTERNATIVE: &str = r"^[^<>=!]|^\s*(<=|>=|!=|<|>|=)";

/// The JSON Schema of the rule file, as text: for editors that complete, explain and check keys while a scheme is written.
///
/// `medaid schema` prints the same. It knows which keys there are and what form their values have; names, units and tables are `medaid check`'s business,
/// so a file that fits the schema may still have errors. A file that [`Scheme`](crate::Scheme) reads without errors fits the schema.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&medaid::schema())?;
/// assert_eq!(schema["definitions"]["benefit"]["properties"]["ratio"]["allOf"][0]["$ref"], "#/definitions/ratio");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn schema() -> String {
    let mut definitions = BTreeMap::new();
    let mut root = section_schema(&grammar::FILE, &mut definitions);
    values(&mut definitions);
    root.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    root.insert("title".to_owned(), json!("medaid rule file / 方案规则文件"));
    root.insert("definitions".to_owned(), definitions.into_iter().collect());
    format!("{:#}\n", Value::Object(root))
}

type Definitions = BTreeMap<String, Value>;

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A table: its keys, and no others.
fn section_schema(section: &'static Section, definitions: &mut Definitions) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in section.all_keys() {
        properties.insert(key.name.to_owned(), key_schema(key, definitions));
        if key.required {
            required.push(json!(key.name));
        }
    }
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    schema
}

/// Defines a table, once, and refers to it.
fn table(section: &'static Section, definitions: &mut Definitions) -> Value {
    if !definitions.contains_key(section.id) {
        // A place for it first, for tables inside of it that have it inside of them.
        definitions.insert(section.id.to_owned(), Value::Null);
        let mut schema = section_schema(section, definitions);
        schema.insert("title".to_owned(), json!(format!("{} / {}", section.en, section.zh)));
        definitions.insert(section.id.to_owned(), Value::Object(schema));
    }
    reference(section.id)
}

fn key_schema(key: &'static Key, definitions: &mut Definitions) -> Value {
    let form = form_schema(key.form, definitions);
    let description = format!("{}\n\n{}", key.en, key.zh);
    match form {
        // In draft 7 nothing that stands beside a reference counts.
        Value::Object(form) if form.contains_key("$ref") => json!({ "description": description, "allOf": [form] }),
        Value::Object(mut form) => {
            form.insert("description".to_owned(), json!(description));
            Value::Object(form)
        }
        other => other,
    }
}

fn form_schema(form: Form, definitions: &mut Definitions) -> Value {
    match form {
        Form::Format => json!({ "const": FORMAT }),
        Form::Text => json!({ "type": "string" }),
        Form::Title => json!({ "anyOf": [{ "type": "string" }, table(&grammar::TITLE, definitions)] }),
        Form::Name => json!({ "type": "string", "pattern": NAME }),
        Form::Words(words) => json!({ "anyOf": [{ "enum": words }, { "type": "array", "items": { "enum": words } }] }),
        Form::Names => json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }),
        Form::Word(words) => json!({ "enum": words }),
        Form::Date => json!({ "type": "string", "pattern": DATE }),
        Form::Currency => json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
        Form::UnitOfMoney => json!({ "type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$" }),
        Form::MonthDay => json!({ "type": "string", "pattern": "^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$" }),
        Form::Period => json!({ "anyOf": [{ "type": "string", "pattern": FIRST_USE }, { "type": "string", "pattern": SPELL },
            { "type": "string", "pattern": "^year from (0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$" },
            { "type": "string", "pattern": LAST },
            { "enum": ["quarter", "half-year"] }, { "enum": Per::NAMES }] }),
        Form::AsOf => json!({ "type": "string", "pattern": AS_OF }),
        Form::YesNo => json!({ "type": "boolean" }),
        Form::Scalar => json!({ "type": ["string", "number", "boolean"] }),
        Form::Days => json!({ "type": "integer", "minimum": 0, "maximum": 36_525 }),
        Form::Positive => json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000 }),
        Form::Value(measure) => reference(value_name(measure)),
        Form::Condition => reference("condition"),
        Form::Covers => json!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            { "type": "object", "additionalProperties": reference(value_name(Measure::Ratio)), "minProperties": 1 },
        ] }),
        Form::Split => json!({ "type": "object", "additionalProperties": reference(value_name(Measure::Ratio)), "minProperties": 1 }),
        Form::Parameters => {
            json!({ "type": "object", "propertyNames": { "pattern": NAME }, "additionalProperties": parameter(definitions) })
        }
        Form::Table(section) => table(section, definitions),
        Form::Tables(section) => {
            let one = table(section, definitions);
            json!({ "anyOf": [{ "type": "array", "items": one }, one] })
        }
    }
}

/// A value; or a table with keys, beside which dates may stand.
fn parameter(definitions: &mut Definitions) -> Value {
    let mut schema = section_schema(&grammar::PARAMETER, definitions);
    schema.insert("patternProperties".to_owned(), json!({ DATE: reference(value_name(Measure::Any)) }));
    definitions.insert(grammar::PARAMETER.id.to_owned(), Value::Object(schema));
    json!({ "anyOf": [constant(Measure::Any), reference(decision_table_name(Measure::Any)), reference(grammar::PARAMETER.id)] })
}

const fn value_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Amount => "amount",
        Measure::Ratio => "ratio",
        Measure::Count => "count",
        Measure::Any => "value",
    }
}

const fn decision_table_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Amount => "amount_table",
        Measure::Ratio => "ratio_table",
        Measure::Count => "count_table",
        Measure::Any => "value_table",
    }
}

/// A number or an expression. A ratio is always text: a bare number is no ratio.
fn constant(measure: Measure) -> Value {
    let text = json!({ "type": "string", "pattern": EXPRESSION });
    match measure {
        Measure::Ratio => text,
        _ => json!({ "type": ["number", "string"], "pattern": EXPRESSION }),
    }
}

/// The forms that a number can take, and conditions.
fn values(definitions: &mut Definitions) {
    let forms = [
        (Measure::Amount, "An amount", "金额", "15000.00, \"threshold / 2\""),
        (Measure::Ratio, "A ratio", "比例", "\"60%\", \"75% + 0.2% * age\""),
        (Measure::Count, "A count", "数量", "30"),
        (Measure::Any, "A value", "数值", "16901, \"60%\", \"threshold / 2\""),
    ];
    for (measure, en, zh, examples) in forms {
        let itself = reference(value_name(measure));
        let series = json!({
            "type": "object",
            "title": "a dated series / 按日期分段的数值",
            "propertyNames": { "pattern": DATE },
            "additionalProperties": itself,
            "minProperties": 1,
        });
        let value = json!({
            "description": format!(
                "{en}: a constant or an expression ({examples}), a dated series, or a decision table\n\n{zh}：常数或算式（{examples}）、按日期分段的数值、决策表"
            ),
            "anyOf": [constant(measure), series, reference(decision_table_name(measure))],
        });
        definitions.insert(value_name(measure).to_owned(), value);
        definitions.insert(decision_table_name(measure).to_owned(), decision_table(&itself));
    }
    let scalar = json!({ "type": ["string", "number", "boolean"], "pattern": ALTERNATIVE });
    let alternatives = json!({ "anyOf": [scalar, { "type": "array", "items": scalar, "minItems": 1 }] });
    let condition = json!({
        "type": "object",
        "title": "a condition / 条件",
        "description": "All entries must hold: identity = \"low_income\", age = \">= 18, < 60\", referral = true\n\n各项须同时成立",
        "properties": {
            "any": {
                "description": "At least one of these conditions holds\n\n至少一个条件成立",
                "anyOf": [reference("condition"), { "type": "array", "items": reference("condition"), "minItems": 1 }],
            },
            "not": { "description": "This condition does not hold\n\n此条件不成立", "allOf": [reference("condition")] },
        },
        // `left.in_scope = "> 3000"` is a table in a table.
        "additionalProperties": { "anyOf": [
            alternatives,
            { "type": "object", "additionalProperties": alternatives, "minProperties": 1, "maxProperties": 1 },
        ] },
    });
    definitions.insert("condition".to_owned(), condition);
}

fn decision_table(value: &Value) -> Value {
    let described = |key: &str, value: Value| {
        let doc = grammar::ROW.key(key).map_or(String::new(), |k| format!("{}\n\n{}", k.en, k.zh));
        json!({ "description": doc, "allOf": [value] })
    };
    let row = json!({
        "type": "object",
        "properties": { "when": described("when", reference("condition")), "then": described("then", value.clone()) },
        "required": ["when", "then"],
        "additionalProperties": false,
    });
    let otherwise = json!({
        "type": "object",
        "properties": { "otherwise": described("otherwise", value.clone()) },
        "required": ["otherwise"],
        "additionalProperties": false,
    });
    json!({
        "type": "array",
        "title": "a decision table / 决策表",
        "description": "Exactly one row holds in every case\n\n任何情形下恰有一行成立",
        "items": { "anyOf": [row, otherwise] },
        "minItems": 1,
    })
}
