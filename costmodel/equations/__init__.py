"""Every formula of the model, once: pure functions over numbers of any runtime. See docs/method.md."""
