# Tables go through CSV, Parquet and SQLite files, which later cells change.
# expect: equal
# %%
import sqlite3

import pandas as pd
# %%
frame = pd.DataFrame({"city": ["Ulm", "Bonn", "Köln"], "n": [1, 2, 3]})
frame.to_csv("cities.csv", index=False)
# %%
with sqlite3.connect("cities.db") as db:
    frame.to_sql("cities", db, index=False)
db.close()
# %%
with sqlite3.connect("cities.db") as db:
    db.execute("update cities set n = n * 10 where city = 'Bonn'")
db.close()
# %%
db = sqlite3.connect("cities.db")
changed = pd.read_sql("select * from cities order by n", db)
db.close()
changed
# %%
changed.to_parquet("cities.parquet", index=False)
# %%
both = pd.concat([pd.read_csv("cities.csv"), pd.read_parquet("cities.parquet")], keys=["csv", "pq"])
both
# %%
both.loc["csv"].equals(frame), both.loc[("pq", 2)].to_dict()
