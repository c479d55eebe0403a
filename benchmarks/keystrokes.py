"""How much is typed for the Velvet sample: its commands against the document that they make.

Verbatim output, in evidence or in a fence of text, counts on neither side. The bars: 60 commands, and 90 % of
the document's characters.
"""

import re
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "samples" / "velvet-first-deploy"
VERBATIM = re.compile(r"^```(?:text|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
EVIDENCE = re.compile(r"^triage evidence.*?<<'END'\n(.*?)^END$", re.DOTALL | re.MULTILINE)


def main() -> None:
    """Count, and print one line."""
    script = (SAMPLE / "record.sh").read_text(encoding="utf-8")
    script = script[script.index("triage open") :]
    document = (SAMPLE / "velvet-first-deploy.md").read_text(encoding="utf-8")
    typed = len(script) - sum(map(len, EVIDENCE.findall(script) + VERBATIM.findall(script)))
    shown = len(document) - sum(map(len, VERBATIM.findall(document)))
    count = len(re.findall(r"^triage ", script, re.MULTILINE))
    print(f"{count} commands (bar 60), {typed:,} characters for {shown:,}: {typed / shown:.0%} (bar 90 %)")


if __name__ == "__main__":
    main()
