"""What is raised for words that cannot be read."""


class Unclear(Exception):
    """Somebody wrote something that cannot be read as what it should be.

    The text is one sentence for them: what was wrong, and what would do. Nothing has happened.
    """
