//! PreVote: before it raises its term a server asks whether it could win (dissertation §9.6).
//!
//! A server that was cut off comes back with the term that it left with, and deposes nobody.

use super::Fx;
use super::message::{Message, Timer};
use super::note::{Note, Refusal};
use super::server::{Role, Server};
use crate::NodeId;
use crate::ordered::Set;

impl Server {
    /// The election timeout ran out: asks, and changes neither term nor vote.
    pub(super) fn ask_first(&mut self, fx: &mut Fx<'_>) {
        self.role = Role::PreCandidate;
        self.leader_id = None;
        self.votes_granted = Set::from([fx.id()]);
        self.reset_election_timer(fx);
        let term = self.current_term + 1;
        self.note(Note::AskedFirst { term }, fx);
        for peer in self.peers(fx.id()) {
            let request = Message::PreVote {
                term,
                candidate_id: fx.id(),
                last_log_index: self.log.last_index(),
                last_log_term: self.log.last_term(),
            };
            self.send(peer, request, fx);
        }
        self.stand_if_wanted(fx);
    }

    /// Answers whether it would vote. Nothing is promised by that, so nothing is written.
    pub(super) fn answer_pre_vote(
        &mut self,
        from: NodeId,
        term: u64,
        candidate: NodeId,
        log: (u64, u64),
        fx: &mut Fx<'_>,
    ) {
        let refusal = if term <= self.current_term {
            Some(Refusal::StaleTerm)
        } else if self.hears_leader() {
            Some(Refusal::HearsLeader)
        } else if log < (self.log.last_term(), self.log.last_index()) {
            Some(Refusal::LogBehind)
        } else {
            None
        };
        self.note(
            match refusal {
                Some(refusal) => Note::Refused { term, candidate, refusal },
                None => Note::WouldVote { term, candidate },
            },
            fx,
        );
        let reply = Message::PreVoteReply {
            term: self.current_term,
            asked_term: term,
            vote_granted: refusal.is_none(),
        };
        self.send(from, reply, fx);
    }

    /// A majority that would vote for it: now it stands.
    pub(super) fn count_pre_vote(&mut self, from: NodeId, term: u64, vote_granted: bool, fx: &mut Fx<'_>) {
        if self.role == Role::PreCandidate && term == self.current_term + 1 && vote_granted {
            self.votes_granted.insert(from);
            self.stand_if_wanted(fx);
        }
    }

    fn stand_if_wanted(&mut self, fx: &mut Fx<'_>) {
        if self.config.is_majority(|server| self.votes_granted.contains(&server)) {
            self.stand(fx);
        }
    }

    /// Whether it leads, or has heard from a leader within the shortest election timeout.
    pub(super) fn hears_leader(&self) -> bool {
        self.role == Role::Leader || self.heard_leader
    }

    /// Remembers for the shortest election timeout that there is a leader, where the variant goes by that.
    pub(super) fn remember_leader(&mut self, fx: &mut Fx<'_>) {
        if fx.setup().variant.remembers_leader() {
            self.heard_leader = true;
            fx.set_timer(Timer::LeaderMemory, fx.setup().election_timeout_us.0);
        }
    }
}
