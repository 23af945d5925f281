# SPDX-License-Identifier: BSD-2-Clause
"""Runs one file of checks: run.py NAME, with the programs' paths in the environment."""
import importlib
import os
import sys

import harness

if os.environ.get("IPSOCK_DIFFERENCES"):  # all of it on a host of our own, with more than one loopback address
    importlib.import_module("private")
importlib.import_module(sys.argv[1])
sys.exit(harness.main())
