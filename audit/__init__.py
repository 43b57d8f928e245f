"""The trail's own arithmetic: entries, leaves, trees and proofs, without a database."""
