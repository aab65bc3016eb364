"""`toolkit translate`: French pages in English, sentence by sentence."""

from toolkit.cli import options
from toolkit.cli.chain import Job, offer_pull, run_chain
from toolkit.errors import UsageError
from toolkit.output import render_translation, translation_memory
from toolkit.output import side_by_side as side_by_side_table
from toolkit.pipeline import Pipeline
from toolkit.results import Result


def translate_command(
    inputs: options.Inputs,
    form: options.TranslationFormat = "text",
    side_by_side: options.SideBySide = False,
    output_dir: options.OutputDir = None,
    source_language: options.From = None,
    target_language: options.To = None,
    model: options.Model = None,
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
    """Clean and translate; paragraphs stay as they are in the source."""
    flags = {
        "cache": cache,
        "source_language": source_language,
        "target_language": target_language,
        "translator": model,
        "engine": engine,
        "device": device,
        "threads": threads,
        "glossary": glossary,
        "translation_prompt": prompt,
        "second_translation_prompt": prompt,
    }
    if side_by_side and form not in ("text", "markdown", "html"):
        raise UsageError(f"--side-by-side is a Markdown or HTML table, not {form}")
    form = "markdown" if side_by_side and form == "text" else form

    def render(result: Result) -> str:
        if form == "tmx":
            return translation_memory(result)
        if form == "html" or (form == "markdown" and side_by_side):
            return side_by_side_table(result, form)
        return render_translation(result, form)

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
    offer_pull(
        lambda: run_chain(
            inputs,
            flags=flags,
            job=job,
            process=Pipeline.translate,
            render=render,
        )
    )
