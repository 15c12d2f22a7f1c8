import numpy as np

from autograder.course.known_answers import misconception


@misconception("epsilon_greedy", hint="Of several best actions each should come.")
def first_of_ties(q, epsilon, rng):
    return int(rng.integers(len(q))) if rng.random() < epsilon else int(np.argmax(q))


@misconception("epsilon_greedy", hint="Sometimes the action is one at random.")
def never_explores(q, epsilon, rng):
    return int(np.argmax(q))


@misconception("augment", hint="The images that were given belong to the caller.")
def in_place(images, labels, rng, shift=2):
    for i, by in enumerate(rng.integers(-shift, shift + 1, (len(images), 2))):
        images[i] = np.roll(images[i], by, axis=(0, 1))
    return images, labels


@misconception("augment", hint="A generator of its own begins anew in each call.")
def same_every_time(images, labels, rng, shift=2):
    shifted = np.zeros_like(images)
    by_seed = np.random.default_rng(0)
    for i, by in enumerate(by_seed.integers(-shift, shift + 1, (len(images), 2))):
        shifted[i] = np.roll(images[i], by, axis=(0, 1))
    return shifted, labels


@misconception("augment", hint="Each image has a shift of its own.")
def one_shift_for_all(images, labels, rng, shift=2):
    return np.roll(images, tuple(rng.integers(-shift, shift + 1, 2)), axis=(1, 2)), labels


@misconception("sample", hint="A low temperature sharpens.")
def multiplies(model, prime, n, temperature, rng):
    ids = list(prime)
    for _ in range(n):
        z = model(ids) * temperature
        p = np.exp(z - z.max())
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return ids


@misconception("sample", hint="To sample is to draw, not to choose.")
def takes_the_likeliest(model, prime, n, temperature, rng):
    ids = list(prime)
    for _ in range(n):
        ids.append(int(np.argmax(model(ids))))
    return ids


@misconception("generate", hint="All that is random comes from rng.")
def own_generator(model, prime, n, rng):
    ids = list(prime)
    rng = np.random.default_rng()
    for _ in range(n):
        p = np.exp(model(ids))
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return ids
