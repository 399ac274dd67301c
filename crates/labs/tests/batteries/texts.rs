//! Texts in and out: stories hold, exports say what happened, hostile links get a message and never a panic.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use faultscope_labs::sim::{Action, RunText};
use faultscope_labs::{Lab, Lang, Player, Session, Story, export};
use serde_json::Value;

use super::{gives_load, trial, variants};

const UNTIL_US: u64 = 3_000_000;

#[test]
fn every_story_holds() {
    let mut troubles = Vec::new();
    for lab in crate::labs() {
        for source in lab.stories {
            let name = format!("{}/{}", lab.id, source.id);
            match Story::parse(source.text).and_then(|story| prove(lab, source.id, &story)) {
                Ok(()) => {}
                Err(error) => troubles.push(format!("{name}: {error}")),
            }
        }
    }
    assert!(troubles.is_empty(), "{troubles:#?}");
}

fn prove(lab: &Lab, id: &str, story: &Story) -> Result<(), faultscope_labs::StoryError> {
    assert_eq!((story.id.as_str(), story.run.lab.as_str()), (id, lab.id));
    Player::prove(story)?;
    // Forth to the end, back to the beginning, and every step is found again.
    let (mut session, mut player) = Player::new(story)?;
    let mut places = vec![(session.step(), session.world().fingerprint())];
    while player.next(&mut session)? {
        for lang in Lang::ALL {
            let said = player.words(lang);
            assert!(!said.is_empty() && !said.contains(['{', '}']), "{}/{id}: {said:?}", lab.id);
        }
        places.push((session.step(), session.world().fingerprint()));
    }
    assert_eq!(places.len(), story.steps.len() + 1);
    while player.back(&mut session)? {
        places.pop();
        assert_eq!(places.last(), Some(&(session.step(), session.world().fingerprint())), "{}/{id}", lab.id);
    }
    assert_eq!(places.len(), 1);
    Ok(())
}

/// The player on a story made for any lab: it acts, claims, comes back, judges, and says what does not hold.
#[test]
fn stories_are_judged() {
    let (lab, variant) = variants()[0];
    let run = format!("{}:{};r1;s5", lab.id, variant.about().id);
    let story = |lines: &str| {
        let head = format!("story x\ntitle\n  en: X\n  zh: 测试\nrun {run}\n");
        Story::parse(&format!("{head}step\n{lines}\n  en: {{N}}\n  zh: 测试\n"))
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let verdict =
        |lines: &str| Player::prove(&story(lines)).map_err(|error| (error.line, error.is_broken_claim()));
    let crash = "  until event deliver at n1 as N\n  do crash.$N\n  claim $N.status = down";
    assert_eq!(verdict(crash), Ok(()));
    assert_eq!(verdict(&format!("{crash}\n  claim n2.status = down")), Err((10, true)));
    assert_eq!(
        verdict(&format!("{crash}\n  until n1.status = up")),
        Err((10, true)),
        "it would wait for ever"
    );
    assert_eq!(verdict(&format!("{crash}\n  until broken no-such-property")), Err((10, false)));
    assert_eq!(verdict("  do crash.n99"), Err((7, false)));
    let goal = |allowed: u32, reach: &str| {
        format!(
            "{crash}\n  goal\n    reach {reach}\n    within 2s\n    allow crash {allowed}\n    solve do crash.n2\n    solve do restart.n2\n    solve do crash.n2"
        )
    };
    assert_eq!(verdict(&goal(2, "n2.status = down and not time >= 3s")), Ok(()), "a restart is free");
    assert_eq!(verdict(&goal(1, "n2.status = down")), Err((10, true)), "over budget");
    assert_eq!(verdict(&goal(2, "n3.status = down")), Err((10, true)), "not reached");
    assert_eq!(verdict(&goal(2, "n1.status = down")), Err((10, true)), "reached already");

    let (mut session, mut player) = Player::new(&story(crash)).expect("a run");
    assert_eq!((player.position(), player.words(Lang::En)), (None, "X".to_owned()));
    assert_eq!(player.next(&mut session), Ok(true));
    assert_eq!((player.position(), player.words(Lang::En)), (Some(0), "n1".to_owned()));
    let here = session.text();
    session.act(Action::Heal).expect("an action");
    assert_ne!(session.text(), here);
    player.restore(&mut session).expect("a run");
    assert_eq!(session.text(), here, "the story stands where it stood");
    assert_eq!(player.next(&mut session), Ok(false));
    assert_eq!(player.back(&mut session), Ok(true));
    assert_eq!((player.position(), session.step()), (None, 0));
}

/// A story file that no lab lists would never be proved, and a listed one whose file has another name never found.
#[test]
fn story_files_and_lists_agree() {
    for lab in crate::labs() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(lab.id).join("stories");
        let files: BTreeSet<String> = fs::read_dir(&folder)
            .map(|entries| {
                entries
                    .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                    .collect()
            })
            .unwrap_or_default();
        let listed: BTreeSet<String> =
            lab.stories.iter().map(|story| format!("{}.story", story.id)).collect();
        assert_eq!(files, listed, "{}", folder.display());
    }
}

fn lines_of(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Vec<Value> {
    let mut out = Vec::new();
    write(&mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn played(text: &RunText) -> Session {
    let mut session = Session::from_text(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    session.play_ahead(UNTIL_US, 50_000);
    session
}

#[test]
fn events_tell_every_step_and_their_clocks_are_causal() {
    const KINDS: [&str; 12] = [
        "boot", "deliver", "timer", "command", "reply", "durable", "lost", "crash", "restart", "pause",
        "resume", "fault",
    ];
    for (lab, variant) in variants() {
        let text = trial(lab, variant, 6, UNTIL_US).text();
        let session = played(&text);
        let last = session.run().steps_until(UNTIL_US);
        let lines = lines_of(|out| export::events(&session, last, out));
        let header = &lines[0];
        assert_eq!(header["run"], text.to_string());
        let prints = session.run().moment(last).world.fingerprint();
        assert_eq!(header["fingerprint"], export::fingerprint_words(prints));
        assert_eq!(header["steps"], last);
        assert_eq!(lines.len() as u64, last + 1, "{text}");
        let clock_of = |line: &Value| -> BTreeMap<String, u64> {
            let clock = line["clock"].as_object().expect("a clock");
            clock.iter().map(|(node, count)| (node.clone(), count.as_u64().expect("a count"))).collect()
        };
        let mut sent_with: BTreeMap<u64, BTreeMap<String, u64>> = BTreeMap::new();
        let mut own: BTreeMap<String, u64> = BTreeMap::new();
        let (mut at_us, mut delivered) = (0, 0);
        for (place, line) in lines[1..].iter().enumerate() {
            assert_eq!(line["step"], place as u64 + 1);
            let kind = line["kind"].as_str().expect("a kind");
            assert!(KINDS.contains(&kind), "{line}");
            assert!(line["at_us"].as_u64().expect("a time") >= at_us);
            at_us = line["at_us"].as_u64().expect("a time");
            let clock = clock_of(line);
            if let (Some(node), true) = (line["node"].as_str(), kind != "lost") {
                let count = own.entry(node.to_owned()).or_default();
                *count += 1;
                assert_eq!(clock.get(node), Some(&*count), "{text}: {line}");
            }
            if kind == "deliver" {
                let carried = &sent_with[&line["message"].as_u64().expect("a message")];
                assert!(carried.iter().all(|(node, count)| clock.get(node) >= Some(count)), "{text}: {line}");
                assert!(line["body"].is_object() || !line["body"].is_null(), "{line}");
                delivered += 1;
            }
            for sent in line["sent"].as_array().expect("a list") {
                sent_with.insert(sent["id"].as_u64().expect("an id"), clock.clone());
            }
        }
        assert!(delivered > 10, "{text}");
    }
}

#[test]
fn states_tell_what_changed_and_histories_pair_up() {
    for (lab, variant) in variants() {
        let text = trial(lab, variant, 8, UNTIL_US).text();
        let session = played(&text);
        let last = session.len();
        let mut known: BTreeMap<String, Value> = BTreeMap::new();
        for line in lines_of(|out| export::states(&session, last, out)) {
            let node = line["node"].as_str().expect("a node").to_owned();
            assert!(["up", "paused", "down"].contains(&line["status"].as_str().expect("a status")), "{line}");
            let mut state = line.as_object().expect("an object").clone();
            state.retain(|key, _| !["step", "at_us", "event"].contains(&key.as_str()));
            let state = Value::from(state);
            assert_ne!(known.insert(node, state.clone()), Some(state), "{text}: nothing changed in {line}");
        }
        let ids: BTreeSet<String> = session.world().nodes().map(|node| node.id.to_string()).collect();
        assert_eq!(known.into_keys().collect::<BTreeSet<_>>(), ids, "{text}");
        let mut answered = 0;
        for line in lines_of(|out| export::history(&session, last, out)) {
            let call_us = line["call_us"].as_u64().expect("a time");
            let status = line["status"].as_str().expect("a status");
            match line["return_us"].as_u64() {
                Some(return_us) => {
                    answered += 1;
                    assert!(return_us >= call_us, "{line}");
                }
                None => assert!(
                    status == "info" && line["return_us"].is_null() && line["result"].is_null(),
                    "{line}"
                ),
            }
            assert!(["ok", "fail", "info"].contains(&status) && line["op"].is_string(), "{line}");
        }
        let summed: u64 = export::summary(&session, last).answered.values().sum();
        assert_eq!(answered, summed, "{text}");
        assert!(answered > 0 || !gives_load(session.variant()), "{text}");
    }
}
