//! Galleries: a file of enrolled templates, and the search for a face among them (1:N).
//!
//! A [`Gallery`] answers whether a person is enrolled already, and under which id, so that one
//! person has one account. It holds templates of one model, each under a number that the caller
//! chooses: names, and whatever else is known of people, stay in the caller's database.
//!
//! The templates are 8-bit integers, in a file that is mapped into memory: a search reads them
//! where they lie, at the speed of the memory. Every search compares with all of them; there is no
//! index that could miss one.
//!
//! ```
//! use selfsame::{gallery::Gallery, template::Template};
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("enrolled");
//! let template = |x, y| Template::from_embedding(&[x, y], "some-model".into());
//! let mut gallery = Gallery::create(&path, "some-model", 2)?;
//! gallery.append(17, &template(3.0, 4.0)?)?;
//! gallery.append(4, &template(-1.0, 0.5)?)?;
//! let found = gallery.search(&template(4.0, 4.0)?, 1)?;
//! assert_eq!(found[0].id, 17);
//! assert!((found[0].score.value() - 0.99).abs() < 0.001);
//! gallery.remove(17)?;
//! assert!(!gallery.contains(17));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How strict to be
//! A search among N makes N comparisons, each of which may match falsely. [`fmr_for_fpir`] turns
//! the rate of false alarms per search that is bearable into a false match rate, and
//! [`Calibration::threshold`](crate::compare::Calibration::threshold) that into a score.
//!
//! # Many against many
//! A [`TemplateBlock`] holds templates that are packed for very many comparisons:
//! [`TemplateBlock::pairs_within`] finds the pairs of a population that are one person twice,
//! [`TemplateBlock::best`] searches for many faces at once. [`fmr_for_pairs`] and [`false_pairs`]
//! say how strict to be and what to expect, and [`clusters`] what the pairs connect.
//!
//! # What is promised
//! - **An append that returned survives** a crash of the program or the machine, as far as the disk
//!   keeps what it acknowledged. One that was cut short leaves nothing, or (in
//!   [`Gallery::append_all`]) the first of its records; [`Gallery::open`] cuts the rest off. One
//!   that returned an error may have happened: open again and ask [`Gallery::contains`].
//! - **No silent loss.** The header counts the records. One that is missing or damaged is an error,
//!   not skipped.
//! - **What is removed is overwritten with zeros** in the file. File systems that keep old
//!   versions, and disks that move blocks, may keep a copy all the same: encrypt the disk.
//! - **One writer.** [`Gallery::open`] locks the file for itself, [`Gallery::open_read_only`]
//!   against writers; who comes second gets [`ErrorKind::Locked`](crate::error::ErrorKind::Locked).
//!   Share one gallery between threads with an `RwLock`.
//!
//! # What is not promised
//! - The lock binds those who ask for it. A program that ignores it and shortens the file while it
//!   is mapped ends this process at its next search (`SIGBUS` on Unix); one that writes to it makes
//!   scores wrong. Keep the file where only this service can write (it is created readable and
//!   writable by its owner alone), and on a local disk.
//! - The checksums find damage, not forgery.

mod blocks;
mod fault;
mod format;
mod header;
mod map;
mod rates;
#[cfg(fuzzing)]
mod reseal;
mod scan;
mod search;
mod store;
#[cfg(test)]
mod tests;

pub use blocks::{Cluster, FirstPass, PairBatch, TemplateBlock, TemplatePair, clusters};
pub use rates::{FalsePairs, false_pairs, fmr_for_fpir, fmr_for_pairs, fpir_for_fmr};
pub use search::Candidate;
pub use store::Gallery;

#[cfg(fuzzing)]
pub(crate) use format::read as read_file;
#[cfg(fuzzing)]
pub(crate) use header::RECORDS_AT;
#[cfg(fuzzing)]
pub(crate) use reseal::reseal;
#[cfg(fuzzing)]
pub(crate) use scan::Probe;
#[cfg(fuzzing)]
pub(crate) use search::{Top, search_records};
