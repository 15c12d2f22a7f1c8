# A language model and two players, trained by the student's code (weeks 6 and 7).

# %% setup=true
import gymnasium as gym
import keras
import numpy as np
import tensorflow as tf

from dlcourse import check


class Corridor(gym.Env):
    """Five places in a row; the reward waits at the right end, the left end is the end as well."""

    observation_space = gym.spaces.Box(0, 1, (5,), np.float32)
    action_space = gym.spaces.Discrete(2)

    def see(self):
        return np.eye(5, dtype=np.float32)[self.at]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.at = 1
        return self.see(), {}

    def step(self, action):
        self.at += 2 * int(action) - 1
        return self.see(), float(self.at == 4), self.at in (0, 4), False, {}


class Catch(gym.Env):
    """A ball falls and drifts through 5 × 5 pixels; the paddle at the bottom moves to catch it."""

    observation_space = gym.spaces.Box(0, 255, (5, 5), np.uint8)
    action_space = gym.spaces.Discrete(3)

    def see(self):
        pixels = np.zeros((5, 5), np.uint8)
        pixels[self.y, self.x] = pixels[4, self.paddle] = 255
        return pixels

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.x, self.y, self.paddle = int(self.np_random.integers(5)), 0, 2
        self.drift = int(self.np_random.integers(-1, 2))
        return self.see(), {}

    def step(self, action):
        self.paddle = min(4, max(0, self.paddle + int(action) - 1))
        self.y += 1
        self.x += self.drift
        if not 0 <= self.x <= 4:
            self.drift *= -1
            self.x += 2 * self.drift
        is_over = self.y == 4
        reward = (1.0 if self.x == self.paddle else -1.0) if is_over else 0.0
        return self.see(), reward, is_over, False, {}


def text(seed, n):
    """Symbols that are the sum of the last two, modulo 5; one time in ten a random one."""
    rng = np.random.default_rng(seed)
    ids = [0, 1]
    for _ in range(n - 2):
        ids.append(int(rng.integers(5)) if rng.random() < 0.1 else (ids[-1] + ids[-2]) % 5)
    return np.array(ids, "int32")


# %% parameters=true
SEED = 0
PROFILE = "quick"

# %% [markdown]
"""
## An environment's class goes there by name
"""


# %% exercise="train" outcomes=[7]
def train(env_class, seed):
    """A linear model of the values of both actions, learned in an environment."""
    ### BEGIN SOLUTION
    env, rng = env_class(), np.random.default_rng(seed)
    Q = np.zeros((5, 2))
    for _ in range(200):
        state, _ = env.reset(seed=int(rng.integers(1 << 30)))
        is_over = False
        while not is_over:
            action = int(rng.integers(2))
            next_state, reward, is_over, _, _ = env.step(action)
            i, j = state.argmax(), next_state.argmax()
            target = reward + 0.9 * (not is_over) * Q[j].max()
            Q[i, action] += 0.5 * (target - Q[i, action])
            state = next_state
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2, use_bias=False)])
    model.set_weights([Q.astype("float32")])
    return model
    ### END SOLUTION


# %% test="train" points=30
model, env = check.local_copy(train(Corridor, seed=SEED)), Corridor()
for game in range(3):
    state, _ = env.reset(seed=SEED + game)
    won, is_over, steps = 0.0, False, 0
    while not is_over and steps < 20:
        action = int(np.argmax(model(state[None]).numpy()))
        state, won, is_over, _, _ = env.step(action)
        steps += 1
    check.equal(won, 1.0, name="reward of a game")

# %% [markdown]
"""
## A stateful model is brought here at rest
"""


# %% exercise="train_char_model" outcomes=[6]
def train_char_model(ids, n_symbols, seed):
    """A recurrent model of the next symbol's logits."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(8, None)),
            keras.layers.Embedding(n_symbols, 8),
            keras.layers.GRU(24, return_sequences=True, stateful=True),
            keras.layers.Dense(n_symbols),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss)
    length = len(ids) // 8
    rows = ids[: 8 * length].reshape(8, length)
    for _ in range(3):
        for t in range(0, length - 26, 25):
            model.train_on_batch(rows[:, t : t + 25], rows[:, t + 1 : t + 26])
    return model
    ### END SOLUTION


# %% test="train_char_model" points=30
model = check.local_copy(train_char_model(text(SEED, 8000), 5, SEED))
ids = text(SEED + 1, 401)
logits = model.predict(ids[None, :-1], verbose=0)[0]
check.shape(logits, (400, 5), name="logits")
log_sum = np.log(np.exp(logits[10:]).sum(axis=1))
nats = np.mean(log_sum - logits[np.arange(10, 400), ids[11:]])
check.between(nats, 0, 0.75, name="nats for each symbol of a new text")
other = ids.copy()
other[201:] = (other[201:] + 1) % 5
before = model.predict(other[None, :-1], verbose=0)[0][:200]
check.close(before, logits[:200], tolerance=1e-4, name="logits before the texts part")

# %% [markdown]
"""
## A player that sees pixels, two frames of them
"""


# %% exercise="train_dqn" outcomes=[7]
def train_dqn(make_env, seed):
    """A network of the values of the actions, for the last two frames."""
    ### BEGIN SOLUTION
    keras.utils.set_random_seed(seed)
    rng, env = np.random.default_rng(seed), make_env()
    online, target = q_network(env), q_network(env)
    target.set_weights(online.get_weights())
    learn, act = learner(online, target), tf.function(lambda frames: tf.argmax(online(frames), 1))
    memory, count = [], 0
    while count < 2000:
        frame, _ = env.reset(seed=int(rng.integers(1 << 30)))
        state, is_over = np.stack([frame, frame], axis=-1), False
        while not is_over:
            explores = rng.random() < max(0.1, 1 - count / 1000)
            action = rng.integers(3) if explores else act(state[None].astype("float32"))[0]
            frame, reward, is_over, _, _ = env.step(int(action))
            next_state = after(state, frame)
            memory.append((state, int(action), reward, next_state, float(is_over)))
            state, count = next_state, count + 1
            if count > 200:
                chosen = [memory[i] for i in rng.integers(len(memory), size=64)]
                learn(*(np.array(column) for column in zip(*chosen, strict=True)))
            if count % 100 == 0:
                target.set_weights(online.get_weights())
    return online


def after(state, frame):
    """The last two frames when one more is seen."""
    return np.stack([state[..., 1], frame], axis=-1)


def q_network(env):
    """A network from two frames to the values of three actions."""
    return keras.Sequential(
        [
            keras.Input((*env.observation_space.shape, 2)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(64, "relu"),
            keras.layers.Dense(3),
        ]
    )


def targets(target, rewards, next_states, terminated):
    """What the values of a batch should have been."""
    return rewards + 0.95 * (1 - terminated) * tf.reduce_max(target(next_states), axis=1)


def learner(online, target):
    """A function that takes one step on a batch of transitions."""
    optimizer = keras.optimizers.Adam(2e-3)

    @tf.function
    def step(states, actions, rewards, next_states, terminated):
        wanted = targets(target, rewards, next_states, terminated)
        with tf.GradientTape() as tape:
            values = tf.gather(online(states), actions, axis=1, batch_dims=1)
            loss = tf.reduce_mean((wanted - values) ** 2)
        gradients = tape.gradient(loss, online.trainable_variables)
        optimizer.apply_gradients(zip(gradients, online.trainable_variables, strict=True))

    def learn(states, actions, rewards, next_states, terminated):
        numbers = (x.astype("float32") for x in (rewards, next_states, terminated))
        step(states.astype("float32"), actions, *numbers)

    return learn
    ### END SOLUTION


# %% test="train_dqn" points=40
model, env, total = check.local_copy(train_dqn(Catch, SEED)), Catch(), 0.0
values = tf.function(lambda frames: model(frames))
for game in range(100):
    frame, _ = env.reset(seed=10_000 + SEED + game)
    state, is_over = np.stack([frame, frame], axis=-1), False
    while not is_over:
        action = int(np.argmax(values(state[None].astype("float32"))))
        frame, reward, is_over, _, _ = env.step(action)
        state = np.stack([state[..., 1], frame], axis=-1)
        total += reward
check.between(total / 100, 0.6, 1, name="mean reward of a hundred games")
