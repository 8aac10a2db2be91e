//! Texts in Chinese and English.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::date::Per;
use crate::decision::Language;
use crate::money::Money;
use crate::ratio::Ratio;
use crate::scheme::grammar::Section;
use crate::scheme::syntax::{Counts, Unit};

/// One text in both languages. Ours are made in the catalogue and nowhere else, so that none lacks a language; a text from outside is the same in both.
///
/// It prints in English, and that is also what goes into machine-readable forms and what comparisons go by.
///
/// ```
/// use medaid::{Language, Reject, RejectCode};
/// let reject = Reject::new("c1", RejectCode::UnknownLayer, "prior.basic", "the scheme has no layer `basic`");
/// assert_eq!(reject.text(Language::Zh), "the scheme has no layer `basic`");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Message {
    zh: Box<str>,
    en: Box<str>,
}

impl Message {
    pub(crate) fn new(zh: String, en: String) -> Message {
        Message { zh: zh.into_boxed_str(), en: en.into_boxed_str() }
    }

    /// Two texts, one after the other.
    pub(crate) fn and(&self, other: &Message) -> Message {
        Message::new(format!("{}{}", self.zh, other.zh), format!("{}{}", self.en, other.en))
    }

    /// Several texts in a row.
    pub(crate) fn list(all: impl IntoIterator<Item = Message>) -> Message {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for one in all {
            zh.push(one.zh);
            en.push(one.en);
        }
        Message::new(zh.join("，"), en.join(", "))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// The text in a language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Message) -> bool {
        self.en == other.en
    }
}

impl Eq for Message {}

impl PartialOrd for Message {
    fn partial_cmp(&self, other: &Message) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Message {
    fn cmp(&self, other: &Message) -> std::cmp::Ordering {
        self.en.cmp(&other.en)
    }
}

impl PartialEq<str> for Message {
    fn eq(&self, other: &str) -> bool {
        *self.en == *other
    }
}

impl PartialEq<&str> for Message {
    fn eq(&self, other: &&str) -> bool {
        *self.en == **other
    }
}

/// A text from outside, the same in both languages.
impl From<String> for Message {
    fn from(text: String) -> Message {
        Message::new(text.clone(), text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Message {
        Message::from(text.to_owned())
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// In English, as in every machine-readable form.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

/// What was read back from a machine-readable form is English.
impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Message::from)
    }
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*): $zh:literal, $en:literal;)*) => {
        $(
            $(#[$doc])*
            pub(crate) fn $name($($argument: $type),*) -> Message {
                let text = |language: Language| {
                    $(let $argument = $argument.say(language);)*
                    match language {
                        Language::Zh => format!($zh),
                        Language::En => format!($en),
                    }
                };
                Message::new(text(Language::Zh), text(Language::En))
            }
        )*

        /// Every entry as it is written: name, Chinese, English.
        #[cfg(test)]
        pub(super) const ENTRIES: &[(&str, &str, &str)] = &[$((stringify!($name), $zh, $en),)*];
    };
}

pub(super) use catalogue;

/// What messages are made of: the same in both languages (names, numbers, dates), or words of each.
pub(super) trait Say {
    fn say(&self, language: Language) -> String;
}

macro_rules! same_in_both {
    ($($type:ty),*) => {
        $(impl Say for $type {
            fn say(&self, _: Language) -> String {
                self.to_string()
            }
        })*
    };
}

same_in_both!(&str, char, usize, u64, i64, NaiveDate, Money, Ratio, Per);

impl Say for &Message {
    fn say(&self, language: Language) -> String {
        self.text(language).to_owned()
    }
}

/// The words of rule files are the same in any language.
impl Say for Counts {
    fn say(&self, _: Language) -> String {
        self.name().to_owned()
    }
}

impl Say for &Section {
    fn say(&self, language: Language) -> String {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
        .to_owned()
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $type:ident { $($(#[$inner:meta])* $variant:ident: $zh:literal, $en:literal;)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub(crate) enum $type { $($(#[$inner])* $variant,)* }

            impl Say for $type {
                fn say(&self, language: Language) -> String {
                    match (self, language) {
                        $(($type::$variant, Language::Zh) => $zh, ($type::$variant, Language::En) => $en,)*
                    }
                    .to_owned()
                }
            }
        )*
    };
}

words! {
    /// What is declared in a rule file.
    Thing {
        Portion: "费用类别", "a portion";
        AttributeOrParameter: "属性或参数", "an attribute or parameter";
        Accumulator: "累计项", "an accumulator";
        Fund: "基金", "a fund";
        DayCharge: "按日金额", "an amount by the day";
        Layer: "保障层", "a layer";
        BenefitOfLayer: "本层的保障责任", "a benefit of the layer";
        Value: "取值", "a value";
    }
    /// What may be declared and not used.
    Unused {
        Parameter: "参数", "parameter";
        Attribute: "属性", "attribute";
        Accumulator: "累计项", "accumulator";
        Fund: "基金", "fund";
        DayCharge: "按日金额", "amount by the day";
    }
    /// The form of a value.
    Form {
        Text: "文本", "text";
        QuotedText: "加引号的文本", "text in quotes";
        Number: "数字", "a number";
        YesNo: "`true` 或 `false`", "true or false";
        Date: "日期", "a date";
        List: "列表", "a list";
        Table: "表", "a table";
        Scalar: "选项、`true` 或 `false`、数字", "a word, true or false, or a number";
    }
    /// What a fact is compared with.
    Compared {
        Words: "选项", "words";
        YesNo: "`true` 或 `false`", "true or false";
        Ratios: "比例（如 `\">= 50%\"`）", "ratios, such as \">= 50%\"";
        Numbers: "普通数字", "plain numbers";
        Dates: "日期", "dates";
    }
    /// Why a benefit never pays.
    Never {
        RatioIsZero: "赔付比例为 0%", "its ratio is 0%";
        CapIsZero: "封顶线为 0", "its cap is 0";
        CountsNothing: "没有计入任何费用类别", "it counts no portion";
    }
}

impl Say for Unit {
    fn say(&self, language: Language) -> String {
        match (self, language) {
            (_, Language::En) => self.name(),
            (Unit::Amount, Language::Zh) => "金额",
            (Unit::Ratio, Language::Zh) => "比例",
            (Unit::Count, Language::Zh) => "数量",
            (Unit::Number | Unit::Open, Language::Zh) => "数字",
        }
        .to_owned()
    }
}
