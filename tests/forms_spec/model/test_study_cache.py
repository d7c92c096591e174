"""What is worked out from a study is kept with it, apart for each cache, and goes when
the study goes.
"""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from threading import Barrier, Thread

from forms_spec.model.study import Study
from forms_spec.model.study_cache import StudyCache
from tests.studies import small_study


def test_a_value_is_worked_out_once_for_each_study() -> None:
    cache: StudyCache[str, list[str]] = StudyCache()
    study, other = fresh(), fresh()
    first = cache.get(study, "vs", lambda: ["first"])
    assert cache.get(study, "vs", lambda: ["second"]) is first
    assert cache.get(study, "lb", lambda: ["third"]) == ["third"]
    assert cache.get(other, "vs", lambda: ["fourth"]) == ["fourth"]


def test_nothing_is_a_value_too() -> None:
    cache: StudyCache[str, str | None] = StudyCache()
    study = fresh()
    assert cache.get(study, "vs", lambda: None) is None
    assert cache.get(study, "vs", lambda: "late") is None


def test_caches_do_not_see_each_other() -> None:
    texts: StudyCache[str, str] = StudyCache()
    numbers: StudyCache[str, int] = StudyCache()
    study = fresh()
    assert texts.get(study, "vs", lambda: "text") == "text"
    assert numbers.get(study, "vs", lambda: 1) == 1
    assert texts.of(study) == {"vs": "text"}


def test_an_altered_study_starts_with_nothing() -> None:
    cache: StudyCache[str, str] = StudyCache()
    study = fresh()
    cache.get(study, "vs", lambda: "of the first")
    assert cache.of(replace(study, title="Another")) == {}
    assert study == replace(study)


def test_a_study_goes_although_its_values_refer_to_it() -> None:
    cache: StudyCache[str, Study] = StudyCache()
    study = fresh()
    cache.of(study)["itself"] = study
    gone = weakref.ref(study)
    del study
    gc.collect()
    assert gone() is None


def test_threads_get_the_same_value() -> None:
    cache: StudyCache[str, object] = StudyCache()
    study, start = fresh(), Barrier(8)
    values: list[object] = []

    def work() -> None:
        start.wait()
        values.append(cache.get(study, "vs", object))

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, values))) == 1


def fresh() -> Study:
    """A study of which nothing was worked out yet."""
    return replace(small_study())
