//! The WebAssembly module of selfsame's npm package: plain exports over the facade.
//!
//! JavaScript holds numbers of things, never addresses of them: a number that stands for nothing is
//! an error, and no code here dereferences what it is given. Bytes go into frames and buffers,
//! whose places in memory [`exports::place`] tells; answers come as JSON, or as bytes.

mod exports;
mod state;
