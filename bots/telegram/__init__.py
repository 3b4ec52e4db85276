"""Telegram: commands, buttons, forms by question and answer, and an approvals group.

`sdk.py` alone knows python-telegram-bot; `app.py` joins the parts. Whatever comes in is noted in
the inbox before Telegram hears that it has arrived, and only then worked on.
"""
