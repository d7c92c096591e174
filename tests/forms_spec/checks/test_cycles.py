"""Fields that wait for each other, named in full."""

from __future__ import annotations

from tests.forms_spec.dictionaries import findings, said


def form(*fields: str) -> str:
    return "form: x\ntitle: X\nfields:\n" + "".join(f"  {field}\n" for field in fields)


def circles(*texts: str) -> list[str]:
    return [
        one.message.split(": ")[1] for one in findings(*texts) if one.code == "cycle"
    ]


def calculated(name: str, value: str) -> str:
    return f"{name}: {{label: {name}, type: calculated, value: '{value}'}}"


def test_a_circle_is_named_from_its_first_field_back_to_it() -> None:
    text = form(
        calculated("a", "b + 1"), calculated("b", "c + 1"), calculated("c", "a + 1")
    )
    assert circles(text) == ["a -> b -> c -> a"]


def test_a_field_that_waits_for_itself_is_a_circle() -> None:
    assert circles(form(calculated("a", "a + 1"))) == ["a -> a"]
    assert circles(form("a: {label: A, type: yes_no, show_when: a is known}")) == [
        "a -> a"
    ]


def test_a_chain_is_no_circle() -> None:
    fields = [calculated(f"a{n}", f"a{n - 1} + 1") for n in range(1, 2000)]
    assert circles(form("a0: {label: A, type: integer}", *fields)) == []


def test_conditions_and_formulas_make_circles_together() -> None:
    text = form(
        "a: {label: A, type: integer, show_when: b > 1}", calculated("b", "a + 1")
    )
    assert said(text) == ["1.yaml:4:43 cycle"]


def test_the_condition_of_a_group_counts_for_its_fields() -> None:
    group = (
        "  g:\n    show_when: a = 1\n    fields:\n      a: {label: A, type: integer}\n"
    )
    text = f"form: x\ntitle: X\ngroups:\n{group}"
    assert circles(text) == ["a -> a"]


def test_two_fields_may_each_be_required_without_the_other() -> None:
    text = form(
        "a: {label: A, required: b is not known}",
        "b: {label: B, required: a is not known}",
    )
    assert circles(text) == []


def test_a_circle_may_go_through_two_forms_and_their_rows() -> None:
    other = (
        "form: y\ntitle: Y\ngroups:\n  r:\n    rows: {max: 3}\n    show_when: x.a > "
        "1\n    fields:\n"
        "      n: {label: N, type: integer}\n"
    )
    x = form(calculated("a", "sum(r.n)"))
    assert circles(x, other) == ["a -> r -> a"]


def test_the_same_field_at_the_visit_before_is_no_circle() -> None:
    assert circles(form(calculated("a", "x[previous].a + 1"))) == []


def test_every_circle_is_told() -> None:
    text = form(*(calculated(a, f"{b} + 1") for a, b in ("ab", "ba", "cd", "dc")))
    assert circles(text) == ["a -> b -> a", "c -> d -> c"]
