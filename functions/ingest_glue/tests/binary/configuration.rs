//! Configurations that cannot be used: told once, by the field, and never with a value.

use local_servers::neighbourhood::{CONNECTION, Neighbourhood};
use local_servers::runtime_api::Ending;
use serde_json::{Value, json};

use crate::function::Function;
use crate::shown::{account, changes};

/// What must never be told, wherever it stands in a configuration.
const VALUE: &str = "not-to-be-told-5b0e";

/// Ticks with a changed configuration; the only error that is told, which the answer repeats.
async fn told(change: impl FnOnce(&mut Value), settings: &[(&str, &str)]) -> String {
    let around = Neighbourhood::start(account()).await.unwrap();
    let mut configuration = around.configuration();
    let block = &mut configuration["connections"][CONNECTION]["awsConfig"];
    block["awsAccessKeyId"] = json!("AKIDSALES");
    block["awsSecretAccessKey"] = json!(VALUE);
    change(&mut configuration);
    around.configure(&configuration);
    let function = Function::start_with(&around, settings).await;
    let answer = function.tick().await;
    assert_eq!(answer.ending, Ending::Error, "{answer:?}");
    let printed = function.kill().await;
    let said = answer.body.to_string();
    assert!(!printed.text().contains(VALUE) && !said.contains(VALUE), "a value was told");
    let errors = printed.of_level("ERROR");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["failure"], "halt", "{errors:?}");
    let error = errors[0]["error"].as_str().unwrap().to_owned();
    assert_eq!(answer.body["errorMessage"], error.as_str());
    assert_eq!((changes(&around), around.glue.asked().len()), (0, 0));
    error
}

#[tokio::test]
async fn c4_a_variable_that_is_not_set_is_told_with_its_field() {
    let unset = |it: &mut Value| {
        it["connections"][CONNECTION]["awsConfig"]["awsSecretAccessKey"] =
            json!(format!("{VALUE}${{NOT_SET_ANYWHERE}}"));
    };
    let error = told(unset, &[]).await;
    assert!(error.contains("connections.sales.awsConfig.awsSecretAccessKey"), "{error}");
    assert!(error.contains("NOT_SET_ANYWHERE"), "{error}");
}

#[tokio::test]
async fn c6_a_secret_that_does_not_exist_is_told_with_its_field_and_name() {
    let missing = |it: &mut Value| {
        it["connections"][CONNECTION]["targets"][1]["jwtToken"] = json!("secret:not/there");
    };
    let error = told(missing, &[]).await;
    assert!(error.contains("connections.sales.targets[1].jwtToken"), "{error}");
    assert!(error.contains("secret not/there does not exist"), "{error}");
}

#[tokio::test]
async fn c8_a_misspelt_field_is_told_and_its_value_is_not() {
    let misspelt = |it: &mut Value| {
        it["connections"][CONNECTION]["awsConfig"]["assumeRoleExternalID"] = json!(VALUE);
    };
    let error = told(misspelt, &[]).await;
    assert!(error.contains("connections.sales.awsConfig"), "{error}");
    assert!(error.contains("assumeRoleExternalID"), "{error}");
}

#[tokio::test]
async fn a_catalog_as_target_without_an_address_is_told_by_the_setting() {
    let error = told(|_| {}, &[("DMM_BASE_URL", ""), ("DMM_API_KEY_SECRET_NAME", "")]).await;
    assert!(error.contains("dataMeshManager") && error.contains("DMM_BASE_URL"), "{error}");
}
