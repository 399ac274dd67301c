//! How a person arranged the lanes: in which order, which are thin, which are hidden; and the same as words of a link.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{Set, sort};

/// From so many lanes on, the clients share one, unless a person wants otherwise.
const MANY_LANES: usize = 9;
/// The most letters of a word of a link.
const WORD_LETTERS: usize = 48;

/// How a person arranged the lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The nodes in the person's order; the rest follows in the natural one. Empty for the natural order.
    pub order: Vec<NodeId>,
    /// Lanes that are as thin as a hair.
    pub thin: Set<NodeId>,
    /// Lanes that are not shown.
    pub hidden: Set<NodeId>,
    /// Whether all clients share one lane; none for where there are many lanes.
    pub clients_share: Option<bool>,
}

/// A lane on screen: of one node, or of all clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneRow {
    /// Whose it is.
    pub nodes: Vec<NodeId>,
    /// Whether it is thin.
    pub is_thin: bool,
}

impl LaneRow {
    /// What it is called: `n1`, or `c1–c4` for clients that share it.
    pub fn name(&self) -> String {
        match &self.nodes[..] {
            [] => String::new(),
            [only] => only.to_string(),
            [first, .., last] => format!("{first}–{last}"),
        }
    }
}

impl Arrangement {
    /// Whether the clients among these nodes share a lane.
    pub fn clients_share(&self, natural: &[NodeId]) -> bool {
        let clients = natural.iter().filter(|node| node.is_client()).count();
        clients > 1 && self.clients_share.unwrap_or(natural.len() >= MANY_LANES)
    }

    /// All nodes in the person's order.
    pub fn ordered(&self, natural: &[NodeId]) -> Vec<NodeId> {
        let moved = self.order.iter().filter(|node| natural.contains(node));
        let rest = natural.iter().filter(|node| !self.order.contains(node));
        moved.chain(rest).copied().collect()
    }

    /// The lanes on screen, of the nodes in their natural order. Never none: hidden lanes stay hidden only while
    /// another is left.
    pub fn rows(&self, natural: &[NodeId]) -> Vec<LaneRow> {
        let share = self.clients_share(natural);
        let is_hidden = |node: &NodeId| self.hidden.contains(node);
        let all_hidden = natural.iter().all(is_hidden);
        let mut rows: Vec<LaneRow> = Vec::new();
        for node in self.ordered(natural) {
            if is_hidden(&node) && !all_hidden {
                continue;
            }
            let shared = rows.iter_mut().find(|row| share && node.is_client() && row.nodes[0].is_client());
            match shared {
                Some(row) => row.nodes.push(node),
                None => {
                    let is_thin = self.thin.contains(&node) || (share && node.is_client());
                    rows.push(LaneRow { nodes: vec![node], is_thin });
                }
            }
        }
        for row in rows.iter_mut().filter(|row| row.nodes.len() > 1) {
            sort(&mut row.nodes);
        }
        rows
    }

    /// Puts a lane before or behind its neighbour. Returns whether that changed anything.
    pub fn shift(&mut self, natural: &[NodeId], node: NodeId, down: bool) -> bool {
        let order = self.ordered(natural);
        let Some(place) = order.iter().position(|&known| known == node) else { return false };
        let target = if down { place + 1 } else { place.wrapping_sub(1) };
        target < order.len() && self.put(natural, node, target)
    }

    /// Puts a lane at a place, counted from 0 among all nodes. Returns whether that changed anything.
    pub fn put(&mut self, natural: &[NodeId], node: NodeId, place: usize) -> bool {
        let before = self.ordered(natural);
        let mut order: Vec<NodeId> = before.iter().copied().filter(|&known| known != node).collect();
        if order.len() == before.len() {
            return false;
        }
        order.insert(place.min(order.len()), node);
        let has_changed = order != before;
        self.order = if order == natural { Vec::new() } else { order };
        has_changed
    }

    /// The arrangement as words of a run's link.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        tell(&mut words, "order", self.order.iter());
        tell(&mut words, "thin", self.thin.iter());
        tell(&mut words, "hide", self.hidden.iter());
        if let Some(share) = self.clients_share {
            words.push(if share { "clients-one" } else { "clients-all" }.to_owned());
        }
        words
    }

    /// What the words of a link say of lanes; other words say nothing.
    pub fn read(words: &[String]) -> Self {
        let mut read = Self::default();
        for word in words {
            let mut parts = word.split('-');
            let head = parts.next();
            let nodes = parts.filter_map(|part| part.parse::<NodeId>().ok());
            match head {
                _ if word == "clients-one" => read.clients_share = Some(true),
                _ if word == "clients-all" => read.clients_share = Some(false),
                Some("order") => {
                    for node in nodes {
                        if !read.order.contains(&node) {
                            read.order.push(node);
                        }
                    }
                }
                Some("thin") => read.thin.extend(nodes),
                Some("hide") => read.hidden.extend(nodes),
                _ => {}
            }
        }
        read
    }
}

/// Writes nodes behind a head, in as many words as they need.
fn tell<'a>(words: &mut Vec<String>, head: &str, nodes: impl Iterator<Item = &'a NodeId>) {
    let mut word = head.to_owned();
    for node in nodes {
        let part = format!("-{node}");
        if word.len() + part.len() > WORD_LETTERS {
            words.push(std::mem::replace(&mut word, head.to_owned()));
        }
        word.push_str(&part);
    }
    if word != head {
        words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use faultscope_sim::is_panel;

    use super::*;

    fn nodes(servers: u16, clients: u16) -> Vec<NodeId> {
        (1..=servers).map(NodeId::server).chain((1..=clients).map(NodeId::client)).collect()
    }

    fn names(arrangement: &Arrangement, natural: &[NodeId]) -> Vec<String> {
        let rows = arrangement.rows(natural).into_iter();
        rows.map(|row| if row.is_thin { format!("({})", row.name()) } else { row.name() }).collect()
    }

    #[test]
    fn lanes_keep_their_natural_order_until_they_are_moved() {
        let natural = nodes(3, 1);
        let mut arrangement = Arrangement::default();
        assert_eq!(names(&arrangement, &natural), ["n1", "n2", "n3", "c1"]);
        assert!(arrangement.shift(&natural, NodeId::server(3), false));
        assert_eq!(names(&arrangement, &natural), ["n1", "n3", "n2", "c1"]);
        assert!(arrangement.put(&natural, NodeId::client(1), 0));
        assert_eq!(names(&arrangement, &natural), ["c1", "n1", "n3", "n2"]);
        assert!(!arrangement.shift(&natural, NodeId::client(1), false), "it is the first already");
        assert!(!arrangement.put(&natural, NodeId::server(9), 0), "there is no such node");
        // Back in the natural order, nothing is left to be told.
        assert!(arrangement.put(&natural, NodeId::client(1), 9));
        assert!(arrangement.shift(&natural, NodeId::server(2), false));
        assert_eq!(arrangement, Arrangement::default());
    }

    #[test]
    fn a_node_that_comes_later_stands_behind() {
        let mut arrangement = Arrangement::default();
        arrangement.put(&nodes(3, 0), NodeId::server(3), 0);
        assert_eq!(names(&arrangement, &nodes(4, 0)), ["n3", "n1", "n2", "n4"]);
        assert_eq!(names(&arrangement, &nodes(2, 0)), ["n1", "n2"]);
    }

    #[test]
    fn many_clients_share_a_thin_lane() {
        let mut arrangement = Arrangement::default();
        assert_eq!(names(&arrangement, &nodes(6, 2)).len(), 8);
        assert_eq!(names(&arrangement, &nodes(6, 3)).last().map(String::as_str), Some("(c1–c3)"));
        arrangement.clients_share = Some(false);
        assert_eq!(names(&arrangement, &nodes(6, 3)).len(), 9);
        arrangement.clients_share = Some(true);
        assert_eq!(names(&arrangement, &nodes(1, 2)), ["n1", "(c1–c2)"]);
        assert_eq!(names(&arrangement, &nodes(1, 1)), ["n1", "c1"], "one client shares with nobody");
    }

    #[test]
    fn lanes_are_thin_or_hidden_and_never_all_hidden() {
        let natural = nodes(3, 0);
        let mut arrangement = Arrangement::default();
        arrangement.thin.insert(NodeId::server(2));
        arrangement.hidden.insert(NodeId::server(1));
        assert_eq!(names(&arrangement, &natural), ["(n2)", "n3"]);
        arrangement.hidden.extend(natural.iter().copied());
        assert_eq!(names(&arrangement, &natural).len(), 3);
    }

    #[test]
    fn an_arrangement_comes_back_from_its_words() {
        let natural = nodes(40, 9);
        let mut arrangement = Arrangement::default();
        arrangement.put(&natural, NodeId::client(9), 0);
        arrangement.thin.extend([NodeId::server(4), NodeId::client(2)]);
        arrangement.hidden.insert(NodeId::server(40));
        arrangement.clients_share = Some(false);
        let words = arrangement.words();
        assert!(words.len() > 4 && words.iter().all(|word| is_panel(word)), "{words:?}");
        assert_eq!(Arrangement::read(&words), arrangement);
        assert!(Arrangement::default().words().is_empty());
        let strange = ["order-x-n1-n1", "thin", "hide--", "log", ""].map(str::to_owned);
        let wanted = Arrangement { order: vec![NodeId::server(1)], ..Arrangement::default() };
        assert_eq!(Arrangement::read(&strange), wanted);
    }
}
