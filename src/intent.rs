//! What a person wants: every click, key and touch becomes one of these, and one place carries them out.

use faultscope_labs::sim::Action;
use faultscope_labs::{BranchId, Lang, NodeId, Stop, Storm, Versus};

use crate::panes::Pane;

/// What is picked up on the stage, in a lane or in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Selection {
    /// Nothing.
    #[default]
    Nothing,
    /// A node.
    Node(NodeId),
    /// A message in flight, by its number in the run.
    Message(u64),
}

/// Which colours: by the system's wish, or by the person's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person wants of the lab page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Intent {
    /// Play if it stands, stand if it plays.
    TogglePlay,
    /// Stand.
    Pause,
    /// One step on.
    StepForward,
    /// One step back.
    StepBack,
    /// To a step.
    SeekStep(u64),
    /// To a virtual time in microseconds.
    SeekTime(u64),
    /// Run until something comes.
    RunTo(Stop),
    /// Go back to where something came last.
    BackTo(Stop),
    /// Run until a place that is said in words.
    RunUntil(String),
    /// Let random faults strike from the cursor on.
    Storm(Storm),
    /// Do something with a branch.
    Branch(BranchDeed),
    /// Play at this speed: real time times ten to the power of so many hundredths (-300 is 1/1000, 100 is 10x).
    Speed(i32),
    /// Do something to the world, at the cursor.
    Act(Action),
    /// Take the last action back.
    Undo,
    /// Do it again.
    Redo,
    /// Pick something up, or put it down.
    Select(Selection),
    /// Put one node, or all, back where the lab has them.
    PutBack(Option<NodeId>),
    /// Choose a fault tool of the tool bar, to be used on the next node, message or line that is touched.
    Tool(Option<Tool>),
    /// Open another variant of this lab, from the start, with the same seed and actions where they fit.
    Variant(&'static str),
    /// Change one setting, by key and text; the run starts over with the same actions.
    Setting(&'static str, String),
    /// Another seed.
    Seed(u64),
    /// Open a run from its text.
    Open(String),
    /// Start over: the same settings and seed, no actions.
    StartOver,
    /// Name the page after this story, or after the lab alone.
    Title(Option<String>),
    /// Speak another language.
    Lang(Lang),
    /// Show other colours.
    Theme(ThemeChoice),
    /// Open or close a panel that lies over the page on narrow screens, or the list of keys.
    Overlay(Option<Overlay>),
    /// The lanes of the space-time diagram were arranged otherwise, or the timeline was let go: the link is to tell, and
    /// the timeline to look again.
    Lanes,
    /// Show one of the panels below the stage on a phone.
    Tab(Tab),
    /// Put a spotlight on these nodes; on none, the stage is lit as a whole.
    Spot(Vec<NodeId>),
    /// Fold a panel at the side, or unfold it.
    Fold(Pane),
    /// Play the run a second time beside the first, or end that.
    Versus(Option<Versus>),
}

/// What can be done with a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BranchDeed {
    /// Show it.
    Switch(BranchId),
    /// Give it a name; an empty one takes the name away.
    Rename(BranchId, String),
    /// Delete it.
    Delete(BranchId),
}

/// A fault tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Draw a line across links.
    Cut,
    /// Touch a node.
    Crash,
    /// Touch a node.
    Pause,
    /// Touch a message.
    Drop,
}

/// What lies over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// The settings of the variant, the network and the disks.
    Settings,
    /// Every fault that there is.
    Faults,
    /// The search for a counterexample.
    Search,
    /// The experiments of the lab; the one at this place of its list is chosen.
    Experiments(u8),
    /// The branches of the run.
    Branches,
    /// What to compare the run with.
    Compare,
    /// What to run until.
    Until,
    /// The list of keys.
    Keys,
    /// The link of the run.
    Share,
    /// The variants, on a narrow screen.
    Variants,
    /// The actions of what is selected, on a phone.
    Actions,
}

/// The panels on a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// The story, or what the lab is about.
    #[default]
    Story,
    /// The state of a node.
    Inspect,
    /// The properties and what the run says of them.
    Verdicts,
    /// The event log.
    Log,
    /// The timeline.
    Time,
}
