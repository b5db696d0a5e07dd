//! [`ApproachChallenge`]: how near a face is to come, where, and how fast.

use crate::capture::{HEIGHT_OVER_WIDTH, Oval};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Point;
use crate::liveness::ChallengeId;
use crate::liveness::challenge::Source;
use crate::liveness::fault::error;
use crate::liveness::json::{FORMAT, Version, bounded, read_json, write_json};
use crate::secret::Nonce;
use crate::settings::settings;
use rand_core::TryCryptoRng;
use serde::{Deserialize, Serialize};

/// The largest file that is read as a challenge, in bytes: over ten times what one takes.
const MAX_BYTES: usize = 1 << 13;
/// Widths of the first oval, over the frame's width: a face at 50 to 60 cm of a phone's camera.
const STARTS: [f32; 3] = [0.26, 0.285, 0.31];
/// Widths of the last oval: 25 to 31 cm.
const TARGETS: [f32; 3] = [0.50, 0.55, 0.60];
/// How far the first and the last oval may lie from the middle, over the frame's width, to each
/// side and up or down: about what a guide tolerates ([`crate::capture::GuideLimits::offset`]).
const START_OFFSETS: [f32; 2] = [0.10, 0.08];
const TARGET_OFFSETS: [f32; 2] = [0.07, 0.06];
/// How long the oval may take to grow, and how long the first one is to be filled, in microseconds.
const TRAVELS_US: [u64; 4] = [1_200_000, 1_600_000, 2_100_000, 2_800_000];
const HOLDS_US: [u64; 3] = [600_000, 900_000, 1_300_000];
/// How many challenges there are: all equally likely.
const COUNT: u128 = 3 * 3 * 9 * 9 * 4 * 3;

settings! {
    /// What approach challenges look like.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct ApproachPolicy in Stage::Liveness {
        /// How long a challenge can be answered, in seconds.
        lifetime_s, with_lifetime_s: u64 = 120, in 1..=86_400;
    }
}

impl ApproachPolicy {
    /// How unpredictable challenges are, in bits: the logarithm of how many there are, since all
    /// are equally likely. The verifier tolerates a quarter of an oval's size and a tenth of its
    /// place, so it tells about 9 of these bits apart.
    #[must_use]
    pub fn entropy_bits(&self) -> f64 {
        (COUNT as f64).log2()
    }
}

/// An oval to fill, in shares of the frame's width (or of ¾ of its height, where that is less).
///
/// As JSON: `{ "width": 0.55, "center": [0.07, -0.06] }`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproachOval {
    /// The oval's width, 0.1 ..= 0.8; its height is 1.618 times that.
    pub width: f32,
    /// Where its middle lies from the frame's: right and down, −0.3 ..= 0.3.
    pub center: [f32; 2],
}

impl ApproachOval {
    /// The oval in a frame of `width_px` × `height_px`, upright.
    #[must_use]
    pub fn in_frame(&self, width_px: u32, height_px: u32) -> Oval {
        let (width, height) = (width_px as f32, height_px as f32);
        let base = width.min(0.75 * height);
        let [x, y] = self.center;
        Oval {
            center: Point::new(0.5 * width + base * x, 0.5 * height + base * y),
            width_px: base * self.width,
            height_px: HEIGHT_OVER_WIDTH * base * self.width,
        }
    }

    /// The oval at a share, 0 ..= 1, of the way to another one: sizes grow by equal factors in
    /// equal times, which is how a face grows that comes nearer evenly.
    fn towards(&self, other: &Self, share: f32) -> Self {
        let between = |a: f32, b: f32| a + share * (b - a);
        let ([ax, ay], [bx, by]) = (self.center, other.center);
        Self { width: self.width * (other.width / self.width).powf(share), center: [between(ax, bx), between(ay, by)] }
    }

    fn check(&self) -> bool {
        (0.1..=0.8).contains(&self.width) && self.center.iter().all(|v| (-0.3..=0.3).contains(v))
    }
}

/// How near a face is to come, where, and how fast: a challenge for people who must not be shown
/// flashes, and a second witness beside the flashes for all others.
///
/// The verifier issues it and keeps it, as it does a flash
/// [`Challenge`](crate::liveness::Challenge). A face fills the first oval for
/// [`hold_us`](Self::hold_us); then the oval grows to the last one within
/// [`travel_us`](Self::travel_us), and the face follows it and fills that.
///
/// As JSON (`serde`):
/// ```json
/// { "format": 1, "id": "32 hexadecimal digits", "nonce": "64 hexadecimal digits",
///   "issued_at": 1790000000, "expires_at": 1790000120,
///   "start": { "width": 0.285, "center": [0.1, 0.0] },
///   "target": { "width": 0.55, "center": [0.0, -0.06] },
///   "hold_us": 900000, "travel_us": 1600000 }
/// ```
///
/// ```
/// use selfsame::liveness::approach::{ApproachChallenge, ApproachPolicy};
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let mut rng = ChaCha20Rng::from_seed([7; 32]);
/// let policy = ApproachPolicy::default();
/// let challenge = ApproachChallenge::issue(&mut rng, &policy, 1_790_000_000)?;
/// assert!(policy.entropy_bits() > 13.0);
/// assert_eq!(ApproachChallenge::parse(&challenge.to_json()?)?, challenge);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct ApproachChallenge(Fields);

impl ApproachChallenge {
    /// Draws a challenge with a nonce of its own. `now` is in Unix seconds.
    ///
    /// # Errors
    /// Those of [`ApproachChallenge::issue_for`].
    pub fn issue<R: TryCryptoRng + ?Sized>(rng: &mut R, policy: &ApproachPolicy, now: u64) -> Result<Self> {
        let mut source = Source::new(rng);
        let nonce = Nonce::from_bytes(source.two_blocks()?);
        Self::draw(nonce, source, policy, now)
    }

    /// Draws a challenge for `nonce`, which stands for one attempt elsewhere: that of a flash
    /// challenge, if both are to witness one attempt. `now` is in Unix seconds.
    ///
    /// # Errors
    /// [`ErrorKind::Randomness`] if the generator fails, or gives the same 16 bytes twice in a row.
    /// [`ErrorKind::Corrupt`] if `now` is the end of time, after which nothing expires.
    pub fn issue_for<R: TryCryptoRng + ?Sized>(
        nonce: Nonce,
        rng: &mut R,
        policy: &ApproachPolicy,
        now: u64,
    ) -> Result<Self> {
        Self::draw(nonce, Source::new(rng), policy, now)
    }

    fn draw<R: TryCryptoRng + ?Sized>(
        nonce: Nonce,
        mut source: Source<'_, R>,
        policy: &ApproachPolicy,
        now: u64,
    ) -> Result<Self> {
        let id = ChallengeId::from_bytes(source.block()?);
        let mut number = source.below(COUNT)?;
        // The digits of the number, each to its own base.
        let mut digit = |base: u128| {
            let digit = (number % base) as usize;
            number /= base;
            digit
        };
        // −1, 0 or 1 steps.
        let mut place = |[x, y]: [f32; 2]| [x * (digit(3) as f32 - 1.0), y * (digit(3) as f32 - 1.0)];
        let centers = [place(START_OFFSETS), place(TARGET_OFFSETS)];
        #[allow(clippy::indexing_slicing, reason = "a digit is below its base, the number of choices")]
        let (start, target, hold_us, travel_us) =
            (STARTS[digit(3)], TARGETS[digit(3)], HOLDS_US[digit(3)], TRAVELS_US[digit(4)]);
        let [from, to] = centers;
        Fields {
            format: FORMAT,
            id,
            nonce,
            issued_at: now,
            expires_at: now.saturating_add(policy.lifetime_s()),
            start: ApproachOval { width: start, center: from },
            target: ApproachOval { width: target, center: to },
            hold_us,
            travel_us,
        }
        .try_into()
    }

    /// Reads a challenge from JSON, whatever the bytes hold.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over 8 KiB, [`ErrorKind::UnsupportedVersion`] for another
    /// format number, [`ErrorKind::Corrupt`] for what is no challenge: ovals out of range or
    /// not growing, times out of range, expired when issued.
    pub fn parse(json: &[u8]) -> Result<Self> {
        bounded(json, MAX_BYTES)?;
        read_json::<Version>(json)?.check()?;
        read_json::<Fields>(json)?.try_into()
    }

    /// Writes the challenge as JSON.
    ///
    /// # Errors
    /// None in practice; `serde_json` reserves them.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        write_json(self)
    }

    /// The identity that tells this challenge from all others.
    #[must_use]
    pub fn id(&self) -> ChallengeId {
        self.0.id
    }

    /// The nonce of the attempt that this challenge belongs to.
    #[must_use]
    pub fn nonce(&self) -> &Nonce {
        &self.0.nonce
    }

    /// Whether this challenge can be answered at `now`, in Unix seconds.
    #[must_use]
    pub fn is_valid_at(&self, now: u64) -> bool {
        (self.0.issued_at..self.0.expires_at).contains(&now)
    }

    /// The oval that is filled first.
    #[must_use]
    pub fn start(&self) -> ApproachOval {
        self.0.start
    }

    /// The oval that is filled at the end.
    #[must_use]
    pub fn target(&self) -> ApproachOval {
        self.0.target
    }

    /// How long the first oval is to be filled, in microseconds.
    #[must_use]
    pub fn hold_us(&self) -> u64 {
        self.0.hold_us
    }

    /// How long the oval takes to grow, in microseconds.
    #[must_use]
    pub fn travel_us(&self) -> u64 {
        self.0.travel_us
    }

    /// The oval to fill `moving_us` after it began to grow.
    #[must_use]
    pub fn oval_at(&self, moving_us: u64) -> ApproachOval {
        let share = moving_us.min(self.0.travel_us) as f32 / self.0.travel_us as f32;
        self.0.start.towards(&self.0.target, share)
    }
}

/// A challenge as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    format: u32,
    id: ChallengeId,
    nonce: Nonce,
    issued_at: u64,
    expires_at: u64,
    start: ApproachOval,
    target: ApproachOval,
    hold_us: u64,
    travel_us: u64,
}

impl From<ApproachChallenge> for Fields {
    fn from(challenge: ApproachChallenge) -> Self {
        challenge.0
    }
}

impl TryFrom<Fields> for ApproachChallenge {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Version { format: fields.format }.check()?;
        let times = (100_000..=10_000_000).contains(&fields.hold_us)
            && (100_000..=10_000_000).contains(&fields.travel_us)
            && fields.issued_at < fields.expires_at;
        let grows = fields.target.width >= 1.5 * fields.start.width;
        if times && grows && fields.start.check() && fields.target.check() {
            return Ok(Self(fields));
        }
        Err(error(ErrorKind::Corrupt, "an approach must grow by half at least, and its times be in range"))
    }
}
