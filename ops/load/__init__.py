"""Where documents come from: each op here lists items and loads them with their structure."""
