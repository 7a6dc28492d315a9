"""What Keras' layers do with the mask of their first input.

From ``supports_masking`` and ``compute_mask`` of the classes of Keras 3.15.1 and tf_keras 2.21,
which a test compares. Classes on which the two disagree (``Rescaling``, ``Normalization``,
``Lambda``), and those that are in no set, are not known.
"""

from __future__ import annotations

from typing import Final

MAKES: Final = frozenset({"Masking"})
"""Gives its output a mask; ``Embedding`` does with ``mask_zero=True``."""

HANDS_ON: Final = frozenset(
    """
    Dense Activation ReLU LeakyReLU ELU PReLU Softmax Dropout AlphaDropout GaussianDropout
    SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianNoise ActivityRegularization
    BatchNormalization LayerNormalization GroupNormalization UnitNormalization
    MultiHeadAttention Attention AdditiveAttention
    """.split()
)
"""Gives its output the mask of its first input."""

JOINS: Final = frozenset("Add Subtract Multiply Average Maximum Minimum Concatenate".split())
"""Gives its output a mask made from those of its inputs."""

RECURRENT: Final = frozenset("RNN SimpleRNN GRU LSTM ConvLSTM1D ConvLSTM2D ConvLSTM3D".split())
"""Skips masked steps, and hands the mask on if it returns sequences."""

AVERAGES: Final = frozenset({"GlobalAveragePooling1D"})
"""Leaves masked steps out of its mean, which has no mask."""

LOSES: Final = frozenset(
    """
    EinsumDense RMSNormalization
    Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose
    DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D
    MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
    GlobalAveragePooling2D GlobalAveragePooling3D
    Cropping1D Cropping2D Cropping3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    UpSampling1D UpSampling2D UpSampling3D
    Flatten Reshape Permute RepeatVector
    """.split()
)
"""Does not support masking: its output has no mask, and Keras 3 warns of it when it runs."""

KEEPS_STEPS: Final = frozenset(
    """
    EinsumDense RMSNormalization Conv1D Conv1DTranspose DepthwiseConv1D SeparableConv1D
    MaxPooling1D AveragePooling1D Cropping1D ZeroPadding1D UpSampling1D
    """.split()
)
"""Loses the mask of a sequence that is a sequence still."""
