//! SQL over faces on DataFusion: templates from pictures, scores, and all pairs of a population.
//!
//! [`FaceFunctions::session`] makes a session that knows these, [`FaceFunctions::register`] teaches
//! them to one that exists:
//!
//! | function | gives |
//! |---|---|
//! | `face_template(picture)` | the picture's template, or why there is none, as one value of bytes; null for null |
//! | `face_refusal(value)` | why there is no template, as words with commas between them; null where there is one |
//! | `face_quality(value)` | the picture's unified quality after ISO/IEC 29794-5, 0 to 100; null for a refusal |
//! | `face_model(value)` | the identity of the networks |
//! | `face_template_bytes(value)` | the bare template, for every other part of the crate |
//! | `face_score(a, b)` | the score of two templates; null where one has none |
//!
//! Bytes may be `Binary`, `LargeBinary` or `BinaryView`. What reads a value also takes bare
//! templates. A picture that is none, or shows no face that can be compared, is a row with a reason
//! and ends no query; a fault of the networks does.
//!
//! `face_pairs` is a table: all pairs of a table's templates that reach a bar, each once.
//!
//! ```sql
//! SELECT id_a, id_b, score FROM face_pairs('people', 'id', 'template', 'fmr', 1e-6)
//! ORDER BY score DESC LIMIT 100
//! ```
//!
//! Its arguments are a table, its column of ids and its column of templates; the same of a second
//! table if newcomers are to be compared with who is enrolled; then `'score'` and the least score,
//! or `'fmr'` and a false match rate for each comparison
//! ([`fmr_for_pairs`](selfsame::gallery::fmr_for_pairs) says which). It compares packed blocks of
//! templates ([`TemplateBlock`](selfsame::gallery::TemplateBlock)), one for each partition of the
//! table, at nanoseconds a pair. `face_score` in a join takes microseconds a pair;
//! [`NoScalarPairs`] refuses plans that would compare a population so.
//!
//! # Each picture once
//! Optimisers copy calls of functions. `face_template` is declared volatile, so that a filter over
//! it stays above it, and what was made of the last 16,384 pictures is remembered by their digests.
//! [`FaceFunctions::templated`] counts.

mod bytes;
mod fault;
mod functions;
mod memo;
mod pairs;
mod session;
mod templater;
mod value;

pub use pairs::{FacePairsExec, FacePairsTable, NoScalarPairs};
pub use templater::FaceFunctions;
pub use value::{FaceValue, write_refusal, write_template};
