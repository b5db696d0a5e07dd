//! The laboratory of `selfsame`: how often the product errs, measured on labelled photographs
//! ([`evaluate`]), and recorded flash sessions made from a portrait, genuine ones and attacks
//! ([`simulate`]).
//!
//! It sees the product's public interface alone, and is not published.

pub mod error;
pub mod evaluate;
mod random;
pub mod simulate;
pub mod tools;
