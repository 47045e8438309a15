"""The claims of the lectures that this toolkit comes from, each re-measured by one module.

A measured claim is a module named after it, ``c03_content_addressing.py``, which holds

- ``CLAIM``, a :class:`~softsearch.claims.framework.Claim`;
- ``measure(seed) -> dict[str, float]``, the figures of one seed;
- ``verdict(figures) -> str``, "holds" or "fails", from the figures of all seeds;
- ``picture(seed) -> Figure``.

Results are kept in ``results/``, so that a list of them needs no computing.
"""
