//! Right variants hold under every fault that they assume, naive ones break as they say, and nobody is safe by doing
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use faultscope_labs::check::{Faults, Judgement, Trial};
use faultscope_labs::export::finding_words;
use faultscope_labs::lab::BrokenBy;
use faultscope_labs::session::plan_of;
use faultscope_labs::shrink::Shrunk;
use faultscope_labs::sim::{FaultKind, Mode, Property, Run, Signal, Watch};
use faultscope_labs::verdict::{self, End, Judged, Reason};
use faultscope_labs::{Lab, Lang, Session, Standing, Variant};

use super::{gives_load, name_of, seeds, trial, variants};

/// The fewest steps of a run under random faults.
const STEPS_MIN: u64 = 2_000;

#[test]
fn right_variants_hold_under_random_faults() {
    for (lab, variant) in variants() {
        if variant.about().standing != Standing::Right {
            continue;
        }
        let mut drawn = BTreeSet::new();
        for seed in 0..seeds() {
            let trial = long_enough(lab, variant, seed);
            let judgement = trial.judge();
            assert!(judgement.steps >= STEPS_MIN && !judgement.is_cut_short, "{}", judgement.run);
            drawn.extend(judgement.run.actions.iter().filter_map(|pinned| pinned.action.fault()));
            assert_eq!(judgement.given_up().next(), None, "{}: who gives up does not pass", judgement.run);
            for judged in &judgement.properties {
                // Whether it claims them or not: a right variant breaks no property that it is checked for.
                assert!(!judged.is_broken(), "{} breaks: {judged:?}", judgement.run_to(judged));
            }
        }
        let assumed: BTreeSet<FaultKind> = variant.about().assumes.faults.iter().copied().collect();
        assert_eq!(drawn, assumed, "{}: every assumed kind of fault, no other", name_of(lab, variant));
    }
}

/// A trial of at least so many steps: variants differ in how much happens in a second.
fn long_enough(lab: &'static Lab, variant: &'static dyn Variant, seed: u64) -> Trial {
    let mut long = trial(lab, variant, seed, 10_000_000);
    while long.judge().steps < STEPS_MIN {
        long.until_us *= 2;
        assert!(long.until_us < 1_000_000_000, "{}: hardly anything happens", name_of(lab, variant));
    }
    long
}

#[test]
fn naive_variants_break_as_they_say() {
    for (lab, variant) in variants() {
        let Standing::Naive { broken_by, .. } = variant.about().standing else { continue };
        let name = name_of(lab, variant);
        match broken_by {
            BrokenBy::Seeds(count) => {
                let found = (0..count).find_map(|seed| {
                    let trial = trial(lab, variant, seed, 10_000_000);
                    let judgement = trial.judge();
                    let judged = judgement.broken().next()?.clone();
                    Some((trial, judgement, judged))
                });
                let (trial, judgement, judged) =
                    found.unwrap_or_else(|| panic!("{name} is not broken within {count} seeds"));
                println!("{name} broken with seed {}: {}", trial.seed, judgement.run_to(&judged));
                shrinks_to_a_run_that_breaks(&trial, &judgement, &judged);
            }
            BrokenBy::Run(text) => breaks_in_its_run(lab, variant, text),
        }
    }
}

/// What the command line prints for a broken property opens, and is broken where its cursor stands.
fn shrinks_to_a_run_that_breaks(trial: &Trial, judgement: &Judgement, judged: &Judged) {
    let Shrunk { run, end, .. } = trial.shrink(judgement, judged);
    assert!(run.actions.len() <= judgement.run_to(judged).actions.len());
    let session = Session::open(&run.to_string()).unwrap_or_else(|error| panic!("{run}: {error:?}"));
    let (End::Broken { step, finding, .. }, Some(cursor)) = (&end, run.cursor) else {
        let property = session.properties().iter().find(|property| property.id == judged.id).expect("it");
        assert!(matches!(end, End::Unmet { .. }), "{run}: {end:?}");
        return assert!(matches!(verdict::of(&session, property), End::Unmet { .. }), "{run}");
    };
    assert_eq!(*step, cursor);
    let at = |step| {
        let properties = session.run().moment(step).properties;
        properties.iter().find(|property| property.id == judged.id).map(Property::is_broken)
    };
    assert_eq!((at(cursor - 1), at(cursor)), (Some(false), Some(true)), "{run}");
    for lang in Lang::ALL {
        let words = finding_words(trial.lab, judged.id, finding, lang);
        assert!(!words.is_empty() && !words.contains(['{', '}']), "{run}: {words:?} from {finding:?}");
    }
}

fn breaks_in_its_run(lab: &Lab, variant: &dyn Variant, text: &str) {
    let mut session = Session::open(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!((session.lab().id, session.variant().about().id), (lab.id, variant.about().id), "{text}");
    let last_us = session.run().actions().last().map_or(0, |pinned| pinned.pin.at_us);
    session.play_ahead(last_us + 10_000_000, 500_000);
    let claims = variant.about().claims;
    let broken = session
        .properties()
        .iter()
        .any(|property| claims.contains(&property.id) && verdict::of(&session, property).is_broken());
    assert!(broken, "{text} breaks none of {claims:?}");
}

/// Without faults a right variant works: it answers, it keeps what it claims, and what it claims was put to the test.
#[test]
fn right_variants_work_without_faults() {
    for (lab, variant) in variants() {
        if variant.about().standing != Standing::Right {
            continue;
        }
        let quiet = Trial { faults: Faults::None, ..trial(lab, variant, 1, 60_000_000) };
        let judgement = quiet.judge();
        let name = name_of(lab, variant);
        let [ok, fail, info] = judgement.answered;
        // A lab without client load has nothing to answer; its premises below show that it was put to the test.
        let is_idle = !gives_load(variant);
        assert!(
            is_idle || (ok > 0 && ok + fail >= 1_000),
            "{name} answers {ok} ok, {fail} fail, {info} info"
        );
        for judged in &judgement.properties {
            assert!(!judged.is_broken(), "{name}: {judged:?}");
            if judged.mode != Mode::Sometimes {
                assert!(judged.premises > 0, "{name}: the premise of {} never held", judged.id);
            }
            if judged.mode == Mode::Eventually {
                assert!(judged.end.is_good(), "{name}: {} is not met without faults", judged.id);
            }
        }
    }
}

/// Every claim is checked, everybody claims something, and each lab shows the right way beside a naive one.
#[test]
fn every_lab_has_right_and_naive_variants_that_are_checked() {
    let mut standings: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (lab, variant) in variants() {
        let is_naive = usize::from(variant.about().standing != Standing::Right);
        standings.entry(lab.id).or_default()[is_naive] += 1;
        let checked = trial(lab, variant, 1, 1).judge();
        let ids: BTreeSet<&str> = checked.properties.iter().map(|judged| judged.id).collect();
        for claim in variant.about().claims {
            assert!(ids.contains(claim), "{} claims {claim}, which is not checked", name_of(lab, variant));
        }
        assert!(!variant.about().claims.is_empty(), "{} claims nothing", name_of(lab, variant));
    }
    for (lab, [right, naive]) in standings {
        assert!(right > 0 && naive > 0, "{lab}: {right} right and {naive} naive variants");
    }
}

/// Where the nemesis has healed everything a property that never comes true is unmet; before that, it is open, and the
/// reason is said.
#[test]
fn eventually_is_judged_in_healed_runs_alone() {
    let never = || Property::new("never", Mode::Eventually, Watch::boxed((), |(), _, _| Signal::Silent));
    let mut wounds = BTreeSet::new();
    for (lab, variant) in variants() {
        let name = name_of(lab, variant);
        let trial = trial(lab, variant, 1, 10_000_000);
        let needed_us = verdict::needed_us(variant, &trial.settings);
        let plan = Arc::new(plan_of(variant, &trial.settings, trial.seed, false));
        let mut run = Run::new(plan, trial.actions());
        let mut early = BTreeSet::new();
        run.play_seen(trial.until_us, 500_000, |moment, _| {
            match verdict::judge(&never(), moment, moment.world.now_us(), false, needed_us) {
                End::Open(reason) => {
                    early.insert(reason.words(Lang::En));
                    for lang in Lang::ALL {
                        assert!(!reason.words(lang).contains(['{', '}']), "{}", reason.words(lang));
                    }
                    if let Reason::Wounded(wound) = reason {
                        wounds.insert(wound);
                    }
                }
                end => assert!(matches!(end, End::Unmet { .. }), "{name}: {end:?}"),
            }
        });
        assert!(!early.is_empty(), "{name}");
        assert_eq!(run.head().world.standing(), [], "{name}: every fault is healed");
        let healed_us = run.head().world.disturbed_us();
        let judge = |end_us, is_over| verdict::judge(&never(), run.head(), end_us, is_over, needed_us);
        let last_us = healed_us + needed_us;
        assert!(matches!(judge(last_us, false), End::Unmet { quiet_us: Some(_) }), "{name}");
        assert!(matches!(judge(last_us - 1, false), End::Open(Reason::TooSoon { .. })), "{name}");
        let manual = Arc::new(plan_of(variant, &trial.settings, trial.seed, true));
        let manual = Run::new(manual, Vec::new());
        let end = verdict::judge(&never(), manual.head(), u64::MAX, true, needed_us);
        assert_eq!(end, End::Open(Reason::Manual), "{name}");
    }
    assert!(wounds.len() > 5, "{wounds:?}");
}
