"""Files of models as they are published to the form that an engine reads.

`gguf` reads GGUF files and writes their tokenizers, `openvino` and `ctranslate2` build models of
what it reads, and `checkpoint` turns Hugging Face checkpoints into CTranslate2 models.
"""
