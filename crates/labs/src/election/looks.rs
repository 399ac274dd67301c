//! How the nodes look: the tint is the epoch, a thick ring who believes that it leads, a dashed edge who is not settled.

use faultscope_protocol::coordination::{Role, Server};
use faultscope_protocol::election::{Bully, Candidate, Drawer, Election, Phase, Ring, Step};
use faultscope_sim::Node;

use super::state::belief;
use crate::stage::{Edge, Look, Tone};
use crate::words::{Lang, Text};

/// The look of a node.
pub(super) fn look(node: &Node, lang: Lang) -> Look {
    let Some(machine) = node.machine::<Election>() else { return Look::default() };
    match machine {
        Election::Drawer(drawer) => drawer_look(node, drawer, lang),
        Election::Bully(bully) => bully_look(node, bully, lang),
        Election::Ring(ring) => ring_look(node, ring, lang),
        Election::Candidate(candidate) => candidate_look(node, candidate, lang),
        Election::Service(server) => service_look(server, lang),
    }
}

const LEADER: Text = Text::new("leader", "领导者");
const CANDIDATE: Text = Text::new("candidate", "候选人");

/// What all algorithms have in common: who leads, who follows whom, in which epoch.
fn base(node: &Node, lang: Lang) -> Look {
    let Some(belief) = belief(node) else { return Look::default() };
    let follows = belief.leader.filter(|leader| *leader != node.id);
    let (role, edge) = match (belief.leads, follows) {
        (true, _) => (LEADER.get(lang).to_owned(), Edge::Thick),
        (false, Some(leader)) => {
            let text = Text::new("follows {n}", "跟随 {n}");
            (text.fill(lang, &[("n", &leader.to_string())]), Edge::Plain)
        }
        (false, None) => (CANDIDATE.get(lang).to_owned(), Edge::Tentative),
    };
    let knows = belief.leader.is_some() || belief.epoch > 1;
    let epoch = if knows { u64::from(belief.epoch) } else { 0 };
    let epoch_words = if epoch > 0 { epoch_words(epoch) } else { String::new() };
    Look { role, edge, epoch, epoch_words, ..Look::default() }
}

/// What an epoch is called.
pub(super) fn epoch_words(epoch: u64) -> String {
    format!("E{epoch}")
}

fn drawer_look(node: &Node, drawer: &Drawer, lang: Lang) -> Look {
    let remark = Text::new("drew {x}", "抽到 {x}").fill(lang, &[("x", &drawer.number.to_string())]);
    let arc = Some(if drawer.has_decided { "leader timeout" } else { "collect timeout" });
    Look { remark, arc, ..base(node, lang) }
}

fn bully_look(node: &Node, bully: &Bully, lang: Lang) -> Look {
    let (remark, arc, tone) = match bully.phase {
        Phase::Idle => (Text::new("idle", "空闲"), None, Tone::Calm),
        Phase::Listening => (Text::new("listens", "监听中"), Some("leader timeout"), Tone::Warn),
        Phase::Electing => (Text::new("asks the higher", "询问更高者"), Some("answer timeout"), Tone::Warn),
        Phase::Waiting => (Text::new("waits", "等待结果"), Some("coordinator timeout"), Tone::Warn),
        Phase::Follower => return Look { arc: Some("leader timeout"), ..base(node, lang) },
        Phase::Leader => return base(node, lang),
    };
    Look { remark: remark.get(lang).to_owned(), arc, tone, ..base(node, lang) }
}

fn ring_look(node: &Node, ring: &Ring, lang: Lang) -> Look {
    let remark = format!("id {}", super::words::id_words(ring.id));
    Look { remark, arc: Some("leader timeout"), ..base(node, lang) }
}

fn candidate_look(node: &Node, candidate: &Candidate, lang: Lang) -> Look {
    let number = |name: &Option<String>| {
        let digits = name.as_ref().and_then(|name| name.rsplit('_').next()?.parse::<u32>().ok());
        digits.map(|digits| format!("#{}", digits.saturating_add(1)))
    };
    let own = number(&candidate.znode);
    let (remark, tone) = match (candidate.step, own, number(&candidate.watching)) {
        (Step::Doubting, ..) => (Text::new("not sure", "不确定").get(lang).to_owned(), Tone::Danger),
        (Step::Following, Some(own), Some(watched)) => (
            Text::new("{own} watches {w}", "{own} 监听 {w}").fill(lang, &[("own", &own), ("w", &watched)]),
            Tone::Calm,
        ),
        (Step::Joining, ..) => (Text::new("joins", "加入中").get(lang).to_owned(), Tone::Warn),
        (_, own, _) => (own.unwrap_or_default(), Tone::Calm),
    };
    Look { remark, tone, arc: Some("session lease"), ..base(node, lang) }
}

fn service_look(server: &Server, lang: Lang) -> Look {
    let role = match &server.role {
        Role::Leader(_) => Text::new("service, leads", "服务（主）"),
        Role::Candidate(_) => Text::new("service, stands", "服务（参选）"),
        Role::Follower => Text::new("service", "服务"),
    };
    let arc =
        matches!(server.role, Role::Follower | Role::Candidate(_)).then_some("ensemble election timeout");
    let edge = if matches!(server.role, Role::Candidate(_)) { Edge::Tentative } else { Edge::Plain };
    Look {
        role: role.get(lang).to_owned(),
        remark: server.state.zxid.to_string(),
        arc,
        edge,
        ..Look::default()
    }
}
