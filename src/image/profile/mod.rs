//! What a file's samples mean as colours, and their way to sRGB.
//!
//! A file states its colours in one of several forms ([`Colors`]): an ICC profile (ICC.1:2022),
//! code points (ITU-T H.273), or a gamma and chromaticities. Each becomes a [`Profile`], which
//! leaves samples alone where it is sRGB, and else converts them with `moxcms`. ICC profiles are
//! reduced to the few tags that a conversion needs before that crate sees them ([`icc`]), so that
//! neither its memory nor its work follows what else a file can state.

mod colors;
mod convert;
mod icc;
mod meaning;

pub(super) use colors::{Chromaticities, CodePoints, Colors};
pub(super) use convert::Profile;
pub(super) use icc::max_icc_bytes;
