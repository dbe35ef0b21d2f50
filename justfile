# The steps of .ci/run, one by one. `just` alone lists them.

_list:
    @just --list

# Format the code (CI checks that nothing is left to format)
fmt:
    cargo fmt --all

# Lint, warnings being errors
clippy:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# All tests on SQLite and PostgreSQL: just test [FILTER...]
test *FILTER:
    scripts/test {{ FILTER }}

# Our server and our offline Stripe against Stripe's own Python library
independent:
    scripts/independent

# Write openapi/openapi.json from the handlers
openapi:
    # Aside first: a build that fails must not leave an empty document.
    cargo run -q -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json

# Write docs/access.md from the table of domain::access
access:
    cargo run -q -- access > docs/access.md.new
    mv docs/access.md.new docs/access.md

# A running market in one command: just demo [--fresh] [--data DIR]
demo *ARGS:
    cargo run -- demo {{ ARGS }}

# Everything that CI runs
ci:
    .ci/run
