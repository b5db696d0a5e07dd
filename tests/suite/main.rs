//! The integration tests: one binary, a module per theme, through the public interface alone.

mod decode;
mod house;
mod verify;
