//! The page over HTTP: its three files, the look that it repeats, its buttons, the report.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use serde_json::{Value, json};

use super::{
    Page,
    action::{Action, Refused},
    guard::guarded,
    look::{REPORT, look},
};
use crate::{catalog, failure::Failure};

/// The report is somebody else's text, so it is shown as if it came from nowhere: its script can
/// neither press a button here nor fetch anything.
const REPORT_POLICY: &str = "sandbox allow-scripts allow-modals; default-src 'none'; \
     script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

/// All routes of the page, behind its guard.
pub(super) fn router(page: Page, port: u16) -> Router {
    let routes = Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("page.html")))
        .route("/page.css", file("text/css; charset=utf-8", include_str!("page.css")))
        .route("/page.js", file("text/javascript; charset=utf-8", include_str!("page.js")))
        .route("/look", get(show))
        .route("/report", get(report))
        .route("/agreements/{id}/{action}", post(press))
        .route("/feed/read", post(read_feed))
        .fallback(async || problem(StatusCode::NOT_FOUND, "There is no such page."))
        .with_state(page);
    guarded(routes, port)
}

fn file(kind: &'static str, content: &'static str) -> MethodRouter<Page> {
    get(async move || ([(header::CONTENT_TYPE, kind)], content))
}

async fn show(State(page): State<Page>) -> Response {
    match Box::pin(look(&page.catalog, &page.world)).await {
        Ok(shown) => json(StatusCode::OK, &shown),
        Err(failure) => broken(&failure),
    }
}

async fn report(State(page): State<Page>) -> Response {
    match page.world.object(REPORT).await {
        Ok(Some(html)) => {
            let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
            ([kind, (header::CONTENT_SECURITY_POLICY, REPORT_POLICY)], html).into_response()
        }
        Ok(None) => problem(StatusCode::NOT_FOUND, "There is no report yet."),
        Err(failure) => broken(&failure),
    }
}

/// Does what a button says, and answers with what was done and the events that came of it.
async fn press(
    State(page): State<Page>,
    Path((id, action)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let Some(action) = Action::at(&action) else {
        return problem(StatusCode::NOT_FOUND, &format!("There is no button {action}."));
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let before = page.catalog.events().len();
    match action.carry_out(&page.catalog, &id, &body, &catalog::today()) {
        Ok(done) => {
            let events = page.catalog.events();
            let news = events.get(before..).unwrap_or_default();
            let names: Vec<&str> = news.iter().filter_map(name).collect();
            json(StatusCode::OK, &json!({ "done": done, "events": names }))
        }
        Err(Refused::Unknown(text)) => problem(StatusCode::NOT_FOUND, &text),
        Err(Refused::Unusable(text)) => problem(StatusCode::BAD_REQUEST, &text),
        Err(Refused::NotNow(text)) => problem(StatusCode::CONFLICT, &text),
    }
}

/// Spares a person the wait for the schedule.
async fn read_feed(State(page): State<Page>) -> Response {
    let done = match page.world.aws.invoke(&page.world.outputs.poll_feed).await {
        Ok(Some(())) => "poll_feed has read the feed.",
        Ok(None) => "poll_feed is reading the feed already.",
        Err(failure) => return broken(&failure),
    };
    json(StatusCode::OK, &json!({ "done": done, "events": [] }))
}

/// `AccessActivated` of `com.datamesh-manager.events.AccessActivatedEvent`.
fn name(event: &Value) -> Option<&str> {
    event.get("type")?.as_str()?.rsplit('.').next()?.strip_suffix("Event")
}

fn json(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// An answer that is none, in words for the person in front of the page.
pub(super) fn problem(status: StatusCode, text: &str) -> Response {
    json(status, &json!({ "error": text }))
}

fn broken(failure: &Failure) -> Response {
    problem(StatusCode::BAD_GATEWAY, &failure.report())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use reqwest::{Method, Response};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{
        aws::Aws,
        catalog::{Catalog, Generation},
        demo::{self, world::World},
        deploy::Outputs,
    };

    const APPROVE: &str = "/agreements/urn%3Aaccess%3Astock-for-churn/approve";

    struct Browser {
        base: String,
        http: reqwest::Client,
        catalog: Catalog,
    }

    impl Browser {
        /// Shows a page whose emulator does not answer.
        async fn start() -> Self {
            let catalog = Catalog::new(Generation::Access, "key");
            demo::fill(&catalog);
            let names = [
                "bucket_name",
                "queue_url",
                "dead_letter_queue_url",
                "poll_feed_function_name",
                "manage_iam_policies_function_name",
                "reconcile_function_name",
                "grants_prefix",
            ];
            let outputs = names.map(|name| (name.to_owned(), json!({ "value": "nowhere" })));
            let outputs = Outputs::read(Value::Object(outputs.into_iter().collect())).unwrap();
            let aws = Arc::new(Aws::at("http://127.0.0.1:9").unwrap());
            let world = World { aws, outputs: Arc::new(outputs) };
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let routes = router(Page { catalog: catalog.clone(), world }, address.port());
            tokio::spawn(async move { axum::serve(listener, routes).await });
            let (base, http) = (format!("http://{address}"), crate::http::client().unwrap());
            Self { base, http, catalog }
        }

        async fn get(&self, path: &str) -> Response {
            self.http.get(format!("{}{path}", self.base)).send().await.unwrap()
        }

        async fn press(&self, path: &str, origin: &str) -> Response {
            let request = self.http.request(Method::POST, format!("{}{path}", self.base));
            request.header("origin", origin).send().await.unwrap()
        }
    }

    async fn body(response: Response) -> Value {
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn the_page_comes_with_a_policy_that_lets_nothing_else_in() {
        let browser = Browser::start().await;
        for (path, kind) in [("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/j")]
        {
            let file = browser.get(path).await;
            assert_eq!(file.status(), 200);
            assert!(file.headers()["content-type"].to_str().unwrap().starts_with(kind));
            let policy = file.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none';"));
            assert!(!policy.contains("unsafe"), "{policy}");
        }
    }

    #[tokio::test]
    async fn a_button_answers_with_what_was_done_and_the_events_that_came_of_it() {
        let browser = Browser::start().await;
        let answer = body(browser.press(APPROVE, &browser.base).await).await;
        assert_eq!(answer["done"], "urn:access:stock-for-churn is now approved and active.");
        assert_eq!(answer["events"], json!(["AccessApproved", "AccessActivated"]));
    }

    #[tokio::test]
    async fn a_button_pressed_from_elsewhere_changes_nothing() {
        let browser = Browser::start().await;
        let before = browser.catalog.events().len();
        let refused = browser.press(APPROVE, "http://elsewhere.example").await;
        assert_eq!(refused.status(), 403);
        assert_eq!(body(refused).await["error"], "Buttons work on the page itself only.");
        assert_eq!(browser.catalog.events().len(), before);
    }

    #[tokio::test]
    async fn a_button_that_cannot_be_pressed_answers_why() {
        let browser = Browser::start().await;
        for (path, status) in [
            ("/agreements/nothing/end", 404),
            ("/agreements/orders-for-churn/explode", 404),
            ("/agreements/orders-for-churn/end", 409),
            ("/agreements/orders-for-churn/role", 400),
        ] {
            let answer = browser.press(path, &browser.base).await;
            assert_eq!(answer.status(), status, "{path}");
            assert!(body(answer).await["error"].is_string());
        }
    }

    #[tokio::test]
    async fn what_cannot_be_looked_at_is_said() {
        let browser = Browser::start().await;
        for path in ["/look", "/report"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status(), 502, "{path}");
            let error = body(answer).await["error"].as_str().unwrap().to_owned();
            assert!(error.contains("not readable") && error.contains("because:"), "{error}");
        }
    }
}
