//! Text on a scene, and how much room it takes at most.
//!
//! No font is asked: a scene is laid out the same natively and in a browser, whatever fonts are there. One cautious
//! table of advances, never narrower than the common faces, bounds every text.

use std::borrow::Cow;

use crate::{Point, Rect};

/// A family of faces; the page has the same three lists in `static/tokens.css`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
    /// The apparatus: labels, readings, keys.
    #[default]
    Sans,
    /// The teacher: titles and sentences.
    Serif,
    /// The machine: state.
    Mono,
}

impl Face {
    /// The list of families, best first, as CSS has it.
    #[must_use]
    pub fn families(self) -> &'static str {
        match self {
            Self::Sans => {
                "\"Helvetica Neue\",\"Segoe UI\",Helvetica,Arial,\"PingFang SC\",\"Hiragino Sans GB\",\"Microsoft YaHei\",\
                 \"Noto Sans CJK SC\",\"Noto Sans SC\",sans-serif"
            }
            Self::Serif => {
                "\"Iowan Old Style\",\"Palatino Linotype\",Palatino,Charter,Georgia,\"Noto Serif\",\"Liberation Serif\",\
                 \"Songti SC\",\"Noto Serif CJK SC\",serif"
            }
            Self::Mono => {
                "\"SF Mono\",\"Cascadia Mono\",Menlo,Consolas,\"Liberation Mono\",\"DejaVu Sans Mono\",monospace"
            }
        }
    }

    /// The custom property of the list in `static/tokens.css`.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Sans => "--sans",
            Self::Serif => "--serif",
            Self::Mono => "--mono",
        }
    }
}

/// How heavy the strokes of a text are; the look knows two weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// 400.
    #[default]
    Regular,
    /// 600.
    Bold,
}

impl Weight {
    /// The number that CSS and SVG use.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Self::Regular => 400,
            Self::Bold => 600,
        }
    }
}

/// Which end of a text lies at its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The left end.
    #[default]
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// How a text is set: size, weight, face and anchor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lettering {
    /// Size of the em in pixels; 11 is the least that is used.
    pub size: f32,
    /// Weight of the strokes.
    pub weight: Weight,
    /// Family of faces.
    pub face: Face,
    /// Which end lies at the place.
    pub anchor: Anchor,
}

impl Lettering {
    /// Sans of this size in pixels, regular, starting at its place.
    #[must_use]
    pub const fn sans(size: f32) -> Self {
        Self { size, weight: Weight::Regular, face: Face::Sans, anchor: Anchor::Start }
    }

    /// Serif of this size in pixels, regular, starting at its place.
    #[must_use]
    pub const fn serif(size: f32) -> Self {
        Self { face: Face::Serif, ..Self::sans(size) }
    }

    /// Mono of this size in pixels, regular, starting at its place.
    #[must_use]
    pub const fn mono(size: f32) -> Self {
        Self { face: Face::Mono, ..Self::sans(size) }
    }

    /// The same at weight 600.
    #[must_use]
    pub const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// The same, centred on its place.
    #[must_use]
    pub const fn middle(self) -> Self {
        self.anchored(Anchor::Middle)
    }

    /// The same, ending at its place.
    #[must_use]
    pub const fn end(self) -> Self {
        self.anchored(Anchor::End)
    }

    /// The same with another anchor.
    #[must_use]
    pub const fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The most room in pixels that `content` takes from end to end.
    #[must_use]
    pub fn width_of(self, content: &str) -> f64 {
        text_width(content, f64::from(self.size), self.weight, self.face)
    }

    /// The most room that `content` takes with its baseline at `at`.
    #[must_use]
    pub fn bounds_of(self, at: Point, content: &str) -> Rect {
        text_bounds(at, content, self)
    }
}

/// A text with its place; the baseline runs through `at`.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Where the anchor lies, on the baseline.
    pub at: Point,
    /// What is written; any characters, a painter escapes them.
    pub content: Cow<'static, str>,
    /// How it is set.
    pub lettering: Lettering,
}

impl Text {
    /// The most room it takes, halo apart.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        text_bounds(self.at, &self.content, self.lettering)
    }
}

/// The most room in pixels that `content` takes from end to end at `size` pixels: never less than Helvetica, Arial,
/// Liberation, DejaVu or Noto CJK need. Han, kana and hangul take one em. Scripts beyond those, Latin, Greek and Cyrillic are
/// bounded by a guess.
#[must_use]
pub fn text_width(content: &str, size: f64, weight: Weight, face: Face) -> f64 {
    let thousandths: u64 = content.chars().map(|character| u64::from(advance(character, weight, face))).sum();
    thousandths as f64 * size / 1000.0
}

/// The most room that `content` takes with the baseline of its anchor at `at`; from the tallest letter to the lowest.
#[must_use]
pub fn text_bounds(at: Point, content: &str, lettering: Lettering) -> Rect {
    let size = f64::from(lettering.size);
    let width = lettering.width_of(content);
    let left = match lettering.anchor {
        Anchor::Start => at.x,
        Anchor::Middle => at.x - width / 2.0,
        Anchor::End => at.x - width,
    };
    Rect::new(left, at.y - ASCENT * size, width, (ASCENT + DESCENT) * size)
}

/// Height of the tallest letters above the baseline, in em: Han characters reach 0.88.
const ASCENT: f64 = 0.9;
/// Depth of the lowest letters below the baseline, in em: `g` of DejaVu Sans reaches 0.24.
const DESCENT: f64 = 0.25;

/// Advance of every character of a mono face, in thousandths of an em.
const MONO: u16 = 603;

/// The cautious advance of one character in thousandths of an em.
fn advance(character: char, weight: Weight, face: Face) -> u16 {
    let Some(index) = (character as usize).checked_sub(32).filter(|index| *index < SANS.len()) else {
        return advance_beyond_ascii(character);
    };
    match (face, weight) {
        (Face::Mono, _) => MONO,
        (Face::Sans, Weight::Regular) => SANS[index],
        (Face::Sans, Weight::Bold) => SANS_BOLD[index],
        (Face::Serif, Weight::Regular) => SERIF[index],
        (Face::Serif, Weight::Bold) => SERIF_BOLD[index],
    }
}

/// The widest of all faces; a fallback font may stand in for any of them, so face and weight do not count.
fn advance_beyond_ascii(character: char) -> u16 {
    match character {
        '\u{0300}'..='\u{036F}' | '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' => 0,
        'µ' | 'μ' | '°' | '²' | '³' => 740,
        // Signs that labels use. Where a Chinese font draws them, each takes a whole em.
        '·' | '×' | '÷' | '±' | '–' | '—' | '‘' | '’' | '“' | '”' | '…' => 1000,
        '←'..='⇿' | '−' | '≤' | '≥' | '≠' | '≈' | '✓' | '✗' | '★' | '☆' | '●' | '○' => {
            1000
        }
        '\u{00A0}' => 603,
        '\u{00A1}'..='\u{00FF}' => 1090,
        '\u{0100}'..='\u{1FFF}' => 1650,
        '\u{2030}' | '\u{2031}' => 1900,
        '\u{2000}'..='\u{2BFF}' => 1450,
        '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' => 1000,
        '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}' => 1000,
        '\u{1F000}'..='\u{1FAFF}' => 1450,
        // Control characters are drawn as the replacement character; the rest is a guess.
        _ => 1900,
    }
}

/// Sans, weight 400: the widest of DejaVu Sans, Noto Sans CJK, and Liberation Sans, which has the widths of Arial and
/// Helvetica.
#[rustfmt::skip]
static SANS: [u16; 95] = [
    318, 401, 474, 838, 637, 951, 780, 278, 391, 391, 500, 838, 318, 361, 318, 392,
    637, 637, 637, 637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 557,
    1016, 685, 687, 723, 771, 667, 611, 778, 752, 295, 535, 667, 558, 863, 749, 788,
    667, 788, 723, 667, 611, 732, 685, 989, 686, 667, 686, 391, 392, 391, 838, 559,
    606, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 284, 975, 634, 612,
    635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];

/// Sans, weight 600: the widest of the bold faces, as a browser without a semibold takes bold.
#[rustfmt::skip]
static SANS_BOLD: [u16; 95] = [
    349, 457, 574, 838, 696, 1002, 873, 325, 458, 458, 523, 838, 380, 416, 380, 387,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611,
    1007, 774, 763, 734, 831, 684, 684, 821, 837, 373, 568, 775, 638, 996, 837, 851,
    733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 387, 458, 838, 567,
    626, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688,
    716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838,
];

/// Serif, weight 400: the widest of DejaVu Serif, Noto Serif CJK and Liberation Serif.
#[rustfmt::skip]
static SERIF: [u16; 95] = [
    318, 402, 460, 838, 637, 951, 891, 275, 391, 391, 500, 838, 327, 346, 327, 352,
    637, 637, 637, 637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 537,
    1000, 723, 735, 766, 802, 730, 694, 799, 873, 405, 402, 748, 665, 1024, 875, 820,
    673, 820, 753, 686, 667, 843, 723, 1053, 723, 723, 695, 391, 352, 391, 838, 563,
    500, 597, 641, 561, 641, 592, 388, 641, 663, 332, 311, 607, 334, 974, 661, 603,
    641, 641, 479, 514, 402, 653, 565, 856, 564, 565, 527, 637, 337, 637, 838,
];

/// Serif, weight 600: the widest of the bold faces.
#[rustfmt::skip]
static SERIF_BOLD: [u16; 95] = [
    349, 439, 556, 838, 696, 1000, 903, 307, 474, 474, 523, 838, 349, 416, 349, 400,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 370, 370, 838, 838, 838, 586,
    1000, 776, 846, 796, 868, 763, 710, 855, 945, 468, 500, 870, 704, 1107, 915, 872,
    752, 872, 832, 723, 745, 873, 776, 1124, 776, 723, 730, 474, 400, 474, 838, 593,
    500, 648, 700, 609, 700, 637, 431, 700, 728, 380, 362, 693, 380, 1059, 728, 667,
    700, 700, 527, 563, 462, 728, 582, 874, 599, 582, 568, 644, 364, 644, 838,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check_width(content: &str, weight: Weight, face: Face, measured_em: f64) {
        let bound = text_width(content, 1.0, weight, face);
        assert!(bound >= measured_em, "{content}: {bound} is less than the {measured_em} that was measured");
        assert!(bound <= measured_em * 1.15 + 0.1, "{content}: {bound} is far more than {measured_em}");
    }

    /// Measured in Chromium with DejaVu, the widest of the families for Latin letters.
    #[test]
    fn bounds_hold_and_are_not_loose() {
        check_width("RequestVote T3", Weight::Regular, Face::Sans, 7.853);
        check_width("RequestVote T3", Weight::Bold, Face::Sans, 8.916);
        check_width("AppendEntries", Weight::Regular, Face::Serif, 7.557);
        check_width("AppendEntries", Weight::Bold, Face::Serif, 8.294);
        check_width("1,256.0 ms", Weight::Bold, Face::Mono, 6.021);
        check_width("追随者", Weight::Bold, Face::Sans, 3.0);
        check_width("n1 → n2", Weight::Regular, Face::Sans, 4.178);
    }

    #[test]
    fn width_grows_with_size_and_never_shrinks_with_weight() {
        for code in 32..127_u8 {
            let letter = char::from(code).to_string();
            for face in [Face::Sans, Face::Serif, Face::Mono] {
                let regular = text_width(&letter, 12.0, Weight::Regular, face);
                assert!(regular > 0.0 && text_width(&letter, 24.0, Weight::Regular, face) == 2.0 * regular);
            }
        }
        assert_eq!(text_width("e\u{0301}", 10.0, Weight::Regular, Face::Sans), 6.16);
        assert_eq!(text_width("", 10.0, Weight::Regular, Face::Sans), 0.0);
    }

    #[test]
    fn the_anchor_moves_the_box_and_not_its_size() {
        let at = Point::new(100.0, 50.0);
        let start = text_bounds(at, "leader", Lettering::sans(13.0).bold());
        let middle = text_bounds(at, "leader", Lettering::sans(13.0).bold().middle());
        let end = text_bounds(at, "leader", Lettering::sans(13.0).bold().end());
        assert_eq!((start.x, end.right()), (100.0, 100.0));
        assert!((middle.center().x - 100.0).abs() < 1e-9);
        assert_eq!((start.width, start.height), (end.width, middle.height.max(end.height)));
        assert!(start.y < at.y && start.bottom() > at.y);
    }
}
