"""The store: LanceDB tables, manifests, ledger, lease, index, search."""
