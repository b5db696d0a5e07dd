//! The laboratory of `selfsame`: how often the product errs, measured on labelled photographs
//! ([`evaluate`]), and recorded flash sessions made from a portrait, genuine ones and attacks
//! ([`simulate`]).
//!
//! It sees the product's public interface alone, and is not published. The program `selfsame-lab`
//! runs both from a command line, and [`tools`] holds the small programs around the product.
//!
//! ```
//! use selfsame_lab::evaluate::all_pairs;
//! // Two people with two pictures each, and a score that knows them apart.
//! let set = all_pairs(&[0, 0, 1, 1], &[true; 4], |i, j| if i / 2 == j / 2 { 0.9 } else { 0.1 })?;
//! assert_eq!(set.at_threshold(0.5).map(|point| point.fnmr), Some(Some(0.0)));
//! # Ok::<(), selfsame_lab::error::Error>(())
//! ```

pub mod damage;
pub mod error;
pub mod evaluate;
mod jpeg;
pub mod output;
mod random;
pub mod simulate;
pub mod tools;
