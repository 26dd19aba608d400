"""Messages leave the house here, by apprise: mail, Slack, webhooks and a hundred other services. The only place that knows apprise."""
