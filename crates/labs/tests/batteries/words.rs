//! Words: whatever a reader sees has words in every language, and whatever is named is there.

use std::collections::BTreeSet;

use faultscope_labs::schema::{ArgumentKind, SettingKind};
use faultscope_labs::sim::{BadCommand, Kind, Payload, Status};
use faultscope_labs::{Lab, Lang, Session, Setting, Settings, Text, Variant};
use serde_json::Value;

use super::{name_of, trial, variants};

const UNTIL_US: u64 = 4_000_000;

fn has_chinese(words: &str) -> bool {
    words.chars().any(|letter| matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'))
}

fn check_text(text: Text, place: &str) {
    let (en, zh) = (text.get(Lang::En), text.get(Lang::Zh));
    assert!(!en.trim().is_empty() && !has_chinese(en), "{place}: {en:?}");
    assert!(zh == en || has_chinese(zh), "{place}: {zh:?}");
}

fn is_id(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[test]
fn labs_and_variants_have_words() {
    let mut ids = BTreeSet::new();
    for (lab, variant) in variants() {
        let name = name_of(lab, variant);
        let about = variant.about();
        assert!(is_id(lab.id) && is_id(about.id) && ids.insert(name.clone()), "{name}");
        for text in [lab.title, lab.sentence, lab.broken_by, about.title, about.sentence] {
            check_text(text, &name);
        }
        if let faultscope_labs::Standing::Naive { flaw, .. } = about.standing {
            check_text(flaw, &name);
        }
        about.assumes.words.iter().for_each(|&text| check_text(text, &name));
        let miniature = Session::open(lab.miniature).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(miniature.lab().id, lab.id);
    }
}

#[test]
fn properties_rules_and_kinds_are_explained() {
    for (lab, variant) in variants() {
        let name = name_of(lab, variant);
        let settings = Settings::defaults(&variant.settings());
        for property in variant.properties(&settings) {
            let words = lab.property(property.id);
            let words = words.unwrap_or_else(|| panic!("{name}: {} has no words", property.id));
            for text in [words.title, words.sentence, words.finding] {
                check_text(text, property.id);
            }
        }
        let kinds: BTreeSet<&str> = lab.kinds.iter().map(|kind| kind.name).collect();
        assert_eq!(kinds.len(), lab.kinds.len(), "{name}: a message stands twice");
        assert!(lab.kinds.iter().all(|kind| (1..=8).contains(&kind.ink) && !kind.short.is_empty()));
        for rule in lab.rules {
            check_text(rule.sentence, rule.id);
            assert!(!rule.source.is_empty(), "{name}: rule {} has no source", rule.id);
        }
    }
}

#[test]
fn settings_read_their_own_defaults_and_refuse_others() {
    for (lab, variant) in variants() {
        let name = name_of(lab, variant);
        let mut keys = BTreeSet::new();
        for setting in variant.settings() {
            assert!(keys.insert(setting.key), "{name}: {} stands twice", setting.key);
            check_text(setting.title, setting.key);
            check_text(setting.help, setting.key);
            let default = setting.default_value();
            assert_eq!(setting.read(&default.to_string()), Some(default), "{name}: {}", setting.key);
            assert_eq!(setting.read("no such value"), None, "{name}: {}", setting.key);
            extremes_play(lab, variant, &setting);
        }
    }
}

/// The ends of what a setting may be are worlds that play.
fn extremes_play(lab: &Lab, variant: &dyn Variant, setting: &Setting) {
    let values = match setting.kind {
        SettingKind::Number { min, max, .. } => vec![min.to_string(), max.to_string()],
        SettingKind::Range { min, max, .. } => vec![format!("{min}-{min}"), format!("{max}-{max}")],
        SettingKind::Choice { options } => options.iter().map(|(word, _)| (*word).to_owned()).collect(),
    };
    for value in values {
        let text = format!("{}:{};{}={value}", lab.id, variant.about().id, setting.key);
        let mut text: faultscope_labs::sim::RunText =
            text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"));
        text.manual = true;
        let mut session = Session::from_text(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert!(session.step_forward(), "{text}: nobody boots");
    }
}

#[test]
fn every_command_of_the_schema_is_read() {
    for (lab, variant) in variants() {
        let name = name_of(lab, variant);
        let blueprint = variant.blueprint(&Settings::defaults(&variant.settings()));
        let read = |words: &[String]| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            blueprint.factory.command(&words)
        };
        for command in variant.commands() {
            check_text(command.title, command.name);
            let mut words = vec![command.name.to_owned()];
            for argument in command.arguments {
                check_text(argument.title, argument.name);
                words.push(examples_of(argument.kind)[0].clone());
            }
            let body = read(&words).unwrap_or_else(|error| panic!("{name} {words:?}: {error:?}"));
            assert!(!body.name().is_empty());
            for (place, argument) in command.arguments.iter().enumerate() {
                for example in examples_of(argument.kind) {
                    let mut words = words.clone();
                    words[place + 1] = example;
                    assert!(read(&words).is_ok(), "{name} {words:?}: {:?}", read(&words));
                }
                let mut wrong = words.clone();
                wrong[place + 1] = "?".to_owned();
                assert!(matches!(read(&wrong), Err(BadCommand::Argument { .. })), "{name} {wrong:?}");
            }
            words.push("more".to_owned());
            assert!(matches!(read(&words), Err(BadCommand::Argument { .. })), "{name} {words:?}");
        }
        let unknown = read(&["no-such-command".to_owned()]);
        assert!(unknown.is_err(), "{name} takes any word for a command");
    }
}

/// Values that an argument takes; the one that the page offers comes first.
fn examples_of(kind: ArgumentKind) -> Vec<String> {
    match kind {
        ArgumentKind::Number { min, max, default } => {
            vec![default.to_string(), min.to_string(), max.to_string()]
        }
        ArgumentKind::Choice(options) => options.iter().map(|&option| option.to_owned()).collect(),
        ArgumentKind::Server => vec!["n1".to_owned()],
    }
}

/// Names that traces have beside a lab's own.
const TRACE_FIELDS: [&str; 5] = ["step", "at_us", "node", "event", "status"];

#[test]
fn states_messages_and_notes_can_be_told() {
    for (lab, variant) in variants() {
        for seed in [4, 5] {
            let text = trial(lab, variant, seed, UNTIL_US).text();
            let mut session = Session::from_text(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            session.play_ahead(UNTIL_US, 100_000);
            let last = session.len();
            session.run().replay(1, last, |moment, step| {
                let place = format!("{text};t{}", step.number);
                for sent in &step.sent {
                    check_message(lab, variant, &sent.body, &place);
                }
                if let Some(timer) = step.timer {
                    let is_told = lab.timers.iter().any(|(known, _)| *known == timer);
                    assert!(is_told, "{place}: the timer {timer} has no words");
                }
                for note in &step.notes {
                    check_note(lab, variant, note, &place);
                }
                if let (Kind::Command | Kind::Reply, Some(body)) = (step.kind, &step.body) {
                    for lang in Lang::ALL {
                        assert!(!variant.command_words(body, lang).trim().is_empty(), "{place}: {body:?}");
                    }
                }
                for lang in Lang::ALL {
                    let said = session.say(step, lang);
                    assert!(!said.trim().is_empty() && !said.contains(['{', '}']), "{place}: {said:?}");
                }
                // States cost more than the steps: those of each 7th step, and of every crash.
                if step.number % 7 == 0 || step.kind == Kind::Crash {
                    for node in moment.world.nodes() {
                        let state = variant.state(&moment.world, node);
                        // A node that is down may have nothing: not every machine keeps something on disk.
                        let is_down = node.status == Status::Down;
                        assert!(is_down || !state.is_empty(), "{place}: {} has no state", node.id);
                        assert!(
                            TRACE_FIELDS.iter().all(|field| !state.contains_key(*field)),
                            "{place}: {state:?}"
                        );
                        state.values().for_each(|value| check_value(value, &place));
                    }
                }
                let era = variant.era(&moment.world);
                assert!(era == 0 || !variant.era_words(era).is_empty(), "{place}");
            });
        }
    }
}

fn check_message(lab: &Lab, variant: &dyn Variant, body: &Payload, place: &str) {
    assert!(lab.kind(body.name()).is_some(), "{place}: the message {} has no kind", body.name());
    for roomy in [false, true] {
        assert!(!variant.message_words(body, roomy).trim().is_empty(), "{place}: {body:?}");
    }
    check_value(&body.value(), place);
    // The name of a message is that of its serde variant.
    let value = body.value();
    let named =
        value.as_str().or_else(|| value.as_object().and_then(|map| map.keys().next()).map(String::as_str));
    assert_eq!(named, Some(body.name()), "{place}");
}

fn check_note(lab: &Lab, variant: &dyn Variant, note: &Payload, place: &str) {
    assert!(!note.name().is_empty(), "{place}: {note:?}");
    let (en, zh) = (variant.note_words(note, Lang::En), variant.note_words(note, Lang::Zh));
    assert!(!en.trim().is_empty() && !has_chinese(&en), "{place}: {note:?}: {en:?}");
    assert!(has_chinese(&zh), "{place}: {note:?}: {zh:?}");
    assert!(!en.contains(['{', '}']) && !zh.contains(['{', '}']), "{place}: {en:?} {zh:?}");
    if let Some(rule) = note.rule() {
        assert!(lab.rule(rule).is_some(), "{place}: no rule is called {rule:?}");
    }
    check_value(&note.value(), place);
}

/// No floats anywhere: they would differ between platforms.
fn check_value(value: &Value, place: &str) {
    match value {
        Value::Number(number) => assert!(!number.is_f64(), "{place}: {number} is a float"),
        Value::Array(list) => list.iter().for_each(|inner| check_value(inner, place)),
        Value::Object(map) => map.values().for_each(|inner| check_value(inner, place)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
