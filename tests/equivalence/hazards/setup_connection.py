# A connection made in a setup cell; the database's file goes from step to step.
# expect: equal
# %% [setup]
import sqlite3

db = sqlite3.connect("shop.db", isolation_level=None)
# %%
db.execute("create table t (k text primary key, v int)")
db.executemany("insert into t values (?, ?)", [("a", 1), ("b", 2)])
# %%
db.execute("update t set v = v + 10 where k = 'a'")
# %%
print(db.execute("select * from t order by k").fetchall())
# %%
db.execute("delete from t where k = 'b'")
db.execute("select sum(v) from t").fetchone()
