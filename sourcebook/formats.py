"""The formats in which a notebook's outputs carry figures, tables, choices and named values, each named once."""

CHART = "application/vnd.vegalite.v5+json"
TABLE = "application/vnd.dataresource+json"
CHOICES = "application/vnd.sourcebook.choices+json"
VALUE = "application/papermill.record/"  # a prefix: the convention of myst_nb.glue
ROLE, ANSWER, SENTENCE = (
    "sourcebook",
    "answer",
    "sentence",
)  # in an output's metadata: the notebook's computed answer, or sentence
TEXT = 1500  # characters of a sentence or an alternative text: nobody reads a list of thousands
