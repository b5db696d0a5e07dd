//! The store in PostgreSQL, for any number of processes. Ask and write the primary alone: a replica
//! that lags is a lock evaded.

use super::rows::{attempt_of, fixed, lock_of, name_of, record_of, seconds, stored_of, subject_of};
use super::{Change, Record, SessionId, Store, Stored, Vault, account_id, still_counted};
use selfsame::digest::Digest;
use selfsame::enrol::{
    Account, AccountId, AccountRegistry, Attempt, AttemptId, AttemptLog, Identity, KeyId, NewAccount, Opening, Policy,
    PortError, PortFuture, Reservation, Reserved, Subject,
};
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::{Client, NoTls, Transaction};

type Port<T> = Result<T, PortError>;

/// How long a request waits for a connection, and a statement for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Subjects whose attempts are looked at in one sweep, chosen by chance: a sweep has an end.
const SWEPT: i64 = 200;

/// See the module.
pub(crate) struct Postgres {
    config: String,
    /// One permit for each connection.
    free: Semaphore,
    idle: Mutex<Vec<Client>>,
}

/// A connection on loan. One that is dropped in the middle of something is closed.
struct Lent<'a> {
    client: Client,
    home: &'a Postgres,
    _permit: SemaphorePermit<'a>,
}

impl Lent<'_> {
    /// Gives a connection back on which nothing is under way.
    fn give_back(self) {
        self.home.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(self.client);
    }
}

impl Postgres {
    /// Connects, and makes the tables that are not there.
    pub(crate) async fn connect(config: &str, connections: usize) -> Port<Self> {
        let store =
            Self { config: config.to_owned(), free: Semaphore::new(connections.max(1)), idle: Mutex::default() };
        let mut lent = store.client().await?;
        let transaction = lent.client.transaction().await?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_of(b"schema")]).await?;
        transaction.batch_execute(include_str!("schema.sql")).await?;
        transaction.commit().await?;
        lent.give_back();
        Ok(store)
    }

    async fn client(&self) -> Port<Lent<'_>> {
        let permit =
            tokio::time::timeout(PATIENCE, self.free.acquire()).await.map_err(|_| "no connection is free")??;
        loop {
            let idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
            match idle {
                Some(client) if client.is_closed() => {}
                Some(client) => return Ok(Lent { client, home: self, _permit: permit }),
                None => break,
            }
        }
        let (client, connection) = tokio::time::timeout(PATIENCE, tokio_postgres::connect(&self.config, NoTls))
            .await
            .map_err(|_| "PostgreSQL does not answer")??;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "a connection to PostgreSQL has ended");
            }
        });
        client.batch_execute("SET statement_timeout = '10s'; SET synchronous_commit = on").await?;
        Ok(Lent { client, home: self, _permit: permit })
    }
}

/// Locks these names until the transaction ends, in one order for everybody.
async fn lock(transaction: &Transaction<'_>, names: impl Iterator<Item = Vec<u8>>) -> Port<()> {
    let mut locks: Vec<i64> = names.map(|name| lock_of(&name)).collect();
    locks.sort_unstable();
    locks.dedup();
    for lock in locks {
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&lock]).await?;
    }
    Ok(())
}

async fn put(transaction: &Transaction<'_>, change: &Change) -> Port<bool> {
    let (row, record) = (&change.row, &change.record);
    let (id, token, expires_at) = (row.id.as_slice(), row.token.as_slice(), seconds(row.expires_at)?);
    let changed = match &change.replaces {
        None => {
            let insert = "INSERT INTO sessions (id, token, state, notes, code, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
            transaction.execute(insert, &[&id, &token, &row.state, &row.notes, &row.code, &expires_at]).await?
        }
        Some(before) => {
            let update = "UPDATE sessions SET token = $2, state = $3, notes = $4, code = $5, expires_at = $6
                WHERE id = $1 AND token = $7";
            let before = before.as_bytes().as_slice();
            let values: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
                [&id, &token, &row.state, &row.notes, &row.code, &expires_at, &before];
            transaction.execute(update, &values).await?
        }
    };
    if changed != 1 {
        return Ok(false);
    }
    match &change.vault {
        Vault::Keep => {}
        Vault::Put(bytes) => {
            let upsert =
                "INSERT INTO vaults (id, bytes) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes";
            transaction.execute(upsert, &[&id, bytes]).await?;
        }
        Vault::Delete => drop(transaction.execute("DELETE FROM vaults WHERE id = $1", &[&id]).await?),
    }
    let upsert =
        "INSERT INTO records (id, began_at, updated_at, phase, audit, signature) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET updated_at = excluded.updated_at, phase = excluded.phase, audit = excluded.audit,
        signature = excluded.signature";
    let (began_at, updated_at) = (seconds(record.began_at)?, seconds(record.updated_at)?);
    transaction
        .execute(upsert, &[&id, &began_at, &updated_at, &record.phase, &record.audit, &record.signature])
        .await?;
    if let Some(report) = &change.report {
        transaction.execute("INSERT INTO reports (id, body) VALUES ($1, $2)", &[&id, report]).await?;
    }
    Ok(true)
}

impl Store for Postgres {
    fn put<'a>(&'a self, change: &'a Change) -> PortFuture<'a, bool> {
        Box::pin(async move {
            let mut lent = self.client().await?;
            let transaction = lent.client.transaction().await?;
            let done = put(&transaction, change).await?;
            if done {
                transaction.commit().await?
            } else {
                transaction.rollback().await?
            }
            lent.give_back();
            Ok(done)
        })
    }

    fn get<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<Stored>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let row = lent.client.query_opt("SELECT * FROM sessions WHERE id = $1", &[&id.as_slice()]).await?;
            lent.give_back();
            row.as_ref().map(stored_of).transpose()
        })
    }

    fn vault<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let row = lent.client.query_opt("SELECT bytes FROM vaults WHERE id = $1", &[&id.as_slice()]).await?;
            lent.give_back();
            Ok(row.map(|row| row.try_get("bytes")).transpose()?)
        })
    }

    fn by_code<'a>(&'a self, code: &'a str) -> PortFuture<'a, Option<Stored>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let row = lent.client.query_opt("SELECT * FROM sessions WHERE code = $1", &[&code]).await?;
            lent.give_back();
            row.as_ref().map(stored_of).transpose()
        })
    }

    fn sweep<'a>(&'a self, now: u64, records_before: u64, policy: &'a Policy) -> PortFuture<'a, u64> {
        Box::pin(async move {
            let mut lent = self.client().await?;
            let swept = lent.client.execute("DELETE FROM sessions WHERE expires_at <= $1", &[&seconds(now)?]).await?;
            lent.client.execute("DELETE FROM records WHERE updated_at < $1", &[&seconds(records_before)?]).await?;
            // None before this time matter by themselves; those that are locked for good stay.
            let decayed = seconds(now.saturating_sub(policy.attempts().decay_s()))?;
            let select = "SELECT subject FROM attempts WHERE at <= $1 GROUP BY subject ORDER BY random() LIMIT $2";
            for row in lent.client.query(select, &[&decayed, &SWEPT]).await? {
                let subject = subject_of(row.try_get("subject")?)?;
                let transaction = lent.client.transaction().await?;
                lock(&transaction, std::iter::once(name_of(&subject))).await?;
                let all = kept(&transaction, &subject).await?;
                let counted = still_counted(policy, &subject, &all, now);
                let gone = all.iter().filter(|attempt| !counted.contains(attempt));
                let gone: Vec<&[u8]> = gone.map(|attempt| attempt.id.as_bytes().as_slice()).collect();
                let delete = "DELETE FROM attempts WHERE subject = $1 AND id = ANY($2)";
                transaction.execute(delete, &[&name_of(&subject), &gone]).await?;
                transaction.commit().await?;
            }
            lent.give_back();
            Ok(swept)
        })
    }

    fn records(&self, limit: usize) -> PortFuture<'_, Vec<Record>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let select = "SELECT * FROM records ORDER BY updated_at DESC LIMIT $1";
            let rows = lent.client.query(select, &[&i64::try_from(limit)?]).await?;
            lent.give_back();
            rows.iter().map(record_of).collect()
        })
    }

    fn record<'a>(&'a self, id: &'a SessionId) -> PortFuture<'a, Option<(Record, Vec<String>)>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let row = lent.client.query_opt("SELECT * FROM records WHERE id = $1", &[&id.as_slice()]).await?;
            let select = "SELECT body FROM reports WHERE id = $1 ORDER BY number";
            let reports = lent.client.query(select, &[&id.as_slice()]).await?;
            lent.give_back();
            let Some(row) = row else { return Ok(None) };
            let reports = reports.iter().map(|row| row.try_get("body")).collect::<Result<_, _>>()?;
            Ok(Some((record_of(&row)?, reports)))
        })
    }

    fn ping(&self) -> PortFuture<'_, ()> {
        Box::pin(async move {
            let lent = self.client().await?;
            lent.client.execute("SELECT 1", &[]).await?;
            lent.give_back();
            Ok(())
        })
    }
}

async fn kept(transaction: &Transaction<'_>, subject: &Subject) -> Port<Vec<Attempt>> {
    let rows = transaction.query("SELECT * FROM attempts WHERE subject = $1", &[&name_of(subject)]).await?;
    rows.iter().map(attempt_of).collect()
}

async fn reserve(transaction: &Transaction<'_>, reservation: &Reservation<'_>) -> Port<Reserved> {
    lock(transaction, reservation.subjects().iter().map(name_of)).await?;
    let mut all = Vec::new();
    for subject in reservation.subjects() {
        all.push((*subject, kept(transaction, subject).await?));
    }
    let of = |subject: &Subject| all.iter().find(|(known, _)| known == subject).map(|(_, attempts)| attempts);
    // All subjects are there.
    let outcome = reservation.decide(|subject| of(subject).cloned().unwrap_or_default());
    if outcome == Reserved::Reserved {
        let attempt = reservation.attempt();
        for subject in reservation.subjects() {
            if let Some(continues) = reservation.continues() {
                let delete = "DELETE FROM attempts WHERE subject = $1 AND id = $2";
                transaction.execute(delete, &[&name_of(subject), &continues.as_bytes().as_slice()]).await?;
            }
            let insert = "INSERT INTO attempts (subject, id, counted, at) VALUES ($1, $2, $3, $4)";
            let (id, at) = (attempt.id.as_bytes().as_slice(), seconds(attempt.at)?);
            transaction.execute(insert, &[&name_of(subject), &id, &attempt.counted.as_str(), &at]).await?;
        }
    }
    Ok(outcome)
}

impl AttemptLog for Postgres {
    fn reserve<'a>(&'a self, reservation: &'a Reservation<'a>) -> PortFuture<'a, Reserved> {
        Box::pin(async move {
            let mut lent = self.client().await?;
            let transaction = lent.client.transaction().await?;
            let reserved = reserve(&transaction, reservation).await?;
            transaction.commit().await?;
            lent.give_back();
            Ok(reserved)
        })
    }

    fn release<'a>(&'a self, subjects: &'a [Subject], attempt: AttemptId) -> PortFuture<'a, ()> {
        Box::pin(async move {
            let lent = self.client().await?;
            let names: Vec<Vec<u8>> = subjects.iter().map(name_of).collect();
            let delete = "DELETE FROM attempts WHERE subject = ANY($1) AND id = $2";
            lent.client.execute(delete, &[&names, &attempt.as_bytes().as_slice()]).await?;
            lent.give_back();
            Ok(())
        })
    }

    fn attempts<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, Vec<Attempt>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let rows = lent.client.query("SELECT * FROM attempts WHERE subject = $1", &[&name_of(subject)]).await?;
            lent.give_back();
            rows.iter().map(attempt_of).collect()
        })
    }

    fn unlock<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, ()> {
        Box::pin(async move {
            let lent = self.client().await?;
            lent.client.execute("DELETE FROM attempts WHERE subject = $1", &[&name_of(subject)]).await?;
            lent.give_back();
            Ok(())
        })
    }
}

async fn open(transaction: &Transaction<'_>, new: &NewAccount) -> Port<Opening> {
    // One person's accounts are opened one after the other.
    let identity = new.identity.digest().as_bytes().as_slice();
    lock(transaction, std::iter::once(identity.to_vec())).await?;
    let id = account_id(new)?;
    if transaction.query_opt("SELECT id FROM accounts WHERE id = $1", &[&id.as_str()]).await?.is_some() {
        return Ok(Opening::Opened(id));
    }
    match &new.old_account {
        Some(old) => {
            let select = "SELECT id FROM accounts WHERE id = $1 AND identity = $2";
            if transaction.query_opt(select, &[&old.as_str(), &identity]).await?.is_none() {
                return Ok(Opening::OldAccountGone);
            }
            if new.replaces {
                transaction.execute("DELETE FROM accounts WHERE id = $1", &[&old.as_str()]).await?;
            }
        }
        None => {
            let select = "SELECT id FROM accounts WHERE identity = $1 LIMIT 1";
            if transaction.query_opt(select, &[&identity]).await?.is_some() {
                return Ok(Opening::AlreadyEnrolled);
            }
        }
    }
    let insert = "INSERT INTO accounts (id, identity, keys, account) VALUES ($1, $2, $3, $4)";
    let account = serde_json::to_string(new)?;
    transaction.execute(insert, &[&id.as_str(), &identity, &new.keys.as_str(), &account]).await?;
    Ok(Opening::Opened(id))
}

impl AccountRegistry for Postgres {
    fn find<'a>(&'a self, id: &'a AccountId) -> PortFuture<'a, Option<Account>> {
        Box::pin(async move {
            let lent = self.client().await?;
            let select = "SELECT identity, keys FROM accounts WHERE id = $1";
            let row = lent.client.query_opt(select, &[&id.as_str()]).await?;
            lent.give_back();
            let Some(row) = row else { return Ok(None) };
            let identity = Identity::from_digest(Digest::from_bytes(fixed(row.try_get("identity")?)?));
            let keys = KeyId::new(row.try_get::<_, String>("keys")?)?;
            Ok(Some(Account { id: id.clone(), identity, keys }))
        })
    }

    fn open<'a>(&'a self, account: &'a NewAccount) -> PortFuture<'a, Opening> {
        Box::pin(async move {
            let mut lent = self.client().await?;
            let transaction = lent.client.transaction().await?;
            let opening = open(&transaction, account).await?;
            transaction.commit().await?;
            lent.give_back();
            Ok(opening)
        })
    }
}
