//! Transforms that undo, follow and fit each other, and rectangles that overlap.

use super::*;
use proptest::prelude::*;

fn transform() -> impl Strategy<Value = Similarity> {
    (0.05f32..20.0, -180.0f32..180.0, -500.0f32..500.0, -500.0f32..500.0)
        .prop_map(|(s, angle, x, y)| Similarity::new(s, angle, Point::new(x, y)).unwrap())
}

proptest! {
    #[test]
    fn fit_recovers_the_transform(t in transform(), seeds in prop::collection::vec((-100f32..100.0, -100f32..100.0), 3..9)) {
        let from: Vec<_> = seeds.iter().map(|&(x, y)| Point::new(x, y)).collect();
        prop_assume!(from.iter().any(|p| p.distance(from[0]) > 10.0));
        let to: Vec<_> = from.iter().map(|&p| t.apply(p)).collect();
        let fitted = Similarity::fit(&from, &to).unwrap();
        for (p, q) in from.iter().zip(&to) {
            prop_assert!(fitted.apply(*p).distance(*q) < 2e-3 * t.scale().max(1.0));
        }
    }

    /// Of points that no similarity maps onto each other, too: the fit goes along with whatever
    /// moves the target, and no similarity beside it comes closer.
    #[test]
    fn fit_goes_along_with_its_target_and_is_the_closest(
        t in transform(),
        pairs in prop::collection::vec(((-100f32..100.0, -100f32..100.0), (-100f32..100.0, -100f32..100.0)), 3..9),
        (scale, angle, x, y) in (0.9f32..1.1, -5f32..5.0, -3f32..3.0, -3f32..3.0),
    ) {
        let point = |(x, y): (f32, f32)| Point::new(x, y);
        let from: Vec<_> = pairs.iter().map(|pair| point(pair.0)).collect();
        let to: Vec<_> = pairs.iter().map(|pair| point(pair.1)).collect();
        prop_assume!(from.iter().any(|p| p.distance(from[0]) > 10.0));
        let fitted = Similarity::fit(&from, &to);
        prop_assume!(fitted.is_some_and(|f| f.scale() > 0.05));
        let fitted = fitted.unwrap();
        let moved: Vec<_> = to.iter().map(|p| t.apply(*p)).collect();
        let along = Similarity::fit(&from, &moved).unwrap();
        for p in &from {
            let off = along.apply(*p).distance(t.apply(fitted.apply(*p)));
            prop_assert!(off < 1e-2 * t.scale().max(1.0), "{off}");
        }
        let error = |s: &Similarity| -> f64 {
            from.iter().zip(&to).map(|(p, q)| f64::from(s.apply(*p).distance(*q)).powi(2)).sum()
        };
        let beside = Similarity::new(scale, angle, Point::new(x, y)).unwrap().after(&fitted).unwrap();
        prop_assert!(error(&fitted) <= error(&beside) * 1.0001 + 1e-2);
    }

    #[test]
    fn overlap_is_symmetric_and_moves_with_both(
        edges in prop::collection::vec((-50f32..50.0, -50f32..50.0, 0.5f32..40.0, 0.5f32..40.0), 2),
        (x, y, scale) in (-64i8..64, -64i8..64, 0u8..4),
    ) {
        let rect = |x: f32, y: f32, w: f32, h: f32| Rect::from_center(Point::new(x, y), w, h).unwrap();
        let [a, b] = [0, 1].map(|i| { let (x, y, w, h) = edges[i]; rect(x, y, w, h) });
        prop_assert_eq!(a.iou(&b), b.iou(&a));
        prop_assert!((0.0..=1.0).contains(&a.iou(&b)));
        prop_assert!((a.iou(&a) - 1.0).abs() < 1e-4);
        let scale = f32::from(1u16 << scale);
        let moved = |r: &Rect| {
            let c = r.center();
            rect(scale * c.x + f32::from(x), scale * c.y + f32::from(y), scale * r.width(), scale * r.height())
        };
        prop_assert!((moved(&a).iou(&moved(&b)) - a.iou(&b)).abs() < 1e-3);
    }

    #[test]
    fn inverse_undoes(t in transform(), x in -300f32..300.0, y in -300f32..300.0) {
        let p = Point::new(x, y);
        let back = t.inverse().unwrap().apply(t.apply(p));
        prop_assert!(back.distance(p) < 1e-2 / t.scale().min(1.0), "{back:?} {p:?}");
    }

    #[test]
    fn composition_is_application_in_turn(s in transform(), t in transform(), x in -50f32..50.0, y in -50f32..50.0) {
        let p = Point::new(x, y);
        let at_once = s.after(&t).unwrap().apply(p);
        let in_turn = s.apply(t.apply(p));
        prop_assert!(at_once.distance(in_turn) < 1e-5 * (1.0 + in_turn.x.abs() + in_turn.y.abs() + s.scale() * 1000.0));
    }
}

#[test]
fn fit_refuses_what_determines_nothing() {
    let p = Point::new(3.0, 4.0);
    assert!(Similarity::fit(&[], &[]).is_none());
    assert!(Similarity::fit(&[p], &[p]).is_none());
    assert!(Similarity::fit(&[p, p], &[p, Point::new(9.0, 9.0)]).is_none());
    assert!(Similarity::fit(&[p, Point::default()], &[p]).is_none());
    assert!(Similarity::fit(&[p, Point::new(f32::NAN, 0.0)], &[p, Point::default()]).is_none());
    assert!(Similarity::fit(&[p, Point::default()], &[p, p]).is_none(), "scale 0 is no similarity");
}

#[test]
fn angle_is_clockwise_on_the_screen() {
    let t = Similarity::new(2.0, 90.0, Point::default()).unwrap();
    assert!(t.apply(Point::new(1.0, 0.0)).distance(Point::new(0.0, 2.0)) < 1e-6);
    assert!((t.angle_deg() - 90.0).abs() < 1e-4 && (t.scale() - 2.0).abs() < 1e-6);
}

#[test]
fn serialised_as_short_lists() {
    let rect = Rect::from_edges(1.0, 2.5, 3.0, 4.0).unwrap();
    assert_eq!(serde_json::to_string(&rect).unwrap(), "[1.0,2.5,3.0,4.0]");
    assert_eq!(serde_json::to_string(&Point::new(f32::NAN, 0.5)).unwrap(), "[null,0.5]");
}

#[test]
fn rect_checks_its_edges_and_measures_overlap() {
    assert!(Rect::from_edges(1.0, 0.0, 0.0, 1.0).is_none());
    assert!(Rect::from_edges(0.0, 0.0, f32::NAN, 1.0).is_none());
    let r = Rect::from_center(Point::new(5.0, 6.0), 4.0, 2.0).unwrap();
    assert_eq!((r.left(), r.top(), r.right(), r.bottom()), (3.0, 5.0, 7.0, 7.0));
    let half = Rect::from_edges(3.0, 5.0, 5.0, 7.0).unwrap();
    assert_eq!(r.iou(&half), 0.5);
    assert_eq!(r.iou(&Rect::from_edges(8.0, 8.0, 9.0, 9.0).unwrap()), 0.0);
    let empty = Rect::from_edges(4.0, 6.0, 4.0, 6.0).unwrap();
    assert_eq!(empty.iou(&empty), 0.0);
}
