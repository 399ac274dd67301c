//! The stage: discs, links, messages, cuts, arcs and badges, drawn from the world in the same way for every lab.
//!
//! A lab says how its nodes stand ([`Arrangement`]) and look ([`Look`]), and may draw beside them; it never draws a
//! node itself. What a student learns to read in one lab reads in the next.

use faultscope_protocol::NodeId;
use faultscope_scene::{Glyph, Point, Scene};

use crate::words::Lang;

/// How nodes stand on the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Servers on an ellipse; clients beside them.
    Circle,
    /// One node in the middle, the other servers on an ellipse around it; clients beside them.
    Star(NodeId),
    /// Servers on a circle at these thousandths of a turn, clockwise from the top, and room in the middle for what
    /// the lab draws; clients beside them.
    Dial(Vec<(NodeId, u16)>),
}

/// The edge of a node's disc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edge {
    /// A follower, a replica, a participant: a plain edge.
    #[default]
    Plain,
    /// Leader, primary, holder: a thick ring.
    Thick,
    /// Candidate, joining, uncertain: a dashed edge.
    Tentative,
}

/// How loud a remark is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As usual.
    #[default]
    Calm,
    /// Due, or blocked.
    Warn,
    /// Lost, dead or broken.
    Danger,
}

/// One cell of a node's strip: a log entry, a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it, where there is room.
    pub words: String,
    /// Its epoch, which tints it.
    pub epoch: u64,
    /// Whether it is not committed, or not durable: dashed, not filled.
    pub is_tentative: bool,
}

/// How a node looks, in the grammar that all labs share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The epoch (term, ballot, generation) that tints the disc; 0 for none.
    pub epoch: u64,
    /// What stands under the name in the disc, such as `T3`.
    pub epoch_words: String,
    /// The edge.
    pub edge: Edge,
    /// The role, beside the disc.
    pub role: String,
    /// A remark beside the role.
    pub remark: String,
    /// How loud the remark is.
    pub tone: Tone,
    /// The strip beside the disc; the newest cells are shown where there are too many.
    pub cells: Vec<Cell>,
    /// After how many cells the commit bar stands; none for no bar.
    pub commit_bar: Option<usize>,
    /// The name of the timer whose arc is drawn; none for no arc.
    pub arc: Option<&'static str>,
    /// Whether it is blocked: waiting for what may never come.
    pub is_blocked: bool,
    /// Small signs beside the disc, each with a word: a lock and what it guards.
    pub signs: Vec<(Glyph, String)>,
}

/// How wide the screen is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Class {
    /// Up to 760 px.
    Phone,
    /// Up to 1180 px.
    Tablet,
    /// Wider.
    #[default]
    Desktop,
    /// A card on the home page: no text.
    Miniature,
}

/// What a picture is made for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// How wide the screen is.
    pub class: Class,
    /// The language of labels.
    pub lang: Lang,
    /// Virtual time of the picture, between two steps.
    pub now_us: u64,
    /// Whether the run stands still, so that messages grow arrow heads.
    pub is_paused: bool,
    /// The node that is selected.
    pub selected: Option<NodeId>,
    /// The message that is selected, by its number.
    pub selected_message: Option<u64>,
    /// Nodes that were dragged, to thousandths of width and height.
    pub dragged: Vec<(NodeId, u16, u16)>,
}

/// The stage while it is drawn: where nodes stand, and the scene.
pub struct Stage<'a> {
    /// What the picture is made for.
    pub frame: &'a Frame,
    /// The picture so far.
    pub scene: Scene,
    /// The places of the nodes.
    pub places: Vec<(NodeId, Point)>,
    /// The middle of the arrangement, and the radius that a lab may fill there.
    pub middle: Point,
    /// See [`Stage::middle`].
    pub middle_radius: f64,
}
