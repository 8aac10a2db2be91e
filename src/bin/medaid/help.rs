//! What `--help` says, in English and in Chinese.

use std::ffi::OsString;

use clap::Command;

pub(crate) const ABOUT: &str = "Adjudicates medical-aid claims: exact, deterministic, and every cent explained";

pub(crate) const LONG_ABOUT: &str = "\
Adjudicates medical-aid claims under layered charity-plus-insurance schemes: exact, deterministic, and every cent explained.

A scheme is a rule file (TOML). A scenario is a folder with schemes, persons and claims:

  scheme.toml                what each layer covers and pays (or several scheme-*.toml)
  people.csv or people.json  persons, their households and attributes
  claims.csv or claims.json  bills, by portion or by line
  lines.csv                  optional: the lines of the claims in claims.csv
  expect.toml                optional: what must come out, for `medaid test`

Results go to standard output, messages to standard error.

Exit codes:
  0  fine
  1  findings in a rule file, or values that differ from what is expected
  2  wrong usage, or input that cannot be read";

pub(crate) const EXAMPLES: &str = "\
Examples:
  medaid check scheme.toml                    find everything that is wrong with a rule file
  medaid run fixtures/w25-anti-example        settle the claims of a scenario, print the sums
  medaid explain fixtures/w25-anti-example W25-exactly-the-bill
                                              show how one claim was settled, step by step
  medaid test fixtures                        compare every scenario with its expect.toml

Each command says more: `medaid run --help`.";

pub(crate) const CHECK: &str = "Checks rule files and says everything that is wrong with them";
pub(crate) const CHECK_LONG: &str = "\
Checks rule files and says everything that is wrong with them, all at once: each finding with its place in the file, a stable code, and often what to do.

Beyond the text, the rules are reasoned about: what no claim reaches, limits that never count, dates that leave a gap, payments that leap or fall as the bill \
grows, claims whose order matters. --quick leaves that out; --witness writes for each such finding a scenario that shows it.

Of a scenario folder all rule files are checked, and whether they go together: editions of one scheme may not hold at the same time.

Exit codes: 0 without errors (warnings are fine, unless --deny-warnings; notes always are), 1 with errors, 2 if a file cannot be read.";
pub(crate) const CHECK_EXAMPLES: &str = "\
Examples:
  medaid check scheme.toml
  medaid check fixtures/*/ --deny-warnings
  medaid check scheme.toml --witness shown    scenarios in the new folder `shown`, for medaid explain
  medaid check scheme.toml --format json      findings with line, column, code and help, for editors
  medaid check --explain                      list the codes of findings
  medaid check --explain E010                 what a code means, with a wrong and a right example";

pub(crate) const RUN: &str = "Settles claims and sums them up";
pub(crate) const RUN_LONG: &str = "\
Settles claims and sums them up: claims, rejects by reason, billed, paid by layer, out of pocket, the effective reimbursement ratio, and for each layer with a \
premium the part of it that was paid out.

Every claim comes out once: decided, or rejected with a reason. A reject costs one claim, not the run: the exit code stays 0, unless --deny-rejects. Rejects \
are listed on standard error.

Nothing depends on the order of rows: an owner's claims (a person's, or a household's where limits are shared) are settled in the order that the scheme states.

With --out, the folder gets decisions.jsonl (every step of every decision), decisions.csv (one row per claim), rejects.csv, movements.csv (of funds that keep accounts) and summary.json; each whole, or \
not at all.

Exit codes: 0 fine, 1 if --deny-rejects and a claim is rejected, 2 wrong usage or files that cannot be read.";
pub(crate) const RUN_EXAMPLES: &str = "\
Examples:
  medaid run fixtures/w25-anti-example
  medaid run fixtures/w25-anti-example --out results
  medaid run --scheme scheme.toml --people people.csv --claims claims.csv --lines lines.csv
  medaid run --scheme scheme.toml --claims - --format json < claims.json";

pub(crate) const EXPLAIN: &str = "Shows how one claim was settled, step by step";
pub(crate) const EXPLAIN_LONG: &str = "\
Shows how one claim of a scenario was settled, step by step: which layers and benefits fired and which did not and why, every figure with its arithmetic, and \
the clause that it comes from. All claims of the scenario are settled first, since earlier claims count towards limits.

With --format json the decision itself is printed, with --format csv its figures as paths and values, the ones that expect.toml may name.

Exit codes: 0 fine (also for a claim that was rejected: the reason is shown), 2 if there is no such claim or files cannot be read.";
pub(crate) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  medaid explain fixtures/w25-anti-example W25-exactly-the-bill
  medaid explain fixtures/w25-anti-example W25-exactly-the-bill --lang zh
  medaid explain fixtures/w25-anti-example W25-exactly-the-bill --format csv";

pub(crate) const TEST: &str = "Compares scenarios with what is expected of them";
pub(crate) const TEST_LONG: &str = "\
Runs every scenario in or below the folders that has an expect.toml, and compares what comes out with what is expected. Amounts compare as numbers, exactly. \
What expect.toml does not mention is not checked.

Exit codes: 0 if all is as expected, 1 if anything differs, 2 if a scenario cannot be read (the others are still compared).";
pub(crate) const TEST_EXAMPLES: &str = "\
Examples:
  medaid test fixtures
  medaid test fixtures/w25-anti-example --lang zh
  medaid test fixtures --format csv           one row for each value that differs";

pub(crate) const FMT: &str = "Lays rule files out: indents, spaces, blank lines";
pub(crate) const FMT_LONG: &str = "\
Lays rule files out: indents, spaces, blank lines. Comments are kept, what a file says stays the same (its digest too), and a file that is laid out already is \
not touched. Files are written whole, or not at all. The rules are in the reference of the rule language.

Names of files that changed are printed.

Exit codes: 0 fine, 1 if --check and a file would change, or a file is not TOML, 2 if a file cannot be read or written.";
pub(crate) const FMT_EXAMPLES: &str = "\
Examples:
  medaid fmt scheme.toml
  medaid fmt --check fixtures/*/scheme*.toml
  medaid fmt - < scheme.toml";

pub(crate) const SCHEMA: &str = "Prints the JSON Schema of rule files, for editors";
pub(crate) const SCHEMA_LONG: &str = "\
Prints the JSON Schema of rule files (draft 7). Editors that know TOML (Even Better TOML, taplo, and others) complete, explain and check keys with it, while a \
scheme is written. Name it in the first line of a rule file: `#:schema scheme.schema.json`.

The schema knows keys and forms. Names, units and tables are checked by `medaid check`.

Exit codes: 0 fine, 2 wrong usage.";
pub(crate) const SCHEMA_EXAMPLES: &str = "\
Examples:
  medaid schema > scheme.schema.json";

pub(crate) const DOC: &str = "Writes a scheme as a readable document, with charts";
pub(crate) const DOC_LONG: &str = "\
Writes a scheme as a document that people can read and argue about: the layers in order, what each pays for whom, every number with its dates and its source, which \
limits are shared, and charts of what each layer pays and what the patient bears as the bill grows. The text is made from the same plan that settles claims.

The form is HTML (one page that needs no other file) or Markdown (with each chart as an SVG file beside it). It follows from the ending of --out, or from --format html \
or md; the form is Markdown otherwise. Markdown on standard output shows the charts' figures as tables only.

Charts are drawn for persons with every default and for those who differ from them in what decides about a whole layer; or for --person of a file of --people. \
--with sets what else the rules ask about, for all of them.

Exit codes: 0 fine, 2 wrong usage, or files that cannot be read or have errors.";
pub(crate) const DOC_EXAMPLES: &str = "\
Examples:
  medaid doc scheme.toml --out scheme.html
  medaid doc scheme.toml --out scheme.md --lang zh
  medaid doc scheme.toml --out scheme.html --with facility_level=3 --with age=8 --bill 500000
  medaid doc fixtures/w8-huirongbao-2022/scheme.toml --people people.csv --person p1 --format html";

pub(crate) const SCENARIOS: &str = "Writes claims at the boundaries of a scheme's rules";
pub(crate) const SCENARIOS_LONG: &str = "\
Finds, by settling, every threshold, band edge and cap of a scheme and every day on which its rules change, and gives the claims just below, at and just above each, \
with what we make of them: for somebody to confirm. Each claim is the first of a person of its own.

With --out they are written as a scenario folder, whose expect.toml says which rule each claim probes. With --against, the claims of a folder are settled under the \
scheme instead, and the rules that none of them exercises are listed: benefits, limits, copayments, points, factors, bands, steps, rows of tables.

Exit codes: 0 fine, 2 wrong usage, or files that cannot be read or have errors.";
pub(crate) const SCENARIOS_EXAMPLES: &str = "\
Examples:
  medaid scenarios scheme.toml
  medaid scenarios scheme.toml --out boundaries
  medaid scenarios scheme.toml --against fixtures/w8-huirongbao-2022";

pub(crate) const DIFF: &str = "Says what differs in meaning between two schemes";
pub(crate) const DIFF_LONG: &str = "\
Says which rules, numbers and dates of two schemes differ in meaning: layout, comments, the order of keys, `0.50` for `0.5`, or a parameter written out in place are no \
difference. Each difference comes with a claim whose decision changes, where one is found; claims of the kinds that either scheme tells apart are settled under both, at \
all amounts that either names.

Exit codes: 0 no difference, 1 differences, 2 wrong usage, or files that cannot be read or have errors.";
pub(crate) const DIFF_EXAMPLES: &str = "\
Examples:
  medaid diff scheme-2024.toml scheme-2025.toml
  medaid diff old.toml new.toml --format json   the witnesses as persons and claims";

pub(crate) const JOURNAL: &str = "Lists what operations on claims posted: to accumulators, and who pays";
pub(crate) const JOURNAL_LONG: &str = "\
Carries a stream of operations out (claims submitted, corrected, taken back, reserved for, paid by others) and lists every posting in order: which operation, which \
claim and rule, to which accumulator or from whom, in which period, and whether it is final, reserved, or takes an earlier one back. Nothing is ever overwritten: \
totals are sums of these lines.

Exit codes: 0 fine, 2 wrong usage or files that cannot be read.";
pub(crate) const JOURNAL_EXAMPLES: &str = "\
Examples:
  medaid journal fixtures/sequence-family
  medaid journal fixtures/sequence-family --person mother --format csv
  medaid journal fixtures/sequence-family --as-of 2024-05-31";

pub(crate) const BALANCE: &str = "Shows where a person stands on a day: what is met, used and left";
pub(crate) const BALANCE_LONG: &str = "\
Carries a stream of operations out and shows where a person stands on a day: each deductible met and left, each cap used and left, the position of bands, and what is \
counted otherwise; with --postings the postings behind each figure. What depends on a claim's own facts says on which. What runs over a claim or a stay begins with \
the next one and is left out.

Exit codes: 0 fine, 2 wrong usage, nobody of that name, or files that cannot be read.";
pub(crate) const BALANCE_EXAMPLES: &str = "\
Examples:
  medaid balance fixtures/sequence-family --person mother --on 2024-06-30
  medaid balance fixtures/sequence-family --person mother --on 2024-06-30 --as-of 2024-05-31 --postings";

pub(crate) const REPLAY: &str = "Carries operations out anew and compares; shows any past day's view";
pub(crate) const REPLAY_LONG: &str = "\
Carries a stream of operations out, and then everything once more from the journal that came of it, and compares the digests. With --journal, a journal that `run --out` \
has stored is checked and carried out anew. With --as-of, everything is shown as it was known and decided at the end of a day, with its digest.

With --compare-orders, the stream is settled as received and as incurred, whatever the schemes say, and the claims are listed that are paid otherwise.

Exit codes: 0 the same bytes, 1 if they are others, 2 wrong usage or files that cannot be read.";
pub(crate) const REPLAY_EXAMPLES: &str = "\
Examples:
  medaid replay fixtures/sequence-family
  medaid replay fixtures/sequence-family --as-of 2024-05-31
  medaid replay fixtures/sequence-family --compare-orders";

/// Whether the arguments ask for Chinese: needed before they are read, for help.
pub(crate) fn wants_chinese(args: impl Iterator<Item = OsString>) -> bool {
    let mut after_lang = false;
    for arg in args {
        if arg == "--lang=zh" || after_lang && arg == "zh" {
            return true;
        }
        if arg == "--" {
            return false;
        }
        after_lang = arg == "--lang";
    }
    false
}

const TEMPLATE_ZH: &str = "{about-section}\n用法：{usage}\n\n{all-args}{after-help}";

/// The command with its help in Chinese.
pub(crate) fn chinese(command: Command) -> Command {
    let common = |command: Command| {
        command.help_template(TEMPLATE_ZH).mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            arg.help_heading(heading)
        })
    };
    let command = command
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(clap::Arg::new("help").short('h').long("help").global(true).action(clap::ArgAction::Help).help("显示帮助（-h 简短）"))
        .arg(clap::Arg::new("version").short('V').long("version").action(clap::ArgAction::Version).help("显示版本"))
        .subcommand_help_heading("命令")
        .about("裁定医疗救助理赔：精确、确定、每一分钱都有说明")
        .long_about(LONG_ABOUT_ZH)
        .after_long_help(EXAMPLES_ZH)
        .mut_arg("lang", |a| a.help("输出的语言"))
        .mut_arg("format", |a| a.help("标准输出的形式"))
        .mut_arg("color", |a| a.help("颜色：仅在终端上、总是、从不"))
        .mut_subcommand("check", |c| {
            common(c.about("检查规则文件，指出其中所有问题").long_about(CHECK_ZH).after_long_help(examples_zh(CHECK_EXAMPLES)))
                .mut_arg("schemes", |a| a.help("规则文件，或含有 scheme.toml、scheme-*.toml 的场景文件夹"))
                .mut_arg("deny_warnings", |a| a.help("有警告时退出码也为 1"))
                .mut_arg("explain", |a| a.help("说明某个代码（如 E010），附错误示例和正确示例；不写代码则列出全部"))
                .mut_arg("quick", |a| a.help("只看文字，不推演"))
                .mut_arg("witness", |a| a.help("新文件夹，写入能显示各发现的场景"))
        })
        .mut_subcommand("run", |c| {
            common(c.about("裁定理赔申请并汇总").long_about(RUN_ZH).after_long_help(examples_zh(RUN_EXAMPLES)))
                .mut_arg("scenario", |a| a.help("场景文件夹"))
                .mut_arg("schemes", |a| a.help("规则文件；多个方案或多个版本时可重复"))
                .mut_arg("claims", |a| a.help("理赔申请文件，CSV 或 JSON；`-` 为标准输入"))
                .mut_arg("lines", |a| a.help("费用明细的 CSV 文件"))
                .mut_arg("people", |a| a.help("人员文件，CSV 或 JSON；不给时，申请中出现的人都视为存在，但别无所知"))
                .mut_arg("households", |a| a.help("家庭文件，格式同人员文件：按家庭结算的方案由此得知家庭的属性"))
                .mut_arg("operations", |a| {
                    a.help("操作流文件（JSON lines），代替理赔申请；`-` 为标准输入。场景文件夹中的 operations.jsonl 同此")
                })
                .mut_arg("out", |a| {
                    a.help("结果文件夹：decisions.jsonl、decisions.csv、rejects.csv、movements.csv、summary.json；没有则新建，非空则拒绝")
                })
                .mut_arg("force", |a| a.help("替换非空文件夹中的结果"))
                .mut_arg("deny_rejects", |a| a.help("有申请被退回时退出码为 1"))
        })
        .mut_subcommand("explain", |c| {
            common(c.about("逐步说明一件理赔是怎样裁定的").long_about(EXPLAIN_ZH).after_long_help(examples_zh(EXPLAIN_EXAMPLES)))
                .mut_arg("scenario", |a| a.help("场景文件夹"))
                .mut_arg("claim", |a| a.help("理赔申请的编号"))
        })
        .mut_subcommand("test", |c| {
            common(c.about("把场景的结果与预期比较").long_about(TEST_ZH).after_long_help(examples_zh(TEST_EXAMPLES)))
                .mut_arg("folders", |a| a.help("文件夹；其中及其下每个含 expect.toml 的场景都会运行"))
        })
        .mut_subcommand("fmt", |c| {
            common(c.about("整理规则文件的排版：缩进、空格、空行").long_about(FMT_ZH).after_long_help(examples_zh(FMT_EXAMPLES)))
                .mut_arg("files", |a| a.help("规则文件；`-` 为标准输入，结果写到标准输出"))
                .mut_arg("check", |a| a.help("不写文件；有文件需要整理时退出码为 1"))
        })
        .mut_subcommand("schema", |c| {
            common(c.about("打印规则文件的 JSON Schema，供编辑器使用").long_about(SCHEMA_ZH).after_long_help(examples_zh(SCHEMA_EXAMPLES)))
        })
        .mut_subcommand("doc", |c| {
            common(c.about("把方案写成可读的文档，附图").long_about(DOC_ZH).after_long_help(examples_zh(DOC_EXAMPLES)))
                .mut_arg("scheme", |a| a.help("规则文件"))
                .mut_arg("out", |a| a.help("写到这个文件；不给时写到标准输出"))
                .mut_arg("people", |a| a.help("人员文件，CSV 或 JSON"))
                .mut_arg("person", |a| a.help("为其画图的人的编号；可重复"))
                .mut_arg("with", |a| {
                    a.help("设定规则所问的一项，如 facility_level=3、age=8、rule_date=2024-01-01、portion=in_scope；可重复")
                })
                .mut_arg("bill", |a| a.help("图中最大的费用"))
        })
        .mut_subcommand("scenarios", |c| {
            common(c.about("写出处在规则边界上的理赔").long_about(SCENARIOS_ZH).after_long_help(examples_zh(SCENARIOS_EXAMPLES)))
                .mut_arg("scheme", |a| a.help("规则文件"))
                .mut_arg("out", |a| a.help("写入场景的新文件夹"))
                .mut_arg("against", |a| a.help("场景文件夹：列出其中的理赔从未触及的规则"))
        })
        .mut_subcommand("diff", |c| {
            common(c.about("说明两个方案在含义上的差别").long_about(DIFF_ZH).after_long_help(examples_zh(DIFF_EXAMPLES)))
                .mut_arg("old", |a| a.help("旧规则文件"))
                .mut_arg("new", |a| a.help("新规则文件"))
        })
        .mut_subcommand("journal", |c| {
            stream(common(
                c.about("列出各项操作的入账：计入哪些累计、由谁支付").long_about(JOURNAL_ZH).after_long_help(examples_zh(JOURNAL_EXAMPLES)),
            ))
            .mut_arg("claim", |a| a.help("只列这件理赔"))
            .mut_arg("person", |a| a.help("只列此人的理赔"))
            .mut_arg("as_of", |a| a.help("只列当日结束前已知的"))
        })
        .mut_subcommand("balance", |c| {
            stream(common(
                c.about("显示某人某日的余额：已满足、已用、剩余").long_about(BALANCE_ZH).after_long_help(examples_zh(BALANCE_EXAMPLES)),
            ))
            .mut_arg("person", |a| a.help("人员编号"))
            .mut_arg("on", |a| a.help("日期"))
            .mut_arg("as_of", |a| a.help("按当日结束前已知的情况"))
            .mut_arg("postings", |a| a.help("同时列出每个数字背后的入账"))
        })
        .mut_subcommand("replay", |c| {
            stream(common(
                c.about("重新执行各项操作并比较；查看任何一天当时的情况")
                    .long_about(REPLAY_ZH)
                    .after_long_help(examples_zh(REPLAY_EXAMPLES)),
            ))
            .mut_arg("journal", |a| a.help("已存的日志，重新执行并比较；不给时把操作执行两遍"))
            .mut_arg("as_of", |a| a.help("按当日结束时已知并已裁定的情况"))
            .mut_arg("compare_orders", |a| a.help("比较按收到次序与按发生次序裁定的结果"))
        });
    common(command)
}

/// What the commands on streams of operations take.
fn stream(command: Command) -> Command {
    command
        .mut_arg("scenario", |a| a.help("文件夹，内有 operations.jsonl、scheme.toml（或 scheme-*.toml），或有 people.csv、.json"))
        .mut_arg("schemes", |a| a.help("规则文件；可重复。操作所启用的版本自该操作起有效"))
        .mut_arg("operations", |a| a.help("操作流文件（JSON lines）；`-` 为标准输入"))
        .mut_arg("people", |a| a.help("人员文件，CSV 或 JSON，先于一切操作登记"))
}

/// The examples are commands, which read the same in any language; only the remarks beside them are left out.
fn examples_zh(examples: &str) -> String {
    let lines = examples.lines().skip(1).map(|line| {
        let command = line.trim_start();
        format!("\n  {}", command.split("   ").next().unwrap_or(command))
    });
    format!("例：{}", lines.collect::<String>())
}

const LONG_ABOUT_ZH: &str = "\
裁定“慈善加医保”多层次保障方案下的医疗救助理赔：精确、确定、每一分钱都有说明。

方案是一个规则文件（TOML）。场景是一个文件夹，内有方案、人员和理赔申请：

  scheme.toml                每一层保什么、付多少（或多个 scheme-*.toml）
  people.csv 或 people.json  人员、家庭和属性
  claims.csv 或 claims.json  费用，按类别或按明细
  lines.csv                  可选：claims.csv 中申请的明细
  expect.toml                可选：预期结果，供 `medaid test` 使用

结果写到标准输出，消息写到标准错误。

退出码：
  0  正常
  1  规则文件有问题，或结果与预期不符
  2  用法错误，或输入无法读取";

const EXAMPLES_ZH: &str = "\
例：
  medaid check scheme.toml --lang zh
  medaid run fixtures/w25-anti-example --lang zh
  medaid explain fixtures/w25-anti-example W25-exactly-the-bill --lang zh
  medaid test fixtures --lang zh

每个命令各有详细说明：`medaid run --help --lang zh`。";

const CHECK_ZH: &str = "\
检查规则文件，一次指出其中所有问题：每个问题都有文件中的位置、固定的代码，多半还有建议。

除文字外，还推演规则：没有理赔能到达的规则，从不起作用的限额，日期的空档，随费用跳升或下降的赔付，先后次序影响结果的理赔。--quick 不做推演；\
--witness 为每个这样的发现写出一个能显示它的场景。

给出场景文件夹时，检查其中所有规则文件，以及它们能否并用：同一方案的各版本不得同时有效。

退出码：0 没有错误（警告不算，除非 --deny-warnings；提示总不算），1 有错误，2 文件无法读取。";

const RUN_ZH: &str = "\
裁定理赔申请并汇总：件数、各种原因的退回、费用总额、各层赔付、个人负担、实际报销比例，以及写明保费的各层的赔付率。

每件申请只出现一次：已裁定，或注明原因退回。退回只影响这一件：退出码仍为 0，除非 --deny-rejects。退回的申请列在标准错误上。

结果与行的次序无关：同一人（有家庭限额时为同一家庭）的申请按方案规定的次序裁定。

用 --out 时，文件夹中写入 decisions.jsonl（每件裁定的每一步）、decisions.csv（每件一行）、rejects.csv、movements.csv（有账目的基金的收支）和 summary.json；要么完整写入，要么不写。

退出码：0 正常，1 有 --deny-rejects 且有申请被退回，2 用法错误或文件无法读取。";

const EXPLAIN_ZH: &str = "\
逐步说明场景中一件理赔是怎样裁定的：哪些层次和待遇起了作用，哪些没有、为什么，每个数字的算式，以及所依据的条款。场景中的全部申请都会先裁定，因为先前的申请计入限额。

--format json 输出裁定本身，--format csv 输出其数值的路径和值，即 expect.toml 中可用的名称。

退出码：0 正常（被退回的申请也是：显示原因），2 没有这件申请，或文件无法读取。";

const FMT_ZH: &str = "\
整理规则文件的排版：缩进、空格、空行。注释全部保留，文件的含义（及其摘要）不变，已经整齐的文件不动。文件要么完整写入，要么不写。排版规则见规则语言说明。

打印有改动的文件名。

退出码：0 正常，1 有 --check 且有文件需要整理，或文件不是 TOML，2 文件无法读取或写入。";

const SCHEMA_ZH: &str = "\
打印规则文件的 JSON Schema（draft 7）。支持 TOML 的编辑器（Even Better TOML、taplo 等）可据此在书写方案时补全、说明和检查各键。在规则文件第一行注明即可：`#:schema scheme.schema.json`。

JSON Schema 只管键和值的形式；名称、单位和决策表由 `medaid check` 检查。

退出码：0 正常，2 用法错误。";

const TEST_ZH: &str = "\
运行文件夹中及其下每个含 expect.toml 的场景，把结果与预期比较。金额按数值精确比较。expect.toml 没有提到的不检查。

退出码：0 全部相符，1 有不符，2 有场景无法读取（其余仍会比较）。";

const DOC_ZH: &str = "\
把方案写成供人阅读和讨论的文档：各保障层依次列出，每层为谁付什么，每个数字连同日期和依据，哪些限额共用，以及随费用增加各层付多少、个人负担多少的图。文字由裁定理赔的同一份规则生成。

形式为 HTML（单个网页，不需其他文件）或 Markdown（每张图是旁边的一个 SVG 文件），由 --out 的文件名结尾或 --format html、md 决定，否则为 Markdown。Markdown 写到标准输出时，图只以表格给出数字。

图为各项均取默认值的人而画，并为在决定整层适用与否的属性上与之不同的人而画；或为 --people 文件中 --person 所指的人而画。--with 为所有人设定规则所问的其他事项。

退出码：0 正常，2 用法错误，或文件无法读取、有错误。";

const SCENARIOS_ZH: &str = "\
通过裁定找出方案的每个起付线、分段界限、封顶线和规则变化的日期，并给出恰在其下、恰好、恰在其上的理赔及我们的结果，供人确认。每件理赔都是另一个人的第一件。

用 --out 时写成场景文件夹，其中 expect.toml 注明每件理赔检验哪条规则。用 --against 时，改为按方案裁定文件夹中的理赔，列出从未触及的规则：保障责任、限额、定额自付、加点、系数、分段、档次、表格的行。

退出码：0 正常，2 用法错误，或文件无法读取、有错误。";

const DIFF_ZH: &str = "\
说明两个方案的哪些规则、数字和日期在含义上不同：排版、注释、键的次序、`0.50` 与 `0.5`、把参数直接写出来，都不算差别。每处差别尽可能附一件裁定结果因之改变的理赔：凡任一方案所区分的情形，\
都在任一方案所提到的金额上按两个方案各裁定一次。

退出码：0 没有差别，1 有差别，2 用法错误，或文件无法读取、有错误。";

const JOURNAL_ZH: &str = "\
执行一个操作流（提交、更正、撤销理赔，预授权，他方补付等），依次列出每一笔入账：由哪项操作、哪件理赔、哪条规则，计入哪个累计或由谁支付，属于哪个周期，是入账、预留还是冲销。\
从不覆盖：各项合计都是这些行的和。

退出码：0 正常，2 用法错误或文件无法读取。";

const BALANCE_ZH: &str = "\
执行一个操作流，显示某人在某日的情况：每条起付线已满足和剩余多少，每条封顶线已用和剩余多少，分段位置，以及其他累计；--postings 同时列出每个数字背后的入账。\
取决于理赔本身的额度会注明视何而定。按次、按住院计算的自下一次重新开始，不列出。

退出码：0 正常，2 用法错误、查无此人或文件无法读取。";

const REPLAY_ZH: &str = "\
执行一个操作流，再按所得日志从头重新执行，比较摘要。--journal 检查 `run --out` 所存的日志并重新执行。--as-of 按当日结束时已知并已裁定的情况显示，附摘要。

--compare-orders 不论方案如何规定，分别按收到次序和按发生次序裁定，列出赔付不同的理赔。

退出码：0 逐字节相同，1 不同，2 用法错误或文件无法读取。";
