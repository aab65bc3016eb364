from dataclasses import replace

from toolkit.engines.fake import FakeEngine
from toolkit.prompts import load_prompt
from toolkit.summarization.abstractive import AbstractiveSummarizer
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence, index_text
from toolkit.summarization.forms import Form
from toolkit.summarization.request import SummaryRequest

ARTICLE = (
    "Russian President Vladimir Putin met Wang Yi in Moscow on May 14.\n\n"
    "They signed 58 agreements worth 1,200 million dollars. The talks went on for a long time and "
    "both men praised the growing trade between their two countries in front of the press."
)


PROMPTS = {
    name: load_prompt("summarization", name)
    for name in ("headline", "brief", "standard", "detailed", "bullets")
}


def grounds(text, language="en"):
    return index_text(text, language=language)


def task(text=ARTICLE, *, max_words=20, length="brief", style="prose", **options):
    return SummaryRequest(
        text=text, evidence=grounds(text), form=Form(length, style, max_words), **options
    )


class Sure(FakeEngine):
    """One whose samples and further beams say again what is likeliest."""

    def __init__(self, answer, **options):
        super().__init__(answer, **options)
        self._likeliest = {}

    def _output(self, source, config):
        if not config.do_sample or source not in self._likeliest:
            once = replace(config, num_return_sequences=1)
            self._likeliest[source] = super()._output(source, once)
        return self._likeliest[source]


def summarizer(*answers, store=None, **options):
    """A summarizer whose engine gives `answers` in turn, the last one ever after, and the texts
    that it is asked about.
    """
    remaining = list(answers)
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return remaining.pop(0) if len(remaining) > 1 else remaining[0]

    engine = Sure(answer, **options)
    return AbstractiveSummarizer(engine=engine, prompts=PROMPTS, store=store), asked


FRENCH = (
    "Mercredi 9 avril, 58 accords de 1,2 milliard de dollars ont été signés à 14h30. Douze sont en "
    "cours. Le prix a triplé en cinq ans. « Nous irons jusqu'au bout », a dit le maire."
)


FIRST = (
    "Un autocar est tombé jeudi dans un ravin près de Thiès, tuant 12 personnes. "
    "Le préfet Issa Kaboré a demandé une enquête sur l'état de la route."
)


SECOND = (
    "Un autocar est tombé vendredi dans un ravin près de Thiès, tuant 15 personnes. "
    "Selon la préfecture, le chauffeur avait perdu le contrôle du véhicule."
)


def report(name, text, **options):
    return SummaryRequest(
        text=text,
        evidence=index_text(text, language="fr", document=name),
        form=Form("brief", "prose", 60),
        **options,
    )


LONG = " ".join(
    (
        "La ministre a présenté lundi un plan pour les écoles de la région.",
        "Le plan prévoit des travaux dans les écoles de la région.",
        "Les travaux des écoles de la région commenceront en mai.",
        "Il a plu.",
    )
)


def translated(*pairs):
    """EvidenceIndex of French sentences with their translations."""
    return EvidenceIndex(
        tuple(
            SourceSentence(french, english, at, "a") for at, (french, english) in enumerate(pairs)
        )
    )


XI_AND_LAVROV = translated(
    (
        "M. Xi a qualifié les relations de trésor précieux et appelé à discuter de l'OCS.",
        "Mr. Xi called the relations a precious treasure and urged talks on the SCO.",
    ),
    (
        "Il a exprimé son espoir de promouvoir l'amitié avec le président Poutine.",
        "He expressed his hope of promoting friendship with President Putin.",
    ),
    (
        "Le commerce progresse fortement, a souligné le ministre russe Sergueï Lavrov.",
        "Trade is growing strongly, stressed Russian Minister Sergei Lavrov.",
    ),
    (
        "La Russie est prête à coopérer davantage, a-t-il ajouté.",
        "Russia is ready for more, he added.",
    ),
    ("Selon Anna Petrova, les prix baissent depuis lundi.", "Prices have fallen since Monday."),
    ("« Nous attendons », dit Karl Brenner, directeur du site.", '"We wait," says Karl Brenner.'),
    ("Les deux pays sont voisins.", "The two countries are neighbours."),
    (
        "Le chef de la diplomatie, Wang Yi, a quant à lui promis de l'aide.",
        "The foreign minister, Wang Yi, for his part promised help.",
    ),
)


REPORT = (
    ("Un car est tombé dans un ravin.", "A coach fell into a ravine."),
    ("Douze passagers sont morts jeudi.", "Twelve passengers died on Thursday."),
    ("Jeudi, 38.", "Thursday, 38."),
    ("La route reste fermée à Thiès.", "The road is still closed in Thiès."),
)
