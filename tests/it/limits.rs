//! The limits of `docs/limits.md`: just within each, and just beyond it.

use medaid::io::{Source, read_claims, read_people};
use medaid::{Code, Money, Scheme};

const HEAD: &str = r#"format = 1
[scheme]
id = "s"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "p"
"#;

/// The codes of the errors in a rule file.
fn codes(text: &str) -> Vec<Code> {
    match Scheme::parse("s.toml", text) {
        Ok(_) => Vec::new(),
        Err(found) => found.findings().iter().filter(|f| f.severity() == medaid::Severity::Error).map(medaid::Diagnostic::code).collect(),
    }
}

fn benefit(rule: &str) -> String {
    format!("{HEAD}[[layer]]\nid = \"l\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"p\"]\nratio = \"50%\"\n{rule}\n")
}

fn reads(csv: &str) -> Result<usize, String> {
    let source = Source::read("claims.csv", csv.as_bytes()).map_err(|e| e.to_string())?;
    read_claims(&source, None).map(|read| read.rejects.len()).map_err(|e| e.to_string())
}

#[test]
fn the_size_of_a_rule_file() {
    let padded = |bytes: usize| {
        let text = benefit("");
        let comment = "#".repeat(bytes - text.len());
        text + &comment
    };
    assert_eq!(codes(&padded(16 * 1024 * 1024)), []);
    assert_eq!(codes(&padded(16 * 1024 * 1024 + 1)), [Code::TooLarge]);
}

#[test]
fn the_depth_of_tables() {
    let nested = |depth: usize| format!("{HEAD}[[layer]]\nid = \"l\"\nwhen = {}{}\n", "{ any = [".repeat(depth), "] }".repeat(depth));
    assert!(!codes(&nested(30)).contains(&Code::Syntax));
    assert!(codes(&nested(50)).contains(&Code::Syntax));
    assert!(codes(&nested(100_000)).contains(&Code::Syntax));
}

#[test]
fn how_many_layers_and_benefits() {
    let layers = |count: usize| {
        let layer = |i: usize| format!("[[layer]]\nid = \"l{i}\"\ncovers = [\"p\"]\n");
        HEAD.to_owned() + &(0..count).map(layer).collect::<String>()
    };
    assert_eq!(codes(&layers(1_000)), []);
    assert_eq!(codes(&layers(1_001)), [Code::TooLarge]);
    let benefits = |count: usize| {
        let one = |i: usize| format!("[[layer.benefit]]\nid = \"b{i}\"\ncovers = [\"p\"]\nratio = \"1%\"\n");
        format!("{HEAD}[[layer]]\nid = \"l\"\n") + &(0..count).map(one).collect::<String>()
    };
    assert_eq!(codes(&benefits(1_000)), []);
    assert_eq!(codes(&benefits(1_001)), [Code::TooLarge]);
}

#[test]
fn how_many_findings() {
    let unknown: String = (0..1_500).map(|i| format!("[[layer]]\nid = \"l{i}\"\ncovers = [\"q{i}\"]\n")).collect();
    assert!(codes(&(HEAD.to_owned() + &unknown)).len() <= 1_000);
}

#[test]
fn how_long_and_deep_an_expression() {
    let terms = |count: usize| benefit(&format!("minimum = \"{}\"", vec!["1"; count].join(" + ")));
    assert_eq!(codes(&terms(64)), []);
    assert_eq!(codes(&terms(66)), [Code::BadValue]);
    let brackets = |depth: usize| benefit(&format!("minimum = \"{}1{}\"", "(".repeat(depth), ")".repeat(depth)));
    assert_eq!(codes(&brackets(60)), []);
    assert_eq!(codes(&brackets(65)), [Code::BadValue]);
    assert_eq!(codes(&brackets(100_000)), [Code::BadValue]);
}

#[test]
fn how_many_cases_of_a_table() {
    // 1,100 words of two facts: more than 2^20 cases of two.
    let words: Vec<String> = (0..1_100).map(|i| format!("\"w{i}\"")).collect();
    let attribute = |name: &str| format!("[[attribute]]\nname = \"{name}\"\nof = \"claim\"\nvalues = [{}]\n", words.join(", "));
    let rows: String = (0..1_099).map(|i| format!("{{ when = {{ x = \"w{i}\", y = \"w{i}\" }}, then = \"{}%\" }},\n", i % 90)).collect();
    let text = format!(
        "{HEAD}{}{}[[layer]]\nid = \"l\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"p\"]\nratio = [\n{rows}{{ otherwise = \"5%\" }}]\n",
        attribute("x"),
        attribute("y"),
    );
    assert_eq!(codes(&text), [Code::TooLarge]);
}

#[test]
fn how_large_and_how_precise_an_amount() {
    let claim = |amount: &str| reads(&format!("id,person,service_from,bill,portions.p\nc,x,2024-05-01,{amount},{amount}\n"));
    assert_eq!(claim("9223372036854.775807"), Ok(0));
    assert_eq!(claim("9223372036854.775808"), Ok(1));
    assert_eq!(claim("0.000001"), Ok(0));
    assert_eq!(claim("0.0000001"), Ok(1));
    assert_eq!(Money::MAX.to_string(), "9223372036854.775807");
}

#[test]
fn how_long_a_field_and_a_row() {
    let claim = |id: &str| reads(&format!("id,person,service_from,bill,portions.p\n{id},x,2024-05-01,1,1\n"));
    assert_eq!(claim(&"c".repeat(1_000)), Ok(0));
    assert_eq!(claim(&"c".repeat(1_001)), Ok(1));
    let columns = |count: usize| {
        let names: Vec<String> = (0..count - 4).map(|i| format!("attributes.a{i}")).collect();
        reads(&format!("id,person,service_from,bill,{}\n", names.join(",")))
    };
    assert_eq!(columns(10_000), Ok(0));
    assert!(columns(10_001).is_err());
}

#[test]
fn how_deep_json_may_be() {
    let people = |depth: usize| format!("[{{ \"id\": \"p\", \"attributes\": {{ \"a\": {}1{} }} }}]", "[".repeat(depth), "]".repeat(depth));
    for depth in [200, 1_000_000] {
        let source = Source::read("people.json", people(depth).as_bytes()).unwrap();
        assert!(read_people(&source).is_err());
    }
}

#[test]
fn how_long_a_personal_period() {
    let deductible = |per: &str| codes(&benefit(&format!("deductible = {{ amount = 1, per = \"{per}\" }}")));
    for per in ["1200 months from first use", "36525 days from first use"] {
        assert_eq!(deductible(per), [], "{per}");
    }
    for per in ["1201 months from first use", "36526 days from first use", "99999999999999999999 days from first use"] {
        assert_eq!(deductible(per), [Code::BadValue], "{per}");
    }
}
