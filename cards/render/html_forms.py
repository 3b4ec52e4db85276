"""What can be done with a card, as HTML: buttons, and forms with labels and hints."""

from collections.abc import Iterator

from cards.card import Actions, Button, Field, Form, Kind, Style
from cards.render import words
from cards.render.limits import begin
from cards.render.markup import ROOM, Page, escaped, line


def actions(node: Actions, page: Page) -> Iterator[str]:
    if node.buttons:
        yield _form_start("act", page)
        for button in node.buttons[: ROOM.buttons]:
            yield _button(button)
        yield "</form>"


def form(node: Form, page: Page, uid: str) -> Iterator[str]:
    yield _form_start("act form", page)
    for at, field in enumerate(node.fields):
        yield from _field(field, f"{uid}-{at}")
    yield f'<div class="buttons">{_button(node.submit)}</div></form>'


def _form_start(kind: str, page: Page) -> str:
    start = f'<form class="{kind}" method="post" action="{escaped(page.action)}">'
    return start + "".join(
        f'<input type="hidden" name="{escaped(name)}" value="{escaped(value)}">'
        for name, value in page.hidden.items()
    )


def _button(button: Button) -> str:
    style = "" if button.style is Style.DEFAULT else f" {button.style}"
    confirm = f' data-confirm="{line(button.confirm)}"' if button.confirm else ""
    start = f'<button type="submit" class="button{style}" name="token"'
    label = line(button.label) or words.NOTHING
    return f'{start} value="{escaped(button.token)}"{confirm}>{label}</button>'


def _field(field: Field, uid: str) -> Iterator[str]:
    optional = "" if field.required else ' <span class="optional">optional</span>'
    yield f'<div class="field"><label for="{uid}">{line(field.label)}{optional}</label>'
    hint = f' aria-describedby="{uid}-hint"' if field.hint else ""
    needed = " required" if field.required else ""
    yield _input(field, f'id="{uid}" name="{escaped(words.line(field.name))}"{hint}{needed}')
    if field.hint:
        yield f'<p class="hint" id="{uid}-hint">{line(field.hint)}</p>'
    yield "</div>"


def _input(field: Field, start: str) -> str:
    most = max(field.most, 1)
    limit = f'maxlength="{most}"'
    if field.kind is Kind.TEXT:
        value = escaped(begin(words.lines(field.value), most))
        # The first line break after the tag is not part of the value (HTML, 13.1.2.5).
        return f'<textarea {start} class="text" rows="3" {limit}>\n{value}</textarea>'
    if field.kind is Kind.DATE:
        return f'<input {start} class="date" type="date" value="{words.iso_date(field.value)}">'
    typing = ' inputmode="decimal"' if field.kind is Kind.AMOUNT else ""
    value = escaped(begin(words.line(field.value), most))
    return (
        f'<input {start} class="{field.kind}" type="text"{typing} autocomplete="off"'
        f' {limit} value="{value}">'
    )
