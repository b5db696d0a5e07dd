//! What the vectors of a network have in common over groups of people, for an ensemble's card.

use super::Grouping;
use super::spread::{Spread, steps};
use crate::error::{Error, ErrorKind, Result, Stage};
use nalgebra::DVector;
use selfsame::model::CentreSpec;
use selfsame::template::Template;

/// Unit of the card's integers.
const STEP: f32 = 1e-4;
/// A smaller group tells more about its people than about the group.
const LEAST_PICTURES: usize = 20;

/// The mean over groups of the groups' mean templates, and the `axes` directions in which these
/// means differ most: every group counts alike, however many pictures it has.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] without two groups of 20 templates, or with more axes than groups
/// tell apart; [`ErrorKind::ShapeMismatch`] if templates are of several dimensions, or the groups
/// are of other pictures.
pub fn centre_spec(
    templates: &[Option<Template>],
    grouping: &Grouping,
    axes: usize,
    data: String,
) -> Result<CentreSpec> {
    let fault = |kind, message: &str| Error::new(kind, Stage::Evaluate, message);
    // Without templates there are no groups, which is told below.
    let dimension = templates.iter().flatten().next().map_or(0, Template::dimension);
    if templates.len() != grouping.of.len() || templates.iter().flatten().any(|t| t.dimension() != dimension) {
        let message = "templates must be of the groups' pictures, and of one dimension";
        return Err(fault(ErrorKind::ShapeMismatch, message));
    }
    let mut people = 0;
    let mut means = Vec::new();
    for group in 0..grouping.groups.len() {
        let of_group = grouping.places(group).into_iter().filter_map(|place| templates.get(place)?.as_ref());
        let vectors: Vec<DVector<f64>> = of_group
            .map(|template| DVector::from_iterator(dimension, template.values().iter().map(|v| f64::from(*v))))
            .collect();
        if vectors.len() >= LEAST_PICTURES {
            people += vectors.len() as u64;
            means.push(vectors.iter().sum::<DVector<f64>>() / vectors.len() as f64);
        }
    }
    if means.len() < 2 || axes >= means.len() {
        return Err(fault(ErrorKind::InvalidArgument, "there are too few groups of 20 pictures"));
    }
    let Spread { mean, axes: order } = Spread::of(&means, dimension);
    let axis = |(_, direction): &(f64, DVector<f64>)| steps(direction, STEP);
    let axes = order.iter().take(axes).map(axis).collect();
    Ok(CentreSpec { data, people, step: STEP, mean: steps(&mean, STEP), axes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_count_alike_and_their_difference_is_the_axis() {
        // Forty pictures of one group and twenty of another, along two directions.
        let of = |group: usize| {
            let values = if group == 0 { [0.6, 0.8, 0.0] } else { [0.6, -0.8, 0.0] };
            Some(Template::from_embedding(&values, "m".into()).unwrap())
        };
        let groups: Vec<usize> = (0..60).map(|i| usize::from(i >= 40)).collect();
        let mut templates: Vec<_> = groups.iter().map(|group| of(*group)).collect();
        templates[3] = None;
        let grouping = Grouping {
            attribute: "group".into(),
            groups: vec!["a".into(), "b".into()],
            of: groups.into_iter().map(Some).collect(),
        };
        let spec = centre_spec(&templates, &grouping, 1, "made up".into()).unwrap();
        assert_eq!((spec.people, &spec.mean[..], &spec.axes[0][..]), (59, &[6000, 0, 0][..], &[0, 10_000, 0][..]));
        let kind =
            |axes, grouping: &Grouping| centre_spec(&templates, grouping, axes, String::new()).unwrap_err().kind();
        assert_eq!(kind(2, &grouping), ErrorKind::InvalidArgument);
        let one = Grouping { groups: vec!["a".into()], ..grouping.clone() };
        assert_eq!(kind(0, &one), ErrorKind::InvalidArgument);
        assert_eq!(kind(0, &Grouping { of: vec![None], ..grouping }), ErrorKind::ShapeMismatch);
    }
}
