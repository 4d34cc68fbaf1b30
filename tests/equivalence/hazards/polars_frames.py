# polars: eager and lazy frames, categories, and columns added in place.
# expect: equal
# %%
import polars as pl

pl.Config.set_tbl_rows(3)
# %%
frame = pl.DataFrame({"city": ["Ulm", "Bonn", "Kiel", "Ulm"], "n": [1, 2, 3, 4]})
frame = frame.with_columns(pl.col("city").cast(pl.Categorical).alias("kind"))
# %%
lazy = frame.lazy().group_by("city", maintain_order=True).agg(pl.col("n").sum())
# %%
frame.insert_column(1, pl.Series("m", [10, 20, 30, 40]))
print(frame)
# %%
total = lazy.collect()
total
# %%
frame[0, "n"] = 100
frame.write_parquet("cities.parquet")
# %%
print(pl.read_parquet("cities.parquet").equals(frame), frame["n"].to_list(), frame.schema)
# %%
frame
