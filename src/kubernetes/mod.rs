//! A Kubernetes cluster's PKI: cluster file in, tree of files out.
