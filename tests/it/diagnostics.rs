//! Every code of the checker, each with a rule file that triggers it and the exact words that its author reads.

use medaid::{Code, Language, Scheme};

const HEAD: &str = r#"format = 1
[scheme]
id = "s"
version = "1"
effective = { from = 2024-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "in_scope"
[[attribute]]
name = "level"
of = "claim"
values = ["1", "2", "3"]
"#;

/// The findings of a rule file, without the file's name, that are not about what is merely unused.
fn findings(text: &str) -> Vec<String> {
    let found = match Scheme::parse("s.toml", text) {
        Ok(scheme) => scheme.warnings().clone(),
        Err(found) => found,
    };
    for finding in found.findings() {
        let said = [finding.message(Language::Zh), finding.help_text(Language::Zh).unwrap_or("如下")];
        for text in said.into_iter().chain(finding.labels().iter().map(|l| l.message(Language::Zh)).filter(|m| !m.is_empty())) {
            assert!(is_chinese(text), "{}: {text}", finding.message(Language::En));
        }
    }
    found
        .to_string()
        .lines()
        .map(|l| l.trim_start_matches("s.toml:").to_owned())
        .filter(|l| !l.contains("nothing uses the attribute"))
        .collect()
}

/// Chinese, but for what stands in backticks, equations that name a case, and the name of TOML.
fn is_chinese(text: &str) -> bool {
    let text = text.replace("TOML", "");
    let words: String = text.split('`').step_by(2).collect();
    let words: Vec<&str> =
        words.split(|c: char| !c.is_ascii_alphanumeric() && !"_.-=<> ".contains(c)).filter(|w| !w.contains(" = ")).collect();
    let letters = words.iter().flat_map(|w| w.chars()).filter(char::is_ascii_alphabetic).count();
    text.chars().any(|c| c > '\u{2e80}') && letters == 0
}

/// The findings of the usual head with one benefit, whose lines begin at line 17.
fn of_benefit(lines: &str) -> Vec<String> {
    findings(&format!("{HEAD}[[layer]]\nid = \"basic\"\n[[layer.benefit]]\nid = \"stay\"\n{lines}"))
}

#[test]
fn a_clean_scheme_has_no_findings() {
    assert_eq!(of_benefit("covers = [\"in_scope\"]\nratio = \"70%\""), Vec::<String>::new());
}

#[test]
fn e001_syntax_all_errors_at_once() {
    let found = of_benefit("covers = [\"in_scope\"\nratio == \"70%\"\n");
    assert!(found.iter().filter(|f| f.contains("error[E001]")).count() >= 2, "{found:#?}");
}

#[test]
fn e002_unknown_key() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratoi = \"70%\"\nratio = \"60%\""),
        ["18:1: error[E002]: [[layer.benefit]] has no key `ratoi` (did you mean `ratio`?)"]
    );
}

#[test]
fn e003_missing_key() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]"),
        ["15:1: error[E003]: a benefit needs `ratio`, `bands`, `phases`, `grant`, `fixed` or `in_kind`: how much it pays"]
    );
}

#[test]
fn e004_wrong_form() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = \"70%\"\ndeductible = 300"),
        ["19:14: error[E004]: `deductible` must be a table, not a number"]
    );
}

#[test]
fn e005_bad_value() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = \"70% +\"\ndeductible = { amount = 1, per = \"policy_year\" }"),
        [
            "18:15: error[E005]: a number, a name or `(` is expected at the end",
            "19:34: error[E005]: `per` cannot be `policy_year` (did you mean `policy-year`?)",
        ]
    );
}

#[test]
fn e006_unknown_names() {
    assert_eq!(
        of_benefit("covers = [\"in_scop\"]\nratio = \"threshhold\"\nwhen = { levle = \"1\" }\nunless = { level = \"4\" }"),
        [
            "17:11: error[E006]: there is no portion `in_scop` (did you mean `in_scope`?)",
            "18:10: error[E006]: there is no attribute, fact or parameter `threshhold`",
            "19:10: error[E006]: there is no attribute, fact or parameter `levle` (did you mean `level`?)",
            "20:20: error[E006]: `4` is not a value of `level` (did you mean `1`?)",
        ]
    );
}

#[test]
fn e007_duplicate_name() {
    let found = findings(&format!("{HEAD}[[portion]]\nid = \"in_scope\"\n[[layer]]\nid = \"a\"\ncovers = [\"in_scope\"]\n"));
    assert_eq!(found, ["14:6: error[E007]: there is already a portion `in_scope`"]);
}

#[test]
fn e008_wrong_unit() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = 0.7\ndeductible = { amount = \"10%\", per = \"claim\" }\nminimum = \"100 + 10%\""),
        [
            "18:9: error[E008]: a ratio is wanted here, this is a number (ratios are written with a percent sign, as text: \"60%\")",
            "19:26: error[E008]: an amount is wanted here, this is a ratio",
            "20:12: error[E008]: a ratio does not go with a number",
        ]
    );
}

#[test]
fn e008_a_bare_number_among_ratios() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = [{ when = { level = \"1\" }, then = 0.65 }, { otherwise = \"60%\" }]"),
        [
            "18:43: error[E008]: the other values here are ratios, this is a number (ratios are written with a percent sign, as text: \"60%\")"
        ]
    );
}

#[test]
fn e009_out_of_range() {
    assert_eq!(
        of_benefit(
            "covers = [\"in_scope\"]\nratio = [{ when = { level = \"1\" }, then = \"50%\" }, { otherwise = \"50% + 60%\" }]\nminimum = -1"
        ),
        ["18:9: error[E009]: 110% is not between 0% and 100%, for level = 2", "19:11: error[E009]: -1 is below zero",]
    );
}

#[test]
fn e010_gap_names_the_missing_case() {
    assert_eq!(
        of_benefit(
            "covers = [\"in_scope\"]\nratio = [{ when = { level = \"1\", age = \">= 60\" }, then = \"50%\" }, { when = { level = [\"2\", \"3\"] }, then = \"60%\" }]"
        ),
        [
            "18:9: error[E010]: no row of this table is met by: level = 1, age = 0 (add a row for this case, or `{ otherwise = ... }` at the end)"
        ]
    );
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = { \"2024-07-01\" = \"50%\" }"),
        ["18:11: error[E010]: there is no value before 2024-07-01, but the scheme holds from 2024-01-01"]
    );
}

#[test]
fn e011_overlap_names_the_case() {
    assert_eq!(
        of_benefit(
            "covers = [\"in_scope\"]\nratio = [{ when = { age = \">= 60\" }, then = \"50%\" }, { when = { age = \"<= 60\" }, then = \"60%\" }]"
        ),
        ["18:54: error[E011]: two rows of this table are met by: age = 60 (exactly one row must hold in every case)"]
    );
}

#[test]
fn e012_out_of_order() {
    assert_eq!(
        of_benefit(
            "covers = [\"in_scope\"]\nbands = { measured = \"absolute\", per = \"claim\", rows = [{ to = 5, ratio = \"50%\" }, { to = 5, ratio = \"60%\" }, { ratio = \"70%\" }] }"
        ),
        ["18:84: error[E012]: each band ends above the one before"]
    );
}

#[test]
fn e013_cyclic_reference() {
    let found = findings(&format!(
        "{HEAD}[[layer]]\nid = \"a\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"in_scope\"]\nratio = \"70%\"\nminimum = \"x\"\n[parameters]\nx = \"y + 1\"\ny = \"x + 1\"\n"
    ));
    assert_eq!(found, ["21:1: error[E013]: `x` is figured from itself"]);
}

#[test]
fn e014_no_value() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = \"70%\"\nminimum = \"100 / 3\"\ncap = [{ amount = \"100 / 0\", per = \"claim\" }]"),
        [
            "19:12: error[E014]: this has no exact value with six decimal places for any claim: it divides by zero, is too large, or needs rounding (say how it is rounded, such as `round(x, 0.01)`)",
            "20:20: error[E014]: this divides by zero",
        ]
    );
}

#[test]
fn e015_accumulator_mismatch() {
    let found = findings(&format!(
        "{HEAD}[[accumulator]]\nid = \"paid\"\ncounts = \"payment\"\nper = \"policy-year\"\n[[layer]]\nid = \"a\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"in_scope\"]\nratio = \"70%\"\ndeductible = {{ amount = 1, accumulator = \"paid\" }}\n"
    ));
    assert_eq!(found, ["23:42: error[E015]: `paid` counts payment, but a deductible here runs on one that counts deductible"]);
}

#[test]
fn e016_too_large() {
    let mut text = HEAD.to_owned();
    for i in 0..1_001 {
        text.push_str(&format!("[[layer]]\nid = \"l{i}\"\ncovers = [\"in_scope\"]\n"));
    }
    assert_eq!(findings(&text), ["1:1: error[E016]: a scheme may have at most 1000 layers, and a layer as many benefits"]);
}

#[test]
fn e017_conflict() {
    assert_eq!(
        of_benefit("covers = [\"in_scope\"]\nratio = \"70%\"\nfixed = 5"),
        ["19:9: error[E017]: `ratio`, `fixed` exclude each other"]
    );
}

#[test]
fn e018_unknown_format() {
    assert_eq!(findings("format = 2\n"), ["1:10: error[E018]: format 2 of the rule language is not known; this version reads format 1"]);
}

#[test]
fn warnings() {
    let found = findings(&format!(
        "{HEAD}[[portion]]\nid = \"out_of_scope\"\n[[layer]]\nid = \"a\"\n[[layer.benefit]]\nid = \"b\"\ncovers = [\"in_scope\"]\nratio = \"0%\"\n[parameters]\nx = 5\n"
    ));
    assert_eq!(
        found,
        [
            "14:6: warning[W103]: no layer pays for `out_of_scope`: the patient bears all of it",
            "18:6: warning[W102]: `b` can never pay: its ratio is 0%",
            "22:1: warning[W101]: nothing uses the parameter `x`",
        ]
    );
}

/// What lies above an out-of-pocket maximum is paid, whatever the ratio.
#[test]
fn a_maximum_pays_where_the_ratio_does_not() {
    let none: [&str; 0] = [];
    let maximum = "out_of_pocket_max = { amount = 100, per = \"policy-year\" }";
    assert_eq!(of_benefit(&format!("covers = [\"in_scope\"]\nratio = \"0%\"\n{maximum}")), none);
    assert_eq!(of_benefit("covers = [\"in_scope\"]\nratio = \"0%\"").len(), 1);
}

/// Every code has a test above, or one of reasoning in `check.rs`: its number stands in one of the files.
#[test]
fn every_code_is_tested() {
    let file = include_str!("diagnostics.rs");
    for code in Code::ALL {
        let shown = |file: &str| file.contains(&format!("[{code}]"));
        assert!(shown(file) || shown(include_str!("check.rs")), "no test shows {code} ({})", code.name());
    }
}

/// Hostile files end in findings, quickly.
#[test]
fn hostile_files() {
    for text in [
        String::new(),
        "\u{feff}".to_owned(),
        "format = 1".to_owned(),
        "=".repeat(100_000),
        "[".repeat(100_000),
        format!("format = 1\nx = {}", "[".repeat(100_000)),
        format!("format = 1\nx = {}{}", "{ a = ".repeat(5_000), "}".repeat(5_000)),
        format!("{HEAD}[[layer]]\nid = \"a\"\nwhen = {}", "{ not = ".repeat(5_000)),
        format!("format = 1\n{}", "[[layer]]\n".repeat(50_000)),
        "format = 1\nscheme = 3\nportion = 3\nattribute = 3\nparameters = 3\naccumulator = 3\nclassify = 3\nlayer = 3\n".to_owned(),
    ] {
        let start: String = text.chars().take(40).collect();
        let found = Scheme::parse("s.toml", &text).expect_err(&start);
        assert!(found.has_errors() && found.findings().len() <= 2_100, "{start}: {}", found.findings().len());
    }
}

/// All that an author who reads Chinese sees of a bad file.
#[test]
fn chinese_findings() {
    let text = format!(
        "{HEAD}[[layer]]\nid = \"basic\"\n[[layer.benefit]]\nid = \"stay\"\ncovers = [\"in_scop\"]\nratio = 0.7\nratoi = 1\nwhen = {{ level = 2, age = \"old\" }}\n\
         deductible = [{{ amount = \"100 / 3\", per = \"stay\", owner = \"household\" }}, {{ amount = -1, per = \"week\" }}]\n\
         copay = [{{ amount = \"10% + 5\" }}, {{ amount = [{{ when = {{ level = \"1\" }}, then = 5 }}] }}, {{ amount = {{ \"2024-07-01\" = 5 }} }}]\n\
         minimum = [{{ when = {{ age = \">= 60\" }}, then = 1 }}, {{ when = {{ age = \"<= 60\" }}, then = \"2 / 0\" }}]\n\
         cap = [{{ amount = \"avg(1)\", accumulator = \"x\" }}]\n[[attribute]]\nname = \"age\"\nof = \"person\"\ntype = \"count\"\n\
         [parameters]\nx = \"y\"\ny = \"x * 2\"\n"
    );
    let found = Scheme::parse("s.toml", &text).unwrap_err();
    let told: Vec<String> = found
        .findings()
        .iter()
        .map(|f| {
            assert!(is_chinese(f.message(Language::Zh)), "{}", f.message(Language::Zh));
            let help = f.help_text(Language::Zh).map_or(String::new(), |h| format!("\n     {h}"));
            format!("{} {}{help}", f.code(), f.message(Language::Zh))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn parts_of_the_patients_share_that_cannot_be_told_apart() {
    let of = |lines: &str| -> Vec<String> {
        let found = of_benefit(&format!("covers = [\"in_scope\"]\n{lines}"));
        found.into_iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).collect()
    };
    let maximum = "out_of_pocket_max = { amount = 700, per = \"calendar-year\", of = \"coinsurance\" }\n";
    let ratio = "ratio = \"90%\"\n";
    assert_eq!(of(&format!("{ratio}{maximum}rounding = {{ unit = \"0.05\", of = \"coinsurance\" }}")), Vec::<String>::new());
    assert_eq!(
        of(&format!("{ratio}{}", maximum.replace("coinsurance", "coinsurence"))),
        ["error[E005]: `of` cannot be `coinsurence` (did you mean `coinsurance`?)"]
    );
    assert_eq!(
        of(&format!("{ratio}{}", maximum.replace("\"coinsurance\"", "[]"))),
        ["error[E005]: at least one part of the patient's share must be named"]
    );
    assert_eq!(
        of(&format!("{ratio}{}", maximum.replace("\"coinsurance\"", "[\"copay\", \"copay\"]"))),
        ["error[E007]: `copay` is named twice"]
    );
    let two = "out_of_pocket_max = [{ amount = 700, per = \"claim\", of = \"coinsurance\" }, { amount = 900, per = \"day\" }]";
    assert_eq!(
        of(&format!("{ratio}{two}")),
        ["error[E017]: the maxima of one benefit hold down the same parts: `of` must be the same in all"]
    );
    assert_eq!(
        of(&format!("fixed = 100\n{maximum}")),
        ["error[E017]: the parts of the patient's share are told apart only with `ratio` or `bands`"]
    );
    assert_eq!(
        of(&format!("{ratio}{maximum}deductible = {{ amount = 5, per = \"day\", kind = \"franchise\" }}")),
        ["error[E017]: the parts of the patient's share cannot be told apart under a franchise"]
    );
    assert_eq!(
        of(&format!("{ratio}copay = [{{ amount = 5, taken = \"from-payment\" }}]\nrounding = {{ unit = \"0.05\", of = \"coinsurance\" }}")),
        ["error[E017]: the parts of the patient's share cannot be told apart with a copayment taken from the payment: take it elsewhere"]
    );
    assert_eq!(
        of(&format!("{ratio}copay = [{{ amount = 5, taken = \"beside\" }}]\nout_of_pocket_max = {{ amount = 700, per = \"day\" }}")),
        ["error[E017]: a copayment beside the bill is outside of the maximum: name the parts of the maximum with `of`, without `copay`"]
    );
    assert_eq!(
        of(&format!("{ratio}copay = [{{ amount = 0.005, taken = \"beside\" }}]")),
        ["error[E009]: 0.005 beside the bill is no whole multiple of the scheme's unit 0.01"]
    );
    let named = "out_of_pocket_max = { amount = 700, accumulator = \"shared\", of = \"coinsurance\" }\n";
    let shared = "[[accumulator]]\nid = \"shared\"\ncounts = \"patient-share\"\nper = \"calendar-year\"\n";
    assert_eq!(
        of(&format!("{ratio}{named}{shared}")),
        ["error[E017]: a maximum of some parts runs on an accumulator of its own: write `per`, not `accumulator`"]
    );
}

#[test]
fn coordination_that_cannot_be() {
    // Two layers: `other`, given, pays for in_scope; `writer` waives out_of_scope.
    let of = |coordinate: &str, more: &str| -> Vec<String> {
        let benefit = format!("covers = [\"in_scope\"]\nratio = \"80%\"\n{more}{coordinate}");
        let earlier = "[[portion]]\nid = \"out_of_scope\"\n[[layer]]\nid = \"other\"\ncovers = [\"in_scope\"]\n[[layer]]\nid = \"writer\"\nrole = \"write-off\"\ncovers = [\"out_of_scope\"]\n";
        let found = findings(&format!("{HEAD}{earlier}[[layer]]\nid = \"basic\"\n[[layer.benefit]]\nid = \"stay\"\n{benefit}"));
        found.into_iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(of("coordinate = { pays = \"own\" }", ""), Vec::<String>::new());
    assert_eq!(
        of("coordinate = { with = [\"othr\"], pays = \"own\" }", ""),
        ["error[E006]: `othr` is no earlier layer: a benefit coordinates with layers that pay before it (did you mean `other`?)"]
    );
    assert_eq!(of("coordinate = { with = [\"other\", \"other\"], pays = \"own\" }", ""), ["error[E007]: `other` is named twice"]);
    assert_eq!(
        of("coordinate = { with = [\"writer\"], pays = \"own\" }", ""),
        ["error[E017]: `writer` pays for no portion that this benefit covers"]
    );
    assert_eq!(
        of("coordinate = { with = [\"other\"] }", ""),
        ["error[E003]: `coordinate` needs `pays`, `least` or `greatest`: which figure it pays"]
    );
    assert_eq!(
        of("coordinate = { pays = \"own\", least = [\"own\"] }", ""),
        ["error[E017]: `pays`, `least`, `greatest` exclude each other"]
    );
    assert_eq!(of("coordinate = { least = [\"own\", \"own\"] }", ""), ["error[E007]: `own` is named twice"]);
    assert_eq!(of("coordinate = { least = [] }", ""), ["error[E005]: at least one figure must be named"]);
    assert_eq!(
        of("coordinate = { pays = \"own\" }", "indemnity = false\n"),
        ["error[E017]: sums beside the bill (`indemnity = false`) cannot be coordinated"]
    );
    assert_eq!(
        of("coordinate = { pays = \"own\" }", "rounding = { unit = \"0.05\", of = \"coinsurance\" }\n"),
        ["error[E017]: the parts of the patient's share cannot be told apart in a coordinating benefit"]
    );
    let alone = of_benefit("covers = [\"in_scope\"]\nratio = \"80%\"\ncoordinate = { pays = \"own\" }");
    assert_eq!(alone, ["19:14: error[E017]: no layer that pays comes before this one"]);
}

#[test]
fn phases_that_cannot_be() {
    let of = |phases: &str, more: &str| -> Vec<String> {
        let fund = "[[fund]]\nid = \"plan\"\n[[fund]]\nid = \"maker\"\n";
        let benefit = format!("covers = [\"in_scope\"]\n{more}phases = {{ per = \"policy-year\", rows = [{phases}] }}");
        let found = findings(&format!("{HEAD}{fund}[[layer]]\nid = \"basic\"\n[[layer.benefit]]\nid = \"stay\"\n{benefit}"));
        found.into_iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).filter(|one| !one.contains("nothing uses")).collect()
    };
    let fine = "{ to_share = 100, split = { plan = \"50%\", maker = \"20%\" } }, { ratio = \"0%\" }";
    assert_eq!(of(fine, ""), Vec::<String>::new());
    assert_eq!(of("{ ratio = \"0%\" }, { ratio = \"50%\" }", ""), ["error[E012]: only the last phase may be without `to` and `to_share`"]);
    assert_eq!(of("{ to_share = 5, ratio = \"50%\" }", ""), ["error[E012]: the last phase has no end: leave `to` and `to_share` out"]);
    assert_eq!(of("{ to = 5 }, { ratio = \"50%\" }", ""), ["error[E003]: a phase needs `ratio` or `split`: how much is paid"]);
    assert_eq!(of("{ split = {} }", ""), ["error[E005]: `split` names at least one fund"]);
    assert_eq!(of("{ split = { plam = \"50%\" } }", ""), ["error[E006]: there is no fund `plam` (did you mean `plan`?)"]);
    assert_eq!(
        of("{ split = { plan = \"50%\", maker = \"60%\" } }", ""),
        ["error[E009]: the ratios of the funds add up to 110%, more than 100%"]
    );
    assert_eq!(
        of("{ to = 5, split = { plan = \"50%\" } }, { ratio = \"50%\" }", ""),
        ["error[E017]: in one benefit either every phase that pays is split over funds, or none"]
    );
    assert_eq!(
        of(fine, "deductible = { amount = 5, per = \"claim\" }\n"),
        ["error[E017]: `phases` cannot go with `deductible`: say it as a phase"]
    );
    let accumulator = |payers: &str| {
        let text = format!("[[accumulator]]\nid = \"a\"\ncounts = \"base\"\nper = \"policy-year\"\nwith_payments_of = {payers}\n");
        let benefit = format!("covers = [\"in_scope\"]\nphases = {{ accumulator = \"a\", rows = [{fine}] }}");
        let rest = format!(
            "[[fund]]\nid = \"plan\"\n[[fund]]\nid = \"maker\"\n[[layer]]\nid = \"basic\"\n[[layer.benefit]]\nid = \"stay\"\n{benefit}"
        );
        let found = findings(&format!("{HEAD}{text}{rest}"));
        found.into_iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(accumulator("[\"plan\"]"), Vec::<String>::new());
    assert_eq!(accumulator("[\"plum\"]"), ["error[E006]: there is no layer or fund `plum` (did you mean `plan`?)"]);
    assert_eq!(accumulator("[\"plan\", \"plan\"]"), ["error[E007]: `plan` is named twice"]);
    assert_eq!(
        accumulator("[\"plan\", \"basic\"]"),
        ["error[E017]: what `basic` pays includes what `plan` pays: it would be counted twice"]
    );
}

#[test]
fn a_ratio_between_that_cannot_be() {
    let of = |lines: &str| -> Vec<String> {
        let found = of_benefit(&format!("covers = [\"in_scope\"]\n{lines}"));
        found.into_iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(of("ratio = \"70%\"\nratio_between = { least = \"30%\", most = \"90%\" }"), Vec::<String>::new());
    assert_eq!(of("ratio = \"70%\"\nratio_between = {}"), ["error[E003]: `ratio_between` needs `least` or `most`"]);
    assert_eq!(
        of("fixed = 5\nratio_between = { least = \"30%\" }"),
        ["error[E017]: only the ratio of `ratio` or `bands` has a least and a most"]
    );
    assert_eq!(of("ratio = \"70%\"\nratio_between = { most = \"130%\" }"), ["error[E009]: 130% is not between 0% and 100%"]);
}

#[test]
fn copayments_by_item_that_cannot_be() {
    let of = |lines: &str| -> Vec<String> {
        let found = of_benefit(&format!("covers = [\"in_scope\"]\nratio = \"70%\"\n{lines}"));
        found.into_iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).collect()
    };
    assert_eq!(of("copay = [{ ratio = \"10%\", least = 5, most = 10, each = \"line\" }]"), Vec::<String>::new());
    assert_eq!(of("copay = [{ each = \"line\" }]"), ["error[E003]: a copayment needs `amount` or `ratio`"]);
    assert_eq!(of("copay = [{ amount = 5, ratio = \"10%\" }]"), ["error[E017]: `amount`, `ratio` exclude each other"]);
    assert_eq!(
        of("copay = [{ amount = 5, least = 2 }]"),
        ["error[E017]: `least` goes with `ratio` only: write it into the expression of `amount`"]
    );
    assert_eq!(
        of("copay = [{ ratio = \"10%\", each = \"day\" }]"),
        ["error[E017]: a copayment for each day is an `amount`: what each day cost is not known"]
    );
    assert_eq!(
        of("copay = [{ ratio = \"10%\", taken = \"from-payment\" }]"),
        ["error[E017]: a copayment by `ratio` comes out of the base: `taken` is `before-ratio` or `before-deductible`"]
    );
    assert_eq!(of("copay = [{ ratio = \"10%\", least = 10, most = 5 }]"), ["error[E009]: `least` 10 is above `most` 5"]);
    assert_eq!(
        of("copay = [{ amount = 5, each = \"unit\" }]"),
        ["error[E017]: units are the quantities of lines, and without `[[classify]]` no bill has lines"]
    );
    assert_eq!(
        of("copay = [{ amount = 5, cap = { amount = 50, per = \"day\" } }]\nout_of_pocket_max = { amount = 700, per = \"day\" }"),
        [
            "error[E017]: a cap on a copayment does not go with an out-of-pocket maximum that holds it down: name the parts of the maximum with `of`, without `copay`"
        ]
    );
}
