"""Microsoft Teams: commands, cards that each viewer sees as theirs, dialogs, and a channel.

`sdk.py` alone knows Microsoft's library, which is out of support and will be replaced there;
`app.py` joins the parts. Nothing of a request is believed before its token is right.
"""
