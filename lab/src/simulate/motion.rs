//! How head, hand and props move: sums of slow sines, so that any moment can be asked for.
//!
//! Tremor of a raised hand peaks at about 7 Hz ("A Normative Study of Postural Tremor of the Hand",
//! Archives of Neurology 39, 1982), its physiological component at 8 to 12 Hz (R. J. Elble,
//! "Physiologic and essential tremor", Neurology 36, 1986); here it is drawn from 7 to 11 Hz. The
//! slow frequencies and all amplitudes are ours, for a phone at arm's length.

use crate::random::Random;

/// Sines in a [`Wave`].
const SINES: usize = 4;

/// A smooth random function of time with a standard deviation of 1.
#[derive(Clone)]
pub(super) struct Wave([[f32; 2]; SINES]);

impl Wave {
    /// Frequencies from `low` to `high` hertz.
    pub(super) fn new(random: &mut Random, low: f32, high: f32) -> Self {
        Self([(); SINES].map(|()| [low * (high / low).powf(random.unit()), std::f32::consts::TAU * random.unit()]))
    }

    /// Always 0.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self([[0.0; 2]; SINES])
    }

    /// The wave's value `seconds` after the start.
    pub(super) fn at(&self, seconds: f64) -> f32 {
        let Self(sines) = self;
        let angle = |[hertz, phase]: &[f32; 2]| (std::f64::consts::TAU * f64::from(*hertz) * seconds) as f32 + phase;
        (2.0 / SINES as f32).sqrt() * sines.iter().map(|sine| angle(sine).sin()).sum::<f32>()
    }
}

/// Where something is, against where it was set up.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Pose {
    /// Sideways and down, in centimetres.
    pub(super) shift_cm: [f32; 2],
    /// Turned to the side (the image's right comes nearer), upwards, and clockwise in the image;
    /// radians.
    pub(super) turn: [f32; 3],
    /// Relative growth in the image.
    pub(super) growth: f32,
}

/// One thing's motion.
#[derive(Clone)]
struct Mover {
    slow: [Wave; 6],
    tremor: [Wave; 2],
    /// Standard deviations: shift in centimetres, turns in degrees, growth; tremor in centimetres.
    shift_cm: f32,
    turn_deg: [f32; 3],
    growth: f32,
    tremor_cm: f32,
}

impl Mover {
    fn new(random: &mut Random, shift_cm: f32, turn_deg: [f32; 3], growth: f32, tremor_cm: f32) -> Self {
        let slow = [(); 6].map(|()| Wave::new(random, 0.15, 1.2));
        let tremor = [(); 2].map(|()| Wave::new(random, 7.0, 11.0));
        Self { slow, tremor, shift_cm, turn_deg, growth, tremor_cm }
    }

    fn at(&self, seconds: f64) -> Pose {
        let [x, y, yaw, pitch, roll, growth] = self.slow.each_ref().map(|wave| wave.at(seconds));
        let [tx, ty] = self.tremor.each_ref().map(|wave| wave.at(seconds));
        let [yaw_deg, pitch_deg, roll_deg] = self.turn_deg;
        Pose {
            shift_cm: [self.shift_cm * x + self.tremor_cm * tx, self.shift_cm * y + self.tremor_cm * ty],
            turn: [(yaw_deg * yaw).to_radians(), (pitch_deg * pitch).to_radians(), (roll_deg * roll).to_radians()],
            growth: self.growth * growth,
        }
    }
}

/// The poses of all things in a scene.
#[derive(Clone)]
pub(super) struct Motion {
    head: Mover,
    prop: Mover,
    hand: Mover,
}

/// The poses of one moment.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Poses {
    pub(super) head: Pose,
    pub(super) prop: Pose,
    /// The camera's own: everything in the image moves by it.
    pub(super) hand: Pose,
}

impl Motion {
    pub(super) fn new(random: &mut Random, amount: f32) -> Self {
        let turns = |yaw: f32, pitch: f32, roll: f32| [amount * yaw, amount * pitch, amount * roll];
        Self {
            head: Mover::new(random, 0.15 * amount, turns(1.2, 0.8, 0.5), 0.006 * amount, 0.005 * amount),
            prop: Mover::new(random, 0.2 * amount, turns(1.2, 1.2, 0.6), 0.006 * amount, 0.02 * amount),
            hand: Mover::new(random, 0.08 * amount, turns(0.0, 0.0, 0.3), 0.003 * amount, 0.02 * amount),
        }
    }

    pub(super) fn at(&self, seconds: f64) -> Poses {
        Poses { head: self.head.at(seconds), prop: self.prop.at(seconds), hand: self.hand.at(seconds) }
    }
}
