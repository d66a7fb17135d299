"""The integration of some people, by heyoka."""
