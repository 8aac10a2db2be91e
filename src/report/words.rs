//! Everything that reports and the command line say, in Chinese and English.

use crate::date::Per;
use crate::decision::Language;
use crate::journal::PostingState;
use crate::reject::RejectCode;

/// The catalogue in one language.
#[derive(Debug, Clone, Copy)]
pub struct Words(pub Language);

macro_rules! catalogue {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        impl Words {
            $(pub const fn $name(self) -> &'static str {
                match self.0 {
                    Language::Zh => $zh,
                    Language::En => $en,
                }
            })*
        }
    };
}

catalogue! {
    claims: "理赔申请", "claims";
    decided: "  已裁定", "  decided";
    rejected: "  已退回", "  rejected";
    persons: "人数", "persons";
    persons_with_claims: "  有理赔的", "  with decided claims";
    billed: "费用总额", "billed";
    paid: "赔付", "paid";
    written_off: "医院减免", "written off";
    beside: "账外给付", "beside the bill";
    fund: "基金", "fund";
    not_side_by_side: "方案有全体参保人共用的限额，各临界案件互相影响，不能放进一个场景；不用 --out 可以列出它们", "all insured share a limit of this scheme, so that boundary claims cannot stand beside each other in one scenario; without --out they are listed";
    fund_account: "基金账目", "account";
    from: "自", "from";
    opening: "期初余额", "opening";
    donations: "捐款", "donations";
    premium_paid: "代缴保费", "premiums paid";
    reductions: "期末核减", "cut back";
    shared: "分享和分担", "shared";
    balance_left: "余额", "balance";
    excess: "超出预算", "above budget";
    persons_helped: "受助人数", "helped";
    settlements: "周期结算", "settlements of periods";
    out_of_pocket: "个人负担", "out of pocket";
    reimbursement: "实际报销比例", "effective reimbursement ratio";
    scheme_head: "方案", "scheme";
    layer: "层次", "layer";
    claims_paid: "赔付件数", "claims paid";
    insured: "参保人数", "insured";
    premium: "保费", "premium";
    claim_ratio: "赔付率", "paid / premium";
    is_write_off: "（减免）", "(write-off)";
    illustrative_note: "注意：带“示意”的方案含有未公布的、假设的数字。", "Note: figures of schemes marked illustrative were made up, not published.";
    error: "错误", "error";
    warning: "警告", "warning";
    help: "建议", "help";
    ok: "通过", "ok";
    see_rejects_file: "全部见 rejects.csv", "all of them are in rejects.csv";
    no_findings: "没有问题", "no findings";
}

impl Words {
    const fn zh(self) -> bool {
        matches!(self.0, Language::Zh)
    }

    pub fn scheme(self, title: &str, version: &str, illustrative: bool) -> String {
        match (self.0, illustrative) {
            (Language::Zh, false) => format!("{title}，版本 {version}"),
            (Language::Zh, true) => format!("{title}，版本 {version}（示意）"),
            (Language::En, false) => format!("{title}, version {version}"),
            (Language::En, true) => format!("{title}, version {version} (illustrative)"),
        }
    }

    pub fn premiums_unknown(self, number: u64) -> String {
        if self.zh() { format!("{number} 份保费未知") } else { format!("{number} premiums unknown") }
    }

    pub fn rejects_head(self, number: usize) -> String {
        match (self.0, number) {
            (Language::Zh, _) => format!("{number} 件理赔申请被退回："),
            (Language::En, 1) => "1 claim is rejected:".to_owned(),
            (Language::En, _) => format!("{number} claims are rejected:"),
        }
    }

    pub fn and_more(self, number: usize) -> String {
        if self.zh() { format!("另有 {number} 件") } else { format!("and {number} more") }
    }

    pub fn claim_rejected(self, claim: &str, code: RejectCode, message: &str) -> String {
        let what = if claim.is_empty() { String::new() } else { format!("`{claim}` ") };
        if self.zh() { format!("{what}退回（{code}，{}）：{message}", self.reject(code)) } else { format!("{what}{code}: {message}") }
    }

    pub fn written(self, folder: &str) -> String {
        if self.zh() { format!("结果已写入 {folder}") } else { format!("results written to {folder}") }
    }

    pub fn force_hint(self) -> &'static str {
        if self.zh() { "用 --force 可以替换其中的结果文件" } else { "--force replaces the result files in it" }
    }

    pub fn no_claim(self, claim: &str, near: Option<&str>) -> String {
        match (self.0, near) {
            (Language::Zh, None) => format!("没有理赔申请 `{claim}`"),
            (Language::Zh, Some(near)) => format!("没有理赔申请 `{claim}`；是不是 `{near}`？"),
            (Language::En, None) => format!("there is no claim `{claim}`"),
            (Language::En, Some(near)) => format!("there is no claim `{claim}`; did you mean `{near}`?"),
        }
    }

    pub fn laid_out(self, file: &str, only_checked: bool) -> String {
        match (self.0, only_checked) {
            (Language::Zh, false) => format!("已整理 {file}"),
            (Language::Zh, true) => format!("需要整理 {file}"),
            (Language::En, false) => format!("laid out {file}"),
            (Language::En, true) => format!("would lay out {file}"),
        }
    }

    pub fn no_code(self, code: &str, near: Option<&str>) -> String {
        match (self.0, near) {
            (Language::Zh, None) => format!("没有代码 `{code}`；`medaid check --explain` 列出全部代码"),
            (Language::Zh, Some(near)) => format!("没有代码 `{code}`；是不是 `{near}`？"),
            (Language::En, None) => format!("there is no code `{code}`; `medaid check --explain` lists all"),
            (Language::En, Some(near)) => format!("there is no code `{code}`; did you mean `{near}`?"),
        }
    }

    pub fn never_exercised(self, never: usize, rules: usize, claims: usize) -> String {
        if self.zh() {
            format!("{rules} 条规则中，{claims} 件已裁定的理赔从未触及 {never} 条：")
        } else {
            format!("{claims} decided claims never exercise {never} of {rules} rules:")
        }
    }

    pub fn edges_found(self, edges: usize, claims: usize, kinds: usize, complete: bool, settled: usize) -> String {
        match (self.0, complete) {
            (Language::Zh, true) => format!("{edges} 处边界，{claims} 件理赔；看过全部 {kinds} 种情形，裁定 {settled} 次"),
            (Language::Zh, false) => format!("{edges} 处边界，{claims} 件理赔；看过选出的 {kinds} 种情形（非全部），裁定 {settled} 次"),
            (Language::En, true) => {
                format!("{edges} edges, {claims} claims; all {kinds} kinds of case were looked at, {settled} claims settled")
            }
            (Language::En, false) => {
                format!(
                    "{edges} edges, {claims} claims; a selection of {kinds} kinds of case was looked at, not all; {settled} claims settled"
                )
            }
        }
    }

    pub fn edges_left_out(self, left_out: usize, limit: usize) -> String {
        if self.zh() {
            format!("另有 {left_out} 处边界未给出：最多 {limit} 处")
        } else {
            format!("{left_out} more edges are left out: at most {limit} are given")
        }
    }

    pub fn to_be_confirmed(self) -> &'static str {
        if self.zh() {
            "以下结果由 medaid 得出，须由人按规则核对后才可作为预期。"
        } else {
            "These results are medaid's own: somebody has to work them out from the rules before they count as expected."
        }
    }

    pub fn boundary_title(self) -> &'static str {
        if self.zh() { "规则边界上的理赔" } else { "Claims at the boundaries of the rules" }
    }

    pub fn difference(self, old: Option<&str>, new: Option<&str>) -> String {
        match (self.0, old, new) {
            (Language::Zh, Some(old), Some(new)) => format!("原为 {old}，现为 {new}"),
            (Language::Zh, Some(old), None) => format!("已删去（原为 {old}）"),
            (Language::Zh, None, Some(new)) => format!("新增（{new}）"),
            (Language::Zh, None, None) => "写法不同".to_owned(),
            (Language::En, Some(old), Some(new)) => format!("was {old}, is {new}"),
            (Language::En, Some(old), None) => format!("gone (was {old})"),
            (Language::En, None, Some(new)) => format!("new ({new})"),
            (Language::En, None, None) => "put otherwise".to_owned(),
        }
    }

    pub fn standard_output(self) -> &'static str {
        if self.zh() { "标准输出" } else { "standard output" }
    }

    pub fn cannot_write(self, name: &str, error: &std::io::Error) -> String {
        if self.zh() { format!("{name}：无法写入：{error}") } else { format!("{name} cannot be written: {error}") }
    }

    pub fn cannot_read(self, name: &str, error: &std::io::Error) -> String {
        if self.zh() { format!("{name}：无法读取：{error}") } else { format!("{name}: cannot be read: {error}") }
    }

    pub fn difference_of(self, rule: &str, case: &str, change: &str) -> String {
        match (self.0, case) {
            (Language::Zh, "") => format!("{rule}：{change}"),
            (Language::Zh, _) => format!("{rule}（{case}）：{change}"),
            (Language::En, "") => format!("{rule}: {change}"),
            (Language::En, _) => format!("{rule} ({case}): {change}"),
        }
    }

    pub fn witness(self) -> [&'static str; 3] {
        if self.zh() { ["例", "旧", "新"] } else { ["for example", "old", "new"] }
    }

    pub fn no_witness(self) -> &'static str {
        if self.zh() { "没有找到裁定结果因之改变的理赔" } else { "no claim was found whose decision changes" }
    }

    pub fn differences_total(self, differences: usize, witnesses: usize, kinds: usize, complete: bool, settled: usize) -> String {
        if differences == 0 {
            return if self.zh() { "含义没有差别" } else { "no difference in meaning" }.to_owned();
        }
        match (self.0, complete) {
            (Language::Zh, true) => format!("{differences} 处差别，{witnesses} 处附有理赔；看过全部 {kinds} 种情形，裁定 {settled} 次"),
            (Language::Zh, false) => {
                format!("{differences} 处差别，{witnesses} 处附有理赔；看过选出的 {kinds} 种情形（非全部），裁定 {settled} 次")
            }
            (Language::En, complete) => {
                let s = if differences == 1 { "" } else { "s" };
                let which = if complete { "all" } else { "a selection of" };
                format!(
                    "{differences} difference{s}, {witnesses} with a claim that shows it; searched {which} {kinds} kinds of case, {settled} claims settled"
                )
            }
        }
    }

    pub fn only_for_documents(self) -> &'static str {
        if self.zh() { "--format md 和 html 只用于 `medaid doc`" } else { "--format md and html are for `medaid doc` alone" }
    }

    pub fn documents_are(self) -> &'static str {
        if self.zh() { "文档的形式是 --format md 或 html" } else { "a document is written with --format md or html" }
    }

    pub fn no_file_name(self) -> &'static str {
        if self.zh() { "不是文件名" } else { "this is no name of a file" }
    }

    pub fn no_person(self, person: &str, near: Option<&str>) -> String {
        match (self.0, near) {
            (Language::Zh, None) => format!("人员文件中没有 `{person}`"),
            (Language::Zh, Some(near)) => format!("人员文件中没有 `{person}`；是不是 `{near}`？"),
            (Language::En, None) => format!("there is no person `{person}` in the file"),
            (Language::En, Some(near)) => format!("there is no person `{person}` in the file; did you mean `{near}`?"),
        }
    }

    pub fn document_written(self, file: &str, charts: usize) -> String {
        match (self.0, charts) {
            (Language::Zh, 0) => format!("已写入 {file}"),
            (Language::Zh, _) => format!("已写入 {file}，及 {charts} 张图"),
            (Language::En, 0) => format!("written to {file}"),
            (Language::En, 1) => format!("written to {file}, with 1 chart beside it"),
            (Language::En, _) => format!("written to {file}, with {charts} charts beside it"),
        }
    }

    pub fn no_scenario(self, folder: &str) -> String {
        if self.zh() {
            format!("{folder} 及其下没有场景（含 expect.toml 的文件夹）")
        } else {
            format!("there is no scenario (a folder with expect.toml) in or below {folder}")
        }
    }

    pub fn nothing_expected(self) -> &'static str {
        if self.zh() { "没有 expect.toml" } else { "there is no expect.toml" }
    }

    pub fn as_expected(self, values: usize) -> String {
        match (self.0, values) {
            (Language::Zh, _) => format!("通过，{values} 个数值"),
            (Language::En, 1) => "ok, 1 value".to_owned(),
            (Language::En, _) => format!("ok, {values} values"),
        }
    }

    pub fn differ(self, mismatches: usize, values: usize) -> String {
        match (self.0, mismatches) {
            (Language::Zh, _) => format!("{values} 个数值中有 {mismatches} 个不符"),
            (Language::En, 1) => format!("1 of {values} values differs"),
            (Language::En, _) => format!("{mismatches} of {values} values differ"),
        }
    }

    pub fn mismatch(self, claim: &str, path: &str, expected: &str, found: Option<&str>, note: &str) -> String {
        let note = match (self.0, note) {
            (_, "") => String::new(),
            (Language::Zh, note) => format!("（{note}）"),
            (Language::En, note) => format!(" ({note})"),
        };
        // The account of a fund is no claim's.
        let claim = if claim.is_empty() { String::new() } else { format!("`{claim}` ") };
        match (self.0, found) {
            (Language::Zh, Some(found)) => format!("{claim}{path}：应为 {expected}，实为 {found}{note}"),
            (Language::Zh, None) => format!("{claim}{path}：应为 {expected}，实际没有{note}"),
            (Language::En, Some(found)) => format!("{claim}{path}: expected {expected}, found {found}{note}"),
            (Language::En, None) => format!("{claim}{path}: expected {expected}, found nothing{note}"),
        }
    }

    pub fn test_total(self, scenarios: usize, values: usize, mismatches: usize, unreadable: usize) -> String {
        match self.0 {
            Language::Zh => format!("{scenarios} 个场景，{values} 个数值：{mismatches} 个不符，{unreadable} 个场景无法读取"),
            Language::En => {
                let s = if scenarios == 1 { "" } else { "s" };
                let v = if values == 1 { "" } else { "s" };
                let d = if mismatches == 1 { "differs" } else { "differ" };
                let cannot = if unreadable == 0 { String::new() } else { format!(", {unreadable} cannot be read") };
                format!("{scenarios} scenario{s}, {values} value{v}: {mismatches} {d}{cannot}")
            }
        }
    }

    pub fn check_total(self, files: usize, errors: usize, warnings: usize, notes: usize) -> String {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let notes = match (self.0, notes) {
            (_, 0) => String::new(),
            (Language::Zh, _) => format!("，{notes} 个提示"),
            (Language::En, _) => format!(", {notes} note{}", plural(notes)),
        };
        match self.0 {
            Language::Zh => format!("{files} 个方案文件：{errors} 个错误，{warnings} 个警告{notes}"),
            Language::En => {
                format!(
                    "{files} rule file{}: {errors} error{}, {warnings} warning{}{notes}",
                    plural(files),
                    plural(errors),
                    plural(warnings)
                )
            }
        }
    }

    pub fn findings_left_out(self, number: usize) -> String {
        if self.zh() {
            format!("同类问题还有 {number} 个，未列出")
        } else {
            format!("{number} more findings of the same kinds are not shown")
        }
    }

    pub fn witnesses_written(self, number: usize, folder: &str) -> String {
        if self.zh() {
            format!("已写入 {number} 个示例场景：{folder}")
        } else {
            format!("scenarios that show findings, written to {folder}: {number}")
        }
    }

    pub fn give_scenario_or_files(self) -> &'static str {
        if self.zh() { "请给出场景文件夹，或 --scheme 与 --claims" } else { "give a scenario folder, or --scheme and --claims" }
    }

    pub fn working(self) -> &'static str {
        if self.zh() { "裁定" } else { "settling" }
    }

    pub fn give_operations(self) -> &'static str {
        if self.zh() {
            "请给出场景文件夹，或 --scheme 与 --operations"
        } else {
            "give a scenario folder, or --scheme and --operations"
        }
    }

    pub fn not_a_day(self) -> &'static str {
        if self.zh() { "不是 YYYY-MM-DD 形式的日期" } else { "not a date of the form YYYY-MM-DD" }
    }

    pub fn operations(self) -> &'static str {
        if self.zh() { "操作" } else { "operations" }
    }

    pub fn repeated(self) -> &'static str {
        if self.zh() { "重复送达" } else { "sent again" }
    }

    pub fn refused(self) -> &'static str {
        if self.zh() { "未受理" } else { "refused" }
    }

    pub fn claims_standing(self) -> &'static str {
        if self.zh() { "现有理赔申请" } else { "claims that stand" }
    }

    pub fn reservations(self) -> &'static str {
        if self.zh() { "现有预授权" } else { "reservations" }
    }

    pub fn reserved(self) -> &'static str {
        if self.zh() { "预留金额" } else { "reserved" }
    }

    pub fn digest(self) -> &'static str {
        if self.zh() { "摘要" } else { "digest" }
    }

    pub fn opening_balance(self) -> &'static str {
        if self.zh() { "期初余额" } else { "opening" }
    }

    pub fn paid_by(self, fund: &str) -> String {
        if self.zh() { format!("{fund} 支付") } else { format!("paid by {fund}") }
    }

    pub fn posting_state(self, state: PostingState) -> &'static str {
        match (self.zh(), state) {
            (true, PostingState::Final) => "入账",
            (true, PostingState::Reserved) => "预留",
            (true, PostingState::Reversed) => "冲销",
            (false, PostingState::Final) => "final",
            (false, PostingState::Reserved) => "reserved",
            (false, PostingState::Reversed) => "reversed",
        }
    }

    pub fn posting_head(self) -> [&'static str; 7] {
        if self.zh() {
            ["操作", "状态", "理赔", "规则", "账户", "周期", "金额"]
        } else {
            ["operation", "state", "claim", "rule", "account", "period", "amount"]
        }
    }

    pub fn balance_head(self) -> [&'static str; 7] {
        if self.zh() {
            ["规则", "限额", "累计", "周期", "已用", "额度", "剩余"]
        } else {
            ["rule", "limit", "accumulator", "period", "used", "of", "left"]
        }
    }

    pub fn depends_on(self, fact: &str) -> String {
        if self.zh() { format!("视 {fact} 而定") } else { format!("by {fact}") }
    }

    /// A limit as it is called in a scheme: `deductible 1`, `cap 2`.
    pub fn limit(self, label: &str) -> String {
        if !self.zh() {
            return label.to_owned();
        }
        if let Some(fund) = label.strip_prefix("budget of ") {
            return format!("基金 {fund} 的预算");
        }
        let (name, number) = match label.rsplit_once(' ') {
            Some((name, number)) if number.bytes().all(|b| b.is_ascii_digit()) => (name, format!(" {number}")),
            _ => (label, String::new()),
        };
        let name = match name {
            "deductible" => "起付线",
            "franchise" => "相对免赔额",
            "cap" => "封顶线",
            "layer cap" => "层封顶线",
            "base cap" => "计入费用上限",
            "out-of-pocket maximum" => "个人负担上限",
            "bands" => "分段位置",
            "phases" => "阶段位置",
            "grant" => "定额补助位置",
            "in kind" => "赠药周期位置",
            other => other,
        };
        format!("{name}{number}")
    }

    /// Over what an accumulator runs.
    pub fn per(self, per: Per) -> String {
        if !self.zh() {
            return per.to_string();
        }
        match per {
            Per::PolicyYear => "保障年度".to_owned(),
            Per::CalendarYear => "自然年度".to_owned(),
            Per::Lifetime => "终身".to_owned(),
            Per::Month => "月".to_owned(),
            Per::Day => "日".to_owned(),
            Per::Stay => "住院".to_owned(),
            Per::Claim => "理赔".to_owned(),
            other => other.to_string(),
        }
    }

    pub fn operation_refused(self, line: u64, message: &str) -> String {
        match (self.zh(), line) {
            (true, 0) => format!("人员：{message}"),
            (true, _) => format!("第 {line} 行：{message}"),
            (false, 0) => format!("people: {message}"),
            (false, _) => format!("line {line}: {message}"),
        }
    }

    pub fn refused_head(self, number: usize) -> String {
        match (self.zh(), number) {
            (true, _) => format!("{number} 项操作未受理："),
            (false, 1) => "1 operation is refused:".to_owned(),
            (false, _) => format!("{number} operations are refused:"),
        }
    }

    pub fn replays(self, records: usize) -> String {
        if self.zh() {
            format!("{records} 项操作重新执行，结果逐字节相同")
        } else {
            format!("{records} operations carried out anew: the same bytes")
        }
    }

    pub fn replays_otherwise(self) -> &'static str {
        if self.zh() {
            "重新执行的结果与所存日志不同：规则或程序的语义已改变"
        } else {
            "carried out anew the journal is another: the rules have changed, or what this version makes of them"
        }
    }

    pub fn orders_differ(self, claims: usize) -> String {
        match (self.zh(), claims) {
            (true, _) => format!("两种次序下结果不同的理赔：{claims} 件"),
            (false, 1) => "1 claim comes out otherwise in the other order".to_owned(),
            (false, _) => format!("{claims} claims come out otherwise in the other order"),
        }
    }

    pub fn orders_head(self) -> [&'static str; 5] {
        if self.zh() {
            ["理赔", "参保人", "按收到次序", "按发生次序", "差额"]
        } else {
            ["claim", "person", "as received", "as incurred", "difference"]
        }
    }

    /// A reject code in words; in English it says enough by itself.
    pub fn reject(self, code: RejectCode) -> &'static str {
        if !self.zh() {
            return code.as_str();
        }
        match code {
            RejectCode::Unreadable => "无法读取",
            RejectCode::DuplicateClaim => "重复申请",
            RejectCode::UnknownPerson => "查无此人",
            RejectCode::UnknownScheme => "方案不明",
            RejectCode::MissingDate => "缺少日期",
            RejectCode::DatesOutOfOrder => "日期颠倒",
            RejectCode::BeforeBirth => "早于出生",
            RejectCode::SeveralHouseholds => "同日属于两户",
            RejectCode::NoSchemeInForce => "当日无有效方案",
            RejectCode::NegativeAmount => "金额为负",
            RejectCode::OverPreciseAmount => "金额位数过多",
            RejectCode::UnknownPortion => "费用类别不明",
            RejectCode::PortionsDoNotAddUp => "各类费用与总额不符",
            RejectCode::UnknownLayer => "层次不明",
            RejectCode::UnknownAttribute => "属性不明",
            RejectCode::UnknownValue => "属性取值不明",
            RejectCode::MissingAttribute => "缺少属性",
            RejectCode::NotionalLayer => "给定了假定赔付层的支付",
            RejectCode::UndatedLines => "明细缺少日期",
            RejectCode::DuplicateLine => "明细重复",
            RejectCode::UnclassifiedLine => "明细无法归类",
            RejectCode::PriorAboveResidual => "已付金额超过剩余费用",
            RejectCode::UnknownAccumulator => "累计项不明",
            RejectCode::NoValue => "规则无法取值",
            RejectCode::AmountOverflow => "金额过大",
        }
    }
}
