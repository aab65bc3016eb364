"""`toolkit summarize`: the whole chain, from a scraped French page to a short English summary."""

from typing import Annotated, Literal

import typer

from toolkit.cli import options
from toolkit.cli.chain import Job, offer_pull, run_chain
from toolkit.cli.together import run_together
from toolkit.output import render_summary, render_together
from toolkit.pipeline import Pipeline


def summarize_command(
    inputs: options.Inputs,
    length: options.LengthOption = None,
    max_words: Annotated[
        int | None,
        typer.Option("--max-words", "-n", help="Limit of the summary [by its length; brief: 60]."),
    ] = None,
    style: options.StyleOption = None,
    route: options.RouteOption = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Show what each sentence of the summary rests on.")
    ] = False,
    together: Annotated[
        bool, typer.Option("--together", help="One summary of all inputs, on one event.")
    ] = False,
    show: Annotated[
        Literal["summary", "translation"],
        typer.Option(help="translation prints the summary and then the translation."),
    ] = "summary",
    form: options.SummaryFormat = "text",
    output_dir: options.OutputDir = None,
    source_language: options.From = None,
    target_language: options.To = None,
    model: options.Model = None,
    translator: options.Translator = None,
    summarizer: options.Summarizer = None,
    engine: options.Engine = None,
    device: options.Device = None,
    threads: options.Threads = None,
    glossary: options.GlossaryOption = None,
    prompt: options.PromptOption = None,
    no_clean: options.NoClean = False,
    keep_title: options.KeepTitle = False,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    text_field: options.TextField = "text",
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
        "engine": engine,
        "device": device,
        "threads": threads,
        "glossary": glossary,
        "summarization_prompt": prompt,
    }
    job = Job(
        form=form,
        reading=options.reading(input_format, encoding, text_field),
        output_dir=output_dir,
        overwrite=overwrite,
        strict=strict,
        no_clean=no_clean,
        keep_title=keep_title,
        quiet=quiet,
        verbose=verbose,
        guard_formulas=guard_formulas,
    )
    translation = show == "translation"
    if together:
        offer_pull(
            lambda: run_together(
                inputs,
                flags=flags,
                job=job,
                render=lambda result: render_together(
                    result, form, with_translation=translation, with_evidence=evidence
                ),
            )
        )
        return
    offer_pull(
        lambda: run_chain(
            inputs,
            flags=flags,
            job=job,
            process=Pipeline.summarize,
            render=lambda result: render_summary(
                result, form, with_translation=translation, with_evidence=evidence
            ),
        )
    )
