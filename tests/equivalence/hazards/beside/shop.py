"""A module beside the notebook, with state."""

items = []
rate = 0.1


def add(item):
    items.append(item)
    return len(items)


def count():
    return len(items), rate


class Basket:
    limit = 3
    made = 0

    def __init__(self):
        Basket.made += 1
        self.inside = []

    def put(self, item):
        self.inside.append(item)
