"""The changes between two versions of a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from forms_spec.findings.finding import Severity
from forms_spec.findings.places import TextPlace
from forms_spec.loading.translated_study import study_in
from forms_spec.model.edit_checks import EditCheck
from forms_spec.model.fields import Field, Group
from forms_spec.model.study import Study
from forms_spec.model.visits import Expectation, Scheduled
from generator.comparison.attributes import ATTRIBUTES, Attribute
from generator.comparison.change import Consequence, DictionaryChange, Effect, Scope
from generator.comparison.codes import code_changes
from generator.comparison.entities import Entity, EntityKey, entities
from generator.comparison.gist import gist, in_words, in_words_both
from generator.comparison.renames import with_likenesses
from generator.comparison.source_lines import SourceLines

NO_PARENT = EntityKey("", "")
TRANSLATED = Consequence(Effect.HARMLESS, "Only what people read changes.")
ORDER = Consequence(
    Effect.LOOK, "Rules that look at an earlier visit may look at another one."
)
GONE: Mapping[str, Consequence] = {
    "form": Consequence(
        Effect.BREAKS, "Captured forms are of the past, and are shown as such.", False
    ),
    "group": Consequence(
        Effect.BREAKS, "Captured rows stay in the history, and are not shown.", False
    ),
    "field": Consequence(
        Effect.BREAKS, "Captured answers stay in the history, and are not shown.", False
    ),
    "visit": Consequence(Effect.BREAKS, "Captured forms are of the past.", False),
    "schedule": Consequence(
        Effect.BREAKS, "Captured forms of the visit are of the past.", False
    ),
    "missing code": Consequence(
        Effect.BREAKS, "Captured reasons become errors or common answers."
    ),
    "role": Consequence(Effect.LOOK, "Accounts of the role can do nothing any more."),
}
"""What it does when a thing goes; of all others as when a rule changes."""
NEW: Mapping[str, Consequence] = {
    "missing code": Consequence(
        Effect.LOOK, "Answers with this text become a reason why there is none."
    ),
    "role": Consequence(Effect.HARMLESS, "Nobody has the role yet."),
    "form": Consequence(Effect.HARMLESS, "There is one more form to fill in."),
    "group": Consequence(Effect.HARMLESS, "There is one more group to fill in."),
    "visit": Consequence(Effect.LOOK, "There is one more visit, which may be due."),
    "parameter": Consequence(Effect.HARMLESS, "Nothing is computed by it alone."),
    "derivation": Consequence(Effect.HARMLESS, "Nothing is computed by it alone."),
    "table": Consequence(Effect.HARMLESS, "Nothing is computed by it alone."),
}
OPTIONAL = Consequence(Effect.HARMLESS, "There is one more question, left blank.")
MANDATORY = Consequence(
    Effect.BREAKS, "Complete forms lack it, so they become incomplete."
)
RULES = Consequence(Effect.LOOK, "Captured forms may get other findings or values.")
GRAVE_RULES = RULES._replace(effect=Effect.BREAKS)


def compare(before: Study, after: Study) -> tuple[DictionaryChange, ...]:
    """What ``after`` says otherwise, in the order of the newer text; what went last.

    The order of forms, groups, fields and codes is no change, nor is how the text is
    laid out. Translations count as far as both versions have them.
    """
    changes = list(_VersionPair.of(before, after).changes())
    known = {(change.what, change.name, change.key) for change in changes}

    for language in after.translated_into:
        if language not in before.translated_into:
            continue
        translated = study_in(before, language), study_in(after, language)
        for change in _VersionPair.of(*translated).changes():
            # What differs in every language was said already.
            if (change.what, change.name, change.key) not in known:
                key = f"{change.key} in {language}"
                changes.append(replace(change, key=key, consequence=TRANSLATED))

    return tuple(sorted(with_likenesses(changes, before, after), key=_in_text))


def _in_text(change: DictionaryChange) -> tuple[object, ...]:
    place = change.place or change.old_place
    if place is None:
        return (True, "", 0)

    return (change.place is None, place.file, place.line)


@dataclass(frozen=True, kw_only=True)
class _VersionPair:
    """Two versions, with their things and the lines of their files."""

    before: Study
    after: Study
    old: Mapping[EntityKey, Entity]
    new: Mapping[EntityKey, Entity]
    old_lines: SourceLines
    new_lines: SourceLines

    @classmethod
    def of(cls, before: Study, after: Study) -> _VersionPair:
        return cls(
            before=before,
            after=after,
            old=entities(before),
            new=entities(after),
            old_lines=SourceLines(before.files),
            new_lines=SourceLines(after.files),
        )

    def changes(self) -> Iterator[DictionaryChange]:
        for key, entity in self.new.items():
            if key in self.old:
                yield from self._changed(self.old[key], entity)

        for entity in _only_in(self.new, self.old):
            yield _whole(entity, _line(self.new_lines, entity, ""), came=True)

        for entity in _only_in(self.old, self.new):
            yield _whole(entity, _line(self.old_lines, entity, ""), came=False)

        yield from self._order()

    def _changed(self, old: Entity, new: Entity) -> Iterator[DictionaryChange]:
        """The keys that say something else; two attributes may come from one key."""
        by_key: dict[str, DictionaryChange] = {}

        for name, row in ATTRIBUTES[type(new.value)].items():
            if not isinstance(row, Attribute):
                continue

            values = getattr(old.value, name), getattr(new.value, name)
            if gist(values[0]) == gist(values[1]):
                continue

            change = self._change(old, new, row, values)
            known = by_key.get(row.key)
            if known is None or change.effect > known.effect:
                by_key[row.key] = change

        yield from by_key.values()
        if isinstance(new.value, Field):
            yield from self._codes(old, new)

    def _change(
        self, old: Entity, new: Entity, row: Attribute, values: tuple[object, object]
    ) -> DictionaryChange:
        words = in_words_both(*values)
        consequence = row.weigh(*values)
        if isinstance(new.value, EditCheck):
            consequence = _rule_weight(new.value, consequence)

        return DictionaryChange(
            what=new.key.what,
            name=new.key.name,
            key=row.key,
            before=words[0],
            after=words[1],
            place=_line(self.new_lines, new, row.key),
            old_place=_line(self.old_lines, old, row.key),
            consequence=consequence,
            scopes=_scopes(new),
        )

    def _codes(self, old: Entity, new: Entity) -> Iterator[DictionaryChange]:
        scope = new.scope
        assert scope is not None
        table = self.after.tables.get(scope.table or "")
        group = table.group if table is not None else None
        are_rows = group is not None and new.value.name in group.fixed
        yield from code_changes(old.value, new.value, scope, are_rows=are_rows)

    def _order(self) -> Iterator[DictionaryChange]:
        """The order of visits says which of them is the one before."""
        shared = set(self.before.visits) & set(self.after.visits)
        old = list(filter(shared.__contains__, self.before.visits))
        new = list(filter(shared.__contains__, self.after.visits))
        if old == new:
            return

        yield DictionaryChange(
            what="study",
            name="",
            key="order of visits",
            before=in_words(tuple(old)),
            after=in_words(tuple(new)),
            place=self.after.visits[new[0]].place,
            old_place=self.before.visits[old[0]].place,
            consequence=ORDER,
            scopes=(Scope(),),
        )


def _only_in(
    things: Mapping[EntityKey, Entity], others: Mapping[EntityKey, Entity]
) -> Iterator[Entity]:
    """What one version has and the other lacks, without what belongs to such a thing."""
    known = {NO_PARENT, *others}
    for key, entity in things.items():
        if key not in others and (entity.parent or NO_PARENT) in known:
            yield entity


def _line(lines: SourceLines, entity: Entity, key: str) -> TextPlace | None:
    """Where a thing says a key; the words after it say which part of it is meant."""
    place = entity.place

    for step in entity.steps:
        place = lines.place(place, step)

    return lines.place(place, key.partition(" ")[0])


def _whole(entity: Entity, place: TextPlace | None, *, came: bool) -> DictionaryChange:
    """A thing that came or went as a whole."""
    words = _title(entity)
    return DictionaryChange(
        what=entity.key.what,
        name=entity.key.name,
        key="",
        before="" if came else words,
        after=words if came else "",
        place=place if came else None,
        old_place=None if came else place,
        consequence=_coming(entity) if came else _going(entity),
        scopes=_scopes(entity),
    )


def _title(entity: Entity) -> str:
    for name in ("label", "title", "message", "value"):
        words = getattr(entity.value, name, None)
        if words and isinstance(words, str):
            return in_words(words)

    return entity.key.name or entity.key.what


def _going(entity: Entity) -> Consequence:
    return GONE.get(entity.key.what, RULES)


def _coming(entity: Entity) -> Consequence:
    value = entity.value
    if isinstance(value, Field):
        return _new_field(value)
    if isinstance(value, Group):
        return max((NEW["group"], *map(_new_field, value.fields)), key=_gravity)
    if isinstance(value, EditCheck):
        return _rule_weight(value, RULES)
    if isinstance(value, Scheduled):
        if value.expectation is Expectation.OPTIONAL:
            return Consequence(
                Effect.HARMLESS, "The visit has one more form to fill in."
            )
        return Consequence(Effect.LOOK, "Visits that took place lack the form.")

    return NEW.get(entity.key.what, RULES)


def _new_field(field: Field) -> Consequence:
    return OPTIONAL if field.required is False else MANDATORY


def _rule_weight(rule: EditCheck, consequence: Consequence) -> Consequence:
    """A rule that refuses answers breaks what another one asks about."""
    if consequence.effect is Effect.HARMLESS:
        return consequence

    return GRAVE_RULES if rule.severity is Severity.ERROR else RULES


def _gravity(consequence: Consequence) -> Effect:
    return consequence.effect


def _scopes(entity: Entity) -> tuple[Scope, ...]:
    return () if entity.scope is None else (entity.scope,)


def gravest(changes: Iterable[DictionaryChange]) -> Effect:
    """The gravest effect of some changes; harmless where there is none."""
    return max((change.effect for change in changes), default=Effect.HARMLESS)
