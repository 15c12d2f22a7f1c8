"""List the classes that a rebuilt model may contain: those of Keras that contain no code.

Left out on purpose: `Lambda` and the wrappers of other frameworks, which contain code, and lookup
layers, which read files.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


LAYERS = _names("""
    Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
    AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
    Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense
    DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense Embedding Flatten GRU GRUCell
    GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
    GroupNormalization GroupQueryAttention Identity InputLayer LSTM LSTMCell LayerNormalization
    LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum MultiHeadAttention
    Multiply Normalization PReLU Permute RMSNormalization RNN RandomBrightness RandomContrast
    RandomCrop RandomFlip RandomRotation RandomTranslation RandomZoom ReLU RepeatVector Rescaling
    Reshape Resizing SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax
    SpatialDropout1D SpatialDropout2D SpatialDropout3D StackedRNNCells Subtract TimeDistributed
    UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
    ZeroPadding3D
""")

# The operations that `x / 255.0` or `keras.ops.mean(x, axis=1)` add to a functional model.
OPERATIONS = {
    "keras.src.ops.numpy": _names("""
        Abs Absolute Add Argmax Argmin Average Clip Concatenate Divide Dot Einsum Equal Exp
        ExpandDims Expm1 Flip GetItem Greater GreaterEqual Less LessEqual Log Log1p Log2 Log10
        Matmul Max Maximum Mean Min Minimum Moveaxis Multiply Negative NotEqual Pad Power Prod
        Reciprocal Repeat Reshape Roll Sign Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes
        Tanh Tensordot Tile Transpose TrueDivide Var Where
    """),
    "keras.src.ops.nn": _names("""
        AveragePool Elu Gelu LeakyRelu LogSigmoid LogSoftmax MaxPool OneHot Relu Relu6 Selu
        Sigmoid Silu Softmax Softplus Softsign
    """),
    "keras.src.ops.core": _names("Cast StopGradient"),
    "keras.src.ops.math": _names("Logsumexp Rsqrt"),
    "keras.src.ops.linalg": _names("Norm"),
}

# Names of activations: Keras' own, those of TensorFlow's functions, and older spellings.
ACTIVATIONS = {
    name: name
    for name in _names("""
        celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu
        linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax
        softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink
        threshold
    """)
} | {
    "softmax_v2": "softmax",
    "log_softmax_v2": "log_softmax",
    "swish": "silu",
    "hard_swish": "hard_silu",
    "exp": "exponential",
    "identity": "linear",
}

REGULARIZERS = _names("L1 L2 L1L2 OrthogonalRegularizer")
CONSTRAINTS = _names("MaxNorm MinMaxNorm NonNeg UnitNorm")
POLICIES = _names("float32 float64 float16 mixed_float16 int32 int64 uint8")

LARGEST_NUMBER = 10_000_000  # of units, filters, words; more is a mistake or an attack
LONGEST_LIST = 10_000
LONGEST_NAME = 200
MOST_LAYERS = 1_000
DEEPEST = 24
