"""Print the recall of every rule; ``python -m tests.mutations 60`` tries more places."""

import sys

from tests.mutations.recall import table

print(table(*map(int, sys.argv[1:])), end="")
