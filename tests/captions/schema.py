"""What every ElementList that is sent keeps to, as a JSON Schema."""

from __future__ import annotations

from scribedock_captions.elementlist.model import Tag

KEYED = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["time_ranges"],
        "additionalProperties": False,
        "properties": {
            "display_name": {"type": "string"},
            "url": {"type": "string"},
            "time_ranges": {"type": "array", "items": {"$ref": "#/$defs/range"}},
        },
    },
}
TIMED = {"start_time": {"$ref": "#/$defs/time"}, "end_time": {"$ref": "#/$defs/time"}}
EMITTED = {
    "$defs": {
        "time": {"type": "integer", "minimum": 0},
        "range": {
            "type": "object",
            "required": ["start_time", "end_time"],
            "additionalProperties": False,
            "properties": TIMED,
        },
        "token": {
            "type": "object",
            "required": ["start_time", "end_time", "value", "type", "display_as", "tags"],
            "additionalProperties": False,
            "properties": {
                **TIMED,
                "interpolated": {"type": "boolean"},
                "style": {"type": "string"},
                "value": {"type": "string"},
                "display_as": {"type": "string", "minLength": 1},
                "type": {"enum": ["word", "punctuation", "sound"]},
                "tags": {"type": "array", "items": {"enum": sorted(set(Tag) - {Tag.SOUND})}},
            },
        },
        "sequence": {
            "type": "object",
            "required": ["start_time", "end_time", "tokens"],
            "additionalProperties": False,
            "properties": {
                **TIMED,
                "interpolated": {"type": "boolean"},
                "style": {"type": "string"},
                "confidence_score": {"type": "number", "minimum": 0, "maximum": 1},
                "tokens": {"type": "array", "items": {"$ref": "#/$defs/token"}},
            },
        },
        "segment": {
            "type": "object",
            "required": ["start_time", "end_time", "sequences", "speaker_change"],
            "additionalProperties": False,
            "properties": {
                **TIMED,
                "interpolated": {"type": "boolean"},
                "style": {"type": "string"},
                "speaker_change": {"type": "boolean"},
                "speaker_id": {"type": "integer", "minimum": 1},
                "sequences": {"type": "array", "items": {"$ref": "#/$defs/sequence"}},
            },
        },
    },
    "type": "object",
    "required": ["version", "start_time", "end_time", "language", "segments"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": 2},
        **TIMED,
        "language": {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]+)*$"},
        "segments": {"type": "array", "items": {"$ref": "#/$defs/segment"}},
        "speakers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name", "gender"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "integer", "minimum": 1},
                    "name": {"type": "string"},
                    "gender": {"enum": ["UNKNOWN", "MALE", "FEMALE"]},
                },
            },
        },
        "keywords": KEYED,
        "topics": KEYED,
        "entities": KEYED,
    },
}
