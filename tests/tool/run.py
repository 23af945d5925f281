# SPDX-License-Identifier: BSD-2-Clause
"""Runs one file of checks: run.py NAME, with the programs' paths in the environment."""
import importlib
import sys

import harness

importlib.import_module(sys.argv[1])
sys.exit(harness.main())
