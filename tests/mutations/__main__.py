from tests.mutations.recall import table

print(table(), end="")
