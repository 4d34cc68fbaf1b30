# Arrow tables, dictionaries and schemas with metadata.
# expect: equal
# %%
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
# %%
table = pa.table({"k": pa.array(["a", "b", "a"]).dictionary_encode(), "v": [1, None, 3]})
table = table.replace_schema_metadata({"made": "here"})
# %%
part = table.slice(1)
table = table.append_column("w", pc.multiply(table["v"], 2))
# %%
print(part.num_rows, table.schema.metadata, table["w"].to_pylist())
# %%
pq.write_table(table, "t.parquet")
scalar, batch = table["v"][0], table.to_batches()[0]
# %%
print(pq.read_table("t.parquet").equals(table), scalar, batch.num_columns, table["k"].type)
