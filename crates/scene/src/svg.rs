//! A scene as SVG text: the golden file of a test, the poster of an embed, the export for slides.
//!
//! The text is the same for the same scene on every platform: numbers have at most two decimals, attributes a fixed
//! order, and every text from outside is escaped.

use std::fmt::Write as _;

use crate::{
    ArcSweep, Face, HALO_WIDTH, HATCH_PITCH, HATCH_WIDTH, Icon, IconPaint, Ink, Layer, Mark, Point, Rect,
    Scene, Segment, Shape, Style, Subject, Text, Theme, Weight, arc_sweep, text, theme,
};

/// What differs between the uses of an SVG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SvgOptions<'a> {
    /// The ink of the ground; `None` leaves it transparent.
    pub ground: Option<Ink>,
    /// Whether colours are `var(--token)` of the page's style sheet, so that the page's theme rules, instead of plain
    /// colours, so that the picture stands alone.
    pub tokens: bool,
    /// Set before every id in the picture: two pictures in one page need two of them.
    pub id: &'a str,
    /// Language of the texts, such as `zh-CN`: a browser then takes the right Han characters.
    pub language: &'a str,
}

impl Default for SvgOptions<'_> {
    fn default() -> Self {
        Self { ground: Some(Ink::Sheet), tokens: false, id: "", language: "en" }
    }
}

/// The scene as one `<svg>` element, which is a whole file too.
#[must_use]
pub fn svg(scene: &Scene, theme: Theme, options: &SvgOptions<'_>) -> String {
    let out = String::with_capacity(1024 + 128 * scene.len());
    let mut writer = Writer { out, theme, options: *options };
    writer.open(scene);
    if let Some(ground) = options.ground {
        writer.rect(scene.view(), 0.0);
        writer.paint("fill", ground);
        writer.close();
    }
    for mark in scene.marks().filter(|mark| mark.style.is_visible()) {
        writer.mark(mark);
    }
    writer.out.push_str("</svg>\n");
    writer.out
}

/// The pieces of an SVG, for those who put many pictures into one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SvgParts {
    /// The opening tag, the title, and the hatch where one is needed.
    pub open: String,
    /// The ground; empty without one.
    pub ground: String,
    /// Each visible mark with the layer on which it lies, in painting order.
    pub marks: Vec<(Layer, String)>,
}

/// The pieces of [`svg`]: all of them one behind the other, and `</svg>`, are the same file.
#[must_use]
pub fn svg_parts(scene: &Scene, theme: Theme, options: &SvgOptions<'_>) -> SvgParts {
    let mut writer = Writer { out: String::new(), theme, options: *options };
    writer.open(scene);
    let open = std::mem::take(&mut writer.out);
    if let Some(ground) = options.ground {
        writer.rect(scene.view(), 0.0);
        writer.paint("fill", ground);
        writer.close();
    }
    let ground = std::mem::take(&mut writer.out);
    let mut marks = Vec::with_capacity(scene.len());
    for mark in scene.marks().filter(|mark| mark.style.is_visible()) {
        writer.mark(mark);
        marks.push((mark.layer, std::mem::take(&mut writer.out)));
    }
    SvgParts { open, ground, marks }
}

struct Writer<'a> {
    out: String,
    theme: Theme,
    options: SvgOptions<'a>,
}

impl Writer<'_> {
    fn open(&mut self, scene: &Scene) {
        self.out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\"");
        self.number("width", scene.width);
        self.number("height", scene.height);
        self.out.push_str(" viewBox=\"0 0 ");
        push_number(&mut self.out, scene.width);
        self.out.push(' ');
        push_number(&mut self.out, scene.height);
        self.out.push('"');
        self.attribute("lang", self.options.language);
        self.attribute("role", "img");
        self.families(Face::Sans);
        self.attribute("font-variant", "tabular-nums");
        self.out.push_str(">\n<title>");
        push_escaped(&mut self.out, &scene.label);
        self.out.push_str("</title>\n");
        if scene.marks().any(|mark| mark.style.hatch) {
            self.hatch_pattern();
        }
    }

    /// The lines of a hatch, on no ground: the fill is painted below them.
    fn hatch_pattern(&mut self) {
        self.out.push_str("<defs><pattern");
        self.attribute("id", &format!("{}hatch", self.options.id));
        self.number("width", HATCH_PITCH);
        self.number("height", HATCH_PITCH);
        self.attribute("patternUnits", "userSpaceOnUse");
        self.attribute("patternTransform", "rotate(45)");
        self.out.push_str("><line");
        self.number("x1", HATCH_PITCH / 2.0);
        self.number("x2", HATCH_PITCH / 2.0);
        self.number("y2", HATCH_PITCH);
        self.paint("stroke", Ink::Hatch);
        self.number("stroke-width", HATCH_WIDTH);
        self.out.push_str("/></pattern></defs>\n");
    }

    fn mark(&mut self, mark: &Mark) {
        let style = &mark.style;
        match &mark.shape {
            Shape::Text(text) => self.text(text, style, mark.subject),
            Shape::Glyph { icon, at, size } => self.glyph(*icon, *at, *size, style, mark.subject),
            shape if style.hatch => self.hatched(shape, style, mark.subject),
            shape => self.styled(shape, style, mark.subject),
        }
    }

    /// One element cannot be filled twice: the fill lies below the hatch, which carries the stroke.
    fn hatched(&mut self, shape: &Shape, style: &Style, subject: Subject) {
        if style.fill.is_some() {
            self.styled(shape, &Style { stroke: None, hatch: false, ..*style }, subject);
        }
        if self.geometry(shape) {
            let pattern = format!("url(#{}hatch)", self.options.id);
            self.attribute("fill", &pattern);
            self.stroke(style);
            self.opacity(style);
            self.subject(subject);
            self.close();
        }
    }

    fn styled(&mut self, shape: &Shape, style: &Style, subject: Subject) {
        if self.geometry(shape) {
            self.fill(style.fill.filter(|_| !matches!(shape, Shape::Arc { .. } | Shape::Line { .. })));
            self.stroke(style);
            self.opacity(style);
            self.subject(subject);
            self.close();
        }
    }

    /// Opens the element of a shape with its geometry; `false`, with nothing written, if there is nothing to draw.
    fn geometry(&mut self, shape: &Shape) -> bool {
        match shape {
            Shape::Circle { center, radius } => self.circle(*center, *radius),
            Shape::Diamond { center, radius } => self.polygon(&Shape::diamond_corners(*center, *radius)),
            Shape::Arc { center, radius, start, sweep } => return self.arc(*center, *radius, *start, *sweep),
            Shape::Rect { rect, corner } => self.rect(*rect, *corner),
            Shape::Line { from, to } => self.line(*from, *to),
            Shape::Head { tip, direction, length, width } => {
                self.polygon(&Shape::head_corners(*tip, *direction, *length, *width));
            }
            Shape::Path(segments) => self.path(segments.iter().copied()),
            Shape::Text(_) | Shape::Glyph { .. } => return false,
        }
        true
    }

    fn circle(&mut self, center: Point, radius: f64) {
        self.out.push_str("<circle");
        self.number("cx", center.x);
        self.number("cy", center.y);
        self.number("r", radius.max(0.0));
    }

    fn arc(&mut self, center: Point, radius: f64, start: f64, sweep: f64) -> bool {
        let sweep = match arc_sweep(sweep) {
            ArcSweep::Nothing => return false,
            ArcSweep::Whole => {
                self.circle(center, radius);
                return true;
            }
            ArcSweep::Part(sweep) => sweep,
        };
        self.out.push_str("<path d=\"M");
        push_point(&mut self.out, center.polar(radius, start));
        self.out.push('A');
        push_point(&mut self.out, Point::new(radius, radius));
        self.out.push_str(if sweep > 0.5 { " 0 1 1 " } else { " 0 0 1 " });
        push_point(&mut self.out, center.polar(radius, start + sweep));
        self.out.push('"');
        true
    }

    fn rect(&mut self, rect: Rect, corner: f64) {
        self.out.push_str("<rect");
        self.number("x", rect.x);
        self.number("y", rect.y);
        self.number("width", rect.width.max(0.0));
        self.number("height", rect.height.max(0.0));
        if corner > 0.0 {
            self.number("rx", corner);
        }
    }

    fn line(&mut self, from: Point, to: Point) {
        self.out.push_str("<line");
        self.number("x1", from.x);
        self.number("y1", from.y);
        self.number("x2", to.x);
        self.number("y2", to.y);
    }

    fn polygon(&mut self, corners: &[Point]) {
        self.out.push_str("<polygon points=\"");
        for (index, corner) in corners.iter().enumerate() {
            if index > 0 {
                self.out.push(' ');
            }
            push_point(&mut self.out, *corner);
        }
        self.out.push('"');
    }

    fn path(&mut self, segments: impl Iterator<Item = Segment>) {
        self.out.push_str("<path d=\"");
        for segment in segments {
            match segment {
                Segment::Move(to) => self.command('M', &[to]),
                Segment::Line(to) => self.command('L', &[to]),
                Segment::Cubic(first, second, to) => self.command('C', &[first, second, to]),
                Segment::Close => self.out.push('Z'),
            }
        }
        self.out.push('"');
    }

    fn command(&mut self, letter: char, points: &[Point]) {
        self.out.push(letter);
        for (index, point) in points.iter().enumerate() {
            if index > 0 {
                self.out.push(' ');
            }
            push_point(&mut self.out, *point);
        }
    }

    fn text(&mut self, text: &Text, style: &Style, subject: Subject) {
        self.out.push_str("<text");
        self.number("x", text.at.x);
        self.number("y", text.at.y);
        self.lettering(text);
        self.fill(style.fill);
        if let Some(halo) = style.halo {
            self.attribute("paint-order", "stroke");
            self.paint("stroke", halo);
            self.number("stroke-width", HALO_WIDTH);
            self.attribute("stroke-linejoin", "round");
        }
        self.opacity(style);
        self.subject(subject);
        self.out.push('>');
        push_escaped(&mut self.out, &text.content);
        self.out.push_str("</text>\n");
    }

    fn lettering(&mut self, text: &Text) {
        let lettering = text.lettering;
        self.number("font-size", f64::from(lettering.size));
        if lettering.weight != Weight::Regular {
            self.number("font-weight", f64::from(lettering.weight.number()));
        }
        if lettering.face != Face::Sans {
            self.families(lettering.face);
        }
        match lettering.anchor {
            text::Anchor::Start => {}
            text::Anchor::Middle => self.attribute("text-anchor", "middle"),
            text::Anchor::End => self.attribute("text-anchor", "end"),
        }
    }

    fn glyph(&mut self, icon: Icon, at: Point, size: f64, style: &Style, subject: Subject) {
        let line = Style { dash: None, hatch: false, ..*style }.rounded();
        for part in icon.parts() {
            let style = match part.paint {
                IconPaint::Stroke => Style { fill: None, ..line },
                IconPaint::FillAndStroke => line,
                IconPaint::Solid => Style { fill: style.stroke.or(style.fill), stroke: None, ..line },
            };
            if style.is_visible() {
                self.path(Icon::placed(part, at, size));
                self.fill(style.fill);
                self.stroke(&style);
                self.opacity(&style);
                self.subject(subject);
                self.close();
            }
        }
    }

    fn fill(&mut self, ink: Option<Ink>) {
        match ink {
            Some(ink) => self.paint("fill", ink),
            None => self.attribute("fill", "none"),
        }
    }

    fn stroke(&mut self, style: &Style) {
        let Some(ink) = style.stroke.filter(|_| style.stroke_width() > 0.0) else { return };
        self.paint("stroke", ink);
        if style.width != 1.0 {
            self.number("stroke-width", f64::from(style.width));
        }
        if let Some((on, off)) = style.dash {
            self.out.push_str(" stroke-dasharray=\"");
            push_number(&mut self.out, f64::from(on));
            self.out.push(' ');
            push_number(&mut self.out, f64::from(off));
            self.out.push('"');
        }
        if style.round {
            self.attribute("stroke-linecap", "round");
        }
    }

    fn opacity(&mut self, style: &Style) {
        if style.opacity < 1.0 {
            self.number("opacity", f64::from(style.opacity));
        }
    }

    fn subject(&mut self, subject: Subject) {
        if subject != Subject::None {
            // Writing to a string cannot fail.
            let _ = write!(self.out, " data-subject=\"{subject}\"");
        }
    }

    /// A colour, and its opacity beside it: tools for slides do not know colours of eight digits.
    fn paint(&mut self, name: &str, ink: Ink) {
        if self.options.tokens {
            let _ = write!(self.out, " {name}=\"var({})\"", theme::token(ink));
            return;
        }
        let color = theme::color(ink, self.theme);
        let _ = write!(self.out, " {name}=\"#{:02X}{:02X}{:02X}\"", color.red, color.green, color.blue);
        if color.alpha < 255 {
            let _ = write!(self.out, " {name}-opacity=\"");
            push_number(&mut self.out, f64::from(color.alpha) / 255.0);
            self.out.push('"');
        }
    }

    fn families(&mut self, face: Face) {
        if self.options.tokens {
            let list = format!("var({})", face.token());
            self.attribute("font-family", &list);
        } else {
            self.attribute("font-family", face.families());
        }
    }

    fn number(&mut self, name: &str, value: f64) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_number(&mut self.out, value);
        self.out.push('"');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        push_escaped(&mut self.out, value);
        self.out.push('"');
    }

    fn close(&mut self) {
        self.out.push_str("/>\n");
    }
}

fn push_point(out: &mut String, point: Point) {
    push_number(out, point.x);
    out.push(' ');
    push_number(out, point.y);
}

/// A number with at most two decimals and no zeros at its end; what is no number is 0, what is endless is cut.
fn push_number(out: &mut String, value: f64) {
    // A cast from a float saturates, and takes what is not a number for 0.
    let hundredths = (value.clamp(-1e9, 1e9) * 100.0).round() as i64;
    let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
    if hundredths < 0 {
        out.push('-');
    }
    // Writing to a string cannot fail.
    let _ = match (rest, rest % 10) {
        (0, _) => write!(out, "{whole}"),
        (_, 0) => write!(out, "{whole}.{}", rest / 10),
        _ => write!(out, "{whole}.{rest:02}"),
    };
}

/// Text for content or attribute. White space other than the blank becomes a reference; characters that XML forbids
/// become the replacement character.
fn push_escaped(out: &mut String, content: &str) {
    for character in content.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lettering, Pen};

    fn check_number(value: f64, expected: &str) {
        let mut out = String::new();
        push_number(&mut out, value);
        assert_eq!(out, expected);
    }

    #[test]
    fn numbers_are_short_and_never_scientific() {
        check_number(0.0, "0");
        check_number(-0.001, "0");
        check_number(12.5, "12.5");
        check_number(-12.345, "-12.35");
        check_number(0.05, "0.05");
        check_number(99.999, "100");
        check_number(f64::NAN, "0");
        check_number(f64::INFINITY, "1000000000");
        check_number(1e-12, "0");
    }

    #[test]
    fn text_from_outside_stays_text() {
        let mut out = String::new();
        push_escaped(&mut out, "<a href='x'>&\"\u{0}\u{1b}\u{85}\u{ffff}\n 追随者");
        assert_eq!(out, "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{fffd}\u{fffd}\u{fffd}\u{fffd}&#10; 追随者");
    }

    fn svg_of<Draw>(draw: Draw, options: &SvgOptions<'_>) -> String
    where
        Draw: for<'pen, 'scene> FnOnce(&'pen mut Pen<'scene>) -> &'pen mut Pen<'scene>,
    {
        let mut scene = Scene::new(100.0, 100.0, "t");
        draw(&mut scene.pen(Layer::Nodes, Subject::Node(1)));
        svg(&scene, Theme::Light, options)
    }

    fn check_element<Draw>(draw: Draw, expected: &str)
    where
        Draw: for<'pen, 'scene> FnOnce(&'pen mut Pen<'scene>) -> &'pen mut Pen<'scene>,
    {
        let found = svg_of(draw, &SvgOptions { ground: None, ..SvgOptions::default() });
        let body = found.split_once("</title>\n").map_or("", |(_, body)| body);
        assert_eq!(body.strip_suffix("</svg>\n"), Some(expected));
    }

    const CENTER: Point = Point::new(50.0, 50.0);

    #[test]
    fn a_short_arc_is_short_and_a_long_one_long() {
        let style = Style::stroke(Ink::Quiet, 2.0);
        let tail = "fill=\"none\" stroke=\"#63676C\" stroke-width=\"2\" data-subject=\"node-1\"/>\n";
        let quarter = format!("<path d=\"M50 10A40 40 0 0 1 90 50\" {tail}");
        check_element(|pen| pen.arc(CENTER, 40.0, 0.0, 0.25, style), &quarter);
        let most = format!("<path d=\"M50 10A40 40 0 1 1 10 50\" {tail}");
        check_element(|pen| pen.arc(CENTER, 40.0, 0.0, 0.75, style), &most);
        let sliver = format!("<path d=\"M50 10A40 40 0 0 1 50.35 10\" {tail}");
        check_element(|pen| pen.arc(CENTER, 40.0, 0.0, 1e-9, style), &sliver);
        let whole = format!("<circle cx=\"50\" cy=\"50\" r=\"40\" {tail}");
        check_element(|pen| pen.arc(CENTER, 40.0, 0.0, 1.0, style), &whole);
        check_element(|pen| pen.arc(CENTER, 40.0, 0.0, 0.0, style), "");
    }

    #[test]
    fn a_wash_is_a_plain_colour_and_an_opacity() {
        let found = svg_of(|pen| pen.circle(CENTER, 9.0, Style::fill(Ink::Wash)), &SvgOptions::default());
        assert!(found.contains("fill=\"#0B6473\" fill-opacity=\"0.08\""), "{found}");
    }

    #[test]
    fn tokens_leave_the_colours_to_the_page() {
        let options = SvgOptions { tokens: true, id: "a-", ..SvgOptions::default() };
        let found = svg_of(|pen| pen.circle(CENTER, 9.0, Style::down()), &options);
        assert!(found.contains("var(--node-down)") && found.contains("url(#a-hatch)"), "{found}");
        assert!(found.contains("id=\"a-hatch\"") && !found.contains("#EFECE4"), "{found}");
    }

    #[test]
    fn the_pieces_make_the_whole() {
        let mut scene = Scene::new(100.0, 100.0, "t");
        scene.pen(Layer::Nodes, Subject::Node(1)).circle(CENTER, 9.0, Style::down());
        scene.pen(Layer::Links, Subject::None).line(CENTER, Point::default(), Style::stroke(Ink::Link, 1.0));
        let options = SvgOptions::default();
        let parts = svg_parts(&scene, Theme::Dark, &options);
        let marks: String = parts.marks.iter().map(|(_, mark)| mark.as_str()).collect();
        assert_eq!(parts.open + &parts.ground + &marks + "</svg>\n", svg(&scene, Theme::Dark, &options));
        assert_eq!(parts.marks[0].0, Layer::Links);
    }

    #[test]
    fn what_is_not_seen_is_not_written() {
        check_element(|pen| pen.circle(CENTER, 9.0, Style::default()), "");
        check_element(|pen| pen.circle(CENTER, 9.0, Style::fill(Ink::Ink).faded(0.0)), "");
    }

    #[test]
    fn a_text_carries_its_lettering_and_halo() {
        let lettering = Lettering::sans(12.0).bold().middle();
        check_element(
            |pen| pen.text(CENTER, "a<b", lettering, Style::fill(Ink::Ink).with_halo(Ink::Sheet)),
            "<text x=\"50\" y=\"50\" font-size=\"12\" font-weight=\"600\" text-anchor=\"middle\" fill=\"#1B1D20\" \
             paint-order=\"stroke\" stroke=\"#FFFEFB\" stroke-width=\"4\" stroke-linejoin=\"round\" \
             data-subject=\"node-1\">a&lt;b</text>\n",
        );
    }
}
