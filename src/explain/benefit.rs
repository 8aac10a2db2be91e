//! One benefit, in the order of its steps.

use super::layout::{Row, clean, fill, grouped};
use super::{Story, title_of};
use crate::decision::{
    BandFigure, BenefitDecision, CoordinationFigure, CopayFigure, DeductibleFigure, Entitlement, FactShown, FailedTest, Figures,
    LimitFigure, PhaseFigure,
};
use crate::money::Amount;
use crate::ratio::Ratio;

/// A sum on paper: `180,000.00 - 300.00`.
struct Terms {
    text: String,
    count: usize,
}

impl Terms {
    fn new(first: Amount) -> Terms {
        Terms { text: grouped(first), count: 1 }
    }

    fn plus(mut self, amount: Amount) -> Terms {
        if !amount.is_zero() {
            self.text.push_str(" + ");
            self.text.push_str(&grouped(amount));
            self.count = self.count.saturating_add(1);
        }
        self
    }

    fn minus(mut self, amount: Amount) -> Terms {
        if !amount.is_zero() {
            self.text.push_str(" - ");
            self.text.push_str(&grouped(amount));
            self.count = self.count.saturating_add(1);
        }
        self
    }

    /// In parentheses if it has several terms.
    fn factor(&self) -> String {
        if self.count > 1 { format!("({})", self.text) } else { self.text.clone() }
    }

    /// With its result, unless it is the result.
    fn gives(&self, result: Amount) -> String {
        if self.count > 1 { format!("{} = {}", self.text, grouped(result)) } else { grouped(result) }
    }
}

/// Whether a franchise is exceeded: by earlier claims, by this one, or by both together (then theirs is excess, whatever copayments take).
fn exceeded(figures: &Figures, franchise: &DeductibleFigure) -> bool {
    let above = |amount: Amount| amount.money() > franchise.in_force.money();
    above(franchise.met) || above(figures.base) || !figures.excess.is_zero()
}

impl Story {
    /// A failed condition with what was found.
    pub(super) fn failed(&self, failed: &FailedTest) -> String {
        let mut text = fill(self.words.condition_failed(), &[&clean(&failed.test)]);
        if let Some(found) = &failed.found {
            text.push_str(&fill(self.words.found(), &[&clean(found)]));
        }
        text
    }

    /// The facts that picked a value, in parentheses.
    fn because(&self, facts: &[FactShown]) -> String {
        if facts.is_empty() {
            return String::new();
        }
        let facts: Vec<String> = facts.iter().map(|f| format!("{} = {}", clean(&f.name), clean(&f.value))).collect();
        fill(self.words.facts(), &[&facts.join(self.words.comma())])
    }

    pub(super) fn benefit(&mut self, benefit: &BenefitDecision) {
        let words = self.words;
        self.page.line(3, &self.named(&benefit.benefit));
        let mut rows: Vec<Row> = Vec::new();
        if let Some(source) = &benefit.benefit.source {
            rows.push((words.source(), clean(source)));
        }
        for parameter in &benefit.parameters {
            let named = self.named(parameter);
            let text = match &parameter.source {
                Some(source) => fill(words.parameter_source(), &[&named, &clean(source)]),
                None => named,
            };
            rows.push((words.parameter(), text));
        }
        if let Some(reason) = &benefit.not_fired {
            rows.push((words.not_fired(), self.not_fired(reason)));
        }
        for item in &benefit.items {
            let date = item.date.to_string();
            let (name, text) = match item.lines.as_slice() {
                [] => (words.the_day(), date),
                [line] if *line == item.item => (words.the_line(), fill(words.line_of(), &[&clean(line), &date])),
                lines => (words.the_day(), fill(words.day_of(), &[&date, &clean(&lines.join(words.comma()))])),
            };
            rows.push((name, text));
            if let Some(reason) = &item.not_fired {
                rows.push((words.not_fired(), self.not_fired(reason)));
            }
            item.figures.iter().for_each(|figures| self.steps(figures, &mut rows));
        }
        benefit.figures.iter().for_each(|figures| self.steps(figures, &mut rows));
        self.page.rows(5, &rows);
    }

    /// How it was figured, step by step.
    fn steps(&self, figures: &Figures, rows: &mut Vec<Row>) {
        let words = self.words;
        self.base(figures, rows);
        self.excess(figures, rows);
        self.entitlement(figures, rows);
        self.payment(figures, rows);
        for rule in &figures.inactive {
            let text = [words.rule(&rule.rule), self.failed(&rule.failed)].join(words.colon());
            rows.push((words.not_applied(), text));
        }
    }

    /// Step 1: what counts.
    fn base(&self, figures: &Figures, rows: &mut Vec<Row>) {
        let words = self.words;
        if let Some(coordination) = &figures.coordination {
            let with = clean(&coordination.with.join(words.comma()));
            rows.push((words.coordination(), fill(words.put_back(), &[&with, &grouped(coordination.paid)])));
        }
        if let Some(run_off) = &figures.run_off {
            let until = run_off.until.to_string();
            let text = fill(words.run_off_text(), &[&run_off.year_end.to_string(), &run_off.days.to_string(), &until]);
            rows.push((words.run_off(), text));
            for late in &run_off.lines {
                let text = fill(words.late_line(), &[&clean(&late.line), &late.date.to_string(), &until, &grouped(late.left)]);
                rows.push((words.dropped(), text));
            }
        }
        for dropped in &figures.dropped {
            let values = [clean(&dropped.line), grouped(dropped.group), grouped(dropped.least)];
            rows.push((words.dropped(), fill(words.dropped_text(), &values.each_ref().map(String::as_str))));
        }
        for portion in &figures.counted {
            let title = title_of(&portion.title, &portion.portion, self.language());
            let counted = grouped(portion.counted);
            let (mut left, mut whole) = (Terms::new(portion.left), portion.left);
            if let Some(back) = portion.put_back {
                left = left.plus(back);
                whole = whole.checked_add(back).unwrap_or(whole);
            }
            let text = match portion.factor {
                Some(factor) if figures.held.is_none() => {
                    fill(words.part_counts_at(), &[&title, &left.text, &left.factor(), &factor.to_string(), &counted])
                }
                _ if whole.to_string() == portion.counted.to_string() => fill(words.all_counts(), &[&title, &left.text]),
                _ => fill(words.part_counts(), &[&title, &left.text, &counted]),
            };
            rows.push((words.portion(), text));
        }
        if let Some(held) = figures.held {
            rows.push((words.held(), fill(words.held_text(), &[&grouped(held)])));
        }
        for cap in &figures.line_caps {
            rows.push((words.line_cap(), self.limit(&cap.limit)));
            let template = match cap.on.as_str() {
                "units" => words.line_cap_units(),
                "days" => words.line_cap_days(),
                _ => words.line_cap_money(),
            };
            let values = [grouped(cap.has), grouped(cap.keeps), grouped(cap.before), grouped(cap.after)];
            rows.push((words.line_cap(), fill(template, &values.each_ref().map(String::as_str))));
        }
        for cap in &figures.base_caps {
            rows.push((words.base_cap(), self.limit(cap)));
        }
        let mut amounts = figures.counted.iter().map(|c| c.counted);
        let sum = amounts.next().map(|first| amounts.fold(Terms::new(first), Terms::plus));
        let text = match sum {
            Some(sum) if figures.base_caps.is_empty() && figures.line_caps.is_empty() => sum.gives(figures.base),
            Some(sum) => fill(words.base_cut(), &[&sum.text, &grouped(figures.base)]),
            None => grouped(figures.base),
        };
        rows.push((words.base(), text));
    }

    /// Steps 2 to 5: copayments, deductible, excess.
    fn excess(&self, figures: &Figures, rows: &mut Vec<Row>) {
        let words = self.words;
        let mut from_base = figures.copays.iter().filter(|c| c.taken.starts_with("before"));
        for copay in from_base.clone() {
            let taken = if copay.taken == "before-deductible" { words.before_deductible() } else { words.before_ratio() };
            self.copay_items(copay, rows);
            rows.push((words.copay(), fill(words.copay_text(), &[&copay.number.to_string(), &grouped(copay.due), taken])));
        }
        let taken = figures.copaid_from_base;
        let only = from_base.next().filter(|_| from_base.next().is_none());
        if only.map_or(!taken.is_zero(), |copay| copay.due.money() != taken.money()) {
            rows.push((words.copay(), fill(words.copaid(), &[&grouped(taken)])));
        }
        if let Some(deductible) = &figures.deductible {
            self.deductible(figures, deductible, rows);
        }
        // A fixed sum looks at no excess; and without deductible and copayment the excess is the base.
        let terms = self.excess_terms(figures);
        if matches!(figures.entitlement, Entitlement::Fixed { .. }) || terms.count == 1 {
            return;
        }
        let text = terms.gives(figures.excess);
        rows.push((words.excess(), if figures.excess.is_zero() { fill(words.nothing_above(), &[&text]) } else { text }));
    }

    /// What a copayment makes of each item, and its caps.
    fn copay_items(&self, copay: &CopayFigure, rows: &mut Vec<Row>) {
        let words = self.words;
        for item in &copay.items {
            let counted = |amount: Amount| match item.times {
                Some(times) => format!("{} × {times}", grouped(amount)),
                None => grouped(amount),
            };
            let mut terms = match (item.ratio, item.amount) {
                (Some(ratio), _) => format!("{} × {ratio}", grouped(item.left)),
                (None, amount) => amount.map_or_else(String::new, counted),
            };
            for (end, template) in [(item.least, words.copay_least()), (item.most, words.copay_most())] {
                terms.push_str(&end.map_or_else(String::new, |end| fill(template, &[&counted(end)])));
            }
            let due = grouped(item.due);
            let mut text = if terms == due { terms } else { [terms, due].join(words.colon()) };
            if item.due.money() == item.left.money() {
                text.push_str(words.copay_whole());
            }
            let text = match &item.line {
                Some(line) => fill(words.copay_line(), &[&copay.number.to_string(), &clean(line), &text]),
                None => fill(words.copay_item(), &[&copay.number.to_string(), &text]),
            };
            rows.push((words.copay(), text));
        }
        rows.extend(copay.caps.iter().map(|cap| (words.copay(), self.limit(cap))));
    }

    fn deductible(&self, figures: &Figures, deductible: &DeductibleFigure, rows: &mut Vec<Row>) {
        let words = self.words;
        let (in_force, met) = (grouped(deductible.in_force), grouped(deductible.met));
        if deductible.franchise {
            let because = deductible.limits.first().map_or_else(String::new, |l| self.because(&l.because));
            let outcome = if exceeded(figures, deductible) { words.franchise_crossed() } else { words.franchise_below() };
            rows.push((words.franchise(), fill(words.franchise_text(), &[&in_force, &because, &met, outcome])));
            return;
        }
        let because = match deductible.limits.as_slice() {
            [only] => self.because(&only.because) + &self.shared(only),
            several => {
                rows.extend(several.iter().map(|limit| (words.deductible(), self.limit(limit))));
                String::new()
            }
        };
        let values = [in_force, because, met, grouped(deductible.deducted), grouped(deductible.left)];
        let text = fill(words.deductible_text(), &values.each_ref().map(String::as_str));
        let several = deductible.limits.len() > 1;
        rows.push((words.deductible(), if several { fill(words.deductible_least(), &[&text]) } else { text }));
    }

    /// The base less copayments and deductible; of a franchise that is crossed now, with the base of earlier claims.
    fn excess_terms(&self, figures: &Figures) -> Terms {
        let terms = Terms::new(figures.base);
        let Some(deductible) = &figures.deductible else { return terms.minus(figures.copaid_from_base) };
        let crossed = deductible.franchise && exceeded(figures, deductible) && deductible.met.money() <= deductible.in_force.money();
        let terms = if crossed && !deductible.met.is_zero() { Terms::new(deductible.met).plus(figures.base) } else { terms };
        terms.minus(figures.copaid_from_base).minus(deductible.deducted)
    }

    /// Steps 6 to 8: what the form gives, less copayments, raised by an out-of-pocket maximum.
    fn entitlement(&self, figures: &Figures, rows: &mut Vec<Row>) {
        let words = self.words;
        let copaid = figures.copaid_from_payment;
        for copay in figures.copays.iter().filter(|c| c.taken == "from-payment") {
            self.copay_items(copay, rows);
            let text = fill(words.copay_text(), &[&copay.number.to_string(), &grouped(copay.due), words.off_payment()]);
            rows.push((words.copay(), text));
        }
        match &figures.entitlement {
            Entitlement::Ratio { bands, points, factors, because, measured, between } => {
                if !because.is_empty() && !bands.is_empty() {
                    let ratios: Vec<String> = bands.iter().map(|b| b.written.unwrap_or(b.ratio).to_string()).collect();
                    rows.push((words.ratio(), ratios.join(words.comma()) + &self.because(because)));
                }
                let adjustments: Vec<String> = (points.iter().map(|p| fill(words.points(), &[&p.to_string()])))
                    .chain(factors.iter().map(|f| fill(words.factors(), &[&f.to_string()])))
                    .collect();
                if !adjustments.is_empty() && !bands.is_empty() {
                    let ratios = bands.iter().map(|b| self.adjusted(b, points, factors));
                    let text: Vec<String> = adjustments.into_iter().chain(ratios).collect();
                    rows.push((words.adjusted(), text.join(words.semicolon())));
                }
                if let Some([least, most]) = between.filter(|_| !bands.is_empty()) {
                    let ratios: Vec<String> = bands.iter().map(|b| b.ratio.to_string()).collect();
                    let text = fill(words.kept_between(), &[&least.to_string(), &most.to_string(), &ratios.join(words.comma())]);
                    rows.push((words.adjusted(), text));
                }
                if let Some(position) = measured {
                    let template = if position.absolute { words.bands_absolute() } else { words.bands_above() };
                    rows.push((words.bands_from(), fill(template, &[&grouped(position.before)])));
                }
                self.bands(figures, bands, rows);
            }
            Entitlement::Phases { before, borne, phases } => {
                rows.push((words.phases(), fill(words.phases_from(), &[&grouped(*before), &grouped(*borne)])));
                for phase in phases {
                    rows.push((words.payout(), self.phase(phase)));
                }
                let mut gives = phases.iter().map(|p| p.gives);
                let sum = gives.next().map(|first| gives.fold(Terms::new(first), Terms::plus));
                if let Some(sum) = sum.filter(|sum| sum.count > 1) {
                    rows.push((words.payout(), sum.gives(figures.raw)));
                }
            }
            Entitlement::Grant { before, after, granted_before, granted_after } => {
                rows.push((words.grant(), fill(words.grant_position(), &[&grouped(*before), &grouped(*after)])));
                let terms = Terms::new(*granted_after).minus(*granted_before).minus(copaid);
                rows.push((words.payout(), self.not_below_zero(&terms, figures.raw)));
            }
            Entitlement::Fixed { amount, because } => {
                rows.push((words.fixed(), grouped(*amount) + &self.because(because)));
                if !copaid.is_zero() {
                    rows.push((words.payout(), self.not_below_zero(&Terms::new(*amount).minus(copaid), figures.raw)));
                }
            }
            Entitlement::InKind { before, units, given } => {
                let values = [grouped(*before), grouped(*units), grouped(*given)];
                rows.push((words.in_kind(), fill(words.in_kind_units(), &values.each_ref().map(String::as_str))));
                let text = if units.is_zero() {
                    words.no_units().to_owned()
                } else {
                    let share = format!("{}{}{} / {}", grouped(figures.excess), words.times(), grouped(*given), grouped(*units));
                    if copaid.is_zero() {
                        format!("{share} = {}", grouped(figures.raw))
                    } else {
                        format!("{share} - {} = {}", grouped(copaid), grouped(figures.raw))
                    }
                };
                rows.push((words.payout(), text));
            }
        }
    }

    /// A phase with its ends, and what it gives.
    fn phase(&self, phase: &PhaseFigure) -> String {
        let words = self.words;
        let to = phase.to.map(|to| fill(words.phase_to(), &[&grouped(to)]));
        let to_share = phase.to_share.map(|to| fill(words.phase_to_share(), &[&grouped(to)]));
        let ends: Vec<String> = to.into_iter().chain(to_share).collect();
        let mut text = fill(words.phase(), &[&phase.number.to_string()]);
        if !ends.is_empty() {
            text.push_str(&fill(words.phase_ends(), &[&ends.join(words.comma())]));
        }
        let product = format!("{}{}{} = {}", grouped(phase.amount), words.times(), phase.ratio, grouped(phase.gives));
        let unpaid = Ratio::ONE.millionths().checked_sub(phase.ratio.millionths());
        let counts = if unpaid == Some(phase.counts.millionths()) {
            String::new()
        } else {
            fill(words.phase_counts(), &[&phase.counts.to_string()])
        };
        [text, product].join(words.colon()) + &counts
    }

    /// A difference with its result; says so where it may have been kept from falling below zero.
    fn not_below_zero(&self, terms: &Terms, result: Amount) -> String {
        if result.is_zero() && terms.count > 1 {
            fill(self.words.not_below_zero(), &[&terms.text, &grouped(result)])
        } else {
            terms.gives(result)
        }
    }

    /// A band's ratio with points added and factors multiplied.
    fn adjusted(&self, band: &BandFigure, points: &[Ratio], factors: &[Ratio]) -> String {
        let Some(written) = band.written else { return band.ratio.to_string() };
        let mut text = written.to_string();
        for point in points {
            let point = point.to_string();
            text.push_str(&match point.strip_prefix('-') {
                Some(less) => format!(" - {less}"),
                None => format!(" + {point}"),
            });
        }
        if !points.is_empty() && !factors.is_empty() {
            text = format!("({text})");
        }
        for factor in factors {
            text.push_str(self.words.times());
            text.push_str(&factor.to_string());
        }
        let kept = if band.ratio == Ratio::ZERO || band.ratio == Ratio::ONE { self.words.kept_as_share() } else { "" };
        format!("{text} = {}{kept}", band.ratio)
    }

    fn bands(&self, figures: &Figures, bands: &[BandFigure], rows: &mut Vec<Row>) {
        let words = self.words;
        let product = |amount: &str, band: &BandFigure| format!("{amount}{}{} = {}", words.times(), band.ratio, grouped(band.gives));
        let constant = matches!(figures.entitlement, Entitlement::Ratio { measured: None, .. });
        for band in bands {
            let text = match (constant, band.to) {
                (true, _) => product(&self.excess_terms(figures).factor(), band),
                (false, Some(to)) => {
                    [fill(words.band(), &[&grouped(band.from), &grouped(to)]), product(&grouped(band.amount), band)].join(words.colon())
                }
                (false, None) => {
                    [fill(words.last_band(), &[&grouped(band.from)]), product(&grouped(band.amount), band)].join(words.colon())
                }
            };
            rows.push((words.payout(), text));
        }
        let mut gives = bands.iter().map(|b| b.gives);
        if let Some(sum) = gives.next().map(|first| gives.fold(Terms::new(first), Terms::plus)) {
            let sum = sum.minus(figures.copaid_from_payment);
            if sum.count > 1 {
                rows.push((words.payout(), self.not_below_zero(&sum, figures.raw)));
            }
        }
    }

    /// A limit: its amount, what was used, what is left.
    fn limit(&self, limit: &LimitFigure) -> String {
        let values = [
            self.words.rule(&limit.rule),
            grouped(limit.amount),
            self.because(&limit.because),
            grouped(limit.used),
            grouped(limit.room),
            self.shared(limit),
        ];
        fill(self.words.limit_text(), &values.each_ref().map(String::as_str))
    }

    /// The accumulator of a limit, if it has a name of its own.
    fn shared(&self, limit: &LimitFigure) -> String {
        if limit.accumulator.contains('.') { String::new() } else { fill(self.words.shared(), &[&limit.accumulator]) }
    }

    /// What a payment is raised to: the base less what no maximum holds down, less the room; or what it was, and what a maximum without the coinsurance
    /// takes off deductible and copayments.
    fn raised_terms(&self, figures: &Figures, room: Amount) -> Terms {
        let of = |part: &str| figures.out_of_pocket_of.is_empty() || figures.out_of_pocket_of.iter().any(|p| p == part);
        let deducted = figures.deductible.as_ref().map(|d| ("deductible", d.deducted));
        let known = || deducted.into_iter().chain([("copay", figures.copaid_from_base)]);
        if of("coinsurance") {
            known().filter(|(part, _)| !of(part)).fold(Terms::new(figures.base), |terms, (_, sum)| terms.minus(sum)).minus(room)
        } else {
            known().filter(|(part, _)| of(part)).fold(Terms::new(figures.raw), |terms, (_, sum)| terms.plus(sum)).minus(room)
        }
    }

    /// What it pays beside those who paid before.
    fn coordination(&self, figures: &Figures, coordination: &CoordinationFigure, rows: &mut Vec<Row>) {
        let words = self.words;
        let own = figures.raised_to.unwrap_or(figures.raw);
        for candidate in &coordination.candidates {
            let less = |whole: Amount| self.not_below_zero(&Terms::new(whole).minus(coordination.paid), candidate.amount);
            let text = match candidate.figure.as_str() {
                "own-less-paid" => fill(words.own_less_paid(), &[&less(own)]),
                "base-less-paid" => fill(words.base_less_paid(), &[&less(figures.base)]),
                _ => fill(words.own_figure(), &[&grouped(candidate.amount)]),
            };
            rows.push((words.coordination(), text));
        }
        let template = match (coordination.candidates.len(), coordination.greatest) {
            (0 | 1, _) => words.pays_this(),
            (_, false) => words.pays_least(),
            (_, true) => words.pays_greatest(),
        };
        rows.push((words.coordination(), fill(template, &[&grouped(coordination.gives)])));
    }

    /// Steps 8 to 12: out-of-pocket maximum, rounding, limits, payment.
    fn payment(&self, figures: &Figures, rows: &mut Vec<Row>) {
        let words = self.words;
        for limit in &figures.out_of_pocket_max {
            rows.push((words.maximum(), self.limit(limit)));
        }
        let of = &figures.out_of_pocket_of;
        let all = of.is_empty();
        if !all && !figures.out_of_pocket_max.is_empty() {
            let parts: Vec<String> = of.iter().map(|part| words.part(part)).collect();
            rows.push((words.maximum(), fill(words.maximum_of(), &[&parts.join(words.comma())])));
        }
        match (figures.raised_to, figures.out_of_pocket_max.iter().map(|l| l.room).min_by_key(|room| room.money())) {
            (Some(raised), Some(room)) => {
                let why = if all { words.raised() } else { words.raised_parts() };
                let text = [why.to_owned(), self.raised_terms(figures, room).gives(raised)].join(words.colon());
                rows.push((words.maximum(), text));
            }
            (None, Some(_)) => {
                rows.push((words.maximum(), if all { words.not_raised() } else { words.not_raised_parts() }.to_owned()));
            }
            _ => {}
        }
        if let Some(coordination) = &figures.coordination {
            self.coordination(figures, coordination, rows);
        }
        let own = figures.raised_to.unwrap_or(figures.raw);
        let exact = grouped(figures.coordination.as_ref().map_or(own, |c| c.gives));
        let rounded = grouped(figures.rounded);
        if exact != rounded && figures.bound.is_none() {
            let rounding = &figures.rounding;
            let template = match rounding.of_coinsurance {
                Some(_) => words.rounds_coinsurance(),
                None if rounding.of_patient_share => words.rounds_share(),
                None => words.rounding_of(),
            };
            let how = fill(template, &[words.mode(rounding.mode), &rounding.unit.to_string()]);
            rows.push((words.rounded(), format!("{exact}{}{rounded}{how}", words.becomes())));
        }
        for cap in &figures.caps {
            rows.push((words.cap(), self.limit(cap)));
        }
        if let Some(bound) = &figures.bound {
            let text = match figures.residual {
                Some(residual) if bound == "residual" => fill(words.bound_residual(), &[&grouped(residual), &grouped(figures.paid)]),
                _ => fill(words.bound_text(), &[&words.rule(bound), &grouped(figures.paid)]),
            };
            rows.push((words.bound(), text));
        }
        if figures.paid.money() != figures.issued.money() {
            let minimum = figures.minimum.map_or_else(String::new, grouped);
            rows.push((words.minimum(), fill(words.below_minimum(), &[&grouped(figures.paid), &minimum])));
        }
        let label = if figures.residual.is_some() { words.pays() } else { words.pays_beside() };
        rows.push((label, grouped(figures.issued)));
        if !figures.funds.is_empty() {
            let parts: Vec<String> =
                figures.funds.iter().map(|f| format!("{} {}", title_of(&f.title, &f.fund, self.language()), grouped(f.amount))).collect();
            rows.push((words.whose(), parts.join(words.semicolon())));
        }
        if let Some(charged) = figures.charged {
            for copay in figures.copays.iter().filter(|c| c.taken == "beside") {
                self.copay_items(copay, rows);
                let text = fill(words.copay_text(), &[&copay.number.to_string(), &grouped(copay.due), words.on_top()]);
                rows.push((words.copay(), text));
            }
            rows.push((words.charged(), grouped(charged)));
        }
        if figures.counted.len() > 1 && !figures.settled.is_empty() {
            rows.push((words.settles(), self.by_portion(&figures.settled)));
        }
    }
}
