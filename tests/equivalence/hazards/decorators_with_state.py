# A timing decorator counts, a registry collects, a retry keeps what went wrong.
# expect: equal
# %%
import functools

entries = {}
log = []
# %%
def register(name):
    def take(function):
        entries[name] = function
        return function

    return take


def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **named):
        wrapper.calls += 1
        return function(*args, **named)

    wrapper.calls = 0
    return wrapper


def retry(times):
    def take(function):
        @functools.wraps(function)
        def wrapper(*args):
            for attempt in range(times):
                try:
                    return function(*args)
                except ValueError as error:
                    log.append(f"{function.__name__}: {error}")
            return None

        return wrapper

    return take
# %%
@register("double")
@counted
def double(x):
    return 2 * x
# %%
@register("risky")
@retry(2)
def risky(x):
    if x > 1:
        raise ValueError(f"{x} is too large")
    return x
# %%
double(1), double(2)
# %%
print(entries["double"](5), risky(5), double.calls)
# %%
double(7)
print(sorted(entries), entries["double"] is double, double.calls, log, risky.__name__)
