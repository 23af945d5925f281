# SPDX-License-Identifier: BSD-2-Clause
"""Runs one scenario: run.py NAME, with the programs' paths in the environment."""
import importlib
import sys

import lab

scenario = importlib.import_module(sys.argv[1])
sys.exit(lab.main(scenario.build))
