//! Keys of the lab page: from a pressed key to a wish. Which key does what is one table, which the browser and its
//! events do not enter.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Play or stand.
    Play,
    /// One step back.
    StepBack,
    /// One step on.
    StepForward,
    /// To the beginning.
    Start,
    /// To the furthest step.
    End,
    /// Slower.
    Slower,
    /// Faster.
    Faster,
    /// Crash or restart the selected node, or take the tool.
    Crash,
    /// Pause or resume the selected node, or take the tool.
    Pause,
    /// Take or put down the cutting tool.
    Cut,
    /// Drop the selected message, or take the tool.
    Drop,
    /// Put every tool down.
    Select,
    /// Take all cuts away.
    Heal,
    /// Show every fault that there is.
    Faults,
    /// Search for a counterexample.
    Search,
    /// The experiments of the lab.
    Experiments,
    /// What to compare the run with.
    Compare,
    /// Back to the last step of the inspected node before this one.
    NodeStepBack,
    /// On to the next step of the inspected node.
    NodeStepOn,
    /// Show the branches.
    Branches,
    /// Show what to run until.
    Until,
    /// Take the last action back.
    Undo,
    /// Do it again.
    Redo,
    /// Pick the next node up.
    NextNode,
    /// Pick the node before it up.
    NodeBefore,
    /// Pick the next message in flight up.
    NextMessage,
    /// Pick the message before it up.
    MessageBefore,
    /// What can be done to what is picked up.
    Actions,
    /// Move the selected node, by so many steps to the right and downwards.
    Move(i8, i8),
    /// Put the selected node back where the lab has it.
    PutBack,
    /// Put all nodes back.
    PutAllBack,
    /// Show the keys.
    Help,
    /// Close what lies over the page, or put down what is in hand.
    Escape,
}

/// The modifiers of a pressed key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modifiers {
    /// Control, or Command on a Mac.
    pub(crate) command: bool,
    /// Alt.
    pub(crate) alt: bool,
    /// Shift.
    pub(crate) shift: bool,
}

/// What a key with these modifiers asks for.
pub(crate) fn key(name: &str, modifiers: Modifiers) -> Option<Key> {
    let Modifiers { command, alt, shift } = modifiers;
    // One letter in either case; names of keys stay as they are.
    let name = if name.chars().count() == 1 { name.to_lowercase() } else { name.to_owned() };
    match (name.as_str(), command, alt, shift) {
        ("z", true, false, false) => Some(Key::Undo),
        ("z", true, false, true) | ("y", true, false, false) => Some(Key::Redo),
        (_, true, ..) | (_, _, true, _) => None,
        (" ", _, _, false) => Some(Key::Play),
        ("ArrowLeft", _, _, false) => Some(Key::StepBack),
        ("ArrowRight", _, _, false) => Some(Key::StepForward),
        ("ArrowLeft", _, _, true) => Some(Key::Move(-1, 0)),
        ("ArrowRight", _, _, true) => Some(Key::Move(1, 0)),
        ("ArrowUp", _, _, true) => Some(Key::Move(0, -1)),
        ("ArrowDown", _, _, true) => Some(Key::Move(0, 1)),
        ("l", _, _, false) => Some(Key::PutBack),
        ("l", _, _, true) => Some(Key::PutAllBack),
        ("Home", _, _, false) => Some(Key::Start),
        ("End", _, _, false) => Some(Key::End),
        ("[", ..) => Some(Key::Slower),
        ("]", ..) => Some(Key::Faster),
        ("c", _, _, false) => Some(Key::Crash),
        ("p", _, _, false) => Some(Key::Pause),
        ("x", _, _, false) => Some(Key::Cut),
        ("d", _, _, false) => Some(Key::Drop),
        ("h", _, _, false) => Some(Key::Heal),
        ("f", _, _, false) => Some(Key::Faults),
        ("g", _, _, false) => Some(Key::Branches),
        ("r", _, _, false) => Some(Key::Until),
        ("s", _, _, false) => Some(Key::Search),
        ("e", _, _, false) => Some(Key::Experiments),
        ("=", ..) => Some(Key::Compare),
        (",", _, _, false) => Some(Key::NodeStepBack),
        (".", _, _, false) => Some(Key::NodeStepOn),
        ("v", _, _, false) => Some(Key::Select),
        ("u", _, _, false) => Some(Key::Undo),
        ("u", _, _, true) => Some(Key::Redo),
        ("n", _, _, false) => Some(Key::NextNode),
        ("b", _, _, false) => Some(Key::NodeBefore),
        ("m", _, _, false) => Some(Key::NextMessage),
        ("m", _, _, true) => Some(Key::MessageBefore),
        ("a", _, _, false) => Some(Key::Actions),
        ("?", ..) => Some(Key::Help),
        ("Escape", ..) => Some(Key::Escape),
        _ => None,
    }
}

/// What a pressed key asks of the page; none where something in the page has use for it.
pub(crate) fn pressed(event: &KeyboardEvent) -> Option<Key> {
    let modifiers = Modifiers {
        command: event.ctrl_key() || event.meta_key(),
        alt: event.alt_key(),
        shift: event.shift_key(),
    };
    let asked = key(&event.key(), modifiers)?;
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_taken = event.default_prevented()
        || event.is_composing()
        || target.is_some_and(|target| uses(&target, asked));
    (!is_taken).then_some(asked)
}

/// Whether an element has its own use for a key: fields for all of them, buttons for the space bar, and what can be
/// scrolled or moved through for keys that move.
fn uses(element: &Element, asked: Key) -> bool {
    let is = |selector: &str| element.closest(selector).ok().flatten().is_some();
    match asked {
        Key::Escape => false,
        _ if is(TEXT_FIELDS) => true,
        Key::Play => is("button, a[href], summary, input, [role=button], [role=option], [role=tab]"),
        Key::StepBack | Key::StepForward | Key::Start | Key::End | Key::Move(..) => {
            is("input, [role=slider], [role=tablist], [role=listbox], [role=radiogroup]")
        }
        _ => false,
    }
}

/// Where letters are written or choose something.
const TEXT_FIELDS: &str = "textarea, select, [contenteditable]:not([contenteditable=false]), \
    input:not([type=range]):not([type=checkbox]):not([type=radio]):not([type=button])";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(chord: &str, wanted: Option<Key>) {
        let mut parts: Vec<&str> = chord.split('-').collect();
        let name = parts.pop().unwrap();
        let has = |modifier| parts.contains(&modifier);
        let modifiers = Modifiers { command: has("ctrl"), alt: has("alt"), shift: has("shift") };
        assert_eq!(key(name, modifiers), wanted, "{chord}");
    }

    #[test]
    fn every_key_does_its_own() {
        for (chord, wanted) in [
            (" ", Key::Play),
            ("ArrowLeft", Key::StepBack),
            ("ArrowRight", Key::StepForward),
            ("Home", Key::Start),
            ("End", Key::End),
            ("[", Key::Slower),
            ("]", Key::Faster),
            ("c", Key::Crash),
            ("C", Key::Crash),
            ("p", Key::Pause),
            ("x", Key::Cut),
            ("d", Key::Drop),
            ("h", Key::Heal),
            ("v", Key::Select),
            ("u", Key::Undo),
            ("shift-U", Key::Redo),
            ("ctrl-z", Key::Undo),
            ("ctrl-shift-Z", Key::Redo),
            ("ctrl-y", Key::Redo),
            ("n", Key::NextNode),
            ("b", Key::NodeBefore),
            ("m", Key::NextMessage),
            ("shift-M", Key::MessageBefore),
            ("a", Key::Actions),
            ("shift-ArrowUp", Key::Move(0, -1)),
            ("shift-ArrowRight", Key::Move(1, 0)),
            ("l", Key::PutBack),
            ("shift-L", Key::PutAllBack),
            ("shift-?", Key::Help),
            ("Escape", Key::Escape),
            ("=", Key::Compare),
            ("shift-=", Key::Compare),
            (",", Key::NodeStepBack),
            (".", Key::NodeStepOn),
        ] {
            check(chord, Some(wanted));
        }
    }

    #[test]
    fn chords_of_the_browser_stay_the_browsers() {
        for chord in
            ["ctrl-c", "ctrl-p", "ctrl-x", "ctrl-d", "ctrl-h", "ctrl-n", "alt-ArrowLeft", "ctrl-Home"]
        {
            check(chord, None);
        }
        for chord in ["alt-z", "ctrl-alt-z", "ctrl-u", "ArrowUp", "Tab", "F5", "q", "Enter", ""] {
            check(chord, None);
        }
    }
}
