//! One row of a picture: where each of its pixels looks, now that head, prop and hand have moved,
//! and the sensor's noise on that.

use super::block::{BLOCK, Block};
use super::light::Track;
use super::motion::Pose;
use super::sensor::{Sensor, Tone};
use super::stage::Mover;
use super::vector::{between, nearest};
use selfsame::simd::{Isa, Kernel};

/// The lights that a frame is taken in, and what with.
pub(super) struct Taking<'a> {
    pub(super) tracks: &'a [Track],
    pub(super) sensor: Sensor,
    pub(super) tone: &'a Tone,
}

/// Everything about a frame that its rows share.
pub(super) struct Frame<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) movers: Vec<(&'a Mover, Pose)>,
    pub(super) hand: Pose,
    /// What the hand moves by a centimetre, in pixels.
    pub(super) px_per_cm: f32,
    pub(super) sensor: Sensor,
    pub(super) tone: &'a Tone,
}

/// The inner loop over row `y`.
pub(super) struct Row<'a> {
    pub(super) frame: &'a Frame<'a>,
    /// The rows within reach of `y`, full is 1; `kept` rows in all, a power of two, of which row y
    /// is number y modulo that.
    pub(super) signal: &'a [[f32; 4]],
    pub(super) kept: usize,
    pub(super) y: usize,
    pub(super) pixels: &'a mut [u8],
}

impl Kernel for Row<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        let Self { frame, signal: rows, kept, y, pixels } = self;
        let mut noise = frame.sensor.noise(y);
        let (mut signal, mut normal) = ([[0.0; 4]; BLOCK], [[0.0; 4]; BLOCK]);
        for (i, pixels) in pixels.chunks_mut(3 * BLOCK).enumerate() {
            let place = frame.places(BLOCK * i, y);
            frame.sample(rows, kept, &place, &mut signal);
            frame.sensor.draw(&mut noise, &mut normal);
            let steps = frame.sensor.steps(&signal, &normal);
            for (pixel, [r, g, b, _]) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(steps) {
                *pixel = [r, g, b].map(|step| frame.tone.level(step));
            }
        }
    }
}

impl Frame<'_> {
    /// No pixel looks further up or down than so many rows.
    pub(super) fn reach(&self) -> usize {
        let size = [self.width as f32, self.height as f32];
        let Pose { shift_cm: [x, y], turn: [_, _, roll], growth } = self.hand;
        let hand = size.iter().sum::<f32>() * (roll.abs() + growth.abs()) + (x.abs() + y.abs()) * self.px_per_cm;
        let moved = self.movers.iter().map(|(mover, pose)| mover.reach_px(size, hand, pose));
        // One for the row below, one for rounding.
        (hand + moved.sum::<f32>()).ceil() as usize + 2
    }

    /// Where the pixels from column `first` of row `y` on look: x and y in pixels.
    #[inline(always)]
    fn places(&self, first: usize, y: usize) -> [Block; 2] {
        let [mx, my] = [0.5 * self.width as f32, 0.5 * self.height as f32];
        let Pose { shift_cm: [hx, hy], turn: [_, _, roll], growth } = self.hand;
        let (hx, hy, scale) = (hx * self.px_per_cm, hy * self.px_per_cm, 1.0 - growth);
        let dy = y as f32 + 0.5 - my;
        let dx: Block = std::array::from_fn(|lane| (first as i32 + lane as i32) as f32 + 0.5 - mx);
        let px = dx.map(|dx| mx + (dx + roll * dy) * scale - hx);
        let py = dx.map(|dx| my + (dy - roll * dx) * scale - hy);
        if self.movers.is_empty() {
            return [px, py];
        }
        let (right, bottom) = ((self.width - 1) as f32, (self.height - 1) as f32);
        let mut at = [0i32; BLOCK];
        for (at, (x, y)) in at.iter_mut().zip(px.iter().zip(&py)) {
            let (column, line) = (nearest(between(x - 0.5, 0.0, right)), nearest(between(y - 0.5, 0.0, bottom)));
            *at = line * self.width as i32 + column;
        }
        let mut place = [px, py];
        for (mover, pose) in &self.movers {
            mover.shift(&at, [&px, &py], pose, &mut place);
        }
        place
    }

    /// The signal at places in pixels, centres at +0.5, interpolated bilinearly; the nearest
    /// outside.
    #[inline(always)]
    fn sample(&self, rows: &[[f32; 4]], kept: usize, [x, y]: &[Block; 2], signal: &mut [[f32; 4]; BLOCK]) {
        let (pitch, last) = ((rows.len() / kept) as i32, kept as i32 - 1);
        let (right, bottom) = ((self.width - 1) as f32 - 1e-3, (self.height - 1) as f32 - 1e-3);
        let (mut above, mut below, mut fx, mut fy) = ([0i32; BLOCK], [0i32; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
        let targets = above.iter_mut().zip(&mut below).zip(fx.iter_mut().zip(&mut fy));
        for ((x, y), ((above, below), (fx, fy))) in x.iter().zip(y).zip(targets) {
            let (x, y) = (between(x - 0.5, 0.0, right), between(y - 0.5, 0.0, bottom));
            let (column, line) = (nearest(x - 0.5), nearest(y - 0.5));
            (*above, *below) = ((line & last) * pitch + column, ((line + 1) & last) * pitch + column);
            (*fx, *fy) = (x - column as f32, y - line as f32);
        }
        // `between` has kept both places inside the rows.
        let pair = |at: i32| rows.get(at as usize..).and_then(|v| v.first_chunk::<2>());
        let places = above.iter().zip(&below).zip(fx.iter().zip(&fy));
        for (signal, ((above, below), (fx, fy))) in signal.iter_mut().zip(places) {
            let (Some([a, b]), Some([c, d])) = (pair(*above), pair(*below)) else {
                debug_assert!(false, "a pixel looks beyond the rows at {above}, {below}");
                continue;
            };
            *signal = blend(blend(*a, *b, *fx), blend(*c, *d, *fx), *fy);
        }
    }
}

/// From `a` to `b`; written out, so that the compiler makes one vector operation of it.
#[inline(always)]
fn blend([a0, a1, a2, a3]: [f32; 4], [b0, b1, b2, b3]: [f32; 4], t: f32) -> [f32; 4] {
    [a0 + t * (b0 - a0), a1 + t * (b1 - a1), a2 + t * (b2 - a2), a3 + t * (b3 - a3)]
}
