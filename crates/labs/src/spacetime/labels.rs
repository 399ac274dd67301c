//! Words on a diagram: each is written where it touches no other, or not at all.

use faultscope_scene::{Ink, Layer, Lettering, Point, Rect, Scene, Style, Subject};

/// Where words and signs stand already.
pub(super) struct Labels {
    taken: Vec<Rect>,
    view: Rect,
}

impl Labels {
    pub(super) fn new(view: Rect) -> Self {
        Self { taken: Vec::new(), view }
    }

    /// Keeps words away from a place.
    pub(super) fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Writes at the first of `spots` (baselines) that is in view and free. Returns whether there was one.
    pub(super) fn write(
        &mut self,
        scene: &mut Scene,
        spots: &[Point],
        words: &str,
        lettering: Lettering,
        ink: Ink,
        subject: Subject,
    ) -> bool {
        let free = spots.iter().copied().find(|&at| {
            let rect = lettering.bounds_of(at, words);
            self.view.contains_rect(rect) && !self.taken.iter().any(|taken| taken.intersects(rect.grown(1.0)))
        });
        let Some(at) = free else { return false };
        self.taken.push(lettering.bounds_of(at, words));
        let style = Style::fill(ink).with_halo(Ink::Sheet);
        scene.pen(Layer::Labels, subject).text(at, words.to_owned(), lettering, style);
        true
    }
}
