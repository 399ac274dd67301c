//! Every picture can be read: no text on another, nothing out of view, every node with a mark that can be touched.

use std::collections::BTreeMap;

use faultscope_labs::scene::{Layer, Point, Scene, Shape, Subject, out_of_view, overlaps};
use faultscope_labs::sim::{Draw, Placed};
use faultscope_labs::stage::{Class, Frame, picture};
use faultscope_labs::{Lang, Session};

use super::{trial, variants};

const UNTIL_US: u64 = 4_000_000;
/// How many moments of a run are drawn.
const SAMPLES: u64 = 60;

/// Stages as windows have them: the low ones are those of a laptop of 1366 by 768 or 1280 by 720 pixels, and of a phone of
/// 360 by 640, which has at least 340.
const FRAMES: [(Class, f64, f64); 9] = [
    (Class::Desktop, 760.0, 520.0),
    (Class::Desktop, 656.0, 560.0),
    (Class::Tablet, 560.0, 440.0),
    (Class::Tablet, 464.0, 505.0),
    (Class::Phone, 390.0, 408.0),
    (Class::Desktop, 742.0, 311.0),
    (Class::Desktop, 656.0, 270.0),
    (Class::Phone, 360.0, 340.0),
    (Class::Miniature, 304.0, 152.0),
];

#[test]
fn every_picture_can_be_read() {
    let mut troubles = BTreeMap::new();
    for (lab, variant) in variants() {
        let text = trial(lab, variant, 3, UNTIL_US).text();
        let mut session = Session::from_text(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        session.play_ahead(UNTIL_US, 100_000);
        let last = session.len();
        for sample in 0..=SAMPLES {
            session.seek_step(last * sample / SAMPLES);
            let next_us = session.run().index().get(session.step() as usize).map(|entry| entry.at_us);
            let now_us = session.now_us();
            // At the step, and on the way to the next one.
            let between_us = next_us.map_or(now_us, |next_us| now_us + next_us.saturating_sub(now_us) / 2);
            for (now_us, is_paused) in [(now_us, true), (between_us, false)] {
                for (frame, trouble) in draw_in_all_frames(&session, now_us, is_paused) {
                    // One of a kind is enough to mend it: places and epochs differ from picture to picture.
                    let kind: String = trouble.chars().filter(|letter| !letter.is_ascii_digit()).collect();
                    let key = format!("{} {frame}: {kind}", lab.id);
                    let place = format!("at {now_us} µs of {text};t{}", session.step());
                    troubles.entry(key).or_insert_with(|| format!("{trouble}, {place}"));
                }
            }
        }
    }
    assert!(troubles.is_empty(), "{troubles:#?}");
}

fn draw_in_all_frames(session: &Session, now_us: u64, is_paused: bool) -> Vec<(String, String)> {
    let mut troubles = Vec::new();
    for (class, width, height) in FRAMES {
        for lang in Lang::ALL {
            let frame = Frame { width, height, class, lang, now_us, is_paused, ..Frame::default() };
            let scene = picture(session.lab(), session.variant(), session.world(), &frame);
            let trouble = draw(session, &frame).or_else(|| rings_that_cross(&scene));
            troubles.extend(trouble.map(|trouble| (format!("{class:?} {width} {}", lang.code()), trouble)));
        }
    }
    troubles
}

/// How many layouts by hand are tried at each moment.
const LAYOUTS: u64 = 6;

/// However nodes are dragged, also onto each other and out of view, the picture can be read.
#[test]
fn every_picture_with_dragged_nodes_can_be_read() {
    let mut troubles = BTreeMap::new();
    let mut moved = 0;
    for (lab, variant) in variants() {
        let text = trial(lab, variant, 5, UNTIL_US).text();
        let mut session = Session::from_text(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        session.play_ahead(UNTIL_US, 100_000);
        for sample in 1..=6 {
            session.seek_step(session.len() * sample / 6);
            for layout in 0..LAYOUTS {
                let dragged = layout_by_hand(&session, sample * LAYOUTS + layout);
                for (class, width, height) in
                    FRAMES.into_iter().filter(|(class, ..)| *class != Class::Miniature)
                {
                    let frame = Frame {
                        width,
                        height,
                        class,
                        lang: Lang::ALL[(layout % 2) as usize],
                        now_us: session.now_us(),
                        is_paused: true,
                        dragged: dragged.clone(),
                        ..Frame::default()
                    };
                    moved += 1;
                    let scene = picture(session.lab(), session.variant(), session.world(), &frame);
                    if let Some(trouble) = draw(&session, &frame).or_else(|| discs_that_touch(&scene)) {
                        let key = format!("{} {class:?} {width}", lab.id);
                        troubles
                            .entry(key)
                            .or_insert_with(|| format!("{trouble}, {text};t{} {dragged:?}", session.step()));
                    }
                }
            }
        }
    }
    assert!(moved > 1_000, "{moved}");
    assert!(troubles.is_empty(), "{troubles:#?}");
}

/// Where nodes were dragged to is in the link, and undone like all else.
#[test]
fn dragged_nodes_are_kept_and_put_back() {
    for lab in faultscope_labs::LABS {
        let mut session =
            Session::open(lab.miniature).unwrap_or_else(|error| panic!("{}: {error:?}", lab.id));
        let first = session.world().nodes().map(|node| node.id).next().expect("a node");
        let bare = session.text();
        session.put_nodes(vec![(first, 100, 200)], false);
        session.put_nodes(vec![(first, 300, 400)], false);
        session.put_nodes(vec![(first, 300, 420)], true);
        session.put_nodes(vec![(first, 300, 420)], false);
        let link = session.link();
        let opened = Session::open(&link).unwrap_or_else(|error| panic!("{link}: {error:?}"));
        assert_eq!(opened.placed(), [(first, 300, 420)], "{link}");
        assert_eq!(opened.text(), session.text(), "{link}");
        assert!(session.undo() && session.placed() == [(first, 100, 200)], "what goes on is one drag");
        assert!(session.undo() && session.placed().is_empty() && !session.can_undo());
        assert_eq!(session.text(), bare);
        assert!(session.redo() && session.redo() && session.placed() == [(first, 300, 420)]);
    }
}

/// Some nodes, or all, somewhere.
fn layout_by_hand(session: &Session, layout: u64) -> Vec<Placed> {
    let nodes = session.world().nodes().map(|node| node.id);
    let draw =
        |purpose: &str, node: u16| Draw::new(7, purpose, u64::from(node), layout).in_range(&(0..1001)) as u16;
    let some = nodes.filter(|node| layout.is_multiple_of(3) || draw("whether", node.code()) < 400);
    some.map(|node| (node, draw("x", node.code()), draw("y", node.code()))).collect()
}

/// Two nodes whose discs lie on each other.
fn discs_that_touch(scene: &Scene) -> Option<String> {
    let mut discs: BTreeMap<u16, (Point, f64)> = BTreeMap::new();
    for mark in scene.layer(Layer::Nodes) {
        if let (Subject::Node(code), Shape::Circle { center, radius }) = (mark.subject, &mark.shape) {
            // Around the disc there may be rings.
            let disc = discs.entry(code).or_insert((*center, *radius));
            disc.1 = disc.1.min(*radius);
        }
    }
    let pairs = discs.iter().flat_map(|one| discs.iter().map(move |other| (one, other)));
    let mut near = pairs.filter(|((one, (at, radius)), (other, (there, room)))| {
        one < other && at.distance(*there) < radius + room
    });
    near.next().map(|((one, _), (other, _))| format!("node {one} lies on node {other}"))
}

/// Two nodes whose rings or arcs cross.
fn rings_that_cross(scene: &Scene) -> Option<String> {
    let mut rings: BTreeMap<u16, (Point, f64)> = BTreeMap::new();
    for mark in scene.layer(Layer::Nodes) {
        let (Shape::Circle { center, radius } | Shape::Arc { center, radius, .. }) = &mark.shape else {
            continue;
        };
        if let Subject::Node(code) = mark.subject {
            let ring = rings.entry(code).or_insert((*center, *radius));
            // What lies elsewhere is a badge.
            if ring.0.distance(*center) < 1.0 {
                ring.1 = ring.1.max(*radius);
            }
        }
    }
    let pairs = rings.iter().flat_map(|one| rings.iter().map(move |other| (one, other)));
    let mut crossed = pairs.filter(|((one, (at, radius)), (other, (there, room)))| {
        one < other && at.distance(*there) < radius + room
    });
    crossed.next().map(|((one, _), (other, _))| format!("the rings of {one} and {other} cross"))
}

/// Whether a stage is so low that words may give way to others: on all others there is room for each.
fn is_low(frame: &Frame) -> bool {
    frame.class != Class::Miniature && frame.height < 400.0
}

/// What is wrong with a picture.
fn draw(session: &Session, frame: &Frame) -> Option<String> {
    let world = session.world();
    let scene = picture(session.lab(), session.variant(), world, frame);
    let nodes: Vec<_> =
        world.nodes().filter(|node| frame.class != Class::Miniature || !node.id.is_client()).collect();
    let missing = nodes.iter().find(|node| {
        let subject = Subject::Node(node.id.code());
        !scene.marks().any(|mark| mark.subject == subject && mark.style.is_visible())
    });
    if let Some(node) = missing {
        return Some(format!("{} has no mark", node.id));
    }
    if scene.label.trim().is_empty() {
        return Some("it has no title".to_owned());
    }
    if scene.left_out > 0 && !is_low(frame) {
        return Some(format!("{} texts had no room", scene.left_out));
    }
    let is_named = |name: &str| {
        scene
            .layer(Layer::Nodes)
            .iter()
            .any(|mark| matches!(&mark.shape, Shape::Text(text) if text.content == name))
    };
    let nameless =
        nodes.iter().find(|node| frame.class != Class::Miniature && !is_named(&node.id.to_string()));
    if let Some(node) = nameless {
        return Some(format!("{} has no name", node.id));
    }
    if let Some((one, other)) = overlaps(&scene).first() {
        return Some(format!("“{one}” lies on “{other}”"));
    }
    out_of_view(&scene).first().map(|mark| format!("out of view: {mark}"))
}
