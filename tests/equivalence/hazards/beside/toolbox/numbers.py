OFFSET = 0


def total(values):
    return int(values.sum()) + OFFSET
