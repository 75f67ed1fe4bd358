variable "dmm_api_key" {
  description = "API key of the catalog; as TF_VAR_dmm_api_key in the environment. It enters neither plan nor state."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "mode" {
  description = "Begin with report and read the log; apply when it says what you expect."
  type        = string
  default     = "report"
}

variable "sales_external_id" {
  description = "The external_id with which the account of the sales data applied modules/glue_account."
  type        = string
}

variable "source_version" {
  description = "Version of the packages in packages/."
  type        = string
}

variable "alarm_email" {
  description = "Who reads every alarm."
  type        = string
}

variable "pager_url" {
  description = "Who is woken up when a right that has ended is still in force: the https address of a pager service."
  type        = string
}

variable "is_trial" {
  description = "true from the first apply on: a destroy takes the bucket with the ledger away too. Otherwise a guard keeps it."
  type        = bool
  default     = false
}
