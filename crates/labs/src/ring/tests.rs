//! The ring lab under runs: right variants hold and are put to the test, naive ones break as they say, and each
//! check can fail.

use std::collections::BTreeSet;

use faultscope_protocol::ring::Ring;
use faultscope_scene::{out_of_view, overlaps};
use faultscope_sim::{Mode, Verdict};

use super::LAB;
use super::keys::{KeyState, Keys, ideal_moves, modulo_moves};
use crate::check::{Faults, Trial};
use crate::lab::{BrokenBy, Standing};
use crate::schema::Settings;
use crate::session::Session;
use crate::stage::{Class, Frame};
use crate::story::{Player, Story};
use crate::words::Lang;

fn play(text: &str, until_us: u64) -> Session {
    let mut session =
        Session::open(text).unwrap_or_else(|error| panic!("{text}: {}", error.message(Lang::En)));
    session.play_ahead(until_us, 1_000_000);
    session
}

/// The *always* properties that broke.
fn broken(session: &Session) -> BTreeSet<&'static str> {
    session.properties().iter().filter(|property| property.is_broken()).map(|property| property.id).collect()
}

fn verdict<'a>(session: &'a Session, id: &str) -> &'a Verdict {
    let found = session.properties().iter().find(|property| property.id == id);
    found.map_or_else(|| panic!("no property {id}"), |property| &property.verdict)
}

fn trial(variant: &str, seed: u64, faults: Faults, until_us: u64) -> Trial {
    let variant = LAB.variant(variant).unwrap_or_else(|| panic!("no variant {variant}"));
    let settings = Settings::defaults(&variant.settings());
    Trial { lab: &LAB, variant, settings, seed, faults, until_us }
}

#[test]
fn right_variants_work_and_are_put_to_the_test() {
    for variant in ["ring", "ketama"] {
        let judgement = trial(variant, 1, Faults::None, 60_000_000).judge();
        assert!(judgement.answered[0] >= 1_000, "{variant}: {:?}", judgement.answered);
        for judged in &judgement.properties {
            assert!(judged.premises > 0 && !judged.is_broken(), "{variant}: {judged:?}");
            assert!(judged.mode == Mode::Sometimes || judged.end.is_good(), "{variant}: {judged:?}");
        }
    }
}

#[test]
fn right_variants_hold_under_faults() {
    let mut moved = 0;
    for seed in 0..12 {
        for variant in ["ring", "ketama"] {
            let judgement = trial(variant, seed, Faults::Random(seed), 20_000_000).judge();
            for judged in &judgement.properties {
                assert!(!judged.is_broken(), "{judged:?} in {}", judgement.run_to(judged));
                moved += u64::from(judged.id == "only-what-must" && judged.premises > 0);
            }
        }
    }
    assert!(moved > 12, "members must come and go under faults too: {moved}");
}

#[test]
fn naive_variants_break_all_that_they_pretend() {
    for variant in LAB.variants {
        let Standing::Naive { broken_by: BrokenBy::Run(text), .. } = variant.about().standing else {
            continue;
        };
        let session = play(text, 2_000_000);
        let claims: BTreeSet<&str> = variant.about().claims.iter().copied().collect();
        assert_eq!(broken(&session), claims, "{text}");
    }
}

#[test]
fn hashed_keys_do_not_save_mod_n() {
    assert!(broken(&play("ring:mod-n;r1;s1;keys_are=hashed", 1_000_000)).contains("only-what-must"));
}

/// With one copy, a node that is removed takes its keys along: the checks see it in a right variant too.
#[test]
fn lost_keys_are_found() {
    let text = "ring:ring;r1;s1;replication_factor=1;join_after_us=0;leave_after_us=0;\
                @100000crash.n3;@200000do.n1.remove.n3";
    let session = play(text, 20_000_000);
    assert_eq!(broken(&session), BTreeSet::from(["one-owner", "no-miss"]));
    assert_eq!(verdict(&session, "placed"), &Verdict::Open);
    // With two copies the same run keeps all promises.
    let session = play(&text.replace("factor=1", "factor=2"), 20_000_000);
    assert_eq!(broken(&session), BTreeSet::new());
    assert!(matches!(verdict(&session, "placed"), Verdict::Met { .. }));
}

/// A member that is down holds a change up until it comes back.
#[test]
fn a_change_waits_for_members_that_are_down() {
    let text = "ring:ring;r1;s1;leave_after_us=0;@100000crash.n3";
    let session = play(text, 5_000_000);
    assert_eq!(verdict(&session, "placed"), &Verdict::Open);
    let session = play(&format!("{text};@5000000restart.n3"), 8_000_000);
    assert!(matches!(verdict(&session, "placed"), Verdict::Met { .. }));
}

#[test]
fn balance_depends_on_points() {
    let seen = |text: &str| matches!(verdict(&play(text, 300_000), "overloaded"), Verdict::Struck { .. });
    assert!(seen("ring:ring;r1;s1;virtual_nodes=1"));
    assert!(!seen("ring:ring;r1;s1;virtual_nodes=200;keys=10000"));
    assert!(!seen("ring:mod-n;r1;s1"));
}

/// What the picture counts is what the machines say.
#[test]
fn counts_of_moving_keys_are_true() {
    let text = "ring:ring;r1;s1;leave_after_us=0";
    let mut seen = BTreeSet::new();
    let mut session = play(text, 1_500_000);
    for at_us in (0..1_500_000).step_by(10_000) {
        session.seek_time(at_us);
        let world = session.world();
        let (Some(view), Some(setup)) =
            (super::newest_view(world), world.servers().next().and_then(|node| node.setup()))
        else {
            continue;
        };
        let keys = Keys::of(world, view, setup);
        let columns = keys.columns(97);
        assert_eq!(columns.iter().map(Vec::len).sum::<usize>(), 2_000);
        seen.extend(columns.into_iter().flatten());
        if view.change().is_none() {
            assert_eq!(keys.copies.total, 0);
            continue;
        }
        let total = keys.copies.total;
        assert_eq!(total, view.moves().len() as u64);
        assert!(keys.copies.arrived + keys.copies.on_the_way + keys.copies.waiting() == total);
        let newcomer = world.servers().last().and_then(|node| node.machine::<Ring>()?.as_store());
        assert_eq!(newcomer.map(|store| store.items().len() as u64), Some(keys.copies.arrived));
        assert_eq!((ideal_moves(view, 2_000, 2), modulo_moves(view, 2_000, 2)), (Some(500), Some(3_000)));
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(seen.contains(&KeyState::OnTheWay));
}

#[test]
fn states_are_small_and_list_keys_only_where_they_are_few() {
    let session = play("ring:ring;r1;s1;keys=300;@1900000crash.n2;@1900000crash.c1", 2_000_000);
    let mut owned = 0;
    for node in session.run().head().world.nodes() {
        let fields = session.variant().state(&session.run().head().world, node);
        assert!(!fields.is_empty(), "{}", node.id);
        owned += fields.get("owned").and_then(|list| list.as_array()).map_or(0, Vec::len);
    }
    assert_eq!(owned, 300, "every key has one owner");
    let session = play("ring:ring;r1;s1", 1_000_000);
    for node in session.run().head().world.nodes() {
        let fields = session.variant().state(&session.run().head().world, node);
        assert!(!fields.contains_key("owned") && serde_json::Value::Object(fields).to_string().len() < 500);
    }
}

#[test]
fn pictures_can_be_read() {
    let runs = [
        "ring:ring;r1;s1;@600000crash.n3;@620000do.n1.remove.n3",
        "ring:ring;r1;s1;virtual_nodes=1;replication_factor=1",
        "ring:ring;r1;s1;nodes=8;virtual_nodes=200;keys=10000;@300000join.n10;@300000do.n10.join",
        "ring:ketama;r1;s1;nodes=2",
        "ring:mod-n;r1;s1;keys=100",
        "ring:off-by-ring;r1;s1",
    ];
    let frames = [
        (Class::Desktop, 790.0, 500.0),
        (Class::Desktop, 1100.0, 700.0),
        (Class::Tablet, 640.0, 380.0),
        (Class::Phone, 390.0, 408.0),
        (Class::Miniature, 248.0, 136.0),
    ];
    for text in runs {
        let mut session = play(text, 5_000_000);
        for at_us in (0..5_000_000).step_by(61_000) {
            session.seek_time(at_us);
            for (class, width, height) in frames {
                for lang in Lang::ALL {
                    let frame =
                        Frame { width, height, class, lang, now_us: session.now_us(), ..Frame::default() };
                    let scene = session.picture(&frame);
                    let place = format!("{text} at {at_us}, {class:?} {lang:?}");
                    assert_eq!(overlaps(&scene), [], "{place}");
                    assert_eq!(out_of_view(&scene), Vec::<String>::new(), "{place}");
                }
            }
        }
    }
}

#[test]
fn stories_hold() {
    for source in LAB.stories {
        let story = Story::parse(source.text).unwrap_or_else(|error| panic!("{}: {error}", source.id));
        assert_eq!(story.id, source.id);
        Player::prove(&story).unwrap_or_else(|error| panic!("{}: {error}", source.id));
    }
}
