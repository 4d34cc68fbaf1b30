# An ETL: read, clean, join, aggregate in place, write; frames are views and parts of each other.
# expect: equal
# %%
import pandas as pd

pd.set_option("display.width", 100)
# %%
orders = pd.DataFrame(
    {
        "order": range(1, 9),
        "customer": ["ann", "bob", "ann", "cid", "bob", "dee", "ann", "cid"],
        "when": pd.date_range("2026-01-01", periods=8, freq="36h", tz="Europe/Berlin"),
        "amount": [10.0, 20.5, None, 7.25, 3.0, 99.9, 1.0, 12.0],
    }
)
customers = pd.DataFrame(
    {"customer": ["ann", "bob", "cid"], "segment": pd.Categorical(["gold", "tin", "gold"])}
)
orders.head(3)
# %%
orders["amount"] = orders["amount"].fillna(orders["amount"].median())
orders.loc[orders["amount"] > 50, "amount"] = 50.0
cleaned = orders
# %%
joined = cleaned.merge(customers, on="customer", how="left")
joined["segment"] = joined["segment"].cat.add_categories("none").fillna("none")
joined.dtypes
# %%
cleaned["day"] = cleaned["when"].dt.day_name()
print(cleaned is orders, "day" in orders, "day" in joined)
# %%
report = joined.groupby("segment", observed=True)["amount"].agg(["sum", "count"])
report.attrs["made by"] = "etl"
report
# %%
report.to_csv("report.csv")
joined.to_parquet("joined.parquet")
# %%
again = pd.read_parquet("joined.parquet")
pd.testing.assert_frame_equal(again, joined)
print(open("report.csv").read(), report.attrs)
