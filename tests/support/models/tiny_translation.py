"""A translation model of a few numbers, in CTranslate2's format: real to load and run, word for word.

Where a trained model looks at everything, this one looks at the word at the place of the next one, and
writes down what the dictionary says. So its translations are known, and all that CTranslate2 and
SentencePiece do with a model is done: pieces, encoding, attention, beam search.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sentencepiece
from ctranslate2.specs import TransformerSpec

DICTIONARY = {"the": "die", "sea": "See", "is": "ist", "deep.": "tief.", "blue": "blau", "and": "und"}
UNKNOWN = "Wort"  # for every other
SPECIAL = ("<unk>", "<s>", "</s>")
PLACES = 512  # that it tells apart
CERTAIN = 30.0


def build(folder: Path, dictionary: Mapping[str, str] = DICTIONARY) -> Path:
    """Write the model into the folder, which is made, and returns it."""
    folder.mkdir(parents=True)
    source = _pieces(folder / "source.spm", [*dictionary])
    target = _pieces(folder / "target.spm", [*dictionary.values(), UNKNOWN])
    meanings = {f"▁{word}": f"▁{meaning}" for word, meaning in dictionary.items()}
    width = PLACES + len(source)
    spec: Any = TransformerSpec.from_config(1, 1, pre_norm=True)
    _encoder(spec.encoder, source, width)
    _decoder(spec.decoder, len(target), width)
    logits = _zeros(len(target), width)
    for number, word in enumerate(source):
        meaning = word if word == "</s>" else meanings.get(word, f"▁{UNKNOWN}")
        logits[target.index(meaning), PLACES + number] = CERTAIN
    _linear(spec.decoder.projection, logits)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = True
    spec.validate()
    spec.save(str(folder))
    assert json.loads((folder / "config.json").read_text())["add_source_eos"]
    return folder


def _pieces(path: Path, words: list[str]) -> list[str]:
    """Return a SentencePiece model for which a word is a piece; its pieces."""
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(words)] * 4),
        model_writer=made,
        model_type="word",
        vocab_size=len(set(words)) + len(SPECIAL),
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.write_bytes(made.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=made.getvalue())
    return [processor.id_to_piece(number) for number in range(processor.get_piece_size())]


def _encoder(encoder: Any, source: list[str], width: int) -> None:
    """Its output says which word is where."""
    words = _zeros(len(source), width)
    words[:, PLACES:] = np.eye(len(source))
    [embeddings] = encoder.embeddings
    embeddings.weight = words
    encoder.scale_embeddings = False
    encoder.position_encodings.encodings = _places(width)
    _norm(encoder.layer_norm, width)
    for layer in encoder.layer:
        _self_attention(layer.self_attention, width)
        _feed_forward(layer.ffn, width)


def _decoder(decoder: Any, words: int, width: int) -> None:
    """Its state says at which place it is, and then which word is there."""
    decoder.embeddings.weight = _zeros(words, width)
    decoder.scale_embeddings = False
    decoder.position_encodings.encodings = _places(width)
    _norm(decoder.layer_norm, width)
    place, word = np.zeros((width, width)), np.zeros((width, width))
    place[:PLACES, :PLACES] = np.eye(PLACES)
    word[PLACES:, PLACES:] = np.eye(width - PLACES)
    for layer in decoder.layer:
        _self_attention(layer.self_attention, width)
        _norm(layer.attention.layer_norm, width)
        query, key_and_value, output = layer.attention.linear
        _linear(query, CERTAIN * place)
        _linear(key_and_value, np.concatenate([place, word]))
        _linear(output, word)
        _feed_forward(layer.ffn, width)


def _places(width: int) -> npt.NDArray[np.float32]:
    places = _zeros(PLACES, width)
    places[:, :PLACES] = np.eye(PLACES)
    return places


def _self_attention(attention: Any, width: int) -> None:
    """One that changes nothing: what it adds is zero."""
    _norm(attention.layer_norm, width)
    _linear(attention.linear[0], np.zeros((3 * width, width)))
    _linear(attention.linear[1], np.zeros((width, width)))


def _feed_forward(feed_forward: Any, width: int) -> None:
    _norm(feed_forward.layer_norm, width)
    _linear(feed_forward.linear_0, np.zeros((width, width)))
    _linear(feed_forward.linear_1, np.zeros((width, width)))


def _linear(linear: Any, weight: npt.NDArray[Any]) -> None:
    linear.weight = weight.astype(np.float32)
    linear.bias = _zeros(weight.shape[0])


def _norm(norm: Any, width: int) -> None:
    norm.gamma, norm.beta = np.ones(width, np.float32), _zeros(width)


def _zeros(*shape: int) -> npt.NDArray[np.float32]:
    return np.zeros(shape, np.float32)
