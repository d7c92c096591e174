"""What belongs to some arms only, as a condition on the arm of the subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms_spec.findings.finding import Finding
from forms_spec.findings.places import TextPlace
from forms_spec.findings.suggestions import did_you_mean
from forms_spec.loading.finding_collector import Notes, SourceNode
from forms_spec.model.arms import Arms
from forms_spec.rules import Expression, parse_expression


@dataclass(frozen=True, kw_only=True)
class ArmConditions:
    """Makes the conditions; ``arms`` is None in a study that has none."""

    arms: Arms | None
    notes: Notes

    def under_key(self, names: Sequence[str], spot: SourceNode) -> Expression | None:
        """The condition of an ``arms`` key, which lists arms; None where it lists none."""
        places = [spot.at("arms", index).place for index in range(len(names))]
        return self.of(names, places, spot.at("arms").place)

    def of(
        self, names: Sequence[str], places: Sequence[TextPlace], place: TextPlace
    ) -> Expression | None:
        """The condition that the subject is in one of the arms; an unknown arm is
        noted.
        """
        known = self.arms.titles if self.arms else {}
        for name, name_place in zip(names, places, strict=True):
            if name not in known:
                near = did_you_mean(name, known)
                self.notes.say("unknown-arm", name_place, name=name, near=near)

        listed = [name for name in names if name in known]
        if self.arms is None or not listed:
            return None

        return membership(self.arms, listed, place)


def membership(arms: Arms, names: Sequence[str], place: TextPlace) -> Expression | None:
    """That the arm of a subject is one of these; None where nothing gives the arm."""
    codes = ", ".join(f"'{name}'" for name in names)
    parsed = parse_expression(f"{arms.by} in ({codes})", place)
    # ``check_arms`` says what is wrong with it.
    if isinstance(parsed, Finding):
        return None

    return parsed
