//! Tests of templates as bytes and of their extraction, by theme.

mod codec;
mod extract;
