"""The web chat: the one platform that needs no credentials, and the product's face.

Server-rendered pages, a small script, one stream of what changes. `app.py` joins the parts.
"""
