//! The one table from inks to colours, for light ("paper") and dark ("ink").
//!
//! `static/tokens.css` holds the same table for the page; a test compares the two value by value. Contrast of text and
//! marks follows WCAG 2.2 and is computed in the tests, on every ground a stage or panel can have.

use crate::Ink;
use crate::ink::{epoch_number, kind_number};

/// Which of the two looks is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on paper.
    #[default]
    Light,
    /// Light ink on a dark ground.
    Dark,
}

/// A colour with its opacity, eight bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
    /// Opacity, 255 is opaque.
    pub alpha: u8,
}

/// The colour of `ink` as CSS has it, `#RRGGBB` or `#RRGGBBAA`: for a canvas painter, which sets it thousands of times.
#[must_use]
pub fn hex(ink: Ink, theme: Theme) -> &'static str {
    let tone = &TABLE[slot(ink)];
    match theme {
        Theme::Light => tone.light,
        Theme::Dark => tone.dark,
    }
}

/// The colour of `ink`.
#[must_use]
pub fn color(ink: Ink, theme: Theme) -> Color {
    let digits = hex(ink, theme).as_bytes();
    let pair = |at: usize| match (digits.get(at), digits.get(at + 1)) {
        (Some(high), Some(low)) => hex_digit(*high) * 16 + hex_digit(*low),
        _ => 255,
    };
    Color { red: pair(1), green: pair(3), blue: pair(5), alpha: pair(7) }
}

/// The custom property of `ink` in `static/tokens.css`, such as `--kind-1`.
#[must_use]
pub fn token(ink: Ink) -> &'static str {
    TABLE[slot(ink)].token
}

/// Every ink that has a colour of its own: kinds and epochs 1 to 8, all others once.
pub fn inks() -> impl Iterator<Item = Ink> {
    TABLE.iter().map(|tone| tone.ink)
}

/// Contrast of two opaque colours by WCAG 2.2: 1 (none) to 21 (black on white).
#[must_use]
pub fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What is seen where `over` is painted on the opaque colour `ground`.
#[must_use]
pub fn blend(over: Color, ground: Color) -> Color {
    let mix = |top: u8, below: u8| {
        let alpha = u32::from(over.alpha);
        ((u32::from(top) * alpha + u32::from(below) * (255 - alpha) + 127) / 255) as u8
    };
    Color {
        red: mix(over.red, ground.red),
        green: mix(over.green, ground.green),
        blue: mix(over.blue, ground.blue),
        alpha: 255,
    }
}

/// Relative luminance by WCAG 2.2, 0 (black) to 1 (white).
fn luminance(color: Color) -> f64 {
    0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}

/// One channel of sRGB made linear.
fn linear(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

/// The value of one hexadecimal digit of the table.
const fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'F' => digit - b'A' + 10,
        _ => 0,
    }
}

/// One row of the table.
struct Tone {
    ink: Ink,
    token: &'static str,
    light: &'static str,
    dark: &'static str,
}

const fn tone(ink: Ink, token: &'static str, light: &'static str, dark: &'static str) -> Tone {
    Tone { ink, token, light, dark }
}

/// Where the eight kinds start in the table.
const KINDS: usize = 18;
/// Where the eight epoch fills start.
const EPOCHS: usize = 26;
/// Where the eight epoch inks start.
const EPOCH_INKS: usize = 34;

/// The row of `ink`. Epoch 0 has no row: it is a sunk disc whose number is quiet, so that its text can still be read.
fn slot(ink: Ink) -> usize {
    match ink {
        Ink::Paper => 0,
        Ink::Sheet => 1,
        Ink::Sunk => 2,
        Ink::Ink => 3,
        Ink::InkSoft => 4,
        Ink::Quiet => 5,
        Ink::Hair => 6,
        Ink::Rule => 7,
        Ink::Control => 8,
        Ink::Accent => 9,
        Ink::OnAccent => 10,
        Ink::Wash => 11,
        Ink::WashStrong => 12,
        Ink::Danger => 13,
        Ink::DangerWash => 14,
        Ink::Ok => 15,
        Ink::Warn => 16,
        Ink::WarnWash => 17,
        Ink::Kind(kind) => KINDS + usize::from(kind_number(kind)) - 1,
        Ink::Epoch(epoch) => {
            epoch_number(epoch).map_or(slot(Ink::Sunk), |tint| EPOCHS + usize::from(tint) - 1)
        }
        Ink::EpochInk(epoch) => {
            epoch_number(epoch).map_or(slot(Ink::Quiet), |tint| EPOCH_INKS + usize::from(tint) - 1)
        }
        Ink::NodeDown => 42,
        Ink::Hatch => 43,
        Ink::Link => 44,
        Ink::Dot => 45,
        Ink::Key => 46,
        Ink::OnKey => 47,
    }
}

/// The colours. Neighbouring epochs differ in lightness too; any two kinds of one shape differ in every kind of sight.
static TABLE: [Tone; 48] = [
    tone(Ink::Paper, "--paper", "#F7F5F0", "#15171B"),
    tone(Ink::Sheet, "--sheet", "#FFFEFB", "#0F1114"),
    tone(Ink::Sunk, "--sunk", "#EFECE4", "#1D2025"),
    tone(Ink::Ink, "--ink", "#1B1D20", "#ECE9E2"),
    tone(Ink::InkSoft, "--ink-2", "#494D52", "#BDBBB5"),
    tone(Ink::Quiet, "--quiet", "#63676C", "#95969A"),
    tone(Ink::Hair, "--hair", "#E0DCD3", "#282B30"),
    tone(Ink::Rule, "--rule", "#BDB8AC", "#42464C"),
    tone(Ink::Control, "--control", "#858176", "#6E7278"),
    tone(Ink::Accent, "--accent", "#0B6473", "#6CC7D3"),
    tone(Ink::OnAccent, "--on-accent", "#FFFEFB", "#0F1114"),
    tone(Ink::Wash, "--wash", "#0B647314", "#6CC7D318"),
    tone(Ink::WashStrong, "--wash-2", "#0B647326", "#6CC7D32B"),
    tone(Ink::Danger, "--danger", "#B80F2E", "#FF7580"),
    tone(Ink::DangerWash, "--danger-wash", "#B80F2E12", "#FF758018"),
    tone(Ink::Ok, "--ok", "#22693F", "#6CC08B"),
    tone(Ink::Warn, "--warn", "#8A5A00", "#E0B15A"),
    tone(Ink::WarnWash, "--warn-wash", "#8A5A001F", "#E0B15A1F"),
    tone(Ink::Kind(1), "--kind-1", "#1F5FB8", "#5E9BEF"),
    tone(Ink::Kind(2), "--kind-2", "#D4700A", "#F08F2E"),
    tone(Ink::Kind(3), "--kind-3", "#1E6A3C", "#3F9A62"),
    tone(Ink::Kind(4), "--kind-4", "#C2559B", "#F2B3DA"),
    tone(Ink::Kind(5), "--kind-5", "#8A6D00", "#E3CB55"),
    tone(Ink::Kind(6), "--kind-6", "#5B3FA0", "#9C7FE6"),
    tone(Ink::Kind(7), "--kind-7", "#5C6B7A", "#A9B5C2"),
    tone(Ink::Kind(8), "--kind-8", "#7A3E1D", "#B9764B"),
    tone(Ink::Epoch(1), "--epoch-1", "#DCEBFF", "#1A3453"),
    tone(Ink::Epoch(2), "--epoch-2", "#F0D6A0", "#57410E"),
    tone(Ink::Epoch(3), "--epoch-3", "#FFDFF0", "#4A243A"),
    tone(Ink::Epoch(4), "--epoch-4", "#B6E8BF", "#255030"),
    tone(Ink::Epoch(5), "--epoch-5", "#EBE6FE", "#352B50"),
    tone(Ink::Epoch(6), "--epoch-6", "#FFCEAD", "#623A1C"),
    tone(Ink::Epoch(7), "--epoch-7", "#C8F3F8", "#003B40"),
    tone(Ink::Epoch(8), "--epoch-8", "#D2E1A9", "#404A1A"),
    tone(Ink::EpochInk(1), "--epoch-1-ink", "#2B5C97", "#92C1FD"),
    tone(Ink::EpochInk(2), "--epoch-2-ink", "#735601", "#DBB970"),
    tone(Ink::EpochInk(3), "--epoch-3-ink", "#853E69", "#EDA4CC"),
    tone(Ink::EpochInk(4), "--epoch-4-ink", "#206B38", "#8ED09C"),
    tone(Ink::EpochInk(5), "--epoch-5-ink", "#604C91", "#C2B1F8"),
    tone(Ink::EpochInk(6), "--epoch-6-ink", "#88470D", "#F0AD7F"),
    tone(Ink::EpochInk(7), "--epoch-7-ink", "#016770", "#65D0DC"),
    tone(Ink::EpochInk(8), "--epoch-8-ink", "#536304", "#B5C87D"),
    tone(Ink::NodeDown, "--node-down", "#EFECE4", "#1D2025"),
    tone(Ink::Hatch, "--hatch", "#8F8A7F", "#6E7278"),
    tone(Ink::Link, "--link", "#E4E0D7", "#2A2D33"),
    tone(Ink::Dot, "--dot", "#8F8B81", "#6B6F76"),
    tone(Ink::Key, "--key", "#1B1D20", "#ECE9E2"),
    tone(Ink::OnKey, "--on-key", "#FFFEFB", "#0F1114"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];
    const GROUNDS: [Ink; 3] = [Ink::Paper, Ink::Sheet, Ink::Sunk];

    fn check_contrast(front: Ink, ground: Ink, least: f64) {
        for theme in THEMES {
            let found = contrast(color(front, theme), color(ground, theme));
            assert!(found >= least, "{front:?} on {ground:?} in {theme:?}: {found:.2} < {least}");
        }
    }

    #[test]
    fn every_row_is_found_by_its_ink() {
        for (index, tone) in TABLE.iter().enumerate() {
            assert_eq!(slot(tone.ink), index, "{:?}", tone.ink);
        }
        assert_eq!(color(Ink::Epoch(0), Theme::Dark), color(Ink::Sunk, Theme::Dark));
        assert_eq!(color(Ink::Epoch(9), Theme::Light), color(Ink::Epoch(1), Theme::Light));
        assert_eq!(token(Ink::Kind(0)), "--kind-8");
    }

    #[test]
    fn every_value_is_six_or_eight_upper_case_digits() {
        for value in TABLE.iter().flat_map(|tone| [tone.light, tone.dark]) {
            let digits = value.strip_prefix('#').unwrap_or_default();
            assert!(matches!(digits.len(), 6 | 8), "{value}");
            assert!(
                digits.bytes().all(|digit| digit.is_ascii_digit() || (b'A'..=b'F').contains(&digit)),
                "{value}"
            );
        }
        let wash = Color { red: 0x0B, green: 0x64, blue: 0x73, alpha: 0x14 };
        assert_eq!(color(Ink::Wash, Theme::Light), wash);
    }

    #[test]
    fn contrast_is_the_one_of_the_guidelines() {
        let gray = |level| Color { red: level, green: level, blue: level, alpha: 255 };
        assert!((contrast(gray(0), gray(255)) - 21.0).abs() < 1e-9);
        assert!(
            (contrast(gray(0x77), gray(255)) - 4.48).abs() < 0.005,
            "the guidelines' well-known near miss"
        );
        assert_eq!(blend(Color { alpha: 128, ..gray(0) }, gray(255)), gray(127));
    }

    #[test]
    fn text_reads_on_every_ground() {
        let inks = [Ink::Ink, Ink::InkSoft, Ink::Quiet, Ink::Accent, Ink::Danger, Ink::Ok, Ink::Warn];
        for ground in GROUNDS {
            for ink in inks.into_iter().chain((0..=8).map(Ink::EpochInk)) {
                check_contrast(ink, ground, 4.5);
            }
        }
        check_contrast(Ink::OnAccent, Ink::Accent, 4.5);
        check_contrast(Ink::OnKey, Ink::Key, 4.5);
        for epoch in 0..=8 {
            check_contrast(Ink::EpochInk(epoch), Ink::Epoch(epoch), 4.5);
            check_contrast(Ink::Ink, Ink::Epoch(epoch), 4.5);
        }
    }

    #[test]
    fn text_reads_on_a_wash() {
        let pairs = [(Ink::Ink, Ink::WashStrong), (Ink::Danger, Ink::DangerWash), (Ink::Warn, Ink::WarnWash)];
        for theme in THEMES {
            for (ink, wash) in pairs {
                let ground = blend(color(wash, theme), color(Ink::Sheet, theme));
                let found = contrast(color(ink, theme), ground);
                assert!(found >= 4.5, "{ink:?} on {wash:?} in {theme:?}: {found:.2}");
            }
        }
    }

    #[test]
    fn marks_are_seen_on_every_ground() {
        for ground in GROUNDS {
            for ink in [Ink::Control, Ink::Accent, Ink::Danger, Ink::Ok, Ink::Warn] {
                check_contrast(ink, ground, 3.0);
            }
        }
        // Messages fly over the stage, and legends lie on the page; nothing of a kind is drawn in a well.
        for kind in 1..=8 {
            check_contrast(Ink::Kind(kind), Ink::Sheet, 3.0);
            check_contrast(Ink::Kind(kind), Ink::Paper, 3.0);
        }
        check_contrast(Ink::Dot, Ink::Sheet, 3.0);
        check_contrast(Ink::Hatch, Ink::Sheet, 3.0);
    }
}
