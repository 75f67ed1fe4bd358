//! Whatever form the catalog's documents have, the same right follows.

use domain::ids::DocumentId;
use domain::ledger::State;
use serde_json::{Value, json};

use crate::world::{CHURN, OTHER, TABLE, WORKGROUP, World};

fn set(world: &World, id: &DocumentId, document: &Value) {
    world.catalog.set_document(id, &document.to_string());
}

fn contract(world: &World, document: &Value) {
    set(world, &DocumentId::Contract("orders-v1".parse().unwrap()), document);
}

/// The providing data product with one port `p`, in the open standard.
fn odps_port(world: &World, port: &Value) {
    let product = json!({"apiVersion": "v1.0.0", "kind": "DataProduct", "id": "warmers",
                         "outputPorts": [port]});
    world.catalog.set_product("warmers", &product.to_string());
}

fn property(name: &str, value: impl Into<Value>) -> Value {
    json!({"property": name, "value": value.into()})
}

/// An agreement of `consumer` on port `p`.
fn agreed(world: &World, consumer: &Value) {
    let document = json!({
        "id": "acc-42", "info": {"status": "approved", "active": true},
        "provider": {"teamId": "t", "dataProductId": "warmers", "outputPortId": "p"},
        "consumer": consumer, "tags": [], "custom": {},
    });
    world.agree_with("acc-42", &document);
}

fn of_product() -> Value {
    json!({"dataProductId": "churn", "teamId": "unknown", "userId": "unknown"})
}

/// What role [`CHURN`] may read after the activation; an error is what the owners are told.
async fn granted(world: &World, role: &str) -> Result<String, String> {
    assert!(world.deliver("AccessActivated", "acc-42").await, "acknowledged");
    world.granted(role, "acc-42").ok_or_else(|| world.shown_error("acc-42"))
}

fn s3_port(world: &World) {
    world.set_provider(&[(
        "p",
        json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data"}),
    )]);
}

#[tokio::test]
async fn a_product_of_the_open_standard_names_role_and_resources_in_its_properties() {
    let world = World::new();
    let consumer = json!({"apiVersion": "v1.0.0", "kind": "DataProduct", "id": "churn",
                          "customProperties": [property("aws-role-name", "churn")]});
    world.catalog.set_product("churn", &consumer.to_string());
    let port = json!({"name": "p", "type": "s3", "customProperties": [
        property("output-port-type", "s3_bucket"), property("aws-s3-bucket-arn", "arn:aws:s3:::data"),
    ]});
    odps_port(&world, &port);
    agreed(&world, &of_product());
    let by_properties = granted(&world, CHURN).await.unwrap();
    let world = World::new();
    s3_port(&world);
    agreed(&world, &of_product());
    assert_eq!(by_properties, granted(&world, CHURN).await.unwrap(), "the same in both forms");
}

#[tokio::test]
async fn a_team_and_a_person_name_their_role_like_a_data_product() {
    let team = DocumentId::Team("marketing".parse().unwrap());
    let member = DocumentId::Member("a@example.com".parse().unwrap());
    let fields = json!({"aws-role-name": "other"});
    for (id, consumer, document) in [
        (team, json!({"teamId": "marketing"}), json!({"id": "marketing", "custom": fields})),
        (
            member,
            json!({"userId": "a@example.com", "teamId": "unknown", "dataProductId": "unknown"}),
            json!({"emailAddress": "a@example.com", "custom": fields}),
        ),
    ] {
        let world = World::new();
        s3_port(&world);
        set(&world, &id, &document);
        agreed(&world, &consumer);
        assert!(granted(&world, OTHER).await.is_ok(), "{consumer}");
    }
}

#[tokio::test]
async fn the_data_products_own_role_counts_more_than_its_teams() {
    let world = World::new();
    s3_port(&world);
    let team = DocumentId::Team("t".parse().unwrap());
    set(&world, &team, &json!({"id": "t", "custom": {"aws-role-name": "other"}}));
    let both = json!({"dataProductId": "churn", "teamId": "t"});
    agreed(&world, &both);
    assert!(granted(&world, CHURN).await.is_ok());
    world.set_consumer(&json!({}));
    assert!(granted(&world, OTHER).await.is_ok(), "the team's, once the product names none");
    assert_eq!(world.granted(CHURN, "acc-42"), None, "and no longer the product's");
}

#[tokio::test]
async fn a_data_product_that_is_gone_leaves_nothing_to_its_team() {
    let world = World::new();
    s3_port(&world);
    let team = DocumentId::Team("t".parse().unwrap());
    set(&world, &team, &json!({"id": "t", "custom": {"aws-role-name": "other"}}));
    agreed(&world, &json!({"dataProductId": "gone", "teamId": "t"}));
    let told = granted(&world, OTHER).await.unwrap_err();
    assert!(told.contains("consumer data product gone does not exist"), "{told}");
}

#[tokio::test]
async fn where_no_role_is_named_everything_that_was_looked_at_is_told() {
    let world = World::new();
    s3_port(&world);
    world.set_consumer(&json!({}));
    let team = DocumentId::Team("t".parse().unwrap());
    set(&world, &team, &json!({"id": "t"}));
    agreed(&world, &json!({"dataProductId": "churn", "teamId": "t"}));
    let told = granted(&world, CHURN).await.unwrap_err();
    let words = ["consumer data product churn, consumer team t", "aws-role-name or aws-role-arn"];
    assert!(words.iter().all(|word| told.contains(word)), "{told}");
}

#[tokio::test]
async fn the_contracts_server_describes_a_port_that_does_not_describe_itself() {
    let world = World::new();
    odps_port(&world, &json!({"name": "p", "type": "S3", "contractId": "orders-v1"}));
    contract(
        &world,
        &json!({"kind": "DataContract", "id": "orders-v1", "servers": [
            {"server": "prod", "type": "s3", "location": "s3://lake/orders/*"},
        ]}),
    );
    agreed(&world, &of_product());
    let document = granted(&world, CHURN).await.unwrap();
    assert!(document.contains("arn:aws:s3:::lake/orders/*"), "{document}");
}

#[tokio::test]
async fn the_port_picks_a_server_of_its_contract_by_name() {
    let servers = json!({"id": "orders-v1", "servers": [
        {"server": "dev", "type": "s3", "location": "s3://dev-lake"},
        {"server": "prod", "type": "s3", "location": "s3://prod-lake"},
    ]});
    for (wanted, part) in [("prod", "prod-lake"), ("test", "has no server \"test\"")] {
        let world = World::new();
        contract(&world, &servers);
        odps_port(
            &world,
            &json!({"name": "p", "type": "s3", "contractId": "orders-v1",
                    "customProperties": [property("contractServer", wanted)]}),
        );
        agreed(&world, &of_product());
        let text = match granted(&world, CHURN).await {
            Ok(text) | Err(text) => text,
        };
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn the_tables_of_a_contract_are_one_grant_and_glue_says_where_they_lie() {
    let world = World::new();
    for table in ["orders", "returns"] {
        let arn = format!("arn:aws:glue:eu-west-1:123456789012:table/sales/{table}");
        world.tables.create(&arn, &format!("s3://lake/{table}/"));
    }
    odps_port(&world, &json!({"name": "p", "type": "glue", "contractId": "orders-v1"}));
    contract(
        &world,
        &json!({"id": "orders-v1", "schema": [{"name": "orders"}, {"name": "returns"}],
        "servers": [{"server": "prod", "type": "glue", "account": "1234-5678-9012",
                     "database": "sales", "location": "s3://lake/"}]}),
    );
    world.set_consumer(&json!({"aws-role-name": "churn", "aws-athena-workgroup-arn": WORKGROUP}));
    agreed(&world, &of_product());
    let document = granted(&world, CHURN).await.unwrap();
    for part in ["table/sales/orders", "table/sales/returns", "lake/orders/*", "lake/returns/*"] {
        assert!(document.contains(part), "{part}: {document}");
    }
    assert!(document.contains(WORKGROUP), "the consumer's own workgroup: {document}");
    assert!(!document.contains("arn:aws:s3:::lake/*"), "not the whole lake: {document}");
}

#[tokio::test]
async fn a_contract_of_the_older_form_is_refused_in_words_its_owner_understands() {
    let world = World::new();
    odps_port(&world, &json!({"name": "p", "type": "s3", "contractId": "orders-v1"}));
    contract(
        &world,
        &json!({"dataContractSpecification": "0.9.3", "id": "orders-v1",
                             "servers": {"prod": {"type": "s3", "location": "s3://lake"}}}),
    );
    agreed(&world, &of_product());
    let told = granted(&world, CHURN).await.unwrap_err();
    assert!(told.contains("Open Data Contract Standard"), "{told}");
}

#[tokio::test]
async fn the_ports_own_server_counts_after_the_contract_and_before_the_deprecated_location() {
    let port = |server: Value, location: Value| {
        json!({"dataProductSpecification": "0.0.1", "id": "warmers", "outputPorts": [
            {"id": "p", "type": "Glue", "dataContractId": "gone", "server": server,
             "location": location}]})
    };
    let server = json!({"account": 123_456_789_012_u64, "region": "eu-west-1", "database": "sales",
                        "table": "orders", "location": "s3://lake/orders/"});
    for (server, location, part) in [
        (server, json!("arn:aws:glue:eu-west-1:123456789012:table/old/old"), "table/sales/orders"),
        (json!({}), json!(TABLE), "table/sales/orders"),
        (json!(null), json!("unknown"), "says nowhere what lies behind it"),
    ] {
        let world = World::new();
        world.tables.create(TABLE, "s3://lake/orders/");
        world.catalog.set_product("warmers", &port(server, location).to_string());
        agreed(&world, &of_product());
        let text = match granted(&world, CHURN).await {
            Ok(text) | Err(text) => text,
        };
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_port_of_another_platform_is_passed_over_without_a_trace() {
    let by_type = json!({"name": "p", "type": "snowflake", "contractId": "orders-v1"});
    let by_server = json!({"name": "p", "contractId": "orders-v1"});
    let by_field =
        json!({"name": "p", "customProperties": [property("output-port-type", "kafka")]});
    for port in [by_type, by_server, by_field] {
        let world = World::new();
        odps_port(&world, &port);
        contract(
            &world,
            &json!({"id": "orders-v1", "servers": [
            {"server": "prod", "type": "snowflake", "account": "x", "database": "y"}]}),
        );
        agreed(&world, &of_product());
        assert!(granted(&world, CHURN).await.is_err(), "{port}");
        assert_eq!(world.ledger("acc-42"), None, "{port}");
        assert_eq!(world.tags("acc-42"), Vec::<String>::new(), "{port}");
        assert!(world.catalog.reports().is_empty() && world.catalog.puts() == 0, "{port}");
        assert!(world.faults.calls().iter().all(|call| !call.starts_with("iam:")), "{port}");
    }
}

#[tokio::test]
async fn a_type_in_the_owners_own_words_leaves_the_description_to_the_contract() {
    let world = World::new();
    odps_port(&world, &json!({"name": "p", "type": "tables", "contractId": "orders-v1"}));
    contract(
        &world,
        &json!({"id": "orders-v1", "servers": [
        {"server": "prod", "type": "s3", "location": "s3://lake/orders/"}]}),
    );
    agreed(&world, &of_product());
    assert!(granted(&world, CHURN).await.is_ok());
    odps_port(&world, &json!({"name": "p", "type": "parquet"}));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn a_consumer_whose_id_cannot_be_asked_for_leaves_nothing_to_its_team() {
    let world = World::new();
    s3_port(&world);
    let team = DocumentId::Team("t".parse().unwrap());
    set(&world, &team, &json!({"id": "t", "custom": {"aws-role-name": "other"}}));
    agreed(&world, &json!({"dataProductId": "a/b", "teamId": "t"}));
    assert!(granted(&world, OTHER).await.is_err());
}

#[tokio::test]
async fn a_grant_ends_when_its_port_moves_to_another_platform() {
    let world = World::new();
    s3_port(&world);
    agreed(&world, &of_product());
    assert!(granted(&world, CHURN).await.is_ok());
    odps_port(&world, &json!({"name": "p", "type": "snowflake"}));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Revoked);
}

#[tokio::test]
async fn what_neither_port_nor_server_calls_by_a_known_name_is_what_it_looks_like() {
    for kind in [json!("lake"), json!("s3"), Value::Null] {
        let world = World::new();
        let server = json!({"location": "s3://data/orders/"});
        odps_port(&world, &json!({"name": "p", "type": kind, "server": server}));
        agreed(&world, &of_product());
        let document = granted(&world, CHURN).await.unwrap();
        assert!(document.contains("arn:aws:s3:::data/orders/*"), "{kind}: {document}");
    }
}
