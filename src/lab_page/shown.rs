//! Which panels are shown, as the words of a run's link: a link opens with what its author saw.

use crate::intent::{Overlay, Tab};

const TABS: [(Tab, &str); 4] =
    [(Tab::Inspect, "inspect"), (Tab::Verdicts, "verdicts"), (Tab::Log, "log"), (Tab::Time, "time")];

/// What lies over the page and belongs to the run; the list of keys, the link and the actions of a phone do not.
const OVERLAYS: [(Overlay, &str); 7] = [
    (Overlay::Settings, "settings"),
    (Overlay::Faults, "faults"),
    (Overlay::Search, "search"),
    (Overlay::Experiments(0), "experiments"),
    (Overlay::Branches, "branches"),
    (Overlay::Until, "until"),
    (Overlay::Compare, "compare"),
];

/// The words of what is shown; the page as it first opens has none.
pub(super) fn words(tab: Tab, overlay: Option<Overlay>) -> Vec<String> {
    let tab = TABS.iter().find(|(known, _)| *known == tab).map(|(_, word)| *word);
    // Which experiment is chosen, a link does not say.
    let overlay = match overlay {
        Some(Overlay::Experiments(_)) => Some(Overlay::Experiments(0)),
        other => other,
    };
    let overlay = OVERLAYS.iter().find(|(known, _)| Some(*known) == overlay).map(|(_, word)| *word);
    tab.into_iter().chain(overlay).map(str::to_owned).collect()
}

/// What the words of a link show; words of other builds say nothing.
pub(super) fn read(words: &[String]) -> (Option<Tab>, Option<Overlay>) {
    let tab = TABS.iter().find(|(_, word)| words.iter().any(|given| given == word)).map(|(tab, _)| *tab);
    let overlay = OVERLAYS
        .iter()
        .find(|(_, word)| words.iter().any(|given| given == word))
        .map(|(overlay, _)| *overlay);
    (tab, overlay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_comes_back_from_its_words() {
        for (tab, _) in TABS {
            for overlay in OVERLAYS.map(|(overlay, _)| Some(overlay)).into_iter().chain([None]) {
                assert_eq!(read(&words(tab, overlay)), (Some(tab), overlay));
            }
        }
        assert!(words(Tab::Story, Some(Overlay::Keys)).is_empty());
        assert_eq!(read(&["lanes".to_owned()]), (None, None));
    }
}
