//! What SQL over faces gives, and how often a picture is looked at for it.

mod pairs;
mod support;
mod templates;
