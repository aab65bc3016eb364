"""GGUF files of any architecture, by llama.cpp."""
