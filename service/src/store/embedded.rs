//! The embedded store: one file of `redb`, or memory. A write is on the disk before it is
//! answered, writes come one after the other, and a crash leaves the last whole one.

use super::{AccountRow, Change, Record, SessionId, Store, Stored, Vault, account_id, still_counted};
use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase, ReadableTable, Table, TableDefinition, WriteTransaction};
use selfsame::enrol::{
    Account, AccountId, AccountRegistry, Attempt, AttemptId, AttemptLog, NewAccount, Opening, Policy, PortError,
    PortFuture, Reservation, Reserved, Subject,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

type Bytes = TableDefinition<'static, &'static [u8], &'static [u8]>;

const SESSIONS: Bytes = TableDefinition::new("sessions 1");
const CODES: Bytes = TableDefinition::new("codes 1");
const VAULTS: Bytes = TableDefinition::new("vaults 1");
const RECORDS: Bytes = TableDefinition::new("records 1");
const REPORTS: Bytes = TableDefinition::new("reports 1");
const ATTEMPTS: Bytes = TableDefinition::new("attempts 1");
const ACCOUNTS: Bytes = TableDefinition::new("accounts 1");
/// Identity and account's name, one behind the other.
const PEOPLE: Bytes = TableDefinition::new("people 1");
const TABLES: [Bytes; 8] = [SESSIONS, CODES, VAULTS, RECORDS, REPORTS, ATTEMPTS, ACCOUNTS, PEOPLE];

/// See the module.
#[derive(Debug)]
pub(crate) struct Embedded(Database);

type Port<T> = Result<T, PortError>;

impl Embedded {
    /// The store in this file, which is made if it is not there. Another process must not have it.
    pub(crate) fn open(path: &Path) -> Port<Self> {
        Self::new(Database::create(path)?)
    }

    /// A store that is forgotten at the end.
    pub(crate) fn in_memory() -> Port<Self> {
        Self::new(Database::builder().create_with_backend(InMemoryBackend::new())?)
    }

    fn new(database: Database) -> Port<Self> {
        let write = database.begin_write()?;
        for table in TABLES {
            write.open_table(table)?;
        }
        write.commit()?;
        Ok(Self(database))
    }

    /// A write is on the disk when this returns; a thread is lent for as long as that takes.
    fn write<T>(&self, change: impl FnOnce(&WriteTransaction) -> Port<T>) -> Port<T> {
        blocking(|| {
            let write = self.0.begin_write()?;
            let done = change(&write)?;
            write.commit()?;
            Ok(done)
        })
    }

    fn read<T: DeserializeOwned>(&self, table: Bytes, key: &[u8]) -> Port<Option<T>> {
        blocking(|| {
            let found = self.0.begin_read()?.open_table(table)?.get(key)?;
            found.map(|value| decoded(value.value())).transpose()
        })
    }
}

/// Work that waits for the disk, off the threads that answer others.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

fn encoded(value: &impl Serialize) -> Port<Vec<u8>> {
    Ok(postcard::to_allocvec(value)?)
}

fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Port<T> {
    Ok(postcard::from_bytes(bytes)?)
}

fn found<T: DeserializeOwned>(table: &Table<'_, &'static [u8], &'static [u8]>, key: &[u8]) -> Port<Option<T>> {
    table.get(key)?.map(|value| decoded(value.value())).transpose()
}

fn put(write: &WriteTransaction, change: &Change) -> Port<bool> {
    let (row, id) = (&change.row, change.row.id.as_slice());
    let mut sessions = write.open_table(SESSIONS)?;
    let before: Option<Stored> = found(&sessions, id)?;
    let stands = before.as_ref().map(|stored| &stored.token) == change.replaces.as_ref().map(|token| token.as_bytes());
    if !stands {
        return Ok(false);
    }
    sessions.insert(id, encoded(row)?.as_slice())?;
    let mut codes = write.open_table(CODES)?;
    let old = before.and_then(|stored| stored.code);
    if old != row.code {
        if let Some(old) = old {
            codes.remove(old.as_bytes())?;
        }
        if let Some(code) = &row.code {
            if codes.get(code.as_bytes())?.is_some() {
                return Err("a code was drawn twice".into());
            }
            codes.insert(code.as_bytes(), id)?;
        }
    }
    let mut vaults = write.open_table(VAULTS)?;
    match &change.vault {
        Vault::Keep => {}
        Vault::Put(bytes) => drop(vaults.insert(id, bytes.as_slice())?),
        Vault::Delete => drop(vaults.remove(id)?),
    }
    write.open_table(RECORDS)?.insert(id, encoded(&change.record)?.as_slice())?;
    if let Some(report) = &change.report {
        let mut reports = write.open_table(REPORTS)?;
        let mut kept: Vec<String> = found(&reports, id)?.unwrap_or_default(); // none before the first
        kept.push(report.clone());
        reports.insert(id, encoded(&kept)?.as_slice())?;
    }
    Ok(true)
}

fn sweep(write: &WriteTransaction, now: u64, records_before: u64, policy: &Policy) -> Port<u64> {
    let mut sessions = write.open_table(SESSIONS)?;
    let mut expired: Vec<Stored> = Vec::new();
    for entry in sessions.iter()? {
        let stored: Stored = decoded(entry?.1.value())?;
        if stored.expires_at <= now {
            expired.push(stored);
        }
    }
    let (mut codes, mut vaults) = (write.open_table(CODES)?, write.open_table(VAULTS)?);
    for stored in &expired {
        sessions.remove(stored.id.as_slice())?;
        vaults.remove(stored.id.as_slice())?;
        if let Some(code) = &stored.code {
            codes.remove(code.as_bytes())?;
        }
    }
    if records_before > 0 {
        let (mut records, mut reports) = (write.open_table(RECORDS)?, write.open_table(REPORTS)?);
        let mut old: Vec<SessionId> = Vec::new();
        for entry in records.iter()? {
            let record: Record = decoded(entry?.1.value())?;
            if record.updated_at < records_before {
                old.push(record.id);
            }
        }
        for id in &old {
            records.remove(id.as_slice())?;
            reports.remove(id.as_slice())?;
        }
    }
    let mut attempts = write.open_table(ATTEMPTS)?;
    let mut fewer: Vec<(Vec<u8>, Vec<Attempt>)> = Vec::new();
    for entry in attempts.iter()? {
        let (key, value) = entry?;
        let (subject, all): (Subject, Vec<Attempt>) = (decoded(key.value())?, decoded(value.value())?);
        let counted = still_counted(policy, &subject, &all, now);
        if counted.len() < all.len() {
            fewer.push((key.value().to_vec(), counted));
        }
    }
    for (key, counted) in fewer {
        if counted.is_empty() {
            attempts.remove(key.as_slice())?;
        } else {
            attempts.insert(key.as_slice(), encoded(&counted)?.as_slice())?;
        }
    }
    Ok(expired.len() as u64)
}

impl Store for Embedded {
    fn put<'a>(&'a self, change: &'a Change) -> PortFuture<'a, bool> {
        Box::pin(async move { self.write(|write| put(write, change)) })
    }

    fn get<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<Stored>> {
        Box::pin(async move { self.read(SESSIONS, id) })
    }

    fn vault<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            blocking(|| {
                let vault = self.0.begin_read()?.open_table(VAULTS)?.get(id.as_slice())?;
                Ok(vault.map(|bytes| bytes.value().to_vec()))
            })
        })
    }

    fn by_code<'a>(&'a self, code: &'a str) -> PortFuture<'a, Option<Stored>> {
        Box::pin(async move {
            blocking(|| {
                let read = self.0.begin_read()?;
                let Some(id) = read.open_table(CODES)?.get(code.as_bytes())? else { return Ok(None) };
                let stored = read.open_table(SESSIONS)?.get(id.value())?;
                stored.map(|value| decoded(value.value())).transpose()
            })
        })
    }

    fn sweep<'a>(&'a self, now: u64, records_before: u64, policy: &'a Policy) -> PortFuture<'a, u64> {
        Box::pin(async move { self.write(|write| sweep(write, now, records_before, policy)) })
    }

    fn records(&self, limit: usize) -> PortFuture<'_, Vec<Record>> {
        Box::pin(async move {
            blocking(|| {
                let table = self.0.begin_read()?.open_table(RECORDS)?;
                let mut records = Vec::new();
                for entry in table.iter()? {
                    records.push(decoded::<Record>(entry?.1.value())?);
                }
                records.sort_by_key(|record| std::cmp::Reverse(record.updated_at));
                records.truncate(limit);
                Ok(records)
            })
        })
    }

    fn record<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<(Record, Vec<String>)>> {
        Box::pin(async move {
            let Some(record) = self.read(RECORDS, id)? else { return Ok(None) };
            // Before the first face check there are none.
            Ok(Some((record, self.read(REPORTS, id)?.unwrap_or_default())))
        })
    }

    fn ping(&self) -> PortFuture<'_, ()> {
        Box::pin(async move {
            blocking(|| {
                self.0.begin_read()?.open_table(SESSIONS)?;
                Ok(())
            })
        })
    }
}

impl AttemptLog for Embedded {
    fn reserve<'a>(&'a self, reservation: &'a Reservation<'a>) -> PortFuture<'a, Reserved> {
        let reserve = |write: &WriteTransaction| -> Port<Reserved> {
            let mut table = write.open_table(ATTEMPTS)?;
            let mut kept = Vec::new();
            for subject in reservation.subjects() {
                // A subject that nobody has failed with has no entry.
                let attempts: Vec<Attempt> = found(&table, &encoded(subject)?)?.unwrap_or_default();
                kept.push((*subject, attempts));
            }
            let of = |subject: &Subject| kept.iter().find(|(known, _)| known == subject).map(|(_, attempts)| attempts);
            // All subjects are there.
            let outcome = reservation.decide(|subject| of(subject).cloned().unwrap_or_default());
            if outcome == Reserved::Reserved {
                for (subject, mut attempts) in kept {
                    attempts.retain(|attempt| Some(attempt.id) != reservation.continues());
                    attempts.push(reservation.attempt());
                    table.insert(encoded(&subject)?.as_slice(), encoded(&attempts)?.as_slice())?;
                }
            }
            Ok(outcome)
        };
        Box::pin(async move { self.write(reserve) })
    }

    fn release<'a>(&'a self, subjects: &'a [Subject], id: AttemptId) -> PortFuture<'a, ()> {
        let release = move |write: &WriteTransaction| -> Port<()> {
            let mut table = write.open_table(ATTEMPTS)?;
            for subject in subjects {
                let key = encoded(subject)?;
                let Some(mut attempts) = found::<Vec<Attempt>>(&table, &key)? else { continue };
                attempts.retain(|attempt| attempt.id != id);
                if attempts.is_empty() {
                    table.remove(key.as_slice())?;
                } else {
                    table.insert(key.as_slice(), encoded(&attempts)?.as_slice())?;
                }
            }
            Ok(())
        };
        Box::pin(async move { self.write(release) })
    }

    fn attempts<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, Vec<Attempt>> {
        // A subject that nobody has failed with has no entry.
        Box::pin(async move { Ok(self.read(ATTEMPTS, &encoded(subject)?)?.unwrap_or_default()) })
    }

    fn unlock<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, ()> {
        Box::pin(async move {
            self.write(|write| {
                write.open_table(ATTEMPTS)?.remove(encoded(subject)?.as_slice())?;
                Ok(())
            })
        })
    }
}

fn open(write: &WriteTransaction, new: &NewAccount) -> Port<Opening> {
    let (mut accounts, mut people) = (write.open_table(ACCOUNTS)?, write.open_table(PEOPLE)?);
    let (id, identity) = (account_id(new)?, *new.identity.digest().as_bytes());
    if found::<AccountRow>(&accounts, id.as_str().as_bytes())?.is_some() {
        return Ok(Opening::Opened(id));
    }
    match &new.old_account {
        Some(old) => {
            let known: Option<AccountRow> = found(&accounts, old.as_str().as_bytes())?;
            if known.is_none_or(|old| old.account.identity != new.identity) {
                return Ok(Opening::OldAccountGone);
            }
            if new.replaces {
                accounts.remove(old.as_str().as_bytes())?;
                people.remove([&identity, old.as_str().as_bytes()].concat().as_slice())?;
            }
        }
        None => {
            let mut end = [255; 33];
            end.iter_mut().zip(identity).for_each(|(to, from)| *to = from);
            if people.range(identity.as_slice()..=end.as_slice())?.next().is_some() {
                return Ok(Opening::AlreadyEnrolled);
            }
        }
    }
    let row = AccountRow { id: id.clone(), account: new.clone() };
    accounts.insert(id.as_str().as_bytes(), encoded(&row)?.as_slice())?;
    people.insert([&identity, id.as_str().as_bytes()].concat().as_slice(), [].as_slice())?;
    Ok(Opening::Opened(id))
}

impl AccountRegistry for Embedded {
    fn find<'a>(&'a self, id: &'a AccountId) -> PortFuture<'a, Option<Account>> {
        Box::pin(async move {
            let row: Option<AccountRow> = self.read(ACCOUNTS, id.as_str().as_bytes())?;
            Ok(row.map(|row| Account { id: row.id, identity: row.account.identity, keys: row.account.keys }))
        })
    }

    fn open<'a>(&'a self, account: &'a NewAccount) -> PortFuture<'a, Opening> {
        Box::pin(async move { self.write(|write| open(write, account)) })
    }
}
