# Two functions of one call share a variable; a counter hides in a closure.
# expect: equal
# %%
def account(start):
    balance = start
    history = []

    def pay(amount):
        nonlocal balance
        balance += amount
        history.append(amount)
        return balance

    def tell():
        return balance, history

    return pay, tell
# %%
pay, tell = account(10)
# %%
pay(5)
# %%
print(tell())
# %%
deposit = pay
deposit(1)
# %%
print(tell(), pay is deposit)
# %%
accounts = {name: account(0) for name in ("ann", "bob")}
accounts["ann"][0](7)
# %%
accounts["ann"][1](), accounts["bob"][1]()
