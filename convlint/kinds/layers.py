"""Every layer class of Keras, and those of older eras that have no name today.

To add a class, add a line: its kinds, then its constructor's arguments with their defaults.
"""

from __future__ import annotations

from typing import Any, Final

from convlint.kinds.table import REQUIRED, Row, row, rows

BIAS: Final[dict[str, Any]] = {
    "use_bias": True,
    "bias_initializer": "zeros",
    "bias_regularizer": None,
    "bias_constraint": None,
}
KERNEL: Final[dict[str, Any]] = {
    "kernel_initializer": "glorot_uniform",
    "kernel_regularizer": None,
    "kernel_constraint": None,
    "activity_regularizer": None,
}
DEPTHWISE: Final[dict[str, Any]] = {
    "depth_multiplier": 1,
    "depthwise_initializer": "glorot_uniform",
    "depthwise_regularizer": None,
    "depthwise_constraint": None,
    "activity_regularizer": None,
}
POINTWISE: Final[dict[str, Any]] = {
    "pointwise_initializer": "glorot_uniform",
    "pointwise_regularizer": None,
    "pointwise_constraint": None,
}
RECURRENT: Final[dict[str, Any]] = {
    "recurrent_initializer": "orthogonal",
    "recurrent_regularizer": None,
    "recurrent_constraint": None,
}
EMBEDDING: Final[dict[str, Any]] = {
    "input_dim": REQUIRED,
    "output_dim": REQUIRED,
    "embeddings_initializer": "uniform",
    "embeddings_regularizer": None,
    "embeddings_constraint": None,
    "mask_zero": False,
}
LORA: Final[dict[str, Any]] = {"lora_rank": None, "lora_alpha": None, "quantization_config": None}
DROPS: Final[dict[str, Any]] = {"dropout": 0.0, "recurrent_dropout": 0.0, "seed": None}
STEPS: Final[dict[str, Any]] = {
    "return_sequences": False,
    "return_state": False,
    "go_backwards": False,
    "stateful": False,
}
SIMPLE_CELL: Final[dict[str, Any]] = {
    "units": REQUIRED,
    "activation": "tanh",
    **{name: default for name, default in KERNEL.items() if name != "activity_regularizer"},
    **RECURRENT,
    **BIAS,
    **DROPS,
}
GRU_CELL: Final[dict[str, Any]] = {
    **SIMPLE_CELL,
    "recurrent_activation": "sigmoid",
    "reset_after": True,
}
LSTM_CELL: Final[dict[str, Any]] = {
    **SIMPLE_CELL,
    "recurrent_activation": "sigmoid",
    "unit_forget_bias": True,
}
CUDNN: Final[dict[str, Any]] = {
    "units": REQUIRED,
    **KERNEL,
    **RECURRENT,
    **{name: default for name, default in BIAS.items() if name != "use_bias"},
    **STEPS,
}
GAMMA_BETA: Final[dict[str, Any]] = {
    "axis": -1,
    "epsilon": 0.001,
    "center": True,
    "scale": True,
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "beta_regularizer": None,
    "gamma_regularizer": None,
    "beta_constraint": None,
    "gamma_constraint": None,
}
BATCH_NORM: Final[dict[str, Any]] = {
    **GAMMA_BETA,
    "momentum": 0.99,
    "moving_mean_initializer": "zeros",
    "moving_variance_initializer": "ones",
}
ATTENTION: Final[dict[str, Any]] = {
    "dropout": 0.0,
    "sliding_window": None,
    "flash_attention": None,
    "use_gate": False,
    "seed": None,
    **KERNEL,
    **BIAS,
}
LOOKUP: Final[dict[str, Any]] = {
    "max_tokens": None,
    "num_oov_indices": 1,
    "mask_token": None,
    "vocabulary": None,
    "idf_weights": None,
    "invert": False,
    "output_mode": "int",
    "sparse": False,
    "pad_to_max_tokens": False,
    "salt": None,
}
RANDOM: Final[dict[str, Any]] = {"seed": None, "data_format": None}
BYTES: Final[dict[str, Any]] = {"value_range": (0, 255)}
WARP: Final[dict[str, Any]] = {"interpolation": "bilinear", "fill_value": 0.0}


def _conv(rank: int, **arguments: Any) -> dict[str, Any]:
    one: Any = 1 if rank == 1 else (1,) * rank
    return {
        "kernel_size": REQUIRED,
        "strides": one,
        "padding": "valid",
        "data_format": None,
        "dilation_rate": one,
        "activation": None,
        **BIAS,
        **arguments,
    }


def _conv_lstm() -> dict[str, Any]:
    steps = {name: default for name, default in LSTM_CELL.items() if name != "units"}
    return {
        **_conv(1, filters=REQUIRED),
        **steps,
        **STEPS,
        "activity_regularizer": None,
    }


def _pool(size: Any) -> dict[str, Any]:
    return {"pool_size": size, "strides": None, "padding": "valid", "data_format": None}


def _each_rank(template: str, build: Any) -> dict[str, Row]:
    return {template.format(rank): build(rank) for rank in (1, 2, 3)}


LAYERS: Final[dict[str, Row]] = {
    # Core
    "InputLayer": row(
        "input",
        shape=None,
        batch_size=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
    ),
    "Dense": row("weight dense", units=REQUIRED, activation=None, **KERNEL, **BIAS, **LORA),
    "EinsumDense": row(
        "weight",
        equation=REQUIRED,
        output_shape=REQUIRED,
        activation=None,
        bias_axes=None,
        gptq_unpacked_column_size=None,
        **{name: default for name, default in KERNEL.items() if name != "activity_regularizer"},
        **{name: default for name, default in BIAS.items() if name != "use_bias"},
        **LORA,
    ),
    "Embedding": row("embedding", weights=None, **EMBEDDING, **LORA),
    "ReversibleEmbedding": row(
        "embedding", tie_weights=True, reverse_dtype=None, logit_soft_cap=None, **EMBEDDING
    ),
    "Identity": row("identity"),
    "Masking": row("mask", mask_value=0.0),
    "Lambda": row("unknown", function=REQUIRED, output_shape=None, mask=None, arguments=None),
    "Layer": row("unknown", activity_regularizer=None, autocast=True),
    # Wrappers, where what they wrap could not be told
    "Wrapper": row("unknown", layer=REQUIRED),
    "TimeDistributed": row("unknown", layer=REQUIRED),
    "Bidirectional": row(
        "unknown", layer=REQUIRED, merge_mode="concat", weights=None, backward_layer=None
    ),
    "SpectralNormalization": row("unknown", layer=REQUIRED, power_iterations=1),
    "JaxLayer": row(
        "unknown",
        call_fn=REQUIRED,
        init_fn=None,
        params=None,
        state=None,
        seed=None,
        native_serialization_platforms=None,
    ),
    "FlaxLayer": row("unknown", module=REQUIRED, method=None, variables=None),
    "TorchModuleWrapper": row("unknown", module=REQUIRED, output_shape=None),
    "TFSMLayer": row(
        "unknown", filepath=REQUIRED, call_endpoint="serve", call_training_endpoint=None
    ),
    # Convolutions
    **_each_rank(
        "Conv{}D", lambda r: row("weight conv", **_conv(r, filters=REQUIRED, groups=1, **KERNEL))
    ),
    **_each_rank(
        "Conv{}DTranspose",
        lambda r: row(
            "weight conv transposed_conv",
            **_conv(r, filters=REQUIRED, output_padding=None, **KERNEL),
        ),
    ),
    "DepthwiseConv1D": row("weight conv depthwise", **_conv(1, **DEPTHWISE)),
    "DepthwiseConv2D": row("weight conv depthwise", **_conv(2, **DEPTHWISE)),
    "SeparableConv1D": row(
        "weight conv separable", **_conv(1, filters=REQUIRED, **DEPTHWISE, **POINTWISE)
    ),
    "SeparableConv2D": row(
        "weight conv separable", **_conv(2, filters=REQUIRED, **DEPTHWISE, **POINTWISE)
    ),
    # Pooling
    "MaxPooling1D": row("pool max_pool", **_pool(2)),
    "MaxPooling2D": row("pool max_pool", **_pool((2, 2))),
    "MaxPooling3D": row("pool max_pool", **_pool((2, 2, 2))),
    **_each_rank("AveragePooling{}D", lambda r: row("pool avg_pool", **_pool(REQUIRED))),
    **_each_rank(
        "GlobalMaxPooling{}D",
        lambda r: row("global_pool max_pool", data_format=None, keepdims=False),
    ),
    **_each_rank(
        "GlobalAveragePooling{}D",
        lambda r: row("global_pool avg_pool", data_format=None, keepdims=False),
    ),
    **_each_rank(
        "AdaptiveMaxPooling{}D",
        lambda r: row("pool max_pool", output_size=REQUIRED, data_format=None),
    ),
    **_each_rank(
        "AdaptiveAveragePooling{}D",
        lambda r: row("pool avg_pool", output_size=REQUIRED, data_format=None),
    ),
    # Recurrent
    "RNN": row("rnn", cell=REQUIRED, unroll=False, zero_output_for_mask=False, **STEPS),
    "SimpleRNN": row("rnn", unroll=False, activity_regularizer=None, **SIMPLE_CELL, **STEPS),
    "GRU": row(
        "rnn", unroll=False, use_cudnn="auto", activity_regularizer=None, **GRU_CELL, **STEPS
    ),
    "LSTM": row(
        "rnn", unroll=False, use_cudnn="auto", activity_regularizer=None, **LSTM_CELL, **STEPS
    ),
    **_each_rank("ConvLSTM{}D", lambda r: row("rnn conv_rnn", **_conv_lstm())),
    "SimpleRNNCell": row("rnn_cell", **SIMPLE_CELL),
    "GRUCell": row("rnn_cell", **GRU_CELL),
    "LSTMCell": row("rnn_cell", **LSTM_CELL),
    "StackedRNNCells": row("rnn_cell", cells=REQUIRED),
    # Attention
    "MultiHeadAttention": row(
        "attention",
        num_heads=REQUIRED,
        key_dim=REQUIRED,
        value_dim=None,
        output_shape=None,
        attention_axes=None,
        **ATTENTION,
    ),
    "GroupedQueryAttention": row(
        "attention",
        head_dim=REQUIRED,
        num_query_heads=REQUIRED,
        num_key_value_heads=REQUIRED,
        **ATTENTION,
    ),
    "Attention": row("attention", use_scale=False, score_mode="dot", dropout=0.0, seed=None),
    "AdditiveAttention": row("attention", use_scale=True, dropout=0.0),
    # Normalization
    "BatchNormalization": row(
        "norm batch_norm",
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **BATCH_NORM,
    ),
    "LayerNormalization": row("norm layer_norm", **GAMMA_BETA),
    "GroupNormalization": row("norm group_norm", groups=32, **GAMMA_BETA),
    "RMSNormalization": row("norm rms_norm", axis=-1, epsilon=1e-6),
    "UnitNormalization": row("norm unit_norm", axis=-1),
    # Regularization
    "Dropout": row("dropout", rate=REQUIRED, noise_shape=None, seed=None),
    "AlphaDropout": row("dropout", rate=REQUIRED, noise_shape=None, seed=None),
    "GaussianDropout": row("dropout", rate=REQUIRED, seed=None),
    "SpatialDropout1D": row("dropout", rate=REQUIRED, seed=None),
    "SpatialDropout2D": row("dropout", rate=REQUIRED, data_format=None, seed=None),
    "SpatialDropout3D": row("dropout", rate=REQUIRED, data_format=None, seed=None),
    "GaussianNoise": row("noise", stddev=REQUIRED, seed=None),
    "ActivityRegularization": row("identity", l1=0.0, l2=0.0),
    # Activation
    "Activation": row("act", activation=REQUIRED),
    "ReLU": row("act", max_value=None, negative_slope=0.0, threshold=0.0),
    "LeakyReLU": row("act", negative_slope=0.3),
    "ELU": row("act", alpha=1.0),
    "PReLU": row(
        "act",
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
    ),
    "Softmax": row("act", axis=-1),
    # Reshaping
    "Flatten": row("flatten", data_format=None),
    "Reshape": row("reshape", target_shape=REQUIRED),
    "Permute": row("permute", dims=REQUIRED),
    "RepeatVector": row("repeat", n=REQUIRED),
    "Cropping1D": row("crop", cropping=(1, 1)),
    "Cropping2D": row("crop", cropping=((0, 0), (0, 0)), data_format=None),
    "Cropping3D": row("crop", cropping=((1, 1), (1, 1), (1, 1)), data_format=None),
    "ZeroPadding1D": row("pad", padding=1, data_format=None),
    "ZeroPadding2D": row("pad", padding=(1, 1), data_format=None),
    "ZeroPadding3D": row("pad", padding=((1, 1), (1, 1), (1, 1)), data_format=None),
    "UpSampling1D": row("upsample", size=2),
    "UpSampling2D": row("upsample", size=(2, 2), data_format=None, interpolation="nearest"),
    "UpSampling3D": row("upsample", size=(2, 2, 2), data_format=None),
    # Merging
    "Add": row("merge add"),
    "Subtract": row("merge subtract"),
    "Multiply": row("merge multiply"),
    "Average": row("merge average"),
    "Maximum": row("merge maximum"),
    "Minimum": row("merge minimum"),
    "Concatenate": row("merge concat", axis=-1),
    "Dot": row("merge dot", axes=REQUIRED, normalize=False),
    # Preprocessing
    "Rescaling": row("scale", scale=REQUIRED, offset=0.0),
    "Normalization": row("preprocess", axis=-1, mean=None, variance=None, invert=False),
    "Resizing": row(
        "preprocess resize",
        height=REQUIRED,
        width=REQUIRED,
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        antialias=False,
        data_format=None,
        **WARP,
    ),
    "CenterCrop": row("preprocess crop", height=REQUIRED, width=REQUIRED, data_format=None),
    "CategoryEncoding": row("preprocess", num_tokens=None, output_mode="multi_hot", sparse=False),
    "Discretization": row(
        "preprocess",
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
    ),
    "HashedCrossing": row("preprocess", num_bins=REQUIRED, output_mode="int", sparse=False),
    "Hashing": row(
        "preprocess",
        num_bins=REQUIRED,
        mask_value=None,
        salt=None,
        output_mode="int",
        sparse=False,
    ),
    "IntegerLookup": row(
        "preprocess", oov_token=-1, vocabulary_dtype="int64", oov_method="floormod", **LOOKUP
    ),
    "StringLookup": row("preprocess", oov_token="[UNK]", encoding="utf-8", **LOOKUP),  # noqa: S106
    "TextVectorization": row(
        "preprocess",
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
    ),
    "MelSpectrogram": row(
        "preprocess",
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window="hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
    ),
    "STFTSpectrogram": row(
        "preprocess",
        mode="log",
        frame_length=256,
        frame_step=None,
        fft_length=None,
        window="hann",
        periodic=False,
        scaling="density",
        padding="valid",
        expand_dims=False,
        data_format=None,
    ),
    "AutoContrast": row("preprocess", **BYTES),
    "Equalization": row("preprocess", bins=256, data_format=None, **BYTES),
    "ContrastLimitedAdaptiveHistogramEqualization": row(
        "preprocess", clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, **BYTES
    ),
    "MaxNumBoundingBoxes": row("preprocess", max_number=REQUIRED, fill_value=-1),
    # Augmentation
    "Pipeline": row("augment", layers=REQUIRED),
    "AugMix": row(
        "augment",
        num_chains=3,
        chain_depth=3,
        factor=0.3,
        alpha=1.0,
        all_ops=True,
        interpolation="bilinear",
        **BYTES,
        **RANDOM,
    ),
    "CutMix": row("augment", factor=1.0, **RANDOM),
    "MixUp": row("augment", alpha=0.2, **RANDOM),
    "RandAugment": row(
        "augment", num_ops=2, factor=0.5, interpolation="bilinear", **BYTES, **RANDOM
    ),
    "RandomBrightness": row("augment", factor=REQUIRED, seed=None, **BYTES),
    "RandomColorDegeneration": row("augment", factor=REQUIRED, **BYTES, **RANDOM),
    "RandomColorJitter": row(
        "augment",
        brightness_factor=None,
        contrast_factor=None,
        saturation_factor=None,
        hue_factor=None,
        **BYTES,
        **RANDOM,
    ),
    "RandomContrast": row("augment", factor=REQUIRED, seed=None, **BYTES),
    "RandomCrop": row("augment crop", height=REQUIRED, width=REQUIRED, **RANDOM),
    "RandomElasticTransform": row(
        "augment", factor=1.0, scale=1.0, fill_mode="reflect", **WARP, **BYTES, **RANDOM
    ),
    "RandomErasing": row(
        "augment", factor=1.0, scale=(0.02, 0.33), fill_value=None, **BYTES, **RANDOM
    ),
    "RandomFlip": row("augment", mode="horizontal_and_vertical", **RANDOM),
    "RandomGaussianBlur": row("augment", factor=1.0, kernel_size=3, sigma=1.0, **BYTES, **RANDOM),
    "RandomGrayscale": row("augment", factor=0.5, **RANDOM),
    "RandomHue": row("augment", factor=REQUIRED, **BYTES, **RANDOM),
    "RandomInvert": row("augment", factor=1.0, **BYTES, **RANDOM),
    "RandomPerspective": row("augment", factor=1.0, scale=1.0, **WARP, **RANDOM),
    "RandomPosterization": row("augment", factor=REQUIRED, **BYTES, **RANDOM),
    "RandomRotation": row("augment", factor=REQUIRED, fill_mode="reflect", **WARP, **RANDOM),
    "RandomSaturation": row("augment", factor=REQUIRED, **BYTES, **RANDOM),
    "RandomSharpness": row("augment", factor=REQUIRED, **BYTES, **RANDOM),
    "RandomShear": row(
        "augment", x_factor=0.0, y_factor=0.0, fill_mode="reflect", **WARP, **RANDOM
    ),
    "RandomTranslation": row(
        "augment",
        height_factor=REQUIRED,
        width_factor=REQUIRED,
        fill_mode="reflect",
        **WARP,
        **RANDOM,
    ),
    "RandomZoom": row(
        "augment",
        height_factor=REQUIRED,
        width_factor=None,
        fill_mode="reflect",
        **WARP,
        **RANDOM,
    ),
    "Solarization": row("augment", addition_factor=0.0, threshold_factor=0.0, seed=None, **BYTES),
}

OLDER: Final[dict[str, Row]] = {
    # Keras 1
    "Merge": row("merge", layers=None, mode="sum", concat_axis=-1, dot_axes=-1),
    "MaxoutDense": row("weight dense", output_dim=REQUIRED, nb_feature=4, bias=True),
    "Highway": row("weight", activation="linear", bias=True),
    "ParametricSoftplus": row("act", alpha_init=0.2, beta_init=5.0, shared_axes=None),
    "SReLU": row("act", shared_axes=None),
    # Keras 2
    "ThresholdedReLU": row("act", theta=1.0),
    "LocallyConnected1D": row(
        "weight",
        filters=REQUIRED,
        kernel_size=REQUIRED,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        implementation=1,
        **KERNEL,
        **BIAS,
    ),
    "LocallyConnected2D": row(
        "weight",
        filters=REQUIRED,
        kernel_size=REQUIRED,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        activation=None,
        implementation=1,
        **KERNEL,
        **BIAS,
    ),
    "CuDNNLSTM": row("rnn", unit_forget_bias=True, **CUDNN),
    "CuDNNGRU": row("rnn", **CUDNN),
    "ConvLSTM2DCell": row(
        "rnn_cell",
        **{
            name: default
            for name, default in _conv_lstm().items()
            if name not in STEPS and name != "activity_regularizer"
        },
    ),
    # tf.keras
    "SyncBatchNormalization": row("norm batch_norm", **BATCH_NORM),
    "CategoryCrossing": row("preprocess", depth=None, separator="_X_"),
    "RandomHeight": row("augment resize", factor=REQUIRED, interpolation="bilinear", seed=None),
    "RandomWidth": row("augment resize", factor=REQUIRED, interpolation="bilinear", seed=None),
    "DenseFeatures": row("preprocess", feature_columns=REQUIRED),
    "SequenceFeatures": row("preprocess", feature_columns=REQUIRED),
    "RandomFourierFeatures": row(
        "weight", output_dim=REQUIRED, kernel_initializer="gaussian", scale=None
    ),
    "PeepholeLSTMCell": row("rnn_cell", **LSTM_CELL),
    "AbstractRNNCell": row("rnn_cell"),
    **rows("rnn_cell", "DeviceWrapper DropoutWrapper ResidualWrapper", cell=REQUIRED),
    **rows("identity", "AddLoss AddMetric"),
    **rows("unknown", "DynamicEmbedding DynamicLookup LinearModel WideDeepModel"),
    **rows("unknown", "TFOpLambda SlicingOpLambda TensorFlowOpLayer"),
    **rows("unknown", "ClassMethod InstanceMethod InstanceProperty PreprocessingLayer"),
    # Custom layers of keras.applications, and the well-known ones of other packages
    "LayerScale": row("scale", init_values=REQUIRED, projection_dim=REQUIRED),
    "CustomScaleLayer": row("merge add scaled", scale=REQUIRED),
    "StochasticDepth": row("dropout stochastic_depth"),
    "DropPath": row("dropout stochastic_depth"),
    **rows("dropout drop_block", "DropBlock DropBlock1D DropBlock2D DropBlock3D"),
    "InstanceNormalization": row("norm instance_norm"),
}

ALIASES: Final[dict[str, str]] = {
    **{f"Convolution{rank}D": f"Conv{rank}D" for rank in (1, 2, 3)},
    **{f"Convolution{rank}DTranspose": f"Conv{rank}DTranspose" for rank in (1, 2, 3)},
    **{f"SeparableConvolution{rank}D": f"SeparableConv{rank}D" for rank in (1, 2)},
    **{f"MaxPool{rank}D": f"MaxPooling{rank}D" for rank in (1, 2, 3)},
    **{f"AvgPool{rank}D": f"AveragePooling{rank}D" for rank in (1, 2, 3)},
    **{f"GlobalMaxPool{rank}D": f"GlobalMaxPooling{rank}D" for rank in (1, 2, 3)},
    **{f"GlobalAvgPool{rank}D": f"GlobalAveragePooling{rank}D" for rank in (1, 2, 3)},
    "GroupQueryAttention": "GroupedQueryAttention",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "UnifiedLSTM": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "UnifiedGRU": "GRU",
    "LSTMCellV1": "LSTMCell",
    "LSTMCellV2": "LSTMCell",
    "GRUCellV1": "GRUCell",
    "GRUCellV2": "GRUCell",
    "DenseFeaturesV2": "DenseFeatures",
}
"""Other names of a class -> the name it has today."""
