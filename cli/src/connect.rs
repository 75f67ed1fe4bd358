//! From settings to clients.

use aws_config::SdkConfig;
use clients::dmm::{Connection, Dmm};
use clients::functions::LambdaFunctions;
use clients::iam::Iam;
use clients::ledger::Ledger;
use clients::objects::S3Objects;
use clients::queue::SqsQueue;
use clients::secrets::SecretsManager;
use clients::tables::Glue;
use lambda::settings::Settings;
use setup::ConnectedIam;
use survey::{Comparison, RevokeLimit, Survey};

use crate::settings::{Given, SettingsFault};

/// What compares, over the real outside world.
pub(crate) type RealSurvey = Survey<Dmm<SecretsManager>, ConnectedIam, S3Objects, Glue>;

/// AWS, and the settings.
pub(crate) struct Connected<'a> {
    /// AWS.
    pub(crate) aws: &'a SdkConfig,
    settings: Settings,
}

impl<'a> Connected<'a> {
    /// Resolves the settings.
    pub(crate) async fn with(given: &Given, aws: &'a SdkConfig) -> Result<Self, SettingsFault> {
        let region = aws.region().map(aws_config::Region::as_ref);
        let settings = given.resolve(&LambdaFunctions::new(aws), region).await?;
        Ok(Self { aws, settings })
    }

    /// Reads some of the settings, or says everything that is wrong with them.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&mut Settings) -> Option<T>,
    ) -> Result<T, SettingsFault> {
        let mut settings = self.settings.clone();
        let value = read(&mut settings);
        settings.finish(value).map_err(SettingsFault::wrong)
    }

    /// The integration's bucket.
    pub(crate) fn objects(&self, bucket: String) -> S3Objects {
        S3Objects::new(self.aws, bucket, setup::uses_custom_s3(&self.settings))
    }

    /// The grant ledger.
    pub(crate) fn ledger(&self) -> Result<Ledger<S3Objects>, SettingsFault> {
        let (bucket, prefix) = self.read(|settings| {
            let bucket = settings.required("BUCKET_NAME");
            let prefix = setup::grants_prefix(settings);
            bucket.zip(prefix)
        })?;
        Ok(Ledger::new(self.objects(bucket), prefix))
    }

    /// The events queue.
    pub(crate) fn queue(&self) -> Result<SqsQueue, SettingsFault> {
        let url = self.read(queue_url)?;
        Ok(SqsQueue::new(self.sqs(), url))
    }

    /// The settings, as they were given.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// SQS itself.
    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(self.aws)
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> anyhow::Result<Dmm<SecretsManager>> {
        Ok(self.read(setup::catalog)?.open(self.aws)?)
    }

    /// What compares, and how many rights may be taken away at once.
    pub(crate) async fn survey(&self) -> anyhow::Result<(RealSurvey, RevokeLimit)> {
        let wanted = self.read(Wanted::read)?;
        let Wanted { catalog, bucket, prefix, comparison } = wanted;
        let limit = comparison.limit;
        let glue = Glue::new(aws_sdk_glue::Client::new(self.aws));
        let ledger = Ledger::new(self.objects(bucket), prefix);
        let catalog = catalog.open(self.aws)?;
        let (comparison, iam) = comparison.connect(self.aws, Iam::patient).await?;
        let survey = comparison.survey(catalog, iam, glue, ledger);
        Ok((survey, limit))
    }
}

/// `SQS_QUEUE_URL`.
pub(crate) fn queue_url(settings: &mut Settings) -> Option<String> {
    settings.required("SQS_QUEUE_URL")
}

/// Settings of a survey: the same as `reconcile` has.
struct Wanted {
    catalog: Connection,
    bucket: String,
    prefix: String,
    comparison: Comparison,
}

impl Wanted {
    fn read(settings: &mut Settings) -> Option<Self> {
        let catalog = setup::catalog(settings);
        let bucket = settings.required("BUCKET_NAME");
        let prefix = setup::grants_prefix(settings);
        let comparison = Comparison::read(settings);
        Some(Self { catalog: catalog?, bucket: bucket?, prefix: prefix?, comparison: comparison? })
    }
}
