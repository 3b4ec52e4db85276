"""Draw every sample card as each platform shows it: `make cards`, pictures in .tokenpool/cards.

Teams is drawn by Microsoft's own renderer of Adaptive Cards, Slack by a renderer of Block Kit;
both come from npm into .tokenpool/drawn, at these versions.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from world.cards_shown import CARDS

from cards.card import Card, Form
from cards.render import html, plain, slack, teams, telegram
from cards.render.markup import Page

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / ".tokenpool" / "drawn"
OUT = ROOT / ".tokenpool" / "cards"
STYLES = ROOT / "bots" / "web" / "static"
PACKAGES = (
    "adaptivecards@3.0.6",
    "markdown-it@15.0.3",
    "slack-blocks-to-jsx@1.1.1",
    "react@19.3.1",
    "react-dom@19.3.1",
    "esbuild@0.28.2",
    "playwright-core@1.65.1",
)


def recorded(names: Iterable[str]) -> dict[str, dict[str, object]]:
    shown = {name: CARDS[name] for name in names}
    return {
        "teams": {name: teams.card(card) for name, card in shown.items()},
        "dialog": {name: teams.dialog(card) for name, card in shown.items() if _is_form(card)},
        "shared": {name: teams.shared(card, [], "") for name, card in shown.items() if card.ref},
        "slack": {name: slack.message(card) for name, card in shown.items()},
        "modal": {name: slack.view(card) for name, card in shown.items() if _is_form(card)},
        "telegram": {name: telegram.message(card) for name, card in shown.items()},
        "html": {name: html.card(card, Page(uid=name)) for name, card in shown.items()},
        "plain": {name: plain.text(card) for name, card in shown.items()},
    }


def _is_form(card: Card) -> bool:
    return any(isinstance(node, Form) for node in card.body)


def _run(*command: str) -> None:
    subprocess.run(command, cwd=WORK, check=True)


def _install() -> None:
    """Bring the renderers, once."""
    stamp = WORK / "packages.txt"
    wanted = "\n".join(PACKAGES)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    _run("npm", "install", "--no-fund", "--no-audit", "--ignore-scripts", *PACKAGES)
    stamp.write_text(wanted, encoding="utf-8")


def _bundle() -> None:
    for name in ("page.jsx", "page.css", "shoot.mjs"):
        shutil.copy(HERE / name, WORK / name)
    shutil.copy(
        WORK / "node_modules" / "slack-blocks-to-jsx" / "dist" / "style.css", WORK / "slack.css"
    )
    styles = "\n".join(path.read_text(encoding="utf-8") for path in STYLES.glob("*.css"))
    (WORK / "chat.css").write_text(styles, encoding="utf-8")
    esbuild = WORK / "node_modules" / ".bin" / "esbuild"
    _run(str(esbuild), "page.jsx", "--bundle", "--jsx=automatic", "--minify", "--outfile=page.js",
         "--log-level=warning")  # fmt: skip


def main(names: list[str]) -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")
    if chromium is None:
        sys.exit("Chromium is missing: install it, or set CHROMIUM to its path.")
    _install()
    _bundle()
    drawn = recorded(names or CARDS)
    (WORK / "recorded.json").write_text(json.dumps(drawn), encoding="utf-8")
    _run("node", "shoot.mjs", chromium, str(OUT))
    sys.stdout.write(f"{sum(map(len, drawn.values()))} pictures in {OUT}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
