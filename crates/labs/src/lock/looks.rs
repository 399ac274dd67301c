//! How the nodes look, and the two bars: who believes to hold the lock, and who holds it by the service.
//!
//! The tint is the client: a client that believes to hold is tinted with a thick ring, the service with whom it says,
//! the counter with whoever wrote it last.

use faultscope_protocol::NodeId;
use faultscope_protocol::coordination::{Role, Server};
use faultscope_protocol::lock::{Client, Job, Lock, Mutex, Phase, Resource, Store, Variant};
use faultscope_scene::{Ink, Layer, Lettering, Point, Rect, Style, Subject};
use faultscope_sim::{Node, Status, World};

use super::state;
use crate::stage::{Cell, Class, Edge, Look, Stage, Tone};
use crate::words::{Lang, Text};

/// The era that tints a client.
pub(super) fn era_of(client: NodeId) -> u64 {
    u64::from(client.number())
}

/// The look of a node.
pub(super) fn look(node: &Node, lang: Lang) -> Look {
    if let Some(resource) = state::resource_of(node) {
        return resource_look(resource, lang);
    }
    if let Some(store) = state::store_of(node) {
        return store_look(node, store, lang);
    }
    match node.machine::<Lock>() {
        Some(Lock::Service(server)) => server_look(server, lang),
        Some(Lock::Mutex(mutex)) => mutex_look(mutex, lang),
        Some(Lock::Client(client)) => client_look(client, lang),
        _ => Look::default(),
    }
}

fn resource_look(resource: &Resource, lang: Lang) -> Look {
    let lost = resource.acknowledged.saturating_sub(resource.counter);
    let values = [("is", resource.counter.to_string()), ("should", resource.acknowledged.to_string())];
    let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let epoch = resource.last_writer.map_or(0, |owner| era_of(owner.client));
    let cell = |text: Text, is_tentative| Cell { words: text.fill(lang, &values), epoch, is_tentative };
    Look {
        epoch,
        epoch_words: resource.counter.to_string(),
        role: Text::new("counter", "计数器").get(lang).to_owned(),
        remark: match lost {
            0 => String::new(),
            lost => Text::new("{lost} lost", "丢失 {lost}").fill(lang, &[("lost", &lost.to_string())]),
        },
        tone: if lost > 0 { Tone::Danger } else { Tone::Calm },
        cells: vec![
            cell(Text::new("is {is}", "实为 {is}"), false),
            cell(Text::new("should be {should}", "应为 {should}"), lost > 0),
        ],
        ..Look::default()
    }
}

fn store_look(node: &Node, store: &Store, lang: Lang) -> Look {
    let is_master = state::rules_of(node) == Some(Variant::Redlock);
    let is_primary = store.is_primary(node.id);
    let role = match (is_master, is_primary) {
        (true, _) => Text::new("master", "主节点"),
        (false, true) => Text::new("lock store", "锁存储"),
        (false, false) => Text::new("replica", "从节点"),
    };
    let held = store.lock;
    let is_tentative = !is_primary || node.pending_writes().next().is_some();
    let cell = held.map(|held| Cell {
        words: match held.token {
            Some(token) => format!("{} #{token}", held.owner.client),
            None => held.owner.client.to_string(),
        },
        epoch: era_of(held.owner.client),
        is_tentative,
    });
    Look {
        epoch: held.map_or(0, |held| era_of(held.owner.client)),
        epoch_words: held.map_or_else(String::new, |held| held.owner.client.to_string()),
        edge: if is_primary { Edge::Plain } else { Edge::Tentative },
        role: role.get(lang).to_owned(),
        cells: cell.into_iter().collect(),
        arc: Some("key expiry"),
        ..Look::default()
    }
}

/// A server of the coordination service: its leader has the thick ring; the cells are the znodes, by client.
fn server_look(server: &Server, lang: Lang) -> Look {
    let (role, edge) = match &server.role {
        Role::Leader(leader) if leader.is_established => (Text::new("leader", "领导者"), Edge::Thick),
        Role::Leader(_) => (Text::new("leader", "领导者"), Edge::Tentative),
        Role::Candidate(_) => (Text::new("candidate", "候选人"), Edge::Tentative),
        Role::Follower => (Text::new("follower", "跟随者"), Edge::Plain),
    };
    let queue = state::queue_in(&server.state);
    let holder = queue.first().copied();
    let cell = |(place, &client): (usize, &NodeId)| Cell {
        words: client.to_string(),
        epoch: era_of(client),
        is_tentative: place > 0,
    };
    Look {
        epoch: holder.map_or(0, era_of),
        epoch_words: holder.map_or_else(String::new, |holder| holder.to_string()),
        edge,
        role: role.get(lang).to_owned(),
        // The first ones matter here, and the newest would be shown.
        cells: queue.iter().take(4).enumerate().map(cell).collect(),
        ..Look::default()
    }
}

fn mutex_look(mutex: &Mutex, lang: Lang) -> Look {
    let cell = |client: NodeId, is_tentative| Cell {
        words: client.to_string(),
        epoch: era_of(client),
        is_tentative,
    };
    let holder = mutex.holder.map(|owner| owner.client);
    let waiting = mutex.queue.iter().map(|owner| cell(owner.client, true));
    Look {
        epoch: holder.map_or(0, era_of),
        epoch_words: holder.map_or_else(String::new, |holder| holder.to_string()),
        role: Text::new("mutex", "互斥锁").get(lang).to_owned(),
        cells: holder.map(|holder| cell(holder, false)).into_iter().chain(waiting).collect(),
        ..Look::default()
    }
}

fn client_look(client: &Client, lang: Lang) -> Look {
    let mut look = Look { role: client_role(client.job.as_ref(), lang), ..Look::default() };
    if let Some(owner) = client.holding {
        look.edge = Edge::Thick;
        look.epoch = era_of(owner.client);
        look.arc = Some(if client.service.is_some() { "session lease" } else { "lease" });
        look.remark = client.token.map_or_else(String::new, |token| format!("#{token}"));
    }
    look
}

fn client_role(job: Option<&Job>, lang: Lang) -> String {
    let Some(job) = job else { return String::new() };
    let next = job.read.saturating_add(1).to_string();
    let text = match job.phase {
        Phase::Waiting => Text::new("waits", "等待"),
        Phase::Presetting | Phase::Asking => Text::new("asks", "申请"),
        Phase::Clearing => Text::new("deletes", "删除"),
        Phase::Reading => Text::new("reads", "读"),
        Phase::Working => Text::new("works", "处理"),
        Phase::Writing => Text::new("writes {next}", "写 {next}"),
        Phase::Releasing => Text::new("lets go", "释放"),
        Phase::Jeopardy => Text::new("jeopardy", "危险期"),
    };
    text.fill(lang, &[("next", &next)])
}

// ---------------------------------------------------------------------------------------------------------------
// The two bars

/// How large the bars are: a slot for each client, two rows under their names.
const ROW: f64 = 18.0;
const LABEL: Lettering = Lettering::sans(11.0);

/// Draws the two bars where they are in nobody's way.
pub(super) fn bars(world: &World, stage: &mut Stage<'_>) {
    let clients: Vec<NodeId> = world.clients().map(|node| node.id).collect();
    let has_service = world.servers().count() > 1;
    if clients.is_empty() || !has_service || stage.frame.class == Class::Miniature {
        return;
    }
    let words =
        [Text::new("believe", "自认持有"), Text::new("service", "服务认定")].map(|text| stage.say(text));
    let label_width = words.iter().map(|word| LABEL.width_of(word)).fold(0.0, f64::max) + 8.0;
    let slot = if clients.len() > 6 { 19.0 } else { 24.0 };
    let (width, height) = (label_width + slot * clients.len() as f64, 3.0 * ROW);
    let Some(corner) = free_corner(stage, width, height) else { return };
    let believers: Vec<NodeId> = world.clients().filter(|node| believes(node)).map(|node| node.id).collect();
    let rows = [believers, state::holders(world)];
    for (place, &client) in clients.iter().enumerate() {
        let x = corner.x + label_width + slot * (place as f64 + 0.5);
        let at = Point::new(x, corner.y + 12.0);
        stage.write(at, &client.to_string(), LABEL.middle(), Ink::InkSoft, Subject::Node(client.code()));
    }
    for (row, (word, held)) in words.into_iter().zip(&rows).enumerate() {
        let top = corner.y + ROW * (row as f64 + 1.0);
        let ink = if held.len() > 1 { Ink::Danger } else { Ink::InkSoft };
        stage.write(Point::new(corner.x, top + 13.0), word, LABEL, ink, Subject::None);
        for (place, &client) in clients.iter().enumerate() {
            let left = corner.x + label_width + slot * place as f64 + 2.0;
            let rect = Rect::new(left, top + 2.0, slot - 4.0, ROW - 4.0);
            let style = match held.contains(&client) {
                true => {
                    Style::fill(Ink::Epoch(era_of(client))).with_stroke(Ink::EpochInk(era_of(client)), 2.0)
                }
                false => Style::stroke(Ink::Hair, 1.0),
            };
            stage.scene.pen(Layer::Strips, Subject::Node(client.code())).rect(rect, 0.0, style);
        }
    }
    stage.take(Rect::new(corner.x - 4.0, corner.y, width + 8.0, height));
}

fn believes(node: &Node) -> bool {
    node.status != Status::Down && state::client_of(node).is_some_and(|client| client.holding.is_some())
}

/// The first place where nothing stands: right of the middle, in it, left of it, or in a corner.
fn free_corner(stage: &Stage<'_>, width: f64, height: f64) -> Option<Point> {
    let (middle, frame) = (stage.middle, stage.frame);
    let y = middle.y - height / 2.0;
    let right = frame.width - width - 12.0;
    let spots = [
        Point::new((middle.x + 40.0).min(right), y),
        Point::new(middle.x - width / 2.0, y),
        Point::new(middle.x - width - 40.0, y),
        Point::new(right, 12.0),
        Point::new(right, frame.height - height - 12.0),
        Point::new(12.0, 12.0),
        Point::new(right, y),
    ];
    spots.into_iter().find(|at| stage.is_free(Rect::new(at.x - 4.0, at.y, width + 8.0, height)))
}
