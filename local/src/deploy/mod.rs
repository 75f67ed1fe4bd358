//! The real terraform, against the emulator: what an operator does, on one machine.

mod display;
mod outputs;
mod terraform;

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{
    aws::REGION,
    failure::{Explain, Failure},
    workspace::{Workspace, copy_directory},
};
use terraform::{Ended, Terraform};

pub(crate) use display::Detail;
pub(crate) use outputs::Outputs;
pub(crate) use terraform::{JSON, LOG};

/// Terraform's state.
pub(crate) const STATE: &str = "terraform.tfstate";
const VARIABLES: &str = "terraform.tfvars.json";
/// What is published of Glue: only where there is such a document is `ingest_glue` deployed.
const INGEST_CONFIGURATION: &str = include_str!("../../ingest.yaml");
const PLAN: &str = "terraform.plan";

/// What the configuration is told.
pub(crate) struct Settings<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) catalog_url: &'a str,
    pub(crate) api_key: &'a str,
    pub(crate) consumer_role_arns: &'a [String],
    /// Directory of provider packages; without one terraform asks its registry.
    pub(crate) plugin_dir: Option<&'a Path>,
}

/// What terraform would do.
pub(crate) struct Plan {
    /// Terraform's own word for it: exit code 0 of `plan -detailed-exitcode`.
    pub(crate) is_empty: bool,
    pub(crate) content: Value,
}

/// A configuration that can be planned, applied and destroyed, with its variables and its state.
pub(crate) struct Deployment<'a> {
    workspace: &'a Workspace,
    terraform: Terraform<'a>,
    variables: Map<String, Value>,
}

impl<'a> Deployment<'a> {
    /// Copies the configuration, so that terraform leaves nothing in the repository, and
    /// initialises it without any state, as the emulator is new.
    pub(crate) async fn prepare(
        workspace: &'a Workspace,
        settings: &Settings<'_>,
        detail: Detail,
    ) -> Result<Self, Failure> {
        copy_configuration(workspace).explain("terraform's directory cannot be prepared", "")?;
        let terraform = Terraform { workspace, directory: "tree/local/terraform", detail };
        terraform.init(settings.plugin_dir).await?;
        let variables = json!({
            "endpoint": settings.endpoint,
            "region": REGION,
            "dmm_base_url": settings.catalog_url,
            "dmm_api_key": settings.api_key,
            "packages_directory": workspace.scratch("packages"),
            "consumer_role_arns": settings.consumer_role_arns,
            "ingest_configuration": INGEST_CONFIGURATION,
            "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" },
        });
        let variables = variables.as_object().cloned().unwrap_or_default();
        Ok(Self { workspace, terraform, variables })
    }

    /// Gives a variable another value, for every command from now on.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// Makes everything as the configuration says.
    pub(crate) async fn apply(&self) -> Result<Outputs, Failure> {
        self.command("terraform apply", &["apply", "-auto-approve"]).await?;
        let state = self.option("state", STATE);
        let output = ["output", "-json", &state];
        Outputs::read(self.terraform.json("terraform output", &output).await?)
    }

    /// What an apply would change, in terraform's own JSON.
    pub(crate) async fn plan(&self) -> Result<Plan, Failure> {
        let out = self.option("out", PLAN);
        let plan = ["plan", "-detailed-exitcode", &out];
        let ended = self.command("terraform plan", &plan).await?;
        let plan = self.workspace.scratch(PLAN).display().to_string();
        let content = self.terraform.json("terraform show", &["show", "-json", &plan]).await?;
        Ok(Plan { is_empty: ended == Ended::WithoutChanges, content })
    }

    /// What an apply would change if the module were told something that `local/terraform` does not
    /// pass on. The extra arguments are HCL.
    pub(crate) async fn plan_with(&self, arguments: &str) -> Result<Plan, Failure> {
        // Terraform merges a file of this name over the others.
        let path = self.workspace.scratch("tree/local/terraform/prove_override.tf");
        let text = format!("module \"integration\" {{\n{arguments}\n}}\n");
        std::fs::write(&path, text).explain("the configuration cannot be overridden", "")?;
        let plan = self.plan().await;
        std::fs::remove_file(&path).explain("the configuration stays overridden", "")?;
        plan
    }

    /// Makes one resource as the configuration says, and what it needs.
    pub(crate) async fn apply_only(&self, address: &str) -> Result<(), Failure> {
        let target = format!("-target={address}");
        self.command("terraform apply", &["apply", "-auto-approve", &target]).await.map(drop)
    }

    /// Has terraform forget a resource, which stays as it is.
    pub(crate) async fn forget(&self, address: &str) -> Result<(), Failure> {
        let remove = ["state", "rm", &self.option("state", STATE), address];
        self.terraform.run("terraform state rm", &remove).await.map(drop)
    }

    /// Takes everything away that an apply has made.
    pub(crate) async fn destroy(&self) -> Result<(), Failure> {
        self.command("terraform destroy", &["destroy", "-auto-approve"]).await.map(drop)
    }

    /// Takes everything away whose address is not to be kept.
    pub(crate) async fn destroy_but(&self, kept: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let state = self.workspace.scratch(STATE).display().to_string();
        let state = self.terraform.json("terraform show", &["show", "-json", &state]).await?;
        let root = state.pointer("/values/root_module").cloned().unwrap_or_default();
        let going = managed(&root).into_iter().filter(|address| !kept(address));
        let targets: Vec<String> = going.map(|address| format!("-target={address}")).collect();
        let mut arguments = vec!["destroy", "-auto-approve"];
        arguments.extend(targets.iter().map(String::as_str));
        self.command("terraform destroy", &arguments).await.map(drop)
    }

    async fn command(&self, what: &str, arguments: &[&str]) -> Result<Ended, Failure> {
        let variables = Value::Object(self.variables.clone()).to_string();
        std::fs::write(self.workspace.scratch(VARIABLES), variables)
            .explain("terraform's variables cannot be written", "")?;
        let (file, state) = (self.option("var-file", VARIABLES), self.option("state", STATE));
        let mut all = arguments.to_vec();
        all.extend(["-input=false", "-parallelism=20", file.as_str(), state.as_str()]);
        self.terraform.run(what, &all).await
    }

    fn option(&self, name: &str, file: &str) -> String {
        format!("-{name}={}", self.workspace.scratch(file).display())
    }
}

/// The addresses of everything that a module of a state manages, with the modules inside.
fn managed(module: &Value) -> Vec<String> {
    let list = |name: &str| module.get(name).and_then(Value::as_array).into_iter().flatten();
    let text = |one: &Value, name: &str| {
        one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let own = list("resources").filter(|one| text(one, "mode") == "managed");
    let own = own.map(|one| text(one, "address"));
    own.chain(list("child_modules").flat_map(managed)).collect()
}

fn copy_configuration(workspace: &Workspace) -> std::io::Result<()> {
    let tree = workspace.scratch("tree");
    if tree.exists() {
        std::fs::remove_dir_all(&tree)?;
    }
    for directory in ["terraform", "local/terraform"] {
        copy_directory(&workspace.source(directory), &tree.join(directory))?;
    }
    for stale in [STATE, LOG, JSON, "terraform.tfstate.backup", "terraform-data/plugin_path"] {
        let path = workspace.scratch(stale);
        if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_managed_is_found_in_every_module() {
        let state = json!({
            "resources": [
                { "mode": "managed", "address": "a.this" },
                { "mode": "data", "address": "data.b.this" },
            ],
            "child_modules": [{ "resources": [{ "mode": "managed", "address": "module.m.c.this" }] }],
        });
        assert_eq!(managed(&state), ["a.this", "module.m.c.this"]);
    }
}
