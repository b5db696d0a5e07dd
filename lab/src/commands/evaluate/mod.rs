//! Measures the chain's accuracy on labelled photographs, and attacks on liveness.
//!
//! ```sh
//! cargo run --release -p selfsame-lab -- evaluate lfw DIR [--out OUT] [--cache FILE] …
//! cargo run --release -p selfsame-lab -- evaluate folder DIR [--central] [--skip-bad] …
//! cargo run --release -p selfsame-lab -- evaluate flat DIR [--leave-out-above SCORE] …
//! cargo run --release -p selfsame-lab -- evaluate cfp DIR [--people 1-100] …
//! cargo run --release -p selfsame-lab -- evaluate pad DIR [--conditions NAMES] [--half HALF] …
//! cargo run --release -p selfsame-lab -- evaluate approach DIR [--half HALF] …
//! cargo run --release -p selfsame-lab -- evaluate morphs DIR [--folds 6-10] [--fit FILE] …
//! ```
//!
//! `lfw`: `DIR` holds Labeled Faces in the Wild: `images/NAME/NAME_0001.jpg` and `pairs.txt` (View
//! 2). `folder`: `DIR` holds a folder per person with their pictures. `flat`: every picture in
//! `DIR` shows another person. `cfp`: `DIR` holds Celebrities in Frontal-Profile in the Wild.
//! `pad`: attacks on liveness, in sessions simulated from portraits: see
//! [`selfsame_lab::evaluate::pad`]; with `--recorded` in sessions of real cameras that a laboratory
//! labelled: see [`selfsame_lab::evaluate::recorded`]; `approach` those on approaches.
//! `morphs`: morphed portraits: see [`selfsame_lab::evaluate::morphs`]. `--card`
//! takes another template network; `--groups`, `--by` and `--where` tell how rates differ between
//! groups; `--calibration` and `--impostors` write what a model's card says about scores;
//! `--halves`, `--fuse`, `--documents` and `--distance` try thresholds, fused templates, document
//! portraits and selfies from near; `--quality` adds what discarding pictures by their quality
//! gains (the subcommand `quality` does that alone). `--help` tells the options. Exit status 0, or
//! 3 after an error.

mod approach;
mod arguments;
mod card;
mod distances;
mod documents;
mod enrolled;
mod further;
mod fuse;
mod groups;
mod halves;
mod labelled;
mod morphs;
mod morphs_arguments;
mod morphs_kept;
mod morphs_text;
mod pad;
mod pad_arguments;
mod pad_text;
mod print;
mod program;
mod recorded;
mod templates;

pub use arguments::{Arguments, FolderArguments, LfwArguments, Resampling, TemplateArguments};
pub use enrolled::Enrolled;
pub use labelled::LabelledSet;
pub use program::run;
pub use templates::Setup;
