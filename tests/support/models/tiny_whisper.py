"""A Whisper model of a few numbers, in CTranslate2's format: real to load and run, it knows one sentence.

Where a trained model looks at all that was heard and said, this one looks at nothing but the token
before, and says the one that follows it in the sentence; and at the sentence's n-th token it looks to
the audio at this multiple of STEP_MS. So its text and its word times are known, whatever its prompt is,
and all that faster-whisper does with a model is done: features, decoding, rules of time stamps, alignment.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs.whisper_spec import WhisperSpec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

SENTENCE = ("Captions", "help", "people", ",", "and", "so", "do", "you", ".")
TEXT = "Captions help people, and so do you."
PROMPT_LENGTH = 3  # start of transcript, language, task
STEP_MS = 240
FRAME_MS = 20

WIDTH, MELS, AUDIO_FRAMES, TEXT_LENGTH = 32, 80, 1500, 448
TEXT_TOKENS = 50_257
TIMESTAMPS = 1501
LANGUAGES = tuple(code for code in _LANGUAGE_CODES if code != "yue")  # those before large-v3
SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{language}|>" for language in LANGUAGES),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
CERTAIN, UNCERTAIN = 4.0, 0.5  # factors of the logits: probabilities near 1, and near 0


def build(folder: Path, *, hears_speech: bool = True, language: str = "en") -> Path:
    """Write the model into the folder, which is made, and returns it.

    One that hears no speech says so for any audio, as a trained one does for noise; any other takes
    all audio for the language (Whisper's code).
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = vocabulary()
    spec: Any = WhisperSpec(1, 1, 1, 1)
    _encoder(spec.encoder)
    _decoder(spec.decoder, tokens, f"<|{language}|>" if hears_speech else "<|nospeech|>")
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.alignment_heads = [[0, 0]]
    spec.config.lang_ids = [tokens.index(f"<|{language}|>") for language in LANGUAGES]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    _tokenizer(tokens).save(str(folder / "tokenizer.json"))
    features = {"feature_size": MELS, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(features))
    return folder


def vocabulary() -> list[str]:
    """Bytes and words, fillers up to a trained model's number, special tokens, time stamps."""
    text = sorted(pre_tokenizers.ByteLevel.alphabet()) + [_token(word) for word in SENTENCE if word.isalpha()]
    return [
        *text,
        *(f"Ġfiller{number}" for number in range(TEXT_TOKENS - len(text) - 1)),
        "",  # what tells CTranslate2 that a model knows languages
        *SPECIAL,
        *(f"<|{number * 0.02:.2f}|>" for number in range(TIMESTAMPS)),
    ]


def _token(word: str) -> str:
    return f"Ġ{word}" if word.isalpha() else word


def _tokenizer(tokens: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE({token: number for number, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    return tokenizer


def _encoder(encoder: Any) -> None:
    """Dimension n of its output is high around the time n * STEP_MS."""
    random = np.random.default_rng(7)
    encoder.conv1.weight = random.normal(0, 0.01, (WIDTH, MELS, 3)).astype(np.float32)
    encoder.conv2.weight = random.normal(0, 0.01, (WIDTH, WIDTH, 3)).astype(np.float32)
    encoder.conv1.bias = encoder.conv2.bias = _zeros(WIDTH)
    steps = np.arange(AUDIO_FRAMES)[:, None] * FRAME_MS / STEP_MS - np.arange(WIDTH)[None]
    encoder.position_encodings.encodings = 4 * np.exp(-(steps**2)).astype(np.float32)
    _norm(encoder.layer_norm)
    for layer in encoder.layer:
        _self_attention(layer.self_attention)
        _feed_forward(layer.ffn)


def _decoder(decoder: Any, tokens: list[str], first: str) -> None:
    """Dimension n of its state is high when token number n + 1 is to be said; first is what comes first."""
    end_s = (PROMPT_LENGTH + len(SENTENCE)) * STEP_MS / 1000
    said = ["<|0.00|>", *map(_token, SENTENCE), f"<|{end_s:.2f}|>", "<|endoftext|>"]
    before = {token: PROMPT_LENGTH + number for number, token in enumerate(said)}
    before |= {"<|startoftranscript|>": 0, "<|notimestamps|>": PROMPT_LENGTH}
    before |= dict.fromkeys(("<|transcribe|>", "<|translate|>"), PROMPT_LENGTH - 1)
    decoder.embeddings.weight = _zeros(len(tokens), WIDTH)
    for token, dimension in before.items():
        decoder.embeddings.weight[tokens.index(token), dimension] = 1
    decoder.position_encodings.encodings = _zeros(TEXT_LENGTH, WIDTH)
    _norm(decoder.layer_norm)
    for layer in decoder.layer:
        _self_attention(layer.self_attention)
        _norm(layer.attention.layer_norm)
        query, key_and_value, output = layer.attention.linear
        _linear(query, 4 * np.eye(WIDTH))
        _linear(key_and_value, np.concatenate([np.eye(WIDTH), np.zeros((WIDTH, WIDTH))]))
        _linear(output, np.zeros((WIDTH, WIDTH)))
        _feed_forward(layer.ffn)
    logits = _zeros(len(tokens), WIDTH)
    for number, token in enumerate(said):
        certainty = UNCERTAIN if first == "<|nospeech|>" else CERTAIN
        logits[tokens.index(token), PROMPT_LENGTH - 1 + number] = certainty
    logits[tokens.index(first), 0] = CERTAIN
    _linear(decoder.projection, logits)


def _self_attention(attention: Any) -> None:
    """One that changes nothing: what it adds is zero."""
    _norm(attention.layer_norm)
    _linear(attention.linear[0], np.zeros((3 * WIDTH, WIDTH)))
    _linear(attention.linear[1], np.zeros((WIDTH, WIDTH)))


def _feed_forward(feed_forward: Any) -> None:
    _norm(feed_forward.layer_norm)
    _linear(feed_forward.linear_0, np.zeros((WIDTH, WIDTH)))
    _linear(feed_forward.linear_1, np.zeros((WIDTH, WIDTH)))


def _linear(linear: Any, weight: npt.NDArray[Any]) -> None:
    linear.weight = weight.astype(np.float32)
    linear.bias = _zeros(weight.shape[0])


def _norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), _zeros(WIDTH)


def _zeros(*shape: int) -> npt.NDArray[np.float32]:
    return np.zeros(shape, np.float32)
