//! CRLs of our own, judged by programs that are not ours.
