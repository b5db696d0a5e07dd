//! What these programs share, so that each ends in words: `say!` is `println!` that does not panic
//! where nobody reads any more (`| head`), and a [`Failure`] is told as a sentence. A program of
//! your own may use `println!` and `Box<dyn Error>`.

use std::path::Path;

/// Prints a line for whoever still reads.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}
pub(crate) use say;

/// Any error, told with its causes.
pub struct Failure(Box<dyn std::error::Error>);

impl<E: Into<Box<dyn std::error::Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What `main` prints behind "Error: ".
impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

/// The bytes of a file; an error names it.
#[allow(dead_code, reason = "not every example reads a file")]
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, Failure> {
    let path = path.as_ref();
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}
