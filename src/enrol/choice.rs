//! The PINs: chosen, entered again, and handed to the key store.

use super::awaiting::{Awaiting, StepResult, go_on, or_fault};
use super::common::port;
use super::pin::{Pin, WhichPin};
use super::ports::Context;
use super::reasons::SetbackReason;
use super::states::{Pins, PinsAgain, Signature};
use super::step::{Fault, Step};
use super::table::Event;
use super::weak::{Personal, Weakness, holds, weaknesses};
use std::ops::RangeInclusive;

/// Why a PIN is not taken, apart from what it has to do with the other one.
fn objections<const N: u8>(
    which: WhichPin,
    pin: &Pin<N>,
    lengths: &RangeInclusive<usize>,
    refuse_weak: bool,
    personal: &Personal<'_>,
) -> Vec<SetbackReason> {
    // A PIN of a wrong length is refused for that alone.
    let len = pin.expose_digits().len();
    if len < *lengths.start() {
        return vec![SetbackReason::PinTooShort(which, *lengths.start())];
    }
    if len > *lengths.end() {
        return vec![SetbackReason::PinTooLong(which, *lengths.end())];
    }
    let weak = if refuse_weak { weaknesses(pin, personal) } else { Vec::new() };
    weak.into_iter().map(|weakness| SetbackReason::WeakPin(which, weakness)).collect()
}

impl Awaiting<Pins> {
    /// Takes the PINs that the applicant has chosen. A PIN that is too short, too long or weak is
    /// refused, with all reasons for both PINs; `personal` is what must not be in them. That does
    /// not count as a failed attempt. The old account's PINs may be chosen again: tell the
    /// applicant so.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn choose(
        self,
        pin1: Pin<1>,
        pin2: Pin<2>,
        personal: &Personal<'_>,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<PinsAgain>, Pins> {
        let this = go_on!(self.open(ctx));
        // All reasons for both PINs at once, so that the applicant need not try twice.
        let policy = ctx.policy;
        let weak = policy.refuse_weak_pins();
        let mut reasons = objections(WhichPin::Pin1, &pin1, policy.pin1_digits(), weak, personal);
        reasons.extend(objections(WhichPin::Pin2, &pin2, policy.pin2_digits(), weak, personal));
        if weak && policy.refuse_pin1_in_pin2() && holds(pin2.expose_digits(), pin1.expose_digits()) {
            reasons.push(SetbackReason::WeakPin(WhichPin::Pin2, Weakness::HoldsPin1));
        }
        if !reasons.is_empty() {
            return this.fail(reasons, ctx).await;
        }
        let next = |Pins { cleared }| PinsAgain { cleared, pin1, pin2 };
        Ok(Step::Next(this.pass(Event::PinsChosen, None, ctx, next)))
    }
}

impl Awaiting<PinsAgain> {
    /// Takes the PINs that the applicant has entered again. If both are the same as before, the key
    /// store makes the account's keys under them; the ceremony then knows no PIN any more. If not,
    /// the reasons tell which one differs; that does not count as a failed attempt.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn repeat(
        self,
        pin1: Pin<1>,
        pin2: Pin<2>,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<Signature>, PinsAgain> {
        let this = go_on!(self.open(ctx));
        let differs = |which, differs: bool| differs.then_some(SetbackReason::PinDiffers(which));
        let reasons =
            [differs(WhichPin::Pin1, pin1 != this.waiting.pin1), differs(WhichPin::Pin2, pin2 != this.waiting.pin2)];
        let reasons: Vec<SetbackReason> = reasons.into_iter().flatten().collect();
        if !reasons.is_empty() {
            return this.fail(reasons, ctx).await;
        }
        let made = ctx.keys.generate(&this.waiting.pin1, &this.waiting.pin2).await;
        let keys = or_fault!(this, made.map_err(port("making the account's keys")));
        let next = |waiting: PinsAgain| Signature { cleared: waiting.cleared, keys };
        Ok(Step::Next(this.pass(Event::PinsRepeated, None, ctx, next)))
    }

    /// Forgets the chosen PINs, so that others can be chosen.
    pub fn choose_again(self, ctx: &Context<'_>) -> Awaiting<Pins> {
        self.pass(Event::PinsForgotten, None, ctx, |waiting| Pins { cleared: waiting.cleared })
    }
}
