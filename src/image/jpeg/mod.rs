//! JPEG, decoded by `selfsame-jpeg`: small pictures at once, large ones where and as finely as they
//! are looked at.

mod decode;
mod large;
mod part;
#[cfg(test)]
mod tests;

pub(super) use decode::{decode, fault, is_large};
pub(super) use large::Large;
pub(super) use part::Part;
