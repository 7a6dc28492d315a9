"""The order of positional arguments in Keras, which a saved configuration need not know.

Names are those of Keras 3; older eras agree as far as people pass arguments by position.
"""

from __future__ import annotations

from typing import Final

_BIASED: Final = (
    "activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer "
    "activity_regularizer kernel_constraint bias_constraint"
)
_DEPTHWISE: Final = (
    "activation use_bias depthwise_initializer bias_initializer depthwise_regularizer "
    "bias_regularizer activity_regularizer depthwise_constraint bias_constraint"
)
_SEPARABLE: Final = (
    "activation use_bias depthwise_initializer pointwise_initializer bias_initializer "
    "depthwise_regularizer pointwise_regularizer bias_regularizer activity_regularizer "
    "depthwise_constraint pointwise_constraint bias_constraint"
)
_WEIGHTS: Final = "use_bias kernel_initializer recurrent_initializer bias_initializer"
_REGULARIZERS: Final = "kernel_regularizer recurrent_regularizer bias_regularizer"
_CONSTRAINTS: Final = "kernel_constraint recurrent_constraint bias_constraint"
_DROPS: Final = "dropout recurrent_dropout"
_STEPS: Final = "return_sequences return_state go_backwards stateful"
_GAMMA_BETA: Final = "epsilon center scale beta_initializer gamma_initializer"
_NORM: Final = "beta_regularizer gamma_regularizer beta_constraint gamma_constraint"
_WARP: Final = "fill_mode interpolation seed fill_value data_format"

_SIGNATURES: Final = {
    "InputLayer": "shape batch_size dtype sparse ragged batch_shape input_tensor optional name",
    "Dense": f"units {_BIASED} lora_rank lora_alpha quantization_config",
    "EinsumDense": "equation output_shape activation bias_axes kernel_initializer "
    "bias_initializer kernel_regularizer bias_regularizer kernel_constraint bias_constraint "
    "lora_rank lora_alpha gptq_unpacked_column_size quantization_config",
    "Embedding": "input_dim output_dim embeddings_initializer embeddings_regularizer "
    "embeddings_constraint mask_zero weights lora_rank lora_alpha quantization_config",
    "ReversibleEmbedding": "input_dim output_dim tie_weights embeddings_initializer "
    "embeddings_regularizer embeddings_constraint mask_zero reverse_dtype logit_soft_cap",
    "Masking": "mask_value",
    "Lambda": "function output_shape mask arguments",
    "Wrapper TimeDistributed": "layer",
    "Bidirectional": "layer merge_mode weights backward_layer",
    "SpectralNormalization": "layer power_iterations",
    "JaxLayer": "call_fn init_fn params state seed native_serialization_platforms",
    "FlaxLayer": "module method variables",
    "TorchModuleWrapper": "module name output_shape",
    "TFSMLayer": "filepath call_endpoint call_training_endpoint trainable name dtype",
    "Conv1D Conv2D Conv3D": "filters kernel_size strides padding data_format dilation_rate groups "
    + _BIASED,
    "Conv1DTranspose Conv2DTranspose": "filters kernel_size strides padding output_padding "
    f"data_format dilation_rate {_BIASED}",
    "Conv3DTranspose": "filters kernel_size strides padding data_format output_padding "
    f"dilation_rate {_BIASED}",
    "DepthwiseConv1D DepthwiseConv2D": "kernel_size strides padding depth_multiplier data_format "
    f"dilation_rate {_DEPTHWISE}",
    "SeparableConv1D SeparableConv2D": "filters kernel_size strides padding data_format "
    f"dilation_rate depth_multiplier {_SEPARABLE}",
    "LocallyConnected1D LocallyConnected2D": "filters kernel_size strides padding data_format "
    + _BIASED,
    "MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D": (
        "pool_size strides padding data_format name"
    ),
    "GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D "
    "GlobalAveragePooling2D GlobalAveragePooling3D": "data_format keepdims",
    "AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D AdaptiveAveragePooling1D "
    "AdaptiveAveragePooling2D AdaptiveAveragePooling3D": "output_size data_format",
    "RNN": f"cell {_STEPS} unroll zero_output_for_mask",
    "SimpleRNN": f"units activation {_WEIGHTS} {_REGULARIZERS} activity_regularizer "
    f"{_CONSTRAINTS} {_DROPS} {_STEPS} unroll seed",
    "GRU": f"units activation recurrent_activation {_WEIGHTS} {_REGULARIZERS} "
    f"activity_regularizer {_CONSTRAINTS} {_DROPS} seed {_STEPS} unroll reset_after use_cudnn",
    "LSTM": f"units activation recurrent_activation {_WEIGHTS} unit_forget_bias {_REGULARIZERS} "
    f"activity_regularizer {_CONSTRAINTS} {_DROPS} seed {_STEPS} unroll use_cudnn",
    "ConvLSTM1D ConvLSTM2D ConvLSTM3D": "filters kernel_size strides padding data_format "
    f"dilation_rate activation recurrent_activation {_WEIGHTS} unit_forget_bias {_REGULARIZERS} "
    f"activity_regularizer {_CONSTRAINTS} {_DROPS} seed {_STEPS}",
    "CuDNNLSTM CuDNNGRU": "units",
    "SimpleRNNCell": f"units activation {_WEIGHTS} {_REGULARIZERS} {_CONSTRAINTS} {_DROPS} seed",
    "GRUCell": f"units activation recurrent_activation {_WEIGHTS} {_REGULARIZERS} {_CONSTRAINTS} "
    f"{_DROPS} reset_after seed",
    "LSTMCell": f"units activation recurrent_activation {_WEIGHTS} unit_forget_bias "
    f"{_REGULARIZERS} {_CONSTRAINTS} {_DROPS} seed",
    "StackedRNNCells": "cells",
    "MultiHeadAttention": "num_heads key_dim value_dim dropout use_bias output_shape "
    "attention_axes sliding_window flash_attention kernel_initializer bias_initializer "
    "kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint "
    "use_gate seed",
    "GroupedQueryAttention": "head_dim num_query_heads num_key_value_heads dropout use_bias",
    "Attention": "use_scale score_mode dropout seed",
    "AdditiveAttention": "use_scale dropout",
    "BatchNormalization": f"axis momentum {_GAMMA_BETA} moving_mean_initializer "
    f"moving_variance_initializer {_NORM} renorm renorm_clipping renorm_momentum synchronized",
    "LayerNormalization": f"axis {_GAMMA_BETA} {_NORM}",
    "GroupNormalization": f"groups axis {_GAMMA_BETA} {_NORM}",
    "RMSNormalization": "axis epsilon",
    "UnitNormalization Softmax Concatenate": "axis",
    "Dropout AlphaDropout": "rate noise_shape seed",
    "GaussianDropout": "rate seed",
    "SpatialDropout1D": "rate seed name dtype",
    "SpatialDropout2D SpatialDropout3D": "rate data_format seed name dtype",
    "GaussianNoise": "stddev seed",
    "ActivityRegularization": "l1 l2",
    "Activation": "activation",
    "ReLU": "max_value negative_slope threshold",
    "LeakyReLU": "negative_slope",
    "ELU": "alpha",
    "ThresholdedReLU": "theta",
    "PReLU": "alpha_initializer alpha_regularizer alpha_constraint shared_axes",
    "Flatten": "data_format",
    "Reshape": "target_shape",
    "Permute": "dims",
    "RepeatVector": "n",
    "Cropping1D": "cropping",
    "Cropping2D Cropping3D": "cropping data_format",
    "ZeroPadding1D ZeroPadding2D ZeroPadding3D": "padding data_format",
    "UpSampling1D": "size",
    "UpSampling2D": "size data_format interpolation",
    "UpSampling3D": "size data_format",
    "Dot": "axes normalize",
    "Merge": "layers mode concat_axis dot_axes",
    "Rescaling": "scale offset",
    "Normalization": "axis mean variance invert",
    "Resizing": "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_mode "
    "fill_value antialias data_format",
    "CenterCrop": "height width data_format",
    "CategoryEncoding": "num_tokens output_mode sparse",
    "Discretization": "bin_boundaries num_bins epsilon output_mode sparse dtype name",
    "HashedCrossing": "num_bins output_mode sparse name dtype",
    "Hashing": "num_bins mask_value salt output_mode sparse",
    "IntegerLookup": "max_tokens num_oov_indices mask_token oov_token vocabulary "
    "vocabulary_dtype idf_weights invert output_mode sparse pad_to_max_tokens oov_method salt name",
    "StringLookup": "max_tokens num_oov_indices mask_token oov_token vocabulary idf_weights "
    "invert output_mode pad_to_max_tokens sparse encoding name salt",
    "TextVectorization": "max_tokens standardize split ngrams output_mode "
    "output_sequence_length pad_to_max_tokens vocabulary idf_weights sparse ragged encoding name",
    "MelSpectrogram": "fft_length sequence_stride sequence_length window sampling_rate "
    "num_mel_bins min_freq max_freq power_to_db top_db mag_exp min_power ref_power",
    "STFTSpectrogram": "mode frame_length frame_step fft_length window periodic scaling padding "
    "expand_dims data_format",
    "AutoContrast": "value_range",
    "Equalization": "value_range bins data_format",
    "ContrastLimitedAdaptiveHistogramEqualization": "value_range clip_limit tile_grid_size "
    "data_format",
    "MaxNumBoundingBoxes": "max_number fill_value",
    "Pipeline": "layers name",
    "AugMix": "value_range num_chains chain_depth factor alpha all_ops interpolation seed "
    "data_format",
    "CutMix": "factor seed data_format",
    "MixUp": "alpha data_format seed",
    "RandAugment": "value_range num_ops factor interpolation seed data_format",
    "RandomBrightness RandomContrast": "factor value_range seed",
    "RandomColorDegeneration RandomHue RandomPosterization RandomSaturation RandomSharpness": (
        "factor value_range data_format seed"
    ),
    "RandomColorJitter": "value_range brightness_factor contrast_factor saturation_factor "
    "hue_factor seed data_format",
    "RandomCrop": "height width seed data_format name",
    "RandomElasticTransform": "factor scale interpolation fill_mode fill_value value_range seed "
    "data_format",
    "RandomErasing": "factor scale fill_value value_range seed data_format",
    "RandomFlip": "mode seed data_format",
    "RandomGaussianBlur": "factor kernel_size sigma value_range data_format seed",
    "RandomGrayscale": "factor data_format seed",
    "RandomInvert": "factor value_range seed data_format",
    "RandomPerspective": "factor scale interpolation fill_value seed data_format",
    "RandomRotation": f"factor {_WARP}",
    "RandomShear": "x_factor y_factor interpolation fill_mode fill_value data_format seed",
    "RandomTranslation RandomZoom": f"height_factor width_factor {_WARP}",
    "Solarization": "addition_factor threshold_factor value_range seed",
}

LAYER_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(arguments.split())
    for names, arguments in _SIGNATURES.items()
    for name in names.split()
}
"""Today's class -> its positional arguments; a class that is not here takes none."""

MERGE_FUNCTIONS: Final = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "concatenate": "Concatenate",
    "dot": "Dot",
    "merge": "Merge",
}
"""The functions of ``keras.layers`` that construct a merging layer and call it."""

_INITIALIZERS: Final = {
    "Constant": "value",
    "GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform": "seed",
    "Identity": "gain",
    "Ones Zeros": "",
    "Orthogonal": "gain seed",
    "RandomNormal TruncatedNormal": "mean stddev seed",
    "RandomUniform": "minval maxval seed",
    "STFT": "side window scaling periodic",
    "VarianceScaling": "scale mode distribution seed",
}
_REGULARIZER_CLASSES: Final = {"L1": "l1", "L2": "l2", "L1L2": "l1 l2"}
_CONSTRAINT_CLASSES: Final = {
    "MaxNorm": "max_value axis",
    "MinMaxNorm": "min_value max_value rate axis",
    "NonNeg": "",
    "UnitNorm": "axis",
}
_LOSSES: Final = {
    "BinaryCrossentropy CategoricalCrossentropy": "from_logits label_smoothing axis",
    "BinaryFocalCrossentropy": "apply_class_balancing alpha gamma from_logits label_smoothing axis",
    "CategoricalFocalCrossentropy": "alpha gamma from_logits label_smoothing axis",
    "SparseCategoricalCrossentropy": "from_logits ignore_class reduction axis",
    "CategoricalGeneralizedCrossEntropy": "q",
    "CosineSimilarity": "axis",
    "Circle": "gamma margin remove_diagonal",
    "Huber": "delta",
    "Tversky": "alpha beta",
    "CTC CategoricalHinge Dice Hinge KLDivergence LogCosh MeanAbsoluteError "
    "MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson "
    "SquaredHinge": "reduction",
}
_METRICS: Final = {
    "AUC": "num_thresholds curve summation_method",
    "Accuracy BinaryAccuracy BinaryCrossentropy CategoricalAccuracy CategoricalCrossentropy "
    "CategoricalHinge ConcordanceCorrelation CosineSimilarity Hinge KLDivergence LogCoshError Mean "
    "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError "
    "PearsonCorrelation Poisson RootMeanSquaredError SparseCategoricalAccuracy "
    "SparseCategoricalCrossentropy SquaredHinge Sum": "name dtype",
    "BinaryIoU": "target_class_ids threshold name",
    "F1Score": "average threshold name",
    "FBetaScore": "average beta threshold name",
    "FalseNegatives FalsePositives TrueNegatives TruePositives": "thresholds name",
    "IoU": "num_classes target_class_ids name",
    "MeanIoU OneHotMeanIoU": "num_classes name",
    "OneHotIoU": "num_classes target_class_ids name",
    "MeanMetricWrapper": "fn name",
    "Precision Recall": "thresholds top_k class_id name",
    "PrecisionAtRecall": "recall num_thresholds class_id name",
    "RecallAtPrecision": "precision num_thresholds class_id name",
    "SensitivityAtSpecificity": "specificity num_thresholds class_id name",
    "SpecificityAtSensitivity": "sensitivity num_thresholds class_id name",
    "R2Score": "class_aggregation num_regressors name",
    "SparseTopKCategoricalAccuracy TopKCategoricalAccuracy": "k name",
}
_OPTIMIZERS: Final = {
    "Adam Adamax Nadam Lamb ScheduleFreeAdamW": "learning_rate beta_1 beta_2 epsilon",
    "AdamW": "learning_rate weight_decay beta_1 beta_2 epsilon",
    "Adadelta": "learning_rate rho epsilon",
    "Adafactor Ftrl Muon": "learning_rate",
    "Adagrad": "learning_rate initial_accumulator_value epsilon",
    "Lion": "learning_rate beta_1 beta_2",
    "LossScaleOptimizer": "inner_optimizer initial_scale",
    "RMSprop": "learning_rate rho momentum epsilon",
    "SGD": "learning_rate momentum nesterov weight_decay",
}

OBJECT_ARGUMENTS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    (section, name): tuple(arguments.split())
    for section, table in {
        "initializers": _INITIALIZERS,
        "regularizers": _REGULARIZER_CLASSES,
        "constraints": _CONSTRAINT_CLASSES,
        "losses": _LOSSES,
        "metrics": _METRICS,
        "optimizers": _OPTIMIZERS,
    }.items()
    for names, arguments in table.items()
    for name in names.split()
}
"""Section and class -> the first positional arguments."""

_OTHER_NAMES: Final = {
    "initializers": {
        "Zeros": "zeros zero",
        "Ones": "ones one",
        "Constant": "constant",
        "RandomNormal": "random_normal normal",
        "RandomUniform": "random_uniform uniform",
        "TruncatedNormal": "truncated_normal",
        "VarianceScaling": "variance_scaling",
        "Orthogonal": "orthogonal OrthogonalInitializer",
        "Identity": "identity IdentityInitializer",
        "STFT": "stft STFTInitializer",
        "GlorotNormal": "glorot_normal",
        "GlorotUniform": "glorot_uniform",
        "HeNormal": "he_normal",
        "HeUniform": "he_uniform",
        "LecunNormal": "lecun_normal",
        "LecunUniform": "lecun_uniform",
    },
    "regularizers": {"L1": "l1", "L2": "l2 WeightRegularizer", "L1L2": "l1_l2 l1l2"},
    "constraints": {
        "MaxNorm": "max_norm maxnorm",
        "MinMaxNorm": "min_max_norm",
        "NonNeg": "non_neg nonneg",
        "UnitNorm": "unit_norm unitnorm",
    },
    "losses": {},
    "metrics": {},
    "optimizers": {"SGD": "sgd", "Adam": "adam Adam_v2", "RMSprop": "rmsprop"},
}
OBJECTS: Final[dict[str, dict[str, str]]] = {
    section: {
        **{name: name for where, name in OBJECT_ARGUMENTS if where == section},
        **{other: name for name, others in names.items() for other in others.split()},
    }
    for section, names in _OTHER_NAMES.items()
}
"""Section -> the names under which its classes can be constructed, and the class of each."""
