//! Accounts: one person has one, and what was true at the beginning is asked again at the end.

use super::*;
use Kind::{NewRegistration, Renewal};
use Method::Biometrics;

#[test]
fn an_old_account_that_changes_hands_or_goes_ends_the_ceremony() {
    let mut office = Office::new(10);
    let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
    let token = office.token(&state);
    let mut account = office.registry.find(&old_account()).now().unwrap().unwrap();
    account.identity = person("Al");
    office.registry.insert(account);
    assert_eq!(end(state.confirm(&token, &mut office.ctx()).now()), End::IdentityMismatch);
    let mut office = Office::new(10);
    let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
    office.registry.remove(&old_account());
    assert_eq!(end(state.confirm(&token, &mut office.ctx()).now()), End::OldAccountGone);
}

#[test]
fn of_two_renewals_one_gets_through() {
    let mut office = Office::new(70);
    let (first, second) =
        (office.reach(Phase::Signature, Renewal, Biometrics), office.reach(Phase::Signature, Renewal, Biometrics));
    let enrolled = state!(office.advance(first), Enrolled);
    let over = state!(office.advance(second), Terminated);
    assert_eq!(over.reason(), End::OldAccountGone);
    let accounts = office.registry.accounts();
    assert_eq!((accounts.len(), &accounts[0].id), (1, enrolled.id()));
}

#[test]
fn an_account_that_is_revoked_meanwhile_stops_its_renewal() {
    let mut office = Office::new(71);
    let signature = office.reach(Phase::Signature, Renewal, Biometrics);
    office.registry.remove(&old_account());
    assert_eq!(state!(office.advance(signature), Terminated).reason(), End::OldAccountGone);
    assert!(office.registry.accounts().is_empty());
}

#[test]
fn one_person_opens_one_account() {
    let mut office = Office::new(72);
    let reach = |office: &mut Office| office.reach(Phase::Signature, NewRegistration, Biometrics);
    let (first, second) = (reach(&mut office), reach(&mut office));
    assert_eq!(office.advance(first).phase(), Phase::Enrolled);
    assert_eq!(state!(office.advance(second), Terminated).reason(), End::AlreadyEnrolled);
    assert_eq!(office.registry.accounts().len(), 1);
}

#[test]
fn a_request_that_is_repeated_after_a_crash_finds_the_account() {
    let mut office = Office::new(73);
    let key = SealKey::from_bytes(1, &[1; 32]);
    let signature = office.reach(Phase::Signature, Renewal, Biometrics);
    let stored = signature.seal(&key, b"", 600, &mut office.ctx()).unwrap().bytes;
    let open = || Ceremony::open(&stored, [&key], b"", START).unwrap();
    let lost = state!(office.advance(open()), Enrolled);
    let again = state!(office.advance(open()), Enrolled);
    assert_eq!((lost.id(), lost.signature()), (again.id(), again.signature()));
    assert_eq!(office.registry.accounts().len(), 1);
}

#[test]
fn proofing_alone_needs_no_accounts_and_no_keys() {
    let mut office = Office::new(74);
    let mut ceremony = office.begin(NewRegistration, Biometrics);
    while ceremony.phase() != Phase::Comparison {
        ceremony = office.advance(ceremony);
    }
    let comparison = state!(ceremony, Comparison);
    let evidence = office.comparison(comparison.nonce());
    let ctx = &mut Context { registry: &NoPort, keys: &NoPort, ..office.ctx() };
    let proofed = state!(Ceremony::from(comparison.matched(&evidence, ctx).now().unwrap()), Proofed);
    assert_eq!((proofed.identity(), proofed.document_key()), (identity(), key()));
    assert_eq!(proofed.proofing(), proofed.audit().digest());
}

#[test]
fn the_last_steps_run_on_the_device() {
    let mut office = Office::new(75);
    let proofed = state!(office.reach(Phase::Proofed, Renewal, Biometrics), Proofed);
    let (device, proofing) = (DeviceKey::from_bytes(&[6; 32]), proofed.proofing());
    let (awaiting, bytes) = proofed.hand_over(&device, b"", 600, &mut office.ctx()).unwrap();
    let refused = |key: &DeviceKey, data: &[u8], office: &mut Office| {
        Awaiting::on_device(&bytes, key, data, &office.ctx()).unwrap_err().kind()
    };
    assert_eq!(refused(&DeviceKey::from_bytes(&[7; 32]), b"", &mut office), crate::error::ErrorKind::Tampered);
    assert_eq!(refused(&device, b"other", &mut office), crate::error::ErrorKind::Tampered);
    let signed = office.device_signs(&device, &bytes).unwrap();
    let Step::Retry(awaiting, told) = ({
        let wrong = DeviceSignature { signature: vec![0; 32], ..signed.clone() };
        awaiting.signed_on_device(wrong, &mut office.ctx()).now().unwrap()
    }) else {
        panic!("it is not valid")
    };
    assert_eq!(told, [SetbackReason::SignatureInvalid]);
    assert_eq!(awaiting.audit().proofing().unwrap().digest(), proofing, "what was signed can be shown");
    let Step::Next(enrolled) = awaiting.signed_on_device(signed.clone(), &mut office.ctx()).now().unwrap() else {
        panic!("it is valid")
    };
    assert_eq!((enrolled.keys(), enrolled.replaced()), (&signed.keys, Some(&old_account())));
}

#[test]
fn the_signature_covers_the_audit() {
    let mut office = Office::new(76);
    let enrolled = state!(office.reach(Phase::Enrolled, Renewal, Biometrics), Enrolled);
    let proofing = enrolled.audit().proofing().unwrap();
    let parts = [proofing.digest().as_bytes().to_vec(), enrolled.keys().as_str().as_bytes().to_vec()];
    let signed = Digest::of_parts("selfsame enrolment application 2", parts.iter().map(Vec::as_slice));
    assert_eq!(enrolled.application(), signed);
    let json = serde_json::to_value(&proofing).unwrap();
    let measures: Vec<_> = json["records"].as_array().unwrap().iter().map(|record| &record["measure"]).collect();
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json["records"][0]["policy"], Policy::default().digest().to_string());
    assert_eq!(measures[1]["document"]["document"], office.document.to_string());
    assert_eq!(measures[3]["challenge"]["challenge"], CHALLENGE.to_string());
    assert_eq!(measures[4]["liveness"]["capture"], office.capture.to_string());
    assert_eq!(measures[5]["match"]["model"], "networks");
    assert_eq!(measures[5]["match"]["calibration"], Digest::of(b"calibration").to_string());
    let mut changed = proofing.clone();
    changed.records[4].at += 1;
    assert_ne!(changed.digest(), proofing.digest());
}
