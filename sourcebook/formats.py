"""The formats in which a notebook's outputs carry figures, tables, choices and named values, each named once."""

CHART = "application/vnd.vegalite.v5+json"
TABLE = "application/vnd.dataresource+json"
CHOICES = "application/vnd.sourcebook.choices+json"
VALUE = "application/papermill.record/"  # a prefix: the convention of myst_nb.glue
ROLE, ANSWER = "sourcebook", "answer"  # in the metadata of an output: that it is the notebook's computed answer
