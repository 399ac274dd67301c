//! The page that measures the stage: a thousand nodes and two thousand messages, simulated, drawn and painted anew for
//! each frame. Nobody comes here by accident: its address is `#bench:stage`.

use faultscope_labs::ordered::sort_by;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use faultscope_labs::bench::{CROWD, CrowdVariant, crowd};
use faultscope_labs::sim::Run;
use faultscope_labs::stage::Frame;
use gloo::render::{AnimationFrame, request_animation_frame};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;
use yew::prelude::*;

use super::{StageCanvas, View};

/// What stands behind `#` in the address.
pub(crate) const ADDRESS: &str = "bench:stage";
/// How far virtual time goes for a frame, in microseconds: a twentieth of real time.
const FRAME_US: u64 = 800;
/// The run begins when as many messages are in flight as ever will be, in microseconds.
const BEGIN_US: u64 = 60_000;
/// Figures are told for so many frames, the last ones.
const FRAMES: usize = 60;

#[wasm_bindgen]
extern "C" {
    /// The page's clock, in milliseconds.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn now_ms() -> f64;
}

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct BenchProps {
    /// How the picture is to look.
    pub(crate) view: View,
}

/// The page that measures the stage.
#[component]
pub(crate) fn BenchPage(props: &BenchProps) -> Html {
    let view = props.view;
    let bench = use_memo((), |()| Bench::new());
    let told = use_node_ref();
    {
        let (bench, told, view) = (bench.clone(), told.clone(), view);
        use_effect_with(view, move |_| {
            Bench::next_frame(&bench, view, told);
            move || drop(bench.frame.take())
        });
    }
    html! {
        <main class="bench">
            <p>{ "#bench:stage · " }{ CROWD.sentence.get(view.lang) }</p>
            <output ref={told} />
            <canvas class="stage-canvas" ref={bench.canvas.node.clone()} />
        </main>
    }
}

struct Bench {
    run: RefCell<Run>,
    now_us: Cell<u64>,
    canvas: StageCanvas,
    frame: RefCell<Option<AnimationFrame>>,
    /// What the last frames took, and what the parts of that took: simulating, drawing, painting; in milliseconds.
    took_ms: RefCell<[Vec<f64>; 4]>,
}

impl Bench {
    fn new() -> Self {
        Self {
            run: RefCell::new(crowd()),
            now_us: Cell::new(BEGIN_US),
            canvas: StageCanvas::default(),
            frame: RefCell::default(),
            took_ms: RefCell::default(),
        }
    }

    fn next_frame(bench: &Rc<Self>, view: View, told: NodeRef) {
        let again = bench.clone();
        let frame = request_animation_frame(move |_| {
            again.paint(&view);
            again.tell(&told);
            Self::next_frame(&again, view, told);
        });
        *bench.frame.borrow_mut() = Some(frame);
    }

    fn paint(&self, view: &View) {
        self.canvas.fit();
        let begun_ms = now_ms();
        let now_us = self.now_us.get() + FRAME_US;
        self.now_us.set(now_us);
        let mut run = self.run.borrow_mut();
        run.play_until(now_us, u64::MAX);
        let (width, height) = self.canvas.size();
        let frame = Frame { width, height, class: view.class, lang: view.lang, now_us, ..Frame::default() };
        let simulated_ms = now_ms();
        let scene = self.canvas.draw(&CROWD, &CrowdVariant, &run.head().world, &frame);
        let drawn_ms = now_ms();
        self.canvas.show(scene, view);
        let painted_ms = now_ms();
        let spans =
            [painted_ms - begun_ms, simulated_ms - begun_ms, drawn_ms - simulated_ms, painted_ms - drawn_ms];
        self.took_ms.borrow_mut().iter_mut().zip(spans).for_each(|(all, span)| all.push(span));
    }

    /// Tells how long frames took, once for so many of them.
    fn tell(&self, told: &NodeRef) {
        let mut took_ms = self.took_ms.borrow_mut();
        let Some(element) = told.cast::<Element>().filter(|_| took_ms[0].len() >= FRAMES) else { return };
        took_ms.iter_mut().for_each(|spans| sort_by(spans, f64::total_cmp));
        let at = |part: usize, percent: usize| took_ms[part][(FRAMES * percent / 100).min(FRAMES - 1)];
        let run = self.run.borrow();
        let world = &run.head().world;
        let (nodes, flights) = (world.nodes().count(), world.flights().count());
        let words = format!(
            "nodes {nodes} messages {flights} frames {FRAMES} median {:.2} p95 {:.2} max {:.2} ms; \
             medians: simulate {:.2} draw {:.2} paint {:.2} ms",
            at(0, 50),
            at(0, 95),
            at(0, 100),
            at(1, 50),
            at(2, 50),
            at(3, 50)
        );
        element.set_text_content(Some(&words));
        took_ms.iter_mut().for_each(Vec::clear);
    }
}
