"""What the chain makes of documents, without the chain."""

from dataclasses import replace

from toolkit.articles import Article
from toolkit.documents import Document, Evidence, Segment, Statement, Summary, Translation
from toolkit.engines.base import Candidate, EngineInfo
from toolkit.results import Caution, Result
from toolkit.translation.checks import check_translation


def candidate(text, *, finished=True):
    """What an engine may answer."""
    return Candidate(text=text, log_prob=-1.0, new_tokens=1, finished=finished)


def engine_info(engine, *, family="causal", compute_type="float32"):
    """What an engine says of itself and a tiny model."""
    return EngineInfo(
        engine=engine,
        engine_version="",
        model="tiny",
        family=family,
        compute_type=compute_type,
        device="cpu",
    )


def failed_checks():
    """The checks that a translation with a wrong number fails."""
    answer = candidate("He promised 13 jobs.")
    return tuple(
        check_translation(
            "Il a promis 12 emplois.", answer, source_language="fr", target_language="en"
        )
    )


def result_of(*pairs, name="a.txt", failed=(), statements=()):
    """Of an article of these sentences with their translations, the first of which has `failed`.

    `statements` are those of the summary, each with the numbers, from 1, of the sentences that it
    rests on.
    """
    segments, start = [], 0
    for source, _ in pairs:
        segments.append(Segment(start, source, "\n\n"))
        start += len(source) + 2
    translations = tuple(
        Translation(segment=segment, text=target, failed=() if at else failed)
        for at, (segment, (_, target)) in enumerate(zip(segments, pairs, strict=True))
    )
    text = "\n\n".join(source for source, _ in pairs)
    return Result(
        article=Article(
            document=Document(name=name, text=text),
            blocks=(),
            steps=(),
            segments=tuple(segments),
        ),
        translations=translations,
        summary=summary_of(
            *(
                (told, [evidence_of(name, translations[number - 1]) for number in numbers])
                for told, numbers in statements
            )
        ),
    )


def doubted(result, *confidences, doubts=(), title=(), **caution):
    """The same with the confidences of its sentences, of which the first has `doubts`.

    `title` is that of the article, of its translation, and the confidence of that.
    """
    translations = tuple(
        replace(each, confidence=confidence, doubts=() if at else doubts)
        for at, (each, confidence) in enumerate(zip(result.translations, confidences, strict=True))
    )
    titles = ()
    if title:
        source, text, sure = title
        titles = (Translation(segment=Segment(0, source, ""), text=text, confidence=sure),)
    return replace(result, translations=translations, title=titles, caution=Caution(**caution))


def evidence_of(name, translation):
    start, source = translation.segment.start, translation.segment.text
    return Evidence(
        document=name,
        start=start,
        end=start + len(source),
        source=source,
        translation=translation.text,
        score=1.0,
    )


def summary_of(*statements, failed=()):
    told = tuple(
        Statement(text=text, evidence=tuple(evidence), failed=failed)
        for text, evidence in statements
    )
    return Summary(text=" ".join(each.text for each in told), max_words=60, statements=told)


def cut_off(result):
    """The same, of a page that holds only the free part of its article."""
    document = replace(result.article.document, metadata={"paywalled": "yes"})
    return replace(result, article=replace(result.article, document=document))
