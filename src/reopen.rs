//! Opens a run anew with something changed: another variant, setting or seed, and the same actions where they fit.

use faultscope_labs::sim::RunText;
use faultscope_labs::{OpenError, Session};

/// A run that was opened anew.
pub(crate) struct Reopened {
    /// The run.
    pub(crate) session: Session,
    /// Settings and actions that did not fit it, as texts.
    pub(crate) left_out: Vec<String>,
}

/// The run's text without its step, with the nodes where they were dragged to.
fn text_of(session: &Session) -> RunText {
    RunText { placed: session.placed().to_vec(), ..session.text_without_cursor() }
}

/// The same lab, seed and actions under another variant.
pub(crate) fn with_variant(session: &Session, variant: &str) -> Result<Reopened, OpenError> {
    open_what_fits(RunText { variant: variant.to_owned(), ..text_of(session) }, None)
}

/// The same run with one setting changed.
pub(crate) fn with_setting(session: &Session, key: &str, value: &str) -> Result<Reopened, OpenError> {
    let mut text = text_of(session);
    text.settings.retain(|(known, _)| known != key);
    text.settings.push((key.to_owned(), value.to_owned()));
    open_what_fits(text, Some(key))
}

/// The same run from another seed.
pub(crate) fn with_seed(session: &Session, seed: u64) -> Result<Reopened, OpenError> {
    open_what_fits(RunText { seed, ..text_of(session) }, None)
}

/// The same settings and seed without any action.
pub(crate) fn without_actions(session: &Session) -> Result<Reopened, OpenError> {
    open_what_fits(RunText { actions: Vec::new(), ..text_of(session) }, None)
}

/// Opens a run without what does not fit it. What a person has just `asked` for is never left out in silence.
fn open_what_fits(mut text: RunText, asked: Option<&str>) -> Result<Reopened, OpenError> {
    let mut left_out = Vec::new();
    loop {
        match Session::from_text(&text) {
            Ok(mut session) => {
                session.seek_step(session.boots());
                return Ok(Reopened { session, left_out });
            }
            Err(error) => {
                let Some(removed) = remove_culprit(&mut text, &error, asked) else { return Err(error) };
                left_out.extend(removed);
            }
        }
    }
}

/// Takes out what an error complains of; none where it is nothing that can be left out.
fn remove_culprit(text: &mut RunText, error: &OpenError, asked: Option<&str>) -> Option<Vec<String>> {
    let removed: Vec<String> = match error {
        OpenError::UnknownSetting(key, _) => remove_setting(text, key, asked),
        OpenError::BadSetting(key, ..) => remove_setting(text, key, asked),
        OpenError::UnknownNode(action, _) | OpenError::Command(action, _) => {
            let before = text.actions.len();
            text.actions.retain(|pinned| pinned.action.to_string() != *action);
            if text.actions.len() < before { vec![action.clone()] } else { Vec::new() }
        }
        _ => Vec::new(),
    };
    (!removed.is_empty()).then_some(removed)
}

fn remove_setting(text: &mut RunText, key: &str, asked: Option<&str>) -> Vec<String> {
    let mut removed = Vec::new();
    text.settings.retain(|(known, value)| {
        let is_culprit = known == key && asked != Some(key);
        if is_culprit {
            removed.push(format!("{known}={value}"));
        }
        !is_culprit
    });
    removed
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::LABS;
    use faultscope_labs::NodeId;
    use faultscope_labs::sim::Action;

    fn sessions() -> impl Iterator<Item = Session> {
        LABS.iter().map(|lab| {
            let text = format!("{}:{}", lab.id, lab.variants[0].about().id);
            let mut session = Session::open(&text).unwrap();
            session.seek_time(300_000);
            session.act(Action::Crash { node: NodeId::server(1), keep: 0 }).unwrap();
            session
        })
    }

    #[test]
    fn every_variant_opens_with_the_actions_of_another() {
        for session in sessions() {
            for variant in session.lab().variants {
                let reopened = with_variant(&session, variant.about().id).unwrap();
                assert_eq!(reopened.session.variant().about().id, variant.about().id);
                assert_eq!(reopened.session.seed(), session.seed());
                let actions = reopened.session.run().actions().len();
                assert_eq!(actions + reopened.left_out.len(), 1, "{:?}", reopened.left_out);
            }
        }
    }

    #[test]
    fn a_setting_is_changed_or_refused() {
        for session in sessions() {
            let reopened = with_setting(&session, "loss_ppm", "1000").unwrap();
            assert_eq!(reopened.session.settings().number("loss_ppm"), 1_000);
            assert_eq!(reopened.session.run().actions(), session.run().actions());
            assert!(matches!(with_setting(&session, "loss_ppm", "lots"), Err(OpenError::BadSetting(..))));
            assert!(matches!(with_setting(&session, "no_such", "1"), Err(OpenError::UnknownSetting(..))));
        }
    }

    #[test]
    fn actions_without_their_node_are_left_out_and_named() {
        for session in sessions() {
            let last = session.world().servers().len() as u16;
            let mut text = session.text_without_cursor();
            text.actions[0].action = Action::Pause(NodeId::server(last + 7));
            let reopened = open_what_fits(text, None).unwrap();
            assert_eq!(reopened.left_out, [format!("{}", Action::Pause(NodeId::server(last + 7)))]);
        }
    }

    #[test]
    fn another_seed_or_no_actions_keep_the_rest() {
        for session in sessions() {
            let other = with_seed(&session, 77).unwrap().session;
            assert_eq!((other.seed(), other.run().actions().len()), (77, 1));
            let bare = without_actions(&session).unwrap().session;
            assert_eq!((bare.seed(), bare.run().actions().len()), (session.seed(), 0));
            assert_eq!(bare.step(), bare.boots(), "every node has started, and nothing else has happened");
        }
    }
}
