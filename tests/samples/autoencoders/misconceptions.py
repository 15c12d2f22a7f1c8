import keras
import numpy as np

from autograder.course.known_answers import misconception, variant


def _train(model, X, wanted, steps):
    model.compile(keras.optimizers.Adam(0.02), "mse")
    for _ in range(steps):
        model.train_on_batch(X, wanted)


@variant("pretrain_stack")
def freezes_what_is_below(pairs, X, steps):
    below = []
    for encoder, decoder in pairs:
        inputs = codes = keras.Input((X.shape[1],))
        for trained in below:
            trained.trainable = False
            codes = trained(codes)
        wanted = keras.Model(inputs, codes)(X).numpy() if below else X
        _train(keras.Model(inputs, decoder(encoder(codes))), X, wanted, steps)
        below.append(encoder)


@misconception("pretrain_stack", hint="Each layer is trained alone, before the next.")
def all_at_once(pairs, X, steps):
    encoders, decoders = zip(*pairs, strict=True)
    _train(keras.Sequential([*encoders, *reversed(decoders)]), X, X, steps)


@misconception("pretrain_stack", hint="What is trained already stays as it is.")
def not_frozen(pairs, X, steps):
    for n in range(1, len(pairs) + 1):
        all_at_once_of(pairs[:n], X, steps)


def all_at_once_of(pairs, X, steps):
    encoders, decoders = zip(*pairs, strict=True)
    _train(keras.Sequential([*encoders, *reversed(decoders)]), X, X, steps)


@misconception("pretrain_stack", hint="No weight has moved.")
def nothing(pairs, X, steps):
    pass


def _denoiser(X, seed):
    keras.utils.set_random_seed(seed)
    size = X.shape[1]
    layers = [keras.layers.Dense(64, "relu"), keras.layers.Dense(size, "sigmoid")]
    model = keras.Sequential([keras.Input((size,)), *layers])
    model.compile(keras.optimizers.Adam(5e-3), "mse")
    return model


@misconception("train_denoising", hint="The target is what the image was before the noise.")
def noisy_targets(X, corrupt, seed):
    model, rng = _denoiser(X, seed), np.random.default_rng(seed)
    noisy = np.concatenate([corrupt(X, rng) for _ in range(10)])
    model.fit(noisy, noisy, batch_size=64, epochs=2, verbose=0)
    return model


@misconception("train_denoising", hint="To remove noise one must have seen some.")
def clean_inputs(X, corrupt, seed):
    model = _denoiser(X, seed)
    model.fit(X, X, batch_size=64, epochs=20, verbose=0)
    return model


@misconception("train_denoising", hint="A model that changes nothing removes no noise.")
def identity(X, corrupt, seed):
    return keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Activation("linear")])


def _trained(layers, X, y, n_classes):
    model = keras.Sequential([*layers, keras.layers.Dense(n_classes, "softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(X, y, epochs=20, verbose=0)
    return model


@variant("transfer")
def functional(base, X, y, n_classes):
    for layer in base.layers:
        layer.trainable = False
    inputs = keras.Input((6,))
    features = keras.layers.Dropout(0.1)(base(inputs, training=False))
    model = keras.Model(inputs, keras.layers.Dense(n_classes, "softmax")(features))
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(X, y, epochs=20, verbose=0)
    return model


@variant("transfer")
def copies_the_layers(base, X, y, n_classes):
    copy = keras.models.clone_model(base)
    copy.set_weights(base.get_weights())
    copy.trainable = False
    return _trained([keras.Input((6,)), *copy.layers], X, y, n_classes)


@misconception("transfer", hint="What is frozen is not trainable.")
def trains_the_base(base, X, y, n_classes):
    return _trained([base], X, y, n_classes)


@misconception("transfer", hint="Batch normalisation learns as well, unless it is frozen.")
def batch_norm_learns_on(base, X, y, n_classes):
    for layer in base.layers:
        layer.trainable = isinstance(layer, keras.layers.BatchNormalization)
    return _trained([base], X, y, n_classes)


@misconception("transfer", hint="The base is what was learned before.")
def from_scratch(base, X, y, n_classes):
    return _trained([keras.Input((6,)), keras.layers.Dense(8, "tanh")], X, y, n_classes)
