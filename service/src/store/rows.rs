//! Rows of the tables in PostgreSQL, and the names that they have there.

use super::{Record, Stored};
use selfsame::digest::Digest;
use selfsame::enrol::{Attempt, AttemptId, Counted, DocumentKey, Identity, PortError, SessionKey, Subject};
use tokio_postgres::Row;

type Port<T> = Result<T, PortError>;

/// The number of a lock, of the first bytes of a digest: two names that share it wait for each
/// other without need, and no more.
pub(super) fn lock_of(name: &[u8]) -> i64 {
    let digest = Digest::of_parts("selfsame service lock 1", [name]);
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

pub(super) fn name_of(subject: &Subject) -> Vec<u8> {
    let (kind, digest) = match subject {
        Subject::Session(key) => (b's', key.digest()),
        Subject::Document(key) => (b'd', key.digest()),
        Subject::Identity(key) => (b'i', key.digest()),
    };
    [&[kind], digest.as_bytes().as_slice()].concat()
}

/// The subject of a name.
pub(super) fn subject_of(name: &[u8]) -> Port<Subject> {
    let (kind, digest) = name.split_first().ok_or("a subject has no name")?;
    let digest = Digest::from_bytes(fixed(digest)?);
    Ok(match kind {
        b's' => Subject::Session(SessionKey::from_digest(digest)),
        b'd' => Subject::Document(DocumentKey::from_digest(digest)),
        b'i' => Subject::Identity(Identity::from_digest(digest)),
        _ => return Err("a subject is of no kind".into()),
    })
}

pub(super) fn seconds(time: u64) -> Port<i64> {
    Ok(i64::try_from(time)?)
}

pub(super) fn fixed<const N: usize>(bytes: &[u8]) -> Port<[u8; N]> {
    Ok(bytes.try_into()?)
}

pub(super) fn attempt_of(row: &Row) -> Port<Attempt> {
    let counted: Counted = serde_json::from_value(row.try_get::<_, String>("counted")?.into())?;
    let id = AttemptId::from_bytes(fixed(row.try_get("id")?)?);
    Ok(Attempt { id, counted, at: u64::try_from(row.try_get::<_, i64>("at")?)? })
}

pub(super) fn stored_of(row: &Row) -> Port<Stored> {
    Ok(Stored {
        id: fixed(row.try_get("id")?)?,
        token: fixed(row.try_get("token")?)?,
        state: row.try_get("state")?,
        notes: row.try_get("notes")?,
        code: row.try_get("code")?,
        expires_at: u64::try_from(row.try_get::<_, i64>("expires_at")?)?,
    })
}

pub(super) fn record_of(row: &Row) -> Port<Record> {
    Ok(Record {
        id: fixed(row.try_get("id")?)?,
        began_at: u64::try_from(row.try_get::<_, i64>("began_at")?)?,
        updated_at: u64::try_from(row.try_get::<_, i64>("updated_at")?)?,
        phase: row.try_get("phase")?,
        audit: row.try_get("audit")?,
        signature: row.try_get("signature")?,
    })
}
