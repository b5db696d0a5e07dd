//! `face_template` and what reads its values, on photographs; each picture once.

use super::support::{ask, column, functions, table};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::object_store::memory::InMemory;
use datafusion::prelude::{SessionConfig, SessionContext};
use selfsame_datafusion::FaceFunctions;
use std::sync::Arc;

const PORTRAITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/portraits");

/// Three photographs, one of them twice, a text and nothing: four pictures to look at.
fn pictures() -> (FaceFunctions, SessionContext) {
    let functions = functions();
    let context = functions.session(SessionConfig::new().with_target_partitions(2));
    let read = |name: &str| Some(std::fs::read(format!("{PORTRAITS}/{name}")).unwrap());
    let rows = [
        (Some(1), read("obama.jpg")),
        (Some(2), read("biden.jpg")),
        (Some(3), Some(b"no picture".to_vec())),
        (Some(4), None),
        (Some(5), read("obama.jpg")),
        (Some(6), read("obama2.jpg")),
    ];
    table(&context, "pictures", "picture", &rows, 2);
    (functions, context)
}

#[tokio::test]
async fn a_value_says_what_the_picture_shows() {
    let (functions, context) = pictures();
    assert_eq!(functions.templated(), 0, "nothing is loaded to plan");
    let sql = "SELECT id, face_refusal(t), face_quality(t), face_model(t), face_template_bytes(t) IS NULL, t IS NULL \
               FROM (SELECT id, face_template(picture) AS t FROM pictures) ORDER BY id";
    let rows = ask(&context, sql).await.unwrap();
    assert_eq!(functions.templated(), 4);
    assert_eq!(column(&rows, 1), ["", "", "unsupported_format", "", "", ""]);
    let quality = column(&rows, 2);
    assert!(quality[0].parse::<u8>().unwrap() > 0 && quality[2].is_empty() && quality[0] == quality[4]);
    let model = functions.engine().unwrap().extractor().model_id().to_owned();
    assert_eq!(column(&rows, 3), [&model, &model, &model, "", &model, &model].map(|model| model.to_owned()));
    assert_eq!(column(&rows, 4), ["false", "false", "true", "true", "false", "false"]);
    assert_eq!(column(&rows, 5), ["false", "false", "false", "true", "false", "false"]);
}

#[tokio::test]
async fn no_plan_makes_a_template_twice() {
    let (_, context) = pictures();
    for (sql, count) in [
        // Several columns of one select.
        ("SELECT face_refusal(face_template(picture)), face_quality(face_template(picture)) FROM pictures", 6),
        // A filter that an optimiser would push below the projection.
        (
            "SELECT id, t FROM (SELECT id, face_template(picture) AS t FROM pictures) \
             WHERE face_refusal(t) IS NULL AND face_quality(t) > 0",
            4,
        ),
        ("SELECT face_template(picture) FROM pictures WHERE face_refusal(face_template(picture)) IS NULL", 5),
        // Two branches that run at the same time.
        ("SELECT face_template(picture) FROM pictures UNION ALL SELECT face_template(picture) FROM pictures", 12),
        (
            "WITH made AS (SELECT id, face_template(picture) AS t FROM pictures) \
             SELECT a.id, b.id, face_score(a.t, b.t) FROM made a, made b WHERE a.id < b.id",
            15,
        ),
        ("SELECT face_model(t), count(*) FROM (SELECT face_template(picture) AS t FROM pictures) GROUP BY 1", 2),
    ] {
        // The same session's pictures, and functions that remember nothing yet.
        let functions = functions();
        functions.register(&context);
        let rows = ask(&context, sql).await.unwrap();
        assert_eq!((rows.num_rows(), functions.templated()), (count, 4), "{sql}");
    }
}

#[tokio::test]
async fn duplicates_are_found_from_pictures_to_pairs() {
    let (functions, context) = pictures();
    ask(&context, "CREATE TABLE faces AS SELECT id, face_template(picture) AS face FROM pictures").await.unwrap();
    let sql = "SELECT id_a, id_b, score FROM face_pairs('faces', 'id', 'face', 'fmr', 1e-5) ORDER BY 1, 2";
    let rows = ask(&context, sql).await.unwrap();
    assert_eq!((column(&rows, 0).join(" "), column(&rows, 1).join(" ")), ("1 1 5".to_owned(), "5 6 6".to_owned()));
    let scores = "SELECT face_score(a.face, b.face) FROM faces a, faces b \
                  WHERE a.id < b.id AND a.id IN (1, 5) AND b.id IN (5, 6) ORDER BY a.id, b.id";
    assert_eq!(column(&ask(&context, scores).await.unwrap(), 0), column(&rows, 2), "the same bits");
    assert_eq!(functions.templated(), 4);
}

/// As S3 and its like are registered: by a URL of their own.
#[tokio::test]
async fn pictures_and_templates_may_lie_in_an_object_store() {
    let (functions, context) = pictures();
    let store = Arc::new(InMemory::new());
    let bucket = ObjectStoreUrl::parse("memory://bucket").unwrap();
    context.register_object_store(bucket.as_ref(), store);
    ask(&context, "COPY pictures TO 'memory://bucket/pictures/' STORED AS PARQUET").await.unwrap();
    let external = |name| format!("CREATE EXTERNAL TABLE {name} STORED AS PARQUET LOCATION 'memory://bucket/{name}/'");
    ask(&context, "DROP TABLE pictures").await.unwrap();
    ask(&context, &external("pictures")).await.unwrap();
    let made = "SELECT id, face_template(picture) AS face FROM pictures";
    ask(&context, &format!("COPY ({made}) TO 'memory://bucket/faces/' STORED AS PARQUET")).await.unwrap();
    ask(&context, &external("faces")).await.unwrap();
    let sql = "SELECT id_a, id_b FROM face_pairs('faces', 'id', 'face', 'fmr', 1e-5) ORDER BY 1, 2";
    let rows = ask(&context, sql).await.unwrap();
    assert_eq!((column(&rows, 0).join(" "), column(&rows, 1).join(" ")), ("1 1 5".to_owned(), "5 6 6".to_owned()));
    assert_eq!(functions.templated(), 4);
}
