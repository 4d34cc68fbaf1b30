# A database connection over cells.
# expect: refused NB501 at cell 3: db, a connection, setup
# %%
import sqlite3
# %%
db = sqlite3.connect("shop.db")
db.execute("create table t (v)")
# %%
db.execute("insert into t values (1)")
db.commit()
# %%
print(db.execute("select * from t").fetchall())
