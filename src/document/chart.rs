//! A curve as a picture: stacked areas, the patient's part lowest, drawn as SVG.
//!
//! All figures are whole hundredths of a pixel: nothing goes through a binary float, and the bytes are the same on every machine.

#![allow(clippy::arithmetic_side_effects, reason = "pixels of a picture; 128 bits hold products of two 64-bit amounts")]

use std::fmt::Write;

use super::curve::{Curve, Point};
use super::names::filled;
use super::words::Words;
use crate::decision::Language;
use crate::money::{Money, Total};
use crate::plan::Plan;
use crate::report::{clean, grouped};

// The picture's measures in pixels. It is narrow enough to be read on a phone.
const WIDTH: i64 = 480;
const LEFT: i64 = 78;
const RIGHT: i64 = 14;
const TOP: i64 = 30;
const HEIGHT: i64 = 250;
const AXIS: i64 = 50;
const LEGEND_ROW: i64 = 22;
const PLOT: i64 = WIDTH - LEFT - RIGHT;

/// How many colours there are for layers; further layers begin again.
const COLOURS: usize = 8;

/// The colours and letters of a chart, on light and dark ground and on paper.
pub(super) const STYLE: &str = "\
.mc{--mc-ink:#1f2933;--mc-soft:#52606d;--mc-grid:#d9dee4;--mc-edge:#fff;--mc-p:#c4472f;--mc-0:#2c6e9b;--mc-1:#4fa3a5;--mc-2:#8fb65b;--mc-3:#e0b341;\
--mc-4:#7d6bb0;--mc-5:#b7799b;--mc-6:#6f8597;--mc-7:#a9825a;font-family:system-ui,-apple-system,\"Segoe UI\",\"PingFang SC\",\"Hiragino Sans GB\",\"Microsoft YaHei\",\
\"Noto Sans CJK SC\",\"Noto Sans SC\",sans-serif;font-size:13px;fill:var(--mc-ink)}\
@media screen and (prefers-color-scheme:dark){.mc{--mc-ink:#e4e7eb;--mc-soft:#9aa5b1;--mc-grid:#3a444f;--mc-edge:#14181d;--mc-p:#e5694f;--mc-0:#4e94c4;--mc-1:#58b3b0;\
--mc-2:#98bf66;--mc-3:#d9ae45;--mc-4:#9a8ad0;--mc-5:#c98aad;--mc-6:#8399ab;--mc-7:#bd9668}}\
.mc .a{stroke:var(--mc-edge);stroke-width:1;stroke-linejoin:round}.mc .g{stroke:var(--mc-grid);stroke-width:1;fill:none}.mc .x{stroke:var(--mc-soft);stroke-width:1;fill:none}\
.mc .s{fill:var(--mc-soft)}.mc .h{stroke:var(--mc-edge);stroke-width:1.5;opacity:.45}.mc text{font-variant-numeric:tabular-nums}\
.mc .p{fill:var(--mc-p)}.mc .c0{fill:var(--mc-0)}.mc .c1{fill:var(--mc-1)}.mc .c2{fill:var(--mc-2)}.mc .c3{fill:var(--mc-3)}.mc .c4{fill:var(--mc-4)}\
.mc .c5{fill:var(--mc-5)}.mc .c6{fill:var(--mc-6)}.mc .c7{fill:var(--mc-7)}";

/// A chart of what each layer pays and what the patient bears as a bill grows.
#[derive(Debug, Clone)]
pub struct Chart {
    svg: String,
    inline: String,
    alternative: String,
}

impl Chart {
    pub(super) fn new(plan: &Plan, curve: &Curve, index: usize, language: Language) -> Chart {
        let drawing = Drawing::new(plan, curve, index, Words(language));
        let body = drawing.body();
        let alternative = drawing.described();
        let height = drawing.height();
        let open = |extra: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"mc\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-labelledby=\"mc{index}-d\"{extra}>"
            )
        };
        let describe = format!("<desc id=\"mc{index}-d\">{}</desc>", escape(&alternative));
        // A picture on its own brings its ground with it: a viewer's may be of any colour.
        let ground = "<style>.mc .ground{fill:#fff}@media screen and (prefers-color-scheme:dark){.mc .ground{fill:#14181d}}</style>";
        let svg = format!(
            "{}{describe}<style>{STYLE}</style>{ground}<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>{body}</svg>\n",
            open("")
        );
        let inline = format!("{}{describe}{body}</svg>", open(""));
        Chart { svg, inline, alternative }
    }

    /// The chart as an SVG file of its own.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The chart without its style, to be put into a page that has it.
    pub(super) fn inline(&self) -> &str {
        &self.inline
    }

    /// The chart's last figures in words.
    pub fn alternative(&self) -> &str {
        &self.alternative
    }
}

struct Drawing<'p> {
    plan: &'p Plan,
    points: &'p [Point],
    top: Money,
    index: usize,
    words: Words,
    /// The layers that pay anything, and so are drawn.
    layers: Vec<usize>,
}

impl<'p> Drawing<'p> {
    fn new(plan: &'p Plan, curve: &'p Curve, index: usize, words: Words) -> Drawing<'p> {
        let pays = |layer: usize| curve.points.iter().any(|p| p.paid.get(layer).is_some_and(|paid| *paid != Money::ZERO));
        let layers = (0..plan.layers.len()).filter(|layer| pays(*layer)).collect();
        let top = curve.points.last().map_or(Money::ZERO, |p| p.bill);
        Drawing { plan, points: &curve.points, top, index, words, layers }
    }

    fn height(&self) -> i64 {
        let rows = i64::try_from(self.layers.len()).unwrap_or(0).saturating_add(1);
        TOP + HEIGHT + AXIS + rows.saturating_mul(LEGEND_ROW).saturating_add(8)
    }

    /// Across the picture, in hundredths of a pixel.
    fn across(&self, amount: Money) -> i64 {
        (LEFT * 100).saturating_add(scaled(amount, self.top, PLOT * 100))
    }

    /// Down the picture, in hundredths of a pixel.
    fn down(&self, amount: Money) -> i64 {
        ((TOP + HEIGHT) * 100).saturating_sub(scaled(amount, self.top, HEIGHT * 100))
    }

    fn title(&self, layer: usize) -> String {
        self.plan.layers.get(layer).map_or_else(String::new, |l| clean(l.name.title(self.words.0)))
    }

    fn money(&self, amount: Money) -> String {
        let places = usize::from(self.plan.places());
        grouped(&format!("{amount:.places$}"))
    }

    fn described(&self) -> String {
        let words = self.words;
        let Some(last) = self.points.last() else { return String::new() };
        let layers: Vec<String> = self
            .layers
            .iter()
            .map(|layer| {
                let paid = last.paid.get(*layer).copied().unwrap_or_default();
                filled(words.pays(), &[self.title(*layer), self.money(paid)])
            })
            .collect();
        filled(words.chart_desc(), &[self.money(last.bill), layers.join(words.comma()), self.money(last.patient)])
    }

    fn body(&self) -> String {
        let mut out = String::new();
        let hatch = format!("mc{}-h", self.index);
        // Lines across the patient's part tell it from the layers on paper without colours.
        let _ = write!(
            out,
            "<defs><pattern id=\"{hatch}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"h\" d=\"M0 0V7\"/></pattern></defs>"
        );
        self.grid(&mut out);
        self.areas(&mut out, &hatch);
        self.axes(&mut out);
        self.legend(&mut out, &hatch);
        out
    }

    fn areas(&self, out: &mut String, hatch: &str) {
        let mut lower: Vec<Money> = vec![Money::ZERO; self.points.len()];
        let mut lower_edge: Vec<(i64, i64)> =
            vec![(self.across(Money::ZERO), self.down(Money::ZERO)), (self.across(self.top), self.down(Money::ZERO))];
        let parts = std::iter::once(None).chain(self.layers.iter().copied().enumerate().map(Some));
        for part in parts {
            let upper: Vec<Money> = self
                .points
                .iter()
                .zip(&lower)
                .map(|(point, below)| {
                    let amount = part.map_or(point.patient, |(_, layer)| point.paid.get(layer).copied().unwrap_or_default());
                    below.checked_add(amount).unwrap_or(Money::MAX)
                })
                .collect();
            let corner = |(point, amount): (&Point, &Money)| (self.across(point.bill), self.down(*amount));
            let edge = straightened(&self.points.iter().zip(&upper).map(corner).collect::<Vec<_>>());
            let mut outline = edge.clone();
            // Back along the very edge of the area below.
            outline.extend(lower_edge.iter().rev());
            lower_edge = edge;
            let path = path(&outline);
            let (class, title) = match part {
                None => ("p".to_owned(), self.words.patient_short().to_owned()),
                Some((number, layer)) => (format!("c{}", number % COLOURS), self.title(layer)),
            };
            let _ = write!(out, "<path class=\"a {class}\" d=\"{path}\"><title>{}</title></path>", escape(&title));
            if part.is_none() {
                let _ = write!(out, "<path fill=\"url(#{hatch})\" d=\"{path}\"/>");
            }
            lower = upper;
        }
    }

    fn grid(&self, out: &mut String) {
        let mut path = String::new();
        for tick in ticks(self.top).into_iter().filter(|tick| *tick != Money::ZERO) {
            let (x, y) = (self.across(tick), self.down(tick));
            let _ = write!(path, "M{} {}H{}", LEFT, pixels(y), WIDTH - RIGHT);
            let _ = write!(path, "M{} {}V{}", pixels(x), TOP, TOP + HEIGHT);
        }
        let _ = write!(out, "<path class=\"g\" d=\"{path}\"/>");
    }

    fn axes(&self, out: &mut String) {
        let bottom = TOP + HEIGHT;
        let _ = write!(out, "<path class=\"x\" d=\"M{LEFT} {TOP}V{bottom}H{}\"/>", WIDTH - RIGHT);
        let ticks = ticks(self.top);
        for (number, tick) in ticks.iter().enumerate() {
            let label = grouped(&tick.to_string());
            let (x, y) = (self.across(*tick), self.down(*tick));
            // The last label ends where the picture does.
            let anchor = if number > 0 && number.saturating_add(1) == ticks.len() { "end" } else { "middle" };
            let x = if anchor == "end" { x.saturating_add(RIGHT * 80) } else { x };
            let _ = write!(out, "<text class=\"s\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{label}</text>", pixels(x), bottom + 18);
            let _ = write!(
                out,
                "<text class=\"s\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>",
                LEFT - 8,
                pixels(y.saturating_add(440))
            );
        }
        let currency = escape(&clean(&self.plan.currency));
        let _ = write!(out, "<text class=\"s\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{currency}</text>", LEFT - 8, TOP - 12);
        let bill = filled(self.words.bill_axis(), &[clean(&self.plan.currency)]);
        let _ = write!(out, "<text class=\"s\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", WIDTH - RIGHT, bottom + 38, escape(&bill));
    }

    /// The parts from top to bottom, as they lie in the picture, with what each is at the largest bill.
    fn legend(&self, out: &mut String, hatch: &str) {
        let Some(last) = self.points.last() else { return };
        let mut entries: Vec<(String, String, Money)> = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            entries.push((format!("c{}", number % COLOURS), self.title(*layer), last.paid.get(*layer).copied().unwrap_or_default()));
        }
        entries.reverse();
        entries.push(("p".to_owned(), self.words.patient_short().to_owned(), last.patient));
        for (row, (class, title, amount)) in (0i64..).zip(entries) {
            let y = row.saturating_mul(LEGEND_ROW).saturating_add(TOP + HEIGHT + AXIS + 6);
            let amount = self.money(amount);
            let room = (WIDTH - 2 * RIGHT - 26).saturating_sub(wide(&amount)).saturating_sub(16);
            let _ = write!(out, "<rect class=\"{class}\" x=\"{RIGHT}\" y=\"{y}\" width=\"14\" height=\"14\" rx=\"2\"/>");
            if class == "p" {
                let _ = write!(out, "<rect fill=\"url(#{hatch})\" x=\"{RIGHT}\" y=\"{y}\" width=\"14\" height=\"14\" rx=\"2\"/>");
            }
            let _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", RIGHT + 22, y.saturating_add(12), escape(&shortened(&title, room)));
            let _ =
                write!(out, "<text class=\"s\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{amount}</text>", WIDTH - RIGHT, y.saturating_add(12));
        }
    }
}

/// A part of a length, to the nearest hundredth.
fn scaled(amount: Money, whole: Money, length: i64) -> i64 {
    if whole.micros() <= 0 {
        return 0;
    }
    let part = i128::from(amount.micros()) * i128::from(length) * 2 + i128::from(whole.micros());
    i64::try_from(part / (i128::from(whole.micros()) * 2)).unwrap_or(0)
}

/// Hundredths of a pixel as pixels.
fn pixels(hundredths: i64) -> String {
    let (whole, rest) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

fn path(corners: &[(i64, i64)]) -> String {
    let mut path = String::new();
    for (number, (x, y)) in corners.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if number == 0 { "M" } else { "L" }, pixels(*x), pixels(*y));
    }
    path.push('Z');
    path
}

/// A line without the corners at which it goes straight on, to within a tenth of a pixel.
fn straightened(corners: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut kept: Vec<(i64, i64)> = Vec::new();
    // Corners left out since the last one that was kept: each must lie on the line that is drawn in their place.
    let mut left_out: Vec<(i64, i64)> = Vec::new();
    for corner in corners {
        if let Some(first) = kept.last() {
            if let Some(last) = left_out.last().copied()
                && !left_out.iter().all(|between| lies_between(*first, *between, *corner))
            {
                kept.push(last);
                left_out.clear();
            }
            left_out.push(*corner);
        } else {
            kept.push(*corner);
        }
    }
    kept.extend(left_out.last());
    kept
}

fn lies_between(first: (i64, i64), between: (i64, i64), last: (i64, i64)) -> bool {
    let (run, rise) = (i128::from(last.0) - i128::from(first.0), i128::from(last.1) - i128::from(first.1));
    let (x, y) = (i128::from(between.0) - i128::from(first.0), i128::from(between.1) - i128::from(first.1));
    run == 0 || (y * run - x * rise).abs() <= run.abs() * 10
}

/// Round amounts from nothing to the top, four or five of them.
pub(super) fn ticks(top: Money) -> Vec<Money> {
    let top = top.micros().max(1);
    let mut step = 1i64;
    let mut times = [2, 5, 10].into_iter().cycle();
    let mut decade = 1i64;
    while step < top / 5 || step.saturating_mul(5) < top {
        let by = times.next().unwrap_or(10);
        step = decade.saturating_mul(by);
        if by == 10 {
            decade = step;
        }
    }
    (0..=5).filter_map(|number| step.checked_mul(number)).filter(|tick| *tick <= top).map(Money::from_micros).collect()
}

/// About how many pixels a text is wide at the chart's size of letters.
fn wide(text: &str) -> i64 {
    text.chars().fold(0i64, |sum, c| sum.saturating_add(if c >= '\u{2e80}' { 13 } else { 8 }))
}

/// A text with what does not fit left out.
fn shortened(text: &str, room: i64) -> String {
    if wide(text) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if wide(&short).saturating_add(26) > room {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// A part of a whole in hundredths of a percent, `12.50%`.
pub(super) fn share(part: Money, whole: Money) -> String {
    let (mut a, mut b) = (Total::default(), Total::default());
    a.add(part);
    b.add(whole);
    match a.basis_points_of(b) {
        Some(points) => format!("{}.{:02}%", points / 100, points % 100),
        None => "–".to_owned(),
    }
}

/// Text that cannot end what it stands in.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML knows no other control characters.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn ticks_are_round() {
        let show = |top: &str| ticks(money(top)).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(show("200000"), "0 50000 100000 150000 200000");
        assert_eq!(show("100000"), "0 20000 40000 60000 80000 100000");
        assert_eq!(show("50000"), "0 10000 20000 30000 40000 50000");
        assert_eq!(show("1"), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(show("170000"), "0 50000 100000 150000");
    }

    #[test]
    fn lengths_are_whole_hundredths() {
        assert_eq!(scaled(money("1"), money("3"), 100), 33);
        assert_eq!(scaled(money("2"), money("3"), 100), 67);
        assert_eq!([pixels(0), pixels(105), pixels(110), pixels(-50)], ["0", "1.05", "1.1", "-1.5"]);
    }

    #[test]
    fn straight_lines_have_two_corners() {
        assert_eq!(straightened(&[(0, 0), (100, 100), (200, 201), (300, 300)]), [(0, 0), (300, 300)]);
        assert_eq!(straightened(&[(0, 0), (100, 0), (200, 100), (300, 200)]), [(0, 0), (100, 0), (300, 200)]);
        assert_eq!(straightened(&[(0, 0), (100, 0), (100, 500), (200, 500)]), [(0, 0), (100, 0), (100, 500), (200, 500)]);
    }

    #[test]
    fn shares_and_escapes() {
        assert_eq!(share(money("1"), money("8")), "12.50%");
        assert_eq!(share(money("1"), money("0")), "–");
        assert_eq!(escape("<a href='x'>&\"\u{1}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{fffd}");
        assert_eq!(shortened("abcdef", 48), "abcdef");
        assert_eq!(shortened("abcdef", 47), "abc…");
    }
}
