# Writes the .npy files of this folder with NumPy itself; run: python make.py
import numpy as np
from numpy.lib import format as f
a = (np.arange(6, dtype=np.float32).reshape(2, 3) - 2.5) * np.float32(1.1)
for v in ((1, 0), (2, 0), (3, 0)):
    with open(f"matrix-v{v[0]}.npy", "wb") as out:
        f.write_array(out, a, version=v)
np.save("vector.npy", np.array([1.5, -2.0, 3.25], dtype=np.float32))
np.save("fortran.npy", np.asfortranarray(a))
np.save("float64.npy", a.astype(np.float64))
np.save("big-endian.npy", a.astype(">f4"))
np.save("three-axes.npy", a.reshape(2, 3, 1))
np.save("scalar.npy", np.float32(7))
np.save("empty.npy", np.zeros((0, 3), dtype=np.float32))
np.save("special.npy", np.array([[np.nan, np.inf], [-np.inf, -0.0]], dtype=np.float32))
