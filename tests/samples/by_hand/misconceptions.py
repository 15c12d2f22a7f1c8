import numpy as np

from autograder.course.known_answers import misconception, whole_cell, whole_variant

whole_variant(
    "max_pool2d",
    name="the cache is an object with slices in it",
    source="""
    class Cache:
        pass

    def max_pool2d(X, k):
        n, h, w, c = X.shape
        out = np.full((n, h // k, w // k, c), -np.inf)
        cache = Cache()
        cache.X, cache.windows = X, []
        for i in range(h // k):
            for j in range(w // k):
                rows, columns = slice(i * k, i * k + k), slice(j * k, j * k + k)
                cache.windows.append((i, j, rows, columns))
                out[:, i, j] = X[:, rows, columns].max((1, 2))
        return out, cache

    def max_pool2d_backward(G, cache):
        D = np.zeros(cache.X.shape)
        for i, j, rows, columns in cache.windows:
            window = cache.X[:, rows, columns]
            largest = window == window.max((1, 2), keepdims=True)
            share = G[:, i, j] / largest.sum((1, 2))
            D[:, rows, columns] = largest * share[:, None, None]
        return D
    """,
)

whole_cell(
    "max_pool2d",
    name="every tie gets all",
    hint="Two that are equally large share what comes back.",
    source="""
    def max_pool2d(X, k):
        n, h, w, c = X.shape
        out = X[:, : h // k * k, : w // k * k].reshape(n, h // k, k, w // k, k, c).max((2, 4))
        return out, (X, k, out)

    def max_pool2d_backward(G, cache):
        X, k, out = cache
        n, h, w, c = X.shape
        D = np.zeros(X.shape)
        inside = np.s_[:, : h // k * k, : w // k * k]
        largest = X[inside] == out.repeat(k, 1).repeat(k, 2)
        D[inside] = largest * G.repeat(k, 1).repeat(k, 2)
        return D
    """,
)

whole_cell(
    "max_pool2d",
    name="spread like the average",
    hint="Only the largest of a window had a say in its maximum.",
    source="""
    def max_pool2d(X, k):
        n, h, w, c = X.shape
        out = X[:, : h // k * k, : w // k * k].reshape(n, h // k, k, w // k, k, c).max((2, 4))
        return out, (X.shape, k)

    def max_pool2d_backward(G, cache):
        (n, h, w, c), k = cache
        D = np.zeros((n, h, w, c))
        D[:, : h // k * k, : w // k * k] = G.repeat(k, 1).repeat(k, 2) / k**2
        return D
    """,
)


def _states(X, h0, Wx, Wh, b):
    H = [h0]
    for x in X:
        H.append(np.tanh(x @ Wx + H[-1] @ Wh + b))
    return H


@misconception("bptt", hint="The same weights serve at every step: their gradients add up.")
def last_step_only(X, h0, Wx, Wh, b, dH):
    H, back = _states(X, h0, Wx, Wh, b), 0
    for t in reversed(range(len(X))):
        dz = (dH[t] + back) * (1 - H[t + 1] ** 2)
        dWx, dWh, db = X[t].T @ dz, H[t].T @ dz, dz.sum(axis=0)
        back = dz @ Wh.T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": back}


@misconception("bptt", hint="A state acts on the loss through the next state as well.")
def no_path_through_time(X, h0, Wx, Wh, b, dH):
    H = _states(X, h0, Wx, Wh, b)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    for t in reversed(range(len(X))):
        dz = dH[t] * (1 - H[t + 1] ** 2)
        dWx += X[t].T @ dz
        dWh += H[t].T @ dz
        db += dz.sum(axis=0)
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dz @ Wh.T}
