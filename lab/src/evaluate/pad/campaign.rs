//! [`PadCampaign`]: which sessions are simulated, and how they are run.

#![allow(clippy::indexing_slicing, reason = "places of people are counted round the list")]

use super::conditions::PadConditions;
use super::people::PadPeople;
use super::response_plot::Response;
use super::session::PadSession;
use super::traces::{PadTraces, Watched};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::evaluate::HeadShape;
use crate::random::Random;
use crate::simulate::{Half, Scene, Species, Subject, simulate, veil};
use rand_core::TryCryptoRng;
use selfsame::detect::{DetectOptions, select_face};
use selfsame::digest::Digest;
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::{Engine, Verdict};
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{Challenge, DeviceLag, Issuer, LivenessOptions, LivenessSession};
use selfsame::mesh::Mesh;
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// When challenges are issued, in Unix seconds: always the same, so that sessions are.
const ISSUED_AT: u64 = 1_790_000_000;
/// How far the head of a portrait may be turned to the side, and up or down.
const FRONTAL_DEG: f32 = 20.0;
/// The score from which on anything else that resembles a face in a portrait is a bystander, whom a
/// camera might follow instead. Of LFW's portraits with one face of the usual score 9 % have one.
const BYSTANDER: f32 = 0.2;
/// The false match rate that documents are compared at.
const FMR: f64 = 1e-4;
/// What a device's lag is above its camera's own, in milliseconds: half an exposure, which learning
/// it from sessions would give.
const LAG_BEHIND_CAMERA_MS: f64 = 10.0;
/// How far a device's lag varies, in milliseconds.
const LAG_SPREAD_MS: f64 = 10.0;
/// Portraits that are tried until one shows a face.
const MAX_TRIES: usize = 50;

/// Simulated sessions of several species under the same conditions. The same campaign gives the
/// same sessions, on any number of threads.
///
/// ```no_run
/// use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// use selfsame::engine::Engine;
/// use selfsame_lab::evaluate::pad::{PadCampaign, PadConditions, PadLog, PadPeople, PadReport};
/// use selfsame_lab::simulate::Half;
///
/// let people = PadPeople::read("lfw/images".as_ref())?;
/// let campaign = PadCampaign::new(Half::Report, PadConditions::Indoors);
/// let campaign = PadCampaign { sessions: 300, ..campaign };
/// let (mut sessions, mut log) = PadLog::open("sessions.jsonl".as_ref())?;
/// let known = sessions.clone();
/// campaign.run(&Engine::new()?, &people, ChaCha20Rng::seed_from_u64, &known, |session| {
///     log.append(&session)?;
///     sessions.push(session);
///     Ok(())
/// })?;
/// println!("{}", PadReport::new(&campaign, &people, "LFW", &sessions).to_json()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PadCampaign {
    /// Which half of people and parameters.
    pub half: Half,
    /// Light, distance and camera.
    pub conditions: PadConditions,
    /// What is simulated.
    pub species: Vec<Species>,
    /// Sessions of each species.
    pub sessions: u32,
    /// The same seed gives the same sessions. It goes for all conditions: session for session they
    /// share person and scene.
    pub seed: u64,
    /// Width and height of frames, in pixels.
    pub frame_px: [u32; 2],
    /// Other challenges that each live session is judged against.
    pub wrong_challenges: u32,
    /// How challenges are issued and sessions judged.
    pub options: LivenessOptions,
    /// Whether challenges are revealed piece by piece, and arrivals noted.
    pub streamed: bool,
    /// Whether each session's device has a known lag, ± 10 ms: see
    /// [`DeviceLag`](selfsame::liveness::DeviceLag).
    pub known_lag: bool,
    /// Where traces are kept: a session whose trace is there is not simulated again.
    pub traces: Option<PadTraces>,
}

impl PadCampaign {
    /// One session of every species, in frames of 480 × 640 pixels, judged by the defaults,
    /// streamed; live ones against ten other challenges.
    pub fn new(half: Half, conditions: PadConditions) -> Self {
        Self {
            half,
            conditions,
            species: Species::ALL.to_vec(),
            sessions: 1,
            seed: 1,
            frame_px: [480, 640],
            wrong_challenges: 10,
            options: LivenessOptions::default(),
            streamed: true,
            known_lag: false,
            traces: None,
        }
    }

    /// What tells whether a session that was kept is of this campaign, however many sessions and
    /// species it has by now: of conditions, half, seed, frames, options and people. It does
    /// not know the code: after a change there, begin anew.
    pub fn id(&self, people: &PadPeople) -> String {
        let Self { wrong_challenges, options, streamed, known_lag, .. } = self;
        self.id_of(people, &format!("{wrong_challenges} {options:?} {streamed} {known_lag}"))
    }

    /// The id of the traces that the campaign keeps, which limits and other challenges change
    /// nothing of.
    fn id_of_traces(&self, people: &PadPeople) -> String {
        let (policy, tracker) = (self.options.policy(), self.options.tracker());
        self.id_of(people, &format!("{policy:?} {tracker:?} {}", self.streamed))
    }

    fn id_of(&self, people: &PadPeople, judged: &str) -> String {
        let Self { half, conditions, seed, frame_px, .. } = self;
        let setup = format!("{half:?} {conditions} {seed} {frame_px:?} {judged}");
        let people = people.of(self.half);
        // Names of the file and its folder: the same people may lie elsewhere.
        let names = people.iter().flat_map(|(_, path)| path.iter().rev().take(2)).map(|name| name.as_encoded_bytes());
        let digest = Digest::of_parts("pad campaign", std::iter::once(setup.as_bytes()).chain(names));
        let short: String = digest.to_string().chars().take(16).collect();
        format!("{conditions}-{short}")
    }

    /// Runs what is not among `known` yet, on as many threads as [`rayon`] has; `each` gets every
    /// session when it is done, in no order.
    ///
    /// `rng` makes the generator that a challenge is drawn with, from a seed. Sessions hold some 40
    /// MB each while they run, and little after.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if nobody is in this half, no portrait shows a face, or the
    /// policy can't be met; [`ErrorKind::Io`] for a portrait that can't be read, and those of
    /// decoder, networks and `each`. The first one ends the campaign.
    pub fn run<R: TryCryptoRng>(
        &self,
        engine: &Engine,
        people: &PadPeople,
        rng: impl Fn(u64) -> R + Sync,
        known: &[PadSession],
        each: impl FnMut(PadSession) -> Result<()> + Send,
    ) -> Result<()> {
        let id = self.id(people);
        let done: HashSet<_> = known.iter().filter(|s| s.campaign == id).map(|s| (s.species(), s.number)).collect();
        let all = (0..self.sessions).flat_map(|number| self.species.iter().map(move |species| (*species, number)));
        let jobs: Vec<_> = all.filter(|job| !done.contains(job)).collect();
        let runner = Runner {
            campaign: self,
            id,
            id_of_traces: self.id_of_traces(people),
            engine,
            people: people.some_of(self.half)?,
            all: people,
            issuer: Issuer::new(self.options.policy())?,
            rng,
        };
        let next = AtomicUsize::new(0);
        let sink = Mutex::new((each, Ok(())));
        let work = || {
            while let Some((species, number)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let session = runner.session(*species, *number);
                let (each, outcome) = &mut *sink.lock().unwrap_or_else(PoisonError::into_inner);
                if outcome.is_ok() {
                    *outcome = session.and_then(each);
                }
                if outcome.is_err() {
                    return;
                }
            }
        };
        let threads = rayon::current_num_threads().min(jobs.len());
        // A pool of one thread each: a session that waits for its own rows would otherwise begin
        // another one meanwhile, and that one a third.
        let pools = (0..threads).map(|_| rayon::ThreadPoolBuilder::new().num_threads(1).build());
        let pools = pools
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|e| Error::new(ErrorKind::Io, Stage::Evaluate, "no threads can be started").with_source(e))?;
        std::thread::scope(|scope| {
            for pool in &pools {
                scope.spawn(|| pool.install(work));
            }
        });
        sink.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}

/// What all sessions share.
struct Runner<'a, F> {
    campaign: &'a PadCampaign,
    id: String,
    id_of_traces: String,
    engine: &'a Engine,
    people: Vec<(usize, &'a Path)>,
    all: &'a PadPeople,
    issuer: Issuer,
    rng: F,
}

impl<R: TryCryptoRng, F: Fn(u64) -> R> Runner<'_, F> {
    fn session(&self, species: Species, number: u32) -> Result<PadSession> {
        let PadCampaign { half, conditions, seed, frame_px, options, .. } = self.campaign;
        let seed = Random::new(*seed, number.into()).next();
        let mut scene = Scene::sample(species, seed, &conditions.ranges(*half));
        conditions.set(&mut scene);
        [scene.camera.width, scene.camera.height] = *frame_px;
        let mut random = Random::new(seed ^ u64::from(*half == Half::Report), 1 + species as u64);
        let first = random.below(self.people.len());
        let challenge = self.challenge(random.next())?;
        let watch = || self.watch(&scene, first, &challenge);
        let Watched { person, matched, trace } = match &self.campaign.traces {
            Some(traces) => {
                let name = format!("{}-{species}-{number}.trace", self.id_of_traces);
                match traces.read(&name)? {
                    Some(watched) => watched,
                    None => watch().and_then(|watched| traces.write(&name, &watched).map(|()| watched))?,
                }
            }
            None => watch()?,
        };
        let judged = match self.campaign.known_lag {
            true => {
                let lag = DeviceLag::new(1e-3 * scene.camera.lag_us as f64 + LAG_BEHIND_CAMERA_MS, LAG_SPREAD_MS)?;
                let limits = options.limits().with_device_lag(Some(lag));
                options.clone().with_limits(limits)
            }
            false => options.clone(),
        };
        let report = LivenessSession::new(challenge.clone(), judged)?.judge(&trace);
        let mut kept = PadSession::new(&self.id, number, person, &scene, &report);
        kept.matched = matched;
        if number == 0 {
            kept.response = Response::new(&trace, &challenge);
        }
        if species == Species::Live {
            for _ in 0..self.campaign.wrong_challenges {
                let other = LivenessSession::new(self.challenge(random.next())?, options.clone())?;
                kept.add_wrong(&other.judge(&trace));
            }
        }
        Ok(kept)
    }

    /// Simulates the session and watches its frames. The person is the first from place `first` on
    /// whose portrait can be used.
    fn watch(&self, scene: &Scene, first: usize, challenge: &Challenge) -> Result<Watched> {
        let near = scene.species.is_filmed_alive().then_some(scene);
        let (chosen, subject) = self.subject(first, near)?;
        let other = match scene.species.needs_other() {
            true => Some(self.subject(chosen + 1, None)?).filter(|(other, _)| *other != chosen),
            false => None,
        };
        let recording = simulate(&subject, other.as_ref().map(|(_, other)| other), challenge.segments(), scene)?;
        let mut session = LivenessSession::new(challenge.clone(), self.campaign.options.clone())?
            .with_secret_draws(&mut (self.rng)(scene.seed))?;
        if self.campaign.streamed {
            session.reveal(0);
        }
        for frame in recording.frames() {
            let frame = frame?;
            if self.campaign.streamed {
                session.arrived(frame.timestamp_us, frame.arrived_us)?;
            }
            // A client would stop where there is no hope. Here the whole recording is judged.
            let _ = self.engine.watch(&mut session, &frame.photo.frame(), frame.timestamp_us)?;
            if self.campaign.streamed {
                session.reveal(frame.arrived_us);
            }
        }
        let (person, _) = self.people[chosen];
        let claimed = match &other {
            Some((other, _)) if scene.species.shows_victim() => self.people[*other].0,
            // Whoever veils a camera has the next person's document.
            _ if scene.species == Species::Veiled => self.people[(chosen + 1) % self.people.len()].0,
            _ => person,
        };
        let matched = match (self.all.document(claimed), session.reference()) {
            (Some(path), Some(reference)) => Some(self.matches(path, &reference.photo, scene)?),
            (Some(_), None) => Some(false),
            (None, _) => None,
        };
        Ok(Watched { person, matched, trace: session.into_trace() })
    }

    /// Whether the session's picture matches the document in this file, which is photographed
    /// through the veil of a veiled camera.
    fn matches(&self, path: &Path, reference: &Photo, scene: &Scene) -> Result<bool> {
        let mut photo = self.photo(path)?;
        if scene.species == Species::Veiled {
            let mut pixels = photo.pixels().to_vec();
            veil(&mut pixels, photo.width() as usize, &scene.attack);
            photo = Photo::from_rgb8(photo.width(), photo.height(), pixels)?;
        }
        let verification = self.engine.verify(&DocumentPhoto::from_photo(photo, Origin::ImageFile), reference, FMR)?;
        Ok(matches!(verification.verdict, Verdict::Match(_)))
    }

    /// The picture in this file.
    fn photo(&self, path: &Path) -> Result<Photo> {
        let unreadable =
            |e| Error::new(ErrorKind::Io, Stage::Evaluate, format!("cannot read {}", path.display())).with_source(e);
        let limits = Limits::default();
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > limits.max_bytes() as u64 {
            let message = format!("the portrait {} has {size} bytes", path.display());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
        }
        Ok(Photo::decode(&std::fs::read(path).map_err(unreadable)?, &limits)?)
    }

    fn challenge(&self, seed: u64) -> Result<Challenge> {
        Ok(self.issuer.issue(&mut (self.rng)(seed), ISSUED_AT)?)
    }

    /// The first subject from `start` on whose portrait shows a face, and its place among the
    /// people; seen from as near as in the scene, if one is given.
    fn subject(&self, start: usize, near: Option<&Scene>) -> Result<(usize, Subject)> {
        let mut refused = None;
        for place in (0..self.people.len().min(MAX_TRIES)).map(|i| (start + i) % self.people.len()) {
            let (person, path) = &self.people[place];
            let photo = self.photo(path)?;
            let Some(mesh) = self.usable(&photo)? else {
                refused = Some(invalid(format!("the portrait of person {person} is not a frontal one of one face")));
                continue;
            };
            let Some(scene) = near else { return Ok((place, Subject::with_mesh(&photo, &mesh)?)) };
            let photo = HeadShape::Own.nearer(&photo, &mesh, scene.distance_cm, scene.seed)?;
            match self.engine.locate(&photo.frame(), select_face)?.outcome.found() {
                Some((_, mesh)) => return Ok((place, Subject::with_mesh(&photo, &mesh)?)),
                None => refused = Some(invalid(format!("the portrait of person {person} bears no nearer camera"))),
            }
        }
        Err(refused.unwrap_or_else(|| invalid("there is nobody in this half")))
    }

    /// The mesh of a portrait that shows one face alone, from the front: a person who is asked to
    /// look into the camera, before a background.
    fn usable(&self, photo: &Photo) -> Result<Option<Mesh>> {
        let located = self.engine.locate(&photo.frame(), select_face)?;
        let frontal = |mesh: &Mesh| {
            mesh.pose().is_some_and(|pose| pose.yaw_deg.abs() <= FRONTAL_DEG && pose.pitch_deg.abs() <= FRONTAL_DEG)
        };
        let alone = located.outcome.found().filter(|(_, mesh)| located.faces == 1 && frontal(mesh));
        let Some((_, mesh)) = alone else { return Ok(None) };
        let all = DetectOptions::default().with_threshold(BYSTANDER)?;
        let faces = self.engine.detector().detect(&photo.frame(), &all)?.len();
        Ok((faces == 1).then_some(mesh))
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message)
}
