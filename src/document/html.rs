//! A document as one HTML page.

use super::block::{Block, Line, Span, Table};
use super::chart::{Chart, STYLE, escape};
use super::words::Words;
use crate::decision::Language;

/// The page's look: the reader's own letters, one column, tables that scroll by themselves, light, dark and on paper.
const PAGE_STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1f2933;--soft:#52606d;--line:#d9dee4;--paper:#fff;--band:#f5f7f9;--warn:#8a2c0d;--warn-ground:#fdf0ea;--link:#1d5f8a}\
@media screen and (prefers-color-scheme:dark){:root{--ink:#e4e7eb;--soft:#9aa5b1;--line:#313a44;--paper:#14181d;--band:#1b2127;--warn:#ffb59c;--warn-ground:#3a1f16;--link:#7fb8dd}}\
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}\
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,\"Segoe UI\",\"PingFang SC\",\"Hiragino Sans GB\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",\"Noto Sans SC\",sans-serif}\
main{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 4rem;overflow-wrap:anywhere}\
h1{font-size:1.9rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.35rem;margin:3rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}\
h3{font-size:1.15rem;margin:2.25rem 0 .5rem}h4{font-size:1rem;margin:1.6rem 0 .35rem}h2,h3,h4{line-height:1.35;break-after:avoid}\
p{margin:.5rem 0}ul{margin:.5rem 0;padding-left:1.3rem}code{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--band);border-radius:3px;padding:.08em .3em}\
.source{color:var(--soft);font-size:.9rem}.warning{background:var(--warn-ground);color:var(--warn);border-left:4px solid currentColor;padding:.65rem 1rem;margin:1rem 0;font-weight:600}\
dl{display:grid;grid-template-columns:minmax(7rem,12rem) minmax(0,1fr);gap:.3rem 1rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0}\
.wide{overflow-x:auto;margin:.6rem 0 1.1rem}table{border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}\
caption{text-align:left;color:var(--soft);padding:0 0 .35rem}th,td{padding:.32rem .9rem .32rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}\
th{font-weight:600;color:var(--soft);border-bottom-width:2px}td{overflow-wrap:normal}.n{text-align:right;white-space:nowrap;padding-left:.6rem}\
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:2rem 2.5rem;margin:1.5rem 0}figure{margin:0;min-width:0;break-inside:avoid}\
figcaption{font-weight:600;margin-bottom:.5rem}figure svg{width:100%;max-width:34rem;height:auto;display:block}figure table{font-size:.84rem}figure td:first-child{overflow-wrap:anywhere;min-width:6rem}\
@media (min-width:34.01rem){dl+.wide{margin-left:13rem}}figure .wide{margin-top:.9rem}figure th,figure td{padding-right:.2rem}\
@media (max-width:34rem){main{padding:1.25rem 1rem 3rem}h1{font-size:1.5rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}\
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}h2{margin-top:1.6rem}tr{break-inside:avoid}.wide{overflow:visible}code{background:none;padding:0}.charts{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.2rem}figure table{font-size:.62rem}figure td,figure th{padding-top:.15rem;padding-bottom:.15rem}}";

pub(super) fn page(title: &str, blocks: &[Block], charts: &[Chart], language: Language) -> String {
    let words = Words(language);
    let mut out = String::new();
    out.push_str("<!DOCTYPE html>\n<html lang=\"");
    out.push_str(words.language_code());
    out.push_str(
        "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
    );
    out.push_str(&escape(title));
    out.push_str("</title>\n<style>\n");
    out.push_str(PAGE_STYLE);
    out.push('\n');
    out.push_str(STYLE);
    out.push_str("\n</style>\n</head>\n<body>\n<main>\n");
    let mut in_charts = false;
    for (index, block) in blocks.iter().enumerate() {
        // Charts stand side by side, each with what belongs to it.
        if let Block::Chart(chart) = block {
            if !in_charts {
                out.push_str("<div class=\"charts\">\n");
                in_charts = true;
            }
            figure(&mut out, *chart, blocks.get(..index), blocks.get(index.saturating_add(1)), charts);
            continue;
        }
        let of_a_chart =
            in_charts && matches!(blocks.get(index.wrapping_sub(1)), Some(Block::Chart(_))) && matches!(block, Block::Table(_));
        if of_a_chart || names_a_chart(blocks, index) {
            continue;
        }
        if in_charts {
            out.push_str("</div>\n");
            in_charts = false;
        }
        plain(&mut out, block);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// Whether a block is the heading of a chart, which the figure shows itself.
fn names_a_chart(blocks: &[Block], index: usize) -> bool {
    matches!(blocks.get(index), Some(Block::Heading { level: 4, .. }))
        && matches!(blocks.get(index.saturating_add(1)), Some(Block::Chart(_)))
}

fn figure(out: &mut String, chart: usize, before: Option<&[Block]>, after: Option<&Block>, charts: &[Chart]) {
    out.push_str("<figure>\n");
    if let Some(Block::Heading { text, .. }) = before.and_then(<[Block]>::last) {
        out.push_str("<figcaption>");
        line(out, text);
        out.push_str("</figcaption>\n");
    }
    if let Some(chart) = charts.get(chart) {
        out.push_str(chart.inline());
        out.push('\n');
    }
    if let Some(Block::Table(table)) = after {
        self::table(out, table);
    }
    out.push_str("</figure>\n");
}

fn plain(out: &mut String, block: &Block) {
    match block {
        Block::Heading { level, text } => {
            out.push_str(&format!("<h{level}>"));
            line(out, text);
            out.push_str(&format!("</h{level}>\n"));
        }
        Block::Warning(text) => element(out, "p class=\"warning\" role=\"note\"", "p", text),
        Block::Text(text) => element(out, "p", "p", text),
        Block::Source(text) => element(out, "p class=\"source\"", "p", text),
        Block::Items(items) => {
            out.push_str("<dl>\n");
            for (name, value) in items {
                element(out, "dt", "dt", name);
                element(out, "dd", "dd", value);
            }
            out.push_str("</dl>\n");
        }
        Block::List(items) => {
            out.push_str("<ul>\n");
            for item in items {
                element(out, "li", "li", item);
            }
            out.push_str("</ul>\n");
        }
        Block::Table(table) => self::table(out, table),
        Block::Chart(_) => {}
    }
}

fn element(out: &mut String, open: &str, close: &str, text: &Line) {
    out.push('<');
    out.push_str(open);
    out.push('>');
    line(out, text);
    out.push_str("</");
    out.push_str(close);
    out.push_str(">\n");
}

fn table(out: &mut String, table: &Table) {
    let cell = |out: &mut String, name: &str, number: bool, text: &Line| {
        out.push('<');
        out.push_str(name);
        out.push_str(if number { " class=\"n\">" } else { ">" });
        line(out, text);
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    };
    out.push_str("<div class=\"wide\"><table>\n");
    if !table.caption.is_empty() {
        element(out, "caption", "caption", &table.caption);
    }
    out.push_str("<thead><tr>");
    for (text, number) in table.head.iter().zip(&table.numbers) {
        cell(out, "th", *number, text);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (text, number) in row.iter().zip(&table.numbers) {
            cell(out, "td", *number, text);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn line(out: &mut String, line: &Line) {
    for span in &line.0 {
        match span {
            Span::Plain(text) => out.push_str(&escape(text)),
            Span::Strong(text) => {
                out.push_str("<strong>");
                out.push_str(&escape(text));
                out.push_str("</strong>");
            }
            Span::Code(text) => {
                out.push_str("<code>");
                out.push_str(&escape(text));
                out.push_str("</code>");
            }
        }
    }
}
