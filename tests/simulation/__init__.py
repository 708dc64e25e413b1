"""The deterministic simulator: real replicas, real server services, a bad network, people, and an oracle that knows every edit."""
