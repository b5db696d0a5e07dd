//! Challenges: what the screen is to show, known to nobody before it is drawn.
//!
//! A [`ChallengePolicy`] says what challenges look like, an [`Issuer`] counts all that the policy
//! allows and draws one of them, and a [`Challenge`] is what was drawn: coloured segments with
//! their times, an identity, the nonce of one attempt and an expiry.

mod color;
mod issued;
mod issuer;
mod orders;
mod policy;
mod source;
#[cfg(test)]
mod tests;
mod timings;

pub use issued::Challenge;
pub(super) use issued::Fields;
pub use issuer::{Entropy, Issuer};
pub use policy::{ChallengePolicy, MIN_GUARD_US, MIN_JITTER_US, MIN_SLOT_US};
pub(super) use source::Source;
