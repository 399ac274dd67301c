//! A study as a picture: one row a line, with how the samples spread, the estimates with their intervals, and the
//! source's figures.

use faultscope_scene::{Face, Ink, Layer, Lettering, Point, Rect, Scene, Style, Subject, Weight, text_width};

use super::Measure;
use super::estimate::{Estimate, Statistic};
use super::report::{LineReport, Place, Report};
use crate::words::{Lang, Text};

const ROW: f64 = 34.0;
const TOP: f64 = 26.0;
/// A row of the legend.
const LEGEND_ROW: f64 = 20.0;
const BOTTOM: f64 = 34.0;
const EDGE: f64 = 16.0;
const LETTERS: f64 = 12.0;
/// From the middle of letters to their baseline.
const BASELINE: f64 = 4.0;

/// The picture, `width` pixels wide; its height follows from the lines.
pub fn chart(report: &Report, lang: Lang, width: f64) -> Scene {
    let mut scene = Scene::new(width, 0.0, report.experiment.title.get(lang));
    let top = TOP + legend(&mut scene, report, lang);
    scene.height = top + ROW * report.lines.len() as f64 + BOTTOM;
    let names = report.lines.iter().map(|line| width_of(&line.name)).fold(40.0, f64::max);
    let left = EDGE + names + 16.0;
    let scale = Scale::new(report, left, width - EDGE - 18.0);
    axis(&mut scene, &scale, report, top);
    for (place, line) in report.lines.iter().enumerate() {
        row(&mut scene, &scale, line, top + ROW * (place as f64 + 0.5));
    }
    scene
}

fn width_of(words: &str) -> f64 {
    text_width(words, LETTERS, Weight::Regular, Face::Sans)
}

fn lettering() -> Lettering {
    Lettering::sans(LETTERS as f32)
}

/// Where values stand between left and right. The further they span, the more roots are taken of them, so that small
/// ones can be told apart too, and 0 keeps its place.
struct Scale {
    left: f64,
    right: f64,
    most: f64,
    roots: u32,
}

/// So many times the least line's greatest value is that of the greatest line, where one root is taken, and two.
const SPANS: [f64; 2] = [10.0, 40.0];
/// How near to each other two ticks may be, in pixels.
const TICKS_APART: f64 = 60.0;

impl Scale {
    fn new(report: &Report, left: f64, right: f64) -> Self {
        let all: Vec<f64> = report.lines.iter().map(greatest).filter(|&value| value > 0.0).collect();
        let most = all.iter().copied().fold(0.0, f64::max);
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let roots = SPANS.iter().filter(|&&span| most > least * span).count() as u32;
        Self { left, right, most: if most > 0.0 { most * 1.02 } else { 1.0 }, roots }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value / self.most).clamp(0.0, 1.0);
        let share = (0..self.roots).fold(share, |share, _| share.sqrt());
        self.left + (self.right - self.left) * share
    }

    /// Round values along the axis, no nearer to each other than letters need.
    fn ticks(&self, measure: Measure) -> Vec<f64> {
        let unit = match measure {
            Measure::Time => 1_000.0,
            Measure::Count => 1.0,
            Measure::Share => 0.01,
        };
        let rounds: Vec<f64> = if self.roots == 0 {
            let step = round_numbers().find(|&step| self.x(step * unit) - self.left >= TICKS_APART);
            let step = step.unwrap_or(1.0);
            (1..=12).map(|count| step * f64::from(count)).collect()
        } else {
            round_numbers().take_while(|&round| round * unit <= self.most).collect()
        };
        let mut ticks = vec![0.0];
        for tick in rounds.into_iter().map(|round| round * unit).filter(|&tick| tick <= self.most) {
            let last = ticks.last().copied().unwrap_or(0.0);
            if self.x(tick) - self.x(last) >= TICKS_APART {
                ticks.push(tick);
            }
        }
        ticks
    }
}

/// 1, 2, 5, 10, 20 and so on.
fn round_numbers() -> impl Iterator<Item = f64> {
    let powers = std::iter::successors(Some(1.0), |power| Some(power * 10.0)).take(15);
    powers.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * power))
}

/// The greatest value that a line shows.
fn greatest(line: &LineReport) -> f64 {
    let spread = spread(line).map_or(0.0, |(_, high)| high);
    let told = line.told.iter().flat_map(|(told, estimate)| {
        [told.said.map(|said| said.value), estimate.map(|estimate| estimate.high)]
    });
    told.flatten().fold(spread, f64::max)
}

fn axis(scene: &mut Scene, scale: &Scale, report: &Report, top: f64) {
    let bottom = scene.height - BOTTOM;
    let Some(measure) = report.lines.first().map(|line| line.measure) else { return };
    for tick in scale.ticks(measure) {
        let x = scale.x(tick);
        let line = Style::stroke(Ink::Link, 1.0);
        scene.pen(Layer::Links, Subject::None).line(Point::new(x, top - 4.0), Point::new(x, bottom), line);
        let words = match measure {
            Measure::Time => format!("{:.0}", tick / 1_000.0),
            Measure::Count => format!("{tick:.0}"),
            Measure::Share => format!("{:.0}", tick * 100.0),
        };
        let words = if tick == 0.0 { format!("0 {}", measure.unit()) } else { words };
        scene.pen(Layer::Labels, Subject::None).text(
            Point::new(x, bottom + 18.0),
            words.trim_end().to_owned(),
            lettering().middle(),
            Style::fill(Ink::Quiet),
        );
    }
}

/// From where to where nine of ten samples lie; none where all are alike.
fn spread(line: &LineReport) -> Option<(f64, f64)> {
    let last = line.sorted.len().checked_sub(1)?;
    let (low, high) = (line.sorted[last * 5 / 100], line.sorted[last * 95 / 100]);
    let is_yes_or_no = line.measure == Measure::Share && high == 1.0;
    (low < high && !is_yes_or_no && !line.told.iter().any(|(told, _)| told.statistic == Statistic::Root))
        .then_some((low, high))
}

fn row(scene: &mut Scene, scale: &Scale, line: &LineReport, y: f64) {
    scene.pen(Layer::Labels, Subject::None).text(
        Point::new(EDGE, y + BASELINE),
        line.name.clone(),
        lettering(),
        Style::fill(Ink::Ink),
    );
    if let Some((low, high)) = spread(line) {
        spread_mark(scene, scale.x(low), scale.x(high), y);
    }
    for (place, (told, estimate)) in line.told.iter().enumerate() {
        if let Some(estimate) = estimate {
            measured(scene, scale, estimate, Sign::of(place, told.statistic), y);
        }
        if let Some(said) = told.said {
            let place = estimate.as_ref().map(|estimate| Place::of(said.value, estimate));
            said_mark(scene, scale.x(said.value), y, place);
        }
    }
}

/// A measured value: its interval, and a sign that tells which statistic it is.
fn measured(scene: &mut Scene, scale: &Scale, estimate: &Estimate, sign: Sign, y: f64) {
    let (low, high) = (scale.x(estimate.low), scale.x(estimate.high));
    if high - low > 1.0 {
        let line = Style::stroke(Ink::Accent, 2.0);
        scene.pen(Layer::Messages, Subject::None).line(Point::new(low, y), Point::new(high, y), line);
    }
    sign.draw(scene, scale.x(estimate.value), y);
}

/// How a statistic is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// The first one that a line tells.
    Disc,
    /// Another middle.
    Ring,
    /// Something far out.
    Tick,
}

impl Sign {
    fn of(place: usize, statistic: Statistic) -> Self {
        match statistic {
            _ if place == 0 => Self::Disc,
            Statistic::Mean | Statistic::MEDIAN | Statistic::Root => Self::Ring,
            Statistic::Quantile(_) | Statistic::Most => Self::Tick,
        }
    }

    fn draw(self, scene: &mut Scene, x: f64, y: f64) {
        let mut pen = scene.pen(Layer::Nodes, Subject::None);
        match self {
            Self::Disc => pen.circle(Point::new(x, y), 4.5, Style::fill(Ink::Accent)),
            Self::Ring => {
                pen.circle(Point::new(x, y), 4.0, Style::fill(Ink::Sheet).with_stroke(Ink::Accent, 1.6))
            }
            Self::Tick => {
                pen.line(Point::new(x, y - 6.0), Point::new(x, y + 6.0), Style::stroke(Ink::Accent, 2.0))
            }
        };
    }
}

fn spread_mark(scene: &mut Scene, left: f64, right: f64, y: f64) {
    let rect = Rect::new(left, y - 3.0, (right - left).max(1.0), 6.0);
    scene.pen(Layer::Links, Subject::None).rect(rect, 3.0, Style::fill(Ink::Link));
}

/// The source's figure: a diamond around the place, in the colour of danger where it is outside of the interval.
fn said_mark(scene: &mut Scene, x: f64, y: f64, place: Option<Place>) {
    let ink = if place == Some(Place::Within) { Ink::Ink } else { Ink::Danger };
    scene.pen(Layer::Selection, Subject::None).diamond(Point::new(x, y), 8.5, Style::stroke(ink, 1.6));
}

/// What a sign of the legend is.
#[derive(Clone, Copy)]
enum Key {
    Statistic(Sign),
    Said,
    Spread,
}

/// Draws the legend, in as many rows as it needs. Returns their height.
fn legend(scene: &mut Scene, report: &Report, lang: Lang) -> f64 {
    let (mut x, mut y) = (EDGE + 8.0, LEGEND_ROW);
    for (key, text) in keys(report) {
        let word = text.get(lang);
        let ends = x + 12.0 + width_of(word);
        if ends > scene.width - EDGE && x > EDGE + 8.0 {
            (x, y) = (EDGE + 8.0, y + LEGEND_ROW);
        }
        match key {
            Key::Statistic(sign) => sign.draw(scene, x, y),
            Key::Said => said_mark(scene, x, y, Some(Place::Within)),
            Key::Spread => spread_mark(scene, x - 8.0, x + 8.0, y),
        }
        let at = Point::new(x + 12.0, y + BASELINE);
        scene.pen(Layer::Labels, Subject::None).text(at, word, lettering(), Style::fill(Ink::Quiet));
        x += 12.0 + width_of(word) + 24.0;
    }
    y
}

fn keys(report: &Report) -> Vec<(Key, Text)> {
    let told = report.lines.first().map(|line| line.told.as_slice()).unwrap_or_default();
    let sign = |(place, (told, _)): (usize, &(super::Told, Option<Estimate>))| {
        (Key::Statistic(Sign::of(place, told.statistic)), told.statistic.name())
    };
    let mut keys: Vec<(Key, Text)> = told.iter().enumerate().map(sign).collect();
    if report.lines.iter().any(|line| line.told.iter().any(|(told, _)| told.said.is_some())) {
        keys.push((Key::Said, Text::new("the source's figure", "来源数值")));
    }
    if report.lines.iter().any(|line| spread(line).is_some()) {
        keys.push((Key::Spread, Text::new("nine of ten trials", "九成试验")));
    }
    keys
}
