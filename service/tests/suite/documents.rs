//! Documents: what stands on them counts, and the form has to agree.

use super::client::Client;
use super::{config, page, service};
use selfsame::document::chip::Mrz;
use selfsame_service::{Config, Service};
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
