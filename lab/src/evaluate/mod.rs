//! How often the chain errs, measured on labelled photographs.
//!
//! [`LfwPairs`], [`CfpSet`] or [`IdentityFolder`] tell which pictures show whom, [`FaceChoice`]
//! takes a template of each, [`TemplateCache`] keeps them between runs, [`all_pairs`] compares
//! every picture with every other into a [`ScoreSet`], off which rates, curves and intervals are
//! read, [`Differential`] does so by group, and [`Report`] puts everything into files.
//!
//! ```
//! use selfsame_lab::evaluate::{About, Bootstrap, Report, all_pairs};
//! // Two people with two pictures each, and a score that knows them apart.
//! let set = all_pairs(&[0, 0, 1, 1], &[true; 4], |i, j| if i / 2 == j / 2 { 0.9 } else { 0.1 })?;
//! let point = set.at_threshold(0.5).ok_or("no pairs")?;
//! assert_eq!((point.fmr, point.fnmr), (0.0, Some(0.0)));
//! assert!(set.at_fmr(1e-4).is_none(), "four impostor pairs cannot show one in ten thousand");
//! let report = Report::new(&set, About::default(), &Bootstrap { replicates: 100, seed: 1 }, &[]);
//! assert!(report.to_html()?.contains("not measured"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! How often attacks pass as live faces is measured on simulated sessions, by [`pad`]; what morphed
//! portraits achieve, by [`morphs`].
//!
//! Terms follow ISO/IEC 19795-1. The false match rate (FMR) and the false non-match rate (FNMR) are
//! shares of completed comparisons. A picture without a template is a failure to enrol (FTE), or
//! to acquire (FTA) where it is a probe; the generalised rates (GFMR, GFNMR) count its pairs, too,
//! as ones that do not match.

mod all_pairs;
pub mod approach;
mod bootstrap;
mod cache;
mod cache_file;
mod cache_key;
mod calibrate;
mod canvas;
mod centre;
mod cfp;
mod comparison_scores;
mod curve;
mod d_prime;
mod discard;
mod documents;
mod duplicates;
mod enrolment;
mod equal_error_rate;
mod face_choice;
mod folder;
mod groups;
mod histogram;
mod impostors;
mod interval;
mod lfw;
mod logistic;
pub mod morphs;
mod nearer;
mod operating_point;
mod ordered_float;
pub mod pad;
mod padding;
mod pair_counts;
mod quality_fit;
pub mod recorded;
mod report;
mod roc;
mod score_set;
mod spread;
mod tail;
mod ten_fold;
#[cfg(test)]
mod testing;
mod worst_group;

use crate::random;

pub use all_pairs::{all_pairs, pairs_among, pairs_between};
pub use bootstrap::{Bootstrap, FixedFmr, FixedThreshold};
pub use cache::{PictureDigest, TemplateCache};
pub use cache_key::CacheKey;
pub use centre::centre_spec;
pub use cfp::{CfpSet, FoldedPairs, View};
pub use comparison_scores::comparison_scores;
pub use d_prime::DPrime;
pub use discard::{Discard, DiscardPoint, DiscardTrial};
pub use documents::DocumentKind;
pub use duplicates::DuplicateReport;
pub use enrolment::FailureRate;
pub use equal_error_rate::EqualErrorRate;
pub use face_choice::FaceChoice;
pub use folder::IdentityFolder;
pub use groups::{Differential, Extremes, GroupExtremes, GroupPair, GroupTable, Grouping, PictureName};
pub use impostors::impostor_spec;
pub use interval::{Interval, clopper_pearson, rule_of_three, wilson};
pub use lfw::{LfwPairs, Pair};
pub use nearer::HeadShape;
pub use operating_point::OperatingPoint;
pub use padding::Padding;
pub use quality_fit::{GenuinePair, fit_quality, genuine_pairs};
pub use report::{About, AtFmr, AtThreshold, BandPoint, ProtocolAccuracy, Report, ScoreBins, UsedThreshold};
pub use roc::{RocPoint, area_under, roc};
pub use score_set::ScoreSet;
pub use ten_fold::{TenFold, ten_fold};
pub use worst_group::calibrate_worst_group;
