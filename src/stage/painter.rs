//! Paints a scene on a 2D canvas. It decides nothing: every mark, ink and place comes from the scene.
//!
//! A canvas keeps its last colour, width and dash, and setting them costs; so the painter remembers what it set, and
//! draws neighbours of one style as one path.

use faultscope_labs::ordered::Map;
use faultscope_labs::scene::theme::hex;
use faultscope_labs::scene::{
    Anchor, ArcSweep, Face, HALO_WIDTH, HATCH_PITCH, HATCH_WIDTH, Icon, IconPaint, Ink, Lettering, Mark,
    Point, Rect, Scene, Segment, Shape, Style, Text, Theme, Weight, arc_sweep,
};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::CanvasRenderingContext2d as Context;

use crate::preferences::are_colours_forced;

#[wasm_bindgen]
extern "C" {
    /// A canvas for the two calls that are made thousands of times a frame: these pass no exceptions on, and throw none.
    #[wasm_bindgen(extends = Context)]
    #[derive(Clone)]
    type Quick;
    #[wasm_bindgen(method, js_name = arc)]
    fn quick_arc(this: &Quick, x: f64, y: f64, radius: f64, start: f64, end: f64);
}

/// A quarter turn in radians: canvases count from 3 o'clock, scenes from 12 o'clock.
const QUARTER: f64 = std::f64::consts::FRAC_PI_2;
const TURN: f64 = std::f64::consts::TAU;

/// A canvas and what was last set on it.
pub(crate) struct Painter {
    context: Quick,
    theme: Theme,
    /// Whether the reader's system chooses the colours; then the theme says nothing.
    is_forced: bool,
    now: Pen,
    /// The fonts that were asked for, by size in tenths of a pixel, weight, face and language.
    fonts: Map<(u32, u16, u8), String>,
}

/// What is set on the canvas.
#[derive(Default)]
struct Pen {
    fill: Option<&'static str>,
    stroke: Option<&'static str>,
    width: f64,
    dash: Option<(f32, f32)>,
    round: bool,
    opacity: f32,
    font: Option<(u32, u16, u8)>,
    anchor: Option<Anchor>,
}

/// The colour of the reader's system that means most nearly the same: text, ground, what is chosen, what is faint. What
/// else a colour says, shapes and words say too.
fn forced_colour(ink: Ink) -> &'static str {
    match ink {
        Ink::Paper | Ink::Sheet | Ink::Sunk | Ink::NodeDown | Ink::Epoch(_) | Ink::OnKey => "Canvas",
        Ink::Accent => "Highlight",
        Ink::OnAccent => "HighlightText",
        Ink::Wash | Ink::WashStrong | Ink::DangerWash | Ink::WarnWash => "transparent",
        Ink::Hair | Ink::Rule | Ink::Link | Ink::Dot | Ink::Hatch => "GrayText",
        _ => "CanvasText",
    }
}

impl Painter {
    /// A painter on a canvas.
    pub(crate) fn new(context: Context) -> Self {
        Self {
            context: context.unchecked_into(),
            theme: Theme::Light,
            is_forced: false,
            now: Pen::default(),
            fonts: Map::new(),
        }
    }

    /// Paints a scene; `scale` is how many device pixels a CSS pixel has.
    pub(crate) fn paint(&mut self, scene: &Scene, theme: Theme, scale: f64) -> Result<(), JsValue> {
        self.theme = theme;
        self.is_forced = are_colours_forced();
        // A canvas that was resized has forgotten everything.
        self.now = Pen { width: f64::NAN, opacity: f32::NAN, ..Pen::default() };
        self.context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0)?;
        self.context.set_line_dash(&Array::new())?;
        self.context.set_line_cap("butt");
        self.context.set_line_join("round");
        self.context.set_text_baseline("alphabetic");
        self.context.clear_rect(0.0, 0.0, scene.width, scene.height);
        let mut marks = scene.marks().filter(|mark| mark.style.is_visible()).peekable();
        while let Some(mark) = marks.next() {
            if let Some(dot) = Dot::of(mark)
                && marks.peek().is_some_and(|next| dot.is_like(next, mark))
            {
                self.context.begin_path();
                self.stamp(dot, &mark.shape);
                while let Some(next) = marks.next_if(|next| dot.is_like(next, mark)) {
                    self.stamp(dot, &next.shape);
                }
                self.ink_dots(dot, &mark.style)?;
            } else if can_be_joined(mark) {
                self.context.begin_path();
                self.trace(&mark.shape)?;
                while let Some(next) = marks.next_if(|next| next.style == mark.style && can_be_joined(next)) {
                    self.trace(&next.shape)?;
                }
                self.ink(&mark.style)?;
            } else {
                self.mark(mark)?;
            }
        }
        Ok(())
    }

    fn colour(&self, ink: Ink) -> &'static str {
        if self.is_forced { forced_colour(ink) } else { hex(ink, self.theme) }
    }

    fn mark(&mut self, mark: &Mark) -> Result<(), JsValue> {
        match &mark.shape {
            Shape::Text(text) => self.text(text, &mark.style),
            Shape::Glyph { icon, at, size } => self.glyph(*icon, *at, *size, &mark.style),
            shape => {
                self.context.begin_path();
                self.trace(shape)?;
                if mark.style.hatch {
                    self.hatched(&mark.style, mark.bounds())
                } else {
                    self.ink(&mark.style)
                }
            }
        }
    }

    /// Adds a dot to the path: a line so short or so thick that its stroke is the dot. That is less work than an
    /// arc or four sides, and there may be thousands.
    fn stamp(&self, dot: Dot, shape: &Shape) {
        let (Shape::Circle { center, .. } | Shape::Diamond { center, .. }) = shape else { return };
        let half = dot.half_line();
        self.context.move_to(center.x - half, center.y - half);
        self.context.line_to(center.x + half, center.y + half);
    }

    fn ink_dots(&mut self, dot: Dot, style: &Style) -> Result<(), JsValue> {
        let Some(fill) = style.fill else { return Ok(()) };
        self.set_opacity(style.opacity);
        self.set_stroke(fill, dot.line_width());
        self.set_dash(None)?;
        self.set_round(dot.is_round);
        self.context.stroke();
        Ok(())
    }

    /// Adds a shape to the path.
    fn trace(&self, shape: &Shape) -> Result<(), JsValue> {
        match shape {
            Shape::Circle { center, radius } => {
                self.ring(*center, *radius);
                Ok(())
            }
            Shape::Diamond { center, radius } => {
                self.polygon(&Shape::diamond_corners(*center, *radius));
                Ok(())
            }
            Shape::Arc { center, radius, start, sweep } => {
                self.arc(*center, *radius, *start, *sweep);
                Ok(())
            }
            Shape::Rect { rect, corner } => self.rect(*rect, *corner),
            Shape::Line { from, to } => {
                self.context.move_to(from.x, from.y);
                self.context.line_to(to.x, to.y);
                Ok(())
            }
            Shape::Head { tip, direction, length, width } => {
                self.polygon(&Shape::head_corners(*tip, *direction, *length, *width));
                Ok(())
            }
            Shape::Path(segments) => {
                self.segments(segments.iter().copied());
                Ok(())
            }
            Shape::Text(_) | Shape::Glyph { .. } => Ok(()),
        }
    }

    fn ring(&self, center: Point, radius: f64) {
        // A radius below zero is all that a canvas refuses.
        let radius = radius.max(0.0);
        self.context.move_to(center.x + radius, center.y);
        self.context.quick_arc(center.x, center.y, radius, 0.0, TURN);
    }

    fn arc(&self, center: Point, radius: f64, start: f64, sweep: f64) {
        match arc_sweep(sweep) {
            ArcSweep::Nothing => {}
            ArcSweep::Whole => self.ring(center, radius),
            ArcSweep::Part(sweep) => {
                let begin = center.polar(radius, start);
                self.context.move_to(begin.x, begin.y);
                let from = start * TURN - QUARTER;
                self.context.quick_arc(center.x, center.y, radius.max(0.0), from, from + sweep * TURN);
            }
        }
    }

    fn rect(&self, rect: Rect, corner: f64) -> Result<(), JsValue> {
        let Rect { x, y, width, height } = rect;
        let corner = corner.min(width / 2.0).min(height / 2.0);
        if corner <= 0.0 {
            self.context.rect(x, y, width, height);
            return Ok(());
        }
        self.context.move_to(x + corner, y);
        self.context.arc_to(rect.right(), y, rect.right(), rect.bottom(), corner)?;
        self.context.arc_to(rect.right(), rect.bottom(), x, rect.bottom(), corner)?;
        self.context.arc_to(x, rect.bottom(), x, y, corner)?;
        self.context.arc_to(x, y, rect.right(), y, corner)?;
        self.context.close_path();
        Ok(())
    }

    fn polygon(&self, corners: &[Point]) {
        for (place, corner) in corners.iter().enumerate() {
            if place == 0 {
                self.context.move_to(corner.x, corner.y);
            } else {
                self.context.line_to(corner.x, corner.y);
            }
        }
        self.context.close_path();
    }

    fn segments(&self, segments: impl Iterator<Item = Segment>) {
        for segment in segments {
            match segment {
                Segment::Move(to) => self.context.move_to(to.x, to.y),
                Segment::Line(to) => self.context.line_to(to.x, to.y),
                Segment::Cubic(first, second, to) => {
                    self.context.bezier_curve_to(first.x, first.y, second.x, second.y, to.x, to.y);
                }
                Segment::Close => self.context.close_path(),
            }
        }
    }

    /// Fills and strokes the path.
    fn ink(&mut self, style: &Style) -> Result<(), JsValue> {
        self.set_opacity(style.opacity);
        if let Some(fill) = style.fill {
            self.set_fill(fill);
            self.context.fill();
        }
        self.stroke(style)
    }

    fn stroke(&mut self, style: &Style) -> Result<(), JsValue> {
        let Some(ink) = style.stroke.filter(|_| style.stroke_width() > 0.0) else { return Ok(()) };
        self.set_stroke(ink, style.stroke_width());
        self.set_dash(style.dash)?;
        self.set_round(style.round);
        self.context.stroke();
        Ok(())
    }

    /// Fills the path, lays lines at 45 degrees over it, then strokes its edge.
    fn hatched(&mut self, style: &Style, bounds: Rect) -> Result<(), JsValue> {
        self.ink(&Style { stroke: None, ..*style })?;
        self.stroke(style)?;
        self.context.save();
        self.context.clip();
        self.set_stroke(Ink::Hatch, HATCH_WIDTH);
        self.set_dash(None)?;
        self.context.begin_path();
        // Lines stand HATCH_PITCH apart, measured across them.
        let step = HATCH_PITCH * std::f64::consts::SQRT_2;
        // On each of these lines, x + y is the same everywhere.
        let mut sum = ((bounds.x + bounds.y) / step).floor() * step;
        while sum < bounds.right() + bounds.bottom() {
            self.context.move_to(sum - bounds.y, bounds.y);
            self.context.line_to(sum - bounds.bottom(), bounds.bottom());
            sum += step;
        }
        self.context.stroke();
        self.context.restore();
        // What was set inside is gone with the clip, and was remembered: set it anew the next time.
        self.now = Pen { width: f64::NAN, opacity: f32::NAN, ..Pen::default() };
        self.context.set_line_dash(&Array::new())?;
        self.context.set_line_cap("butt");
        Ok(())
    }

    fn text(&mut self, text: &Text, style: &Style) -> Result<(), JsValue> {
        self.set_opacity(style.opacity);
        self.set_lettering(text.lettering);
        if let Some(halo) = style.halo {
            self.set_stroke(halo, HALO_WIDTH);
            self.set_dash(None)?;
            self.context.stroke_text(&text.content, text.at.x, text.at.y)?;
        }
        if let Some(fill) = style.fill {
            self.set_fill(fill);
            self.context.fill_text(&text.content, text.at.x, text.at.y)?;
        }
        Ok(())
    }

    fn glyph(&mut self, icon: Icon, at: Point, size: f64, style: &Style) -> Result<(), JsValue> {
        let line = Style { dash: None, hatch: false, ..*style }.rounded();
        for part in icon.parts() {
            let style = match part.paint {
                IconPaint::Stroke => Style { fill: None, ..line },
                IconPaint::FillAndStroke => line,
                IconPaint::Solid => Style { fill: style.stroke.or(style.fill), stroke: None, ..line },
            };
            if style.is_visible() {
                self.context.begin_path();
                self.segments(Icon::placed(part, at, size));
                self.ink(&style)?;
            }
        }
        Ok(())
    }

    fn set_fill(&mut self, ink: Ink) {
        let colour = self.colour(ink);
        if self.now.fill != Some(colour) {
            self.now.fill = Some(colour);
            self.context.set_fill_style_str(colour);
        }
    }

    fn set_stroke(&mut self, ink: Ink, width: f64) {
        let colour = self.colour(ink);
        if self.now.stroke != Some(colour) {
            self.now.stroke = Some(colour);
            self.context.set_stroke_style_str(colour);
        }
        if self.now.width != width {
            self.now.width = width;
            self.context.set_line_width(width);
        }
    }

    fn set_dash(&mut self, dash: Option<(f32, f32)>) -> Result<(), JsValue> {
        if self.now.dash == dash {
            return Ok(());
        }
        self.now.dash = dash;
        let lengths = Array::new();
        if let Some((on, off)) = dash {
            lengths.push(&on.into());
            lengths.push(&off.into());
        }
        self.context.set_line_dash(&lengths)
    }

    fn set_round(&mut self, round: bool) {
        if self.now.round != round {
            self.now.round = round;
            self.context.set_line_cap(if round { "round" } else { "butt" });
        }
    }

    fn set_opacity(&mut self, opacity: f32) {
        if self.now.opacity != opacity {
            self.now.opacity = opacity;
            self.context.set_global_alpha(f64::from(opacity));
        }
    }

    fn set_lettering(&mut self, lettering: Lettering) {
        let key = font_key(lettering);
        if self.now.font != Some(key) {
            self.now.font = Some(key);
            let font = self.fonts.entry(key).or_insert_with(|| font(lettering));
            self.context.set_font(font);
        }
        if self.now.anchor != Some(lettering.anchor) {
            self.now.anchor = Some(lettering.anchor);
            self.context.set_text_align(match lettering.anchor {
                Anchor::Start => "left",
                Anchor::Middle => "center",
                Anchor::End => "right",
            });
        }
    }
}

/// A filled disc or diamond among others of its size and ink.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dot {
    is_round: bool,
    radius: f64,
}

impl Dot {
    /// The dot that a mark is; none where it is more than that.
    fn of(mark: &Mark) -> Option<Self> {
        let style = &mark.style;
        let is_plain =
            style.fill.is_some() && style.stroke_width() <= 0.0 && !style.hatch && style.opacity >= 1.0;
        match mark.shape {
            Shape::Circle { radius, .. } if is_plain => Some(Self { is_round: true, radius }),
            Shape::Diamond { radius, .. } if is_plain => Some(Self { is_round: false, radius }),
            _ => None,
        }
    }

    /// Whether another mark is such a dot, in the same ink as the first of them.
    fn is_like(self, other: &Mark, first: &Mark) -> bool {
        other.style == first.style && Self::of(other) == Some(self)
    }

    /// A round end of a line of this width is the disc; a diamond is a line along its side, as wide as it is long.
    fn line_width(self) -> f64 {
        if self.is_round { 2.0 * self.radius } else { std::f64::consts::SQRT_2 * self.radius }
    }

    /// Half of the line's way to the right, and as much downwards. Lines without any length are not drawn.
    fn half_line(self) -> f64 {
        if self.is_round { 0.01 } else { self.radius / 2.0 }
    }
}

/// Whether a mark may share one path with neighbours of its style: it must look the same where they overlap.
fn can_be_joined(mark: &Mark) -> bool {
    let style = &mark.style;
    let is_plain = !matches!(mark.shape, Shape::Text(_) | Shape::Glyph { .. });
    // A dash runs on from one shape to the next only within a subpath, and each shape opens its own.
    let is_one_pass = style.fill.is_some() != (style.stroke_width() > 0.0);
    is_plain && is_one_pass && !style.hatch && style.opacity >= 1.0
}

fn font_key(lettering: Lettering) -> (u32, u16, u8) {
    ((lettering.size * 10.0) as u32, lettering.weight.number(), lettering.face as u8)
}

/// A font as canvases name it.
fn font(lettering: Lettering) -> String {
    let weight = if lettering.weight == Weight::Bold { "600" } else { "400" };
    let face: Face = lettering.face;
    format!("{weight} {}px {}", lettering.size, face.families())
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::scene::{Layer, Subject};

    fn joined(draw: impl FnOnce(&mut faultscope_labs::scene::Pen<'_>)) -> bool {
        let mut scene = Scene::new(10.0, 10.0, "");
        draw(&mut scene.pen(Layer::Links, Subject::None));
        scene.marks().all(can_be_joined)
    }

    #[test]
    fn only_what_looks_the_same_is_joined() {
        let (a, b) = (Point::new(0.0, 0.0), Point::new(9.0, 9.0));
        let line = Style::stroke(Ink::Link, 1.0);
        assert!(joined(|pen| _ = pen.line(a, b, line)));
        assert!(joined(|pen| _ = pen.circle(a, 3.0, Style::fill(Ink::Dot))));
        assert!(!joined(|pen| _ = pen.circle(a, 3.0, Style::fill(Ink::Dot).with_stroke(Ink::Ink, 1.0))));
        assert!(!joined(|pen| _ = pen.line(a, b, line.faded(0.5))));
        assert!(!joined(|pen| _ = pen.circle(a, 3.0, Style::fill(Ink::NodeDown).hatched())));
        assert!(!joined(|pen| _ = pen.text(a, "n1", Lettering::sans(12.0), Style::fill(Ink::Ink))));
    }

    #[test]
    fn dots_of_one_size_and_ink_are_one_path() {
        let mut scene = Scene::new(10.0, 10.0, "");
        let at = Point::new(5.0, 5.0);
        let mut pen = scene.pen(Layer::Links, Subject::None);
        pen.circle(at, 3.0, Style::fill(Ink::Dot)).circle(at, 3.0, Style::fill(Ink::Dot));
        pen.circle(at, 4.0, Style::fill(Ink::Dot)).circle(at, 3.0, Style::fill(Ink::Ink));
        pen.diamond(at, 3.0, Style::fill(Ink::Dot)).circle(at, 3.0, Style::stroke(Ink::Dot, 1.0));
        let marks: Vec<&Mark> = scene.marks().collect();
        let dot = Dot::of(marks[0]).unwrap();
        let like: Vec<bool> = marks[1..].iter().map(|mark| dot.is_like(mark, marks[0])).collect();
        assert_eq!(like, [true, false, false, false, false]);
        // A square on its corner: from the middle to a corner is half of its diagonal.
        let diamond = Dot::of(marks[4]).unwrap();
        assert!((diamond.line_width() * std::f64::consts::SQRT_2 / 2.0 - 3.0).abs() < 1e-9);
        assert!((2.0 * diamond.half_line() * std::f64::consts::SQRT_2 - diamond.line_width()).abs() < 1e-9);
    }

    #[test]
    fn fonts_are_written_as_css_has_them() {
        let written = font(Lettering::mono(12.0).bold());
        assert!(written.starts_with("600 12px ") && written.ends_with("monospace"), "{written}");
        assert_ne!(font_key(Lettering::sans(12.0)), font_key(Lettering::sans(12.0).bold()));
        assert_ne!(font_key(Lettering::sans(12.0)), font_key(Lettering::mono(12.0)));
    }
}
