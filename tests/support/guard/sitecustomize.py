"""Imported by every interpreter that a test starts: see `loopback_only`."""

import loopback_only

loopback_only.install()
