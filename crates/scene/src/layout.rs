//! Pure geometry for those who place nodes and labels.

use crate::{Point, Rect};

/// `count` places at equal turns on an ellipse, clockwise, the first at `start_turn` (0 is 12 o'clock).
#[must_use]
pub fn circle(count: usize, center: Point, radius_x: f64, radius_y: f64, start_turn: f64) -> Vec<Point> {
    (0..count)
        .map(|index| {
            let unit = crate::unit_of_turn(start_turn + index as f64 / count as f64);
            center + Point::new(unit.x * radius_x, unit.y * radius_y)
        })
        .collect()
}

/// A label that looks for a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Label {
    /// Where it could lie, best first.
    pub candidates: Vec<Rect>,
    /// Labels of higher priority choose first; of equals, the one that comes first.
    pub priority: u32,
    /// Whether it must be shown: it then takes the least bad place rather than none.
    pub required: bool,
}

/// Chooses a place for each label, or none: the index of its candidate, in the order of `labels`.
///
/// Greedy: by priority, each label takes its first candidate that lies in `view` and meets neither an obstacle nor a
/// label that chose before. The same input always gives the same places.
#[must_use]
pub fn place_labels(labels: &[Label], obstacles: &[Rect], view: Rect) -> Vec<Option<usize>> {
    let mut taken = Grid::new(view);
    for obstacle in obstacles {
        taken.add(*obstacle);
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(labels[*index].priority));
    let mut places = vec![None; labels.len()];
    for index in order {
        let label = &labels[index];
        let free = label.candidates.iter().position(|place| taken.cost(*place) <= 0.0);
        places[index] =
            if label.required { free.or_else(|| taken.least_bad(&label.candidates)) } else { free };
        if let Some(place) = places[index] {
            taken.add(label.candidates[place]);
        }
    }
    places
}

/// Side of a cell of the grid in pixels: about the length of a label.
const CELL: f64 = 64.0;
/// A hostile or broken size must not ask for endless cells.
const CELLS_A_SIDE_MAX: usize = 256;

/// The rectangles that are taken, by the cells they touch, so that a thousand labels need not ask each other.
struct Grid {
    view: Rect,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<Rect>>,
}

impl Grid {
    fn new(view: Rect) -> Self {
        // A float that is negative or not a number becomes 0.
        let cells_along = |length: f64| ((length / CELL).ceil() as usize).clamp(1, CELLS_A_SIDE_MAX);
        let (columns, rows) = (cells_along(view.width), cells_along(view.height));
        Self { view, columns, rows, cells: vec![Vec::new(); columns * rows] }
    }

    fn add(&mut self, rect: Rect) {
        for cell in self.touched(rect) {
            self.cells[cell].push(rect);
        }
    }

    /// How bad a place is: the area in pixels outside the view and on top of what is taken; 0 is free.
    fn cost(&self, place: Rect) -> f64 {
        let inside = place.intersection(self.view).map_or(0.0, Rect::area);
        let outside = if self.view.contains_rect(place) { 0.0 } else { place.area() - inside };
        let covered: f64 = self
            .touched(place)
            .flat_map(|cell| &self.cells[cell])
            .filter_map(|taken| taken.intersection(place))
            .map(Rect::area)
            .sum();
        outside + covered
    }

    /// The candidate with the least cost, the first of equals; `None` without candidates.
    fn least_bad(&self, candidates: &[Rect]) -> Option<usize> {
        let costs = candidates.iter().map(|place| self.cost(*place)).enumerate();
        costs.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(index, _)| index)
    }

    /// The cells that a rectangle touches; what lies outside the view belongs to the cells at its edge.
    fn touched(&self, rect: Rect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.columns;
        let cell = |offset: f64, count: usize| ((offset / CELL).max(0.0) as usize).min(count - 1);
        let (left, right) = (cell(rect.x - self.view.x, columns), cell(rect.right() - self.view.x, columns));
        let (top, bottom) =
            (cell(rect.y - self.view.y, self.rows), cell(rect.bottom() - self.view.y, self.rows));
        (top..=bottom).flat_map(move |row| (left..=right).map(move |column| row * columns + column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: Rect = Rect::new(0.0, 0.0, 400.0, 300.0);

    fn label(candidates: &[(f64, f64)]) -> Label {
        let candidates = candidates.iter().map(|(x, y)| Rect::new(*x, *y, 60.0, 16.0)).collect();
        Label { candidates, ..Label::default() }
    }

    #[test]
    fn nodes_stand_clockwise_from_the_start() {
        let places = circle(4, Point::new(100.0, 100.0), 80.0, 40.0, 0.0);
        let expected = [(100.0, 60.0), (180.0, 100.0), (100.0, 140.0), (20.0, 100.0)];
        assert_eq!(places, expected.map(|(x, y)| Point::new(x, y)));
        assert_eq!(circle(0, Point::default(), 1.0, 1.0, 0.0), []);
    }

    #[test]
    fn a_taken_place_is_passed_over() {
        let labels = [label(&[(10.0, 10.0)]), label(&[(20.0, 12.0), (20.0, 40.0)]), label(&[(30.0, 44.0)])];
        assert_eq!(place_labels(&labels, &[], VIEW), [Some(0), Some(1), None]);
    }

    #[test]
    fn priority_chooses_first() {
        let mut labels = [label(&[(10.0, 10.0)]), label(&[(10.0, 10.0)])];
        labels[1].priority = 1;
        assert_eq!(place_labels(&labels, &[], VIEW), [None, Some(0)]);
    }

    #[test]
    fn obstacles_and_the_edge_of_the_view_are_kept_free() {
        let labels = [label(&[(390.0, 10.0), (100.0, 100.0), (100.0, 200.0)])];
        assert_eq!(place_labels(&labels, &[Rect::new(90.0, 90.0, 20.0, 20.0)], VIEW), [Some(2)]);
    }

    #[test]
    fn a_required_label_takes_the_least_bad_place() {
        let mut labels = [label(&[(100.0, 100.0), (130.0, 100.0)])];
        labels[0].required = true;
        assert_eq!(place_labels(&labels, &[Rect::new(90.0, 90.0, 60.0, 40.0)], VIEW), [Some(1)]);
        assert_eq!(place_labels(&[Label { required: true, ..Label::default() }], &[], VIEW), [None]);
    }

    #[test]
    fn senseless_sizes_do_no_harm() {
        let view = Rect::new(0.0, 0.0, f64::NAN, -5.0);
        assert_eq!(
            place_labels(&[label(&[(0.0, 0.0)])], &[Rect::new(f64::NAN, 0.0, 1e300, 1.0)], view).len(),
            1
        );
    }
}
