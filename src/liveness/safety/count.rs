//! How often a history of lights changes to and fro.
//!
//! Changes that go on in one direction add up to one: what is counted is the longest chain of
//! lights, neighbours in time or not, of which each counts as changed from the one before, in
//! alternating directions. No way of seeing flashes in the sequence finds more.

use super::change::Direction;
use super::lights::Shown;
use super::report::LeadingEdges;

/// The number of changes in the longest alternating chain.
pub(super) fn transitions(history: &[Shown], between: impl Fn(&Shown, &Shown) -> Option<Direction>) -> u32 {
    // Each light with the changes in the longest chain that ends there by going up, and in the
    // longest that ends there by going down.
    let mut chains: Vec<(&Shown, u32, u32)> = Vec::with_capacity(history.len());
    for shown in history {
        let (mut up, mut down) = (0, 0);
        for (earlier, earlier_up, earlier_down) in &chains {
            match between(earlier, shown) {
                Some(Direction::Up) => up = up.max(earlier_down + 1),
                Some(Direction::Down) => down = down.max(earlier_up + 1),
                None => {}
            }
        }
        chains.push((shown, up, down));
    }
    // No lights, no changes.
    chains.iter().map(|(_, up, down)| *up.max(down)).max().unwrap_or(0)
}

/// The shortest time from the leading edge of one flash to that of the next in the same direction,
/// if there are two. Where changes take several steps, the first flash leads with the last step
/// from which on they still count, the second with its first: the time is never overstated.
pub(super) fn shortest_interval(
    history: &[Shown],
    between: impl Fn(&Shown, &Shown) -> Option<Direction>,
) -> Option<LeadingEdges> {
    let leaving = |index: usize| history.get(index + 1).map(|shown| shown.at_us);
    let mut shortest: Option<LeadingEdges> = None;
    for (turn, a) in history.iter().enumerate() {
        for (back, b) in history.iter().enumerate().skip(turn + 1) {
            let Some(direction) = between(a, b) else { continue };
            let opposing = |found: Option<Direction>| found.is_some_and(|other| other != direction);
            // From some light to `a`, back to `b`, and to another light: the change to `a` and the
            // one from `b` have one direction.
            let from = history.iter().take(turn).rposition(|shown| opposing(between(shown, a)));
            let goes_on = history.iter().skip(back + 1).any(|shown| opposing(between(b, shown)));
            if let (Some(first), Some(second), true) = (from.and_then(leaving), leaving(back), goes_on) {
                let found = LeadingEdges { interval_us: second.saturating_sub(first), from_us: first };
                shortest = [shortest, Some(found)].into_iter().flatten().min();
            }
        }
    }
    shortest
}
