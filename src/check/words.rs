//! What the findings say, in Chinese and English, from their data.

use crate::diagnostic::Message;
use crate::money::Money;

fn say(zh: impl Into<String>, en: impl Into<String>) -> Message {
    Message::new(zh.into(), en.into())
}

/// What a limit is called in explanations (`cap 1`, `layer cap 1`), in Chinese.
fn in_chinese(label: &str) -> String {
    let names = [("layer cap", "保障层封顶线"), ("cap", "封顶线"), ("deductible", "起付线"), ("out-of-pocket maximum", "个人负担上限")];
    if let Some(fund) = label.strip_prefix("budget of ") {
        return format!("基金 {fund} 的预算");
    }
    let found = names.iter().find_map(|(en, zh)| label.strip_prefix(en).map(|number| format!("{zh}{number}")));
    found.unwrap_or_else(|| label.to_owned())
}

pub(super) fn nothing() -> Message {
    say("", "")
}

// --- what is never reached

pub(super) fn layer_never(layer: &str) -> Message {
    say(
        format!("没有任何情形进入保障层 `{layer}`：它的条件不能同时成立"),
        format!("no case reaches the layer `{layer}`: its conditions cannot all hold"),
    )
}

pub(super) fn benefit_never(benefit: &str, with_layer: bool) -> Message {
    let (zh, en) = if with_layer {
        ("它和所在保障层的条件", "its conditions and those of its layer")
    } else {
        ("它的条件", "its conditions")
    };
    say(
        format!("没有任何情形进入保障责任 `{benefit}`：{zh}不能同时成立"),
        format!("no case reaches the benefit `{benefit}`: {en} cannot all hold"),
    )
}

pub(super) fn rule_never(rule: &str, benefit: &str) -> Message {
    say(
        format!("`{benefit}` 的{} 从不适用：它的条件与保障责任的条件不能同时成立", in_chinese(rule)),
        format!("{rule} of `{benefit}` never applies: its condition cannot hold together with those of the benefit"),
    )
}

pub(super) fn conditions_help() -> Message {
    say("逐个放宽条件，或删去这一条", "relax one of the conditions, or take the rule out")
}

pub(super) fn nearest_shows(rule: &str) -> Message {
    say(
        format!("最接近的一例：`{rule}` 仍未进入，结论中写明了不成立的条件"),
        format!("the case that comes nearest: `{rule}` does not fire, and the decision names the condition that fails"),
    )
}

pub(super) fn always_replaced(benefit: &str, by: &[String], given: bool) -> Message {
    let list = by.iter().map(|b| format!("`{b}`")).collect::<Vec<_>>().join(", ");
    let (zh, en) = if given { ("（随理赔申请给定的赔付除外）", " (payments given with a claim aside)") } else { ("", "") };
    say(
        format!("`{benefit}` 永远赔不到：凡它适用的情形，{list} 都已先把它所计的费用全部赔完{zh}"),
        format!("`{benefit}` can never pay: wherever it applies, {list} has paid all that it counts before{en}"),
    )
}

pub(super) fn replaced_shows(benefit: &str) -> Message {
    say(format!("`{benefit}` 条件成立，但已无余额"), format!("the conditions of `{benefit}` hold, but nothing is left for it"))
}

pub(super) fn order_help() -> Message {
    say(
        "把它移到前面，或给前一责任加上条件、比例或封顶线",
        "move it before the other, or give the other a condition, a lower ratio or a cap",
    )
}

// --- limits that never count

pub(super) fn idle_limit(limit: &str, other: &str, benefit: &str) -> Message {
    say(
        format!("`{benefit}` 的{} 从不起作用：{} 总是先到（期初余额除外）", in_chinese(limit), in_chinese(other)),
        format!("{limit} of `{benefit}` never counts: {other} always comes first (opening balances aside)"),
    )
}

pub(super) fn idle_limit_help() -> Message {
    say("删去它，或改正两个金额中的一个", "take it out, or correct one of the two amounts")
}

pub(super) fn the_other_limit() -> Message {
    say("总是先到的一个", "this one always comes first")
}

pub(super) fn idle_cap(limit: &str, benefit: &str) -> Message {
    say(
        format!("`{benefit}` 的{} 从不起作用：计入费用的封顶线不高于它，赔付到不了它（期初余额和给定的赔付除外）", in_chinese(limit)),
        format!(
            "{limit} of `{benefit}` never counts: the cap on the base is no higher, so payments cannot reach it (opening balances and given payments aside)"
        ),
    )
}

pub(super) fn cap_below_deductible(benefit: &str) -> Message {
    say(
        format!("`{benefit}` 永远赔不到：计入费用的封顶线不高于起付线（期初余额除外）"),
        format!("`{benefit}` can never pay: its cap on the base is not above its deductible (opening balances aside)"),
    )
}

pub(super) fn the_deductible() -> Message {
    say("起付线", "the deductible")
}

pub(super) fn cap_below_help() -> Message {
    say(
        "提高封顶线，或降低起付线；若封顶线指的是赔付金额，去掉 on = \"base\"",
        "raise the cap or lower the deductible; if the cap is meant for the payment, leave out on = \"base\"",
    )
}

pub(super) fn limit_shows(benefit: &str) -> Message {
    say(format!("见结论中 `{benefit}` 的各步"), format!("see the steps of `{benefit}` in the decision"))
}

pub(super) fn band_never(number: usize, benefit: &str) -> Message {
    say(
        format!("`{benefit}` 的第 {number} 档及以后各档永远到不了：计入费用的封顶线不高于该档的起点（期初余额除外）"),
        format!(
            "band {number} of `{benefit}` and those above it are never reached: the cap on the base is no higher than where it begins (opening balances aside)"
        ),
    )
}

pub(super) fn row_never(benefit: &str) -> Message {
    say(
        format!("这一行在此处永远用不到：凡它的条件成立，`{benefit}` 的条件就不成立"),
        format!("this row is never used here: whenever its condition holds, those of `{benefit}` do not"),
    )
}

pub(super) fn row_help() -> Message {
    say("删去这一行，或改正保障责任的条件", "take the row out, or correct the conditions of the benefit")
}

pub(super) fn date_never(date: &str, until: &str) -> Message {
    say(
        format!("从 {date} 起的值永远用不到：方案的有效期到 {until} 为止"),
        format!("the value from {date} on is never used: the scheme holds until {until}"),
    )
}

pub(super) fn date_never_help() -> Message {
    say("延长方案的有效期，或把这个值留给下一版", "let the scheme hold longer, or leave the value to its next edition")
}

// --- dates

pub(super) fn date_gap(layer: &str, from: &str, until: &str) -> Message {
    say(
        format!("保障层 `{layer}` 从 {from} 到 {until}（不含）没有任何保障责任，前后都有"),
        format!("no benefit of the layer `{layer}` holds from {from} until {until}, though some do before and after"),
    )
}

pub(super) fn date_gap_help() -> Message {
    say("让前一责任的结束日与后一责任的开始日相接", "let the end of the one be the beginning of the next")
}

pub(super) fn date_gap_shows(layer: &str) -> Message {
    say(format!("这一天的理赔：`{layer}` 中没有责任进入"), format!("a claim of that time: no benefit of `{layer}` fires"))
}

pub(super) fn date_overlap(first: &str, second: &str, from: &str, until: &str) -> Message {
    say(
        format!("`{first}` 与 `{second}` 的时间重叠：从 {from} 到 {until}（不含）两者都适用"),
        format!("`{first}` and `{second}` overlap in time: both hold from {from} until {until}"),
    )
}

pub(super) fn open_end() -> String {
    "9999-12-31".to_owned()
}

pub(super) fn date_overlap_help() -> Message {
    say("若后者取代前者，前者应在后者开始之日结束", "if the one replaces the other, it ends on the day on which the other begins")
}

pub(super) fn both_shows() -> Message {
    say("这一天的理赔：两项责任都进入", "a claim of that time: both benefits fire")
}

// --- slopes

/// Two claims that differ by an amount, and what both are paid.
pub(super) struct Slope<'a> {
    pub(super) of: &'a str,
    pub(super) from: Money,
    pub(super) to: Money,
    pub(super) paid_from: Money,
    pub(super) paid_to: Money,
    pub(super) places: u8,
    pub(super) benefit: &'a str,
}

impl Slope<'_> {
    fn money(&self, amount: Money) -> String {
        let places = usize::from(self.places);
        format!("{amount:.places$}")
    }

    fn parts(&self) -> [String; 6] {
        let more = self.to.checked_sub(self.from).unwrap_or(Money::ZERO);
        let (high, low) = (self.paid_to.max(self.paid_from), self.paid_to.min(self.paid_from));
        let change = high.checked_sub(low).unwrap_or(Money::ZERO);
        [more, change, self.from, self.paid_from, self.to, self.paid_to].map(|m| self.money(m))
    }

    pub(super) fn rises(&self) -> Message {
        let [more, change, from, paid_from, to, paid_to] = self.parts();
        let (of, benefit) = (self.of, self.benefit);
        say(
            format!("{of} 再多 {more}，赔付总额多出 {change}：{from} 时赔 {paid_from}，{to} 时赔 {paid_to}（始于 `{benefit}`）"),
            format!(
                "{more} more of {of} raises what is paid by {change}: {paid_from} at {from}, {paid_to} at {to} (it begins in `{benefit}`)"
            ),
        )
    }

    pub(super) fn falls(&self) -> Message {
        let [more, change, from, paid_from, to, paid_to] = self.parts();
        let (of, benefit) = (self.of, self.benefit);
        say(
            format!("{of} 再多 {more}，赔付总额反而少 {change}：{from} 时赔 {paid_from}，{to} 时赔 {paid_to}（始于 `{benefit}`）"),
            format!(
                "{more} more of {of} lowers what is paid by {change}: {paid_from} at {from}, {paid_to} at {to} (it begins in `{benefit}`)"
            ),
        )
    }

    pub(super) fn shows(&self) -> Message {
        let [_, _, from, paid_from, to, paid_to] = self.parts();
        say(
            format!("两人情形相同，c1 的金额为 {from}，共赔 {paid_from}；c2 为 {to}，共赔 {paid_to}"),
            format!("two persons in the same situation: c1 with {from} is paid {paid_from} in all, c2 with {to} is paid {paid_to}"),
        )
    }
}

/// Said of what a first claim does not show.
pub(super) fn with_earlier_claims() -> Message {
    say("；见于此前已有理赔的人：示例中有期初余额", "; found for somebody with earlier claims: see the opening balances of the example")
}

pub(super) fn line_amount() -> &'static str {
    "`amount`"
}

/// Why a payment leaps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    Grant,
    Franchise,
    Minimum,
    Condition(String),
    Other,
}

pub(super) fn slope_help(cause: &Cause, falls: bool, more_kinds: usize) -> Message {
    let said = match cause {
        Cause::Grant => say(
            "定额分档本来就会跳跃；若非本意，改用按比例的分段",
            "a step grant leaps by its nature; if that is not meant, use bands with ratios",
        ),
        Cause::Franchise => say(
            "相对免赔额本来就会跳跃；若非本意，去掉 kind = \"franchise\"",
            "a franchise leaps by its nature; if that is not meant, leave out kind = \"franchise\"",
        ),
        Cause::Minimum => say(
            "最低给付额本来就会跳跃；若非本意，去掉 minimum",
            "a minimum payment leaps by its nature; if that is not meant, leave out minimum",
        ),
        Cause::Condition(test) if falls => say(
            format!("条件 `{test}` 在此处改变结果，此后赔得更少：让两边在这个金额上相接，或不以金额为条件"),
            format!(
                "the condition `{test}` turns here, and beyond it less is paid: let both sides meet at this amount, or do not ask for amounts"
            ),
        ),
        Cause::Condition(test) => say(
            format!("条件 `{test}` 在此处改变结果；若只想对超出部分赔付，用起付线代替条件"),
            format!("the condition `{test}` turns here; to pay only for what lies above, use a deductible in place of the condition"),
        ),
        Cause::Other => say("看两例的结论，比较同一责任的各步", "compare the steps of the benefit in both decisions"),
    };
    if more_kinds == 0 {
        return said;
    }
    let s = if more_kinds == 1 { "" } else { "s" };
    said.and(&say(format!("（另有 {more_kinds} 类情形同样如此）"), format!("; so it is in {more_kinds} more kind{s} of case")))
}

// --- order

pub(super) fn order_matters(layer: &str, first: &str, second: &str) -> Message {
    say(
        format!("同一人的两笔理赔，先后不同，赔付总额不同：先甲后乙共赔 {first}，先乙后甲共赔 {second}（差异始于 `{layer}`）"),
        format!("the order of two claims of one person changes what is paid: {first} one way, {second} the other (it begins in `{layer}`)"),
    )
}

pub(super) fn order_matters_help(accumulators: &[String]) -> Message {
    let list = accumulators.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(", ");
    say(
        format!("两笔理赔共用 {list}；若须与先后无关，让它们的比例和范围相同，或把累计改为每次"),
        format!("both run on {list}; where order should not matter, give both the same ratio and covers, or let it run per claim"),
    )
}

pub(super) fn order_shows(first: &str, second: &str) -> Message {
    say(
        format!("两人情形相同：p1 先 a1 后 b1，共赔 {first}；p2 先 b2 后 a2，共赔 {second}；a 与 a、b 与 b 是同样的账单"),
        format!(
            "two persons in the same situation: p1 claims a1 then b1 and is paid {first}; p2 claims b2 then a2 and is paid {second}; bills a are alike, bills b too"
        ),
    )
}

// --- the guarantee

pub(super) fn no_guarantee() -> Message {
    say(
        "“多花一元，赔付不减、也不多增一元以上”对本方案不是必然：有保障责任部分重叠或共用累计",
        "that one more yuan never lowers what is paid, nor raises it by more than a yuan, is not certain for this scheme: benefits overlap in part or share accumulators",
    )
}

pub(super) fn found_counterexample() -> Message {
    say("已找到反例，见本例及其他发现", "a counterexample was found: see its witness")
}

pub(super) fn found_none(claims: usize) -> Message {
    say(format!("试算了 {claims} 笔理赔，未找到反例"), format!("none of {claims} claims that were tried is a counterexample"))
}

pub(super) fn overlap_label(other: &str) -> Message {
    say(format!("与 `{other}` 的费用范围部分重叠"), format!("covers in part what `{other}` covers"))
}

pub(super) fn coordinates_label(other: &str) -> Message {
    say(format!("与 `{other}` 的赔付协调"), format!("coordinates with what `{other}` pays"))
}

pub(super) fn shares_label(other: &str, accumulator: &str) -> Message {
    say(format!("与 `{other}` 共用 `{accumulator}`"), format!("shares `{accumulator}` with `{other}`"))
}
