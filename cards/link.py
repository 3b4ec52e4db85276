"""Accounts: who I am here, and how another chat account comes to stand for the same member."""

from collections.abc import Iterator
from urllib.parse import quote

from cards import rows
from cards.actions import Verb
from cards.card import (
    Button,
    Card,
    Code,
    Divider,
    Fact,
    Facts,
    Field,
    Link,
    Node,
    Style,
    Text,
    Tone,
)
from cards.phrases import count
from core.domain.spans import moment
from core.views.chat import AccountView, IdentityView, LinkCodeView, LinkRequestView

MOST_CODE = 40
PLATFORMS = {
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "telegram": "Telegram",
    "web": "Web chat",
}
LINK_ANOTHER = Button("Link another account", Verb.LINK_CODE)
WEB = Button("Open the web chat", Verb.LINK_WEB)


def link_card(*, problem: str = "") -> Card:
    """Tell somebody we do not know how to make this account theirs."""
    return Card(
        title="Link this account first",
        body=(
            *((Text(problem, Tone.WARN),) if problem else ()),
            Text("I do not know yet who you are here. It takes a minute, once:"),
            Text("1. In the web chat, or where else I know you already, say “link”."),
            Text("2. Send me here the code that you get there."),
            Text("3. Confirm it there. From then on this account is yours."),
            *rows.form(
                Button("Link", Verb.LINK_SEND, style=Style.PRIMARY),
                Field("code", "Code", hint="Good for ten minutes", most=MOST_CODE),
            ),
            Text(
                "I know you nowhere yet? Ask an administrator to add you and send you a link.",
                Tone.MUTED,
            ),
        ),
        summary="This account is not linked to a member yet. Here is how to link it.",
    )


def code_card(view: LinkCodeView, *, telegram_bot: str = "", teams_bot: str = "") -> Card:
    """Show a code to type at another account, and links that type it where we have a bot."""
    return Card(
        title="Your code for another account",
        body=(
            Text("Write to me from the other account, and send this there:"),
            Code("Send this", f"link {view.code}", secret=True),
            *_typed_for_you(view.code, telegram_bot, teams_bot),
            Text(
                f"Good until {moment(view.expires_ms)}, for one account. I ask you here before"
                " it counts. Give it to nobody: whoever links it acts as you.",
                Tone.MUTED,
            ),
            *rows.actions(rows.ACCOUNTS),
        ),
        summary="Your code for linking another account is ready.",
    )


def whoami_card(view: IdentityView) -> Card:
    """Show who somebody is here, and every account that stands for them."""
    accounts = (
        count(len(view.accounts), "linked account") if view.accounts else "no linked account"
    )
    return Card(
        title=f"You are {view.name}",
        body=(
            Facts((Fact("E-mail", view.email), Fact("Role", view.role))),
            *(node for account in view.accounts for node in _account(account)),
            Divider(),
            *rows.actions(LINK_ANOTHER, WEB),
            *rows.actions(rows.PRIVACY, rows.NOTIFY, rows.HOME),
        ),
        summary=f"You are {view.name}, with {accounts}.",
    )


def confirm_card(view: LinkRequestView) -> Card:
    """Ask the issuer whether the account that typed their code is their own."""
    if view.state != "claimed":
        return _settled(view)
    where = PLATFORMS.get(view.platform, view.platform)
    return Card(
        title=f"Is this your account on {where}?",
        body=(
            Text("An account has sent your code. If it is yours, confirm: it then acts as you."),
            _which(view),
            *rows.actions(
                Button("Yes, that is me", Verb.LINK_CONFIRM, ref=view.id, style=Style.PRIMARY),
                Button("No", Verb.LINK_DENY, ref=view.id, style=Style.DANGER),
            ),
        ),
        summary=f"An account on {where} has sent your code. Is it yours?",
    )


def claimed_card(view: LinkRequestView) -> Card:
    """Tell the account that typed a code what happens next."""
    if view.state != "claimed":
        return _settled(view)
    return Card(
        title="Nearly there",
        body=(Text("Now confirm it where you got the code. This account is yours after that."),),
        summary="Now confirm it where you got the code.",
    )


def unlinked_card(account: AccountView | None = None) -> Card:
    """Say that an account does not stand for its member any more."""
    return Card(
        title="Unlinked",
        body=(
            Text("This account does not act for you any more.", Tone.GOOD),
            *(() if account is None else (Facts((_named(account),)),)),
            Text("To use it again, link it again.", Tone.MUTED),
        ),
        summary="The account is unlinked.",
    )


def web_link_card(url: str) -> Card:
    """Give a link that signs in to the web chat, once."""
    return Card(
        title="Your link to the web chat",
        body=(
            Text("It signs you in, once, within ten minutes. Give it to nobody."),
            Code("Open this in your browser", url, secret=True),
            Link("Open the web chat", url),
        ),
        summary="Your link to the web chat is ready.",
    )


def _typed_for_you(code: str, telegram_bot: str, teams_bot: str) -> Iterator[Link]:
    """Return links that open our bot with the code; in Teams it waits there to be sent.

    learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams, where a
    bot is `28:` and its app id: learn.microsoft.com/azure/bot-service/channel-connect-teams.
    """
    if telegram_bot:
        yield Link("Or open it in Telegram", f"https://t.me/{telegram_bot}?start={code}")
    if teams_bot:
        chat = f"https://teams.microsoft.com/l/chat/0/0?users=28:{teams_bot}"
        yield Link("Or open it in Teams", f"{chat}&message={quote(f'link {code}')}")


SETTLED = {
    "confirmed": ("The account is linked", "It acts for you from now on."),
    "denied": ("The account is not linked", "You said it is not yours. The code is used up."),
}
EXPIRED = ("The code has expired", "Nothing was linked. Get a new code and send that.")


def _settled(view: LinkRequestView) -> Card:
    title, then = SETTLED.get(view.state, EXPIRED)
    tone = Tone.GOOD if view.state == "confirmed" else Tone.PLAIN
    return Card(
        title=title,
        body=(Text(then, tone), _which(view), *rows.actions(rows.ACCOUNTS, rows.HOME)),
        summary=f"{title}. {then}",
    )


def _which(view: LinkRequestView) -> Facts:
    facts = [
        Fact("Platform", PLATFORMS.get(view.platform, view.platform)),
        Fact("Account", view.account_name or "without a name"),
    ]
    if view.tenant:
        facts.append(Fact("Workspace", view.tenant))
    return Facts(tuple(facts))


def _named(account: AccountView) -> Fact:
    where = PLATFORMS.get(account.platform, account.platform)
    return Fact(where, account.name or "without a name")


def _account(account: AccountView) -> tuple[Node, ...]:
    facts = [_named(account)]
    if account.tenant:
        facts.append(Fact("Workspace", account.tenant))
    facts.append(Fact("Linked", moment(account.linked_ms)))
    if not account.reachable:
        facts.append(Fact("Notices", "I cannot write there: start the chat with me again"))
    return (
        Divider(),
        Facts(tuple(facts)),
        *rows.actions(
            Button(
                f"Unlink {PLATFORMS.get(account.platform, account.platform)}",
                Verb.LINK_END,
                ref=account.id,
                style=Style.DANGER,
                confirm="Unlink this account? It cannot act for you until you link it again.",
            )
        ),
    )
