//! Symmetry: the search visits fewer states and says the same; and what a lab declares is as symmetric as it says.

use faultscope_labs::explore::{Explored, Explorer};
use faultscope_labs::sim::{
    Action, Asymmetry, Bounds, Disks, Draw, Goal, Judgement, Search, Symmetry, classes,
};
use faultscope_labs::{LABS, Session};
use faultscope_protocol::NodeId;

use crate::models::{RAFT, RING, TWO_PHASE, TWO_PHASE_ORDERED};

const COMMIT_LOAD: &str =
    "commit:2pc;r1;s1;participants=2;clients=1;transfers=1;accounts=1;prepare_work_us=0;disk_us=0-0";
/// Two of the four participants have no part in the transfer.
const FOUR: &str = "commit:2pc;r1;s1;participants=4;clients=1;transfers=0;prepare_work_us=0;disk_us=0-0;\
    @0+6do.c1.transfer.10.n2.n3";
const THREE: &str = "commit:2pc;r1;s1;participants=3;clients=1;transfers=0;prepare_work_us=0;disk_us=0-0;\
    @0+5do.c1.transfer.10.n2.n3.n4";

fn session(text: &str) -> Session {
    let mut session = Session::open(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    // The boots and the commands, all at time 0.
    session.seek_time(0);
    session
}

fn explore(text: &str, bounds: &Bounds, symmetry: bool) -> (Explorer, Vec<Explored>) {
    let mut explorer = Explorer::new(&session(text), Bounds { symmetry, ..bounds.clone() });
    while !explorer.run(10_000).is_done {}
    let explored = explorer.explored();
    (explorer, explored)
}

fn depth_of(judgement: &Judgement) -> (u8, u32) {
    match judgement {
        Judgement::Struck { depth, .. } => (0, *depth),
        Judgement::Before(_) => (1, 0),
        Judgement::Exhausted => (2, 0),
        Judgement::Open => (3, 0),
        Judgement::GaveUp => (4, 0),
        Judgement::NotJudged => (5, 0),
    }
}

/// Both searches say the same; the one with symmetry visits at most `percent` of a hundred states of the other.
fn says_the_same(text: &str, bounds: &Bounds, percent: u64) {
    let (with, said) = explore(text, bounds, true);
    let (without, said_before) = explore(text, bounds, false);
    let (few, many) = (with.progress(), without.progress());
    println!("{text}: {} of {} states, {:?}", few.unique, many.unique, with.symmetry());
    assert!(matches!(with.symmetry(), Symmetry::On { .. }));
    assert_eq!(without.symmetry(), Symmetry::Off(Asymmetry::Unwanted));
    assert_eq!((with.is_exhausted(), with.limits()), (without.is_exhausted(), without.limits()));
    for (one, other) in said.iter().zip(&said_before) {
        println!("  {}: {:?}", one.id, one.judgement);
        assert_eq!((one.id, depth_of(&one.judgement)), (other.id, depth_of(&other.judgement)), "{text}");
        if let Some(found) = &one.run {
            assert!(found.is_replayed, "{}", found.text);
            let again = Session::open(&found.text.to_string()).expect("what was found can be opened");
            let property =
                again.properties().iter().find(|property| property.id == one.id).expect("it is there");
            assert_eq!(property.verdict.place().map(|(step, _)| step), Some(again.step()), "{}", found.text);
        }
    }
    if bounds.goal == Goal::Everything {
        assert_eq!(few.depth, many.depth);
        assert!(few.unique * 100 <= many.unique * percent, "{} of {}", few.unique, many.unique);
    }
}

fn all() -> Bounds {
    Bounds { goal: Goal::Everything, states: 3_000_000, bytes: 4 << 30, ..Bounds::default() }
}

#[test]
fn raft_needs_a_sixth_of_the_states_and_says_the_same() {
    let crashing = Bounds { crashes: Some(1), timers: Some(2), depth: Some(8), ..all() };
    says_the_same(RAFT, &crashing, 25);
    says_the_same(
        RAFT,
        &Bounds { disks: Disks::Pending, timers: Some(1), depth: Some(7), ..crashing.clone() },
        30,
    );
    let first =
        Bounds { goal: Goal::FirstBreak, depth: None, properties: vec!["election-safety"], ..crashing };
    says_the_same(&RAFT.replace("basic", "forget-vote"), &first, 100);
}

#[test]
fn commit_says_the_same_in_fewer_states() {
    let bounds = Bounds { timers: Some(1), crashes: Some(1), depth: Some(6), ..all() };
    for variant in ["2pc", "impatient", "silence-is-consent", "forgetful-coordinator"] {
        says_the_same(&FOUR.replace("2pc", variant), &bounds, 90);
    }
    let first =
        Bounds { goal: Goal::FirstBreak, depth: None, crashes: Some(0), properties: vec!["ac1"], ..bounds };
    says_the_same(&FOUR.replace("2pc", "impatient"), &first, 100);
}

/// The search with symmetry visits one state of every class that there is, and the renamed hash leaves nothing out.
#[test]
fn every_class_of_states_is_visited_once() {
    let nothing = Bounds { properties: vec!["nothing"], ..all() };
    let judged = ["ac1", "ac3", "ac4", "money-conserved", "blocked", "long-locks"].to_vec();
    for (text, bounds) in [
        (RAFT, Bounds { crashes: Some(1), depth: Some(5), properties: Vec::new(), ..all() }),
        (
            RAFT,
            Bounds {
                drops: Some(1),
                pauses: Some(1),
                depth: Some(4),
                disks: Disks::Pending,
                ..nothing.clone()
            },
        ),
        (FOUR, Bounds { crashes: Some(1), depth: Some(5), properties: judged, ..all() }),
        (THREE, Bounds { crashes: Some(1), depth: Some(5), disks: Disks::Pending, ..nothing }),
    ] {
        let session = session(text);
        let found = classes(session.run(), session.step(), &bounds).expect("symmetry");
        let (explorer, _) = explore(text, &bounds, true);
        println!("{text}: {found:?}");
        assert_eq!(found.told, found.states, "{text}");
        assert_eq!(explorer.progress().unique, found.classes, "{text}");
    }
}

/// The words of an action, or a whole run, with nodes renamed.
fn renamed(text: &str, of: impl Fn(NodeId) -> NodeId) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(['.', '-', '_', ';', '@']) {
        let end = word.len() - usize::from(word.ends_with(['.', '-', '_', ';', '@']));
        match word[..end].parse() {
            Ok(id) => out.push_str(&of(id).to_string()),
            Err(_) => out.push_str(&word[..end]),
        }
        out.push_str(&word[end..]);
    }
    out
}

fn search_of(text: &str, disks: Disks) -> (Search, Vec<Vec<NodeId>>) {
    let session = session(text);
    let bounds = Bounds {
        crashes: None,
        drops: None,
        duplicates: None,
        pauses: None,
        timers: None,
        commands: Some(0),
        disks,
        ..Bounds::default()
    };
    (Search::new(session.run(), session.step(), bounds), session.run().plan().symmetry.clone())
}

/// Plays random paths, and each once more with two nodes of a group exchanged; returns how many of the keys differ.
fn odd_paths(text: &str, disks: Disks) -> u32 {
    let (search, groups) = search_of(text, disks);
    assert!(matches!(search.symmetry(), Symmetry::On { .. }), "{text}: {:?}", search.symmetry());
    let mut odd = 0;
    for seed in 0..40 {
        let mut drawn = 0;
        let mut draw = |ways: u32| {
            drawn += 1;
            Draw::new(seed, "path", 0, drawn).below(ways)
        };
        let group = &groups[draw(groups.len() as u32) as usize];
        let (one, other) =
            (group[draw(group.len() as u32) as usize], group[draw(group.len() as u32) as usize]);
        let swap = |id: NodeId| match id {
            id if id == one => other,
            id if id == other => one,
            id => id,
        };
        let path = search.walk(draw, 25);
        let words = path.iter().map(|action| renamed(&action.to_string(), swap));
        let exchanged: Vec<Action> =
            words.map(|words| Action::from_words(&words).unwrap_or_else(|_| panic!("{words}"))).collect();
        let (mirror, _) = search_of(&renamed(text, swap), disks);
        odd += u32::from(search.key_behind(&path) != mirror.key_behind(&exchanged));
    }
    odd
}

#[test]
fn what_is_declared_interchangeable_can_be_exchanged_on_any_path() {
    for disks in [Disks::Immediate, Disks::Pending] {
        for text in [RAFT, TWO_PHASE, THREE, FOUR] {
            let lab = Session::open(text).expect("a run").lab();
            for variant in lab.variants {
                let id = variant.about().id;
                let own = Session::open(text).expect("a run").variant().about().id;
                // One acceptor alone: then as many nodes boot before the command as in 2PC.
                let faults = if id == "paxos-commit" { ";s1;faults=0" } else { ";s1" };
                let text = text.replacen(own, id, 1).replacen(";s1", faults, 1);
                let declares = !Session::open(&text).expect("a run").run().plan().symmetry.is_empty();
                // The backup of three-phase commit is the first that is up.
                assert_eq!(declares, id != "3pc", "{text}");
                if declares {
                    assert_eq!(odd_paths(&text, disks), 0, "{text}: {disks:?}");
                }
            }
        }
    }
}

/// A lab that declares a group must be among those above; that a false one is caught, the simulator's tests show.
#[test]
fn every_lab_that_declares_a_group_is_played_above() {
    let declaring: Vec<&str> = LABS
        .iter()
        .filter(|lab| {
            lab.variants.iter().any(|variant| {
                let settings =
                    |text: &str| Session::open(text).map(|session| session.run().plan().symmetry.clone());
                let name = format!("{}:{};r1;s1", lab.id, variant.about().id);
                let bare = settings(&format!("{name};clients=0")).or_else(|_| settings(&name));
                bare.is_ok_and(|groups| !groups.is_empty())
            })
        })
        .map(|lab| lab.id)
        .collect();
    assert_eq!(declaring, ["raft", "commit"]);
}

#[test]
fn where_nodes_are_not_alike_there_is_no_symmetry_and_it_says_why() {
    let why = |text: &str| explore(text, &Bounds { depth: Some(1), ..all() }, true).0.symmetry();
    assert_eq!(why(RING), Symmetry::Off(Asymmetry::Undeclared));
    assert_eq!(why(TWO_PHASE_ORDERED), Symmetry::Off(Asymmetry::Ordered));
    assert_eq!(why(&format!("{RAFT};@0+3cut.n1")), Symmetry::Off(Asymmetry::Standing));
    assert_eq!(why(&RAFT.replace("servers=3", "servers=7")), Symmetry::Off(Asymmetry::TooMany));
    assert_eq!(why(&RAFT.replace("clients=0", "clients=0;zones=2")), Symmetry::Off(Asymmetry::Seats));
    assert_eq!(why(COMMIT_LOAD), Symmetry::Off(Asymmetry::Load));
    assert_eq!(why(RAFT), Symmetry::On { renamings: 6 });
}
