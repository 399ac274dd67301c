//! What a reader does on a lab page, and what the page shows of it. Nothing here knows a lab: nodes, messages and
//! variants come from the page and from the catalogue.

use std::collections::BTreeMap;

use faultscope_labs::{Lab, NodeId, Session};

use super::harness::{Page, View};

/// A place in the window, in CSS pixels.
pub(crate) type Place = (f64, f64);

/// The text of a lab's first run, with the cursor at a step.
pub(crate) fn text_at(lab: &Lab, step: u64) -> String {
    format!("{}:{};r1;s7;t{step}", lab.id, lab.variants[0].about().id)
}

/// Opens a run in the middle of its life.
pub(crate) fn open_at(lab: &Lab, step: u64, view: View) -> Page {
    let mut page = Page::open(&format!("#{}", text_at(lab, step)), view);
    wait_for_lab(&mut page, lab.id);
    wait_for_step(&mut page, step);
    page
}

/// Waits until the page shows this lab and its picture.
pub(crate) fn wait_for_lab(page: &mut Page, lab: &str) {
    page.wait_for(&format!(
        "document.querySelector('.app')?.dataset.lab === '{lab}' && faultscope_scene_svg().length > 500"
    ));
    page.settle();
}

/// A fact of the page's state: `step`, `nowUs`, `playing`, `variant`.
pub(crate) fn fact(page: &mut Page, name: &str) -> String {
    let value = page.eval(&format!("document.querySelector('.app').dataset.{name}"));
    value.as_str().unwrap_or_else(|| panic!("the page tells no {name}: {value}")).to_owned()
}

/// The step at the cursor.
pub(crate) fn step(page: &mut Page) -> u64 {
    fact(page, "step").parse().unwrap()
}

/// Virtual time at the cursor, in microseconds.
pub(crate) fn now_us(page: &mut Page) -> u64 {
    fact(page, "nowUs").parse().unwrap()
}

/// Waits until the cursor stands at a step, and what is painted shows it.
#[track_caller]
pub(crate) fn wait_for_step(page: &mut Page, step: u64) {
    page.wait_for(&format!("document.querySelector('.app').dataset.step === '{step}'"));
    page.settle();
}

/// The picture on the stage as SVG.
pub(crate) fn picture(page: &mut Page) -> String {
    page.settle();
    page.eval("faultscope_scene_svg()").as_str().unwrap().to_owned()
}

/// Where nodes and messages are in the window, by their names.
pub(crate) fn targets(page: &mut Page) -> BTreeMap<String, Place> {
    page.settle();
    let told = page.eval("JSON.parse(faultscope_targets())");
    let place = |at: &serde_json::Value| (at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    told.as_object().unwrap().iter().map(|(name, at)| (name.clone(), place(at))).collect()
}

/// Where the nodes are in the window.
pub(crate) fn node_places(page: &mut Page) -> Vec<(NodeId, Place)> {
    let named = targets(page).into_iter();
    let nodes: Vec<_> = named.filter_map(|(name, at)| Some((name.parse().ok()?, at))).collect();
    assert!(nodes.len() > 1, "a stage has nodes: {nodes:?}");
    nodes
}

/// The first server on the stage.
pub(crate) fn a_server(page: &mut Page) -> (NodeId, Place) {
    node_places(page).into_iter().find(|(node, _)| !node.is_client()).unwrap()
}

/// A message that lies free enough on the stage to be meant by a click, with its number; the run is stepped on
/// until there is one.
pub(crate) fn a_free_message(page: &mut Page) -> (u64, Place) {
    for _ in 0..200 {
        let targets = targets(page);
        let is_free = |name: &str, at: Place| {
            targets.iter().all(|(other, place)| {
                // A click means the nearest; a disc with its rim is wider than a dot.
                let room = if other.starts_with("message-") { 24.0 } else { 48.0 };
                other == name || (place.0 - at.0).hypot(place.1 - at.1) > room
            })
        };
        let free = targets.iter().find_map(|(name, &at)| {
            let number = name.strip_prefix("message-")?.parse().ok()?;
            is_free(name, at).then_some((number, at))
        });
        if let Some(free) = free {
            return free;
        }
        let next = step(page) + 1;
        page.key("ArrowRight");
        wait_for_step(page, next);
    }
    panic!("no message lies free in 200 steps: {:?}", targets(page))
}

/// Whether a picture shows a node hatched, which is how a node that is down looks.
pub(crate) fn is_hatched(picture: &str, node: NodeId) -> bool {
    let subject = format!("data-subject=\"node-{}\"", node.code());
    assert!(picture.contains(&subject), "{node} is not in the picture");
    picture.split('<').any(|element| element.contains("hatch)") && element.contains(&subject))
}

/// Waits until a node looks down, or up.
#[track_caller]
pub(crate) fn wait_until_hatched(page: &mut Page, node: NodeId, wanted: bool) {
    let subject = format!("data-subject=\"node-{}\"", node.code());
    page.wait_for(&format!(
        "faultscope_scene_svg().split('<').some(it => it.includes('hatch)') && it.includes('{subject}')) === {wanted}"
    ));
    assert_eq!(is_hatched(&picture(page), node), wanted);
}

/// Waits until the address holds a text, or does not.
#[track_caller]
pub(crate) fn wait_for_address(page: &mut Page, part: &str, wanted: bool) {
    page.wait_for(&format!("decodeURIComponent(location.hash).includes('{part}') === {wanted}"));
}

/// The run that the address tells, opened by a native program.
pub(crate) fn native_run(page: &mut Page) -> Session {
    let text = page.eval("decodeURIComponent(location.hash.slice(1))").as_str().unwrap().to_owned();
    Session::open(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Loads the address anew, as someone would who was sent it.
pub(crate) fn reload(page: &mut Page, lab: &str) {
    page.eval("window.isBefore = true, setTimeout(() => location.reload()), true");
    page.wait_for("window.isBefore === undefined && window.programStarted === true");
    wait_for_lab(page, lab);
}

/// Selects all that stands in a field and writes over it, as a reader does, then leaves it with Enter.
pub(crate) fn write_over(page: &mut Page, selector: &str, text: &str) {
    page.click(selector);
    page.eval("document.activeElement.select()");
    page.type_text(text);
    page.key("Enter");
}

/// The words of the first element that fits, as they are written: the style sheet may show them in capitals.
pub(crate) fn words(page: &mut Page, selector: &str) -> String {
    page.wait_for(&format!("document.querySelector({selector:?})"));
    page.eval(&format!("document.querySelector({selector:?}).textContent"))
        .as_str()
        .unwrap()
        .trim()
        .to_owned()
}

/// Waits until the element with the focus fits.
#[track_caller]
pub(crate) fn wait_for_focus(page: &mut Page, selector: &str) {
    page.wait_for(&format!("document.activeElement?.matches({selector:?})"));
}

/// How much wider the page is than its window, in CSS pixels.
pub(crate) fn overhang(page: &mut Page) -> i64 {
    page.settle();
    page.eval("document.documentElement.scrollWidth - innerWidth").as_i64().unwrap()
}
