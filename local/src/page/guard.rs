//! Who may ask: a browser that is shown this very page, under one of its two names.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};

use super::routes::problem;

/// Nothing but what this server has; the script gets no text onto the page as markup anyway.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The names under which a server on loopback is asked for. Any other in the `Host` header was made
/// to lead here by whoever owns it.
#[derive(Clone)]
struct Names([String; 2]);

/// Puts the guard before all routes.
pub(super) fn guarded(routes: Router, port: u16) -> Router {
    let names = Names([format!("127.0.0.1:{port}"), format!("localhost:{port}")]);
    routes.layer(middleware::from_fn_with_state(names, admit))
}

async fn admit(State(names): State<Names>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&names, request.method(), request.headers()) {
        Some(text) => problem(StatusCode::FORBIDDEN, &text),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        // A route may say something else of itself.
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Why the request is not answered. Whatever changes something must come from the page: browsers
/// name the origin of every such request, and no script of another one can set that header.
fn refusal(Names(names): &Names, method: &Method, headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(host) = text(header::HOST).filter(|host| names.iter().any(|name| name == host)) else {
        return Some(format!("This page answers as {} only.", names.join(" and ")));
    };
    let reads = method == Method::GET || method == Method::HEAD;
    let own = text(header::ORIGIN).is_some_and(|origin| origin == format!("http://{host}"));
    (!reads && !own).then(|| "Buttons work on the page itself only.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(method: &Method, sent: &[(HeaderName, &str)]) -> Option<String> {
        let names = Names(["127.0.0.1:7".to_owned(), "localhost:7".to_owned()]);
        let sent = sent.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        refusal(&names, method, &sent.collect())
    }

    #[test]
    fn the_page_is_shown_under_its_own_names_only() {
        for (host, shown) in [
            ("127.0.0.1:7", true),
            ("localhost:7", true),
            ("127.0.0.1:8", false),
            ("127.0.0.1", false),
            ("elsewhere.example:7", false),
            ("localhost:7.elsewhere.example", false),
        ] {
            assert_eq!(refused(&Method::GET, &[(header::HOST, host)]).is_none(), shown, "{host}");
        }
        assert!(refused(&Method::GET, &[]).is_some());
    }

    #[test]
    fn a_button_can_be_pressed_on_the_page_only() {
        let host = (header::HOST, "127.0.0.1:7");
        let press = |origin| refused(&Method::POST, &[host.clone(), (header::ORIGIN, origin)]);
        assert_eq!(press("http://127.0.0.1:7"), None);
        for origin in [
            "null",
            "http://localhost:7",
            "http://127.0.0.1:8",
            "https://127.0.0.1:7",
            "http://elsewhere.example",
        ] {
            assert!(press(origin).is_some(), "{origin}");
        }
        assert!(refused(&Method::POST, std::slice::from_ref(&host)).is_some());
        assert!(refused(&Method::DELETE, &[host]).is_some());
    }
}
