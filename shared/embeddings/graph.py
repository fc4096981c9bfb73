"""all-MiniLM-L6-v2 as an ONNX graph, drawn from its weights: one text's token ids in, states out.

A text runs alone, so there is no padding and no mask. That is also what makes int8 reproducible:
activations are quantised by the range of everything in the run, so inside a batch a text's vector
would depend on its neighbours (we saw cosines down to 0.975 between the two).
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from shared.embeddings.architecture import (
    DIMENSIONS,
    GRAPH_INPUT,
    GRAPH_OUTPUT,
    HEADS,
    LAYERS,
    MODEL,
    Precision,
)

Tensors: TypeAlias = Mapping[str, NDArray[np.float32]]

OPSET = 23  # the first with Attention as one operator


class GraphDrawing:
    """Nodes and constants in the order they are drawn; every method returns a value's name."""

    def __init__(self, weights: Tensors) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant."""
        self.constants[name] = numpy_helper.from_array(value, name)
        return name

    def apply(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add one operator."""
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def norm(self, x: str, layer: str) -> str:
        """Normalise each token's state, then scale and shift it."""
        scale = self.constant(f"{layer}.scale", self.weights[f"{layer}.weight"])
        shift = self.constant(f"{layer}.shift", self.weights[f"{layer}.bias"])
        return self.apply("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)

    def dense(self, x: str, layer: str) -> str:
        """Multiply by a matrix and add a bias."""
        matrix = np.ascontiguousarray(self.weights[f"{layer}.weight"].T)
        bias = self.constant(f"{layer}.bias", self.weights[f"{layer}.bias"])
        product = self.apply("MatMul", x, self.constant(f"{layer}.matrix", matrix))
        return self.apply("Add", product, bias)

    def words(self) -> str:
        """Look up each token's embedding and add its position's; shape (1, tokens, 384)."""
        table = self.constant("words", self.weights["embeddings.word_embeddings.weight"])
        places = self.weights["embeddings.position_embeddings.weight"]
        # Every token is of the first type, so that type's row is the same everywhere.
        places = places + self.weights["embeddings.token_type_embeddings.weight"][0]
        length = self.apply("Shape", GRAPH_INPUT, start=1)
        zero = self.constant("zero", np.zeros(1, np.int64))
        here = self.apply("Slice", self.constant("places", places), zero, length, zero)
        x = self.apply("Add", self.apply("Gather", table, GRAPH_INPUT), here)
        return self.norm(x, "embeddings.LayerNorm")

    def layer(self, x: str, name: str) -> str:
        """Let tokens look at each other, then let each think alone."""
        seen = [
            self.dense(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value")
        ]
        mixed = self.apply("Attention", *seen, q_num_heads=HEADS, kv_num_heads=HEADS)
        mixed = self.dense(mixed, f"{name}.attention.output.dense")
        x = self.norm(self.apply("Add", x, mixed), f"{name}.attention.output.LayerNorm")
        wide = self.apply("Gelu", self.dense(x, f"{name}.intermediate.dense"))
        narrow = self.dense(wide, f"{name}.output.dense")
        return self.norm(self.apply("Add", x, narrow), f"{name}.output.LayerNorm")


def draw_graph(weights: Tensors) -> onnx.ModelProto:
    """Draw the encoder, input (1, tokens) of int64, output (1, tokens, 384) of float32."""
    drawing = GraphDrawing(weights)
    x = drawing.words()
    for index in range(LAYERS):
        x = drawing.layer(x, f"encoder.layer.{index}")
    drawing.nodes[-1].output[0] = GRAPH_OUTPUT
    graph = helper.make_graph(
        drawing.nodes,
        MODEL,
        [helper.make_tensor_value_info(GRAPH_INPUT, TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info(GRAPH_OUTPUT, TensorProto.FLOAT, [1, "tokens", DIMENSIONS])],
        list(drawing.constants.values()),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=11)


def write_graph(weights: Tensors, precision: Precision, path: Path) -> None:
    """Write the encoder to ``path``: 90 MB in fp32, 23 MB in int8."""
    model = draw_graph(weights)
    if precision == "fp32":
        onnx.save(model, path)
        return
    from onnxruntime import quantization  # noqa: PLC0415 -- 0.3 s, and needed once a machine

    # Says that shape inference need not run first, which onnxruntime would log a warning about.
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    with root_logger_left_alone():
        quantization.quantize_dynamic(
            model,
            path,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            # Seven bits: eight overflow on CPUs without VNNI, whose vectors would then differ.
            reduce_range=True,
            weight_type=quantization.QuantType.QInt8,
        )


@contextmanager
def root_logger_left_alone() -> Iterator[None]:
    """Keep a library's ``logging.info`` from installing a handler on the root logger."""
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
