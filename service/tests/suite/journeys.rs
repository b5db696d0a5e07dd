use super::camera::{Camera, portrait};
use super::client::{Client, Keys, call};
use super::{config, service};
use selfsame::Engine;
use selfsame_lab::simulate::Species;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_registers_and_renews() {
    let camera = Camera::new(&Engine::new().unwrap(), "obama2.jpg", Species::Live, 7);
    let service = service(config()).await;
    let document = portrait("obama.jpg");
    let mut client = Client::new(service.address());

    let step = client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    assert_eq!((&step["phase"], &step["needs_old_account"]), (&"form".into(), &false.into()));
    let step = client.to_the_oval("Jo Example", None, &document).await.unwrap();
    assert_eq!(step["phase"], "oval");
    let step = client.live_face(&camera).await.unwrap();
    assert_eq!(step["phase"], "on_device", "{step}");
    assert_eq!(client.get("/api/v1/step").await.unwrap().1, step, "a page that is loaded again sees the same");
    // Another's keys do not sign.
    let (old_keys, stranger) = (Keys::numbered(1), Keys::numbered(2));
    let wrong = json!({ "keys": old_keys.name(), "signature": "AAAA" });
    let again = client.step("/api/v1/signature", wrong).await.unwrap();
    assert_eq!(again["reasons"][0]["code"], "signature_invalid");
    let enrolled = client.sign(&step, &old_keys).await.unwrap();
    assert_eq!(enrolled["phase"], "enrolled", "{enrolled}");
    let old_account = enrolled["account"].as_str().unwrap().to_owned();
    // What is over stays over.
    assert_eq!(client.post("/api/v1/signature", json!({ "keys": "p256.a.b", "signature": "" })).await.unwrap().0, 409);

    // The same person renews, with the old account on another device.
    let step = client.begin("renewal", "biometrics", "AB1234567").await.unwrap();
    assert_eq!(step["needs_old_account"], true);
    let step = client.form("Jo Example", Some("account-of-nobody")).await.unwrap();
    assert_eq!(step["reasons"][0]["code"], "old_account_unknown");
    client.to_the_oval("Jo  example", Some(&old_account), &document).await.unwrap();
    let step = client.live_face(&camera).await.unwrap();
    assert_eq!((&step["phase"], &step["old_account"]), (&"confirmation".into(), &old_account.clone().into()), "{step}");
    let code = step["code"].as_str().unwrap();
    let (status, answer) = client.confirm(code, &stranger).await.unwrap();
    assert_eq!((status, &answer["outcome"]), (200, &"again".into()));
    let (_, answer) = client.confirm(&code.to_lowercase(), &old_keys).await.unwrap();
    assert_eq!(answer["outcome"], "confirmed");
    assert_eq!(client.confirm(code, &old_keys).await.unwrap().0, 404, "a code counts once");
    let step = client.step("/api/v1/consent", json!({ "account": old_account })).await.unwrap();
    assert_eq!(step["phase"], "on_device");
    let enrolled = client.sign(&step, &Keys::numbered(3)).await.unwrap();
    assert_eq!(enrolled["replaced"], old_account.as_str());

    // Only the new account exists.
    client.begin("renewal", "biometrics", "AB1234567").await.unwrap();
    let step = client.form("Jo Example", Some(&old_account)).await.unwrap();
    assert_eq!(step["reasons"][0]["code"], "old_account_unknown");

    // The operator sees all three, and what was measured.
    let operator = service.operator_address();
    let get = |path: String| async move { call(operator, "GET", &path, "operator", "", "").await.unwrap() };
    let (_, listed) = get("/operator/api/sessions".to_owned()).await;
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 3);
    let done = listed["sessions"].as_array().unwrap().iter().find(|session| session["phase"] == "enrolled").unwrap();
    let (_, one) = get(format!("/operator/api/sessions/{}", done["id"].as_str().unwrap())).await;
    assert_eq!(one["reports"].as_array().unwrap().last().unwrap()["report"]["verdict"], "live");
    assert!(!one.to_string().contains("Example"), "no names");
    service.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pulls_back_may_begin_anew_a_few_times() {
    let camera = Camera::new(&Engine::new().unwrap(), "obama2.jpg", Species::Live, 7);
    let mut config = config();
    config.ceremony.pull_backs = 1;
    let service = service(config).await;
    let mut client = Client::new(service.address());
    client.pulls_back = true;
    client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    client.to_the_oval("Jo Example", None, &portrait("obama.jpg")).await.unwrap();
    let (step, _) = client.face(&camera).await.unwrap();
    assert_eq!((&step["phase"], &step["advice"]), (&"oval".into(), &json!(["hold_still"])), "{step}");
    let (step, _) = client.face(&camera).await.unwrap();
    assert_eq!((&step["phase"], &step["end"]["code"]), (&"terminated".into(), &"locked".into()), "{step}");
    service.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_print_is_refused_and_locks_the_device() {
    let camera = Camera::new(&Engine::new().unwrap(), "obama2.jpg", Species::PrintFlat, 7);
    let service = service(config()).await;
    let mut client = Client::new(service.address());
    client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    client.to_the_oval("Jo Example", None, &portrait("obama.jpg")).await.unwrap();
    for attempt in 1..=3 {
        let (step, _) = client.face(&camera).await.unwrap();
        if attempt < 3 {
            assert_eq!((&step["phase"], &step["reasons"]), (&"oval".into(), &json!([])), "{step}");
            assert!(!step["advice"].as_array().unwrap().is_empty());
        } else {
            assert_eq!((&step["phase"], &step["end"]["code"]), (&"terminated".into(), &"locked".into()), "{step}");
        }
    }
    let step = client.begin("new_registration", "biometrics", "AB1234568").await.unwrap();
    assert_eq!(step["end"]["code"], "locked", "the device is known again");
    client.device = None;
    let step = client.begin("new_registration", "biometrics", "AB1234567").await.unwrap();
    assert_eq!(step["phase"], "form", "a picture of a document locks nobody else");
    service.close().await;
}
