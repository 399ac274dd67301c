//! Where nodes stand: laid out anew for each kind of screen, never scaled.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::sort_by_key;
use faultscope_scene::{Point, Rect};
use faultscope_sim::World;

use super::crowd::{self, NAMED_RADIUS};
use super::{Arrangement, Class, Stage};

/// Where a node stands, and where its labels go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodePlace {
    /// The node.
    pub id: NodeId,
    /// The middle of its disc.
    pub center: Point,
    /// The radius of its disc.
    pub radius: f64,
    /// On which side its labels stand.
    pub side: Side,
}

/// The side of a node on which its labels stand: away from the other nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Above.
    Above,
    /// Below.
    Below,
    /// Nowhere: the node has its name alone.
    Nowhere,
}

/// How far beyond a node's rim messages start and end, and the arc of its timer runs, at the most.
pub(super) const RIM: f64 = 12.0;
/// The same as a part of the radius, at the most.
const RIM_SHARE: f64 = 0.5;

/// The radius of a disc that reaches so far with its arc.
fn radius_within(reach: f64) -> f64 {
    (reach - RIM).max(reach / (1.0 + RIM_SHARE))
}

impl NodePlace {
    /// Where a line to `target` leaves the node: beyond the arc.
    pub fn rim_towards(&self, target: Point) -> Point {
        self.center.towards(target, self.radius + self.rim())
    }

    /// How far beyond its disc the node reaches: less for small ones, and the smallest have no arc.
    pub(super) fn rim(&self) -> f64 {
        if self.radius < NAMED_RADIUS { 3.0 } else { RIM.min(self.radius * RIM_SHARE) }
    }
}

/// Gives every node its place.
pub(super) fn arrange(stage: &mut Stage<'_>, arrangement: &Arrangement, world: &World) {
    let servers: Vec<NodeId> = world.servers().map(|node| node.id).collect();
    let clients: Vec<NodeId> = world.clients().map(|node| node.id).collect();
    let area = server_area(stage, !clients.is_empty());
    stage.left = area.x;
    if crowds(stage, area, arrangement, servers.len()) || clients.len() > CLIENTS_MAX {
        place_crowd(stage, world);
        return;
    }
    match arrangement {
        Arrangement::Circle => circle(stage, area, &servers, None),
        Arrangement::Star(hub) => circle(stage, area, &servers, Some(*hub)),
        Arrangement::Dial(turns) => dial(stage, area, &servers, turns),
    }
    place_clients(stage, &clients, matches!(arrangement, Arrangement::Star(_)));
    sort_by_key(&mut stage.places, |place| place.id);
    if !stage.frame.dragged.is_empty() {
        apply_drags(stage, matches!(arrangement, Arrangement::Dial(_)));
    }
}

/// More clients than these stand among the servers.
const CLIENTS_MAX: usize = 24;

/// Whether so many servers on an ellipse would be too small for their names.
fn crowds(stage: &Stage<'_>, area: Rect, arrangement: &Arrangement, count: usize) -> bool {
    match arrangement {
        // The dial's order means something; it draws itself with what room there is.
        Arrangement::Dial(_) => count > 200,
        _ => count > 9 && ellipse_radius(area, count) < NAMED_RADIUS && stage.frame.class != Class::Miniature,
    }
}

/// The radius of a disc, so that `count` of them stand apart on an ellipse in this area, each with the arc around it.
fn ellipse_radius(area: Rect, count: usize) -> f64 {
    let apart = 0.9 * (area.width + area.height) / count as f64;
    (apart * 0.36).min(apart / 2.0 - RIM - 1.0)
}

/// Everybody in rows.
fn place_crowd(stage: &mut Stage<'_>, world: &World) {
    let margin = if stage.frame.class == Class::Miniature { 4.0 } else { 20.0 };
    let area = Rect::new(margin, margin, stage.frame.width - 2.0 * margin, stage.frame.height - 2.0 * margin);
    let nodes: Vec<(NodeId, u16)> = world.nodes().map(|node| (node.id, node.zone)).collect();
    crowd::grid(stage, area, &nodes);
    sort_by_key(&mut stage.places, |place| place.id);
    if !stage.frame.dragged.is_empty() {
        apply_drags(stage, false);
    }
}

/// The radius of a server's disc.
fn server_radius(stage: &Stage<'_>, count: usize) -> f64 {
    match (stage.frame.class, count) {
        (Class::Miniature, 0..=5) => 13.0,
        (Class::Miniature, _) => 9.0,
        (Class::Phone, 0..=5) => 28.0,
        (Class::Phone, 6..=9) => 17.0,
        (_, 0..=5) => 34.0,
        (_, 6..=7) => 30.0,
        (_, 8..=9) => 26.0,
        (_, count) => {
            let area = Rect::new(0.0, 0.0, stage.frame.width, stage.frame.height);
            ellipse_radius(area, count).clamp(2.0, 22.0)
        }
    }
}

fn client_radius(stage: &Stage<'_>) -> f64 {
    match stage.frame.class {
        Class::Miniature => 7.0,
        Class::Phone => 16.0,
        _ => 20.0,
    }
}

/// Clients stand in a column at the left, or in a row at the bottom of a narrow stage.
fn server_area(stage: &Stage<'_>, has_clients: bool) -> Rect {
    let (width, height) = (stage.frame.width, stage.frame.height);
    if !has_clients || stage.frame.class == Class::Miniature {
        return Rect::new(0.0, 0.0, width, height);
    }
    if stage.frame.is_roomy() {
        let column = 84.0;
        Rect::new(column, 0.0, width - column, height)
    } else {
        let row = 2.0 * (client_radius(stage) + RIM) + 16.0;
        Rect::new(0.0, 0.0, width, height - row)
    }
}

/// Room for the strip and the words beside a node on a wide stage.
const SIDE_ROOM: f64 = 186.0;
/// Room for a strip without words in its cells, and for short words, beside a node on a wide stage.
const COMPACT_ROOM: f64 = 120.0;
/// How many radii an ellipse must be wide, from its middle, for nodes with [`SIDE_ROOM`] beside them.
const TIGHT: f64 = 3.4;
/// Room for the strip and the words above or below a node on a narrow stage.
const STACK_ROOM: f64 = 52.0;
/// Room for signs at the outer side of a node around a hub, and for its strip and words above or below it.
const CORNER_ROOM: (f64, f64) = (76.0, 76.0);

fn circle(stage: &mut Stage<'_>, area: Rect, servers: &[NodeId], hub: Option<NodeId>) {
    let radius = server_radius(stage, servers.len());
    let is_roomy = stage.frame.is_roomy();
    let is_mini = stage.frame.class == Class::Miniature;
    let around: Vec<NodeId> = servers.iter().copied().filter(|&id| Some(id) != hub).collect();
    let is_tight = is_roomy && area.width / 2.0 - radius - SIDE_ROOM < TIGHT * radius;
    // Few around a hub: strips above and below leave the links long. So they leave room on a tight stage, if the nodes
    // are few enough to stand well apart; many get shorter strips instead.
    stage.leans = is_tight && hub.is_none() && servers.len() <= 5;
    let is_stacked = !is_roomy || stage.leans || (hub.is_some() && around.len() <= 4);
    stage.is_compact = is_tight && !is_stacked;
    let (room_x, room_y) = match (is_mini, is_roomy) {
        (_, true) if is_stacked => (radius + CORNER_ROOM.0, radius + CORNER_ROOM.1),
        (true, _) => (radius + 46.0, radius + 8.0),
        (_, true) if servers.len() > 9 => (radius + RIM + 12.0, radius + 34.0),
        (_, true) if stage.is_compact => (radius + COMPACT_ROOM, radius + 60.0),
        (_, true) => (radius + SIDE_ROOM, radius + 34.0),
        (_, false) => (radius + 22.0, radius + STACK_ROOM + 14.0),
    };
    // Up to four around a hub stand in the corners of the room, not on an ellipse in it.
    let spread = if hub.is_some() && around.len() <= 4 { std::f64::consts::SQRT_2 } else { 1.0 };
    let radius_x = (area.width / 2.0 - room_x).max(radius * 1.6) * spread;
    let units: Vec<Point> = (0..around.len())
        .map(|place| faultscope_scene::unit_of_turn(turn_of(place, around.len(), hub.is_some())))
        .collect();
    // An odd number of nodes reaches higher than it reaches low: the ellipse is shifted and stretched to fill.
    let (top, bottom) = match hub {
        Some(_) => (-1.0, 1.0),
        None => {
            units.iter().fold((0.0_f64, 0.0_f64), |(top, bottom), unit| (top.min(unit.y), bottom.max(unit.y)))
        }
    };
    let radius_y = ((area.height - 2.0 * room_y) / (bottom - top).max(1.0)).max(radius * 1.6) * spread;
    let middle = area.center() - Point::new(0.0, f64::midpoint(top, bottom) * radius_y);
    stage.middle = middle;
    if let Some(hub) = hub {
        let side = if is_mini { Side::Nowhere } else { Side::Below };
        stage.places.push(NodePlace { id: hub, center: middle, radius, side });
    }
    for (&id, unit) in around.iter().zip(units) {
        let center = Point::new(middle.x + unit.x * radius_x, middle.y + unit.y * radius_y);
        let side = if is_mini || servers.len() > 9 {
            Side::Nowhere
        } else if stage.is_compact && unit.x.abs() <= 0.01 {
            // Beside it stand its neighbours, where there are many.
            if unit.y < 0.0 { Side::Above } else { Side::Below }
        } else if !is_stacked {
            if unit.x < -0.01 { Side::Left } else { Side::Right }
        } else if unit.y < -0.01 {
            Side::Above
        } else {
            Side::Below
        };
        stage.places.push(NodePlace { id, center, radius, side });
    }
    if !is_mini {
        keep_arcs_apart(&mut stage.places);
    }
    if hub.is_some() {
        leave_room_below_hub(&mut stage.places);
    }
}

/// How much height the strip and the words of a hub take.
const HUB_ROOM: f64 = 44.0;
/// How wide they are to each side, at the most.
const HUB_REACH: f64 = 80.0;

/// A hub has its name alone where its strip and words would lie on the nodes below it.
fn leave_room_below_hub(places: &mut [NodePlace]) {
    let Some((hub, around)) = places.split_first_mut() else { return };
    let bottom = hub.center.y + hub.radius + hub.rim() + HUB_ROOM;
    let is_below = |other: &NodePlace| {
        let (side, top) = (other.radius + other.rim(), other.center.y - other.radius - other.rim());
        other.center.y > hub.center.y
            && (other.center.x - hub.center.x).abs() < HUB_REACH + side
            && top < bottom
    };
    if around.iter().any(is_below) {
        hub.side = Side::Nowhere;
    }
}

/// Makes all discs smaller where the arcs around two of them would cross, as far as their names allow.
fn keep_arcs_apart(places: &mut [NodePlace]) {
    let pairs = places
        .iter()
        .enumerate()
        .flat_map(|(at, one)| places[at + 1..].iter().map(move |other| (one, other)));
    let nearest = pairs.map(|(one, other)| one.center.distance(other.center)).fold(f64::INFINITY, f64::min);
    let most = radius_within(nearest / 2.0 - 1.0).max(NAMED_RADIUS);
    for place in places {
        place.radius = place.radius.min(most);
    }
}

/// Where the `place`-th of `count` stands, as a part of a turn from the top. With a hub the corners read best, and the
/// way from the clients at the left, and the words under the hub, stay free; without one the first stands at the top.
fn turn_of(place: usize, count: usize, has_hub: bool) -> f64 {
    let (place, whole) = (place as f64, count.max(1) as f64);
    match (has_hub, count) {
        (false, _) => place / whole,
        (true, ..=4) => (0.5 + place) / 4.0,
        (true, _) => (0.5 + place) / whole,
    }
}

fn dial(stage: &mut Stage<'_>, area: Rect, servers: &[NodeId], turns: &[(NodeId, u16)]) {
    let is_wide = stage.frame.is_roomy();
    let room = if is_wide { (area.width * 0.32).clamp(190.0, 250.0) } else { 0.0 };
    let radius = match stage.frame.class {
        Class::Miniature => 6.0,
        Class::Phone => 17.0,
        _ => 22.0,
    };
    let gap = if stage.frame.class == Class::Miniature { 3.0 } else { RIM + 8.0 };
    let dial = Rect::new(area.x, area.y, area.width - room, area.height);
    let outer = dial.width.min(dial.height) / 2.0 - radius - if is_wide { 16.0 } else { 8.0 };
    stage.middle = dial.center();
    stage.middle_radius = (outer - radius - gap).max(10.0);
    stage.beside =
        is_wide.then(|| Rect::new(dial.right() + 8.0, area.y + 16.0, room - 32.0, area.height - 32.0));
    for &id in servers {
        let turn = turns.iter().find(|(known, _)| *known == id).map_or(0, |&(_, turn)| turn);
        let center = stage.middle.polar(outer.max(20.0), f64::from(turn) / 1000.0);
        stage.places.push(NodePlace { id, center, radius, side: Side::Nowhere });
    }
}

/// How much height a client in a column needs for its disc and the words under it.
const WORDED_CLIENT: f64 = 72.0;
/// How much height a client in a column needs for its disc and its arc.
const UNWORDED_CLIENT: f64 = 66.0;
/// How much width a client in a row needs for its disc and a word beside it.
const WORDED_IN_ROW: f64 = 56.0;

fn place_clients(stage: &mut Stage<'_>, clients: &[NodeId], has_hub: bool) {
    if stage.frame.class == Class::Miniature {
        return;
    }
    let count = clients.len().max(1) as f64;
    // A low stage has no room to spare above and below.
    let low = (stage.frame.height - 64.0).min(count * UNWORDED_CLIENT);
    let span = (stage.frame.height - 120.0).max(low).min(count * 110.0);
    // Many stand close together, and without words.
    let (pitch, worded) = match stage.frame.is_roomy() {
        true => (span / count, WORDED_CLIENT),
        false => (stage.frame.width / count, WORDED_IN_ROW),
    };
    let is_crowded = pitch < worded;
    let radius = match client_radius(stage) {
        radius if is_crowded => match radius_within(pitch / 2.0 - 1.0) {
            named if named >= NAMED_RADIUS => named.min(radius),
            _ => (pitch / 2.0 - 3.5).clamp(6.0, NAMED_RADIUS - 0.5),
        },
        radius => radius,
    };
    for (place, &id) in clients.iter().enumerate() {
        let share = (place as f64 + 0.5) / count;
        let center = if stage.frame.is_roomy() {
            Point::new(client_radius(stage) + 28.0, stage.frame.height / 2.0 + (share - 0.5) * span)
        } else {
            // One or two reach the top between the lowest nodes; under a hub stand its words, and around it is room.
            // A little to the left, as their words stand at the right; without words, away from the edges.
            let (spread, shift) = match count {
                _ if is_crowded => {
                    (1.0 - (2.0 * RIM - pitch / 2.0 + radius).max(0.0) / stage.frame.width, 0.0)
                }
                count if count <= 2.0 && !has_hub => (0.72, 12.0),
                _ => (1.0, 20.0),
            };
            let x = stage.frame.width * (0.5 + (share - 0.5) * spread) - shift;
            Point::new(x, stage.frame.height - radius - RIM - 7.0)
        };
        let side = match stage.frame.is_roomy() {
            _ if is_crowded => Side::Nowhere,
            true => Side::Below,
            false => Side::Right,
        };
        stage.places.push(NodePlace { id, center, radius, side });
    }
}

/// Room around a dragged disc for its arc, its ring and the brackets of a selection.
const DRAG_MARGIN: f64 = 22.0;
/// What stands in the middle of a dial stays free of dragged nodes, so far from it.
const DIAL_CORE: f64 = 64.0;

/// Puts dragged nodes where they were dragged to, or next to it where another stands, and turns their labels outwards
/// again.
fn apply_drags(stage: &mut Stage<'_>, is_dial: bool) {
    let is_dragged = |id: NodeId| stage.frame.dragged.iter().any(|(other, ..)| *other == id);
    let mut standing: Vec<(Point, f64)> = stage
        .places
        .iter()
        .filter(|place| !is_dragged(place.id))
        .map(|place| (place.center, place.radius + RIM))
        .collect();
    if is_dial {
        standing.push((stage.middle, DIAL_CORE));
    }
    for &(id, x, y) in &stage.frame.dragged {
        let Some(index) = stage.places.iter().position(|place| place.id == id) else { continue };
        let NodePlace { center: home, radius, .. } = stage.places[index];
        let wish =
            Point::new(f64::from(x) / 1000.0 * stage.frame.width, f64::from(y) / 1000.0 * stage.frame.height);
        let center = next_to(stage, wish, radius, &standing);
        standing.push((center, radius + RIM));
        if is_dial && !id.is_client() {
            stage.homes.push((id, home));
        }
        let place = &mut stage.places[index];
        place.center = center;
        if matches!(place.side, Side::Left | Side::Right) && !place.id.is_client() {
            place.side = if center.x < stage.middle.x { Side::Left } else { Side::Right };
        }
    }
}

/// What a lab writes within and beside its dial keeps its place.
pub(super) fn take_what_is_read(stage: &mut Stage<'_>) {
    if let Some(beside) = stage.beside {
        stage.take(beside);
    }
    if stage.middle_radius > 0.0 {
        stage.take(Rect::around(stage.middle, 2.0 * DIAL_CORE, DIAL_CORE));
    }
}

/// The place next to a wish at which a disc touches no other, and is in view with all that is drawn around it.
fn next_to(stage: &Stage<'_>, wish: Point, radius: f64, standing: &[(Point, f64)]) -> Point {
    let margin = radius + DRAG_MARGIN;
    let right = stage.beside.map_or(stage.frame.width, |beside| beside.x);
    let in_view = |at: Point| {
        Point::new(
            at.x.clamp(margin, (right - margin).max(margin)),
            at.y.clamp(margin, (stage.frame.height - margin).max(margin)),
        )
    };
    let is_free = |at: Point| standing.iter().all(|&(other, room)| other.distance(at) >= room + radius + RIM);
    let wish = in_view(wish);
    let around = (0..60_u32).flat_map(|ring| {
        (0..32_u32).map(move |step| wish.polar(f64::from(ring) * 8.0, f64::from(step) / 32.0))
    });
    around.map(in_view).find(|&at| is_free(at)).unwrap_or(wish)
}
