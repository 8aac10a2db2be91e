//! The JSON Schema of rule files: in step with the reader, with the checked-in copy, and with every example.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use medaid::{Code, Language, Scheme};
use regex::Regex;
use serde_json::{Map, Value, json};
use toml::de::{DeTable, DeValue};

use crate::model;
use crate::model::generate::Wish;

const COPY: &str = "docs/scheme.schema.json";

fn schema() -> Value {
    serde_json::from_str(&medaid::schema()).unwrap()
}

/// What an editor makes of a rule file.
pub(crate) fn json_of(text: &str) -> Value {
    fn of(value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => json!(text),
            DeValue::Boolean(value) => json!(value),
            DeValue::Datetime(date) => json!(date.to_string()),
            DeValue::Integer(number) => serde_json::from_str(&number.to_string().replace(['_', '+'], "")).unwrap(),
            DeValue::Float(number) => serde_json::from_str(&number.to_string().replace(['_', '+'], "")).unwrap(),
            DeValue::Array(items) => items.iter().map(|i| of(i.get_ref())).collect(),
            DeValue::Table(table) => of_table(table),
        }
    }
    fn of_table(table: &DeTable<'_>) -> Value {
        Value::Object(table.iter().map(|(key, value)| (key.get_ref().to_string(), of(value.get_ref()))).collect())
    }
    of_table(DeTable::parse(text).unwrap().get_ref())
}

/// A validator of what our schema uses of draft 7. A keyword that it does not know stops the test.
struct Validator {
    schema: Value,
    patterns: BTreeMap<String, Regex>,
}

impl Validator {
    fn new() -> Validator {
        fn gather(value: &Value, patterns: &mut BTreeMap<String, Regex>) {
            match value {
                Value::Object(object) => {
                    let own = object.get("pattern").and_then(Value::as_str).into_iter();
                    let keys = object.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
                    for pattern in own.chain(keys.map(String::as_str)) {
                        patterns.insert(pattern.to_owned(), Regex::new(pattern).unwrap());
                    }
                    object.values().for_each(|v| gather(v, patterns));
                }
                Value::Array(items) => items.iter().for_each(|v| gather(v, patterns)),
                _ => {}
            }
        }
        let (schema, mut patterns) = (schema(), BTreeMap::new());
        gather(&schema, &mut patterns);
        Validator { schema, patterns }
    }

    fn fits(&self, value: &Value) -> Result<(), String> {
        self.check(&self.schema, value).map_err(|path| path.replacen('/', "", 1))
    }

    /// The path of the first thing that does not fit.
    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let rules = schema.as_object().expect("a schema is an object");
        let wrong = |what: &str| Err(format!(": {what}: {value}"));
        for (keyword, rule) in rules {
            match keyword.as_str() {
                "$schema" | "title" | "description" | "definitions" => {}
                "$ref" => {
                    assert_eq!(rules.len(), 1, "in draft 7 nothing counts beside a reference");
                    let name = rule.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
                    self.check(&self.schema["definitions"][name], value)?;
                }
                "type" => {
                    let is = |name: &Value| match name.as_str().unwrap() {
                        "string" => value.is_string(),
                        "number" => value.is_number(),
                        "integer" => value.is_i64() || value.is_u64(),
                        "boolean" => value.is_boolean(),
                        "object" => value.is_object(),
                        "array" => value.is_array(),
                        other => panic!("type {other}"),
                    };
                    if !rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is)) {
                        return wrong("type");
                    }
                }
                "const" if value != rule => return wrong("const"),
                "enum" if !rule.as_array().unwrap().contains(value) => return wrong("enum"),
                "const" | "enum" => {}
                "minimum" if value.as_i64().is_some_and(|v| v < rule.as_i64().unwrap()) => return wrong("minimum"),
                "maximum" if value.as_i64().is_some_and(|v| v > rule.as_i64().unwrap()) => return wrong("maximum"),
                "minItems" if value.as_array().is_some_and(|v| (v.len() as u64) < rule.as_u64().unwrap()) => return wrong("minItems"),
                "minProperties" if value.as_object().is_some_and(|v| (v.len() as u64) < rule.as_u64().unwrap()) => {
                    return wrong("minProperties");
                }
                "maxProperties" if value.as_object().is_some_and(|v| (v.len() as u64) > rule.as_u64().unwrap()) => {
                    return wrong("maxProperties");
                }
                "minimum" | "maximum" | "minItems" | "minProperties" | "maxProperties" => {}
                "pattern" => {
                    if value.as_str().is_some_and(|text| !self.patterns[rule.as_str().unwrap()].is_match(text)) {
                        return wrong("pattern");
                    }
                }
                "anyOf" => {
                    let tried: Vec<String> = rule.as_array().unwrap().iter().filter_map(|one| self.check(one, value).err()).collect();
                    if tried.len() == rule.as_array().unwrap().len() {
                        // The alternative that got deepest says most.
                        return Err(tried.into_iter().max_by_key(|path| path.matches('/').count()).unwrap());
                    }
                }
                "allOf" => rule.as_array().unwrap().iter().try_for_each(|one| self.check(one, value))?,
                "items" => {
                    for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(rule, item).map_err(|path| format!("/{i}{path}"))?;
                    }
                }
                "required" => {
                    for key in rule.as_array().unwrap().iter().filter_map(Value::as_str) {
                        if value.as_object().is_some_and(|v| !v.contains_key(key)) {
                            return Err(format!(": {key} is required"));
                        }
                    }
                }
                "propertyNames" => {
                    for key in value.as_object().into_iter().flat_map(Map::keys) {
                        self.check(rule, &json!(key)).map_err(|path| format!("/{key}{path}"))?;
                    }
                }
                "properties" | "patternProperties" | "additionalProperties" => {}
                other => panic!("the validator does not know `{other}`"),
            }
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            let mut met: Vec<&Value> = rules.get("properties").and_then(|p| p.get(key)).into_iter().collect();
            for (pattern, rule) in rules.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
                met.extend(self.patterns[pattern].is_match(key).then_some(rule));
            }
            if met.is_empty() {
                match rules.get("additionalProperties") {
                    Some(Value::Bool(false)) => return Err(format!("/{key}: unknown key")),
                    Some(rule) => met.push(rule),
                    None => {}
                }
            }
            for rule in met {
                self.check(rule, inner).map_err(|path| format!("/{key}{path}"))?;
            }
        }
        Ok(())
    }
}

#[test]
fn the_checked_in_copy_is_the_schema() {
    if std::env::var_os("MEDAID_WRITE_SCHEMA").is_some() {
        fs::write(COPY, medaid::schema()).unwrap();
    }
    let copy = fs::read_to_string(COPY).unwrap();
    assert!(copy == medaid::schema(), "write it anew: MEDAID_WRITE_SCHEMA=1 cargo test --features cli --test it schema");
}

/// All rule files of a folder and those below.
pub(crate) fn rule_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rule_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "toml") && path.file_name().is_some_and(|n| n != "expect.toml" && n != "frame.toml")
        {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_rule_file_fits() {
    let validator = Validator::new();
    let mut files = Vec::new();
    rule_files(Path::new("fixtures"), &mut files);
    rule_files(Path::new("tests/it/schemes"), &mut files);
    files.extend(Code::ALL.iter().map(|code| code.page(Language::En).right_scheme()));
    let reference = include_str!("../../docs/rule-language.md");
    files.extend(reference.split("```toml\n").skip(1).filter_map(|block| block.split_once("\n```")).map(|(block, _)| block.to_owned()));
    assert!(files.len() >= 40, "{}", files.len());
    for text in files.iter().filter(|text| text.contains("format = ")) {
        assert_eq!(validator.fits(&json_of(text)), Ok(()), "{text}");
    }
}

#[test]
fn what_the_reader_takes_fits() {
    let validator = Validator::new();
    for seed in 1..=500 {
        let scheme = model::generate::history(seed, Wish::Any, &mut model::coverage::Coverage::default()).scheme;
        let text = model::toml::rule_file(&scheme);
        if Scheme::parse("generated.toml", &text).is_ok() {
            assert_eq!(validator.fits(&json_of(&text)), Ok(()), "{text}");
        }
    }
}

const HEAD: &str = include_str!("../../docs/codes/frame.toml");
const BENEFIT: &str = "[[layer]]\nid = \"a\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"in_scope\"]\n";

#[test]
fn what_is_wrong_does_not_fit() {
    let validator = Validator::new();
    let fits = |text: &str| validator.fits(&json_of(text));
    let benefit = |lines: &str| fits(&format!("{HEAD}{BENEFIT}{lines}")).err().unwrap_or_default();
    assert_eq!(benefit("ratio = \"70%\""), "");
    assert_eq!(fits(&format!("{HEAD}{BENEFIT}").replace("format = 1", "format = 2")).unwrap_err(), "format: const: 2");
    assert_eq!(benefit("ratoi = \"70%\""), "layer/0/benefit/0/ratoi: unknown key");
    assert!(benefit("ratio = 0.7").starts_with("layer/0/benefit/0/ratio: type"), "{}", benefit("ratio = 0.7"));
    assert_eq!(benefit("deductible = { amount = 1, per = \"policy_year\" }"), "layer/0/benefit/0/deductible/per: enum: \"policy_year\"");
    assert!(benefit("ratio = [{ when = { age = \"< 60\" } }]").starts_with("layer/0/benefit/0/ratio/0: "));
    assert_eq!(benefit("minimum = { \"2024-1-1\" = 5 }"), "layer/0/benefit/0/minimum/2024-1-1: pattern: \"2024-1-1\"");
    assert!(benefit("minimum = \"a ? b\"").starts_with("layer/0/benefit/0/minimum: "));
}

/// Where the keys of each kind of table stand. `%` is a key with its value.
const PLACES: [(&str, &str); 37] = [
    ("scheme", "[scheme]\n%"),
    ("effective", "[scheme]\neffective = { % }"),
    ("money", "[scheme]\nmoney = { % }"),
    ("title", "[scheme]\ntitle = { % }"),
    ("portion", "[[portion]]\n%"),
    ("attribute", "[[attribute]]\n%"),
    ("parameter", "[parameters.x]\n%"),
    ("accumulator", "[[accumulator]]\n%"),
    ("classify", "[[classify]]\n%"),
    ("layer", "[[layer]]\n%"),
    ("premium", "[[layer]]\npremium = { % }"),
    ("donation", "[[fund]]\ndonations = [{ % }]"),
    ("corridor", "[[fund]]\ncorridor = [{ % }]"),
    ("cap", "[[layer]]\ncap = { % }"),
    ("benefit", "[[layer]]\n[[layer.benefit]]\n%"),
    ("deductible", "[[layer]]\n[[layer.benefit]]\ndeductible = { % }"),
    ("copay", "[[layer]]\n[[layer.benefit]]\ncopay = { % }"),
    ("copay_cap", "[[layer]]\n[[layer.benefit]]\ncopay = { cap = { % } }"),
    ("point", "[[layer]]\n[[layer.benefit]]\npoints = { % }"),
    ("factor", "[[layer]]\n[[layer.benefit]]\nfactors = { % }"),
    ("out_of_pocket_max", "[[layer]]\n[[layer.benefit]]\nout_of_pocket_max = { % }"),
    ("rounding", "[[layer]]\n[[layer.benefit]]\nrounding = { % }"),
    ("bands", "[[layer]]\n[[layer.benefit]]\nbands = { % }"),
    ("band", "[[layer]]\n[[layer.benefit]]\nbands = { rows = [{ % }] }"),
    ("phases", "[[layer]]\n[[layer.benefit]]\nphases = { % }"),
    ("phase", "[[layer]]\n[[layer.benefit]]\nphases = { rows = [{ % }] }"),
    ("run_off", "[[layer]]\nrun_off = { % }"),
    ("notional", "[[layer]]\nnotional = { % }"),
    ("fund", "[[fund]]\n%"),
    ("grant", "[[layer]]\n[[layer.benefit]]\ngrant = { % }"),
    ("day_charge", "[[day_charge]]\n%"),
    ("day_row", "[[day_charge]]\nrows = [{ % }]"),
    ("ratio_between", "[[layer]]\n[[layer.benefit]]\nratio_between = { % }"),
    ("settles", "[scheme]\nsettles = { % }"),
    ("group", "[[layer]]\n[[layer.benefit]]\ngroup = { % }"),
    ("coordinate", "[[layer]]\n[[layer.benefit]]\ncoordinate = { % }"),
    ("in_kind", "[[layer]]\n[[layer.benefit]]\nin_kind = { % }"),
];

/// The reader reads every key of the schema: a value of a form that none takes is found fault with, and not because the key is unknown.
#[test]
fn the_reader_knows_every_key() {
    let schema = schema();
    let mut places: BTreeMap<&str, &str> = BTreeMap::from(PLACES);
    places.insert("grant_row", "[[layer]]\n[[layer.benefit]]\ngrant = { rows = [{ % }] }");
    let not_tables = ["amount", "ratio", "count", "value", "condition", "amount_table", "ratio_table", "count_table", "value_table"];
    let mut tables: Vec<(&str, &str, &Value)> = vec![("a rule file", "%", &schema)];
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        if !not_tables.contains(&name.as_str()) {
            tables.push((name, places[name.as_str()], definition));
        }
    }
    assert_eq!(tables.len(), places.len() + 1);
    for (name, place, definition) in tables {
        for key in definition["properties"].as_object().unwrap().keys() {
            let value = "1979-05-27T07:32:00";
            let head = if key == "format" { "" } else { "format = 1\n" };
            let text = format!("{head}{}\n", place.replace('%', &format!("{key} = {value}")));
            let at = text.find(value).unwrap();
            let found = Scheme::parse("s.toml", &text).unwrap_err();
            let there = found.findings().iter().filter(|f| f.labels()[0].span().start == at);
            assert!(there.clone().count() > 0, "{name}.{key} is not read: {found}");
            assert!(there.clone().all(|f| [Code::WrongForm, Code::BadValue].contains(&f.code())), "{name}.{key}: {found}");
            assert!(!found.findings().iter().any(|f| f.code() == Code::UnknownKey), "{name}.{key}: {found}");
        }
    }
}

/// The reference names every key.
#[test]
fn the_reference_names_every_key() {
    let schema = schema();
    // What stands between backticks, and in blocks.
    let code: String = include_str!("../../docs/rule-language.md").split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let tables = schema["definitions"].as_object().unwrap().values().chain([&schema]);
    for key in tables.filter_map(|t| t["properties"].as_object()).flat_map(Map::keys) {
        assert!(words.contains(&key.as_str()), "docs/rule-language.md does not name `{key}`");
    }
}
