//! The page as it is heard: the tree that screen readers read, and the region that speaks by itself.
//!
//! With `--nocapture`, `a_whole_story_is_heard_in_order` prints what a reader of the tree hears; read it as one.

use std::collections::BTreeMap;

use faultscope_labs::lab::BrokenBy;
use faultscope_labs::sim::{Mode, Verdict};
use faultscope_labs::story::Player;
use faultscope_labs::{LABS, Lang, Session, Standing, Story};
use serde_json::{Value, json};

use super::harness::{Language, Page, View};
use super::reader::{open_at, wait_for_lab, wait_for_step, words};

/// What is heard of the tree below the first node of this role and name, one line for each node that says something.
fn heard(page: &mut Page, role: &str, name: &str) -> Vec<String> {
    page.call("Accessibility.enable", json!({}));
    let tree = page.call("Accessibility.getFullAXTree", json!({}));
    let nodes: BTreeMap<&str, &Value> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["nodeId"].as_str().unwrap(), node))
        .collect();
    let is_wanted = |node: &&&Value| node["role"]["value"] == role && node["name"]["value"] == name;
    let top = tree["nodes"].as_array().unwrap().iter().find(|node| is_wanted(&node));
    let top = top.unwrap_or_else(|| panic!("there is no {role} called {name}"));
    let mut lines = Vec::new();
    hear(top, &nodes, &mut lines);
    lines
}

fn hear(node: &Value, nodes: &BTreeMap<&str, &Value>, lines: &mut Vec<String>) {
    let role = node["role"]["value"].as_str().unwrap_or_default();
    let name = node["name"]["value"].as_str().unwrap_or_default().trim();
    let is_ignored = node["ignored"] == true;
    // A control says its name; what stands in it is not said again.
    let is_whole =
        matches!(role, "button" | "link" | "heading" | "image" | "StaticText" | "slider" | "textbox");
    if !is_ignored && !name.is_empty() && role != "InlineTextBox" {
        lines.push(if role == "StaticText" { name.to_owned() } else { format!("{role}: {name}") });
    }
    if is_ignored || !is_whole {
        for child in node["childIds"].as_array().into_iter().flatten() {
            if let Some(child) = nodes.get(child.as_str().unwrap()) {
                hear(child, nodes, lines);
            }
        }
    }
}

/// Asserts that these words come one after the other.
#[track_caller]
fn assert_in_order(lines: &[String], wanted: &[String]) {
    let text = lines.join("\n");
    let mut rest = text.as_str();
    for words in wanted {
        let Some((_, behind)) = rest.split_once(words.as_str()) else {
            panic!("{words:?} is not heard, or too early:\n{text}")
        };
        rest = behind;
    }
}

#[test]
fn a_whole_story_is_heard_in_order() {
    for (language, lang) in [(Language::English, Lang::En), (Language::Chinese, Lang::Zh)] {
        let lab = LABS.iter().find(|lab| !lab.stories.is_empty()).unwrap();
        let asks = |text: &str| Story::parse(text).unwrap().steps.iter().any(|step| step.question.is_some());
        let source = lab.stories.iter().find(|source| asks(source.text)).unwrap();
        let story = Story::parse(source.text).unwrap();
        let mut page = open_at(lab, 10, View { language, ..View::DESKTOP });
        let title = source.title.get(lang);
        page.eval(&format!(
            "[...document.querySelectorAll('.stories button')].find(it => it.textContent.trim() === {title:?}).click(), true"
        ));
        page.wait_for("document.querySelector('.say')");
        page.wait_for(&format!("document.title.startsWith({title:?})"));
        page.wait_for("document.activeElement.matches('.tale h2')");
        let (mut session, mut player) = Player::new(&story).unwrap();
        let region = if lang == Lang::En { "Story" } else { "故事" };
        while player.next(&mut session).unwrap() {
            let sentence = player.words(lang);
            page.wait_for(&format!("document.querySelector('.say').textContent === {sentence:?}"));
            let lines = heard(&mut page, "region", region);
            println!("---- {}\n{}", lab.id, lines.join("\n"));
            let mut wanted = vec![title.to_owned(), sentence];
            if let Some(question) = player.question() {
                wanted.push(player.put(&question.words, lang));
                wanted.extend(question.options.iter().map(|option| player.put(&option.words, lang)));
                let all_live = page.eval("[...document.querySelectorAll('.ask .opt')].every(it => it.closest('[aria-live=polite]'))");
                assert_eq!(all_live, true, "a question is told to those who pressed Next");
            }
            assert_in_order(&lines, &wanted);
            if let Some(question) = player.question() {
                answer(&mut page, player.put(&question.options[0].why, lang));
            }
            if player.has_next() {
                go_on(&mut page);
            }
        }
        go_on(&mut page);
        page.wait_for("!document.querySelector('.steps')");
        page.wait_for(&format!("!document.title.startsWith({title:?})"));
        page.finish();
    }
}

/// Goes on as one who sees nothing does.
fn go_on(page: &mut Page) {
    page.eval("document.querySelector('.steps .pri').focus(), true");
    page.key("Enter");
}

/// Chooses the first answer and has it told.
fn answer(page: &mut Page, why: String) {
    page.click(".ask .opt");
    page.wait_for("document.querySelector('.ask .opt[aria-pressed=true]')");
    page.eval("document.querySelector('.ask .reveal').focus(), true");
    page.key("Enter");
    page.wait_for("document.querySelector('.because')");
    assert_eq!(words(page, ".opt.on + .because"), why);
    let is_on_next = page.eval("document.activeElement.matches('.steps .pri')");
    assert_eq!(is_on_next, true, "the button that was pressed is gone, and the focus is not lost with it");
}

fn said(page: &mut Page) -> String {
    page.settle();
    words(page, "#said")
}

#[test]
fn each_step_is_said() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    for (key, step) in [("ArrowRight", 61), ("ArrowRight", 62), ("ArrowLeft", 61), ("Home", 0)] {
        page.key(key);
        wait_for_step(&mut page, step);
        let told = said(&mut page);
        let start = if step == 0 { "Start of the run".to_owned() } else { format!("Step {step}, ") };
        assert!(told.starts_with(&start), "{told}");
    }
    page.click("[data-stop=message]");
    page.wait_for("document.querySelector('#said').textContent.startsWith('Step ')");
    page.eval("document.querySelector('[data-item=n1]').click(), true");
    page.key("c");
    page.wait_for("/crash/.test(document.querySelector('#said').textContent)");
    page.key("Escape");
    page.key("u");
    page.wait_for("!/crash/.test(document.querySelector('#said').textContent)");
    page.finish();
}

#[test]
fn a_fast_run_is_summed_up_when_it_stands() {
    let mut page = open_at(LABS[0], 10, View::DESKTOP);
    for _ in 0..20 {
        page.key("]");
    }
    page.key("Space");
    page.wait_for("Number(document.querySelector('.app').dataset.step) > 400");
    let told = words(&mut page, "#said");
    page.key("Space");
    page.wait_for("document.querySelector('.app').dataset.playing === 'false'");
    assert_eq!(told, "", "nobody can hear steps that come so fast");
    let told = said(&mut page);
    assert!(
        told.starts_with("Played ") && told.contains(" messages arrived") && told.contains("Step "),
        "{told}"
    );
    page.finish();
}

#[test]
fn a_broken_promise_is_said_at_its_step() {
    let (lab, run) = LABS
        .iter()
        .find_map(|lab| {
            lab.variants.iter().find_map(|variant| match variant.about().standing {
                Standing::Naive { broken_by: BrokenBy::Run(run), .. } => Some((*lab, run)),
                _ => None,
            })
        })
        .unwrap();
    let mut session = Session::open(run).unwrap();
    session.play_ahead(10_000_000, 50_000);
    let broken = |session: &Session| {
        session.properties().iter().find_map(|property| match property.verdict {
            Verdict::Struck { step, .. } if property.mode == Mode::Always => Some((step, property.id)),
            _ => None,
        })
    };
    let (step, id) = broken(&session).unwrap();
    let mut page = Page::open(&format!("#{run};t{}", step - 1), View::DESKTOP);
    wait_for_lab(&mut page, lab.id);
    wait_for_step(&mut page, step - 1);
    page.key("ArrowRight");
    wait_for_step(&mut page, step);
    let title = lab.property(id).unwrap().title.get(Lang::En);
    let told = said(&mut page);
    assert!(told.contains(&format!("Broken: {title}")), "{told}");
    page.finish();
}

#[test]
fn the_page_says_its_language_and_its_parts() {
    for (language, code) in [(Language::English, "en"), (Language::Chinese, "zh-CN")] {
        let mut page = open_at(LABS[0], 40, View { language, ..View::DESKTOP });
        assert_eq!(page.eval("document.documentElement.lang"), code);
        let landmarks =
            page.eval("['header', 'main', 'h1'].map(it => document.querySelectorAll(it).length >= 1)");
        assert_eq!(landmarks, json!([true, true, true]));
        assert_eq!(page.eval("document.querySelectorAll('h1').length"), 1);
        page.finish();
    }
}
