"""`toolkit prompts`: the bundled prompt files."""

from typing import Annotated

import typer

from toolkit.cli.console import show
from toolkit.errors import UsageError
from toolkit.prompts import TASKS, feedback_file, list_prompts, load_feedback, load_prompt

app = typer.Typer(no_args_is_help=True, help="List and show prompts.")


@app.command("list")
def list_command() -> None:
    """List every prompt with its languages, digest and purpose."""
    for task, path in list_prompts():
        prompt = load_prompt(task, str(path))
        languages = " to ".join(prompt.content.languages or ["any language"])
        digest = prompt.digest.removeprefix("sha256:")[:12]
        show(f"{task}/{prompt.name}  {languages}  {digest}  {prompt.content.description}")
    for task in TASKS:
        feedback = load_feedback(task)
        digest = feedback.digest.removeprefix("sha256:")[:12]
        show(f"{feedback.name}  any language  {digest}  {feedback.content.description}")


@app.command("show")
def show_command(
    name: Annotated[
        str, typer.Argument(help="Prompt name, such as translation/news or summarization/news.v1.")
    ],
) -> None:
    """Print a prompt file, ready to copy and edit."""
    files = {f"{task}/{path.stem}": path for task, path in list_prompts()}
    files |= {load_feedback(task).name: feedback_file(task) for task in TASKS}
    for full_name, path in reversed(files.items()):
        if name in (full_name, full_name.rsplit(".", 1)[0]):
            show(path.read_text(encoding="utf-8"), end="")
            return
    known = ", ".join(files)
    raise UsageError(f"no prompt '{name}' (there are: {known})")
