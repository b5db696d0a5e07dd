//! The gallery as a file: opening, appending, removing.

use super::fault::fault;
use super::format::{Contents, Offsets, read, record_len, removed, write_live};
use super::header::{Commit, Header, RECORDS_AT};
use super::map::map;
use super::scan::Probe;
use super::search::{Candidate, Top, search_records};
use crate::error::{ErrorKind, Result};
use crate::simd::Level;
use crate::telemetry::debug_event;
use crate::template::{Quantised, Template};
use memmap2::Mmap;
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Error as IoError, Seek, SeekFrom, Write};
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

/// Appended records that are kept beside the map before the file is mapped anew: 256 KiB of 192
/// values each. Chosen by hand.
const TAIL: usize = 1024;

/// Enrolled templates of one model, each with an id, in a file.
///
/// The module's documentation says what is promised.
pub struct Gallery {
    file: File,
    writable: bool,
    header: Header,
    commit: Commit,
    ids: HashMap<u64, usize>,
    /// The record whose removal this reader may not finish.
    hidden: Option<usize>,
    records: usize,
    /// The file up to the records that were appended since.
    map: Option<Mmap>,
    /// Those records. Never grown: a vector that moves leaves its old content behind.
    tail: Zeroizing<Vec<u8>>,
    recovered: usize,
    /// A write failed: what the file says is unknown until it is read again.
    failed: bool,
}

impl std::fmt::Debug for Gallery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Header { model_id, dimension } = &self.header;
        let mut debug = f.debug_struct("Gallery");
        debug.field("model_id", model_id).field("dimension", dimension).field("len", &self.len());
        debug.field("writable", &self.writable).finish_non_exhaustive()
    }
}

impl Gallery {
    /// Makes a new, empty gallery in the file `path`, for templates of the model `model_id` with
    /// `dimension` values. On Unix only the owner can read it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the file exists or cannot be written, [`ErrorKind::LimitExceeded`] if
    /// the dimension is not 1 to 2048 or the id not 1 to 255 bytes long.
    pub fn create(path: impl AsRef<Path>, model_id: &str, dimension: usize) -> Result<Self> {
        let path = path.as_ref();
        let header = Header { model_id: model_id.into(), dimension };
        header.check()?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|e| failure("create", path, e))?;
        // Before the first byte, so that nobody opens half a header.
        lock(&file, true, path)?;
        let bytes = header.to_bytes(&Commit::FIRST);
        (&file).write_all(&bytes).and_then(|()| file.sync_all()).map_err(|e| failure("write", path, e))?;
        // The name as well; systems on which folders cannot be opened keep it by themselves.
        let _ = path.canonicalize().ok().and_then(|p| File::open(p.parent()?).ok()).map(|folder| folder.sync_all());
        let contents = read(&bytes)?;
        Self::new(file, true, contents)
    }

    /// Opens a gallery to search and change it. Reads and checks all of it; finishes a removal, and
    /// cuts off an append, that were interrupted.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] if it is open already; [`ErrorKind::UnsupportedFormat`] or
    /// [`ErrorKind::UnsupportedVersion`] if it is no gallery that is known here;
    /// [`ErrorKind::Corrupt`], which names the record, if one is damaged or missing;
    /// [`ErrorKind::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_as(path.as_ref(), true)
    }

    /// Opens a gallery to search it, beside others that do the same. Never changes it.
    ///
    /// # Errors
    /// Those of [`Self::open`]; [`ErrorKind::Locked`] if it is open for change.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_as(path.as_ref(), false)
    }

    fn open_as(path: &Path, writable: bool) -> Result<Self> {
        let failure = |e| failure("open", path, e);
        let file = OpenOptions::new().read(true).write(writable).open(path).map_err(failure)?;
        lock(&file, writable, path)?;
        let len = usize::try_from(file.metadata().map_err(failure)?.len())
            .map_err(|_| fault(ErrorKind::LimitExceeded, "the file is larger than addresses"))?;
        // Nothing cannot be mapped. The map is gone again before anything is written.
        let contents = match len {
            0 => read(&[])?,
            _ => read(&map(&file, len).map_err(failure)?)?,
        };
        Self::new(file, writable, contents)
    }

    fn new(file: File, writable: bool, contents: Contents) -> Result<Self> {
        let len = contents.len();
        let Contents { header, commit, records, ids, unfinished, torn } = contents;
        let (map, tail, hidden) = (None, Zeroizing::default(), unfinished);
        let mut gallery =
            Self { file, writable, header, commit, ids, hidden, records, map, tail, recovered: torn, failed: false };
        if writable {
            let (unfinished, uncounted) = (gallery.hidden.is_some(), gallery.uncounted());
            gallery.recover(torn > 0, len).map_err(|e| failed("recovering", e))?;
            if torn > 0 || unfinished || uncounted > 0 {
                debug_event!(
                    torn_bytes = torn,
                    removal_finished = unfinished,
                    records_counted = uncounted,
                    "gallery recovered"
                );
            }
        }
        gallery.map_again()?;
        debug_event!(records = gallery.records, live = gallery.ids.len(), writable, "gallery opened");
        Ok(gallery)
    }

    /// Whole records that the file's count does not count yet.
    fn uncounted(&self) -> u64 {
        (self.records as u64).saturating_sub(self.commit.records)
    }

    /// Ends what was interrupted. Each step can be interrupted and done again.
    fn recover(&mut self, torn: bool, len: usize) -> std::io::Result<()> {
        // What lies behind the whole records goes first: then the file is what its count will say.
        if torn {
            self.file.set_len(len as u64)?;
            self.file.sync_all()?;
        }
        if let Some(index) = self.hidden.take() {
            self.write_at(self.offset(index), &removed(index as u64, self.header.dimension))?;
        }
        // Records that are whole and not counted yet were on the disk before the append was cut
        // short.
        if self.commit.records != self.records as u64 {
            self.commit(self.records, self.commit.removing)?;
        }
        Ok(())
    }

    /// The identity of the model whose templates the gallery holds.
    #[must_use]
    pub fn model_id(&self) -> &str {
        &self.header.model_id
    }

    /// Values per template.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.header.dimension
    }

    /// Number of enrolled templates; those that were removed do not count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nobody is enrolled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether `id` is enrolled.
    #[must_use]
    pub fn contains(&self, id: u64) -> bool {
        self.ids.contains_key(&id)
    }

    /// Bytes of an interrupted append that were found behind the records when the file was opened.
    /// [`Self::open`] has cut them off.
    #[must_use]
    pub fn torn_bytes(&self) -> usize {
        self.recovered
    }

    /// Enrols `template` as `id`. When it returns, the record is on the disk.
    ///
    /// # Errors
    /// Those of [`Self::append_all`].
    pub fn append(&mut self, id: u64, template: &Template) -> Result<()> {
        self.append_all(&[(id, template)])
    }

    /// Enrols many at once: two waits for the disk in all, instead of two for each.
    ///
    /// # Errors
    /// Without any change: [`ErrorKind::InvalidArgument`] if an id is enrolled already or given
    /// twice, or the gallery is open read-only, or a template is not reliable enough
    /// ([`Template::reliability`]); [`ErrorKind::ModelMismatch`] if a template is
    /// of another model. [`ErrorKind::Io`] if the disk fails: some may have been enrolled then,
    /// and the gallery has to be opened again.
    pub fn append_all(&mut self, entries: &[(u64, &Template)]) -> Result<()> {
        self.may_write()?;
        let (len, first) = (record_len(self.header.dimension), self.records);
        let mut new = HashSet::with_capacity(entries.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(entries.len() * len));
        // All are checked before a byte is written, so that nothing of a refused batch is left.
        for (index, (id, template)) in entries.iter().enumerate() {
            self.check_model(template)?;
            if !template.is_reliable() {
                let message = format!("the template for the id {id} is not reliable enough to be enrolled");
                return Err(fault(ErrorKind::InvalidArgument, message));
            }
            if self.contains(*id) || !new.insert(*id) {
                return Err(fault(ErrorKind::InvalidArgument, format!("the id {id} is enrolled already")));
            }
            write_live(
                &mut bytes,
                (first + index) as u64,
                *id,
                Offsets { impostor_level: template.impostor_level(), doubt: template.doubt() },
                &Quantised::new(template.values()),
            );
        }
        if entries.is_empty() {
            return Ok(());
        }
        let (offset, records) = (self.offset(first), first + entries.len());
        // The records first, the count second: a count never speaks of records that are not there.
        let written = self.write_at(offset, &bytes).and_then(|()| self.commit(records, None));
        self.note(written, "appending")?;
        self.ids.extend(entries.iter().enumerate().map(|(index, (id, _))| (*id, first + index)));
        self.records = records;
        // A gallery that is only searched needs no memory for a tail.
        if self.tail.capacity() == 0 {
            self.tail = Zeroizing::new(Vec::with_capacity(TAIL * len));
        }
        if self.tail.len() + bytes.len() > self.tail.capacity() {
            return self.map_again();
        }
        self.tail.extend_from_slice(&bytes);
        Ok(())
    }

    /// Removes `id` and overwrites its record with zeros in the file; false if it is not enrolled.
    /// The id may be given again.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the gallery is open read-only; [`ErrorKind::Io`] if the
    /// disk fails: the gallery has to be opened again then, which finishes the removal if it
    /// had begun.
    pub fn remove(&mut self, id: u64) -> Result<bool> {
        self.may_write()?;
        let Some(index) = self.ids.get(&id).copied() else { return Ok(false) };
        // Nothing in the map changes while it lives.
        self.map = None;
        let zeros = removed(index as u64, self.header.dimension);
        // The intention first: a record that is half zeros is then no damage.
        let written =
            self.commit(self.records, Some(index as u64)).and_then(|()| self.write_at(self.offset(index), &zeros));
        self.note(written, "removing")?;
        self.ids.remove(&id);
        self.map_again()?;
        Ok(true)
    }

    /// Finds the `k` enrolled templates most like `probe`, the best first, equal scores in the
    /// order of their ids; fewer if fewer are enrolled. Exact: all are compared, on all threads
    /// of the current `rayon` pool, and the result does not depend on them.
    ///
    /// # Errors
    /// [`ErrorKind::ModelMismatch`] if `probe` is of another model; [`ErrorKind::Io`] if a write
    /// has failed before.
    pub fn search(&self, probe: &Template, k: usize) -> Result<Vec<Candidate>> {
        self.check_model(probe)?;
        self.check_state()?;
        let (level, probe) = (Level::best(), Probe::new(probe));
        let Some(mapped) = self.map.as_deref().and_then(|map| map.get(RECORDS_AT..)) else {
            // Only a failed write leaves the file without a map, and that has been asked above.
            return Err(fault(ErrorKind::Io, "the gallery is not mapped: it has to be opened again"));
        };
        let search = |top, records, hidden| search_records(top, level, &probe, records, self.header.dimension, hidden);
        // The record that is hidden was there when the file was opened: it lies in the map.
        let top = search(Top::new(k.min(self.records)), mapped, self.hidden);
        Ok(search(top, &self.tail, None).into_candidates())
    }

    /// An error if `template` is of another model than the gallery.
    fn check_model(&self, template: &Template) -> Result<()> {
        let Header { model_id, dimension } = &self.header;
        if template.model_id() != model_id || template.dimension() != *dimension {
            let (id, values) = (template.model_id(), template.dimension());
            let message = format!("a template of {id:?} ({values} values) in a gallery of {model_id:?} ({dimension})");
            return Err(fault(ErrorKind::ModelMismatch, message));
        }
        Ok(())
    }

    /// An error if a write has failed.
    fn check_state(&self) -> Result<()> {
        let message = "a write failed before: the gallery has to be opened again";
        if self.failed { Err(fault(ErrorKind::Io, message)) } else { Ok(()) }
    }

    /// An error if the gallery may not be changed.
    fn may_write(&self) -> Result<()> {
        if !self.writable {
            return Err(fault(ErrorKind::InvalidArgument, "the gallery is open read-only"));
        }
        self.check_state()
    }

    /// Where record `index` begins in the file.
    fn offset(&self, index: usize) -> u64 {
        (RECORDS_AT + index * record_len(self.header.dimension)) as u64
    }

    /// Writes `bytes` and waits until they are on the disk.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    /// Writes the counts in the place that is not the last one's.
    fn commit(&mut self, records: usize, removing: Option<u64>) -> std::io::Result<()> {
        // A made-up file may begin with the largest generation.
        let commit = Commit { generation: self.commit.generation.saturating_add(1), records: records as u64, removing };
        self.write_at(commit.at() as u64, &commit.to_bytes())?;
        self.commit = commit;
        Ok(())
    }

    /// Maps all records; then none are left beside the map.
    fn map_again(&mut self) -> Result<()> {
        // Zeroised, not dropped: its memory is used again.
        self.tail.zeroize();
        self.map = None;
        let len = RECORDS_AT + self.records * record_len(self.header.dimension);
        let mapped = map(&self.file, len).map(|map| self.map = Some(map));
        self.note(mapped, "mapping")
    }

    /// Remembers that a write failed.
    fn note<T>(&mut self, result: std::io::Result<T>, doing: &str) -> Result<T> {
        self.failed |= result.is_err();
        result.map_err(|e| failed(doing, e))
    }
}

/// The error of an operation that failed halfway.
fn failed(doing: &str, cause: IoError) -> crate::error::Error {
    fault(ErrorKind::Io, format!("{doing} failed")).with_source(cause)
}

/// The error of an operation that failed before anything was changed.
fn failure(what: &str, path: &Path, cause: IoError) -> crate::error::Error {
    fault(ErrorKind::Io, format!("cannot {what} {}", path.display())).with_source(cause)
}

/// Takes the file's lock, for as long as the file is open.
fn lock(file: &File, exclusive: bool, path: &Path) -> Result<()> {
    let locked = if exclusive { file.try_lock() } else { file.try_lock_shared() };
    locked.map_err(|e| match e {
        TryLockError::WouldBlock => fault(ErrorKind::Locked, format!("{} is open already", path.display())),
        TryLockError::Error(e) => failure("lock", path, e),
    })
}
