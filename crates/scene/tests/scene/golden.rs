//! Golden pictures. `UPDATE_GOLDEN=1 cargo test -p faultscope-scene` rewrites them; the reviewer reads the difference.

use std::fs;
use std::path::Path;

use faultscope_scene::{
    Icon, Ink, Layer, Lettering, Point, Rect, Scene, Style, Subject, SvgOptions, Theme, out_of_view,
    overlaps, svg,
};

use crate::xml;

fn check(name: &str, scene: &Scene, theme: Theme, options: &SvgOptions<'_>) {
    let text = svg(scene, theme, options);
    assert!(xml::check(&text).is_ok());
    assert_eq!(overlaps(scene), []);
    assert_eq!(out_of_view(scene), Vec::<String>::new());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).expect("the golden file is written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(golden == text, "{name} has changed; is that meant? Found:\n{text}");
}

/// The grammar of the stage: leader, candidate, down, selection, messages, a cut, a strip and a badge.
#[test]
fn stage() {
    let mut scene = Scene::new(480.0, 360.0, "Three servers, one of them down, and a cut");
    let (leader, candidate, down) =
        (Point::new(120.0, 100.0), Point::new(360.0, 100.0), Point::new(240.0, 270.0));
    for (from, to) in [((1, leader), (2, candidate)), ((1, leader), (3, down)), ((2, candidate), (3, down))] {
        let link = Subject::Link(from.0, to.0);
        scene.pen(Layer::Links, link).line(from.1, to.1, Style::stroke(Ink::Link, 1.0));
    }
    draw_cut(&mut scene);
    draw_message(&mut scene, 31, leader, candidate, 0.4, false, "AE T2");
    draw_message(&mut scene, 32, candidate, down, 0.5, true, "vote T3");
    draw_leader(&mut scene, leader);
    draw_candidate(&mut scene, candidate);
    draw_down(&mut scene, down);
    draw_strip(&mut scene);
    check("stage-light.svg", &scene, Theme::Light, &SvgOptions::default());
    check("stage-dark.svg", &scene, Theme::Dark, &SvgOptions::default());
}

fn draw_cut(scene: &mut Scene) {
    let (head, foot) = (Point::new(250.0, 40.0), Point::new(250.0, 180.0));
    let style = Style::stroke(Ink::Danger, 2.0);
    let half = Point::new(6.0, 0.0);
    let lettering = Lettering::sans(12.0).bold().middle();
    scene
        .pen(Layer::Cuts, Subject::Cut(1))
        .line(head, foot, style.dashed(8.0, 6.0))
        .line(head - half, head + half, style)
        .line(foot - half, foot + half, style)
        .text(head - Point::new(0.0, 12.0), "cut since 1,090 ms", lettering, Style::fill(Ink::Danger));
}

fn draw_message(
    scene: &mut Scene,
    id: u64,
    from: Point,
    to: Point,
    share: f64,
    reply: bool,
    name: &'static str,
) {
    let (start, end) = (from.towards(to, 46.0), to.towards(from, 46.0));
    let at = start.between(end, share);
    let ink = Ink::Kind(if reply { 2 } else { 1 });
    scene
        .pen(Layer::Messages, Subject::Message(id))
        .line(start, at, Style::stroke(ink, 1.5).faded(0.75))
        .line(at, end, Style::stroke(ink, 1.0).dashed(1.0, 5.0).rounded())
        .head(from, at.towards(to, 18.0), 10.0, 8.0, Style::fill(ink))
        .dot(at, if reply { 2 } else { 1 }, reply)
        .text(
            at + Point::new(0.0, 22.0),
            name,
            Lettering::sans(12.0).bold().middle(),
            Style::fill(Ink::Ink).with_halo(Ink::Sheet),
        );
}

fn draw_name(scene: &mut Scene, node: u16, at: Point, name: &'static str, epoch: Option<u64>) {
    let mut pen = scene.pen(Layer::Nodes, Subject::Node(node));
    let name_ink = if epoch.is_some() { Ink::Ink } else { Ink::Quiet };
    pen.text(
        at + Point::new(0.0, if epoch.is_some() { -1.0 } else { 6.0 }),
        name,
        Lettering::sans(17.0).bold().middle(),
        Style::fill(name_ink),
    );
    if let Some(epoch) = epoch {
        pen.text(
            at + Point::new(0.0, 16.0),
            format!("T{epoch}"),
            Lettering::sans(12.0).bold().middle(),
            Style::fill(Ink::EpochInk(epoch)),
        );
    }
}

fn draw_leader(scene: &mut Scene, at: Point) {
    let badge = at + Point::new(30.0, -26.0);
    scene
        .pen(Layer::Nodes, Subject::Node(1))
        .circle(at, 34.0, Style::fill(Ink::Epoch(2)))
        .circle(at, 33.5, Style::stroke(Ink::Ink, 1.0))
        .circle(at, 38.5, Style::stroke(Ink::Ink, 5.0))
        .circle(badge, 12.0, Style::fill(Ink::Sheet).with_stroke(Ink::Hair, 1.0))
        .arc(badge, 12.0, 0.0, 0.6, Style::stroke(Ink::Accent, 2.5))
        .glyph(Icon::Cylinder, badge, 14.0, Style::stroke(Ink::Ink, 1.3).with_fill(Ink::Sheet));
    draw_name(scene, 1, at, "S1", Some(2));
}

fn draw_candidate(scene: &mut Scene, at: Point) {
    let tick = [at.polar(42.0, 0.88), at.polar(50.0, 0.88)];
    let quiet = Style::stroke(Ink::Quiet, 2.0);
    scene
        .pen(Layer::Nodes, Subject::Node(2))
        .circle(at, 46.0, Style::stroke(Ink::Hair, 1.0))
        .arc(at, 46.0, 0.0, 0.88, quiet)
        .line(tick[0], tick[1], quiet)
        .circle(at, 34.0, Style::fill(Ink::Epoch(3)))
        .circle(at, 34.0, Style::stroke(Ink::EpochInk(3), 3.0).dashed(7.0, 5.0));
    draw_name(scene, 2, at, "S2", Some(3));
    let mut selection = scene.pen(Layer::Selection, Subject::Node(2));
    for bracket in 0..4 {
        let start = f64::from(bracket) / 4.0 + 0.125 - 15.0 / 360.0;
        selection.arc(at, 54.0, start, 30.0 / 360.0, Style::stroke(Ink::Accent, 2.0));
    }
}

fn draw_down(scene: &mut Scene, at: Point) {
    scene.pen(Layer::Nodes, Subject::Node(3)).circle(at, 34.0, Style::down()).rect(
        Rect::around(at, 42.0, 28.0),
        2.0,
        Style::fill(Ink::Sheet),
    );
    draw_name(scene, 3, at, "S3", None);
}

fn draw_strip(scene: &mut Scene) {
    let origin = Point::new(40.0, 200.0);
    scene
        .pen(Layer::Labels, Subject::None)
        .text(origin, "leader", Lettering::sans(13.0).bold(), Style::fill(Ink::Ink))
        .text(
            origin + Point::new(128.0, 0.0),
            "commit 1",
            Lettering::sans(12.0).end(),
            Style::fill(Ink::Quiet),
        );
    for (part, entry) in ["x 3", "y 1"].into_iter().enumerate() {
        let cell = Rect::new(origin.x + 40.0 * part as f64, origin.y + 14.0, 40.0, 24.0);
        let decided = Style::fill(Ink::Epoch(1)).with_stroke(Ink::EpochInk(1), 1.0);
        let tentative = Style::fill(Ink::Sheet).with_stroke(Ink::EpochInk(2), 1.5).dashed(4.0, 3.0);
        scene
            .pen(Layer::Strips, Subject::Part { node: 1, part: part as u16 })
            .rect(cell, 0.0, if part == 0 { decided } else { tentative })
            .text(
                cell.center() + Point::new(0.0, 4.0),
                entry,
                Lettering::sans(11.0).middle(),
                Style::fill(Ink::Ink),
            );
    }
}

/// Every pictogram, every kind and every epoch, in Chinese and with the page's tokens.
#[test]
fn legend() {
    let mut scene = Scene::new(400.0, 180.0, "图例 <\"&'> 与转义");
    for (index, icon) in Icon::ALL.into_iter().enumerate() {
        let at = Point::new(30.0 + 50.0 * index as f64, 30.0);
        let style = Style::stroke(Ink::Ink, 1.4).with_fill(Ink::Sheet);
        scene.pen(Layer::Nodes, Subject::None).glyph(icon, at, 24.0, style);
    }
    for number in 1..=8_u8 {
        let x = 30.0 + 45.0 * f64::from(number - 1);
        scene
            .pen(Layer::Messages, Subject::Message(u64::from(number)))
            .dot(Point::new(x, 70.0), number, false)
            .dot(Point::new(x + 18.0, 70.0), number, true);
        let epoch = u64::from(number) - 1;
        scene
            .pen(Layer::Nodes, Subject::Key(u32::from(number)))
            .rect(
                Rect::new(x - 10.0, 90.0, 36.0, 24.0),
                2.0,
                Style::fill(Ink::Epoch(epoch)).with_stroke(Ink::EpochInk(epoch), 1.0),
            )
            .text(
                Point::new(x + 8.0, 106.0),
                format!("T{epoch}"),
                Lettering::sans(12.0).bold().middle(),
                Style::fill(Ink::EpochInk(epoch)),
            );
    }
    scene
        .pen(Layer::Labels, Subject::None)
        .text(Point::new(20.0, 144.0), "领导者 a<b & \"c\"", Lettering::sans(13.0), Style::fill(Ink::Ink))
        .text(Point::new(380.0, 144.0), "log[3] = x", Lettering::mono(12.0).end(), Style::fill(Ink::InkSoft))
        .text(
            Point::new(200.0, 168.0),
            "Two leaders",
            Lettering::serif(17.0).middle(),
            Style::fill(Ink::Ink),
        );
    let options = SvgOptions { tokens: true, language: "zh-CN", ground: None, id: "legend-" };
    check("legend-tokens.svg", &scene, Theme::Light, &options);
}
