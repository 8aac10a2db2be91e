//! What reasoning about a scheme finds: each code with a rule file that triggers it, and its claims against brute force.

use std::fmt::Write as _;

use medaid::check::{Effort, Finding, Report, check, check_within};
use medaid::{Claim, Code, Decision, Language, Ledger, Money, Person, Plan, Scheme};

use crate::model::coverage::Coverage;
use crate::model::generate::{Wish, history};
use crate::model::toml;

const HEAD: &str = r#"format = 1
[scheme]
id = "s"
version = "1"
effective = { from = 2024-01-01, until = 2026-01-01 }
money = { currency = "CNY", unit = "0.01" }
[[portion]]
id = "in_scope"
[[attribute]]
name = "identity"
of = "person"
values = ["poor", "low_income", "none"]
[[attribute]]
name = "care"
of = "claim"
values = ["inpatient", "outpatient"]
"#;

fn scheme(rest: &str) -> Scheme {
    Scheme::parse("s.toml", &format!("{HEAD}{rest}")).unwrap()
}

/// A layer with benefits, each given by its id and lines.
fn layer(id: &str, own: &str, benefits: &[(&str, &str)]) -> String {
    let mut text = format!("[[layer]]\nid = \"{id}\"\n{own}\n");
    for (id, lines) in benefits {
        write!(text, "[[layer.benefit]]\nid = \"{id}\"\ncovers = [\"in_scope\"]\n{lines}\n").unwrap();
    }
    text
}

/// The findings of a code as their author reads them, with the decisions on the witness in short.
fn shown(scheme: &Scheme, code: Code) -> String {
    let report = check(scheme);
    let plan = Plan::compile(scheme).unwrap();
    let mut text = String::new();
    for finding in report.findings().iter().filter(|f| f.code() == code) {
        let line = scheme.text()[..finding.span().start].matches('\n').count() + 1;
        writeln!(text, "{} {} at line {line}: {}", finding.code(), finding.code().name(), &scheme.text()[finding.span()]).unwrap();
        for language in [Language::En, Language::Zh] {
            writeln!(text, "  {}", finding.message(language)).unwrap();
            writeln!(text, "  = {}", finding.help_text(language).unwrap_or("-")).unwrap();
        }
        let Some(witness) = finding.shown_by() else { continue };
        writeln!(text, "  {}\n  {}", witness.shows(Language::En), witness.shows(Language::Zh)).unwrap();
        for person in witness.people() {
            writeln!(text, "  person {}", serde_json::to_string(person).unwrap()).unwrap();
        }
        for (claim, decision) in witness.claims().iter().zip(witness.decisions(&plan).unwrap()) {
            let layers: Vec<String> = decision.layers.iter().map(|l| format!("{} {}", l.layer.id, l.paid)).collect();
            writeln!(text, "  claim {}\n    paid {}: {}", serde_json::to_string(claim).unwrap(), decision.paid, layers.join(", ")).unwrap();
        }
    }
    text
}

fn codes(scheme: &Scheme) -> Vec<String> {
    check(scheme).findings().iter().map(|f| f.code().to_string()).collect()
}

#[test]
fn a_plain_scheme_has_no_findings() {
    let text = layer(
        "basic",
        "",
        &[(
            "stay",
            "when = { care = \"inpatient\" }\nratio = [{ when = { identity = \"poor\" }, then = \"90%\" }, { otherwise = \"70%\" }]",
        )],
    );
    assert_eq!(codes(&scheme(&text)), Vec::<String>::new());
}

#[test]
fn w104_conditions_that_cannot_all_hold() {
    // [W104]
    let text = layer(
        "basic",
        "when = { care = \"inpatient\" }",
        &[("stay", "ratio = \"70%\""), ("visit", "when = { care = \"outpatient\" }\nratio = \"50%\"")],
    ) + &layer(
        "never",
        "when = { identity = \"poor\" }\nunless = { identity = [\"poor\", \"none\"] }",
        &[("all", "ratio = \"50%\"")],
    ) + &layer(
        "capped",
        "",
        &[(
            "all",
            "when = { identity = \"poor\" }\nratio = \"50%\"\ncap = [{ per = \"claim\", amount = 100, when = { identity = \"none\" } }]",
        )],
    );
    insta::assert_snapshot!(shown(&scheme(&text), Code::Unreachable));
}

#[test]
fn w104_a_benefit_that_another_always_replaces() {
    let text = layer("first", "", &[("all", "when = { identity = [\"poor\", \"low_income\"] }\nratio = \"100%\"")])
        + &layer(
            "second",
            "",
            &[("poor", "when = { identity = \"poor\" }\nratio = \"50%\""), ("others", "when = { identity = \"none\" }\nratio = \"50%\"")],
        );
    insta::assert_snapshot!(shown(&scheme(&text), Code::Unreachable));
}

/// A ratio of 100 % that is kept below takes not all.
#[test]
fn w104_a_benefit_beside_one_that_leaves_a_tenth() {
    let first = |most: &str| layer("first", "", &[("all", &format!("ratio = \"100%\"\n{most}"))]);
    let second = layer("second", "", &[("all", "ratio = \"50%\"")]);
    let has = |most: &str| codes(&scheme(&(first(most) + &second))).contains(&"W104".to_owned());
    assert!(has("") && has("ratio_between = { least = \"90%\" }"));
    assert!(!has("ratio_between = { most = \"90%\" }"));
}

#[test]
fn w104_bands_rows_and_dates() {
    let bands = "bands = { measured = \"absolute\", per = \"policy-year\", rows = [{ to = 5000, ratio = \"50%\" }, { to = 9000, ratio = \"60%\" }, { ratio = \"70%\" }] }";
    let text = layer("basic", "", &[("year", &format!("{bands}\ncap = [{{ per = \"policy-year\", on = \"base\", amount = 5000 }}]"))])
        + &layer(
            "poor",
            "when = { identity = [\"poor\", \"low_income\"] }",
            &[(
                "all",
                "ratio = [{ when = { identity = \"poor\" }, then = \"90%\" }, { when = { identity = \"none\" }, then = \"10%\" }, { otherwise = \"70%\" }]",
            )],
        )
        + &layer(
            "dated",
            "",
            &[("all", "deductible = { per = \"claim\", amount = { \"2024-01-01\" = 100, \"2026-01-01\" = 200 } }\nratio = \"50%\"")],
        );
    insta::assert_snapshot!(shown(&scheme(&text), Code::Unreachable));
}

#[test]
fn w105_limits_that_never_count() {
    // [W105]
    let text = layer(
        "basic",
        "",
        &[("stay", "ratio = \"70%\"\ncap = [{ per = \"claim\", amount = 50000 }, { per = \"policy-year\", amount = 20000 }]")],
    ) + &layer(
        "second",
        "",
        &[(
            "stay",
            "ratio = \"70%\"\ncap = [{ per = \"policy-year\", on = \"base\", amount = 10000 }, { per = \"policy-year\", amount = 30000 }]",
        )],
    );
    insta::assert_snapshot!(shown(&scheme(&text), Code::IdleLimit));
}

/// A position can be higher than what a rule's own claims brought: by payments of others, or by what a year carried over.
#[test]
fn w105_and_w106_look_at_payments_of_others_and_at_what_is_carried_over() {
    let has = |text: &str, code: &str| codes(&scheme(text)).iter().any(|found| found == code);
    let first = layer("first", "", &[("stay", "ratio = \"50%\"")]);
    let caps = "ratio = \"70%\"\ncap = [{ per = \"policy-year\", amount = 300 }, { accumulator = \"shared\", amount = 300 }]";
    let fed = |with: &str| {
        format!(
            "[[accumulator]]\nid = \"shared\"\ncounts = \"payment\"\nper = \"policy-year\"\n{with}\n{first}{}",
            layer("second", "", &[("stay", caps)])
        )
    };
    assert!(has(&fed(""), "W105"));
    assert!(!has(&fed("with_payments_of = [\"first\"]"), "W105"));

    let limits = "ratio = \"70%\"\ndeductible = { accumulator = \"met\", amount = 500 }\ncap = [{ per = \"calendar-year\", on = \"base\", amount = 500 }]";
    let carried = |carry: &str| {
        format!(
            "[[accumulator]]\nid = \"met\"\ncounts = \"deductible\"\nper = \"calendar-year\"\n{carry}\n{}",
            layer("one", "", &[("stay", limits)])
        )
    };
    assert!(has(&carried(""), "W106"));
    assert!(!has(&carried("carry_months = 3"), "W106"));
}

#[test]
fn w106_a_cap_on_the_base_below_the_deductible() {
    // [W106]
    let text = layer(
        "basic",
        "",
        &[(
            "year",
            "deductible = { per = \"policy-year\", amount = 15000 }\nratio = \"70%\"\ncap = [{ per = \"policy-year\", on = \"base\", amount = 10000 }]",
        )],
    );
    insta::assert_snapshot!(shown(&scheme(&text), Code::CapBelowDeductible));
}

#[test]
fn w107_a_gap_between_dates() {
    // [W107]
    let text = layer(
        "basic",
        "",
        &[
            ("old", "when = { rule_date = \"< 2025-01-01\" }\nratio = \"70%\""),
            ("new", "when = { rule_date = \">= 2025-02-01\" }\nratio = \"75%\""),
        ],
    );
    insta::assert_snapshot!(shown(&scheme(&text), Code::DateGap));
}

#[test]
fn w108_an_overlap_of_dates() {
    // [W108]
    let text = layer(
        "basic",
        "",
        &[
            ("old", "when = { rule_date = \"< 2025-03-01\" }\nratio = \"70%\""),
            ("new", "when = { rule_date = \">= 2025-02-01\" }\nratio = \"75%\""),
        ],
    );
    insta::assert_snapshot!(shown(&scheme(&text), Code::DateOverlap));
}

#[test]
fn w109_more_billed_less_paid() {
    // [W109]
    let text = layer("basic", "", &[("stay", "deductible = { per = \"claim\", amount = 300 }\nratio = \"70%\"")])
        + &layer("relief", "when = { billed = \"<= 30000\" }", &[("all", "ratio = \"50%\"")]);
    insta::assert_snapshot!(shown(&scheme(&text), Code::FallingPayment));
}

#[test]
fn n201_jumps() {
    // [N201]
    let text = layer("basic", "", &[("stay", "ratio = \"70%\"")])
        + &layer("second", "when = { left = \"> 3500\" }", &[("all", "ratio = \"50%\"")])
        + &layer("grant", "", &[("step", "grant = { per = \"claim\", rows = [{ above = 1000, pays = 700 }] }")]);
    insta::assert_snapshot!(shown(&scheme(&text), Code::Jump));
}

/// Layer two pays only where layer one has little left to pay and much remains: no first claim of a year comes there, but one after the cap is used up.
#[test]
fn n201_jumps_in_mid_year() {
    let text = "[[layer]]\nid = \"one\"\n[[layer.benefit]]\nid = \"all\"\ncovers = [\"in_scope\"]\nratio = \"90%\"\n\
                cap = [{ per = \"policy-year\", amount = 10000 }]\n\
                [[layer]]\nid = \"two\"\n[[layer.benefit]]\nid = \"all\"\nwhen = { \"paid.one\" = \"<= 500\", left = \">= 2000\" }\n\
                covers = [\"in_scope\"]\nratio = \"50%\"\n";
    let scheme = scheme(text);
    let report = check(&scheme);
    let finding = report.findings().iter().find(|f| f.code() == Code::Jump).expect("a jump");
    assert!(finding.message(Language::En).ends_with("see the opening balances of the example"), "{}", finding.message(Language::En));
    let witness = finding.shown_by().unwrap();
    let plan = Plan::compile(&scheme).unwrap();
    let opening: Vec<&str> = witness.people().iter().flat_map(|p| &p.opening).map(|o| o.accumulator.as_str()).collect();
    assert_eq!(opening, ["one.all.cap", "one.all.cap"]);
    // By hand: with what the cap has left, layer two begins where 2,000 remain, and then pays half of it.
    let decisions = witness.decisions(&plan).unwrap();
    let layer_two = |d: &Decision| d.layers[1].paid.to_string();
    assert_eq!(layer_two(&decisions[0]), "0.00");
    assert!(layer_two(&decisions[1]).starts_with("1000."), "{}", layer_two(&decisions[1]));
    assert_eq!(difference(decisions[1].bill.money().unwrap(), decisions[0].bill.money().unwrap()), 10_000);
}

#[test]
fn n202_the_order_of_claims() {
    // [N202]
    let text = layer(
        "basic",
        "",
        &[(
            "year",
            "deductible = { per = \"policy-year\", amount = 1000 }\nratio = [{ when = { care = \"inpatient\" }, then = \"80%\" }, { otherwise = \"50%\" }]",
        )],
    );
    insta::assert_snapshot!(shown(&scheme(&text), Code::OrderMatters));
}

#[test]
fn n203_no_guarantee() {
    // [N203]
    let text = "[[portion]]\nid = \"out_of_scope\"\n[[layer]]\nid = \"one\"\n[[layer.benefit]]\nid = \"all\"\ncovers = [\"in_scope\"]\nratio = \"50%\"\n\
         [[layer]]\nid = \"two\"\n[[layer.benefit]]\nid = \"all\"\ncovers = { in_scope = \"100%\", out_of_scope = \"50%\" }\nratio = \"60%\"\n";
    insta::assert_snapshot!(shown(&scheme(text), Code::NoGuarantee));
}

/// Of tables that lack a case or have two rows for one, the case as a claim.
#[test]
fn e010_and_e011_come_with_a_claim() {
    let table = |rows: &str| format!("{HEAD}{}", layer("basic", "", &[("all", &format!("ratio = [{rows}]"))]));
    let one = |text: &str| {
        let cases = medaid::check::table_cases(text);
        let found = Scheme::parse("s.toml", text).unwrap_err();
        assert_eq!((cases.len(), found.findings()[0].code()), (1, cases[0].code()), "{found}");
        assert_eq!(found.findings()[0].labels()[0].span(), cases[0].span());
        let witness = cases[0].witness();
        format!("{} {}", serde_json::to_string(&witness.people()[0]).unwrap(), serde_json::to_string(&witness.claims()[0]).unwrap())
    };
    let dates = r#""service_from":"2024-01-01","service_to":"2024-01-01","settled":"2024-01-01","sequence":1"#;
    let gap = r#"{ when = { identity = "poor" }, then = "9%" }, { when = { identity = "none", care = "inpatient" }, then = "8%" }, { when = { identity = "low_income" }, then = "7%" }"#;
    let claim = format!(r#"{{"id":"c1","person":"p1","care":"outpatient",{dates},"bill":"0","portions":{{"in_scope":"0"}}}}"#);
    assert_eq!(one(&table(gap)), format!(r#"{{"id":"p1","attributes":{{"identity":"none"}}}} {claim}"#));
    let overlap = r#"{ when = { age = ">= 60" }, then = "9%" }, { when = { age = ">= 18, < 70" }, then = "8%" }, { when = { age = "< 18" }, then = "7%" }"#;
    let claim = format!(r#"{{"id":"c1","person":"p1",{dates},"bill":"0","portions":{{"in_scope":"0"}}}}"#);
    assert_eq!(one(&table(overlap)), format!(r#"{{"id":"p1","birth_date":"1964-01-01"}} {claim}"#));
    // What is left at entry to a layer no claim can say.
    assert_eq!(medaid::check::table_cases(&table(r#"{ when = { left = "> 5" }, then = "9%" }"#)), []);
}

#[test]
fn a_check_gives_the_same_each_time() {
    let text = include_str!("../../fixtures/chongqing-resident-2023-2025/scheme.toml");
    let scheme = Scheme::parse("scheme.toml", text).unwrap();
    let say = |report: &Report| report.diagnostics(&scheme).to_string();
    let first = check(&scheme);
    assert!(first.findings().iter().any(|f| f.code() == Code::FallingPayment));
    assert_eq!(say(&first), say(&check(&scheme)));
    let there = std::thread::scope(|s| s.spawn(|| check(&scheme)).join().unwrap());
    assert_eq!(first.findings(), there.findings());
}

// --- brute force

const SMALL: Effort = Effort { kinds: 30, claims: 3_000 };

/// How many generated schemes: `MEDAID_CHECK_SCHEMES`, else 300.
fn schemes() -> u64 {
    std::env::var("MEDAID_CHECK_SCHEMES").map_or(300, |n| n.parse().unwrap())
}

fn total(decision: &Decision) -> Money {
    let parts = [decision.paid, decision.written_off, decision.beside];
    parts.iter().fold(Money::ZERO, |sum, part| sum.checked_add(part.money().unwrap()).unwrap())
}

fn difference(high: Money, low: Money) -> i64 {
    high.micros() - low.micros()
}

/// The rule that a finding is about: what stands between its first backticks.
fn subject(finding: &Finding) -> (&str, Option<&str>) {
    let name = finding.message(Language::En).split('`').nth(1).unwrap();
    name.split_once('.').map_or((name, None), |(layer, benefit)| (layer, Some(benefit)))
}

/// Claims and persons of a generated history, without opening balances and given payments.
fn cases(seed: u64, wish: Wish) -> (Scheme, Vec<(Person, Claim)>) {
    let history = history(seed, wish, &mut Coverage::default());
    let text = toml::rule_file(&history.scheme);
    let scheme = Scheme::parse("generated.toml", &text).unwrap();
    let cases = history.claims.iter().map(|claim| {
        let mut person: Person = serde_json::from_str(&toml::person(history.person_of(claim)).to_string()).unwrap();
        let mut claim: Claim = serde_json::from_str(&toml::claim(claim, &history.scheme).to_string()).unwrap();
        person.opening.clear();
        claim.prior.clear();
        (person, claim)
    });
    let cases = cases.collect();
    (scheme, cases)
}

/// Decisions on a history, and again with every amount multiplied, so that limits are reached.
fn decisions(plan: &Plan, cases: &[(Person, Claim)]) -> Vec<Decision> {
    let mut all = Vec::new();
    for times in [1i64, 7, 1_000] {
        let mut ledger = Ledger::new();
        for (person, claim) in cases {
            let more = |m: &mut Money| *m = Money::from_micros(m.micros().checked_mul(times).unwrap());
            let mut claim = claim.clone();
            more(&mut claim.bill);
            claim.portions.values_mut().for_each(more);
            claim.lines.iter_mut().for_each(|l| more(&mut l.amount));
            all.extend(plan.adjudicate(person, &mut ledger, &claim));
        }
    }
    all
}

/// What is called unreachable, no claim of many reaches; and every witness shows what it is said to show.
#[test]
fn findings_are_true_of_generated_schemes() {
    let (mut proven, mut shown) = (0, 0);
    for seed in 1..=schemes() {
        let (scheme, cases) = cases(seed, Wish::Any);
        let plan = Plan::compile(&scheme).unwrap();
        let report = check_within(&scheme, SMALL);
        let decided = decisions(&plan, &cases);
        for finding in report.findings() {
            let message = finding.message(Language::En);
            let at = || format!("seed {seed}: {message}");
            if let Some(witness) = finding.shown_by() {
                let found = witness.decisions(&plan).unwrap_or_else(|e| panic!("{}: {e}", at()));
                shown += 1;
                match finding.code() {
                    Code::Jump => {
                        let more = difference(found[1].bill.money().unwrap(), found[0].bill.money().unwrap());
                        assert!(more > 0 && difference(total(&found[1]), total(&found[0])) > more, "{}", at());
                    }
                    Code::FallingPayment => {
                        assert!(found[1].bill.money() > found[0].bill.money() && total(&found[1]) < total(&found[0]), "{}", at());
                    }
                    Code::OrderMatters => {
                        let sums: Vec<i64> = found.chunks(2).map(|two| total(&two[0]).micros() + total(&two[1]).micros()).collect();
                        assert!(sums.len() == 2 && sums[0] != sums[1], "{}", at());
                    }
                    _ => {}
                }
            }
            if !matches!(finding.code(), Code::Unreachable | Code::CapBelowDeductible | Code::IdleLimit) || message.starts_with("this row")
            {
                continue;
            }
            proven += 1;
            let (layer, benefit) = subject(finding);
            for decision in &decided {
                let Some(layer) = decision.layers.iter().find(|l| l.layer.id == layer) else { continue };
                for found in layer.benefits.iter().filter(|b| benefit.is_none_or(|id| b.benefit.id == id)) {
                    for (_, figures) in found.figured() {
                        let fired_is_wrong = message.starts_with("no case reaches");
                        let paid_is_wrong = message.contains("can never pay");
                        assert!(!fired_is_wrong, "{}", at());
                        assert!(!paid_is_wrong || figures.issued.is_zero(), "{}", at());
                        if let Some((label, _)) = message.split_once(" of `").filter(|_| message.contains("never counts")) {
                            // Where several have the same room, the first written is named: another would have cut as much.
                            let room = |cap: &&medaid::decision::LimitFigure| cap.room.money().unwrap();
                            let own = figures.caps.iter().find(|c| c.rule == label).as_ref().map(room);
                            let others = figures.caps.iter().filter(|c| c.rule != label).map(|c| room(&c)).min();
                            let alone = figures.bound.as_deref() == Some(label) && others.is_none_or(|other| Some(other) > own);
                            assert!(!alone, "{}", at());
                        }
                    }
                }
            }
        }
    }
    assert!(shown > 100 && proven > 5, "{shown} witnesses and {proven} proofs are too few to mean anything");
}

/// Schemes whose payments rise evenly by construction are not said to leap or fall.
#[test]
fn even_payments_are_not_called_uneven() {
    for seed in 1..=schemes() {
        let (scheme, _) = cases(seed, Wish::Tame);
        let report = check_within(&scheme, SMALL);
        let uneven = report.findings().iter().find(|f| matches!(f.code(), Code::Jump | Code::FallingPayment));
        assert!(uneven.is_none(), "seed {seed}: {}", uneven.unwrap().message(Language::En));
    }
}

/// Where nothing is said against it, more billed never lowers what is paid, and never raises it by more than what is billed more.
#[test]
fn what_is_called_even_is_even() {
    let (mut called, mut tried) = (0, 0);
    for seed in 1..=schemes() {
        let (scheme, cases) = cases(seed, Wish::Any);
        let report = check_within(&scheme, SMALL);
        let uneven = [Code::NoGuarantee, Code::Jump, Code::FallingPayment];
        if report.findings().iter().any(|f| uneven.contains(&f.code())) {
            continue;
        }
        called += 1;
        let plan = Plan::compile(&scheme).unwrap();
        // Rounding alone moves a benefit's payment by less than its unit.
        let units = scheme.text().split("unit = \"").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<Money>().unwrap());
        let slack = units.max().unwrap().micros() * (scheme.text().matches("[[layer.benefit]]").count() as i64 + 1);
        let mut ledger = Ledger::new();
        for (person, claim) in &cases {
            let before = ledger.clone();
            let Ok(decision) = plan.adjudicate(person, &mut ledger, claim) else { continue };
            for portion in claim.portions.keys() {
                for more in [1, 7, 500, 10_000] {
                    let more = Money::from_micros(more * plan.rounding().unit().micros());
                    let mut bigger = claim.clone();
                    bigger.bill = bigger.bill.checked_add(more).unwrap();
                    let part = bigger.portions.get_mut(portion).unwrap();
                    *part = part.checked_add(more).unwrap();
                    let Ok(other) = plan.adjudicate(person, &mut before.clone(), &bigger) else { continue };
                    tried += 1;
                    let gain = difference(total(&other), total(&decision));
                    let at = || format!("seed {seed}, claim {}, {portion} + {more}: {} then {}", claim.id, total(&decision), total(&other));
                    assert!((-slack..=more.micros() + slack).contains(&gain), "{}", at());
                }
            }
        }
    }

    assert!(called > 5 && tried > 100, "{called} schemes and {tried} claims are too few to mean anything");
}

/// A decision table is taken as complete if and only if one row holds for each of all cases.
#[test]
fn complete_tables_lack_no_case() {
    let identities = ["poor", "low_income", "none"];
    let cares = ["inpatient", "outpatient"];
    let mut state = 7u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let (mut complete, mut gaps, mut overlaps) = (0, 0, 0);
    for _ in 0..600 {
        let mut rows: Vec<(u64, u64, u64)> = Vec::new();
        for _ in 0..=below(3) {
            rows.push((1 + below(7), 1 + below(3), below(3)));
        }
        if below(3) == 0 {
            // Rows that part all cases, and perhaps one of them in two more.
            let first = 1 + below(6);
            rows = vec![(first, 3, 0), (7 - first, 1, 0), (7 - first, 2, 1)];
            rows.extend((below(3) > 0).then_some((7 - first, 2, 2)));
        }
        let age = |choice: u64| [">= 0", "< 18", ">= 18"][choice as usize];
        let words = |set: u64, all: &[&str]| -> String {
            let chosen: Vec<String> = all.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, w)| format!("\"{w}\"")).collect();
            format!("[{}]", chosen.join(", "))
        };
        let table: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(i, (identity, care, a))| {
                format!(
                    "{{ when = {{ identity = {}, care = {}, age = \"{}\" }}, then = \"{}%\" }}",
                    words(*identity, &identities),
                    words(*care, &cares),
                    age(*a),
                    10 + i
                )
            })
            .collect();
        let text = format!("{HEAD}{}", layer("basic", "", &[("all", &format!("ratio = [{}]", table.join(", ")))]));
        let mut hits = Vec::new();
        for identity in 0..3 {
            for care in 0..2 {
                for grown in [false, true] {
                    let fits =
                        |(i, c, a): &&(u64, u64, u64)| i >> identity & 1 == 1 && c >> care & 1 == 1 && (*a == 0 || (*a == 2) == grown);
                    hits.push(rows.iter().filter(fits).count());
                }
            }
        }
        let found = match Scheme::parse("s.toml", &text) {
            Ok(scheme) => scheme.warnings().clone(),
            Err(found) => found,
        };
        let has = |code| found.findings().iter().any(|f| f.code() == code);
        assert_eq!(has(Code::TableGap), hits.contains(&0), "{text}\n{found}");
        assert_eq!(has(Code::TableOverlap), hits.iter().any(|h| *h > 1), "{text}\n{found}");
        complete += usize::from(!found.has_errors());
        gaps += usize::from(has(Code::TableGap));
        overlaps += usize::from(has(Code::TableOverlap));
    }
    assert!(complete > 20 && gaps > 50 && overlaps > 50, "{complete} {gaps} {overlaps}");
}

/// Where the layer's or the benefit's own conditions exclude a case, its tables need no row for it; every other case has its row, and is paid by it.
#[test]
fn tables_need_rows_only_where_their_benefit_counts() {
    let identities = ["poor", "low_income", "none"];
    let cares = ["inpatient", "outpatient"];
    let mut state = 11u64;
    let mut below = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let words = |set: u64, all: &[&str]| -> String {
        let chosen: Vec<String> = all.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, w)| format!("\"{w}\"")).collect();
        format!("[{}]", chosen.join(", "))
    };
    let (mut complete, mut spared, mut gaps) = (0, 0, 0);
    for _ in 0..400 {
        // A row for each identity, for one kind of care or both, and perhaps none.
        let rows: Vec<(u64, u64)> =
            (0..3).filter_map(|i| Some((1 << i, [3, 3, 1, 2, 0][below(5) as usize])).filter(|(_, care)| *care > 0)).collect();
        if rows.is_empty() {
            continue;
        }
        let (of_layer, of_benefit, unless) = (1 + below(7), [3, 3, 1, 2][below(4) as usize], [0, 0, 1, 2, 4][below(5) as usize]);
        let table: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(i, (identity, care))| {
                format!(
                    "{{ when = {{ identity = {}, care = {} }}, then = \"{}%\" }}",
                    words(*identity, &identities),
                    words(*care, &cares),
                    10 + i
                )
            })
            .collect();
        let own = format!("when = {{ identity = {} }}", words(of_layer, &identities));
        let unless_said = if unless == 0 { String::new() } else { format!("unless = {{ identity = {} }}\n", words(unless, &identities)) };
        let benefit = format!("when = {{ care = {} }}\n{unless_said}ratio = [{}]", words(of_benefit, &cares), table.join(", "));
        let text = format!("{HEAD}{}", layer("basic", &own, &[("all", &benefit)]));
        let row = |identity: usize, care: usize| rows.iter().position(|(i, c)| i >> identity & 1 == 1 && c >> care & 1 == 1);
        let counts =
            |identity: usize, care: usize| of_layer >> identity & 1 == 1 && unless >> identity & 1 == 0 && of_benefit >> care & 1 == 1;
        let cases = || (0..3).flat_map(|identity| (0..2).map(move |care| (identity, care)));
        let lacks = cases().any(|(i, c)| counts(i, c) && row(i, c).is_none());
        match Scheme::parse("s.toml", &text) {
            Err(found) => {
                assert!(found.findings().iter().all(|f| f.code() == Code::TableGap), "{found}");
                assert!(lacks, "{text}\n{found}");
                gaps += 1;
                // The claim that is made up is one that the benefit counts and no row meets.
                let made = medaid::check::table_cases(&text);
                let (person, claim) = (&made[0].witness().people()[0], &made[0].witness().claims()[0]);
                let identity = identities.iter().position(|w| *w == person.attributes["identity"].values()[0].value.as_str()).unwrap();
                let care = cares.iter().position(|w| *w == claim.care.as_deref().unwrap()).unwrap();
                assert!(counts(identity, care) && row(identity, care).is_none(), "{text}");
            }
            Ok(scheme) => {
                assert!(!lacks, "{text}");
                complete += 1;
                spared += usize::from(cases().any(|(i, c)| row(i, c).is_none()));
                let plan = Plan::compile(&scheme).unwrap();
                for (identity, care) in cases() {
                    let (i, c) = (identities[identity], cares[care]);
                    let person: Person =
                        serde_json::from_str(&format!(r#"{{ "id": "p1", "attributes": {{ "identity": "{i}" }} }}"#)).unwrap();
                    let claim: Claim = serde_json::from_str(&format!(
                        r#"{{ "id": "c1", "person": "p1", "care": "{c}", "service_from": "2024-05-01", "bill": 100, "portions": {{ "in_scope": 100 }} }}"#
                    ))
                    .unwrap();
                    let paid = plan.adjudicate(&person, &mut Ledger::new(), &claim).unwrap().paid.to_string();
                    let expected =
                        if counts(identity, care) { format!("{}.00", 10 + row(identity, care).unwrap()) } else { "0.00".to_owned() };
                    assert_eq!(paid, expected, "{text} {i} {c}");
                }
            }
        }
    }
    assert!(complete > 60 && spared > 30 && gaps > 60, "{complete} {spared} {gaps}");
}
