"""What can be done with a card, as HTML: buttons, and forms with labels and hints."""

from collections.abc import Iterator
from typing import assert_never

from cards.card import Actions, Button, Field, Form, Kind, Style
from cards.render import fields, words
from cards.render.markup import Page, escaped, line


def actions(node: Actions, page: Page) -> Iterator[str]:
    yield _form_start("act", page)
    yield from map(_button, node.buttons)
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
    told = line(fields.hint(field))
    hint = f' aria-describedby="{uid}-hint"' if told else ""
    needed = " required" if field.required else ""
    yield _input(field, f'id="{uid}" name="{escaped(words.line(field.name))}"{hint}{needed}')
    if told:
        yield f'<p class="hint" id="{uid}-hint">{told}</p>'
    yield "</div>"


def _input(field: Field, start: str) -> str:
    most = max(field.most, 1)
    value = escaped(fields.value(field, most))
    match field.kind:
        case Kind.TEXT:
            # The first line break after the tag is not part of the value (HTML, 13.1.2.5).
            size = f'rows="3" maxlength="{most}"'
            return f'<textarea {start} class="text" {size}>\n{value}</textarea>'
        case Kind.DATE:
            return f'<input {start} class="date" type="date" value="{value}">'
        case Kind.LINE | Kind.AMOUNT:
            typing = ' inputmode="decimal"' if field.kind is Kind.AMOUNT else ""
            look = f'class="{field.kind}" type="text"{typing} autocomplete="off"'
            return f'<input {start} {look} maxlength="{most}" value="{value}">'
        case _ as never:
            assert_never(never)
