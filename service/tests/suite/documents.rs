//! Documents: what stands on them counts, and the form has to agree.

use super::client::Client;
use super::{chip, config, page, service};
use selfsame::document::DocumentDemand;
use selfsame::document::chip::Mrz;
use selfsame_service::{Config, Documents, Service};
use serde_json::Value;

/// A client that has filled a form about a page's holder, with another name or birth if given.
async fn filled(service: &Service, mrz: &Mrz, number: &str, name: Option<&str>) -> Client {
    let mut client = Client::new(service.address());
    client.issuing_state = mrz.issuing_state().to_owned();
    client.begin("new_registration", "biometrics", number).await.unwrap();
    let own = format!("{} {}", mrz.given_names(), mrz.surname());
    // Unknown parts are not compared.
    let born = mrz.birth_before(1_790_000_000).map_or_else(|| "1984-03-15".to_owned(), |day| day.to_string());
    client.form_of(name.unwrap_or(&own), &born, None).await.unwrap();
    client
}

fn reasons(step: &Value) -> Vec<&str> {
    let reasons = step["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason["word"].as_str().or(reason["code"].as_str()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photographed_page_is_the_one_that_the_form_names() {
    let service = service(config()).await;
    let page = page::with_zone();
    let mrz = page.mrz.unwrap();
    let client = filled(&service, &mrz, mrz.number(), None).await;
    assert_eq!(client.document("page", &page.jpeg).await.unwrap().1["phase"], "instructions");

    let client = filled(&service, &mrz, mrz.number(), Some("Somebody Else")).await;
    let (_, step) = client.document("page", &page.jpeg).await.unwrap();
    assert_eq!((&step["phase"], reasons(&step)), (&"document".into(), vec!["name_differs"]), "{step}");
    let client = filled(&service, &mrz, "ZZ0000001", None).await;
    let (_, step) = client.document("page", &page.jpeg).await.unwrap();
    assert_eq!((&step["phase"], reasons(&step)), (&"document".into(), vec!["other_document"]), "{step}");
    service.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_zone_is_taken_where_that_is_configured() {
    let (page, other) = (page::without_zone(), page::with_zone().mrz.unwrap());
    for pages_without_zone in [false, true] {
        let mut config: Config = config();
        config.pages_without_zone = pages_without_zone;
        let service = service(config).await;
        let client = filled(&service, &other, "AB1234567", None).await;
        let (_, step) = client.document("page", &page.jpeg).await.unwrap();
        if pages_without_zone {
            assert_eq!(step["phase"], "instructions", "{step}");
        } else {
            assert_eq!((&step["phase"], reasons(&step).len()), (&"document".into(), 1), "{step}");
            assert!(reasons(&step)[0].starts_with("zone_"), "{step}");
        }
        service.close().await;
    }
}

/// A service that believes the chip's authority, demands its answers, and reads a list of revoked
/// signers.
fn demanding(folder: &std::path::Path) -> Config {
    let mut config = config();
    config.documents = Documents::Authentic;
    config.document_demands = vec![DocumentDemand::Original, DocumentDemand::NotRevoked];
    for (name, bytes) in [("anchor", chip::file("csca.der")), ("list", chip::file("crl.der"))] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    (config.anchors, config.revocation_lists) = (Some(folder.join("anchor")), Some(folder.join("list")));
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chip_answers_and_a_copy_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(demanding(folder.path())).await;
    let names = ["dg1", "dg2", "dg14", "dg15"];
    let mut files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (*name, chip::file(name))).collect();
    files.push(("sod", chip::file("sod-good")));
    let with = |more: &[(&'static str, Vec<u8>)]| [files.clone(), more.to_vec()].concat();
    let send = async |client: &Client, path: &str, files: &[(&str, Vec<u8>)]| {
        let parts: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let (status, step) = client.parts(path, &parts).await.unwrap();
        assert_eq!(status, 200, "{step}");
        step
    };
    let (document, challenge) = ("/api/v1/document", "/api/v1/document/challenge");
    let mrz = Mrz::parse(&files[0].1[5..]).unwrap();
    let refused =
        |step: &Value, word: &str| assert_eq!((&step["phase"], reasons(step)[0]), (&"document".into(), word), "{step}");

    // Each way by itself, and both.
    for which in [&["active"][..], &["agreement"], &["active", "agreement"]] {
        let client = filled(&service, &mrz, mrz.number(), None).await;
        let asked = send(&client, challenge, &files).await["chip_challenge"].take();
        assert_eq!(client.get("/api/v1/step").await.unwrap().1["chip_challenge"]["active"], asked["active"]);
        let answers: Vec<(&str, Vec<u8>)> = which
            .iter()
            .map(|way| match *way {
                "active" => ("active_answer", chip::active(&asked)),
                _ => ("agreement_answer", chip::agreement(&asked)),
            })
            .collect();
        let step = send(&client, document, &with(&answers)).await;
        assert_eq!(step["phase"], "instructions", "{which:?}: {step}");
    }

    // A copy has the files. Answers count once, and for the session that asked.
    let mut client = filled(&service, &mrz, mrz.number(), None).await;
    client.device = None;
    refused(&send(&client, document, &files).await, "document_not_original");
    let asked = send(&client, challenge, &files).await["chip_challenge"].take();
    let mut wrong = chip::active(&asked);
    wrong[0] ^= 1;
    refused(&send(&client, document, &with(&[("active_answer", wrong)])).await, "answer_invalid");
    let client = filled(&service, &mrz, mrz.number(), None).await;
    let own = send(&client, challenge, &files).await["chip_challenge"].take();
    refused(&send(&client, document, &with(&[("agreement_answer", chip::agreement(&asked))])).await, "answer_invalid");
    refused(&send(&client, document, &with(&[("active_answer", chip::active(&own))])).await, "chip_not_asked");
    service.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_a_revoked_signer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let service = service(demanding(folder.path())).await;
    let dg1 = chip::file("dg1");
    let mrz = Mrz::parse(&dg1[5..]).unwrap();
    let client = filled(&service, &mrz, mrz.number(), None).await;
    let (sod, dg2) = (chip::file("sod-revoked"), chip::file("dg2"));
    let parts: [(&str, &[u8]); 3] = [("sod", &sod), ("dg1", &dg1), ("dg2", &dg2)];
    for path in ["/api/v1/document/challenge", "/api/v1/document"] {
        let (_, step) = client.parts(path, &parts).await.unwrap();
        assert_eq!(reasons(&step), ["signer_revoked"], "{path}: {step}");
    }
    service.close().await;
}
