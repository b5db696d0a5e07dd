//! How an engine is built.

use crate::words::word_enum;

word_enum! {
    /// Which networks run, and so what an engine can do and what it weighs.
    pub enum Profile {
        /// Detection and landmarks alone: [`guide`](crate::Engine::guide) and
        /// [`watch`](crate::Engine::watch), for a client that a service judges anew.
        Guidance => "guidance",
        /// Also the small template network.
        Fast => "fast",
        /// Also both template networks.
        Standard => "standard",
        /// Both template networks, each with its mirrored crop.
        Accurate => "accurate",
    }
}

word_enum! {
    /// The numbers that template networks compute in.
    pub enum Precision {
        /// 32-bit floats.
        Float32 => "float32",
        /// 8-bit integers where the network carries ranges for them; faster, and nearly as exact.
        Int8 => "int8",
    }
}

/// How an engine is built; [`EngineOptions::default`] is what most programs want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
    /// Which networks run. Templates of different profiles never compare.
    pub profile: Profile,
    /// The numbers that template networks compute in.
    pub precision: Precision,
    /// How many threads batches and matrices of scores use, 1 to 1,024; 0 is one for each core.
    /// Single pictures and frames take one.
    pub threads: u32,
    /// Whether a selfie that is a copy of the document's own portrait is refused, rather than told.
    pub refuse_same_picture: bool,
    /// Whether a match whose document may show a blend of two faces is refused, rather than told.
    pub refuse_possible_morph: bool,
    /// Whether faces with covered parts are refused, rather than remarked upon.
    pub refuse_covered: bool,
}

impl Default for EngineOptions {
    /// The default: the standard profile in 32-bit floats, a thread for each core, nothing refused.
    fn default() -> Self {
        Self {
            profile: Profile::Standard,
            precision: Precision::Float32,
            threads: 0,
            refuse_same_picture: false,
            refuse_possible_morph: false,
            refuse_covered: false,
        }
    }
}
