# Training that takes its time: stacks, denoising, transfer (weeks 4 and 5).

# %% setup=true
import keras
import numpy as np
from sklearn.datasets import load_digits

from dlcourse import check


def digits():
    """Images of handwritten digits, 64 numbers from 0 to 1 each."""
    return (load_digits().data / 16).astype("float32")


def mask(X, rng):
    """The images with every second pixel, more or less, set to zero."""
    return X * (rng.random(X.shape) > 0.5).astype("float32")


def pairs(sizes, first=0):
    """Encoder and decoder of each layer from the first on, with the same weights every time."""
    made = []
    for i in range(first, len(sizes) - 1):
        keras.utils.set_random_seed(i)
        encode, decode = keras.layers.Dense(sizes[i + 1], "tanh"), keras.layers.Dense(sizes[i])
        encoder = keras.Sequential([keras.Input((sizes[i],)), encode])
        decoder = keras.Sequential([keras.Input((sizes[i + 1],)), decode])
        made.append((encoder, decoder))
    return made


def pretrained():
    """A network that somebody else has trained, with batch normalisation inside."""
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(16, "relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(8, "tanh"),
        ]
    )


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## A stack is its layers, each alone on the codes below
"""


# %% exercise="pretrain_stack" outcomes=[4]
def pretrain_stack(pairs, X, steps):
    """Train each encoder with its decoder on the codes of the one below, then go up."""
    ### BEGIN SOLUTION
    for encoder, decoder in pairs:
        model = keras.Sequential([encoder, decoder])
        model.compile(keras.optimizers.Adam(0.02), "mse")
        for _ in range(steps):
            model.train_on_batch(X, X)
        X = encoder(X).numpy()
    ### END SOLUTION


# %% test="pretrain_stack" points=30
rng = np.random.default_rng(SEED)
X = (rng.normal(size=(50, 3)) @ rng.normal(size=(3, 6)) / 3).astype("float32")
sizes = [6, 4, 2]
both = check.items(check.run_remotely(pairs)(sizes), 2, name="layers")
below = check.items(check.run_remotely(pairs)(sizes[:2]), 1, name="layers")
above = check.items(check.run_remotely(pairs)(sizes, first=1), 1, name="layers")


def error(encoder, decoder):
    rebuilt = check.local_copy(decoder)(check.local_copy(encoder)(X)).numpy()
    return float(np.mean((rebuilt - X) ** 2))


untrained = error(*below[0])
pretrain_stack(both, X, 20)
pretrain_stack(below, X, 20)
check.between(error(*below[0]) / untrained, 0, 0.8, name="what is left of the error")
pretrain_stack(above, check.local_copy(below[0][0])(X).numpy(), 20)
for stacked, alone in ((both[0], below[0]), (both[1], above[0])):
    weights = zip(
        check.local_copy(stacked[0]).get_weights(),
        check.local_copy(alone[0]).get_weights(),
        strict=True,
    )
    for came, due in weights:
        check.close(came, due, tolerance=1e-3, name="weights of a layer in the stack")

# %% [markdown]
"""
## Better than doing nothing
"""


# %% exercise="train_denoising" outcomes=[4]
def train_denoising(X, corrupt, seed):
    """A trained model that gives clean images for corrupted ones."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    size = X.shape[1]
    layers = [keras.layers.Dense(64, "relu"), keras.layers.Dense(size, "sigmoid")]
    model = keras.Sequential([keras.Input((size,)), *layers])
    model.compile(keras.optimizers.Adam(5e-3), "mse")
    noisy = np.concatenate([corrupt(X, rng) for _ in range(10)])
    model.fit(noisy, np.concatenate([X] * 10), batch_size=64, epochs=2, verbose=0)
    return model
    ### END SOLUTION


# %% test="train_denoising" points=30
X = digits()
train, fresh = X[:1400], X[1400:]
noisy = mask(fresh, np.random.default_rng(SEED + 7))
rebuilt = check.local_copy(train_denoising(train, mask, SEED))(noisy).numpy()
check.shape(rebuilt, fresh.shape, name="rebuilt images")
error = np.mean((rebuilt - fresh) ** 2)
idle = np.mean((noisy - fresh) ** 2)
always_the_mean = np.mean((train.mean(axis=0) - fresh) ** 2)
check.between(error / idle, 0, 0.45, name="error, compared with doing nothing")
check.between(error / always_the_mean, 0, 0.8, name="error, compared with the mean image")

# %% [markdown]
"""
## A frozen base, batch normalisation inside
"""


# %% exercise="transfer" outcomes=[5]
def transfer(base, X, y, n_classes):
    """A classifier on top of the base, whose own weights stay as they are."""
    ### BEGIN SOLUTION
    base.trainable = False
    model = keras.Sequential([base, keras.layers.Dense(n_classes, "softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(X, y, epochs=20, verbose=0)
    return model
    ### END SOLUTION


# %% test="transfer" points=40
rng = np.random.default_rng(SEED)
X = rng.normal(size=(200, 6)).astype("float32")
base = check.run_remotely(pretrained)()
before = check.local_copy(base)
y = (before(X).numpy() @ rng.normal(size=(8, 3))).argmax(axis=1)
model = check.local_copy(transfer(base, X[:100], y[:100], 3))
after = model.get_weights()
for weight in before.get_weights():
    same = [w for w in after if w.shape == weight.shape and np.allclose(w, weight, atol=1e-6)]
    check.that(len(same) > 0, "The base's weights should be in the model, unchanged.")
trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
check.equal(trainable, 8 * 3 + 3, name="trainable parameters")
accuracy = (model(X[100:]).numpy().argmax(axis=1) == y[100:]).mean()
check.between(accuracy, 0.6, 1, name="accuracy on new points")
