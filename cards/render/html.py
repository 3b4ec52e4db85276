"""Cards as HTML: a fragment for the web chat, accessible and without inline style or script.

What the style sheet, the script and the pages may rely on (`…` is text, escaped):

    <article class="card" id="UID" aria-labelledby="UID-title" data-ref data-rev>
      <h3 class="card-title" id="UID-title">…</h3>
      <p class="text [strong|muted|good|warn|bad]">…</p>          lines end in <br>
      <blockquote class="text quote">…</blockquote>
      <dl class="facts"><div><dt>…</dt><dd>…</dd></div></dl>
      <div class="meter good|low|out">
        <p class="meter-head" id="UID-3"><span>label</span> <span class="percent">73 %</span></p>
        <div role="meter" aria-…><svg class="bar"><rect class="rail"/><rect class="fill"/></svg>
        </div><p class="meter-caption">…</p></div>
      <div class="scroll" tabindex="0"><table class="table"><thead>: <th scope="col" [class="num"]>
        <tbody>: <th scope="row">, <td [class="num"]>   <tfoot>: `and 12 more`</table></div>
      <figure class="chart"><figcaption>…</figcaption><ol class="bars"><li>
        <span class="bar-label"><svg class="bar"><span class="bar-caption"></li></ol></figure>
      <figure class="code [secret]"><figcaption>…</figcaption>
        <pre tabindex="0"><code>…</code></pre>
        <button type="button" class="copy" data-copy>Copy</button></figure>
      <details class="fold"><summary>…</summary><figure class="code"> without its figcaption
      <p class="link"><a href rel="noopener">…</a></p>
      <hr class="divider">
      <form class="act" method="post" action="ACTION">HIDDEN
        <button type="submit" class="button [primary|danger]" name="token" value data-confirm>
      <form class="act form" method="post" action="ACTION">HIDDEN
        <div class="field"><label for="UID-5-0">… <span class="optional">optional</span></label>
          <input id="UID-5-0" name class="line|amount|date"> or <textarea id name class="text">
          <p class="hint" id="UID-5-0-hint">…</p></div>
        <div class="buttons"><button … name="token">…</button></div></form>
    </article>

A form sends its fields by name, the pressed button as `token`, and the page's hidden fields, whose
names no card uses. `data-copy` copies the text of the <code> beside it; `data-confirm` is a
question to ask first. Bars have their length as an attribute, which a strict CSP allows.
"""

from collections.abc import Iterator
from typing import assert_never

from cards.card import (
    Actions,
    Card,
    Chart,
    Code,
    Divider,
    Facts,
    Form,
    Link,
    Meter,
    Node,
    Table,
    Text,
    Tone,
)
from cards.render import bars, words
from cards.render.html_forms import actions, form
from cards.render.limits import listed, shorten
from cards.render.markup import ROOM, Page, escaped, line, lines
from cards.render.rooms import body

ALONE = Page()
_MOST_UNFOLDED = 60
"""Letters of a text to copy that is shown at once."""


def card(shown: Card, page: Page = ALONE) -> str:
    """Return a card as the fragment that is described above."""
    uid = escaped(page.uid)
    nodes, rest = body(shown, ROOM)
    ref = f'data-ref="{line(shown.ref)}" data-rev="{shown.rev}"'
    title = line(shown.title) or words.NOTHING
    parts = [f'<article class="card" id="{uid}" aria-labelledby="{uid}-title" {ref}>']
    parts.append(f'<h3 class="card-title" id="{uid}-title" dir="auto">{title}</h3>')
    for at, node in enumerate(nodes):
        parts += _node(node, page, f"{uid}-{at}")
    parts += _more(rest)
    return "\n".join([*parts, "</article>"])


def _node(node: Node, page: Page, uid: str) -> Iterator[str]:
    match node:
        case Text() | Link() | Divider() | Code():
            return _prose(node)
        case Facts() | Table():
            return _figures(node)
        case Meter() | Chart():
            return _bars(node, uid)
        case Actions():
            return actions(node, page)
        case Form():
            return form(node, page, uid)
        case _ as never:
            assert_never(never)


def _prose(node: Text | Link | Divider | Code) -> Iterator[str]:
    match node:
        case Text(tone=Tone.QUOTE):
            yield f'<blockquote class="text quote" dir="auto">{lines(node.text)}</blockquote>'
        case Text():
            tone = "" if node.tone is Tone.PLAIN else f" {node.tone}"
            yield f'<p class="text{tone}" dir="auto">{lines(node.text)}</p>'
        case Link():
            yield _link(node)
        case Divider():
            yield '<hr class="divider">'
        case Code():
            yield from _code(node)
        case _ as never:
            assert_never(never)


def _link(node: Link) -> str:
    label = line(node.label)
    url = words.web_address(node.url) or words.site_path(node.url)
    if url is None:
        return f'<p class="text">{label}</p>'
    href = escaped(url)
    return f'<p class="link"><a href="{href}" rel="noopener">{label or href}</a></p>'


def _code(node: Code) -> Iterator[str]:
    """Yield a text to copy; a long one that is no secret is folded below its label."""
    text = shorten(words.code(node.text), ROOM.text)
    label = line(node.label)
    folded = label and not node.secret and len(text) > _MOST_UNFOLDED
    if folded:
        yield f'<details class="fold"><summary>{label}</summary>'
    yield f'<figure class="code{" secret" if node.secret else ""}">'
    if label and not folded:
        yield f"<figcaption>{label}</figcaption>"
    # The first line break after <pre> is not shown (HTML, 13.1.2.5), so <code> comes at once.
    yield f'<pre tabindex="0"><code>{escaped(text)}</code></pre>'
    yield '<button type="button" class="copy" data-copy>Copy</button></figure>'
    if folded:
        yield "</details>"


def _figures(node: Facts | Table) -> Iterator[str]:
    if isinstance(node, Table):
        yield from _table(node)
        return
    items, rest = listed(node.items, ROOM.rows)
    yield '<dl class="facts">'
    for each in items:
        yield f'<div><dt>{line(each.label)}</dt><dd dir="auto">{lines(each.value)}</dd></div>'
    yield "</dl>"
    yield from _more(rest)


def _table(node: Table) -> Iterator[str]:
    rows, rest = listed(node.rows, ROOM.rows)
    kinds = [' class="num"' if column.numeric else "" for column in node.columns]
    yield '<div class="scroll" tabindex="0"><table class="table"><thead><tr>'
    for column, kind in zip(node.columns, kinds, strict=True):
        yield f'<th scope="col"{kind}>{line(column.title)}</th>'
    yield "</tr></thead><tbody>"
    for row in rows:
        cells = enumerate(zip(row, kinds, strict=False))
        yield "<tr>" + "".join(_cell(at, text, kind) for at, (text, kind) in cells) + "</tr>"
    yield "</tbody>"
    if rest:
        yield f'<tfoot><tr><td colspan="{len(node.columns)}">{rest}</td></tr></tfoot>'
    yield "</table></div>"


def _cell(at: int, text: str, kind: str) -> str:
    if at == 0:
        return f'<th scope="row"{kind} dir="auto">{line(text)}</th>'
    return f'<td{kind} dir="auto">{line(text)}</td>'


def _bars(node: Meter | Chart, uid: str) -> Iterator[str]:
    if isinstance(node, Chart):
        yield from _chart(node)
        return
    percent, caption = bars.share_of(node.percent), line(node.caption)
    yield f'<div class="meter {node.level}"><p class="meter-head" id="{uid}">'
    yield f'<span>{line(node.label)}</span> <span class="percent">{percent} %</span></p>'
    yield f'<div role="meter" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}"'
    yield f' aria-valuetext="{percent} %, {caption}" aria-labelledby="{uid}">{_bar(percent)}</div>'
    yield f'<p class="meter-caption">{caption}</p></div>'


def _chart(node: Chart) -> Iterator[str]:
    shown, rest = listed(list(zip(node.bars, bars.shares(node), strict=True)), ROOM.rows)
    yield f'<figure class="chart"><figcaption>{line(node.title)}</figcaption><ol class="bars">'
    for bar, share in shown:
        yield f'<li><span class="bar-label">{line(bar.label)}</span>{_bar(share)}'
        yield f'<span class="bar-caption">{line(bar.caption)}</span></li>'
    yield "</ol>"
    yield from _more(rest)
    yield "</figure>"


def _bar(percent: int) -> str:
    return (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="4"/>'
        f'<rect class="fill" width="{percent}" height="4"/></svg>'
    )


def _more(rest: str) -> Iterator[str]:
    if rest:
        yield f'<p class="text muted">{rest}</p>'
