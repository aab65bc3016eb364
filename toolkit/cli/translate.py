"""`toolkit translate`: French pages in English, sentence by sentence."""

from dataclasses import replace
from typing import get_args

from toolkit.cli import options
from toolkit.cli.batch import gather
from toolkit.cli.chain import Job, offer_pull, run_chain
from toolkit.errors import UsageError
from toolkit.output import render_translation, translation_memory
from toolkit.output import side_by_side as side_by_side_table
from toolkit.pipeline import Pipeline
from toolkit.results import Result
from toolkit.settings import AUTO


def translate_command(
    inputs: options.Inputs = None,
    text: options.Text = None,
    form: options.TranslationFormat = None,
    side_by_side: options.SideBySide = False,
    output: options.Output = None,
    source_language: options.From = None,
    target_language: options.To = None,
    model: options.Model = None,
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
    """Clean and translate, keeping the paragraphs of the source."""
    flags = {
        "cache": cache,
        "source_language": source_language,
        "target_language": target_language,
        "translator": model,
        "quality": quality,
        "endpoint": endpoint,
        "allow_remote": allow_remote,
        "engine": engine,
        "device": device,
        "threads": threads,
        "glossary": glossary,
        "min_confidence": min_confidence,
        "withhold": withhold,
        "translation_prompt": prompt,
        "second_translation_prompt": prompt,
    }
    batch = gather(
        inputs,
        text=text,
        reading=options.reading(input_format, encoding, text_field, id_field),
        output=output,
        form=form,
        forms=get_args(options.TranslationForm),
    )
    if side_by_side and batch.form not in ("text", "markdown", "html"):
        raise UsageError(f"--side-by-side is a Markdown or HTML table, not {batch.form}")
    if side_by_side and batch.form == "text":
        batch = replace(batch, form="markdown")

    def render(result: Result) -> str:
        if batch.form == "tmx":
            return translation_memory(result)
        if batch.form == "html" or (batch.form == "markdown" and side_by_side):
            return side_by_side_table(result, batch.form)
        return render_translation(result, batch.form)

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
    offer_pull(lambda: run_chain(job, flags=flags, process=Pipeline.translate_each, render=render))
