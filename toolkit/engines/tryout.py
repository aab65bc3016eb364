"""The golden sentence: proof that a model works before it is called installed."""

from toolkit.engines.base import Chat, GenerationConfig, Message, Source, generate
from toolkit.engines.load import open_installed
from toolkit.errors import ModelError
from toolkit.models.installed import InstalledModel

FRENCH = "Le président est arrivé lundi à Paris."
# One of these must be in the answer of a model that works at all.
EXPECTED = ("paris", "président", "president")
PLAIN: Chat = (Message("user", f"Translate into English: {FRENCH}"),)


def try_out(model: InstalledModel, chat: Chat = PLAIN) -> str:
    """The model's answer to `chat`, if it takes chats, or to the sentence alone.

    Raises ModelError when it is not about the sentence.
    """
    engine = open_installed(model)
    source: Source = FRENCH if model.family == "seq2seq" else chat
    answer = generate(engine, [source], GenerationConfig(max_new_tokens=40))[0].text
    if not any(word in answer.lower() for word in EXPECTED):
        raise ModelError(f"{model.id} doesn't work: it answered «{answer}»")
    return answer
