"""`toolkit config`: the settings as they are in force, and where each comes from."""

from toolkit.cli.console import settings_of, show
from toolkit.settings import ENVIRONMENT_PREFIX, FILE_NAME


def config_command() -> None:
    """Print every setting and its origin: the default, a file, or an environment variable."""
    settings, origins = settings_of({})
    for name, value in settings.model_dump(mode="json").items():
        rows = value.items() if isinstance(value, dict) else [("", value)]
        for key, each in rows:
            shown = "" if each is None else each
            show(f"{name}{'.' if key else ''}{key} = {shown}  ({origins[name]})")
    show(
        f"# set them in {FILE_NAME} here or in the user's configuration folder, as "
        f"{ENVIRONMENT_PREFIX}NAME in the environment, or as options"
    )
