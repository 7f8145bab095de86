"""What every run would import, imported once: the module that the fork server preloads.

The one module of the package that works when it is imported, because that is its purpose: each run is forked from
the process that imported it, and finds pandas, Altair and a shell ready. It starts no thread, for a
thread does not survive a fork.
"""

import gc
import signal
import threading

# Ctrl-C reaches every process of a terminal. Whoever started this one ends it, and nobody wants a traceback of its imports.
first = threading.current_thread() is threading.main_thread()
heard = signal.signal(signal.SIGINT, signal.SIG_IGN) if first else None

import altair as alt
import frictionless  # noqa: F401
import jsonschema  # noqa: F401
import pandas as pd
import papermill  # noqa: F401
import pybtex.database  # noqa: F401
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import sourcebook.analysis.agreement
import sourcebook.analysis.assessment
import sourcebook.analysis.claims
import sourcebook.analysis.hypotheses
import sourcebook.analysis.messaging
import sourcebook.analysis.reactions
import sourcebook.analysis.register
import sourcebook.analysis.robustness
import sourcebook.analysis.source
import sourcebook.charts
import sourcebook.coders
import sourcebook.curves
import sourcebook.multiverse
import sourcebook.selection
import sourcebook.show  # noqa: F401
from sourcebook.forked import Display, Hook

# Altair builds its schema and pandas its formatters on first use: use them.
alt.Chart(pd.DataFrame({"x": [1], "y": ["a"]})).mark_bar().encode(x="x:Q", y="y:N").to_dict()

shell = InteractiveShell.instance(
    config=Config({"HistoryManager": {"enabled": False}}), display_pub_class=Display, displayhook_class=Hook
)
gc.collect()
gc.freeze()  # the collector of a run leaves alone what was there before it, and so the pages stay shared
if first:
    signal.signal(signal.SIGINT, heard)
