//! What holds for every store: one table of tests, run on memory, on a file and on PostgreSQL, each
//! by two handles where two can be had, as two processes would have them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use super::{Change, Embedded, Postgres, Record, Store, Stored, Vault};
use selfsame::digest::Digest;
use selfsame::enrol::memory::MemoryAttemptLog;
use selfsame::enrol::{
    AccountId, AttemptLog, Awaiting, Context, DocumentKey, Identity, KeyId, Kind, Method, NameKey, NewAccount, NoPort,
    Opening, Policy, SealToken, SessionKey, Subject, Word,
};
use std::sync::Arc;

#[path = "../../tests/suite/postgres.rs"]
mod server;

type Stores = [Arc<dyn Store>; 2];

/// How many requests race.
const RACERS: usize = 16;

fn row(id: u8, token: u8) -> Stored {
    Stored { id: [id; 32], token: [token; 16], state: vec![token; 40], notes: "{}".into(), code: None, expires_at: 100 }
}

fn change(row: Stored, replaces: Option<u8>) -> Change {
    let record = Record {
        id: row.id,
        began_at: 1,
        updated_at: u64::from(row.id[0]),
        phase: "form".into(),
        audit: "{}".into(),
        signature: vec![],
    };
    let replaces = replaces.map(|token| SealToken::from_bytes([token; 16]));
    Change { row, replaces, vault: Vault::Keep, record, report: None }
}

async fn a_state_is_taken_further_once([one, other]: &Stores) {
    assert!(one.put(&change(row(1, 1), None)).await.unwrap());
    assert!(!other.put(&change(row(1, 9), None)).await.unwrap(), "a name is taken once");
    let races = (0..RACERS).map(|racer| {
        let store = if racer % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move { store.put(&change(row(1, 10 + racer as u8), Some(1))).await.unwrap() })
    });
    let mut won = Vec::new();
    for (racer, race) in races.collect::<Vec<_>>().into_iter().enumerate() {
        if race.await.unwrap() {
            won.push(10 + racer as u8);
        }
    }
    assert_eq!(won.len(), 1);
    assert_eq!(one.get(&[1; 32]).await.unwrap().unwrap(), row(1, won[0]));
    assert!(!one.put(&change(row(1, 50), Some(1))).await.unwrap(), "a spent token is spent");
    assert!(!one.put(&change(row(2, 50), Some(1))).await.unwrap(), "nothing is replaced that is not there");
}

async fn codes_vaults_and_reports_go_with_their_ceremony([one, other]: &Stores) {
    let with_code = Stored { code: Some("7K3M-9QXW".into()), ..row(3, 1) };
    let mut first = change(with_code, None);
    first.vault = Vault::Put(vec![7; 100]);
    first.report = Some("{\"n\":1}".into());
    assert!(one.put(&first).await.unwrap());
    assert_eq!(other.by_code("7K3M-9QXW").await.unwrap().unwrap().id, [3; 32]);
    assert_eq!(other.vault(&[3; 32]).await.unwrap().unwrap(), [7; 100]);
    let mut second = change(row(3, 2), Some(1));
    (second.vault, second.report) = (Vault::Delete, Some("{\"n\":2}".into()));
    assert!(other.put(&second).await.unwrap());
    assert!(one.by_code("7K3M-9QXW").await.unwrap().is_none() && one.vault(&[3; 32]).await.unwrap().is_none());
    let (record, reports) = one.record(&[3; 32]).await.unwrap().unwrap();
    assert_eq!((record.updated_at, reports), (3, vec!["{\"n\":1}".to_owned(), "{\"n\":2}".to_owned()]));
    let mut third = change(row(4, 1), None);
    third.vault = Vault::Put(vec![1]);
    assert!(one.put(&third).await.unwrap());
    assert_eq!(one.records(1).await.unwrap().first().map(|record| record.id), Some([4; 32]));
    assert_eq!(one.sweep(99, 0, &Policy::default()).await.unwrap(), 0);
    assert!(one.sweep(100, 4, &Policy::default()).await.unwrap() >= 2);
    assert!(one.get(&[3; 32]).await.unwrap().is_none() && one.vault(&[4; 32]).await.unwrap().is_none());
    assert!(one.record(&[3; 32]).await.unwrap().is_none() && one.record(&[4; 32]).await.unwrap().is_some());
}

/// A ceremony in this session that fails once, if it may begin.
async fn fail(log: &dyn AttemptLog, session: SessionKey) {
    let (mut rng, policy) = (crate::secrets::generator().unwrap(), Policy::default());
    let ctx = &mut Context { now: 1_000, rng: &mut rng, policy: &policy, log, registry: &NoPort, keys: &NoPort };
    let document = DocumentKey::new(&NameKey::from_bytes(&[1; 32]), "UTO", "AB1").unwrap();
    let begun = Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session, document, ctx).await.unwrap();
    if let Some(form) = begun.found() {
        drop(form.failed([Word::new("wrong").unwrap()], ctx).await.unwrap());
    }
}

/// Ceremonies side by side, each with one failure: the locks let as many through as on the crate's
/// own log in memory.
async fn attempts_side_by_side_evade_no_lock([one, other]: &Stores) {
    let session = SessionKey::new(&NameKey::from_bytes(&[1; 32]), &["device"]);
    let memory = MemoryAttemptLog::default();
    for _ in 0..RACERS {
        fail(&memory, session).await;
    }
    let races = (0..RACERS).map(|racer| {
        let store = if racer % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move { fail(store.as_ref(), session).await })
    });
    for race in races.collect::<Vec<_>>() {
        race.await.unwrap();
    }
    let subject = Subject::Session(session);
    let kept = one.attempts(&subject).await.unwrap();
    assert_eq!(kept.len(), memory.attempts(&subject).await.unwrap().len());
    one.release(&[subject], kept[0].id).await.unwrap();
    assert_eq!(other.attempts(&subject).await.unwrap().len(), kept.len() - 1);
    other.unlock(&subject).await.unwrap();
    assert!(one.attempts(&subject).await.unwrap().is_empty());
}

/// Attempts go when no lock rests on them any more.
async fn decayed_attempts_are_swept([one, other]: &Stores) {
    let (policy, session) = (Policy::default(), SessionKey::new(&NameKey::from_bytes(&[1; 32]), &["slow"]));
    for _ in 0..2 {
        fail(one.as_ref(), session).await;
    }
    let subject = Subject::Session(session);
    // What failed at 1,000 counts for that long, and can be part of a lock as long.
    let over = 1_000 + 2 * policy.attempts().decay_s();
    for (now, left) in [(1_001, 2), (over - 1, 2), (over, 0)] {
        other.sweep(now, 0, &policy).await.unwrap();
        assert_eq!(one.attempts(&subject).await.unwrap().len(), left, "at {now}");
    }
    assert!(one.attempts(&subject).await.unwrap().is_empty());
}

fn account(person: u8, keys: &str, old: Option<&AccountId>, replaces: bool) -> NewAccount {
    let digest = |byte| Digest::from_bytes([byte; 32]).to_string();
    // The type can be read, and not made: the crate's ceremony makes it.
    let value = serde_json::json!({
        "identity": digest(person), "keys": keys, "old_account": old.map(AccountId::as_str), "replaces": replaces,
        "application": digest(9), "signature": [1, 2],
    });
    serde_json::from_value(value).unwrap()
}

async fn nobody_has_two_accounts([one, other]: &Stores) {
    let race = async |accounts: Vec<NewAccount>| {
        let races = accounts.into_iter().enumerate().map(|(racer, account)| {
            let store = if racer % 2 == 0 { one.clone() } else { other.clone() };
            tokio::spawn(async move { store.open(&account).await.unwrap() })
        });
        let mut opened = Vec::new();
        for race in races.collect::<Vec<_>>() {
            opened.push(race.await.unwrap());
        }
        opened
    };
    let numbered = |count: usize, old: Option<&AccountId>| -> Vec<NewAccount> {
        (0..count).map(|n| account(1, &format!("keys-{n}-{}", old.is_some()), old, old.is_some())).collect()
    };
    let opened = race(numbered(RACERS, None)).await;
    let new: Vec<_> = opened.iter().filter_map(|o| if let Opening::Opened(id) = o { Some(id) } else { None }).collect();
    assert_eq!(new.len(), 1, "{opened:?}");
    let old = new[0].clone();
    // Of two renewals one gets through.
    let opened = race(numbered(RACERS, Some(&old))).await;
    let new: Vec<_> = opened.iter().filter_map(|o| if let Opening::Opened(id) = o { Some(id) } else { None }).collect();
    assert_eq!((new.len(), opened.iter().filter(|o| **o == Opening::OldAccountGone).count()), (1, RACERS - 1));
    assert!(one.find(&old).await.unwrap().is_none());
    let found = other.find(new[0]).await.unwrap().unwrap();
    assert_eq!(found.identity, Identity::from_digest(Digest::from_bytes([1; 32])));
    // A repeated request finds what the first one did; another person's account helps nobody.
    let again = account(1, found.keys.as_str(), Some(&old), true);
    assert_eq!(one.open(&again).await.unwrap(), Opening::Opened(found.id.clone()));
    assert_eq!(one.open(&account(2, "keys-x", Some(&found.id), true)).await.unwrap(), Opening::OldAccountGone);
    // A second account, where the first one's holder has confirmed it and keeps it.
    let beside = account(1, "keys-beside", Some(&found.id), false);
    assert!(matches!(one.open(&beside).await.unwrap(), Opening::Opened(_)));
    assert!(one.find(&found.id).await.unwrap().is_some());
    assert_eq!(KeyId::new("keys-beside").unwrap(), beside.keys);
}

async fn all(stores: Stores) {
    a_state_is_taken_further_once(&stores).await;
    codes_vaults_and_reports_go_with_their_ceremony(&stores).await;
    attempts_side_by_side_evade_no_lock(&stores).await;
    decayed_attempts_are_swept(&stores).await;
    nobody_has_two_accounts(&stores).await;
    stores[0].ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    let store: Arc<dyn Store> = Arc::new(Embedded::in_memory().unwrap());
    all([store.clone(), store]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn embedded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let store: Arc<dyn Store> = Arc::new(Embedded::open(&path).unwrap());
    assert!(Embedded::open(&path).is_err(), "one process has it");
    all([store.clone(), store]).await;
    let again = Embedded::open(&path).unwrap();
    assert_eq!(again.records(10).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let Some(server) = server::Server::start() else { return };
    let config = server.database("suite");
    let (one, other) = tokio::join!(Postgres::connect(&config, 4), Postgres::connect(&config, 4));
    all([Arc::new(one.unwrap()), Arc::new(other.unwrap())]).await;
}
