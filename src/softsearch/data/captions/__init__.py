"""Images with what people, or a grammar, say of them."""
