"""The equations, tensors in and tensors out: each file opens with its equation and its paper."""
