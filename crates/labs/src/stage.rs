//! The stage: discs, links, messages, cuts, arcs and badges, drawn from the world in the same way for every lab.
//!
//! A lab says how its nodes stand ([`Arrangement`]) and look ([`Look`]), and may draw beside them; it never draws a
//! node itself. What a student learns to read in one lab reads in the next.

mod crowd;
mod cuts;
mod messages;
mod nodes;
mod places;

use faultscope_protocol::NodeId;
use faultscope_scene::{Icon, Ink, Layer, Lettering, Point, Rect, Scene, Style, Subject};
use faultscope_sim::{Node, World};

use crate::lab::{Lab, Variant};
use crate::words::{Lang, Text};

pub use places::NodePlace;

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

/// How many cells of a strip are ever shown.
pub const CELLS_SHOWN: usize = 6;

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
    /// How many older cells stand before these: a long log need not be listed for every frame.
    pub earlier_cells: usize,
    /// After how many cells, the older ones included, the commit bar stands; none for no bar.
    pub commit_bar: Option<usize>,
    /// The name of the timer whose arc is drawn; none for no arc.
    pub arc: Option<&'static str>,
    /// Whether it is blocked: waiting for what may never come.
    pub is_blocked: bool,
    /// Small signs beside the disc, each with a word: a lock and what it guards.
    pub signs: Vec<(Icon, String)>,
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

impl Frame {
    /// Whether strips stand beside nodes, with words in their cells; else they stand above and below, without.
    fn is_roomy(&self) -> bool {
        self.width >= 620.0 && self.class != Class::Miniature
    }
}

/// The stage while it is drawn: where nodes stand, and the scene.
pub struct Stage<'a> {
    /// What the picture is made for.
    pub frame: &'a Frame,
    /// The lab.
    pub lab: &'static Lab,
    /// The picture so far.
    pub scene: Scene,
    /// The places of the nodes.
    pub places: Vec<NodePlace>,
    /// The middle of the arrangement.
    pub middle: Point,
    /// In a dial: the radius that a lab may fill around the middle.
    pub middle_radius: f64,
    /// In a dial on a wide screen: room beside it that a lab may fill.
    pub beside: Option<Rect>,
    /// Whether what stands above and below nodes leans outwards, away from the links: on a tight stage.
    leans: bool,
    /// Whether the nodes stand in more than one zone: then each says in which.
    has_zones: bool,
    /// Whether strips beside nodes have no words in their cells, though the stage is wide: many nodes share it.
    is_compact: bool,
    /// Where the servers' room begins: right of the clients' column, where there is one.
    left: f64,
    /// In a dial: where dragged nodes belong.
    homes: Vec<(NodeId, Point)>,
    /// Where text stands already, so that other text keeps away.
    taken: Vec<Rect>,
}

/// The picture of a world at one moment.
pub fn picture(lab: &'static Lab, variant: &dyn Variant, world: &World, frame: &Frame) -> Scene {
    picture_on(Scene::default(), lab, variant, world, frame)
}

/// The picture of a world at one moment, drawn with the memory of the one before.
pub fn picture_on(
    mut scene: Scene,
    lab: &'static Lab,
    variant: &dyn Variant,
    world: &World,
    frame: &Frame,
) -> Scene {
    scene.clear();
    (scene.width, scene.height) = (frame.width, frame.height);
    scene.label = format!("{}, {}", lab.title.get(frame.lang), variant.about().id);
    let mut stage = Stage {
        frame,
        lab,
        scene,
        places: Vec::new(),
        middle: Point::new(frame.width / 2.0, frame.height / 2.0),
        middle_radius: 0.0,
        beside: None,
        leans: false,
        has_zones: world.nodes().any(|node| node.zone > 0),
        is_compact: false,
        left: 0.0,
        homes: Vec::new(),
        taken: Vec::new(),
    };
    places::arrange(&mut stage, &variant.arrangement(world), world);
    if stage.places.len() <= LINKED_MAX {
        draw_links(&mut stage, variant, world);
    }
    draw_homes(&mut stage);
    nodes::draw(&mut stage, variant, world);
    variant.draw_beside(world, &mut stage);
    let cuts = cuts::draw(&mut stage, world);
    messages::draw(&mut stage, variant, world, &cuts);
    stage.scene.keep_texts_apart();
    stage.scene
}

/// With more nodes, no line is drawn between nodes: they would be all that is seen.
const LINKED_MAX: usize = 40;

fn draw_links(stage: &mut Stage<'_>, variant: &dyn Variant, world: &World) {
    for (from, to) in variant.links(world) {
        let (Some(start), Some(end)) = (stage.place(from), stage.place(to)) else { continue };
        let (a, b) = (start.rim_towards(end.center), end.rim_towards(start.center));
        let subject = Subject::Link(from.code(), to.code());
        let style = match is_altered(world, from, to) {
            true => Style::stroke(Ink::Warn, 1.0).dashed(2.0, 4.0),
            false => Style::stroke(Ink::Link, 1.0),
        };
        stage.scene.pen(Layer::Links, subject).line(a, b, style);
    }
}

/// In a dial, a node's place says something: one that was dragged stays tied to it.
fn draw_homes(stage: &mut Stage<'_>) {
    for (id, home) in stage.homes.clone() {
        let Some(place) = stage.place(id) else { continue };
        let style = Style::stroke(Ink::Control, 1.0);
        let mut pen = stage.scene.pen(Layer::Links, Subject::Node(id.code()));
        pen.line(home, place.center, style).circle(home, 3.0, Style::fill(Ink::Control));
    }
}

/// Whether a link is not as the run's settings have it, in one of its directions.
fn is_altered(world: &World, from: NodeId, to: NodeId) -> bool {
    let network = &world.plan().network;
    let is_set = |from: NodeId, to: NodeId| {
        let mut own = world.node(from).into_iter().flat_map(Node::own_links);
        own.any(|(end, plan)| end == to && plan.differs_from(network))
    };
    world.network() != network || is_set(from, to) || is_set(to, from)
}

impl Stage<'_> {
    /// Where a node stands.
    pub fn place(&self, id: NodeId) -> Option<NodePlace> {
        // The places are in the order of the nodes.
        let index = self.places.binary_search_by_key(&id, |place| place.id).ok()?;
        self.places.get(index).copied()
    }

    /// A text in the language of the picture.
    pub fn say(&self, text: Text) -> &'static str {
        text.get(self.frame.lang)
    }

    /// Marks a rectangle as taken, so that labels of messages keep away from it.
    pub fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Whether a text of this extent would stand in view and touch nothing.
    pub fn is_free(&self, rect: Rect) -> bool {
        self.is_in_view(rect) && !self.taken.iter().any(|other| touches(rect, *other))
    }

    fn is_in_view(&self, rect: Rect) -> bool {
        rect.x >= 2.0
            && rect.y >= 2.0
            && rect.right() <= self.frame.width - 2.0
            && rect.bottom() <= self.frame.height - 2.0
    }

    /// Draws something, unless what it takes touches what was taken before or leaves the view: then nothing of it
    /// stays. Returns how many places it took.
    fn draw_if_free(&mut self, draw: impl FnOnce(&mut Self)) -> Option<usize> {
        let (drawn, taken) = (self.scene.lengths(), self.taken.len());
        draw(self);
        let (before, new) = self.taken.split_at(taken);
        let is_free =
            |rect: &Rect| self.is_in_view(*rect) && !before.iter().any(|other| touches(*rect, *other));
        if new.iter().all(is_free) {
            return Some(new.len());
        }
        self.scene.cut_back(drawn);
        self.taken.truncate(taken);
        None
    }

    /// Writes a label with a halo at the first of `spots` (baselines) where it is free. Returns whether it was.
    pub fn label_at_one_of(
        &mut self,
        spots: &[Point],
        content: &str,
        lettering: Lettering,
        ink: Ink,
        subject: Subject,
    ) -> bool {
        let free = spots.iter().copied().find(|&at| self.is_free(lettering.bounds_of(at, content)));
        let Some(at) = free else { return false };
        self.write(at, content, lettering, ink, subject);
        true
    }

    /// Writes a label with a halo, and takes its place.
    pub fn write(&mut self, at: Point, content: &str, lettering: Lettering, ink: Ink, subject: Subject) {
        self.taken.push(lettering.bounds_of(at, content));
        let style = Style::fill(ink).with_halo(Ink::Sheet);
        self.scene.pen(Layer::Labels, subject).text(at, content.to_owned(), lettering, style);
    }
}

fn touches(a: Rect, b: Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}
