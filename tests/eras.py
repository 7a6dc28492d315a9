"""Sound documents by hand, with much of what each era of Keras saves."""

from __future__ import annotations

from typing import Any

from tests.configs import functional, inputs, layer, sequential, structured, tensor

LSTM = {"class_name": "LSTM", "config": {"name": "lstm", "units": 3}}
INNER = functional([inputs("i", 4), layer("Dense", "d", ["i"], activation="relu")], ["d"])

SOUND: list[dict[str, Any]] = [
    {
        **sequential(
            ("Dense", {"name": "d", "input_shape": [4], "activation": {"class_name": "ELU"}}),
            ("Bidirectional", {"name": "b", "layer": LSTM, "backward_layer": LSTM}),
            ("TimeDistributed", {"name": "t", "layer": INNER}),
        ),
        "compile_config": {
            "loss": {"class_name": "LossFunctionWrapper", "config": {"fn": "mse"}},
            "optimizer": {"class_name": "SGD", "config": {"lr": 0.1}},
            "metrics": [["acc"]],
        },
    },
    {
        "class_name": "Sequential",
        "config": [
            {
                "class_name": "Merge",
                "config": {"name": "m", "mode": "concat", "layers": [{**INNER, "name": "x"}, LSTM]},
            },
            {
                "class_name": "Convolution2D",
                "config": {"nb_filter": 2, "nb_row": 3, "nb_col": 3, "init": "he_normal"},
            },
            {
                "class_name": "Lambda",
                "config": {"function": ["4wEA", None, None], "output_shape": [3]},
            },
        ],
    },
    functional(
        [
            inputs("x", 4),
            {**INNER, "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]], [["x", 0, 0, {}]]]},
            layer(
                "TFOpLambda",
                "op",
                [["inner", 1, 0, {"y": ["inner", 2, 0], "name": None}]],
                function="math.multiply",
            ),
            layer(
                "TensorFlowOpLayer",
                "graph_op",
                ["op"],
                node_def={"op": "Mean", "attr": {"keep_dims": {"b": True}}},
                constants={"1": [1]},
            ),
        ],
        ["graph_op"],
    ),
    functional(
        [
            inputs("x", 4),
            structured(
                "Dense",
                "d",
                {"args": [tensor("x", shape=[None, 4])], "kwargs": {"mask": tensor("x")}},
                build_config={"input_shape": [None, 4]},
                dtype={"class_name": "DTypePolicy", "config": {"name": "float32"}},
                kernel_initializer={"class_name": "VarianceScaling", "config": {"scale": 2.0}},
            ),
            {
                **structured(
                    "GetItem",
                    "g",
                    {
                        "args": [
                            tensor("d"),
                            [{"class_name": "__slice__", "config": {"start": 1}}, 0],
                        ]
                    },
                ),
                "module": "keras.src.ops.numpy",
            },
        ],
        ["g"],
    ),
]
