//! A readable page of an authenticated chip.

use super::group::{hex, print};
use crate::say;
use selfsame::document::chip::{
    AuthenticDocument, Certificate, ChipError, DocumentDetails, PersonalDetails, SecurityInfos,
};
use selfsame::document::{DocumentDemand, DocumentPhoto};
use serde_json::{Value, json};

/// The order of a page's lines.
const ORDER: [&str; 21] = [
    "decision",
    "code",
    "state",
    "number",
    "surname",
    "given_names",
    "nationality",
    "born",
    "expires",
    "expired",
    "format",
    "wrong_digits",
    "details",
    "portrait",
    "groups",
    "hash",
    "signer",
    "links",
    "anchor",
    "revocation",
    "remarks",
];

/// What an authenticated document holds and rests on, as lines or JSON.
pub(super) fn show(document: &AuthenticDocument<'_>, at: u64, as_json: bool) {
    let (mrz, chip) = (document.mrz(), document.chip());
    let words = |remarks: Vec<String>| json!(remarks);
    let report = json!({
        "decision": "authentic",
        "format": mrz.format().as_str(),
        "code": mrz.document_code(),
        "state": mrz.issuing_state(),
        "number": mrz.number(),
        "surname": mrz.surname(),
        "given_names": mrz.given_names(),
        "nationality": mrz.nationality(),
        "born": document.date_of_birth().map(|day| day.to_string()),
        "expires": mrz.expiry().map(|day| day.to_string()),
        "expired": mrz.has_expired(at),
        "wrong_digits": words(mrz.wrong_digits().iter().map(|digit| digit.as_str().to_owned()).collect()),
        "details": details(document),
        "groups": chip.groups().collect::<Vec<_>>(),
        "hash": chip.hash().as_str(),
        "revocation": chip.revocation().as_str(),
        "signer": certificate(chip.signer()),
        "links": chip.links(),
        "anchor": certificate(chip.anchor()),
        "remarks": words(chip.remarks().iter().map(|remark| remark.as_str().to_owned()).collect()),
        "portrait": portrait(document.photo()),
    });
    if as_json {
        say!("{report:#}");
    } else {
        // First what it came to, then who it is, and what that rests on.
        for name in ORDER {
            print(&json!({ name: report.get(name) }), "");
        }
    }
}

/// Why a chip is not authentic.
pub(super) fn refuse(error: &ChipError, as_json: bool) {
    let file = error.file().map(|file| file.to_string());
    if as_json {
        let reason = error.reason().as_str();
        say!("{:#}", json!({ "decision": "refused", "reason": reason, "file": file, "message": error.to_string() }));
    } else {
        say!("{:<14} refused", "decision");
        say!("{:<14} {}", "reason", error.reason().as_str());
        say!("{:<14} {error}", "message");
    }
}

fn certificate(certificate: &Certificate) -> Value {
    json!({
        "country": certificate.country().map(|code| String::from_utf8_lossy(&code).into_owned()),
        "serial": hex(certificate.serial()),
        "sha256": hex(&certificate.fingerprint()),
    })
}

fn portrait(photo: &DocumentPhoto) -> Value {
    json!({
        "origin": photo.origin().as_str(),
        "pixels": format!("{} × {}", photo.photo().width(), photo.photo().height()),
        "original": photo.standing().meets(DocumentDemand::Original, photo.origin()),
    })
}

/// What data groups 11, 12 and 14 add, where they are there and can be read.
fn details(document: &AuthenticDocument<'_>) -> Value {
    let group = |number| document.chip().group(number).ok();
    let personal = group(11).and_then(|bytes| PersonalDetails::read(bytes).ok());
    let issued = group(12).and_then(|bytes| DocumentDetails::read(bytes).ok());
    let infos = group(14).and_then(|bytes| SecurityInfos::read(bytes).ok());
    json!({
        "full_name": personal.as_ref().and_then(PersonalDetails::full_name),
        "personal_number": personal.as_ref().and_then(PersonalDetails::personal_number),
        "place_of_birth": personal.as_ref().and_then(PersonalDetails::place_of_birth),
        "issued_by": issued.as_ref().and_then(DocumentDetails::issuing_authority),
        "issued": issued.as_ref().and_then(DocumentDetails::date_of_issue).map(|day| day.to_string()),
        "protocols": infos.map(|infos| infos.entries().len()),
    })
}
