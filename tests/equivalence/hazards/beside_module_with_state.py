# A module beside the notebook keeps state of its own: a list, a counter and a class attribute.
# expect: equal
# %%
import shop
from shop import Basket, add
# %%
add("apple")
shop.rate = 0.2
# %%
add("pear")
basket = Basket()
basket.put("plum")
# %%
print(shop.items, shop.rate, shop.count())
# %%
Basket.limit = 5
shop.items.remove("apple")
# %%
print(basket.limit, Basket.made, shop.items, add("fig"), shop.count())
