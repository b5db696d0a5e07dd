//! Buffers that a thread keeps between calls, so that nothing is allocated per frame after warm-up.
//!
//! [`take`] lends a buffer of floats from the calling thread's own pool; dropping it gives it back.
//! There are no locks, and a nested or re-entrant call simply takes another buffer.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// How many buffers a thread keeps; more are freed as they come back. Chosen by hand, not tuned: a
/// search of the detector holds four at once.
const KEPT: usize = 8;

thread_local! {
    static POOL: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// A lent buffer of exactly the length asked for. Its content is what the last user left: overwrite
/// before reading.
///
/// The vector behind it is never shortened: growing it again would fill it with zeros each time.
pub(crate) struct Scratch {
    buffer: Vec<f32>,
    len: usize,
}

/// Lends `len` floats with unspecified (but initialised) content.
pub(crate) fn take(len: usize) -> Scratch {
    let buffer = POOL.with(|pool| pool.try_borrow_mut().ok().and_then(|mut p| best_fit(&mut p, len)));
    // Without a kept buffer, or while the pool is in use, a new one.
    let mut buffer = buffer.unwrap_or_default();
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    Scratch { buffer, len }
}

/// The smallest kept buffer that is large enough, else the largest (it will grow).
fn best_fit(pool: &mut Vec<Vec<f32>>, len: usize) -> Option<Vec<f32>> {
    let fits = |v: &Vec<f32>| v.capacity() >= len;
    let smallest = pool.iter().enumerate().filter(|(_, v)| fits(v)).min_by_key(|(_, v)| v.capacity());
    let chosen = smallest.or_else(|| pool.iter().enumerate().max_by_key(|(_, v)| v.capacity()));
    let index = chosen.map(|(i, _)| i)?;
    Some(pool.swap_remove(index))
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        // A thread that is shutting down, or a pool in use, just lets the buffer go.
        let _ = POOL.try_with(|pool| {
            if let Ok(mut pool) = pool.try_borrow_mut()
                && pool.len() < KEPT
            {
                pool.push(buffer);
            }
        });
    }
}

#[allow(clippy::indexing_slicing, reason = "`take` has made the buffer at least as long as what it lends")]
impl Deref for Scratch {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.buffer[..self.len]
    }
}

#[allow(clippy::indexing_slicing, reason = "`take` has made the buffer at least as long as what it lends")]
impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.buffer[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_to_their_thread() {
        let first = take(1000);
        let address = first.as_ptr();
        let second = take(1000);
        assert_ne!(address, second.as_ptr(), "two buffers held at once are two buffers");
        drop(first);
        let again = take(900);
        assert_eq!((again.as_ptr(), again.len()), (address, 900));
        drop(again);
        let (mut again, content) = (take(1000), 7.0);
        again.fill(content);
        drop(again);
        drop(take(10));
        assert_eq!(take(1000)[999], content, "a shorter loan in between costs nothing");
    }
}
