//! What a browser makes of the page, whatever text the catalog and IAM hold.

mod report_of;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;
use report::Report;
use report_of::report_of;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Everything the templates write. What is not listed came from a value.
const ELEMENTS: [&str; 48] = [
    "a", "b", "body", "br", "code", "dd", "desc", "details", "div", "dl", "dt", "footer", "h1",
    "h2", "head", "header", "html", "i", "input", "kbd", "label", "li", "main", "meta", "nav",
    "output", "p", "path", "rect", "script", "section", "small", "span", "strong", "style",
    "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "time", "title", "tr", "ul",
    "wbr",
];

const ATTRIBUTES: [&str; 37] = [
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "aria-live",
    "aria-sort",
    "autocapitalize",
    "autocomplete",
    "charset",
    "class",
    "content",
    "d",
    "data-by",
    "data-key",
    "data-page",
    "data-policy-prefix",
    "data-things",
    "datetime",
    "for",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "placeholder",
    "preserveAspectRatio",
    "role",
    "rx",
    "scope",
    "spellcheck",
    "stroke-width",
    "tabindex",
    "type",
    "viewBox",
    "width",
    "x",
    "y",
];

/// A page as a browser understands it.
#[derive(Default)]
struct Seen {
    elements: Vec<String>,
    /// Names and values.
    attributes: Vec<(String, String)>,
    text: String,
    scripts: Vec<String>,
    styles: Vec<String>,
    errors: Vec<String>,
}

fn seen(html: &str) -> Seen {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
    let mut seen = Seen { errors, ..Seen::default() };
    visit(&dom.document, &mut seen);
    seen
}

fn visit(node: &Handle, seen: &mut Seen) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            seen.elements.push(name.local.to_string());
            for attribute in attrs.borrow().iter() {
                seen.attributes
                    .push((attribute.name.local.to_string(), attribute.value.to_string()));
            }
            match &*name.local {
                "script" => seen.scripts.push(content(node)),
                "style" => seen.styles.push(content(node)),
                _ => node.children.borrow().iter().for_each(|child| visit(child, seen)),
            }
        }
        NodeData::Text { contents } => seen.text.push_str(&contents.borrow()),
        NodeData::Document
        | NodeData::Doctype { .. }
        | NodeData::Comment { .. }
        | NodeData::ProcessingInstruction { .. } => {
            node.children.borrow().iter().for_each(|child| visit(child, seen));
        }
    }
}

fn content(node: &Handle) -> String {
    let mut text = Seen::default();
    node.children.borrow().iter().for_each(|child| visit(child, &mut text));
    text.text
}

#[expect(clippy::unwrap_used, reason = "a page that cannot be written is a failure of each test")]
fn page(texts: &[String]) -> Seen {
    seen(&report_of(texts).to_html().unwrap())
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

#[test]
fn the_content_security_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() {
    let page = page(&[]);
    let policy = page.attributes.iter().find(|(_, value)| value.starts_with("default-src"));
    let (style, script) = (hash(&page.styles.concat()), hash(&page.scripts.concat()));
    assert_eq!(
        policy.map(|(_, value)| value.as_str()).unwrap_or_default(),
        format!(
            "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
        ),
        "the hashes stand in src/page.rs"
    );
}

#[test]
fn the_page_points_at_nothing_outside_itself() {
    let page = page(&["https://example.com/a".to_owned(), "//example.com".to_owned()]);
    let pointing: Vec<_> = page
        .attributes
        .iter()
        .filter(|(name, value)| name == "href" && !value.starts_with('#'))
        .collect();
    assert!(pointing.is_empty(), "{pointing:?}");
    assert!(!page.styles.concat().contains("url("));
}

#[test]
fn what_tries_to_break_out_of_the_page_is_shown_as_text() {
    let attacks = [
        "</script><script>alert(1)</script>",
        "</title><img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "' autofocus onfocus='alert(1)",
        "</td></tr></table><iframe srcdoc=x>",
        "<!--",
        "]]>",
        "&lt;b&gt;",
        "{{ version }}{% endif %}",
    ]
    .map(ToOwned::to_owned);
    for attack in attacks {
        let harmless = page(&["x".repeat(attack.len())]);
        let page = page(std::slice::from_ref(&attack));
        assert_eq!(page.elements, harmless.elements, "{attack} is more than text");
        assert!(page.text.contains(&attack), "{attack} is not shown");
    }
}

#[test]
fn each_text_of_each_row_is_shown() {
    let mut json = serde_json::to_value(report_of(&["x".to_owned()])).unwrap();
    let mut texts = Vec::new();
    make_distinct("", &mut json, &mut texts);
    let page = seen(&Report::from_json(&json.to_string()).unwrap().to_html().unwrap());
    let hidden: Vec<_> = texts.iter().filter(|(_, text)| !page.text.contains(text)).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
    assert!(texts.len() > 25, "only {} texts were looked for", texts.len());
}

/// Replaces each text by one that occurs nowhere else; names the field with it.
fn make_distinct(field: &str, json: &mut Value, texts: &mut Vec<(String, String)>) {
    match json {
        // Choices, and the beginning of the round, which is only told as how long it took.
        Value::String(_)
            if matches!(
                field,
                "mode" | "standing" | "kind" | "tie" | "action" | "consumerKind" | "began"
            ) => {}
        Value::String(text) => {
            *text = format!("text-{}-", texts.len());
            texts.push((field.to_owned(), text.clone()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| make_distinct(field, item, texts)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(field, value)| make_distinct(field, value, texts));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn an_id_of_a_hundred_thousand_characters_is_shown_whole_in_the_table() {
    let long = "id".repeat(50_000);
    assert!(page(std::slice::from_ref(&long)).text.contains(&long));
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let text = prop_oneof![
        "[<>&\"'/=!?;:{}%#$`\\\\ \\[\\]a-e-]{0,30}",
        "(</?(script|style|title|svg|td|table|textarea|template|b)( on[a-z]+=[a-z]+)?>?){1,3}",
        "\\PC{0,20}",
        any::<String>(),
        Just("2026-03-01T06:00:00Z".to_owned()),
        Just("2026-03-09".to_owned()),
        "arn:aws:(s3::|iam:):[0-9]{0,2}:?(role/|table/)?[<>&\"a-z/*]{0,20}",
    ];
    proptest::collection::vec(text, 0..12)
}

proptest! {
    // A page is parsed in each case; a hundred of them find what was broken on purpose.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_page_of_any_texts_is_well_formed_and_made_of_the_templates_elements_only(texts in texts()) {
        let page = page(&texts);
        prop_assert_eq!(&page.errors, &Vec::<String>::new());
        let elements: BTreeSet<&str> = page.elements.iter().map(String::as_str).collect();
        let unknown: Vec<_> = elements.iter().filter(|name| !ELEMENTS.contains(name)).collect();
        prop_assert!(unknown.is_empty(), "{:?}", unknown);
        let attributes: BTreeSet<&str> = page.attributes.iter().map(|(name, _)| name.as_str()).collect();
        let unknown: Vec<_> = attributes.iter().filter(|name| !ATTRIBUTES.contains(name)).collect();
        prop_assert!(unknown.is_empty(), "{:?}", unknown);
        prop_assert_eq!((page.scripts.len(), page.styles.len()), (1, 1));
    }

    #[test]
    fn every_text_of_a_report_can_be_read_in_its_page(texts in texts()) {
        let page = page(&texts);
        for text in texts.iter().filter(|text| is_shown_as_it_is(text)) {
            prop_assert!(page.text.contains(text), "{:?} is not shown", text);
        }
    }
}

/// Times are shortened, and characters without a shape are shown as numbers.
fn is_shown_as_it_is(text: &str) -> bool {
    !text.starts_with("2026")
        && !text.chars().any(|c| {
            c.is_control()
                || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
}
