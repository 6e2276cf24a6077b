"""Whether a company, and the platform itself, is ready for real customers; worked out from what is really there."""
