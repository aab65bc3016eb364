"""`toolkit summarize`: the whole chain, from a scraped French page to a short English summary."""

from typing import Annotated, Literal, get_args

import typer

from toolkit.cli import options
from toolkit.cli.batch import gather
from toolkit.cli.chain import Job, offer_pull, run_chain
from toolkit.cli.idle import refuse_idle
from toolkit.cli.together import run_together
from toolkit.output import render_summary, render_together
from toolkit.pipeline import Pipeline
from toolkit.settings import AUTO


def summarize_command(
    inputs: options.Inputs = None,
    text: options.Text = None,
    length: options.LengthOption = None,
    max_words: Annotated[
        int | None,
        typer.Option(
            "--max-words",
            "-n",
            help="Maximum words in the summary. [default: by --length; brief: 60]",
        ),
    ] = None,
    style: options.StyleOption = None,
    route: options.RouteOption = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Show what each sentence of the summary is based on.")
    ] = False,
    together: Annotated[
        bool,
        typer.Option(
            "--together", help="Write one summary of all inputs, which cover the same event."
        ),
    ] = False,
    show: Annotated[
        Literal["summary", "translation"],
        typer.Option(help="What to print; translation prints the summary, then the translation."),
    ] = "summary",
    form: options.SummaryFormat = None,
    output: options.Output = None,
    source_language: options.From = None,
    target_language: options.To = None,
    model: options.Model = None,
    translator: options.Translator = None,
    summarizer: options.Summarizer = None,
    quality: options.QualityOption = None,
    endpoint: options.Endpoint = None,
    allow_remote: options.AllowRemote = None,
    engine: options.Engine = None,
    device: options.Device = None,
    threads: options.Threads = None,
    glossary: options.GlossaryOption = None,
    prompt: options.PromptOption = None,
    min_confidence: options.MinConfidence = None,
    withhold: options.Withhold = None,
    no_clean: options.NoClean = False,
    keep_title: options.KeepTitle = False,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    text_field: options.TextField = "text",
    id_field: options.IdField = None,
    overwrite: options.Overwrite = False,
    strict: options.Strict = False,
    cache: options.Cache = None,
    guard_formulas: options.GuardFormulas = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Clean, translate and summarize."""
    flags = {
        "cache": cache,
        "length": length,
        "style": style,
        "route": route,
        "max_words": max_words,
        "source_language": source_language,
        "target_language": target_language,
        "model": model,
        "translator": translator,
        "summarizer": summarizer,
        "quality": quality,
        "endpoint": endpoint,
        "allow_remote": allow_remote,
        "engine": engine,
        "device": device,
        "threads": threads,
        "glossary": glossary,
        "min_confidence": min_confidence,
        "withhold": withhold,
        "summarization_prompt": prompt,
    }
    batch = gather(
        inputs,
        text=text,
        reading=options.reading(input_format, encoding, text_field, id_field),
        output=output,
        form=form,
        forms=get_args(options.SummaryForm),
        together=together,
    )
    job = Job(
        batch=batch,
        check_language=source_language in (None, AUTO),
        overwrite=overwrite,
        strict=strict,
        no_clean=no_clean or text is not None,
        keep_title=keep_title,
        quiet=quiet,
        verbose=verbose,
        guard_formulas=guard_formulas,
    )
    translation = show == "translation"
    if together:
        offer_pull(
            lambda: run_together(
                job,
                flags=flags,
                render=lambda result: render_together(
                    result, batch.form, with_translation=translation, with_evidence=evidence
                ),
            )
        )
        return
    if batch.form == "csv":
        refuse_idle({"--evidence": evidence}, "with --format csv")
    offer_pull(
        lambda: run_chain(
            job,
            flags=flags,
            process=Pipeline.summarize_each,
            render=lambda result: render_summary(
                result, batch.form, with_translation=translation, with_evidence=evidence
            ),
        )
    )
