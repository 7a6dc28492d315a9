"""python -m tests.corpus: write the findings anew, and sum up what was judged."""

from __future__ import annotations

from collections import Counter

from tests import corpus


def main() -> None:
    """Print a row for each rule: findings, read, and of these true, harmless and false."""
    found = [finding for source in corpus.sources() for finding in corpus.reported(source)]
    corpus.write("findings.tsv", found)
    present = set(found)
    judged = [one for one in corpus.read_judgements() if one.reported in present]
    counts = Counter((one.code, one.severity, one.verdict) for one in judged)
    reported = Counter((one.code, one.severity) for one in found)
    print("| rule | severity | findings | read | true | harmless | false |")
    print("|---|---|---|---|---|---|---|")
    for (code, severity), number in sorted(reported.items()):
        verdicts = [counts[code, severity, verdict] for verdict in corpus.VERDICTS]
        print(
            f"| {code} | {severity} | {number} | {sum(verdicts)} | "
            + " | ".join(map(str, verdicts))
            + " |"
        )
    serious = [one for one in judged if one.severity != "info"]
    for verdict in corpus.VERDICTS:
        share = sum(one.verdict == verdict for one in serious) / (len(serious) or 1)
        print(f"of {len(serious)} warnings and errors {verdict}: {share:.1%}")


if __name__ == "__main__":
    main()
