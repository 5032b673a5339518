"""The ElementList, a transcript in which every word has a time: model, JSON, rules, mixing of two lists."""
