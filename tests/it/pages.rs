//! The pages about codes: in both languages, with examples that do what the page says.

use medaid::diagnostic::Diagnostics;
use medaid::{Code, Language, Scheme};

/// The codes of all findings of a rule file: those of its text, and those of reasoning about its rules.
fn codes(text: &str) -> (Vec<Code>, Vec<Code>) {
    let of = |found: &Diagnostics| found.findings().iter().map(|f| f.code()).collect();
    match Scheme::parse("example.toml", text) {
        Ok(scheme) => (of(scheme.warnings()), medaid::check::check(&scheme).findings().iter().map(|f| f.code()).collect()),
        Err(found) => (of(&found), Vec::new()),
    }
}

#[test]
fn the_wrong_example_shows_the_code_and_the_right_one_is_clean() {
    for code in Code::ALL {
        let page = code.page(Language::En);
        let wrong = codes(&page.wrong_scheme());
        assert!(wrong.0.contains(code) || wrong.1.contains(code), "the wrong example of {code} has {wrong:?}");
        let right = codes(&page.right_scheme());
        assert!(right.0.is_empty() && !right.1.contains(code), "the right example of {code} has {right:?}");
    }
}

#[test]
fn every_page_is_whole_in_both_languages() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for code in Code::ALL {
        let (en, zh) = (code.page(Language::En), code.page(Language::Zh));
        assert!(en.to_string().starts_with(&format!("# {code} `{}` (", code.name())), "{en}");
        assert!(!en.title().is_empty() && !chinese(en.title()) && !chinese(en.text()), "{en}");
        assert!(chinese(zh.title()) && zh.text().split("\n\n").all(chinese), "{zh}");
        assert!(en.text().contains("\n\nWhy it matters: ") && zh.text().contains("\n\n为什么重要："), "{code}");
        assert_eq!((en.wrong(), en.right()), (zh.wrong(), zh.right()));
    }
}
