//! Groups of templates that pairs connect.

use super::pairs::TemplatePair;
use crate::compare::Score;
use serde::Serialize;

/// Templates that are connected by pairs: pictures of one person, if the pairs are right. One false
/// pair joins two people's, so that a large cluster with a weak pair deserves a look.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cluster {
    /// The places of its templates, the smallest first; two at least.
    pub members: Vec<usize>,
    /// How many pairs lie in it.
    pub pairs: u64,
    /// The score of the pair that is least alike.
    pub weakest: Score,
    /// The score of the pair that is most alike.
    pub strongest: Score,
}

impl Cluster {
    /// The share of the pairs of its members that were found, above 0 up to 1. Where every picture
    /// is like every other it is 1; a low share tells of a chain of people who are alike.
    #[must_use]
    pub fn density(&self) -> f64 {
        let members = self.members.len() as f64;
        self.pairs as f64 / (members * (members - 1.0) / 2.0)
    }
}

/// The groups that `pairs` connect, those whose first member comes first first. Places in no pair
/// are in no group.
pub fn clusters(pairs: &[TemplatePair]) -> Vec<Cluster> {
    let mut places: Vec<usize> = pairs.iter().flat_map(|pair| [pair.first, pair.second]).collect();
    places.sort_unstable();
    places.dedup();
    // Every place of a pair is in the list.
    let number = |place: usize| places.binary_search(&place).unwrap_or_default();
    let mut leaders = Leaders((0..places.len()).collect());
    for pair in pairs {
        leaders.join(number(pair.first), number(pair.second));
    }
    let mut found: Vec<Option<Cluster>> = vec![None; places.len()];
    for pair in pairs {
        if let Some(slot) = found.get_mut(leaders.of(number(pair.first))) {
            let new = Cluster { members: Vec::new(), pairs: 0, weakest: pair.score, strongest: pair.score };
            let cluster = slot.get_or_insert(new);
            cluster.pairs += 1;
            if pair.score < cluster.weakest {
                cluster.weakest = pair.score;
            }
            if pair.score > cluster.strongest {
                cluster.strongest = pair.score;
            }
        }
    }
    for (number, place) in places.iter().enumerate() {
        if let Some(Some(cluster)) = found.get_mut(leaders.of(number)) {
            cluster.members.push(*place);
        }
    }
    // A leader is the smallest of its group.
    found.into_iter().flatten().collect()
}

/// Of each number one of its group, which leads to the smallest: disjoint sets.
struct Leaders(Vec<usize>);

#[allow(clippy::indexing_slicing, reason = "numbers are counted by `clusters`")]
impl Leaders {
    fn of(&mut self, mut number: usize) -> usize {
        while self.0[number] != number {
            // Halves the way for the next who asks.
            self.0[number] = self.0[self.0[number]];
            number = self.0[number];
        }
        number
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}
