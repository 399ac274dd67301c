//! A film of the stage as one SVG: frames of virtual time, shown one after the other by the file's own style sheet.
//!
//! Each frame is the stage's picture at its virtual time. What does not change between frames is written once. Where
//! the reader wants no motion, and where a program knows no style sheets, the first frame stands still.

use faultscope_protocol::ordered::{Map, Set};
use std::fmt::Write as _;

use faultscope_scene::{Ink, Layer, Lettering, Point, Scene, Style, Subject, SvgParts, Theme, svg_parts};

use super::svg_options;
use crate::session::Session;
use crate::spacetime::{Window, milliseconds};
use crate::stage::{self, Frame};
use crate::words::{Lang, Text};

/// The most frames of a film.
pub const ANIMATION_FRAMES_MAX: u32 = 240;
/// The largest film, in bytes.
pub const ANIMATION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Height of the strip under the picture that tells the time, in pixels.
const STRIP: f64 = 24.0;

/// What of a run is filmed, and how long it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Film {
    /// The span of virtual time.
    pub window: Window,
    /// How many frames: 1 to [`ANIMATION_FRAMES_MAX`].
    pub frames: u32,
    /// How long each frame is shown, in milliseconds.
    pub frame_ms: u32,
}

impl Film {
    /// Twelve frames a second, for eight seconds.
    pub fn of(window: Window) -> Self {
        Self { window, frames: 96, frame_ms: 83 }
    }

    /// The virtual time of a frame; the last one shows the end of the window.
    fn time_us(&self, place: u32) -> u64 {
        let whole = u128::from(self.frames.max(2) - 1);
        let length_us = u128::from(self.window.until_us.saturating_sub(self.window.from_us));
        self.window.from_us + (length_us * u128::from(place) / whole) as u64
    }
}

/// A film that would be larger than [`ANIMATION_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl TooLarge {
    /// What is wrong, and what to do.
    pub fn message(self, lang: Lang) -> String {
        Text::new(
            "the film would be larger than {limit} MB: choose a shorter span or fewer frames",
            "动画会超过 {limit} MB：请缩短区间或减少帧数",
        )
        .fill(lang, &[("limit", &(ANIMATION_BYTES_MAX >> 20).to_string())])
    }
}

/// The film of a span as an animated SVG, which plays again and again.
///
/// # Errors
/// [`TooLarge`] if the file would be larger than [`ANIMATION_BYTES_MAX`].
pub fn animation(session: &Session, film: &Film, frame: &Frame, theme: Theme) -> Result<String, TooLarge> {
    let frames = film.frames.clamp(1, ANIMATION_FRAMES_MAX);
    let film = Film { frames, ..*film };
    let mut reel = Reel::default();
    let mut opening: Option<SvgParts> = None;
    for place in 0..frames {
        let scene = scene_at(session, film.time_us(place), &film, frame);
        let mut parts = svg_parts(&scene, theme, &svg_options(frame.lang));
        reel.take(place, std::mem::take(&mut parts.marks));
        if reel.bytes > ANIMATION_BYTES_MAX {
            return Err(TooLarge);
        }
        // The hatch is defined where a frame needs it: the longest opening has all that any frame needs.
        if opening.as_ref().is_none_or(|known| known.open.len() < parts.open.len()) {
            opening = Some(parts);
        }
    }
    let Some(opening) = opening else { return Err(TooLarge) };
    let text = write(&reel, &opening, &film);
    if text.len() > ANIMATION_BYTES_MAX { Err(TooLarge) } else { Ok(text) }
}

/// The stage at a virtual time, with the time and the way through the film under it.
fn scene_at(session: &Session, at_us: u64, film: &Film, frame: &Frame) -> Scene {
    let moment = session.run().moment(session.run().steps_until(at_us));
    let frame = Frame { now_us: at_us, is_paused: false, ..frame.clone() };
    let mut scene = stage::picture(session.lab(), session.variant(), &moment.world, &frame);
    let top = scene.height;
    scene.height += STRIP;
    let style = Style::stroke(Ink::Hair, 1.0);
    let right = frame.width - 16.0;
    let left = 112.0_f64.min(right);
    let middle = top + STRIP / 2.0;
    let length_us = film.window.until_us.saturating_sub(film.window.from_us).max(1);
    let share = (at_us - film.window.from_us) as f64 / length_us as f64;
    let here = Point::new(left + (right - left) * share.min(1.0), middle);
    let time = milliseconds(at_us);
    scene
        .pen(Layer::Labels, Subject::None)
        .line(Point::new(0.0, top), Point::new(frame.width, top), style)
        .line(Point::new(left, middle), Point::new(right, middle), Style::stroke(Ink::Rule, 2.0))
        .line(Point::new(left, middle), here, Style::stroke(Ink::Accent, 2.0))
        .text(Point::new(16.0, top + 16.0), time, Lettering::sans(12.0).bold(), Style::fill(Ink::Ink));
    scene
}

/// An element of the film: what is painted, and in which frames.
struct Element {
    text: String,
    first: u32,
    /// The frame behind the last one in which it is seen.
    end: u32,
    /// The element above it in the painting order of its layer.
    next: Option<usize>,
}

/// All frames, folded into one list of elements a layer.
#[derive(Default)]
struct Reel {
    elements: Vec<Element>,
    heads: Map<Layer, usize>,
    /// The elements of the newest frame, by layer.
    shown: Map<Layer, Vec<usize>>,
    bytes: usize,
}

impl Reel {
    /// Folds a frame in. An element that stood in the frame before, in the same order, goes on; all others are new.
    fn take(&mut self, place: u32, marks: Vec<(Layer, String)>) {
        let mut by_layer: Map<Layer, Vec<String>> = Map::new();
        for (layer, text) in marks {
            by_layer.entry(layer).or_default().push(text);
        }
        for layer in Layer::ALL {
            let texts = by_layer.remove(&layer).unwrap_or_default();
            self.take_layer(place, layer, texts);
        }
    }

    fn take_layer(&mut self, place: u32, layer: Layer, texts: Vec<String>) {
        let before = self.shown.remove(&layer).unwrap_or_default();
        let mut cursor = 0;
        let mut now = Vec::with_capacity(texts.len());
        let mut below = None;
        for text in texts {
            let found = before[cursor..].iter().position(|&element| self.elements[element].text == text);
            let element = match found {
                Some(ahead) => {
                    cursor += ahead + 1;
                    before[cursor - 1]
                }
                None => self.insert(text, layer, place, below),
            };
            self.elements[element].end = place + 1;
            below = Some(element);
            now.push(element);
        }
        self.shown.insert(layer, now);
    }

    /// A new element right above another, or lowest in its layer.
    fn insert(&mut self, text: String, layer: Layer, place: u32, below: Option<usize>) -> usize {
        let number = self.elements.len();
        let next = match below {
            Some(below) => self.elements[below].next.replace(number),
            None => self.heads.insert(layer, number),
        };
        self.bytes += text.len();
        self.elements.push(Element { text, first: place, end: place + 1, next });
        number
    }

    /// All elements in painting order.
    fn in_order(&self) -> impl Iterator<Item = &Element> {
        Layer::ALL.into_iter().flat_map(|layer| {
            let lowest = self.heads.get(&layer).map(|&head| &self.elements[head]);
            std::iter::successors(lowest, |element| element.next.map(|next| &self.elements[next]))
        })
    }
}

fn write(reel: &Reel, opening: &SvgParts, film: &Film) -> String {
    let mut out = opening.open.clone();
    out.push_str(&style_sheet(reel, film));
    out.push_str(&opening.ground);
    let mut open: Option<(u32, u32)> = None;
    for element in reel.in_order() {
        let span = (element.first, element.end);
        let wanted = (span != (0, film.frames)).then_some(span);
        if wanted != open {
            if open.is_some() {
                out.push_str("</g>\n");
            }
            if let Some((first, end)) = wanted {
                // Writing to a string cannot fail.
                let _ = writeln!(out, "<g class=\"f f{first}-{end}\"{}>", hidden(first));
            }
            open = wanted;
        }
        out.push_str(&element.text);
    }
    if open.is_some() {
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// What the first frame does not have is hidden while nothing moves.
const fn hidden(first: u32) -> &'static str {
    if first == 0 { "" } else { " visibility=\"hidden\"" }
}

fn style_sheet(reel: &Reel, film: &Film) -> String {
    let spans: Set<(u32, u32)> = reel
        .elements
        .iter()
        .map(|element| (element.first, element.end))
        .filter(|&span| span != (0, film.frames))
        .collect();
    let length_ms = u64::from(film.frames) * u64::from(film.frame_ms.max(1));
    let mut css = format!(
        "<style>\n.f{{animation:{length_ms}ms step-end infinite}}\n\
         @media (prefers-reduced-motion:reduce){{.f{{animation:none!important}}}}\n"
    );
    for (first, end) in spans {
        let share = |place: u32| f64::from(place) * 100.0 / f64::from(film.frames);
        let before = if first == 0 { String::new() } else { "0%{visibility:hidden}".to_owned() };
        let behind = if end == film.frames {
            String::new()
        } else {
            format!("{:.3}%{{visibility:hidden}}", share(end))
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            css,
            "@keyframes k{first}-{end}{{{before}{:.3}%{{visibility:visible}}{behind}}}\n\
             .f{first}-{end}{{animation-name:k{first}-{end}}}",
            share(first)
        );
    }
    css.push_str("</style>\n");
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(frames: &[&[&str]]) -> (Vec<(String, u32, u32)>, Reel) {
        let mut reel = Reel::default();
        for (place, marks) in (0..).zip(frames) {
            reel.take(place, marks.iter().map(|&mark| (Layer::Nodes, mark.to_owned())).collect());
        }
        let told = reel.in_order().map(|it| (it.text.clone(), it.first, it.end)).collect();
        (told, reel)
    }

    #[test]
    fn what_stays_is_written_once() {
        let (told, _) = folded(&[&["a", "b"], &["a", "c", "b"], &["a", "b"]]);
        let words: Vec<(&str, u32, u32)> = told.iter().map(|(text, a, b)| (text.as_str(), *a, *b)).collect();
        assert_eq!(words, [("a", 0, 3), ("c", 1, 2), ("b", 0, 3)]);
    }

    /// Whatever the frames are, each of them comes out again, in its own order.
    #[test]
    fn every_frame_comes_out_as_it_went_in() {
        let letters = ["a", "b", "c", "d", "a"];
        for seed in 0..500_u64 {
            let frames: Vec<Vec<&str>> = (0..6)
                .map(|place| {
                    let draw = faultscope_sim::Draw::new(seed, "frame", place, 0);
                    let length = draw.in_range(&(0..5));
                    (0..length)
                        .map(|at| {
                            let which = faultscope_sim::Draw::new(seed, "mark", place, at).in_range(&(0..5));
                            letters[which as usize]
                        })
                        .collect()
                })
                .collect();
            let slices: Vec<&[&str]> = frames.iter().map(Vec::as_slice).collect();
            let (told, _) = folded(&slices);
            for (place, frame) in (0..).zip(&frames) {
                let shown: Vec<&str> = told
                    .iter()
                    .filter(|(_, first, end)| (*first..*end).contains(&place))
                    .map(|(text, ..)| text.as_str())
                    .collect();
                assert_eq!(&shown, frame, "seed {seed}, frame {place}");
            }
        }
    }
}
