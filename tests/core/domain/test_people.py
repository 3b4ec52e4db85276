import pytest

from core.domain.people import Named, called

ANN = Named("usr_1", "Ann Lee", "ann.lee@x.example")
ANNE = Named("usr_2", "Anne Poe", "poe@x.example")
JOSE = Named("usr_3", "Jos\u00e9 Ann Mar\u00eda", "jm@x.example")
LEE = Named("usr_4", "Lee", "ann@y.example")
ALL = (ANN, ANNE, JOSE, LEE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("usr_2", (ANNE,)),
        ("poe@x.example", (ANNE,)),
        ("POE@X.example", (ANNE,)),
        ("ann lee", (ANN,)),
        ("@Ann  Lee", (ANN,)),
        ("Lee", (LEE,)),
        ("ann", (ANN, JOSE, LEE)),
        ("@ann.lee", (ANN,)),
        ("anne", (ANNE,)),
        ("jose", (JOSE,)),
        ("maria", (JOSE,)),
        ("jos\u00e9 a", (JOSE,)),
        ("an", (ANN, ANNE, JOSE)),
        ("po", (ANNE,)),
        ("nobody", ()),
        ("usr_", ()),
        ("@x.example", ()),
        ("", ()),
        ("@", ()),
        ("  ", ()),
    ],
)
def test_the_best_name_wins_and_equals_are_all_returned(
    text: str, found: tuple[Named, ...]
) -> None:
    assert called(ALL, text) == found


def test_one_word_of_several_names_is_ambiguous() -> None:
    twins = (Named("a", "Ann Lee", "a@x"), Named("b", "Bob Lee", "b@x"))

    assert called(twins, "lee") == twins
