# The least that must be set. Copy this file to terraform.tfvars, which git ignores, and change it.

# Only these roles can be given access. Keep the consumers' roles under one path and name that.
consumer_role_arns = ["arn:aws:iam::123456789012:role/data-products/*"]

# The API key: either put it into the environment, where no file holds it,
#   export TF_VAR_dmm_api_key=...
# or name a secret that exists:
# dmm_api_key_secret_name = "dmm/api_key"

# Who hears of alarms: SNS topics that let CloudWatch publish. examples/complete/alarms.tf makes one.
# alarm_topic_arns = ["arn:aws:sns:eu-central-1:123456789012:alarms"]
