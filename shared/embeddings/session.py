"""The model's graph, opened by onnxruntime: built once a machine, then read from disk."""

import logging
from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors
from safetensors.numpy import load_file

from shared.embeddings.architecture import Precision
from shared.embeddings.weights import ModelFiles, derived_file, graph_name

logger = logging.getLogger(__name__)

UNREADABLE = (
    onnx_errors.Fail,
    onnx_errors.InvalidArgument,
    onnx_errors.InvalidGraph,
    onnx_errors.InvalidProtobuf,
)


def open_session(
    home: Path, precision: Precision, files: ModelFiles
) -> onnxruntime.InferenceSession:
    """Open the graph kept under ``home``, building it where it is missing or damaged."""

    def build(target: Path) -> None:
        from shared.embeddings.graph import write_graph  # noqa: PLC0415 - 0.1 s, once a machine

        write_graph(load_file(files.weights.verified()), precision, target)

    name = graph_name(precision)
    path = derived_file(home, name, build)
    try:
        return _start(path)
    except UNREADABLE as error:
        logger.warning("The built model %s is damaged (%s): it is built anew.", path, error)
        path.unlink(missing_ok=True)
        return _start(derived_file(home, name, build))


def _start(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread a run: the parallelism is across texts.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
