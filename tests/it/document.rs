//! A scheme as a document: what is read, what cannot break out of it, and where the lines of its charts lie.

use medaid::document::{Document, Sample};
use medaid::{Language, Money, Plan, Scheme};

const SMALL: &str = include_str!("schemes/small.toml");
const CHONGQING: &str = include_str!("../../fixtures/chongqing-resident-2023-2025/scheme.toml");

fn document(text: &str, language: Language) -> Document {
    let scheme = Scheme::parse("scheme.toml", text).unwrap();
    let plan = Plan::compile(&scheme).unwrap();
    Document::new(&scheme, &plan, &Sample::defaults(&plan, &[]).unwrap(), None, language).unwrap()
}

fn markdown(text: &str, language: Language) -> String {
    document(text, language).markdown(|index| Some(format!("chart-{}.svg", index + 1)))
}

/// Whether every element is closed where it must be; gives the names of all elements.
fn elements(text: &str) -> Vec<String> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    for part in text.split('<').skip(1) {
        let (tag, rest) = part.split_once('>').unwrap_or_else(|| panic!("a tag has no end: {part}"));
        assert!(!rest.contains('>') || tag.starts_with("style"), "a stray bracket after {tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') && !["!DOCTYPE", "meta"].contains(&name.as_str()) {
            open.push(name.clone());
            all.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    all
}

#[test]
fn a_small_scheme_reads_well() {
    insta::assert_snapshot!("small_en", markdown(SMALL, Language::En));
    insta::assert_snapshot!("small_zh", markdown(SMALL, Language::Zh));
    insta::assert_snapshot!("small_html", document(SMALL, Language::En).html());
}

#[test]
fn a_whole_stack_reads_well() {
    insta::assert_snapshot!("chongqing_en", markdown(CHONGQING, Language::En));
    insta::assert_snapshot!("chongqing_zh", markdown(CHONGQING, Language::Zh));
}

#[test]
fn every_fixture_is_a_document() {
    for folder in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures")).unwrap() {
        for file in medaid::io::scheme_files(folder.unwrap().path()).unwrap() {
            let text = std::fs::read_to_string(&file).unwrap();
            for language in [Language::Zh, Language::En] {
                let document = document(&text, language);
                elements(&document.html());
                assert_eq!(document.html(), self::document(&text, language).html());
                document.charts().iter().for_each(|chart| {
                    elements(chart.svg());
                });
                // Whose figures are made up says so in its first lines.
                let plan = Plan::compile(&Scheme::parse("scheme.toml", &text).unwrap()).unwrap();
                let head: Vec<String> = document.markdown(|_| None).lines().take(4).map(str::to_owned).collect();
                assert_eq!(head.iter().any(|line| line.starts_with("> **⚠")), plan.is_illustrative(), "{file:?}");
            }
        }
    }
}

#[test]
fn figures_are_those_of_the_fixture() {
    // Worked out by hand from the scheme: (100,000 - 100) x 80 %; (20,080 - 18,797) x 60 %.
    let text = markdown(CHONGQING, Language::En);
    assert!(text.contains("| Basic insurance | 39,920.00 | 79,920.00 | 80,000.00 | 80,000.00 |"), "{text}");
    assert!(text.contains("| Critical-illness insurance | 0.00 | 769.80 | 30,721.80 | 60,721.80 |"), "{text}");
}

#[test]
fn titles_of_strangers_stay_titles() {
    let hostile = "</title></style><script>alert(1)</script>\\\" onload=\\\"x <img src=x> | `a` **b** [c](javascript:d) \\u202e &amp; ]]>";
    let text = SMALL
        .replace("乡村医疗保障", hostile)
        .replace("Village medical cover", hostile)
        .replace("基本医保", hostile)
        .replace("Basic insurance", hostile)
        .replace("in scope", hostile)
        .replace("notice 12 of 2024, article 3", hostile);
    let document = document(&text, Language::En);
    let plain = self::document(SMALL, Language::En);
    // The same elements as without them, and no more.
    assert_eq!(elements(&document.html()), elements(&plain.html()));
    for (chart, other) in document.charts().iter().zip(plain.charts()) {
        assert_eq!(elements(chart.svg()), elements(other.svg()));
    }
    for page in [document.html(), document.charts()[0].svg().to_owned()] {
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'));
        assert!(!page.contains("\" onload"));
    }
    let text = document.markdown(|_| Some("chart.svg".to_owned()));
    assert!(!text.contains("<script") && !text.contains("[c](") && !text.contains("**b**") && !text.contains('\u{202e}'), "{text}");
    // Bars would part a table's cells.
    for (rows, others) in text.lines().zip(plain.markdown(|_| Some("chart.svg".to_owned())).lines()).filter(|(l, _)| l.starts_with('|')) {
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        assert_eq!(cells(rows), cells(others), "{rows}");
    }
}

type Edge = Vec<(i64, i64)>;

/// The corners of a path, in hundredths of a pixel.
fn corners(path: &str) -> Vec<(i64, i64)> {
    let number = |text: &str| {
        let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
        whole.parse::<i64>().unwrap() * 100 + format!("{rest:0<2}").parse::<i64>().unwrap()
    };
    let points = path.trim_start_matches('M').trim_end_matches('Z').split('L');
    points.map(|p| p.split_once(' ').map(|(x, y)| (number(x), number(y))).unwrap()).collect()
}

fn areas(svg: &str) -> Vec<Vec<(i64, i64)>> {
    let paths = svg.split("<path class=\"a ").skip(1);
    paths.map(|p| corners(p.split("d=\"").nth(1).unwrap().split('"').next().unwrap())).collect()
}

#[test]
fn areas_fill_the_bill_and_do_not_overlap() {
    for text in [SMALL, CHONGQING] {
        for chart in document(text, Language::En).charts() {
            let areas = areas(chart.svg());
            assert!(areas.len() >= 2);
            // The plot: 78 to 466 across, 30 to 280 down.
            for (x, y) in areas.iter().flatten() {
                assert!((7_800..=46_600).contains(x) && (3_000..=28_000).contains(y), "{x} {y}");
            }
            // Each area goes out along its upper edge and back along its lower one, which is the upper edge of the area below.
            let edges: Vec<(Edge, Edge)> = areas
                .iter()
                .map(|corners| {
                    let turn = corners.iter().position(|(x, _)| *x == 46_600).unwrap() + 1;
                    let (upper, lower) = corners.split_at(turn);
                    (upper.to_vec(), lower.iter().rev().copied().collect())
                })
                .collect();
            assert!(edges[0].1.iter().all(|(_, y)| *y == 28_000), "the patient's part stands on the axis");
            for pair in edges.windows(2) {
                assert_eq!(pair[0].0, pair[1].1);
            }
            // All parts together are the bill: a straight line from corner to corner.
            assert_eq!(edges.last().unwrap().0, [(7_800, 28_000), (46_600, 3_000)]);
        }
    }
}

#[test]
fn a_chart_ends_where_it_is_told_to() {
    let scheme = Scheme::parse("scheme.toml", SMALL).unwrap();
    let plan = Plan::compile(&scheme).unwrap();
    let samples = Sample::defaults(&plan, &[("identity".to_owned(), "low_income".to_owned())]).unwrap();
    assert_eq!(samples.len(), 1);
    let top: Money = "52000".parse().unwrap();
    let document = Document::new(&scheme, &plan, &samples, Some(top), Language::En).unwrap();
    // (52,000 - 300) x 70 % = 36,190; (15,810 - 8,916.50) x 65 % = 4,480.775.
    assert_eq!(
        document.charts()[0].alternative(),
        "At a bill of 52,000.00: Basic insurance pays 36,190.00, critical_illness pays 4,480.78; the patient bears 11,329.22."
    );
    let refused = |top: &str| Document::new(&scheme, &plan, &samples, Some(top.parse().unwrap()), Language::En).unwrap_err().to_string();
    assert_eq!(refused("0"), "the largest bill of a chart must be above zero");
    let unknown = |name: &str, value: &str| Sample::defaults(&plan, &[(name.to_owned(), value.to_owned())]).unwrap_err().to_string();
    assert_eq!(unknown("identiti", "none"), "the scheme asks for no `identiti` of persons or claims; did you mean `identity`?");
    assert_eq!(unknown("identity", "rich"), "`rich` is not a value of `identity`, which is one of low_income, none");
    let other = Scheme::parse("scheme.toml", CHONGQING).unwrap();
    let mixed = Document::new(&other, &plan, &samples, None, Language::En).unwrap_err();
    assert_eq!(mixed.to_string(), "the plan was compiled from another scheme");
}
