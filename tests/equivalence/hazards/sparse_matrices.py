# Sparse matrices share their data with what was made of them.
# expect: equal
# %%
import numpy as np
from scipy import sparse
# %%
matrix = sparse.csr_matrix(np.eye(3) * 2)
same = matrix
# %%
data = matrix.data
data[0] = 100
# %%
print(matrix.toarray(), same is matrix)
# %%
columns = matrix.tocsc()
same[0, 0] = 1
matrix.eliminate_zeros()
# %%
print(columns.toarray().sum(), matrix.sum(), data, matrix.nnz, type(columns).__name__)
# %%
lil = sparse.lil_matrix((2, 2))
lil[0, 1] = 5
lil
# %%
lil[1, 0] = 7
lil.toarray(), sparse.coo_array(lil).coords
