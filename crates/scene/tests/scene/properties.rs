//! What holds for every scene, tried on many.

use faultscope_scene::{Ink, overlaps, svg};
use faultscope_scene::{Layer, Lettering, Point, Rect, Scene, Shape, Style, Subject, SvgOptions, Theme};

use crate::draw::Draw;
use crate::xml;

const SEEDS: u64 = 300;

fn for_each_scene(mut property: impl FnMut(u64, &mut Draw, &Scene)) {
    for seed in 0..SEEDS {
        let mut draw = Draw::seeded(seed);
        let scene = draw.scene(40);
        property(seed, &mut draw, &scene);
    }
}

#[test]
fn every_svg_is_well_formed_and_repeats() {
    let mut subjects = 0;
    for_each_scene(|seed, draw, scene| {
        let id = draw.words();
        let options = SvgOptions { tokens: seed % 2 == 0, id: &id, ..SvgOptions::default() };
        let text = svg(scene, Theme::Dark, &options);
        let counted = xml::check(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        assert!(counted.elements <= 5 + 2 * scene.len(), "seed {seed}");
        assert_eq!(text, svg(&scene.clone(), Theme::Dark, &options), "seed {seed}");
        subjects += counted.subjects;
    });
    assert!(subjects > 1000, "too few marks were drawn to prove anything: {subjects}");
}

/// No mark lies farther from a point than the box around it: distance and bounds are two views of one shape.
#[test]
fn distance_and_bounds_agree() {
    for_each_scene(|seed, draw, scene| {
        let point = draw.point();
        for mark in scene.marks() {
            let bounds = mark.bounds();
            let nearest = Point::new(
                point.x.clamp(bounds.x, bounds.right().max(bounds.x)),
                point.y.clamp(bounds.y, bounds.bottom().max(bounds.y)),
            );
            let to_box = point.distance(nearest);
            let found = mark.distance(point);
            assert!(found >= to_box - 1e-6, "seed {seed}: {mark:?} at {point:?}: {found} < {to_box}");
        }
    });
}

#[test]
fn a_hit_is_within_reach_and_a_miss_has_nothing_in_reach() {
    let (mut hits, mut misses) = (0, 0);
    for_each_scene(|seed, draw, scene| {
        let (point, reach) = (draw.point(), draw.between(0.0, 30.0));
        let near =
            |mark: &&faultscope_scene::Mark| mark.subject != Subject::None && mark.distance(point) <= reach;
        match scene.hit(point, reach) {
            Some(subject) => {
                hits += 1;
                let body = |subject| !matches!(subject, Subject::Link(..) | Subject::Cut(_));
                assert!(scene.marks().filter(near).any(|mark| mark.subject == subject), "seed {seed}");
                if matches!(subject, Subject::Link(..)) {
                    assert!(!scene.marks().filter(near).any(|mark| body(mark.subject)), "seed {seed}");
                }
            }
            None => {
                misses += 1;
                assert_eq!(scene.marks().find(near), None, "seed {seed}");
            }
        }
    });
    assert!(hits > 50 && misses > 5, "both must be tried: {hits} hits, {misses} misses");
}

/// The sweep over sorted edges finds what comparing each with each finds.
#[test]
fn overlaps_are_all_found() {
    let mut pairs = 0;
    for_each_scene(|seed, _, scene| {
        let texts: Vec<_> = scene
            .marks()
            .filter(|mark| mark.style.is_visible())
            .filter_map(|mark| if let Shape::Text(text) = &mark.shape { Some(text) } else { None })
            .filter(|text| !text.content.trim().is_empty())
            .collect();
        let mut expected = Vec::new();
        for (index, one) in texts.iter().enumerate() {
            for other in &texts[index + 1..] {
                if one.bounds().grown(-0.25).intersects(other.bounds().grown(-0.25)) {
                    expected.push((one.content.to_string(), other.content.to_string()));
                }
            }
        }
        assert_eq!(overlaps(scene), expected, "seed {seed}");
        pairs += expected.len();
    });
    assert!(pairs > 20, "too few texts overlapped to prove anything: {pairs}");
}

/// Shapes whose numbers make no sense are drawn as something or nothing, and break no document.
#[test]
fn senseless_numbers_do_no_harm() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1.0] {
        let mut scene = Scene::new(value, value, "senseless");
        let at = Point::new(value, value);
        let style = Style::fill(Ink::Ink).with_stroke(Ink::Ink, value as f32).hatched();
        scene
            .pen(Layer::Nodes, Subject::Node(1))
            .circle(at, value, style)
            .diamond(at, value, style)
            .arc(at, value, value, value, style)
            .arc(Point::default(), 1.0, value, 0.3, style)
            .rect(Rect::new(value, 0.0, value, value), value, style)
            .line(at, Point::default(), style)
            .head(at, Point::default(), value as f32, 1.0, style)
            .text(at, "x", Lettering::sans(value as f32), style);
        let text = svg(&scene, Theme::Light, &SvgOptions::default());
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
        xml::check(&text).unwrap_or_else(|error| panic!("{value}: {error}\n{text}"));
        let found = scene.hit(Point::default(), 22.0);
        assert!(found.is_none() || found == Some(Subject::Node(1)));
    }
}
