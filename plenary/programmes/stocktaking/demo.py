"""Generated entries for the demonstration and for measuring: plainly made up, spread over concepts as real ones are."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.errors import Invalid
from plenary.ground.audit.actors import SYSTEM, Actor
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking import actions
from plenary.programmes.stocktaking.actions.history import note_update
from plenary.programmes.stocktaking.actions.merging import merge_entries
from plenary.programmes.stocktaking.asking import ANSWER_WITHIN
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft, WebLink
from plenary.programmes.stocktaking.models import Collection, Entry

_SOURCE = "generated"
_ENTRIES = 60  # of the demonstration
#: Collections into which generated entries may go: those of the demonstration, never real ones.
_MADE_UP = "demo-"
_REASONS = Text(
    {
        "en": "Part of the generated sample: the project names this goal.",
        "fr": "Élément de l'échantillon généré : le projet cite cet objectif.",
    }
)
#: In how many entries of a hundred each language is the original.
_LANGUAGES = {"en": 58, "fr": 11, "es": 11, "ar": 8, "zh": 7, "ru": 5}
_TITLES = {"en": "Project {n}", "fr": "Projet {n}", "es": "Proyecto {n}", "ar": "مشروع {n}", "zh": "项目{n}", "ru": "Проект {n}"}
_SUMMARIES = {
    "en": "Entry {n} of the generated sample. It stands for a project on: {about}.",
    "fr": "Entrée {n} de l'échantillon généré. Elle tient lieu d'un projet sur : {about}.",
    "es": "Entrada {n} de la muestra generada. Representa un proyecto sobre: {about}.",
    "ar": "المدخل {n} من العينة المولَّدة. وهو يمثل مشروعًا بشأن: {about}.",
    "zh": "生成样本中的第{n}个条目，代表关于以下内容的项目：{about}。",
    "ru": "Запись {n} созданной программой выборки. Она стоит на месте проекта на тему: {about}.",
}
_NOT_REAL = {
    "en": "This text was generated to show what a page looks like; it describes nothing real.",
    "fr": "Ce texte a été généré pour montrer à quoi ressemble une page ; il ne décrit rien de réel.",
    "es": "Este texto se generó para mostrar cómo es una página; no describe nada real.",
    "ar": "وُلّد هذا النص لبيان شكل الصفحة؛ ولا يصف شيئًا حقيقيًا.",
    "zh": "此文本由程序生成，用于展示页面样式，不描述任何真实事物。",
    "ru": "Этот текст создан программой, чтобы показать, как выглядит страница; он не описывает ничего настоящего.",
}
#: What the other parts of an entry say, with the chance that it is there. Numbers in them are as made up as the rest.
_STORIES: dict[str, tuple[float, dict[str, str]]] = {
    "beneficiaries": (0.6, {
        "en": "Some {k} people of a made-up place.", "fr": "Quelque {k} personnes d'un lieu fictif.", "es": "Unas {k} personas de un lugar ficticio.",
        "ar": "نحو {k} شخص في مكان وهمي.", "zh": "虚构地点的约{k}人。", "ru": "Около {k} человек в вымышленном месте.",
    }),
    "results": (0.55, {
        "en": "Generated result: {k} devices, {m} courses.", "fr": "Résultat généré : {k} appareils, {m} formations.",
        "es": "Resultado generado: {k} dispositivos, {m} cursos.", "ar": "نتيجة مولَّدة: {k} جهازًا و{m} دورة.",
        "zh": "生成的成果：{k}台设备，{m}门课程。", "ru": "Созданный программой результат: {k} устройств, {m} курсов.",
    }),
    "challenges": (0.35, {
        "en": "Generated challenge: power, upkeep and training.", "fr": "Difficulté générée : électricité, entretien et formation.",
        "es": "Dificultad generada: electricidad, mantenimiento y formación.", "ar": "تحدٍّ مولَّد: الكهرباء والصيانة والتدريب.",
        "zh": "生成的挑战：供电、维护和培训。", "ru": "Созданная программой трудность: электричество, обслуживание и обучение.",
    }),
    "partnerships": (0.3, {
        "en": "Generated partnership: one brings the place, the other the equipment.", "fr": "Partenariat généré : l'un apporte le lieu, l'autre le matériel.",
        "es": "Alianza generada: uno aporta el lugar y el otro el equipo.", "ar": "شراكة مولَّدة: طرف يوفر المكان وطرف يوفر المعدات.",
        "zh": "生成的伙伴关系：一方提供场地，另一方提供设备。", "ru": "Созданное программой партнерство: один дает место, другой оборудование.",
    }),
    "replicability": (0.3, {
        "en": "Generated note: others need a room, a connection and two trainers.", "fr": "Note générée : il faut une salle, une connexion et deux formateurs.",
        "es": "Nota generada: hacen falta una sala, una conexión y dos formadores.", "ar": "ملاحظة مولَّدة: يحتاج الآخرون إلى قاعة واتصال ومدربين اثنين.",
        "zh": "生成的说明：他人需要一间教室、网络连接和两名培训师。", "ru": "Созданное программой примечание: нужны помещение, связь и два преподавателя.",
    }),
}  # fmt: skip
_LABELS = {"en": "Report", "fr": "Rapport", "es": "Informe", "ar": "تقرير", "zh": "报告", "ru": "Отчет"}


def _spread(concepts: Sequence[Concept], chance: random.Random, count: int) -> list[Concept]:
    """Some of the concepts, the first ones more often, as in real collections."""
    if not concepts:
        return []
    weights = [1 / (position + 2) for position in range(len(concepts))]
    return list(dict.fromkeys(chance.choices(concepts, weights, k=count)))


@transaction.atomic
def make_demo_entries(
    count: int, *, actor: Actor = SYSTEM, edition: Edition | None = None, seed: int = 42, progress: Callable[[int], None] | None = None
) -> list[Entry]:
    """Add generated entries up to this number; those made before stay. The same seed gives the same entries.

    edition: of all of them; without it they are spread over the editions that are loaded.

    Raises: Invalid where no concepts are loaded.
    """
    chance = random.Random(seed)  # noqa: S311 no secret hangs on it
    schemes: dict[str, list[Concept]] = {}
    for concept in Concept.objects.filter(retired_on__isnull=True).select_related("scheme"):
        schemes.setdefault(concept.scheme.code, []).append(concept)
    if not schemes.get("action-lines"):
        raise Invalid({"": [_("Load the concepts first: plenary framework load.")]})
    editions = [edition] if edition else list(Edition.objects.filter(starts_on__isnull=False).exclude(code="demo").order_by("starts_on"))
    shuffled = {code: chance.sample(concepts, len(concepts)) for code, concepts in schemes.items()}
    collections = list(Collection.objects.filter(code__startswith=_MADE_UP).order_by("code").values_list("code", flat=True))
    drafts = [_draft(number, chance, shuffled, editions, collections) for number in range(1, count + 1)]
    known = set(Entry.objects.filter(source=_SOURCE).values_list("source_id", flat=True))
    return actions.add_entries(actor=actor, drafts=[draft for draft in drafts if draft.source_id not in known], progress=progress)


def _draft(number: int, chance: random.Random, schemes: dict[str, list[Concept]], editions: Sequence[Edition], collections: Sequence[str] = ()) -> EntryDraft:
    edition = chance.choices(editions, range(1, len(editions) + 1))[0] if editions else None
    year = edition.starts_on.year if edition and edition.starts_on else None
    lines = _spread(schemes["action-lines"], chance, chance.choice((1, 1, 1, 2, 3)))
    goals = _spread(schemes.get("sdgs", []), chance, chance.choice((1, 2, 2, 3, 4)))
    countries = _spread(schemes.get("countries", []), chance, 1 if chance.random() < 0.93 else 3) if chance.random() < 0.97 else []
    themes = _spread(schemes.get("themes", []), chance, chance.choice((0, 0, 1, 1, 2)))
    kind = next(iter(_spread(schemes.get("stakeholder-types", []), chance, 1)), None)
    starts = date(year - chance.randint(0, 3), chance.randint(1, 12), 1) if year and chance.random() < 0.8 else None
    status = chance.choice(("ongoing", "ongoing", "ongoing", "completed", "planned")) if starts else ""
    language = chance.choices(list(_LANGUAGES), list(_LANGUAGES.values()))[0]
    # Some have a translation too, which a machine would have made.
    languages = (language, "en") if language != "en" and chance.random() < 0.3 else (language,)
    values = {"n": f"{number:04d}", "k": chance.randint(2, 90) * 10, "m": chance.randint(2, 30)}

    def text(templates: Mapping[str, str]) -> Text:
        texts = {each: templates[each].format(**values, about=lines[0].label.best(each).text) for each in languages}
        return Text(texts, language, frozenset(languages[1:]))

    summary = text(_SUMMARIES)
    story = text({each: f"{_SUMMARIES[each]}\n\n{_NOT_REAL[each]}" for each in languages})
    told: dict[str, Any] = {name: text(templates) for name, (likely, templates) in _STORIES.items() if chance.random() < likely}
    place = countries[0] if len(countries) == 1 else None
    body = _organisation(number, chance)
    partners = [
        OrganisationDraft(_organisation(number, chance), place, role=role) for role, likely in (("partner", 0.3), ("funder", 0.15)) if chance.random() < likely
    ]
    return EntryDraft(
        title=text(_TITLES),
        summary=summary,
        description=story,
        **told,
        edition=edition,
        stakeholder_type=kind,
        reach=chance.choice(("local", "national", "national", "national", "regional", "international", "global")),
        status=status,
        starts_on=starts,
        ends_on=date(starts.year + chance.randint(1, 3), 12, 31) if starts and status == "completed" else None,
        year=year,
        website=f"https://example.org/projects/{number:04d}" if chance.random() < 0.5 else "",
        web_links=(WebLink(f"https://example.org/projects/{number:04d}/report", _LABELS[language]),) if chance.random() < 0.3 else (),
        source=_SOURCE,
        source_id=f"generated-{edition.code if edition else 'all'}-{number:04d}",
        links=tuple(
            LinkDraft(concept, _REASONS if concept.scheme.code == "sdgs" and chance.random() < 0.3 else Text())
            for concept in [*lines, *goals, *countries, *themes]
        ),
        organisations=(OrganisationDraft(body, place, kind), *(each for each in partners if each.name != body)),
        collections=tuple(code for code in collections if chance.random() < 0.25),
    )


def _organisation(number: int, chance: random.Random) -> str:
    return f"Organisation {chance.randint(1, max(2, number // 3 + 1)):04d}"


def make_demo() -> None:
    """What the start of a demo adds: enough to fill some pages of the list, all in the demo edition.

    Generated entries never stand in a real edition, whose figures count its records. Two of them come twice and are merged, a
    few have not been confirmed, and some were brought up to date, so that all of this can be seen.
    """
    edition = Edition.objects.filter(code="demo").first()
    if edition is None:
        return
    made = make_demo_entries(_ENTRIES, edition=edition)
    if len(made) == _ENTRIES:
        _lead_a_life(made, edition)


@transaction.atomic
def _lead_a_life(made: Sequence[Entry], edition: Edition) -> None:
    for entry in made[4:6]:
        draft = actions.current_draft(entry)
        again = actions.create_entry(actor=SYSTEM, draft=replace(draft, number="", source_id=f"{draft.source_id}-again"))
        merge_entries(actor=SYSTEM, kept=entry, gone=again, reason="generated twice, to show what merging does")
    for entry in made[10:15]:
        note_update(actor=SYSTEM, entry=entry, edition=edition)
    # As if their owners had been asked and had not answered.
    Entry.objects.filter(pk__in=[entry.pk for entry in made[20:24]]).exclude(status=Entry.Status.COMPLETED).update(asked_at=timezone.now() - 2 * ANSWER_WITHIN)
    search.changed(actions.INDEX_KIND, *(entry.number for entry in made[20:24]))
