"""Hugging Face transformers: the reference engine, for any architecture, on CPU or GPU.

Needs the extra `torch`.
"""

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from toolkit.engines.base import (
    BATCH_SIZE,
    Candidate,
    EngineInfo,
    Family,
    GenerationConfig,
    GenerationRequest,
    Output,
    Pull,
    Source,
    device_for,
    ranked,
)
from toolkit.engines.batches import Pending, in_batches
from toolkit.engines.model import TokenizedModel
from toolkit.engines.tokens import SourceFormat, Tokens
from toolkit.errors import ModelError, UsageError
from toolkit.models.boundary import SAFELY, model_errors

TORCH_MISSING = "the transformers engine needs torch; type: pip install 'toolkit-fr-en[torch]'"
DTYPES = "it has float32, bfloat16 and float16"
CUDA_BATCH_SIZE = 256
# Of probabilities of all words of the vocabulary, of which a batch has one for each token.
SCORES_BYTES = 2_000_000_000
AUTO_COMPUTE_TYPE = {"cpu": "float32", "cuda": "bfloat16"}
BATCHES_AT_ONCE = 4  # of requests taken, to be sorted by length
DEFAULT_CONTEXT = 512  # for models that don't limit positions themselves, such as T5


class TransformersEngine(TokenizedModel):
    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        source_format: SourceFormat,
        device: str = "cpu",
        compute_type: str = "auto",
        threads: int = 0,
        batch_size: int = 0,
        revision: str = "",
        sha256: str = "",
    ) -> None:
        """Load a folder; `name` is what results call the model, `sha256` what tells it from others.

        With `auto` numbers are of 32 bits on a CPU and of 16 on a GPU.

        Raises ModelError without torch and when nothing loadable is there, UsageError for a device
        or number type that torch lacks. Weights are read as such: a pickle can't run code.
        """
        try:
            import torch
        except ImportError:
            raise ModelError(TORCH_MISSING) from None
        import transformers

        device = device_for(device, has_cuda=device != "cpu" and torch.cuda.is_available())
        if compute_type == "auto":
            compute_type = AUTO_COMPUTE_TYPE[device]
        dtype = getattr(torch, compute_type, None)
        if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
            raise UsageError(
                f"the transformers engine has no compute_type '{compute_type}'; {DTYPES}"
            )
        tokens = Tokens.load(folder, source_format)
        if threads:
            torch.set_num_threads(threads)
        with model_errors(f"transformers can't load {folder}"):
            config = transformers.AutoConfig.from_pretrained(folder, **SAFELY)
            family: Family = "seq2seq" if config.is_encoder_decoder else "causal"
            loader: Any = (
                transformers.AutoModelForSeq2SeqLM
                if family == "seq2seq"
                else transformers.AutoModelForCausalLM
            )
            model, report = loader.from_pretrained(
                folder, dtype=dtype, weights_only=True, output_loading_info=True, **SAFELY
            )
            if report["missing_keys"]:  # the library would make them up
                missing = ", ".join(sorted(report["missing_keys"])[:3])
                raise ModelError(f"transformers can't load {folder}: it lacks {missing}")
            self._model: Any = model.to(device).eval()
            max_source_tokens = _context(config, tokens.tokenizer)
        self._torch = torch
        self._batch_size = batch_size or (
            CUDA_BATCH_SIZE if device == "cuda" else BATCH_SIZE[family]
        )
        info = EngineInfo(
            engine="transformers",
            engine_version=transformers.__version__,
            model=name,
            family=family,
            compute_type=compute_type,
            device=device,
            revision=revision,
            sha256=sha256,
        )
        super().__init__(tokens, info, max_source_tokens)

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        return in_batches(self._begin, pull, size=BATCHES_AT_ONCE * self._batch_size)

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        pairs = self._encode_pairs(sources, targets, most=self._max_source_tokens)
        scored = zip(targets, pairs, self._log_probs(pairs), strict=True)
        return [self._written(target, ids, log_probs) for target, (_, ids), log_probs in scored]

    def _begin(self, sources: Sequence[Source], config: GenerationConfig) -> Pending:
        encoded = self._encode(sources)

        def outputs() -> Iterator[tuple[int, Output]]:
            order = sorted(range(len(encoded)), key=lambda index: len(encoded[index]))
            while order:
                size = 1 if config.do_sample else self._batch_size
                batch = order[:size]
                del order[:size]
                outputs = self._run_in_parts([encoded[i] for i in batch], config)
                yield from zip(batch, outputs, strict=True)

        return outputs

    def _run_in_parts(self, batch: list[list[int]], config: GenerationConfig) -> list[Output]:
        """As many at once as the memory of the device holds. Raises ModelError where that isn't
        even one.
        """
        try:
            return self._run(batch, config)
        except ModelError as error:
            if len(batch) == 1 or not isinstance(error.__cause__, self._torch.OutOfMemoryError):
                raise
        self._torch.cuda.empty_cache()
        half = (len(batch) + 1) // 2
        self._batch_size = min(self._batch_size, half)
        return [
            output
            for part in (batch[:half], batch[half:])
            for output in self._run_in_parts(part, config)
        ]

    def _run(self, batch: list[list[int]], config: GenerationConfig) -> list[Output]:
        ids, mask = self._pad(batch)
        with model_errors("transformers can't run the model"), self._torch.inference_mode():
            # Samples are drawn for one source at a time, and the same for a seed.
            devices = [self._model.device] if self._info.device == "cuda" else []
            with self._torch.random.fork_rng(devices, enabled=config.do_sample):
                if config.do_sample:
                    self._torch.manual_seed(config.seed)
                result = self._model.generate(
                    input_ids=ids, attention_mask=mask, generation_config=self._settings(config)
                )
        # A decoder's output repeats its prompt; an encoder-decoder's begins with a start token.
        skipped = ids.shape[1] if self._info.family == "causal" else 1
        skipped += len(self._tokens.target_prefix) if self._info.family == "seq2seq" else 0
        answers = [self._until_end(row) for row in result[:, skipped:].tolist()]
        size = config.num_return_sequences
        pairs = [(batch[place // size], ids) for place, ids in enumerate(answers)]
        written = [
            self._candidate(ids, log_probs)
            for ids, log_probs in zip(answers, self._log_probs(pairs), strict=True)
        ]
        return [
            ranked(written[place * size : (place + 1) * size], len(source))
            for place, source in enumerate(batch)
        ]

    def _log_probs(self, pairs: Sequence[tuple[list[int], list[int]]]) -> list[list[float]]:
        """For pairs of a source and an answer: of each token of the answer, with what a checkpoint
        forbids made impossible.
        """
        order = sorted(range(len(pairs)), key=lambda place: sum(map(len, pairs[place])))
        found: list[list[float]] = [[] for _ in pairs]
        longest = 1 + max((len(ids) for _, ids in pairs), default=0)
        words = self._model.get_output_embeddings().weight.shape[0]
        at_once = max(1, min(self._batch_size, SCORES_BYTES // (4 * longest * words)))
        for start in range(0, len(order), at_once):
            places = order[start : start + at_once]
            with model_errors("transformers can't run the model"), self._torch.inference_mode():
                read = self._log_probs_of_batch([pairs[place] for place in places])
            for place, log_probs in zip(places, read, strict=True):
                found[place] = log_probs
        return found

    def _log_probs_of_batch(
        self, pairs: Sequence[tuple[list[int], list[int]]]
    ) -> list[list[float]]:
        torch, own = self._torch, self._model.generation_config
        answers = [ids for _, ids in pairs]
        longest = max(map(len, answers))
        new, _ = self._pad(answers)
        if self._info.family == "causal":
            given, mask = self._pad([[*source, *ids] for source, ids in pairs])
            # Not all architectures can leave out the logits of the prompt, or count positions.
            options = {
                "logits_to_keep": longest + 1,
                "position_ids": (mask.cumsum(-1) - 1).clamp(min=0),
            }
            known = inspect.signature(self._model.forward).parameters
            options = {name: value for name, value in options.items() if name in known}
            logits = self._model(input_ids=given, attention_mask=mask, **options).logits
            logits = logits[:, -longest - 1 : -1]
        else:
            given, mask = self._pad([source for source, _ in pairs])
            prefix = self._tokens.to_ids(self._tokens.target_prefix)
            start = torch.tensor([[own.decoder_start_token_id, *prefix]] * len(pairs))
            begun = torch.cat([start.to(new.device), new[:, :-1]], dim=1)
            logits = self._model(
                input_ids=given, attention_mask=mask, decoder_input_ids=begun
            ).logits[:, -longest:]
        logits = logits.float()
        for forbidden in own.bad_words_ids or []:
            if len(forbidden) == 1:
                logits[..., forbidden] = -torch.inf
        found = logits.log_softmax(-1).gather(2, new[..., None])[..., 0].tolist()
        if self._info.family == "causal":
            return [row[longest - len(ids) :] for row, ids in zip(found, answers, strict=True)]
        return [row[: len(ids)] for row, ids in zip(found, answers, strict=True)]

    def _pad(self, batch: list[list[int]]) -> tuple[Any, Any]:
        """Token ids and attention mask, both of shape (batch, longest); causal models pad left."""
        longest = max(len(ids) for ids in batch)
        pad = self._pad_id()
        left = self._info.family == "causal"
        rows, masks = [], []
        for ids in batch:
            padding, ones = [pad] * (longest - len(ids)), [1] * len(ids)
            zeros = [0] * len(padding)
            rows.append(padding + ids if left else ids + padding)
            masks.append(zeros + ones if left else ones + zeros)
        device = self._info.device
        return (
            self._torch.tensor(rows, device=device),
            self._torch.tensor(masks, device=device),
        )

    def _settings(self, config: GenerationConfig) -> Any:
        """Only what is asked for: a checkpoint's own search settings would make engines differ."""
        import transformers

        own = self._model.generation_config
        most = config.max_new_tokens + len(self._tokens.target_prefix)
        if self._info.family == "seq2seq":  # as many positions as the encoder, one for the start
            most = min(most, self._max_source_tokens - 1)
        settings: dict[str, Any] = {
            "max_new_tokens": most,
            "num_beams": 1 if config.do_sample else config.num_beams,
            "num_return_sequences": config.num_return_sequences,
            "do_sample": config.do_sample,
            "repetition_penalty": config.repetition_penalty,
            "no_repeat_ngram_size": config.no_repeat_ngram_size,
            "eos_token_id": self._end,
            "pad_token_id": self._pad_id(),
            "decoder_start_token_id": own.decoder_start_token_id,
            "bad_words_ids": own.bad_words_ids,
        }
        if settings["num_beams"] > 1:  # as CTranslate2 does, once there are as many ends as beams
            settings["early_stopping"] = True
        if config.do_sample:
            settings |= {"temperature": config.temperature, "top_p": config.top_p, "top_k": 0}
        if self._tokens.target_prefix:
            settings["forced_bos_token_id"] = self._tokens.to_ids(self._tokens.target_prefix)[0]
        return transformers.GenerationConfig(**settings)  # type: ignore[no-untyped-call]

    def _pad_id(self) -> int:
        pad = self._tokens.tokenizer.pad_token_id
        return int(self._end if pad is None else pad)

    def _until_end(self, ids: list[int]) -> list[int]:
        return ids[: ids.index(self._end) + 1] if self._end in ids else ids

    def _candidate(self, ids: list[int], log_probs: list[float]) -> Candidate:
        return Candidate(
            text=self._tokens.decode(ids),
            log_prob=sum(log_probs),
            new_tokens=len(ids),
            finished=ids[-1] == self._end,
            tokens=self._tokens.scores(ids, log_probs),
        )


def _context(config: Any, tokenizer: Any) -> int:
    own = getattr(config, "max_position_embeddings", None) or DEFAULT_CONTEXT
    return int(min(own, tokenizer.model_max_length))
