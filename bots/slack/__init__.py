"""Slack: `/tokenpool`, buttons, modals, App Home, and an approvals channel.

`sdk.py` alone knows Slack's own libraries; `app.py` joins the parts. Whatever comes in is
verified, noted in the inbox, acknowledged, and only then worked on.
"""
