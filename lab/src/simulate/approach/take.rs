//! One session with an approach: who comes how near, before what, and what a camera makes of it.

use super::camera::{Sensor, blur, develop};
use super::instrument::Instrument;
use super::portrait::Portrait;
use super::raster::{Canvas, Texture};
use super::solid::{Solid, bent};
use crate::random::Random;
use crate::simulate::Half;
use crate::simulate::motion::Wave;
use selfsame::capture::{Guidance, Hint, Oval};
use selfsame::error::Result;
use selfsame::image::Photo;

/// Width of a face's oval in centimetres: what the product fits ovals to.
const FACE_CM: f32 = 12.6;
/// The frame's width and height in pixels.
pub const WIDTH: usize = 480;
/// See [`WIDTH`].
pub const HEIGHT: usize = 640;

/// Everything about one session that is drawn.
#[derive(Clone, Debug)]
pub struct Take {
    /// What is before the camera.
    pub instrument: Instrument,
    /// Frames a second.
    pub fps: f32,
    /// The camera's focal length over the frame's longer side.
    pub focal: f32,
    /// Light in lux.
    pub lux: f32,
    /// How the head is turned to the side, in degrees.
    pub yaw_deg: f32,
    /// How the head is turned up, in degrees.
    pub pitch_deg: f32,
    /// How far the head drifts, in degrees.
    pub drift_deg: f32,
    /// Tremor of the hand, in centimetres at the face.
    pub tremor_cm: f32,
    /// From the face to the wall, in centimetres.
    pub wall_cm: f32,
    /// How much there is to see on the wall, 0 to 1.
    pub pattern: f32,
    /// How much of the way the camera goes, instead of the head.
    pub carried: f32,
    /// Time in which a movement follows the oval, in seconds.
    pub reaction_s: f32,
    /// From a frame's first row to its last one, in seconds.
    pub readout_s: f32,
    /// Blur in pixels: of the lens, and what the nearest distance adds.
    pub blur_px: [f32; 2],
    /// Curvatures of a bent sheet's rows and columns, per centimetre.
    pub curvature: [f32; 2],
    /// How much more the sheet is bent at the end, as a share.
    pub more: f32,
    /// How much a face moves by itself, in centimetres.
    pub expression_cm: f32,
    /// What motion, noise and the room are drawn from.
    pub seed: u64,
}

impl Take {
    /// A session of an instrument. Both halves of the seeds draw from the same ranges, but for the
    /// light, the camera and the bends, whose ranges are cut into slices that only one half has.
    #[must_use]
    pub fn drawn(instrument: Instrument, seed: u64, half: Half) -> Self {
        let odd = if half == Half::Report { 1.0 } else { 0.0 };
        let mut random = Random::new(seed, 3);
        // Of eight slices of a range each half has every second one.
        let mut sliced = |low: f32, high: f32| {
            let slice = 2.0 * (4.0 * random.unit()).floor() + odd;
            low + (high - low) * (slice + random.unit()) / 8.0
        };
        let lux = 20.0 * 25f32.powf(sliced(0.0, 1.0));
        let (focal, wall_cm, bend) = (sliced(0.75, 1.05), sliced(60.0, 350.0), sliced(0.0, 1.0));
        let mut within = |low: f32, high: f32| low + (high - low) * random.unit();
        // Sixty frames a second take four times as long to draw as fifteen.
        let fps = match within(0.0, 1.0) {
            v if v < 0.35 => 15.0,
            v if v < 0.65 => 24.0,
            v if v < 0.9 => 30.0,
            _ => 60.0,
        };
        let sign = |v: f32| if v < 0.2 { -1.0 } else { 1.0 };
        let share = within(0.0, 1.0);
        Self {
            instrument,
            fps,
            focal,
            lux,
            yaw_deg: within(-8.0, 8.0),
            pitch_deg: within(-8.0, 8.0),
            drift_deg: within(0.5, 2.5),
            tremor_cm: within(0.01, 0.05),
            wall_cm,
            pattern: within(0.0, 1.0),
            carried: within(0.0, 1.0),
            reaction_s: within(0.15, 0.4),
            readout_s: within(0.008, 0.025),
            blur_px: [within(0.5, 0.9), within(0.0, 0.8)],
            curvature: [
                sign(within(0.0, 1.0)) * bend * 0.09 * share.sqrt(),
                sign(within(0.0, 1.0)) * bend * 0.07 * (1.0 - share).sqrt(),
            ],
            more: within(0.0, 1.5),
            expression_cm: within(0.0, 0.12),
            seed,
        }
    }
}

/// Where things are at one moment: the face's middle in the camera's centimetres, and turns in
/// radians (yaw, pitch, roll).
#[derive(Clone, Copy, Debug)]
struct Pose {
    at: [f32; 3],
    turn: [f32; 3],
}

impl Pose {
    fn apply(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let [yaw, pitch, roll] = self.turn;
        let ((sy, cy), (sp, cp), (sr, cr)) = (yaw.sin_cos(), pitch.sin_cos(), roll.sin_cos());
        // Turned about the neck, behind the eyes.
        let z = z - 9.0;
        let (x, y) = (cr * x - sr * y, sr * x + cr * y);
        let (y, z) = (cp * y + sp * z, cp * z - sp * y);
        let (x, z) = (cy * x - sy * z, cy * z + sy * x);
        [x + self.at[0], y + self.at[1], z + 9.0 + self.at[2]]
    }
}

/// Who holds the camera, moving as the oval asks.
struct Actor {
    /// Where the face is: sideways, down, away.
    at: Option<[f32; 3]>,
    /// Where it was at the start.
    begun_cm: f32,
    /// What hints have added to the distance, as a factor.
    told: f32,
    /// What hints have added to the place, in centimetres, and to yaw and pitch, in degrees.
    shifted: [f32; 2],
    turned: [f32; 2],
    last_s: f64,
}

/// A session that is being played.
pub struct Play<'a> {
    take: Take,
    portrait: &'a Portrait,
    actor: Actor,
    waves: Vec<Wave>,
    solids: Vec<Solid>,
    room: [(Solid, Texture); 2],
    random: Random,
    still: Option<(Texture, f32)>,
    gain: f32,
}

impl std::fmt::Debug for Play<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Play").field("take", &self.take).finish_non_exhaustive()
    }
}

impl<'a> Play<'a> {
    /// Begins a session.
    #[must_use]
    pub fn new(portrait: &'a Portrait, take: Take) -> Self {
        let mut random = Random::new(take.seed, 5);
        let slow = (0..12).map(|_| Wave::new(&mut random, 0.1, 0.6)).collect::<Vec<_>>();
        let tremor = (0..3).map(|_| Wave::new(&mut random, 2.0, 9.0));
        let waves = slow.into_iter().chain(tremor).collect();
        let room = [room(&take, 1.0, &mut random), room(&take, 0.5, &mut random)];
        let actor = Actor { at: None, begun_cm: 0.0, told: 1.0, shifted: [0.0; 2], turned: [0.0; 2], last_s: 0.0 };
        Self { take, portrait, actor, waves, solids: Vec::new(), room, random, still: None, gain: 1.0 }
    }

    /// The frame at a time, while the screen shows `oval` to fill: its pixels.
    ///
    /// # Errors
    /// None in practice: the frame's size is right.
    pub fn frame(&mut self, seconds: f64, oval: &Oval) -> Result<Photo> {
        let focal_px = self.take.focal * HEIGHT as f32;
        self.follow(seconds, oval, focal_px);
        let poses = [0.0, f64::from(self.take.readout_s)].map(|later| self.pose(seconds + later));
        let near = self.actor.begun_cm / poses[0].at[2];
        self.solids = self.solids_at(seconds, near);
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        match (self.take.instrument, self.still.take()) {
            (Instrument::Zoom, Some((texture, begun))) => {
                let zoomed = begun / poses[0].at[2];
                zoom(&mut canvas, &texture, zoomed);
                self.still = Some((texture, begun));
            }
            (instrument, _) => {
                self.draw(&mut canvas, seconds, &poses, focal_px);
                // The attacker's still is taken at the first hold.
                if instrument == Instrument::Zoom && seconds > 0.3 {
                    let values = canvas.colors.clone();
                    self.still = Some((Texture { width: WIDTH, height: HEIGHT, values }, poses[0].at[2]));
                }
            }
        }
        let closer = ((near - 1.0) / 0.8).clamp(0.0, 1.0);
        blur(&mut canvas, self.take.blur_px[0] + closer * self.take.blur_px[1]);
        let sensor = Sensor { electrons: (self.take.lux * 12.0).clamp(150.0, 5000.0), reading: 4.0 };
        self.expose(&canvas);
        let bytes = develop(&canvas, &sensor, self.gain, &mut self.random);
        Photo::from_rgb8(WIDTH as u32, HEIGHT as u32, bytes)
    }

    /// Tells the person what is shown and measured: they come closer or go away, move and turn a
    /// little.
    pub fn tell(&mut self, guidance: &Guidance) {
        let second = 1.0 / self.take.fps;
        let Some(face) = guidance.measurements.face else { return };
        let actor = &mut self.actor;
        match guidance.hint {
            Hint::MoveCloser => actor.told *= 1.0 - 0.15 * second,
            Hint::MoveAway => actor.told *= 1.0 + 0.15 * second,
            Hint::MoveLeft | Hint::MoveRight => actor.shifted[0] -= 10.0 * second * face.offset_x,
            Hint::MoveUp | Hint::MoveDown => actor.shifted[1] -= 15.0 * second * face.offset_y,
            Hint::TurnStraight => {
                actor.turned[0] -= second * face.yaw_deg;
                actor.turned[1] -= second * face.pitch_deg;
            }
            _ => {}
        }
    }

    /// From the camera to the face, in centimetres.
    #[must_use]
    pub fn distance_cm(&self) -> f32 {
        // Before the first frame nobody is there.
        self.actor.at.map_or(0.0, |[_, _, z]| z)
    }

    /// The exposure's control: towards a mean of 0.2 about the middle.
    fn expose(&mut self, canvas: &Canvas) {
        let middle = canvas.colors.chunks_exact(WIDTH).skip(200).take(240).step_by(8);
        let values = middle.flat_map(|row| row[120..360].iter().step_by(8).map(|c| c[1]));
        let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
        let wanted = 0.2 * n / f32::max(sum, 1e-3);
        self.gain = if self.actor.last_s == 0.0 { wanted } else { self.gain + 0.15 * (wanted - self.gain) };
    }

    /// Moves towards where the oval would be filled.
    fn follow(&mut self, seconds: f64, oval: &Oval, focal_px: f32) {
        let distance = self.actor.told * focal_px * FACE_CM / oval.width_px;
        let off = |v: f32, middle: f32| (v - middle) * distance / focal_px;
        // The oval's middle is the face's, below the eyes.
        let wanted = [off(oval.center.x, 0.5 * WIDTH as f32), off(oval.center.y, 0.5 * HEIGHT as f32) - 1.5, distance];
        let weight = 1.0 - (-(seconds - self.actor.last_s) as f32 / self.take.reaction_s).exp();
        match &mut self.actor.at {
            Some(at) => at.iter_mut().zip(wanted).for_each(|(at, wanted)| *at += weight * (wanted - *at)),
            None => {
                // Nobody is there at once.
                let [x, y, z] = wanted;
                self.actor.at = Some([x + 1.0, y + 1.0, 1.1 * z]);
                self.actor.begun_cm = distance;
            }
        }
        self.actor.last_s = seconds;
    }

    fn pose(&self, seconds: f64) -> Pose {
        let wave = |i: usize| self.waves[i].at(seconds);
        let take = &self.take;
        let [x, y, z] = self.actor.at.unwrap_or([0.0, 0.0, 40.0]);
        let drift = take.drift_deg;
        Pose {
            at: [
                x + self.actor.shifted[0] + 0.4 * wave(0) + take.tremor_cm * wave(12),
                y + self.actor.shifted[1] + 0.4 * wave(1) + take.tremor_cm * wave(13),
                z * (1.0 + 0.012 * wave(2)),
            ],
            turn: [
                (take.yaw_deg + self.actor.turned[0] + drift * wave(3)).to_radians(),
                (take.pitch_deg + self.actor.turned[1] + drift * wave(4)).to_radians(),
                (1.5 * wave(5) + 0.2 * wave(14)).to_radians(),
            ],
        }
    }

    /// What stands before the room, in the face's centimetres.
    fn solids_at(&self, seconds: f64, near: f32) -> Vec<Solid> {
        let (take, portrait) = (&self.take, self.portrait);
        let shape = &portrait.shape;
        let area = [-14.0, -15.0, 14.0, 20.0];
        let place = |x: f32, y: f32| portrait.place(x, y);
        let alive = matches!(take.instrument, Instrument::Live | Instrument::CutOut);
        let moved = if alive { take.expression_cm * self.waves[6].at(3.0 * seconds) } else { 0.0 };
        let head = |x: f32, y: f32| {
            let depth = shape.depth(x, y)?;
            // The lower face moves, most at the mouth.
            let mouth = (-0.5 * ((x / 3.0).powi(2) + ((y - 7.5) / 2.0).powi(2))).exp();
            Some(([x, y + moved * mouth, depth], place(x, y)))
        };
        let progress = ((near - 1.0) / 0.8).clamp(0.0, 1.0);
        let sheet = |x: f32, y: f32| {
            let curvature = take.curvature.map(|c| c * (1.0 + take.more * progress));
            Some((bent([x, y - 2.0], curvature), place(x, y)))
        };
        match take.instrument {
            Instrument::Live | Instrument::Mask | Instrument::Zoom => vec![Solid::grid(area, 0.4, head)],
            Instrument::Print => {
                vec![Solid::grid([-10.5, -13.0, 10.5, 16.0], 2.0, |x, y| Some(([x, y, 0.0], place(x, y))))]
            }
            Instrument::Tablet => vec![Solid::grid([-8.0, -10.0, 8.0, 13.0], 2.0, |x, y| {
                // A video: the head in it drifts a little.
                let drift = [0.15 * self.waves[7].at(seconds), 0.15 * self.waves[8].at(seconds)];
                Some(([x, y, 0.0], place(x + drift[0], y + drift[1])))
            })],
            Instrument::Bent => vec![Solid::grid([-10.5, -13.0, 10.5, 16.0], 0.5, sheet)],
            Instrument::Dome => vec![Solid::grid([-10.5, -13.0, 10.5, 16.0], 0.5, |x, y| {
                let share = (x / 9.5).hypot((y - 2.0) / 13.0).min(1.0);
                Some(([x, y, (3.0 + 40.0 * take.curvature[0].abs()) * share * share], place(x, y)))
            })],
            Instrument::CutOut => vec![
                Solid::grid(area, 0.4, head),
                Solid::grid([-7.0, -7.0, 7.0, 12.0], 0.4, |x, y| {
                    let inside = (x / 6.3).hypot((y - 2.5) / 8.6) < 1.0;
                    let [px, py, depth] = bent([x, y - 2.0], [take.curvature[0], 0.0]);
                    inside.then(|| ([px, py + 2.0, depth - shape.nose_cm() - 0.3], place(x, y)))
                }),
            ],
        }
    }

    fn draw(&self, canvas: &mut Canvas, seconds: f64, poses: &[Pose; 2], focal_px: f32) {
        let (take, near) = (&self.take, poses[0].at[2] / self.actor.begun_cm);
        let middle = [0.5 * WIDTH as f32, 0.5 * HEIGHT as f32];
        let seen = |[x, y, z]: [f32; 3]| [middle[0] + focal_px * x / z, middle[1] + focal_px * y / z, z];
        // Rows are taken one after the other.
        let rolled = |a: [f32; 3], b: [f32; 3]| {
            let (a, b) = (seen(a), seen(b));
            let share = (a[1] / HEIGHT as f32).clamp(0.0, 1.0);
            [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2]]
        };
        // The wall comes nearer by as much as the camera goes there.
        let gone = take.carried * self.actor.begun_cm * (1.0 - near);
        let hand =
            poses.map(|_| [take.tremor_cm * self.waves[12].at(seconds), take.tremor_cm * self.waves[13].at(seconds)]);
        for (wall, texture) in &self.room {
            let at = |[x, y, z]: [f32; 3], i: usize| [x + hand[i][0], y + hand[i][1], z + self.actor.begun_cm - gone];
            canvas.draw(wall, texture, |p| rolled(at(p, 0), at(p, 1)), |_| 1.0);
        }
        let slope = [0.12 * self.waves[9].at(seconds), 0.12 * self.waves[10].at(seconds)];
        for solid in &self.solids {
            let light = |[x, y, _]: [f32; 3]| (1.0 + 0.1 * (slope[0] * x + slope[1] * y)).max(0.2);
            canvas.draw(solid, &self.portrait.texture, |p| rolled(poses[0].apply(p), poses[1].apply(p)), light);
        }
    }
}

/// A still picture about its middle, larger.
fn zoom(canvas: &mut Canvas, still: &Texture, scale: f32) {
    let (width, height) = (canvas.width, canvas.height);
    for (i, color) in canvas.colors.iter_mut().enumerate() {
        let (x, y) = ((i % width) as f32 + 0.5 - 0.5 * width as f32, (i / width) as f32 + 0.5 - 0.5 * height as f32);
        *color = still.at([0.5 * width as f32 + x / scale, 0.5 * height as f32 + y / scale]);
    }
}

/// A wall at a share of the room's depth, with things on it; the nearer one is narrow.
fn room(take: &Take, share: f32, random: &mut Random) -> (Solid, Texture) {
    const SIDE: usize = 400;
    let base = 0.1 + 0.4 * random.unit();
    let mut values = vec![[base; 3]; SIDE * SIDE];
    for _ in 0..(80.0 * take.pattern) as usize {
        let (x, y) = (random.below(SIDE), random.below(SIDE));
        let (w, h) = (3 + random.below(60), 3 + random.below(60));
        let color: [f32; 3] = std::array::from_fn(|_| base * (1.0 + take.pattern * (1.6 * random.unit() - 0.8)));
        for row in values.chunks_exact_mut(SIDE).skip(y).take(h) {
            row[x..(x + w).min(SIDE)].fill(color);
        }
    }
    let depth = share * take.wall_cm;
    // Wide enough for the camera at every distance.
    let half = 1.2 * (depth + 70.0);
    let (left, right) = if share < 1.0 { (0.25 * half, half) } else { (-half, half) };
    let wall = Solid::grid([left, -half, right, half], half / 4.0, |x, y| {
        let place = |v: f32| (0.5 + 0.5 * v / half) * SIDE as f32;
        Some(([x, y, depth], [place(x), place(y)]))
    });
    (wall, Texture { width: SIDE, height: SIDE, values })
}
