//! What the module keeps between calls: one instance serves one thread.

use selfsame_facade::{Engine, Error, FlashSession, FrameLayout, ModelFile, Picture, Result, Watch};
use std::cell::RefCell;

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

/// Something that JavaScript holds the number of.
pub enum Thing {
    /// Bytes, for a file or a text.
    Bytes(Vec<u8>),
    /// A frame's bytes, and how they hold it.
    Frame(Vec<u8>, FrameLayout),
    /// An engine.
    Engine(Engine),
    /// A face that is followed.
    Watch(Box<Watch>),
    /// A flash session.
    Flashes(Box<FlashSession>),
    /// A picture, such as a watch's best.
    Picture(Picture),
}

/// All that is kept.
#[derive(Default)]
pub struct State {
    things: Vec<Option<Thing>>,
    /// Network files on their way into an engine.
    pub models: Vec<ModelFile>,
    /// What the last call answered.
    pub answer: Vec<u8>,
}

impl State {
    /// Keeps `thing`, and gives its number, counted from 1.
    pub fn keep(&mut self, thing: Thing) -> u32 {
        let place = self.things.iter().position(Option::is_none).unwrap_or_else(|| {
            self.things.push(None);
            self.things.len() - 1
        });
        if let Some(slot) = self.things.get_mut(place) {
            *slot = Some(thing);
        }
        // Memory ends long before numbers do.
        u32::try_from(place + 1).unwrap_or(u32::MAX)
    }

    fn slot(number: u32) -> usize {
        // Number 0 stands for nothing, as does the place behind all others.
        number.checked_sub(1).map_or(usize::MAX, |place| place as usize)
    }

    /// The thing of a number.
    pub fn thing(&self, number: u32) -> Result<&Thing> {
        self.things.get(Self::slot(number)).and_then(Option::as_ref).ok_or_else(|| unknown(number))
    }

    /// The thing of a number, to change.
    pub fn thing_mut(&mut self, number: u32) -> Result<&mut Thing> {
        self.things.get_mut(Self::slot(number)).and_then(Option::as_mut).ok_or_else(|| unknown(number))
    }

    /// Forgets a thing, and gives it.
    pub fn take(&mut self, number: u32) -> Result<Thing> {
        self.things.get_mut(Self::slot(number)).and_then(Option::take).ok_or_else(|| unknown(number))
    }

    /// The bytes of a number.
    pub fn bytes(&self, number: u32) -> Result<&[u8]> {
        match self.thing(number)? {
            Thing::Bytes(bytes) => Ok(bytes),
            _ => Err(unknown(number)),
        }
    }

    /// The engine of a number.
    pub fn engine(&self, number: u32) -> Result<&Engine> {
        match self.thing(number)? {
            Thing::Engine(engine) => Ok(engine),
            _ => Err(unknown(number)),
        }
    }

    /// The frame of a number.
    pub fn frame(&self, number: u32) -> Result<(&[u8], &FrameLayout)> {
        match self.thing(number)? {
            Thing::Frame(bytes, layout) => Ok((bytes, layout)),
            _ => Err(unknown(number)),
        }
    }
}

/// The error of a number that stands for nothing of this kind.
pub fn unknown(number: u32) -> Error {
    Error::new("invalid_argument", "engine", format!("{number} stands for nothing of this kind: was it closed?"))
}

/// Does `work`, keeps its answer as JSON, and tells whether it went well.
pub fn answered<T: serde::Serialize>(work: impl FnOnce(&mut State) -> Result<T>) -> u32 {
    with(|state| {
        let done = work(state).and_then(|answer| {
            // By way of a value 32-bit floats keep their exact value, as in Rust's own reports.
            let json =
                serde_json::to_value(&answer).map_err(|error| Error::new("backend", "engine", error.to_string()))?;
            Ok(json.to_string().into_bytes())
        });
        let went_well = done.is_ok();
        state.answer = done.unwrap_or_else(|error| {
            let Error { code, stage, message, advice } = error;
            let fields = serde_json::json!({ "code": code, "stage": stage, "message": message, "advice": advice });
            fields.to_string().into_bytes()
        });
        u32::from(went_well)
    })
}

/// The state, for calls that answer with a number.
pub fn with<T>(work: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(work)
}
