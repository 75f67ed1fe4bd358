# Inputs: other accounts with roles of consumers.

variable "connections" {
  description = "Other accounts with roles of consumers, by account id: the role there that manage_iam_policies and reconcile assume (modules/consumer_account makes one, and its output `connection` is such an entry). consumer_role_arns has to cover the roles there too."
  type = map(object({
    role_arn    = string
    external_id = string
    region      = string
  }))
  default = {}

  validation {
    condition     = alltrue([for account, connection in var.connections : can(regex("^arn:aws[a-z-]*:iam::${account}:role/[^\\s*?]+$", connection.role_arn))])
    error_message = "The role_arn of a connection must be the ARN of one role in the account that is its key."
  }

  validation {
    condition     = alltrue([for account in keys(var.connections) : can(regex("^[0-9]{12}$", account))])
    error_message = "The keys of connections are account ids: twelve digits."
  }

  # What STS accepts. The document's own signs, $ and the word secret:, would be replaced when it is read.
  validation {
    condition     = alltrue([for connection in values(var.connections) : can(regex("^[A-Za-z0-9_+=,.@:/-]{2,}$", connection.external_id)) && length(connection.external_id) <= 1224 && !startswith(connection.external_id, "secret:")])
    error_message = "The external_id of a connection must be 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / - and not begin with secret:."
  }

  validation {
    condition     = alltrue([for connection in values(var.connections) : can(regex("^[a-z]{2,}(-[a-z0-9]+)+-[0-9]+$", connection.region))])
    error_message = "The region of a connection must be a region such as eu-central-1."
  }
}
