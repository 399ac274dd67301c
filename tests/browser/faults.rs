//! Faults by hand on the stage: crash, restart, cut, heal, drop, and taking them back. The picture shows them, the
//! address tells them, and whoever opens that address sees the same picture.

use faultscope_labs::{LABS, Lang, NodeId};

use super::harness::{Page, View};
use super::reader::{
    Place, a_free_message, a_server, native_run, node_places, open_at, picture, reload, step, targets,
    wait_for_address, wait_until_hatched, words,
};

/// The inspector's button that crashes or restarts.
const CRASH: &str = ".ins .deeds button.fault[aria-keyshortcuts=C]";
const RESTART: &str = ".ins .deeds button:not(.fault)[aria-keyshortcuts=C]";

/// Clicks a node on the stage and waits until the inspector shows it.
fn pick(page: &mut Page, (node, at): (NodeId, Place)) {
    page.click_at(at.0, at.1);
    page.wait_for(&format!(
        "document.querySelector('[data-item={node}]').getAttribute('aria-pressed') === 'true'
            && document.querySelector('.ins .who b')?.innerText === '{node}'"
    ));
}

#[test]
fn a_node_crashes_comes_back_and_the_address_tells_it() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::DESKTOP);
        let whole = picture(&mut page);
        let server = a_server(&mut page);
        pick(&mut page, server);
        let node = server.0;
        page.click(CRASH);
        wait_until_hatched(&mut page, node, true);
        wait_for_address(&mut page, &format!("crash.{node}"), true);

        page.key("Escape");
        page.wait_for("!document.querySelector('.stage-list [aria-pressed=true]')");
        let crashed = picture(&mut page);
        let at = step(&mut page);
        reload(&mut page, lab.id);
        assert_eq!(step(&mut page), at, "{}", lab.id);
        assert_eq!(picture(&mut page), crashed, "{}: the address gives the same picture", lab.id);
        assert_eq!(native_run(&mut page).step(), at);

        // What was loaded cannot be undone; what is done from here on can.
        pick(&mut page, server);
        page.click(RESTART);
        wait_until_hatched(&mut page, node, false);
        wait_for_address(&mut page, &format!("restart.{node}"), true);
        page.key("c");
        wait_until_hatched(&mut page, node, true);
        page.click(".faults [aria-keyshortcuts=U]");
        wait_until_hatched(&mut page, node, false);
        page.key("u");
        wait_until_hatched(&mut page, node, true);
        wait_for_address(&mut page, "restart.", false);
        page.key("Shift+U");
        wait_until_hatched(&mut page, node, false);
        assert_ne!(picture(&mut page), whole);
        page.finish();
    }
}

#[test]
fn an_undone_fault_leaves_no_trace() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::DESKTOP);
        let before = picture(&mut page);
        let server = a_server(&mut page);
        pick(&mut page, server);
        page.key("c");
        wait_until_hatched(&mut page, server.0, true);
        page.key("Control+z");
        wait_until_hatched(&mut page, server.0, false);
        wait_for_address(&mut page, "crash.", false);
        page.key("Escape");
        page.wait_for("!document.querySelector('.stage-list [aria-pressed=true]')");
        assert_eq!(step(&mut page), 60, "{}", lab.id);
        assert_eq!(picture(&mut page), before, "{}", lab.id);
        page.finish();
    }
}

#[test]
fn a_tool_does_its_work_on_what_is_touched_next() {
    let lab = LABS[0];
    let mut page = open_at(lab, 60, View::DESKTOP);
    let (node, at) = a_server(&mut page);
    page.click(".faults [data-key=P]");
    page.wait_for("document.querySelector('.stage').dataset.tool === 'pause'");
    page.click_at(at.0, at.1);
    wait_for_address(&mut page, &format!("pause.{node}"), true);
    page.wait_for("!document.querySelector('.stage').dataset.tool");
    page.key("d");
    page.wait_for("document.querySelector('.stage').dataset.tool === 'drop'");
    page.key("Escape");
    page.wait_for("!document.querySelector('.stage').dataset.tool");
    page.finish();
}

#[test]
fn a_line_across_the_stage_cuts_and_healing_mends() {
    for lab in LABS {
        let mut page = open_at(lab, 60, View::DESKTOP);
        let (from, to, left) = line_between(&mut page);
        page.key("x");
        page.wait_for("document.querySelector('.stage').dataset.tool === 'cut'");
        page.drag(from, to);
        wait_for_address(&mut page, "cut.", true);
        page.wait_for("!document.querySelector('.stage').dataset.tool");
        let cut = native_run(&mut page);
        let all: Vec<NodeId> = cut.world().nodes().map(|node| node.id).collect();
        for &a in &all {
            for &b in &all {
                let wanted = left.contains(&a) != left.contains(&b);
                assert_eq!(cut.world().is_cut(a, b), wanted, "{}: {a} to {b}, left are {left:?}", lab.id);
            }
        }
        page.click(".faults [aria-keyshortcuts=H]");
        wait_for_address(&mut page, "heal", true);
        page.wait_for("document.querySelector('.faults [aria-keyshortcuts=H]').disabled");
        assert!(native_run(&mut page).world().cuts().is_empty());
        page.finish();
    }
}

/// A line from above to below through the widest gap between nodes, and the nodes left of it.
fn line_between(page: &mut Page) -> (Place, Place, Vec<NodeId>) {
    let mut nodes = node_places(page);
    nodes.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
    let width = |pair: &[(NodeId, Place)]| pair[1].1.0 - pair[0].1.0;
    let widest = nodes.windows(2).max_by(|a, b| width(a).total_cmp(&width(b))).unwrap();
    assert!(width(widest) > 4.0, "all nodes stand above each other: {nodes:?}");
    let x = (widest[0].1.0 + widest[1].1.0) / 2.0;
    let span = page.eval(
        "(() => { const box = document.querySelector('.stage-canvas').getBoundingClientRect();
            return [box.y + box.height * 0.3, box.y + box.height * 0.7]; })()",
    );
    let end = |place: usize| (x, span[place].as_f64().unwrap());
    let left = nodes.iter().filter(|(_, at)| at.0 < x).map(|(node, _)| *node).collect();
    (end(0), end(1), left)
}

#[test]
fn a_line_beside_all_nodes_cuts_nothing_and_says_so() {
    let mut page = open_at(LABS[0], 60, View::DESKTOP);
    page.key("x");
    page.wait_for("document.querySelector('.stage').dataset.tool === 'cut'");
    let corner = page.eval(
        "(() => { const box = document.querySelector('.stage-canvas').getBoundingClientRect();
            return [box.x, box.y + box.height / 2]; })()",
    );
    let (x, y) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
    page.drag((x + 4.0, y - 60.0), (x + 4.0, y + 60.0));
    page.wait_for("document.querySelector('.notice')");
    assert!(!words(&mut page, ".notice span").is_empty());
    page.click(".notice button");
    page.wait_for("!document.querySelector('.notice')");
    page.finish();
}

#[test]
fn a_message_in_flight_is_looked_at_and_dropped() {
    for lab in LABS {
        let mut page = open_at(lab, 20, View::DESKTOP);
        let (number, at) = a_free_message(&mut page);
        page.click_at(at.0, at.1);
        page.wait_for(&format!(
            "document.querySelector('[data-item=message-{number}]').getAttribute('aria-pressed') === 'true'"
        ));
        assert!(words(&mut page, ".ins .who span").contains(" → "), "{}: from where to where", lab.id);
        assert!(!words(&mut page, ".ins .who b").is_empty(), "{}: the message has a name", lab.id);

        page.click(".ins .deeds button.fault[aria-keyshortcuts=D]");
        wait_for_address(&mut page, "drop.", true);
        page.wait_for("document.querySelector('.log li.hurt.now')");
        let run = native_run(&mut page);
        let row = run.rows(run.step(), run.step(), Lang::En).pop().unwrap();
        assert_eq!(words(&mut page, ".log li.hurt.now .m"), row.words, "{}", lab.id);
        assert!(!targets(&mut page).contains_key(&format!("message-{number}")), "{}: it is gone", lab.id);

        page.key("u");
        wait_for_address(&mut page, "drop.", false);
        assert!(targets(&mut page).contains_key(&format!("message-{number}")), "{}: it is back", lab.id);
        page.finish();
    }
}
