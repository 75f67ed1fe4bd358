//! A mock that keeps what it is asked.

use wiremock::{Match, Mock, MockServer, Request, ResponseTemplate};

/// Asked about every request before all others, and answers none.
struct Listener;

impl Match for Listener {
    fn matches(&self, request: &Request) -> bool {
        let url = &request.url;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{}{query}", url.path());
        crate::note(request.method.as_str(), &target, &request.headers, &request.body);
        false
    }
}

/// A mock in the place of AWS, whose calls are kept.
pub async fn mock_server() -> MockServer {
    let server = MockServer::start().await;
    let silent = Mock::given(Listener).respond_with(ResponseTemplate::new(500));
    silent.with_priority(1).mount(&server).await;
    server
}
