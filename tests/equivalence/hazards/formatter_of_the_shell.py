# A formatter for a type is registered with the shell.
# expect: equal
# %%
class Money:
    def __init__(self, cents):
        self.cents = cents
# %%
html = get_ipython().display_formatter.formatters["text/plain"]
html.for_type(Money, lambda money, printer, cycle: printer.text(f"{money.cents / 100} EUR"));
# %%
purse = Money(250)
purse
# %%
[purse, Money(5)]
