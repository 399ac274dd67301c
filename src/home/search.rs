//! Finding a lab by what is written about it.

use faultscope_labs::{Lab, Lang, Standing, Text};

/// The labs in whose words every wanted word stands, in any language. Nothing wanted is every lab.
pub(super) fn matching(labs: &[&'static Lab], wanted: &str) -> Vec<&'static Lab> {
    let wanted: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
    labs.iter().copied().filter(|lab| holds_all(&written(lab), &wanted)).collect()
}

fn holds_all(written: &str, wanted: &[String]) -> bool {
    wanted.iter().all(|word| written.contains(word.as_str()))
}

/// All that is written about a lab, in every language, in small letters.
fn written(lab: &Lab) -> String {
    let (family, question) = lab.family.words();
    let mut texts = vec![lab.title, lab.sentence, lab.broken_by, family, question];
    let mut all = lab.id.to_owned();
    for variant in lab.variants {
        let about = variant.about();
        all.push(' ');
        all.push_str(about.id);
        texts.extend([about.title, about.sentence]);
        if let Standing::Naive { flaw, .. } = about.standing {
            texts.push(flaw);
        }
    }
    texts.extend(lab.properties.iter().map(|property| property.title));
    texts.extend(lab.stories.iter().map(|story| story.title));
    for text in texts {
        append(&mut all, text);
    }
    all.to_lowercase()
}

fn append(all: &mut String, text: Text) {
    for lang in Lang::ALL {
        all.push(' ');
        all.push_str(text.get(lang));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::LABS;

    #[test]
    fn every_lab_is_found_by_its_name_in_every_language() {
        for lab in LABS {
            for lang in Lang::ALL {
                let found = matching(LABS, &lab.title.get(lang).to_uppercase());
                assert!(found.iter().any(|found| found.id == lab.id), "{} {lang:?}", lab.id);
            }
            for variant in lab.variants {
                assert!(matching(LABS, variant.about().id).iter().any(|found| found.id == lab.id));
            }
        }
    }

    #[test]
    fn every_wanted_word_must_stand() {
        let wanted = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(holds_all("two-phase commit, a coordinator", &wanted("commit coord")));
        assert!(!holds_all("two-phase commit, a coordinator", &wanted("commit lock")));
        assert_eq!(matching(LABS, " ").len(), LABS.len());
        assert!(matching(LABS, "no lab is called so").is_empty());
    }
}
