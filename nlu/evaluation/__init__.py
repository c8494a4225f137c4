"""What an engine is worth, in figures with intervals, on texts that somebody has labelled.

`labelled` reads the texts, `report` scores an engine on them, `figures` has the arithmetic,
`page` and `plots` show it to people; `folds` asks the corpus about itself. What is present in a
file is scored, and nothing else.
"""

from nlu.evaluation.figures import FEWEST, Figure, PerClass, macro, per_class, share
from nlu.evaluation.labelled import EvaluationError, Labelled, read
from nlu.evaluation.report import Reader, Report, evaluate

__all__ = [
    "FEWEST",
    "EvaluationError",
    "Figure",
    "Labelled",
    "PerClass",
    "Reader",
    "Report",
    "evaluate",
    "macro",
    "per_class",
    "read",
    "share",
]
