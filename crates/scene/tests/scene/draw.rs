//! Scenes at random: a small generator, the same on every run, so that a failure names the seed that shows it.

use faultscope_scene::{Icon, Ink, Layer, Lettering, Point, Rect, Scene, Segment, Style, Subject};

/// SplitMix64 (Steele, Lea and Flood 2014): 64 bits of state, good enough to draw pictures.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 to `count` - 1.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    /// A number from `low` up to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.below(1 << 24) as f64) / (1 << 24) as f64
    }

    pub(crate) fn point(&mut self) -> Point {
        Point::new(self.between(-50.0, 450.0), self.between(-50.0, 350.0))
    }

    /// Up to eleven characters, hostile ones among them.
    pub(crate) fn words(&mut self) -> String {
        const LETTERS: [char; 16] =
            ['a', 'T', '3', ' ', '<', '>', '&', '"', '\'', '\0', '\u{1b}', '\n', '追', '\u{ffff}', '😀', ']'];
        (0..self.below(12)).map(|_| LETTERS[self.below(16) as usize]).collect()
    }

    fn ink(&mut self) -> Ink {
        match self.below(5) {
            0 => Ink::Kind(self.below(256) as u8),
            1 => Ink::Epoch(self.below(20)),
            2 => Ink::EpochInk(self.below(20)),
            3 => Ink::Wash,
            _ => Ink::Sheet,
        }
    }

    fn style(&mut self) -> Style {
        let mut style = Style { width: self.between(0.0, 6.0) as f32, ..Style::default() };
        style.fill = (self.below(2) == 0).then(|| self.ink());
        style.stroke = (self.below(2) == 0).then(|| self.ink());
        style.halo = (self.below(4) == 0).then(|| self.ink());
        style.dash = (self.below(3) == 0).then_some((7.0, 5.0));
        style.hatch = self.below(6) == 0;
        style.round = self.below(3) == 0;
        style.opacity = self.between(0.0, 1.2) as f32;
        style
    }

    pub(crate) fn subject(&mut self) -> Subject {
        match self.below(7) {
            0 => Subject::None,
            1 => Subject::Node(self.below(9) as u16),
            2 => Subject::Message(self.below(90)),
            3 => Subject::Link(self.below(9) as u16, self.below(9) as u16),
            4 => Subject::Cut(self.below(3) as u32),
            5 => Subject::Part { node: self.below(9) as u16, part: self.below(9) as u16 },
            _ => Subject::Key(self.below(99) as u32),
        }
    }

    /// A scene of 400 by 300 with `count` marks of every shape.
    pub(crate) fn scene(&mut self, count: usize) -> Scene {
        let mut scene = Scene::new(400.0, 300.0, self.words());
        for _ in 0..count {
            self.mark(&mut scene);
        }
        scene
    }

    fn mark(&mut self, scene: &mut Scene) {
        let (style, at, to) = (self.style(), self.point(), self.point());
        let (size, turn, sweep) = (self.between(0.0, 60.0), self.between(-2.0, 2.0), self.between(-0.2, 1.2));
        let layer = Layer::ALL[self.below(7) as usize];
        let (words, subject, other) = (self.words(), self.subject(), self.point());
        let shape = self.below(9);
        let mut pen = scene.pen(layer, subject);
        match shape {
            0 => pen.circle(at, size, style),
            1 => pen.diamond(at, size, style),
            2 => pen.arc(at, size, turn, sweep, style),
            3 => pen.rect(Rect::from_corners(at, to), turn, style),
            4 => pen.line(at, to, style),
            5 => pen.head(at, to, 10.0, 8.0, style),
            6 => pen.path(
                vec![Segment::Move(at), Segment::Line(to), Segment::Cubic(to, other, at), Segment::Close],
                style,
            ),
            7 => pen.text(at, words, Lettering::sans(12.0).middle(), style),
            _ => pen.glyph(Icon::ALL[(size as usize) % Icon::ALL.len()], at, size, style),
        };
    }
}
