//! What one committed transaction costs, counted in a simulated run without failures, beside the formulas of Gray and
//! Lamport ("Consensus on Transaction Commit", TODS 2006, §4.4 and §5.3) and of textbooks.
//!
//! Two accountings are common, and their figures differ for the same protocol:
//! * **textbook**: the coordinator stands outside the N participants, and asks all of them;
//! * **Gray–Lamport**: the first participant begins, and its vote opens the transaction, so it is not asked. What the
//!   machines on one computer say to each other is no message: *none co-located* puts only the leader and one acceptor
//!   together, *co-located* puts coordinator and acceptors on the participants' computers.
//!
//! Neither counts what the client says and is told, nor acknowledgements unless it says so. A delay is a message on the
//! longest chain up to the last participant's decision; a write delay is a forced write on the chain up to COMMIT.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::commit::{
    ACCEPTOR, BeginsAt, COORDINATOR, Command, Commit, Decision, Message, Note, PARTICIPANT, Part, Setup,
    Stable, TransactionId, Variant,
};
use faultscope_protocol::ordered::Map;
use faultscope_sim::{
    Action, BadCommand, DiskPlan, Kind, Latency, Moment, NetworkPlan, Pin, Pinned, Plan, Run, SeatPlan,
    Shape, Step, TypedFactory,
};
use serde::Serialize;

use crate::schema::Words;
use crate::tool::{Arguments, ReadFile, Tool, ToolError};
use crate::words::Text;

/// The most participants, and the most faults, for which it counts.
pub const PARTICIPANTS_MAX: u16 = 100;
/// See [`PARTICIPANTS_MAX`].
pub const FAULTS_MAX: u16 = 20;

/// One figure: counted, and by its formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CostLine {
    /// The protocol.
    pub protocol: &'static str,
    /// How it is counted: `textbook`, `none co-located` or `co-located`.
    pub accounting: &'static str,
    /// What is counted.
    pub measure: &'static str,
    /// How many the run had.
    pub counted: u64,
    /// What the formula says.
    pub formula: u64,
    /// The formula in N and F.
    pub formula_words: &'static str,
}

/// Why nothing can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostError {
    /// So many participants cannot be.
    Participants(u64),
    /// So many faults cannot be tolerated here.
    Faults(u64),
    /// The run did not commit: this never happens without failures, and is said rather than hidden.
    NotCommitted(&'static str),
}

impl fmt::Display for CostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Participants(count) => write!(f, "{count} participants: expected 2..{PARTICIPANTS_MAX}"),
            Self::Faults(count) => write!(f, "{count} faults: expected 0..{FAULTS_MAX}"),
            Self::NotCommitted(protocol) => write!(f, "{protocol}: the run did not commit"),
        }
    }
}

/// The costs of all protocols under both accountings, with N participants and, in Paxos Commit, F faults tolerated.
/// Co-located Paxos Commit needs F + 1 participants to put its acceptors beside, and is left out where they are fewer.
///
/// # Errors
/// If N or F is out of range.
pub fn costs(participants: u64, faults: u64) -> Result<Vec<CostLine>, CostError> {
    let n = u16::try_from(participants).ok().filter(|n| (2..=PARTICIPANTS_MAX).contains(n));
    let n = n.ok_or(CostError::Participants(participants))?;
    let f = u16::try_from(faults).ok().filter(|f| *f <= FAULTS_MAX).ok_or(CostError::Faults(faults))?;
    let (big_n, big_f) = (participants, faults);
    let mut lines = Lines::default();

    let two = Count::of(Variant::TwoPhase, Accounting::Textbook, n, 0)?;
    let of = ("2PC", Accounting::Textbook);
    lines.add(of, "messages", two.messages, 3 * big_n, "3N");
    lines.add(of, "messages with ACKs", two.messages + two.acks, 4 * big_n, "4N");
    lines.add(of, "message delays", two.delays, 3, "3");
    lines.add(of, "stable writes", two.writes, big_n + 1, "N+1");
    lines.add(of, "write delays", two.write_delays, 2, "2");

    let three = Count::of(Variant::ThreePhase, Accounting::Textbook, n, 0)?;
    let of = ("3PC", Accounting::Textbook);
    lines.add(of, "messages", three.messages, 5 * big_n, "5N");
    lines.add(of, "messages with ACKs", three.messages + three.acks, 6 * big_n, "6N");
    lines.add(of, "message delays", three.delays, 5, "5");

    for (accounting, together) in [(Accounting::Apart, 0), (Accounting::Together, 1)] {
        let two = Count::of(Variant::TwoPhase, accounting, n, 0)?;
        let words = ["3N-1", "3N-3"][together];
        let of = ("2PC", accounting);
        lines.add(of, "messages", two.messages, 3 * big_n - [1, 3][together], words);
        lines.add(of, "message delays", two.delays, [4, 3][together], ["4", "3"][together]);
        lines.add(of, "stable writes", two.writes, big_n + 1, "N+1");

        if accounting == Accounting::Together && n <= f {
            continue;
        }
        let paxos = Count::of(Variant::PaxosCommit, accounting, n, f)?;
        let formula = [big_n * big_f + big_f + 3 * big_n - 1, big_n * big_f + 3 * big_n - 3][together];
        let of = ("Paxos Commit", accounting);
        lines.add(of, "messages", paxos.messages, formula, ["NF+F+3N-1", "NF+3N-3"][together]);
        let delays = paxos_delays(accounting, f);
        lines.add(of, "message delays", paxos.delays, delays.0, delays.1);
        lines.add(of, "stable writes", paxos.writes, big_n + big_f + 1, "N+F+1");
    }
    let paxos = Count::of(Variant::PaxosCommit, Accounting::Textbook, n, f)?;
    lines.add(("Paxos Commit", Accounting::Textbook), "write delays", paxos.write_delays, 2, "2");
    Ok(lines.0)
}

/// One delay more than 2PC, but for F = 0, which is 2PC.
const fn paxos_delays(accounting: Accounting, faults: u16) -> (u64, &'static str) {
    match (accounting, faults) {
        (Accounting::Together, 0) => (3, "3 (F=0: as 2PC)"),
        (Accounting::Together, _) => (4, "4"),
        (_, 0) => (4, "4 (F=0: as 2PC)"),
        _ => (5, "5"),
    }
}

#[derive(Default)]
struct Lines(Vec<CostLine>);

impl Lines {
    fn add(
        &mut self,
        (protocol, accounting): (&'static str, Accounting),
        measure: &'static str,
        counted: u64,
        formula: u64,
        formula_words: &'static str,
    ) {
        let accounting = accounting.name();
        self.0.push(CostLine { protocol, accounting, measure, counted, formula, formula_words });
    }
}

/// How messages are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Accounting {
    /// The coordinator outside, and it asks all.
    #[default]
    Textbook,
    /// Gray and Lamport, none co-located.
    Apart,
    /// Gray and Lamport, coordinator and acceptors on the participants' computers.
    Together,
}

impl Accounting {
    const fn name(self) -> &'static str {
        match self {
            Self::Textbook => "textbook",
            Self::Apart => "none co-located",
            Self::Together => "co-located",
        }
    }

    /// The computer that a server stands on, by the number of one of its servers. `n1` coordinates; the acceptors beside
    /// it follow the `participants`.
    fn computer(self, id: NodeId, participants: u16) -> u16 {
        let first_acceptor = participants + 2;
        match (self, id.number()) {
            (Self::Together, 1) => 2,
            (Self::Together, number) if number >= first_acceptor => 3 + (number - first_acceptor),
            (_, number) => number,
        }
    }
}

/// What one run had.
#[derive(Clone, Debug, Default)]
struct Count {
    messages: u64,
    acks: u64,
    delays: u64,
    writes: u64,
    write_delays: u64,
    has_committed: bool,
}

/// Every message takes this long, and every timer so much longer that none runs out.
const LATENCY_US: u64 = 1_000;
const TIMEOUT_US: u64 = 3_600_000_000;
/// By then everything is over.
const UNTIL_US: u64 = 1_000_000;
const STEPS_MAX: u64 = 1_000_000;

/// The only transaction of a run.
const ONLY: TransactionId = TransactionId { client: NodeId::client(1), serial: 1 };

impl Count {
    fn of(variant: Variant, accounting: Accounting, n: u16, f: u16) -> Result<Self, CostError> {
        let mut run = Run::new(Arc::new(plan(variant, accounting, n, f)), vec![begin(n)]);
        let mut chain = Chain { accounting, participants: n, ..Chain::default() };
        let mut count = Self::default();
        run.play_seen(UNTIL_US, STEPS_MAX, |moment, step| {
            chain.follow(step);
            count.take(moment, step, &chain);
        });
        let name = if variant == Variant::PaxosCommit { "Paxos Commit" } else { "the coordinator" };
        if count.has_committed { Ok(count) } else { Err(CostError::NotCommitted(name)) }
    }

    fn take(&mut self, moment: &Moment, step: &Step, chain: &Chain) {
        for sent in step.sent.iter().filter(|sent| chain.is_message(sent.from, sent.to)) {
            match sent.body.get::<Message>() {
                // What lets acceptors forget afterwards is no part of the transaction.
                Some(Message::Forget { .. }) | None => {}
                Some(Message::HaveCommitted { .. }) => self.acks += 1,
                Some(Message::Ack { .. }) if !chain.is_three_phase => self.acks += 1,
                Some(_) => self.messages += 1,
            }
        }
        let Some(node) = step.node else { return };
        for note in step.notes.iter().filter_map(|note| note.get::<Note>()) {
            if note.decision() != Some((ONLY, Decision::Commit)) {
                continue;
            }
            let is_coordinator = node == NodeId::server(1);
            if is_coordinator {
                self.has_committed = true;
                let disks = moment.world.servers().filter_map(|node| node.durable::<Stable>());
                self.writes = disks.map(|disk| u64::from(disk.forced_writes(ONLY))).sum();
                self.write_delays = chain.writes_at(node);
            } else {
                self.delays = self.delays.max(chain.messages_at(node));
            }
        }
    }
}

/// The longest chains up to each node's last step: of messages, and of forced writes.
#[derive(Default)]
struct Chain {
    accounting: Accounting,
    participants: u16,
    is_three_phase: bool,
    nodes: Map<NodeId, (u64, u64)>,
    flights: Map<u64, (u64, u64)>,
}

impl Chain {
    fn follow(&mut self, step: &Step) {
        let Some(node) = step.node else { return };
        let own = self.nodes.entry(node).or_default();
        if let Some(&(messages, writes)) = step.message.and_then(|id| self.flights.get(&id)) {
            *own = (own.0.max(messages), own.1.max(writes));
        }
        if step.kind == Kind::Durable && !(step.sent.is_empty() && step.notes.is_empty()) {
            own.1 += 1;
        }
        let (messages, writes) = *own;
        for sent in &step.sent {
            self.is_three_phase |= matches!(sent.body.get::<Message>(), Some(Message::CanCommit { .. }));
            let one = u64::from(self.is_message(sent.from, sent.to));
            self.flights.insert(sent.id, (messages + one, writes));
        }
    }

    /// Whether it goes from one computer to another, both of servers.
    fn is_message(&self, from: NodeId, to: NodeId) -> bool {
        let computer = |id| self.accounting.computer(id, self.participants);
        !from.is_client() && !to.is_client() && computer(from) != computer(to)
    }

    fn messages_at(&self, node: NodeId) -> u64 {
        self.nodes.get(&node).map_or(0, |chain| chain.0)
    }

    fn writes_at(&self, node: NodeId) -> u64 {
        self.nodes.get(&node).map_or(0, |chain| chain.1)
    }
}

fn plan(variant: Variant, accounting: Accounting, n: u16, f: u16) -> Plan {
    let servers: Vec<SeatPlan> = (1..=1 + n + 2 * f)
        .map(|number| SeatPlan {
            id: NodeId::server(number),
            role: match number {
                1 => COORDINATOR,
                _ if number > n + 1 => ACCEPTOR,
                _ => PARTICIPANT,
            },
            zone: 0,
        })
        .collect();
    let client = SeatPlan { id: ONLY.client, role: 0, zone: 0 };
    let setup = Setup {
        variant,
        faults: f,
        begins_at: match accounting {
            Accounting::Textbook => BeginsAt::Coordinator,
            Accounting::Apart | Accounting::Together => BeginsAt::Participant,
        },
        initial_balance: i64::from(PARTICIPANTS_MAX),
        vote_timeout_us: TIMEOUT_US,
        retry_us: TIMEOUT_US,
        inquiry_us: TIMEOUT_US,
        begin_retry_us: TIMEOUT_US,
        ..Setup::default()
    };
    Plan {
        seed: 1,
        servers: servers.iter().map(|seat| seat.id).collect(),
        clients: Arc::new([ONLY.client]),
        max_servers: servers.len(),
        joiner_role: PARTICIPANT,
        seats: servers.into_iter().chain([client]).collect(),
        factory: Arc::new(TypedFactory::<Commit> { setup: Arc::new(setup), load: None, command: everybody }),
        network: NetworkPlan {
            latency: Latency { shape: Shape::Uniform, range_us: LATENCY_US..LATENCY_US },
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            fifo: true,
        },
        disk: DiskPlan { force_us: 1..1, lazy_us: 1 },
        manual: false,
        properties: Vec::new(),
        symmetry: Vec::new(),
    }
}

/// The client asks for a transfer in which `n` participants take part.
fn begin(n: u16) -> Pinned {
    let action = Action::Do { node: ONLY.client, words: vec![n.to_string()] };
    Pinned { pin: Pin { at_us: 10, after_steps: 0 }, action }
}

/// `5`: the first of five participants gives 1 to each of the others.
fn everybody(words: &[&str]) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    let n = words.number("participants", 2, u64::from(PARTICIPANTS_MAX))? as u16;
    words.end()?;
    let part = |number: u16, amount| Part { participant: NodeId::server(number), account: 1, amount };
    let takers = (3..=n + 1).map(|number| part(number, 1));
    let parts = std::iter::once(part(2, -i64::from(n - 1))).chain(takers).collect();
    Ok(Command::Transfer { parts })
}

/// The tool.
pub(super) const TOOL: Tool = Tool {
    name: "commit-costs",
    about: Text::new(
        "Counts what a committed transaction costs under 2PC, 3PC and Paxos Commit, beside the formulas.",
        "统计 2PC、3PC 与 Paxos 提交中一个事务的代价，并与公式对照。",
    ),
    form: "--participants N [--faults F] [--json]",
    run,
};

fn run(words: &[String], _: &mut ReadFile<'_>, out: &mut dyn Write) -> Result<(), ToolError> {
    let arguments = Arguments::read(words, &["--participants", "--faults"], &["--json"])?;
    let number = |flag: &str, text: &str| {
        text.parse().map_err(|_| ToolError::Input(format!("{flag} {text}: expected a number")))
    };
    let participants: u64 = number("--participants", arguments.must("--participants")?)?;
    let faults: u64 = number("--faults", arguments.value("--faults").unwrap_or("1"))?;
    let lines = costs(participants, faults).map_err(|error| ToolError::Input(error.to_string()))?;
    if arguments.has("--json") {
        return Ok(writeln!(out, "{}", serde_json::json!(lines))?);
    }
    for line in lines {
        let CostLine { protocol, accounting, measure, counted, formula, formula_words } = line;
        writeln!(out, "{protocol}\t{accounting}\t{measure}\t{counted}\t{formula_words} = {formula}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every figure that is counted is the formula's, but for one: where every participant has an acceptor beside it, the
    /// last vote needs no message to its own, and co-located Paxos Commit is a delay faster than the table says.
    #[test]
    fn what_is_counted_is_what_the_formulas_say() {
        for (participants, faults) in
            [(2, 0), (2, 1), (3, 1), (5, 0), (5, 1), (5, 2), (8, 3), (4, 6), (40, 2)]
        {
            for line in costs(participants, faults).expect("in range") {
                let is_close = participants == faults + 1 && faults > 0 && line.accounting == "co-located";
                let spared = u64::from(
                    is_close && (line.protocol, line.measure) == ("Paxos Commit", "message delays"),
                );
                let at = format!("N = {participants}, F = {faults}: {line:?}");
                assert_eq!(line.counted + spared, line.formula, "{at}");
            }
        }
    }

    /// The figures of Gray and Lamport's table for five participants.
    #[test]
    fn five_participants_cost_what_the_paper_prints() {
        let messages = |faults: u64, protocol: &str| {
            let lines = costs(5, faults).expect("in range");
            let is_it = |line: &&CostLine| {
                (line.protocol, line.accounting, line.measure) == (protocol, "none co-located", "messages")
            };
            lines.iter().find(is_it).expect("it").counted
        };
        assert_eq!(
            [messages(1, "2PC"), messages(1, "Paxos Commit"), messages(2, "Paxos Commit")],
            [14, 20, 26]
        );
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        assert_eq!(costs(1, 1), Err(CostError::Participants(1)));
        assert_eq!(costs(70_000, 1), Err(CostError::Participants(70_000)));
        assert_eq!(costs(3, 99), Err(CostError::Faults(99)));
    }
}
