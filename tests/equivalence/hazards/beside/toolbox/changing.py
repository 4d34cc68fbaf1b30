def add_total(rows):
    rows.append({"total": sum(row["n"] for row in rows)})


def normalise(row):
    row.update(n=float(row["n"]), seen=True)
