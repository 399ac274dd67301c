//! Which stories a reader has been through: kept on the device, and told to nobody.

use faultscope_labs::Lab;

use crate::kept;

const KEY: &str = "faultscope.stories";

/// Whether the reader has been through a story.
pub(crate) fn is_done(lab: &str, story: &str) -> bool {
    has(&kept::recall(KEY).unwrap_or_default(), lab, story)
}

/// The reader has come to the end of a story.
pub(crate) fn mark_done(lab: &str, story: &str) {
    let done = kept::recall(KEY).unwrap_or_default();
    if !has(&done, lab, story) {
        kept::keep(KEY, format!("{done} {lab}/{story}").trim().to_owned());
    }
}

/// How many of a lab's stories the reader has been through.
pub(crate) fn count(lab: &Lab) -> usize {
    let done = kept::recall(KEY).unwrap_or_default();
    lab.stories.iter().filter(|story| has(&done, lab.id, story.id)).count()
}

/// What is kept are words such as `lab/story`; of a story that is no more, nothing comes.
fn has(done: &str, lab: &str, story: &str) -> bool {
    done.split_ascii_whitespace().any(|word| word.split_once('/') == Some((lab, story)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_known_by_its_lab_and_its_id() {
        let done = "ring/newcomer lock/two-holders";
        assert!(has(done, "ring", "newcomer") && has(done, "lock", "two-holders"));
        assert!(!has(done, "lock", "newcomer") && !has(done, "ring", "new") && !has("", "ring", "newcomer"));
    }
}
