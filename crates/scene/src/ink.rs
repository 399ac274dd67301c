//! Inks: what a colour on screen means. Which colour it is, `theme.rs` alone knows.

/// The meaning of a fill or a stroke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ink {
    /// The page.
    Paper,
    /// The lit stage.
    Sheet,
    /// Wells, and what is not filled yet.
    Sunk,
    /// Main text and the edge of a leader.
    Ink,
    /// Softer text.
    InkSoft,
    /// The softest text that is still read.
    Quiet,
    /// A hairline between things.
    Hair,
    /// A stronger divider.
    Rule,
    /// The edge of something that can be pressed.
    Control,
    /// Here and now: needle, play key, selection, focus.
    Accent,
    /// Text on `Accent`.
    OnAccent,
    /// A faint wash of `Accent`.
    Wash,
    /// A stronger wash of `Accent`.
    WashStrong,
    /// Cut, lost, crashed or broken.
    Danger,
    /// A faint wash of `Danger`.
    DangerWash,
    /// Held, or seen.
    Ok,
    /// Due, or blocked.
    Warn,
    /// A faint wash of `Warn`.
    WarnWash,
    /// A kind of message, or an owner: 1 to 8; other numbers wrap, so that 9 is 1 and 0 is 8.
    /// Kinds 1 to 4 are drawn as discs, 5 to 8 as diamonds: colour never speaks alone.
    Kind(u8),
    /// The fill of an epoch (term, ballot, generation). Epoch `n` uses tint `(n - 1) mod 8 + 1`; 0 is "no epoch yet".
    Epoch(u64),
    /// The edge and the number of an epoch; readable as text on its own fill.
    EpochInk(u64),
    /// The fill of a node that is down, under its hatch.
    NodeDown,
    /// The lines of a hatch.
    Hatch,
    /// The line between two nodes.
    Link,
    /// A small mark that is not about anything special, such as ten keys at rest.
    Dot,
    /// A key that can be pressed, filled.
    Key,
    /// Text on `Key`.
    OnKey,
}

impl Ink {
    /// Whether marks of message kind `kind` are diamonds (5 to 8) rather than discs (1 to 4).
    #[must_use]
    pub fn kind_is_diamond(kind: u8) -> bool {
        kind_number(kind) > 4
    }
}

/// Kind `kind` wrapped into 1 to 8.
pub(crate) fn kind_number(kind: u8) -> u8 {
    kind.wrapping_sub(1) % 8 + 1
}

/// The tint of epoch `epoch`, 1 to 8; `None` for epoch 0, which is no epoch yet.
pub(crate) fn epoch_number(epoch: u64) -> Option<u8> {
    let before = epoch.checked_sub(1)?;
    Some((before % 8) as u8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_epochs_wrap() {
        assert_eq!([0, 1, 8, 9, 16, 255].map(kind_number), [8, 1, 8, 1, 8, 7]);
        assert_eq!([0, 1, 8, 9, u64::MAX].map(epoch_number), [None, Some(1), Some(8), Some(1), Some(7)]);
        assert_eq!([1, 4, 5, 8, 9].map(Ink::kind_is_diamond), [false, false, true, true, false]);
    }
}
