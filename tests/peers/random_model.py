"""A language model of random weights in llama.cpp's file format: a real engine with nothing to download.

It knows the printable ASCII characters and every single byte. One direction of the residual stream is a constant that
only the output reads: it keeps the answers to printable characters and the end of text away, so that an answer ends
where the request says. All else is random and seeded: one file on every machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

CONTEXT_TOKENS = 8192
"""Of each request; the server refuses longer ones."""
_LAYERS, _WIDTH, _HEADS, _INNER = 2, 32, 4, 64
_PRINTABLE = [chr(code) for code in range(0x21, 0x7F)]
_SPACE = "\u2581"
"""What this kind of tokenizer calls a space."""
_TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def write(path: Path) -> None:
    """Write the model, about 250 kB."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *_PRINTABLE, _SPACE]
    kinds = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL, *[TokenType.BYTE] * 256]
    kinds += [TokenType.NORMAL] * (len(tokens) - len(kinds))
    writer = GGUFWriter(path, "llama")
    writer.add_name("random")
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)
    for name, weights in _weights(kinds).items():
        writer.add_tensor(name, weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _weights(kinds: list[TokenType]) -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)

    def draw(*shape: int) -> np.ndarray:
        return random.normal(0.0, 0.3, shape)

    embedding, output = draw(len(kinds), _WIDTH), draw(len(kinds), _WIDTH)
    embedding[:, 0] = 1.0
    output[:, 0] = [20.0 if kind is TokenType.NORMAL else -20.0 for kind in kinds]
    weights = {"token_embd.weight": embedding, "output.weight": output, "output_norm.weight": np.ones(_WIDTH)}
    for layer in range(_LAYERS):
        block = {f"attn_{name}": draw(_WIDTH, _WIDTH) for name in ("q", "k", "v", "output")}
        block |= {"ffn_gate": draw(_INNER, _WIDTH), "ffn_up": draw(_INNER, _WIDTH), "ffn_down": draw(_WIDTH, _INNER)}
        block["attn_output"][0] = block["ffn_down"][0] = 0.0
        block |= {"attn_norm": np.ones(_WIDTH), "ffn_norm": np.ones(_WIDTH)}
        weights |= {f"blk.{layer}.{name}.weight": value for name, value in block.items()}
    return weights


__all__ = ["CONTEXT_TOKENS", "write"]
