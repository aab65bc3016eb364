"""`toolkit translate`: French pages in English, sentence by sentence."""

from toolkit.cli import options
from toolkit.cli.chain import offer_pull, run_chain
from toolkit.output import render_translation
from toolkit.pipeline import Pipeline


def translate_command(
    inputs: options.Inputs,
    form: options.FormatOption = "text",
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
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Clean and translate; paragraphs stay as they are in the source."""
    flags = {
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
    offer_pull(
        lambda: run_chain(
            inputs,
            flags=flags,
            form=form,
            reading=options.reading(input_format, encoding, text_field),
            output_dir=output_dir,
            no_clean=no_clean,
            keep_title=keep_title,
            quiet=quiet,
            verbose=verbose,
            process=Pipeline.translate,
            render=lambda result: render_translation(result, form),
        )
    )
